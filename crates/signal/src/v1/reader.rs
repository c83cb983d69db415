//! The second way through an Android backup: every row of the message tables in the order of the file,
//! with what belongs to it read again from where the first way found it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use model::{
    Conversation, Fault, Finding, Location, MessageSource, Place, Reaction, Record, SourceDescription,
    SourceError, Stamp, Tally, Unreadable,
};

use super::frames::{self, File, FrameAt, Frames, Step};
use super::index::{Index, Table, key};
use super::row;
use super::statement::{self, Sql, Value};
use super::tables::Cells;
use crate::changes::Change;
use crate::draft::{Draft, Source, reaction};
use crate::people::{some, text};

/// An opened backup.
pub(crate) struct Reader {
    pub(crate) file: Arc<File>,
    pub(crate) index: Index,
    source: Source,
    pub(crate) conversations: HashMap<i64, Arc<Conversation>>,
    /// Conversations under a name they had, by thread and number of the rename.
    named: HashMap<(i64, usize), Arc<Conversation>>,
    /// Attachments whose content is not in the backup or damaged there.
    pub(crate) missing: u64,
    /// For reading rows again.
    pub(crate) again: Frames,
}

/// Hands records on and counts them.
struct Counting<'s> {
    sink: &'s mut dyn FnMut(Record) -> ControlFlow<()>,
    tally: Tally,
}

impl Counting<'_> {
    fn hand(&mut self, record: Record) -> ControlFlow<()> {
        let Tally { seen, messages, folded, unreadable } = &mut self.tally;
        *seen += 1;
        *match &record {
            Record::Message(_) => messages,
            Record::Folded { .. } => folded,
            Record::Unreadable(_) => unreadable,
        } += 1;
        (self.sink)(record)
    }
}

impl Reader {
    pub(crate) fn new(file: Arc<File>, index: Index, source: Source) -> Self {
        let conversations = index.people.conversations();
        let again = Frames::of(&file);
        Self { file, index, source, conversations, named: HashMap::new(), missing: 0, again }
    }

    fn at(place: Place) -> Location {
        Location { evidence: super::SHOWN.to_owned(), place }
    }

    fn unreadable(place: Place, fault: Fault) -> Record {
        Record::Unreadable(Unreadable { at: Self::at(place), fault })
    }

    /// The conversation of a thread as it was called when the row was written.
    pub(crate) fn conversation(&mut self, thread: i64, row: i64) -> Option<Arc<Conversation>> {
        let current = self.conversations.get(&thread)?;
        let renames = &self.index.renames;
        let from = renames.partition_point(|r| r.thread < thread);
        let to = renames.partition_point(|r| r.thread <= thread);
        if from == to || !current.is_group {
            return Some(current.clone());
        }
        let now = renames.partition_point(|r| (r.thread, r.row) <= (thread, row));
        if now == to {
            return Some(current.clone());
        }
        let name = if now == from { &renames[from].before } else { &renames[now - 1].after };
        let renamed =
            || Arc::new(Conversation { name: some(name.as_deref()), ..Conversation::clone(current) });
        Some(self.named.entry((thread, now)).or_insert_with(renamed).clone())
    }

    /// The statement frame of a row that the first way found.
    pub(crate) fn statement(&mut self, at: FrameAt) -> Option<Vec<u8>> {
        let frame = self.again.again(at).ok()?.ok()?;
        match frames::kind(frame) {
            frames::Kind::Statement(inner) => Some(inner.to_vec()),
            _ => None,
        }
    }

    /// Rows of a table that the first way found, one after the other.
    pub(crate) fn rows<T>(
        &mut self,
        at: &[FrameAt],
        mut take: impl FnMut(&Self, &Table, Cells<'_, '_>) -> Option<T>,
    ) -> Vec<T> {
        let mut out = Vec::with_capacity(at.len().min(1024));
        for at in at {
            let Some(inner) = self.statement(*at) else { continue };
            let Some(Sql::Row(name, None)) = statement::text(&inner).map(statement::parse) else { continue };
            let mut values: Vec<Value<'_>> = Vec::new();
            let Some((table, width)) = self.index.schema.table(name) else { continue };
            if statement::parameters(&inner, &mut values).is_ok() && values.len() == width {
                out.extend(take(self, table, Cells(&values)));
            }
        }
        out
    }

