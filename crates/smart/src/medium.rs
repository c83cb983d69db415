//! What a medium holds, as files with names and hashes: which of them the mapping selects, which are read as
//! attachments, which are left out, and which nothing names.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use evidence::{Evidence, EvidenceSet, FolderSet, Tree, hash, hash_and_count, shown, tree_over};
use model::{Attachment, Fault, Location, Place, Sensitive, SourceError};

use crate::mapping::spec::{Container, FormatKind};
use crate::mapping::{Lookups, Mapping, Surroundings, glob};
use crate::package::{files_below, name};
use crate::scan::{Enclosed, File, Stop};

/// Most files of a zip or tar.
const MOST_INSIDE: usize = 200_000;
/// Most bytes of files in an archive that are looked at without a mapping.
const MOST_HELD: u64 = 512 << 20;

/// Files that systems leave on media and that hold nothing of anybody's.
const LITTER: &[&str] = &[
    "**/.DS_Store",
    "**/Thumbs.db",
    "**/desktop.ini",
    "**/._*",
    "System Volume Information/**",
    "$RECYCLE.BIN/**",
    ".Spotlight-V100/**",
    ".fseventsd/**",
    ".Trashes/**",
    "**/.Trash-*/**",
];

/// A medium.
pub(crate) struct Medium {
    tree: Arc<dyn Tree>,
    pub(crate) set: Arc<FolderSet>,
    /// `raw/` in a package, nothing on a medium itself.
    prefix: &'static str,
    /// Files by their name below the prefix.
    pub(crate) files: Vec<String>,
}

/// A folder of files that messages and their attachments lie in: the medium, or an archive on it.
pub(crate) struct Home {
    medium: Arc<Medium>,
    /// The archive: name on the medium, its hash, its files.
    archive: Option<(String, [u8; 32], Arc<dyn Tree>)>,
    names: BTreeSet<String>,
    /// Names in lower case, where one only has that.
    folded: BTreeMap<String, Option<String>>,
    folder: Option<String>,
    used: Mutex<BTreeSet<String>>,
    hashes: Mutex<BTreeMap<String, ([u8; 32], u64)>>,
    missing: Mutex<u64>,
}

fn misfit(at: &str, expected: &'static str) -> SourceError {
    let place = Location { evidence: at.to_owned(), place: Place::File };
    SourceError::misfit(place, Fault::Unexpected { expected })
}

impl Medium {
    /// The files of a tree, which is a package or a medium itself.
    pub(crate) fn new(tree: Arc<dyn Tree>, package: bool) -> Result<Self, SourceError> {
        let (folder, prefix) = if package { (name::RAW, "raw/") } else { ("", "") };
        let files = files_below(tree.as_ref(), folder)?;
        let files = files.into_iter().filter_map(|f| f.strip_prefix(prefix).map(str::to_owned)).collect();
        Ok(Self { set: Arc::new(FolderSet::new(tree.clone())), tree, prefix, files })
    }

    pub(crate) fn evidence(&self, name: &str) -> Result<Evidence, SourceError> {
        let full = format!("{}{name}", self.prefix);
        self.set.get("", &full)?.ok_or(SourceError::Missing { what: "a file that the medium lists" })
    }

    /// Hashes every piece that was handed out again.
    pub(crate) fn unchanged(&self, taken: &BTreeMap<String, [u8; 32]>) -> Result<(), SourceError> {
        for (name, before) in taken {
            let full = format!("{}{name}", self.prefix);
            let changed = |what| SourceError::Changed { at: shown(&full), what };
            let bytes = self.tree.get(&full)?.ok_or(changed("is gone since reading began"))?;
            let now = hash(bytes.as_ref()).map_err(|e| SourceError::io("hashing again", &e))?;
            if now != *before {
                return Err(changed("has changed since reading began"));
            }
        }
        Ok(())
    }
}

/// What a mapping makes of the files of a medium.
pub(crate) struct Chosen {
    /// Files with messages, each with the home of its attachments.
    pub(crate) files: Vec<(File, Arc<Home>)>,
    pub(crate) homes: Vec<Arc<Home>>,
    pub(crate) lookups: Lookups,
    /// Files on the medium that are selected or hold what is selected.
    selected: BTreeSet<String>,
    pub(crate) ignored: u64,
}

