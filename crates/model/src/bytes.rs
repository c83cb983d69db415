//! Random access to bytes that lie somewhere: in a file, an archive member, behind a cipher.

use std::io;

/// Bytes with a known length, readable at any offset, by several threads at once.
///
/// Implementations never write, never cache without bound, and return fewer bytes than asked for
/// only at the end.
pub trait ReadAt: Send + Sync {
    /// Length in bytes.
    fn len(&self) -> u64;

    /// Reads at `offset` into `buf`; returns how many bytes were read, 0 only at or past the end
    /// (or for an empty `buf`).
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize>;

    /// Whether there are no bytes.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads exactly `buf.len()` bytes at `offset`.
    fn read_exact_at(&self, mut offset: u64, mut buf: &mut [u8]) -> io::Result<()> {
        while !buf.is_empty() {
            let n = self.read_at(offset, buf)?;
            if n == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            offset += n as u64;
            buf = &mut buf[n..];
        }
        Ok(())
    }
}

impl ReadAt for Vec<u8> {
    fn len(&self) -> u64 {
        self.as_slice().len() as u64
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(self.as_slice().len());
        let n = buf.len().min(self.as_slice().len() - start);
        buf[..n].copy_from_slice(&self[start..start + n]);
        Ok(n)
    }
}

/// A sequential [`io::Read`] over a [`ReadAt`], from the start to the end.
pub struct Sequential<'a> {
    bytes: &'a dyn ReadAt,
    at: u64,
}

impl<'a> Sequential<'a> {
    /// Starts at offset 0.
    pub fn new(bytes: &'a dyn ReadAt) -> Self {
        Self { bytes, at: 0 }
    }
}

impl io::Read for Sequential<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.bytes.read_at(self.at, buf)?;
        self.at += n as u64;
        Ok(n)
    }
}
