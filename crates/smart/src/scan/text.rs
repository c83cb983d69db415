//! Bytes as text: the encoding is given or shown by a byte order mark, malformed text is an error with
//! its offset, and nothing is replaced. A stream: memory is a buffer, whatever the size.

use std::io::{self, BufRead, Read};

use encoding_rs::{Decoder, DecoderResult};
use model::bytes::Sequential;
use model::{Fault, ReadAt};

use super::MOST_VALUE;

/// Bytes decoded at once.
const CHUNK: usize = 64 * 1024;

/// An encoding that a mapping can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Encoding(&'static encoding_rs::Encoding);

/// The encodings that a mapping can name, with their words; each other spelling is refused.
pub(crate) const WORDS: &[(&str, &encoding_rs::Encoding)] = &[
    ("utf-8", encoding_rs::UTF_8),
    ("utf-16le", encoding_rs::UTF_16LE),
    ("utf-16be", encoding_rs::UTF_16BE),
    ("windows-1252", encoding_rs::WINDOWS_1252),
    ("iso-8859-1", encoding_rs::WINDOWS_1252),
    ("iso-8859-15", encoding_rs::ISO_8859_15),
    ("macintosh", encoding_rs::MACINTOSH),
    ("windows-1250", encoding_rs::WINDOWS_1250),
    ("windows-1251", encoding_rs::WINDOWS_1251),
    ("windows-1257", encoding_rs::WINDOWS_1257),
];

/// UTF-8.
pub(crate) const UTF_8: Encoding = Encoding(encoding_rs::UTF_8);

impl Encoding {
    /// The encoding of a word of [`WORDS`]; `utf-16` is what the byte order mark says.
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        let word = word.to_ascii_lowercase();
        WORDS.iter().find(|w| w.0 == word).map(|w| Self(w.1))
    }

    /// Its word.
    pub(crate) fn word(self) -> &'static str {
        WORDS.iter().find(|w| std::ptr::eq(w.1, self.0)).map_or("utf-8", |w| w.0)
    }

    /// The encoding that the first bytes show by a byte order mark, and the length of the mark.
    pub(crate) fn of_mark(bytes: &[u8]) -> Option<(Self, usize)> {
        encoding_rs::Encoding::for_bom(bytes).map(|(encoding, length)| (Self(encoding), length))
    }
}

/// Text in UTF-8 from bytes in any encoding.
pub(crate) struct Utf8<'a> {
    from: Sequential<'a>,
    decoder: Decoder,
    word: &'static str,
    raw: Vec<u8>,
    /// Where in `raw` the bytes not yet decoded begin.
    at: usize,
    /// Offset in the file of the end of `raw`.
    read: u64,
    out: Vec<u8>,
    given: usize,
    ended: bool,
    fault: Option<Fault>,
}

impl<'a> Utf8<'a> {
    /// The text of `bytes` in `encoding`; without one, UTF-8, or what a byte order mark says.
    pub(crate) fn new(bytes: &'a dyn ReadAt, encoding: Option<Encoding>) -> Result<Self, Fault> {
        let mut head = [0; 3];
        let n = bytes.read_at(0, &mut head).map_err(|e| Fault::Io { code: e.raw_os_error().unwrap_or(0) })?;
        let mark = Encoding::of_mark(&head[..n]);
        let encoding = match (encoding, mark) {
            (Some(given), Some((shown, _))) if given != shown => {
                return Err(Fault::Mismatch { what: "the encoding given and the byte order mark" });
            }
            (Some(given), _) => given,
            (None, Some((shown, _))) => shown,
            (None, None) => UTF_8,
        };
        let mut text = Self {
            from: Sequential::new(bytes),
            decoder: encoding.0.new_decoder_without_bom_handling(),
            word: encoding.word(),
            raw: vec![0; CHUNK],
            at: CHUNK,
            read: 0,
            out: Vec::with_capacity(CHUNK * 3),
            given: 0,
            ended: false,
            fault: None,
        };
        if let Some((_, length)) = mark {
            let mut skipped = [0; 3];
            text.from.read_exact(&mut skipped[..length]).map_err(|e| io_fault(&e))?;
            text.read = length as u64;
        }
        text.raw.clear();
        text.at = 0;
        Ok(text)
    }

    /// Why reading failed.
    pub(crate) fn fault(&mut self, error: &io::Error) -> Fault {
        self.fault.take().unwrap_or_else(|| io_fault(error))
    }

    fn fill(&mut self) -> io::Result<()> {
        self.out.clear();
        self.given = 0;
        while self.out.is_empty() && !self.ended {
            if self.at == self.raw.len() {
                self.raw.resize(CHUNK, 0);
                let n = self.from.read(&mut self.raw)?;
                self.raw.truncate(n);
                self.at = 0;
                self.read += n as u64;
            }
            let last = self.raw.is_empty();
            self.out.resize(CHUNK * 3, 0);
            let (result, read, written) =
                self.decoder.decode_to_utf8_without_replacement(&self.raw[self.at..], &mut self.out, last);
            self.out.truncate(written);
            self.at += read;
            match result {
                DecoderResult::InputEmpty => self.ended = last,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(bad, behind) => {
                    let left = (self.raw.len() - self.at) as u64;
                    let back = left + u64::from(bad) + u64::from(behind);
                    let offset = self.read.saturating_sub(back);
                    self.fault = Some(Fault::NotText { encoding: self.word, offset });
                    return Err(io::ErrorKind::InvalidData.into());
                }
            }
        }
        Ok(())
    }
}

