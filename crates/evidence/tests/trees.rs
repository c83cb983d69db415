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

/// A database in a folder of its own with three committed rows in its log, which is `change`d.
fn logged(change: impl Fn(&mut Vec<u8>)) -> tempfile::TempDir {
    let (made, dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let db = Connection::open(made.path().join("x.db")).unwrap();
    db.execute_batch("CREATE TABLE t (a); PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0;").unwrap();
    for i in 0..3 {
        db.execute("INSERT INTO t VALUES (?1)", [i]).unwrap();
    }
    std::fs::copy(made.path().join("x.db"), dir.path().join("x.db")).unwrap();
    let mut log = std::fs::read(made.path().join("x.db-wal")).unwrap();
    change(&mut log);
    std::fs::write(dir.path().join("x.db-wal"), log).unwrap();
    dir
}

/// The rows of the database at `path` with its log, and what is odd about it.
fn rows_and_findings(path: &std::path::Path, name: &str) -> (u64, Vec<String>) {
    let tree = open_tree(path).unwrap();
    let evidence = |name: &str| {
        Some(Evidence { name: name.to_owned(), bytes: tree.get(name).unwrap()?, sha256: [0; 32] })
    };
    let log = evidence(&format!("{name}-wal"));
    let database = Database::open(&evidence(name).unwrap(), log.as_ref()).unwrap();
    let codes = database.findings().into_iter().map(|f| f.code).filter(|c| !c.starts_with("uncheckpointed"));
    (database.count("t").unwrap(), codes.chain(tree.notes()).collect())
}

#[track_caller]
fn check_log(change: impl Fn(&mut Vec<u8>), rows: u64, finding: &[&str]) {
    let dir = logged(change);
    assert_eq!(
        rows_and_findings(dir.path(), "x.db"),
        (rows, finding.iter().map(|f| f.to_string()).collect())
    );
}

#[test]
fn a_damaged_log_is_told() {
    const FRAME: usize = 24 + 4096;
    check_log(|_| {}, 3, &[]);
    check_log(Vec::clear, 0, &[]);
    check_log(|log| log.truncate(32), 0, &[]);
    check_log(|log| log.truncate(20), 0, &["log_damaged:header"]);
    check_log(|log| log[24..32].fill(0), 0, &["log_damaged:header"]);
    check_log(|log| log[0] = 0, 0, &["log_damaged:header"]);
    check_log(|log| log[10] ^= 1, 0, &["log_damaged:header"]);
    check_log(|log| log.truncate(log.len() - 1000), 2, &["log_damaged:cut"]);
    check_log(|log| log[32 + FRAME + 100] ^= 1, 1, &["log_damaged:checksum"]);
    // frames of a time before this log stay behind it
    check_log(|log| log[32 + 2 * FRAME + 8] ^= 1, 2, &[]);
}

#[cfg(unix)]
#[test]
fn a_log_is_found_through_a_link_and_in_capitals() {
    let dir = logged(|_| {});
    let elsewhere = tempfile::tempdir().unwrap();
    let link = elsewhere.path().join("y.db");
    std::os::unix::fs::symlink(dir.path().join("x.db"), &link).unwrap();
    assert_eq!(rows_and_findings(&link, "y.db"), (3, vec![]));
    std::fs::rename(dir.path().join("x.db-wal"), dir.path().join("X.DB-WAL")).unwrap();
    std::fs::rename(dir.path().join("x.db"), dir.path().join("X.DB")).unwrap();
    assert_eq!(rows_and_findings(dir.path(), "X.DB"), (3, vec![]));
    assert_eq!(rows_and_findings(&dir.path().join("X.DB"), "X.DB"), (3, vec![]));
}

#[test]
fn a_hot_journal_is_told() {
    let dir = logged(|_| {});
    let path = dir.path().join("x.db-journal");
    let mut journal = vec![0; 2000];
    std::fs::write(&path, &journal).unwrap();
    assert_eq!(rows_and_findings(dir.path(), "x.db").1, [""; 0]);
    journal[..12].copy_from_slice(&[0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7, 0, 0, 0, 1]);
    std::fs::write(&path, &journal).unwrap();
    for source in [dir.path(), &dir.path().join("x.db")] {
        let (_, notes) = rows_and_findings(source, "x.db");
        assert!(matches!(&notes[..], [note] if note.starts_with("hot_journal:file [")), "{notes:?}");
    }
}

#[cfg(unix)]
#[test]
fn what_is_left_out_of_a_folder_is_counted() {
    use std::os::unix::ffi::OsStrExt;
    let dir = tempfile::tempdir().unwrap();
    for name in [&b"a"[..], b"b\\c", b"s\xf8ren"] {
        std::fs::write(dir.path().join(std::ffi::OsStr::from_bytes(name)), b"x").unwrap();
    }
    std::os::unix::fs::symlink("a", dir.path().join("l")).unwrap();
    let tree = open_tree(dir.path()).unwrap();
    tree.list("").unwrap();
    assert!(tree.get("l").unwrap().is_none());
    assert_eq!(tree.notes(), ["folder_members_left_out:link:1", "folder_members_left_out:name:2"]);
}

type Pax<'a> = &'a [(&'a str, &'a [u8])];

/// A tar of members by name, type and pax records, with the content `x`.
fn tar_of(members: &[(&str, u8, Pax<'_>)]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, kind, pax) in members {
        if !pax.is_empty() {
            tar.append_pax_extensions(pax.iter().copied()).unwrap();
        }
        let mut header = tar::Header::new_ustar();
        header.set_path(name).unwrap();
        header.set_entry_type(tar::EntryType::new(*kind));
        let content = if b"12".contains(kind) { &b""[..] } else { b"x" };
        header.set_size(content.len() as u64);
        header.set_cksum();
        tar.append(&header, content).unwrap();
    }
    tar.into_inner().unwrap()
}

#[test]
fn kinds_of_members_of_a_tar() {
    let sparse: Pax<'_> = &[("GNU.sparse.major", b"1")];
    let raw = tar_of(&[
        ("a", b'0', &[]),
        ("hard", b'1', &[]),
        ("soft", b'2', &[]),
        ("unknown", b'Z', &[]),
        ("sparse", b'0', sparse),
        ("b", b'0', &[]),
    ]);
    let tree = evidence::tree_over(Arc::new(raw.clone())).unwrap().unwrap();
    assert_eq!(tree.list("").unwrap(), ["a", "b", "unknown"]);
    assert_eq!(tree.notes(), ["tar_members_left_out:link:2", "tar_members_left_out:sparse:1"]);
    let mut joined = tar_of(&[("a", b'0', &[])]);
    joined.resize(joined.len() + 512 * 300, 0);
    assert_eq!(evidence::tree_over(Arc::new(joined.clone())).unwrap().unwrap().notes(), [""; 0]);
    joined.extend(raw);
    let tree = evidence::tree_over(Arc::new(joined)).unwrap().unwrap();
    assert_eq!(tree.notes(), ["tar_goes_on_behind_end"]);
}

/// A zip of two stored files, changed.
fn zip_notes(change: impl Fn(&mut Vec<u8>)) -> Result<Vec<String>, String> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for name in ["a.xml", "b.xml"] {
        zip.start_file(name, stored).unwrap();
        zip.write_all(b"content").unwrap();
    }
    let mut raw = zip.finish().unwrap().into_inner();
    change(&mut raw);
    let tree = evidence::tree_over(Arc::new(raw)).map_err(|e| format!("{e:?}"))?;
    Ok(tree.unwrap().notes())
}

/// Where the `n`th record of that signature begins.
fn record(raw: &[u8], signature: &[u8; 4], n: usize) -> usize {
    raw.windows(4).enumerate().filter(|(_, w)| w == signature).nth(n).unwrap().0
}

#[test]
fn members_of_a_zip_that_its_directory_hides() {
    assert_eq!(zip_notes(|_| {}).unwrap(), [""; 0]);
    let doubled = zip_notes(|raw| {
        let at = record(raw, b"PK\x01\x02", 1) + 46;
        raw[at] = b'a';
    });
    assert_eq!(doubled.unwrap(), ["zip_members_left_out:replaced:1"]);
    let uncounted = zip_notes(|raw| {
        let at = record(raw, b"PK\x05\x06", 0);
        raw[at + 8..at + 12].copy_from_slice(&[1, 0, 1, 0]);
    });
    assert_eq!(uncounted.unwrap(), ["zip_members_left_out:uncounted:1"]);
    let folder = zip_notes(|raw| {
        let at = record(raw, b"PK\x01\x02", 1) + 46;
        raw[at + 4] = b'/';
    });
    assert_eq!(folder.unwrap(), ["zip_members_left_out:folder:1"]);
    // a method that is not read, in the headers and in the directory
    let method = zip_notes(|raw| {
        for n in 0..2 {
            let at = (record(raw, b"PK\x01\x02", n), record(raw, b"PK\x03\x04", n));
            raw[at.0 + 10] = 12;
            raw[at.1 + 8] = 12;
        }
    });
    assert!(method.unwrap_err().contains("stored or deflated"));
}
