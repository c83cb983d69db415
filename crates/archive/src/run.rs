//! A run: records and attachments, all of them or none. Segments fill up by bucket; a full one is
//! sealed by a thread of its own and appended in the order in which segments became full.

use std::collections::HashMap;
use std::fs::File;

use access::{KeyStore, Rights};
use chain::{EntryType, Hash, Seed};
use vault::{KeyPair, Plain, PublicKey};

use crate::Groups;
use crate::blob::{Content, Digesting, INLINE, seal_blob};
use crate::body::{context, put_record};
use crate::dedup::Seen;
use crate::error::{ArchiveError, broken, io, sealed};
use crate::hold_back::HoldBack;
use crate::listing::Delta;
use crate::same::{Likeness, MessageNo, Told, Whereabouts};
use crate::sealer::{Full, Sealed, Sealer};
use crate::sighting::{Aspect, Missing, Novelty, Sighting};
use crate::store::blob_path;
use crate::writer::{Body, Draft, Entry, Snapshot, Writer};

/// Number of a bucket in the archive.
pub type BucketNo = u32;

/// A segment is closed at this many bytes before compression.
const FULL: usize = 256 * 1024;
/// All open segments together; beyond, the fullest is closed.
const MOST_OPEN: usize = 32 << 20;
/// Emptied buffers kept for segments to come.
const MOST_SPARE: usize = 4;

/// Whether a scope of a grant covers a label of a bucket; both are the caller's words.
pub type Covers<'a> = &'a dyn Fn(&[u8], &[u8]) -> bool;

/// What a committed run left behind.
#[derive(Debug)]
pub struct Committed {
    /// Index of the run entry.
    pub entry: u64,
    /// Entries that the run added, itself included.
    pub entries: u64,
    /// Size of the log.
    pub size: u64,
    /// Root of the log.
    pub root: Hash,
    /// The signed checkpoint.
    pub checkpoint: String,
}

/// A run that is under way. Dropped without [`Run::commit`], it never was.
pub struct Run<'w> {
    pub(crate) writer: &'w mut Writer,
    pub(crate) id: [u8; 16],
    snapshot: Option<Snapshot>,
    pub(crate) seen: Seen,
    /// What goes to the holding area.
    pub(crate) held: Option<HoldBack>,
    labels: HashMap<Vec<u8>, BucketNo>,
    /// Segments that are not full, as records.
    open: HashMap<BucketNo, Plain>,
    /// Emptied buffers of segments that were sealed.
    spare: Vec<Plain>,
    open_bytes: usize,
    deltas: HashMap<BucketNo, Delta>,
    sealer: Sealer,
    pub(crate) seeds: Seeds,
    records: u64,
    first: u64,
    /// The wrap of each bucket made in this run, for comparing what was sealed.
    scopes: Vec<(access::OperatorId, u32, PublicKey, Plain)>,
}

/// Random seeds, fetched many at a time.
pub(crate) struct Seeds {
    bytes: Plain,
    at: usize,
}

impl Seeds {
    pub(crate) fn next(&mut self) -> Result<Seed, ArchiveError> {
        if self.at == self.bytes.len() {
            for chunk in self.bytes.chunks_mut(32) {
                chunk.copy_from_slice(&vault::random::<32>().map_err(sealed("randomness"))?[..chunk.len()]);
            }
            self.at = 0;
        }
        let seed = std::array::from_fn(|i| self.bytes[self.at + i]);
        self.bytes[self.at..self.at + 16].fill(0);
        self.at += 16;
        Ok(seed)
    }
}

impl Writer {
    /// Begins a run. What is known of messages is loaded for the buckets whose label `relevant` names;
    /// `expected` says about how many records will be offered.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn run(&mut self, expected: u64, relevant: &dyn Fn(&[u8]) -> bool) -> Result<Run<'_>, ArchiveError> {
        let id = vault::random().map_err(sealed("randomness"))?;
        let labels = self.labels()?;
        let mut scopes = Vec::new();
        for entry in self.register(&[EntryType::Grant])? {
            let in_force = self.archive.authority.grants().find(|(_, g)| g.entry == entry.header.index);
            if let Some((operator, grant)) = in_force
                && grant.rights.has(Rights::QUERY)
            {
                let key = PublicKey::from_bytes(&grant.sealing).map_err(sealed("operator's key"))?;
                scopes.push((*operator, grant.epoch, key, entry.plain));
            }
        }
        let seen = self.load_seen(&labels, usize::try_from(expected).unwrap_or(0), relevant)?;
        // what comes back to a bucket that was disposed of gets a new one
        let there = (0..).zip(labels).filter(|(no, _)| self.archive.disposed_by(*no as usize).is_none());
        let labels = there.map(|(no, label)| (label.to_vec(), no)).collect();
        let first = self.archive.size();
        let sealer = Sealer::start()?;
        let snapshot = self.begin()?;
        Ok(Run {
            writer: self,
            id,
            snapshot: Some(snapshot),
            seen,
            held: None,
            labels,
            open: HashMap::new(),
            spare: Vec::new(),
            open_bytes: 0,
            deltas: HashMap::new(),
            sealer,
            seeds: Seeds { bytes: Plain::new(vec![0; 4096]), at: 4096 },
            records: 0,
            first,
            scopes,
        })
    }
}

