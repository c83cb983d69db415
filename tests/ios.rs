//! Messages of an iPhone, whole: every kind against goldens, every shape in which the same files may lie,
//! and a second reader, written in another language, that must find the same.
//! `BESKEDARKIV_BLESS=1` writes the goldens anew.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod support;

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::Value;
use support::{Place, files};
use testkit::{Quirks, Shape, Spec, Truth};

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// A plain phone of this kind in `phone`.
fn phone(quirks: Quirks) -> (Place, Truth) {
    let place = Place::new();
    let spec = Spec { quirks, password: None, ..Spec::small(17, "") };
    let truth = testkit::write(&spec, &place.at("phone")).unwrap();
    (place, truth)
}

/// What `read` gives of `source`: its lines and the summary.
#[track_caller]
fn read(place: &Place, source: &str) -> (Vec<Value>, Value) {
    let done = place.run(&["read", "--summary", "summary", source]);
    assert!([0, 3].contains(&done.code()), "{}", done.err());
    let lines = done.out().lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    (lines, serde_json::from_str(&fs::read_to_string(place.at("summary")).unwrap()).unwrap())
}

/// Rows of the story that every phone begins with.
fn story() -> u64 {
    phone(Quirks::default()).1.rows
}

#[track_caller]
fn golden(name: &str, quirks: Quirks) {
    let (place, truth) = phone(quirks);
    let (lines, summary) = read(&place, "phone");
    assert_eq!(summary["tally"]["seen"], truth.rows, "{summary}");
    assert_eq!(summary["tally"]["messages"], truth.messages);
    assert_eq!(summary["tally"]["folded"], truth.folded);
    assert_eq!(summary["tally"]["unreadable"], 0);
    let story = story();
    let mut got = String::new();
    for line in &lines {
        let origin = &line["origin"];
        if origin["table"] != "message" || origin["row"].as_u64().unwrap() > story {
            got += &short(line).to_string();
            got.push('\n');
        }
    }
    for finding in summary["findings"].as_array().unwrap() {
        got += finding.as_str().unwrap();
        got.push('\n');
    }
    let path = project(&format!("fixtures/golden/ios/{name}.txt"));
    if std::env::var_os("BESKEDARKIV_BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &got).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap();
    for (n, (got, expected)) in got.lines().zip(expected.lines()).enumerate() {
        assert_eq!(got, expected, "line {} of {name}", n + 1);
    }
    assert_eq!(got.lines().count(), expected.lines().count(), "{name}");
}

/// A message without what is absent, and without what says only which file it was.
fn short(message: &Value) -> Value {
    let mut kept = serde_json::Map::new();
    for (key, value) in message.as_object().unwrap() {
        let absent = value.is_null() || *value == Value::Bool(false) || *value == Value::Array(Vec::new());
        if !absent && !["origin", "source", "participants"].contains(&key.as_str()) {
            kept.insert(key.clone(), value.clone());
        }
    }
    kept.insert("row".to_owned(), message["origin"]["row"].clone());
    kept.into()
}

#[test]
fn every_kind() {
    golden("kinds", Quirks { kinds: true, ..Quirks::default() });
}

#[test]
fn every_trace_of_deletion() {
    golden("deletions", Quirks { deletions: true, settings: true, ..Quirks::default() });
}

/// What must be the same whatever the shape.
fn content(lines: &[Value]) -> Vec<Value> {
    let mut all = lines.to_vec();
    for line in &mut all {
        line.as_object_mut().unwrap().remove("origin");
    }
    all
}

#[test]
fn every_shape_of_the_same_phone() {
    let all = Quirks { kinds: true, deletions: true, ..Quirks::default() };
    let (backup, _) = phone(all);
    let expected = content(&read(&backup, "phone").0);
    for shape in [Shape::OldBackup, Shape::Files] {
        let (place, _) = phone(Quirks { shape, ..all });
        assert_eq!(content(&read(&place, "phone").0), expected, "{shape:?}");
        zipped(&place, "");
        assert_eq!(content(&read(&place, "phone.zip").0), expected, "{shape:?}, zipped");
        tarred(&place);
        assert_eq!(content(&read(&place, "phone.tar").0), expected, "{shape:?}, tarred");
    }
    let (place, _) = phone(Quirks { shape: Shape::Files, ..all });
    for below in ["filesystem1/", "/"] {
        zipped(&place, below);
        assert_eq!(content(&read(&place, "phone.zip").0), expected, "names begin with {below}");
    }
    // by itself it has no address book and no files
    let (place, _) = phone(Quirks { shape: Shape::Alone, ..all });
    let bare = |lines: &[Value]| -> Vec<Value> {
        let mut all = content(lines);
        for line in &mut all {
            line["sender_name"] = Value::Null;
            line["attachments"] = Value::Null;
        }
        all
    };
    let expected = bare(&expected.iter().map(with_origin).collect::<Vec<_>>());
    assert_eq!(bare(&read(&place, "phone").0), expected, "in a folder");
    assert_eq!(bare(&read(&place, "phone/sms.db").0), expected, "the file");
    fs::rename(place.at("phone/sms.db"), place.at("phone/kopi.sqlite")).unwrap();
    assert_eq!(bare(&read(&place, "phone/kopi.sqlite").0), expected, "under another name");
    fs::create_dir_all(place.at("mac/Library/Messages")).unwrap();
    fs::rename(place.at("phone/kopi.sqlite"), place.at("mac/Library/Messages/chat.db")).unwrap();
    assert_eq!(bare(&read(&place, "mac").0), expected, "where a Mac has it");
    // two databases are not one
    fs::copy(place.at("mac/Library/Messages/chat.db"), place.at("mac/Library/Messages/copy.db")).unwrap();
    place.run(&["read", "mac"]).ends(4);
}

/// Encrypted before iOS 10.2: the list itself is not, the files are, and the key takes one derivation.
#[test]
fn an_encrypted_backup_of_before_ios_10() {
    let place = Place::new();
    let quirks = Quirks { shape: Shape::OldBackup, odd_rows: true, ..Quirks::default() };
    let truth =
        testkit::write(&Spec { quirks, ..Spec::small(17, "gammel kode") }, &place.at("phone")).unwrap();
    place.file("pw", "gammel kode\n");
    place.file("wrong", "ny kode\n");
    let words =
        |file: &'static str| ["read", "--summary", "summary", "--backup-passphrase-file", file, "phone"];
    let done = place.run(&words("pw")).ends(3);
    let lines: Vec<Value> = done.out().lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(lines.len() as u64, truth.messages);
    for text in &truth.texts {
        assert!(lines.iter().any(|l| l["body"] == text.as_str()), "{text}");
    }
    let content = lines.iter().flat_map(|l| l["attachments"].as_array().unwrap());
    assert_eq!(content.filter(|a| a["missing"] == false).count(), truth.files.len());
    place.run(&words("wrong")).ends(4);
    place.run(&["read", "phone"]).ends(4);
    place.run(&["inspect", "phone"]).ends(3);
    assert!(place.at("phone/Manifest.mbdb").exists() && !place.at("phone/Manifest.db").exists());
    // nothing readable lies in it; the same search finds it in what was read
    let text = truth.texts.iter().find(|t| t.len() > 20).unwrap().as_bytes();
    let holds = |bytes: &[u8]| bytes.windows(text.len()).any(|w| w == text);
    assert!(files(&place.at("phone")).iter().all(|f| !holds(&fs::read(f).unwrap())));
    assert!(holds(done.out().as_bytes()));
    // a list that is cut counts up to the cut
    let list = fs::read(place.at("phone/Manifest.mbdb")).unwrap();
    fs::write(place.at("phone/Manifest.mbdb"), &list[..list.len() - 3]).unwrap();
    place.run(&words("pw")).ends(3);
    assert!(fs::read_to_string(place.at("summary")).unwrap().contains("file_list_damaged:Manifest.mbdb:"));
}

fn with_origin(line: &Value) -> Value {
    let mut line = line.clone();
    line["origin"] = Value::Null;
    line
}

#[test]
fn a_database_alone_comes_with_its_log() {
    let (place, truth) = phone(Quirks { log: true, shape: Shape::Alone, ..Quirks::default() });
    let (lines, summary) = read(&place, "phone/sms.db");
    assert_eq!(lines.len() as u64, truth.messages);
    assert!(summary["findings"].to_string().contains("uncheckpointed_log:"), "{summary}");
    // control: without the log there are fewer
    fs::remove_file(place.at("phone/sms.db-wal")).unwrap();
    assert!((read(&place, "phone/sms.db").0.len() as u64) < truth.messages);
    // what is no database of messages is none
    fs::write(place.at("other.db"), b"SQLite format 3\0 and no more").unwrap();
    place.run(&["read", "other.db"]).ends(4);
}

fn zipped(place: &Place, below: &str) {
    let mut zip = zip::ZipWriter::new(File::create(place.at("phone.zip")).unwrap());
    let root = place.at("phone");
    for (n, file) in files(&root).into_iter().enumerate() {
        let stored = [zip::CompressionMethod::Deflated, zip::CompressionMethod::Stored][n % 2];
        let options = zip::write::SimpleFileOptions::default().compression_method(stored);
        let name = format!("{below}{}", file.strip_prefix(&root).unwrap().to_str().unwrap());
        zip.start_file(name, options).unwrap();
        zip.write_all(&fs::read(&file).unwrap()).unwrap();
    }
    zip.finish().unwrap();
}

fn tarred(place: &Place) {
    let mut tar = tar::Builder::new(File::create(place.at("phone.tar")).unwrap());
    tar.append_dir_all(".", place.at("phone")).unwrap();
    tar.finish().unwrap();
}

#[test]
fn a_second_reader_finds_the_same() {
    let python = std::process::Command::new("python3").arg("--version").output();
    if !python.is_ok_and(|o| o.status.success()) {
        eprintln!("no python3 here: the second reader was not run");
        return;
    }
    for quirks in [
        Quirks { odd_rows: true, ..Quirks::default() },
        Quirks { kinds: true, deletions: true, ..Quirks::default() },
        Quirks { old_schema: true, ..Quirks::default() },
    ] {
        let (place, _) = phone(quirks);
        let done = place.run(&["read", "phone"]);
        fs::write(place.at("lines"), done.out()).unwrap();
        let second = |lines: &Path| {
            std::process::Command::new("python3")
                .arg(project("scripts/second_reader.py"))
                .args([place.at("phone").as_os_str(), lines.as_os_str()])
                .output()
                .unwrap()
        };
        let out = second(&place.at("lines"));
        let said = String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr);
        assert!(out.status.success(), "{quirks:?}\n{said}");
        // control: a line less, and a letter less, are seen
        let lines = done.out();
        let fewer: Vec<&str> = lines.lines().skip(1).collect();
        fs::write(place.at("fewer"), fewer.join("\n")).unwrap();
        assert!(!second(&place.at("fewer")).status.success());
        fs::write(place.at("other"), lines.replacen("Godmorgen", "Godmorge", 1)).unwrap();
        assert!(!second(&place.at("other")).status.success());
    }
}

