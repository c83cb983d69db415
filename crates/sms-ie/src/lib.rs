//! Reader of what the app SMS Import / Export writes: since version 2 a zip of JSON lines and files, before
//! that one JSON array, and either of them encrypted with a passphrase.
//!
//! What a column means is known to `android-sms`; this crate knows where the app puts it. The mapping and
//! every doubt stand in `docs/readers/sms-ie.md`.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod content;
mod reader;
mod ssef;
mod survey;

use std::sync::Arc;

use android_sms::json::{Layout, Objects};
use evidence::{Evidence, EvidenceSet, FolderSet, Given, Opening, Tree, hash, tree_over};
use model::{Finding, ReadAt, SourceError};

use reader::Reader;

#[doc(hidden)]
pub use reader::fuzz_one as fuzz_messages;
#[doc(hidden)]
pub use ssef::fuzz_one as fuzz_encrypted;

/// Source word.
pub(crate) const SOURCE: &str = "sms-ie";

/// Reader and version, as each message carries it.
pub(crate) const VERSION: &str = "sms-ie 1";

/// Name of the messages in an export of version 2.
const MESSAGES: &str = "messages.ndjson";

/// Most files of a folder that are looked at; looking costs the first bytes of each.
const LOOKED_AT: usize = 20_000;

/// Opens every export in `tree`; `None` when there is none.
///
/// # Errors
/// [`SourceError::SecretNeeded`] and [`SourceError::WrongSecret`] for an encrypted one,
/// [`SourceError::Damaged`] when what is behind the encryption cannot be opened; beside an export that is
/// read, each is a finding.
pub fn open(tree: &Arc<dyn Tree>, given: &Given) -> Result<Option<Opening>, SourceError> {
    let mut names = tree.list("")?;
    names.sort_by_key(|n| n != MESSAGES);
    let not_looked_at = names.len().saturating_sub(LOOKED_AT);
    let lying: Arc<dyn EvidenceSet> = Arc::new(FolderSet::new(tree.clone()));
    let (mut openings, mut refused) = (Vec::new(), Vec::new());
    let (mut seen, mut twice) = (Vec::new(), 0_u64);
    for name in names.iter().take(LOOKED_AT) {
        match file(tree, &lying, name, given) {
            Ok(None) => {}
            Ok(Some((sha256, _))) if seen.contains(&sha256) => twice += 1,
            Ok(Some((sha256, opening))) => {
                seen.push(sha256);
                openings.push(opening);
            }
            Err(fault) => refused.push(fault),
        }
    }
    let Some(mut opening) = joined(openings) else {
        return refused.into_iter().next().map_or(Ok(None), Err);
    };
    let mut codes: Vec<String> = refused.iter().map(|fault| format!("file_refused: {fault}")).collect();
    codes.extend((twice > 0).then(|| format!("same_file_twice:{twice}")));
    codes.extend((not_looked_at > 0).then(|| format!("files_not_looked_at:{not_looked_at}")));
    opening.findings.extend(codes.into_iter().map(|code| Finding { code, at: None }));
    Ok(Some(opening))
}

/// The file of that name with its hash, if it is an export.
fn file(
    tree: &Arc<dyn Tree>,
    lying: &Arc<dyn EvidenceSet>,
    name: &str,
    given: &Given,
) -> Result<Option<([u8; 32], Opening)>, SourceError> {
    let mut start = [0; 64];
    let Some(n) = tree.head(name, &mut start)? else { return Ok(None) };
    let start = start[..n].strip_prefix(b"\xef\xbb\xbf").unwrap_or(&start[..n]).trim_ascii_start();
    if start.starts_with(b"SSEF") {
        let Some(bytes) = tree.get(name)? else { return Ok(None) };
        let Some(sealed) = ssef::Header::read(bytes.as_ref())? else { return Ok(None) };
        return encrypted(bytes, &sealed, given).map(Some);
    }
    if !start.is_empty() && !matches!(start.first(), Some(b'{' | b'[')) {
        return Ok(None);
    }
    let mut head = vec![0; SNIFFED];
    let Some(n) = tree.head(name, &mut head)? else { return Ok(None) };
    head.truncate(n);
    let head: Arc<dyn ReadAt> = Arc::new(head);
    let Some(layout) = sniff(&head)? else { return Ok(None) };
    plain(tree.clone(), lying.clone(), name, layout, given)
}

/// Several openings as one.
fn joined(openings: Vec<Opening>) -> Option<Opening> {
    let mut openings = openings.into_iter();
    let mut all = openings.next()?;
    let mut sets = vec![all.set.clone()];
    for other in openings {
        all.encrypted |= other.encrypted;
        all.readers.extend(other.readers);
        all.findings.extend(other.findings);
        if !sets.iter().any(|set| Arc::ptr_eq(set, &other.set)) {
            sets.push(other.set);
        }
    }
    if sets.len() > 1 {
        all.set = Arc::new(Several(sets));
    }
    Some(all)
}

/// What several exports hold.
struct Several(Vec<Arc<dyn EvidenceSet>>);

