//! The bag: every file written below one folder, hashed on the way (SHA-256 and SHA-512, RFC 8493).

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256, Sha512};

/// A bag under construction.
pub(crate) struct Bag {
    root: PathBuf,
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
        fs::create_dir_all(root.join("data"))?;
        Ok(Self { root: root.to_owned(), files: BTreeMap::new(), bytes: 0 })
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
        self.whole("manifest-sha256.txt", list(|h| &h.0, &payload).as_bytes())?;
        self.whole("manifest-sha512.txt", list(|h| &h.1, &payload).as_bytes())?;
        let tags = self.files.clone();
        fs::write(self.root.join("tagmanifest-sha256.txt"), list(|h| &h.0, &tags))?;
        fs::write(self.root.join("tagmanifest-sha512.txt"), list(|h| &h.1, &tags))
    }
}
