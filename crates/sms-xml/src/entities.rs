//! References in a value: the five that XML has, and characters by number. The app writes characters
//! beyond U+FFFF as two numbers, the halves of a surrogate pair (Android's KXmlSerializer); they are
//! joined again. What is no character becomes U+FFFD, and the value is then kept as it was written.

/// A value decoded, and what was odd about it.
pub(crate) struct Decoded {
    pub(crate) text: String,
    /// Half a surrogate pair, or a number that is no character of XML.
    pub(crate) no_character: bool,
    /// A reference by a name that is not defined.
    pub(crate) unknown_name: bool,
    /// Bytes that are not UTF-8.
    pub(crate) not_utf8: bool,
}

impl Decoded {
    /// Whether the text is not all that was written.
    pub(crate) fn is_lossy(&self) -> bool {
        self.no_character || self.not_utf8
    }
}

/// Longest reference.
const MOST: usize = 12;

/// Decodes a value.
pub(crate) fn decode(raw: &[u8]) -> Decoded {
    let valid = std::str::from_utf8(raw);
    let not_utf8 = valid.is_err();
    let raw = match valid {
        Ok(text) => std::borrow::Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(raw),
    };
    let mut out = Decoded {
        text: String::with_capacity(raw.len()),
        no_character: false,
        unknown_name: false,
        not_utf8,
    };
    let mut rest = raw.as_ref();
    // the high half seen last, when nothing came between
    let mut high: Option<u32> = None;
    while let Some(i) = memchr::memchr(b'&', rest.as_bytes()) {
        if i > 0 {
            out.drop_half(&mut high);
        }
        out.text.push_str(&rest[..i]);
        rest = &rest[i..];
        let end = rest.bytes().take(MOST).position(|b| b == b';');
        let found = end.and_then(|end| Some((reference(&rest[1..end])?, end)));
        let Some((number, end)) = found else {
            out.drop_half(&mut high);
            out.unknown_name |= end.is_some();
            out.text.push('&');
            rest = &rest[1..];
            continue;
        };
        rest = &rest[end + 1..];
        match number {
            0xd800..=0xdbff => {
                out.drop_half(&mut high);
                high = Some(number);
            }
            0xdc00..=0xdfff => match high.take() {
                Some(first) => {
                    let joined = 0x1_0000 + ((first - 0xd800) << 10) + (number - 0xdc00);
                    out.text.push(char::from_u32(joined).unwrap_or(char::REPLACEMENT_CHARACTER));
                }
                None => out.lost(),
            },
            _ => {
                out.drop_half(&mut high);
                match char::from_u32(number).filter(|c| is_character(*c)) {
                    Some(c) => out.text.push(c),
                    None => out.lost(),
                }
            }
        }
    }
    if !rest.is_empty() {
        out.drop_half(&mut high);
    }
    out.text.push_str(rest);
    out.drop_half(&mut high);
    out
}

impl Decoded {
    fn lost(&mut self) {
        self.no_character = true;
        self.text.push(char::REPLACEMENT_CHARACTER);
    }

    fn drop_half(&mut self, high: &mut Option<u32>) {
        if high.take().is_some() {
            self.lost();
        }
    }
}

/// Characters that XML 1.0 allows (2.2, Char).
fn is_character(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

/// The number of the character that a reference names, without `&` and `;`.
fn reference(name: &str) -> Option<u32> {
    let digits = |s: &str, radix| {
        (!s.is_empty() && s.bytes().all(|b| b.is_ascii_hexdigit()))
            .then(|| u32::from_str_radix(s, radix).ok())?
    };
    Some(match name {
        "amp" => u32::from('&'),
        "lt" => u32::from('<'),
        "gt" => u32::from('>'),
        "quot" => u32::from('"'),
        "apos" => u32::from('\''),
        _ => match name.strip_prefix('#')? {
            hex if hex.starts_with(['x', 'X']) => digits(&hex[1..], 16)?,
            decimal => digits(decimal, 10)?,
        },
    })
}

/// Any bytes as a value.
#[doc(hidden)]
pub fn fuzz_one(data: &[u8]) {
    let decoded = decode(data);
    assert!(decoded.text.len() <= data.len().saturating_mul(3), "references only shrink");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &str, expected: &str, odd: &str) {
        let d = decode(raw.as_bytes());
        assert_eq!(d.text, expected);
        let mut flags = String::new();
        flags.extend(d.no_character.then_some('c'));
        flags.extend(d.unknown_name.then_some('n'));
        flags.extend(d.not_utf8.then_some('u'));
        assert_eq!(flags, odd);
    }

    #[test]
    fn references() {
        check("a &lt;b&gt; &amp;&quot;&apos; c", "a <b> &\"' c", "");
        check("linje 1&#10;linje 2&#13;&#9;", "linje 1\nlinje 2\r\t", "");
        check("&#248;&#xF8;&#XF8;", "øøø", "");
        check("&#128518;", "😆", "");
        check("&amp;#10;", "&#10;", "");
        check("R&D & co; a&b", "R&D & co; a&b", "n");
        check("&ukendt; x", "&ukendt; x", "n");
        check("&#; &#x; &#12x;", "&#; &#x; &#12x;", "n");
        check("&#+33;", "&#+33;", "n");
        check("&", "&", "");
        check("", "", "");
    }

    #[test]
    fn halves_of_pairs() {
        check("par: &#55357;&#56838; slut", "par: 😆 slut", "");
        check("hex: &#xD83D;&#xDE06;", "hex: 😆", "");
        check("&#55357;&#xDE06;", "😆", "");
        check("to &#55357;&#56838;&#55357;&#56838;", "to 😆😆", "");
        check("enlig &#55357; x", "enlig \u{fffd} x", "c");
        check("&#55357;", "\u{fffd}", "c");
        check("&#56838;", "\u{fffd}", "c");
        check("&#56838;&#55357;", "\u{fffd}\u{fffd}", "c");
        check("&#55357;&#55357;&#56838;", "\u{fffd}😆", "c");
        check("&#55357;&amp;&#56838;", "\u{fffd}&\u{fffd}", "c");
        check("&#0;nul &#1114112;", "\u{fffd}nul \u{fffd}", "c");
        check("&#65535;&#99999999999;", "\u{fffd}&#99999999999;", "c");
    }

    #[test]
    fn bytes_that_are_no_text() {
        let d = decode(b"r\xf8d");
        assert!(d.not_utf8 && d.is_lossy());
        assert_eq!(d.text, "r\u{fffd}d");
    }
}
