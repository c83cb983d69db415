//! Scratch space for bytes that must be read anywhere and can only be made in order: the inside of a
//! compressed backup. They go to a temporary file that never has a name (or loses it before anything is
//! written), as ciphertext under a key that exists in this process's memory and nowhere else; when the
//! last reader is dropped the space is free and the key wiped.
//!
//! Memory is one buffer, whatever the size. The file is trusted for as long as it is open: whoever could
//! change it could as well change this process. It knows nothing of what is in it.

use std::fs::File;
use std::io::{self, Write};

use aes::Aes256;
use aes::cipher::{KeyIvInit, StreamCipher, StreamCipherSeek};
use ctr::Ctr128BE;
use model::ReadAt;
use zeroize::Zeroizing;

/// Bytes encrypted and written at once.
const BUFFER: usize = 256 * 1024;

type Cipher = Ctr128BE<Aes256>;
type Key = Zeroizing<[u8; 32]>;

/// The key is used for one file only, written once: a counter from zero never meets the same key again.
fn cipher(key: &Key) -> Cipher {
    Cipher::new((&**key).into(), &[0; 16].into())
}

/// Bytes on their way into scratch space, in order.
pub struct ScratchWriter {
    file: File,
    key: Key,
    cipher: Cipher,
    buffer: Zeroizing<Vec<u8>>,
    written: u64,
    most: u64,
}

impl ScratchWriter {
    /// An empty one that takes up to `most` bytes.
    ///
    /// # Errors
    /// When the system's folder for temporary files cannot be written, or gives no randomness.
    pub fn new(most: u64) -> io::Result<Self> {
        let mut key = Key::default();
        getrandom::fill(key.as_mut()).map_err(|_| io::Error::from(io::ErrorKind::Unsupported))?;
        let cipher = cipher(&key);
        let buffer = Zeroizing::new(Vec::with_capacity(BUFFER));
        Ok(Self { file: tempfile::tempfile()?, key, cipher, buffer, written: 0, most })
    }

    /// Bytes taken so far.
    pub fn written(&self) -> u64 {
        self.written
    }

    fn store(&mut self) -> io::Result<()> {
        self.cipher.apply_keystream(&mut self.buffer);
        self.file.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }

    /// No more bytes: what was taken can be read.
    ///
    /// # Errors
    /// When the rest cannot be written.
    pub fn finish(mut self) -> io::Result<Scratch> {
        self.store()?;
        let Self { file, key, cipher: _, buffer: _, written, most: _ } = self;
        Ok(Scratch { file, key, len: written })
    }
}

impl Write for ScratchWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = bytes.len().min(BUFFER - self.buffer.len());
        let written = self.written + n as u64;
        if written > self.most {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.buffer.extend_from_slice(&bytes[..n]);
        self.written = written;
        if self.buffer.len() == BUFFER {
            self.store()?;
        }
        Ok(n)
    }

    /// Does nothing: the last bytes are stored by [`ScratchWriter::finish`].
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Bytes in scratch space, readable at any offset.
pub struct Scratch {
    file: File,
    key: Key,
    len: u64,
}

impl ReadAt for Scratch {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.len.saturating_sub(offset)).unwrap_or(usize::MAX);
        let n = buf.len().min(left);
        if n == 0 {
            return Ok(0);
        }
        let n = crate::file::read_at(&self.file, offset, &mut buf[..n])?;
        let mut cipher = cipher(&self.key);
        cipher.seek(offset);
        cipher.apply_keystream(&mut buf[..n]);
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn stored(bytes: &[u8], step: usize) -> Scratch {
        let mut writer = ScratchWriter::new(1 << 30).unwrap();
        for piece in bytes.chunks(step) {
            writer.write_all(piece).unwrap();
        }
        writer.finish().unwrap()
    }

    fn sample(len: usize) -> Vec<u8> {
        (0..len).map(|i| u8::try_from((i * 7 + i / 251) % 256).unwrap()).collect()
    }

    #[test]
    fn what_went_in_comes_out() {
        for (len, step) in [(0, 1), (1, 1), (15, 4), (4096, 100), (BUFFER, 4096), (3 * BUFFER + 17, 70_001)] {
            let bytes = sample(len);
            let scratch = stored(&bytes, step);
            assert_eq!(scratch.len(), len as u64);
            let mut all = vec![0; len];
            scratch.read_exact_at(0, &mut all).unwrap();
            assert!(all == bytes, "{len}");
            assert_eq!(scratch.read_at(len as u64, &mut [0; 4]).unwrap(), 0);
        }
    }

    #[test]
    fn more_than_the_bound_is_refused() {
        let mut writer = ScratchWriter::new(10).unwrap();
        writer.write_all(&[1; 10]).unwrap();
        assert_eq!(writer.write_all(&[1]).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        assert_eq!(writer.written(), 10);
    }

    /// What lies on the disk is not what was written; the same bytes twice look different.
    #[test]
    fn the_file_holds_ciphertext() {
        let text = b"hemmelig besked ".repeat(20_000);
        let raw = |scratch: &Scratch| {
            let mut out = vec![0; text.len()];
            let n = crate::file::read_at(&scratch.file, 0, &mut out).unwrap();
            out.truncate(n);
            out
        };
        let (one, two) = (stored(&text, 999), stored(&text, 999));
        assert!(!raw(&one).windows(8).any(|w| w == b"hemmelig"));
        assert_ne!(raw(&one), raw(&two));
        // the positive control: the same search finds it in what is read
        let mut plain = vec![0; text.len()];
        one.read_exact_at(0, &mut plain).unwrap();
        assert!(plain.windows(8).any(|w| w == b"hemmelig"));
    }

    proptest! {
        #[test]
        fn any_range_can_be_read(start in 0_usize..600_000, len in 0_usize..70_000) {
            let bytes = sample(500_000);
            let scratch = stored(&bytes, 33_333);
            let mut buf = vec![0; len];
            let mut done = 0;
            while done < len {
                let n = scratch.read_at((start + done) as u64, &mut buf[done..]).unwrap();
                if n == 0 { break; }
                done += n;
            }
            let from = start.min(bytes.len());
            prop_assert_eq!(&buf[..done], &bytes[from..(from + len).min(bytes.len())]);
        }
    }
}
