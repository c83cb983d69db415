//! The key store: a folder outside the archive, a fixed place for each secret, laid out by who may
//! touch what. Every file appears whole or not at all: written beside, synced, renamed, its folder
//! synced.
//!
//! ```text
//! VERSION                          beskedarkiv key store 1
//! seen                             newest state of the log that was written: no secret
//! ingest/signing                   seed of the job's signing key
//! ingest/register, ingest/dedup    keys of the register and of keyed identities
//! buckets/<bucket>/epoch-<n>       private half, wrapped to the epoch
//! buckets/<bucket>/operator-<id>-<n>   ... and to each operator whose grant covers it
//! epoch/<n>                        epoch's private half, wrapped to the first operator
//! operators/<id>/identity          seeds behind the passphrase
//! holding/<run>/...                keys of held messages: the archive's holding area knows them
//! operators/<id>/epoch-<n>         the operator's key of the epoch, wrapped to the identity
//! granting/<id>/..., granted/<id>/...   keys of a grant that is being made: the archive's granting knows them
//! ```

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use chain::hex;
use vault::{Plain, Secret};

use crate::register::OperatorId;

const VERSION: &str = "beskedarkiv key store 1\n";
/// Most bytes of a file of the store.
const MOST_BYTES: u64 = 64 * 1024;
/// Files and folders that one thread removes as fast as several.
const FEW: usize = 256;

/// Why the key store cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyStoreFault {
    /// There is something at the place.
    #[error("key store: not empty")]
    NotEmpty,
    /// Key store and archive must lie apart.
    #[error("key store and archive must lie apart")]
    Inside,
    /// Not a key store.
    #[error("key store: none here")]
    Missing,
    /// The job's secrets are sealed until an administrator unlocks them.
    #[error("key store: locked")]
    Locked,
    /// A file of another size than it must have.
    #[error("key store: {0} is damaged")]
    Damaged(String),
    /// The operating system refused.
    #[error("key store: {0}: {1}")]
    Io(String, io::ErrorKind),
}

/// A key store on disk.
#[derive(Clone, Debug)]
pub struct KeyStore {
    root: PathBuf,
}

impl KeyStore {
    /// Makes an empty key store at `root`, which must be empty or not there, apart from `archive`.
    ///
    /// # Errors
    /// [`KeyStoreFault`].
    pub fn create(root: &Path, archive: &Path) -> Result<Self, KeyStoreFault> {
        Self::may_be_made(root, archive)?;
        Self::make(root)
    }

