//! The plan of a disposal: every bucket all of whose messages are past their time, with the rules that say so,
//! and what stands in the way of the others. It lies sealed in the key store until two persons have approved
//! exactly it. Making it reads stamps, so it needs the keys of what it proposes.

use access::DisposeBody;
use archive::{Archive, Belonging, Operator, Writer};
use chain::EntryType;
use jiff::civil::Date;
use model::wire;
use policy::{Bar, Bucket, Class, add_years, first_of_next_month};
use serde::{Deserialize, Serialize};

use super::{Facts, Whose};
use crate::clock::days;
use crate::error::JobError;
use crate::places::Places;
use crate::progress::{Phase, Progress};
use crate::requests::{Request, salt};
use crate::restamp::Stamps;
use crate::verdict;

/// A bucket that may be disposed of.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PlannedBucket {
    /// Number of the bucket, hexadecimal.
    pub bucket: String,
    /// Whose messages.
    pub custodian: String,
    /// Retention class.
    pub class: String,
    /// First day of the month of the messages.
    pub month: Date,
    /// Tenure of the phone.
    pub tenure: u32,
    /// First day on which all of its messages may be disposed of.
    pub due: Date,
    /// Rules of the message that is due last.
    pub rules: Vec<String>,
    /// Whether it may hold messages without a usable time.
    pub untimed: bool,
    /// Messages, every version counted.
    pub records: u64,
    /// Segments.
    pub segments: u64,
    /// Attachments.
    pub attachments: u64,
    /// Bytes as stored.
    pub bytes: u64,
    /// Newest entry that belongs to it.
    pub last_entry: u64,
}

/// What a plan says, as it is sealed and, once carried out, stands in the entry.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Details {
    pub(crate) version: u32,
    /// Random: nobody without the plan can test a guess against its digest.
    pub(crate) salt: String,
    pub(crate) day: Date,
    /// Entries in the log when it was made.
    pub(crate) size: u64,
    pub(crate) buckets: Vec<PlannedBucket>,
}

/// A bucket that is past its time, or will be, and what stands in the way.
#[derive(Clone, Debug, Serialize)]
pub struct Barred {
    /// Whose messages.
    pub custodian: String,
    /// Retention class.
    pub class: String,
    /// First day of the month of the messages.
    pub month: Date,
    /// Why.
    pub why: String,
}

/// A plan.
#[derive(Debug, Serialize)]
pub struct PlanReport {
    /// What it is called by in `approve` and `run`; null when nothing may be disposed of.
    pub plan: Option<String>,
    /// Day by which it was decided.
    pub day: Date,
    /// What may be disposed of.
    pub buckets: Vec<PlannedBucket>,
    /// What is past its time and may not be.
    pub barred: Vec<Barred>,
    /// Buckets that are not due.
    pub not_due: u64,
    /// Buckets that may be due and for which the operator has no key.
    pub unopened: u64,
}

impl PlanReport {
    /// 0, or 3 with something to look at.
    pub fn exit_code(&self) -> u8 {
        if self.barred.is_empty() && self.unopened == 0 { 0 } else { 3 }
    }
}

