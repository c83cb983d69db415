//! A digest over the lists of known messages, so that damage to them is seen without a key. They are no part
//! of the chain: losing them loses no message, but a list that does not open stops the next ingest.
//!
//! `SHA-256(tag "BA1.lists" | for each row of dedup in order: u64 idx | SHA-256(run) | SHA-256(bucket) |
//! SHA-256(delta))`, in `state` under `lists`; see `docs/FORMAT.md`, "Database".

use chain::Hash;
use rusqlite::{Connection, OptionalExtension};
use sha2::{Digest, Sha256};

use crate::error::ArchiveError;

const TAG: &[u8; 16] = b"BA1.lists\0\0\0\0\0\0\0";

/// The digest of the lists as they are.
fn digest(connection: &Connection) -> Result<Hash, ArchiveError> {
    let mut hasher = Sha256::new();
    hasher.update(TAG);
    let mut statement = connection.prepare("SELECT idx, run, bucket, delta FROM dedup ORDER BY idx")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        hasher.update(row.get::<_, i64>(0)?.to_be_bytes());
        for column in 1..4 {
            hasher.update(Sha256::digest(row.get_ref(column)?.as_blob().unwrap_or_default()));
        }
    }
    Ok(hasher.finalize().into())
}

/// Keeps the digest, as a part of the transaction that is open.
pub(crate) fn keep(connection: &Connection) -> Result<(), ArchiveError> {
    let digest = digest(connection)?;
    connection
        .prepare_cached("INSERT OR REPLACE INTO state (name, value) VALUES ('lists', ?1)")?
        .execute([&digest[..]])?;
    Ok(())
}

/// Whether the lists are what was kept; without any list nothing needs to have been.
pub(crate) fn hold(connection: &Connection) -> Result<bool, ArchiveError> {
    let kept: Option<Vec<u8>> = connection
        .query_row("SELECT value FROM state WHERE name = 'lists'", [], |row| row.get(0))
        .optional()?;
    match kept {
        Some(kept) => Ok(kept == digest(connection)?),
        None => Ok(!connection.prepare("SELECT 1 FROM dedup")?.exists([])?),
    }
}
