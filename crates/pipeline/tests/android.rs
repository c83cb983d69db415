//! SMS and MMS of Android phones, each form written by the generator and read by the program: every message
//! with its parties, time, text and files, in order; then the public samples, where they are at hand.
#![allow(clippy::unwrap_used, clippy::print_stderr, missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};

use pipeline::read::{ReadReport, read};
use pipeline::{JobError, Progress, SourceOptions};
use serde_json::Value;
use testkit::android::{self, Spec, Truth};

fn options(password: Option<&str>, owner: Option<&str>) -> SourceOptions {
    SourceOptions {
        passphrase: password.map(Into::into),
        owner: owner.map(str::to_owned),
        ..SourceOptions::default()
    }
}

fn try_read(path: &Path, options: &SourceOptions) -> Result<(Vec<Value>, ReadReport), JobError> {
    let mut out = Vec::new();
    let report = read(&[path.to_owned()], options, &mut out, Progress::none())?;
    let lines = String::from_utf8(out).unwrap();
    Ok((lines.lines().map(|l| serde_json::from_str(l).unwrap()).collect(), report))
}

fn hex(bytes: &[u8]) -> String {
    evidence::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

/// A message of the truth and one that was read, in one form. Members of a group may come in any order
/// where the form has no list of them.
fn shown(truth: &Truth, sorted: bool) -> Vec<String> {
    let files: Vec<String> = truth
        .files
        .iter()
        .map(|f| match &f.content {
            Some(content) => format!("{} {} {}", f.name, content.len(), hex(content)),
            None => format!("{} missing", f.name),
        })
        .collect();
    vec![
        truth.service.to_owned(),
        order(&truth.conversation, sorted),
        truth.is_group.to_string(),
        truth.sender.clone(),
        truth.sent_ms.to_string(),
        format!("{:?} {:?}", truth.subject, truth.body),
        files.join(","),
    ]
}

fn order(conversation: &str, sorted: bool) -> String {
    let mut parts: Vec<&str> = conversation.split('~').collect();
    if sorted {
        parts.sort_unstable();
    }
    parts.join("~")
}

fn got(message: &Value, sorted: bool) -> Vec<String> {
    let text = |v: &Value| v.as_str().map(str::to_owned);
    let ms = |v: &Value| {
        let at: jiff::Timestamp = v.as_str().unwrap().parse().unwrap();
        at.as_millisecond()
    };
    let files: Vec<String> = message["attachments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|a| match a["missing"].as_bool().unwrap() {
            false => {
                format!("{} {} {}", a["name"].as_str().unwrap(), a["size"], a["sha256"].as_str().unwrap())
            }
            true => format!("{} missing", a["name"].as_str().unwrap()),
        })
        .collect();
    vec![
        text(&message["service"]).unwrap(),
        order(message["conversation"].as_str().unwrap(), sorted),
        message["is_group"].to_string(),
        text(&message["sender"]).unwrap(),
        ms(&message["sent_at"]).to_string(),
        format!("{:?} {:?}", text(&message["subject"]), text(&message["body"])),
        files.join(","),
    ]
}

/// Reads `path` and holds it against the truth; the positive control is a truth with one text changed.
#[track_caller]
fn check(path: &Path, options: &SourceOptions, source: &str, truths: &[Truth], sorted: bool) -> ReadReport {
    let (messages, report) = try_read(path, options).unwrap();
    assert!(report.tally.balances && report.tally.unreadable == 0, "{:?}", report.unreadable);
    assert!(messages.iter().all(|m| m["source"] == source));
    let read: Vec<_> = messages.iter().map(|m| got(m, sorted)).collect();
    let mut expected: Vec<_> = truths.iter().map(|t| shown(t, sorted)).collect();
    assert_eq!(read.len(), expected.len());
    for (i, (read, expected)) in read.iter().zip(&expected).enumerate() {
        assert_eq!(read, expected, "message {i}");
    }
    expected[0][5].push('x');
    assert_ne!(read, expected);
    report
}

fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    dir
}

const SEEDS: std::ops::Range<u64> = 1..6;

#[test]
fn xml() {
    for seed in SEEDS {
        let (bytes, truths) = android::xml(&Spec::small(seed));
        // the name says nothing: the content does
        let dir = folder(&[("copy.bin", &bytes)]);
        let plain = options(None, None);
        let report = check(&dir.path().join("copy.bin"), &plain, "sms-backup-restore", &truths, false);
        assert_eq!(report.findings, Vec::<String>::new());
        // as the only file of a folder too
        check(dir.path(), &plain, "sms-backup-restore", &truths, false);
        assert_eq!(android::xml(&Spec::small(seed)).0, bytes, "the same bytes for the same seed");
    }
}