fn io_fault(error: &io::Error) -> Fault {
    Fault::Io { code: error.raw_os_error().unwrap_or(0) }
}

impl Read for Utf8<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let ready = self.fill_buf()?;
        let n = ready.len().min(buf.len());
        buf[..n].copy_from_slice(&ready[..n]);
        self.consume(n);
        Ok(n)
    }
}

impl BufRead for Utf8<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.given == self.out.len() {
            self.fill()?;
        }
        Ok(&self.out[self.given..])
    }

    fn consume(&mut self, n: usize) {
        self.given += n;
    }
}

impl Utf8<'_> {
    /// The next byte without taking it.
    pub(crate) fn peek(&mut self) -> io::Result<Option<u8>> {
        Ok(self.fill_buf()?.first().copied())
    }

    /// The next byte.
    pub(crate) fn next(&mut self) -> io::Result<Option<u8>> {
        let byte = self.peek()?;
        if byte.is_some() {
            self.given += 1;
        }
        Ok(byte)
    }

    /// The next line without its end (LF or CRLF); `None` at the end.
    pub(crate) fn line(&mut self) -> Result<Option<String>, Fault> {
        let mut line = Vec::new();
        loop {
            let ready = match self.fill_buf() {
                Ok(ready) => ready,
                Err(e) => return Err(self.fault(&e)),
            };
            if ready.is_empty() {
                break;
            }
            let end = ready.iter().position(|b| *b == b'\n');
            line.extend_from_slice(&ready[..end.unwrap_or(ready.len())]);
            let n = end.map_or(ready.len(), |end| end + 1);
            self.consume(n);
            if line.len() > MOST_VALUE {
                return Err(Fault::TooMuch { what: "bytes in a line", bound: MOST_VALUE as u64 });
            }
            if end.is_some() {
                if line.last() == Some(&b'\r') {
                    line.pop();
                }
                return Ok(Some(utf8(line)));
            }
        }
        Ok((!line.is_empty()).then(|| utf8(line)))
    }
}

/// What a decoder wrote, or a whole piece of it between ASCII bytes: UTF-8 by construction.
pub(crate) fn utf8(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned())
}

/// The whole text of a file of at most `most` bytes.
pub(crate) fn whole(bytes: &dyn ReadAt, encoding: Option<Encoding>, most: u64) -> Result<String, Fault> {
    if bytes.len() > most {
        return Err(Fault::TooMuch { what: "bytes in a file", bound: most });
    }
    let mut text = Utf8::new(bytes, encoding)?;
    let mut out = Vec::new();
    match text.read_to_end(&mut out) {
        Ok(_) => Ok(utf8(out)),
        Err(e) => Err(text.fault(&e)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], encoding: Option<&str>, expected: Result<&str, Fault>) {
        let got = whole(&bytes.to_vec(), encoding.and_then(Encoding::of_word), 1 << 20);
        assert_eq!(got.as_deref(), expected.as_ref().copied());
    }

    #[test]
    fn encodings() {
        check("Rødgrød".as_bytes(), None, Ok("Rødgrød"));
        check(b"\xef\xbb\xbfR\xc3\xb8d", None, Ok("Rød"));
        check(b"\xef\xbb\xbfR\xc3\xb8d", Some("utf-8"), Ok("Rød"));
        check(b"R\xf8dgr\xf8d \x80", Some("windows-1252"), Ok("Rødgrød €"));
        check(b"\xff\xfeR\0\xf8\0d\0", None, Ok("Rød"));
        check(b"\xfe\xff\0R\0\xf8\0d", None, Ok("Rød"));
        check(b"R\0\xf8\0d\0", Some("utf-16le"), Ok("Rød"));
        check(b"", None, Ok(""));
    }

    #[test]
    fn malformed_text_has_its_offset() {
        check(b"R\xf8d", None, Err(Fault::NotText { encoding: "utf-8", offset: 1 }));
        check(b"ab\xc3", None, Err(Fault::NotText { encoding: "utf-8", offset: 2 }));
        check(b"\xff\xfeR\0\xf8", None, Err(Fault::NotText { encoding: "utf-16le", offset: 4 }));
        let mut long = vec![b'a'; 200_000];
        long.push(0xff);
        check(&long, None, Err(Fault::NotText { encoding: "utf-8", offset: 200_000 }));
        let mismatch = Fault::Mismatch { what: "the encoding given and the byte order mark" };
        check(b"\xff\xfeR\0", Some("utf-8"), Err(mismatch));
    }

    #[test]
    fn lines() {
        let bytes = b"a\r\nb\n\nc".to_vec();
        let mut text = Utf8::new(&bytes, None).unwrap();
        let mut lines = Vec::new();
        while let Some(line) = text.line().unwrap() {
            lines.push(line);
        }
        assert_eq!(lines, ["a", "b", "", "c"]);
    }
}
