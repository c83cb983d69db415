//! Read-outs of SMART through the program: packed, sealed, described, approved, taken in, and refused
//! wherever one of these is missing or was changed.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;

use serde_json::Value;
use support::{Place, files, root, snapshot};

const FACTS: &str = "authority = \"Ministeriet\"\ncustodian = \"min-1\"\nowner-role = \"minister\"\ndevice = \"Telefon\"\n\
device-serial = \"SN-77\"\napp-version = \"2.4\"\nmedium = \"USB\"\nmedium-serial = \"U-1\"\nmedium-register = \"R-9\"\n\
write-blocker = \"no\"\nread-out-start = \"2026-08-01T09:00:00+02:00\"\nread-out-end = \"2026-08-01T09:10:00+02:00\"\n\
place = \"København\"\nofficer = \"Officerens Navn\"\nsecond-person = \"Anden Persons Navn\"\nmarking = \"FORTROLIGT\"\nmessages-shown = 4\n";

/// An archive with two operators and a custodian, and the package of the first example.
fn place() -> Place {
    let place = Place::new();
    place.file("pw1", "første kode\n");
    place.file("pw2", "anden kode\n");
    place.file("facts", FACTS);
    let at = ["--archive", "a", "--keys", "k"];
    let run = |words: &[&str]| place.run(&[words, &at].concat()).ends(0);
    run(&["init", "--passphrase-file", "pw1", "--ceiling", "HEMMELIGT"]);
    run(&[
        "custodian",
        "add",
        "--passphrase-file",
        "pw1",
        "--id",
        "min-1",
        "--name",
        "M",
        "--post",
        "minister",
        "--authority-kind",
        "departement",
        "--from",
        "2020-01-01",
    ]);
    run(&[
        "custodian",
        "add",
        "--passphrase-file",
        "pw1",
        "--id",
        "min-2",
        "--name",
        "N",
        "--post",
        "minister",
        "--authority-kind",
        "departement",
        "--from",
        "2020-01-01",
    ]);
    let added = place
        .run(
            &[
                &[
                    "operator",
                    "add",
                    "--json",
                    "--passphrase-file",
                    "pw1",
                    "--name",
                    "B",
                    "--new-passphrase-file",
                    "pw2",
                ][..],
                &at,
            ]
            .concat(),
        )
        .ends(0)
        .json();
    let id = added["id"].as_str().or_else(|| added["operator"].as_str()).unwrap().to_owned();
    run(&["operator", "grant", "--passphrase-file", "pw1", "--right", "ingest", &id]);
    place
}

fn medium(name: &str) -> String {
    root().join("fixtures/smart").join(name).join("medium").to_str().unwrap().to_owned()
}

fn mapping(name: &str) -> String {
    root().join("fixtures/smart").join(name).join("mapping.toml").to_str().unwrap().to_owned()
}

fn packed(place: &Place) {
    let before = snapshot(root().join("fixtures/smart/csv/medium").as_path());
    place.run(&["smart", "pack", &medium("csv"), "--out", "p", "--facts", "facts"]).ends(0);
    assert_eq!(snapshot(root().join("fixtures/smart/csv/medium").as_path()), before);
}

const AT: [&str; 4] = ["--archive", "a", "--keys", "k"];

#[test]
fn from_the_medium_to_the_archive() {
    let place = place();
    packed(&place);
    let run = |words: &[&str], code: i32| place.run(&[words, &AT].concat()).ends(code);
    place.run(&["smart", "verify", "p"]).ends(3);
    run(&["smart", "seal", "p", "--passphrase-file", "pw1", "--seal-number", "S-1"], 0);
    run(&["smart", "seal", "p", "--passphrase-file", "pw1"], 6);
    run(&["smart", "seal", "p", "--passphrase-file", "pw2"], 0);
    let verified = place.run(&["smart", "verify", "p", "--json", "--archive", "a"]).ends(0).json();
    assert_eq!(verified["signatures"].as_array().unwrap().len(), 2);
    assert_eq!(verified["custody"], 4);
    // the names of persons stand in the package, and are not shown
    let shown = place.run(&["smart", "show", "p", "--json"]).ends(0).out();
    assert!(!shown.contains("Officerens") && !shown.contains("Anden Persons"));
    assert!(fs::read_to_string(place.at("p/package.toml")).unwrap().contains("Officerens"));

    // known, but nothing says how to read it
    let seen = place.run(&["inspect", "--json", "p"]).ends(3).json();
    assert_eq!(seen["kind"], "smart");
    place.run(&["read", "p"]).ends(4);
    run(&["ingest", "--custodian", "min-1", "p"], 4);

    place.run(&["smart", "dry-run", "p", "--mapping", &mapping("csv")]).ends(3);
    run(&["ingest", "--custodian", "min-1", "--mapping", &mapping("csv"), "p"], 6);
    run(&["smart", "approve", "p", "--mapping", &mapping("csv"), "--passphrase-file", "pw1"], 3);
    run(&["ingest", "--custodian", "min-1", "p"], 6);
    run(&["smart", "approve", "p", "--passphrase-file", "pw1"], 6);
    run(&["smart", "approve", "p", "--passphrase-file", "pw2"], 0);
    // not the custodian that the package names
    run(&["ingest", "--custodian", "min-2", "p"], 6);

    let before = snapshot(&place.at("p"));
    let report = run(&["ingest", "--json", "--custodian", "min-1", "p"], 3).json();
    assert_eq!(snapshot(&place.at("p")), before, "the package was changed");
    assert_eq!(report["runs"][0]["new"], 4);
    assert_eq!(report["runs"][0]["source"], "smart");
    let again = run(&["ingest", "--json", "--custodian", "min-1", "p"], 3).json();
    assert_eq!(again["runs"][0]["entries_added"], 0);
    run(&["verify", "--passphrase-file", "pw1"], 0);
    run(&["export", "--passphrase-file", "pw1", "--custodian", "min-1", "--unsealed", "--out", "out"], 0);
    let lines = fs::read_to_string(place.at("out/data/messages.jsonl")).unwrap();
    assert_eq!(lines.lines().count(), 4);
    for line in lines.lines() {
        let message: Value = serde_json::from_str(line).unwrap();
        assert_eq!(message["service"], "SMART");
        assert!(message["classification"].is_string());
        assert!(message["origin"]["reader_version"].as_str().unwrap().starts_with("smart 1 mapping:"));
    }
    run(&["smart", "custody", "p", "INGESTED", "--passphrase-file", "pw2"], 0);
    place.run(&["smart", "verify", "p", "--archive", "a"]).ends(0);
}

