//! What SQLite keeps beside a database: its write-ahead log, also where a tool wrote the ending in capitals,
//! and its rollback journal, which says that the database was copied in the middle of a change.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use model::{ReadAt, SourceError};

use crate::set::shown;
use crate::tree::Tree;

const LOG: &str = "-wal";
/// How the ending of a log is written too.
pub(crate) const LOGS: [&str; 3] = [LOG, "-WAL", "-Wal"];
pub(crate) const JOURNALS: [&str; 3] = ["-journal", "-JOURNAL", "-Journal"];
const DATABASE: &[u8] = b"SQLite format 3\0";
/// SQLite file format, 3: "The Rollback Journal".
const JOURNAL: [u8; 8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];

/// Whether a rollback journal is hot: the change that it can undo was begun and not ended. One that is done with
/// is empty or has zeros for a header; one whose count of pages is zero was never written behind.
pub fn is_hot_journal(journal: &dyn ReadAt) -> bool {
    let mut header = [0; 28];
    journal.len() > 512
        && journal.read_exact_at(0, &mut header).is_ok()
        && header.starts_with(&JOURNAL)
        && header[8..12] != [0; 4]
}

/// Whether the bytes begin as a database does.
pub fn is_database(bytes: &dyn ReadAt) -> bool {
    let mut head = [0; 16];
    bytes.read_exact_at(0, &mut head).is_ok() && head == DATABASE
}

/// The note on a database with a hot journal.
pub(crate) fn hot(name: &str) -> String {
    format!("hot_journal:{}", shown(name))
}

/// A tree that looks at what lies beside the databases that are asked for.
pub(crate) struct Beside<T> {
    tree: T,
    /// Databases with a hot journal.
    hot: Mutex<BTreeSet<String>>,
}

impl<T: Tree> Beside<T> {
    pub(crate) fn new(tree: T) -> Self {
        Self { tree, hot: Mutex::default() }
    }

    fn is_hot(&self, name: &str) -> bool {
        JOURNALS.iter().any(|ending| {
            let journal = self.tree.get(&format!("{name}{ending}"));
            journal.is_ok_and(|found| found.is_some_and(|bytes| is_hot_journal(bytes.as_ref())))
        })
    }
}

impl<T: Tree> Tree for Beside<T> {
    fn get(&self, name: &str) -> Result<Option<Arc<dyn ReadAt>>, SourceError> {
        if let Some(bytes) = self.tree.get(name)? {
            if is_database(bytes.as_ref()) && self.is_hot(name) {
                self.hot.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned());
            }
            return Ok(Some(bytes));
        }
        let Some(database) = name.strip_suffix(LOG) else { return Ok(None) };
        for ending in &LOGS[1..] {
            if let Some(bytes) = self.tree.get(&format!("{database}{ending}"))? {
                return Ok(Some(bytes));
            }
        }
        Ok(None)
    }

    fn head(&self, name: &str, buf: &mut [u8]) -> Result<Option<usize>, SourceError> {
        self.tree.head(name, buf)
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, SourceError> {
        self.tree.list(folder)
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = self.tree.notes();
        notes.extend(self.hot.lock().unwrap_or_else(PoisonError::into_inner).iter().map(|name| hot(name)));
        notes
    }
}
