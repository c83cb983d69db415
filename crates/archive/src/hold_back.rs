//! Putting a message of a run into the holding area: sealed under a key of its own, which goes, sealed
//! under the run's holding key, into the key store. Everything is on the disk before the run is committed
//! (FORMAT.md, "Commit order", step 2); a run that never is leaves a folder that the next writer removes.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use chain::EntryType;
use vault::{Packer, Plain, Secret, WRAPPED_LEN};

use crate::Groups;
use crate::blob::{Content, Digesting, INLINE, seal_blob};
use crate::body::{context, put_record};
use crate::error::{ArchiveError, io, sealed};
use crate::holding::{
    Held, HeldBlob, Holding, PER_ENTRY, Withheld, encode_items, keys_of_run, private_folder, remove_folder,
};
use crate::reviewers::{reviewer_file, wrap_to};
use crate::run::{BucketNo, Covers, Run};
use crate::sighting::Sighting;
use crate::writer::{Entry, Writer};

/// The holding area of a run that is under way.
pub(crate) struct HoldBack {
    folder: PathBuf,
    keys: PathBuf,
    key: Secret,
    items: BufWriter<File>,
    slots: BufWriter<File>,
    next: u64,
    pending: Vec<Held>,
    packer: Packer,
}

/// A message to hold back.
pub struct ToHold<'a> {
    /// Why.
    pub why: Withheld,
    /// Bucket it belongs to.
    pub bucket: BucketNo,
    /// The message as it was seen.
    pub sighting: &'a Sighting,
    /// Its groups.
    pub groups: &'a Groups<'a>,
    /// What the caller says of it; part of the entry that commits to it.
    pub note: &'a [u8],
}

impl HoldBack {
    fn begin(
        area: &Holding,
        run: &[u8; 16],
        writer: &Writer,
        label: &[u8],
        covers: Covers<'_>,
    ) -> Result<Self, ArchiveError> {
        let fail = io("writing the holding area");
        let (folder, keys) = (area.of_run(run), keys_of_run(writer.keys(), run));
        // by its keys a run is known that never was
        private_folder(&keys).map_err(&fail)?;
        private_folder(area.root()).map_err(&fail)?;
        private_folder(&folder).map_err(&fail)?;
        let key = vault::random_secret().map_err(sealed("randomness"))?;
        for reviewer in writer.reviewers()? {
            if covers(&reviewer.scope, label) {
                let wrap = wrap_to(&reviewer.key, &writer.archive.id, run, &key)?;
                crate::holding::write_whole(&keys.join(reviewer_file(&reviewer.id)), &wrap)?;
            }
        }
        let create = |path: &Path| private_file(path).map(BufWriter::new).map_err(&fail);
        Ok(Self {
            items: create(&folder.join("items"))?,
            slots: create(&keys.join("slots"))?,
            folder,
            keys,
            key,
            next: 0,
            pending: Vec::new(),
            packer: Packer::new().map_err(sealed("compressor"))?,
        })
    }

    fn slot(&mut self, archive: &[u8; 16], run: &[u8; 16], key: &Secret) -> Result<u64, ArchiveError> {
        let slot = self.next;
        let seal = vault::seal_under(&self.key, &slot_context(archive, run, slot), &**key);
        self.slots.write_all(&seal.map_err(sealed("slot"))?).map_err(io("writing the holding area"))?;
        self.next += 1;
        Ok(slot)
    }

    fn body(&mut self, body: &[u8]) -> Result<(), ArchiveError> {
        let mut write = || {
            self.items.write_all(&(body.len() as u64).to_be_bytes())?;
            self.items.write_all(body)
        };
        write().map_err(io("writing the holding area"))
    }

    /// Everything is on the disk.
    fn sync(&mut self) -> Result<(), ArchiveError> {
        let mut sync = || {
            for file in [&mut self.items, &mut self.slots] {
                file.flush()?;
                file.get_ref().sync_all()?;
            }
            // of the run and of all runs; and what that lies in, which may be closed to us: the first run makes both
            for of_run in [&self.folder, &self.keys] {
                of_run.ancestors().take(2).try_for_each(|f| File::open(f)?.sync_all())?;
                if let Some(Ok(above)) = of_run.ancestors().nth(2).map(File::open) {
                    above.sync_all()?;
                }
            }
            Ok(())
        };
        sync().map_err(io("writing the holding area"))
    }

