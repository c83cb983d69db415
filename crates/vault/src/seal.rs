//! The seal: AES-256-GCM (SP 800-38D) under a key that is used once, with a commitment to that key in
//! front, so that a ciphertext opens under one key only.
//!
//! `HKDF-SHA-256(key, no salt, "BA1.seal" | context)` gives 64 bytes: the AES key and the commitment.
//! The nonce is zero, which is right because the key is used once. Layout: commitment 32, ciphertext,
//! tag 16.

use aes_gcm::aead::AeadInOut;
use aes_gcm::{Aes256Gcm, KeyInit};
use hkdf::Hkdf;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::{Plain, Secret, VaultError, random, tag};

/// Bytes that a seal adds.
pub const OVERHEAD: usize = 48;
/// Bytes that a seal under a lasting key adds.
pub const UNDER_OVERHEAD: usize = OVERHEAD + 32;

const TAG: usize = 16;

/// The AES key and the commitment for a key used once.
pub(crate) fn expand(label: &str, key: &Secret, context: &[u8]) -> (Secret, [u8; 32]) {
    let mut out = Zeroizing::new([0; 64]);
    Hkdf::<Sha256>::new(None, key.as_ref())
        .expand_multi_info(&[&tag(label), context], out.as_mut())
        .expect("64 bytes are within what HKDF-SHA-256 gives");
    let (mut aes, mut commitment) = (Secret::default(), [0; 32]);
    aes.copy_from_slice(&out[..32]);
    commitment.copy_from_slice(&out[32..]);
    (aes, commitment)
}

pub(crate) fn cipher(key: &Secret) -> Aes256Gcm {
    Aes256Gcm::new((&**key).into())
}

/// Seals `plain` under `key`, which must not be used again, bound to `context`; appends to `out`.
pub fn seal(key: &Secret, context: &[u8], plain: &[u8], out: &mut Vec<u8>) {
    let (aes, commitment) = expand("BA1.seal", key, context);
    out.reserve(plain.len() + OVERHEAD);
    out.extend_from_slice(&commitment);
    let at = out.len();
    out.extend_from_slice(plain);
    let tag = cipher(&aes)
        .encrypt_inout_detached(&[0; 12].into(), &[], (&mut out[at..]).into())
        .expect("a segment is far below what AES-GCM can seal");
    out.extend_from_slice(&tag);
}

/// Opens what [`seal`] made.
///
/// # Errors
/// [`VaultError::WrongKey`] when the commitment does not fit (another key or context),
/// [`VaultError::Broken`] when the bytes were changed.
pub fn open(key: &Secret, context: &[u8], sealed: &[u8]) -> Result<Plain, VaultError> {
    let (stated, rest) = split(sealed, 32)?;
    let (body, tag) = split(rest, rest.len().saturating_sub(TAG))?;
    let tag: [u8; TAG] =
        tag.try_into().map_err(|_| VaultError::Truncated { need: OVERHEAD, have: sealed.len() })?;
    let (aes, commitment) = expand("BA1.seal", key, context);
    if !bool::from(commitment.ct_eq(stated)) {
        return Err(VaultError::WrongKey);
    }
    let mut plain = Plain::new(body.to_vec());
    cipher(&aes)
        .decrypt_inout_detached(&[0; 12].into(), &[], plain.as_mut_slice().into(), &tag.into())
        .map_err(|_| VaultError::Broken)?;
    Ok(plain)
}

fn split(bytes: &[u8], at: usize) -> Result<(&[u8], &[u8]), VaultError> {
    bytes.split_at_checked(at).ok_or(VaultError::Truncated { need: OVERHEAD, have: bytes.len() })
}

/// The key used once that a lasting key and 32 random bytes give: HKDF-Extract.
fn once(key: &Secret, salt: &[u8; 32]) -> Secret {
    let (prk, _) = Hkdf::<Sha256>::extract(Some(salt), key.as_ref());
    Zeroizing::new(prk.into())
}

/// Seals under a lasting key: 32 random bytes in front, then a [`seal`] under the key they give.
///
/// # Errors
/// [`VaultError::NoRandomness`].
pub fn seal_under(key: &Secret, context: &[u8], plain: &[u8]) -> Result<Vec<u8>, VaultError> {
    let salt: [u8; 32] = random()?;
    let mut out = Vec::with_capacity(plain.len() + UNDER_OVERHEAD);
    out.extend_from_slice(&salt);
    seal(&once(key, &salt), context, plain, &mut out);
    Ok(out)
}

/// Opens what [`seal_under`] made.
///
/// # Errors
/// As [`open`].
pub fn open_under(key: &Secret, context: &[u8], sealed: &[u8]) -> Result<Plain, VaultError> {
    let (salt, rest) = sealed
        .split_first_chunk::<32>()
        .ok_or(VaultError::Truncated { need: UNDER_OVERHEAD, have: sealed.len() })?;
    open(&once(key, salt), context, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(b: u8) -> Secret {
        Zeroizing::new([b; 32])
    }

    /// Computed with Python's `cryptography`: HKDF-SHA-256 and AES-256-GCM (`scripts/vectors.py`).
    #[test]
    fn known_answer() {
        let mut sealed = Vec::new();
        seal(&key(7), b"context", b"Rigets tilstand", &mut sealed);
        let hex: String = sealed.iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(hex, include_str!("../../../fixtures/vectors/seal/seal-1.hex").trim());
    }

    #[test]
    fn a_seal_opens_with_its_key_and_context_only() {
        let mut sealed = Vec::new();
        seal(&key(1), b"here", b"text", &mut sealed);
        assert_eq!(sealed.len(), 4 + OVERHEAD);
        assert_eq!(open(&key(1), b"here", &sealed).unwrap().as_slice(), b"text");
        assert_eq!(open(&key(2), b"here", &sealed), Err(VaultError::WrongKey));
        assert_eq!(open(&key(1), b"there", &sealed), Err(VaultError::WrongKey));
        for i in 0..sealed.len() {
            let mut bad = sealed.clone();
            bad[i] ^= 1;
            assert!(open(&key(1), b"here", &bad).is_err(), "{i}");
            assert!(open(&key(1), b"here", &sealed[..i]).is_err(), "{i}");
        }
        let under = seal_under(&key(1), b"here", b"text").unwrap();
        assert_eq!(open_under(&key(1), b"here", &under).unwrap().as_slice(), b"text");
        assert_ne!(under, seal_under(&key(1), b"here", b"text").unwrap());
        assert!(open_under(&key(2), b"here", &under).is_err());
    }
}
