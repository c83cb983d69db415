//! Asking for a restamp, approving and carrying it out. Asking reads the times of the messages, so it needs the
//! keys of their buckets; carrying it out needs none. What makes nothing due earlier, one person may do.

use access::{RestampBody, Rights};
use archive::{Archive, Entry, Operator, Writer};
use chain::EntryType;
use jiff::civil::Date;
use model::wire;
use policy::{Bucket, Stamp};
use serde::Serialize;

use super::stamps::{Stamps, same, time};
use super::{Details, Due, Restamped};
use crate::clock::civil;
use crate::disposal::refused;
use crate::error::JobError;
use crate::places::Places;
use crate::progress::{Phase, Progress};
use crate::requests::{Asked, Request, must, salt};

/// Who may.
const RIGHT: (Rights, &str) = (Rights::ADMIN, "admin");

/// What a restamp would do.
#[derive(Debug, Serialize)]
pub struct AskReport {
    /// What the request is called; null where nothing would change.
    #[serde(flatten)]
    pub asked: Option<Asked>,
    /// Whether a second person must approve it: something is due earlier.
    pub needs_approval: bool,
    /// The buckets.
    pub buckets: Vec<Restamped>,
    /// Buckets that might change and for which the operator has no key.
    pub unopened: u64,
}

impl AskReport {
    /// 0, or 3 when not everything could be looked at.
    pub fn exit_code(&self) -> u8 {
        if self.unopened == 0 { 0 } else { 3 }
    }
}

/// A request that waits.
#[derive(Debug, Serialize)]
pub struct Waiting {
    /// What it is called.
    pub request: String,
    /// Persons who approved it.
    pub approvals: usize,
    /// Whether a second person must.
    pub needs_approval: bool,
    /// The decision it rests on.
    pub reference: String,
    /// The buckets.
    pub buckets: Vec<Restamped>,
}

/// What was carried out.
#[derive(Debug, Serialize)]
pub struct Ran {
    /// The entry.
    pub entry: u64,
    /// Buckets in it.
    pub buckets: usize,
    /// Messages that are stamped otherwise from now on.
    pub changed: u64,
}

/// Finds what the register would stamp otherwise, of one custodian where `only` is given, and asks for it.
///
/// # Errors
/// [`JobError::NoRight`] without the right `admin`, [`JobError::UnknownCustodian`].
pub fn ask(
    places: &Places,
    by: &Operator,
    only: Option<&str>,
    reference: &str,
    now: i64,
    progress: Progress<'_>,
) -> Result<AskReport, JobError> {
    let writer = places.writer(now)?;
    must(&writer, by, RIGHT, now)?;
    let register = crate::register::load(places, &writer)?;
    if only.is_some_and(|id| register.custodian(id).is_none()) {
        return Err(JobError::UnknownCustodian);
    }
    let archive = writer.archive();
    let stamps = Stamps::read(places, archive, by.keys())?;
    let labels = writer.labels().map_err(|e| places.fail(e))?;
    let belonging = archive.belonging().map_err(|e| places.fail(e))?;
    progress.begin(Phase::Verifying, Some(labels.len() as u64));
    let mut report = AskReport { asked: None, needs_approval: false, buckets: Vec::new(), unopened: 0 };
    for (number, (made, label)) in archive.buckets().iter().zip(&labels).enumerate() {
        progress.check()?;
        progress.done(1);
        let bad = || JobError::Integrity { what: format!("bucket {number}: malformed label") };
        let (owner, bucket) = Bucket::decode_label(label).ok_or_else(bad)?;
        if only.is_some_and(|id| id != owner) || archive.disposed_by(number).is_some() {
            continue;
        }
        if by.bucket(&made.id).map_err(|e| places.fail(e))?.is_none() {
            report.unopened += 1;
            continue;
        }
        let belongs = belonging.get(&made.id).cloned().unwrap_or_default();
        let mut found = look(places, archive, by, &stamps, (number, &made.id), None)?;
        found.last_entry = belongs.last;
        found.custodian = owner;
        found.month = bucket.month;
        found.class = bucket.class.name().to_owned();
        if found.changed > 0 {
            report.buckets.push(found);
        }
    }
    report.buckets.sort_by(|a, b| a.bucket.cmp(&b.bucket));
    report.needs_approval = report.buckets.iter().any(|b| b.earlier > 0);
    if report.buckets.is_empty() {
        return Ok(report);
    }
    let details = Details {
        version: 1,
        salt: salt()?,
        day: civil(now)?,
        register_version: stamps.version(),
        size: writer.archive().size(),
        reference: reference.to_owned(),
        buckets: report.buckets.clone(),
    };
    let plain = serde_json::to_vec(&details).map_err(|_| JobError::Internal { what: "request".into() })?;
    let of = |earlier: bool| -> Vec<[u8; 16]> {
        let those = report.buckets.iter().filter(move |b| (b.earlier > 0) == earlier);
        those.filter_map(|b| crate::operators::unhex(&b.bucket)).collect()
    };
    let request = Request::keep(places, &writer, EntryType::Restamp, plain, |plan| {
        vec![RestampBody { plan, longer: of(false), shorter: of(true) }.encode()]
    })?;
    report.asked = Some(request.approve(places, &writer, by, RIGHT, now)?);
    Ok(report)
}

