//! Where in a tree the files of the app lie: in its root and in the folders below, whatever they are called.
//! Of each file only the beginning is read, and of a limited number of files; how many were left is counted.

use std::collections::VecDeque;

use evidence::Tree;
use model::SourceError;

use crate::head::{self, Sniffed};

/// Most folders that are looked into: listing one of a zip goes through the names of all its members.
const MOST_FOLDERS: usize = 256;

/// Most files that are looked at, unless they are called `.xml`.
const MOST_OTHERS: usize = 20_000;

/// What a tree holds.
#[derive(Default)]
pub(crate) struct Places {
    /// By path; those in the root first.
    pub(crate) found: Vec<(String, Sniffed)>,
    /// Files and folders behind a limit.
    pub(crate) not_looked_at: u64,
}

/// Looks through the tree.
pub(crate) fn look(tree: &dyn Tree) -> Result<Places, SourceError> {
    let mut places = Places::default();
    let mut folders = VecDeque::from([String::new()]);
    let (mut entered, mut others) = (0, 0);
    while let Some(folder) = folders.pop_front() {
        for name in tree.list(&folder)? {
            let is_xml = name.to_ascii_lowercase().ends_with(".xml");
            if !is_xml && others == MOST_OTHERS {
                places.not_looked_at += 1;
                continue;
            }
            let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
            let mut start = [0; 64];
            match tree.head(&path, &mut start)? {
                Some(n) => {
                    others += usize::from(!is_xml);
                    if head::may_be(&start[..n])
                        && let Some(sniffed) = sniff(tree, &path)?
                    {
                        places.found.push((path, sniffed));
                    }
                }
                // no file: a folder, or a link that leads nowhere
                None if entered < MOST_FOLDERS => {
                    entered += 1;
                    folders.push_back(path);
                }
                None => places.not_looked_at += 1,
            }
        }
    }
    Ok(places)
}

/// What a file is, when it is ours: its beginning is enough, a member of a zip is not inflated.
fn sniff(tree: &dyn Tree, path: &str) -> Result<Option<Sniffed>, SourceError> {
    let mut start = vec![0; head::MOST];
    let Some(n) = tree.head(path, &mut start)? else { return Ok(None) };
    start.truncate(n);
    let sniffed = head::sniff(&start).map_err(|e| SourceError::io("reading the source", &e))?;
    Ok((sniffed != Sniffed::Other).then_some(sniffed))
}
