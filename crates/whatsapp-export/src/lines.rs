//! The physical lines of a text, one after another, in bounded memory: UTF-8, or UTF-16 by its mark. Knows
//! nothing of chats. A line longer than [`MOST_BYTES`] comes in several pieces.

use std::io::{self, BufRead, BufReader, Read};

use model::ReadAt;
use model::bytes::Sequential;

/// Most bytes of one piece of a line. WhatsApp's own bound for a message is 65,536 characters.
pub(crate) const MOST_BYTES: usize = 256 << 10;

/// A physical line, or a piece of one.
pub(crate) struct Line<'l> {
    /// Without its line end.
    pub(crate) bytes: &'l [u8],
    /// Ordinal of the physical line, from 1.
    pub(crate) number: u64,
    /// Whether it is the beginning of the physical line.
    pub(crate) begins: bool,
    /// Whether the line before ended with CR LF; `None` for the first line.
    pub(crate) after_crlf: Option<bool>,
}

/// Reads lines.
pub(crate) struct Lines<'a> {
    input: Box<dyn BufRead + 'a>,
    buf: Vec<u8>,
    /// Bytes of a character that a piece was cut in.
    carry: Vec<u8>,
    number: u64,
    begins: bool,
    after_crlf: Option<bool>,
}

impl<'a> Lines<'a> {
    /// From the first line of `bytes`, the byte order mark taken off.
    pub(crate) fn new(bytes: &'a dyn ReadAt) -> io::Result<Self> {
        let mut mark = [0; 3];
        let n = bytes.read_at(0, &mut mark)?;
        let mut input = BufReader::with_capacity(1 << 18, Sequential::new(bytes));
        let input: Box<dyn BufRead + 'a> = match &mark[..n] {
            [0xff, 0xfe, ..] => Box::new(BufReader::new(Utf16::new(input, u16::from_le_bytes))),
            [0xfe, 0xff, ..] => Box::new(BufReader::new(Utf16::new(input, u16::from_be_bytes))),
            [0xef, 0xbb, 0xbf] => {
                input.read_exact(&mut [0; 3])?;
                Box::new(input)
            }
            _ => Box::new(input),
        };
        let (buf, carry) = (Vec::new(), Vec::new());
        Ok(Self { input, buf, carry, number: 0, begins: true, after_crlf: None })
    }

    /// The next line or piece.
    pub(crate) fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        self.buf.clear();
        self.buf.append(&mut self.carry);
        let room = (MOST_BYTES - self.buf.len()) as u64;
        (&mut self.input).take(room).read_until(b'\n', &mut self.buf)?;
        if self.buf.is_empty() {
            return Ok(None);
        }
        let (begins, after_crlf) = (self.begins, self.after_crlf);
        if begins {
            self.number += 1;
        }
        let mut len = self.buf.len();
        if self.buf[len - 1] == b'\n' {
            len -= 1;
            let crlf = len > 0 && self.buf[len - 1] == b'\r';
            len -= usize::from(crlf);
            self.begins = true;
            self.after_crlf = Some(crlf);
        } else {
            self.begins = false;
            if len == MOST_BYTES {
                // a CR may belong to a line end, a character may go on
                let cut = if self.buf[len - 1] == b'\r' { 1 } else { unfinished(&self.buf) };
                len -= cut;
                self.carry.extend_from_slice(&self.buf[len..]);
            }
        }
        Ok(Some(Line { bytes: &self.buf[..len], number: self.number, begins, after_crlf }))
    }
}

/// How many bytes at the end begin a UTF-8 character and do not end it.
fn unfinished(bytes: &[u8]) -> usize {
    for back in 1..=3.min(bytes.len()) {
        let byte = bytes[bytes.len() - back];
        let need = match byte {
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            0x80..=0xbf => continue,
            _ => return 0,
        };
        return if need > back { back } else { 0 };
    }
    0
}

/// UTF-16 as UTF-8; what is no character becomes U+FFFD.
struct Utf16<R> {
    input: R,
    unit: fn([u8; 2]) -> u16,
    /// The first half of a pair.
    high: Option<u16>,
    out: Vec<u8>,
    at: usize,
    first: bool,
}

