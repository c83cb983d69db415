//! An export as it lies in a tree: its texts, told by content, and the files beside each. Names inside an
//! export say who somebody wrote with: reports call a file by ordinal, hash and ending.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use evidence::{Evidence, EvidenceSet, Tree, digest, hash, hash_and_count};
use model::{ReadAt, SourceError};
use unicode_normalization::UnicodeNormalization;

use crate::format::glimpse;
use crate::names;

/// Files that computers leave beside others.
const LITTER: [&str; 4] = [".DS_Store", "Thumbs.db", "desktop.ini", "__MACOSX"];

/// A text that is a chat.
pub(crate) struct Chat {
    /// Folder inside the source, `""` for the root.
    pub(crate) folder: String,
    /// Its name in the folder.
    pub(crate) name: String,
    pub(crate) bytes: Arc<dyn ReadAt>,
}

/// Most folders that are looked into: listing one of a zip goes through the names of all its members.
const MOST_FOLDERS: usize = 256;

/// Endings of names that are files, which need not be asked for.
const FILES: [&str; 16] = [
    ".txt", ".jpg", ".jpeg", ".png", ".webp", ".gif", ".mp4", ".3gp", ".mov", ".opus", ".ogg", ".mp3",
    ".m4a", ".aac", ".pdf", ".vcf",
];

/// A folder with the names in it.
struct Listed {
    path: String,
    depth: usize,
    names: Vec<String>,
}

/// The root and the folders below it, nearest first, and how many were left.
fn folders(tree: &dyn Tree) -> Result<(Vec<Listed>, usize), SourceError> {
    let mut listed = vec![Listed { path: String::new(), depth: 0, names: tree.list("")? }];
    let (mut at, mut left) = (0, 0);
    while let Some(folder) = listed.get(at) {
        let depth = folder.depth + 1;
        let inside: Vec<String> = folder.names.iter().filter(|n| may_be_folder(n)).cloned().collect();
        let inside: Vec<String> = inside.iter().map(|name| join(&folder.path, name)).collect();
        for path in inside {
            if tree.head(&path, &mut [0])?.is_some() {
                continue;
            }
            if listed.len() > MOST_FOLDERS {
                left += 1;
                continue;
            }
            let names = tree.list(&path)?;
            if !names.is_empty() {
                listed.push(Listed { path, depth, names });
            }
        }
        at += 1;
    }
    Ok((listed, left))
}

fn may_be_folder(name: &str) -> bool {
    let name = name.to_lowercase();
    !LITTER.iter().any(|litter| litter.to_lowercase() == name) && !FILES.iter().any(|end| name.ends_with(end))
}

/// The chats of a tree: in its root, else in the folders directly in it; and what else of WhatsApp's name lies in
/// any folder, unless it is a copy of one of those.
pub(crate) fn chats(tree: &dyn Tree) -> Result<Vec<Chat>, SourceError> {
    let (folders, _) = folders(tree)?;
    let mut found: Vec<Chat> = Vec::new();
    let mut in_root = false;
    for Listed { path, depth, names } in &folders {
        if *depth < 2 && !in_root {
            found.extend(chats_in(tree, path, names, true)?);
            in_root = *depth == 0 && !found.is_empty();
            continue;
        }
        for chat in chats_in(tree, path, names, false)? {
            if !is_copy(&chat, &found)? {
                found.push(chat);
            }
        }
    }
    Ok(found)
}

