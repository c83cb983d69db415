//! Carrying a transfer out: what two persons approved, if it still may be.

use std::collections::HashMap;

use access::EraseBody;
use archive::{Aspect, Custody, Move, Moving, Operator, Transfer, Writer};
use chain::EntryType;
use model::{Message, canonical};
use policy::{Custodian, Handle};
use serde::Serialize;

use super::Details;
use crate::disposal::{Copies, RunReport, begin, close_all, refused};
use crate::erasure::ErasedBucket;
use crate::erasure::find::{At, find};
use crate::erasure::leaving::{opened, place_of, still};
use crate::error::JobError;
use crate::known::known_as;
use crate::places::Places;
use crate::requests::Request;
use crate::restamp::{Stamps, time};
use crate::{ingest, scope};

/// A request that waits.
#[derive(Debug, Serialize)]
pub struct Waiting {
    /// What it is called.
    pub request: String,
    /// Persons who approved it.
    pub approvals: usize,
    /// Whose they are said to be.
    pub from: String,
    /// Whose they are.
    pub to: String,
    /// The decision it rests on.
    pub decision: String,
    /// What leaves which bucket.
    pub buckets: Vec<ErasedBucket>,
}

/// Every request that waits.
///
/// # Errors
/// What keeps the key store from being read.
pub fn waiting(places: &Places, now: i64) -> Result<Vec<Waiting>, JobError> {
    let writer = places.writer(now)?;
    let requests = Request::all(places, writer.archive(), writer.keys(), EntryType::Transfer)?;
    let waiting = |request: Request| {
        let (details, _) = opened::<Details>(&request)?;
        let approvals = request.approvals(places, &writer)?.len();
        let Details { from, to, decision, buckets, .. } = details;
        Ok(Waiting { request: request.id, approvals, from, to, decision, buckets })
    };
    requests.into_iter().map(waiting).collect()
}

/// Carries out a request, or without one completes and closes what was begun.
///
/// # Errors
/// As `erasure::run`.
pub fn run(
    places: &Places,
    by: &Operator,
    called: Option<&str>,
    copies: &Copies,
    now: i64,
) -> Result<RunReport, JobError> {
    let (mut writer, mut report) = begin(places, by, copies, now)?;
    let Some(called) = called.filter(|called| !report.was_done(called)) else { return Ok(report) };
    let request = Request::read(places, writer.archive(), writer.keys(), EntryType::Transfer, called)?;
    let (details, bodies) = opened::<Details>(&request)?;
    let approvals = request.by_two(places, &writer)?;
    let check = |writer: &Writer| {
        still(places, writer, (details.day, &details.buckets, &bodies), now)?;
        let version = crate::register::load(places, writer)?.version();
        let changed =
            || JobError::Refused { why: "the register has changed since the request: ask anew".into() };
        if version == details.register_version { Ok(()) } else { Err(changed()) }
    };
    // refused with its reason before anything is read
    check(&writer)?;
    let number = writer.archive().authority().epoch().map(|e| e.number).unwrap_or_default();
    let fail = |e| places.fail(e);
    let current = by.epoch(number).map_err(fail)?.ok_or(JobError::NoEpochKey)?;
    let parts = parts(places, &mut writer, by, (&details, &bodies), approvals)?;
    let area = places.area().map_err(fail)?;
    let keep = |number, pair: &vault::KeyPair| by.keep_epoch(number, pair);
    let custody = Custody { current, keep: &keep, held: Some(&area) };
    let recheck = |writer: &Writer| check(writer).map_err(refused);
    let transfer = Transfer { parts: &parts, plain: &request.plain };
    writer.transfer(by, &transfer, &custody, &recheck).map_err(fail)?;
    report.buckets = details.buckets.len();
    report.records = details.buckets.iter().map(|b| b.records).sum();
    report.split_again = crate::custody::was_split(by.keys(), number);
    report.closed.extend(close_all(places, by, &mut writer, copies)?);
    request.forget(places, by.keys())?;
    Ok(report)
}

/// A record on its way, before its bucket has a number.
struct OnTheWay {
    label: Vec<u8>,
    sighting: archive::Sighting,
    files: Vec<[u8; 32]>,
}