impl Chosen {
    /// Chooses files as the mapping says.
    pub(crate) fn by(mapping: &Mapping, medium: &Arc<Medium>) -> Result<Self, Stop> {
        let spec = &mapping.spec;
        let mut selected = BTreeSet::new();
        let mut homes = Vec::new();
        match &spec.archive {
            None => homes.push(Arc::new(Home::new(medium.clone(), None, mapping)?)),
            Some(archives) => {
                let patterns = archives.list();
                for name in medium.files.iter().filter(|n| glob::any(&patterns, n)) {
                    let evidence = medium.evidence(name)?;
                    let full = shown(&evidence.name);
                    let tree = inside(spec.container, &evidence)
                        .map_err(|_| misfit(&full, "a zip or tar that can be read"))?;
                    let tree = tree.ok_or_else(|| misfit(&full, "a zip or tar, as the mapping says"))?;
                    let archive = Some((evidence.name, evidence.sha256, tree));
                    homes.push(Arc::new(Home::new(medium.clone(), archive, mapping)?));
                    selected.insert(name.clone());
                }
                // a zip that was given itself is opened already
                if homes.is_empty() {
                    homes.push(Arc::new(Home::new(medium.clone(), None, mapping)?));
                }
            }
        }
        let (patterns, mut files) = (spec.select.list(), Vec::new());
        for home in &homes {
            for name in home.names.iter().filter(|n| glob::any(&patterns, n)) {
                let file = home.file(name, mapping)?;
                home.used.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone());
                if let Some(log) = &file.log
                    && let Some(log) = log.name.rsplit('/').next()
                {
                    let beside = beside(name, log);
                    home.used.lock().unwrap_or_else(PoisonError::into_inner).insert(beside);
                }
                files.push((file, home.clone()));
            }
        }
        for (file, home) in &files {
            whole(file, home)?;
        }
        if files.is_empty() {
            return Err(misfit("medium", "a file that the mapping selects").into());
        }
        if spec.container == Container::Single && files.len() != 1 {
            let fault = Fault::Count { what: "files", expected: 1, found: files.len() as u64 };
            let at = Location { evidence: "medium".to_owned(), place: Place::File };
            return Err(SourceError::misfit(at, fault).into());
        }
        if let Some(expected) = spec.expect_files.filter(|n| *n != files.len() as u64) {
            let fault = Fault::Count { what: "files", expected, found: files.len() as u64 };
            let at = Location { evidence: "medium".to_owned(), place: Place::File };
            return Err(SourceError::misfit(at, fault).into());
        }
        let lookups = Lookups::read(mapping, &mut |name| match name {
            Some(name) => {
                let home = homes.iter().find(|h| h.names.contains(name));
                let home = home.ok_or_else(|| misfit("medium", "the file of a lookup"))?;
                home.used.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned());
                home.file(name, mapping)
            }
            None if files.len() == 1 => {
                let (File { evidence, log, shown }, _) = &files[0];
                Ok(File { evidence: evidence.clone(), log: log.clone(), shown: shown.clone() })
            }
            None => Err(misfit("medium", "one database for the lookups").into()),
        })?;
        let ignored = 0;
        Ok(Self { files, homes, lookups, selected, ignored })
    }

    /// Files that nothing names, once all messages are known: the mapping must ignore them. Gives the number of
    /// files in the folder of attachments that no message names.
    pub(crate) fn leftover(&mut self, mapping: &Mapping) -> Result<u64, SourceError> {
        let litter: Vec<String> = LITTER.iter().map(|l| (*l).to_owned()).collect();
        let spec = &mapping.spec;
        let mut unreferenced = 0;
        let mut check = |name: &str, at: &str| -> Result<(), SourceError> {
            if glob::any(&litter, name) || glob::any(&spec.ignore_files, name) {
                self.ignored += 1;
                return Ok(());
            }
            let folder = spec.attachments.folder.as_deref().map(|f| f.trim_end_matches('/'));
            if folder.is_some_and(|f| name.strip_prefix(f).is_some_and(|rest| rest.starts_with('/'))) {
                unreferenced += 1;
                return Ok(());
            }
            Err(misfit(&shown(at), "a mapping that reads the file or has it in ignore_files"))
        };
        for home in &self.homes {
            let used = home.used.lock().unwrap_or_else(PoisonError::into_inner);
            for name in home.names.iter().filter(|n| !used.contains(*n)) {
                if home.archive.is_none() && self.selected.contains(name) {
                    continue;
                }
                check(name, &home.full(name))?;
            }
        }
        // what lies beside archives
        if self.homes.iter().all(|h| h.archive.is_some())
            && let Some(home) = self.homes.first()
        {
            for name in home.medium.files.iter().filter(|n| !self.selected.contains(*n)) {
                check(name, name)?;
            }
        }
        Ok(unreferenced)
    }

    /// Attachments that messages name and the medium lacks.
    pub(crate) fn missing(&self) -> u64 {
        self.homes.iter().map(|h| *h.missing.lock().unwrap_or_else(PoisonError::into_inner)).sum()
    }

    /// Forgets what was counted: a second reading counts again.
    pub(crate) fn forget_counts(&self) {
        for home in &self.homes {
            *home.missing.lock().unwrap_or_else(PoisonError::into_inner) = 0;
        }
    }
}

