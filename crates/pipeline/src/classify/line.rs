//! One line of input: the fields of a normalised message that a verdict can depend on. Other fields
//! are passed over; a field of the wrong type makes the line unreadable.

use std::io::BufRead;
use std::path::Path;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::facts::Facts;
use crate::error::JobError;

/// A message, as far as it matters.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Message {
    source: Option<String>,
    pub(super) conversation: Option<String>,
    conversation_name: Option<String>,
    is_group: Option<bool>,
    participants: Option<Vec<Option<String>>>,
    pub(super) id: Value,
    sender: Option<String>,
    sender_name: Option<String>,
    direction: Option<String>,
    sent_at: Option<String>,
    received_at: Option<String>,
    subject: Option<String>,
    body: Option<String>,
    attachments: Option<Vec<IgnoredAny>>,
    edits: Option<Vec<Edit>>,
    event: Option<Value>,
    classification: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Edit {
    text: Option<String>,
}

/// Reads a line into `bytes`; `false` at the end. What goes beyond `limit` is passed over, and the cut
/// line is no JSON any more.
pub(super) fn next(
    name: &Path,
    from: &mut dyn BufRead,
    bytes: &mut Vec<u8>,
    limit: u64,
) -> Result<bool, JobError> {
    bytes.clear();
    let mut any = false;
    loop {
        let fault = |e: std::io::Error| super::input(name, 0, e.kind().to_string());
        let buffer = match from.fill_buf() {
            Ok(buffer) => buffer,
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(fault(e)),
        };
        if buffer.is_empty() {
            return Ok(any);
        }
        any = true;
        let (this, end) = match buffer.iter().position(|b| *b == b'\n') {
            Some(at) => (at, at + 1),
            None => (buffer.len(), buffer.len()),
        };
        let room = usize::try_from(limit).unwrap_or(usize::MAX).saturating_sub(bytes.len());
        bytes.extend_from_slice(&buffer[..this.min(room)]);
        let done = end > this;
        from.consume(end);
        if done {
            return Ok(true);
        }
    }
}

/// Parses a line.
pub(super) fn parse(bytes: &[u8]) -> Result<Message, &'static str> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    serde_json::from_slice(bytes).map_err(|e| match e.classify() {
        serde_json::error::Category::Data => "a field has another type",
        serde_json::error::Category::Eof => "ends too early",
        _ => "not JSON",
    })
}

/// Begins the key of a message that names no conversation: it stands alone.
const ALONE: char = '\u{0}';

/// Whether a key was made up here.
pub(super) fn is_made_up(key: &str) -> bool {
    key.starts_with(ALONE)
}

impl Message {
    /// The conversation's key.
    pub(super) fn key(&self, number: u64) -> Box<str> {
        match &self.conversation {
            Some(conversation) => conversation.as_str().into(),
            None => format!("{ALONE}{number}").into(),
        }
    }

    /// What a verdict can depend on.
    pub(super) fn facts(&self) -> Facts<'_> {
        let body = self.body.as_deref();
        let edits = self.edits.iter().flatten().filter_map(|e| e.text.as_deref());
        let edits = edits.filter(|text| Some(*text) != body);
        let event =
            self.event.iter().flat_map(|e| ["text", "title"].map(|key| e.get(key).and_then(Value::as_str)));
        let also: Vec<&str> =
            self.subject.as_deref().into_iter().chain(edits).chain(event.flatten()).collect();
        Facts {
            source: self.source.as_deref().unwrap_or_default(),
            conversation: self.conversation.as_deref(),
            conversation_name: self.conversation_name.as_deref(),
            is_group: self.is_group.unwrap_or(false),
            participants: self.participants.iter().flatten().flatten().map(String::as_str).collect(),
            sender: self.sender.as_deref(),
            sender_name: self.sender_name.as_deref(),
            outgoing: match self.direction.as_deref() {
                Some(direction) => direction == "out",
                None => self.sender.as_deref() == Some("me"),
            },
            sent_at: self.sent_at(),
            body,
            also: also.join("\n"),
            files: self.attachments.as_ref().is_some_and(|a| !a.is_empty()),
            event: self.event.is_some(),
            classification: self.classification.as_deref(),
        }
    }

    /// Milliseconds since 1970.
    fn sent_at(&self) -> Option<i64> {
        let time = self.sent_at.as_deref().or(self.received_at.as_deref())?;
        time.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
    }
}