/// Counts what changes in a bucket between what counts (before some entry, or now) and the register now.
fn look(
    places: &Places,
    archive: &Archive,
    by: &Operator,
    stamps: &Stamps,
    (number, id): (usize, &[u8; 16]),
    before: Option<u64>,
) -> Result<Restamped, JobError> {
    let mut found = Tallied::default();
    let mut wrong = None;
    archive
        .records(by, number, &mut |record| {
            // what another archive stamped is not this register's to stamp
            if stamps.stamped_elsewhere(&record.run, id) {
                return Ok(());
            }
            // made once a run and remembered
            let was = stamps.counting(&record.run, id, before);
            let is = stamps.as_of(&record.run, id, stamps.version());
            let (was, is, time) = match (was, is, time(record.groups[0])) {
                (Ok(was), Ok(is), Some(time)) => (was, is, time),
                (Err(e), _, _) | (_, Err(e), _) => {
                    wrong = Some(e);
                    return Ok(());
                }
                _ => {
                    let what = format!("entry {}: record {}: cannot be read", record.entry, record.place);
                    wrong = Some(JobError::Integrity { what });
                    return Ok(());
                }
            };
            found.add(&was.stamp(time), &is.stamp(time));
            Ok(())
        })
        .map_err(|e| places.fail(e))?;
    match wrong {
        Some(e) => Err(e),
        None => Ok(found.of(id)),
    }
}

/// What a restamp does to the messages of a bucket, as it is counted.
#[derive(Clone, Debug, Default)]
pub(super) struct Tallied {
    pub(super) records: u64,
    pub(super) changed: u64,
    pub(super) earlier: u64,
    before: Option<Stamp>,
    after: Option<Stamp>,
}

impl Tallied {
    pub(super) fn add(&mut self, was: &Stamp, is: &Stamp) {
        self.records += 1;
        self.changed += u64::from(!same(was, is));
        self.earlier += u64::from(is.disposal_from < was.disposal_from);
        for (last, stamp) in [(&mut self.before, was), (&mut self.after, is)] {
            if last.as_ref().is_none_or(|last| last.disposal_from < stamp.disposal_from) {
                *last = Some(*stamp);
            }
        }
    }

    /// Takes in what another part of the bucket gave.
    pub(super) fn join(&mut self, other: &Self) {
        self.records += other.records;
        self.changed += other.changed;
        self.earlier += other.earlier;
        for (last, stamp) in [(&mut self.before, other.before), (&mut self.after, other.after)] {
            let Some(stamp) = stamp else { continue };
            if last.as_ref().is_none_or(|last| last.disposal_from < stamp.disposal_from) {
                *last = Some(stamp);
            }
        }
    }

    /// Last days, before and after.
    pub(super) fn due(&self) -> (Option<Date>, Option<Date>) {
        (self.before.map(|s| s.disposal_from), self.after.map(|s| s.disposal_from))
    }

    fn of(&self, id: &[u8; 16]) -> Restamped {
        let due = |stamp: &Option<Stamp>| {
            stamp.map_or_else(Due::default, |stamp| Due {
                due: stamp.disposal_from,
                class: stamp.class.name().to_owned(),
                rules: stamp.rules.iter().map(|rule| policy::Code::id(rule).to_owned()).collect(),
            })
        };
        Restamped {
            bucket: wire::hex(id),
            custodian: String::new(),
            month: Date::default(),
            class: String::new(),
            last_entry: 0,
            records: self.records,
            changed: self.changed,
            earlier: self.earlier,
            before: due(&self.before),
            after: due(&self.after),
        }
    }
}

