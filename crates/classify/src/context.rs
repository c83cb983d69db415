//! A message among its neighbours: the dense features of the second pass. Knows no text any more,
//! only what the first pass kept.
//!
//! A session is a run of messages of one conversation with no gap of six hours. A short answer is
//! read by what was said around it.

use crate::lexicon::GROUPS;
use crate::message::{Relation, Role};
use crate::weights::Seen;

/// A gap that ends a session, milliseconds.
const GAP: i64 = 6 * 3600 * 1000;
/// Neighbours looked at one by one on each side.
const NEAR: usize = 6;
/// What a neighbour counts for, step by step away.
const FADE: f64 = 0.62;

/// Number of dense features.
pub(crate) const DENSE: usize = 96;
/// The dense features of one message.
pub(crate) type Row = [f64; DENSE];
/// Number of features of the second look.
pub(crate) const SECOND: usize = 64;
/// The features of the second look at one message: what the first one said of it and of its
/// neighbours.
pub(crate) type Row2 = [f64; SECOND];

/// What is known of the whole conversation.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// More than two persons.
    pub group: bool,
    /// The owner's post.
    pub role: Role,
    /// The conversation's name, looked at like a message.
    pub title: Option<Seen>,
}

/// Sums over a session or a conversation from which one message can be taken out again.
#[derive(Clone, Copy, Default)]
struct Sums {
    n: f64,
    top: f64,
    whole: [f64; 4],
    work_words: f64,
    first: f64,
    second: f64,
    keeps: f64,
}

/// Log odds as evidence: a far outlier counts no more than a clear case.
fn soft(z: f64) -> f64 {
    z.clamp(-4.0, 4.0)
}

impl Sums {
    fn of<'a>(seen: impl Iterator<Item = &'a Seen>) -> Self {
        let mut out = Self { first: -4.0, second: -4.0, ..Self::default() };
        for s in seen.filter(|s| !s.event) {
            let top = soft(s.top());
            out.n += 1.0;
            out.top += top;
            for (sum, label) in out.whole.iter_mut().zip(0..) {
                *sum += soft(s.whole(label));
            }
            out.work_words += strong(s);
            out.keeps += f64::from(u8::from(keeps(s)));
            if top > out.first {
                out.second = out.first;
                out.first = top;
            } else if top > out.second {
                out.second = top;
            }
        }
        out
    }

    /// Of the others: mean odds of work, the highest, and the mean of each label.
    fn without(&self, s: &Seen) -> (f64, f64, [f64; 4]) {
        let n = self.n - 1.0;
        if n < 0.5 {
            return (0.0, 0.0, [0.0; 4]);
        }
        let top = soft(s.top());
        let highest = if top >= self.first { self.second } else { self.first };
        let mean = |label: usize| (self.whole[label] - soft(s.whole(label))) / n;
        ((self.top - top) / n, highest, std::array::from_fn(mean))
    }
}

fn strong(s: &Seen) -> f64 {
    f64::from(s.groups[0].min(3))
}

fn keeps(s: &Seen) -> bool {
    s.rule.is_some_and(crate::rules::Rule::keeps)
}

/// The rows of a conversation in its order, and whether the owner ever wrote in it.
pub(crate) fn rows(frame: &Frame, seen: &[Seen]) -> Vec<Row> {
    let thread = Sums::of(seen.iter());
    let mut out = Vec::with_capacity(seen.len());
    for range in sessions(seen) {
        let session = &seen[range];
        let sums = Sums::of(session.iter());
        out.extend((0..session.len()).map(|at| row(frame, &thread, session, &sums, at)));
    }
    out
}

/// The runs of messages without a gap.
fn sessions(seen: &[Seen]) -> Vec<std::ops::Range<usize>> {
    let mut out = Vec::new();
    let mut start = 0;
    while start < seen.len() {
        let gap = |pair: &[Seen]| match (pair[0].sent_at, pair[1].sent_at) {
            (Some(a), Some(b)) => b.saturating_sub(a) >= GAP,
            _ => false,
        };
        let len = seen[start..].windows(2).position(gap).map_or(seen.len() - start, |n| n + 1);
        out.push(start..start + len);
        start += len;
    }
    out
}

/// The second look: `odds` are those of the first, in the same order.
pub(crate) fn rows2(frame: &Frame, seen: &[Seen], odds: &[f64]) -> Vec<Row2> {
    let odds: Vec<f64> = odds.iter().map(|z| z.clamp(-6.0, 6.0)).collect();
    let thread = Spread::of(&odds);
    let mut out = Vec::with_capacity(seen.len());
    for range in sessions(seen) {
        let (session, z) = (&seen[range.clone()], &odds[range]);
        let spread = Spread::of(z);
        out.extend((0..session.len()).map(|at| row2(frame, session, z, (&spread, &thread), at)));
    }
    out
}

/// The odds of a run, from which one message can be taken out again.
struct Spread {
    n: f64,
    sum: f64,
    highest: [f64; 2],
    lowest: [f64; 2],
    /// How many are above each of two steps.
    above: [f64; 2],
}

