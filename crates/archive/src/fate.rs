//! What became of buckets and bodies: disposed of, erased, sealed anew. Replayed from the clear parts of the
//! log, the same when the archive is opened, written to and verified. Knows no key and touches no file.

use std::collections::{BTreeMap, HashMap, HashSet};

use access::{
    DisposeBody, DisposedBody, EraseBody, HandedBody, HandoverBody, ResealBody, RestampBody, TakenBody,
};
use chain::{EntryType, Hash, Header, Suite};

/// Number of a bucket as in headers.
pub(crate) type BucketId = [u8; 16];

/// A disposal or an erasure.
#[derive(Clone, Debug)]
pub(crate) struct Act {
    /// Buckets that were disposed of; none for an erasure.
    pub(crate) buckets: Vec<BucketId>,
    /// Whether the entry that closes it is there.
    pub(crate) finished: bool,
}

/// A body that was sealed anew: what it must be now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Anew {
    /// Its digest, by the suite of the entry that says so.
    pub(crate) digest: Hash,
    pub(crate) len: u64,
    pub(crate) suite: Suite,
    /// That entry.
    pub(crate) by: u64,
}

/// What a body must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// There, with the digest and length of its header or of the newest entry that sealed it anew.
    There(Option<Anew>),
    /// On its way out: there or not.
    Going,
    /// Not there any more.
    Gone,
}

/// Everything that was done to buckets and bodies so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fates {
    buckets: HashMap<BucketId, Option<u64>>,
    acts: BTreeMap<u64, Act>,
    resealed: HashMap<(BucketId, u64), Anew>,
    wraps: HashMap<(BucketId, u64), Vec<u8>>,
    blobs: HashMap<(BucketId, u64), u64>,
    records: HashSet<(BucketId, u64, u32)>,
    transfers: HashSet<u64>,
    /// Entries by which something was taken over from another archive.
    takings: HashSet<u64>,
    /// Entries by which something was handed over to another.
    handovers: HashSet<u64>,
}

impl Fates {
    /// Takes in an entry that was checked for its rights.
    pub(crate) fn apply(&mut self, header: &Header, clear: &[u8]) -> Result<(), &'static str> {
        const MALFORMED: &str = "malformed body";
        match header.kind() {
            Some(EntryType::Bucket) => {
                self.open(&header.bucket).or_else(|e| if e == UNKNOWN { Ok(()) } else { Err(e) })?;
                self.buckets.insert(header.bucket, None);
            }
            Some(EntryType::Segment | EntryType::Blob) => {
                self.open(&header.bucket)?;
                let from = header.refers_to;
                if from != 0 && !self.transfers.contains(&from) && !self.takings.contains(&from) {
                    return Err("refers to no transfer");
                }
            }
            Some(EntryType::Dispose) => {
                let body = DisposeBody::decode(clear).ok_or(MALFORMED)?;
                body.buckets.iter().try_for_each(|bucket| self.open(bucket))?;
                for bucket in &body.buckets {
                    self.buckets.insert(*bucket, Some(header.index));
                }
                self.acts.insert(header.index, Act { buckets: body.buckets, finished: false });
            }
            Some(kind @ (EntryType::Erase | EntryType::Transfer)) => {
                let body = EraseBody::decode(clear).ok_or(MALFORMED)?;
                self.open(&header.bucket)?;
                if kind == EntryType::Transfer {
                    self.transfers.insert(header.index);
                }
                self.blobs.extend(body.blobs.iter().map(|b| ((header.bucket, *b), header.index)));
                self.records.extend(body.records.iter().map(|(e, p)| (header.bucket, *e, *p)));
                self.acts.insert(header.index, Act { buckets: Vec::new(), finished: false });
            }
            Some(EntryType::Reseal) => {
                let body = ResealBody::decode(clear).ok_or(MALFORMED)?;
                self.open(&header.bucket)?;
                for (entry, digest, len) in body.bodies {
                    // a body that is sealed anew has its own wrap in front
                    self.wraps.remove(&(header.bucket, entry));
                    let anew = Anew { digest, len, suite: header.suite, by: header.index };
                    self.resealed.insert((header.bucket, entry), anew);
                }
                self.wraps.extend(body.wraps.into_iter().map(|(entry, wrap)| ((header.bucket, entry), wrap)));
            }
            Some(EntryType::Restamp) => {
                let body = RestampBody::decode(clear).ok_or(MALFORMED)?;
                body.longer.iter().chain(&body.shorter).try_for_each(|bucket| self.open(bucket))?;
            }
            Some(EntryType::Disposed) => {
                let body = DisposedBody::decode(clear).ok_or(MALFORMED)?;
                let act = self.acts.get_mut(&header.refers_to).ok_or("refers to no disposal")?;
                act.finished |= body == DisposedBody::Finished;
            }
            Some(EntryType::Handover) => {
                HandoverBody::decode(clear).ok_or(MALFORMED)?;
                self.handovers.insert(header.index);
            }
            Some(EntryType::Handed) => {
                HandedBody::decode(clear).ok_or(MALFORMED)?;
                if !self.handovers.contains(&header.refers_to) {
                    return Err("refers to no hand-over");
                }
            }
            Some(EntryType::Taken) => {
                TakenBody::decode(clear).ok_or(MALFORMED)?;
                self.takings.insert(header.index);
            }
            _ => {}
        }
        Ok(())
    }

    /// Whether an entry took something over from another archive.
    pub(crate) fn is_taking(&self, entry: u64) -> bool {
        self.takings.contains(&entry)
    }

    /// A bucket that was made and is there.
    fn open(&self, bucket: &BucketId) -> Result<(), &'static str> {
        match self.buckets.get(bucket) {
            Some(None) => Ok(()),
            Some(Some(_)) => Err("names a bucket that was disposed of"),
            None => Err(UNKNOWN),
        }
    }

    /// The entry that disposed of a bucket.
    pub(crate) fn disposed_by(&self, bucket: &BucketId) -> Option<u64> {
        self.buckets.get(bucket).copied().flatten()
    }

    /// What the body of a segment or blob must be.
    pub(crate) fn of_body(&self, bucket: &BucketId, entry: u64) -> Fate {
        let act = self.disposed_by(bucket).or_else(|| self.blobs.get(&(*bucket, entry)).copied());
        match act.and_then(|act| self.acts.get(&act)) {
            Some(Act { finished: true, .. }) => Fate::Gone,
            Some(_) => Fate::Going,
            None => Fate::There(self.resealed.get(&(*bucket, entry)).copied()),
        }
    }

    /// The wrap of a body's key that counts in the place of the one in front of it.
    pub(crate) fn wrap_of(&self, bucket: &BucketId, entry: u64) -> Option<&[u8]> {
        self.wraps.get(&(*bucket, entry)).map(Vec::as_slice)
    }

    /// Whether a record was erased.
    pub(crate) fn erased(&self, bucket: &BucketId, entry: u64, place: u32) -> bool {
        self.records.contains(&(*bucket, entry, place))
    }

    /// How many records of a bucket were erased.
    pub(crate) fn erased_of(&self, bucket: &BucketId) -> usize {
        self.records.iter().filter(|(of, _, _)| of == bucket).count()
    }

    /// All acts, by their entries.
    pub(crate) fn acts(&self) -> impl Iterator<Item = (u64, &Act)> {
        self.acts.iter().map(|(entry, act)| (*entry, act))
    }

    /// Whether something was begun and not closed.
    pub(crate) fn unfinished(&self) -> bool {
        self.acts.values().any(|act| !act.finished)
    }
}

const UNKNOWN: &str = "names a bucket that no entry made";
