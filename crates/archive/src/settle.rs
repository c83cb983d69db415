//! The end of a message's time in the holding area: into the archive, or its keys and bytes destroyed. An
//! entry says which, signed by the job; what it says is done is done again by the next writer if this one
//! died on the way.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use chain::{EntryType, Hash};
use vault::WRAPPED_LEN;
use zeroize::Zeroizing;

use crate::blob::Digesting;
use crate::error::{ArchiveError, broken, io};
use crate::holding::{
    Held, HeldRun, Holding, Items, Outcome, PER_ENTRY, SLOT, encode_outcomes, keys_of_run, remove_folder,
    run_of,
};
use crate::listing::Delta;
use crate::sighting::Sighting;
use crate::store::blob_path;
use crate::waiting::{Current, Wrap, Wraps};
use crate::writer::{self, Body, Draft, Writer};

impl Writer {
    /// Settles messages of a run: those kept are appended, one entry each, then an entry says what became of
    /// all of them; with that committed, keys and bytes in the holding area are destroyed.
    ///
    /// # Errors
    /// [`ArchiveError`]; before the commit nothing has changed.
    pub fn settle(
        &mut self,
        area: &Holding,
        run: &HeldRun,
        outcomes: &[(u64, Outcome)],
    ) -> Result<(), ArchiveError> {
        if outcomes.is_empty() {
            return Ok(());
        }
        let snapshot = self.begin()?;
        let result = self.settle_all(area, run, outcomes);
        self.end(snapshot, result)?;
        let mut run = run.clone();
        run.settled.extend(outcomes.iter().copied());
        self.clear(area, &run)
    }

