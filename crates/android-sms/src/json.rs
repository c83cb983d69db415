//! Rows kept as JSON objects: found one by one in a stream of any length, and their columns taken out.
//! Objects may be the elements of an array or lines of their own; a damaged one is reported and the next
//! one found.

use std::borrow::Cow;
use std::sync::Arc;

use model::{Fault, Raw, ReadAt, Sensitive};
use serde_json::{Map, Value};

/// Most bytes of one object.
pub const MOST_OBJECT: u64 = 64 << 20;

/// Most bytes that are looked through in vain, over all: damage made to cost time ends the stream.
const MOST_IN_VAIN: u64 = 1 << 28;

/// Bytes looked at at once.
const WINDOW: usize = 1 << 16;

/// How objects lie in the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// `[{...},{...}]`.
    Array,
    /// One a line.
    Lines,
}

/// An object: where it lies and what it is.
pub struct Object {
    /// Offset in the stream.
    pub start: u64,
    /// Bytes of it.
    pub len: u64,
    /// The object, or what is wrong with it.
    pub value: Result<Map<String, Value>, Fault>,
}

/// Objects of a stream.
pub struct Objects {
    bytes: Arc<dyn ReadAt>,
    layout: Layout,
    at: u64,
    /// Whether an array was closed.
    closed: bool,
    window: Vec<u8>,
    base: u64,
    /// Bytes that may still be looked through in vain.
    patience: u64,
}

impl Objects {
    /// Begins at the start of `bytes`.
    pub fn new(bytes: Arc<dyn ReadAt>, layout: Layout) -> Self {
        Self { bytes, layout, at: 0, closed: false, window: Vec::new(), base: 0, patience: MOST_IN_VAIN }
    }

    /// Whether the array was closed; lines need no closing.
    pub fn is_closed(&self) -> bool {
        self.closed || self.layout == Layout::Lines
    }

    fn byte(&mut self, at: u64) -> std::io::Result<Option<u8>> {
        let inside = at.checked_sub(self.base).and_then(|i| usize::try_from(i).ok());
        if let Some(byte) = inside.and_then(|i| self.window.get(i)) {
            return Ok(Some(*byte));
        }
        self.window.resize(WINDOW, 0);
        let n = self.bytes.read_at(at, &mut self.window)?;
        self.window.truncate(n);
        self.base = at;
        Ok(self.window.first().copied())
    }

    /// The next object; `None` at the end.
    ///
    /// # Errors
    /// When reading fails.
    pub fn next_object(&mut self) -> std::io::Result<Option<Object>> {
        match self.layout {
            Layout::Array => self.element(),
            Layout::Lines => self.line(),
        }
    }

    fn line(&mut self) -> std::io::Result<Option<Object>> {
        loop {
            let start = self.at;
            let mut blank = true;
            let ended = loop {
                match self.byte(self.at)? {
                    None => break false,
                    Some(b'\n') => break true,
                    Some(byte) => {
                        blank &= byte.is_ascii_whitespace();
                        self.at += 1;
                    }
                }
            };
            let len = self.at - start;
            self.at += 1;
            if !blank {
                return self.object(start, len).map(Some);
            }
            if !ended {
                return Ok(None);
            }
        }
    }

    fn element(&mut self) -> std::io::Result<Option<Object>> {
        let mut junk: Option<u64> = None;
        loop {
            match self.byte(self.at)? {
                None => break,
                Some(b'{') => break,
                Some(b']') if junk.is_none() => {
                    self.closed = true;
                    self.at += 1;
                }
                Some(b'[' | b',' | 0xef | 0xbb | 0xbf) => self.at += 1,
                Some(byte) if byte.is_ascii_whitespace() => self.at += 1,
                Some(_) => {
                    junk.get_or_insert(self.at);
                    self.at += 1;
                }
            }
        }
        if let Some(start) = junk {
            let value = Err(Fault::Unexpected { expected: "an object" });
            return Ok(Some(Object { start, len: self.at - start, value }));
        }
        let start = self.at;
        if self.byte(start)?.is_none() {
            return Ok(None);
        }
        if let Some(end) = self.end_of(start)? {
            let object = self.object(start, end - start)?;
            if object.value.is_ok() {
                self.at = end;
                return Ok(Some(object));
            }
            // damage inside: is the next object where this one seemed to end?
            self.patience = self.patience.saturating_sub(end - start);
            self.at = self.next_start(start + 1)?;
            return Ok(Some(Object { start, len: self.at - start, value: object.value }));
        }
        let have = self.bytes.len() - start;
        self.patience = self.patience.saturating_sub(have.min(MOST_OBJECT));
        self.at = self.next_start(start + 1)?;
        let value = Err(match have > MOST_OBJECT {
            true => Fault::TooMuch { what: "bytes of an object", bound: MOST_OBJECT },
            false => Fault::Truncated { need: have + 1, have },
        });
        Ok(Some(Object { start, len: self.at - start, value }))
    }

