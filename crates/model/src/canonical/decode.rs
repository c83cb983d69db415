//! Canonical bytes to message. Strict about kinds and keys, bounded in every count by the length of
//! the input; never panics.

use std::borrow::Cow;
use std::sync::Arc;

use minicbor::Decoder;
use minicbor::data::Type;

use super::{VERSION, key};
use crate::message::{
    Action, Attachment, Conversation, Direction, Edit, Event, Message, Origin, Raw, Reaction, ReactionKind,
    Text,
};
use crate::place::{Fault, Place};
use crate::sensitive::Sensitive;
use crate::stamp::{Stamp, Unit};

type Result<T> = std::result::Result<T, Fault>;

/// Decodes the seven groups, in the order of [`super::GROUPS`]; attachments come without content.
///
/// # Errors
/// [`Fault`] when a group is not what [`super::encode_into`] writes.
pub fn decode(groups: [&[u8]; 7]) -> Result<Message> {
    decode_shown(groups.map(Some))
}

/// Decodes what is shown of a message; what lies in a hidden group is absent or empty, and must not be
/// taken for absent.
///
/// # Errors
/// As [`decode`].
pub(super) fn decode_shown(groups: [Option<&[u8]>; 7]) -> Result<Message> {
    let [core, text, parties, attachments, state, raw, provenance] = groups;
    let core = core.map_or_else(|| Ok(Core::default()), Core::decode)?;
    let text = TextGroup::decode(text.unwrap_or_default())?;
    let known = parties.is_some();
    let parties = Parties::decode(parties.unwrap_or_default())?;
    let attachments = decode_attachments(attachments.unwrap_or_default())?;
    let state = match state {
        Some(state) => State::decode(state, known.then_some(parties.reactors))?,
        None => State::default(),
    };
    let raw = decode_raw(raw.unwrap_or_default())?;
    let provenance = provenance.map_or_else(|| Ok(Provenance::hidden()), Provenance::decode)?;
    let event = match core.event {
        None => None,
        Some(1) => Some(Event::GroupRenamed { title: parties.event_title }),
        Some(2) => Some(Event::ParticipantAdded { who: parties.event_who }),
        Some(3) => Some(Event::ParticipantRemoved { who: parties.event_who }),
        Some(4) => Some(Event::ParticipantLeft { who: parties.event_who }),
        Some(5) => Some(Event::GroupPhotoChanged),
        Some(6) => Some(Event::TimerChanged { seconds: core.event_seconds }),
        Some(7) => Some(Event::NumberChanged),
        Some(8) => Some(Event::CallMissed),
        Some(9) => Some(Event::EncryptionNotice),
        Some(255) => Some(Event::Other { code: core.event_code.unwrap_or_default(), text: text.event_text }),
        Some(_) => return Err(Fault::Unexpected { expected: "a known event code" }),
    };
    Ok(Message {
        source: provenance.source,
        service: core.service,
        conversation: parties.conversation,
        id: core.id,
        sender: parties.sender,
        sender_name: parties.sender_name,
        direction: core.direction,
        sent_at: core.sent_at,
        received_at: core.received_at,
        delivered_at: state.delivered_at,
        read_at: state.read_at,
        remote_at: core.remote_at,
        subject: text.subject,
        body: text.body,
        attachments,
        edits: text.edits,
        unsent: state.unsent,
        unsent_parts: state.unsent_parts,
        reactions: state.reactions,
        reply_to: core.reply_to,
        deleted: state.deleted,
        expires_after_s: core.expires,
        event,
        classification: core.classification,
        doubts: provenance.doubts,
        origin: provenance.origin,
        raw,
    })
}

/// Direction, sent and received time in milliseconds since 1970, from *core* alone: what a retention
/// period needs.
///
/// # Errors
/// As [`decode`].
pub fn times(core: &[u8]) -> Result<(Direction, Option<i64>, Option<i64>)> {
    let core = Core::decode(core)?;
    Ok((core.direction, core.sent_at.map(Stamp::millis), core.received_at.map(Stamp::millis)))
}

fn wrong(expected: &'static str) -> Fault {
    Fault::Unexpected { expected }
}

