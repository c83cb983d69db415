//! `sms.db` and `AddressBook.sqlitedb`: the story, and as many messages more as asked for.

use std::io;

use plist::{Dictionary, Value};
use rusqlite::{Connection, params};

use crate::backup::{MADE_AT, Writer, image};
use crate::kinds;
use crate::quirks;
use crate::story::{CHATS, Kind, LINES, MORE, PEOPLE, Who};
use crate::typedstream::{Run, body};
use crate::{Spec, list, sql};

/// What a reader must find.
#[derive(Debug, Default)]
pub struct Truth {
    /// Rows of `message`.
    pub rows: u64,
    /// Messages, events among them.
    pub messages: u64,
    /// Rows folded into a message.
    pub folded: u64,
    /// Every text, as the reader must give it, in the order of rows.
    pub texts: Vec<String>,
    /// Attachments that are there: name and content.
    pub files: Vec<(String, Vec<u8>)>,
    /// Attachments that are not there.
    pub missing: u64,
    /// Every message of WhatsApp, in the order of rows.
    pub whatsapp: Vec<crate::whatsapp::Told>,
}

/// Columns of iOS 18 that a reader uses, and some that it does not.
const SCHEMA: &str = "
CREATE TABLE handle (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, country TEXT, service TEXT NOT NULL);
CREATE TABLE chat (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, guid TEXT UNIQUE NOT NULL, style INTEGER,
  chat_identifier TEXT, service_name TEXT, room_name TEXT, display_name TEXT, is_filtered INTEGER DEFAULT 0);
CREATE TABLE message (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, guid TEXT UNIQUE NOT NULL, text TEXT,
  handle_id INTEGER DEFAULT 0, subject TEXT, attributedBody BLOB, service TEXT, account TEXT, error INTEGER DEFAULT 0,
  date INTEGER, date_read INTEGER, date_delivered INTEGER, is_from_me INTEGER DEFAULT 0, is_read INTEGER DEFAULT 0,
  is_sent INTEGER DEFAULT 0, cache_has_attachments INTEGER DEFAULT 0, cache_roomnames TEXT, item_type INTEGER DEFAULT 0,
  other_handle INTEGER DEFAULT 0, group_title TEXT, group_action_type INTEGER DEFAULT 0, associated_message_guid TEXT,
  associated_message_type INTEGER DEFAULT 0, balloon_bundle_id TEXT, payload_data BLOB, expressive_send_style_id TEXT,
  message_summary_info BLOB, destination_caller_id TEXT, reply_to_guid TEXT, thread_originator_guid TEXT,
  date_retracted INTEGER DEFAULT 0, date_edited INTEGER DEFAULT 0, part_count INTEGER, is_audio_message INTEGER DEFAULT 0,
  associated_message_emoji TEXT, schedule_state INTEGER DEFAULT 0, is_corrupt INTEGER DEFAULT 0,
  is_expirable INTEGER DEFAULT 0, ck_chat_id TEXT);
CREATE TABLE attachment (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, guid TEXT UNIQUE NOT NULL, created_date INTEGER,
  filename TEXT, uti TEXT, mime_type TEXT, transfer_state INTEGER DEFAULT 0, is_outgoing INTEGER DEFAULT 0,
  transfer_name TEXT, total_bytes INTEGER DEFAULT 0, hide_attachment INTEGER DEFAULT 0);
CREATE TABLE chat_handle_join (chat_id INTEGER, handle_id INTEGER, UNIQUE(chat_id, handle_id));
CREATE TABLE chat_message_join (chat_id INTEGER, message_id INTEGER, message_date INTEGER DEFAULT 0,
  PRIMARY KEY (chat_id, message_id));
CREATE TABLE chat_recoverable_message_join (chat_id INTEGER, message_id INTEGER, delete_date INTEGER,
  PRIMARY KEY (chat_id, message_id));
