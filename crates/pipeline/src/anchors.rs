//! What others remember of the log, so that cutting off its end or writing it anew is seen: a witness's
//! file on a medium of its own, an operator's own memory, an operator's cosignature.
//!
//! Remembering is worth what the place is worth where it is kept: it must not be the archive's.

use std::io::Write;
use std::path::{Path, PathBuf};

pub use access::OperatorId;
use access::{Witness, WitnessFault};
use archive::{Archive, Operator};
use chain::{Checkpoint, TrustedKey};
use model::wire;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use vault::Cost;

use crate::error::JobError;
use crate::places::Places;
use crate::verify::{Remembered, bounded_text, split_note};

/// Most bytes of a file that remembers.
const MOST: u64 = 1 << 20;

/// A state that somebody cosigned.
#[derive(Debug, Serialize)]
pub struct AnchorReport {
    /// Archive, hexadecimal.
    pub archive: String,
    /// Entries.
    pub size: u64,
    /// Root over them, hexadecimal.
    pub root: String,
    /// Name of who cosigned.
    pub by: String,
    /// Entries that were remembered before; none the first time.
    pub before: Option<u64>,
    /// The note with the cosignature.
    pub checkpoint: String,
    /// Key of who cosigned, as a line of a trusted-keys file.
    pub trusted_key: String,
    /// Whether the archive keeps the cosignature too.
    pub kept: bool,
}

/// The newest checkpoint, which must be of the whole log and by its job.
pub(crate) fn newest(places: &Places, archive: &Archive) -> Result<Checkpoint, JobError> {
    let mut note = archive.checkpoint().map_err(|e| places.fail(e))?;
    let other = "the checkpoint is of another state of the log";
    if note.size != archive.size() || archive.apart_from(&note).map_err(|e| places.fail(e))?.is_some() {
        return Err(JobError::Integrity { what: other.to_owned() });
    }
    if let Some(kept) = archive.cosigned_at(note.size) {
        note.merge(&kept);
    }
    Ok(note)
}

fn job_key(archive: &Archive) -> TrustedKey {
    let (name, public) = archive.job_key();
    TrustedKey { name, public }
}

fn seconds(now: i64) -> u64 {
    u64::try_from(now / 1000).unwrap_or(0)
}

/// Writes a file whole: beside, synced, renamed; where a link leads. Into what is there and no file, such as a pipe, it is
/// written as it is.
pub(crate) fn write_whole(path: &Path, text: &[u8]) -> Result<(), JobError> {
    let led = path.canonicalize();
    let led = led.as_deref().unwrap_or(path);
    let mut beside = led.as_os_str().to_owned();
    beside.push(".new");
    let write = || {
        if led.metadata().is_ok_and(|there| !there.is_file()) {
            return std::fs::OpenOptions::new().write(true).open(led)?.write_all(text);
        }
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&beside)?;
        file.write_all(text)?;
        file.sync_all()?;
        std::fs::rename(&beside, led)
    };
    write().map_err(|e| JobError::io(path, "writing what is remembered", &e))
}

fn witness_fault(path: &Path, fault: WitnessFault) -> JobError {
    match fault {
        WitnessFault::WrongPassphrase => JobError::WrongPassphrase,
        WitnessFault::Changed => JobError::Integrity { what: format!("{}: {fault}", path.display()) },
        WitnessFault::Name => JobError::BadValue { what: "--name", why: fault.to_string() },
        other => JobError::BadValue { what: "witness file", why: other.to_string() },
    }
}

fn report(archive: &Archive, note: &Checkpoint, key: (&str, &[u8; 32]), before: Option<u64>) -> AnchorReport {
    AnchorReport {
        archive: wire::hex(archive.id()),
        size: note.size,
        root: wire::hex(&note.root),
        by: key.0.to_owned(),
        before,
        checkpoint: note.to_text(),
        trusted_key: chain::cosigner_key(key.0, key.1),
        kept: archive.keep_cosigned(note).is_ok(),
    }
}