/// Likely work; not quite unlikely.
const ABOVE: [f64; 2] = [0.5, -1.5];

impl Spread {
    fn of(z: &[f64]) -> Self {
        let mut out = Self { n: 0.0, sum: 0.0, highest: [-6.0; 2], lowest: [6.0; 2], above: [0.0; 2] };
        for z in z {
            for (count, step) in out.above.iter_mut().zip(ABOVE) {
                *count += f64::from(u8::from(*z > step));
            }
            out.n += 1.0;
            out.sum += z;
            let [a, b] = out.highest;
            out.highest = if *z > a { [*z, a] } else { [a, b.max(*z)] };
            let [a, b] = out.lowest;
            out.lowest = if *z < a { [*z, a] } else { [a, b.min(*z)] };
        }
        out
    }

    fn is_above(&self, z: f64) -> [bool; 2] {
        ABOVE.map(|step| z > step)
    }

    /// Mean, highest and lowest of the others; the message's own odds when there are none.
    fn without(&self, z: f64) -> [f64; 3] {
        if self.n < 1.5 {
            return [z; 3];
        }
        let highest = if z >= self.highest[0] { self.highest[1] } else { self.highest[0] };
        let lowest = if z <= self.lowest[0] { self.lowest[1] } else { self.lowest[0] };
        [(self.sum - z) / (self.n - 1.0), highest, lowest]
    }
}

fn row2(frame: &Frame, session: &[Seen], odds: &[f64], (near, far): (&Spread, &Spread), at: usize) -> Row2 {
    let (s, z) = (&session[at], odds[at]);
    let mut f = Filler { row: [0.0; SECOND], at: 0 };
    let short = 4.0 / (4.0 + f64::from(s.tokens.min(64)));
    f.put(1.0);
    f.put(z);
    [-4.0, -2.5, -1.0, 0.5, 2.0].iter().for_each(|knee| f.put((z - knee).max(0.0)));
    f.put(z * short);
    f.put(short);
    let mut side = |there: &mut dyn Iterator<Item = &f64>| {
        let (mut sum, mut weight, mut fade, mut first) = (0.0, 0.0, 1.0, None);
        for z in there.take(NEAR) {
            first.get_or_insert(*z);
            sum += z * fade;
            weight += fade;
            fade *= FADE;
        }
        let faded = if weight > 0.0 { sum / weight } else { z };
        let next = first.unwrap_or(z);
        for value in [next, next * short, faded, faded * short] {
            f.put(value);
        }
    };
    side(&mut odds[..at].iter().rev());
    side(&mut odds[at + 1..].iter());
    for value in near.without(z) {
        f.put(value);
        f.put(value * short);
    }
    let [mean, highest, lowest] = near.without(z);
    f.put((highest - 1.0).max(0.0));
    f.put((lowest + 1.0).min(0.0));
    f.put((mean + 2.0).min(0.0));
    far.without(z).into_iter().for_each(|value| f.put(value));
    for run in [near, far] {
        let [mean, highest, _] = run.without(z);
        let sure = (run.n - 1.0) / (run.n + 5.0);
        for value in [mean * sure, mean * sure * short, highest * sure, highest * sure * short] {
            f.put(value);
        }
        for (count, own) in run.above.iter().zip(run.is_above(z)) {
            let others = count - f64::from(u8::from(own));
            f.put(others / (run.n - 1.0).max(1.0));
            f.flag(others > 0.5);
        }
    }
    f.flag(near.n < 1.5);
    f.flag(s.attachment);
    f.flag(s.outgoing);
    f.flag(s.groups[0] > 0);
    f.flag(frame.group);
    f.flag(is_beside(session, odds, at, 0.0));
    f.flag(is_beside(session, odds, at, -1.5));
    debug_assert!(f.at <= SECOND, "{} features", f.at);
    f.row
}

/// Neighbours on each side that a brief message leans on.
const BESIDE: usize = 2;
/// Tokens of a brief message.
const BRIEF: u16 = 10;

fn is_beside(session: &[Seen], odds: &[f64], at: usize, from: f64) -> bool {
    let around = at.saturating_sub(BESIDE)..session.len().min(at + 1 + BESIDE);
    let works = |n: usize| n != at && (odds[n] >= from || keeps(&session[n]));
    session[at].tokens <= BRIEF && around.into_iter().any(works)
}

/// Which messages are brief and stand beside one that is likely work by the first look, or kept by a
/// rule. Their exclusion is held back.
pub(crate) fn beside(seen: &[Seen], odds: &[f64]) -> Vec<bool> {
    let mut out = Vec::with_capacity(seen.len());
    for range in sessions(seen) {
        let (session, z) = (&seen[range.clone()], &odds[range]);
        out.extend((0..session.len()).map(|at| is_beside(session, z, at, 0.0)));
    }
    out
}

/// Fills a row value by value.
struct Filler<const N: usize> {
    row: [f64; N],
    at: usize,
}

