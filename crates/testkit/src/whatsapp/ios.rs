//! `ChatStorage.sqlite`, `ContactsV2.sqlite` and `LID.sqlite` inside a backup of an iPhone, with files below
//! `Message/`.

use std::io;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use rusqlite::{Connection, params};

use super::{GROUP, LIDS, OWNER, PEOPLE, TEXTS, Told, below, field_bytes, field_int, marked, shown, stanza};
use crate::backup::{Writer, image};
use crate::{Spec, sql};

/// The app's folder in a backup.
pub const DOMAIN: &str = "AppDomainGroup-group.net.whatsapp.WhatsApp.shared";

const SCHEMA: &str = "
CREATE TABLE ZWAMESSAGE (Z_PK INTEGER PRIMARY KEY, Z_ENT INTEGER, Z_OPT INTEGER, ZFLAGS INTEGER, ZGROUPEVENTTYPE INTEGER,
  ZISFROMME INTEGER, ZMESSAGEERRORSTATUS INTEGER, ZMESSAGESTATUS INTEGER, ZMESSAGETYPE INTEGER, ZSORT INTEGER,
  ZSTARRED INTEGER, ZCHATSESSION INTEGER, ZGROUPMEMBER INTEGER, ZLASTSESSION INTEGER, ZMEDIAITEM INTEGER,
  ZMESSAGEINFO INTEGER, ZPARENTMESSAGE INTEGER, ZMESSAGEDATE TIMESTAMP, ZSENTDATE TIMESTAMP, ZFROMJID VARCHAR,
  ZPHASH VARCHAR, ZPUSHNAME VARCHAR, ZSTANZAID VARCHAR, ZTEXT VARCHAR, ZTOJID VARCHAR);
CREATE TABLE ZWACHATSESSION (Z_PK INTEGER PRIMARY KEY, Z_ENT INTEGER, Z_OPT INTEGER, ZARCHIVED INTEGER, ZHIDDEN INTEGER,
  ZMESSAGECOUNTER INTEGER, ZREMOVED INTEGER, ZSESSIONTYPE INTEGER, ZGROUPINFO INTEGER, ZLASTMESSAGE INTEGER,
  ZLASTMESSAGEDATE TIMESTAMP, ZCONTACTIDENTIFIER VARCHAR, ZCONTACTJID VARCHAR, ZPARTNERNAME VARCHAR);
CREATE TABLE ZWAMEDIAITEM (Z_PK INTEGER PRIMARY KEY, Z_ENT INTEGER, Z_OPT INTEGER, ZFILESIZE INTEGER, ZMOVIEDURATION INTEGER,
  ZMESSAGE INTEGER, ZLATITUDE FLOAT, ZLONGITUDE FLOAT, ZAUTHORNAME VARCHAR, ZMEDIALOCALPATH VARCHAR, ZTITLE VARCHAR,
  ZVCARDNAME VARCHAR, ZVCARDSTRING VARCHAR, ZMEDIAKEY BLOB, ZMETADATA BLOB);
CREATE TABLE ZWAGROUPMEMBER (Z_PK INTEGER PRIMARY KEY, Z_ENT INTEGER, Z_OPT INTEGER, ZISACTIVE INTEGER, ZISADMIN INTEGER,
  ZCHATSESSION INTEGER, ZCONTACTNAME VARCHAR, ZFIRSTNAME VARCHAR, ZMEMBERJID VARCHAR);
CREATE TABLE ZWAPROFILEPUSHNAME (Z_PK INTEGER PRIMARY KEY, Z_ENT INTEGER, Z_OPT INTEGER, ZJID VARCHAR, ZPUSHNAME VARCHAR);
CREATE TABLE ZWAMESSAGEINFO (Z_PK INTEGER PRIMARY KEY, Z_ENT INTEGER, Z_OPT INTEGER, ZMESSAGE INTEGER, ZRECEIPTINFO BLOB);
CREATE TABLE Z_PRIMARYKEY (Z_ENT INTEGER PRIMARY KEY, Z_NAME VARCHAR, Z_SUPER INTEGER, Z_MAX INTEGER);
";

/// Seconds between 1970 and 2001, and the first message: 2026-01-05T07:40:00Z.
const APPLE: i64 = 978_307_200;
const FIRST: i64 = 1_767_598_800;

