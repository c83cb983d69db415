//! Messages taken in under the wrong person, at the command line: they go to the right one by the hands of two, the
//! same to the last byte, and the one who could read them cannot any more.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::process::Command;

use jiff::civil::date;
use pipeline::ingest::{Ingest, ingest};
use pipeline::operators;
use pipeline::register::{self, NewCustodian};
use pipeline::{Places, Progress, Sensitive, SourceOptions};
use policy::{AuthorityKind, Mode, Policy, Post, Role};
use secrecy::SecretString;
use serde_json::Value;
use support::{Done, Place, root, tool};

const AT: [&str; 4] = ["--archive", "A", "--keys", "K"];
const DAY: i64 = 86_400_000;

fn by(place: &Place, who: &str, words: &[&str]) -> Done {
    place.run(&[words, &AT, &["--passphrase-file", who]].concat())
}

fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// Takes a copy in under an id; gives the run and how many messages were new.
fn copied(place: &Place, id: &str, source: &str) -> (Option<String>, u64) {
    let job = Ingest {
        places: Places::new(place.at("A"), place.at("K")),
        custodian: id.to_owned(),
        sources: vec![place.at(source)],
        options: SourceOptions::default(),
        copy_date: None,
        mode: Some(Mode::Off),
        contacts: None,
        journal: None,
        attest_device: false,
        now: now(),
    };
    let report = ingest(&job, Progress::none()).unwrap();
    (report.runs[0].run.clone(), report.runs[0].new)
}