impl<const N: usize> Filler<N> {
    fn put(&mut self, value: f64) {
        if let Some(slot) = self.row.get_mut(self.at) {
            *slot = value;
        }
        self.at += 1;
    }

    fn flag(&mut self, yes: bool) {
        self.put(f64::from(u8::from(yes)));
    }
}

fn row(frame: &Frame, thread: &Sums, session: &[Seen], sums: &Sums, at: usize) -> Row {
    let s = &session[at];
    let mut f = Filler { row: [0.0; DENSE], at: 0 };
    let words = f64::from(s.tokens.min(64));
    // 1 for an empty text, 1/2 for four words, near 0 for a long one.
    let short = 4.0 / (4.0 + words);
    let z = s.top().clamp(-6.0, 6.0);
    f.put(1.0);
    own(s, z, short, &mut f);
    let (mean, highest, labels) = sums.without(s);
    neighbours(session, at, short, &mut f);
    for value in [mean, highest] {
        f.put(value);
        f.put(value * short);
        f.put(value.max(0.0));
        f.put((value - 1.5).max(0.0));
    }
    for value in labels.into_iter().skip(1) {
        f.put(value);
        f.put(value * short);
    }
    f.put((sums.work_words - strong(s)).min(4.0));
    f.flag(sums.keeps > f64::from(u8::from(keeps(s))));
    f.flag(sums.n < 1.5);
    let (mean, highest, labels) = thread.without(s);
    f.put(mean);
    f.put(highest);
    labels.into_iter().skip(1).for_each(|v| f.put(v));
    f.put(thread.n.min(8.0) / 8.0);
    evidence(&sums.without(s), sums.n, short, &mut f);
    evidence(&thread.without(s), thread.n, short, &mut f);
    let title = frame.title.as_ref();
    f.put(title.map_or(0.0, |t| soft(t.top())));
    f.flag(title.is_some_and(|t| t.groups[0] + t.groups[1] > 0));
    f.flag(frame.group);
    priors(frame, s, short, &mut f);
    debug_assert!(f.at <= DENSE, "{} features", f.at);
    f.row
}

/// Means say more the more messages they are of.
fn evidence((mean, highest, _): &(f64, f64, [f64; 4]), n: f64, short: f64, f: &mut Filler<DENSE>) {
    let sure = (n - 1.0) / (n + 5.0);
    for value in [mean * sure, highest * sure, mean * sure * short] {
        f.put(value);
    }
}

fn own(s: &Seen, z: f64, short: f64, f: &mut Filler<DENSE>) {
    f.put(z);
    [-2.0, -1.0, 0.0, 1.0].iter().for_each(|knee| f.put((z - knee).max(0.0)));
    f.put(z * short);
    f.put(s.whole(0).clamp(-6.0, 6.0));
    (1..4).for_each(|label| f.put(s.whole(label).clamp(-6.0, 6.0)));
    for count in s.groups.iter().take(GROUPS) {
        f.flag(*count > 0);
        f.put(f64::from((*count).min(4)) / 4.0);
    }
    for bound in [0, 1, 3, 7, 15] {
        f.flag(s.tokens <= bound);
    }
    f.flag(s.tokens > 40);
    f.flag(s.asks);
    f.flag(s.emoji);
    f.flag(!s.words);
    f.flag(s.attachment);
    f.flag(s.outgoing);
}

fn neighbours(session: &[Seen], at: usize, short: f64, f: &mut Filler<DENSE>) {
    side(session[..at].iter().rev(), short, f);
    side(session[at + 1..].iter(), short, f);
}

fn side<'a>(mut there: impl Iterator<Item = &'a Seen>, short: f64, f: &mut Filler<DENSE>) {
    let (mut sum, mut weight, mut fade) = (0.0, 0.0, 1.0);
    let first = there.next();
    for s in first.into_iter().chain(there).take(NEAR) {
        sum += soft(s.top()) * fade;
        weight += fade;
        fade *= FADE;
    }
    let faded = if weight > 0.0 { sum / weight } else { 0.0 };
    let next = first.map_or(0.0, |s| soft(s.top()));
    f.put(next);
    f.put(next * short);
    f.put(faded);
    f.put(faded * short);
    f.flag(first.is_some_and(|s| s.asks) && short > 0.4);
}

fn priors(frame: &Frame, s: &Seen, short: f64, f: &mut Filler<DENSE>) {
    const RELATIONS: [Relation; 9] = [
        Relation::Family,
        Relation::Friend,
        Relation::Union,
        Relation::Colleague,
        Relation::Press,
        Relation::Citizen,
        Relation::Hr,
        Relation::Party,
        Relation::Service,
    ];
    RELATIONS.iter().for_each(|r| f.flag(s.relation == *r));
    f.put(if s.relation == Relation::Family { short } else { 0.0 });
    f.flag(frame.role == Role::Top);
    f.flag(s.machine);
    f.flag(keeps(s));
}
