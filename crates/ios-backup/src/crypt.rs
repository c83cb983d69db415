//! One encrypted file as bytes that can be read anywhere: AES-256-CBC with a zero vector, PKCS#7 at
//! the end. Block i is `D(C_i) xor C_(i-1)`, so a page costs one block more than itself.
//!
//! The length comes from unpadding and, for SQLite, from its page count; never from `Size` in the
//! manifest, which is wrong for a share of databases.

use std::io;
use std::sync::Arc;

use aes::Aes256Dec;
use aes::cipher::array::Array;
use aes::cipher::{BlockModeDecrypt, InnerIvInit, KeyInit};
use model::ReadAt;
use zeroize::Zeroizing;

use crate::keybag::Key;

const BLOCK: u64 = 16;
/// Pages up to this size are read in one call with the block before them.
const SHORT: usize = 4096;
const SQLITE: &[u8; 16] = b"SQLite format 3\0";

/// What the end of a file said about its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Padding is right, and so is the length.
    Whole,
    /// Padding is right, but the database says it is longer.
    ShorterThanHeader,
    /// Padding is wrong or blocks are cut: a database, served up to its last whole page.
    DamagedTail,
    /// Padding is wrong or blocks are cut: not a database, served as it is.
    Unverified,
}

/// A decrypted view of an encrypted file.
pub(crate) struct Decrypted {
    stored: Arc<dyn ReadAt>,
    cipher: Aes256Dec,
    len: u64,
}

impl Decrypted {
    /// Opens `stored` under `key` and finds its length.
    pub(crate) fn open(stored: Arc<dyn ReadAt>, key: &Key) -> io::Result<(Self, Ending)> {
        let cipher = Aes256Dec::new((&**key).into());
        let whole = stored.len() - stored.len() % BLOCK;
        let mut file = Self { stored, cipher, len: whole };
        if whole == 0 {
            let ending = if file.stored.is_empty() { Ending::Whole } else { Ending::Unverified };
            return Ok((file, ending));
        }
        let mut head = Zeroizing::new([0; 32]);
        let n = file.read_at(0, head.as_mut())?;
        let sqlite = n >= 32 && head.starts_with(SQLITE);
        let page = match u16::from_be_bytes([head[16], head[17]]) {
            1 => 65_536,
            size => u64::from(size),
        };
        let pages = u64::from(u32::from_be_bytes([head[28], head[29], head[30], head[31]]));
        let mut last = Zeroizing::new([0; 16]);
        file.read_exact_at(whole - BLOCK, last.as_mut())?;
        let pad = last[15];
        let padded = whole == file.stored.len()
            && (1..=16).contains(&pad)
            && last[16 - usize::from(pad)..].iter().all(|b| *b == pad);
        let ending = if padded {
            file.len = whole - u64::from(pad);
            if sqlite && pages * page > file.len { Ending::ShorterThanHeader } else { Ending::Whole }
        } else if sqlite && page >= 512 {
            file.len = whole - whole % page;
            Ending::DamagedTail
        } else {
            Ending::Unverified
        };
        Ok((file, ending))
    }
}

impl ReadAt for Decrypted {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.len.saturating_sub(offset)).unwrap_or(usize::MAX);
        let n = buf.len().min(left);
        if n == 0 {
            return Ok(0);
        }
        let buf = &mut buf[..n];
        if offset.is_multiple_of(BLOCK) && n.is_multiple_of(16) {
            self.blocks(offset, buf)?;
            return Ok(n);
        }
        // a range that cuts blocks: through a buffer of at most 64 KiB, the rest on the next call
        let start = offset - offset % BLOCK;
        let skip = usize::try_from(offset - start).unwrap_or_default();
        let n = n.min(65_536 - skip);
        let end = (offset + n as u64).next_multiple_of(BLOCK);
        let mut around = Zeroizing::new(vec![0; usize::try_from(end - start).unwrap_or_default()]);
        self.blocks(start, &mut around)?;
        buf[..n].copy_from_slice(&around[skip..skip + n]);
        Ok(n)
    }
}

impl Decrypted {
    /// Decrypts whole blocks at a multiple of the block size into `buf`; the block before serves as the
    /// vector and comes in the same read.
    fn blocks(&self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        let mut iv = [0; 16];
        if offset > 0 && buf.len() <= SHORT {
            let mut around = [0; SHORT + 16];
            let around = &mut around[..buf.len() + 16];
            self.stored.read_exact_at(offset - BLOCK, around)?;
            iv.copy_from_slice(&around[..16]);
            buf.copy_from_slice(&around[16..]);
        } else {
            if offset > 0 {
                self.stored.read_exact_at(offset - BLOCK, &mut iv)?;
            }
            self.stored.read_exact_at(offset, buf)?;
        }
        let mut mode = cbc::Decryptor::inner_iv_init(self.cipher.clone(), &Array(iv));
        let (blocks, rest) = Array::slice_as_chunks_mut(buf);
        debug_assert!(rest.is_empty());
        mode.decrypt_blocks(blocks);
        Ok(())
    }
}
