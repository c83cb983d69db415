//! Sealed bytes of an Android backup: AES-256-CTR under a counter that goes up by one for each frame
//! and each file, HMAC-SHA-256 cut to ten bytes. Knows no frame.

use std::io;
use std::sync::Arc;

use aes::Aes256;
use aes::cipher::{InnerIvInit, KeyInit, StreamCipher, StreamCipherSeek};
use ctr::{Ctr128BE, CtrCore};
use hmac::{Hmac, Mac};
use model::ReadAt;
use sha2::{Digest, Sha256};

use super::keys::Keys;

/// Length of a MAC in the file.
pub(crate) const MAC: usize = 10;

/// Read at once of a file.
const PIECE: usize = 1 << 18;

/// The keys, expanded, and the vector of the header, whose first four bytes the counter replaces.
pub(crate) struct Cipher {
    aes: Aes256,
    mac: Hmac<Sha256>,
    iv: [u8; 16],
}

impl Cipher {
    /// Expands the keys.
    pub(crate) fn new(keys: &Keys, iv: [u8; 16]) -> Self {
        let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(keys.mac.as_slice()).expect("HMAC takes any key");
        Self { aes: Aes256::new((&*keys.cipher).into()), mac, iv }
    }

    /// The counter of the first frame.
    pub(crate) fn first_counter(&self) -> u32 {
        u32::from_be_bytes([self.iv[0], self.iv[1], self.iv[2], self.iv[3]])
    }

    fn vector(&self, counter: u32) -> [u8; 16] {
        let mut iv = self.iv;
        iv[..4].copy_from_slice(&counter.to_be_bytes());
        iv
    }

    /// The key stream of a counter, from its start.
    pub(crate) fn stream(&self, counter: u32) -> Ctr128BE<Aes256> {
        let core = CtrCore::inner_iv_init(self.aes.clone(), &self.vector(counter).into());
        Ctr128BE::from_core(core)
    }

    /// Whether `tag` authenticates `sealed`.
    pub(crate) fn verifies(&self, sealed: &[u8], tag: &[u8]) -> bool {
        self.mac.clone().chain_update(sealed).verify_truncated_left(tag).is_ok()
    }

    /// Checks the file of `len` bytes at `offset`, whose MAC follows it and covers the vector too.
    /// Gives SHA-256 of the content when it is whole.
    pub(crate) fn check_file(&self, bytes: &dyn ReadAt, at: FileAt) -> io::Result<Option<[u8; 32]>> {
        let FileAt { offset, len, counter } = at;
        let mut mac = self.mac.clone().chain_update(self.vector(counter));
        let mut stream = self.stream(counter);
        let mut sha = Sha256::new();
        let mut piece = vec![0; PIECE.min(usize::try_from(len).unwrap_or(PIECE))];
        let mut done = 0;
        while done < len {
            let n = piece.len().min(usize::try_from(len - done).unwrap_or(PIECE));
            bytes.read_exact_at(offset + done, &mut piece[..n])?;
            mac.update(&piece[..n]);
            stream.apply_keystream(&mut piece[..n]);
            sha.update(&piece[..n]);
            done += n as u64;
        }
        let mut tag = [0; MAC];
        bytes.read_exact_at(offset + len, &mut tag)?;
        Ok(mac.verify_truncated_left(&tag).is_ok().then(|| sha.finalize().into()))
    }
}

#[cfg(test)]
impl Cipher {
    /// A frame as the phone writes it.
    pub(crate) fn seal_frame(&self, counter: u32, version: u64, plain: &[u8]) -> Vec<u8> {
        let mut length = u32::try_from(plain.len() + MAC).unwrap().to_be_bytes();
        let mut stream = self.stream(counter);
        if version > 0 {
            stream.apply_keystream(&mut length);
        }
        let mut sealed = plain.to_vec();
        stream.apply_keystream(&mut sealed);
        let mut out = length.to_vec();
        out.extend(&sealed);
        let covered = if version > 0 { &out[..] } else { &sealed[..] };
        let tag = self.mac.clone().chain_update(covered).finalize().into_bytes();
        out.extend(&tag[..MAC]);
        out
    }

    /// A file as the phone writes it behind its frame.
    pub(crate) fn seal_file(&self, counter: u32, plain: &[u8]) -> Vec<u8> {
        let mut sealed = plain.to_vec();
        self.stream(counter).apply_keystream(&mut sealed);
        let mac = self.mac.clone().chain_update(self.vector(counter)).chain_update(&sealed);
        sealed.extend(&mac.finalize().into_bytes()[..MAC]);
        sealed
    }
}

/// Where a file lies and under which counter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FileAt {
    pub(crate) offset: u64,
    pub(crate) len: u64,
    pub(crate) counter: u32,
}

/// A file of the backup, decrypted where it is read.
pub(crate) struct SealedFile {
    bytes: Arc<dyn ReadAt>,
    cipher: Arc<Cipher>,
    at: FileAt,
}

impl SealedFile {
    /// The file at a place.
    pub(crate) fn new(bytes: Arc<dyn ReadAt>, cipher: Arc<Cipher>, at: FileAt) -> Self {
        Self { bytes, cipher, at }
    }
}

impl ReadAt for SealedFile {
    fn len(&self) -> u64 {
        self.at.len
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.at.len.saturating_sub(offset)).unwrap_or(usize::MAX);
        let n = buf.len().min(left);
        if n == 0 {
            return Ok(0);
        }
        let n = self.bytes.read_at(self.at.offset + offset, &mut buf[..n])?;
        let mut stream = self.cipher.stream(self.at.counter);
        stream.try_seek(offset).map_err(|_| io::ErrorKind::InvalidInput)?;
        stream.apply_keystream(&mut buf[..n]);
        Ok(n)
    }
}
