//! Evidence: one named piece of a source, with the hash of its bytes as they are stored.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use model::{ReadAt, SourceError};

use crate::hash::{digest, hash};
use crate::tree::Tree;

/// One piece of a source.
#[derive(Clone)]
pub struct Evidence {
    /// Name inside the source, fixed by the format: `HomeDomain/Library/SMS/sms.db`.
    pub name: String,
    /// The content; decrypted where the source is encrypted.
    pub bytes: Arc<dyn ReadAt>,
    /// SHA-256 of the bytes as stored: of the ciphertext in an encrypted source.
    pub sha256: [u8; 32],
}

/// Pieces of a source by domain and path. Asking for a piece hashes it, once.
pub trait EvidenceSet: Send + Sync {
    /// The piece at `path` in `domain`; `None` when the source does not have it.
    ///
    /// # Errors
    /// When it is there and cannot be opened.
    fn get(&self, domain: &str, path: &str) -> Result<Option<Evidence>, SourceError>;

    /// Whether the source says that it has the piece at `path` in `domain`, whether or not it is there.
    ///
    /// # Errors
    /// When what the source says cannot be read.
    fn lists(&self, domain: &str, path: &str) -> Result<bool, SourceError> {
        let (_, _) = (domain, path);
        Ok(false)
    }

    /// Every piece handed out so far, with its hash: names as fit to be shown, since they go to reports.
    fn opened(&self) -> Vec<(String, [u8; 32])>;

    /// Notes on lengths and damage of the pieces handed out so far: codes and names fit to be shown.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }
}

/// What has been handed out.
#[derive(Default)]
pub struct Opened(Mutex<BTreeMap<String, [u8; 32]>>);

impl Opened {
    /// The hash of a piece handed out before.
    pub fn get(&self, name: &str) -> Option<[u8; 32]> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name).copied()
    }

    /// Notes a piece.
    pub fn note(&self, name: &str, sha256: [u8; 32]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), sha256);
    }

    /// All pieces, by name.
    pub fn all(&self) -> Vec<(String, [u8; 32])> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().map(|(n, h)| (n.clone(), *h)).collect()
    }
}

/// Names that a format fixes: they say what a file is and nothing of a person.
const FIXED: [&str; 6] =
    ["report.xml", "mmssms.db", "mmssms.db-wal", "bugle_db", "bugle_db-wal", "messages.ndjson"];

/// The name of a file of the operator's as fit to be shown: files and folders are called after persons, so
/// only what a format fixes is kept, with a hash prefix that tells one from another.
pub fn shown(name: &str) -> String {
    let hash = digest(name.as_bytes());
    let prefix = format!("[{:02x}{:02x}{:02x}{:02x}]", hash[0], hash[1], hash[2], hash[3]);
    let last = name.rsplit('/').next().unwrap_or_default();
    if FIXED.contains(&last) {
        return format!("{last} {prefix}");
    }
    let ending = last.rsplit_once('.').map(|(_, ending)| ending);
    let ending =
        ending.filter(|e| (1..=8).contains(&e.len()) && e.bytes().all(|b| b.is_ascii_alphanumeric()));
    format!("file {prefix}{}", ending.map(|e| format!(".{e}")).unwrap_or_default())
}

/// The files of a tree as an evidence set; domains are folders, `""` is the root.
pub struct FolderSet {
    tree: Arc<dyn Tree>,
    opened: Opened,
}

impl FolderSet {
    /// Takes the pieces from `tree`.
    pub fn new(tree: Arc<dyn Tree>) -> Self {
        Self { tree, opened: Opened::default() }
    }
}

impl EvidenceSet for FolderSet {
    fn get(&self, domain: &str, path: &str) -> Result<Option<Evidence>, SourceError> {
        let name = if domain.is_empty() { path.to_owned() } else { format!("{domain}/{path}") };
        let Some(bytes) = self.tree.get(&name)? else { return Ok(None) };
        let sha256 = match self.opened.get(&name) {
            Some(known) => known,
            None => hash(bytes.as_ref()).map_err(|e| SourceError::io("hashing", &e))?,
        };
        self.opened.note(&name, sha256);
        Ok(Some(Evidence { name, bytes, sha256 }))
    }

    fn opened(&self) -> Vec<(String, [u8; 32])> {
        self.opened.all().into_iter().map(|(name, sha256)| (shown(&name), sha256)).collect()
    }
}