CREATE TABLE message_attachment_join (message_id INTEGER, attachment_id INTEGER, UNIQUE(message_id, attachment_id));
CREATE INDEX chat_message_join_idx_message_id_only ON chat_message_join(message_id);
CREATE INDEX message_idx_associated_message2 ON message(associated_message_guid)
  WHERE associated_message_guid IS NOT NULL;
";

/// Seconds between 1970 and 2001.
const APPLE: i64 = 978_307_200;
/// The first line of the story: 2026-01-05T07:40:00Z.
const FIRST: i64 = 1_767_598_800;

/// A text, marked where marks are asked for.
fn marked(spec: &Spec, text: &str) -> String {
    match &spec.canary {
        Some(canary) if !text.is_empty() => format!("{text} {canary}"),
        _ => text.to_owned(),
    }
}

pub(crate) struct Book<'a> {
    spec: &'a Spec,
    pub(crate) db: Connection,
    backup: &'a mut Writer,
    pub(crate) truth: Truth,
    guids: Vec<String>,
    attachments: i64,
}

/// Seconds since 1970 as Messages keeps them: nanoseconds since 2001, whole seconds for SMS.
fn apple(seconds: i64, service: &str, odd: u32) -> i64 {
    let odd = if service == "SMS" { 0 } else { i64::from(odd) * 1_000 };
    (seconds - APPLE) * 1_000_000_000 + odd
}

pub(crate) fn write(spec: &Spec, backup: &mut Writer) -> io::Result<Truth> {
    let quirks = spec.quirks;
    let db = quirks::database(quirks)?;
    db.execute_batch(SCHEMA).map_err(sql)?;
    let mut book = Book { spec, db, backup, truth: Truth::default(), guids: Vec::new(), attachments: 0 };
    book.people()?;
    let mut at = FIRST;
    for line in LINES {
        at += line.1 * 60;
        book.line(line, at)?;
    }
    for i in 0..spec.more {
        at = FIRST + i64::from(i) * 4_700_000 / i64::from(spec.more.max(1));
        let text = MORE[book.backup.below(16) as usize];
        let chat = book.backup.below(4) as usize;
        let who = if book.backup.below(2) == 0 { Who::Me } else { Who::They(CHATS[chat].1[0]) };
        book.line(&(chat, 0, who, text, Kind::Plain), at)?;
    }
    let before = if quirks.log { Some(image(&mut book.db)?) } else { None };
    if quirks.odd_rows || quirks.log {
        book.odd_rows(apple(at, "SMS", 0))?;
    }
    if quirks.kinds || quirks.deletions {
        book.db.execute_batch(kinds::LATER_SCHEMA).map_err(sql)?;
    }
    if quirks.kinds {
        book.kinds(apple(at + 3600, "SMS", 0))?;
    }
    if quirks.deletions {
        book.deletions(apple(at + 36_000, "SMS", 0))?;
    }
    if quirks.old_schema {
        book.age()?;
    }
    let Book { mut db, truth, .. } = book;
    let now = image(&mut db)?;
    let database = before.as_deref().unwrap_or(&now);
    backup.file("HomeDomain", "Library/SMS/sms.db", database, true, -4096)?;
    if let Some(before) = &before {
        backup.file("HomeDomain", "Library/SMS/sms.db-wal", &quirks::log(before, &now), true, 0)?;
    }
    address_book(spec, backup)?;
    if quirks.settings {
        for (name, content) in kinds::settings()? {
            backup.file("HomeDomain", &format!("Library/Preferences/{name}"), &content, true, 0)?;
        }
    } else {
        let mut settings = Dictionary::new();
        settings.insert("SSKeepMessages".into(), Value::from(0));
        let mut plist = Vec::new();
        Value::from(settings).to_writer_binary(&mut plist).map_err(list)?;
        backup.file("HomeDomain", "Library/Preferences/com.apple.MobileSMS.plist", &plist, true, 0)?;
    }
    backup.file("HomeDomain", "Library/Preferences/empty.plist", &[], true, 0)?;
    backup.file("CameraRollDomain", "Media/DCIM/100APPLE/IMG_0001.HEIC", &[9; 4096], true, 0)?;
    Ok(truth)
}