    /// Whether a key store may be made at `root`.
    ///
    /// # Errors
    /// As [`KeyStore::create`].
    pub fn may_be_made(root: &Path, archive: &Path) -> Result<(), KeyStoreFault> {
        if apart(root, archive) != Some(true) {
            return Err(KeyStoreFault::Inside);
        }
        if fs::read_dir(root).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(KeyStoreFault::NotEmpty);
        }
        Ok(())
    }

    /// Makes an empty key store at `root`, where the caller has looked.
    ///
    /// # Errors
    /// [`KeyStoreFault::Io`].
    pub fn make(root: &Path) -> Result<Self, KeyStoreFault> {
        let store = Self { root: root.to_owned() };
        for folder in ["", "ingest", "buckets", "epoch", "operators"] {
            store.folder(folder)?;
        }
        store.write("VERSION", VERSION.as_bytes())?;
        Ok(store)
    }

    /// Opens a key store.
    ///
    /// # Errors
    /// [`KeyStoreFault::Missing`], [`KeyStoreFault::Inside`].
    pub fn open(root: &Path, archive: &Path) -> Result<Self, KeyStoreFault> {
        let store = Self { root: root.to_owned() };
        match store.read("VERSION")? {
            Some(bytes) if bytes.as_slice() == VERSION.as_bytes() => {}
            Some(_) => return Err(KeyStoreFault::Damaged("VERSION".to_owned())),
            None => return Err(KeyStoreFault::Missing),
        }
        if apart(root, archive) != Some(true) {
            return Err(KeyStoreFault::Inside);
        }
        Ok(store)
    }

    /// Where it lies.
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn folder(&self, name: &str) -> Result<(), KeyStoreFault> {
        let path = self.root.join(name);
        let made: Vec<&Path> = path.ancestors().take_while(|folder| !folder.is_dir()).collect();
        fs::create_dir_all(&path).map_err(|e| fault(name, &e))?;
        // a file is durable when every folder above it is named durably
        for folder in made {
            let above = folder.parent().map_or(Ok(()), sync_folder);
            // what the key store itself lies in may be closed to us
            above.or_else(|e| if folder == self.root { Ok(()) } else { Err(fault(name, &e)) })?;
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).map_err(|e| fault(name, &e))?;
        }
        Ok(())
    }

    /// Writes a file whole.
    ///
    /// # Errors
    /// [`KeyStoreFault::Io`].
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), KeyStoreFault> {
        let path = self.root.join(name);
        let parent = path.parent().unwrap_or(&self.root).to_owned();
        if !parent.is_dir() {
            let relative = Path::new(name).parent().map(|p| p.to_string_lossy().into_owned());
            self.folder(&relative.unwrap_or_default())?;
        }
        let beside = path.with_extension("new");
        let write = || -> io::Result<()> {
            let mut options = OpenOptions::new();
            options.write(true).create(true).truncate(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(&beside)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&beside, &path)?;
            sync_folder(&parent)
        };
        write().map_err(|e| fault(name, &e))
    }

    /// Reads a file; `None` when it is not there.
    ///
    /// # Errors
    /// [`KeyStoreFault`].
    pub fn read(&self, name: &str) -> Result<Option<Plain>, KeyStoreFault> {
        self.read_up_to(name, MOST_BYTES)
    }

    /// Reads a file of at most `most` bytes; `None` when it is not there.
    ///
    /// # Errors
    /// [`KeyStoreFault`].
    pub fn read_up_to(&self, name: &str, most: u64) -> Result<Option<Plain>, KeyStoreFault> {
        let path = self.root.join(name);
        match fs::metadata(&path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound || e.kind() == io::ErrorKind::NotADirectory => {
                Ok(None)
            }
            Err(e) => Err(fault(name, &e)),
            Ok(meta) if meta.len() > most => Err(KeyStoreFault::Damaged(name.to_owned())),
            Ok(_) => fs::read(&path).map(|b| Some(Plain::new(b))).map_err(|e| fault(name, &e)),
        }
    }

    /// Reads a 32-byte secret.
    ///
    /// # Errors
    /// [`KeyStoreFault::Damaged`] when it is not there or has another size.
    pub fn secret(&self, name: &str) -> Result<Secret, KeyStoreFault> {
        let bytes = self.read(name)?.filter(|b| b.len() == 32);
        if bytes.is_none() && self.root.join("locked").join("ingest").is_file() {
            return Err(KeyStoreFault::Locked);
        }
        let bytes = bytes.ok_or_else(|| KeyStoreFault::Damaged(name.to_owned()))?;
        let mut secret = Secret::default();
        secret.copy_from_slice(&bytes);
        Ok(secret)
    }

    /// Removes a file; one that is not there is removed already.
    ///
    /// # Errors
    /// [`KeyStoreFault::Io`].
    pub fn remove(&self, name: &str) -> Result<(), KeyStoreFault> {
        let path = self.root.join(name);
        match fs::remove_file(&path) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(fault(name, &e)),
            _ => path.parent().map_or(Ok(()), sync_folder).map_err(|e| fault(name, &e)),
        }
    }

    /// Writes files that nothing needs yet, many at a time: none is complete before this returns, all are
    /// durable when it does. A file that is there is overwritten.
    ///
    /// # Errors
    /// [`KeyStoreFault::Io`].
    pub fn write_many(&self, files: &[(String, Vec<u8>)]) -> Result<(), KeyStoreFault> {
        for (name, bytes) in files {
            let path = self.root.join(name);
            if !path.parent().is_some_and(Path::is_dir) {
                let relative = Path::new(name).parent().map(|p| p.to_string_lossy().into_owned());
                self.folder(&relative.unwrap_or_default())?;
            }
            let mut options = OpenOptions::new();
            options.write(true).create(true).truncate(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let write = || options.open(&path)?.write_all(bytes);
            write().map_err(|e| fault(name, &e))?;
        }
        let written = files.iter().map(|(name, _)| name.as_str());
        self.sync_all(written)
    }

    /// Makes everything durable that was written or removed: in one call where the system has one, else file
    /// by file and folder by folder.
    fn sync_all<'n>(&self, names: impl Iterator<Item = &'n str>) -> Result<(), KeyStoreFault> {
        #[cfg(target_os = "linux")]
        {
            drop(names);
            let root = File::open(&self.root).map_err(|e| fault("", &e))?;
            rustix::fs::syncfs(&root).map_err(|e| KeyStoreFault::Io(String::new(), io::Error::from(e).kind()))
        }
        #[cfg(not(target_os = "linux"))]
        {
            for name in names {
                let path = self.root.join(name);
                if path.is_file() {
                    File::open(&path).and_then(|f| f.sync_all()).map_err(|e| fault(name, &e))?;
                }
                path.parent().map_or(Ok(()), sync_folder).map_err(|e| fault(name, &e))?;
            }
            sync_folder(&self.root.join("buckets")).map_err(|e| fault("buckets", &e))
        }
    }

    /// Names in a folder, sorted; none where there is no such folder.
    ///
    /// # Errors
    /// [`KeyStoreFault::Io`].
    pub fn names(&self, folder: &str) -> Result<Vec<String>, KeyStoreFault> {
        let entries = match fs::read_dir(self.root.join(folder)) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other.map_err(|e| fault(folder, &e))?,
        };
        let mut names = Vec::new();
        for entry in entries {
            let name = entry.map_err(|e| fault(folder, &e))?.file_name();
            names.extend(name.into_string().ok());
        }
        names.sort_unstable();
        Ok(names)
    }

    fn remove_all(&self, names: &[String]) -> Result<(), KeyStoreFault> {
        for name in names {
            let path = self.root.join(name);
            let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            match removed {
                Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(fault(name, &e)),
                _ => {}
            }
        }
        Ok(())
    }

    /// Removes files and whole folders, many at a time; all of it is durable when this returns.
    ///
    /// # Errors
    /// [`KeyStoreFault::Io`].
    pub fn remove_many(&self, names: &[String]) -> Result<(), KeyStoreFault> {
        // removing is what a disposal of many buckets waits for
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(16);
        std::thread::scope(|scope| {
            let share = names.len().div_ceil(threads).max(FEW);
            let (mine, others) = names.split_at(share.min(names.len()));
            let others: Vec<_> =
                others.chunks(share).map(|part| scope.spawn(move || self.remove_all(part))).collect();
            self.remove_all(mine)?;
            let died = || Err(KeyStoreFault::Io(String::new(), io::ErrorKind::Other));
            others.into_iter().try_for_each(|part| part.join().unwrap_or_else(|_| died()))
        })?;
        self.sync_all(names.iter().map(String::as_str))
    }

    /// Moves files or folders to where they belong, over what is there, many at a time; all of it is durable when this
    /// returns.
    ///
    /// # Errors
    /// [`KeyStoreFault::Io`].
    pub fn move_many(&self, names: &[(String, String)]) -> Result<(), KeyStoreFault> {
        for (from, to) in names {
            let relative = Path::new(to).parent().map(|p| p.to_string_lossy().into_owned());
            self.folder(&relative.unwrap_or_default())?;
            fs::rename(self.root.join(from), self.root.join(to)).map_err(|e| fault(from, &e))?;
        }
        self.sync_all(names.iter().flat_map(|(from, to)| [from.as_str(), to.as_str()]))
    }

    /// Removes a file whose bytes must not be found again: overwritten, synced, removed. On flash the old
    /// bytes may stay behind the controller all the same; what they wrap must be gone by itself.
    ///
    /// # Errors
    /// [`KeyStoreFault::Io`].
    pub fn shred(&self, name: &str) -> Result<(), KeyStoreFault> {
        let path = self.root.join(name);
        let overwrite = || -> io::Result<()> {
            let mut file = OpenOptions::new().write(true).open(&path)?;
            let len = usize::try_from(file.metadata()?.len().min(MOST_BYTES)).unwrap_or_default();
            file.write_all(&vec![0; len])?;
            file.sync_all()
        };
        match overwrite() {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(fault(name, &e)),
            _ => self.remove(name),
        }
    }

    /// The names of all files, sorted; of those that are being written too.
    ///
    /// # Errors
    /// [`KeyStoreFault::Io`].
    pub fn files(&self) -> Result<Vec<String>, KeyStoreFault> {
        let (mut found, mut folders) = (Vec::new(), vec![String::new()]);
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(self.root.join(&folder)).map_err(|e| fault(&folder, &e))? {
                let entry = entry.map_err(|e| fault(&folder, &e))?;
                let name = entry.file_name().to_string_lossy().into_owned();
                let name = if folder.is_empty() { name } else { format!("{folder}/{name}") };
                if entry.file_type().map_err(|e| fault(&name, &e))?.is_dir() {
                    folders.push(name);
                } else {
                    found.push(name);
                }
            }
        }
        found.sort_unstable();
        Ok(found)
    }

    /// Numbers of all operators that have an identity here, sorted.
    ///
    /// # Errors
    /// [`KeyStoreFault::Io`].
    pub fn operators(&self) -> Result<Vec<OperatorId>, KeyStoreFault> {
        let mut ids = Vec::new();
        let entries = match fs::read_dir(self.root.join("operators")) {
            Ok(entries) => entries,
            // where all keys were destroyed there is nobody
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(ids),
            Err(e) => return Err(fault("operators", &e)),
        };
        for entry in entries {
            let name = entry.map_err(|e| fault("operators", &e))?.file_name();
            ids.extend(name.to_str().and_then(unhex::<16>));
        }
        ids.sort_unstable();
        Ok(ids)
    }

    /// Name of an operator's identity.
    pub fn identity(id: &OperatorId) -> String {
        format!("operators/{}/identity", hex(id))
    }

    /// Name of an operator's key of an epoch.
    pub fn operator_epoch(id: &OperatorId, epoch: u32) -> String {
        format!("operators/{}/epoch-{epoch}", hex(id))
    }

    /// Name of the epoch's private half, where the key store keeps it.
    pub fn epoch(epoch: u32) -> String {
        format!("epoch/{epoch}")
    }

    /// Name of a bucket's folder.
    pub fn bucket(bucket: &[u8; 16]) -> String {
        format!("buckets/{}", hex(bucket))
    }

    /// Name of a bucket's wrap to an epoch.
    pub fn bucket_epoch(bucket: &[u8; 16], epoch: u32) -> String {
        format!("buckets/{}/epoch-{epoch}", hex(bucket))
    }

    /// Name of a bucket's wrap to an operator.
    pub fn bucket_operator(bucket: &[u8; 16], id: &OperatorId, epoch: u32) -> String {
        format!("buckets/{}/operator-{}-{epoch}", hex(bucket), hex(id))
    }
}