/// Maps the library's errors to ours; theirs may quote input.
trait Want<T> {
    fn want(self, expected: &'static str) -> Result<T>;
}

impl<T> Want<T> for std::result::Result<T, minicbor::decode::Error> {
    fn want(self, expected: &'static str) -> Result<T> {
        self.map_err(|_| wrong(expected))
    }
}

/// Walks a definite map with ascending integer keys; an empty group is an empty map.
fn map<'b>(bytes: &'b [u8], mut entry: impl FnMut(u8, &mut Decoder<'b>) -> Result<()>) -> Result<()> {
    if bytes.is_empty() {
        return Ok(());
    }
    let mut d = Decoder::new(bytes);
    walk(&mut d, &mut entry)?;
    if d.position() == bytes.len() { Ok(()) } else { Err(wrong("the end of the group")) }
}

fn walk<'b>(d: &mut Decoder<'b>, entry: &mut dyn FnMut(u8, &mut Decoder<'b>) -> Result<()>) -> Result<()> {
    let n = d.map().want("a map")?.ok_or_else(|| wrong("a definite map"))?;
    let mut last = None;
    for _ in 0..n {
        let k = d.u8().want("an integer key")?;
        if last.is_some_and(|last| k <= last) {
            return Err(wrong("ascending keys"));
        }
        last = Some(k);
        entry(k, d)?;
    }
    Ok(())
}

fn array(d: &mut Decoder<'_>) -> Result<u64> {
    d.array().want("an array")?.ok_or_else(|| wrong("a definite array"))
}

fn array_of(d: &mut Decoder<'_>, n: u64) -> Result<()> {
    if array(d)? == n { Ok(()) } else { Err(wrong("an array of another length")) }
}

fn text(d: &mut Decoder<'_>) -> Result<Text> {
    Ok(Sensitive::new(Arc::from(d.str().want("text")?)))
}

fn or_null<T>(d: &mut Decoder<'_>, read: impl FnOnce(&mut Decoder<'_>) -> Result<T>) -> Result<Option<T>> {
    if d.datatype().want("a value")? == Type::Null {
        d.null().want("null")?;
        return Ok(None);
    }
    read(d).map(Some)
}

fn stamp(d: &mut Decoder<'_>) -> Result<Stamp> {
    array_of(d, 2)?;
    let raw = d.i64().want("an integer time")?;
    let unit = Unit::from_code(d.u8().want("a unit code")?).ok_or_else(|| wrong("a known unit code"))?;
    Ok(Stamp { raw, unit })
}

/// Words that recur are not allocated again.
fn word(s: &str) -> Cow<'static, str> {
    const KNOWN: [&str; 10] = [
        "iMessage",
        "SMS",
        "MMS",
        "RCS",
        "WhatsApp",
        "Signal",
        "SMART",
        "ios",
        "imessage 1",
        "attributedBody",
    ];
    KNOWN.iter().find(|k| **k == s).map_or_else(|| Cow::Owned(s.to_owned()), |k| Cow::Borrowed(*k))
}

#[derive(Default)]
struct Core {
    service: Cow<'static, str>,
    direction: Direction,
    sent_at: Option<Stamp>,
    received_at: Option<Stamp>,
    remote_at: Option<Stamp>,
    id: Option<Text>,
    reply_to: Option<Text>,
    expires: Option<u64>,
    event: Option<u8>,
    event_seconds: Option<u64>,
    event_code: Option<String>,
    classification: Option<Text>,
}

impl Core {
    fn decode(bytes: &[u8]) -> Result<Self> {
        let mut c = Self::default();
        let mut version = None;
        map(bytes, |k, d| {
            match k {
                key::core::VERSION => version = Some(d.u8().want("a version")?),
                key::core::SERVICE => c.service = word(d.str().want("text")?),
                key::core::DIRECTION => {
                    c.direction = match d.u8().want("a direction")? {
                        0 => Direction::In,
                        1 => Direction::Out,
                        _ => return Err(wrong("direction 0 or 1")),
                    }
                }
                key::core::SENT_AT => c.sent_at = Some(stamp(d)?),
                key::core::RECEIVED_AT => c.received_at = Some(stamp(d)?),
                key::core::REMOTE_AT => c.remote_at = Some(stamp(d)?),
                key::core::ID => c.id = Some(text(d)?),
                key::core::REPLY_TO => c.reply_to = Some(text(d)?),
                key::core::EXPIRES => c.expires = Some(d.u64().want("seconds")?),
                key::core::EVENT => c.event = Some(d.u8().want("an event code")?),
                key::core::EVENT_SECONDS => c.event_seconds = Some(d.u64().want("seconds")?),
                key::core::EVENT_CODE => c.event_code = Some(d.str().want("text")?.to_owned()),
                key::core::CLASSIFICATION => c.classification = Some(text(d)?),
                _ => return Err(wrong("a known key of core")),
            }
            Ok(())
        })?;
        if version == Some(VERSION) { Ok(c) } else { Err(wrong("version 1")) }
    }
}

