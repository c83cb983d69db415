//! Which entries are of which type, and of which bucket: found when the archive is opened, so that nothing is looked for
//! by walking over the log again. Eight bytes an entry.

use std::collections::HashMap;

use chain::{EntryType, Header};

/// What is looked for of each entry, in the order of the log.
#[derive(Default)]
pub(crate) struct Index {
    /// Type, and number of the bucket in `buckets`.
    entries: Vec<(u8, u32)>,
    buckets: HashMap<[u8; 16], u32>,
}

impl Index {
    /// Takes in the entry that comes next.
    pub(crate) fn push(&mut self, header: &Header) {
        let next = u32::try_from(self.buckets.len()).unwrap_or(u32::MAX);
        let bucket = *self.buckets.entry(header.bucket).or_insert(next);
        self.entries.push((header.entry_type, bucket));
    }

    /// Forgets entries that were not written after all.
    pub(crate) fn truncate(&mut self, size: u64) {
        self.entries.truncate(usize::try_from(size).unwrap_or(usize::MAX));
    }

    /// Entries of some types, ascending.
    pub(crate) fn of(&self, kinds: &[EntryType]) -> impl Iterator<Item = u64> {
        let wanted = |of: &(u8, u32)| kinds.iter().any(|kind| kind.code() == of.0);
        (0..).zip(&self.entries).filter(move |(_, of)| wanted(of)).map(|(entry, _)| entry)
    }

    /// Entries of a type that belong to a bucket, ascending.
    pub(crate) fn of_bucket(&self, kind: EntryType, bucket: &[u8; 16]) -> impl Iterator<Item = u64> {
        let wanted = self.buckets.get(bucket).map(|number| (kind.code(), *number));
        (0..).zip(&self.entries).filter(move |(_, of)| Some(**of) == wanted).map(|(entry, _)| entry)
    }
}
