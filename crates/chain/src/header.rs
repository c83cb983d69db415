//! The header of an entry: 256 bytes, fixed, nothing readable in it but type, order, times, lengths and
//! random numbers. Each carries the hash of the one before it and is a leaf of the log.

use crate::{Hash, Suite, tag};

/// Bytes of a header.
pub const HEADER_LEN: usize = 256;
const MAGIC: &[u8; 4] = b"BAH1";
const SEGMENT: u8 = EntryType::Segment.code();
const BLOB: u8 = EntryType::Blob.code();

/// What an entry is. Unknown numbers verify structurally.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
#[expect(missing_docs, reason = "the names are the words of FORMAT.md, \"Entry types\"")]
pub enum EntryType {
    Genesis = 1,
    Operator = 2,
    Grant = 3,
    Revoke = 4,
    Custodian = 5,
    Event = 6,
    Policy = 7,
    Epoch = 8,
    Bucket = 9,
    Segment = 10,
    Blob = 11,
    Run = 12,
    Restamp = 13,
    Transfer = 14,
    Reseal = 15,
    Erase = 16,
    Hold = 17,
    Release = 18,
    Dispose = 19,
    Disposed = 20,
    Export = 21,
    Review = 22,
    Withheld = 23,
    Time = 24,
    Suite = 25,
    Repair = 26,
    Marking = 27,
    Media = 28,
    Destroy = 29,
    Drill = 30,
    Handover = 31,
    Handed = 32,
    Taken = 33,
    Copied = 34,
    Gone = 35,
}

impl EntryType {
    /// All types with their names.
    pub const ALL: [(Self, &'static str); 35] = [
        (Self::Genesis, "genesis"),
        (Self::Operator, "operator"),
        (Self::Grant, "grant"),
        (Self::Revoke, "revoke"),
        (Self::Custodian, "custodian"),
        (Self::Event, "event"),
        (Self::Policy, "policy"),
        (Self::Epoch, "epoch"),
        (Self::Bucket, "bucket"),
        (Self::Segment, "segment"),
        (Self::Blob, "blob"),
        (Self::Run, "run"),
        (Self::Restamp, "restamp"),
        (Self::Transfer, "transfer"),
        (Self::Reseal, "reseal"),
        (Self::Erase, "erase"),
        (Self::Hold, "hold"),
        (Self::Release, "release"),
        (Self::Dispose, "dispose"),
        (Self::Disposed, "disposed"),
        (Self::Export, "export"),
        (Self::Review, "review"),
        (Self::Withheld, "withheld"),
        (Self::Time, "time"),
        (Self::Suite, "suite"),
        (Self::Repair, "repair"),
        (Self::Marking, "marking"),
        (Self::Media, "media"),
        (Self::Destroy, "destroy"),
        (Self::Drill, "drill"),
        (Self::Handover, "handover"),
        (Self::Handed, "handed"),
        (Self::Taken, "taken"),
        (Self::Copied, "copied"),
        (Self::Gone, "gone"),
    ];

    /// The type of a number.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.iter().map(|t| t.0).find(|t| t.code() == code)
    }

    /// Its number.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|t| t.0 == self).map_or("?", |t| t.1)
    }
}

/// A header, parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Number of the type, see [`EntryType`].
    pub entry_type: u8,
    /// Algorithms: what `prev`, `content` and `body_digest` are hashed with.
    pub suite: Suite,
    /// What `content` is hashed with where it was committed to before the log had this suite: a message that waited
    /// in the holding area while the archive was renewed. Else the same as `suite`.
    pub content_suite: Suite,
    /// Place in the log, from 0.
    pub index: u64,
    /// [`prev_hash`] of the header before; zeros at genesis.
    pub prev: Hash,
    /// The archive.
    pub archive: [u8; 16],
    /// The run that wrote it; random.
    pub run: [u8; 16],
    /// When it was written, milliseconds since 1970.
    pub written_at: u64,
    /// The bucket it belongs to; random, zeros where none.
    pub bucket: [u8; 16],
    /// Root over the records of a segment, or commitment to the body.
    pub content: Hash,
    /// SHA-256 of the stored body.
    pub body_digest: Hash,
    /// Length of the stored body, bytes.
    pub body_len: u64,
    /// Who signed it: hash of the public key.
    pub author: Hash,
    /// Index of the entry it refers to, 0 for none.
    pub refers_to: u64,
}

/// Why bytes are no header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderFault {
    /// Other first bytes.
    #[error("not a header")]
    Magic,
    /// A suite that this version does not know.
    #[error("unknown suite {0}")]
    Suite(u8),
    /// Bytes set that must be zero.
    #[error("reserved bytes are not zero")]
    Reserved,
}

