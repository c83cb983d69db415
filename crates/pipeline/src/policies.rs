//! The policy an archive is kept by: a signed entry at its foundation, another for every change. A run
//! follows the newest and names it in its manifest; verification holds every run against the policies
//! that stood in the log before it.

use std::path::Path;

use archive::{Entry, Operator, RegisterEntry};
use chain::EntryType;
use model::wire;
use policy::{Policy, Sorting, UnlistedChiefs};
use serde::Serialize;

use crate::error::JobError;
use crate::places::Places;

/// Most bytes of a policy file.
const MOST: u64 = 1 << 16;

/// Reads a policy file.
///
/// # Errors
/// [`JobError::Io`], [`JobError::BadValue`] with the line.
pub fn read_file(path: &Path) -> Result<Policy, JobError> {
    let fail = |e: &std::io::Error| JobError::io(path, "reading the policy file", e);
    let length = std::fs::metadata(path).map_err(|e| fail(&e))?.len();
    if length > MOST {
        return Err(JobError::BadValue { what: "policy file", why: format!("has {length} bytes") });
    }
    let text = std::fs::read_to_string(path).map_err(|e| fail(&e))?;
    Policy::from_toml(&text).map_err(|e| JobError::BadValue { what: "policy file", why: e.to_string() })
}

/// A policy as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// Entry that put it in force.
    pub entry: u64,
    /// Day, UTC.
    pub since: String,
    /// SHA-256 of its canonical bytes, hexadecimal.
    pub id: String,
    /// `keep` or `letter`.
    pub unlisted_chiefs: &'static str,
    /// Times before this day are taken for a clock that was never set.
    pub earliest_plausible: String,
    /// Whether two administrators may destroy all keys.
    pub allow_key_destruction: bool,
    /// How messages are sorted.
    pub sorting: Sorting,
}

/// Every policy the archive was kept by, oldest first; the last is in force.
///
/// # Errors
/// What keeps the archive or its register from being read.
pub fn history(places: &Places) -> Result<Vec<Shown>, JobError> {
    let archive = places.open()?;
    let fail = |e| places.fail(e);
    let keys = access::KeyStore::open(&places.keys, &places.archive).map_err(|e| fail(e.into()))?;
    let entries = archive.register(&keys, &[EntryType::Policy]).map_err(fail)?;
    entries.iter().filter(|e| is_policy(e)).map(shown).collect()
}

/// Whether a policy entry is a policy; those with a clear part are decisions about preservation.
fn is_policy(entry: &RegisterEntry) -> bool {
    entry.clear.is_empty()
}

fn shown(entry: &RegisterEntry) -> Result<Shown, JobError> {
    let policy = decode(entry)?;
    let written_at = i64::try_from(entry.header.written_at).unwrap_or(i64::MAX);
    let since = model::Stamp::unix_millis(written_at).rfc3339().unwrap_or_default();
    Ok(Shown {
        entry: entry.header.index,
        since: since.chars().take(10).collect(),
        id: wire::hex(&policy.id()),
        unlisted_chiefs: match policy.unlisted_chiefs {
            UnlistedChiefs::Keep => "keep",
            UnlistedChiefs::Letter => "letter",
        },
        earliest_plausible: policy.earliest_plausible.to_string(),
        allow_key_destruction: policy.allow_key_destruction,
        sorting: policy.sorting,
    })
}

/// The policy of an entry.
pub(crate) fn decode(entry: &RegisterEntry) -> Result<Policy, JobError> {
    Policy::decode(&entry.plain)
        .map_err(|e| JobError::Integrity { what: format!("entry {}: {e}", entry.header.index) })
}

/// The policy in force after some entries.
pub(crate) fn in_force(entries: &[RegisterEntry]) -> Result<Policy, JobError> {
    let newest = entries
        .iter()
        .rfind(|e| is_policy(e))
        .ok_or_else(|| JobError::Integrity { what: "no policy entry".to_owned() })?;
    decode(newest)
}

/// Puts a policy in force, by an entry that the operator signs; gives its number.
///
/// # Errors
/// [`JobError::NoRight`] without the right `admin`.
pub fn set(places: &Places, operator: &Operator, policy: &Policy, now: i64) -> Result<u64, JobError> {
    let mut writer = places.writer(now)?;
    let plain = policy.encode();
    let entry = Entry { kind: EntryType::Policy, clear: &[], plain: &plain };
    let indexes = writer.append(&[entry], &[&operator.signer()]).map_err(|e| places.fail(e))?;
    Ok(indexes.first().copied().unwrap_or_default())
}
