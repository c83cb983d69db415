//! What lies beside the databases of a backup: the log of the list of files, and a journal that is hot.
#![allow(clippy::unwrap_used, missing_docs)]

use std::fs;
use std::path::Path;

use evidence::{EvidenceSet, open_tree};
use ios_backup::IosBackup;
use rusqlite::Connection;
use sha1::{Digest, Sha1};

fn add(backup: &Path, list: &Connection, path: &str, content: &[u8]) {
    let id: String =
        Sha1::digest(format!("HomeDomain-{path}")).iter().map(|byte| format!("{byte:02x}")).collect();
    fs::create_dir_all(backup.join(&id[..2])).unwrap();
    fs::write(backup.join(&id[..2]).join(&id), content).unwrap();
    list.execute("INSERT INTO Files VALUES (?1, 'HomeDomain', ?2, 1, NULL)", [&id, path]).unwrap();
}

#[test]
fn a_file_that_only_the_log_lists_is_found() {
    let (made, backup) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let list = Connection::open(made.path().join("Manifest.db")).unwrap();
    list.execute_batch(
        "CREATE TABLE Files (fileID TEXT PRIMARY KEY, domain TEXT, relativePath TEXT, flags INTEGER, file BLOB);
         PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0;",
    )
    .unwrap();
    add(backup.path(), &list, "Library/SMS/sms.db", b"SQLite format 3\0");
    let mut journal = vec![0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7, 0, 0, 0, 1];
    journal.resize(1000, 0);
    add(backup.path(), &list, "Library/SMS/sms.db-journal", &journal);
    for name in ["Manifest.db", "Manifest.db-wal"] {
        fs::copy(made.path().join(name), backup.path().join(name)).unwrap();
    }
    let read = IosBackup::open(open_tree(backup.path()).unwrap(), None).unwrap();
    assert!(read.get("HomeDomain", "Library/SMS/sms.db").unwrap().is_some());
    assert!(read.findings().iter().any(|f| f.code.starts_with("uncheckpointed_log:")));
    assert_eq!(read.notes(), ["hot_journal:HomeDomain/Library/SMS/sms.db-journal"]);
    assert!(read.opened().iter().any(|(name, _)| name == "Manifest.db-wal"));
}
