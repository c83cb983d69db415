//! The drill of an operator: an archive made with one hash is renewed to another, and gets new keys. What was proved and
//! anchored before holds; both verifiers, the page and the witness agree on what comes after.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::process::Command;

use support::{Done, Place, root, tool};

const AT: [&str; 6] = ["--archive", "D/archive", "--keys", "D/keys", "--passphrase-file", "D/passphrase.txt"];

fn run(place: &Place, words: &[&str]) -> Done {
    place.run(&words.iter().chain(&AT).copied().collect::<Vec<_>>())
}

/// The second verifier's exit code.
fn second(place: &Place, words: &[&str]) -> Option<i32> {
    let python = tool("python3", "--version")?;
    let mut command = Command::new(python);
    command.arg(root().join("scripts/verify.py")).args(
        words.iter().map(|word| if word.starts_with("--") { (*word).to_owned() } else { place.arg(word) }),
    );
    command.output().unwrap().status.code()
}

/// Both verifiers on the archive, held to a checkpoint.
#[track_caller]
fn hold(place: &Place, checkpoint: &str, code: i32) {
    place.run(&["verify", "--archive", "D/archive", "--checkpoint", checkpoint]).ends(code);
    let theirs = second(place, &["D/archive", "--checkpoint", checkpoint]);
    assert!(theirs.is_none_or(|theirs| theirs == code), "{checkpoint}: {theirs:?}");
}

#[track_caller]
fn proves(place: &Place, proof: &str, code: i32) {
    place.run(&["verify", "--proof", proof, "--trusted-keys", "D/trusted-keys"]).ends(code);
    let theirs = second(place, &["--proof", proof, "--trusted-keys", "D/trusted-keys"]);
    assert!(theirs.is_none_or(|theirs| theirs == code), "{proof}: {theirs:?}");
}

