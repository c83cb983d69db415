//! The story of the generator, from both phones, in a zip and in a folder: every entry as it was written.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use std::path::Path;

use evidence::Given;
use model::Direction;
use support::{Read, event, read, shown};
use testkit::chat_export::{Expected, Phone, Spec, Truth, write};

fn spec(phone: Phone, seed: u64, more: u32) -> Spec {
    Spec { seed, phone, more, canary: None }
}

fn given(truth: &Truth) -> Given {
    Given { owner_name: Some(truth.owner.clone()), ..Given::default() }
}

/// Compares entry by entry.
#[track_caller]
fn compare(read: &Read, truth: &Truth) {
    for (i, (m, e)) in read.messages.iter().zip(&truth.entries).enumerate() {
        let got = Expected {
            sender: m.sender.as_ref().map(|s| s.expose().to_string()),
            sent_at: m.sent_at.unwrap().rfc3339().unwrap(),
            body: m.body.as_ref().map(|b| b.expose().to_string()),
            event: event(m),
            unsent: m.unsent,
            edited: !m.edits.is_empty(),
            files: m
                .attachments
                .iter()
                .filter_map(|a| Some((a.name.as_ref()?.expose().to_string(), !a.missing)))
                .collect(),
            left_out: m.attachments.iter().filter(|a| a.name.is_none()).count(),
        };
        // an iPhone says sentences about the group in the group's name
        let mut expected = e.clone();
        if expected.sender.is_none() && got.sender.as_deref() == Some(truth.title.as_str()) {
            expected.sender.clone_from(&got.sender);
        }
        assert_eq!(got, expected, "entry {i}");
        assert_eq!(m.direction == Direction::Out, got.sender.as_deref() == Some("me"), "entry {i}");
        let c = m.conversation.as_ref().unwrap();
        assert_eq!((c.id.expose().as_ref(), c.is_group), (truth.title.as_str(), true), "entry {i}");
        assert!(m.id.is_none());
    }
    assert_eq!(read.messages.len(), truth.entries.len());
    let others: Vec<&str> = read.messages[0]
        .conversation
        .as_ref()
        .unwrap()
        .participants
        .iter()
        .map(|p| p.expose().as_ref())
        .collect();
    let (mut got, mut want) = (others.clone(), truth.others.iter().map(String::as_str).collect::<Vec<_>>());
    got.sort_unstable();
    want.sort_unstable();
    assert_eq!(got, want);
}

fn zip_name(phone: Phone, truth_title: &str) -> String {
    match phone {
        Phone::Android => "eksport.zip".to_owned(),
        Phone::Iphone => format!("WhatsApp Chat - {truth_title}.zip"),
    }
}

#[test]
fn both_phones() {
    for phone in [Phone::Android, Phone::Iphone] {
        for seed in 0..6 {
            let dir = tempfile::tempdir().unwrap();
            let title = "Ministerbetjening: budget - 2026";
            let path = dir.path().join(zip_name(phone, title));
            let truth = write(&spec(phone, seed, 40), &path).unwrap();
            let read = read(&path, &given(&truth));
            assert_eq!(read.kind, "whatsapp-export");
            compare(&read, &truth);
            assert!(read.findings.contains(&"zone_assumed:Europe/Copenhagen".to_owned()));
            assert!(read.findings.contains(&"media_unnamed:1".to_owned()), "{:?}", read.findings);
            assert!(read.findings.contains(&"attachments_missing:1".to_owned()), "{:?}", read.findings);
            assert!(read.findings.contains(&"quoted_heads:3/1".to_owned()), "{:?}", read.findings);
            assert!(read.evidence.iter().all(|e| e.starts_with("chat 1 [") && !e.contains("budget")));
        }
    }
}

#[test]
fn media_have_their_hash_and_content() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.zip");
    let truth = write(&spec(Phone::Android, 1, 0), &path).unwrap();
    let read = read(&path, &given(&truth));
    let mut seen = 0;
    for a in read.messages.iter().flat_map(|m| &m.attachments).filter(|a| !a.missing) {
        let content = a.content.as_ref().unwrap();
        let mut bytes = vec![0; usize::try_from(content.len()).unwrap()];
        content.read_exact_at(0, &mut bytes).unwrap();
        assert_eq!((Some(bytes.len() as u64), Some(evidence::digest(&bytes))), (a.size, a.sha256));
        assert!(bytes.starts_with(b"indhold"));
        seen += 1;
    }
    assert_eq!(seen, 2);
}

fn unpack(zip: &Path, folder: &Path) {
    let mut zip = zip::ZipArchive::new(std::fs::File::open(zip).unwrap()).unwrap();
    zip.extract(folder).unwrap();
}

#[test]
fn a_folder_reads_as_its_zip() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.zip");
    let truth = write(&spec(Phone::Android, 1, 9), &path).unwrap();
    let folder = dir.path().join("mappe");
    std::fs::create_dir(&folder).unwrap();
    unpack(&path, &folder);
    let (a, b) = (read(&path, &given(&truth)), read(&folder, &given(&truth)));
    assert_eq!(a.messages, b.messages);
    assert_eq!(a.findings, b.findings);
    // one folder further down, as some programs unpack
    let outer = dir.path().join("ydre");
    std::fs::create_dir(&outer).unwrap();
    std::fs::rename(&folder, outer.join("WhatsApp-chat")).unwrap();
    let c = read(&outer, &given(&truth));
    assert_eq!(c.messages.len(), a.messages.len());
    assert_eq!(c.findings, a.findings);
}

#[test]
fn the_owner_is_found_by_what_only_the_owner_could_say() {
    for phone in [Phone::Android, Phone::Iphone] {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(zip_name(phone, "Ministerbetjening: budget - 2026"));
        let truth = write(&spec(phone, 1, 9), &path).unwrap();
        compare(&read(&path, &Given::default()), &truth);
    }
}

#[test]
fn names_before_the_rename() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.zip");
    let truth = write(&spec(Phone::Android, 1, 0), &path).unwrap();
    let read = read(&path, &given(&truth));
    let names: Vec<&str> =
        read.messages.iter().map(|m| shown(m.conversation.as_ref().unwrap().name.as_ref())).collect();
    assert_eq!(names[..4], ["Ministerbetjening"; 4]);
    assert!(names[4..].iter().all(|n| *n == truth.title));
}

#[test]
fn nothing_that_says_who_is_in_findings_or_evidence() {
    let canary = "KANARIEFUGL";
    for phone in [Phone::Android, Phone::Iphone] {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.zip");
        let mut spec = spec(phone, 1, 9);
        spec.canary = Some(canary.to_owned());
        let truth = write(&spec, &path).unwrap();
        let read = read(&path, &given(&truth));
        compare(&read, &truth);
        let told = format!("{:?} {:?} {:?}", read.findings, read.evidence, read.messages);
        assert!(!told.contains(canary), "{told}");
        // the positive control: it is in the messages, for whom they are meant
        assert!(read.messages.iter().any(|m| shown(m.body.as_ref()).contains(canary)));
    }
}
