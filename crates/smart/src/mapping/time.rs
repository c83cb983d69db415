//! Times as a mapping describes them: a form, a pattern, a zone. Nothing is guessed: a time without a zone
//! of its own needs the mapping's, and text that does not fit the pattern is an error.

use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase};
use model::Stamp;
use model::stamp::APPLE_EPOCH;
use serde::Deserialize;

/// A time as it stands in the mapping.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TimeSpec {
    /// One of [`Form`].
    pub(crate) form: Form,
    /// For the form `pattern`.
    pub(crate) pattern: Option<String>,
    /// `UTC`, `+01:00` or a name of the zone database.
    pub(crate) zone: Option<String>,
}

/// How a time is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Form {
    /// Seconds since 1970, a fraction allowed.
    EpochS,
    /// Milliseconds since 1970.
    EpochMs,
    /// Seconds since 2001, a fraction allowed.
    AppleS,
    /// Nanoseconds since 2001.
    AppleNs,
    /// Days since 1899-12-30, as spreadsheets count.
    ExcelDays,
    /// ISO 8601.
    Iso8601,
    /// The date of a mail (RFC 5322).
    Rfc2822,
    /// As the pattern says.
    Pattern,
}

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    /// Digits of a unit, at least and at most so many.
    Digits(Unit, usize, usize),
    Month,
    Weekday,
    HalfDay,
    Offset,
    Space,
    Text(String),
    Maybe(Vec<Piece>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Year,
    ShortYear,
    Month,
    Day,
    Hour,
    HalfHour,
    Minute,
    Second,
    Fraction,
}

/// A time form, ready for use.
#[derive(Clone, Debug)]
pub(crate) struct TimeForm {
    form: Form,
    pieces: Vec<Piece>,
    zone: Option<TimeZone>,
}

/// What a text says, with what is odd about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Read {
    pub(crate) stamp: Stamp,
    pub(crate) doubt: Option<&'static str>,
}

/// Months in Danish and English, as long as they are told apart by their beginning.
const MONTHS: [&[&str]; 12] = [
    &["januar", "january", "jan"],
    &["februar", "february", "feb"],
    &["marts", "march", "mar"],
    &["april", "apr"],
    &["maj", "may"],
    &["juni", "june", "jun"],
    &["juli", "july", "jul"],
    &["august", "aug"],
    &["september", "sept", "sep"],
    &["oktober", "october", "okt", "oct"],
    &["november", "nov"],
    &["december", "dec"],
];

impl TimeForm {
    /// A form with the zone and pattern that it needs, or why not.
    pub(crate) fn of(spec: &TimeSpec) -> Result<Self, String> {
        let TimeSpec { form, pattern, zone } = spec;
        let zone = zone.as_deref().map(zone_of).transpose()?;
        let pieces = match (form, pattern) {
            (Form::Pattern, Some(pattern)) => {
                let mut chars = pattern.chars().collect::<Vec<_>>();
                chars.reverse();
                pieces(&mut chars, false)?
            }
            (Form::Pattern, None) => return Err("form \"pattern\" needs a pattern".to_owned()),
            (_, Some(_)) => return Err("only form \"pattern\" has a pattern".to_owned()),
            (_, None) => Vec::new(),
        };
        let own = matches!(form, Form::EpochS | Form::EpochMs | Form::AppleS | Form::AppleNs | Form::Rfc2822);
        let in_text = matches!(form, Form::Iso8601) || pieces.contains(&Piece::Offset);
        if zone.is_none() && !own && !in_text {
            return Err(
                "the zone is missing: give zone = \"Europe/Copenhagen\", \"UTC\" or an offset".to_owned()
            );
        }
        if zone.is_some() && own {
            return Err("this form has its own zone: leave zone out".to_owned());
        }
        if *form == Form::Pattern {
            let units = flat(&pieces);
            let has = |of: &[Unit]| of.iter().any(|u| units.contains(u));
            let month = has(&[Unit::Month]) || pieces_have(&pieces, &Piece::Month);
            if !(has(&[Unit::Year, Unit::ShortYear]) && month && has(&[Unit::Day])) {
                return Err("the pattern needs year, month and day".to_owned());
            }
            if !has(&[Unit::Hour, Unit::HalfHour]) {
                return Err("the pattern needs an hour: a day alone is no time".to_owned());
            }
            if has(&[Unit::HalfHour]) != pieces_have(&pieces, &Piece::HalfDay) {
                return Err("the pattern needs h and a together".to_owned());
            }
        }
        Ok(Self { form: *form, pieces, zone })
    }

