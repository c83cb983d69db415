//! A copy for a place that must not read it: it carries no key and no name, it holds, it can be put back,
//! and what would give something away is refused before anything is written.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::path::Path;

use support::{Done, Place, files};

/// A name as the register has it.
const NAME: &str = "Nina Kanariefugl";

/// The demo's archive, with a register that has a name to look for.
fn prepared() -> Place {
    let place = Place::new();
    place.run(&["demo", "D"]).ends(0);
    let mut words = vec!["custodian", "add", "--archive", "D/archive", "--keys", "D/keys"];
    words.extend(["--passphrase-file", "D/passphrase.txt", "--id", "n", "--name", NAME]);
    words.extend(["--post", "minister", "--authority-kind", "departement", "--from", "2020-01-01"]);
    words.extend(["--number", "+4520300103"]);
    place.run(&words).ends(0);
    place
}

fn backup(place: &Place, to: &str, more: &[&str]) -> Done {
    let mut words = vec!["backup", "--json", "--archive", "D/archive", "--keys", "D/keys"];
    words.extend(["--holding", "D/holding", "--offsite", to]);
    words.extend(more);
    place.run(&words)
}

fn holds(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|w| w == what)
}

#[test]
fn a_copy_holds_and_comes_back() {
    let place = prepared();
    let made = backup(&place, "copy", &["--canary", "Kanariefugl"]).ends(0).json();
    assert!(made["looked_for"].as_u64().unwrap() > 20, "{made}");
    let all = files(&place.at("copy"));
    let names: Vec<_> = all.iter().map(|f| f.strip_prefix(place.at("copy")).unwrap().to_owned()).collect();
    assert!(!names.iter().any(|n| n.ends_with("lock") || n.to_string_lossy().contains("part")), "{names:?}");
    // no key, no name
    let keys = files(&place.at("D/keys"));
    for file in &all {
        let bytes = fs::read(file).unwrap();
        for key in keys.iter().filter(|k| !k.ends_with("VERSION")) {
            assert!(!holds(&bytes, &fs::read(key).unwrap()), "{} {}", file.display(), key.display());
        }
        assert!(!holds(&bytes, NAME.as_bytes()) && !holds(&bytes, b"20300103"), "{}", file.display());
    }
    let planted = [b"before ".as_slice(), &fs::read(&keys[0]).unwrap(), b" after"].concat();
    assert!(holds(&planted, &fs::read(&keys[0]).unwrap()), "the search finds what is there");
    // another program agrees with the list
    let check = std::process::Command::new("sha256sum")
        .args(["--quiet", "--check", "SHA256SUMS"])
        .current_dir(place.at("copy"))
        .status();
    assert!(check.is_ok_and(|s| s.success()));

    let verified = place.run(&["backup", "verify", "--json", "copy"]).ends(0).json();
    assert_eq!(verified["verified"]["root"], made["root"]);
    let restored = place.run(&["backup", "restore", "--json", "copy", "--to", "drill"]).ends(0).json();
    assert_eq!(restored["verified"]["root"], made["root"], "the same head");
    place.run(&["backup", "restore", "copy", "--to", "drill"]).ends(2);
    // with the keys it is the archive: it opens, and it is written to
    // in a drill, with a copy of the key store: the key store itself remembers what it wrote last
    copied(&place.at("D/keys"), &place.at("K2"));
    let acting = ["--archive", "drill", "--keys", "K2", "--passphrase-file", "D/passphrase.txt"];
    let with =
        |words: &[&'static str]| -> Vec<&'static str> { words.iter().copied().chain(acting).collect() };
    let keyed = place.run(&with(&["verify", "--json"])).ends(0).json();
    assert!(keyed["records"].as_u64().unwrap() > 10);
    place.run(&with(&["custodian", "event", "n", "phone-changed:2026-01-01"])).ends(0);

    // doing it again: nothing of what is there is written anew but what may have changed
    let again = backup(&place, "copy", &[]).ends(0).json();
    assert_eq!((&again["root"], again["written"].as_u64()), (&made["root"], Some(1)), "{again}");
    // an interrupted one goes on
    fs::remove_file(place.at("copy/archive.db")).unwrap();
    fs::write(place.at("copy/archive.db.part"), b"half").unwrap();
    fs::remove_file(place.at("copy/SHA256SUMS")).unwrap();
    backup(&place, "copy", &[]).ends(0);
    place.run(&["backup", "verify", "copy"]).ends(0);
    // brought up to date: the copy is of an older state of the same log
    let acting = ["--archive", "D/archive", "--keys", "D/keys", "--passphrase-file", "D/passphrase.txt"];
    let words = ["custodian", "event", "n", "phone-changed:2026-02-01"];
    fs::remove_dir_all(place.at(".local")).unwrap();
    place.run(&words.into_iter().chain(acting).collect::<Vec<_>>()).ends(0);
    let newer = backup(&place, "copy", &[]).ends(0).json();
    assert_ne!(newer["root"], made["root"]);
    // and what grew elsewhere is not brought "up to date"
    place.run(&["backup", "restore", "copy", "--to", "other"]).ends(0);
    fs::remove_dir_all(place.at(".local")).unwrap();
    copied(&place.at("D/keys"), &place.at("K3"));
    let acting = ["--archive", "other", "--keys", "K3", "--passphrase-file", "D/passphrase.txt"];
    let words = ["custodian", "event", "n", "phone-changed:2026-03-01"];
    place.run(&words.into_iter().chain(acting).collect::<Vec<_>>()).ends(0);
    let fork = ["backup", "--archive", "other", "--keys", "K3", "--offsite"];
    place.run(&fork.into_iter().chain(["newer"]).collect::<Vec<_>>()).ends(0);
    assert!(backup(&place, "newer", &[]).ends(5).err().contains("shorter"));
}

fn copied(from: &Path, to: &Path) {
    for file in files(from) {
        let to = to.join(file.strip_prefix(from).unwrap());
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(file, to).unwrap();
    }
}

#[test]
fn every_change_of_a_copy_is_found() {
    let place = prepared();
    backup(&place, "copy", &[]).ends(0);
    for file in files(&place.at("copy")) {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        let bytes = fs::read(&file).unwrap();
        let mut bad = bytes.clone();
        let middle = bad.len() / 2;
        bad[middle] ^= 1;
        fs::write(&file, &bad).unwrap();
        let code = place.run(&["backup", "verify", "copy"]).code();
        assert!(code == 5 || (name == "SHA256SUMS" && code == 4), "{name}: {code}");
        fs::write(&file, &bytes).unwrap();
    }
    fs::create_dir_all(place.at("copy/blobs")).unwrap();
    fs::write(place.at("copy/blobs/0000000000000fff"), b"more").unwrap();
    place.run(&["backup", "verify", "copy"]).ends(5);
    fs::remove_file(place.at("copy/blobs/0000000000000fff")).unwrap();
    fs::remove_file(place.at("copy/checkpoint")).unwrap();
    place.run(&["backup", "verify", "copy"]).ends(5);
    let list = fs::read_to_string(place.at("copy/SHA256SUMS")).unwrap();
    fs::write(place.at("copy/SHA256SUMS"), list.replace("  checkpoint", "  ../checkpoint")).unwrap();
    place.run(&["backup", "restore", "copy", "--to", "drill"]).ends(4);
    assert!(!place.at("checkpoint").exists());
}

#[test]
fn what_would_give_something_away_is_refused_before_anything_is_written() {
    let place = prepared();
    let refused = |what: &str| {
        let done = backup(&place, "copy", &[]).ends(6);
        assert!(done.err().contains(what), "{what}: {}", done.err());
        assert!(!place.at("copy").exists());
        assert!(!done.err().contains(NAME));
    };
    // a key in the archive's folder
    fs::copy(place.at("D/keys/ingest/signing"), place.at("D/archive/signing")).unwrap();
    refused("signing");
    fs::remove_file(place.at("D/archive/signing")).unwrap();
    // keys, their numbers and names inside files that do travel
    let key = fs::read(place.at("D/keys/ingest/register")).unwrap();
    let hex: String = key.iter().map(|b| format!("{b:02x}")).collect();
    let identity =
        files(&place.at("D/keys/operators")).into_iter().find(|f| f.ends_with("identity")).unwrap();
    let wrap = files(&place.at("D/keys/buckets")).remove(0);
    let number = wrap.parent().unwrap().file_name().unwrap().to_str().unwrap().to_owned();
    let utf16: Vec<u8> = NAME.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let planted: [(&[u8], &str); 7] = [
        (&key, "ingest/register"),
        (hex.as_bytes(), "ingest/register"),
        (&fs::read(identity).unwrap(), "operators/"),
        (&fs::read(&wrap).unwrap(), "buckets/"),
        (number.as_bytes(), "number of a key"),
        (NAME.as_bytes(), "name or number"),
        (&utf16, "name or number"),
    ];
    let blob = place.at("D/archive/checkpoints/0000000000000001");
    fs::create_dir_all(blob.parent().unwrap()).unwrap();
    for (bytes, what) in planted {
        fs::write(&blob, [b"before ", bytes, b" after"].concat()).unwrap();
        refused(what);
    }
    fs::write(&blob, b"nothing of the kind, +4520300103").unwrap();
    refused("name or number");
    fs::remove_file(&blob).unwrap();
    let canary = backup(&place, "copy", &["--canary", "beskedarkiv/"]).ends(6);
    assert!(canary.err().contains("--canary"), "{}", canary.err());
    // the folders lie apart
    fs::create_dir_all(place.at("D/holding")).unwrap();
    for inside in ["D/archive/copy", "D/keys/copy", "D/holding/copy", "D", "D/archive"] {
        let done = backup(&place, inside, &[]);
        assert_eq!(done.code(), 6, "{inside}: {}", done.err());
    }
    // something else lies there
    fs::create_dir(place.at("mine")).unwrap();
    fs::write(place.at("mine/brev.txt"), b"x").unwrap();
    backup(&place, "mine", &[]).ends(2);
    assert_eq!(files(&place.at("mine")).len(), 1);
    // the control: without any of this the copy is made
    backup(&place, "copy", &[]).ends(0);
}
