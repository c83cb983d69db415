//! Signatures: Ed25519 (RFC 8032) over a tag, the archive and the header. Stored beside the header as a
//! count and, for each, author and signature; the first is by the header's own author.

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

use crate::header::HEADER_LEN;
use crate::{Hash, hash, tag};

/// Hash of a public key: how an author is named.
pub type Author = Hash;

/// Most signatures of one entry.
const MOST: usize = 8;
const ONE: usize = 96;

/// `SHA-256("BA1.author" | public key)`.
pub fn author_of(public: &[u8; 32]) -> Author {
    hash(&[&const { tag("BA1.author") }, public])
}

/// A signing key; wiped when dropped.
pub struct Signer {
    key: SigningKey,
}

impl Signer {
    /// The key of a seed.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self { key: SigningKey::from_bytes(seed) }
    }

    /// The public key.
    pub fn public(&self) -> [u8; 32] {
        self.key.verifying_key().to_bytes()
    }

    /// How the key is named in headers.
    pub fn author(&self) -> Author {
        author_of(&self.public())
    }

    /// Signs any bytes; the caller puts a tag in front.
    pub(crate) fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        self.key.sign(bytes).to_bytes()
    }
}

/// Why a block of signatures does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureFault {
    /// The block is not a count and that many signatures.
    #[error("malformed signatures")]
    Malformed,
    /// An author whose key no entry before gave.
    #[error("signature by an unknown author")]
    UnknownAuthor,
    /// A signature that is not of this header.
    #[error("signature does not match")]
    Mismatch,
}

fn message(archive: &[u8; 16], header: &[u8; HEADER_LEN]) -> Vec<u8> {
    [&tag("BA1.sig")[..], archive, header].concat()
}

/// The block of signatures by `signers`, the header's author first.
pub fn sign_block(archive: &[u8; 16], header: &[u8; HEADER_LEN], signers: &[&Signer]) -> Vec<u8> {
    let message = message(archive, header);
    let mut out = vec![u8::try_from(signers.len()).unwrap_or(u8::MAX)];
    for signer in signers.iter().take(MOST) {
        out.extend_from_slice(&signer.author());
        out.extend_from_slice(&signer.sign(&message));
    }
    out
}

/// Verifies a block; `key_of` gives the public key of an author. Returns the authors, in order.
///
/// # Errors
/// [`SignatureFault`].
pub fn verify_block(
    archive: &[u8; 16],
    header: &[u8; HEADER_LEN],
    block: &[u8],
    key_of: impl Fn(&Author) -> Option<[u8; 32]>,
) -> Result<Vec<Author>, SignatureFault> {
    let (&count, rest) = block.split_first().ok_or(SignatureFault::Malformed)?;
    let (all, tail) = rest.as_chunks::<ONE>();
    if all.len() != usize::from(count) || !tail.is_empty() || all.is_empty() || all.len() > MOST {
        return Err(SignatureFault::Malformed);
    }
    let message = message(archive, header);
    let mut authors = Vec::with_capacity(all.len());
    for one in all {
        let (author, signature) = one.split_first_chunk::<32>().ok_or(SignatureFault::Malformed)?;
        let signature: &[u8; 64] = signature.try_into().map_err(|_| SignatureFault::Malformed)?;
        let key = key_of(author).ok_or(SignatureFault::UnknownAuthor)?;
        verify(&key, &message, signature)?;
        if authors.contains(author) {
            return Err(SignatureFault::Malformed);
        }
        authors.push(*author);
    }
    Ok(authors)
}

pub(crate) fn verify(key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> Result<(), SignatureFault> {
    let key = VerifyingKey::from_bytes(key).map_err(|_| SignatureFault::Mismatch)?;
    key.verify_strict(message, &Signature::from_bytes(signature)).map_err(|_| SignatureFault::Mismatch)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hex;

    #[test]
    fn a_block_holds_for_its_header_and_archive_only() {
        let (a, b) = (Signer::from_seed(&[1; 32]), Signer::from_seed(&[2; 32]));
        let keys = [&a, &b].map(|s| (s.author(), s.public()));
        let key_of = |author: &Author| keys.iter().find(|k| k.0 == *author).map(|k| k.1);
        let header = [3; HEADER_LEN];
        let block = sign_block(&[4; 16], &header, &[&a, &b]);
        assert_eq!(verify_block(&[4; 16], &header, &block, key_of), Ok(vec![a.author(), b.author()]));
        assert!(verify_block(&[5; 16], &header, &block, key_of).is_err());
        assert!(verify_block(&[4; 16], &[0; HEADER_LEN], &block, key_of).is_err());
        for i in 0..block.len() {
            let mut bad = block.clone();
            bad[i] ^= 1;
            assert!(verify_block(&[4; 16], &header, &bad, key_of).is_err(), "{i}");
            assert!(verify_block(&[4; 16], &header, &block[..i], key_of).is_err(), "{i}");
        }
        let twice = sign_block(&[4; 16], &header, &[&a, &a]);
        assert_eq!(verify_block(&[4; 16], &header, &twice, key_of), Err(SignatureFault::Malformed));
        let expected = include_str!("../../../fixtures/vectors/chain/author-1.hex").trim();
        assert_eq!(hex(&author_of(&[7; 32])), expected);
    }
}
