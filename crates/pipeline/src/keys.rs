//! The key store itself: a copy of it on a medium of its own, with a day after which it must not be used;
//! the lock that stops everything until an administrator opens it.

use std::path::Path;

use access::parcel::{self, Label, ParcelFault};
use access::{KeyStore, lie_apart};
use archive::Operator;
use jiff::ToSpan;
use jiff::civil::{Date, date};
use model::wire;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use vault::Cost;

use crate::anchors::write_whole;
use crate::clock::civil;
use crate::error::JobError;
use crate::keycopies;
use crate::places::{Places, shown};

/// Days after which a copy expires that names no day.
const LIFETIME: i64 = 92;
/// Most bytes of a copy.
const MOST: u64 = 1 << 30;

/// A copy of a key store.
#[derive(Debug, Serialize)]
pub struct KeysReport {
    /// Where it lies.
    pub path: String,
    /// Archive, hexadecimal.
    pub archive: String,
    /// Entry that says that it was made.
    pub entry: Option<u64>,
    /// Files.
    pub files: u64,
    /// Last day of the copy.
    pub expires: String,
    /// Whether the epoch's private half is in it.
    pub with_epoch: bool,
}

fn days(day: Date) -> Option<i32> {
    date(1970, 1, 1).until(day).ok().map(|span| span.get_days())
}

fn day(days: i32) -> String {
    let day = date(1970, 1, 1).checked_add(i64::from(days).days());
    day.map(|d| d.to_string()).unwrap_or_default()
}

fn fault(path: &Path, places: &Places, fault: ParcelFault) -> JobError {
    match fault {
        ParcelFault::WrongPassphrase => JobError::WrongPassphrase,
        ParcelFault::KeyStore(e) => places.fail(e.into()),
        other => JobError::InputFile { path: path.to_owned(), line: 0, why: other.to_string() },
    }
}

/// Seals the key store into a file, behind a passphrase of the copy's own; an entry says so, before there is a file.
///
/// # Errors
/// [`JobError::BadPlace`] inside archive or key store, [`JobError::NotEmpty`] when there is something,
/// [`JobError::Busy`] while somebody writes.
pub fn backup(
    places: &Places,
    file: &Path,
    passphrase: &SecretString,
    expires: Option<Date>,
    now: i64,
) -> Result<KeysReport, JobError> {
    if [&places.archive, &places.keys].iter().any(|folder| !lie_apart(folder, file)) {
        return Err(JobError::BadPlace {
            why: "the copy of the key store, archive and key store must lie apart",
        });
    }
    if file.exists() {
        return Err(JobError::NotEmpty { path: file.to_owned() });
    }
    let today = civil(now)?;
    let expires = expires.or_else(|| today.checked_add(LIFETIME.days()).ok()).unwrap_or(today);
    if expires < today {
        return Err(JobError::BadValue { what: "--expires", why: "lies in the past".to_owned() });
    }
    // whoever writes the log waits: what is destroyed in it is in this copy, or the copy stands before that
    let mut writer = places.writer(now)?;
    let archive = writer.archive();
    let keys = KeyStore::open(&places.keys, &places.archive).map_err(|e| places.fail(e.into()))?;
    let label = Label {
        archive: *archive.id(),
        made_at: u64::try_from(now).unwrap_or(0),
        expires: days(expires).unwrap_or_default(),
    };
    let bytes = passphrase.expose_secret().as_bytes();
    let packed = parcel::pack(&keys, label, bytes, Cost::STANDARD).map_err(|e| fault(file, places, e))?;
    let entry = keycopies::note(places, &mut writer, expires, packed.with_epoch)?;
    write_whole(file, &packed.bytes)?;
    Ok(KeysReport {
        path: shown(file),
        archive: wire::hex(&label.archive),
        entry: Some(entry),
        files: packed.files,
        expires: expires.to_string(),
        with_epoch: packed.with_epoch,
    })
}

/// Opens a copy into an empty key store.
///
/// # Errors
/// [`JobError::Expired`] behind the copy's last day unless `expired_too`; [`JobError::WrongPassphrase`],
/// [`JobError::NotEmpty`], [`JobError::Integrity`] for a copy of another archive's keys.
pub fn restore(
    places: &Places,
    file: &Path,
    passphrase: &SecretString,
    expired_too: bool,
    now: i64,
) -> Result<KeysReport, JobError> {
    let reading = |e: &std::io::Error| {
        JobError::source_at(file, model::SourceError::io("reading the copy of the key store", e))
    };
    let length = std::fs::metadata(file).map_err(|e| reading(&e))?.len();
    if length > MOST {
        return Err(fault(file, places, ParcelFault::Malformed));
    }
    let bytes = std::fs::read(file).map_err(|e| reading(&e))?;
    let label = parcel::label(&bytes).map_err(|e| fault(file, places, e))?;
    let archive = places.open()?;
    if label.archive != *archive.id() {
        let what = format!("{}: holds the keys of another archive", file.display());
        return Err(JobError::Integrity { what });
    }
    if days(civil(now)?).is_some_and(|today| today > label.expires) && !expired_too {
        return Err(JobError::Expired { path: file.to_owned(), day: day(label.expires) });
    }
    let opened =
        parcel::open(&bytes, passphrase.expose_secret().as_bytes()).map_err(|e| fault(file, places, e))?;
    let keys = KeyStore::create(&places.keys, &places.archive).map_err(|e| places.fail(e.into()))?;
    let files = opened.write(&keys).map_err(|e| places.fail(e.into()))?;
    Ok(KeysReport {
        path: shown(&places.keys),
        archive: wire::hex(archive.id()),
        entry: None,
        files,
        expires: day(label.expires),
        with_epoch: opened.with_epoch(),
    })
}

/// What the lock did.
#[derive(Debug, Serialize)]
pub struct LockReport {
    /// Whether the key store is locked now.
    pub locked: bool,
    /// Administrators who can unlock it.
    pub holders: u64,
}

/// Locks the key store: nothing is written and no register read until an administrator unlocks it. Asks
/// for nothing.
///
/// # Errors
/// [`JobError::Locked`] when it is locked already.
pub fn lock(places: &Places, now: i64) -> Result<LockReport, JobError> {
    let archive = places.open()?;
    let keys = KeyStore::open(&places.keys, &places.archive).map_err(|e| places.fail(e.into()))?;
    // nobody writes while the keys go
    let _copying = archive::Copying::begin(&places.archive).map_err(|e| places.fail(e))?;
    let holders = archive.lock_keys(&keys, u64::try_from(now).unwrap_or(0)).map_err(|e| places.fail(e))?;
    Ok(LockReport { locked: true, holders })
}

/// Unlocks it.
///
/// # Errors
/// [`JobError::NoRight`] when it is not locked to the operator.
pub fn unlock(places: &Places, operator: &Operator) -> Result<LockReport, JobError> {
    let archive = places.open()?;
    operator.unlock_keys(&archive).map_err(|e| places.fail(e))?;
    Ok(LockReport { locked: false, holders: 0 })
}
