//! `classify`: verdicts on normalised messages, touching no archive. The messages of a conversation
//! may come interleaved and in any order, so every conversation is held until the input ends:
//! what the first pass kept of each message, never its text.

mod contacts;
pub(crate) mod facts;
mod line;
mod training;

use std::collections::HashMap;
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};

use classify::quality::Observed;
use classify::{Classifier, Frame, Item, Model, Role, Room, Route, Seen, Verdict};
use policy::Sorting;
use serde::Serialize;

use self::facts::Facts;
use crate::error::JobError;
use crate::progress::{Phase, Progress};
use crate::read::{LISTED, Listed};

pub use classify::Mode;
pub use classify::evaluate::Part;
pub use contacts::Contacts;
pub use training::{Evaluation, Folds, Report, Trained, Without, evaluate, train};

/// The longest line that is looked at, bytes.
const LONGEST: u64 = 16 << 20;

/// What decides.
pub struct Sorter {
    classifier: Classifier,
    contacts: Contacts,
    role: Role,
}

/// What the operator asked for.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// A model of the authority's own; else the one in the program.
    pub model: Option<PathBuf>,
    /// The policy file; else the defaults.
    pub policy: Option<PathBuf>,
    /// The contact list.
    pub contacts: Option<PathBuf>,
    /// The owner's post.
    pub role: Option<String>,
    /// The mode, above the policy's.
    pub mode: Option<Mode>,
}

/// What became of the messages.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ClassifyReport {
    /// Lines that are not blank.
    pub lines: u64,
    /// Messages with a verdict.
    pub messages: u64,
    /// Lines that are no message.
    pub unreadable: u64,
    /// Conversations.
    pub conversations: u64,
    /// Kept.
    pub keep: u64,
    /// For a person.
    pub review: u64,
    /// Excluded.
    pub exclude: u64,
    /// Of the excluded, those that two persons must confirm.
    pub proposals: u64,
    /// Id of the model.
    pub model: String,
    /// Id of the policy.
    pub policy: String,
    /// The first lines that are no message, by number.
    pub listed: Vec<Listed>,
}

impl Sorter {
    /// Reads what was asked for.
    ///
    /// # Errors
    /// [`JobError::InputFile`] for a file that is not what it should be.
    pub fn open(ask: &Ask) -> Result<Self, JobError> {
        Self::with_costs(ask, sorting(ask.policy.as_deref(), ask.mode)?)
    }

    /// The same with costs from elsewhere.
    ///
    /// # Errors
    /// As [`Sorter::open`].
    pub fn with_costs(ask: &Ask, costs: Sorting) -> Result<Self, JobError> {
        let model = model(ask.model.as_deref())?;
        let contacts = ask.contacts.as_deref().map(Contacts::open).transpose()?.unwrap_or_default();
        let role = Role::of(ask.role.as_deref().unwrap_or_default());
        Ok(Self { classifier: Classifier::new(model, costs), contacts, role })
    }
}

/// The model at a path, or the program's own.
pub(super) fn model(path: Option<&Path>) -> Result<Model, JobError> {
    let Some(path) = path else {
        return Model::built_in()
            .map_err(|e| JobError::Integrity { what: format!("the built-in model: {e}") });
    };
    let bytes = bounded(path, 64 << 20)?;
    Model::read(&bytes).map_err(|e| input(path, 0, e.to_string()))
}

/// The policy at a path, or the defaults; a mode asked for on the command line stands above it.
pub(super) fn sorting(path: Option<&Path>, mode: Option<Mode>) -> Result<Sorting, JobError> {
    let mut sorting = match path {
        None => Sorting::default(),
        Some(path) => crate::policies::read_file(path)?.sorting,
    };
    sorting.mode = mode.unwrap_or(sorting.mode);
    Ok(sorting)
}

pub(crate) fn input(path: &Path, line: usize, why: impl Into<String>) -> JobError {
    JobError::InputFile { path: path.to_owned(), line, why: why.into() }
}

/// The bytes of a small file.
pub(crate) fn bounded(path: &Path, limit: u64) -> Result<Vec<u8>, JobError> {
    use std::io::Read;
    let fault = |e: std::io::Error| input(path, 0, e.kind().to_string());
    let mut bytes = Vec::new();
    std::fs::File::open(path).map_err(fault)?.take(limit + 1).read_to_end(&mut bytes).map_err(fault)?;
    if bytes.len() as u64 > limit {
        Err(input(path, 0, format!("more than {limit} bytes")))
    } else {
        Ok(bytes)
    }
}

/// A conversation while it is not finished.
#[derive(Default)]
pub(crate) struct Open {
    frame: Frame,
    seen: Vec<Seen>,
}

/// The ids of a conversation's messages as JSON, and their places in the input.
type Ids = Vec<(Box<str>, usize)>;

