//! Nothing that a message says, and nobody's name or number, reaches a log, an error, a temporary file,
//! or the bytes of archive and key store: marks are put into everything, the program is run at its most
//! talkative, and every byte it left is searched. The same search finds the marks where they belong.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;

use support::{Place, files};

const MARK: &str = "Kanariefugl7731";
const PASSWORD: &str = "kode til kopien";
/// Numbers of the sample, which carry no mark.
const NUMBERS: [&str; 3] = ["20000101", "+4520000102", "20000104"];

fn holds(bytes: &[u8], what: &str) -> bool {
    bytes.windows(what.len()).any(|w| w == what.as_bytes())
}

#[track_caller]
fn silent(what: &str, bytes: &[u8]) {
    for mark in NUMBERS.iter().copied().chain([MARK, "Nina Navn", PASSWORD, "operatørens kode"]) {
        assert!(!holds(bytes, mark), "{what} holds {mark}");
    }
}

/// A backup of WhatsApp on Android with marks in it, its key and another.
fn whatsapp(place: &Place) {
    use testkit::whatsapp::{crypt, store};
    let spec = store::StoreSpec {
        canary: Some(MARK.to_owned()),
        ..store::StoreSpec::small(3, store::Generation::New)
    };
    let plain = store::write(&spec).unwrap().database;
    for (seed, name) in [(1, "secrets/other"), (2, "secrets/key")] {
        let made = crypt::encrypt(crypt::Kind::Crypt15, &plain, seed, false, 6).unwrap();
        fs::write(place.at("msgstore.db.crypt15"), made.file).unwrap();
        fs::write(place.at(name), made.key_file).unwrap();
    }
}

#[test]
fn no_mark_leaves_the_path_it_is_asked_for() {
    let place = Place::new();
    let spec =
        testkit::Spec { canary: Some(MARK.to_owned()), whatsapp: true, ..testkit::Spec::small(3, PASSWORD) };
    testkit::write(&spec, &place.at("backup")).unwrap();
    fs::create_dir(place.at("secrets")).unwrap();
    place.file("secrets/pw", &format!("{PASSWORD}\n"));
    place.file("secrets/op", "operatørens kode\n");
    place.file("secrets/wrong", "forkert\n");
    whatsapp(&place);
    place.file("secrets/name", "Nina Navn\n");
    let at = ["--log", "trace", "--archive", "A", "--keys", "K"];
    let with = |words: &[&'static str]| -> Vec<&'static str> { words.iter().chain(&at).copied().collect() };
    let mut said = Vec::new();
    let mut run = |words: Vec<&str>, code: i32| said.extend(place.run(&words).ends(code).bytes());
    run(with(&["init", "--passphrase-file", "secrets/op", "--name", "@secrets/name"]), 0);
    run(
        with(&[
            "custodian",
            "add",
            "--passphrase-file",
            "secrets/op",
            "--id",
            "min",
            "--name",
            "@secrets/name",
            "--post",
            "minister",
            "--authority-kind",
            "departement",
            "--from",
            "2020-01-01",
        ]),
        0,
    );
    run(with(&["custodian", "list", "--show-names"]), 0);
    run(vec!["inspect", "--log", "trace", "--backup-passphrase-file", "secrets/pw", "backup"], 0);
    run(vec!["inspect", "--log", "trace", "backup"], 3);
    run(vec!["read", "--log", "trace", "--backup-passphrase-file", "secrets/wrong", "backup"], 4);
    run(with(&["ingest", "--custodian", "min", "--backup-passphrase-file", "secrets/pw", "backup"]), 3);
    run(with(&["ingest", "--custodian", "min", "--backup-passphrase-file", "secrets/wrong", "backup"]), 4);
    // WhatsApp's own backup, which is inflated into a temporary file
    run(vec!["inspect", "--log", "trace", "--backup-key-file", "secrets/key", "msgstore.db.crypt15"], 0);
    run(vec!["inspect", "--log", "trace", "msgstore.db.crypt15"], 3);
    run(vec!["read", "--log", "trace", "--backup-key-file", "secrets/other", "msgstore.db.crypt15"], 4);
    run(with(&["verify", "--passphrase-file", "secrets/op"]), 0);
    run(with(&["verify", "--passphrase-file", "secrets/wrong"]), 4);
    run(
        with(&[
            "export",
            "--passphrase-file",
            "secrets/op",
            "--custodian",
            "min",
            "--out",
            "E",
            "--unsealed",
        ]),
        0,
    );
    run(
        with(&[
            "export",
            "--passphrase-file",
            "secrets/op",
            "--custodian",
            "min",
            "--out",
            "E",
            "--unsealed",
        ]),
        2,
    );
    silent("what the program said", &said);
    assert!(!files(&place.at("holding")).is_empty(), "something was held back");
    // what the operator remembers of the archive is numbers and signatures
    for folder in ["A", "K", "holding", ".local"] {
        for file in files(&place.at(folder)) {
            silent(&file.display().to_string(), &fs::read(&file).unwrap());
        }
    }
    // whatever else was left: nothing may be there but what was put there and asked for
    let known = ["backup", "secrets", "msgstore.db.crypt15", "A", "K", "holding", "E", ".local"];
    for entry in fs::read_dir(place.at("")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(known.contains(&name.as_str()), "{name} was left behind");
    }

    // the search finds the marks where they belong
    let read = place.run(&["read", "--backup-passphrase-file", "secrets/pw", "backup"]).ends(3).bytes();
    assert!(holds(&read, MARK) && holds(&read, "+4520000102"));
    let read =
        place.run(&["read", "--backup-key-file", "secrets/key", "msgstore.db.crypt15"]).ends(3).bytes();
    assert!(holds(&read, MARK) && holds(&read, NUMBERS[0]));
    let page = files(&place.at("E/data/conversations"));
    assert!(page.iter().any(|p| holds(&fs::read(p).unwrap(), MARK)));
    let error = place.run(&["verify", "--archive", MARK]).ends(4).bytes();
    assert!(holds(&error, MARK), "a path as typed is shown, and found");
}
