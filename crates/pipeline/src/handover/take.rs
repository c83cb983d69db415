//! Taking a package over: verified whole in a first reading, appended in a second, in one transaction. What is appended
//! are the giver's records to the last byte; what is new is where they lie, who may read them and what proves them here.

use std::collections::HashMap;
use std::path::PathBuf;

use access::{Rights, TakenBody};
use archive::{Operator, Writer};
use chain::{EntryType, Note, TrustedKey};
use model::wire;
use policy::{Handle, Register};
use serde::Serialize;

use super::check::{Package, broken, open};
use super::package::Head;
use super::receipt::Receipt;
use super::sinks::{Append, Before, Begun, Look};
use super::{RIGHT, SOURCE, Taken, digest_of, write_new};
use crate::clock::civil;
use crate::disposal::Facts;
use crate::error::JobError;
use crate::holds;
use crate::identity::Occurrences;
use crate::ingest::{Sorting, any_phone};
use crate::manifest::Manifest;
use crate::places::{Places, shown};
use crate::progress::{Phase, Progress};
use crate::read::Counts;
use crate::requests::must;
use crate::{policies, register, scope};

/// What must not come back but in a package: handed over, and let go after that.
pub(crate) const HANDED_OVER: &[u8] = b"handed over";

/// What to take over.
#[derive(Clone, Debug)]
pub struct Take {
    /// The package.
    pub package: PathBuf,
    /// Keys that are trusted, the giver's among them.
    pub trusted: PathBuf,
    /// Whose the messages are here; the giver's name for the person where nobody here has it.
    pub custodian: Option<String>,
    /// File for the receipt.
    pub receipt: PathBuf,
}

/// What was taken over.
#[derive(Debug, Serialize)]
pub struct TakeReport {
    /// Whose the messages are here.
    pub custodian: String,
    /// Number of the giver's archive, hexadecimal.
    pub giver: String,
    /// Entry by which it was taken over.
    pub entry: u64,
    /// The package had been taken over before; nothing was added.
    pub again: bool,
    /// Messages, every version counted.
    pub records: u64,
    /// Attachments in the package.
    pub attachments: u64,
    /// Holds that were placed, as the giver numbers them.
    pub holds: Vec<u64>,
    /// What the giver had and is not in it.
    pub without: super::Without,
    /// Where the receipt lies.
    pub receipt: String,
}

impl TakeReport {
    /// 0, or 3 when holds came along.
    pub fn exit_code(&self) -> u8 {
        if self.holds.is_empty() || self.again { 0 } else { 3 }
    }
}

/// Verifies a package and takes it over, all or nothing; the same package again adds nothing.
///
/// # Errors
/// [`JobError::Integrity`] naming the place that does not hold; [`JobError::Refused`] for a package to another archive,
/// and for messages that were erased here; [`JobError::NoRight`] without the rights `admin`, and `hold` where holds come
/// along; [`JobError::KnownCustodian`] where the person must be named.
pub fn take(
    places: &Places,
    by: &Operator,
    job: &Take,
    now: i64,
    progress: Progress<'_>,
) -> Result<TakeReport, JobError> {
    places.outside("--receipt", &job.receipt)?;
    if job.receipt.exists() {
        return Err(JobError::NotEmpty { path: job.receipt.clone() });
    }
    let refuse = |why: &str| JobError::Refused { why: why.to_owned() };
    let fail = |e| places.fail(e);
    let trusted = crate::proof::trusted_keys(&job.trusted)?;
    let mut writer = places.writer(now)?;
    must(&writer, by, RIGHT, now)?;
    let package = digest_of(&job.package)?;
    let (_, label) = open(&job.package)?;
    if label.receiver != *writer.archive().id() {
        return Err(refuse("the package is for another archive"));
    }
    let mut before = Before::read(places, &writer, &label.giver)?;
    if let Some((entry, taken)) = before.package(&package) {
        return receive(job, &writer, &taken, entry, &package, true);
    }
    let pair = by.handover(&label.key).map_err(fail)?;
    let pair = pair.ok_or_else(|| {
        refuse("the package is encrypted to a key that this operator did not make: who made it must take it over")
    })?;
    let package_of = Package { path: &job.package, label, pair: &pair, trusted: &trusted };
    progress.begin(Phase::Verifying, None);
    let mut look = Look { places, writer: &writer, job, before: &before, begun: None, segments: Vec::new() };
    let held = package_of.walk(&mut look, progress)?;
    let Look { begun, segments, .. } = look;
    let Begun { head, custodian, gate } = begun.ok_or_else(|| broken("head", "is missing"))?;
    let highest = gate.highest;

    // what comes before: facts of the person, holds
    let mut register = register::load(places, &writer)?;
    let reference = format!("handover {}", &wire::hex(&label.giver)[..8]);
    let facts = head.facts.enter(&mut register, &custodian, &reference)?;
    let devices = devices(&head, &register, &custodian)?;
    if !head.holds.is_empty() {
        must(&writer, by, (Rights::HOLD, "hold"), now)?;
    }
    let placed: Result<Vec<_>, JobError> =
        head.holds.iter().map(|hold| holds::of_travelling(hold, &custodian)).collect();
    let placed = placed?;
    let mut first: Vec<archive::Entry<'_>> =
        facts.iter().map(|(kind, plain)| archive::Entry { kind: *kind, clear: &[], plain }).collect();
    first.extend(placed.iter().map(|(clear, plain)| archive::Entry { kind: EntryType::Hold, clear, plain }));

    let key = trusted.iter().find(|key| key.name == chain::job_name(&label.giver));
    let key = key.map(|key: &TrustedKey| chain::verifier_key(&key.name, &key.public)).unwrap_or_default();
    let taken = Taken {
        version: 1,
        giver: wire::hex(&label.giver),
        key,
        theirs: head.custodian.clone(),
        custodian: custodian.clone(),
        from: head.from,
        to: head.to,
        records: held.records,
        attachments: held.attachments,
        commitments: wire::hex(&held.commitments),
        without: head.without,
        holds: head.holds.clone(),
        facts: head.facts.clone(),
        copies: head.copies.clone(),
        checkpoint: head.checkpoint.clone(),
        segments,
    };
    let plain = serde_json::to_vec(&taken).map_err(|_| JobError::Internal { what: "taking".into() })?;
    let manifest = manifest(places, &writer, &register, &taken, highest, now)?;
    let clear = TakenBody { package }.encode();
    let entry = archive::Entry { kind: EntryType::Taken, clear: &clear, plain: &plain };
    let relevant = |label: &[u8]| scope::of_custodian(label, &custodian);
    let entry = {
        let taking = writer.take_over(by, &first, &entry, &relevant).map_err(fail)?;
        let index = taking.entry();
        progress.begin(Phase::Reading, None);
        let mut append = Append {
            places,
            taking,
            custodian: &custodian,
            any_phone: any_phone(&custodian),
            devices,
            buckets: HashMap::new(),
            occurrences: Occurrences::default(),
            head: &head,
            before: &before,
        };
        let again = package_of.walk(&mut append, progress)?;
        if again != held {
            return Err(broken("whole", "was changed while it was read"));
        }
        let Append { taking, .. } = append;
        taking.commit(&manifest.encode()).map_err(fail)?;
        index
    };
    receive(job, &writer, &taken, entry, &package, false)
}