    /// The time that a text says, or in fixed words why it says none.
    pub(crate) fn read(&self, text: &str, decimal: char) -> Result<Read, &'static str> {
        let plain = |ms: i64| Ok(Read { stamp: Stamp::unix_millis(ms), doubt: None });
        let out = "outside what a time can be";
        match self.form {
            Form::EpochS => plain(scaled(text, decimal, 3)?),
            Form::EpochMs => plain(scaled(text, decimal, 0)?),
            Form::AppleS => plain(scaled(text, decimal, 3)?.checked_add(APPLE_EPOCH * 1000).ok_or(out)?),
            Form::AppleNs => {
                let nanos = scaled(text, decimal, 0)?;
                plain(nanos.div_euclid(1_000_000) + APPLE_EPOCH * 1000)
            }
            Form::ExcelDays => {
                // a day is 86 400 000 ms; twelve decimals hold a tenth of a microsecond
                let parts = i128::from(scaled(text, decimal, 12)?);
                let ms = (parts * 86_400_000 + 500_000_000_000).div_euclid(1_000_000_000_000);
                let ms = i64::try_from(ms).map_err(|_| out)?;
                let start = Date::constant(1899, 12, 30).to_datetime(Time::midnight());
                let local = start.checked_add(jiff::Span::new().try_milliseconds(ms).map_err(|_| out)?);
                self.zoned(local.map_err(|_| out)?, None)
            }
            Form::Rfc2822 => {
                // the name of the day is no part of the time, and is wrong in many a mail
                const PARSER: DateTimeParser = DateTimeParser::new().relaxed_weekday(true);
                let instant = PARSER.parse_timestamp(text).map_err(|_| "not a date of a mail")?;
                plain(instant.as_millisecond())
            }
            Form::Iso8601 => self.iso(text),
            Form::Pattern => {
                let mut found = Found::default();
                let mut rest = text;
                take(&self.pieces, &mut rest, &mut found).map_err(|()| "does not fit the pattern")?;
                if !rest.trim().is_empty() {
                    return Err("has more than the pattern");
                }
                let (local, offset) = found.civil().ok_or("is no day or time that exists")?;
                self.zoned(local, offset)
            }
        }
    }

    fn iso(&self, text: &str) -> Result<Read, &'static str> {
        // `2026-01-31 12:34` and a comma before the fraction are legal, and common
        let text = text.replacen(',', ".", 1);
        if let Ok(instant) = text.parse::<jiff::Timestamp>() {
            return Ok(Read { stamp: Stamp::unix_millis(instant.as_millisecond()), doubt: None });
        }
        if text.len() <= 10 {
            return Err("a day alone is no time");
        }
        let local: DateTime = text.parse().map_err(|_| "not a time in ISO 8601")?;
        self.zoned(local, None)
    }

    fn zoned(&self, local: DateTime, offset: Option<Offset>) -> Result<Read, &'static str> {
        let out = "outside what a time can be";
        let at = |offset: Offset, doubt| {
            let instant = offset.to_timestamp(local).map_err(|_| out)?;
            Ok(Read { stamp: Stamp::unix_millis(instant.as_millisecond()), doubt })
        };
        if let Some(offset) = offset {
            return at(offset, None);
        }
        let zone = self.zone.as_ref().ok_or("has no zone, and the mapping gives none")?;
        match zone.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Unambiguous { offset } => at(offset, None),
            // the hour that comes twice: the first; the hour that never comes: as the clock before it went
            AmbiguousOffset::Fold { before, .. } => at(before, Some("time_ambiguous")),
            AmbiguousOffset::Gap { before, .. } => at(before, Some("time_in_gap")),
        }
    }
}

/// A zone by its word.
pub(crate) fn zone_of(word: &str) -> Result<TimeZone, String> {
    if word == "UTC" || word == "Z" {
        return Ok(TimeZone::UTC);
    }
    if word.starts_with(['+', '-']) {
        let mut rest = word;
        return match offset(&mut rest) {
            Some(offset) if rest.is_empty() => Ok(TimeZone::fixed(offset)),
            _ => Err("the zone is no offset like +01:00".to_owned()),
        };
    }
    TimeZoneDatabase::bundled().get(word).map_err(|_| "the zone is not in the zone database".to_owned())
}

