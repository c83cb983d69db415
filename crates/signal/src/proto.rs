//! The protobuf wire format, walked field by field without generated code, so that a field nobody
//! knows is seen and can be reported instead of vanishing. Knows no message type.

use model::Fault;

/// One value as the wire has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    /// Wire type 0.
    Varint(u64),
    /// Wire type 1, eight bytes little-endian.
    Fixed64(u64),
    /// Wire type 2.
    Bytes(&'a [u8]),
    /// Wire type 5, four bytes little-endian.
    Fixed32(u32),
}

impl<'a> Value<'a> {
    /// The number; 0 for bytes.
    pub(crate) fn int(self) -> u64 {
        match self {
            Self::Varint(n) | Self::Fixed64(n) => n,
            Self::Fixed32(n) => u64::from(n),
            Self::Bytes(_) => 0,
        }
    }

    /// The bytes; empty for a number.
    pub(crate) fn bytes(self) -> &'a [u8] {
        match self {
            Self::Bytes(b) => b,
            _ => &[],
        }
    }
}

/// The fields of a message in the order of the wire.
#[derive(Clone)]
pub(crate) struct Fields<'a> {
    bytes: &'a [u8],
    at: usize,
    failed: bool,
}

impl<'a> Fields<'a> {
    /// Starts at the first field.
    pub(crate) fn of(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, failed: false }
    }

    fn take(&mut self, n: u64) -> Result<&'a [u8], Fault> {
        let have = self.bytes.len() - self.at;
        let want = usize::try_from(n).ok().filter(|n| *n <= have);
        let want = want.ok_or(Fault::Truncated { need: n, have: have as u64 })?;
        let taken = &self.bytes[self.at..self.at + want];
        self.at += want;
        Ok(taken)
    }

    fn field(&mut self) -> Result<(u32, Value<'a>), Fault> {
        let key = self.varint()?;
        let number = u32::try_from(key >> 3).ok().filter(|n| *n > 0);
        let number = number.ok_or(Fault::Unexpected { expected: "a field number" })?;
        let value = match key & 7 {
            0 => Value::Varint(self.varint()?),
            1 => Value::Fixed64(u64::from_le_bytes(array(self.take(8)?)?)),
            2 => {
                let n = self.varint()?;
                Value::Bytes(self.take(n)?)
            }
            5 => Value::Fixed32(u32::from_le_bytes(array(self.take(4)?)?)),
            _ => return Err(Fault::Unexpected { expected: "a wire type" }),
        };
        Ok((number, value))
    }

    fn varint(&mut self) -> Result<u64, Fault> {
        let (value, n) = varint(&self.bytes[self.at..])?;
        self.at += n;
        Ok(value)
    }
}

fn array<const N: usize>(bytes: &[u8]) -> Result<[u8; N], Fault> {
    bytes.try_into().map_err(|_| Fault::Truncated { need: N as u64, have: bytes.len() as u64 })
}

/// A base-128 number and how many bytes it took, at most ten.
pub(crate) fn varint(bytes: &[u8]) -> Result<(u64, usize), Fault> {
    let mut value = 0_u64;
    for (i, byte) in bytes.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * i).min(63);
        if byte & 0x80 == 0 {
            return Ok((value, i + 1));
        }
    }
    let have = bytes.len() as u64;
    Err(if have < 10 {
        Fault::Truncated { need: have + 1, have }
    } else {
        Fault::Unexpected { expected: "a number" }
    })
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u32, Value<'a>), Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed || self.at >= self.bytes.len() {
            return None;
        }
        let field = self.field();
        self.failed = field.is_err();
        Some(field)
    }
}

/// The last value of a field, as protobuf wants it; damage behind it is left aside.
pub(crate) fn last(bytes: &[u8], number: u32) -> Option<Value<'_>> {
    Fields::of(bytes).map_while(Result::ok).filter(|(n, _)| *n == number).map(|(_, v)| v).last()
}

/// Every value of a repeated field; damage behind them is left aside.
pub(crate) fn all(bytes: &[u8], number: u32) -> impl Iterator<Item = Value<'_>> {
    Fields::of(bytes).map_while(Result::ok).filter(move |(n, _)| *n == number).map(|(_, v)| v)
}

/// The last value of a field as text, when it is there and not empty.
pub(crate) fn text(bytes: &[u8], number: u32) -> Option<String> {
    let bytes = last(bytes, number)?.bytes();
    (!bytes.is_empty()).then(|| String::from_utf8_lossy(bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expected: &str) {
        let shown: Vec<String> = Fields::of(bytes)
            .map(|f| match f {
                Ok((n, Value::Bytes(b))) => format!("{n}:{}b", b.len()),
                Ok((n, v)) => format!("{n}={}", v.int()),
                Err(e) => format!("! {e}"),
            })
            .collect();
        assert_eq!(shown.join(" "), expected);
    }

    #[test]
    fn fields_in_order() {
        check(&[0x08, 0x96, 0x01, 0x12, 0x02, b'h', b'i', 0x1d, 1, 0, 0, 0], "1=150 2:2b 3=1");
        check(&[0x09, 1, 0, 0, 0, 0, 0, 0, 0], "1=1");
        check(&[0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], "1=18446744073709551615");
        check(&[], "");
    }

    #[test]
    fn damage_has_numbers() {
        check(&[0x12, 0x05, b'h'], "! need 5 bytes, have 1");
        check(&[0x08, 0x80], "! need 2 bytes, have 1");
        check(&[0x03], "! expected a field number");
        check(&[0x0b], "! expected a wire type");
        check(&[0x12, 0xff, 0xff, 0xff, 0xff, 0x0f], "! need 4294967295 bytes, have 0");
        check(&[0x08; 3], "1=8 ! need 1 bytes, have 0");
    }
}
