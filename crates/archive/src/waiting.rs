//! What waits in the holding area goes along when its bucket gets another key: what is sealed to the bucket, to be
//! appended unread one day, is wrapped to the new key as well, in a file of the run beside the bodies, named after
//! that key. It is on the disk before the key is in force, so that dying in between loses nothing; files after keys
//! that never came into force are never asked. `docs/FORMAT.md`, "The holding area".

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use chain::{EntryType, hex};
use vault::{PublicKey, WRAPPED_LEN};

use crate::body::context;
use crate::erase::Rekeyed;
use crate::error::{ArchiveError, broken, io, sealed};
use crate::holding::{Held, HeldRun, Holding, Items, Withheld};
use crate::store::Archive;
use crate::writer::Writer;

/// `u64 slot | wrap`, in order of slots.
const ONE: u64 = 8 + WRAPPED_LEN as u64;
const PREFIX: &str = "wraps-";

/// Wraps of a run to one key of a bucket.
pub(crate) struct Wraps {
    file: File,
    count: u64,
}

fn path(area: &Holding, run: &HeldRun, key: &PublicKey) -> PathBuf {
    let digest = chain::hash(&[key.as_bytes()]);
    area.of_run(&run.run).join(format!("{PREFIX}{}", &hex(&digest)[..32]))
}

fn fail(e: io::Error) -> ArchiveError {
    io("reading the holding area")(e)
}

impl Wraps {
    /// Those to a key, where there are any.
    pub(crate) fn open(area: &Holding, run: &HeldRun, key: &PublicKey) -> Result<Option<Self>, ArchiveError> {
        Self::at(&path(area, run, key), false)
    }

    /// All of a run, for wiping.
    pub(crate) fn all(area: &Holding, run: &HeldRun) -> Result<Vec<Self>, ArchiveError> {
        let mut all = Vec::new();
        for entry in std::fs::read_dir(area.of_run(&run.run)).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            if entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX)) {
                all.extend(Self::at(&entry.path(), true)?);
            }
        }
        Ok(all)
    }

    fn at(path: &Path, write: bool) -> Result<Option<Self>, ArchiveError> {
        match OpenOptions::new().read(true).write(write).open(path) {
            Ok(file) => {
                let count = file.metadata().map_err(fail)?.len() / ONE;
                Ok(Some(Self { file, count }))
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(fail(e)),
        }
    }

    /// Where the wrap of a slot stands.
    fn find(&mut self, slot: u64) -> Result<Option<u64>, ArchiveError> {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low + (high - low) / 2;
            let mut number = [0; 8];
            let at = middle * ONE;
            self.file
                .seek(SeekFrom::Start(at))
                .and_then(|_| self.file.read_exact(&mut number))
                .map_err(fail)?;
            match u64::from_be_bytes(number).cmp(&slot) {
                std::cmp::Ordering::Equal => return Ok(Some(at + 8)),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        Ok(None)
    }

    /// The wrap of a slot.
    pub(crate) fn of(&mut self, slot: u64) -> Result<Option<Vec<u8>>, ArchiveError> {
        let Some(at) = self.find(slot)? else { return Ok(None) };
        let mut wrap = vec![0; WRAPPED_LEN];
        self.file.seek(SeekFrom::Start(at)).and_then(|_| self.file.read_exact(&mut wrap)).map_err(fail)?;
        Ok(Some(wrap))
    }

    /// Overwrites the wrap of a slot with zeros.
    pub(crate) fn wipe(&mut self, slot: u64) -> Result<(), ArchiveError> {
        let Some(at) = self.find(slot)? else { return Ok(()) };
        let wipe = self.file.seek(SeekFrom::Start(at)).and_then(|_| self.file.write_all(&[0; WRAPPED_LEN]));
        wipe.map_err(io("clearing the holding area"))
    }

    /// What was wiped is wiped on the disk.
    pub(crate) fn sync(&self) -> Result<(), ArchiveError> {
        self.file.sync_all().map_err(io("clearing the holding area"))
    }
}

/// Where the keys of what waits are wrapped to its bucket's key in force.
pub(crate) struct Current {
    folder: PathBuf,
    wraps: Option<Wraps>,
    /// The bucket got another key since the run: what its bodies carry is to one that is gone.
    since: bool,
}

impl Current {
    /// Of what a run holds for one bucket.
    pub(crate) fn open(
        archive: &Archive,
        area: &Holding,
        run: &HeldRun,
        bucket: &[u8; 16],
    ) -> Result<Self, ArchiveError> {
        let made = archive.buckets.iter().find(|made| made.id == *bucket);
        let made = made.ok_or_else(|| broken(run.entry, "a held message of no bucket"))?;
        let last = archive.of_bucket(EntryType::Reseal, bucket).last().copied();
        let since = last.is_some_and(|entry| entry > run.entry);
        Ok(Self { folder: area.of_run(&run.run), wraps: Wraps::open(area, run, &made.public)?, since })
    }

    /// The wrap of a slot, where it is not the one that its body carries. Of what was left out there is one only when
    /// a reviewer took it back.
    pub(crate) fn of(&mut self, held: &Held, slot: u64) -> Result<Wrap, ArchiveError> {
        if let Some(wrap) = self.wraps.as_mut().map(|wraps| wraps.of(slot)).transpose()?.flatten() {
            return Ok(Wrap::Beside(wrap));
        }
        match held.why {
            Withheld::Review if self.since => {
                Err(broken(0, "what waits in the holding area is not sealed to the key of its bucket"))
            }
            Withheld::Review => Ok(Wrap::Own),
            Withheld::Excluded => match std::fs::read(self.folder.join(format!("wrap-{slot}"))) {
                Ok(wrap) if wrap.len() == WRAPPED_LEN => Ok(Wrap::Beside(wrap)),
                Ok(_) => Err(broken(0, "malformed key of a message that was taken back")),
                Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Wrap::None),
                Err(e) => Err(io("reading the key of a message that was taken back")(e)),
            },
        }
    }
}

