//! References in text: the five that XML has, and characters by number. No other is defined, and none can be.

use memchr::memchr;

/// What was odd about texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Odd {
    /// A number that is no character of XML; U+FFFD stands in its place.
    pub(crate) no_character: bool,
    /// A reference by a name that is not defined; it stands as it is written.
    pub(crate) unknown_name: bool,
    /// Bytes that are not UTF-8; U+FFFD stands in their place.
    pub(crate) not_utf8: bool,
    /// A CDATA section with the beginning of another in it: its end may be lost.
    pub(crate) cdata_in_cdata: bool,
    /// A text beyond our bound; the rest is left out.
    pub(crate) too_long: bool,
}

impl Odd {
    /// A code for each.
    pub(crate) fn codes(self) -> impl Iterator<Item = &'static str> {
        let Self { no_character, unknown_name, not_utf8, cdata_in_cdata, too_long } = self;
        [
            (no_character, "no_character"),
            (unknown_name, "unknown_entity"),
            (not_utf8, "not_utf8"),
            (cdata_in_cdata, "cdata_in_cdata"),
            (too_long, "text_cut"),
        ]
        .into_iter()
        .filter_map(|(is, code)| is.then_some(code))
    }
}

/// Longest reference.
const MOST: usize = 12;

/// Decodes a text; notes what was odd.
pub(crate) fn decode(raw: &[u8], odd: &mut Odd) -> String {
    let text = String::from_utf8_lossy(raw);
    odd.not_utf8 |= std::str::from_utf8(raw).is_err();
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_ref();
    // the high half of a surrogate pair that came last
    let mut high: Option<u32> = None;
    while let Some(i) = memchr(b'&', rest.as_bytes()) {
        if i > 0 && high.take().is_some() {
            lost(&mut out, odd);
        }
        out.push_str(&rest[..i]);
        rest = &rest[i..];
        let end = rest.bytes().take(MOST).position(|b| b == b';');
        let Some((number, end)) = end.and_then(|end| Some((reference(&rest[1..end])?, end))) else {
            if high.take().is_some() {
                lost(&mut out, odd);
            }
            odd.unknown_name |= end.is_some();
            out.push('&');
            rest = &rest[1..];
            continue;
        };
        rest = &rest[end + 1..];
        match (high.take(), number) {
            (Some(first), 0xdc00..=0xdfff) => {
                let joined = 0x1_0000 + ((first - 0xd800) << 10) + (number - 0xdc00);
                out.push(char::from_u32(joined).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            (before, 0xd800..=0xdbff) => {
                if before.is_some() {
                    lost(&mut out, odd);
                }
                high = Some(number);
            }
            (before, number) => {
                if before.is_some() {
                    lost(&mut out, odd);
                }
                match char::from_u32(number).filter(|c| is_character(*c)) {
                    Some(c) => out.push(c),
                    None => lost(&mut out, odd),
                }
            }
        }
    }
    if high.is_some() {
        lost(&mut out, odd);
    }
    out.push_str(rest);
    out
}

fn lost(out: &mut String, odd: &mut Odd) {
    odd.no_character = true;
    out.push(char::REPLACEMENT_CHARACTER);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &[u8], expected: &str, odd: &str) {
        let mut found = Odd::default();
        assert_eq!(decode(raw, &mut found), expected);
        assert_eq!(found.codes().collect::<Vec<_>>().join(" "), odd);
    }

    #[test]
    fn references() {
        check(b"a &lt;b&gt; &amp;&quot;&apos; &#248;&#xF8;", "a <b> &\"' øø", "");
        check(b"R&D & co; &x; &#12x; &", "R&D & co; &x; &#12x; &", "unknown_entity");
        check(b"&#55357;&#56838; &#x1F606;", "😆 😆", "");
        check(b"&#55357; x", "\u{fffd} x", "no_character");
        check(b"&#0;&#56838;&#55357;", "\u{fffd}\u{fffd}\u{fffd}", "no_character");
        check(b"r\xf8d", "r\u{fffd}d", "not_utf8");
    }
}
