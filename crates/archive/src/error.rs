//! Why the archive did not do what was asked. Names entries and steps, never content.

use access::{IdentityFault, KeyStoreFault};
use vault::VaultError;

/// Why the archive did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// No archive at the place.
    #[error("no archive here")]
    Missing,
    /// An archive whose making was interrupted is at the place.
    #[error("the archive was never finished")]
    Unfinished,
    /// Something is at the place already.
    #[error("not empty")]
    NotEmpty,
    /// Another writer holds the archive.
    #[error("another program is writing to the archive")]
    Busy,
    /// The passphrase opens no identity.
    #[error("the passphrase fits no operator")]
    WrongPassphrase,
    /// A key of the operator's own could not be used.
    #[error(transparent)]
    Personal(access::PersonalFault),
    /// The operator may not do that.
    #[error("the operator lacks the right to {0}")]
    NoRight(&'static str),
    /// Two different operators must sign, and one did.
    #[error("a second person must sign")]
    OnePerson,
    /// What was to be done may not be done now.
    #[error("{0}")]
    Refused(String),
    /// Nobody at hand holds the epoch's private half: it is in split custody.
    #[error("the key of the epoch is not at hand")]
    NoEpochKey,
    /// The archive does not hold.
    #[error("entry {entry}: {what}")]
    Broken {
        /// Entry.
        entry: u64,
        /// What does not hold.
        what: String,
    },
    /// The log did not grow from what the key store remembers of it.
    #[error("the key store remembers {seen} entries: {fault}")]
    Apart {
        /// Entries that it remembers.
        seen: u64,
        /// What does not hold.
        fault: crate::Apart,
    },
    /// The lists of known messages are damaged, which [`crate::Writer::relist`] mends.
    #[error("the lists of known messages are damaged")]
    Lists,
    /// The key store does not belong to the archive, or lacks a part.
    #[error(transparent)]
    KeyStore(#[from] KeyStoreFault),
    /// A seal that does not open.
    #[error("{what}: {fault}")]
    Sealed {
        /// What was sealed.
        what: &'static str,
        /// Why it does not open.
        fault: VaultError,
    },
    /// SQLite refused.
    #[error("store: sqlite result code {0}")]
    Store(i32),
    /// The operating system refused.
    #[error("store: {what}: {kind}")]
    Io {
        /// What was being done.
        what: &'static str,
        /// The kind of error.
        kind: std::io::ErrorKind,
    },
    /// Content of an attachment that ended early or could not be read.
    #[error("content of an attachment could not be read")]
    Content,
}

/// SQLITE_FULL; SQLITE_IOERR_WRITE and _SHMSIZE, which is what a disk without room for the log's index gives. What is
/// stored is as it was.
const NO_ROOM: [i32; 3] = [13, 778, 4874];

impl From<rusqlite::Error> for ArchiveError {
    fn from(e: rusqlite::Error) -> Self {
        match e {
            rusqlite::Error::SqliteFailure(e, _) if e.code == rusqlite::ErrorCode::DatabaseBusy => Self::Busy,
            rusqlite::Error::SqliteFailure(e, _) if NO_ROOM.contains(&e.extended_code) => {
                Self::Io { what: "writing the database", kind: std::io::ErrorKind::StorageFull }
            }
            rusqlite::Error::SqliteFailure(e, _) => Self::Store(e.extended_code),
            _ => Self::Store(-1),
        }
    }
}

impl ArchiveError {
    /// What is wrong, without the number of the entry.
    pub fn plain(self) -> String {
        match self {
            Self::Broken { what, .. } => what,
            other => other.to_string(),
        }
    }

    /// Whether it speaks of what is stored, and not of a store that is busy or of a machine that is short of something.
    pub fn is_damage(&self) -> bool {
        // SQLITE_IOERR, SQLITE_CORRUPT, SQLITE_NOTADB, whatever stands above the primary code
        let of_store = |code: i32| matches!(code & 0xff, 10 | 11 | 26);
        match self {
            Self::Broken { .. } | Self::Sealed { .. } | Self::Io { .. } => true,
            Self::Store(code) => of_store(*code),
            _ => false,
        }
    }
}

impl From<IdentityFault> for ArchiveError {
    fn from(e: IdentityFault) -> Self {
        match e {
            IdentityFault::WrongPassphrase => Self::WrongPassphrase,
            IdentityFault::Personal(fault) => Self::Personal(fault),
            IdentityFault::Vault(fault) => Self::Sealed { what: "identity", fault },
            _ => Self::KeyStore(KeyStoreFault::Damaged("identity".to_owned())),
        }
    }
}

pub(crate) fn io(what: &'static str) -> impl Fn(std::io::Error) -> ArchiveError {
    move |e| ArchiveError::Io { what, kind: e.kind() }
}

pub(crate) fn sealed(what: &'static str) -> impl Fn(VaultError) -> ArchiveError {
    move |fault| ArchiveError::Sealed { what, fault }
}

pub(crate) fn broken(entry: u64, what: impl Into<String>) -> ArchiveError {
    ArchiveError::Broken { entry, what: what.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_store_is_no_damage() {
        // SQLITE_BUSY, SQLITE_NOMEM, SQLITE_FULL, SQLITE_CANTOPEN; SQLITE_IOERR_READ, SQLITE_CORRUPT, SQLITE_NOTADB
        for (code, damage) in
            [(5, false), (7, false), (13, false), (14, false), (266, true), (11, true), (26, true)]
        {
            assert_eq!(ArchiveError::Store(code).is_damage(), damage, "{code}");
        }
        assert!(!ArchiveError::NoRight("query").is_damage() && !ArchiveError::Busy.is_damage());
        assert!(crate::error::broken(1, "x").is_damage());
    }
}
