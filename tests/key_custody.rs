//! The epoch's key in shares, copies of the key store, the lock: who can still read, who can grant, and what
//! a lost or wrong share comes to.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;

use support::{Done, Place, files};

const AT: [&str; 6] = ["--archive", "D/archive", "--keys", "D/keys", "--passphrase-file", "D/passphrase.txt"];

fn prepared() -> Place {
    let place = Place::new();
    place.run(&["demo", "D"]).ends(0);
    place.file("new", "den andens adgangssætning\n");
    place
}

fn run(place: &Place, words: &[&str]) -> Done {
    place.run(&words.iter().chain(&AT).copied().collect::<Vec<_>>())
}

fn split(place: &Place, out: &str) -> Vec<String> {
    let report = run(place, &["key", "split", "--json", "--shares", "3", "--threshold", "2", "--out", out]);
    let pages = report.ends(0).json()["pages"].as_array().unwrap().clone();
    pages.iter().map(|p| p.as_str().unwrap().to_owned()).collect()
}

/// The share of a page as a person types it.
fn typed(place: &Place, page: &str, name: &str) -> String {
    let text = fs::read_to_string(place.at(page)).unwrap();
    let groups = text.split_once("<pre id=\"share\">").unwrap().1.split_once("</pre>").unwrap().0;
    let lines: Vec<String> = groups.split(' ').map(str::to_lowercase).collect();
    place.file(
        name,
        &format!("# tastet af to\n{}\n", lines.chunks(7).map(|l| l.join(" ")).collect::<Vec<_>>().join("\n")),
    )
}

fn drill(place: &Place, shares: &[&str]) -> Done {
    let mut words = vec!["key", "drill", "--json", "--archive", "D/archive", "--keys", "D/keys"];
    shares.iter().for_each(|share| words.extend(["--share", share]));
    place.run(&words)
}

#[test]
fn shares_take_the_place_of_the_key() {
    let place = prepared();
    let pages = split(&place, "S");
    assert_eq!(pages.len(), 3);
    let before = fs::read(place.at("D/keys/epoch/1")).unwrap();
    for (a, b) in [(0, 1), (1, 2), (2, 0)] {
        let report = drill(&place, &[&pages[a], &pages[b]]).ends(0).json();
        assert_eq!(report["buckets_opened"], report["buckets"]);
        assert!(report["buckets"].as_u64() > Some(0) && report["in_key_store"] == true, "{report}");
    }
    let all: Vec<&str> = pages.iter().map(String::as_str).collect();
    drill(&place, &all).ends(0);
    let hand = typed(&place, &pages[1], "t2");
    drill(&place, &[&pages[0], &hand]).ends(0);
    assert_eq!(fs::read(place.at("D/keys/epoch/1")).unwrap(), before, "a drill writes no key");

    // what is no way to the key is said, and which
    for (shares, what) in [
        (vec![all[0]], "1 shares, 2 are needed"),
        (vec![all[0], all[0]], "share 1 stands twice"),
        (vec![all[0], "D/passphrase.txt"], "passphrase.txt"),
    ] {
        let err = drill(&place, &shares).ends(4).err();
        assert!(err.contains(what), "{err}");
    }
    let slip = fs::read_to_string(place.at("t2")).unwrap();
    let mut groups: Vec<&str> = slip.split_whitespace().collect();
    let at = groups.len() - 2;
    groups.swap(at, at - 1);
    place
        .file("slip", &format!("# {}", groups[1..].join(" ").replacen("tastet af to ", "tastet af to\n", 1)));
    assert!(drill(&place, &[all[0], "slip"]).ends(4).err().contains("group"));
    let others = split(&place, "S2");
    assert!(drill(&place, &[all[0], &others[1]]).ends(4).err().contains("different splits"));
    drill(&place, &[&others[0], &others[1]]).ends(0);

    // custody: enough shares at the moment the key goes
    run(&place, &["key", "custody", "finish", "--share", all[0]]).ends(4);
    assert!(place.at("D/keys/epoch/1").exists());
    run(&place, &["key", "custody", "finish", "--share", all[0], "--share", all[2]]).ends(0);
    assert!(!place.at("D/keys/epoch/1").exists());
    run(&place, &["key", "split", "--out", "S3"]).ends(6);

    // whoever has a grant reads; ingest makes buckets; a new grant needs the shares
    run(&place, &["verify"]).ends(0);
    let add = ["operator", "add", "--json", "--name", "Bo", "--new-passphrase-file", "new"];
    let bo = run(&place, &add).ends(0).json()["operator"].as_str().unwrap().to_owned();
    let grant = ["operator", "grant", &bo, "--right", "query,export"];
    let refused = run(&place, &grant).ends(6);
    assert!(refused.err().contains("--share"), "{}", refused.err());
    let with: Vec<&str> = grant.iter().copied().chain(["--share", all[1], "--share", all[2]]).collect();
    run(&place, &with).ends(0);
    assert!(!place.at("D/keys/epoch/1").exists(), "granting writes the key nowhere");
    let theirs =
        ["verify", "--json", "--archive", "D/archive", "--keys", "D/keys", "--passphrase-file", "new"];
    assert!(place.run(&theirs).ends(0).json()["records"].as_u64() > Some(10));

    // recovery, and custody again
    run(&place, &["key", "recover", "--share", all[1], "--share", all[0]]).ends(0);
    run(&place, &["operator", "grant", &bo, "--right", "query"]).ends(0);
    run(&place, &["key", "custody", "finish", "--share", all[1], "--share", all[0]]).ends(0);
    assert!(!place.at("D/keys/epoch/1").exists());
}