#[derive(Default)]
struct TextGroup {
    body: Option<Text>,
    subject: Option<Text>,
    edits: Vec<Edit>,
    event_text: Option<Text>,
}

impl TextGroup {
    fn decode(bytes: &[u8]) -> Result<Self> {
        let mut t = Self::default();
        map(bytes, |k, d| {
            match k {
                key::text::BODY => t.body = Some(text(d)?),
                key::text::SUBJECT => t.subject = Some(text(d)?),
                key::text::EDITS => {
                    for _ in 0..array(d)? {
                        array_of(d, 2)?;
                        t.edits.push(Edit { at: or_null(d, stamp)?, text: or_null(d, text)? });
                    }
                }
                key::text::EVENT_TEXT => t.event_text = Some(text(d)?),
                _ => return Err(wrong("a known key of text")),
            }
            Ok(())
        })?;
        Ok(t)
    }
}

#[derive(Default)]
struct Parties {
    conversation: Option<Arc<Conversation>>,
    sender: Option<Text>,
    sender_name: Option<Text>,
    reactors: Vec<Option<Text>>,
    event_who: Option<Text>,
    event_title: Option<Text>,
}

impl Parties {
    fn decode(bytes: &[u8]) -> Result<Self> {
        let mut p = Self::default();
        let mut id = None;
        let mut conversation = Conversation {
            id: Sensitive::new(Arc::from("")),
            name: None,
            is_group: false,
            participants: Vec::new(),
        };
        map(bytes, |k, d| {
            match k {
                key::parties::CONVERSATION => id = Some(text(d)?),
                key::parties::NAME => conversation.name = Some(text(d)?),
                key::parties::IS_GROUP => conversation.is_group = d.bool().want("a bool")?,
                key::parties::PARTICIPANTS => {
                    for _ in 0..array(d)? {
                        conversation.participants.push(text(d)?);
                    }
                }
                key::parties::SENDER => p.sender = Some(text(d)?),
                key::parties::SENDER_NAME => p.sender_name = Some(text(d)?),
                key::parties::REACTORS => {
                    for _ in 0..array(d)? {
                        p.reactors.push(or_null(d, text)?);
                    }
                }
                key::parties::EVENT_WHO => p.event_who = Some(text(d)?),
                key::parties::EVENT_TITLE => p.event_title = Some(text(d)?),
                _ => return Err(wrong("a known key of parties")),
            }
            Ok(())
        })?;
        p.conversation = id.map(|id| Arc::new(Conversation { id, ..conversation }));
        Ok(p)
    }
}

fn decode_attachments(bytes: &[u8]) -> Result<Vec<Attachment>> {
    if bytes.is_empty() {
        return Ok(Vec::new());
    }
    let mut d = Decoder::new(bytes);
    let mut all = Vec::new();
    for _ in 0..array(&mut d)? {
        let mut a =
            Attachment { name: None, mime: None, size: None, sha256: None, missing: false, content: None };
        walk(&mut d, &mut |k, d| {
            match k {
                key::attachment::NAME => a.name = Some(text(d)?),
                key::attachment::MIME => a.mime = Some(Arc::from(d.str().want("text")?)),
                key::attachment::SIZE => a.size = Some(d.u64().want("a size")?),
                key::attachment::SHA256 => a.sha256 = Some(digest(d)?),
                key::attachment::MISSING => a.missing = d.bool().want("a bool")?,
                _ => return Err(wrong("a known key of an attachment")),
            }
            Ok(())
        })?;
        all.push(a);
    }
    if d.position() == bytes.len() { Ok(all) } else { Err(wrong("the end of the group")) }
}

fn digest(d: &mut Decoder<'_>) -> Result<[u8; 32]> {
    d.bytes().want("a digest")?.try_into().map_err(|_| wrong("32 bytes"))
}

#[derive(Default)]
struct State {
    unsent: bool,
    unsent_parts: Vec<u32>,
    reactions: Vec<Reaction>,
    deleted: bool,
    delivered_at: Option<Stamp>,
    read_at: Option<Stamp>,
}

