//! What a key store remembers of its archive: the newest state that was written. In a form of its own, so that no part of
//! the key store stands in the archive. FORMAT.md, "Key store".

use chain::Hash;

/// Its file in the key store.
pub const SEEN: &str = "seen";

const MAGIC: &[u8; 4] = b"BAS1";

/// A state of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    tie: [u8; 16],
    /// Entries.
    pub size: u64,
    /// Root over them.
    pub root: Hash,
}

/// What ties it to an archive without naming it.
fn tie(archive: &[u8; 16]) -> [u8; 16] {
    let hash = chain::hash(&[&vault::tag("BA1.seen"), archive]);
    std::array::from_fn(|i| hash[i])
}

impl Seen {
    /// A state of the archive of a number.
    pub fn new(archive: &[u8; 16], size: u64, root: Hash) -> Self {
        Self { tie: tie(archive), size, root }
    }

    /// Whether it is of the archive of this number.
    pub fn is_of(&self, archive: &[u8; 16]) -> bool {
        self.tie == tie(archive)
    }

    /// The file's bytes.
    pub fn encode(&self) -> Vec<u8> {
        [&MAGIC[..], &self.tie, &self.size.to_be_bytes(), &self.root].concat()
    }

    /// Reads them.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (tie, rest) = bytes.strip_prefix(MAGIC)?.split_first_chunk()?;
        let (size, root) = rest.split_first_chunk()?;
        Some(Self { tie: *tie, size: u64::from_be_bytes(*size), root: root.try_into().ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_of_one_archive_and_whole() {
        let seen = Seen::new(&[1; 16], 7, [9; 32]);
        let bytes = seen.encode();
        assert_eq!(Seen::decode(&bytes), Some(seen.clone()));
        assert!(seen.is_of(&[1; 16]) && !seen.is_of(&[2; 16]));
        assert!(!bytes.windows(16).any(|w| w == [1; 16]), "the archive's number is not in it");
        for cut in 0..bytes.len() {
            assert_eq!(Seen::decode(&bytes[..cut]), None);
        }
        assert_eq!(Seen::decode(&[&bytes[..], &[0]].concat()), None);
    }
}
