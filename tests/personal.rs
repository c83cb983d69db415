//! Operators with a key of their own (age) in the place of a passphrase: made by age's own tool and by a plug-in, they do
//! what others do; another key opens nothing.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::process::Command;

use support::{Done, Place, files, root, tool};

const AT: [&str; 4] = ["--archive", "D/archive", "--keys", "D/keys"];
const TOKEN: &str = "AGE-PLUGIN-PROEVE-1W3HKKETW95CSNDRNZ4";
const TO_TOKEN: &str = "age1proeve1w3hkketw95csx7gy94";

fn prepared() -> Place {
    let place = Place::new();
    place.run(&["demo", "D"]).ends(0);
    place
}

/// By the first operator, who has a passphrase.
fn first(place: &Place, words: &[&str]) -> Done {
    place.run(&[words, &AT, &["--passphrase-file", "D/passphrase.txt"]].concat())
}

/// By whoever has the key in a file.
fn own(place: &Place, key: &str, words: &[&str]) -> Done {
    place.run(&[words, &AT, &["--identity", key]].concat())
}

/// The same, with a plug-in among the installed programs.
fn with_plugin(place: &Place, words: &[&str]) -> Done {
    let path = format!("{}:{}", place.arg("bin"), std::env::var("PATH").unwrap_or_default());
    place.ended(words, place.command(&[words, &AT].concat()).env("PATH", path))
}

/// A key by the crate, and the recipient that belongs to it.
fn key(place: &Place, name: &str) -> String {
    use age::secrecy::ExposeSecret;
    let identity = age::x25519::Identity::generate();
    place.file(name, &format!("# made for a test\n{}\n", identity.to_string().expose_secret()));
    identity.to_public().to_string()
}

/// A key by `age-keygen`, where it is installed.
fn key_by_tool(place: &Place, name: &str) -> Option<String> {
    let out = Command::new(tool("age-keygen", "--version")?).output().unwrap();
    place.file(name, std::str::from_utf8(&out.stdout).unwrap());
    let text = fs::read_to_string(place.at(name)).unwrap();
    text.lines().find_map(|line| line.strip_prefix("# public key: ")).map(str::to_owned)
}

fn added(place: &Place, name: &str, recipient: &str) -> String {
    let add = ["operator", "add", "--json", "--name", name, "--recipient", recipient];
    first(place, &add).ends(0).json()["operator"].as_str().unwrap().to_owned()
}

fn granted(place: &Place, id: &str, rights: &str) {
    first(place, &["operator", "grant", id, "--right", rights]).ends(0);
}

#[test]
fn an_own_key_does_what_a_passphrase_does() {
    let place = prepared();
    let anna = added(&place, "Anna", &key(&place, "anna"));
    key(&place, "stranger");
    // no rights yet, and then those that were granted
    own(&place, "anna", &["export", "--custodian", "departementschef", "--unsealed", "--out", "E"]).ends(6);
    granted(&place, &anna, "query,export,review,audit,admin");
    let verified = own(&place, "anna", &["verify", "--json"]).ends(0).json();
    assert!(verified["records"].as_u64() > Some(10), "{verified}");

    // another key is refused with a sentence, whatever it is
    let refused = own(&place, "stranger", &["verify"]).ends(4);
    assert!(refused.err().contains("the identity fits no operator"), "{}", refused.err());
    let line = fs::read_to_string(place.at("anna")).unwrap().lines().nth(1).unwrap().to_owned();
    place.file("broken", &format!("# x\n{}\n", line.replace("AGE-SECRET-KEY-1", "AGE-SECRET-KEY-1Q")));
    let refused = own(&place, "broken", &["verify"]).ends(4);
    assert!(refused.err().contains("line 2 is no identity"), "{}", refused.err());
    assert!(!refused.err().contains("AGE-SECRET-KEY-1Q"), "{}", refused.err());
    place.file("sealed", "age-encryption.org/v1\n-> scrypt x 18\n");
    assert!(own(&place, "sealed", &["verify"]).ends(4).err().contains("encrypted itself"));
    own(&place, "D/passphrase.txt", &["verify"]).ends(4);
    own(&place, "nowhere", &["verify"]).ends(4);
    own(&place, "anna", &["verify", "--passphrase-file", "D/passphrase.txt"]).ends(2);
    for bad in ["age1qqqq", line.as_str()] {
        let said = first(&place, &["operator", "add", "--name", "x", "--recipient", bad]);
        assert_eq!(said.code(), 4, "{}", said.err());
    }

    // the key store is locked and unlocked, copied and put back, the key split, by her
    own(&place, "anna", &["key", "unlock"]).ends(6);
    place.run(&[&["key", "lock"][..], &AT].concat()).ends(0);
    own(&place, "stranger", &["key", "unlock"]).ends(4);
    own(&place, "anna", &["key", "unlock"]).ends(0);
    first(&place, &["verify"]).ends(0);
    let pages = first(&place, &["key", "split", "--json", "--out", "S"]).ends(0).json()["pages"].clone();
    let pages: Vec<String> =
        pages.as_array().unwrap().iter().map(|p| p.as_str().unwrap().to_owned()).collect();
    let shares = ["--share", &pages[0], "--share", &pages[1]];
    first(&place, &[&["key", "custody", "finish"][..], &shares].concat()).ends(0);
    own(&place, "anna", &[&["key", "recover"][..], &shares].concat()).ends(0);
    own(&place, "anna", &["key", "split", "--out", "S2"]).ends(0);
    place.file("copy-passphrase", "kopiens egen\n");
    let backup = ["key", "backup", "--passphrase-file", "copy-passphrase", "keys.bak"];
    place.run(&[&backup[..], &AT].concat()).ends(0);
    let restore = ["key", "restore", "--passphrase-file", "copy-passphrase", "keys.bak"];
    place.run(&[&restore[..], &["--archive", "D/archive", "--keys", "K2"]].concat()).ends(0);
    let at_copy = ["verify", "--archive", "D/archive", "--keys", "K2", "--identity", "anna"];
    place.run(&at_copy).ends(0);

    // what is hers is in no file but her own, and revoked she reads nothing
    for file in files(&place.at("D")) {
        let bytes = fs::read(&file).unwrap();
        assert!(!bytes.windows(line.len()).any(|w| w == line.as_bytes()), "{}", file.display());
    }
    assert!(fs::read_to_string(place.at("anna")).unwrap().contains(&line), "the control");
    first(&place, &["operator", "revoke", &anna]).ends(0);
    own(&place, "anna", &["export", "--custodian", "departementschef", "--unsealed", "--out", "E"]).ends(6);
}

