//! Backups written by the generator, and ones that are cut, damaged or made to cost.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

use android_backup::AndroidBackup;
use evidence::{EvidenceSet, Tree};
use model::{ReadAt, SourceError};
use secrecy::SecretString;
use testkit::android::backup_of;

/// Files in memory.
struct Memory(BTreeMap<String, Vec<u8>>);

impl Tree for Memory {
    fn get(&self, name: &str) -> Result<Option<Arc<dyn ReadAt>>, SourceError> {
        Ok(self.0.get(name).map(|bytes| Arc::new(bytes.clone()) as Arc<dyn ReadAt>))
    }

    fn list(&self, _: &str) -> Result<Vec<String>, SourceError> {
        Ok(self.0.keys().cloned().collect())
    }
}

fn open(bytes: &[u8], password: Option<&str>) -> Result<Option<AndroidBackup>, SourceError> {
    let tree = Memory(BTreeMap::from([("x".to_owned(), bytes.to_vec())]));
    AndroidBackup::open(&tree, password.map(SecretString::from).as_ref())
}

fn files() -> Vec<(String, Vec<u8>)> {
    let content = |n: usize, k: u8| (0..n).map(|i| (i % 251).to_le_bytes()[0] ^ k).collect();
    vec![
        ("apps/a.b/_manifest".to_owned(), content(10, 1)),
        ("apps/a.b/db/x.db".to_owned(), content(100_000, 2)),
        ("apps/c.d/f/empty".to_owned(), Vec::new()),
        ("apps/c.d/f/last".to_owned(), content(5000, 3)),
    ]
}

fn whole(piece: &dyn ReadAt) -> Vec<u8> {
    let mut out = vec![0; usize::try_from(piece.len()).unwrap()];
    piece.read_exact_at(0, &mut out).unwrap();
    out
}

fn findings(backup: &AndroidBackup) -> Vec<String> {
    backup.findings().into_iter().map(|f| f.code).collect()
}

#[test]
fn every_kind_gives_every_file_at_any_offset() {
    for version in [1, 2, 5] {
        for (compressed, password) in
            [(true, None), (false, None), (true, Some("kode")), (false, Some("kodeæ"))]
        {
            let bytes = backup_of(&files(), 1, version, compressed, password);
            let backup = open(&bytes, password).unwrap().unwrap();
            assert_eq!(backup.is_encrypted(), password.is_some());
            assert_eq!(findings(&backup), Vec::<String>::new());
            assert_eq!(backup.paths().count(), 4);
            assert_eq!(backup.packages(), ["a.b", "c.d"]);
            for (path, content) in files() {
                let piece = backup.get("", &path).unwrap().unwrap();
                assert_eq!(whole(piece.bytes.as_ref()), content);
                let mut buf = [0; 100];
                for at in [4990, 0, 70_001, 16, 15, 99_999] {
                    let n = piece.bytes.read_at(at as u64, &mut buf).unwrap();
                    let at = at.min(content.len());
                    assert_eq!(buf[..n], content[at..(at + 100).min(content.len())][..n]);
                    assert_eq!(n == 0, at == content.len());
                }
            }
            assert!(backup.get("a.b", "db/x.db").unwrap().is_some());
            assert!(backup.get("a.b", "db/y.db").unwrap().is_none());
        }
    }
}

#[test]
fn secrets() {
    let bytes = backup_of(&files(), 1, 5, true, Some("rigtig"));
    let what = "backup password";
    assert_eq!(open(&bytes, None).err(), Some(SourceError::SecretNeeded { kind: "android-backup", what }));
    for wrong in ["forkert", "", "rigtig ", "Rigtig"] {
        assert_eq!(open(&bytes, Some(wrong)).err(), Some(SourceError::WrongSecret { what }), "{wrong}");
    }
    // a password that is not asked for does no harm
    assert!(open(&backup_of(&files(), 1, 5, true, None), Some("x")).unwrap().is_some());
    // the other normal form of the same letters
    let bytes = backup_of(&files(), 1, 5, true, Some("\u{e9}"));
    assert!(open(&bytes, Some("e\u{301}")).unwrap().is_some());
}

