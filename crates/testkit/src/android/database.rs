//! `mmssms.db` as the telephony provider keeps it, with the files of its parts, and `bugle_db` of Google
//! Messages over the same messages.

use rusqlite::{Connection, params};

use super::story::{Item, folded, items};
use super::xml::addresses;
use super::{Spec, Truth, truth};

const SCHEMA: &str = "
CREATE TABLE sms (_id INTEGER PRIMARY KEY AUTOINCREMENT, thread_id INTEGER, address TEXT, person INTEGER, date INTEGER,
  date_sent INTEGER DEFAULT 0, protocol INTEGER, read INTEGER DEFAULT 0, status INTEGER DEFAULT -1, type INTEGER,
  reply_path_present INTEGER, subject TEXT, body TEXT, service_center TEXT, locked INTEGER DEFAULT 0,
  sub_id INTEGER DEFAULT -1, error_code INTEGER DEFAULT 0, creator TEXT, seen INTEGER DEFAULT 0);
CREATE TABLE pdu (_id INTEGER PRIMARY KEY AUTOINCREMENT, thread_id INTEGER, date INTEGER, date_sent INTEGER DEFAULT 0,
  msg_box INTEGER, read INTEGER DEFAULT 0, m_id TEXT, sub TEXT, sub_cs INTEGER, ct_t TEXT, ct_l TEXT, exp INTEGER,
  m_cls TEXT, m_type INTEGER, v INTEGER, m_size INTEGER, tr_id TEXT, st INTEGER, locked INTEGER DEFAULT 0,
  sub_id INTEGER DEFAULT -1, seen INTEGER DEFAULT 0, creator TEXT, text_only INTEGER DEFAULT 0);
CREATE TABLE part (_id INTEGER PRIMARY KEY AUTOINCREMENT, mid INTEGER, seq INTEGER DEFAULT 0, ct TEXT, name TEXT,
  chset INTEGER, cd TEXT, fn TEXT, cid TEXT, cl TEXT, ctt_s INTEGER, ctt_t TEXT, _data TEXT, text TEXT);
CREATE TABLE addr (_id INTEGER PRIMARY KEY, msg_id INTEGER, contact_id INTEGER, address TEXT, type INTEGER, charset INTEGER);
CREATE TABLE threads (_id INTEGER PRIMARY KEY AUTOINCREMENT, date INTEGER DEFAULT 0, message_count INTEGER DEFAULT 0,
  recipient_ids TEXT, snippet TEXT, type INTEGER DEFAULT 0);
CREATE TABLE canonical_addresses (_id INTEGER PRIMARY KEY AUTOINCREMENT, address TEXT);
";

/// A database, the files beside it, and what must be found.
pub struct Database {
    /// The database.
    pub bytes: Vec<u8>,
    /// Files of parts, by their path on the phone.
    pub parts: Vec<(String, Vec<u8>)>,
    /// Messages in the order of a reader: SMS by number, then MMS.
    pub truths: Vec<Truth>,
}

/// Number of the thread with these others, made when it is new.
fn thread(db: &Connection, others: &[String]) -> rusqlite::Result<i64> {
    let mut ids = Vec::new();
    for address in others {
        let known = db.query_row("SELECT _id FROM canonical_addresses WHERE address = ?1", [address], |r| {
            r.get::<_, i64>(0)
        });
        ids.push(match known {
            Ok(id) => id,
            Err(_) => {
                db.execute("INSERT INTO canonical_addresses (address) VALUES (?1)", [address])?;
                db.last_insert_rowid()
            }
        });
    }
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let ids = ids.join(" ");
    let known = db.query_row("SELECT _id FROM threads WHERE recipient_ids = ?1", [&ids], |r| r.get(0));
    known.or_else(|_| {
        db.execute("INSERT INTO threads (recipient_ids) VALUES (?1)", [&ids])?;
        Ok(db.last_insert_rowid())
    })
}

