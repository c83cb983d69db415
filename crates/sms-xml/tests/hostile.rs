//! Files that are cut, damaged or made to cost: nothing panics, counts balance, what can be read is read.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "../../evidence/tests/reading/mod.rs"]
mod reading;

use evidence::Given;
use model::{Message, SourceError, Tally};
use reading::{all, random, tree};

fn read(bytes: &[u8]) -> Option<(Vec<Message>, Tally, Vec<String>)> {
    sms_xml::open(&tree(&[("x", bytes)]), &Given::default()).ok().flatten().map(all)
}

fn bodies(messages: &[Message]) -> Vec<String> {
    messages.iter().filter_map(|m| Some(m.body.as_ref()?.expose().to_string())).collect()
}

#[test]
fn a_file_cut_anywhere_gives_what_was_before() {
    let (bytes, truths) = testkit::android::xml(&testkit::android::Spec::small(1));
    let (whole, tally, findings) = read(&bytes).unwrap();
    assert_eq!((whole.len(), tally.unreadable, findings.len()), (truths.len(), 0, 0));
    let ends: Vec<usize> = ["/>\n  <", "</mms>\n"]
        .iter()
        .flat_map(|end| {
            String::from_utf8_lossy(&bytes).match_indices(end).map(|(i, e)| i + e.len()).collect::<Vec<_>>()
        })
        .collect();
    for cut in (400..bytes.len()).step_by(997).chain(bytes.len() - 20..bytes.len() - 1) {
        let (messages, tally, findings) = read(&bytes[..cut]).unwrap();
        assert!(messages.len() as u64 == tally.messages && tally.unreadable <= 1);
        assert!(findings.iter().any(|f| f == "file_cut"), "{cut}: {findings:?}");
        // every record that was whole is there, and is what it was
        let before = messages.iter().filter(|m| !m.doubts.iter().any(|d| d == "record_cut")).count();
        assert!(before + 2 >= ends.iter().filter(|e| **e <= cut).count() / 3);
        for (cut_one, whole_one) in messages.iter().take(before).zip(&whole) {
            assert_eq!(cut_one.body, whole_one.body);
            assert_eq!(cut_one.sent_at, whole_one.sent_at);
        }
    }
}

#[test]
fn one_byte_changed_costs_two_records_at_most() {
    let (bytes, truths) =
        testkit::android::xml(&testkit::android::Spec { mms: 0, ..testkit::android::Spec::small(2) });
    let whole = bodies(&read(&bytes).unwrap().0);
    let mut next = random(3);
    let mut changed = 0;
    for _ in 0..600 {
        let mut bad = bytes.clone();
        // behind the root
        let at = 400 + next(bad.len() - 420);
        bad[at] ^= 1 << next(8);
        let Some((messages, _, findings)) = read(&bad) else { panic!("the root was not touched") };
        let got = bodies(&messages);
        let kept = whole.iter().filter(|b| got.contains(b)).count();
        assert!(
            messages.len() + 2 >= truths.len(),
            "{at}: {} of {} {findings:?}",
            messages.len(),
            truths.len()
        );
        assert!(kept + 2 >= whole.len());
        changed += usize::from(got != whole);
    }
    // the control: changes are seen at all
    assert!(changed > 50);
}

#[test]
fn records_that_do_not_end() {
    let check = |inside: &str, messages: usize, unreadable: u64| {
        let text = format!(
            "<smses count=\"2\">\n{inside}\n<sms address=\"1220\" date=\"1735722000000\" type=\"1\" body=\"b\" />\n</smses>"
        );
        let (got, tally, _) = read(text.as_bytes()).unwrap();
        assert_eq!((got.len(), tally.unreadable), (messages, unreadable), "{inside}");
        assert_eq!(bodies(&got).last().unwrap(), "b");
    };
    check("", 1, 0);
    check("<sms address=\"1220\" date=\"1735722000000\" type=\"1\" body=\"a />", 1, 1);
    check("<sms address=\"1220\" date=\"1735722000000\" type=\"1\" body=a />", 1, 1);
    check("<sms address \"1220\" />", 1, 1);
    check("<sms address=\"1220\" body=\"2 < 3 <b> &amp;\" date='1735722000000' type=\"1\" />", 2, 0);
    check("<sms address=\"1220\" body=\"\" date=\"1735722000000\" type=\"1\"></sms>", 2, 0);
    // an MMS that is not closed is given, and the next record with it
    check("<mms date=\"1735722000000\" msg_box=\"1\" m_type=\"132\" address=\"1220\"><parts>", 2, 0);
    check(
        "<mms date=\"1735722000000\" msg_box=\"1\" m_type=\"132\" address=\"1220\"><parts><part ct=\"text/plain\" text=\"c",
        2,
        1,
    );
    check("<unknown a=\"1\"><deeper/></unknown>", 1, 0);
    check("<![CDATA[ <sms ]]> <!-- <sms --> <?x <sms ?>", 1, 0);
}

