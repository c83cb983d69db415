//! The program as its users run it: from a backup to a production, and every way of being refused that
//! can be provoked from outside.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;

use support::{Place, snapshot, tool};

const PASSWORD: &str = "Rødgrød-med-fløde-2026";

/// A sample backup, an archive and a custodian.
fn prepared(spec: impl FnOnce(&mut testkit::Spec)) -> (Place, testkit::Truth) {
    let place = Place::new();
    let mut sample = testkit::Spec::small(7, PASSWORD);
    spec(&mut sample);
    let truth = testkit::write(&sample, &place.at("backup")).unwrap();
    place.file("pw", &format!("{PASSWORD}\n"));
    place.file("op", "en adgangssætning\n");
    place.run(&["init", "--archive", "A", "--keys", "K", "--passphrase-file", "op"]).ends(0);
    add(&place, "min", &[]).ends(0);
    (place, truth)
}

fn add(place: &Place, id: &str, more: &[&str]) -> support::Done {
    let mut words = vec!["custodian", "add", "--archive", "A", "--keys", "K", "--passphrase-file", "op"];
    words.extend([
        "--id",
        id,
        "--name",
        "Nina Navn",
        "--post",
        "minister",
        "--authority-kind",
        "departement",
    ]);
    words.extend(["--from", "2020-01-01"]);
    words.extend(more);
    place.run(&words)
}

fn ingest(place: &Place, more: &[&str]) -> support::Done {
    let mut words =
        vec!["ingest", "--json", "--archive", "A", "--keys", "K", "--mode", "off", "--custodian", "min"];
    words.extend(["--backup-passphrase-file", "pw"]);
    words.extend(more);
    place.run(&words)
}

fn verify(place: &Place) -> support::Done {
    place.run(&["verify", "--json", "--archive", "A", "--keys", "K", "--passphrase-file", "op"])
}

#[test]
fn from_backup_to_production() {
    let (place, truth) = prepared(|_| {});
    let before = snapshot(&place.at("backup"));
    let read = place.run(&["read", "--backup-passphrase-file", "pw", "--summary", "tally", "backup"]).ends(3);
    let lines: Vec<serde_json::Value> =
        read.out().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len() as u64, truth.messages);
    let texts: Vec<&str> = lines.iter().filter_map(|l| l["body"].as_str()).collect();
    assert_eq!(texts, truth.texts);
    let tally: serde_json::Value = serde_json::from_slice(&fs::read(place.at("tally")).unwrap()).unwrap();
    assert_eq!(tally["tally"]["seen"], truth.rows);
    assert_eq!(tally["tally"]["folded"], truth.folded);

    let first = ingest(&place, &["backup"]).ends(3).json();
    assert_eq!(first["runs"][0]["new"], truth.messages);
    assert_eq!(first["runs"][0]["device_registered"], true);
    assert_eq!(first["runs"][0]["attachments"], truth.files.len());
    let size = first["size"].clone();
    let again = ingest(&place, &["backup"]).json();
    assert_eq!(
        (&again["size"], &again["runs"][0]["entries_added"]),
        (&size, &0.into()),
        "the same source adds nothing"
    );
    assert_eq!(again["runs"][0]["seen_again"], truth.messages);
    assert_eq!(snapshot(&place.at("backup")), before, "the source is as it was");

    let verified = verify(&place).ends(0).json();
    assert_eq!(verified["records"], truth.messages);
    let status = place.run(&["status", "--json", "--archive", "A", "--keys", "K"]).ends(3).json();
    let of = &status["custodians"][0];
    assert_eq!(
        (&of["id"], &of["monthly_copy"], &of["months_with_copy"]),
        (&"min".into(), &true.into(), &1.into())
    );
    assert_eq!(of["sources"][0]["new"], truth.messages);
    assert!(!of["overdue"].as_array().unwrap().is_empty(), "years in office and one copy");
    place.run(&["verify", "--archive", "A"]).ends(0);

    let words = ["export", "--archive", "A", "--keys", "K", "--passphrase-file", "op", "--custodian", "min"];
    let all: Vec<&str> = words.iter().copied().chain(["--out", "E", "--unsealed", "--lang", "da"]).collect();
    place.run(&all).ends(0);
    let shown = fs::read_to_string(place.at("E/data/messages.jsonl")).unwrap();
    let mut bodies: Vec<String> = shown
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .filter_map(|m| m["body"].as_str().map(str::to_owned))
        .collect();
    bodies.sort();
    let mut expected = truth.texts.clone();
    expected.sort();
    assert_eq!(bodies, expected);
    for (name, content) in &truth.files {
        let here = support::files(&place.at("E/data/attachments"))
            .into_iter()
            .any(|f| fs::read(f).unwrap() == *content);
        assert!(here, "{name}");
    }
    // the manifest is right: checked by another program where there is one
    let check = std::process::Command::new("sha256sum")
        .args(["--quiet", "--check", "manifest-sha256.txt"])
        .current_dir(place.at("E"))
        .status();
    assert!(check.is_ok_and(|s| s.success()));
    let pages = support::files(&place.at("E/data/conversations"));
    let html: String = pages.iter().map(|p| fs::read_to_string(p).unwrap()).collect();
    for text in truth.texts.iter().filter(|t| t.chars().all(|c| c.is_alphanumeric() || c == ' ' || c == '.'))
    {
        assert!(html.contains(text.as_str()), "{text}");
    }
    assert!(!html.contains("<script"));
    place.run(&all).ends(2);
    // one form alone
    for (format, has, has_not) in
        [("jsonl", "messages.jsonl", "index.html"), ("html", "index.html", "messages.jsonl")]
    {
        let one = [&words[..], &["--out", format, "--unsealed", "--format", format]].concat();
        place.run(&one).ends(0);
        assert!(place.at(format).join("data").join(has).is_file());
        assert!(!place.at(format).join("data").join(has_not).exists());
    }
}

