//! When a message's time in the holding area is over: what a person kept, and what nobody decided on, goes
//! into the archive; what is excluded is shredded, unless a legal hold stands in the way.

use archive::{Outcome, Writer};
use policy::{Bucket, Hold};
use serde::Serialize;

use super::{Item, Pile, State, piles};
use crate::clock::Clock;
use crate::disposal::Facts;
use crate::error::JobError;
use crate::holds;
use crate::places::Places;

/// What was settled.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Settled {
    /// Into the archive, because a person decided so.
    pub kept: u64,
    /// Into the archive, because nobody decided in time.
    pub undecided: u64,
    /// Shredded.
    pub shredded: u64,
    /// Would be shredded, but a legal hold covers them.
    pub on_hold: u64,
    /// Still waiting.
    pub waiting: u64,
    /// What is odd about the clock while something waits: the day that counts is then the last that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock: Option<String>,
}

/// Settles what is due. Decisions to keep take effect at once, everything else at the deadline.
///
/// # Errors
/// [`JobError`]; what was settled before stays settled.
pub fn settle(places: &Places, now: i64) -> Result<Settled, JobError> {
    let mut writer = places.writer(now)?;
    let clock = Facts::read(places, &writer)?.clock(now, &[])?;
    due(places, &mut writer, &clock)
}

/// The same for a writer that is open.
pub(crate) fn due(places: &Places, writer: &mut Writer, clock: &Clock) -> Result<Settled, JobError> {
    let fail = |e| places.fail(e);
    let area = places.area().map_err(fail)?;
    writer.sweep_held(&area).map_err(fail)?;
    let holds = holds::in_log(places, writer)?;
    let mut settled = Settled::default();
    for pile in piles(places, writer.archive())? {
        let mut outcomes = Vec::new();
        for item in &pile.items {
            let bucket = Bucket { class: item.note.class, month: item.note.month, device: None, tenure: 0 };
            // a message may be older than its bucket says
            let covers = |h: &Hold| {
                h.blocks_on(clock.earliest()) && h.scope.could_cover(&pile.custodian, &bucket, true)
            };
            match outcome(&pile, item, clock.clearing(), holds.iter().any(covers)) {
                Due::Now(outcome) => {
                    outcomes.push((item.held.slot, outcome));
                    match outcome {
                        Outcome::Kept => settled.kept += 1,
                        Outcome::Undecided => settled.undecided += 1,
                        Outcome::Shredded => settled.shredded += 1,
                    }
                }
                Due::Later => settled.waiting += 1,
                Due::OnHold => settled.on_hold += 1,
                Due::Done => {}
            }
        }
        writer.settle(&area, &pile.run, &outcomes).map_err(fail)?;
    }
    if settled.waiting > 0 {
        settled.clock = clock.finding();
    }
    Ok(settled)
}

#[derive(Debug, PartialEq, Eq)]
enum Due {
    Now(Outcome),
    Later,
    OnHold,
    Done,
}

fn outcome(pile: &Pile, item: &Item, today: jiff::civil::Date, on_hold: bool) -> Due {
    let over = today >= pile.deadline;
    match item.state {
        State::Kept | State::Shredded => Due::Done,
        State::Keep => Due::Now(Outcome::Kept),
        State::Open | State::Proposed if over => Due::Now(Outcome::Undecided),
        State::Exclude if over && on_hold => Due::OnHold,
        State::Exclude if over => Due::Now(Outcome::Shredded),
        State::Open | State::Proposed | State::Exclude => Due::Later,
    }
}
