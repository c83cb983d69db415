//! Training, in three steps that never see their own answers: weights over hashed features, weights
//! over a message among its neighbours, a curve of probability. The same conversations in the same
//! order give the same bytes.
//!
//! Folds are runs of conversations: what was written in one go stays together, and every kind of
//! conversation is in every fold. Folds of whole files were tried and are worse: files differ in what
//! they hold most of, so a file left out shifts the odds of its own messages against the truth.

use sha2::{Digest, Sha256};

use crate::calibrate::Curve;
use crate::context::{Frame, Row, Row2, beside, rows, rows2};
use crate::corpus::{Conversation, Labelled};
use crate::decide::{held, holds, product, route};
use crate::evaluate::{Case, Report};
use crate::features::{BUCKETS, Feature, Found};
use crate::fit::{Sparse, dense, sparse};
use crate::lexicon::Lexicon;
use crate::limits::{Limits, Load};
use crate::message::{Item, LABELS, Label, Relation, Role};
use crate::model::{Figures, Head, Model, SLOT};
use crate::quality::{Profile, Spread};
use crate::rules::Rule;
use crate::weights::{CLASSES, Scratch, Seen, Weights, Words, answered, look};
use policy::Sorting;

/// Conversations in a row that go into the same fold.
const RUN: usize = 5;
/// Folds.
const FOLDS: usize = 5;
/// Decay of the weights over hashed features, and of those over neighbours.
const DECAY: f64 = 0.25;
const DENSE_DECAY: f64 = 6.0;
/// Rounds of L-BFGS.
const ROUNDS: usize = 60;

/// What is left out of training, for an ablation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Without {
    /// The neighbours of a message.
    pub context: bool,
    /// Relation and post.
    pub priors: bool,
    /// The groups of the lexicon.
    pub lexicon: bool,
}

/// A training set: files of conversations.
pub struct Corpus {
    /// Conversations of each file, in the order of the files' names.
    pub files: Vec<Vec<Conversation>>,
    /// SHA-256 over the files as read, in that order.
    pub digest: [u8; 32],
}

impl Corpus {
    /// From conversations and the bytes they were read from.
    pub fn new(files: Vec<(Vec<u8>, Vec<Conversation>)>) -> Self {
        let mut digest = Sha256::new();
        let mut out = Vec::new();
        for (bytes, conversations) in files {
            digest.update(Sha256::digest(&bytes));
            out.push(conversations);
        }
        Self { files: out, digest: digest.finalize().into() }
    }

    fn conversations(&self) -> Vec<(usize, &Conversation)> {
        let mut out = Vec::new();
        for (f, file) in self.files.iter().enumerate() {
            for (c, conversation) in file.iter().enumerate() {
                out.push(((f + c / RUN) % FOLDS, conversation));
            }
        }
        out
    }
}

/// A fault of the training set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrainFault {
    /// Too few messages of a label.
    #[error("{label}: {found} messages, at least {need} are needed")]
    TooFew {
        /// The label.
        label: &'static str,
        /// Messages found.
        found: usize,
        /// Messages needed.
        need: usize,
    },
}

/// The fewest messages of a label that anything can be learnt from.
const FEWEST: usize = 20;

/// One text with the features of the parts that are learnt from.
struct Text {
    fold: usize,
    label: Label,
    mixed: bool,
    parts: Vec<Vec<Feature>>,
    whole: Vec<Feature>,
    words: Vec<u32>,
}

/// One conversation as the second step sees it.
struct View {
    fold: usize,
    head: usize,
    weight: f64,
    /// With the relation that stands in the corpus.
    given: bool,
    conversation: Conversation,
    seen: Vec<Seen>,
    frame: Frame,
    rows: Vec<Row>,
    /// Odds of the last look by weights that did not see the fold.
    odds: Vec<f64>,
    second: Vec<Row2>,
    third: Vec<Row2>,
    beside: Vec<bool>,
}

/// Odds of the last look with the truth, and what else decides.
#[derive(Clone, Copy)]
struct Known {
    fold: usize,
    head: usize,
    given: bool,
    /// Share of words that the weights had not seen, in steps of 1/255; where there are words.
    unknown: Option<u8>,
    z: f64,
    label: Label,
    mixed: bool,
    context: bool,
    rule: Option<Rule>,
    held: bool,
}