/// Approves a request: a signature over exactly it.
///
/// # Errors
/// [`JobError::NoRight`] without the right `admin`, [`JobError::BadValue`] where there is no such request.
pub fn approve(places: &Places, by: &Operator, called: &str, now: i64) -> Result<Asked, JobError> {
    let writer = places.writer(now)?;
    let request = Request::read(places, writer.archive(), writer.keys(), EntryType::Restamp, called)?;
    request.approve(places, &writer, by, RIGHT, now)
}

fn opened(request: &Request) -> Result<(Details, RestampBody), JobError> {
    let damaged = || JobError::Integrity { what: "a request in the key store is damaged".to_owned() };
    let details: Details = serde_json::from_slice(&request.plain).map_err(|_| damaged())?;
    let [clear] = request.clears.as_slice() else { return Err(damaged()) };
    let body = RestampBody::decode(clear).ok_or_else(damaged)?;
    if request.is_of(&body.plan) { Ok((details, body)) } else { Err(damaged()) }
}

/// Every request that waits.
///
/// # Errors
/// What keeps the key store from being read.
pub fn waiting(places: &Places, now: i64) -> Result<Vec<Waiting>, JobError> {
    let writer = places.writer(now)?;
    let requests = Request::all(places, writer.archive(), writer.keys(), EntryType::Restamp)?;
    let waiting = |request: Request| {
        let (details, body) = opened(&request)?;
        let approvals = request.approvals(places, &writer)?.len();
        let Details { reference, buckets, .. } = details;
        let needs_approval = !body.shorter.is_empty();
        Ok(Waiting { request: request.id, approvals, needs_approval, reference, buckets })
    };
    requests.into_iter().map(waiting).collect()
}

/// Carries a request out.
///
/// # Errors
/// [`JobError::OnePerson`] when something would be due earlier and two different persons have not approved it;
/// [`JobError::Refused`] when the register or the buckets are others than when it was asked for.
pub fn run(places: &Places, by: &Operator, called: &str, now: i64) -> Result<Ran, JobError> {
    let mut writer = places.writer(now)?;
    let kind = EntryType::Restamp;
    let done = Request::forget_done(places, writer.archive(), writer.keys(), kind)?;
    if !called.is_empty() && done.iter().any(|id| id.starts_with(&called.to_lowercase())) {
        return Err(JobError::Refused { why: "it was carried out already".to_owned() });
    }
    let request = Request::read(places, writer.archive(), writer.keys(), kind, called)?;
    let (details, body) = opened(&request)?;
    let approvals: Vec<_> = if body.shorter.is_empty() {
        Vec::new()
    } else {
        request.by_two(places, &writer)?.into_iter().flatten().collect()
    };
    let recheck = |writer: &Writer| still(places, writer, &details).map_err(refused);
    let clear = body.encode();
    let entry = Entry { kind: EntryType::Restamp, clear: &clear, plain: &request.plain };
    let entry = writer.append_approved(by, &entry, &approvals, &recheck).map_err(|e| places.fail(e))?;
    request.forget(places, by.keys())?;
    let changed = details.buckets.iter().map(|b| b.changed).sum();
    Ok(Ran { entry, buckets: details.buckets.len(), changed })
}

/// Whether a request still says what is.
fn still(places: &Places, writer: &Writer, details: &Details) -> Result<(), JobError> {
    let refuse = |why: String| Err(JobError::Refused { why });
    if crate::register::load(places, writer)?.version() != details.register_version {
        return refuse("the register has changed since the request: ask anew".to_owned());
    }
    let archive = writer.archive();
    let belonging = archive.belonging().map_err(|e| places.fail(e))?;
    let stamps = Stamps::read(places, archive, writer.keys())?;
    for planned in &details.buckets {
        let at = format!("bucket {}", planned.bucket.get(..8).unwrap_or_default());
        let id = crate::operators::unhex(&planned.bucket).unwrap_or_default();
        // two who ask for the same; or it was carried out, and whoever did that died before the request was forgotten
        if stamps.restamped(&id, None).is_some_and(|entry| entry >= details.size) {
            return refuse(format!("{at} was stamped otherwise since the request: ask anew"));
        }
        let number = archive.buckets().iter().position(|bucket| bucket.id == id);
        if number.is_some_and(|number| archive.disposed_by(number).is_some()) {
            return refuse(format!("{at} was disposed of since the request: ask anew"));
        }
        let last = belonging.get(&id).map(|b| b.last);
        if last.unwrap_or_default() != planned.last_entry {
            return refuse(format!("{at} has grown since the request: ask anew"));
        }
    }
    Ok(())
}
