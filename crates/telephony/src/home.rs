//! Where a database lies, and where the files are that its rows name by absolute paths of the phone.

use std::sync::Arc;

use evidence::{Evidence, EvidenceSet};
use model::SourceError;

/// The place of a database in a source.
pub(crate) struct Home {
    set: Arc<dyn EvidenceSet>,
    /// Path of the database.
    path: String,
    /// Folders in which a file named by a row may lie under its own name.
    folders: Vec<String>,
    /// What stands before the phone's `/data`.
    base: Option<String>,
}

impl Home {
    /// In an extraction, or alone.
    pub(crate) fn in_tree(set: Arc<dyn EvidenceSet>, path: &str) -> Self {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let under = |folder: &str, name: &str| {
            if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
        };
        let mut folders = vec![under(folder, "app_parts")];
        if let Some(home) = folder.strip_suffix("/databases") {
            folders.push(under(home, "app_parts"));
        }
        let at = if path.starts_with("data/") { Some(0) } else { path.find("/data/").map(|i| i + 1) };
        let base = at.map(|at| path[..at].to_owned());
        Self { set, path: path.to_owned(), folders, base }
    }

    /// In an Android backup, which has the folders of an app under letters: `r` is its root.
    pub(crate) fn in_backup(set: Arc<dyn EvidenceSet>, path: &str) -> Self {
        let app = path.split_once("/db/").map_or("", |(app, _)| app);
        Self { set, path: path.to_owned(), folders: vec![format!("{app}/r/app_parts")], base: None }
    }

    /// The database and its log.
    pub(crate) fn database(&self) -> Result<(Evidence, Option<Evidence>), SourceError> {
        let main = self.set.get("", &self.path)?.ok_or(SourceError::Missing { what: "the database" })?;
        Ok((main, self.set.get("", &format!("{}-wal", self.path))?))
    }

    /// The file of that path on the phone.
    pub(crate) fn file(&self, on_phone: &str) -> Result<Option<Evidence>, SourceError> {
        let relative = on_phone.trim_start_matches('/');
        if let Some(base) = &self.base
            && let Some(found) = self.set.get("", &format!("{base}{relative}"))?
        {
            return Ok(Some(found));
        }
        let Some(name) = relative.rsplit('/').next().filter(|n| !n.is_empty() && *n != "..") else {
            return Ok(None);
        };
        for folder in &self.folders {
            if let Some(found) = self.set.get("", &format!("{folder}/{name}"))? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}
