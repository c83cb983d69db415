//! Civil dates in Europe/Copenhagen and the arithmetic on them. The zone database is compiled in,
//! so the answer is the same on every machine; nothing here knows what day it is today.

use std::sync::LazyLock;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use sha2::{Digest, Sha256};

/// Dates the register and the policy accept, inclusive.
const BOUNDS: (Date, Date) = (Date::constant(1990, 1, 1), Date::constant(2200, 12, 31));
/// Seconds since 1970 that the table below answers for: 1990-01-01 to 2201-01-02, UTC.
const TABLE: std::ops::Range<i64> = 631_152_000..7_289_740_800;
const DAY: i64 = 86_400;

/// A date or time that could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DateFault {
    /// Neither a date nor a time.
    #[error("not a date or time; write 2026-01-31, 2026-01-31T12:34:56Z or 2026-01-31T12:34:56+01:00")]
    Unreadable,
    /// Before 1990 or after 2200.
    #[error("date outside 1990 to 2200")]
    Bounds,
}

/// Whether the register and the policy accept the date: 1990 to 2200.
pub(crate) fn within_bounds(date: Date) -> bool {
    BOUNDS.0 <= date && date <= BOUNDS.1
}

/// Checks `date` against 1990 to 2200.
pub(crate) fn bounded(date: Date) -> Result<Date, DateFault> {
    if within_bounds(date) { Ok(date) } else { Err(DateFault::Bounds) }
}

/// Europe/Copenhagen.
static ZONE: LazyLock<TimeZone> = LazyLock::new(|| {
    jiff::tz::TimeZoneDatabase::bundled()
        .get("Europe/Copenhagen")
        .expect("the zone database compiled into the program has Europe/Copenhagen")
});

/// Offsets east of UTC in seconds, each with the second since 1970 from which it holds; the first
/// holds from the start of [`TABLE`]. Asking the zone itself costs ten times the whole stamp.
static OFFSETS: LazyLock<Vec<(i64, i32)>> = LazyLock::new(|| {
    let start = Timestamp::from_second(TABLE.start).expect("1990 is within the range of a timestamp");
    let mut offsets = vec![(TABLE.start, ZONE.to_offset(start).seconds())];
    let changes = ZONE.following(start).map(|t| (t.timestamp().as_second(), t.offset().seconds()));
    offsets.extend(changes.take_while(|&(at, _)| at < TABLE.end));
    offsets
});

/// The civil date in Europe/Copenhagen of an instant in milliseconds since 1970; `None` where the
/// calendar ends (before year -9999 or after 9999).
pub fn civil_date(ms: i64) -> Option<Date> {
    let second = ms.div_euclid(1000);
    if !TABLE.contains(&second) {
        return Timestamp::from_second(second).ok().map(|t| ZONE.to_datetime(t).date());
    }
    let offsets = &*OFFSETS;
    let after = offsets.partition_point(|&(from, _)| from <= second);
    let (_, offset) = offsets[after - 1];
    from_days(i32::try_from((second + i64::from(offset)).div_euclid(DAY)).ok()?)
}

/// Reads a date, a time with an offset, or a time without one (taken as Danish time), and gives
/// the civil date in Europe/Copenhagen. Only 1990 to 2200.
pub fn parse_civil_date(text: &str) -> Result<Date, DateFault> {
    let text = text.trim();
    if text.len() > 64 {
        return Err(DateFault::Unreadable);
    }
    if let Ok(instant) = text.parse::<Timestamp>() {
        return civil_date(instant.as_millisecond()).ok_or(DateFault::Bounds).and_then(bounded);
    }
    // A zone name in brackets would be checked, then forgotten: refuse it instead.
    let date = text.parse::<DateTime>().ok().filter(|_| !text.contains('[')).map(DateTime::date);
    date.ok_or(DateFault::Unreadable).and_then(bounded)
}

/// `date` plus whole years; a day that does not exist moves forward (29 Feb -> 1 Mar), since the
/// periods are minima. `None` after year 9999.
pub fn add_years(date: Date, years: u8) -> Option<Date> {
    let year = date.year().checked_add(i16::from(years)).filter(|&y| y <= 9999)?;
    Some(
        Date::new(year, date.month(), date.day())
            .unwrap_or(Date::constant(0, 3, 1).with().year(year).build().ok()?),
    )
}

/// The first day of the month of `date`.
pub fn first_of_month(date: Date) -> Date {
    date.first_of_month()
}

/// The first day of the month after `date`; `None` after year 9999.
pub fn first_of_next_month(date: Date) -> Option<Date> {
    date.first_of_month().checked_add(1.month()).ok()
}

/// SHA-256 over the zone's changes of offset from 1990 to 2200. A run records it, so that a civil
/// date that a later zone database computes differently is explained and not called a forgery.
pub fn zone_digest() -> [u8; 32] {
    let mut hash = Sha256::new();
    for &(from, offset) in &*OFFSETS {
        hash.update(from.to_be_bytes());
        hash.update(offset.to_be_bytes());
    }
    hash.finalize().into()
}

