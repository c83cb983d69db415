//! The one writer of an archive: it holds a lock, the job's signing key and public keys. It can write
//! and cannot read what was written.

use std::fs::{self, File, TryLockError};
use std::path::Path;
use std::sync::Arc;

use access::KeyStore;
use chain::{Approval, Checkpoint, EntryType, Header, Signer, Suite};
use rusqlite::{OpenFlags, params};
use vault::{Plain, Secret};

use crate::body::{context, register, unframe};
use crate::error::{ArchiveError, broken, io, sealed};
use crate::fate::Fates;
use crate::seen::SEEN;
use crate::state::place_checkpoint;
use crate::steps::Step;
use crate::store::{Archive, Log, Stored, note_name};

/// A register-like entry to append.
pub struct Entry<'a> {
    /// Its type.
    pub kind: EntryType,
    /// What must be readable without keys.
    pub clear: &'a [u8],
    /// What is sealed under the register key.
    pub plain: &'a [u8],
}

/// The writer.
pub struct Writer {
    pub(crate) archive: Archive,
    pub(crate) keys: KeyStore,
    pub(crate) register: Secret,
    pub(crate) dedup: Secret,
    pub(crate) job: Arc<Signer>,
    pub(crate) now: u64,
    /// Step behind which to stop, in tests.
    pub(crate) stop: Option<Step>,
    pub(crate) stop_grant: Option<u8>,
    _lock: File,
}

/// What is restored when a transaction is rolled back.
pub(crate) struct Snapshot {
    log: Log,
    authority: access::Authority,
    fates: Fates,
    buckets: usize,
}

