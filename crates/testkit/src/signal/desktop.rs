//! The database of Signal Desktop, sealed page by page as SQLCipher 4 does it (AES-256-CBC, HMAC-SHA-512 over
//! every page), with a folder of attachments beside it.

use std::fs;
use std::io;
use std::path::Path;

use aes::Aes256Enc;
use aes::cipher::{BlockModeEncrypt, KeyIvInit};
use hmac::{Hmac, KeyInit, Mac};
use rusqlite::Connection;
use sha2::Sha512;

use crate::sql;

/// The key of the database, as the app writes it.
pub const DESKTOP_KEY: &str = "3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c";
const KEY: [u8; 32] = [0x3c; 32];
/// Bytes of a page.
pub const PAGE: usize = 4096;
const USED: usize = PAGE - 80;

const STORY: &str = r#"
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
"#;

/// A plain database of `sql` whose pages leave 80 bytes free: SQLite keeps to what the header of an empty one
/// says.
fn plain(statements: &str) -> io::Result<Vec<u8>> {
    let mut empty = {
        let mut db = Connection::open_in_memory().map_err(sql)?;
        db.execute_batch("PRAGMA page_size=4096; PRAGMA user_version=1;").map_err(sql)?;
        db.serialize("main").map_err(sql)?.to_vec()
    };
    empty[20] = 80;
    empty[105..107].copy_from_slice(&u16::try_from(USED).map_err(io::Error::other)?.to_be_bytes());
    let mut db = Connection::open_in_memory().map_err(sql)?;
    db.deserialize_read_exact("main", empty.as_slice(), empty.len(), false).map_err(sql)?;
    db.execute_batch(statements).map_err(sql)?;
    Ok(db.serialize("main").map_err(sql)?.to_vec())
}

fn seal(plain: &[u8]) -> Vec<u8> {
    let salt: [u8; 16] = std::array::from_fn(|i| u8::try_from(i).unwrap_or(0) * 7 + 1);
    let mut mac_key = [0; 32];
    pbkdf2::pbkdf2_hmac::<Sha512>(&KEY, &salt.map(|b| b ^ 0x3a), 2, &mut mac_key);
    let mut out = Vec::new();
    for (number, page) in (1_u32..).zip(plain.chunks_exact(PAGE)) {
        let from = if number == 1 { 16 } else { 0 };
        let iv = [number.to_le_bytes()[0]; 16];
        let mut cipher = cbc::Encryptor::<Aes256Enc>::new(&KEY.into(), &iv.into());
        let mut sealed = page.to_vec();
        for block in sealed[from..USED].chunks_exact_mut(16) {
            if let Ok(block) = block.try_into() {
                cipher.encrypt_block(block);
            }
        }
        if number == 1 {
            sealed[..16].copy_from_slice(&salt);
        }
        sealed[USED..USED + 16].copy_from_slice(&iv);
        let Ok(mac) = <Hmac<Sha512> as KeyInit>::new_from_slice(&mac_key) else {
            unreachable!("HMAC takes keys of any length")
        };
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

/// Writes the app's folder into `dir`: seven messages of seven kinds and `more` beside them, which say
/// `nr. N` and the mark. Gives the bytes of the database; its key is [`DESKTOP_KEY`].
///
/// # Errors
/// When writing fails.
pub fn write_desktop(more: u32, mark: &str, dir: &Path) -> io::Result<Vec<u8>> {
    let mut statements = STORY.to_owned();
    for i in 8..8 + more {
        statements.push_str(&format!(
            "INSERT INTO messages VALUES ({i},'m{i}','{{\"fyld\":\"{}\"}}',{},NULL,'c1',NULL,\
             '21212121-2121-2121-2121-212121212121','incoming','nr. {i}{mark}',NULL);\n",
            "x".repeat(100),
            1_769_863_000_000_i64 + i64::from(i)
        ));
    }
    let sealed = seal(&plain(&statements)?);
    fs::create_dir_all(dir.join("sql"))?;
    fs::write(dir.join("sql/db.sqlite"), &sealed)?;
    fs::create_dir_all(dir.join("attachments.noindex/aa"))?;
    fs::write(dir.join("attachments.noindex/aa/bb"), b"png")?;
    Ok(sealed)
}
