//! Which files the backup has. Manifest.db is asked file by file and never held in memory; of the older
//! Manifest.mbdb, which has no order to search in, names and keys are held.

use evidence::{Database, Evidence};
use model::{Fault, SourceError};
use rusqlite::OptionalExtension;
use sha1::{Digest, Sha1};

use crate::mbdb;
use crate::mbfile::{self, MbFile};

/// An opened list of files.
pub(crate) enum Manifest {
    /// Manifest.db.
    Database(Database),
    /// Manifest.mbdb.
    Old(mbdb::Files),
}

/// A file that the manifest lists.
pub(crate) struct Listed {
    /// 40 lower-case hexadecimal digits: SHA-1 of domain, `-` and path.
    pub(crate) file_id: String,
    /// Its record; a bad one spoils this file only.
    pub(crate) file: Result<MbFile, Fault>,
}

/// Name of a file in the backup: SHA-1 of `domain-path`, hexadecimal.
pub(crate) fn file_id(domain: &str, path: &str) -> String {
    let mut hasher = Sha1::new();
    hasher.update(domain.as_bytes());
    hasher.update(b"-");
    hasher.update(path.as_bytes());
    hasher.finalize().iter().map(|b| format!("{b:02x}")).collect()
}

impl Manifest {
    /// Opens the database.
    pub(crate) fn open(evidence: &Evidence) -> Result<Self, SourceError> {
        let database = Database::open(evidence, None)?;
        let columns = database.columns("Files")?;
        if ["fileID", "flags", "file"].iter().any(|c| !columns.contains(*c)) {
            return Err(SourceError::Missing { what: "table Files in Manifest.db" });
        }
        Ok(Self::Database(database))
    }

    /// What is odd about the list itself.
    pub(crate) fn findings(&self) -> Vec<model::Finding> {
        match self {
            Self::Database(database) => database.findings(),
            Self::Old(_) => Vec::new(),
        }
    }

    /// The file at `path` in `domain`; `None` when it is not listed, or is a folder or a link.
    /// The id is computed, not read, so a row cannot name another file.
    pub(crate) fn find(&self, domain: &str, path: &str) -> Result<Option<Listed>, SourceError> {
        let id = file_id(domain, path);
        let database = match self {
            Self::Database(database) => database,
            Self::Old(files) => {
                let file = files.get(&id).map(|key| MbFile { wrapped_key: key.clone() });
                return Ok(file.map(|file| Listed { file_id: id, file: Ok(file) }));
            }
        };
        let sql = "SELECT flags, file FROM Files WHERE fileID = ?1";
        let row = database
            .connection()
            .prepare_cached(sql)
            .and_then(|mut statement| {
                statement
                    .query_row([&id], |row| {
                        let flags = row.get::<_, Option<i64>>(0).unwrap_or(None).unwrap_or(1);
                        Ok((flags, row.get::<_, Option<Vec<u8>>>(1).unwrap_or(None)))
                    })
                    .optional()
            })
            .map_err(|e| database.failed("Files", &e))?;
        Ok(row.filter(|(flags, _)| *flags == 1).map(|(_, blob)| Listed {
            file_id: id,
            file: match blob {
                Some(blob) => mbfile::parse(&blob),
                None => Ok(MbFile::default()),
            },
        }))
    }
}
