//! What the page on the quality of a sorting is told: counts, shares, ids. No message, no name.

use crate::words::Word;

/// Everything the page says.
#[derive(Clone, Debug, Default)]
pub struct QualityReport {
    /// A marking that stands on top of the page.
    pub marking: Option<String>,
    /// The number of the archive.
    pub archive: String,
    /// Custodians by their ids, or whatever the scope is called.
    pub scope: String,
    /// First and last day of the messages, `2026-01-31`; either may be open.
    pub period: (Option<String>, Option<String>),
    /// The day the report was made.
    pub made_at: String,
    /// What the machine was allowed to decide.
    pub mode: Machine,
    /// Id of the model.
    pub model: String,
    /// Id of the policy.
    pub policy: String,
    /// What became of the messages.
    pub counts: Counts,
    /// The sample of what was left out; none was drawn otherwise.
    pub sample: Option<Judged>,
    /// The share of work messages that was kept at least, 0 to 1 (95 %, one-sided).
    pub recall_at_least: Option<f64>,
    /// The share of the kept messages that this presumes to be work; none where that was judged.
    pub presumed: Option<f64>,
    /// Messages judged by two.
    pub pair: Option<Pair>,
    /// What other limits would do.
    pub curve: Option<Curve>,
    /// Whether the messages resemble the training data.
    pub drift: Option<Drift>,
    /// How the model did, from the nearest material to the furthest.
    pub measured: Vec<Measured>,
}

/// What the machine was allowed to decide.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Machine {
    /// Keep, leave out, ask.
    Sort,
    /// Leave out nothing by itself.
    #[default]
    Assist,
    /// Leave out by fixed rules only.
    RulesOnly,
    /// Nothing: everything is kept.
    Off,
}

/// Messages by who decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Decided {
    /// By a fixed rule, or an imported list.
    pub rule: u64,
    /// By the model.
    pub model: u64,
    /// By a person.
    pub person: u64,
}

/// Messages by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// In the archive.
    pub kept: Decided,
    /// Left out as solely personnel.
    pub personnel: Decided,
    /// Left out as solely private.
    pub private: Decided,
    /// Left out as sent by obvious error.
    pub misdirected: Decided,
    /// Left out as journalised already.
    pub journalised: Decided,
    /// Left out by a person who stated no ground.
    pub unstated: Decided,
    /// Kept because nobody decided in time.
    pub undecided: u64,
    /// Waiting for a person.
    pub waiting: u64,
    /// Whether rule and model are told apart; else both stand in one column, as the machine.
    pub rules_apart: bool,
}

/// A random sample of the messages left out.
#[derive(Clone, Debug, Default)]
pub struct Judged {
    /// Messages left out that the sample was drawn from.
    pub pile: u64,
    /// Drawn.
    pub drawn: u64,
    /// Judged so far.
    pub judged: u64,
    /// Of these, by somebody who did not see the program's answer.
    pub blind: u64,
    /// Found to have work content.
    pub found: u64,
    /// The most that the pile can have (95 %, one-sided); shown when all drawn ones were judged.
    pub at_most: u64,
    /// The seed of the draw.
    pub seed: String,
    /// Name and version of the rule of the draw.
    pub rule: String,
}

/// Messages judged by two reviewers.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pair {
    /// Messages.
    pub both: u64,
    /// Judged alike.
    pub alike: u64,
    /// Cohen's kappa, and the lower end of its 95 % interval.
    pub kappa: Option<(f64, f64)>,
}

/// The trade-off.
#[derive(Clone, Debug, Default)]
pub struct Curve {
    /// Messages it was measured on.
    pub messages: u64,
    /// Whether they were the authority's own.
    pub own: bool,
    /// The limit in force, where it is known.
    pub chosen: Option<f64>,
    /// Its points, in rising order of the limit.
    pub points: Vec<Point>,
}

/// One point of the trade-off.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// Leaving out below this probability of work.
    pub below: f64,
    /// Share of work not left out.
    pub kept: f64,
    /// Share of the others left out.
    pub excluded: f64,
}

/// How far the messages are from the training data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drift {
    /// Messages looked at.
    pub messages: u64,
    /// Population stability index.
    pub index: f64,
    /// What chance alone may give.
    pub noise: f64,
    /// Share of unknown words in the training data, where it is known.
    pub unknown_then: Option<f64>,
    /// Share of unknown words here.
    pub unknown_now: f64,
    /// What to make of it.
    pub reading: Reading,
}

/// What to make of a drift.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Too few messages.
    TooFew,
    /// Like the training data.
    Steady,
    /// Not quite.
    Watch,
    /// Quite other.
    Drifted,
}

/// What the model was measured on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Material {
    /// Invented by whoever invented the training data.
    SameHand,
    /// Invented by somebody else.
    OtherHand,
    /// The authority's own messages, labelled by the authority.
    Own,
}

/// How the model did on one material.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// Which.
    pub material: Material,
    /// Messages.
    pub messages: u64,
    /// Share of work not left out.
    pub kept: f64,
    /// Its lower bound (95 %, one-sided).
    pub at_least: f64,
    /// Share of the others left out.
    pub excluded: f64,
    /// Share of all that goes to a person.
    pub review: f64,
    /// Population stability index against the training data.
    pub distance: Option<f64>,
}

impl Decided {
    /// By whomever.
    pub fn total(self) -> u64 {
        let Self { rule, model, person } = self;
        rule + model + person
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            rule: self.rule + other.rule,
            model: self.model + other.model,
            person: self.person + other.person,
        }
    }
}

impl Counts {
    /// What was decided, in the order of the table.
    pub(super) fn rows(&self) -> [(Word, Decided); 6] {
        let Self {
            kept,
            personnel,
            private,
            misdirected,
            journalised,
            unstated,
            undecided: _,
            waiting: _,
            rules_apart: _,
        } = *self;
        [
            (Word::QKept, kept),
            (Word::QPersonnel, personnel),
            (Word::QPrivate, private),
            (Word::QMisdirected, misdirected),
            (Word::QJournalised, journalised),
            (Word::QUnstated, unstated),
        ]
    }

    /// All that was left out.
    pub fn excluded(&self) -> u64 {
        self.rows().iter().skip(1).map(|(_, d)| d.total()).sum()
    }
}
