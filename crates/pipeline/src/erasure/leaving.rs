//! What leaves a bucket by a decision of two, whether it is erased or goes to another: named, found whole, counted, and
//! held against what may stand in its way when it is asked for and when it is carried out.

use std::collections::{BTreeMap, HashMap};

use access::EraseBody;
use archive::{Belonging, Operator, Writer};
use jiff::civil::Date;
use model::wire;
use policy::{Bucket, Custodian};
use serde::de::DeserializeOwned;
use vault::Plain;

use super::ErasedBucket;
use super::find::{At, Found, find};
use crate::clock::days;
use crate::disposal::{Facts, PLAN_HOLDS, Whose};
use crate::error::JobError;
use crate::places::Places;
use crate::requests::Request;

fn refuse(why: String) -> JobError {
    JobError::Refused { why }
}

/// The buckets of an archive, as far as it takes to say what may leave them today.
pub(crate) struct Leaving<'a> {
    places: &'a Places,
    writer: &'a Writer,
    facts: Facts,
    labels: Vec<Plain>,
    belonging: HashMap<[u8; 16], Belonging>,
    /// The day by which it is decided.
    pub(crate) day: Date,
}

impl<'a> Leaving<'a> {
    pub(crate) fn read(places: &'a Places, writer: &'a Writer, now: i64) -> Result<Self, JobError> {
        let facts = Facts::read(places, writer)?;
        let day = facts.day(now)?;
        let fail = |e| places.fail(e);
        let labels = writer.labels().map_err(fail)?;
        let belonging = writer.archive().belonging().map_err(fail)?;
        Ok(Self { places, writer, facts, labels, belonging, day })
    }

    /// Whose a bucket is, and which.
    pub(crate) fn of(&self, number: usize) -> Result<(String, Bucket), JobError> {
        let label = self.labels.get(number).and_then(|label| Bucket::decode_label(label));
        label.ok_or_else(|| JobError::Integrity { what: format!("bucket {number}: malformed label") })
    }

    fn last(&self, id: &[u8; 16]) -> u64 {
        self.belonging.get(id).map(|b| b.last).unwrap_or_default()
    }

    fn may(&self, day: Date, whose: &Whose<'_>) -> Result<(), JobError> {
        match self.facts.bar_to_take_out(day, whose) {
            Some(bar) => Err(refuse(format!("bucket {}: {bar}", &wire::hex(whose.id)[..8]))),
            None => Ok(()),
        }
    }

    /// All of the messages that some records of a bucket are, if they may leave it.
    pub(crate) fn whole(
        &self,
        by: &Operator,
        number: usize,
        named: &[At],
        custodian: &Custodian,
        from_any_phone: bool,
    ) -> Result<(EraseBody, ErasedBucket), JobError> {
        let id = self.writer.archive().buckets().get(number).map(|b| b.id).unwrap_or_default();
        let (owner, bucket) = self.of(number)?;
        let Found { body, identities: _, messages, untimed } =
            find(self.places, self.writer, by, number, named, custodian, from_any_phone)?;
        self.may(self.day, &Whose { id: &id, custodian: &owner, bucket: &bucket, untimed })?;
        let mut segments: Vec<u64> = body.records.iter().map(|r| r.0).collect();
        segments.dedup();
        let counted = ErasedBucket {
            bucket: wire::hex(&id),
            custodian: owner,
            class: bucket.class.name().to_owned(),
            month: bucket.month,
            tenure: bucket.tenure,
            untimed,
            messages,
            records: body.records.len() as u64,
            segments: segments.len() as u64,
            attachments: body.blobs.len() as u64,
            last_entry: self.last(&id),
        };
        Ok((body, counted))
    }
}

/// The messages that are named, by the bucket they lie in.
pub(crate) fn by_bucket(writer: &Writer, named: &[At]) -> Result<BTreeMap<usize, Vec<At>>, JobError> {
    let mut all: BTreeMap<usize, Vec<At>> = BTreeMap::new();
    let bad = |why: String| JobError::BadValue { what: "message", why };
    for at in named {
        let none = |_| bad(format!("entry {} has no messages", at.0));
        let bucket = writer.archive().bucket_of(at.0).map_err(none)?;
        if writer.archive().disposed_by(bucket).is_some() {
            return Err(bad(format!("entry {} was disposed of", at.0)));
        }
        all.entry(bucket).or_default().push(*at);
    }
    Ok(all)
}

/// What a request says leaves which bucket.
pub(crate) trait Leaves: DeserializeOwned {
    fn buckets(&self) -> &[ErasedBucket];
}

/// A request as it was asked for: details, and what leaves each of their buckets.
pub(crate) fn opened<D: Leaves>(request: &Request) -> Result<(D, Vec<EraseBody>), JobError> {
    let damaged = || JobError::Integrity { what: "a request in the key store is damaged".to_owned() };
    let details: D = serde_json::from_slice(&request.plain).map_err(|_| damaged())?;
    let bodies: Option<Vec<EraseBody>> = request.clears.iter().map(|c| EraseBody::decode(c)).collect();
    let bodies = bodies.filter(|all| all.len() == details.buckets().len()).ok_or_else(damaged)?;
    if bodies.iter().all(|body| request.is_of(&body.plan)) { Ok((details, bodies)) } else { Err(damaged()) }
}

/// The place of a bucket that a request names.
pub(crate) fn place_of(writer: &Writer, planned: &ErasedBucket) -> Result<usize, JobError> {
    let id = crate::operators::unhex(&planned.bucket);
    let place = writer.archive().buckets().iter().position(|b| Some(b.id) == id);
    place.ok_or_else(|| refuse("the request is of another archive".to_owned()))
}

/// Whether what was asked for on a day may still be taken out of these buckets.
pub(crate) fn still(
    places: &Places,
    writer: &Writer,
    (day, buckets, bodies): (Date, &[ErasedBucket], &[EraseBody]),
    now: i64,
) -> Result<(), JobError> {
    let leaving = Leaving::read(places, writer, now)?;
    let today = leaving.day;
    if !(0..=PLAN_HOLDS).contains(&(days(today) - days(day))) {
        return Err(refuse(format!("the request is of {day}: ask anew")));
    }
    let archive = writer.archive();
    for (planned, body) in buckets.iter().zip(bodies) {
        let at = format!("bucket {}", planned.bucket.get(..8).unwrap_or_default());
        let number = place_of(writer, planned)?;
        let id = archive.buckets().get(number).map(|b| b.id).unwrap_or_default();
        if archive.disposed_by(number).is_some() {
            return Err(refuse(format!("{at} was disposed of already")));
        }
        if body.records.iter().any(|(entry, place)| archive.erased(number, *entry, *place)) {
            return Err(refuse(format!("{at}: a message of it was erased already")));
        }
        if leaving.last(&id) != planned.last_entry {
            return Err(refuse(format!("{at} has grown since the request: ask anew")));
        }
        let (custodian, bucket) = leaving.of(number)?;
        let whose = Whose { id: &id, custodian: &custodian, bucket: &bucket, untimed: planned.untimed };
        leaving.may(today, &whose)?;
    }
    Ok(())
}
