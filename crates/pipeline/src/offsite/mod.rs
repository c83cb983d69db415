//! `backup`: a copy of the archive for a place that must not read it. Everything that goes along was looked
//! through for keys and names before, what was written is read back and verified, and a list says what the
//! copy consists of. Doing it again carries over what is new.
//!
//! The copy is an archive folder: whoever has it and the key store has the archive.

mod list;
mod needles;
#[cfg(feature = "object-store")]
mod ready;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use access::lie_apart;
use archive::{Archive, ArchiveError, Copying};
use model::wire;
use serde::Serialize;

use self::list::LIST;
pub(crate) use self::list::List;
use self::needles::Needles;
#[cfg(feature = "object-store")]
pub(crate) use self::ready::ready;
use crate::error::JobError;
use crate::places::{Places, shown};
use crate::progress::{Phase, Progress};
use crate::verify::{Remembered, VerifyReport, verify};

/// What to copy, and where to.
pub struct Offsite {
    /// Archive, key store and holding area; the register and the keys say what must not go along.
    pub places: Places,
    /// Folder of the copy: empty, not there, or an older copy of this archive.
    pub to: PathBuf,
    /// More that must not go along.
    pub canaries: Vec<String>,
}

/// What was copied.
#[derive(Debug, Serialize)]
pub struct OffsiteReport {
    /// Archive, hexadecimal.
    pub archive: String,
    /// Where the copy lies.
    pub to: String,
    /// Entries.
    pub size: u64,
    /// Root over them, hexadecimal.
    pub root: String,
    /// Files of the copy, list aside.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Files written this time.
    pub written: u64,
    /// Byte strings that were looked for and not found.
    pub looked_for: u64,
    /// Names and numbers too short to be looked for.
    pub too_short: u64,
    /// The list of files with their SHA-256.
    pub list: String,
}

/// A copy as it is verified or put back.
#[derive(Debug, Serialize)]
pub struct CopyReport {
    /// Where it lies.
    pub path: String,
    /// Files that the list names.
    pub files: u64,
    /// What does not fit the list.
    pub differing: Vec<String>,
    /// The archive in it, verified without keys.
    pub verified: VerifyReport,
}

impl CopyReport {
    /// 0, or 5 when something does not hold.
    pub fn exit_code(&self) -> u8 {
        if self.differing.is_empty() && self.verified.holds { 0 } else { 5 }
    }
}

fn refuse(why: &'static str) -> JobError {
    JobError::BadPlace { why }
}

/// The copy lies apart from everything that must not travel.
fn check_target(job: &Offsite) -> Result<(), JobError> {
    let Places { archive, keys, holding, past_damage: _ } = &job.places;
    for (folder, why) in [
        (archive, "the copy and the archive must lie apart"),
        (keys, "the copy and the key store must lie apart"),
        (holding, "the copy and the holding area must lie apart"),
    ] {
        if !lie_apart(&job.to, folder) {
            return Err(refuse(why));
        }
    }
    Ok(())
}

/// An older copy must be one of this archive, and of a beginning of its log.
fn check_older(job: &Offsite, archive: &Archive) -> Result<(), JobError> {
    // a first copy that was interrupted: the database comes last
    let begun =
        |name: &str| matches!(name, "blobs" | "checkpoints" | "checkpoint") || name.ends_with(".part");
    let names = match fs::read_dir(&job.to) {
        Ok(entries) => entries.flatten().map(|e| e.file_name().to_string_lossy().into_owned()).collect(),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(e) => return Err(JobError::io(&job.to, "reading the copy", &e)),
    };
    if !names.iter().any(|name| name == "archive.db") {
        let nothing_else = names.iter().all(|name| begun(name));
        return if nothing_else { Ok(()) } else { Err(JobError::NotEmpty { path: job.to.clone() }) };
    }
    let at_copy = Places::new(job.to.clone(), job.places.keys.clone());
    let note = at_copy.open()?.checkpoint().map_err(|e| at_copy.fail(e))?;
    match archive.apart_from(&note).map_err(|e| job.places.fail(e))? {
        Some(fault) => Err(JobError::Apart { by: job.to.clone(), seen: note.size, fault }),
        None => Ok(()),
    }
}

