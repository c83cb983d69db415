//! Holds and disposal as an authority works with them, at the command line: what is past its time goes by the
//! hands of two, what is held stays, and what is gone is said to be.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;

use jiff::civil::date;
use pipeline::ingest::{Ingest, ingest};
use pipeline::operators;
use pipeline::register::{self, NewCustodian};
use pipeline::{Places, Progress, Sensitive, SourceOptions};
use policy::{AuthorityKind, Mode, Policy, Post, Role};
use secrecy::SecretString;
use support::{Done, Place, files};

const AT: [&str; 4] = ["--archive", "A", "--keys", "K"];
/// 2020-01-15 and 2020-03-10, noon, UTC, in milliseconds.
const SENT: i64 = 1_579_089_600_000;
const THEN: i64 = 1_583_841_600_000;
const GOES: &str = "Forhenværende kvartalstal";
const STAYS: &str = "Nuværende kvartalstal";

fn by(place: &Place, who: &str, words: &[&str]) -> Done {
    place.run(&[words, &AT, &["--passphrase-file", who]].concat())
}

/// Takes a copy of a phone in; gives how many messages were new.
fn copied(place: &Place, id: &str, now: i64) -> u64 {
    let job = Ingest {
        places: Places::new(place.at("A"), place.at("K")),
        custodian: id.to_owned(),
        sources: vec![place.at(&format!("{id}.xml"))],
        options: SourceOptions::default(),
        copy_date: None,
        mode: Some(Mode::Off),
        contacts: None,
        journal: None,
        attest_device: false,
        now,
    };
    ingest(&job, Progress::none()).unwrap().runs[0].new
}

