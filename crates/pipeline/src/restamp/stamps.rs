//! The stamp that counts for a message: as its run made it, or as the newest restamp of its bucket says. Needs the
//! register key and no operator; opens no message.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use access::{KeyStore, RestampBody};
use archive::{Archive, RegisterEntry};
use chain::EntryType;
use jiff::ToSpan;
use jiff::civil::Date;
use model::canonical;
use policy::{Bucket, MessageTime, Register, Stamp, Stamper};
use zeroize::Zeroizing;

use super::Details;
use crate::error::JobError;
use crate::manifest::Manifest;
use crate::places::Places;
use crate::{register, transfer};

/// Stampers by run, as of some number of entries of the register.
pub(crate) struct Stamps {
    register: Register,
    runs: HashMap<[u8; 16], Manifest>,
    /// Entry, version of the register and buckets of each restamp, in the order of the log.
    restamps: Vec<(u64, u64, HashSet<[u8; 16]>)>,
    /// What transfers say, by entry.
    transfers: HashMap<u64, transfer::Details>,
    /// The transfer by which messages of a run came to a bucket, by bucket and run.
    moved: archive::Moved,
    /// Stampers made so far, by run, transfer and version.
    made: Mutex<HashMap<Made, Arc<Stamper>>>,
}

/// Run, whose messages they are since and from which phone, version of the register.
type Made = ([u8; 16], Option<(String, Option<u64>)>, u64);

impl Stamps {
    pub(crate) fn read(places: &Places, archive: &Archive, keys: &KeyStore) -> Result<Self, JobError> {
        let entries = |kinds: &[EntryType]| archive.register(keys, kinds).map_err(|e| places.fail(e));
        let bad = |entry: &RegisterEntry, what: &str| JobError::Integrity {
            what: format!("entry {}: malformed {what}", entry.header.index),
        };
        let mut runs = HashMap::new();
        for entry in entries(&[EntryType::Run])? {
            let manifest = Manifest::parse(&entry.plain).ok_or_else(|| bad(&entry, "manifest"))?;
            runs.insert(entry.header.run, manifest);
        }
        let mut restamps = Vec::new();
        for entry in entries(&[EntryType::Restamp])? {
            let details: Option<Details> = serde_json::from_slice(&entry.plain).ok();
            let body = RestampBody::decode(&entry.clear);
            let (details, body) = details.zip(body).ok_or_else(|| bad(&entry, "restamp"))?;
            let buckets = body.longer.into_iter().chain(body.shorter).collect();
            restamps.push((entry.header.index, details.register_version, buckets));
        }
        let mut transfers = HashMap::new();
        for entry in entries(&[EntryType::Transfer])? {
            let details: Option<transfer::Details> = serde_json::from_slice(&entry.plain).ok();
            let details = details.ok_or_else(|| bad(&entry, "transfer"))?;
            transfers.insert(entry.header.index, details);
        }
        let moved = archive.moved().map_err(|e| places.fail(e))?;
        let register = register::replay(&entries(&register::KINDS)?)?;
        Ok(Self { register, runs, restamps, transfers, moved, made: Mutex::default() })
    }

    /// Entries of the register now.
    pub(crate) fn version(&self) -> u64 {
        self.register.version()
    }

    /// The newest restamp of a bucket: its entry. `before` leaves out it and what came after.
    pub(crate) fn restamped(&self, bucket: &[u8; 16], before: Option<u64>) -> Option<u64> {
        self.newest(bucket, before).map(|(entry, _)| entry)
    }

    fn newest(&self, bucket: &[u8; 16], before: Option<u64>) -> Option<(u64, u64)> {
        let mut those = self.restamps.iter().rev().filter(|r| before.is_none_or(|before| r.0 < before));
        those.find(|r| r.2.contains(bucket)).map(|r| (r.0, r.1))
    }

    /// What stamps the messages that a run put into a bucket, before some entry or now.
    pub(crate) fn counting(
        &self,
        run: &[u8; 16],
        bucket: &[u8; 16],
        before: Option<u64>,
    ) -> Result<Arc<Stamper>, JobError> {
        let sealed = match self.transfer(run, bucket) {
            Some(transfer) => transfer.register_version,
            None => self.manifest(run)?.register_version,
        };
        let version = self.newest(bucket, before).map_or(sealed, |(_, version)| version.max(sealed));
        self.as_of(run, bucket, version)
    }

    /// What would stamp the messages that a run put into a bucket, by a version of the register.
    pub(crate) fn as_of(
        &self,
        run: &[u8; 16],
        bucket: &[u8; 16],
        version: u64,
    ) -> Result<Arc<Stamper>, JobError> {
        let another = self.transfer(run, bucket).map(|t| (t.to.clone(), t.device));
        self.make((*run, another, version))
    }

