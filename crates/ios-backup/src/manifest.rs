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

/// Most apps that are listed by their files.
const MOST_APPS: u32 = 5000;

/// The app that a domain belongs to: its own, or one that it shares with its extensions.
fn app(domain: &str) -> Option<&str> {
    let shared = || domain.strip_prefix("AppDomainGroup-group.")?.strip_suffix(".shared");
    domain.strip_prefix("AppDomain-").or_else(shared).filter(|id| !id.is_empty())
}

impl Manifest {
    /// Opens the database with its log.
    pub(crate) fn open(evidence: &Evidence, log: Option<&Evidence>) -> Result<Self, SourceError> {
        let database = Database::open(evidence, log)?;
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

    /// Ids of the apps that have files in the backup, whether or not it says that they are installed. The older list
    /// is not asked: it holds no names.
    pub(crate) fn apps(&self) -> Vec<String> {
        let Self::Database(database) = self else { return Vec::new() };
        let sql =
            "SELECT DISTINCT domain FROM Files WHERE domain BETWEEN 'AppDomain' AND 'AppDomainH' LIMIT ?1";
        let Ok(mut statement) = database.connection().prepare(sql) else { return Vec::new() };
        let domains = statement.query_map([MOST_APPS], |row| row.get::<_, String>(0));
        let found = domains.into_iter().flatten().map_while(Result::ok);
        found.filter_map(|domain| app(&domain).map(str::to_owned)).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apps_of_domains() {
        for (domain, expected) in [
            ("AppDomain-org.example.app", Some("org.example.app")),
            ("AppDomainGroup-group.net.whatsapp.WhatsApp.shared", Some("net.whatsapp.WhatsApp")),
            ("AppDomainGroup-group.org.example", None),
            ("AppDomainPlugin-org.example.app.plugin", None),
            ("AppDomain-", None),
            ("HomeDomain", None),
        ] {
            assert_eq!(app(domain), expected, "{domain}");
        }
    }
}
