//! Reading what is held, with a reviewer's key, and taking back what was left out.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use chain::EntryType;
use vault::{Plain, Secret, WRAPPED_LEN};

use crate::body::{BLOB_META, Item, context, split, take_item};
use crate::error::{ArchiveError, broken, io, sealed};
use crate::hold_back::slot_context;
use crate::holding::{Held, HeldRun, Holding, Items, SLOT, Withheld, keys_of_run, write_whole};
use crate::reader::MOST_SEGMENT;
use crate::store::Archive;
use crate::{Groups, Operator};

/// What a reviewer can open of one run's holding area.
pub struct Reviewing<'a> {
    archive: &'a Archive,
    area: &'a Holding,
    run: &'a HeldRun,
    key: Secret,
    slots: File,
    items: Items,
}

impl Archive {
    /// Opens a run's holding area for a reviewer; `None` where nothing there is sealed to this operator.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn reviewing<'a>(
        &'a self,
        operator: &Operator,
        area: &'a Holding,
        run: &'a HeldRun,
    ) -> Result<Option<Reviewing<'a>>, ArchiveError> {
        let keys = keys_of_run(operator.keys(), &run.run);
        let Some(key) = operator.of_held(&self.id, &run.run)? else { return Ok(None) };
        let slots = File::open(keys.join("slots")).map_err(io("reading the keys of the holding area"))?;
        let items = Items::open(area, run, false)?;
        Ok(Some(Reviewing { archive: self, area, run, key, slots, items }))
    }
}

impl Reviewing<'_> {
    /// The key of a slot.
    fn slot(&mut self, slot: u64) -> Result<Secret, ArchiveError> {
        let fail = io("reading the keys of the holding area");
        let mut sealed_key = [0; SLOT];
        let at = slot.checked_mul(SLOT as u64).ok_or_else(|| broken(0, "no such slot"))?;
        self.slots
            .seek(SeekFrom::Start(at))
            .and_then(|_| self.slots.read_exact(&mut sealed_key))
            .map_err(&fail)?;
        let context = slot_context(&self.archive.id, &self.run.run, slot);
        let key =
            vault::open_under(&self.key, &context, &sealed_key).map_err(sealed("key of a held message"))?;
        let mut secret = Secret::default();
        if key.len() != secret.len() {
            return Err(broken(0, "malformed key of a held message"));
        }
        secret.copy_from_slice(&key);
        Ok(secret)
    }

    /// Opens a held message, checks it against what its entry commits to, and hands it on.
    ///
    /// # Errors
    /// [`ArchiveError`]; its key is gone once it was settled.
    pub fn record<T>(&mut self, held: &Held, take: impl FnOnce(&Groups<'_>) -> T) -> Result<T, ArchiveError> {
        let key = self.slot(held.slot)?;
        let body = self.items.body(held.slot)?;
        let context = self.context(held, EntryType::Segment);
        let fail = sealed("held message");
        let (_, rest) = split(&body).map_err(&fail)?;
        let packed = vault::open(&key, &context, rest).map_err(&fail)?;
        let plain = vault::unpack(&packed, MOST_SEGMENT).map_err(&fail)?;
        let mut rest = plain.as_slice();
        let Some(Item::Record(seed, groups)) = take_item(&mut rest).filter(|_| rest.is_empty()) else {
            return Err(broken(0, "malformed held message"));
        };
        let suite = self.run.suite;
        if chain::leaf_hash(suite, &chain::record(suite, &seed, &groups)) != held.leaf {
            return Err(broken(0, "a held message is not what its entry commits to"));
        }
        Ok(take(&groups))
    }

    fn context(&self, held: &Held, kind: EntryType) -> [u8; 49] {
        context(&self.archive.id, &self.run.run, &held.bucket, kind.code())
    }

    /// Takes a message back that was left out: its keys, wrapped to its bucket, lie beside it from now on, so
    /// that it can be appended.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn take_back(&mut self, held: &Held) -> Result<(), ArchiveError> {
        if held.why == Withheld::Review {
            return Ok(());
        }
        let bucket = self.archive.buckets.iter().find(|b| b.id == held.bucket);
        let to = &bucket.ok_or_else(|| broken(0, "a held message of no bucket"))?.public;
        for slot in held.slots() {
            let (kind, purpose) =
                if slot == held.slot { (EntryType::Segment, "segment") } else { (EntryType::Blob, "blob") };
            let key = self.slot(slot)?;
            let wrap = vault::wrap(to, purpose, &self.context(held, kind), &key).map_err(sealed("wrap"))?;
            write_whole(&self.area.of_run(&self.run.run).join(format!("wrap-{slot}")), &wrap)?;
        }
        Ok(())
    }

    /// Content of an attachment of a held message, by its number; at most 64 KiB of it, as a preview.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn preview(&mut self, held: &Held, number: usize) -> Result<Plain, ArchiveError> {
        let blob = held.blobs.get(number).ok_or_else(|| broken(0, "no such attachment"))?;
        let slot = held.slot + 1 + number as u64;
        if blob.large {
            return Ok(Plain::new(Vec::new()));
        }
        let key = self.slot(slot)?;
        let body = self.items.body(slot)?;
        let stream = body.get(WRAPPED_LEN + BLOB_META..).unwrap_or_default();
        let mut out = Plain::new(Vec::new());
        let context = self.context(held, EntryType::Blob);
        let mut stream = stream;
        vault::open_stream(&key, &context, &mut stream, &mut *out).map_err(sealed("attachment"))?;
        Ok(out)
    }
}
