//! `ingest`: read, normalise, stamp, seal, chain. Holds no key that reads: what it writes, it cannot
//! read. One run for each source, in the archive whole or not at all.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use archive::{Entry, Novelty, Run, Writer};
use chain::EntryType;
use jiff::civil::Date;
use model::bytes::Sequential;
use model::wire;
use policy::{Change, Handle, MessageTime, Personal, Register, RegisterEvent, Stamper};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::batch::{EncodedBatch, Item};
use crate::clock::civil;
use crate::error::JobError;
use crate::feed::feed;
use crate::manifest::Manifest;
use crate::open::{Opened, SourceOptions, open};
use crate::places::Places;
use crate::progress::{Phase, Progress};
use crate::read::{Counts, Evidence, LISTED, Listed};
use crate::{apps, identity, policies, receipt, register, scope, verdict};

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
    /// The operator vouches that an unregistered device or number is the custodian's.
    pub attest_device: bool,
    /// Milliseconds since 1970.
    pub now: i64,
}

/// What became of an ingest: counts, places and codes, no content.
#[derive(Debug, Default, Serialize)]
pub struct IngestReport {
    /// Whose messages.
    pub custodian: String,
    /// One for each source.
    pub runs: Vec<RunReport>,
    /// Number of the archive, hexadecimal.
    pub archive: String,
    /// Entries in the log.
    pub size: u64,
    /// Root of the log, hexadecimal.
    pub root: String,
    /// The signed checkpoint.
    pub checkpoint: String,
    /// The receipt, to be printed and signed.
    pub receipt: String,
}

/// What became of one source.
#[derive(Debug, Default, Serialize)]
pub struct RunReport {
    /// Number of the run, hexadecimal; null where nothing was added.
    pub run: Option<String>,
    /// Kind of the source.
    pub source: String,
    /// Day of the copy.
    pub copy_date: String,
    /// Rows seen and what became of them.
    pub tally: Counts,
    /// Messages never seen before.
    pub new: u64,
    /// Messages seen before, and as they were.
    pub seen_again: u64,
    /// Messages seen before and changed since.
    pub changed: u64,
    /// Messages already beyond their period.
    pub expired: u64,
    /// Messages that must not come back.
    pub suppressed: u64,
    /// Attachments stored.
    pub attachments: u64,
    /// Attachments that messages name and the source does not have.
    pub attachments_missing: u64,
    /// Entries added to the log.
    pub entries_added: u64,
    /// The custodian's first device, registered by this copy.
    pub device_registered: bool,
    /// Messages by retention class.
    pub classes: BTreeMap<String, u64>,
    /// The first unreadable records.
    pub unreadable: Vec<Listed>,
    /// What a person must look at.
    pub findings: Vec<String>,
}

