//! Making the package that two persons approved, and entering it in the log. What is read is what was sealed; nothing of
//! it reaches a disk but encrypted to the receiver.

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::Path;

use access::{HandedBody, HandedStage};
use archive::{Archive, Entry, Operator};
use chain::{EntryType, Hash};
use model::wire;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::ask::{Subject, opened, still};
use super::facts::Facts;
use super::key::{ReceiverKey, called};
use super::list::{InLog, KINDS, copied_months, in_log};
use super::package::{GivenBucket, Head, Label, Packing, Without};
use super::reading::{Hashed, Reading};
use super::{Details, Packed, RIGHT, beside};
use crate::disposal::{self, refused};
use crate::erasure::HANDED_OVER;
use crate::error::JobError;
use crate::places::{Places, shown};
use crate::progress::{Phase, Progress};
use crate::requests::{Request, must};
use crate::restamp::Stamps;

/// A package that was made.
#[derive(Debug, Serialize)]
pub struct GiveReport {
    /// Where it lies.
    pub package: String,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// Entry of the hand-over.
    pub entry: u64,
    /// Messages, every version counted.
    pub records: u64,
    /// Attachments.
    pub attachments: u64,
    /// Number of the receiver's archive, hexadecimal.
    pub receiver: String,
    /// Holds that went along.
    pub holds: Vec<u64>,
    /// What is not in it.
    pub without: Without,
}

impl GiveReport {
    /// 0, or 3 when a hold went along that the receiver must know of.
    pub fn exit_code(&self) -> u8 {
        if self.holds.is_empty() { 0 } else { 3 }
    }
}

/// Makes the package of a request that two persons approved, for the receiver alone to open.
///
/// # Errors
/// [`JobError::Refused`] when it may not be any more; [`JobError::OnePerson`] when two different persons have not
/// approved it; [`JobError::NoRight`] without the right `admin` or the keys of the messages; [`JobError::NotEmpty`] where
/// the file is there.
pub fn give(
    places: &Places,
    by: &Operator,
    called_by: &str,
    out: &Path,
    now: i64,
    progress: Progress<'_>,
) -> Result<GiveReport, JobError> {
    if out.exists() {
        return Err(JobError::NotEmpty { path: out.to_owned() });
    }
    places.outside("--out", out)?;
    let mut writer = places.writer(now)?;
    must(&writer, by, RIGHT, now)?;
    let request = Request::read(places, writer.archive(), writer.keys(), EntryType::Handover, called_by)?;
    let (details, key) = opened(&request)?;
    if let Some(report) = interrupted(places, &writer, by, &request, (&details, &key), out)? {
        return Ok(report);
    }
    let approvals = request.by_two(places, &writer)?;
    let subject = still(places, &writer, &details, now)?;
    let without = without(places, writer.archive(), &details)?;
    let written = |e: io::Error| JobError::io(out, "writing the package", &e);
    let new = beside(out);
    let holds = details.holds.clone();
    let packing = (&details, &key, &subject, without);
    let (packed, digest) = match pack(places, &writer, by, packing, &new, progress) {
        Ok(packed) => packed,
        Err(e) => {
            drop(fs::remove_file(&new));
            return Err(e);
        }
    };
    // the log says so before the file has its name
    let plain = serde_json::to_vec(&packed).map_err(|_| JobError::Internal { what: "hand-over".into() })?;
    let clear = request.clears.first().cloned().unwrap_or_default();
    let handed = HandedBody { stage: HandedStage::Packed, digest }.encode();
    let entry = Entry { kind: EntryType::Handover, clear: &clear, plain: &request.plain };
    let then = Entry { kind: EntryType::Handed, clear: &handed, plain: &plain };
    let recheck =
        |writer: &archive::Writer| still(places, writer, &details, now).map(|_| ()).map_err(refused);
    let approvals = approvals.into_iter().next().unwrap_or_default();
    let entered = writer.hand_over(by, &entry, &approvals, &then, &recheck);
    let entry = match entered {
        Ok(entry) => entry,
        Err(e) => {
            // nobody may have what the log does not know of
            drop(fs::remove_file(&new));
            return Err(places.fail(e));
        }
    };
    fs::rename(&new, out).map_err(written)?;
    request.forget(places, by.keys())?;
    Ok(GiveReport {
        package: shown(out),
        sha256: packed.package,
        entry,
        records: packed.records,
        attachments: packed.attachments,
        receiver: wire::hex(&key.archive),
        holds,
        without,
    })
}

