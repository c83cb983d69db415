//! The scan: every row of `message` in the order of ROWID, reactions folded onto their message.
//!
//! A damaged page ends a scan; it is begun again behind the page, so that the rest is still read, and
//! the rows between are reported.

use std::borrow::Cow;
use std::ops::ControlFlow;
use std::sync::Arc;

use evidence::{Database, Evidence, EvidenceSet};
use model::{
    Fault, Finding, Location, Message, MessageSource, Place, Reaction, Record, Sensitive, SourceDescription,
    SourceError, Stamp, Tally, Text, Unreadable,
};
use rusqlite::{OptionalExtension, Statement};

use crate::attachments::{Finder, Found};
use crate::contacts::Contacts;
use crate::damage::{self, Behind, Order, Probe};
use crate::extras;
use crate::first_pass::{FirstPass, ReactionIndex};
use crate::maps::Maps;
use crate::normalise::{self, Context, Rare, reaction, target};
use crate::parts;
use crate::rows::{self, Row};
use crate::traces::{self, Holes};

/// An sms.db, opened.
pub(crate) struct Reader {
    set: Arc<dyn EvidenceSet>,
    database: Database,
    /// What the database was opened over, to open it once more.
    files: (Evidence, Option<Evidence>),
    sha256: [u8; 32],
    name: Text,
    contacts: Contacts,
    description: SourceDescription,
    findings: Vec<Finding>,
}

impl Reader {
    /// Opens `sms` with its log and the address book.
    pub(crate) fn open(
        set: Arc<dyn EvidenceSet>,
        sms: &Evidence,
        wal: Option<&Evidence>,
        contacts: Contacts,
        mut findings: Vec<Finding>,
    ) -> Result<Self, SourceError> {
        let database = Database::open(sms, wal)?;
        let columns = database.columns("message")?;
        if columns.is_empty() {
            return Err(SourceError::Missing { what: "table message in sms.db" });
        }
        for needed in rows::NEEDED.iter().filter(|c| !columns.contains(**c)) {
            findings.push(finding(format!("unknown_schema:message.{needed}")));
        }
        if database.pages_from_wal() > 0 {
            findings.push(finding(format!("uncheckpointed_log:{}", database.pages_from_wal())));
        }
        if let Some((have, need)) = database.cut() {
            findings.push(finding(format!("database_cut:{have}/{need}")));
        }
        if database.lost_schema_pages() > 0 {
            findings.push(finding(format!("schema_damaged:{}", database.lost_schema_pages())));
        }
        let newest = database
            .connection()
            .query_row("SELECT date FROM message ORDER BY ROWID DESC LIMIT 1", [], |row| row.get::<_, i64>(0))
            .ok()
            .and_then(Stamp::apple);
        let description = SourceDescription {
            reader: crate::VERSION.to_owned(),
            schemas: vec![(sms.name.clone(), database.schema_sha256()?)],
            evidence: Vec::new(),
            rows: database.count("message").ok(),
            newest,
            findings: findings.clone(),
        };
        let name = Sensitive::new(Arc::from(sms.name.as_str()));
        let files = (sms.clone(), wal.cloned());
        Ok(Self { set, database, files, sha256: sms.sha256, name, contacts, description, findings })
    }

    fn location(&self, rowid: i64) -> Location {
        let place = Place::Row { table: Cow::Borrowed("message"), rowid, column: None };
        Location { evidence: self.name.expose().to_string(), place }
    }
}

fn finding(code: String) -> Finding {
    Finding { code, at: None }
}

impl MessageSource for Reader {
    fn describe(&self) -> SourceDescription {
        self.description.clone()
    }

    fn findings(&self) -> Vec<Finding> {
        self.findings.clone()
    }

