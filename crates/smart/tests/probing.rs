//! The proposal of `probe` is a mapping that works: for the examples, and for layouts that nobody described.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::path::Path;

use support::{fixtures, medium, read};

fn probe(at: &Path) -> smart::probe::Probe {
    smart::probe::probe(&evidence::open_tree(at).unwrap(), false).unwrap()
}

/// The proposal reads what the worked mapping reads, in the fields named.
#[track_caller]
fn like_the_example(name: &str, fields: &[&str]) {
    let folder = fixtures().join(name);
    let probed = probe(&folder.join("medium"));
    let got = read(&folder.join("medium"), Some(&probed.mapping));
    let got = got.unwrap_or_else(|fault| panic!("{fault}\n{}", probed.mapping)).values();
    let expected = fs::read_to_string(folder.join("expected.jsonl")).unwrap();
    let expected: Vec<serde_json::Value> =
        expected.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(got.len(), expected.len());
    for (got, expected) in got.iter().zip(&expected) {
        for field in fields {
            assert_eq!(got[field], expected[field], "{field}\n{}", probed.mapping);
        }
    }
}

#[test]
fn csv() {
    like_the_example(
        "csv",
        &[
            "id",
            "conversation",
            "sender",
            "sender_name",
            "direction",
            "sent_at",
            "body",
            "attachments",
            "classification",
            "participants",
        ],
    );
}

#[test]
fn json() {
    like_the_example(
        "json",
        &[
            "id",
            "conversation",
            "conversation_name",
            "sender",
            "sender_name",
            "direction",
            "sent_at",
            "read_at",
            "body",
            "classification",
        ],
    );
}

/// A level is a number there, and what it means stands nowhere.
#[test]
fn sqlite() {
    let folder = fixtures().join("sqlite");
    let probed = probe(&folder.join("medium"));
    assert_eq!(probed.missing, ["classification"]);
    let filled = probed
        .mapping
        .replace("\"2\" = \"UDFYLD\"", "\"2\" = \"FORTROLIGT\"")
        .replace("\"3\" = \"UDFYLD\"", "\"3\" = \"HEMMELIGT\"");
    let got = read(&folder.join("medium"), Some(&filled))
        .unwrap_or_else(|fault| panic!("{fault}\n{}", probed.mapping))
        .values();
    assert_eq!(got.len(), 3);
    assert_eq!(got[0]["sender"], "+4520000101", "{}", probed.mapping);
    assert_eq!(got[1]["sender"], "me");
    assert_eq!(got[0]["sent_at"], "2026-01-05T07:40:12.250Z");
}

#[track_caller]
fn works(files: &[(&str, &[u8])], expected: &[(&str, &str)]) {
    let dir = medium(files);
    let probed = probe(dir.path());
    let mapping = probed.mapping.replace("{ value = \"UDFYLD\" }", "{ value = \"TIL TJENESTEBRUG\" }");
    let got = read(dir.path(), Some(&mapping)).unwrap_or_else(|fault| panic!("{fault}\n{mapping}")).values();
    for (path, value) in expected {
        let (n, field) = path.split_once('.').unwrap();
        let found = &got[n.parse::<usize>().unwrap()][field];
        assert_eq!(found.as_str().unwrap_or("-"), *value, "{path}\n{mapping}");
    }
}

#[test]
fn english_commas() {
    let rows = "Message ID,Thread ID,Timestamp,From,To,Direction,Message,Attachment,Classification\n\
                m1,t1,2026-01-05T08:40:00Z,+4520000101,+4540112233,Incoming,\"Hello, there\",,NATO RESTRICTED\n\
                m2,t1,2026-01-05T08:41:00Z,+4540112233,+4520000101,Outgoing,Yes,files/a.pdf,NATO RESTRICTED\n";
    works(
        &[("export.csv", rows.as_bytes()), ("files/a.pdf", b"1"), ("readme.txt", b"Readme\n")],
        &[
            ("0.id", "m1"),
            ("0.conversation", "t1"),
            ("0.sender", "+4520000101"),
            ("0.body", "Hello, there"),
            ("1.direction", "out"),
            ("1.sent_at", "2026-01-05T08:41:00.000Z"),
            ("1.classification", "NATO RESTRICTED"),
        ],
    );
}

