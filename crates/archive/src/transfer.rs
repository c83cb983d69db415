//! Moving records from a bucket that they should not be in to one that they should: what stood there becomes its
//! commitment, as in an erasure, and the same bytes, salts included, are sealed to the other bucket, so that their
//! commitments are the same. The segments that hold them refer to the entry that moved them. Knows no message and no
//! label: which go where, the caller says.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Write;

use access::{EraseBody, Rights};
use chain::{Approval, EntryType, Suite};
use vault::{KeyPair, Plain};

use crate::Operator;
use crate::blob::{Content, Digesting, INLINE, seal_blob};
use crate::body::{Item, context, put_record, take_item};
use crate::dedup::Seen;
use crate::dispose::Recheck;
use crate::erase::Rekeyed;
use crate::error::{ArchiveError, broken, io, sealed};
use crate::fate::{BucketId, Fate};
use crate::listing::Delta;
use crate::rotation::{Custody, Rotation};
use crate::run::Covers;
use crate::sealer::{Full, seal};
use crate::sighting::{Aspect, Sighting};
use crate::steps::Step;
use crate::store::blob_path;
use crate::writer::{About, Body, Draft, Entry, Writer};

/// A segment is closed at this many bytes before compression.
const FULL: usize = 256 * 1024;

/// A record that moves.
pub struct Move {
    /// Number of the bucket that it moves to.
    pub to: usize,
    /// As the archive will know it there.
    pub sighting: Sighting,
    /// Attachments that it names.
    pub files: Vec<[u8; 32]>,
}

/// What moves out of one bucket.
pub struct Moving {
    /// Number of the bucket.
    pub bucket: usize,
    /// Records, and attachments that no other record of the bucket names, as they were approved.
    pub body: EraseBody,
    /// Where each record goes, in the order of the body.
    pub moves: Vec<Move>,
    /// Who approved it, besides who carries it out.
    pub approvals: Vec<Approval>,
    /// Identities that must not come back to this bucket.
    pub identities: Vec<Vec<u8>>,
}

/// A transfer: an entry for each bucket that something leaves, all of them or none.
pub struct Transfer<'a> {
    /// Each of another bucket, at least one.
    pub parts: &'a [Moving],
    /// What is sealed with each entry: why, and whose they are.
    pub plain: &'a [u8],
}

impl Writer {
    /// A message as the archive knows messages.
    pub fn sighting(&self, identity: &[u8], version: &[u8], aspect: &Aspect<'_>) -> Sighting {
        Seen::new(&self.dedup, 0).sighting(identity, version, aspect)
    }

