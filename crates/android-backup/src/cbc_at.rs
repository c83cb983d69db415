//! AES-256-CBC read at any offset: block i is `D(C_i) xor C_(i-1)`. The length comes from the padding of
//! the last block.

use std::io;
use std::sync::Arc;

use aes::Aes256Dec;
use aes::cipher::{BlockModeDecrypt, KeyIvInit};
use model::ReadAt;

use crate::keys::Key;

/// Most bytes decrypted at once.
const PIECE: usize = 1 << 18;

pub(crate) struct CbcAt {
    bytes: Arc<dyn ReadAt>,
    start: u64,
    len: u64,
    key: Key,
    iv: [u8; 16],
}

impl CbcAt {
    /// What lies from `start` to the end; whether it ended as it must.
    pub(crate) fn open(
        bytes: Arc<dyn ReadAt>,
        start: u64,
        key: Key,
        iv: [u8; 16],
    ) -> io::Result<(Self, bool)> {
        let there = bytes.len().saturating_sub(start);
        let stored = there / 16 * 16;
        let mut this = Self { bytes, start, len: stored, key, iv };
        let mut whole = there == stored && stored > 0;
        if whole {
            let mut last = [0; 16];
            this.read_exact_at(stored - 16, &mut last)?;
            let padding = last[15];
            let fits = (1..=16).contains(&padding)
                && last[16 - usize::from(padding).min(16)..].iter().all(|b| *b == padding);
            if fits {
                this.len = stored - u64::from(padding);
            }
            whole = fits;
        }
        Ok((this, whole))
    }
}

impl ReadAt for CbcAt {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.len.saturating_sub(offset)).unwrap_or(usize::MAX);
        let n = buf.len().min(left).min(PIECE);
        if n == 0 {
            return Ok(0);
        }
        let first = offset / 16 * 16;
        let skip = usize::try_from(offset - first).unwrap_or_default();
        let span = (skip + n).div_ceil(16) * 16;
        let mut blocks = vec![0; span];
        self.bytes.read_exact_at(self.start + first, &mut blocks)?;
        let mut iv = self.iv;
        if first > 0 {
            self.bytes.read_exact_at(self.start + first - 16, &mut iv)?;
        }
        let mut mode = cbc::Decryptor::<Aes256Dec>::new_from_slices(self.key.as_ref(), &iv)
            .map_err(|_| io::ErrorKind::InvalidData)?;
        let (chunks, _) = aes::cipher::array::Array::slice_as_chunks_mut(&mut blocks);
        mode.decrypt_blocks(chunks);
        buf[..n].copy_from_slice(&blocks[skip..skip + n]);
        Ok(n)
    }
}
