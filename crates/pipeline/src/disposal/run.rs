//! Carrying a disposal out: what two persons approved, if it still may be. Holds, the day and what belongs to
//! each bucket are looked at again inside the transaction that makes it irrevocable; what a stop leaves is
//! completed by the next writer and closed here.

use access::DisposedBody;
use archive::{ArchiveError, Custody, Disposal, Entry, Operator, Writer};
use chain::EntryType;
use policy::Bucket;
use serde::{Deserialize, Serialize};

use super::plan::Kept;
use super::{Facts, Whose};
use crate::clock::{civil, days};
use crate::error::JobError;
use crate::keycopies;
use crate::places::Places;
use crate::requests::Request;

/// Days for which a plan holds.
pub(crate) const PLAN_HOLDS: i32 = 90;

/// Copies of the key store that were made before a disposal, as the operator states them.
#[derive(Clone, Debug, Default)]
pub struct Copies {
    /// Each by the name the authority knows it by.
    pub names: Vec<String>,
    /// Stated that there is none besides those named.
    pub no_others: bool,
}

impl Copies {
    fn stated(&self) -> Vec<String> {
        self.names.iter().cloned().chain((!self.no_others).then(|| UNSTATED.to_owned())).collect()
    }
}

/// Stands for what nobody stated.
pub(crate) const UNSTATED: &str = "other copies of the key store made before the disposal: not stated";

/// What is sealed in the entry that closes an act.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Closing {
    pub(crate) version: u32,
    /// What was done.
    pub(crate) method: String,
    /// Copies that could still hold the keys.
    pub(crate) pending: Vec<String>,
}

/// What is sealed in an entry that confirms that a copy is gone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Confirmation {
    pub(crate) version: u32,
    pub(crate) copy: String,
    pub(crate) reference: Option<String>,
}

/// What became of a disposal.
#[derive(Debug, Serialize)]
pub struct RunReport {
    /// Entries of the acts that were completed and closed, those begun before included.
    pub closed: Vec<u64>,
    /// Buckets of the plan.
    pub buckets: usize,
    /// Messages of the plan, every version counted.
    pub records: u64,
    /// Copies that are pending.
    pub pending: Vec<String>,
    /// The key of the epoch before was in split custody; the key of the new one lies in the key store until it is
    /// split too.
    pub split_again: bool,
    /// Requests that were carried out before by somebody who died before they were forgotten.
    #[serde(skip)]
    pub(crate) done_before: Vec<String>,
}

impl RunReport {
    /// Whether a request that is called so was carried out before.
    pub(crate) fn was_done(&self, called: &str) -> bool {
        let called = called.to_lowercase();
        !called.is_empty() && self.done_before.iter().any(|id| id.starts_with(&called))
    }

    /// 0, or 3 while copies are pending or the new epoch's key is not split.
    pub fn exit_code(&self) -> u8 {
        if self.pending.is_empty() && !self.split_again { 0 } else { 3 }
    }
}

/// Carries out a plan, or without one completes and closes what was begun.
///
/// # Errors
/// [`JobError::Refused`] when it may not be any more; nothing is then touched. [`JobError::OnePerson`] when two
/// different persons have not approved it. [`JobError::NoRight`] without the rights `delete` and `admin`,
/// [`JobError::NoEpochKey`] without the epoch's key. [`JobError::Busy`] while the archive is read: run again.
pub fn run(
    places: &Places,
    by: &Operator,
    called: Option<&str>,
    copies: &Copies,
    now: i64,
) -> Result<RunReport, JobError> {
    let (mut writer, mut report) = begin(places, by, copies, now)?;
    let Some(called) = called.filter(|called| !report.was_done(called)) else { return Ok(report) };
    let kept = Kept::of(Request::read(places, writer.archive(), by.keys(), EntryType::Dispose, called)?)?;
    let approvals = kept.request.by_two(places, &writer)?.remove(0);
    let number = writer.archive().authority().epoch().map(|e| e.number).unwrap_or_default();
    let fail = |e| places.fail(e);
    let current = by.epoch(number).map_err(fail)?;
    let current = current.ok_or(JobError::NoEpochKey)?;
    let area = places.area().map_err(fail)?;
    let keep = |number, pair: &vault::KeyPair| by.keep_epoch(number, pair);
    let custody = Custody { current, keep: &keep, held: Some(&area) };
    let recheck = |writer: &Writer| still(places, writer, &kept, now).map_err(refused);
    let disposal = Disposal { body: &kept.body, plain: &kept.request.plain, approvals: &approvals };
    writer.dispose(by, &disposal, &custody, &recheck).map_err(fail)?;
    report.buckets = kept.details.buckets.len();
    report.records = kept.records();
    report.split_again = crate::custody::was_split(by.keys(), number);
    report.closed.extend(close_all(places, by, &mut writer, copies)?);
    kept.request.forget(places, by.keys())?;
    Ok(report)
}

/// What was done to buckets that were disposed of.
const OF_BUCKETS: &str = "keys destroyed, epoch renewed, bodies removed, write-ahead log emptied";
/// What was done to buckets that something was taken out of.
const OF_RECORDS: &str = "records and their salts removed, key of the bucket replaced, epoch renewed, bodies of \
                          attachments removed, database written anew, write-ahead log emptied";

