//! One row of a list: its five fields checked and brought to the form they are compared in.

use model::Address;
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

use crate::fault::Why;
use crate::time::{self, When};

/// Longest field, bytes.
pub(crate) const LONGEST: usize = 1024;

/// The columns, in the order of [`Fields`], each with the names a header may give it.
pub(crate) const COLUMNS: [(&str, &[&str]); 5] = [
    ("owner", &["owner", "ejer"]),
    ("time", &["time", "tidspunkt", "tid"]),
    ("counterpart", &["counterpart", "modpart"]),
    ("digest", &["digest", "sha256", "tekstsum"]),
    ("case", &["case", "sag", "sagsnummer", "journalnummer"]),
];

/// Owner, time, counterpart, digest, case, as they stand in the list.
pub(crate) type Fields<'a> = [&'a str; 5];

/// One journalised message.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) line: usize,
    /// As written.
    pub(crate) owner: Box<str>,
    /// As a number, where it is one.
    pub(crate) owner_number: Option<Box<str>>,
    pub(crate) when: When,
    pub(crate) counterpart: Box<str>,
    pub(crate) digest: Option<[u8; 32]>,
    pub(crate) case: Option<Box<str>>,
}

impl Row {
    pub(crate) fn of(line: usize, fields: Fields<'_>) -> Result<Self, Why> {
        for (text, (name, _)) in fields.iter().zip(COLUMNS) {
            if text.len() > LONGEST {
                return Err(Why::Long { name, limit: LONGEST });
            }
        }
        let [owner, time, counterpart, digest, case] = fields.map(str::trim);
        for (text, name) in [(owner, "owner"), (time, "time"), (counterpart, "counterpart")] {
            if text.is_empty() {
                return Err(Why::Blank(name));
            }
        }
        if digest.is_empty() && case.is_empty() {
            return Err(Why::NeitherReference);
        }
        Ok(Self {
            line,
            owner: owner.into(),
            owner_number: number(owner).map(Into::into),
            when: time::parse(time)?,
            counterpart: address(counterpart).ok_or(Why::Counterpart)?.into(),
            digest: if digest.is_empty() { None } else { Some(sum(digest).ok_or(Why::Digest)?) },
            case: (!case.is_empty()).then(|| case.into()),
        })
    }
}

/// An address in the form it is compared in: numbers in E.164, letters in lower case.
pub(crate) fn address(raw: &str) -> Option<String> {
    match Address::parse(raw)? {
        Address::Unparsed(_) => None,
        known => Some(known.into_string().to_lowercase()),
    }
}

/// A number in E.164; `None` for anything else.
pub(crate) fn number(raw: &str) -> Option<String> {
    match Address::parse(raw)? {
        Address::Phone(number) => Some(number),
        _ => None,
    }
}

/// The digest of a text in a list: SHA-256 of its UTF-8 bytes in Unicode normalisation form C, without
/// white space (Unicode property `White_Space`) at either end.
pub fn text_digest(text: &str) -> [u8; 32] {
    let normal: String = text.trim().nfc().collect();
    Sha256::digest(normal.as_bytes()).into()
}

fn sum(hex: &str) -> Option<[u8; 32]> {
    let mut out = [0; 32];
    if hex.len() != 64 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    for (byte, pair) in out.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(fields: Fields<'_>, why: Option<Why>) {
        assert_eq!(Row::of(7, fields).err(), why);
    }

    #[test]
    fn rows() {
        let sum = "ab".repeat(32);
        check(["m", "2026-01-31 12:34", "40112233", "", "1"], None);
        check(["m", "2026-01-31 12:34", "40112233", &sum, ""], None);
        check(["m", "2026-01-31 12:34", "Borger.dk", &sum.to_uppercase(), " 1 "], None);
        check([" ", "2026-01-31 12:34", "40112233", "", "1"], Some(Why::Blank("owner")));
        check(["m", "", "40112233", "", "1"], Some(Why::Blank("time")));
        check(["m", "2026-01-31 12:34", "", "", "1"], Some(Why::Blank("counterpart")));
        check(["m", "2026-01-31 12:34", "40112233", " ", ""], Some(Why::NeitherReference));
        check(["m", "2026-01-31 12:34", "40112233", &sum[1..], ""], Some(Why::Digest));
        check(["m", "2026-01-31 12:34", "40112233", &"æø".repeat(16), ""], Some(Why::Digest));
        check(["m", "2026-01-31 12:34", "0011", &sum, ""], Some(Why::Counterpart));
        check(["m", "i går", "40112233", "", "1"], Some(Why::Time));
        let long = "9".repeat(LONGEST + 1);
        check(["m", "2026-01-31 12:34", "1", "", &long], Some(Why::Long { name: "case", limit: LONGEST }));
    }

    /// `printf 'Vi siger nej på mødet' | shasum -a 256`
    #[test]
    fn digests() {
        let plain = text_digest("Vi siger nej på mødet");
        assert_eq!(
            plain,
            text_digest(" \n Vi siger nej pa\u{30a} mødet\u{a0}\r\n"),
            "decomposed å, space around"
        );
        assert_ne!(plain, text_digest("Vi siger nej på  mødet"), "space within counts");
        assert_eq!(Some(plain), sum(DIGEST));
        assert_eq!(address("+45 40 11 22 33"), address("0045 40112233"));
    }

    const DIGEST: &str = "e15b9a1e86581584564ee1e263f962dc3328c44241592a3ede1cb0f33a38faed";
}
