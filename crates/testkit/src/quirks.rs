//! What real phones have and a story has not: rows that were deleted, rows in no chat, services and
//! events of other kinds, values that cannot be; schemas of other years; a log that was never folded in.

use std::io;

use rusqlite::{Connection, params};

use crate::messages::Book;
use crate::sql;
use crate::typedstream::{Run, body};

/// What is odd about a backup beside the story.
#[derive(Clone, Copy, Debug, Default)]
pub struct Quirks {
    /// Rows of every odd kind, and a hole of two rows among them.
    pub odd_rows: bool,
    /// The newest rows lie in a write-ahead log beside the database.
    pub log: bool,
    /// The database keeps its text as UTF-16.
    pub utf16: bool,
    /// A schema of before iOS 7, with dates in seconds and nothing but plain text.
    pub old_schema: bool,
    /// A row of every kind that Messages knows.
    pub kinds: bool,
    /// Everything that deletion leaves behind.
    pub deletions: bool,
    /// Settings that delete messages by themselves.
    pub settings: bool,
    /// How the files lie.
    pub shape: Shape,
}

/// How the files of a phone lie on disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// A backup with Manifest.db.
    #[default]
    Backup,
    /// A backup of before iOS 10, with Manifest.mbdb and all files in one folder.
    OldBackup,
    /// As on the phone itself, from the root of its file system.
    Files,
    /// The database of Messages by itself, with its log where it has one.
    Alone,
}

/// Columns that came after iOS 6.
const LATER: &[&str] = &[
    "attributedBody",
    "item_type",
    "other_handle",
    "group_title",
    "group_action_type",
    "associated_message_guid",
    "associated_message_type",
    "balloon_bundle_id",
    "payload_data",
    "expressive_send_style_id",
    "message_summary_info",
    "destination_caller_id",
    "reply_to_guid",
    "thread_originator_guid",
    "date_retracted",
    "date_edited",
    "part_count",
    "is_audio_message",
    "associated_message_emoji",
    "schedule_state",
    "is_corrupt",
    "is_expirable",
    "ck_chat_id",
];

impl Book<'_> {
    /// Adds one row of every odd kind; all of them are messages to a reader, save the two that are gone.
    pub(crate) fn odd_rows(&mut self, date: i64) -> io::Result<()> {
        let mut at = date;
        let mut next = || {
            at += 60_000_000_000;
            at
        };
        // deleted for good: only the hole in the row numbers is left
        for _ in 0..2 {
            let row = self.odd("slettet", None, "iMessage", next(), "")?;
            self.db.execute("DELETE FROM message WHERE ROWID = ?1", [row]).map_err(sql)?;
        }
        // recently deleted: out of its chat, still recoverable
        let row = self.odd("Slettet for nylig", None, "iMessage", next(), "")?;
        self.db
            .execute("INSERT INTO chat_recoverable_message_join VALUES (1, ?1, ?2)", params![row, date])
            .map_err(sql)?;
        self.found("Slettet for nylig");
        let row = self.odd("Sendt som RCS", None, "RCS", next(), "")?;
        self.join(2, row, date)?;
        self.found("Sendt som RCS");
        self.odd("I ingen samtale", None, "SMS", next(), "")?;
        self.found("I ingen samtale");
        // in two chats, as after a merge: one message
        let row = self.odd("I to samtaler", None, "iMessage", next(), "")?;
        self.join(0, row, date)?;
        self.join(2, row, date)?;
        self.found("I to samtaler");
        let row = self.odd("Umulig dato", None, "SMS", i64::MAX, "")?;
        self.join(2, row, i64::MAX)?;
        self.found("Umulig dato");
        // the body cut in the middle of its text, and no plain text beside it
        let whole = body(&[Run { text: "Afkortet midt i en sætning", file: None, also: &[] }]);
        let cut = whole.windows(8).position(|w| w == b"Afkortet").unwrap_or(0) + 8;
        let row = self.odd("", Some(&whole[..cut]), "iMessage", next(), "")?;
        self.join(0, row, date)?;
        self.found("Afkortet");
        for event in ["item_type = 1", "item_type = 1, group_action_type = 1", "item_type = 3"] {
            let row = self.odd("", None, "iMessage", next(), &format!(", other_handle = 3, {event}"))?;
            self.join(1, row, date)?;
            self.truth.rows += 1;
            self.truth.messages += 1;
        }
        // a number where a text should be, and a blob where a number should be
        let row = self.odd("", None, "SMS", next(), ", text = 4711, error = x'00ff'")?;
        self.join(2, row, date)?;
        self.truth.rows += 1;
        self.truth.messages += 1;
        // a kind that no reader knows
        let row = self.odd("Af ukendt art", None, "iMessage", next(), ", item_type = 66")?;
        self.join(1, row, date)?;
        self.found("Af ukendt art");
        Ok(())
    }

    fn odd(
        &mut self,
        text: &str,
        rich: Option<&[u8]>,
        service: &str,
        date: i64,
        set: &str,
    ) -> io::Result<i64> {
        let text = Some(self.marked(text)).filter(|t| !t.is_empty());
        let guid = self.guid();
        self.db
            .execute(
                "INSERT INTO message (guid, text, attributedBody, handle_id, service, date, is_from_me) \
                 VALUES (?1, ?2, ?3, 2, ?4, ?5, 0)",
                params![guid, text, rich, service, date],
            )
            .map_err(sql)?;
        let row = self.db.last_insert_rowid();
        if !set.is_empty() {
            let update = format!("UPDATE message SET guid = guid{set} WHERE ROWID = ?1");
            self.db.execute(&update, [row]).map_err(sql)?;
        }
        Ok(row)
    }

    fn found(&mut self, text: &str) {
        let text = self.marked(text);
        self.truth.rows += 1;
        self.truth.messages += 1;
        // a cut body ends where it was cut, before any mark
        self.truth.texts.push(if text.starts_with("Afkortet") { "Afkortet".to_owned() } else { text });
    }

    /// Turns the database into one of before iOS 7.
    pub(crate) fn age(&mut self) -> io::Result<()> {
        let reactions = self
            .db
            .execute("DELETE FROM message WHERE associated_message_guid IS NOT NULL", [])
            .map_err(sql)? as u64;
        self.truth.rows -= reactions;
        self.truth.folded -= reactions;
        self.db
            .execute_batch(
                "DROP INDEX message_idx_associated_message2; DROP TABLE chat_recoverable_message_join; \
                 UPDATE message SET date = date / 1000000000, date_read = date_read / 1000000000, \
                 date_delivered = date_delivered / 1000000000;",
            )
            .map_err(sql)?;
        for column in LATER {
            self.db.execute_batch(&format!("ALTER TABLE message DROP COLUMN {column}")).map_err(sql)?;
        }
        Ok(())
    }
}

