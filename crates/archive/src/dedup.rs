//! What has been seen: keyed identities, keyed states and marks, 32 bytes each, in an open table that is at
//! most four fifths full. A mark says in which conversation a message was seen and how, so that a later copy
//! of the same conversation shows what is missing from it.

use std::collections::HashSet;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use vault::Secret;

use crate::sighting::{
    Aspect, Change, ENTRY, Id, Mark, Missing, Novelty, SUPPRESSED, Sighting, State, WITHHELD, flag,
};

#[derive(Clone, Copy)]
pub(crate) struct Slot {
    pub(crate) id: Id,
    pub(crate) state: State,
    pub(crate) mark: Mark,
    /// Number of the bucket; the first bit says that this run met the message. Of a likeness: who told it in
    /// this run.
    pub(crate) bucket: u32,
}

impl Slot {
    pub(crate) fn bucket_no(&self) -> u32 {
        self.bucket & !MET
    }

    /// Whether a message is withheld; `None` where it must not come back.
    pub(crate) fn novelty(&self) -> Option<bool> {
        (self.state != SUPPRESSED).then_some(self.state[7] & WITHHELD != 0)
    }
}

const EMPTY: Slot = Slot { id: [0; 12], state: [0; 8], mark: [0; 8], bucket: 0 };
const MET: u32 = 1 << 31;

/// The table.
pub(crate) struct Seen {
    mac: Hmac<Sha256>,
    pub(crate) slots: Vec<Slot>,
    used: usize,
    /// How many identities were listed as not to come back.
    suppressed: usize,
    /// Hashes of the scopes that this run met.
    scopes: HashSet<[u8; 4]>,
    /// Identities under which this run told again what another source told, and that may not be noted yet.
    pub(crate) told: HashSet<Id>,
    /// The last scope hashed: messages of a conversation come together.
    last: (Vec<u8>, [u8; 4]),
}

impl Seen {
    /// A table for about `expected` entries.
    pub(crate) fn new(key: &Secret, expected: usize) -> Self {
        let mac = Hmac::<Sha256>::new_from_slice(key.as_ref()).expect("HMAC takes keys of any length");
        let (scopes, told, last) = (HashSet::new(), HashSet::new(), (Vec::new(), [0; 4]));
        let mut seen = Self { mac, slots: Vec::new(), used: 0, suppressed: 0, scopes, told, last };
        seen.grow(expected);
        seen
    }

    pub(crate) fn keyed(&self, label: u8, bytes: &[u8]) -> [u8; 32] {
        let mut mac = self.mac.clone();
        mac.update(&[label]);
        mac.update(bytes);
        mac.finalize().into_bytes().into()
    }

    /// The keyed hashes of an identity, a version and how it was seen.
    pub(crate) fn sighting(&mut self, identity: &[u8], version: &[u8], aspect: &Aspect<'_>) -> Sighting {
        let (id, state) = (self.id(identity), self.state(version));
        Sighting { id, state, mark: self.mark(aspect) }
    }

    fn mark(&mut self, aspect: &Aspect<'_>) -> Mark {
        let Aspect { scope, text, deleted, unsent, expiring } = *aspect;
        if scope.is_empty() {
            return [0; 8];
        }
        if self.last.0 != scope {
            let hash = self.keyed(3, scope);
            self.last = (scope.to_vec(), std::array::from_fn(|i| hash[i]));
        }
        let ([a, b, c, d], text) = (self.last.1, self.keyed(4, text));
        let flags = [(deleted, flag::DELETED), (unsent, flag::UNSENT), (expiring, flag::EXPIRING)];
        let flags = flags.iter().filter(|(on, _)| *on).fold(0, |all, (_, flag)| all | flag);
        [a, b, c, d, text[0], text[1], flags, 0]
    }

    /// The same under another identity.
    pub(crate) fn renamed(&self, seen: &Sighting, identity: &[u8]) -> Sighting {
        Sighting { id: self.id(identity), ..*seen }
    }

    /// What is listed of an identity that must not come back.
    pub(crate) fn suppression(&self, identity: &[u8]) -> Sighting {
        Sighting { id: self.id(identity), state: SUPPRESSED, mark: [0; 8] }
    }

    /// Whether an identity must not come back.
    pub(crate) fn erased(&self, identity: &[u8]) -> bool {
        self.suppressed > 0
            && self.find(&self.id(identity)).is_ok_and(|at| self.slots[at].state == SUPPRESSED)
    }

    /// Whether the content of an attachment is not there: never stored, or erased. Another message may bring it
    /// again.
    pub(crate) fn is_missing(&self, seen: &Sighting) -> bool {
        matches!(self.novelty(seen), Novelty::New | Novelty::Suppressed)
    }

    /// Whether an identity is known and may come back.
    pub(crate) fn knows(&self, identity: &[u8]) -> bool {
        self.find(&self.id(identity)).is_ok_and(|at| self.slots[at].state != SUPPRESSED)
    }

