//! Seals a long content in chunks of 64 KiB (the STREAM construction of Hoang, Reyhanitabar, Rogaway
//! and Vizar, 2015): nonce = 11 bytes counter, 1 byte that is 1 for the last chunk. No chunk is
//! released before its tag is checked; memory is one chunk.
//!
//! Inside: u64 length of the content, the content, zeros up to a Padme length. Layout: commitment 32,
//! then each chunk's ciphertext and tag.

use std::io::{Read, Write};

use aes_gcm::aead::AeadInOut;
use subtle::ConstantTimeEq;

use crate::seal::{cipher, expand};
use crate::{Plain, Secret, VaultError, padme};

pub(crate) const CHUNK: usize = 64 * 1024;
pub(crate) const TAG: usize = 16;

pub(crate) fn nonce(counter: u64, last: bool) -> [u8; 12] {
    let mut nonce = [0; 12];
    nonce[3..11].copy_from_slice(&counter.to_be_bytes());
    nonce[11] = u8::from(last);
    nonce
}

/// Bytes of the sealed form of a content of `len` bytes.
pub fn sealed_len(len: u64) -> u64 {
    let padded = padded(len);
    32 + padded + padded.div_ceil(CHUNK as u64).max(1) * TAG as u64
}

fn padded(len: u64) -> u64 {
    let whole = len.saturating_add(8);
    usize::try_from(whole).map_or(whole, |n| padme(n) as u64)
}

/// Seals `len` bytes of `content` under `key`, which must not be used again, into `out`.
///
/// # Errors
/// [`VaultError::Truncated`] when `content` ends early, [`VaultError::Io`] when reading or writing
/// fails. Bytes behind `len` are not read.
pub fn seal_stream(
    key: &Secret,
    context: &[u8],
    len: u64,
    content: &mut dyn Read,
    out: &mut dyn Write,
) -> Result<(), VaultError> {
    let (aes, commitment) = expand("BA1.stream", key, context);
    let cipher = cipher(&aes);
    out.write_all(&commitment)?;
    let total = padded(len);
    let head = len.to_be_bytes();
    let mut source = (&head[..]).chain(content.take(len)).chain(std::io::repeat(0));
    let mut chunk = Plain::new(vec![0; CHUNK]);
    let (mut done, mut counter) = (0_u64, 0);
    loop {
        let n = usize::try_from((total - done).min(CHUNK as u64)).unwrap_or(CHUNK);
        source.read_exact(&mut chunk[..n])?;
        done += n as u64;
        let last = done == total;
        let tag = cipher
            .encrypt_inout_detached(&nonce(counter, last).into(), &[], (&mut chunk[..n]).into())
            .map_err(|_| VaultError::Broken)?;
        out.write_all(&chunk[..n])?;
        out.write_all(&tag)?;
        counter += 1;
        if last {
            break;
        }
    }
    // what was left of the limit is what the content lacked
    let lacking = source.get_ref().0.get_ref().1.limit();
    if lacking > 0 {
        let to = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        return Err(VaultError::Truncated { need: to(len), have: to(len - lacking) });
    }
    Ok(())
}

