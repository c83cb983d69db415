//! Asking for an erasure and approving it. Asking reads the messages, so it needs the keys of their buckets.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;

use access::{EraseBody, Rights};
use archive::Operator;
use chain::EntryType;
use model::wire;
use serde::Serialize;

use super::find::alike;
use super::leaving::{Leaving, by_bucket};
use super::{Details, ErasedBucket, GROUNDS};
use crate::error::JobError;
use crate::places::Places;
use crate::requests::{Asked, Request, must, salt};

/// Who may ask, approve and carry out.
pub(super) const RIGHT: (Rights, &str) = (Rights::DELETE, "delete");

/// An erasure to be asked for.
#[derive(Clone, Debug, Default)]
pub struct NewErasure {
    /// Whose messages.
    pub custodian: String,
    /// Entry of the segment and place in it, of each message; one version is enough.
    pub messages: Vec<(u64, u32)>,
    /// One of [`GROUNDS`].
    pub ground: String,
    /// Why. It stands in the certificate: no content.
    pub reason: String,
    /// The decision it rests on.
    pub decision: String,
}

/// A request for an erasure.
#[derive(Debug, Serialize)]
pub struct AskReport {
    /// What it is called, and who approved it so far.
    #[serde(flatten)]
    pub asked: Asked,
    /// What goes, by bucket.
    pub buckets: Vec<ErasedBucket>,
    /// Messages of the custodian that are the same and were not named: entry and place.
    pub alike: Vec<(u64, u32)>,
}

impl AskReport {
    /// 0, or 3 when the same messages lie elsewhere too.
    pub fn exit_code(&self) -> u8 {
        if self.alike.is_empty() { 0 } else { 3 }
    }
}

/// Asks for an erasure, and approves it as the one who asks; nothing is erased.
///
/// # Errors
/// [`JobError::NoRight`] without the right `delete`, or without the keys of the buckets; [`JobError::BadValue`]
/// for what is no message of the custodian; [`JobError::Refused`] when a hold stands in the way.
pub fn ask(places: &Places, by: &Operator, new: &NewErasure, now: i64) -> Result<AskReport, JobError> {
    let bad = |what: &'static str, why: &str| JobError::BadValue { what, why: why.to_owned() };
    if !GROUNDS.contains(&new.ground.as_str()) {
        return Err(bad("ground", &format!("one of {}", GROUNDS.join(", "))));
    }
    if new.messages.is_empty() {
        return Err(bad("message", "none is named"));
    }
    if [&new.reason, &new.decision].iter().any(|text| text.trim().is_empty()) {
        return Err(bad("reason and decision", "must say something"));
    }
    let writer = places.writer(now)?;
    must(&writer, by, RIGHT, now)?;
    let register = crate::register::load(places, &writer)?;
    let custodian = register.custodian(&new.custodian).ok_or(JobError::UnknownCustodian)?;
    let leaving = Leaving::read(places, &writer, now)?;
    let (mut found, mut buckets) = (Vec::new(), Vec::new());
    let named = by_bucket(&writer, &new.messages)?;
    for (number, ats) in &named {
        if leaving.of(*number)?.0 != new.custodian {
            return Err(bad("message", "is not of this custodian"));
        }
        let (body, counted) = leaving.whole(by, *number, ats, custodian, true)?;
        buckets.push(counted);
        found.push(body);
    }
    let details = Details {
        version: 1,
        salt: salt()?,
        day: leaving.day,
        size: writer.archive().size(),
        ground: new.ground.clone(),
        reason: new.reason.trim().to_owned(),
        decision: new.decision.trim().to_owned(),
        asked_by: wire::hex(&by.id()),
        buckets: buckets.clone(),
    };
    let plain = serde_json::to_vec(&details).map_err(|_| JobError::Internal { what: "request".into() })?;
    let request = Request::keep(places, &writer, EntryType::Erase, plain, |plan| {
        found.into_iter().map(|body| EraseBody { plan, ..body }.encode()).collect()
    })?;
    let asked = request.approve(places, &writer, by, RIGHT, now)?;
    let alike = alike(places, &writer, by, &new.custodian, &named)?;
    Ok(AskReport { asked, buckets, alike })
}

/// Approves a request: a signature over exactly it. Two different persons must, the one who asks is one.
///
/// # Errors
/// [`JobError::NoRight`] without the right `delete`, [`JobError::BadValue`] where there is no such request.
pub fn approve(places: &Places, by: &Operator, called: &str, now: i64) -> Result<Asked, JobError> {
    let writer = places.writer(now)?;
    let request = Request::read(places, writer.archive(), writer.keys(), EntryType::Erase, called)?;
    request.approve(places, &writer, by, RIGHT, now)
}

/// The messages that a production shows under some numbers: entry and place of each.
///
/// # Errors
/// [`JobError::BadValue`] where the production has no message of that number.
pub fn numbered(production: &Path, numbers: &[u64]) -> Result<Vec<(u64, u32)>, JobError> {
    let path = production.join("data").join("messages.jsonl");
    let fail = |e: &std::io::Error| JobError::io(&path, "reading the production", e);
    let file = std::fs::File::open(&path).map_err(|e| fail(&e))?;
    let mut found = BTreeMap::new();
    let mut lines = BufReader::new(file).lines();
    while let Some(line) = lines.next().transpose().map_err(|e| fail(&e))? {
        let line: Option<serde_json::Value> = serde_json::from_str(&line).ok();
        let archive = line.as_ref().map(|line| &line["archive"]);
        let of = |key: &str| archive.and_then(|archive| archive[key].as_u64());
        let place = of("place").and_then(|place| u32::try_from(place).ok());
        if let (Some(number), Some(entry), Some(place)) = (of("number"), of("entry"), place)
            && numbers.contains(&number)
        {
            found.insert(number, (entry, place));
        }
    }
    if let Some(number) = numbers.iter().find(|n| !found.contains_key(n)) {
        let why = format!("the production shows no message of number {number}");
        return Err(JobError::BadValue { what: "--number", why });
    }
    Ok(found.into_values().collect())
}
