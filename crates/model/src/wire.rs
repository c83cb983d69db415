//! JSON Lines, version 1: the form that `read` and `export` write. Asked for by an operator, so the
//! content is exposed here and nowhere else outside the seal.
//!
//! Absent values are `null`, `[]` or `false`; every field is always there, in the same order. Written
//! straight into the buffer, names of fields as they stand: a line a message is what `read` spends
//! its time on.

mod json;

use crate::message::{Action, Attachment, Direction, Edit, Event, Message, Origin, Reaction, Text};
use crate::place::Place;
use crate::stamp::Stamp;

use json::{boolean, each, number, string};

/// Appends `message` as one JSON line to `out`; `archive` becomes the field of that name where a
/// production adds it (`serde_json::Value::Null` is written too).
pub fn write_line(out: &mut Vec<u8>, message: &Message, archive: Option<&serde_json::Value>) {
    write_line_also(out, message, &[], archive);
}

/// The same with `also` where other sources tell the message too: what [`also`] gives of each.
pub fn write_line_also(
    out: &mut Vec<u8>,
    message: &Message,
    others: &[serde_json::Value],
    archive: Option<&serde_json::Value>,
) {
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
        event: happened,
        classification,
        doubts,
        origin: from,
        raw: _,
    } = message;
    let c = conversation.as_deref();
    let o = &mut *out;
    string(key(o, "{\"source\":"), source);
    string(key(o, ",\"service\":"), service);
    text(key(o, ",\"conversation\":"), c.map(|c| &c.id));
    text(key(o, ",\"conversation_name\":"), c.and_then(|c| c.name.as_ref()));
    boolean(key(o, ",\"is_group\":"), c.is_some_and(|c| c.is_group));
    each(key(o, ",\"participants\":"), c.map_or(&[][..], |c| &c.participants), |o, p| string(o, p.expose()));
    text(key(o, ",\"id\":"), id.as_ref());
    text(key(o, ",\"sender\":"), sender.as_ref());
    text(key(o, ",\"sender_name\":"), sender_name.as_ref());
    key(
        o,
        match direction {
            Direction::In => ",\"direction\":\"in\"",
            Direction::Out => ",\"direction\":\"out\"",
        },
    );
    time(key(o, ",\"sent_at\":"), *sent_at);
    time(key(o, ",\"received_at\":"), *received_at);
    time(key(o, ",\"delivered_at\":"), *delivered_at);
    time(key(o, ",\"read_at\":"), *read_at);
    time(key(o, ",\"remote_at\":"), *remote_at);
    text(key(o, ",\"subject\":"), subject.as_ref());
    text(key(o, ",\"body\":"), body.as_ref());
    each(key(o, ",\"attachments\":"), attachments, attachment);
    each(key(o, ",\"edits\":"), edits, edit);
    boolean(key(o, ",\"unsent\":"), *unsent);
    each(key(o, ",\"unsent_parts\":"), unsent_parts, |o, part| number(o, u64::from(*part)));
    each(key(o, ",\"reactions\":"), reactions, reaction);
    text(key(o, ",\"reply_to\":"), reply_to.as_ref());
    boolean(key(o, ",\"deleted\":"), *deleted);
    optional(key(o, ",\"expires_after_s\":"), expires_after_s.as_ref(), |o, s| number(o, *s));
    optional(key(o, ",\"event\":"), happened.as_ref(), event);
    text(key(o, ",\"classification\":"), classification.as_ref());
    each(key(o, ",\"doubts\":"), doubts, |o, doubt| string(o, doubt));
    origin(key(o, ",\"origin\":"), from);
    if !others.is_empty() {
        each(key(o, ",\"also\":"), others, json::value);
    }
    if let Some(archive) = archive {
        json::value(key(o, ",\"archive\":"), archive);
    }
    out.extend_from_slice(b"}\n");
}

/// What another source tells of a message: which source, its own id, where; and under `differs` every field in
/// which it is not what the line itself says.
pub fn also(message: &Message, other: &Message) -> serde_json::Value {
    let fields = |message: &Message| {
        let mut line = Vec::new();
        write_line(&mut line, message, None);
        // what was written here is JSON
        serde_json::from_slice::<serde_json::Map<_, _>>(&line).unwrap_or_default()
    };
    let (first, mut second) = (fields(message), fields(other));
    let mut told = serde_json::Map::new();
    for name in ["source", "id", "origin"] {
        told.insert(name.to_owned(), second.remove(name).unwrap_or_default());
    }
    second.retain(|name, value| first.get(name) != Some(value));
    told.insert("differs".to_owned(), second.into());
    told.into()
}

/// Appends the name of a field with everything around it, as it stands.
fn key<'o>(out: &'o mut Vec<u8>, key: &str) -> &'o mut Vec<u8> {
    out.extend_from_slice(key.as_bytes());
    out
}