/// Makes a plan; the archive is not changed.
///
/// # Errors
/// [`JobError::NoRight`] without the right `delete`; [`JobError::Refused`] when nobody can tell what day it is.
pub fn plan(
    places: &Places,
    by: &Operator,
    now: i64,
    progress: Progress<'_>,
) -> Result<PlanReport, JobError> {
    let writer = places.writer(now)?;
    if !by.rights().has(access::Rights::DELETE) {
        return Err(JobError::NoRight { right: "delete" });
    }
    let facts = Facts::read(places, &writer)?;
    let day = facts.day(now)?;
    let fail = |e| places.fail(e);
    let archive = writer.archive();
    let labels = writer.labels().map_err(fail)?;
    let belonging = archive.belonging().map_err(fail)?;
    let stamps = Stamps::read(places, archive, by.keys())?;
    progress.begin(Phase::Verifying, Some(labels.len() as u64));
    let mut report =
        PlanReport { plan: None, day, buckets: Vec::new(), barred: Vec::new(), not_due: 0, unopened: 0 };
    for (number, label) in labels.iter().enumerate() {
        progress.check()?;
        progress.done(1);
        if archive.disposed_by(number).is_some() {
            continue;
        }
        let bad = || JobError::Integrity { what: format!("bucket {number}: malformed label") };
        let (custodian, bucket) = Bucket::decode_label(label).ok_or_else(bad)?;
        let id = archive.buckets().get(number).map(|b| b.id).ok_or_else(bad)?;
        // a restamp may have made it earlier than its label says
        if earliest(&bucket) > day && stamps.restamped(&id, None).is_none() {
            report.not_due += 1;
            continue;
        }
        if by.bucket(&id).map_err(fail)?.is_none() {
            report.unopened += 1;
            continue;
        }
        let belongs = belonging.get(&id).cloned().unwrap_or_default();
        let planned = look(places, (archive, &stamps), by, &id, &belongs, (&custodian, &bucket))?;
        let whose = Whose { id: &id, custodian: &custodian, bucket: &bucket, untimed: planned.untimed };
        match facts.bar(day, planned.due, &whose) {
            None => report.buckets.push(planned),
            Some(Bar::NotDue { .. }) => report.not_due += 1,
            Some(why) => report.barred.push(Barred {
                custodian,
                class: bucket.class.name().to_owned(),
                month: bucket.month,
                why: why.to_string(),
            }),
        }
    }
    report.buckets.sort_by(|a, b| a.bucket.cmp(&b.bucket));
    if !report.buckets.is_empty() {
        report.plan = Some(keep(places, &writer, &report)?);
    }
    Ok(report)
}

/// The first day on which a bucket could be due: classes that no departure ends run their full period.
fn earliest(bucket: &Bucket) -> Date {
    match bucket.class {
        Class::M25 | Class::C10 => {
            let end = add_years(bucket.month, bucket.class.years()).and_then(first_of_next_month);
            end.unwrap_or(Date::MAX)
        }
        Class::C10u | Class::E5 => bucket.month,
    }
}

/// Opens a bucket and finds the message that is due last.
fn look(
    places: &Places,
    (archive, stamps): (&Archive, &Stamps),
    by: &Operator,
    id: &[u8; 16],
    belongs: &Belonging,
    (custodian, bucket): (&str, &Bucket),
) -> Result<PlannedBucket, JobError> {
    let mut planned = PlannedBucket {
        bucket: wire::hex(id),
        custodian: custodian.to_owned(),
        class: bucket.class.name().to_owned(),
        month: bucket.month,
        tenure: bucket.tenure,
        due: Date::MIN,
        rules: Vec::new(),
        untimed: false,
        records: 0,
        segments: belongs.segments.len() as u64,
        attachments: belongs.blobs.len() as u64,
        bytes: belongs.bytes,
        last_entry: belongs.last,
    };
    let mut damaged = None;
    archive
        .records_in(by, id, &belongs.segments, &mut |record| {
            planned.records += 1;
            match verdict::decode(record.groups[7]) {
                Ok(verdict) => {
                    let untimed = |d: &String| d.starts_with("retention_time_");
                    planned.untimed |= verdict.doubts.iter().any(untimed);
                    let (due, rules) = match stamps.beside(id, &record) {
                        Ok(None) => (verdict.disposal_from, verdict.rules),
                        Ok(Some(beside)) => (beside.disposal_from, beside.rules),
                        Err(_) => {
                            damaged = Some(format!("entry {}: record {}", record.entry, record.place));
                            return Ok(());
                        }
                    };
                    if due > planned.due {
                        planned.due = due;
                        planned.rules = rules;
                    }
                }
                Err(_) => damaged = Some(format!("entry {}: record {}", record.entry, record.place)),
            }
            Ok(())
        })
        .map_err(|e| places.fail(e))?;
    if let Some(at) = damaged {
        return Err(JobError::Integrity { what: format!("{at}: malformed verdict") });
    }
    if planned.records == 0 {
        // a bucket of nothing but what was erased: its label says when its time is up
        let end = add_years(bucket.month.last_of_month(), bucket.class.years()).and_then(first_of_next_month);
        planned.due = end.unwrap_or(Date::MAX);
    }
    Ok(planned)
}

/// Puts a plan into the key store; gives what it is called.
fn keep(places: &Places, writer: &Writer, report: &PlanReport) -> Result<String, JobError> {
    let details = Details {
        version: 1,
        salt: salt()?,
        day: report.day,
        size: writer.archive().size(),
        buckets: report.buckets.clone(),
    };
    let plain = serde_json::to_vec(&details).map_err(|_| JobError::Internal { what: "plan".into() })?;
    let unhex = |b: &PlannedBucket| crate::operators::unhex(&b.bucket);
    let buckets: Option<Vec<[u8; 16]>> = report.buckets.iter().map(unhex).collect();
    let (day, buckets) = (days(report.day), buckets.unwrap_or_default());
    let clear = |plan| vec![DisposeBody { day, plan, buckets }.encode()];
    Request::keep(places, writer, EntryType::Dispose, plain, clear).map(|request| request.id)
}