/// Takes the archive to write, completes and closes what was begun, and says which copies will be pending: those
/// that are stated, and those that the log knows.
pub(crate) fn begin(
    places: &Places,
    by: &Operator,
    copies: &Copies,
    now: i64,
) -> Result<(Writer, RunReport), JobError> {
    let mut writer = places.writer(now)?;
    let known = keycopies::known(places, writer.archive(), writer.keys())?;
    let there = known.iter().filter(|copy| !copy.gone).map(keycopies::KeyCopy::name);
    let pending = copies.stated().into_iter().chain(there).collect();
    let closed = close_all(places, by, &mut writer, copies)?;
    let mut done_before = Vec::new();
    for kind in [EntryType::Dispose, EntryType::Erase, EntryType::Transfer] {
        done_before.extend(Request::forget_done(places, writer.archive(), writer.keys(), kind)?);
    }
    Ok((writer, RunReport { closed, buckets: 0, records: 0, pending, split_again: false, done_before }))
}

/// Completes and closes every act that was begun; gives their entries.
pub(crate) fn close_all(
    places: &Places,
    by: &Operator,
    writer: &mut Writer,
    copies: &Copies,
) -> Result<Vec<u64>, JobError> {
    let mut closed = Vec::new();
    for act in writer.unfinished() {
        let of_buckets = writer.archive().disposed_in(act);
        let method = if of_buckets { OF_BUCKETS } else { OF_RECORDS };
        let closing = Closing { version: 1, method: method.to_owned(), pending: copies.stated() };
        let plain =
            serde_json::to_vec(&closing).map_err(|_| JobError::Internal { what: "closing".into() })?;
        writer.close(by, act, &plain).map_err(|e| places.fail(e))?;
        closed.push(act);
    }
    Ok(closed)
}

/// What a check found, as the archive carries it through.
pub(crate) fn refused(e: JobError) -> ArchiveError {
    match e {
        JobError::Refused { why } => ArchiveError::Refused(why),
        other => ArchiveError::Refused(other.to_string()),
    }
}

/// Whether a plan may still be carried out.
fn still(places: &Places, writer: &Writer, kept: &Kept, now: i64) -> Result<(), JobError> {
    let refuse = |why: String| Err(JobError::Refused { why });
    let facts = Facts::read(places, writer)?;
    let today = facts.day(now)?;
    let age = days(today) - days(kept.details.day);
    if !(0..=PLAN_HOLDS).contains(&age) {
        return refuse(format!("the plan is of {}: make a new one", kept.details.day));
    }
    let fail = |e| places.fail(e);
    let archive = writer.archive();
    let labels = writer.labels().map_err(fail)?;
    let belonging = archive.belonging().map_err(fail)?;
    let planned: std::collections::HashMap<&[u8; 16], _> =
        kept.body.buckets.iter().zip(&kept.details.buckets).collect();
    let stamps = crate::restamp::Stamps::read(places, archive, writer.keys())?;
    let mut seen = 0;
    for (number, (made, label)) in archive.buckets().iter().zip(&labels).enumerate() {
        let Some(plan) = planned.get(&made.id) else { continue };
        seen += 1;
        let at = format!("bucket {}", plan.bucket.get(..8).unwrap_or_default());
        if archive.disposed_by(number).is_some() {
            return refuse(format!("{at} was disposed of already"));
        }
        if stamps.restamped(&made.id, None).is_some_and(|entry| entry >= kept.details.size) {
            return refuse(format!("{at} was stamped otherwise since the plan was made: make a new one"));
        }
        let last = belonging.get(&made.id).map(|b| b.last).unwrap_or_default();
        if last != plan.last_entry {
            return refuse(format!("{at} has grown since the plan was made: make a new one"));
        }
        let (custodian, bucket) = Bucket::decode_label(label)
            .ok_or_else(|| JobError::Integrity { what: format!("bucket {number}: malformed label") })?;
        let whose = Whose { id: &made.id, custodian: &custodian, bucket: &bucket, untimed: plan.untimed };
        if let Some(bar) = facts.bar(today, plan.due, &whose) {
            return refuse(format!("{at}: {bar}"));
        }
    }
    if seen == planned.len() { Ok(()) } else { refuse("the plan is of another archive".to_owned()) }
}

/// Confirms that a copy that was pending is gone; gives the entry's number.
///
/// # Errors
/// [`JobError::BadValue`] where nothing of that name is pending, [`JobError::NoRight`] without the right `delete`.
pub fn confirm(
    places: &Places,
    by: &Operator,
    act: u64,
    copy: &str,
    reference: Option<&str>,
    now: i64,
) -> Result<u64, JobError> {
    civil(now)?;
    let certificate = super::certificates(places)?.into_iter().find(|c| c.entry == act);
    let pending = certificate.map(|c| c.pending).unwrap_or_default();
    // one that the log knows is gone for every act
    let known = keycopies::list(places)?;
    if let Some(known) = known.iter().find(|known| !known.gone && known.name() == copy) {
        return keycopies::gone(places, by, known.entry, reference, now);
    }
    // the one that nobody named can be meant by a word
    let copy = if copy == "others" { UNSTATED } else { copy };
    if !pending.iter().any(|name| name == copy) {
        let why = "is not pending; dispose list shows what is".to_owned();
        return Err(JobError::BadValue { what: "copy", why });
    }
    let confirmation =
        Confirmation { version: 1, copy: copy.to_owned(), reference: reference.map(str::to_owned) };
    let plain =
        serde_json::to_vec(&confirmation).map_err(|_| JobError::Internal { what: "confirmation".into() })?;
    let clear = DisposedBody::Confirmed.encode();
    let entry = Entry { kind: EntryType::Disposed, clear: &clear, plain: &plain };
    let mut writer = places.writer(now)?;
    writer.append_about(&entry, act, &[&by.signer()]).map_err(|e| places.fail(e))
}
