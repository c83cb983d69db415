//! Text from messages made fit to be shown: what cannot be seen is made visible, times are Danish.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{Markup, html};
use model::Stamp;

use crate::words::Lang;

/// Text with invisible and direction-changing characters as labelled marks; line ends kept.
pub(crate) fn text(text: &str) -> Markup {
    html! {
        @for (i, piece) in text.split_inclusive(is_hidden).enumerate() {
            @let hidden = piece.chars().next_back().filter(|c| is_hidden(*c));
            @let plain = hidden.map_or(piece, |c| &piece[..piece.len() - c.len_utf8()]);
            (plain)
            @if let Some(c) = hidden {
                // joins inside emoji are ordinary and stay
                @if is_joiner(c) && i + 1 > 0 { (c) } @else { span.hidden title="Unicode" { (mark(c)) } }
            }
        }
    }
}

/// Letters of the longest word that a cell of a table keeps whole, however narrow the page.
const LONGEST: usize = 24;

/// The class of a cell that must break words, lest one of them make the table as wide as itself.
pub(crate) fn long(text: &str) -> Option<&'static str> {
    text.split_whitespace().any(|word| word.chars().count() > LONGEST).then_some("long")
}

/// Text as plain characters, for attributes and names.
pub(crate) fn plain(text: &str) -> String {
    text.chars().map(|c| if is_hidden(c) && !is_joiner(c) { mark(c) } else { c.to_string() }).collect()
}

fn mark(c: char) -> String {
    format!("[U+{:04X}]", u32::from(c))
}

fn is_joiner(c: char) -> bool {
    c == '\u{200d}'
}

fn is_hidden(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0001}')
}

/// A time in Copenhagen.
pub(crate) struct Local {
    /// `2026-01-31`.
    pub(crate) day: String,
    /// `31. januar 2026`.
    pub(crate) date: String,
    /// `13.34.56 (UTC+1)`.
    pub(crate) clock: String,
}

const MONTHS: [(&str, &str); 12] = [
    ("januar", "January"),
    ("februar", "February"),
    ("marts", "March"),
    ("april", "April"),
    ("maj", "May"),
    ("juni", "June"),
    ("juli", "July"),
    ("august", "August"),
    ("september", "September"),
    ("oktober", "October"),
    ("november", "November"),
    ("december", "December"),
];

/// The zone of Danish authorities, from the tables compiled in.
pub(crate) fn zone() -> TimeZone {
    TimeZone::get("Europe/Copenhagen").unwrap_or(TimeZone::UTC)
}

/// A civil date, `2026-01-31`, in words; anything else as it stands.
pub(crate) fn day(iso: &str, lang: Lang) -> String {
    let Ok(date) = iso.parse::<jiff::civil::Date>() else { return iso.to_owned() };
    let Some(month) = usize::try_from(date.month() - 1).ok().and_then(|m| MONTHS.get(m)) else {
        return iso.to_owned();
    };
    match lang {
        Lang::Da => format!("{}. {} {}", date.day(), month.0, date.year()),
        Lang::En => format!("{} {} {}", date.day(), month.1, date.year()),
    }
}

/// A month, `2026-01`, in words; anything else as it stands.
pub(crate) fn month_in_words(iso: &str, lang: Lang) -> String {
    let parts = iso.split_once('-').filter(|(year, month)| year.len() == 4 && month.len() == 2);
    let named = parts.and_then(|(year, month)| {
        let (da, en) = MONTHS.get(month.parse::<usize>().ok()?.checked_sub(1)?)?;
        Some(format!("{} {year}", if lang == Lang::Da { da } else { en }))
    });
    named.unwrap_or_else(|| iso.to_owned())
}

/// A time in words; `None` outside the calendar.
pub(crate) fn local(stamp: Stamp, zone: &TimeZone, lang: Lang) -> Option<Local> {
    let instant = Timestamp::from_millisecond(stamp.millis()).ok()?;
    let (at, offset) = (zone.to_datetime(instant), zone.to_offset(instant));
    let month = MONTHS.get(usize::try_from(at.month() - 1).ok()?)?;
    let (offset, minutes) = (offset.seconds() / 3600, offset.seconds().abs() / 60 % 60);
    let sign = if offset < 0 { "" } else { "+" };
    let zone =
        if minutes == 0 { format!("UTC{sign}{offset}") } else { format!("UTC{sign}{offset}:{minutes:02}") };
    let (h, m, s) = (at.hour(), at.minute(), at.second());
    Some(match lang {
        Lang::Da => Local {
            day: at.date().to_string(),
            date: format!("{}. {} {}", at.day(), month.0, at.year()),
            clock: format!("{h:02}.{m:02}.{s:02} ({zone})"),
        },
        Lang::En => Local {
            day: at.date().to_string(),
            date: format!("{} {} {}", at.day(), month.1, at.year()),
            clock: format!("{h:02}:{m:02}:{s:02} ({zone})"),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(input: &str, expected: &str) {
        assert_eq!(text(input).into_string(), expected);
    }

    #[test]
    fn hostile_text() {
        check("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;");
        check("a\u{202e}b", "a<span class=\"hidden\" title=\"Unicode\">[U+202E]</span>b");
        check("a\0b", "a<span class=\"hidden\" title=\"Unicode\">[U+0000]</span>b");
        check("to\nlinjer", "to\nlinjer");
        check("👩\u{200d}👧", "👩\u{200d}👧");
        check("\"&'", "&quot;&amp;'");
        assert_eq!(plain("a\u{200b}b"), "a[U+200B]b");
    }

    #[test]
    fn danish_time() {
        let at =
            |ms| local(Stamp::unix_millis(ms), &zone(), Lang::Da).map(|l| format!("{} {}", l.date, l.clock));
        assert_eq!(at(1_769_862_896_789).unwrap(), "31. januar 2026 13.34.56 (UTC+1)");
        assert_eq!(at(1_785_500_000_000).unwrap(), "31. juli 2026 14.13.20 (UTC+2)");
        assert_eq!(at(i64::MAX), None);
        assert_eq!(day("2051-01-05", Lang::Da), "5. januar 2051");
        assert_eq!(day("2051-01-05", Lang::En), "5 January 2051");
        assert_eq!(day("alt", Lang::Da), "alt");
    }
}
