//! `msgstore.db`: the table `messages` of the years before 2021, the tables around `message` since then, or
//! a database in the middle of being moved from one to the other; and `wa.db` with the names.

use std::io;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};

use super::schema::{NEW, OLD, SCHEMA};
use super::{GROUP, LIDS, PEOPLE, TEXTS, Told, below, marked, shown, stanza};
use crate::backup::image;
use crate::sql;

/// Which tables hold the messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generation {
    /// `messages`.
    Old,
    /// `message`.
    New,
    /// The first half in `messages`, the last half in `message`, some in both.
    Mixed,
}

/// What to write.
#[derive(Clone, Debug)]
pub struct StoreSpec {
    /// Seed of everything that is random.
    pub seed: u64,
    /// Which tables.
    pub generation: Generation,
    /// Messages beside one of each kind.
    pub more: u32,
    /// Bytes of a thumbnail with each message, to make the database large.
    pub thumbnail: usize,
    /// A mark that every text and name carries.
    pub canary: Option<String>,
}

impl StoreSpec {
    /// A small one.
    pub fn small(seed: u64, generation: Generation) -> Self {
        Self { seed, generation, more: 40, thumbnail: 0, canary: None }
    }
}

/// A database and what belongs to it.
#[derive(Debug)]
pub struct Store {
    /// `msgstore.db`.
    pub database: Vec<u8>,
    /// `wa.db`.
    pub contacts: Vec<u8>,
    /// Files of the phone, by path below the app's folder.
    pub files: Vec<(String, Vec<u8>)>,
    /// Every message, in the order in which a reader gives them.
    pub truth: Vec<Told>,
    /// Rows that are no message of their own: placeholders, reactions, rows of the other generation.
    pub folded: u64,
}

/// What is special about a message.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Text,
    File(bool),
    Document,
    Edited,
    Withdrawn,
    Answer,
    Reacted,
    Timer,
    Place,
    Card,
    Poll,
    Missed,
    System(i64),
    Unknown,
    Received,
}

use Kind::{
    Answer, Card, Document, Edited, File, Missed, Place, Poll, Reacted, Received, System, Text, Timer,
    Unknown, Withdrawn,
};

/// One of each; those marked are of the new generation only.
const KINDS: [(Kind, bool); 24] = [
    (Text, false),
    (File(true), false),
    (File(false), false),
    (Document, false),
    (Edited, true),
    (Withdrawn, false),
    (Answer, false),
    (Reacted, true),
    (Timer, true),
    (Place, false),
    (Card, false),
    (Poll, true),
    (Missed, false),
    (System(1), false),
    (System(12), false),
    (System(14), false),
    (System(5), false),
    (System(6), false),
    (System(10), false),
    (System(18), false),
    (System(56), true),
    (System(171), false),
    (Unknown, false),
    (Received, false),
];

/// The first message: 2026-01-05T07:40:00Z.
const FIRST: i64 = 1_767_598_800_000;

/// Chats: address, name.
const CHATS: [(&str, Option<&str>); 4] =
    [(PEOPLE[0].0, None), (GROUP, Some("Høring om havneloven")), (PEOPLE[2].0, None), (LIDS[1], None)];

struct Writer<'a> {
    spec: &'a StoreSpec,
    rng: ChaCha20Rng,
    db: Connection,
    files: Vec<(String, Vec<u8>)>,
    new: Vec<Told>,
    old: Vec<Told>,
    folded: u64,
    /// Id and chat of messages that can be answered.
    ids: Vec<(String, usize)>,
    subject: String,
}

/// Row of an address in `jid`.
fn jid_row(jid: &str) -> i64 {
    let all = PEOPLE.iter().map(|p| p.0).chain(LIDS).chain([GROUP]);
    i64::try_from(all.into_iter().position(|j| j == jid).unwrap_or(90) + 10).unwrap_or(0)
}

