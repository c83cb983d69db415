//! Making an archive: all of it or nothing, whatever the machine does in between.
#![allow(clippy::unwrap_used, missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};

use access::{KeyStore, KeyStoreFault};
use archive::{Archive, ArchiveError, Founding, Writer, create, unlock};
use vault::Cost;

const CHEAP: Cost = Cost { memory_kib: 8192, passes: 1, lanes: 1 };

fn make(archive: &Path, keys: &Path, passphrase: &[u8]) -> Result<(), ArchiveError> {
    create(
        archive,
        keys,
        &Founding { passphrase, name: "Arkivar", scope: b"*", policy: b"p", cost: CHEAP, now: 1_000 },
    )
}

fn tree(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() { tree(&path, out) } else { out.push(path) }
    }
}

/// What an attempt leaves that dies with these files written: those of a finished one, and the marks.
fn left(dir: &Path, keep: usize) -> (PathBuf, PathBuf) {
    let (archive, keys) = (dir.join("archive"), dir.join("keys"));
    make(&archive, &keys, b"kode").unwrap();
    let mut files = Vec::new();
    tree(&keys, &mut files);
    tree(&archive, &mut files);
    files.iter().skip(keep).for_each(|file| fs::remove_file(file).unwrap());
    fs::write(archive.join("unfinished"), "0123").unwrap();
    fs::write(keys.join("unfinished"), "0123").unwrap();
    (archive, keys)
}

#[test]
fn an_attempt_that_died_anywhere_is_begun_anew() {
    for keep in [0, 1, 3, 7, 9, 100] {
        let dir = tempfile::tempdir().unwrap();
        let (archive, keys) = left(dir.path(), keep);
        assert!(matches!(Archive::open(&archive), Err(ArchiveError::Unfinished)), "{keep}");
        assert!(matches!(Writer::open(&archive, &keys, 2_000), Err(ArchiveError::Unfinished)), "{keep}");
        // with another passphrase: nothing of the first attempt counts
        make(&archive, &keys, b"ny kode").unwrap();
        let made = Archive::open(&archive).unwrap();
        assert_eq!(made.size(), 4);
        assert!(
            unlock(&made, &keys, b"ny kode", None).is_ok() && unlock(&made, &keys, b"kode", None).is_err()
        );
        let mut files = Vec::new();
        tree(dir.path(), &mut files);
        assert!(files.iter().all(|file| !file.ends_with("unfinished")), "{keep}");
    }
}

#[test]
fn an_attempt_that_lacked_its_last_step_is_finished() {
    let dir = tempfile::tempdir().unwrap();
    let (archive, keys) = (dir.path().join("archive"), dir.path().join("keys"));
    make(&archive, &keys, b"kode").unwrap();
    let id = *Archive::open(&archive).unwrap().id();
    fs::write(archive.join("unfinished"), "0123").unwrap();
    assert!(matches!(make(&archive, &keys, b"forkert"), Err(ArchiveError::WrongPassphrase)));
    assert!(matches!(Archive::open(&archive), Err(ArchiveError::Unfinished)));
    make(&archive, &keys, b"kode").unwrap();
    assert_eq!(*Archive::open(&archive).unwrap().id(), id);
}

#[test]
fn nothing_of_anybody_else_is_removed() {
    let dir = tempfile::tempdir().unwrap();
    let (archive, keys) = (dir.path().join("archive"), dir.path().join("keys"));
    make(&archive, &keys, b"kode").unwrap();
    let not_empty = |e| matches!(e, ArchiveError::NotEmpty);
    assert!(not_empty(make(&archive, &keys, b"kode").unwrap_err()));
    // an interrupted attempt elsewhere does not take this key store for its own
    let other = dir.path().join("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("unfinished"), "0123").unwrap();
    assert!(make(&other, &keys, b"kode").is_err());
    assert!(unlock(&Archive::open(&archive).unwrap(), &keys, b"kode", None).is_ok());
    let mut files = Vec::new();
    tree(&keys, &mut files);
    assert!(files.len() > 5);
    // the refusals that were there before still come before anything is written
    let inside = make(&dir.path().join("new"), &dir.path().join("new").join("keys"), b"kode").unwrap_err();
    assert!(matches!(inside, ArchiveError::KeyStore(KeyStoreFault::Inside)));
    assert!(!dir.path().join("new").exists());
    assert!(KeyStore::open(&keys, &archive).is_ok());
}
