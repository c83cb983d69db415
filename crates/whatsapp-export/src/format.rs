//! Which form the heads of a file have, and what their dates mean: every candidate is counted over the whole
//! file, one is locked. Where two orders of day and month remain, the operator is asked; nothing is guessed.
//!
//! The form is that of the first line, which in an export is always a head; a text quoted inside a message
//! may have more heads of another form than the chat has. Only a file whose first line is no head (its
//! beginning was cut off) has the form that most of its lines have.

use std::collections::HashMap;
use std::io;

use evidence::DateOrder;
use model::ReadAt;

use crate::head::{self, End, Head, Shape, Wall, Year};
use crate::lines::Lines;
use crate::lists::lossy;
use crate::notice;

/// The form of a file's heads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Format {
    pub(crate) shape: Shape,
    pub(crate) order: DateOrder,
    /// Whether heads begin only behind CR LF, as in a file that an iPhone wrote: a bare LF is then a line
    /// break inside a message.
    pub(crate) strict: bool,
}

/// The format with what must be told about how it was found.
#[derive(Debug)]
pub(crate) struct Locked {
    pub(crate) format: Format,
    /// Lines that are heads of another form.
    pub(crate) foreign: u64,
    /// Whether the operator named an order that the dates do not allow.
    pub(crate) order_refused: bool,
}

/// What scoring a file can end with.
#[derive(Debug)]
pub(crate) enum Scored {
    /// No line is a head.
    Nothing,
    /// Two orders of day and month remain.
    Ambiguous,
    /// One format.
    Locked(Locked),
}

/// A time that goes back by more than this speaks against an order of dates.
const DAY: Wall = 86_400;

#[derive(Default, Debug)]
struct Order {
    impossible: u64,
    back: u64,
    votes: u64,
    last: Option<Wall>,
}

#[derive(Default, Debug)]
struct Score {
    lines: u64,
    after_crlf: u64,
    after_lf: u64,
    orders: [Order; 3],
}

impl Score {
    fn count(&mut self, head: &Head, rest: &str, after_crlf: Option<bool>, first: bool) {
        self.lines += 1;
        match after_crlf {
            Some(true) => self.after_crlf += 1,
            Some(false) => self.after_lf += 1,
            None => {}
        }
        let orders = head.shape.orders();
        let named = if orders.len() > 1 { date_in_name(rest) } else { None };
        for (order, score) in orders.iter().zip(&mut self.orders) {
            let Some(wall) = head.wall(*order) else {
                score.impossible += 1;
                continue;
            };
            if score.last.is_some_and(|last| wall < last - DAY) {
                score.back += 1;
            }
            if named.is_some_and(|day| day == wall.div_euclid(DAY)) {
                score.votes += 1;
            }
            // the notice in front carries the time of the export's phone, not of the chat
            score.last = if first && notice::may_be_backdated(rest) { None } else { Some(wall) };
        }
    }

    /// The order of day, month and year; `None` when two remain.
    fn order(&self, shape: Shape, given: Option<DateOrder>) -> Option<(DateOrder, bool)> {
        let all: Vec<(DateOrder, &Order)> = shape.orders().iter().copied().zip(&self.orders).collect();
        let mut fits: Vec<_> = all.iter().copied().filter(|(_, s)| s.impossible == 0).collect();
        if fits.is_empty() {
            // heads of the same form quoted from another country: the order that fits nearly all
            let least = all.iter().map(|(_, s)| s.impossible).min()?;
            fits =
                all.into_iter().filter(|(_, s)| s.impossible == least && least * 5 <= self.lines).collect();
        }
        let refused = given.is_some_and(|given| fits.iter().all(|(order, _)| *order != given));
        if let Some(given) = given.filter(|_| !refused) {
            return Some((given, false));
        }
        // a year of two digits stands in front in Korean, with full stops, and in Basque, which must be said
        if shape.year == Year::Short && !shape.stop && fits.iter().any(|(order, _)| *order != DateOrder::Ymd)
        {
            fits.retain(|(order, _)| *order != DateOrder::Ymd);
        }
        let one = |fits: &[(DateOrder, &Order)]| (fits.len() == 1).then(|| (fits[0].0, refused));
        if let Some(found) = one(&fits) {
            return Some(found);
        }
        // no locale of CLDR writes month, day, year with full stops or hyphens; with a stop behind the
        // date, the year may come first
        if matches!(shape.between, '.' | '-')
            && !shape.stop
            && let Some((order, _)) = fits.iter().find(|(order, _)| *order == DateOrder::Dmy)
        {
            return Some((*order, refused));
        }
        // files are named after their day
        let voted: Vec<_> = fits.iter().copied().filter(|(_, s)| s.votes > 0).collect();
        if let Some(found) = one(&voted) {
            return Some(found);
        }
        // messages stand in order of time
        let least = fits.iter().map(|(_, s)| s.back).min()?;
        let calm: Vec<_> = fits
            .iter()
            .copied()
            .filter(|(_, s)| s.back == least || (least > 0 && s.back < 3 * least + 2))
            .collect();
        one(&calm)
    }
}

