//! Sealing buckets anew, as an appended event: each gets a new key, and the wraps of everything in it go to that; where
//! asked for, segments are encrypted anew too, under fresh keys and today's cipher. Whoever copied
//! the old key of a bucket opens nothing that is sealed after, and of what was re-encrypted nothing in this archive.
//! The log keeps the commitments: every proof stays what it is. Knows no message.

use std::collections::{HashMap, HashSet};

use access::{ResealBody, Rights};
use chain::EntryType;
use vault::{KeyPair, PublicKey};

use crate::Operator;
use crate::error::{ArchiveError, broken, sealed};
use crate::fate::{BucketId, Fate};
use crate::rotation::{Custody, Rotation};
use crate::steps::Step;
use crate::writer::{About, Entry, Writer};

/// What sealing anew did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resealed {
    /// Buckets with a new key.
    pub buckets: u64,
    /// Segments that were encrypted anew.
    pub segments: u64,
    /// Bodies whose key was wrapped anew.
    pub wraps: u64,
}

/// A bucket under way: number, old pair, new public key.
type Anew = (BucketId, std::sync::Arc<KeyPair>, PublicKey);

impl Writer {
    /// Seals buckets anew, by their numbers, and begins a new epoch: the wraps of their old keys are destroyed with
    /// those of the epoch before. `bodies`: segments are encrypted anew too.
    ///
    /// # Errors
    /// [`ArchiveError::NoRight`] when `by` does not administer or cannot read one of them; [`ArchiveError::Refused`]
    /// for a bucket that was disposed of, or that messages wait for in the holding area. After the commit an error
    /// means that the rest is completed when the archive is next opened for writing.
    pub fn reseal(
        &mut self,
        by: &Operator,
        buckets: &[usize],
        bodies: bool,
        custody: &Custody<'_>,
    ) -> Result<Resealed, ArchiveError> {
        self.must(by, Rights::ADMIN, "admin")?;
        self.complete()?;
        let (mut anew, mut renewed): (Vec<Anew>, _) = (Vec::new(), HashMap::new());
        for no in buckets {
            let id = self.archive.buckets.get(*no).ok_or_else(|| broken(0, "no such bucket"))?.id;
            if let Some(act) = self.archive.fates.disposed_by(&id) {
                return Err(ArchiveError::Refused(format!("entry {act} disposed of the bucket")));
            }
            self.nothing_held(&id)?;
            let old = by.bucket(&id)?.ok_or(ArchiveError::NoRight("query"))?;
            let pair = KeyPair::generate().map_err(sealed("bucket key"))?;
            if renewed.contains_key(&id) {
                continue;
            }
            anew.push((id, old, pair.public().clone()));
            renewed.insert(id, pair);
        }
        let rotation = self.prepare_rotation(custody, &HashSet::new(), &renewed)?;
        let snapshot = self.begin()?;
        let result = self.reseal_all(by, &anew, bodies, &rotation);
        let done = self.end(snapshot, result)?;
        for (id, _, public) in anew {
            self.archive.renew(&id, public);
        }
        self.reached(Step::Entry)?;
        self.complete()?;
        Ok(done)
    }

    fn reseal_all(
        &mut self,
        by: &Operator,
        buckets: &[Anew],
        bodies: bool,
        rotation: &Rotation,
    ) -> Result<Resealed, ArchiveError> {
        let mut done = Resealed::default();
        for (id, old, new) in buckets {
            let mut body =
                ResealBody { public: new.as_bytes().to_vec(), bodies: Vec::new(), wraps: Vec::new() };
            for segment in self.archive.of_bucket(EntryType::Segment, id)? {
                let stored = self.archive.entry(segment)?;
                if bodies {
                    body.bodies.push(self.without(&stored, &HashSet::new(), old, new)?);
                    done.segments += 1;
                } else {
                    body.wraps.push((segment, self.wrap_anew(&stored, "segment", old, new)?));
                }
            }
            for blob in self.archive.of_bucket(EntryType::Blob, id)? {
                if matches!(self.archive.fates.of_body(id, blob), Fate::There(_)) {
                    let stored = self.archive.entry(blob)?;
                    body.wraps.push((blob, self.wrap_anew(&stored, "blob", old, new)?));
                }
            }
            done.buckets += 1;
            done.wraps += body.wraps.len() as u64;
            let clear = body.encode();
            let entry = Entry { kind: EntryType::Reseal, clear: &clear, plain: &[] };
            self.put_about(&entry, About { entry: 0, bucket: *id }, &[&by.signer()], &[])?;
        }
        self.append_rotation(rotation, by)?;
        Ok(done)
    }
}
