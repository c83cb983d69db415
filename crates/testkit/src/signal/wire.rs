//! Protobuf, as much as is needed to write it.

/// A base-128 number.
pub(crate) fn varint(mut n: u64) -> Vec<u8> {
    let mut out = Vec::new();
    while n >= 0x80 {
        out.push(u8::try_from(n & 0x7f).expect("seven bits") | 0x80);
        n >>= 7;
    }
    out.push(u8::try_from(n).expect("seven bits"));
    out
}

/// A field with a number.
pub(crate) fn int(field: u32, n: u64) -> Vec<u8> {
    let mut out = varint(u64::from(field) << 3);
    out.extend(varint(n));
    out
}

/// A field with bytes, text or a message.
pub(crate) fn bytes(field: u32, b: &[u8]) -> Vec<u8> {
    let mut out = varint(u64::from(field) << 3 | 2);
    out.extend(varint(b.len() as u64));
    out.extend(b);
    out
}

/// A message out of fields.
pub(crate) fn message(field: u32, parts: &[Vec<u8>]) -> Vec<u8> {
    bytes(field, &parts.concat())
}
