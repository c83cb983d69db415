//! Asking for an erasure and approving it. Asking reads the messages, so it needs the keys of their buckets.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;

use access::{EraseBody, Rights};
use archive::{Operator, Writer};
use chain::EntryType;
use model::wire;
use policy::Bucket;
use serde::Serialize;

use super::find::{At, Found, alike, find};
use super::{Details, ErasedBucket, GROUNDS};
use crate::disposal::{Facts, Whose};
use crate::error::JobError;
use crate::places::Places;
use crate::requests::{Asked, Request};

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
    let at = u64::try_from(now).unwrap_or_default();
    if !writer.archive().authority().allows(&by.id(), RIGHT.0, at) {
        return Err(JobError::NoRight { right: RIGHT.1 });
    }
    let register = crate::register::load(places, &writer)?;
    let custodian = register.custodian(&new.custodian).ok_or(JobError::UnknownCustodian)?;
    let facts = Facts::read(places, &writer)?;
    let day = facts.day(now)?;
    let fail = |e| places.fail(e);
    let labels = writer.labels().map_err(fail)?;
    let belonging = writer.archive().belonging().map_err(fail)?;
    let mut found = Vec::new();
    let mut buckets = Vec::new();
    let named = by_bucket(&writer, &new.messages)?;
    for (number, ats) in &named {
        let made = writer.archive().buckets().get(*number).map(|b| b.id).unwrap_or_default();
        let (owner, bucket) = labels
            .get(*number)
            .and_then(|label| Bucket::decode_label(label))
            .ok_or_else(|| JobError::Integrity { what: format!("bucket {number}: malformed label") })?;
        if owner != new.custodian {
            return Err(bad("message", "is not of this custodian"));
        }
        let Found { body, identities: _, messages, untimed } =
            find(places, &writer, by, *number, ats, custodian, true)?;
        let whose = Whose { id: &made, custodian: &owner, bucket: &bucket, untimed };
        if let Some(bar) = facts.bar_to_take_out(day, &whose) {
            let why = format!("bucket {}: {bar}", &wire::hex(&made)[..8]);
            return Err(JobError::Refused { why });
        }
        let mut segments: Vec<u64> = body.records.iter().map(|r| r.0).collect();
        segments.dedup();
        buckets.push(ErasedBucket {
            bucket: wire::hex(&made),
            custodian: owner,
            class: bucket.class.name().to_owned(),
            month: bucket.month,
            tenure: bucket.tenure,
            untimed,
            messages,
            records: body.records.len() as u64,
            segments: segments.len() as u64,
            attachments: body.blobs.len() as u64,
            last_entry: belonging.get(&made).map(|b| b.last).unwrap_or_default(),
        });
        found.push(body);
    }
    let salt: [u8; 16] = vault::random().map_err(|_| JobError::Internal { what: "randomness".into() })?;
    let details = Details {
        version: 1,
        salt: wire::hex(&salt),
        day,
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

/// The messages by the bucket they lie in.
fn by_bucket(writer: &Writer, messages: &[At]) -> Result<BTreeMap<usize, Vec<At>>, JobError> {
    let mut all: BTreeMap<usize, Vec<At>> = BTreeMap::new();
    for at in messages {
        let none = |_| JobError::BadValue { what: "message", why: format!("entry {} has no messages", at.0) };
        let bucket = writer.archive().bucket_of(at.0).map_err(none)?;
        if writer.archive().disposed_by(bucket).is_some() {
            let why = format!("entry {} was disposed of", at.0);
            return Err(JobError::BadValue { what: "message", why });
        }
        all.entry(bucket).or_default().push(*at);
    }
    Ok(all)
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
