//! The stamp that counts for a message: as its run made it, or as the newest restamp of its bucket says. Needs the
//! register key and no operator; opens no message.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use access::{KeyStore, RestampBody};
use archive::{Archive, Record, RegisterEntry, Standing};
use chain::{Checkpoint, EntryType};
use jiff::ToSpan;
use jiff::civil::Date;
use model::canonical;
use policy::{Bucket, Class, MessageTime, Register, Stamp, Stamper};
use vault::Plain;

use super::Details;
use crate::clock::from_days;
use crate::error::JobError;
use crate::manifest::Manifest;
use crate::places::Places;
use crate::{handover, register, transfer};

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
    /// Entries by which something was taken over from another archive.
    takings: HashSet<u64>,
    /// Where a segment that was taken over stood before, by its entry here.
    origins: HashMap<u64, Origin>,
    /// Longer periods than the sealed ones, of records that were taken over: by entry and place.
    stated: HashMap<(u64, u32), Beside>,
    /// Stampers made so far, by run, transfer and version.
    made: Mutex<HashMap<Made, Arc<Stamper>>>,
    /// Entries are lost: where they leave a period open, the sealed one is told.
    lossy: bool,
}

/// Where a segment stood in the logs of other archives before it was taken over: the newest last.
pub(crate) type Origin = Vec<(Standing, Checkpoint)>;

/// The period that counts for a record in the place of the one it was sealed with.
#[derive(Clone, Debug)]
pub(crate) struct Beside {
    /// Entry that says so.
    pub(crate) entry: u64,
    pub(crate) class: Class,
    pub(crate) retain_until: Date,
    pub(crate) disposal_from: Date,
    pub(crate) rules: Vec<String>,
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
        let register = register::of(places, archive, keys)?;
        let lossy = !archive.lost().is_empty();
        let (takings, origins, stated) = if lossy {
            // which segment stood where is told by their order
            let takings = entries(&[EntryType::Taken])?.iter().map(|e| e.header.index).collect();
            (takings, HashMap::new(), HashMap::new())
        } else {
            taken_over(places, archive, keys)?
        };
        let made = Mutex::default();
        Ok(Self { register, runs, restamps, transfers, moved, takings, origins, stated, made, lossy })
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

    /// Whether what a run put into a bucket was stamped by another archive: this register says nothing of it.
    pub(crate) fn stamped_elsewhere(&self, run: &[u8; 16], bucket: &[u8; 16]) -> bool {
        self.moved.get(&(*bucket, *run)).is_some_and(|entry| self.takings.contains(entry))
    }

    /// Where a segment stood before it was taken over; nothing for one that was not.
    pub(crate) fn origin(&self, entry: u64) -> Option<&Origin> {
        self.origins.get(&entry)
    }

    /// The period that counts for a record of a bucket, where that is not the one it was sealed with.
    pub(crate) fn beside(&self, bucket: &[u8; 16], record: &Record<'_>) -> Result<Option<Beside>, JobError> {
        if self.stamped_elsewhere(&record.run, bucket) {
            return Ok(self.stated.get(&(record.entry, record.place)).cloned());
        }
        let Some(entry) = self.otherwise(&record.run, bucket) else { return Ok(None) };
        let at = || JobError::Integrity {
            what: format!("entry {}: record {}: core cannot be read", record.entry, record.place),
        };
        let stamper = match self.counting(&record.run, bucket, None) {
            Err(_) if self.lossy => return Ok(None),
            stamper => stamper?,
        };
        let stamp = stamper.stamp(time(record.groups[0]).ok_or_else(at)?);
        let Stamp { class, retain_until, disposal_from, .. } = stamp;
        let rules = stamp.rules.iter().map(|rule| policy::Code::id(rule).to_owned()).collect();
        Ok(Some(Beside { entry, class, retain_until, disposal_from, rules }))
    }

    /// The entry that gives the messages that a run put into a bucket another period than they were sealed with.
    fn otherwise(&self, run: &[u8; 16], bucket: &[u8; 16]) -> Option<u64> {
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
        labels: &[Plain],
    ) -> Result<BTreeMap<String, u64>, JobError> {
        let runs = archive.runs_of_buckets().map_err(|e| JobError::Integrity { what: e.to_string() })?;
        let mut counts = BTreeMap::new();
        for (number, (made, label)) in archive.buckets().iter().zip(labels).enumerate() {
            let Some((owner, bucket)) = Bucket::decode_label(label) else { continue };
            if archive.disposed_by(number).is_some() {
                continue;
            }
            let mine = runs.get(&made.id).into_iter().flatten();
            for run in mine.filter(|run| !self.stamped_elsewhere(run, &made.id)) {
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

/// What takings say of the segments that they brought.
type TakenOver = (HashSet<u64>, HashMap<u64, Origin>, HashMap<(u64, u32), Beside>);

fn taken_over(places: &Places, archive: &Archive, keys: &KeyStore) -> Result<TakenOver, JobError> {
    let (mut takings, mut origins, mut stated) = (HashSet::new(), HashMap::new(), HashMap::new());
    let entries = handover::taken_entries(places, archive, keys)?;
    let there =
        if entries.is_empty() { Vec::new() } else { archive.taken_over().map_err(|e| places.fail(e))? };
    for (taking, taken) in entries {
        let index = taking.header.index;
        let bad = || JobError::Integrity { what: format!("entry {index}: malformed taking") };
        takings.insert(index);
        let here = there.iter().filter(|h| h.refers_to == index);
        for (header, segment) in here.zip(&taken.segments) {
            let before = segment.earlier.iter().map(|(s, checkpoint)| (s, checkpoint));
            let all = before.chain([(&segment.standing, &taken.checkpoint)]);
            let read = |(standing, text): (&handover::Written, &String)| {
                Some((standing.read()?, Checkpoint::parse(text).ok()?))
            };
            origins.insert(header.index, all.map(read).collect::<Option<Origin>>().ok_or_else(bad)?);
            for one in &segment.stated {
                let (class, days) = (Class::from_code(one.class), from_days(one.disposal_from));
                let (class, disposal_from) = class.zip(days).ok_or_else(bad)?;
                let retain_until = from_days(one.retain_until).ok_or_else(bad)?;
                let rules = Vec::new();
                let beside = Beside { entry: index, class, retain_until, disposal_from, rules };
                stated.insert((header.index, one.place), beside);
            }
        }
    }
    Ok((takings, origins, stated))
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