#[test]
fn every_exported_message_is_proved_without_the_archive() {
    let (place, truth) = prepared(|_| {});
    ingest(&place, &["backup"]).ends(3);
    let words = ["export", "--archive", "A", "--keys", "K", "--passphrase-file", "op", "--custodian", "min"];
    place.run(&[&words[..], &["--out", "E", "--unsealed"]].concat()).ends(0);
    let shown = place.run(&["checkpoint", "show", "--archive", "A"]).ends(0).out();
    place.file("state", &shown);
    place.run(&["verify", "--archive", "A", "--checkpoint", "state"]).ends(0);
    place.run(&["verify", "--archive", "A", "--checkpoint", "E/data/checkpoint"]).ends(0);
    let show = place.run(&["checkpoint", "show", "--json", "--archive", "A"]).ends(0).json();
    place.file("trusted", &format!("# journal 2026-17\n\n{}\n", show["trusted_key"].as_str().unwrap()));
    // the archive is not needed any more
    fs::rename(place.at("A"), place.at("gone")).unwrap();
    let prove =
        |proof: &str, keys: &str| place.run(&["verify", "--json", "--proof", proof, "--trusted-keys", keys]);
    let lines = fs::read_to_string(place.at("E/data/messages.jsonl")).unwrap();
    let mut proved = 0;
    for line in lines.lines() {
        let mut line: serde_json::Value = serde_json::from_str(line).unwrap();
        let archive = line.as_object_mut().unwrap().remove("archive").unwrap();
        let file = format!("E/data/proofs/{}", archive["proof"].as_str().unwrap());
        let report = prove(&file, "trusted").ends(0).json();
        let record = usize::try_from(archive["proof_record"].as_u64().unwrap()).unwrap() - 1;
        let mut message = report["messages"][record].clone();
        let verdict = message.as_object_mut().unwrap().remove("archive").unwrap();
        assert_eq!(message, line);
        assert_eq!(verdict["retain_until"], archive["retain_until"]);
        assert_eq!(verdict["hidden"], serde_json::json!(["raw"]));
        assert_eq!(report["entry"], archive["entry"]);
        proved += 1;
    }
    assert_eq!(proved, truth.messages);
    prove("E/data/proofs/0000001.proof", "state").ends(0);
    let text = fs::read(place.at("E/data/proofs/0000001.proof")).unwrap();
    for at in (0..text.len()).step_by(text.len() / 60) {
        let mut bad = text.clone();
        bad[at] ^= 1;
        fs::write(place.at("bad.proof"), bad).unwrap();
        let report = prove("bad.proof", "trusted").ends(5).json();
        assert_eq!((&report["holds"], &report["messages"]), (&false.into(), &serde_json::json!([])), "{at}");
    }
    // another archive's key is no key
    place.run(&["init", "--archive", "B", "--keys", "KB", "--passphrase-file", "op"]).ends(0);
    place.file("other", &place.run(&["checkpoint", "show", "--archive", "B"]).ends(0).out());
    prove("E/data/proofs/0000001.proof", "other").ends(5);
    place.file("none", "# no key\n");
    prove("E/data/proofs/0000001.proof", "none").ends(2);
    place.file("typo", &show["trusted_key"].as_str().unwrap().replace("/job", "/jab"));
    prove("E/data/proofs/0000001.proof", "typo").ends(2);
    prove("E/data/proofs/9999999.proof", "trusted").ends(4);
    place.run(&["verify", "--proof", "E/data/proofs/0000001.proof"]).ends(2);
    let page = fs::read_to_string(place.at("E/data/verify.html")).unwrap();
    assert!(page.contains("script-src 'sha256-"));
    if let Some(node) = support::tool("node", "--version") {
        let script = support::root().join("scripts/verify-page");
        let done = std::process::Command::new(node)
            .arg(script)
            .args([place.at("E"), place.at("trusted")])
            .output()
            .unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
}

#[test]
fn a_large_production_has_a_file_of_proofs_for_each_segment() {
    let (place, truth) = prepared(|s| {
        s.more = 20_000;
        s.password = None;
    });
    ingest(&place, &["backup"]).ends(3);
    let words = ["export", "--archive", "A", "--keys", "K", "--passphrase-file", "op", "--custodian", "min"];
    place.run(&[&words[..], &["--out", "E", "--unsealed"]].concat()).ends(0);
    place.file("trusted", &place.run(&["checkpoint", "show", "--archive", "A"]).ends(0).out());
    let files = support::files(&place.at("E/data/proofs"));
    assert!(files.len() > 1 && files.len() < 1000, "{}", files.len());
    let lines = fs::read_to_string(place.at("E/data/messages.jsonl")).unwrap();
    let mut by_file = std::collections::BTreeMap::<String, Vec<(usize, serde_json::Value)>>::new();
    for line in lines.lines() {
        let mut line: serde_json::Value = serde_json::from_str(line).unwrap();
        let archive = line.as_object_mut().unwrap().remove("archive").unwrap();
        let record = usize::try_from(archive["proof_record"].as_u64().unwrap()).unwrap();
        by_file.entry(archive["proof"].as_str().unwrap().to_owned()).or_default().push((record, line));
    }
    assert_eq!(by_file.len(), files.len());
    let mut proved = 0;
    for (file, lines) in &by_file {
        let file = format!("E/data/proofs/{file}");
        let report =
            place.run(&["verify", "--json", "--proof", &file, "--trusted-keys", "trusted"]).ends(0).json();
        assert_eq!(report["messages"].as_array().unwrap().len(), lines.len());
        for (record, line) in lines {
            let mut message = report["messages"][*record - 1].clone();
            message.as_object_mut().unwrap().remove("archive");
            assert_eq!(message, *line);
            proved += 1;
        }
    }
    assert_eq!(proved, truth.messages);
}

#[test]
fn what_is_refused_and_how() {
    let (place, _) = prepared(|_| {});
    place.file("wrong", "forkert\n");
    place.run(&["read", "--backup-passphrase-file", "wrong", "backup"]).ends(4);
    place.run(&["read", "backup"]).ends(4);
    place.run(&["read", "pw"]).ends(4);
    place.run(&["read", "nowhere"]).ends(4);
    place.run(&["read"]).ends(2);
    place.run(&["ingest", "--archive", "A", "--keys", "K", "--custodian", "x", "backup"]).ends(6);
    place.run(&["verify", "--archive", "nowhere"]).ends(4);
    let export =
        ["export", "--archive", "A", "--keys", "K", "--custodian", "min", "--out", "E", "--unsealed"];
    let wrong: Vec<&str> = export.iter().copied().chain(["--passphrase-file", "wrong"]).collect();
    place.run(&wrong).ends(4);
    place.run(&["init", "--archive", "B", "--keys", "B/keys", "--passphrase-file", "op"]).ends(6);
    place.run(&["init", "--archive", "A", "--keys", "K2", "--passphrase-file", "op"]).ends(2);
    add(&place, "min", &[]).ends(2);
    // a phone that is another's is refused, unless somebody vouches for it
    ingest(&place, &["backup"]).ends(3);
    let other = testkit::Spec { serial: "OTHERPHONE01".to_owned(), ..testkit::Spec::small(8, PASSWORD) };
    testkit::write(&other, &place.at("other")).unwrap();
    ingest(&place, &["other"]).ends(6);
    ingest(&place, &["--attest-device", "other"]).ends(3);
    // every message of an error is in the language asked for
    let danish = place.run(&["verify", "--archive", "nowhere", "--lang", "da"]);
    assert!(danish.err().contains("her er hverken arkiv"), "{}", danish.err());
}

#[test]
fn damage_costs_what_is_damaged() {
    let (place, truth) = prepared(|s| s.password = None);
    let files = support::files(&place.at("backup"));
    // an attachment that is gone
    let picture = files.iter().find(|f| fs::read(f).unwrap().starts_with(b"\x89PNG")).unwrap();
    fs::remove_file(picture).unwrap();
    let report = place.run(&["read", "--json", "backup"]).ends(3).json();
    assert_eq!(report["tally"]["messages"], truth.messages);
    // a backup that was not finished
    let status =
        "<plist version=\"1.0\"><dict><key>SnapshotState</key><string>moving</string></dict></plist>";
    fs::write(place.at("backup/Status.plist"), status).unwrap();
    place.run(&["read", "backup"]).ends(4);
}

#[test]
fn a_changed_archive_does_not_verify() {
    let (place, _) = prepared(|_| {});
    ingest(&place, &["backup"]).ends(3);
    verify(&place).ends(0);
    let path = place.at("A/archive.db");
    let mut bytes = fs::read(&path).unwrap();
    let at = bytes.len() * 3 / 4;
    for byte in &mut bytes[at..at + 64] {
        *byte ^= 0x55;
    }
    fs::write(&path, bytes).unwrap();
    let code = verify(&place).code();
    assert!(code == 5 || code == 4, "{code}");
}

#[test]
fn a_killed_ingest_leaves_an_archive_that_verifies() {
    let (place, truth) = prepared(|s| {
        s.more = 20_000;
        s.rounds = 1_000;
    });
    for delay in [20, 120, 250, 400] {
        let words = [
            "ingest",
            "--mode",
            "off",
            "--archive",
            "A",
            "--keys",
            "K",
            "--custodian",
            "min",
            "--backup-passphrase-file",
            "pw",
            "backup",
        ];
        let mut child = place.command(&words).stdout(std::process::Stdio::null()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(delay));
        drop(child.kill());
        child.wait().unwrap();
        verify(&place).ends(0);
    }
    ingest(&place, &["backup"]);
    assert_eq!(verify(&place).ends(0).json()["records"], truth.messages);
}

/// A path that leads nowhere, and days the wrong way round, are mistakes of whoever typed them, and said so; and where
/// there is nothing, that is said too.
#[test]
fn what_was_typed_wrong_is_no_fault_of_ours() {
    let (place, _) = prepared(|_| {});
    let at = ["--archive", "A", "--keys", "K", "--passphrase-file", "op"];
    let ways: [&[&str]; 4] = [
        &["job", "check", "nowhere.toml"],
        &["run", "nowhere.toml"],
        &["init", "--archive", "A9", "--keys", "K9", "--policy", "nowhere.toml", "--passphrase-file", "op"],
        &[
            "review",
            "decide",
            "--as",
            "keep",
            "--items-file",
            "nowhere.toml",
            "--archive",
            "A",
            "--keys",
            "K",
            "--passphrase-file",
            "op",
        ],
    ];
    for words in ways {
        let said = place.run(words).ends(4).err();
        assert!(said.contains("nowhere.toml") && said.contains("path"), "{said}");
    }
    assert!(!place.at("A9").exists());
    let days = ["--from", "2026-06-01", "--to", "2026-01-01"];
    let export = ["export", "--custodian", "min", "--unsealed", "--out", "E"];
    place.run(&[&export[..], &days, &at].concat()).ends(2);
    let hold = ["hold", "place", "--case", "K", "--decision", "1"];
    place.run(&[&hold[..], &days, &at].concat()).ends(2);
    assert!(!place.at("E").exists());
    let said = place.run(&["hold", "list", "--archive", "A", "--keys", "K"]).ends(0).out();
    assert!(!said.trim().is_empty());
}

/// What a computer is given to run a job by itself, read by those who will read it.
#[test]
fn a_job_is_given_to_the_computer() {
    let place = Place::new();
    let folder = "Årets job 100%$";
    fs::create_dir(place.at(folder)).unwrap();
    place.file(
        &format!("{folder}/job.toml"),
        "archive = \"A\"\nkeys = \"K\"\nreport = \"../R/r.json\"\n[[copy]]\ncustodian = \"m\"\nsource = \"x\"\n",
    );
    let job = format!("{folder}/job.toml");
    let words = ["job", "units", "--json", "--out", "U", "--name", "kopi", &job];
    let files = place.run(&words).ends(0).json()["files"].clone();
    assert_eq!(files, serde_json::json!(["U/kopi.service", "U/kopi.timer", "U/kopi.xml"]));
    let before = fs::read(place.at("U/kopi.service")).unwrap();
    assert!(place.run(&words).ends(2).err().contains("U/kopi.service"));
    assert_eq!(fs::read(place.at("U/kopi.service")).unwrap(), before);
    for name in ["", "a/b", "../a", "a b", "-a"] {
        place.run(&["job", "units", "--out", "V", &format!("--name={name}"), &job]).ends(2);
    }
    let service = String::from_utf8(before).unwrap();
    let mut writes =
        ["A", "K", "holding"].map(|name| format!("{}/{name}\"", folder.replace('%', "%%"))).to_vec();
    writes.push(format!("\"{}\"", place.at("R").display()));
    let line = service.lines().find(|line| line.starts_with("ReadWritePaths=")).unwrap();
    assert!(writes.iter().all(|path| line.contains(path)), "{line}");
    // systemd's own reading of it
    if let Some(systemd) = tool("systemd-analyze", "--version") {
        let units = ["service", "timer"].map(|kind| place.at(&format!("U/kopi.{kind}")));
        let read = std::process::Command::new(systemd).arg("verify").args(&units).output().unwrap();
        let said = String::from_utf8_lossy(&read.stderr).into_owned();
        assert!(!said.contains("kopi."), "{said}");
        fs::write(&units[0], service.replace("Type=oneshot", "Type=maaned")).unwrap();
        let read = std::process::Command::new(systemd).arg("verify").args(&units).output().unwrap();
        assert!(String::from_utf8_lossy(&read.stderr).contains("kopi.service"), "it finds what is wrong");
    }
    // and of the task what any reader of XML finds
    let task = fs::read(place.at("U/kopi.xml")).unwrap();
    assert_eq!(task[..2], [0xff, 0xfe]);
    let units: Vec<u16> = task[2..].as_chunks::<2>().0.iter().map(|two| u16::from_le_bytes(*two)).collect();
    let task = String::from_utf16(&units).unwrap();
    let arguments = task.split("<Arguments>").nth(1).unwrap().split("</Arguments>").next().unwrap();
    assert_eq!(arguments, format!("run &quot;{}&quot;", place.at(&job).display()));
}

#[test]
fn a_job_file_runs_what_it_can() {
    let (place, truth) = prepared(|_| {});
    add(&place, "anden", &[]).ends(0);
    place.file(
        "job.toml",
        "archive = 'A'\nkeys = 'K'\nreport = 'report.json'\n\
         [[copy]]\ncustodian = 'min'\nsource = 'backup'\nbackup_passphrase_file = 'pw'\n\
         [[copy]]\ncustodian = 'anden'\nsource = 'nowhere'\n",
    );
    place.run(&["job", "check", "job.toml"]).ends(3);
    let report = place.run(&["run", "--json", "job.toml"]).ends(4).json();
    assert_eq!(report["copies"][0]["report"]["runs"][0]["new"], truth.messages);
    assert_eq!(report["copies"][1]["exit_code"], 4);
    assert!(place.at("report.json").is_file());
    let unknown = "archive = 'A'\nkeys = 'K'\n[[copy]]\ncustodian = 'ukendt'\nsource = 'backup'\n";
    place.file("unknown.toml", unknown);
    let problems = place.run(&["job", "check", "--json", "unknown.toml"]).ends(3).json()["problems"].clone();
    assert_eq!(problems, serde_json::json!(["copy 1: custodian is not in the register"]));
    place.file("bad.toml", "archive = 'A'\nkeys = \n");
    let bad = place.run(&["job", "check", "bad.toml"]).ends(2);
    assert!(bad.err().contains("2"), "{}", bad.err());
}

#[test]
fn demo_needs_nothing() {
    let place = Place::new();
    let report = place.run(&["demo", "--json", "D"]).ends(0).json();
    assert_eq!(report["verify"]["holds"], true);
    for name in ["backup", "archive", "keys", "holding", "export/data/index.html"] {
        assert!(place.at("D").join(name).exists(), "{name}");
    }
    place.run(&["demo", "D"]).ends(2);
}

#[test]
fn verdicts_without_an_archive() {
    let place = Place::new();
    let line = |id: &str, body: &str| {
        serde_json::json!({ "conversation": "c", "id": id, "direction": "in", "sender": "+4540112233",
            "sent_at": "2026-01-31T12:34:56.789Z", "body": body })
        .to_string()
    };
    place.file("m.jsonl", &format!("{}\n{}\n", line("1", "Samrådet om L 118 er flyttet"), line("2", "ok")));
    place.file("contacts.json", r#"{"40 11 22 33": "colleague"}"#);
    let words = ["classify", "m.jsonl", "--contacts", "contacts.json", "--role", "minister", "--json"];
    let done = place.run(&words).ends(0);
    let lines: Vec<serde_json::Value> =
        done.out().lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(lines.iter().map(|v| v["id"].as_str().unwrap()).collect::<Vec<_>>(), ["1", "2"]);
    assert_eq!(lines[0]["verdict"], "keep");
    assert_eq!(place.run(&words).ends(0).out(), done.out(), "the same bytes");
    place.file("bad.jsonl", "PK\n");
    place.run(&["classify", "bad.jsonl"]).ends(4);
    place.run(&["classify", "no-such.jsonl"]).ends(4);
    place.run(&["classify", "m.jsonl", "--model", "bad.jsonl"]).ends(4);
    place.run(&["classify", "m.jsonl", "--mode", "all"]).ends(2);
}

/// What can be read is never written where archive, key store or holding area lie, whatever leads there.
#[test]
fn what_can_be_read_lies_apart() {
    let place = Place::new();
    place.run(&["demo", "D"]).ends(0);
    std::os::unix::fs::symlink(place.at("D/archive"), place.at("link")).unwrap();
    let at = ["--archive", "D/archive", "--keys", "D/keys"];
    let job = |report: &str| {
        place.file(
            "job",
            &format!(
                "archive = 'D/archive'\nkeys = 'D/keys'\nreport = '{report}'\n[[copy]]\ncustodian = 'departementschef'\n\
                 source = 'D/backup'\nbackup_passphrase_file = 'D/backup-passphrase.txt'\n"
            ),
        );
    };
    let before = snapshot(&place.at("D"));
    let me = ["--passphrase-file", "D/passphrase.txt"];
    for inside in ["D/archive/x", "link/x", "D/keys/x", "D/holding/x"] {
        let export = ["export", "--custodian", "departementschef", "--unsealed", "--out", inside];
        place.run(&[&export[..], &at, &me].concat()).ends(2);
        place.run(&["checkpoint", "show", "--archive", "link", "--print", "link/x"]).ends(2);
        let ingest = ["ingest", "--custodian", "departementschef", "--receipt", inside, "D/backup"];
        let secret = ["--backup-passphrase-file", "D/backup-passphrase.txt"];
        place.run(&[&ingest[..], &secret, &at].concat()).ends(2);
        place.run(&[&["handover", "key", "--out", inside][..], &at, &me].concat()).ends(2);
        place.run(&[&["review", "report", "--page", inside][..], &at].concat()).ends(2);
        job(inside);
        for words in [&["run", "job"][..], &["job", "check", "job"]] {
            assert!(place.run(words).ends(2).err().contains("must lie apart"));
        }
    }
    assert_eq!(snapshot(&place.at("D")), before);
    // the control: the same words with a place of its own
    let controls: [(&[&str], &str); 4] = [
        (&["export", "--custodian", "departementschef", "--unsealed", "--out", "x1"], "x1/data/index.html"),
        (&["ingest", "--custodian", "departementschef", "--receipt", "x2", "D/backup"], "x2"),
        (&["handover", "key", "--out", "x3"], "x3"),
        (&["review", "report", "--page", "x4"], "x4"),
    ];
    for (words, made) in controls {
        let more: &[&str] = match words[0] {
            "ingest" => &["--backup-passphrase-file", "D/backup-passphrase.txt"],
            "review" => &[],
            _ => &me,
        };
        place.run(&[words, more, &at].concat());
        assert!(place.at(made).exists(), "{words:?}");
    }
    place.run(&["checkpoint", "show", "--archive", "link", "--print", "x5"]).ends(0);
    job("x6");
    place.run(&["run", "job"]);
    assert!(place.at("x6").exists());
}