/// Chats: address, name, member rows begin at.
const CHATS: [(&str, &str); 3] =
    [(PEOPLE[0].0, "Anna Holm"), (GROUP, "Høring om havneloven"), (LIDS[0], "Mette Lund")];

/// Messages written; the last but one of the first chat was deleted for good.
const MESSAGES: i64 = 40;

struct Phone<'a> {
    spec: &'a Spec,
    rng: ChaCha20Rng,
    db: Connection,
    told: Vec<Told>,
    media: i64,
    /// How many messages each chat got.
    sorts: [i64; 3],
    ids: Vec<(i64, String, usize)>,
}

/// Writes WhatsApp's files into a backup; gives what a reader must find.
pub(crate) fn write(spec: &Spec, backup: &mut Writer) -> io::Result<Vec<Told>> {
    let db = Connection::open_in_memory().map_err(sql)?;
    db.execute_batch(SCHEMA).map_err(sql)?;
    let rng = ChaCha20Rng::seed_from_u64(spec.seed ^ 0x57_41);
    let mut phone = Phone { spec, rng, db, told: Vec::new(), media: 0, sorts: [0; 3], ids: Vec::new() };
    for (row, member) in (1_i64..).zip(PEOPLE.iter().map(|p| p.0).chain(LIDS).chain([OWNER])) {
        phone
            .db
            .execute(
                "INSERT INTO ZWAGROUPMEMBER (Z_PK, ZISACTIVE, ZCHATSESSION, ZMEMBERJID) VALUES (?1, 1, 2, ?2)",
                params![row, member],
            )
            .map_err(sql)?;
    }
    for row in 1..=MESSAGES {
        phone.message(row, backup)?;
    }
    for (i, (jid, name)) in CHATS.iter().enumerate() {
        let row = i as i64 + 1;
        let name = marked(spec.canary.as_ref(), name);
        phone
            .db
            .execute(
                "INSERT INTO ZWACHATSESSION (Z_PK, ZMESSAGECOUNTER, ZREMOVED, ZSESSIONTYPE, ZLASTMESSAGEDATE, ZCONTACTJID, ZPARTNERNAME) \
                 VALUES (?1, ?2, 0, ?3, ?4, ?5, ?6)",
                params![
                    row,
                    phone.sorts[i] + 1,
                    i64::from(i == 1),
                    (FIRST + MESSAGES * 60 - APPLE) as f64,
                    jid,
                    name
                ],
            )
            .map_err(sql)?;
    }
    phone.db.execute("INSERT INTO Z_PRIMARYKEY VALUES (9, 'WAMessage', 0, ?1)", [MESSAGES]).map_err(sql)?;
    let Phone { mut db, told, .. } = phone;
    backup.file(DOMAIN, "ChatStorage.sqlite", &image(&mut db)?, true, 0)?;
    backup.file(DOMAIN, "ContactsV2.sqlite", &contacts(spec)?, true, 0)?;
    backup.file(DOMAIN, "LID.sqlite", &lids()?, true, 0)?;
    Ok(told)
}

