//! Text formats made to do harm, and files that are the beginning of something and no more.

use std::fs;

use crate::watch::{Case, MARK, watch};
use crate::{Keeps, Report};

fn case(name: &str, file: &str, bytes: &[u8]) -> Case {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(file), bytes).unwrap();
    let source = dir.path().join(file);
    Case { name: name.to_owned(), dir, source, words: Vec::new() }
}

/// The first bytes of everything that is recognised.
const MAGICS: &[&[u8]] = &[
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"SQLite format 3\0",
    b"ANDROID BACKUP\n",
    b"ANDROID BACKUP\n5\n1\nnone\n",
    b"SSEF\0\xff\0\x01",
    b"bplist00",
    b"mbdb\x05\0",
    b"<?xml",
    b"<?xml version='1.0'?><smses",
    b"<smses count=\"1\"",
    b"{",
    b"[",
    b"[{",
    b"{\"_id\":",
    b"{\"version\":\"1\",\"backupTimeMs\":",
    b"\0\0\0\x3a\x0a\x38",
    b"\xac\xed\0\x05",
    b"\x1f\x8b\x08",
    b"\x78\x9c",
    b"\xef\xbb\xbf",
    b"\xff\xfe<\0",
    b"05.01.2026 08.40 - Bo Holm: Hej",
    b"[05.01.2026 08.40.00] Bo Holm: Hej",
    b"\x0a\x0d",
    b"\0",
    b"\xff",
];

pub(crate) fn beginnings(report: &Report) {
    for magic in MAGICS {
        for len in [1, magic.len() / 2, magic.len()] {
            let shown = String::from_utf8_lossy(&magic[..len.max(1).min(magic.len())]).into_owned();
            let bytes = &magic[..len.max(1).min(magic.len())];
            let case = case(&format!("beginning {shown:?}"), "s.bin", bytes);
            report.take(&case, &[], Keeps::Nothing, watch(&case));
        }
        // and noise behind it
        let bytes = [magic, [0xa5; 3000].as_slice()].concat();
        let case = case(&format!("noise behind {:?}", String::from_utf8_lossy(magic)), "s.bin", &bytes);
        report.take(&case, &[], Keeps::Nothing, watch(&case));
    }
}

const SMS: &str = r#"<sms protocol="0" address="+4520000101" date="1735722000000" type="1" body="Kanariefugl7731 hel" read="1" status="-1" />"#;

/// XML of SMS Backup & Restore: what surrounds a good record may not cost it.
pub(crate) fn xml(report: &Report) {
    let head = "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n";
    let laughs: String =
        (1..20).map(|i| format!("<!ENTITY a{i} \"{}\">", format!("&a{};", i - 1).repeat(10))).collect();
    let files: Vec<(&str, Keeps, String)> = vec![
        (
            "entities of entities",
            Keeps::Nothing,
            format!(
                "{head}<!DOCTYPE x [<!ENTITY a0 \"ha\">{laughs}]><smses count=\"2\">{SMS}<sms body=\"&a19;\"/></smses>"
            ),
        ),
        (
            "an entity from a file",
            Keeps::Nothing,
            format!(
                "{head}<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><smses count=\"2\">{SMS}<sms body=\"&a;\"/></smses>"
            ),
        ),
        (
            "depth",
            Keeps::All,
            format!("{head}<smses count=\"1\">{SMS}{}</smses>", "<mms><parts>".repeat(300_000)),
        ),
        (
            "an attribute without end",
            Keeps::All,
            format!("{head}<smses count=\"1\">{SMS}<sms body=\"{}", "a".repeat(40 << 20)),
        ),
        (
            "a name without end",
            Keeps::All,
            format!("{head}<smses count=\"1\">{SMS}<{}", "a".repeat(40 << 20)),
        ),
        (
            "attributes without end",
            Keeps::All,
            format!("{head}<smses count=\"1\">{SMS}<sms {}", "a=\"1\" ".repeat(2_000_000)),
        ),
        (
            "characters that are none",
            Keeps::All,
            format!(
                "{head}<smses count=\"1\">{SMS}<sms body=\"&#xD800;&#0;&#x110000;&#99999999999999999999;&unknown;\"/></smses>"
            ),
        ),
        (
            "a count that cannot be",
            Keeps::All,
            format!("{head}<smses count=\"99999999999999999999\">{SMS}</smses>"),
        ),
        (
            "data that is none",
            Keeps::All,
            format!(
                "{head}<smses count=\"2\">{SMS}<mms date=\"1\"><parts><part ct=\"image/png\" data=\"{}\"/></parts></mms></smses>",
                "!%=".repeat(9999)
            ),
        ),
        (
            "numbers beyond numbers",
            Keeps::All,
            format!(
                "{head}<smses count=\"2\">{SMS}<sms date=\"-9223372036854775808\" type=\"4294967297\" address=\"\" body=\"x\"/></smses>"
            ),
        ),
        (
            "a comment without end",
            Keeps::All,
            format!("{head}<smses count=\"1\">{SMS}<!-- {}", "-".repeat(1 << 20)),
        ),
    ];
    let whole = case("sms", "s.xml", format!("{head}<smses count=\"1\">{SMS}</smses>").as_bytes());
    let base = watch(&whole).unwrap().messages;
    assert_eq!(base.len(), 1);
    for (name, keeps, text) in files {
        let case = case(&format!("xml: {name}"), "s.xml", text.as_bytes());
        report.take(&case, &base, keeps, watch(&case));
    }
}

