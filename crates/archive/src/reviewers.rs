//! Who can open what is held: the key of a run of the holding area, wrapped to each reviewer. A run that holds something
//! wraps it to the reviewers of that day; a grant, to one who comes later, by one who can open it; who is revoked
//! loses the wraps. `docs/FORMAT.md`, "The holding area".

use access::{OperatorId, Rights};
use chain::{EntryType, hex};
use vault::{Plain, PublicKey, Secret};

use crate::error::{ArchiveError, sealed};
use crate::holding::HeldRun;
use crate::writer::Writer;
use crate::{Operator, fate::BucketId};

/// A reviewer: the operator and the key that what is held is sealed to.
pub(crate) struct Reviewer {
    pub(crate) id: OperatorId,
    pub(crate) key: PublicKey,
    /// The scope of the grant, in the caller's words.
    pub(crate) scope: Plain,
}

/// Name of the wrap of a run's holding key to a reviewer.
pub(crate) fn reviewer_file(id: &OperatorId) -> String {
    format!("reviewer-{}", hex(id))
}

fn in_key_store(run: &str, id: &OperatorId) -> String {
    format!("holding/{run}/{}", reviewer_file(id))
}

/// In the folder of a grant under way: a wrap of a run's key.
const TO_COME: &str = "holding";

/// Wraps a run's key to a reviewer.
pub(crate) fn wrap_to(
    key: &PublicKey,
    archive: &[u8; 16],
    run: &[u8; 16],
    of_run: &Secret,
) -> Result<Vec<u8>, ArchiveError> {
    vault::wrap(key, "holding", &[&archive[..], run].concat(), of_run).map_err(sealed("wrap"))
}

impl Operator {
    /// The key of a run of the holding area, where it is wrapped to this operator.
    pub(crate) fn of_held(&self, archive: &[u8; 16], run: &[u8; 16]) -> Result<Option<Secret>, ArchiveError> {
        let Some(wrap) = self.keys().read(&in_key_store(&hex(run), &self.id()))? else { return Ok(None) };
        let context = [&archive[..], run].concat();
        vault::unwrap(self.sealing(), "holding", &context, &wrap).map(Some).map_err(sealed("holding key"))
    }
}

impl Writer {
    /// Operators who may review now, with their keys.
    pub(crate) fn reviewers(&self) -> Result<Vec<Reviewer>, ArchiveError> {
        let mut reviewers = Vec::new();
        for entry in self.register(&[EntryType::Grant])? {
            let authority = &self.archive.authority;
            let in_force = authority.grants().find(|(_, g)| g.entry == entry.header.index);
            if let Some((id, _)) = in_force
                && authority.allows(id, Rights::REVIEW, self.now)
                && let Some(body) = authority.operators().find(|o| o.id == *id)
            {
                let key = PublicKey::from_bytes(&body.sealing).map_err(sealed("operator's key"))?;
                reviewers.push(Reviewer { id: *id, key, scope: entry.plain });
            }
        }
        Ok(reviewers)
    }

    /// Wraps of the runs that hold something of the buckets that a grant covers, those that `by` can make, as files of
    /// the grant's folder. Who had one before keeps it: whom nobody can give it back to must not lose it by a narrower
    /// grant.
    pub(crate) fn held_of_grant(
        &self,
        by: &Operator,
        key: &PublicKey,
        covers: &dyn Fn(&BucketId) -> bool,
    ) -> Result<Vec<(String, Vec<u8>)>, ArchiveError> {
        let mut files = Vec::new();
        for (run, _) in self.archive.held_ever(&self.keys)? {
            let waits = |run: &HeldRun| run.items.iter().any(|i| !run.settled.contains_key(&i.slot));
            let number = hex(&run.run);
            if !waits(&run) || !run.items.iter().any(|item| covers(&item.bucket)) {
                continue;
            }
            if let Some(of_run) = by.of_held(&self.archive.id, &run.run)? {
                let wrap = wrap_to(key, &self.archive.id, &run.run, &of_run)?;
                files.push((format!("{TO_COME}-{number}"), wrap));
            }
        }
        Ok(files)
    }

    /// Where a wrap from the folder of a grant goes; nowhere when its run is settled.
    pub(crate) fn held_place(&self, name: &str, id: &OperatorId) -> Result<Option<String>, ArchiveError> {
        let Some((TO_COME, run)) = name.split_once('-') else { return Ok(None) };
        let there = !self.keys.names(&format!("holding/{run}"))?.is_empty();
        Ok(there.then(|| in_key_store(run, id)))
    }

    /// The wraps of an operator, who was revoked.
    pub(crate) fn held_of(&self, id: &OperatorId) -> Result<Vec<String>, ArchiveError> {
        let runs = self.keys.names("holding")?;
        let mine = runs.iter().map(|run| in_key_store(run, id));
        Ok(mine.filter(|name| self.keys.root().join(name).is_file()).collect())
    }
}
