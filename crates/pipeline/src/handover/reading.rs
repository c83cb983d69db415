//! Reading a person's messages for a package: every record of the period exactly as it lies, with what proves it and the
//! period that counts for it; of the others the commitment. Then the attachments that the records name.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, BufWriter, Write};

use archive::{Archive, Belonging, Operator, Placed, Prover, Records};
use jiff::civil::Date;
use model::{Message, Stamp, canonical};
use sha2::{Digest, Sha256};

use super::package::{GivenAttachment, GivenSegment, Packing, Stated};
use crate::clock::days;
use crate::error::JobError;
use crate::places::Places;
use crate::progress::Progress;
use crate::restamp::Stamps;

/// A file that is hashed as it is written.
pub(super) struct Hashed {
    pub(super) file: BufWriter<File>,
    pub(super) hasher: Sha256,
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.file.write(bytes)?;
        self.hasher.update(&bytes[..n]);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// What is read of the archive for a package.
pub(super) struct Reading<'a> {
    pub(super) places: &'a Places,
    pub(super) archive: &'a Archive,
    pub(super) by: &'a Operator,
    pub(super) prover: Prover<'a>,
    pub(super) stamps: Stamps,
    /// What belongs to each bucket.
    pub(super) belonging: HashMap<[u8; 16], Belonging>,
    pub(super) from: Option<Date>,
    pub(super) to: Option<Date>,
    pub(super) commitments: Sha256,
    /// Entry of each segment and how many of its records are handed over.
    pub(super) segments: Vec<(u64, u64)>,
}

/// Whether a message is of a period.
pub(super) fn in_period(message: &Message, from: Option<Date>, to: Option<Date>) -> bool {
    let day = message.sent_at.or(message.received_at).map(Stamp::millis).and_then(policy::civil_date);
    // without a time it cannot be said to be outside
    day.is_none_or(|day| from.is_none_or(|from| day >= from) && to.is_none_or(|to| day <= to))
}

impl Reading<'_> {
    /// A bucket: its segments, then the attachments that its records name.
    pub(super) fn bucket(
        &mut self,
        place: u32,
        number: usize,
        packing: &mut Packing<Hashed>,
        written: &dyn Fn(io::Error) -> JobError,
        progress: Progress<'_>,
    ) -> Result<(), JobError> {
        let fail = |e| self.places.fail(e);
        let id = self.archive.buckets().get(number).map(|b| b.id).unwrap_or_default();
        if self.by.bucket(&id).map_err(fail)?.is_none() {
            return Err(JobError::NoRight { right: "query" });
        }
        let segments = self.belonging.remove(&id).unwrap_or_default().segments;
        let mut wanted: HashSet<[u8; 32]> = HashSet::new();
        for entry in segments {
            progress.check()?;
            self.segment(place, &id, entry, packing, &mut wanted, written)?;
            progress.done(1);
        }
        let mut contents: HashMap<[u8; 32], u64> =
            self.archive.contents(self.by, number).map_err(|e| self.places.fail(e))?.into_iter().collect();
        contents.retain(|sha256, _| wanted.contains(sha256));
        let mut contents: Vec<u64> = contents.into_values().collect();
        contents.sort_unstable();
        for entry in contents {
            progress.check()?;
            self.attachment(place, entry, packing, written)?;
        }
        Ok(())
    }

    fn segment(
        &mut self,
        place: u32,
        id: &[u8; 16],
        entry: u64,
        packing: &mut Packing<Hashed>,
        wanted: &mut HashSet<[u8; 32]>,
        written: &dyn Fn(io::Error) -> JobError,
    ) -> Result<(), JobError> {
        let fail = |e| self.places.fail(e);
        let opened = self.prover.segment(self.by, entry).map_err(fail)?;
        let unreadable = |place: u32| JobError::Integrity {
            what: format!("entry {entry}: record {place}: cannot be read"),
        };
        let (suite, run) = (opened.suite(), opened.run());
        let (mut going, mut stated) = (HashSet::new(), Vec::new());
        let mut records = Records::of(opened.plain());
        while let Some((at, what)) = records.next().map_err(unreadable)? {
            let Placed::Record(seed, groups) = what else { continue };
            let message =
                canonical::decode(std::array::from_fn(|i| groups[i])).map_err(|_| unreadable(at))?;
            if !in_period(&message, self.from, self.to) {
                continue;
            }
            let sealed = crate::verdict::decode(groups[7]).map_err(|_| unreadable(at))?;
            self.commitments.update(chain::record(suite, &seed, &groups));
            wanted.extend(message.attachments.iter().filter_map(|a| a.sha256));
            let record = archive::Record { entry, place: at, run, seed, groups };
            // never shorter than it was sealed
            let counts = self.stamps.beside(id, &record)?.filter(|b| b.disposal_from > sealed.disposal_from);
            stated.extend(counts.map(|b| Stated {
                place: at,
                class: b.class.code(),
                retain_until: days(b.retain_until),
                disposal_from: days(b.disposal_from),
            }));
            going.insert(at);
        }
        let (plain, kept) = opened.kept(|at| going.contains(&at)).map_err(fail)?;
        if kept == 0 {
            return Ok(());
        }
        let before = self.stamps.origin(entry).into_iter().flatten();
        let earlier = before.map(|(standing, checkpoint)| (standing.clone(), checkpoint.to_text())).collect();
        let of = GivenSegment { bucket: place, standing: opened.standing(), stated, earlier };
        packing.segment(entry, &of, &plain, kept).map_err(written)?;
        self.segments.push((entry, kept));
        Ok(())
    }

    fn attachment(
        &self,
        place: u32,
        entry: u64,
        packing: &mut Packing<Hashed>,
        written: &dyn Fn(io::Error) -> JobError,
    ) -> Result<(), JobError> {
        let fail = |e| self.places.fail(e);
        let Some(of) = self.prover.attachment(self.by, entry).map_err(fail)? else { return Ok(()) };
        let archive::Attached { standing, salt, sha256, size } = of;
        let of = GivenAttachment { bucket: place, standing, salt, sha256, size };
        let mut damaged = None;
        let result = packing.attachment(entry, &of, |out| match self.archive.content(self.by, entry, out) {
            Ok(written) if written == size => Ok(()),
            Ok(_) => Err(io::ErrorKind::InvalidData.into()),
            Err(e) => {
                damaged = Some(e);
                Err(io::ErrorKind::InvalidData.into())
            }
        });
        match (result, damaged) {
            (Ok(()), _) => Ok(()),
            (Err(_), Some(e)) => Err(fail(e)),
            (Err(e), None) => Err(written(e)),
        }
    }
}
