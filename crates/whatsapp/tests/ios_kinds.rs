//! A `ChatStorage.sqlite` written by hand: every number of a kind, what its media item is used for, feeds of
//! statuses, numbers that are missing from the first on, and who took a message away.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::fs;
use std::sync::Arc;

use common::{codes, read};
use evidence::{FolderSet, open_tree};
use model::{Event, Message};
use rusqlite::Connection;

const DOMAIN: &str = testkit::whatsapp::ios::DOMAIN;
const SCHEMA: &str = "
    CREATE TABLE ZWAMESSAGE (Z_PK INTEGER PRIMARY KEY, ZCHATSESSION, ZGROUPMEMBER, ZISFROMME, ZMESSAGETYPE,
        ZGROUPEVENTTYPE, ZSORT, ZMESSAGEDATE, ZFROMJID, ZTOJID, ZSTANZAID, ZTEXT, ZMEDIAITEM);
    CREATE TABLE ZWACHATSESSION (Z_PK INTEGER PRIMARY KEY, ZCONTACTJID, ZPARTNERNAME, ZSESSIONTYPE,
        ZMESSAGECOUNTER, ZLASTMESSAGEDATE);
    CREATE TABLE ZWAGROUPMEMBER (Z_PK INTEGER PRIMARY KEY, ZMEMBERJID, ZCHATSESSION, ZISACTIVE, ZCONTACTNAME,
        ZFIRSTNAME);
    CREATE TABLE ZWAMEDIAITEM (Z_PK INTEGER PRIMARY KEY, ZMESSAGE, ZMEDIALOCALPATH, ZTITLE, ZVCARDSTRING,
        ZFILESIZE, ZMETADATA);
    CREATE TABLE ZWAMESSAGEDATAITEM (Z_PK INTEGER PRIMARY KEY, ZMESSAGE, ZTITLE, ZSUMMARY, ZMATCHEDTEXT);
    CREATE TABLE Z_PRIMARYKEY (Z_ENT INTEGER PRIMARY KEY, Z_NAME, Z_MAX);
    INSERT INTO ZWACHATSESSION VALUES (1, '4540112233@s.whatsapp.net', 'Mette', 0, NULL, NULL);";

/// What is read of a database with these statements behind the schema.
fn reading(statements: &str) -> (Vec<Message>, Vec<String>) {
    let dir = tempfile::tempdir().unwrap();
    let domain = dir.path().join(DOMAIN);
    fs::create_dir_all(&domain).unwrap();
    let connection = Connection::open(domain.join("ChatStorage.sqlite")).unwrap();
    connection.execute_batch(&format!("{SCHEMA}{statements}")).unwrap();
    connection.close().unwrap();
    let set = Arc::new(FolderSet::new(open_tree(dir.path()).unwrap()));
    let mut reader = whatsapp::ios::open(set).unwrap().unwrap();
    let (messages, _) = read(reader.as_mut());
    (messages, codes(reader.as_ref()))
}

/// A row of that kind in the chat, with a media item.
fn of_kind(kind: u32, columns: &str, values: &str) -> String {
    format!(
        "INSERT INTO ZWAMESSAGE (Z_PK, ZCHATSESSION, ZMESSAGETYPE, ZISFROMME, ZMESSAGEDATE, ZSTANZAID)
         VALUES (1, 1, {kind}, 0, 7e8, 'S');
         INSERT INTO ZWAMEDIAITEM (ZMESSAGE, {columns}) VALUES (1, {values});"
    )
}

#[test]
fn no_kind_is_dropped_and_the_unknown_say_so() {
    let known = [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 14, 15, 38, 39];
    for kind in 0..120 {
        let (messages, _) = reading(&of_kind(kind, "ZTITLE", "'titel'"));
        assert_eq!(messages.len(), 1, "{kind}");
        let is_unknown = messages[0].doubts.contains(&format!("unknown_type:{kind}").into());
        assert_eq!(is_unknown, !known.contains(&kind), "{kind}: {:?}", messages[0].doubts);
        let other = matches!(&messages[0].event, Some(Event::Other { .. }));
        // the code 0 of a group or notice has no name
        assert_eq!(other, is_unknown || matches!(kind, 6 | 10), "{kind}");
        // the title of a document is its name
        assert_eq!(messages[0].body.is_some(), !matches!(kind, 6 | 8 | 10 | 14), "{kind}");
    }
}

#[test]
fn an_unknown_kind_with_a_media_type_carries_a_file() {
    for (kind, card, files) in [
        (20, "image/jpeg", 1),
        (53, "audio/ogg; codecs=opus", 1),
        (99, "application/pdf", 1),
        (99, "4540112233@s.whatsapp.net", 0),
        (99, "55.67;12.57", 0),
        // a text has no file, whatever stands there
        (0, "image/jpeg", 0),
    ] {
        let (messages, found) = reading(&of_kind(kind, "ZVCARDSTRING, ZFILESIZE", &format!("'{card}', 77")));
        assert_eq!(messages[0].attachments.len(), files, "{kind} {card}");
        assert_eq!(found.contains(&"attachments_missing:1/77".to_owned()), files == 1, "{found:?}");
    }
}