    fn read(&mut self, sink: &mut dyn FnMut(Record) -> ControlFlow<()>) -> Result<Tally, SourceError> {
        let columns = self.database.columns("message")?;
        let FirstPass { renames, reactions } = FirstPass::make(&self.database, &columns, || {
            Database::open(&self.files.0, self.files.1.as_ref())
        })?;
        let maps = Maps::read(&self.database, &self.contacts, renames)?;
        let of = |e| self.database.failed("message", &e);
        let select = rows::select(&columns);
        let connection = self.database.connection();
        let mut scan =
            connection.prepare(&format!("{select} WHERE ROWID > ?1 ORDER BY ROWID")).map_err(of)?;
        let mut fetch = Fetch {
            one: connection.prepare(&format!("{select} WHERE ROWID = ?1")).map_err(of)?,
            exists: connection
                .prepare("SELECT associated_message_type FROM message WHERE guid = ?1")
                .or_else(|_| connection.prepare("SELECT 0 FROM message WHERE guid = ?1"))
                .map_err(of)?,
            files: Finder::new(&self.database, self.set.clone())?,
            maps: &maps,
            reactions: &reactions,
            me: normalise::me(),
            extras: extras::Finder::new(&self.database, &columns)?,
        };
        let mut probe = Probe::new(&self.database, "message")?;
        let mut tally = Tally::default();
        let mut holes = Holes::default();
        let mut order = Order::default();
        let (mut stopped, mut damages) = (false, Vec::new());
        'scan: loop {
            let mut rows = scan.query([order.last()]).map_err(of)?;
            loop {
                let row = match rows.next() {
                    Ok(Some(row)) => row,
                    Ok(None) => break 'scan,
                    Err(_) => break,
                };
                let row = Row::take(row);
                let record = if order.fits(row.rowid) {
                    holes.note(row.rowid, row.date);
                    fetch.record(self, &row)
                } else {
                    let fault = Fault::Unexpected { expected: "row numbers in ascending order" };
                    Record::Unreadable(Unreadable { at: self.location(row.rowid), fault })
                };
                match &record {
                    Record::Message(_) => tally.messages += 1,
                    Record::Folded { .. } => tally.folded += 1,
                    Record::Unreadable(_) => tally.unreadable += 1,
                }
                if sink(record).is_break() {
                    stopped = true;
                    break 'scan;
                }
                if order.is_lost() {
                    break;
                }
            }
            // damage behind the last row: go on behind the next that can be reached
            drop(rows);
            let last = order.last();
            let behind = probe.behind(last);
            damages.push((last, behind));
            let (at, more) = match behind {
                Behind::Damaged(row) => (row, order.start_behind(row)),
                Behind::Row(row) => (last.saturating_add(1), order.start_behind(row - 1)),
                Behind::Nothing => (last.saturating_add(1), false),
            };
            tally.unreadable += 1;
            let unreadable = Unreadable { at: self.location(at), fault: Fault::Sqlite { code: 11 } };
            stopped = sink(Record::Unreadable(unreadable)).is_break();
            if stopped || !more {
                break 'scan;
            }
        }
        let mut parts = (0, false);
        if !stopped {
            parts = fetch.parts(self, sink, &mut tally)?;
        }
        let (missing, missing_bytes) = (fetch.files.missing, fetch.files.missing_bytes);
        drop((fetch, scan, probe));
        tally.seen = tally.messages + tally.folded + tally.unreadable;
        if stopped {
            return Ok(tally);
        }
        self.findings.extend(damage::findings(&self.database, &damages));
        let (deleted_parts, parts_damaged) = parts;
        if deleted_parts > 0 {
            self.findings.push(finding(format!("deleted_parts:{deleted_parts}")));
        }
        if parts_damaged {
            self.findings.push(finding(format!("table_damaged:{}", parts::TABLE)));
        }
        let scanned = tally.seen - deleted_parts;
        if let Some(rows) = self.description.rows.filter(|rows| *rows > scanned) {
            // rows that the table says it has and the scan never met
            let lost = rows - scanned;
            self.findings.push(finding(format!("rows_unaccounted:{lost}")));
            tally.unreadable += lost;
            tally.seen += lost;
        }
        if missing > 0 {
            self.findings.push(finding(format!("attachments_missing:{missing}/{missing_bytes}")));
        }
        self.findings.extend(traces::findings(&self.database, &maps, &holes));
        for (pairs, table) in
            [(&maps.in_chat, "chat_message_join"), (&maps.attachments, "message_attachment_join")]
        {
            if pairs.too_large > 0 {
                self.findings.push(finding(format!("row_numbers_too_large:{table}:{}", pairs.too_large)));
            }
            if pairs.damaged {
                self.findings.push(finding(format!("table_damaged:{table}")));
            }
        }
        if maps.damaged {
            self.findings.push(finding("table_damaged:handle_or_chat".to_owned()));
        }
        if maps.recoverable.len() > 0 {
            self.findings.push(finding(format!("recently_deleted:{}", maps.recoverable.len())));
        }
        Ok(tally)
    }
}

/// Everything that a row needs fetched.
struct Fetch<'d> {
    one: Statement<'d>,
    exists: Statement<'d>,
    files: Finder<'d>,
    maps: &'d Maps,
    reactions: &'d ReactionIndex,
    me: Text,
    extras: extras::Finder<'d>,
}

