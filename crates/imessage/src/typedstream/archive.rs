//! The archive itself: tags, shared strings, objects and classes, as a reader over the bytes that
//! builds values only where they are asked for.

use model::Fault;

/// Values that the archive holds, as far as message texts need them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    Int(i64),
    Double(f64),
    /// Raw bytes: `+`, and arrays of characters.
    Bytes(&'a [u8]),
    /// A shared string: `%`, `:`, `*`.
    Shared(&'a [u8]),
    /// An object by its number.
    Object(usize),
    /// A class by its number.
    Class(usize),
    Nil,
    /// Members of an array or structure.
    List(Vec<Value<'a>>),
}

/// Entry of the object table; instances, classes and C strings share one numbering.
#[derive(Debug)]
pub(crate) enum Entry<'a> {
    /// An instance: its class and the values of its groups, in order.
    Instance { class: usize, values: Vec<Value<'a>> },
    /// A class and its superclass.
    Class { name: &'a [u8], superclass: Option<usize> },
    /// A C string.
    CString(&'a [u8]),
    /// Begun and not finished: the archive is cut, or refers to an object from inside it.
    Unfinished,
}

const NEW: u8 = 0x84;
const NIL: u8 = 0x85;
const END: u8 = 0x86;
/// Head bytes below this one (as signed: -128 to -111) are tags, from it on references count.
const FIRST_REFERENCE: i64 = -110;

const MOST_OBJECTS: usize = 100_000;
const DEEPEST: u32 = 64;
/// Most values for each byte of an archive: a value takes a byte at least, but for structures and arrays
/// around it; an archive of some hundred bytes that declares millions of empty structures is refused.
const VALUES_PER_BYTE: usize = 8;

/// A reader over an archive, with its two tables.
pub(crate) struct Archive<'a> {
    bytes: &'a [u8],
    at: usize,
    strings: Vec<&'a [u8]>,
    pub(crate) objects: Vec<Entry<'a>>,
    depth: u32,
    values: usize,
    /// What is left of a byte string that the end of the archive cut.
    pub(crate) cut: Option<&'a [u8]>,
}

impl<'a> Archive<'a> {
    /// Checks the header: version 4, `streamtyped`, any system version.
    pub(crate) fn new(bytes: &'a [u8]) -> Result<Self, Fault> {
        // room for what nearly every message has
        let (strings, objects) = (Vec::with_capacity(16), Vec::with_capacity(16));
        let mut archive = Self { bytes, at: 0, strings, objects, depth: 0, values: 0, cut: None };
        if !bytes.starts_with(b"\x04\x0bstreamtyped") {
            return Err(Fault::Unexpected { expected: "a typedstream of version 4" });
        }
        archive.at = 13;
        archive.int()?;
        Ok(archive)
    }

    /// Whether all bytes are used.
    #[cfg(test)]
    pub(crate) fn at_end(&self) -> bool {
        self.at >= self.bytes.len()
    }

    fn take(&mut self, n: usize) -> Result<&'a [u8], Fault> {
        let end = self.at.checked_add(n).filter(|end| *end <= self.bytes.len());
        let end = end.ok_or(Fault::Truncated {
            need: (self.at as u64).saturating_add(n as u64),
            have: self.bytes.len() as u64,
        })?;
        let taken = &self.bytes[self.at..end];
        self.at = end;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, Fault> {
        self.take(1).map(|b| b[0])
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        self.take(N)?.try_into().map_err(|_| Fault::Truncated { need: N as u64, have: 0 })
    }

    /// A signed integer: one byte, or 0x81, 0x82, 0x87 and two, four, eight bytes.
    fn int(&mut self) -> Result<i64, Fault> {
        Ok(match self.byte()? {
            0x81 => i64::from(i16::from_le_bytes(self.array()?)),
            0x82 => i64::from(i32::from_le_bytes(self.array()?)),
            0x87 => i64::from_le_bytes(self.array()?),
            0x80 | 0x83..=0x86 | 0x88..=0x91 => return Err(Fault::Unexpected { expected: "an integer" }),
            byte => i64::from(byte.cast_signed()),
        })
    }

    /// The same bytes taken as unsigned.
    fn unsigned(&mut self) -> Result<u64, Fault> {
        Ok(match self.byte()? {
            0x81 => u64::from(u16::from_le_bytes(self.array()?)),
            0x82 => u64::from(u32::from_le_bytes(self.array()?)),
            0x87 => u64::from_le_bytes(self.array()?),
            0x80 | 0x83..=0x86 | 0x88..=0x91 => return Err(Fault::Unexpected { expected: "an integer" }),
            byte => u64::from(byte),
        })
    }

    fn length(&mut self) -> Result<usize, Fault> {
        let n = self.unsigned()?;
        usize::try_from(n).map_err(|_| Fault::Truncated { need: n, have: self.bytes.len() as u64 })
    }

    /// A reference: its number in the table, counted from 0.
    fn reference(&mut self) -> Result<usize, Fault> {
        let head = self.int()?;
        usize::try_from(head - FIRST_REFERENCE).map_err(|_| Fault::Unexpected { expected: "a reference" })
    }

    /// A shared string: new, or by number; `None` is nil.
    fn shared(&mut self) -> Result<Option<&'a [u8]>, Fault> {
        match self.peek() {
            Some(NEW) => {
                self.at += 1;
                let n = self.length()?;
                let string = self.take(n)?;
                if self.strings.len() >= MOST_OBJECTS {
                    return Err(Fault::TooMuch { what: "shared strings", bound: MOST_OBJECTS as u64 });
                }
                self.strings.push(string);
                Ok(Some(string))
            }
            Some(NIL) => {
                self.at += 1;
                Ok(None)
            }
            _ => {
                let number = self.reference()?;
                let string = self.strings.get(number).copied();
                string.map(Some).ok_or(Fault::Unexpected { expected: "a known shared string" })
            }
        }
    }

    /// One group: a type encoding, then a value for each type in it.
    pub(crate) fn group(&mut self, out: &mut Vec<Value<'a>>) -> Result<(), Fault> {
        let mut types = self.shared()?.ok_or(Fault::Unexpected { expected: "a type encoding" })?;
        while !types.is_empty() {
            let value = self.value(&mut types)?;
            out.push(value);
        }
        Ok(())
    }

    /// One value of the first type of `types`, which is taken off.
    fn value(&mut self, types: &mut &'a [u8]) -> Result<Value<'a>, Fault> {
        self.values += 1;
        let most = self.bytes.len().saturating_mul(VALUES_PER_BYTE);
        if self.values > most {
            return Err(Fault::TooMuch { what: "values of a typedstream", bound: most as u64 });
        }
        let (&letter, rest) = types.split_first().ok_or(Fault::Unexpected { expected: "a type" })?;
        *types = rest;
        Ok(match letter {
            b'c' | b'C' | b'B' => {
                // characters are raw bytes, never in the long form
                let byte = self.byte()?;
                Value::Int(if letter == b'c' { i64::from(byte.cast_signed()) } else { i64::from(byte) })
            }
            b's' | b'i' | b'l' | b'q' => Value::Int(self.int()?),
            b'S' | b'I' | b'L' | b'Q' => Value::Int(self.unsigned()?.cast_signed()),
            b'f' | b'd' => self.float(letter)?,
            b'@' => match self.object()? {
                Some(number) => Value::Object(number),
                None => Value::Nil,
            },
            b'#' => match self.class()? {
                Some(number) => Value::Class(number),
                None => Value::Nil,
            },
            b'*' => self.c_string()?,
            b'%' | b':' => self.shared()?.map_or(Value::Nil, Value::Shared),
            b'+' => {
                let n = self.length()?;
                let rest = self.bytes.get(self.at..).unwrap_or_default();
                self.cut = rest.len().lt(&n).then_some(rest);
                Value::Bytes(self.take(n)?)
            }
            b'[' => self.c_array(types)?,
            b'{' | b'(' => self.structure(types)?,
            _ => return Err(Fault::Unexpected { expected: "a known type letter" }),
        })
    }

    fn float(&mut self, letter: u8) -> Result<Value<'a>, Fault> {
        if self.peek() != Some(0x83) {
            #[expect(clippy::cast_precision_loss, reason = "the format keeps whole floats as integers")]
            return Ok(Value::Double(self.int()? as f64));
        }
        self.at += 1;
        Ok(Value::Double(match letter {
            b'f' => f64::from(f32::from_le_bytes(self.array()?)),
            _ => f64::from_le_bytes(self.array()?),
        }))
    }

    fn c_array(&mut self, types: &mut &'a [u8]) -> Result<Value<'a>, Fault> {
        let digits = types.iter().take_while(|b| b.is_ascii_digit()).count();
        let count = std::str::from_utf8(&types[..digits]).ok().and_then(|d| d.parse::<usize>().ok());
        let count = count.ok_or(Fault::Unexpected { expected: "the length of an array type" })?;
        *types = &types[digits..];
        if matches!(types.first(), Some(b'c' | b'C')) && types.get(1) == Some(&b']') {
            *types = &types[2..];
            return self.take(count).map(Value::Bytes);
        }
        let element = *types;
        let mut after = element;
        if count == 0 {
            skip_type(&mut after)?;
        }
        let mut list = Vec::new();
        self.nested(|archive| {
            for _ in 0..count {
                after = element;
                list.push(archive.value(&mut after)?);
            }
            Ok(())
        })?;
        *types = after.strip_prefix(b"]").ok_or(Fault::Unexpected { expected: "] of an array type" })?;
        Ok(Value::List(list))
    }

    fn structure(&mut self, types: &mut &'a [u8]) -> Result<Value<'a>, Fault> {
        // {name=members} or {members}
        let close = matching(types)?;
        if let Some(eq) = types[..close].iter().position(|b| *b == b'=') {
            *types = &types[eq + 1..];
        }
        let mut list = Vec::new();
        self.nested(|archive| {
            while !matches!(types.first(), None | Some(b'}' | b')')) {
                list.push(archive.value(types)?);
            }
            Ok(())
        })?;
        *types = types.get(1..).unwrap_or_default();
        Ok(Value::List(list))
    }

    fn nested<T>(&mut self, inner: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Fault::TooMuch { what: "levels of a typedstream", bound: u64::from(DEEPEST) });
        }
        let result = inner(self);
        self.depth -= 1;
        result
    }

    fn enter(&mut self, entry: Entry<'a>) -> Result<usize, Fault> {
        if self.objects.len() >= MOST_OBJECTS {
            return Err(Fault::TooMuch { what: "objects of a typedstream", bound: MOST_OBJECTS as u64 });
        }
        self.objects.push(entry);
        Ok(self.objects.len() - 1)
    }

    fn known(&mut self) -> Result<usize, Fault> {
        let number = self.reference()?;
        if number < self.objects.len() {
            Ok(number)
        } else {
            Err(Fault::Unexpected { expected: "a known object" })
        }
    }

    fn c_string(&mut self) -> Result<Value<'a>, Fault> {
        match self.peek() {
            Some(NEW) => {
                self.at += 1;
                let string = self.shared()?.unwrap_or_default();
                self.enter(Entry::CString(string))?;
                Ok(Value::Shared(string))
            }
            Some(NIL) => {
                self.at += 1;
                Ok(Value::Nil)
            }
            _ => {
                let number = self.known()?;
                match self.objects[number] {
                    Entry::CString(string) => Ok(Value::Shared(string)),
                    _ => Err(Fault::Unexpected { expected: "a C string" }),
                }
            }
        }
    }

    /// An object: its number; `None` is nil.
    pub(crate) fn object(&mut self) -> Result<Option<usize>, Fault> {
        match self.peek() {
            Some(NEW) => {
                self.at += 1;
                self.nested(Self::new_object).map(Some)
            }
            Some(NIL) => {
                self.at += 1;
                Ok(None)
            }
            _ => self.known().map(Some),
        }
    }

    fn new_object(&mut self) -> Result<usize, Fault> {
        let number = self.enter(Entry::Unfinished)?;
        let class = self.class()?.ok_or(Fault::Unexpected { expected: "a class" })?;
        let mut values = Vec::new();
        loop {
            match self.peek() {
                Some(END) => {
                    self.at += 1;
                    break;
                }
                None => {
                    // cut short: keep what came
                    self.objects[number] = Entry::Instance { class, values };
                    return Err(Fault::Truncated { need: self.at as u64 + 1, have: self.at as u64 });
                }
                Some(_) => {
                    if let Err(fault) = self.group(&mut values) {
                        self.objects[number] = Entry::Instance { class, values };
                        return Err(fault);
                    }
                }
            }
        }
        self.objects[number] = Entry::Instance { class, values };
        Ok(number)
    }

    /// A class: its number; `None` ends a chain of superclasses. Chains are walked, not recursed.
    fn class(&mut self) -> Result<Option<usize>, Fault> {
        let mut first = None;
        let mut below: Option<usize> = None;
        loop {
            let this = match self.peek() {
                Some(NEW) => {
                    self.at += 1;
                    let name = self.shared()?.ok_or(Fault::Unexpected { expected: "the name of a class" })?;
                    self.int()?;
                    let number = self.enter(Entry::Class { name, superclass: None })?;
                    (Some(number), true)
                }
                Some(NIL) => {
                    self.at += 1;
                    (None, false)
                }
                _ => {
                    let number = self.known()?;
                    if !matches!(self.objects[number], Entry::Class { .. }) {
                        return Err(Fault::Unexpected { expected: "a class" });
                    }
                    (Some(number), false)
                }
            };
            let (number, new) = this;
            if let Some(Entry::Class { superclass, .. }) = below.and_then(|b| self.objects.get_mut(b)) {
                *superclass = number;
            }
            first = first.or(number);
            if !new {
                return Ok(first);
            }
            below = number;
        }
    }

    /// Whether the class of instance `object`, or one above it, has this name.
    pub(crate) fn is(&self, object: usize, name: &[u8]) -> bool {
        let Some(Entry::Instance { class, .. }) = self.objects.get(object) else { return false };
        let mut class = Some(*class);
        for _ in 0..DEEPEST {
            match class.and_then(|c| self.objects.get(c)) {
                Some(Entry::Class { name: this, .. }) if *this == name => return true,
                Some(Entry::Class { superclass, .. }) => class = *superclass,
                _ => return false,
            }
        }
        false
    }

    /// The values of an instance.
    pub(crate) fn values(&self, object: usize) -> &[Value<'a>] {
        match self.objects.get(object) {
            Some(Entry::Instance { values, .. }) => values,
            _ => &[],
        }
    }
}

/// Position of the bracket that closes a structure type, `types` being behind the opening one.
fn matching(types: &[u8]) -> Result<usize, Fault> {
    let mut depth = 1_u32;
    for (i, b) in types.iter().enumerate() {
        match b {
            b'{' | b'(' => depth += 1,
            b'}' | b')' => {
                depth -= 1;
                if depth == 0 {
                    return Ok(i);
                }
            }
            _ => {}
        }
    }
    Err(Fault::Unexpected { expected: "} of a structure type" })
}

/// Takes one type off without reading a value: the element of an array of length 0.
fn skip_type(types: &mut &[u8]) -> Result<(), Fault> {
    let (&letter, rest) = types.split_first().ok_or(Fault::Unexpected { expected: "a type" })?;
    *types = rest;
    match letter {
        b'{' | b'(' => *types = &types[matching(types)? + 1..],
        b'[' => {
            let close = types.iter().position(|b| *b == b']');
            *types = &types[close.ok_or(Fault::Unexpected { expected: "] of an array type" })? + 1..];
        }
        _ => {}
    }
    Ok(())
}
