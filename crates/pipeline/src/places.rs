//! Where archive and key store lie, and how their errors become a job's.

use std::path::{Path, PathBuf};

use access::KeyStoreFault;
use archive::ArchiveError;
use secrecy::{ExposeSecret, SecretString};

use crate::error::JobError;
use crate::personal::Unlock;

/// The three folders.
#[derive(Clone, Debug)]
pub struct Places {
    /// The archive.
    pub archive: PathBuf,
    /// The key store.
    pub keys: PathBuf,
    /// The holding area.
    pub holding: PathBuf,
    /// Reads what is left of an archive that does not hold; never writes to it.
    pub past_damage: bool,
}

impl Places {
    /// Archive and key store, with the holding area `holding` beside the key store.
    pub fn new(archive: PathBuf, keys: PathBuf) -> Self {
        let holding = std::path::absolute(&keys).unwrap_or_else(|_| keys.clone()).with_file_name("holding");
        Self { archive, keys, holding, past_damage: false }
    }

    /// The holding area, made when it is not there.
    pub(crate) fn area(&self) -> Result<archive::Holding, archive::ArchiveError> {
        archive::Holding::open(&self.holding, &self.archive, &self.keys)
    }

    /// Refuses to write what can be read where archive, key store or holding area lie, links resolved; the path need not be
    /// there yet. `what` names the flag.
    ///
    /// # Errors
    /// [`JobError::BadValue`].
    pub fn outside(&self, what: &'static str, path: &Path) -> Result<(), JobError> {
        if [&self.archive, &self.keys, &self.holding].iter().all(|folder| access::lie_apart(folder, path)) {
            return Ok(());
        }
        let why = "must lie apart from the archive, the key store and the holding area".to_owned();
        Err(JobError::BadValue { what, why })
    }

    /// An error of the archive as a job's.
    pub(crate) fn fail(&self, e: ArchiveError) -> JobError {
        match e {
            ArchiveError::Missing => JobError::NoArchive { path: self.archive.clone() },
            ArchiveError::Unfinished => JobError::Unfinished { path: self.archive.clone() },
            ArchiveError::NotEmpty => JobError::NotEmpty { path: self.archive.clone() },
            ArchiveError::Busy => JobError::Busy,
            ArchiveError::WrongPassphrase => JobError::WrongPassphrase,
            ArchiveError::Personal(fault) => JobError::BadKey(fault),
            ArchiveError::NoEpochKey => JobError::NoEpochKey,
            ArchiveError::KeyStore(KeyStoreFault::Locked) => JobError::Locked,
            ArchiveError::NoRight(right) => JobError::NoRight { right },
            ArchiveError::OnePerson => JobError::OnePerson,
            ArchiveError::Refused(why) => JobError::Refused { why },
            ArchiveError::KeyStore(KeyStoreFault::NotEmpty) => JobError::NotEmpty { path: self.keys.clone() },
            ArchiveError::KeyStore(KeyStoreFault::Inside) => JobError::KeysInsideArchive,
            ArchiveError::KeyStore(KeyStoreFault::Missing) => JobError::NoArchive { path: self.keys.clone() },
            ArchiveError::KeyStore(KeyStoreFault::Io(_, kind)) => {
                JobError::Io { path: self.keys.clone(), what: "using the key store", kind }
            }
            ArchiveError::Lists => JobError::Lists,
            ArchiveError::Io { what, kind } => JobError::Io { path: self.archive.clone(), what, kind },
            ArchiveError::Apart { seen, fault } => {
                JobError::Apart { by: self.keys.join(archive::SEEN), seen, fault }
            }
            other => JobError::Integrity { what: other.to_string() },
        }
    }

    /// Opens the archive for reading.
    pub(crate) fn open(&self) -> Result<archive::Archive, JobError> {
        let open = if self.past_damage { archive::Archive::open_left } else { archive::Archive::open };
        open(&self.archive).map_err(|e| self.fail(e))
    }

    /// Opens the archive for writing.
    pub(crate) fn writer(&self, now: i64) -> Result<archive::Writer, JobError> {
        let now = u64::try_from(now).unwrap_or(0);
        archive::Writer::open(&self.archive, &self.keys, now).map_err(|e| self.fail(e))
    }

    /// Unlocks an operator by passphrase.
    ///
    /// # Errors
    /// [`JobError::WrongPassphrase`] and whatever keeps the archive from being opened.
    pub fn unlock(&self, passphrase: &SecretString) -> Result<archive::Operator, JobError> {
        let archive = self.open()?;
        archive::unlock(&archive, &self.keys, passphrase.expose_secret().as_bytes(), None)
            .map_err(|e| self.fail(e))
    }

    /// Unlocks an operator by whatever is given.
    ///
    /// # Errors
    /// As [`Places::unlock`]; [`JobError::WrongIdentity`], [`JobError::BadKey`].
    pub fn unlock_by(&self, by: &Unlock) -> Result<archive::Operator, JobError> {
        match by {
            Unlock::Passphrase(passphrase) => self.unlock(passphrase),
            Unlock::Identities(identities) => {
                let archive = self.open()?;
                let by = access::Opener::Identities(identities);
                archive::unlock(&archive, &self.keys, by, None).map_err(|e| match e {
                    ArchiveError::WrongPassphrase => JobError::WrongIdentity,
                    other => self.fail(other),
                })
            }
        }
    }
}

/// Everything that is not the archive's own folder: for messages about output.
pub(crate) fn shown(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn output_lies_apart_whatever_leads_there() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let places = Places::new(at("A"), at("K"));
        for folder in ["A", "K", "out"] {
            std::fs::create_dir(at(folder)).unwrap();
        }
        std::os::unix::fs::symlink(at("A"), at("link")).unwrap();
        for inside in
            ["A", "A/x", "K/new/deep", "holding/x", "link", "link/new", "out/../A/x", "out/../link/x"]
        {
            assert!(places.outside("--out", &at(inside)).is_err(), "{inside}");
        }
        for apart in ["out", "out/new", "new", "link-2/x", "A2"] {
            assert!(places.outside("--out", &at(apart)).is_ok(), "{apart}");
        }
    }
}
