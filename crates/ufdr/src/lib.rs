//! Reader of forensic reports in Cellebrite's form: a `.ufdr` (a zip with `report.xml` and the files), the
//! folder that it unpacks to, or the bare report. Streams: neither the report nor a chat is ever held whole.
//!
//! What was recovered is told apart from what was there, and every message carries what it was read from. The
//! mapping and every doubt stand in `docs/readers/ufdr.md`.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod chat;
mod entities;
mod files;
mod head;
mod index;
mod kinds;
mod message;
mod nest;
mod parties;
mod reader;
mod scanner;
mod shown;
mod sides;
mod time;
mod tree;

use std::sync::Arc;

use evidence::{Evidence, EvidenceSet, FolderSet, Given, Opening, Tree};
use model::{Fault, Finding, Location, MessageSource, Place, SourceError};

use head::{Facts, Sniffed};
use reader::Reader;

/// Source word, and what such a source is.
pub(crate) const SOURCE: &str = "ufdr";

/// Reader and version, as each message carries it.
pub(crate) const VERSION: &str = "ufdr 1";

/// Most names of a folder that are looked at, unless they end in `.xml`.
const LOOKED_AT: usize = 64;

/// A report in a tree.
struct Found {
    folder: String,
    path: String,
    sniffed: Sniffed,
}

/// Opens the reports in `tree`: the file itself, or those in the root, or one folder down.
///
/// # Errors
/// [`SourceError::Damaged`] for a report that has a document type declaration or another encoding, and when
/// reading fails.
pub fn open(tree: &Arc<dyn Tree>, given: &Given) -> Result<Option<Opening>, SourceError> {
    let mut found = reports(tree, "")?;
    if found.is_empty() {
        for folder in tree.list("")?.iter().take(LOOKED_AT) {
            found.extend(reports(tree, folder)?);
        }
    }
    let set = Arc::new(FolderSet::new(tree.clone()));
    let (mut readers, mut findings, mut refused) = (Vec::new(), Vec::new(), None);
    let mut all = Vec::new();
    for Found { folder, path, sniffed } in found {
        let shown = evidence::shown(&path);
        let fault = match sniffed {
            Sniffed::Other => continue,
            Sniffed::Ours => None,
            Sniffed::Declares => Some(Fault::Unexpected { expected: "a report without declarations (DTD)" }),
            Sniffed::Encoding => Some(Fault::NotText { encoding: "UTF-8", offset: 0 }),
        };
        let here = Location { evidence: shown.clone(), place: Place::File };
        if let Some(fault) = fault {
            findings.push(Finding { code: format!("file_refused: {fault}"), at: Some(here.clone()) });
            refused.get_or_insert(SourceError::damaged(here, fault));
            continue;
        }
        let Some(Evidence { name, bytes, sha256 }) = set.get("", &path)? else { continue };
        let facts = head::facts(&bytes).map_err(|fault| SourceError::damaged(here.clone(), fault))?;
        findings.extend(
            facts.findings.iter().map(|code| Finding { code: (*code).to_owned(), at: Some(here.clone()) }),
        );
        all.push(facts.clone());
        let reader = Reader {
            tree: tree.clone(),
            folder,
            bytes,
            name,
            shown,
            sha256,
            facts,
            owner: given.owner.clone(),
            order: given.date_order,
            findings: Vec::new(),
        };
        readers.push(Box::new(reader) as Box<dyn MessageSource>);
    }
    // a source of one report that is refused is refused as a whole
    if readers.is_empty() {
        return refused.map_or(Ok(None), Err);
    }
    let made_at = all.iter().filter_map(|f| f.made_at).max();
    let device = match all.as_slice() {
        [Facts { device, .. }] => device.clone(),
        [first, rest @ ..] if rest.iter().all(|f| f.device == first.device) => first.device.clone(),
        _ => model::Device::default(),
    };
    Ok(Some(Opening {
        kind: SOURCE,
        encrypted: false,
        device,
        made_at,
        apps: Vec::new(),
        set,
        readers,
        findings,
    }))
}

/// The reports in a folder.
fn reports(tree: &Arc<dyn Tree>, folder: &str) -> Result<Vec<Found>, SourceError> {
    let names = tree.list(folder)?;
    let few = names.len() <= LOOKED_AT;
    let mut found = Vec::new();
    for name in names {
        let lower = name.to_ascii_lowercase();
        if !lower.ends_with(".xml") && (!few || lower.contains('.') && !lower.ends_with(".ufdr")) {
            continue;
        }
        let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
        let mut start = [0; 64];
        let Some(n) = tree.head(&path, &mut start)? else { continue };
        if !head::may_be(&start[..n]) {
            continue;
        }
        let Some(bytes) = tree.get(&path)? else { continue };
        match head::sniff(bytes.as_ref()).map_err(|e| SourceError::io("reading the source", &e))? {
            Sniffed::Other => {}
            sniffed => found.push(Found { folder: folder.to_owned(), path, sniffed }),
        }
    }
    Ok(found)
}

/// Any bytes as a report: everything is read, and the counts must balance.
#[doc(hidden)]
pub fn fuzz_report(data: &[u8]) {
    /// Nothing beside the report.
    struct Nothing;
    impl Tree for Nothing {
        fn get(&self, _: &str) -> Result<Option<Arc<dyn model::ReadAt>>, SourceError> {
            Ok(None)
        }
        fn list(&self, _: &str) -> Result<Vec<String>, SourceError> {
            Ok(Vec::new())
        }
    }
    let mut reader = Reader {
        tree: Arc::new(Nothing),
        folder: String::new(),
        bytes: Arc::new(data.to_vec()),
        name: "report.xml".to_owned(),
        shown: "report.xml".to_owned(),
        sha256: [0; 32],
        facts: Facts::default(),
        owner: None,
        order: None,
        findings: Vec::new(),
    };
    if let Ok(tally) = reader.read(&mut |_| std::ops::ControlFlow::Continue(())) {
        assert!(tally.balances(), "{tally:?}");
    }
}
