//! What `adb backup` writes, plain or compressed, encrypted or not, as evidence by package and path. It is
//! decrypted and inflated as it is read, at any offset; nothing readable is written anywhere.
//!
//! This crate knows no messages. Decisions and doubts stand in `docs/readers/android-telephony.md`.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod cbc_at;
mod header;
mod inflate_at;
mod keys;

use std::io;
use std::sync::Arc;

use evidence::tar_members::{Member, Members};
use evidence::{Evidence, EvidenceSet, Tree, hash};
use model::{Fault, Finding, Location, Place, ReadAt, SourceError};
use secrecy::SecretString;

use cbc_at::CbcAt;
use header::Header;
use inflate_at::{Ending, InflateAt};

/// Kind of the source.
pub const KIND: &str = "android-backup";

/// Most files of a folder that are looked at.
const LOOKED_AT: usize = 256;

/// An opened backup.
pub struct AndroidBackup {
    content: Arc<dyn ReadAt>,
    members: Members,
    sha256: [u8; 32],
    encrypted: bool,
    findings: Vec<Finding>,
}

/// Name of the backup itself, as evidence.
const NAME: &str = "android-backup";

fn fault(fault: Fault) -> SourceError {
    SourceError::damaged(Location { evidence: NAME.to_owned(), place: Place::File }, fault)
}

/// The backup in `tree`: the file itself, or the one file of a folder that is one.
fn find(tree: &dyn Tree) -> Result<Option<Arc<dyn ReadAt>>, SourceError> {
    let mut found = None;
    for name in tree.list("")?.iter().take(LOOKED_AT) {
        let mut head = [0; header::MAGIC.len()];
        let Some(n) = tree.head(name, &mut head)? else { continue };
        if head[..n] != *header::MAGIC {
            continue;
        }
        let Some(bytes) = tree.get(name)? else { continue };
        if found.replace(bytes).is_some() {
            return Err(SourceError::Missing {
                what: "one backup: the folder holds several, name one of them",
            });
        }
    }
    Ok(found)
}

impl AndroidBackup {
    /// Opens the backup in `tree`; `None` when there is none.
    ///
    /// # Errors
    /// [`SourceError::SecretNeeded`] and [`SourceError::WrongSecret`] for an encrypted one,
    /// [`SourceError::Damaged`] when its head is.
    pub fn open(tree: &dyn Tree, password: Option<&SecretString>) -> Result<Option<Self>, SourceError> {
        match find(tree)? {
            Some(bytes) => Self::over(bytes, password).map(Some),
            None => Ok(None),
        }
    }

    fn over(bytes: Arc<dyn ReadAt>, password: Option<&SecretString>) -> Result<Self, SourceError> {
        let io = |e: io::Error| SourceError::io("reading the backup", &e);
        let header = Header::read(bytes.as_ref()).map_err(io)?.ok_or(SourceError::Unknown)?.map_err(fault)?;
        let Header { version, compressed, sealed, end } = header;
        let mut findings = Vec::new();
        let mut found = |code: String| findings.push(Finding { code, at: None });
        if !(1..=5).contains(&version) {
            found(format!("unknown_version:{version}"));
        }
        let encrypted = sealed.is_some();
        let mut content: Arc<dyn ReadAt> = match sealed {
            None => Arc::new(Rest { bytes: bytes.clone(), start: end }),
            Some(sealed) => {
                let what = "backup password";
                let password = password.ok_or(SourceError::SecretNeeded { kind: KIND, what })?;
                let master = keys::open(&sealed, password).ok_or(SourceError::WrongSecret { what })?;
                if !master.checked {
                    found("key_checksum_differs".to_owned());
                }
                let (plain, whole) = CbcAt::open(bytes.clone(), end, master.key, master.iv).map_err(io)?;
                if !whole {
                    found("backup_cut".to_owned());
                }
                Arc::new(plain)
            }
        };
        if compressed {
            let (inflated, ending) = InflateAt::open(content).map_err(io)?;
            match ending {
                Ending::Whole => {}
                Ending::Cut => found(format!("compressed_stream_cut:{}", inflated.len())),
                Ending::Damaged => found(format!("compressed_stream_damaged:{}", inflated.len())),
                Ending::Bound => found(format!("compressed_stream_too_long:{}", inflated.len())),
            }
            content = Arc::new(inflated);
        }
        let members = Members::read(content.as_ref()).map_err(io)?;
        if members.bad_blocks > 0 {
            found(format!("tar_blocks_unreadable:{}", members.bad_blocks));
        }
        if !members.ended {
            found("tar_not_ended".to_owned());
        }
        if members.twice > 0 {
            found(format!("members_twice:{}", members.twice));
        }
        if members.too_many {
            found("too_many_members".to_owned());
        }
        let sha256 = hash(bytes.as_ref()).map_err(io)?;
        Ok(Self { content, members, sha256, encrypted, findings })
    }