fn source(place: &Place, name: &str, texts: &[&str]) {
    let at = now() - 60 * DAY;
    let row = |(i, text): (usize, &&str)| {
        let at = at + i64::try_from(i).unwrap() * 1000;
        format!(r#"<sms protocol="0" address="+4520304050" date="{at}" type="1" body="{text}" />"#)
    };
    let rows: String = texts.iter().enumerate().map(row).collect();
    place.file(name, &format!(r#"<?xml version="1.0" encoding="UTF-8"?><smses count="1">{rows}</smses>"#));
}

/// A minister and an employee; the minister's copy was taken in as the employee's too. A second administrator, and an
/// operator who may read the employee's messages.
fn prepared() -> (Place, String) {
    let place = Place::new();
    let places = Places::new(place.at("A"), place.at("K"));
    let first = SecretString::from("adgangssætning en".to_owned());
    operators::init(&places, &first, "En", &Policy::default(), now()).unwrap();
    let who = places.unlock(&first).unwrap();
    for (id, post) in [("m", Post::Employee), ("n", Post::Minister)] {
        let custodian = NewCustodian {
            id: id.to_owned(),
            name: Sensitive::new("Mads".to_owned()),
            role: Role { post, authority: AuthorityKind::Department, pay_grade: None },
            from: date(2010, 1, 1),
            to: None,
            numbers: Vec::new(),
            devices: Vec::new(),
            reference: None,
        };
        register::add(&places, &who, &custodian, now()).unwrap();
    }
    source(&place, "m.xml", &["medarbejderens egen"]);
    source(&place, "n.xml", &["ministerens første", "ministerens anden"]);
    copied(&place, "m", "m.xml");
    let (run, new) = copied(&place, "m", "n.xml");
    assert_eq!(new, 2);
    for who in ["en", "to", "tre"] {
        place.file(who, &format!("adgangssætning {who}\n"));
    }
    for (name, right) in [("to", "admin,delete"), ("tre", "query,export")] {
        let add = ["operator", "add", "--json", "--name", name, "--new-passphrase-file", name];
        let id = by(&place, "en", &add).ends(0).json()["operator"].as_str().unwrap().to_owned();
        let grant = ["operator", "grant", &id, "--right", right];
        let scope: &[&str] = if name == "tre" { &["--custodian", "m"] } else { &[] };
        by(&place, "en", &[&grant[..], scope].concat()).ends(0);
    }
    // nothing but the clock says the day: the sources have none of their own
    let today = policy::civil_date(now()).unwrap().to_string();
    by(&place, "en", &["dispose", "today", &today]).ends(0);
    (place, run.unwrap())
}

fn exported(place: &Place, who: &str, id: &str, to: &str) -> Vec<Value> {
    by(place, who, &["export", "--custodian", id, "--unsealed", "--out", to]).ends(0);
    let lines = fs::read_to_string(place.at(&format!("{to}/data/messages.jsonl"))).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn texts(lines: &[Value]) -> Vec<&str> {
    lines.iter().filter_map(|line| line["body"].as_str()).collect()
}

#[track_caller]
fn verified(place: &Place) {
    place.run(&["verify", "--archive", "A"]).ends(0);
    by(place, "en", &["verify"]).ends(0);
    if let Some(python) = tool("python3", "--version") {
        let done =
            Command::new(python).arg(root().join("scripts/verify.py")).arg(place.at("A")).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
    }
}

#[test]
fn a_run_goes_to_the_right_person() {
    let (place, run) = prepared();
    let before = exported(&place, "tre", "m", "E1");
    assert_eq!(texts(&before).len(), 3);
    let proof = before.iter().find(|l| l["body"] == "ministerens anden").unwrap()["archive"]["proof"].clone();
    let words =
        ["transfer", "request", "--json", "--from-custodian", "m", "--to-custodian", "n", "--run", &run];
    let why = ["--reason", "forkert person", "--decision", "2026-12"];
    by(&place, "en", &[&words[..5], &["--to-custodian", "n", "--run", "12"], &why[..]].concat()).ends(2);
    let request = by(&place, "en", &[&words[..], &why].concat()).ends(0).json();
    assert_eq!(request["buckets"][0]["records"], 2, "{request}");
    let request = request["request"].as_str().unwrap();
    by(&place, "en", &["transfer", "run", request]).ends(6);
    by(&place, "to", &["transfer", "approve", request]).ends(0);
    let done = by(&place, "en", &["transfer", "run", "--json", request, "--no-other-copies"]).ends(0).json();
    assert_eq!(done["records"], 2, "{done}");
    verified(&place);

    // the right person has them, for the right time; the other has a word that they went
    let lines = exported(&place, "en", "n", "E2");
    assert_eq!(texts(&lines), ["ministerens første", "ministerens anden"]);
    assert!(lines.iter().all(|l| l["archive"]["retention_class"] == "M25"));
    let left = exported(&place, "en", "m", "E3");
    assert_eq!(texts(&left), ["medarbejderens egen"]);
    assert_eq!(left.iter().filter(|l| l["withheld"]["standing"] == "moved").count(), 2);
    // who could read them cannot; what is left can be read
    assert_eq!(texts(&exported(&place, "tre", "m", "E4")), ["medarbejderens egen"]);
    let refused = by(&place, "tre", &["export", "--custodian", "n", "--unsealed", "--out", "E5"]);
    assert!(refused.code() != 0 && !refused.out().contains("ministerens"));

    // a proof from before holds, and so does one from after
    fs::write(place.at("keys"), place.run(&["checkpoint", "show", "--archive", "A"]).ends(0).out()).unwrap();
    let new = lines[1]["archive"]["proof"].as_str().unwrap().to_owned();
    for proof in [format!("E1/data/proofs/{}", proof.as_str().unwrap()), format!("E2/data/proofs/{new}")] {
        place.run(&["verify", "--proof", &proof, "--trusted-keys", "keys"]).ends(0);
    }
    // the next copy of the right person brings nothing twice, and the wrong one nothing back
    assert_eq!(copied(&place, "n", "n.xml").1, 0);
    assert_eq!(copied(&place, "m", "n.xml").1, 0);
    let list = place.run(&[&["transfer", "list", "--json"][..], &AT].concat()).ends(0).json();
    assert_eq!(
        (&list["transfers"][0]["state"], &list["transfers"][0]["why"]["to"]),
        (&"FINAL".into(), &"n".into())
    );
    verified(&place);
}