/// Makes a witness of an archive: a file that has seen its newest state.
///
/// # Errors
/// [`JobError::NotEmpty`] when there is something at the path, [`JobError::BadValue`].
pub fn new_witness(
    places: &Places,
    file: &Path,
    name: &str,
    passphrase: &SecretString,
    now: i64,
) -> Result<AnchorReport, JobError> {
    let archive = places.open()?;
    if file.exists() {
        return Err(JobError::NotEmpty { path: file.to_owned() });
    }
    places.outside("witness file", file)?;
    let note = newest(places, &archive)?;
    let bytes = passphrase.expose_secret().as_bytes();
    let witness = Witness::begin(name, job_key(&archive), note, seconds(now), bytes, Cost::STANDARD)
        .map_err(|fault| witness_fault(file, fault))?;
    write_whole(file, witness.to_text().as_bytes())?;
    Ok(report(&archive, &witness.seen, (&witness.key.name, &witness.key.public), None))
}

/// Lets a witness see the archive: its newest state must have grown from the one that the witness
/// remembers; it is then remembered and cosigned.
///
/// # Errors
/// [`JobError::Apart`] when it has not; the witness then remembers what it did.
pub fn witness(
    places: &Places,
    file: &Path,
    passphrase: &SecretString,
    now: i64,
) -> Result<AnchorReport, JobError> {
    let text = bounded_text(file, "reading the witness file", MOST)?;
    let mut witness = Witness::parse(&text).map_err(|fault| witness_fault(file, fault))?;
    let archive = places.open()?;
    held_to(places, &archive, file, &witness.seen, &witness.job)?;
    let note = newest(places, &archive)?;
    let signer =
        witness.unlock(passphrase.expose_secret().as_bytes()).map_err(|fault| witness_fault(file, fault))?;
    let before = witness.seen.size;
    // cosignatures of others go along, so that the file is as good an anchor as it can be
    witness.remember(note, &signer, seconds(now));
    write_whole(file, witness.to_text().as_bytes())?;
    Ok(report(&archive, &witness.seen, (&witness.key.name, &witness.key.public), Some(before)))
}

/// Holds the log to what a file remembers of it.
fn held_to(
    places: &Places,
    archive: &Archive,
    by: &Path,
    seen: &Checkpoint,
    job: &TrustedKey,
) -> Result<(), JobError> {
    let fault = if *job == job_key(archive) {
        archive.apart_from(seen).map_err(|e| places.fail(e))?
    } else {
        Some(archive::Apart::Other)
    };
    match fault {
        Some(fault) => Err(JobError::Apart { by: by.to_owned(), seen: seen.size, fault }),
        None => Ok(()),
    }
}

/// Cosigns the newest state as an operator; the archive keeps it.
///
/// # Errors
/// [`JobError::Integrity`], [`JobError::Io`] when the archive cannot be written to.
pub fn sign(places: &Places, operator: &Operator, now: i64) -> Result<AnchorReport, JobError> {
    let archive = places.open()?;
    let mut note = newest(places, &archive)?;
    let name = operator_name(archive.id(), operator);
    let signer = operator.signer();
    note.cosign(&name, &signer, seconds(now));
    archive.keep_cosigned(&note).map_err(|e| places.fail(e))?;
    Ok(report(&archive, &note, (&name, &signer.public()), None))
}

/// Name under which an operator cosigns.
fn operator_name(archive: &[u8; 16], operator: &Operator) -> String {
    format!("{}/operator/{}", chain::origin(archive), wire::hex(&operator.id()))
}

/// An operator's own memory of archives: a folder on the operator's account or medium, a file for each.
#[derive(Clone, Debug)]
pub struct Memory {
    folder: PathBuf,
}

impl Memory {
    /// The memory in a folder, which need not be there yet.
    pub fn at(folder: PathBuf) -> Self {
        Self { folder }
    }

    fn file(&self, archive: &Archive, operator: &OperatorId) -> PathBuf {
        let name = format!("{}-{}", wire::hex(archive.id()), wire::hex(operator));
        self.folder.join(name)
    }

    fn seen(path: &Path) -> Result<Option<(Checkpoint, TrustedKey)>, JobError> {
        if !path.exists() {
            return Ok(None);
        }
        let text = bounded_text(path, "reading what was seen last", MOST)?;
        let (note, keys) = split_note(&text);
        let found = Checkpoint::parse(note).ok().zip(keys.lines().find_map(TrustedKey::parse));
        let what = || format!("{}: what was seen last cannot be read", path.display());
        found.map(Some).ok_or_else(|| JobError::Integrity { what: what() })
    }

