//! `ingest`: read, normalise, stamp, seal, chain. Holds no key that reads: what it writes, it cannot
//! read. One run for each source, in the archive whole or not at all.

use std::path::{Path, PathBuf};

use archive::{Entry, Writer};
use chain::EntryType;
use jiff::civil::Date;
use model::wire;
use policy::{Change, Custodian, Handle, Mode, Personal, Policy, Register, RegisterEvent, Stamper};
use sha2::{Digest, Sha256};

use crate::batch::EncodedBatch;
use crate::classify::{Ask, Sorter};
use crate::clock::{Clock, civil};
use crate::compare;
use crate::disposal::Facts;
use crate::error::JobError;
use crate::feed::feed;
use crate::gather::Gather;
use crate::journalised::Journal;
use crate::manifest::Manifest;
use crate::open::{Opened, SourceOptions, open};
use crate::places::Places;
use crate::progress::{Phase, Progress};
use crate::read::{Counts, Evidence};
use crate::sealing::Sealing;
use crate::{apps, markings, policies, receipt, register, review, scope, smart};

pub use crate::taken_in::{DriftReport, IngestReport, RunReport, Sorting};

/// What to take in.
pub struct Ingest {
    /// Archive and key store.
    pub places: Places,
    /// Whose messages.
    pub custodian: String,
    /// Where they lie.
    pub sources: Vec<PathBuf>,
    /// What the operator says about the sources.
    pub options: SourceOptions,
    /// Day of the copy; the source's own date where absent.
    pub copy_date: Option<Date>,
    /// How to sort, above the archive's policy.
    pub mode: Option<Mode>,
    /// List of journalised messages: CSV or JSON.
    pub journal: Option<PathBuf>,
    /// Contact list: a JSON object from address or name to relation.
    pub contacts: Option<PathBuf>,
    /// The operator vouches that an unregistered device or number is the custodian's.
    pub attest_device: bool,
    /// Milliseconds since 1970.
    pub now: i64,
}

/// Takes in every source of a job.
///
/// # Errors
/// [`JobError`] at the first source that cannot be taken in; those before it are in the archive.
pub fn ingest(job: &Ingest, progress: Progress<'_>) -> Result<IngestReport, JobError> {
    // who it is for is asked before a key is derived
    if register::read(&job.places)?.custodian(&job.custodian).is_none() {
        return Err(JobError::UnknownCustodian);
    }
    let mut opened = Vec::new();
    for path in &job.sources {
        progress.begin(Phase::Opening, None);
        opened.push((path.clone(), open(path, &job.options)?));
    }
    ingest_opened(job, opened, progress)
}

/// Takes in sources that are open.
pub(crate) fn ingest_opened(
    job: &Ingest,
    sources: Vec<(PathBuf, Opened)>,
    progress: Progress<'_>,
) -> Result<IngestReport, JobError> {
    let mut writer = job.places.writer(job.now)?;
    // what waited long enough, before anything is added
    let copies = sources.iter().filter_map(|(_, source)| stated(job, source)).collect::<Vec<_>>();
    let clock = Facts::read(&job.places, &writer)?.clock(job.now, &copies)?;
    let settled = review::settle::due(&job.places, &mut writer, &clock)?;
    let mut report = IngestReport { settled, custodian: job.custodian.clone(), ..IngestReport::default() };
    for (path, source) in sources {
        let run = one(job, &path, source, &mut writer, &clock, progress)?;
        report.runs.push(run);
    }
    let archive = writer.archive();
    report.archive = wire::hex(archive.id());
    report.size = archive.size();
    report.root = wire::hex(&archive.root());
    report.checkpoint = archive.checkpoint().map_err(|e| job.places.fail(e))?.to_text();
    report.receipt = receipt::text(&report, civil(job.now)?);
    Ok(report)
}

/// The day of a copy as the operator or the source states it.
fn stated(job: &Ingest, source: &Opened) -> Option<Date> {
    job.copy_date.or(source.made_at.and_then(|made| civil(made).ok()))
}

