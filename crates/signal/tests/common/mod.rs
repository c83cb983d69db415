//! What the tests of all formats share: opening a path, reading everything, comparing with the truth.

#![allow(dead_code, reason = "each test file uses a part")]

use std::ops::ControlFlow;
use std::path::Path;

use evidence::{Given, Opening, open_tree};
use model::{Event, Message, ReadAt, Record, SourceError, Tally, Unreadable};
use secrecy::SecretString;
use testkit::signal::{Expected, Truth};

/// Everything that reading gave.
pub(crate) struct Got {
    pub(crate) kind: &'static str,
    pub(crate) messages: Vec<Message>,
    pub(crate) folded: u64,
    pub(crate) unreadable: Vec<Unreadable>,
    pub(crate) tally: Tally,
    pub(crate) findings: Vec<String>,
}

pub(crate) fn open(path: &Path, secret: Option<&str>) -> Result<Option<Opening>, SourceError> {
    let passphrase = secret.map(|s| SecretString::from(s.to_owned()));
    signal::open(&open_tree(path)?, &Given { passphrase, ..Given::default() })
}

pub(crate) fn read(path: &Path, secret: &str) -> Result<Got, SourceError> {
    Ok(read_all(open(path, Some(secret))?.expect("a Signal source")))
}

pub(crate) fn read_all(mut opening: Opening) -> Got {
    let reader = opening.readers.first_mut().expect("a reader");
    let (mut messages, mut folded, mut unreadable) = (Vec::new(), 0, Vec::new());
    let tally = reader
        .read(&mut |record| {
            match record {
                Record::Message(m) => messages.push(*m),
                Record::Folded { .. } => folded += 1,
                Record::Unreadable(u) => unreadable.push(u),
            }
            ControlFlow::Continue(())
        })
        .expect("the container is usable");
    assert!(tally.balances(), "{tally:?}");
    assert_eq!(tally.messages, messages.len() as u64);
    // rows that a database says it has and nobody met are counted and not listed
    assert!(tally.unreadable >= unreadable.len() as u64);
    let findings = reader.findings().iter().map(ToString::to_string).collect();
    Got { kind: opening.kind, messages, folded, unreadable, tally, findings }
}

fn content(bytes: &dyn ReadAt) -> Vec<u8> {
    // in odd pieces, so that every edge of a block is met
    let mut out = Vec::new();
    let mut piece = [0; 1237];
    loop {
        let n = bytes.read_at(out.len() as u64, &mut piece).expect("readable");
        if n == 0 {
            return out;
        }
        out.extend(&piece[..n]);
    }
}

/// A message as the truth has it.
pub(crate) fn shown(m: &Message) -> Expected {
    let conversation = m.conversation.as_ref().expect("a conversation");
    Expected {
        conversation: conversation.id.expose().to_string(),
        conversation_name: conversation.name.as_ref().map(|n| n.expose().to_string()),
        id: m.id.as_ref().expect("an id").expose().to_string(),
        sender: m.sender.as_ref().map_or("none".to_owned(), |s| s.expose().to_string()),
        outgoing: m.direction == model::Direction::Out,
        body: m.body.as_ref().map(|b| b.expose().to_string()),
        files: m
            .attachments
            .iter()
            .map(|a| {
                let bytes = a.content.as_ref().map(|c| content(c.as_ref()));
                assert_eq!(bytes.is_none(), a.missing);
                if let Some(bytes) = &bytes {
                    assert_eq!(a.sha256, Some(evidence::digest(bytes)));
                    assert_eq!(a.size, Some(bytes.len() as u64));
                }
                (a.name.as_ref().map(|n| n.expose().to_string()), bytes)
            })
            .collect(),
        edits: m
            .edits
            .iter()
            .map(|e| {
                let text = e.text.as_ref().expect("a text").expose().to_string();
                (e.at.expect("a time").millis(), text)
            })
            .collect(),
        unsent: m.unsent,
        reactions: m
            .reactions
            .iter()
            .map(|r| {
                let who = r.sender.as_ref().map_or("none".to_owned(), |s| s.expose().to_string());
                (who, r.emoji.as_ref().expect("an emoji").expose().to_string())
            })
            .collect(),
        reply_to: m.reply_to.as_ref().map(|r| r.expose().to_string()),
        event: m.event.as_ref().map(|e| match e {
            Event::GroupRenamed { .. } => "group_renamed",
            Event::ParticipantAdded { .. } => "participant_added",
            Event::TimerChanged { seconds: Some(604_800) } => "timer_changed",
            Event::CallMissed => "call_missed",
            _ => "other",
        }),
    }
}

/// Holds everything against the truth.
#[track_caller]
pub(crate) fn agree(got: &Got, truth: &Truth) {
    assert_eq!(got.unreadable, Vec::new());
    assert_eq!(got.messages.len(), truth.messages.len(), "number of messages");
    for (message, expected) in got.messages.iter().zip(&truth.messages) {
        assert_eq!(&shown(message), expected, "doubts {:?}", message.doubts);
    }
    assert_eq!(got.tally.folded, truth.folded, "folded");
}

/// Everything that a message hands on, as bytes to search.
pub(crate) fn all_bytes(message: &Message) -> Vec<u8> {
    let mut out = Vec::new();
    model::wire::write_line(&mut out, message, None);
    for raw in &message.raw {
        out.extend(raw.bytes.expose());
        out.push(b'\n');
    }
    out
}

/// Whether `needle` is in `hay`.
pub(crate) fn contains(hay: &[u8], needle: &[u8]) -> bool {
    hay.windows(needle.len()).any(|w| w == needle)
}
