//! Making a package: the medium is copied byte for byte, hashed while it is read, and both it and the copy
//! are read and hashed again. The package appears whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use model::wire::hex;
use sha2::{Digest, Sha256};

use super::custody::{Custody, CustodyEvent, CustodyLine};
use super::facts::{Answers, Facts, RawFacts};
use super::manifest::{self, Manifest};
use super::name;
use super::seal::{Seal, seal_name};

/// Deepest folder, most files, longest path below the medium.
const DEEPEST: usize = 64;
const MOST_FILES: usize = 2_000_000;
const LONGEST: usize = 4096;

/// Why a package was not made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackError {
    /// There is something at the place where it should be made.
    #[error("not empty")]
    NotEmpty,
    /// The package would lie on the medium, or the medium in the package.
    #[error("the package must not lie on the medium")]
    Inside,
    /// A fact is missing or does not fit.
    #[error("{word} {why}")]
    Fact {
        /// Its word.
        word: &'static str,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The medium has something that cannot be kept as it is.
    #[error("{what}")]
    Medium {
        /// What, in fixed words.
        what: &'static str,
    },
    /// Medium or copy gave other bytes when read again.
    #[error("{what}")]
    Changed {
        /// Which.
        what: &'static str,
    },
    /// The operating system refused.
    #[error("{what}: {kind}")]
    Io {
        /// What was being done.
        what: &'static str,
        /// The kind of error.
        kind: io::ErrorKind,
    },
}

fn io(what: &'static str) -> impl Fn(io::Error) -> PackError {
    move |e| PackError::Io { what, kind: e.kind() }
}

/// What is asked of the system beside the medium itself.
#[derive(Clone, Debug)]
pub struct Measured {
    /// Number of the package (UUID, version 7).
    pub id: String,
    /// Now, UTC.
    pub now: String,
    /// Program and version.
    pub tool: String,
    /// Whether the medium is mounted read-only; `None` where the system does not say.
    pub read_only: Option<bool>,
}

/// What to pack.
pub struct Packing<'a> {
    /// The medium: a folder, or one file.
    pub medium: &'a Path,
    /// Where the package is made.
    pub out: &'a Path,
    /// The facts.
    pub answers: &'a Answers,
    /// What the system says.
    pub measured: &'a Measured,
}

/// What was packed.
#[derive(Clone, Debug, serde::Serialize)]
pub struct PackReport {
    /// Number of the package.
    pub package: String,
    /// Files copied.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Links and special files, which were not followed.
    pub not_copied: u64,
    /// SHA-256 of the manifest.
    pub manifest_sha256: String,
    /// Lines of the custody log.
    pub custody: u64,
    /// Hash of the last.
    pub custody_head: String,
    /// Whether the medium was mounted read-only.
    pub mounted_read_only: Option<bool>,
}

/// One file of the medium.
struct Item {
    from: PathBuf,
    /// Its name in the package, `raw/...`.
    name: String,
}

/// Makes a package.
///
/// # Errors
/// [`PackError`]; nothing is left then.
pub fn pack(job: &Packing<'_>, go_on: &dyn Fn() -> bool) -> Result<PackReport, PackError> {
    let Packing { medium, out, answers, measured } = job;
    let empty =
        RawFacts { kind: String::new(), files: 0, bytes: 0, not_copied: 0, manifest_sha256: String::new() };
    let fact = |(word, why)| PackError::Fact { word, why };
    // the facts are looked at before anything is read
    let Measured { id, now, tool, read_only } = measured;
    Facts::of(answers, id, now.clone(), tool, *read_only, empty).map_err(fact)?;
    let medium = medium.canonicalize().map_err(io("opening the medium"))?;
    let absolute = std::path::absolute(out).map_err(io("making the package"))?;
    let parent = absolute.parent().and_then(|p| p.canonicalize().ok());
    let parent = parent.ok_or(PackError::Io { what: "making the package", kind: io::ErrorKind::NotFound })?;
    let place = parent.join(absolute.file_name().unwrap_or_default());
    if place.starts_with(&medium) || medium.starts_with(&place) {
        return Err(PackError::Inside);
    }
    if fs::symlink_metadata(&place).is_ok() && !fs::read_dir(&place).is_ok_and(|mut d| d.next().is_none()) {
        return Err(PackError::NotEmpty);
    }
    let mut beside = place.file_name().unwrap_or_default().to_os_string();
    beside.push(".unfinished");
    let beside = parent.join(beside);
    fs::create_dir(&beside).map_err(|e| match e.kind() {
        io::ErrorKind::AlreadyExists => PackError::NotEmpty,
        kind => PackError::Io { what: "making the package", kind },
    })?;
    let made = fill(job, &medium, &beside, go_on).and_then(|report| {
        if place.is_dir() {
            fs::remove_dir(&place).map_err(io("making the package"))?;
        }
        fs::rename(&beside, &place).map_err(io("making the package"))?;
        Ok(report)
    });
    if made.is_err() {
        // what is left is ours alone
        drop(fs::remove_dir_all(&beside));
    }
    made
}