/// A write-ahead log that turns `old` into `new`, both of them images of one database (SQLite file
/// format, section 4).
pub(crate) fn log(old: &[u8], new: &[u8]) -> Vec<u8> {
    let page_size = match u16::from_be_bytes([new[16], new[17]]) {
        1 => 65_536,
        size => usize::from(size),
    };
    let word = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).to_be_bytes();
    let mut out = Vec::new();
    // big-endian checksums, format 3007000, page size, checkpoint 1, two salts
    for field in [0x377f_0683_u32, 3_007_000, 0, 1, 0x1234_5678, 0x9abc_def0] {
        out.extend(field.to_be_bytes());
    }
    out[8..12].copy_from_slice(&word(page_size));
    let mut sum = checksum((0, 0), &out);
    out.extend(sum.0.to_be_bytes());
    out.extend(sum.1.to_be_bytes());
    let pages: Vec<&[u8]> = new.chunks(page_size).collect();
    let changed: Vec<usize> =
        (0..pages.len()).filter(|n| old.chunks(page_size).nth(*n) != Some(pages[*n])).collect();
    for (i, page) in changed.iter().enumerate() {
        let commit = if i + 1 == changed.len() { pages.len() } else { 0 };
        let head = [word(page + 1), word(commit)].concat();
        sum = checksum(sum, &head);
        sum = checksum(sum, pages[*page]);
        out.extend(&head);
        out.extend([0x1234_5678_u32.to_be_bytes(), 0x9abc_def0_u32.to_be_bytes()].concat());
        out.extend([sum.0.to_be_bytes(), sum.1.to_be_bytes()].concat());
        out.extend(pages[*page]);
    }
    out
}

fn checksum((mut a, mut b): (u32, u32), bytes: &[u8]) -> (u32, u32) {
    for pair in bytes.chunks_exact(8) {
        let x = u32::from_be_bytes([pair[0], pair[1], pair[2], pair[3]]);
        let y = u32::from_be_bytes([pair[4], pair[5], pair[6], pair[7]]);
        a = a.wrapping_add(x).wrapping_add(b);
        b = b.wrapping_add(y).wrapping_add(a);
    }
    (a, b)
}

/// A database for the schema, in the encoding asked for.
pub(crate) fn database(quirks: Quirks) -> io::Result<Connection> {
    let db = Connection::open_in_memory().map_err(sql)?;
    if quirks.utf16 {
        db.pragma_update(None, "encoding", "UTF-16le").map_err(sql)?;
    }
    Ok(db)
}
