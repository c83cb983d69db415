//! Hostile and odd backup files, sealed here under known keys: every bit flipped, every length cut,
//! statements that want to be run, rows that point nowhere.

use std::ops::ControlFlow;
use std::sync::Arc;

use model::{Message, MessageSource, Record, Tally, Unreadable};

use super::cipher::Cipher;
use super::frames::File;
use super::header::Header;
use super::index::Index;
use super::keys::Keys;
use super::reader::Reader;
use crate::draft::Source;
use crate::people::text;

fn cipher() -> Arc<Cipher> {
    let keys = Keys { cipher: [1; 32].into(), mac: [2; 32].into() };
    // the counter is about to begin again at nought
    let mut iv = [9; 16];
    iv[..4].copy_from_slice(&u32::MAX.wrapping_sub(3).to_be_bytes());
    Arc::new(Cipher::new(&keys, iv))
}

/// One frame, or a file that follows one.
enum Part {
    Frame(Vec<u8>),
    Content(Vec<u8>),
}

fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![number << 3 | 2];
    let mut n = bytes.len();
    while n >= 0x80 {
        out.push((n & 0x7f) as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
    out.extend(bytes);
    out
}

fn number(field: u8, mut n: u64) -> Vec<u8> {
    let mut out = vec![field << 3];
    while n >= 0x80 {
        out.push((n & 0x7f) as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
    out
}

/// A statement; parameters that look like numbers are numbers, `-` is null.
fn sql(statement: &str, parameters: &[&str]) -> Part {
    let mut inner = field(1, statement.as_bytes());
    for p in parameters {
        let value = match (p, p.parse::<i64>()) {
            (&"-", _) => number(5, 1),
            (_, Ok(n)) => number(2, n.cast_unsigned()),
            (p, Err(_)) => field(1, p.as_bytes()),
        };
        inner.extend(field(2, &value));
    }
    Part::Frame(field(2, &inner))
}

fn seal(version: u64, parts: &[Part]) -> Vec<u8> {
    let cipher = cipher();
    let mut counter = cipher.first_counter();
    let mut out = Vec::new();
    for part in parts {
        out.extend(match part {
            Part::Frame(plain) => cipher.seal_frame(counter, version, plain),
            Part::Content(plain) => cipher.seal_file(counter, plain),
        });
        counter = counter.wrapping_add(1);
    }
    out
}

struct Got {
    messages: Vec<Message>,
    unreadable: Vec<Unreadable>,
    findings: Vec<String>,
    tally: Tally,
}

fn read(version: u64, bytes: Vec<u8>) -> Option<Got> {
    let header = Header { iv: [0; 16], salt: Vec::new(), version, end: 0 };
    let file = Arc::new(File { bytes: Arc::new(bytes), cipher: cipher(), header });
    let index = Index::make(&file, None).ok()?;
    let source = Source { name: "signal-android", evidence: text("x"), sha256: [0; 32] };
    let mut reader = Reader::new(file, index, source);
    let (mut messages, mut unreadable) = (Vec::new(), Vec::new());
    let tally = reader
        .read(&mut |record| {
            match record {
                Record::Message(m) => messages.push(*m),
                Record::Folded { .. } => {}
                Record::Unreadable(u) => unreadable.push(u),
            }
            ControlFlow::Continue(())
        })
        .unwrap();
    assert!(tally.balances(), "{tally:?}");
    let findings = reader.findings().iter().map(ToString::to_string).collect();
    Some(Got { messages, unreadable, findings, tally })
}

const MESSAGE: &str = "CREATE TABLE message (_id INTEGER PRIMARY KEY, date_sent, date_received, thread_id, from_recipient_id, to_recipient_id, type, body, latest_revision_id, revision_number)";
const ROW: &str = "INSERT INTO message VALUES (?,?,?,?,?,?,?,?,?,?)";

fn story() -> Vec<Part> {
    vec![
        sql("CREATE TABLE recipient (_id, e164, aci)", &[]),
        sql("CREATE TABLE thread (_id, recipient_id)", &[]),
        sql(MESSAGE, &[]),
        sql("CREATE TABLE attachment (_id, message_id, content_type, file_name)", &[]),
        sql("CREATE TABLE reaction (_id, message_id, author_id, emoji, date_sent)", &[]),
        sql("INSERT INTO recipient VALUES (?,?,?)", &["1", "+4520009999", "-"]),
        sql("INSERT INTO recipient VALUES (?,?,?)", &["2", "+4520000101", "-"]),
        sql("INSERT INTO thread VALUES (?,?)", &["7", "2"]),
        sql(ROW, &["1", "1769862896000", "1769862896500", "7", "2", "1", "10485780", "første", "2", "0"]),
        sql(ROW, &["2", "1769862897000", "1769862897500", "7", "2", "1", "10485780", "anden", "-", "1"]),
        sql(ROW, &["3", "1769862898000", "1769862898500", "7", "1", "2", "10485783", "svar", "99", "0"]),
        sql("INSERT INTO attachment VALUES (?,?,?,?)", &["5", "2", "a/b", "a.b"]),
        Part::Frame(field(4, &[number(1, 5), number(3, 40)].concat())),
        Part::Content(vec![3; 40]),
        sql("INSERT INTO reaction VALUES (?,?,?,?,?)", &["1", "2", "1", "👍", "1769862899000"]),
        sql("INSERT INTO reaction VALUES (?,?,?,?,?)", &["2", "44", "2", "👎", "1769862899000"]),
        Part::Frame(number(6, 1)),
    ]
}

fn body(m: &Message) -> &str {
    m.body.as_ref().map_or("-", |b| b.expose())
}

#[test]
fn nothing_is_lost_when_rows_point_nowhere() {
    for version in [0, 1] {
        let got = read(version, seal(version, &story())).unwrap();
        assert_eq!(got.messages.iter().map(body).collect::<Vec<_>>(), ["anden", "svar", "-"]);
        let [edited, answer, reaction] = &got.messages[..] else { panic!() };
        assert_eq!(edited.edits.len(), 2);
        assert_eq!(edited.id.as_ref().unwrap().expose().as_ref(), "1769862896000");
        assert_eq!((edited.attachments.len(), edited.reactions.len()), (1, 1));
        assert!(answer.doubts.iter().any(|d| d == "latest_revision_missing"));
        assert_eq!(answer.sender.as_ref().unwrap().expose().as_ref(), "me", "the owner by what rows say");
        assert!(reaction.doubts.iter().any(|d| d == "reaction_target_missing") && reaction.event.is_some());
        assert_eq!(got.tally, Tally { seen: 5, messages: 3, folded: 2, unreadable: 0 });
        assert_eq!(got.findings, Vec::<String>::new());
    }
}

#[test]
fn foreign_sql_is_counted_and_not_run() {
    let mut parts = story();
    let last = parts.pop();
    for foreign in [
        "DROP TABLE message",
        "DELETE FROM message",
        "UPDATE message SET body = 'x'",
        "INSERT INTO message SELECT * FROM message",
        "ATTACH DATABASE '/tmp/x' AS y",
    ] {
        parts.push(sql(foreign, &[]));
    }
    parts.push(sql("CREATE TRIGGER t AFTER INSERT ON message BEGIN DELETE FROM message; END", &[]));
    parts.extend(last);
    let got = read(1, seal(1, &parts)).unwrap();
    assert_eq!(got.messages.len(), 3);
    assert_eq!(got.findings, ["statements_not_run:5"]);
}

#[test]
fn rows_that_do_not_fit_are_listed() {
    let mut parts = story();
    parts.insert(9, sql(ROW, &["4", "5"]));
    parts.insert(9, sql("INSERT INTO mms VALUES (?)", &["1"]));
    parts.insert(9, Part::Frame(field(13, b"a kind of frame that nobody knows")));
    let got = read(1, seal(1, &parts)).unwrap();
    assert_eq!((got.messages.len(), got.unreadable.len()), (3, 2));
    assert_eq!(got.findings, ["unknown_frames:1"]);
}

#[test]
fn a_column_nobody_knows_is_named() {
    let mut parts = story();
    parts[2] = sql(&MESSAGE.replace("revision_number)", "revision_number, nyt_felt)"), &[]);
    let got = read(0, seal(0, &parts)).unwrap();
    assert!(got.findings.iter().any(|f| f == "unknown_column:message.nyt_felt"), "{:?}", got.findings);
}

#[test]
fn every_bit_flipped() {
    for version in [0, 1] {
        let whole = seal(version, &story());
        let mut kept = 0;
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 1 << (at % 8);
            let got = read(version, damaged).unwrap();
            assert!(
                got.tally.unreadable > 0 || got.findings.iter().any(|f| f.starts_with("files_damaged")),
                "{at}"
            );
            kept += usize::from(got.messages.len() + got.unreadable.len() >= 2);
        }
        assert_eq!(kept, whole.len());
    }
}

#[test]
fn cut_at_every_byte() {
    for version in [0, 1] {
        let whole = seal(version, &story());
        let all = read(version, whole.clone()).unwrap();
        for cut in 0..whole.len() {
            if let Some(got) = read(version, whole[..cut].to_vec()) {
                assert!(got.findings.iter().any(|f| f == "end_missing"), "{cut}");
                assert!(got.messages.len() <= all.messages.len() + 1);
            }
        }
    }
}

#[test]
fn giant_lengths_take_no_memory() {
    // a file that claims four gigabytes; a clear length of as much
    let mut parts = story();
    parts[12] = Part::Frame(field(4, &[number(1, 5), number(3, u64::from(u32::MAX))].concat()));
    assert!(read(1, seal(1, &parts)).unwrap().tally.unreadable > 0);
    let mut bytes = seal(0, &story());
    let first = bytes.len();
    bytes.extend([0xff; 64]);
    let got = read(0, bytes.clone()).unwrap();
    assert_eq!((got.messages.len(), got.tally.unreadable), (3, 1));
    bytes.truncate(first);
    bytes.extend([0x7f, 0xff, 0xff, 0xff]);
    assert_eq!(read(0, bytes).unwrap().tally.unreadable, 1);
}