/// A model, and how its steps did on the folds they did not see.
pub struct Trained {
    /// The model.
    pub model: Model,
    /// With relations as given.
    pub given: Report,
    /// Without any relation or post.
    pub bare: Report,
}

/// Trains a model.
///
/// # Errors
/// [`TrainFault`] when a label has too few messages.
pub fn train(corpus: &Corpus, without: Without) -> Result<Trained, TrainFault> {
    let list = corpus.conversations();
    let mut counts = [0_usize; CLASSES];
    let messages = || list.iter().flat_map(|(_, c)| &c.messages);
    messages().for_each(|m| counts[m.label as usize] += 1);
    for (label, found) in LABELS.iter().zip(counts) {
        if found < FEWEST {
            return Err(TrainFault::TooFew { label: label.word(), found, need: FEWEST });
        }
    }
    let lexicon = Lexicon::new();
    let texts = texts(&list, &lexicon, without);
    let fit = |leave: Option<usize>| {
        fit_weights(&texts.iter().filter(|t| Some(t.fold) != leave).collect::<Vec<_>>())
    };
    let mut views: Vec<View> = Vec::new();
    list.iter().for_each(|(fold, c)| self::views(*fold, c, without, &mut views));
    for fold in 0..FOLDS {
        let weights = fit(Some(fold));
        views.iter_mut().filter(|v| v.fold == fold).for_each(|v| v.look(&weights, &lexicon, without));
    }
    for (fold, head) in pairs() {
        let w = first_look(&views, head, Some(fold), 0);
        for v in views.iter_mut().filter(|v| v.fold == fold && v.head == head) {
            v.odds = v.rows.iter().map(|row| product(&w, row)).collect();
            v.second = v.together(without, rows2);
            v.beside = v.together(without, |_, seen, odds| beside(seen, odds));
        }
    }
    for (fold, head) in pairs() {
        let w = again(&views, head, Some(fold), |v| &v.second);
        for v in views.iter_mut().filter(|v| v.fold == fold && v.head == head) {
            v.odds = v.second.iter().map(|row| product(&w, row)).collect();
            v.third = v.together(without, rows2);
        }
    }
    let mut known: Vec<Known> = Vec::new();
    for (fold, head) in pairs() {
        let w = again(&views, head, Some(fold), |v| &v.third);
        for v in views.iter().filter(|v| v.fold == fold && v.head == head && v.weight > 0.9) {
            let silent = !v.seen.iter().any(|s| s.outgoing);
            for (at, (row, m)) in v.third.iter().zip(&v.conversation.messages).enumerate() {
                let s = &v.seen[at];
                let (label, mixed, context) = (m.label, m.mixed, m.context);
                let held = held(s, v.beside[at], None, &Sorting::default()).is_some();
                let (z, rule) = (product(&w, row), holds(s, silent));
                let unknown = (s.tokens > 0).then_some(s.unknown);
                known.push(Known {
                    fold,
                    head,
                    given: v.given,
                    unknown,
                    z,
                    label,
                    mixed,
                    context,
                    rule,
                    held,
                });
            }
        }
    }
    let curve_of = |head: usize, leave: Option<usize>| {
        let kept = known.iter().filter(|k| Some(k.fold) != leave && k.head == head);
        Curve::fit(&kept.map(|k| (k.z, k.label == Label::Work)).collect::<Vec<_>>())
    };
    let head = |head: usize| Head {
        dense: std::array::from_fn(|c| first_look(&views, head, None, c)),
        second: again(&views, head, None, |v| &v.second),
        third: again(&views, head, None, |v| &v.third),
        curve: curve_of(head, None),
    };
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let loads = loads(&known, curve_of);
    let limits = std::array::from_fn(|head: usize| Limits::of(&Sorting::default(), Some(&loads[head])));
    let given = report(&known, |k| k.given, curve_of, &limits);
    let bare = report(&known, |k| k.head == 1, curve_of, &limits);
    let model = Model {
        data: corpus.digest,
        counts: counts.map(count),
        conversations: count(list.len()),
        figures: figures(&given),
        profile: Some(profile(&known, curve_of)),
        loads: Some(loads),
        weights: fit(None),
        heads: [head(0), head(1)],
        signature: [0; SLOT],
    };
    Ok(Trained { model, given, bare })
}

fn pairs() -> impl Iterator<Item = (usize, usize)> {
    (0..FOLDS).flat_map(|fold| [(fold, 0), (fold, 1)])
}

