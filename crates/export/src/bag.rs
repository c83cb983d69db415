//! The bag: every file written below one folder, hashed on the way (SHA-256 and SHA-512, RFC 8493).

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256, Sha512};

const MANIFESTS: [&str; 4] =
    ["manifest-sha256.txt", "manifest-sha512.txt", "tagmanifest-sha256.txt", "tagmanifest-sha512.txt"];

/// A bag under construction.
pub(crate) struct Bag {
    root: PathBuf,
    /// Whether the folder was there before.
    found: bool,
    complete: bool,
    files: BTreeMap<String, (String, String)>,
    bytes: u64,
}

/// A file of the bag that stays open.
pub(crate) struct Part {
    name: String,
    file: BufWriter<File>,
    sha256: Sha256,
    sha512: Sha512,
    len: u64,
}

impl Write for Part {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.file.write_all(buf)?;
        self.sha256.update(buf);
        self.sha512.update(buf);
        self.len += buf.len() as u64;
        Ok(buf.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn hex(bytes: &[u8]) -> String {
    model::wire::hex(bytes)
}

impl Bag {
    /// A bag in `root`, which must be empty or not there.
    pub(crate) fn create(root: &Path) -> io::Result<Self> {
        if fs::read_dir(root).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(io::ErrorKind::DirectoryNotEmpty.into());
        }
        let found = root.is_dir();
        fs::create_dir_all(root.join("data"))?;
        Ok(Self { root: root.to_owned(), found, complete: false, files: BTreeMap::new(), bytes: 0 })
    }

    /// Opens a file of the bag; `name` is relative to the bag, of our own making.
    pub(crate) fn part(&self, name: &str) -> io::Result<Part> {
        let path = self.root.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        let file = OpenOptions::new().write(true).create_new(true).open(path)?;
        Ok(Part {
            name: name.to_owned(),
            file: BufWriter::with_capacity(1 << 16, file),
            sha256: Sha256::new(),
            sha512: Sha512::new(),
            len: 0,
        })
    }

    /// Closes a file; its hashes go into the manifests. Gives its SHA-256.
    pub(crate) fn close(&mut self, part: Part) -> io::Result<[u8; 32]> {
        let Part { name, file, sha256, sha512, len } = part;
        file.into_inner().map_err(io::IntoInnerError::into_error)?.flush()?;
        let digest: [u8; 32] = sha256.finalize().into();
        self.files.insert(name, (hex(&digest), hex(&sha512.finalize())));
        self.bytes += len;
        Ok(digest)
    }

    /// Closes a file whose SHA-256 is known; one that is another is taken back. Says whether it stays.
    pub(crate) fn close_as(&mut self, part: Part, sha256: &[u8; 32]) -> io::Result<bool> {
        if part.sha256.clone().finalize()[..] != sha256[..] {
            return self.abandon(part).map(|()| false);
        }
        self.close(part).map(|_| true)
    }

    /// Takes a file back that did not come to be.
    pub(crate) fn abandon(&self, part: Part) -> io::Result<()> {
        let Part { name, file, sha256: _, sha512: _, len: _ } = part;
        // what its buffer still holds is not worth writing
        drop(file.into_parts());
        fs::remove_file(self.root.join(name))
    }

    /// Writes a whole file.
    pub(crate) fn whole(&mut self, name: &str, content: &[u8]) -> io::Result<()> {
        let mut part = self.part(name)?;
        part.write_all(content)?;
        self.close(part).map(|_| ())
    }

    /// Writes the manifests; the bag is then complete.
    pub(crate) fn finish(mut self, info: &str) -> io::Result<()> {
        let list = |pick: fn(&(String, String)) -> &String, files: &BTreeMap<String, (String, String)>| {
            files.iter().map(|(name, hashes)| format!("{}  {name}\n", pick(hashes))).collect::<String>()
        };
        let payload = self.files.clone();
        let oxum = format!("Payload-Oxum: {}.{}\n", self.bytes, payload.len());
        self.files.clear();
        self.whole("bagit.txt", b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")?;
        self.whole("bag-info.txt", format!("{info}{oxum}").as_bytes())?;
        let [sha256, sha512, tag_sha256, tag_sha512] = MANIFESTS;
        self.whole(sha256, list(|h| &h.0, &payload).as_bytes())?;
        self.whole(sha512, list(|h| &h.1, &payload).as_bytes())?;
        let tags = self.files.clone();
        fs::write(self.root.join(tag_sha256), list(|h| &h.0, &tags))?;
        fs::write(self.root.join(tag_sha512), list(|h| &h.1, &tags))?;
        self.complete = true;
        Ok(())
    }
}

impl Drop for Bag {
    /// What was not completed is taken back: half a production is readable, and counts for nothing.
    fn drop(&mut self) {
        if self.complete {
            return;
        }
        let Self { root, found, .. } = self;
        drop(fs::remove_dir_all(root.join("data")));
        for name in ["bagit.txt", "bag-info.txt"].iter().chain(&MANIFESTS) {
            drop(fs::remove_file(root.join(name)));
        }
        if !*found {
            drop(fs::remove_dir(root));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_bag_is_taken_back_and_a_whole_one_stays() {
        let dir = tempfile::tempdir().unwrap();
        let mine = dir.path().join("mine");
        fs::create_dir(&mine).unwrap();
        let names = |root: &Path| fs::read_dir(root).map(Iterator::count).ok();
        for (root, left) in [(&mine, Some(0)), (&dir.path().join("new"), None)] {
            let mut bag = Bag::create(root).unwrap();
            bag.whole("data/a", b"a").unwrap();
            let mut open = bag.part("data/b/c").unwrap();
            open.write_all(b"b").unwrap();
            assert!(root.join("data/b/c").exists());
            drop((bag, open));
            assert_eq!(names(root), left);
            let mut bag = Bag::create(root).unwrap();
            bag.whole("data/a", b"a").unwrap();
            bag.finish("").unwrap();
            assert_eq!(names(root), Some(7));
        }
        // what somebody else has is not ours to take
        assert!(Bag::create(&mine).is_err());
        assert_eq!(names(&mine), Some(7));
    }

    #[test]
    fn a_file_that_is_not_what_it_should_be_is_in_no_manifest() {
        let dir = tempfile::tempdir().unwrap();
        let mut bag = Bag::create(dir.path()).unwrap();
        let mut write = |name: &str, said: &[u8]| {
            let mut part = bag.part(name).unwrap();
            part.write_all(b"content").unwrap();
            bag.close_as(part, &Sha256::digest(said).into()).unwrap()
        };
        assert!(write("data/a", b"content") && !write("data/b", b"another"));
        bag.finish("").unwrap();
        assert!(!dir.path().join("data/b").exists());
        assert_eq!(fs::read_to_string(dir.path().join("manifest-sha256.txt")).unwrap().lines().count(), 1);
    }
}
