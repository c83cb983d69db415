//! Time as the jobs see it: an argument, in milliseconds since 1970, and its civil date.

use jiff::civil::Date;

use crate::error::JobError;

/// The civil date in Europe/Copenhagen of an instant in milliseconds since 1970.
///
/// # Errors
/// [`JobError::BadValue`] outside the years that a date can have.
pub(crate) fn civil(ms: i64) -> Result<Date, JobError> {
    policy::civil_date(ms)
        .ok_or_else(|| JobError::BadValue { what: "the time now", why: "outside the calendar".to_owned() })
}

/// Days since 1970-01-01.
pub(crate) fn days(date: Date) -> i32 {
    jiff::civil::date(1970, 1, 1).until(date).map(|span| span.get_days()).unwrap_or(i32::MAX)
}

/// The date of a count of days since 1970-01-01.
pub(crate) fn from_days(days: i32) -> Option<Date> {
    jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().try_days(days).ok()?).ok()
}
