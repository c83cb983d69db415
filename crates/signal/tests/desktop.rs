//! The database of Signal Desktop: sealed here page by page as SQLCipher 4 does it, read back.

#![allow(clippy::unwrap_used, reason = "a failing test says where")]
#![allow(clippy::cast_possible_truncation, reason = "offsets of small files")]

mod common;

use std::fs;
use std::path::Path;

use aes::Aes256Enc;
use aes::cipher::{BlockModeEncrypt, KeyIvInit};
use common::{open, read, shown};
use hmac::{Hmac, KeyInit, Mac};
use model::SourceError;
use rusqlite::Connection;
use sha2::Sha512;

const KEY: [u8; 32] = [0x3c; 32];
const PAGE: usize = 4096;
const USED: usize = PAGE - 80;

fn key_text() -> String {
    "3c".repeat(32)
}

/// A plain database whose pages leave 80 bytes free: SQLite keeps to what the header of an empty one
/// says.
fn plain(sql: &str) -> Vec<u8> {
    let mut empty = {
        let mut db = Connection::open_in_memory().unwrap();
        db.execute_batch("PRAGMA page_size=4096; PRAGMA user_version=1;").unwrap();
        db.serialize("main").unwrap().to_vec()
    };
    empty[20] = 80;
    empty[105..107].copy_from_slice(&u16::try_from(USED).unwrap().to_be_bytes());
    let mut db = Connection::open_in_memory().unwrap();
    db.deserialize_read_exact("main", empty.as_slice(), empty.len(), false).unwrap();
    db.execute_batch(sql).unwrap();
    db.serialize("main").unwrap().to_vec()
}

fn seal(plain: &[u8]) -> Vec<u8> {
    let salt: [u8; 16] = std::array::from_fn(|i| u8::try_from(i).unwrap() * 7 + 1);
    let mut mac_key = [0; 32];
    pbkdf2::pbkdf2_hmac::<Sha512>(&KEY, &salt.map(|b| b ^ 0x3a), 2, &mut mac_key);
    let mut out = Vec::new();
    for (i, page) in plain.chunks_exact(PAGE).enumerate() {
        let number = u32::try_from(i + 1).unwrap();
        let from = if number == 1 { 16 } else { 0 };
        let iv = [u8::try_from(i % 251).unwrap(); 16];
        let mut cipher = cbc::Encryptor::<Aes256Enc>::new(&KEY.into(), &iv.into());
        let mut sealed = page.to_vec();
        for block in sealed[from..USED].chunks_exact_mut(16) {
            cipher.encrypt_block(block.try_into().unwrap());
        }
        if number == 1 {
            sealed[..16].copy_from_slice(&salt);
        }
        sealed[USED..USED + 16].copy_from_slice(&iv);
        let mac = <Hmac<Sha512> as KeyInit>::new_from_slice(&mac_key).unwrap();
        let tag = mac
            .chain_update(&sealed[from..USED + 16])
            .chain_update(number.to_le_bytes())
            .finalize()
            .into_bytes();
        sealed[USED + 16..].copy_from_slice(&tag);
        out.extend(sealed);
    }
    out
}

fn sample() -> String {
    let mut sql = r#"
CREATE TABLE items (id TEXT PRIMARY KEY, json TEXT);
INSERT INTO items VALUES ('number_id', '{"id":"number_id","value":"+4520009999.2"}');
INSERT INTO items VALUES ('identityKey', '{"value":"HEMMELIGNOEGLE"}');
CREATE TABLE conversations (id TEXT PRIMARY KEY, json TEXT, type TEXT, e164 TEXT, serviceId TEXT, groupId TEXT, name TEXT, profileFullName TEXT);
INSERT INTO conversations VALUES ('c1', '{"profileKey":"HEMMELIGNOEGLE"}', 'private', '+4520000101', '21212121-2121-2121-2121-212121212121', NULL, 'Anna Holm', NULL);
INSERT INTO conversations VALUES ('c2', '{}', 'private', '+4520009999', '11111111-1111-1111-1111-111111111111', NULL, NULL, 'Mig');
INSERT INTO conversations VALUES ('g1', '{"groupVersion":2,"masterKey":"HEMMELIGNOEGLE","membersV2":[{"aci":"21212121-2121-2121-2121-212121212121"},{"aci":"11111111-1111-1111-1111-111111111111"}]}', 'group', NULL, NULL, 'd3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3c=', 'Høring', NULL);
CREATE TABLE messages (rowid INTEGER PRIMARY KEY ASC, id TEXT UNIQUE, json TEXT, sent_at INTEGER, received_at_ms INTEGER, conversationId TEXT, source TEXT, sourceServiceId TEXT, type TEXT, body TEXT, expireTimer INTEGER);
INSERT INTO messages VALUES (1,'m1','{"reactions":[{"emoji":"👍","fromId":"c2","timestamp":1769862897000}],"quote":{"id":1769862000000,"text":"citat"}}',1769862896000,1769862896700,'c1','+4520000101','21212121-2121-2121-2121-212121212121','incoming','Hej',NULL);
INSERT INTO messages VALUES (2,'m2','{"body":"gammel","editHistory":[{"body":"ny tekst","timestamp":1769862899000},{"body":"første","timestamp":1769862898000}]}',1769862898000,NULL,'g1',NULL,NULL,'outgoing','ny tekst',86400);
INSERT INTO messages VALUES (3,'m3','{"groupV2Change":{"from":"21212121-2121-2121-2121-212121212121","details":[{"type":"title","newTitle":"Høring"}]}}',1769862900000,NULL,'g1',NULL,NULL,'group-v2-change',NULL,NULL);
INSERT INTO messages VALUES (4,'m4','{"deletedForEveryone":true}',1769862901000,NULL,'c1',NULL,'21212121-2121-2121-2121-212121212121','incoming',NULL,NULL);
INSERT INTO messages VALUES (5,'m5','{"body":"kun i json","attachments":[{"contentType":"image/png","fileName":"a.png","size":3,"path":"aa/bb"}]}',1769862902000,NULL,'c2',NULL,NULL,'outgoing',NULL,NULL);
INSERT INTO messages VALUES (6,'m6','{"nyt":1}',1769862903000,NULL,'c1',NULL,'21212121-2121-2121-2121-212121212121','noget-nyt','tekst',NULL);
INSERT INTO messages VALUES (7,'m7','{}',1769862904000,NULL,'c1',NULL,'21212121-2121-2121-2121-212121212121','incoming',NULL,NULL);
"#
    .to_owned();
    for i in 8..400 {
        sql.push_str(&format!("INSERT INTO messages VALUES ({i},'m{i}','{{\"fyld\":\"{}\"}}',{},NULL,'c1',NULL,'21212121-2121-2121-2121-212121212121','incoming','nr. {i}',NULL);\n", "x".repeat(100), 1_769_863_000_000_i64 + i));
    }
    sql
}

fn write(dir: &Path) -> Vec<u8> {
    let sealed = seal(&plain(&sample()));
    fs::create_dir_all(dir.join("sql")).unwrap();
    fs::write(dir.join("sql/db.sqlite"), &sealed).unwrap();
    fs::create_dir_all(dir.join("attachments.noindex/aa")).unwrap();
    fs::write(dir.join("attachments.noindex/aa/bb"), b"png").unwrap();
    sealed
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
