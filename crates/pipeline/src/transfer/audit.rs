//! Verifying with keys what transfers did: what left a bucket is what came to others, record by record and unchanged,
//! by the owner, the phone and the register that the entry names.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use access::EraseBody;
use archive::{Archive, Operator, Segment};
use chain::EntryType;
use policy::Bucket;

use super::Details;
use crate::disposal::digest;
use crate::error::JobError;
use crate::places::Places;
use crate::restamp::{Stamps, time};
use crate::{holds, operators};

/// What a transfer says, and what is found of it.
struct Moved {
    details: Details,
    bucket: [u8; 16],
    /// Where its records stood.
    left: Vec<(u64, u32)>,
}

/// Commitments by transfer: those that were left behind, and those that came.
#[derive(Default)]
struct Found {
    left: Vec<[u8; 32]>,
    came: Vec<[u8; 32]>,
}

impl Found {
    /// Whether what came is not what left, both sorted; `whole`, when everything that came is there to be seen.
    fn amiss(&self, whole: bool) -> bool {
        if whole {
            self.left != self.came
        } else {
            self.came.iter().any(|c| self.left.binary_search(c).is_err())
        }
    }
}

/// The transfers of an archive.
pub(crate) struct Moves {
    stamps: Stamps,
    labels: Vec<Vec<u8>>,
    ids: Vec<[u8; 16]>,
    all: BTreeMap<u64, Moved>,
    /// Which transfers took something out of a bucket.
    out_of: HashMap<[u8; 16], Vec<u64>>,
    found: Mutex<BTreeMap<u64, Found>>,
}

impl Moves {
    pub(crate) fn read(places: &Places, archive: &Archive, by: &Operator) -> Result<Self, JobError> {
        let fail = |e| places.fail(e);
        let mut moves = Self {
            stamps: Stamps::read(places, archive, by.keys())?,
            labels: archive.labels(by.keys()).map_err(fail)?.iter().map(|label| label.to_vec()).collect(),
            ids: archive.buckets().iter().map(|bucket| bucket.id).collect(),
            all: BTreeMap::new(),
            out_of: HashMap::new(),
            found: Mutex::default(),
        };
        for entry in archive.register(by.keys(), &[EntryType::Transfer]).map_err(fail)? {
            let bad =
                || JobError::Integrity { what: format!("entry {}: malformed transfer", entry.header.index) };
            let details: Details = serde_json::from_slice(&entry.plain).map_err(|_| bad())?;
            let body = EraseBody::decode(&entry.clear).ok_or_else(bad)?;
            let bucket = entry.header.bucket;
            moves.out_of.entry(bucket).or_default().push(entry.header.index);
            moves.all.insert(entry.header.index, Moved { details, bucket, left: body.records });
        }
        Ok(moves)
    }

    /// Counts a segment; what is wrong with one that a transfer made.
    pub(crate) fn inspect(&self, segment: &Segment<'_>) -> Vec<String> {
        let h = segment.header;
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        for transfer in self.out_of.get(&h.bucket).into_iter().flatten() {
            let Some(moved) = self.all.get(transfer) else { continue };
            let left =
                segment.gone.iter().filter(|(place, _)| moved.left.binary_search(&(h.index, *place)).is_ok());
            found.entry(*transfer).or_default().left.extend(left.map(|(_, commitment)| *commitment));
        }
        let Some(moved) = self.all.get(&h.refers_to) else { return Vec::new() };
        let of_records = segment.records.iter().map(|r| chain::record(h.content_suite, &r.seed, &r.groups));
        let came = of_records.chain(segment.gone.iter().map(|(_, commitment)| *commitment));
        found.entry(h.refers_to).or_default().came.extend(came);
        drop(found);
        let Details { to, device, register_version, .. } = &moved.details;
        let label = self.labels.get(segment.bucket).and_then(|label| Bucket::decode_label(label));
        let stamper = self.stamps.of_another(&h.run, to, *device, *register_version);
        let (Some((owner, bucket)), Ok(stamper)) = (label, stamper) else {
            return vec!["was moved by an entry that names no owner".to_owned()];
        };
        let fits = |time| owner == *to && stamper.stamp(time).bucket == bucket;
        let wrong = segment.records.iter().filter(|r| !time(r.groups[0]).is_some_and(fits));
        wrong.map(|r| format!("record {}: was moved into a bucket that is not its own", r.place)).collect()
    }

