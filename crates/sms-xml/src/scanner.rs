//! Markup of an XML file as it streams by, with its offset and line: tags, and values of any length that
//! are handed on in pieces. Tolerates what the app writes and XML does not allow (references to halves
//! of surrogate pairs); refuses declarations, so that there are no entities.
//!
//! Knows no element of the format but the names at which it finds its way again after damage.

use std::sync::Arc;

use memchr::{memchr, memchr_iter, memchr2, memmem};
use model::{Fault, ReadAt};

/// Bytes looked at at once.
const WINDOW: usize = 1 << 18;

/// Longest name of an element or attribute.
const MOST_NAME: usize = 128;

/// Why scanning cannot go on here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The file ends inside markup.
    Cut,
    /// Not what XML has there.
    Syntax(&'static str),
    /// A bound of ours.
    TooMuch(&'static str, u64),
    /// The operating system.
    Io(i32),
}

impl Trouble {
    /// As a fault; `at` is the length of the file.
    pub(crate) fn fault(self, len: u64) -> Fault {
        match self {
            Self::Cut => Fault::Truncated { need: len.saturating_add(1), have: len },
            Self::Syntax(expected) => Fault::Unexpected { expected },
            Self::TooMuch(what, bound) => Fault::TooMuch { what, bound },
            Self::Io(code) => Fault::Io { code },
        }
    }
}

/// A short name, as bytes.
pub(crate) type Name = Vec<u8>;

/// A piece of markup.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Markup {
    /// `<name`, its attributes not yet read.
    Open(Name),
    /// `</name>`.
    Close(Name),
    /// The end of the file.
    End,
}

/// An attribute, or the end of the tag.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Attribute {
    /// `name="`, its value not yet read.
    Named(Name),
    /// `>`.
    Opened,
    /// `/>`.
    Empty,
}

/// The scanner.
pub(crate) struct Scanner {
    bytes: Arc<dyn ReadAt>,
    window: Vec<u8>,
    at: usize,
    end: usize,
    /// Offset of the window in the file.
    base: u64,
    line: u64,
    /// How far into the window lines have been counted.
    counted: usize,
    quote: u8,
}

/// Tags at which a value is surely not meant to go on.
const LANDMARKS: [&[u8]; 6] = [b"<sms ", b"<mms ", b"<part ", b"<addr ", b"</mms>", b"</smses"];

