//! Folders, tars and zips as trees; a log laid over a database, held against what SQLite itself reads.
#![allow(clippy::unwrap_used, missing_docs)]

use std::io::Write;
use std::sync::Arc;

use evidence::{Database, Evidence, open_tree};
use model::ReadAt;
use rusqlite::Connection;

fn bytes(of: &Arc<dyn ReadAt>) -> Vec<u8> {
    let mut out = vec![0; usize::try_from(of.len()).unwrap()];
    of.read_exact_at(0, &mut out).unwrap();
    out
}

#[test]
fn the_same_files_whatever_they_are_packed_in() {
    let dir = tempfile::tempdir().unwrap();
    let big: Vec<u8> = (0..200_000_u32).flat_map(|i| (i / 3).to_le_bytes()).collect();
    let files: [(&str, &[u8]); 3] = [("a/b.txt", b"hej"), ("a/tom", b""), ("stor.bin", &big)];
    let folder = dir.path().join("folder");
    std::fs::create_dir_all(folder.join("a")).unwrap();
    let mut tar = tar::Builder::new(std::fs::File::create(dir.path().join("t.tar")).unwrap());
    let mut zip = zip::ZipWriter::new(std::fs::File::create(dir.path().join("z.zip")).unwrap());
    for (i, (name, content)) in files.iter().enumerate() {
        std::fs::write(folder.join(name), content).unwrap();
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, name, *content).unwrap();
        let method = if i == 2 { zip::CompressionMethod::Deflated } else { zip::CompressionMethod::Stored };
        let options = zip::write::SimpleFileOptions::default().compression_method(method);
        zip.start_file(*name, options).unwrap();
        zip.write_all(content).unwrap();
    }
    tar.finish().unwrap();
    zip.finish().unwrap();
    for place in ["folder", "t.tar", "z.zip"] {
        let tree = open_tree(&dir.path().join(place)).unwrap();
        for (name, content) in files {
            assert_eq!(bytes(&tree.get(name).unwrap().unwrap()), content, "{place} {name}");
        }
        assert_eq!(tree.list("").unwrap(), ["a", "stor.bin"], "{place}");
        assert_eq!(tree.list("a").unwrap(), ["b.txt", "tom"], "{place}");
        for outside in ["../folder/stor.bin", "/etc/passwd", "a/../stor.bin", "", "a", "nothing"] {
            assert!(tree.get(outside).unwrap().is_none(), "{place} {outside}");
        }
    }
    #[cfg(unix)]
    {
        std::fs::write(dir.path().join("secret"), b"x").unwrap();
        std::os::unix::fs::symlink(dir.path().join("secret"), folder.join("link")).unwrap();
        assert!(open_tree(&folder).unwrap().get("link").unwrap().is_none());
    }
}

#[test]
fn a_log_is_read_and_nothing_is_left_beside_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.db");
    let db = Connection::open(&path).unwrap();
    db.execute_batch(
        "PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT);",
    )
    .unwrap();
    for i in 0..500 {
        db.execute("INSERT INTO t (b) VALUES (?1)", [format!("række {i}")]).unwrap();
    }
    db.execute_batch("BEGIN; UPDATE t SET b = 'ikke gemt';").unwrap();
    let kept = tempfile::tempdir().unwrap();
    for name in ["x.db", "x.db-wal"] {
        std::fs::copy(dir.path().join(name), kept.path().join(name)).unwrap();
    }
    let tree = open_tree(kept.path()).unwrap();
    let evidence = |name: &str| Evidence {
        name: name.to_owned(),
        bytes: tree.get(name).unwrap().unwrap(),
        sha256: [0; 32],
    };
    let with = Database::open(&evidence("x.db"), Some(&evidence("x.db-wal"))).unwrap();
    assert_eq!(with.count("t").unwrap(), 500);
    let last: String =
        with.connection().query_row("SELECT b FROM t WHERE a = 500", [], |row| row.get(0)).unwrap();
    assert_eq!(last, "række 499");
    assert!(with.pages_from_wal() > 1);
    assert!(with.connection().execute_batch("INSERT INTO t (b) VALUES ('nej')").is_err());
    assert!(with.connection().execute_batch("CREATE TEMP TABLE u (a); ATTACH 'y.db' AS y").is_err());
    // without its log the database is older: nothing was committed to it yet
    assert!(Database::open(&evidence("x.db"), None).map_or(true, |d| d.count("t").is_err()));
    let mut names: Vec<_> = std::fs::read_dir(kept.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["x.db", "x.db-wal"]);
}

proptest::proptest! {
    #[test]
    fn no_log_panics(at in 0_usize..5000, with in 0_u8..=255, cut in 0_usize..5000) {
        let mut log = vec![0x37, 0x7f, 0x06, 0x82, 0, 0, 0, 0, 0, 0, 2, 0];
        log.resize(5000, 7);
        log[at] = with;
        log.truncate(cut);
        evidence::fuzz_wal(&log);
    }
}