impl Book<'_> {
    pub(crate) fn marked(&self, text: &str) -> String {
        marked(self.spec, text)
    }

    pub(crate) fn guid(&mut self) -> String {
        self.backup.guid()
    }

    fn people(&mut self) -> io::Result<()> {
        for (i, (_, _, address)) in PEOPLE.iter().enumerate() {
            let row = i + 1;
            self.db
                .execute(
                    "INSERT INTO handle VALUES (?1, ?2, 'dk', ?3)",
                    params![row as i64, address, "iMessage"],
                )
                .map_err(sql)?;
        }
        for (i, (name, people, service)) in CHATS.iter().enumerate() {
            let chat = i as i64 + 1;
            let (guid, style) = match name {
                Some(_) => (format!("{service};+;chat100{i}"), 43),
                None => (format!("{service};-;{}", PEOPLE[people[0]].2), 45),
            };
            let title = name.map(|n| marked(self.spec, n));
            self.db
                .execute(
                    "INSERT INTO chat (guid, style, chat_identifier, service_name, display_name) \
                     VALUES (?1, ?2, ?5, ?3, ?4)",
                    params![guid, style, service, title, guid.rsplit(';').next()],
                )
                .map_err(sql)?;
            for person in *people {
                self.db
                    .execute(
                        "INSERT INTO chat_handle_join VALUES (?1, ?2)",
                        params![chat, *person as i64 + 1],
                    )
                    .map_err(sql)?;
            }
        }
        Ok(())
    }

    fn line(&mut self, line: &(usize, i64, Who, &str, Kind), at: i64) -> io::Result<()> {
        let (chat, _, who, text, kind) = line;
        let service = CHATS[*chat].2;
        let text = marked(self.spec, text);
        let date = apple(at, service, self.backup.below(1_000_000));
        let guid = self.backup.guid();
        let mut shown = Some(text.clone());
        let (mut summary, mut edited, mut files, mut reply) = (None, 0, Vec::new(), None);
        let mut plain = None;
        let mut rich = Some(body(&[Run { text: &text, file: None, also: &[] }]));
        match kind {
            Kind::Plain | Kind::Loved(_) => {
                if self.backup.below(3) == 0 {
                    plain = Some(text.clone());
                }
            }
            Kind::Edited(earlier) => {
                let mut all: Vec<String> = earlier.iter().map(|t| marked(self.spec, t)).collect();
                all.push(text.clone());
                summary = Some(edits(&all, date)?);
                edited = date + 90_000_000_000;
            }
            Kind::Unsent => {
                summary = Some(withdrawn()?);
                edited = date + 30_000_000_000;
                rich = None;
                shown = None;
            }
            Kind::File(name) | Kind::Missing(name) => {
                let there = matches!(kind, Kind::File(_));
                let file_guid = self.attachment(&marked(self.spec, name), there, date)?;
                rich = Some(body(&[
                    Run { text: "\u{fffc}", file: Some(&file_guid), also: &[] },
                    Run { text: &text, file: None, also: &[] },
                ]));
                files.push(self.attachments);
            }
            Kind::Reply(back) => {
                reply = self.guids.len().checked_sub(*back).and_then(|i| self.guids.get(i)).cloned()
            }
            Kind::Rename => {
                rich = None;
                shown = None;
            }
        }
        if self.spec.quirks.old_schema {
            plain.clone_from(&shown);
        }
        let (handle, me) = match who {
            Who::Me => (if CHATS[*chat].0.is_some() { 0 } else { CHATS[*chat].1[0] as i64 + 1 }, true),
            Who::They(person) => (*person as i64 + 1, false),
        };
        let rename = matches!(kind, Kind::Rename);
        self.db
            .prepare_cached(
                "INSERT INTO message (guid, text, handle_id, attributedBody, service, date, date_read, date_delivered, \
                 is_from_me, is_read, is_sent, item_type, group_title, message_summary_info, thread_originator_guid, \
                 date_edited, cache_has_attachments) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 1, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
            )
            .and_then(|mut s| {
                s.execute(params![
                    guid,
                    plain,
                    handle,
                    rich,
                    service,
                    date,
                    if me { 0 } else { date + 60_000_000_000 },
                    if me && service == "iMessage" { date + 1_000_000_000 } else { 0 },
                    me,
                    if rename { 2 } else { 0 },
                    rename.then_some(&text),
                    summary,
                    reply,
                    edited,
                    !files.is_empty(),
                ])
            })
            .map_err(sql)?;
        let row = self.db.last_insert_rowid();
        self.join(*chat, row, date)?;
        for file in files {
            self.db
                .execute("INSERT INTO message_attachment_join VALUES (?1, ?2)", params![row, file])
                .map_err(sql)?;
        }
        self.truth.rows += 1;
        self.truth.messages += 1;
        self.truth.texts.extend(shown);
        if let Kind::Loved(by) = kind {
            self.reaction(*chat, by, &guid, date + 120_000_000_000)?;
        }
        self.guids.push(guid);
        Ok(())
    }

    pub(crate) fn join(&self, chat: usize, row: i64, date: i64) -> io::Result<()> {
        self.db
            .prepare_cached("INSERT INTO chat_message_join VALUES (?1, ?2, ?3)")
            .and_then(|mut s| s.execute(params![chat as i64 + 1, row, date]))
            .map_err(sql)?;
        Ok(())
    }

    fn reaction(&mut self, chat: usize, by: &Who, target: &str, date: i64) -> io::Result<()> {
        let (handle, me) = match by {
            Who::Me => (0, true),
            Who::They(person) => (*person as i64 + 1, false),
        };
        let guid = self.backup.guid();
        self.db
            .execute(
                "INSERT INTO message (guid, text, handle_id, service, date, is_from_me, associated_message_guid, \
                 associated_message_type) VALUES (?1, 'Elskede en besked', ?2, 'iMessage', ?3, ?4, ?5, 2000)",
                params![guid, handle, date, me, format!("p:0/{target}")],
            )
            .map_err(sql)?;
        self.join(chat, self.db.last_insert_rowid(), date)?;
        self.truth.rows += 1;
        self.truth.folded += 1;
        Ok(())
    }

    fn attachment(&mut self, name: &str, there: bool, date: i64) -> io::Result<String> {
        let guid = self.backup.guid();
        let path = format!("Library/SMS/Attachments/0a/10/{guid}/{name}");
        let (mime, content) = match name.rsplit_once('.').map(|p| p.1.split(' ').next().unwrap_or_default()) {
            Some("png") => ("image/png", picture()),
            Some("txt") => {
                ("text/plain", "Notat om havneloven\n\n§ 7 kan træde i kraft den 1. juli.\n".into())
            }
            _ => ("image/heic", vec![1; 100]),
        };
        self.backup.file("MediaDomain", &path, &content, there, 0)?;
        self.attachments += 1;
        self.db
            .execute(
                "INSERT INTO attachment (ROWID, guid, created_date, filename, mime_type, transfer_name, total_bytes) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![self.attachments, guid, date, format!("~/{path}"), mime, name, content.len() as i64],
            )
            .map_err(sql)?;
        if there {
            self.truth.files.push((name.to_owned(), content));
        } else {
            self.truth.missing += 1;
        }
        Ok(guid)
    }
}

