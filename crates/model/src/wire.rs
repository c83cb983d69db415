//! JSON Lines, version 1: the form that `read` and `export` write. Asked for by an operator, so the
//! content is exposed here and nowhere else outside the seal.
//!
//! Absent values are `null`, `[]` or `false`; every field is always there, in the same order.

use serde::Serialize;
use serde::ser::{SerializeMap, SerializeSeq, Serializer};

use crate::message::{Action, Attachment, Direction, Edit, Event, Message, Reaction, Text};
use crate::place::Place;
use crate::stamp::Stamp;

/// Appends `message` as one JSON line to `out`; `archive` becomes the field of that name where a
/// production adds it (`serde_json::Value::Null` is written too).
pub fn write_line(out: &mut Vec<u8>, message: &Message, archive: Option<&serde_json::Value>) {
    serde_json::to_writer(&mut *out, &Line { message, archive })
        .expect("a Vec takes every byte and no map key fails");
    out.push(b'\n');
}

struct Line<'a> {
    message: &'a Message,
    archive: Option<&'a serde_json::Value>,
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        // a new field makes this line fail to compile
        let Message {
            source,
            service,
            conversation,
            id,
            sender,
            sender_name,
            direction,
            sent_at,
            received_at,
            delivered_at,
            read_at,
            remote_at,
            subject,
            body,
            attachments,
            edits,
            unsent,
            unsent_parts,
            reactions,
            reply_to,
            deleted,
            expires_after_s,
            event,
            classification,
            doubts,
            origin,
            raw: _,
        } = self.message;
        let c = conversation.as_deref();
        let mut m = s.serialize_map(None)?;
        m.serialize_entry("source", source)?;
        m.serialize_entry("service", service)?;
        m.serialize_entry("conversation", &shown(c.map(|c| &c.id)))?;
        m.serialize_entry("conversation_name", &shown(c.and_then(|c| c.name.as_ref())))?;
        m.serialize_entry("is_group", &c.is_some_and(|c| c.is_group))?;
        m.serialize_entry("participants", &Each(c.map_or(&[][..], |c| &c.participants), Shown))?;
        m.serialize_entry("id", &shown(id.as_ref()))?;
        m.serialize_entry("sender", &shown(sender.as_ref()))?;
        m.serialize_entry("sender_name", &shown(sender_name.as_ref()))?;
        m.serialize_entry(
            "direction",
            match direction {
                Direction::In => "in",
                Direction::Out => "out",
            },
        )?;
        m.serialize_entry("sent_at", &Time(*sent_at))?;
        m.serialize_entry("received_at", &Time(*received_at))?;
        m.serialize_entry("delivered_at", &Time(*delivered_at))?;
        m.serialize_entry("read_at", &Time(*read_at))?;
        m.serialize_entry("remote_at", &Time(*remote_at))?;
        m.serialize_entry("subject", &shown(subject.as_ref()))?;
        m.serialize_entry("body", &shown(body.as_ref()))?;
        m.serialize_entry("attachments", &Each(attachments, AttachmentLine))?;
        m.serialize_entry("edits", &Each(edits, EditLine))?;
        m.serialize_entry("unsent", unsent)?;
        m.serialize_entry("unsent_parts", unsent_parts)?;
        m.serialize_entry("reactions", &Each(reactions, ReactionLine))?;
        m.serialize_entry("reply_to", &shown(reply_to.as_ref()))?;
        m.serialize_entry("deleted", deleted)?;
        m.serialize_entry("expires_after_s", expires_after_s)?;
        m.serialize_entry("event", &event.as_ref().map(EventLine))?;
        m.serialize_entry("classification", &shown(classification.as_ref()))?;
        m.serialize_entry("doubts", doubts)?;
        m.serialize_entry("origin", &OriginLine(origin))?;
        if let Some(archive) = self.archive {
            m.serialize_entry("archive", archive)?;
        }
        m.end()
    }
}

fn shown(text: Option<&Text>) -> Option<&str> {
    text.map(|t| t.expose().as_ref())
}

struct Shown<'a>(&'a Text);

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.0.expose())
    }
}

/// A slice as an array, each element through `map`.
struct Each<'a, T, F>(&'a [T], F);

impl<'a, T, V: Serialize, F: Fn(&'a T) -> V> Serialize for Each<'a, T, F> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut seq = s.serialize_seq(Some(self.0.len()))?;
        for item in self.0 {
            seq.serialize_element(&(self.1)(item))?;
        }
        seq.end()
    }
}

