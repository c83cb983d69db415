//! A sitting at the terminal: conversations shown, keys read, decisions in the log.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use std::io::Write;
use std::process::Stdio;

use support::{Done, Place};

const AT: [&str; 4] = ["--archive", "A", "--keys", "K"];

fn run(place: &Place, words: &[&str]) -> Done {
    place.run(&[words, &AT].concat())
}

/// The program with what a person types.
fn typed(place: &Place, words: &[&str], keys: &str) -> (Option<i32>, String) {
    typed_by(place, words, "op", keys)
}

fn typed_by(place: &Place, words: &[&str], who: &str, keys: &str) -> (Option<i32>, String) {
    let mut command = place.command(&[words, &AT, &["--passphrase-file", who, "--lang", "da"]].concat());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(keys.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

fn custodian(place: &Place, id: &str) {
    let who = ["custodian", "add", "--passphrase-file", "op", "--id", id, "--name", "Nina"];
    let what = ["--post", "fuldmaegtig", "--authority-kind", "departement", "--from", "2020-01-01"];
    run(place, &[&who[..], &what].concat()).ends(0);
}

fn empty() -> Place {
    let place = Place::new();
    place.file("op", "en adgangssætning\n");
    run(&place, &["init", "--passphrase-file", "op"]).ends(0);
    custodian(&place, "x");
    place
}

fn prepared() -> Place {
    let place = empty();
    ingested(&place);
    place
}

fn ingested(place: &Place) {
    let one = |address: &str, minute: u64, text: &str| {
        let date = 1_790_000_000_000_u64 + minute * 60_000;
        format!(r#"<sms address="{address}" date="{date}" type="1" body="{text}" />"#)
    };
    let rows = [
        one("MitID", 0, "Din engangskode er 483920. Del den ikke med nogen."),
        one("MitID", 1, "Din engangskode er 771034. Del den ikke med nogen."),
        one("GLS", 5, "Din pakke er klar til afhentning i pakkeboksen"),
        one("+4520304050", 9, "Har du set aktindsigten i sag 2026-1234?"),
    ];
    place.file("sms.xml", &format!(r#"<?xml version="1.0"?><smses count="4">{}</smses>"#, rows.concat()));
    let report =
        run(place, &["ingest", "--json", "--custodian", "x", "--mode", "assist", "sms.xml"]).ends(3).json();
    assert_eq!(report["runs"][0]["review"], 3);
}

#[test]
fn a_sitting() {
    let place = prepared();
    assert_eq!(run(&place, &["review", "list", "--json"]).ends(3).json()[0]["states"]["open"], 3);
    // left alone, misread, decided one by one, undone, decided again
    let (code, said) = typed(&place, &["review", "next"], "n\nq\n");
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("Samtale 1 af 2") && said.contains("0 afgørelser; 2 samtaler venter"), "{said}");
    let (code, said) = typed(&place, &["review", "next"], "9e\n1e v\n2k\nu\n2e v\ne v\n");
    assert!(said.contains("Forstår ikke \"9e\"") && said.contains("Samtale 2 af 2"), "{said}");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("0 samtaler venter"), "{said}");
    let states = run(&place, &["review", "list", "--json"]).ends(0).json()[0]["states"].clone();
    assert_eq!(states, serde_json::json!({ "exclude": 3 }));
    // what a program is given, and nothing is asked
    let items = typed(&place, &["review", "next", "--all", "--json"], "").1;
    let items: serde_json::Value = serde_json::from_str(&items).unwrap();
    let item = items[0]["lines"][0]["item"].as_str().unwrap().to_owned();
    let by = ["--passphrase-file", "op"];
    run(&place, &[&["review", "decide", "--as", "keep", &item][..], &by].concat()).ends(0);
    run(&place, &[&["review", "decide", "--as", "keep", "00000000-7"][..], &by].concat()).ends(2);
    let settled = run(&place, &["review", "settle", "--json"]).ends(0).json();
    assert_eq!((&settled["kept"], &settled["waiting"]), (&1.into(), &2.into()));
    // what was shredded of its keys is no key that would travel
    run(&place, &["backup", "--offsite", "copy"]).ends(0);
    let drawn = [&["review", "sample", "--json", "--size", "1", "--seed", "4 2"][..], &by].concat();
    assert_eq!(run(&place, &drawn).ends(0).json()["pile"], 2);
    let (_, said) = typed(&place, &["review", "sample"], "e\n");
    assert!(!said.contains("udelades ·") && said.contains("1 afgørelse"), "{said}");
    let report = run(&place, &["review", "report", "--json", "--page", "kvalitet.html"]).ends(0).json();
    assert_eq!(report["samples"][0]["judged"], 1);
    assert!(std::fs::read_to_string(place.at("kvalitet.html")).unwrap().contains("4 2"));
    run(&place, &[&["verify"][..], &by].concat()).ends(0);
}

/// What the owner reviews first, the operator cannot open.
#[test]
fn the_owner_reviews_first() {
    let place = empty();
    custodian(&place, "y");
    let by = |who: &'static str| ["--passphrase-file", who];
    let mut added = ["ejer", "bisidder"].map(|name| {
        place.file(name, &format!("adgangssætning for {name}\n"));
        let words = ["operator", "add", "--json", "--name", name, "--new-passphrase-file", name];
        let added = run(&place, &[&words[..], &by("op")].concat()).ends(0).json();
        added["operator"].as_str().unwrap().to_owned()
    });
    let [owner, counsel] = &mut added;
    let words = ["review", "first", "--json", "--custodian", "x", "--reviewer", owner, "--reviewer", counsel];
    let first = [&words[..], &by("op")].concat();
    let begun = run(&place, &first).ends(0).json();
    assert_eq!((begun["narrowed"].as_array().unwrap().len(), &begun["sealed_before"]), (1, &0.into()));
    ingested(&place);
    let seen = |who| typed_by(&place, &["review", "next", "--all", "--json"], who, "").1;
    for who in ["ejer", "bisidder"] {
        assert!(seen(who).contains("engangskode er 483920"), "{who} sees it");
    }
    assert!(!seen("op").contains("483920"), "the operator does not");
    // the operator's other custodian is as before, and asking again narrows nobody
    let listed = run(&place, &["operator", "list", "--json"]).ends(0).json();
    let of = |scope: &str| listed.as_array().unwrap().iter().filter(|o| o["scope"][0] == scope).count();
    assert_eq!((of("x"), of("y")), (2, 1), "{listed}");
    let again = run(&place, &first).ends(3).json();
    assert_eq!((again["narrowed"].as_array().unwrap().len(), &again["sealed_before"]), (0, &1.into()));
    // who asks may not be a reviewer, and a reviewer has no other rights
    let operator = listed[0]["id"].as_str().unwrap();
    let wrong = ["review", "first", "--custodian", "x", "--reviewer", operator];
    run(&place, &[&wrong[..], &by("op")].concat()).ends(2);
    // it holds; but a reviewer does not open what the archive keeps
    run(&place, &[&["verify"][..], &by("ejer")].concat()).ends(3);
}
