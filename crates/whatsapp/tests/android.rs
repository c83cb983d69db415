//! `msgstore.db` of every generation, as it is and inside every kind of backup, held against what the
//! generator put in.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::fs;
use std::path::Path;

use common::{codes, digits, key_file, open, read, same};
use evidence::Given;
use model::{Fault, SourceError};
use testkit::whatsapp::crypt::{Kind, encrypt, encrypt_raw};
use testkit::whatsapp::store::{Generation, Store, StoreSpec, write};

const GENERATIONS: [Generation; 3] = [Generation::Old, Generation::New, Generation::Mixed];

fn store(seed: u64, generation: Generation) -> Store {
    write(&StoreSpec::small(seed, generation)).unwrap()
}

/// A copy of the app's folders on a phone.
fn phone(at: &Path, store: &Store) {
    let databases = at.join("data/data/com.whatsapp/databases");
    fs::create_dir_all(&databases).unwrap();
    fs::write(databases.join("msgstore.db"), &store.database).unwrap();
    fs::write(databases.join("wa.db"), &store.contacts).unwrap();
    let media = at.join("data/media/0/Android/media/com.whatsapp/WhatsApp");
    fs::create_dir_all(media.join("Media")).unwrap();
    for (path, content) in &store.files {
        fs::create_dir_all(media.join(path).parent().unwrap()).unwrap();
        fs::write(media.join(path), content).unwrap();
    }
}

