//! What spans archive and key store, in numbered durable steps: keys of what stays, the entry, then the
//! destruction, which needs no secret and is completed by whoever opens the archive for writing next, and last
//! the entry that closes. Destruction is never undone. FORMAT.md, "Order of a disposal".

use rusqlite::params;

use access::{DisposedBody, Rights};
use chain::EntryType;

use crate::Operator;
use crate::bodies::is_there;
use crate::error::{ArchiveError, broken, io};
use crate::fate::Fate;
use crate::store::{Stored, blob_path};
use crate::writer::{Entry, Writer};

/// The durable steps, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// 1: keys of the next epoch lie in the key store, every bucket that stays wrapped to them.
    NewKeys,
    /// 2: the entry is in the log, with the next epoch. From here on the act is completed, never undone.
    Entry,
    /// 3: keys of what goes, and of the epoch before, are gone from the key store.
    KeysGone,
    /// 4: bodies and lists of known messages are gone from the archive.
    BodiesGone,
    /// 5: the write-ahead log is empty, nothing of it is found any more.
    Cleaned,
}

impl Step {
    /// All, in order.
    pub const ALL: [Self; 5] = [Self::NewKeys, Self::Entry, Self::KeysGone, Self::BodiesGone, Self::Cleaned];
}

impl Writer {
    /// Makes the writer stop behind a step as if the machine had: for tests of what the next start completes.
    #[doc(hidden)]
    pub fn stop_behind(&mut self, step: Step) {
        self.stop = Some(step);
    }

    /// A step is done and durable.
    pub(crate) fn reached(&self, step: Step) -> Result<(), ArchiveError> {
        if self.stop == Some(step) {
            return Err(ArchiveError::Refused(format!("stopped behind step {}", step as u8 + 1)));
        }
        Ok(())
    }

    /// Steps 3 to 5 of everything that was begun and not closed.
    ///
    /// # Errors
    /// [`ArchiveError::Busy`] while somebody reads the archive and keeps the write-ahead log in use.
    pub fn complete(&mut self) -> Result<(), ArchiveError> {
        if self.archive.fates.unfinished() || self.has_other_epochs()? {
            self.destroy_keys()?;
        }
        if self.archive.fates.unfinished() {
            self.destroy_bodies()?;
            self.clean()?;
        }
        Ok(())
    }

    /// Acts that were begun and not closed.
    pub fn unfinished(&self) -> Vec<u64> {
        self.archive.fates.acts().filter(|(_, act)| !act.finished).map(|(entry, _)| entry).collect()
    }

    /// Step 6: closes an act whose destruction is complete, by an entry that says how it went.
    ///
    /// # Errors
    /// [`ArchiveError::Broken`] where something is still there.
    pub fn close(&mut self, by: &Operator, act: u64, plain: &[u8]) -> Result<u64, ArchiveError> {
        self.must(by, Rights::DELETE, "delete")?;
        self.complete()?;
        self.absent(act)?;
        let clear = DisposedBody::Finished.encode();
        let entry = Entry { kind: EntryType::Disposed, clear: &clear, plain };
        self.append_about(&entry, act, &[&by.signer()])
    }