fn optional<T>(out: &mut Vec<u8>, value: Option<T>, write: impl FnOnce(&mut Vec<u8>, T)) {
    match value {
        Some(value) => write(out, value),
        None => out.extend_from_slice(b"null"),
    }
}

fn text(out: &mut Vec<u8>, text: Option<&Text>) {
    optional(out, text, |out, text| string(out, text.expose()));
}

fn time(out: &mut Vec<u8>, at: Option<Stamp>) {
    optional(out, at, |out, at| match at.ascii() {
        Some(ascii) => {
            out.push(b'"');
            out.extend_from_slice(&ascii);
            out.push(b'"');
        }
        None => optional(out, at.rfc3339(), |out, at| string(out, &at)),
    });
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|b| [b >> 4, b & 15]).map(|d| char::from(DIGITS[usize::from(d)])).collect()
}

const DIGITS: &[u8; 16] = b"0123456789abcdef";

fn digest(out: &mut Vec<u8>, bytes: &[u8; 32]) {
    let mut text = [b'"'; 66];
    for (pair, b) in text[1..65].as_chunks_mut::<2>().0.iter_mut().zip(bytes) {
        *pair = [DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]];
    }
    out.extend_from_slice(&text);
}

fn attachment(o: &mut Vec<u8>, attachment: &Attachment) {
    let Attachment { name, mime, size, sha256, missing, content: _ } = attachment;
    text(key(o, "{\"name\":"), name.as_ref());
    optional(key(o, ",\"mime\":"), mime.as_ref(), |o, mime| string(o, mime));
    optional(key(o, ",\"size\":"), size.as_ref(), |o, size| number(o, *size));
    optional(key(o, ",\"sha256\":"), sha256.as_ref(), digest);
    boolean(key(o, ",\"missing\":"), *missing);
    o.push(b'}');
}

fn edit(o: &mut Vec<u8>, edit: &Edit) {
    let Edit { at, text: is } = edit;
    time(key(o, "{\"at\":"), *at);
    text(key(o, ",\"text\":"), is.as_ref());
    o.push(b'}');
}

fn reaction(o: &mut Vec<u8>, reaction: &Reaction) {
    let Reaction { at, sender, kind, emoji, action } = reaction;
    time(key(o, "{\"at\":"), *at);
    text(key(o, ",\"sender\":"), sender.as_ref());
    string(key(o, ",\"kind\":"), kind.word());
    text(key(o, ",\"emoji\":"), emoji.as_ref());
    key(
        o,
        match action {
            Action::Add => ",\"action\":\"add\"}",
            Action::Remove => ",\"action\":\"remove\"}",
        },
    );
}

fn event(o: &mut Vec<u8>, event: &Event) {
    let who = |o: &mut Vec<u8>, kind: &str, who: &Option<Text>| {
        string(key(o, "{\"type\":"), kind);
        text(key(o, ",\"who\":"), who.as_ref());
    };
    match event {
        Event::GroupRenamed { title } => {
            text(key(o, "{\"type\":\"group_renamed\",\"title\":"), title.as_ref());
        }
        Event::ParticipantAdded { who: w } => who(o, "participant_added", w),
        Event::ParticipantRemoved { who: w } => who(o, "participant_removed", w),
        Event::ParticipantLeft { who: w } => who(o, "participant_left", w),
        Event::GroupPhotoChanged => string(key(o, "{\"type\":"), "group_photo_changed"),
        Event::TimerChanged { seconds } => {
            let o = key(o, "{\"type\":\"timer_changed\",\"seconds\":");
            optional(o, seconds.as_ref(), |o, s| number(o, *s));
        }
        Event::NumberChanged => string(key(o, "{\"type\":"), "number_changed"),
        Event::CallMissed => string(key(o, "{\"type\":"), "call_missed"),
        Event::EncryptionNotice => string(key(o, "{\"type\":"), "encryption_notice"),
        Event::Other { code, text: said } => {
            string(key(o, "{\"type\":\"other\",\"code\":"), code);
            text(key(o, ",\"text\":"), said.as_ref());
        }
    }
    o.push(b'}');
}

fn origin(o: &mut Vec<u8>, origin: &Origin) {
    let Origin { evidence, evidence_sha256, place, reader_version } = origin;
    string(key(o, "{\"evidence\":"), evidence.expose());
    digest(key(o, ",\"evidence_sha256\":"), evidence_sha256);
    match place {
        Place::Offset(at) => number(key(o, ",\"offset\":"), *at),
        Place::Row { table, rowid, column: _ } => {
            string(key(o, ",\"table\":"), table);
            json::signed(key(o, ",\"row\":"), *rowid);
        }
        Place::Element { name, index, line } => {
            string(key(o, ",\"element\":"), name);
            number(key(o, ",\"row\":"), *index);
            number(key(o, ",\"line\":"), *line);
        }
        Place::Frame { index } => number(key(o, ",\"frame\":"), *index),
        Place::File => {}
    }
    string(key(o, ",\"reader_version\":"), reader_version);
    o.push(b'}');
}

#[cfg(test)]
mod tests;
