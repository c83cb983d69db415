//! The seeds of the fuzz targets, replayed as an ordinary test: each parser must bear every one of them. They
//! are made by our own generators and by nothing else: `cargo test -p pipeline --test corpus -- --ignored
//! write` writes them anew.
#![allow(clippy::unwrap_used, clippy::print_stderr, missing_docs)]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use evidence::{Database, Evidence, open_tree};
use testkit::chat_export::{self, Phone};
use testkit::{Quirks, Spec};

type Parse = fn(&[u8]);

/// Every target with the function it fuzzes.
const TARGETS: [(&str, Parse); 29] = [
    ("imessage_body", imessage::fuzz_body),
    ("imessage_summary", imessage::fuzz_summary),
    ("evidence_wal", evidence::fuzz_wal),
    ("evidence_database", evidence::fuzz_database),
    ("whatsapp_export", whatsapp_export::fuzz_one),
    ("imessage_card", imessage::fuzz_card),
    ("ios_keybag", ios_backup::fuzz_keybag),
    ("ios_mbdb", ios_backup::fuzz_mbdb),
    ("ios_mbfile", ios_backup::fuzz_mbfile),
    ("evidence_tree", evidence::fuzz_tree),
    ("evidence_property_list", evidence::fuzz_property_list),
    ("android_backup", android_backup::fuzz_backup),
    ("telephony_backup_file", telephony::fuzz_backup_file),
    ("sms_xml_file", sms_xml::fuzz_file),
    ("sms_xml_value", sms_xml::fuzz_value),
    ("sms_ie_messages", sms_ie::fuzz_messages),
    ("sms_ie_encrypted", sms_ie::fuzz_encrypted),
    ("signal_backup", signal::fuzz_backup),
    ("signal_frames", signal::fuzz_frames),
    ("signal_desktop", signal::fuzz_desktop),
    ("whatsapp_header", whatsapp::fuzz_header),
    ("whatsapp_key", whatsapp::fuzz_key),
    ("whatsapp_info", whatsapp::fuzz_info),
    ("model_canonical", model::canonical::fuzz_one),
    ("policy_cbor", policy::fuzz_one),
    ("chain", chain::fuzz_one),
    ("access", access::fuzz_one),
    ("archive", archive::fuzz_one),
    ("vault", vault::fuzz_one),
];

fn corpus(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target)
}

#[test]
fn every_seed_is_borne() {
    for (target, parse) in TARGETS {
        let mut count = 0;
        for bytes in seeds(target) {
            parse(&bytes);
            // cut and flipped they are borne too
            for at in [0, bytes.len() / 3, bytes.len().saturating_sub(1)] {
                parse(&bytes[..at]);
                let mut flipped = bytes.clone();
                if let Some(byte) = flipped.get_mut(at) {
                    *byte ^= 0x55;
                }
                parse(&flipped);
            }
            count += 1;
        }
        assert!(count >= 2, "{target} has {count} seeds");
    }
}

/// The seeds of a target.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let mut paths: Vec<_> = std::fs::read_dir(corpus(target)).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|p| std::fs::read(p).unwrap()).collect()
}

/// Numbers that look random: xorshift64* (Vigna 2016).
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let value = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(value).unwrap_or_default() % most.max(1)
    }
}

/// One to eight changes: bits flipped, bytes set, parts removed, doubled or brought in from another seed.
fn mutate(bytes: &mut Vec<u8>, other: &[u8], dice: &mut Dice) {
    const EDGES: [u8; 12] = [0, 1, 0x7f, 0x80, 0x81, 0x84, 0x92, 0xff, b'\n', b'[', b':', b'<'];
    for _ in 0..=dice.below(8) {
        let at = dice.below(bytes.len() + 1);
        let end = (at + dice.below(40)).min(bytes.len());
        match dice.below(6) {
            0 if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
            1 if at < bytes.len() => bytes[at] = EDGES[dice.below(EDGES.len())],
            2 => drop(bytes.drain(at..end)),
            3 => {
                let part = bytes[at..end].to_vec();
                bytes.splice(at..at, part);
            }
            4 => {
                let from = dice.below(other.len() + 1);
                let to = (from + dice.below(80)).min(other.len());
                bytes.splice(at..end, other[from..to].iter().copied());
            }
            _ => bytes.truncate(at.max(bytes.len() / 2)),
        }
    }
}