/// Writes a store.
///
/// # Errors
/// What SQLite refuses.
pub fn write(spec: &StoreSpec) -> io::Result<Store> {
    let db = Connection::open_in_memory().map_err(sql)?;
    db.execute_batch(SCHEMA).map_err(sql)?;
    let (old, new) = (spec.generation != Generation::New, spec.generation != Generation::Old);
    if new {
        db.execute_batch(NEW).map_err(sql)?;
        db.execute(
            "INSERT INTO message (_id, chat_row_id, from_me, key_id, status, message_type) VALUES (1, -1, 0, '-1', -1, -1)",
            [],
        )
        .map_err(sql)?;
    }
    if old {
        db.execute_batch(OLD).map_err(sql)?;
        db.execute(
            "INSERT INTO messages (_id, key_remote_jid, key_from_me, key_id, status, timestamp, media_wa_type) \
             VALUES (1, '-1', 0, '-1', -1, 0, '-1')",
            [],
        )
        .map_err(sql)?;
    }
    let subject = marked(spec.canary.as_ref(), CHATS[1].1.unwrap_or_default());
    let mut writer = Writer {
        spec,
        rng: ChaCha20Rng::seed_from_u64(spec.seed),
        db,
        files: Vec::new(),
        new: Vec::new(),
        old: Vec::new(),
        folded: u64::from(old) + u64::from(new),
        ids: Vec::new(),
        subject,
    };
    writer.people()?;
    let total = u32::try_from(KINDS.len()).unwrap_or(0) * 2 + spec.more;
    writer.db.execute_batch("BEGIN").map_err(sql)?;
    for i in 0..total {
        writer.message(i, total)?;
    }
    writer.db.execute_batch("COMMIT").map_err(sql)?;
    let Writer { mut db, files, new, old, folded, .. } = writer;
    let truth = new.into_iter().chain(old).collect();
    Ok(Store { database: image(&mut db)?, contacts: contacts(spec)?, files, truth, folded })
}

