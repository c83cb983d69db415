//! The holding area as reviewers see it: what waits, what persons decided, and what becomes of it when its
//! time is over. Every decision is an entry in the log, signed by who made it; nothing is overwritten.
//!
//! Listing and settling open no message; [`desk`] does, with a reviewer's keys.

pub mod desk;
pub mod first;
pub(crate) mod note;
pub mod page;
pub mod quality;
pub mod settle;
mod vote;

use std::collections::BTreeMap;

use archive::{Archive, Held, HeldRun, Outcome, Withheld};
use chain::EntryType;
use jiff::ToSpan;
use jiff::civil::Date;
use model::wire;
use policy::Class;
use serde::Serialize;

use crate::clock::civil;
use crate::error::JobError;
use crate::manifest::Manifest;
use crate::places::Places;

use note::Note;
use vote::Votes;
pub use vote::{Choice, Decision};

/// Where a held message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Nobody has decided; at the deadline it is kept.
    Open,
    /// One person would exclude it; a second must, or it is kept.
    Proposed,
    /// A person decided to keep it.
    Keep,
    /// Left out, by the sorting or by persons; shredded at the deadline.
    Exclude,
    /// It is in the archive.
    Kept,
    /// It is shredded.
    Shredded,
}

/// One held message.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) held: Held,
    pub(crate) note: Note,
    pub(crate) votes: Votes,
    pub(crate) state: State,
}

/// The held messages of one run.
#[derive(Clone, Debug)]
pub(crate) struct Pile {
    pub(crate) run: HeldRun,
    pub(crate) custodian: String,
    pub(crate) deadline: Date,
    pub(crate) items: Vec<Item>,
}

/// What waits, in numbers.
#[derive(Clone, Debug, Serialize)]
pub struct Listed {
    /// Number of the run, hexadecimal.
    pub run: String,
    /// Whose messages.
    pub custodian: String,
    /// Day on which what is undecided is kept and what is excluded is shredded.
    pub deadline: String,
    /// Messages by where they stand.
    pub states: BTreeMap<State, u64>,
    /// Messages by ground, of those that are excluded or may be.
    pub grounds: BTreeMap<String, u64>,
}

/// How many persons must exclude a message of a class.
fn needed(class: Class) -> usize {
    if class == Class::M25 { 2 } else { 1 }
}

fn state(run: &HeldRun, held: &Held, note: &Note, votes: &Votes) -> State {
    match run.settled.get(&held.slot) {
        Some(Outcome::Shredded) => return State::Shredded,
        Some(Outcome::Kept | Outcome::Undecided) => return State::Kept,
        None => {}
    }
    let (keep, exclude) = votes.count();
    match held.why {
        _ if keep > 0 => State::Keep,
        Withheld::Excluded => State::Exclude,
        Withheld::Review if exclude >= needed(note.class) => State::Exclude,
        Withheld::Review if exclude > 0 => State::Proposed,
        Withheld::Review => State::Open,
    }
}

/// All that is held, oldest run first.
pub(crate) fn piles(places: &Places, archive: &Archive) -> Result<Vec<Pile>, JobError> {
    let fail = |e| places.fail(e);
    let area = places.area().map_err(fail)?;
    let keys = access::KeyStore::open(&places.keys, &places.archive).map_err(|e| fail(e.into()))?;
    let runs = archive.held_runs(&keys, &area).map_err(fail)?;
    if runs.is_empty() {
        return Ok(Vec::new());
    }
    let manifests: BTreeMap<[u8; 16], Manifest> = archive
        .register(&keys, &[EntryType::Run])
        .map_err(fail)?
        .iter()
        .filter_map(|entry| Some((entry.header.run, Manifest::parse(&entry.plain)?)))
        .collect();
    let mut votes = vote::all(&archive.register(&keys, &[EntryType::Review]).map_err(fail)?)?;
    let mut piles = Vec::new();
    for run in runs {
        let bad = || JobError::Integrity { what: "a held run without a manifest".to_owned() };
        let manifest = manifests.get(&run.run).ok_or_else(bad)?;
        // entries behind one that was written with a clock in the future bear its day
        let from = civil(i64::try_from(run.written_at).unwrap_or(i64::MAX))?.min(manifest.ingest_date);
        let deadline = from.saturating_add(i64::from(manifest.sorting.review_days).days());
        let mut items = Vec::with_capacity(run.items.len());
        for held in &run.items {
            let bad = || JobError::Integrity { what: "a held message with a malformed note".to_owned() };
            let note = Note::decode(&held.note).ok_or_else(bad)?;
            let votes = votes.remove(&(run.run, held.slot)).unwrap_or_default();
            let state = state(&run, held, &note, &votes);
            items.push(Item { held: held.clone(), note, votes, state });
        }
        piles.push(Pile { custodian: manifest.custodian.clone(), deadline, items, run });
    }
    Ok(piles)
}

