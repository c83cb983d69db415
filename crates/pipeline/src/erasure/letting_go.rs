//! Letting go of what another archive has taken over: an erasure like any other, of exactly what was handed over. It may
//! come back in a package, and by no other way.

use std::collections::BTreeMap;

use access::EraseBody;
use archive::{Operator, Writer};
use chain::EntryType;
use model::wire;

use super::ask::RIGHT;
use super::find::At;
use super::leaving::Leaving;
use super::{Details, HANDED_OVER};
use crate::error::JobError;
use crate::places::Places;
use crate::requests::{Asked, Request, must, salt};

/// What may go.
pub(crate) struct LettingGo<'a> {
    /// Whose messages.
    pub(crate) custodian: &'a str,
    /// Entry of the hand-over.
    pub(crate) handover: u64,
    /// The decision that it rests on.
    pub(crate) decision: &'a str,
    /// The records, by bucket.
    pub(crate) named: &'a BTreeMap<usize, Vec<At>>,
}

/// Asks for the erasure of what was handed over, and approves it as the one who asks.
///
/// # Errors
/// [`JobError::NoRight`] without the right `delete`, or without the keys; [`JobError::Refused`] where a hold stands in the
/// way, or where there are versions that were not handed over.
pub(crate) fn let_go(
    places: &Places,
    writer: &Writer,
    by: &Operator,
    going: &LettingGo<'_>,
    now: i64,
) -> Result<Asked, JobError> {
    must(writer, by, RIGHT, now)?;
    let register = crate::register::load(places, writer)?;
    let custodian = register.custodian(going.custodian).ok_or(JobError::UnknownCustodian)?;
    let leaving = Leaving::read(places, writer, now)?;
    let (mut bodies, mut buckets) = (Vec::new(), Vec::new());
    for (number, named) in going.named {
        let (body, counted) = leaving.whole(by, *number, named, custodian, false)?;
        if let Some((entry, place)) = body.records.iter().find(|at| named.binary_search(at).is_err()) {
            let why = format!(
                "entry {entry}, record {place}: came after the hand-over: hand the person over once more"
            );
            return Err(JobError::Refused { why });
        }
        bodies.push(body);
        buckets.push(counted);
    }
    let details = Details {
        version: 1,
        salt: salt()?,
        day: leaving.day,
        size: writer.archive().size(),
        ground: HANDED_OVER.to_owned(),
        reason: format!("handover {}", going.handover),
        decision: going.decision.to_owned(),
        asked_by: wire::hex(&by.id()),
        buckets,
    };
    let plain = serde_json::to_vec(&details).map_err(|_| JobError::Internal { what: "request".into() })?;
    let request = Request::keep(places, writer, EntryType::Erase, plain, |plan| {
        bodies.into_iter().map(|body| EraseBody { plan, ..body }.encode()).collect()
    })?;
    request.approve(places, writer, by, RIGHT, now)
}