/// Opens what [`seal_stream`] made; gives the length of the content. Nothing unauthenticated reaches
/// `out`; on an error what was written is a true beginning and must be thrown away.
///
/// # Errors
/// [`VaultError::WrongKey`], [`VaultError::Broken`], [`VaultError::Truncated`], [`VaultError::Io`].
pub fn open_stream(
    key: &Secret,
    context: &[u8],
    sealed: &mut dyn Read,
    out: &mut dyn Write,
) -> Result<u64, VaultError> {
    let (aes, commitment) = expand("BA1.stream", key, context);
    let cipher = cipher(&aes);
    let mut stated = [0; 32];
    sealed.read_exact(&mut stated).map_err(|_| VaultError::Truncated { need: 32, have: 0 })?;
    if !bool::from(commitment.ct_eq(&stated)) {
        return Err(VaultError::WrongKey);
    }
    // one byte more than a chunk tells whether another follows
    let mut buf = Plain::new(vec![0; CHUNK + TAG + 1]);
    let mut have = fill(sealed, &mut buf, 0)?;
    let (mut len, mut written, mut seen, mut counter) = (None, 0_u64, 0_u64, 0);
    loop {
        let last = have <= CHUNK + TAG;
        let n = have.min(CHUNK + TAG);
        let body = n.checked_sub(TAG).ok_or(VaultError::Truncated { need: TAG, have: n })?;
        let (chunk, rest) = buf.split_at_mut(body);
        let tag: [u8; TAG] = rest[..TAG].try_into().map_err(|_| VaultError::Broken)?;
        cipher
            .decrypt_inout_detached(&nonce(counter, last).into(), &[], (&mut *chunk).into(), &tag.into())
            .map_err(|_| VaultError::Broken)?;
        let mut plain = &*chunk;
        seen += plain.len() as u64;
        if counter == 0 {
            let (head, rest) = plain.split_first_chunk::<8>().ok_or(VaultError::Broken)?;
            len = Some(u64::from_be_bytes(*head));
            plain = rest;
        }
        let left = len.unwrap_or(0) - written;
        let n = usize::try_from(left).unwrap_or(usize::MAX).min(plain.len());
        out.write_all(&plain[..n])?;
        written += n as u64;
        if plain[n..].iter().any(|b| *b != 0) {
            return Err(VaultError::Broken);
        }
        if last {
            break;
        }
        let next = buf[CHUNK + TAG];
        buf[0] = next;
        have = fill(sealed, &mut buf, 1)?;
        counter += 1;
    }
    let len = len.unwrap_or(0);
    if written == len && seen == padded(len) { Ok(len) } else { Err(VaultError::Broken) }
}

pub(crate) fn fill(from: &mut dyn Read, buf: &mut [u8], mut have: usize) -> Result<usize, VaultError> {
    while have < buf.len() {
        match from.read(&mut buf[have..]) {
            Ok(0) => break,
            Ok(n) => have += n,
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e.into()),
        }
    }
    Ok(have)
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;

    #[test]
    fn every_length_comes_back_and_no_change_passes() {
        let key = Zeroizing::new([3; 32]);
        for len in [0, 1, 7, 8, 100, 65_527, 65_528, 65_529, 65_536, 131_064, 131_072, 200_000] {
            let content: Vec<u8> = (0..len).map(|i: usize| u8::try_from(i * 7 % 251).unwrap()).collect();
            let mut sealed = Vec::new();
            seal_stream(&key, b"c", len as u64, &mut &content[..], &mut sealed).unwrap();
            assert_eq!(sealed.len() as u64, sealed_len(len as u64), "{len}");
            let mut out = Vec::new();
            assert_eq!(open_stream(&key, b"c", &mut &sealed[..], &mut out), Ok(len as u64));
            assert_eq!(out, content);
            for i in (0..sealed.len()).step_by(sealed.len() / 40 + 1) {
                let mut bad = sealed.clone();
                bad[i] ^= 1;
                assert!(open_stream(&key, b"c", &mut &bad[..], &mut Vec::new()).is_err(), "{len} {i}");
                assert!(open_stream(&key, b"c", &mut &sealed[..i], &mut Vec::new()).is_err(), "{len} {i}");
            }
            let mut longer = sealed.clone();
            longer.push(0);
            assert!(open_stream(&key, b"c", &mut &longer[..], &mut Vec::new()).is_err());
            assert!(open_stream(&key, b"d", &mut &sealed[..], &mut Vec::new()).is_err());
        }
        let short = seal_stream(&key, b"c", 10, &mut &b"abc"[..], &mut Vec::new());
        assert_eq!(short, Err(VaultError::Truncated { need: 10, have: 3 }));
    }
}