impl Header {
    /// The 256 bytes.
    pub fn encode(&self) -> [u8; HEADER_LEN] {
        let Self {
            entry_type,
            suite,
            content_suite,
            index,
            prev,
            archive,
            run,
            written_at,
            bucket,
            content,
            body_digest,
            body_len,
            author,
            refers_to,
        } = self;
        let other = if content_suite == suite { 0 } else { content_suite.code() };
        let mut out = [0; HEADER_LEN];
        let mut at = 0;
        for part in [
            MAGIC.as_slice(),
            &[*entry_type, suite.code(), other, 0],
            &index.to_be_bytes(),
            prev,
            archive,
            run,
            &written_at.to_be_bytes(),
            bucket,
            content,
            body_digest,
            &body_len.to_be_bytes(),
            author,
            &refers_to.to_be_bytes(),
        ] {
            out[at..at + part.len()].copy_from_slice(part);
            at += part.len();
        }
        debug_assert_eq!(at, 216);
        out
    }

    /// Parses 256 bytes, strictly.
    ///
    /// # Errors
    /// [`HeaderFault`].
    pub fn parse(bytes: &[u8; HEADER_LEN]) -> Result<Self, HeaderFault> {
        if &bytes[..4] != MAGIC {
            return Err(HeaderFault::Magic);
        }
        let suite = Suite::from_code(bytes[5]).ok_or(HeaderFault::Suite(bytes[5]))?;
        let content_suite = match bytes[6] {
            0 => suite,
            // only content that may have waited, and only under a suite that was there before
            other => Suite::from_code(other)
                .filter(|earlier| *earlier < suite && matches!(bytes[4], SEGMENT | BLOB))
                .ok_or(HeaderFault::Suite(other))?,
        };
        if bytes[7..8].iter().chain(&bytes[216..]).any(|b| *b != 0) {
            return Err(HeaderFault::Reserved);
        }
        Ok(Self {
            entry_type: bytes[4],
            suite,
            content_suite,
            index: u64::from_be_bytes(take(bytes, 8)),
            prev: take(bytes, 16),
            archive: take(bytes, 48),
            run: take(bytes, 64),
            written_at: u64::from_be_bytes(take(bytes, 80)),
            bucket: take(bytes, 88),
            content: take(bytes, 104),
            body_digest: take(bytes, 136),
            body_len: u64::from_be_bytes(take(bytes, 168)),
            author: take(bytes, 176),
            refers_to: u64::from_be_bytes(take(bytes, 208)),
        })
    }

    /// The type, where it is known.
    pub fn kind(&self) -> Option<EntryType> {
        EntryType::from_code(self.entry_type)
    }
}

fn take<const N: usize>(bytes: &[u8; HEADER_LEN], at: usize) -> [u8; N] {
    std::array::from_fn(|i| bytes[at + i])
}

/// What the next header carries, by its own suite: `H("BA1.prev" | header)`.
pub fn prev_hash(suite: Suite, header: &[u8; HEADER_LEN]) -> Hash {
    suite.hash(&[&const { tag("BA1.prev") }, header])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hex;

    pub(crate) fn sample() -> Header {
        Header {
            entry_type: EntryType::Segment.code(),
            suite: Suite::Sha256,
            content_suite: Suite::Sha256,
            index: 7,
            prev: [1; 32],
            archive: [2; 16],
            run: [3; 16],
            written_at: 4,
            bucket: [5; 16],
            content: [6; 32],
            body_digest: [7; 32],
            body_len: 8,
            author: [9; 32],
            refers_to: 10,
        }
    }

    #[test]
    fn every_byte_counts() {
        let bytes = sample().encode();
        assert_eq!(Header::parse(&bytes), Ok(sample()));
        for i in 0..HEADER_LEN {
            let mut bad = bytes;
            bad[i] ^= 1;
            assert_ne!(Header::parse(&bad), Ok(sample()), "{i}");
        }
    }

    #[test]
    fn content_may_be_of_an_earlier_suite_where_it_can_have_waited() {
        let waited = Header { suite: Suite::Sha3, ..sample() };
        let bytes = waited.encode();
        assert_eq!((bytes[5], bytes[6]), (2, 1));
        assert_eq!(Header::parse(&bytes), Ok(waited));
        let renewed = Header { content_suite: Suite::Sha3, suite: Suite::Sha3, ..sample() };
        assert_eq!(Header::parse(&renewed.encode()), Ok(renewed));
        for (at, byte, fault) in [
            (4, EntryType::Run.code(), HeaderFault::Suite(1)),
            (5, 1, HeaderFault::Suite(1)),
            (5, 3, HeaderFault::Suite(3)),
            (6, 2, HeaderFault::Suite(2)),
            (6, 3, HeaderFault::Suite(3)),
        ] {
            let mut bad = bytes;
            bad[at] = byte;
            assert_eq!(Header::parse(&bad), Err(fault), "{at} {byte}");
        }
    }

    #[test]
    fn known_answer() {
        let expected = include_str!("../../../fixtures/vectors/chain/prev-1.hex").trim();
        assert_eq!(hex(&prev_hash(Suite::Sha256, &[7; 256])), expected);
    }

    #[test]
    fn types_have_distinct_numbers_and_names() {
        for (i, (t, _)) in EntryType::ALL.iter().enumerate() {
            assert_eq!(usize::from(t.code()), i + 1);
            assert_eq!(EntryType::from_code(t.code()), Some(*t));
        }
        assert_eq!(EntryType::from_code(36), None);
    }
}
