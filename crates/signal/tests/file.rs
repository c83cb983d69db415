//! The Android backup file: both versions, three eras, wrong passphrases, damage of every sort.

#![allow(clippy::unwrap_used, reason = "a failing test says where")]
#![allow(clippy::cast_possible_truncation, reason = "offsets of small files")]

mod common;

use std::path::{Path, PathBuf};

use common::{agree, all_bytes, contains, open, read, shown};
use model::{Fault, Place, SourceError};
use testkit::signal::{Era, FileSpec, PASSPHRASE, SECRET_MARK, Truth, write_file};

fn write(dir: &Path, spec: &FileSpec) -> (PathBuf, Vec<u8>, Truth) {
    let mut bytes = Vec::new();
    let truth = write_file(spec, &mut bytes).unwrap();
    let path = dir.join("signal-2026-01-31-12-34-56.backup");
    std::fs::write(&path, &bytes).unwrap();
    (path, bytes, truth)
}

#[track_caller]
fn check(version: u8, era: Era) {
    let dir = tempfile::tempdir().unwrap();
    for seed in [1, 2, 3] {
        let (path, _, truth) = write(dir.path(), &FileSpec::small(seed, version, era));
        let got = read(&path, PASSPHRASE).unwrap();
        agree(&got, &truth);
        assert_eq!(got.kind, "signal-android-backup");
        let unexpected: Vec<_> =
            got.findings.iter().filter(|f| !f.starts_with("attachments_missing:")).collect();
        assert!(unexpected.is_empty(), "{unexpected:?}");
    }
}

#[test]
fn split_tables_in_version_0() {
    check(0, Era::Split);
}

#[test]
fn split_tables_in_version_1() {
    check(1, Era::Split);
}

#[test]
fn merged_tables() {
    check(0, Era::Merged);
}

#[test]
fn tables_of_today() {
    check(1, Era::Today);
}

#[test]
fn the_same_source_gives_the_same_messages() {
    let dir = tempfile::tempdir().unwrap();
    let spec = FileSpec::small(4, 1, Era::Today);
    let (path, bytes, _) = write(dir.path(), &spec);
    assert_eq!(write(dir.path(), &spec).1, bytes);
    let (a, b) = (read(&path, PASSPHRASE).unwrap(), read(&path, PASSPHRASE).unwrap());
    assert_eq!(a.messages, b.messages);
}

#[test]
fn secrets_stay_in_the_reader() {
    let dir = tempfile::tempdir().unwrap();
    for era in [Era::Split, Era::Merged, Era::Today] {
        let spec = FileSpec { mark: " KANARIE".to_owned(), ..FileSpec::small(5, 1, era) };
        let (path, _, _) = write(dir.path(), &spec);
        let got = read(&path, PASSPHRASE).unwrap();
        let all: Vec<u8> = got.messages.iter().flat_map(all_bytes).collect();
        // in clear and in base64 at any of three offsets
        for form in [SECRET_MARK, "SEVNTUVMSUdOT0VHTE", "hFTU1FTElHTk9FR0xF", "IRU1NRUxJR05PRUdMR"] {
            assert!(!contains(&all, form.as_bytes()), "{era:?}: {form}");
        }
        assert!(contains(&all, b"KANARIE"), "the search finds what is there");
        assert!(!got.findings.join(" ").contains("KANARIE"));
    }
}

#[test]
fn the_passphrase() {
    let dir = tempfile::tempdir().unwrap();
    for version in [0, 1] {
        let (path, _, _) = write(dir.path(), &FileSpec::small(1, version, Era::Today));
        assert!(matches!(open(&path, None), Err(SourceError::SecretNeeded { .. })));
        for wrong in ["", "123456789012345678901234567891", "12345", &"m".repeat(64)] {
            assert!(matches!(open(&path, Some(wrong)), Err(SourceError::WrongSecret { .. })), "{wrong}");
        }
        assert!(read(&path, "123456789012345678901234567890").is_ok());
        assert!(read(dir.path(), PASSPHRASE).is_ok(), "in a folder");
    }
    std::fs::copy(dir.path().join("signal-2026-01-31-12-34-56.backup"), dir.path().join("b.backup")).unwrap();
    assert!(matches!(open(dir.path(), Some(PASSPHRASE)), Err(SourceError::Missing { .. })), "two of them");
}

