//! AES-256-GCM over a file that does not fit into memory (SP 800-38D): first the whole is authenticated
//! without decrypting anything, then ranges are decrypted. The vector has 16 bytes, so the first counter
//! is its GHASH and not the vector itself.

use std::io;
use std::sync::mpsc::sync_channel;

use aes::Aes256;
use aes::cipher::{BlockCipherEncrypt, InnerIvInit, KeyInit, StreamCipher, StreamCipherSeek};
use ctr::{Ctr32BE, CtrCore, flavors};
use ghash::GHash;
use ghash::universal_hash::UniversalHash;
use md5::Md5;
use model::ReadAt;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::Trailer;
use super::header::Header;
use super::key::Key;

const BLOCK: usize = 16;
const TAG: u64 = 16;
/// Bytes read at once.
const CHUNK: usize = 1 << 20;

/// A key and a vector.
pub(crate) struct Gcm {
    aes: Aes256,
    hash_key: Zeroizing<[u8; BLOCK]>,
    /// The first counter, which encrypts the tag.
    first: [u8; BLOCK],
}

impl Gcm {
    /// Derives hash key and first counter.
    pub(crate) fn new(key: &Key, iv: &[u8; 16]) -> Self {
        let aes = Aes256::new((&**key).into());
        let mut hash_key = [0; BLOCK].into();
        aes.encrypt_block(&mut hash_key);
        let mut ghash = GHash::new(&hash_key);
        let mut lengths = [0; BLOCK];
        lengths[8..].copy_from_slice(&128_u64.to_be_bytes());
        ghash.update(&[(*iv).into(), lengths.into()]);
        Self { aes, hash_key: Zeroizing::new(hash_key.into()), first: ghash.finalize().into() }
    }

    fn ghash(&self) -> GHash {
        GHash::new((&*self.hash_key).into())
    }

    /// The tag of what `ghash` has taken, `rest` and their length.
    fn tag(&self, mut ghash: GHash, rest: &[u8], len: u64) -> [u8; BLOCK] {
        ghash.update_padded(rest);
        let mut lengths = [0; BLOCK];
        lengths[8..].copy_from_slice(&len.wrapping_mul(8).to_be_bytes());
        ghash.update(&[lengths.into()]);
        let mut mask = self.first.into();
        self.aes.encrypt_block(&mut mask);
        let mut tag: [u8; BLOCK] = ghash.finalize().into();
        tag.iter_mut().zip(mask).for_each(|(t, m)| *t ^= m);
        tag
    }

    /// Decrypts, from the start of the ciphertext on; `at` is where in it `buf` stands.
    pub(crate) fn decrypt(&self, at: u64, buf: &mut [u8]) {
        let core: CtrCore<Aes256, flavors::Ctr32BE> =
            CtrCore::inner_iv_init(self.aes.clone(), &self.first.into());
        let mut stream = Ctr32BE::from_core(core);
        // the counter after the first is the text's first
        stream.seek(at + BLOCK as u64);
        stream.apply_keystream(buf);
    }
}

/// What reading the whole file once shows.
pub(crate) struct Examined {
    /// SHA-256 of all of it.
    pub(crate) sha256: [u8; 32],
    /// Whether the last bytes are the MD5 of what is before them.
    pub(crate) checksum_matches: bool,
    /// Where the ciphertext ends; `None` when no tag matches.
    pub(crate) end: Option<u64>,
    /// What stands behind the tag.
    pub(crate) trailer: Trailer,
}

/// Reads the file once: its hash, its checksum, and where in its last bytes the tag stands.
pub(crate) fn examine(stored: &dyn ReadAt, header: &Header, gcm: &Gcm) -> io::Result<Examined> {
    let len = stored.len();
    let (start, trailer) = (header.len, header.trailer());
    // the last bytes hold the tag somewhere: up to here everything is ciphertext whatever is cut
    let sure = len.saturating_sub(TAG + trailer).max(start);
    let sure = start + (sure - start) / BLOCK as u64 * BLOCK as u64;
    let summed = len.saturating_sub(trailer);
    let (to_md5, chunks) = sync_channel::<Vec<u8>>(2);
    let (give_back, empties) = sync_channel::<Vec<u8>>(4);
    let (sha256, ghash, tail, md5) = std::thread::scope(|scope| {
        let summing = scope.spawn(move || {
            let (mut md5, mut left) = (Md5::new(), summed);
            for chunk in chunks {
                let n = usize::try_from(left).unwrap_or(usize::MAX).min(chunk.len());
                md5.update(&chunk[..n]);
                left -= n as u64;
                // the reader may have ended: then nobody wants it back
                drop(give_back.try_send(chunk));
            }
            md5.finalize()
        });
        let run = || -> io::Result<_> {
            let (mut sha, mut ghash) = (Sha256::new(), gcm.ghash());
            let mut tail = Vec::new();
            let mut at = 0;
            while at < len {
                let mut chunk = empties.try_recv().unwrap_or_default();
                chunk.resize(CHUNK, 0);
                // pieces begin at whole blocks of the ciphertext
                let want = if at == 0 { start.min(CHUNK as u64) } else { CHUNK as u64 }.min(len - at);
                let n = usize::try_from(want).unwrap_or(CHUNK);
                stored.read_exact_at(at, &mut chunk[..n])?;
                chunk.truncate(n);
                sha.update(&chunk);
                if at >= start {
                    let whole = usize::try_from(sure.saturating_sub(at)).unwrap_or(usize::MAX).min(n);
                    ghash.update_padded(&chunk[..whole]);
                    tail.extend_from_slice(&chunk[whole..]);
                }
                at += n as u64;
                // a failed send means that the other thread panicked, which joining it shows
                if to_md5.send(chunk).is_err() {
                    break;
                }
            }
            Ok((sha.finalize().into(), ghash, tail))
        };
        let read = run();
        drop(to_md5);
        let md5 = summing.join().map_err(|_| io::Error::from(io::ErrorKind::Other))?;
        read.map(|(sha256, ghash, tail)| (sha256, ghash, tail, md5))
    })?;
    let sum_at = usize::try_from(summed.saturating_sub(sure)).unwrap_or(usize::MAX);
    let checksum_matches = tail.get(sum_at..sum_at.saturating_add(16)) == Some(md5.as_slice());
    let mut seen = Examined { sha256, checksum_matches, end: None, trailer: Trailer::None };
    for cut in 0..=trailer {
        let Some(end) = len.checked_sub(TAG + trailer - cut).filter(|end| *end >= sure) else { continue };
        let from = usize::try_from(end - sure).unwrap_or(usize::MAX);
        let Some((rest, tag)) = tail.split_at_checked(from) else { continue };
        let Some(tag) = tag.get(..BLOCK) else { continue };
        if bool::from(gcm.tag(ghash.clone(), rest, end - start).ct_eq(tag)) {
            seen.end = Some(end);
            seen.trailer = match cut {
                0 if checksum_matches => Trailer::Matches,
                0 => Trailer::Differs,
                cut if cut == trailer && header.may_lack_checksum() => Trailer::None,
                cut => Trailer::Cut(cut),
            };
            break;
        }
    }
    Ok(seen)
}
