//! Times of the provider: milliseconds for SMS, seconds for MMS, and copies that mix the two up.
//!
//! A value is read in the unit of its column; only when it is implausible there and plausible in the
//! other unit is the other taken, and a doubt says so.

use std::borrow::Cow;

use model::{Stamp, Unit};

/// A time of the provider; 0 and negative values mean none.
pub(crate) fn time(raw: Option<i64>, unit: Unit, doubts: &mut Vec<Cow<'static, str>>) -> Option<Stamp> {
    let raw = raw.filter(|raw| *raw > 0)?;
    let stamp = Stamp { raw, unit };
    if stamp.is_plausible() {
        return Some(stamp);
    }
    let (other, code) = match unit {
        Unit::UnixSeconds => (Unit::UnixMillis, "time_in_milliseconds"),
        _ => (Unit::UnixSeconds, "time_in_seconds"),
    };
    let swapped = Stamp { raw, unit: other };
    if swapped.is_plausible() {
        add(doubts, code);
        return Some(swapped);
    }
    Some(stamp)
}

/// The time of a message, with the doubts that a missing or impossible one gives.
pub(crate) fn sent(raw: Option<i64>, unit: Unit, doubts: &mut Vec<Cow<'static, str>>) -> Option<Stamp> {
    let stamp = time(raw, unit, doubts);
    match stamp {
        None => add(doubts, "no_time"),
        Some(stamp) if !stamp.is_plausible() => add(doubts, "clock_out_of_range"),
        Some(_) => {}
    }
    stamp
}

/// Notes a doubt once.
pub(crate) fn add(doubts: &mut Vec<Cow<'static, str>>, code: &'static str) {
    if !doubts.iter().any(|d| d == code) {
        doubts.push(code.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: i64, unit: Unit, expected: &str, doubt: Option<&str>) {
        let mut doubts = Vec::new();
        let got = sent(Some(raw), unit, &mut doubts).and_then(Stamp::rfc3339);
        assert_eq!(got.as_deref().unwrap_or("none"), expected);
        assert_eq!(doubts.first().map(AsRef::as_ref), doubt);
    }

    #[test]
    fn units() {
        check(1_720_997_593_000, Unit::UnixMillis, "2024-07-14T22:53:13.000Z", None);
        check(1_720_997_593, Unit::UnixSeconds, "2024-07-14T22:53:13.000Z", None);
        check(1_720_997_593, Unit::UnixMillis, "2024-07-14T22:53:13.000Z", Some("time_in_seconds"));
        check(1_720_997_593_123, Unit::UnixSeconds, "2024-07-14T22:53:13.123Z", Some("time_in_milliseconds"));
        check(0, Unit::UnixMillis, "none", Some("no_time"));
        check(-1, Unit::UnixMillis, "none", Some("no_time"));
        check(12_345, Unit::UnixMillis, "1970-01-01T00:00:12.345Z", Some("clock_out_of_range"));
        check(i64::MAX, Unit::UnixSeconds, "none", Some("clock_out_of_range"));
    }
}
