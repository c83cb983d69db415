//! Why a job did not do what was asked, with the exit code and the two texts (what is wrong, what to
//! do next) it leads to. Sentences here name places and numbers, never content.

use std::path::PathBuf;

use archive::Apart;
use model::SourceError;

/// Why a job stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JobError {
    /// A source that cannot be read; `path` is what the operator typed.
    #[error("{path}: {fault}")]
    Source {
        /// The path as typed.
        path: PathBuf,
        /// What is wrong with it.
        fault: SourceError,
    },
    /// The archive or key store folder is not one.
    #[error("{path}: no archive here")]
    NoArchive {
        /// The path as typed.
        path: PathBuf,
    },
    /// An archive whose `init` was interrupted is at the place.
    #[error("{path}: an archive that was never finished")]
    Unfinished {
        /// The path as typed.
        path: PathBuf,
    },
    /// `init` found something at the place.
    #[error("{path}: not empty")]
    NotEmpty {
        /// The path as typed.
        path: PathBuf,
    },
    /// The key store lies inside the archive, or the other way round.
    #[error("the key store and the archive must lie apart")]
    KeysInsideArchive,
    /// Another writer holds the archive.
    #[error("another program is writing to the archive")]
    Busy,
    /// The passphrase opens no operator's identity.
    #[error("the passphrase fits no operator of this archive")]
    WrongPassphrase,
    /// No operator has this key.
    #[error("the identity fits no operator of this archive")]
    WrongIdentity,
    /// A key of an operator's own cannot be used.
    #[error("{0}")]
    BadKey(access::PersonalFault),
    /// The archive, its key store or a proof does not hold.
    #[error("integrity: {what}")]
    Integrity {
        /// What does not hold, and where.
        what: String,
    },
    /// The custodian is not in the register.
    #[error("the custodian is not in the register")]
    UnknownCustodian,
    /// The custodian is in the register already.
    #[error("the custodian is in the register already")]
    KnownCustodian,
    /// The source comes from a device that is not the custodian's.
    #[error("the source comes from a device that is not registered for this custodian")]
    UnregisteredDevice,
    /// The source comes from a number that is not the custodian's.
    #[error("the source comes from a number that is not registered for this custodian")]
    UnregisteredNumber,
    /// The mapping of a source is not signed by two operators.
    #[error("the mapping has {signatures} of two signatures by operators of this archive")]
    UnapprovedMapping {
        /// How many there are.
        signatures: usize,
    },
    /// The same operator cannot be both persons.
    #[error("the operator has signed already: a second person must")]
    SamePerson,
    /// A package names another custodian.
    #[error("the package is of another custodian")]
    OtherCustodian,
    /// The operator's rights do not cover it.
    #[error("the operator lacks the right to {right}")]
    NoRight {
        /// The right, one word of `operator grant --right`.
        right: &'static str,
    },
    /// Two different persons must sign or approve, and one did.
    #[error("a second person must sign")]
    OnePerson,
    /// What was to be done may not be done: a hold, a clock, a decision that is missing.
    #[error("refused: {why}")]
    Refused {
        /// What stands in the way; fixed words, numbers of entries, days.
        why: String,
    },
    /// Content or a decision above the archive's ceiling.
    #[error("marked {level}, above the ceiling of the archive, {ceiling}")]
    AboveCeiling {
        /// The level, in Danish.
        level: &'static str,
        /// The ceiling, in Danish.
        ceiling: &'static str,
    },
    /// A marking for a production that is below that of its content.
    #[error("the content is marked {level}: the production cannot be marked lower")]
    MarkingTooLow {
        /// The level of the content, in Danish.
        level: &'static str,
    },
    /// The epoch's key is in split custody, and its shares were not given.
    #[error("the key of the epoch is not at hand")]
    NoEpochKey,
    /// Shares that do not give the epoch's key.
    #[error("shares: {why}")]
    BadShare {
        /// What is wrong with them; the file as typed, group numbers, counts.
        why: String,
    },
    /// A copy of the key store that must not be used any more.
    #[error("{path}: expired {day}")]
    Expired {
        /// The path as typed.
        path: PathBuf,
        /// Its last day.
        day: String,
    },
    /// The policy in force does not let anybody do that.
    #[error("the policy in force does not allow it")]
    ForbiddenByPolicy,
    /// The key store is locked.
    #[error("the key store is locked")]
    Locked,
    /// Asked for something that this version does not do.
    #[error("this version does not have {what}")]
    NotAvailable {
        /// What was asked for.
        what: &'static str,
    },
    /// The log did not grow from what somebody outside remembers of it.
    #[error("{by}: remembers {seen} entries: {fault}")]
    Apart {
        /// The file that remembers, as typed.
        by: PathBuf,
        /// Entries that it remembers.
        seen: u64,
        /// What is wrong.
        fault: Apart,
    },
    /// The key store has keys of a newer archive than the one that is to be accepted.
    #[error("the key store has keys that this archive does not know")]
    KeysBeyond,
    /// The lists of known messages are damaged.
    #[error("the lists of known messages are damaged")]
    Lists,
    /// A copy of the archive would carry something that must not leave the house.
    #[error("{at}: holds {what}")]
    WouldTravel {
        /// What kind of thing.
        what: String,
        /// Where it was found: a table and row, or a file of the archive.
        at: String,
    },
    /// Folders that must lie apart do not.
    #[error("{why}")]
    BadPlace {
        /// Which; fixed words.
        why: &'static str,
    },
    /// A value that does not fit.
    #[error("{what}: {why}")]
    BadValue {
        /// Which value.
        what: &'static str,
        /// What is wrong with it; fixed words and numbers.
        why: String,
    },
    /// A job file that does not fit.
    #[error("{path}: line {line}: {why}")]
    JobFile {
        /// The path as typed.
        path: PathBuf,
        /// Line, from 1; 0 for the whole file.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
    /// A file given to a job that is not what it should be: a contact list, a model, labelled messages.
    #[error("{path}: line {line}: {why}")]
    InputFile {
        /// The path as typed.
        path: PathBuf,
        /// Line, from 1; 0 for the whole file.
        line: usize,
        /// What is wrong with it; fixed words and numbers.
        why: String,
    },
    /// An object store did not do what it was asked, or was not reached.
    #[error("object store: {what}: {why}")]
    Store {
        /// What was being done.
        what: &'static str,
        /// What it answered: a number and a code, or why it was not reached.
        why: String,
    },
    /// The operating system refused.
    #[error("{path}: {what}: {kind}")]
    Io {
        /// The path as typed, or a place inside archive, key store or output folder.
        path: PathBuf,
        /// What was being done.
        what: &'static str,
        /// The kind of error.
        kind: std::io::ErrorKind,
    },
    /// Stopped on request.
    #[error("interrupted")]
    Interrupted,
    /// A mistake of ours.
    #[error("internal error: {what}")]
    Internal {
        /// Where.
        what: String,
    },
}

