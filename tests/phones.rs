//! Phones that are not as they should be: odd rows, other schemas, logs beside the database, damage,
//! and sources made to do harm. What can be read is read, the rest is said, nothing is changed.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;

use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;

use serde_json::Value;
use support::{Place, files, snapshot};
use testkit::{Quirks, Spec, Truth};

const PASSWORD: &str = "Rødgrød-med-fløde-2026";

/// A phone of this kind in `backup`, encrypted or not.
fn phone(encrypted: bool, quirks: Quirks, more: u32) -> (Place, Truth) {
    let place = Place::new();
    // the derivation of the key is not what is looked at here
    let mut spec = Spec { quirks, more, rounds: 100, ..Spec::small(11, PASSWORD) };
    if !encrypted {
        spec.password = None;
    }
    let truth = testkit::write(&spec, &place.at("backup")).unwrap();
    place.file("pw", &format!("{PASSWORD}\n"));
    (place, truth)
}

/// What `read` gives: messages and summary. The source is as it was.
fn read(place: &Place, code: i32) -> (Vec<Value>, Value) {
    let before = snapshot(&place.at("backup"));
    let done =
        place.run(&["read", "--backup-passphrase-file", "pw", "--summary", "summary", "backup"]).ends(code);
    assert_eq!(snapshot(&place.at("backup")), before, "the source was changed");
    let lines = done.out().lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let summary = fs::read_to_string(place.at("summary")).unwrap();
    (lines, serde_json::from_str(&summary).unwrap())
}

/// Every text of the truth is there, as often as it should be, and the tally is the truth's.
#[track_caller]
fn agrees(lines: &[Value], summary: &Value, truth: &Truth) {
    let mut expected = truth.texts.clone();
    let mut found: Vec<String> =
        lines.iter().filter_map(|m| m["body"].as_str().map(str::to_owned)).filter(|b| b != "4711").collect();
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
    assert_eq!(summary["tally"]["seen"], truth.rows);
    assert_eq!(summary["tally"]["messages"], truth.messages);
    assert_eq!(summary["tally"]["folded"], truth.folded);
    assert_eq!(summary["tally"]["unreadable"], 0);
}

fn find<'a>(lines: &'a [Value], body: &str) -> &'a Value {
    lines.iter().find(|m| m["body"] == body).unwrap_or_else(|| panic!("no message {body}"))
}

fn doubts(message: &Value) -> Vec<String> {
    message["doubts"].as_array().unwrap().iter().map(|d| d.as_str().unwrap().to_owned()).collect()
}

fn has_finding(summary: &Value, code: &str) -> bool {
    summary["findings"].as_array().unwrap().iter().any(|f| f.as_str().unwrap().starts_with(code))
}

#[test]
fn odd_rows_are_messages_with_doubts() {
    for encrypted in [true, false] {
        let (place, truth) = phone(encrypted, Quirks { odd_rows: true, ..Quirks::default() }, 40);
        let (lines, summary) = read(&place, 3);
        agrees(&lines, &summary, &truth);
        assert!(has_finding(&summary, "rows_absent:2/1"), "{summary}");
        assert!(has_finding(&summary, "recently_deleted:1"), "{summary}");
        assert_eq!(find(&lines, "Slettet for nylig")["deleted"], true);
        assert_eq!(find(&lines, "I to samtaler")["deleted"], false);
        assert_eq!(find(&lines, "Sendt som RCS")["service"], "RCS");
        assert_eq!(find(&lines, "I ingen samtale")["conversation"], Value::Null);
        let impossible = find(&lines, "Umulig dato");
        assert_eq!(impossible["sent_at"], Value::Null);
        assert!(doubts(impossible).contains(&"clock_out_of_range".to_owned()), "{impossible}");
        assert!(doubts(find(&lines, "Afkortet")).iter().any(|d| d.starts_with("rich_text_damaged:")));
        assert!(doubts(find(&lines, "Af ukendt art")).contains(&"unknown_type:66".to_owned()));
        let events: Vec<&str> = lines.iter().filter_map(|m| m["event"]["type"].as_str()).collect();
        for event in ["participant_added", "participant_removed", "participant_left", "group_renamed"] {
            assert!(events.contains(&event), "{event} in {events:?}");
        }
    }
}

#[test]
fn rows_in_the_log_are_read() {
    for encrypted in [true, false] {
        let (place, truth) = phone(encrypted, Quirks { log: true, ..Quirks::default() }, 40);
        let (lines, summary) = read(&place, 3);
        agrees(&lines, &summary, &truth);
        assert!(has_finding(&summary, "uncheckpointed_log:"), "{summary}");
        // control: they are nowhere else
        let without = Place::new();
        let spec = Spec { more: 40, ..Spec::small(11, PASSWORD) };
        let fewer = testkit::write(&spec, &without.at("backup")).unwrap();
        assert!(fewer.rows < truth.rows);
    }
}

