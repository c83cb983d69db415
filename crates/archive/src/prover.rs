//! Proofs of records: the signed state of the log, and segments opened so that some of their records can
//! be shown and the rest stay hashes. FORMAT.md, "Proofs".

use chain::{Checkpoint, HEADER_LEN, Hash, Levels, Pruned, Suite};
use vault::Plain;

use crate::Operator;
use crate::body::{Item, take_item};
use crate::error::{ArchiveError, broken};
use crate::reader::Opened;
use crate::store::{Archive, note_name};

/// The log up to the newest checkpoint: what every proof ends in.
pub struct Prover<'a> {
    archive: &'a Archive,
    log: Levels,
    checkpoint: Checkpoint,
}

/// A segment, opened for proofs of its records.
pub struct Provable {
    pub(crate) header: [u8; HEADER_LEN],
    /// What the records are committed to with.
    pub(crate) suite: Suite,
    pub(crate) plain: Plain,
    /// Where each record begins in `plain`.
    starts: Vec<usize>,
    leaves: Vec<Hash>,
    pub(crate) path: Vec<Hash>,
    checkpoint: Checkpoint,
}

impl Archive {
    /// Reads the log for proofs.
    ///
    /// # Errors
    /// [`ArchiveError::Broken`] when the checkpoint is not of this log.
    pub fn prover(&self) -> Result<Prover<'_>, ArchiveError> {
        let checkpoint = self.checkpoint()?;
        let size = i64::try_from(checkpoint.size).map_err(|_| broken(self.size(), "malformed checkpoint"))?;
        let suite = checkpoint.suite(&self.id).filter(|suite| Some(*suite) == self.suite_at(checkpoint.size));
        let suite = suite.ok_or_else(|| broken(self.size(), "the checkpoint is of another log"))?;
        let mut log = Levels::new(suite);
        let mut statement =
            self.connection.prepare("SELECT header FROM entries WHERE idx < ?1 ORDER BY idx")?;
        let mut rows = statement.query([size])?;
        while let Some(row) = rows.next()? {
            log.push(chain::leaf_hash(suite, row.get_ref(0)?.as_blob().unwrap_or_default()));
        }
        let signed = checkpoint.verify(&note_name(&self.id), &self.job).is_ok();
        if !signed || log.size() as u64 != checkpoint.size || log.root() != checkpoint.root {
            return Err(broken(self.size(), "the checkpoint is of another state of the log"));
        }
        Ok(Prover { archive: self, log, checkpoint })
    }

    /// Bytes of all segments of some buckets as they are stored: about how much there is to prove.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn sealed_bytes(&self, buckets: &[usize]) -> Result<u64, ArchiveError> {
        let sql = "SELECT substr(header, 89, 16), substr(header, 169, 8) FROM entries \
                   WHERE substr(header, 5, 1) = x'0a'";
        let mut statement = self.connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        let mut total = 0_u64;
        while let Some(row) = rows.next()? {
            let (bucket, len): ([u8; 16], [u8; 8]) = (row.get(0)?, row.get(1)?);
            if buckets.iter().filter_map(|no| self.buckets.get(*no)).any(|b| b.id == bucket) {
                total = total.saturating_add(u64::from_be_bytes(len));
            }
        }
        Ok(total)
    }
}

impl Prover<'_> {
    /// The signed state of the log that every proof ends in.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    pub(crate) fn archive(&self) -> &Archive {
        self.archive
    }

    /// The hashes from an entry's header to the root, lowest first.
    pub(crate) fn path(&self, entry: u64) -> Result<Vec<Hash>, ArchiveError> {
        let index = usize::try_from(entry).map_err(|_| broken(entry, "no such entry"))?;
        self.log.path(index).ok_or_else(|| broken(entry, "is not in the checkpoint yet"))
    }

    /// Opens a segment.
    ///
    /// # Errors
    /// [`ArchiveError::NoRight`] without a key to its bucket, [`ArchiveError::Broken`].
    pub fn segment(&self, operator: &Operator, entry: u64) -> Result<Provable, ArchiveError> {
        let stored = self.archive.entry(entry)?;
        let pair = operator.bucket(&stored.header.bucket)?.ok_or(ArchiveError::NoRight("query"))?;
        let Opened { plain, starts, leaves } = self.archive.open_whole(&pair, &stored)?;
        let suite = stored.header.content_suite;
        let path = self.path(entry)?;
        let checkpoint = self.checkpoint.clone();
        Ok(Provable { header: stored.bytes, suite, plain, starts, leaves, path, checkpoint })
    }
}

impl Provable {
    /// The text of a proof of the records at `places`, ascending, in which the groups with `show` are
    /// readable.
    ///
    /// # Errors
    /// [`ArchiveError::Broken`] for a place that is not in the segment.
    pub fn proof(&self, places: &[u32], show: impl Fn(u8) -> bool + Copy) -> Result<String, ArchiveError> {
        let tree = self.cut_back(places, show)?;
        Ok(chain::Proof::new(&self.header, tree, self.path.clone(), self.checkpoint.clone()).to_text())
    }

    /// The segment's tree, cut back to the records at `places`.
    pub(crate) fn cut_back(
        &self,
        places: &[u32],
        show: impl Fn(u8) -> bool + Copy,
    ) -> Result<Pruned, ArchiveError> {
        let no_such = || broken(0, "no such record");
        let mut shown = Vec::with_capacity(places.len());
        for place in places {
            let place = usize::try_from(*place).map_err(|_| no_such())?;
            let mut record = &self.plain[*self.starts.get(place).ok_or_else(no_such)?..];
            let Some(Item::Record(seed, groups)) = take_item(&mut record) else { return Err(no_such()) };
            shown.push((place, chain::show_fields(self.suite, &seed, &groups, show)));
        }
        Ok(Pruned::build(self.suite, &self.leaves, shown))
    }
}
