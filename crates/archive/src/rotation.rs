//! A new epoch: fresh keys of the epoch and of each operator who reads, every bucket that stays wrapped to
//! them, the keys before destroyed. Whoever has an older copy of the buckets' wraps can open none of them any
//! more without a copy of the keys before. Knows no message, and not where the epoch's key is kept.

use std::collections::{HashMap, HashSet};

use access::{EpochBody, GrantBody, KeyStore, OperatorId, Rights};
use chain::EntryType;
use vault::{KeyPair, Plain, PublicKey};

use crate::error::{ArchiveError, broken, sealed};
use crate::fate::BucketId;
use crate::holding::{Holding, run_of};
use crate::steps::Step;
use crate::writer::{Entry, Writer};
use crate::{Archive, Operator};

/// Who holds the epoch's private half.
pub struct Custody<'a> {
    /// The pair of the epoch in force.
    pub current: KeyPair,
    /// Keeps the pair of the next epoch, durably: it is called before anything is wrapped to it.
    pub keep: &'a dyn Fn(u32, &KeyPair) -> Result<(), ArchiveError>,
    /// The holding area: what waits there for a bucket goes along to the bucket's new key.
    pub held: Option<&'a Holding>,
}

/// Files of the key store, to be written.
type Files = Vec<(String, Vec<u8>)>;

/// A new epoch whose keys and wraps lie in the key store and whose entries are not appended yet.
pub(crate) struct Rotation {
    number: u32,
    clear: Vec<u8>,
    /// Clear part and scope of each operator's grant.
    grants: Vec<(Vec<u8>, Plain)>,
}

/// An operator's key of the next epoch.
struct Reader {
    id: OperatorId,
    /// Epoch of the key it had.
    before: u32,
    public: PublicKey,
}

/// What wrapping the buckets anew needs; several threads share it.
struct Rewrap<'a> {
    keys: &'a KeyStore,
    archive: [u8; 16],
    before: (u32, &'a KeyPair),
    next: (u32, &'a KeyPair),
    readers: &'a [Reader],
    renewed: &'a HashMap<BucketId, KeyPair>,
}

impl Rewrap<'_> {
    fn all(&self, buckets: &[BucketId]) -> Result<Files, ArchiveError> {
        let mut files = Vec::new();
        buckets.iter().try_for_each(|bucket| self.one(bucket, &mut files))?;
        Ok(files)
    }

    /// The wraps of one bucket to the next epoch, for whoever had one.
    fn one(&self, bucket: &BucketId, files: &mut Files) -> Result<(), ArchiveError> {
        let context = [&self.archive[..], bucket].concat();
        let wrong = sealed("bucket key");
        let ((old, current), (number, pair)) = (self.before, self.next);
        let seed = match self.renewed.get(bucket) {
            Some(pair) => pair.seed().clone(),
            // a bucket whose key is gone has nothing to lose here; verifying with keys names it
            None => match self.keys.read(&KeyStore::bucket_epoch(bucket, old))? {
                Some(wrap) => vault::unwrap(current, "bucket", &context, &wrap).map_err(&wrong)?,
                None => return Ok(()),
            },
        };
        let wrap = |to: &PublicKey| vault::wrap(to, "bucket", &context, &seed).map_err(&wrong);
        files.push((KeyStore::bucket_epoch(bucket, number), wrap(pair.public())?));
        for reader in self.readers {
            if self.keys.read(&KeyStore::bucket_operator(bucket, &reader.id, reader.before))?.is_some() {
                let name = KeyStore::bucket_operator(bucket, &reader.id, number);
                files.push((name, wrap(&reader.public)?));
            }
        }
        Ok(())
    }
}

impl Writer {
    /// Begins a new epoch. Old wraps are destroyed behind it.
    ///
    /// # Errors
    /// [`ArchiveError::NoRight`] when `by` does not administer.
    pub fn rotate(&mut self, by: &Operator, custody: &Custody<'_>) -> Result<u32, ArchiveError> {
        self.must(by, Rights::ADMIN, "admin")?;
        let rotation = self.prepare_rotation(custody, &HashSet::new(), &HashMap::new())?;
        let snapshot = self.begin()?;
        let result = self.append_rotation(&rotation, by);
        self.end(snapshot, result)?;
        self.destroy_keys()?;
        Ok(rotation.number)
    }

