//! Read-outs of the state's app SMART. Its format is not public, so none is guessed: the medium is kept as it
//! is in a sealed package ([`package`]), and an operator describes it without code by a [`Mapping`], which two
//! persons sign. What is read from it is what the mapping says, or nothing.
//!
//! This crate knows no archive and no key; a signature is made and checked elsewhere, over texts that are
//! written here. The formats stand in `docs/readers/smart.md`.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod approval;
mod dry;
mod mapping;
mod medium;
pub mod package;
pub mod probe;
mod reader;
mod scan;

use std::sync::Arc;

use evidence::{EvidenceSet, Given, Opening, Tree};
use model::{Device, Finding, Sensitive, SourceError};

pub use dry::{DryRun, FieldFill, dry_run};
pub use mapping::marking::{Issuer, Level, Marking};
pub use mapping::{Mapping, MappingFault};
use medium::Medium;
use reader::{Frame, Reader, Unmapped};

/// Source word.
pub(crate) const SOURCE: &str = "smart";
/// Service of its messages.
pub(crate) const SERVICE: &str = "SMART";
/// Reader and version; each message also carries the hash of the mapping.
pub const VERSION: &str = "smart 1";
/// What is said of a medium without a mapping.
pub(crate) const NO_MAPPING: &str = "no mapping: nothing says which columns are which fields";

/// What an operator gives beside the source.
#[derive(Clone, Default)]
pub struct Described {
    /// The mapping's bytes, where they do not lie in the package.
    pub mapping: Option<Vec<u8>>,
}

/// A medium or package that was opened.
pub struct Opened {
    /// What the pipeline reads.
    pub opening: Opening,
    /// The mapping that is used.
    pub mapping: Option<Arc<Mapping>>,
    /// Signatures under the mapping, where they lie in the package.
    pub approval: Option<String>,
    /// The package, held against its own hashes.
    pub package: Option<package::Examined>,
}

/// Why a medium cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The source.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The mapping.
    #[error(transparent)]
    Mapping(#[from] MappingFault),
}

/// Opens a package, or any medium for which a mapping is given; `None` when it is neither. A package is hashed
/// first, and one that does not hold is refused.
///
/// # Errors
/// [`OpenError`].
pub fn open(tree: &Arc<dyn Tree>, given: &Given, described: &Described) -> Result<Option<Opened>, OpenError> {
    let is_package = package::is_package(tree.as_ref())?;
    if !is_package && described.mapping.is_none() {
        return Ok(None);
    }
    let mut approval = None;
    let mut bytes = described.mapping.clone();
    let mut seen = None;
    if is_package {
        let examined = package::examine(tree, true)?;
        if let Some(fault) = examined.faults.first() {
            return Err(SourceError::from(fault.clone()).into());
        }
        seen = Some(examined);
        if bytes.is_none() {
            let text = |at| package::text(tree.as_ref(), at, 1 << 20);
            bytes = text(package::name::MAPPING)?.map(String::into_bytes);
            approval = text(package::name::APPROVAL)?;
        }
    }
    let mapping = bytes.as_deref().map(Mapping::parse).transpose()?.map(Arc::new);
    let medium = Arc::new(Medium::new(tree.clone(), is_package)?);
    let set: Arc<dyn EvidenceSet> = medium.set.clone();
    if is_package {
        // what the package states of itself belongs to what was read
        for part in [package::name::FACTS, package::name::MANIFEST] {
            set.get("", part)?;
        }
    }
    let facts = seen.as_ref().and_then(|s| s.facts.as_ref());
    let frame = Frame {
        ceiling: facts.and_then(package::Facts::ceiling),
        shown: facts.and_then(|f| f.extent.messages_shown),
        owner: [&given.owner, &given.owner_name].into_iter().flatten().cloned().collect(),
    };
    let reader: Box<dyn model::MessageSource> = match &mapping {
        Some(mapping) => Box::new(Reader::new(medium, mapping.clone(), frame)),
        None => Box::new(Unmapped),
    };
    let mut opening = Opening::of(SOURCE, set, reader);
    let mut note = |code: &str| opening.findings.push(Finding { code: code.to_owned(), at: None });
    if mapping.is_none() {
        note("mapping_missing");
    }
    if seen.as_ref().is_some_and(|s| s.seals.last().is_some_and(|seal| !approval::is_signed(seal))) {
        note("package_not_signed");
    }
    if let Some(facts) = facts {
        if facts.raw.not_copied > 0 {
            note(&format!("not_copied:{}", facts.raw.not_copied));
        }
        opening.device = Device {
            serial: Some(Sensitive::new(facts.device.serial.clone())),
            model: Some(facts.device.model.clone()),
            system: Some(format!("SMART {}", facts.device.app_version)),
            ..Device::default()
        };
        opening.made_at = facts.read_out_end();
    }
    Ok(Some(Opened { opening, mapping, approval, package: seen }))
}
