//! Carrying an erasure out: what two persons approved, if it still may be. Holds, the day and what belongs to each
//! bucket are looked at again inside the transaction that makes it irrevocable; what a stop leaves is completed by
//! the next writer and closed here.

use access::EraseBody;
use archive::{Custody, Erasing, Erasure, Operator, Writer};
use chain::EntryType;
use jiff::civil::Date;
use policy::Bucket;
use serde::Serialize;

use super::ask::RIGHT;
use super::find::find;
use super::{Details, ErasedBucket};
use crate::clock::days;
use crate::disposal::{Copies, Facts, PLAN_HOLDS, RunReport, Whose, close_all, pending, refused};
use crate::error::JobError;
use crate::places::Places;
use crate::requests::Request;

/// A request that waits.
#[derive(Debug, Serialize)]
pub struct Waiting {
    /// What it is called.
    pub request: String,
    /// Persons who approved it.
    pub approvals: usize,
    /// One of [`super::GROUNDS`].
    pub ground: String,
    /// The decision it rests on.
    pub decision: String,
    /// What would go.
    pub buckets: Vec<ErasedBucket>,
}

/// A request as it was asked for.
struct Kept {
    request: Request,
    details: Details,
    bodies: Vec<EraseBody>,
}

impl Kept {
    fn of(request: Request) -> Result<Self, JobError> {
        let damaged = || JobError::Integrity { what: "a request in the key store is damaged".to_owned() };
        let details: Details = serde_json::from_slice(&request.plain).map_err(|_| damaged())?;
        let bodies: Option<Vec<EraseBody>> = request.clears.iter().map(|c| EraseBody::decode(c)).collect();
        let bodies = bodies.filter(|all| all.len() == details.buckets.len()).ok_or_else(damaged)?;
        if bodies.iter().all(|body| request.is_of(&body.plan)) {
            Ok(Self { request, details, bodies })
        } else {
            Err(damaged())
        }
    }
}

/// Every request that waits.
///
/// # Errors
/// What keeps the key store from being read.
pub fn waiting(places: &Places, now: i64) -> Result<Vec<Waiting>, JobError> {
    let writer = places.writer(now)?;
    let requests = Request::all(places, writer.archive(), writer.keys(), EntryType::Erase)?;
    let waiting = |request: Request| {
        let kept = Kept::of(request)?;
        let approvals = kept.request.approvals(places, &writer)?.len();
        let Details { ground, decision, buckets, .. } = kept.details;
        Ok(Waiting { request: kept.request.id, approvals, ground, decision, buckets })
    };
    requests.into_iter().map(waiting).collect()
}

/// Carries out a request, or without one completes and closes what was begun.
///
/// # Errors
/// [`JobError::Refused`] when it may not be any more; nothing is then touched. [`JobError::OnePerson`] when two
/// different persons have not approved it. [`JobError::NoRight`] without the rights `delete` and `admin` or the
/// keys, [`JobError::NoEpochKey`] without the epoch's key. [`JobError::Busy`] while the archive is read: run again.
pub fn run(
    places: &Places,
    by: &Operator,
    called: Option<&str>,
    copies: &Copies,
    now: i64,
) -> Result<RunReport, JobError> {
    let mut writer = places.writer(now)?;
    let pending = pending(copies);
    let closed = close_all(places, by, &mut writer, &pending)?;
    let mut report = RunReport { closed, buckets: 0, records: 0, pending, split_again: false };
    let Some(called) = called else { return Ok(report) };
    if !by.rights().has(RIGHT.0) {
        return Err(JobError::NoRight { right: RIGHT.1 });
    }
    let kept = Kept::of(Request::read(places, writer.archive(), writer.keys(), EntryType::Erase, called)?)?;
    let approvals = kept.request.by_two(places, &writer)?;
    // refused with its reason before anything is read
    let planned = (kept.details.day, kept.details.buckets.as_slice(), kept.bodies.as_slice());
    still(places, &writer, planned, now)?;
    let parts = parts(places, &writer, by, &kept, approvals)?;
    let number = writer.archive().authority().epoch().map(|e| e.number).unwrap_or_default();
    let fail = |e| places.fail(e);
    let current = by.epoch(number).map_err(fail)?.ok_or(JobError::NoEpochKey)?;
    let custody = Custody { current, keep: &|number, pair| by.keep_epoch(number, pair) };
    let recheck = |writer: &Writer| still(places, writer, planned, now).map_err(refused);
    let erasure = Erasure { parts: &parts, plain: &kept.request.plain };
    writer.erase(by, &erasure, &custody, &recheck).map_err(fail)?;
    report.buckets = kept.details.buckets.len();
    report.records = kept.details.buckets.iter().map(|b| b.records).sum();
    report.split_again = crate::custody::was_split(by.keys(), number);
    report.closed.extend(close_all(places, by, &mut writer, &report.pending)?);
    kept.request.forget(places, by.keys())?;
    Ok(report)
}

