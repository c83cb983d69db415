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

/// Most files of a folder that are looked at when none has that name.
const LOOKED_AT: usize = 16;

/// Opens an export in `tree`; `None` when there is none.
///
/// # Errors
/// [`SourceError::SecretNeeded`] and [`SourceError::WrongSecret`] for an encrypted one,
/// [`SourceError::Damaged`] when what is behind the encryption cannot be opened.
pub fn open(tree: &Arc<dyn Tree>, given: &Given) -> Result<Option<Opening>, SourceError> {
    let mut names = tree.list("")?;
    if names.iter().any(|n| n == MESSAGES) {
        names = vec![MESSAGES.to_owned()];
    }
    for name in names.into_iter().take(LOOKED_AT) {
        let mut start = [0; 64];
        let Some(n) = tree.head(&name, &mut start)? else { continue };
        let start = start[..n].strip_prefix(b"\xef\xbb\xbf").unwrap_or(&start[..n]).trim_ascii_start();
        if !matches!(start.first(), Some(b'{' | b'[')) && !start.starts_with(b"SSEF") {
            continue;
        }
        let Some(bytes) = tree.get(&name)? else { continue };
        if let Some(sealed) = ssef::Header::read(bytes.as_ref())? {
            return encrypted(bytes, &sealed, given).map(Some);
        }
        if let Some(layout) = sniff(&bytes)? {
            let set: Arc<dyn EvidenceSet> = Arc::new(FolderSet::new(tree.clone()));
            return plain(tree.clone(), set, &name, layout, given);
        }
    }
    Ok(None)
}

fn plain(
    tree: Arc<dyn Tree>,
    set: Arc<dyn EvidenceSet>,
    name: &str,
    layout: Layout,
    given: &Given,
) -> Result<Option<Opening>, SourceError> {
    let Some(messages) = set.get("", name)? else { return Ok(None) };
    let reader = Reader::new(tree, messages, layout, given.owner.clone());
    Ok(Some(Opening::of(SOURCE, set, Box::new(reader))))
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

fn encrypted(bytes: Arc<dyn ReadAt>, header: &ssef::Header, given: &Given) -> Result<Opening, SourceError> {
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
    let mut opening = found.ok_or(SourceError::Missing { what: "messages in the encrypted export" })?;
    opening.encrypted = true;
    opening.findings.extend(ending.map(|code| Finding { code, at: None }));
    Ok(opening)
}

/// Whether the bytes are messages as the app writes them, and how they lie.
fn sniff(bytes: &Arc<dyn ReadAt>) -> Result<Option<Layout>, SourceError> {
    let io = |e: std::io::Error| SourceError::io("reading the source", &e);
    let mut head = vec![0; 1 << 18];
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
