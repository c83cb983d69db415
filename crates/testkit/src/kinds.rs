//! A row of every kind that Messages knows beside plain ones, and of every trace that deletion leaves.

use std::io;

use plist::{Dictionary, Value};
use rusqlite::params;

use crate::archive::{Node, archive};
use crate::messages::Book;
use crate::typedstream::{Run, body};
use crate::{list, sql};

/// Columns and tables that came with iOS 16 and later.
pub(crate) const LATER_SCHEMA: &str = "
ALTER TABLE message ADD COLUMN date_played INTEGER DEFAULT 0;
ALTER TABLE message ADD COLUMN date_recovered INTEGER DEFAULT 0;
ALTER TABLE message ADD COLUMN share_status INTEGER DEFAULT 0;
ALTER TABLE message ADD COLUMN schedule_type INTEGER DEFAULT 0;
ALTER TABLE message ADD COLUMN is_stewie INTEGER DEFAULT 0;
ALTER TABLE message ADD COLUMN is_sos INTEGER DEFAULT 0;
ALTER TABLE message ADD COLUMN sent_or_received_off_grid INTEGER DEFAULT 0;
ALTER TABLE message ADD COLUMN is_pending_satellite_send INTEGER DEFAULT 0;
ALTER TABLE message ADD COLUMN expire_state INTEGER DEFAULT 0;
ALTER TABLE chat ADD COLUMN properties BLOB;
CREATE TABLE recoverable_message_part (chat_id INTEGER, message_id INTEGER, part_index INTEGER, delete_date INTEGER,
  part_text BLOB NOT NULL, ck_sync_state INTEGER DEFAULT 0, PRIMARY KEY (chat_id, message_id, part_index));
CREATE TABLE deleted_messages (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, guid TEXT NOT NULL);
CREATE TABLE sync_deleted_messages (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, guid TEXT NOT NULL, recordID TEXT);
";

/// Seconds as the dates of a database have them.
const SECOND: i64 = 1_000_000_000;