    /// The buckets of some labels, made where there are none yet; an empty one that nothing comes to harms nobody.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn buckets_of(&mut self, labels: &[Vec<u8>], covers: Covers<'_>) -> Result<Vec<usize>, ArchiveError> {
        self.complete()?;
        let mut run = self.run(0, &|_| false)?;
        let found: Result<Vec<usize>, ArchiveError> =
            labels.iter().map(|label| run.bucket(label, covers).map(|no| no as usize)).collect();
        let found = found?;
        run.keep_buckets()?;
        Ok(found)
    }

    /// Moves records, steps 1 to 5 as of a disposal; [`Writer::close`] is the sixth. Gives the numbers of the entries.
    ///
    /// # Errors
    /// As [`Writer::erase`].
    pub fn transfer(
        &mut self,
        by: &Operator,
        transfer: &Transfer<'_>,
        custody: &Custody<'_>,
        recheck: Recheck<'_>,
    ) -> Result<Vec<u64>, ArchiveError> {
        self.must(by, Rights::DELETE, "delete")?;
        self.must(by, Rights::ADMIN, "admin")?;
        self.complete()?;
        recheck(self)?;
        let signer = by.signer();
        let (mut rekeyed, mut renewed, mut others) = (Vec::new(), HashMap::new(), Vec::new());
        for part in transfer.parts {
            let by_others =
                self.by_another(EntryType::Transfer, &part.body.encode(), &signer, &part.approvals)?;
            if part.moves.len() != part.body.records.len() || part.moves.iter().any(|m| m.to == part.bucket) {
                return Err(broken(0, "a record that moves nowhere"));
            }
            others.push(by_others);
            rekeyed.push(self.rekey(by, part.bucket, &mut renewed, custody.held)?);
        }
        if transfer.parts.iter().flat_map(|part| &part.moves).any(|m| self.is_renewed(m.to, &renewed)) {
            return Err(broken(0, "moves into a bucket that something moves out of"));
        }
        let rotation = self.prepare_rotation(custody, &HashSet::new(), &renewed)?;
        let snapshot = self.begin()?;
        let all: Vec<_> = transfer.parts.iter().zip(&rekeyed).zip(&others).collect();
        let result = recheck(self).and_then(|()| self.transfer_all(by, &all, transfer.plain, &rotation));
        let indexes = self.end(snapshot, result)?;
        for Rekeyed { id, old: _, new } in rekeyed {
            self.archive.renew(&id, new);
        }
        self.reached(Step::Entry)?;
        self.complete()?;
        Ok(indexes)
    }

    fn is_renewed(&self, bucket: usize, renewed: &HashMap<BucketId, KeyPair>) -> bool {
        self.archive.buckets.get(bucket).is_none_or(|b| renewed.contains_key(&b.id))
    }

    fn transfer_all(
        &mut self,
        by: &Operator,
        parts: &[((&Moving, &Rekeyed), &Vec<Approval>)],
        plain: &[u8],
        rotation: &Rotation,
    ) -> Result<Vec<u64>, ArchiveError> {
        let signer = by.signer();
        let mut indexes = Vec::new();
        for ((part, keys), others) in parts {
            let clear = part.body.encode();
            let entry = Entry { kind: EntryType::Transfer, clear: &clear, plain };
            let about = About { entry: 0, bucket: keys.id };
            let index = self.put_about(&entry, about, &[&signer], others)?;
            // read before anything of the bucket is replaced
            let records = self.leaving(part, keys)?;
            self.copy_files(index, part, keys)?;
            let mut gone = self.take_out(by, keys, &part.body)?;
            gone.extend(part.identities.iter().cloned());
            let mut delta = Delta::default();
            for identity in &gone {
                delta.push(&Seen::new(&self.dedup, 0).suppression(identity));
            }
            for part in delta.parts() {
                self.write_delta(&[0; 16], &keys.id, &part)?;
            }
            self.put_moved(index, records)?;
            let mut known: BTreeMap<usize, Delta> = BTreeMap::new();
            for one in &part.moves {
                known.entry(one.to).or_default().push(&one.sighting);
            }
            for (bucket, delta) in known {
                let id = self.archive.buckets.get(bucket).map(|b| b.id).unwrap_or_default();
                for part in delta.parts() {
                    self.write_delta(&[0; 16], &id, &part)?;
                }
            }
            indexes.push(index);
        }
        self.append_rotation(rotation, by)?;
        Ok(indexes)
    }

    /// The records that leave a bucket, as they lie in its segments, by the bucket they go to and the run that wrote
    /// them.
    fn leaving(&self, part: &Moving, keys: &Rekeyed) -> Result<Leaving, ArchiveError> {
        let to: HashMap<(u64, u32), usize> =
            part.body.records.iter().copied().zip(part.moves.iter().map(|m| m.to)).collect();
        let mut all = Leaving::new();
        let mut segments: Vec<u64> = part.body.records.iter().map(|r| r.0).collect();
        segments.dedup();
        for segment in segments {
            let stored = self.archive.entry(segment)?;
            let plain = self.archive.open_segment(&keys.old, &stored)?;
            let (mut rest, mut place) = (plain.as_slice(), 0);
            while !rest.is_empty() {
                let item = take_item(&mut rest).ok_or_else(|| broken(segment, "malformed record"))?;
                if let (Item::Record(seed, groups), Some(to)) = (&item, to.get(&(segment, place))) {
                    let of = (*to, stored.header.run, stored.header.content_suite);
                    put_record(all.entry(of).or_default(), seed, groups);
                }
                place += 1;
            }
        }
        Ok(all)
    }

    /// Appends the records to the buckets they go to, in segments that refer to the entry that moved them.
    fn put_moved(&mut self, index: u64, records: Leaving) -> Result<(), ArchiveError> {
        let job = self.job.clone();
        let mut packer = vault::Packer::new().map_err(sealed("compressor"))?;
        for ((bucket, run, suite), all) in records {
            let to = self.archive.buckets.get(bucket).cloned().ok_or_else(|| broken(0, "no such bucket"))?;
            let mut rest = all.as_slice();
            while !rest.is_empty() {
                let mut plain = Plain::new(Vec::new());
                while !rest.is_empty() && plain.len() < FULL {
                    let before = rest;
                    take_item(&mut rest).ok_or_else(|| broken(0, "malformed record"))?;
                    plain.extend_from_slice(&before[..before.len() - rest.len()]);
                }
                let context = context(&self.archive.id, &run, &to.id, EntryType::Segment.code());
                let full = Full { bucket: 0, to: to.public.clone(), context, suite, plain };
                let done = seal(&mut packer, full)?;
                let (kind, body) = (EntryType::Segment, Body::Here(done.body));
                let content_suite = Some(suite);
                let draft = Draft { kind, run, bucket: to.id, content: done.content, content_suite, body };
                self.put_moved_entry(draft, index, &job)?;
            }
        }
        Ok(())
    }

    /// Copies attachments into the buckets that records which name them go to.
    fn copy_files(&mut self, index: u64, part: &Moving, keys: &Rekeyed) -> Result<(), ArchiveError> {
        let mut wanted: BTreeMap<[u8; 32], Vec<usize>> = BTreeMap::new();
        for one in &part.moves {
            for sha256 in &one.files {
                let to = wanted.entry(*sha256).or_default();
                if !to.contains(&one.to) {
                    to.push(one.to);
                }
            }
        }
        if wanted.is_empty() {
            return Ok(());
        }
        let job = self.job.clone();
        for blob in self.archive.of_bucket(EntryType::Blob, &keys.id) {
            // those that go are still there: they go behind the entry
            let going = part.body.blobs.binary_search(&blob).is_ok();
            if !going && !matches!(self.archive.fates.of_body(&keys.id, blob), Fate::There(_)) {
                continue;
            }
            let (header, mut body) = self.archive.blob(blob)?;
            let (meta, _) = self.archive.open_blob(&keys.old, &header, body.as_mut())?;
            for bucket in wanted.remove(&meta.sha256).unwrap_or_default() {
                let to =
                    self.archive.buckets.get(bucket).cloned().ok_or_else(|| broken(0, "no such bucket"))?;
                let context = context(&self.archive.id, &header.run, &to.id, EntryType::Blob.code());
                let suite = self.archive.suite();
                let inline = meta.size <= INLINE;
                let path = blob_path(&self.archive.dir, self.archive.size());
                let mut bytes = Vec::new();
                let mut file = if inline { None } else { Some(Digesting::create(suite, &path)?) };
                let out: &mut dyn Write = match &mut file {
                    Some(file) => file,
                    None => &mut bytes,
                };
                let content = self.pipe(&keys.old, blob, |read| {
                    let mut content = Content { sha256: meta.sha256, size: meta.size, bytes: read };
                    seal_blob(suite, Some(&to.public), &context, &mut content, out).map(|sealed| sealed.0)
                })?;
                let body = match file {
                    Some(file) => {
                        let (digest, len) = file.finish()?;
                        Body::File { digest, len }
                    }
                    None => Body::Here(bytes),
                };
                let kind = EntryType::Blob;
                let draft =
                    Draft { kind, run: header.run, bucket: to.id, content, content_suite: None, body };
                self.put_moved_entry(draft, index, &job)?;
                let identity = [&b"attachment"[..], &to.id, &meta.sha256].concat();
                let mut delta = Delta::default();
                delta.push(&self.sighting(&identity, b"attachment", &Aspect::default()));
                self.write_delta(&[0; 16], &to.id, &delta)?;
            }
        }
        let folder = self.archive.dir.join("blobs");
        std::fs::File::open(folder).and_then(|f| f.sync_all()).map_err(io("syncing attachments"))
    }

    /// Reads the content of an attachment while it is decrypted, through memory and not through a disk.
    fn pipe<T>(
        &self,
        old: &KeyPair,
        blob: u64,
        read: impl FnOnce(&mut dyn std::io::Read) -> Result<T, ArchiveError>,
    ) -> Result<T, ArchiveError> {
        let (header, mut body) = self.archive.blob(blob)?;
        let (_, key) = self.archive.open_blob(old, &header, body.as_mut())?;
        let context = context(&self.archive.id, &header.run, &header.bucket, header.entry_type);
        let (mut from, mut to) = std::io::pipe().map_err(io("moving an attachment"))?;
        std::thread::scope(|scope| {
            let reading = scope.spawn(move || {
                let done = vault::open_stream(&key, &context, body.as_mut(), &mut to);
                done.map_err(|e| broken(blob, e.to_string()))
            });
            let result = read(&mut from);
            drop(from);
            let opened = reading.join().map_err(|_| broken(blob, "opening stopped"))?;
            result.and_then(|value| opened.map(|_| value))
        })
    }
}

/// Records by the bucket they go to and the run that wrote them, as they lie in a segment.
type Leaving = BTreeMap<(usize, [u8; 16], Suite), Plain>;