/// Where the key of a held body is wrapped to its bucket.
pub(crate) enum Wrap {
    /// In the body.
    Own,
    /// Here.
    Beside(Vec<u8>),
    /// Nowhere: left out, and never taken back.
    None,
}

impl Writer {
    /// Wraps what waits for a bucket to the key that it is about to get.
    pub(crate) fn take_along(&self, area: Option<&Holding>, keys: &Rekeyed) -> Result<(), ArchiveError> {
        for (run, _) in self.archive.held_ever(&self.keys)? {
            let waits = |i: &&Held| i.bucket == keys.id && !run.settled.contains_key(&i.slot);
            let waiting: Vec<&Held> = run.items.iter().filter(waits).collect();
            if waiting.is_empty() {
                continue;
            }
            match area.filter(|area| area.of_run(&run.run).is_dir()) {
                Some(area) => self.wrap_waiting(area, &run, &waiting, keys)?,
                None => {
                    let what = "messages of the same bucket wait in a holding area that is not here";
                    return Err(ArchiveError::Refused(what.to_owned()));
                }
            }
        }
        Ok(())
    }

    fn wrap_waiting(
        &self,
        area: &Holding,
        run: &HeldRun,
        waiting: &[&Held],
        keys: &Rekeyed,
    ) -> Result<(), ArchiveError> {
        let fail = io("writing the holding area");
        let Rekeyed { id, old, new } = keys;
        let mut current = Current::open(&self.archive, area, run, id)?;
        let mut items = Items::open(area, run, false)?;
        let path = path(area, run, new);
        let mut out = BufWriter::new(crate::hold_back::private_file(&path).map_err(&fail)?);
        for held in waiting {
            let large = std::iter::once(false).chain(held.blobs.iter().map(|blob| blob.large));
            for (slot, large) in held.slots().zip(large) {
                let wrap = match current.of(held, slot)? {
                    Wrap::None => continue,
                    Wrap::Beside(wrap) => wrap,
                    Wrap::Own if large => {
                        let mut head = vec![0; WRAPPED_LEN];
                        let from = area.of_run(&run.run).join(format!("blob-{slot}"));
                        File::open(from).and_then(|mut file| file.read_exact(&mut head)).map_err(&fail)?;
                        head
                    }
                    Wrap::Own => items.head(slot)?,
                };
                let (kind, purpose) = if slot == held.slot {
                    (EntryType::Segment, "segment")
                } else {
                    (EntryType::Blob, "blob")
                };
                let context = context(&self.archive.id, &run.run, id, kind.code());
                let key =
                    vault::unwrap(old, purpose, &context, &wrap).map_err(sealed("key of a held message"))?;
                let wrap = vault::wrap(new, purpose, &context, &key).map_err(sealed("wrap"))?;
                out.write_all(&slot.to_be_bytes()).and_then(|()| out.write_all(&wrap)).map_err(&fail)?;
            }
        }
        let synced = out.flush().and_then(|()| out.get_ref().sync_all());
        let synced = synced.and_then(|()| File::open(area.of_run(&run.run))?.sync_all());
        synced.map_err(fail)
    }
}
