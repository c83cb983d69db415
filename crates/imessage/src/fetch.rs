//! What a row refers to, fetched from the database and the maps: from a row to a record.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;

use evidence::{Database, EvidenceSet};
use model::{Location, Message, Place, Reaction, Record, SourceError, Tally, Text};
use rusqlite::{OptionalExtension, Statement};

use crate::attachments::{Finder, Found};
use crate::extras;
use crate::first_pass::ReactionIndex;
use crate::maps::Maps;
use crate::normalise::{self, Context, Rare, reaction, target};
use crate::parts;
use crate::rows::{self, Row};

/// Where the rows come from.
pub(crate) struct Origin {
    pub(crate) set: Arc<dyn EvidenceSet>,
    pub(crate) name: Text,
    pub(crate) sha256: [u8; 32],
}

impl Origin {
    /// A row of `message`.
    pub(crate) fn location(&self, rowid: i64) -> Location {
        let place = Place::Row { table: Cow::Borrowed("message"), rowid, column: None };
        Location { evidence: self.name.expose().to_string(), place }
    }
}

/// Everything that a row needs fetched.
pub(crate) struct Fetch<'d> {
    origin: &'d Origin,
    one: Statement<'d>,
    /// What kind of row has a guid; absent in a schema without guids.
    exists: Option<Statement<'d>>,
    pub(crate) files: Finder<'d>,
    maps: &'d Maps,
    reactions: &'d ReactionIndex,
    me: Text,
    extras: extras::Finder<'d>,
}

impl<'d> Fetch<'d> {
    /// Prepares every query.
    pub(crate) fn new(
        database: &'d Database,
        columns: &BTreeSet<String>,
        origin: &'d Origin,
        maps: &'d Maps,
        reactions: &'d ReactionIndex,
    ) -> Result<Self, SourceError> {
        let of = |e| database.failed("message", &e);
        let connection = database.connection();
        let one = format!("{} WHERE ROWID = ?1", rows::select(columns));
        Ok(Self {
            origin,
            one: connection.prepare(&one).map_err(of)?,
            exists: connection
                .prepare("SELECT associated_message_type FROM message WHERE guid = ?1")
                .or_else(|_| connection.prepare("SELECT 0 FROM message WHERE guid = ?1"))
                .ok(),
            files: Finder::new(database, origin.set.clone())?,
            maps,
            reactions,
            me: normalise::me(),
            extras: extras::Finder::new(database, columns)?,
        })
    }

    /// A row as a message, or folded into one.
    pub(crate) fn record(&mut self, row: &Row<'_>) -> Record {
        if row.is_reaction() && self.has_target(row) {
            return Record::Folded { at: self.origin.location(row.rowid) };
        }
        Record::Message(Box::new(self.message(row)))
    }

    fn message(&mut self, row: &Row<'_>) -> Message {
        let maps = self.maps;
        let in_chat = maps.in_chat.of(row.rowid).find(|c| maps.chats.contains_key(c));
        let mut recoverable = maps.recoverable.of(row.rowid).peekable();
        let first = recoverable.peek().copied();
        let recoverable = recoverable.find(|c| maps.chats.contains_key(c)).or(first);
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
        let files = &mut self.files;
        let context = Context {
            evidence: &self.origin.name,
            sha256: self.origin.sha256,
            me: &self.me,
            conversation: chat.map(|c| c.at(row.date)),
            chat_service: chat.and_then(|c| c.service()),
            chats: maps.in_chat.of(row.rowid).count(),
            deleted,
            sender: maps.handles.get(&row.handle_id),
            other: maps.handles.get(&row.other_handle),
            attachments,
            named: &mut |guid| files.named(guid),
            reactions,
            rare,
        };
        normalise::message(row, context)
    }

    /// Parts that were deleted and can still be recovered. Gives how many, and whether some are lost.
    pub(crate) fn parts(
        &mut self,
        database: &Database,
        sink: &mut dyn FnMut(Record) -> ControlFlow<()>,
        tally: &mut Tally,
    ) -> Result<(u64, bool), SourceError> {
        let (parts, damaged) = parts::read(database)?;
        let missing = (self.files.missing, self.files.missing_bytes);
        let mut count = 0;
        for part in parts {
            // a part whose message is gone says whose it was by its chat only
            let one = format!("{} WHERE ROWID = ?1", rows::select(&database.columns("message")?));
            let mut one =
                database.connection().prepare_cached(&one).map_err(|e| database.failed("message", &e))?;
            let of = one.query_row([part.message], |sql| Ok(self.message(&Row::take(sql))));
            let mut of = of.unwrap_or_else(|_| self.message(&Row::default()));
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
        let Some(exists) = &mut self.exists else { return false };
        let kind = exists.query_row([guid], |row| row.get::<_, Option<i64>>(0)).optional();
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
