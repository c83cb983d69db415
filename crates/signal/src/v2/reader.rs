//! The two ways through the frames of a backup: the first gathers people, chats and the names that
//! groups had, the second hands on the chat items. Every chat item is a message; a frame that cannot be
//! read is listed by its number.

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;
use std::sync::Arc;

use model::{
    Conversation, Fault, Finding, Location, MessageSource, Place, Record, SourceDescription, SourceError,
    Stamp, Tally, Text, Unreadable,
};

use super::feed::{Next, Stored};
use super::items::{Context, FileCounts, Known, MediaFiles};
use super::node::{Met, Node};
use super::people::People;
use super::updates;
use crate::draft::Source;

/// An opened backup.
pub(crate) struct Reader {
    stored: Stored,
    shown: &'static str,
    source: Source,
    people: People,
    media: Box<dyn MediaFiles>,
    counts: FileCounts,
    known: Known,
    /// Chat, number of the frame, name from there on.
    renames: Vec<(u64, u64, Option<Text>)>,
    named: HashMap<(u64, usize), Arc<Conversation>>,
    /// Whether the whole of the frames was authenticated.
    authentic: bool,
    items: u64,
    newest: i64,
    findings: Vec<String>,
    /// When the backup was made.
    pub(crate) made_at: Option<i64>,
}

impl Reader {
    /// Goes through the frames for what is small.
    pub(crate) fn new(
        stored: Stored,
        shown: &'static str,
        source: Source,
        media: Box<dyn MediaFiles>,
        authentic: bool,
        owner: Option<&str>,
        findings: Vec<String>,
    ) -> Result<Self, SourceError> {
        let mut reader = Self {
            stored,
            shown,
            source,
            people: People::default(),
            media,
            counts: FileCounts::default(),
            known: HashMap::new(),
            renames: Vec::new(),
            named: HashMap::new(),
            authentic,
            items: 0,
            newest: 0,
            findings,
            made_at: None,
        };
        reader.people.own_number = owner.map(str::to_owned);
        reader.gather()?;
        Ok(reader)
    }

    fn gather(&mut self) -> Result<(), SourceError> {
        let mut feed = self.stored.feed().map_err(|e| SourceError::io("reading the backup", &e))?;
        let mut met = Met::default();
        let mut faults: BTreeMap<&'static str, (u64, u64)> = BTreeMap::new();
        let mut index = 0_u64;
        loop {
            let node = match feed.next(&mut met) {
                Next::Node(node) => node,
                Next::Bad(fault) | Next::Lost(fault) if index == 0 => {
                    let at = Location { evidence: self.shown.to_owned(), place: Place::Frame { index } };
                    return Err(SourceError::damaged(at, fault));
                }
                Next::Bad(_) => {
                    index += 1;
                    continue;
                }
                Next::Lost(_) => break,
                Next::End { clean } => {
                    if !clean {
                        faults.insert("bytes_after_the_end", (1, index));
                    }
                    break;
                }
            };
            let fault = if index == 0 { self.info(&node) } else { self.frame(index, &node) };
            if let Some(fault) = fault {
                faults.entry(fault).or_insert((0, index)).0 += 1;
            }
            index += 1;
        }
        self.people.settle();
        self.renames.sort_by_key(|(chat, at, _)| (*chat, *at));
        for (fault, (count, first)) in faults {
            self.findings.push(format!("{fault}:{count} (first in frame {first})"));
        }
        for (path, count) in met.unknown {
            self.findings.push(format!("unknown_field:{path}:{count}"));
        }
        for (count, code) in
            [(self.people.timers, "conversations_with_timer"), (self.people.too_many, "rows_too_many")]
        {
            if count > 0 {
                self.findings.push(format!("{code}:{count}"));
            }
        }
        match self.people.accounts {
            0 => self.findings.push("account_missing".to_owned()),
            1 => {}
            n => self.findings.push(format!("account_several:{n}")),
        }
        if !self.people.knows_owner() {
            self.findings.push("owner_unknown".to_owned());
        }
        Ok(())
    }

