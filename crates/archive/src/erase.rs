//! Erasing single records: their segment is sealed anew without them, the tree keeps their commitments, and
//! the bucket gets a new key, so that older copies of the segment open no more. Two persons approved exactly
//! this. Knows no message and no hold: which records and attachments these are, and whether it may be, the
//! caller says.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::Read;
use std::sync::Arc;

use access::{EraseBody, ResealBody, Rights};
use chain::{Approval, EntryType, Signer};
use rusqlite::params;
use vault::{KeyPair, Plain, PublicKey, WRAPPED_LEN};

use crate::Operator;
use crate::body::{Item, context, put_erased, put_record, take_item};
use crate::dispose::Recheck;
use crate::error::{ArchiveError, broken, io, sealed};
use crate::fate::{BucketId, Fate};
use crate::holding::Holding;
use crate::listing::Delta;
use crate::rotation::{Custody, Rotation};
use crate::sealer::{Full, seal};
use crate::steps::Step;
use crate::store::{Stored, blob_path};
use crate::writer::{About, Entry, Writer};

/// What is to be erased of one bucket.
pub struct Erasing {
    /// Number of the bucket.
    pub bucket: usize,
    /// Records and attachments, as they were approved.
    pub body: EraseBody,
    /// Who approved it, besides who carries it out.
    pub approvals: Vec<Approval>,
    /// Identities that must not come back.
    pub identities: Vec<Vec<u8>>,
}

/// What is to be erased in one act: an entry for each bucket, all of them or none.
pub struct Erasure<'a> {
    /// Each of another bucket, at least one.
    pub parts: &'a [Erasing],
    /// What is sealed with each entry: why.
    pub plain: &'a [u8],
}

/// A bucket that something is taken out of: its keys before and after.
pub(crate) struct Rekeyed {
    pub(crate) id: BucketId,
    pub(crate) old: Arc<KeyPair>,
    pub(crate) new: PublicKey,
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

    /// Erases records, steps 1 to 5 as of a disposal; [`Writer::close`] is the sixth. `recheck` is asked first,
    /// and again inside the transaction that makes it irrevocable. Gives the numbers of the entries.
    ///
    /// # Errors
    /// [`ArchiveError::NoRight`], [`ArchiveError::OnePerson`], [`ArchiveError::Refused`] by `recheck`;
    /// [`ArchiveError::Broken`] for a record that is not there. After step 2 an error means that the rest is
    /// completed when the archive is next opened for writing.
    pub fn erase(
        &mut self,
        by: &Operator,
        erasure: &Erasure<'_>,
        custody: &Custody<'_>,
        recheck: Recheck<'_>,
    ) -> Result<Vec<u64>, ArchiveError> {
        self.must(by, Rights::DELETE, "delete")?;
        self.must(by, Rights::ADMIN, "admin")?;
        self.complete()?;
        recheck(self)?;
        let signer = by.signer();
        let (mut rekeyed, mut renewed, mut others) = (Vec::new(), HashMap::new(), Vec::new());
        for part in erasure.parts {
            let by_others =
                self.by_another(EntryType::Erase, &part.body.encode(), &signer, &part.approvals)?;
            others.push(by_others);
            rekeyed.push(self.rekey(by, part.bucket, &mut renewed, custody.held)?);
        }
        let rotation = self.prepare_rotation(custody, &HashSet::new(), &renewed)?;
        let snapshot = self.begin()?;
        let all = erasure.parts.iter().zip(&rekeyed).zip(&others);
        let all: Vec<_> = all.map(|((part, keys), others)| (part, keys, others.as_slice())).collect();
        let result = recheck(self).and_then(|()| self.erase_all(by, &all, erasure.plain, &rotation));
        let indexes = self.end(snapshot, result)?;
        for Rekeyed { id, old: _, new } in rekeyed {
            self.archive.renew(&id, new);
        }
        self.reached(Step::Entry)?;
        self.complete()?;
        Ok(indexes)
    }

    /// The approvals of an act by others than who carries it out, each of which must hold.
    pub(crate) fn others(
        &self,
        kind: EntryType,
        clear: &[u8],
        signer: &Signer,
        approvals: &[Approval],
    ) -> Result<Vec<Approval>, ArchiveError> {
        let act =
            chain::act_of(self.archive.suite(), Some(kind), clear).ok_or_else(|| broken(0, "no act"))?;
        let others = approvals.iter().filter(|a| a.0 != signer.author());
        others.map(|a| self.approver(&act, a).map(|_| *a).ok_or(ArchiveError::OnePerson)).collect()
    }

    /// The same of an act that another must want too; asked before anything is prepared, the entry would be refused as
    /// well.
    pub(crate) fn by_another(
        &self,
        kind: EntryType,
        clear: &[u8],
        signer: &Signer,
        approvals: &[Approval],
    ) -> Result<Vec<Approval>, ArchiveError> {
        let others = self.others(kind, clear, signer, approvals)?;
        if others.is_empty() { Err(ArchiveError::OnePerson) } else { Ok(others) }
    }

