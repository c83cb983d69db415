//! Holding a package against itself: every hash, every link of the custody log, every seal, and that
//! nothing is there which the manifest lacks. Signatures are left to whoever has keys.

use std::collections::BTreeSet;
use std::sync::Arc;

use evidence::{Tree, digest, hash_and_count, shown};
use model::SourceError;
use model::bytes::Sequential;

use super::custody::{Custody, MOST_LOG};
use super::facts::Facts;
use super::manifest::{self, Manifest, unhex};
use super::seal::Seal;
use super::{name, seal_name};

/// Most bytes of the facts or a seal.
const MOST_SMALL: u64 = 1 << 20;
/// Most seals.
const MOST_SEALS: usize = 10_000;

/// Something of a package that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageFault {
    /// Which part: a name that the format fixes, or a file's as fit to be shown.
    pub at: String,
    /// What is wrong with it.
    pub what: &'static str,
}

impl From<PackageFault> for SourceError {
    fn from(fault: PackageFault) -> Self {
        let PackageFault { at, what } = fault;
        Self::Changed { at, what }
    }
}

/// A package that was looked at.
pub struct Examined {
    /// Its facts, where they can be read.
    pub facts: Option<Facts>,
    /// Its custody log, where that holds.
    pub custody: Option<Custody>,
    /// Texts of the seals in order, with their signatures.
    pub seals: Vec<String>,
    /// Files below `raw` that were hashed.
    pub files: u64,
    /// Bytes of them.
    pub bytes: u64,
    /// What does not hold; empty when all does.
    pub faults: Vec<PackageFault>,
    pub(crate) manifest: Manifest,
}

/// Whether a tree is a package.
///
/// # Errors
/// When it cannot be read.
pub fn is_package(tree: &dyn Tree) -> Result<bool, SourceError> {
    let mut head = [0; 64];
    let Some(n) = tree.head(name::FACTS, &mut head)? else { return Ok(false) };
    Ok(head[..n].starts_with(format!("package = \"{}\"", super::VERSION).as_bytes()))
}

/// The text of a small file of a package.
pub(crate) fn text(tree: &dyn Tree, at: &str, most: u64) -> Result<Option<String>, SourceError> {
    let Some(bytes) = tree.get(at)? else { return Ok(None) };
    if bytes.len() > most {
        return Ok(None);
    }
    let mut out = Vec::new();
    let read = std::io::Read::read_to_end(&mut Sequential::new(bytes.as_ref()), &mut out);
    read.map_err(|e| SourceError::io("reading the package", &e))?;
    Ok(String::from_utf8(out).ok())
}

