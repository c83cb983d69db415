//! Markup of a report as it streams by: tags with their attributes, text and CDATA in whole values, each
//! with its offset and line. A damaged tag is read as far as it makes sense and counted; declarations are
//! never obeyed, so that there are no entities.
//!
//! Knows no element of the format.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use memchr::{memchr, memchr_iter, memmem};
use model::{Fault, ReadAt};

use crate::entities::{Odd, decode};

/// Bytes looked at at once.
const WINDOW: usize = 1 << 18;
/// Bytes read at once for a short look.
const LOOK: usize = 1 << 13;
/// Longest tag, and longest instruction.
const MOST_TAG: usize = 1 << 16;
/// Most bytes of a text that are kept.
pub(crate) const MOST_TEXT: usize = 16 << 20;

/// A piece of markup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// A tag that opens an element; the tag is in [`Scanner::tag`].
    Open,
    /// A tag that closes one; its name is in [`Scanner::tag`].
    Close,
    /// Text, in [`Scanner::text`] when it was asked for.
    Text,
    /// The end of the file.
    End,
}

/// The tag read last.
#[derive(Debug, Default)]
pub(crate) struct Tag {
    bytes: Vec<u8>,
    name: Range<usize>,
    attributes: Vec<(Range<usize>, Range<usize>)>,
    /// `<name/>`.
    pub(crate) empty: bool,
}

impl Tag {
    /// Its name without a prefix.
    pub(crate) fn name(&self) -> &[u8] {
        self.bytes.get(self.name.clone()).unwrap_or_default()
    }

    /// The value of an attribute, by its name without a prefix.
    pub(crate) fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        let found = self.attributes.iter().find(|(n, _)| &self.bytes[n.clone()] == name.as_bytes());
        found.map(|(_, value)| self.value(value))
    }

    /// Every attribute.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&[u8], Cow<'_, str>)> {
        self.attributes.iter().map(|(name, value)| (&self.bytes[name.clone()], self.value(value)))
    }

    fn value(&self, range: &Range<usize>) -> Cow<'_, str> {
        let raw = &self.bytes[range.clone()];
        match std::str::from_utf8(raw) {
            Ok(text) if memchr(b'&', raw).is_none() => Cow::Borrowed(text),
            _ => Cow::Owned(decode(raw, &mut Odd::default())),
        }
    }
}

/// The scanner.
pub(crate) struct Scanner {
    bytes: Arc<dyn ReadAt>,
    window: Vec<u8>,
    /// Most bytes read at once.
    chunk: usize,
    at: usize,
    end: usize,
    /// Offset of the window in the file.
    base: u64,
    line: u64,
    /// How far into the window lines have been counted.
    counted: usize,
    raw: Vec<u8>,
    /// The tag read last.
    pub(crate) tag: Tag,
    /// The text read last.
    pub(crate) text: String,
    /// What was odd about the texts kept since this was last taken.
    pub(crate) odd: Odd,
    /// Places that are not XML.
    pub(crate) damage: u64,
    /// Whether the file ended inside markup.
    pub(crate) cut: bool,
}

/// An operating-system error as a fault.
fn io(e: &std::io::Error) -> Fault {
    Fault::Io { code: e.raw_os_error().unwrap_or(0) }
}

impl Scanner {
    pub(crate) fn new(bytes: Arc<dyn ReadAt>) -> Self {
        Self::with_window(bytes, WINDOW, WINDOW)
    }

    /// One for short looks here and there: it reads little at once.
    pub(crate) fn for_looks(bytes: Arc<dyn ReadAt>) -> Self {
        Self::with_window(bytes, 2 * MOST_TAG, LOOK)
    }

    fn with_window(bytes: Arc<dyn ReadAt>, window: usize, chunk: usize) -> Self {
        Self {
            bytes,
            window: vec![0; window],
            chunk,
            at: 0,
            end: 0,
            base: 0,
            line: 1,
            counted: 0,
            raw: Vec::new(),
            tag: Tag::default(),
            text: String::new(),
            odd: Odd::default(),
            damage: 0,
            cut: false,
        }
    }