impl<R: Read> Utf16<R> {
    fn new(input: R, unit: fn([u8; 2]) -> u16) -> Self {
        Self { input, unit, high: None, out: Vec::new(), at: 0, first: true }
    }

    fn push(&mut self, c: char) {
        if self.first && c == '\u{feff}' {
            self.first = false;
            return;
        }
        self.first = false;
        self.out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }

    fn take(&mut self, unit: u16) {
        if (0xd800..0xdc00).contains(&unit) {
            if self.high.replace(unit).is_some() {
                self.push(char::REPLACEMENT_CHARACTER);
            }
            return;
        }
        let units = self.high.take().into_iter().chain([unit]);
        for decoded in char::decode_utf16(units.collect::<Vec<_>>()) {
            self.push(decoded.unwrap_or(char::REPLACEMENT_CHARACTER));
        }
    }

    /// Decodes some more; nothing more at the end.
    fn fill(&mut self) -> io::Result<()> {
        self.out.clear();
        self.at = 0;
        let mut raw = Vec::with_capacity(8192);
        (&mut self.input).take(8192).read_to_end(&mut raw)?;
        for pair in raw.chunks(2) {
            match *pair {
                [a, b] => self.take((self.unit)([a, b])),
                _ => self.push(char::REPLACEMENT_CHARACTER),
            }
        }
        if raw.is_empty() && self.high.take().is_some() {
            self.push(char::REPLACEMENT_CHARACTER);
        }
        // a chunk that held nothing but a mark or half a pair is not the end
        if self.out.is_empty() && !raw.is_empty() { self.fill() } else { Ok(()) }
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.at == self.out.len() {
            self.fill()?;
        }
        let n = buf.len().min(self.out.len() - self.at);
        buf[..n].copy_from_slice(&self.out[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> Vec<(String, u64, bool, Option<bool>)> {
        let bytes = bytes.to_vec();
        let mut lines = Lines::new(&bytes).unwrap();
        let mut out = Vec::new();
        while let Some(l) = lines.next().unwrap() {
            out.push((String::from_utf8_lossy(l.bytes).into_owned(), l.number, l.begins, l.after_crlf));
        }
        out
    }

    #[track_caller]
    fn check(bytes: &[u8], expected: &[&str]) {
        assert_eq!(all(bytes).iter().map(|l| l.0.as_str()).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn line_ends() {
        check(b"", &[]);
        check(b"\n", &[""]);
        check(b"a", &["a"]);
        check(b"a\nb\r\nc", &["a", "b", "c"]);
        check(b"a\rb\n\r\n", &["a\rb", ""]);
        check(b"\xef\xbb\xbfa\n", &["a"]);
        let ends: Vec<_> = all(b"a\nb\r\nc").iter().map(|l| l.3).collect();
        assert_eq!(ends, [None, Some(false), Some(true)]);
    }

    #[test]
    fn utf_16() {
        let encode = |text: &str, unit: fn(u16) -> [u8; 2]| -> Vec<u8> {
            text.encode_utf16().flat_map(unit).collect()
        };
        let text = "\u{feff}Blåbær 🍓\r\nto";
        check(&encode(text, u16::to_le_bytes), &["Blåbær 🍓", "to"]);
        check(&encode(text, u16::to_be_bytes), &["Blåbær 🍓", "to"]);
        check(b"\xff\xfea\0\x3d\xd8", &["a\u{fffd}"]);
        check(b"\xff\xfe\x3d\xd8\x3d\xd8\x00\xdca", &["\u{fffd}\u{1f400}\u{fffd}"]);
        let long = format!("\u{feff}{}", "🍓a".repeat(9000));
        check(&encode(&long, u16::to_le_bytes), &[&long[3..]]);
    }

    #[test]
    fn long_lines_come_in_pieces_of_whole_characters() {
        let text = format!("{}æ{}\nslut", "x".repeat(MOST_BYTES - 1), "y".repeat(MOST_BYTES));
        let got = all(text.as_bytes());
        assert_eq!(
            got.iter().map(|l| (l.1, l.2)).collect::<Vec<_>>(),
            [(1, true), (1, false), (1, false), (2, true)]
        );
        assert_eq!(got[..3].iter().map(|l| l.0.as_str()).collect::<String>() + "\nslut", text);
    }
}
