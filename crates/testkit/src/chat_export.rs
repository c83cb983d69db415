//! Exported WhatsApp chats as phones write them: heads after CLDR's short formats of each language, minutes
//! and a dash on Android, seconds in brackets and CR LF on an iPhone. Written from the descriptions, not from
//! our reader, of which it knows nothing.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

use rand::RngExt as _;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

use crate::chat_story::{self, Cue};

/// The phone that writes an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phone {
    /// Minutes, a dash, LF.
    Android,
    /// Seconds, brackets, CR LF between messages.
    Iphone,
}

/// How a language writes the head of a line. Patterns have `dd d MM M yyyy yy HH H h mm ss a`.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Language and country.
    pub name: &'static str,
    /// Date and time on Android.
    pub android: &'static str,
    /// Date and time on an iPhone.
    pub iphone: &'static str,
    /// Words for the halves of the day.
    pub halves: [&'static str; 2],
    /// The digit zero.
    pub zero: char,
}

const fn style(name: &'static str, android: &'static str, iphone: &'static str) -> Style {
    Style { name, android, iphone, halves: ["AM", "PM"], zero: '0' }
}

/// Languages and their heads (CLDR 46, short date, short and medium time, unless a sample shows another).
pub const STYLES: &[Style] = &[
    style("da-DK", "dd.MM.yyyy HH.mm", "dd.MM.yyyy HH.mm.ss"),
    style("da-DK old", "dd/MM/yyyy HH.mm", "dd/MM/yyyy HH.mm.ss"),
    style("en-DK", "dd/MM/yyyy, HH.mm", "dd/MM/yyyy, HH.mm.ss"),
    style("fo-FO", "dd.MM.yy, HH:mm", "dd.MM.yy, HH:mm:ss"),
    style("kl-GL", "yyyy-MM-dd HH.mm", "yyyy-MM-dd HH.mm.ss"),
    style("nb-NO", "dd.MM.yyyy, HH:mm", "dd.MM.yyyy, HH:mm:ss"),
    style("sv-SE", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss"),
    style("fi-FI", "d.M.yyyy klo HH.mm", "d.M.yyyy klo HH.mm.ss"),
    style("de-DE", "dd.MM.yy, HH:mm", "dd.MM.yy, HH:mm:ss"),
    style("en-GB", "dd/MM/yyyy, HH:mm", "dd/MM/yyyy, HH:mm:ss"),
    style("en-US", "M/d/yy, h:mm\u{202f}a", "M/d/yy, h:mm:ss\u{202f}a"),
    Style { halves: ["am", "pm"], ..style("en-IN", "dd/MM/yy, h:mm a", "dd/MM/yy, h:mm:ss a") },
    style("nl-NL", "dd-MM-yyyy HH:mm", "dd-MM-yyyy HH:mm:ss"),
    style("cs-CZ", "dd.MM.yy HH:mm", "dd.MM.yy HH:mm:ss"),
    style("hu-HU", "yyyy. MM. dd. HH:mm", "yyyy. MM. dd. HH:mm:ss"),
    Style {
        halves: ["a.\u{a0}m.", "p.\u{a0}m."],
        ..style("es-CO", "d/MM/yyyy, h:mm a", "d/MM/yyyy, h:mm:ss a")
    },
    style("vi-VN", "HH:mm, dd/MM/yyyy", "HH:mm:ss, dd/MM/yyyy"),
    Style { halves: ["오전", "오후"], ..style("ko-KR", "yyyy. M. d. a h:mm", "yyyy. M. d. a h:mm:ss") },
    Style { halves: ["上午", "下午"], ..style("zh-CN", "yyyy/M/d ah:mm", "yyyy/M/d ah:mm:ss") },
    Style {
        halves: ["ص", "م"],
        zero: '٠',
        ..style("ar-EG", "d\u{200f}/M\u{200f}/yyyy، h:mm a", "d\u{200f}/M\u{200f}/yyyy، h:mm:ss a")
    },
    Style { zero: '۰', ..style("fa-IR", "yyyy/M/d،\u{200f} HH:mm", "yyyy/M/d،\u{200f} HH:mm:ss") },
    Style { halves: ["am", "pm"], zero: '०', ..style("mr-IN", "d/M/yy, h:mm a", "d/M/yy, h:mm:ss a") },
];

/// A wall time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wall {
    /// Year, month, day.
    pub date: (u32, u32, u32),
    /// Hour, minute, second.
    pub time: (u32, u32, u32),
}

/// One message of a chat as a phone writes it.
#[derive(Clone, Debug)]
pub struct Line {
    /// When.
    pub at: Wall,
    /// Who; none for a sentence of WhatsApp's own on Android.
    pub sender: Option<String>,
    /// Its text, with line breaks.
    pub text: String,
    /// Whether an iPhone puts its mark before the line.
    pub marked: bool,
}

