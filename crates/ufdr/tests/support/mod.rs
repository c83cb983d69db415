//! Reads a report as the program does.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use evidence::{Given, open_tree, tree_over};
use model::{Finding, Message, Record, SourceError, Tally};

/// Messages, tally and findings.
pub(crate) struct Got {
    pub(crate) messages: Vec<Message>,
    pub(crate) tally: Tally,
    pub(crate) findings: Vec<String>,
}

impl Got {
    pub(crate) fn bodies(&self) -> Vec<String> {
        self.messages.iter().map(body).collect()
    }

    pub(crate) fn has(&self, code: &str) -> bool {
        self.findings.iter().any(|f| f.starts_with(code))
    }
}

/// The text of a message, or of its event.
pub(crate) fn body(message: &Message) -> String {
    let text = match (&message.body, &message.event) {
        (Some(body), _) => Some(body),
        (None, Some(model::Event::Other { text, .. })) => text.as_ref(),
        _ => None,
    };
    text.map(|t| t.expose().to_string()).unwrap_or_default()
}

fn finish(opening: evidence::Opening) -> Result<Got, SourceError> {
    let mut got = Got { messages: Vec::new(), tally: Tally::default(), findings: Vec::new() };
    got.findings.extend(opening.findings.iter().map(|f: &Finding| f.code.clone()));
    for mut reader in opening.readers {
        let tally = reader.read(&mut |record| {
            if let Record::Message(message) = record {
                got.messages.push(*message);
            }
            ControlFlow::Continue(())
        })?;
        assert!(tally.balances());
        got.tally = got.tally.plus(tally);
        got.findings.extend(reader.findings().iter().map(|f| f.code.clone()));
    }
    assert_eq!(got.tally.messages, got.messages.len() as u64);
    Ok(got)
}

/// Reads what lies at a path; `None` when it is no report.
pub(crate) fn at(path: &Path, given: &Given) -> Result<Option<Got>, SourceError> {
    ufdr::open(&open_tree(path)?, given)?.map(finish).transpose()
}

/// Reads a bare report.
pub(crate) fn bare(text: &[u8]) -> Result<Option<Got>, SourceError> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("report.xml");
    std::fs::write(&path, text).unwrap();
    at(&path, &Given::default())
}

/// A zip in memory.
#[allow(dead_code)]
pub(crate) fn zipped(bytes: Vec<u8>) -> Result<Option<Got>, SourceError> {
    let Some(tree) = tree_over(Arc::new(bytes))? else { return Ok(None) };
    ufdr::open(&tree, &Given::default())?.map(finish).transpose()
}
