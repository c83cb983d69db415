//! Carrying an erasure out: what two persons approved, if it still may be. Holds, the day and what belongs to each
//! bucket are looked at again inside the transaction that makes it irrevocable; what a stop leaves is completed by
//! the next writer and closed here.

use access::EraseBody;
use archive::{Custody, Erasing, Erasure, Operator, Writer};
use chain::EntryType;
use serde::Serialize;

use super::ask::RIGHT;
use super::find::find;
use super::leaving::{opened, place_of, still};
use super::{Details, ErasedBucket, HANDED_OVER};
use crate::disposal::{Copies, RunReport, begin, close_all, refused};
use crate::error::JobError;
use crate::handover;
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

/// Every request that waits.
///
/// # Errors
/// What keeps the key store from being read.
pub fn waiting(places: &Places, now: i64) -> Result<Vec<Waiting>, JobError> {
    let writer = places.writer(now)?;
    let requests = Request::all(places, writer.archive(), writer.keys(), EntryType::Erase)?;
    let waiting = |request: Request| {
        let (details, _) = opened::<Details>(&request)?;
        let approvals = request.approvals(places, &writer)?.len();
        let Details { ground, decision, buckets, .. } = details;
        Ok(Waiting { request: request.id, approvals, ground, decision, buckets })
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
    let (mut writer, mut report) = begin(places, by, copies, now)?;
    let Some(called) = called.filter(|called| !report.was_done(called)) else { return Ok(report) };
    if !by.rights().has(RIGHT.0) {
        return Err(JobError::NoRight { right: RIGHT.1 });
    }
    let request = Request::read(places, writer.archive(), writer.keys(), EntryType::Erase, called)?;
    let (details, bodies) = opened::<Details>(&request)?;
    let approvals = request.by_two(places, &writer)?;
    // refused with its reason before anything is read
    let planned = (details.day, details.buckets.as_slice(), bodies.as_slice());
    still(places, &writer, planned, now)?;
    let parts = parts(places, &writer, by, (&details, &bodies), approvals)?;
    let number = writer.archive().authority().epoch().map(|e| e.number).unwrap_or_default();
    let fail = |e| places.fail(e);
    let current = by.epoch(number).map_err(fail)?.ok_or(JobError::NoEpochKey)?;
    let area = places.area().map_err(fail)?;
    let keep = |number, pair: &vault::KeyPair| by.keep_epoch(number, pair);
    let custody = Custody { current, keep: &keep, held: Some(&area) };
    let recheck = |writer: &Writer| still(places, writer, planned, now).map_err(refused);
    let erasure = Erasure { parts: &parts, plain: &request.plain };
    writer.erase(by, &erasure, &custody, &recheck).map_err(fail)?;
    report.buckets = details.buckets.len();
    report.records = details.buckets.iter().map(|b| b.records).sum();
    report.split_again = crate::custody::was_split(by.keys(), number);
    report.closed.extend(close_all(places, by, &mut writer, copies)?);
    request.forget(places, by.keys())?;
    Ok(report)
}

/// What is handed to the archive: found anew, and the same as was approved.
fn parts(
    places: &Places,
    writer: &Writer,
    by: &Operator,
    (details, bodies): (&Details, &[EraseBody]),
    approvals: Vec<Vec<chain::Approval>>,
) -> Result<Vec<Erasing>, JobError> {
    let register = crate::register::load(places, writer)?;
    let mut parts = Vec::new();
    for ((body, planned), approvals) in bodies.iter().zip(&details.buckets).zip(approvals) {
        let bucket = place_of(writer, planned)?;
        let custodian = register.custodian(&planned.custodian).ok_or(JobError::UnknownCustodian)?;
        let handed_over = details.ground == HANDED_OVER;
        let mut found = find(places, writer, by, bucket, &body.records, custodian, !handed_over)?;
        if found.body.records != body.records || found.body.blobs != body.blobs {
            let why = "what is to be erased is not the same any more: ask anew".to_owned();
            return Err(JobError::Refused { why });
        }
        if handed_over {
            let in_a_package = |identity: &Vec<u8>| [handover::HANDED_OVER, identity].concat();
            let these: Vec<_> = found.identities.iter().map(in_a_package).collect();
            found.identities.extend(these);
        }
        parts.push(Erasing { bucket, body: body.clone(), approvals, identities: found.identities });
    }
    Ok(parts)
}