/// Mutation without coverage, for machines without the engine: as many seconds a target, on a thread each, as
/// `BESKEDARKIV_FUZZ_SECONDS` says.
#[test]
#[ignore = "takes as long as it is given"]
fn mutated_seeds_are_borne() {
    let seconds = std::env::var("BESKEDARKIV_FUZZ_SECONDS").ok().and_then(|s| s.parse().ok()).unwrap_or(20);
    let until = std::time::Instant::now() + std::time::Duration::from_secs(seconds);
    std::thread::scope(|scope| {
        for (target, parse) in TARGETS {
            scope.spawn(move || {
                let (seeds, mut dice, mut runs) = (seeds(target), Dice(0x9e37_79b9_7f4a_7c15), 0_u64);
                while std::time::Instant::now() < until {
                    let mut bytes = seeds[dice.below(seeds.len())].clone();
                    let other = &seeds[dice.below(seeds.len())];
                    mutate(&mut bytes, other, &mut dice);
                    let shown = bytes.clone();
                    let borne = std::panic::catch_unwind(move || parse(&bytes));
                    assert!(borne.is_ok(), "{target} fails on {shown:02x?}");
                    runs += 1;
                }
                assert!(runs > 0, "{target}");
                eprintln!("{target}: {runs} runs");
            });
        }
    });
}

#[test]
fn every_target_is_built_and_described() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let manifest = std::fs::read_to_string(root.join("fuzz/Cargo.toml")).unwrap();
    let guide = std::fs::read_to_string(root.join("docs/FUZZING.md")).unwrap();
    for (target, _) in TARGETS {
        assert!(manifest.contains(&format!("name = \"{target}\"")), "{target} is not built");
        assert!(guide.contains(&format!("`{target}`")), "{target} is not described");
    }
}

fn put(target: &str, seeds: &[Vec<u8>]) {
    let folder = corpus(target);
    std::fs::create_dir_all(&folder).unwrap();
    for (i, seed) in seeds.iter().enumerate() {
        std::fs::write(folder.join(format!("{i:02}")), seed).unwrap();
    }
}

/// A column of every message, shortest first, no two alike in length.
fn blobs(database: &Database, column: &str) -> Vec<Vec<u8>> {
    let sql = format!("SELECT {column} FROM message WHERE {column} IS NOT NULL");
    let mut statement = database.connection().prepare(&sql).unwrap();
    let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
    let mut all: Vec<Vec<u8>> = rows.map(Result::unwrap).collect();
    all.sort_by_key(Vec::len);
    all.dedup_by_key(|b| b.len());
    all.truncate(12);
    all
}

#[test]
#[ignore = "writes the seeds"]
fn write_the_seeds() {
    let dir = tempfile::tempdir().unwrap();
    let quirks = Quirks { log: true, odd_rows: true, ..Quirks::default() };
    let backup = dir.path().join("backup");
    testkit::write(&Spec { password: None, quirks, ..Spec::small(1, "") }, &backup).unwrap();
    let tree = open_tree(&backup).unwrap();
    let plain = ios_backup::IosBackup::open(tree, None).unwrap();
    let set: Arc<dyn evidence::EvidenceSet> = Arc::new(plain);
    let get = |path: &str| -> Evidence { set.get("HomeDomain", path).unwrap().unwrap() };
    let (main, wal) = (get("Library/SMS/sms.db"), get("Library/SMS/sms.db-wal"));
    let database = Database::open(&main, Some(&wal)).unwrap();
    put("imessage_body", &blobs(&database, "attributedBody"));
    put("imessage_summary", &blobs(&database, "message_summary_info"));
    let whole = |evidence: &Evidence| {
        let mut bytes = vec![0; usize::try_from(evidence.bytes.len()).unwrap()];
        evidence.bytes.read_exact_at(0, &mut bytes).unwrap();
        bytes
    };
    let contacts = whole(&get("Library/AddressBook/AddressBook.sqlitedb"));
    // a database, one that is cut, and one whose log was never folded in
    let cut = contacts[..contacts.len() / 2].to_vec();
    put("evidence_database", &[contacts, cut, whole(&main)[..64 << 10].to_vec()]);
    let mut log = vec![0; usize::try_from(wal.bytes.len()).unwrap()];
    wal.bytes.read_exact_at(0, &mut log).unwrap();
    // the header and one frame; a log that ends within the third
    put(
        "evidence_wal",
        &[log[..32 + 24 + 4096].to_vec(), log[..(32 + 3 * (24 + 4096) - 100).min(log.len())].to_vec()],
    );
    let mut chats = Vec::new();
    for phone in [Phone::Android, Phone::Iphone] {
        let path = dir.path().join("chat.zip");
        chat_export::write(&chat_export::Spec { seed: 1, phone, more: 3, canary: None }, &path).unwrap();
        let tree = open_tree(&path).unwrap();
        let name = tree.list("").unwrap().into_iter().find(|n| n.ends_with(".txt")).unwrap();
        let bytes = tree.get(&name).unwrap().unwrap();
        let mut chat = vec![0; usize::try_from(bytes.len()).unwrap()];
        bytes.read_exact_at(0, &mut chat).unwrap();
        chats.push(chat);
    }
    for style in chat_export::STYLES {
        for phone in [Phone::Android, Phone::Iphone] {
            let line = |at: i64, who: &str, text: &str| chat_export::Line {
                at: chat_export::wall(at),
                sender: Some(who.to_owned()),
                text: text.to_owned(),
                marked: false,
            };
            let lines = [line(1_700_000_000, "A", "b\nc"), line(1_700_090_000, "D: E", "f: g - h")];
            chats.push(chat_export::text(style, phone, &lines).into_bytes());
        }
    }
    put("whatsapp_export", &chats);
    put("imessage_card", &blobs(&kinds(dir.path()), "payload_data"));
    lists(dir.path());
    phones(dir.path());
    ours();
}

