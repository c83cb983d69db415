//! What is left of an archive that came to harm: what holds is produced, what does not is named and never silently
//! missing, and nothing is written over what is left of a newer state.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

#[path = "support/office.rs"]
mod office;
mod support;

use std::fs;

use office::{AT, DAY, by, copied, founded, now, sms, sms_xml, verified};
use policy::Post;
use rusqlite::Connection;
use serde_json::Value;
use support::{Done, Place};

const SEGMENT: u8 = 10;
const BLOB: u8 = 11;

/// Three months of messages, two in each.
fn prepared() -> Place {
    let place = Place::new();
    founded(&place, &[("m", Post::Minister)]);
    let rows: Vec<String> = (0..6)
        .map(|n| sms(now() - (10 + 40 * (n / 2) + n % 2) * DAY, &format!("Besked nummer {n}")))
        .collect();
    sms_xml(&place, "copy.xml", &rows);
    assert_eq!(copied(&place, "m", "copy.xml").new, 6);
    verified(&place);
    place
}

fn store(place: &Place) -> Connection {
    Connection::open(place.at("A/archive.db")).unwrap()
}

/// Entries of a type, ascending.
fn entries(place: &Place, kind: u8) -> Vec<i64> {
    let db = store(place);
    let mut all = db.prepare("SELECT idx FROM entries WHERE substr(header, 5, 1) = ?1 ORDER BY idx").unwrap();
    let rows = all.query_map([[kind]], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

/// Changes a byte in the middle of a column of an entry.
fn flip(place: &Place, entry: i64, column: &str) {
    let db = store(place);
    let sql = format!("SELECT {column} FROM entries WHERE idx = ?1");
    let mut bytes: Vec<u8> = db.query_row(&sql, [entry], |row| row.get(0)).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    db.execute(&format!("UPDATE entries SET {column} = ?1 WHERE idx = ?2"), (bytes, entry)).unwrap();
}

fn export(place: &Place, id: &str, more: &[&str]) -> Done {
    drop(fs::remove_dir_all(place.at("E")));
    by(place, "en", &[&["export", "--json", "--custodian", id, "--unsealed", "--out", "E"], more].concat())
}

fn bodies(place: &Place) -> Vec<String> {
    let lines = fs::read_to_string(place.at("E/data/messages.jsonl")).unwrap();
    let body = |line: &str| {
        let line: Value = serde_json::from_str(line).unwrap();
        line["body"].as_str().unwrap().to_owned()
    };
    let mut bodies: Vec<String> = lines.lines().map(body).collect();
    bodies.sort();
    bodies
}

fn start_page(place: &Place) -> String {
    fs::read_to_string(place.at("E/data/index.html")).unwrap()
}

#[test]
fn a_segment_that_does_not_hold_costs_its_own_messages() {
    let place = prepared();
    export(&place, "m", &[]).ends(0);
    assert!(
        bodies(&place).len() == 6 && !start_page(&place).contains("Damaged in the archive"),
        "the control"
    );
    let segments = entries(&place, SEGMENT);
    assert_eq!(segments.len(), 3);
    for damage in ["body", "gone"] {
        match damage {
            "body" => flip(&place, segments[1], "body"),
            _ => drop(store(&place).execute("UPDATE entries SET body = NULL WHERE idx = ?1", [segments[1]])),
        }
        place.run(&["verify", "--archive", "A"]).ends(5);
        let report = export(&place, "m", &[]).ends(5).json();
        assert_eq!((&report["messages"], &report["damaged"][0]["entry"]), (&4.into(), &segments[1].into()));
        assert_eq!(report["damaged"].as_array().unwrap().len(), 1, "{report}");
        assert_eq!(bodies(&place).len(), 4);
        assert!(start_page(&place).contains("Damaged in the archive"));
        let said: Value =
            serde_json::from_slice(&fs::read(place.at("E/data/damaged.json")).unwrap()).unwrap();
        assert_eq!(said, report["damaged"]);
        // what is there is proved as before
        let proof = support::files(&place.at("E/data/proofs")).into_iter().next().unwrap();
        let key = place.run(&["checkpoint", "show", "--archive", "A"]).ends(0).out();
        fs::write(place.at("key"), key).unwrap();
        let proof = proof.to_str().unwrap().to_owned();
        place.run(&["verify", "--proof", &proof, "--trusted-keys", "key"]).ends(0);
    }
}

#[test]
fn an_attachment_that_does_not_hold_is_said_to_be_damaged() {
    let place = Place::new();
    place.run(&["demo", "D"]).ends(0);
    fs::rename(place.at("D/archive"), place.at("A")).unwrap();
    fs::rename(place.at("D/keys"), place.at("K")).unwrap();
    fs::rename(place.at("D/passphrase.txt"), place.at("en")).unwrap();
    let whole = export(&place, "departementschef", &[]).ends(0).json();
    let pages = |place: &Place| -> String {
        let all = support::files(&place.at("E/data/conversations")).into_iter();
        all.map(|page| fs::read_to_string(page).unwrap()).collect()
    };
    assert!(!pages(&place).contains("cannot be read in the archive"));
    let blobs = entries(&place, BLOB);
    flip(&place, blobs[0], "body");
    let report = export(&place, "departementschef", &[]).ends(5).json();
    assert_eq!((&report["messages"], &report["attachments_damaged"]), (&whole["messages"], &1.into()));
    let attachments = whole["attachments"].as_u64().unwrap();
    assert_eq!(report["attachments"].as_u64(), Some(attachments - 1));
    assert_eq!(report["damaged"][0]["entry"].as_i64(), Some(blobs[0]));
    assert!(pages(&place).contains("cannot be read in the archive"));
    // every file of the production is listed, and none is there that is not
    let listed = fs::read_to_string(place.at("E/manifest-sha256.txt")).unwrap();
    assert_eq!(listed.lines().count(), support::files(&place.at("E/data")).len());
}

#[test]
fn nothing_is_written_over_a_log_that_lost_its_end() {
    let place = prepared();
    let end = entries(&place, SEGMENT)[1];
    let whole = fs::read(place.at("A/archive.db")).unwrap();
    let sides = |place: &Place| {
        let mut all = support::files(&place.at("A"));
        all.retain(|f| f.extension().is_none_or(|e| e != "db-shm" && e != "db-wal"));
        all.into_iter().map(|f| (fs::read(&f).unwrap(), f)).collect::<Vec<_>>()
    };
    let refused = |place: &Place| {
        let before = sides(place);
        let ingest = [&["ingest", "--custodian", "m", "copy.xml"][..], &AT].concat();
        assert!(place.run(&ingest).ends(5).err().contains("entries are gone"));
        // whatever somebody remembers of it
        fs::remove_dir_all(place.at(".local")).unwrap_or_default();
        assert!(export(place, "m", &[]).ends(5).err().contains("entries are gone"));
        assert!(sides(place) == before, "nothing is touched");
        place.run(&["verify", "--archive", "A"]).ends(5);
    };
    store(&place).execute("DELETE FROM entries WHERE idx >= ?1", [end]).unwrap();
    refused(&place);

    // an old copy of the database beside what was written later
    fs::write(place.at("A/archive.db"), &whole).unwrap();
    sms_xml(&place, "next.xml", &[sms(now() - DAY, "Besked nummer 6")]);
    let old = fs::read(place.at("A/archive.db")).unwrap();
    assert_eq!(copied(&place, "m", "next.xml").new, 1);
    verified(&place);
    let newer = fs::read(place.at("A/archive.db")).unwrap();
    fs::write(place.at("A/archive.db"), &old).unwrap();
    refused(&place);
    // the control: the newer one goes on
    fs::write(place.at("A/archive.db"), &newer).unwrap();
    export(&place, "m", &[]).ends(0);
    assert_eq!(bodies(&place).len(), 7);
}

#[test]
fn what_is_left_is_produced_when_it_is_asked_for() {
    let place = prepared();
    export(&place, "m", &[]).ends(0);
    let run = *entries(&place, 12).last().unwrap();
    flip(&place, run, "body");
    let refused = export(&place, "m", &[]).ends(5);
    assert!(refused.err().contains("--past-damage") && !place.at("E").exists(), "{}", refused.err());
    let report = export(&place, "m", &["--past-damage"]).ends(5).json();
    assert_eq!((&report["messages"], &report["damaged"][0]["entry"]), (&6.into(), &run.into()));
    assert!(report["entry"].is_u64(), "its log still takes an entry: {report}");
    assert!(start_page(&place).contains("Damaged in the archive"));
    assert!(!start_page(&place).contains("not recorded in it"), "what is recorded is not said to be missing");
    assert_eq!(bodies(&place).len(), 6);
    // a header: the chain itself is broken, and it is not what anybody remembers
    flip(&place, run, "header");
    assert!(export(&place, "m", &[]).ends(5).err().contains("--past-damage"));
    let report = export(&place, "m", &["--past-damage"]).ends(5).json();
    assert_eq!((&report["messages"], report["entry"].is_null()), (&6.into(), true));
    assert!(start_page(&place).contains("not recorded in it"));
    let said =
        by(&place, "en", &["export", "--custodian", "m", "--unsealed", "--out", "E2", "--past-damage"])
            .ends(5);
    assert!(said.out().contains(&format!("entry {run}")), "{}", said.out());
}

#[test]
fn an_older_copy_of_the_whole_archive_is_gone_on_with_when_somebody_says_so() {
    let place = prepared();
    let older: Vec<_> =
        support::files(&place.at("A")).into_iter().map(|f| (fs::read(&f).unwrap(), f)).collect();
    sms_xml(&place, "next.xml", &[sms(now() - DAY, "Besked nummer 6")]);
    assert_eq!(copied(&place, "m", "next.xml").new, 1);
    fs::remove_dir_all(place.at("A")).unwrap();
    for (bytes, file) in &older {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, bytes).unwrap();
    }
    // it verifies: it is a true earlier state; who wrote to it since knows better
    place.run(&["verify", "--archive", "A"]).ends(0);
    let told = place.run(&[&["verify", "--json"][..], &AT].concat()).ends(5).json();
    assert!(told["broken"].to_string().contains("entries are gone, or this is an old copy"), "{told}");
    // the key store of another archive remembers nothing of this one
    place.run(&["init", "--archive", "A2", "--keys", "K2", "--passphrase-file", "en"]).ends(0);
    place.run(&["verify", "--archive", "A", "--keys", "K2"]).ends(0);
    let ingest = [&["ingest", "--custodian", "m", "next.xml", "--mode", "off"][..], &AT].concat();
    for _ in 0..2 {
        let refused = place.run(&ingest).ends(5);
        assert!(refused.err().contains("the archive is shorter than it was"), "{}", refused.err());
        assert!(refused.err().contains("checkpoint accept"), "{}", refused.err());
    }
    let accepted = by(&place, "en", &["checkpoint", "accept", "--json"]).ends(0).json();
    assert_eq!(accepted["job"], true);
    let kept = support::files(&place.at(".local")).into_iter();
    assert_eq!(kept.filter(|f| f.to_string_lossy().contains("-seen.until-")).count(), 1);
    place.run(&ingest).ends(3);
    verified(&place);
    export(&place, "m", &[]).ends(0);
    assert_eq!(bodies(&place).len(), 7);
    assert_eq!(by(&place, "en", &["checkpoint", "accept", "--json"]).ends(0).json()["job"], false);
}