#[test]
fn android_backups() {
    for (seed, version, compressed, password) in [
        (1, 1, true, None),
        (2, 5, false, None),
        (3, 5, true, Some("kode1234")),
        (4, 3, false, Some("rødgrød")),
        (5, 1, true, Some("kode1234")),
    ] {
        let (bytes, truths) = android::backup(&Spec::small(seed), version, compressed, password);
        let dir = folder(&[("x", &bytes)]);
        let path = dir.path().join("x");
        let report = check(&path, &options(password, None), "android-telephony", &truths, false);
        assert_eq!(report.findings, ["incomplete_by_construction:mms_attachments"]);
        if password.is_some() {
            let refused = |given| try_read(&path, &options(given, None)).err().unwrap().to_string();
            assert!(refused(None).contains("backup password needed"), "{}", refused(None));
            assert!(refused(Some("forkert")).contains("does not fit"), "{}", refused(Some("forkert")));
        }
    }
}

#[test]
fn files_that_the_quota_took() {
    let file = |n: u32, kind: &str| format!("apps/com.android.providers.telephony/d_f/{n:06}_{kind}_backup");
    let deflated = |text: &[u8]| {
        use std::io::Write;
        let mut z = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        z.write_all(text).unwrap();
        z.finish().unwrap()
    };
    let rows =
        deflated(b"[{\"address\":\"20000101\",\"body\":\"a\",\"date\":\"1735722000000\",\"type\":\"1\"}]");
    let bytes = |files: &[(String, Vec<u8>)]| android::backup_of(files, 1, 5, true, None);
    let whole = bytes(&[(file(0, "sms"), rows.clone()), (file(1, "mms"), deflated(b"[]"))]);
    let gap = bytes(&[(file(2, "sms"), rows.clone()), (file(5, "sms"), rows)]);
    let dir = folder(&[("whole.ab", &whole), ("gap.ab", &gap)]);
    let findings = |name| try_read(&dir.path().join(name), &options(None, None)).unwrap().1.findings;
    assert_eq!(findings("whole.ab"), ["incomplete_by_construction:mms_attachments"]);
    let expected = ["incomplete_by_construction:mms_attachments", "quota_gap:2", "backup_files_missing:2"];
    assert_eq!(findings("gap.ab"), expected);
}

#[test]
fn databases() {
    for seed in SEEDS {
        let made = android::database(&Spec::small(seed));
        let home = "data/user_de/0/com.android.providers.telephony/databases/mmssms.db";
        for base in ["", "dump/"] {
            let db = format!("{base}{home}");
            let parts: Vec<(String, &[u8])> = made
                .parts
                .iter()
                .map(|(p, c)| (format!("{base}{}", p.trim_start_matches('/')), c.as_slice()))
                .collect();
            let mut files: Vec<(&str, &[u8])> = parts.iter().map(|(p, c)| (p.as_str(), *c)).collect();
            files.push((&db, &made.bytes));
            let dir = folder(&files);
            let report = check(dir.path(), &options(None, None), "android-telephony", &made.truths, false);
            assert_eq!(report.findings, Vec::<String>::new());
        }
        // alone, whatever its name: the files are missing and named
        let dir = folder(&[("x.bin", &made.bytes)]);
        let mut alone = made.truths.clone();
        for file in alone.iter_mut().flat_map(|t| &mut t.files) {
            file.content = None;
        }
        let report =
            check(&dir.path().join("x.bin"), &options(None, None), "android-telephony", &alone, false);
        assert_eq!(report.findings, [format!("attachments_missing:{}", made.parts.len())]);
    }
}

#[test]
fn a_log_beside_the_database() {
    let made = android::database(&Spec::small(7));
    let dir = folder(&[("mmssms.db", &made.bytes)]);
    let path = dir.path().join("mmssms.db");
    let db = rusqlite::Connection::open(&path).unwrap();
    let mode: String = db.query_row("PRAGMA journal_mode=WAL", [], |r| r.get(0)).unwrap();
    assert_eq!(mode, "wal");
    db.execute("INSERT INTO sms (thread_id, address, date, type, body) VALUES (1, '20000101', 1735722000000, 1, 'I loggen')", [])
        .unwrap();
    // a copy while the log still holds the row
    let copy = folder(&[
        ("a.db", &fs::read(&path).unwrap()),
        ("a.db-wal", &fs::read(dir.path().join("mmssms.db-wal")).unwrap()),
    ]);
    let count = |path: &Path| {
        let (messages, _) = try_read(path, &options(None, None)).unwrap();
        (messages.len(), messages.iter().any(|m| m["body"] == "I loggen"))
    };
    let n = made.truths.len();
    assert_eq!(count(&copy.path().join("a.db")), (n + 1, true));
    assert_eq!(count(copy.path()), (n + 1, true));
    fs::remove_file(copy.path().join("a.db-wal")).unwrap();
    assert_eq!(count(copy.path()), (n, false));
}