#[test]
fn who_took_a_message_away() {
    let owner =
        "INSERT INTO ZWAMESSAGE (Z_PK, ZISFROMME, ZTOJID) VALUES (2, 0, '4520000100@s.whatsapp.net');";
    for (jid, from_me, owner, other) in [
        ("4599999999@s.whatsapp.net", 0, owner, true),
        ("4540112233@s.whatsapp.net", 0, owner, false),
        ("4520000100@s.whatsapp.net", 1, owner, false),
        ("4599999999@s.whatsapp.net", 1, owner, true),
        // who the owner is, or who an opaque id is, is not known: nothing is claimed
        ("4520000100@s.whatsapp.net", 1, "", false),
        ("100000000000001@lid", 0, owner, false),
        ("image/jpeg", 0, owner, false),
    ] {
        let row = of_kind(14, "ZVCARDSTRING", &format!("'{jid}'"));
        let me = format!("UPDATE ZWAMESSAGE SET ZISFROMME = {from_me}, ZTOJID = NULL WHERE Z_PK = 1;");
        let (messages, _) = reading(&format!("{row}{me}{owner}"));
        assert!(messages[0].unsent);
        assert_eq!(messages[0].doubts.contains(&"revoked_by_admin".into()), other, "{jid} {from_me}");
    }
}

#[test]
fn rows_are_counted_from_the_first_and_feeds_are_no_chats() {
    let rows = "INSERT INTO ZWAMESSAGE (Z_PK, ZCHATSESSION, ZMESSAGETYPE, ZSORT, ZMESSAGEDATE)
                    VALUES (4, 1, 0, 1, 7e8), (6, 1, 0, 2, 7e8);
                INSERT INTO Z_PRIMARYKEY VALUES (1, 'WAMessage', 8);";
    let (_, found) = reading(rows);
    assert_eq!(found, ["rows_absent:6/3"]);
    // what somebody showed for a day is gone the next: one finding for all of them
    let feeds = "INSERT INTO ZWACHATSESSION VALUES (2, '4511111111@status', NULL, 3, 41, 7e8),
                     (3, '100000000000001@lid.status', NULL, 3, 9, 7e8), (4, 'status@broadcast', NULL, 3, 1, 7e8),
                     (5, '4522222222@s.whatsapp.net', NULL, 0, 9, 7e8);";
    let (_, found) = reading(&format!("{rows}{feeds}"));
    assert_eq!(found.iter().filter(|f| f.as_str() == "chat_empty").count(), 1, "{found:?}");
    assert!(found.contains(&"status_feeds_with_absent_rows:2".to_owned()), "{found:?}");
}

#[test]
fn previews_of_pages_are_kept_beside_the_text() {
    let (messages, _) = reading(&format!(
        "{}UPDATE ZWAMESSAGE SET ZTEXT = 'se https://a.dk';
         INSERT INTO ZWAMESSAGEDATAITEM (ZMESSAGE, ZTITLE, ZSUMMARY, ZMATCHEDTEXT)
         VALUES (1, 'Titel', 'Resume', 'https://a.dk'), (1, NULL, NULL, NULL), (1, 'To', NULL, NULL);",
        of_kind(7, "ZTITLE", "NULL")
    ));
    let m = &messages[0];
    assert_eq!(m.body.as_ref().map(|b| b.expose().as_ref()), Some("se https://a.dk"));
    assert_eq!(m.doubts, ["link_preview"]);
    let raw = m.raw.iter().find(|r| r.name == "ZWAMESSAGEDATAITEM").unwrap();
    assert_eq!(raw.bytes.expose(), b"https://a.dk\nTitel\nResume\nTo");
}

#[test]
fn a_first_name_of_a_member_is_a_name() {
    let (messages, _) = reading(
        "INSERT INTO ZWACHATSESSION VALUES (2, '1@g.us', 'Gruppe', 1, NULL, NULL);
         INSERT INTO ZWAGROUPMEMBER VALUES (1, '4511111111@s.whatsapp.net', 2, 1, '+45 11 11 11 11', 'Per'),
             (2, '4522222222@s.whatsapp.net', 2, 1, 'Ida Holm', 'Ida');
         INSERT INTO ZWAMESSAGE (ZCHATSESSION, ZGROUPMEMBER, ZMESSAGETYPE, ZTEXT) VALUES (2, 1, 0, 'a'), (2, 2, 0, 'b');",
    );
    let names: Vec<_> =
        messages.iter().map(|m| m.sender_name.as_ref().unwrap().expose().to_string()).collect();
    assert_eq!(names, ["Per", "Ida Holm"]);
}
