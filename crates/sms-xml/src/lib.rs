//! Reader of the XML files that SMS Backup & Restore writes. Streams: neither the file, nor an element,
//! nor the content of a part is ever held whole.
//!
//! What a column means is known to `android-sms`; this crate knows how the app writes it, which is not
//! always XML. The mapping and every doubt stand in `docs/readers/sms-backup-restore.md`.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod data;
mod entities;
mod head;
mod places;
mod reader;
mod record;
mod scanner;

use std::sync::Arc;

use evidence::{Evidence, EvidenceSet, FolderSet, Given, Opening, Tree, digest};
use model::{Finding, Location, MessageSource, Place, SourceError};

use head::Sniffed;
use places::Places;
use reader::Reader;

#[doc(hidden)]
pub use entities::fuzz_one as fuzz_value;
#[doc(hidden)]
pub use head::fuzz_one as fuzz_head;

/// Source word.
pub(crate) const SOURCE: &str = "sms-backup-restore";

/// Reader and version, as each message carries it.
pub(crate) const VERSION: &str = "sms-xml 1";

/// A name as fit to be shown: ordinal, hash prefix, extension.
fn shown(ordinal: usize, name: &str) -> String {
    let hash = digest(name.as_bytes());
    let extension = name.rsplit_once('.').map(|(_, e)| e).filter(|e| e.len() <= 4 && e.is_ascii());
    let extension = extension.map(|e| format!(".{e}")).unwrap_or_default();
    format!("file {ordinal} ({:02x}{:02x}{:02x}{:02x}){extension}", hash[0], hash[1], hash[2], hash[3])
}

/// Opens the files of the app in `tree`: the file itself, or those in a folder and the folders in it.
///
/// # Errors
/// [`SourceError::Damaged`] for a file that has a document type declaration or another encoding, and
/// when reading fails.
pub fn open(tree: &Arc<dyn Tree>, given: &Given) -> Result<Option<Opening>, SourceError> {
    let Places { found, not_looked_at } = places::look(tree.as_ref())?;
    if found.is_empty() {
        return Ok(None);
    }
    let set = Arc::new(FolderSet::new(tree.clone()));
    let mut readers: Vec<Box<dyn MessageSource>> = Vec::new();
    let (mut findings, mut made_at, mut refused) = (Vec::new(), None, None);
    let (mut seen, mut twice) = (Vec::new(), 0_u64);
    for (i, (path, sniffed)) in found.into_iter().enumerate() {
        let shown = shown(i + 1, &path);
        let head = match sniffed {
            Sniffed::Ours(head) => head,
            Sniffed::Other => continue,
            Sniffed::Declares | Sniffed::Encoding => {
                let fault = match sniffed {
                    Sniffed::Declares => reader::no_declarations(),
                    _ => model::Fault::NotText { encoding: "UTF-8", offset: 0 },
                };
                let at = Location { evidence: shown, place: Place::File };
                findings.push(Finding { code: format!("file_refused: {fault}"), at: Some(at.clone()) });
                refused.get_or_insert(SourceError::damaged(at, fault));
                continue;
            }
        };
        let Evidence { name, bytes, sha256 } = match set.get("", &path) {
            Ok(Some(evidence)) => evidence,
            Ok(None) => continue,
            Err(fault) => {
                let at = Some(Location { evidence: shown, place: Place::File });
                findings.push(Finding { code: format!("file_refused: {fault}"), at });
                refused.get_or_insert(fault);
                continue;
            }
        };
        if seen.contains(&sha256) {
            twice += 1;
            continue;
        }
        seen.push(sha256);
        made_at = made_at.max(head.made_at);
        if head.calls {
            let code = "calls_not_read".to_owned();
            findings
                .push(Finding { code, at: Some(Location { evidence: shown.clone(), place: Place::File }) });
        }
        let owner = given.owner.clone();
        readers.push(Box::new(Reader { bytes, name, shown, sha256, head, owner, findings: Vec::new() }));
    }
    let counts = [("same_file_twice", twice), ("files_not_looked_at", not_looked_at)];
    let counts = counts.into_iter().filter(|(_, n)| *n > 0);
    findings.extend(counts.map(|(what, n)| Finding { code: format!("{what}:{n}"), at: None }));
    // a source of one file that is refused is refused as a whole
    if readers.is_empty() {
        return refused.map_or(Ok(None), Err);
    }
    let mut readers = readers.into_iter();
    let Some(first) = readers.next() else { return Ok(None) };
    let mut opening = Opening::of(SOURCE, set, first);
    opening.readers.extend(readers);
    opening.made_at = made_at;
    opening.findings = findings;
    Ok(Some(opening))
}

/// Any bytes as a file: everything is read, and the counts must balance.
#[doc(hidden)]
pub fn fuzz_file(data: &[u8]) {
    let mut reader = Reader {
        bytes: Arc::new(data.to_vec()),
        name: String::new(),
        shown: String::new(),
        sha256: [0; 32],
        head: head::Head::default(),
        owner: None,
        findings: Vec::new(),
    };
    if let Ok(tally) = reader.read(&mut |_| std::ops::ControlFlow::Continue(())) {
        assert!(tally.balances(), "{tally:?}");
    }
}
