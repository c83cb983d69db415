//! Renewing an archive: everything in it is hashed again by a later hash before the old one is broken, and the log goes
//! on under the new one. Nothing is renewed that does not hold.

use archive::Operator;
use chain::Suite;
use model::wire;
use serde::Serialize;

use crate::error::JobError;
use crate::places::Places;
use crate::progress::Progress;
use crate::verify::verify;

/// What was renewed.
#[derive(Debug, Serialize)]
pub struct RenewalReport {
    /// Archive, hexadecimal.
    pub archive: String,
    /// What the log was hashed with.
    pub from: &'static str,
    /// What it is hashed with now.
    pub to: &'static str,
    /// Entries that were hashed again.
    pub size: u64,
    /// Root over them by the old hash, hexadecimal: what older checkpoints and proofs rest on.
    pub old_root: String,
    /// First and last entry of the renewal.
    pub entries: [u64; 2],
    /// Root by the new hash, hexadecimal.
    pub root: String,
    /// The checkpoint by the new hash.
    pub checkpoint: String,
    /// The job's key, as before.
    pub trusted_key: String,
}

/// Renews an archive to the newest hash that this program knows.
///
/// # Errors
/// [`JobError::NoRight`], [`JobError::Integrity`] when the archive does not hold, [`JobError::Refused`] when there is
/// nothing to renew or an act is not closed.
pub fn renew(
    places: &Places,
    by: &Operator,
    now: i64,
    progress: Progress<'_>,
) -> Result<RenewalReport, JobError> {
    let fail = |e| places.fail(e);
    let verified = verify(places, None, &[], progress)?;
    if let Some(broken) = verified.broken.first() {
        let what = format!("entry {}: {}; only what holds is renewed", broken.entry, broken.what);
        return Err(JobError::Integrity { what });
    }
    let mut writer = places.writer(now)?;
    let (from, size, old_root) = (writer.archive().suite(), writer.archive().size(), writer.archive().root());
    let entries = writer.renew(by, Suite::Sha3).map_err(fail)?;
    let archive = writer.archive();
    let (name, key) = archive.job_key();
    let ends = |at: Option<&u64>| at.copied().unwrap_or_default();
    Ok(RenewalReport {
        archive: wire::hex(archive.id()),
        from: from.name(),
        to: archive.suite().name(),
        size,
        old_root: wire::hex(&old_root),
        entries: [ends(entries.first()), ends(entries.last())],
        root: wire::hex(&archive.root()),
        checkpoint: archive.checkpoint().map_err(fail)?.to_text(),
        trusted_key: chain::verifier_key(&name, &key),
    })
}
