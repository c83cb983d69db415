//! Making the lists of known messages anew where damage keeps them from being read: rows that do not open go, and what
//! they named is listed again as the caller finds it in what is stored. No message and no entry is touched.

use std::collections::{BTreeMap, HashMap, HashSet};

use access::Rights;
use chain::EntryType;

use crate::Operator;
use crate::body::context;
use crate::dedup::Seen;
use crate::error::ArchiveError;
use crate::listing::Delta;
use crate::lists;
use crate::run::BucketNo;
use crate::sighting::{Aspect, Id, Sighting};
use crate::writer::{Entry, Writer};

/// Lists under repair. Dropped without [`Relisting::finish`], nothing was done.
pub struct Relisting<'w> {
    writer: &'w mut Writer,
    /// What the rows that open say.
    seen: Seen,
    damage: ListDamage,
    /// Rows that do not open.
    bad: Vec<i64>,
    /// What is listed again: the newest of each identity, with the run and the bucket it is of.
    again: HashMap<Id, (Sighting, [u8; 16], BucketNo)>,
}

/// What is wrong with the lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ListDamage {
    /// Rows there.
    pub rows: u64,
    /// Rows that do not open.
    pub unreadable: u64,
    /// Whether the digest over them says otherwise.
    pub digest: bool,
    /// Whether what must not come back may have been among what is lost.
    pub erasures: bool,
}

impl Writer {
    /// Begins to repair the lists of known messages.
    ///
    /// # Errors
    /// [`ArchiveError::NoRight`]; [`ArchiveError::Store`] when the database itself cannot be read.
    pub fn relist(&mut self, by: &Operator) -> Result<Relisting<'_>, ArchiveError> {
        self.must(by, Rights::ADMIN, "admin")?;
        self.complete()?;
        let numbers: HashMap<[u8; 16], BucketNo> =
            (0..).zip(&self.archive.buckets).map(|(no, bucket)| (bucket.id, no)).collect();
        let mut seen = Seen::new(&self.dedup, 0);
        let (mut damage, mut bad, mut sum) = (ListDamage::default(), Vec::new(), [0; 32]);
        // rows of no run, by their bucket
        let (mut unnamed, mut erased) = (false, HashMap::<[u8; 16], usize>::new());
        let runs: HashSet<[u8; 16]> =
            self.archive.entries(&[EntryType::Run])?.into_iter().map(|stored| stored.header.run).collect();
        lists::rows(&self.archive.connection, &mut |row| {
            damage.rows += 1;
            lists::add(&mut sum, &row.term());
            let [run, bucket, delta] = row.values();
            let of =
                <[u8; 16]>::try_from(run.as_slice()).ok().zip(<[u8; 16]>::try_from(bucket.as_slice()).ok());
            let number = of.and_then(|(run, bucket)| Some((run, bucket, *numbers.get(&bucket)?)));
            let opened = number.and_then(|(run, bucket, no)| {
                let context = context(&self.archive.id, &run, &bucket, 0);
                let list = vault::open_under(&self.dedup, &context, delta).ok()?;
                seen.load(&list, no)
            });
            if let (Some(()), Some((run, bucket, _))) = (opened, number)
                && run == [0; 16]
            {
                *erased.entry(bucket).or_default() += 1;
            }
            if opened.is_none() {
                bad.push(row.idx());
                // lists of what was erased are of no run
                unnamed |= number.is_none_or(|(run, ..)| !runs.contains(&run));
            }
        })?;
        damage.unreadable = bad.len() as u64;
        damage.digest = !lists::hold(&self.archive.connection, &sum);
        // a row that is not there any more may have been any: each act on a bucket left one there at least
        let mut acts = HashMap::<[u8; 16], usize>::new();
        for stored in self.archive.entries(&[EntryType::Erase, EntryType::Transfer])? {
            *acts.entry(stored.header.bucket).or_default() += 1;
        }
        let lacking = acts.iter().any(|(bucket, acts)| {
            erased.get(bucket).copied().unwrap_or_default() < *acts && !self.disposed(bucket)
        });
        damage.erasures = self.archive.fates.acts().next().is_some() && (unnamed || lacking);
        Ok(Relisting { writer: self, seen, damage, bad, again: HashMap::new() })
    }
}

