//! The algorithms that an entry, and the log from there on, is made with. A suite differs from the one before
//! it in the hash of everything that is committed to; keys, ciphers and signatures stay. FORMAT.md, "Suites".

use sha2::block_api::compress256;
use sha2::{Digest as _, Sha256};
use sha3::Sha3_256;
use zeroize::optimization_barrier;

use crate::Hash;

/// A suite, by what it hashes with. Later ones are greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Suite {
    /// Suite 1: SHA-256 (FIPS 180-4). What new archives begin with.
    Sha256 = 1,
    /// Suite 2: SHA3-256 (FIPS 202), of another construction, so that what breaks the one need not break the other.
    Sha3 = 2,
}

impl Suite {
    /// All, in the order in which one may follow another.
    pub const ALL: [Self; 2] = [Self::Sha256, Self::Sha3];

    /// Its number.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The suite of a number.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|suite| suite.code() == code)
    }

    /// What its hash is called, as in origin lines.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha-256",
            Self::Sha3 => "sha3-256",
        }
    }

    /// The hash over the parts, one after another.
    pub fn hash(self, parts: &[&[u8]]) -> Hash {
        if self == Self::Sha256
            && let Some(hash) = short(parts)
        {
            return hash;
        }
        let mut hasher = self.hasher();
        parts.iter().for_each(|part| hasher.update(part));
        hasher.finish()
    }

    /// The hashes of messages, a head and a tail each: of those that fit into `ROOM` blocks of SHA-256 together in less
    /// time than one by one.
    pub(crate) fn hash_each<const ROOM: usize, const HEAD: usize, const N: usize>(
        self,
        messages: &[([u8; HEAD], &[u8]); N],
    ) -> [Hash; N] {
        if self == Self::Sha256
            && let Some(hashes) = side_by_side::<ROOM, HEAD, N>(messages)
        {
            return hashes;
        }
        messages.each_ref().map(|(head, tail)| self.hash(&[head, tail]))
    }

    /// A hash to be fed piece by piece.
    pub fn hasher(self) -> Hasher {
        Hasher(match self {
            Self::Sha256 => Either::Sha256(Sha256::new()),
            Self::Sha3 => Either::Sha3(Box::new(Sha3_256::new())),
        })
    }
}

/// Blocks of what is hashed in one go.
const SHORT: usize = 8;

/// SHA-256 of parts that fit with their padding into a few blocks, as nearly everything does that is committed to: they
/// are laid out and compressed at once, in two thirds of the time of feeding a hasher.
fn short(parts: &[&[u8]]) -> Option<Hash> {
    let mut blocks = [[0; 64]; SHORT];
    let used = lay(&mut blocks, parts)?;
    let mut state = FIRST;
    compress256(&mut state, &blocks[..used]);
    wipe(&mut blocks[..used]);
    Some(hash_of(state))
}

/// SHA-256 of messages, a head and a tail each, that fit with their padding into `ROOM` blocks, a block of each in turn:
/// none waits for the one before, so a processor begins with the next while it is not through.
fn side_by_side<const ROOM: usize, const HEAD: usize, const N: usize>(
    messages: &[([u8; HEAD], &[u8]); N],
) -> Option<[Hash; N]> {
    let mut room = [[0; 64]; ROOM];
    let mut places = [(0, 0); N];
    let mut used = 0;
    for (place, (head, tail)) in places.iter_mut().zip(messages) {
        let begin = used;
        used += lay(room.get_mut(begin..)?, &[head, tail])?;
        *place = (begin, used);
    }
    let longest = places.iter().map(|(begin, end)| end - begin).max().unwrap_or(0);
    let mut states = [FIRST; N];
    for at in 0..longest {
        for (state, &(begin, end)) in states.iter_mut().zip(&places) {
            if let Some(block) = room[begin..end].get(at) {
                compress256(state, std::slice::from_ref(block));
            }
        }
    }
    wipe(&mut room[..used]);
    Some(states.map(hash_of))
}

