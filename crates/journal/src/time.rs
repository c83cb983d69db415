//! A time in a list: an instant to the second, or only to the minute, or a Danish clock time. Slashes
//! are refused, because 03/04 is two different days.

use std::sync::LazyLock;

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

use crate::fault::Why;

const MINUTE: i64 = 60_000;
const SECOND: i64 = 1000;

/// Europe/Copenhagen.
static ZONE: LazyLock<TimeZone> = LazyLock::new(|| {
    jiff::tz::TimeZoneDatabase::bundled()
        .get("Europe/Copenhagen")
        .expect("the zone database compiled into the program has Europe/Copenhagen")
});

/// The milliseconds since 1970 that a time stands for: a second or a minute, and in the hour that comes
/// twice when summer time ends, either of two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct When {
    starts: [i64; 2],
    length: i64,
}

impl When {
    /// The minutes since 1970 that it touches; the same twice where it is one.
    pub(crate) fn minutes(&self) -> [i64; 2] {
        self.starts.map(|ms| ms.div_euclid(MINUTE))
    }

    pub(crate) fn holds(&self, ms: i64) -> bool {
        self.starts.iter().any(|start| (*start..start + self.length).contains(&ms))
    }
}

/// Reads `2026-01-31 12:34`, `31-01-2026 12.34`, both with seconds or without; the first also with `T`,
/// a fraction of a second, and `Z` or an offset. Without an offset it is Danish time. 1990 to 2200.
pub(crate) fn parse(text: &str) -> Result<When, Why> {
    let (date, rest) = text.split_once(['T', 't', ' ']).ok_or(Why::Time)?;
    let (year, month, day) = date_of(date).ok_or(Why::Time)?;
    let (clock, offset) = offset_of(rest.trim_start()).ok_or(Why::Time)?;
    let (hour, minute, second) = clock_of(clock.trim_end()).ok_or(Why::Time)?;
    let civil =
        DateTime::new(year, month, day, hour, minute, second.unwrap_or(0), 0).map_err(|_| Why::Time)?;
    let at = |offset: Offset| offset.to_timestamp(civil).map(|t| t.as_millisecond()).map_err(|_| Why::Time);
    let starts = match offset {
        Some(offset) => [at(offset)?; 2],
        None => match ZONE.to_ambiguous_timestamp(civil).offset() {
            AmbiguousOffset::Unambiguous { offset } => [at(offset)?; 2],
            AmbiguousOffset::Fold { before, after } => [at(before)?, at(after)?],
            AmbiguousOffset::Gap { .. } => return Err(Why::NoSuchTime),
        },
    };
    Ok(When { starts, length: if second.is_some() { SECOND } else { MINUTE } })
}

fn date_of(text: &str) -> Option<(i16, i8, i8)> {
    let separator = if text.contains('-') { '-' } else { '.' };
    let mut parts = text.split(separator);
    let (a, b, c) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let (year, month, day) = match (a.len(), b.len(), c.len()) {
        (4, 2, 2) if separator == '-' => (a, b, c),
        (1 | 2, 1 | 2, 4) => (c, b, a),
        _ => return None,
    };
    let year = i16::try_from(number(year)?).ok().filter(|y| (1990..=2200).contains(y))?;
    Some((year, i8::try_from(number(month)?).ok()?, i8::try_from(number(day)?).ok()?))
}

/// The clock time and, where there is one, the offset.
fn offset_of(text: &str) -> Option<(&str, Option<Offset>)> {
    if let Some(clock) = text.strip_suffix(['Z', 'z']) {
        return Some((clock, Some(Offset::UTC)));
    }
    let Some(at) = text.find(['+', '-']) else { return Some((text, None)) };
    let (clock, offset) = text.split_at(at);
    let (hours, minutes) = offset[1..].split_once(':').unwrap_or((offset.get(1..3)?, offset.get(3..)?));
    if hours.len() != 2 || !matches!(minutes.len(), 0 | 2) {
        return None;
    }
    let (hours, minutes) = (number(hours)?, if minutes.is_empty() { 0 } else { number(minutes)? });
    if hours > 14 || minutes > 59 {
        return None;
    }
    let seconds = i32::try_from(hours * 3600 + minutes * 60).ok()?;
    let signed = if offset.starts_with('-') { -seconds } else { seconds };
    Some((clock, Some(Offset::from_seconds(signed).ok()?)))
}

