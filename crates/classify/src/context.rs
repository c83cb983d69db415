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
pub(crate) const DENSE: usize = 84;
/// The dense features of one message.
pub(crate) type Row = [f64; DENSE];

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
    answered: f64,
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
            out.answered += f64::from(u8::from(s.outgoing));
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
    let mut start = 0;
    while start < seen.len() {
        let gap = |pair: &[Seen]| match (pair[0].sent_at, pair[1].sent_at) {
            (Some(a), Some(b)) => b.saturating_sub(a) >= GAP,
            _ => false,
        };
        let len = seen[start..].windows(2).position(gap).map_or(seen.len() - start, |n| n + 1);
        let session = &seen[start..start + len];
        let sums = Sums::of(session.iter());
        out.extend((0..len).map(|at| row(frame, &thread, session, &sums, at)));
        start += len;
    }
    out
}

/// Fills a row value by value.
struct Filler {
    row: Row,
    at: usize,
}

impl Filler {
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
    let title = frame.title.as_ref();
    f.put(title.map_or(0.0, |t| soft(t.top())));
    f.flag(title.is_some_and(|t| t.groups[0] + t.groups[1] > 0));
    f.flag(frame.group);
    priors(frame, s, short, &mut f);
    debug_assert!(f.at <= DENSE, "{} features", f.at);
    f.row
}

fn own(s: &Seen, z: f64, short: f64, f: &mut Filler) {
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

fn neighbours(session: &[Seen], at: usize, short: f64, f: &mut Filler) {
    let mut side = |mut there: Box<dyn Iterator<Item = &Seen> + '_>| {
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
    };
    side(Box::new(session[..at].iter().rev()));
    side(Box::new(session[at + 1..].iter()));
}

fn priors(frame: &Frame, s: &Seen, short: f64, f: &mut Filler) {
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