impl EvidenceSet for Several {
    fn get(&self, domain: &str, path: &str) -> Result<Option<Evidence>, SourceError> {
        for set in &self.0 {
            if let Some(found) = set.get(domain, path)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn opened(&self) -> Vec<(String, [u8; 32])> {
        self.0.iter().flat_map(|set| set.opened()).collect()
    }

    fn notes(&self) -> Vec<String> {
        self.0.iter().flat_map(|set| set.notes()).collect()
    }
}

fn plain(
    tree: Arc<dyn Tree>,
    set: Arc<dyn EvidenceSet>,
    name: &str,
    layout: Layout,
    given: &Given,
) -> Result<Option<([u8; 32], Opening)>, SourceError> {
    let Some(messages) = set.get("", name)? else { return Ok(None) };
    let sha256 = messages.sha256;
    let reader = Reader::new(tree, messages, layout, given.owner.clone());
    Ok(Some((sha256, Opening::of(SOURCE, set, Box::new(reader)))))
}

/// What is inside an encrypted file.
struct Inside {
    sha256: [u8; 32],
    tree: Arc<dyn Tree>,
}

impl EvidenceSet for Inside {
    fn get(&self, _domain: &str, path: &str) -> Result<Option<Evidence>, SourceError> {
        let Some(bytes) = self.tree.get(path)? else { return Ok(None) };
        Ok(Some(Evidence { name: path.to_owned(), bytes, sha256: self.sha256 }))
    }

    fn opened(&self) -> Vec<(String, [u8; 32])> {
        vec![("encrypted export".to_owned(), self.sha256)]
    }
}

/// A file alone as a tree.
struct Alone(Arc<dyn ReadAt>);

const ALONE: &str = "messages.json";

impl Tree for Alone {
    fn get(&self, name: &str) -> Result<Option<Arc<dyn ReadAt>>, SourceError> {
        Ok((name == ALONE).then(|| self.0.clone()))
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, SourceError> {
        Ok(if folder.is_empty() { vec![ALONE.to_owned()] } else { Vec::new() })
    }
}

fn encrypted(
    bytes: Arc<dyn ReadAt>,
    header: &ssef::Header,
    given: &Given,
) -> Result<([u8; 32], Opening), SourceError> {
    let (content, ending) = ssef::open(bytes.clone(), header, given.passphrase.as_ref())?;
    let sha256 = hash(bytes.as_ref()).map_err(|e| SourceError::io("hashing", &e))?;
    let content: Arc<dyn ReadAt> = Arc::new(content);
    let tree = match tree_over(content.clone())? {
        Some(tree) => tree,
        None => Arc::new(Alone(content)),
    };
    let set: Arc<dyn EvidenceSet> = Arc::new(Inside { sha256, tree: tree.clone() });
    let mut found = None;
    for name in tree.list("")?.into_iter().filter(|n| n == MESSAGES || n == ALONE) {
        let Some(bytes) = tree.get(&name)? else { continue };
        if let Some(layout) = sniff(&bytes)? {
            found = plain(tree.clone(), set.clone(), &name, layout, given)?;
        }
    }
    let (_, mut opening) = found.ok_or(SourceError::Missing { what: "messages in the encrypted export" })?;
    opening.encrypted = true;
    opening.findings.extend(ending.map(|code| Finding { code, at: None }));
    Ok((sha256, opening))
}

/// Bytes of the beginning that tell what a file is.
const SNIFFED: usize = 1 << 18;

/// Whether the bytes are messages as the app writes them, and how they lie.
fn sniff(bytes: &Arc<dyn ReadAt>) -> Result<Option<Layout>, SourceError> {
    let io = |e: std::io::Error| SourceError::io("reading the source", &e);
    let mut head = vec![0; SNIFFED];
    let mut filled = 0;
    while filled < head.len() {
        match bytes.read_at(filled as u64, &mut head[filled..]).map_err(io)? {
            0 => break,
            n => filled += n,
        }
        // the first bytes of most files say that they are something else
        let start =
            head[..filled].strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head[..filled]).trim_ascii_start();
        if start.first().is_some_and(|b| !matches!(b, b'{' | b'[')) {
            return Ok(None);
        }
    }
    head.truncate(filled);
    let start = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head).trim_ascii_start();
    let layout = match start.first() {
        Some(b'{') => Layout::Lines,
        Some(b'[') => Layout::Array,
        _ => return Ok(None),
    };
    let text = String::from_utf8_lossy(start).into_owned();
    let mut objects = Objects::new(Arc::new(head), layout);
    let first = objects.next_object().map_err(io)?.and_then(|o| o.value.ok());
    let ours = match first {
        Some(map) => {
            let has = |key| map.contains_key(key);
            has("date")
                && (has("m_type") || has("msg_box") || (has("address") && (has("type") || has("body"))))
        }
        // the first message is longer than what was looked at
        None => text.contains("\"date\":") && text.contains("\"m_type\":") && text.contains("\"msg_box\":"),
    };
    Ok(ours.then_some(layout))
}
