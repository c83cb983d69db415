//! The protobuf wire format, walked field by field (Protocol Buffers, "Encoding"). Nothing is built and
//! nothing is copied, so a hostile message costs no more than its length; depth is the caller's.

use model::Fault;

/// A field's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    /// Wire type 0.
    Int(u64),
    /// Wire type 2.
    Bytes(&'a [u8]),
    /// Wire types 1 and 5.
    Fixed,
}

impl<'a> Value<'a> {
    /// The bytes, where it is bytes.
    pub(crate) fn bytes(self) -> Option<&'a [u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The text, where it is text.
    pub(crate) fn text(self) -> Option<&'a str> {
        std::str::from_utf8(self.bytes()?).ok()
    }

    /// The number, where it is one.
    pub(crate) fn int(self) -> Option<u64> {
        match self {
            Self::Int(n) => Some(n),
            _ => None,
        }
    }
}

/// The fields of a message, in order; ends after the first error.
pub(crate) struct Fields<'a> {
    rest: &'a [u8],
}

/// The fields of `bytes`.
pub(crate) fn fields(bytes: &[u8]) -> Fields<'_> {
    Fields { rest: bytes }
}

/// The first field of that number.
pub(crate) fn first(bytes: &[u8], number: u64) -> Option<Value<'_>> {
    fields(bytes).map_while(Result::ok).find(|f| f.0 == number).map(|f| f.1)
}

const TRUNCATED: fn(usize) -> Fault = |have| Fault::Truncated { need: have as u64 + 1, have: have as u64 };

/// A varint and the rest.
pub(crate) fn varint(bytes: &[u8]) -> Result<(u64, &[u8]), Fault> {
    let mut value = 0_u64;
    for (i, byte) in bytes.iter().enumerate().take(10) {
        let low = u64::from(byte & 0x7f);
        if i == 9 && low > 1 {
            break;
        }
        value |= low << (7 * i);
        if byte & 0x80 == 0 {
            return Ok((value, &bytes[i + 1..]));
        }
    }
    Err(if bytes.len() < 10 {
        TRUNCATED(bytes.len())
    } else {
        Fault::Unexpected { expected: "a number of at most 64 bits" }
    })
}

impl<'a> Fields<'a> {
    fn take(&mut self) -> Result<(u64, Value<'a>), Fault> {
        let (tag, rest) = varint(self.rest)?;
        let skip = |n: usize| rest.split_at_checked(n).ok_or_else(|| TRUNCATED(rest.len()));
        let (value, rest) = match tag & 7 {
            0 => varint(rest).map(|(n, rest)| (Value::Int(n), rest))?,
            1 => (Value::Fixed, skip(8)?.1),
            2 => {
                let (len, rest) = varint(rest)?;
                let len = usize::try_from(len).unwrap_or(usize::MAX);
                let (bytes, rest) = rest.split_at_checked(len).ok_or_else(|| TRUNCATED(rest.len()))?;
                (Value::Bytes(bytes), rest)
            }
            5 => (Value::Fixed, skip(4)?.1),
            _ => return Err(Fault::Unexpected { expected: "a wire type of protobuf" }),
        };
        if tag >> 3 == 0 {
            return Err(Fault::Unexpected { expected: "a field number of protobuf" });
        }
        self.rest = rest;
        Ok((tag >> 3, value))
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, Value<'a>), Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let taken = self.take();
        if taken.is_err() {
            self.rest = &[];
        }
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expected: &str) {
        let shown: Vec<String> = fields(bytes)
            .map(|f| match f {
                Ok((n, Value::Int(v))) => format!("{n}={v}"),
                Ok((n, Value::Bytes(b))) => format!("{n}:{}", b.len()),
                Ok((n, Value::Fixed)) => format!("{n}f"),
                Err(Fault::Truncated { .. }) => "cut".to_owned(),
                Err(_) => "bad".to_owned(),
            })
            .collect();
        assert_eq!(shown.join(" "), expected);
    }

    #[test]
    fn wire_types() {
        check(b"", "");
        check(&[0x08, 0x96, 0x01], "1=150");
        check(&[0x12, 2, b'h', b'i', 0x20, 1], "2:2 4=1");
        check(&[0x09, 0, 0, 0, 0, 0, 0, 0, 0, 0x15, 0, 0, 0, 0], "1f 2f");
    }

    #[test]
    fn hostile() {
        check(&[0x12, 5, b'h'], "cut");
        check(&[0x08], "cut");
        check(&[0x80], "cut");
        check(&[0x08, 1, 0x0f], "1=1 bad");
        check(&[0x00, 1], "bad");
        check(&[0xff; 32], "bad");
        check(&[0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], "cut");
    }
}