impl Book<'_> {
    /// A message with these further columns, in the direct chat of the first person or another.
    fn kind(&mut self, chat: usize, text: Option<&str>, date: i64, set: &str) -> io::Result<i64> {
        let text = text.map(|t| self.marked(t));
        let rich = text.as_deref().map(|text| body(&[Run { text, file: None, also: &[] }]));
        let row = self.row(text.as_deref(), rich.as_deref(), date, set)?;
        self.join(chat, row, date)?;
        Ok(row)
    }

    fn row(&mut self, text: Option<&str>, rich: Option<&[u8]>, date: i64, set: &str) -> io::Result<i64> {
        let guid = self.guid();
        self.db
            .execute(
                "INSERT INTO message (guid, text, attributedBody, handle_id, service, date, is_from_me) \
                 VALUES (?1, ?2, ?3, 1, 'iMessage', ?4, 0)",
                params![guid, text, rich, date],
            )
            .map_err(sql)?;
        let row = self.db.last_insert_rowid();
        if !set.is_empty() {
            self.db.execute(&format!("UPDATE message SET {set} WHERE ROWID = ?1"), [row]).map_err(sql)?;
        }
        self.truth.rows += 1;
        self.truth.messages += 1;
        Ok(row)
    }

    fn guid_of(&self, row: i64) -> io::Result<String> {
        self.db.query_row("SELECT guid FROM message WHERE ROWID = ?1", [row], |r| r.get(0)).map_err(sql)
    }

    fn blob(&self, row: i64, column: &str, blob: &[u8]) -> io::Result<()> {
        let update = format!("UPDATE message SET {column} = ?2 WHERE ROWID = ?1");
        self.db.execute(&update, params![row, blob]).map(drop).map_err(sql)
    }

    /// A balloon of an app with what it showed.
    fn balloon(&mut self, text: Option<&str>, app: &str, payload: &[u8], date: i64) -> io::Result<i64> {
        let row = self.kind(0, text.or(Some("\u{fffd}")), date, &format!("balloon_bundle_id = '{app}'"))?;
        self.blob(row, "payload_data", payload)?;
        Ok(row)
    }

    /// One row of every kind.
    pub(crate) fn kinds(&mut self, date: i64) -> io::Result<()> {
        let mut at = date;
        let mut next = || {
            at += 60 * SECOND;
            at
        };
        for effect in
            ["com.apple.MobileSMS.expressivesend.invisibleink", "com.apple.messages.effect.CKLasersEffect"]
        {
            self.kind(0, Some("Med virkning"), next(), &format!("expressive_send_style_id = '{effect}'"))?;
        }
        self.kind(
            0,
            Some("Sendes i morgen"),
            next(),
            "schedule_state = 2, schedule_type = 2, is_from_me = 1",
        )?;
        self.kind(0, Some("Over satellit"), next(), "service = 'iMessageLite', is_stewie = 1")?;
        self.kind(0, Some("Nåede ikke frem"), next(), "error = 22, is_from_me = 1")?;
        self.kind(0, Some("Hentet tilbage"), next(), &format!("date_recovered = {}", date + 90 * SECOND))?;
        self.reactions(next())?;
        self.apps(&mut next)?;
        self.special_bodies(&mut next)?;
        let events = [
            ("item_type = 1, other_handle = 3", None),
            ("item_type = 1, other_handle = 1", None),
            ("item_type = 1, group_action_type = 1, other_handle = 3", None),
            ("item_type = 2, group_title = 'Nyt navn'", None),
            ("item_type = 3", None),
            ("item_type = 3, group_action_type = 1", None),
            ("item_type = 3, group_action_type = 4", None),
            ("item_type = 4, share_status = 0", None),
            ("item_type = 4, share_status = 1", None),
            ("item_type = 5", None),
            ("item_type = 6", None),
            ("item_type = 77", Some("Af en art, der ikke findes endnu")),
        ];
        for (set, text) in events {
            self.kind(1, text, next(), set)?;
        }
        // a business
        self.db
            .execute_batch(
                "INSERT INTO handle VALUES (6, 'urn:biz:0a1b2c3d-0000-4000-8000-00000000cafe', 'dk', 'iMessage');
                 INSERT INTO chat (ROWID, guid, style, chat_identifier, service_name)
                   VALUES (6, 'iMessage;-;urn:biz:0a1b2c3d-0000-4000-8000-00000000cafe', 45, 'urn:biz:0a1b2c3d-0000-4000-8000-00000000cafe', 'iMessage');
                 INSERT INTO chat_handle_join VALUES (6, 6);",
            )
            .map_err(sql)?;
        self.kind(5, Some("Deres sag er modtaget"), next(), "handle_id = 6")?;
        Ok(())
    }

    /// Reactions of every kind, some of them taken back, on one message.
    fn reactions(&mut self, date: i64) -> io::Result<()> {
        let target = self.kind(0, Some("Alle reagerer på denne"), date, "is_from_me = 1")?;
        let guid = self.guid_of(target)?;
        let kinds = [1000, 2000, 2001, 2002, 2003, 2004, 2005, 2006, 2007, 3000, 3006, 3007];
        for (i, kind) in kinds.into_iter().enumerate() {
            let set = format!(
                "associated_message_type = {kind}, associated_message_guid = '{}{guid}'",
                if kind == 2001 { "bp:" } else { "p:0/" }
            );
            let emoji = if kind % 1000 == 6 { ", associated_message_emoji = '🎉'" } else { "" };
            self.kind(0, Some("Reagerede"), date + (i as i64 + 1) * SECOND, &format!("{set}{emoji}"))?;
            self.truth.messages -= 1;
            self.truth.folded += 1;
        }
        Ok(())
    }

    fn apps(&mut self, next: &mut dyn FnMut() -> i64) -> io::Result<()> {
        let link = archive(Node::Map(vec![
            ("richLinkIsPlaceholder", Node::Yes(false)),
            (
                "richLinkMetadata",
                Node::Object(
                    "LPLinkMetadata",
                    vec![
                        ("title", Node::text("Lov om havne")),
                        ("summary", Node::text("Bekendtgørelse af lov om havne")),
                        ("siteName", Node::text("retsinformation.dk")),
                        (
                            "originalURL",
                            Node::Address("https://www.retsinformation.dk/eli/lta/2012/457".into()),
                        ),
                    ],
                ),
            ),
        ]))?;
        let url = "https://www.retsinformation.dk/eli/lta/2012/457";
        self.balloon(Some(url), "com.apple.messages.URLBalloonProvider", &link, next())?;
        let app = |name: &'static str, url: &str, lines: [&str; 2], said: &str| {
            archive(Node::Map(vec![
                ("an", Node::text(name)),
                ("ldtext", Node::text(said)),
                ("URL", Node::Address(url.to_owned())),
                (
                    "userInfo",
                    Node::Map(vec![("caption", Node::text(lines[0])), ("subcaption", Node::text(lines[1]))]),
                ),
            ]))
        };
        let of = "com.apple.messages.MSMessageExtensionBalloonPlugin:0000000000:";
        let pay = app(
            "Apple Pay",
            "data:application/x",
            ["Apple Cash", "100 kr."],
            "Sendte 100 kr. med Apple Pay.",
        )?;
        self.balloon(
            None,
            &format!("{of}com.apple.PassbookUIService.PeerPaymentMessagesExtension"),
            &pay,
            next(),
        )?;
        let place =
            app("Find", "?FindMyMessagePayloadVersionKey=v0", ["", ""], "Begyndte at dele placering")?;
        self.balloon(None, &format!("{of}com.apple.findmy.FindMyMessagesApp"), &place, next())?;
        let game = app("Spil", "https://spil.example/7", ["Din tur.", ""], "Damspil")?;
        self.balloon(None, &format!("{of}dk.example.spil"), &game, next())?;
        self.balloon(None, "com.apple.DigitalTouchBalloonProvider", &[8, 3, 0x1a, 0], next())?;
        self.balloon(
            None,
            "com.apple.Handwriting.HandwritingProvider",
            &[0x22, 4, 0x20, 7, 0x28, 1],
            next(),
        )?;
        self.balloon(None, "com.apple.messages.URLBalloonProvider", b"bplist00 og ikke mere", next())?;
        // a poll and two votes: {"item":{"title":"Hvornår?","orderedPollOptions":[...]}} as base64url
        let polls = format!("{of}com.apple.messages.Polls");
        let data = |json: &str| {
            archive(Node::Map(vec![("URL", Node::Address(format!("data:,{}?x=1", base64(json))))]))
        };
        let options = r#"{"version":1,"item":{"title":"Hvornår mødes vi?","orderedPollOptions":[{"optionIdentifier":"A","text":"Mandag kl. 9"},{"optionIdentifier":"B","text":"Tirsdag kl. 13"}]}}"#;
        let poll = self.balloon(None, &polls, &data(options)?, next())?;
        let poll = self.guid_of(poll)?;
        for option in ["B", "C"] {
            let vote = format!(
                r#"{{"item":{{"votes":[{{"participantHandle":"x","voteOptionIdentifier":"{option}"}}]}}}}"#
            );
            let row = self.balloon(None, &polls, &data(&vote)?, next())?;
            let set = format!(
                "UPDATE message SET associated_message_type = 4000, associated_message_guid = '{poll}' WHERE ROWID = ?1"
            );
            self.db.execute(&set, [row]).map_err(sql)?;
        }
        Ok(())
    }

    /// Bodies with more than text in them: a voice message, somebody named, a translation, a part that
    /// was withdrawn.
    fn special_bodies(&mut self, next: &mut dyn FnMut() -> i64) -> io::Result<()> {
        let said: &[(&str, &str)] = &[("IMAudioTranscription", "Jeg er der om fem minutter")];
        let voice = body(&[Run { text: "\u{fffc}", file: Some("at_0_voice"), also: said }]);
        let date = next();
        let set = format!("is_audio_message = 1, date_played = {}, expire_state = 1", date + 30 * SECOND);
        let row = self.row(None, Some(&voice), date, &set)?;
        self.join(0, row, date)?;
        let named: &[(&str, &str)] = &[("__kIMMentionConfirmedMention", "+4520000102")];
        let mention = body(&[
            Run { text: "Kan du, ", file: None, also: &[] },
            Run { text: "Jens", file: None, also: named },
            Run { text: ", se på det?", file: None, also: &[] },
        ]);
        let date = next();
        let row = self.row(None, Some(&mention), date, "")?;
        self.join(1, row, date)?;
        let translated = archive(Node::Map(vec![(
            "0",
            Node::Map(vec![(
                "0",
                Node::List(vec![Node::Map(vec![
                    ("translatedText", Node::text("Vi ses i morgen")),
                    ("translationLanguage", Node::text("da_DK")),
                    ("sourceLanguage", Node::text("en_US")),
                ])]),
            )]),
        )]))?;
        let row = self.kind(0, Some("See you tomorrow"), next(), "")?;
        let mut summary = Dictionary::new();
        summary.insert("tmp".into(), Value::Data(translated));
        self.blob(row, "message_summary_info", &binary(summary)?)?;
        // two parts, one of them withdrawn
        let date = next();
        let row = self.kind(
            0,
            Some("Det her blev stående"),
            date,
            &format!("date_retracted = {}", date + 20 * SECOND),
        )?;
        let mut parts = Dictionary::new();
        for part in ["0", "1"] {
            parts.insert(part.into(), Dictionary::new().into());
        }
        let mut summary = Dictionary::new();
        summary.insert("otr".into(), parts.into());
        summary.insert("rp".into(), Value::Array(vec![Value::from(1)]));
        self.blob(row, "message_summary_info", &binary(summary)?)
    }

    /// What deletion leaves behind.
    pub(crate) fn deletions(&mut self, date: i64) -> io::Result<()> {
        let mut at = date;
        let mut next = || {
            at += 60 * SECOND;
            at
        };
        // among the recently deleted: by the user, and by age
        for (text, later) in [("Slettet af brugeren", 3600 * SECOND), ("Slettet af alder", 0)] {
            let date = next();
            let row = self.row(Some(text), None, date, "")?;
            self.db
                .execute(
                    "INSERT INTO chat_recoverable_message_join VALUES (1, ?1, ?2)",
                    params![row, date + later],
                )
                .map_err(sql)?;
        }
        // a part of a message, and a part whose message is gone
        let row = self.kind(0, Some("Første del"), next(), "")?;
        let rich = body(&[Run { text: "Anden del, slettet", file: None, also: &[] }]);
        let insert = "INSERT INTO recoverable_message_part (chat_id, message_id, part_index, delete_date, part_text) \
                      VALUES (2, ?1, 1, ?2, ?3)";
        for row in [row, 90_000] {
            self.db.execute(insert, params![row, next(), rich]).map_err(sql)?;
            self.truth.rows += 1;
            self.truth.messages += 1;
        }
        // gone: holes, references into them, lists of what was deleted
        for _ in 0..3 {
            let date = next();
            let row = self.kind(0, Some("borte"), date, "")?;
            let guid = self.guid_of(row)?;
            self.db.execute("INSERT INTO deleted_messages (guid) VALUES (?1)", [&guid]).map_err(sql)?;
            self.db.execute("DELETE FROM message WHERE ROWID = ?1", [row]).map_err(sql)?;
            self.truth.rows -= 1;
            self.truth.messages -= 1;
        }
        self.kind(0, Some("Svar på noget, der er borte"), next(), "thread_originator_guid = 'BORTE-1'")?;
        let mut properties = Dictionary::new();
        properties.insert("lastSeenMessageGuid".into(), "BORTE-2".into());
        let properties = binary(properties)?;
        self.db.execute("UPDATE chat SET properties = ?1 WHERE ROWID = 2", [properties]).map_err(sql)?;
        self.db.execute_batch("INSERT INTO chat (guid, style) VALUES ('iMessage;-;+4520009999', 45);
             INSERT INTO attachment (guid, filename) VALUES ('at_0_alone', '~/Library/SMS/Attachments/ab/1/x.heic');").map_err(sql)?;
        let row = self.kind(0, Some("borte"), next(), "")?;
        self.db.execute("DELETE FROM message WHERE ROWID = ?1", [row]).map_err(sql)?;
        self.truth.rows -= 1;
        self.truth.messages -= 1;
        Ok(())
    }
}

