//! What others hold the log to: its state at any length, and the checkpoints that somebody cosigned,
//! kept beside the database in `checkpoints/`. They are no part of the log and prove themselves.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use chain::{Checkpoint, EntryType, Frontier, Hash, Suite};

use crate::error::{ArchiveError, broken, io};
use crate::store::{Archive, note_name};

/// Folder of cosigned checkpoints.
const FOLDER: &str = "checkpoints";
/// Most bytes of a checkpoint, most checkpoints that are looked at.
const MOST_BYTES: u64 = 64 * 1024;
const MOST_KEPT: usize = 65_536;
/// Most bytes of a time stamp.
const MOST_STAMP: u64 = 256 * 1024;

/// What does not hold of a checkpoint that the log must have grown from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Apart {
    /// It is of another archive, or by another job.
    #[error("is of another archive")]
    Other,
    /// The log is shorter: entries are gone, or this is an old copy.
    #[error("the archive has {have}: entries are gone, or this is an old copy")]
    Shorter {
        /// Entries that the log has.
        have: u64,
    },
    /// The log has other entries at its beginning.
    #[error("the archive begins with others: it was rewritten")]
    Rewritten,
}

impl Archive {
    /// The hashes of the first `size` headers as leaves; `None` when there are fewer.
    fn leaves(&self, suite: Suite, size: u64) -> Result<Option<Vec<Hash>>, ArchiveError> {
        if size > self.size() {
            return Ok(None);
        }
        let bound = i64::try_from(size).map_err(|_| broken(size, "no such entry"))?;
        let mut statement =
            self.connection.prepare_cached("SELECT header FROM entries WHERE idx < ?1 ORDER BY idx")?;
        let mut rows = statement.query([bound])?;
        let mut leaves = Vec::new();
        while let Some(row) = rows.next()? {
            leaves.push(chain::leaf_hash(suite, row.get_ref(0)?.as_blob().unwrap_or_default()));
        }
        Ok((leaves.len() as u64 == size).then_some(leaves))
    }

