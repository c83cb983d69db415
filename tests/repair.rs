//! Lists of known messages that came to harm: nothing is taken in over them, they are made anew, and the next copy brings
//! what is new and nothing else.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

#[path = "support/office.rs"]
mod office;
mod support;

use std::fs;
use std::sync::OnceLock;

use office::{
    AT, DAY, by, copied, exported, founded, now, operator, sms, sms_xml, the_day_is_said, verified,
};
use policy::Post;
use rusqlite::Connection;
use serde_json::{Value, json};
use support::{Done, Place};

fn store(place: &Place) -> Connection {
    Connection::open(place.at("A/archive.db")).unwrap()
}

/// Rows of the lists, ascending; those of what was erased are of no run.
fn rows(place: &Place) -> Vec<(i64, bool)> {
    let db = store(place);
    let mut all = db.prepare("SELECT idx, run = zeroblob(16) FROM dedup ORDER BY idx").unwrap();
    let rows = all.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

/// Changes a byte in the middle of a column of a row.
fn flip(place: &Place, row: i64, column: &str) {
    let db = store(place);
    let sql = format!("SELECT {column} FROM dedup WHERE idx = ?1");
    let mut bytes: Vec<u8> = db.query_row(&sql, [row], |row| row.get(0)).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    db.execute(&format!("UPDATE dedup SET {column} = ?1 WHERE idx = ?2"), (bytes, row)).unwrap();
}

fn repair(place: &Place, code: i32) -> Value {
    by(place, "en", &["repair", "--json"]).ends(code).json()
}

fn taken_in(place: &Place, source: &str) -> Done {
    place.run(&[&["ingest", "--json", "--custodian", "m", "--mode", "off", source][..], &AT].concat())
}

/// The first message's time, the same however often a source is made.
fn start() -> i64 {
    static AT: OnceLock<i64> = OnceLock::new();
    *AT.get_or_init(|| now() - 100 * DAY)
}

/// Two that agree in everything, and others; over months, so in several buckets.
fn messages() -> Vec<String> {
    let at = start();
    let mut rows = vec![sms(at, "Ok"), sms(at, "Ok")];
    rows.extend((0..8).map(|n| sms(at + 12 * n * DAY, &format!("Besked {n}"))));
    rows
}

fn prepared() -> Place {
    let place = Place::new();
    founded(&place, &[("m", Post::Minister), ("n", Post::Minister)]);
    sms_xml(&place, "copy.xml", &messages());
    for id in ["m", "n"] {
        assert_eq!(copied(&place, id, "copy.xml").new, 10);
    }
    verified(&place);
    place
}

/// The same source again brings nothing, a longer one what is new.
fn nothing_twice(place: &Place, rows: &[String]) {
    verified(place);
    for id in ["m", "n"] {
        assert_eq!(copied(place, id, "copy.xml").new, 0, "{id}");
    }
    let more = [rows, &[sms(now() - DAY, "Ny"), sms(start(), "Ok")]].concat();
    sms_xml(place, "more.xml", &more);
    let (before, new) = (exported(place, "en", "m", "E1").len(), copied(place, "m", "more.xml").new);
    assert!((1..=2).contains(&new), "{new}");
    assert_eq!(exported(place, "en", "m", "E2").len() as u64, before as u64 + new);
    verified(place);
}

#[test]
fn lists_that_cannot_be_read_are_made_anew() {
    let rows_of = messages();
    for column in ["delta", "run", "bucket"] {
        let place = prepared();
        assert_eq!(repair(&place, 0)["entry"], Value::Null, "nothing is wrong");
        for (row, _) in rows(&place).into_iter().step_by(2) {
            flip(&place, row, column);
        }
        let harmed = fs::read(place.at("A/archive.db")).unwrap();
        let said = place.run(&["verify", "--archive", "A"]).ends(5).out();
        assert!(said.contains("the lists of known messages are damaged"), "{said}");
        let refused = taken_in(&place, "copy.xml").ends(5).err();
        assert!(refused.contains("beskedarkiv repair"), "{refused}");
        assert_eq!(fs::read(place.at("A/archive.db")).unwrap(), harmed, "nothing was written");
        let done = repair(&place, 0);
        assert_eq!(
            (&done["unopened"], &done["damaged"], &done["erasures"]),
            (&json!(0), &json!(0), &json!(false))
        );
        assert!(
            done["unreadable"].as_u64().unwrap() > 0 && done["listed_again"].as_u64().unwrap() > 0,
            "{done}"
        );
        nothing_twice(&place, &rows_of);
    }
}

#[test]
fn lists_that_are_gone_are_made_anew() {
    let place = prepared();
    store(&place).execute("DELETE FROM dedup", []).unwrap();
    place.run(&["verify", "--archive", "A"]).ends(5);
    // without them everything would come a second time
    let beside = Place::new();
    for folder in ["A", "K"] {
        let copied =
            std::process::Command::new("cp").arg("-r").arg(place.at(folder)).arg(beside.at(folder)).status();
        assert!(copied.unwrap().success());
    }
    sms_xml(&beside, "copy.xml", &messages());
    assert_eq!(copied(&beside, "m", "copy.xml").new, 10);
    assert_eq!(repair(&place, 0)["listed_again"], 20);
    nothing_twice(&place, &messages());
    // only the digest over them is wrong
    store(&place).execute("UPDATE state SET value = zeroblob(32) WHERE name = 'lists'", []).unwrap();
    place.run(&["verify", "--archive", "A"]).ends(5);
    assert_eq!(repair(&place, 0)["listed_again"], 0);
    verified(&place);
}

#[test]
fn what_was_erased_and_held_back_is_not_forgotten_in_silence() {
    let place = prepared();
    operator(&place, "to", &["--right", "delete,query"]);
    the_day_is_said(&place);
    let lines = exported(&place, "en", "m", "E");
    let private = lines.iter().find(|line| line["body"] == "Besked 3").unwrap()["archive"].clone();
    let at = format!("{}:{}", private["entry"], private["place"]);
    let why = ["--ground", "private", "--reason", "udelukkende privat", "--decision", "2026-417"];
    let ask = ["erase", "request", "--json", "--custodian", "m", "--message", &at];
    let request = by(&place, "en", &[&ask[..], &why].concat()).ends(0).json()["request"].clone();
    let request = request.as_str().unwrap();
    for who in ["en", "to"] {
        by(&place, who, &["erase", "approve", request]).ends(0);
    }
    let ended = by(&place, "en", &["erase", "run", request]).code();
    assert!([0, 3].contains(&ended), "{ended}");
    // held back by the sorting
    let code = "Din engangskode er 483920. Del den ikke med nogen.";
    sms_xml(&place, "code.xml", &[sms(now() - 2 * DAY, code).replace("+4520304050", "MitID")]);
    let sorted = ["ingest", "--json", "--custodian", "n", "--mode", "assist", "code.xml"];
    let held = place.run(&[&sorted[..], &AT].concat()).ends(3).json();
    assert_eq!(held["runs"][0]["review"], 1);

    // lists of a run are harmed: those of what was erased stand
    let all = rows(&place);
    assert!(all.iter().any(|(_, erased)| *erased), "no list of what was erased");
    for (row, _) in all.iter().filter(|(_, erased)| !erased) {
        flip(&place, *row, "delta");
    }
    // an operator without the right changes nothing
    by(&place, "to", &["repair"]).ends(6);
    assert_eq!(repair(&place, 0)["erasures"], false);
    let again = copied(&place, "m", "copy.xml");
    assert_eq!((again.new, again.suppressed), (0, 1));
    let held = place.run(&[&sorted[..], &AT].concat()).ends(3).json()["runs"][0].clone();
    assert_eq!((&held["review"], &held["new"], &held["withheld_again"]), (&json!(0), &json!(0), &json!(1)));
    verified(&place);

    // nor is it when that list is gone and another is harmed
    let beside = Place::new();
    for folder in ["A", "K"] {
        let copied =
            std::process::Command::new("cp").arg("-r").arg(place.at(folder)).arg(beside.at(folder)).status();
        assert!(copied.unwrap().success());
    }
    beside.file("en", "adgangssætning en\n");
    let mut both = rows(&beside).into_iter();
    let erased = both.find(|(_, erased)| *erased).unwrap().0;
    store(&beside).execute("DELETE FROM dedup WHERE idx = ?1", [erased]).unwrap();
    let other = rows(&beside).into_iter().find(|(_, erased)| !erased).unwrap().0;
    flip(&beside, other, "delta");
    by(&beside, "en", &["repair"]).ends(3);

    // the list of what was erased is harmed: that is said, and the message comes again
    let erased = rows(&place).into_iter().find(|(_, erased)| *erased).unwrap().0;
    flip(&place, erased, "run");
    let done = by(&place, "en", &["repair"]).ends(3);
    assert!(done.out().contains("ERASED"), "{}", done.out());
    assert_eq!(copied(&place, "m", "copy.xml").new, 1);
    verified(&place);
}

/// What an operator cannot open is said, and the rest is repaired.
#[test]
fn what_cannot_be_opened_is_said() {
    let place = prepared();
    operator(&place, "to", &["--right", "admin,query", "--custodian", "m"]);
    store(&place).execute("DELETE FROM dedup", []).unwrap();
    let before = fs::read(place.at("A/archive.db")).unwrap();
    by(&place, "to", &["repair", "--json"]).ends(6);
    assert_eq!(fs::read(place.at("A/archive.db")).unwrap(), before, "nothing was done");
    let done = by(&place, "to", &["repair", "--json", "--partly"]).ends(3).json();
    assert!(done["unopened"].as_u64().unwrap() > 0 && done["listed_again"] == 10, "{done}");
    assert_eq!(copied(&place, "m", "copy.xml").new, 0);
    assert_eq!(copied(&place, "n", "copy.xml").new, 10);
    verified(&place);
}
