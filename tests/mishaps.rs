//! What goes wrong where several persons and several archives do right things at the wrong time: an older copy put back,
//! two who ask for the same, somebody who died before he was finished, two archives beside each other.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

#[path = "support/office.rs"]
mod office;
mod support;

use std::fs;
use std::path::Path;

use office::{
    AT, DAY, by, copied, exported, founded, now, operator, sms, sms_xml, the_day_is_said, verified,
};
use policy::Post;
use serde_json::json;
use support::{Place, files, snapshot};

fn copy(from: &Path, to: &Path) {
    for file in files(from) {
        let to = to.join(file.strip_prefix(from).unwrap());
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(file, to).unwrap();
    }
}

#[test]
fn archives_beside_each_other_leave_each_others_messages_alone() {
    let place = Place::new();
    founded(&place, &[("m", Post::Minister)]);
    let other = ["--archive", "B", "--keys", "L"];
    let with = ["--passphrase-file", "en"];
    place.run(&[&["init"], &other[..], &with].concat()).ends(0);
    let who = [
        "custodian",
        "add",
        "--id",
        "m",
        "--name",
        "M",
        "--post",
        "minister",
        "--authority-kind",
        "departement",
    ];
    place.run(&[&who[..], &["--from", "2010-01-01"], &other, &with].concat()).ends(0);
    let codes = [483_920, 771_034].map(|code| {
        sms(now() - 2 * DAY + code, &format!("Din engangskode er {code}. Del den ikke med nogen."))
            .replace("+4520304050", "MitID")
    });
    sms_xml(&place, "koder.xml", &codes);
    sms_xml(&place, "arbejde.xml", &[sms(now() - 3 * DAY, "Notatet om kvartalstal ligger klar")]);
    let into = |at: &[&str], source: &str| {
        let ingest = ["ingest", "--json", "--custodian", "m", "--mode", "assist", source];
        place.run(&[&ingest[..], at].concat()).json()
    };
    assert_eq!(into(&AT, "koder.xml")["runs"][0]["review"], 2);
    let held = snapshot(&place.at("holding"));
    assert!(!held.is_empty());
    // the other archive's holding area is by default the same folder
    assert_eq!(into(&other, "arbejde.xml")["runs"][0]["new"], 1);
    assert_eq!(snapshot(&place.at("holding")), held);
    let listed = place.run(&[&["review", "list", "--json"][..], &AT].concat()).ends(3).json();
    assert_eq!(listed[0]["states"]["open"], 2);
    // gone from where it is looked for, it is missed by name
    fs::rename(place.at("holding"), place.at("andetsteds")).unwrap();
    for words in [&["review", "list"][..], &["review", "settle"], &["status"]] {
        let said = place.run(&[words, &AT].concat()).ends(3).err();
        assert!(said.contains("2 held messages are not"), "{words:?}: {said}");
    }
    fs::rename(place.at("andetsteds"), place.at("holding")).unwrap();
    let said = place.run(&[&["review", "settle"][..], &AT].concat()).ends(0).err();
    assert!(!said.contains("held messages are not"), "{said}");
    assert_eq!(into(&other, "koder.xml")["runs"][0]["review"], 2);
    let listed = place.run(&[&["review", "list", "--json"][..], &AT].concat()).ends(3).json();
    assert_eq!(listed[0]["states"]["open"], 2);
}

#[test]
fn an_older_copy_costs_no_keys_unless_somebody_says_so() {
    let place = Place::new();
    founded(&place, &[("m", Post::Minister)]);
    copy(&place.at("A"), &place.at("old"));
    sms_xml(&place, "c.xml", &[sms(now() - 40 * DAY, "Ældre"), sms(now() - 3 * DAY, "Nyere")]);
    copied(&place, "m", "c.xml");
    by(&place, "en", &["key", "rotate"]).ends(0);
    fs::rename(place.at("A"), place.at("new")).unwrap();
    copy(&place.at("old"), &place.at("A"));
    let keys = snapshot(&place.at("K"));
    let ingest = ["ingest", "--custodian", "m", "--mode", "off", "c.xml"];
    place.run(&[&ingest[..], &AT].concat()).ends(5);
    let refused = by(&place, "en", &["checkpoint", "accept"]).ends(6);
    assert!(refused.err().contains("--give-up-newer-keys"), "{}", refused.err());
    assert_eq!(snapshot(&place.at("K")), keys);
    // the newer one is found again, and whole
    fs::rename(place.at("A"), place.at("aside")).unwrap();
    fs::rename(place.at("new"), place.at("A")).unwrap();
    verified(&place);
    assert_eq!(exported(&place, "en", "m", "E").len(), 2);
    // given up on purpose, the older one goes on
    fs::rename(place.at("A"), place.at("new")).unwrap();
    fs::rename(place.at("aside"), place.at("A")).unwrap();
    by(&place, "en", &["checkpoint", "accept", "--give-up-newer-keys"]).ends(0);
    // its keys went with the rotation: nothing more is destroyed, and that is said
    let code = place.run(&[&ingest[..], &AT].concat()).code();
    assert!([0, 3, 5].contains(&code), "{code}");
}