/// Refuses when anything that goes along holds a key or a name.
fn look_through(
    job: &Offsite,
    copying: &Copying,
    files: &[String],
    needles: &Needles,
    progress: Progress<'_>,
) -> Result<(), JobError> {
    let found =
        |kind: &needles::Kind, at: &str| JobError::WouldTravel { what: kind.words(), at: at.to_owned() };
    let mut look = |at: &str, bytes: &[u8]| -> Result<(), Looked> {
        progress.check().map_err(Looked::Job)?;
        needles.find(bytes).map_or(Ok(()), |kind| Err(Looked::Job(found(kind, at))))
    };
    copying.values(&mut look).map_err(|e| match e {
        Looked::Job(e) => e,
        Looked::Archive(e) => job.places.fail(e),
    })?;
    for name in files {
        progress.check()?;
        let path = job.places.archive.join(name);
        let fail = |e: &io::Error| JobError::io(&path, "looking through what is to be copied", e);
        let file = File::open(&path).map_err(|e| fail(&e))?;
        if let Some(kind) = needles.find_in(file).map_err(|e| fail(&e))? {
            return Err(found(kind, name));
        }
    }
    Ok(())
}

enum Looked {
    Job(JobError),
    Archive(ArchiveError),
}

impl From<ArchiveError> for Looked {
    fn from(e: ArchiveError) -> Self {
        Self::Archive(e)
    }
}

/// Makes a copy, or brings an older one up to date.
///
/// # Errors
/// [`JobError::WouldTravel`] when a key or a name would go along, [`JobError::BadPlace`],
/// [`JobError::Apart`]; before anything is written.
pub fn copy(job: &Offsite, progress: Progress<'_>) -> Result<OffsiteReport, JobError> {
    check_target(job)?;
    let fail = |e| job.places.fail(e);
    let copying = Copying::begin(&job.places.archive).map_err(fail)?;
    let archive = copying.archive();
    let contents = copying.contents().map_err(fail)?;
    if let Some(stranger) = contents.strangers.first() {
        let name = stranger.strip_prefix(&job.places.archive).unwrap_or(stranger);
        return Err(JobError::WouldTravel {
            what: "what is no part of an archive".to_owned(),
            at: name.display().to_string(),
        });
    }
    check_older(job, archive)?;
    progress.begin(Phase::Copying, None);
    let needles = Needles::gather(&job.places, archive, &job.canaries)?;
    look_through(job, &copying, &contents.files, &needles, progress)?;

    let mut written = 0;
    for name in &contents.files {
        progress.check()?;
        written +=
            u64::from(carry(&job.places.archive.join(name), &job.to.join(name), name != "checkpoint")?);
        progress.done(1);
    }
    written += u64::from(database(job, &copying)?);
    drop_what_went(job, &contents.files)?;

    // what was written is read back; nothing is believed of it before
    let at_copy = Places::new(job.to.clone(), job.to.join("no-keys"));
    let note = archive.checkpoint().map_err(fail)?;
    let (size, root) = (archive.size(), wire::hex(&archive.root()));
    let verified = verify(&at_copy, None, &[Remembered::Signed(note)], progress)?;
    if !verified.holds || verified.root != root {
        for broken in &verified.broken {
            // so that the next time carries it over again
            drop(fs::remove_file(job.to.join("blobs").join(format!("{:016x}", broken.entry))));
        }
        let first = verified.broken.first().map(|b| format!("entry {}: {}", b.entry, b.what));
        let what = first.unwrap_or_else(|| "another head than the archive".to_owned());
        return Err(JobError::Integrity { what: format!("the copy does not hold: {what}") });
    }
    let list = List::of(&job.to, progress)?;
    list.write(&job.to)?;
    Ok(OffsiteReport {
        archive: wire::hex(archive.id()),
        to: shown(&job.to),
        size,
        root,
        files: list.count(),
        bytes: list.bytes,
        written,
        looked_for: needles.count(),
        too_short: needles.too_short,
        list: shown(&job.to.join(LIST)),
    })
}

