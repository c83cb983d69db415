//! Cutting off the end of the log, writing it anew and putting back an old copy are seen by everybody who
//! remembers it: a witness, an operator, a printed sheet, a production.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;

use support::{Done, Place, files, root, tool};

/// An archive with one custodian.
fn prepared() -> Place {
    let place = Place::new();
    place.file("op", "en adgangssætning\n");
    place.file("vidnekode", "vidnets egen\n");
    place.run(&["init", "--archive", "A", "--keys", "K", "--passphrase-file", "op"]).ends(0);
    add(&place, "A", "a").ends(0);
    place
}

fn add(place: &Place, archive: &str, id: &str) -> Done {
    let mut words = vec!["custodian", "add", "--archive", archive, "--keys", "K", "--passphrase-file", "op"];
    words.extend(["--id", id, "--name", "Nina Navn", "--post", "minister"]);
    words.extend(["--authority-kind", "departement", "--from", "2020-01-01"]);
    place.run(&words)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for file in files(from) {
        let to = to.join(file.strip_prefix(from).unwrap());
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(file, to).unwrap();
    }
}

fn keep(place: &Place, as_copy: &str) {
    copy(&place.at("A"), &place.at(as_copy));
}

/// As if the operator worked on another machine: nothing is remembered there.
fn forget(place: &Place) {
    let _ = fs::remove_dir_all(place.at(".local"));
    // whoever forges a log has the key store
    fs::remove_file(place.at("K/seen")).unwrap();
}

fn witness(place: &Place, archive: &str, more: &[&str]) -> Done {
    let mut words = vec!["checkpoint", "witness", "--json", "--archive", archive];
    words.extend(["--passphrase-file", "vidnekode"]);
    words.extend(more);
    place.run(&words)
}

#[test]
fn a_witness_sees_growth_rollback_and_forks() {
    let place = prepared();
    keep(&place, "old");
    fs::create_dir(place.at("stick")).unwrap();
    let first = witness(&place, "A", &["--new", "--name", "rigsarkivet/anna", "stick/w"]).ends(0).json();
    assert_eq!((first["before"].is_null(), first["kept"].as_bool()), (true, Some(true)));
    witness(&place, "A", &["--new", "--name", "b", "stick/w"]).ends(2);
    add(&place, "A", "b").ends(0);
    let second = witness(&place, "A", &["stick/w"]).ends(0).json();
    assert_eq!(second["before"], first["size"]);
    assert!(second["size"].as_u64() > first["size"].as_u64());
    // the same state once more is no fault
    witness(&place, "A", &["stick/w"]).ends(0);

    let remembered = fs::read(place.at("stick/w")).unwrap();
    let back = witness(&place, "old", &["stick/w"]).ends(5);
    assert!(back.err().contains("shorter"), "{}", back.err());
    forget(&place);
    add(&place, "old", "c").ends(0);
    let fork = witness(&place, "old", &["stick/w"]).ends(5);
    assert!(fork.err().contains("rewritten"), "{}", fork.err());
    add(&place, "old", "d").ends(0);
    add(&place, "old", "e").ends(0);
    witness(&place, "old", &["stick/w"]).ends(5);
    assert_eq!(fs::read(place.at("stick/w")).unwrap(), remembered, "a refusal changes no memory");
    witness(&place, "A", &["stick/w"]).ends(0);

    place.run(&["init", "--archive", "A2", "--keys", "K2", "--passphrase-file", "op"]).ends(0);
    assert!(witness(&place, "A2", &["stick/w"]).ends(5).err().contains("another archive"));
    place.file("vidnekode", "en anden\n");
    witness(&place, "A", &["stick/w"]).ends(4);
    // who changes what the witness remembers cannot sign it
    place.file("vidnekode", "vidnets egen\n");
    let text = String::from_utf8(remembered).unwrap();
    let size = second["size"].to_string();
    place.file("stick/w", &text.replacen(&format!("\n{size}\n"), "\n1\n", 1));
    assert!(witness(&place, "A", &["stick/w"]).ends(5).err().contains("changed"));
}

/// What cannot be read of what is remembered stands in the report, beside all the rest.
#[test]
fn memories_that_came_to_harm_are_named() {
    let place = prepared();
    let words = ["verify", "--json", "--archive", "A", "--keys", "K", "--passphrase-file", "op"];
    place.run(&words).ends(0);
    let operators = files(&place.at(".local/state/beskedarkiv/seen")).remove(0);
    for file in [place.at("K/seen"), operators] {
        fs::write(&file, "ikke til at læse").unwrap();
        let report = place.run(&words).ends(5).json();
        assert!(report["entries"].as_u64() > Some(0), "{report}");
        assert!(report["broken"].to_string().contains("cannot be read"), "{report}");
        let accept = ["checkpoint", "accept", "--archive", "A", "--keys", "K", "--passphrase-file", "op"];
        place.run(&accept).ends(0);
        place.run(&words).ends(0);
    }
}