/// Days since 1970-01-01, proleptic Gregorian.
pub(crate) fn days(date: Date) -> i32 {
    // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
    let (month, day) = (i32::from(date.month()), i32::from(date.day()));
    let year = i32::from(date.year()) - i32::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The date of a count of days since 1970-01-01; `None` beyond the years -9999 to 9999.
pub(crate) fn from_days(days: i32) -> Option<Date> {
    // The same source, civil_from_days.
    let days = days.checked_add(719_468)?;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i32::from(month <= 2);
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn instants_to_danish_dates() {
        for (instant, expected) in [
            ("2026-12-31T22:59:59.999Z", "2026-12-31"),
            ("2026-12-31T23:00:00Z", "2027-01-01"),
            ("2026-12-31T23:30:00Z", "2027-01-01"),
            ("2026-06-30T21:59:59Z", "2026-06-30"),
            ("2026-06-30T22:00:00Z", "2026-07-01"),
            // The night summer time begins (29 March 2026, 01:00 UTC) and the one it ends.
            ("2026-03-28T22:59:59Z", "2026-03-28"),
            ("2026-03-28T23:00:00Z", "2026-03-29"),
            ("2026-03-29T21:59:59Z", "2026-03-29"),
            ("2026-03-29T22:00:00Z", "2026-03-30"),
            ("2026-10-24T21:59:59Z", "2026-10-24"),
            ("2026-10-24T22:00:00Z", "2026-10-25"),
            ("2026-10-25T22:30:00Z", "2026-10-25"),
            ("2026-10-25T23:00:00Z", "2026-10-26"),
            // Before 1996 summer time ended in September.
            ("1994-10-01T22:30:00Z", "1994-10-01"),
            ("1970-01-01T00:00:00Z", "1970-01-01"),
            ("2180-07-01T22:30:00Z", "2180-07-02"),
        ] {
            assert_eq!(parse_any(instant), date(expected), "{instant}");
        }
        assert_eq!(civil_date(i64::MAX), None);
        assert_eq!(civil_date(i64::MIN), None);
    }

    fn parse_any(instant: &str) -> Date {
        civil_date(instant.parse::<Timestamp>().unwrap().as_millisecond()).unwrap()
    }

    #[test]
    fn texts_to_danish_dates() {
        for (text, expected) in [
            ("2026-12-31", Ok("2026-12-31")),
            ("2026-12-31T23:30:00Z", Ok("2027-01-01")),
            ("2026-12-31T23:30:00+01:00", Ok("2026-12-31")),
            ("2026-12-31T23:30", Ok("2026-12-31")),
            ("2026-12-31 23:30:00.5", Ok("2026-12-31")),
            ("2026-02-30", Err(DateFault::Unreadable)),
            ("20261231", Ok("2026-12-31")),
            ("2026-12-31T23:30[Asia/Tokyo]", Err(DateFault::Unreadable)),
            ("", Err(DateFault::Unreadable)),
            ("31-12-2026", Err(DateFault::Unreadable)),
            ("1989-12-31", Err(DateFault::Bounds)),
            ("2201-01-01", Err(DateFault::Bounds)),
        ] {
            assert_eq!(parse_civil_date(text), expected.map(date), "{text}");
        }
    }

    #[test]
    fn years_move_forward() {
        for (from, years, expected) in [
            ("2024-02-29", 5, "2029-03-01"),
            ("2024-02-29", 10, "2034-03-01"),
            ("2024-02-29", 25, "2049-03-01"),
            ("2024-02-29", 4, "2028-02-29"),
            ("2096-02-29", 4, "2100-03-01"),
            ("2024-02-28", 5, "2029-02-28"),
            ("2024-03-01", 5, "2029-03-01"),
            ("2024-08-31", 5, "2029-08-31"),
            ("2024-12-31", 25, "2049-12-31"),
        ] {
            assert_eq!(add_years(date(from), years), Some(date(expected)), "{from} + {years}");
        }
        assert_eq!(add_years(date("9999-01-01"), 1), None);
    }

    #[test]
    fn next_months() {
        for (from, expected) in
            [("2024-02-29", "2024-03-01"), ("2024-12-31", "2025-01-01"), ("2024-12-01", "2025-01-01")]
        {
            assert_eq!(first_of_next_month(date(from)), Some(date(expected)));
        }
        assert_eq!(first_of_next_month(date("9999-12-01")), None);
    }

    #[test]
    fn the_zone_digest_sees_the_table() {
        assert_ne!(zone_digest(), [0; 32]);
        assert!(OFFSETS.len() > 400, "{} changes", OFFSETS.len());
        assert!(OFFSETS.iter().all(|&(_, offset)| offset == 3600 || offset == 7200));
    }

    proptest! {
        #[test]
        fn the_table_agrees_with_the_zone(ms in (TABLE.start - 1_000_000)*1000..(TABLE.end + 1_000_000)*1000) {
            let instant = Timestamp::from_millisecond(ms).unwrap();
            prop_assert_eq!(civil_date(ms), Some(ZONE.to_datetime(instant).date()));
        }

        #[test]
        fn days_round_trip(n in -4_371_000_i32..2_932_000) {
            let date = from_days(n).unwrap();
            prop_assert_eq!(days(date), n);
            let epoch = Date::constant(1970, 1, 1);
            prop_assert_eq!((date - epoch).get_days(), n);
        }
    }
}