    /// Buckets of a custodian.
    fn of_owner<'a>(&'a self, custodian: &'a str) -> impl Iterator<Item = &'a [u8; 16]> {
        let all = self.ids.iter().zip(&self.labels);
        let is_of =
            move |label: &[u8]| Bucket::decode_label(label).is_some_and(|(owner, _)| owner == custodian);
        all.filter(move |(_, label)| is_of(label)).map(|(id, _)| id)
    }

    /// What does not hold, by entry, once every segment was counted.
    pub(crate) fn broken(self, openable: &dyn Fn(&[u8; 16]) -> bool) -> Vec<(u64, String)> {
        let mut all = std::mem::take(&mut *self.found.lock().unwrap_or_else(PoisonError::into_inner));
        let mut wrong = Vec::new();
        for (entry, moved) in &self.all {
            let mut found = all.remove(entry).unwrap_or_default();
            // where a bucket was disposed of or is not for this operator, a part is not there to be compared
            if !openable(&moved.bucket) || found.left.len() != moved.left.len() {
                continue;
            }
            found.left.sort_unstable();
            found.came.sort_unstable();
            // what came may stand in a bucket that was disposed of or is not for this operator
            let whole = self.of_owner(&moved.details.to).all(openable);
            if found.amiss(whole) {
                wrong.push((*entry, "what was moved is not what came".to_owned()));
            }
        }
        wrong
    }
}

/// What does not hold of the entries themselves: other than approved, or against a hold.
pub(crate) fn broken(
    places: &Places,
    archive: &Archive,
    by: &Operator,
) -> Result<Vec<(u64, String)>, JobError> {
    let fail = |e| places.fail(e);
    let kinds = [EntryType::Hold, EntryType::Release, EntryType::Transfer];
    let entries = archive.register(by.keys(), &kinds).map_err(fail)?;
    let labels = archive.labels(by.keys()).map_err(fail)?;
    let numbers: HashMap<[u8; 16], usize> = archive.buckets().iter().map(|b| b.id).zip(0..).collect();
    let mut found = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        let (index, bucket) = (entry.header.index, entry.header.bucket);
        if entry.header.kind() != Some(EntryType::Transfer) {
            continue;
        }
        let details: Option<Details> = serde_json::from_slice(&entry.plain).ok();
        let label = numbers.get(&bucket).and_then(|no| labels.get(*no));
        let label = label.and_then(|label| Bucket::decode_label(label));
        let (Some(details), Some(body), Some((owner, label))) =
            (details, EraseBody::decode(&entry.clear), label)
        else {
            found.push((index, "malformed transfer".to_owned()));
            continue;
        };
        let part = details.buckets.iter().find(|b| operators::unhex(&b.bucket) == Some(bucket));
        let counts = (body.records.len() as u64, body.blobs.len() as u64);
        let as_approved = part.is_some_and(|p| counts == (p.records, p.attachments));
        if digest(&entry.plain) != body.plan || !as_approved || owner != details.from {
            found.push((index, "the transfer is not the one that was approved".to_owned()));
        }
        let untimed = part.is_none_or(|p| p.untimed);
        let holds = holds::of(&entries[..at])?;
        let covers = |h: &&policy::Hold| h.scope.could_cover(&owner, &label, untimed);
        if let Some(hold) = holds.iter().filter(covers).find(|h| h.blocks_on(details.day)) {
            found.push((index, format!("moved what the hold of entry {} covered", hold.entry)));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leaves_must_come() {
        let amiss = |left: &[u8], came: &[u8], whole| {
            let of = |all: &[u8]| all.iter().map(|n| [*n; 32]).collect();
            Found { left: of(left), came: of(came) }.amiss(whole)
        };
        assert!(!amiss(&[1, 2], &[1, 2], true));
        assert!(amiss(&[1, 2], &[1], true), "one came nowhere");
        assert!(!amiss(&[1, 2], &[1], false), "it may lie where nobody can look");
        assert!(amiss(&[1, 2], &[1, 2, 2], true), "twice");
        assert!(amiss(&[1, 2], &[3], true) && amiss(&[1, 2], &[3], false), "another");
    }
}
