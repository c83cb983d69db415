//! What happens to a package after it was made: a line in its custody log, and a seal over the log as it then
//! is. Both are written beside and renamed; between the two the package does not hold, and says so.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use evidence::digest;
use model::SourceError;

use super::custody::{CustodyEvent, CustodyLine};
use super::pack::write_new;
use super::verify::{PackageFault, examine};
use super::{Measured, PackError, Seal, name, seal_name};
use crate::package::manifest::unhex;

/// What an operator enters.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What happened.
    pub event: CustodyEvent,
    /// Who.
    pub actor: String,
    /// The second person.
    pub second: Option<String>,
    /// Number of a physical seal.
    pub seal: Option<String>,
    /// A remark.
    pub note: Option<String>,
}

/// Why nothing was entered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ActError {
    /// The package cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The package does not hold.
    #[error("{} {}", .0.at, .0.what)]
    Broken(PackageFault),
    /// It could not be written.
    #[error(transparent)]
    Write(#[from] PackError),
}

/// Adds a line and its seal, signed by `sign`, which gets the text to be signed and gives the text with the
/// signature. The whole package is hashed first. Gives the number of lines.
///
/// # Errors
/// [`ActError`].
pub fn enter(
    package: &Path,
    entry: &Entry,
    measured: &Measured,
    sign: &dyn Fn(&str) -> String,
) -> Result<(u64, [u8; 32]), ActError> {
    let tree = evidence::open_tree(package)?;
    let seen = examine(&tree, true)?;
    if let Some(fault) = seen.faults.into_iter().next() {
        return Err(ActError::Broken(fault));
    }
    let (Some(facts), Some(mut custody)) = (seen.facts, seen.custody) else {
        let fault = PackageFault { at: name::FACTS.to_owned(), what: "cannot be read" };
        return Err(ActError::Broken(fault));
    };
    let Entry { event, actor, second, seal, note } = entry.clone();
    let manifest = facts.raw.manifest_sha256.clone();
    let line = CustodyLine {
        n: 0,
        event,
        at: measured.now.clone(),
        clock: "system".to_owned(),
        actor,
        second,
        medium: facts.medium.serial.clone(),
        seal,
        before: Some(manifest.clone()),
        after: Some(manifest.clone()),
        tool: measured.tool.clone(),
        note,
        prev: String::new(),
    };
    custody.add(&facts.id, line);
    let lines = custody.count();
    let head = custody.hash_of(lines).unwrap_or_default();
    let facts_bytes = text_of(&tree, name::FACTS)?;
    let seal = Seal {
        package: facts.id.clone(),
        facts: digest(facts_bytes.as_bytes()),
        manifest: unhex(&manifest).unwrap_or_default(),
        lines,
        head,
    };
    let sealed = sign(&seal.to_text());
    let log = package.join("custody.jsonl.new");
    // what an interrupted entry left is ours
    drop(fs::remove_file(&log));
    write_new(&log, custody.to_text().as_bytes())?;
    let rename = |from: &Path, to: &Path| {
        fs::rename(from, to).map_err(|e| PackError::Io { what: "writing the package", kind: e.kind() })
    };
    write_new(&package.join(seal_name(lines)), sealed.as_bytes())?;
    rename(&log, &package.join(name::CUSTODY))?;
    Ok((lines, head))
}

/// Puts another text in the place of the last seal: the same, with one more signature.
///
/// # Errors
/// [`ActError::Write`].
pub fn replace_seal(package: &Path, lines: u64, text: &str) -> Result<(), ActError> {
    let at = package.join(seal_name(lines));
    let beside = package.join("seal.new");
    drop(fs::remove_file(&beside));
    write_new(&beside, text.as_bytes())?;
    fs::rename(&beside, &at).map_err(|e| PackError::Io { what: "writing the package", kind: e.kind() })?;
    Ok(())
}

fn text_of(tree: &Arc<dyn evidence::Tree>, at: &str) -> Result<String, SourceError> {
    Ok(super::verify::text(tree.as_ref(), at, 1 << 20)?.unwrap_or_default())
}