#[test]
fn danish_windows_file_with_a_title_and_no_directions() {
    let rows: Vec<u8> = "Udtr\u{e6}k af beskeder;;;;\r\nDato;Klokkesl\u{e6}t;Fra;Til;Besked\r\n05-01-2026;08.40;20000101;40112233;K\u{e6}re \u{d8}\r\n16-01-2026;09.15;40112233;20000102;Svar\r\n"
        .chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap())
        .collect();
    works(
        &[("beskeder.csv", &rows)],
        &[
            ("0.body", "Kære Ø"),
            ("0.direction", "in"),
            ("1.direction", "out"),
            ("1.sent_at", "2026-01-16T08:15:00.000Z"),
            ("0.conversation", "beskeder"),
        ],
    );
}

#[test]
fn xml_in_utf_16() {
    let text = "<?xml version=\"1.0\" encoding=\"UTF-16\"?><smart><traad id=\"t9\"><besked id=\"1\" retning=\"ind\"><afsender>+4520000101</afsender><tidspunkt>2026-01-05 08:40:00</tidspunkt><tekst>Hej æ</tekst></besked><besked id=\"2\" retning=\"ud\"><afsender>+4540112233</afsender><tidspunkt>2026-01-05 08:41:00</tidspunkt><tekst>Hej ø</tekst></besked></traad></smart>";
    let mut bytes = vec![0xff, 0xfe];
    bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    works(
        &[("u.xml", &bytes)],
        &[
            ("0.conversation", "t9"),
            ("0.id", "1"),
            ("1.direction", "out"),
            ("1.body", "Hej ø"),
            ("0.sent_at", "2026-01-05T07:40:00.000Z"),
        ],
    );
}

#[test]
fn a_page() {
    let page = "<html><meta charset=\"utf-8\"><table><tr><th>Samtale</th><th>Afsender</th><th>Retning</th><th>Tidspunkt</th><th>Tekst</th></tr><tr><td>S</td><td>20000101</td><td>Modtaget</td><td>31.01.2026 12:34</td><td>Hej</td></tr><tr><td>S</td><td>40112233</td><td>Sendt</td><td>31.01.2026 12:35</td><td>Ja</td></tr></table></html>";
    works(
        &[("s.html", page.as_bytes())],
        &[
            ("0.conversation", "S"),
            ("1.direction", "out"),
            ("0.sent_at", "2026-01-31T11:34:00.000Z"),
            ("0.body", "Hej"),
        ],
    );
}

#[test]
fn text() {
    let text = "[05-01-2026 08:40:01] Anna Holm: Hej\nto linjer\n[05-01-2026 08:41:02] Ejer: Ja\n";
    let dir = medium(&[("anna.txt", text.as_bytes())]);
    let probed = probe(dir.path());
    assert!(probed.missing.contains(&"direction"), "{}", probed.mapping);
    let mapping = probed
        .mapping
        .replace("[\"UDFYLD\"]", "[\"Ejer\"]")
        .replace("{ value = \"UDFYLD\" }", "{ value = \"FTR\" }");
    let got = read(dir.path(), Some(&mapping)).unwrap_or_else(|fault| panic!("{fault}\n{mapping}")).values();
    assert_eq!(got[0]["body"], "Hej\nto linjer");
    assert_eq!(got[1]["sender"], "me");
}

#[test]
fn what_is_no_message_gives_no_mapping() {
    let dir = medium(&[("a.bin", &[0, 1, 2, 3]), ("b.txt", b"Bare en tekst\n"), ("tom", b"")]);
    let probed = probe(dir.path());
    assert_eq!(probed.mapping, "");
    assert_eq!(probed.kinds.get("binary"), Some(&1));
    assert_eq!(probed.kinds.get("empty"), Some(&1));
}