struct Time(Option<Stamp>);

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Some(stamp) => match stamp.ascii() {
                Some(ascii) => s.serialize_some(std::str::from_utf8(&ascii).unwrap_or_default()),
                None => s.serialize_some(&stamp.rfc3339()),
            },
            None => s.serialize_none(),
        }
    }
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|b| [b >> 4, b & 15]).map(|d| char::from(DIGITS[usize::from(d)])).collect()
}

struct AttachmentLine<'a>(&'a Attachment);

impl Serialize for AttachmentLine<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let Attachment { name, mime, size, sha256, missing, content: _ } = self.0;
        let mut m = s.serialize_map(Some(5))?;
        m.serialize_entry("name", &shown(name.as_ref()))?;
        m.serialize_entry("mime", &mime.as_deref())?;
        m.serialize_entry("size", size)?;
        m.serialize_entry("sha256", &sha256.map(|h| hex(&h)))?;
        m.serialize_entry("missing", missing)?;
        m.end()
    }
}

struct EditLine<'a>(&'a Edit);

impl Serialize for EditLine<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let Edit { at, text } = self.0;
        let mut m = s.serialize_map(Some(2))?;
        m.serialize_entry("at", &Time(*at))?;
        m.serialize_entry("text", &shown(text.as_ref()))?;
        m.end()
    }
}

struct ReactionLine<'a>(&'a Reaction);

impl Serialize for ReactionLine<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let Reaction { at, sender, kind, emoji, action } = self.0;
        let mut m = s.serialize_map(Some(5))?;
        m.serialize_entry("at", &Time(*at))?;
        m.serialize_entry("sender", &shown(sender.as_ref()))?;
        m.serialize_entry("kind", kind.word())?;
        m.serialize_entry("emoji", &shown(emoji.as_ref()))?;
        m.serialize_entry(
            "action",
            match action {
                Action::Add => "add",
                Action::Remove => "remove",
            },
        )?;
        m.end()
    }
}

struct EventLine<'a>(&'a Event);

impl Serialize for EventLine<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut m = s.serialize_map(None)?;
        match self.0 {
            Event::GroupRenamed { title } => {
                m.serialize_entry("type", "group_renamed")?;
                m.serialize_entry("title", &shown(title.as_ref()))?;
            }
            Event::ParticipantAdded { who } => {
                m.serialize_entry("type", "participant_added")?;
                m.serialize_entry("who", &shown(who.as_ref()))?;
            }
            Event::ParticipantRemoved { who } => {
                m.serialize_entry("type", "participant_removed")?;
                m.serialize_entry("who", &shown(who.as_ref()))?;
            }
            Event::ParticipantLeft { who } => {
                m.serialize_entry("type", "participant_left")?;
                m.serialize_entry("who", &shown(who.as_ref()))?;
            }
            Event::GroupPhotoChanged => m.serialize_entry("type", "group_photo_changed")?,
            Event::TimerChanged { seconds } => {
                m.serialize_entry("type", "timer_changed")?;
                m.serialize_entry("seconds", seconds)?;
            }
            Event::NumberChanged => m.serialize_entry("type", "number_changed")?,
            Event::CallMissed => m.serialize_entry("type", "call_missed")?,
            Event::EncryptionNotice => m.serialize_entry("type", "encryption_notice")?,
            Event::Other { code, text } => {
                m.serialize_entry("type", "other")?;
                m.serialize_entry("code", code)?;
                m.serialize_entry("text", &shown(text.as_ref()))?;
            }
        }
        m.end()
    }
}

struct OriginLine<'a>(&'a crate::message::Origin);

impl Serialize for OriginLine<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let crate::message::Origin { evidence, evidence_sha256, place, reader_version } = self.0;
        let mut m = s.serialize_map(None)?;
        m.serialize_entry("evidence", evidence.expose().as_ref())?;
        m.serialize_entry("evidence_sha256", &hex(evidence_sha256))?;
        match place {
            Place::Offset(at) => m.serialize_entry("offset", at)?,
            Place::Row { table, rowid, column: _ } => {
                m.serialize_entry("table", table)?;
                m.serialize_entry("row", rowid)?;
            }
            Place::Element { name, index, line } => {
                m.serialize_entry("element", name)?;
                m.serialize_entry("row", index)?;
                m.serialize_entry("line", line)?;
            }
            Place::Frame { index } => m.serialize_entry("frame", index)?,
            Place::File => {}
        }
        m.serialize_entry("reader_version", reader_version)?;
        m.end()
    }
}

#[cfg(test)]
mod tests;