    /// Whether the content is encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.encrypted
    }

    /// Paths of all files, in order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.members.files.keys().map(String::as_str)
    }

    /// Names of the packages that have files, in order.
    pub fn packages(&self) -> Vec<String> {
        let package = |path: &str| path.strip_prefix("apps/")?.split('/').next().map(str::to_owned);
        let mut all: Vec<String> = self.paths().filter_map(package).collect();
        all.dedup();
        all
    }

    /// What a person must look at.
    pub fn findings(&self) -> Vec<Finding> {
        self.findings.clone()
    }

    /// SHA-256 of the content behind encryption and compression: the tar.
    ///
    /// # Errors
    /// When reading fails.
    pub fn content_sha256(&self) -> io::Result<[u8; 32]> {
        hash(self.content.as_ref())
    }
}

impl EvidenceSet for AndroidBackup {
    /// A file by package and path; with an empty domain by its whole path. Its hash is that of the
    /// backup: the pieces of a compressed or encrypted stream have none as stored.
    fn get(&self, domain: &str, path: &str) -> Result<Option<Evidence>, SourceError> {
        let name = if domain.is_empty() { path.to_owned() } else { format!("apps/{domain}/{path}") };
        let Some(member) = self.members.files.get(&name) else { return Ok(None) };
        let Member { start, len: _, there } = *member;
        let bytes = Arc::new(Piece { bytes: self.content.clone(), start, len: there });
        Ok(Some(Evidence { name, bytes, sha256: self.sha256 }))
    }

    fn opened(&self) -> Vec<(String, [u8; 32])> {
        vec![(NAME.to_owned(), self.sha256)]
    }

    fn notes(&self) -> Vec<String> {
        let cut = self.members.files.values().filter(|m| m.there < m.len).count();
        if cut > 0 { vec![format!("members_cut:{cut}")] } else { Vec::new() }
    }
}

/// Everything from an offset on.
struct Rest {
    bytes: Arc<dyn ReadAt>,
    start: u64,
}

impl ReadAt for Rest {
    fn len(&self) -> u64 {
        self.bytes.len().saturating_sub(self.start)
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        self.bytes.read_at(self.start.saturating_add(offset), buf)
    }
}

/// A member.
struct Piece {
    bytes: Arc<dyn ReadAt>,
    start: u64,
    len: u64,
}

impl ReadAt for Piece {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.len.saturating_sub(offset)).unwrap_or(usize::MAX);
        let n = buf.len().min(left);
        if n == 0 { Ok(0) } else { self.bytes.read_at(self.start + offset, &mut buf[..n]) }
    }
}

/// Any bytes as a backup, with a password.
#[doc(hidden)]
pub fn fuzz_backup(data: &[u8]) {
    let password = SecretString::from("123456");
    if let Ok(backup) = AndroidBackup::over(Arc::new(data.to_vec()), Some(&password)) {
        let paths: Vec<String> = backup.paths().map(str::to_owned).collect();
        let mut buf = [0; 64];
        for path in paths.iter().take(16) {
            if let Ok(Some(piece)) = backup.get("", path) {
                let _: io::Result<usize> = piece.bytes.read_at(piece.bytes.len() / 2, &mut buf);
            }
        }
    }
}
