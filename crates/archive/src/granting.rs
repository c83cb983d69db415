//! Granting and revoking: the keys of a grant lie apart until its entry is committed, and then take the place of those
//! that the operator had. Whoever opens the archive for writing next goes on where a writer died: a grant that is in the
//! log has its keys, one that is not leaves none. FORMAT.md, "Key store".

use std::collections::HashMap;

use access::{GrantBody, KeyStore, OperatorId, RevokeBody, Rights};
use chain::{EntryType, hex};
use vault::{KeyPair, PublicKey};

use crate::Operator;
use crate::error::{ArchiveError, sealed};
use crate::fate::BucketId;
use crate::writer::{Entry, Writer};

/// Folder of keys whose grant may not be in the log yet, by operator.
const BEFORE: &str = "granting";
/// Folder of keys whose grant is in the log, and whose operator has no others any more.
const BEHIND: &str = "granted";
/// The public key that tells which grant the keys are of.
const SEALING: &str = "sealing";

impl Writer {
    /// Grants rights to an operator in the place of what it had; wraps every bucket that `covers` to its
    /// key when reading is among them.
    ///
    /// # Errors
    /// [`ArchiveError::NoRight`] when `by` may not, or does not hold the epoch's key for old buckets.
    pub fn grant(
        &mut self,
        by: &Operator,
        to: OperatorId,
        rights: Rights,
        days: (Option<i32>, Option<i32>),
        scope: &[u8],
        covers: &dyn Fn(&[u8]) -> bool,
    ) -> Result<(), ArchiveError> {
        self.must(by, Rights::ADMIN, "admin")?;
        let epoch = self.archive.authority.epoch().cloned().ok_or(ArchiveError::NoRight("admin"))?;
        let body = self.archive.authority.operators().find(|o| o.id == to);
        let sealing = body.map(|b| PublicKey::from_bytes(&b.sealing)).ok_or(ArchiveError::Missing)?;
        let sealing = sealing.map_err(sealed("operator's key"))?;
        let of_epoch = KeyPair::generate().map_err(sealed("randomness"))?;
        let wrap = vault::wrap(&sealing, "operator-epoch", &self.archive.id, of_epoch.seed())
            .map_err(sealed("wrap"))?;
        let folder = format!("{BEFORE}/{}", hex(&to));
        let public = of_epoch.public().as_bytes().to_vec();
        let mut files = vec![
            (format!("{folder}/{SEALING}"), public.clone()),
            (format!("{folder}/epoch-{}", epoch.number), wrap),
        ];
        let labels = self.labels()?;
        if rights.has(Rights::QUERY) && labels.iter().any(|l| covers(l)) {
            let key = by.epoch(epoch.number)?.ok_or(ArchiveError::NoEpochKey)?;
            for (bucket, _) in self.archive.buckets.iter().zip(&labels).filter(|(_, l)| covers(l)) {
                let Some(wrapped) = self.keys.read(&KeyStore::bucket_epoch(&bucket.id, epoch.number))? else {
                    continue;
                };
                let context = [&self.archive.id[..], &bucket.id].concat();
                let seed = vault::unwrap(&key, "bucket", &context, &wrapped).map_err(sealed("bucket key"))?;
                let wrap =
                    vault::wrap(of_epoch.public(), "bucket", &context, &seed).map_err(sealed("wrap"))?;
                files.push((format!("{folder}/bucket-{}-{}", hex(&bucket.id), epoch.number), wrap));
            }
        }
        let of_bucket: HashMap<BucketId, bool> =
            self.archive.buckets.iter().zip(&labels).map(|(bucket, l)| (bucket.id, covers(l))).collect();
        let covered = |bucket: &BucketId| of_bucket.get(bucket).copied().unwrap_or_default();
        if rights.has(Rights::REVIEW) {
            let held = self.held_of_grant(by, &sealing, &covered)?;
            files.extend(held.into_iter().map(|(name, bytes)| (format!("{folder}/{name}"), bytes)));
        }
        // 1: the keys, all of them durable; nobody takes them for those of the operator yet
        self.keys.remove_many(&[folder])?;
        self.keys.write_many(&files)?;
        self.stopped_at(1)?;
        let grant = GrantBody {
            operator: to,
            rights,
            epoch: epoch.number,
            sealing: public,
            from: days.0,
            to: days.1,
        };
        // 2: the entry
        let entry = Entry { kind: EntryType::Grant, clear: &grant.encode(), plain: scope };
        self.append(&[entry], &[&by.signer()])?;
        self.stopped_at(2)?;
        self.settle_grants()
    }