impl Phone<'_> {
    fn message(&mut self, row: i64, backup: &mut Writer) -> io::Result<()> {
        let canary = self.spec.canary.clone();
        let kind = row % 14;
        let system = matches!(kind, 8..=11);
        let chat = if system { 1 } else { below(&mut self.rng, 3) };
        self.sorts[chat] += 1;
        let out = !system && below(&mut self.rng, 2) == 0;
        let member = below(&mut self.rng, 6);
        let members: Vec<&str> = PEOPLE.iter().map(|p| p.0).chain(LIDS).collect();
        let (jid, name) = CHATS[chat];
        let sender = if chat == 1 { members[member] } else { jid };
        let sent = (FIRST + row * 60) * 1000 + if out { 250 } else { 0 };
        let id = stanza(&mut self.rng, if out { "3A" } else { "3F" });
        let text = marked(canary.as_ref(), TEXTS[below(&mut self.rng, 8)]);
        let mut told = Told {
            conversation: jid.to_owned(),
            conversation_name: Some(marked(canary.as_ref(), name)),
            id: Some(id.clone()),
            sender: Some(if out { "me".to_owned() } else { shown(sender) }),
            out,
            sent,
            body: Some(text.clone()),
            ..Told::default()
        };
        let (mut number, mut code, mut words) = (0, if out { 0 } else { 2 }, Some(text.clone()));
        let (mut item, mut parent, mut info) = (None, None, None);
        match kind {
            1 => {
                number = 1;
                words = None;
                let path = format!("Media/{jid}/a/b/{id}.jpg");
                let content = format!("billede {row}").into_bytes();
                let there = row != 1;
                backup.file(DOMAIN, &format!("Message/{path}"), &content, there, 0)?;
                item = Some(self.item(row, Some(&path), Some(&text), Some("image/jpeg"), None, None)?);
                told.files.push((Some(format!("{id}.jpg")), there.then_some(content)));
            }
            2 => {
                number = 8;
                words = None;
                told.body = None;
                let title = marked(canary.as_ref(), "Notat") + ".pdf";
                let path = format!("Media/{jid}/c/{id}.pdf");
                item =
                    Some(self.item(row, Some(&path), Some(&title), Some("application/pdf"), None, None)?);
                told.files.push((Some(title), None));
            }
            3 => {
                number = 14;
                words = None;
                told.body = None;
                told.unsent = true;
            }
            4 | 5 => {
                if let Some((answered, quoted, _)) =
                    self.ids.iter().rev().find(|(_, _, c)| *c == chat).cloned()
                {
                    told.reply_to = Some(quoted.clone());
                    if kind == 4 {
                        parent = Some(answered);
                    } else {
                        let mut metadata = Vec::new();
                        field_bytes(&mut metadata, 5, quoted.as_bytes());
                        field_bytes(&mut metadata, 6, sender.as_bytes());
                        item = Some(self.item(row, None, None, None, None, Some(metadata))?);
                    }
                }
            }
            6 => {
                let mut entry = Vec::new();
                field_bytes(&mut entry, 1, b"3A00");
                field_bytes(&mut entry, 2, LIDS[0].as_bytes());
                field_bytes(&mut entry, 3, "👍".as_bytes());
                field_int(&mut entry, 4, u64::try_from(sent + 8000).unwrap_or(0));
                let mut second = Vec::new();
                field_bytes(&mut second, 1, b"3A01");
                field_bytes(&mut second, 2, "❤️".as_bytes());
                field_int(&mut second, 3, u64::try_from(sent + 9000).unwrap_or(0));
                let mut both = Vec::new();
                field_bytes(&mut both, 1, &entry);
                field_bytes(&mut both, 2, &second);
                let mut blob = Vec::new();
                field_bytes(&mut blob, 7, &both);
                info = Some(blob);
                told.reactions = vec![
                    (Some(shown(LIDS[0])), Some("👍".to_owned()), sent + 8000),
                    (None, Some("❤️".to_owned()), sent + 9000),
                ];
            }
            7 => {
                number = 5;
                words = None;
                told.body = Some("geo:55.676000,12.580000".to_owned());
                item = Some(self.item(row, None, None, None, Some((55.676, 12.58)), None)?);
            }
            8..=11 => {
                let (six, event, said) = [
                    (6, 2, Some(PEOPLE[1].0.to_owned())),
                    (6, 3, None),
                    (10, 2, None),
                    (6, 37, Some("noget nyt".to_owned())),
                ][usize::try_from(kind - 8).unwrap_or(0)]
                .clone();
                number = six;
                code = event;
                told.body = None;
                told.sender = (six == 6).then(|| shown(sender));
                told.event = Some(match (six, event) {
                    (6, 2) => ("participant_added", Some(shown(PEOPLE[1].0))),
                    (6, 3) => ("participant_left", Some(shown(sender))),
                    (10, 2) => ("encryption_notice", None),
                    _ => ("other", Some("6/37".to_owned())),
                });
                words = said;
            }
            12 => {
                number = 177;
                code = 0;
                told.event = Some(("other", Some("177".to_owned())));
            }
            _ => {
                if out {
                    let mut recipient = Vec::new();
                    field_bytes(&mut recipient, 1, b"\x81\x19");
                    field_int(&mut recipient, 4, 1);
                    field_int(&mut recipient, 5, 25);
                    let mut blob = Vec::new();
                    field_bytes(&mut blob, 2, &recipient);
                    field_int(&mut blob, 3, u64::try_from(sent / 1000).unwrap_or(0));
                    info = Some(blob);
                    let second = sent / 1000 * 1000;
                    told.receipts = (Some(second + 1000), Some(second + 25_000));
                }
            }
        }
        let group_member = (chat == 1 && !out && number != 10).then_some(member as i64 + 1);
        let info_row = match info {
            Some(blob) => {
                self.db
                    .execute(
                        "INSERT INTO ZWAMESSAGEINFO (ZMESSAGE, ZRECEIPTINFO) VALUES (?1, ?2)",
                        params![row, blob],
                    )
                    .map_err(sql)?;
                Some(self.db.last_insert_rowid())
            }
            None => None,
        };
        // one message of the first chat is gone: only the holes in the numbers are left
        let gone = row == MESSAGES / 2;
        if gone {
            return Ok(());
        }
        self.db
            .execute(
                "INSERT INTO ZWAMESSAGE (Z_PK, Z_ENT, ZGROUPEVENTTYPE, ZISFROMME, ZMESSAGETYPE, ZSORT, ZCHATSESSION, ZGROUPMEMBER, \
                 ZMEDIAITEM, ZMESSAGEINFO, ZPARENTMESSAGE, ZMESSAGEDATE, ZSENTDATE, ZFROMJID, ZSTANZAID, ZTEXT, ZTOJID) \
                 VALUES (?1, 9, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11, ?12, ?13, ?14, ?15)",
                params![
                    row,
                    code,
                    out,
                    number,
                    self.sorts[chat],
                    chat as i64 + 1,
                    group_member,
                    item,
                    info_row,
                    parent,
                    (sent - APPLE * 1000) as f64 / 1000.0,
                    (!out).then_some(jid),
                    id,
                    words,
                    if out { jid } else { OWNER },
                ],
            )
            .map_err(sql)?;
        self.ids.push((row, id, chat));
        self.told.push(told);
        Ok(())
    }

    fn item(
        &mut self,
        message: i64,
        path: Option<&str>,
        title: Option<&str>,
        mime: Option<&str>,
        at: Option<(f64, f64)>,
        metadata: Option<Vec<u8>>,
    ) -> io::Result<i64> {
        self.media += 1;
        // pictures keep their size in points where places keep where they are
        let (latitude, longitude) = at.unwrap_or((452.0, 603.0));
        self.db
            .execute(
                "INSERT INTO ZWAMEDIAITEM (Z_PK, ZFILESIZE, ZMESSAGE, ZLATITUDE, ZLONGITUDE, ZMEDIALOCALPATH, ZTITLE, ZVCARDSTRING, ZMETADATA) \
                 VALUES (?1, 9, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![self.media, message, latitude, longitude, path, title, mime, metadata],
            )
            .map_err(sql)?;
        Ok(self.media)
    }
}

