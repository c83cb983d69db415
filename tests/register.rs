//! Register and policy from the outside: what is recorded, ended, withdrawn, and what it does to the
//! periods of the messages taken in afterwards.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;

use serde_json::Value;
use support::{Done, Place};

const PASSWORD: &str = "kode";

fn run(place: &Place, words: &[&str]) -> Done {
    let (command, rest) = words.split_at(2);
    let at = ["--json", "--archive", "A", "--keys", "K"];
    place.run(&[command, &at, rest].concat())
}

/// As an operator.
fn by(place: &Place, words: &[&str]) -> Done {
    run(place, &[words, &["--passphrase-file", "op"]].concat())
}

fn prepared() -> Place {
    let place = Place::new();
    testkit::write(&testkit::Spec::small(5, PASSWORD), &place.at("backup")).unwrap();
    place.file("pw", &format!("{PASSWORD}\n"));
    place.file("op", "en adgangssætning\n");
    place.run(&["init", "--archive", "A", "--keys", "K", "--passphrase-file", "op"]).ends(0);
    let person = ["--id", "chef", "--name", "Nina Navn", "--post", "chef", "--pay-grade", "37"];
    let role = ["--authority-kind", "styrelse", "--from", "2020-01-01", "--number", "20 30 40 50"];
    by(&place, &[&["custodian", "add"][..], &person, &role].concat()).ends(0);
    place
}

fn shown(place: &Place) -> Value {
    run(place, &["custodian", "show", "chef"]).ends(0).json()[0].clone()
}

#[test]
fn facts_are_recorded_ended_and_withdrawn() {
    let place = prepared();
    let before = shown(&place);
    assert_eq!(before["roles"][0]["to"], Value::Null);
    let role = before["roles"][0]["fact"].to_string();
    let number = before["devices"][0]["fact"].to_string();
    assert_eq!(before["devices"][0]["handle"], Value::Null, "numbers are shown on request only");
    by(&place, &["custodian", "end", "chef", &role, "--to", "2026-06-30"]).ends(0);
    by(&place, &["custodian", "end", "chef", &number, "--to", "2026-06-30"]).ends(0);
    by(&place, &["custodian", "event", "chef", "no-copy:2026-05", "--why", "telefon på værksted"]).ends(0);
    by(&place, &["custodian", "event", "chef", "no-copy:2026-05"]).ends(2);
    by(&place, &["custodian", "event", "chef", "resigned:2026-06-30"]).ends(0);
    let after = shown(&place);
    assert_eq!(after["roles"][0]["to"], "2026-06-30");
    assert_eq!(after["devices"][0]["to"], "2026-06-30");
    assert_eq!(after["no_copies"][0]["date"], "2026-05-01");
    assert_eq!(after["events"][0]["kind"], "resigned");
    let event = after["events"][0]["fact"].to_string();
    by(&place, &["custodian", "withdraw", "chef", &event, "--reference", "2026-1234"]).ends(0);
    assert_eq!(shown(&place)["events"], serde_json::json!([]));
    // what is no role and no device cannot end, what is not there cannot be withdrawn
    by(&place, &["custodian", "end", "chef", "99", "--to", "2026-06-30"]).ends(2);
    by(&place, &["custodian", "withdraw", "chef", "99"]).ends(2);
    by(&place, &["custodian", "end", "ukendt", &role, "--to", "2026-06-30"]).ends(6);
    place.run(&["verify", "--archive", "A", "--keys", "K", "--passphrase-file", "op"]).ends(0);
}

#[test]
fn a_run_follows_the_policy_in_force() {
    let place = prepared();
    let history = run(&place, &["policy", "show"]).ends(0).json();
    assert_eq!(history.as_array().unwrap().len(), 1);
    assert_eq!(history[0]["unlisted_chiefs"], "keep");
    place.file("regler.toml", "unlisted_chiefs = \"letter\"\n");
    place.file("forkert.toml", "unlisted_cheifs = \"letter\"\n");
    by(&place, &["policy", "set", "forkert.toml"]).ends(2);
    by(&place, &["policy", "set", "regler.toml"]).ends(0);
    let history = run(&place, &["policy", "show"]).ends(0).json();
    assert_eq!(history[1]["unlisted_chiefs"], "letter");
    assert_ne!(history[0]["id"], history[1]["id"]);
    let words =
        ["ingest", "--json", "--archive", "A", "--keys", "K", "--custodian", "chef", "--attest-device"];
    let report =
        place.run(&[&words[..], &["--backup-passphrase-file", "pw", "backup"]].concat()).ends(3).json();
    assert!(report["runs"][0]["new"].as_u64().unwrap() > 0);
    // every stamp is recomputed under the policy that the run names, which must be the one in force
    place.run(&["verify", "--archive", "A", "--keys", "K", "--passphrase-file", "op"]).ends(0);
    by(&place, &["policy", "set", "regler.toml"]).ends(0);
    place.run(&["verify", "--archive", "A", "--keys", "K", "--passphrase-file", "op"]).ends(0);
    let started = Place::new();
    started.file("op", "en adgangssætning\n");
    started.file("regler.toml", "unlisted_chiefs = \"letter\"\n");
    let init =
        ["init", "--archive", "A", "--keys", "K", "--passphrase-file", "op", "--policy", "regler.toml"];
    started.run(&init).ends(0);
    assert_eq!(run(&started, &["policy", "show"]).ends(0).json()[0]["unlisted_chiefs"], "letter");
}