fn fill(
    job: &Packing<'_>,
    medium: &Path,
    at: &Path,
    go_on: &dyn Fn() -> bool,
) -> Result<PackReport, PackError> {
    let Measured { id, now, tool, read_only } = job.measured;
    let mut not_copied = 0;
    let (items, kind) = if medium.is_dir() {
        (list(medium, &mut not_copied)?, "folder")
    } else {
        let name = medium.file_name().and_then(|n| n.to_str()).filter(|n| plain(n));
        let name = name
            .ok_or(PackError::Medium { what: "a name that cannot be kept: pack an image of the medium" })?;
        (vec![Item { from: medium.to_owned(), name: format!("{}/{name}", name::RAW) }], "file")
    };
    let stopped = || {
        if go_on() {
            Ok(())
        } else {
            Err(PackError::Io { what: "packing", kind: io::ErrorKind::Interrupted })
        }
    };
    fs::create_dir(at.join(name::RAW)).map_err(io("making the package"))?;
    let (mut manifest, mut bytes) = (Manifest::new(), 0_u64);
    // 1. copied, hashed while read
    for item in &items {
        stopped()?;
        let to = at.join(&item.name);
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder).map_err(io("making the package"))?;
        }
        let (hash, size) = copy(&item.from, &to)?;
        bytes += size;
        manifest.insert(item.name.clone(), hash);
    }
    // 2. both read again
    for item in &items {
        stopped()?;
        let expected = manifest.get(&item.name).copied();
        if Some(hash_of(&at.join(&item.name))?) != expected {
            return Err(PackError::Changed { what: "the copy is not what was written" });
        }
        if Some(hash_of(&item.from)?) != expected {
            return Err(PackError::Changed { what: "the medium gave other bytes when it was read again" });
        }
    }
    let manifest_text = manifest::to_text(&manifest);
    let manifest_hash = evidence::digest(manifest_text.as_bytes());
    let raw = RawFacts {
        kind: kind.to_owned(),
        files: items.len() as u64,
        bytes,
        not_copied,
        manifest_sha256: hex(&manifest_hash),
    };
    let facts = Facts::of(job.answers, id, now.clone(), tool, *read_only, raw)
        .map_err(|(word, why)| PackError::Fact { word, why })?;
    let facts_text = facts.to_text().ok_or(PackError::Medium { what: "facts that cannot be written" })?;
    let custody = custody(&facts, now, tool);
    let head = custody.hash_of(custody.count()).unwrap_or_default();
    let seal = Seal {
        package: id.clone(),
        facts: evidence::digest(facts_text.as_bytes()),
        manifest: manifest_hash,
        lines: custody.count(),
        head,
    };
    // 3. what is said about it
    write_new(&at.join(name::MANIFEST), manifest_text.as_bytes())?;
    write_new(&at.join(name::FACTS), facts_text.as_bytes())?;
    write_new(&at.join(name::CUSTODY), custody.to_text().as_bytes())?;
    fs::create_dir(at.join(name::SEALS)).map_err(io("making the package"))?;
    write_new(&at.join(seal_name(seal.lines)), seal.to_text().as_bytes())?;
    Ok(PackReport {
        package: id.clone(),
        files: facts.raw.files,
        bytes,
        not_copied,
        manifest_sha256: hex(&manifest_hash),
        custody: custody.count(),
        custody_head: hex(&head),
        mounted_read_only: *read_only,
    })
}