/// What is handed to the archive: found anew, and the same as was approved.
fn parts(
    places: &Places,
    writer: &Writer,
    by: &Operator,
    kept: &Kept,
    approvals: Vec<Vec<chain::Approval>>,
) -> Result<Vec<Erasing>, JobError> {
    let register = crate::register::load(places, writer)?;
    let mut parts = Vec::new();
    for ((body, planned), approvals) in kept.bodies.iter().zip(&kept.details.buckets).zip(approvals) {
        let id = crate::operators::unhex(&planned.bucket);
        let bucket = writer.archive().buckets().iter().position(|b| Some(b.id) == id);
        let bucket = bucket.ok_or_else(|| refuse("the request is of another archive".to_owned()))?;
        let custodian = register.custodian(&planned.custodian).ok_or(JobError::UnknownCustodian)?;
        let found = find(places, writer, by, bucket, &body.records, custodian, true)?;
        if found.body.records != body.records || found.body.blobs != body.blobs {
            return Err(refuse("what is to be erased is not the same any more: ask anew".to_owned()));
        }
        parts.push(Erasing { bucket, body: body.clone(), approvals, identities: found.identities });
    }
    Ok(parts)
}

fn refuse(why: String) -> JobError {
    JobError::Refused { why }
}

/// Whether what was asked for on a day may still be taken out of these buckets.
pub(crate) fn still(
    places: &Places,
    writer: &Writer,
    (day, buckets, bodies): (Date, &[ErasedBucket], &[EraseBody]),
    now: i64,
) -> Result<(), JobError> {
    let facts = Facts::read(places, writer)?;
    let today = facts.day(now)?;
    let age = days(today) - days(day);
    if !(0..=PLAN_HOLDS).contains(&age) {
        return Err(refuse(format!("the request is of {day}: ask anew")));
    }
    let archive = writer.archive();
    let labels = writer.labels().map_err(|e| places.fail(e))?;
    let belonging = archive.belonging().map_err(|e| places.fail(e))?;
    for (planned, body) in buckets.iter().zip(bodies) {
        let at = format!("bucket {}", planned.bucket.get(..8).unwrap_or_default());
        let id = crate::operators::unhex(&planned.bucket);
        let made = archive.buckets().iter().enumerate().find(|(_, b)| Some(b.id) == id);
        let (number, made) = made.ok_or_else(|| refuse("the request is of another archive".to_owned()))?;
        if archive.disposed_by(number).is_some() {
            return Err(refuse(format!("{at} was disposed of already")));
        }
        if body.records.iter().any(|(entry, place)| archive.erased(number, *entry, *place)) {
            return Err(refuse(format!("{at}: a message of it was erased already")));
        }
        if belonging.get(&made.id).map(|b| b.last).unwrap_or_default() != planned.last_entry {
            return Err(refuse(format!("{at} has grown since the request: ask anew")));
        }
        let label = labels.get(number).and_then(|label| Bucket::decode_label(label));
        let (custodian, bucket) =
            label.ok_or_else(|| JobError::Integrity { what: format!("bucket {number}: malformed label") })?;
        let whose = Whose { id: &made.id, custodian: &custodian, bucket: &bucket, untimed: planned.untimed };
        if let Some(bar) = facts.bar_to_take_out(today, &whose) {
            return Err(refuse(format!("{at}: {bar}")));
        }
    }
    Ok(())
}