#[test]
fn another_encoding_is_the_same_text() {
    let (place, truth) = phone(true, Quirks { utf16: true, odd_rows: true, ..Quirks::default() }, 40);
    let (lines, summary) = read(&place, 3);
    agrees(&lines, &summary, &truth);
    assert_eq!(find(&lines, "Det gør vi. Jeg tager kage med.")["sender"], "me");
}

#[test]
fn a_schema_of_before_ios_7() {
    let (place, truth) = phone(false, Quirks { old_schema: true, ..Quirks::default() }, 0);
    let (lines, summary) = read(&place, 3);
    agrees(&lines, &summary, &truth);
    let first = &lines[0];
    assert_eq!(first["sent_at"], "2026-01-05T07:40:00.000Z");
    assert_eq!(first["sender"], "+4520000101");
    assert_eq!(first["sender_name"], "Anna Holm");
}

/// The largest file of the backup: sms.db.
fn database(place: &Place) -> PathBuf {
    files(&place.at("backup")).into_iter().max_by_key(|f| fs::metadata(f).unwrap().len()).unwrap()
}

#[test]
fn damaged_pages_cost_their_rows_and_no_others() {
    for encrypted in [true, false] {
        let (place, truth) = phone(encrypted, Quirks::default(), 2000);
        let path = database(&place);
        let whole = fs::read(&path).unwrap();
        let (mut hit, mut lost_most) = (0, 0);
        for part in 1..12 {
            let mut bytes = whole.clone();
            let page = bytes.len() / 4096 * part / 12;
            for byte in &mut bytes[page * 4096..page * 4096 + 4096] {
                *byte ^= 0x5a;
            }
            fs::write(&path, &bytes).unwrap();
            let done = place.run(&["read", "--json", "--backup-passphrase-file", "pw", "backup"]);
            assert!([3, 4].contains(&done.code()), "{}", done.code());
            if done.code() == 4 {
                continue;
            }
            let out = done.out();
            let report: Value = serde_json::from_str(out.lines().last().unwrap()).unwrap();
            let n = |key: &str| report["tally"][key].as_u64().unwrap();
            assert_eq!(n("seen"), n("messages") + n("folded") + n("unreadable"), "{report}");
            if n("unreadable") > 0 {
                hit += 1;
                assert!(report["unreadable"].as_array().unwrap().iter().all(|u| u["at"].is_string()));
                lost_most = lost_most.max(truth.messages.saturating_sub(n("messages")));
            }
        }
        assert!(hit >= 3, "no page of messages was hit: {hit}");
        // a page of 4096 bytes holds a few messages; an inner page of the tree many
        assert!(lost_most < truth.messages / 2, "{lost_most} of {}", truth.messages);
        fs::write(&path, &whole).unwrap();
        let (_, summary) = read(&place, 3);
        assert_eq!(summary["tally"]["messages"], truth.messages);
    }
}

/// A table that several threads read: nothing is lost, the order is that of the rows, and damage ends their
/// work where it is, not the reading.
#[test]
fn a_large_table_and_damage_in_it() {
    let (place, truth) = phone(false, Quirks { odd_rows: true, ..Quirks::default() }, 25_000);
    let (lines, summary) = read(&place, 3);
    agrees(&lines, &summary, &truth);
    let rows = |lines: &[Value]| -> Vec<i64> {
        lines.iter().map(|m| m["origin"]["row"].as_i64().unwrap()).collect()
    };
    assert!(rows(&lines).is_sorted());
    let whole: std::collections::BTreeSet<i64> = rows(&lines).into_iter().collect();
    let path = database(&place);
    let bytes = fs::read(&path).unwrap();
    let mut hit = 0;
    for part in 1..6 {
        let mut damaged = bytes.clone();
        let page = bytes.len() / 4096 * part / 6;
        damaged[page * 4096..page * 4096 + 4096].fill(0xa5);
        fs::write(&path, &damaged).unwrap();
        let (lines, summary) = read(&place, 3);
        assert_eq!(summary["tally"]["balances"], true);
        let found: std::collections::BTreeSet<i64> = rows(&lines).into_iter().collect();
        assert_eq!(found.len(), lines.len(), "a row was read twice");
        assert!(found.is_subset(&whole));
        let lost = whole.len() - found.len();
        // a page holds a few messages, a page of the tree's inside some hundreds
        assert!(lost < 1500, "{lost} rows lost by one page");
        if summary["tally"]["unreadable"].as_u64().unwrap() > 0 {
            hit += 1;
            assert!(lost > 0);
        }
    }
    assert!(hit >= 2, "no page of messages was hit: {hit}");
}

#[test]
fn a_database_that_was_cut_is_read_up_to_there() {
    for encrypted in [true, false] {
        let (place, truth) = phone(encrypted, Quirks::default(), 2000);
        let path = database(&place);
        let whole = fs::read(&path).unwrap();
        let mut most = 0;
        for part in [50, 70, 99] {
            fs::write(&path, &whole[..whole.len() * part / 100]).unwrap();
            let done = place.run(&["read", "--json", "--backup-passphrase-file", "pw", "backup"]).ends(3);
            let out = done.out();
            let report: Value = serde_json::from_str(out.lines().last().unwrap()).unwrap();
            assert!(has_finding(&report, "database_cut:"), "{report}");
            assert_eq!(report["tally"]["balances"], true);
            let messages = report["tally"]["messages"].as_u64().unwrap();
            assert!(messages >= most, "{messages} at {part} per cent, {most} before");
            most = messages;
        }
        assert!(most > truth.messages * 9 / 10, "{most} of {}", truth.messages);
    }
}