/// Days since 1970 in the name of a file, `IMG-20211122-WA0001.jpg`, `00000012-PHOTO-2021-11-22-14-32-05.jpg`.
fn date_in_name(rest: &str) -> Option<i64> {
    let at = rest.find("-20")? + 1;
    let name = rest.as_bytes().get(at..)?;
    let number = |range: std::ops::Range<usize>| -> Option<u32> {
        std::str::from_utf8(name.get(range)?).ok()?.parse().ok()
    };
    let (y, m, d) = match (name.get(4), name.get(7), name.get(10)) {
        (Some(b'-'), Some(b'-'), Some(b'-')) => (number(0..4)?, number(5..7)?, number(8..10)?),
        (Some(b'0'..=b'1'), _, _) if name.get(8..11) == Some(b"-WA") => {
            (number(0..4)?, number(4..6)?, number(6..8)?)
        }
        _ => return None,
    };
    let line = format!("{y:04}-{m:02}-{d:02} 00:00 - ");
    Some(head::parse(&line)?.wall(DateOrder::Ymd)?.div_euclid(DAY))
}

/// Counts every candidate over the whole of `bytes` and locks one.
pub(crate) fn score(bytes: &dyn ReadAt, given: Option<DateOrder>) -> io::Result<Scored> {
    let mut scores: HashMap<Shape, Score> = HashMap::new();
    // the score of the shape seen last, kept out of the map
    let mut last: Option<(Shape, Score)> = None;
    let mut first = None;
    let (mut lf, mut line_seen) = (0_u64, false);
    let mut lines = Lines::new(bytes)?;
    while let Some(line) = lines.next()? {
        if !line.begins {
            continue;
        }
        let text = lossy(line.bytes);
        if text.is_empty() && !line_seen {
            continue;
        }
        let head = head::parse(&text).filter(|h| h.shape.orders().iter().any(|o| h.wall(*o).is_some()));
        if let Some(head) = head {
            let rest = &text[head.rest..];
            let (_, score) = match &mut last {
                Some(last) if last.0 == head.shape => last,
                _ => {
                    scores.extend(last.take());
                    let score = scores.remove(&head.shape).unwrap_or_default();
                    last.insert((head.shape, score))
                }
            };
            score.count(&head, rest, line.after_crlf, !line_seen);
            if !line_seen {
                first = Some(head.shape);
            }
        } else if line.after_crlf == Some(false) {
            lf += 1;
        }
        line_seen = true;
    }
    scores.extend(last);
    let most = || scores.iter().max_by_key(|(shape, s)| (s.lines, format!("{shape:?}"))).map(|(s, _)| *s);
    let Some(shape) = first.or_else(most) else { return Ok(Scored::Nothing) };
    let Some(score) = scores.get(&shape) else { return Ok(Scored::Nothing) };
    let Some((order, order_refused)) = score.order(shape, given) else { return Ok(Scored::Ambiguous) };
    // an iPhone ends messages with CR LF and breaks lines inside them with LF; a file that went through
    // an editor has one of the two only
    let strict = shape.end == End::Bracket && score.after_crlf > 0 && score.after_lf + lf > 0;
    let format = Format { shape, order, strict };
    let foreign = scores.iter().filter(|(s, _)| **s != shape).map(|(_, s)| s.lines).sum();
    Ok(Scored::Locked(Locked { format, foreign, order_refused }))
}

/// How the beginning of a file looks.
pub(crate) struct Glimpse {
    /// Lines that are not empty.
    pub(crate) lines: u64,
    /// Those that are heads of the form of the first.
    pub(crate) heads: u64,
    /// Those of them that have a sender.
    pub(crate) senders: u64,
    /// Those whose sender is a level of a program's log.
    pub(crate) levels: u64,
    /// Whether a line has words of WhatsApp's own.
    pub(crate) words: bool,
    /// The form.
    pub(crate) shape: Shape,
}

/// Words that programs write where a chat has a sender.
const LEVELS: [&str; 10] =
    ["INFO", "ERROR", "WARN", "WARNING", "DEBUG", "TRACE", "FATAL", "NOTICE", "CRITICAL", "ALERT"];