/// Carries a file over, whole or not at all; gives whether it had to. One of the same length is taken for
/// the same where its name is the number of its entry: it is verified behind this.
fn carry(from: &Path, to: &Path, by_number: bool) -> Result<bool, JobError> {
    let fail = |e: &io::Error| JobError::io(to, "writing the copy", e);
    let len = |path: &Path| fs::metadata(path).map(|m| m.len());
    let same = len(to).is_ok_and(|have| len(from).is_ok_and(|need| have == need));
    if same && by_number && to.parent().is_some_and(|p| p.ends_with("blobs")) {
        return Ok(false);
    }
    let part = part_of(to);
    let write = || {
        fs::create_dir_all(to.parent().unwrap_or(to))?;
        let mut out = File::create(&part)?;
        io::copy(&mut File::open(from)?, &mut out)?;
        out.sync_all()?;
        fs::rename(&part, to)
    };
    write().map_err(|e| fail(&e))?;
    Ok(true)
}

pub(crate) fn part_of(to: &Path) -> PathBuf {
    let mut part = to.as_os_str().to_owned();
    part.push(".part");
    part.into()
}

/// The database, unless the copy has this very state of it.
fn database(job: &Offsite, copying: &Copying) -> Result<bool, JobError> {
    let (to, archive) = (job.to.join("archive.db"), copying.archive());
    let there = Archive::open(&job.to).ok();
    if there.is_some_and(|there| there.size() == archive.size() && there.root() == archive.root()) {
        return Ok(false);
    }
    let fail = |e: &io::Error| JobError::io(&to, "writing the copy", e);
    let part = part_of(&to);
    fs::create_dir_all(&job.to).map_err(|e| fail(&e))?;
    match fs::remove_file(&part) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(fail(&e)),
        _ => {}
    }
    copying.database(&part).map_err(|e| job.places.fail(e))?;
    for beside in ["archive.db-wal", "archive.db-shm"] {
        drop(fs::remove_file(job.to.join(beside)));
    }
    fs::rename(&part, &to).map_err(|e| fail(&e))?;
    Ok(true)
}

/// What the archive does not have any more goes from the copy too, and what an interrupted copy left.
fn drop_what_went(job: &Offsite, files: &[String]) -> Result<(), JobError> {
    for name in list::files(&job.to)? {
        let stays = files.contains(&name) || name == "archive.db" || name == LIST || name == "lock";
        if !stays {
            let path = job.to.join(&name);
            fs::remove_file(&path).map_err(|e| JobError::io(&path, "clearing the copy", &e))?;
        }
    }
    Ok(())
}

/// Verifies a copy: every file against its list, the archive in it without keys.
///
/// # Errors
/// [`JobError::NoArchive`]; what does not hold is in the report.
pub fn verify_copy(
    copy: &Path,
    older: &[Remembered],
    progress: Progress<'_>,
) -> Result<CopyReport, JobError> {
    let list = List::read(copy)?;
    let differing = list.differing(copy, progress)?;
    let places = Places::new(copy.to_owned(), copy.join("no-keys"));
    let verified = verify(&places, None, older, progress)?;
    Ok(CopyReport { path: shown(copy), files: list.count(), differing, verified })
}

/// Puts a copy back into an empty folder and verifies what lies there then.
///
/// # Errors
/// [`JobError::NotEmpty`], [`JobError::Integrity`] when the copy does not hold.
pub fn restore(copy: &Path, to: &Path, progress: Progress<'_>) -> Result<CopyReport, JobError> {
    if !lie_apart(copy, to) {
        return Err(refuse("the copy and the archive must lie apart"));
    }
    if fs::read_dir(to).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(JobError::NotEmpty { path: to.to_owned() });
    }
    let list = List::read(copy)?;
    for name in list.names() {
        progress.check()?;
        carry(&copy.join(name), &to.join(name), false)?;
    }
    let blobs = to.join("blobs");
    fs::create_dir_all(&blobs).map_err(|e| JobError::io(&blobs, "putting the copy back", &e))?;
    let differing = list.differing(to, progress)?;
    let places = Places::new(to.to_owned(), to.join("no-keys"));
    let verified = verify(&places, None, &[], progress)?;
    if differing.is_empty() && verified.holds {
        archive::wake(to).map_err(|e| places.fail(e))?;
    }
    Ok(CopyReport { path: shown(to), files: list.count(), differing, verified })
}
