//! The shape of the workspace: which of our crates may know which, checked against what Cargo says.
//!
//! The table is the map of `docs/ARCHITECTURE.md`. Development dependencies may also name `testkit`,
//! which makes the sources that tests read.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// A crate and the crates of ours that it may depend on.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("evidence", &["model"]),
    ("ios-backup", &["model", "evidence"]),
    ("imessage", &["model", "evidence"]),
    ("android-sms", &["model"]),
    ("sms-xml", &["model", "evidence", "android-sms"]),
    ("sms-ie", &["model", "evidence", "android-sms"]),
    ("android-backup", &["model", "evidence"]),
    ("smart", &["model", "evidence"]),
    ("telephony", &["model", "evidence", "android-sms"]),
    ("signal", &["model", "evidence"]),
    ("whatsapp", &["model", "evidence"]),
    ("whatsapp-export", &["model", "evidence"]),
    ("ufdr", &["model", "evidence"]),
    ("policy", &[]),
    ("classify", &["policy"]),
    ("journal", &["model"]),
    ("vault", &[]),
    ("chain", &[]),
    ("access", &["chain", "vault"]),
    ("archive", &["chain", "vault", "access"]),
    ("export", &["model", "chain"]),
    ("timestamp", &[]),
    ("testkit", &[]),
    (
        "pipeline",
        &[
            "model",
            "evidence",
            "ios-backup",
            "imessage",
            "sms-xml",
            "sms-ie",
            "smart",
            "android-backup",
            "telephony",
            "signal",
            "whatsapp",
            "whatsapp-export",
            "ufdr",
            "policy",
            "journal",
            "classify",
            "vault",
            "chain",
            "access",
            "archive",
            "export",
            "timestamp",
            "testkit",
        ],
    ),
    ("beskedarkiv", &["pipeline", "policy"]),
];

/// The one crate that may contain `unsafe`: it holds the SQLite VFS.
const MAY_BE_UNSAFE: &str = "evidence";

/// The root of the workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("crates/beskedarkiv").to_owned()
}

fn metadata() -> Value {
    let out = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    serde_json::from_slice(&out.stdout).expect("cargo metadata is JSON")
}

fn packages(metadata: &Value) -> Vec<&Value> {
    metadata["packages"].as_array().expect("packages").iter().collect()
}

fn name(of: &Value) -> &str {
    of["name"].as_str().expect("name")
}

/// Every edge between our crates that the table does not have.
fn forbidden(metadata: &Value) -> BTreeSet<String> {
    let may_know: BTreeMap<_, _> = MAY_KNOW.iter().copied().collect();
    let ours: BTreeSet<&str> = packages(metadata).into_iter().map(name).collect();
    let mut found = BTreeSet::new();
    for package in packages(metadata) {
        let Some(may) = may_know.get(name(package)) else {
            found.insert(format!("{} is not in the table", name(package)));
            continue;
        };
        for edge in package["dependencies"].as_array().expect("dependencies") {
            let to = name(edge);
            let for_tests = edge["kind"] == "dev" && to == "testkit";
            if ours.contains(to) && !may.contains(&to) && !for_tests {
                found.insert(format!("{} -> {to}", name(package)));
            }
        }
    }
    found
}

#[test]
fn no_crate_knows_more_than_it_may() {
    assert_eq!(forbidden(&metadata()), BTreeSet::new());
}

#[test]
fn a_forbidden_edge_is_found() {
    let mut metadata = metadata();
    let packages = metadata["packages"].as_array_mut().expect("packages");
    let model = packages.iter_mut().find(|p| p["name"] == "model").expect("model");
    let edges = model["dependencies"].as_array_mut().expect("dependencies");
    edges.push(serde_json::json!({ "name": "policy", "kind": null }));
    assert_eq!(forbidden(&metadata), BTreeSet::from(["model -> policy".to_owned()]));
}

