//! `repair`: lists of known messages that damage keeps from being read are made anew, from what is stored and from what
//! entries say of what was held back. What cannot be found again is said: it may be stored a second time.

use archive::{Aspect, Operator, Relisting};
use model::{canonical, wire};
use policy::{Bucket, Register};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::error::JobError;
use crate::identity::Occurrences;
use crate::ingest;
use crate::known::known_as;
use crate::places::Places;
use crate::progress::{Phase, Progress};
use crate::transfer::key_of;

/// What was repaired; the entry seals the same.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RepairReport {
    /// Archive, hexadecimal.
    pub archive: String,
    /// Lists that were there.
    pub lists: u64,
    /// Lists that could not be read, and are gone.
    pub unreadable: u64,
    /// Messages and attachments that are listed again.
    pub listed_again: u64,
    /// Buckets that the operator cannot open: of them nothing could be listed again.
    pub unopened: u64,
    /// Messages and attachments that could not be read themselves.
    pub damaged: u64,
    /// Whether the mark of what was erased and must not come back may be lost.
    pub erasures: bool,
    /// The entry that says so; none where nothing was wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<u64>,
}

impl RepairReport {
    /// 0; 3 when something could not be found again.
    pub fn exit_code(&self) -> u8 {
        if self.entry.is_some() && (self.unopened > 0 || self.damaged > 0 || self.erasures) { 3 } else { 0 }
    }
}

/// Repairs the lists of known messages; `partly` also where the operator cannot open everything.
///
/// # Errors
/// [`JobError::Refused`] where the operator cannot open everything and that was not asked for: nobody could find the rest again.
/// [`JobError::NoRight`] without the right to administer; what keeps the archive from being read or written.
pub fn repair(
    places: &Places,
    by: &Operator,
    partly: bool,
    now: i64,
    progress: Progress<'_>,
) -> Result<RepairReport, JobError> {
    let fail = |e| places.fail(e);
    let mut writer = places.writer(now)?;
    let register = crate::register::load(places, &writer)?;
    let labels = writer.labels().map_err(fail)?;
    let mut lists = writer.relist(by).map_err(fail)?;
    let damage = lists.damage();
    let mut report = RepairReport {
        archive: wire::hex(lists.archive().id()),
        lists: damage.rows,
        unreadable: damage.unreadable,
        erasures: damage.erasures,
        ..RepairReport::default()
    };
    if damage.unreadable == 0 && !damage.digest {
        return Ok(report);
    }
    progress.begin(Phase::Reading, Some(labels.len() as u64));
    for (number, label) in (0..).zip(&labels) {
        progress.check()?;
        progress.done(1);
        let bucket = number as usize;
        let Some((custodian, of)) = Bucket::decode_label(label) else { continue };
        let id = lists.archive().buckets().get(bucket).map(|b| b.id).unwrap_or_default();
        if lists.archive().disposed_by(bucket).is_some() {
            continue;
        }
        if by.bucket(&id).map_err(fail)?.is_none() {
            report.unopened += 1;
            continue;
        }
        let prefix = prefix(&register, &custodian, of.device);
        report.damaged += list(&mut lists, by, (bucket, number), &prefix).map_err(fail)?;
    }
    if report.unopened > 0 && !partly {
        let why = format!(
            "{} buckets cannot be opened by this operator: let one repair who reads everything, or give --partly",
            report.unopened
        );
        return Err(JobError::Refused { why });
    }
    lists.withheld().map_err(fail)?;
    report.listed_again = lists.listed_again();
    // the entry says all but its own number
    let plain = serde_json::to_vec(&report).map_err(|_| JobError::Internal { what: "report".into() })?;
    report.entry = Some(lists.finish(by, &plain).map_err(fail)?);
    Ok(report)
}

/// What scopes the identities of a bucket's messages.
fn prefix(register: &Register, custodian: &str, device: Option<u64>) -> Vec<u8> {
    let device = register.custodian(custodian).map(|c| key_of(c, device)).unwrap_or_default();
    ingest::prefix(custodian, &device)
}

/// Lists what is stored in a bucket; how much of it cannot be read.
fn list(
    lists: &mut Relisting<'_>,
    by: &Operator,
    (bucket, number): (usize, u32),
    prefix: &[u8],
) -> Result<u64, archive::ArchiveError> {
    let (mut damaged, mut unreadable, mut found) = (0, 0, Vec::new());
    // what one file has in the same words more than once is counted as it was when it was read
    let mut occurrences = Occurrences::default();
    let each = &mut |record: archive::Record<'_>| {
        let groups: [&[u8]; 7] = std::array::from_fn(|i| record.groups[i]);
        let Ok(message) = canonical::decode(groups) else {
            unreadable += 1;
            return;
        };
        let file = Sha256::digest([&record.run[..], &message.origin.evidence_sha256].concat());
        let file = file.first_chunk::<8>().map_or(0, |first| u64::from_be_bytes(*first));
        let number = &mut |base: &[u8], out: &mut Vec<u8>| occurrences.number(base, file, out);
        let keyed = &mut |identity: &[u8], version: &[u8], aspect: &Aspect<'_>| {
            lists.sighting(identity, version, aspect)
        };
        let (_, sighting) = known_as(&message, groups, prefix, number, keyed);
        found.push((record.run, sighting));
    };
    lists.archive().records_left(by, bucket, each, &mut |_, _| damaged += 1)?;
    for (run, sighting) in found {
        lists.stored(&sighting, &run, number);
    }
    for (sha256, entry) in lists.archive().contents_left(by, bucket, &mut |_, _| damaged += 1)? {
        let run = lists.archive().run_of(entry)?;
        lists.attachment(&sha256, &run, number);
    }
    Ok(damaged + unreadable)
}
