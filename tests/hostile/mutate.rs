//! Damage with an eye for what files are made of, to any file of a source and to several at once: bytes taken out
//! or put in, pieces doubled or from other sources, numbers and lengths that mean something, letters that are none,
//! names that lead out. A case is its seed: the same seed gives the same bytes.

use std::fs;
use std::path::{Path, PathBuf};

use crate::damage::Dice;

/// Values that lengths and counts are set to.
const NUMBERS: [u64; 12] = [
    0,
    1,
    0x7f,
    0x80,
    0xff,
    0x7fff,
    0xffff,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    0x7fff_ffff_ffff_ffff,
    0xffff_ffff_ffff_ffff,
];

/// What stands in the place of digits.
const DIGITS: [&str; 8] =
    ["0", "-1", "99999999999999999999", "9223372036854775807", "-9223372036854775808", "1e308", "NaN", "٣"];

/// What stands in the place of a piece of text, or is put in.
const TEXTS: [&[u8]; 16] = [
    b"\0",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"../../../../etc/passwd",
    b"/dev/stdin",
    b"<!DOCTYPE a [<!ENTITY b \"c\">]>",
    b"&b;&b;&#x110000;&#0;",
    b"]]>",
    b"\"}]",
    b"\\ud800",
    b"{\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    b"\r\n\r\n",
    b"'; DROP TABLE message; --",
    b"bplist00",
    b"SQLite format 3\0",
];

/// Files that hold something, in order.
fn files(source: &Path) -> Vec<PathBuf> {
    let mut all = if source.is_dir() { crate::support::files(source) } else { vec![source.to_owned()] };
    all.retain(|f| fs::metadata(f).is_ok_and(|m| m.is_file() && m.len() > 0));
    all.sort();
    all
}

/// Damages a source in one to four places, as `seed` says; gives what was there, to be put back.
pub(crate) fn mutate(source: &Path, main: &Path, seed: u64) -> Vec<(PathBuf, Vec<u8>)> {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let files = files(source);
    let mut before: Vec<(PathBuf, Vec<u8>)> = Vec::new();
    for _ in 0..=dice.below(3) {
        // every second time the file with the messages
        let file = if dice.below(2) == 0 { main.to_owned() } else { files[dice.below(files.len())].clone() };
        let Ok(whole) = fs::read(&file) else { continue };
        let bad = piece(&whole, &files, &mut dice);
        if !before.iter().any(|(f, _)| *f == file) {
            before.push((file.clone(), whole));
        }
        fs::write(&file, bad).unwrap();
    }
    before
}

/// Puts back what was there.
pub(crate) fn restore(before: Vec<(PathBuf, Vec<u8>)>) {
    for (file, whole) in before {
        fs::write(file, whole).unwrap();
    }
}

/// One change.
fn piece(whole: &[u8], files: &[PathBuf], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    if bytes.is_empty() {
        return TEXTS[dice.below(TEXTS.len())].to_vec();
    }
    // one time in three near the beginning, where headers and counts are
    let near = if dice.below(3) == 0 { bytes.len().min(256) } else { bytes.len() };
    let at = dice.below(near);
    let len = (1 << dice.below(13)).min(bytes.len() - at);
    match dice.below(13) {
        0 => drop(bytes.drain(at..at + len)),
        1 => {
            let doubled = bytes[at..at + len].to_vec();
            bytes.splice(at..at, doubled);
        }
        2 => {
            // rot: many bits
            for _ in 0..1 + bytes.len() / 2000 {
                let at = dice.below(bytes.len());
                bytes[at] ^= 1 << dice.below(8);
            }
        }
        3 | 4 => number(&mut bytes, at, dice),
        5 | 6 => digits(&mut bytes, at, dice),
        7 | 8 => {
            let text = TEXTS[dice.below(TEXTS.len())];
            let end = if dice.below(2) == 0 { at } else { (at + text.len()).min(bytes.len()) };
            bytes.splice(at..end, text.iter().copied());
        }
        9 => {
            // a piece of another file of the source
            let other = fs::read(&files[dice.below(files.len())]).unwrap_or_default();
            if !other.is_empty() {
                let from = dice.below(other.len());
                let len = len.min(other.len() - from);
                let end = (at + len).min(bytes.len());
                bytes.splice(at..end, other[from..from + len].iter().copied());
            }
        }
        10 => bytes[at..at + len].fill([0, 0xff, b'a', b'['][dice.below(4)]),
        11 => bytes.truncate(at),
        // two pieces in each other's place
        _ => {
            let other = dice.below(bytes.len());
            let (low, high) = (at.min(other), at.max(other));
            let len = len.min(high - low).min(bytes.len() - high);
            for i in 0..len {
                bytes.swap(low + i, high + i);
            }
        }
    }
    bytes
}

/// A number of one to eight bytes, either end first, that means something.
fn number(bytes: &mut [u8], at: usize, dice: &mut Dice) {
    let width = [1, 2, 4, 8][dice.below(4)].min(bytes.len() - at);
    let value = NUMBERS[dice.below(NUMBERS.len())];
    let value = if dice.below(3) == 0 { bytes.len() as u64 - 1 } else { value };
    let little = dice.below(2) == 0;
    for i in 0..width {
        let shift = 8 * if little { i } else { width - 1 - i };
        bytes[at + i] = u8::try_from(value >> shift & 0xff).unwrap();
    }
}

/// The digits behind a place become others; where there are none, as many bytes.
fn digits(bytes: &mut Vec<u8>, at: usize, dice: &mut Dice) {
    let start = (at..bytes.len()).find(|i| bytes[*i].is_ascii_digit()).unwrap_or(at);
    let end = (start..bytes.len()).find(|i| !bytes[*i].is_ascii_digit()).unwrap_or(bytes.len());
    let new = DIGITS[dice.below(DIGITS.len())];
    bytes.splice(start..end.max(start + 1).min(bytes.len()), new.bytes());
}
