//! A row of `messages` as a draft: a field is a column since 2025 and before that a key of `json`.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine;
use evidence::{Tree, hash_and_count};
use model::{Attachment, Edit, ReadAt, Text};
use rusqlite::types::ValueRef;
use serde_json::Value;

use super::people::People;
use crate::body::{Mention, shown};
use crate::changes::Change;
use crate::draft::{Draft, code, raw, reaction, stamp};
use crate::people::{Person, some, text};
use crate::v2::{Checked, Media, media_keys};

/// A row: its columns and its JSON.
pub(crate) struct Row<'a> {
    pub(crate) columns: HashMap<&'a str, Value>,
    pub(crate) json: Value,
}

/// A value of SQLite as JSON.
pub(crate) fn value(of: ValueRef<'_>) -> Value {
    match of {
        ValueRef::Null | ValueRef::Blob(_) => Value::Null,
        ValueRef::Integer(n) => Value::from(n),
        ValueRef::Real(r) => Value::from(r),
        ValueRef::Text(t) => Value::from(String::from_utf8_lossy(t)),
    }
}

impl Row<'_> {
    fn field(&self, name: &str) -> &Value {
        match self.columns.get(name) {
            Some(Value::Null) | None => &self.json[name],
            Some(value) => value,
        }
    }

    /// A field of the row as text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.field(name).as_str().filter(|t| !t.is_empty())
    }

    fn int(&self, name: &str) -> Option<i64> {
        let value = self.field(name);
        #[expect(clippy::cast_possible_truncation, reason = "`as` saturates")]
        value.as_i64().or_else(|| value.as_f64().map(|f| f as i64))
    }

    fn flag(&self, name: &str) -> bool {
        let value = self.field(name);
        value.as_bool().unwrap_or_else(|| value.as_i64().unwrap_or(0) != 0)
    }
}

/// What rows are read with.
pub(crate) struct Context<'m> {
    pub(crate) people: &'m mut People,
    pub(crate) tree: &'m dyn Tree,
    /// Folder of the app, with `/` behind, where it is known.
    pub(crate) root: Option<&'m str>,
    pub(crate) missing: &'m mut u64,
    pub(crate) damaged: &'m mut u64,
    /// Calls by their id: whether missed.
    pub(crate) calls: &'m HashMap<String, bool>,
}