/// Looks at the first lines of a file whose first line is a head; where WhatsApp named the file (`named`), a
/// head may come later, for its beginning may have been cut off.
pub(crate) fn glimpse(bytes: &dyn ReadAt, named: bool) -> io::Result<Option<Glimpse>> {
    let mut lines = Lines::new(bytes)?;
    let mut found: Option<Glimpse> = None;
    let mut bytes_seen = 0;
    while let Some(line) = lines.next()? {
        bytes_seen += line.bytes.len();
        if bytes_seen > 1 << 20 {
            break;
        }
        let text = lossy(line.bytes);
        if text.trim().is_empty() || !line.begins {
            continue;
        }
        let head = head::parse(&text);
        let g = match (&mut found, head) {
            (Some(g), _) => g,
            (None, Some(head)) => found.insert(Glimpse {
                lines: 0,
                heads: 0,
                senders: 0,
                levels: 0,
                words: false,
                shape: head.shape,
            }),
            (None, None) if named && line.number < 200 => continue,
            (None, None) => return Ok(None),
        };
        g.lines += 1;
        if let Some(head) = head.filter(|h| h.shape == g.shape) {
            g.heads += 1;
            let rest = &text[head.rest..];
            let said = rest.split_once(": ");
            g.senders += u64::from(said.is_some());
            let level = |s: &str| s.split(|c: char| !c.is_alphanumeric()).any(|w| LEVELS.contains(&w));
            g.levels += u64::from(said.is_some_and(|(sender, _)| level(sender)));
            g.words |= notice::is_own_words(said.map_or(rest, |(_, text)| text));
        }
        if g.lines >= 200 {
            break;
        }
    }
    Ok(found)
}

impl Glimpse {
    /// Whether this is a chat, given whether its name says so.
    pub(crate) fn is_chat(&self, named: bool) -> bool {
        if named || self.words {
            return true;
        }
        // phones of the two kinds write seconds in brackets and minutes before a dash; logs do not
        let usual = match self.shape.end {
            End::Bracket => self.shape.seconds,
            End::Dash => !self.shape.seconds,
            End::Colon => self.shape.year == Year::Short,
        };
        usual && self.senders >= 3 && self.heads * 2 >= self.lines && self.levels * 10 <= self.senders
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, given: Option<DateOrder>, expected: &str) {
        let shown = match score(&text.as_bytes().to_vec(), given).unwrap() {
            Scored::Nothing => "nothing".to_owned(),
            Scored::Ambiguous => "ambiguous".to_owned(),
            Scored::Locked(Locked { format, foreign, order_refused }) => {
                let flags = [(format.strict, " strict"), (order_refused, " refused")];
                let flags: String = flags.iter().filter(|f| f.0).map(|f| f.1).collect();
                format!("{:?} {:?} {foreign}{flags}", format.shape.end, format.order)
            }
        };
        assert_eq!(shown, expected, "{text:?}");
    }

    #[test]
    fn orders() {
        check("", None, "nothing");
        check("hej\n", None, "nothing");
        check("22/11/2021, 14:32 - A: b", None, "Dash Dmy 0");
        check("11/22/2021, 14:32 - A: b", None, "Dash Mdy 0");
        check("03/04/2021, 14:32 - A: b", None, "ambiguous");
        check("03/04/2021, 14:32 - A: b", Some(DateOrder::Mdy), "Dash Mdy 0");
        check("13/04/2021, 14:32 - A: b", Some(DateOrder::Mdy), "Dash Dmy 0 refused");
        check("03.04.2021 14.32 - A: b", None, "Dash Dmy 0");
        check("2021-04-03 14:32 - A: b", None, "Dash Ymd 0");
        check("32-04-30 14:32 - A: b", None, "Dash Ymd 0");
        check("22. 3. 4. 14:32 - A: b", None, "ambiguous");
        // 3 April, then 2 May: 4 March, then 5 February
        check("03/04/2021, 14:32 - A: b\n02/05/2021, 14:32 - A: b", None, "Dash Dmy 0");
        check("03/04/2021, 14:32 - A: b\n03/05/2021, 14:32 - A: b", None, "ambiguous");
        let named = "03/04/2021, 14:32 - A: IMG-20210403-WA0001.jpg (file attached)";
        check(named, None, "Dash Dmy 0");
        check(&named.replace("0403", "0304"), None, "Dash Mdy 0");
    }

    #[test]
    fn a_notice_in_front_says_nothing_about_the_order() {
        let notice = "05/06/2021, 10:00 - Messages and calls are end-to-end encrypted.\n";
        check(&format!("{notice}03/04/2021, 14:32 - A: b\n04/04/2021, 14:32 - A: b"), None, "ambiguous");
    }

    #[test]
    fn the_first_line_decides() {
        let quoted = "[22/11/21, 14:32:05] A: b\n".repeat(9);
        check(&format!("22.11.2021 14.32 - A: se:\n{quoted}"), None, "Dash Dmy 9");
        check(&format!("afskåret\n{quoted}"), None, "Bracket Dmy 0");
    }

    #[test]
    fn line_ends_of_an_iphone() {
        let a = "[22.11.2021 14.32.05] A: b\r\n";
        check(&format!("{a}{a}"), None, "Bracket Dmy 0");
        check(&format!("{}b\nc\r\n{a}", &a[..22]), None, "Bracket Dmy 0 strict");
        check(&a.repeat(3).replace('\r', ""), None, "Bracket Dmy 0");
    }
}
