//! Message to canonical bytes. Buffers are reused: encoding a message allocates nothing once they
//! have grown.

use std::convert::Infallible;

use minicbor::Encoder;

use super::{Encoded, VERSION, key};
use crate::message::{Action, Attachment, Direction, Event, Message, Text};
use crate::place::Place;
use crate::stamp::Stamp;

/// Encodes the seven groups of `message` into `groups`, which are cleared first.
pub fn encode_into(message: &Message, groups: &mut Encoded) {
    let [core, text, parties, attachments, state, raw, provenance] = groups;
    for group in [&mut *core, text, parties, attachments, state, raw, provenance] {
        group.clear();
    }
    encode_core(message, core);
    encode_text(message, text);
    encode_parties(message, parties);
    encode_attachments(&message.attachments, attachments);
    encode_state(message, Receipts::With, state);
    encode_raw(message, raw);
    encode_provenance(message, provenance);
}

/// Appends what makes one version of a message differ from another: *text*, *attachments*, and
/// *state* without receipts. Delivered and read times alone make no new version.
pub fn version_into(message: &Message, groups: &Encoded, out: &mut Vec<u8>) {
    let [_, text, _, attachments, _, _, _] = groups;
    for group in [text, attachments] {
        out.extend_from_slice(&(group.len() as u64).to_be_bytes());
        out.extend_from_slice(group);
    }
    encode_state(message, Receipts::Without, out);
}

/// Whether delivered and read times are encoded.
#[derive(Clone, Copy, PartialEq)]
enum Receipts {
    With,
    Without,
}

/// A map under construction: its one-byte head is patched at the end, so no map may reach 24 keys.
struct Map<'a> {
    e: Encoder<&'a mut Vec<u8>>,
    head: usize,
    n: u8,
}

impl<'a> Map<'a> {
    fn new(out: &'a mut Vec<u8>) -> Self {
        let head = out.len();
        out.push(0xa0);
        Self { e: Encoder::new(out), head, n: 0 }
    }

    fn key(&mut self, key: u8) -> &mut Encoder<&'a mut Vec<u8>> {
        self.n += 1;
        done(self.e.u8(key));
        &mut self.e
    }

    fn text(&mut self, key: u8, value: Option<&Text>) {
        if let Some(value) = value {
            done(self.key(key).str(value.expose()));
        }
    }

    fn stamp(&mut self, key: u8, value: Option<Stamp>) {
        if let Some(value) = value {
            put_stamp(self.key(key), value);
        }
    }

    fn flag(&mut self, key: u8, value: bool) {
        if value {
            done(self.key(key).bool(true));
        }
    }

    fn finish(self) {
        debug_assert!(self.n < 24, "the head of a map is one byte");
        let head = self.head;
        self.e.into_writer()[head] = 0xa0 | self.n;
    }
}

fn done<T>(result: Result<T, minicbor::encode::Error<Infallible>>) {
    if result.is_err() {
        unreachable!("a Vec takes every byte")
    }
}

fn put_stamp(e: &mut Encoder<&mut Vec<u8>>, stamp: Stamp) {
    done(e.array(2).and_then(|e| e.i64(stamp.raw)).and_then(|e| e.u8(stamp.unit.code())));
}

fn encode_core(m: &Message, out: &mut Vec<u8>) {
    let mut map = Map::new(out);
    done(map.key(key::core::VERSION).u8(VERSION));
    done(map.key(key::core::SERVICE).str(&m.service));
    done(map.key(key::core::DIRECTION).u8(match m.direction {
        Direction::In => 0,
        Direction::Out => 1,
    }));
    map.stamp(key::core::SENT_AT, m.sent_at);
    map.stamp(key::core::RECEIVED_AT, m.received_at);
    map.stamp(key::core::REMOTE_AT, m.remote_at);
    map.text(key::core::ID, m.id.as_ref());
    map.text(key::core::REPLY_TO, m.reply_to.as_ref());
    if let Some(seconds) = m.expires_after_s {
        done(map.key(key::core::EXPIRES).u64(seconds));
    }
    if let Some(event) = &m.event {
        done(map.key(key::core::EVENT).u8(event_code(event)));
        match event {
            Event::TimerChanged { seconds: Some(seconds) } => {
                done(map.key(key::core::EVENT_SECONDS).u64(*seconds))
            }
            Event::Other { code, .. } => done(map.key(key::core::EVENT_CODE).str(code)),
            _ => {}
        }
    }
    map.text(key::core::CLASSIFICATION, m.classification.as_ref());
    map.finish();
}

/// Number of an event in the canonical encoding.
fn event_code(event: &Event) -> u8 {
    match event {
        Event::GroupRenamed { .. } => 1,
        Event::ParticipantAdded { .. } => 2,
        Event::ParticipantRemoved { .. } => 3,
        Event::ParticipantLeft { .. } => 4,
        Event::GroupPhotoChanged => 5,
        Event::TimerChanged { .. } => 6,
        Event::NumberChanged => 7,
        Event::CallMissed => 8,
        Event::EncryptionNotice => 9,
        Event::Other { .. } => 255,
    }
}

fn encode_text(m: &Message, out: &mut Vec<u8>) {
    let mut map = Map::new(out);
    map.text(key::text::BODY, m.body.as_ref());
    map.text(key::text::SUBJECT, m.subject.as_ref());
    if !m.edits.is_empty() {
        let e = map.key(key::text::EDITS);
        done(e.array(m.edits.len() as u64));
        for edit in &m.edits {
            done(e.array(2));
            match edit.at {
                Some(at) => put_stamp(e, at),
                None => done(e.null()),
            }
            put_text_or_null(e, edit.text.as_ref());
        }
    }
    if let Some(Event::Other { text, .. }) = &m.event {
        map.text(key::text::EVENT_TEXT, text.as_ref());
    }
    map.finish();
}

