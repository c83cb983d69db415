//! One report, model by model, in two passes: places first, then messages. A record that the file ends in is
//! given as far as it goes; nothing in a record keeps the next from being read.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::sync::Arc;

use evidence::{DateOrder, Tree};
use model::{
    Fault, Finding, Location, Message, MessageSource, Place, ReadAt, Record, SourceDescription, SourceError,
    Stamp, Tally, Unreadable,
};
use sha2::{Digest, Sha256};

use crate::chat::{Activity, Chat, MOST_ACTIVITIES};
use crate::entities::Odd;
use crate::files::Files;
use crate::head::Facts;
use crate::index::{Index, is_messages};
use crate::kinds;
use crate::message::{MESSAGES, Maker};
use crate::nest::{Element, Nest, Step};
use crate::scanner::Scanner;
use crate::shown::{Counts, word};
use crate::time::Clock;
use crate::tree::{Model, Room};

/// A report.
pub(crate) struct Reader {
    pub(crate) tree: Arc<dyn Tree>,
    /// Folder of the report, `""` for the root.
    pub(crate) folder: String,
    pub(crate) bytes: Arc<dyn ReadAt>,
    /// Name of the report, for the message.
    pub(crate) name: String,
    /// Name as fit to be shown.
    pub(crate) shown: String,
    pub(crate) sha256: [u8; 32],
    pub(crate) facts: Facts,
    pub(crate) owner: Option<String>,
    pub(crate) order: Option<DateOrder>,
    pub(crate) findings: Vec<Finding>,
}

/// Happenings by the message that tells of them.
type Told = HashMap<String, Activity>;

/// What was met and is no message, and what was odd.
#[derive(Default)]
struct Seen {
    /// Models that are no messages, by type.
    others: Counts,
    /// Fields of messages that are not known, by type and name.
    fields: Counts,
    ordinals: [u64; 5],
    duplicates: u64,
    deleted: u64,
    unsure: u64,
    without_zone: u64,
    without_owner: u64,
    damaged: u64,
}

struct Pass<'s> {
    nest: Nest,
    maker: Maker,
    shown: String,
    sink: &'s mut dyn FnMut(Record) -> ControlFlow<()>,
    tally: Tally,
    seen: Seen,
    /// Digests of the messages given so far: 16 bytes each.
    given: HashSet<[u8; 16]>,
}

/// What reading stops for: the file, or whoever takes the records.
enum End {
    Fault(Fault),
    Stopped,
}

impl From<Fault> for End {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl Pass<'_> {
    fn give(&mut self, record: Record) -> Result<(), End> {
        match &record {
            Record::Message(_) => self.tally.messages += 1,
            Record::Folded { .. } => self.tally.folded += 1,
            Record::Unreadable(_) => self.tally.unreadable += 1,
        }
        if (self.sink)(record).is_break() {
            return Err(End::Stopped);
        }
        Ok(())
    }

    fn folded(&mut self, place: Place) -> Result<(), End> {
        self.give(Record::Folded { at: Location { evidence: self.shown.clone(), place } })
    }

    /// The place of the model that was just opened.
    fn place(&mut self, kind: &str) -> Place {
        let at =
            ["InstantMessage", "SMS", "MMS", "ChatActivity"].iter().position(|k| *k == kind).unwrap_or(4);
        self.seen.ordinals[at] += 1;
        let name = ["InstantMessage", "SMS", "MMS", "ChatActivity", "model"][at];
        let line = self.nest.scanner.line();
        Place::Element { name: Cow::Borrowed(name), index: self.seen.ordinals[at], line }
    }

