//! Messages that look alike are still as many messages as there are: none is lost because another has
//! its time, its text or its id.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;

use serde_json::Value;
use support::Place;

fn prepared() -> Place {
    let place = Place::new();
    place.file("op", "en adgangssætning\n");
    place.run(&["init", "--archive", "A", "--keys", "K", "--passphrase-file", "op"]).ends(0);
    let who = ["--passphrase-file", "op", "--id", "min", "--name", "Nina Navn", "--post", "minister"];
    let role = ["--authority-kind", "departement", "--from", "2020-01-01"];
    place.run(&[&["custodian", "add", "--archive", "A", "--keys", "K"][..], &who, &role].concat()).ends(0);
    place
}

/// New messages, and messages seen before.
fn ingest(place: &Place, source: &str) -> (u64, u64) {
    let words = ["ingest", "--json", "--archive", "A", "--keys", "K", "--mode", "off", "--custodian", "min"];
    let done = place.run(&[&words[..], &["--owner-name", "Mig Selv", source]].concat());
    assert!([0, 3].contains(&done.code()), "{}", done.err());
    let run = done.json()["runs"][0].clone();
    (run["new"].as_u64().unwrap(), run["seen_again"].as_u64().unwrap())
}

fn exported(place: &Place, to: &str) -> Vec<Value> {
    let words = ["export", "--archive", "A", "--keys", "K", "--passphrase-file", "op", "--custodian", "min"];
    place.run(&[&words[..], &["--unsealed", "--out", to]].concat()).ends(0);
    let lines = fs::read_to_string(place.at(to).join("data/messages.jsonl")).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

const NAME: &str = "WhatsApp-chat med Bo Holm.txt";

#[test]
fn the_same_text_twice_in_one_minute() {
    let place = prepared();
    let mut chat = String::from("05.01.2026 08.40 - Bo Holm: Er du der?\n");
    chat.push_str("05.01.2026 08.41 - Mig Selv: Ok\n05.01.2026 08.41 - Mig Selv: Ok\n");
    place.file(NAME, &chat);
    assert_eq!(ingest(&place, NAME), (3, 0));
    assert_eq!(exported(&place, "E1").len(), 3);
    // next month's copy of the same chat knows each of them, and takes the third one in
    chat.push_str("05.01.2026 08.41 - Mig Selv: Ok\n06.01.2026 08.41 - Bo Holm: Tak\n");
    place.file(NAME, &chat);
    assert_eq!(ingest(&place, NAME), (2, 3));
    assert_eq!(exported(&place, "E2").len(), 5);
}