impl Fetch<'_> {
    fn record(&mut self, reader: &Reader, row: &Row<'_>) -> Record {
        if row.is_reaction() && self.has_target(row) {
            return Record::Folded { at: reader.location(row.rowid) };
        }
        Record::Message(Box::new(self.message(reader, row)))
    }

    fn message(&mut self, reader: &Reader, row: &Row<'_>) -> Message {
        let maps = self.maps;
        let in_chat = maps.in_chat.of(row.rowid).find(|c| maps.chats.contains_key(c));
        let recoverable = maps.recoverable.of(row.rowid).next();
        let chat = in_chat.or(recoverable).and_then(|c| maps.chats.get(&c));
        let mut attachments: Vec<Found> =
            maps.attachments.of(row.rowid).map(|a| self.files.find(a)).collect();
        let reactions = match row.guid.as_deref() {
            Some(guid) if !row.is_reaction() => self.reactions_to(guid, &mut attachments),
            _ => Vec::new(),
        };
        let deleted = in_chat.is_none() && recoverable.is_some();
        let rare = if row.rare || deleted || row.item_type == 4 || row.answers().is_some() {
            self.rare(row, deleted)
        } else {
            Rare::default()
        };
        let context = Context {
            evidence: &reader.name,
            sha256: reader.sha256,
            me: &self.me,
            conversation: chat.map(|c| c.at(row.date)),
            chat_service: chat.and_then(|c| c.service()),
            chats: maps.in_chat.of(row.rowid).count(),
            deleted,
            sender: maps.handles.get(&row.handle_id),
            other: maps.handles.get(&row.other_handle),
            attachments,
            reactions,
            rare,
        };
        normalise::message(row, context)
    }

    /// Parts that were deleted and can still be recovered. Gives how many, and whether some are lost.
    fn parts(
        &mut self,
        reader: &Reader,
        sink: &mut dyn FnMut(Record) -> ControlFlow<()>,
        tally: &mut Tally,
    ) -> Result<(u64, bool), SourceError> {
        let (parts, damaged) = parts::read(&reader.database)?;
        let missing = (self.files.missing, self.files.missing_bytes);
        let mut count = 0;
        for part in parts {
            // a part whose message is gone says whose it was by its chat only
            let one = format!("{} WHERE ROWID = ?1", rows::select(&reader.database.columns("message")?));
            let connection = reader.database.connection();
            let mut one =
                connection.prepare_cached(&one).map_err(|e| reader.database.failed("message", &e))?;
            let of = one.query_row([part.message], |sql| Ok(self.message(reader, &Row::take(sql))));
            let mut of = of.unwrap_or_else(|_| self.message(reader, &Row::default()));
            let chat = self.maps.chats.get(&part.chat);
            let sent = of.sent_at.map_or(i64::MAX, |at| at.raw);
            of.conversation = of.conversation.or_else(|| chat.map(|c| c.at(sent).clone()));
            tally.messages += 1;
            count += 1;
            if sink(Record::Message(Box::new(part.message(of)))).is_break() {
                break;
            }
        }
        // its files were counted with the message
        (self.files.missing, self.files.missing_bytes) = missing;
        Ok((count, damaged))
    }

    /// What few rows have.
    fn rare(&mut self, row: &Row<'_>, deleted: bool) -> Rare {
        let vote = row.associated_guid.as_deref().filter(|_| row.associated_type == 4000);
        Rare {
            reply_target_missing: row.answers().is_some_and(|guid| !self.extras.is_there(guid)),
            extras: if row.rare || row.item_type == 4 { self.extras.of(row.rowid) } else { None },
            deleted_at: if deleted { self.extras.deleted_at(row.rowid) } else { 0 },
            poll: vote.and_then(|guid| self.extras.payload(target(guid))),
        }
    }

    /// Whether the message that a reaction is about is there, and no reaction itself.
    fn has_target(&mut self, row: &Row<'_>) -> bool {
        let Some(guid) = row.associated_guid.as_deref().map(target) else { return false };
        // most reactions come after their message, which has folded them by then
        if self.reactions.is_folded(guid, row.rowid) {
            return true;
        }
        // one that the first pass could not reach would be folded into nothing
        if !self.reactions.of(guid).any(|at| self.reactions.rowid(at) == row.rowid) {
            return false;
        }
        let kind = self.exists.query_row([guid], |row| row.get::<_, Option<i64>>(0)).optional();
        matches!(kind, Ok(Some(kind)) if !rows::is_reaction(kind.unwrap_or(0)))
    }

    /// Reactions to a message, in order of time; what they carry (stickers) goes to its attachments.
    fn reactions_to(&mut self, guid: &str, attachments: &mut Vec<Found>) -> Vec<Reaction> {
        let mut found: Vec<(i64, i64, Reaction)> = Vec::new();
        for at in self.reactions.of(guid) {
            let rowid = self.reactions.rowid(at);
            let maps = self.maps;
            let one = self.one.query_row([rowid], |sql| {
                let row = Row::take(sql);
                // a hash is not a guid
                let about = row.associated_guid.as_deref().map(target) == Some(guid);
                let reaction = reaction(&row, maps.handles.get(&row.handle_id), &self.me);
                Ok(reaction.filter(|_| about).map(|r| (row.date, rowid, r)))
            });
            if let Ok(Some(one)) = one {
                self.reactions.fold(at);
                found.push(one);
                for attachment in maps.attachments.of(rowid) {
                    let mut sticker = self.files.find(attachment);
                    sticker.doubts.push("attachment_of_reaction");
                    attachments.push(sticker);
                }
            }
        }
        found.sort_by_key(|(date, rowid, _)| (*date, *rowid));
        found.into_iter().map(|(_, _, reaction)| reaction).collect()
    }
}
