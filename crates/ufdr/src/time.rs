//! Times as reports write them. The offset that stands there counts; a time without one is taken in the
//! zone that the report gives for the phone, else in that of Denmark, and says so. No order of day and month
//! is guessed.

use evidence::DateOrder;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use model::Stamp;

/// The zone assumed where the report gives none.
pub(crate) const ASSUMED: &str = "Europe/Copenhagen";

/// What programs write where there is no time: the years 1 and 1970, milliseconds since 1970.
const UNSET: [i64; 2] = [-62_135_596_800_000, 0];

/// How times without an offset are read.
pub(crate) struct Clock {
    zone: TimeZone,
    order: Option<DateOrder>,
}

/// What a text is as a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Read {
    /// A time, and a doubt about it.
    Time(Stamp, Option<&'static str>),
    /// No time that can be used, and why.
    Not(&'static str),
}

impl Clock {
    /// A clock for the zone as the report writes it, and the order that the operator gave.
    pub(crate) fn new(zone: Option<&str>, order: Option<DateOrder>) -> Self {
        let named = zone.and_then(|zone| {
            zone.split([' ', '(', ')', ',']).filter(|w| w.contains('/')).find_map(|w| TimeZone::get(w).ok())
        });
        // the zone database is compiled in; without it times would be UTC, which the tests would show
        let zone = named.or_else(|| TimeZone::get(ASSUMED).ok()).unwrap_or(TimeZone::UTC);
        Self { zone, order }
    }

    /// Reads a time.
    pub(crate) fn read(&self, text: &str) -> Read {
        let Some((wall, millis, offset)) = self.parts(text.trim()) else {
            return Read::Not(if self.is_ambiguous(text.trim()) { "ambiguous_date" } else { "bad_time" });
        };
        let (offset, doubt) = match offset {
            Some(offset) => (offset, None),
            None => self.assumed(wall),
        };
        let Ok(utc) = offset.to_timestamp(wall) else { return Read::Not("clock_out_of_range") };
        let stamp = Stamp::unix_millis(utc.as_second() * 1000 + millis);
        if UNSET.contains(&stamp.millis()) {
            return Read::Not("no_time");
        }
        Read::Time(stamp, if stamp.is_plausible() { doubt } else { Some("clock_out_of_range") })
    }

    /// The offset of a time that has none, and the doubt.
    fn assumed(&self, wall: DateTime) -> (Offset, Option<&'static str>) {
        match self.zone.to_ambiguous_timestamp(wall).offset() {
            AmbiguousOffset::Unambiguous { offset } => (offset, Some("time_without_zone")),
            AmbiguousOffset::Gap { before, after: _ } => (before, Some("nonexistent_hour")),
            AmbiguousOffset::Fold { before, after: _ } => (before, Some("ambiguous_hour")),
        }
    }

    /// Wall time to the second, milliseconds, offset.
    fn parts(&self, text: &str) -> Option<(DateTime, i64, Option<Offset>)> {
        let split = text.find(|c: char| c == 'T' || c.is_whitespace())?;
        let date = self.date(&text[..split])?;
        let rest = text[split..].trim_start_matches(|c: char| c == 'T' || c.is_whitespace());
        let end =
            rest.find(|c: char| !c.is_ascii_digit() && !matches!(c, ':' | '.' | ',')).unwrap_or(rest.len());
        let (clock, mut zone) = (&rest[..end], rest[end..].trim());
        let (clock, fraction) = clock.split_once(['.', ',']).unwrap_or((clock, ""));
        let mut numbers = clock.split(':').map(|n| if n.len() <= 2 { n.parse::<i8>().ok() } else { None });
        let mut hour = numbers.next()??;
        let minute = numbers.next()??;
        let second = numbers.next().unwrap_or(Some(0))?;
        if numbers.next().is_some() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        for (mark, after_noon) in [("AM", false), ("PM", true)] {
            if let Some(behind) = zone.get(..2).filter(|z| z.eq_ignore_ascii_case(mark)).map(|_| &zone[2..]) {
                hour = hour % 12 + if after_noon { 12 } else { 0 };
                zone = behind.trim();
            }
        }
        let millis = fraction.bytes().chain(*b"000").take(3).fold(0, |n, b| n * 10 + i64::from(b - b'0'));
        // a leap second is the second before
        let time = Time::new(hour, minute, second.min(59), 0).ok()?;
        Some((DateTime::from_parts(date, time), millis, offset(zone)?))
    }

    fn date(&self, text: &str) -> Option<Date> {
        let parts: Vec<&str> = text.split(['-', '/', '.']).collect();
        let &[a, b, c] = parts.as_slice() else { return None };
        let (y, m, d) = if a.len() == 4 {
            (a, b, c)
        } else if c.len() == 4 {
            let day_first = match self.order {
                Some(DateOrder::Dmy) => true,
                Some(DateOrder::Mdy) => false,
                _ => match (a.parse::<u8>().ok()?, b.parse::<u8>().ok()?) {
                    (13.., _) => true,
                    (_, 13..) => false,
                    (a, b) if a == b => true,
                    _ => return None,
                },
            };
            if day_first { (c, b, a) } else { (c, a, b) }
        } else {
            return None;
        };
        Date::new(y.parse().ok()?, m.parse().ok()?, d.parse().ok()?).ok()
    }

    /// Whether a text would be a time if the order of its date were known.
    fn is_ambiguous(&self, text: &str) -> bool {
        let known = |order| Self { zone: self.zone.clone(), order: Some(order) }.parts(text).is_some();
        self.order.is_none() && known(DateOrder::Dmy) && known(DateOrder::Mdy)
    }
}

/// `Z`, `+01:00`, `+0100`, `+1`, `(UTC+1)`, `UTC`, or nothing; `None` for anything else.
#[expect(clippy::option_option, reason = "no offset, a bad one and a good one are three things")]
fn offset(text: &str) -> Option<Option<Offset>> {
    let text = text.trim_matches(['(', ')', ' ']);
    let text = text
        .strip_prefix("UTC")
        .or_else(|| text.strip_prefix("GMT"))
        .map_or(text, |rest| if rest.is_empty() { "Z" } else { rest });
    let Some(first) = text.chars().next() else { return Some(None) };
    if text.eq_ignore_ascii_case("z") {
        return Some(Some(Offset::UTC));
    }
    let sign = match first {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    let digits = &text[1..];
    let (h, m) = match digits.split_once(':') {
        Some((h, m)) => (h, m),
        None if digits.len() == 4 => digits.split_at_checked(2)?,
        None => (digits, "0"),
    };
    if h.len() > 2 || m.len() > 2 || ![h, m].iter().all(|n| n.bytes().all(|b| b.is_ascii_digit())) {
        return None;
    }
    let seconds = sign * (h.parse::<i32>().ok()? * 3600 + m.parse::<i32>().ok()? * 60);
    Some(Some(Offset::from_seconds(seconds).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let shown = match Clock::new(None, None).read(text) {
            Read::Time(stamp, None) => stamp.rfc3339().unwrap(),
            Read::Time(stamp, Some(doubt)) => format!("{} {doubt}", stamp.rfc3339().unwrap()),
            Read::Not(why) => why.to_owned(),
        };
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn with_an_offset() {
        check("2020-08-08T15:50:58.000+00:00", "2020-08-08T15:50:58.000Z");
        check("2026-01-31T13:34:56.789+01:00", "2026-01-31T12:34:56.789Z");
        check("2026-01-31T12:34:56.7899999Z", "2026-01-31T12:34:56.789Z");
        check("2026-01-31T12:34:56,5Z", "2026-01-31T12:34:56.500Z");
        check("2026-01-31T07:34-0500", "2026-01-31T12:34:00.000Z");
        check("31/01/2026 13:34:56 +01:00", "2026-01-31T12:34:56.000Z");
        check("31-01-2026 13:34:56(UTC+1)", "2026-01-31T12:34:56.000Z");
        check("1/31/2026 1:34:56 PM(UTC+1)", "2026-01-31T12:34:56.000Z");
        check("12.12.2026 12:00:00 (UTC)", "2026-12-12T12:00:00.000Z");
        check("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.000Z");
    }

    #[test]
    fn without() {
        check("2026-01-31T13:34:56.789", "2026-01-31T12:34:56.789Z time_without_zone");
        check("2026-07-31 14:34:56", "2026-07-31T12:34:56.000Z time_without_zone");
        check("2026-10-25T02:30:00", "2026-10-25T00:30:00.000Z ambiguous_hour");
        check("2026-03-29T02:30:00", "2026-03-29T01:30:00.000Z nonexistent_hour");
        let clock = Clock::new(Some("America/Nuuk"), None);
        let Read::Time(stamp, _) = clock.read("2026-01-31T10:34:56") else { panic!("no time") };
        assert_eq!(stamp.rfc3339().unwrap(), "2026-01-31T12:34:56.000Z");
    }

    #[test]
    fn no_time() {
        check("0001-01-01T00:00:00Z", "no_time");
        check("1970-01-01T00:00:00Z", "no_time");
        check("1980-01-06T00:00:00Z", "1980-01-06T00:00:00.000Z clock_out_of_range");
        check("02/01/2026 13:34:56", "ambiguous_date");
        check("2026-13-01T00:00:00Z", "bad_time");
        check("2026-01-31", "bad_time");
        check("i går", "bad_time");
        check("2026-01-31T25:00:00Z", "bad_time");
        check("2026-01-31T12:00:00 CET", "bad_time");
        check("2026-01-31T12:00:00+99:00", "bad_time");
        check("", "bad_time");
    }
}
