//! What comes from the laboratory and what lies in the safe, from the outside: forensic reports, the ceiling of
//! an archive, and the register of media.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::process::Command;

use serde_json::Value;
use support::{Done, Place, root, snapshot, tool};
use testkit::ufdr::Spec;

fn at(place: &Place, words: &[&str]) -> Done {
    let (command, rest) = words.split_at(2);
    place.run(&[command, &["--json", "--archive", "A", "--keys", "K"], rest].concat())
}

fn by(place: &Place, words: &[&str]) -> Done {
    at(place, &[words, &["--passphrase-file", "op"]].concat())
}

fn prepared(ceiling: &[&str]) -> Place {
    let place = Place::new();
    place.file("op", "en adgangssætning\n");
    let init = ["init", "--archive", "A", "--keys", "K", "--passphrase-file", "op"];
    place.run(&[&init, ceiling].concat()).ends(0);
    let person = ["--id", "m1", "--name", "Nina Navn", "--post", "minister"];
    let role = ["--authority-kind", "departement", "--from", "2020-01-01"];
    by(&place, &[&["custodian", "add"][..], &person, &role].concat()).ends(0);
    place
}

#[test]
fn a_report_is_read_as_another_reader_reads_it() {
    let place = Place::new();
    testkit::ufdr::write(&Spec { more: 200, ..Spec::small() }, &place.at("telefon.ufdr")).unwrap();
    let before = snapshot(&place.at("."));
    let done = place.run(&["read", "--summary", "summary", "telefon.ufdr"]).ends(3);
    fs::write(place.at("lines"), done.out()).unwrap();
    assert_eq!(snapshot(&place.at(".")).iter().filter(|f| before.contains(f)).count(), before.len());
    let summary: Value = serde_json::from_str(&fs::read_to_string(place.at("summary")).unwrap()).unwrap();
    assert_eq!(summary["tally"]["balances"], true);
    let Some(python) = tool("python3", "--version") else { return };
    let script = root().join("scripts/second_reader_ufdr.py");
    let check = |lines: &str| {
        Command::new(python).arg(&script).args([place.at("telefon.ufdr"), place.at(lines)]).output().unwrap()
    };
    let out = check("lines");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stdout));
    // the control: a difference is found
    fs::write(place.at("other"), done.out().replacen("\"sender\":\"me\"", "\"sender\":\"+4599999999\"", 1))
        .unwrap();
    assert!(!check("other").status.success());
}

#[test]
fn a_report_is_taken_in_once() {
    let place = prepared(&[]);
    testkit::ufdr::write(&Spec::small(), &place.at("telefon.ufdr")).unwrap();
    let first = place
        .run(&[
            "ingest",
            "--json",
            "--archive",
            "A",
            "--keys",
            "K",
            "--mode",
            "off",
            "--custodian",
            "m1",
            "telefon.ufdr",
        ])
        .ends(3)
        .json();
    assert_eq!(first["runs"][0]["source"], "ufdr");
    assert_eq!(first["runs"][0]["new"], 15);
    assert_eq!(first["runs"][0]["attachments"], 3);
    let again = place
        .run(&[
            "ingest",
            "--json",
            "--archive",
            "A",
            "--keys",
            "K",
            "--mode",
            "off",
            "--custodian",
            "m1",
            "telefon.ufdr",
        ])
        .ends(3)
        .json();
    assert_eq!((&again["size"], &again["runs"][0]["run"]), (&first["size"], &Value::Null));
    place.run(&["verify", "--archive", "A", "--keys", "K", "--passphrase-file", "op"]).ends(0);
}