/// Buckets of messages that have not left the holding area, from the log alone; whether one of them is sealed to
/// the key that the bucket has now.
pub(crate) fn waiting(places: &Places, archive: &Archive) -> Result<BTreeMap<[u8; 16], bool>, JobError> {
    let fail = |e| places.fail(e);
    let keys = access::KeyStore::open(&places.keys, &places.archive).map_err(|e| fail(e.into()))?;
    let held = archive.held_ever(&keys).map_err(fail)?;
    let votes = if held.is_empty() {
        Default::default()
    } else {
        vote::all(&archive.register(&keys, &[EntryType::Review]).map_err(fail)?)?
    };
    let mut waiting = BTreeMap::new();
    for (run, _) in &held {
        for item in run.items.iter().filter(|item| !run.settled.contains_key(&item.slot)) {
            // what a person took back has been sealed to the bucket since
            let taken_back = votes.get(&(run.run, item.slot)).is_some_and(|v| v.count().0 > 0);
            *waiting.entry(item.bucket).or_default() |= item.why == Withheld::Review || taken_back;
        }
    }
    Ok(waiting)
}

/// What waits, by run; of one custodian where `custodian` is given.
///
/// # Errors
/// What keeps the archive or its register from being read.
pub fn list(places: &Places, custodian: Option<&str>) -> Result<Vec<Listed>, JobError> {
    let piles = piles(places, &places.open()?)?;
    let wanted = piles.iter().filter(|p| custodian.is_none_or(|c| c == p.custodian));
    Ok(wanted.map(Pile::listed).collect())
}

/// How many messages the log says are held, and are not where the holding area is looked for.
///
/// # Errors
/// What keeps archive or key store from being read.
pub fn astray(places: &Places) -> Result<u64, JobError> {
    let fail = |e| places.fail(e);
    let (archive, area) = (places.open()?, places.area().map_err(fail)?);
    let keys = access::KeyStore::open(&places.keys, &places.archive).map_err(|e| fail(e.into()))?;
    let held = archive.held_ever(&keys).map_err(fail)?;
    let open = |run: &HeldRun| run.items.iter().filter(|i| !run.settled.contains_key(&i.slot)).count() as u64;
    let gone = held.iter().map(|(run, _)| run).filter(|run| !archive.held_there(&keys, &area, &run.run));
    Ok(gone.map(open).sum())
}

impl Pile {
    fn listed(&self) -> Listed {
        let mut states = BTreeMap::new();
        let mut grounds = BTreeMap::new();
        for item in &self.items {
            *states.entry(item.state).or_default() += 1;
            let ground = item.note.ground.map_or("none", classify::Ground::word).to_owned();
            *grounds.entry(ground).or_default() += 1;
        }
        let deadline = self.deadline.to_string();
        Listed { run: wire::hex(&self.run.run), custodian: self.custodian.clone(), deadline, states, grounds }
    }
}

/// Messages of a custodian that are withheld, or were left out for good, in months of a period.
pub(crate) fn withheld(
    places: &Places,
    archive: &Archive,
    custodian: &str,
    from: Option<Date>,
    to: Option<Date>,
) -> Result<Vec<export::Withheld>, JobError> {
    let fail = |e| places.fail(e);
    let keys = access::KeyStore::open(&places.keys, &places.archive).map_err(|e| fail(e.into()))?;
    let held = archive.held_ever(&keys).map_err(fail)?;
    if held.is_empty() {
        return Ok(Vec::new());
    }
    let manifests = archive.register(&keys, &[EntryType::Run]).map_err(fail)?;
    let of = |run: &[u8; 16]| {
        let entry = manifests.iter().find(|e| e.header.run == *run)?;
        Manifest::parse(&entry.plain).map(|m| m.custodian)
    };
    let mut votes = vote::all(&archive.register(&keys, &[EntryType::Review]).map_err(fail)?)?;
    let mut out = Vec::new();
    for (run, entries) in &held {
        if of(&run.run).as_deref() != Some(custodian) {
            continue;
        }
        for (item, entry) in run.items.iter().zip(entries) {
            let bad = || JobError::Integrity { what: "a held message with a malformed note".to_owned() };
            let note = Note::decode(&item.note).ok_or_else(bad)?;
            let votes = votes.remove(&(run.run, item.slot)).unwrap_or_default();
            let standing = match state(run, item, &note, &votes) {
                State::Kept => continue,
                State::Open | State::Proposed | State::Keep => export::Standing::AwaitsReview,
                State::Exclude => export::Standing::Excluded,
                State::Shredded => export::Standing::Shredded,
            };
            let last = note.month.last_of_month();
            if from.is_some_and(|from| last < from) || to.is_some_and(|to| note.month > to) {
                continue;
            }
            let month = crate::clock::month_word(note.month);
            let ground = note.ground.map(|g| g.word().to_owned());
            out.push(export::Withheld { month, ground, standing, entry: *entry, erased: None });
        }
    }
    Ok(out)
}

/// The name of a held message on the screen: eight digits of its run, and its slot.
pub(crate) fn name(run: &[u8; 16], slot: u64) -> String {
    format!("{}-{slot}", &wire::hex(run)[..8])
}
