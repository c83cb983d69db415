//! No code of a reader or job is forgotten: each has words, each is in the documentation of its reader, and
//! no words are left of a code that nobody gives any more.
//!
//! Codes are found by a plain scan of the sources for literals that look like one: small letters joined by
//! underscores, perhaps with details behind a colon; or a single word where something is noted. What looks
//! like a code and is none (a column, a kind of event) is in a list here or stands where columns are named.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Crates that note something, and the documents of each, in `docs/readers/`.
const CRATES: &[(&str, &[&str])] = &[
    ("evidence", &["ios-backup"]),
    ("ios-backup", &["ios-backup"]),
    ("imessage", &["ios"]),
    ("whatsapp", &["whatsapp-ios", "whatsapp-android"]),
    ("whatsapp-export", &["whatsapp-export"]),
    ("signal", &["signal"]),
    ("android-sms", &["android-telephony"]),
    ("telephony", &["android-telephony"]),
    ("android-backup", &["android-telephony"]),
    ("sms-xml", &["sms-backup-restore"]),
    ("sms-ie", &["sms-ie"]),
    ("smart", &["smart"]),
    ("ufdr", &["ufdr"]),
    ("pipeline", &["jobs"]),
];

/// Sources that name columns, facts of packages, events of groups or rules, and note nothing.
const NOTE_NOTHING: &[&str] = &[
    "imessage/src/rows.rs",
    "signal/src/v1/tables.rs",
    "whatsapp/src/android/rows.rs",
    "whatsapp/src/android/sides.rs",
    "smart/src/mapping/spec.rs",
    "smart/src/probe/",
    "smart/src/package/",
    "pipeline/src/markings",
    "pipeline/src/review",
    "pipeline/src/verdict",
    "pipeline/src/proof",
];

/// What stands before a literal that names a column, a blob or an event.
const NO_CODE_BEHIND: &[&str] = &[
    "columns(",
    "text(",
    "number(",
    "contains(",
    "has(",
    "list(",
    "object(",
    "Other(",
    "raw(",
    "take_word(",
    "keep(",
    "column(",
    "get(",
    "pragma(",
    "database, ",
    "(b",
    " b",
    "[",
    "[\"\"",
];

/// What looks like a code and is none: columns, tables, events, details of codes.
const NO_CODES: &str = "
    app_parts poll_votes associated_message_guid associated_message_type attachment_extracted_path attachment_id
    audio_kept bad_decrypt bugle_db call_link call_missed case chat_background_removed chat_background_set
    chat_id chat_identifier chat_list chat_message_join chat_recoverable_message_join chat_row_id contact_joined_signal
    contactphoto_extracted_path conversation_name conversation_participants date_edited date_played
    date_recovered date_retracted delete_date deleted_attachments deleted_chats deleted_messages
    deleted_recoverable disappearing_timer display_destination display_name distribution_list
    donation_request encryption_notice ephemeral_expiration expiry_setting file_id geo gift_badge group
    group_changed group_created group_jid_row_id group_membership group_participants group_photo_changed
    group_renamed group_title handle_id hide_attachment http https is_from_me is_pending_satellite_send
    jid_row_id key_remote_jid lid_display_name lid_row_id longer_than_stated m_type message_add_on
    message_attachment_join message_attachments message_id message_pinned message_status
    message_summary_info message_system_value_change mime_type mms_addresses mms_backup msg_box not_text
    number_changed number_id p part_index part_text participant_added participant_left participant_removed
    payload_data payment_without_details payments_activated payments_asked_for poll_ended poll_option
    pref_local_number pref_local_uuid profile_learned raw_string read_at received_at received_at_ms
    received_timestamp recently_deleted_purged recipient recipient_preferences recoverable_message_part
    release_notes reported_as_spam request_accepted scheduled_messages_pending_cloudkit_delete
    send_destination sender_id sender_name sent_at sent_timestamp service_name session_ended
    session_refreshed share_status sms_backup snake_case source_nodes spam_sms sqlite_schema
    sync_deleted_attachments sync_deleted_chats sync_deleted_messages timer_changed total_bytes
    transfer_name type unsupported_message unsynced_removed_recoverable_messages user_jid_row_id wa_contacts
    wa_name was_detonated
";

/// Codes of one crate that are something else in another.
const ELSEWHERE: &[(&str, &str)] = &[("signal", "poll_vote")];

/// Words that mark a line on which something is noted.
const NOTED: &[&str] =
    &["doubts.push(", "doubt(", "add(doubts", "add(&mut doubts", "finding(", "Finding {", "findings.push("];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("crates/export").to_owned()
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of sources").map(|e| e.expect("an entry").path()) {
        let name = entry.file_name().and_then(|n| n.to_str()).unwrap_or_default().to_owned();
        if entry.is_dir() && name != "tests" {
            sources(&entry, found);
        } else if name.ends_with(".rs") && !name.ends_with("tests.rs") {
            found.push(entry);
        }
    }
    found.sort();
}