    /// What the operator has seen of the archive, for `verify`, which holds the log to it.
    ///
    /// # Errors
    /// What keeps the archive or the memory from being opened.
    pub fn remembered(&self, places: &Places, operator: &OperatorId) -> Result<Option<Remembered>, JobError> {
        let path = self.file(&places.open()?, operator);
        match Self::seen(&path) {
            Ok(seen) => Ok(seen.map(|(note, _)| Remembered::Signed(note))),
            Err(JobError::Integrity { what }) => Ok(Some(Remembered::Unreadable(what))),
            Err(e) => Err(e),
        }
    }

    /// Holds the archive to what the operator has seen of it before.
    ///
    /// # Errors
    /// [`JobError::Apart`].
    pub fn check(&self, places: &Places, operator: &OperatorId) -> Result<(), JobError> {
        let archive = places.open()?;
        let path = self.file(&archive, operator);
        match Self::seen(&path)? {
            Some((note, job)) => held_to(places, &archive, &path, &note, &job),
            None => Ok(()),
        }
    }

    /// Remembers the newest state; one that was seen before it must have been [checked](Self::check).
    ///
    /// # Errors
    /// [`JobError::Io`] when the folder cannot be written to.
    pub fn note(&self, places: &Places, operator: &OperatorId) -> Result<(), JobError> {
        let archive = places.open()?;
        let path = self.file(&archive, operator);
        let note = archive.checkpoint().map_err(|e| places.fail(e))?;
        let older = |seen: &Checkpoint| seen.size >= note.size;
        if Self::seen(&path)?.is_some_and(|(seen, _)| older(&seen)) {
            return Ok(());
        }
        self.write(&path, &archive, &note)
    }

    fn write(&self, path: &Path, archive: &Archive, note: &Checkpoint) -> Result<(), JobError> {
        let (name, public) = archive.job_key();
        let text = format!("{}\n{}\n", note.to_text(), chain::verifier_key(&name, &public));
        std::fs::create_dir_all(&self.folder)
            .map_err(|e| JobError::io(&self.folder, "writing what is remembered", &e))?;
        write_whole(path, text.as_bytes())
    }

    /// Takes the archive as it is, whatever was seen of it before, which is kept beside under a name with
    /// the time: after a copy was restored that lacks the newest entries. Gives what was forgotten.
    ///
    /// # Errors
    /// [`JobError`].
    pub fn accept(&self, places: &Places, operator: &OperatorId, now: i64) -> Result<Option<u64>, JobError> {
        let archive = places.open()?;
        let path = self.file(&archive, operator);
        let note = newest(places, &archive)?;
        let forgotten = Self::seen(&path).ok().flatten().map(|(seen, _)| seen.size);
        if path.exists() {
            let beside = path.with_extension(format!("until-{now}"));
            std::fs::rename(&path, beside)
                .map_err(|e| JobError::io(&path, "writing what is remembered", &e))?;
        }
        self.write(&path, &archive, &note)?;
        Ok(forgotten)
    }

    /// The same for those who write without an operator: what the key store remembers, and the file `checkpoint`. Says
    /// whether either said otherwise; nothing is done, and nothing said, without the right `admin`.
    ///
    /// # Errors
    /// [`JobError::Busy`] while somebody writes; [`JobError::KeysBeyond`] where the key store has keys that this archive
    /// does not know, unless they are given up.
    pub fn accept_for_the_job(
        &self,
        places: &Places,
        operator: &Operator,
        give_up_keys: bool,
        now: i64,
    ) -> Result<Option<bool>, JobError> {
        if !operator.rights().has(access::Rights::ADMIN) {
            return Ok(None);
        }
        let fail = |e| places.fail(e);
        let _copying = archive::Copying::begin(&places.archive).map_err(fail)?;
        let archive = places.open()?;
        newest(places, &archive)?;
        if !give_up_keys && archive.keys_beyond(operator.keys()).map_err(fail)? {
            return Err(JobError::KeysBeyond);
        }
        let keep = |name: &str, state: &[u8]| {
            let kept = self.folder.join(format!("{}-{name}.until-{now}", wire::hex(archive.id())));
            write_whole(&kept, state).map_err(|_| archive::ArchiveError::Io {
                what: "keeping what was remembered",
                kind: std::io::ErrorKind::Other,
            })
        };
        archive.accept(operator.keys(), keep).map(Some).map_err(fail)
    }
}
