//! The receiver's receipt comes back. What it says is held against what was packed and against the receiver's key; then it
//! is entered in the log, and what the receiver has may be let go here: asked for as an erasure, which a second person
//! approves. Nothing goes without a receipt, and nothing that the package did not hold.

use std::collections::BTreeMap;
use std::path::Path;

use access::{HandedBody, HandedStage};
use archive::{Entry, Operator, Writer};
use chain::EntryType;
use model::wire;
use serde::{Deserialize, Serialize};

use super::list::{InLog, KINDS, in_log};
use super::reading::in_period;
use super::receipt::Receipt;
use super::{Packed, RIGHT, give};
use crate::erasure::{self, LettingGo};
use crate::error::JobError;
use crate::places::Places;
use crate::requests::must;
use crate::verify::bounded_text;

/// Most bytes of a receipt.
const MOST: u64 = 64 * 1024;

/// What became of a receipt.
#[derive(Debug, Serialize)]
pub struct FinishReport {
    /// Entry of the hand-over.
    pub handover: u64,
    /// Entry of the receipt.
    pub received: u64,
    /// Messages that the receiver has, every version counted.
    pub records: u64,
    /// Request for an erasure of what the receiver has, to be approved by another; null while something stands in its way.
    pub request: Option<String>,
    /// What stands in its way.
    pub barred: Option<String>,
}

impl FinishReport {
    /// 0, or 3 while something stands in the way of letting go.
    pub fn exit_code(&self) -> u8 {
        if self.barred.is_some() { 3 } else { 0 }
    }
}

/// What is sealed in the entry of a receipt.
#[derive(Serialize, Deserialize)]
struct Received {
    version: u32,
    receipt: String,
}

/// Enters a receipt, and asks for the erasure of what the receiver has; a second person approves that.
///
/// # Errors
/// [`JobError::Integrity`] for a receipt that is not of a package of this archive or not by its receiver;
/// [`JobError::NoRight`] without the right `admin`.
pub fn finish(places: &Places, by: &Operator, receipt: &Path, now: i64) -> Result<FinishReport, JobError> {
    let text = bounded_text(receipt, "reading the receipt", MOST)?;
    let mut writer = places.writer(now)?;
    must(&writer, by, RIGHT, now)?;
    let fail = |e| places.fail(e);
    let all = in_log(&writer.register(&KINDS).map_err(fail)?)?;
    let (handover, receipt, packed) = of_receipt(&all, &text, &writer)?;
    let received = match handover.received {
        Some(entry) => entry,
        None => {
            let received = Received { version: 1, receipt: text.clone() };
            let plain =
                serde_json::to_vec(&received).map_err(|_| JobError::Internal { what: "receipt".into() })?;
            let digest = chain::hash(&[text.as_bytes()]);
            let clear = HandedBody { stage: HandedStage::Received, digest }.encode();
            let entry = Entry { kind: EntryType::Handed, clear: &clear, plain: &plain };
            writer.append_about(&entry, handover.entry, &[&by.signer()]).map_err(fail)?
        }
    };
    let mut report = FinishReport {
        handover: handover.entry,
        received,
        records: receipt.records,
        request: None,
        barred: None,
    };
    let named = given(places, &writer, by, handover, packed)?;
    if named.is_empty() {
        // it went before
        return Ok(report);
    }
    let going = LettingGo {
        custodian: &handover.details.custodian,
        handover: handover.entry,
        decision: &handover.details.decision,
        named: &named,
    };
    match erasure::let_go(places, &writer, by, &going, now) {
        Ok(asked) => report.request = Some(asked.request),
        Err(JobError::Refused { why }) => report.barred = Some(why),
        Err(e) => return Err(e),
    }
    Ok(report)
}

/// The hand-over that a receipt is of, once everything it says fits.
fn of_receipt<'a>(
    all: &'a [InLog],
    text: &str,
    writer: &Writer,
) -> Result<(&'a InLog, Receipt, &'a Packed), JobError> {
    let bad = |what: &str| JobError::Integrity { what: format!("receipt: {what}") };
    for handover in all {
        let (Some((packed, _)), Ok(key)) = (&handover.packed, give::key_of(&handover.details)) else {
            continue;
        };
        let Some(receipt) = Receipt::parse(text, &key.job) else { continue };
        if receipt.package != packed.package {
            continue;
        }
        let parties = (wire::hex(writer.archive().id()), wire::hex(&key.archive));
        let counts = (packed.records, packed.attachments, &packed.commitments);
        if (receipt.giver.clone(), receipt.receiver.clone()) != parties
            || (receipt.records, receipt.attachments, &receipt.commitments) != counts
        {
            return Err(bad("says other than what was handed over"));
        }
        return Ok((handover, receipt, packed));
    }
    Err(bad("is of no package of this archive, or not signed by its receiver"))
}

/// The records that were handed over and are still here, by bucket.
fn given(
    places: &Places,
    writer: &Writer,
    by: &Operator,
    handover: &InLog,
    packed: &Packed,
) -> Result<BTreeMap<usize, Vec<(u64, u32)>>, JobError> {
    let fail = |e| places.fail(e);
    let archive = writer.archive();
    let mut by_bucket: BTreeMap<usize, Vec<u64>> = BTreeMap::new();
    for (segment, _) in &packed.segments {
        let bucket = archive.bucket_of(*segment).map_err(fail)?;
        if archive.disposed_by(bucket).is_none() {
            by_bucket.entry(bucket).or_default().push(*segment);
        }
    }
    let (from, to) = (handover.details.from, handover.details.to);
    let mut all: BTreeMap<usize, Vec<(u64, u32)>> = BTreeMap::new();
    for (bucket, segments) in by_bucket {
        let id = archive.buckets().get(bucket).map(|b| b.id).unwrap_or_default();
        let mut damaged = None;
        let each = &mut |record: archive::Record<'_>| {
            match model::canonical::decode(std::array::from_fn(|i| record.groups[i])) {
                Ok(message) if in_period(&message, from, to) => {
                    all.entry(bucket).or_default().push((record.entry, record.place));
                }
                Ok(_) => {}
                Err(_) => damaged = Some((record.entry, record.place)),
            }
            Ok(())
        };
        archive.records_in(by, &id, &segments, each).map_err(fail)?;
        if let Some((entry, place)) = damaged {
            return Err(JobError::Integrity {
                what: format!("entry {entry}: record {place}: cannot be read"),
            });
        }
    }
    Ok(all)
}