fn one(
    job: &Ingest,
    path: &Path,
    mut source: Opened,
    writer: &mut Writer,
    clock: &Clock,
    progress: Progress<'_>,
) -> Result<RunReport, JobError> {
    let fail = |e| job.places.fail(e);
    let described = smart::allow(&job.custodian, &source, writer.archive())?;
    let mut register = register::load(&job.places, writer)?;
    let made = source.made_at.map(civil).transpose()?;
    let copy_date = stated(job, &source).unwrap_or(clock.today);
    let dated = stated(job, &source).is_some();
    let ingest_date = clock.stamping(made);
    let device = device(job, &mut register, &source, copy_date)?;
    let policy = policies::in_force(&writer.register(&[EntryType::Policy]).map_err(fail)?)?;
    let mut gate = markings::Gate::of(&job.places, writer, &job.custodian)?;
    let custodian = register.custodian(&job.custodian).ok_or(JobError::UnknownCustodian)?;
    let stamper = Stamper::new(custodian, &policy, device.entry, ingest_date)
        .map_err(|e| JobError::BadValue { what: "register of the custodian", why: e.to_string() })?;
    let earlier: Vec<Manifest> = writer
        .register(&[EntryType::Run])
        .map_err(fail)?
        .iter()
        .filter_map(|e| Manifest::parse(&e.plain))
        .filter(|m| m.custodian == job.custodian)
        .collect();

    let journal = job.journal.as_deref();
    let journal =
        journal.map(|path| Journal::open(path, custodian, policy.sorting.journalised)).transpose()?;
    let sorter = sorter(job, &policy, custodian)?;
    let mut report = RunReport {
        sorting: Sorting::of(sorter.as_ref(), &policy, job.mode, journal.as_ref()),
        source: source.kind.to_owned(),
        copy_date: copy_date.to_string(),
        device_registered: device.first,
        ..RunReport::default()
    };
    report.findings.extend(source.findings().iter().map(ToString::to_string));
    report.findings.extend(apps::findings(&source));
    report.findings.extend(source.notes());
    let area = job.places.area().map_err(fail)?;
    report.findings.extend(described);
    report.findings.extend(clock.finding());
    let rows = source.readers.iter().filter_map(|r| r.describe().rows).sum();
    let id = job.custodian.clone();
    let relevant = move |label: &[u8]| scope::of_custodian(label, &id);
    let mut run = writer.run(rows, &relevant).map_err(fail)?;
    for event in &device.events {
        run.register(&Entry { kind: EntryType::Event, clear: &[], plain: &event.encode() }).map_err(fail)?;
    }
    let mut sealing =
        Sealing::new(job, &stamper, clock, prefix(&job.custodian, &device.key), journal.as_ref());
    let mut gather = sorter.as_ref().map(|_| Gather::begin()).transpose()?;
    progress.begin(Phase::Reading, Some(rows));
    let mut readers = Vec::new();
    for reader in &mut source.readers {
        let mut counted = RunReport::default();
        let tally = feed(path, reader.as_mut(), progress, |batch: &mut EncodedBatch| {
            gate.admit(batch)?;
            sealing.batch(batch, gather.as_mut(), &area, &mut run, &mut counted)?;
            progress.done(batch.records);
            batch.clear();
            Ok(())
        })?;
        report.absorb(counted);
        report.tally = add(report.tally, tally.into());
        report.findings.extend(reader.findings().iter().map(ToString::to_string));
        readers.push(reader.describe().reader);
    }
    match compare::not_compared(&earlier, device.entry, source.kind, made, report.tally.unreadable) {
        Some(why) => report.findings.push(why.to_owned()),
        None => {
            let missing = run.missing().map_err(fail)?;
            report.vanished = compare::vanished(&missing, &run.labels(), &report.findings, copy_date);
            let gone: u64 = report.vanished.iter().map(|v| v.messages).sum();
            if gone > 0 {
                report.findings.push(format!("vanished_since_last_copy:{gone}"));
            }
        }
    }
    if let (Some(gather), Some(sorter)) = (gather, &sorter) {
        progress.begin(Phase::Sorting, None);
        let drift = gather.judge(sorter, |judged| {
            progress.check()?;
            progress.done(1);
            sealing.judged(judged, &area, &mut run, &mut report)
        })?;
        report.drift = drift.map(DriftReport::of);
        // a few messages say nothing; whatever is steady needs nobody
        let odd = report.drift.iter().filter(|d| matches!(d.reading.as_str(), "watch" | "drifted"));
        report.findings.extend(odd.map(|d| format!("sorting_drift:{}", d.reading)).collect::<Vec<_>>());
    }
    // what turned up while reading
    for note in source.notes() {
        if !report.findings.contains(&note) {
            report.findings.push(note);
        }
    }
    report.findings.extend(sealing.findings());
    report.marking = gate.shown();
    let evidence: Vec<Evidence> = source
        .set
        .opened()
        .into_iter()
        .map(|(name, sha256)| Evidence { name, sha256: wire::hex(&sha256) })
        .collect();
    let manifest = Manifest {
        version: 1,
        program: concat!("beskedarkiv ", env!("CARGO_PKG_VERSION")).to_owned(),
        custodian: job.custodian.clone(),
        register_version: register.version(),
        policy: wire::hex(&policy.encode()),
        zone: wire::hex(&policy::zone_digest()),
        ingest_date,
        device: device.entry,
        copy_date,
        dated,
        source: source.kind.to_owned(),
        readers,
        source_digest: source_digest(&evidence),
        evidence,
        tally: report.tally,
        new: report.new,
        seen_again: report.seen_again,
        changed: report.changed,
        seen_elsewhere: report.seen_elsewhere,
        expired: report.expired,
        suppressed: report.suppressed,
        changes: report.changes.clone(),
        vanished: report.vanished.clone(),
        reappeared: report.reappeared,
        drift: report.drift.clone(),
        review: report.review,
        proposals: report.proposals,
        excluded: report.excluded,
        withheld_again: report.withheld_again,
        kept_by_rule: Some(report.kept_by_rule),
        routes: report.routes.clone(),
        sorting: report.sorting.clone(),
        findings: report.findings.clone(),
        marking: gate.highest.code(),
    };
    let nothing_new = report.new == 0
        && report.changed == 0
        && report.seen_elsewhere == 0
        && report.vanished.is_empty()
        && report.reappeared == 0
        && device.events.is_empty();
    let known =
        earlier.iter().any(|m| m.source_digest == manifest.source_digest && m.policy == manifest.policy);
    if nothing_new && known {
        // the same bytes under the same policy: the log stays as it is
        drop(run);
        return Ok(report);
    }
    report.run = Some(wire::hex(run.id()));
    report.entries_added = run.commit(&manifest.encode()).map_err(fail)?.entries;
    Ok(report)
}

