//! Markings: the ceiling of an archive, the gate that nothing above it passes, and declassifications. Each
//! decision is a signed entry; what an archive holds is said by its runs.

use archive::{Entry, Operator, RegisterEntry, Writer};
use chain::EntryType;
use jiff::civil::Date;
use model::Sensitive;
use policy::{Level, MarkingDecision, Markings, Personal};
use serde::Serialize;

use crate::batch::EncodedBatch;
use crate::error::JobError;
use crate::manifest::Manifest;
use crate::places::Places;

const KINDS: [EntryType; 1] = [EntryType::Marking];

fn replay(entries: &[RegisterEntry]) -> Result<Markings, JobError> {
    let mut markings = Markings::default();
    for entry in entries {
        let bad =
            |what: String| JobError::Integrity { what: format!("entry {}: {what}", entry.header.index) };
        let decision = MarkingDecision::decode(&entry.plain).map_err(|e| bad(e.to_string()))?;
        decision.check().map_err(|e| bad(e.to_string()))?;
        markings.apply(entry.header.index, decision);
    }
    Ok(markings)
}

/// Every decision of the archive.
pub(crate) fn read(places: &Places) -> Result<Markings, JobError> {
    replay(&entries(places, &KINDS)?)
}

fn entries(places: &Places, kinds: &[EntryType]) -> Result<Vec<RegisterEntry>, JobError> {
    let archive = places.open()?;
    let keys = access::KeyStore::open(&places.keys, &places.archive).map_err(|e| places.fail(e.into()))?;
    archive.register(&keys, kinds).map_err(|e| places.fail(e))
}

/// The highest level that the runs of the archive, or of one custodian, say they hold.
pub(crate) fn held(places: &Places, custodian: Option<&str>) -> Result<Level, JobError> {
    let runs = entries(places, &[EntryType::Run])?;
    let runs = runs.iter().filter_map(|e| Manifest::parse(&e.plain));
    let of = runs.filter(|m| custodian.is_none_or(|c| c == m.custodian));
    // a number that this version does not know is above all
    Ok(of.map(|m| Level::from_code(m.marking).unwrap_or(Level::TopSecret)).max().unwrap_or_default())
}

/// What stands before the archive: the whole run goes back when a message above the ceiling comes.
pub(crate) struct Gate {
    markings: Markings,
    custodian: String,
    /// The highest level so far.
    pub(crate) highest: Level,
}

impl Gate {
    /// The gate for a custodian's messages.
    pub(crate) fn of(places: &Places, writer: &Writer, custodian: &str) -> Result<Self, JobError> {
        let markings = replay(&writer.register(&KINDS).map_err(|e| places.fail(e))?)?;
        Ok(Self { markings, custodian: custodian.to_owned(), highest: Level::Unmarked })
    }

    /// Lets a batch pass, before any of it is stored.
    ///
    /// # Errors
    /// [`JobError::AboveCeiling`].
    pub(crate) fn admit(&mut self, batch: &EncodedBatch) -> Result<(), JobError> {
        for item in &batch.items {
            let Some(marking) = item.marking.as_deref() else { continue };
            self.admit_one(item.sent.or(item.received), marking)?;
        }
        Ok(())
    }

    /// Lets a marked message of a time pass.
    ///
    /// # Errors
    /// As [`Gate::admit`].
    pub(crate) fn admit_one(&mut self, at: Option<i64>, marking: &str) -> Result<(), JobError> {
        let day = at.and_then(policy::civil_date);
        let level = self.markings.effective(&self.custodian, day, Some(marking)).level;
        let ceiling = self.markings.ceiling();
        if level > ceiling {
            return Err(JobError::AboveCeiling { level: level.danish(), ceiling: ceiling.danish() });
        }
        self.highest = self.highest.max(level);
        Ok(())
    }

    /// The highest marking so far; none where nothing is marked.
    pub(crate) fn shown(&self) -> Option<&'static str> {
        (self.highest > Level::Unmarked).then(|| self.highest.danish())
    }
}

fn personal(text: &Sensitive<String>) -> Personal {
    Personal::new(text.expose().trim())
}

fn enter(
    places: &Places,
    operator: &Operator,
    decision: &MarkingDecision,
    now: i64,
) -> Result<u64, JobError> {
    decision.check().map_err(|e| JobError::BadValue { what: "marking", why: e.to_string() })?;
    let mut writer = places.writer(now)?;
    let plain = decision.encode();
    let entry = Entry { kind: EntryType::Marking, clear: &[], plain: &plain };
    let indexes = writer.append(&[entry], &[&operator.signer()]).map_err(|e| places.fail(e))?;
    Ok(indexes.first().copied().unwrap_or_default())
}