#[test]
fn a_phone_of_each_generation() {
    for seed in 1..=4 {
        for generation in GENERATIONS {
            let dir = tempfile::tempdir().unwrap();
            let store = store(seed, generation);
            phone(dir.path(), &store);
            let opening = open(dir.path(), &Given::default()).unwrap().unwrap();
            assert_eq!((opening.kind, opening.encrypted), ("whatsapp-android", false));
            let mut reader = opening.readers.into_iter().next().unwrap();
            let (messages, tally) = read(reader.as_mut());
            assert_eq!(tally.folded, store.folded, "{generation:?}");
            assert_eq!(tally.unreadable, 0);
            same(&messages, &store.truth);
            let named = messages.iter().filter(|m| m.sender_name.is_some()).count();
            assert!(named > 5, "{named}");
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    for generation in GENERATIONS {
        assert!(store(9, generation).database == store(9, generation).database);
        assert!(store(9, generation).database != store(8, generation).database);
    }
}

#[test]
fn backups_of_every_kind() {
    let store = store(5, Generation::New);
    let truth: Vec<_> = store.truth.iter().cloned().map(without_files).collect();
    for (kind, name) in [
        (Kind::Crypt12, "msgstore.db.crypt12"),
        (Kind::Crypt14, "msgstore.db.crypt14"),
        (Kind::Crypt15, "msgstore.db.crypt15"),
        // recognised by content
        (Kind::Crypt15, "sikkerhedskopi.bin"),
        (Kind::Crypt14, "x"),
        (Kind::Crypt12, "y"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        let made = encrypt(kind, &store.database, 3, false, 6).unwrap();
        fs::write(&path, &made.file).unwrap();
        let opening = open(&path, &key_file(&made.key_file)).unwrap().unwrap();
        assert!(opening.encrypted && opening.findings.is_empty(), "{:?}", opening.findings);
        assert_eq!(opening.set.opened()[0].1, evidence::digest(&made.file));
        let mut reader = opening.readers.into_iter().next().unwrap();
        same(&read(reader.as_mut()).0, &truth);
        if kind == Kind::Crypt15 {
            assert!(open(&path, &digits(&made.digits)).unwrap().is_some());
        }
        assert!(matches!(open(&path, &Given::default()), Err(SourceError::SecretNeeded { .. })));
        let other = encrypt(kind, b"", 4, false, 6).unwrap();
        assert!(matches!(open(&path, &key_file(&other.key_file)), Err(SourceError::WrongSecret { .. })));
        assert!(matches!(open(&path, &digits(&other.digits)), Err(SourceError::WrongSecret { .. })));
        assert!(matches!(open(&path, &key_file(b"forkert")), Err(SourceError::WrongSecret { .. })));
    }
}

fn without_files(mut told: testkit::whatsapp::Told) -> testkit::whatsapp::Told {
    // a backup of the database alone has no files of the phone; cards are in the database
    for (name, content) in &mut told.files {
        if name.is_some() {
            *content = None;
        }
    }
    told
}

#[test]
fn a_part_of_a_backup_in_several_files() {
    let store = store(6, Generation::New);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("msgstore-increment-1-2026-01-06.1.db.mcrypt1");
    let made = encrypt(Kind::Crypt15, &store.database, 3, true, 6).unwrap();
    fs::write(&path, &made.file).unwrap();
    let opening = open(&path, &digits(&made.digits)).unwrap().unwrap();
    assert!(opening.findings.is_empty(), "{:?}", opening.findings);
    let wrong = encrypt(Kind::Crypt15, b"", 4, true, 6).unwrap();
    assert!(matches!(open(&path, &digits(&wrong.digits)), Err(SourceError::WrongSecret { .. })));
    // changed: told from a wrong key by its beginning, which still decrypts to a stream
    let mut bytes = made.file.clone();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, &bytes).unwrap();
    assert!(matches!(
        open(&path, &digits(&made.digits)),
        Err(SourceError::Damaged { fault: Fault::Mismatch { .. }, .. })
    ));
}

/// Every byte counts: a backup that is cut or changed is never taken for whole, and never for another's.
#[test]
fn cut_and_changed_backups() {
    for kind in [Kind::Crypt12, Kind::Crypt14, Kind::Crypt15] {
        let made = encrypt(kind, &store(7, Generation::Old).database, 3, false, 9).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(match kind {
            Kind::Crypt12 => "msgstore.db.crypt12",
            Kind::Crypt14 => "msgstore.db.crypt14",
            Kind::Crypt15 => "msgstore.db.crypt15",
        });
        let trailer = if kind == Kind::Crypt12 { 20 } else { 16 };
        let whole = made.file.len();
        for cut in (0..60).chain([whole / 2, whole - 100, whole - 10, whole - 1, whole]) {
            fs::write(&path, &made.file[..whole - cut]).unwrap();
            match open(&path, &key_file(&made.key_file)) {
                Ok(Some(opening)) if cut == 0 => assert!(opening.findings.is_empty()),
                // what is authentic is read, and what is cut is said
                Ok(Some(opening)) if cut <= trailer => {
                    let code = &opening.findings[0].code;
                    assert_eq!(*code, format!("backup_truncated:{cut}"), "{kind:?}");
                }
                Err(SourceError::Damaged { .. }) if cut > trailer => {}
                other => panic!("{kind:?} cut by {cut}: {:?}", other.map(|o| o.map(|o| o.findings))),
            }
        }
        let body = whole - trailer - 16;
        for at in [70, 200, 400, body / 2, body - 1, body, body + 15, body + 16, whole - 5] {
            let mut bytes = made.file.clone();
            bytes[at] ^= 0x10;
            fs::write(&path, &bytes).unwrap();
            match open(&path, &key_file(&made.key_file)) {
                // the checksum behind the tag, and what the header says of the app: neither is authenticated
                Ok(Some(opening)) if at >= body + 16 || at == 70 => {
                    assert_eq!(opening.findings[0].code, "backup_checksum_differs");
                }
                Err(SourceError::Damaged { .. } | SourceError::WrongSecret { .. }) if at < 300 => {}
                Err(SourceError::Damaged { .. }) if at < body + 16 => {}
                other => panic!("{kind:?} changed at {at}: {:?}", other.map(|o| o.map(|o| o.findings))),
            }
        }
    }
}

#[test]
fn hostile_insides() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("msgstore.db.crypt15");
    let mut bomb = vec![0; 64 << 20];
    bomb[..16].copy_from_slice(b"SQLite format 3\0");
    for (what, made) in [
        ("zeros without end", encrypt(Kind::Crypt15, &bomb, 3, false, 9).unwrap()),
        ("no database", encrypt(Kind::Crypt15, b"hej", 3, false, 9).unwrap()),
        ("nothing", encrypt(Kind::Crypt15, b"", 3, false, 9).unwrap()),
        ("a zip", encrypt_raw(Kind::Crypt15, b"PK\x03\x04 noget", 3, false).unwrap()),
        ("no zlib", encrypt_raw(Kind::Crypt15, b"\x78\xff\xff\xff\xff", 3, false).unwrap()),
        ("a cut stream", {
            let whole = encrypt_raw(Kind::Crypt15, b"\x78\x9c\x4b", 3, false);
            whole.unwrap()
        }),
        ("nothing at all", encrypt_raw(Kind::Crypt15, b"", 3, false).unwrap()),
    ] {
        fs::write(&path, &made.file).unwrap();
        assert!(open(&path, &digits(&made.digits)).is_err(), "{what}");
    }
}

#[test]
fn folders_zips_and_logs() {
    let store = store(11, Generation::New);
    let dir = tempfile::tempdir().unwrap();
    // a database by itself, under any name
    for name in ["msgstore.db", "kopi"] {
        let path = dir.path().join(name);
        fs::write(&path, &store.database).unwrap();
        let opening = open(&path, &Given::default()).unwrap().unwrap();
        assert_eq!(opening.readers.len(), 1);
    }
    // other things are not taken
    let other = dir.path().join("andet");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("wa.db"), &store.contacts).unwrap();
    fs::write(other.join("brev.txt"), b"hej").unwrap();
    assert!(open(&other, &Given::default()).unwrap().is_none());
    // the folder that the app itself writes, with older copies
    let app = dir.path().join("WhatsApp");
    fs::create_dir_all(app.join("Databases")).unwrap();
    fs::create_dir_all(app.join("Media/WhatsApp Images")).unwrap();
    let made = encrypt(Kind::Crypt15, &store.database, 3, false, 6).unwrap();
    let old = encrypt(Kind::Crypt15, b"gammel", 3, false, 6).unwrap();
    fs::write(app.join("Databases/msgstore.db.crypt15"), &made.file).unwrap();
    fs::write(app.join("Databases/msgstore-2026-01-01.1.db.crypt15"), &old.file).unwrap();
    for (path, content) in &store.files {
        fs::create_dir_all(app.join(path).parent().unwrap()).unwrap();
        fs::write(app.join(path), content).unwrap();
    }
    let opening = open(&app, &digits(&made.digits)).unwrap().unwrap();
    let found: Vec<_> = opening.findings.iter().map(|f| f.code.as_str()).collect();
    assert_eq!(found, ["other_backups_in_source:1"]);
    let mut reader = opening.readers.into_iter().next().unwrap();
    same(&read(reader.as_mut()).0, &store.truth);
    assert!(codes(reader.as_ref()).iter().any(|c| c.starts_with("attachments_missing:")));
}

