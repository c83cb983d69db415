//! One chat as a source of messages: entries in the order of the file, each exactly one message.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use evidence::Evidence;
use model::{
    Attachment, Conversation, Direction, Edit, Event, Finding, ME, Message, MessageSource, Origin, Place,
    Raw, Record, Sensitive, SourceDescription, SourceError, Stamp, Tally, Text,
};

use crate::body::{Around, Body, File, take_apart};
use crate::counts::Counts;
use crate::entry::{Entries, Entry};
use crate::format::Locked;
use crate::head::End;
use crate::lines::Lines;
use crate::marks::{bare, is_marked};
use crate::names::alike;
use crate::notice::{self, Named, Notice};
use crate::source::Media;
use crate::survey::{Owner, Survey, is_owner};
use crate::zone::{Clock, Zone};

/// Most names that are kept ready.
const MOST_NAMES: usize = 1 << 16;

/// A chat, surveyed.
pub(crate) struct Reader {
    evidence: Evidence,
    /// The file's own name, as messages carry it.
    name: Text,
    survey: Survey,
    title: Text,
    media: Arc<Media>,
    zone: Zone,
    iphone: bool,
    description: SourceDescription,
    findings: Vec<Finding>,
}

fn text(value: &str) -> Text {
    Sensitive::new(Arc::from(value))
}

impl Reader {
    pub(crate) fn new(
        evidence: Evidence,
        name: &str,
        locked: &Locked,
        survey: Survey,
        media: Arc<Media>,
        zone: Zone,
    ) -> Self {
        let mut findings = Vec::new();
        let mut find = |code: String| findings.push(Finding { code, at: None });
        find(zone.code.clone());
        match survey.owner {
            Owner::Known(_) => {}
            Owner::Unknown => find("owner_unknown".to_owned()),
            Owner::Contradicting => find("owner_contradictory".to_owned()),
        }
        for (is, code) in [
            (survey.owner_name_absent, "owner_name_absent"),
            (locked.order_refused, "date_order_does_not_fit"),
            (survey.title.is_none(), "chat_name_unknown"),
            (survey.too_many, "too_many_senders"),
        ] {
            if is {
                find(code.to_owned());
            }
        }
        for (count, code) in [
            (locked.foreign, "lines_of_other_formats"),
            (survey.names.len() as u64, "names_with_colon"),
            (survey.resets, "time_went_back"),
        ] {
            if count > 0 {
                find(format!("{code}:{count}"));
            }
        }
        let description = SourceDescription {
            reader: crate::VERSION.to_owned(),
            rows: Some(survey.entries),
            newest: survey.newest.map(|wall| Clock::new(&zone).stamp(wall).0),
            findings: findings.clone(),
            ..SourceDescription::default()
        };
        let title = text(survey.title.as_deref().unwrap_or(name));
        let iphone = locked.format.shape.end == End::Bracket;
        Self { evidence, name: text(name), survey, title, media, zone, iphone, description, findings }
    }
}

impl MessageSource for Reader {
    fn describe(&self) -> SourceDescription {
        self.description.clone()
    }

    fn findings(&self) -> Vec<Finding> {
        self.findings.clone()
    }

    fn read(&mut self, sink: &mut dyn FnMut(Record) -> ControlFlow<()>) -> Result<Tally, SourceError> {
        let fail = |e: std::io::Error| SourceError::io("reading the chat", &e);
        let bytes = self.evidence.bytes.clone();
        let mut tally = Tally::default();
        let lines = Lines::new(bytes.as_ref()).map_err(fail)?;
        let mut entries = Entries::new(lines, &self.survey.heads, &self.survey.names);
        let mut chat = Writing::new(self);
        while let Some(entry) = entries.next().map_err(fail)? {
            tally.seen += 1;
            tally.messages += 1;
            let message = chat.message(entry, tally.seen);
            if sink(Record::Message(Box::new(message))).is_break() {
                return Ok(tally);
            }
        }
        let counts = chat.counts;
        drop(entries);
        self.note(&counts);
        Ok(tally)
    }
}

impl Reader {
    fn note(&mut self, counts: &Counts) {
        let unnamed = self.media.finish().unwrap_or(0) as u64;
        self.findings.truncate(self.description.findings.len());
        self.findings.extend(counts.findings(unnamed));
    }
}

/// What is carried from one message to the next.
struct Writing<'r> {
    reader: &'r Reader,
    clock: Clock,
    me: Text,
    names: HashMap<String, Text>,
    conversation: Arc<Conversation>,
    counts: Counts,
}