/// Sets the ceiling from now on; gives the number of the entry.
///
/// # Errors
/// [`JobError::AboveCeiling`] when the archive holds more already; [`JobError::NoRight`] without the right
/// `admin`.
pub fn set_ceiling(
    places: &Places,
    operator: &Operator,
    level: Level,
    reference: Option<&Sensitive<String>>,
    now: i64,
) -> Result<u64, JobError> {
    let held = held(places, None)?;
    if held > level {
        return Err(JobError::AboveCeiling { level: held.danish(), ceiling: level.danish() });
    }
    enter(places, operator, &MarkingDecision::Ceiling { level, reference: reference.map(personal) }, now)
}

/// A declassification, as whoever issued the marking decided it.
pub struct Declassification {
    /// Whose messages.
    pub custodian: String,
    /// Messages of this level.
    pub from: Level,
    /// Are of this one.
    pub to: Level,
    /// First day of the messages.
    pub first: Option<Date>,
    /// Last day of the messages.
    pub last: Option<Date>,
    /// Who lowered it.
    pub issuer: Sensitive<String>,
    /// Journal number or decision behind it.
    pub reference: Option<Sensitive<String>>,
}

/// Records a declassification; gives the number of the entry.
///
/// # Errors
/// [`JobError::UnknownCustodian`], [`JobError::BadValue`], [`JobError::NoRight`].
pub fn declassify(
    places: &Places,
    operator: &Operator,
    what: &Declassification,
    now: i64,
) -> Result<u64, JobError> {
    if crate::register::read(places)?.custodian(&what.custodian).is_none() {
        return Err(JobError::UnknownCustodian);
    }
    let Declassification { custodian, from, to, first, last, issuer, reference } = what;
    let decision = MarkingDecision::Declassified {
        custodian: custodian.clone(),
        from: *from,
        to: *to,
        first: *first,
        last: *last,
        issuer: personal(issuer),
        reference: reference.as_ref().map(personal),
    };
    enter(places, operator, &decision, now)
}

/// What is decided about markings.
#[derive(Debug, Serialize)]
pub struct ShownMarkings {
    /// The ceiling in force, in Danish.
    pub ceiling: &'static str,
    /// Whether somebody decided it.
    pub decided: bool,
    /// The highest level that the runs say they hold.
    pub held: &'static str,
    /// Every decision, oldest first.
    pub decisions: Vec<ShownDecision>,
}

/// A decision as it is shown.
#[derive(Debug, Serialize)]
pub struct ShownDecision {
    /// Entry of the log.
    pub entry: u64,
    /// `ceiling` or `declassified`.
    pub kind: &'static str,
    /// The level set, or lowered to.
    pub to: &'static str,
    /// The level lowered.
    pub from: Option<&'static str>,
    /// Whose messages.
    pub custodian: Option<String>,
    /// First day of the messages.
    pub first: Option<String>,
    /// Last day of the messages.
    pub last: Option<String>,
    /// Who lowered it, on request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
}

/// What is decided about markings, and what the archive holds.
///
/// # Errors
/// What keeps the archive or its register from being read.
pub fn show(places: &Places, show_names: bool) -> Result<ShownMarkings, JobError> {
    let markings = read(places)?;
    let decisions: Vec<ShownDecision> = markings
        .decisions()
        .iter()
        .map(|(entry, decision)| match decision {
            MarkingDecision::Ceiling { level, .. } => ShownDecision {
                entry: *entry,
                kind: "ceiling",
                to: level.danish(),
                from: None,
                custodian: None,
                first: None,
                last: None,
                issuer: None,
            },
            MarkingDecision::Declassified { custodian, from, to, first, last, issuer, .. } => ShownDecision {
                entry: *entry,
                kind: "declassified",
                to: to.danish(),
                from: Some(from.danish()),
                custodian: Some(custodian.clone()),
                first: first.map(|d| d.to_string()),
                last: last.map(|d| d.to_string()),
                issuer: show_names.then(|| issuer.expose().to_owned()),
            },
        })
        .collect();
    Ok(ShownMarkings {
        ceiling: markings.ceiling().danish(),
        decided: decisions.iter().any(|d| d.kind == "ceiling"),
        held: held(places, None)?.danish(),
        decisions,
    })
}

#[cfg(test)]
mod tests;
