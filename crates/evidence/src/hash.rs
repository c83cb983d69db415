//! SHA-256 (FIPS 180-4) of bytes that lie somewhere, in pieces of 1 MiB.

use std::io;

use model::ReadAt;
use sha2::{Digest, Sha256};

/// SHA-256 of all of `bytes`, read from the start to the end.
///
/// # Errors
/// When reading fails.
pub fn hash(bytes: &dyn ReadAt) -> io::Result<[u8; 32]> {
    hash_and_count(bytes).map(|(digest, _)| digest)
}

/// SHA-256 and the number of bytes that there really were.
///
/// # Errors
/// When reading fails.
pub fn hash_and_count(bytes: &dyn ReadAt) -> io::Result<([u8; 32], u64)> {
    let mut buf = vec![0; usize::try_from(bytes.len().clamp(1, 1 << 20)).unwrap_or(1 << 20)];
    let mut hasher = Sha256::new();
    let mut at = 0;
    loop {
        let n = bytes.read_at(at, &mut buf)?;
        if n == 0 {
            return Ok((hasher.finalize().into(), at));
        }
        hasher.update(&buf[..n]);
        at += n as u64;
    }
}

/// SHA-256 of a slice.
pub fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
