//! Whether the messages of a month still look like those the model learnt from: the population
//! stability index over the deciles of the scores, and the share of words that the model has never
//! seen. Needs no judgement of anybody.
//!
//! Drift does not say that the sorting is wrong, only that its figures were measured on something
//! else; a quiet month does not say that it is right. Knows scores, no text.

use crate::decide::{Verdict, head_of};
use crate::math::{count, ln};
use crate::weights::Seen;

/// Steps of the scores: deciles of the training data.
pub const BINS: usize = 10;
/// From here on the index is customarily called a moderate and a large shift (Siddiqi, Credit Risk
/// Scorecards, 2006).
const MODERATE: f64 = 0.1;
const LARGE: f64 = 0.25;
/// From so much larger a share of unknown words on they are called other, and quite other, words.
const OTHER_WORDS: f64 = 0.05;
const QUITE_OTHER_WORDS: f64 = 0.15;
/// Fewer messages than this say nothing about a shift.
const FEWEST: u64 = 100;

/// Scores and words of the training data, as weights saw them that had not learnt from them: with a
/// counterpart whose relation is known, and with one who is in no contact list.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Profile {
    /// In that order.
    pub heads: [Spread; 2],
}

/// How messages spread over the scores.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spread {
    /// The probabilities of work that part the messages into ten steps; a message on one belongs to the
    /// step above it.
    pub edges: [f64; BINS - 1],
    /// Messages in each step; equal but for ties.
    pub counts: [u32; BINS],
    /// Mean share of a message's words that the weights had not seen.
    pub unknown: f64,
    /// Standard deviation of that share between messages.
    pub deviation: f64,
}

impl Spread {
    /// From the scores of messages and, in steps of 1/255, their shares of unknown words.
    pub(crate) fn of(scores: &[f64], unknown: &[Option<u8>]) -> Self {
        let mut sorted = scores.to_vec();
        sorted.sort_by(f64::total_cmp);
        let edge = |i: usize| sorted.get((i + 1) * sorted.len() / BINS).copied().unwrap_or_default();
        let mut out = Self { edges: std::array::from_fn(edge), ..Self::default() };
        for score in &sorted {
            let step = out.step(*score);
            if let Some(n) = out.counts.get_mut(step) {
                *n += 1;
            }
        }
        let mut shares = Shares::default();
        unknown.iter().flatten().for_each(|s| shares.add(*s));
        (out.unknown, out.deviation) = (shares.mean(), shares.deviation());
        out
    }

    fn step(&self, score: f64) -> usize {
        self.edges.partition_point(|edge| *edge <= score)
    }

    fn messages(&self) -> u64 {
        self.counts.iter().copied().map(u64::from).sum()
    }
}

/// Shares in steps of 1/255, their mean and deviation; whole sums, so their order does not matter.
#[derive(Clone, Copy, Debug, Default)]
struct Shares {
    n: u64,
    sum: u64,
    squares: u64,
}

impl Shares {
    fn add(&mut self, share: u8) {
        self.n += 1;
        self.sum += u64::from(share);
        self.squares += u64::from(share).pow(2);
    }

    fn mean(self) -> f64 {
        count(self.sum) / 255.0 / count(self.n.max(1))
    }

    fn deviation(self) -> f64 {
        let n = count(self.n.max(1));
        let mean = count(self.sum) / n;
        (count(self.squares) / n - mean * mean).max(0.0).sqrt() / 255.0
    }
}

/// The messages of a month (or of any period) as they are sorted.
#[derive(Clone, Debug)]
pub struct Observed {
    profile: Profile,
    counts: [[u32; BINS]; 2],
    shares: [Shares; 2],
}

/// What came out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drift {
    /// Messages looked at.
    pub messages: u64,
    /// The population stability index of the scores: 0 for the same spread.
    pub index: f64,
    /// An index up to here is to be expected, 19 times in 20, of so many messages drawn one by one from
    /// the training data. Messages of a conversation resemble each other, so somewhat more means nothing yet.
    pub noise: f64,
    /// Mean share of a message's words that are unknown: in the training data, to weights without them.
    pub unknown_then: f64,
    /// The same in the messages looked at.
    pub unknown_now: f64,
    /// What to make of it.
    pub reading: Reading,
}

/// What to make of the figures of a drift.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reading {
    /// Fewer than a hundred messages.
    TooFew,
    /// Like the training data, as far as this can tell.
    Steady,
    /// Other than the training data: read more of the excluded ones.
    Watch,
    /// Quite other: exclude nothing before a sample has been judged.
    Drifted,
}

impl Reading {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::TooFew => "too-few",
            Self::Steady => "steady",
            Self::Watch => "watch",
            Self::Drifted => "drifted",
        }
    }
}

impl Observed {
    /// Nothing yet, to be compared with the profile of a model.
    pub fn new(profile: Profile) -> Self {
        Self { profile, counts: [[0; BINS]; 2], shares: [Shares::default(); 2] }
    }

    /// One message: what was seen of it, and its verdict.
    pub fn add(&mut self, seen: &Seen, verdict: &Verdict) {
        self.add_score(head_of(seen), verdict.p[0], (seen.tokens > 0).then_some(seen.unknown));
    }

    fn add_score(&mut self, head: usize, score: f64, unknown: Option<u8>) {
        let step = self.profile.heads.get(head).map_or(0, |spread| spread.step(score));
        if let Some(n) = self.counts.get_mut(head).and_then(|c| c.get_mut(step)) {
            *n = n.saturating_add(1);
        }
        if let (Some(shares), Some(unknown)) = (self.shares.get_mut(head), unknown) {
            shares.add(unknown);
        }
    }