/// Hour, minute and, where they are given, seconds. A fraction of a second is passed over.
fn clock_of(text: &str) -> Option<(i8, i8, Option<i8>)> {
    let separator = if text.contains(':') { ':' } else { '.' };
    let mut parts = text.splitn(3, separator);
    let (hour, minute, second) = (parts.next()?, parts.next()?, parts.next());
    if !matches!(hour.len(), 1 | 2) || minute.len() != 2 {
        return None;
    }
    let second = match second {
        Some(second) => {
            let (whole, fraction) = second.split_once(['.', ',']).unwrap_or((second, "0"));
            if whole.len() != 2 || fraction.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            Some(i8::try_from(number(whole)?).ok()?)
        }
        None => None,
    };
    Some((i8::try_from(number(hour)?).ok()?, i8::try_from(number(minute)?).ok()?, second))
}

fn number(digits: &str) -> Option<u32> {
    (digits.bytes().all(|b| b.is_ascii_digit()) && digits.len() <= 4).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str) -> String {
        match parse(text) {
            Err(why) => format!("{why:?}"),
            Ok(When { starts: [a, b], length }) => {
                let at = |ms: i64| jiff::Timestamp::from_millisecond(ms).unwrap().to_string();
                let both = if a == b { at(a) } else { format!("{} or {}", at(a), at(b)) };
                format!("{both} {}", length / 1000)
            }
        }
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(show(text), expected, "{text}");
    }

    #[test]
    fn times() {
        check("2026-01-31 12:34", "2026-01-31T11:34:00Z 60");
        check("2026-01-31T12:34", "2026-01-31T11:34:00Z 60");
        check("31-01-2026 12:34", "2026-01-31T11:34:00Z 60");
        check("31.01.2026 12.34", "2026-01-31T11:34:00Z 60");
        check("1-7-2026 9.05", "2026-07-01T07:05:00Z 60");
        check("31-01-2026 12:34:56", "2026-01-31T11:34:56Z 1");
        check("31.01.2026 12.34.56", "2026-01-31T11:34:56Z 1");
        check("2026-01-31T12:34:56Z", "2026-01-31T12:34:56Z 1");
        check("2026-01-31T12:34:56.789Z", "2026-01-31T12:34:56Z 1");
        check("2026-01-31T12:34+01:00", "2026-01-31T11:34:00Z 60");
        check("2026-01-31T12:34:56-0330", "2026-01-31T16:04:56Z 1");
        check("2026-01-31T12:34:56+01", "2026-01-31T11:34:56Z 1");
    }

    #[test]
    fn nights_of_the_clock() {
        check("2026-10-25 02:30", "2026-10-25T00:30:00Z or 2026-10-25T01:30:00Z 60");
        check("2026-03-29 02:30", "NoSuchTime");
    }

    #[test]
    fn refused() {
        for text in [
            "",
            "x",
            "2026-01-31",
            "12:34",
            "03/04/2026 12:34",
            "2026-13-01 12:34",
            "2026-02-30 12:34",
            "2026-01-31 25:00",
            "2026-01-31 12:60",
            "2026-01-31 12",
            "26-01-31 12:34",
            "2026-1-3 12:34",
            "1989-12-31 12:34",
            "2201-01-01 12:34",
            "2026-01-31 12:34:5",
            "2026-01-31 12:34:56.",
            "2026-01-31 12:34 PM",
            "2026-01-31T12:34+99:00",
            "2026-01-31T12:34+",
            "2026-01-31T12:34[UTC]",
            "2026.01.31 12:34",
            "2026-01-31 +2:34",
            "æ-ø-å 12:34",
            "2026-01-31 12:34+0ø",
            "2026-01-31 12:34Zø",
        ] {
            check(text, "Time");
        }
    }
}