/// What is handed to the archive: found anew, and the same as was approved.
fn parts(
    places: &Places,
    writer: &mut Writer,
    by: &Operator,
    (details, bodies): (&Details, &[EraseBody]),
    approvals: Vec<Vec<chain::Approval>>,
) -> Result<Vec<Moving>, JobError> {
    let refuse = |why: &str| JobError::Refused { why: why.to_owned() };
    let register = crate::register::load(places, writer)?;
    let from = register.custodian(&details.from).ok_or(JobError::UnknownCustodian)?;
    let to = register.custodian(&details.to).ok_or(JobError::UnknownCustodian)?;
    let stamps = Stamps::read(places, writer.archive(), by.keys())?;
    let mut numbers: HashMap<Vec<u8>, u32> = HashMap::new();
    let mut found = Vec::new();
    for (body, planned) in bodies.iter().zip(&details.buckets) {
        let bucket = place_of(writer, planned)?;
        let all = find(places, writer, by, bucket, &body.records, from, false)?;
        if all.body.records != body.records || all.body.blobs != body.blobs {
            return Err(refuse("what is to be moved is not the same any more: ask anew"));
        }
        let ways = ways(places, writer, by, bucket, (body, details, to), &stamps, &mut numbers)?;
        found.push((bucket, ways, all.identities));
    }
    let mut labels: Vec<Vec<u8>> =
        found.iter().flat_map(|(_, ways, _)| ways.iter().map(|way| way.label.clone())).collect();
    labels.sort_unstable();
    labels.dedup();
    let made = writer.buckets_of(&labels, &scope::covers).map_err(|e| places.fail(e))?;
    let numbers: HashMap<Vec<u8>, usize> = labels.into_iter().zip(made).collect();
    let mut parts = Vec::new();
    for (((bucket, ways, identities), body), approvals) in found.into_iter().zip(bodies).zip(approvals) {
        let of = |way: OnTheWay| {
            let to = numbers.get(&way.label).copied().unwrap_or(usize::MAX);
            Move { to, sighting: way.sighting, files: way.files }
        };
        let moves = ways.into_iter().map(of).collect();
        parts.push(Moving { bucket, body: body.clone(), moves, approvals, identities });
    }
    Ok(parts)
}

/// Where each record of a body goes, in its order.
fn ways(
    places: &Places,
    writer: &Writer,
    by: &Operator,
    bucket: usize,
    (body, details, to): (&EraseBody, &Details, &Custodian),
    stamps: &Stamps,
    numbers: &mut HashMap<Vec<u8>, u32>,
) -> Result<Vec<OnTheWay>, JobError> {
    let prefix = ingest::prefix(to.id(), &key_of(to, details.device));
    let mut ways: HashMap<At, OnTheWay> = HashMap::new();
    let mut wrong = None;
    let each = &mut |record: archive::Record<'_>| {
        let at = (record.entry, record.place);
        if body.records.binary_search(&at).is_err() {
            return Ok(());
        }
        let groups: [&[u8]; 7] = std::array::from_fn(|i| record.groups[i]);
        let stamper = stamps.of_another(&record.run, &details.to, details.device, details.register_version);
        match (canonical::decode(groups), stamper, time(record.groups[0])) {
            (Ok(message), Ok(stamper), Some(time)) => {
                let label = stamper.stamp(time).bucket.encode_label(&details.to);
                let sighting = sighting(writer, &message, groups, &prefix, numbers);
                let files = message.attachments.iter().filter_map(|a| a.sha256).collect();
                ways.insert(at, OnTheWay { label, sighting, files });
            }
            (_, Err(e), _) => wrong = Some(e),
            _ => {
                let what = format!("entry {}: record {}: cannot be read", at.0, at.1);
                wrong = Some(JobError::Integrity { what });
            }
        }
        Ok(())
    };
    writer.archive().records(by, bucket, each).map_err(|e| places.fail(e))?;
    let missing =
        || JobError::Refused { why: "what is to be moved is not there any more: ask anew".to_owned() };
    match wrong {
        Some(e) => Err(e),
        None => body.records.iter().map(|at| ways.remove(at).ok_or_else(missing)).collect(),
    }
}

/// What scopes the identities of a phone's messages: its serial, or nothing.
pub(crate) fn key_of(custodian: &Custodian, device: Option<u64>) -> String {
    let device = custodian.devices().iter().find(|d| Some(d.entry) == device);
    match device.map(|d| &d.handle) {
        Some(Handle::Serial(serial)) => serial.expose().to_owned(),
        Some(Handle::Number(_)) | None => String::new(),
    }
}

/// A message as the archive will know it under its right owner.
fn sighting(
    writer: &Writer,
    message: &Message,
    groups: [&[u8]; 7],
    prefix: &[u8],
    numbers: &mut HashMap<Vec<u8>, u32>,
) -> archive::Sighting {
    let number = &mut |base: &[u8], identity: &mut Vec<u8>| {
        let n = numbers.entry(base.to_vec()).or_default();
        if *n > 0 {
            identity.extend_from_slice(&n.to_be_bytes());
        }
        *n = n.saturating_add(1);
    };
    let keyed = &mut |identity: &[u8], version: &[u8], aspect: &Aspect<'_>| {
        writer.sighting(identity, version, aspect)
    };
    known_as(message, groups, prefix, number, keyed).1
}