    /// The records of a statement; none when it is no row of a message.
    fn record(&mut self, at: FrameAt, inner: &[u8]) -> Option<Record> {
        let sql = statement::text(inner)?;
        let Sql::Row(name, None) = statement::parse(sql) else { return None };
        let named = matches!(name, "message" | "mms" | "sms");
        let here = || Place::Offset(at.offset);
        let Some((table, width)) = self.index.schema.table(name) else {
            let fault = Fault::Unexpected { expected: "the table before its rows" };
            return named.then(|| Self::unreadable(here(), fault));
        };
        let Table::Messages(columns, sms, table) = table else { return None };
        let (columns, sms, table) = (columns.clone(), *sms, *table);
        let mut values: Vec<Value<'_>> = Vec::new();
        if let Err(fault) = statement::parameters(inner, &mut values) {
            return Some(Self::unreadable(here(), fault));
        }
        if values.len() != width {
            let fault = Fault::Unexpected { expected: "a value for each column" };
            return Some(Self::unreadable(here(), fault));
        }
        let cells = Cells(&values);
        let Some(id) = cells.int(columns.id) else {
            return Some(Self::unreadable(here(), Fault::Unexpected { expected: "a row number" }));
        };
        let place = Place::Row { table: Cow::Borrowed(table), rowid: id, column: None };
        if self.index.superseded.contains(&key(id, sms)) {
            return Some(Record::Folded { at: Self::at(place) });
        }
        let draft = row::draft(self, &columns, cells, id, sms);
        Some(Record::Message(Box::new(draft.finish(&self.source, place))))
    }

    /// Reactions to a message or an earlier revision of it.
    pub(crate) fn reactions(&mut self, keys: &[i64]) -> Vec<Reaction> {
        let at: Vec<FrameAt> = keys.iter().flat_map(|k| self.index.reactions.take(*k)).collect();
        self.rows(&at, |reader, table, cells| {
            let Table::Reactions(c) = table else { return None };
            let author = super::people::Who::of(cells, c.author);
            let author = reader.index.people.person(author.as_ref());
            Some(reaction(cells.int(c.sent), &author, &cells.text(c.emoji)?))
        })
    }

    /// Reactions whose message is not in the backup: kept, each as a message of its own.
    fn left_over(&mut self, out: &mut Counting<'_>) -> ControlFlow<()> {
        for at in self.index.reactions.unused() {
            let found = self.rows(&[at], |reader, table, cells| {
                let Table::Reactions(c) = table else { return None };
                let author = super::people::Who::of(cells, c.author);
                let sender = reader.index.people.person(author.as_ref());
                let emoji = cells.text(c.emoji).map(|e| text(&e));
                let changes = vec![Change::Other("reaction", emoji)];
                let doubts = vec!["reaction_target_missing".into()];
                Some(Draft { sender, sent: cells.int(c.sent), changes, doubts, ..Draft::default() })
            });
            let place = Place::Offset(at.offset);
            let record = match found.into_iter().next() {
                Some(draft) => Record::Message(Box::new(draft.finish(&self.source, place))),
                None => Self::unreadable(place, Fault::Unexpected { expected: "a reaction" }),
            };
            out.hand(record)?;
        }
        ControlFlow::Continue(())
    }

    fn go(&mut self, out: &mut Counting<'_>) -> Result<ControlFlow<()>, SourceError> {
        let io = |e: std::io::Error| SourceError::io("reading the backup", &e);
        let file = self.file.clone();
        let mut frames = Frames::once_more(&file, &self.index.damages);
        loop {
            let (at, inner) = match frames.next().map_err(io)? {
                Step::End => break,
                Step::Damaged(damage) => {
                    let record = Self::unreadable(Place::Offset(damage.offset), damage.fault);
                    if out.hand(record).is_break() {
                        return Ok(ControlFlow::Break(()));
                    }
                    continue;
                }
                Step::Frame(at, frame) => match frames::kind(frame) {
                    frames::Kind::Statement(inner) => (at, inner),
                    frames::Kind::Attachment { len, .. } | frames::Kind::OtherFile { len } => {
                        if frames.pass_file(len).is_none() {
                            let damage = frames.cut(len);
                            let record = Self::unreadable(Place::Offset(damage.offset), damage.fault);
                            return Ok(out.hand(record));
                        }
                        continue;
                    }
                    _ => continue,
                },
            };
            if let Some(record) = self.record(at, inner)
                && out.hand(record).is_break()
            {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}

impl MessageSource for Reader {
    fn describe(&self) -> SourceDescription {
        SourceDescription {
            reader: crate::VERSION.to_owned(),
            schemas: vec![(super::SHOWN.to_owned(), self.index.schema.sha256())],
            evidence: Vec::new(),
            rows: Some(self.index.rows),
            newest: Some(self.index.newest).filter(|n| *n > 0).map(Stamp::unix_millis),
            findings: self.index.findings(),
        }
    }

    fn read(&mut self, sink: &mut dyn FnMut(Record) -> ControlFlow<()>) -> Result<Tally, SourceError> {
        let mut out = Counting { sink, tally: Tally::default() };
        if self.go(&mut out)?.is_continue() {
            let folded = self.index.reactions.len() - self.index.reactions.unused().len() as u64;
            if self.left_over(&mut out).is_continue() {
                // reactions that were read with their message
                out.tally.seen += folded;
                out.tally.folded += folded;
            }
        }
        Ok(out.tally)
    }

    fn findings(&self) -> Vec<Finding> {
        let mut findings = self.index.findings();
        let unowned = self.index.attachments.unused().len();
        for (count, code) in
            [(self.missing, "attachments_missing"), (unowned as u64, "attachments_without_message")]
        {
            if count > 0 {
                findings.push(Finding { code: format!("{code}:{count}"), at: None });
            }
        }
        findings
    }
}
