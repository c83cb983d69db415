//! A source as it lies on disk. Names use `/`; a name that would lead out of the source does not
//! exist. Nothing is opened for writing, links are not followed out of a folder.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use model::{ReadAt, SourceError};

use crate::beside::{self, Beside};
use crate::file::{DiskFile, Slice};
use crate::tar_members::Members;
use crate::zip_tree::ZipTree;

/// Named byte streams.
pub trait Tree: Send + Sync {
    /// The stream of that name; `None` when there is none, or it is a folder or a link.
    ///
    /// # Errors
    /// When it is there and cannot be opened.
    fn get(&self, name: &str) -> Result<Option<Arc<dyn ReadAt>>, SourceError>;

    /// The first bytes of the stream of that name, as many as there are and `buf` holds; `None` as for
    /// [`Tree::get`]. Cheap also where the whole stream is not: what it is can be told before it is asked for.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    fn head(&self, name: &str, buf: &mut [u8]) -> Result<Option<usize>, SourceError> {
        let Some(bytes) = self.get(name)? else { return Ok(None) };
        let mut filled = 0;
        while filled < buf.len() {
            let n = bytes.read_at(filled as u64, &mut buf[filled..]);
            match n.map_err(|e| SourceError::io("reading the source", &e))? {
                0 => break,
                n => filled += n,
            }
        }
        Ok(Some(filled))
    }

    /// Names of the folders and files directly in `folder` (`""` for the root), sorted.
    ///
    /// # Errors
    /// When the folder cannot be listed.
    fn list(&self, folder: &str) -> Result<Vec<String>, SourceError>;

    /// What is odd about the source as a container, and about what was asked of it so far: codes and numbers.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Opens a source, recognised by its content: a folder, a zip (`PK`), a tar (`ustar` at 257), or a
/// single file, which is then the only stream, named by its file name; a database comes with its log.
///
/// # Errors
/// When there is nothing at `path` or it cannot be read.
pub fn open_tree(path: &Path) -> Result<Arc<dyn Tree>, SourceError> {
    let meta = std::fs::metadata(path).map_err(|e| SourceError::io("opening the source", &e))?;
    if meta.is_dir() {
        let root = path.canonicalize().map_err(|e| SourceError::io("opening the source", &e))?;
        return Ok(Arc::new(Beside::new(Folder {
            root,
            closed: Mutex::default(),
            left_out: Mutex::default(),
        })));
    }
    // a pipe or a device has no end, and reading it takes something away
    if !meta.is_file() {
        return Err(SourceError::Unknown);
    }
    let file = Arc::new(DiskFile::open(path).map_err(|e| SourceError::io("opening the source", &e))?);
    if let Some(inside) = tree_over(file.clone())? {
        return Ok(inside);
    }
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let (mut files, mut notes) = (vec![(name.clone(), file.clone())], Vec::new());
    if beside::is_database(file.as_ref()) {
        files
            .extend(file_beside(path, &beside::LOGS)?.map(|log| (format!("{name}{}", beside::LOGS[0]), log)));
        let journal = file_beside(path, &beside::JOURNALS)?;
        if journal.is_some_and(|journal| beside::is_hot_journal(journal.as_ref())) {
            notes.push(beside::hot(&name));
        }
    }
    Ok(Arc::new(Single { files, notes }))
}

/// The zip or tar that `bytes` are, recognised by their content; `None` when they are neither.
///
/// # Errors
/// When it is one and cannot be read.
pub fn tree_over(bytes: Arc<dyn ReadAt>) -> Result<Option<Arc<dyn Tree>>, SourceError> {
    let mut head = [0; 512];
    let n = bytes.read_at(0, &mut head).map_err(|e| SourceError::io("reading the source", &e))?;
    if n >= 4 && (head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06")) {
        return Ok(Some(Arc::new(Beside::new(ZipTree::open(bytes)?))));
    }
    if n >= 262 && &head[257..262] == b"ustar" {
        return Ok(Some(Arc::new(Beside::new(Tar::open(bytes)?))));
    }
    Ok(None)
}

/// Whether a name stays inside: relative, no `..`, no empty or dot parts.
pub(crate) fn is_inside(name: &str) -> bool {
    !name.is_empty()
        && !name.contains('\0')
        && !name.contains('\\')
        && Path::new(name).components().all(|c| matches!(c, Component::Normal(_)))
        && name.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
}

/// A member's name without the root that some tools write before it: `/private/var`, `./private/var`.
/// It stays a name inside the source, nothing is ever written under it.
pub(crate) fn below_root(name: &str) -> &str {
    let mut name = name;
    while let Some(rest) = name.strip_prefix("./").or_else(|| name.strip_prefix('/')) {
        name = rest;
    }
    name
}