/// Digest of a plan: `SHA-256("BA1.plan" | plan)`.
pub(crate) fn digest(plain: &[u8]) -> [u8; 32] {
    chain::hash(&[&vault::tag("BA1.plan"), plain])
}

/// A plan that lies in the key store.
pub(crate) struct Kept {
    pub(crate) request: Request,
    pub(crate) body: DisposeBody,
    pub(crate) details: Details,
}

impl Kept {
    /// What a request holds.
    pub(crate) fn of(request: Request) -> Result<Self, JobError> {
        let damaged = || JobError::Integrity { what: "the plan in the key store is damaged".to_owned() };
        let [clear] = request.clears.as_slice() else { return Err(damaged()) };
        let body = DisposeBody::decode(clear).ok_or_else(damaged)?;
        let details: Details = serde_json::from_slice(&request.plain).map_err(|_| damaged())?;
        let same = details.buckets.iter().map(|b| crate::operators::unhex(&b.bucket));
        let same = same.collect::<Option<Vec<_>>>().is_some_and(|ids| ids == body.buckets);
        if !request.is_of(&body.plan) || !same {
            return Err(damaged());
        }
        Ok(Self { request, body, details })
    }

    /// Messages in it.
    pub(crate) fn records(&self) -> u64 {
        self.details.buckets.iter().map(|b| b.records).sum()
    }
}

/// A plan that waits.
#[derive(Debug, Serialize)]
pub struct WaitingPlan {
    /// What it is called.
    pub plan: String,
    /// Day by which it was decided.
    pub day: Date,
    /// Persons who approved it.
    pub approvals: usize,
    /// What may be disposed of by it.
    pub buckets: Vec<PlannedBucket>,
}

/// Every plan that waits.
///
/// # Errors
/// What keeps the key store from being read.
pub fn waiting(places: &Places, now: i64) -> Result<Vec<WaitingPlan>, JobError> {
    let writer = places.writer(now)?;
    let requests = Request::all(places, writer.archive(), writer.keys(), EntryType::Dispose)?;
    requests.into_iter().map(|request| waits(places, &writer, request)).collect()
}

/// The plan that is called so, before it is approved or carried out.
///
/// # Errors
/// [`JobError::BadValue`] where there is no such plan.
pub fn show(places: &Places, called: &str, now: i64) -> Result<WaitingPlan, JobError> {
    let writer = places.writer(now)?;
    let request = Request::read(places, writer.archive(), writer.keys(), EntryType::Dispose, called)?;
    waits(places, &writer, request)
}

fn waits(places: &Places, writer: &Writer, request: Request) -> Result<WaitingPlan, JobError> {
    let approvals = request.approvals(places, writer)?.len();
    let Kept { request, body: _, details } = Kept::of(request)?;
    Ok(WaitingPlan { plan: request.id, day: details.day, approvals, buckets: details.buckets })
}

/// What became of an approval.
#[derive(Debug, Serialize)]
pub struct Approved {
    /// The plan.
    pub plan: String,
    /// Day by which it was decided.
    pub day: Date,
    /// Buckets in it.
    pub buckets: usize,
    /// Messages in it.
    pub records: u64,
    /// Persons who approved it.
    pub approvals: usize,
}

/// Approves a plan: a signature over exactly it. Two different persons must.
///
/// # Errors
/// [`JobError::NoRight`] without the right `delete`, [`JobError::BadValue`] where there is no such plan.
pub fn approve(places: &Places, by: &Operator, called: &str, now: i64) -> Result<Approved, JobError> {
    let writer = places.writer(now)?;
    let request = Request::read(places, writer.archive(), by.keys(), EntryType::Dispose, called)?;
    let kept = Kept::of(request)?;
    let asked = kept.request.approve(places, &writer, by, (access::Rights::DELETE, "delete"), now)?;
    Ok(Approved {
        approvals: asked.approvals,
        day: kept.details.day,
        buckets: kept.details.buckets.len(),
        records: kept.records(),
        plan: asked.request,
    })
}
