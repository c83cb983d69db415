//! The tree against a naive one, written from the definitions of RFC 6962, 2.1, and against roots that
//! `scripts/vectors.py` computed, for every size from 0 to 4096.
#![allow(clippy::unwrap_used, missing_docs)]

use chain::{
    Frontier, Hash, Levels, consistency_proof, inclusion_proof, leaf_hash, root_of, verify_consistency,
    verify_inclusion,
};
use sha2::{Digest, Sha256};

const MOST: usize = 4096;

fn data(i: usize) -> [u8; 4] {
    u32::try_from(i).unwrap().to_be_bytes()
}

fn sha(parts: &[&[u8]]) -> Hash {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// Largest power of two smaller than `n`.
fn k(n: usize) -> usize {
    let mut k = 1;
    while k * 2 < n {
        k *= 2;
    }
    k
}

/// MTH(D[from..to]), remembered, so that the whole table of sizes is affordable.
struct Naive(std::collections::HashMap<(usize, usize), Hash>);

impl Naive {
    fn mth(&mut self, from: usize, to: usize) -> Hash {
        if let Some(known) = self.0.get(&(from, to)) {
            return *known;
        }
        let hash = match to - from {
            0 => sha(&[]),
            1 => sha(&[&[0], &data(from)]),
            n => {
                let (left, right) = (self.mth(from, from + k(n)), self.mth(from + k(n), to));
                sha(&[&[1], &left, &right])
            }
        };
        self.0.insert((from, to), hash);
        hash
    }

    /// PATH(m, D[from..to])
    fn path(&mut self, m: usize, from: usize, to: usize) -> Vec<Hash> {
        let n = to - from;
        if n == 1 {
            return Vec::new();
        }
        let (mut path, last) = if m < k(n) {
            (self.path(m, from, from + k(n)), self.mth(from + k(n), to))
        } else {
            (self.path(m - k(n), from + k(n), to), self.mth(from, from + k(n)))
        };
        path.push(last);
        path
    }

    /// SUBPROOF(m, D[from..to], b)
    fn subproof(&mut self, m: usize, from: usize, to: usize, whole: bool) -> Vec<Hash> {
        let n = to - from;
        if m == n {
            return if whole { Vec::new() } else { vec![self.mth(from, to)] };
        }
        let (mut proof, last) = if m <= k(n) {
            (self.subproof(m, from, from + k(n), whole), self.mth(from + k(n), to))
        } else {
            (self.subproof(m - k(n), from + k(n), to, false), self.mth(from, from + k(n)))
        };
        proof.push(last);
        proof
    }
}

/// Places and old sizes that are tried in a tree of `n` leaves.
fn some(n: usize) -> Vec<usize> {
    let mut some =
        vec![0, 1, n / 3, n / 2, n.saturating_sub(2), n.saturating_sub(1), k(n.max(2)), k(n.max(2)) - 1];
    some.retain(|i| *i < n);
    some.sort_unstable();
    some.dedup();
    some
}

#[test]
fn every_size_agrees_with_the_definitions() {
    let mut naive = Naive(std::collections::HashMap::new());
    let (mut frontier, mut levels, mut leaves) = (Frontier::default(), Levels::default(), Vec::new());
    let (mut roots, mut tried) = (Sha256::new(), 0);
    for n in 0..=MOST {
        let root = naive.mth(0, n);
        roots.update(root);
        assert_eq!((frontier.root(), levels.root(), root_of(&leaves)), (root, root, root), "{n}");
        for i in some(n) {
            let expected = naive.path(i, 0, n);
            assert_eq!(levels.path(i).as_ref(), Some(&expected), "{i}/{n}");
            if n < 300 || n.is_multiple_of(97) {
                assert_eq!(inclusion_proof(&leaves, i).as_ref(), Some(&expected), "{i}/{n}");
                let old = i + 1;
                let expected = naive.subproof(old, 0, n, true);
                assert_eq!(consistency_proof(&leaves, old).as_ref(), Some(&expected), "{old}/{n}");
                let old_root = naive.mth(0, old);
                assert!(verify_consistency(old as u64, &old_root, n as u64, &root, &expected), "{old}/{n}");
            }
            assert!(verify_inclusion(&leaves[i], i as u64, n as u64, &expected, &root), "{i}/{n}");
            assert!(!verify_inclusion(&leaves[i], i as u64 ^ 1, n as u64, &expected, &root), "{i}/{n}");
            tried += 1;
        }
        assert_eq!(levels.path(n), None);
        let leaf = leaf_hash(&data(n));
        frontier.push(leaf);
        levels.push(leaf);
        leaves.push(leaf);
    }
    assert!(tried > 20_000, "{tried}");
    let expected = include_str!("../../../fixtures/vectors/chain/tree-4096.hex").trim();
    assert_eq!(chain::hex(&roots.finalize()), expected, "the digest of all roots from Python");
}