impl Scanner {
    pub(crate) fn new(bytes: Arc<dyn ReadAt>) -> Self {
        Self { bytes, window: vec![0; WINDOW], at: 0, end: 0, base: 0, line: 1, counted: 0, quote: b'"' }
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
    fn ready(&mut self, n: usize) -> Result<&[u8], Trouble> {
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
            let got = self
                .bytes
                .read_at(offset, &mut self.window[self.end..])
                .map_err(|e| Trouble::Io(e.raw_os_error().unwrap_or(0)))?;
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

    fn first(&mut self) -> Result<u8, Trouble> {
        self.ready(1)?.first().copied().ok_or(Trouble::Cut)
    }

    fn starts_with(&mut self, text: &[u8]) -> Result<bool, Trouble> {
        Ok(self.ready(text.len())?.starts_with(text))
    }

    /// Goes behind the next `mark`.
    fn behind(&mut self, mark: &[u8]) -> Result<(), Trouble> {
        loop {
            let window = self.ready(mark.len())?;
            if window.len() < mark.len() {
                self.take(usize::MAX - self.at);
                return Err(Trouble::Cut);
            }
            match memmem::find(window, mark) {
                Some(i) => {
                    self.take(i + mark.len());
                    return Ok(());
                }
                None => {
                    let keep = mark.len() - 1;
                    let n = window.len() - keep;
                    self.take(n);
                }
            }
        }
    }

    fn blank(&mut self) -> Result<bool, Trouble> {
        let mut any = false;
        loop {
            let window = self.ready(1)?;
            let n = window.iter().take_while(|b| b.is_ascii_whitespace()).count();
            if n == 0 {
                return Ok(any);
            }
            any = true;
            self.take(n);
        }
    }

    fn name(&mut self) -> Result<Name, Trouble> {
        let window = self.ready(MOST_NAME + 1)?;
        let is_name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b':' | 0x80..);
        let n = window.iter().take_while(|b| is_name(b)).count();
        if n == 0 {
            return Err(if window.is_empty() { Trouble::Cut } else { Trouble::Syntax("a name") });
        }
        if n > MOST_NAME {
            return Err(Trouble::TooMuch("bytes in a name", MOST_NAME as u64));
        }
        if n == window.len() {
            return Err(Trouble::Cut);
        }
        let name = window[..n].to_vec();
        self.take(n);
        Ok(name)
    }

    /// The next tag; text, comments and instructions are passed over.
    pub(crate) fn markup(&mut self) -> Result<Markup, Trouble> {
        loop {
            let window = self.ready(1)?;
            if window.is_empty() {
                return Ok(Markup::End);
            }
            let Some(i) = memchr(b'<', window) else {
                let n = window.len();
                self.take(n);
                continue;
            };
            self.take(i);
            if self.starts_with(b"<!--")? {
                self.take(4);
                self.behind(b"-->")?;
            } else if self.starts_with(b"<![CDATA[")? {
                self.behind(b"]]>")?;
            } else if self.starts_with(b"<?")? {
                self.behind(b"?>")?;
            } else if self.starts_with(b"<!")? {
                self.take(2);
                return Err(Trouble::Syntax("no declaration"));
            } else if self.starts_with(b"</")? {
                self.take(2);
                let name = self.name()?;
                self.blank()?;
                if self.first()? != b'>' {
                    return Err(Trouble::Syntax("the end of a closing tag"));
                }
                self.take(1);
                return Ok(Markup::Close(name));
            } else {
                self.take(1);
                return self.name().map(Markup::Open);
            }
        }
    }

    /// The next attribute of the tag that was opened.
    pub(crate) fn attribute(&mut self) -> Result<Attribute, Trouble> {
        self.blank()?;
        match self.first()? {
            b'>' => {
                self.take(1);
                return Ok(Attribute::Opened);
            }
            b'/' => {
                self.take(1);
                if self.first()? != b'>' {
                    return Err(Trouble::Syntax("the end of a tag"));
                }
                self.take(1);
                return Ok(Attribute::Empty);
            }
            _ => {}
        }
        let name = self.name()?;
        self.blank()?;
        if self.first()? != b'=' {
            return Err(Trouble::Syntax("an equals sign"));
        }
        self.take(1);
        self.blank()?;
        self.quote = self.first()?;
        if !matches!(self.quote, b'"' | b'\'') {
            return Err(Trouble::Syntax("a quotation mark"));
        }
        self.take(1);
        Ok(Attribute::Named(name))
    }

    /// The value of the attribute, in pieces, up to its closing mark, which is passed over.
    pub(crate) fn value(
        &mut self,
        mut piece: impl FnMut(&[u8]) -> Result<(), Trouble>,
    ) -> Result<(), Trouble> {
        loop {
            let quote = self.quote;
            let window = self.ready(1)?;
            if window.is_empty() {
                return Err(Trouble::Cut);
            }
            match memchr2(quote, b'<', window) {
                None => {
                    piece(window)?;
                    let n = window.len();
                    self.take(n);
                }
                Some(i) => {
                    if i > 0 {
                        piece(&window[..i])?;
                    }
                    let closed = window[i] == quote;
                    self.take(i);
                    if closed {
                        self.take(1);
                        return Ok(());
                    }
                    let ahead = self.ready(8)?;
                    if LANDMARKS.iter().any(|mark| ahead.starts_with(mark)) {
                        return Err(Trouble::Syntax("a closing quotation mark"));
                    }
                    piece(b"<")?;
                    self.take(1);
                }
            }
        }
    }

    /// The value of the attribute, whole, up to `bound` bytes.
    pub(crate) fn whole(&mut self, into: &mut Vec<u8>, bound: usize) -> Result<(), Trouble> {
        into.clear();
        self.value(|piece| {
            if into.len() + piece.len() > bound {
                return Err(Trouble::TooMuch("bytes in a value", bound as u64));
            }
            into.extend_from_slice(piece);
            Ok(())
        })
    }

    /// After damage: goes to the next tag that begins a record or ends the file's root.
    pub(crate) fn find_record(&mut self) -> Result<(), Trouble> {
        loop {
            let window = self.ready(8)?;
            if window.is_empty() {
                return Ok(());
            }
            match memchr(b'<', window) {
                None => {
                    let n = window.len();
                    self.take(n);
                }
                Some(i) => {
                    self.take(i);
                    let ahead = self.ready(8)?;
                    if [&b"<sms "[..], b"<mms ", b"</smses"].iter().any(|mark| ahead.starts_with(mark)) {
                        return Ok(());
                    }
                    self.take(1);
                }
            }
        }
    }
}
