//! New keys: of the epoch, and of buckets that are sealed anew.

use archive::{Custody, Holding, Operator, Resealed, Writer};
use model::wire;
use serde::Serialize;

use crate::error::JobError;
use crate::places::Places;
use crate::scope;

/// What has a new key.
#[derive(Debug, Serialize)]
pub struct ResealReport {
    /// Archive, hexadecimal.
    pub archive: String,
    /// Epoch in force now.
    pub epoch: u32,
    /// Buckets with a new key.
    pub buckets: u64,
    /// Segments that were encrypted anew.
    pub segments: u64,
    /// Bodies whose key was wrapped anew.
    pub wraps: u64,
}

/// The pair of the epoch in force, from the key store or from shares that were given.
fn custody<'a>(
    places: &Places,
    by: &Operator,
    writer: &Writer,
    keep: &'a dyn Fn(u32, &vault::KeyPair) -> Result<(), archive::ArchiveError>,
    area: &'a Holding,
) -> Result<Custody<'a>, JobError> {
    let number = writer.archive().authority().epoch().map(|e| e.number).unwrap_or_default();
    let current = by.epoch(number).map_err(|e| places.fail(e))?.ok_or(JobError::NoEpochKey)?;
    Ok(Custody { current, keep, held: Some(area) })
}

fn report(writer: &Writer, done: Resealed) -> ResealReport {
    let Resealed { buckets, segments, wraps } = done;
    let epoch = writer.archive().authority().epoch().map(|e| e.number).unwrap_or_default();
    ResealReport { archive: wire::hex(writer.archive().id()), epoch, buckets, segments, wraps }
}

/// Begins a new epoch: fresh keys for it and for everybody who reads, and the old ones destroyed.
///
/// # Errors
/// [`JobError::NoRight`], [`JobError::NoEpochKey`].
pub fn rotate(places: &Places, by: &Operator, now: i64) -> Result<ResealReport, JobError> {
    let mut writer = places.writer(now)?;
    let keep = |number, pair: &vault::KeyPair| by.keep_epoch(number, pair);
    let area = places.area().map_err(|e| places.fail(e))?;
    let custody = custody(places, by, &writer, &keep, &area)?;
    writer.rotate(by, &custody).map_err(|e| places.fail(e))?;
    Ok(report(&writer, Resealed::default()))
}

/// Seals anew what is there of some custodians, of all when none is named; with `bodies`, what is sealed is encrypted
/// anew too, else only its keys are wrapped anew.
///
/// # Errors
/// [`JobError::NoRight`], [`JobError::NoEpochKey`], [`JobError::Refused`] while messages are held for a bucket in
/// another holding area than the one given,
/// [`JobError::BadValue`] when there is nothing of a custodian.
pub fn reseal(
    places: &Places,
    by: &Operator,
    custodians: &[String],
    bodies: bool,
    now: i64,
) -> Result<ResealReport, JobError> {
    let mut writer = places.writer(now)?;
    let labels = writer.labels().map_err(|e| places.fail(e))?;
    let wanted = scope::of(custodians, (None, None));
    let there = |no: &usize| writer.archive().disposed_by(*no).is_none();
    let buckets: Vec<usize> =
        (0..labels.len()).filter(there).filter(|no| scope::covers(&wanted, &labels[*no])).collect();
    if buckets.is_empty() {
        let why = "nothing of it is in the archive".to_owned();
        return Err(JobError::BadValue { what: "--custodian", why });
    }
    let keep = |number, pair: &vault::KeyPair| by.keep_epoch(number, pair);
    let area = places.area().map_err(|e| places.fail(e))?;
    let custody = custody(places, by, &writer, &keep, &area)?;
    let done = writer.reseal(by, &buckets, bodies, &custody).map_err(|e| places.fail(e))?;
    Ok(report(&writer, done))
}
