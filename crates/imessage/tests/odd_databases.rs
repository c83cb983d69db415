//! Databases of Messages as phones, other programs and years leave them: columns that are missing or hold
//! something else, joins that lead nowhere, histories of several parts. Each is a few statements, and what a
//! person must be told.
#![allow(missing_docs, clippy::unwrap_used)]

use std::ops::ControlFlow;

use evidence::{Given, open_tree};
use model::Record;
use rusqlite::Connection;
use serde_json::Value;

/// The columns that the tests use, as a recent phone has them.
const MESSAGE: &str = "guid TEXT, text TEXT, attributedBody BLOB, handle_id INTEGER, subject TEXT, service TEXT, \
    date INTEGER, date_read INTEGER, date_delivered INTEGER, is_from_me INTEGER, item_type INTEGER, \
    other_handle INTEGER, group_title TEXT, group_action_type INTEGER, associated_message_guid TEXT, \
    associated_message_type INTEGER, message_summary_info BLOB, date_retracted INTEGER, date_edited INTEGER, \
    ck_chat_id TEXT";

/// A chat with one person, and whatever else a statement needs.
const REST: &str = "
    CREATE TABLE handle (ROWID INTEGER PRIMARY KEY, id TEXT);
    CREATE TABLE chat (ROWID INTEGER PRIMARY KEY, guid TEXT, style INTEGER, chat_identifier TEXT,
        service_name TEXT, display_name TEXT);
    CREATE TABLE chat_message_join (chat_id INTEGER, message_id INTEGER);
    CREATE TABLE chat_handle_join (chat_id INTEGER, handle_id INTEGER);
    CREATE TABLE chat_recoverable_message_join (chat_id INTEGER, message_id INTEGER, delete_date INTEGER);
    CREATE TABLE attachment (ROWID INTEGER PRIMARY KEY, guid TEXT, filename TEXT, mime_type TEXT,
        total_bytes INTEGER);
    CREATE TABLE message_attachment_join (message_id INTEGER, attachment_id INTEGER);
    INSERT INTO handle VALUES (1, '+4540112233');
    INSERT INTO chat VALUES (1, 'iMessage;-;+4540112233', 45, '+4540112233', 'iMessage', NULL);
    INSERT INTO chat_handle_join VALUES (1, 1);";

/// 2025-06-15T15:06:40Z, nanoseconds since 2001.
const SENT: i64 = 771_692_800_000_000_000;

struct Told {
    messages: Vec<Value>,
    findings: Vec<String>,
    seen: u64,
}

impl Told {
    #[track_caller]
    fn one(&self) -> &Value {
        assert_eq!(self.messages.len(), 1, "{:?}", self.messages);
        &self.messages[0]
    }
}

fn doubts(message: &Value) -> Vec<&str> {
    message["doubts"].as_array().unwrap().iter().map(|d| d.as_str().unwrap()).collect()
}

/// What the reader makes of a database with these columns of `message`, filled by `fill`.
#[track_caller]
fn read(columns: &str, fill: impl FnOnce(&Connection)) -> Told {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("sms.db");
    let connection = Connection::open(&path).unwrap();
    let table = format!("CREATE TABLE message (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, {columns});{REST}");
    connection.execute_batch(&table).unwrap();
    fill(&connection);
    connection.close().unwrap();
    let mut opening = imessage::open_alone(&open_tree(&path).unwrap(), &Given::default()).unwrap().unwrap();
    let mut messages = Vec::new();
    let reader = &mut opening.readers[0];
    let tally = reader
        .read(&mut |record| {
            if let Record::Message(message) = record {
                let mut line = Vec::new();
                model::wire::write_line(&mut line, &message, None);
                messages.push(serde_json::from_slice(&line).unwrap());
            }
            ControlFlow::Continue(())
        })
        .unwrap();
    assert!(tally.balances(), "{tally:?}");
    assert_eq!(tally.messages, messages.len() as u64);
    let findings = reader.findings().into_iter().map(|f| f.code).collect();
    Told { messages, findings, seen: tally.seen }
}

/// A row of [`MESSAGE`] in the chat: `set` names columns and values.
fn row(connection: &Connection, set: &str) {
    let sql = format!(
        "INSERT INTO message (guid, handle_id, service, date, is_from_me) VALUES ('G', 1, 'iMessage', {SENT}, 0);
         INSERT INTO chat_message_join VALUES (1, last_insert_rowid());
         UPDATE message SET {set} WHERE ROWID = (SELECT max(ROWID) FROM message);"
    );
    connection.execute_batch(&sql).unwrap();
}