impl JobError {
    /// The process exit code (interface, section 2).
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Source { fault: SourceError::Changed { .. }, .. } => 5,
            Self::Source { .. }
            | Self::WrongPassphrase
            | Self::WrongIdentity
            | Self::BadKey(_)
            | Self::NoArchive { .. }
            | Self::Unfinished { .. }
            | Self::BadShare { .. }
            | Self::InputFile { .. }
            | Self::Store { .. } => 4,
            Self::Integrity { .. } | Self::Apart { .. } | Self::Lists => 5,
            Self::UnknownCustodian
            | Self::UnregisteredDevice
            | Self::UnregisteredNumber
            | Self::NoRight { .. }
            | Self::OnePerson
            | Self::Refused { .. }
            | Self::AboveCeiling { .. }
            | Self::MarkingTooLow { .. }
            | Self::WouldTravel { .. }
            | Self::NoEpochKey
            | Self::Expired { .. }
            | Self::Locked
            | Self::ForbiddenByPolicy
            | Self::BadPlace { .. }
            | Self::UnapprovedMapping { .. }
            | Self::SamePerson
            | Self::OtherCustodian
            | Self::KeysBeyond
            | Self::KeysInsideArchive => 6,
            Self::Busy => 7,
            Self::KnownCustodian
            | Self::NotEmpty { .. }
            | Self::NotAvailable { .. }
            | Self::BadValue { .. }
            | Self::JobFile { .. } => 2,
            // what is not where somebody said it is cannot be read
            Self::Io { kind, .. } if leads_nowhere(*kind) => 4,
            Self::Io { .. } | Self::Internal { .. } => 1,
            Self::Interrupted => 130,
        }
    }

    /// Key of the localised text; `next-` before it is the key of what to do next.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Source { fault, .. } => match fault {
                SourceError::Unknown => "source-unknown",
                SourceError::SecretNeeded { .. } => "source-secret-needed",
                SourceError::WrongSecret { .. } => "source-wrong-secret",
                SourceError::Unfinished { .. } => "source-unfinished",
                SourceError::Ambiguous { .. } => "source-ambiguous",
                SourceError::Missing { .. } => "source-missing",
                SourceError::Damaged { .. } => "source-damaged",
                SourceError::Undescribed { .. } => "source-undescribed",
                SourceError::Misfit { .. } => "source-misfit",
                SourceError::Changed { .. } => "source-changed",
                _ => "source-io",
            },
            Self::NoArchive { .. } => "no-archive",
            Self::Unfinished { .. } => "unfinished",
            Self::NotEmpty { .. } => "not-empty",
            Self::KeysInsideArchive => "keys-inside-archive",
            Self::Busy => "busy",
            Self::WrongPassphrase => "wrong-passphrase",
            Self::WrongIdentity => "wrong-identity",
            Self::BadKey(_) => "bad-key",
            Self::Integrity { .. } => "integrity",
            Self::Lists => "lists",
            Self::KeysBeyond => "keys-beyond",
            Self::Apart { fault: Apart::Other, .. } => "apart-other",
            Self::Apart { fault: Apart::Shorter { .. }, .. } => "apart-shorter",
            Self::Apart { fault: Apart::Rewritten, .. } => "apart-rewritten",
            Self::UnknownCustodian => "unknown-custodian",
            Self::KnownCustodian => "known-custodian",
            Self::UnregisteredDevice => "unregistered-device",
            Self::UnregisteredNumber => "unregistered-number",
            Self::NoRight { .. } => "no-right",
            Self::OnePerson => "one-person",
            Self::Refused { .. } => "refused",
            Self::AboveCeiling { .. } => "above-ceiling",
            Self::MarkingTooLow { .. } => "marking-too-low",
            Self::UnapprovedMapping { .. } => "unapproved-mapping",
            Self::SamePerson => "same-person",
            Self::OtherCustodian => "other-custodian",
            Self::NotAvailable { .. } => "not-available",
            Self::NoEpochKey => "no-epoch-key",
            Self::BadShare { .. } => "bad-share",
            Self::Expired { .. } => "expired",
            Self::Locked => "locked",
            Self::ForbiddenByPolicy => "forbidden-by-policy",
            Self::WouldTravel { .. } => "would-travel",
            Self::BadPlace { .. } => "bad-place",
            Self::BadValue { .. } => "bad-value",
            Self::JobFile { .. } => "job-file",
            Self::InputFile { .. } => "input-file",
            Self::Io { kind, .. } if leads_nowhere(*kind) => "path",
            Self::Io { .. } => "io",
            Self::Interrupted => "interrupted",
            Self::Store { .. } => "store",
            Self::Internal { .. } => "internal",
        }
    }

    /// Every key that [`JobError::key`] can give, so that the texts can be checked for completeness.
    pub const KEYS: [&'static str; 49] = [
        "source-unknown",
        "source-secret-needed",
        "source-wrong-secret",
        "source-unfinished",
        "source-ambiguous",
        "source-missing",
        "source-damaged",
        "source-undescribed",
        "source-misfit",
        "source-changed",
        "source-io",
        "unapproved-mapping",
        "same-person",
        "other-custodian",
        "no-archive",
        "not-empty",
        "unfinished",
        "keys-inside-archive",
        "busy",
        "wrong-passphrase",
        "wrong-identity",
        "bad-key",
        "integrity",
        "apart-other",
        "apart-shorter",
        "apart-rewritten",
        "no-epoch-key",
        "bad-share",
        "expired",
        "locked",
        "forbidden-by-policy",
        "would-travel",
        "bad-place",
        "unknown-custodian",
        "known-custodian",
        "unregistered-device",
        "unregistered-number",
        "no-right",
        "one-person",
        "refused",
        "above-ceiling",
        "marking-too-low",
        "not-available",
        "bad-value",
        "job-file",
        "input-file",
        "io",
        "store",
        "internal",
    ];

    /// Arguments of the localised text: `path`, `fault`, `what`, `right`, `why`, `line`, `level`, `ceiling`.
    pub fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Source { path, fault } => {
                vec![("path", path.display().to_string()), ("fault", fault.to_string())]
            }
            Self::NoArchive { path } | Self::NotEmpty { path } | Self::Unfinished { path } => {
                vec![("path", path.display().to_string())]
            }
            Self::Integrity { what } | Self::Internal { what } => vec![("what", what.clone())],
            Self::Apart { by, seen, fault } => {
                let have = match fault {
                    Apart::Shorter { have } => have.to_string(),
                    Apart::Other | Apart::Rewritten => String::new(),
                };
                vec![("path", by.display().to_string()), ("seen", seen.to_string()), ("have", have)]
            }
            Self::Store { what, why } => vec![("what", (*what).to_owned()), ("why", why.clone())],
            Self::BadKey(fault) => vec![("why", fault.to_string())],
            Self::BadShare { why } => vec![("why", why.clone())],
            Self::Expired { path, day } => {
                vec![("path", path.display().to_string()), ("day", day.clone())]
            }
            Self::WouldTravel { what, at } => vec![("what", what.clone()), ("path", at.clone())],
            Self::BadPlace { why } => vec![("why", (*why).to_owned())],
            Self::UnapprovedMapping { signatures } => vec![("signatures", signatures.to_string())],
            Self::NoRight { right } => vec![("right", (*right).to_owned())],
            Self::Refused { why } => vec![("why", why.clone())],
            Self::AboveCeiling { level, ceiling } => {
                vec![("level", (*level).to_owned()), ("ceiling", (*ceiling).to_owned())]
            }
            Self::MarkingTooLow { level } => vec![("level", (*level).to_owned())],
            Self::NotAvailable { what } => vec![("what", (*what).to_owned())],
            Self::BadValue { what, why } => vec![("what", (*what).to_owned()), ("why", why.clone())],
            Self::JobFile { path, line, why } | Self::InputFile { path, line, why } => {
                vec![("path", path.display().to_string()), ("line", line.to_string()), ("why", why.clone())]
            }
            Self::Io { path, what, kind } => vec![
                ("path", path.display().to_string()),
                ("what", (*what).to_owned()),
                ("why", kind.to_string()),
            ],
            Self::KeysInsideArchive
            | Self::Busy
            | Self::WrongPassphrase
            | Self::WrongIdentity
            | Self::UnknownCustodian
            | Self::KnownCustodian
            | Self::UnregisteredDevice
            | Self::UnregisteredNumber
            | Self::OnePerson
            | Self::KeysBeyond
            | Self::Lists
            | Self::NoEpochKey
            | Self::Locked
            | Self::ForbiddenByPolicy
            | Self::SamePerson
            | Self::OtherCustodian
            | Self::Interrupted => Vec::new(),
        }
    }

    /// An operating-system error at a path.
    pub fn io(path: impl Into<PathBuf>, what: &'static str, error: &std::io::Error) -> Self {
        Self::Io { path: path.into(), what, kind: error.kind() }
    }

    /// A source error at the path as typed.
    pub fn source_at(path: impl Into<PathBuf>, fault: SourceError) -> Self {
        Self::Source { path: path.into(), fault }
    }
}

/// Whether a path is wrong, and not the disk behind it.
fn leads_nowhere(kind: std::io::ErrorKind) -> bool {
    use std::io::ErrorKind::{IsADirectory, NotADirectory, NotFound};
    matches!(kind, NotFound | NotADirectory | IsADirectory)
}