/// `message_summary_info` of an edited message.
fn edits(texts: &[String], date: i64) -> io::Result<Vec<u8>> {
    #[expect(clippy::cast_precision_loss, reason = "the format keeps seconds as floats")]
    let seconds = date as f64 / 1e9;
    let entries = texts.iter().zip(0_u8..).map(|(text, i)| {
        let mut entry = Dictionary::new();
        entry.insert("d".into(), Value::Real(seconds + f64::from(i) * 45.0));
        entry.insert("t".into(), Value::Data(body(&[Run { text, file: None, also: &[] }])));
        entry.into()
    });
    let mut parts = Dictionary::new();
    parts.insert("0".into(), Value::Array(entries.collect()));
    summary("ec", parts.into())
}

fn withdrawn() -> io::Result<Vec<u8>> {
    summary("rp", Value::Array(vec![Value::from(0)]))
}

fn summary(key: &str, value: Value) -> io::Result<Vec<u8>> {
    let mut root = Dictionary::new();
    root.insert(key.into(), value);
    let mut range = Dictionary::new();
    range.insert("lo".into(), Value::from(0));
    range.insert("le".into(), Value::from(10));
    let mut parts = Dictionary::new();
    parts.insert("0".into(), range.into());
    root.insert("otr".into(), parts.into());
    let mut out = Vec::new();
    Value::from(root).to_writer_binary(&mut out).map_err(list)?;
    Ok(out)
}

