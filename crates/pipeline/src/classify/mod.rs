//! `classify`: verdicts on normalised messages, touching no archive. The messages of a conversation
//! may come interleaved and in any order, so every conversation is held until the input ends:
//! what the first pass kept of each message, never its text.

mod contacts;
pub(crate) mod facts;
mod line;
mod shown;
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

/// The conversations of an input, and where its messages lie in them, in the order of the input.
#[derive(Default)]
struct Held {
    by_name: HashMap<Box<str>, usize>,
    /// Each with its name as JSON.
    open: Vec<(Open, Box<str>)>,
    /// Conversation and number in it, message by message.
    places: Vec<(u32, u32)>,
    /// The ids as JSON one after the other, and where each ends.
    ids: Vec<u8>,
    ends: Vec<usize>,
}

impl Held {
    /// The conversation of a message; one that names none stands alone.
    fn of(&mut self, name: Option<&str>) -> usize {
        if let Some(at) = name.and_then(|name| self.by_name.get(name)) {
            return *at;
        }
        let at = self.open.len();
        if let Some(name) = name {
            self.by_name.insert(name.into(), at);
        }
        self.open.push((Open::default(), name.map_or_else(|| "null".to_owned(), json).into()));
        at
    }

    fn add(&mut self, message: &line::Message<'_>, sorter: &Sorter, room: &mut Room) {
        let at = self.of(message.conversation());
        let Some((open, _)) = self.open.get_mut(at) else { return };
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        self.places.push((count(at), count(open.seen.len())));
        sorter.add(&message.facts(), room, open);
        match &message.id {
            line::Id::Text(text) => shown::string(text, &mut self.ids),
            line::Id::Other(value) => self.ids.extend(json(value).into_bytes()),
        }
        self.ends.push(self.ids.len());
    }
}

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
    let mut held = Held::default();
    let mut room = Room::default();
    let mut number = 0;
    let mut bytes = Vec::new();
    while line::next(name, from, &mut bytes, LONGEST)? {
        number += 1;
        if bytes.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        report.lines += 1;
        match line::parse(&bytes) {
            Ok(message) => {
                held.add(&message, sorter, &mut room);
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
    report.conversations = held.open.len() as u64;
    let Held { by_name: _, open, places, ids, ends } = held;
    let verdicts: Vec<Vec<Verdict>> = open.iter().map(|(open, _)| sorter.verdicts(open)).collect();
    verdicts.iter().flatten().for_each(|verdict| report.count(verdict));
    let line = shown::Line::of(&report);
    let (mut buffer, mut from) = (Vec::with_capacity(2 * FULL), 0);
    for ((conversation, at), end) in places.into_iter().zip(ends) {
        let (conversation, at) = (conversation as usize, at as usize);
        let verdict = verdicts.get(conversation).and_then(|list| list.get(at));
        let seen = open.get(conversation).and_then(|(open, name)| Some((open.seen.get(at)?, name)));
        let (Some(verdict), Some((seen, conversation))) = (verdict, seen) else { continue };
        line.write(verdict, seen, conversation, ids.get(from..end).unwrap_or_default(), &mut buffer);
        from = end;
        if buffer.len() >= FULL {
            out.write_all(&buffer).map_err(|e| output(&e))?;
            buffer.clear();
        }
    }
    out.write_all(&buffer).and_then(|()| out.flush()).map_err(|e| output(&e))?;
    Ok(report)
}

/// Bytes of verdicts that are written in one go.
const FULL: usize = 1 << 16;

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

    /// The same with the reasons of each, for a person to read.
    pub(crate) fn explained<'a>(
        &self,
        open: &'a Open,
        verdicts: &'a [Verdict],
    ) -> impl Iterator<Item = (Verdict, Vec<String>)> + use<'a> {
        let reasons = |v: &Verdict, s: &Seen| v.reasons(s).map(|(a, b)| [a, b].concat()).collect();
        verdicts.iter().zip(&open.seen).map(move |(v, s)| (*v, reasons(v, s)))
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

#[cfg(test)]
mod tests;