fn first_look(views: &[View], head: usize, leave: Option<usize>, label: usize) -> Row {
    let mut rows = Vec::new();
    for v in views.iter().filter(|v| v.head == head && Some(v.fold) != leave) {
        let messages = v.rows.iter().zip(&v.conversation.messages);
        rows.extend(messages.map(|(row, m)| (*row, v.weight, m.label as usize == label)));
    }
    dense(&rows, DENSE_DECAY)
}

/// The second look, or the third.
fn again(views: &[View], head: usize, leave: Option<usize>, look: impl Fn(&View) -> &Vec<Row2>) -> Row2 {
    let mut rows = Vec::new();
    for v in views.iter().filter(|v| v.head == head && Some(v.fold) != leave) {
        let messages = look(v).iter().zip(&v.conversation.messages);
        rows.extend(messages.map(|(row, m)| (*row, v.weight, m.label == Label::Work)));
    }
    dense(&rows, DENSE_DECAY)
}

/// How some messages of the folds did, each with the curve of the other folds.
fn report(
    known: &[Known],
    of: impl Fn(&Known) -> bool,
    curve_of: impl Fn(usize, Option<usize>) -> Curve,
    limits: &[Limits; 2],
) -> Report {
    let policy = Sorting::default();
    let mut cases = Vec::new();
    for (fold, head) in pairs() {
        let curve = curve_of(head, Some(fold));
        for k in known.iter().filter(|k| k.fold == fold && k.head == head && of(k)) {
            let Known { fold: _, head: _, given: _, unknown: _, z, label, mixed, context, rule, held } = *k;
            let p = curve.at(z);
            let (route, _) = route(policy.mode, &limits[head], rule, p, held);
            cases.push(Case { label, mixed, context, p, route: Some(route), ground: None });
        }
    }
    Report::of(&cases, &policy)
}

/// How the messages of the folds fell out, each with the curve of the other folds.
fn loads(known: &[Known], curve_of: impl Fn(usize, Option<usize>) -> Curve) -> [Load; 2] {
    let mut out = [Load::default(), Load::default()];
    for (fold, head) in pairs() {
        let curve = curve_of(head, Some(fold));
        for k in known.iter().filter(|k| k.fold == fold && k.head == head) {
            out[head].add(curve.at(k.z), k.held, k.rule.is_some(), k.label == Label::Work);
        }
    }
    out
}

fn figures(report: &Report) -> Figures {
    Figures {
        recall: report.recall.share(),
        recall_bound: report.recall.bound(),
        excluded: report.excluded.share(),
        review: report.review.share(),
        calibration: report.calibration,
        auc: report.auc,
    }
}

/// What the messages of the folds looked like, each to the weights and the curve of the other folds.
fn profile(known: &[Known], curve_of: impl Fn(usize, Option<usize>) -> Curve) -> Profile {
    let (mut scores, mut unknown) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
    for (fold, head) in pairs() {
        let curve = curve_of(head, Some(fold));
        for k in known.iter().filter(|k| k.fold == fold && k.head == head) {
            scores[head].push(curve.at(k.z));
            unknown[head].push(k.unknown);
        }
    }
    Profile { heads: std::array::from_fn(|h| Spread::of(&scores[h], &unknown[h])) }
}

fn texts(list: &[(usize, &Conversation)], lexicon: &Lexicon, without: Without) -> Vec<Text> {
    let mut found = Found::default();
    let empty = Lexicon::empty();
    let lexicon = if without.lexicon { &empty } else { lexicon };
    let mut out = Vec::new();
    for (fold, conversation) in list {
        for m in conversation.messages.iter().filter(|m| !m.text.is_empty()) {
            found.read(&m.text, lexicon, |_, _| ());
            let parts = found.parts.iter().map(|p| found.of(p).to_vec()).collect();
            out.push(Text {
                fold: *fold,
                label: m.label,
                mixed: m.mixed,
                parts,
                whole: found.features.clone(),
                words: found.words().collect(),
            });
        }
    }
    out
}