    /// The message whose model was just opened.
    fn message(&mut self, kind: &str, chat: Option<&Chat>, told: &mut Told) -> Result<(), End> {
        let mut model = Model::of_tag(&self.nest, Cow::Borrowed(""), kind);
        let place = self.place(&model.kind);
        let (damage, mut room) = (self.nest.damage(), Room::new());
        self.nest.scanner.odd = Odd::default();
        self.nest.too_deep = false;
        model.read(&mut self.nest, &mut room)?;
        let mut doubts: Vec<Cow<'static, str>> = self.nest.scanner.odd.codes().map(Cow::Borrowed).collect();
        let damaged = self.nest.damage() > damage;
        self.seen.damaged += u64::from(damaged);
        let odd = [
            (room.full, "record_too_large"),
            (self.nest.too_deep, "too_deep"),
            (damaged, "markup_damaged"),
            (self.nest.scanner.cut, "record_cut"),
        ];
        doubts.extend(odd.iter().filter(|o| o.0).map(|o| Cow::Borrowed(o.1)));
        let fields = &mut self.seen.fields;
        model.leaves(&mut |_, of, field| {
            if !kinds::is_known_field(&field.name) {
                fields.add(&format!("{}.{}", word(&of.kind), word(&field.name)));
            }
        });
        let activity = told.remove(&model.id);
        let report_id = model.id.clone();
        let message = self.maker.message(model, chat, activity.as_ref(), place.clone(), doubts)?;
        if activity.is_some() {
            let place = self.place("ChatActivity");
            self.folded(place)?;
        }
        if !self.given.insert(identity(&message, &report_id)) {
            self.seen.duplicates += 1;
            return self.folded(place);
        }
        self.count(&message);
        self.give(Record::Message(Box::new(message)))
    }

    fn count(&mut self, message: &Message) {
        let has = |code: &str| message.doubts.iter().any(|d| d.starts_with(code));
        self.seen.deleted += u64::from(message.deleted);
        self.seen.unsure += u64::from(has("decoding_confidence:"));
        self.seen.without_zone += u64::from(has("time_without_zone") || has("ambiguous_hour"));
    }

    /// The chat whose tag was just read; its messages are read as they come.
    fn chat(&mut self) -> Result<(), End> {
        let (depth, began) = (self.nest.depth(), self.nest.began);
        let late = self.maker.index.late(began);
        let mut head = Some(Model::of_tag(&self.nest, Cow::Borrowed(""), "Chat"));
        let mut room = Room::new();
        let mut chat: Option<Chat> = None;
        let mut told = Told::new();
        loop {
            match self.nest.step(false)? {
                Step::End => break,
                Step::Close if self.nest.depth() < depth => break,
                Step::Close | Step::Text => {}
                Step::Open(_) if is_messages(&self.nest) => {
                    if let Some(mut head) = head.take() {
                        if let Some(behind) = late {
                            let looks = self.maker.index.looks();
                            looks.go_inside(behind, Element::Model);
                            rest(&mut head, looks, &mut room)?;
                        }
                        chat = Some(self.begin(head, &mut told)?);
                    }
                    self.messages(chat.as_ref(), &mut told)?;
                }
                Step::Open(element) => match &mut head {
                    Some(head) => head.child(element, &mut self.nest, &mut room)?,
                    // it was read before the messages
                    None => {
                        let at = self.nest.depth();
                        self.nest.leave(at)?;
                    }
                },
            }
        }
        // a chat without messages may still say what happened in it
        let chat = match (chat, head) {
            (Some(chat), _) => chat,
            (None, Some(head)) => self.begin(head, &mut told)?,
            (None, None) => return Ok(()),
        };
        let mut left: Vec<Activity> = told.into_values().collect();
        left.sort_by(|a, b| (a.at, &a.told_by).cmp(&(b.at, &b.told_by)));
        for activity in left {
            self.happened(&chat, activity)?;
        }
        Ok(())
    }