impl<'r> Writing<'r> {
    fn new(reader: &'r Reader) -> Self {
        let s = &reader.survey;
        // before the first rename the chat had the name that the rename took away
        let name = match &s.first_title {
            Some(old) => old.as_deref().map(text),
            None => Some(reader.title.clone()),
        };
        let conversation = Arc::new(Conversation {
            id: reader.title.clone(),
            name: name.filter(|_| s.is_group),
            is_group: s.is_group,
            participants: s.participants.iter().map(|p| text(p)).collect(),
        });
        let counts = Counts::default();
        let clock = Clock::new(&reader.zone);
        Self { reader, clock, me: text(ME), names: HashMap::new(), conversation, counts }
    }

    fn address(&mut self, named: &Named) -> Text {
        if is_owner(&self.reader.survey.owner, named) {
            return self.me.clone();
        }
        let Named::Other(name) = named else { return self.me.clone() };
        if let Some(known) = self.names.get(name) {
            return known.clone();
        }
        let new = text(name);
        if self.names.len() < MOST_NAMES {
            self.names.insert(name.clone(), new.clone());
        }
        new
    }

    fn message(&mut self, entry: Entry, ordinal: u64) -> Message {
        let Entry { line, wall, sender, text: said, bytes, quoted, piece } = entry;
        let mut doubts: Vec<Cow<'static, str>> = Vec::new();
        let sent_at = self.time(wall, &mut doubts);
        let name = sender.as_deref().map(bare);
        let notice = self.notice(name, line, wall, &said);
        let mut sender = name.map(|name| Named::Other(name.to_owned()));
        let mut event = None;
        let body = if let Some(notice) = &notice {
            // an iPhone writes sentences about a group as if the group said them
            let by_title = sender.as_ref().is_none_or(|s| self.is_title(s));
            if notice.actor.is_some() && (by_title || notice.actor == Some(Named::Owner)) {
                sender.clone_from(&notice.actor);
            }
            let plain = said.trim_start_matches(['\u{200e}', '\u{200f}']);
            event = Some(notice.event(plain, &mut |named| self.address(named)));
            Body { text: Some(plain.to_owned()), ..Body::default() }
        } else if wall.is_none() {
            doubts.push("before_first_head".into());
            self.counts.before_first += 1;
            event = Some(Event::Other { code: "before_first_head".to_owned(), text: Some(text(&said)) });
            Body { text: Some(said.clone()), ..Body::default() }
        } else if sender.is_none() {
            doubts.push("unknown_type:sentence".into());
            event = Some(Event::Other { code: "sentence".to_owned(), text: Some(text(&said)) });
            Body { text: Some(said.clone()), ..Body::default() }
        } else {
            let media = &self.reader.media;
            let has = |name: &str| media.find(name).is_some();
            let (marked, iphone) = (self.reader.survey.marked, self.reader.iphone);
            take_apart(&said, &Around { marked, iphone, has: &has })
        };
        let Body { text: shown, files, deleted, by_owner: _, edited, unknown, doubts: found } = body;
        doubts.extend(found);
        if unknown {
            doubts.push("unknown_type:sentence".into());
            event = Some(Event::Other { code: "sentence".to_owned(), text: shown.as_deref().map(text) });
        }
        if shown.is_none() && files.is_empty() && !deleted {
            doubts.push("empty_text".into());
        }
        self.told(quoted, piece, bytes.is_some(), &mut doubts);
        let attachments: Vec<Attachment> = files.iter().map(|f| self.attachment(f, &mut doubts)).collect();
        let mut raw = Vec::new();
        let taken_out = shown.as_deref() != Some(said.as_str()) && !said.is_empty();
        if let Some(bytes) = bytes.or_else(|| taken_out.then(|| said.into_bytes())) {
            raw.push(Raw { name: Cow::Borrowed("text"), bytes: Sensitive::new(bytes) });
        }
        let body = shown.as_deref().map(text);
        let edits = match edited {
            true => vec![Edit { at: None, text: body.clone() }],
            false => Vec::new(),
        };
        let out = sender.as_ref().is_some_and(|s| is_owner(&self.reader.survey.owner, s));
        if sender.is_some() && !matches!(self.reader.survey.owner, Owner::Known(_)) && !out {
            doubts.push("direction_unknown".into());
        }
        let conversation = self.conversation.clone();
        if let Some(Event::GroupRenamed { title: Some(title) }) = &event {
            self.conversation =
                Arc::new(Conversation { name: Some(title.clone()), ..conversation.as_ref().clone() });
        }
        Message {
            source: Cow::Borrowed("whatsapp-export"),
            service: Cow::Borrowed("WhatsApp"),
            conversation: Some(conversation),
            id: None,
            sender: sender.as_ref().map(|s| self.address(s)),
            sender_name: None,
            direction: if out { Direction::Out } else { Direction::In },
            sent_at,
            received_at: None,
            delivered_at: None,
            read_at: None,
            remote_at: None,
            subject: None,
            body,
            attachments,
            edits,
            unsent: deleted,
            unsent_parts: Vec::new(),
            reactions: Vec::new(),
            reply_to: None,
            deleted: false,
            expires_after_s: None,
            event,
            classification: None,
            doubts,
            origin: Origin {
                evidence: self.reader.name.clone(),
                evidence_sha256: self.reader.evidence.sha256,
                place: Place::Element { name: Cow::Borrowed("entry"), index: ordinal, line },
                reader_version: Cow::Borrowed(crate::VERSION),
            },
            raw,
        }
    }

