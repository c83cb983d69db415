//! `classify train` and `classify evaluate`: labelled conversations from files, in the notation of
//! `fixtures/classify` or as JSON Lines with a `label`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use classify::corpus::{self, Conversation, Labelled};
use classify::train::Corpus;
use classify::{Classifier, Label, Relation, Role, evaluate as score};
use serde::{Deserialize, Serialize};

pub use classify::evaluate::Report;
pub use classify::train::Without;

use super::{Ask, bounded, input, line, model, sorting};
use crate::error::JobError;

/// Size limit of a file of labelled messages, bytes.
const LIMIT: u64 = 1 << 30;

/// What training gave.
#[derive(Clone, Debug, Serialize)]
pub struct Trained {
    /// Id of the model.
    pub model: String,
    /// Labelled messages learnt from.
    pub messages: u32,
    /// Conversations learnt from.
    pub conversations: u32,
    /// From the folds, with relations as given.
    #[serde(flatten)]
    pub given: Folds,
    /// From the folds, without any relation or post.
    pub bare: Folds,
}

/// How the steps of training did on conversations left out in turn.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Folds {
    /// Work not excluded.
    pub recall: f64,
    /// The lower 95 % bound of it.
    pub bound: f64,
    /// Others excluded.
    pub excluded: f64,
    /// To a person.
    pub review: f64,
    /// Calibration error.
    pub calibration: f64,
    /// Area under the curve.
    pub auc: f64,
}

impl From<&Report> for Folds {
    fn from(r: &Report) -> Self {
        Self {
            recall: r.recall.share(),
            bound: r.recall.bound(),
            excluded: r.excluded.share(),
            review: r.review.share(),
            calibration: r.calibration,
            auc: r.auc,
        }
    }
}

/// What an evaluation gave.
pub struct Evaluation {
    /// The figures.
    pub report: Report,
    /// Messages compared.
    pub messages: usize,
    /// Id of the model.
    pub model: String,
    /// Id of the policy.
    pub policy: String,
}

/// Trains a model on files and folders and writes it to `out`. With `percent`, only that share of the
/// conversations is learnt from.
///
/// # Errors
/// [`JobError::InputFile`] for a file that is not as it should be, [`JobError::BadValue`] when there
/// is too little of a label.
pub fn train(paths: &[PathBuf], without: Without, percent: usize, out: &Path) -> Result<Trained, JobError> {
    let mut files = labelled(paths)?;
    if percent < 100 {
        for (_, conversations) in &mut files {
            let mut at = 0;
            conversations.retain(|_| {
                at += 1;
                at * 37 % 100 < percent
            });
        }
    }
    let trained = classify::train::train(&Corpus::new(files), without)
        .map_err(|e| JobError::BadValue { what: "labelled messages", why: e.to_string() })?;
    let model = trained.model;
    std::fs::write(out, model.write()).map_err(|e| JobError::io(out, "writing the model", &e))?;
    Ok(Trained {
        model: model.id(),
        messages: model.counts.iter().sum(),
        conversations: model.conversations,
        given: (&trained.given).into(),
        bare: (&trained.bare).into(),
    })
}

/// Sorts labelled messages and compares. Without relations, when `bare`.
///
/// # Errors
/// [`JobError::InputFile`] for a file that is not as it should be.
pub fn evaluate(paths: &[PathBuf], ask: &Ask, bare: bool) -> Result<Evaluation, JobError> {
    let sorting = sorting(ask.policy.as_deref(), ask.mode)?;
    let classifier = Classifier::new(model(ask.model.as_deref())?, sorting);
    let mut conversations: Vec<Conversation> = labelled(paths)?.into_iter().flat_map(|(_, c)| c).collect();
    for c in &mut conversations {
        if bare {
            (c.relation, c.role) = (Relation::Unknown, Role::Unknown);
        }
        if let Some(role) = &ask.role {
            c.role = Role::of(role);
        }
    }
    let cases = score::cases(&classifier, conversations.iter());
    Ok(Evaluation {
        report: Report::of(&cases, &sorting),
        messages: cases.len(),
        model: classifier.model_id().to_owned(),
        policy: classifier.policy_id().to_owned(),
    })
}

/// A file's bytes and the conversations in it.
type Read = (Vec<u8>, Vec<Conversation>);

/// The labelled conversations of files and folders, folders by the names of their files.
fn labelled(paths: &[PathBuf]) -> Result<Vec<Read>, JobError> {
    let mut names = Vec::new();
    for path in paths {
        if path.is_dir() {
            let entries = std::fs::read_dir(path).map_err(|e| input(path, 0, e.kind().to_string()))?;
            let mut inside: Vec<PathBuf> = entries.filter_map(|e| e.ok().map(|e| e.path())).collect();
            inside.retain(|p| p.extension().is_some_and(|e| e == "txt" || e == "jsonl"));
            inside.sort();
            names.append(&mut inside);
        } else {
            names.push(path.clone());
        }
    }
    names.iter().map(|path| one(path)).collect()
}

fn one(path: &Path) -> Result<Read, JobError> {
    let bytes = bounded(path, LIMIT)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| input(path, 0, "not UTF-8"))?;
    let conversations = if path.extension().is_some_and(|e| e == "jsonl") {
        json_lines(path, text)?
    } else {
        corpus::read(text).map_err(|e| input(path, e.line, e.why))?
    };
    Ok((bytes, conversations))
}

/// What stands beside a message in labelled JSON Lines.
#[derive(Deserialize)]
struct Truth {
    label: Label,
    #[serde(default)]
    mixed: bool,
    #[serde(default)]
    needs_context: bool,
    #[serde(default)]
    relation: Option<String>,
    #[serde(default)]
    role: Option<String>,
}

fn json_lines(path: &Path, text: &str) -> Result<Vec<Conversation>, JobError> {
    let mut order: HashMap<Option<Box<str>>, usize> = HashMap::new();
    let mut out: Vec<Conversation> = Vec::new();
    for (text, number) in text.lines().zip(1..).filter(|(t, _)| !t.trim().is_empty()) {
        let truth: Truth =
            serde_json::from_str(text).map_err(|_| input(path, number, "no label of the four"))?;
        let message = line::parse(text.as_bytes()).map_err(|why| input(path, number, why))?;
        let facts = message.facts();
        let name: Option<Box<str>> = message.conversation().map(Into::into);
        if name.is_none() {
            order.remove(&None); // a message that names no conversation stands alone
        }
        let at = *order.entry(name).or_insert_with(|| {
            out.push(Conversation {
                relation: Relation::of(truth.relation.as_deref().unwrap_or_default()),
                role: Role::of(truth.role.as_deref().unwrap_or_default()),
                group: facts.is_group,
                title: facts.title().unwrap_or_default().to_owned(),
                messages: Vec::new(),
            });
            out.len() - 1
        });
        let Some(conversation) = out.get_mut(at) else { continue };
        conversation.messages.push(Labelled {
            label: truth.label,
            mixed: truth.mixed,
            context: truth.needs_context,
            outgoing: facts.outgoing,
            machine: facts.kind(conversation.relation) == classify::Sender::Machine,
            attachment: facts.files,
            sent_at: facts.sent_at,
            text: facts.body.unwrap_or_default().to_owned(),
        });
    }
    Ok(out)
}