    /// Takes a chat's head in.
    fn begin(&mut self, head: Model, told: &mut Told) -> Result<Chat, End> {
        let mut chat = Chat::of(head, &self.maker.clock, self.maker.owner.as_deref());
        self.seen.without_owner += u64::from(!chat.owner_known);
        for activity in std::mem::take(&mut chat.activities) {
            match activity.told_by.clone() {
                Some(id) if told.len() < MOST_ACTIVITIES && !told.contains_key(&id) => {
                    told.insert(id, activity);
                }
                _ => self.happened(&chat, activity)?,
            }
        }
        Ok(chat)
    }

    fn happened(&mut self, chat: &Chat, activity: Activity) -> Result<(), End> {
        let place = self.place("ChatActivity");
        let message = self.maker.happening(chat, activity, place);
        self.give(Record::Message(Box::new(message)))
    }

    /// The messages of the chat whose list of them was just opened.
    fn messages(&mut self, chat: Option<&Chat>, told: &mut Told) -> Result<(), End> {
        let depth = self.nest.depth();
        let mut none = Told::new();
        loop {
            match self.nest.step(false)? {
                Step::End => return Ok(()),
                Step::Close if self.nest.depth() < depth => return Ok(()),
                Step::Close | Step::Text => {}
                Step::Open(Element::Model) => self.message("InstantMessage", chat, told)?,
                Step::Open(Element::Empty) => {}
                Step::Open(_) => {
                    // where a message should be and its tag is not one
                    if self.nest.scanner.tag.get("deleted_state").is_some() {
                        self.message("InstantMessage", chat, &mut none)?;
                        continue;
                    }
                    let (place, depth) = (self.place("element"), self.nest.depth());
                    self.nest.leave(depth)?;
                    let at = Location { evidence: self.shown.clone(), place };
                    let fault = Fault::Unexpected { expected: "a message" };
                    self.give(Record::Unreadable(Unreadable { at, fault }))?;
                }
            }
        }
    }

    /// Everything; messages wherever they stand.
    fn all(&mut self) -> Result<(), End> {
        let mut none = Told::new();
        loop {
            match self.nest.step(false)? {
                Step::End => return Ok(()),
                Step::Close | Step::Text => {}
                Step::Open(Element::TaggedFiles | Element::Bookmarks | Element::ExtraInfo) => {
                    let depth = self.nest.depth();
                    self.nest.leave(depth)?;
                }
                Step::Open(Element::Model) => {
                    let kind = self.nest.scanner.tag.get("type").map(Cow::into_owned).unwrap_or_default();
                    if kind == "Chat" {
                        self.chat()?;
                    } else if MESSAGES.contains(&kind.as_str()) {
                        self.message(&kind, None, &mut none)?;
                    } else {
                        self.seen.others.add(&word(&kind));
                        let depth = self.nest.depth();
                        self.nest.leave(depth)?;
                    }
                }
                Step::Open(_) => {}
            }
        }
    }
}

/// The rest of a chat, behind its messages.
fn rest(head: &mut Model, looks: &mut Nest, room: &mut Room) -> Result<(), Fault> {
    loop {
        match looks.step(false)? {
            Step::End => return Ok(()),
            Step::Close if looks.depth() == 0 => return Ok(()),
            Step::Close | Step::Text => {}
            Step::Open(_) if is_messages(looks) => {
                let depth = looks.depth();
                looks.leave(depth)?;
            }
            Step::Open(element) => head.child(element, looks, room)?,
        }
    }
}