fn address_book(spec: &Spec, backup: &mut Writer) -> io::Result<()> {
    let mut db = Connection::open_in_memory().map_err(sql)?;
    db.execute_batch(
        "CREATE TABLE ABPerson (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, First TEXT, Last TEXT, Middle TEXT,
           Organization TEXT, Nickname TEXT, DisplayName TEXT, PersonLink INTEGER DEFAULT -1);
         CREATE TABLE ABMultiValue (UID INTEGER PRIMARY KEY, record_id INTEGER, property INTEGER, value TEXT);",
    )
    .map_err(sql)?;
    for (i, (name, number, _)) in PEOPLE.iter().enumerate().filter(|(_, p)| !p.0.is_empty()) {
        let (first, last) = name.split_once(' ').unwrap_or((name, ""));
        let id = i as i64 + 1;
        db.execute(
            "INSERT INTO ABPerson (ROWID, First, Last) VALUES (?1, ?2, ?3)",
            params![id, first, marked(spec, last)],
        )
        .map_err(sql)?;
        db.execute("INSERT INTO ABMultiValue VALUES (?1, ?1, 3, ?2)", params![id, number]).map_err(sql)?;
    }
    let image = image(&mut db)?;
    backup.file("HomeDomain", "Library/AddressBook/AddressBook.sqlitedb", &image, true, 4096)
}

/// A small picture: 48 by 32 points, two colours, uncompressed inside its zlib stream.
fn picture() -> Vec<u8> {
    let (width, height) = (48_u32, 32_u32);
    let mut raw = Vec::new();
    for y in 0..height {
        raw.push(0);
        for x in 0..width {
            let cross = (12..18).contains(&x) || (13..19).contains(&y);
            raw.extend(if cross { [255, 255, 255] } else { [198, 12, 48] });
        }
    }
    let mut zlib = vec![0x78, 0x01, 0x01];
    let len = u16::try_from(raw.len()).unwrap_or(0);
    zlib.extend(len.to_le_bytes());
    zlib.extend((!len).to_le_bytes());
    zlib.extend(&raw);
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in &raw {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    zlib.extend((b << 16 | a).to_be_bytes());
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = width.to_be_bytes().to_vec();
    header.extend(height.to_be_bytes());
    header.extend([8, 2, 0, 0, 0]);
    for (kind, data) in [(b"IHDR", &header), (b"IDAT", &zlib), (b"IEND", &Vec::new())] {
        out.extend(u32::try_from(data.len()).unwrap_or(0).to_be_bytes());
        let mut chunk = kind.to_vec();
        chunk.extend(data);
        out.extend(&chunk);
        let mut crc = u32::MAX;
        for byte in &chunk {
            crc ^= u32::from(*byte);
            for _ in 0..8 {
                crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
            }
        }
        out.extend((!crc).to_be_bytes());
    }
    out
}

const _: () = assert!(FIRST < MADE_AT.cast_signed());
