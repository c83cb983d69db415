//! JSON (RFC 8259) and JSON Lines as a walk through elements: a member of an object is an element of its
//! name, every element of an array one of the array's name. Numbers stay as they are written.

use model::{Fault, Place};

use super::document::{Event, Walk};
use super::text::{Utf8, utf8};
use super::{File, MOST_VALUE, Stop};

/// Deepest nesting.
const DEEPEST: usize = 100;

struct Parser<'a, 'b> {
    text: Utf8<'a>,
    line: u64,
    file: &'a File,
    sink: &'b mut dyn FnMut(Event<'_>) -> Result<(), Stop>,
}

pub(super) fn walk(walk: Walk<'_>, sink: &mut dyn FnMut(Event<'_>) -> Result<(), Stop>) -> Result<(), Stop> {
    let Walk { file, encoding } = walk;
    let text = Utf8::new(file.bytes(), encoding).map_err(|fault| file.misfit(Place::File, fault))?;
    let mut parser = Parser { text, line: 1, file, sink };
    // one value, or one a line
    while let Some(first) = parser.space()? {
        if first == b'[' {
            parser.array("", 0)?;
        } else {
            parser.element("", first, 0)?;
        }
    }
    Ok(())
}

impl Parser<'_, '_> {
    fn fail(&self, fault: Fault) -> Stop {
        self.file.misfit(Place::Element { name: "json".into(), index: 1, line: self.line }, fault)
    }

    fn wrong<T>(&self, expected: &'static str) -> Result<T, Stop> {
        Err(self.fail(Fault::Unexpected { expected }))
    }

    fn next(&mut self) -> Result<Option<u8>, Stop> {
        match self.text.next() {
            Ok(byte) => {
                self.line += u64::from(byte == Some(b'\n'));
                Ok(byte)
            }
            Err(e) => {
                let fault = self.text.fault(&e);
                Err(self.fail(fault))
            }
        }
    }

    fn peek(&mut self) -> Result<Option<u8>, Stop> {
        match self.text.peek() {
            Ok(byte) => Ok(byte),
            Err(e) => {
                let fault = self.text.fault(&e);
                Err(self.fail(fault))
            }
        }
    }

    /// Passes over white space; gives the next byte without taking it.
    fn space(&mut self) -> Result<Option<u8>, Stop> {
        loop {
            match self.peek()? {
                Some(b' ' | b'\t' | b'\r' | b'\n') => self.next()?,
                other => return Ok(other),
            };
        }
    }

    /// One value as an element called `name`.
    fn element(&mut self, name: &str, first: u8, depth: usize) -> Result<(), Stop> {
        if first == b'[' {
            return self.array(name, depth);
        }
        (self.sink)(Event::Open { name, line: self.line })?;
        match first {
            b'{' => self.object(depth)?,
            b'"' => {
                let text = self.string()?;
                (self.sink)(Event::Text(&text))?;
            }
            b't' => self.word("true", true)?,
            b'f' => self.word("false", true)?,
            b'n' => self.word("null", false)?,
            b'-' | b'0'..=b'9' => self.number()?,
            _ => return self.wrong("a JSON value"),
        }
        (self.sink)(Event::Close)
    }

    fn array(&mut self, name: &str, depth: usize) -> Result<(), Stop> {
        if depth >= DEEPEST {
            return Err(self.fail(Fault::TooMuch { what: "levels", bound: DEEPEST as u64 }));
        }
        self.next()?;
        if self.space()? == Some(b']') {
            self.next()?;
            return Ok(());
        }
        loop {
            let Some(first) = self.space()? else { return self.wrong("the end of an array") };
            self.element(name, first, depth + 1)?;
            self.space()?;
            match self.next()? {
                Some(b',') => {}
                Some(b']') => return Ok(()),
                _ => return self.wrong("a comma or the end of an array"),
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<(), Stop> {
        if depth >= DEEPEST {
            return Err(self.fail(Fault::TooMuch { what: "levels", bound: DEEPEST as u64 }));
        }
        self.next()?;
        if self.space()? == Some(b'}') {
            self.next()?;
            return Ok(());
        }
        loop {
            if self.space()? != Some(b'"') {
                return self.wrong("the name of a member");
            }
            let name = self.string()?;
            self.space()?;
            if self.next()? != Some(b':') {
                return self.wrong("a colon");
            }
            let Some(first) = self.space()? else { return self.wrong("a JSON value") };
            self.element(&name, first, depth + 1)?;
            self.space()?;
            match self.next()? {
                Some(b',') => {}
                Some(b'}') => return Ok(()),
                _ => return self.wrong("a comma or the end of an object"),
            }
        }
    }

    fn word(&mut self, word: &str, shown: bool) -> Result<(), Stop> {
        for expected in word.bytes() {
            if self.next()? != Some(expected) {
                return self.wrong("a JSON value");
            }
        }
        if shown { (self.sink)(Event::Text(word)) } else { Ok(()) }
    }

    fn number(&mut self) -> Result<(), Stop> {
        let mut digits = String::new();
        while let Some(byte @ (b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')) = self.peek()? {
            self.next()?;
            digits.push(char::from(byte));
            if digits.len() > 400 {
                return self.wrong("a number");
            }
        }
        if digits.parse::<f64>().is_err() {
            return self.wrong("a number");
        }
        (self.sink)(Event::Text(&digits))
    }

    fn string(&mut self) -> Result<String, Stop> {
        self.next()?;
        let mut out = Vec::new();
        loop {
            if out.len() > MOST_VALUE {
                return Err(self.fail(Fault::TooMuch { what: "bytes in a value", bound: MOST_VALUE as u64 }));
            }
            match self.next()? {
                None => return self.wrong("the end of a text"),
                Some(b'"') => return Ok(utf8(out)),
                Some(b'\\') => {
                    let c = self.escape()?;
                    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                }
                Some(0..=0x1f) => return self.wrong("a text without control characters"),
                Some(byte) => out.push(byte),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Stop> {
        Ok(match self.next()? {
            Some(c @ (b'"' | b'\\' | b'/')) => char::from(c),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let first = self.hex()?;
                if !(0xd800..0xdc00).contains(&first) {
                    // a lone half of a pair is no character: kept as the mark for that
                    return Ok(char::from_u32(first).unwrap_or('\u{fffd}'));
                }
                if self.next()? != Some(b'\\') || self.next()? != Some(b'u') {
                    return self.wrong("the second half of a pair");
                }
                let second = self.hex()?;
                if !(0xdc00..0xe000).contains(&second) {
                    return self.wrong("the second half of a pair");
                }
                char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00)).unwrap_or('\u{fffd}')
            }
            _ => return self.wrong("an escape"),
        })
    }

    fn hex(&mut self) -> Result<u32, Stop> {
        let mut value = 0;
        for _ in 0..4 {
            let Some(digit) = self.next()?.and_then(|b| char::from(b).to_digit(16)) else {
                return self.wrong("four hexadecimal digits");
            };
            value = value * 16 + digit;
        }
        Ok(value)
    }
}
