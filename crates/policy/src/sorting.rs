//! How messages are sorted: what an error costs, and what follows from it: where to exclude, where to
//! keep, what to ask a person about; how long what is not (yet) in the archive waits for a person. Part
//! of the archive's policy, so that its hash stands in every run.

use minicbor::{Decoder, Encoder};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::cbor::done;

/// How much the machine may decide.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Keeps, excludes, asks.
    #[default]
    Sort,
    /// Excludes nothing: what it would exclude goes to a person.
    Assist,
    /// Only the rules decide; everything else is kept.
    RulesOnly,
    /// Keeps everything.
    Off,
}

const MODES: [Mode; 4] = [Mode::Sort, Mode::Assist, Mode::RulesOnly, Mode::Off];

impl Mode {
    /// The word on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Sort => "sort",
            Self::Assist => "assist",
            Self::RulesOnly => "rules-only",
            Self::Off => "off",
        }
    }

    /// The mode of a word.
    pub fn of(word: &str) -> Option<Self> {
        MODES.into_iter().find(|m| m.word() == word)
    }
}

/// What becomes of a message that was put on a case file (guidelines May 2024, section 1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Journalised {
    /// Kept like any other, with a reference to the case.
    #[default]
    Keep,
    /// Left out: the case file has it.
    LeaveOut,
}

/// What an error costs, in reviews, and how long a person has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Sorting {
    /// How much the machine may decide.
    pub mode: Mode,
    /// A work message lost.
    pub lost_work: u32,
    /// A message kept that has no work in it.
    pub kept_private: u32,
    /// A message that a person must read.
    pub review: u32,
    /// Of a hundred messages, as many as persons can read. Where the costs alone would have more read, a review
    /// becomes dearer until they hold; 100 leaves it to the costs.
    pub review_at_most: u8,
    /// A message with a file nobody looked into may be excluded on its text.
    pub exclude_attachments: bool,
    /// A message sent by error may be excluded without a person.
    pub exclude_misdirected: bool,
    /// Days that a message waits in the holding area: then what is undecided is kept, and what is excluded
    /// is shredded.
    pub review_days: u16,
    /// What becomes of journalised messages.
    pub journalised: Journalised,
}

impl Default for Sorting {
    fn default() -> Self {
        Self {
            mode: Mode::Sort,
            lost_work: 100,
            kept_private: 5,
            review: 1,
            review_at_most: 35,
            exclude_attachments: false,
            exclude_misdirected: true,
            review_days: 30,
            journalised: Journalised::Keep,
        }
    }
}

/// Costs or days that cannot hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SortingFault {
    /// Costs that give no order of thresholds.
    #[error("a review must cost something, and less than either error")]
    Costs,
    /// No share of messages.
    #[error("review-at-most must be 1 to 100")]
    Share,
    /// No time to review, or more than a year.
    #[error("review-days must be 1 to 366")]
    Days,
}

impl Sorting {
    /// Whether the costs give thresholds and the days are days.
    ///
    /// # Errors
    /// [`SortingFault`].
    pub fn check(&self) -> Result<(), SortingFault> {
        let Self { lost_work, kept_private, review, review_at_most, review_days, .. } = *self;
        if review == 0 || review >= kept_private || review >= lost_work {
            return Err(SortingFault::Costs);
        }
        if !(1..=100).contains(&review_at_most) {
            return Err(SortingFault::Share);
        }
        if !(1..=366).contains(&review_days) { Err(SortingFault::Days) } else { Ok(()) }
    }

    /// Excluding is better than asking below this probability of work.
    pub fn exclude_below(&self) -> f64 {
        f64::from(self.review) / f64::from(self.lost_work)
    }

    /// Keeping is better than asking from this probability of work.
    pub fn keep_from(&self) -> f64 {
        self.keep_from_at(1.0)
    }

    /// The same where a review is so many times as dear. What is more likely private than not is not kept
    /// unasked for want of readers.
    pub fn keep_from_at(&self, price: f64) -> f64 {
        let from = |price: f64| 1.0 - price * f64::from(self.review) / f64::from(self.kept_private);
        from(price).max(from(1.0).min(0.5))
    }

