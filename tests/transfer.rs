//! Messages taken in under the wrong person, at the command line: they go to the right one by the hands of two, the
//! same to the last byte, and the one who could read them cannot any more.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

#[path = "support/office.rs"]
mod office;
mod support;

use std::fs;

use office::{
    AT, DAY, by, copied, exported, founded, now, operator, sms, sms_xml, the_day_is_said, verified,
};
use policy::Post;
use serde_json::Value;
use support::Place;

/// A minister and an employee; the minister's copy was taken in as the employee's too. A second administrator, and an
/// operator who may read the employee's messages.
fn prepared() -> (Place, String) {
    let place = Place::new();
    founded(&place, &[("m", Post::Employee), ("n", Post::Minister)]);
    let at = now() - 60 * DAY;
    sms_xml(&place, "m.xml", &[sms(at, "medarbejderens egen")]);
    sms_xml(&place, "n.xml", &[sms(at, "ministerens første"), sms(at + 1000, "ministerens anden")]);
    copied(&place, "m", "m.xml");
    let wrong = copied(&place, "m", "n.xml");
    assert_eq!(wrong.new, 2);
    operator(&place, "to", &["--right", "admin,delete"]);
    operator(&place, "tre", &["--right", "query,export", "--custodian", "m"]);
    the_day_is_said(&place);
    (place, wrong.run.unwrap())
}

fn texts(lines: &[Value]) -> Vec<&str> {
    lines.iter().filter_map(|line| line["body"].as_str()).collect()
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
    assert_eq!(copied(&place, "n", "n.xml").new, 0);
    assert_eq!(copied(&place, "m", "n.xml").new, 0);
    let list = place.run(&[&["transfer", "list", "--json"][..], &AT].concat()).ends(0).json();
    assert_eq!(
        (&list["transfers"][0]["state"], &list["transfers"][0]["why"]["to"]),
        (&"FINAL".into(), &"n".into())
    );
    verified(&place);
}