    /// Keyed hash of an identity.
    pub(crate) fn id(&self, identity: &[u8]) -> Id {
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
        let Sighting { id, state, mark } = seen;
        match self.find(id) {
            Err(_) => Novelty::New,
            Ok(at) if self.slots[at].state == SUPPRESSED => Novelty::Suppressed,
            Ok(at) if self.slots[at].state == *state => Novelty::Seen,
            Ok(at) if self.slots[at].state == seen.withheld().state => Novelty::Withheld,
            Ok(at) if self.slots[at].state[7] & WITHHELD != 0 => Novelty::New,
            Ok(at) => {
                let Slot { mark: before, bucket, .. } = self.slots[at];
                let since = mark[6] & !before[6];
                let change = match since {
                    _ if since & flag::UNSENT != 0 => Change::Unsent,
                    _ if since & flag::DELETED != 0 => Change::Deleted,
                    _ if mark[4..6] != before[4..6] => Change::Edited,
                    _ => Change::State,
                };
                Novelty::Changed(bucket & !MET, change)
            }
        }
    }

    /// Notes that this run met a message and its scope. Gives the sighting to note where earlier copies had
    /// missed it.
    pub(crate) fn meet(&mut self, seen: &Sighting) -> Option<(Sighting, u32)> {
        if seen.mark != [0; 8] {
            self.scopes.insert(std::array::from_fn(|i| seen.mark[i]));
        }
        let at = self.find(&seen.id).ok()?;
        let slot = &mut self.slots[at];
        let missed = slot.mark[6] & flag::MISSING != 0;
        slot.bucket |= MET;
        missed.then(|| {
            slot.mark[6] &= !flag::MISSING;
            (Sighting { id: slot.id, state: slot.state, mark: slot.mark }, slot.bucket & !MET)
        })
    }

    /// Messages that this run did not meet although it met their scope, each once: with the sighting that
    /// remembers it.
    pub(crate) fn missing(&mut self) -> Vec<(Sighting, Missing)> {
        let mut missing = Vec::new();
        for slot in &mut self.slots {
            let Slot { id, state, mark, bucket } = slot;
            let scope: [u8; 4] = std::array::from_fn(|i| mark[i]);
            let message = *id != EMPTY.id && mark[7] & flag::LIKENESS == 0;
            let looked_for = message && *mark != EMPTY.mark && *state != SUPPRESSED;
            if looked_for
                && *bucket & MET == 0
                && mark[6] & flag::MISSING == 0
                && self.scopes.contains(&scope)
            {
                let (deleted, expiring) = (mark[6] & flag::DELETED != 0, mark[6] & flag::EXPIRING != 0);
                mark[6] |= flag::MISSING;
                let sighting = Sighting { id: *id, state: *state, mark: *mark };
                missing.push((sighting, Missing { bucket: *bucket, deleted, expiring }));
            }
        }
        // in an order of their own, not that of the table
        missing.sort_unstable_by_key(|(s, _)| s.id);
        missing
    }

    /// Notes an identity with its newest state; this run met it.
    pub(crate) fn note(&mut self, seen: &Sighting, bucket: u32) {
        self.put(seen, bucket | MET);
    }

    pub(crate) fn put(&mut self, seen: &Sighting, bucket: u32) {
        let Sighting { id, state, mark } = *seen;
        self.suppressed += usize::from(state == SUPPRESSED);
        let slot = Slot { id, state, mark, bucket };
        match self.find(&id) {
            Ok(at) => self.slots[at] = slot,
            Err(_) => {
                if (self.used + 1) * 5 > self.slots.len() * 4 {
                    self.grow(self.used + self.used / 8 + 1024);
                }
                if let Err(at) = self.find(&id) {
                    self.slots[at] = slot;
                    self.used += 1;
                }
            }
        }
    }

    /// Where an identity is, or where it would go.
    pub(crate) fn find(&self, id: &Id) -> Result<usize, usize> {
        self.look(std::array::from_fn(|i| id[i]), |known| known == id)
    }

    /// What begins with these bytes.
    pub(crate) fn beginning_with(&self, bytes: &[u8; 8]) -> Option<&Slot> {
        self.look(*bytes, |known| known.starts_with(bytes)).ok().map(|at| &self.slots[at])
    }