    /// Takes every right from an operator and removes its wraps. Keys that were copied before are not
    /// called back by this.
    ///
    /// # Errors
    /// [`ArchiveError::NoRight`] when `by` may not.
    pub fn revoke(&mut self, by: &Operator, from: OperatorId) -> Result<(), ArchiveError> {
        self.must(by, Rights::ADMIN, "admin")?;
        let entry =
            Entry { kind: EntryType::Revoke, clear: &RevokeBody { operator: from }.encode(), plain: &[] };
        self.append(&[entry], &[&by.signer()])?;
        self.stopped_at(2)?;
        self.settle_grants()
    }

    /// Steps 3 and 4 of every grant, and what is left of those that were revoked. Needs no secret; done again, it
    /// finds nothing.
    pub(crate) fn settle_grants(&self) -> Result<(), ArchiveError> {
        let granted = |id: &OperatorId| self.archive.authority.grant_of(id);
        for id in self.keys.operators()? {
            let names = self.keys.names(&format!("operators/{}", hex(&id)))?;
            let reads = names.iter().filter(|name| name.starts_with("epoch-"));
            if granted(&id).is_some_and(|grant| grant.sealing.is_empty()) && reads.clone().count() > 0 {
                self.forget(&id)?;
                self.keys.remove_many(&self.held_of(&id)?)?;
                for name in reads {
                    self.keys.shred(&format!("operators/{}/{name}", hex(&id)))?;
                }
            }
        }
        for id in self.keys.names(BEFORE)? {
            let folder = format!("{BEFORE}/{id}");
            let sealing = self.keys.read(&format!("{folder}/{SEALING}"))?;
            let mut operators = self.archive.authority.operators();
            let operator = operators.find(|o| hex(&o.id) == id).map(|o| o.id);
            let ours = operator.filter(|o| {
                granted(o).is_some_and(|grant| sealing.as_ref().is_some_and(|s| **s == grant.sealing))
            });
            match ours {
                // 3: what the operator had before goes, and from here on nothing more is removed
                Some(operator) => {
                    self.forget(&operator)?;
                    self.keys.move_many(&[(folder, format!("{BEHIND}/{id}"))])?;
                }
                None => self.keys.remove_many(&[folder])?,
            }
        }
        for id in self.keys.names(BEHIND)? {
            let folder = format!("{BEHIND}/{id}");
            let place = |name: &str| {
                let (kind, rest) = name.split_once('-')?;
                match kind {
                    "epoch" => Some(format!("operators/{id}/{name}")),
                    "bucket" => {
                        rest.split_once('-').map(|(b, epoch)| format!("buckets/{b}/operator-{id}-{epoch}"))
                    }
                    _ => None,
                }
            };
            let names = self.keys.names(&folder)?;
            // 4: each to its place
            let mut moved: Vec<(String, String)> = Vec::new();
            let mut operators = self.archive.authority.operators();
            if let Some(operator) = operators.find(|o| hex(&o.id) == id).map(|o| o.id) {
                for name in &names {
                    let place = self.held_place(name, &operator)?;
                    moved.extend(place.map(|place| (format!("{folder}/{name}"), place)));
                }
            }
            moved.extend(names.iter().filter_map(|name| Some((format!("{folder}/{name}"), place(name)?))));
            self.keys.move_many(&moved)?;
            self.keys.remove_many(&[folder])?;
        }
        Ok(())
    }

    /// Removes the wraps of buckets to an operator.
    fn forget(&self, operator: &OperatorId) -> Result<(), ArchiveError> {
        let mine = format!("operator-{}-", hex(operator));
        let mut gone = Vec::new();
        for bucket in self.keys.names("buckets")? {
            let names = self.keys.names(&format!("buckets/{bucket}"))?;
            gone.extend(
                names.iter().filter(|n| n.starts_with(&mine)).map(|n| format!("buckets/{bucket}/{n}")),
            );
        }
        Ok(self.keys.remove_many(&gone)?)
    }

    /// Stops behind a step of a grant as if the machine had, in tests.
    fn stopped_at(&self, step: u8) -> Result<(), ArchiveError> {
        match self.stop_grant {
            Some(stop) if stop == step => Err(ArchiveError::Refused(format!("stopped behind step {step}"))),
            _ => Ok(()),
        }
    }

    /// Makes the next grant or revocation stop behind step 1 or 2: for tests of what the next writer completes.
    #[doc(hidden)]
    pub fn stop_grant_behind(&mut self, step: u8) {
        self.stop_grant = Some(step);
    }
}