/// The database of a phone with a row of every kind.
fn kinds(dir: &Path) -> Database {
    let quirks = Quirks { kinds: true, shape: testkit::Shape::Alone, ..Quirks::default() };
    testkit::write(&Spec { password: None, quirks, ..Spec::small(1, "") }, &dir.join("kinds")).unwrap();
    let bytes: Arc<dyn model::ReadAt> = Arc::new(std::fs::read(dir.join("kinds/sms.db")).unwrap());
    Database::open(&Evidence { name: "sms.db".to_owned(), bytes, sha256: [0; 32] }, None).unwrap()
}

/// Key bag, lists of files, property lists, a zip and a tar.
fn lists(dir: &Path) {
    let spec =
        |shape| Spec { rounds: 10, quirks: Quirks { shape, ..Quirks::default() }, ..Spec::small(1, "kode") };
    testkit::write(&spec(testkit::Shape::Backup), &dir.join("new")).unwrap();
    testkit::write(&spec(testkit::Shape::OldBackup), &dir.join("old")).unwrap();
    let read = |name: &str| std::fs::read(dir.join(name)).unwrap();
    let manifests = [read("new/Manifest.plist"), read("old/Manifest.plist")];
    let bag = |list: &Vec<u8>| {
        let list = evidence::property_list::parse(list).unwrap();
        list.as_dictionary().unwrap()["BackupKeyBag"].as_data().unwrap().to_vec()
    };
    put("ios_keybag", &manifests.iter().map(bag).collect::<Vec<_>>());
    let mbdb = read("old/Manifest.mbdb");
    put("ios_mbdb", &[mbdb.clone(), mbdb[..mbdb.len() / 2].to_vec()]);
    let plain = rusqlite::Connection::open(dir.join("backup/Manifest.db")).unwrap();
    let mut statement = plain.prepare("SELECT file FROM Files ORDER BY length(file) LIMIT 3").unwrap();
    let records: Vec<Vec<u8>> = statement.query_map([], |r| r.get(0)).unwrap().map(Result::unwrap).collect();
    put("ios_mbfile", &records);
    let [manifest, _] = manifests;
    put("evidence_property_list", &[manifest, read("new/Info.plist"), records[0].clone()]);
    let zip = read("chat.zip");
    let ab = testkit::android::backup(
        &testkit::android::Spec { sms: 4, mms: 2, ..testkit::android::Spec::small(1) },
        5,
        false,
        None,
    )
    .0;
    let tar = ab[ab.iter().enumerate().filter(|(_, b)| **b == b'\n').nth(3).unwrap().0 + 1..].to_vec();
    put("evidence_tree", &[zip[..zip.len() / 2].to_vec(), zip, tar]);
}