impl Writer<'_> {
    fn people(&self) -> io::Result<()> {
        let run = |sql_text: &str, values: &[&dyn rusqlite::ToSql]| {
            self.db.prepare_cached(sql_text).and_then(|mut s| s.execute(values)).map(|_| ()).map_err(sql)
        };
        for jid in PEOPLE.iter().map(|p| p.0).chain(LIDS).chain([GROUP]) {
            let (user, server) = jid.split_once('@').unwrap_or((jid, ""));
            run("INSERT INTO jid VALUES (?1, ?2, ?3, 0, 0, 0, ?4)", &[&jid_row(jid), &user, &server, &jid])?;
        }
        run("INSERT INTO jid_map VALUES (?1, ?2, 0)", &[&jid_row(LIDS[0]), &jid_row(PEOPLE[3].0)])?;
        for (i, (jid, name)) in CHATS.iter().enumerate() {
            let name = name.map(|_| self.subject.clone());
            let id = i64::try_from(i + 1).unwrap_or(0);
            run(
                "INSERT INTO chat (_id, jid_row_id, hidden, subject, archived) VALUES (?1, ?2, 0, ?3, 0)",
                &[&id, &jid_row(jid), &name],
            )?;
        }
        for member in PEOPLE.iter().take(3).map(|p| p.0).chain(LIDS) {
            run(
                "INSERT INTO group_participant_user (group_jid_row_id, user_jid_row_id, rank, pending) VALUES (?1, ?2, 0, 0)",
                &[&jid_row(GROUP), &jid_row(member)],
            )?;
        }
        Ok(())
    }

    fn message(&mut self, i: u32, total: u32) -> io::Result<()> {
        let place = usize::try_from(i).unwrap_or(0);
        let (kind, new_only) = KINDS.get(place % KINDS.len()).copied().unwrap_or((Text, false));
        let beyond = place >= KINDS.len() * 2;
        let (kind, new_only) = if beyond { (Text, false) } else { (kind, new_only) };
        // the middle of a moving database is in both tables
        let (in_old, in_new) = match self.spec.generation {
            Generation::Old => (true, false),
            Generation::New => (false, true),
            Generation::Mixed => (i < total / 2 + 4 && !new_only, i >= total / 2 || new_only),
        };
        if new_only && self.spec.generation == Generation::Old {
            return Ok(());
        }
        let is_system = matches!(kind, System(_));
        let chat = if is_system { 1 } else { below(&mut self.rng, 4) };
        let out = matches!(kind, Received) || (!is_system && below(&mut self.rng, 2) == 0);
        let members: Vec<&str> = PEOPLE.iter().take(3).map(|p| p.0).chain(LIDS).collect();
        let member = members[below(&mut self.rng, 5)];
        let (jid, _) = CHATS[chat];
        let sender = if chat == 1 { member } else { jid };
        let sent = FIRST + i64::from(i) * 61_000 + if out { 345 } else { 0 };
        let id = stanza(&mut self.rng, "3EB0");
        let row = i64::from(i) + 2;
        let text = marked(self.spec.canary.as_ref(), TEXTS[below(&mut self.rng, 8)]);
        let mut told = Told {
            conversation: jid.to_owned(),
            conversation_name: (chat == 1).then(|| self.subject.clone()),
            id: Some(id.clone()),
            sender: Some(if out { "me".to_owned() } else { shown(sender) }),
            out,
            sent,
            body: Some(text.clone()),
            ..Told::default()
        };
        let run = |sql_text: &str, values: &[&dyn rusqlite::ToSql]| {
            self.db.prepare_cached(sql_text).and_then(|mut s| s.execute(values)).map(|_| ()).map_err(sql)
        };
        // kind, text, and what the old table keeps in columns of its own
        let (mut number, mut data, mut old) = (0, Some(text.clone()), Extra::default());
        match kind {
            Text => {}
            File(there) => {
                number = 1;
                let content = format!("billede {i} {id}").into_bytes();
                let path = format!("Media/WhatsApp Images/IMG-20260105-WA{i:04}.jpg");
                let name = path.rsplit('/').next().map(str::to_owned);
                let hash = STANDARD.encode(Sha256::digest(&content));
                let size = i64::try_from(content.len()).unwrap_or(0);
                run(
                    "INSERT INTO message_media (message_row_id, chat_row_id, file_path, file_size, mime_type, file_length, file_hash) \
                     VALUES (?1, ?2, ?3, ?4, 'image/jpeg', ?4, ?5)",
                    &[&row, &(chat as i64 + 1), &path, &size, &hash],
                )?;
                old =
                    Extra { mime: Some("image/jpeg"), size, hash: Some(hash), caption: data.clone(), ..old };
                told.files.push((name, there.then(|| content.clone())));
                if there {
                    self.files.push((path, content));
                }
            }
            Document => {
                number = 9;
                data = None;
                told.body = None;
                let name = marked(self.spec.canary.as_ref(), "Notat") + ".pdf";
                run(
                    "INSERT INTO message_media (message_row_id, chat_row_id, file_path, file_size, mime_type, file_length, media_name) \
                     VALUES (?1, ?2, ?3, 9, 'application/pdf', 9, ?4)",
                    &[&row, &(chat as i64 + 1), &format!("Media/WhatsApp Documents/DOC-{i}.pdf"), &name],
                )?;
                old = Extra { mime: Some("application/pdf"), size: 9, name: Some(name.clone()), ..old };
                told.files.push((Some(name), None));
            }
            Edited => {
                let at = sent + 60_000;
                told.edited = Some(at);
                run("INSERT INTO message_edit_info VALUES (?1, ?2, ?3, ?3)", &[&row, &id, &at])?;
            }
            Withdrawn => {
                number = 15;
                data = None;
                told.body = None;
                told.unsent = true;
                if in_new {
                    run(
                        "INSERT INTO message_revoked VALUES (?1, ?2, NULL, ?3)",
                        &[&row, &id, &(sent + 5000)],
                    )?;
                }
            }
            Answer => {
                if let Some((quoted, _)) = self.ids.iter().rev().find(|(_, c)| *c == chat) {
                    told.reply_to = Some(quoted.clone());
                    if in_new {
                        run(
                            "INSERT INTO message_quoted (message_row_id, chat_row_id, from_me, key_id) VALUES (?1, ?2, 0, ?3)",
                            &[&row, &(chat as i64 + 1), &quoted],
                        )?;
                    }
                    if in_old {
                        run(
                            "INSERT INTO messages_quotes (_id, key_remote_jid, key_from_me, key_id) VALUES (?1, ?2, 0, ?3)",
                            &[&row, &jid, &quoted],
                        )?;
                        old.quoted = row;
                    }
                }
            }
            Reacted => {
                for (n, emoji) in [(0, Some("👍")), (1, None)] {
                    let mine = n == 1;
                    let at = sent + 8000 + n * 1000;
                    // in a direct chat nobody is named
                    let by = if mine { None } else { (chat == 1).then(|| jid_row(member)) };
                    let key = format!("{id}{n}");
                    run(
                        "INSERT INTO message_add_on (chat_row_id, from_me, key_id, sender_jid_row_id, parent_message_row_id, timestamp, message_add_on_type) \
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 56)",
                        &[&(chat as i64 + 1), &mine, &key, &by.unwrap_or(-1), &row, &(at + 500)],
                    )?;
                    let add_on = self.db.last_insert_rowid();
                    run(
                        "INSERT INTO message_add_on_reaction VALUES (?1, ?2, ?3)",
                        &[&add_on, &emoji.unwrap_or(""), &at],
                    )?;
                    let who = if mine { "me".to_owned() } else { shown(sender) };
                    told.reactions.push((Some(who), emoji.map(str::to_owned), at));
                    self.folded += 1;
                }
            }
            Timer => {
                told.expires = Some(604_800);
                run("INSERT INTO message_ephemeral VALUES (?1, 604800, ?2)", &[&row, &(sent + 604_800_000)])?;
            }
            Place => {
                number = 5;
                data = None;
                told.body = Some("Slotsholmen\ngeo:55.676000,12.580000".to_owned());
                if in_new {
                    run(
                        "INSERT INTO message_location (message_row_id, latitude, longitude, place_name) VALUES (?1, 55.676, 12.58, 'Slotsholmen')",
                        &[&row],
                    )?;
                }
                old = Extra { name: Some("Slotsholmen".to_owned()), at: (55.676, 12.58), ..old };
            }
            Card => {
                number = 4;
                let card = format!("BEGIN:VCARD\nVERSION:3.0\nFN:{text}\nEND:VCARD");
                told.body = None;
                told.files.push((None, Some(card.clone().into_bytes())));
                data = None;
                if in_new {
                    run("INSERT INTO message_vcard (message_row_id, vcard) VALUES (?1, ?2)", &[&row, &card])?;
                }
                if in_old {
                    old.data = Some(card);
                }
            }
            Poll => {
                number = 66;
                run("INSERT INTO message_poll VALUES (?1, 1)", &[&row])?;
                for (n, option) in ["ja", "nej"].iter().enumerate() {
                    run(
                        "INSERT INTO message_poll_option (message_row_id, option_name, vote_total) VALUES (?1, ?2, ?3)",
                        &[&row, option, &(n as i64)],
                    )?;
                }
            }
            Missed => {
                number = 10;
                data = None;
                told.body = None;
                told.event = Some(("call_missed", None));
                run(
                    "INSERT INTO missed_call_logs (message_row_id, timestamp, video_call) VALUES (?1, ?2, 0)",
                    &[&row, &sent],
                )?;
            }
            System(action) => {
                number = 7;
                let who = PEOPLE[1].0;
                told.body = None;
                let (name, what) = match action {
                    1 => ("group_renamed", Some(self.subject.clone())),
                    12 => ("participant_added", Some(shown(who))),
                    14 => ("participant_removed", Some(shown(who))),
                    5 => ("participant_left", Some(shown(sender))),
                    6 => ("group_photo_changed", None),
                    10 => ("number_changed", None),
                    18 => ("encryption_notice", None),
                    56 => ("timer_changed", Some("86400".to_owned())),
                    _ => ("other", Some("171".to_owned())),
                };
                told.event = Some((name, what));
                data = (action == 1).then(|| self.subject.clone());
                old.action = action;
                if in_new {
                    run("INSERT INTO message_system VALUES (?1, ?2)", &[&row, &action])?;
                    if action == 1 {
                        run(
                            "INSERT INTO message_system_value_change VALUES (?1, ?2)",
                            &[&row, &self.subject],
                        )?;
                    }
                    if matches!(action, 12 | 14) {
                        run(
                            "INSERT INTO message_system_chat_participant VALUES (?1, ?2)",
                            &[&row, &jid_row(who)],
                        )?;
                    }
                    if action == 56 {
                        run("INSERT INTO message_ephemeral_setting VALUES (?1, 86400)", &[&row])?;
                    }
                }
                if matches!(action, 12 | 14) {
                    let mut list = b"\xac\xed\x00\x05ur\x00\x19".to_vec();
                    list.extend(who.as_bytes());
                    old.thumb = Some(list);
                }
            }
            Unknown => {
                number = 177;
                told.event = Some(("other", Some("177".to_owned())));
            }
            Received => {
                told.receipts = (Some(sent + 900), Some(sent + 9_000));
                if in_new {
                    for (n, member) in [PEOPLE[0].0, PEOPLE[1].0].iter().enumerate() {
                        let late = n as i64 * 5_000;
                        run(
                            "INSERT INTO receipt_user (message_row_id, receipt_user_jid_row_id, receipt_timestamp, read_timestamp) VALUES (?1, ?2, ?3, ?4)",
                            &[&row, &jid_row(member), &(sent + 900 + late), &(sent + 9_000 + late)],
                        )?;
                    }
                }
                old.receipts = (sent + 900, sent + 9_000);
            }
        }
        if self.spec.thumbnail > 0 {
            let mut thumbnail = vec![0; self.spec.thumbnail];
            rand_chacha::rand_core::Rng::fill_bytes(&mut self.rng, &mut thumbnail);
            run("INSERT INTO message_thumbnail VALUES (?1, ?2)", &[&row, &thumbnail])?;
        }
        if in_new {
            // a system row is the owner's whoever caused it; a direct chat names no sender
            let by = if chat == 1 && !out { jid_row(sender) } else { 0 };
            run(
                "INSERT INTO message (_id, chat_row_id, from_me, key_id, sender_jid_row_id, status, timestamp, received_timestamp, \
                 receipt_server_timestamp, message_type, text_data) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                &[
                    &row,
                    &(chat as i64 + 1),
                    &(out || is_system),
                    &id,
                    &by,
                    &(if is_system { 6 } else { 13 }),
                    &sent,
                    &(sent + 400),
                    &(if out { sent + 300 } else { -1 }),
                    &number,
                    &data,
                ],
            )?;
        }
        if in_old {
            let by = (chat == 1 && !out).then_some(sender);
            // a picture's text is its caption, a system row's number is a size
            let (kind, size) = if is_system { (0, old.action) } else { (number, old.size) };
            let words = old.data.clone().or(data).filter(|_| old.caption.is_none());
            self.db
                .prepare_cached(
                    "INSERT INTO messages (_id, key_remote_jid, key_from_me, key_id, status, data, timestamp, media_mime_type, \
                     media_wa_type, media_size, media_name, media_caption, media_hash, latitude, longitude, thumb_image, \
                     remote_resource, received_timestamp, receipt_server_timestamp, receipt_device_timestamp, \
                     read_device_timestamp, quoted_row_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, \
                     ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)",
                )
                .and_then(|mut s| {
                    s.execute(params![
                        row,
                        jid,
                        out || is_system,
                        id,
                        if is_system { 6 } else { 13 },
                        words,
                        sent,
                        old.mime,
                        kind.to_string(),
                        size,
                        old.name,
                        old.caption,
                        old.hash,
                        old.at.0,
                        old.at.1,
                        old.thumb,
                        by,
                        sent + 400,
                        if out { sent + 300 } else { -1 },
                        old.receipts.0,
                        old.receipts.1,
                        old.quoted,
                    ])
                })
                .map_err(sql)?;
        }
        if !is_system {
            self.ids.push((id, chat));
        }
        match (in_new, in_old) {
            (true, both) => {
                self.folded += u64::from(both);
                self.new.push(told);
            }
            (false, _) => self.old.push(told),
        }
        Ok(())
    }
}

/// What only the old table keeps.
#[derive(Default)]
struct Extra {
    mime: Option<&'static str>,
    size: i64,
    name: Option<String>,
    caption: Option<String>,
    hash: Option<String>,
    data: Option<String>,
    at: (f64, f64),
    thumb: Option<Vec<u8>>,
    action: i64,
    receipts: (i64, i64),
    quoted: i64,
}

fn contacts(spec: &StoreSpec) -> io::Result<Vec<u8>> {
    let mut db = Connection::open_in_memory().map_err(sql)?;
    db.execute_batch(
        "CREATE TABLE wa_contacts (_id INTEGER PRIMARY KEY AUTOINCREMENT, jid TEXT NOT NULL, display_name TEXT, wa_name TEXT);",
    )
    .map_err(sql)?;
    for (jid, name) in PEOPLE {
        let name = name.map(|n| marked(spec.canary.as_ref(), n));
        db.execute("INSERT INTO wa_contacts (jid, display_name) VALUES (?1, ?2)", params![jid, name])
            .map_err(sql)?;
    }
    image(&mut db)
}
