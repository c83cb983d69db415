//! What the register learns late, at the command line: longer periods by the hand of one, shorter ones by the hands
//! of two, and a disposal that goes by what counts now.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

#[path = "support/office.rs"]
mod office;
mod support;

use jiff::ToSpan;
use jiff::civil::Date;
use office::{AT, by, copied, exported, founded, operator, sms, sms_xml, today, verified};
use policy::Post;
use serde_json::Value;
use support::Place;

/// An archive of an employee's messages of five months ago, and a second operator who may administer.
fn prepared() -> Place {
    let place = Place::new();
    founded(&place, &[("m", Post::Employee)]);
    let noon =
        |day: Date| jiff::tz::TimeZone::UTC.to_timestamp(day.at(12, 0, 0, 0)).unwrap().as_millisecond();
    let month = today().first_of_month().saturating_sub(5.months());
    let days = [month, month.saturating_add(9.days()), month.saturating_add(19.days())];
    sms_xml(&place, "copy.xml", &days.map(|day| sms(noon(day), &format!("den {day}"))));
    assert_eq!(copied(&place, "m", "copy.xml").new, 3);
    operator(&place, "to", &["--right", "admin,delete"]);
    place
}

/// How many bundles the archive says are stamped otherwise than the register gives.
fn unsettled(place: &Place) -> u64 {
    let status = place.run(&[&["status", "--json"][..], &AT].concat()).json();
    status["custodians"][0]["stamped_otherwise"].as_u64().unwrap()
}

fn asked(place: &Place) -> Value {
    by(place, "en", &["restamp", "request", "--json", "--reference", "2026-55"]).ends(0).json()
}

#[test]
fn longer_by_one_and_shorter_by_two() {
    let place = prepared();
    assert_eq!(unsettled(&place), 0);
    assert!(asked(&place)["request"].is_null());
    assert!(exported(&place, "en", "m", "E1").iter().all(|l| l["archive"]["retention_class"] == "E5"));

    // the person was a manager all the time
    let from = "2020-01-01";
    let role =
        ["custodian", "role", "m", "--json", "--post", "kontorchef", "--authority-kind", "departement"];
    let said = by(&place, "en", &[&role[..], &["--from", from]].concat()).ends(0).json();
    assert_eq!(said["stamped_otherwise"], 1, "{said}");
    assert_eq!(unsettled(&place), 1);
    let request = asked(&place);
    assert_eq!(request["needs_approval"], false, "{request}");
    let bucket = &request["buckets"][0];
    assert_eq!(
        (&bucket["records"], &bucket["changed"], &bucket["earlier"]),
        (&3.into(), &3.into(), &0.into())
    );
    assert_eq!((&bucket["before"]["class"], &bucket["after"]["class"]), (&"E5".into(), &"C10".into()));
    assert_ne!(bucket["before"]["rules"], bucket["after"]["rules"]);
    let name = request["request"].as_str().unwrap();
    let done = by(&place, "en", &["restamp", "run", "--json", name]).ends(0).json();
    assert_eq!(done["changed"], 3);
    verified(&place);
    assert_eq!(unsettled(&place), 0);
    let lines = exported(&place, "en", "m", "E2");
    assert!(lines.iter().all(|l| l["archive"]["retention_class"] == "C10"));
    assert!(lines.iter().all(|l| l["archive"]["restamped_by"] == done["entry"]));

    // it was an error after all, and the person left: due earlier, which takes two
    let shown = place.run(&[&["custodian", "show", "m", "--json"][..], &AT].concat()).ends(0).json();
    let shown = if shown.is_array() { shown[0].clone() } else { shown };
    let roles = shown["roles"].as_array().unwrap();
    let fact = roles.iter().find(|r| r["post"] == "kontorchef").unwrap()["fact"].to_string();
    by(&place, "en", &["custodian", "withdraw", "m", &fact]).ends(0);
    let left = format!("resigned:{}", today().first_of_month().saturating_sub(3.months()));
    by(&place, "en", &["custodian", "event", "m", &left]).ends(0);
    assert_eq!(unsettled(&place), 1);
    by(&place, "en", &["dispose", "preservation", "discard", "--reference", "RA 1"]).ends(0);
    let plan = |code| by(&place, "en", &["dispose", "plan", "--json"]).ends(code).json();
    by(&place, "en", &["dispose", "today", &today().to_string()]).ends(0);
    assert!(plan(0)["plan"].is_null(), "what counts is the entry, not the register");
    let request = asked(&place);
    assert_eq!(request["needs_approval"], true, "{request}");
    assert_eq!(request["buckets"][0]["earlier"], 3);
    let name = request["request"].as_str().unwrap();
    by(&place, "en", &["restamp", "run", name]).ends(6);
    by(&place, "en", &["restamp", "approve", name]).ends(0);
    by(&place, "en", &["restamp", "run", name]).ends(6);
    let listed = place.run(&[&["restamp", "list", "--json"][..], &AT].concat()).ends(0).json();
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["approvals"]), (1, &1.into()));
    by(&place, "to", &["restamp", "approve", name]).ends(0);
    // the register must be the one that was looked at
    by(&place, "en", &["custodian", "event", "m", "no-copy:2026-01", "--why", "x"]).ends(0);
    let refused = by(&place, "en", &["restamp", "run", name]).ends(6);
    assert!(refused.err().contains("register has changed"), "{}", refused.err());
    let request = asked(&place);
    let name = request["request"].as_str().unwrap();
    by(&place, "to", &["restamp", "approve", name]).ends(0);
    by(&place, "en", &["restamp", "run", name]).ends(0);
    verified(&place);
    assert_eq!(unsettled(&place), 0);
    // and now its time is over
    let plan = plan(0);
    assert_eq!(plan["buckets"][0]["records"], 3, "{plan}");
    assert_eq!(plan["buckets"][0]["class"], "E5");
}
