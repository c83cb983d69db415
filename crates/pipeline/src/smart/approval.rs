//! Two persons under a mapping: the first signature is of whoever vouches for it, the second of whoever
//! looked at it too. Only operators of the archive count, each once.

use std::collections::BTreeSet;
use std::path::Path;

use ::smart::{Mapping, approval};
use archive::{Archive, Operator};
use chain::Note;
use model::wire::hex;
use serde::Serialize;

use super::package::{key_in, name_of};
use super::{approval_of, mapping_fault, small};
use crate::error::JobError;
use crate::places::Places;

/// How many must sign.
pub(crate) const PERSONS: usize = 2;

/// What became of a signature.
#[derive(Debug, Serialize)]
pub struct ApprovalReport {
    /// SHA-256 of the mapping.
    pub mapping: String,
    /// Operators that have signed it.
    pub signatures: usize,
    /// Whether it may be used.
    pub approved: bool,
}

impl ApprovalReport {
    /// 0, or 3 while the second person is missing.
    pub fn exit_code(&self) -> u8 {
        if self.approved { 0 } else { 3 }
    }
}

/// The operators of the archive whose signatures under the mapping hold.
pub(crate) fn signers(note: &str, mapping: &[u8; 32], archive: &Archive) -> BTreeSet<String> {
    let Ok(note) = Note::parse(note) else { return BTreeSet::new() };
    if note.text != approval::text(mapping) {
        return BTreeSet::new();
    }
    let holds = |name: &&str| key_in(archive, name).is_some_and(|key| note.verify(name, &key).is_ok());
    note.names().filter(holds).map(str::to_owned).collect()
}

/// Signs a mapping: a file, or the one in a package; with `put`, that file is put into the package first.
///
/// # Errors
/// [`JobError::SamePerson`], [`JobError::InputFile`] for a mapping that cannot be used.
pub fn approve(
    places: &Places,
    operator: &Operator,
    target: &Path,
    put: Option<&Path>,
) -> Result<ApprovalReport, JobError> {
    let file = if target.is_dir() { target.join(::smart::package::name::MAPPING) } else { target.to_owned() };
    let bytes = small(put.unwrap_or(&file), "reading the mapping")?;
    let mapping = Mapping::parse(&bytes).map_err(|e| mapping_fault(put.unwrap_or(&file), &e))?;
    let archive = places.open()?;
    let beside = approval_of(&file);
    let text = approval::text(&mapping.sha256);
    // signatures under another mapping say nothing of this one
    let before = std::fs::read_to_string(&beside).ok().and_then(|t| Note::parse(&t).ok());
    let mut note = before.filter(|n| n.text == text).unwrap_or_else(|| Note::new(text));
    let name = name_of(archive.id(), &operator.id());
    if signers(&note.to_text(), &mapping.sha256, &archive).contains(&name) {
        return Err(JobError::SamePerson);
    }
    if archive.authority().grant_of(&operator.id()).is_none() {
        return Err(JobError::NoRight { right: "ingest" });
    }
    note.sign(&name, &operator.signer());
    if put.is_some() {
        write(&file, &bytes)?;
    }
    write(&beside, note.to_text().as_bytes())?;
    let signatures = signers(&note.to_text(), &mapping.sha256, &archive).len();
    Ok(ApprovalReport { mapping: hex(&mapping.sha256), signatures, approved: signatures >= PERSONS })
}

/// Writes a file whole, beside and renamed.
fn write(path: &Path, bytes: &[u8]) -> Result<(), JobError> {
    let beside = path.with_extension("new");
    let fail = |e: &std::io::Error| JobError::io(path, "writing the file", e);
    std::fs::write(&beside, bytes).map_err(|e| fail(&e))?;
    std::fs::rename(&beside, path).map_err(|e| fail(&e))
}