/// The files of a zip or tar, each as evidence with the archive's hash.
pub(crate) fn packed(archive: &Evidence) -> Result<Vec<(String, Evidence)>, SourceError> {
    let Some(tree) = tree_over(archive.bytes.clone())? else { return Ok(Vec::new()) };
    let (mut found, mut held) = (Vec::new(), 0);
    for name in files_below(tree.as_ref(), "")?.into_iter().take(MOST_INSIDE) {
        // one that cannot be read is told when it is selected
        let Ok(Some(bytes)) = tree.get(&name) else { continue };
        held += bytes.len();
        if held > MOST_HELD {
            break;
        }
        let full = format!("{}!/{name}", archive.name);
        found.push((name, Evidence { name: full, bytes, sha256: archive.sha256 }));
    }
    Ok(found)
}

/// The files in a zip or tar.
fn inside(container: Container, evidence: &Evidence) -> Result<Option<Arc<dyn Tree>>, SourceError> {
    let mut head = [0; 4];
    let n = evidence.bytes.read_at(0, &mut head).map_err(|e| SourceError::io("reading the medium", &e))?;
    let is_zip = n == 4 && head.starts_with(b"PK");
    if is_zip != (container == Container::Zip) {
        return Ok(None);
    }
    tree_over(evidence.bytes.clone())
}

/// Refuses a file in a zip or tar that is damaged: elsewhere what can be read of one is read, here a part would
/// pass for the whole.
fn whole(file: &File, home: &Home) -> Result<(), SourceError> {
    let Some((name, _, tree)) = &home.archive else { return Ok(()) };
    hash_and_count(file.evidence.bytes.as_ref()).map_err(|e| SourceError::io("reading the medium", &e))?;
    // a link in a tar holds nothing of its own
    let harmless = |note: &String| {
        note.contains("_left_out:outside") || (note.starts_with("tar") && note.contains("_left_out:link"))
    };
    if tree.notes().iter().all(harmless) {
        Ok(())
    } else {
        Err(misfit(&shown(name), "a zip or tar that is whole"))
    }
}

/// A name in the same folder.
fn beside(name: &str, other: &str) -> String {
    match name.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/{other}"),
        None => other.to_owned(),
    }
}

impl Home {
    fn new(
        medium: Arc<Medium>,
        archive: Option<(String, [u8; 32], Arc<dyn Tree>)>,
        mapping: &Mapping,
    ) -> Result<Self, SourceError> {
        let names: BTreeSet<String> = match &archive {
            Some((_, _, tree)) => files_below(tree.as_ref(), "")?.into_iter().collect(),
            None => medium.files.iter().cloned().collect(),
        };
        if let Some((name, ..)) = &archive
            && names.len() > MOST_INSIDE
        {
            let fault = Fault::TooMuch { what: "files in an archive", bound: MOST_INSIDE as u64 };
            let at = Location { evidence: shown(name), place: Place::File };
            return Err(SourceError::misfit(at, fault));
        }
        let mut folded: BTreeMap<String, Option<String>> = BTreeMap::new();
        for name in &names {
            let slot = folded.entry(name.to_lowercase());
            slot.and_modify(|s| *s = None).or_insert_with(|| Some(name.clone()));
        }
        let folder = mapping.spec.attachments.folder.as_deref().map(|f| f.trim_end_matches('/').to_owned());
        let (used, hashes, missing) = (Mutex::default(), Mutex::default(), Mutex::default());
        Ok(Self { medium, archive, names, folded, folder, used, hashes, missing })
    }

    /// The name of a file as evidence: behind `!/` inside an archive.
    fn full(&self, name: &str) -> String {
        match &self.archive {
            Some((archive, ..)) => format!("{archive}!/{name}"),
            None => format!("{}{name}", self.medium.prefix),
        }
    }

    fn evidence(&self, name: &str) -> Result<Option<Evidence>, SourceError> {
        let Some((_, sha256, tree)) = &self.archive else { return self.medium.evidence(name).map(Some) };
        let Some(bytes) = tree.get(name)? else { return Ok(None) };
        Ok(Some(Evidence { name: self.full(name), bytes, sha256: *sha256 }))
    }

