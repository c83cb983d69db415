//! Verifying with keys what restamps claim: that the register says so, and that nothing is due earlier which no two
//! persons wanted. Every claim is counted again from the messages, as far as they are still there.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use access::RestampBody;
use archive::{Archive, Operator, RegisterEntry, Segment};
use chain::EntryType;

use super::ask::Tallied;
use super::stamps::{Stamps, time};
use super::{Details, Restamped};
use crate::disposal::digest;
use crate::error::JobError;
use crate::places::Places;
use crate::{operators, register};

/// A bucket in a restamp.
struct Claim {
    entry: u64,
    version: u64,
    shorter: bool,
    says: Restamped,
}

/// What the restamps of an archive claim, and what is found of it.
pub(crate) struct Claims {
    stamps: Stamps,
    by_bucket: HashMap<[u8; 16], Vec<Claim>>,
    found: Mutex<BTreeMap<([u8; 16], u64), Tallied>>,
    /// What does not hold of the entries themselves.
    wrong: Vec<(u64, String)>,
}

impl Claims {
    pub(crate) fn read(places: &Places, archive: &Archive, by: &Operator) -> Result<Self, JobError> {
        let entries = |kinds: &[EntryType]| archive.register(by.keys(), kinds).map_err(|e| places.fail(e));
        let registers = entries(&register::KINDS)?;
        let restamps = entries(&[EntryType::Restamp])?;
        let stamps = Stamps::read(places, archive, by.keys())?;
        let (mut by_bucket, mut wrong) = (HashMap::<_, Vec<Claim>>::new(), Vec::new());
        for entry in &restamps {
            match claims(entry, &registers) {
                Ok(claims) => {
                    for (bucket, claim) in claims {
                        by_bucket.entry(bucket).or_default().push(claim);
                    }
                }
                Err(what) => wrong.push((entry.header.index, what.to_owned())),
            }
        }
        Ok(Self { stamps, by_bucket, found: Mutex::default(), wrong })
    }

    /// Counts a segment.
    pub(crate) fn inspect(&self, segment: &Segment<'_>) {
        let bucket = segment.header.bucket;
        let claims = self.by_bucket.get(&bucket).into_iter().flatten();
        for claim in claims.filter(|claim| segment.header.index < claim.entry) {
            let run = &segment.header.run;
            if self.stamps.stamped_elsewhere(run, &bucket) {
                continue;
            }
            let was = self.stamps.counting(run, &bucket, Some(claim.entry));
            let (Ok(was), Ok(is)) = (was, self.stamps.as_of(run, &bucket, claim.version)) else { continue };
            let mut tallied = Tallied::default();
            for time in segment.records.iter().filter_map(|record| time(record.groups[0])) {
                tallied.add(&was.stamp(time), &is.stamp(time));
            }
            let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
            found.entry((bucket, claim.entry)).or_default().join(&tallied);
        }
    }

    /// What does not hold, by entry, once every segment was counted.
    pub(crate) fn broken(self) -> Vec<(u64, String)> {
        let Self { stamps: _, by_bucket, found, mut wrong } = self;
        let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        for (bucket, claims) in by_bucket {
            for Claim { entry, version: _, shorter, says } in claims {
                // disposed of since, or not for this operator to open: nothing to count
                let Some(tallied) = found.get(&(bucket, entry)) else { continue };
                if tallied.earlier > 0 && !shorter {
                    wrong.push((entry, "makes messages due earlier, and does not say so".to_owned()));
                }
                // what was taken out since was counted then and is not now
                let whole = tallied.records == says.records;
                let counts = (tallied.changed, tallied.earlier);
                let due = (Some(says.before.due), Some(says.after.due));
                let fits = if whole {
                    counts == (says.changed, says.earlier) && tallied.due() == due
                } else {
                    tallied.records < says.records && tallied.due().1 <= due.1
                };
                if !fits {
                    wrong.push((entry, "the periods are not what the register gives".to_owned()));
                }
            }
        }
        wrong
    }
}

fn claims(
    entry: &RegisterEntry,
    registers: &[RegisterEntry],
) -> Result<Vec<([u8; 16], Claim)>, &'static str> {
    let details: Details = serde_json::from_slice(&entry.plain).map_err(|_| "malformed restamp")?;
    let body = RestampBody::decode(&entry.clear).ok_or("malformed restamp")?;
    let index = entry.header.index;
    let version = registers.iter().filter(|e| e.header.index < index).count() as u64;
    if digest(&entry.plain) != body.plan || details.register_version != version {
        return Err("the restamp is not the one that was asked for");
    }
    let mut claims = Vec::new();
    for says in details.buckets {
        let bucket = operators::unhex(&says.bucket).ok_or("malformed restamp")?;
        let shorter = body.shorter.contains(&bucket);
        if (!shorter && !body.longer.contains(&bucket)) || shorter != (says.earlier > 0) {
            return Err("the restamp is not the one that was asked for");
        }
        claims.push((bucket, Claim { entry: index, version, shorter, says }));
    }
    if claims.len() == body.longer.len() + body.shorter.len() {
        Ok(claims)
    } else {
        Err("the restamp is not the one that was asked for")
    }
}
