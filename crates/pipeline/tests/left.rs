//! What is left of an archive of which one entry came to harm: every message that does not lie in that entry, and the
//! entry is named.
#![allow(clippy::unwrap_used, missing_docs)]

use std::fs;
use std::path::Path;

use archive::Operator;
use chain::EntryType;
use export::{Formats, Holds};
use jiff::civil::date;
use pipeline::ingest::{Ingest, ingest};
use pipeline::operators;
use pipeline::production::{Export, ExportReport, export};
use pipeline::register::{self, NewCustodian};
use pipeline::{JobError, Places, Progress, Sensitive, SourceOptions};
use policy::{AuthorityKind, Mode, Policy, Post, Role};
use rusqlite::Connection;
use secrecy::SecretString;
use vault::Cost;

const DAY: i64 = 86_400_000;
/// 2026-03-10.
const NOW: i64 = 20_522 * DAY + DAY / 2;
const MONTHS: i64 = 3;
const EACH: i64 = 2;

fn secret() -> SecretString {
    SecretString::from("kode".to_owned())
}

/// One person with [`EACH`] messages in each of [`MONTHS`] months.
fn prepared(dir: &Path) -> Places {
    let places = Places::new(dir.join("A"), dir.join("K"));
    let cheap = Cost { memory_kib: 8192, passes: 1, lanes: 1 };
    operators::init_at_cost(&places, &secret(), "En", &Policy::default(), NOW, cheap).unwrap();
    let by = places.unlock(&secret()).unwrap();
    let custodian = NewCustodian {
        id: "m".to_owned(),
        name: Sensitive::new("Nina Navn".to_owned()),
        role: Role { post: Post::Minister, authority: AuthorityKind::Department, pay_grade: None },
        from: date(2020, 1, 1),
        to: None,
        numbers: Vec::new(),
        devices: Vec::new(),
        reference: None,
    };
    register::add(&places, &by, &custodian, NOW).unwrap();
    let rows: String = (0..MONTHS * EACH)
        .map(|n| {
            let at = NOW - (40 * (n / EACH) + n % EACH) * DAY;
            format!(
                r#"<sms protocol="0" address="+4520304050" date="{at}" type="1" body="Besked nummer {n}" />"#
            )
        })
        .collect();
    let xml =
        format!(r#"<?xml version="1.0" encoding="UTF-8"?><smses count="{}">{rows}</smses>"#, MONTHS * EACH);
    fs::write(dir.join("copy.xml"), xml).unwrap();
    let job = Ingest {
        places: places.clone(),
        custodian: "m".to_owned(),
        sources: vec![dir.join("copy.xml")],
        options: SourceOptions::default(),
        copy_date: None,
        mode: Some(Mode::Off),
        contacts: None,
        journal: None,
        attest_device: false,
        now: NOW,
    };
    ingest(&job, Progress::none()).unwrap();
    places
}

fn produced(places: &Places, by: &Operator, out: &Path) -> Result<ExportReport, JobError> {
    let job = Export {
        places: places.clone(),
        custodian: "m".to_owned(),
        from: None,
        to: None,
        out: out.to_owned(),
        english: false,
        formats: Formats { html: true, lines: true },
        classification: None,
        delete_by: None,
        now: NOW,
    };
    export(&job, by, Progress::none())
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Harm {
    Header,
    Signatures,
    Body,
    Gone,
}

fn harm(db: &Path, entry: u64, harm: Harm) {
    let db = Connection::open(db).unwrap();
    let column = match harm {
        Harm::Header => "header",
        Harm::Signatures => "signatures",
        Harm::Body => "body",
        Harm::Gone => {
            db.execute("DELETE FROM entries WHERE idx = ?1", [entry as i64]).unwrap();
            return;
        }
    };
    let read = format!("SELECT {column} FROM entries WHERE idx = ?1");
    let mut bytes: Vec<u8> = db.query_row(&read, [entry as i64], |row| row.get(0)).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    db.execute(&format!("UPDATE entries SET {column} = ?1 WHERE idx = ?2"), (bytes, entry as i64)).unwrap();
}

#[test]
fn every_entry_costs_what_lies_in_it_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let places = prepared(dir.path());
    let left = Places { past_damage: true, ..places.clone() };
    let db = places.archive.join("archive.db");
    let whole = fs::read(&db).unwrap();
    let kinds: Vec<EntryType> = {
        let db = Connection::open(&db).unwrap();
        let mut rows = db.prepare("SELECT substr(header, 5, 1) FROM entries ORDER BY idx").unwrap();
        let codes = rows.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
        codes.map(|code| EntryType::from_code(code.unwrap()[0]).unwrap()).collect()
    };
    assert_eq!(kinds.iter().filter(|kind| **kind == EntryType::Segment).count() as i64, MONTHS);
    let beside = [places.archive.join("checkpoint"), places.keys.join(archive::SEEN)];
    let beside = beside.map(|file| (fs::read(&file).unwrap(), file));
    let out = dir.path().join("E");
    for (entry, kind) in (0_u64..).zip(&kinds) {
        for how in [Harm::Header, Harm::Signatures, Harm::Body, Harm::Gone] {
            fs::write(&db, &whole).unwrap();
            beside.iter().for_each(|(bytes, file)| fs::write(file, bytes).unwrap());
            let by = places.unlock(&secret()).unwrap();
            harm(&db, entry, how);
            let at = format!("{entry} {kind:?} {how:?}");
            let bytes = fs::read(&db).unwrap();
            let report = left.unlock(&secret()).and_then(|by| produced(&left, &by, &out));
            match kind {
                // without the founder nothing is proved, and without a grant nobody may
                EntryType::Genesis | EntryType::Grant => {
                    assert!(report.is_err() && !out.exists(), "{at}");
                    continue;
                }
                _ => {}
            }
            let report = report.unwrap_or_else(|e| panic!("{at}: {e}"));
            let lost = match (kind, how) {
                // its header is what was signed with the whole log
                (EntryType::Segment, Harm::Signatures) => 0,
                (EntryType::Segment | EntryType::Bucket, _) => EACH,
                _ => 0,
            };
            assert_eq!(report.messages as i64, MONTHS * EACH - lost, "{at}");
            assert_eq!(report.exit_code(), 5, "{at}");
            assert!(report.damaged.iter().any(|d| d.entry == entry), "{at}: {:?}", report.damaged);
            let lines = fs::read_to_string(out.join("data/messages.jsonl")).unwrap();
            assert_eq!(lines.lines().count() as u64, report.messages, "{at}");
            assert!(fs::read_to_string(out.join("data/index.html")).unwrap().contains("Beskadiget"), "{at}");
            if report.entry.is_none() {
                assert_eq!(fs::read(&db).unwrap(), bytes, "{at}: nothing was written");
                assert!(report.damaged.iter().any(|d| d.holds == Holds::Log), "{at}");
            }
            fs::remove_dir_all(&out).unwrap();
            // the strict way gives all of it or says why not
            match produced(&places, &by, &out) {
                Ok(strict) => assert!(strict.messages as i64 + lost >= MONTHS * EACH, "{at}"),
                Err(e) => assert!(e.exit_code() == 5 && !out.exists(), "{at}: {e}"),
            }
            drop(fs::remove_dir_all(&out));
        }
    }
}

#[test]
fn an_end_that_is_gone_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let places = prepared(dir.path());
    let left = Places { past_damage: true, ..places.clone() };
    let out = dir.path().join("E");
    let db = Connection::open(places.archive.join("archive.db")).unwrap();
    let last: i64 = db
        .query_row("SELECT max(idx) FROM entries WHERE substr(header, 5, 1) = x'0a'", [], |row| row.get(0))
        .unwrap();
    let gone = db.execute("DELETE FROM entries WHERE idx >= ?1", [last]).unwrap();
    let by = left.unlock(&secret()).unwrap();
    assert!(matches!(produced(&places, &by, &out), Err(JobError::Integrity { .. })));
    let report = produced(&left, &by, &out).unwrap();
    assert_eq!((report.messages as i64, report.entry), (MONTHS * EACH - EACH, None));
    let told = report.damaged.iter().find(|d| d.entry == last as u64).unwrap();
    assert_eq!(told.what, format!("{gone} entries are gone from the end of the log"));
}

#[test]
fn an_older_copy_is_produced_and_not_written_to() {
    let dir = tempfile::tempdir().unwrap();
    let places = prepared(dir.path());
    let left = Places { past_damage: true, ..places.clone() };
    let files = ["archive.db", "checkpoint"].map(|name| places.archive.join(name));
    let older = files.map(|file| (fs::read(&file).unwrap(), file));
    let by = places.unlock(&secret()).unwrap();
    produced(&places, &by, &dir.path().join("E1")).unwrap().entry.unwrap();
    older.iter().for_each(|(bytes, file)| fs::write(file, bytes).unwrap());
    let refused = produced(&places, &by, &dir.path().join("E2"));
    assert!(matches!(refused, Err(JobError::Apart { .. })));
    let report = produced(&left, &by, &dir.path().join("E3")).unwrap();
    assert_eq!((report.messages as i64, report.entry, report.exit_code()), (MONTHS * EACH, None, 5));
    assert!(report.damaged.iter().any(|d| d.what.contains("remembers")), "{:?}", report.damaged);
    assert!(older.iter().all(|(bytes, file)| fs::read(file).unwrap() == *bytes));
}
