//! What was handed over and what was taken over, as the log says: for lists and for `status`, which says as long as both
//! archives have the same.

use std::collections::BTreeSet;

use access::{HandedBody, HandedStage, KeyStore, TakenBody};
use archive::{Archive, RegisterEntry};
use chain::EntryType;
use jiff::civil::Date;
use model::wire;
use serde::Serialize;

use super::{Details, Packed, SOURCE, Taken, give};
use crate::error::JobError;
use crate::manifest::Manifest;
use crate::places::Places;

/// A hand-over to another archive.
#[derive(Clone, Debug, Serialize)]
pub struct GivenOver {
    /// Its entry.
    pub entry: u64,
    /// Whose messages.
    pub custodian: String,
    /// Number of the receiver's archive, hexadecimal.
    pub receiver: String,
    /// The decision it rests on.
    pub decision: String,
    /// SHA-256 of the package, hexadecimal.
    pub package: String,
    /// Messages, every version counted.
    pub records: u64,
    /// Entry of the receipt; until then both archives have the messages and nobody may let them go.
    pub received: Option<u64>,
}

/// What came from another archive.
#[derive(Clone, Debug, Serialize)]
pub struct TakenOver {
    /// Its entry.
    pub entry: u64,
    /// Whose messages.
    pub custodian: String,
    /// Number of the giver's archive, hexadecimal.
    pub giver: String,
    /// SHA-256 of the package, hexadecimal.
    pub package: String,
    /// Messages, every version counted.
    pub records: u64,
}

fn malformed(entry: &RegisterEntry) -> JobError {
    JobError::Integrity { what: format!("entry {}: malformed hand-over", entry.header.index) }
}

/// A hand-over in the log, and how far it has come.
pub(super) struct InLog {
    pub(super) entry: u64,
    pub(super) clear: Vec<u8>,
    pub(super) details: Details,
    /// What was packed, and the digest of the file.
    pub(super) packed: Option<(Packed, [u8; 32])>,
    pub(super) received: Option<u64>,
}

/// The hand-overs of a log, of entries of types handover and handed.
pub(super) fn in_log(entries: &[RegisterEntry]) -> Result<Vec<InLog>, JobError> {
    let mut all: Vec<InLog> = Vec::new();
    for entry in entries {
        let bad = || malformed(entry);
        if entry.header.kind() == Some(EntryType::Handover) {
            let details = serde_json::from_slice(&entry.plain).map_err(|_| bad())?;
            let (clear, entry) = (entry.clear.clone(), entry.header.index);
            all.push(InLog { entry, clear, details, packed: None, received: None });
            continue;
        }
        let of = all.iter_mut().find(|h| h.entry == entry.header.refers_to).ok_or_else(bad)?;
        let body = HandedBody::decode(&entry.clear).ok_or_else(bad)?;
        match body.stage {
            HandedStage::Packed => {
                let packed: Packed = serde_json::from_slice(&entry.plain).map_err(|_| bad())?;
                of.packed = Some((packed, body.digest));
            }
            HandedStage::Received => of.received = Some(entry.header.index),
        }
    }
    Ok(all)
}

/// Types of entry that tell of hand-overs.
pub(super) const KINDS: [EntryType; 2] = [EntryType::Handover, EntryType::Handed];

fn opened(places: &Places) -> Result<(Archive, KeyStore), JobError> {
    let archive = places.open()?;
    let keys = KeyStore::open(&places.keys, &places.archive).map_err(|e| places.fail(e.into()))?;
    Ok((archive, keys))
}

/// What was handed over to others, in the order of the log.
///
/// # Errors
/// What keeps the archive or its register from being read.
pub fn given(places: &Places) -> Result<Vec<GivenOver>, JobError> {
    let (archive, keys) = opened(places)?;
    let entries = archive.register(&keys, &KINDS).map_err(|e| places.fail(e))?;
    let told = |h: InLog| {
        let receiver = wire::hex(&give::key_of(&h.details)?.archive);
        let (package, records) = h.packed.map(|(p, _)| (p.package, p.records)).unwrap_or_default();
        let Details { custodian, decision, .. } = h.details;
        Ok(GivenOver {
            entry: h.entry,
            custodian,
            receiver,
            decision,
            package,
            records,
            received: h.received,
        })
    };
    in_log(&entries)?.into_iter().map(told).collect()
}

/// What was taken over: its entry, its run and what is sealed with it, in the order of the log.
pub(crate) fn taken_entries(
    places: &Places,
    archive: &Archive,
    keys: &KeyStore,
) -> Result<Vec<(RegisterEntry, Taken)>, JobError> {
    let entries = archive.register(keys, &[EntryType::Taken]).map_err(|e| places.fail(e))?;
    let read = |entry: RegisterEntry| {
        let taken = serde_json::from_slice(&entry.plain).map_err(|_| malformed(&entry))?;
        Ok((entry, taken))
    };
    entries.into_iter().map(read).collect()
}

/// The months in which a copy of a person's phones was made, here or before the person was handed over.
pub(crate) fn copied_months(
    places: &Places,
    archive: &Archive,
    keys: &KeyStore,
    custodian: &str,
) -> Result<BTreeSet<Date>, JobError> {
    let runs = archive.register(keys, &[EntryType::Run]).map_err(|e| places.fail(e))?;
    let runs = runs.iter().filter_map(|e| Manifest::parse(&e.plain));
    let mine = runs.filter(|m| m.custodian == custodian && m.source != SOURCE);
    let mut months: BTreeSet<Date> = mine.map(|m| m.copy_date.first_of_month()).collect();
    for (_, taken) in taken_entries(places, archive, keys)? {
        if taken.custodian == custodian {
            months.extend(taken.copies);
        }
    }
    Ok(months)
}

/// What was taken over from others, in the order of the log.
///
/// # Errors
/// As [`given`].
pub fn taken(places: &Places) -> Result<Vec<TakenOver>, JobError> {
    let (archive, keys) = opened(places)?;
    let told = |(entry, taken): (RegisterEntry, Taken)| {
        let package = TakenBody::decode(&entry.clear).ok_or_else(|| malformed(&entry))?.package;
        let Taken { custodian, giver, records, .. } = taken;
        let (entry, package) = (entry.header.index, wire::hex(&package));
        Ok(TakenOver { entry, custodian, giver, package, records })
    };
    taken_entries(places, &archive, &keys)?.into_iter().map(told).collect()
}
