//! Erasing single records: their segment is sealed anew without them, the tree keeps their commitments, and
//! the bucket gets a new key, so that older copies of the segment open no more. Two persons sign. Knows no
//! message: which records and attachments these are, the caller says.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::Read;

use access::{EraseBody, ResealBody, Rights};
use chain::EntryType;
use rusqlite::params;
use vault::{KeyPair, PublicKey, WRAPPED_LEN};
use zeroize::Zeroizing;

use crate::Operator;
use crate::body::{Item, context, put_erased, put_record, take_item};
use crate::dedup::Delta;
use crate::dispose::Recheck;
use crate::error::{ArchiveError, broken, io, sealed};
use crate::fate::{BucketId, Fate};
use crate::rotation::{Custody, Rotation};
use crate::sealer::{Full, seal};
use crate::steps::Step;
use crate::store::{Stored, blob_path};
use crate::writer::{About, Entry, Writer};

/// What is to be erased, all of one bucket.
pub struct Erasure<'a> {
    /// Number of the bucket.
    pub bucket: usize,
    /// Entry of the segment and place in it.
    pub records: Vec<(u64, u32)>,
    /// Entries of attachments that nothing else in the bucket names.
    pub blobs: Vec<u64>,
    /// What is sealed with the entry: why.
    pub plain: &'a [u8],
    /// Identities that must not come back.
    pub identities: &'a [Vec<u8>],
}

