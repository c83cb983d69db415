//! Signatures: Ed25519 (RFC 8032) over a tag, the archive and the header. Stored beside the header as a
//! count and, for each, author and signature; the first is by the header's own author. A disposal is
//! approved before anybody knows where in the log it will stand: its other signatures are over the act.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

use crate::header::{EntryType, HEADER_LEN};
use crate::{Hash, Suite, hash, tag};

/// Hash of a public key: how an author is named, whatever the suite. A name, not a proof: the log gives each name one
/// key, and signatures are checked by the key.
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

/// An approval that was given beforehand: who, and the signature.
pub type Approval = (Author, [u8; 64]);

/// What is approved beforehand, where an entry of that type is: the hash of its clear part, by the suite of the log.
pub fn act_of(suite: Suite, kind: Option<EntryType>, clear: &[u8]) -> Option<Hash> {
    use EntryType as T;
    let beforehand = matches!(kind, Some(T::Dispose | T::Erase | T::Transfer | T::Restamp | T::Handover));
    beforehand.then(|| suite.hash(&[clear]))
}

fn approval(archive: &[u8; 16], act: &Hash) -> Vec<u8> {
    [&tag("BA1.approve")[..], archive, act].concat()
}

/// Approves an act, see [`act_of`].
pub fn approve(archive: &[u8; 16], act: &Hash, signer: &Signer) -> Approval {
    (signer.author(), signer.sign(&approval(archive, act)))
}

/// Whether an approval is by the holder of `key`.
pub fn approved(archive: &[u8; 16], act: &Hash, key: &[u8; 32], by: &Approval) -> bool {
    author_of(key) == by.0 && verify(key, &approval(archive, act), &by.1).is_ok()
}

/// The block of signatures by `signers`, the header's author first, then the approvals given beforehand.
pub fn sign_block(
    archive: &[u8; 16],
    header: &[u8; HEADER_LEN],
    signers: &[&Signer],
    approvals: &[Approval],
) -> Vec<u8> {
    let message = message(archive, header);
    let signed = signers.iter().map(|signer| (signer.author(), signer.sign(&message)));
    let all: Vec<Approval> = signed.chain(approvals.iter().copied()).take(MOST).collect();
    let mut out = vec![u8::try_from(all.len()).unwrap_or(u8::MAX)];
    for (author, signature) in all {
        out.extend_from_slice(&author);
        out.extend_from_slice(&signature);
    }
    out
}

/// Verifies a block; `key_of` gives the public key of an author, `act` is what all signatures but the first
/// are over, where it is not the header ([`act_of`]), `keys` those unpacked before. Returns the authors, in order.
///
/// # Errors
/// [`SignatureFault`].
pub fn verify_block(
    archive: &[u8; 16],
    header: &[u8; HEADER_LEN],
    block: &[u8],
    act: Option<&Hash>,
    key_of: impl Fn(&Author) -> Option<[u8; 32]>,
    keys: &mut Unpacked,
) -> Result<Vec<Author>, SignatureFault> {
    let claims = claims_of(archive, header, block, act, key_of)?;
    claims.iter().try_for_each(|claim| claim.verify(keys))?;
    Ok(claims.into_iter().map(|claim| claim.author).collect())
}

/// A signature of a block that was not verified yet. It knows all that takes, so that it can be done elsewhere.
pub struct Claim {
    /// Who is said to have signed.
    pub author: Author,
    key: [u8; 32],
    message: Vec<u8>,
    signature: [u8; 64],
}

/// Public keys that were unpacked for an earlier signature: a log has many signatures by few, and unpacking is a tenth
/// of verifying.
#[derive(Default)]
pub struct Unpacked(HashMap<[u8; 32], VerifyingKey>);

impl Claim {
    /// Verifies it.
    ///
    /// # Errors
    /// [`SignatureFault::Mismatch`].
    pub fn verify(&self, keys: &mut Unpacked) -> Result<(), SignatureFault> {
        let key = match keys.0.entry(self.key) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(unpack(&self.key)?),
        };
        by(key, &self.message, &self.signature)
    }
}