    /// Goes to an offset; lines are counted from there. Bytes that are at hand are not read again.
    pub(crate) fn go_to(&mut self, offset: u64) {
        let inside = offset.checked_sub(self.base).and_then(|at| usize::try_from(at).ok());
        match inside.filter(|at| *at <= self.end) {
            Some(at) => {
                self.at = at;
                self.counted = self.counted.min(at);
            }
            None => (self.base, self.at, self.end, self.counted) = (offset, 0, 0, 0),
        }
        self.cut = false;
    }

    /// Where it is.
    pub(crate) fn offset(&self) -> u64 {
        self.base + self.at as u64
    }

    /// The line it is on, from 1.
    pub(crate) fn line(&mut self) -> u64 {
        if self.at > self.counted {
            self.line += memchr_iter(b'\n', &self.window[self.counted..self.at]).count() as u64;
            self.counted = self.at;
        }
        self.line
    }

    /// Makes at least `n` bytes ready, fewer only at the end of the file.
    fn ready(&mut self, n: usize) -> Result<&[u8], Fault> {
        while self.end - self.at < n {
            self.line();
            if self.at > 0 {
                self.window.copy_within(self.at..self.end, 0);
                self.base += self.at as u64;
                self.end -= self.at;
                self.counted -= self.at;
                self.at = 0;
            }
            let offset = self.base + self.end as u64;
            let to = self.window.len().min(self.end + self.chunk);
            let got = self.bytes.read_at(offset, &mut self.window[self.end..to]).map_err(|e| io(&e))?;
            if got == 0 {
                break;
            }
            self.end += got;
        }
        Ok(&self.window[self.at..self.end])
    }

    fn take(&mut self, n: usize) {
        self.at = (self.at + n).min(self.end);
    }

    /// The next piece of markup. Text is kept, decoded, when `keep` says so; comments and instructions
    /// are passed over.
    pub(crate) fn next(&mut self, keep: bool) -> Result<Token, Fault> {
        loop {
            let window = self.ready(9)?;
            let Some(first) = window.first() else { return Ok(Token::End) };
            if *first != b'<' {
                if self.run(keep)? {
                    return Ok(Token::Text);
                }
            } else if window.starts_with(b"<![CDATA[") {
                self.take(9);
                self.cdata(keep)?;
                return Ok(Token::Text);
            } else if window.starts_with(b"<!--") {
                self.take(4);
                self.behind(b"-->", false)?;
            } else if window.starts_with(b"<?") {
                let ahead = self.ready(MOST_TAG)?;
                match memmem::find(&ahead[..ahead.len().min(MOST_TAG)], b"?>") {
                    Some(i) => self.take(i + 2),
                    None => self.stray(),
                }
            } else if window.starts_with(b"<!") {
                self.stray();
            } else {
                match self.parse()? {
                    Parsed::Tag { length, close, damaged } => {
                        self.damage += u64::from(damaged);
                        self.take(length);
                        return Ok(if close { Token::Close } else { Token::Open });
                    }
                    Parsed::Cut if self.end - self.at < MOST_TAG => {
                        self.cut = true;
                        self.take(usize::MAX - self.at);
                        return Ok(Token::End);
                    }
                    Parsed::Cut | Parsed::Stray => self.stray(),
                }
            }
        }
    }

    /// The tag here, with as many bytes as it takes.
    fn parse(&mut self) -> Result<Parsed, Fault> {
        loop {
            let have = self.end - self.at;
            let parsed = parse(&self.window[self.at..self.end], &mut self.tag);
            if parsed != Parsed::Cut || have >= MOST_TAG || self.ready(have + 1)?.len() == have {
                return Ok(parsed);
            }
        }
    }

    /// A `<` that begins nothing.
    fn stray(&mut self) {
        self.damage += 1;
        self.take(1);
    }

