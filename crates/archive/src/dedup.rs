//! What has been seen: keyed identities and keyed states, 24 bytes each, in an open table that is at
//! most four fifths full. On disk each run leaves, for each bucket, sealed and padded lists of what it
//! added.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use vault::{Secret, padme};
use zeroize::Zeroizing;

/// What the archive knows of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Novelty {
    /// Never seen.
    New,
    /// Seen, and as it was.
    Seen,
    /// Seen in this bucket, and changed since.
    Changed(u32),
    /// Must not come back: erased.
    Suppressed,
    /// In the holding area, or left out and shredded, and as it was then. Changed since, it is new: what was
    /// added may be work.
    Withheld,
}

/// State of an identity that must not come back.
const SUPPRESSED: [u8; 8] = [0xff; 8];

/// The first bit of the last byte of a state: withheld. Keyed hashes of versions have it cleared.
const WITHHELD: u8 = 0x80;

/// Keyed hash of an identity; never all zeros.
pub(crate) type Id = [u8; 12];
/// Keyed hash of a version.
pub(crate) type State = [u8; 8];

/// Entries of one list.
const MOST_LISTED: usize = 800;
/// Bytes of one entry of a list on disk.
pub(crate) const ENTRY: usize = 20;

/// A message as it was seen: who it is and how it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sighting {
    id: Id,
    state: State,
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

    /// 20 bytes, as in a list.
    pub fn to_bytes(self) -> [u8; 20] {
        let mut out = [0; ENTRY];
        out[..12].copy_from_slice(&self.id);
        out[12..].copy_from_slice(&self.state);
        out
    }

    /// From these bytes.
    pub fn from_bytes(bytes: &[u8; 20]) -> Self {
        let at = |i: usize| bytes[i];
        Self { id: std::array::from_fn(at), state: std::array::from_fn(|i| at(12 + i)) }
    }
}

#[derive(Clone, Copy)]
struct Slot {
    id: Id,
    state: State,
    bucket: u32,
}

const EMPTY: Slot = Slot { id: [0; 12], state: [0; 8], bucket: 0 };

/// The table.
pub(crate) struct Seen {
    mac: Hmac<Sha256>,
    slots: Vec<Slot>,
    used: usize,
}

impl Seen {
    /// A table for about `expected` entries.
    pub(crate) fn new(key: &Secret, expected: usize) -> Self {
        let mac = Hmac::<Sha256>::new_from_slice(key.as_ref()).expect("HMAC takes keys of any length");
        let mut seen = Self { mac, slots: Vec::new(), used: 0 };
        seen.grow(expected);
        seen
    }

    fn keyed(&self, label: u8, bytes: &[u8]) -> [u8; 32] {
        let mut mac = self.mac.clone();
        mac.update(&[label]);
        mac.update(bytes);
        mac.finalize().into_bytes().into()
    }

    /// The keyed hashes of an identity and a version.
    pub(crate) fn sighting(&self, identity: &[u8], version: &[u8]) -> Sighting {
        Sighting { id: self.id(identity), state: self.state(version) }
    }

    /// Keyed hash of an identity.
    fn id(&self, identity: &[u8]) -> Id {
        let hash = self.keyed(1, identity);
        let mut id: Id = std::array::from_fn(|i| hash[i]);
        id[11] |= 1;
        id
    }

    /// Keyed hash of a version.
    fn state(&self, version: &[u8]) -> State {
        let hash = self.keyed(2, version);
        let mut state: State = std::array::from_fn(|i| hash[i]);
        state[7] &= 0x7f;
        state
    }

    /// What the table knows of what was seen.
    pub(crate) fn novelty(&self, seen: &Sighting) -> Novelty {
        let Sighting { id, state } = seen;
        match self.find(id) {
            Err(_) => Novelty::New,
            Ok(at) if self.slots[at].state == SUPPRESSED => Novelty::Suppressed,
            Ok(at) if self.slots[at].state == *state => Novelty::Seen,
            Ok(at) if self.slots[at].state == seen.withheld().state => Novelty::Withheld,
            Ok(at) if self.slots[at].state[7] & WITHHELD != 0 => Novelty::New,
            Ok(at) => Novelty::Changed(self.slots[at].bucket),
        }
    }

    /// Notes an identity with its newest state.
    pub(crate) fn note(&mut self, seen: &Sighting, bucket: u32) {
        let Sighting { id, state } = *seen;
        let slot = Slot { id, state, bucket };
        match self.find(&id) {
            Ok(at) => self.slots[at] = slot,
            Err(_) => {
                if (self.used + 1) * 5 > self.slots.len() * 4 {
                    self.grow(self.used + self.used / 2 + 1024);
                }
                if let Err(at) = self.find(&id) {
                    self.slots[at] = slot;
                    self.used += 1;
                }
            }
        }
    }

