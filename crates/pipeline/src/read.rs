//! `read`: normalised messages as JSON Lines, touching no archive.

use std::io::Write;
use std::path::{Path, PathBuf};

use model::{Finding, Message, Record, SourceDescription, Tally, Unreadable, wire};
use serde::{Deserialize, Serialize};

use crate::batch::EncodedBatch;
use crate::error::JobError;
use crate::feed::{Batch, feed};
use crate::open::{SourceOptions, open};
use crate::progress::{Phase, Progress};
use crate::together::{self, Merged, Together};

/// Unreadable records listed by place; more are only counted.
pub const LISTED: usize = 1000;

/// A batch is sent on when it holds this many bytes of texts or records.
const FULL_BYTES: usize = 4 << 20;
const FULL_RECORDS: u64 = 512;

/// Bytes of lines that are written at once.
const WRITTEN_AT_ONCE: usize = 1 << 17;

/// What was read: counts, places and codes, no content.
#[derive(Debug, Default, Serialize)]
pub struct ReadReport {
    /// Rows seen and what became of them.
    pub tally: Counts,
    /// Messages that a source of another kind in the same place tells too: part of that one's line, and counted
    /// as folded.
    #[serde(skip_serializing_if = "none")]
    pub seen_elsewhere: u64,
    /// The first [`LISTED`] unreadable records.
    pub unreadable: Vec<Listed>,
    /// What a person must look at.
    pub findings: Vec<String>,
    /// Every piece of evidence with its SHA-256 as stored.
    pub evidence: Vec<Evidence>,
}

/// A [`Tally`] as it is reported.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, PartialEq, Eq)]
pub struct Counts {
    /// Rows that the source says it has.
    pub seen: u64,
    /// Messages written.
    pub messages: u64,
    /// Rows folded into a message.
    pub folded: u64,
    /// Rows that could not be read.
    pub unreadable: u64,
    /// Whether every row is accounted for.
    pub balances: bool,
}

impl From<Tally> for Counts {
    fn from(t: Tally) -> Self {
        let Tally { seen, messages, folded, unreadable } = t;
        Self { seen, messages, folded, unreadable, balances: t.balances() }
    }
}

/// One unreadable record.
#[derive(Clone, Debug, Serialize)]
pub struct Listed {
    /// Where.
    pub at: String,
    /// Why.
    pub fault: String,
}

impl From<&Unreadable> for Listed {
    fn from(u: &Unreadable) -> Self {
        Self { at: u.at.to_string(), fault: u.fault.to_string() }
    }
}

/// One piece of evidence.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
pub struct Evidence {
    /// Name inside the source.
    pub name: String,
    /// SHA-256 of the bytes as stored, hexadecimal.
    pub sha256: String,
}

impl ReadReport {
    /// Whether there is nothing that a person must look at.
    pub fn clean(&self) -> bool {
        self.tally.balances && self.tally.unreadable == 0 && self.findings.is_empty()
    }

    fn merged(&mut self, merged: Merged) {
        self.seen_elsewhere += merged.elsewhere;
        self.tally.messages -= merged.elsewhere;
        self.tally.folded += merged.elsewhere;
        if merged.alike > 0 {
            self.findings.push(format!("possible_duplicates:{}", merged.alike));
        }
    }