impl Writer {
    fn disposed(&self, bucket: &[u8; 16]) -> bool {
        self.archive.fates.disposed_by(bucket).is_some()
    }
}

impl Relisting<'_> {
    /// What is wrong.
    pub fn damage(&self) -> ListDamage {
        self.damage
    }

    /// The archive.
    pub fn archive(&self) -> &crate::Archive {
        &self.writer.archive
    }

    /// A message as the archive knows messages.
    pub fn sighting(&self, identity: &[u8], version: &[u8], aspect: &Aspect<'_>) -> Sighting {
        self.writer.sighting(identity, version, aspect)
    }

    /// Lists a message that is stored, unless the lists have it; of several versions the last one given counts.
    pub fn stored(&mut self, sighting: &Sighting, run: &[u8; 16], bucket: BucketNo) {
        if self.seen.find(&sighting.id).is_err() {
            self.again.insert(sighting.id, (*sighting, *run, bucket));
        }
    }

    /// Lists the content of an attachment that is stored, unless the lists have it.
    pub fn attachment(&mut self, sha256: &[u8; 32], run: &[u8; 16], bucket: BucketNo) {
        let Some(id) = self.writer.archive.buckets.get(bucket as usize).map(|b| b.id) else { return };
        let identity = [&b"attachment"[..], &id, sha256].concat();
        let sighting = self.seen.sighting(&identity, b"attachment", &Aspect::default());
        self.stored(&sighting, run, bucket);
    }

    /// Lists what entries say of messages that were held back, unless the lists have it, or it is stored by now.
    ///
    /// # Errors
    /// [`ArchiveError::Broken`] at an entry that cannot be read.
    pub fn withheld(&mut self) -> Result<(), ArchiveError> {
        let numbers: HashMap<[u8; 16], BucketNo> =
            (0..).zip(&self.writer.archive.buckets).map(|(no, bucket)| (bucket.id, no)).collect();
        for (held, _) in self.writer.archive.held_ever(&self.writer.keys)? {
            for item in &held.items {
                let Some(number) = numbers.get(&item.bucket) else { continue };
                let sighting = item.sighting().withheld();
                let new = self.seen.find(&sighting.id).is_err();
                if new && !self.again.contains_key(&sighting.id) {
                    self.again.insert(sighting.id, (sighting, held.run, *number));
                }
            }
        }
        Ok(())
    }

    /// How many identities will be listed again.
    pub fn listed_again(&self) -> u64 {
        self.again.len() as u64
    }

    /// Takes away what does not open, lists what was given, and appends the entry that says so, all at once.
    ///
    /// # Errors
    /// [`ArchiveError`]; nothing was then done.
    pub fn finish(self, by: &Operator, plain: &[u8]) -> Result<u64, ArchiveError> {
        let Self { writer, seen: _, damage: _, bad, again } = self;
        let mut parts: BTreeMap<([u8; 16], BucketNo), Vec<Sighting>> = BTreeMap::new();
        for (sighting, run, bucket) in again.into_values() {
            parts.entry((run, bucket)).or_default().push(sighting);
        }
        let snapshot = writer.begin()?;
        let result = writer.put_lists(by, &bad, parts, plain);
        writer.end(snapshot, result)
    }
}

impl Writer {
    fn put_lists(
        &mut self,
        by: &Operator,
        bad: &[i64],
        parts: BTreeMap<([u8; 16], BucketNo), Vec<Sighting>>,
        plain: &[u8],
    ) -> Result<u64, ArchiveError> {
        for idx in bad {
            self.archive.connection.execute("DELETE FROM dedup WHERE idx = ?1", [idx])?;
        }
        for ((run, bucket), mut sightings) in parts {
            // in an order of their own, not that of the table
            sightings.sort_unstable_by_key(|sighting| sighting.id);
            let mut delta = Delta::default();
            sightings.iter().for_each(|sighting| delta.push(sighting));
            let bucket = self.archive.buckets.get(bucket as usize).map(|b| b.id).unwrap_or_default();
            for part in delta.parts() {
                self.write_delta(&run, &bucket, &part)?;
            }
        }
        lists::count_anew(&self.archive.connection)?;
        let entry = Entry { kind: EntryType::Repair, clear: &[], plain };
        self.put_register(&entry, &[0; 16], &[0; 16], &[&by.signer()])
    }
}