fn export(place: &Place, to: &str) {
    let custodian = place.run(&["custodian", "list", "--json", AT[0], AT[1], AT[2], AT[3]]);
    let custodian = custodian.ends(0).json();
    let text = custodian.to_string();
    let id = text.split("\"id\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    run(place, &["export", "--custodian", &id, "--out", to, "--unsealed"]).ends(0);
}

#[test]
fn an_archive_is_renewed_and_what_was_proved_holds() {
    let place = Place::new();
    place.run(&["demo", "D"]).ends(0);
    place.file("witness-secret", "vidnets egen adgangssætning\n");
    let witness = |words: &[&str]| {
        let words =
            ["checkpoint", "witness", "--archive", "D/archive", "--passphrase-file", "witness-secret"]
                .iter()
                .chain(words)
                .copied()
                .collect::<Vec<_>>();
        place.run(&words)
    };
    witness(&["--new", "--name", "vidne", "W"]).ends(0);
    place.file("before", &place.run(&["checkpoint", "show", "--archive", "D/archive"]).ends(0).out());
    let old_proof = "D/export/data/proofs/0000001.proof";
    proves(&place, old_proof, 0);

    let report = run(&place, &["checkpoint", "renew", "--json"]).ends(0).json();
    assert_eq!((&report["from"], &report["to"]), (&"sha-256".into(), &"sha3-256".into()));
    assert!(report["checkpoint"].as_str().unwrap().contains("/sha3-256\n"));
    place.file("after", &place.run(&["checkpoint", "show", "--archive", "D/archive"]).ends(0).out());
    let keys = fs::read_to_string(place.at("after")).unwrap();
    let line = fs::read_to_string(place.at("D/trusted-keys")).unwrap();
    assert!(keys.contains(line.trim().lines().last().unwrap()), "the job's key is what it was");
    run(&place, &["verify"]).ends(0);
    for checkpoint in ["before", "after"] {
        hold(&place, checkpoint, 0);
    }
    // the root of before, said to be of the new hash, and the other way round
    for (file, from, to) in [("before", "\n", "/sha3-256\n"), ("after", "/sha3-256\n", "\n")] {
        let text = fs::read_to_string(place.at(file)).unwrap();
        place.file("bad", &text.replacen(from, to, 1));
        hold(&place, "bad", 5);
    }
    proves(&place, old_proof, 0);
    run(&place, &["checkpoint", "renew"]).ends(6);

    // a witness that saw the old state, the operator's memory, a new production
    witness(&["W"]).ends(0);
    run(&place, &["checkpoint", "sign"]).ends(0);
    export(&place, "E");
    proves(&place, "E/data/proofs/0000001.proof", 0);
    assert_ne!(
        fs::read(place.at("E/data/proofs/0000001.proof")).unwrap(),
        fs::read(place.at(old_proof)).unwrap()
    );
    hold(&place, "E/data/checkpoint", 0);
    let text = fs::read(place.at("E/data/proofs/0000001.proof")).unwrap();
    for at in (0..text.len()).step_by(text.len() / 12) {
        let mut bad = text.clone();
        bad[at] ^= 4;
        fs::write(place.at("bad.proof"), bad).unwrap();
        proves(&place, "bad.proof", 5);
    }
    if let Some(node) = tool("node", "--version") {
        let done = Command::new(node)
            .arg(root().join("scripts/verify-page"))
            .args([place.at("E"), place.at("D/trusted-keys")])
            .output()
            .unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
    // an off-site copy of it, and back
    place.run(&["backup", "--archive", "D/archive", "--keys", "D/keys", "--offsite", "C"]).ends(0);
    place.run(&["backup", "restore", "C", "--to", "R"]).ends(0);
    place.run(&["verify", "--archive", "R", "--checkpoint", "before"]).ends(0);
}

#[test]
fn keys_are_rotated_and_the_rest_reads_as_before() {
    let place = Place::new();
    place.run(&["demo", "D"]).ends(0);
    place.file("before", &place.run(&["checkpoint", "show", "--archive", "D/archive"]).ends(0).out());
    let wraps = |place: &Place| -> Vec<Vec<u8>> {
        let files = support::files(&place.at("D/keys/buckets"));
        files.iter().map(|file| fs::read(file).unwrap()).collect()
    };
    let old = wraps(&place);
    assert_eq!(run(&place, &["key", "rotate", "--json"]).ends(0).json()["epoch"], 2);
    let rotated = wraps(&place);
    assert!(rotated.len() == old.len() && rotated.iter().all(|wrap| !old.contains(wrap)));
    run(&place, &["verify"]).ends(0);
    hold(&place, "before", 0);
    // what waits in the holding area goes along, where it is there
    let refused = run(&place, &["key", "reseal", "--bodies", "--holding", "elsewhere"]).ends(6);
    assert!(
        refused.err().contains("holding area") || refused.err().contains("mellemlager"),
        "{}",
        refused.err()
    );
    let resealed = run(&place, &["key", "reseal", "--bodies", "--json"]).ends(0).json();
    assert!(resealed["buckets"].as_u64() >= Some(1) && resealed["epoch"] == 3, "{resealed}");
    assert!(wraps(&place).iter().all(|wrap| !rotated.contains(wrap)));
    run(&place, &["verify"]).ends(0);
    hold(&place, "before", 0);
    run(&place, &["key", "reseal", "--custodian", "nobody"]).ends(2);
    export(&place, "E");
    proves(&place, "E/data/proofs/0000001.proof", 0);
}

#[test]
fn a_grant_may_be_kept_to_months() {
    let place = Place::new();
    place.run(&["demo", "D"]).ends(0);
    place.file("new", "den andens adgangssætning\n");
    run(&place, &["operator", "add", "--name", "Anden", "--new-passphrase-file", "new"]).ends(0);
    let listed = || place.run(&["operator", "list", "--json", AT[0], AT[1], AT[2], AT[3]]).ends(0).json();
    let operators = listed();
    let all =
        operators.as_array().cloned().unwrap_or_else(|| operators["operators"].as_array().unwrap().clone());
    let id = all.iter().find(|o| o["rights"].as_array().unwrap().is_empty()).unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let unopened = |place: &Place| {
        let words = ["verify", "--json", AT[0], AT[1], AT[2], AT[3], "--passphrase-file", "new"];
        let done = place.run(&words);
        assert!(matches!(done.code(), 0 | 3), "{}", done.err());
        done.json()["buckets_without_key"].as_u64().unwrap()
    };
    let grant = |more: &[&str]| {
        let words = ["operator", "grant", "--right", "query"];
        run(&place, &words.iter().chain(more).chain(&[id.as_str()]).copied().collect::<Vec<_>>()).ends(0);
    };
    grant(&[]);
    assert_eq!(unopened(&place), 0);
    grant(&["--messages-from", "1999-01-01", "--messages-to", "1999-12-31"]);
    let all = unopened(&place);
    assert!(all > 0, "{all}");
    assert!(listed().to_string().contains("months 1999-01 1999-12"));
    grant(&["--messages-from", "1999-01-01"]);
    assert_eq!(unopened(&place), 0);
}

#[test]
fn a_drill_is_in_the_log() {
    let place = Place::new();
    place.run(&["demo", "D"]).ends(0);
    let report = run(&place, &["key", "split", "--json", "--out", "S"]).ends(0).json();
    let pages: Vec<&str> = report["pages"].as_array().unwrap().iter().map(|p| p.as_str().unwrap()).collect();
    let entries = || run(&place, &["verify", "--json"]).ends(0).json()["entries"].as_u64().unwrap();
    let before = entries();
    let drill = |shares: &[&str]| {
        let mut words = vec!["key", "drill", AT[0], AT[1], AT[2], AT[3]];
        shares.iter().for_each(|share| words.extend(["--share", share]));
        place.run(&words)
    };
    drill(&[pages[0], pages[2]]).ends(0);
    assert_eq!(entries(), before + 1);
    drill(&[pages[0]]).ends(4);
    assert_eq!(entries(), before + 1, "shares that give nothing are no drill");
}
