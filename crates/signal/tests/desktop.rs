//! The database of Signal Desktop, written by the generator as SQLCipher 4 seals it, read back.

#![allow(clippy::unwrap_used, reason = "a failing test says where")]
#![allow(clippy::cast_possible_truncation, reason = "offsets of small files")]

mod common;

use std::fs;
use std::path::Path;

use common::{open, read, shown};
use model::SourceError;
use testkit::signal::{DESKTOP_KEY, PAGE};

fn key_text() -> String {
    DESKTOP_KEY.to_owned()
}

fn write(dir: &Path) -> Vec<u8> {
    testkit::signal::write_desktop(392, "", dir).unwrap()
}

#[test]
fn messages_are_read() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path());
    let got = read(dir.path(), &key_text()).unwrap();
    assert_eq!(got.kind, "signal-desktop");
    assert_eq!(got.messages.len(), 399);
    let first = shown(&got.messages[0]);
    assert_eq!((first.conversation.as_str(), first.sender.as_str()), ("+4520000101", "+4520000101"));
    assert_eq!(first.reactions, [("me".to_owned(), "👍".to_owned())]);
    assert_eq!(first.reply_to.as_deref(), Some("1769862000000"));
    let edited = shown(&got.messages[1]);
    assert_eq!(edited.conversation, format!("__signal_group__v2__!{}", "77".repeat(32)));
    assert_eq!(
        edited.edits,
        [(1_769_862_898_000, "første".to_owned()), (1_769_862_899_000, "ny tekst".to_owned())]
    );
    assert_eq!(got.messages[1].expires_after_s, Some(86_400));
    assert_eq!(got.messages[1].conversation.as_ref().unwrap().participants.len(), 1);
    assert_eq!(shown(&got.messages[2]).event, Some("group_renamed"));
    assert!(got.messages[3].unsent);
    let own = shown(&got.messages[4]);
    assert_eq!((own.conversation.as_str(), own.body.as_deref()), ("+4520009999", Some("kun i json")));
    assert_eq!(own.files, [(Some("a.png".to_owned()), Some(b"png".to_vec()))]);
    assert!(got.messages[5].doubts.iter().any(|d| d == "unknown_type:noget-nyt"));
    assert_eq!(shown(&got.messages[5]).body.as_deref(), Some("tekst"), "the text of an unknown kind is kept");
    assert!(got.messages[6].doubts.iter().any(|d| d == "no_content"));
    let all: Vec<u8> = got.messages.iter().flat_map(common::all_bytes).collect();
    assert!(!common::contains(&all, b"HEMMELIGNOEGLE") && common::contains(&all, b"kun i json"));
}

#[test]
fn the_key() {
    let dir = tempfile::tempdir().unwrap();
    let sealed = write(dir.path());
    assert!(matches!(open(dir.path(), None), Err(SourceError::SecretNeeded { .. })));
    for wrong in [&"ab".repeat(32), "kort"] {
        assert!(matches!(open(dir.path(), Some(wrong)), Err(SourceError::WrongSecret { .. })), "{wrong}");
    }
    assert!(read(dir.path(), &format!("x'{}'", key_text())).is_ok());
    // alone and under another name the key tells what it is
    let alone = dir.path().join("kopi.bin");
    fs::write(&alone, &sealed).unwrap();
    assert_eq!(read(&alone, &key_text()).unwrap().messages.len(), 399);
    assert!(open(&alone, Some(&"ab".repeat(32))).unwrap().is_none());
}

#[test]
fn a_damaged_page_costs_its_rows() {
    let dir = tempfile::tempdir().unwrap();
    let sealed = write(dir.path());
    let pages = sealed.len() / PAGE;
    let mut read_somewhere = 0;
    for page in 1..pages {
        let mut damaged = sealed.clone();
        damaged[page * PAGE + 100] ^= 1;
        fs::write(dir.path().join("sql/db.sqlite"), &damaged).unwrap();
        match open(dir.path(), Some(&key_text())) {
            Ok(Some(opening)) => {
                let got = common::read_all(opening);
                read_somewhere += usize::from(got.messages.len() > 300 && got.tally.unreadable > 0);
            }
            Ok(None) => panic!("it is one"),
            Err(SourceError::Damaged { .. }) => {}
            Err(other) => panic!("{page}: {other}"),
        }
    }
    assert!(read_somewhere > pages / 2, "{read_somewhere} of {pages}");
}
