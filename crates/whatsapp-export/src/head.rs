//! The head of a line: date, time, and what ends them. Every form that phones write is one grammar; which
//! form it was is its [`Shape`], what the numbers mean as a date is left open.
//!
//! ```text
//! head := marks ( "[" when "]" | when " -" | when ":" ) space
//! when := date glue time | time glue date
//! ```

use evidence::DateOrder;

use crate::marks::{is_mark, is_space};
use crate::noon::{self, Half};

/// What ends a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum End {
    /// `[…] `: iPhones.
    Bracket,
    /// `… - `: Android.
    Dash,
    /// `…: `: iPhones before 2018.
    Colon,
}

/// Where the year of four digits stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Year {
    /// In front: year, month, day.
    First,
    /// Behind.
    Last,
    /// Nowhere: two digits everywhere.
    Short,
}

/// The form of a head. All heads of one export have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Shape {
    pub(crate) end: End,
    pub(crate) time_first: bool,
    /// Between the numbers of the date.
    pub(crate) between: char,
    pub(crate) year: Year,
    /// A full stop behind the date, as Hungarian and Korean have it.
    pub(crate) stop: bool,
    /// Between the numbers of the time.
    pub(crate) clock: char,
    pub(crate) seconds: bool,
    /// Whether a word for the half of the day stands before or behind the time.
    pub(crate) half: Option<bool>,
    pub(crate) comma: bool,
}

impl Shape {
    /// Orders of day, month and year that the digits allow.
    pub(crate) fn orders(self) -> &'static [DateOrder] {
        match self.year {
            Year::First => &[DateOrder::Ymd],
            Year::Last => &[DateOrder::Dmy, DateOrder::Mdy],
            Year::Short => &[DateOrder::Dmy, DateOrder::Mdy, DateOrder::Ymd],
        }
    }
}

/// A head with its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) shape: Shape,
    numbers: [u32; 3],
    /// Hour of 24, minute, second.
    time: (u32, u32, u32),
    /// Offset of the rest of the line.
    pub(crate) rest: usize,
}

/// Seconds of wall time since 1970-01-01T00:00:00, no zone.
pub(crate) type Wall = i64;

impl Head {
    /// Wall time, when the numbers are a date in that order, between 1970 and 2099.
    pub(crate) fn wall(&self, order: DateOrder) -> Option<Wall> {
        let [a, b, c] = self.numbers;
        let (y, m, d) = match order {
            DateOrder::Dmy => (c, b, a),
            DateOrder::Mdy => (c, a, b),
            DateOrder::Ymd => (a, b, c),
        };
        let y = match y {
            0..=99 => y + 2000,
            // Thai exports count from the Buddha's year
            2400..=2700 => y - 543,
            _ => y,
        };
        if !(1970..=2099).contains(&y) || !(1..=12).contains(&m) || d < 1 || d > days(y, m) {
            return None;
        }
        let (hour, minute, second) = self.time;
        Some(
            day_number(y, m, d) * 86_400
                + i64::from(hour) * 3600
                + i64::from(minute) * 60
                + i64::from(second),
        )
    }
}

