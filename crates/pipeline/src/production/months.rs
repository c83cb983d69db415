//! Reading what a production shows, month by month, past what does not hold.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

use archive::{Archive, Operator};
use chain::EntryType;
use export::{Damaged, Exhibit, Holds};
use jiff::civil::Date;
use model::{Message, Stamp};
use policy::Bucket;

use super::Export;
use crate::clock::month_word;
use crate::error::JobError;
use crate::manifest::Manifest;
use crate::progress::Progress;
use crate::restamp::Stamps;
use crate::tellings::{Reading, Version, exhibits, version};

/// Buckets of the custodian by month, ascending, as far as the period reaches.
pub(super) fn months(
    job: &Export,
    archive: &Archive,
    operator: &Operator,
) -> Result<BTreeMap<Date, Vec<usize>>, JobError> {
    let labels = archive.labels(operator.keys()).map_err(|e| job.places.fail(e))?;
    let mut months: BTreeMap<Date, Vec<usize>> = BTreeMap::new();
    for (number, label) in labels.iter().enumerate() {
        let Some((custodian, bucket)) = Bucket::decode_label(label) else { continue };
        let there = archive.disposed_by(number).is_none();
        if there && custodian == job.custodian && in_scope(job, bucket.month) {
            months.entry(bucket.month).or_default().push(number);
        }
    }
    Ok(months)
}

/// Whether a month's bucket may hold messages of the period. Its month is that of its disposal day's message; a
/// day more on either side costs little.
pub(super) fn in_scope(job: &Export, month: Date) -> bool {
    let after = job.from.is_none_or(|from| month.last_of_month() >= from);
    after && job.to.is_none_or(|to| month.saturating_sub(jiff::ToSpan::days(2)) <= to)
}

pub(super) type Month = (Vec<Exhibit>, HashMap<[u8; 32], u64>);

/// What in scope is not in a production.
#[derive(Default)]
pub(super) struct Short {
    /// Buckets that the operator has no key to.
    pub(super) unopened: u64,
    /// What does not hold.
    pub(super) damaged: Vec<Damaged>,
}

pub(super) fn damaged(month: Date, entry: u64, holds: Holds, what: String) -> Damaged {
    Damaged { month: month_word(month), entry, holds, what }
}

/// A writer that keeps what it was refused: a full disk is no damage to the archive.
pub(super) struct Noting<'a> {
    pub(super) out: &'a mut dyn Write,
    pub(super) refused: Option<io::Error>,
}

impl Write for Noting<'_> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.out.write(buf).map_err(|e| {
            let told = e.kind().into();
            self.refused.get_or_insert(e);
            told
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The exhibits of a month: the newest version of each message with the older ones.
pub(super) fn month(
    job: &Export,
    (archive, stamps): (&Archive, &Stamps),
    operator: &Operator,
    (date, buckets): (Date, &[usize]),
    short: &mut Short,
    progress: Progress<'_>,
) -> Result<Month, JobError> {
    let fail = |e| job.places.fail(e);
    let mut versions: Vec<Version> = Vec::new();
    let reading = Reading { copied: copied(archive, operator).map_err(fail)?, stamps };
    let mut contents = HashMap::new();
    for &bucket in buckets {
        let Some(id) = archive.buckets().get(bucket).map(|b| b.id) else { continue };
        if operator.bucket(&id).map_err(fail)?.is_none() {
            short.unopened += 1;
            continue;
        }
        let mut lost = Vec::new();
        let blobs = archive.contents_left(operator, bucket, &mut |entry, e| {
            lost.push(damaged(date, entry, Holds::Attachment, e.plain()));
        });
        contents.extend(blobs.map_err(fail)?);
        let mut malformed = Vec::new();
        let mut each = |record: archive::Record<'_>| match version((bucket, &id), &record, &reading) {
            Ok(version) if in_period(job, &version.message) => versions.push(version),
            Ok(_) => {}
            Err(what) => malformed.push(damaged(date, record.entry, Holds::Messages, what)),
        };
        let mut gone =
            |entry, e: archive::ArchiveError| lost.push(damaged(date, entry, Holds::Messages, e.plain()));
        archive.records_left(operator, bucket, &mut each, &mut gone).map_err(fail)?;
        short.damaged.extend(lost.into_iter().chain(malformed));
    }
    let exhibits = exhibits(versions);
    progress.done(exhibits.len() as u64);
    Ok((exhibits, contents))
}

/// Of each run the day of its copy.
fn copied(
    archive: &Archive,
    operator: &Operator,
) -> Result<HashMap<[u8; 16], String>, archive::ArchiveError> {
    let runs = archive.register(operator.keys(), &[EntryType::Run])?;
    let day =
        |e: &archive::RegisterEntry| Some((e.header.run, Manifest::parse(&e.plain)?.copy_date.to_string()));
    Ok(runs.iter().filter_map(day).collect())
}

fn in_period(job: &Export, message: &Message) -> bool {
    let day = message.sent_at.or(message.received_at).map(Stamp::millis).and_then(policy::civil_date);
    match day {
        Some(day) => job.from.is_none_or(|from| day >= from) && job.to.is_none_or(|to| day <= to),
        // without a time it cannot be said to be outside
        None => true,
    }
}
