//! Whether a bucket may be disposed of, and which day counts as today: pure tables over dates, holds and
//! decisions. The clock of a machine makes nothing due; it can only stand in the way. Knows no archive and
//! no key.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::hold::Hold;

/// Days by which a clock may be ahead of the last day that something else than the clock speaks for.
pub const MOST_AHEAD: i32 = 45;
/// Days by which a clock may be ahead of the last run or confirmed day, for what is less than disposal: clearing the
/// holding area, and taking in without a remark.
pub const MOST_APART: i32 = 90;

/// What the national archives decided about messages, as the authority recorded it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Preservation {
    /// Nothing is recorded.
    #[default]
    Undecided,
    /// To be preserved, and not delivered yet.
    Preserve,
    /// To be preserved, and delivered.
    Delivered,
    /// May be discarded.
    Discard,
}

impl Preservation {
    /// All, with their words.
    pub const WORDS: [(Self, &'static str); 4] = [
        (Self::Undecided, "undecided"),
        (Self::Preserve, "preserve"),
        (Self::Delivered, "delivered"),
        (Self::Discard, "discard"),
    ];

    /// Its word.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|w| w.0 == self).map_or("undecided", |w| w.1)
    }

    /// The decision of a word; `undecided` is none.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::WORDS.iter().skip(1).find(|w| w.1 == word).map(|w| w.0)
    }
}

/// Why a bucket may not be disposed of. Ordered: the first that applies is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Bar {
    /// A message of it is not past its time.
    #[error("not before {from}")]
    NotDue {
        /// First day on which all of them are.
        from: Date,
    },
    /// A hold covers it.
    #[error("held by entry {hold}")]
    Held {
        /// Entry of the hold.
        hold: u64,
    },
    /// A hold was released and its grace period runs.
    #[error("the hold of entry {hold} was released; not before {free_from}")]
    Grace {
        /// Entry of the hold.
        hold: u64,
        /// First day after the grace period.
        free_from: Date,
    },
    /// Messages of it wait in the holding area: they would be left over, and could not be taken in any more.
    #[error("messages of it wait in the holding area: review settle, or wait for their deadline")]
    Waiting,
    /// Nobody recorded what the national archives decided.
    #[error("no decision about preservation is recorded")]
    Undecided,
    /// To be preserved and not delivered.
    #[error("to be preserved, and no delivery is recorded")]
    Preserve,
}

/// Why a bucket with these facts may not be disposed of on `today`; `None` when it may. `covering` are the
/// holds whose scope could cover it; `due` is the latest day on which one of its messages becomes due;
/// `waiting` says that messages of it are in the holding area.
pub fn bar<'a>(
    today: Date,
    due: Date,
    covering: impl Iterator<Item = &'a Hold>,
    waiting: bool,
    preservation: Preservation,
) -> Option<Bar> {
    if due > today {
        return Some(Bar::NotDue { from: due });
    }
    let mut grace = None;
    for hold in covering.filter(|hold| hold.blocks_on(today)) {
        match hold.free_from {
            None => return Some(Bar::Held { hold: hold.entry }),
            Some(free_from) => grace = grace.or(Some(Bar::Grace { hold: hold.entry, free_from })),
        }
    }
    grace.or(waiting.then_some(Bar::Waiting)).or(match preservation {
        Preservation::Undecided => Some(Bar::Undecided),
        Preservation::Preserve => Some(Bar::Preserve),
        Preservation::Delivered | Preservation::Discard => None,
    })
}

/// The day a run speaks for: the earlier of the copy's day and the day it was written, where the two clocks,
/// the phone's and the machine's, agree within [`MOST_AHEAD`] days.
pub fn day_of_run(copied: Date, written: Date) -> Option<Date> {
    (ahead(copied, written).abs() <= MOST_AHEAD).then(|| copied.min(written))
}