#[test]
fn the_ceiling_is_decided_and_shown() {
    let place = prepared(&["--ceiling", "FTR"]);
    let shown = at(&place, &["policy", "markings"]).ends(0).json();
    assert_eq!((&shown["ceiling"], &shown["held"]), (&"FORTROLIGT".into(), &"UKLASSIFICERET".into()));
    by(&place, &["policy", "ceiling", "NATO SECRET", "--reference", "2026-17"]).ends(0);
    assert_eq!(at(&place, &["policy", "markings"]).ends(0).json()["ceiling"], "HEMMELIGT");
    by(&place, &["policy", "ceiling", "EYES ONLY"]).ends(2);
    let declassify = ["policy", "declassify", "--custodian", "m1", "--level", "HEM", "--to-level", "TTJ"];
    by(&place, &[&declassify[..], &["--issuer", "Forsvarets Efterretningstjeneste"]].concat()).ends(0);
    by(&place, &declassify).ends(2);
    let shown = at(&place, &["policy", "markings"]).ends(0);
    assert_eq!(shown.json()["decisions"].as_array().unwrap().len(), 3);
    assert!(!shown.out().contains("Efterretning"), "the issuer is shown on request only");
    let said = place.run(&["init", "--archive", "B", "--keys", "L", "--passphrase-file", "op"]).ends(0).out();
    assert!(said.contains("not approved") && said.contains("TIL TJENESTEBRUG"), "{said}");
    if let Some(python) = tool("python3", "--version") {
        let second =
            Command::new(python).arg(root().join("scripts/verify.py")).arg(place.at("A")).output().unwrap();
        assert!(second.status.success(), "{}", String::from_utf8_lossy(&second.stdout));
    }
}

#[test]
fn media_come_move_and_go() {
    let place = prepared(&[]);
    let add = ["media", "add", "SMART-7", "--kind", "smart", "--serial", "SN-1", "--level", "HEM"];
    let more = ["--place", "Boks 4", "--holder", "Anna Holm", "--date", "2026-01-05", "--custodian", "m1"];
    by(&place, &[&add[..], &more].concat()).ends(0);
    by(&place, &[&add[..], &more].concat()).ends(2);
    // long since overdue
    let list = at(&place, &["media", "list", "--overdue"]).ends(3);
    assert_eq!(list.json()[0]["read_out_due"], "2026-02-05");
    assert!(!list.out().contains("Anna") && !list.out().contains("SN-1"));
    let moved = ["media", "move", "SMART-7", "--place", "Skab 2", "--holder", "Bo Dahl", "--by", "Anna Holm"];
    let moved = by(&place, &[&moved[..], &["--date", "2026-01-09"]].concat()).ends(0).json();
    assert_eq!(moved["movement"], 1);
    let paper = moved["paper"].as_str().unwrap();
    for word in ["KVITTERING", "HEMMELIGT", "SMART-7-1", "Boks 4", "Skab 2", "Modtaget af"] {
        assert!(paper.contains(word), "{word} in {paper}");
    }
    assert_eq!(at(&place, &["media", "receipt", "SMART-7"]).ends(0).json()["paper"], moved["paper"]);
    let signed =
        ["media", "receipt", "SMART-7", "--movement", "1", "--signed-by", "Bo Dahl", "--date", "2026-01-10"];
    by(&place, &signed).ends(0);
    by(&place, &signed).ends(2);
    let show = at(&place, &["media", "show", "SMART-7", "--show-names"]).ends(3).json();
    assert_eq!(show[0]["movements"][0]["receipt"], "2026-01-10");
    // a code is never recorded
    let code = ["media", "move", "SMART-7", "--place", "Boks 4, kode 4711", "--holder", "x", "--by", "y"];
    let refused = by(&place, &code).ends(2);
    assert!(!refused.err().contains("4711"));
    by(&place, &["media", "read-out", "SMART-7", "--by", "Bo Dahl"]).ends(0);
    at(&place, &["media", "list", "--overdue"]).ends(0);
    let destroy = ["media", "destroy", "SMART-7", "--method", "Makuleret", "--by", "Bo Dahl", "--witness"];
    by(&place, &[&destroy[..], &["bo dahl"]].concat()).ends(2);
    let gone = by(&place, &[&destroy[..], &["Anna Holm"]].concat()).ends(0).json();
    assert!(gone["paper"].as_str().unwrap().contains("DESTRUKTIONSATTEST"));
    assert_eq!(at(&place, &["media", "list"]).ends(0).json(), serde_json::json!([]));
    assert_eq!(at(&place, &["media", "list", "--destroyed"]).ends(0).json()[0]["number"], "SMART-7");
    place.run(&["verify", "--archive", "A", "--keys", "K", "--passphrase-file", "op"]).ends(0);
    // nothing of it is readable in the archive
    let held = support::files(&place.at("A"))
        .iter()
        .any(|f| fs::read(f).unwrap().windows(9).any(|w| w == b"Anna Holm"));
    assert!(!held);
}
