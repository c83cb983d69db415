//! The folder of local backups: whole, damaged, with the wrong key, without its media.

#![allow(clippy::unwrap_used, reason = "a failing test says where")]
#![allow(clippy::cast_possible_truncation, reason = "offsets of small files")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{agree, all_bytes, contains, open, read};
use model::SourceError;
use testkit::signal::{FolderSpec, RECOVERY_KEY, SECRET_MARK, Truth, write_folder};

fn write(dir: &Path, spec: &FolderSpec) -> (PathBuf, Truth) {
    let truth = write_folder(spec, dir).unwrap();
    (dir.join("signal-backup-2026-01-31-12-34-56"), truth)
}

#[test]
fn everything_is_found() {
    for seed in [1, 2, 3] {
        let dir = tempfile::tempdir().unwrap();
        let (_, truth) = write(dir.path(), &FolderSpec::small(seed));
        let got = read(dir.path(), RECOVERY_KEY).unwrap();
        agree(&got, &truth);
        assert_eq!(got.kind, "signal-android-local-backup");
        let unexpected: Vec<_> =
            got.findings.iter().filter(|f| !f.starts_with("attachments_missing:")).collect();
        assert!(unexpected.is_empty(), "{unexpected:?}");
    }
}

#[test]
fn the_recovery_key() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), &FolderSpec::small(1));
    assert!(matches!(open(dir.path(), None), Err(SourceError::SecretNeeded { .. })));
    for wrong in [&"n".repeat(64), "123456789012345678901234567890", ""] {
        assert!(matches!(open(dir.path(), Some(wrong)), Err(SourceError::WrongSecret { .. })), "{wrong}");
    }
    assert!(read(dir.path(), &"m".repeat(64)).is_ok());
}

#[test]
fn secrets_stay_in_the_reader() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), &FolderSpec { mark: " KANARIE".to_owned(), ..FolderSpec::small(2) });
    let got = read(dir.path(), RECOVERY_KEY).unwrap();
    let all: Vec<u8> = got.messages.iter().flat_map(all_bytes).collect();
    assert!(!contains(&all, SECRET_MARK.as_bytes()));
    assert!(contains(&all, b"KANARIE"), "the search finds what is there");
}

#[test]
fn media_that_do_not_fit_are_missing() {
    let dir = tempfile::tempdir().unwrap();
    let (_, truth) = write(dir.path(), &FolderSpec::small(3));
    let mut files: Vec<PathBuf> = Vec::new();
    for folder in fs::read_dir(dir.path().join("files")).unwrap() {
        files.extend(fs::read_dir(folder.unwrap().path()).unwrap().map(|f| f.unwrap().path()));
    }
    files.sort();
    let mut bytes = fs::read(&files[0]).unwrap();
    bytes[20] ^= 1;
    fs::write(&files[0], bytes).unwrap();
    fs::remove_file(&files[1]).unwrap();
    let got = read(dir.path(), RECOVERY_KEY).unwrap();
    assert_eq!(got.messages.len(), truth.messages.len());
    assert!(got.findings.iter().any(|f| f == "files_damaged:1"), "{:?}", got.findings);
    assert!(got.findings.iter().any(|f| f == "listed_files_absent:1"), "{:?}", got.findings);
}

#[test]
fn a_snapshot_alone_has_no_media() {
    let dir = tempfile::tempdir().unwrap();
    let (snapshot, truth) = write(dir.path(), &FolderSpec::small(4));
    let got = read(&snapshot, RECOVERY_KEY).unwrap();
    assert_eq!(got.messages.len(), truth.messages.len());
    assert!(got.findings.iter().any(|f| f == "snapshot_without_media_folder"));
    assert!(got.messages.iter().flat_map(|m| &m.attachments).all(|a| a.missing));
}

#[test]
fn unfinished_and_older_snapshots_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let (snapshot, _) = write(dir.path(), &FolderSpec::small(5));
    let copy = |name: &str| {
        let to = dir.path().join(name);
        fs::create_dir_all(&to).unwrap();
        for file in ["main", "metadata", "files"] {
            fs::copy(snapshot.join(file), to.join(file)).unwrap();
        }
    };
    copy("signal-backup-2025-12-31-12-34-56");
    copy("signal-backup-2026-02-28-12-34-56-tmp");
    let got = read(dir.path(), RECOVERY_KEY).unwrap();
    for finding in ["unfinished_snapshots:1", "older_snapshots_not_read:1"] {
        assert!(got.findings.iter().any(|f| f == finding), "{finding} in {:?}", got.findings);
    }
    let only = tempfile::tempdir().unwrap();
    fs::create_dir_all(only.path().join("signal-backup-2026-02-28-12-34-56-tmp")).unwrap();
    assert!(matches!(open(only.path(), Some(RECOVERY_KEY)), Err(SourceError::Unfinished { .. })));
}

#[test]
fn damage_to_main_is_said_and_the_rest_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let (snapshot, truth) = write(dir.path(), &FolderSpec::small(6));
    let main = snapshot.join("main");
    let bytes = fs::read(&main).unwrap();
    for at in [40, bytes.len() / 2, bytes.len() - 10] {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x40;
        fs::write(&main, damaged).unwrap();
        let got = read(dir.path(), RECOVERY_KEY).map_err(|e| e.to_string());
        let Ok(got) = got else { continue };
        assert!(got.findings.iter().any(|f| f == "main_not_authenticated"), "{at}");
        assert!(got.messages.iter().all(|m| m.doubts.iter().any(|d| d == "not_authenticated")));
        assert!(got.messages.len() <= truth.messages.len());
    }
    for cut in (0..bytes.len()).step_by(501) {
        fs::write(&main, &bytes[..cut]).unwrap();
        match open(dir.path(), Some(RECOVERY_KEY)) {
            Ok(Some(opening)) => drop(common::read_all(opening)),
            Ok(None) => panic!("recognised by metadata"),
            Err(
                SourceError::Unfinished { .. }
                | SourceError::Damaged { .. }
                | SourceError::WrongSecret { .. },
            ) => {}
            Err(other) => panic!("{cut}: {other}"),
        }
    }
}