/// Whatever bytes of a database are changed or missing: no panic, and every row is accounted for.
#[test]
fn damaged_databases_balance() {
    for generation in GENERATIONS {
        let store = store(12, generation);
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("msgstore.db");
        let mut read_some = 0;
        for i in 0..60_usize {
            let mut bytes = store.database.clone();
            if i % 3 == 0 {
                bytes.truncate(bytes.len() * (i + 1) / 62);
            }
            for n in 0..1 + i % 5 {
                let at = (i * 7919 + n * 104_729) % bytes.len().max(1);
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << (i % 8);
                }
            }
            fs::write(&path, &bytes).unwrap();
            if let Ok(Some(opening)) = open(&path, &Given::default()) {
                for mut reader in opening.readers {
                    read_some += read_or_not(reader.as_mut());
                }
            }
        }
        // the positive control: most damage leaves most messages
        assert!(read_some > 1000, "{generation:?} {read_some}");
    }
}

fn read_or_not(reader: &mut dyn model::MessageSource) -> u64 {
    let tally = reader.read(&mut |_| std::ops::ControlFlow::Continue(()));
    let Ok(tally) = tally else { return 0 };
    assert!(tally.balances(), "{tally:?}");
    tally.messages
}

/// Tables and columns that are missing, or hold something else.
#[test]
fn other_schemas_are_read() {
    let statements = [
        "DROP TABLE jid",
        "DROP TABLE chat",
        "DROP TABLE message_media",
        "DROP TABLE message_system",
        "ALTER TABLE message DROP COLUMN text_data",
        "ALTER TABLE message DROP COLUMN timestamp",
        "ALTER TABLE message DROP COLUMN message_type",
        "UPDATE message SET text_data = x'ff00ff', timestamp = 'i går', from_me = 'ja', message_type = 1.5",
        "UPDATE message SET chat_row_id = 99999, sender_jid_row_id = -7",
        "UPDATE jid SET raw_string = NULL",
        "UPDATE jid SET raw_string = 7, user = x'00'",
        "UPDATE message_media SET file_path = '../../../../etc/passwd', file_hash = 'ikke base64', file_size = -1",
        "UPDATE message_add_on SET parent_message_row_id = 424242",
        "UPDATE message SET timestamp = 9223372036854775807",
        "UPDATE message SET _id = 9223372036854775807 WHERE _id = (SELECT max(_id) FROM message)",
        "UPDATE message_ephemeral SET duration = -5",
        "UPDATE message_vcard SET vcard = 12",
        "DELETE FROM message",
        "CREATE TABLE message_edit_info2 AS SELECT * FROM message_edit_info",
    ];
    let store = store(13, Generation::New);
    for statement in statements {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("msgstore.db");
        fs::write(&path, &store.database).unwrap();
        rusqlite::Connection::open(&path).unwrap().execute_batch(statement).unwrap();
        for suffix in ["-wal", "-shm"] {
            drop(fs::remove_file(dir.path().join(format!("msgstore.db{suffix}"))));
        }
        let mut opening = open(&path, &Given::default()).unwrap().unwrap();
        let (messages, tally) = read(opening.readers[0].as_mut());
        assert_eq!(tally.unreadable, 0, "{statement}");
        if statement.starts_with("DELETE") {
            assert!(
                codes(opening.readers[0].as_ref()).contains(&"no_messages".to_owned())
                    || !messages.is_empty()
            );
        } else {
            assert!(messages.len() >= store.truth.len(), "{statement}: {}", messages.len());
        }
        if statement.contains("424242") {
            let orphans = messages.iter().filter(|m| m.doubts.iter().any(|d| d == "reaction_target_missing"));
            assert_eq!(orphans.count(), 4);
        }
    }
}

