//! Files made to do harm: whatever the bytes, the reader ends, the tally balances, no text is lost.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use std::io::Write;

use evidence::Given;
use support::{lines, read_text, shown, try_read};
use testkit::chat_export::{Phone, Spec, write};

const NAME: &str = "WhatsApp-chat med X.txt";
const HEAD: &str = "22.11.2021 14.32 - X: ";

#[test]
fn bytes_that_are_no_text() {
    let mut bytes = format!("{HEAD}a\0b").into_bytes();
    bytes.extend(b"\xff\xfe\n\0\0\0\n");
    bytes.extend(format!("{HEAD}c\n").bytes());
    let read = read_text(NAME, &bytes, &Given::default());
    assert_eq!(
        lines(&read)[0],
        "2021-11-22T13:32 X: a\0b\u{fffd}\u{fffd}\n\0\0\0 !not_utf8 !direction_unknown"
    );
    // the bytes as they stood are kept
    let raw = &read.messages[0].raw[0];
    assert!(raw.bytes.expose().windows(2).any(|w| w == b"\xff\xfe"));
    assert!(read.findings.contains(&"not_utf8:1".to_owned()));
    for empty in [&b""[..], b"\xef\xbb\xbf", b"\xff\xfe", b"\0\0\0\0", b"\n\n\n"] {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(NAME);
        std::fs::write(&path, empty).unwrap();
        assert!(try_read(&path, &Given::default()).unwrap().is_none_or(|r| r.tally.balances()), "{empty:?}");
    }
}

#[test]
fn one_line_without_end() {
    let text = format!("{HEAD}{}æ{}", "x".repeat(3_000_000), "y".repeat(5_000_000));
    let read = read_text(NAME, text.as_bytes(), &Given::default());
    let whole: String = read.messages.iter().map(|m| shown(m.body.as_ref())).collect();
    assert_eq!(whole, text[HEAD.len()..]);
    assert!(read.messages.iter().all(|m| shown(m.sender.as_ref()) == "X"));
    assert!(read.findings.iter().any(|f| f.starts_with("too_long:")));
}

#[test]
fn one_message_of_many_lines() {
    let text = format!("{HEAD}{}", "linje\n".repeat(200_000));
    let read = read_text(NAME, text.as_bytes(), &Given::default());
    let whole: String = read.messages.iter().map(|m| shown(m.body.as_ref())).collect();
    assert_eq!(whole.matches("linje").count(), 200_000);
}

#[test]
fn very_many_senders() {
    let text: String = (0..100_000).map(|i| format!("22.11.2021 14.32 - person {i}: a\n")).collect();
    let read = read_text(NAME, text.as_bytes(), &Given::default());
    assert_eq!(read.tally.seen, 100_000);
    assert_eq!(shown(read.messages[99_999].sender.as_ref()), "person 99999");
    assert!(read.findings.contains(&"too_many_senders".to_owned()));
    assert!(read.messages[0].conversation.as_ref().unwrap().participants.is_empty());
}

#[test]
fn very_many_heads_that_go_back() {
    let text: String = (0..20_000_u32)
        .map(|i| format!("22.11.2021 {:02}.{:02} - p{i}: a\n", 23 - i % 24, 59 - i % 60))
        .collect();
    let read = read_text(NAME, text.as_bytes(), &Given::default());
    assert!(read.tally.balances());
    let whole: usize = read.messages.iter().map(|m| shown(m.body.as_ref()).matches('a').count()).sum();
    assert_eq!(whole, 20_000);
}

#[test]
fn zips_whose_names_lead_out_and_whose_members_swell() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.zip");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    let chat = format!(
        "{HEAD}../ud.jpg (fil vedhæftet)\n{HEAD}/etc/passwd.x (fil vedhæftet)\n{HEAD}bombe.jpg (fil vedhæftet)\n"
    );
    zip.start_file(NAME, options).unwrap();
    zip.write_all(chat.as_bytes()).unwrap();
    zip.start_file("../ud.jpg", options).unwrap();
    zip.write_all(b"ude").unwrap();
    zip.start_file("bombe.jpg", options).unwrap();
    let zeros = vec![0; 1 << 20];
    for _ in 0..300 {
        zip.write_all(&zeros).unwrap();
    }
    zip.finish().unwrap();
    let read = support::read(&path, &Given::default());
    let missing: Vec<bool> = read.messages.iter().map(|m| m.attachments[0].missing).collect();
    // a large member is inflated into scratch space and hashed there; names that lead out do not exist
    assert_eq!(missing, [true, true, false]);
    assert_eq!(read.messages[2].attachments[0].size, Some(300 << 20));
}

/// Cuts and flips of real exports.
#[test]
fn damaged_exports() {
    for phone in [Phone::Android, Phone::Iphone] {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.zip");
        write(&Spec { seed: 3, phone, more: 5, canary: None }, &path).unwrap();
        let mut zip = zip::ZipArchive::new(std::fs::File::open(&path).unwrap()).unwrap();
        let mut text = Vec::new();
        std::io::copy(&mut zip.by_index(0).unwrap(), &mut text).unwrap();
        for at in (0..text.len()).step_by(7) {
            whatsapp_export::fuzz_one(&text[..at]);
            let mut flipped = text.clone();
            for bit in [0, 3, 7] {
                flipped[at] ^= 1 << bit;
                whatsapp_export::fuzz_one(&flipped);
            }
        }
    }
}
