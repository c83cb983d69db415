//! What makes the archive provable: commitments to records, fixed headers chained by hash, one RFC 6962
//! log over all of them, signatures, checkpoints. Pure functions over bytes.
//!
//! This crate knows no key but signing keys, no cipher, no file, no message. Every byte stands in
//! `docs/FORMAT.md`; the vectors under `fixtures/vectors/chain` come from another implementation.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod checkpoint;
mod commit;
mod cosign;
mod groups;
mod header;
mod levels;
mod note;
mod proof;
mod sign;
mod suite;
mod tree;

pub use checkpoint::{Checkpoint, NoteFault, TrustedKey, job_name, origin, origin_of, verifier_key};
pub use commit::{GROUPS, SEED_LEN, Seed, body_commitment, field_commitment, record, record_of_fields};
pub use cosign::{Cosigned, CosignerKey, consistency_text, cosigner_key};
pub use groups::{GroupFault, from_groups, to_groups};
pub use header::{EntryType, HEADER_LEN, Header, HeaderFault, prev_hash};
pub use levels::Levels;
pub use note::Note;
pub use proof::{Field, Fields, MOST_PROOF, Proof, ProofFault, Proven, Pruned, show_fields};
pub use sign::{
    Approval, Author, Claim, SignatureFault, Signer, Unpacked, act_of, approve, approved, author_of,
    claims_of, sign_block, verify_block,
};
pub use suite::{Hasher, Suite};
pub use tree::{
    Frontier, consistency_proof, inclusion_proof, leaf_hash, root_of, verify_consistency, verify_inclusion,
};

use sha2::{Digest, Sha256};

/// A SHA-256 digest.
pub type Hash = [u8; 32];

/// A 16-byte tag: ASCII, padded with NUL.
pub(crate) const fn tag(label: &str) -> [u8; 16] {
    let bytes = label.as_bytes();
    let mut tag = [0; 16];
    let mut i = 0;
    while i < bytes.len() {
        tag[i] = bytes[i];
        i += 1;
    }
    tag
}

/// SHA-256 over the parts, one after another: for names of keys and digests of content. What an entry or a tree
/// commits to is hashed by the entry's [`Suite`].
pub fn hash(parts: &[&[u8]]) -> Hash {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|b| [b >> 4, b & 15]).filter_map(|d| char::from_digit(u32::from(d), 16)).collect()
}

/// Any bytes as each of the things this crate parses.
#[doc(hidden)]
pub fn fuzz_one(data: &[u8]) {
    if let Ok(header) = data.try_into() {
        drop(Header::parse(header));
    }
    drop(verify_block(&[0; 16], &[0; HEADER_LEN], data, None, |_| None, &mut Unpacked::default()));
    if let Ok(text) = std::str::from_utf8(data) {
        drop(Checkpoint::parse(text));
        drop(Proof::parse(text));
        drop(TrustedKey::parse(text));
        drop(CosignerKey::parse(text));
        drop(from_groups(text, data.len().min(64)));
        drop(Note::parse(text));
    }
}
