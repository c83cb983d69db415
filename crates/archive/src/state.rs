//! What is said of the newest state of a log: by the checkpoint in its database, by the file `checkpoint` beside it, and by
//! the key store. A writer holds the log to all three before it touches anything (FORMAT.md, "Commit order").

use std::fs::{self, File};
use std::path::Path;

use access::KeyStore;
use chain::Checkpoint;
use rusqlite::Connection;

use crate::anchors::Apart;
use crate::error::{ArchiveError, broken, io};
use crate::seen::{SEEN, Seen};
use crate::store::{Archive, note_name};

impl Archive {
    /// The signed checkpoint of the last commit.
    ///
    /// # Errors
    /// [`ArchiveError::Broken`] when there is none that can be read.
    pub fn checkpoint(&self) -> Result<Checkpoint, ArchiveError> {
        let of_file = || self.left.as_ref().and_then(|_| beside(&self.dir).ok().flatten());
        stored(&self.connection)
            .or_else(of_file)
            .ok_or_else(|| broken(self.size(), "no checkpoint that can be read"))
    }

    /// Whether the log is what was committed last: the checkpoint in the database is of it, and the one in the file is not
    /// of a later state. Who would write over a log that lost its end, or that is an old copy beside newer files, learns
    /// it here, while what is left of the newer state is still there.
    pub(crate) fn committed(&self) -> Result<(), ArchiveError> {
        let by_job = |c: &Checkpoint| c.verify(&note_name(&self.id), &self.job).is_ok();
        let stored = self.checkpoint()?;
        if !by_job(&stored) || (stored.size, stored.root) != (self.size(), self.root()) {
            return Err(broken(
                self.size(),
                "the checkpoint is of another state of the log: entries are gone",
            ));
        }
        // a file that cannot be read says nothing; `verify` names it
        match beside(&self.dir).ok().flatten().filter(by_job) {
            Some(file) if file.size > self.size() => {
                let what =
                    "the file checkpoint is newer than the archive: entries are gone, or this is an old copy";
                Err(broken(self.size(), what))
            }
            _ => Ok(()),
        }
    }

    /// Holds the log to what the key store remembers of it: an older copy of the whole archive is no place to go on from
    /// unless somebody says so.
    ///
    /// # Errors
    /// [`ArchiveError::Apart`]; [`ArchiveError::KeyStore`] where what is remembered cannot be read.
    pub fn remembered(&self, keys: &KeyStore) -> Result<(), ArchiveError> {
        let Some(bytes) = keys.read(SEEN)? else { return Ok(()) };
        let seen = Seen::decode(&bytes).ok_or_else(|| access::KeyStoreFault::Damaged(SEEN.to_owned()))?;
        if seen == self.seen() {
            return Ok(());
        }
        let apart =
            if seen.is_of(&self.id) { self.apart(seen.size, &seen.root)? } else { Some(Apart::Other) };
        apart.map_or(Ok(()), |fault| Err(ArchiveError::Apart { seen: seen.size, fault }))
    }

    /// The log as it stands, as a key store remembers it.
    pub fn seen(&self) -> Seen {
        Seen::new(&self.id, self.size(), self.root())
    }

    /// Takes the log as it is, whatever the key store remembers of it and whatever the file `checkpoint` says: they are
    /// written anew. `keep` gets the name and content of what said otherwise before it goes. Says whether anything did.
    ///
    /// # Errors
    /// [`ArchiveError::Io`], [`ArchiveError::KeyStore`], and what `keep` gives.
    pub fn accept<E: From<ArchiveError>>(
        &self,
        keys: &KeyStore,
        keep: impl Fn(&str, &[u8]) -> Result<(), E>,
    ) -> Result<bool, E> {
        let (text, now) = (self.checkpoint()?.to_text(), self.seen().encode());
        let seen = keys.read(SEEN).map_err(ArchiveError::from)?.map(|seen| seen.to_vec());
        let seen = seen.filter(|seen| *seen != now);
        let file = fs::read(self.dir.join("checkpoint")).ok().filter(|file| *file != text.as_bytes());
        for (name, state) in [(SEEN, &seen), ("checkpoint", &file)] {
            state.as_ref().map_or(Ok(()), |state| keep(name, state))?;
        }
        place_checkpoint(&self.dir, &text)?;
        keys.write(SEEN, &now).map_err(ArchiveError::from)?;
        Ok(seen.is_some() || file.is_some())
    }
}

/// The checkpoint in the database, where it can be read.
pub(crate) fn stored(connection: &Connection) -> Option<Checkpoint> {
    let text: Option<Vec<u8>> =
        connection.query_row("SELECT value FROM state WHERE name = 'checkpoint'", [], |row| row.get(0)).ok();
    Checkpoint::parse(std::str::from_utf8(&text?).ok()?).ok()
}

/// The checkpoint in the file beside it; none, or what is wrong with it.
pub(crate) fn beside(dir: &Path) -> Result<Option<Checkpoint>, &'static str> {
    let unreadable = "the file checkpoint cannot be read";
    match fs::read(dir.join("checkpoint")) {
        Ok(bytes) => {
            let checkpoint = String::from_utf8(bytes).ok().and_then(|t| Checkpoint::parse(&t).ok());
            checkpoint.map(Some).ok_or(unreadable)
        }
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(_) => Err(unreadable),
    }
}

/// Writes the file `checkpoint`: beside, synced, renamed.
pub(crate) fn place_checkpoint(dir: &Path, text: &str) -> Result<(), ArchiveError> {
    let path = dir.join("checkpoint");
    let beside = path.with_extension("new");
    let write = || {
        fs::write(&beside, text)?;
        File::open(&beside)?.sync_all()?;
        fs::rename(&beside, &path)
    };
    write().map_err(io("writing the checkpoint"))
}