#[test]
fn shares_are_written_apart_and_by_who_holds_the_key() {
    let place = prepared();
    for out in ["D/keys/S", "D/archive/S"] {
        run(&place, &["key", "split", "--out", out]).ends(6);
    }
    for numbers in [["3", "1"], ["1", "1"], ["2", "3"], ["17", "2"]] {
        run(&place, &["key", "split", "--shares", numbers[0], "--threshold", numbers[1], "--out", "S"])
            .ends(2);
    }
    let add = ["operator", "add", "--json", "--name", "Bo", "--new-passphrase-file", "new"];
    let bo = run(&place, &add).ends(0).json()["operator"].as_str().unwrap().to_owned();
    run(&place, &["operator", "grant", &bo, "--right", "admin,query"]).ends(0);
    let theirs = ["key", "split", "--out", "S", "--archive", "D/archive", "--keys", "D/keys"];
    let words: Vec<&str> = theirs.into_iter().chain(["--passphrase-file", "new"]).collect();
    place.run(&words).ends(6);
    assert!(!place.at("S").exists());
    let pages = split(&place, "S");
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(place.at(&pages[0])).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    run(&place, &["key", "split", "--out", "S"]).ends(2);
    // the share is on its page, and nowhere else
    let text = fs::read_to_string(place.at(&pages[0])).unwrap();
    let groups = text.split_once("<pre id=\"share\">").unwrap().1.split_once("</pre>").unwrap().0.to_owned();
    for file in files(&place.at("D")) {
        let bytes = fs::read(&file).unwrap();
        assert!(!bytes.windows(groups.len()).any(|w| w == groups.as_bytes()), "{}", file.display());
    }
}

fn copy_of_keys(place: &Place, file: &str, more: &[&str]) -> Done {
    let mut words = vec!["key", "backup", "--json", "--archive", "D/archive", "--keys", "D/keys"];
    words.extend(["--passphrase-file", "new", file]);
    words.extend(more);
    place.run(&words)
}

fn put_back(place: &Place, file: &str, keys: &str, more: &[&str]) -> Done {
    let mut words = vec!["key", "restore", "--json", "--archive", "D/archive", "--keys", keys];
    words.extend(["--passphrase-file", "new", file]);
    words.extend(more);
    place.run(&words)
}

#[test]
fn a_copy_of_the_keys_comes_back_without_what_must_not_travel() {
    let place = prepared();
    fs::create_dir_all(place.at("D/keys/holding")).unwrap();
    fs::write(place.at("D/keys/holding/1"), b"key of something held").unwrap();
    let made = copy_of_keys(&place, "copy.bak", &[]).ends(0).json();
    assert_eq!(made["with_epoch"], true, "before custody the copy is all there is");
    copy_of_keys(&place, "copy.bak", &[]).ends(2);
    for inside in ["D/keys/copy.bak", "D/archive/copy.bak"] {
        copy_of_keys(&place, inside, &[]).ends(6);
    }
    let bytes = fs::read(place.at("copy.bak")).unwrap();
    for key in files(&place.at("D/keys")) {
        let secret = fs::read(&key).unwrap();
        assert!(!bytes.windows(secret.len()).any(|w| w == secret), "{}", key.display());
    }
    put_back(&place, "copy.bak", "K2", &[]).ends(0);
    let names = |folder: &str| -> Vec<String> {
        let root = place.at(folder);
        files(&root).iter().map(|f| f.strip_prefix(&root).unwrap().to_str().unwrap().to_owned()).collect()
    };
    let mut expected = names("D/keys");
    expected.retain(|name| !name.starts_with("holding/"));
    assert_eq!(names("K2"), expected);
    let theirs =
        ["verify", "--archive", "D/archive", "--keys", "K2", "--passphrase-file", "D/passphrase.txt"];
    place.run(&theirs).ends(0);
    put_back(&place, "copy.bak", "K2", &[]).ends(2);

    let pages = split(&place, "S");
    run(&place, &["key", "custody", "finish", "--share", &pages[0], "--share", &pages[1]]).ends(0);
    assert_eq!(copy_of_keys(&place, "after.bak", &[]).ends(0).json()["with_epoch"], false);
    put_back(&place, "after.bak", "K3", &[]).ends(0);
    assert!(!names("K3").iter().any(|name| name.starts_with("epoch/")));
    // the shares still give the key there
    let at = ["--archive", "D/archive", "--keys", "K3", "--share", &pages[1], "--share", &pages[2]];
    place.run(&["key", "drill"].into_iter().chain(at).collect::<Vec<_>>()).ends(0);
}

