//! Decisions of persons on held messages, as entries of the log: who, when, on what, what it was before.

use std::collections::BTreeMap;

use archive::RegisterEntry;
use chain::Author;
use serde::{Deserialize, Serialize};

use crate::error::JobError;

/// What a person decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Choice {
    /// It has work content, or may have.
    Keep,
    /// It is outside the guidelines.
    Exclude,
    /// Takes one's own decision back.
    Undo,
}

/// Decisions on messages of one run, JSON in the sealed part of a review entry.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Decision {
    /// 1.
    pub(crate) version: u32,
    /// Number of the run, hexadecimal.
    pub(crate) run: String,
    /// Messages, by slot.
    pub(crate) slots: Vec<u64>,
    /// What was decided.
    pub(crate) choice: Choice,
    /// Where each stood before.
    pub(crate) before: Vec<String>,
    /// Why, of what is excluded.
    pub(crate) ground: Option<String>,
    /// Decided together, by one key.
    pub(crate) bulk: bool,
    /// Judged in a sample, without the sorting's verdict in sight.
    pub(crate) blind: bool,
    /// In the reviewer's words.
    pub(crate) note: Option<String>,
}

/// A sample of what is excluded, drawn before it is shredded; JSON in the sealed part of a review entry.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Sample {
    /// 1.
    pub(crate) version: u32,
    /// What the draw follows from, in the operator's words.
    pub(crate) seed: String,
    /// Whose messages; everybody's where absent.
    pub(crate) custodian: Option<String>,
    /// Messages excluded when it was drawn.
    pub(crate) pile: u64,
    /// Those drawn, in the order of the draw: run (hexadecimal) and slot.
    pub(crate) drawn: Vec<(String, u64)>,
}

/// What a review entry says.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Said {
    Decision(Decision),
    Sample(Sample),
}

/// The decisions in force on one message: the newest of each person.
#[derive(Clone, Debug, Default)]
pub(crate) struct Votes(BTreeMap<Author, Choice>);

impl Votes {
    /// Takes a decision in. A message that a sample finds to be work is kept; what a sample finds to be rightly
    /// excluded changes nothing.
    pub(crate) fn cast(&mut self, who: Author, choice: Choice, blind: bool) {
        match choice {
            Choice::Undo => drop(self.0.remove(&who)),
            Choice::Exclude if blind => {}
            choice => drop(self.0.insert(who, choice)),
        }
    }

    /// Persons who would keep, and who would exclude.
    pub(crate) fn count(&self) -> (usize, usize) {
        let of = |choice: Choice| self.0.values().filter(|c| **c == choice).count();
        (of(Choice::Keep), of(Choice::Exclude))
    }
}

/// Reads a review entry.
pub(crate) fn decode(entry: &RegisterEntry) -> Result<Said, JobError> {
    let bad = || JobError::Integrity { what: format!("entry {}: no decision", entry.header.index) };
    serde_json::from_slice(&entry.plain).map_err(|_| bad())
}

/// The number of a run from its hexadecimal form.
pub(crate) fn run_of(text: &str) -> Option<[u8; 16]> {
    let mut run = [0; 16];
    for (i, byte) in run.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * i..2 * i + 2)?, 16).ok()?;
    }
    Some(run)
}

/// Decisions in force by run and slot.
pub(crate) fn all(entries: &[RegisterEntry]) -> Result<BTreeMap<([u8; 16], u64), Votes>, JobError> {
    let mut votes: BTreeMap<([u8; 16], u64), Votes> = BTreeMap::new();
    for entry in entries {
        let Said::Decision(decision) = decode(entry)? else { continue };
        let bad = || JobError::Integrity { what: format!("entry {}: of no run", entry.header.index) };
        let run = run_of(&decision.run).ok_or_else(bad)?;
        for slot in &decision.slots {
            votes.entry((run, *slot)).or_default().cast(entry.header.author, decision.choice, decision.blind);
        }
    }
    Ok(votes)
}
