//! What became of an ingest, as it is reported: counts, places and codes, no content.

use std::collections::BTreeMap;

use classify::quality::Drift;
use policy::{Mode, Policy};
use serde::{Deserialize, Serialize};

use crate::classify::Sorter;
use crate::compare::Vanished;
use crate::journalised::Journal;
use crate::read::{Counts, LISTED, Listed};
use crate::review::settle::Settled;

/// What became of an ingest: counts, places and codes, no content.
#[derive(Debug, Default, Serialize)]
pub struct IngestReport {
    /// Whose messages.
    pub custodian: String,
    /// One for each source.
    pub runs: Vec<RunReport>,
    /// What became of messages held back earlier.
    pub settled: Settled,
    /// Number of the archive, hexadecimal.
    pub archive: String,
    /// Entries in the log.
    pub size: u64,
    /// Root of the log, hexadecimal.
    pub root: String,
    /// The signed checkpoint.
    pub checkpoint: String,
    /// The receipt, to be printed and signed.
    pub receipt: String,
}

/// How the conversations judged compare with those that the model learned from.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DriftReport {
    /// Messages looked at.
    pub messages: u64,
    /// Population stability index of the scores.
    pub index: f64,
    /// An index up to here is chance.
    pub noise: f64,
    /// Share of words that the model does not know.
    pub unknown: f64,
    /// The same in what it learned from.
    #[serde(default)]
    pub unknown_then: f64,
    /// `too-few`, `steady`, `watch`, `drifted`.
    pub reading: String,
}

impl DriftReport {
    pub(crate) fn of(drift: Drift) -> Self {
        let Drift { messages, index, noise, unknown_then, unknown_now, reading } = drift;
        Self {
            messages,
            index,
            noise,
            unknown: unknown_now,
            unknown_then,
            reading: reading.word().to_owned(),
        }
    }
}

/// How messages were sorted.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Sorting {
    /// `sort`, `assist`, `rules-only`, `off`.
    pub mode: String,
    /// Id of the model; empty where nothing was sorted.
    pub model: String,
    /// Id of the costs and limits.
    pub policy: String,
    /// Days in the holding area.
    pub review_days: u16,
    /// SHA-256 of the list of journalised messages, hexadecimal.
    pub journal: Option<String>,
}

/// What became of one source.
#[derive(Debug, Default, Serialize)]
pub struct RunReport {
    /// Number of the run, hexadecimal; null where nothing was added.
    pub run: Option<String>,
    /// Kind of the source.
    pub source: String,
    /// Day of the copy.
    pub copy_date: String,
    /// Rows seen and what became of them.
    pub tally: Counts,
    /// Messages never seen before.
    pub new: u64,
    /// Messages seen before, and as they were.
    pub seen_again: u64,
    /// Messages seen before and changed since.
    pub changed: u64,
    /// Messages that a source of another kind told before: both tellings are kept, as one message.
    pub seen_elsewhere: u64,
    /// Of the new: for a person to decide on, in the holding area.
    pub review: u64,
    /// Of those for a person: exclusions that two persons must confirm.
    pub proposals: u64,
    /// Of the new: left out, in the holding area until its time is over.
    pub excluded: u64,
    /// Messages seen before that are, or were, in the holding area.
    pub withheld_again: u64,
    /// Of the kept: those that a rule kept, or a list of journalised messages.
    pub kept_by_rule: u64,
    /// New messages by route, ground and retention class: `exclude private E5`.
    pub routes: BTreeMap<String, u64>,
    /// How they were sorted: mode, ids of model and policy.
    pub sorting: Sorting,
    /// Of the changed: `edited`, `unsent`, `deleted`, `reactions` (or another part of the state).
    pub changes: BTreeMap<String, u64>,
    /// Messages that earlier copies of the phone had and this one has not.
    pub vanished: Vec<Vanished>,
    /// Messages that were missing from an earlier copy and are in this one.
    pub reappeared: u64,
    /// How the messages compare with the model's.
    pub drift: Option<DriftReport>,
    /// Messages already beyond their period.
    pub expired: u64,
    /// Messages that must not come back.
    pub suppressed: u64,
    /// Attachments stored.
    pub attachments: u64,
    /// Attachments that messages name and the source does not have.
    pub attachments_missing: u64,
    /// Entries added to the log.
    pub entries_added: u64,
    /// The custodian's first device, registered by this copy.
    pub device_registered: bool,
    /// Messages by retention class.
    pub classes: BTreeMap<String, u64>,
    /// The first unreadable records.
    pub unreadable: Vec<Listed>,
    /// What a person must look at.
    pub findings: Vec<String>,
    /// The highest marking of what the source holds; null where nothing is marked.
    pub marking: Option<&'static str>,
}

impl IngestReport {
    /// 0, or 3 with something to look at.
    pub fn exit_code(&self) -> u8 {
        let clean = |r: &RunReport| {
            r.findings.is_empty()
                && r.review == 0
                && r.tally.unreadable == 0
                && r.tally.balances
                && !r.device_registered
        };
        if self.runs.iter().all(clean) { 0 } else { 3 }
    }
}

impl Sorting {
    pub(crate) fn of(
        sorter: Option<&Sorter>,
        policy: &Policy,
        mode: Option<Mode>,
        journal: Option<&Journal>,
    ) -> Self {
        let (model, id) = sorter.map(Sorter::ids).unwrap_or_default();
        Self {
            mode: mode.unwrap_or(policy.sorting.mode).word().to_owned(),
            model: model.to_owned(),
            policy: id.to_owned(),
            review_days: policy.sorting.review_days,
            journal: journal.map(Journal::digest),
        }
    }
}

impl RunReport {
    pub(crate) fn absorb(&mut self, counted: Self) {
        self.new += counted.new;
        self.seen_again += counted.seen_again;
        self.changed += counted.changed;
        self.seen_elsewhere += counted.seen_elsewhere;
        for (change, n) in counted.changes {
            *self.changes.entry(change).or_default() += n;
        }
        self.reappeared += counted.reappeared;
        self.review += counted.review;
        self.proposals += counted.proposals;
        self.excluded += counted.excluded;
        self.withheld_again += counted.withheld_again;
        self.kept_by_rule += counted.kept_by_rule;
        for (route, n) in counted.routes {
            *self.routes.entry(route).or_default() += n;
        }
        self.expired += counted.expired;
        self.suppressed += counted.suppressed;
        self.attachments += counted.attachments;
        self.attachments_missing += counted.attachments_missing;
        for (class, n) in counted.classes {
            *self.classes.entry(class).or_default() += n;
        }
        let room = LISTED.saturating_sub(self.unreadable.len());
        self.unreadable.extend(counted.unreadable.into_iter().take(room));
    }
}
