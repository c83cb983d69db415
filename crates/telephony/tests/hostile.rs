//! Databases and backup files that are cut, damaged or of another schema: nothing panics, counts balance,
//! what can be read is read.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "../../evidence/tests/reading/mod.rs"]
mod reading;

use evidence::Given;
use model::{Message, Tally};
use reading::{all, random, tree};
use testkit::android::{Spec, bugle, database};

fn read(files: &[(&str, &[u8])]) -> Option<(Vec<Message>, Tally, Vec<String>)> {
    telephony::open(&tree(files), &Given::default()).ok().flatten().map(all)
}

fn made(sql: &str) -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.db");
    let db = rusqlite::Connection::open(&path).unwrap();
    db.execute_batch(sql).unwrap();
    drop(db);
    std::fs::read(path).unwrap()
}

#[test]
fn a_database_cut_or_damaged_anywhere() {
    let big = Spec { sms: 600, mms: 100, ..Spec::small(1) };
    for bytes in [database(&big).bytes, bugle()] {
        let whole = read(&[("x", &bytes)]).unwrap().0.len();
        for cut in (0..bytes.len()).step_by(bytes.len() / 40) {
            if let Some((messages, tally, findings)) = read(&[("x", &bytes[..cut])]) {
                assert!(messages.len() <= whole);
                // what is not there is counted, or the rows say how many there are
                assert!(tally.unreadable > 0 || !findings.is_empty() || messages.len() == whole, "{cut}");
            }
        }
        let mut next = random(9);
        for _ in 0..150 {
            let mut bad = bytes.clone();
            for _ in 0..=next(4) {
                let at = 100 + next(bad.len() - 100);
                bad[at] ^= 1 << next(8);
            }
            drop(read(&[("x", &bad)]));
        }
    }
}

#[test]
fn a_damaged_page_costs_its_rows_only() {
    let made = database(&Spec { sms: 2000, mms: 0, ..Spec::small(2) });
    let mut bad = made.bytes.clone();
    let page = 4096;
    let at = bad.len() / page / 2 * page;
    bad[at..at + page].fill(0xff);
    let (messages, tally, findings) = read(&[("x", &bad)]).unwrap();
    assert!(messages.len() > 1800 && messages.len() < 2000, "{}", messages.len());
    assert!(tally.unreadable > 0);
    assert!(findings.iter().any(|f| f.starts_with("rows_unreadable_between:sms:")), "{findings:?}");
    // SQLite cannot count past the damage: the finding says which rows it is about
    let between = findings.iter().find_map(|f| f.strip_prefix("rows_unreadable_between:sms:")).unwrap();
    let (from, to) = between.split_once('-').unwrap();
    let lost = to.parse::<usize>().unwrap() - from.parse::<usize>().unwrap();
    assert_eq!(messages.len() + lost, 2000);
}

#[test]
fn other_schemas() {
    // an old phone: few columns, no MMS; a table of suspected spam
    let old = made(
        "CREATE TABLE sms (_id INTEGER PRIMARY KEY, thread_id INTEGER, address TEXT, date INTEGER, type INTEGER, body TEXT);
         CREATE TABLE spam_sms (_id INTEGER PRIMARY KEY, address TEXT, date INTEGER, type INTEGER, body TEXT);
         INSERT INTO sms VALUES (3, 1, '20 00 01 01', 1735722000000, 1, 'a'), (9, 1, '20000101', 1735722000000, 19, 'b'),
           (10, 1, NULL, NULL, NULL, NULL), (11, 1, x'00ff', 'x', 1.5, x'c3'), (12, 1, '1220', 1735722000, 1, 'e');
         INSERT INTO spam_sms VALUES (1, '1220', 1735722000000, 1, 'c');",
    );
    let (messages, tally, findings) = read(&[("x", &old)]).unwrap();
    assert_eq!((tally.seen, tally.messages), (6, 6));
    let doubts: Vec<String> = messages.iter().map(|m| m.doubts.join(" ")).collect();
    assert_eq!(doubts[0], "");
    assert_eq!(doubts[1], "unknown_type:19 no_sender");
    assert!(doubts[2].contains("unknown_type:none") && doubts[2].contains("no_time"));
    assert!(doubts[3].contains("bad_column:date"), "{}", doubts[3]);
    assert_eq!(doubts[4], "time_in_seconds");
    assert_eq!(doubts[5], "spam_folder");
    assert_eq!(messages[0].sender.as_ref().unwrap().expose().as_ref(), "+4520000101");
    assert_eq!(messages[1].body.as_ref().unwrap().expose().as_ref(), "b", "an unknown kind keeps its text");
    assert!(findings.contains(&"unknown_schema:pdu".to_owned()));
    assert!(findings.contains(&"rows_absent:sms:5/1".to_owned()), "{findings:?}");
    // MMS of every kind
    let mms = made(
        "CREATE TABLE sms (_id INTEGER PRIMARY KEY, address TEXT, date INTEGER, type INTEGER, body TEXT);
         CREATE TABLE pdu (_id INTEGER PRIMARY KEY, thread_id INTEGER, date INTEGER, msg_box INTEGER, m_type INTEGER, sub TEXT, sub_cs INTEGER);
         CREATE TABLE addr (_id INTEGER PRIMARY KEY, msg_id INTEGER, address TEXT, type INTEGER, charset INTEGER);
         INSERT INTO pdu VALUES (1, 1, 1735722000, 1, 130, NULL, NULL), (2, 1, 1735722000, 1, 134, NULL, NULL),
           (3, 1, 1735722000, 7, 128, 'Hej', 106), (4, 1, 1735722000000, 1, 132, NULL, NULL);
         INSERT INTO addr VALUES (1, 1, '+4520000101', 137, 106), (2, 3, '+4520000101', 151, 106), (3, 4, '+4520000102', 137, 106);",
    );
    let (messages, ..) = read(&[("x", &mms)]).unwrap();
    let doubts: Vec<String> = messages.iter().map(|m| m.doubts.join(" ")).collect();
    assert_eq!(
        doubts,
        ["not_downloaded", "unknown_type:134 no_sender no_address", "unknown_box:7", "time_in_milliseconds"]
    );
    assert!(messages[0].event.is_some() && messages[1].event.is_some());
}

