//! Which messages of a pile are drawn for judgement. The draw follows from a seed and from the
//! messages' own names alone, so anybody who has both draws the same sample again, in whatever order
//! the pile is read: nobody can draw until the sample pleases. The caller chooses the seed **before**
//! the pile is known to him (dice, a public figure of the day) and records it.
//!
//! The rank of a message is SHA-256 over [`DRAW`], the seed and its name, each with its length before
//! it; the `n` lowest ranks are the sample. Knows no pile: messages are offered one by one.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

/// Name and version of the rule.
pub const DRAW: &str = "beskedarkiv draw 1";

/// A draw under way; holds no more than the sample.
#[derive(Clone, Debug)]
pub struct Draw<T> {
    seed: Vec<u8>,
    size: usize,
    lowest: BTreeMap<[u8; 32], T>,
}

impl<T> Draw<T> {
    /// A draw of `size` messages by this seed.
    pub fn new(seed: &[u8], size: usize) -> Self {
        Self { seed: seed.to_vec(), size, lowest: BTreeMap::new() }
    }

    /// Offers a message by a name that no other message of the pile has; the same name again changes
    /// nothing. `what` is made only for a message that may be in the sample.
    pub fn offer(&mut self, name: &[u8], what: impl FnOnce() -> T) {
        let rank = rank(&self.seed, name);
        let last = self.lowest.last_key_value().map(|(rank, _)| *rank);
        if self.size == 0 || (self.lowest.len() >= self.size && last.is_some_and(|last| rank >= last)) {
            return;
        }
        self.lowest.entry(rank).or_insert_with(what);
        if self.lowest.len() > self.size {
            self.lowest.pop_last();
        }
    }

    /// The sample, in the order of the draw: the first `k` of it are the sample of size `k`.
    pub fn finish(self) -> Vec<T> {
        self.lowest.into_values().collect()
    }
}

fn rank(seed: &[u8], name: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in [DRAW.as_bytes(), seed, name] {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(seed: &str, size: usize, names: impl Iterator<Item = u32>) -> Vec<u32> {
        let mut draw = Draw::new(seed.as_bytes(), size);
        names.for_each(|n| draw.offer(&n.to_be_bytes(), || n));
        draw.finish()
    }

    #[test]
    fn the_order_of_reading_does_not_matter() {
        let forward = draw("2026-11-26", 50, 0..5000);
        assert_eq!(forward.len(), 50);
        assert_eq!(forward, draw("2026-11-26", 50, (0..5000).rev()));
        assert_eq!(forward, draw("2026-11-26", 50, (0..5000).chain(0..5000)), "twice is once");
        assert_ne!(forward, draw("2026-11-27", 50, 0..5000), "another seed, another sample");
        assert_eq!(forward[..20], draw("2026-11-26", 20, 0..5000), "a smaller sample is its beginning");
    }

    #[test]
    fn small_piles_and_samples() {
        assert_eq!(draw("x", 0, 0..9), []);
        let mut all = draw("x", 99, 0..9);
        all.sort_unstable();
        assert_eq!(all, (0..9).collect::<Vec<_>>());
    }

    /// Each of ten parts of the pile should have a tenth of the sample: chi-square with nine degrees of
    /// freedom, 27.9 at one in a thousand.
    #[test]
    fn even() {
        let mut parts = [0.0_f64; 10];
        for n in draw("even", 10_000, 0..100_000) {
            parts[usize::try_from(n / 10_000).unwrap()] += 1.0;
        }
        let chi: f64 = parts.iter().map(|n| (n - 1000.0).powi(2) / 1000.0 / 0.9).sum();
        assert!(chi < 27.9, "{chi}");
    }

    /// So that another program can draw the same sample.
    #[test]
    fn pinned() {
        let rank = rank(b"seed", b"name");
        let mut by_hand = Vec::new();
        by_hand.extend([0, 0, 0, 0, 0, 0, 0, 18]);
        by_hand.extend(b"beskedarkiv draw 1");
        by_hand.extend([0, 0, 0, 0, 0, 0, 0, 4]);
        by_hand.extend(b"seed");
        by_hand.extend([0, 0, 0, 0, 0, 0, 0, 4]);
        by_hand.extend(b"name");
        assert_eq!(rank[..], Sha256::digest(&by_hand)[..]);
        assert_eq!(draw("pinned", 5, 0..1000), PINNED);
    }

    const PINNED: [u32; 5] = [463, 838, 557, 156, 751];
}
