//! The encrypted form of an export: a header, then libsodium's secret stream (XChaCha20-Poly1305) in chunks
//! of one size. Every chunk is authenticated when the file is opened; afterwards each can be decrypted by
//! itself, since what the next chunk's nonce depends on, the tags before it, lies in the file.
//!
//! The header's number for memory goes to libsodium, which takes it for bytes.

use std::io;
use std::sync::Arc;

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20::cipher::{KeyIvInit, StreamCipher, StreamCipherSeek};
use chacha20::{ChaCha20, R20, hchacha};
use model::{Fault, Location, Place, ReadAt, SourceError};
use poly1305::Poly1305;
use poly1305::universal_hash::{KeyInit, UniversalHash};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

const MAGIC: [u8; 8] = *b"SSEF\0\xff\0\x01";
const HEADER: u64 = 36;
const STREAM_HEADER: u64 = 24;
/// A tag byte and a Poly1305 tag.
const OVERHEAD: u64 = 17;
const TAG_FINAL: u8 = 3;
const TAG_MESSAGE: u8 = 0;

/// Chunks are 65536 bytes; what is outside these bounds is made to cost memory.
const CHUNK: std::ops::RangeInclusive<u32> = 256..=1 << 24;
/// Most passes, and most memory in KiB, of the key derivation.
const MOST_PASSES: u32 = 64;
const MOST_KIB: u32 = 1 << 20;
/// Most of both: libsodium's highest setting is four passes over 1 GiB.
const MOST_WORK_KIB: u64 = 8 << 20;

type Key = Zeroizing<[u8; 32]>;

/// The header.
pub(crate) struct Header {
    passes: u32,
    memory: u32,
    salt: [u8; 16],
    chunk: u32,
    start: [u8; 24],
}

fn damaged(fault: Fault) -> SourceError {
    SourceError::damaged(Location { evidence: "encrypted export".to_owned(), place: Place::File }, fault)
}

impl Header {
    /// Reads the header; `None` when the bytes are no such file.
    pub(crate) fn read(bytes: &dyn ReadAt) -> Result<Option<Self>, SourceError> {
        let io = |e: io::Error| SourceError::io("reading the source", &e);
        let mut head = [0; 60];
        let mut filled = 0;
        while filled < head.len() {
            match bytes.read_at(filled as u64, &mut head[filled..]).map_err(io)? {
                0 => break,
                n => filled += n,
            }
        }
        if filled < 6 || head[..6] != MAGIC[..6] {
            return Ok(None);
        }
        if filled < head.len() {
            return Err(damaged(Fault::Truncated { need: head.len() as u64, have: filled as u64 }));
        }
        if head[..8] != MAGIC {
            return Err(damaged(Fault::Unexpected { expected: "version 1 of the encrypted form" }));
        }
        let number = |at: usize| head[at..at + 4].try_into().map_or(0, u32::from_be_bytes);
        let (mut salt, mut start) = ([0; 16], [0; 24]);
        salt.copy_from_slice(&head[16..32]);
        start.copy_from_slice(&head[36..60]);
        let header = Self { passes: number(8), memory: number(12), salt, chunk: number(32), start };
        if !CHUNK.contains(&header.chunk) {
            return Err(damaged(Fault::Unexpected { expected: "a chunk size between 256 B and 16 MiB" }));
        }
        if header.passes == 0 || header.passes > MOST_PASSES {
            return Err(damaged(Fault::TooMuch {
                what: "passes of the key derivation",
                bound: MOST_PASSES.into(),
            }));
        }
        Ok(Some(header))
    }

    fn key(&self, passphrase: &str, kib: u32) -> Option<Key> {
        if u64::from(kib) * u64::from(self.passes) > MOST_WORK_KIB {
            return None;
        }
        let params = Params::new(kib, self.passes, 1, Some(32)).ok()?;
        let mut key = Zeroizing::new([0; 32]);
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        argon2.hash_password_into(passphrase.as_bytes(), &self.salt, key.as_mut()).ok()?;
        Some(key)
    }
}

/// The content, decrypted as it is read.
pub(crate) struct Ssef {
    bytes: Arc<dyn ReadAt>,
    key: Key,
    chunk: u64,
    /// Second half of the nonce, by chunk.
    nonces: Vec<[u8; 8]>,
    len: u64,
}

fn cipher(key: &Key, chunk: u64, nonce: [u8; 8]) -> ChaCha20 {
    // the first half counts chunks from 1
    let count = u32::try_from(chunk + 1).unwrap_or(u32::MAX).to_le_bytes();
    let mut whole = [0; 12];
    whole[..4].copy_from_slice(&count);
    whole[4..].copy_from_slice(&nonce);
    ChaCha20::new((&**key).into(), &whole.into())
}

