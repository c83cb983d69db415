//! Verifying with keys what erasures did: each says what was approved, of the bucket it names, and no hold that
//! stood in the log covered it. Knows no message.

use std::collections::HashMap;

use access::{EraseBody, HandedBody, HandedStage};
use archive::{Archive, Operator};
use chain::EntryType;
use policy::Bucket;

use super::{Details, GROUNDS, HANDED_OVER};
use crate::disposal::digest;
use crate::error::JobError;
use crate::places::Places;
use crate::{holds, operators};

/// What does not hold, by entry.
pub(crate) fn broken(
    places: &Places,
    archive: &Archive,
    by: &Operator,
) -> Result<Vec<(u64, String)>, JobError> {
    let fail = |e| places.fail(e);
    let kinds = [EntryType::Hold, EntryType::Release, EntryType::Erase, EntryType::Handed];
    let entries = archive.register(by.keys(), &kinds).map_err(fail)?;
    let labels = archive.labels(by.keys()).map_err(fail)?;
    let numbers: HashMap<[u8; 16], usize> = archive.buckets().iter().map(|b| b.id).zip(0..).collect();
    let mut found = Vec::new();
    for (at, entry) in entries.iter().enumerate().filter(|(_, e)| e.header.kind() == Some(EntryType::Erase)) {
        let index = entry.header.index;
        let details: Option<Details> = serde_json::from_slice(&entry.plain).ok();
        let (Some(details), Some(body)) = (details, EraseBody::decode(&entry.clear)) else {
            found.push((index, "malformed erasure".to_owned()));
            continue;
        };
        let of = |b: &&super::ErasedBucket| operators::unhex(&b.bucket) == Some(entry.header.bucket);
        let label = numbers.get(&entry.header.bucket).and_then(|no| labels.get(*no));
        let label = label.and_then(|label| Bucket::decode_label(label));
        let (Some(part), Some((custodian, bucket))) = (details.buckets.iter().find(of), label) else {
            found.push((index, "erased something of a bucket that was not approved".to_owned()));
            continue;
        };
        let counts = (body.records.len() as u64, body.blobs.len() as u64);
        let receipt = |e: &archive::RegisterEntry| {
            e.header.kind() == Some(EntryType::Handed)
                && HandedBody::decode(&e.clear).is_some_and(|b| b.stage == HandedStage::Received)
        };
        let known = match details.ground.as_str() {
            HANDED_OVER => entries[..at].iter().any(receipt),
            ground => GROUNDS.contains(&ground),
        };
        let said = known && part.custodian == custodian;
        if digest(&entry.plain) != body.plan || counts != (part.records, part.attachments) || !said {
            found.push((index, "the erasure is not the one that was approved".to_owned()));
        }
        let holds = holds::of(&entries[..at])?;
        let covers = |h: &&policy::Hold| h.scope.could_cover(&custodian, &bucket, part.untimed);
        if let Some(hold) = holds.iter().filter(covers).find(|h| h.blocks_on(details.day)) {
            found.push((index, format!("erased of what the hold of entry {} covered", hold.entry)));
        }
    }
    Ok(found)
}
