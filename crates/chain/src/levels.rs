//! The log with every whole subtree kept, so that a path costs a few hashes and not the whole log:
//! 64 bytes of memory an entry. Gives the same paths and roots as [`crate::inclusion_proof`].

use crate::tree::node;
use crate::{Hash, Suite};

/// Every whole subtree of a tree that grows at its end.
#[derive(Clone, Debug)]
pub struct Levels {
    suite: Suite,
    /// At `[k][i]` the root over the leaves from `i * 2^k` to before `(i + 1) * 2^k`.
    roots: Vec<Vec<Hash>>,
}

impl Levels {
    /// An empty tree.
    pub fn new(suite: Suite) -> Self {
        Self { suite, roots: Vec::new() }
    }

    /// Appends a leaf hash.
    pub fn push(&mut self, leaf: Hash) {
        let mut root = leaf;
        for level in 0.. {
            if self.roots.len() == level {
                self.roots.push(Vec::new());
            }
            let here = &mut self.roots[level];
            here.push(root);
            match here.as_slice() {
                [.., left, right] if here.len().is_multiple_of(2) => root = node(self.suite, left, right),
                _ => break,
            }
        }
    }

    /// Number of leaves.
    pub fn size(&self) -> usize {
        self.roots.first().map_or(0, Vec::len)
    }

    /// The root over all leaves; the hash of nothing for none.
    pub fn root(&self) -> Hash {
        if self.size() == 0 { self.suite.hash(&[]) } else { self.over(0, self.size()) }
    }

    /// The path from leaf `index` to the root over all leaves, lowest first; `None` outside the tree.
    pub fn path(&self, index: usize) -> Option<Vec<Hash>> {
        let (mut start, mut end) = (0, self.size());
        if index >= end {
            return None;
        }
        let mut path = Vec::new();
        while end - start > 1 {
            let middle = start + (end - start).next_power_of_two() / 2;
            if index < middle {
                path.push(self.over(middle, end));
                end = middle;
            } else {
                path.push(self.over(start, middle));
                start = middle;
            }
        }
        path.reverse();
        Some(path)
    }

    /// The root over the leaves from `start` to before `end`, where `start` is a multiple of the power of
    /// two that reaches `end`.
    fn over(&self, start: usize, end: usize) -> Hash {
        let len = end - start;
        let level = len.trailing_zeros() as usize;
        if len.is_power_of_two() {
            return self.roots[level][start >> level];
        }
        let middle = start + len.next_power_of_two() / 2;
        node(self.suite, &self.over(start, middle), &self.over(middle, end))
    }
}