    fn look(&self, first: [u8; 8], is: impl Fn(&Id) -> bool) -> Result<usize, usize> {
        // identities are keyed hashes: their first bytes are as good an index as any
        let wide = u128::from(u64::from_be_bytes(first)) * self.slots.len() as u128;
        let mut at = usize::try_from(wide >> 64).unwrap_or_default();
        loop {
            let slot = &self.slots[at];
            if is(&slot.id) {
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
            let seen = Sighting::from_bytes(entry);
            let of_message = seen.mark[7] & flag::LIKENESS == 0;
            self.put(&seen, if of_message { bucket } else { 0 });
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;
    use crate::listing::Delta;

    #[test]
    fn keyed_identities_and_lists_are_those_of_the_other_implementation() {
        let key = Zeroizing::new([7; 32]);
        let (mut seen, mut delta) = (Seen::new(&key, 0), Delta::default());
        let lines = include_str!("../../../fixtures/vectors/store/sightings.txt").lines();
        for (i, line) in lines.enumerate() {
            let (scope, text) = (format!("scope {}", i % 3), format!("text {i}"));
            let (deleted, unsent, expiring) = (i & 1 != 0, i & 2 != 0, i & 4 != 0);
            let aspect = Aspect { scope: scope.as_bytes(), text: text.as_bytes(), deleted, unsent, expiring };
            let aspect = if i == 8 { Aspect::default() } else { aspect };
            let (identity, version) = (format!("message {i}"), format!("version {i}"));
            let sighting = seen.sighting(identity.as_bytes(), version.as_bytes(), &aspect);
            let ours = chain::hex(&sighting.to_bytes());
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
            let seeing = seen.sighting(&i.to_be_bytes(), b"a", &Aspect::default());
            assert_eq!(seen.novelty(&seeing), Novelty::New);
            seen.note(&seeing, i % 7);
            delta.push(&seeing);
        }
        let mut again = Seen::new(&key, 100);
        again.load(&delta.encode(), 3).unwrap();
        for i in 0..5000_u32 {
            let mut of = |version: &[u8]| seen.sighting(&i.to_be_bytes(), version, &Aspect::default());
            let (a, b) = (of(b"a"), of(b"b"));
            assert_eq!(seen.novelty(&a), Novelty::Seen);
            assert_eq!(seen.novelty(&b), Novelty::Changed(i % 7, Change::State));
            assert_eq!(again.novelty(&b), Novelty::Changed(3, Change::State));
        }
        let other = Seen::new(&Zeroizing::new([2; 32]), 0);
        assert_ne!(other.id(b"x"), seen.id(b"x"));
        assert!(seen.slots.len() * size_of::<Slot>() <= 5000 * 48);
        assert_eq!(size_of::<Slot>(), 32);
        let mut gone = Seen::new(&key, 0);
        let suppressed = Sighting { id: gone.id(b"x"), state: SUPPRESSED, mark: [0; 8] };
        gone.note(&suppressed, 0);
        let seeing = gone.sighting(b"x", b"y", &Aspect::default());
        assert_eq!(gone.novelty(&seeing), Novelty::Suppressed);
    }

    /// Three messages of conversation a, one of b.
    fn copy(seen: &mut Seen, delta: &mut Delta, which: &[u8]) -> usize {
        for i in which {
            let scope: &[u8] = if *i < 3 { b"a" } else { b"b" };
            let aspect = Aspect { scope, text: b"t", deleted: *i == 1, ..Aspect::default() };
            let seeing = seen.sighting(&[*i], b"v", &aspect);
            if let Some((again, _)) = seen.meet(&seeing) {
                delta.push(&again);
            }
            if seen.novelty(&seeing) == Novelty::New {
                seen.note(&seeing, 5);
                delta.push(&seeing);
            }
        }
        let missing = seen.missing();
        missing.iter().for_each(|(s, _)| delta.push(s));
        assert!(missing.iter().all(|(_, m)| m.bucket == 5));
        missing.len()
    }

    #[test]
    fn what_is_missing_is_missed_once_and_only_where_the_conversation_is() {
        let key = Zeroizing::new([1; 32]);
        let mut lists: Vec<vault::Plain> = Vec::new();
        for (which, expected) in [
            (&[0, 1, 2, 3][..], 0),
            // one of a is gone
            (&[0, 2, 3], 1),
            // known to be missing
            (&[0, 2, 3], 0),
            // nothing of b: nothing is said of it
            (&[0, 2], 0),
            // it is back, and goes again
            (&[0, 1, 2, 3], 0),
            (&[0, 3], 2),
        ] {
            let mut seen = Seen::new(&key, 0);
            lists.iter().for_each(|list| seen.load(list, 5).unwrap());
            let mut delta = Delta::default();
            assert_eq!(copy(&mut seen, &mut delta, which), expected, "{which:?}");
            lists.push(delta.encode());
        }
    }

    #[test]
    fn what_changed_is_told() {
        let mut seen = Seen::new(&Zeroizing::new([1; 32]), 0);
        let is = Aspect { scope: b"a", text: b"t", ..Aspect::default() };
        let first = seen.sighting(b"x", b"1", &is);
        seen.note(&first, 2);
        for (aspect, change) in [
            (is, Change::State),
            (Aspect { text: b"u", ..is }, Change::Edited),
            (Aspect { deleted: true, ..is }, Change::Deleted),
            (Aspect { text: b"", unsent: true, deleted: true, ..is }, Change::Unsent),
        ] {
            let again = seen.sighting(b"x", b"2", &aspect);
            assert_eq!(seen.novelty(&again), Novelty::Changed(2, change));
        }
    }
}
