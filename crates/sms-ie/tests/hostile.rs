//! Exports that are cut, damaged or made to cost: nothing panics, counts balance, what can be read is read.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "../../evidence/tests/reading/mod.rs"]
mod reading;

use evidence::Given;
use model::{Message, SourceError, Tally};
use reading::{all, random, tree};
use secrecy::SecretString;
use testkit::android::{Spec, array, lines};

fn read(name: &str, bytes: &[u8]) -> Option<(Vec<Message>, Tally, Vec<String>)> {
    sms_ie::open(&tree(&[(name, bytes)]), &Given::default()).ok().flatten().map(all)
}

#[test]
fn cut_anywhere() {
    for (bytes, truths) in [array(&Spec::small(1)), (lines(&Spec::small(1)).0, lines(&Spec::small(1)).2)] {
        let (whole, tally, _) = read("x", &bytes).unwrap();
        assert_eq!((whole.len(), tally.unreadable), (truths.len(), 0));
        for cut in (300..bytes.len() - 2).step_by(991) {
            let Some((messages, tally, _)) = read("x", &bytes[..cut]) else { panic!("{cut}") };
            assert!(tally.unreadable <= 1);
            for (one, other) in messages.iter().zip(&whole) {
                assert_eq!((&one.body, one.sent_at), (&other.body, other.sent_at));
            }
        }
    }
}

#[test]
fn one_byte_changed_costs_little() {
    let spec = Spec { mms: 0, sms: 80, ..Spec::small(2) };
    for (bytes, n) in [(lines(&spec).0, 80), (array(&spec).0, 80)] {
        let mut next = random(5);
        for _ in 0..400 {
            let mut bad = bytes.clone();
            let at = 400 + next(bad.len() - 400);
            bad[at] ^= 1 << next(8);
            let (messages, ..) = read("x", &bad).unwrap();
            // a quotation mark lost in an array may take the next row along
            assert!(messages.len() + 3 >= n, "{at}: {}", messages.len());
        }
    }
}

#[test]
fn made_to_cost() {
    let first = "{\"address\":\"1220\",\"date\":\"1735722000000\",\"type\":\"1\",\"body\":\"a\"}";
    let deep = format!("{first}\n{}\n{first}\n", "[".repeat(1 << 20));
    let nested = format!("{first}\n{{\"a\":{}{}}}\n{first}\n", "[".repeat(100_000), "]".repeat(100_000));
    for text in [deep, nested] {
        let (messages, tally, _) = read("x", text.as_bytes()).unwrap();
        assert_eq!((messages.len(), tally.unreadable), (2, 1));
    }
    let open = format!("[{first},{}", "{},{\"".repeat(50_000));
    let (messages, tally, findings) = read("x", open.as_bytes()).unwrap();
    assert!(messages.len() > 1 && tally.balances() && findings[0].starts_with("file_cut"));
    // columns of the wrong kind are doubts
    let odd = "{\"address\":[1],\"date\":{},\"type\":\"x\",\"body\":7,\"__parts\":3}\n";
    let (messages, ..) = read("x", format!("{first}\n{odd}").as_bytes()).unwrap();
    assert_eq!(messages.len(), 2);
    assert!(messages[1].doubts.iter().any(|d| d == "bad_column:date"));
    assert_eq!(messages[1].body.as_ref().unwrap().expose().as_ref(), "7");
}

#[test]
fn a_part_names_no_file_outside_its_folder() {
    let row = "{\"date\":\"1735722000\",\"m_type\":\"132\",\"msg_box\":\"1\",\"__parts\":[{\"ct\":\"image/png\",\"_data\":\"../../secret\"}]}\n";
    let files: [(&str, &[u8]); 3] =
        [("messages.ndjson", row.as_bytes()), ("secret", b"x"), ("data/other", b"y")];
    let (messages, ..) = sms_ie::open(&tree(&files), &Given::default()).ok().flatten().map(all).unwrap();
    assert!(messages[0].attachments[0].missing);
    // the control: a file in the folder is found by its last name
    let files: [(&str, &[u8]); 2] = [("messages.ndjson", row.as_bytes()), ("data/secret", b"x")];
    let (messages, ..) = sms_ie::open(&tree(&files), &Given::default()).ok().flatten().map(all).unwrap();
    assert_eq!(messages[0].attachments[0].size, Some(1));
}

