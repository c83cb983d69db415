//! Sealing an attachment: its key wrapped to the bucket, what it is, its content as a stream. The same
//! bytes lie in the archive and, until a message's time there is over, in the holding area.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

use chain::{EntryType, Hash, Hasher, Suite};
use sha2::{Digest, Sha256};
use vault::{PublicKey, Secret, WRAPPED_LEN};

use crate::body::{BLOB_META, BlobMeta};
use crate::error::{ArchiveError, io, sealed};

/// Contents of at most this many bytes lie with others, larger ones in files of their own.
pub(crate) const INLINE: u64 = 64 * 1024;

/// Content of an attachment, to be read once.
pub struct Content<'a> {
    /// SHA-256 that it must have.
    pub sha256: [u8; 32],
    /// Bytes.
    pub size: u64,
    /// The bytes.
    pub bytes: &'a mut dyn Read,
}

/// Seals a content into `out`: wrap, sealed meta, stream. Without a bucket the place of the wrap is zeros:
/// whoever has no key from elsewhere cannot open it. Gives the commitment for the header, and the key.
///
/// # Errors
/// [`ArchiveError::Content`] when the content cannot be read or is not what its digest says.
pub(crate) fn seal_blob(
    suite: Suite,
    to: Option<&PublicKey>,
    context: &[u8; 49],
    content: &mut Content<'_>,
    out: &mut dyn Write,
) -> Result<(Hash, Secret), ArchiveError> {
    let seal = sealed("attachment");
    let key = vault::random_secret().map_err(&seal)?;
    let meta = BlobMeta { salt: vault::random().map_err(&seal)?, sha256: content.sha256, size: content.size };
    let mut head = match to {
        Some(to) => vault::wrap(to, "blob", context, &key).map_err(&seal)?,
        None => vec![0; WRAPPED_LEN],
    };
    head.reserve(BLOB_META);
    vault::seal(&key, context, &meta.encode(), &mut head);
    out.write_all(&head).map_err(io("writing an attachment"))?;
    let mut source = Hashing { inner: content.bytes, hasher: Sha256::new(), failed: false };
    if let Err(e) = vault::seal_stream(&key, context, content.size, &mut source, out) {
        return Err(match e {
            vault::VaultError::Io(_) if !source.failed => {
                io("writing an attachment")(io::ErrorKind::Other.into())
            }
            _ => ArchiveError::Content,
        });
    }
    if <[u8; 32]>::from(source.hasher.finalize()) != content.sha256 {
        return Err(ArchiveError::Content);
    }
    Ok((meta.commitment(suite, EntryType::Blob.code()), key))
}

/// A new file that what is written goes to and is hashed on its way.
pub(crate) struct Digesting {
    inner: BufWriter<File>,
    hasher: Hasher,
    len: u64,
}

impl Digesting {
    pub(crate) fn create(suite: Suite, path: &Path) -> Result<Self, ArchiveError> {
        let file = File::create(path).map_err(io("writing an attachment"))?;
        Ok(Self { inner: BufWriter::with_capacity(1 << 18, file), hasher: suite.hasher(), len: 0 })
    }

    /// Digest and length; the file is whole and synced.
    pub(crate) fn finish(self) -> Result<(Hash, u64), ArchiveError> {
        let file = self.inner.into_inner().map_err(|e| io("writing an attachment")(e.into_error()))?;
        file.sync_all().map_err(io("writing an attachment"))?;
        Ok((self.hasher.finish(), self.len))
    }
}

impl Write for Digesting {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let n = self.inner.write(buf)?;
        self.hasher.update(&buf[..n]);
        self.len += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

struct Hashing<'a> {
    inner: &'a mut dyn Read,
    hasher: Sha256,
    /// Reading failed or ended early: the source's fault, not the archive's.
    failed: bool,
}

impl Read for Hashing<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buf);
        match &read {
            Ok(n) => self.hasher.update(&buf[..*n]),
            Err(e) => self.failed |= e.kind() != io::ErrorKind::Interrupted,
        }
        read
    }
}
