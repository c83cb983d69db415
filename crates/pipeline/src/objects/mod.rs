//! Off-site copies in an object store (S3): what `backup --offsite` made and verified is put there, each file under its
//! SHA-256, each state of the archive as a list of names; and taken back. Nothing is ever overwritten or deleted. Before
//! anything is put, the store is probed for what it enforces, and the answer is never better than what was seen. Knows
//! nothing of what the files hold.
//!
//! Only this folder speaks to a network, and only in a program that was built with the feature `object-store`.

#[cfg(feature = "object-store")]
mod client;
#[cfg(feature = "object-store")]
mod exchange;
#[cfg(feature = "object-store")]
mod probe;
#[cfg(feature = "object-store")]
mod put;
mod settings;
#[cfg(feature = "object-store")]
mod take;

use std::path::{Path, PathBuf};

use serde::Serialize;

pub use self::settings::Settings;
use crate::error::JobError;
use crate::offsite::CopyReport;
use crate::places::Places;
use crate::progress::Progress;
use crate::verify::Remembered;

/// What a store enforces, as it was seen.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Enforced {
    /// A second object under a name was refused, and the first stayed.
    pub put_if_absent: bool,
    /// The same of an upload in pieces.
    pub parts_if_absent: bool,
    /// A retention that was asked for is stated afterwards.
    pub retention: bool,
    /// Objects under retention were not deleted.
    pub deletion_refused: bool,
    /// A retention was not shortened, loosened or taken away.
    pub shortening_refused: bool,
    /// An object that was put as the files of a copy are got a retention.
    pub retained_by_default: bool,
    /// Whether all of it was seen: written once, read many.
    pub worm: bool,
    /// What was not, and what the store answered.
    pub missing: Vec<String>,
}

/// What to put.
pub struct Put {
    /// A copy that `backup --offsite` made.
    pub copy: PathBuf,
    /// Where the keys are, which must not go along, and what else says so; without, only the copy's shape is checked.
    pub keys: Option<Places>,
    /// More that must not go along.
    pub canaries: Vec<String>,
    /// Do not read back what the newest state in the store lists.
    pub trust_earlier: bool,
}

/// What was put into a store.
#[derive(Debug, Serialize)]
pub struct PutReport {
    /// Archive, hexadecimal.
    pub archive: String,
    /// Name of the state in the store.
    pub state: String,
    /// Entries.
    pub size: u64,
    /// Root over them, hexadecimal.
    pub root: String,
    /// Files of the copy.
    pub files: u64,
    /// Objects written this time.
    pub written: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Objects read back and compared.
    pub read_back: u64,
    /// Byte strings that were looked for and not found.
    pub looked_for: u64,
    /// What the store enforces.
    pub enforced: Enforced,
}

/// What to take.
pub struct Take {
    /// An empty folder, or none yet.
    pub to: PathBuf,
    /// Name of the state; without, the newest.
    pub state: Option<String>,
    /// What is known of the archive, which the copy must have grown from.
    pub older: Vec<Remembered>,
}

/// What was taken from a store.
#[derive(Debug, Serialize)]
pub struct TakeReport {
    /// Archive, hexadecimal.
    pub archive: String,
    /// Name of the state.
    pub state: String,
    /// States that are there, oldest first.
    pub states: Vec<String>,
    /// The copy as it lies in the folder now, verified.
    pub copy: CopyReport,
}

#[cfg(not(feature = "object-store"))]
const ABSENT: JobError =
    JobError::NotAvailable { what: "object stores: it was built without the feature object-store" };

/// Probes a store; leaves two objects of 32 bytes there, one retained for a day, the other as long as the store retains
/// everything.
///
/// # Errors
/// [`JobError::Store`] when it cannot be reached, [`JobError::NotAvailable`] in a program without object stores.
pub fn probe(settings: &Path, now: i64) -> Result<Enforced, JobError> {
    let settings = Settings::read(settings)?;
    #[cfg(feature = "object-store")]
    return client::run(async { probe::probe(&client::Bucket::new(&settings)?, &settings, now).await });
    #[cfg(not(feature = "object-store"))]
    {
        let _ = (settings, now);
        Err(ABSENT)
    }
}

/// Puts a copy that `backup --offsite` made into a store, after it was verified and looked through once more.
///
/// # Errors
/// [`JobError::Integrity`] when the copy does not hold, or what was written does not read back;
/// [`JobError::WouldTravel`] when something in it must not leave the house; [`JobError::Refused`] when the settings ask
/// for a store that writes once and the probe saw another.
pub fn put(job: &Put, settings: &Path, now: i64, progress: Progress<'_>) -> Result<PutReport, JobError> {
    let settings = Settings::read(settings)?;
    #[cfg(feature = "object-store")]
    return client::run(put::put(job, &settings, now, progress));
    #[cfg(not(feature = "object-store"))]
    {
        let _ = (job, settings, now, progress);
        Err(ABSENT)
    }
}

/// Takes a copy back from a store into an empty folder: the newest state, or the one that is named.
///
/// # Errors
/// [`JobError::NotEmpty`], [`JobError::BadValue`] when there is no such state; what does not hold is in the report.
pub fn take(job: &Take, settings: &Path, progress: Progress<'_>) -> Result<TakeReport, JobError> {
    let settings = Settings::read(settings)?;
    #[cfg(feature = "object-store")]
    return client::run(take::take(job, &settings, progress));
    #[cfg(not(feature = "object-store"))]
    {
        let _ = (job, settings, progress);
        Err(ABSENT)
    }
}
