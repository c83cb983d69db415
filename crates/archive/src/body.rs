//! Bodies of entries: what is clear and what is sealed in them. `docs/FORMAT.md`, "Bodies".

use chain::{Hash, Seed, Suite};
use vault::{KeyPair, Plain, PublicKey, Secret, VaultError, WRAPPED_LEN};

use crate::Groups;

/// What every seal of an entry is bound to: archive, run, bucket, type. Not the index, so that sealing
/// does not wait for order.
pub(crate) fn context(archive: &[u8; 16], run: &[u8; 16], bucket: &[u8; 16], entry_type: u8) -> [u8; 49] {
    let mut out = [0; 49];
    out[..16].copy_from_slice(archive);
    out[16..32].copy_from_slice(run);
    out[32..48].copy_from_slice(bucket);
    out[48] = entry_type;
    out
}

/// `u32 length | clear | sealed`.
pub(crate) fn frame(clear: &[u8], sealed: &[u8]) -> Vec<u8> {
    let len = u32::try_from(clear.len()).unwrap_or(u32::MAX);
    [&len.to_be_bytes(), clear, sealed].concat()
}

/// Clear and sealed part.
pub(crate) fn unframe(body: &[u8]) -> Option<(&[u8], &[u8])> {
    let (len, rest) = body.split_first_chunk::<4>()?;
    rest.split_at_checked(usize::try_from(u32::from_be_bytes(*len)).ok()?)
}

/// A register-like body: clear part, and `salt 32 | plain` sealed under the register key. Gives the
/// body and the commitment to it.
pub(crate) fn register(
    suite: Suite,
    key: &Secret,
    context: &[u8; 49],
    clear: &[u8],
    plain: &[u8],
) -> Result<(Vec<u8>, Hash), VaultError> {
    let salt: Hash = vault::random()?;
    let salted = Plain::new([&salt[..], plain].concat());
    let sealed = vault::seal_under(key, context, &salted)?;
    Ok((frame(clear, &sealed), chain::body_commitment(suite, context[48], &salt, clear, plain)))
}

/// The plain part of a register-like body and the commitment that its header must carry.
pub(crate) fn open_register(
    suite: Suite,
    key: &Secret,
    context: &[u8; 49],
    body: &[u8],
) -> Result<(Plain, Hash), VaultError> {
    let (clear, sealed) = unframe(body).ok_or(VaultError::Truncated { need: 4, have: body.len() })?;
    let mut salted = vault::open_under(key, context, sealed)?;
    let (salt, plain) = salted.split_first_chunk::<32>().ok_or(VaultError::Broken)?;
    let commitment = chain::body_commitment(suite, context[48], salt, clear, plain);
    let plain = Plain::new(plain.to_vec());
    zeroize::Zeroize::zeroize(&mut *salted);
    Ok((plain, commitment))
}

/// A segment's body: a fresh key wrapped to the bucket, then the seal of the packed records.
pub(crate) fn segment(
    bucket: &PublicKey,
    context: &[u8; 49],
    packed: &[u8],
) -> Result<(Vec<u8>, Secret), VaultError> {
    let key = vault::random_secret()?;
    let mut body = vault::wrap(bucket, "segment", context, &key)?;
    vault::seal(&key, context, packed, &mut body);
    Ok((body, key))
}

/// The packed records of a segment; `anew` is the wrap that counts in the place of the body's own.
pub(crate) fn open_segment(
    bucket: &KeyPair,
    context: &[u8; 49],
    body: &[u8],
    anew: Option<&[u8]>,
) -> Result<Plain, VaultError> {
    let (wrapped, sealed) = split(body)?;
    let key = vault::unwrap(bucket, "segment", context, anew.unwrap_or(wrapped))?;
    vault::open(&key, context, sealed)
}

/// The wrapped key and the rest.
pub(crate) fn split(body: &[u8]) -> Result<(&[u8], &[u8]), VaultError> {
    body.split_at_checked(WRAPPED_LEN).ok_or(VaultError::Truncated { need: WRAPPED_LEN, have: body.len() })
}

/// What a blob's meta says: `salt 32 | SHA-256 of the content 32 | u64 size`.
pub(crate) struct BlobMeta {
    pub(crate) salt: Hash,
    pub(crate) sha256: Hash,
    pub(crate) size: u64,
}

/// Bytes of a blob's sealed meta.
pub(crate) const BLOB_META: usize = 72 + vault::OVERHEAD;

impl BlobMeta {
    pub(crate) fn encode(&self) -> Plain {
        Plain::new([&self.salt[..], &self.sha256, &self.size.to_be_bytes()].concat())
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let (salt, rest) = bytes.split_first_chunk::<32>()?;
        let (sha256, size) = rest.split_first_chunk::<32>()?;
        Some(Self { salt: *salt, sha256: *sha256, size: u64::from_be_bytes(size.try_into().ok()?) })
    }

    /// The commitment that the header carries.
    pub(crate) fn commitment(&self, suite: Suite, entry_type: u8) -> Hash {
        let plain = [&self.sha256[..], &self.size.to_be_bytes()].concat();
        chain::body_commitment(suite, entry_type, &self.salt, &[], &plain)
    }
}

/// Appends a record: `u32 length | seed 16 | 8 x (u32 length | bytes)`.
pub(crate) fn put_record(out: &mut Vec<u8>, seed: &Seed, groups: &Groups<'_>) {
    let len: usize = 16 + groups.iter().map(|g| 4 + g.len()).sum::<usize>();
    out.extend_from_slice(&u32::try_from(len).unwrap_or(u32::MAX).to_be_bytes());
    out.extend_from_slice(seed);
    for group in groups {
        out.extend_from_slice(&u32::try_from(group.len()).unwrap_or(u32::MAX).to_be_bytes());
        out.extend_from_slice(group);
    }
}

/// Appends what is left of an erased record: `u32 32 | record commitment 32`, shorter than any record.
pub(crate) fn put_erased(out: &mut Vec<u8>, commitment: &Hash) {
    out.extend_from_slice(&32_u32.to_be_bytes());
    out.extend_from_slice(commitment);
}

/// What stands at a place in a segment.
pub(crate) enum Item<'a> {
    /// A record: its seed and groups.
    Record(Seed, Groups<'a>),
    /// The commitment of a record that was erased.
    Erased(Hash),
}

impl Item<'_> {
    /// What the leaf of the segment's tree is of.
    pub(crate) fn commitment(&self, suite: Suite) -> Hash {
        match self {
            Self::Record(seed, groups) => chain::record(suite, seed, groups),
            Self::Erased(commitment) => *commitment,
        }
    }
}

/// Takes a record, or what is left of one, off the front.
pub(crate) fn take_item<'a>(bytes: &mut &'a [u8]) -> Option<Item<'a>> {
    let mut record = chunk(bytes)?;
    if let Ok(commitment) = record.try_into() {
        return Some(Item::Erased(commitment));
    }
    let (seed, rest) = record.split_first_chunk::<16>()?;
    record = rest;
    let mut groups: Groups<'a> = [&[]; chain::GROUPS];
    for group in &mut groups {
        *group = chunk(&mut record)?;
    }
    record.is_empty().then_some(Item::Record(*seed, groups))
}

fn chunk<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (len, rest) = bytes.split_first_chunk::<4>()?;
    let (chunk, rest) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*len)).ok()?)?;
    *bytes = rest;
    Some(chunk)
}
