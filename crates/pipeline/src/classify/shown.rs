//! A verdict as a line of JSON, written where it will stand. Decides nothing.

use std::io::Write;

use classify::{Seen, Verdict};

use super::{ClassifyReport, json};

/// What every line ends with.
pub(super) struct Line(String);

impl Line {
    /// For the model and the policy of a run.
    pub(super) fn of(report: &ClassifyReport) -> Self {
        Self(format!("],\"model\":\"{}\",\"policy\":\"{}\"}}\n", report.model, report.policy))
    }

    /// Writes a verdict. Probabilities have six decimals, so that the same verdict is the same bytes.
    /// `conversation` and `id` are JSON.
    pub(super) fn write(&self, v: &Verdict, seen: &Seen, conversation: &str, id: &[u8], out: &mut Vec<u8>) {
        let [work, personnel, private, misdirected] = v.p;
        out.extend_from_slice(b"{\"conversation\":");
        out.extend_from_slice(conversation.as_bytes());
        out.extend_from_slice(b",\"id\":");
        out.extend_from_slice(id);
        out.extend_from_slice(b",\"verdict\":\"");
        out.extend_from_slice(v.route.word().as_bytes());
        out.extend_from_slice(b"\",\"ground\":");
        match v.ground {
            Some(ground) => string(ground.word(), out),
            None => out.extend_from_slice(b"null"),
        }
        let keys = [
            (&b",\"p_work\":"[..], work),
            (b",\"p\":{\"work\":", work),
            (b",\"personnel\":", personnel),
            (b",\"private\":", private),
            (b",\"misdirected\":", misdirected),
        ];
        for (key, p) in keys {
            out.extend_from_slice(key);
            decimals(p, out);
        }
        out.extend_from_slice(b"},\"proposal\":");
        out.extend_from_slice(if v.proposal { b"true" } else { b"false" });
        out.extend_from_slice(b",\"reasons\":[");
        for (n, (kind, word)) in v.reasons(seen).enumerate() {
            if n > 0 {
                out.push(b',');
            }
            // The kind is a word of the program's own, and so is a word that stands behind nothing.
            match word {
                "" => string(kind, out),
                word => {
                    out.push(b'"');
                    out.extend_from_slice(kind.as_bytes());
                    inside(word, out);
                    out.push(b'"');
                }
            }
        }
        out.extend_from_slice(self.0.as_bytes());
    }
}

/// A text as JSON.
pub(super) fn string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    inside(text, out);
    out.push(b'"');
}

/// What stands between the marks.
fn inside(text: &str, out: &mut Vec<u8>) {
    if text.bytes().any(|b| b < 0x20 || matches!(b, b'"' | b'\\')) {
        let quoted = json(text);
        out.extend_from_slice(quoted.get(1..quoted.len() - 1).unwrap_or_default().as_bytes());
    } else {
        out.extend_from_slice(text.as_bytes());
    }
}

/// A probability with six decimals, as `{:.6}` writes it: the nearest, of two as near the even one.
fn decimals(p: f64, out: &mut Vec<u8>) {
    const MILLION: u128 = 1_000_000;
    if !(0.0..=1.0).contains(&p) || p.is_sign_negative() {
        // Writing to memory does not fail.
        let _ = write!(out, "{p:.6}");
        return;
    }
    let (exponent, fraction) = (p.to_bits() >> 52, p.to_bits() & ((1 << 52) - 1));
    // p = mantissa / 2^shift, and shift is 52 for 1 and more for what is less.
    let (mantissa, shift) = (u128::from(fraction | (u64::from(exponent > 0) << 52)), 1075 - exponent.max(1));
    let millionths = if shift > 100 {
        0
    } else {
        let exact = mantissa * MILLION;
        let (whole, rest, half) = (exact >> shift, exact & ((1 << shift) - 1), 1 << (shift - 1));
        whole + u128::from(rest > half || (rest == half && whole % 2 == 1))
    };
    let mut digits = *b"0.000000";
    let mut left = u32::try_from(millionths).unwrap_or(0);
    for at in [7, 6, 5, 4, 3, 2, 0] {
        digits[at] = b'0' + u8::try_from(left % 10).unwrap_or(0);
        left /= 10;
    }
    out.extend_from_slice(&digits);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(p: f64) {
        let mut out = Vec::new();
        decimals(p, &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), format!("{p:.6}"));
    }

    #[test]
    fn decimals_are_as_the_library_writes_them() {
        let edges = [
            0.0,
            -0.0,
            1.0,
            0.5,
            1e-300,
            5e-324,
            4.9e-7,
            5e-7,
            5.1e-7,
            0.999_999_4,
            0.999_999_5,
            0.999_999_7,
        ];
        edges.into_iter().for_each(check);
        // Those that lie exactly between two.
        (0..2000).for_each(|n| check(f64::from(2 * n + 1) / 128.0 / 1024.0 / 16.0 / 64.0));
        (0..128).for_each(|n| check(f64::from(n) / 128.0));
        let mut x = 0x9e37_79b9_7f4a_7c15_u64;
        for _ in 0..20_000 {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            check(f64::from_bits((x >> 12) | (1023 << 52)) - 1.0);
        }
        [2.0, -1.0, f64::NAN].into_iter().for_each(check);
    }

    #[test]
    fn strings_are_as_the_library_writes_them() {
        for text in ["", "a", "æ😀", "\"", "\\", "\u{1}\n", "a\"b\\c", "\u{7f}"] {
            let mut out = Vec::new();
            string(text, &mut out);
            assert_eq!(out, serde_json::to_vec(text).unwrap());
        }
    }
}
