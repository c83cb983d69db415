//! Where in a tree WhatsApp's databases, backups and files lie. Candidates are found by the names that the
//! format fixes and, in a small folder, by content alone; what they are is told by content. Only folders
//! that can lead there are entered, and few of them.

use std::collections::{BTreeMap, VecDeque};
use std::io;

use evidence::{Database, Evidence, Tree};
use model::{ReadAt, SourceError};

use crate::crypt::{Header, plain_by_name};

/// Most folders that are looked into.
const MOST_FOLDERS: usize = 256;
/// Most names in a folder whose files are all looked at: looking at a member of a zip may inflate it.
const SMALL: usize = 4;
/// Folders on the way to WhatsApp in a copy of a phone.
const ON_THE_WAY: [&str; 21] = [
    "data",
    "user",
    "0",
    "10",
    "11",
    "media",
    "Android",
    "com.whatsapp",
    "com.whatsapp.w4b",
    "WhatsApp",
    "WhatsApp Business",
    "databases",
    "Databases",
    "Backups",
    "sdcard",
    "storage",
    "emulated",
    "mnt",
    "Dump",
    "fs",
    "files",
];

const SQLITE: &[u8; 16] = b"SQLite format 3\0";

/// What a candidate is.
pub(super) enum Inside {
    Database,
    Encrypted(Header),
    /// Called a backup, with a header that is none.
    Unknown,
}

/// A database or a backup of one.
pub(super) struct Candidate {
    pub(super) path: String,
    /// As fit to be shown.
    pub(super) name: String,
    pub(super) inside: Inside,
}

impl Candidate {
    fn is_business(&self) -> bool {
        is_business(&self.path)
    }

    /// Whether both lie in one folder.
    pub(super) fn lies_beside(&self, other: &Self) -> bool {
        let folder = |path: &str| path.rsplit_once('/').map(|p| p.0.to_owned());
        folder(&self.path) == folder(&other.path)
    }

    /// Whether both are of the same app.
    pub(super) fn belongs_to(&self, other: &Self) -> bool {
        self.is_business() == other.is_business()
    }
}

fn is_business(path: &str) -> bool {
    path.split('/').any(|part| matches!(part, "com.whatsapp.w4b" | "WhatsApp Business"))
}

/// What a tree holds.
#[derive(Default)]
pub(super) struct Found {
    /// One for each app.
    pub(super) candidates: Vec<Candidate>,
    /// `wa.db`, or backups of it.
    pub(super) contacts: Vec<Candidate>,
    /// Folders that hold a folder `Media`, with `/` behind them or empty.
    pub(super) bases: Vec<String>,
    /// Backups that were not taken: older ones, and parts of backups.
    pub(super) others: usize,
}

/// Whether bytes begin a database.
pub(super) fn is_database(bytes: &dyn ReadAt) -> io::Result<bool> {
    let mut head = [0; 16];
    Ok(bytes.len() >= 16 && bytes.read_exact_at(0, &mut head).map(|()| &head == SQLITE)?)
}

/// Whether a file begins a database, told without inflating it.
fn begins_database(tree: &dyn Tree, name: &str) -> Result<bool, SourceError> {
    let mut head = [0; 16];
    Ok(tree.head(name, &mut head)?.is_some() && &head == SQLITE)
}

#[derive(Clone, Copy, PartialEq)]
enum Called {
    Messages,
    Contacts,
    Backup,
    Something,
}

fn called(name: &str) -> Option<Called> {
    let backup = [".crypt12", ".crypt14", ".crypt15", ".mcrypt1"].iter().any(|e| name.ends_with(e));
    match (name.starts_with("msgstore"), name.starts_with("wa.db"), backup) {
        (true, _, true) => Some(Called::Backup),
        (true, _, false) if name.ends_with(".db") => Some(Called::Messages),
        (_, true, true) => Some(Called::Contacts),
        _ if name == "wa.db" => Some(Called::Contacts),
        (_, _, true) => Some(Called::Backup),
        _ => None,
    }
}

