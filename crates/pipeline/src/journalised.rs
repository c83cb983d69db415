//! Messages that were put on a case file: an import list marks them; the archive's policy says whether they
//! are kept with a reference, or left out because the case file has them (guidelines May 2024, section 1).

use std::path::Path;

use classify::Ground;
use journal::{By, Facts, JournalList, Kind};
use model::{Message, Stamp, wire};
use policy::{Custodian, Handle, Journalised};

use crate::classify::{bounded, input};
use crate::error::JobError;
use crate::verdict::{Decision, Sorted};

/// Most bytes of a list.
const MOST: u64 = 256 << 20;

/// A list, for one custodian.
pub(crate) struct Journal {
    list: JournalList,
    owner: String,
    numbers: Vec<String>,
    what: Journalised,
}

impl Journal {
    /// Reads a list: JSON where the name says so, else CSV.
    ///
    /// # Errors
    /// [`JobError::InputFile`] with the first line that is not as it should be.
    pub(crate) fn open(path: &Path, custodian: &Custodian, what: Journalised) -> Result<Self, JobError> {
        let bytes = bounded(path, MOST)?;
        let json = path
            .extension()
            .is_some_and(|e| e.eq_ignore_ascii_case("json") || e.eq_ignore_ascii_case("jsonl"));
        let kind = if json { Kind::Json } else { Kind::Csv };
        let list = JournalList::parse(&bytes, kind).map_err(|faults| {
            let line = faults.named.first().map_or(0, |fault| fault.line);
            input(path, line, faults.to_string())
        })?;
        let numbers = custodian.devices().iter().filter_map(|d| match &d.handle {
            Handle::Number(number) => Some(number.expose().to_owned()),
            Handle::Serial(_) => None,
        });
        Ok(Self { list, owner: custodian.id().to_owned(), numbers: numbers.collect(), what })
    }

    /// SHA-256 of the list, hexadecimal.
    pub(crate) fn digest(&self) -> String {
        wire::hex(&self.list.digest())
    }

    /// What the list says of a message. Time and counterpart alone are not enough to leave one out: a person
    /// looks at it.
    pub(crate) fn sorted(&self, message: &Message) -> Option<Sorted> {
        let numbers: Vec<&str> = self.numbers.iter().map(String::as_str).collect();
        let others = message.conversation.iter().flat_map(|c| &c.participants).chain(&message.sender);
        let others: Vec<&str> = others.map(|a| &**a.expose()).collect();
        let facts = Facts {
            owner: &self.owner,
            owner_numbers: &numbers,
            sent_at: message.sent_at.map(Stamp::millis),
            received_at: message.received_at.map(Stamp::millis),
            counterparts: &others,
            text: message.body.as_ref().map(|t| &**t.expose()),
        };
        let reference = self.list.matches(&facts)?;
        let decision = match (self.what, reference.by) {
            (Journalised::Keep, _) => Decision::Keep,
            (Journalised::LeaveOut, By::Text) => Decision::Exclude,
            (Journalised::LeaveOut, By::Time) => Decision::Review,
        };
        let mut reasons = vec![format!("journal-line-{}", reference.line)];
        reasons.extend(reference.case.map(|case| format!("case:{case}")));
        Some(Sorted {
            decision,
            ground: Some(Ground::Journalised),
            by_rule: true,
            reasons,
            ..Sorted::default()
        })
    }
}