/// What makes a message the same when it stands in the report twice: the app's own id with everything that
/// it says, else its id in the report.
fn identity(message: &Message, report_id: &str) -> [u8; 16] {
    let mut hash = Sha256::new();
    let mut put = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    let Message { service, id, sender, sent_at, body, event, attachments, deleted, origin, .. } = message;
    match id {
        Some(id) => put(id.expose().as_bytes()),
        None if !report_id.is_empty() => put(report_id.as_bytes()),
        // nothing says that it is another one
        None => put(format!("{:?}", origin.place).as_bytes()),
    }
    put(service.as_bytes());
    put(sender.as_ref().map_or(&[], |s| s.expose().as_bytes()));
    put(&sent_at.map_or(i64::MIN, Stamp::millis).to_be_bytes());
    put(body.as_ref().map_or(&[], |b| b.expose().as_bytes()));
    put(&[u8::from(*deleted), u8::from(event.is_some())]);
    if let Some(model::Event::Other { text: Some(text), .. }) = event {
        put(text.expose().as_bytes());
    }
    for file in attachments {
        put(file.name.as_ref().map_or(&[], |n| n.expose().as_bytes()));
        put(file.sha256.as_ref().map_or(&[], |h| h.as_slice()));
    }
    let digest: [u8; 32] = hash.finalize().into();
    std::array::from_fn(|i| digest[i])
}

impl MessageSource for Reader {
    fn describe(&self) -> SourceDescription {
        SourceDescription { reader: crate::VERSION.to_owned(), ..SourceDescription::default() }
    }

    fn findings(&self) -> Vec<Finding> {
        self.findings.clone()
    }

    fn read(&mut self, sink: &mut dyn FnMut(Record) -> ControlFlow<()>) -> Result<Tally, SourceError> {
        self.findings.clear();
        let broken = |fault| match fault {
            Fault::Io { code } => SourceError::Io { what: "reading the report", code },
            fault => {
                SourceError::damaged(Location { evidence: self.shown.clone(), place: Place::File }, fault)
            }
        };
        let index = Index::of(&self.bytes).map_err(broken)?;
        let beyond = index.beyond();
        let clock = Clock::new(self.facts.zone.as_deref(), self.order);
        let files = Files::new(self.tree.clone(), self.folder.clone());
        let maker = Maker::new(clock, self.owner.as_deref(), files, index, &self.name, self.sha256);
        let mut pass = Pass {
            nest: Nest::new(Scanner::new(self.bytes.clone())),
            maker,
            shown: self.shown.clone(),
            sink,
            tally: Tally::default(),
            seen: Seen::default(),
            given: HashSet::new(),
        };
        let ended = pass.all();
        let Pass { nest, maker, mut tally, seen, .. } = pass;
        tally.seen = tally.messages + tally.folded + tally.unreadable;
        match ended {
            Err(End::Stopped) => return Ok(tally),
            Err(End::Fault(fault)) => return Err(broken(fault)),
            Ok(()) => {}
        }
        let end = Place::Offset(nest.scanner.offset());
        if nest.scanner.cut {
            let at = Some(Location { evidence: self.shown.clone(), place: end });
            self.findings.push(Finding { code: "file_cut".to_owned(), at });
        }
        let mut codes = seen.codes();
        for (n, code) in [
            (nest.damage(), "markup_damaged"),
            (beyond, "descriptions_not_indexed"),
            (maker.files.mismatched, "attachment_hash_mismatch"),
        ] {
            if n > 0 {
                codes.push(format!("{code}:{n}"));
            }
        }
        let at =
            |code| Finding { code, at: Some(Location { evidence: self.shown.clone(), place: Place::File }) };
        self.findings.extend(codes.into_iter().map(at));
        Ok(tally)
    }
}

impl Seen {
    /// What a person must look at.
    fn codes(&self) -> Vec<String> {
        let mut codes = Vec::new();
        for (n, code) in [
            (self.duplicates, "duplicates"),
            (self.deleted, "recovered_deleted"),
            (self.unsure, "low_confidence"),
            (self.without_zone, "times_without_zone"),
            (self.without_owner, "owner_not_stated"),
            (self.damaged, "damaged_records"),
        ] {
            if n > 0 {
                codes.push(format!("{code}:{n}"));
            }
        }
        for (kind, n) in self.others.all() {
            codes.extend(kinds::finding(kind, n));
        }
        codes.extend(self.fields.all().map(|(field, n)| format!("unknown_field:{field}:{n}")));
        codes
    }
}
