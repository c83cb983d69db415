//! Handing a custodian over to another authority's archive when ministries are reorganised. The giver packs every record
//! exactly as it was sealed, with what proves it in the giver's log, for the receiver's key; the receiver verifies all of
//! it and takes it over whole or not at all, so that commitments stay what they were and earlier proofs hold for ever. Until
//! the receiver's receipt is back both have everything; after it two persons may let the giver's copy go.

mod ask;
mod audit;
mod check;
mod facts;
mod finish;
mod give;
mod key;
mod list;
mod package;
mod reading;
mod receipt;
mod sinks;
mod take;

#[cfg(test)]
mod tests;

pub use ask::{AskReport, NewHandover, Waiting, approve, ask, waiting};
pub use finish::{FinishReport, finish};
pub use give::{GiveReport, give};
pub use key::{KeyReport, make};
pub use list::{GivenOver, TakenOver, given, taken};
pub use package::Without;
pub use take::{Take, TakeReport, take};

pub(crate) use audit::Takings;
pub(crate) use list::{copied_months, taken_entries};
pub(crate) use package::Stated;
pub(crate) use take::HANDED_OVER;

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::Path;

use access::Rights;
use archive::Standing;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::JobError;
use crate::holds::Travelling;

/// Who may ask, approve, give and take.
const RIGHT: (Rights, &str) = (Rights::ADMIN, "admin");

/// What the run of a taking calls its source.
pub(crate) const SOURCE: &str = "handover";

/// What is sealed with a hand-over.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Details {
    /// 1.
    pub(crate) version: u32,
    /// Random: nobody without the request can test a guess against its digest.
    pub(crate) salt: String,
    /// Day by which it was asked for.
    pub(crate) day: Date,
    /// Entries in the log then.
    pub(crate) size: u64,
    /// Whose messages.
    pub(crate) custodian: String,
    /// First day of the messages.
    pub(crate) from: Option<Date>,
    /// Last day of the messages.
    pub(crate) to: Option<Date>,
    /// The receiver's key file.
    pub(crate) key: String,
    /// Why, in the words of who asked.
    pub(crate) reason: String,
    /// The decision it rests on.
    pub(crate) decision: String,
    /// Number of the operator who asked, hexadecimal.
    pub(crate) asked_by: String,
    /// Entries of the register then.
    pub(crate) register_version: u64,
    /// Holds that go along: their entries.
    pub(crate) holds: Vec<u64>,
    /// Number of each bucket, hexadecimal, and the newest entry that belonged to it.
    pub(crate) buckets: Vec<(String, u64)>,
}

/// What is sealed in the entry that says that a package was made.
#[derive(Serialize, Deserialize)]
pub(crate) struct Packed {
    pub(crate) version: u32,
    pub(crate) package: String,
    /// Messages, every version counted.
    pub(crate) records: u64,
    pub(crate) attachments: u64,
    /// SHA-256 over the commitments, hexadecimal.
    pub(crate) commitments: String,
    pub(crate) without: Without,
    /// Entry of each segment and how many of its records are in the package.
    pub(crate) segments: Vec<(u64, u64)>,
}

/// What is sealed with a taking.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Taken {
    /// 1.
    pub(crate) version: u32,
    /// Number of the giver's archive, hexadecimal.
    pub(crate) giver: String,
    /// The key that was trusted, as a line of a trusted-keys file.
    pub(crate) key: String,
    /// What the giver calls the person.
    pub(crate) theirs: String,
    /// What this archive calls the person.
    pub(crate) custodian: String,
    pub(crate) from: Option<Date>,
    pub(crate) to: Option<Date>,
    /// Messages, every version counted.
    pub(crate) records: u64,
    pub(crate) attachments: u64,
    /// SHA-256 over the commitments, hexadecimal.
    pub(crate) commitments: String,
    pub(crate) without: Without,
    /// Holds as they stood with the giver.
    pub(crate) holds: Vec<Travelling>,
    /// Facts as they stood with the giver.
    pub(crate) facts: facts::Facts,
    /// First days of the months in which a copy was made before.
    pub(crate) copies: Vec<Date>,
    /// State of the giver's log that proves it.
    pub(crate) checkpoint: String,
    /// The segments, in the order in which they were appended.
    pub(crate) segments: Vec<TakenSegment>,
}

/// A segment that was taken over: what proves it elsewhere, and what counts here.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct TakenSegment {
    /// Header and path in the giver's log.
    pub(crate) standing: Written,
    /// Places that came as commitments.
    pub(crate) gone: Vec<u32>,
    /// Longer periods than the sealed ones.
    pub(crate) stated: Vec<Stated>,
    /// The same in logs before, each with its state: oldest first.
    pub(crate) earlier: Vec<(Written, String)>,
}

/// Header and path in Base64.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Written(String);

impl Written {
    pub(crate) fn of(standing: &Standing) -> Self {
        Self(STANDARD.encode([&standing.header[..], &standing.path.concat()].concat()))
    }

    pub(crate) fn read(&self) -> Option<Standing> {
        let bytes = STANDARD.decode(&self.0).ok()?;
        let (header, path) = bytes.split_first_chunk()?;
        let (path, rest) = path.as_chunks::<32>();
        rest.is_empty().then(|| Standing { header: *header, path: path.to_vec() })
    }
}

/// Writes a file that must not be there yet, whole.
fn write_new(path: &Path, bytes: &[u8]) -> Result<(), JobError> {
    let fail = |e: &std::io::Error| match e.kind() {
        std::io::ErrorKind::AlreadyExists => JobError::NotEmpty { path: path.to_owned() },
        _ => JobError::io(path, "writing the file", e),
    };
    if path.exists() {
        return Err(JobError::NotEmpty { path: path.to_owned() });
    }
    let beside = beside(path);
    let mut file = File::create(&beside).map_err(|e| fail(&e))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(|e| fail(&e))?;
    fs::rename(&beside, path).map_err(|e| fail(&e))
}

/// Where a file is written until it is whole.
fn beside(path: &Path) -> std::path::PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    path.with_file_name(name)
}

/// SHA-256 of a file.
fn digest_of(path: &Path) -> Result<[u8; 32], JobError> {
    let fail =
        |e: &std::io::Error| JobError::source_at(path, model::SourceError::io("reading the package", e));
    let mut file = File::open(path).map_err(|e| fail(&e))?;
    let mut hasher = Sha256::new();
    let mut buf = vec![0; 1 << 18];
    loop {
        match file.read(&mut buf).map_err(|e| fail(&e))? {
            0 => return Ok(hasher.finalize().into()),
            n => hasher.update(&buf[..n]),
        }
    }
}