/// The backup as a zip, with members of these names before the real ones.
fn zipped(place: &Place, first: &[(&str, &[u8])]) {
    let mut zip = zip::ZipWriter::new(File::create(place.at("backup.zip")).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    let root = place.at("backup");
    for (name, content) in first {
        zip.start_file(*name, options).unwrap();
        zip.write_all(content).unwrap();
    }
    for file in files(&root) {
        zip.start_file(file.strip_prefix(&root).unwrap().to_str().unwrap(), options).unwrap();
        zip.write_all(&fs::read(&file).unwrap()).unwrap();
    }
    zip.finish().unwrap();
}

#[test]
fn a_zip_that_leads_out_or_blows_up() {
    let (place, truth) = phone(true, Quirks::default(), 0);
    zipped(&place, &[("../outside", b"x"), ("/etc/outside", b"x"), ("a/../../outside", b"x")]);
    let words = ["read", "--json", "--backup-passphrase-file", "pw", "backup.zip"];
    let report = place.run(&words).ends(3);
    let report: Value = serde_json::from_str(report.out().lines().last().unwrap()).unwrap();
    assert_eq!(report["tally"]["messages"], truth.messages);
    assert!(!place.at("outside").exists());
    assert!(!place.at("../outside").exists());
    // 600 MB of zeros where a property list should be
    fs::remove_file(place.at("backup/Manifest.plist")).unwrap();
    zipped(&place, &[("Manifest.plist", &vec![0; 600 << 20])]);
    assert!(fs::metadata(place.at("backup.zip")).unwrap().len() < 8 << 20);
    let refused = place.run(&words).ends(4);
    assert!(!refused.err().contains("panicked"), "{}", refused.err());
}

/// A binary property list whose one array contains itself.
fn cyclic() -> Vec<u8> {
    let mut list = b"bplist00".to_vec();
    list.extend([0xa1, 0x00]); // array of one object: object 0
    list.push(8); // offset of object 0
    list.extend([0; 6]);
    list.extend([1, 1]); // widths of offsets and references
    for word in [1_u64, 0, 10] {
        list.extend(word.to_be_bytes());
    }
    list
}

#[test]
fn manifests_made_to_do_harm() {
    let (place, _) = phone(true, Quirks::default(), 0);
    let path = place.at("backup/Manifest.plist");
    let whole = fs::read(&path).unwrap();
    let words = ["read", "--backup-passphrase-file", "pw", "backup"];
    let mut cases: Vec<Vec<u8>> = vec![
        cyclic(),
        Vec::new(),
        b"bplist00".to_vec(),
        whole[..whole.len() / 2].to_vec(),
        [b"<plist version=\"1.0\">".to_vec(), b"<array>".repeat(100_000)].concat(),
        b"<!DOCTYPE a [<!ENTITY b \"c\"><!ENTITY d \"&b;&b;\">]><plist><dict>&d;</dict></plist>".to_vec(),
    ];
    for at in (0..whole.len()).step_by(whole.len() / 40 + 1) {
        let mut flipped = whole.clone();
        flipped[at] ^= 0x20;
        cases.push(flipped);
    }
    for (i, case) in cases.iter().enumerate() {
        fs::write(&path, case).unwrap();
        let done = place.run(&words);
        assert!([0, 3, 4].contains(&done.code()), "case {i}: {} {}", done.code(), done.err());
        assert!(!done.err().contains("panicked"), "case {i}: {}", done.err());
        if i < 6 {
            done.ends(4);
        }
    }
    // control: whole again, it is read
    fs::write(&path, &whole).unwrap();
    place.run(&words).ends(3);
}

#[test]
fn links_and_pipes_are_not_followed() {
    let (place, truth) = phone(true, Quirks::default(), 0);
    let secret = place.file("secret", "udenfor");
    std::os::unix::fs::symlink(&secret, place.at("backup/link")).unwrap();
    let status = std::process::Command::new("mkfifo").arg(place.at("backup/pipe")).status().unwrap();
    assert!(status.success());
    let done = place.run(&["read", "--json", "--backup-passphrase-file", "pw", "backup"]).ends(3);
    let report: Value = serde_json::from_str(done.out().lines().last().unwrap()).unwrap();
    assert_eq!(report["tally"]["messages"], truth.messages);
    // the database itself behind a link: not part of the source
    let path = database(&place);
    fs::rename(&path, place.at("elsewhere")).unwrap();
    std::os::unix::fs::symlink(place.at("elsewhere"), &path).unwrap();
    place.run(&["read", "--backup-passphrase-file", "pw", "backup"]).ends(4);
}