/// Writes the receipt of what was taken over.
fn receive(
    job: &Take,
    writer: &Writer,
    taken: &Taken,
    entry: u64,
    package: &[u8; 32],
    again: bool,
) -> Result<TakeReport, JobError> {
    let receipt = Receipt::of(taken, entry, package, writer.archive());
    let mut note = Note::new(receipt.text());
    writer.sign_note(&mut note);
    write_new(&job.receipt, note.to_text().as_bytes())?;
    Ok(TakeReport {
        custodian: taken.custodian.clone(),
        giver: taken.giver.clone(),
        entry,
        again,
        records: taken.records,
        attachments: taken.attachments,
        holds: taken.holds.iter().map(|h| h.hold).collect(),
        without: taken.without,
        receipt: shown(&job.receipt),
    })
}

/// Whose the messages are here. Two archives may call two persons the same: that it is the same person, an operator says.
pub(super) fn named(places: &Places, writer: &Writer, job: &Take, head: &Head) -> Result<String, JobError> {
    let register = register::load(places, writer)?;
    match &job.custodian {
        Some(id) => register::check_id(id).map(|()| id.clone()),
        None if register.custodian(&head.custodian).is_some() => Err(JobError::KnownCustodian),
        None => register::check_id(&head.custodian).map(|()| head.custodian.clone()),
    }
}

/// The phones, by the giver's number: what this register calls them, and what scopes identities.
fn devices(
    head: &Head,
    register: &Register,
    custodian: &str,
) -> Result<HashMap<u64, (Option<u64>, String)>, JobError> {
    let person = register.custodian(custodian).ok_or(JobError::UnknownCustodian)?;
    let here = |handle: &Handle| person.devices().iter().find(|d| d.handle == *handle).map(|d| d.entry);
    let serial = |handle: &Handle| match handle {
        Handle::Serial(serial) => serial.expose().to_owned(),
        Handle::Number(_) => String::new(),
    };
    let of = |(theirs, handle): (u64, Handle)| (theirs, (here(&handle), serial(&handle)));
    Ok(head.facts.handles()?.into_iter().map(of).collect())
}

/// What the run of a taking says of itself: it stamps nothing that came with it.
fn manifest(
    places: &Places,
    writer: &Writer,
    register: &Register,
    taken: &Taken,
    highest: policy::Level,
    now: i64,
) -> Result<Manifest, JobError> {
    let clock = Facts::read(places, writer)?.clock(now, &[])?;
    let policies = writer.register(&[EntryType::Policy]).map_err(|e| places.fail(e))?;
    let policy = policies::in_force(&policies)?;
    let tally =
        Counts { seen: taken.records, messages: taken.records, folded: 0, unreadable: 0, balances: true };
    Ok(Manifest {
        version: 1,
        program: concat!("beskedarkiv ", env!("CARGO_PKG_VERSION")).to_owned(),
        custodian: taken.custodian.clone(),
        register_version: register.version(),
        policy: wire::hex(&policy.encode()),
        zone: wire::hex(&policy::zone_digest()),
        ingest_date: clock.stamping(None),
        device: None,
        copy_date: civil(now)?,
        dated: false,
        source: SOURCE.to_owned(),
        readers: Vec::new(),
        source_digest: String::new(),
        evidence: Vec::new(),
        tally,
        new: taken.records,
        seen_again: 0,
        changed: 0,
        seen_elsewhere: 0,
        expired: 0,
        suppressed: 0,
        changes: Default::default(),
        vanished: Vec::new(),
        reappeared: 0,
        drift: None,
        review: 0,
        proposals: 0,
        excluded: 0,
        withheld_again: 0,
        kept_by_rule: None,
        routes: Default::default(),
        sorting: Sorting::default(),
        findings: Vec::new(),
        marking: highest.code(),
    })
}
