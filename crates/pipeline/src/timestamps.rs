//! Time stamps by RFC 3161, carried by a medium: a query for the newest state, the authority's answer kept
//! beside the checkpoints, verified against certificates that somebody decided to trust. What is stamped is
//! the SHA-256 of the three lines of the checkpoint, so that `head -3` and OpenSSL can check it too.

use std::path::Path;

use archive::Archive;
use chain::{Checkpoint, hash};
use model::wire;
use serde::Serialize;
use timestamp::{Stamp, StampFault};

use crate::anchors::{newest, write_whole};
use crate::error::JobError;
use crate::places::{Places, shown};

/// Most bytes of a file of certificates.
const MOST: u64 = 1 << 20;

/// A query that was written.
#[derive(Debug, Serialize)]
pub struct QueryReport {
    /// The file.
    pub path: String,
    /// Entries.
    pub size: u64,
    /// Root over them, hexadecimal.
    pub root: String,
    /// SHA-256 of the checkpoint's three lines, hexadecimal.
    pub digest: String,
}

/// A time stamp.
#[derive(Debug, Serialize)]
pub struct TimeReport {
    /// Entries of the state that was stamped.
    pub size: u64,
    /// Root over them, hexadecimal.
    pub root: String,
    /// When, UTC.
    pub time: String,
    /// Whether it was verified against certificates given, and what did not hold.
    pub holds: Option<bool>,
    /// Why not.
    pub why: Option<String>,
}

fn digest(note: &Checkpoint) -> [u8; 32] {
    hash(&[note.body().as_bytes()])
}

fn rfc3339(seconds: i64) -> String {
    model::Stamp::unix_millis(seconds.saturating_mul(1000)).rfc3339().unwrap_or_default()
}

/// Writes a query for the newest state; the archive keeps the state until the answer comes.
///
/// # Errors
/// [`JobError`].
pub fn query(places: &Places, file: &Path) -> Result<QueryReport, JobError> {
    let archive = places.open()?;
    let note = newest(places, &archive)?;
    archive.keep_cosigned(&note).map_err(|e| places.fail(e))?;
    let nonce = vault::random().map_err(|_| JobError::Internal { what: "randomness".to_owned() })?;
    let digest = digest(&note);
    write_whole(file, &timestamp::query(&digest, u64::from_be_bytes(nonce)))?;
    Ok(QueryReport {
        path: shown(file),
        size: note.size,
        root: wire::hex(&note.root),
        digest: wire::hex(&digest),
    })
}

fn bounded(path: &Path, what: &'static str, most: u64) -> Result<Vec<u8>, JobError> {
    let fail = |e: &std::io::Error| JobError::source_at(path, model::SourceError::io(what, e));
    let file = std::fs::File::open(path).map_err(|e| fail(&e))?;
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut std::io::Read::take(file, most + 1), &mut bytes).map_err(|e| fail(&e))?;
    Ok(bytes)
}

/// Takes an authority's answer; the archive keeps it beside the checkpoint that it is of.
///
/// # Errors
/// [`JobError::InputFile`] when the answer proves nothing.
pub fn response(places: &Places, file: &Path, certificates: &Path) -> Result<TimeReport, JobError> {
    let bad =
        |fault: StampFault| JobError::InputFile { path: file.to_owned(), line: 0, why: fault.to_string() };
    let bytes = bounded(file, "reading the answer", timestamp::MOST as u64)?;
    let trusted = bounded(certificates, "reading the certificates", MOST)?;
    let stamp = Stamp::parse(&bytes).map_err(bad)?;
    let archive = places.open()?;
    let (kept, _) = archive.cosigned().map_err(|e| places.fail(e))?;
    let note = kept.into_iter().rev().find(|note| digest(note) == stamp.digest);
    let note = note.ok_or_else(|| bad(StampFault::OtherDigest))?;
    if let Some(fault) = archive.apart_from(&note).map_err(|e| places.fail(e))? {
        return Err(JobError::Apart { by: file.to_owned(), seen: note.size, fault });
    }
    let time = stamp.verify(&digest(&note), &trusted).map_err(bad)?;
    archive.keep_stamp(note.size, stamp.token).map_err(|e| places.fail(e))?;
    let (size, root) = (note.size, wire::hex(&note.root));
    Ok(TimeReport { size, root, time: rfc3339(time), holds: Some(true), why: None })
}

/// Every time stamp that the archive keeps; verified against certificates where some are given.
///
/// # Errors
/// What keeps them from being read.
pub fn list(places: &Places, certificates: Option<&Path>) -> Result<Vec<TimeReport>, JobError> {
    let trusted = certificates.map(|path| bounded(path, "reading the certificates", MOST)).transpose()?;
    let archive = places.open()?;
    let mut all = Vec::new();
    for (size, token) in archive.stamps().map_err(|e| places.fail(e))? {
        let checked = check(&archive, size, &token, trusted.as_deref());
        let root = archive.root_at(size).map_err(|e| places.fail(e))?.unwrap_or_default();
        let time = Stamp::parse(&token).map(|stamp| rfc3339(stamp.time)).unwrap_or_default();
        let holds = (trusted.is_some() || checked.is_err()).then_some(checked.is_ok());
        all.push(TimeReport { size, root: wire::hex(&root), time, holds, why: checked.err() });
    }
    Ok(all)
}

/// What does not hold of the time stamps that are kept, certificates aside.
pub(crate) fn broken(archive: &Archive) -> Vec<String> {
    let stamps = match archive.stamps() {
        Ok(stamps) => stamps,
        Err(e) => return vec![e.to_string()],
    };
    let wrong = |(size, token): (u64, Vec<u8>)| {
        let why = check(archive, size, &token, None).err()?;
        Some(format!("a time stamp of {size} entries: {why}"))
    };
    stamps.into_iter().filter_map(wrong).collect()
}

/// Whether a stamp is of a beginning of the log, and by whom it should be.
fn check(archive: &Archive, size: u64, token: &[u8], trusted: Option<&[u8]>) -> Result<(), String> {
    let root = archive.root_at(size).map_err(|e| e.to_string())?;
    let root = root.ok_or_else(|| archive::Apart::Shorter { have: archive.size() }.to_string())?;
    let suite = archive.suite_at(size).unwrap_or_else(|| archive.suite());
    let note = Checkpoint::new(chain::origin_of(archive.id(), suite), size, root);
    let stamp = Stamp::parse(token).map_err(|e| e.to_string())?;
    if stamp.digest != digest(&note) {
        return Err(StampFault::OtherDigest.to_string());
    }
    trusted.map_or(Ok(()), |trusted| {
        stamp.verify(&digest(&note), trusted).map(|_| ()).map_err(|e| e.to_string())
    })
}