impl Writer {
    /// Opens the archive in `dir` for writing; `now` is in milliseconds since 1970 and never goes back
    /// behind the last entry.
    ///
    /// # Errors
    /// [`ArchiveError::Busy`] when another writer holds it.
    pub fn open(dir: &Path, keys: &Path, now: u64) -> Result<Self, ArchiveError> {
        if crate::founding::is_unfinished(dir) {
            return Err(ArchiveError::Unfinished);
        }
        let store = KeyStore::open(keys, dir)?;
        let archive = Archive::open_with(dir, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        Self::over(archive, store, now)
    }

    pub(crate) fn over(archive: Archive, keys: KeyStore, now: u64) -> Result<Self, ArchiveError> {
        let lock = File::options()
            .write(true)
            .create(true)
            .truncate(false)
            .open(archive.dir.join("lock"))
            .map_err(io("opening the lock"))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(ArchiveError::Busy),
            Err(TryLockError::Error(e)) => return Err(io("locking")(e)),
        }
        let register = keys.secret("ingest/register")?;
        let dedup = keys.secret("ingest/dedup")?;
        let job = Arc::new(Signer::from_seed(&*keys.secret("ingest/signing")?));
        if job.public() != archive.job {
            return Err(
                access::KeyStoreFault::Damaged("ingest/signing: of another archive".to_owned()).into()
            );
        }
        let now = now.max(archive.log.written_at);
        let mut writer =
            Self { archive, keys, register, dedup, job, now, stop: None, stop_grant: None, _lock: lock };
        // the log may have grown between opening and locking
        if writer.archive.size() > 0 {
            let dir = writer.archive.dir.clone();
            writer.archive = Archive::open_with(&dir, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
            writer.archive.committed()?;
            writer.archive.remembered(&writer.keys)?;
            writer.sweep()?;
            writer.settle_grants()?;
            match writer.complete() {
                // somebody reads, the disk is full: the next writer goes on, and who closes the act is told
                Ok(()) | Err(ArchiveError::Busy | ArchiveError::Store(_) | ArchiveError::Io { .. }) => {}
                Err(e) => return Err(e),
            }
        }
        Ok(writer)
    }

    /// The archive written to.
    pub fn archive(&self) -> &Archive {
        &self.archive
    }

    /// The key store.
    pub fn keys(&self) -> &KeyStore {
        &self.keys
    }

    /// Removes large attachments of a run that was never committed.
    fn sweep(&self) -> Result<(), ArchiveError> {
        let folder = self.archive.dir.join("blobs");
        let Ok(entries) = fs::read_dir(&folder) else {
            // a copy came back without the folders that were empty
            return fs::create_dir_all(&folder).map_err(io("making the archive folder"));
        };
        for entry in entries {
            let path = entry.map_err(io("sweeping blobs"))?.path();
            let index =
                path.file_name().and_then(|n| n.to_str()).and_then(|n| u64::from_str_radix(n, 16).ok());
            if index.is_none_or(|index| index >= self.archive.size()) {
                fs::remove_file(&path).map_err(io("sweeping blobs"))?;
            }
        }
        Ok(())
    }

    /// Appends register-like entries, all or none, signed by `signers`, then a new checkpoint.
    ///
    /// # Errors
    /// [`ArchiveError`]; nothing is then appended.
    pub fn append(&mut self, entries: &[Entry<'_>], signers: &[&Signer]) -> Result<Vec<u64>, ArchiveError> {
        let snapshot = self.begin()?;
        let result = self.append_all(entries, signers, &[0; 16]);
        self.end(snapshot, result)
    }

    /// Appends what the job may write outside of a run, signed by it.
    ///
    /// # Errors
    /// [`ArchiveError`]; nothing is then appended.
    pub fn append_as_job(&mut self, entry: &Entry<'_>) -> Result<u64, ArchiveError> {
        let job = self.job.clone();
        let entries = self.append(std::slice::from_ref(entry), &[&job])?;
        Ok(entries.first().copied().unwrap_or_default())
    }

    pub(crate) fn append_all(
        &mut self,
        entries: &[Entry<'_>],
        signers: &[&Signer],
        run: &[u8; 16],
    ) -> Result<Vec<u64>, ArchiveError> {
        entries.iter().map(|e| self.put_register(e, run, &[0; 16], signers)).collect()
    }

    /// Appends one register-like entry inside a transaction.
    pub(crate) fn put_register(
        &mut self,
        entry: &Entry<'_>,
        run: &[u8; 16],
        bucket: &[u8; 16],
        signers: &[&Signer],
    ) -> Result<u64, ArchiveError> {
        let draft = self.draft(entry, run, bucket)?;
        self.put(draft, signers)
    }

    /// A register-like entry, sealed.
    fn draft(&self, entry: &Entry<'_>, run: &[u8; 16], bucket: &[u8; 16]) -> Result<Draft, ArchiveError> {
        let context = context(&self.archive.id, run, bucket, entry.kind.code());
        let (body, content) =
            register(self.archive.suite(), &self.register, &context, entry.clear, entry.plain)
                .map_err(sealed("register entry"))?;
        Ok(Draft {
            kind: entry.kind,
            run: *run,
            bucket: *bucket,
            content,
            content_suite: None,
            body: Body::Here(body),
        })
    }

    /// Appends one register-like entry that is about another entry or a bucket, inside a transaction.
    pub(crate) fn put_about(
        &mut self,
        entry: &Entry<'_>,
        about: About,
        signers: &[&Signer],
        approvals: &[Approval],
    ) -> Result<u64, ArchiveError> {
        let draft = self.draft(entry, &[0; 16], &about.bucket)?;
        self.put_signed(draft, about.entry, signers, approvals)
    }

    /// Appends one register-like entry about another entry, then a new checkpoint.
    ///
    /// # Errors
    /// [`ArchiveError`]; nothing is then appended.
    pub fn append_about(
        &mut self,
        entry: &Entry<'_>,
        about: u64,
        signers: &[&Signer],
    ) -> Result<u64, ArchiveError> {
        let snapshot = self.begin()?;
        let result = self.put_about(entry, About { entry: about, bucket: [0; 16] }, signers, &[]);
        self.end(snapshot, result)
    }

    /// Appends one entry inside a transaction: header, signatures, body.
    pub(crate) fn put(&mut self, draft: Draft, signers: &[&Signer]) -> Result<u64, ArchiveError> {
        self.put_signed(draft, 0, signers, &[])
    }

    /// Appends a segment or attachment that another entry brought; 0 for none.
    pub(crate) fn put_moved_entry(
        &mut self,
        draft: Draft,
        transfer: u64,
        job: &Signer,
    ) -> Result<u64, ArchiveError> {
        self.put_signed(draft, transfer, &[job], &[])
    }

    pub(crate) fn put_signed(
        &mut self,
        draft: Draft,
        refers_to: u64,
        signers: &[&Signer],
        approvals: &[Approval],
    ) -> Result<u64, ArchiveError> {
        let Draft { kind, run, bucket, content, content_suite, body } = draft;
        let suite = self.archive.suite();
        let (digest, len) = match &body {
            Body::Here(bytes) => (suite.hash(&[bytes]), bytes.len() as u64),
            Body::File { digest, len } => (*digest, *len),
        };
        let index = self.archive.log.frontier.size();
        let header = Header {
            entry_type: kind.code(),
            suite,
            content_suite: content_suite.unwrap_or(suite),
            index,
            prev: self.archive.log.prev(suite),
            archive: self.archive.id,
            run,
            written_at: self.now,
            bucket,
            content,
            body_digest: digest,
            body_len: len,
            author: signers.first().map(|s| s.author()).unwrap_or_default(),
            refers_to,
        };
        let bytes = header.encode();
        let signatures = chain::sign_block(&self.archive.id, &bytes, signers, approvals);
        let authors: Vec<_> =
            signers.iter().map(|s| s.author()).chain(approvals.iter().map(|a| a.0)).collect();
        let clear = match &body {
            Body::Here(bytes) if kind != EntryType::Segment && kind != EntryType::Blob => {
                unframe(bytes).map(|parts| parts.0).unwrap_or_default()
            }
            _ => &[],
        };
        // what would not verify is never written
        self.archive.authority.apply(&header, &authors, clear).map_err(|e| match e {
            access::RightsFault::NoRight => {
                ArchiveError::NoRight(access::needed(kind).0.words().first().copied().unwrap_or("admin"))
            }
            access::RightsFault::OneSignature => ArchiveError::OnePerson,
            other => broken(index, other.to_string()),
        })?;
        self.archive.fates.apply(&header, clear).map_err(|e| broken(index, e))?;
        if kind == EntryType::Bucket {
            let public = vault::PublicKey::from_bytes(clear).map_err(sealed("bucket key"))?;
            self.archive.buckets.push(crate::store::Bucket { id: bucket, entry: index, public });
        }
        let stored = Stored { header, bytes, signatures, body: None };
        self.archive.follow(&stored)?;
        let inline = match &body {
            Body::Here(bytes) => Some(bytes.as_slice()),
            Body::File { .. } => None,
        };
        let row = i64::try_from(index).map_err(|_| broken(index, "log is full"))?;
        self.archive
            .connection
            .prepare_cached("INSERT INTO entries (idx, header, signatures, body) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![row, stored.bytes, stored.signatures, inline])?;
        Ok(index)
    }

    pub(crate) fn begin(&mut self) -> Result<Snapshot, ArchiveError> {
        self.archive.connection.execute_batch("BEGIN IMMEDIATE")?;
        Ok(Snapshot {
            log: self.archive.log.clone(),
            authority: self.archive.authority.clone(),
            fates: self.archive.fates.clone(),
            buckets: self.archive.buckets.len(),
        })
    }

    /// Ends a transaction: with its checkpoint when all went well, else as if it had never begun.
    pub(crate) fn end<T>(
        &mut self,
        snapshot: Snapshot,
        result: Result<T, ArchiveError>,
    ) -> Result<T, ArchiveError> {
        match result.and_then(|value| self.commit().map(|()| value)) {
            Ok(value) => Ok(value),
            Err(e) => {
                self.rollback(snapshot);
                Err(e)
            }
        }
    }

    pub(crate) fn rollback(&mut self, snapshot: Snapshot) {
        let Snapshot { log, authority, fates, buckets } = snapshot;
        // a connection that cannot even roll back has lost the transaction with its file
        drop(self.archive.connection.execute_batch("ROLLBACK"));
        self.archive.log = log;
        self.archive.index.truncate(self.archive.size());
        self.archive.authority = authority;
        self.archive.fates = fates;
        self.archive.buckets.truncate(buckets);
    }

    /// Step 3, commit, step 4, the checkpoint file, and step 5, the key store's memory (FORMAT.md, "Commit order").
    fn commit(&mut self) -> Result<(), ArchiveError> {
        let text = self.signed_checkpoint().to_text();
        self.archive
            .connection
            .prepare_cached("INSERT OR REPLACE INTO state (name, value) VALUES ('checkpoint', ?1)")?
            .execute([text.as_bytes()])?;
        self.archive.connection.execute_batch("COMMIT")?;
        // dying here leaves an older file: the database has the newer checkpoint, and a file behind it is
        // an older state of the same log, which still verifies
        place_checkpoint(&self.archive.dir, &text)?;
        Ok(self.keys.write(SEEN, &self.archive.seen().encode())?)
    }

    /// The checkpoint of the log as it stands, signed by the job.
    pub(crate) fn signed_checkpoint(&self) -> Checkpoint {
        let archive = &self.archive;
        let mut checkpoint =
            Checkpoint::new(chain::origin_of(&archive.id, archive.suite()), archive.size(), archive.root());
        checkpoint.sign(&note_name(&archive.id), &self.job);
        checkpoint
    }

    /// The plain parts of register entries of some types, in order.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn register(&self, kinds: &[EntryType]) -> Result<Vec<crate::RegisterEntry>, ArchiveError> {
        self.archive.register_with(&self.register, kinds)
    }

    /// The label of every bucket, in the order of their numbers.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn labels(&self) -> Result<Vec<Plain>, ArchiveError> {
        Ok(self.register(&[EntryType::Bucket])?.into_iter().map(|e| e.plain).collect())
    }
}

/// What an entry is about.
#[derive(Clone, Copy, Default)]
pub(crate) struct About {
    /// The entry it refers to, 0 for none.
    pub(crate) entry: u64,
    /// The bucket it concerns.
    pub(crate) bucket: [u8; 16],
}

/// An entry to be put.
pub(crate) struct Draft {
    pub(crate) kind: EntryType,
    pub(crate) run: [u8; 16],
    pub(crate) bucket: [u8; 16],
    pub(crate) content: chain::Hash,
    /// What the content is hashed with, where that is not the suite of the log.
    pub(crate) content_suite: Option<Suite>,
    pub(crate) body: Body,
}

/// Where a body is.
pub(crate) enum Body {
    /// In the database.
    Here(Vec<u8>),
    /// In a file of its own, written and synced.
    File { digest: chain::Hash, len: u64 },
}