/// An export of one row, encrypted by libsodium 1.0.20 through PyNaCl: passphrase `kode`, chunks of 256.
const SEALED: &str = include_str!("sealed.hex");

fn sealed() -> Vec<u8> {
    let digits: Vec<u8> = SEALED.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits.chunks(2).map(|p| u8::from_str_radix(std::str::from_utf8(p).unwrap(), 16).unwrap()).collect()
}

fn given(passphrase: &str) -> Given {
    Given { passphrase: Some(SecretString::from(passphrase)), ..Given::default() }
}

#[test]
fn an_encrypted_export() {
    let bytes = sealed();
    let open = |bytes: &[u8], given: &Given| sms_ie::open(&tree(&[("x", bytes)]), given);
    let opening = open(&bytes, &given("kode")).unwrap().unwrap();
    assert!(opening.encrypted);
    let (messages, tally, findings) = all(opening);
    assert_eq!((messages.len(), tally.unreadable, findings.len()), (6, 0, 0));
    let what = "export passphrase";
    assert_eq!(open(&bytes, &given("forkert")).err(), Some(SourceError::WrongSecret { what }));
    let needed = SourceError::SecretNeeded { kind: "sms-ie", what };
    assert_eq!(open(&bytes, &Given::default()).err(), Some(needed));
    // cut: the chunks before are read, and the end is named
    let (some, _, findings) = all(open(&bytes[..bytes.len() - 100], &given("kode")).unwrap().unwrap());
    assert!(!some.is_empty() && some.len() < 6);
    assert!(findings.iter().any(|f| f.starts_with("stream_cut")), "{findings:?}");
    // a bit of a later chunk: everything before it
    let mut bad = bytes.clone();
    let at = bad.len() - 50;
    bad[at] ^= 1;
    let (some, _, findings) = all(open(&bad, &given("kode")).unwrap().unwrap());
    assert!(!some.is_empty() && some.len() < 6);
    assert!(findings.iter().any(|f| f.starts_with("stream_")), "{findings:?}");
    for at in [9, 33, 40, 100] {
        let mut bad = bytes.clone();
        bad[at] ^= 0x80;
        drop(open(&bad, &given("kode")));
        drop(open(&bytes[..at], &given("kode")));
    }
}

proptest::proptest! {
    #[test]
    fn any_bytes(data in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..2000)) {
        sms_ie::fuzz_messages(&data);
    }
}

proptest::proptest! {
    // each costs a derivation of the key
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(12))]
    #[test]
    fn any_bytes_behind_a_header(data in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..2000)) {
        let mut head = sealed()[..60].to_vec();
        // little memory, so that a wrong passphrase is found out soon
        head[12..16].copy_from_slice(&8192_u32.to_be_bytes());
        head.extend(&data);
        sms_ie::fuzz_encrypted(&data);
        sms_ie::fuzz_encrypted(&head);
    }
}

fn row(body: &str) -> Vec<u8> {
    format!("{{\"address\":\"1220\",\"date\":\"1735722000000\",\"type\":\"1\",\"body\":\"{body}\"}}\n")
        .into_bytes()
}

#[test]
fn every_export_of_a_folder_is_read_and_no_copy_twice() {
    let sealed = sealed();
    let mut files: Vec<(String, Vec<u8>)> =
        (0..20).map(|i| (format!("IMG{i}.jpg"), b"\xff\xd8".to_vec())).collect();
    files.push(("messages.ndjson".to_owned(), row("a")));
    files.push(("b.ndjson".to_owned(), row("b")));
    files.push(("copy.ndjson".to_owned(), row("a")));
    files.push(("c.sealed".to_owned(), sealed));
    let files: Vec<(&str, &[u8])> = files.iter().map(|(n, b)| (n.as_str(), b.as_slice())).collect();
    let (messages, _, findings) = all(sms_ie::open(&tree(&files), &Given::default()).unwrap().unwrap());
    let refused = "file_refused: export passphrase needed".to_owned();
    assert_eq!((messages.len(), findings), (2, vec![refused, "same_file_twice:1".to_owned()]));
    let opening = sms_ie::open(&tree(&files), &given("kode")).unwrap().unwrap();
    assert_eq!(opening.set.opened().len(), 4);
    assert_eq!(all(opening).0.len(), 8);
}