/// Authenticates a chunk and gives its tag byte and the tag itself; `None` when it does not fit.
fn check(key: &Key, chunk: u64, nonce: [u8; 8], sealed: &[u8]) -> Option<(u8, [u8; 16])> {
    let (body, tag) = sealed.split_last_chunk::<16>()?;
    let (first, text) = body.split_first()?;
    let mut cipher = cipher(key, chunk, nonce);
    let mut block = Zeroizing::new([0_u8; 64]);
    cipher.apply_keystream(block.as_mut());
    let mut mac = Poly1305::new_from_slice(&block[..32]).ok()?;
    // the block that encrypts the tag byte: its other bytes are zeros
    let mut tag_block = [0_u8; 64];
    cipher.apply_keystream(&mut tag_block);
    let kind = first ^ tag_block[0];
    tag_block[0] = *first;
    // a padding that depends on the length as libsodium computes it: length mod 16 zeros
    let zeros = text.len() % 16;
    let mut tail = Vec::with_capacity(48);
    let whole = text.len() / 16 * 16;
    tail.extend_from_slice(&text[whole..]);
    tail.resize(tail.len() + zeros, 0);
    tail.extend_from_slice(&0_u64.to_le_bytes());
    tail.extend_from_slice(&(64 + text.len() as u64).to_le_bytes());
    for block in tag_block.as_chunks::<16>().0.iter().chain(text[..whole].as_chunks::<16>().0) {
        mac.update(&[(*block).into()]);
    }
    let computed: [u8; 16] = mac.compute_unpadded(&tail).into();
    bool::from(subtle::ConstantTimeEq::ct_eq(&computed[..], &tag[..])).then_some((kind, *tag))
}

/// Opens the content; also how the stream ended, where that is worth a look.
pub(crate) fn open(
    bytes: Arc<dyn ReadAt>,
    header: &Header,
    passphrase: Option<&SecretString>,
) -> Result<(Ssef, Option<String>), SourceError> {
    let what = "export passphrase";
    let io = |e: io::Error| SourceError::io("reading the source", &e);
    let passphrase = passphrase.ok_or(SourceError::SecretNeeded { kind: crate::SOURCE, what })?;
    let size = u64::from(header.chunk);
    let mut first = vec![0; usize::try_from(size + OVERHEAD).unwrap_or_default()];
    let n = fill(bytes.as_ref(), HEADER + STREAM_HEADER, &mut first).map_err(io)?;
    let mut nonce = [0; 8];
    nonce.copy_from_slice(&header.start[16..]);
    // bytes, as the app passes them on; KiB, as its documents say
    let memories =
        [header.memory / 1024, header.memory].into_iter().filter(|kib| (8..=MOST_KIB).contains(kib));
    let mut key = None;
    for kib in memories {
        let Some(password_key) = header.key(passphrase.expose_secret(), kib) else { continue };
        let start: [u8; 16] = std::array::from_fn(|i| header.start[i]);
        let derived = hchacha::<R20>((&*password_key).into(), &start.into());
        let candidate: Key = Zeroizing::new(derived.into());
        if check(&candidate, 0, nonce, &first[..n]).is_some() {
            key = Some(candidate);
            break;
        }
    }
    let key = key.ok_or(SourceError::WrongSecret { what })?;
    let mut this = Ssef { bytes, key, chunk: size, nonces: Vec::new(), len: 0 };
    let mut sealed = first;
    let ending = loop {
        let chunk = this.nonces.len() as u64;
        let n = fill(this.bytes.as_ref(), this.at(chunk), &mut sealed).map_err(io)?;
        if n == 0 {
            break Some(format!("stream_cut:{chunk}"));
        }
        let Some((kind, tag)) = check(&this.key, chunk, nonce, &sealed[..n]) else {
            let whole = n == sealed.len();
            break Some(format!("{}:{chunk}", if whole { "stream_damaged" } else { "stream_cut" }));
        };
        this.nonces.push(nonce);
        this.len += n as u64 - OVERHEAD;
        match kind {
            TAG_FINAL => {
                let behind = this.at(chunk) + n as u64;
                break (behind < this.bytes.len()).then(|| "content_behind_the_end".to_owned());
            }
            TAG_MESSAGE if n == sealed.len() => {}
            _ => break Some(format!("stream_damaged:{chunk}")),
        }
        for (n, t) in nonce.iter_mut().zip(tag) {
            *n ^= t;
        }
    };
    Ok((this, ending))
}

/// Reads until `buf` is full or the bytes end.
fn fill(bytes: &dyn ReadAt, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buf.len() {
        match bytes.read_at(offset + filled as u64, &mut buf[filled..])? {
            0 => break,
            n => filled += n,
        }
    }
    Ok(filled)
}

impl Ssef {
    /// Where a chunk lies.
    fn at(&self, chunk: u64) -> u64 {
        HEADER + STREAM_HEADER + chunk * (self.chunk + OVERHEAD)
    }
}

impl ReadAt for Ssef {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        if offset >= self.len || buf.is_empty() {
            return Ok(0);
        }
        let (chunk, within) = (offset / self.chunk, offset % self.chunk);
        let left = (self.len - offset).min(self.chunk - within);
        let n = buf.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        self.bytes.read_exact_at(self.at(chunk) + 1 + within, &mut buf[..n])?;
        let nonce =
            usize::try_from(chunk).ok().and_then(|i| self.nonces.get(i)).ok_or(io::ErrorKind::InvalidData)?;
        let mut cipher = cipher(&self.key, chunk, *nonce);
        // two blocks come first: the key of the tag, and the tag byte
        cipher.try_seek(128 + within).map_err(|_| io::ErrorKind::InvalidData)?;
        cipher.apply_keystream(&mut buf[..n]);
        Ok(n)
    }
}

/// Any bytes as an encrypted export.
#[doc(hidden)]
pub fn fuzz_one(data: &[u8]) {
    let bytes: Arc<dyn ReadAt> = Arc::new(data.to_vec());
    if let Ok(Some(header)) = Header::read(bytes.as_ref())
        && header.memory < 1 << 14
        && header.passes < 4
    {
        let passphrase = SecretString::from("kode");
        if let Ok((content, _)) = open(bytes, &header, Some(&passphrase)) {
            let _: io::Result<usize> = content.read_at(content.len() / 2, &mut [0; 64]);
        }
    }
}