#[test]
fn keys_by_the_tool_and_several_for_one_operator() {
    let place = prepared();
    let spare = key(&place, "spare");
    let Some(recipient) = key_by_tool(&place, "mine") else { return };
    place.file("both", &format!("# token and spare\n{recipient}\n{spare}\n"));
    let id = added(&place, "Bo", "both");
    granted(&place, &id, "query");
    for key in ["mine", "spare"] {
        assert!(own(&place, key, &["verify", "--json"]).ends(0).json()["records"].as_u64() > Some(10));
    }
    // the wrap is an age file: the tool opens it too, to a key of 32 bytes
    let identity = fs::read(place.at(&format!("D/keys/operators/{id}/identity"))).unwrap();
    let len = u32::from_be_bytes(identity[4..8].try_into().unwrap()) as usize;
    fs::write(place.at("wrap.age"), &identity[8..8 + len]).unwrap();
    let open = ["-d", "-i", &place.arg("mine"), &place.arg("wrap.age")];
    let opened = Command::new("age").args(open).output().unwrap();
    assert_eq!((opened.status.success(), opened.stdout.len()), (true, 32));
}

#[test]
fn a_plug_in_unlocks() {
    let Some(_) = tool("python3", "--version") else { return };
    let place = prepared();
    fs::create_dir(place.at("bin")).unwrap();
    let program = fs::read_to_string(root().join("tests/support/age-plugin-proeve")).unwrap();
    place.file("bin/age-plugin-proeve", &program);
    fs::set_permissions(
        place.at("bin/age-plugin-proeve"),
        std::os::unix::fs::PermissionsExt::from_mode(0o700),
    )
    .unwrap();
    place.file("token", &format!("# a token\n{TOKEN}\n"));
    let by_first = ["--passphrase-file", "D/passphrase.txt"];
    let add = ["operator", "add", "--json", "--name", "Carl", "--recipient", TO_TOKEN];
    // without its program nothing is added
    let refused = first(&place, &add).ends(4);
    assert!(refused.err().contains("age-plugin-proeve is not among"), "{}", refused.err());
    let id = with_plugin(&place, &[&add[..], &by_first].concat()).ends(0).json()["operator"].clone();
    granted(&place, id.as_str().unwrap(), "query");
    let verify = ["verify", "--json", "--identity", "token"];
    let verified = with_plugin(&place, &verify).ends(0);
    assert!(verified.json()["records"].as_u64() > Some(10));
    assert!(verified.err().contains("age: touch the [31mtoken"), "{}", verified.err());
    assert!(!verified.err().contains('\u{1b}'), "what a plug-in says commands no terminal");
    let refused = place.run(&[&verify[..], &AT].concat()).ends(4);
    assert!(refused.err().contains("age-plugin-proeve is not among"), "{}", refused.err());

    // a token that is another, one that asks where nobody answers, one that dies
    for (mood, said) in [
        ("other", "the identity fits no operator"),
        ("asks", "no PIN"),
        ("dies", "the plug-in says"),
        ("garbage", "the plug-in says"),
    ] {
        place.file("bin/mood", mood);
        let refused = with_plugin(&place, &verify).ends(4);
        assert!(refused.err().contains(said), "{mood}: {}", refused.err());
    }
    fs::remove_file(place.at("bin/mood")).unwrap();
    // who wants to see what goes to and fro would see the key
    let path = format!("{}:{}", place.arg("bin"), std::env::var("PATH").unwrap_or_default());
    let mut shown = place.command(&[&verify[..], &AT].concat());
    let shown = place.ended(&verify, shown.env("PATH", path).env("AGEDEBUG", "plugin")).ends(4);
    assert!(shown.err().contains("AGEDEBUG"), "{}", shown.err());
    with_plugin(&place, &verify).ends(0);
}