impl IngestReport {
    /// 0, or 3 with something to look at.
    pub fn exit_code(&self) -> u8 {
        let clean = |r: &RunReport| {
            r.findings.is_empty() && r.tally.unreadable == 0 && r.tally.balances && !r.device_registered
        };
        if self.runs.iter().all(clean) { 0 } else { 3 }
    }
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
    let mut report = IngestReport { custodian: job.custodian.clone(), ..IngestReport::default() };
    for (path, source) in sources {
        let run = one(job, &path, source, &mut writer, progress)?;
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

fn one(
    job: &Ingest,
    path: &Path,
    mut source: Opened,
    writer: &mut Writer,
    progress: Progress<'_>,
) -> Result<RunReport, JobError> {
    let fail = |e| job.places.fail(e);
    let mut register = register::load(&job.places, writer)?;
    let today = civil(job.now)?;
    let made = source.made_at.map(civil).transpose()?;
    let copy_date = job.copy_date.or(made).unwrap_or(today);
    let ingest_date = made.map_or(today, |made| made.max(today));
    let device = device(job, &mut register, &source, copy_date)?;
    let policy = policies::in_force(&writer.register(&[EntryType::Policy]).map_err(fail)?)?;
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

    let mut report = RunReport {
        source: source.kind.to_owned(),
        copy_date: copy_date.to_string(),
        device_registered: device.first,
        ..RunReport::default()
    };
    report.findings.extend(source.findings().iter().map(ToString::to_string));
    report.findings.extend(apps::findings(&source));
    report.findings.extend(source.notes());
    let rows = source.readers.iter().filter_map(|r| r.describe().rows).sum();
    let id = job.custodian.clone();
    let relevant = move |label: &[u8]| scope::of_custodian(label, &id);
    let mut run = writer.run(rows, &relevant).map_err(fail)?;
    for event in &device.events {
        run.register(&Entry { kind: EntryType::Event, clear: &[], plain: &event.encode() }).map_err(fail)?;
    }
    let mut sealing = Sealing {
        job,
        stamper: &stamper,
        today,
        prefix: prefix(&job.custodian, &device.key),
        identity: Vec::new(),
        occurrences: HashMap::new(),
        verdict: Vec::new(),
        unreadable_content: 0,
    };
    progress.begin(Phase::Reading, Some(rows));
    let mut readers = Vec::new();
    for reader in &mut source.readers {
        let mut counted = RunReport::default();
        let tally = feed(path, reader.as_mut(), progress, |batch: &mut EncodedBatch| {
            sealing.batch(batch, &mut run, &mut counted)?;
            progress.done(batch.records);
            batch.clear();
            Ok(())
        })?;
        report.absorb(counted);
        report.tally = add(report.tally, tally.into());
        report.findings.extend(reader.findings().iter().map(ToString::to_string));
        readers.push(reader.describe().reader);
    }
    if sealing.unreadable_content > 0 {
        report.findings.push(format!("attachments_unreadable:{}", sealing.unreadable_content));
    }
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
        source: source.kind.to_owned(),
        readers,
        source_digest: source_digest(&evidence),
        evidence,
        tally: report.tally,
        new: report.new,
        seen_again: report.seen_again,
        changed: report.changed,
        expired: report.expired,
        suppressed: report.suppressed,
        findings: report.findings.clone(),
    };
    let nothing_new = report.new == 0 && report.changed == 0 && device.events.is_empty();
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

impl RunReport {
    fn absorb(&mut self, counted: Self) {
        self.new += counted.new;
        self.seen_again += counted.seen_again;
        self.changed += counted.changed;
        self.expired += counted.expired;
        self.suppressed += counted.suppressed;
        self.attachments += counted.attachments;
        self.attachments_missing += counted.attachments_missing;
        for (class, n) in counted.classes {
            *self.classes.entry(class).or_default() += n;
        }
        let room = LISTED.saturating_sub(self.unreadable.len());
        self.unreadable.extend(counted.unreadable.into_iter().take(room));
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
fn prefix(custodian: &str, device: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for part in [custodian, device] {
        out.extend_from_slice(&(part.len() as u64).to_be_bytes());
        out.extend_from_slice(part.as_bytes());
    }
    out
}

/// What sealing a batch needs.
struct Sealing<'a> {
    job: &'a Ingest,
    stamper: &'a Stamper,
    today: Date,
    prefix: Vec<u8>,
    identity: Vec<u8>,
    /// How often each identity came that is not the source's own id: 20 bytes a message.
    occurrences: HashMap<[u8; 16], u32>,
    verdict: Vec<u8>,
    unreadable_content: u64,
}

impl Sealing<'_> {
    fn batch(
        &mut self,
        batch: &EncodedBatch,
        run: &mut Run<'_>,
        report: &mut RunReport,
    ) -> Result<(), JobError> {
        for item in &batch.items {
            self.item(batch, item, run, report)?;
        }
        let room = LISTED.saturating_sub(report.unreadable.len());
        report.unreadable.extend(batch.unreadable.iter().take(room).map(Listed::from));
        Ok(())
    }

    /// Two messages that agree in everything an identity is made of are still two: "Ok" twice in one minute
    /// of a chat export. The second and every later one carry their number, which the next copy gives them too.
    fn number(&mut self, identity: &[u8]) {
        if identity::is_own(identity) {
            return;
        }
        let hash: [u8; 32] = Sha256::digest(identity).into();
        let key = std::array::from_fn(|i| hash[i]);
        let before = self.occurrences.entry(key).or_insert(0);
        if *before > 0 {
            self.identity.extend_from_slice(&before.to_be_bytes());
        }
        *before = before.saturating_add(1);
    }

    fn item(
        &mut self,
        batch: &EncodedBatch,
        item: &Item,
        run: &mut Run<'_>,
        report: &mut RunReport,
    ) -> Result<(), JobError> {
        let fail = |e| self.job.places.fail(e);
        report.attachments_missing += u64::from(item.missing);
        self.identity.clear();
        self.identity.extend_from_slice(&self.prefix);
        self.identity.extend_from_slice(&batch.bytes[item.identity.clone()]);
        self.number(&batch.bytes[item.identity.clone()]);
        let version = &batch.bytes[item.version.clone()];
        let sighting = run.sighting(&self.identity, version);
        let known = match run.novelty(&sighting) {
            Novelty::Seen => {
                report.seen_again += 1;
                return Ok(());
            }
            Novelty::Suppressed => {
                report.suppressed += 1;
                return Ok(());
            }
            Novelty::New => None,
            Novelty::Changed(bucket) => Some(bucket),
        };
        let direction = match item.direction {
            model::Direction::In => policy::Direction::In,
            model::Direction::Out => policy::Direction::Out,
        };
        let stamp = self.stamper.stamp(MessageTime { direction, sent: item.sent, received: item.received });
        if stamp.expired(self.today) {
            report.expired += 1;
            return Ok(());
        }
        verdict::encode(&stamp, &mut self.verdict);
        let bucket = match known {
            Some(bucket) => bucket,
            None => {
                run.bucket(&stamp.bucket.encode_label(&self.job.custodian), &scope::covers).map_err(fail)?
            }
        };
        let group = |i: usize| &batch.bytes[item.groups[i].clone()];
        let groups: archive::Groups<'_> =
            [group(0), group(1), group(2), group(3), group(4), group(5), group(6), &self.verdict];
        // what a record names is there before the record
        for file in &item.files {
            let mut content = Sequential::new(file.content.as_ref());
            match run.attachment(bucket, &file.sha256, file.size, &mut content) {
                Ok(true) => report.attachments += 1,
                Ok(false) => {}
                Err(archive::ArchiveError::Content) => self.unreadable_content += 1,
                Err(e) => return Err(fail(e)),
            }
        }
        run.record(bucket, &sighting, &groups).map_err(fail)?;
        match known {
            None => report.new += 1,
            Some(_) => report.changed += 1,
        }
        *report.classes.entry(stamp.class.name().to_owned()).or_default() += 1;
        Ok(())
    }
}
