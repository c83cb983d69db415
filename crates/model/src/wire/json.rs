//! Values of JSON (RFC 8259) appended to a buffer. What needs escaping is left to `serde_json`.

use std::io::Write;

/// A string.
pub(super) fn string(out: &mut Vec<u8>, text: &str) {
    if plain(text.as_bytes()) {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    } else {
        serde_json::to_writer(out, text).expect("a Vec takes every byte");
    }
}

/// Whether nothing in `text` needs escaping (RFC 8259, 7). Without an early end, so that the compiler
/// looks at many bytes at once.
fn plain(text: &[u8]) -> bool {
    text.chunks(64)
        .all(|part| !part.iter().fold(false, |odd, &b| odd | (b < 0x20) | (b == b'"') | (b == b'\\')))
}

/// `true` or `false`.
pub(super) fn boolean(out: &mut Vec<u8>, is: bool) {
    out.extend_from_slice(if is { b"true" } else { b"false" });
}

/// A number.
pub(super) fn number(out: &mut Vec<u8>, n: u64) {
    write!(out, "{n}").expect("a Vec takes every byte");
}

/// A number that may be negative.
pub(super) fn signed(out: &mut Vec<u8>, n: i64) {
    write!(out, "{n}").expect("a Vec takes every byte");
}

/// An array, each element by `write`.
pub(super) fn each<T>(out: &mut Vec<u8>, items: &[T], mut write: impl FnMut(&mut Vec<u8>, &T)) {
    out.push(b'[');
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        write(out, item);
    }
    out.push(b']');
}

/// Any value.
pub(super) fn value(out: &mut Vec<u8>, value: &serde_json::Value) {
    serde_json::to_writer(out, value).expect("a Vec takes every byte and a Value has text for keys");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_as_serde_writes_them() {
        let long = "Æble".repeat(100);
        let cases = [
            "",
            "a",
            "\"",
            "\\",
            "\u{0}",
            "\u{1f}",
            "\u{20}",
            "\u{7f}",
            "linje\nskift",
            "æøå 🎉",
            "\u{2028}",
        ];
        let placed = (0..200).map(|at| format!("{}\u{1}{}", "x".repeat(at), "y".repeat(199 - at)));
        for case in cases.into_iter().map(str::to_owned).chain([long]).chain(placed) {
            let mut out = Vec::new();
            string(&mut out, &case);
            assert_eq!(out, serde_json::to_vec(&case).unwrap());
            let back: String = serde_json::from_slice(&out).unwrap();
            assert_eq!(back, case);
        }
    }
}