    /// Step 1: keys of the next epoch, and every bucket but those `leaving` wrapped to them; `renewed` buckets
    /// have new pairs. Nothing counts before the epoch's entry is in the log; what a crash leaves of it is
    /// overwritten, or swept with the keys before.
    pub(crate) fn prepare_rotation(
        &self,
        custody: &Custody<'_>,
        leaving: &HashSet<BucketId>,
        renewed: &HashMap<BucketId, KeyPair>,
    ) -> Result<Rotation, ArchiveError> {
        let wrong = sealed("wrap");
        let id = self.archive.id;
        let before = self.archive.authority.epoch().ok_or_else(|| broken(0, "no epoch"))?;
        if custody.current.public().as_bytes() != before.sealing {
            return Err(ArchiveError::NoRight("admin"));
        }
        let (old, number) = (before.number, before.number + 1);
        let pair = KeyPair::generate().map_err(&wrong)?;
        (custody.keep)(number, &pair)?;
        let mut files = Vec::new();
        let (mut readers, mut grants) = (Vec::new(), Vec::new());
        for entry in self.register(&[EntryType::Grant])? {
            let grants_now = self.archive.authority.grants();
            let in_force =
                grants_now.filter(|(_, g)| g.entry == entry.header.index && g.rights.has(Rights::QUERY));
            for (operator, granted) in in_force {
                let sealing = self.archive.authority.operators().find(|o| o.id == *operator);
                let sealing = sealing.ok_or_else(|| broken(entry.header.index, "grants to nobody"))?;
                let sealing = PublicKey::from_bytes(&sealing.sealing).map_err(&wrong)?;
                let mine = KeyPair::generate().map_err(&wrong)?;
                let wrap = vault::wrap(&sealing, "operator-epoch", &id, mine.seed()).map_err(&wrong)?;
                files.push((KeyStore::operator_epoch(operator, number), wrap));
                let body = GrantBody {
                    operator: *operator,
                    rights: granted.rights,
                    epoch: number,
                    sealing: mine.public().as_bytes().to_vec(),
                    from: granted.from,
                    to: granted.to,
                };
                grants.push((body.encode(), entry.plain.clone()));
                readers.push(Reader { id: *operator, before: granted.epoch, public: mine.public().clone() });
            }
        }
        let stay =
            |b: &&crate::Bucket| self.archive.fates.disposed_by(&b.id).is_none() && !leaving.contains(&b.id);
        let buckets: Vec<BucketId> = self.archive.buckets.iter().filter(stay).map(|b| b.id).collect();
        let rewrap = Rewrap {
            keys: &self.keys,
            archive: id,
            before: (old, &custody.current),
            next: (number, &pair),
            readers: &readers,
            renewed,
        };
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(16);
        let parts = buckets.chunks(buckets.len().div_ceil(threads).max(1));
        let wrapped: Result<Vec<Files>, ArchiveError> = std::thread::scope(|scope| {
            let all: Vec<_> = parts.map(|part| scope.spawn(|| rewrap.all(part))).collect();
            all.into_iter().map(|t| t.join().map_err(|_| broken(0, "wrapping stopped"))?).collect()
        });
        files.extend(wrapped?.into_iter().flatten());
        self.keys.write_many(&files)?;
        self.reached(Step::NewKeys)?;
        let clear = EpochBody { number, sealing: pair.public().as_bytes().to_vec() }.encode();
        Ok(Rotation { number, clear, grants })
    }

    /// The entries of a new epoch, inside a transaction.
    pub(crate) fn append_rotation(&mut self, rotation: &Rotation, by: &Operator) -> Result<(), ArchiveError> {
        let signer = by.signer();
        let epoch = Entry { kind: EntryType::Epoch, clear: &rotation.clear, plain: &[] };
        let grants = rotation.grants.iter();
        let grants = grants.map(|(clear, plain)| Entry { kind: EntryType::Grant, clear, plain });
        let entries: Vec<Entry<'_>> = std::iter::once(epoch).chain(grants).collect();
        self.append_all(&entries, &[&signer], &[0; 16]).map(|_| ())
    }

