//! Training, in three steps that never see their own answers: weights over hashed features, weights
//! over a message among its neighbours, a curve of probability. The same conversations in the same
//! order give the same bytes.
//!
//! Folds are whole files where there are enough of them, else runs of conversations, so that what is
//! measured in a fold is text of another origin.

use sha2::{Digest, Sha256};

use crate::calibrate::Curve;
use crate::context::{DENSE, Row, rows};
use crate::corpus::Conversation;
use crate::evaluate::{Case, Report};
use crate::features::{BUCKETS, Feature, Found};
use crate::fit::{Sparse, dense, sparse};
use crate::lexicon::Lexicon;
use crate::message::{LABELS, Label, Relation, Role};
use crate::model::{Figures, Model, SLOT};
use crate::policy::Policy;
use crate::weights::{CLASSES, Seen, Weights, look};

/// Folds.
const FOLDS: usize = 5;
/// Decay of the weights over hashed features, and of those over neighbours.
const DECAY: f64 = 0.25;
const DENSE_DECAY: f64 = 2.0;
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
        let whole_files = self.files.len() >= 2 * FOLDS;
        let mut out = Vec::new();
        for (f, file) in self.files.iter().enumerate() {
            for (c, conversation) in file.iter().enumerate() {
                out.push((if whole_files { f } else { c / 8 } % FOLDS, conversation));
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
}

/// A row with its truth: label, mixed, needs context.
type Known = (Row, Label, bool, bool);

/// Trains a model.
///
/// # Errors
/// [`TrainFault`] when a label has too few messages.
pub fn train(corpus: &Corpus, without: Without) -> Result<Model, TrainFault> {
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
    let fit = |leave: Option<usize>| fit_weights(texts.iter().filter(|t| Some(t.fold) != leave).collect());
    // Rows of every message by weights that did not see its fold.
    let mut variants: Vec<(usize, Conversation)> = Vec::new();
    list.iter().for_each(|(fold, c)| variants.extend(views(c, without).into_iter().map(|v| (*fold, v))));
    let mut known: Vec<(usize, Vec<Known>)> = Vec::new();
    for fold in 0..FOLDS {
        let weights = fit(Some(fold));
        for (_, view) in variants.iter().filter(|(f, _)| *f == fold) {
            known.push((fold, judge(&weights, &lexicon, view, without)));
        }
    }
    let fit_dense = |leave: Option<usize>| -> [[f64; DENSE]; CLASSES] {
        let of = |c: usize| -> [f64; DENSE] {
            let seen = known.iter().filter(|(f, _)| Some(*f) != leave).flat_map(|(_, rows)| rows);
            let rows: Vec<_> = seen.map(|(row, label, ..)| (*row, 1.0, *label as usize == c)).collect();
            dense(&rows, DENSE_DECAY)
        };
        std::array::from_fn(of)
    };
    let mut odds: Vec<(usize, f64, Label, bool, bool)> = Vec::new();
    for fold in 0..FOLDS {
        let weights = fit_dense(Some(fold));
        for (_, rows) in known.iter().filter(|(f, _)| *f == fold) {
            odds.extend(rows.iter().map(|(row, l, m, c)| (fold, product(&weights[0], row), *l, *m, *c)));
        }
    }
    let curve_of = |leave: Option<usize>| {
        let kept = odds.iter().filter(|o| Some(o.0) != leave);
        Curve::fit(kept.map(|o| (o.1, o.2 == Label::Work)).collect())
    };
    let figures = figures(&odds, curve_of);
    let trained = fit(None);
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Ok(Model {
        data: corpus.digest,
        counts: counts.map(count),
        conversations: count(list.len()),
        figures,
        weights: trained,
        dense: fit_dense(None),
        curve: curve_of(None),
        signature: [0; SLOT],
    })
}

fn product(w: &[f64; DENSE], row: &Row) -> f64 {
    w.iter().zip(row).map(|(w, x)| w * x).sum()
}

/// The figures of the folds, each with the curve of the other folds.
fn figures(odds: &[(usize, f64, Label, bool, bool)], curve_of: impl Fn(Option<usize>) -> Curve) -> Figures {
    let mut cases = Vec::new();
    for fold in 0..FOLDS {
        let curve = curve_of(Some(fold));
        for (_, z, label, mixed, context) in odds.iter().filter(|o| o.0 == fold) {
            cases.push(Case { label: *label, mixed: *mixed, context: *context, p: curve.at(*z), route: None, ground: None });
        }
    }
    let report = Report::of(&cases, &Policy::default());
    Figures {
        recall: report.recall.share(),
        recall_bound: report.recall.bound(),
        excluded: report.excluded.share(),
        review: report.review.share(),
        calibration: report.calibration,
        auc: report.auc,
    }
}

fn texts(list: &[(usize, &Conversation)], lexicon: &Lexicon, without: Without) -> Vec<Text> {
    let mut found = Found::default();
    let empty = Lexicon::empty();
    let lexicon = if without.lexicon { &empty } else { lexicon };
    let mut out = Vec::new();
    for (fold, conversation) in list {
        for m in conversation.messages.iter().filter(|m| !m.text.is_empty()) {
            found.read(&m.text, lexicon, |_| ());
            let parts = found.parts.iter().map(|p| found.of(p).to_vec()).collect();
            out.push(Text { fold: *fold, label: m.label, mixed: m.mixed, parts, whole: found.features.clone() });
        }
    }
    out
}

/// Fits the weights of all labels. Which part of a work message has the work is found in a second
/// round, by the weights of the first.
fn fit_weights(texts: Vec<&Text>) -> Weights {
    let first = one_round(&texts, None);
    one_round(&texts, Some(&first))
}

fn one_round(texts: &[&Text], before: Option<&Weights>) -> Weights {
    let mut trained: [Vec<f64>; CLASSES] = std::array::from_fn(|_| Vec::new());
    let mut bias = [0.0; CLASSES];
    for (c, label) in LABELS.iter().enumerate() {
        let mut examples = Vec::new();
        for text in texts {
            let truth = text.label == *label;
            let one = |features, weight| Sparse { features, weight, truth };
            let several = text.parts.len() > 1;
            if !(text.mixed && several) || c > 0 {
                examples.push(one(text.whole.as_slice(), 1.0));
            }
            if c > 0 || !several {
                continue;
            }
            if truth {
                let score = |p: &Vec<Feature>| before.map_or(0.0, |w| w.odds(&w.sum(p))[0]);
                let best = text.parts.iter().max_by(|a, b| score(a).total_cmp(&score(b)));
                if let (Some(best), true) = (best, before.is_some()) {
                    examples.push(one(best.as_slice(), 1.0));
                }
            } else {
                let weight = 1.0 / f64::from(u32::try_from(text.parts.len()).unwrap_or(1)).sqrt();
                examples.extend(text.parts.iter().map(|p| one(p.as_slice(), weight)));
            }
        }
        let (w, b) = sparse(&examples, DECAY, ROUNDS);
        (trained[c], bias[c]) = (w, b);
    }
    debug_assert!(trained.iter().all(|w| w.len() == BUCKETS));
    Weights::quantise(trained, bias)
}

/// A conversation as it may reach us: whole with its relation, in pieces without, in short pieces.
fn views(c: &Conversation, without: Without) -> Vec<Conversation> {
    let piece = |messages: &[crate::corpus::Labelled], bare: bool| Conversation {
        relation: if bare { Relation::Unknown } else { c.relation },
        role: if bare { Role::Unknown } else { c.role },
        group: c.group,
        title: c.title.clone(),
        messages: messages.to_vec(),
    };
    let mut out = vec![piece(&c.messages, without.priors)];
    out.extend(c.messages.chunks(6).map(|m| piece(m, true)));
    out.extend(c.messages.chunks(3).map(|m| piece(m, without.priors)));
    out
}

fn judge(weights: &Weights, lexicon: &Lexicon, c: &Conversation, without: Without) -> Vec<Known> {
    let mut found = Found::default();
    let empty = Lexicon::empty();
    let lexicon = if without.lexicon { &empty } else { lexicon };
    let mut seen: Vec<Seen> =
        c.messages.iter().map(|m| look(weights, lexicon, &mut found, &m.item(c.relation), false)).collect();
    let mut frame = c.frame();
    if !c.title.is_empty() {
        let item = crate::message::Item { body: &c.title, ..Default::default() };
        frame.title = Some(look(weights, lexicon, &mut found, &item, false));
    }
    let rows = if without.context {
        seen.drain(..).flat_map(|s| rows(&frame, &[s])).collect()
    } else {
        rows(&frame, &seen)
    };
    rows.into_iter().zip(&c.messages).map(|(r, m)| (r, m.label, m.mixed, m.context)).collect()
}