#[test]
fn google_messages() {
    let made = android::database(&Spec::small(8));
    let bugle = android::bugle();
    let alone = folder(&[("bugle_db", &bugle)]);
    let (messages, report) = try_read(&alone.path().join("bugle_db"), &options(None, None)).unwrap();
    assert_eq!((report.tally.messages, report.tally.folded), (5, 0));
    let facts: Vec<String> = messages
        .iter()
        .map(|m| {
            let doubts: Vec<&str> =
                m["doubts"].as_array().unwrap().iter().map(|d| d.as_str().unwrap()).collect();
            format!(
                "{} {} {} {} {}",
                m["service"],
                m["conversation"],
                m["sender"],
                m["body"],
                doubts.join(" ")
            )
        })
        .collect();
    let expected = [
        "\"SMS\" \"+4520000101\" \"+4520000101\" \"Spejlet\" ",
        "\"RCS\" \"+4520000101\" \"me\" \"Kun i RCS\" ",
        "\"RCS\" \"+4520000101~+4520000102\" \"+4520000102\" \"Til gruppen\" ",
        "\"unknown\" \"+4520000101~+4520000102\" null null direction_unknown unknown_type:211 unknown_protocol:7 no_sender",
        "\"MMS\" null null null no_time no_conversation no_sender",
    ];
    assert_eq!(facts, expected);
    assert_eq!(messages[2]["attachments"][0]["missing"], true);
    // beside the provider, the row that both have appears once
    let both = folder(&[
        ("data/data/com.android.providers.telephony/databases/mmssms.db", &made.bytes),
        ("data/data/com.google.android.apps.messaging/databases/bugle_db", &bugle),
    ]);
    let (messages, report) = try_read(both.path(), &options(None, None)).unwrap();
    assert_eq!((report.tally.messages, report.tally.folded), (made.truths.len() as u64 + 4, 1));
    assert!(report.tally.balances);
    assert!(!messages.iter().any(|m| m["body"] == "Spejlet"));
    assert!(messages.iter().any(|m| m["body"] == "Kun i RCS"));
}

#[test]
fn sms_import_export() {
    for seed in SEEDS {
        let (lines, parts, truths) = android::lines(&Spec::small(seed));
        let mut files: Vec<(&str, &[u8])> = parts.iter().map(|(p, c)| (p.as_str(), c.as_slice())).collect();
        files.push(("messages.ndjson", &lines));
        let dir = folder(&files);
        let own = options(None, Some("20 00 09 99"));
        let report = check(dir.path(), &own, "sms-ie", &truths, true);
        assert_eq!(report.findings, Vec::<String>::new());
        let (array, truths) = android::array(&Spec::small(seed));
        let dir = folder(&[("x", &array)]);
        check(&dir.path().join("x"), &own, "sms-ie", &truths, true);
        // a group keeps one conversation, whoever of it wrote
        let (messages, _) = try_read(&dir.path().join("x"), &own).unwrap();
        let mut groups: Vec<&str> = messages
            .iter()
            .filter(|m| m["is_group"] == true)
            .map(|m| m["conversation"].as_str().unwrap())
            .collect();
        assert!(groups.len() > 1);
        groups.dedup();
        assert_eq!(groups.len(), 1);
    }
}

#[test]
fn the_same_source_gives_the_same_bytes() {
    let (bytes, _) = android::xml(&Spec::small(9));
    let dir = folder(&[("x.xml", &bytes), ("db/mmssms.db", &android::database(&Spec::small(9)).bytes)]);
    for name in ["x.xml", "db"] {
        let once = || {
            let mut out = Vec::new();
            read(&[dir.path().join(name)], &options(None, None), &mut out, Progress::none()).unwrap();
            out
        };
        let first = once();
        assert!(!first.is_empty());
        assert_eq!(first, once());
    }
}

#[test]
fn nothing_of_a_message_is_in_a_report() {
    let spec = Spec { canary: Some("kanariegul".to_owned()), ..Spec::small(10) };
    let (mut bytes, _) = android::xml(&spec);
    assert!(String::from_utf8_lossy(&bytes).contains("kanariegul"), "the mark is there to be found");
    // damage, so that there is something to report
    bytes.truncate(bytes.len() / 2);
    let (lines, _, _) = android::lines(&spec);
    let half = &lines[..lines.len() / 2];
    let dir = folder(&[
        ("a/x.xml", &bytes),
        ("b/messages.ndjson", half),
        ("c/m.db", &android::database(&spec).bytes),
    ]);
    for name in ["a", "b", "c"] {
        let (messages, report) = try_read(&dir.path().join(name), &options(None, None)).unwrap();
        assert!(messages.iter().any(|m| m.to_string().contains("kanariegul")));
        let report = serde_json::to_string(&report).unwrap();
        assert!(!report.contains("kanariegul") && !report.contains("2000010"), "{report}");
    }
}