/// A string as a typedstream.
fn string(text: &str) -> Vec<u8> {
    let mut out = b"\x04\x0bstreamtyped\x81\xe8\x03\x84\x01@\x84\x84\x84\x08NSString\x01\x84\x84\x08NSObject\x00\x85\x84\x01+".to_vec();
    out.push(u8::try_from(text.len()).unwrap());
    out.extend(text.as_bytes());
    out.push(0x86);
    out
}

/// A text with one run that stands for a file.
fn with_file(text: &str, guid: &str) -> Vec<u8> {
    let mut out = b"\x04\x0bstreamtyped\x81\xe8\x03\x84\x01@\x84\x84\x84\x12NSAttributedString\x00\x84\x84\x08NSObject\x00\x85\x92\x84\x84\x84\x08NSString\x01\x94\x84\x01+".to_vec();
    let push = |out: &mut Vec<u8>, text: &str| {
        out.push(u8::try_from(text.len()).unwrap());
        out.extend(text.as_bytes());
        out.push(0x86);
    };
    push(&mut out, text);
    out.extend(b"\x84\x02iI\x01");
    out.push(u8::try_from(text.encode_utf16().count()).unwrap());
    out.extend(b"\x92\x84\x84\x84\x0cNSDictionary\x00\x94\x84\x01i\x01\x92\x84\x96\x96");
    push(&mut out, "__kIMFileTransferGUIDAttributeName");
    out.extend(b"\x92\x84\x96\x96");
    push(&mut out, guid);
    out.extend([0x86, 0x86]);
    out
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// A summary: texts of edited parts with seconds behind the sending, withdrawn parts, known parts.
fn summary(edited: &[(u32, &[(u32, &str)])], unsent: &[u32], known: &[u32]) -> String {
    use plist::{Dictionary, Value as P};
    let mut root = Dictionary::new();
    let mut ec = Dictionary::new();
    for (part, texts) in edited {
        let entry = |(at, text): &(u32, &str)| {
            let mut entry = Dictionary::new();
            entry.insert("d".to_owned(), P::Real(771_692_800.0 + f64::from(*at)));
            entry.insert("t".to_owned(), P::Data(string(text)));
            P::Dictionary(entry)
        };
        ec.insert(part.to_string(), P::Array(texts.iter().map(entry).collect()));
    }
    let known: Dictionary = known.iter().map(|p| (p.to_string(), P::Dictionary(Dictionary::new()))).collect();
    root.insert("ec".to_owned(), P::Dictionary(ec));
    root.insert("rp".to_owned(), P::Array(unsent.iter().map(|p| P::Integer((*p).into())).collect()));
    root.insert("otr".to_owned(), P::Dictionary(known));
    let mut bytes = Vec::new();
    P::Dictionary(root).to_writer_binary(&mut bytes).unwrap();
    format!("message_summary_info = x'{}'", hex(&bytes))
}

#[test]
fn a_schema_without_a_column_is_read() {
    for column in MESSAGE.split(", ").map(|c| c.split(' ').next().unwrap()) {
        // without it no database is taken for one of Messages
        if column == "is_from_me" {
            continue;
        }
        let columns: Vec<&str> =
            MESSAGE.split(", ").filter(|c| c.split(' ').next() != Some(column)).collect();
        let told = read(&columns.join(", "), |c| {
            let mut set = vec![("guid", "'G'"), ("text", "'Hej'"), ("handle_id", "1"), ("is_from_me", "0")];
            set.retain(|s| s.0 != column);
            let (names, values): (Vec<&str>, Vec<&str>) = set.into_iter().unzip();
            let sql = format!("INSERT INTO message ({}) VALUES ({})", names.join(", "), values.join(", "));
            c.execute_batch(&sql).unwrap();
        });
        assert_eq!(told.one()["body"].is_null(), column == "text", "{column}");
        let needed = ["guid", "text", "date", "handle_id"].contains(&column);
        let said = told.findings.contains(&format!("unknown_schema:message.{column}"));
        assert_eq!(said, needed, "{column}: {:?}", told.findings);
    }
}

/// A phone of before iOS 6 says in other columns whose a message is: none of it must be read wrongly.
#[test]
fn a_schema_of_before_ios_6_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("HomeDomain/Library/SMS");
    std::fs::create_dir_all(&folder).unwrap();
    let write = |columns: &str| {
        drop(std::fs::remove_file(folder.join("sms.db")));
        let connection = Connection::open(folder.join("sms.db")).unwrap();
        let table =
            format!("CREATE TABLE message (ROWID INTEGER PRIMARY KEY, text TEXT, date INTEGER, {columns})");
        connection.execute_batch(&table).unwrap();
        imessage::open(std::sync::Arc::new(evidence::FolderSet::new(open_tree(dir.path()).unwrap()))).is_ok()
    };
    assert!(!write("address TEXT, flags INTEGER"));
    assert!(write("guid TEXT, handle_id INTEGER, is_from_me INTEGER"));
}