fn days(y: u32, m: u32) -> u32 {
    match m {
        2 if y.is_multiple_of(4) && (!y.is_multiple_of(100) || y.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
fn day_number(y: u32, m: u32, d: u32) -> i64 {
    let y = i64::from(y) - i64::from(m <= 2);
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let mp = (i64::from(m) + 9) % 12;
    let doy = (153 * mp + 2) / 5 + i64::from(d) - 1;
    era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468
}

/// Zeros of the decimal digits that phones write.
const ZEROS: [u32; 18] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0xf20,
    0x1040, 0x17e0, 0xff10,
];

fn digit(c: char) -> Option<u32> {
    if c.is_ascii() {
        return c.to_digit(10);
    }
    let c = u32::from(c);
    ZEROS.iter().find(|z| (**z..**z + 10).contains(&c)).map(|z| c - z)
}

/// The head of a line, when it has one.
pub(crate) fn parse(line: &str) -> Option<Head> {
    let mut at = Cursor { line, at: 0 };
    at.marks();
    let bracket = at.eat('[');
    if bracket {
        at.marks();
        at.spaces();
    }
    // cheap refusal: most lines that are no head end here
    digit(at.peek()?).or_else(|| noon::begins(at.rest()).then_some(0))?;
    let start = at.at;
    for time_first in [false, true] {
        at.at = start;
        if let Some((shape, numbers, time)) = at.when(time_first)
            && let Some(end) = at.end(bracket, shape.seconds)
        {
            return Some(Head { shape: Shape { end, ..shape }, numbers, time, rest: at.at });
        }
    }
    None
}

struct Cursor<'l> {
    line: &'l str,
    at: usize,
}

type When = (Shape, [u32; 3], (u32, u32, u32));

impl<'l> Cursor<'l> {
    fn rest(&self) -> &'l str {
        &self.line[self.at..]
    }

    fn peek(&self) -> Option<char> {
        let byte = *self.line.as_bytes().get(self.at)?;
        if byte.is_ascii() { Some(char::from(byte)) } else { self.rest().chars().next() }
    }

    fn eat(&mut self, c: char) -> bool {
        let is = self.peek() == Some(c);
        if is {
            self.at += c.len_utf8();
        }
        is
    }

    fn skip(&mut self, what: fn(char) -> bool) -> bool {
        let start = self.at;
        while let Some(c) = self.peek().filter(|c| what(*c)) {
            self.at += c.len_utf8();
        }
        self.at > start
    }

    fn marks(&mut self) {
        self.skip(is_mark);
    }

    fn spaces(&mut self) -> bool {
        self.skip(|c| is_space(c) || is_mark(c))
    }

    /// A number and how many digits it has.
    fn number(&mut self, most: u32) -> Option<(u32, u32)> {
        let (mut value, mut count) = (0, 0);
        while let Some(c) = self.peek() {
            let Some(d) = digit(c) else { break };
            count += 1;
            if count > most {
                return None;
            }
            value = value * 10 + d;
            self.at += c.len_utf8();
        }
        (count > 0).then_some((value, count))
    }

    fn when(&mut self, time_first: bool) -> Option<When> {
        let mut shape = Shape {
            end: End::Dash,
            time_first,
            between: '/',
            year: Year::Short,
            stop: false,
            clock: ':',
            seconds: false,
            half: None,
            comma: false,
        };
        let (time, numbers) = if time_first {
            let time = self.time(&mut shape)?;
            self.glue(&mut shape)?;
            (time, self.date(&mut shape)?)
        } else {
            let numbers = self.date(&mut shape)?;
            self.glue(&mut shape)?;
            (self.time(&mut shape)?, numbers)
        };
        Some((shape, numbers, time))
    }

    fn date(&mut self, shape: &mut Shape) -> Option<[u32; 3]> {
        let (a, first) = self.number(4)?;
        self.marks();
        let between = self.peek().filter(|c| matches!(c, '/' | '.' | '-' | '\u{2011}'))?;
        self.between(between)?;
        let (b, second) = self.number(2)?;
        self.marks();
        self.between(between)?;
        // Japanese years of an era: R4
        let era = match self.peek()? {
            'R' => 2018,
            'H' => 1988,
            _ => 0,
        };
        if era > 0 {
            self.at += 1;
        }
        let (mut c, mut third) = self.number(4)?;
        if era > 0 && third <= 2 {
            (c, third) = (c + era, 4);
        }
        shape.between = if between == '\u{2011}' { '-' } else { between };
        shape.year = match (first, third) {
            (4, 1 | 2) => Year::First,
            (1 | 2, 4) => Year::Last,
            (1 | 2, 2) | (2, 1) => Year::Short,
            _ => return None,
        };
        if second > 2 {
            return None;
        }
        self.marks();
        if between == '.' && self.rest().starts_with('.') {
            shape.stop = true;
            self.at += 1;
        }
        for word in [" BE", " г.", "г."] {
            if self.rest().starts_with(word) {
                self.at += word.len();
            }
        }
        Some([a, b, c])
    }

    fn between(&mut self, c: char) -> Option<()> {
        self.eat(c).then_some(())?;
        self.marks();
        if c == '.' {
            self.spaces();
        }
        Some(())
    }

    /// What stands between date and time: a comma, spaces, in some languages a word.
    fn glue(&mut self, shape: &mut Shape) -> Option<()> {
        self.marks();
        for comma in [',', '،', '、'] {
            shape.comma |= self.eat(comma);
        }
        let spaces = self.spaces();
        for word in ["kl.", "klo", "kl", "um", "at", "à", "às", "alle", "om", "u", "ob", "в", "о"] {
            if let Some(behind) = self.rest().strip_prefix(word)
                && behind.starts_with(is_space)
            {
                self.at += word.len();
                self.spaces();
                break;
            }
        }
        (spaces || shape.comma).then_some(())
    }

    fn time(&mut self, shape: &mut Shape) -> Option<(u32, u32, u32)> {
        let mut half = noon::word(self.rest());
        if let Some((_, len)) = half {
            self.at += len;
            self.spaces();
            shape.half = Some(false);
        }
        let (hour, _) = self.number(2)?;
        self.marks();
        let clock = self.peek().filter(|c| matches!(c, ':' | '.' | 'h'))?;
        self.at += 1;
        let (minute, digits) = self.number(2)?;
        let mut second = 0;
        if digits != 2 {
            return None;
        }
        let before = self.at;
        self.marks();
        if clock != 'h' && self.eat(clock) {
            match self.number(2) {
                Some((s, 2)) => {
                    second = s;
                    shape.seconds = true;
                }
                // "14:32: ", a head that ends with a colon
                _ => self.at = before,
            }
        }
        shape.clock = clock;
        if half.is_none() {
            let before = self.at;
            self.spaces();
            half = noon::word(self.rest());
            match half {
                Some((_, len)) => {
                    self.at += len;
                    shape.half = Some(true);
                }
                None => self.at = before,
            }
        }
        let hour = match half {
            Some((Half::First, _)) if hour == 12 => 0,
            Some((Half::Second, _)) if hour < 12 => hour + 12,
            _ => hour,
        };
        (hour < 24 && minute < 60 && second < 60).then_some((hour, minute, second))
    }

    fn end(&mut self, bracket: bool, seconds: bool) -> Option<End> {
        self.marks();
        let end = if bracket {
            self.spaces();
            self.eat(']').then_some(End::Bracket)?
        } else if self.peek() == Some(':') {
            self.at += 1;
            seconds.then_some(End::Colon)?
        } else {
            self.spaces().then_some(())?;
            (self.eat('-') || self.eat('–')).then_some(End::Dash)?
        };
        if end == End::Bracket && self.rest().starts_with(" - ") {
            self.at += 2;
        }
        match self.peek() {
            None => Some(end),
            Some(c) if is_space(c) => {
                self.at += c.len_utf8();
                Some(end)
            }
            Some(_) => None,
        }
    }
}

#[cfg(test)]
mod tests;