/// A decimal number times ten to the power of `places`, rounded down; a grouping is not allowed.
pub(crate) fn scaled(text: &str, decimal: char, places: u32) -> Result<i64, &'static str> {
    const WRONG: &str = "not a number";
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |t| (true, t));
    let (whole, fraction) = digits.split_once(decimal).unwrap_or((digits, ""));
    let all = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !all(whole) || !all(fraction) || (digits.ends_with(decimal)) {
        return Err(WRONG);
    }
    let mut value: i128 = whole.parse().map_err(|_| WRONG)?;
    let mut fraction = fraction.bytes();
    for _ in 0..places {
        let digit = fraction.next().map_or(0, |b| i128::from(b - b'0'));
        value = value.checked_mul(10).and_then(|v| v.checked_add(digit)).ok_or(WRONG)?;
    }
    // rounded down also below zero
    let more = fraction.any(|b| b != b'0');
    let value = if negative { -value - i128::from(more) } else { value };
    i64::try_from(value).map_err(|_| WRONG)
}

/// Takes a pattern apart; `rest` is reversed.
fn pieces(rest: &mut Vec<char>, inside: bool) -> Result<Vec<Piece>, String> {
    let mut out = Vec::new();
    let push = |out: &mut Vec<Piece>, c: char| match out.last_mut() {
        Some(Piece::Text(text)) => text.push(c),
        _ => out.push(Piece::Text(c.to_string())),
    };
    while let Some(c) = rest.pop() {
        if c.is_ascii_alphabetic() {
            let mut n = 1;
            while rest.last() == Some(&c) {
                rest.pop();
                n += 1;
            }
            out.push(match (c, n) {
                ('y', 4) => Piece::Digits(Unit::Year, 4, 4),
                ('y', 2) => Piece::Digits(Unit::ShortYear, 2, 2),
                ('M', 3 | 4) => Piece::Month,
                ('M', 1 | 2) => Piece::Digits(Unit::Month, n, 2),
                ('d', 1 | 2) => Piece::Digits(Unit::Day, n, 2),
                ('H', 1 | 2) => Piece::Digits(Unit::Hour, n, 2),
                ('h', 1 | 2) => Piece::Digits(Unit::HalfHour, n, 2),
                ('m', 1 | 2) => Piece::Digits(Unit::Minute, n, 2),
                ('s', 1 | 2) => Piece::Digits(Unit::Second, n, 2),
                ('S', 1..=9) => Piece::Digits(Unit::Fraction, 1, 9),
                ('E', 3 | 4) => Piece::Weekday,
                ('a', 1) => Piece::HalfDay,
                ('X', 1..=3) => Piece::Offset,
                _ => {
                    return Err(format!(
                        "the pattern has {c} {n} times, which means nothing; text stands in 'quotes'"
                    ));
                }
            });
            continue;
        }
        match c {
            '\'' => loop {
                match rest.pop() {
                    Some('\'') => break,
                    Some(c) => push(&mut out, c),
                    None => return Err("the pattern has a quote that is not closed".to_owned()),
                }
            },
            '[' if !inside => out.push(Piece::Maybe(pieces(rest, true)?)),
            ']' if inside => return Ok(out),
            '[' | ']' => return Err("the pattern has brackets that do not fit".to_owned()),
            c if c.is_whitespace() => {
                if out.last() != Some(&Piece::Space) {
                    out.push(Piece::Space);
                }
            }
            c => push(&mut out, c),
        }
    }
    if inside { Err("the pattern has brackets that do not fit".to_owned()) } else { Ok(out) }
}

fn flat(pieces: &[Piece]) -> Vec<Unit> {
    let units = pieces.iter().flat_map(|piece| match piece {
        Piece::Digits(unit, ..) => vec![*unit],
        Piece::Maybe(inner) => flat(inner),
        _ => Vec::new(),
    });
    units.collect()
}

fn pieces_have(pieces: &[Piece], wanted: &Piece) -> bool {
    pieces.iter().any(|p| p == wanted || matches!(p, Piece::Maybe(inner) if pieces_have(inner, wanted)))
}

/// What a text said so far.
#[derive(Clone, Copy, Default)]
struct Found {
    year: i16,
    month: i8,
    day: i8,
    hour: i8,
    minute: i8,
    second: i8,
    nanos: i32,
    half: Option<bool>,
    offset: Option<Offset>,
}