fn put_text_or_null(e: &mut Encoder<&mut Vec<u8>>, text: Option<&Text>) {
    match text {
        Some(text) => done(e.str(text.expose())),
        None => done(e.null()),
    }
}

fn encode_parties(m: &Message, out: &mut Vec<u8>) {
    let mut map = Map::new(out);
    if let Some(c) = &m.conversation {
        map.text(key::parties::CONVERSATION, Some(&c.id));
        map.text(key::parties::NAME, c.name.as_ref());
        map.flag(key::parties::IS_GROUP, c.is_group);
        if !c.participants.is_empty() {
            let e = map.key(key::parties::PARTICIPANTS);
            done(e.array(c.participants.len() as u64));
            for p in &c.participants {
                done(e.str(p.expose()));
            }
        }
    }
    map.text(key::parties::SENDER, m.sender.as_ref());
    map.text(key::parties::SENDER_NAME, m.sender_name.as_ref());
    if !m.reactions.is_empty() {
        let e = map.key(key::parties::REACTORS);
        done(e.array(m.reactions.len() as u64));
        for r in &m.reactions {
            put_text_or_null(e, r.sender.as_ref());
        }
    }
    match &m.event {
        Some(Event::GroupRenamed { title }) => map.text(key::parties::EVENT_TITLE, title.as_ref()),
        Some(
            Event::ParticipantAdded { who }
            | Event::ParticipantRemoved { who }
            | Event::ParticipantLeft { who },
        ) => map.text(key::parties::EVENT_WHO, who.as_ref()),
        _ => {}
    }
    map.finish();
}

fn encode_attachments(attachments: &[Attachment], out: &mut Vec<u8>) {
    if attachments.is_empty() {
        return;
    }
    done(Encoder::new(&mut *out).array(attachments.len() as u64));
    for a in attachments {
        let Attachment { name, mime, size, sha256, missing, content: _ } = a;
        let mut map = Map::new(out);
        map.text(key::attachment::NAME, name.as_ref());
        if let Some(mime) = mime {
            done(map.key(key::attachment::MIME).str(mime));
        }
        if let Some(size) = size {
            done(map.key(key::attachment::SIZE).u64(*size));
        }
        if let Some(sha256) = sha256 {
            done(map.key(key::attachment::SHA256).bytes(sha256));
        }
        map.flag(key::attachment::MISSING, *missing);
        map.finish();
    }
}

fn encode_state(m: &Message, receipts: Receipts, out: &mut Vec<u8>) {
    let mut map = Map::new(out);
    map.flag(key::state::UNSENT, m.unsent);
    if !m.unsent_parts.is_empty() {
        let e = map.key(key::state::UNSENT_PARTS);
        done(e.array(m.unsent_parts.len() as u64));
        for part in &m.unsent_parts {
            done(e.u32(*part));
        }
    }
    if !m.reactions.is_empty() {
        let e = map.key(key::state::REACTIONS);
        done(e.array(m.reactions.len() as u64));
        for r in &m.reactions {
            done(e.array(4));
            match r.at {
                Some(at) => put_stamp(e, at),
                None => done(e.null()),
            }
            done(e.u8(r.kind.code()));
            put_text_or_null(e, r.emoji.as_ref());
            done(e.bool(r.action == Action::Add));
        }
    }
    map.flag(key::state::DELETED, m.deleted);
    if receipts == Receipts::With {
        map.stamp(key::state::DELIVERED_AT, m.delivered_at);
        map.stamp(key::state::READ_AT, m.read_at);
    }
    map.finish();
}

fn encode_raw(m: &Message, out: &mut Vec<u8>) {
    if m.raw.is_empty() {
        return;
    }
    let mut e = Encoder::new(out);
    done(e.array(m.raw.len() as u64));
    for raw in &m.raw {
        done(e.array(2).and_then(|e| e.str(&raw.name)).and_then(|e| e.bytes(raw.bytes.expose())));
    }
}

fn encode_provenance(m: &Message, out: &mut Vec<u8>) {
    let mut map = Map::new(out);
    done(map.key(key::provenance::SOURCE).str(&m.source));
    map.text(key::provenance::EVIDENCE, Some(&m.origin.evidence));
    done(map.key(key::provenance::SHA256).bytes(&m.origin.evidence_sha256));
    put_place(map.key(key::provenance::PLACE), &m.origin.place);
    done(map.key(key::provenance::READER).str(&m.origin.reader_version));
    if !m.doubts.is_empty() {
        let e = map.key(key::provenance::DOUBTS);
        done(e.array(m.doubts.len() as u64));
        for doubt in &m.doubts {
            done(e.str(doubt));
        }
    }
    map.finish();
}

fn put_place(e: &mut Encoder<&mut Vec<u8>>, place: &Place) {
    match place {
        Place::Offset(at) => done(e.array(2).and_then(|e| e.u8(1)).and_then(|e| e.u64(*at))),
        Place::Row { table, rowid, column: _ } => {
            done(e.array(3).and_then(|e| e.u8(2)).and_then(|e| e.str(table)).and_then(|e| e.i64(*rowid)));
        }
        Place::Element { name, index, line } => done(
            e.array(4)
                .and_then(|e| e.u8(3))
                .and_then(|e| e.str(name))
                .and_then(|e| e.u64(*index))
                .and_then(|e| e.u64(*line)),
        ),
        Place::Frame { index } => done(e.array(2).and_then(|e| e.u8(4)).and_then(|e| e.u64(*index))),
        Place::File => done(e.array(1).and_then(|e| e.u8(5))),
    }
}