    /// Whether keys of another epoch than the one in force lie in the key store: a rotation ended early.
    pub(crate) fn has_other_epochs(&self) -> Result<bool, ArchiveError> {
        let current = self.current_epoch();
        if self.keys.names("epoch")?.iter().any(|name| is_other(name, current)) {
            return Ok(true);
        }
        for operator in self.keys.operators()? {
            let names = self.keys.names(&format!("operators/{}", chain::hex(&operator)))?;
            if names.iter().any(|name| epoch_in(name).is_some_and(|epoch| epoch != current)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn current_epoch(&self) -> u32 {
        self.archive.authority.epoch().map(|e| e.number).unwrap_or_default()
    }

    /// Step 3: wraps of buckets that were disposed of or that no run committed, wraps to other epochs, and last
    /// the keys of those epochs themselves. Needs no secret; done again, it finds nothing.
    pub(crate) fn destroy_keys(&self) -> Result<(), ArchiveError> {
        let current = self.current_epoch();
        let fates = &self.archive.fates;
        let live = self.archive.buckets.iter().filter(|b| fates.disposed_by(&b.id).is_none());
        let live: HashMap<String, u64> = live.map(|b| (chain::hex(&b.id), b.entry)).collect();
        let mut gone = Vec::new();
        let mut behind = None;
        for bucket in self.keys.names("buckets")? {
            let Some(entry) = live.get(&bucket) else {
                gone.push(format!("buckets/{bucket}"));
                continue;
            };
            let names = self.keys.names(&format!("buckets/{bucket}"))?;
            if !names.contains(&format!("epoch-{current}")) {
                behind = behind.or(Some(*entry));
                continue;
            }
            let others = names.iter().filter(|name| epoch_in(name) != Some(current));
            gone.extend(others.map(|name| format!("buckets/{bucket}/{name}")));
        }
        // nothing is destroyed by a log that the keys have gone beyond
        if let Some(entry) = behind {
            return Err(broken(entry, "the bucket has no wrap to the epoch in force"));
        }
        self.keys.remove_many(&gone)?;
        for operator in self.keys.operators()? {
            let folder = format!("operators/{}", chain::hex(&operator));
            for name in self.keys.names(&folder)? {
                if epoch_in(&name).is_some_and(|epoch| epoch != current) {
                    self.keys.shred(&format!("{folder}/{name}"))?;
                }
            }
        }
        for name in self.keys.names("epoch")?.iter().filter(|name| is_other(name, current)) {
            self.keys.shred(&format!("epoch/{name}"))?;
        }
        self.reached(Step::KeysGone)
    }
}

impl Archive {
    /// Whether a key store holds keys of buckets, of an epoch or of held messages that came after the log as it is: of a
    /// newer archive, or of a run or rotation that never ended. The next writer destroys them.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn keys_beyond(&self, keys: &KeyStore) -> Result<bool, ArchiveError> {
        let current = self.authority.epoch().map(|e| e.number).unwrap_or_default();
        let made: HashSet<String> = self.buckets.iter().map(|b| chain::hex(&b.id)).collect();
        let later = |name: &String| name.parse::<u32>().is_ok_and(|epoch| epoch > current);
        for run in keys.names("holding")?.iter().filter_map(|name| run_of(name)) {
            if self.held(keys, &run)?.is_none() {
                return Ok(true);
            }
        }
        Ok(keys.names("buckets")?.iter().any(|name| !made.contains(name))
            || keys.names("epoch")?.iter().any(later))
    }
}

/// Whether a file of the folder of epochs is the key of another epoch; what is no number is somebody else's.
fn is_other(name: &str, current: u32) -> bool {
    name.parse::<u32>().is_ok_and(|epoch| epoch != current)
}

/// The epoch at the end of a name: `epoch-3`, `operator-...-3`.
fn epoch_in(name: &str) -> Option<u32> {
    let (kind, number) = name.rsplit_once('-')?;
    (kind == "epoch" || kind.starts_with("operator-")).then(|| number.parse().ok())?
}