#[test]
fn an_operator_remembers() {
    let place = prepared();
    keep(&place, "old");
    add(&place, "A", "b").ends(0);
    let seen = files(&place.at(".local/state/beskedarkiv/seen"));
    assert_eq!(seen.len(), 1);
    // the old copy in the place of the archive
    fs::rename(place.at("A"), place.at("new")).unwrap();
    copy(&place.at("old"), &place.at("A"));
    let refused = add(&place, "A", "c").ends(5);
    assert!(refused.err().contains("shorter"), "{}", refused.err());
    assert!(place.run(&["status", "--archive", "A", "--keys", "K"]).ends(5).err().contains("shorter"));
    let words = ["verify", "--json", "--archive", "A", "--keys", "K", "--passphrase-file", "op"];
    let report = place.run(&words).ends(5).json();
    assert_eq!(report["holds"], false, "verify reports it with all the rest: {report}");
    let faults = report["broken"].as_array().unwrap().len();
    assert!(faults <= 2, "each memory is named once: {report}");
    // without keys nobody remembers: the copy is a true earlier state
    place.run(&["verify", "--archive", "A"]).ends(0);
    let accept =
        ["checkpoint", "accept", "--json", "--archive", "A", "--keys", "K", "--passphrase-file", "op"];
    let forgotten = place.run(&accept).ends(0).json();
    assert!(forgotten["forgotten"].as_u64() > Some(0), "{forgotten}");
    add(&place, "A", "c").ends(0);
    place.run(&words).ends(0);
    assert_eq!(
        files(&place.at(".local/state/beskedarkiv/seen")).len(),
        3,
        "the old memories are kept, the job's too"
    );
    // the other branch is now the one that does not fit
    fs::rename(place.at("A"), place.at("A1")).unwrap();
    fs::rename(place.at("new"), place.at("A")).unwrap();
    assert!(add(&place, "A", "d").ends(5).err().contains("rewritten"));
}

#[test]
fn paper_remembers() {
    let place = prepared();
    keep(&place, "old");
    add(&place, "A", "b").ends(0);
    let show = ["checkpoint", "show", "--json", "--archive", "A", "--print", "ark.html"];
    let printed = place.run(&show).ends(0).json();
    let page = fs::read_to_string(place.at("ark.html")).unwrap();
    let groups: Vec<String> =
        printed["groups"].as_array().unwrap().iter().map(|g| g.as_str().unwrap().to_owned()).collect();
    assert!(groups.iter().all(|g| page.contains(g.as_str())) && page.contains("<svg"));
    // through a link it lies where the link leads, and a pipe stays one
    place.file("mål.html", "før");
    std::os::unix::fs::symlink(place.at("mål.html"), place.at("link.html")).unwrap();
    place.run(&["checkpoint", "show", "--archive", "A", "--print", "link.html"]).ends(0);
    assert!(place.at("link.html").is_symlink());
    assert_eq!(fs::read_to_string(place.at("mål.html")).unwrap(), page);
    assert!(std::process::Command::new("mkfifo").arg(place.at("rør")).status().unwrap().success());
    let mut reader = std::process::Command::new("cat");
    let reader = reader.arg(place.at("rør")).stdout(std::process::Stdio::piped()).spawn().unwrap();
    place.run(&["checkpoint", "show", "--archive", "A", "--print", "rør"]).ends(0);
    assert_eq!(String::from_utf8(reader.wait_with_output().unwrap().stdout).unwrap(), page);
    let size = printed["size"].to_string();
    let check = |archive: &str, size: &str, groups: &[String]| {
        let mut words = vec!["checkpoint", "verify-printed", "--archive", archive, "--size", size];
        words.extend(groups.iter().map(String::as_str));
        place.run(&words)
    };
    check("A", &size, &groups).ends(0);
    add(&place, "A", "c").ends(0);
    check("A", &size, &groups).ends(0);
    check("old", &size, &groups).ends(5);
    check("A", "2", &groups).ends(5);
    let mut typo = groups.clone();
    let wrong = if typo[3].starts_with('7') { "8" } else { "7" };
    typo[3].replace_range(..1, wrong);
    assert!(check("A", &size, &typo).ends(2).err().contains("group 4"));

    place.file("tastet", &format!("# journal 2026-17\n{size}\n{}\n", groups.join("\n")));
    for remembered in ["ark.html", "tastet"] {
        let words = |archive| ["verify", "--archive", archive, "--checkpoint", remembered];
        place.run(&words("A")).ends(0);
        place.run(&words("old")).ends(5);
    }
    place.run(&["checkpoint", "show", "--archive", "A", "--print", "A/ark.html"]).ends(2);
}