    /// The root over the first `size` entries, by the suite that the log had then; `None` when there are fewer.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn root_at(&self, size: u64) -> Result<Option<Hash>, ArchiveError> {
        let Some(suite) = self.suite_at(size) else { return Ok(None) };
        let mut frontier = Frontier::new(suite);
        Ok(self.leaves(suite, size)?.map(|leaves| {
            leaves.into_iter().for_each(|leaf| frontier.push(leaf));
            frontier.root()
        }))
    }

    /// The proof (RFC 6962, 2.1.2) that the first `new` entries grew from the first `old`; there is none across a
    /// renewal, which whoever has the log sees from the log.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn consistency(&self, old: u64, new: u64) -> Result<Option<Vec<Hash>>, ArchiveError> {
        let Some(suite) = self.suite_at(new).filter(|suite| self.suite_at(old) == Some(*suite)) else {
            return Ok(None);
        };
        let Some(leaves) = self.leaves(suite, new)? else { return Ok(None) };
        Ok(usize::try_from(old).ok().and_then(|old| chain::consistency_proof(suite, &leaves, old)))
    }

    /// Whether the log grew from a state that somebody remembers; `None` when it did. The caller has
    /// checked who says so.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn apart(&self, size: u64, root: &Hash) -> Result<Option<Apart>, ArchiveError> {
        Ok(match self.root_at(size)? {
            None => Some(Apart::Shorter { have: self.size() }),
            Some(here) => (size == 0 || here != *root).then_some(Apart::Rewritten),
        })
    }

    /// [`Archive::apart`] for a checkpoint, which must be of this archive and signed by its job.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn apart_from(&self, note: &Checkpoint) -> Result<Option<Apart>, ArchiveError> {
        let ours = note.suite(&self.id).is_some() && note.verify(&note_name(&self.id), &self.job).is_ok();
        let known = note.size > self.size() || note.suite(&self.id) == self.suite_at(note.size);
        if ours && !known {
            return Ok(Some(Apart::Rewritten));
        }
        if ours { self.apart(note.size, &note.root) } else { Ok(Some(Apart::Other)) }
    }

    /// The first entry of a type, where there is one.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn first_of(&self, kind: EntryType) -> Result<Option<u64>, ArchiveError> {
        Ok(self.entries(&[kind])?.first().map(|stored| stored.header.index))
    }

    /// When an entry was written, milliseconds since 1970.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn entry_written_at(&self, entry: u64) -> Result<u64, ArchiveError> {
        self.entry(entry).map(|stored| stored.header.written_at)
    }

    /// The run that an entry belongs to.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn run_of(&self, entry: u64) -> Result<[u8; 16], ArchiveError> {
        self.entry(entry).map(|stored| stored.header.run)
    }

    fn kept_at(&self, size: u64) -> PathBuf {
        self.dir.join(FOLDER).join(format!("{size:016x}"))
    }

    /// The checkpoints that somebody cosigned, by size; what cannot be read is left out, and counted.
    ///
    /// # Errors
    /// [`ArchiveError::Io`].
    pub fn cosigned(&self) -> Result<(Vec<Checkpoint>, u64), ArchiveError> {
        let entries = match fs::read_dir(self.dir.join(FOLDER)) {
            Ok(entries) => entries,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok((Vec::new(), 0)),
            Err(e) => return Err(io("reading cosigned checkpoints")(e)),
        };
        let (mut notes, mut unreadable) = (Vec::new(), 0);
        for entry in entries.take(MOST_KEPT) {
            let path = entry.map_err(io("reading cosigned checkpoints"))?.path();
            if path.extension().is_some() {
                // one that was being written when its writer died
                continue;
            }
            match read_note(&path).filter(|note| path == self.kept_at(note.size)) {
                Some(note) => notes.push(note),
                None => unreadable += 1,
            }
        }
        notes.sort_by_key(|note| note.size);
        Ok((notes, unreadable))
    }

    /// The cosigned checkpoint of a size, where one is kept.
    pub fn cosigned_at(&self, size: u64) -> Option<Checkpoint> {
        read_note(&self.kept_at(size)).filter(|note| note.size == size)
    }

    /// The time stamps that are kept beside the checkpoints: size of the state, token.
    ///
    /// # Errors
    /// [`ArchiveError::Io`].
    pub fn stamps(&self) -> Result<Vec<(u64, Vec<u8>)>, ArchiveError> {
        let reading = io("reading time stamps");
        let entries = match fs::read_dir(self.dir.join(FOLDER)) {
            Ok(entries) => entries,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(reading(e)),
        };
        let mut stamps = Vec::new();
        for entry in entries.take(MOST_KEPT) {
            let path = entry.map_err(&reading)?.path();
            let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
            let Some(size) = stamped_size(name) else { continue };
            if fs::metadata(&path).map_err(&reading)?.len() > MOST_STAMP {
                return Err(broken(size, "a time stamp is too long"));
            }
            stamps.push((size, fs::read(&path).map_err(&reading)?));
        }
        stamps.sort_unstable();
        Ok(stamps)
    }

    /// Keeps the time stamp of a state.
    ///
    /// # Errors
    /// [`ArchiveError::Io`].
    pub fn keep_stamp(&self, size: u64, token: &[u8]) -> Result<(), ArchiveError> {
        let number = chain::hex(&chain::hash(&[token])[..4]);
        let path = self.dir.join(FOLDER).join(format!("{size:016x}-{number}.tsr"));
        write_beside(&path, token).map_err(io("keeping a time stamp"))
    }

    /// Keeps a cosigned checkpoint: its signatures join those of the same state that are there.
    ///
    /// # Errors
    /// [`ArchiveError::Broken`] when another state of that size is kept, [`ArchiveError::Io`].
    pub fn keep_cosigned(&self, note: &Checkpoint) -> Result<(), ArchiveError> {
        let path = self.kept_at(note.size);
        let mut whole = note.clone();
        if let Some(kept) = self.cosigned_at(note.size)
            && !whole.merge(&kept)
        {
            return Err(broken(note.size, "another checkpoint of that size is kept"));
        }
        write_beside(&path, whole.to_text().as_bytes()).map_err(io("keeping a cosigned checkpoint"))
    }
}

/// Writes a file whole: beside, synced, renamed.
fn write_beside(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let beside = path.with_extension("new");
    fs::create_dir_all(path.parent().unwrap_or(path))?;
    fs::write(&beside, bytes)?;
    File::open(&beside)?.sync_all()?;
    fs::rename(&beside, path)
}

/// The size of the state that the time stamp of this name is of.
pub(crate) fn stamped_size(name: &str) -> Option<u64> {
    let (size, number) = name.strip_suffix(".tsr")?.split_once('-')?;
    let legal =
        |n: &str, len| n.len() == len && n.bytes().all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase());
    (legal(size, 16) && legal(number, 8)).then(|| u64::from_str_radix(size, 16).ok())?
}

fn read_note(path: &Path) -> Option<Checkpoint> {
    let small = fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.len() <= MOST_BYTES);
    small.then(|| fs::read_to_string(path).ok()).flatten().and_then(|t| Checkpoint::parse(&t).ok())
}
