//! The list of a copy: every file with its SHA-256, as `sha256sum --check` reads it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::anchors::write_whole;
use crate::error::JobError;
use crate::progress::Progress;
use crate::verify::bounded_text;

/// Its name in the copy.
pub(super) const LIST: &str = "SHA256SUMS";
/// Most bytes of a list: a million files.
const MOST: u64 = 1 << 27;

/// Names and digests, hexadecimal.
pub(crate) struct List {
    files: BTreeMap<String, String>,
    /// Bytes of all files.
    pub(super) bytes: u64,
}

/// Names of all files of a copy, from its folder on, sorted.
pub(super) fn files(copy: &Path) -> Result<Vec<String>, JobError> {
    let fail = |e: &io::Error| JobError::io(copy, "reading the copy", e);
    let mut found = Vec::new();
    for folder in ["", "blobs", "checkpoints"] {
        let entries = match fs::read_dir(copy.join(folder)) {
            Ok(entries) => entries,
            Err(e) if e.kind() == io::ErrorKind::NotFound => continue,
            Err(e) => return Err(fail(&e)),
        };
        for entry in entries {
            let entry = entry.map_err(|e| fail(&e))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let name = if folder.is_empty() { name } else { format!("{folder}/{name}") };
            if !entry.file_type().map_err(|e| fail(&e))?.is_dir() {
                found.push(name);
            }
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// Whether a file of a copy's folder is no part of the copy: the list itself, and what opening it leaves.
fn aside(name: &str) -> bool {
    matches!(name, LIST | "lock" | "archive.db-wal" | "archive.db-shm")
}

fn digest(path: &Path, progress: Progress<'_>) -> Result<(String, u64), JobError> {
    let fail = |e: &io::Error| JobError::io(path, "reading the copy", e);
    let mut file = File::open(path).map_err(|e| fail(&e))?;
    let (mut hasher, mut len, mut buf) = (Sha256::new(), 0, vec![0; 1 << 18]);
    loop {
        progress.check()?;
        match file.read(&mut buf).map_err(|e| fail(&e))? {
            0 => return Ok((model::wire::hex(&hasher.finalize()), len)),
            n => {
                hasher.update(&buf[..n]);
                len += n as u64;
            }
        }
    }
}

impl List {
    /// The list of what lies in a copy now.
    pub(super) fn of(copy: &Path, progress: Progress<'_>) -> Result<Self, JobError> {
        let mut list = Self { files: BTreeMap::new(), bytes: 0 };
        for name in files(copy)?.into_iter().filter(|name| !aside(name)) {
            let (digest, len) = digest(&copy.join(&name), progress)?;
            list.bytes += len;
            list.files.insert(name, digest);
        }
        Ok(list)
    }

    /// As it is written.
    pub(crate) fn text(&self) -> String {
        self.files.iter().map(|(name, digest)| format!("{digest}  {name}\n")).collect()
    }

    pub(crate) fn write(&self, copy: &Path) -> Result<(), JobError> {
        write_whole(&copy.join(LIST), self.text().as_bytes())
    }

    /// Reads a copy's list. A name that leads out of the copy is refused.
    pub(crate) fn read(copy: &Path) -> Result<Self, JobError> {
        let path = copy.join(LIST);
        if !path.is_file() {
            return Err(JobError::NoArchive { path: copy.to_owned() });
        }
        let text = bounded_text(&path, "reading the list of the copy", MOST)?;
        Self::parse(&text, &path)
    }

    /// The list in a text; `path` is where it came from.
    pub(crate) fn parse(text: &str, path: &Path) -> Result<Self, JobError> {
        let mut files = BTreeMap::new();
        for (number, line) in (1..).zip(text.lines()) {
            let parts = line.split_once("  ").filter(|(digest, name)| {
                digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_hexdigit()) && belongs(name)
            });
            let Some((digest, name)) = parts else {
                let why = "is not a line of such a list".to_owned();
                return Err(JobError::InputFile { path: path.to_owned(), line: number, why });
            };
            files.insert(name.to_owned(), digest.to_owned());
        }
        Ok(Self { files, bytes: 0 })
    }

    /// What is missing, different, or not in the list.
    pub(super) fn differing(&self, copy: &Path, progress: Progress<'_>) -> Result<Vec<String>, JobError> {
        let here = files(copy)?;
        let mut wrong = Vec::new();
        for (name, stated) in &self.files {
            if !here.contains(name) {
                wrong.push(format!("{name}: is missing"));
            } else if digest(&copy.join(name), progress)?.0 != *stated {
                wrong.push(format!("{name}: is not what the list says"));
            }
        }
        let more = here.iter().filter(|name| !aside(name) && !self.files.contains_key(*name));
        wrong.extend(more.map(|name| format!("{name}: is not in the list")));
        Ok(wrong)
    }

    pub(crate) fn count(&self) -> u64 {
        self.files.len() as u64
    }

    /// Names and digests.
    #[cfg(feature = "object-store")]
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(name, digest)| (name.as_str(), digest.as_str()))
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }
}

/// Whether a name is one of a file of an archive.
fn belongs(name: &str) -> bool {
    let number =
        |n: &str| n.len() == 16 && n.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    match name.split_once('/') {
        None => matches!(name, "archive.db" | "checkpoint"),
        Some(("blobs", rest)) => number(rest),
        Some(("checkpoints", rest)) => {
            number(rest)
                || rest.strip_suffix(".tsr").and_then(|r| r.split_once('-')).is_some_and(|(size, n)| {
                    number(size) && n.len() == 8 && n.bytes().all(|b| b.is_ascii_hexdigit())
                })
        }
        Some(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_an_archive_are_in_a_list() {
        for name in [
            "archive.db",
            "checkpoint",
            "blobs/00000000000000ff",
            "checkpoints/0000000000000001",
            "checkpoints/0000000000000001-00ff00ff.tsr",
        ] {
            assert!(belongs(name), "{name}");
        }
        for name in
            ["", "../x", "/etc/passwd", "blobs/../../x", "blobs/0000", "lock", "blobs/00000000000000FF"]
        {
            assert!(!belongs(name), "{name}");
        }
    }
}