#[test]
fn a_value_of_another_kind_is_taken_for_what_it_says() {
    let untyped: Vec<&str> = MESSAGE.split(", ").map(|c| c.split(' ').next().unwrap()).collect();
    for (set, field, expected, doubt) in [
        ("text = x'48656a'", "body", "Hej", "bad_column:text"),
        ("text = 20121676", "body", "20121676", "bad_column:text"),
        ("text = 3.5", "body", "3.5", "bad_column:text"),
        ("guid = 77", "id", "77", "bad_column:guid"),
        ("handle_id = '1'", "sender", "+4540112233", "bad_column:handle_id"),
        ("is_from_me = '1'", "sender", "me", "bad_column:is_from_me"),
        ("date = '771692800000000000'", "sent_at", "2025-06-15T15:06:40.000Z", "bad_column:date"),
        ("date = 771692800.5", "sent_at", "2025-06-15T15:06:40.000Z", "bad_column:date"),
    ] {
        let told = read(&untyped.join(", "), |c| row(c, set));
        assert_eq!(told.one()[field], expected, "{set}");
        assert!(doubts(told.one()).contains(&doubt), "{set}: {:?}", doubts(told.one()));
    }
    // the positive control: nothing is doubted where nothing is odd
    let told = read(MESSAGE, |c| row(c, "text = 'Hej'"));
    assert_eq!((told.one()["body"].as_str(), doubts(told.one()).len()), (Some("Hej"), 0));
}

#[test]
fn a_reaction_whose_kind_is_kept_as_text_is_folded() {
    let untyped: Vec<&str> = MESSAGE.split(", ").map(|c| c.split(' ').next().unwrap()).collect();
    let told = read(&untyped.join(", "), |c| {
        row(c, "guid = 'A', text = 'Hej'");
        row(c, "guid = 'B', associated_message_guid = 'p:0/A', associated_message_type = '2000'");
    });
    assert_eq!((told.one()["reactions"][0]["kind"].as_str(), told.seen), (Some("love"), 2));
}

#[test]
fn edits_and_withdrawals_of_parts() {
    let texts = |m: &Value| -> Vec<String> {
        m["edits"].as_array().unwrap().iter().map(|e| e["text"].as_str().unwrap().to_owned()).collect()
    };
    let both: &[(u32, &[(u32, &str)])] =
        &[(0, &[(0, "a1"), (20, "a2")]), (2, &[(0, "b1"), (10, "b2"), (30, "b3")])];
    // oldest first over all parts, and which part each is of
    let told = read(MESSAGE, |c| row(c, &summary(both, &[], &[0, 1, 2])));
    assert_eq!(texts(told.one()), ["a1", "b1", "b2", "a2", "b3"]);
    assert_eq!(told.one()["body"], "a2\nb3");
    assert_eq!(doubts(told.one()), ["several_parts_edited:0,2,2,0,2"]);
    // one part edited, the other withdrawn: the message is not
    let one: &[(u32, &[(u32, &str)])] = &[(0, &[(0, "c1"), (20, "c2")])];
    let told = read(MESSAGE, |c| row(c, &summary(one, &[1], &[0, 1])));
    let m = told.one();
    assert_eq!((m["unsent"].as_bool(), m["body"].as_str()), (Some(false), Some("c2")));
    assert_eq!(m["unsent_parts"], serde_json::json!([1]));
    // edited, then withdrawn
    let told = read(MESSAGE, |c| row(c, &summary(one, &[0], &[0])));
    let m = told.one();
    assert_eq!((m["unsent"].as_bool(), m["body"].is_null(), texts(m).len()), (Some(true), true, 2));
    // withdrawn, and the phone has the text nevertheless
    let told = read(MESSAGE, |c| row(c, &format!("text = 'der', {}", summary(&[], &[0], &[0]))));
    let m = told.one();
    assert_eq!((m["unsent"].as_bool(), m["body"].as_str()), (Some(true), Some("der")));
    assert_eq!(doubts(m), ["text_of_withdrawn_message"]);
    // which parts there were is not known, and one is still there
    let told = read(MESSAGE, |c| row(c, &format!("text = 'der', {}", summary(&[], &[1], &[]))));
    let m = told.one();
    assert_eq!((m["unsent"].as_bool(), m["body"].as_str()), (Some(false), Some("der")));
    // nothing but the time of the withdrawal
    let told = read(MESSAGE, |c| row(c, &format!("date_retracted = {SENT} + 60000000000")));
    assert_eq!(told.one()["unsent"], true);
    assert_eq!(doubts(told.one()), ["unsent_at:2025-06-15T15:07:40.000Z"]);
}