/// Lines of JSON and of chats.
pub(crate) fn lines(report: &Report) {
    let sms = r#"{"_id":"1","thread_id":"1","address":"+4520000101","date":"1735722000000","type":"1","body":"Kanariefugl7731 hel"}"#;
    let whole = case("line", "s.ndjson", format!("{sms}\n").as_bytes());
    let base = watch(&whole).unwrap().messages;
    assert_eq!(base.len(), 1);
    let files: Vec<(&str, String)> = vec![
        ("depth", format!("{sms}\n{}\n", "[".repeat(2_000_000))),
        ("depth in an object", format!("{sms}\n{}1{}\n", "{\"a\":".repeat(100_000), "}".repeat(100_000))),
        ("a line without end", format!("{sms}\n{{\"body\":\"{}", "a".repeat(40 << 20))),
        (
            "numbers beyond numbers",
            format!(
                "{sms}\n{{\"_id\":\"2\",\"date\":1e400,\"type\":99999999999999999999,\"address\":[[]]}}\n"
            ),
        ),
        ("keys twice", format!("{sms}\n{{\"_id\":\"2\",\"_id\":{{}},\"address\":null,\"address\":1}}\n")),
        (
            "lone surrogates",
            format!(
                "{sms}\n{{\"_id\":\"2\",\"address\":\"+4520000102\",\"date\":\"1\",\"type\":\"1\",\"body\":\"\\ud800 \\udc00\"}}\n"
            ),
        ),
        ("empty lines", format!("{}{sms}\n{}", "\n".repeat(100_000), "\r\n".repeat(100_000))),
    ];
    for (name, text) in files {
        let case = case(&format!("json: {name}"), "s.ndjson", text.as_bytes());
        report.take(&case, &base, Keeps::Nothing, watch(&case));
    }
    let line = format!("05.01.2026 08.40 - {MARK}: hel\n05.01.2026 08.41 - Bo: ja\n");
    let chats: Vec<(&str, String)> = vec![
        ("a line without end", format!("{line}05.01.2026 08.41 - Bo: {}", "a".repeat(40 << 20))),
        ("a name without end", format!("{line}05.01.2026 08.41 - {}: x\n", "B".repeat(4 << 20))),
        ("many persons", (0..100_000).map(|i| format!("05.01.2026 08.41 - Bo {i}: x\n")).collect()),
        (
            "days that are none",
            format!("{line}99.99.9999 99.99 - Bo: x\n31.02.2026 25.61 - Bo: y\n00.00.0000 00.00 - Bo: z\n"),
        ),
        ("marks of direction", format!("{line}\u{202e}\u{200f}\u{2066}05.01.2026 08.41 - Bo: \u{202e}x\n")),
        ("no line end", "05.01.2026 08.40 - Bo: x ".repeat(100_000)),
        ("zeros", format!("{line}\0\0\0\n05.01.2026 08.41 - Bo: a\0b\n")),
    ];
    for (name, text) in chats {
        let mut case = case(&format!("chat: {name}"), "s.txt", text.as_bytes());
        case.words = vec!["--owner-name".to_owned(), "Bo".to_owned()];
        report.take(&case, &[], Keeps::Nothing, watch(&case));
    }
}