fn binary(d: Dictionary) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    Value::from(d).to_writer_binary(&mut out).map_err(list)?;
    Ok(out)
}

/// Base64 with the letters for addresses, padded.
fn base64(text: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let all = chunk.iter().fold(0_u32, |all, b| all << 8 | u32::from(*b)) << (8 * (3 - chunk.len()));
        for i in 0..4 {
            let letter = LETTERS[(all >> (18 - 6 * i) & 63) as usize];
            out.push(if i <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    out
}

/// Settings that delete messages by themselves, or keep them elsewhere: file name and content.
pub(crate) fn settings() -> io::Result<Vec<(&'static str, Vec<u8>)>> {
    let mut messages = Dictionary::new();
    messages.insert("SSKeepMessages".into(), Value::from(30));
    messages.insert("KeepMessageForDays".into(), Value::from(0));
    messages.insert("DeleteVerificationCodes".into(), true.into());
    let mut local = Dictionary::new();
    local.insert("deletedMessages".into(), Value::from(12));
    let mut icloud = Dictionary::new();
    icloud.insert("CloudKitSyncingEnabled".into(), true.into());
    icloud.insert("LocalDBStats".into(), local.into());
    icloud.insert("Server.TotalRecordsMessages".into(), Value::from(41_000));
    Ok(vec![("com.apple.MobileSMS.plist", binary(messages)?), ("com.apple.madrid.plist", binary(icloud)?)])
}