impl State {
    /// `reactors` are those of *parties*, where that group is known.
    fn decode(bytes: &[u8], reactors: Option<Vec<Option<Text>>>) -> Result<Self> {
        let mut s = Self::default();
        let hidden = reactors.is_none();
        let mut reactors = reactors.unwrap_or_default().into_iter();
        map(bytes, |k, d| {
            match k {
                key::state::UNSENT => s.unsent = d.bool().want("a bool")?,
                key::state::UNSENT_PARTS => {
                    for _ in 0..array(d)? {
                        s.unsent_parts.push(d.u32().want("a part")?);
                    }
                }
                key::state::REACTIONS => {
                    for _ in 0..array(d)? {
                        array_of(d, 4)?;
                        let at = or_null(d, stamp)?;
                        let kind = ReactionKind::from_code(d.u8().want("a kind")?)
                            .ok_or_else(|| wrong("a known reaction kind"))?;
                        let emoji = or_null(d, text)?;
                        let action = if d.bool().want("a bool")? { Action::Add } else { Action::Remove };
                        let next = reactors.next().or(hidden.then_some(None));
                        let sender = next.ok_or_else(|| wrong("as many reactors as reactions"))?;
                        s.reactions.push(Reaction { at, sender, kind, emoji, action });
                    }
                }
                key::state::DELETED => s.deleted = d.bool().want("a bool")?,
                key::state::DELIVERED_AT => s.delivered_at = Some(stamp(d)?),
                key::state::READ_AT => s.read_at = Some(stamp(d)?),
                _ => return Err(wrong("a known key of state")),
            }
            Ok(())
        })?;
        if reactors.next().is_some() { Err(wrong("as many reactors as reactions")) } else { Ok(s) }
    }
}

fn decode_raw(bytes: &[u8]) -> Result<Vec<Raw>> {
    if bytes.is_empty() {
        return Ok(Vec::new());
    }
    let mut d = Decoder::new(bytes);
    let mut all = Vec::new();
    for _ in 0..array(&mut d)? {
        array_of(&mut d, 2)?;
        let name = word(d.str().want("text")?);
        all.push(Raw { name, bytes: Sensitive::new(d.bytes().want("bytes")?.to_vec()) });
    }
    if d.position() == bytes.len() { Ok(all) } else { Err(wrong("the end of the group")) }
}

struct Provenance {
    source: Cow<'static, str>,
    origin: Origin,
    doubts: Vec<Cow<'static, str>>,
}

impl Provenance {
    fn hidden() -> Self {
        let origin = Origin {
            evidence: Sensitive::new(Arc::from("")),
            evidence_sha256: [0; 32],
            place: Place::File,
            reader_version: Cow::Borrowed(""),
        };
        Self { source: Cow::Borrowed(""), origin, doubts: Vec::new() }
    }

    fn decode(bytes: &[u8]) -> Result<Self> {
        let (mut source, mut evidence, mut sha256, mut at, mut reader) = (None, None, None, None, None);
        let mut doubts = Vec::new();
        map(bytes, |k, d| {
            match k {
                key::provenance::SOURCE => source = Some(word(d.str().want("text")?)),
                key::provenance::EVIDENCE => evidence = Some(text(d)?),
                key::provenance::SHA256 => sha256 = Some(digest(d)?),
                key::provenance::PLACE => at = Some(place(d)?),
                key::provenance::READER => reader = Some(word(d.str().want("text")?)),
                key::provenance::DOUBTS => {
                    for _ in 0..array(d)? {
                        doubts.push(Cow::Owned(d.str().want("text")?.to_owned()));
                    }
                }
                _ => return Err(wrong("a known key of provenance")),
            }
            Ok(())
        })?;
        let missing = || wrong("every key of provenance");
        Ok(Self {
            source: source.ok_or_else(missing)?,
            origin: Origin {
                evidence: evidence.ok_or_else(missing)?,
                evidence_sha256: sha256.ok_or_else(missing)?,
                place: at.ok_or_else(missing)?,
                reader_version: reader.ok_or_else(missing)?,
            },
            doubts,
        })
    }
}

fn place(d: &mut Decoder<'_>) -> Result<Place> {
    let n = array(d)?;
    Ok(match (d.u8().want("a place code")?, n) {
        (1, 2) => Place::Offset(d.u64().want("an offset")?),
        (2, 3) => Place::Row {
            table: Cow::Owned(d.str().want("text")?.to_owned()),
            rowid: d.i64().want("a rowid")?,
            column: None,
        },
        (3, 4) => Place::Element {
            name: Cow::Owned(d.str().want("text")?.to_owned()),
            index: d.u64().want("an ordinal")?,
            line: d.u64().want("a line")?,
        },
        (4, 2) => Place::Frame { index: d.u64().want("an ordinal")? },
        (5, 1) => Place::File,
        _ => return Err(wrong("a known place code")),
    })
}
