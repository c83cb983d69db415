//! Commitments: to each field group of a record with a salt of its own, so that one group can be shown
//! and another stay hidden, and nobody can test a guess; to the body of every other entry.

use crate::{Hash, Suite, tag};

/// Number of field groups of a record; always all of them, an empty one is an empty string.
pub const GROUPS: usize = 8;
/// Bytes of a record's seed.
pub const SEED_LEN: usize = 16;
/// Random bytes kept inside the sealed record: with them goes every salt.
pub type Seed = [u8; SEED_LEN];

/// `H("BA1.salt" | seed | f)`: one block of fixed length, so a plain hash serves as the derivation.
pub(crate) fn salt(suite: Suite, seed: &Seed, group: u8) -> Hash {
    suite.hash(&[&salt_block(seed, group)])
}

fn salt_block(seed: &Seed, group: u8) -> [u8; 33] {
    let mut block = [0; 33];
    block[..16].copy_from_slice(&const { tag("BA1.salt") });
    block[16..32].copy_from_slice(seed);
    block[32] = group;
    block
}

/// `H("BA1.field" | suite | f | salt | u64 length | bytes)` for group `f`, from 1.
pub fn field_commitment(suite: Suite, seed: &Seed, group: u8, bytes: &[u8]) -> Hash {
    field_of_salt(suite, &salt(suite, seed, group), group, bytes)
}

/// [`field_commitment`] from the salt alone: all that a proof shows of the seed.
pub(crate) fn field_of_salt(suite: Suite, salt: &Hash, group: u8, bytes: &[u8]) -> Hash {
    suite.hash(&[&field_head(suite, salt, group, bytes), bytes])
}

fn field_head(suite: Suite, salt: &Hash, group: u8, bytes: &[u8]) -> [u8; 58] {
    let mut head = [0; 58];
    head[..16].copy_from_slice(&const { tag("BA1.field") });
    head[16] = suite.code();
    head[17] = group;
    head[18..50].copy_from_slice(salt);
    head[50..58].copy_from_slice(&(bytes.len() as u64).to_be_bytes());
    head
}

/// The commitment to a record from the commitments to its groups:
/// `H("BA1.record" | suite | 8 | (f | field commitment) ...)`.
pub fn record_of_fields(suite: Suite, fields: &[Hash; GROUPS]) -> Hash {
    let mut block = [0; 18 + GROUPS * 33];
    block[..16].copy_from_slice(&const { tag("BA1.record") });
    block[16] = suite.code();
    block[17] = 8;
    for (f, (slot, field)) in (1..).zip(block[18..].as_chunks_mut::<33>().0.iter_mut().zip(fields)) {
        slot[0] = f;
        slot[1..].copy_from_slice(field);
    }
    suite.hash(&[&block])
}

/// The commitment to a record.
pub fn record(suite: Suite, seed: &Seed, groups: &[&[u8]; GROUPS]) -> Hash {
    let salts = suite.hash_each::<GROUPS, _, _>(&NUMBERS.map(|f| (salt_block(seed, f), &[][..])));
    let heads = std::array::from_fn(|i| (field_head(suite, &salts[i], NUMBERS[i], groups[i]), groups[i]));
    let fields = suite.hash_each::<TOGETHER, _, GROUPS>(&heads);
    record_of_fields(suite, &fields)
}

/// Blocks in which the groups of most messages fit.
const TOGETHER: usize = 40;
/// The groups, from 1.
const NUMBERS: [u8; GROUPS] = [1, 2, 3, 4, 5, 6, 7, 8];

/// The commitment to the body of an entry that is no segment: `H("BA1.body" | suite | type |
/// salt | u64 length | clear | u64 length | plain)`.
pub fn body_commitment(suite: Suite, entry_type: u8, salt: &Hash, clear: &[u8], plain: &[u8]) -> Hash {
    suite.hash(&[
        &const { tag("BA1.body") },
        &[suite.code(), entry_type],
        salt,
        &(clear.len() as u64).to_be_bytes(),
        clear,
        &(plain.len() as u64).to_be_bytes(),
        plain,
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hex;

    #[test]
    fn known_answers() {
        let seed: Seed = std::array::from_fn(|i| u8::try_from(i).unwrap());
        let groups: [&[u8]; 8] =
            [b"core", b"text", b"parties", b"", b"state", b"", b"provenance", b"verdict"];
        let expected = include_str!("../../../fixtures/vectors/chain/record-1.hex").trim();
        assert_eq!(hex(&record(Suite::Sha256, &seed, &groups)), expected);
        let expected = include_str!("../../../fixtures/vectors/chain/body-1.hex").trim();
        assert_eq!(hex(&body_commitment(Suite::Sha256, 5, &[5; 32], b"clear", b"plain")), expected);
    }

    /// The commitment to a record, by its groups and one by one.
    #[test]
    fn a_record_is_of_its_fields() {
        let long = [7; 5000];
        for suite in Suite::ALL {
            for len in [0, 5, 6, 7, 69, 70, 400, 5000] {
                let groups: [&[u8]; 8] = std::array::from_fn(|i| &long[..len / (i + 1)]);
                let seed = [3; 16];
                let mut f = 0;
                let fields = groups.map(|bytes| {
                    f += 1;
                    field_commitment(suite, &seed, f, bytes)
                });
                assert_eq!(record(suite, &seed, &groups), record_of_fields(suite, &fields), "{len}");
            }
        }
    }

    #[test]
    fn every_part_counts() {
        let groups: [&[u8]; 8] = [b"a", b"b", b"", b"", b"", b"", b"", b""];
        let record = |seed: &Seed, groups: &[&[u8]; GROUPS]| record(Suite::Sha256, seed, groups);
        let base = record(&[1; 16], &groups);
        assert_ne!(base, super::record(Suite::Sha3, &[1; 16], &groups));
        assert_ne!(base, record(&[2; 16], &groups));
        for i in 0..8 {
            let mut other = groups;
            other[i] = b"x";
            assert_ne!(base, record(&[1; 16], &other), "{i}");
        }
        // bytes cannot move from one group to the next
        let moved: [&[u8]; 8] = [b"", b"ab", b"", b"", b"", b"", b"", b""];
        assert_ne!(base, record(&[1; 16], &moved));
    }
}