/// What sorts: nothing where the mode is `off`. The owner's post is the one held last.
fn sorter(job: &Ingest, policy: &Policy, custodian: &Custodian) -> Result<Option<Sorter>, JobError> {
    let costs = policy::Sorting { mode: job.mode.unwrap_or(policy.sorting.mode), ..policy.sorting };
    if costs.mode == Mode::Off && job.journal.is_none() {
        return Ok(None);
    }
    let post = custodian.roles().last().map(|period| period.role.post.slug().to_owned());
    let ask = Ask { contacts: job.contacts.clone(), role: post, ..Ask::default() };
    Sorter::with_costs(&ask, costs).map(Some)
}

/// SHA-256 over names and hashes of the evidence, in order of name.
fn source_digest(evidence: &[Evidence]) -> String {
    let mut sorted = evidence.to_vec();
    sorted.sort();
    let mut hasher = Sha256::new();
    for e in sorted {
        hasher.update(e.name.as_bytes());
        hasher.update([0]);
        hasher.update(e.sha256.as_bytes());
        hasher.update(b"\n");
    }
    wire::hex(&hasher.finalize())
}

fn add(a: Counts, b: Counts) -> Counts {
    Counts {
        seen: a.seen + b.seen,
        messages: a.messages + b.messages,
        folded: a.folded + b.folded,
        unreadable: a.unreadable + b.unreadable,
        balances: (a.balances || a.seen == 0) && b.balances,
    }
}

