//! `operator review`: who may do what, since when, and what of it was never used. For the check every half
//! year that somebody's rights are still needed; it decides nothing.

use access::{OperatorId, Rights};
use jiff::civil::Date;
use model::{Stamp, wire};
use serde::Serialize;

use crate::error::JobError;
use crate::operators;
use crate::places::Places;

/// A right that was not used for so many days stands out.
const HALF_A_YEAR: i32 = 183;

/// One right of one operator.
#[derive(Debug, Serialize)]
pub struct ReviewedRight {
    /// Word.
    pub right: &'static str,
    /// Day of the last act that needed it, UTC.
    pub last_used: Option<String>,
    /// Whether acts that need it leave an entry at all; reading does not.
    pub recorded: bool,
}

/// One operator.
#[derive(Debug, Serialize)]
pub struct ReviewedOperator {
    /// Number, hexadecimal.
    pub id: String,
    /// Name, on request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Day of the grant in force, UTC.
    pub granted: Option<String>,
    /// Entry of the grant.
    pub entry: Option<u64>,
    /// First day.
    pub from: Option<String>,
    /// Last day.
    pub to: Option<String>,
    /// Custodians whose messages it may read; `*` is everybody.
    pub scope: Vec<String>,
    /// Its rights.
    pub rights: Vec<ReviewedRight>,
    /// Rights that were granted more than half a year ago and not used since then.
    pub unused: Vec<&'static str>,
}

fn day(millis: u64) -> Option<Date> {
    let at = Stamp::unix_millis(i64::try_from(millis).ok()?).rfc3339()?;
    at.get(..10)?.parse().ok()
}

/// Every operator that has rights, with what became of them.
///
/// # Errors
/// What keeps the archive or its register from being read.
pub fn review(places: &Places, show_names: bool, now: i64) -> Result<Vec<ReviewedOperator>, JobError> {
    let archive = places.open()?;
    let last = archive.last_acts().map_err(|e| places.fail(e))?;
    let today = day(u64::try_from(now).unwrap_or(0));
    let long_ago = |then: Option<Date>| {
        let days = then.zip(today).and_then(|(then, today)| then.until(today).ok());
        days.is_some_and(|span| span.get_days() > HALF_A_YEAR)
    };
    let mut reviewed = Vec::new();
    for listed in operators::list(places, show_names)? {
        let grant = archive.authority().grants().find(|(id, _)| wire::hex(*id) == listed.id);
        let Some((id, grant)) = grant.filter(|(_, grant)| grant.rights != Rights::default()) else {
            continue;
        };
        let granted = archive.entry_written_at(grant.entry).map_err(|e| places.fail(e))?;
        let used = |id: &OperatorId, right: Rights| last.get(&(*id, right.0)).copied();
        let (mut rights, mut unused) = (Vec::new(), Vec::new());
        for (right, word) in Rights::WORDS.into_iter().filter(|(right, _)| grant.rights.has(*right)) {
            let recorded = right != Rights::QUERY && right != Rights::AUDIT;
            let last_used = used(id, right);
            if recorded && long_ago(last_used.filter(|at| *at >= granted).or(Some(granted)).and_then(day)) {
                unused.push(word);
            }
            let last_used = last_used.and_then(day).map(|d| d.to_string());
            rights.push(ReviewedRight { right: word, last_used, recorded });
        }
        reviewed.push(ReviewedOperator {
            id: listed.id,
            name: listed.name,
            granted: day(granted).map(|d| d.to_string()),
            entry: Some(grant.entry),
            from: listed.from,
            to: listed.to,
            scope: listed.scope,
            rights,
            unused,
        });
    }
    Ok(reviewed)
}