/// Why no day can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClockFault {
    /// Neither a run nor a person speaks for any day.
    #[error("nothing but the clock says what day it is")]
    Alone,
    /// Before what is in the log, or before the day that is spoken for.
    #[error("the clock stands at {clock}, the archive was written to on {known}")]
    WentBack {
        /// Day of the clock.
        clock: Date,
        /// The later day.
        known: Date,
    },
    /// Too far ahead of the day that is spoken for.
    #[error("the clock stands at {clock}, the last day that is confirmed is {known}")]
    Jumped {
        /// Day of the clock.
        clock: Date,
        /// The last day spoken for.
        known: Date,
    },
}

/// What speaks for what day it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Witnesses {
    /// Day on which the newest entry of the log was written.
    pub written: Option<Date>,
    /// Latest day that a run speaks for ([`day_of_run`]).
    pub run: Option<Date>,
    /// Latest day that an operator confirmed and signed.
    pub confirmed: Option<Date>,
}

/// The day by which disposal is decided: the latest that a run or an operator speaks for, never the clock's
/// own. The clock must agree: not before that day or the log, and at most [`MOST_AHEAD`] days after the day. An
/// operator's word counts against a log that was once written to with a clock in the future.
///
/// # Errors
/// [`ClockFault`].
pub fn known_day(clock: Date, witnesses: Witnesses) -> Result<Date, ClockFault> {
    let Witnesses { written, run, confirmed } = witnesses;
    let known = run.max(confirmed).ok_or(ClockFault::Alone)?;
    let vouched = confirmed.is_some_and(|day| (0..=MOST_AHEAD).contains(&ahead(clock, day)));
    if clock < known {
        return Err(ClockFault::WentBack { clock, known });
    }
    if let Some(written) = written.filter(|written| clock < *written && !vouched) {
        return Err(ClockFault::WentBack { clock, known: written });
    }
    goes_on(clock, known, MOST_AHEAD).map(|()| known)
}

/// Whether a clock goes on from a day that is known: not before it, and at most so many days after it.
///
/// # Errors
/// [`ClockFault`].
pub fn goes_on(clock: Date, known: Date, most: i32) -> Result<(), ClockFault> {
    match ahead(clock, known) {
        days if days < 0 => Err(ClockFault::WentBack { clock, known }),
        days if days > most => Err(ClockFault::Jumped { clock, known }),
        _ => Ok(()),
    }
}

/// Days by which `a` is after `b`.
fn ahead(a: Date, b: Date) -> i32 {
    crate::calendar::days(a) - crate::calendar::days(b)
}

