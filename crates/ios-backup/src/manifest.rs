//! Manifest.db: which files the backup has, asked one by one; the list is never held in memory.

use evidence::{Database, Evidence};
use model::{Fault, SourceError};
use rusqlite::OptionalExtension;
use sha1::{Digest, Sha1};

use crate::mbfile::{self, MbFile};

/// An opened Manifest.db.
pub(crate) struct Manifest {
    database: Database,
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
        Ok(Self { database })
    }

    /// The file at `path` in `domain`; `None` when it is not listed, or is a folder or a link.
    /// The id is computed, not read, so a row cannot name another file.
    pub(crate) fn find(&self, domain: &str, path: &str) -> Result<Option<Listed>, SourceError> {
        let id = file_id(domain, path);
        let sql = "SELECT flags, file FROM Files WHERE fileID = ?1";
        let row = self
            .database
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
            .map_err(|e| self.database.failed("Files", &e))?;
        Ok(row.filter(|(flags, _)| *flags == 1).map(|(_, blob)| Listed {
            file_id: id,
            file: match blob {
                Some(blob) => mbfile::parse(&blob),
                None => Ok(MbFile::default()),
            },
        }))
    }
}