struct Folder {
    root: PathBuf,
    /// Files and folders that are there and cannot be opened.
    closed: Mutex<BTreeSet<String>>,
    /// What lies there and is not read: a link, or a name that is no text or has a `\\`.
    left_out: Mutex<BTreeSet<(&'static str, PathBuf)>>,
}

impl Folder {
    /// The path of `name` when it is inside and no part of it is a link.
    fn path(&self, name: &str) -> Option<PathBuf> {
        let mut path = self.root.clone();
        if name.is_empty() {
            return Some(path);
        }
        if !is_inside(name) {
            return None;
        }
        for part in name.split('/') {
            path.push(part);
            if std::fs::symlink_metadata(&path).ok()?.file_type().is_symlink() {
                self.leave_out("link", path);
                return None;
            }
        }
        Some(path)
    }

    fn close(&self, name: &str) {
        self.closed.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned());
    }

    fn leave_out(&self, why: &'static str, path: PathBuf) {
        self.left_out.lock().unwrap_or_else(PoisonError::into_inner).insert((why, path));
    }
}

impl Tree for Folder {
    fn get(&self, name: &str) -> Result<Option<Arc<dyn ReadAt>>, SourceError> {
        let Some(path) = self.path(name).filter(|p| p.is_file()) else { return Ok(None) };
        // a file that cannot be opened costs what is in it, and is named
        Ok(DiskFile::open(&path)
            .inspect_err(|_| self.close(name))
            .ok()
            .map(|file| Arc::new(file) as Arc<dyn ReadAt>))
    }

    fn head(&self, name: &str, buf: &mut [u8]) -> Result<Option<usize>, SourceError> {
        let Some(path) = self.path(name).filter(|p| p.is_file()) else { return Ok(None) };
        let head = File::open(&path).and_then(|file| {
            let mut filled = 0;
            while filled < buf.len() {
                match crate::file::read_at(&file, filled as u64, &mut buf[filled..])? {
                    0 => break,
                    n => filled += n,
                }
            }
            Ok(filled)
        });
        // one file that cannot be opened must not keep the others from being recognised
        Ok(head.inspect_err(|_| self.close(name)).ok())
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, SourceError> {
        let Some(path) = self.path(folder).filter(|p| p.is_dir()) else { return Ok(Vec::new()) };
        let fail = |e: std::io::Error| SourceError::io("listing a folder of the source", &e);
        let entries = match std::fs::read_dir(path) {
            Ok(entries) => entries,
            Err(e) if folder.is_empty() => return Err(fail(e)),
            Err(_) => {
                self.close(folder);
                return Ok(Vec::new());
            }
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.map_err(fail)?;
            let name = entry.file_name();
            if entry.file_type().is_ok_and(|kind| kind.is_symlink()) {
                self.leave_out("link", entry.path());
            } else if !name.to_str().is_some_and(is_inside) {
                self.leave_out("name", entry.path());
            }
            names.push(name.to_string_lossy().into_owned());
        }
        names.sort();
        Ok(names)
    }

    fn notes(&self) -> Vec<String> {
        let closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        let mut notes: Vec<String> =
            closed.iter().map(|name| format!("cannot_be_opened:{}", crate::set::shown(name))).collect();
        let left_out = self.left_out.lock().unwrap_or_else(PoisonError::into_inner);
        for why in ["link", "name"] {
            let n = left_out.iter().filter(|entry| entry.0 == why).count();
            notes.extend((n > 0).then(|| format!("folder_members_left_out:{why}:{n}")));
        }
        notes
    }
}

/// What lies beside a database and is a part of it, no link: beside the path given, or beside what that leads to.
fn file_beside(path: &Path, endings: &[&str]) -> Result<Option<Arc<DiskFile>>, SourceError> {
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    for database in [path, &real] {
        for ending in endings {
            let mut name = database.as_os_str().to_owned();
            name.push(ending);
            if std::fs::symlink_metadata(&name).is_ok_and(|m| m.is_file()) {
                let file = DiskFile::open(Path::new(&name));
                let io = |e| SourceError::io("opening what lies beside a database", &e);
                return Ok(Some(Arc::new(file.map_err(io)?)));
            }
        }
    }
    Ok(None)
}

/// One file; a database with its log.
struct Single {
    files: Vec<(String, Arc<DiskFile>)>,
    notes: Vec<String>,
}

impl Tree for Single {
    fn get(&self, name: &str) -> Result<Option<Arc<dyn ReadAt>>, SourceError> {
        let file = self.files.iter().find(|f| f.0 == name);
        Ok(file.map(|f| f.1.clone() as Arc<dyn ReadAt>))
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, SourceError> {
        let all = if folder.is_empty() { self.files.as_slice() } else { &[] };
        Ok(all.iter().map(|f| f.0.clone()).collect())
    }

    fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }
}

/// Names below a folder, one level, from a sorted list of full names.
pub(crate) fn children<'a>(names: impl Iterator<Item = &'a str>, folder: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for name in names {
        let rest = if folder.is_empty() {
            name
        } else {
            match name.strip_prefix(folder).and_then(|r| r.strip_prefix('/')) {
                Some(rest) => rest,
                None => continue,
            }
        };
        let child = rest.split('/').next().unwrap_or_default();
        if !child.is_empty() && out.last().is_none_or(|last| last != child) {
            out.push(child.to_owned());
        }
    }
    out.sort();
    out.dedup();
    out
}

