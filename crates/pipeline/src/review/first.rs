//! The owner's own first review: what the next copies of a custodian hold back is sealed to the owner and
//! whom the owner brings, and to nobody else. Knows no message; it gives and narrows rights, and each is an
//! entry in the log.

use access::Rights;
use archive::Operator;
use chain::EntryType;
use jiff::civil::Date;
use model::wire;
use serde::Serialize;

use super::{State, piles};
use crate::error::JobError;
use crate::operators::{days, find};
use crate::places::Places;
use crate::{register, scope};

/// What was asked for.
pub struct First {
    /// Whose messages.
    pub custodian: String,
    /// The owner and counsel: numbers of operators, or beginnings.
    pub reviewers: Vec<String>,
    /// Last day of their right.
    pub to: Option<Date>,
}

/// What was done.
#[derive(Debug, Serialize)]
pub struct Begun {
    /// Whose messages.
    pub custodian: String,
    /// Who may review them now.
    pub reviewers: Vec<String>,
    /// Operators who could read this custodian's messages and no longer can.
    pub narrowed: Vec<String>,
    /// Runs that wait and were sealed before, to whoever could review then.
    pub sealed_before: u64,
}

/// Rights to read what a scope covers.
fn reading() -> Rights {
    Rights::QUERY.with(Rights::REVIEW).with(Rights::EXPORT)
}

/// Gives the reviewers the right to review this custodian's messages, and narrows the scope of everybody else
/// so that it no longer covers them. Repeating it changes nothing that is so already.
///
/// # Errors
/// [`JobError::NoRight`], [`JobError::UnknownCustodian`], [`JobError::BadValue`] for a reviewer that is not
/// there, has other rights, or is the operator who asks.
pub fn first(places: &Places, by: &Operator, first: &First, now: i64) -> Result<Begun, JobError> {
    let fail = |e| places.fail(e);
    let bad = |why: &str| JobError::BadValue { what: "reviewer", why: why.to_owned() };
    let everybody: Vec<String> = register::list(places, None, false)?.into_iter().map(|c| c.id).collect();
    if !everybody.contains(&first.custodian) {
        return Err(JobError::UnknownCustodian);
    }
    let reviewers = first.reviewers.iter().map(|r| find(places, r)).collect::<Result<Vec<_>, _>>()?;
    if reviewers.contains(&by.id()) {
        return Err(bad("the operator who asks may not be one"));
    }
    let archive = places.open()?;
    let has = |id| archive.authority().grant_of(id).map(|grant| grant.rights).unwrap_or_default();
    if reviewers.iter().any(|id| has(id).without(Rights::REVIEW) != Rights::default()) {
        return Err(bad("has other rights: give the owner and counsel accounts of their own"));
    }
    let waits = |state| !matches!(state, State::Kept | State::Shredded);
    let of = piles(places, &archive)?.into_iter().filter(|pile| pile.custodian == first.custodian);
    let sealed_before = of.filter(|pile| pile.items.iter().any(|item| waits(item.state))).count() as u64;
    let keys = access::KeyStore::open(&places.keys, &places.archive).map_err(|e| fail(e.into()))?;
    let entries = archive.register(&keys, &[EntryType::Grant]).map_err(fail)?;
    // The operator who asks comes last: the others need the rights it has.
    let mut others: Vec<_> = archive.authority().grants().filter(|(id, _)| !reviewers.contains(id)).collect();
    others.sort_by_key(|(id, _)| (**id == by.id(), **id));
    let mut narrowed = Vec::new();
    let mut writer = places.writer(now)?;
    for id in &reviewers {
        let scope = scope::of(std::slice::from_ref(&first.custodian), (None, None));
        let covers = |label: &[u8]| scope::covers(&scope, label);
        let period = (None, first.to.and_then(days));
        writer.grant(by, *id, Rights::REVIEW, period, &scope, &covers).map_err(fail)?;
    }
    for (id, grant) in others {
        let entry = entries.iter().find(|e| e.header.index == grant.entry);
        let before = entry.map(|e| &e.plain[..]).unwrap_or(scope::ALL);
        let ids = scope::custodians(before, &everybody);
        if grant.rights.without(reading()) == grant.rights || !ids.contains(&first.custodian) {
            continue;
        }
        let left: Vec<String> = ids.into_iter().filter(|c| *c != first.custodian).collect();
        let (rights, scope) = match left.is_empty() {
            true => (grant.rights.without(reading()), before.to_vec()),
            false => (grant.rights, scope::of_others(before, &left)),
        };
        let covers = |label: &[u8]| scope::covers(&scope, label);
        writer.grant(by, *id, rights, (grant.from, grant.to), &scope, &covers).map_err(fail)?;
        narrowed.push(wire::hex(id));
    }
    Ok(Begun {
        custodian: first.custodian.clone(),
        reviewers: reviewers.iter().map(|id| wire::hex(id)).collect(),
        narrowed,
        sealed_before,
    })
}