/// Where public samples lie; `None`, with a line that says so, where there are none.
fn samples() -> Option<PathBuf> {
    let root =
        std::env::var_os("BESKEDARKIV_SAMPLES").map_or_else(|| project("../shared/samples"), PathBuf::from);
    let path = root.join("ios");
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("no public samples here: not compared with them");
    None
}

#[test]
fn public_backups_have_their_known_messages() {
    let Some(samples) = samples() else { return };
    let place = Place::new();
    let of = |lines: &[Value], source: &str| lines.iter().filter(|l| l["source"] == source).count();
    let (lines, summary) = read(&place, samples.join("mvt-ios_backup").to_str().unwrap());
    assert_eq!((of(&lines, "ios"), of(&lines, "whatsapp-ios")), (1, 3), "{summary}");
    assert_eq!(lines[0]["sent_at"].as_str().map(|t| &t[..19]), Some("2019-08-29T23:13:30"));
    // encrypted, with lengths that are not what is stated, and rows that are gone
    let folder = samples.join("synthetic-encrypted");
    let expected = fs::read(folder.join("expected-synthetic-encrypted.json")).unwrap();
    let expected: Value = serde_json::from_slice(&expected).unwrap();
    place.file("pw", &format!("{}\n", expected["password"].as_str().unwrap()));
    let backup = folder.join("backup");
    let words = ["read", "--summary", "summary", "--backup-passphrase-file", "pw", backup.to_str().unwrap()];
    let done = place.run(&words).ends(3);
    assert_eq!(done.out().lines().count() as u64, expected["sms"]["messages"].as_u64().unwrap());
    let gone = expected["sms"]["missing_rowids"].as_array().unwrap().len();
    let summary = fs::read_to_string(place.at("summary")).unwrap();
    assert!(summary.contains(&format!("rows_absent:{gone}/")), "{summary}");
}

