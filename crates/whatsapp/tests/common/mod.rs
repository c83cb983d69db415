//! Reading a source and laying it beside what the generator says is in it.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::print_stderr)]

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use evidence::{Given, Opening, open_tree};
use model::{Direction, Event, Message, MessageSource, Record, Stamp, Tally, Text};
use secrecy::{SecretSlice, SecretString};
use testkit::whatsapp::Told;

/// What was given.
pub fn digits(text: &str) -> Given {
    Given { passphrase: Some(SecretString::from(text)), ..Given::default() }
}

/// What was given.
pub fn key_file(bytes: &[u8]) -> Given {
    Given { key_file: Some(Arc::new(SecretSlice::from(bytes.to_vec()))), ..Given::default() }
}

/// Opens what lies at `path`.
pub fn open(path: &Path, given: &Given) -> Result<Option<Opening>, model::SourceError> {
    whatsapp::open(&open_tree(path).unwrap(), given)
}

/// Everything that a reader hands over.
pub fn read(reader: &mut dyn MessageSource) -> (Vec<Message>, Tally) {
    let mut messages = Vec::new();
    let mut counted = Tally::default();
    let tally = reader
        .read(&mut |record| {
            counted.seen += 1;
            match record {
                Record::Message(m) => {
                    counted.messages += 1;
                    messages.push(*m);
                }
                Record::Folded { .. } => counted.folded += 1,
                Record::Unreadable(_) => counted.unreadable += 1,
            }
            ControlFlow::Continue(())
        })
        .unwrap();
    assert!(tally.balances(), "{tally:?}");
    assert_eq!((tally.messages, tally.folded), (counted.messages, counted.folded));
    assert!(tally.unreadable >= counted.unreadable);
    (messages, tally)
}

/// Codes of what a person must look at.
pub fn codes(reader: &dyn MessageSource) -> Vec<String> {
    reader.findings().into_iter().map(|f| f.code).collect()
}

fn s(text: &Text) -> String {
    text.expose().to_string()
}

/// A message in the generator's words.
pub fn told(m: &Message) -> Told {
    let ms = |at: Option<Stamp>| at.map(Stamp::millis);
    let c = m.conversation.as_deref();
    let who = |who: &Option<Text>| who.as_ref().map(s);
    Told {
        conversation: c.map(|c| s(&c.id)).unwrap_or_default(),
        conversation_name: c.and_then(|c| c.name.as_ref()).map(s),
        id: m.id.as_ref().map(s),
        sender: m.sender.as_ref().map(s),
        out: m.direction == Direction::Out,
        sent: ms(m.sent_at).unwrap_or(0),
        body: m.body.as_ref().map(s),
        files: m
            .attachments
            .iter()
            .map(|a| {
                let content = a.content.as_ref().map(|bytes| {
                    let mut out = vec![0; usize::try_from(bytes.len()).unwrap()];
                    bytes.read_exact_at(0, &mut out).unwrap();
                    assert_eq!(a.sha256, Some(evidence::digest(&out)));
                    out
                });
                assert_eq!(a.missing, content.is_none());
                (a.name.as_ref().map(s), content)
            })
            .collect(),
        edited: m.edits.first().and_then(|e| ms(e.at)),
        unsent: m.unsent,
        reactions: m
            .reactions
            .iter()
            .map(|r| (r.sender.as_ref().map(s), r.emoji.as_ref().map(s), ms(r.at).unwrap_or(0)))
            .collect(),
        reply_to: m.reply_to.as_ref().map(s),
        event: m.event.as_ref().map(|e| match e {
            Event::GroupRenamed { title } => ("group_renamed", who(title)),
            Event::ParticipantAdded { who: w } => ("participant_added", who(w)),
            Event::ParticipantRemoved { who: w } => ("participant_removed", who(w)),
            Event::ParticipantLeft { who: w } => ("participant_left", who(w)),
            Event::GroupPhotoChanged => ("group_photo_changed", None),
            Event::TimerChanged { seconds } => ("timer_changed", seconds.map(|s| s.to_string())),
            Event::NumberChanged => ("number_changed", None),
            Event::CallMissed => ("call_missed", None),
            Event::EncryptionNotice => ("encryption_notice", None),
            Event::Other { code, .. } => ("other", Some(code.clone())),
            _ => ("unknown", None),
        }),
        expires: m.expires_after_s,
        receipts: (ms(m.delivered_at), ms(m.read_at)),
    }
}

/// Holds what was read against the truth, message by message.
#[track_caller]
pub fn same(read: &[Message], truth: &[Told]) {
    for (i, (m, truth)) in read.iter().zip(truth).enumerate() {
        assert_eq!(&told(m), truth, "message {i}, doubts {:?}", m.doubts);
    }
    assert_eq!(read.len(), truth.len());
}

/// The public samples, where they are; says so when they are not.
pub fn samples(below: &str) -> Option<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/samples");
    let root = std::env::var_os("BESKEDARKIV_SAMPLES").map_or(here, PathBuf::from);
    let path = root.join(below);
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("no samples at {}: nothing was compared", path.display());
    None
}