/// The first day after a grace period of so many days from `day`.
pub fn free_from(day: Date, grace_days: u16) -> Date {
    day.saturating_add(i64::from(grace_days).days())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::hold::HoldScope;

    fn day(text: &str) -> Option<Date> {
        (!text.is_empty()).then(|| text.parse().unwrap())
    }

    fn said(result: Option<Bar>) -> String {
        result.map_or_else(|| "may".to_owned(), |bar| bar.to_string())
    }

    /// Holds by the day from which they are free; empty is in force.
    #[track_caller]
    fn check(today: &str, due: &str, holds: &[&str], preservation: Preservation, expected: &str) {
        let holds: Vec<Hold> = (7..)
            .zip(holds)
            .map(|(entry, free)| Hold { entry, scope: HoldScope::default(), free_from: day(free) })
            .collect();
        let got = bar(day(today).unwrap(), day(due).unwrap(), holds.iter(), false, preservation);
        assert_eq!(said(got), expected);
    }

    #[test]
    fn what_may_be_disposed_of() {
        use Preservation::{Delivered, Discard, Preserve, Undecided};
        check("2051-04-01", "2051-04-01", &[], Discard, "may");
        check("2051-04-01", "2051-04-01", &[], Delivered, "may");
        check("2051-03-31", "2051-04-01", &[], Discard, "not before 2051-04-01");
        check("2051-04-01", "2051-04-01", &[""], Discard, "held by entry 7");
        check("2051-03-31", "2051-04-01", &[""], Discard, "not before 2051-04-01");
        check("2051-04-01", "2051-04-01", &["2051-04-01"], Discard, "may");
        let grace = "the hold of entry 7 was released; not before 2051-04-02";
        check("2051-04-01", "2051-04-01", &["2051-04-02"], Discard, grace);
        check("2051-04-01", "2051-04-01", &["2051-04-02", ""], Discard, "held by entry 8");
        check("2051-04-01", "2051-04-01", &[], Undecided, "no decision about preservation is recorded");
        check("2051-04-01", "2051-04-01", &[], Preserve, "to be preserved, and no delivery is recorded");
        check("2051-04-01", "2051-04-01", &[""], Undecided, "held by entry 7");
    }

    #[test]
    fn what_waits_in_the_holding_area_is_settled_first() {
        let ask = |holds: &[Hold], preservation| {
            said(bar(date(2051, 4, 1), date(2051, 4, 1), holds.iter(), true, preservation))
        };
        let waits = "messages of it wait in the holding area: review settle, or wait for their deadline";
        assert_eq!(ask(&[], Preservation::Discard), waits);
        let hold = Hold { entry: 7, scope: HoldScope::default(), free_from: None };
        assert_eq!(ask(&[hold], Preservation::Discard), "held by entry 7");
    }

    #[track_caller]
    fn clock(clock: &str, written: &str, run: &str, confirmed: &str, expected: &str) {
        let witnesses = Witnesses { written: day(written), run: day(run), confirmed: day(confirmed) };
        let got = known_day(day(clock).unwrap(), witnesses);
        assert_eq!(got.map_or_else(|e| e.to_string(), |d| d.to_string()), expected);
    }

    #[test]
    fn which_day_it_is() {
        clock("2051-04-10", "2051-04-01", "2051-04-01", "", "2051-04-01");
        clock("2051-04-10", "2051-04-01", "", "2051-04-09", "2051-04-09");
        clock("2051-04-10", "2051-04-01", "2051-04-01", "2051-03-01", "2051-04-01");
        clock("2051-05-16", "2051-04-01", "2051-04-01", "", "2051-04-01");
        let jumped = "the clock stands at 2051-05-17, the last day that is confirmed is 2051-04-01";
        clock("2051-05-17", "2051-05-17", "2051-04-01", "", jumped);
        clock("2051-05-17", "2051-05-17", "2051-04-01", "2051-05-17", "2051-05-17");
        let back = "the clock stands at 2051-03-31, the archive was written to on 2051-04-01";
        clock("2051-03-31", "2051-04-01", "2051-03-30", "", back);
        clock("2051-03-31", "2051-03-31", "2051-04-01", "", back);
        // a day in the future that the log once had: a person's word stands against it
        clock("2051-03-31", "2099-01-01", "2051-03-01", "2051-03-31", "2051-03-31");
        clock("2051-04-10", "2051-04-01", "", "", "nothing but the clock says what day it is");
    }

    #[test]
    fn a_clock_goes_on_from_a_day() {
        let on = |clock: &str, most| goes_on(day(clock).unwrap(), date(2026, 1, 31), most).is_ok();
        assert!(on("2026-01-31", 0) && on("2026-05-01", MOST_APART) && on("2026-02-28", 28));
        assert!(!on("2026-01-30", 0) && !on("2026-05-02", MOST_APART) && !on("2056-01-31", MOST_APART));
    }

    #[test]
    fn a_run_speaks_where_two_clocks_agree() {
        let run = |copied: &str, written: &str| day_of_run(day(copied).unwrap(), day(written).unwrap());
        assert_eq!(run("2026-03-01", "2026-03-20"), day("2026-03-01"));
        assert_eq!(run("2026-03-20", "2026-03-01"), day("2026-03-01"));
        assert_eq!(run("2026-03-01", "2051-03-01"), None, "the machine's clock jumped");
        assert_eq!(run("2051-03-01", "2026-03-01"), None, "a copy that says it is of the future");
        assert_eq!(free_from(date(2026, 1, 1), 90), date(2026, 4, 1));
    }

    #[test]
    fn words() {
        assert_eq!(Preservation::from_word("discard"), Some(Preservation::Discard));
        assert_eq!(Preservation::from_word("undecided"), None);
        assert_eq!(Preservation::Delivered.word(), "delivered");
    }
}
