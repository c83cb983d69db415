//! `verify`: the archive without keys; with them, also every retention stamp against the register and
//! policy that its run names.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::atomic::AtomicBool;

use archive::{Archive, Operator, Segment};
use chain::{Checkpoint, EntryType};
use policy::Stamper;
use serde::Serialize;

use crate::error::JobError;
use crate::handover::Takings;
use crate::manifest::Manifest;
use crate::places::Places;
use crate::printed::Printed;
use crate::progress::{Phase, Progress};
use crate::restamp::Claims;
use crate::transfer::{self, Moves};
use crate::{disposal, erasure, policies, register, restamp, scope, verdict};

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

/// Most bytes of a file with a checkpoint in it: a printed page with its picture is the largest.
const MOST: u64 = 1 << 20;

/// A state of the log that somebody remembers, and that the archive must have grown from.
#[derive(Clone, Debug)]
pub enum Remembered {
    /// Signed by the job: from `checkpoint show`, a witness, a production, a printed page.
    Signed(Checkpoint),
    /// As a person typed it from paper.
    Typed(Printed),
    /// What somebody remembers cannot be read: which, and where.
    Unreadable(String),
}

/// Reads a state from elsewhere: a checkpoint, what `checkpoint show` printed, a witness's file, a printed
/// page, a production's folder, or a file of what was typed from paper.
///
/// # Errors
/// [`JobError::BadValue`] when it is none.
pub fn read_checkpoint(path: &Path) -> Result<Remembered, JobError> {
    let inside = path.join("data").join("checkpoint");
    let path = if path.is_dir() { &inside } else { path };
    let text = bounded_text(path, "reading the checkpoint", MOST)?;
    if let Ok(printed) = Printed::parse(&text) {
        return Ok(Remembered::Typed(printed));
    }
    let text = crate::printed::note_of_page(&text).unwrap_or(&text);
    Checkpoint::parse(split_note(text).0)
        .map(Remembered::Signed)
        .map_err(|e| JobError::BadValue { what: "checkpoint", why: e.to_string() })
}

/// The newest state that a key store remembers of an archive; none where it is the key store of another, or the archive
/// cannot be opened at all.
pub fn remembered_by_keys(archive: &Path, keys: &Path) -> Option<Remembered> {
    let file = keys.join(archive::SEEN);
    // read before the archive, as it is written after it
    let bytes = std::fs::read(&file).ok()?;
    let Some(seen) = archive::Seen::decode(&bytes) else {
        let what = format!("{}: what the key store remembers cannot be read", file.display());
        return Some(Remembered::Unreadable(what));
    };
    let archive = archive::Archive::open(archive).ok().filter(|archive| seen.is_of(archive.id()))?;
    Some(Remembered::Typed(Printed::of(archive.id(), seen.size, seen.root)))
}

/// The text of a file that is not larger than it may be.
pub(crate) fn bounded_text(path: &Path, what: &'static str, most: u64) -> Result<String, JobError> {
    let fail = |e: &std::io::Error| JobError::source_at(path, model::SourceError::io(what, e));
    let file = std::fs::File::open(path).map_err(|e| fail(&e))?;
    let mut text = String::new();
    std::io::Read::read_to_string(&mut std::io::Read::take(file, most), &mut text).map_err(|e| fail(&e))?;
    Ok(text)
}

/// The signed note in what `checkpoint show` prints, a blank line and keys, and the rest.
pub(crate) fn split_note(text: &str) -> (&str, &str) {
    let end = text.find("\n\n\u{2014} ").and_then(|at| Some(at + 2 + text[at + 2..].find("\n\n")? + 1));
    text.split_at_checked(end.unwrap_or(text.len())).unwrap_or((text, ""))
}

/// Verifies an archive; with an operator, also what the operator's keys open.
///
/// # Errors
/// [`JobError::NoArchive`]; what does not hold is in the report.
pub fn verify(
    places: &Places,
    operator: Option<&Operator>,
    older: &[Remembered],
    progress: Progress<'_>,
) -> Result<VerifyReport, JobError> {
    progress.begin(Phase::Verifying, None);
    let (mut own, mut audited) = (Vec::new(), Vec::new());
    let (mut runs, mut later) = (None, None);
    if let Some(operator) = operator {
        // what keeps it from being opened, or is wrong with it, is for the report
        let mut named = |fault: JobError| match fault {
            JobError::Integrity { what } => {
                own.push(BrokenEntry { entry: 0, what });
                Ok(())
            }
            other => Err(other),
        };
        match places.open() {
            Ok(archive) => {
                for audit in [disposal::broken, erasure::broken, transfer::broken] {
                    match audit(places, &archive, operator) {
                        Ok(found) => audited.extend(found),
                        Err(e) => named(e)?,
                    }
                }
                runs =
                    self::runs(places, &archive, operator).map(Some).or_else(|e| named(e).map(|()| None))?;
                later =
                    self::later(places, &archive, operator).map(Some).or_else(|e| named(e).map(|()| None))?;
            }
            Err(e) => named(e)?,
        }
    }
    own.extend(audited.into_iter().map(|(entry, what)| BrokenEntry { entry, what }));
    let inspect = |segment: &Segment<'_>| {
        let mut wrong = runs.as_ref().map(|runs| runs.inspect(segment)).unwrap_or_default();
        if let Some((claims, moves, takings)) = &later {
            claims.inspect(segment);
            wrong.extend(moves.inspect(segment));
            wrong.extend(takings.inspect(segment));
        }
        wrong
    };
    let stop = AtomicBool::new(false);
    let done = |n: u64| {
        if progress.stopped() {
            stop.store(true, std::sync::atomic::Ordering::Relaxed);
        }
        progress.done(n);
    };
    let signed = older.iter().find_map(|older| match older {
        Remembered::Signed(note) => Some(note),
        Remembered::Typed(_) | Remembered::Unreadable(_) => None,
    });
    let verified = archive::verify(&places.archive, operator, signed, &inspect, &done, &stop)
        .map_err(|e| places.fail(e))?;
    progress.check()?;
    if let (Some((claims, moves, takings)), Some(operator)) = (later, operator) {
        let openable = |bucket: &[u8; 16]| operator.bucket(bucket).is_ok_and(|pair| pair.is_some());
        let claimed = claims.broken().into_iter().chain(moves.broken(&openable)).chain(takings.broken());
        own.extend(claimed.map(|(entry, what)| BrokenEntry { entry, what }));
    }
    own.extend(remembered(places, older, verified.entries));
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

