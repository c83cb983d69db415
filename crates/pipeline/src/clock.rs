//! Time as the jobs see it: an argument, in milliseconds since 1970, its civil date, and how far it is believed.

use jiff::civil::Date;
use policy::ClockFault;

use crate::error::JobError;

/// The civil date in Europe/Copenhagen of an instant in milliseconds since 1970.
///
/// # Errors
/// [`JobError::BadValue`] outside the years that a date can have.
pub(crate) fn civil(ms: i64) -> Result<Date, JobError> {
    policy::civil_date(ms)
        .ok_or_else(|| JobError::BadValue { what: "the time now", why: "outside the calendar".to_owned() })
}

/// A month as reports and pages name it: `2026-03`.
pub(crate) fn month_word(date: Date) -> String {
    date.to_string().chars().take(7).collect()
}

/// Days since 1970-01-01.
pub(crate) fn days(date: Date) -> i32 {
    jiff::civil::date(1970, 1, 1).until(date).map(|span| span.get_days()).unwrap_or(i32::MAX)
}

/// The date of a count of days since 1970-01-01.
pub(crate) fn from_days(days: i32) -> Option<Date> {
    jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().try_days(days).ok()?).ok()
}

/// The machine's clock as an ingest, and the clearing of the holding area, may believe it: it makes nothing past its
/// time by itself, and where it does not go on from what is known it clears nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    /// The day it shows.
    pub(crate) today: Date,
    /// The last day from which it may go on.
    last: Date,
    /// The latest day that a copy or a person speaks for, and the clock does not deny.
    spoken: Option<Date>,
    /// What is odd about it.
    fault: Option<ClockFault>,
}

impl Clock {
    /// The clock shows `today`; the log speaks for `last` and `spoken`, copies at hand for days of their own.
    pub(crate) fn of(today: Date, last: Date, spoken: Option<Date>, copies: &[Date]) -> Self {
        let agree = copies.iter().any(|copy| policy::day_of_run(*copy, today).is_some());
        let fault = policy::goes_on(today, last, policy::MOST_APART).err();
        let fault = fault.filter(|fault| !(agree && matches!(fault, ClockFault::Jumped { .. })));
        let spoken = spoken.max(copies.iter().max().copied()).map(|day| day.min(today));
        Self { today, last, spoken, fault }
    }

    /// The day on which messages that are taken in are stamped: never before a day that is known.
    pub(crate) fn stamping(&self, made: Option<Date>) -> Date {
        self.today.max(self.last).max(made.unwrap_or(self.today))
    }

    /// Whether something is past its time by a day that more than the clock speaks for.
    pub(crate) fn is_past(&self, from: Date) -> bool {
        self.spoken.is_some_and(|day| from <= day)
    }

    /// The day by which the holding area is cleared: while the clock is odd, the last that is known.
    pub(crate) fn clearing(&self) -> Date {
        if self.fault.is_some() { self.last.min(self.today) } else { self.today }
    }

    /// The day by which the grace period of a hold is over: the earlier one.
    pub(crate) fn earliest(&self) -> Date {
        self.last.min(self.today)
    }

    /// What a person must look at: by how many days the clock is off.
    pub(crate) fn finding(&self) -> Option<String> {
        let word = match self.fault? {
            ClockFault::Jumped { .. } => "clock_jumped",
            ClockFault::WentBack { .. } | ClockFault::Alone => "clock_went_back",
        };
        Some(format!("{word}:{}", (days(self.today) - days(self.last)).abs()))
    }

    /// Whether a finding is about the clock.
    pub(crate) fn is_remark(finding: &str) -> bool {
        finding.starts_with("clock_jumped:") || finding.starts_with("clock_went_back:")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    /// Today and the last day known; days of copies; finding, day of clearing, whether 2027-01-01 is past.
    #[track_caller]
    fn check(today: &str, copies: &[&str], finding: &str, clearing: &str, past: bool) {
        let copies: Vec<Date> = copies.iter().map(|d| day(d)).collect();
        let clock = Clock::of(day(today), day("2026-11-01"), None, &copies);
        assert_eq!(clock.finding().unwrap_or_default(), finding);
        assert_eq!((clock.clearing(), clock.is_past(day("2027-01-01"))), (day(clearing), past));
        assert!(clock.stamping(None) >= day("2026-11-01") && clock.earliest() <= day("2026-11-01"));
    }

    #[test]
    fn what_a_clock_is_believed() {
        check("2026-11-26", &[], "", "2026-11-26", false);
        check("2027-01-30", &[], "", "2027-01-30", false);
        check("2027-01-30", &["2027-01-29"], "", "2027-01-30", true);
        check("2056-11-26", &[], "clock_jumped:10983", "2026-11-01", false);
        // the copy's day stands against the clock
        check("2056-11-26", &["2026-11-20"], "clock_jumped:10983", "2026-11-01", false);
        // a copy of the same day: time did go by
        check("2028-03-01", &["2028-02-20"], "", "2028-03-01", true);
        check("2026-10-31", &[], "clock_went_back:1", "2026-10-31", false);
        check("2016-11-26", &["2026-11-20"], "clock_went_back:3627", "2016-11-26", false);
        // a copy that says it is of the future makes nothing past
        check("2026-11-26", &["2031-01-01"], "", "2026-11-26", false);
    }
}