    fn file(&self, name: &str, mapping: &Mapping) -> Result<File, Stop> {
        let shown = shown(&self.full(name));
        let evidence = self.evidence(name).map_err(|fault| match fault {
            SourceError::Damaged { at: _, fault } => {
                SourceError::misfit(Location { evidence: shown.clone(), place: Place::File }, fault)
            }
            other => other,
        })?;
        let evidence = evidence.ok_or_else(|| misfit(&shown, "a file that can be read"))?;
        let mut log = None;
        if mapping.spec.format.kind == FormatKind::Sqlite {
            let wal = format!("{name}-wal");
            if self.names.contains(&wal) {
                log = self.evidence(&wal)?;
            }
            let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
            used.extend([wal, format!("{name}-shm")].into_iter().filter(|n| self.names.contains(n)));
        }
        Ok(File { evidence, log, shown })
    }

    /// The file that a reference in the file `from` means: beside it, below the folder of attachments, or from
    /// the root; as written, or with another case where one file only has it.
    fn find(&self, from: &str, reference: &str) -> Option<String> {
        let path = reference.trim().replace('\\', "/");
        let path = path.strip_prefix("file://").unwrap_or(&path);
        let mut path = path;
        while let Some(rest) = path.strip_prefix("./") {
            path = rest;
        }
        if path.is_empty() || path.starts_with('/') || path.split('/').any(|p| p == ".." || p.is_empty()) {
            return None;
        }
        let inner = match &self.archive {
            Some((archive, ..)) => from.strip_prefix(&format!("{archive}!/")).unwrap_or(from),
            None => from.strip_prefix(self.medium.prefix).unwrap_or(from),
        };
        let candidates = [
            self.folder.as_ref().map(|folder| format!("{folder}/{path}")),
            Some(beside(inner, path)),
            Some(path.to_owned()),
        ];
        let candidates: Vec<String> = candidates.into_iter().flatten().collect();
        let exact = candidates.iter().find(|c| self.names.contains(*c)).cloned();
        exact
            .or_else(|| candidates.iter().find_map(|c| self.folded.get(&c.to_lowercase()).cloned().flatten()))
    }
}

/// A home seen from one file.
pub(crate) struct From<'a> {
    pub(crate) home: &'a Home,
    pub(crate) file: &'a File,
}

fn text(text: &str) -> model::Text {
    Sensitive::new(Arc::from(text))
}

impl Surroundings for From<'_> {
    fn attachment(&self, reference: &str, doubts: &mut Vec<Cow<'static, str>>) -> Result<Attachment, Fault> {
        let last = reference.trim().rsplit(['/', '\\']).next().unwrap_or_default();
        let mut found = Attachment {
            name: Some(text(last)),
            mime: None,
            size: None,
            sha256: None,
            missing: true,
            content: None,
        };
        let home = self.home;
        let count = || *home.missing.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        let outside = reference.replace('\\', "/");
        if outside.starts_with('/') || outside.split('/').any(|p| p == "..") {
            doubts.push("attachment_reference_outside".into());
        }
        let Some(name) = home.find(&self.file.evidence.name, reference) else {
            count();
            return Ok(found);
        };
        home.used.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone());
        let evidence = match home.evidence(&name) {
            Ok(Some(evidence)) => evidence,
            Ok(None) | Err(_) => {
                doubts.push("attachment_unreadable".into());
                count();
                return Ok(found);
            }
        };
        let known = home.hashes.lock().unwrap_or_else(PoisonError::into_inner).get(&name).copied();
        let (sha256, size) = match known {
            Some(known) => known,
            None if home.archive.is_none() => (evidence.sha256, evidence.bytes.len()),
            None => hash_and_count(evidence.bytes.as_ref())
                .map_err(|e| Fault::Io { code: e.raw_os_error().unwrap_or(0) })?,
        };
        home.hashes.lock().unwrap_or_else(PoisonError::into_inner).insert(name, (sha256, size));
        found.missing = false;
        found.sha256 = Some(sha256);
        found.size = Some(size);
        found.content = Some(evidence.bytes);
        Ok(found)
    }

    fn enclosed(&self, file: &Enclosed) -> Result<Attachment, Fault> {
        let counted = hash_and_count(file.content.as_ref());
        let (sha256, size) = counted.map_err(|e| Fault::Io { code: e.raw_os_error().unwrap_or(0) })?;
        Ok(Attachment {
            name: file.name.as_deref().map(text),
            mime: file.mime.as_deref().map(Arc::from),
            size: Some(size),
            sha256: Some(sha256),
            missing: false,
            content: Some(file.content.clone()),
        })
    }
}
