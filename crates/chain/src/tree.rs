//! The Merkle tree of RFC 6962, 2.1: hashes, a frontier for appending, inclusion and consistency proofs
//! and their verification (RFC 9162, 2.1.3.2 and 2.1.4.2).

use crate::{Hash, Suite};

/// Hash of a leaf: `H(0x00 | data)`.
pub fn leaf_hash(suite: Suite, data: &[u8]) -> Hash {
    suite.hash(&[&[0], data])
}

/// Hash of an inner node: `H(0x01 | left | right)`.
pub(crate) fn node(suite: Suite, left: &Hash, right: &Hash) -> Hash {
    suite.hash(&[&[1], left, right])
}

/// The roots of the whole subtrees of a tree that grows at its end, largest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frontier {
    suite: Suite,
    size: u64,
    roots: Vec<Hash>,
}

impl Frontier {
    /// An empty tree.
    pub fn new(suite: Suite) -> Self {
        Self { suite, size: 0, roots: Vec::new() }
    }

    /// What it is hashed with.
    pub fn suite(&self) -> Suite {
        self.suite
    }

    /// Appends a leaf hash.
    pub fn push(&mut self, leaf: Hash) {
        let mut root = leaf;
        let mut size = self.size;
        while size & 1 == 1 {
            if let Some(left) = self.roots.pop() {
                root = node(self.suite, &left, &root);
            }
            size >>= 1;
        }
        self.roots.push(root);
        self.size += 1;
    }

    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root over all leaves; the hash of nothing for none.
    pub fn root(&self) -> Hash {
        let mut roots = self.roots.iter().rev();
        match roots.next() {
            None => self.suite.hash(&[]),
            Some(last) => roots.fold(*last, |right, left| node(self.suite, left, &right)),
        }
    }
}

/// The root over leaf hashes.
pub fn root_of(suite: Suite, leaves: &[Hash]) -> Hash {
    let mut frontier = Frontier::new(suite);
    for leaf in leaves {
        frontier.push(*leaf);
    }
    frontier.root()
}

/// Largest power of two below `n`, which is at least 2.
pub(crate) fn split(n: usize) -> usize {
    n.next_power_of_two() / 2
}

/// The path from leaf `index` to the root, lowest first; `None` outside the tree.
pub fn inclusion_proof(suite: Suite, leaves: &[Hash], index: usize) -> Option<Vec<Hash>> {
    if index >= leaves.len() {
        return None;
    }
    let mut path = Vec::new();
    let (mut leaves, mut index) = (leaves, index);
    while leaves.len() > 1 {
        let (left, right) = leaves.split_at(split(leaves.len()));
        if index < left.len() {
            path.push(root_of(suite, right));
            leaves = left;
        } else {
            path.push(root_of(suite, left));
            index -= left.len();
            leaves = right;
        }
    }
    path.reverse();
    Some(path)
}

/// Whether a leaf hash lies at `index` in the tree of `size` leaves with this root.
pub fn verify_inclusion(
    suite: Suite,
    leaf: &Hash,
    index: u64,
    size: u64,
    path: &[Hash],
    root: &Hash,
) -> bool {
    if index >= size {
        return false;
    }
    let (mut at, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for p in path {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            hash = node(suite, p, &hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node(suite, &hash, p);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// The proof that the tree over all leaves grew from that over the first `old`; `None` for 0 or more
/// than there are.
pub fn consistency_proof(suite: Suite, leaves: &[Hash], old: usize) -> Option<Vec<Hash>> {
    fn sub(suite: Suite, leaves: &[Hash], old: usize, whole: bool, path: &mut Vec<Hash>) {
        if old == leaves.len() {
            if !whole {
                path.push(root_of(suite, leaves));
            }
            return;
        }
        let (left, right) = leaves.split_at(split(leaves.len()));
        if old <= left.len() {
            sub(suite, left, old, whole, path);
            path.push(root_of(suite, right));
        } else {
            sub(suite, right, old - left.len(), false, path);
            path.push(root_of(suite, left));
        }
    }
    if old == 0 || old > leaves.len() {
        return None;
    }
    let mut path = Vec::new();
    sub(suite, leaves, old, true, &mut path);
    Some(path)
}

/// Whether the tree of `new` leaves grew from that of `old`.
pub fn verify_consistency(
    suite: Suite,
    old: u64,
    old_root: &Hash,
    new: u64,
    new_root: &Hash,
    path: &[Hash],
) -> bool {
    if old == 0 || old > new {
        return false;
    }
    if old == new {
        return path.is_empty() && old_root == new_root;
    }
    let mut path = path.iter();
    let mut seed = *old_root;
    if !old.is_power_of_two() {
        match path.next() {
            Some(first) => seed = *first,
            None => return false,
        }
    }
    let (mut at, mut last) = (old - 1, new - 1);
    while at & 1 == 1 {
        at >>= 1;
        last >>= 1;
    }
    let (mut of_old, mut of_new) = (seed, seed);
    for p in path {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            of_old = node(suite, p, &of_old);
            of_new = node(suite, p, &of_new);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            of_new = node(suite, &of_new, p);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && of_old == *old_root && of_new == *new_root
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hex;

    fn leaves(suite: Suite, n: usize) -> Vec<Hash> {
        (0..n).map(|i| leaf_hash(suite, &[u8::try_from(i % 256).unwrap(); 32])).collect()
    }

    #[test]
    fn roots_agree_with_the_other_implementation() {
        let expected = include_str!("../../../fixtures/vectors/chain/tree.txt");
        let mut checked = 0;
        for (n, line) in (1..).zip(expected.lines()) {
            let suite = Suite::Sha256;
            assert_eq!(hex(&root_of(suite, &leaves(suite, n))), line, "{n}");
            checked += 1;
        }
        assert_eq!(checked, 19);
    }

    #[test]
    fn proofs_hold_and_no_other_does() {
        for (suite, n) in Suite::ALL.into_iter().flat_map(|suite| (1..40).map(move |n| (suite, n))) {
            let all = leaves(suite, n);
            let root = root_of(suite, &all);
            for i in 0..n {
                let path = inclusion_proof(suite, &all, i).unwrap();
                let check = |leaf: &Hash, i: usize, n: usize, path: &[Hash]| {
                    verify_inclusion(suite, leaf, i as u64, n as u64, path, &root)
                };
                assert!(check(&all[i], i, n, &path), "{i}/{n}");
                assert!(!check(&[0; 32], i, n, &path), "{i}/{n}");
                assert!(!check(&all[i], i + 1, n, &path), "{i}/{n}");
                assert!(n == 1 || !check(&all[i], i, n, &path[1..]), "{i}/{n}");
                let longer: Vec<Hash> = path.iter().copied().chain([[0; 32]]).collect();
                assert!(!check(&all[i], i, n, &longer), "{i}/{n}");
            }
            for old in 1..=n {
                let path = consistency_proof(suite, &all, old).unwrap();
                let old_root = root_of(suite, &all[..old]);
                let check = |o: usize, or: &Hash, path: &[Hash]| {
                    verify_consistency(suite, o as u64, or, n as u64, &root, path)
                };
                assert!(check(old, &old_root, &path), "{old}/{n}");
                assert!(!check(old, &[0; 32], &path), "{old}/{n}");
                if let Some((_, rest)) = path.split_first() {
                    assert!(!check(old, &old_root, rest), "{old}/{n}");
                }
            }
        }
        let three = leaves(Suite::Sha256, 3);
        assert_eq!(inclusion_proof(Suite::Sha256, &three, 3), None);
        assert_eq!(consistency_proof(Suite::Sha256, &three, 0), None);
    }
}
