//! What is said of a message as it was seen, and what the archive answers: who it is, how it was, where; keyed hashes only.

/// What the archive knows of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Novelty {
    /// Never seen.
    New,
    /// Seen, and as it was.
    Seen,
    /// Seen in this bucket, and changed since.
    Changed(u32, Change),
    /// Must not come back: erased.
    Suppressed,
    /// In the holding area, or left out and shredded, and as it was then. Changed since, it is new: what was
    /// added may be work.
    Withheld,
}

/// What changed between two copies, as far as keyed hashes tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Withdrawn by its sender since.
    Unsent,
    /// Among the recently deleted since.
    Deleted,
    /// Text or attachments.
    Edited,
    /// Reactions, or another part of its state.
    State,
}

/// How a message was seen, beside identity and version.
#[derive(Clone, Copy, Debug, Default)]
pub struct Aspect<'a> {
    /// Where: what a source can speak for as a whole (device, kind of source, conversation). Empty for what is
    /// never looked for.
    pub scope: &'a [u8],
    /// Text and attachments.
    pub text: &'a [u8],
    /// Among the recently deleted.
    pub deleted: bool,
    /// Withdrawn by its sender.
    pub unsent: bool,
    /// Disappears by a timer.
    pub expiring: bool,
}

/// A message that earlier copies had, and this one has not, though it has the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Its bucket.
    pub bucket: u32,
    /// It was among the recently deleted when last seen.
    pub deleted: bool,
    /// It was to disappear by a timer.
    pub expiring: bool,
}

/// State of an identity that must not come back.
pub(crate) const SUPPRESSED: [u8; 8] = [0xff; 8];

/// The first bit of the last byte of a state: withheld. Keyed hashes of versions have it cleared.
pub(crate) const WITHHELD: u8 = 0x80;

/// Keyed hash of an identity; never all zeros.
pub(crate) type Id = [u8; 12];
/// Keyed hash of a version.
pub(crate) type State = [u8; 8];
/// `keyed hash of the scope 4 | keyed hash of the text 2 | flags | 0`; zeros for what is never looked for.
pub(crate) type Mark = [u8; 8];

/// Flags of a mark.
pub(crate) mod flag {
    pub(crate) const DELETED: u8 = 1;
    pub(crate) const UNSENT: u8 = 2;
    pub(crate) const EXPIRING: u8 = 4;
    /// Missing from a copy that has its conversation.
    pub(crate) const MISSING: u8 = 8;
    /// In the last byte: no message, but what marks one for other sources.
    pub(crate) const LIKENESS: u8 = 0x80;
    /// In the last byte of such a one, in memory only: not on disk.
    pub(crate) const NEW: u8 = 0x40;
}

/// Bytes of one entry of a list on disk.
pub(crate) const ENTRY: usize = 28;

/// A message as it was seen: who it is and how it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sighting {
    pub(crate) id: Id,
    pub(crate) state: State,
    pub(crate) mark: Mark,
}

impl Sighting {
    /// Of a message that does not go into the archive, or not yet.
    pub(crate) fn withheld(mut self) -> Self {
        self.state[7] |= WITHHELD;
        self
    }

    /// Of the same message, now in the archive.
    pub(crate) fn kept(mut self) -> Self {
        self.state[7] &= !WITHHELD;
        self
    }

    /// 28 bytes, as in a list.
    pub fn to_bytes(self) -> [u8; 28] {
        let mut out = [0; ENTRY];
        out[..12].copy_from_slice(&self.id);
        out[12..20].copy_from_slice(&self.state);
        out[20..].copy_from_slice(&self.mark);
        out
    }

    /// From these bytes.
    pub fn from_bytes(bytes: &[u8; 28]) -> Self {
        let at = |i: usize| bytes[i];
        let (state, mark) = (|i| at(12 + i), |i| at(20 + i));
        Self {
            id: std::array::from_fn(at),
            state: std::array::from_fn(state),
            mark: std::array::from_fn(mark),
        }
    }
}