#[test]
fn a_flip_costs_one_frame() {
    let dir = tempfile::tempdir().unwrap();
    for (version, era) in [(0, Era::Split), (1, Era::Today)] {
        let (path, bytes, truth) = write(dir.path(), &FileSpec::small(6, version, era));
        let whole = read(&path, PASSPHRASE).unwrap().messages.len();
        // in the first frames, in the middle and near the end; in the length, the body and the MAC
        for frame in [0, truth.frames.len() / 2, truth.frames.len() - 2] {
            for byte in [1, 14] {
                let mut damaged = bytes.clone();
                damaged[truth.frames[frame] as usize + byte] ^= 0x10;
                std::fs::write(&path, &damaged).unwrap();
                let got = read(&path, PASSPHRASE).unwrap();
                assert!(got.tally.unreadable >= 1, "{version} {frame} {byte}");
                // a table's own statement costs its rows, which are then listed one by one
                let kept = got.messages.len() + got.unreadable.len();
                assert!(kept + 4 >= whole, "version {version} frame {frame} byte {byte}: {kept} of {whole}");
                assert!(got.unreadable.iter().all(|u| matches!(u.at.place, Place::Offset(_))));
            }
        }
    }
}

#[test]
fn a_damaged_file_is_missing_and_said_so() {
    let dir = tempfile::tempdir().unwrap();
    let spec = FileSpec::small(7, 1, Era::Today);
    let (path, mut bytes, truth) = write(dir.path(), &spec);
    // the longest stretch between two frames is a file with its frame in front
    let longest = truth.frames.windows(2).max_by_key(|w| w[1] - w[0]).unwrap();
    let middle = (longest[0] + longest[1]) / 2;
    bytes[middle as usize] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    let got = read(&path, PASSPHRASE).unwrap();
    assert_eq!(got.unreadable, Vec::new());
    assert!(got.findings.iter().any(|f| f == "files_damaged:1"), "{:?}", got.findings);
    let damaged: Vec<_> =
        got.messages.iter().filter(|m| m.doubts.iter().any(|d| d == "attachment_damaged")).collect();
    assert_eq!(damaged.len(), 1);
    assert!(damaged[0].attachments[0].missing && damaged[0].attachments[0].content.is_none());
}

#[test]
fn whatever_is_in_front_of_a_cut_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    for (version, era) in [(0, Era::Split), (1, Era::Today)] {
        let (path, bytes, truth) =
            write(dir.path(), &FileSpec { messages: 40, ..FileSpec::small(8, version, era) });
        let mut before = 0;
        for cut in (0..bytes.len())
            .step_by(bytes.len() / 7)
            .chain(truth.frames.iter().step_by(40).map(|f| *f as usize))
        {
            std::fs::write(&path, &bytes[..cut]).unwrap();
            match open(&path, Some(PASSPHRASE)) {
                Ok(None) => assert!(cut < 64, "{cut}"),
                Ok(Some(opening)) => {
                    let got = common::read_all(opening);
                    let at_end = got.findings.iter().any(|f| f == "end_missing");
                    assert!(at_end, "a cut at {cut} shows");
                    if cut >= bytes.len() / 2 {
                        assert!(got.messages.len() >= before);
                    }
                    before = got.messages.len();
                }
                Err(SourceError::Damaged { .. } | SourceError::WrongSecret { .. }) => {
                    assert!(cut as u64 <= truth.frames[1], "{cut}");
                }
                Err(other) => panic!("{cut}: {other}"),
            }
        }
    }
}

#[test]
fn a_hole_in_the_middle_is_jumped() {
    let dir = tempfile::tempdir().unwrap();
    for (version, era) in [(0, Era::Split), (1, Era::Today)] {
        let (path, mut bytes, truth) = write(dir.path(), &FileSpec::small(9, version, era));
        let whole = read(&path, PASSPHRASE).unwrap().messages.len();
        let from = truth.frames[truth.frames.len() / 2] as usize + 5;
        let to = (from + 600).min(bytes.len());
        bytes[from..to].fill(0);
        std::fs::write(&path, &bytes).unwrap();
        let got = read(&path, PASSPHRASE).unwrap();
        assert_eq!(got.unreadable.len(), 1, "version {version}");
        assert!(matches!(got.unreadable[0].fault, Fault::Mismatch { .. } | Fault::Truncated { .. }));
        assert!(got.messages.len() + 20 > whole, "{} of {whole}", got.messages.len());
    }
}

#[test]
fn statements_are_not_run() {
    // the writer's CREATE INDEX is no finding; the reader has no database to run anything in
    let dir = tempfile::tempdir().unwrap();
    let (path, _, truth) = write(dir.path(), &FileSpec::small(10, 1, Era::Today));
    let got = read(&path, PASSPHRASE).unwrap();
    assert!(!got.findings.iter().any(|f| f.starts_with("statements_not_run")));
    assert_eq!(shown(&got.messages[0]), truth.messages[0]);
}