/// An archive of 2020 with messages of an employee and of a minister, and two more operators who may delete and hold.
fn prepared() -> Place {
    let place = Place::new();
    let places = Places::new(place.at("A"), place.at("K"));
    let first = SecretString::from("adgangssætning en".to_owned());
    operators::init(&places, &first, "En", &Policy::default(), THEN).unwrap();
    let who = places.unlock(&first).unwrap();
    for (id, post, body) in [("m", Post::Employee, GOES), ("n", Post::Minister, STAYS)] {
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
        register::add(&places, &who, &custodian, THEN).unwrap();
        let row =
            |at| format!(r#"<sms protocol="0" address="+4520304050" date="{at}" type="1" body="{body}" />"#);
        let rows: String = (0..3).map(|i| row(SENT + i * 1000)).collect();
        let xml = format!(r#"<?xml version="1.0" encoding="UTF-8"?><smses count="3">{rows}</smses>"#);
        place.file(&format!("{id}.xml"), &xml);
        assert_eq!(copied(&place, id, THEN), 3);
    }
    for who in ["en", "to", "tre"] {
        place.file(who, &format!("adgangssætning {who}\n"));
    }
    // the clock alone does not say that six years have gone by
    let refused = by(&place, "en", &["dispose", "plan"]).ends(6);
    assert!(refused.err().contains("dispose today"), "{}", refused.err());
    by(&place, "en", &["dispose", "today", "2040-01-01"]).ends(2);
    let today = policy::civil_date(jiff::Timestamp::now().as_millisecond()).unwrap().to_string();
    by(&place, "en", &["dispose", "today", &today]).ends(0);
    for name in ["to", "tre"] {
        let add = ["operator", "add", "--json", "--name", name, "--new-passphrase-file", name];
        let id = by(&place, "en", &add).ends(0).json()["operator"].as_str().unwrap().to_owned();
        by(&place, "en", &["operator", "grant", &id, "--right", "delete,hold"]).ends(0);
    }
    place
}

/// Everything in productions of both.
fn exported(place: &Place, to: &str) -> String {
    let mut all = String::new();
    for id in ["m", "n"] {
        let to = format!("{to}-{id}");
        by(place, "en", &["export", "--custodian", id, "--unsealed", "--out", &to]).ends(0);
        let texts = files(&place.at(&to)).into_iter();
        all.extend(texts.map(|f| String::from_utf8_lossy(&fs::read(f).unwrap()).into_owned()));
    }
    all
}

fn plan(place: &Place, code: i32) -> serde_json::Value {
    by(place, "en", &["dispose", "plan", "--json"]).ends(code).json()
}

#[test]
fn a_hold_is_placed_by_one_and_released_by_two() {
    let place = prepared();
    by(&place, "en", &["dispose", "preservation", "discard", "--reference", "RA 2026-1"]).ends(0);
    assert!(plan(&place, 0)["plan"].is_string(), "without a hold it may go");
    let words = ["hold", "place", "--json", "--custodian", "m", "--to", "2020-03-31"];
    let why = ["--case", "Kommission", "--decision", "2026-7"];
    let report = by(&place, "to", &[&words[..], &why].concat()).ends(3).json();
    let hold = report["hold"].as_u64().unwrap().to_string();
    by(&place, "to", &["hold", "note", &hold, "--auto-delete-stopped"]).ends(0);
    let listed = place.run(&[&["hold", "list"][..], &AT].concat()).ends(0).out();
    assert!(listed.contains("Kommission") && listed.contains(&format!("[{hold}]")), "{listed}");
    let barred = plan(&place, 3);
    assert!(barred["plan"].is_null() && barred["barred"].as_array().unwrap().len() == 1, "{barred}");

    let release = ["hold", "release", &hold, "--decision", "2026-8", "--second-passphrase-file"];
    by(&place, "to", &[&release[..], &["to"]].concat()).ends(6);
    by(&place, "to", &[&release[..], &["tre"]].concat()).ends(0);
    // grace: it goes on blocking
    assert!(plan(&place, 3)["plan"].is_null());
    by(&place, "en", &["verify"]).ends(0);
}

#[test]
fn what_is_past_its_time_goes_by_the_hands_of_two() {
    let place = prepared();
    // nothing goes without a decision of the national archives
    assert!(plan(&place, 3)["plan"].is_null());
    by(&place, "en", &["dispose", "preservation", "discard", "--reference", "RA 2026-1"]).ends(0);
    let before = exported(&place, "E1");
    assert!(before.contains(GOES) && before.contains(STAYS));

    // the epoch's key in shares: whoever carries it out brings them
    let split = by(&place, "en", &["key", "split", "--json", "--out", "S"]).ends(0).json();
    let shares: Vec<&str> = split["pages"].as_array().unwrap().iter().map(|p| p.as_str().unwrap()).collect();
    by(&place, "en", &["key", "custody", "finish", "--share", shares[0], "--share", shares[1]]).ends(0);

    // a copy of the keys from before: the log knows it, whether or not anybody mentions it
    let copy = |name| {
        let backup = ["key", "backup", "--json", "--passphrase-file", "en", name];
        place.run(&[&backup[..], &AT].concat()).ends(0).json()["entry"].as_u64().unwrap()
    };
    let earlier = copy("kopi.bak");

    let made = plan(&place, 0);
    let (name, buckets) = (made["plan"].as_str().unwrap(), made["buckets"].as_array().unwrap());
    assert_eq!((buckets.len(), buckets[0]["records"].as_u64()), (1, Some(3)), "{made}");
    by(&place, "en", &["dispose", "run", name]).ends(6);
    by(&place, "to", &["dispose", "approve", name]).ends(0);
    by(&place, "to", &["dispose", "approve", name]).ends(0);
    // whoever approves sees what, without a passphrase
    let shown = place.run(&[&["dispose", "show", "--json", name][..], &AT].concat()).ends(0).json();
    assert_eq!((&shown["buckets"], &shown["approvals"]), (&made["buckets"], &1.into()));
    assert!(place.run(&[&["dispose", "list"][..], &AT].concat()).ends(0).out().contains(name));
    by(&place, "en", &["dispose", "run", name]).ends(6);
    by(&place, "tre", &["dispose", "approve", name]).ends(0);
    let refused = by(&place, "en", &["dispose", "run", name]).ends(6);
    assert!(refused.err().contains("--share"), "{}", refused.err());
    let run = ["dispose", "run", "--json", name, "--copy", "USB 3", "--no-other-copies"];
    let with = ["--share", shares[1], "--share", shares[2]];
    let done = by(&place, "en", &[&run[..], &with].concat()).ends(3).json();
    assert_eq!((done["buckets"].as_u64(), done["records"].as_u64()), (Some(1), Some(3)), "{done}");
    let entry = done["closed"][0].as_u64().unwrap().to_string();
    let pending: Vec<&str> =
        done["pending"].as_array().unwrap().iter().map(|p| p.as_str().unwrap()).collect();
    let called = format!("copy of the key store, entry {earlier}, made ");
    assert!(pending.len() == 2 && pending[0] == "USB 3" && pending[1].starts_with(&called), "{pending:?}");
    let later = copy("efter.bak");

    place.run(&["verify", "--archive", "A"]).ends(0);
    by(&place, "en", &["verify"]).ends(0);
    let after = exported(&place, "E2");
    assert!(!after.contains(GOES) && after.contains(STAYS));
    // the same copy again brings nothing back
    let now = jiff::Timestamp::now().as_millisecond();
    assert_eq!(copied(&place, "m", now), 0);
    assert!(!exported(&place, "E3").contains(GOES));

    // final when the copies are gone
    let state = |place: &Place| place.run(&[&["dispose", "list", "--json"][..], &AT].concat()).ends(0).json();
    assert_eq!(state(&place)[0]["state"], "PENDING");
    let confirm = ["dispose", "confirm", &entry, "--copy"];
    by(&place, "to", &[&confirm[..], &["another"]].concat()).ends(2);
    by(&place, "to", &[&confirm[..], &["USB 3", "--reference", "2026-9"]].concat()).ends(0);
    assert_eq!(state(&place)[0]["state"], "PENDING", "the copy that nobody mentioned");
    by(&place, "to", &["key", "gone", &entry]).ends(2);
    let (earlier_entry, later_entry) = (earlier.to_string(), later.to_string());
    let gone = ["key", "gone", "--reference", "2026-10", &earlier_entry];
    by(&place, "to", &gone).ends(0);
    by(&place, "to", &gone).ends(2);
    let copies = place.run(&[&["key", "copies", "--json"][..], &AT].concat()).ends(0).json();
    let told: Vec<_> = copies.as_array().unwrap().iter().map(|c| (&c["entry"], &c["gone"])).collect();
    assert_eq!(told, [(&earlier.into(), &true.into()), (&later.into(), &false.into())]);
    assert_eq!(state(&place)[0]["state"], "FINAL");
    place.run(&[&["dispose", "certificate", "--out", "C"][..], &AT].concat()).ends(0);
    let of = |ending| fs::read_to_string(place.at(&format!("C/certificate-{entry}.{ending}"))).unwrap();
    let written: serde_json::Value = serde_json::from_str(&of("json")).unwrap();
    assert_eq!((&written["state"], &written["confirmed"][0][0]), (&"FINAL".into(), &"USB 3".into()));
    assert!(of("html").contains("2026-9"), "what the confirmation rests on");
    assert!(
        of("html").contains(&format!("kopi af nøglelageret, led {earlier}, lavet "))
            && of("html").contains("2026-10")
    );
    assert!(!of("html").contains(&format!("led {later_entry},")), "a copy from after it opens nothing of it");
    assert!(!of("html").contains("kvartalstal") && !of("json").contains("kvartalstal"));
    by(&place, "en", &["verify"]).ends(0);
}
