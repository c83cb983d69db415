//! Text of the provider: subjects and names are kept as the bytes of the wire, one character a byte
//! (ISO-8859-1), beside the number of their character set (IANA MIBenum). Copies carry that along.

/// What a subject or name says: its characters taken as bytes and decoded by their character set. Text
/// that cannot be such bytes is taken as it is.
pub fn unfold(stored: &str, charset: Option<i64>) -> String {
    let mut bytes = Vec::with_capacity(stored.len());
    for c in stored.chars() {
        match u8::try_from(u32::from(c)) {
            Ok(byte) => bytes.push(byte),
            // a character that no byte has: this copy was decoded before
            Err(_) => return stored.to_owned(),
        }
    }
    if bytes.is_ascii() && !is_wide(charset) {
        return stored.to_owned();
    }
    decode_charset(&bytes, charset).unwrap_or_else(|| stored.to_owned())
}

/// Bytes in the character set of that number; `None` when they are not text in it.
pub fn decode_charset(bytes: &[u8], charset: Option<i64>) -> Option<String> {
    match charset {
        // ISO-8859-1
        Some(4) => Some(bytes.iter().map(|b| char::from(*b)).collect()),
        // UTF-16BE, ISO-10646-UCS-2
        Some(1000 | 1013) => utf16(bytes, u16::from_be_bytes),
        // UTF-16LE
        Some(1014) => utf16(bytes, u16::from_le_bytes),
        // UTF-16 with its mark
        Some(1015) => match bytes {
            [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
            [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
            all => utf16(all, u16::from_be_bytes),
        },
        // UTF-8 (106), US-ASCII (3), none (0): what phones of today write
        _ => String::from_utf8(bytes.to_vec()).ok(),
    }
}

fn is_wide(charset: Option<i64>) -> bool {
    matches!(charset, Some(1000 | 1013..=1015))
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units: Vec<u16> = pairs.iter().map(|p| unit(*p)).collect();
    String::from_utf16(&units).ok().filter(|_| rest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(stored: &str, charset: Option<i64>, expected: &str) {
        assert_eq!(unfold(stored, charset), expected);
    }

    #[test]
    fn subjects() {
        check("Frokost", Some(106), "Frokost");
        check("R\u{c3}\u{b8}dgr\u{c3}\u{b8}d", Some(106), "Rødgrød");
        check("R\u{c3}\u{b8}dgr\u{c3}\u{b8}d", None, "Rødgrød");
        // decoded before, or in ISO-8859-1 to begin with
        check("Rødgrød 🙂", Some(106), "Rødgrød 🙂");
        check("Rødgrød", Some(106), "Rødgrød");
        check("Rødgrød", Some(4), "Rødgrød");
        check("\0H\0e\0j", Some(1000), "Hej");
        check("\u{ff}\u{fe}H\0e\0j\0", Some(1015), "Hej");
        check("", Some(106), "");
    }
}