impl Run<'_> {
    /// Number of the run.
    pub fn id(&self) -> &[u8; 16] {
        &self.id
    }

    /// Records put so far.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// A message as the archive knows messages: by the keyed hashes of its identity, its version and how it was
    /// seen.
    pub fn sighting(&mut self, identity: &[u8], version: &[u8], aspect: &Aspect<'_>) -> Sighting {
        self.seen.sighting(identity, version, aspect)
    }

    /// Notes that this run met a message; gives whether earlier copies had missed it.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn meet(&mut self, sighting: &Sighting) -> Result<bool, ArchiveError> {
        match self.seen.meet(sighting) {
            Some((again, bucket)) => self.list(&again, bucket).map(|()| true),
            None => Ok(false),
        }
    }

    /// Messages that earlier copies had and this one has not, though it has their conversation; each is told
    /// once. Asked when the whole source was read.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn missing(&mut self) -> Result<Vec<Missing>, ArchiveError> {
        let missing = self.seen.missing();
        missing.iter().try_for_each(|(sighting, m)| self.list(sighting, m.bucket))?;
        Ok(missing.into_iter().map(|(_, m)| m).collect())
    }

    /// Whether an identity is one that must not come back.
    pub fn erased(&self, identity: &[u8]) -> bool {
        self.seen.erased(identity)
    }

    /// What the archive knows of a message.
    pub fn novelty(&self, sighting: &Sighting) -> Novelty {
        self.seen.novelty(sighting)
    }

    /// The same sighting under another identity.
    pub fn renamed(&self, sighting: &Sighting, identity: &[u8]) -> Sighting {
        self.seen.renamed(sighting, identity)
    }

    /// Whether an identity is known, in whatever state, or was met in this run.
    pub fn has(&self, sighting: &Sighting) -> bool {
        self.seen.met(&sighting.id)
    }

    /// Who told the message before, and that a source of the kind `teller`, one of eight, tells it now. `None`
    /// for one that is known from before there were likenesses.
    pub fn told(&mut self, sighting: &Sighting, teller: u8, likenesses: &[Likeness<'_>]) -> Option<Told> {
        self.seen.told(&sighting.id, teller, likenesses)
    }

    /// Where a message is.
    pub fn whereabouts(&self, message: &MessageNo) -> Whereabouts {
        self.seen.whereabouts(message)
    }

    /// The bucket of a label, made when there is none yet.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn bucket(&mut self, label: &[u8], covers: Covers<'_>) -> Result<BucketNo, ArchiveError> {
        if let Some(no) = self.labels.get(label) {
            return Ok(*no);
        }
        let random = sealed("randomness");
        let archive = &self.writer.archive;
        let epoch = archive.authority.epoch().cloned().ok_or_else(|| broken(0, "no epoch"))?;
        let to_epoch = PublicKey::from_bytes(&epoch.sealing).map_err(sealed("epoch key"))?;
        let id: [u8; 16] = vault::random().map_err(&random)?;
        let pair = KeyPair::generate().map_err(&random)?;
        let context = [&archive.id[..], &id].concat();
        // step 1: the key store has the key before any entry needs it; a bucket whose run never commits
        // leaves wraps of a key that seals nothing
        let wrap = vault::wrap(&to_epoch, "bucket", &context, pair.seed()).map_err(&random)?;
        self.writer.keys.write(&KeyStore::bucket_epoch(&id, epoch.number), &wrap)?;
        for (operator, epoch, key, scope) in &self.scopes {
            if covers(scope, label) {
                let wrap = vault::wrap(key, "bucket", &context, pair.seed()).map_err(&random)?;
                self.writer.keys.write(&KeyStore::bucket_operator(&id, operator, *epoch), &wrap)?;
            }
        }
        let entry = Entry { kind: EntryType::Bucket, clear: pair.public().as_bytes(), plain: label };
        let job = self.writer.job.clone();
        self.writer.put_register(&entry, &self.id, &id, &[&job])?;
        let no = u32::try_from(self.writer.archive.buckets.len() - 1)
            .map_err(|_| broken(0, "too many buckets"))?;
        self.labels.insert(label.to_vec(), no);
        Ok(no)
    }

    /// The labels of all buckets, in the order of their numbers.
    pub fn labels(&self) -> Vec<Vec<u8>> {
        let mut labels: Vec<(BucketNo, &Vec<u8>)> = self.labels.iter().map(|(l, no)| (*no, l)).collect();
        labels.sort_unstable();
        labels.into_iter().map(|(_, label)| label.clone()).collect()
    }

    /// The label of a bucket.
    pub(crate) fn label(&self, bucket: BucketNo) -> Option<Vec<u8>> {
        self.labels.iter().find(|(_, no)| **no == bucket).map(|(label, _)| label.clone())
    }

    /// Puts a record into a bucket and notes there that it was seen.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn record(
        &mut self,
        bucket: BucketNo,
        sighting: &Sighting,
        groups: &Groups<'_>,
    ) -> Result<(), ArchiveError> {
        self.note(sighting, bucket)?;
        let seed = self.seeds.next()?;
        let spare = &mut self.spare;
        let open = self.open.entry(bucket).or_insert_with(|| spare.pop().unwrap_or_default());
        let before = open.len();
        if open.capacity() == 0 {
            open.reserve(FULL + FULL / 8);
        }
        put_record(open, &seed, groups);
        self.open_bytes += open.len() - before;
        self.records += 1;
        if open.len() >= FULL {
            self.close(bucket)?;
        } else if self.open_bytes > MOST_OPEN {
            let fullest = self.open.iter().max_by_key(|(no, open)| (open.len(), **no)).map(|(no, _)| *no);
            if let Some(fullest) = fullest {
                self.close(fullest)?;
            }
        }
        Ok(())
    }

    /// Notes that a message was seen; a list that has grown long goes to disk.
    pub(crate) fn note(&mut self, sighting: &Sighting, bucket: BucketNo) -> Result<(), ArchiveError> {
        self.seen.note(sighting, bucket);
        self.list(sighting, bucket)
    }

    /// Puts a sighting on the list of its bucket.
    pub(crate) fn list(&mut self, sighting: &Sighting, bucket: BucketNo) -> Result<(), ArchiveError> {
        let delta = self.deltas.entry(bucket).or_default();
        delta.push(sighting);
        if delta.is_full() {
            let delta = std::mem::take(delta);
            self.write_delta(bucket, &delta)?;
        }
        Ok(())
    }

    fn write_delta(&self, bucket: BucketNo, delta: &Delta) -> Result<(), ArchiveError> {
        let bucket = self.writer.archive.buckets[bucket as usize].id;
        self.writer.write_delta(&self.id, &bucket, delta)
    }

    /// Closes the open segment of a bucket: it goes to be sealed.
    fn close(&mut self, bucket: BucketNo) -> Result<(), ArchiveError> {
        let Some(plain) = self.open.remove(&bucket) else { return Ok(()) };
        self.open_bytes -= plain.len();
        let to = &self.writer.archive.buckets[bucket as usize];
        let context = context(&self.writer.archive.id, &self.id, &to.id, EntryType::Segment.code());
        let suite = self.writer.archive.suite();
        let full = Full { bucket, to: to.public.clone(), context, suite, plain };
        match self.sealer.give(full)? {
            Some(sealed) => self.append(sealed),
            None => Ok(()),
        }
    }

    /// Appends a sealed segment.
    fn append(&mut self, segment: Sealed) -> Result<(), ArchiveError> {
        let Sealed { bucket, content, body, emptied } = segment;
        if self.spare.len() < MOST_SPARE {
            self.spare.push(emptied);
        }
        let bucket = self.writer.archive.buckets[bucket as usize].id;
        let (kind, body) = (EntryType::Segment, Body::Here(body));
        self.put(Draft { kind, run: self.id, bucket, content, content_suite: None, body }, 0)
    }

    fn put(&mut self, draft: Draft, from: u64) -> Result<(), ArchiveError> {
        let job = self.writer.job.clone();
        self.writer.put_moved_entry(draft, from, &job).map(|_| ())
    }

    /// Stores the content of an attachment in a bucket, once; gives whether it was new there.
    ///
    /// # Errors
    /// [`ArchiveError::Content`] when the content is not what its digest and size say.
    pub fn attachment(&mut self, bucket: BucketNo, content: &mut Content<'_>) -> Result<bool, ArchiveError> {
        self.attachment_from(bucket, content, 0)
    }

    /// The same, brought by another entry than the run's.
    pub(crate) fn attachment_from(
        &mut self,
        bucket: BucketNo,
        content: &mut Content<'_>,
        from: u64,
    ) -> Result<bool, ArchiveError> {
        let to = self.writer.archive.buckets[bucket as usize].clone();
        let sighting = self.attachment_sighting(&to.id, &content.sha256);
        if !self.seen.is_missing(&sighting) {
            return Ok(false);
        }
        let context = context(&self.writer.archive.id, &self.id, &to.id, EntryType::Blob.code());
        let suite = self.writer.archive.suite();
        let (content, body) = if content.size <= INLINE {
            let mut body = Vec::new();
            let (content, _) = seal_blob(suite, Some(&to.public), &context, content, &mut body)?;
            (content, Body::Here(body))
        } else {
            // step 2: the file is whole and synced before the entry that names its digest
            let mut file =
                Digesting::create(suite, &blob_path(&self.writer.archive.dir, self.writer.archive.size()))?;
            let (content, _) = seal_blob(suite, Some(&to.public), &context, content, &mut file)?;
            let (digest, len) = file.finish()?;
            (content, Body::File { digest, len })
        };
        let (kind, run) = (EntryType::Blob, self.id);
        self.put(Draft { kind, run, bucket: to.id, content, content_suite: None, body }, from)?;
        self.note(&sighting, bucket)?;
        Ok(true)
    }

    pub(crate) fn attachment_sighting(&mut self, bucket: &[u8; 16], sha256: &[u8; 32]) -> Sighting {
        let identity = [&b"attachment"[..], bucket, sha256].concat();
        self.seen.sighting(&identity, b"attachment", &Aspect::default())
    }

    /// Appends a register-like entry as part of the run, signed by the job.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn register(&mut self, entry: &Entry<'_>) -> Result<u64, ArchiveError> {
        let job = self.writer.job.clone();
        self.writer.put_register(entry, &self.id, &[0; 16], &[&job])
    }

    /// Ends the run: what is open is closed, the run entry with its manifest comes last, everything is
    /// committed at once.
    ///
    /// # Errors
    /// [`ArchiveError`]; the run then never was.
    pub fn commit(mut self, manifest: &[u8]) -> Result<Committed, ArchiveError> {
        let snapshot = self.snapshot.take();
        let result = self.finish(manifest);
        let Some(snapshot) = snapshot else { return Err(broken(0, "a run ended twice")) };
        let ended = self.writer.end(snapshot, result);
        if let (Err(_), Some(held)) = (&ended, self.held.take()) {
            held.abandon();
        }
        let entry = ended?;
        Ok(Committed {
            entry,
            entries: self.writer.archive.size() - self.first,
            size: self.writer.archive.size(),
            root: self.writer.archive.root(),
            checkpoint: self.writer.signed_checkpoint().to_text(),
        })
    }

    /// Keeps the buckets that were made, and nothing else; no entry closes a run of nothing.
    pub(crate) fn keep_buckets(mut self) -> Result<(), ArchiveError> {
        let Some(snapshot) = self.snapshot.take() else { return Err(broken(0, "a run ended twice")) };
        if self.records > 0 || self.held.is_some() {
            self.writer.rollback(snapshot);
            return Err(broken(0, "a run of records that no entry closes"));
        }
        self.writer.end(snapshot, Ok(()))
    }

    fn finish(&mut self, manifest: &[u8]) -> Result<u64, ArchiveError> {
        let mut buckets: Vec<BucketNo> = self.open.keys().copied().collect();
        buckets.sort_unstable();
        for bucket in buckets {
            self.close(bucket)?;
        }
        while let Some(sealed) = self.sealer.next()? {
            self.append(sealed)?;
        }
        let mut at = 0;
        while let Some((next, likeness, bucket)) = self.seen.next_likeness(at) {
            self.list(&likeness, bucket)?;
            at = next;
        }
        let mut deltas: Vec<_> = std::mem::take(&mut self.deltas).into_iter().collect();
        deltas.sort_unstable_by_key(|(no, _)| *no);
        for (no, delta) in &deltas {
            self.write_delta(*no, delta)?;
        }
        self.end_held()?;
        let folder = self.writer.archive.dir.join("blobs");
        File::open(folder).and_then(|f| f.sync_all()).map_err(io("syncing attachments"))?;
        self.register(&Entry { kind: EntryType::Run, clear: &[], plain: manifest })
    }
}

impl Drop for Run<'_> {
    fn drop(&mut self) {
        if let Some(snapshot) = self.snapshot.take() {
            self.writer.rollback(snapshot);
            if let Some(held) = self.held.take() {
                held.abandon();
            }
        }
    }
}
