//! Copies of the key store, as the log knows them: making one leaves an entry before there is one, and destroying one
//! leaves another. What was destroyed in the archive is not gone for good while a copy from before it may be there.

use archive::{Archive, Entry, Operator, Writer};
use chain::EntryType;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::clock::civil;
use crate::error::JobError;
use crate::places::Places;

/// How the name of every copy begins.
pub(crate) const NAMED: &str = "copy of the key store, entry ";

/// What the entry of a copy says.
#[derive(Serialize, Deserialize)]
struct Made {
    version: u32,
    expires: Date,
    with_epoch: bool,
}

/// What the entry of its destruction says.
#[derive(Serialize, Deserialize)]
struct Destroyed {
    version: u32,
    reference: Option<String>,
}

/// A copy of the key store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyCopy {
    /// Entry that stands for it.
    pub entry: u64,
    /// Day on which it was made.
    pub made: Date,
    /// Its last day.
    pub expires: Date,
    /// Whether the epoch's private half is in it.
    pub with_epoch: bool,
    /// Whether it is confirmed to be destroyed.
    pub gone: bool,
    /// What that rests on.
    pub reference: Option<String>,
}

impl KeyCopy {
    /// What a certificate calls it.
    pub fn name(&self) -> String {
        format!("{NAMED}{}, made {}, last day {}", self.entry, self.made, self.expires)
    }
}

/// Every copy that was made of this key store, oldest first.
///
/// # Errors
/// What keeps the archive or its register from being read.
pub fn list(places: &Places) -> Result<Vec<KeyCopy>, JobError> {
    let archive = places.open()?;
    let keys = access::KeyStore::open(&places.keys, &places.archive).map_err(|e| places.fail(e.into()))?;
    known(places, &archive, &keys)
}

pub(crate) fn known(
    places: &Places,
    archive: &Archive,
    keys: &access::KeyStore,
) -> Result<Vec<KeyCopy>, JobError> {
    let entries = archive.register(keys, &[EntryType::Copied, EntryType::Gone]);
    let mut all: Vec<KeyCopy> = Vec::new();
    for entry in entries.map_err(|e| places.fail(e))? {
        let index = entry.header.index;
        let bad =
            |_| JobError::Integrity { what: format!("entry {index}: a copy of the key store, malformed") };
        if entry.header.kind() == Some(EntryType::Copied) {
            let Made { version: _, expires, with_epoch } =
                serde_json::from_slice(&entry.plain).map_err(bad)?;
            let made = civil(i64::try_from(entry.header.written_at).unwrap_or(i64::MAX))?;
            all.push(KeyCopy { entry: index, made, expires, with_epoch, gone: false, reference: None });
        } else if let Some(copy) = all.iter_mut().find(|copy| copy.entry == entry.header.refers_to) {
            let Destroyed { version: _, reference } = serde_json::from_slice(&entry.plain).map_err(bad)?;
            copy.gone = true;
            copy.reference = reference;
        }
    }
    Ok(all)
}

/// Notes that a copy is about to be made; gives the entry's number. The job signs: nobody is asked for a passphrase.
pub(crate) fn note(
    places: &Places,
    writer: &mut Writer,
    expires: Date,
    with_epoch: bool,
) -> Result<u64, JobError> {
    let plain = sealed(&Made { version: 1, expires, with_epoch })?;
    let entry = Entry { kind: EntryType::Copied, clear: &[], plain: &plain };
    writer.append_as_job(&entry).map_err(|e| places.fail(e))
}

/// Notes that a copy is destroyed, or never came to be; gives the entry's number.
///
/// # Errors
/// [`JobError::BadValue`] where no entry of that number stands for a copy that is still there, [`JobError::NoRight`]
/// without the right `delete`.
pub fn gone(
    places: &Places,
    by: &Operator,
    copy: u64,
    reference: Option<&str>,
    now: i64,
) -> Result<u64, JobError> {
    if !list(places)?.iter().any(|known| known.entry == copy && !known.gone) {
        let why = "stands for no copy that is still there; key copies shows them".to_owned();
        return Err(JobError::BadValue { what: "entry", why });
    }
    let plain = sealed(&Destroyed { version: 1, reference: reference.map(str::to_owned) })?;
    let entry = Entry { kind: EntryType::Gone, clear: &[], plain: &plain };
    let mut writer = places.writer(now)?;
    writer.append_about(&entry, copy, &[&by.signer()]).map_err(|e| places.fail(e))
}

fn sealed(said: &impl Serialize) -> Result<Vec<u8>, JobError> {
    serde_json::to_vec(said).map_err(|_| JobError::Internal { what: "the entry of a copy".to_owned() })
}
