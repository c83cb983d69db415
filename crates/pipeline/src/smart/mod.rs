//! Read-outs of SMART: packages made, sealed, held against their hashes; mappings tried and signed; and what
//! an ingest asks of both. Texts that are signed are made by the reader's crate, signatures here.

mod approval;
mod package;
mod trial;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ::smart::{Described, OpenError};
use evidence::{Given, Tree};
use model::SourceError;

pub use approval::{ApprovalReport, approve};
pub use package::{
    CustodyReport, Entered, PackJob, Shown, Signature, VerifyReport, custody, pack, seal, show, verify,
};
pub use trial::{dry_run, probe};

/// Every fact of a package, in the order in which they are asked for: its word and whether it is needed.
pub fn facts() -> impl Iterator<Item = (&'static str, bool)> {
    ::smart::package::facts::KEYS.iter().map(|k| (k.word, k.needed))
}

use crate::error::JobError;
use crate::open::{Opened, SourceOptions};

/// What a read-out says beside its messages.
pub(crate) struct Description {
    /// SHA-256 of the mapping.
    mapping: Option<[u8; 32]>,
    /// Signatures under it.
    approval: Option<String>,
    /// The last seal of the package.
    seal: Option<String>,
    /// Whose messages the package says they are.
    custodian: Option<String>,
}

/// Most bytes of a mapping or of signatures.
const MOST_BYTES: u64 = 1 << 20;

/// The bytes of a small file that the operator names.
pub(crate) fn small(path: &Path, what: &'static str) -> Result<Vec<u8>, JobError> {
    let fail = |e: &std::io::Error| JobError::io(path, what, e);
    let length = std::fs::metadata(path).map_err(|e| fail(&e))?.len();
    if length > MOST_BYTES {
        let why = format!("has {length} bytes");
        return Err(JobError::InputFile { path: path.to_owned(), line: 0, why });
    }
    std::fs::read(path).map_err(|e| fail(&e))
}

/// Where the signatures under a mapping lie: beside it.
pub(crate) fn approval_of(mapping: &Path) -> PathBuf {
    mapping.with_extension("approval")
}

/// Opens a package, or the medium for which a mapping is given.
pub(crate) fn opened(
    path: &Path,
    tree: &Arc<dyn Tree>,
    given: &Given,
    options: &SourceOptions,
) -> Result<Option<Opened>, JobError> {
    let mapping = options.mapping.as_deref();
    let bytes = mapping.map(|file| small(file, "reading the mapping")).transpose()?;
    let found = ::smart::open(tree, given, &Described { mapping: bytes }).map_err(|e| match e {
        OpenError::Source(fault) => JobError::source_at(path, fault),
        OpenError::Mapping(fault) => mapping_fault(mapping.unwrap_or(path), &fault),
        _ => JobError::source_at(path, SourceError::Unknown),
    })?;
    let Some(found) = found else { return Ok(None) };
    let ::smart::Opened { opening, mapping: used, mut approval, package } = found;
    if let Some(beside) = mapping.map(approval_of).filter(|p| p.is_file()) {
        approval = String::from_utf8(small(&beside, "reading the approval")?).ok();
    }
    let description = Description {
        mapping: used.map(|m| m.sha256),
        approval,
        seal: package.as_ref().and_then(|p| p.seals.last().cloned()),
        custodian: package.and_then(|p| p.facts).map(|f| f.owner.id),
    };
    let evidence::Opening { kind, encrypted, device, made_at, apps, set, readers, findings } = opening;
    let description = Some(description);
    let tree = Arc::clone(tree);
    Ok(Some(Opened { kind, encrypted, device, made_at, apps, set, readers, findings, description, tree }))
}

pub(crate) fn mapping_fault(path: &Path, fault: &::smart::MappingFault) -> JobError {
    JobError::InputFile { path: path.to_owned(), line: fault.line, why: fault.why.clone() }
}

/// What an ingest asks of a read-out before a message is taken: the custodian that the package names, and a
/// mapping that two operators of the archive signed. Gives what a person must look at.
pub(crate) fn allow(
    custodian: &str,
    source: &Opened,
    archive: &archive::Archive,
) -> Result<Vec<String>, JobError> {
    let Some(described) = &source.description else { return Ok(Vec::new()) };
    let Description { mapping, approval, seal, custodian: named } = described;
    if named.as_deref().is_some_and(|named| named != custodian) {
        return Err(JobError::OtherCustodian);
    }
    // without a mapping nothing is read, and that is said by whoever tries
    let Some(mapping) = mapping else { return Ok(Vec::new()) };
    let signatures = approval.as_deref().map_or(0, |note| approval::signers(note, mapping, archive).len());
    if signatures < approval::PERSONS {
        return Err(JobError::UnapprovedMapping { signatures });
    }
    let mut findings = Vec::new();
    if let Some(seal) = seal {
        let signed = package::signatures(seal, &|name| package::key_in(archive, name));
        if signed.iter().any(|s| s.holds == Some(false)) {
            return Err(JobError::Integrity { what: "a signature under the seal of the package".to_owned() });
        }
        if !signed.is_empty() && signed.iter().all(|s| s.holds.is_none()) {
            findings.push("package_signed_by_others".to_owned());
        }
    }
    Ok(findings)
}