    pub(crate) fn note(&mut self, tally: Tally, findings: &[Finding], description: &SourceDescription) {
        let mut total = Tally {
            seen: self.tally.seen,
            messages: self.tally.messages,
            folded: self.tally.folded,
            unreadable: self.tally.unreadable,
        };
        total = total.plus(tally);
        self.tally = total.into();
        self.findings.extend(findings.iter().map(ToString::to_string));
        for (name, sha256) in &description.evidence {
            self.evidence.push(Evidence { name: name.clone(), sha256: wire::hex(sha256) });
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde asks for")]
fn none(n: &u64) -> bool {
    *n == 0
}

/// Messages on their way to being written. What was written stays until the reading thread fills the
/// batch again: memory freed by the thread that took it costs no waiting. What is large is not kept for that.
#[derive(Default)]
struct Lines {
    messages: Vec<Message>,
    unreadable: Vec<Unreadable>,
    records: u64,
    /// Of the texts of the messages.
    bytes: usize,
}

impl Lines {
    fn write(&mut self, line: &mut Vec<u8>, out: &mut dyn Write) -> std::io::Result<()> {
        let is_large = self.bytes >= FULL_BYTES;
        line.clear();
        for message in &self.messages {
            wire::write_line(line, message, None);
            if line.len() >= WRITTEN_AT_ONCE {
                out.write_all(line)?;
                line.clear();
                line.shrink_to(2 * WRITTEN_AT_ONCE);
            }
        }
        if is_large {
            self.messages.clear();
        }
        self.records = 0;
        out.write_all(line)
    }
}

/// Bytes of what makes a message long.
fn long(message: &Message) -> usize {
    let text = |text: &model::Text| text.expose().len();
    let raw = message.raw.iter().map(|raw| raw.bytes.expose().len()).sum::<usize>();
    let edits = message.edits.iter().filter_map(|edit| edit.text.as_ref()).map(text).sum::<usize>();
    raw + edits + message.body.as_ref().map_or(0, text)
}

impl Batch for Lines {
    fn push(&mut self, record: Record) {
        if self.records == 0 {
            self.messages.clear();
            self.unreadable.clear();
            self.bytes = 0;
        }
        self.records += 1;
        match record {
            Record::Message(m) => {
                self.bytes += long(&m);
                self.messages.push(*m);
            }
            Record::Folded { at: _ } => {}
            Record::Unreadable(u) => self.unreadable.push(u),
        }
    }

    fn is_full(&self) -> bool {
        self.bytes >= FULL_BYTES || self.records >= FULL_RECORDS
    }

    fn is_empty(&self) -> bool {
        self.records == 0
    }
}

/// Reads every source in turn and writes its messages to `out`, one JSON object a line.
///
/// # Errors
/// [`JobError`] for the first source that cannot be opened, and when `out` cannot be written;
/// records that cannot be read are in the report.
pub fn read(
    paths: &[PathBuf],
    options: &SourceOptions,
    out: &mut dyn Write,
    progress: Progress<'_>,
) -> Result<ReadReport, JobError> {
    let mut report = ReadReport { tally: Tally::default().into(), ..ReadReport::default() };
    for path in paths {
        progress.begin(Phase::Opening, None);
        let mut source = open(path, options)?;
        report.findings.extend(source.findings().iter().map(ToString::to_string));
        let names: Vec<String> = source.readers.iter().map(|r| r.describe().reader).collect();
        let overlapping = together::overlapping(source.kind, &names);
        let mut gathered = overlapping.contains(&true).then(Together::begin).transpose()?;
        for (reader, overlaps) in source.readers.iter_mut().zip(overlapping) {
            progress.begin(Phase::Reading, reader.describe().rows);
            if let Some(gathered) = gathered.as_mut().filter(|_| overlaps) {
                let tally = feed(path, reader.as_mut(), progress, |batch: &mut EncodedBatch| {
                    batch.items.iter().try_for_each(|item| gathered.take(batch, item))?;
                    let room = LISTED.saturating_sub(report.unreadable.len());
                    report.unreadable.extend(batch.unreadable.iter().take(room).map(Listed::from));
                    progress.done(batch.records);
                    batch.clear();
                    Ok(())
                })?;
                let mut description = reader.describe();
                description.evidence.clear();
                report.note(tally, &reader.findings(), &description);
                continue;
            }
            let mut line = Vec::with_capacity(2 * WRITTEN_AT_ONCE);
            let mut listed = Vec::new();
            let tally = feed(path, reader.as_mut(), progress, |batch: &mut Lines| {
                progress.done(batch.records);
                batch.write(&mut line, out).map_err(|e| output(&e))?;
                let room = LISTED.saturating_sub(report.unreadable.len() + listed.len());
                listed.extend(batch.unreadable.iter().take(room).map(Listed::from));
                Ok(())
            })?;
            report.unreadable.append(&mut listed);
            let mut description = reader.describe();
            description.evidence.clear();
            report.note(tally, &reader.findings(), &description);
        }
        if let Some(gathered) = gathered {
            report.merged(gathered.write(out)?);
        }
        report.findings.extend(source.notes());
        for (name, sha256) in source.set.opened() {
            report.evidence.push(Evidence { name, sha256: wire::hex(&sha256) });
        }
    }
    report.evidence.sort();
    out.flush().map_err(|e| output(&e))?;
    Ok(report)
}

fn output(e: &std::io::Error) -> JobError {
    JobError::io(Path::new("-"), "writing the messages", e)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_messages_go_on_one_by_one() {
        let dir = tempfile::tempdir().unwrap();
        let body = "a".repeat(FULL_BYTES + 1);
        let one = format!("<sms address=\"1220\" date=\"1735722000000\" type=\"1\" body=\"{body}\" />\n");
        let path = dir.path().join("a.xml");
        std::fs::write(&path, format!("<smses count=\"3\">\n{}</smses>", one.repeat(3))).unwrap();
        let mut out = Vec::new();
        let report = read(&[path], &SourceOptions::default(), &mut out, Progress::none()).unwrap();
        let lengths: Vec<usize> = out.split(|b| *b == b'\n').map(<[u8]>::len).collect();
        assert_eq!((report.tally.messages, lengths.len(), lengths[3]), (3, 4, 0));
        assert!(lengths[..3].iter().all(|n| *n > FULL_BYTES));
        // one is enough for a batch
        let mut lines = Lines { bytes: FULL_BYTES, ..Lines::default() };
        assert!(lines.is_full());
        lines.write(&mut Vec::new(), &mut Vec::new()).unwrap();
        assert!(lines.is_empty() && lines.messages.is_empty());
    }
}