#[test]
fn public_samples() {
    let Some(samples) = common::samples("android/wa-crypt-tools") else { return };
    let expected = fs::read(samples.join("../expected-whatsapp-crypt.json")).unwrap();
    let expected: serde_json::Value = serde_json::from_slice(&expected).unwrap();
    let root = expected["crypt15_root_key_hex"].as_str().unwrap();
    let key = |name: &str| key_file(&fs::read(samples.join(name)).unwrap());
    let mut compared = 0;
    let mut first = None;
    for (name, given) in [
        ("msgstore.db.crypt15", digits(root)),
        ("msgstore.db.crypt15", key("encrypted_backup.key")),
        ("msgstore.db.crypt14", key("key")),
        ("msgstore-noexpiry.db.crypt14", key("key")),
        ("msgstore.db.crypt12", key("key")),
        ("msgstore.db", Given::default()),
    ] {
        let path = samples.join(name);
        if !path.exists() {
            continue;
        }
        let mut opening = open(&path, &given).unwrap().unwrap();
        assert!(opening.findings.is_empty(), "{name}: {:?}", opening.findings);
        let (messages, tally) = read(opening.readers[0].as_mut());
        assert_eq!((tally.seen, tally.messages, tally.folded, tally.unreadable), (11, 9, 2, 0), "{name}");
        assert!(messages.iter().all(|m| {
            let chat = m.conversation.as_ref().unwrap();
            &**chat.id.expose() == "status@broadcast" && m.attachments.len() == 1
        }));
        let shown: Vec<_> = messages.iter().map(common::told).collect();
        assert_eq!(*first.get_or_insert_with(|| shown.clone()), shown);
        compared += 1;
    }
    assert!(compared >= 4, "{compared}");
    assert!(matches!(
        open(&samples.join("msgstore.db.crypt14"), &key("encrypted_backup.key")),
        Err(SourceError::WrongSecret { .. })
    ));
}