    /// A new key for a bucket that the operator can open, to which what waits for the bucket is wrapped already; it is
    /// in force when the reseal entry is.
    pub(crate) fn rekey(
        &self,
        by: &Operator,
        bucket: usize,
        renewed: &mut HashMap<BucketId, KeyPair>,
        held: Option<&Holding>,
    ) -> Result<Rekeyed, ArchiveError> {
        let made = self.archive.buckets.get(bucket).ok_or_else(|| broken(0, "no such bucket"))?;
        let id = made.id;
        let old = by.bucket(&id)?.ok_or(ArchiveError::NoRight("query"))?;
        let pair = KeyPair::generate().map_err(sealed("bucket key"))?;
        let new = pair.public().clone();
        if renewed.insert(id, pair).is_some() {
            return Err(broken(made.entry, "is named twice"));
        }
        let rekeyed = Rekeyed { id, old, new };
        self.take_along(held, &rekeyed)?;
        Ok(rekeyed)
    }

    fn erase_all(
        &mut self,
        by: &Operator,
        parts: &[(&Erasing, &Rekeyed, &[Approval])],
        plain: &[u8],
        rotation: &Rotation,
    ) -> Result<Vec<u64>, ArchiveError> {
        let signer = by.signer();
        let mut indexes = Vec::new();
        for (part, keys, others) in parts {
            let about = About { entry: 0, bucket: keys.id };
            let clear = part.body.encode();
            let entry = Entry { kind: EntryType::Erase, clear: &clear, plain };
            indexes.push(self.put_about(&entry, about, &[&signer], others)?);
            let mut gone = self.take_out(by, keys, &part.body)?;
            gone.extend(part.identities.iter().cloned());
            let mut delta = Delta::default();
            for identity in &gone {
                delta.push(&crate::dedup::Seen::new(&self.dedup, 0).suppression(identity));
            }
            for part in delta.parts() {
                self.write_delta(&[0; 16], &keys.id, &part)?;
            }
        }
        self.append_rotation(rotation, by)?;
        Ok(indexes)
    }

    /// Takes records and attachments out of a bucket whose act was just put: segments that lose records are sealed
    /// anew, everything else gets a wrap to the new key. Gives the identities of the attachments.
    pub(crate) fn take_out(
        &mut self,
        by: &Operator,
        keys: &Rekeyed,
        going: &EraseBody,
    ) -> Result<Vec<Vec<u8>>, ArchiveError> {
        let Rekeyed { id, old, new: _ } = keys;
        let mut identities = Vec::new();
        for blob in &going.blobs {
            let (header, mut body) = self.archive.blob(*blob)?;
            if header.bucket != *id || header.kind() != Some(EntryType::Blob) {
                return Err(broken(*blob, "is not an attachment of the bucket"));
            }
            let (meta, _) = self.archive.open_blob(old, &header, body.as_mut())?;
            identities.push([&b"attachment"[..], id, &meta.sha256].concat());
        }
        let mut places: BTreeMap<u64, HashSet<u32>> = BTreeMap::new();
        for (entry, place) in &going.records {
            places.entry(*entry).or_default().insert(*place);
        }
        self.seal_anew(by, keys, places, false)?;
        Ok(identities)
    }

    /// Appends the entry by which everything of a bucket goes to its new key: segments that lose records are sealed
    /// anew, with `all` the others too, under fresh keys; everything else gets a wrap.
    pub(crate) fn seal_anew(
        &mut self,
        by: &Operator,
        keys: &Rekeyed,
        mut places: BTreeMap<u64, HashSet<u32>>,
        all: bool,
    ) -> Result<ResealBody, ArchiveError> {
        let Rekeyed { id, old, new } = keys;
        let mut reseal =
            ResealBody { public: new.as_bytes().to_vec(), bodies: Vec::new(), wraps: Vec::new() };
        for segment in self.archive.of_bucket(EntryType::Segment, id) {
            let stored = self.archive.entry(segment)?;
            let gone = places.remove(&segment);
            if all || gone.is_some() {
                reseal.bodies.push(self.without(&stored, &gone.unwrap_or_default(), old, new)?);
            } else {
                reseal.wraps.push((segment, self.wrap_anew(&stored, "segment", old, new)?));
            }
        }
        if let Some((entry, _)) = places.first_key_value() {
            return Err(broken(*entry, "is not a segment of the bucket"));
        }
        for blob in self.archive.of_bucket(EntryType::Blob, id) {
            if matches!(self.archive.fates.of_body(id, blob), Fate::There(_)) {
                let stored = self.archive.entry(blob)?;
                reseal.wraps.push((blob, self.wrap_anew(&stored, "blob", old, new)?));
            }
        }
        let clear = reseal.encode();
        let entry = Entry { kind: EntryType::Reseal, clear: &clear, plain: &[] };
        self.put_about(&entry, About { entry: 0, bucket: *id }, &[&by.signer()], &[])?;
        Ok(reseal)
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
        let mut plain = Plain::new(Vec::with_capacity(before.len()));
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
