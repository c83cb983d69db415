//! The tree against a naive one, written from the definitions of RFC 6962, 2.1, against roots that
//! `scripts/vectors.py` computed, and against `ct-merkle`, by other hands, for every size from 0 to 4096.
#![allow(clippy::unwrap_used, missing_docs)]

use chain::{
    Frontier, Hash, Levels, Suite, consistency_proof, inclusion_proof, leaf_hash, root_of,
    verify_consistency, verify_inclusion,
};
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{HashableLeaf, InclusionProof};
use sha2::{Digest, Sha256};

const MOST: usize = 4096;
const S: Suite = Suite::Sha256;

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
    let (mut frontier, mut levels, mut leaves) = (Frontier::new(S), Levels::new(S), Vec::new());
    let (mut roots, mut tried) = (Sha256::new(), 0);
    for n in 0..=MOST {
        let root = naive.mth(0, n);
        roots.update(root);
        assert_eq!((frontier.root(), levels.root(), root_of(S, &leaves)), (root, root, root), "{n}");
        for i in some(n) {
            let expected = naive.path(i, 0, n);
            assert_eq!(levels.path(i).as_ref(), Some(&expected), "{i}/{n}");
            if n < 300 || n.is_multiple_of(97) {
                assert_eq!(inclusion_proof(S, &leaves, i).as_ref(), Some(&expected), "{i}/{n}");
                let old = i + 1;
                let expected = naive.subproof(old, 0, n, true);
                assert_eq!(consistency_proof(S, &leaves, old).as_ref(), Some(&expected), "{old}/{n}");
                let old_root = naive.mth(0, old);
                assert!(
                    verify_consistency(S, old as u64, &old_root, n as u64, &root, &expected),
                    "{old}/{n}"
                );
            }
            assert!(verify_inclusion(S, &leaves[i], i as u64, n as u64, &expected, &root), "{i}/{n}");
            assert!(!verify_inclusion(S, &leaves[i], i as u64 ^ 1, n as u64, &expected, &root), "{i}/{n}");
            tried += 1;
        }
        assert_eq!(levels.path(n), None);
        let leaf = leaf_hash(S, &data(n));
        frontier.push(leaf);
        levels.push(leaf);
        leaves.push(leaf);
    }
    assert!(tried > 20_000, "{tried}");
    let expected = include_str!("../../../fixtures/vectors/chain/tree-4096.hex").trim();
    assert_eq!(chain::hex(&roots.finalize()), expected, "the digest of all roots from Python");
}

/// A leaf of the other implementation.
struct Leaf([u8; 4]);

impl HashableLeaf for Leaf {
    fn hash<H: ct_merkle::digest::Update>(&self, hasher: &mut H) {
        hasher.update(&self.0);
    }
}

/// Hashes of one of its proofs.
fn hashes(bytes: &[u8]) -> Vec<Hash> {
    let (hashes, rest) = bytes.as_chunks::<32>();
    assert!(rest.is_empty());
    hashes.to_vec()
}

/// Every root, and proofs at chosen places, as `ct-merkle` makes them; its proofs hold here and ours there.
fn agrees_with_another_crate<D: ct_merkle::digest::Digest>(suite: Suite, most: usize) {
    let mut theirs = MemoryBackedTree::<D, Leaf>::new();
    let (mut ours, mut leaves, mut tried) = (Levels::new(suite), Vec::new(), 0);
    for n in 0..=most {
        let root = theirs.root();
        assert_eq!(ours.root()[..], root.as_bytes()[..], "{n}");
        for i in some(n).into_iter().filter(|_| n < 300 || n.is_multiple_of(61)) {
            let proof = theirs.prove_inclusion(i);
            let path = ours.path(i).unwrap();
            assert_eq!(path, hashes(proof.as_bytes()), "{i}/{n}");
            assert!(verify_inclusion(suite, &leaves[i], i as u64, n as u64, &path, &ours.root()), "{i}/{n}");
            let mine = InclusionProof::<D>::from_bytes(path.concat());
            root.verify_inclusion(&Leaf(data(i)), i as u64, &mine).unwrap();
            let old = i + 1;
            let proof = theirs.prove_consistency(n - old);
            let path = consistency_proof(suite, &leaves, old).unwrap();
            assert_eq!(path, hashes(proof.as_bytes()), "{old}/{n}");
            let old_root = root_of(suite, &leaves[..old]);
            assert!(verify_consistency(suite, old as u64, &old_root, n as u64, &ours.root(), &path));
            tried += 1;
        }
        let leaf = leaf_hash(suite, &data(n));
        theirs.push(Leaf(data(n)));
        ours.push(leaf);
        leaves.push(leaf);
    }
    assert!(tried > 1000, "{tried}");
}

#[test]
fn every_size_agrees_with_another_crate() {
    agrees_with_another_crate::<Sha256>(Suite::Sha256, MOST);
    agrees_with_another_crate::<sha3::Sha3_256>(Suite::Sha3, 400);
}