/// Date and time in a style.
pub fn head(style: &Style, phone: Phone, at: Wall) -> String {
    let pattern = if phone == Phone::Android { style.android } else { style.iphone };
    let ((y, mo, d), (h, mi, s)) = (at.date, at.time);
    let half = usize::from(h >= 12);
    let mut out = String::new();
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        let run = rest.chars().take_while(|x| *x == c).count();
        let mut number = |value: u32, width: usize| {
            for digit in format!("{value:0width$}").bytes() {
                let digit = u32::from(style.zero) + u32::from(digit - b'0');
                out.push(char::from_u32(digit).unwrap_or('?'));
            }
        };
        // the words between date and time of Finnish are no pattern
        let taken = if rest.starts_with("klo") { 3 } else { run };
        match (c, taken) {
            ('k', 3) => out.push_str("klo"),
            ('d', n) => number(d, n),
            ('M', n) => number(mo, n),
            ('y', 2) => number(y % 100, 2),
            ('y', n) => number(y, n),
            ('H', n) => number(h, n),
            ('h', n) => number(if h % 12 == 0 { 12 } else { h % 12 }, n),
            ('m', n) => number(mi, n),
            ('s', n) => number(s, n),
            ('a', _) => out.push_str(style.halves[half]),
            _ => out.extend(std::iter::repeat_n(c, taken)),
        }
        rest = &rest[taken * c.len_utf8()..];
    }
    out
}

/// A whole chat as text.
pub fn text(style: &Style, phone: Phone, lines: &[Line]) -> String {
    let mut out = String::new();
    for line in lines {
        let Line { at, sender, text, marked } = line;
        let head = head(style, phone, *at);
        let who = sender.as_ref().map_or(String::new(), |s| format!("{s}: "));
        let mark = if *marked && phone == Phone::Iphone { "\u{200e}" } else { "" };
        let _ = match phone {
            Phone::Android => writeln!(out, "{head} - {who}{text}"),
            Phone::Iphone => write!(out, "{mark}[{head}] {who}{text}\r\n"),
        };
    }
    out
}

/// What to write.
#[derive(Clone, Debug)]
pub struct Spec {
    /// Seed of everything that is random.
    pub seed: u64,
    /// The phone.
    pub phone: Phone,
    /// Messages beside the story.
    pub more: u32,
    /// A mark that every text, name and file name carries, for finding leaks.
    pub canary: Option<String>,
}

/// What a reader must give for one entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// `me`, a name, or nobody.
    pub sender: Option<String>,
    /// UTC, `2025-10-26T00:30:00.000Z`.
    pub sent_at: String,
    /// Text.
    pub body: Option<String>,
    /// Word of the event.
    pub event: Option<&'static str>,
    /// Withdrawn.
    pub unsent: bool,
    /// Edited.
    pub edited: bool,
    /// Files named: name and whether the export has it.
    pub files: Vec<(String, bool)>,
    /// Files left out.
    pub left_out: usize,
}

/// What a reader must find.
#[derive(Debug, Default)]
pub struct Truth {
    /// Every entry, in order.
    pub entries: Vec<Expected>,
    /// Name of the owner as the export writes it.
    pub owner: String,
    /// Name of the chat.
    pub title: String,
    /// Files that no line names.
    pub unnamed: usize,
    /// Names of persons other than the owner.
    pub others: Vec<String>,
}

/// Offset of Copenhagen at a time, in hours: summer time from the last Sunday of March to that of October,
/// 01:00 UTC (directive 2000/84/EC).
fn offset(utc: i64) -> i64 {
    let day = utc.div_euclid(86_400);
    let year = 1970 + (day * 400).div_euclid(146_097);
    let last_sunday = |month: i64| {
        let end = days(year, month, 31);
        // day 0 was a Thursday
        (end - (end + 4).rem_euclid(7)) * 86_400 + 3600
    };
    if (last_sunday(3)..last_sunday(10)).contains(&utc) { 2 } else { 1 }
}

/// Days since 1970.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (y, m) = if month <= 2 { (year - 1, month + 12) } else { (year, month) };
    365 * y + y / 4 - y / 100 + y / 400 + (153 * (m - 3) + 2) / 5 + day - 719_469
}

/// The wall time of an instant in Copenhagen.
pub fn wall(utc: i64) -> Wall {
    let local = utc + offset(utc) * 3600;
    let (day, second) = (local.div_euclid(86_400), local.rem_euclid(86_400));
    let (year, month, date) = civil(day);
    let part = |value: i64| u32::try_from(value).unwrap_or_default();
    Wall {
        date: (part(year), part(month), part(date)),
        time: (part(second / 3600), part(second / 60 % 60), part(second % 60)),
    }
}

fn rfc3339(utc: i64) -> String {
    let (day, second) = (utc.div_euclid(86_400), utc.rem_euclid(86_400));
    let (y, mo, d) = civil(day);
    format!("{y:04}-{mo:02}-{d:02}T{:02}:{:02}:{:02}.000Z", second / 3600, second / 60 % 60, second % 60)
}