    /// One past the closing brace of the object at `start`; `None` when there is none within the bound.
    fn end_of(&mut self, start: u64) -> std::io::Result<Option<u64>> {
        let (mut depth, mut in_text, mut escaped) = (0_u64, false, false);
        let mut at = start;
        while at - start < MOST_OBJECT {
            let Some(byte) = self.byte(at)? else { return Ok(None) };
            at += 1;
            if in_text {
                match byte {
                    _ if escaped => escaped = false,
                    b'\\' => escaped = true,
                    b'"' => in_text = false,
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => in_text = true,
                b'{' | b'[' => depth += 1,
                b'}' | b']' => {
                    depth -= 1;
                    if depth == 0 {
                        return Ok(Some(at));
                    }
                }
                _ => {}
            }
        }
        Ok(None)
    }

    /// After damage: the next row, or the end. Lists inside a row hold objects too; a row is told from them
    /// by being whole and having a date.
    fn next_start(&mut self, from: u64) -> std::io::Result<u64> {
        let mut before = [0_u8; 2];
        let mut at = from;
        while self.patience > 0 {
            let Some(byte) = self.byte(at)? else { return Ok(at) };
            if byte == b'{' && before == *b"}," {
                let looked_at = match self.end_of(at)? {
                    Some(end) => {
                        if self.object(at, end - at)?.value.is_ok_and(|row| row.contains_key("date")) {
                            return Ok(at);
                        }
                        end - at
                    }
                    None => (self.bytes.len() - at).min(MOST_OBJECT),
                };
                self.patience = self.patience.saturating_sub(looked_at);
            }
            if !byte.is_ascii_whitespace() {
                before = [before[1], byte];
            }
            at += 1;
        }
        Ok(self.bytes.len())
    }

    fn object(&self, start: u64, len: u64) -> std::io::Result<Object> {
        let value = match len > MOST_OBJECT {
            true => Err(Fault::TooMuch { what: "bytes of an object", bound: MOST_OBJECT }),
            false => parse(&self.bytes, start, len)?,
        };
        Ok(Object { start, len, value })
    }
}

/// The object at a place.
///
/// # Errors
/// When reading fails.
pub fn parse(
    bytes: &Arc<dyn ReadAt>,
    start: u64,
    len: u64,
) -> std::io::Result<Result<Map<String, Value>, Fault>> {
    let mut text = vec![0; usize::try_from(len.min(MOST_OBJECT)).unwrap_or_default()];
    bytes.read_exact_at(start, &mut text)?;
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
    Ok(match serde_json::from_slice::<Value>(text) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Err(Fault::Unexpected { expected: "an object" }),
        Err(e) if e.is_eof() => Err(Fault::Truncated { need: len + 1, have: len }),
        Err(_) => match std::str::from_utf8(text) {
            Err(e) => Err(Fault::NotText { encoding: "UTF-8", offset: start + e.valid_up_to() as u64 }),
            Ok(_) => Err(Fault::Unexpected { expected: "JSON" }),
        },
    })
}

/// The columns of a row, taken out one by one; what is left is kept.
pub struct Columns {
    map: Map<String, Value>,
    /// What was odd.
    pub doubts: Vec<Cow<'static, str>>,
}

impl Columns {
    /// Of an object.
    pub fn of(map: Map<String, Value>) -> Self {
        Self { map, doubts: Vec::new() }
    }

    /// Whether there is such a column.
    pub fn has(&self, name: &str) -> bool {
        self.map.get(name).is_some_and(|v| !v.is_null())
    }

    /// A text; numbers are taken as they are written.
    pub fn text(&mut self, name: &'static str) -> Option<String> {
        match self.map.remove(name)? {
            Value::String(text) => Some(text),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(is) => Some(u8::from(is).to_string()),
            Value::Null => None,
            other => {
                self.bad(name, other);
                None
            }
        }
    }

    /// A number, also one that is written as text.
    pub fn number(&mut self, name: &'static str) -> Option<i64> {
        match self.map.remove(name)? {
            Value::Number(number) if number.as_i64().is_some() => number.as_i64(),
            Value::String(text) if text.is_empty() || text == "null" => None,
            Value::String(text) => match text.trim().parse() {
                Ok(number) => Some(number),
                Err(_) => {
                    self.bad(name, Value::String(text));
                    None
                }
            },
            Value::Null => None,
            other => {
                self.bad(name, other);
                None
            }
        }
    }

