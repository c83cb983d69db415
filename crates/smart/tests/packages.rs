//! Packages: made from a medium, held against themselves, changed in every way that must be found.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use smart::package::{
    CustodyEvent, Entry, Examined, Measured, PackError, Packing, enter, examine, facts, pack,
};
use support::{fixtures, medium, read};

fn answers() -> facts::Answers {
    let given = [
        ("authority", "Ministeriet"),
        ("custodian", "minister-1"),
        ("owner-role", "minister"),
        ("device", "Telefon X"),
        ("device-serial", "SN-1"),
        ("app-version", "2.4"),
        ("medium", "USB 16"),
        ("medium-serial", "U-77"),
        ("medium-register", "R-12"),
        ("write-blocker", "no"),
        ("read-out-start", "2026-02-01T09:00:00+01:00"),
        ("read-out-end", "2026-02-01T09:10:00+01:00"),
        ("place", "København"),
        ("officer", "Første Person"),
        ("second-person", "Anden Person"),
        ("marking", "FORTROLIGT"),
    ];
    given.into_iter().map(|(k, v)| (k, v.to_owned())).collect()
}

fn measured() -> Measured {
    Measured {
        id: "019c1404-9095-7fff-bfff-ffffffffffff".to_owned(),
        now: "2026-02-02T10:00:00.000Z".to_owned(),
        tool: "test 1".to_owned(),
        read_only: Some(true),
    }
}

fn packed(
    from: &Path,
    out: &Path,
    answers: &BTreeMap<&'static str, String>,
) -> Result<smart::package::PackReport, PackError> {
    pack(&Packing { medium: from, out, answers, measured: &measured() }, &|| true)
}

fn look(at: &Path) -> Examined {
    examine(&evidence::open_tree(at).unwrap(), true).unwrap()
}

#[track_caller]
fn holds(at: &Path) {
    assert_eq!(look(at).faults, []);
}

#[test]
fn a_package_holds_and_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("pakke");
    let report = packed(&fixtures().join("csv/medium"), &out, &answers()).unwrap();
    assert_eq!((report.files, report.not_copied, report.custody), (5, 0, 3));
    holds(&out);
    // without a mapping nothing is read
    assert_eq!(
        read(&out, None).map(|_| ()).unwrap_err(),
        "no mapping: nothing says which columns are which fields"
    );
    fs::copy(fixtures().join("csv/mapping.toml"), out.join("mapping.toml")).unwrap();
    let got = read(&out, None).unwrap();
    let direct = fs::read_to_string(fixtures().join("csv/expected.jsonl")).unwrap();
    assert_eq!(got.lines.replace("\"evidence\":\"raw/", "\"evidence\":\""), direct);
    assert!(got.findings.contains(&"package_not_signed".to_owned()), "{:?}", got.findings);
    assert!(matches!(packed(&fixtures().join("csv/medium"), &out, &answers()), Err(PackError::NotEmpty)));
    assert!(!dir.path().join("pakke.unfinished").exists());
}

#[test]
fn facts_that_do_not_fit_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("p");
    for (word, text) in [
        ("marking", "SECRET"),
        ("read-out-start", "2026-02-01"),
        ("marking-origin", "NATO"),
        ("place", " "),
        ("read-out-end", "2026-01-01T00:00:00Z"),
    ] {
        let mut answers = answers();
        answers.insert(facts::key_of(word).unwrap().word, text.to_owned());
        let refused = packed(&fixtures().join("csv/medium"), &out, &answers);
        assert!(matches!(refused, Err(PackError::Fact { word: w, .. }) if w == word), "{word}");
    }
    assert!(fs::read_dir(dir.path()).unwrap().next().is_none());
}

#[cfg(unix)]
#[test]
fn links_are_counted_and_not_followed() {
    let from = medium(&[("a.txt", b"1")]);
    std::os::unix::fs::symlink("/etc/passwd", from.path().join("link")).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("p");
    let report = packed(from.path(), &out, &answers()).unwrap();
    assert_eq!((report.files, report.not_copied), (1, 1));
    assert!(!out.join("raw/link").exists());
    assert!(matches!(packed(from.path(), &from.path().join("p"), &answers()), Err(PackError::Inside)));
}

