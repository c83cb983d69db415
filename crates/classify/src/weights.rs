//! The model over hashed features: one weight of eight bits for each bucket and label, and what they
//! say about one message. Sums are whole numbers, so their order does not matter.

use std::ops::Range;

use crate::features::{BUCKETS, Feature, Found};
use crate::lexicon::{GROUPS, Lexicon};
use crate::message::{Item, LABELS, Relation, Sender};
use crate::rules::{self, Rule};
use crate::token::{Kind, Token};

/// Labels.
pub(crate) const CLASSES: usize = LABELS.len();
/// Scores are kept in steps of 1/256.
const STEPS: f64 = 256.0;

/// Weights of the hashed features.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Weights {
    /// One row a bucket.
    pub(crate) q: Vec<[i8; CLASSES]>,
    /// What one step of a label's weights is worth.
    pub(crate) scale: [f64; CLASSES],
    /// What a label starts from.
    pub(crate) bias: [f64; CLASSES],
    /// What stood in the training data; empty in a model of format 1.
    pub(crate) words: Words,
}

/// A sum of weights and of squared values.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sum {
    of: [i64; CLASSES],
    squares: i64,
}

impl Sum {
    fn and(mut self, other: &Self) -> Self {
        let Self { of, squares } = other;
        self.of.iter_mut().zip(of).for_each(|(sum, more)| *sum += more);
        self.squares += squares;
        self
    }
}

/// Room that is used again from text to text.
#[derive(Default)]
pub(crate) struct Scratch {
    found: Found,
    /// Of the features of each token.
    sums: Vec<Sum>,
}

/// The words, marks and shapes that stood in the training data, as bits over the buckets of the hash
/// space. About one in fifteen others falls on one of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Words(pub(crate) Vec<u64>);

impl Words {
    /// Numbers of 64 bits that hold a bit for each bucket.
    pub(crate) const LEN: usize = BUCKETS / 64;

    pub(crate) fn of(buckets: impl Iterator<Item = u32>) -> Self {
        let mut bits = vec![0; Self::LEN];
        for (place, bit) in buckets.map(Self::place) {
            if let Some(word) = bits.get_mut(place) {
                *word |= bit;
            }
        }
        Self(bits)
    }

    fn place(bucket: u32) -> (usize, u64) {
        (usize::try_from(bucket / 64).unwrap_or(usize::MAX), 1 << (bucket % 64))
    }

    /// The share of the words of a text that are unknown, in steps of 1/255; 0 of none.
    fn unknown(&self, found: &Found) -> u8 {
        let known = |(place, bit): (usize, u64)| self.0.get(place).is_some_and(|w| w & bit != 0);
        let strange = found.words().filter(|b| !known(Self::place(*b))).count();
        u8::try_from(strange * 255 / found.len().max(1)).unwrap_or(u8::MAX)
    }
}

impl Weights {
    /// From weights as trained: each label has its own step.
    pub(crate) fn quantise(trained: &[Vec<f64>; CLASSES], bias: [f64; CLASSES], words: Words) -> Self {
        let largest = |w: &Vec<f64>| w.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
        let scale = std::array::from_fn(|c| trained.get(c).map_or(0.0, largest).max(1e-9) / 127.0);
        let mut q = vec![[0_i8; CLASSES]; BUCKETS];
        for (c, (weights, step)) in trained.iter().zip(scale).enumerate() {
            for (row, w) in q.iter_mut().zip(weights) {
                #[expect(clippy::cast_possible_truncation, reason = "at most 127 by the choice of the step")]
                let whole = (w / step).round() as i8;
                row[c] = whole;
            }
        }
        Self { q, scale, bias, words }
    }

    /// The sum over some features.
    pub(crate) fn sum(&self, features: &[Feature]) -> Sum {
        let mut out = Sum::default();
        // A token's features are few: their sums fit, and are taken up after each run of them.
        for run in features.chunks(4096) {
            let (mut of, mut squares) = ([0_i32; CLASSES], 0_i32);
            for (bucket, value) in run {
                let value = i32::from(*value);
                if let Some(row) = self.q.get(usize::try_from(*bucket).unwrap_or(0)) {
                    for (sum, weight) in of.iter_mut().zip(row) {
                        *sum += i32::from(*weight) * value;
                    }
                }
                squares += value * value;
            }
            out = out.and(&Sum { of: of.map(i64::from), squares: squares.into() });
        }
        out
    }

    /// The log odds of each label; the length of the text is divided out.
    #[expect(clippy::cast_precision_loss, reason = "far below 2^53: a text is not that long")]
    pub(crate) fn odds(&self, sum: &Sum) -> [f64; CLASSES] {
        let norm = (sum.squares.max(1) as f64).sqrt();
        std::array::from_fn(|c| self.bias[c] + self.scale[c] * (sum.of[c] as f64) / norm)
    }
}