#[test]
fn an_unknown_crate_is_found() {
    let mut metadata = metadata();
    let packages = metadata["packages"].as_array_mut().expect("packages");
    packages.push(serde_json::json!({ "name": "helpers", "dependencies": [] }));
    assert_eq!(forbidden(&metadata), BTreeSet::from(["helpers is not in the table".to_owned()]));
}

/// The source files of a crate, tests and examples included.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of sources").map(|e| e.expect("an entry").path()) {
        if entry.is_dir() && !entry.ends_with("target") {
            sources(&entry, found);
        } else if entry.extension().is_some_and(|e| e == "rs") {
            found.push(entry);
        }
    }
}

fn crates() -> Vec<(String, PathBuf)> {
    let metadata = metadata();
    let manifest = |p: &Value| PathBuf::from(p["manifest_path"].as_str().expect("manifest_path"));
    packages(&metadata)
        .into_iter()
        .map(|p| (name(p).to_owned(), manifest(p).parent().expect("a folder").to_owned()))
        .collect()
}

/// Whether a line of code, comment cut off, holds the keyword.
fn is_unsafe(line: &str) -> bool {
    let code = line.split("//").next().unwrap_or_default();
    code.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == "unsafe")
}

#[test]
fn only_one_crate_is_unsafe() {
    let mut seen = false;
    for (name, folder) in crates() {
        let mut files = Vec::new();
        sources(&folder, &mut files);
        for file in files {
            let text = fs::read_to_string(&file).expect("UTF-8");
            let found = text.lines().position(is_unsafe);
            seen |= found.is_some() && name == MAY_BE_UNSAFE;
            assert!(
                found.is_none() || name == MAY_BE_UNSAFE,
                "{}:{}: unsafe",
                file.display(),
                found.unwrap_or_default() + 1
            );
        }
    }
    // The positive control: the search finds the one place where it is allowed.
    assert!(seen || !crates().iter().any(|(name, _)| name == MAY_BE_UNSAFE));
}

#[test]
fn the_keyword_is_found_in_code_only() {
    assert!(is_unsafe("    unsafe { f() }"));
    assert!(is_unsafe("unsafe impl Send for X {}"));
    assert!(!is_unsafe("// unsafe is forbidden"));
    assert!(!is_unsafe("#![forbid(unsafe_code)]"));
}

#[test]
fn every_crate_says_what_it_is() {
    for (name, folder) in crates() {
        let entry = ["src/lib.rs", "src/main.rs"].map(|f| folder.join(f)).into_iter().find(|f| f.exists());
        let text = fs::read_to_string(entry.expect("lib.rs or main.rs")).expect("UTF-8");
        assert!(text.starts_with("//! "), "{name} does not begin with what it is");
    }
}

#[test]
fn a_crate_is_named_after_its_folder() {
    for (name, folder) in crates() {
        assert!(folder.ends_with(Path::new("crates").join(&name)), "{name} lies in {}", folder.display());
    }
}

/// Third-party crates that are linked into the program on any target, with the features that are given.
fn linked(features: &[&str]) -> BTreeSet<String> {
    let out = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "-p", "beskedarkiv", "-e", "normal", "--prefix", "none"])
        .args(["--target", "all"])
        .args(features)
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let lines = String::from_utf8(out.stdout).expect("UTF-8");
    lines.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

#[test]
fn nothing_that_speaks_to_a_network_is_built_by_default() {
    let text = fs::read_to_string(root().join("deny.toml")).expect("deny.toml");
    let deny: toml::Table = toml::from_str(&text).expect("TOML");
    let banned = deny["bans"]["deny"].as_array().expect("bans");
    let names = banned.iter().map(|ban| ban.as_str().or_else(|| ban["crate"].as_str()).expect("a name"));
    let banned: BTreeSet<String> = names.map(str::to_owned).collect();
    let found = linked(&[]);
    assert_eq!(found.intersection(&banned).collect::<Vec<_>>(), Vec::<&String>::new());
    assert!(!found.contains("object_store"));
    // the control: with the feature they are found
    let with = linked(&["--features", "object-store"]);
    assert!(with.contains("object_store") && with.intersection(&banned).count() > 4, "{with:?}");
}