    /// Compares. Messages with and without a known relation are each compared with their like, and
    /// count by their number, so that a longer contact list is no drift.
    pub fn drift(&self) -> Drift {
        let sizes = self.counts.map(|c| c.iter().copied().map(u64::from).sum::<u64>());
        let all = sizes.iter().sum::<u64>();
        let (mut index, mut mean, mut variance) = (0.0, 0.0, 0.0);
        let (mut then, mut now, mut doubt) = (0.0, 0.0, 0.0);
        let texts = count(self.shares.iter().map(|s| s.n).sum::<u64>().max(1));
        for (((spread, counts), size), shares) in
            self.profile.heads.iter().zip(&self.counts).zip(sizes).zip(&self.shares)
        {
            if size > 0 && spread.messages() > 0 {
                let part = count(size) / count(all);
                index += part * stability(&spread.counts, counts);
                let unit = part * (1.0 / count(size) + 1.0 / count(spread.messages()));
                mean += 9.0 * unit;
                variance += 18.0 * unit * unit;
            }
            let part = count(shares.n) / texts;
            then += part * spread.unknown;
            now += part * shares.mean();
            doubt += part * spread.deviation;
        }
        let noise = mean + 1.645 * variance.sqrt();
        let more = now - then;
        // three standard errors, as if messages stood alone
        let strange = |limit: f64| more > limit && more > 3.0 * doubt / texts.sqrt();
        let reading = match () {
            () if all < FEWEST => Reading::TooFew,
            () if (index > LARGE && index > noise) || strange(QUITE_OTHER_WORDS) => Reading::Drifted,
            () if (index > MODERATE && index > noise) || strange(OTHER_WORDS) => Reading::Watch,
            () => Reading::Steady,
        };
        Drift { messages: all, index, noise, unknown_then: then, unknown_now: now, reading }
    }
}

/// The population stability index: the sum of (a - e) ln(a / e) over the steps, where e is the share of
/// the training data and a that of the messages looked at. Half a message is added to every step, so that
/// an empty one is no infinity.
fn stability(then: &[u32; BINS], now: &[u32; BINS]) -> f64 {
    let total = |c: &[u32; BINS]| count(c.iter().copied().map(u64::from).sum::<u64>()) + 5.0;
    let (all_then, all_now) = (total(then), total(now));
    then.iter()
        .zip(now)
        .map(|(e, a)| ((f64::from(*e) + 0.5) / all_then, (f64::from(*a) + 0.5) / all_now))
        .map(|(e, a)| (a - e) * (ln(a) - ln(e)))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The usual worked example: shares as they were developed and as they are now, 0.1 to 0.3 a step.
    #[test]
    fn index() {
        let then = [100_000; BINS];
        let now = [60_000, 140_000, 100_000, 100_000, 100_000, 100_000, 100_000, 100_000, 120_000, 80_000];
        let by_hand = -0.04 * 0.6_f64.ln() + 0.04 * 1.4_f64.ln() + 0.02 * 1.2_f64.ln() - 0.02 * 0.8_f64.ln();
        assert!((stability(&then, &now) - by_hand).abs() < 1e-4);
        assert!((by_hand - 0.0420).abs() < 1e-4);
        assert!(stability(&then, &then).abs() < 1e-15);
        assert!(stability(&then, &[0, 0, 0, 0, 0, 0, 0, 0, 0, 7]).is_finite());
    }

    fn profile() -> Profile {
        let scores: Vec<f64> = (0..5000).map(|i| f64::from(i) / 5000.0).collect();
        let unknown: Vec<_> = (0..5000_u32).map(|i| Some(u8::try_from(40 + i % 20).unwrap())).collect();
        Profile { heads: [Spread::of(&scores, &unknown); 2] }
    }

    fn month(n: u32, score: impl Fn(f64) -> f64, unknown: u8) -> Drift {
        let mut observed = Observed::new(profile());
        for i in 0..n {
            let even = f64::from(i * 7919 % n) / f64::from(n);
            observed.add_score(
                usize::from(i % 3 == 0),
                score(even),
                Some(unknown + u8::try_from(i % 20).unwrap()),
            );
        }
        observed.drift()
    }

    #[test]
    fn readings() {
        assert_eq!(month(99, |p| p, 40).reading, Reading::TooFew);
        let steady = month(3000, |p| p, 40);
        assert_eq!(steady.reading, Reading::Steady);
        assert!(steady.index < steady.noise && (steady.unknown_now - steady.unknown_then).abs() < 0.01);
        assert_eq!(month(3000, |p| p, 60).reading, Reading::Watch, "other words");
        assert_eq!(month(3000, |p| p, 120).reading, Reading::Drifted, "quite other words");
        assert_eq!(month(3000, |p| p * p, 40).reading, Reading::Drifted, "other scores");
        assert_eq!(month(3000, |p| p.powf(1.3), 40).reading, Reading::Steady);
        assert_eq!(Observed::new(Profile::default()).drift().messages, 0);
    }

    /// Twenty-one months drawn from the training data: about one of them above the noise.
    #[test]
    fn noise() {
        let mut state = 1_u64;
        let mut above = 0;
        for _ in 0..400 {
            let mut observed = Observed::new(profile());
            for _ in 0..300 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let score = count(state >> 33) / count(1 << 31);
                observed.add_score(0, score, Some(50));
            }
            let drift = observed.drift();
            above += u32::from(drift.index > drift.noise);
        }
        assert!((4..=48).contains(&above), "{above} of 400");
    }
}