#[test]
fn a_copy_of_the_keys_expires_and_belongs_to_one_archive() {
    let place = prepared();
    copy_of_keys(&place, "old.bak", &["--expires", "2020-01-01"]).ends(2);
    copy_of_keys(&place, "copy.bak", &["--expires", "2126-01-01"]).ends(0);
    let mut bytes = fs::read(place.at("copy.bak")).unwrap();
    // a changed last day opens nothing
    bytes[4 + 12 + 32 + 16 + 8 + 2] = 0;
    fs::write(place.at("expired.bak"), &bytes).unwrap();
    assert!(put_back(&place, "expired.bak", "K2", &[]).ends(6).err().contains("expired"));
    put_back(&place, "expired.bak", "K2", &["--expired-too"]).ends(4);
    assert!(!place.at("K2").exists(), "nothing is written unless all of it opened");
    place.file("other", "forkert\n");
    let wrong = ["key", "restore", "--archive", "D/archive", "--keys", "K2", "--passphrase-file", "other"];
    place.run(&wrong.into_iter().chain(["copy.bak"]).collect::<Vec<_>>()).ends(4);
    place.run(&["init", "--archive", "A", "--keys", "K", "--passphrase-file", "new"]).ends(0);
    let foreign =
        ["key", "restore", "--archive", "A", "--keys", "K2", "--passphrase-file", "new", "copy.bak"];
    place.run(&foreign).ends(5);
}

#[test]
fn a_locked_key_store_does_nothing_until_it_is_unlocked() {
    let place = prepared();
    let at = ["--archive", "D/archive", "--keys", "D/keys"];
    let before = fs::read(place.at("D/keys/ingest/register")).unwrap();
    let lock: Vec<&str> = ["key", "lock"].into_iter().chain(at).collect();
    place.run(&lock).ends(0);
    for file in files(&place.at("D/keys")) {
        let bytes = fs::read(&file).unwrap();
        assert!(!bytes.windows(32).any(|w| w == before), "{}", file.display());
    }
    place.run(&lock).ends(6);
    let list: Vec<&str> = ["custodian", "list"].into_iter().chain(at).collect();
    assert!(place.run(&list).ends(6).err().contains("locked"));
    let mut ingest = vec!["ingest", "--custodian", "departementschef", "--backup-passphrase-file"];
    ingest.extend(["D/passphrase.txt", "D/backup"]);
    ingest.extend(at);
    place.run(&ingest).ends(6);
    place.run(&["verify", "--archive", "D/archive"]).ends(0);
    let mut wrong = vec!["key", "unlock", "--passphrase-file", "new"];
    wrong.extend(at);
    place.run(&wrong).ends(4);
    run(&place, &["key", "unlock"]).ends(0);
    assert_eq!(fs::read(place.at("D/keys/ingest/register")).unwrap(), before);
    place.run(&list).ends(0);
    run(&place, &["verify"]).ends(0);
    run(&place, &["key", "unlock"]).ends(6);
}

#[test]
fn two_administrators_destroy_all_keys_where_the_policy_lets_them() {
    let place = prepared();
    let add = ["operator", "add", "--json", "--name", "Bo", "--new-passphrase-file", "new"];
    let bo = run(&place, &add).ends(0).json()["operator"].as_str().unwrap().to_owned();
    let number = place.run(&["checkpoint", "show", "--json", "--archive", "D/archive"]).ends(0).json();
    let number = number["archive"].as_str().unwrap()[..8].to_owned();
    let destroy = |second: &str, confirm: &str| {
        let words = ["key", "destroy", "--json", "--second-passphrase-file", second, "--confirm", confirm];
        run(&place, &words)
    };
    destroy("new", &number).ends(6);
    place.file("regler", "allow_key_destruction = true\n");
    run(&place, &["policy", "set", "regler"]).ends(0);
    destroy("new", "00000000").ends(2);
    destroy("D/passphrase.txt", &number).ends(2);
    // the other one does not administer yet
    destroy("new", &number).ends(6);
    run(&place, &["operator", "grant", &bo, "--right", "admin"]).ends(0);
    let before = files(&place.at("D/keys")).len();
    assert!(before > 10);
    let done = destroy("new", &number).ends(0).json();
    assert_eq!(files(&place.at("D/keys")).len(), 2, "VERSION and seen alone are left");
    place.run(&["verify", "--archive", "D/archive"]).ends(0);
    run(&place, &["verify"]).ends(4);
    // an interrupted one is completed, and asks for nobody
    fs::create_dir_all(place.at("D/keys/ingest")).unwrap();
    fs::write(place.at("D/keys/ingest/signing"), [7; 32]).unwrap();
    let again = destroy("nobody", &number).ends(0).json();
    assert_eq!((&again["entry"], again["files"].as_u64()), (&done["entry"], Some(1)));
    assert_eq!(files(&place.at("D/keys")).len(), 2);
}
