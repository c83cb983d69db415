//! The end of all keys: what the archive holds can never be read again, by anybody, while the log still says
//! that it was there. Off unless the policy in force allows it; two administrators, and an entry before the
//! first file goes.

use std::path::Path;

use access::KeyStore;
use archive::{Entry, Operator};
use chain::EntryType;
use model::wire;
use serde::Serialize;

use crate::error::JobError;
use crate::places::Places;
use crate::policies;

/// Folders of the key store, in the order in which they go: what opens everything first.
const FOLDERS: [&str; 9] =
    ["epoch", "operators", "ingest", "locked", "custody", "granting", "granted", "buckets", "holding"];
/// Of these the files are overwritten too: without them the rest opens nothing.
const OVERWRITTEN: [&str; 4] = ["epoch/", "operators/", "ingest/", "locked/"];
/// Digits of the archive's number that must be typed.
const CONFIRM: usize = 8;

/// What was destroyed.
#[derive(Debug, Serialize)]
pub struct DestroyReport {
    /// Archive, hexadecimal.
    pub archive: String,
    /// Entry that records it.
    pub entry: u64,
    /// Files that went now.
    pub files: u64,
}

/// The entry of a destruction that was decided before, if there is one.
fn decided(places: &Places) -> Result<Option<u64>, JobError> {
    places.open()?.first_of(EntryType::Destroy).map_err(|e| places.fail(e))
}

/// Completes a destruction that was decided and interrupted; `None` where none was decided.
///
/// # Errors
/// What keeps the key store from being removed.
pub fn complete(places: &Places) -> Result<Option<DestroyReport>, JobError> {
    let Some(entry) = decided(places)? else { return Ok(None) };
    let files = remove(places)?;
    Ok(Some(DestroyReport { archive: wire::hex(places.open()?.id()), entry, files }))
}

/// Destroys all keys.
///
/// # Errors
/// [`JobError::ForbiddenByPolicy`], [`JobError::NoRight`] unless two different administrators act,
/// [`JobError::BadValue`] when the archive's number was not typed.
pub fn destroy(
    places: &Places,
    by: [&Operator; 2],
    confirm: &str,
    why: &str,
    now: i64,
) -> Result<DestroyReport, JobError> {
    let archive = places.open()?;
    let number = wire::hex(archive.id());
    if confirm.len() < CONFIRM || !number.starts_with(&confirm.to_lowercase()) {
        let why = format!("the first {CONFIRM} digits of the archive's number");
        return Err(JobError::BadValue { what: "--confirm", why });
    }
    let keys = KeyStore::open(&places.keys, &places.archive).map_err(|e| places.fail(e.into()))?;
    let policies = archive.register(&keys, &[EntryType::Policy]).map_err(|e| places.fail(e))?;
    if !policies::in_force(&policies)?.allow_key_destruction {
        return Err(JobError::ForbiddenByPolicy);
    }
    let [first, second] = by;
    if first.id() == second.id() {
        let why = "the same operator: two are needed".to_owned();
        return Err(JobError::BadValue { what: "--second-passphrase-file", why });
    }
    let entry = {
        let mut writer = places.writer(now)?;
        let entry = Entry { kind: EntryType::Destroy, clear: &[], plain: why.as_bytes() };
        let signers = [&first.signer(), &second.signer()];
        writer.append(&[entry], &signers).map_err(|e| places.fail(e))?.first().copied().unwrap_or_default()
    };
    let files = remove(places)?;
    Ok(DestroyReport { archive: number, entry, files })
}

/// Removes every key; done again, it finds nothing.
fn remove(places: &Places) -> Result<u64, JobError> {
    let fail = |path: &Path, e: &std::io::Error| JobError::io(path, "destroying the keys", e);
    let keys = KeyStore::open(&places.keys, &places.archive).map_err(|e| places.fail(e.into()))?;
    let names = keys.files().map_err(|e| places.fail(e.into()))?;
    let mut gone = 0;
    for folder in FOLDERS {
        let inside = |name: &&String| name.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        for name in names.iter().filter(inside) {
            if OVERWRITTEN.iter().any(|folder| name.starts_with(folder)) {
                let path = keys.root().join(name);
                let length = std::fs::metadata(&path).map_or(0, |m| m.len());
                let zeros = vec![0; usize::try_from(length.min(1 << 20)).unwrap_or_default()];
                let overwrite = || {
                    let mut file = std::fs::OpenOptions::new().write(true).open(&path)?;
                    std::io::Write::write_all(&mut file, &zeros)?;
                    file.sync_all()
                };
                overwrite().map_err(|e| fail(&path, &e))?;
            }
            gone += 1;
        }
        let path = keys.root().join(folder);
        match std::fs::remove_dir_all(&path) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(fail(&path, &e)),
            _ => {}
        }
    }
    #[cfg(unix)]
    std::fs::File::open(keys.root()).and_then(|f| f.sync_all()).map_err(|e| fail(keys.root(), &e))?;
    Ok(gone)
}
