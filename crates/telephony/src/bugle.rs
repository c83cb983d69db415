//! `bugle_db` of Google Messages: its conversations, participants, messages and parts. It repeats what the
//! provider has and adds RCS; a row that names a row of a provider read beside it is folded into that one.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;
use std::sync::Arc;

use android_sms::json::Columns;
use android_sms::normal;
use evidence::{Database, Evidence, hash_and_count, shown};
use model::{
    Attachment, Conversation, Direction, Event, Finding, Location, ME, Message, MessageSource, Origin, Place,
    Record, Sensitive, SourceDescription, SourceError, Stamp, Tally, Text, Unreadable,
};

use crate::home::Home;
use crate::provider::{Ids, Index, MOST_PARTS};
use crate::scan::{Met, Table};

/// The `sub_id` of everybody but the owner (AOSP, `ParticipantData.OTHER_THAN_SELF_SUB_ID`).
const OTHER: i64 = -2;

/// The database, opened.
pub(crate) struct Reader {
    home: Home,
    database: Database,
    name: Text,
    sha256: [u8; 32],
    provider: Option<Arc<Ids>>,
    owner: Option<String>,
    description: SourceDescription,
    findings: Vec<Finding>,
}

struct Participant {
    address: Option<String>,
    name: Option<Text>,
    /// Whether it is the owner; `None` where the database does not say.
    own: Option<bool>,
}

fn finding(code: String) -> Finding {
    Finding { code, at: None }
}

fn text(value: &str) -> Text {
    Sensitive::new(Arc::from(value))
}

impl Reader {
    /// Opens the database at `home`; `provider` are the rows of the provider read beside it.
    pub(crate) fn open(
        home: Home,
        provider: Option<Arc<Ids>>,
        owner: Option<&str>,
    ) -> Result<Self, SourceError> {
        let (main, wal) = home.database()?;
        // what SQLite's errors name goes to reports
        let told = Evidence { name: shown(&main.name), ..main.clone() };
        let database = Database::open(&told, wal.as_ref())?;
        if Table::open(&database, "messages")?.is_none() {
            return Err(SourceError::Missing { what: "table messages" });
        }
        let findings = database.findings();
        let description = SourceDescription {
            reader: crate::VERSION.to_owned(),
            schemas: vec![(told.name.clone(), database.schema_sha256()?)],
            rows: database.count("messages").ok(),
            findings: findings.clone(),
            ..SourceDescription::default()
        };
        let owner = owner.and_then(normal);
        let name = text(&main.name);
        Ok(Self { home, database, name, sha256: main.sha256, provider, owner, description, findings })
    }

    /// SHA-256 of the database as stored.
    pub(crate) fn sha256(&self) -> [u8; 32] {
        self.sha256
    }

    /// Every row of a table that can be read.
    fn each(&self, table: &'static str, mut take: impl FnMut(i64, Columns)) -> Result<(), SourceError> {
        let Some(table) = Table::open(&self.database, table)? else { return Ok(()) };
        table.scan(|met| {
            if let Met::Row(key, columns) = met {
                take(key, columns);
            }
            true
        })
    }

    fn participants(&self) -> Result<HashMap<i64, Participant>, SourceError> {
        let mut all = HashMap::new();
        self.each("participants", |key, mut columns| {
            let address = ["normalized_destination", "send_destination", "display_destination"]
                .into_iter()
                .filter_map(|c| columns.text(c))
                .find_map(|a| normal(&a));
            let name = columns.text("full_name").filter(|n| !n.is_empty());
            let own = match columns.number("sub_id") {
                Some(sub) => Some(sub != OTHER),
                None => address.as_ref().filter(|a| self.owner.as_ref() == Some(a)).map(|_| true),
            };
            all.insert(key, Participant { address, name: name.as_deref().map(text), own });
        })?;
        Ok(all)
    }