/// What a block claims, in order; see [`verify_block`], which verifies it too.
///
/// # Errors
/// [`SignatureFault`].
pub fn claims_of(
    archive: &[u8; 16],
    header: &[u8; HEADER_LEN],
    block: &[u8],
    act: Option<&Hash>,
    key_of: impl Fn(&Author) -> Option<[u8; 32]>,
) -> Result<Vec<Claim>, SignatureFault> {
    let (&count, rest) = block.split_first().ok_or(SignatureFault::Malformed)?;
    let (all, tail) = rest.as_chunks::<ONE>();
    if all.len() != usize::from(count) || !tail.is_empty() || all.is_empty() || all.len() > MOST {
        return Err(SignatureFault::Malformed);
    }
    let mut claims: Vec<Claim> = Vec::with_capacity(all.len());
    for one in all {
        let (author, signature) = one.split_first_chunk::<32>().ok_or(SignatureFault::Malformed)?;
        let signature: &[u8; 64] = signature.try_into().map_err(|_| SignatureFault::Malformed)?;
        let key = key_of(author).ok_or(SignatureFault::UnknownAuthor)?;
        let message = match act.filter(|_| !claims.is_empty()) {
            Some(act) => approval(archive, act),
            None => message(archive, header),
        };
        if claims.iter().any(|claim| claim.author == *author) {
            return Err(SignatureFault::Malformed);
        }
        claims.push(Claim { author: *author, key, message, signature: *signature });
    }
    Ok(claims)
}

pub(crate) fn verify(key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> Result<(), SignatureFault> {
    by(&unpack(key)?, message, signature)
}

fn unpack(key: &[u8; 32]) -> Result<VerifyingKey, SignatureFault> {
    VerifyingKey::from_bytes(key).map_err(|_| SignatureFault::Mismatch)
}

fn by(key: &VerifyingKey, message: &[u8], signature: &[u8; 64]) -> Result<(), SignatureFault> {
    key.verify_strict(message, &Signature::from_bytes(signature)).map_err(|_| SignatureFault::Mismatch)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hex;

    fn verified(
        archive: &[u8; 16],
        header: &[u8; HEADER_LEN],
        block: &[u8],
        act: Option<&Hash>,
        key_of: impl Fn(&Author) -> Option<[u8; 32]>,
    ) -> Result<Vec<Author>, SignatureFault> {
        verify_block(archive, header, block, act, key_of, &mut Unpacked::default())
    }

    #[test]
    fn an_act_is_approved_before_it_has_a_place() {
        let (a, b) = (Signer::from_seed(&[1; 32]), Signer::from_seed(&[2; 32]));
        let keys = [&a, &b].map(|s| (s.author(), s.public()));
        let key_of = |author: &Author| keys.iter().find(|k| k.0 == *author).map(|k| k.1);
        assert_eq!(act_of(Suite::Sha256, Some(EntryType::Release), b"plan"), None);
        let act = act_of(Suite::Sha256, Some(EntryType::Dispose), b"plan").unwrap();
        let by = approve(&[4; 16], &act, &b);
        assert!(approved(&[4; 16], &act, &b.public(), &by));
        assert!(!approved(&[5; 16], &act, &b.public(), &by) && !approved(&[4; 16], &act, &a.public(), &by));
        let header = [3; HEADER_LEN];
        let block = sign_block(&[4; 16], &header, &[&a], &[by]);
        let holds = |act: Option<&Hash>| verified(&[4; 16], &header, &block, act, key_of);
        assert_eq!(holds(Some(&act)), Ok(vec![a.author(), b.author()]));
        assert_eq!(holds(None), Err(SignatureFault::Mismatch));
        assert_eq!(holds(Some(&hash(&[b"another plan"]))), Err(SignatureFault::Mismatch));
    }

    #[test]
    fn a_block_holds_for_its_header_and_archive_only() {
        let (a, b) = (Signer::from_seed(&[1; 32]), Signer::from_seed(&[2; 32]));
        let keys = [&a, &b].map(|s| (s.author(), s.public()));
        let key_of = |author: &Author| keys.iter().find(|k| k.0 == *author).map(|k| k.1);
        let header = [3; HEADER_LEN];
        let block = sign_block(&[4; 16], &header, &[&a, &b], &[]);
        assert_eq!(verified(&[4; 16], &header, &block, None, key_of), Ok(vec![a.author(), b.author()]));
        assert!(verified(&[5; 16], &header, &block, None, key_of).is_err());
        assert!(verified(&[4; 16], &[0; HEADER_LEN], &block, None, key_of).is_err());
        for i in 0..block.len() {
            let mut bad = block.clone();
            bad[i] ^= 1;
            assert!(verified(&[4; 16], &header, &bad, None, key_of).is_err(), "{i}");
            assert!(verified(&[4; 16], &header, &block[..i], None, key_of).is_err(), "{i}");
        }
        let twice = sign_block(&[4; 16], &header, &[&a, &a], &[]);
        assert_eq!(verified(&[4; 16], &header, &twice, None, key_of), Err(SignatureFault::Malformed));
        let expected = include_str!("../../../fixtures/vectors/chain/author-1.hex").trim();
        assert_eq!(hex(&author_of(&[7; 32])), expected);
    }
}