/// A large compressed member is inflated into scratch space; one that is changed is given as far as it goes, and
/// named.
#[test]
fn a_large_member_of_a_zip() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("stor.zip");
    let big: Vec<u8> = (0..70_u32 << 18).flat_map(|i| (i / 9).to_le_bytes()).collect();
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    zip.start_file("stor.db", options).unwrap();
    zip.write_all(&big).unwrap();
    zip.finish().unwrap();
    let tree = open_tree(&path).unwrap();
    for _ in 0..2 {
        assert!(bytes(&tree.get("stor.db").unwrap().unwrap()) == big);
    }
    assert_eq!(tree.notes(), Vec::<String>::new());
    let mut raw = std::fs::read(&path).unwrap();
    let middle = raw.len() / 2;
    raw[middle] ^= 0x55;
    std::fs::write(&path, raw).unwrap();
    let tree = open_tree(&path).unwrap();
    let given = bytes(&tree.get("stor.db").unwrap().unwrap());
    assert!(given.len() > big.len() / 3 && given[..big.len() / 3] == big[..big.len() / 3]);
    let notes = tree.notes();
    assert!(notes.len() == 1 && notes[0].starts_with("zip_member_damaged:"), "{notes:?}");
}

/// A zip that is cut has lost its directory; what lies before the cut is there all the same.
#[test]
fn a_zip_without_its_directory() {
    use zip::CompressionMethod::{Deflated, Stored};
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.zip");
    let content = |i: usize| format!("indhold {i} ").repeat(400 * i).into_bytes();
    let names = ["a/1.txt", "a/2.txt", "b.bin", "c.bin"];
    for streamed in [false, true] {
        let mut out = Vec::new();
        if streamed {
            // sizes behind the content, as a writer makes them that cannot go back
            let mut zip = zip::ZipWriter::new_stream(&mut out);
            for (i, name) in names.iter().enumerate() {
                let options = zip::write::SimpleFileOptions::default().compression_method(Deflated);
                zip.start_file(*name, options).unwrap();
                zip.write_all(&content(i + 1)).unwrap();
            }
            zip.finish().unwrap();
        } else {
            let mut zip = zip::ZipWriter::new(std::io::Cursor::new(&mut out));
            for (i, name) in names.iter().enumerate() {
                let method = if i % 2 == 0 { Stored } else { Deflated };
                let options = zip::write::SimpleFileOptions::default().compression_method(method);
                zip.start_file(*name, options).unwrap();
                zip.write_all(&content(i + 1)).unwrap();
            }
            zip.finish().unwrap();
        }
        let whole = out.len();
        // the directory alone, then into the last member
        for cut in [whole - 10, whole - 300] {
            std::fs::write(&path, &out[..cut]).unwrap();
            let tree = open_tree(&path).unwrap();
            assert!(tree.notes()[0].starts_with("zip_directory_lost:4"), "{:?}", tree.notes());
            for (i, name) in names.iter().enumerate() {
                let given = bytes(&tree.get(name).unwrap().unwrap());
                let expected = content(i + 1);
                let whole = given == expected;
                assert!(expected.starts_with(&given), "{streamed} {cut} {name}");
                assert!(whole || (i == 3 && cut == out.len() - 300), "{streamed} {cut} {name}");
            }
        }
        assert!(open_tree(&dir.path().join("x.zip")).unwrap().get("a").unwrap().is_none());
        std::fs::write(&path, &out[..20]).unwrap();
        assert!(open_tree(&path).is_err());
    }
}

#[test]
fn members_that_are_left_out_are_counted() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.tar");
    let mut tar = tar::Builder::new(std::fs::File::create(&path).unwrap());
    for (name, content) in [("a", &b"en"[..]), ("a", b"to"), ("b", b"tre")] {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.as_mut_bytes()[..1].copy_from_slice(name.as_bytes());
        header.set_cksum();
        tar.append(&header, content).unwrap();
    }
    tar.finish().unwrap();
    let tree = open_tree(&path).unwrap();
    assert_eq!(bytes(&tree.get("a").unwrap().unwrap()), b"en");
    assert_eq!(tree.notes(), ["tar_members_left_out:doubled:1"]);
    // the header of the second is damaged: the third is found behind it
    let mut raw = std::fs::read(&path).unwrap();
    raw[1024 + 130] ^= 1;
    raw.truncate(512 * 5 + 2);
    std::fs::write(&path, raw).unwrap();
    let tree = open_tree(&path).unwrap();
    assert!(tree.get("b").unwrap().is_some());
    assert_eq!(tree.notes(), ["tar_blocks_unreadable:2", "tar_members_cut:1", "tar_not_ended"]);
}

/// A pipe has no end, a device may have none: neither is a source.
#[cfg(unix)]
#[test]
fn what_is_no_file_is_no_source() {
    for path in ["/dev/zero", "/dev/null"] {
        assert!(open_tree(std::path::Path::new(path)).is_err(), "{path}");
    }
    let dir = tempfile::tempdir().unwrap();
    let pipe = dir.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    assert!(open_tree(&pipe).is_err());
    assert!(open_tree(dir.path()).unwrap().get("pipe").unwrap().is_none());
}
