//! A digest over the lists of known messages, so that damage to them is seen without a key. They are no part
//! of the chain: losing them loses no message, but a list that does not open stops the next ingest.
//!
//! The sum without carry (XOR) over the rows of `dedup` of `SHA-256(tag "BA1.lists" | u64 idx | SHA-256(run) |
//! SHA-256(bucket) | SHA-256(delta))`, in `state` under `lists`; see `docs/FORMAT.md`, section 2. A row that comes or
//! goes changes it by its own term, so that a commit costs what it writes and not what is there, and never makes
//! damage to another row good. Whoever means to deceive can forge it, as could be with any digest that nobody signs.

use chain::Hash;
use rusqlite::{Connection, OptionalExtension};
use sha2::{Digest, Sha256};

use crate::error::ArchiveError;

const TAG: &[u8; 16] = b"BA1.lists\0\0\0\0\0\0\0";

/// A row; a value that is no blob counts as none.
pub(crate) struct Row {
    idx: i64,
    values: [Vec<u8>; 3],
}

impl Row {
    fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        let blob = |at| Ok::<_, rusqlite::Error>(row.get_ref(at)?.as_blob().unwrap_or_default().to_vec());
        Ok(Self { idx: row.get(0)?, values: [blob(1)?, blob(2)?, blob(3)?] })
    }

    /// Its number.
    pub(crate) fn idx(&self) -> i64 {
        self.idx
    }

    /// Run, bucket, and the sealed list.
    pub(crate) fn values(&self) -> &[Vec<u8>; 3] {
        &self.values
    }

    /// Bytes.
    pub(crate) fn len(&self) -> usize {
        self.values.iter().map(Vec::len).sum()
    }

    /// Its term of the sum.
    pub(crate) fn term(&self) -> Hash {
        let mut hasher = Sha256::new();
        hasher.update(TAG);
        hasher.update(self.idx.to_be_bytes());
        self.values.iter().for_each(|value| hasher.update(Sha256::digest(value)));
        hasher.finalize().into()
    }
}

/// Adds a term, or a sum of terms.
pub(crate) fn add(sum: &mut Hash, term: &Hash) {
    sum.iter_mut().zip(term).for_each(|(sum, term)| *sum ^= term);
}

fn kept(connection: &Connection) -> Result<Option<Vec<u8>>, ArchiveError> {
    let sql = "SELECT value FROM state WHERE name = 'lists'";
    Ok(connection.prepare_cached(sql)?.query_row([], |row| row.get(0)).optional()?)
}

/// Notes that rows of the numbers given came, or are about to go, as a part of the transaction that is open.
pub(crate) fn changed(connection: &Connection, rows: &[i64]) -> Result<(), ArchiveError> {
    let kept = kept(connection)?.unwrap_or_else(|| vec![0; 32]);
    // what is no sum is damage, and stays
    let Ok(mut sum) = Hash::try_from(kept) else { return Ok(()) };
    let mut statement =
        connection.prepare_cached("SELECT idx, run, bucket, delta FROM dedup WHERE idx = ?1")?;
    for idx in rows {
        add(&mut sum, &statement.query_row([idx], Row::read)?.term());
    }
    keep(connection, &sum)
}

/// Keeps the sum over the rows as they are, as a part of the transaction that is open.
pub(crate) fn count_anew(connection: &Connection) -> Result<(), ArchiveError> {
    let mut sum = [0; 32];
    rows(connection, &mut |row| add(&mut sum, &row.term()))?;
    keep(connection, &sum)
}

fn keep(connection: &Connection, sum: &Hash) -> Result<(), ArchiveError> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO state (name, value) VALUES ('lists', ?1)")?
        .execute([&sum[..]])?;
    Ok(())
}

/// Gives every row, until one cannot be read.
pub(crate) fn rows(connection: &Connection, give: &mut dyn FnMut(Row)) -> rusqlite::Result<()> {
    let mut statement = connection.prepare("SELECT idx, run, bucket, delta FROM dedup")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        give(Row::read(row)?);
    }
    Ok(())
}

/// Whether the lists, of this sum, are what was kept; without any list nothing needs to have been.
pub(crate) fn hold(connection: &Connection, sum: &Hash) -> bool {
    kept(connection).is_ok_and(|kept| kept.unwrap_or_else(|| vec![0; 32]) == sum)
}