#[test]
fn attachments_that_no_join_leads_to() {
    let body = |guid: &str| format!("attributedBody = x'{}'", hex(&with_file("\u{fffc}", guid)));
    let told = read(MESSAGE, |c| {
        row(c, &body("F"));
        c.execute_batch(
            "INSERT INTO attachment VALUES (1, 'F', '~/Library/SMS/Attachments/a.pdf', 'x/y', 9)",
        )
        .unwrap();
    });
    let m = told.one();
    assert_eq!(
        (m["attachments"][0]["name"].as_str(), m["attachments"][0]["size"].as_u64()),
        (Some("a.pdf"), Some(9))
    );
    assert_eq!(doubts(m), ["attachment_not_joined"]);
    // there is no row of it at all
    let told = read(MESSAGE, |c| row(c, &body("F")));
    assert_eq!(told.one()["attachments"].as_array().unwrap().len(), 1);
    assert_eq!(doubts(told.one()), ["attachment_row_missing", "attachment_not_joined"]);
    // one that is joined is not found twice; one whose row is gone may be the one that is named
    for attachment in ["INSERT INTO attachment VALUES (1, 'F', NULL, NULL, 1)", ""] {
        let told = read(MESSAGE, |c| {
            row(c, &body("F"));
            let join = "INSERT INTO message_attachment_join VALUES (1, 1)";
            c.execute_batch(&format!("{attachment};{join}")).unwrap();
        });
        assert_eq!(told.one()["attachments"].as_array().unwrap().len(), 1, "{attachment}");
        assert!(!doubts(told.one()).contains(&"attachment_not_joined"));
    }
}

#[test]
fn kinds_and_services_that_are_not_known() {
    let told = read(MESSAGE, |c| row(c, "text = 'Ny slags', associated_message_type = 5000, service = ''"));
    let m = told.one();
    assert_eq!((m["body"].as_str(), m["service"].as_str()), (Some("Ny slags"), Some("iMessage")));
    assert_eq!(m["event"], serde_json::json!({"type": "other", "code": "associated/5000", "text": null}));
    assert_eq!(doubts(m), ["unknown_type:5000"]);
    let told =
        read(MESSAGE, |c| row(c, "text = 'Hej', date_read = 9223372036854775807, date_delivered = -1"));
    assert_eq!((told.one()["read_at"].is_null(), doubts(told.one())), (true, vec!["receipt_out_of_range"]));
}

#[test]
fn traces_of_what_is_gone() {
    // all rows are gone, and the table remembers how many there were
    let told = read(MESSAGE, |c| {
        row(c, "text = 'Hej'");
        c.execute_batch("UPDATE sqlite_sequence SET seq = 12; DELETE FROM message").unwrap();
    });
    assert_eq!(told.messages.len(), 0);
    assert!(told.findings.contains(&"rows_absent_at_end:12".to_owned()), "{:?}", told.findings);
    // rows in chats that are gone; among the recently deleted by joins to a chat that is there and one that is not
    let told = read(MESSAGE, |c| {
        row(c, "text = 'a'");
        c.execute_batch(
            "UPDATE chat_message_join SET chat_id = 77;
             INSERT INTO message (guid, text, date, handle_id) VALUES ('D', 'd', 1, 1);
             INSERT INTO chat_recoverable_message_join VALUES (0, 2, 5), (1, 2, 5), (1, 99, 5);",
        )
        .unwrap();
    });
    assert_eq!(told.messages[1]["conversation"], "iMessage;-;+4540112233");
    assert_eq!(told.messages[1]["deleted"], true);
    let expected = ["chats_absent:2", "recently_deleted:1", "dangling:chat_recoverable_message_join:1"];
    for code in expected {
        assert!(told.findings.contains(&code.to_owned()), "{code}: {:?}", told.findings);
    }
}