fn is_copy(chat: &Chat, of: &[Chat]) -> Result<bool, SourceError> {
    let hashed = |chat: &Chat| hash(chat.bytes.as_ref()).map_err(|e| SourceError::io("hashing", &e));
    for other in of.iter().filter(|other| other.bytes.len() == chat.bytes.len()) {
        if hashed(other)? == hashed(chat)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The chats of one folder; `unnamed`: where none is named by WhatsApp, also those that read like one.
fn chats_in(
    tree: &dyn Tree,
    folder: &str,
    names: &[String],
    unnamed: bool,
) -> Result<Vec<Chat>, SourceError> {
    let texts = || names.iter().filter(|n| n.to_lowercase().ends_with(".txt") && !n.starts_with("._"));
    // a text that WhatsApp named is the chat; others beside it are documents somebody sent
    let exports: Vec<&String> = texts().filter(|n| names::read(n).is_export).collect();
    let mut found = Vec::new();
    let others = if unnamed { texts().collect() } else { Vec::new() };
    for (named, candidates) in [(true, exports), (false, others)] {
        for name in candidates {
            let bytes = match tree.get(&join(folder, name)) {
                Ok(Some(bytes)) => bytes,
                // a text that is no export and cannot be read is not ours to complain about
                Err(fault) if named => return Err(fault),
                _ => continue,
            };
            let looked = glimpse(bytes.as_ref(), named).map_err(|e| SourceError::io("reading a text", &e))?;
            if looked.is_some_and(|g| g.is_chat(named)) {
                found.push(Chat { folder: folder.to_owned(), name: name.clone(), bytes });
            }
        }
        if !found.is_empty() {
            break;
        }
    }
    Ok(found)
}

pub(crate) fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

fn locked<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A file measured.
#[derive(Clone, Copy)]
pub(crate) struct Measured {
    pub(crate) size: u64,
    pub(crate) sha256: [u8; 32],
}

/// The files beside the chats of one folder.
pub(crate) struct Media {
    tree: Arc<dyn Tree>,
    folder: String,
    /// Names in the tree by their composed form (NFC).
    names: HashMap<String, String>,
    measured: Mutex<HashMap<String, Option<Measured>>>,
    named: Mutex<HashSet<String>>,
    /// Chats that have not been read to their end.
    unread: Mutex<usize>,
}

impl Media {
    pub(crate) fn new(tree: Arc<dyn Tree>, folder: &str, chats: &[&str]) -> Result<Self, SourceError> {
        let mut names = HashMap::new();
        for name in tree.list(folder)? {
            let litter = LITTER.contains(&name.as_str()) || name.starts_with("._");
            if !litter && !chats.contains(&name.as_str()) {
                names.insert(name.nfc().collect(), name);
            }
        }
        Ok(Self {
            tree,
            folder: folder.to_owned(),
            names,
            measured: Mutex::default(),
            named: Mutex::default(),
            unread: Mutex::new(chats.len()),
        })
    }

    /// The name in the tree of a file that a line names.
    pub(crate) fn find(&self, name: &str) -> Option<&str> {
        if self.names.is_empty() {
            return None;
        }
        match self.names.get(name) {
            Some(found) => Some(found),
            None => self.names.get(&name.nfc().collect::<String>()).map(String::as_str),
        }
    }

    /// Size and hash of a file, taken once; `None` when it cannot be read.
    pub(crate) fn measure(&self, name: &str) -> Option<Measured> {
        locked(&self.named).insert(name.to_owned());
        if let Some(known) = locked(&self.measured).get(name) {
            return *known;
        }
        let bytes = self.tree.get(&join(&self.folder, name)).ok().flatten();
        let measured = bytes.and_then(|b| hash_and_count(b.as_ref()).ok());
        let measured = measured.map(|(sha256, size)| Measured { size, sha256 });
        locked(&self.measured).insert(name.to_owned(), measured);
        measured
    }

    /// The content of a file, opened when it is asked for.
    pub(crate) fn content(&self, name: &str, size: u64) -> Arc<dyn ReadAt> {
        let (tree, name) = (self.tree.clone(), join(&self.folder, name));
        Arc::new(Content { tree, name, size, open: Mutex::new(None) })
    }

    /// Notes that a chat was read to its end; after the last, how many files no line named.
    pub(crate) fn finish(&self) -> Option<usize> {
        let mut unread = locked(&self.unread);
        *unread = unread.saturating_sub(1);
        // a folder among the files counts as one
        (*unread == 0).then(|| self.names.len().saturating_sub(locked(&self.named).len()))
    }
}

/// A file that is opened at the first read and let go after the last: neither handles nor inflated members
/// pile up while messages wait.
struct Content {
    tree: Arc<dyn Tree>,
    name: String,
    size: u64,
    open: Mutex<Option<Arc<dyn ReadAt>>>,
}

impl ReadAt for Content {
    fn len(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let mut open = locked(&self.open);
        let bytes = match open.take() {
            Some(bytes) => bytes,
            None => {
                self.tree.get(&self.name).map_err(|_| io::ErrorKind::Other)?.ok_or(io::ErrorKind::NotFound)?
            }
        };
        let n = bytes.read_at(offset, buf)?;
        if offset + (n as u64) < self.size && n > 0 {
            *open = Some(bytes);
        }
        Ok(n)
    }
}

/// The chats of an export as evidence. Names as fit to be shown.
pub(crate) struct ExportSet {
    tree: Arc<dyn Tree>,
    opened: Mutex<BTreeMap<String, [u8; 32]>>,
}

impl ExportSet {
    pub(crate) fn new(tree: Arc<dyn Tree>) -> Self {
        Self { tree, opened: Mutex::default() }
    }

    /// A chat as evidence, hashed; its name is the one that may be shown.
    pub(crate) fn take(&self, chat: &Chat, ordinal: usize) -> Result<Evidence, SourceError> {
        let sha256 = hash(chat.bytes.as_ref()).map_err(|e| SourceError::io("hashing", &e))?;
        let name = shown(&chat.name, ordinal);
        locked(&self.opened).insert(name.clone(), sha256);
        Ok(Evidence { name, bytes: chat.bytes.clone(), sha256 })
    }
}

/// `chat 1 [8 hexadecimal digits].txt`: ordinal, beginning of the hash of the name, ending.
fn shown(name: &str, ordinal: usize) -> String {
    let hash = digest(name.as_bytes());
    format!("chat {ordinal} [{:02x}{:02x}{:02x}{:02x}].txt", hash[0], hash[1], hash[2], hash[3])
}

impl EvidenceSet for ExportSet {
    fn get(&self, domain: &str, path: &str) -> Result<Option<Evidence>, SourceError> {
        let name = join(domain, path);
        let Some(bytes) = self.tree.get(&name)? else { return Ok(None) };
        let sha256 = hash(bytes.as_ref()).map_err(|e| SourceError::io("hashing", &e))?;
        let count = locked(&self.opened).len();
        locked(&self.opened).insert(shown(&name, count + 1), sha256);
        Ok(Some(Evidence { name, bytes, sha256 }))
    }

    fn opened(&self) -> Vec<(String, [u8; 32])> {
        locked(&self.opened).iter().map(|(n, h)| (n.clone(), *h)).collect()
    }

    fn notes(&self) -> Vec<String> {
        let left = folders(self.tree.as_ref()).map_or(0, |(_, left)| left);
        (left > 0).then(|| format!("files_not_looked_at:{left}")).into_iter().collect()
    }
}
