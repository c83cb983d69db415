//! Lists of known messages on disk: each run leaves, for each bucket, sealed and padded lists of what it added.
//! FORMAT.md, "Lists of known messages".

use std::collections::HashMap;

use rusqlite::params;
use vault::{Plain, padme};

use crate::body::context;
use crate::dedup::Seen;
use crate::error::{ArchiveError, sealed};
use crate::run::BucketNo;
use crate::sighting::{ENTRY, Sighting};
use crate::writer::Writer;

/// Entries of one list.
const MOST_LISTED: usize = 800;

/// A list on disk, before it is sealed: `u32 count | count x (id 12 | state 8 | mark 8) | zeros`, Padme
/// length.
#[derive(Default)]
pub(crate) struct Delta(Vec<u8>);

impl Delta {
    pub(crate) fn push(&mut self, seen: &Sighting) {
        self.0.extend_from_slice(&seen.to_bytes());
    }

    /// In lists that are not too long.
    pub(crate) fn parts(&self) -> impl Iterator<Item = Self> + '_ {
        self.0.chunks(MOST_LISTED * ENTRY).map(|part| Self(part.to_vec()))
    }

    /// Whether it is time to write it out: memory holds at most this much for each bucket.
    pub(crate) fn is_full(&self) -> bool {
        self.0.len() >= MOST_LISTED * ENTRY
    }

    pub(crate) fn encode(&self) -> Plain {
        let count = u32::try_from(self.0.len() / ENTRY).unwrap_or(u32::MAX);
        let mut out = Plain::new(Vec::with_capacity(padme(4 + self.0.len())));
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

impl Writer {
    /// Writes a list of known messages.
    pub(crate) fn write_delta(
        &self,
        run: &[u8; 16],
        bucket: &[u8; 16],
        delta: &Delta,
    ) -> Result<(), ArchiveError> {
        let context = context(&self.archive.id, run, bucket, 0);
        let sealed_delta = vault::seal_under(&self.dedup, &context, &delta.encode())
            .map_err(sealed("list of known messages"))?;
        self.archive
            .connection
            .prepare_cached("INSERT INTO dedup (run, bucket, delta) VALUES (?1, ?2, ?3)")?
            .execute(params![run, bucket, sealed_delta])?;
        crate::lists::changed(&self.archive.connection, &[self.archive.connection.last_insert_rowid()])
    }

    pub(crate) fn load_seen(
        &self,
        labels: &[Plain],
        expected: usize,
        relevant: &dyn Fn(&[u8]) -> bool,
    ) -> Result<Seen, ArchiveError> {
        let number: HashMap<[u8; 16], BucketNo> =
            (0..).zip(&self.archive.buckets).map(|(no, bucket)| (bucket.id, no)).collect();
        let mut known = 0;
        let mut wanted = Vec::new();
        let sql = "SELECT idx, run, bucket, length(delta) FROM dedup ORDER BY idx";
        let mut statement = self.archive.connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let of = |at| row.get::<_, [u8; 16]>(at).map_err(|_| ArchiveError::Lists);
            let (idx, run, bucket) = (row.get::<_, i64>(0)?, of(1)?, of(2)?);
            let len = row.get::<_, i64>(3).map_err(|_| ArchiveError::Lists)?;
            let no = number.get(&bucket).ok_or(ArchiveError::Lists)?;
            if labels.get(*no as usize).is_some_and(|label| relevant(label)) {
                known += most_entries(usize::try_from(len).unwrap_or(0));
                wanted.push((idx, run, bucket, *no));
            }
        }
        let mut seen = Seen::new(&self.dedup, known.max(expected));
        for (idx, run, bucket, no) in wanted {
            let sql = "SELECT delta FROM dedup WHERE idx = ?1";
            let list = self.archive.connection.query_row(sql, [idx], |row| {
                let delta = row.get_ref(0)?.as_blob().unwrap_or_default();
                Ok(vault::open_under(&self.dedup, &context(&self.archive.id, &run, &bucket, 0), delta))
            })?;
            list.ok().and_then(|list| seen.load(&list, no)).ok_or(ArchiveError::Lists)?;
        }
        Ok(seen)
    }
}