    /// Text up to the next `<`; whether it is more than blanks.
    fn run(&mut self, keep: bool) -> Result<bool, Fault> {
        self.raw.clear();
        let mut any = false;
        loop {
            let window = self.ready(1)?;
            if window.is_empty() {
                break;
            }
            let end = memchr(b'<', window).unwrap_or(window.len());
            let piece = &window[..end];
            any |= piece.iter().any(|b| !b.is_ascii_whitespace());
            let closed = end < window.len();
            if keep {
                let room = MOST_TEXT.saturating_sub(self.raw.len());
                let piece = &self.window[self.at..self.at + end];
                self.odd.too_long |= piece.len() > room;
                self.raw.extend_from_slice(&piece[..piece.len().min(room)]);
            }
            self.take(end);
            if closed {
                break;
            }
        }
        if keep && any {
            self.text.clear();
            let decoded = decode(&self.raw, &mut self.odd);
            self.text.push_str(&decoded);
        }
        Ok(any)
    }

    fn cdata(&mut self, keep: bool) -> Result<(), Fault> {
        self.raw.clear();
        self.behind(b"]]>", keep)?;
        if keep {
            self.text.clear();
            let text = String::from_utf8_lossy(&self.raw);
            self.odd.not_utf8 |= matches!(text, Cow::Owned(_));
            self.odd.cdata_in_cdata |= memmem::find(&self.raw, b"<![CDATA[").is_some();
            self.text.push_str(&text);
        }
        Ok(())
    }

    /// Goes behind the next `mark`, keeping what stands before it.
    fn behind(&mut self, mark: &[u8; 3], keep: bool) -> Result<(), Fault> {
        loop {
            let window = self.ready(3)?;
            let length = window.len();
            let found = memmem::find(window, mark);
            let end = found.unwrap_or(if length < 3 { length } else { length - 2 });
            if keep {
                let room = MOST_TEXT.saturating_sub(self.raw.len());
                self.odd.too_long |= end > room;
                self.raw.extend_from_slice(&self.window[self.at..self.at + end.min(room)]);
            }
            self.take(end);
            if found.is_some() {
                self.take(3);
                return Ok(());
            }
            if length < 3 {
                self.cut = true;
                return Ok(());
            }
        }
    }
}

/// What stands at a `<`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Parsed {
    Tag {
        length: usize,
        close: bool,
        damaged: bool,
    },
    /// Not a tag.
    Stray,
    /// The bytes end first.
    Cut,
}

fn is_name(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b':' | 0x80..)
}

/// Where a name begins behind its prefix.
fn local(bytes: &[u8], from: usize, to: usize) -> usize {
    bytes[from..to].iter().rposition(|b| *b == b':').map_or(from, |i| from + i + 1)
}