/// The newest rows of a copied database lie in its log.
#[test]
fn a_log_beside_the_database_is_read() {
    let store = store(14, Generation::New);
    let dir = tempfile::tempdir().unwrap();
    let live = dir.path().join("live.db");
    fs::write(&live, &store.database).unwrap();
    let connection = rusqlite::Connection::open(&live).unwrap();
    connection.execute_batch("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0;").unwrap();
    let sql = "INSERT INTO message (chat_row_id, from_me, key_id, timestamp, message_type, text_data) \
               VALUES (1, 0, 'NYEST', 1767700000000, 0, 'kun i loggen')";
    connection.execute_batch(sql).unwrap();
    let copy = dir.path().join("kopi");
    fs::create_dir(&copy).unwrap();
    fs::copy(&live, copy.join("msgstore.db")).unwrap();
    let count = |expected: usize| {
        let mut opening = open(&copy, &Given::default()).unwrap().unwrap();
        assert_eq!(read(opening.readers[0].as_mut()).0.len(), expected);
        codes(opening.readers[0].as_ref()).iter().any(|c| c.starts_with("uncheckpointed_log:"))
    };
    assert!(!count(store.truth.len()));
    fs::copy(dir.path().join("live.db-wal"), copy.join("msgstore.db-wal")).unwrap();
    assert!(count(store.truth.len() + 1));
    drop(connection);
}

/// Another program decrypts what the generator wrote, where it is named: `BESKEDARKIV_WADECRYPT`.
#[test]
fn another_program_decrypts_the_same() {
    let Some(program) = std::env::var_os("BESKEDARKIV_WADECRYPT") else { return };
    let store = store(15, Generation::Mixed);
    let dir = tempfile::tempdir().unwrap();
    for (kind, part) in
        [(Kind::Crypt12, false), (Kind::Crypt14, false), (Kind::Crypt15, false), (Kind::Crypt15, true)]
    {
        let made = encrypt(kind, &store.database, 3, part, 6).unwrap();
        let [file, key, out] = ["m.crypt", "key", "out.db"].map(|n| dir.path().join(n));
        fs::write(&file, &made.file).unwrap();
        fs::write(&key, &made.key_file).unwrap();
        let done = std::process::Command::new(&program).args([&key, &file, &out]).output().unwrap();
        assert!(done.status.success(), "{kind:?} {}", String::from_utf8_lossy(&done.stderr));
        assert!(fs::read(&out).unwrap() == store.database, "{kind:?}");
    }
}

proptest::proptest! {
    /// No bytes make the parsers of headers, keys and blobs panic.
    #[test]
    fn any_bytes(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..600)) {
        whatsapp::fuzz_header(&bytes);
        whatsapp::fuzz_key(&bytes);
        whatsapp::fuzz_info(&bytes);
    }
}