    fn time(&mut self, wall: Option<i64>, doubts: &mut Vec<Cow<'static, str>>) -> Option<Stamp> {
        let Some(wall) = wall else {
            doubts.push("no_time".into());
            return None;
        };
        let (stamp, doubt) = self.clock.stamp(wall);
        match doubt.as_deref() {
            Some("ambiguous_hour") => self.counts.ambiguous += 1,
            Some("nonexistent_hour") => self.counts.nonexistent += 1,
            _ => {}
        }
        doubts.extend(doubt);
        if !stamp.is_plausible() {
            doubts.push("clock_out_of_range".into());
        }
        Some(stamp)
    }

    /// WhatsApp's own sentence: without a sender, or marked as its own behind one.
    fn notice(&self, sender: Option<&str>, line: u64, wall: Option<i64>, said: &str) -> Option<Notice> {
        wall?;
        let marked = is_marked(said);
        match sender {
            None => notice::read(said),
            Some(_) if marked && self.reader.iphone => {
                // a file or a withdrawn message is a message; so is a sentence with more behind it
                if crate::body::is_marker(said) { None } else { notice::read(said) }
            }
            // Android has missed calls as messages of the caller
            Some(_) if !self.reader.survey.marked && notice::is_call(said) => notice::read(said),
            // and may say in the name of the chat that it is encrypted
            Some(name) if line == 1 && self.is_title(&Named::Other(name.to_owned())) => {
                notice::read(said).filter(|n| n.encryption)
            }
            Some(_) => None,
        }
    }

    fn is_title(&self, named: &Named) -> bool {
        match named {
            Named::Owner => false,
            Named::Other(name) => self.reader.survey.title.as_deref().is_some_and(|t| alike(t, name)),
        }
    }

    fn told(&mut self, quoted: u64, piece: u64, not_text: bool, doubts: &mut Vec<Cow<'static, str>>) {
        if quoted > 0 {
            doubts.push(format!("quoted_heads:{quoted}").into());
            self.counts.quoted += quoted;
            self.counts.quoting += 1;
        }
        if piece > 0 {
            doubts.push(format!("too_long:piece_{piece}").into());
            self.counts.pieces += 1;
        }
        if not_text {
            doubts.push("not_utf8".into());
            self.counts.not_text += 1;
        }
    }

    fn attachment(&mut self, file: &File, doubts: &mut Vec<Cow<'static, str>>) -> Attachment {
        let File { name, left_out } = file;
        let mut attachment = Attachment {
            name: name.as_deref().map(text),
            mime: None,
            size: None,
            sha256: None,
            missing: true,
            content: None,
        };
        if let Some(kind) = left_out {
            doubts.push(format!("left_out:{kind}").into());
            self.counts.left_out += 1;
            return attachment;
        }
        let media = &self.reader.media;
        match name.as_deref().and_then(|name| media.find(name)) {
            None => self.counts.missing += 1,
            Some(found) => match media.measure(found) {
                Some(measured) => {
                    attachment.size = Some(measured.size);
                    attachment.sha256 = Some(measured.sha256);
                    attachment.missing = false;
                    attachment.content = Some(media.content(found, measured.size));
                }
                None => {
                    doubts.push("attachment_unreadable".into());
                    self.counts.unreadable += 1;
                }
            },
        }
        attachment
    }
}