/// Reads the tag at the start of `bytes`. What does not belong into a tag is passed over as long as the
/// tag ends before another begins.
pub(crate) fn parse(bytes: &[u8], tag: &mut Tag) -> Parsed {
    tag.attributes.clear();
    tag.bytes.clear();
    tag.empty = false;
    let close = bytes.get(1) == Some(&b'/');
    let start = 1 + usize::from(close);
    let mut i = start;
    let mut damaged = false;
    let at = |i: usize| bytes.get(i).copied();
    while at(i).is_some_and(is_name) {
        i += 1;
    }
    damaged |= i == start;
    tag.name = local(bytes, start, i)..i;
    loop {
        while at(i).is_some_and(|b| b.is_ascii_whitespace()) {
            i += 1;
        }
        let Some(b) = at(i) else { return Parsed::Cut };
        match b {
            b'>' => break,
            b'/' if at(i + 1) == Some(b'>') => {
                tag.empty = true;
                i += 1;
                break;
            }
            b'<' => return Parsed::Stray,
            b if is_name(b) && !close => {
                let name = i;
                while at(i).is_some_and(is_name) {
                    i += 1;
                }
                let name = local(bytes, name, i)..i;
                while at(i).is_some_and(|b| b.is_ascii_whitespace()) {
                    i += 1;
                }
                if at(i) != Some(b'=') {
                    damaged = true;
                    continue;
                }
                i += 1;
                while at(i).is_some_and(|b| b.is_ascii_whitespace()) {
                    i += 1;
                }
                let Some(quote @ (b'"' | b'\'')) = at(i) else {
                    damaged = true;
                    continue;
                };
                i += 1;
                let value = i;
                while at(i).is_some_and(|b| b != quote && b != b'<') {
                    i += 1;
                }
                match at(i) {
                    None => return Parsed::Cut,
                    Some(b'<') => {
                        // the closing mark is gone: the value ends where the tag does
                        damaged = true;
                        let end = memchr(b'>', &bytes[value..i]);
                        let Some(end) = end.map(|e| value + e) else { return Parsed::Stray };
                        tag.attributes.push((name, value..end));
                        i = end;
                    }
                    Some(_) => {
                        tag.attributes.push((name, value..i));
                        i += 1;
                    }
                }
            }
            _ => {
                damaged = true;
                i += 1;
            }
        }
    }
    tag.bytes.extend_from_slice(&bytes[..i]);
    Parsed::Tag { length: i + 1, close, damaged }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &[u8]) -> (String, u64, bool) {
        let mut s = Scanner::new(Arc::new(text.to_vec()));
        let mut out = String::new();
        loop {
            match s.next(true).unwrap() {
                Token::End => return (out, s.damage, s.cut),
                Token::Text => out.push_str(&format!("[{}]", s.text)),
                Token::Close => out.push_str(&format!("/{}", String::from_utf8_lossy(s.tag.name()))),
                Token::Open => {
                    out.push_str(&String::from_utf8_lossy(s.tag.name()));
                    for (name, value) in s.tag.all() {
                        out.push_str(&format!(" {}={value}", String::from_utf8_lossy(name)));
                    }
                    out.push_str(if s.tag.empty { "!" } else { ";" });
                }
            }
        }
    }

    #[track_caller]
    fn check(text: &str, expected: &str, damage: u64) {
        let (out, found, _) = shown(text.as_bytes());
        assert_eq!((out.as_str(), found), (expected, damage), "{text}");
    }

    #[test]
    fn what_xml_allows() {
        check("<?xml version=\"1.0\"?>\n<a x='1' n:y=\"&lt;2\"><b/></a>", "a x=1 y=<2;b!/a", 0);
        check("<n:a>&#248; &amp; x<![CDATA[<&>]]>y</n:a >", "a;[ø & x][<&>][y]/a", 0);
        check("<!-- <a> --><a/>", "a!", 0);
        check("  \n ", "", 0);
        check("<a><![CDATA[]]></a>", "a;[]/a", 0);
    }

    #[test]
    fn what_it_does_not() {
        check("<a x=\"1><b>", "a x=1;b;", 1);
        check("<a x=1><b>", "a;b;", 1);
        check("a < b <c/>", "[a ][ b ]c!", 1);
        check("<!DOCTYPE x [<!ENTITY a \"b\">]><c>&a;</c>", "[!DOCTYPE x [][!ENTITY a \"b\">]>]c;[&a;]/c", 2);
        check("<?no end <a/>", "[?no end ]a!", 1);
        check("<a", "", 0);
        assert!(shown(b"<a").2 && shown(b"<a><![CDATA[x").2 && shown(b"<a b=\"").2);
        assert!(!shown(b"<a>").2);
        assert_eq!(shown(b"<a><![CDATA[x").0, "a;[x]");
        assert_eq!(shown(b"<a>\xff</a>").0, "a;[\u{fffd}]/a");
    }

    #[test]
    fn windows_end_anywhere() {
        let text = format!("<a>{}<![CDATA[{}]]></a>", "x ".repeat(300_000), "]]".repeat(300_000));
        let (out, damage, cut) = shown(text.as_bytes());
        assert_eq!((damage, cut), (0, false));
        assert_eq!(out.len(), 1_200_008);
    }
}