/// What the first pass keeps of a message; the second pass puts it in its conversation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Seen {
    /// Log odds of work in the part that has most of it, in steps.
    top: i16,
    /// Log odds of each label for the whole text, in steps.
    whole: [i16; CLASSES],
    /// Tokens.
    pub(crate) tokens: u16,
    /// Share of the words that did not stand in the training data, in steps of 1/255.
    pub(crate) unknown: u8,
    /// Hits of each group of the lexicon.
    pub(crate) groups: [u8; GROUPS],
    /// A question.
    pub(crate) asks: bool,
    /// Has a pictograph.
    pub(crate) emoji: bool,
    /// Has a letter or a digit.
    pub(crate) words: bool,
    /// From the owner.
    pub(crate) outgoing: bool,
    /// A row of the system.
    pub(crate) event: bool,
    /// Carries a file.
    pub(crate) attachment: bool,
    /// From a machine.
    pub(crate) machine: bool,
    /// The counterpart's relation.
    pub(crate) relation: Relation,
    /// The rule that holds, silence not yet looked at.
    pub(crate) rule: Option<Rule>,
    /// Milliseconds since 1970, where known.
    pub(crate) sent_at: Option<i64>,
    /// The tokens that weighed most, ready to be shown.
    pub(crate) because: Box<str>,
}

impl Seen {
    /// Log odds of work in the part that has most of it.
    pub(crate) fn top(&self) -> f64 {
        f64::from(self.top) / STEPS
    }

    /// Log odds of a label for the whole text.
    pub(crate) fn whole(&self, label: usize) -> f64 {
        self.whole.get(label).map_or(0.0, |z| f64::from(*z) / STEPS)
    }

    /// The same without the tokens that are shown: a copy of a few bytes.
    pub(crate) fn numbers(&self) -> Self {
        Self { because: Box::default(), ..*self }
    }

    /// When it was sent, milliseconds since 1970, where known; conversations are put in this order.
    pub fn sent_at(&self) -> Option<i64> {
        self.sent_at
    }

    /// Bytes that a message of context takes while its conversation is not finished.
    pub fn bytes(&self) -> usize {
        std::mem::size_of::<Self>() + self.because.len()
    }
}

/// A sender who was answered is no machine, whatever the address looks like.
pub(crate) fn answered(seen: &mut [Seen]) {
    if seen.iter().any(|s| s.outgoing) {
        seen.iter_mut().for_each(|s| s.machine = false);
    }
}

#[expect(clippy::cast_possible_truncation, reason = "clamped to the range")]
fn steps(z: f64) -> i16 {
    (z * STEPS).clamp(-32_000.0, 32_000.0).round() as i16
}

/// Looks at one message. With `explain`, says which tokens weighed most.
pub(crate) fn look(
    weights: &Weights,
    lexicon: &Lexicon,
    room: &mut Scratch,
    item: &Item<'_>,
    explain: bool,
) -> Seen {
    let joined;
    let text = if item.also.is_empty() {
        item.body
    } else {
        joined = format!("{}\n{}", item.body, item.also);
        &joined
    };
    let Scratch { found, sums } = room;
    found.read(text, lexicon, |found, tokens| {
        let mut seen = marks(item, tokens);
        seen.groups = found.groups;
        if seen.rule.is_some_and(|r| !r.keeps()) && (found.groups[0] > 0 || item.outgoing) {
            seen.rule = None;
        }
        seen.tokens = u16::try_from(found.len()).unwrap_or(u16::MAX);
        seen.unknown = weights.words.unknown(found);
        sums.clear();
        sums.extend((0..found.len()).map(|token| weights.sum(found.of(&(token..token + 1)))));
        let odds = |part: Range<usize>| {
            let sums = sums.get(part).unwrap_or_default();
            weights.odds(&sums.iter().fold(Sum::default(), Sum::and))
        };
        let whole = odds(0..found.len());
        seen.whole = whole.map(steps);
        let top = match found.parts.as_slice() {
            [] | [_] => whole[0],
            parts => parts.iter().map(|part| odds(part.clone())[0]).fold(whole[0], f64::max),
        };
        seen.top = steps(top);
        if explain {
            seen.because = because(sums, tokens).into();
        }
        seen
    })
}

fn marks(item: &Item<'_>, tokens: &[Token<'_>]) -> Seen {
    Seen {
        rule: rules::rule(item, tokens, 0),
        asks: tokens.iter().any(|t| t.kind == Kind::Mark && t.text == "?"),
        emoji: tokens.iter().any(|t| t.kind == Kind::Mark && !t.text.is_ascii()),
        words: tokens.iter().any(|t| t.kind != Kind::Mark),
        outgoing: item.outgoing,
        event: item.event,
        attachment: item.attachment,
        machine: item.sender == Sender::Machine,
        relation: item.relation,
        sent_at: item.sent_at,
        ..Seen::default()
    }
}

/// The three tokens that spoke most for work and against it, as `+word` and `-word`.
fn because(sums: &[Sum], tokens: &[Token<'_>]) -> String {
    const SHOWN: usize = 3;
    let mut best: [(i64, usize); SHOWN] = [(0, usize::MAX); SHOWN];
    for (token, sum) in sums.iter().enumerate() {
        let sum = sum.of[0];
        let place = best.iter().position(|(b, _)| sum.abs() > b.abs());
        if let Some(place) = place {
            best[place..].rotate_right(1);
            best[place] = (sum, token);
        }
    }
    let shown = || best.iter().filter_map(|(sum, at)| tokens.get(*at).map(|t| (sum, t.text)));
    let mut out = String::with_capacity(shown().map(|(_, word)| word.len() + 2).sum());
    for (sum, word) in shown() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push(if *sum > 0 { '+' } else { '-' });
        out.push_str(word);
    }
    out
}