fn civil(day: i64) -> (i64, i64, i64) {
    let mut year = 1970 + day / 366;
    while days(year + 1, 1, 1) <= day {
        year += 1;
    }
    let mut month = 1;
    while month < 12 && days(year, month + 1, 1) <= day {
        month += 1;
    }
    (year, month, day - days(year, month, 1) + 1)
}

/// Writes a Danish export as a zip with its media into `path`.
///
/// # Errors
/// What the operating system refuses.
pub fn write(spec: &Spec, path: &Path) -> io::Result<Truth> {
    let (name, chat, files, truth) = make(spec);
    let mut zip = zip::ZipWriter::new(File::create(path)?);
    let options = zip::write::SimpleFileOptions::default();
    for (name, content) in std::iter::once((&name, &chat)).chain(files.iter().map(|f| (&f.0, &f.1))) {
        zip.start_file(name.as_str(), options).map_err(io::Error::other)?;
        zip.write_all(content)?;
    }
    zip.finish().map_err(io::Error::other)?;
    Ok(truth)
}

/// The chat's file name, its bytes, its media by name, and the truth.
type Made = (String, Vec<u8>, Vec<(String, Vec<u8>)>, Truth);

fn make(spec: &Spec) -> Made {
    let mut rng = ChaCha8Rng::seed_from_u64(spec.seed);
    let danish = &STYLES[0];
    let mark = spec.canary.as_ref().map_or(String::new(), |c| format!(" {c}"));
    let title = format!("{}{mark}", chat_story::TITLE);
    let owner = format!("{}{mark}", chat_story::OWNER);
    let mut truth = Truth { owner: owner.clone(), title: title.clone(), ..Truth::default() };
    let (mut lines, mut files) = (Vec::new(), Vec::new());
    let mut at = chat_story::FIRST;
    let mut say = |cue: &Cue, at: i64, truth: &mut Truth| {
        let at = if spec.phone == Phone::Android { at - at.rem_euclid(60) } else { at };
        let scene = chat_story::Scene { phone: spec.phone, at, mark: &mark, title: &title, style: danish };
        let (line, mut expected, made) = chat_story::play(cue, &scene, files.len());
        expected.sent_at = rfc3339(at);
        if let Some(name) = expected.sender.clone().filter(|n| n != "me" && !truth.others.contains(n)) {
            truth.others.push(name);
        }
        lines.push(line);
        truth.entries.push(expected);
        files.extend(made);
    };
    for (step, cue) in chat_story::CUES {
        at += step;
        say(cue, at, &mut truth);
    }
    for _ in 0..spec.more {
        at += rng.random_range(1..7200);
        let who = chat_story::EVERYBODY[rng.random_range(0..chat_story::EVERYBODY.len())];
        let text = chat_story::MORE[rng.random_range(0..chat_story::MORE.len())];
        say(&Cue::Says(who, text), at, &mut truth);
    }
    files.push((format!("ingen linje{mark}.bin"), vec![7; 77]));
    truth.unnamed = 1;
    let name = match spec.phone {
        Phone::Android => format!("WhatsApp-chat med {title}.txt"),
        Phone::Iphone => "_chat.txt".to_owned(),
    };
    (name, text(danish, spec.phone, &lines).into_bytes(), files, truth)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summer_time() {
        // 2025-10-26: 00:59:59 UTC is 02:59:59, a second later 02:00:00 again
        assert_eq!(wall(1_761_440_399).time, (2, 59, 59));
        assert_eq!(wall(1_761_440_400).time, (2, 0, 0));
        assert_eq!(wall(1_743_296_399).time, (1, 59, 59));
        assert_eq!(wall(1_743_296_400).time, (3, 0, 0));
        assert_eq!(wall(1_709_164_800).date, (2024, 2, 29));
        assert_eq!(rfc3339(1_709_164_800), "2024-02-29T00:00:00.000Z");
    }

    #[test]
    fn heads() {
        let at = Wall { date: (2021, 11, 2), time: (14, 5, 9) };
        let shown = |i: usize, phone| head(&STYLES[i], phone, at);
        assert_eq!(shown(0, Phone::Android), "02.11.2021 14.05");
        assert_eq!(shown(0, Phone::Iphone), "02.11.2021 14.05.09");
        assert_eq!(shown(7, Phone::Android), "2.11.2021 klo 14.05");
        assert_eq!(shown(10, Phone::Android), "11/2/21, 2:05\u{202f}PM");
        assert_eq!(shown(17, Phone::Android), "2021. 11. 2. 오후 2:05");
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes() {
        let spec = Spec { seed: 1, phone: Phone::Iphone, more: 5, canary: None };
        assert_eq!(make(&spec).1, make(&spec).1);
        assert_ne!(make(&spec).1, make(&Spec { seed: 2, ..spec }).1);
    }
}
