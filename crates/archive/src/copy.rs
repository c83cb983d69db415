//! A copy of the archive's folder, for a place that must not read it: what belongs to it, every stored value
//! to be looked at before it goes, and the database as a new file without anything that was deleted. While
//! a copy is made nobody writes. Knows no key; what must not travel is for the caller to say.

use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::anchors::stamped_size;
use crate::error::{ArchiveError, broken, io};
use crate::store::{Archive, SCHEMA, configure, database};

/// An archive that is being copied.
pub struct Copying {
    archive: Archive,
    _lock: Option<File>,
}

/// Looks at a stored value; told where it stands.
pub type Look<'a, E> = &'a mut dyn FnMut(&str, &[u8]) -> Result<(), E>;

/// What lies in an archive's folder.
#[derive(Debug, Default)]
pub struct Contents {
    /// Files that belong to a copy beside the database, by their names from the folder on, sorted.
    pub files: Vec<String>,
    /// What is no part of an archive.
    pub strangers: Vec<PathBuf>,
}

impl Copying {
    /// Opens the archive in `dir` and keeps writers out.
    ///
    /// # Errors
    /// [`ArchiveError::Busy`] while one is at work.
    pub fn begin(dir: &Path) -> Result<Self, ArchiveError> {
        // a folder without an archive gets no lock either
        drop(Archive::open(dir)?);
        let lock = match File::options().write(true).create(true).truncate(false).open(dir.join("lock")) {
            Ok(lock) => match lock.try_lock() {
                Ok(()) => Some(lock),
                Err(TryLockError::WouldBlock) => return Err(ArchiveError::Busy),
                Err(TryLockError::Error(e)) => return Err(io("locking")(e)),
            },
            // on a medium that cannot be written nobody writes
            Err(e) if matches!(e.kind(), ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied) => None,
            Err(e) => return Err(io("opening the lock")(e)),
        };
        Ok(Self { archive: Archive::open(dir)?, _lock: lock })
    }

    /// The archive.
    pub fn archive(&self) -> &Archive {
        &self.archive
    }

    /// What lies in the folder. Attachments behind the end of the log belong to a run that never was.
    ///
    /// # Errors
    /// [`ArchiveError::Io`].
    pub fn contents(&self) -> Result<Contents, ArchiveError> {
        let reading = io("reading the archive folder");
        let mut found = Contents::default();
        for entry in fs::read_dir(&self.archive.dir).map_err(&reading)? {
            let entry = entry.map_err(&reading)?;
            let (name, kind) = (entry.file_name(), entry.file_type().map_err(&reading)?);
            match (name.to_str(), kind.is_dir()) {
                (Some("archive.db" | "archive.db-wal" | "archive.db-shm"), false) => {}
                (Some("lock" | "checkpoint.new"), false) => {}
                (Some("checkpoint"), false) if kind.is_file() => found.files.push("checkpoint".to_owned()),
                (Some(folder @ ("blobs" | "checkpoints")), true) => self.folder(folder, &mut found)?,
                _ => found.strangers.push(entry.path()),
            }
        }
        found.files.sort_unstable();
        found.strangers.sort_unstable();
        Ok(found)
    }

    fn folder(&self, folder: &str, found: &mut Contents) -> Result<(), ArchiveError> {
        let reading = io("reading the archive folder");
        for entry in fs::read_dir(self.archive.dir.join(folder)).map_err(&reading)? {
            let entry = entry.map_err(&reading)?;
            let name = entry.file_name();
            let name = name.to_str().unwrap_or_default();
            let number = |n: &str| u64::from_str_radix(n, 16).ok().filter(|at| format!("{at:016x}") == n);
            let is_file = entry.file_type().map_err(&reading)?.is_file();
            let own = name.strip_suffix(".new").unwrap_or(name);
            let number = number(own).or_else(|| stamped_size(name).filter(|_| folder == "checkpoints"));
            match number.filter(|_| is_file) {
                None => found.strangers.push(entry.path()),
                Some(at) if name.ends_with(".new") || (folder == "blobs" && at >= self.archive.size()) => {}
                Some(_) => found.files.push(format!("{folder}/{name}")),
            }
        }
        Ok(())
    }

    /// Hands every value that the copied database will hold to `each`, with the place where it stands.
    ///
    /// # Errors
    /// [`ArchiveError::Broken`] when the database has more than an archive has, and what `each` says.
    pub fn values<E: From<ArchiveError>>(&self, each: Look<'_, E>) -> Result<(), E> {
        let connection = &self.archive.connection;
        if schema(connection)? != schema_of_ours() {
            return Err(broken(0, "the database has tables that are no part of an archive").into());
        }
        for (table, place, columns) in [
            ("entries", "idx", "header, signatures, body"),
            ("dedup", "idx", "run, bucket, delta"),
            ("state", "name", "name, value"),
        ] {
            let sql = format!("SELECT {place}, {columns} FROM {table}");
            let mut statement = connection.prepare(&sql).map_err(ArchiveError::from)?;
            let many = statement.column_count();
            let mut rows = statement.query([]).map_err(ArchiveError::from)?;
            while let Some(row) = rows.next().map_err(ArchiveError::from)? {
                let index: Option<i64> = row.get(0).ok();
                let at = index.map_or_else(|| table.to_owned(), |i| format!("{table} {i}"));
                for column in 1..many {
                    let value = row.get_ref(column).map_err(ArchiveError::from)?;
                    if let Ok(bytes) = value.as_bytes() {
                        each(&at, bytes)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Writes the database anew to `to`, which must not be there: pages that hold nothing any more do not
    /// go along. It is synced when this returns.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn database(&self, to: &Path) -> Result<(), ArchiveError> {
        let path = to.to_str().ok_or(ArchiveError::Io {
            what: "copying the database: the path is not UTF-8",
            kind: ErrorKind::InvalidFilename,
        })?;
        self.archive.connection.execute("VACUUM INTO ?1", [path])?;
        File::open(to).and_then(|file| file.sync_all()).map_err(io("copying the database"))
    }
}

/// The statements that made a database, blanks aside.
fn schema(connection: &Connection) -> Result<Vec<String>, ArchiveError> {
    let mut statement = connection.prepare("SELECT coalesce(sql, name) FROM sqlite_schema")?;
    let rows: Result<Vec<String>, _> = statement.query_map([], |row| row.get(0))?.collect();
    let mut all: Vec<String> = rows?.iter().map(|sql| sql.split_whitespace().collect()).collect();
    all.sort_unstable();
    Ok(all)
}

fn schema_of_ours() -> Vec<String> {
    let statements = SCHEMA.split(';').map(|sql| sql.split_whitespace().collect::<String>());
    let mut all: Vec<String> = statements.filter(|sql| !sql.is_empty()).collect();
    all.sort_unstable();
    all
}

/// Makes the database of a copy one that is written to: a copy has no write-ahead log.
///
/// # Errors
/// [`ArchiveError`].
pub fn wake(dir: &Path) -> Result<(), ArchiveError> {
    let connection = Connection::open(database(dir))?;
    configure(&connection)?;
    connection.query_row("PRAGMA journal_mode=WAL", [], |_| Ok(()))?;
    Ok(())
}