/// Fits the weights of all labels. Which part of a work message has the work is found in a second
/// round, by the weights of the first; the other labels need no second round.
fn fit_weights(texts: &[&Text]) -> Weights {
    let mut trained: [Vec<f64>; CLASSES] = std::array::from_fn(|_| Vec::new());
    let mut bias = [0.0; CLASSES];
    for (c, label) in LABELS.iter().enumerate() {
        (trained[c], bias[c]) = sparse(&examples(texts, *label, None), DECAY, ROUNDS);
    }
    let first = Weights::quantise(&trained, bias, Words::default());
    (trained[0], bias[0]) = sparse(&examples(texts, Label::Work, Some(&first)), DECAY, ROUNDS);
    debug_assert!(trained.iter().all(|w| w.len() == BUCKETS));
    Weights::quantise(&trained, bias, Words::of(texts.iter().flat_map(|t| &t.words).copied()))
}

/// The examples of one label. For work each part counts by itself: of a work message the part that has
/// most of it by `before`, of another every part.
fn examples<'a>(texts: &[&'a Text], label: Label, before: Option<&Weights>) -> Vec<Sparse<'a>> {
    let work = label == Label::Work;
    let mut out = Vec::new();
    for text in texts {
        let truth = text.label == label;
        let one = |features, weight| Sparse { features, weight, truth };
        let several = text.parts.len() > 1;
        if !(work && several && text.mixed) {
            out.push(one(text.whole.as_slice(), 1.0));
        }
        if !work || !several {
            continue;
        }
        if truth {
            let score = |p: &Vec<Feature>| before.map_or(0.0, |w| w.odds(&w.sum(p))[0]);
            let best = text.parts.iter().max_by(|a, b| score(a).total_cmp(&score(b)));
            if let (Some(best), true) = (best, before.is_some()) {
                out.push(one(best.as_slice(), 1.0));
            }
        } else {
            let weight = 1.0 / f64::from(u32::try_from(text.parts.len()).unwrap_or(1)).sqrt();
            out.extend(text.parts.iter().map(|p| one(p.as_slice(), weight)));
        }
    }
    out
}

/// A conversation as it may reach us: whole, and in pieces; with its relation, and without.
fn views(fold: usize, c: &Conversation, without: Without, out: &mut Vec<View>) {
    let mut add = |messages: &[Labelled], head: usize, weight: f64| {
        let bare = head == 1;
        let given = (head == 1) == (c.relation == Relation::Unknown);
        let conversation = Conversation {
            relation: if bare { Relation::Unknown } else { c.relation },
            role: if bare || without.priors { Role::Unknown } else { c.role },
            group: c.group,
            title: c.title.clone(),
            messages: messages.to_vec(),
        };
        let frame = conversation.frame();
        let (seen, rows, odds) = (Vec::new(), Vec::new(), Vec::new());
        let (second, third, beside) = (Vec::new(), Vec::new(), Vec::new());
        out.push(View {
            fold,
            head,
            weight,
            given,
            conversation,
            seen,
            frame,
            rows,
            odds,
            second,
            third,
            beside,
        });
    };
    for head in [0, 1] {
        // A counterpart nobody knows belongs to the second head; the first learns from it too, so
        // that it has enough, but is not calibrated on it.
        let stranger = head == 0 && c.relation == Relation::Unknown;
        add(&c.messages, head, if stranger { 0.5 } else { 1.0 });
        if c.messages.len() > 4 {
            c.messages.chunks(3).for_each(|m| add(m, head, 0.5));
        }
    }
}

impl View {
    fn look(&mut self, weights: &Weights, lexicon: &Lexicon, without: Without) {
        let mut found = Scratch::default();
        let empty = Lexicon::empty();
        let lexicon = if without.lexicon { &empty } else { lexicon };
        let c = &self.conversation;
        let one = |m: &Labelled| look(weights, lexicon, &mut found, &m.item(c.relation), false);
        self.seen = c.messages.iter().map(one).collect();
        answered(&mut self.seen);
        if !c.title.is_empty() {
            let item = Item { body: &c.title, ..Item::default() };
            self.frame.title = Some(look(weights, lexicon, &mut found, &item, false));
        }
        self.rows = self.together(without, |frame, seen, _| rows(frame, seen));
    }

    /// All messages among their neighbours, or, for an ablation, each alone.
    fn together<T>(&self, without: Without, f: impl Fn(&Frame, &[Seen], &[f64]) -> Vec<T>) -> Vec<T> {
        if !without.context {
            return f(&self.frame, &self.seen, &self.odds);
        }
        let one = |at: usize| f(&self.frame, &self.seen[at..=at], self.odds.get(at..=at).unwrap_or_default());
        (0..self.seen.len()).flat_map(one).collect()
    }
}