    /// What would stamp the messages of a run if they were another person's, or from another phone.
    pub(crate) fn of_another(
        &self,
        run: &[u8; 16],
        to: &str,
        device: Option<u64>,
        version: u64,
    ) -> Result<Arc<Stamper>, JobError> {
        self.make((*run, Some((to.to_owned(), device)), version))
    }

    fn make(&self, key: Made) -> Result<Arc<Stamper>, JobError> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(stamper) = made.get(&key) {
            return Ok(stamper.clone());
        }
        let (run, another, version) = &key;
        let mut manifest = Manifest { register_version: *version, ..self.manifest(run)?.clone() };
        if let Some((to, device)) = another {
            manifest.custodian.clone_from(to);
            manifest.device = *device;
        }
        let stamper = Arc::new(manifest.stamper(&self.register)?);
        made.insert(key, stamper.clone());
        Ok(stamper)
    }

    /// The transfer by which messages of a run came to a bucket.
    fn transfer(&self, run: &[u8; 16], bucket: &[u8; 16]) -> Option<&transfer::Details> {
        self.moved.get(&(*bucket, *run)).and_then(|entry| self.transfers.get(entry))
    }

    /// The entry that gives the messages that a run put into a bucket another period than they were sealed with.
    pub(crate) fn otherwise(&self, run: &[u8; 16], bucket: &[u8; 16]) -> Option<u64> {
        self.restamped(bucket, None).max(self.moved.get(&(*bucket, *run)).copied())
    }

    fn manifest(&self, run: &[u8; 16]) -> Result<&Manifest, JobError> {
        let none = || JobError::Integrity { what: "messages of a run that no entry closes".to_owned() };
        self.runs.get(run).ok_or_else(none)
    }

    /// How many buckets, by custodian, hold messages that the register would stamp otherwise today than it did: those of which a
    /// day of the month would be, for some run. No message is opened, so there may be none of that day.
    pub(crate) fn unsettled(
        &self,
        archive: &Archive,
        labels: &[Zeroizing<Vec<u8>>],
    ) -> Result<BTreeMap<String, u64>, JobError> {
        let runs = archive.runs_of_buckets().map_err(|e| JobError::Integrity { what: e.to_string() })?;
        let mut counts = BTreeMap::new();
        for (number, (made, label)) in archive.buckets().iter().zip(labels).enumerate() {
            let Some((owner, bucket)) = Bucket::decode_label(label) else { continue };
            if archive.disposed_by(number).is_some() {
                continue;
            }
            for run in runs.get(&made.id).into_iter().flatten() {
                let (was, is) =
                    (self.counting(run, &made.id, None)?, self.as_of(run, &made.id, self.version())?);
                if differ(&bucket, &was, &is) {
                    *counts.entry(owner).or_default() += 1;
                    break;
                }
            }
        }
        Ok(counts)
    }
}

/// Whether two stampers differ for a message of any day that a bucket may hold, or of none.
fn differ(bucket: &Bucket, was: &Stamper, is: &Stamper) -> bool {
    let days = std::iter::successors(Some(bucket.month.saturating_sub(1.day())), |day| {
        day.checked_add(1.day()).ok().filter(|day| *day <= bucket.month.last_of_month())
    });
    let noon = |day: Date| {
        let at = jiff::tz::TimeZone::UTC.to_timestamp(day.at(12, 0, 0, 0)).ok()?;
        Some(at.as_millisecond())
    };
    days.map(noon).chain([None]).any(|at| {
        let time = MessageTime { direction: policy::Direction::In, sent: at, received: at };
        let (was, is) = (was.stamp(time), is.stamp(time));
        was.bucket.month == bucket.month && !same(&was, &is)
    })
}

/// Whether two stamps give the same period for the same reasons.
pub(super) fn same(a: &Stamp, b: &Stamp) -> bool {
    (a.class, a.retain_until, a.disposal_from) == (b.class, b.retain_until, b.disposal_from)
}

/// The times of a record, as far as a stamp asks.
pub(crate) fn time(core: &[u8]) -> Option<MessageTime> {
    let (direction, sent, received) = canonical::times(core).ok()?;
    let direction = match direction {
        model::Direction::In => policy::Direction::In,
        model::Direction::Out => policy::Direction::Out,
    };
    Some(MessageTime { direction, sent, received })
}

/// How many buckets of a custodian hold messages that the register might stamp otherwise today: run restamp.
///
/// # Errors
/// What keeps the archive or its register from being read.
pub fn unsettled(places: &Places, custodian: &str) -> Result<u64, JobError> {
    let archive = places.open()?;
    let keys = KeyStore::open(&places.keys, &places.archive).map_err(|e| places.fail(e.into()))?;
    let labels = archive.labels(&keys).map_err(|e| places.fail(e))?;
    let counts = Stamps::read(places, &archive, &keys)?.unsettled(&archive, &labels)?;
    Ok(counts.get(custodian).copied().unwrap_or_default())
}