/// Every file below a folder, sorted; names that are neither files nor folders do not exist.
pub(crate) fn files_below(tree: &dyn Tree, folder: &str) -> Result<Vec<String>, SourceError> {
    const DEEPEST: usize = 64;
    const MOST: usize = 2_000_000;
    let mut found = Vec::new();
    let mut folders = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        for child in tree.list(&folder)? {
            let at = if folder.is_empty() { child } else { format!("{folder}/{child}") };
            if tree.head(&at, &mut [0; 1])?.is_some() {
                found.push(at);
            } else if depth < DEEPEST {
                folders.push((at, depth + 1));
            }
            if found.len() + folders.len() > MOST {
                let fault = model::Fault::TooMuch { what: "files", bound: MOST as u64 };
                let at = model::Location { evidence: "medium".to_owned(), place: model::Place::File };
                return Err(SourceError::damaged(at, fault));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Looks at everything in a package. With `content`, every file is read and hashed.
///
/// # Errors
/// When the medium that it lies on cannot be read.
pub fn examine(tree: &Arc<dyn Tree>, content: bool) -> Result<Examined, SourceError> {
    let tree = tree.as_ref();
    let mut seen = Examined {
        facts: None,
        custody: None,
        seals: Vec::new(),
        files: 0,
        bytes: 0,
        faults: Vec::new(),
        manifest: Manifest::new(),
    };
    let mut faults = Vec::new();
    let mut fault = |at: &str, what: &'static str| faults.push(PackageFault { at: at.to_owned(), what });
    let facts_text = text(tree, name::FACTS, MOST_SMALL)?.unwrap_or_default();
    seen.facts = Facts::parse(&facts_text);
    if seen.facts.is_none() {
        fault(name::FACTS, "cannot be read");
    }
    let package = seen.facts.as_ref().map(|f| f.id.clone()).unwrap_or_default();
    let manifest_text = text(tree, name::MANIFEST, manifest::MOST_MANIFEST)?.unwrap_or_default();
    match manifest::parse(&manifest_text) {
        Ok(manifest) => seen.manifest = manifest,
        Err(_) => fault(name::MANIFEST, "has a line that is not as it must be"),
    }
    let manifest_hash = digest(manifest_text.as_bytes());
    let stated = seen.facts.as_ref().and_then(|f| unhex(&f.raw.manifest_sha256));
    if stated.is_some_and(|stated| stated != manifest_hash) {
        fault(name::MANIFEST, "is not the one that the facts name");
    }
    let log = text(tree, name::CUSTODY, MOST_LOG)?;
    match log.map(|log| Custody::parse(&log, &package)) {
        Some(Ok(custody)) => seen.custody = Some(custody),
        Some(Err(_)) => fault(name::CUSTODY, "has a line that does not follow from the one before"),
        None => fault(name::CUSTODY, "is missing"),
    }
    let lines = seen.custody.as_ref().map_or(0, Custody::count);
    let mut names = tree.list(name::SEALS)?;
    names.truncate(MOST_SEALS);
    if names.is_empty() {
        fault(name::SEALS, "are missing");
    }
    let mut last = 0;
    for seal_file in &names {
        let at = format!("{}/{seal_file}", name::SEALS);
        let text = text(tree, &at, MOST_SMALL)?.unwrap_or_default();
        let Some(seal) = Seal::parse(&text).filter(|s| seal_name(s.lines) == at) else {
            fault(&at, "is no seal");
            continue;
        };
        last = last.max(seal.lines);
        if seal.package != package || seal.facts != digest(facts_text.as_bytes()) {
            fault(name::FACTS, "are not what was sealed");
        }
        if seal.manifest != manifest_hash {
            fault(name::MANIFEST, "is not what was sealed");
        }
        if let Some(custody) = &seen.custody
            && custody.hash_of(seal.lines) != Some(seal.head)
        {
            fault(name::CUSTODY, "is not what was sealed");
        }
        seen.seals.push(text);
    }
    if !names.is_empty() && seen.custody.is_some() && last != lines {
        fault(name::CUSTODY, "has another number of lines than was sealed");
    }
    if content {
        contents(tree, &mut seen, &mut fault)?;
    }
    faults.dedup();
    seen.faults = faults;
    Ok(seen)
}

fn contents(
    tree: &dyn Tree,
    seen: &mut Examined,
    fault: &mut dyn FnMut(&str, &'static str),
) -> Result<(), SourceError> {
    let there: BTreeSet<String> = files_below(tree, name::RAW)?.into_iter().collect();
    for extra in there.iter().filter(|f| !seen.manifest.contains_key(*f)) {
        fault(&shown(extra), "is not in the manifest");
    }
    for (path, expected) in &seen.manifest {
        let Some(bytes) = tree.get(path)? else {
            fault(&shown(path), "is missing");
            continue;
        };
        let (hash, size) =
            hash_and_count(bytes.as_ref()).map_err(|e| SourceError::io("hashing the package", &e))?;
        seen.files += 1;
        seen.bytes += size;
        if hash != *expected {
            fault(&shown(path), "is not what was sealed");
        }
    }
    if let Some(facts) = &seen.facts
        && (facts.raw.files, facts.raw.bytes) != (seen.files, seen.bytes)
    {
        fault(name::RAW, "has another number of files or bytes than the facts state");
    }
    Ok(())
}