/// The literals of a line, each with what stands before it.
fn literals(line: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(open) = line[from..].find('"').map(|at| from + at) {
        let Some(close) = line[open + 1..].find('"').map(|at| open + 1 + at) else { break };
        found.push((&line[..open], &line[open + 1..close]));
        from = close + 1;
    }
    found
}

/// The name of a code, if the literal looks like one.
fn name(literal: &str, is_noted: bool) -> Option<&str> {
    let (name, detail) = literal.split_once(':').map_or((literal, None), |(n, d)| (n, Some(d)));
    let parts: Vec<&str> = name.split('_').collect();
    let small = |p: &&str| !p.is_empty() && p.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let looks = parts.iter().all(small) && name.starts_with(|c: char| c.is_ascii_lowercase());
    let is_long = parts.len() > 1 || detail.is_some_and(|d| d.starts_with('{'));
    (looks && (is_long || is_noted)).then_some(name)
}

/// Names that look like codes in the text of a source, with the line.
fn codes(file: &str, text: &str) -> Vec<(String, String)> {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, l)| !l.trim_start().starts_with("//")) {
        let is_noted = NOTED.iter().any(|word| line.contains(word));
        for (before, literal) in literals(line) {
            let silent = NO_CODE_BEHIND.iter().any(|b| before.ends_with(b)) && !is_noted;
            if let Some(name) = name(literal, is_noted).filter(|_| !silent) {
                found.push((name.to_owned(), format!("{file}:{}", number + 1)));
            }
        }
    }
    found
}

/// Every name that looks like a code, with the crate and the first place.
fn scanned() -> BTreeMap<(&'static str, String), String> {
    let no_codes: BTreeSet<&str> = NO_CODES.split_whitespace().collect();
    let mut all = BTreeMap::new();
    for (of, _) in CRATES {
        let mut files = Vec::new();
        sources(&root().join("crates").join(of).join("src"), &mut files);
        for file in files {
            let shown = file.strip_prefix(root().join("crates")).expect("below crates").display().to_string();
            if NOTE_NOTHING.iter().any(|p| shown.starts_with(p)) {
                continue;
            }
            for (name, place) in codes(&shown, &fs::read_to_string(&file).expect("a source")) {
                if !no_codes.contains(name.as_str()) && !ELSEWHERE.contains(&(*of, name.as_str())) {
                    all.entry((*of, name)).or_insert(place);
                }
            }
        }
    }
    all
}

#[test]
fn every_code_has_words() {
    let words: BTreeSet<&str> = export::codes().collect();
    let missing: Vec<String> = scanned()
        .into_iter()
        .filter(|((_, name), _)| !words.contains(name.as_str()))
        .map(|((_, name), place)| format!("{name} ({place})"))
        .collect();
    assert!(
        missing.is_empty(),
        "words for these in crates/export/src/remarks/, or, where they are no codes, a place in NO_CODES: {missing:#?}"
    );
}

#[test]
fn no_words_are_left_over() {
    let given: BTreeSet<String> = scanned().into_keys().map(|(_, name)| name).collect();
    let mut all = String::new();
    for (of, _) in CRATES {
        let mut files = Vec::new();
        sources(&root().join("crates").join(of).join("src"), &mut files);
        files.iter().for_each(|f| all.push_str(&fs::read_to_string(f).expect("a source")));
    }
    // a word alone is found in tables of codes too, where nothing marks it as one
    let stands = |code: &str| given.contains(code) || all.contains(&format!("\"{code}\""));
    let left: BTreeSet<&str> = export::codes().filter(|code| !stands(code)).collect();
    assert_eq!(left, BTreeSet::new());
}

#[test]
fn every_code_is_documented() {
    let mut missing = Vec::new();
    for ((of, name), place) in scanned() {
        let documents = CRATES.iter().find(|c| c.0 == of).map_or(&[][..], |c| c.1);
        let is_there = documents.iter().any(|document| {
            let path = root().join("docs/readers").join(format!("{document}.md"));
            let text = fs::read_to_string(path).expect("the document of a reader");
            ["`", ":", "["].iter().any(|end| text.contains(&format!("`{name}{end}")))
        });
        if !is_there {
            missing.push(format!("{name} ({place}): {documents:?}"));
        }
    }
    assert!(missing.is_empty(), "not in docs/readers/: {missing:#?}");
}

#[test]
fn a_new_code_is_found() {
    let found = |line: &str| -> Vec<String> { codes("x.rs", line).into_iter().map(|c| c.0).collect() };
    assert_eq!(found(r#"    doubts.push("brand_new".into());"#), ["brand_new"]);
    assert_eq!(found(r#"    doubts.push("alone".into());"#), ["alone"]);
    assert_eq!(found(r#"    self.findings.push(finding(format!("rows_eaten:{n}/{m}")));"#), ["rows_eaten"]);
    assert_eq!(found(r#"        (counts.odd, "odd_things"),"#), ["odd_things"]);
    assert_eq!(found(r#"    let time = columns.number("date_sent");"#), [""; 0]);
    assert_eq!(found(r#"    // doubts.push("brand_new".into());"#), [""; 0]);
}