#[test]
fn a_chat_without_members_has_the_one_that_it_is_called_by() {
    let told = read(MESSAGE, |c| {
        row(c, "text = 'Hej'");
        c.execute_batch("DELETE FROM chat_handle_join").unwrap();
    });
    assert_eq!(told.one()["participants"], serde_json::json!(["+4540112233"]));
    let told = read(MESSAGE, |c| {
        row(c, "text = 'Hej'");
        c.execute_batch(
            "DELETE FROM chat_handle_join; UPDATE chat SET style = 43, chat_identifier = 'chat1'",
        )
        .unwrap();
    });
    assert_eq!(told.one()["participants"], serde_json::json!([]));
}

/// Rows whose way from the root is lost while their own pages are there: a file that is cut before the page that
/// leads to them, and one where that page is overwritten.
#[test]
fn rows_whose_way_is_lost_are_found() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("sms.db");
    let connection = Connection::open(&path).unwrap();
    let table = format!("CREATE TABLE message (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, {MESSAGE});{REST}");
    connection.execute_batch(&format!("PRAGMA page_size = 512; VACUUM; {table}")).unwrap();
    // a page holds two rows and a page of the tree some sixty: the tree has three levels
    let fill = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
        INSERT INTO message (guid, text, handle_id, service, date, is_from_me)
        SELECT 'G' || i, 'Besked nummer ' || i || ' ' || substr(hex(zeroblob(200)), 1, 180), 1, 'SMS', 771692800, 0 FROM n;
        DELETE FROM message WHERE ROWID BETWEEN 400 AND 440;";
    connection.execute_batch(fill).unwrap();
    connection.close().unwrap();
    let whole = std::fs::read(&path).unwrap();
    let read = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        let mut opening =
            imessage::open_alone(&open_tree(&path).unwrap(), &Given::default()).unwrap().unwrap();
        let reader = &mut opening.readers[0];
        let mut texts = std::collections::BTreeSet::new();
        let tally = reader
            .read(&mut |record| {
                if let Record::Message(message) = record {
                    let number = message.body.unwrap().expose().split(' ').nth(2).unwrap().to_owned();
                    assert!(texts.insert(number), "a row twice");
                }
                ControlFlow::Continue(())
            })
            .unwrap();
        assert!(tally.balances(), "{tally:?}");
        let findings: Vec<_> = reader.findings().into_iter().map(|f| f.code).collect();
        (texts, findings)
    };
    let (all, findings) = read(&whole);
    // the positive control
    assert_eq!(all.len(), 959);
    assert!(!findings.iter().any(|f| f.starts_with("rows_rescued")), "{findings:?}");
    let inner: Vec<usize> = (1..whole.len() / 512).filter(|page| whole[page * 512] == 5).collect();
    assert!(inner.len() > 5, "{inner:?}");
    let mut rescued = 0;
    for page in inner {
        let mut bytes = whole.clone();
        bytes[page * 512..(page + 1) * 512].fill(0);
        let (texts, findings) = read(&bytes);
        // whatever is lost is this page and no row; what was deleted does not come back
        assert_eq!(texts, all, "page {page}: {findings:?}");
        rescued += findings.iter().filter(|f| f.starts_with("rows_rescued")).count();
    }
    assert!(rescued > 5, "{rescued}");
    for cut in [whole.len() / 3, whole.len() / 2, whole.len() * 3 / 4] {
        let (texts, findings) = read(&whole[..cut]);
        // rows are written in order: about as many as there are pages
        assert!(texts.len() > 959 * cut / whole.len() * 8 / 10, "{cut}: {} {findings:?}", texts.len());
        assert!(texts.is_subset(&all));
    }
}