/// Looks for everything.
pub(super) fn search(tree: &dyn Tree) -> Result<Found, SourceError> {
    let mut found = Found::default();
    let mut files: Vec<(String, Called)> = Vec::new();
    let mut unnamed: Vec<(String, Called)> = Vec::new();
    let mut folders = VecDeque::from([(String::new(), 0_u32)]);
    let mut seen = 0;
    while let Some((folder, depth)) = folders.pop_front() {
        if seen == MOST_FOLDERS {
            break;
        }
        seen += 1;
        let names = match tree.list(&folder) {
            Ok(names) => names,
            Err(e) if depth == 0 => return Err(e),
            // a folder that may not be read hides what is in it and nothing else
            Err(_) => continue,
        };
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        if names.iter().any(|n| n == "Media") {
            found.bases.push(prefix.clone());
        }
        for name in &names {
            let path = format!("{prefix}{name}");
            if let Some(what) = called(name) {
                files.push((path, what));
            } else if ON_THE_WAY.contains(&name.as_str()) {
                folders.push_front((path, depth + 1));
            } else {
                if depth == 0 && names.len() <= SMALL {
                    files.push((path.clone(), Called::Something));
                } else if depth == 0 && begins_database(tree, name)? {
                    unnamed.push((path.clone(), Called::Something));
                }
                if depth < 2 {
                    folders.push_back((path, depth + 1));
                }
            }
        }
    }
    // a renamed database counts where none has its name: beside one it is a copy
    if !files.iter().any(|(_, what)| *what == Called::Messages) {
        files.append(&mut unnamed);
    }
    let (mut databases, mut backups) = (BTreeMap::new(), BTreeMap::new());
    for (path, what) in files {
        let Some((inside, is_messages)) = look(tree, &path, what)? else { continue };
        let stem = if is_messages { "msgstore.db" } else { "wa.db" };
        let shown = match &inside {
            Inside::Encrypted(header) => header.file_name(stem),
            Inside::Database => stem.to_owned(),
            Inside::Unknown => format!("{stem}.crypt"),
        };
        let name = if is_business(&path) { format!("com.whatsapp.w4b/{shown}") } else { shown };
        let candidate = Candidate { path, name, inside };
        let key = candidate.is_business();
        match candidate.inside {
            _ if !is_messages => found.contacts.push(candidate),
            Inside::Database => {
                databases.entry(key).or_insert_with(Vec::new).push(candidate);
            }
            _ => backups.entry(key).or_insert_with(Vec::new).push(candidate),
        }
    }
    // the live database says more than any backup of it
    found.contacts.sort_by_key(|c| !matches!(c.inside, Inside::Database));
    for business in [false, true] {
        let mut live = databases.remove(&business).unwrap_or_default();
        let mut copies = backups.remove(&business).unwrap_or_default();
        copies.sort_by_key(rank);
        found.others += copies.len();
        if live.is_empty()
            && let Some(best) = copies.pop()
        {
            found.others -= 1;
            live.push(best);
        }
        live.sort_by(|a, b| a.path.cmp(&b.path));
        // two users of one phone have a database each
        for (n, candidate) in (2..).zip(live.iter_mut().skip(1)) {
            candidate.name = format!("{n}/{}", candidate.name);
        }
        found.candidates.append(&mut live);
    }
    Ok(found)
}

/// The best comes last: readable ones, then the newest whole one: it is called without a date.
fn rank(candidate: &Candidate) -> (bool, bool, bool, String) {
    let name = candidate.path.rsplit('/').next().unwrap_or_default();
    (
        !matches!(candidate.inside, Inside::Unknown),
        !name.contains("increment"),
        name.starts_with("msgstore.db"),
        name.to_owned(),
    )
}

/// What a file is, and whether it is one of messages; `None` when it is nothing of WhatsApp's.
fn look(tree: &dyn Tree, path: &str, what: Called) -> Result<Option<(Inside, bool)>, SourceError> {
    let stored = match tree.get(path) {
        Ok(Some(stored)) => stored,
        Ok(None) => return Ok(None),
        // a file of an unknown name is none of ours to fail on
        Err(_) if what == Called::Something => return Ok(None),
        Err(e) => return Err(e),
    };
    let io = |e: io::Error| SourceError::io("reading a file of the source", &e);
    let is_messages = what != Called::Contacts;
    if is_database(stored.as_ref()).map_err(io)? {
        if what == Called::Contacts {
            return Ok(Some((Inside::Database, false)));
        }
        let evidence = Evidence { name: "msgstore.db".to_owned(), bytes: stored, sha256: [0; 32] };
        let is = Database::open(&evidence, None).and_then(|database| has_messages(&database));
        return match is {
            Ok(true) => Ok(Some((Inside::Database, true))),
            Ok(false) => Ok(None),
            // damaged: reading it says where
            Err(_) if what == Called::Messages => Ok(Some((Inside::Database, true))),
            Err(_) => Ok(None),
        };
    }
    if let Some(header) = Header::read(stored.as_ref()).map_err(io)? {
        return Ok(Some((Inside::Encrypted(header), is_messages)));
    }
    match what {
        Called::Backup if path.ends_with(".crypt12") => {
            let mut head = vec![0; 67];
            let header = match stored.read_exact_at(0, &mut head) {
                Ok(()) => plain_by_name(&head),
                Err(_) => None,
            };
            Ok(Some((header.map_or(Inside::Unknown, Inside::Encrypted), true)))
        }
        Called::Backup => Ok(Some((Inside::Unknown, true))),
        // called a database of WhatsApp's and none: cut before its first page, or empty
        Called::Messages => Ok(Some((Inside::Database, true))),
        Called::Contacts | Called::Something => Ok(None),
    }
}

/// Whether a database has a table of messages, of either generation.
pub(super) fn has_messages(database: &Database) -> Result<bool, SourceError> {
    let has = |columns: &std::collections::BTreeSet<String>, needed: [&str; 2]| {
        needed.iter().all(|c| columns.contains(*c))
    };
    Ok(has(&database.columns("message")?, ["key_id", "chat_row_id"])
        || has(&database.columns("messages")?, ["key_id", "key_remote_jid"]))
}