impl Writer {
    /// Which of some identities are known in a bucket and may still come back.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn known(&self, bucket: usize, identities: &[Vec<u8>]) -> Result<Vec<bool>, ArchiveError> {
        let labels = self.labels()?;
        let mine = labels.get(bucket).map(|label| label.to_vec()).unwrap_or_default();
        let seen = self.load_seen(&labels, 0, &|label| *label == *mine)?;
        Ok(identities.iter().map(|identity| seen.knows(identity)).collect())
    }

    /// Erases records, steps 1 to 5 as of a disposal; [`Writer::close`] is the sixth. Gives the entry's number.
    ///
    /// # Errors
    /// [`ArchiveError::NoRight`], [`ArchiveError::OnePerson`], [`ArchiveError::Refused`] by `recheck`;
    /// [`ArchiveError::Broken`] for a record that is not there. After step 2 an error means that the rest is
    /// completed when the archive is next opened for writing.
    pub fn erase(
        &mut self,
        by: (&Operator, &Operator),
        erasure: &Erasure<'_>,
        custody: &Custody<'_>,
        recheck: Recheck<'_>,
    ) -> Result<u64, ArchiveError> {
        self.must(by.0, Rights::DELETE, "delete")?;
        self.must(by.0, Rights::ADMIN, "admin")?;
        self.must(by.1, Rights::DELETE, "delete")?;
        if by.0.id() == by.1.id() {
            return Err(ArchiveError::OnePerson);
        }
        self.complete()?;
        recheck(self)?;
        let made = self.archive.buckets.get(erasure.bucket).ok_or_else(|| broken(0, "no such bucket"))?;
        let id = made.id;
        self.nothing_held(&id)?;
        let old = by.0.bucket(&id)?.ok_or(ArchiveError::NoRight("query"))?;
        let new = KeyPair::generate().map_err(sealed("bucket key"))?;
        let public = new.public().clone();
        let rotation = self.prepare_rotation(custody, &HashSet::new(), &HashMap::from([(id, new)]))?;
        let snapshot = self.begin()?;
        let result =
            recheck(self).and_then(|()| self.erase_all(by, erasure, &id, (&old, &public), &rotation));
        let index = self.end(snapshot, result)?;
        self.archive.renew(&id, public);
        self.reached(Step::Entry)?;
        self.complete()?;
        Ok(index)
    }

    /// What is held for a bucket is sealed to the key that an erasure replaces: appended later, nobody could open it.
    pub(crate) fn nothing_held(&self, id: &BucketId) -> Result<(), ArchiveError> {
        let held = self.archive.held_ever(&self.keys)?;
        let waits = |run: &crate::HeldRun| {
            run.items.iter().any(|i| i.bucket == *id && !run.settled.contains_key(&i.slot))
        };
        if held.iter().any(|(run, _)| waits(run)) {
            let what = "messages of the same bucket are in the holding area: they must be settled first";
            return Err(ArchiveError::Refused(what.to_owned()));
        }
        Ok(())
    }

    fn erase_all(
        &mut self,
        by: (&Operator, &Operator),
        erasure: &Erasure<'_>,
        id: &BucketId,
        (old, new): (&KeyPair, &PublicKey),
        rotation: &Rotation,
    ) -> Result<u64, ArchiveError> {
        let about = About { entry: 0, bucket: *id };
        let mut body = EraseBody { records: erasure.records.clone(), blobs: erasure.blobs.clone() };
        body.records.sort_unstable();
        body.blobs.sort_unstable();
        let mut places: BTreeMap<u64, HashSet<u32>> = BTreeMap::new();
        for (entry, place) in &body.records {
            places.entry(*entry).or_default().insert(*place);
        }
        let clear = body.encode();
        let entry = Entry { kind: EntryType::Erase, clear: &clear, plain: erasure.plain };
        let index = self.put_about(&entry, about, &[&by.0.signer(), &by.1.signer()], &[])?;
        let mut reseal =
            ResealBody { public: new.as_bytes().to_vec(), bodies: Vec::new(), wraps: Vec::new() };
        for segment in self.archive.of_bucket(EntryType::Segment, id)? {
            let stored = self.archive.entry(segment)?;
            match places.remove(&segment) {
                Some(gone) => reseal.bodies.push(self.without(&stored, &gone, old, new)?),
                None => reseal.wraps.push((segment, self.wrap_anew(&stored, "segment", old, new)?)),
            }
        }
        if let Some((entry, _)) = places.first_key_value() {
            return Err(broken(*entry, "is not a segment of the bucket"));
        }
        for blob in self.archive.of_bucket(EntryType::Blob, id)? {
            if matches!(self.archive.fates.of_body(id, blob), Fate::There(_)) {
                let stored = self.archive.entry(blob)?;
                reseal.wraps.push((blob, self.wrap_anew(&stored, "blob", old, new)?));
            }
        }
        let clear = reseal.encode();
        let entry = Entry { kind: EntryType::Reseal, clear: &clear, plain: &[] };
        self.put_about(&entry, about, &[&by.0.signer()], &[])?;
        self.append_rotation(rotation, by.0)?;
        let mut delta = Delta::default();
        for identity in erasure.identities {
            delta.push(&crate::dedup::Seen::new(&self.dedup, 0).suppression(identity));
        }
        if !erasure.identities.is_empty() {
            self.write_delta(&[0; 16], id, &delta)?;
        }
        Ok(index)
    }

    /// Seals a segment anew without some records, or with all; their commitments stay. Gives entry, digest and length.
    pub(crate) fn without(
        &self,
        stored: &Stored,
        gone: &HashSet<u32>,
        old: &KeyPair,
        new: &PublicKey,
    ) -> Result<(u64, chain::Hash, u64), ArchiveError> {
        let h = &stored.header;
        let before = self.archive.open_segment(old, stored)?;
        let mut plain = Zeroizing::new(Vec::with_capacity(before.len()));
        let (mut rest, mut place, mut found) = (before.as_slice(), 0, 0);
        while !rest.is_empty() {
            let item = take_item(&mut rest).ok_or_else(|| broken(h.index, "malformed record"))?;
            match &item {
                Item::Record(seed, groups) if !gone.contains(&place) => put_record(&mut plain, seed, groups),
                Item::Record(..) => {
                    found += 1;
                    put_erased(&mut plain, &item.commitment(h.content_suite));
                }
                Item::Erased(commitment) => put_erased(&mut plain, commitment),
            }
            place += 1;
        }
        if found != gone.len() {
            return Err(broken(h.index, "has no such record"));
        }
        let mut packer = vault::Packer::new().map_err(sealed("compressor"))?;
        let context = context(&self.archive.id, &h.run, &h.bucket, h.entry_type);
        let full = Full { bucket: 0, to: new.clone(), context, suite: h.content_suite, plain };
        let anew = seal(&mut packer, full)?;
        if anew.content != h.content {
            return Err(broken(h.index, "records do not match the root in the header"));
        }
        let row = i64::try_from(h.index).map_err(|_| broken(h.index, "no such entry"))?;
        self.archive
            .connection
            .prepare_cached("UPDATE entries SET body = ?1 WHERE idx = ?2")?
            .execute(params![anew.body, row])?;
        Ok((h.index, self.archive.suite().hash(&[&anew.body]), anew.body.len() as u64))
    }

    /// The key of a body, wrapped to the bucket's new key.
    pub(crate) fn wrap_anew(
        &self,
        stored: &Stored,
        purpose: &str,
        old: &KeyPair,
        new: &PublicKey,
    ) -> Result<Vec<u8>, ArchiveError> {
        let h = &stored.header;
        let mut head = vec![0; WRAPPED_LEN];
        match (self.archive.fates.wrap_of(&h.bucket, h.index), &stored.body) {
            (Some(wrap), _) => head = wrap.to_vec(),
            (None, Some(body)) => {
                head = body.get(..WRAPPED_LEN).ok_or_else(|| broken(h.index, "malformed body"))?.to_vec();
            }
            (None, None) => File::open(blob_path(&self.archive.dir, h.index))
                .and_then(|mut file| file.read_exact(&mut head))
                .map_err(io("reading an attachment"))?,
        }
        let context = context(&self.archive.id, &h.run, &h.bucket, h.entry_type);
        let key = vault::unwrap(old, purpose, &context, &head).map_err(|e| broken(h.index, e.to_string()))?;
        vault::wrap(new, purpose, &context, &key).map_err(sealed("wrap"))
    }
}