#[test]
fn every_recipient_of_a_group() {
    let others: Vec<String> = (0..200).map(|i| format!("+45200{i:05}")).collect();
    let ids: Vec<String> = (1..=200).map(|i| i.to_string()).collect();
    let mut sql = String::from(
        "CREATE TABLE sms (_id INTEGER PRIMARY KEY, address TEXT, date INTEGER, type INTEGER, body TEXT);
         CREATE TABLE pdu (_id INTEGER PRIMARY KEY, thread_id INTEGER, date INTEGER, msg_box INTEGER, m_type INTEGER);
         CREATE TABLE threads (_id INTEGER PRIMARY KEY, recipient_ids TEXT);
         CREATE TABLE canonical_addresses (_id INTEGER PRIMARY KEY, address TEXT);
         INSERT INTO pdu VALUES (1, 5, 1735722000, 2, 128);",
    );
    sql += &format!("INSERT INTO threads VALUES (5, '{}');", ids.join(" "));
    for other in &others {
        sql += &format!("INSERT INTO canonical_addresses (address) VALUES ('{other}');");
    }
    let (messages, ..) = read(&[("x", &made(&sql))]).unwrap();
    let conversation = messages[0].conversation.as_ref().unwrap();
    assert_eq!(conversation.participants.len(), 200);
    assert_eq!(conversation.id.expose().as_ref(), others.join("~"));
}

#[test]
fn one_folder_under_two_paths() {
    let made = database(&Spec::small(4));
    let (a, b) = (
        "data/data/com.android.providers.telephony/databases/mmssms.db",
        "data/user_de/0/com.android.providers.telephony/databases/mmssms.db",
    );
    let (messages, _, findings) = read(&[(a, &made.bytes), (b, &made.bytes)]).unwrap();
    assert_eq!(messages.len(), made.truths.len());
    assert!(findings.contains(&"same_database_twice".to_owned()));
    // another user's database is another
    let other = database(&Spec::small(5));
    let work = "data/user_de/10/com.android.providers.telephony/databases/mmssms.db";
    let (messages, ..) = read(&[(b, &made.bytes), (work, &other.bytes)]).unwrap();
    assert_eq!(messages.len(), made.truths.len() + other.truths.len());
}

#[test]
fn other_databases_are_not_ours() {
    let other = made(
        "CREATE TABLE message (ROWID INTEGER PRIMARY KEY, text TEXT); INSERT INTO message VALUES (1, 'x');",
    );
    assert!(read(&[("x", &other)]).is_none());
    assert!(read(&[("x", b"SQLite format 3\0")]).is_none());
    assert!(read(&[("x", b"x\x9c")]).is_none());
    assert!(read(&[]).is_none());
    assert!(read(&[("x", &database(&Spec::small(1)).bytes)]).is_some());
}

#[test]
fn backup_files_cut_anywhere() {
    use std::io::Write;
    let rows: Vec<String> = (0..300)
        .map(|i| {
            format!(
                "{{\"address\":\"20000101\",\"body\":\"b{i}\",\"date\":\"{}\",\"type\":\"1\"}}",
                1_735_722_000_000_i64 + i
            )
        })
        .collect();
    let mut z = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    z.write_all(format!("[{}]", rows.join(",")).as_bytes()).unwrap();
    let bytes = z.finish().unwrap();
    assert_eq!(read(&[("000000_sms_backup", &bytes)]).unwrap().1.messages, 300);
    for cut in 60..bytes.len() {
        if let Some((messages, tally, _)) = read(&[("000000_sms_backup", &bytes[..cut])]) {
            assert!(tally.unreadable > 0);
            for (i, message) in messages.iter().enumerate() {
                assert_eq!(message.body.as_ref().unwrap().expose().as_ref(), format!("b{i}"));
            }
        }
    }
    // more than a file may have
    let mut z = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    z.write_all(b"[").unwrap();
    for _ in 0..80 {
        z.write_all(&vec![b' '; 1 << 20]).unwrap();
    }
    let bomb = z.finish().unwrap();
    let (messages, tally, _) = read(&[("000000_sms_backup", &bomb)]).unwrap();
    assert_eq!((messages.len(), tally.unreadable), (0, 1));
}

proptest::proptest! {
    #[test]
    fn any_bytes(data in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..2000)) {
        telephony::fuzz_backup_file(&data);
        drop(read(&[("x", &data)]));
    }
}

#[test]
fn many_files_beside_a_database() {
    let database = database(&Spec::small(1)).bytes;
    let names: Vec<String> = (0..400).map(|i| format!("a{i:03}.bin")).collect();
    for path in ["z/mmssms.db", "zz/user_de/0/com.android.providers.telephony/databases/mmssms.db", "z.db"] {
        let mut files: Vec<(&str, &[u8])> = names.iter().map(|n| (n.as_str(), &b"x"[..])).collect();
        files.push((path, &database));
        assert_eq!(read(&files).is_some(), path != "z/mmssms.db", "{path}");
    }
}
