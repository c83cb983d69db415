//! One folder, several formats: each is read, and one that cannot be opened is said.
#![allow(clippy::unwrap_used, missing_docs)]

use pipeline::read::read;
use pipeline::{Progress, SourceOptions};
use serde_json::Value;

const SMS: &str = r#"<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>
<smses count="1">
  <sms protocol="0" address="+4520304050" date="1767600000000" type="1" body="Hej fra SMS" read="1" status="-1" />
</smses>
"#;
const CHAT: &str = "05.01.2026 08.40 - Bo Holm: Hej fra WhatsApp\n05.01.2026 08.41 - Mig Selv: Hej igen\n";

fn bodies(folder: &std::path::Path) -> (Vec<String>, Vec<String>) {
    let mut out = Vec::new();
    let options = SourceOptions { owner_name: Some("Mig Selv".to_owned()), ..SourceOptions::default() };
    let report = read(&[folder.to_owned()], &options, &mut out, Progress::none()).unwrap();
    assert!(report.tally.balances);
    let text = String::from_utf8(out).unwrap();
    let line = |l: &str| serde_json::from_str::<Value>(l).unwrap()["body"].as_str().map(str::to_owned);
    (text.lines().filter_map(line).collect(), report.findings)
}

#[test]
fn everything_in_a_folder_is_read() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("sms.xml"), SMS).unwrap();
    let (alone, findings) = bodies(dir.path());
    assert_eq!(alone, ["Hej fra SMS"]);
    assert!(!findings.iter().any(|f| f.starts_with("also")), "{findings:?}");
    std::fs::write(dir.path().join("WhatsApp-chat med Bo Holm.txt"), CHAT).unwrap();
    let (both, findings) = bodies(dir.path());
    assert_eq!(both, ["Hej fra SMS", "Hej fra WhatsApp", "Hej igen"]);
    assert!(findings.iter().any(|f| f == "also:whatsapp-export"), "{findings:?}");
    // a third that needs a secret: said, and the others are read all the same
    std::fs::write(dir.path().join("msgstore.db.crypt15"), [7; 4096]).unwrap();
    let (both, _) = bodies(dir.path());
    assert_eq!(both.len(), 3);
}

#[test]
fn names_of_files_do_not_reach_the_report() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("Anna Holm");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("Kære Anna.xml"), SMS).unwrap();
    let mut out = Vec::new();
    let report =
        read(&[dir.path().to_owned()], &SourceOptions::default(), &mut out, Progress::none()).unwrap();
    let told = serde_json::to_string(&report).unwrap();
    assert_eq!(report.evidence.len(), 1, "{told}");
    assert!(report.evidence[0].name.starts_with("file [") && report.evidence[0].name.ends_with("].xml"));
    assert!(!told.contains("Anna"), "{told}");
    // control: the message itself, which the operator asked for, says where it lay
    assert!(String::from_utf8(out).unwrap().contains("Anna Holm/K\u{e6}re Anna.xml"));
}