    /// Where an identity is, or where it would go.
    fn find(&self, id: &Id) -> Result<usize, usize> {
        let start = u64::from_be_bytes(std::array::from_fn(|i| id[i]));
        // identities are keyed hashes: their first bytes are as good an index as any
        let wide = u128::from(start) * self.slots.len() as u128;
        let mut at = usize::try_from(wide >> 64).unwrap_or_default();
        loop {
            let slot = &self.slots[at];
            if slot.id == *id {
                return Ok(at);
            }
            if slot.id == EMPTY.id {
                return Err(at);
            }
            at = if at + 1 == self.slots.len() { 0 } else { at + 1 };
        }
    }

    fn grow(&mut self, expected: usize) {
        let size = (expected.max(64) * 5).div_ceil(4) + 1;
        let old = std::mem::replace(&mut self.slots, vec![EMPTY; size]);
        for slot in old {
            if slot.id != EMPTY.id
                && let Err(at) = self.find(&slot.id)
            {
                self.slots[at] = slot;
            }
        }
    }

    /// Reads a list back in.
    pub(crate) fn load(&mut self, list: &[u8], bucket: u32) -> Option<()> {
        let (count, entries) = list.split_first_chunk::<4>()?;
        let count = usize::try_from(u32::from_be_bytes(*count)).ok()?;
        for entry in entries.as_chunks::<ENTRY>().0.get(..count)? {
            let (id, state) = entry.split_first_chunk::<12>()?;
            self.note(&Sighting { id: *id, state: state.try_into().ok()? }, bucket);
        }
        Some(())
    }
}

/// A list on disk, before it is sealed: `u32 count | count x (id 12 | state 8) | zeros`, Padme length.
#[derive(Default)]
pub(crate) struct Delta(Vec<u8>);

impl Delta {
    pub(crate) fn push(&mut self, seen: &Sighting) {
        self.0.extend_from_slice(&seen.id);
        self.0.extend_from_slice(&seen.state);
    }

    /// In lists that are not too long.
    pub(crate) fn parts(&self) -> impl Iterator<Item = Self> + '_ {
        self.0.chunks(MOST_LISTED * ENTRY).map(|part| Self(part.to_vec()))
    }

    /// Whether it is time to write it out: memory holds at most this much for each bucket.
    pub(crate) fn is_full(&self) -> bool {
        self.0.len() >= MOST_LISTED * ENTRY
    }

    pub(crate) fn encode(&self) -> Zeroizing<Vec<u8>> {
        let count = u32::try_from(self.0.len() / ENTRY).unwrap_or(u32::MAX);
        let mut out = Zeroizing::new(Vec::with_capacity(padme(4 + self.0.len())));
        out.extend_from_slice(&count.to_be_bytes());
        out.extend_from_slice(&self.0);
        out.resize(padme(4 + self.0.len()), 0);
        out
    }
}

/// How many entries a sealed list of that length may hold at most.
pub(crate) fn most_entries(sealed_len: usize) -> usize {
    sealed_len / ENTRY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keyed_identities_and_lists_are_those_of_the_other_implementation() {
        let key = Zeroizing::new([7; 32]);
        let (seen, mut delta) = (Seen::new(&key, 0), Delta::default());
        let lines = include_str!("../../../fixtures/vectors/store/sightings.txt").lines();
        for (i, line) in lines.enumerate() {
            let sighting =
                seen.sighting(format!("message {i}").as_bytes(), format!("version {i}").as_bytes());
            let ours = chain::hex(&[&sighting.id[..], &sighting.state].concat());
            assert_eq!(ours, line, "{i}");
            delta.push(&sighting);
        }
        let list = include_str!("../../../fixtures/vectors/store/list.hex").trim();
        assert_eq!(chain::hex(&delta.encode()), list);
        assert_eq!(list[..8], *"00000009");
    }

    #[test]
    fn what_is_noted_is_known() {
        let key = Zeroizing::new([1; 32]);
        let mut seen = Seen::new(&key, 0);
        let mut delta = Delta::default();
        for i in 0..5000_u32 {
            let seeing = seen.sighting(&i.to_be_bytes(), b"a");
            assert_eq!(seen.novelty(&seeing), Novelty::New);
            seen.note(&seeing, i % 7);
            delta.push(&seeing);
        }
        let mut again = Seen::new(&key, 100);
        again.load(&delta.encode(), 3).unwrap();
        for i in 0..5000_u32 {
            let (a, b) = (seen.sighting(&i.to_be_bytes(), b"a"), seen.sighting(&i.to_be_bytes(), b"b"));
            assert_eq!(seen.novelty(&a), Novelty::Seen);
            assert_eq!(seen.novelty(&b), Novelty::Changed(i % 7));
            assert_eq!(again.novelty(&b), Novelty::Changed(3));
        }
        let other = Seen::new(&Zeroizing::new([2; 32]), 0);
        assert_ne!(other.id(b"x"), seen.id(b"x"));
        assert!(seen.slots.len() * size_of::<Slot>() <= 5000 * 48);
        assert_eq!(size_of::<Slot>(), 24);
        let mut gone = Seen::new(&key, 0);
        let suppressed = Sighting { id: gone.id(b"x"), state: SUPPRESSED };
        gone.note(&suppressed, 0);
        assert_eq!(gone.novelty(&gone.sighting(b"x", b"y")), Novelty::Suppressed);
    }
}