/// Every file of a package, each byte of the small ones: a change is found.
#[test]
fn every_change_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("p");
    packed(&fixtures().join("csv/medium"), &out, &answers()).unwrap();
    let entry = Entry {
        event: CustodyEvent::Sealed,
        actor: "A".to_owned(),
        second: None,
        seal: Some("S-1".to_owned()),
        note: None,
    };
    let sign = |text: &str| format!("{text}\n\u{2014} a AAAA\n");
    assert_eq!(enter(&out, &entry, &measured(), &sign).unwrap().0, 4);
    holds(&out);
    let mut changes = 0;
    for name in [
        "package.toml",
        "manifest.sha256",
        "custody.jsonl",
        "seals/0003.txt",
        "raw/beskeder.csv",
        "raw/bilag/kort.png",
    ] {
        let whole = fs::read(out.join(name)).unwrap();
        for at in (0..whole.len()).step_by(if whole.len() > 400 { 11 } else { 1 }) {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            fs::write(out.join(name), &bytes).unwrap();
            assert!(!look(&out).faults.is_empty(), "{name} byte {at}");
            changes += 1;
        }
        fs::remove_file(out.join(name)).unwrap();
        // the first seal may go: the last one says it all
        assert!(name.starts_with("seals") || !look(&out).faults.is_empty(), "{name} removed");
        fs::write(out.join(name), &whole).unwrap();
        holds(&out);
    }
    assert!(changes > 300);
    fs::write(out.join("raw/ny.txt"), b"x").unwrap();
    assert!(!look(&out).faults.is_empty());
    fs::remove_file(out.join("raw/ny.txt")).unwrap();
    // the last line of the log, and the last seal
    let log = fs::read_to_string(out.join("custody.jsonl")).unwrap();
    let cut: String = log.lines().take(3).map(|l| format!("{l}\n")).collect();
    fs::write(out.join("custody.jsonl"), &cut).unwrap();
    assert!(!look(&out).faults.is_empty());
    fs::write(out.join("custody.jsonl"), &log).unwrap();
    let last = fs::read(out.join("seals/0004.txt")).unwrap();
    fs::remove_file(out.join("seals/0004.txt")).unwrap();
    assert!(!look(&out).faults.is_empty());
    fs::write(out.join("seals/0004.txt"), last).unwrap();
    holds(&out);
}

#[test]
fn a_changed_package_is_not_read() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("p");
    packed(&fixtures().join("csv/medium"), &out, &answers()).unwrap();
    fs::copy(fixtures().join("csv/mapping.toml"), out.join("mapping.toml")).unwrap();
    assert!(read(&out, None).is_ok());
    fs::write(out.join("raw/bilag/kort.png"), b"x").unwrap();
    let said = read(&out, None).map(|_| ()).unwrap_err();
    assert!(
        said.ends_with(".png]: is not what was sealed") || said.contains("is not what was sealed"),
        "{said}"
    );
}

#[test]
fn markings_above_the_package_are_refused() {
    let from = fixtures().join("sqlite/medium");
    let dir = tempfile::tempdir().unwrap();
    for (n, (marking, origin, expected)) in [
        ("HEMMELIGT", "DK", None),
        ("FORTROLIGT", "DK", Some("is above the ceiling of the package")),
        ("NATO SECRET", "NATO", Some("is of another issuer than the package: markings are mixed")),
        ("NATO SECRET", "NATO,DK", None),
    ]
    .into_iter()
    .enumerate()
    {
        let mut answers = answers();
        answers.insert("marking", marking.to_owned());
        answers.insert("marking-origin", origin.to_owned());
        let out = dir.path().join(n.to_string());
        packed(&from, &out, &answers).unwrap();
        fs::copy(fixtures().join("sqlite/mapping.toml"), out.join("mapping.toml")).unwrap();
        match (read(&out, None), expected) {
            (Ok(_), None) => {}
            (Err(said), Some(why)) => assert!(said.ends_with(why), "{said}"),
            (Ok(_), Some(why)) => panic!("read in spite of: {why}"),
            (Err(said), None) => panic!("{said}"),
        }
    }
}

#[test]
fn another_number_than_the_app_showed_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    for (n, reads) in [("4", true), ("5", false)] {
        let mut answers = answers();
        answers.insert("messages-shown", n.to_owned());
        let out = dir.path().join(n);
        packed(&fixtures().join("csv/medium"), &out, &answers).unwrap();
        fs::copy(fixtures().join("csv/mapping.toml"), out.join("mapping.toml")).unwrap();
        assert_eq!(read(&out, None).is_ok(), reads);
    }
}