/// The custodian's device that a source is of.
struct DeviceOf {
    entry: Option<u64>,
    /// What scopes identities: the serial, or nothing where the source states none.
    key: String,
    first: bool,
    events: Vec<RegisterEvent>,
}

/// Finds the device in the register. The first copy registers the first device; another device or
/// number is refused, unless the operator vouches for it.
fn device(job: &Ingest, register: &mut Register, source: &Opened, on: Date) -> Result<DeviceOf, JobError> {
    let custodian = register.custodian(&job.custodian).ok_or(JobError::UnknownCustodian)?;
    let exposed = |v: &Option<model::Sensitive<String>>| v.as_ref().map(|v| v.expose().clone());
    let d = &source.device;
    let serial = exposed(&d.serial).or_else(|| exposed(&d.udid)).map(|s| register::normal_serial(&s));
    let others =
        [exposed(&d.imei), exposed(&d.udid)].into_iter().flatten().map(|s| register::normal_serial(&s));
    let number = exposed(&d.number).map(|n| register::normal_number(&n));
    let is_serial = |h: &Handle| matches!(h, Handle::Serial(_));
    let any_serial = custodian.devices().iter().any(|d| is_serial(&d.handle));
    let any_number = custodian.devices().iter().any(|d| !is_serial(&d.handle));
    let known =
        serial.iter().cloned().chain(others).find_map(|s| custodian.device_of_serial(&s).map(|d| d.entry));
    let mut found =
        DeviceOf { entry: known, key: serial.clone().unwrap_or_default(), first: false, events: Vec::new() };
    let mut enter = |handle: Handle, register: &mut Register| -> Result<u64, JobError> {
        let change = Change::DeviceRegistered { handle, from: on, to: None };
        let event = RegisterEvent { custodian: job.custodian.clone(), change, reference: None };
        found.events.push(event.clone());
        register
            .apply(event)
            .map_err(|e| JobError::BadValue { what: "device in the register", why: e.to_string() })
    };
    let number_unknown = number.clone().filter(|n| any_number && custodian.device_of_number(n).is_none());
    if number_unknown.is_some() && !job.attest_device {
        return Err(JobError::UnregisteredNumber);
    }
    if let (None, Some(serial)) = (known, &serial) {
        if any_serial && !job.attest_device {
            return Err(JobError::UnregisteredDevice);
        }
        let entry = enter(Handle::Serial(Personal::new(serial.clone())), register)?;
        found.entry = Some(entry);
        found.first = !any_serial;
    }
    if let Some(number) = number_unknown {
        let change =
            Change::DeviceRegistered { handle: Handle::Number(Personal::new(number)), from: on, to: None };
        let event = RegisterEvent { custodian: job.custodian.clone(), change, reference: None };
        found.events.push(event.clone());
        register
            .apply(event)
            .map_err(|e| JobError::BadValue { what: "number in the register", why: e.to_string() })?;
    }
    Ok(found)
}

/// What scopes an identity: custodian and device, each behind its length.
pub(crate) fn prefix(custodian: &str, device: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for part in [custodian, device] {
        out.extend_from_slice(&(part.len() as u64).to_be_bytes());
        out.extend_from_slice(part.as_bytes());
    }
    out
}

/// What scopes the identity of a message that must not come back from any phone of a custodian.
pub(crate) fn any_phone(custodian: &str) -> Vec<u8> {
    let mut out = prefix(custodian, "");
    out.truncate(out.len() - 8);
    out.extend_from_slice(&u64::MAX.to_be_bytes());
    out
}
