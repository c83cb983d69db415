//! Reader of Android's telephony provider: the JSON files of its backup, its database `mmssms.db`, and the
//! database `bugle_db` of Google Messages, which also holds RCS.
//!
//! This crate knows no container: it asks an evidence set for paths, or looks through a tree for what is
//! its own by content. The mapping and every doubt stand in `docs/readers/android-telephony.md`.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod backup;
mod bugle;
mod find;
mod home;
mod provider;
mod scan;

use std::sync::Arc;

use evidence::{EvidenceSet, FolderSet, Given, Opening, Tree};
use model::{Fault, Finding, MessageSource, SourceError};

use find::Found;
pub use find::PACKAGES;
use home::Home;

#[doc(hidden)]
pub use backup::fuzz_one as fuzz_backup_file;

/// Source word.
pub(crate) const SOURCE: &str = "android-telephony";

/// Reader and version, as each message carries it.
pub(crate) const VERSION: &str = "telephony 1";

/// Opens what an Android backup has of the provider; `paths` are all its files.
///
/// # Errors
/// When a database is there and cannot be read at all.
pub fn in_backup(
    set: &Arc<dyn EvidenceSet>,
    paths: &[String],
    given: &Given,
) -> Result<Vec<Box<dyn MessageSource>>, SourceError> {
    let mut readers: Vec<Box<dyn MessageSource>> = Vec::new();
    let files: Vec<String> = paths.iter().filter(|p| find::is_backup_file(p)).cloned().collect();
    if !files.is_empty() {
        readers.push(Box::new(backup::Reader::new(set.clone(), files, given.owner.clone(), true)));
    }
    let mut rows = None;
    for path in paths.iter().filter(|p| p.ends_with("/db/mmssms.db")) {
        let reader = provider::Reader::open(Home::in_backup(set.clone(), path), given.owner.as_deref())?;
        rows = Some(reader.ids());
        readers.push(Box::new(reader));
    }
    for path in paths.iter().filter(|p| p.ends_with("/db/bugle_db")) {
        let home = Home::in_backup(set.clone(), path);
        readers.push(Box::new(bugle::Reader::open(home, rows.clone(), given.owner.as_deref())?));
    }
    Ok(readers)
}

/// Opens what a tree has of the provider: databases in a file-system extraction, or lying in the root,
/// or the files of its backup taken out of one. `None` when there is none.
///
/// # Errors
/// When a database is there and cannot be read at all, and no other part can.
pub fn open(tree: &Arc<dyn Tree>, given: &Given) -> Result<Option<Opening>, SourceError> {
    let Found { providers, bugles, files } = find::look(tree)?;
    if providers.is_empty() && bugles.is_empty() && files.is_empty() {
        return Ok(None);
    }
    let set: Arc<dyn EvidenceSet> = Arc::new(FolderSet::new(tree.clone()));
    let owner = given.owner.as_deref();
    let mut readers: Vec<Box<dyn MessageSource>> = Vec::new();
    let (mut findings, mut failed) = (Vec::new(), None);
    let (mut rows, mut seen) = (None, Vec::new());
    let mut note = |fault: SourceError, findings: &mut Vec<Finding>| {
        findings.push(Finding { code: format!("database_unreadable: {fault}"), at: None });
        failed.get_or_insert(fault);
    };
    for path in providers {
        match provider::Reader::open(Home::in_tree(set.clone(), &path), owner) {
            // an extraction may show one folder under two paths
            Ok(reader) if seen.contains(&reader.sha256()) => {
                findings.push(Finding { code: "same_database_twice".to_owned(), at: None });
            }
            Ok(reader) => {
                seen.push(reader.sha256());
                // rows of Google Messages name rows of the only provider there is
                rows = if seen.len() == 1 { Some(reader.ids()) } else { None };
                readers.push(Box::new(reader));
            }
            Err(fault) => note(fault, &mut findings),
        }
    }
    for path in bugles {
        match bugle::Reader::open(Home::in_tree(set.clone(), &path), rows.clone(), owner) {
            Ok(reader) if seen.contains(&reader.sha256()) => {
                findings.push(Finding { code: "same_database_twice".to_owned(), at: None });
            }
            Ok(reader) => {
                seen.push(reader.sha256());
                readers.push(Box::new(reader));
            }
            Err(fault) => note(fault, &mut findings),
        }
    }
    if !files.is_empty() {
        readers.push(Box::new(backup::Reader::new(set.clone(), files, given.owner.clone(), false)));
    }
    if readers.is_empty() {
        return Err(failed.unwrap_or(SourceError::Unknown));
    }
    let mut readers = readers.into_iter();
    let Some(first) = readers.next() else { return Ok(None) };
    let mut opening = Opening::of(SOURCE, set, first);
    opening.readers.extend(readers);
    opening.findings = findings;
    Ok(Some(opening))
}

/// A database error that ends a scan.
pub(crate) fn cut() -> Fault {
    Fault::Sqlite { code: 11 }
}