    /// A list.
    pub fn list(&mut self, name: &'static str) -> Vec<Value> {
        match self.map.remove(name) {
            Some(Value::Array(list)) => list,
            None | Some(Value::Null) => Vec::new(),
            Some(other) => {
                self.bad(name, other);
                Vec::new()
            }
        }
    }

    /// An object, or nothing.
    pub fn object(&mut self, name: &'static str) -> Option<Map<String, Value>> {
        match self.map.remove(name)? {
            Value::Object(map) => Some(map),
            Value::Null => None,
            other => {
                self.bad(name, other);
                None
            }
        }
    }

    /// A value of another kind than the column has: a doubt, and kept.
    fn bad(&mut self, name: &'static str, value: Value) {
        self.doubts.push(format!("bad_column:{name}").into());
        self.map.insert(name.to_owned(), value);
    }

    /// Doubts, and what was not taken as one raw value.
    pub fn finish(self) -> (Vec<Cow<'static, str>>, Vec<Raw>) {
        let Self { map, doubts } = self;
        let mut raw = Vec::new();
        if !map.is_empty()
            && let Ok(bytes) = serde_json::to_vec(&map)
        {
            raw.push(Raw { name: "columns".into(), bytes: Sensitive::new(bytes) });
        }
        (doubts, raw)
    }
}

/// Any bytes as a stream of objects.
#[doc(hidden)]
pub fn fuzz_one(data: &[u8]) {
    for layout in [Layout::Array, Layout::Lines] {
        let mut objects = Objects::new(Arc::new(data.to_vec()), layout);
        let mut last = 0;
        while let Ok(Some(object)) = objects.next_object() {
            assert!(object.start >= last && object.start + object.len <= data.len() as u64, "in order");
            last = object.start;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, layout: Layout, expected: &str, closed: bool) {
        let mut objects = Objects::new(Arc::new(text.as_bytes().to_vec()), layout);
        let mut shown = Vec::new();
        while let Some(object) = objects.next_object().unwrap() {
            shown.push(match object.value {
                Ok(map) => format!("{}={}", object.start, map.keys().cloned().collect::<String>()),
                Err(_) => format!("{}!", object.start),
            });
        }
        assert_eq!((shown.join(" ").as_str(), objects.is_closed()), (expected, closed), "{text}");
    }

    #[test]
    fn arrays() {
        check("[]", Layout::Array, "", true);
        check(r#"[{"a":1},{"b":[{"x":"}"}]}]"#, Layout::Array, "1=a 9=b", true);
        check("[\n {\"a\":\"\\\"}\"} ,\n {\"b\":2}\n]\n", Layout::Array, "3=a 18=b", true);
        // cut
        check(r#"[{"a":1},{"b":"#, Layout::Array, "1=a 9!", false);
        check(r#"[{"a":1}"#, Layout::Array, "1=a", false);
        // a quotation mark lost: that row only
        check(r#"[{"a":"x},{"date":"y"},{"c":"z"}]"#, Layout::Array, "1! 10=date 23=c", true);
        // what stands in a list of a row is no row
        check(r#"[{"a":[{"b":1},{"c":2},{"d"#, Layout::Array, "1!", false);
        check(r#"[{"a":1}xx,{"b":2}]"#, Layout::Array, "1=a 8! 11=b", true);
        check("", Layout::Array, "", false);
    }

    #[test]
    fn lines() {
        check("{\"a\":1}\n\n{\"b\":2}", Layout::Lines, "0=a 9=b", true);
        check("{\"a\":1\n{\"b\":2}\r\n7\n", Layout::Lines, "0! 7=b 16!", true);
        check("", Layout::Lines, "", true);
    }

    #[test]
    fn columns() {
        let map = serde_json::from_str(r#"{"a":"7","b":8,"c":"x","d":null,"e":[1],"f":{}}"#).unwrap();
        let mut columns = Columns::of(map);
        assert_eq!((columns.number("a"), columns.number("b"), columns.number("d")), (Some(7), Some(8), None));
        assert_eq!((columns.number("c"), columns.text("e")), (None, None));
        let (doubts, raw) = columns.finish();
        assert_eq!(doubts, ["bad_column:c", "bad_column:e"]);
        assert_eq!(raw[0].bytes.expose(), br#"{"c":"x","e":[1],"f":{}}"#);
    }
}
