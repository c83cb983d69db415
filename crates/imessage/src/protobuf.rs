//! The little of Protocol Buffers that drawn messages need: fields of one message by number, unknown
//! ones passed over, nothing nested followed by itself.

/// Most fields of one message.
const MOST_FIELDS: usize = 10_000;

/// A field's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field<'a> {
    /// Types 0, 1 and 5.
    Number(u64),
    /// Type 2.
    Bytes(&'a [u8]),
}

/// All fields of a message in order; `None` when the bytes are no message.
pub(crate) fn fields(mut bytes: &[u8]) -> Option<Vec<(u64, Field<'_>)>> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        if fields.len() >= MOST_FIELDS {
            return None;
        }
        let key = varint(&mut bytes)?;
        let value = match key & 7 {
            0 => Field::Number(varint(&mut bytes)?),
            1 => Field::Number(u64::from_le_bytes(*take(&mut bytes, 8)?.first_chunk()?)),
            2 => {
                let n = usize::try_from(varint(&mut bytes)?).ok()?;
                Field::Bytes(take(&mut bytes, n)?)
            }
            5 => Field::Number(u64::from(u32::from_le_bytes(*take(&mut bytes, 4)?.first_chunk()?))),
            _ => return None,
        };
        if key >> 3 == 0 {
            return None;
        }
        fields.push((key >> 3, value));
    }
    Some(fields)
}

/// The last value of a field that is a number.
pub(crate) fn number(fields: &[(u64, Field<'_>)], number: u64) -> Option<u64> {
    fields.iter().rev().find_map(|f| match f.1 {
        Field::Number(n) if f.0 == number => Some(n),
        _ => None,
    })
}

/// The last value of a field that is bytes.
pub(crate) fn bytes<'a>(fields: &[(u64, Field<'a>)], number: u64) -> Option<&'a [u8]> {
    fields.iter().rev().find_map(|f| match f.1 {
        Field::Bytes(b) if f.0 == number => Some(b),
        _ => None,
    })
}

fn take<'a>(bytes: &mut &'a [u8], n: usize) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(n)?;
    *bytes = rest;
    Some(taken)
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let byte = *take(bytes, 1)?.first()?;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_and_what_is_none() {
        let message = [0x08, 0x96, 0x01, 0x12, 2, b'h', b'i', 0x1d, 1, 0, 0, 0, 0x21, 2, 0, 0, 0, 0, 0, 0, 0];
        let found = fields(&message).unwrap();
        assert_eq!(number(&found, 1), Some(150));
        assert_eq!(bytes(&found, 2), Some(&b"hi"[..]));
        assert_eq!((number(&found, 3), number(&found, 4), number(&found, 2)), (Some(1), Some(2), None));
        for end in 1..message.len() {
            let cut = fields(&message[..end]);
            assert!(cut.is_none() || [3, 7, 12].contains(&end), "{end}");
        }
        for bad in [&[0x0b][..], &[0x02, 0], &[0xff; 20], &[0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]] {
            assert_eq!(fields(bad), None, "{bad:?}");
        }
    }
}
