//! The worked examples of `fixtures/smart`: medium, mapping, and the lines that come of it, byte for byte.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;

use support::{fixtures, read};

#[track_caller]
fn check(name: &str, findings: &[&str]) {
    let folder = fixtures().join(name);
    let mapping = fs::read_to_string(folder.join("mapping.toml")).unwrap();
    let got = read(&folder.join("medium"), Some(&mapping)).unwrap();
    assert_eq!(got.findings, findings);
    let again = read(&folder.join("medium"), Some(&mapping)).unwrap();
    assert_eq!(got.lines, again.lines);
    let expected = folder.join("expected.jsonl");
    if std::env::var_os("BESKEDARKIV_WRITE_EXPECTED").is_some() {
        fs::write(&expected, &got.lines).unwrap();
    }
    assert_eq!(got.lines, fs::read_to_string(expected).unwrap());
}

#[test]
fn csv_with_files() {
    check("csv", &["attachments_missing:1"]);
}

#[test]
fn json_in_a_zip() {
    check("json", &[]);
}

#[test]
fn sqlite_with_lookups() {
    check("sqlite", &[]);
}