/// Writes the package to a file that has not its name yet; gives what was packed, and its digest.
fn pack(
    places: &Places,
    writer: &archive::Writer,
    by: &Operator,
    (details, key, subject, without): (&Details, &ReceiverKey, &Subject, Without),
    new: &Path,
    progress: Progress<'_>,
) -> Result<(Packed, Hash), JobError> {
    let written = |e: io::Error| JobError::io(new, "writing the package", &e);
    let archive = writer.archive();
    let mut reading = Reading {
        places,
        archive,
        by,
        prover: archive.prover().map_err(|e| places.fail(e))?,
        stamps: Stamps::read(places, archive, by.keys())?,
        belonging: archive.belonging().map_err(|e| places.fail(e))?,
        from: details.from,
        to: details.to,
        commitments: Sha256::new(),
        segments: Vec::new(),
    };
    progress.begin(Phase::Exporting, None);
    let head = head(places, writer, &reading, details, subject, without)?;
    let label = Label { giver: *archive.id(), receiver: key.archive, key: called(&key.public) };
    let file = private(new).map_err(written)?;
    let hashed = Hashed { file: BufWriter::with_capacity(1 << 18, file), hasher: Sha256::new() };
    let mut packing = Packing::begin(hashed, label, &key.public).map_err(written)?;
    packing.head(&head).map_err(written)?;
    for (place, (number, _)) in (0..).zip(&subject.buckets) {
        reading.bucket(place, *number, &mut packing, &written, progress)?;
    }
    let (records, attachments) = (packing.records, packing.attachments);
    let Hashed { file, hasher } = packing.finish(|note| writer.sign_note(note)).map_err(written)?;
    let file = file.into_inner().map_err(|e| written(e.into_error()))?;
    file.sync_all().map_err(written)?;
    let digest: Hash = hasher.finalize().into();
    let packed = Packed {
        version: 1,
        package: wire::hex(&digest),
        records,
        attachments,
        commitments: wire::hex(&reading.commitments.finalize()),
        without,
        segments: reading.segments,
    };
    Ok((packed, digest))
}

/// What an interrupted run left: the log has the hand-over, and the file has not got its name yet.
fn interrupted(
    places: &Places,
    writer: &archive::Writer,
    by: &Operator,
    request: &Request,
    (details, key): (&Details, &ReceiverKey),
    out: &Path,
) -> Result<Option<GiveReport>, JobError> {
    let entries = writer.register(&KINDS).map_err(|e| places.fail(e))?;
    let of = |h: &InLog| request.clears.first() == Some(&h.clear);
    let Some(found) = in_log(&entries)?.into_iter().find(of) else { return Ok(None) };
    let refuse =
        || JobError::Refused { why: "it was handed over by this request already: ask anew".to_owned() };
    let (packed, digest) = found.packed.ok_or_else(refuse)?;
    let new = beside(out);
    if !new.is_file() || super::digest_of(&new)? != digest {
        return Err(refuse());
    }
    fs::rename(&new, out).map_err(|e| JobError::io(out, "writing the package", &e))?;
    request.forget(places, by.keys())?;
    Ok(Some(GiveReport {
        package: shown(out),
        sha256: packed.package,
        entry: found.entry,
        records: packed.records,
        attachments: packed.attachments,
        receiver: wire::hex(&key.archive),
        holds: details.holds.clone(),
        without: packed.without,
    }))
}

/// A file that only its owner reads.
fn private(path: &Path) -> io::Result<File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn head(
    places: &Places,
    writer: &archive::Writer,
    reading: &Reading<'_>,
    details: &Details,
    subject: &Subject,
    without: Without,
) -> Result<Head, JobError> {
    let register = crate::register::load(places, writer)?;
    let custodian = register.custodian(&details.custodian).ok_or(JobError::UnknownCustodian)?;
    let copied = copied_months(places, reading.archive, writer.keys(), &details.custodian)?;
    let given = |(_, bucket): &(usize, policy::Bucket)| GivenBucket {
        class: bucket.class.code(),
        month: bucket.month,
        tenure: bucket.tenure,
        device: bucket.device,
    };
    Ok(Head {
        version: 1,
        custodian: details.custodian.clone(),
        from: details.from,
        to: details.to,
        day: details.day,
        checkpoint: reading.prover.checkpoint().to_text(),
        facts: Facts::of(custodian),
        copies: copied.into_iter().collect(),
        holds: subject.holds.clone(),
        without,
        buckets: subject.buckets.iter().map(given).collect(),
    })
}

/// What the archive had of the person and has not any more, or never took in.
fn without(places: &Places, archive: &Archive, details: &Details) -> Result<Without, JobError> {
    let Details { custodian, from, to, .. } = details;
    let withheld = crate::review::withheld(places, archive, custodian, *from, *to)?.len() as u64;
    let mut without = Without { withheld, ..Without::default() };
    for certificate in disposal::certificates(places)? {
        let mine = certificate.buckets.iter().filter(|b| b.custodian == *custodian);
        let records: u64 = mine.map(|b| b.records).sum();
        match certificate.kind {
            disposal::Kind::Disposal => without.disposed += records,
            // what was handed over before is not lost
            disposal::Kind::Erasure if certificate.why.is_some_and(|why| why.ground == HANDED_OVER) => {}
            disposal::Kind::Erasure => without.erased += records,
            // it went to somebody else: it was never this person's
            disposal::Kind::Transfer => {}
        }
    }
    Ok(without)
}

/// The receiver's key file in a hand-over's details.
pub(super) fn key_of(details: &Details) -> Result<ReceiverKey, JobError> {
    ReceiverKey::parse(&details.key)
}