/// Reads messages from `from` and writes their verdicts to `out`, in the order of the input.
///
/// # Errors
/// [`JobError`] when the input cannot be read or `out` not written; lines that are no message are in
/// the report.
pub fn classify(
    name: &Path,
    from: &mut dyn BufRead,
    sorter: &Sorter,
    out: &mut dyn Write,
    progress: Progress<'_>,
) -> Result<ClassifyReport, JobError> {
    let mut report = ClassifyReport {
        model: sorter.classifier.model_id().to_owned(),
        policy: sorter.classifier.policy_id().to_owned(),
        ..ClassifyReport::default()
    };
    progress.begin(Phase::Reading, None);
    let mut conversations: HashMap<Box<str>, (Open, Ids)> = HashMap::new();
    let mut room = Room::default();
    let mut number = 0;
    let mut bytes = Vec::new();
    while line::next(name, from, &mut bytes, LONGEST)? {
        number += 1;
        if bytes.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        report.lines += 1;
        let place = usize::try_from(report.messages).unwrap_or(usize::MAX);
        match line::parse(&bytes) {
            Ok(message) => {
                let key = message.key(number);
                let (open, ids) = conversations.entry(key).or_default();
                sorter.add(&message.facts(), &mut room, open);
                ids.push((json(&message.id).into(), place));
                report.messages += 1;
            }
            Err(fault) => {
                report.unreadable += 1;
                if report.listed.len() < LISTED {
                    report.listed.push(Listed { at: format!("line {number}"), fault: fault.to_owned() });
                }
            }
        }
        progress.done(1);
        if progress.stopped() {
            return Err(JobError::Interrupted);
        }
    }
    if report.messages == 0 && report.unreadable > 0 {
        return Err(input(name, 0, "no line is a message"));
    }
    report.conversations = conversations.len() as u64;
    let mut lines: Vec<Box<[u8]>> = Vec::new();
    lines.resize_with(usize::try_from(report.messages).unwrap_or(0), Box::default);
    for (key, (open, ids)) in conversations {
        let conversation = if line::is_made_up(&key) { "null".to_owned() } else { json(&*key) };
        let verdicts = sorter.verdicts(&open);
        for (verdict, (id, place)) in verdicts.iter().zip(&ids) {
            report.count(verdict);
            if let Some(line) = lines.get_mut(*place) {
                *line = shown(verdict, &conversation, id, &report).into_bytes().into();
            }
        }
    }
    for line in lines {
        out.write_all(&line).map_err(|e| output(&e))?;
    }
    out.flush().map_err(|e| output(&e))?;
    Ok(report)
}

fn output(e: &std::io::Error) -> JobError {
    JobError::io(Path::new("-"), "writing the verdicts", e)
}

impl ClassifyReport {
    /// Whether there is nothing that a person must look at.
    pub fn clean(&self) -> bool {
        self.unreadable == 0
    }

    fn count(&mut self, verdict: &Verdict) {
        match verdict.route {
            Route::Keep => self.keep += 1,
            Route::Review => self.review += 1,
            Route::Exclude => self.exclude += 1,
        }
        self.proposals += u64::from(verdict.proposal);
    }
}

impl Sorter {
    /// Looks at a message and puts it into its conversation.
    pub(crate) fn add(&self, facts: &Facts<'_>, room: &mut Room, open: &mut Open) {
        let relation = self.contacts.relation(facts);
        open.seen.push(self.classifier.look(room, &facts.item(relation)));
        open.frame.role = self.role;
        open.frame.group |= facts.is_group;
        if open.frame.title.is_none()
            && let Some(title) = facts.title()
        {
            open.frame.title = Some(self.classifier.look(room, &Item { body: title, ..Item::default() }));
        }
    }

    /// Verdicts on a whole conversation, in the order of its messages.
    pub(crate) fn verdicts(&self, open: &Open) -> Vec<Verdict> {
        self.classifier.decide(&open.frame, &open.seen)
    }

    /// Begins to observe how messages compare with those that the model learned from.
    pub(crate) fn observe(&self) -> Option<Observed> {
        self.classifier.profile().cloned().map(Observed::new)
    }

    /// Observes a conversation.
    pub(crate) fn observed(&self, open: &Open, verdicts: &[Verdict], observed: &mut Option<Observed>) {
        if let Some(observed) = observed {
            open.seen.iter().zip(verdicts).for_each(|(seen, verdict)| observed.add(seen, verdict));
        }
    }

    /// Ids of model and policy.
    pub(crate) fn ids(&self) -> (&str, &str) {
        (self.classifier.model_id(), self.classifier.policy_id())
    }
}

/// A value as JSON; numbers and texts always have one.
fn json(value: &(impl Serialize + ?Sized)) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}

/// A verdict as a line. Probabilities have six decimals, so that the same verdict is the same bytes.
fn shown(v: &Verdict, conversation: &str, id: &str, report: &ClassifyReport) -> String {
    let [work, personnel, private, misdirected] = v.p;
    let ground = v.ground.map_or_else(|| "null".to_owned(), |g| json(g.word()));
    format!(
        "{{\"conversation\":{conversation},\"id\":{id},\"verdict\":\"{}\",\"ground\":{ground},\"p_work\":{work:.6},\
         \"p\":{{\"work\":{work:.6},\"personnel\":{personnel:.6},\"private\":{private:.6},\
         \"misdirected\":{misdirected:.6}}},\"proposal\":{},\"reasons\":{},\"model\":\"{}\",\"policy\":\"{}\"}}\n",
        v.route.word(),
        v.proposal,
        json(&v.reasons),
        report.model,
        report.policy,
    )
}

#[cfg(test)]
mod tests;
