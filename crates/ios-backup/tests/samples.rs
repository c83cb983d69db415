//! Public sample backups with known keys and plaintext hashes, where they are at hand beside the
//! project; a line says so where they are not.
#![allow(clippy::unwrap_used, clippy::print_stderr, missing_docs)]

use std::path::{Path, PathBuf};

use evidence::{EvidenceSet, hash, open_tree};
use ios_backup::IosBackup;
use model::SourceError;
use secrecy::SecretString;

fn samples() -> Option<PathBuf> {
    let root = std::env::var_os("BESKEDARKIV_SAMPLES")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/samples"), PathBuf::from);
    let path = root.join("ios");
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("no samples beside the project: the test looked at nothing");
    None
}

fn open(path: &Path, password: Option<&str>) -> Result<IosBackup, SourceError> {
    IosBackup::open(open_tree(path)?, password.map(SecretString::from).as_ref())
}

#[test]
fn every_file_of_the_encrypted_sample_decrypts_to_its_known_hash() {
    let Some(samples) = samples() else { return };
    let folder = samples.join("synthetic-encrypted");
    let expected = std::fs::read(folder.join("expected-synthetic-encrypted.json")).unwrap();
    let expected: serde_json::Value = serde_json::from_slice(&expected).unwrap();
    let password = expected["password"].as_str().unwrap();
    // the backup itself, and the folder that holds it
    for path in [folder.join("backup"), folder.clone()] {
        let backup = open(&path, Some(password)).unwrap();
        assert!(backup.is_encrypted());
        for file in expected["files"].as_object().unwrap().values() {
            let (domain, path) = (file["domain"].as_str().unwrap(), file["relativePath"].as_str().unwrap());
            let got = backup.get(domain, path).unwrap().unwrap();
            assert_eq!(got.bytes.len(), file["length"].as_u64().unwrap(), "{path}");
            let hex: String = hash(got.bytes.as_ref()).unwrap().iter().map(|b| format!("{b:02x}")).collect();
            assert_eq!(hex, file["sha256"].as_str().unwrap(), "{path}");
        }
        assert!(backup.get("HomeDomain", "Library/SMS/nothing").unwrap().is_none());
    }
}

#[test]
fn the_password_may_come_in_another_normal_form() {
    let Some(samples) = samples() else { return };
    let folder = samples.join("synthetic-encrypted/backup");
    for password in ["R\u{f8}dgr\u{f8}d-med-fl\u{f8}de-2026", "wrong", ""] {
        let result = open(&folder, Some(password));
        match password.starts_with('R') {
            true => assert!(result.is_ok()),
            false => assert_eq!(result.err(), Some(SourceError::WrongSecret { what: "backup password" })),
        }
    }
    assert_eq!(
        open(&folder, None).err(),
        Some(SourceError::SecretNeeded { kind: "ios-backup", what: "backup password" })
    );
}

#[test]
fn a_copy_that_another_tool_decrypted() {
    let Some(samples) = samples() else { return };
    let backup = open(&samples.join("mvt-ios_backup"), None).unwrap();
    assert!(!backup.is_encrypted());
    assert!(backup.findings().iter().any(|f| f.code == "manifest_plist_missing"));
    // an app that no list names is known by its files
    assert!(backup.apps().iter().any(|id| id == "net.whatsapp.WhatsApp"));
    let sms = backup.get("HomeDomain", "Library/SMS/sms.db").unwrap().unwrap();
    let database = evidence::Database::open(&sms, None).unwrap();
    assert_eq!(database.count("message").unwrap(), 1);
    assert_eq!(database.columns("message").unwrap().len(), 74);
}