#[test]
fn declarations_are_refused() {
    for dtd in ["<!DOCTYPE smses [<!ENTITY a \"x\">]>", "<!DOCTYPE smses SYSTEM \"file:///etc/passwd\">"] {
        let text = format!("<?xml version='1.0'?>{dtd}<smses count=\"1\"><sms body=\"&a;\" /></smses>");
        let result = sms_xml::open(&tree(&[("x", text.as_bytes())]), &Given::default());
        assert!(matches!(result, Err(SourceError::Damaged { .. })), "{dtd}");
    }
    // inside the root it is damage, and no entity is ever replaced
    let text = "<smses count=\"1\"><!ENTITY a \"x\"><sms address=\"1220\" date=\"1735722000000\" type=\"1\" body=\"&a;\" /></smses>";
    let (messages, tally, _) = read(text.as_bytes()).unwrap();
    assert_eq!((bodies(&messages), tally.unreadable), (vec!["&a;".to_owned()], 1));
    assert_eq!(messages[0].doubts, ["unknown_entity"]);
}

#[test]
fn made_to_cost() {
    // deep nesting, and an MMS with more parts than there may be
    let deep = format!("<smses>{}{}</smses>", "<x>".repeat(300_000), "</x>".repeat(300_000));
    assert_eq!(read(deep.as_bytes()).unwrap().1, Tally::default());
    let many = format!(
        "<smses><mms date=\"1\" msg_box=\"1\">{}</mms></smses>",
        "<part ct=\"text/plain\" text=\"a\"/>".repeat(20_000)
    );
    let (messages, tally, _) = read(many.as_bytes()).unwrap();
    assert_eq!((messages.len(), tally.unreadable), (1, 1));
    // a text of 20 MiB is beyond the bound, content of a part is not
    let long = format!(
        "<smses><sms body=\"{}\" /><sms address=\"1220\" date=\"1735722000000\" type=\"1\" body=\"b\" /></smses>",
        "a".repeat(20 << 20)
    );
    let (messages, tally, _) = read(long.as_bytes()).unwrap();
    assert_eq!((bodies(&messages), tally.unreadable), (vec!["b".to_owned()], 1));
    let data = format!(
        "<smses><mms date=\"1735722000000\" msg_box=\"1\" address=\"1220\"><part ct=\"image/png\" data=\"{}\"/></mms></smses>",
        "AAAA".repeat(5 << 20)
    );
    let (messages, ..) = read(data.as_bytes()).unwrap();
    assert_eq!(messages[0].attachments[0].size, Some(15 << 20));
    // many attributes of one record
    let attributes: String = (0..100_000).map(|i| format!(" a{i}=\"{i}\"")).collect();
    let text = format!(
        "<smses><sms address=\"1220\" date=\"1735722000000\" type=\"1\" body=\"b\"{attributes} /></smses>"
    );
    assert_eq!(read(text.as_bytes()).unwrap().0.len(), 1);
}

proptest::proptest! {
    #[test]
    fn any_bytes(data in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..2000)) {
        sms_xml::fuzz_value(&data);
        sms_xml::fuzz_head(&data);
        sms_xml::fuzz_file(&data);
        let inside = [b"<smses><mms date=\"1\"><part data=\"".as_slice(), &data, b"\"/></mms><sms body=\"", &data].concat();
        sms_xml::fuzz_file(&inside);
    }
}

fn one(body: &str) -> Vec<u8> {
    format!("<smses count=\"1\"><sms address=\"1220\" date=\"1735722000000\" type=\"1\" body=\"{body}\" /></smses>")
        .into_bytes()
}

#[test]
fn files_lie_anywhere_and_no_copy_is_read_twice() {
    let mut files: Vec<(String, Vec<u8>)> = (0..70).map(|i| (format!("{i}.bak"), b"x".to_vec())).collect();
    files.extend((0..70).map(|i| (format!("f{i}/a.xml"), one(&format!("f{i}")))));
    files.push(("a.xml".to_owned(), one("root")));
    files.push(("b.bak".to_owned(), one("no name of ours")));
    files.push(("sub/sub2/b.xml".to_owned(), one("deep")));
    files.push(("sub/copy.xml".to_owned(), one("root")));
    let files: Vec<(&str, &[u8])> = files.iter().map(|(n, b)| (n.as_str(), b.as_slice())).collect();
    let (messages, _, findings) = sms_xml::open(&tree(&files), &Given::default()).unwrap().map(all).unwrap();
    assert_eq!((messages.len(), findings), (73, vec!["same_file_twice:1".to_owned()]));
}

#[test]
fn a_limit_that_is_reached_is_said() {
    let mut files: Vec<(String, Vec<u8>)> =
        (0..300).map(|i| (format!("f{i:03}/a.xml"), one(&format!("{i}")))).collect();
    files.push(("x".to_owned(), b"x".to_vec()));
    let files: Vec<(&str, &[u8])> = files.iter().map(|(n, b)| (n.as_str(), b.as_slice())).collect();
    let (messages, _, findings) = sms_xml::open(&tree(&files), &Given::default()).unwrap().map(all).unwrap();
    assert_eq!((messages.len(), findings), (256, vec!["files_not_looked_at:44".to_owned()]));
}