    fn conversations(
        &self,
        people: &HashMap<i64, Participant>,
    ) -> Result<HashMap<i64, Arc<Conversation>>, SourceError> {
        let mut members: BTreeMap<i64, Vec<String>> = BTreeMap::new();
        self.each("conversation_participants", |_, mut columns| {
            let ids = (columns.number("conversation_id"), columns.number("participant_id"));
            if let (Some(conversation), Some(who)) = ids
                && let Some(person) = people.get(&who).filter(|p| p.own != Some(true))
                && let Some(address) = &person.address
            {
                let list = members.entry(conversation).or_default();
                if !list.contains(address) {
                    list.push(address.clone());
                }
            }
        })?;
        let mut all = HashMap::new();
        self.each("conversations", |key, mut columns| {
            let mut others = members.remove(&key).unwrap_or_default();
            if others.is_empty() {
                others.extend(columns.text("participant_normalized_destination").and_then(|a| normal(&a)));
            }
            let is_group = others.len() > 1;
            let id = if others.is_empty() { format!("conversation {key}") } else { others.join("~") };
            // of a conversation between two the name is that of the other
            let name = columns.text("name").filter(|n| is_group && !n.is_empty());
            let participants = others.iter().map(|o| text(o)).collect();
            let made =
                Conversation { id: text(&id), name: name.as_deref().map(text), is_group, participants };
            all.insert(key, Arc::new(made));
        })?;
        Ok(all)
    }

    /// Takes a part into the body and the attachments of its message; whether its content is missing.
    fn part(
        &self,
        mut columns: Columns,
        body: &mut Option<String>,
        attachments: &mut Vec<Attachment>,
    ) -> bool {
        let words = columns.text("text").filter(|t| !t.is_empty());
        let mime = columns.text("content_type").unwrap_or_default();
        if let Some(words) = words {
            match body {
                None => *body = Some(words),
                Some(body) => {
                    body.push('\n');
                    body.push_str(&words);
                }
            }
        }
        if mime.is_empty() || mime.starts_with("text/plain") || mime == "application/smil" {
            return false;
        }
        let path = columns.text("local_cache_path").filter(|p| !p.is_empty());
        let file = path.as_deref().and_then(|p| self.home.file(p).ok().flatten());
        let measured = file.as_ref().and_then(|f| hash_and_count(f.bytes.as_ref()).ok());
        let stated = columns.number("file_size_bytes").and_then(|n| u64::try_from(n).ok()).filter(|n| *n > 0);
        let name = columns.text("file_name").filter(|n| !n.is_empty());
        attachments.push(Attachment {
            name: name.as_deref().map(text),
            mime: Some(Arc::from(mime)),
            size: measured.map(|m| m.1).or(stated),
            sha256: measured.map(|m| m.0),
            missing: measured.is_none(),
            content: file.filter(|_| measured.is_some()).map(|f| f.bytes),
        });
        measured.is_none()
    }

    fn message(
        &self,
        key: i64,
        mut columns: Columns,
        people: &HashMap<i64, Participant>,
        conversations: &HashMap<i64, Arc<Conversation>>,
        (body, attachments): (Option<String>, Vec<Attachment>),
    ) -> Message {
        let mut doubts: Vec<Cow<'static, str>> = Vec::new();
        let status = columns.number("message_status");
        let person = columns.number("sender_id").and_then(|s| people.get(&s));
        let outgoing = match (person.and_then(|p| p.own), status) {
            (Some(own), _) => own,
            (None, Some(1..=9)) => true,
            (None, Some(100..=199)) => false,
            (None, _) => {
                doubts.push("direction_unknown".into());
                false
            }
        };
        let mut event = None;
        match status {
            Some(1 | 2 | 100) | None => {}
            Some(3) => doubts.push("draft".into()),
            Some(4..=7) => doubts.push("not_sent:outbox".into()),
            Some(8 | 9) => doubts.push("not_sent:failed".into()),
            Some(101..=107) => doubts.push("not_downloaded".into()),
            Some(other) => {
                doubts.push(format!("unknown_type:{other}").into());
                event = Some(Event::Other { code: format!("message_status:{other}"), text: None });
            }
        }
        let service = match columns.number("message_protocol") {
            Some(0) => "SMS",
            Some(1) => "MMS",
            Some(2) => {
                doubts.push("not_downloaded".into());
                "MMS"
            }
            Some(3) => "RCS",
            other => {
                let code = other.map_or_else(|| "none".to_owned(), |p| p.to_string());
                doubts.push(format!("unknown_protocol:{code}").into());
                "unknown"
            }
        };
        let mut time = |name| columns.number(name).filter(|ms| *ms > 0).map(Stamp::unix_millis);
        let (sent, received) = (time("sent_timestamp"), time("received_timestamp"));
        let (sent_at, remote_at) =
            if outgoing { (sent.or(received), None) } else { (received.or(sent), sent) };
        match sent_at {
            None => doubts.push("no_time".into()),
            Some(at) if !at.is_plausible() => doubts.push("clock_out_of_range".into()),
            Some(_) => {}
        }
        let conversation = columns.number("conversation_id").and_then(|c| conversations.get(&c)).cloned();
        if conversation.is_none() {
            doubts.push("no_conversation".into());
        }
        let sender = match (outgoing, person) {
            (true, _) => Some(text(ME)),
            (false, Some(person)) if person.own != Some(true) => person.address.as_deref().map(text),
            _ => None,
        };
        if sender.is_none() {
            doubts.push("no_sender".into());
        }
        let subject = columns.text("mms_subject").filter(|s| !s.is_empty());
        let id = columns.text("rcs_message_id").filter(|i| !i.is_empty());
        let (odd, raw) = columns.finish();
        doubts.extend(odd);
        Message {
            source: crate::SOURCE.into(),
            service: service.into(),
            conversation,
            id: id.as_deref().map(text),
            sender_name: person.filter(|_| !outgoing && sender.is_some()).and_then(|p| p.name.clone()),
            sender,
            direction: if outgoing { Direction::Out } else { Direction::In },
            sent_at,
            received_at: if outgoing { None } else { received },
            delivered_at: None,
            read_at: None,
            remote_at,
            subject: subject.as_deref().map(text),
            body: body.as_deref().map(text),
            attachments,
            edits: Vec::new(),
            unsent: false,
            unsent_parts: Vec::new(),
            reactions: Vec::new(),
            reply_to: None,
            deleted: false,
            expires_after_s: None,
            event,
            classification: None,
            doubts,
            origin: Origin {
                evidence: self.name.clone(),
                evidence_sha256: self.sha256,
                place: Place::Row { table: "messages".into(), rowid: key, column: None },
                reader_version: crate::VERSION.into(),
            },
            raw,
        }
    }
}

