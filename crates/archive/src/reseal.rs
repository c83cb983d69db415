//! Sealing buckets anew, as an appended event: each gets a new key, and the wraps of everything in it go to that; where
//! asked for, segments are encrypted anew too, under fresh keys and today's cipher. Whoever copied
//! the old key of a bucket opens nothing that is sealed after, and of what was re-encrypted nothing in this archive.
//! The log keeps the commitments: every proof stays what it is. Knows no message.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use access::Rights;

use crate::Operator;
use crate::erase::Rekeyed;
use crate::error::{ArchiveError, broken};
use crate::rotation::{Custody, Rotation};
use crate::steps::Step;
use crate::writer::Writer;

/// What sealing anew did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resealed {
    /// Buckets with a new key.
    pub buckets: u64,
    /// Segments that were encrypted anew.
    pub segments: u64,
    /// Bodies whose key was wrapped anew.
    pub wraps: u64,
}

impl Writer {
    /// Seals buckets anew, by their numbers (each once), and begins a new epoch: the wraps of their old keys are destroyed with
    /// those of the epoch before. `bodies`: segments are encrypted anew too.
    ///
    /// # Errors
    /// [`ArchiveError::NoRight`] when `by` does not administer or cannot read one of them; [`ArchiveError::Refused`]
    /// for a bucket that was disposed of, or that messages wait for in a holding area that is not given. After the commit an error
    /// means that the rest is completed when the archive is next opened for writing.
    pub fn reseal(
        &mut self,
        by: &Operator,
        buckets: &[usize],
        bodies: bool,
        custody: &Custody<'_>,
    ) -> Result<Resealed, ArchiveError> {
        self.must(by, Rights::ADMIN, "admin")?;
        self.complete()?;
        let (mut rekeyed, mut renewed) = (Vec::new(), HashMap::new());
        for no in buckets.iter().collect::<BTreeSet<_>>() {
            let id = self.archive.buckets.get(*no).ok_or_else(|| broken(0, "no such bucket"))?.id;
            if let Some(act) = self.archive.fates.disposed_by(&id) {
                return Err(ArchiveError::Refused(format!("entry {act} disposed of the bucket")));
            }
            rekeyed.push(self.rekey(by, *no, &mut renewed, custody.held)?);
        }
        let rotation = self.prepare_rotation(custody, &HashSet::new(), &renewed)?;
        let snapshot = self.begin()?;
        let result = self.reseal_all(by, &rekeyed, bodies, &rotation);
        let done = self.end(snapshot, result)?;
        for Rekeyed { id, old: _, new } in rekeyed {
            self.archive.renew(&id, new);
        }
        self.reached(Step::Entry)?;
        self.complete()?;
        Ok(done)
    }

    fn reseal_all(
        &mut self,
        by: &Operator,
        buckets: &[Rekeyed],
        bodies: bool,
        rotation: &Rotation,
    ) -> Result<Resealed, ArchiveError> {
        let mut done = Resealed::default();
        for keys in buckets {
            let body = self.seal_anew(by, keys, BTreeMap::new(), bodies)?;
            done.buckets += 1;
            done.segments += body.bodies.len() as u64;
            done.wraps += body.wraps.len() as u64;
        }
        self.append_rotation(rotation, by)?;
        Ok(done)
    }
}
