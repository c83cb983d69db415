//! The second verifier, `scripts/verify.py`, against the program: on archives that were changed and on
//! logs that were never written by it (`scripts/verify-agree`), and on proofs.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::process::Command;

use support::{Place, root, tool};

#[test]
fn both_verifiers_come_to_the_same_verdict() {
    let Some(python) = tool("python3", "--version") else { return };
    let done = Command::new(python)
        .arg(root().join("scripts/verify-agree"))
        .arg(env!("CARGO_BIN_EXE_beskedarkiv"))
        .args(["--count", "60", "--seed", "2026"])
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
    assert!(String::from_utf8_lossy(&done.stdout).contains("60 archives, 0 verdicts differ"));
}

#[test]
fn another_reader_opens_the_whole_archive() {
    let Some(python) = tool("python3", "--version") else { return };
    let has = "import zstandard, cryptography.hazmat.primitives.asymmetric.mlkem as m; m.MLKEM768PrivateKey";
    let able = Command::new(python).args(["-c", has]).output().is_ok_and(|o| o.status.success());
    if !able {
        use std::io::Write;
        let _ = writeln!(std::io::stderr(), "cryptography 48 and zstandard are not installed: left out");
        return;
    }
    let place = Place::new();
    place.run(&["demo", "D"]).ends(0);
    place.file("wrong", "forkert\n");
    let reader = |passphrase: &str| {
        let mut command = Command::new(python);
        command.arg(root().join("scripts/read-archive"));
        command.args([place.arg("D/archive"), place.arg("D/keys"), place.arg(passphrase)]);
        command.output().unwrap()
    };
    let words = ["verify", "--json", "--archive", "D/archive", "--keys", "D/keys"];
    let words: Vec<&str> = words.into_iter().chain(["--passphrase-file", "D/passphrase.txt"]).collect();
    let ours = place.run(&words).ends(0).json();
    let done = reader("D/passphrase.txt");
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    let expected = format!(
        "entries {}, records {}, attachments {}, known ",
        ours["entries"], ours["records"], ours["attachments"]
    );
    assert!(said.starts_with(&expected), "{said} {}", String::from_utf8_lossy(&done.stderr));
    assert!(!reader("wrong").status.success());
}

#[test]
fn both_verifiers_believe_the_same_proofs() {
    let Some(python) = tool("python3", "--version") else { return };
    let place = Place::new();
    place.run(&["demo", "D"]).ends(0);
    let both = |proof: &str, keys: &str| {
        let ours = place.run(&["verify", "--proof", proof, "--trusted-keys", keys]).code();
        let theirs = Command::new(python)
            .arg(root().join("scripts/verify.py"))
            .args(["--proof", &place.arg(proof), "--trusted-keys", &place.arg(keys)])
            .output()
            .unwrap();
        assert_eq!(theirs.status.code(), Some(ours), "{proof} {keys}");
        ours
    };
    for entry in fs::read_dir(place.at("D/export/data/proofs")).unwrap().take(5) {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert_eq!(both(&format!("D/export/data/proofs/{name}"), "D/trusted-keys"), 0);
    }
    let first = "D/export/data/proofs/0000001.proof";
    let text = fs::read(place.at(first)).unwrap();
    for at in (7..text.len()).step_by(text.len() / 30) {
        let mut bad = text.clone();
        bad[at] ^= 4;
        fs::write(place.at("bad.proof"), bad).unwrap();
        assert_eq!(both("bad.proof", "D/trusted-keys"), 5, "{at}");
    }
    let key = include_str!("../fixtures/vectors/chain/trusted-keys-1.txt");
    place.file("other", key);
    assert_eq!(both(first, "other"), 5);
    fs::write(place.at("made.proof"), include_str!("../fixtures/vectors/chain/proof-1.proof")).unwrap();
    // a proof that holds, of a record that is no message: the program says so, the script has no opinion
    let ours = place.run(&["verify", "--proof", "made.proof", "--trusted-keys", "other"]).ends(5);
    assert!(ours.out().contains("malformed"), "{}", ours.out());
    place.file("bad-key", &key.replace('+', "-"));
    assert_eq!(both(first, "bad-key"), 2);
    assert_eq!(both("nowhere", "D/trusted-keys"), 4);
}