fn contacts(spec: &Spec) -> io::Result<Vec<u8>> {
    let mut db = Connection::open_in_memory().map_err(sql)?;
    db.execute_batch(
        "CREATE TABLE ZWAADDRESSBOOKCONTACT (Z_PK INTEGER PRIMARY KEY, ZFULLNAME VARCHAR, ZPHONENUMBER VARCHAR, ZWHATSAPPID VARCHAR, \
         ZLID VARCHAR, ZDISAPPEARINGMODEDURATION FLOAT);",
    )
    .map_err(sql)?;
    for (jid, name) in PEOPLE {
        let name = name.map(|n| marked(spec.canary.as_ref(), n));
        let phone = jid.split('@').next().map(|n| format!("+{n}"));
        db.execute(
            "INSERT INTO ZWAADDRESSBOOKCONTACT (ZFULLNAME, ZPHONENUMBER, ZWHATSAPPID) VALUES (?1, ?2, ?3)",
            params![name, phone, jid],
        )
        .map_err(sql)?;
    }
    image(&mut db)
}

fn lids() -> io::Result<Vec<u8>> {
    let mut db = Connection::open_in_memory().map_err(sql)?;
    db.execute_batch(
        "CREATE TABLE ZWAPHONENUMBERLIDPAIR (Z_PK INTEGER PRIMARY KEY, ZTIMESTAMP REAL, ZLID TEXT, ZPHONENUMBER TEXT);",
    )
    .map_err(sql)?;
    let bare = |jid: &str| jid.split('@').next().unwrap_or_default().to_owned();
    db.execute(
        "INSERT INTO ZWAPHONENUMBERLIDPAIR (ZLID, ZPHONENUMBER) VALUES (?1, ?2)",
        params![bare(LIDS[0]), bare(PEOPLE[3].0)],
    )
    .map_err(sql)?;
    image(&mut db)
}