/// Most members that an index of a tar or zip may have.
pub(crate) const MOST_MEMBERS: usize = 5_000_000;

struct Tar {
    file: Arc<dyn ReadAt>,
    members: std::collections::BTreeMap<String, (u64, u64)>,
    notes: Vec<String>,
}

impl Tar {
    fn open(file: Arc<dyn ReadAt>) -> Result<Self, SourceError> {
        let found = Members::read(file.as_ref()).map_err(|e| SourceError::io("reading the tar", &e))?;
        let Members { files, bad_blocks, mut twice, too_many, sparse, links, ended, goes_on } = found;
        let (mut members, mut outside, mut cut) = (std::collections::BTreeMap::new(), 0_u64, 0_u64);
        for (name, member) in files {
            let name = below_root(&name).to_owned();
            cut += u64::from(member.there < member.len);
            match is_inside(&name) {
                // the first of two members of one name counts; names that lead out do not exist
                true if members.contains_key(&name) => twice += 1,
                true => drop(members.insert(name, (member.start, member.there))),
                false => outside += 1,
            }
        }
        let mut notes: Vec<String> = [
            ("tar_blocks_unreadable", bad_blocks),
            ("tar_members_left_out:doubled", twice),
            ("tar_members_left_out:link", links),
            ("tar_members_left_out:outside", outside),
            ("tar_members_left_out:sparse", sparse),
            ("tar_members_cut", cut),
        ]
        .into_iter()
        .filter(|(_, n)| *n > 0)
        .map(|(what, n)| format!("{what}:{n}"))
        .collect();
        notes.extend((!ended).then(|| "tar_not_ended".to_owned()));
        notes.extend(goes_on.then(|| "tar_goes_on_behind_end".to_owned()));
        notes.extend(too_many.then(|| format!("tar_members_left_out:above:{MOST_MEMBERS}")));
        Ok(Self { file, members, notes })
    }
}

/// A file read in order, with seeking: what the libraries for tar and zip ask for.
pub(crate) struct SeekRead {
    file: Arc<dyn ReadAt>,
    at: u64,
}

impl SeekRead {
    pub(crate) fn new(file: Arc<dyn ReadAt>) -> Self {
        Self { file, at: 0 }
    }
}

impl std::io::Read for SeekRead {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let n = self.file.read_at(self.at, buf)?;
        self.at += n as u64;
        Ok(n)
    }
}

impl std::io::Seek for SeekRead {
    fn seek(&mut self, pos: std::io::SeekFrom) -> std::io::Result<u64> {
        let to = match pos {
            std::io::SeekFrom::Start(to) => Some(to),
            std::io::SeekFrom::Current(by) => self.at.checked_add_signed(by),
            std::io::SeekFrom::End(by) => self.file.len().checked_add_signed(by),
        };
        self.at = to.ok_or(std::io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

impl Tree for Tar {
    fn get(&self, name: &str) -> Result<Option<Arc<dyn ReadAt>>, SourceError> {
        Ok(self.members.get(name).map(|&(start, len)| {
            Arc::new(Slice { bytes: FileRef(self.file.clone()), start, len }) as Arc<dyn ReadAt>
        }))
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, SourceError> {
        Ok(children(self.members.keys().map(String::as_str), folder))
    }

    fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }
}

/// A shared file as bytes of its own.
#[derive(Clone)]
pub(crate) struct FileRef(pub(crate) Arc<dyn ReadAt>);

impl ReadAt for FileRef {
    fn len(&self) -> u64 {
        self.0.len()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> std::io::Result<usize> {
        self.0.read_at(offset, buf)
    }
}