#[test]
fn two_who_ask_for_the_same_periods_do_it_once() {
    let place = Place::new();
    founded(&place, &[("m", Post::Employee)]);
    sms_xml(&place, "c.xml", &[sms(now() - 40 * DAY, "En"), sms(now() - 3 * DAY, "To")]);
    copied(&place, "m", "c.xml");
    let role = ["custodian", "role", "m", "--post", "minister", "--authority-kind", "departement"];
    by(&place, "en", &[&role[..], &["--from", "2010-01-01"]].concat()).ends(0);
    let asked = ["1", "2"].map(|reference| {
        let ask = ["restamp", "request", "--json", "--reference", reference];
        by(&place, "en", &ask).ends(0).json()["request"].as_str().unwrap().to_owned()
    });
    let folder = place.at(&format!("K/requests/restamp/{}", asked[0]));
    copy(&folder, &place.at("aside"));
    by(&place, "en", &["restamp", "run", &asked[0]]).ends(0);
    by(&place, "en", &["restamp", "run", &asked[1]]).ends(6);
    // as if whoever carried it out had died before it was forgotten
    copy(&place.at("aside"), &folder);
    by(&place, "en", &["restamp", "run", &asked[0]]).ends(6);
    assert!(!folder.exists());
    verified(&place);
}

#[test]
fn what_was_carried_out_is_not_asked_for_again() {
    let place = Place::new();
    founded(&place, &[("m", Post::Employee)]);
    operator(&place, "to", &["--right", "delete,query"]);
    the_day_is_said(&place);
    sms_xml(&place, "c.xml", &[sms(now() - 40 * DAY, "Privat"), sms(now() - 39 * DAY, "Arbejde")]);
    copied(&place, "m", "c.xml");
    let lines = exported(&place, "en", "m", "E");
    let private = lines.iter().find(|line| line["body"] == "Privat").unwrap()["archive"].clone();
    let at = format!("{}:{}", private["entry"], private["place"]);
    let ask = ["erase", "request", "--json", "--custodian", "m", "--message", &at];
    let why = ["--ground", "private", "--reason", "privat", "--decision", "1"];
    let request = by(&place, "en", &[&ask[..], &why].concat()).ends(0).json()["request"].clone();
    let request = request.as_str().unwrap();
    by(&place, "to", &["erase", "approve", request]).ends(0);
    let folder = place.at(&format!("K/requests/erase/{request}"));
    copy(&folder, &place.at("aside"));
    by(&place, "en", &["erase", "run", request, "--no-other-copies"]).ends(0);
    // as if it had died before the request was forgotten
    copy(&place.at("aside"), &folder);
    let listed = place.run(&[&["erase", "list", "--json"][..], &AT].concat()).ends(0).json();
    assert_eq!(listed["waiting"], json!([]));
    place.run(&[&["backup", "--offsite", "copy"][..], &AT].concat()).ends(0);
    by(&place, "en", &["erase", "run", request, "--no-other-copies"]).ends(0);
    assert!(!folder.exists());
    verified(&place);

    // approvals of whoever lost the right since count no more
    let rest = exported(&place, "en", "m", "E2")[0]["archive"].clone();
    let at = format!("{}:{}", rest["entry"], rest["place"]);
    let ask = ["erase", "request", "--json", "--custodian", "m", "--message", &at];
    let request = by(&place, "en", &[&ask[..], &why].concat()).ends(0).json()["request"].clone();
    let request = request.as_str().unwrap();
    by(&place, "to", &["erase", "approve", request]).ends(0);
    let operators = place.run(&[&["operator", "list", "--json"][..], &AT].concat()).ends(0).json();
    let to = operators.as_array().unwrap().iter().find(|o| o["rights"] == json!(["query", "delete"]));
    let to = to.map_or_else(|| panic!("{operators}"), |o| o["id"].as_str().unwrap().to_owned());
    by(&place, "en", &["operator", "revoke", &to]).ends(0);
    let refused = by(&place, "en", &["erase", "run", request, "--no-other-copies"]).ends(6).err();
    assert!(refused.contains("two different persons"), "{refused}");
}

#[test]
fn somebody_can_always_go_on() {
    let place = Place::new();
    founded(&place, &[("m", Post::Minister)]);
    let me = place.run(&[&["operator", "list", "--json"][..], &AT].concat()).ends(0).json()[0]["id"].clone();
    let me = me.as_str().unwrap();
    by(&place, "en", &["operator", "revoke", me]).ends(6);
    by(&place, "en", &["operator", "grant", me, "--right", "query,export"]).ends(6);
    sms_xml(&place, "c.xml", &[sms(now() - 3 * DAY, "Hej")]);
    copied(&place, "m", "c.xml");
    let shown = place.run(&[&["custodian", "show", "m", "--json"][..], &AT].concat()).ends(0).json();
    let shown = if shown.is_array() { shown[0].clone() } else { shown };
    let fact = shown["roles"][0]["fact"].to_string();
    by(&place, "en", &["custodian", "withdraw", "m", &fact]).ends(2);
    place.run(&[&["status"][..], &AT].concat()).ends(3);
    verified(&place);
}
