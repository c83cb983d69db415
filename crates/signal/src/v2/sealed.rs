//! Sealed files of a local backup: vector, AES-256-CBC, HMAC-SHA-256 over both. `main` is read in
//! order; a media file is read anywhere, once its MAC and the hash of its content were found to fit.

use std::io::{self, Read};
use std::sync::Arc;

use aes::Aes256Dec;
use aes::cipher::array::Array;
use aes::cipher::{BlockCipherDecrypt, BlockModeDecrypt, KeyInit, KeyIvInit};
use hmac::{Hmac, Mac};
use model::ReadAt;
use sha2::{Digest, Sha256};

use super::keys::{Key, Pair};

const BLOCK: u64 = 16;
const TAG: u64 = 32;
/// Read at once.
const PIECE: usize = 1 << 16;

/// A sealed file and where its parts lie.
#[derive(Clone)]
pub(crate) struct Sealed {
    bytes: Arc<dyn ReadAt>,
    /// Where the vector begins.
    start: u64,
    /// Length of the ciphertext, in whole blocks.
    len: u64,
    /// Whether the length is what the format has.
    pub(crate) regular: bool,
}

impl Sealed {
    /// Finds the parts; `None` when there are not even a vector, one block and a MAC.
    pub(crate) fn at(bytes: Arc<dyn ReadAt>, start: u64) -> Option<Self> {
        let len = bytes.len().checked_sub(start)?.checked_sub(BLOCK + TAG)?;
        (len >= BLOCK).then(|| Self { bytes, start, len: len - len % BLOCK, regular: len % BLOCK == 0 })
    }

    fn mac(&self, key: &Key) -> io::Result<Hmac<Sha256>> {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key.as_slice()).expect("HMAC takes any key");
        let mut piece = vec![0; PIECE];
        let (mut at, end) = (self.start, self.bytes.len() - TAG);
        while at < end {
            let n = PIECE.min(usize::try_from(end - at).unwrap_or(PIECE));
            self.bytes.read_exact_at(at, &mut piece[..n])?;
            mac.update(&piece[..n]);
            at += n as u64;
        }
        Ok(mac)
    }

    /// Whether the MAC fits.
    pub(crate) fn verifies(&self, key: &Key) -> io::Result<bool> {
        let mut tag = [0; 32];
        self.bytes.read_exact_at(self.bytes.len() - TAG, &mut tag)?;
        Ok(self.regular && self.mac(key)?.verify_slice(&tag).is_ok())
    }

    /// The content from its start, padding taken off.
    pub(crate) fn read(&self, key: &Key) -> io::Result<Plain> {
        let mut iv = [0; 16];
        self.bytes.read_exact_at(self.start, &mut iv)?;
        let cipher = cbc::Decryptor::<Aes256Dec>::new((&**key).into(), &iv.into());
        Ok(Plain { file: self.clone(), cipher, at: 0, piece: Vec::new(), given: 0 })
    }
}

/// The content of a sealed file, in order.
pub(crate) struct Plain {
    file: Sealed,
    cipher: cbc::Decryptor<Aes256Dec>,
    at: u64,
    piece: Vec<u8>,
    given: usize,
}

impl Read for Plain {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.given == self.piece.len() {
            let left = self.file.len - self.at;
            let n = PIECE.min(usize::try_from(left).unwrap_or(PIECE));
            self.piece.resize(n, 0);
            self.given = 0;
            if n == 0 {
                return Ok(0);
            }
            self.file.bytes.read_exact_at(self.file.start + BLOCK + self.at, &mut self.piece)?;
            self.at += n as u64;
            for block in self.piece.as_chunks_mut::<16>().0 {
                self.cipher.decrypt_block(Array::cast_from_core_mut(block));
            }
            if self.at == self.file.len {
                let pad = usize::from(self.piece.last().copied().unwrap_or(0));
                let whole = self.piece.len();
                if (1..=16).contains(&pad) && self.piece[whole - pad..].iter().all(|b| usize::from(*b) == pad)
                {
                    self.piece.truncate(whole - pad);
                }
            }
        }
        let n = buf.len().min(self.piece.len() - self.given);
        buf[..n].copy_from_slice(&self.piece[self.given..self.given + n]);
        self.given += n;
        Ok(n)
    }
}

/// A media file, decrypted where it is read.
pub(crate) struct Media {
    file: Sealed,
    cipher: Aes256Dec,
    len: u64,
}

/// What checking a media file gave.
pub(crate) enum Checked {
    /// MAC and hash fit.
    Whole(Arc<Media>, [u8; 32]),
    /// One of them does not.
    Damaged,
}

impl Media {
    /// Checks the file: MAC, length and, where the message states it, hash of the content.
    pub(crate) fn check(
        bytes: Arc<dyn ReadAt>,
        keys: &Pair,
        len: u64,
        stated: Option<&[u8]>,
    ) -> io::Result<Checked> {
        let Some(file) = Sealed::at(bytes, 0) else { return Ok(Checked::Damaged) };
        if len > file.len || !file.verifies(&keys.mac)? {
            return Ok(Checked::Damaged);
        }
        let mut plain = file.read(&keys.aes)?.take(len);
        let mut sha = Sha256::new();
        let mut piece = vec![0; PIECE];
        let mut seen = 0;
        loop {
            match plain.read(&mut piece)? {
                0 => break,
                n => {
                    sha.update(&piece[..n]);
                    seen += n as u64;
                }
            }
        }
        let sha256: [u8; 32] = sha.finalize().into();
        if seen < len || stated.is_some_and(|s| s != sha256) {
            return Ok(Checked::Damaged);
        }
        let cipher = Aes256Dec::new((&*keys.aes).into());
        Ok(Checked::Whole(Arc::new(Self { file, cipher, len }), sha256))
    }
}

impl ReadAt for Media {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.len.saturating_sub(offset)).unwrap_or(usize::MAX);
        let n = buf.len().min(left).min(PIECE);
        if n == 0 {
            return Ok(0);
        }
        // block i is D(C_i) xor C_(i-1); the vector lies in front of the first
        let first = offset / BLOCK;
        let skip = usize::try_from(offset % BLOCK).unwrap_or(0);
        let blocks = (skip + n).div_ceil(16);
        let mut sealed = vec![0; 16 * (blocks + 1)];
        self.file.bytes.read_exact_at(self.file.start + first * BLOCK, &mut sealed)?;
        let mut plain = sealed[16..].to_vec();
        for (block, before) in plain.as_chunks_mut::<16>().0.iter_mut().zip(sealed.as_chunks::<16>().0) {
            self.cipher.decrypt_block(Array::cast_from_core_mut(block));
            block.iter_mut().zip(before).for_each(|(b, c)| *b ^= c);
        }
        buf[..n].copy_from_slice(&plain[skip..skip + n]);
        Ok(n)
    }
}