#[test]
fn what_was_cosigned_travels_with_productions() {
    let place = Place::new();
    place.run(&["demo", "D"]).ends(0);
    let acting = ["--archive", "D/archive", "--keys", "D/keys", "--passphrase-file", "D/passphrase.txt"];
    let with =
        |words: &[&'static str]| -> Vec<&'static str> { words.iter().copied().chain(acting).collect() };
    let signed = place.run(&with(&["checkpoint", "sign", "--json"])).ends(0).json();
    place.file("vidnekode", "vidnets egen\n");
    witness(&place, "D/archive", &["--new", "--name", "vidne", "w"]).ends(0);
    let out = ["export", "--custodian", "departementschef", "--unsealed", "--out", "E"];
    place.run(&with(&out)).ends(0);
    let kept = files(&place.at("E/data/checkpoints"));
    assert_eq!(kept.len(), 2, "the cosigned state, and how the newer one grew from it");
    let note = fs::read_to_string(&kept[0]).unwrap();
    assert_eq!(note.lines().nth(1).unwrap(), signed["size"].to_string());
    assert_eq!(note.matches('\u{2014}').count(), 3, "job, operator and witness: {note}");
    let manifest = fs::read_to_string(place.at("E/manifest-sha256.txt")).unwrap();
    assert!(manifest.contains("data/checkpoints/"));
    for remembered in ["E", "E/data/checkpoint", kept[0].to_str().unwrap(), "w"] {
        place.run(&["verify", "--archive", "D/archive", "--checkpoint", remembered]).ends(0);
    }
    let proof = fs::read_dir(place.at("E/data/proofs")).unwrap().next().unwrap().unwrap().path();
    place.run(&["verify", "--proof", proof.to_str().unwrap(), "--trusted-keys", "w"]).ends(0);
    // another state in the archive's own folder of cosigned ones is found
    let theirs = files(&place.at("D/archive/checkpoints"));
    fs::write(&theirs[0], note.replace(&format!("\n{}\n", signed["size"]), "\n3\n")).unwrap();
    place.run(&["verify", "--archive", "D/archive"]).ends(5);
}

/// An answer by an authority that OpenSSL runs here, where there is one.
#[test]
fn time_stamps_are_carried_by_a_medium() {
    let Some(openssl) = tool("openssl", "version") else { return };
    let place = prepared();
    let fixtures = Command::new(root().join("scripts/timestamp-fixtures"))
        .args([place.arg("tsa"), place.arg("tsa/work")])
        .output()
        .unwrap();
    assert!(fixtures.status.success(), "{}", String::from_utf8_lossy(&fixtures.stderr));
    let query = ["checkpoint", "timestamp", "--json", "--archive", "A", "--query", "q.tsq"];
    let asked = place.run(&query).ends(0).json();
    let note = fs::read_to_string(place.at("A/checkpoint")).unwrap();
    let lines: String = note.lines().take(3).map(|line| format!("{line}\n")).collect();
    fs::write(place.at("three-lines"), &lines).unwrap();
    // the log goes on while the query is under way
    add(&place, "A", "b").ends(0);
    let answered = Command::new(openssl)
        .args(["ts", "-reply", "-config", "tsa.cnf", "-queryfile"])
        .args([place.arg("q.tsq"), "-signer".into(), "rsa.pem".into(), "-inkey".into(), "rsa.key".into()])
        .args(["-out".to_owned(), place.arg("a.tsr")])
        .current_dir(place.at("tsa/work"))
        .output()
        .unwrap();
    assert!(answered.status.success(), "{}", String::from_utf8_lossy(&answered.stderr));
    // OpenSSL believes it, from the three lines of the checkpoint
    let theirs = Command::new(openssl)
        .args(["ts", "-verify", "-data", "three-lines", "-in", "a.tsr", "-CAfile", "tsa/rsa-ca.pem"])
        .current_dir(place.at(""))
        .output()
        .unwrap();
    assert!(theirs.status.success(), "{}", String::from_utf8_lossy(&theirs.stderr));
    let take = |answer: &str, certificate: &str| {
        let mut words = vec!["checkpoint", "timestamp", "--json", "--archive", "A"];
        words.extend(["--response", answer, "--tsa-certificate", certificate]);
        place.run(&words)
    };
    assert!(take("a.tsr", "tsa/p256-ca.pem").ends(4).err().contains("vouches"));
    assert!(take("tsa/rsa.tsr", "tsa/rsa-ca.pem").ends(4).err().contains("something else"));
    take("op", "tsa/rsa-ca.pem").ends(4);
    let taken = take("a.tsr", "tsa/rsa-ca.pem").ends(0).json();
    assert_eq!((&taken["size"], &taken["root"]), (&asked["size"], &asked["root"]));
    place.run(&["verify", "--archive", "A"]).ends(0);
    let list = |certificate: &str| {
        place.run(&["checkpoint", "timestamp", "--json", "--archive", "A", "--tsa-certificate", certificate])
    };
    assert_eq!(list("tsa/rsa.pem").ends(0).json()[0]["holds"], true);
    assert_eq!(list("tsa/p384-ca.pem").ends(5).json()[0]["holds"], false);
}