    /// Step 4: bodies in the database, files beside it, lists of known messages.
    fn destroy_bodies(&mut self) -> Result<(), ArchiveError> {
        let (mut rows, mut files, mut lists) = (Vec::new(), Vec::new(), Vec::new());
        self.each_going(&mut |stored| {
            let index = stored.header.index;
            if stored.body.is_some() {
                rows.push(i64::try_from(index).unwrap_or(i64::MAX));
            }
            if stored.header.kind() == Some(EntryType::Blob) {
                files.push(blob_path(&self.archive.dir, index));
            }
        })?;
        {
            let mut statement = self.archive.connection.prepare("SELECT idx, bucket FROM dedup")?;
            let mut found = statement.query([])?;
            while let Some(row) = found.next()? {
                let bucket: [u8; 16] = row.get(1)?;
                if self.archive.fates.disposed_by(&bucket).is_some() {
                    lists.push(row.get::<_, i64>(0)?);
                }
            }
        }
        self.archive.connection.execute_batch("BEGIN IMMEDIATE")?;
        let connection = &self.archive.connection;
        let write = || -> Result<(), ArchiveError> {
            let mut body = connection.prepare_cached("UPDATE entries SET body = NULL WHERE idx = ?1")?;
            rows.iter().try_for_each(|idx| body.execute(params![idx]).map(|_| ()))?;
            crate::lists::changed(connection, &lists)?;
            let mut list = connection.prepare_cached("DELETE FROM dedup WHERE idx = ?1")?;
            lists.iter().try_for_each(|idx| list.execute(params![idx]).map(|_| ()))?;
            Ok(connection.execute_batch("COMMIT")?)
        };
        if let Err(e) = write() {
            // a connection that cannot even roll back has lost the transaction with its file
            drop(self.archive.connection.execute_batch("ROLLBACK"));
            return Err(e);
        }
        for file in files {
            match std::fs::remove_file(file) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                    return Err(io("removing an attachment")(e));
                }
                _ => {}
            }
        }
        let folder = self.archive.dir.join("blobs");
        std::fs::File::open(folder).and_then(|f| f.sync_all()).map_err(io("syncing attachments"))?;
        self.reached(Step::BodiesGone)
    }

    /// Segments and blobs whose bodies are on their way out; of those in the database the body is given empty.
    fn each_going(&self, each: &mut dyn FnMut(&Stored)) -> Result<(), ArchiveError> {
        let sql = "SELECT idx, header, x'', CASE WHEN body IS NOT NULL THEN x'' END FROM entries \
                   WHERE substr(header, 5, 1) IN (x'0a', x'0b') ORDER BY idx";
        let mut statement = self.archive.connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let index = u64::try_from(row.get::<_, i64>(0)?).unwrap_or(u64::MAX);
            let stored = Stored::take(index, row.get_ref(1)?.as_bytes().unwrap_or_default(), row, 2)?;
            if self.archive.fates.of_body(&stored.header.bucket, index) == Fate::Going {
                each(&stored);
            }
        }
        Ok(())
    }

    /// Step 5: the database is written anew, since pages that were rearranged keep copies of rows in their gaps
    /// whatever `secure_delete` zeroes; then the write-ahead log is folded in and emptied. What SQLite puts
    /// aside meanwhile goes to a file without a name, not into memory: it is ciphertext.
    fn clean(&self) -> Result<(), ArchiveError> {
        self.archive.connection.execute_batch("PRAGMA temp_store=FILE; VACUUM; PRAGMA temp_store=MEMORY;")?;
        let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
        let busy: i64 = self.archive.connection.query_row(sql, [], |row| row.get(0))?;
        if busy != 0 {
            return Err(ArchiveError::Busy);
        }
        self.reached(Step::Cleaned)
    }

    /// Whether everything of an act is gone.
    fn absent(&self, act: u64) -> Result<(), ArchiveError> {
        let mut left = None;
        self.each_going(&mut |stored| {
            if is_there(&self.archive.dir, &stored.header, stored.body.as_deref()) {
                left = left.or(Some(stored.header.index));
            }
        })?;
        if let Some(entry) = left {
            return Err(broken(entry, "was disposed of, and its body is still here"));
        }
        let buckets = self.archive.fates.acts().filter(|(entry, _)| *entry == act);
        for bucket in buckets.flat_map(|(_, act)| &act.buckets) {
            if !self.keys.names(&access::KeyStore::bucket(bucket))?.is_empty() {
                return Err(broken(act, "keys of a bucket that was disposed of are still here"));
            }
        }
        let log = self.archive.dir.join("archive.db-wal");
        if log.metadata().is_ok_and(|log| log.len() > 0) { Err(ArchiveError::Busy) } else { Ok(()) }
    }
}
