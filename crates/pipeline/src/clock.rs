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