impl Found {
    fn civil(&self) -> Option<(DateTime, Option<Offset>)> {
        let hour = match self.half {
            None => self.hour,
            Some(_) if !(1..=12).contains(&self.hour) => return None,
            Some(after_noon) => self.hour % 12 + if after_noon { 12 } else { 0 },
        };
        // a leap second is the last of its minute
        let second = if self.second == 60 { 59 } else { self.second };
        let local =
            DateTime::new(self.year, self.month, self.day, hour, self.minute, second, self.nanos).ok()?;
        Some((local, self.offset))
    }
}

fn take(pieces: &[Piece], rest: &mut &str, found: &mut Found) -> Result<(), ()> {
    for piece in pieces {
        match piece {
            Piece::Digits(unit, least, most) => {
                let n = rest.bytes().take(*most).take_while(u8::is_ascii_digit).count();
                if n < *least {
                    return Err(());
                }
                let digits = &rest[..n];
                *rest = &rest[n..];
                let value: i32 = digits.parse().map_err(|_| ())?;
                let small = i8::try_from(value);
                match unit {
                    Unit::Year => found.year = i16::try_from(value).map_err(|_| ())?,
                    Unit::ShortYear => found.year = i16::try_from(2000 + value).map_err(|_| ())?,
                    Unit::Month => found.month = small.map_err(|_| ())?,
                    Unit::Day => found.day = small.map_err(|_| ())?,
                    Unit::Hour | Unit::HalfHour => found.hour = small.map_err(|_| ())?,
                    Unit::Minute => found.minute = small.map_err(|_| ())?,
                    Unit::Second => found.second = small.map_err(|_| ())?,
                    Unit::Fraction => {
                        let places = u32::try_from(9 - n).map_err(|_| ())?;
                        found.nanos = value * 10_i32.pow(places);
                    }
                }
            }
            Piece::Month => {
                let word = word(rest);
                let month = MONTHS.iter().position(|names| names.contains(&word.as_str())).ok_or(())?;
                found.month = i8::try_from(month + 1).map_err(|_| ())?;
                after_word(rest);
            }
            Piece::Weekday => {
                if word(rest).is_empty() {
                    return Err(());
                }
                after_word(rest);
            }
            Piece::HalfDay => {
                found.half = Some(match word(rest).as_str() {
                    "am" => false,
                    "pm" => true,
                    _ => return Err(()),
                });
                after_word(rest);
            }
            Piece::Offset => found.offset = Some(offset(rest).ok_or(())?),
            Piece::Space => {
                let trimmed = rest.trim_start();
                if trimmed.len() == rest.len() {
                    return Err(());
                }
                *rest = trimmed;
            }
            Piece::Text(text) => *rest = rest.strip_prefix(text.as_str()).ok_or(())?,
            Piece::Maybe(inner) => {
                let (before, had) = (*rest, *found);
                if take(inner, rest, found).is_err() {
                    (*rest, *found) = (before, had);
                }
            }
        }
    }
    Ok(())
}

fn word(rest: &str) -> String {
    rest.chars().take_while(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect()
}

/// Passes over a word and the full stop of an abbreviation.
fn after_word(rest: &mut &str) {
    let n = rest.char_indices().find(|(_, c)| !c.is_alphabetic()).map_or(rest.len(), |(at, _)| at);
    *rest = &rest[n..];
    *rest = rest.strip_prefix('.').unwrap_or(rest);
}

/// `Z`, `+01:00`, `+0100`, `+01`.
fn offset(rest: &mut &str) -> Option<Offset> {
    if let Some(after) = rest.strip_prefix(['Z', 'z']) {
        *rest = after;
        return Some(Offset::UTC);
    }
    let sign = match rest.chars().next()? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    let digits = |s: &str| s.get(..2).filter(|d| d.bytes().all(|b| b.is_ascii_digit()))?.parse::<i32>().ok();
    let hours = digits(rest.get(1..)?)?;
    let mut after = &rest[3..];
    let minutes = match digits(after.strip_prefix(':').unwrap_or(after)) {
        Some(minutes) => {
            after = &after.strip_prefix(':').unwrap_or(after)[2..];
            minutes
        }
        None => 0,
    };
    *rest = after;
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
}

#[cfg(test)]
mod tests;
