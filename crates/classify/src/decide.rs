//! From what was seen to a verdict: rules first, then the probability against the costs, then what
//! holds an exclusion back. Pure; the same messages give the same verdicts in whatever order they
//! came.

use crate::context::{Frame, Row2, beside, rows, rows2};
use crate::lexicon::{Lexicon, NAMES};
use crate::limits::Limits;
use crate::math::sigmoid;
use crate::message::{Item, LABELS, Label, Relation};
use crate::model::Model;
use crate::rules::Rule;
use crate::weights::{CLASSES, Scratch, Seen, answered, look};
use policy::{Mode, Sorting};

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Route {
    /// Kept: it has, or may have, work content.
    Keep,
    /// A person decides.
    Review,
    /// Left out.
    Exclude,
}

impl Route {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Review => "review",
            Self::Exclude => "exclude",
        }
    }
}

/// Why a message is, or may be, outside the guidelines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Ground {
    /// Solely personnel.
    Personnel,
    /// Solely private.
    Private,
    /// Sent by obvious error.
    Misdirected,
    /// Journalised already; never from the model, only from an imported list.
    Journalised,
}

impl Ground {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Personnel => "personnel",
            Self::Private => "private",
            Self::Misdirected => "misdirected",
            Self::Journalised => "journalised",
        }
    }

    fn of(label: Label) -> Option<Self> {
        match label {
            Label::Work => None,
            Label::Personnel => Some(Self::Personnel),
            Label::Private => Some(Self::Private),
            Label::Misdirected => Some(Self::Misdirected),
        }
    }
}

/// What was decided about one message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verdict {
    /// What becomes of it.
    pub route: Route,
    /// The ground, when excluded or when a person may exclude it.
    pub ground: Option<Ground>,
    /// Probabilities in the order of [`LABELS`]; the first is calibrated; they add up to one.
    pub p: [f64; CLASSES],
    /// The rule that decided.
    pub rule: Option<Rule>,
    /// What held an exclusion back.
    pub held: Option<&'static str>,
    /// An exclusion that two persons must confirm (retention class M25).
    pub proposal: bool,
    /// Brief, and beside a message that is likely work.
    pub beside: bool,
}

/// A model, a policy and the word lists.
pub struct Classifier {
    model: Model,
    policy: Sorting,
    /// With a relation, and without.
    limits: [Limits; 2],
    lexicon: Lexicon,
    model_id: String,
    policy_id: String,
}

/// Room that is used again from message to message.
#[derive(Default)]
pub struct Room(Scratch);

impl Classifier {
    /// From a model and a policy.
    pub fn new(model: Model, policy: Sorting) -> Self {
        let (model_id, policy_id) = (model.id(), policy.id());
        let limits = model.limits(&policy);
        Self { model, policy, limits, lexicon: Lexicon::new(), model_id, policy_id }
    }

    /// The id of the model.
    pub fn model_id(&self) -> &str {
        &self.model_id
    }

    /// How the training data spread; older models have none.
    pub fn profile(&self) -> Option<&crate::quality::Profile> {
        self.model.profile.as_ref()
    }

    /// The id of the policy.
    pub fn policy_id(&self) -> &str {
        &self.policy_id
    }

    /// The policy.
    pub fn policy(&self) -> &Sorting {
        &self.policy
    }

    /// Where to exclude and where to keep: counterparts with a relation, and without.
    pub fn limits(&self) -> [Limits; 2] {
        self.limits
    }

    /// First pass: one message by itself.
    pub fn look(&self, room: &mut Room, item: &Item<'_>) -> Seen {
        look(&self.model.weights, &self.lexicon, &mut room.0, item, true)
    }

    /// Second pass: all messages of a conversation, in any order; verdicts in that order.
    pub fn decide(&self, frame: &Frame, seen: &[Seen]) -> Vec<Verdict> {
        let order = in_time(seen);
        let mut sorted: Vec<Seen> = order.iter().map(|at| seen[*at].numbers()).collect();
        answered(&mut sorted);
        let verdicts = self.in_order(frame, &sorted);
        let mut back = vec![0; seen.len()];
        order.into_iter().enumerate().for_each(|(now, was)| back[was] = now);
        back.into_iter().map(|now| verdicts[now]).collect()
    }

    fn in_order(&self, frame: &Frame, seen: &[Seen]) -> Vec<Verdict> {
        let silent = !seen.iter().any(|s| s.outgoing);
        let judged = probabilities(&self.model, frame, seen);
        let one = |(s, (p, beside)): (&Seen, ([f64; CLASSES], bool))| {
            self.verdict(frame, s, holds(s, silent), p, beside)
        };
        seen.iter().zip(judged).map(one).collect()
    }

    fn verdict(&self, frame: &Frame, s: &Seen, rule: Option<Rule>, p: [f64; CLASSES], near: bool) -> Verdict {
        let (policy, limits) = (&self.policy, &self.limits[head_of(s)]);
        let likely = (1..CLASSES).fold(1, |best, c| if p[c] > p[best] { c } else { best });
        let ground = LABELS.get(likely).copied().and_then(Ground::of);
        let held = held(s, near, ground, policy);
        let (route, rule) = route(policy.mode, limits, rule, p[0], held.is_some());
        let ground = match (route, rule) {
            (Route::Keep, _) => None,
            (_, Some(_)) => Some(Ground::Private),
            (_, None) => ground,
        };
        let held = held.filter(|_| route == Route::Review && p[0] < limits.exclude_below);
        let proposal = route == Route::Exclude && frame.role.two_persons();
        Verdict { route, ground, p, rule, held, proposal, beside: near }
    }
}

