//! Verifying with keys what disposal did: the plan is the one that was approved, no hold that stood in the log
//! covered what went, and every key that a grant gives is there. Knows no message.

use access::{DisposeBody, Rights};
use archive::{Archive, Operator};
use chain::EntryType;
use policy::Bucket;

use super::plan::{Details, digest};
use crate::error::JobError;
use crate::places::Places;
use crate::{holds, scope};

/// What does not hold, by entry.
pub(crate) fn broken(
    places: &Places,
    archive: &Archive,
    by: &Operator,
) -> Result<Vec<(u64, String)>, JobError> {
    let fail = |e| places.fail(e);
    let kinds = [EntryType::Hold, EntryType::Release, EntryType::Dispose];
    let entries = archive.register(by.keys(), &kinds).map_err(fail)?;
    let labels = archive.labels(by.keys()).map_err(fail)?;
    let ids = archive.buckets().iter().map(|b| b.id);
    let numbers: std::collections::HashMap<[u8; 16], usize> = ids.zip(0..).collect();
    let mut found = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        let index = entry.header.index;
        if entry.header.kind() != Some(EntryType::Dispose) {
            continue;
        }
        let details: Option<Details> = serde_json::from_slice(&entry.plain).ok();
        let (Some(details), Some(body)) = (details, DisposeBody::decode(&entry.clear)) else {
            found.push((index, "malformed disposal".to_owned()));
            continue;
        };
        if digest(&entry.plain) != body.plan {
            found.push((index, "the plan is not the one that was approved".to_owned()));
        }
        let holds = holds::of(&entries[..at])?;
        let planned = body.buckets.iter().zip(&details.buckets);
        for (id, plan) in planned {
            let made = numbers.get(id).and_then(|no| labels.get(*no));
            let Some((custodian, bucket)) = made.and_then(|label| Bucket::decode_label(label)) else {
                found.push((index, "disposed of a bucket without a label".to_owned()));
                continue;
            };
            let covers = |h: &&policy::Hold| h.scope.could_cover(&custodian, &bucket, plan.untimed);
            if let Some(hold) = holds.iter().filter(covers).find(|h| h.blocks_on(details.day)) {
                found.push((index, format!("disposed of what the hold of entry {} covered", hold.entry)));
            }
            if plan.due > details.day {
                found.push((index, "disposed of what was not due".to_owned()));
            }
        }
    }
    found.extend(missing(places, by, archive, &labels)?);
    Ok(found)
}

/// Buckets that the operator's grant covers and whose keys are not there.
fn missing(
    places: &Places,
    by: &Operator,
    archive: &archive::Archive,
    labels: &[vault::Plain],
) -> Result<Vec<(u64, String)>, JobError> {
    let fail = |e| places.fail(e);
    let Some(grant) = archive.authority().grant_of(&by.id()).filter(|g| g.rights.has(Rights::QUERY)) else {
        return Ok(Vec::new());
    };
    let grants = archive.register(by.keys(), &[EntryType::Grant]).map_err(fail)?;
    let scope = grants.into_iter().find(|e| e.header.index == grant.entry).map(|e| e.plain);
    let mut found = Vec::new();
    for (number, (bucket, label)) in archive.buckets().iter().zip(labels).enumerate() {
        let covered = scope.as_ref().is_some_and(|scope| scope::covers(scope, label));
        if covered && archive.disposed_by(number).is_none() && by.bucket(&bucket.id).map_err(fail)?.is_none()
        {
            found.push((bucket.entry, "a grant covers the bucket, and its key is missing".to_owned()));
        }
    }
    Ok(found)
}