/// The lines with which a log begins.
fn custody(facts: &Facts, now: &str, tool: &str) -> Custody {
    let mut log = Custody::new();
    let manifest = &facts.raw.manifest_sha256;
    let events = [
        (CustodyEvent::Received, None, None),
        (CustodyEvent::Imaged, None, Some(manifest.clone())),
        (CustodyEvent::Hashed, Some(manifest.clone()), Some(manifest.clone())),
    ];
    for (event, before, after) in events {
        let line = CustodyLine {
            n: 0,
            event,
            at: now.to_owned(),
            clock: "system".to_owned(),
            actor: facts.read_out.officer.clone(),
            second: Some(facts.read_out.second_person.clone()),
            medium: facts.medium.serial.clone(),
            seal: None,
            before,
            after,
            tool: tool.to_owned(),
            note: None,
            prev: String::new(),
        };
        log.add(&facts.id, line);
    }
    log
}

/// Whether a name can be kept: in a line of the manifest, and on every system.
fn plain(name: &str) -> bool {
    !name.is_empty() && name.len() <= LONGEST && !name.chars().any(|c| c.is_control() || c == '\\')
}

/// Every file of a medium, sorted; links and special files are counted and left.
fn list(medium: &Path, not_copied: &mut u64) -> Result<Vec<Item>, PackError> {
    let odd = PackError::Medium { what: "a name that cannot be kept: pack an image of the medium" };
    let mut items = Vec::new();
    let mut folders = vec![(medium.to_owned(), name::RAW.to_owned(), 0)];
    while let Some((folder, below, depth)) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(io("listing the medium"))? {
            let entry = entry.map_err(io("listing the medium"))?;
            let kind = entry.file_type().map_err(io("listing the medium"))?;
            let name = entry.file_name();
            let Some(name) = name.to_str().filter(|n| plain(n)) else { return Err(odd) };
            let name = format!("{below}/{name}");
            if name.len() > LONGEST || items.len() >= MOST_FILES || depth >= DEEPEST {
                return Err(PackError::Medium { what: "more files or deeper folders than are packed" });
            }
            if kind.is_dir() {
                folders.push((entry.path(), name, depth + 1));
            } else if kind.is_file() {
                items.push(Item { from: entry.path(), name });
            } else {
                *not_copied += 1;
            }
        }
    }
    items.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(items)
}

fn copy(from: &Path, to: &Path) -> Result<([u8; 32], u64), PackError> {
    let mut source = File::open(from).map_err(io("reading the medium"))?;
    let mut target =
        OpenOptions::new().write(true).create_new(true).open(to).map_err(io("writing the copy"))?;
    let (mut hasher, mut size, mut buffer) = (Sha256::new(), 0, vec![0; 1 << 20]);
    loop {
        let n = match source.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(io("reading the medium")(e)),
        };
        hasher.update(&buffer[..n]);
        target.write_all(&buffer[..n]).map_err(io("writing the copy"))?;
        size += n as u64;
    }
    // the time of the file is evidence too; a medium without it costs nothing
    if let Ok(time) = source.metadata().and_then(|m| m.modified()) {
        drop(target.set_modified(time));
    }
    target.sync_all().map_err(io("writing the copy"))?;
    Ok((hasher.finalize().into(), size))
}

fn hash_of(path: &Path) -> Result<[u8; 32], PackError> {
    let file = evidence::DiskFile::open(path).map_err(io("reading again"))?;
    evidence::hash(&file).map_err(io("reading again"))
}

/// Writes a file that must not be there.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), PackError> {
    let mut file =
        OpenOptions::new().write(true).create_new(true).open(path).map_err(io("writing the package"))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(io("writing the package"))
}