/// The rule that holds for a message; some need that the owner never wrote.
pub(crate) fn holds(s: &Seen, silent: bool) -> Option<Rule> {
    s.rule.filter(|r| silent || !r.needs_silence())
}

/// What becomes of a message with that probability of work, and the rule that decided it.
pub(crate) fn route(
    mode: Mode,
    limits: &Limits,
    rule: Option<Rule>,
    p: f64,
    held: bool,
) -> (Route, Option<Rule>) {
    match (mode, rule) {
        (Mode::Off, _) => (Route::Keep, None),
        (_, Some(rule)) if rule.keeps() => (Route::Keep, Some(rule)),
        (Mode::Assist, Some(rule)) => (Route::Review, Some(rule)),
        (_, Some(rule)) => (Route::Exclude, Some(rule)),
        (Mode::RulesOnly, None) => (Route::Keep, None),
        (_, None) if p >= limits.keep_from => (Route::Keep, None),
        (Mode::Sort, None) if p < limits.exclude_below && !held => (Route::Exclude, None),
        (_, None) => (Route::Review, None),
    }
}

/// What speaks against excluding, whatever the probability.
pub(crate) fn held(s: &Seen, near: bool, ground: Option<Ground>, policy: &Sorting) -> Option<&'static str> {
    if s.groups[0] > 0 && !s.machine {
        Some("held-work-word")
    } else if near {
        Some("held-beside-work")
    } else if s.attachment && !policy.exclude_attachments {
        Some("held-attachment")
    } else if ground == Some(Ground::Misdirected) && !policy.exclude_misdirected {
        Some("held-misdirected")
    } else {
        None
    }
}

/// The order of time; a message without a time stays behind the one before it.
pub(crate) fn in_time(seen: &[Seen]) -> Vec<usize> {
    let mut last = i64::MIN;
    let mut keys: Vec<(i64, usize)> = Vec::with_capacity(seen.len());
    for (at, s) in seen.iter().enumerate() {
        last = s.sent_at.unwrap_or(last);
        keys.push((last, at));
    }
    keys.sort_unstable();
    keys.into_iter().map(|(_, at)| at).collect()
}

/// The probabilities of the messages of a conversation, in its order, and which stand beside work.
fn probabilities(model: &Model, frame: &Frame, seen: &[Seen]) -> Vec<([f64; CLASSES], bool)> {
    let head = |s: &Seen| &model.heads[head_of(s)];
    let first: Vec<[f64; CLASSES]> =
        rows(frame, seen).iter().zip(seen).map(|(row, s)| products(&head(s).dense, row)).collect();
    let z: Vec<f64> = first.iter().map(|odds| odds[0]).collect();
    let second = rows2(frame, seen, &z);
    let z2: Vec<f64> = second.iter().zip(seen).map(|(row, s)| product(&head(s).second, row)).collect();
    let third = rows2(frame, seen, &z2);
    let one = |(((s, odds), row), beside): (((&Seen, &[f64; CLASSES]), &Row2), bool)| {
        let work = head(s).curve.at(product(&head(s).third, row));
        let other = |c: usize| if c == 0 { 0.0 } else { sigmoid(odds[c]) + 1e-9 };
        let others: [f64; CLASSES] = std::array::from_fn(other);
        let sum: f64 = others.iter().sum();
        let p = std::array::from_fn(|c| if c == 0 { work } else { (1.0 - work) * others[c] / sum });
        (p, beside)
    };
    seen.iter().zip(&first).zip(&third).zip(beside(seen, &z)).map(one).collect()
}

/// Which head judges a message.
pub(crate) fn head_of(s: &Seen) -> usize {
    usize::from(s.relation == Relation::Unknown)
}

/// Weights times features, in their order.
pub(crate) fn product<const N: usize>(weights: &[f64; N], row: &[f64; N]) -> f64 {
    weights.iter().zip(row).map(|(w, x)| w * x).sum()
}

/// [`product`] of several rows of weights, side by side: each in the same order, so with the same bits.
fn products<const N: usize, const M: usize>(weights: &[[f64; N]; M], row: &[f64; N]) -> [f64; M] {
    let mut out = [-0.0; M];
    for (at, x) in row.iter().enumerate() {
        for (sum, weights) in out.iter_mut().zip(weights) {
            *sum += weights[at] * x;
        }
    }
    out
}

impl Verdict {
    /// For the reviewer: rule ids, what held an exclusion back, groups of words, relation, tokens; each
    /// in two pieces that are read as one. `seen` is what the message was judged by.
    pub fn reasons<'a>(&self, seen: &'a Seen) -> impl Iterator<Item = (&'static str, &'a str)> + use<'a> {
        let rule = self.rule.map(Rule::id);
        let near = (self.beside && self.held.is_none()).then_some("beside-work");
        let ids = [rule, self.held, near].into_iter().flatten().map(|id| (id, ""));
        let groups = NAMES.into_iter().zip(seen.groups).filter(|(_, n)| *n > 0);
        let relation = (seen.relation != Relation::Unknown).then(|| ("relation:", seen.relation.word()));
        let brief = (seen.tokens <= 3).then_some(("short", ""));
        let tokens = seen.because.split(' ').filter(|w| !w.is_empty()).map(|w| ("text:", w));
        ids.chain(groups.map(|(name, _)| ("words:", name))).chain(relation).chain(brief).chain(tokens)
    }
}