fn write(db: &Connection, items: &[Item]) -> rusqlite::Result<Vec<(String, Vec<u8>)>> {
    db.execute_batch(SCHEMA)?;
    let mut parts = Vec::new();
    for (i, item) in items.iter().enumerate() {
        let thread = thread(db, &item.others)?;
        if !item.mms {
            let sent = if item.out { 0 } else { item.ms - 1500 };
            db.execute(
                "INSERT INTO sms (thread_id, address, date, date_sent, type, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![thread, item.others[0], item.ms, sent, item.kind, item.body],
            )?;
            continue;
        }
        let seconds = item.ms / 1000;
        db.execute(
            "INSERT INTO pdu (thread_id, date, date_sent, msg_box, sub, sub_cs, m_type, tr_id) VALUES (?1, ?2, ?3, ?4, ?5, 106, ?6, ?7)",
            params![
                thread,
                seconds,
                if item.out { 0 } else { seconds },
                item.kind,
                item.subject.as_deref().map(folded),
                if item.out { 128 } else { 132 },
                item.transaction(i)
            ],
        )?;
        let mid = db.last_insert_rowid();
        for (kind, address) in addresses(item) {
            let sql = "INSERT INTO addr (msg_id, address, type, charset) VALUES (?1, ?2, ?3, 106)";
            db.execute(sql, params![mid, address, kind])?;
        }
        db.execute("INSERT INTO part (mid, seq, ct, cl, text) VALUES (?1, -1, 'application/smil', 'smil.xml', '<smil/>')", [mid])?;
        if let Some(body) = &item.body {
            let sql =
                "INSERT INTO part (mid, ct, chset, cl, text) VALUES (?1, 'text/plain', 106, 'text.txt', ?2)";
            db.execute(sql, params![mid, body])?;
        }
        if let Some((name, content)) = &item.file {
            let path = format!("/data/user_de/0/com.android.providers.telephony/app_parts/PART_{mid}");
            let sql = "INSERT INTO part (mid, ct, name, cl, _data) VALUES (?1, 'image/jpeg', ?2, ?2, ?3)";
            db.execute(sql, params![mid, name, path])?;
            parts.push((path, content.clone()));
        }
    }
    Ok(parts)
}

fn made(write: impl FnOnce(&Connection) -> rusqlite::Result<()>) -> Vec<u8> {
    let mut db = Connection::open_in_memory().expect("memory for a database");
    write(&db).expect("our own statements fit our own schema");
    db.serialize("main").expect("a database in memory can be copied").to_vec()
}

/// The provider's database.
pub fn database(spec: &Spec) -> Database {
    let items = items(spec);
    let mut parts = Vec::new();
    let bytes = made(|db| {
        parts = write(db, &items)?;
        Ok(())
    });
    let ordered = items.iter().filter(|i| !i.mms).chain(items.iter().filter(|i| i.mms));
    let truths = ordered.map(|i| truth(i, true)).collect();
    Database { bytes, parts, truths }
}

const BUGLE: &str = "
CREATE TABLE conversations (_id INTEGER PRIMARY KEY AUTOINCREMENT, sms_thread_id INT, name TEXT, participant_normalized_destination TEXT);
CREATE TABLE participants (_id INTEGER PRIMARY KEY AUTOINCREMENT, sub_id INT DEFAULT -2, normalized_destination TEXT,
  send_destination TEXT, display_destination TEXT, full_name TEXT);
CREATE TABLE conversation_participants (_id INTEGER PRIMARY KEY AUTOINCREMENT, conversation_id INT, participant_id INT);
CREATE TABLE messages (_id INTEGER PRIMARY KEY AUTOINCREMENT, conversation_id INT, sender_id INT, self_id INT,
  sent_timestamp INT, received_timestamp INT, message_protocol INT, message_status INT, sms_message_uri TEXT, mms_subject TEXT);
CREATE TABLE parts (_id INTEGER PRIMARY KEY AUTOINCREMENT, message_id INT, text TEXT, uri TEXT, content_type TEXT,
  file_size_bytes INT);
INSERT INTO participants (sub_id, normalized_destination) VALUES (-1, '+4520000999');
INSERT INTO participants (normalized_destination, full_name) VALUES ('+4520000101', 'Anna Holm'), ('+4520000102', 'Jens Bro');
INSERT INTO conversations (name) VALUES ('Anna Holm'), ('Havnegruppen');
INSERT INTO conversation_participants (conversation_id, participant_id) VALUES (1, 2), (2, 2), (2, 3);
INSERT INTO messages (conversation_id, sender_id, sent_timestamp, received_timestamp, message_protocol, message_status, sms_message_uri) VALUES
 (1, 2, 1735722000000, 1735722001000, 0, 100, 'content://sms/1'),
 (1, 1, 1735722100000, 1735722100000, 3, 1, NULL),
 (2, 3, 1735722200000, 1735722201000, 3, 100, NULL),
 (2, NULL, 1735722300000, 1735722300000, 7, 211, NULL),
 (9, 77, 0, 0, 1, 100, 'content://mms/999999');
INSERT INTO parts (message_id, text, content_type, file_size_bytes) VALUES
 (1, 'Spejlet', 'text/plain', 0), (2, 'Kun i RCS', 'text/plain', 0), (3, 'Til gruppen', 'text/plain', 0),
 (3, NULL, 'image/jpeg', 4711);
";

/// A small database of Google Messages: five rows, of which the first repeats SMS 1 of the provider.
pub fn bugle() -> Vec<u8> {
    made(|db| db.execute_batch(BUGLE))
}