    /// Canonical bytes: CBOR `[mode, lost work, kept private, review, attachments, misdirected, days,
    /// journalised, reviews at most]`; mode 0 sort, 1 assist, 2 rules-only, 3 off; journalised 0 keep, 1 leave
    /// out; the last is absent where it is 100.
    pub(crate) fn encode_into(&self, e: &mut Encoder<Vec<u8>>) {
        let Self {
            mode,
            lost_work,
            kept_private,
            review,
            review_at_most,
            exclude_attachments,
            exclude_misdirected,
            review_days,
            journalised,
        } = *self;
        let limited = review_at_most < 100;
        done(e.array(8 + u64::from(limited)).and_then(|e| e.u8(mode as u8)?.u32(lost_work)));
        done(e.u32(kept_private).and_then(|e| e.u32(review)));
        done(e.bool(exclude_attachments).and_then(|e| e.bool(exclude_misdirected)));
        done(e.u16(review_days).and_then(|e| e.u8(journalised as u8)));
        if limited {
            done(e.u8(review_at_most));
        }
    }

    pub(crate) fn decode_from(d: &mut Decoder<'_>) -> Option<Self> {
        let limited = match d.array().ok()? {
            Some(8) => false,
            Some(9) => true,
            _ => return None,
        };
        let mut sorting = Self {
            mode: MODES.get(usize::from(d.u8().ok()?)).copied()?,
            lost_work: d.u32().ok()?,
            kept_private: d.u32().ok()?,
            review: d.u32().ok()?,
            review_at_most: 100,
            exclude_attachments: d.bool().ok()?,
            exclude_misdirected: d.bool().ok()?,
            review_days: d.u16().ok()?,
            journalised: match d.u8().ok()? {
                0 => Journalised::Keep,
                1 => Journalised::LeaveOut,
                _ => return None,
            },
        };
        if limited {
            sorting.review_at_most = d.u8().ok().filter(|most| *most < 100)?;
        }
        sorting.check().ok().map(|()| sorting)
    }

    /// The id in every verdict: the first 16 hexadecimal digits of the SHA-256 of the canonical bytes.
    pub fn id(&self) -> String {
        let mut e = Encoder::new(Vec::new());
        self.encode_into(&mut e);
        let hash = Sha256::digest(e.into_writer());
        hash.iter().take(8).map(|b| format!("{b:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_follow_from_costs() {
        let p = Sorting::default();
        assert!((p.exclude_below() - 0.01).abs() < 1e-12 && (p.keep_from() - 0.8).abs() < 1e-12);
        assert!((p.keep_from_at(2.0) - 0.6).abs() < 1e-12 && (p.keep_from_at(4.0) - 0.5).abs() < 1e-12);
        let p = Sorting { lost_work: 1000, ..p };
        assert!((p.exclude_below() - 0.001).abs() < 1e-12);
        assert_ne!(p.id(), Sorting::default().id());
    }

    #[test]
    fn what_cannot_hold() {
        let d = Sorting::default();
        for (sorting, expected) in [
            (d, Ok(())),
            (Sorting { review: 0, ..d }, Err(SortingFault::Costs)),
            (Sorting { review: 5, ..d }, Err(SortingFault::Costs)),
            (Sorting { review_at_most: 0, ..d }, Err(SortingFault::Share)),
            (Sorting { review_at_most: 101, ..d }, Err(SortingFault::Share)),
            (Sorting { review_days: 0, ..d }, Err(SortingFault::Days)),
            (Sorting { review_days: 400, ..d }, Err(SortingFault::Days)),
        ] {
            assert_eq!(sorting.check(), expected);
        }
    }

    #[test]
    fn bytes_come_back_and_those_without_a_limit_are_as_before() {
        for sorting in [Sorting::default(), Sorting { review_at_most: 100, ..Sorting::default() }] {
            let mut e = Encoder::new(Vec::new());
            sorting.encode_into(&mut e);
            let bytes = e.into_writer();
            assert_eq!(bytes[0], if sorting.review_at_most == 100 { 0x88 } else { 0x89 });
            assert_eq!(Sorting::decode_from(&mut Decoder::new(&bytes)), Some(sorting));
        }
    }

    #[test]
    fn words() {
        for mode in MODES {
            assert_eq!(Mode::of(mode.word()), Some(mode));
        }
        assert_eq!(Mode::of("Sort"), None);
    }
}