/// What phones and apps write.
fn phones(dir: &Path) {
    use testkit::android::{self, Spec as Sms};
    use testkit::signal::{Era, FileSpec, write_file};
    use testkit::whatsapp::crypt::{Kind, encrypt};
    let sms = Sms { sms: 6, mms: 3, ..Sms::small(1) };
    put(
        "android_backup",
        &[
            android::backup(&sms, 5, true, None).0,
            android::backup(&sms, 3, false, None).0,
            android::backup(&sms, 5, true, Some("kode")).0,
        ],
    );
    let rows = br#"[{"address":"20000101","body":"a","date":"1735722000000","type":"1"},{"mms_body":"b","date":"1735722000","msg_box":"1"}]"#;
    let mut deflated = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut deflated, rows).unwrap();
    put("telephony_backup_file", &[rows.to_vec(), deflated.finish().unwrap()]);
    let xml = android::xml(&sms).0;
    put("sms_xml_file", &[xml[..xml.len() / 2].to_vec(), xml]);
    put(
        "sms_xml_value",
        &[b"a &amp; b &#128512; &#xD83D;&#xDE00;".to_vec(), b"null \\n &lt;&unknown;".to_vec()],
    );
    put("sms_ie_messages", &[android::lines(&sms).0, android::array(&sms).0]);
    let digits: Vec<u8> = include_bytes!("../../sms-ie/tests/sealed.hex")
        .iter()
        .copied()
        .filter(u8::is_ascii_hexdigit)
        .collect();
    let sealed: Vec<u8> =
        digits.chunks(2).map(|p| u8::from_str_radix(std::str::from_utf8(p).unwrap(), 16).unwrap()).collect();
    put("sms_ie_encrypted", &[sealed[..60].to_vec(), sealed]);
    let file = |version, era| {
        let mut out = Vec::new();
        write_file(&FileSpec { messages: 12, file_size: 200, ..FileSpec::small(1, version, era) }, &mut out)
            .unwrap();
        out
    };
    put("signal_backup", &[file(0, Era::Split), file(1, Era::Today)]);
    let lines = br#"{"version":"1","backupTimeMs":"1769862896000"}
{"recipient":{"id":"2","contact":{"aci":"ISEhISEhISEhISEhISEhIQ==","e164":"4520000101"}}}
{"chat":{"id":"1","recipientId":"2"}}
{"chatItem":{"chatId":"1","authorId":"2","dateSent":"1769862896000","incoming":{},"standardMessage":{"text":{"body":"hej"}}}}
"#;
    put("signal_frames", &[lines.to_vec(), vec![4, 8, 1, 16, 1, 6, 26, 4, 8, 1, 16, 2]]);
    let row = br#"{"reactions":[{"emoji":"x","fromId":"c2","timestamp":5}],"attachments":[{"contentType":"a/b","size":3,"path":"aa/bb"}],"editHistory":[{"body":"a","timestamp":1}]}"#;
    put(
        "signal_desktop",
        &[
            row.to_vec(),
            testkit::signal::write_desktop(0, "", &dir.join("desktop")).unwrap()[..4096].to_vec(),
        ],
    );
    let crypts =
        [Kind::Crypt12, Kind::Crypt14, Kind::Crypt15].map(|kind| encrypt(kind, b"x", 1, false, 6).unwrap());
    put("whatsapp_header", &crypts.clone().map(|c| c.file));
    put("whatsapp_key", &crypts.map(|c| c.key_file));
    put("whatsapp_info", &[vec![0x0a, 4, 0x12, 2, 8, 1], vec![0x12, 3, b'a', b'b', b'c', 0x18, 0x96, 1]]);
}

/// What the program itself writes.
fn ours() {
    let fixture = |name: &str| {
        std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/vectors").join(name))
            .unwrap()
    };
    let hex = |name: &str| -> Vec<u8> {
        let digits: Vec<u8> = fixture(name).into_iter().filter(u8::is_ascii_hexdigit).collect();
        digits.chunks(2).map(|p| u8::from_str_radix(std::str::from_utf8(p).unwrap(), 16).unwrap()).collect()
    };
    put(
        "chain",
        &[
            hex("chain/header-1.hex"),
            hex("chain/signatures-1.hex"),
            fixture("chain/checkpoint-1.txt"),
            fixture("chain/proof-1.proof"),
            fixture("chain/trusted-keys-1.txt"),
        ],
    );
    let bodies = String::from_utf8(fixture("access/bodies.txt")).unwrap();
    let mut access: Vec<Vec<u8>> = bodies
        .split_whitespace()
        .filter(|w| w.len() % 2 == 0 && w.len() > 8 && w.bytes().all(|b| b.is_ascii_hexdigit()))
        .map(|w| {
            w.as_bytes()
                .chunks(2)
                .map(|p| u8::from_str_radix(std::str::from_utf8(p).unwrap(), 16).unwrap())
                .collect()
        })
        .collect();
    access.push(hex("access/identity-1.hex"));
    put("access", &access);
    let mut record = vec![0, 0, 0, 16 + 8 * 4 + 3];
    record.extend([7; 16]);
    record.extend([0, 0, 0, 3, b'a', b'b', b'c']);
    record.extend([0; 28]);
    put("archive", &[record, hex("store/list.hex"), vec![0, 0, 0, 2, 1, 2, 3]]);
    let packed = vault::Packer::new().unwrap().pack(&b"hej ".repeat(50)).unwrap().to_vec();
    put("vault", &[packed, hex("seal/seal-1.hex"), hex("seal/under-1.hex"), hex("seal/wrap-1.hex")]);
    put("model_canonical", &[vec![0, 3, 0xa1, 1, 1, 0, 1, 0xa0, 0, 1, 0xa0], [0, 1, 0xa0].repeat(7)]);
    put(
        "policy_cbor",
        &[policy::Policy::default().encode(), vec![0x83, 1, 0x63, b'm', b'i', b'n', 0x82, 1, 0x61, b'N']],
    );
}
