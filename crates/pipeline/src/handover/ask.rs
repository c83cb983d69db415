//! Asking for a hand-over and approving it. Asking opens no message: what is asked for is a person, a period and a
//! receiver's key; that nothing has changed since is looked at when the package is made.

use std::path::PathBuf;

use access::HandoverBody;
use archive::{Operator, Writer};
use chain::EntryType;
use jiff::civil::Date;
use model::wire;
use policy::Bucket;
use serde::Serialize;

use super::key::{self, ReceiverKey};
use super::{Details, RIGHT};
use crate::clock::days;
use crate::disposal::{Facts, PLAN_HOLDS};
use crate::error::JobError;
use crate::holds::{self, Travelling};
use crate::places::Places;
use crate::requests::{Asked, Request, must, salt};

/// A hand-over to be asked for.
#[derive(Clone, Debug, Default)]
pub struct NewHandover {
    /// Whose messages.
    pub custodian: String,
    /// First day of the messages; all without either.
    pub from: Option<Date>,
    /// Last day of the messages.
    pub to: Option<Date>,
    /// The receiver's key file.
    pub key: PathBuf,
    /// Why; no content.
    pub reason: String,
    /// The decision it rests on.
    pub decision: String,
}

/// A request for a hand-over.
#[derive(Debug, Serialize)]
pub struct AskReport {
    /// What it is called, and who approved it so far.
    #[serde(flatten)]
    pub asked: Asked,
    /// Number of the receiver's archive, hexadecimal.
    pub receiver: String,
    /// Words to compare with the receiver by telephone.
    pub words: String,
    /// Buckets that are handed over.
    pub buckets: usize,
    /// Holds that go along: their entries.
    pub holds: Vec<u64>,
}

/// A request that waits.
#[derive(Debug, Serialize)]
pub struct Waiting {
    /// What it is called.
    pub request: String,
    /// Persons who approved it.
    pub approvals: usize,
    /// Whose messages.
    pub custodian: String,
    /// Number of the receiver's archive, hexadecimal.
    pub receiver: String,
    /// Words to compare with the receiver by telephone.
    pub words: String,
    /// The decision it rests on.
    pub decision: String,
}

fn refuse(why: impl Into<String>) -> JobError {
    JobError::Refused { why: why.into() }
}

/// What a hand-over is of, as the archive stands.
pub(super) struct Subject {
    /// Numbers of the buckets, and which they are.
    pub(super) buckets: Vec<(usize, Bucket)>,
    /// Number of each bucket, hexadecimal, and the newest entry that belongs to it.
    pub(super) named: Vec<(String, u64)>,
    pub(super) holds: Vec<Travelling>,
    pub(super) register_version: u64,
    pub(super) day: Date,
}

impl Subject {
    /// Finds it; refuses while messages of the person await a decision.
    pub(super) fn find(
        places: &Places,
        writer: &Writer,
        custodian: &str,
        now: i64,
    ) -> Result<Self, JobError> {
        let register = crate::register::load(places, writer)?;
        register.custodian(custodian).ok_or(JobError::UnknownCustodian)?;
        let facts = Facts::read(places, writer)?;
        let day = facts.day(now)?;
        let fail = |e| places.fail(e);
        let archive = writer.archive();
        let belonging = archive.belonging().map_err(fail)?;
        let (mut buckets, mut named) = (Vec::new(), Vec::new());
        for (number, (made, label)) in
            archive.buckets().iter().zip(writer.labels().map_err(fail)?).enumerate()
        {
            let bad = || JobError::Integrity { what: format!("bucket {number}: malformed label") };
            let (owner, bucket) = Bucket::decode_label(&label).ok_or_else(bad)?;
            if owner != custodian || archive.disposed_by(number).is_some() {
                continue;
            }
            if facts.awaits_decision(&made.id) {
                let why = "messages of this person are in the holding area and await a decision: they must be settled first";
                return Err(refuse(why));
            }
            named.push((wire::hex(&made.id), belonging.get(&made.id).map(|b| b.last).unwrap_or_default()));
            buckets.push((number, bucket));
        }
        if buckets.is_empty() {
            return Err(refuse("there is nothing of this person to hand over"));
        }
        let holds = holds::travelling(places, writer, custodian, day)?;
        Ok(Self { buckets, named, holds, register_version: register.version(), day })
    }
}