/// Lays out the parts of a message with their padding (FIPS 180-4, 5.1.1) in blocks of zeros; how many it took.
#[inline(always)]
fn lay(blocks: &mut [[u8; 64]], parts: &[&[u8]]) -> Option<usize> {
    let laid = blocks.as_flattened_mut();
    let mut len = 0;
    for part in parts {
        laid.get_mut(len..len + part.len())?.copy_from_slice(part);
        len += part.len();
    }
    let used = (len + 9).div_ceil(64);
    laid.get_mut(used * 64 - 8..used * 64)?.copy_from_slice(&(len as u64 * 8).to_be_bytes());
    laid[len] = 0x80;
    Some(used)
}

fn hash_of(state: [u32; 8]) -> Hash {
    let mut hash = [0; 32];
    hash.as_chunks_mut::<4>().0.iter_mut().zip(state).for_each(|(four, word)| *four = word.to_be_bytes());
    hash
}

/// Nothing of what was committed to stays behind.
fn wipe(blocks: &mut [[u8; 64]]) {
    blocks.fill([0; 64]);
    optimization_barrier(&blocks);
}

/// What SHA-256 begins with (FIPS 180-4, 5.3.3).
const FIRST: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// A hash under way.
#[derive(Clone)]
pub struct Hasher(Either);

#[derive(Clone)]
enum Either {
    Sha256(Sha256),
    Sha3(Box<Sha3_256>),
}

impl Hasher {
    /// Feeds bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            Either::Sha256(hasher) => hasher.update(bytes),
            Either::Sha3(hasher) => hasher.update(bytes),
        }
    }

    /// The digest.
    pub fn finish(self) -> Hash {
        match self.0 {
            Either::Sha256(hasher) => hasher.finalize().into(),
            Either::Sha3(hasher) => hasher.finalize().into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hex;

    /// Published digests: FIPS 180-4 and FIPS 202, of nothing and of "abc".
    #[test]
    fn published_digests() {
        for (suite, input, expected) in [
            (Suite::Sha256, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (Suite::Sha256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (Suite::Sha3, "", "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a"),
            (Suite::Sha3, "abc", "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"),
        ] {
            let (head, tail) = input.as_bytes().split_at(input.len() / 2);
            assert_eq!(hex(&suite.hash(&[head, tail])), expected, "{suite:?} {input}");
        }
        // what is laid out at once is what a hasher says, at every length about its end
        let bytes: Vec<u8> = (0..=255).cycle().take(64 * SHORT + 70).collect();
        for len in 0..bytes.len() {
            let (head, tail) = bytes[..len].split_at(len / 3);
            let mut hasher = Suite::Sha256.hasher();
            hasher.update(&bytes[..len]);
            assert_eq!(Suite::Sha256.hash(&[head, &[], tail]), hasher.finish(), "{len}");
        }
        // so are several side by side, of any lengths, and too long for that
        let tails = [0, 45, 46, 53, 54, 55, 109, 110, 500, 64 * 16];
        for (seed, (at, len)) in (0_u8..).zip(tails.into_iter().enumerate()) {
            let tails = [len, tails[at / 2], tails[at / 3]].map(|len| &bytes[..len.min(bytes.len())]);
            let messages = tails.map(|tail| ([seed; 9], tail));
            for suite in Suite::ALL {
                let alone = messages.map(|(head, tail)| suite.hash(&[&head, tail]));
                assert_eq!(suite.hash_each::<16, 9, 3>(&messages), alone, "{suite:?} {len}");
            }
            let laid = side_by_side::<16, 9, 3>(&messages).is_some();
            let blocks: usize = tails.iter().map(|tail| (9 + tail.len() + 9).div_ceil(64)).sum();
            assert_eq!(laid, blocks <= 16, "{len}");
        }
        assert!(short(&[&bytes[..64 * SHORT - 9]]).is_some() && short(&[&bytes[..64 * SHORT - 8]]).is_none());
        assert_eq!(Suite::ALL.map(|s| Suite::from_code(s.code())), Suite::ALL.map(Some));
        assert_eq!((Suite::from_code(0), Suite::from_code(3)), (None, None));
    }
}
