//! Reads an export and shows what came of it.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, missing_docs)]

use std::ops::ControlFlow;
use std::path::Path;

use evidence::{Given, open_tree};
use model::{Event, Message, Record, SourceError, Tally, Text};

pub struct Read {
    pub kind: &'static str,
    pub messages: Vec<Message>,
    pub unreadable: u64,
    pub tally: Tally,
    pub findings: Vec<String>,
    pub evidence: Vec<String>,
}

/// `None` when it is no export.
pub fn try_read(path: &Path, given: &Given) -> Result<Option<Read>, SourceError> {
    let tree = open_tree(path)?;
    let source_name = path.file_name().map(|n| n.to_string_lossy().into_owned());
    let given = Given { source_name, ..given.clone() };
    let Some(opening) = whatsapp_export::open(&tree, &given)? else { return Ok(None) };
    let mut read = Read {
        kind: opening.kind,
        messages: Vec::new(),
        unreadable: 0,
        tally: Tally::default(),
        findings: opening.findings.iter().map(ToString::to_string).collect(),
        evidence: Vec::new(),
    };
    for mut reader in opening.readers {
        let tally = reader.read(&mut |record| {
            match record {
                Record::Message(m) => read.messages.push(*m),
                Record::Folded { .. } => {}
                Record::Unreadable(_) => read.unreadable += 1,
            }
            ControlFlow::Continue(())
        })?;
        assert!(tally.balances());
        read.tally = read.tally.plus(tally);
        read.findings.extend(reader.findings().iter().map(ToString::to_string));
    }
    read.evidence = opening.set.opened().into_iter().map(|(name, _)| name).collect();
    assert_eq!(read.tally.messages, read.messages.len() as u64);
    Ok(Some(read))
}

pub fn read(path: &Path, given: &Given) -> Read {
    try_read(path, given).unwrap().expect("an export")
}

/// Reads a text under a name that WhatsApp gives.
pub fn read_text(name: &str, text: &[u8], given: &Given) -> Read {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    std::fs::write(&path, text).unwrap();
    read(&path, given)
}

pub fn shown(text: Option<&Text>) -> &str {
    text.map_or("-", |t| t.expose())
}

pub fn event(message: &Message) -> Option<&'static str> {
    Some(match message.event.as_ref()? {
        Event::GroupRenamed { .. } => "group_renamed",
        Event::ParticipantAdded { .. } => "participant_added",
        Event::ParticipantRemoved { .. } => "participant_removed",
        Event::ParticipantLeft { .. } => "participant_left",
        Event::GroupPhotoChanged => "group_photo_changed",
        Event::TimerChanged { .. } => "timer_changed",
        Event::NumberChanged => "number_changed",
        Event::CallMissed => "call_missed",
        Event::EncryptionNotice => "encryption_notice",
        _ => "other",
    })
}

/// One message in a line: time, sender, text, event, doubts.
pub fn line(m: &Message) -> String {
    let time = m.sent_at.and_then(|t| t.rfc3339()).map_or("-".to_owned(), |t| t[..16].to_owned());
    let mut out = format!("{time} {}: {}", shown(m.sender.as_ref()), shown(m.body.as_ref()));
    if let Some(event) = event(m) {
        out += &format!(" ({event})");
    }
    for doubt in &m.doubts {
        out += &format!(" !{doubt}");
    }
    out
}

pub fn lines(read: &Read) -> Vec<String> {
    read.messages.iter().map(line).collect()
}
