//! Asking for a transfer and approving it. Asking reads the messages, so it needs the keys of their buckets.

use std::collections::BTreeMap;

use access::{EraseBody, Rights};
use archive::{Operator, Writer};
use chain::EntryType;
use model::wire;
use serde::Serialize;

use super::Details;
use crate::erasure::ErasedBucket;
use crate::erasure::find::At;
use crate::erasure::leaving::{Leaving, by_bucket};
use crate::error::JobError;
use crate::places::Places;
use crate::requests::{Asked, Request, must, salt};

/// Who may ask and approve.
pub(super) const RIGHT: (Rights, &str) = (Rights::ADMIN, "admin");

/// A transfer to be asked for.
#[derive(Clone, Debug, Default)]
pub struct NewTransfer {
    /// Whose they are said to be.
    pub from: String,
    /// Whose they are; the same where only the phone is wrong.
    pub to: String,
    /// Register entry of the phone that they are from.
    pub device: Option<u64>,
    /// Numbers of runs, hexadecimal: everything that they took in.
    pub runs: Vec<String>,
    /// Entry of the segment and place in it, of single messages.
    pub messages: Vec<(u64, u32)>,
    /// Why; no content.
    pub reason: String,
    /// The decision it rests on.
    pub decision: String,
}

/// A request for a transfer.
#[derive(Debug, Serialize)]
pub struct AskReport {
    /// What it is called, and who approved it so far.
    #[serde(flatten)]
    pub asked: Asked,
    /// What leaves which bucket.
    pub buckets: Vec<ErasedBucket>,
}

fn bad(what: &'static str, why: &str) -> JobError {
    JobError::BadValue { what, why: why.to_owned() }
}

/// Asks for a transfer, and approves it as the one who asks; nothing is moved.
///
/// # Errors
/// [`JobError::NoRight`] without the right `admin`, or without the keys of the buckets; [`JobError::BadValue`] for
/// what is no message of the person; [`JobError::Refused`] when a hold stands in the way.
pub fn ask(places: &Places, by: &Operator, new: &NewTransfer, now: i64) -> Result<AskReport, JobError> {
    if [&new.reason, &new.decision].iter().any(|text| text.trim().is_empty()) {
        return Err(bad("reason and decision", "must say something"));
    }
    let writer = places.writer(now)?;
    must(&writer, by, RIGHT, now)?;
    let register = crate::register::load(places, &writer)?;
    let from = register.custodian(&new.from).ok_or(JobError::UnknownCustodian)?;
    let to = register.custodian(&new.to).ok_or(JobError::UnknownCustodian)?;
    if new.device.is_some_and(|entry| !to.devices().iter().any(|d| d.entry == entry)) {
        return Err(bad("device", "is not registered for whom the messages go to"));
    }
    let leaving = Leaving::read(places, &writer, now)?;
    let (mut bodies, mut buckets) = (Vec::new(), Vec::new());
    for (number, ats) in named(places, &writer, by, new)? {
        let (owner, bucket) = leaving.of(number)?;
        if owner != new.from {
            return Err(bad("message", "is not of this custodian"));
        }
        if owner == new.to && bucket.device == new.device {
            return Err(bad("device", "is the one that the messages are said to be from"));
        }
        let (body, counted) = leaving.whole(by, number, &ats, from, false)?;
        buckets.push(counted);
        bodies.push(body);
    }
    if bodies.is_empty() {
        return Err(bad("message", "none is named"));
    }
    let details = Details {
        version: 1,
        salt: salt()?,
        day: leaving.day,
        size: writer.archive().size(),
        from: new.from.clone(),
        to: new.to.clone(),
        device: new.device,
        register_version: register.version(),
        reason: new.reason.trim().to_owned(),
        decision: new.decision.trim().to_owned(),
        asked_by: wire::hex(&by.id()),
        buckets: buckets.clone(),
    };
    let plain = serde_json::to_vec(&details).map_err(|_| JobError::Internal { what: "request".into() })?;
    let request = Request::keep(places, &writer, EntryType::Transfer, plain, |plan| {
        bodies.into_iter().map(|body| EraseBody { plan, ..body }.encode()).collect()
    })?;
    let asked = request.approve(places, &writer, by, RIGHT, now)?;
    Ok(AskReport { asked, buckets })
}

/// The records that are named, by the bucket they lie in.
fn named(
    places: &Places,
    writer: &Writer,
    by: &Operator,
    new: &NewTransfer,
) -> Result<BTreeMap<usize, Vec<At>>, JobError> {
    let mut all = by_bucket(writer, &new.messages)?;
    let archive = writer.archive();
    let runs: Option<Vec<[u8; 16]>> = new.runs.iter().map(|run| crate::operators::unhex(run)).collect();
    let runs = runs.ok_or_else(|| bad("run", "is 32 hexadecimal digits"))?;
    let of_buckets = archive.runs_of_buckets().map_err(|e| places.fail(e))?;
    for (number, made) in archive.buckets().iter().enumerate() {
        let wrote = of_buckets.get(&made.id).is_some_and(|all| all.iter().any(|run| runs.contains(run)));
        if !wrote || archive.disposed_by(number).is_some() {
            continue;
        }
        let each = &mut |record: archive::Record<'_>| {
            if runs.contains(&record.run) {
                all.entry(number).or_default().push((record.entry, record.place));
            }
            Ok(())
        };
        archive.records(by, number, each).map_err(|e| places.fail(e))?;
    }
    for ats in all.values_mut() {
        ats.sort_unstable();
        ats.dedup();
    }
    Ok(all)
}

/// Approves a request: a signature over exactly it. Two different persons must, the one who asks is one.
///
/// # Errors
/// [`JobError::NoRight`] without the right `admin`, [`JobError::BadValue`] where there is no such request.
pub fn approve(places: &Places, by: &Operator, called: &str, now: i64) -> Result<Asked, JobError> {
    let writer = places.writer(now)?;
    let request = Request::read(places, writer.archive(), writer.keys(), EntryType::Transfer, called)?;
    request.approve(places, &writer, by, RIGHT, now)
}