#[test]
fn cut_anywhere() {
    for (compressed, password) in [(true, None), (false, None), (true, Some("kode")), (false, Some("kode"))] {
        let bytes = backup_of(&files(), 2, 5, compressed, password);
        let head = if password.is_some() { 700 } else { 40 };
        for cut in (head..bytes.len() - 1).step_by(bytes.len() / 40) {
            let backup = open(&bytes[..cut], password).unwrap().unwrap();
            assert!(!findings(&backup).is_empty(), "{cut}");
            // what is there is a beginning of what was
            for (path, content) in files() {
                if let Some(piece) = backup.get("", &path).unwrap() {
                    let there = whole(piece.bytes.as_ref());
                    let n = there.len().saturating_sub(32);
                    assert_eq!(there[..n], content[..n]);
                }
            }
        }
        for cut in 0..head.min(200) {
            let result = open(&bytes[..cut], password);
            assert!(cut >= 15 || matches!(result, Ok(None)));
        }
    }
}

#[test]
fn one_bit_changed() {
    let mut state = 7_u64;
    let mut next = |n: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(state >> 33).unwrap() % n
    };
    for (compressed, password) in [(true, None), (false, None), (true, Some("kode"))] {
        let bytes = backup_of(&files(), 3, 5, compressed, password);
        for _ in 0..150 {
            let mut bad = bytes.clone();
            let at = next(bad.len());
            bad[at] ^= 1 << next(8);
            if let Ok(Some(backup)) = open(&bad, password) {
                let paths: Vec<String> = backup.paths().map(str::to_owned).collect();
                for path in paths {
                    whole(backup.get("", &path).unwrap().unwrap().bytes.as_ref());
                }
            }
        }
    }
    // a header of the tar that is damaged costs its file and no other
    let bytes = backup_of(&files(), 3, 5, false, None);
    let mut bad = bytes.clone();
    let at = bytes.windows(16).position(|w| w == b"apps/a.b/db/x.db").unwrap();
    bad[at] ^= 1;
    let backup = open(&bad, None).unwrap().unwrap();
    assert_eq!(
        backup.paths().collect::<Vec<_>>(),
        ["apps/a.b/_manifest", "apps/c.d/f/empty", "apps/c.d/f/last"]
    );
    assert!(findings(&backup)[0].starts_with("tar_blocks_unreadable"));
}

#[test]
fn heads_that_are_no_heads() {
    for head in [
        "ANDROID BACKUP\n",
        "ANDROID BACKUP\nx\n1\nnone\n",
        "ANDROID BACKUP\n5\n2\nnone\n",
        "ANDROID BACKUP\n5\n1\nDES\n",
        "ANDROID BACKUP\n5\n1\nAES-256\nAB\nCD\n4294967295\nEF\n00\n",
        "ANDROID BACKUP\n5\n1\nAES-256\nXY\nCD\n10\nEF\n00\n",
    ] {
        assert!(matches!(open(head.as_bytes(), Some("x")), Err(SourceError::Damaged { .. })), "{head}");
    }
    assert!(open(b"ANDROID", None).unwrap().is_none());
    assert!(open(b"", None).unwrap().is_none());
    let odd = open(&backup_of(&files(), 1, 9, true, None), None).unwrap().unwrap();
    assert_eq!(findings(&odd), ["unknown_version:9"]);
}

#[test]
fn a_bomb_is_measured_in_little_memory() {
    // 256 MiB of zeros behind one header of a tar
    let mut zeros = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    for _ in 0..256 {
        zeros.write_all(&vec![0; 1 << 20]).unwrap();
    }
    let bytes = [b"ANDROID BACKUP\n5\n1\nnone\n".as_slice(), &zeros.finish().unwrap()].concat();
    assert!(bytes.len() < 10 << 20);
    let backup = open(&bytes, None).unwrap().unwrap();
    assert_eq!(backup.paths().count(), 0);
}

proptest::proptest! {
    #[test]
    fn any_bytes(data in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..2000)) {
        android_backup::fuzz_backup(&data);
        for kind in ["0\nnone\n", "1\nnone\n"] {
            android_backup::fuzz_backup(&[b"ANDROID BACKUP\n5\n".as_slice(), kind.as_bytes(), &data].concat());
        }
    }
}
