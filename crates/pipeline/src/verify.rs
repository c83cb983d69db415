//! `verify`: the archive without keys; with them, also every retention stamp against the register and
//! policy that its run names.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use archive::{Operator, Segment};
use chain::{Checkpoint, EntryType};
use model::canonical;
use policy::{MessageTime, Stamper};
use serde::Serialize;

use crate::error::JobError;
use crate::manifest::Manifest;
use crate::places::Places;
use crate::progress::{Phase, Progress};
use crate::{disposal, policies, register, scope, verdict};

/// What was verified.
#[derive(Debug, Serialize)]
pub struct VerifyReport {
    /// Whether everything holds.
    pub holds: bool,
    /// Whether contents were checked too.
    pub with_keys: bool,
    /// Entries.
    pub entries: u64,
    /// Root of the log, hexadecimal.
    pub root: String,
    /// Segments opened.
    pub segments: u64,
    /// Records whose commitments and stamps were recomputed.
    pub records: u64,
    /// Attachments opened.
    pub attachments: u64,
    /// Buckets for which the operator has no key.
    pub buckets_without_key: u64,
    /// Buckets that were disposed of.
    pub buckets_disposed: u64,
    /// Records that were erased.
    pub records_erased: u64,
    /// What does not hold.
    pub broken: Vec<BrokenEntry>,
}

/// One entry that does not hold.
#[derive(Debug, Serialize)]
pub struct BrokenEntry {
    /// Entry.
    pub entry: u64,
    /// What.
    pub what: String,
}

impl VerifyReport {
    /// 0, 5 when something does not hold, 3 when the operator's keys did not open everything.
    pub fn exit_code(&self) -> u8 {
        match (self.holds, self.with_keys && self.buckets_without_key > 0) {
            (false, _) => 5,
            (true, true) => 3,
            (true, false) => 0,
        }
    }
}

/// Reads a checkpoint from elsewhere.
///
/// # Errors
/// [`JobError::BadValue`] when it is none.
pub fn read_checkpoint(path: &Path) -> Result<Checkpoint, JobError> {
    let text = std::fs::read_to_string(path)
        .map_err(|e| JobError::source_at(path, model::SourceError::io("reading the checkpoint", &e)))?;
    let note = before_keys(&text).unwrap_or(&text);
    Checkpoint::parse(note).map_err(|e| JobError::BadValue { what: "checkpoint", why: e.to_string() })
}

/// The checkpoint in what `checkpoint show` prints: signed note, blank line, verifier key.
pub(crate) fn before_keys(text: &str) -> Option<&str> {
    let at = text.find("\n\n\u{2014} ")? + 2;
    let end = at + text[at..].find("\n\n")? + 1;
    text.get(..end)
}

/// Verifies an archive; with an operator, also what the operator's keys open.
///
/// # Errors
/// [`JobError::NoArchive`]; what does not hold is in the report.
pub fn verify(
    places: &Places,
    operator: Option<&Operator>,
    older: Option<&Checkpoint>,
    progress: Progress<'_>,
) -> Result<VerifyReport, JobError> {
    progress.begin(Phase::Verifying, None);
    let mut own = Vec::new();
    let runs = match operator.map(|operator| runs(places, operator)).transpose() {
        Ok(runs) => runs,
        Err(JobError::Integrity { what }) => {
            own.push(BrokenEntry { entry: 0, what });
            None
        }
        Err(e) => return Err(e),
    };
    if let Some(operator) = operator {
        match disposal::broken(places, operator) {
            Ok(found) => own.extend(found.into_iter().map(|(entry, what)| BrokenEntry { entry, what })),
            Err(JobError::Integrity { what }) => own.push(BrokenEntry { entry: 0, what }),
            Err(e) => return Err(e),
        }
    }
    let inspect = |segment: &Segment<'_>| match &runs {
        Some(runs) => runs.inspect(segment),
        None => Vec::new(),
    };
    let stop = AtomicBool::new(false);
    let done = |n: u64| {
        if progress.stopped() {
            stop.store(true, std::sync::atomic::Ordering::Relaxed);
        }
        progress.done(n);
    };
    let verified = archive::verify(&places.archive, operator, older, &inspect, &done, &stop)
        .map_err(|e| places.fail(e))?;
    progress.check()?;
    let broken: Vec<BrokenEntry> = own
        .into_iter()
        .chain(verified.broken.into_iter().map(|b| BrokenEntry { entry: b.entry, what: b.what }))
        .collect();
    Ok(VerifyReport {
        holds: broken.is_empty(),
        with_keys: operator.is_some(),
        entries: verified.entries,
        root: model::wire::hex(&verified.root),
        segments: verified.segments,
        records: verified.records,
        attachments: verified.attachments,
        buckets_without_key: verified.unopened,
        buckets_disposed: verified.disposed,
        records_erased: verified.erased,
        broken,
    })
}

/// What each run said it did.
struct Runs {
    by_id: HashMap<[u8; 16], (String, Stamper)>,
    labels: Vec<Vec<u8>>,
}

fn runs(places: &Places, operator: &Operator) -> Result<Runs, JobError> {
    let archive = places.open()?;
    let fail = |e| places.fail(e);
    let register = register::replay(&archive.register(operator.keys(), &register::KINDS).map_err(fail)?)?;
    let policies = archive.register(operator.keys(), &[EntryType::Policy]).map_err(fail)?;
    let mut by_id = HashMap::new();
    for entry in archive.register(operator.keys(), &[EntryType::Run]).map_err(fail)? {
        let manifest = Manifest::parse(&entry.plain).ok_or_else(|| JobError::Integrity {
            what: format!("entry {}: malformed manifest", entry.header.index),
        })?;
        let before = policies.partition_point(|p| p.header.index < entry.header.index);
        if manifest.policy() != Some(policies::in_force(&policies[..before])?) {
            let what = format!(
                "entry {}: the run followed another policy than the one in force",
                entry.header.index
            );
            return Err(JobError::Integrity { what });
        }
        by_id.insert(entry.header.run, (manifest.custodian.clone(), manifest.stamper(&register)?));
    }
    let labels = archive.labels(operator.keys()).map_err(fail)?.into_iter().map(|l| l.to_vec()).collect();
    Ok(Runs { by_id, labels })
}

impl Runs {
    /// Recomputes every stamp of a segment.
    fn inspect(&self, segment: &Segment<'_>) -> Vec<String> {
        let Some((custodian, stamper)) = self.by_id.get(&segment.header.run) else {
            return vec!["belongs to a run that no entry closes".to_owned()];
        };
        if !self.labels.get(segment.bucket).is_some_and(|label| scope::of_custodian(label, custodian)) {
            return vec!["lies in a bucket of another custodian".to_owned()];
        }
        let mut expected = Vec::new();
        let mut wrong = Vec::new();
        for record in segment.records {
            let Ok((direction, sent, received)) = canonical::times(record.groups[0]) else {
                wrong.push(format!("record {}: core cannot be read", record.place));
                continue;
            };
            let direction = match direction {
                model::Direction::In => policy::Direction::In,
                model::Direction::Out => policy::Direction::Out,
            };
            // what the sorting said is not computed again: it stands as it was sealed
            let said = verdict::decode(record.groups[7]).map(|v| v.sorted).unwrap_or_default();
            verdict::encode(&stamper.stamp(MessageTime { direction, sent, received }), &said, &mut expected);
            if expected != record.groups[7] {
                wrong.push(format!(
                    "record {}: the retention stamp is not what register and policy give",
                    record.place
                ));
            }
        }
        wrong
    }
}