/// The public samples beside the project, or where the environment says.
fn samples() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/samples");
    let beside = if beside.is_dir() {
        beside
    } else {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/samples")
    };
    let path = std::env::var_os("BESKEDARKIV_SAMPLES").map_or(beside, PathBuf::from).join("android");
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("no samples beside the project: the test looked at nothing");
    None
}

#[test]
fn public_samples_of_xml() {
    let Some(samples) = samples() else { return };
    let expected = fs::read(samples.join("expected-sms-backup-restore.json")).unwrap();
    let expected: Value = serde_json::from_slice(&expected).unwrap();
    let all = |name: &str| {
        let path = samples.join("sms-backup-restore").join(name);
        try_read(&path, &options(None, None)).unwrap()
    };
    for (name, facts) in expected.as_object().unwrap() {
        let (messages, report) = all(name);
        let (sms, mms): (Vec<&Value>, Vec<&Value>) = messages.iter().partition(|m| m["service"] == "SMS");
        assert_eq!(
            (sms.len() as u64, mms.len() as u64),
            (facts["sms"].as_u64().unwrap(), facts["mms"].as_u64().unwrap_or(0)),
            "{name}"
        );
        let mismatch = report.findings.iter().any(|f| f.starts_with("count_mismatch"));
        assert_eq!(mismatch, facts["count_mismatch"].as_bool().unwrap_or(false), "{name}");
        let bodies: Vec<&Value> = messages.iter().map(|m| &m["body"]).collect();
        match name.as_str() {
            // a note beside the text stands in brackets in the facts
            "kxml-surrogates-synthetic.xml" => {
                assert_eq!(bodies[0], "par: 😆 slut");
                assert_eq!(bodies[1], "enlig høj: \u{fffd} x");
                assert_eq!(bodies[2], "hex: 😆\nny linje \u{fffd}nul");
                assert_eq!(bodies[3], "null");
                assert_eq!(messages[3]["doubts"], serde_json::json!(["ambiguous_null"]));
            }
            _ => {
                for list in ["bodies", "texts"] {
                    if let Some(texts) = facts[list].as_array() {
                        assert_eq!(bodies, texts.iter().collect::<Vec<_>>(), "{name}");
                    }
                }
            }
        }
        for (message, record) in messages.iter().zip(facts["records"].as_array().into_iter().flatten()) {
            assert_eq!(message["direction"], record["dir"]);
            assert_eq!(&message["body"], record.get("body").or(record.get("text")).unwrap());
            if record["rcs_message_id"].is_string() {
                assert_eq!((&message["service"], &message["id"]), (&"RCS".into(), &record["rcs_message_id"]));
            }
            if record["dir"] == "in" {
                assert_eq!(message["sender"], record["from"]);
            }
        }
    }
    let (mixed, _) = all("shruggietech-mixed.xml");
    assert_eq!(mixed[1]["sender"], "+15559876543");
    assert_eq!(mixed[1]["doubts"], serde_json::json!(["addresses_contradict"]));
    assert_eq!(mixed[3]["doubts"], serde_json::json!(["draft"]));
}

#[test]
fn public_samples_of_android_backups() {
    let Some(samples) = samples() else { return };
    let mut looked_at = 0;
    let expected = fs::read(samples.join("expected-ab.json")).unwrap();
    let expected: Value = serde_json::from_slice(&expected).unwrap();
    for (name, facts) in expected.as_object().unwrap() {
        let path = samples.join("mvt").join(name);
        if !path.exists() {
            continue;
        }
        looked_at += 1;
        let password = facts["password"].as_str();
        let (messages, report) = try_read(&path, &options(password, None)).unwrap();
        assert!(report.tally.balances && report.tally.unreadable == 0);
        let mut rows: Vec<&Value> = facts["records"].as_array().into_iter().flatten().collect();
        rows.extend(facts["message_files"].as_object().into_iter().flatten().map(|(_, f)| &f["first"]));
        assert_eq!(messages.len(), rows.len(), "{name}");
        for row in rows {
            let body = row.get("body").or(row.get("mms_body")).unwrap();
            let found = messages.iter().find(|m| m["body"] == *body).unwrap();
            let mut ms: i64 = row["date"].as_str().unwrap().parse().unwrap();
            if row["m_type"].is_string() {
                ms *= 1000;
            }
            let at: jiff::Timestamp = found["sent_at"].as_str().unwrap().parse().unwrap();
            assert_eq!(at.as_millisecond(), ms);
        }
    }
    assert!(looked_at > 1);
}