#[test]
fn whatsapp_that_is_there_without_its_messages() {
    let spec = |shape| Spec {
        quirks: Quirks { shape, ..Quirks::default() },
        password: None,
        whatsapp: true,
        ..Spec::small(17, "")
    };
    for (shape, code) in [
        (Shape::Backup, "messages_absent_encrypted_backup_on:net.whatsapp.WhatsApp"),
        // an app has no say in what an extraction holds
        (Shape::Files, "messages_absent_app_installed:net.whatsapp.WhatsApp"),
    ] {
        let place = Place::new();
        testkit::write(&spec(shape), &place.at("phone")).unwrap();
        let (lines, summary) = read(&place, "phone");
        // the positive control
        assert!(lines.iter().any(|l| l["source"] == "whatsapp-ios"), "{shape:?}");
        assert!(!summary.to_string().contains("messages_absent"), "{shape:?}");
        let gone = |file: &PathBuf| {
            let name = file.file_name().unwrap().to_string_lossy();
            name.starts_with("ChatStorage.sqlite") || name == "7c7fba66680ef796b916b067077cc246adacf01d"
        };
        files(&place.at("phone")).iter().filter(|f| gone(f)).for_each(|f| fs::remove_file(f).unwrap());
        let (lines, summary) = read(&place, "phone");
        assert!(lines.iter().all(|l| l["source"] == "ios"), "{shape:?}");
        assert!(summary["findings"].to_string().contains(code), "{shape:?}: {summary}");
        if shape == Shape::Backup {
            // no list names it: it is known by its files
            let done = place.run(&["inspect", "--json", "phone"]).ends(3);
            let report: Value = serde_json::from_str(&done.out()).unwrap();
            let apps = report["apps"].as_array().unwrap();
            let app = apps.iter().find(|a| a["id"] == "net.whatsapp.WhatsApp");
            assert_eq!(app.unwrap()["coverage"], "not-in-source", "{report}");
        }
    }
}