/// What does not fit of the states that others remember, and of the cosigned ones that the archive keeps.
fn remembered(places: &Places, older: &[Remembered], entries: u64) -> Vec<BrokenEntry> {
    // an archive that cannot be opened was found broken by then
    let Ok(archive) = places.open() else { return Vec::new() };
    let (kept, unreadable) = archive.cosigned().unwrap_or_default();
    let mut wrong = Vec::new();
    if unreadable > 0 {
        wrong.push(format!("{unreadable} cosigned checkpoints cannot be read"));
    }
    for note in kept {
        if let Ok(Some(fault)) = archive.apart_from(&note) {
            wrong.push(format!("a cosigned checkpoint of {} entries: {fault}", note.size));
        }
    }
    // the first that is signed was checked with the log
    let checked = older.iter().position(|older| matches!(older, Remembered::Signed(_)));
    for (_, older) in older.iter().enumerate().filter(|(at, _)| Some(*at) != checked) {
        let (size, fault) = match older {
            Remembered::Signed(note) => (note.size, archive.apart_from(note)),
            Remembered::Typed(printed) => (printed.size, printed.apart(&archive)),
            Remembered::Unreadable(what) => {
                wrong.push(what.clone());
                continue;
            }
        };
        if let Ok(Some(fault)) = fault {
            wrong.push(format!("a remembered state of {size} entries: {fault}"));
        }
    }
    wrong.extend(crate::timestamps::broken(&archive));
    wrong.into_iter().map(|what| BrokenEntry { entry: entries, what }).collect()
}

/// What was decided about messages after they were sealed.
fn later(places: &Places, archive: &Archive, by: &Operator) -> Result<(Claims, Moves, Takings), JobError> {
    let takings = Takings::read(places, archive, by)?;
    Ok((Claims::read(places, archive, by)?, Moves::read(places, archive, by)?, takings))
}

/// What each run said it did.
struct Runs {
    by_id: HashMap<[u8; 16], (String, Stamper)>,
    /// Runs whose messages another archive stamped.
    stamped_elsewhere: HashSet<[u8; 16]>,
    labels: Vec<Vec<u8>>,
}

fn runs(places: &Places, archive: &Archive, operator: &Operator) -> Result<Runs, JobError> {
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
    let taken = archive.register(operator.keys(), &[EntryType::Taken]).map_err(fail)?;
    let stamped_elsewhere = taken.iter().map(|entry| entry.header.run).collect();
    Ok(Runs { by_id, stamped_elsewhere, labels })
}

impl Runs {
    /// Recomputes every stamp of a segment.
    fn inspect(&self, segment: &Segment<'_>) -> Vec<String> {
        let Some((custodian, stamper)) = self.by_id.get(&segment.header.run) else {
            return vec!["belongs to a run that no entry closes".to_owned()];
        };
        // whether what was moved lies where it belongs is asked there
        let moved = segment.header.refers_to != 0;
        if !moved
            && !self.labels.get(segment.bucket).is_some_and(|label| scope::of_custodian(label, custodian))
        {
            return vec!["lies in a bucket of another custodian".to_owned()];
        }
        // the stamps are the giver's, proved by its log
        if self.stamped_elsewhere.contains(&segment.header.run) {
            return Vec::new();
        }
        let (mut wrong, mut work) = (Vec::new(), Vec::new());
        for record in segment.records {
            let Some(time) = restamp::time(record.groups[0]) else {
                wrong.push(format!("record {}: core cannot be read", record.place));
                continue;
            };
            // what the sorting said is not computed again: it stands as it was sealed
            if !verdict::carries(record.groups[7], &stamper.stamp(time), &mut work) {
                wrong.push(format!(
                    "record {}: the retention stamp is not what register and policy give",
                    record.place
                ));
            }
        }
        wrong
    }
}