    fn info(&mut self, info: &Node) -> Option<&'static str> {
        self.made_at = Some(info.signed(2)).filter(|ms| *ms > 0);
        (info.int(1) != Some(1)).then_some("unknown_version")
    }

    fn frame(&mut self, index: u64, frame: &Node) -> Option<&'static str> {
        let Some((kind, inner)) = frame.one_of(|n| n <= 4) else {
            // an unset frame has nothing in it; one of a kind that is not read is known
            return None;
        };
        match kind {
            1 => {
                self.people.accounts += 1;
                None
            }
            2 => self.people.recipient(inner),
            3 => self.people.chat(inner),
            _ => {
                self.items += 1;
                self.newest = self.newest.max(inner.signed(3));
                if let Some(name) = updates::renamed(inner)
                    && self.renames.len() < 1_000_000
                {
                    self.renames.push((inner.int(1).unwrap_or(0), index, name));
                }
                None
            }
        }
    }

    /// The conversation under the name it had then. Before the first known change of name it is not
    /// known.
    fn conversation(&mut self, chat: u64, index: u64) -> Option<Arc<Conversation>> {
        let current = self.people.conversation(chat)?;
        let from = self.renames.partition_point(|r| r.0 < chat);
        let to = self.renames.partition_point(|r| r.0 <= chat);
        let now = self.renames.partition_point(|r| (r.0, r.1) <= (chat, index));
        if now == to {
            return Some(current);
        }
        let name = if now == from { None } else { self.renames[now - 1].2.clone() };
        let renamed = || Arc::new(Conversation { name, ..Conversation::clone(&current) });
        Some(self.named.entry((chat, now)).or_insert_with(renamed).clone())
    }

    fn record(&mut self, index: u64, item: &Node) -> Record {
        let Self { people, media, counts, known, .. } = self;
        let mut draft = Context { people, media: media.as_ref(), counts, known }.draft(item);
        draft.conversation = self.conversation(item.int(1).unwrap_or(0), index);
        if !self.authentic {
            draft.doubts.push("not_authenticated".into());
        }
        Record::Message(Box::new(draft.finish(&self.source, Place::Frame { index })))
    }

    fn unreadable(&self, index: u64, fault: Fault) -> Record {
        let at = Location { evidence: self.shown.to_owned(), place: Place::Frame { index } };
        Record::Unreadable(Unreadable { at, fault })
    }
}

impl MessageSource for Reader {
    fn describe(&self) -> SourceDescription {
        SourceDescription {
            reader: crate::VERSION.to_owned(),
            schemas: Vec::new(),
            evidence: Vec::new(),
            rows: Some(self.items),
            newest: Some(self.newest).filter(|n| *n > 0).map(Stamp::unix_millis),
            findings: self.findings.iter().map(|code| Finding { code: code.clone(), at: None }).collect(),
        }
    }

    fn read(&mut self, sink: &mut dyn FnMut(Record) -> ControlFlow<()>) -> Result<Tally, SourceError> {
        let mut feed = self.stored.feed().map_err(|e| SourceError::io("reading the backup", &e))?;
        let mut met = Met::default();
        let mut tally = Tally::default();
        let mut index = 0;
        loop {
            let (record, last) = match feed.next(&mut met) {
                Next::Node(node) if index > 0 => match node.node(4) {
                    Some(item) => (Some(self.record(index, item)), false),
                    None => (None, false),
                },
                Next::Node(_) => (None, false),
                Next::Bad(fault) => (Some(self.unreadable(index, fault)), false),
                Next::Lost(fault) => (Some(self.unreadable(index, fault)), true),
                Next::End { .. } => break,
            };
            index += 1;
            if let Some(record) = record {
                tally.seen += 1;
                match &record {
                    Record::Message(_) => tally.messages += 1,
                    Record::Folded { .. } => tally.folded += 1,
                    Record::Unreadable(_) => tally.unreadable += 1,
                }
                if sink(record).is_break() {
                    break;
                }
            }
            if last {
                break;
            }
        }
        Ok(tally)
    }

    fn findings(&self) -> Vec<Finding> {
        let mut codes = self.findings.clone();
        let FileCounts { whole: _, missing, damaged } = self.counts;
        for (count, code) in [(missing, "attachments_missing"), (damaged, "files_damaged")] {
            if count > 0 {
                codes.push(format!("{code}:{count}"));
            }
        }
        codes.into_iter().map(|code| Finding { code, at: None }).collect()
    }
}