    fn settle_all(
        &mut self,
        area: &Holding,
        run: &HeldRun,
        outcomes: &[(u64, Outcome)],
    ) -> Result<(), ArchiveError> {
        let mut items = Items::open(area, run, false)?;
        let mut buckets: BTreeMap<[u8; 16], (Current, Delta)> = BTreeMap::new();
        for (slot, outcome) in outcomes {
            let at = run.items.binary_search_by_key(slot, |i| i.slot);
            let held = at.ok().and_then(|at| run.items.get(at)).filter(|_| !run.settled.contains_key(slot));
            let held = held.ok_or_else(|| broken(0, "no such held message"))?;
            if *outcome != Outcome::Shredded {
                let bucket = match buckets.entry(held.bucket) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(new) => {
                        let current = Current::open(&self.archive, area, run, &held.bucket)?;
                        new.insert((current, Delta::default()))
                    }
                };
                self.append_held(area, run, held, &mut items, bucket)?;
            }
        }
        for (bucket, (_, delta)) in buckets {
            for part in delta.parts() {
                self.write_delta(&run.run, &bucket, &part)?;
            }
        }
        let job = self.job.clone();
        for part in outcomes.chunks(PER_ENTRY) {
            let plain = encode_outcomes(part);
            let entry = writer::Entry { kind: EntryType::Withheld, clear: &[], plain: &plain };
            self.put_register(&entry, &run.run, &[0; 16], &[&job])?;
        }
        Ok(())
    }

    /// Appends a held message as it was sealed: its attachments, then a segment of its own.
    fn append_held(
        &mut self,
        area: &Holding,
        run: &HeldRun,
        held: &Held,
        items: &mut Items,
        (current, delta): &mut (Current, Delta),
    ) -> Result<(), ArchiveError> {
        let folder = area.of_run(&run.run);
        let mut wrap = |slot: u64| match current.of(held, slot)? {
            Wrap::Own => Ok(None),
            Wrap::Beside(wrap) => Ok(Some(wrap)),
            Wrap::None => Err(broken(0, "the key of a message that was taken back is missing")),
        };
        for (slot, blob) in held.slots().skip(1).zip(&held.blobs) {
            let wrap = wrap(slot)?;
            let body = if blob.large {
                let (digest, len) = self.adopt(&folder.join(format!("blob-{slot}")), wrap.as_deref())?;
                Body::File { digest, len }
            } else {
                Body::Here(rewrapped(items.body(slot)?, wrap.as_deref()))
            };
            self.put_held(run, held, EntryType::Blob, blob.content, body)?;
            delta.push(&Sighting::from_bytes(&blob.sighting));
        }
        let body = rewrapped(items.body(held.slot)?, wrap(held.slot)?.as_deref());
        self.put_held(run, held, EntryType::Segment, held.leaf, Body::Here(body))?;
        delta.push(&held.sighting().kept());
        Ok(())
    }

    fn put_held(
        &mut self,
        run: &HeldRun,
        held: &Held,
        kind: EntryType,
        content: Hash,
        body: Body,
    ) -> Result<(), ArchiveError> {
        let job = self.job.clone();
        let content_suite = Some(run.suite);
        let draft = Draft { kind, run: run.run, bucket: held.bucket, content, content_suite, body };
        self.put(draft, &[&job]).map(|_| ())
    }

    /// Copies the body of a large attachment into the archive, under the index of the entry to come.
    fn adopt(&self, from: &std::path::Path, wrap: Option<&[u8]>) -> Result<(Hash, u64), ArchiveError> {
        let fail = io("taking over an attachment");
        let mut source = File::open(from).map_err(&fail)?;
        let mut out =
            Digesting::create(self.archive.suite(), &blob_path(&self.archive.dir, self.archive.size()))?;
        if let Some(wrap) = wrap {
            out.write_all(wrap)
                .and_then(|()| source.seek(SeekFrom::Start(WRAPPED_LEN as u64)))
                .map_err(&fail)?;
        }
        io::copy(&mut source, &mut out).map_err(&fail)?;
        out.finish()
    }

    /// Completes what earlier writers began: folders of runs that never were are removed, keys and bytes of
    /// settled messages destroyed. A folder of a run that neither the log nor the key store knows is another archive's.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn sweep_held(&mut self, area: &Holding) -> Result<(), ArchiveError> {
        for run in area.runs()? {
            if let Some(run) = self.archive.held(&self.keys, &run)? {
                self.clear(area, &run)?;
            }
        }
        for run in self.keys.names("holding")?.iter().filter_map(|name| run_of(name)) {
            if self.archive.held(&self.keys, &run)?.is_none() {
                // its keys last: by them it is found again after dying here
                remove_folder(&area.of_run(&run)).map_err(io("clearing the holding area"))?;
                self.forget_run(area, &run)?;
            }
        }
        Ok(())
    }

    fn forget_run(&self, area: &Holding, run: &[u8; 16]) -> Result<(), ArchiveError> {
        let fail = io("clearing the holding area");
        // keys first: what is left behind by dying here opens with nothing
        remove_folder(&keys_of_run(&self.keys, run)).map_err(&fail)?;
        let folder = keys_of_run(&self.keys, run);
        if let Some(parent) = folder.parent().filter(|p| p.is_dir()) {
            File::open(parent).and_then(|f| f.sync_all()).map_err(&fail)?;
        }
        remove_folder(&area.of_run(run)).map_err(fail)
    }

    /// Destroys keys, then bytes, of what is settled; the folders when that is everything.
    fn clear(&self, area: &Holding, run: &HeldRun) -> Result<(), ArchiveError> {
        let fail = io("clearing the holding area");
        let settled = || run.items.iter().filter(|i| run.settled.contains_key(&i.slot));
        let mut slots = match File::options()
            .read(true)
            .write(true)
            .open(keys_of_run(&self.keys, &run.run).join("slots"))
        {
            Ok(slots) => slots,
            // an earlier writer died between keys and bytes
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                return if settled().count() == run.items.len() {
                    self.forget_run(area, &run.run)
                } else {
                    Err(fail(e))
                };
            }
            Err(e) => return Err(fail(e)),
        };
        let mut wiped = Vec::new();
        for slot in settled().flat_map(Held::slots) {
            let at = SeekFrom::Start(slot * SLOT as u64);
            let mut key = Zeroizing::new([0; SLOT]);
            slots.seek(at).and_then(|_| slots.read_exact(key.as_mut())).map_err(&fail)?;
            if key.iter().any(|b| *b != 0) {
                slots.seek(at).and_then(|_| slots.write_all(&[0; SLOT])).map_err(&fail)?;
                wiped.push(slot);
            }
        }
        slots.sync_all().map_err(&fail)?;
        if !wiped.is_empty() {
            let mut items = Items::open(area, run, true)?;
            wiped.iter().try_for_each(|slot| items.wipe(*slot))?;
            items.sync()?;
            for mut wraps in Wraps::all(area, run)? {
                wiped.iter().try_for_each(|slot| wraps.wipe(*slot))?;
                wraps.sync()?;
            }
            for slot in wiped {
                for name in [format!("blob-{slot}"), format!("wrap-{slot}")] {
                    match std::fs::remove_file(area.of_run(&run.run).join(name)) {
                        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(fail(e)),
                        _ => {}
                    }
                }
            }
        }
        if settled().count() == run.items.len() { self.forget_run(area, &run.run) } else { Ok(()) }
    }
}

/// A body with another wrap in front.
fn rewrapped(mut body: Vec<u8>, wrap: Option<&[u8]>) -> Vec<u8> {
    if let (Some(wrap), Some(place)) = (wrap, body.get_mut(..WRAPPED_LEN)) {
        place.copy_from_slice(wrap);
    }
    body
}
