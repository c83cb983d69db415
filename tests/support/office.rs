//! An archive with a few persons and operators in it, for tests of what is done to it afterwards.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

use std::fs;
use std::process::Command;

use jiff::civil::{Date, date};
use pipeline::ingest::{Ingest, RunReport, ingest};
use pipeline::operators;
use pipeline::register::{self, NewCustodian};
use pipeline::{Places, Progress, Sensitive, SourceOptions};
use policy::{AuthorityKind, Mode, Policy, Post, Role};
use secrecy::SecretString;
use serde_json::Value;

use super::support::{Done, Place, root, tool};

pub const AT: [&str; 4] = ["--archive", "A", "--keys", "K"];
pub const DAY: i64 = 86_400_000;

/// A command by an operator, whose passphrase is in a file of that name.
pub fn by(place: &Place, who: &str, words: &[&str]) -> Done {
    place.run(&[words, &AT, &["--passphrase-file", who]].concat())
}

pub fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

pub fn today() -> Date {
    policy::civil_date(now()).unwrap()
}

/// An archive founded by the operator `en`, with these persons.
pub fn founded(place: &Place, persons: &[(&str, Post)]) {
    let places = Places::new(place.at("A"), place.at("K"));
    let first = SecretString::from("adgangssætning en".to_owned());
    operators::init(&places, &first, "En", &Policy::default(), now()).unwrap();
    place.file("en", "adgangssætning en\n");
    let who = places.unlock(&first).unwrap();
    for (id, post) in persons {
        let custodian = NewCustodian {
            id: (*id).to_owned(),
            name: Sensitive::new("Mads".to_owned()),
            role: Role { post: *post, authority: AuthorityKind::Department, pay_grade: None },
            from: date(2010, 1, 1),
            to: None,
            numbers: Vec::new(),
            devices: Vec::new(),
            reference: None,
        };
        register::add(&places, &who, &custodian, now()).unwrap();
    }
}

/// Another operator; `grant` is what `operator grant` is told behind its number.
pub fn operator(place: &Place, name: &str, grant: &[&str]) {
    place.file(name, &format!("adgangssætning {name}\n"));
    let add = ["operator", "add", "--json", "--name", name, "--new-passphrase-file", name];
    let id = by(place, "en", &add).ends(0).json()["operator"].as_str().unwrap().to_owned();
    by(place, "en", &[&["operator", "grant", &id][..], grant].concat()).ends(0);
}

/// Nothing but the clock says the day where sources have none of their own.
pub fn the_day_is_said(place: &Place) {
    by(place, "en", &["dispose", "today", &today().to_string()]).ends(0);
}

/// Takes a copy in under an id; everything is kept.
pub fn copied(place: &Place, id: &str, source: &str) -> RunReport {
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
    ingest(&job, Progress::none()).unwrap().runs.remove(0)
}

/// A file of SMS Backup & Restore with these entries.
pub fn sms_xml(place: &Place, name: &str, rows: &[String]) {
    let (count, rows) = (rows.len(), rows.concat());
    let xml = format!(r#"<?xml version="1.0" encoding="UTF-8"?><smses count="{count}">{rows}</smses>"#);
    place.file(name, &xml);
}

/// An entry of such a file: an SMS that came in.
pub fn sms(at: i64, text: &str) -> String {
    format!(r#"<sms protocol="0" address="+4520304050" date="{at}" type="1" body="{text}" />"#)
}

/// The lines of a production of one person.
pub fn exported(place: &Place, who: &str, id: &str, to: &str) -> Vec<Value> {
    by(place, who, &["export", "--custodian", id, "--unsealed", "--out", to]).ends(0);
    let lines = fs::read_to_string(place.at(&format!("{to}/data/messages.jsonl"))).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The archive holds: without keys, with them, and by the other verifier.
#[track_caller]
pub fn verified(place: &Place) {
    place.run(&["verify", "--archive", "A"]).ends(0);
    by(place, "en", &["verify"]).ends(0);
    if let Some(python) = tool("python3", "--version") {
        let done =
            Command::new(python).arg(root().join("scripts/verify.py")).arg(place.at("A")).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
    }
}