/// A copy that follows links has a database twice; a second user of the phone has one of their own.
#[test]
fn several_databases_in_one_copy() {
    let (first, second) = (store(16, Generation::New), store(17, Generation::Old));
    let dir = tempfile::tempdir().unwrap();
    phone(dir.path(), &first);
    for (user, store) in [("0", &first), ("10", &second)] {
        let databases = dir.path().join(format!("data/user/{user}/com.whatsapp/databases"));
        fs::create_dir_all(&databases).unwrap();
        fs::write(databases.join("msgstore.db"), &store.database).unwrap();
    }
    let opening = open(dir.path(), &Given::default()).unwrap().unwrap();
    let mut readers = opening.readers;
    assert_eq!(readers.len(), 2);
    let counts: Vec<usize> = readers.iter_mut().map(|r| read(r.as_mut()).0.len()).collect();
    assert_eq!(counts, [first.truth.len(), second.truth.len()]);
}

#[test]
fn votes_in_a_poll() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = store(1, Generation::New);
    let path = dir.path().join("plain.db");
    fs::write(&path, &store.database).unwrap();
    let db = rusqlite::Connection::open(&path).unwrap();
    let (poll, ja, nej): (i64, i64, i64) = db
        .query_row(
            "SELECT message_row_id, min(_id), max(_id) FROM message_poll_option GROUP BY 1 ORDER BY 1 LIMIT 1",
            [],
            |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)),
        )
        .unwrap();
    let anna: i64 =
        db.query_row("SELECT _id FROM jid WHERE raw_string LIKE '4520000101@%'", [], |r| r.get(0)).unwrap();
    db.execute_batch(&format!(
        "CREATE TABLE message_add_on_poll_vote (message_add_on_row_id INTEGER PRIMARY KEY, sender_timestamp INTEGER);
         CREATE TABLE message_add_on_poll_vote_selected_option (_id INTEGER PRIMARY KEY AUTOINCREMENT,
           message_add_on_row_id INTEGER, message_poll_option_id INTEGER);
         INSERT INTO message_add_on (_id, chat_row_id, from_me, key_id, sender_jid_row_id, parent_message_row_id, timestamp,
           message_add_on_type) VALUES (901, 1, 0, 'V1', {anna}, {poll}, 5, 67), (902, 1, 1, 'V2', NULL, {poll}, 6, 67),
           (903, 1, 1, 'V3', NULL, {poll}, 7, 67), (904, 1, 1, 'V4', NULL, 999999, 7, 67), (905, 1, 1, 'V5', NULL, {poll}, 7, 99);
         INSERT INTO message_add_on_poll_vote VALUES (901, 1767600000001), (902, 1767600000002), (903, 1767600000003);
         INSERT INTO message_add_on_poll_vote_selected_option (message_add_on_row_id, message_poll_option_id) VALUES
           (901, {ja}), (901, {nej}), (902, {nej}), (903, 424242);"
    ))
    .unwrap();
    drop(db);
    store.database = fs::read(&path).unwrap();
    fs::remove_file(&path).unwrap();
    phone(dir.path(), &store);
    let opening = open(dir.path(), &Given::default()).unwrap().unwrap();
    let mut reader = opening.readers.into_iter().next().unwrap();
    let (messages, tally) = read(reader.as_mut());
    assert_eq!((tally.balances(), tally.folded), (true, store.folded + 5));
    let votes: Vec<String> = (messages.iter().flat_map(|m| &m.raw))
        .filter(|r| r.name == "poll_votes")
        .map(|r| String::from_utf8(r.bytes.expose().clone()).unwrap())
        .collect();
    assert_eq!(
        votes,
        [
            "+4520000101\t1767600000001\tja\n+4520000101\t1767600000001\tnej\nme\t1767600000002\tnej\nme\t1767600000003\t"
        ]
    );
    // the vote in a poll that is gone, and what is not known
    assert!(
        codes(reader.as_ref()).contains(&"add_ons_not_read:2".to_owned()),
        "{:?}",
        codes(reader.as_ref())
    );
}