/// Asks for a hand-over, and approves it as the one who asks; nothing leaves the archive.
///
/// # Errors
/// [`JobError::NoRight`] without the right `admin`; [`JobError::UnknownCustodian`]; [`JobError::Refused`] while messages
/// await a decision.
pub fn ask(places: &Places, by: &Operator, new: &NewHandover, now: i64) -> Result<AskReport, JobError> {
    let bad = |what: &'static str, why: &str| JobError::BadValue { what, why: why.to_owned() };
    if [&new.reason, &new.decision].iter().any(|text| text.trim().is_empty()) {
        return Err(bad("reason and decision", "must say something"));
    }
    if new.from.zip(new.to).is_some_and(|(from, to)| to < from) {
        return Err(bad("period", "ends before it begins"));
    }
    let key = key::read(&new.key)?;
    let writer = places.writer(now)?;
    must(&writer, by, RIGHT, now)?;
    if key.archive == *writer.archive().id() {
        return Err(bad("hand-over key", "is this archive's own"));
    }
    let subject = Subject::find(places, &writer, &new.custodian, now)?;
    let holds: Vec<u64> = subject.holds.iter().map(|h| h.hold).collect();
    let details = Details {
        version: 1,
        salt: salt()?,
        day: subject.day,
        size: writer.archive().size(),
        custodian: new.custodian.clone(),
        from: new.from,
        to: new.to,
        key: key.text.clone(),
        reason: new.reason.trim().to_owned(),
        decision: new.decision.trim().to_owned(),
        asked_by: wire::hex(&by.id()),
        register_version: subject.register_version,
        holds: holds.clone(),
        buckets: subject.named,
    };
    let plain = serde_json::to_vec(&details).map_err(|_| JobError::Internal { what: "request".into() })?;
    let request = Request::keep(places, &writer, EntryType::Handover, plain, |plan| {
        vec![HandoverBody { plan }.encode()]
    })?;
    let asked = request.approve(places, &writer, by, RIGHT, now)?;
    let buckets = subject.buckets.len();
    Ok(AskReport { asked, receiver: wire::hex(&key.archive), words: key.words(), buckets, holds })
}

/// Approves a request: a signature over exactly it. Two different persons must, the one who asks is one.
///
/// # Errors
/// [`JobError::NoRight`] without the right `admin`, [`JobError::BadValue`] where there is no such request.
pub fn approve(places: &Places, by: &Operator, called: &str, now: i64) -> Result<Asked, JobError> {
    let writer = places.writer(now)?;
    let request = Request::read(places, writer.archive(), writer.keys(), EntryType::Handover, called)?;
    opened(&request)?;
    request.approve(places, &writer, by, RIGHT, now)
}

/// A request as it was asked for.
pub(super) fn opened(request: &Request) -> Result<(Details, ReceiverKey), JobError> {
    let damaged = || JobError::Integrity { what: "a request in the key store is damaged".to_owned() };
    let details: Details = serde_json::from_slice(&request.plain).map_err(|_| damaged())?;
    let [clear] = request.clears.as_slice() else { return Err(damaged()) };
    HandoverBody::decode(clear).filter(|body| request.is_of(&body.plan)).ok_or_else(damaged)?;
    let key = ReceiverKey::parse(&details.key)?;
    Ok((details, key))
}

/// Every request that waits.
///
/// # Errors
/// What keeps the key store from being read.
pub fn waiting(places: &Places, now: i64) -> Result<Vec<Waiting>, JobError> {
    let writer = places.writer(now)?;
    let requests = Request::all(places, writer.archive(), writer.keys(), EntryType::Handover)?;
    let waiting = |request: Request| {
        let (details, key) = opened(&request)?;
        let approvals = request.approvals(places, &writer)?.len();
        let Details { custodian, decision, .. } = details;
        let (receiver, words) = (wire::hex(&key.archive), key.words());
        Ok(Waiting { request: request.id, approvals, custodian, receiver, words, decision })
    };
    requests.into_iter().map(waiting).collect()
}

/// Whether what was asked for may still be handed over, as it was then.
pub(super) fn still(
    places: &Places,
    writer: &Writer,
    details: &Details,
    now: i64,
) -> Result<Subject, JobError> {
    let subject = Subject::find(places, writer, &details.custodian, now)?;
    if !(0..=PLAN_HOLDS).contains(&(days(subject.day) - days(details.day))) {
        return Err(refuse(format!("the request is of {}: ask anew", details.day)));
    }
    if subject.register_version != details.register_version {
        return Err(refuse("the register has changed since the request: ask anew"));
    }
    if subject.named != details.buckets {
        return Err(refuse("messages of this person have come or gone since the request: ask anew"));
    }
    if subject.holds.iter().map(|h| h.hold).ne(details.holds.iter().copied()) {
        return Err(refuse("other holds are in force than when it was asked for: ask anew"));
    }
    Ok(subject)
}
