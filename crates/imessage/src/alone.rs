//! A database of Messages by itself: `sms.db` of a phone or `chat.db` of a Mac, whatever it is called, with
//! the log beside it and, in a folder, its attachments and address book.

use std::sync::Arc;

use evidence::{Database, Evidence, EvidenceSet, Given, Opened, Opening, Tree, hash};
use model::{Finding, SourceError};

/// What every database of Messages has.
const TABLES: [(&str, &str); 3] = [("message", "is_from_me"), ("handle", "id"), ("chat", "guid")];
/// Most files of a folder that are looked at.
const MOST_FILES: usize = 256;
/// Names that say what it is, so that a damaged one is not taken for something unknown.
const NAMES: [&str; 2] = ["sms.db", "chat.db"];
/// Where a Mac keeps it.
const MAC: &str = "Library/Messages";

/// Opens a database of Messages that lies by itself in `tree`, or where a Mac keeps it.
///
/// # Errors
/// When there are several, or one that cannot be read.
pub fn open_alone(tree: &Arc<dyn Tree>, _: &Given) -> Result<Option<Opening>, SourceError> {
    let folders = ["", MAC, "Messages"];
    for folder in folders {
        let mut found = Vec::new();
        for name in tree.list(folder)?.into_iter().take(MOST_FILES) {
            let place = join(folder, &name);
            if is_messages(tree.as_ref(), &name, &place)? {
                found.push(place);
            }
        }
        if found.len() > 1 {
            return Err(SourceError::Missing {
                what: "one database of messages: the folder holds several, name one of them",
            });
        }
        if let Some(database) = found.pop() {
            let folder = folder.to_owned();
            let set = Alone { tree: tree.clone(), folder, database, opened: Opened::default() };
            let set: Arc<dyn EvidenceSet> = Arc::new(set);
            let Some(reader) = crate::open(set.clone())? else { return Ok(None) };
            let mut opening = Opening::of("messages-database", set, reader);
            // no settings, no list of apps, no date of the copy
            opening.findings.push(Finding { code: "database_alone".to_owned(), at: None });
            return Ok(Some(opening));
        }
    }
    Ok(None)
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

fn is_messages(tree: &dyn Tree, name: &str, place: &str) -> Result<bool, SourceError> {
    if name.ends_with("-wal") || name.ends_with("-shm") {
        return Ok(false);
    }
    let named = NAMES.contains(&name);
    let Some(bytes) = tree.get(place)? else { return Ok(false) };
    let mut head = [0; 16];
    let n = bytes.read_at(0, &mut head).map_err(|e| SourceError::io("reading a database", &e))?;
    if n < 16 || &head != b"SQLite format 3\0" {
        return Ok(false);
    }
    let wal = tree.get(&format!("{place}-wal"))?;
    let evidence = |bytes, name: &str| Evidence { name: name.to_owned(), bytes, sha256: [0; 32] };
    let wal = wal.map(|bytes| evidence(bytes, "sms.db-wal"));
    match Database::open(&evidence(bytes, "sms.db"), wal.as_ref()) {
        Ok(database) => {
            let has = |(table, column)| database.columns(table).is_ok_and(|c| c.contains(column));
            Ok(TABLES.into_iter().all(has))
        }
        Err(fault) if named => Err(fault),
        // some other program's database
        Err(_) => Ok(false),
    }
}

/// The parts of a database by itself, under the names that they have in a backup.
struct Alone {
    tree: Arc<dyn Tree>,
    folder: String,
    database: String,
    opened: Opened,
}

impl Alone {
    /// Where a part may lie.
    fn places(&self, domain: &str, path: &str) -> Vec<String> {
        if let Some(rest) = path.strip_prefix(crate::SMS).filter(|r| r.is_empty() || *r == "-wal") {
            return vec![format!("{}{rest}", self.database)];
        }
        let below = |path: &str| join(&self.folder, path);
        match domain {
            // beside the database, or below the folder as the database names it
            "MediaDomain" => {
                let near =
                    ["Library/SMS/", "Library/Messages/"].into_iter().find_map(|p| path.strip_prefix(p));
                near.map(below).into_iter().chain([below(path)]).collect()
            }
            _ => path.rsplit('/').next().map(below).into_iter().collect(),
        }
    }
}

impl EvidenceSet for Alone {
    fn get(&self, domain: &str, path: &str) -> Result<Option<Evidence>, SourceError> {
        for place in self.places(domain, path) {
            let Some(bytes) = self.tree.get(&place)? else { continue };
            // whatever the file is called: its name may say whose it is
            let name = format!("{domain}/{path}");
            let sha256 = match self.opened.get(&name) {
                Some(known) => known,
                None => hash(bytes.as_ref()).map_err(|e| SourceError::io("hashing", &e))?,
            };
            self.opened.note(&name, sha256);
            return Ok(Some(Evidence { name, bytes, sha256 }));
        }
        Ok(None)
    }

    fn opened(&self) -> Vec<(String, [u8; 32])> {
        self.opened.all()
    }
}