fn fault(name: &str, e: &io::Error) -> KeyStoreFault {
    KeyStoreFault::Io(name.to_owned(), e.kind())
}

fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(path)?.sync_all()?;
    Ok(())
}

/// Whether two folders lie apart, links resolved; `None` when that cannot be told.
fn apart(a: &Path, b: &Path) -> Option<bool> {
    let (a, b) = (real(a)?, real(b)?);
    Some(!a.starts_with(&b) && !b.starts_with(&a))
}

/// Whether two folders lie apart for certain, links resolved: neither is in the other.
pub fn lie_apart(a: &Path, b: &Path) -> bool {
    apart(a, b) == Some(true)
}

/// The real path of a folder that may not be there yet.
fn real(path: &Path) -> Option<PathBuf> {
    let mut here = std::path::absolute(path).ok()?;
    let mut tail = Vec::new();
    loop {
        if let Ok(real) = here.canonicalize() {
            return Some(tail.iter().rev().fold(real, |path, part| path.join(part)));
        }
        tail.push(here.file_name()?.to_owned());
        here = here.parent()?.to_owned();
    }
}

fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != 2 * N || !text.is_ascii() {
        return None;
    }
    let mut out = [0; N];
    for (i, byte) in out.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * i..2 * i + 2)?, 16).ok()?;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archive_and_keys_lie_apart() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        assert!(matches!(KeyStore::create(&at("a/k"), &at("a")), Err(KeyStoreFault::Inside)));
        assert!(matches!(KeyStore::create(&at("a"), &at("a/k")), Err(KeyStoreFault::Inside)));
        assert!(matches!(KeyStore::create(&at("a"), &at("a")), Err(KeyStoreFault::Inside)));
        assert!(matches!(KeyStore::create(&at("x/../a/k"), &at("a")), Err(KeyStoreFault::Inside)));
        #[cfg(unix)]
        {
            fs::create_dir(at("a")).unwrap();
            std::os::unix::fs::symlink(at("a"), at("link")).unwrap();
            assert!(matches!(KeyStore::create(&at("link/k"), &at("a")), Err(KeyStoreFault::Inside)));
        }
        KeyStore::create(&at("k"), &at("a")).unwrap();
        assert!(matches!(KeyStore::create(&at("k"), &at("a")), Err(KeyStoreFault::NotEmpty)));
        KeyStore::open(&at("k"), &at("a")).unwrap();
        assert!(matches!(KeyStore::open(&at("z"), &at("a")), Err(KeyStoreFault::Missing)));
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_reads() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let store = KeyStore::create(&dir.path().join("k"), &dir.path().join("a")).unwrap();
        store.write("buckets/00/epoch-1", b"x").unwrap();
        let mode = |name: &str| fs::metadata(store.root().join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(""), mode("buckets/00"), mode("buckets/00/epoch-1")), (0o700, 0o700, 0o600));
        store.remove("buckets/00/epoch-1").unwrap();
        store.remove("buckets/00/epoch-1").unwrap();
        assert!(store.read("buckets/00/epoch-1").unwrap().is_none());
    }
}