#[test]
fn what_was_changed_is_refused() {
    let place = place();
    packed(&place);
    let run = |words: &[&str], code: i32| place.run(&[words, &AT].concat()).ends(code);
    run(&["smart", "seal", "p", "--passphrase-file", "pw1"], 0);
    run(&["smart", "approve", "p", "--mapping", &mapping("csv"), "--passphrase-file", "pw1"], 3);
    run(&["smart", "approve", "p", "--passphrase-file", "pw2"], 0);
    let entries = || run(&["verify", "--json"], 0).json()["entries"].clone();
    let before = entries();
    let changed = |name: &str, change: &dyn Fn(Vec<u8>) -> Vec<u8>, code: i32| {
        let whole = fs::read(place.at("p").join(name)).unwrap();
        fs::write(place.at("p").join(name), change(whole.clone())).unwrap();
        run(&["ingest", "--custodian", "min-1", "p"], code);
        fs::write(place.at("p").join(name), whole).unwrap();
    };
    let append = |mut b: Vec<u8>| {
        b.push(b'x');
        b
    };
    changed("raw/beskeder.csv", &append, 5);
    changed(
        "package.toml",
        &|b| String::from_utf8(b).unwrap().replace("FORTROLIGT", "TIL TJENESTEBRUG").into_bytes(),
        5,
    );
    changed(
        "custody.jsonl",
        &|b| {
            String::from_utf8(b)
                .unwrap()
                .lines()
                .take(3)
                .map(|l| format!("{l}\n"))
                .collect::<String>()
                .into_bytes()
        },
        5,
    );
    // another mapping than the one that was signed
    changed("mapping.toml", &|b| [&b[..], b"\n# ny\n"].concat(), 6);
    // a signature of somebody else's over the same text
    let other = |mut b: Vec<u8>| {
        // a letter in the middle of the signature, which ends the file
        let at = b.len() - 20;
        b[at] = if b[at] == b'A' { b'B' } else { b'A' };
        b
    };
    changed("seals/0004.txt", &other, 5);
    assert_eq!(entries(), before);
    // the control: unchanged, it is taken
    run(&["ingest", "--custodian", "min-1", "p"], 3);
    assert_ne!(entries(), before);
}

#[test]
fn a_layout_that_nobody_knows() {
    let place = place();
    fs::create_dir(place.at("usb")).unwrap();
    fs::write(place.at("usb/x.bin"), [0_u8, 1, 2, 3]).unwrap();
    let before = snapshot(&place.at("usb"));
    let said = place.run(&["read", "usb"]).ends(4).err();
    assert!(said.contains("smart probe"), "{said}");
    place.run(&["smart", "probe", "usb"]).ends(3);
    assert_eq!(snapshot(&place.at("usb")), before);
}

/// The proposal of the program is a mapping: it is tried and read without a change.
#[test]
fn probe_then_read() {
    let place = Place::new();
    for (name, n) in [("csv", 4), ("json", 3)] {
        place.run(&["smart", "probe", &medium(name), "--out", "m.toml", "--lang", "da"]).ends(0);
        place.run(&["smart", "dry-run", &medium(name), "--mapping", "m.toml"]);
        let read = place.run(&["read", "--mapping", "m.toml", &medium(name)]);
        assert!([0, 3].contains(&read.code()), "{}", read.err());
        assert_eq!(read.out().lines().count(), n);
    }
}

/// No text of a message, no name and no number in what is said, but for what `read` writes.
#[test]
fn content_is_not_said() {
    let place = place();
    packed(&place);
    let probe = place.run(&["smart", "probe", "p"]).ends(0);
    let dry = place.run(&["smart", "dry-run", "p", "--mapping", &mapping("csv"), "--json", "--log", "trace"]);
    let bad = fs::read_to_string(mapping("csv")).unwrap().replace("dd-MM-yyyy", "yyyy-MM-dd");
    place.file("bad.toml", &bad);
    let refused = place.run(&["read", "p", "--mapping", "bad.toml", "--log", "trace"]).ends(4);
    for done in [probe, dry, refused] {
        let said = String::from_utf8(done.bytes()).unwrap();
        for content in ["notatet", "Anna Holm", "20000101", "20 00 01 01", "mangler.pdf"] {
            assert!(!said.contains(content), "{content} in\n{said}");
        }
    }
    // the positive control
    let read = place.run(&["read", "p", "--mapping", &mapping("csv")]).ends(3).out();
    assert!(read.contains("notatet") && read.contains("Anna Holm"));
    assert!(files(&place.at("p")).len() >= 9);
}
