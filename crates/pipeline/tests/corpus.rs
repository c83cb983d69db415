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
const TARGETS: [(&str, Parse); 5] = [
    ("imessage_body", imessage::fuzz_body),
    ("imessage_summary", imessage::fuzz_summary),
    ("evidence_wal", evidence::fuzz_wal),
    ("evidence_database", evidence::fuzz_database),
    ("whatsapp_export", whatsapp_export::fuzz_one),
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
}
