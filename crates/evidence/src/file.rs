//! A file on disk, opened for reading only, read by position.

use std::fs::File;
use std::io;
use std::path::Path;

use model::ReadAt;

/// A file opened for reading only.
pub struct DiskFile {
    file: File,
    len: u64,
}

impl DiskFile {
    /// Opens the file at `path`.
    ///
    /// # Errors
    /// As [`File::open`].
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let len = file.metadata()?.len();
        Ok(Self { file, len })
    }
}

impl ReadAt for DiskFile {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        read_at(&self.file, offset, buf)
    }
}

/// Reads a file by position, whatever else reads it.
pub(crate) fn read_at(file: &File, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
    loop {
        #[cfg(unix)]
        let result = std::os::unix::fs::FileExt::read_at(file, buf, offset);
        #[cfg(windows)]
        let result = std::os::windows::fs::FileExt::seek_read(file, buf, offset);
        match result {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

/// A range of other bytes: a stored member of a zip or tar.
pub(crate) struct Slice<B> {
    pub(crate) bytes: B,
    pub(crate) start: u64,
    pub(crate) len: u64,
}

impl<B: ReadAt> ReadAt for Slice<B> {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.len.saturating_sub(offset)).unwrap_or(usize::MAX);
        let n = buf.len().min(left);
        if n == 0 { Ok(0) } else { self.bytes.read_at(self.start + offset, &mut buf[..n]) }
    }
}