    /// The run never was.
    pub(crate) fn abandon(self) {
        let Self { folder, keys, items, slots, .. } = self;
        drop((items, slots));
        // what stays behind is removed by the next writer
        drop((remove_folder(&folder), remove_folder(&keys)));
    }
}

/// What the seal of a slot is bound to.
pub(crate) fn slot_context(archive: &[u8; 16], run: &[u8; 16], slot: u64) -> Vec<u8> {
    [&b"slot"[..], archive, run, &slot.to_be_bytes()].concat()
}

pub(crate) fn private_file(path: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

impl Run<'_> {
    /// Puts a message with its attachments into the holding area. What an attachment lacks is counted by
    /// the number given back: contents that could not be read.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn hold(
        &mut self,
        area: &Holding,
        message: &ToHold<'_>,
        attachments: &mut [Content<'_>],
        covers: Covers<'_>,
    ) -> Result<u64, ArchiveError> {
        let ToHold { why, bucket, sighting, groups, note } = *message;
        let to = self.writer.archive.buckets[bucket as usize].clone();
        let archive = self.writer.archive.id;
        let mut held = match self.held.take() {
            Some(held) => held,
            None => {
                let label = self.label(bucket).unwrap_or_default();
                HoldBack::begin(area, &self.id, self.writer, &label, covers)?
            }
        };
        let seal = sealed("held message");
        let run = self.id;
        let context_of = |kind: EntryType| context(&archive, &run, &to.id, kind.code());
        let mut record = Plain::new(Vec::new());
        let seed = self.seeds.next()?;
        put_record(&mut record, &seed, groups);
        let suite = self.writer.archive.suite();
        let leaf = chain::leaf_hash(suite, &chain::record(suite, &seed, groups));
        let key = vault::random_secret().map_err(&seal)?;
        let context = context_of(EntryType::Segment);
        let mut body = match why {
            Withheld::Review => vault::wrap(&to.public, "segment", &context, &key).map_err(&seal)?,
            Withheld::Excluded => vec![0; WRAPPED_LEN],
        };
        let packed = held.packer.pack(&record).map_err(&seal)?;
        vault::seal(&key, &context, &packed, &mut body);
        let slot = held.slot(&archive, &run, &key)?;
        held.body(&body)?;
        let mut blobs = Vec::new();
        let mut unreadable = 0;
        for content in attachments {
            let seen = self.attachment_sighting(&to.id, &content.sha256);
            if !self.seen.is_missing(&seen) {
                // the archive has it already, for another message
                continue;
            }
            let context = context_of(EntryType::Blob);
            let bucket = (why == Withheld::Review).then_some(&to.public);
            let large = content.size > INLINE;
            let mut body = Vec::new();
            let path = held.folder.join(format!("blob-{}", held.next));
            let suite = self.writer.archive.suite();
            let sealed = if large {
                let mut file = Digesting::create(suite, &path)?;
                seal_blob(suite, bucket, &context, content, &mut file).and_then(|s| file.finish().map(|_| s))
            } else {
                seal_blob(suite, bucket, &context, content, &mut body)
            };
            match sealed {
                Ok((commitment, key)) => {
                    held.slot(&archive, &run, &key)?;
                    if !large {
                        held.body(&body)?;
                    }
                    blobs.push(HeldBlob { content: commitment, sighting: seen.to_bytes(), large });
                }
                Err(ArchiveError::Content) => unreadable += 1,
                Err(e) => return Err(e),
            }
        }
        self.note(&sighting.withheld(), bucket)?;
        held.pending.push(Held {
            slot,
            why,
            bucket: to.id,
            leaf,
            note: note.to_vec(),
            sighting: sighting.to_bytes(),
            blobs,
        });
        if held.pending.len() >= PER_ENTRY {
            self.commit_to(&mut held)?;
        }
        self.held = Some(held);
        Ok(unreadable)
    }

    fn commit_to(&mut self, held: &mut HoldBack) -> Result<(), ArchiveError> {
        let plain = Plain::new(encode_items(&std::mem::take(&mut held.pending)));
        self.register(&Entry { kind: EntryType::Withheld, clear: &[], plain: &plain }).map(|_| ())
    }

    /// Ends what is held: on the disk, and committed to.
    pub(crate) fn end_held(&mut self) -> Result<(), ArchiveError> {
        let Some(mut held) = self.held.take() else { return Ok(()) };
        let mut end = || {
            if !held.pending.is_empty() {
                self.commit_to(&mut held)?;
            }
            held.sync()
        };
        let result = end();
        self.held = Some(held);
        result
    }
}