impl Context<'_> {
    /// The draft of a row; `listed` are its attachments out of a table of their own, each with its
    /// kind.
    pub(crate) fn draft(&mut self, row: &Row<'_>, listed: &[(String, Value)]) -> Draft {
        let kind = row.text("type").unwrap_or_default().to_owned();
        let mut out = Draft { outgoing: kind == "outgoing", ..Draft::default() };
        out.conversation = row.text("conversationId").and_then(|id| self.people.conversation(id));
        let by =
            row.text("sourceServiceId").or_else(|| row.text("sourceUuid")).or_else(|| row.text("source"));
        out.sender = if out.outgoing { Person::me() } else { self.people.person(by) };
        out.sent = row.int("sent_at").or_else(|| row.int("timestamp"));
        out.received = row.int("received_at_ms");
        out.server = row.int("serverTimestamp");
        out.expires_ms = row.int("expireTimer").map(|s| s.saturating_mul(1000));
        out.unsent = row.flag("deletedForEveryone");
        if row.flag("isViewOnce") {
            out.doubts.push("view_once".into());
        }
        if row.flag("isErased") && !out.unsent {
            out.doubts.push("erased".into());
        }
        let message = matches!(kind.as_str(), "incoming" | "outgoing" | "story");
        if kind == "story" {
            out.doubts.push("story".into());
        }
        out.body = row.text("body").and_then(|b| self.words(b, &row.json["bodyRanges"]));
        self.files(row, listed, &mut out);
        self.edits(row, &mut out);
        if let Some(question) = row.json["poll"]["question"].as_str() {
            out.raw.push(raw("poll", poll(&row.json["poll"]).as_bytes()));
            out.body = out.body.or_else(|| Some(text(question)));
        }
        out.reply_to = row.json["quote"]["id"].as_i64();
        if let Some(quoted) = row.json["quote"]["text"].as_str().filter(|q| !q.is_empty()) {
            out.raw.push(raw("quote_body", quoted.as_bytes()));
        }
        for r in row.json["reactions"].as_array().into_iter().flatten() {
            let who = self.people.person(r["fromId"].as_str());
            out.reactions.push(reaction(
                r["timestamp"].as_i64(),
                &who,
                r["emoji"].as_str().unwrap_or_default(),
            ));
        }
        if let Some(contacts) = row.json["contact"].as_array().filter(|c| !c.is_empty()) {
            out.doubts.push("shared_contact".into());
            out.raw.push(raw("shared_contact", contact(contacts).as_bytes()));
        }
        if message {
            let has = out.body.is_some() || !out.attachments.is_empty() || !out.raw.is_empty() || out.unsent;
            if !has {
                out.doubts.push("no_content".into());
            }
        } else {
            self.event(&kind, row, &mut out);
        }
        out
    }

    fn words(&self, body: &str, ranges: &Value) -> Option<Text> {
        let mentions = ranges.as_array().into_iter().flatten().take(10_000).filter_map(|range| {
            let who = range["mentionAci"].as_str().or_else(|| range["mentionUuid"].as_str())?;
            let person = self.people.person(Some(who));
            Some(Mention {
                start: range["start"].as_i64()?,
                length: range["length"].as_i64()?,
                shown: person.mention(),
            })
        });
        shown(body, mentions.collect())
    }

    /// `editHistory` holds every text, newest first.
    fn edits(&self, row: &Row<'_>, out: &mut Draft) {
        let Some(history) = row.json["editHistory"].as_array().filter(|h| h.len() > 1) else { return };
        for edit in history.iter().rev().take(1000) {
            let text = edit["body"].as_str().and_then(|b| self.words(b, &edit["bodyRanges"]));
            out.edits.push(Edit { at: stamp(edit["timestamp"].as_i64()), text });
        }
    }

    fn files(&mut self, row: &Row<'_>, listed: &[(String, Value)], out: &mut Draft) {
        let mut all: Vec<(String, Value)> = listed.to_vec();
        if all.is_empty() {
            all.extend(
                row.json["attachments"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .map(|a| ("attachment".to_owned(), a.clone())),
            );
            all.extend(
                row.json["sticker"]["data"]
                    .as_object()
                    .map(|s| ("sticker".to_owned(), Value::Object(s.clone()))),
            );
            let long = &row.json["bodyAttachment"];
            all.extend(long.is_object().then(|| ("long-message".to_owned(), long.clone())));
            let previews =
                row.json["preview"].as_array().into_iter().flatten().filter_map(|p| p.get("image"));
            all.extend(previews.map(|image| ("preview".to_owned(), image.clone())));
        }
        for (kind, file) in all {
            if matches!(kind.as_str(), "quote" | "contact") {
                continue;
            }
            let attachment = self.file(&file, kind == "sticker", out);
            if kind == "long-message" {
                let content = attachment.content.as_ref().filter(|c| c.len() < 4 << 20);
                let whole = content.and_then(|c| {
                    let mut bytes = vec![0; usize::try_from(c.len()).ok()?];
                    c.read_exact_at(0, &mut bytes).ok()?;
                    String::from_utf8(bytes).ok()
                });
                match whole {
                    Some(whole) => {
                        out.body = self.words(&whole, &row.json["bodyRanges"]);
                        continue;
                    }
                    None => out.doubts.push("long_text_missing".into()),
                }
            }
            *self.missing += u64::from(attachment.missing);
            out.attachments.push(attachment);
        }
    }

    /// A file: sealed under a key of its own since 2024, plain before.
    fn file(&mut self, file: &Value, sticker: bool, out: &mut Draft) -> Attachment {
        let size = file["size"].as_u64();
        let path = file["path"].as_str().filter(|p| !p.is_empty());
        let stored = match (self.root, path) {
            (Some(root), Some(path)) => self
                .tree
                .get(&format!("{root}attachments.noindex/{}", path.replace('\\', "/")))
                .ok()
                .flatten(),
            _ => None,
        };
        let mut content: Option<(Arc<dyn ReadAt>, [u8; 32])> = None;
        if let Some(stored) = stored {
            let keys = file["localKey"]
                .as_str()
                .and_then(|k| base64::engine::general_purpose::STANDARD.decode(k).ok());
            content = match keys.as_deref().and_then(media_keys) {
                Some(keys) => match Media::check(stored, &keys, size.unwrap_or(0), None) {
                    Ok(Checked::Whole(media, sha256)) => Some((media, sha256)),
                    Ok(Checked::Damaged) | Err(_) => None,
                },
                None => hash_and_count(stored.as_ref()).ok().map(|(sha256, _)| (stored, sha256)),
            };
            if content.is_none() {
                *self.damaged += 1;
                out.doubts.push("attachment_damaged".into());
            }
        }
        Attachment {
            name: file["fileName"].as_str().filter(|n| !sticker && !n.is_empty()).map(text),
            mime: file["contentType"].as_str().map(Arc::from),
            size: content.as_ref().map(|(c, _)| c.len()).or(size),
            sha256: content.as_ref().map(|(_, sha256)| *sha256),
            missing: content.is_none(),
            content: content.map(|(c, _)| c),
        }
    }

    fn event(&self, kind: &str, row: &Row<'_>, out: &mut Draft) {
        let person = |id: &Value| self.people.person(id.as_str());
        let mut by = |id: &Value| {
            if out.sender.address.is_none() {
                out.sender = person(id);
            }
        };
        let change = match kind {
            "timer-notification" => {
                let update = &row.json["expirationTimerUpdate"];
                by(&update["sourceServiceId"]);
                by(&update["source"]);
                Change::Timer(update["expireTimer"].as_u64().unwrap_or(0))
            }
            "group-v2-change" => {
                let change = &row.json["groupV2Change"];
                by(&change["from"]);
                let details = change["details"].as_array().into_iter().flatten().take(1000);
                out.changes.extend(details.map(|d| self.group(d, &change["from"])));
                if !out.changes.is_empty() {
                    return;
                }
                Change::Other("group_changed", None)
            }
            "keychange" => {
                by(&row.json["key_changed"]);
                Change::Encryption
            }
            "verified-change" => {
                by(&row.json["verifiedChanged"]);
                Change::Encryption
            }
            "profile-change" => {
                by(&row.json["changedId"]);
                Change::Other("profile_changed", some(row.json["profileChange"]["newName"].as_str()))
            }
            "change-number-notification" => Change::Number,
            "call-history" => match row.text("callId").and_then(|id| self.calls.get(id)) {
                Some(true) => Change::MissedCall,
                _ => Change::Other("call", None),
            },
            "delivery-issue" => Change::Other("bad_decrypt", None),
            "chat-session-refreshed" => Change::Other("session_refreshed", None),
            "group-v1-migration" => Change::Other("group_migrated", None),
            "conversation-merge" => Change::Other("thread_merged", None),
            "joined-signal-notification" => Change::Other("contact_joined_signal", None),
            "message-request-response-event" => Change::Other("request_answered", None),
            "poll-terminate" => Change::Other("poll_ended", None),
            "pinned-message-notification" => Change::Other("message_pinned", None),
            "universal-timer-notification"
            | "contact-removed-notification"
            | "phone-number-discovery"
            | "title-transition-notification" => Change::Other("notice", Some(text(kind))),
            other => {
                out.doubts.push(format!("unknown_type:{}", code(other)).into());
                Change::Other("unknown", None)
            }
        };
        out.changes.push(change);
    }

    fn group(&self, detail: &Value, from: &Value) -> Change {
        let address = |v: &Value| self.people.person(v.as_str()).address;
        let who = || {
            address(&detail["aci"])
                .or_else(|| address(&detail["uuid"]))
                .or_else(|| address(&detail["serviceId"]))
        };
        match detail["type"].as_str().unwrap_or_default() {
            "title" => Change::Renamed(some(detail["newTitle"].as_str())),
            "avatar" => Change::Photo,
            "create" => Change::Other("group_created", None),
            "member-remove" if detail["aci"].is_string() && detail["aci"] == *from => Change::Left(who()),
            "member-remove" => Change::Removed(who()),
            add if add.starts_with("member-add") => Change::Added(who()),
            "description" => Change::Other("description_changed", some(detail["description"].as_str())),
            "pending-add-one" => Change::Other("invited", who()),
            _ => Change::Other("group_changed", None),
        }
    }
}

fn poll(poll: &Value) -> String {
    let options = poll["options"].as_array().into_iter().flatten();
    options
        .map(|o| format!("{}\n", o.as_str().or_else(|| o["option"].as_str()).unwrap_or_default()))
        .collect()
}

/// Names and numbers of shared contacts, a value a line.
fn contact(contacts: &[Value]) -> String {
    let mut lines = Vec::new();
    for contact in contacts.iter().take(100) {
        lines.extend(
            contact["name"]
                .as_object()
                .into_iter()
                .flat_map(|n| n.values())
                .filter_map(Value::as_str)
                .map(str::to_owned),
        );
        for list in ["number", "email"] {
            let values = contact[list].as_array().into_iter().flatten();
            lines.extend(values.filter_map(|v| v["value"].as_str()).map(str::to_owned));
        }
    }
    lines.join("\n")
}