impl MessageSource for Reader {
    fn describe(&self) -> SourceDescription {
        self.description.clone()
    }

    fn findings(&self) -> Vec<Finding> {
        self.findings.clone()
    }

    fn read(&mut self, sink: &mut dyn FnMut(Record) -> ControlFlow<()>) -> Result<Tally, SourceError> {
        let mut findings = self.description.findings.clone();
        let people = self.participants()?;
        let conversations = self.conversations(&people)?;
        let mut missing = 0;
        let (index, whole) = Index::read(&self.database, "SELECT message_id, 0, _id FROM parts");
        if !whole {
            findings.push(finding("table_damaged:parts".to_owned()));
        }
        let parts = Table::open(&self.database, "parts")?;
        let mut part = parts.as_ref().map(Table::by_key).transpose()?;
        let mut tally = Tally::default();
        let mut stopped = false;
        if let Some(table) = Table::open(&self.database, "messages")? {
            table.scan(|met| {
                let (key, columns) = match met {
                    Met::Row(key, columns) => (key, Some(columns)),
                    Met::Damage(key, _) => (key, None),
                };
                let place = Place::Row { table: Cow::Borrowed("messages"), rowid: key, column: None };
                let at = Location { evidence: shown(self.name.expose()), place };
                let record = match columns {
                    None => {
                        tally.unreadable += 1;
                        Record::Unreadable(Unreadable { at, fault: crate::cut() })
                    }
                    Some(mut columns) => {
                        let uri = columns.text("sms_message_uri");
                        let known =
                            self.provider.as_deref().zip(uri.as_deref()).is_some_and(|(p, uri)| p.has(uri));
                        if known {
                            tally.folded += 1;
                            Record::Folded { at }
                        } else {
                            tally.messages += 1;
                            let (mut body, mut files) = (None, Vec::new());
                            for own in index.of(key).take(MOST_PARTS) {
                                match parts.as_ref().zip(part.as_mut()).map(|(t, by_key)| t.one(by_key, own))
                                {
                                    Some(Ok(Some(part))) => {
                                        missing += u64::from(self.part(part, &mut body, &mut files))
                                    }
                                    _ => columns.doubts.push("part_unreadable".into()),
                                }
                            }
                            let message = self.message(key, columns, &people, &conversations, (body, files));
                            Record::Message(Box::new(message))
                        }
                    }
                };
                stopped = sink(record).is_break();
                !stopped
            })?;
        }
        tally.seen = tally.messages + tally.folded + tally.unreadable;
        if stopped {
            return Ok(tally);
        }
        let lost = self.description.rows.unwrap_or(0).saturating_sub(tally.seen);
        if lost > 0 {
            findings.push(finding(format!("rows_unaccounted:messages:{lost}")));
            tally.unreadable += lost;
            tally.seen += lost;
        }
        if missing > 0 {
            findings.push(finding(format!("attachments_missing:{missing}")));
        }
        drop(part);
        drop(parts);
        self.findings = findings;
        Ok(tally)
    }
}
