//! Conversations and the owner in the database of Signal Desktop.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use evidence::Database;
use model::{Conversation, SourceError, Text};
use serde_json::Value;

use crate::people::{Person, hex, some, text};

/// Most conversations kept.
const MOST: usize = 500_000;

struct Row {
    person: Person,
    service_id: Option<String>,
    /// Id, name and members of a group.
    group: Option<(String, Option<Text>, Vec<String>)>,
}

/// Conversations by Desktop's own id.
#[derive(Default)]
pub(crate) struct People {
    rows: HashMap<String, Row>,
    by_address: HashMap<String, String>,
    made: HashMap<String, Arc<Conversation>>,
    pub(crate) own_number: Option<String>,
    own_service_id: Option<String>,
    pub(crate) timers: u64,
    /// Whether a part of the list could not be read.
    pub(crate) damaged: bool,
}

impl People {
    /// Reads them. Of the table `items`, which holds keys, two rows only.
    pub(crate) fn read(database: &Database) -> Result<Self, SourceError> {
        let mut out = Self::default();
        let of = |e: rusqlite::Error| database.failed("conversations", &e);
        let connection = database.connection();
        if !database.columns("items")?.is_empty() {
            let sql = "SELECT id, json FROM items WHERE id IN ('number_id', 'uuid_id')";
            let mut statement = connection.prepare(sql).map_err(of)?;
            let mut rows = statement.query([]).map_err(of)?;
            while let Ok(Some(row)) = rows.next() {
                let (Ok(id), Ok(json)) = (row.get::<_, String>(0), row.get::<_, String>(1)) else { continue };
                let json: Value = serde_json::from_str(&json).unwrap_or_default();
                // "+4520000001.2": the number and which device this is
                let value = json["value"].as_str().and_then(|v| v.split('.').next()).map(str::to_owned);
                if id == "number_id" {
                    out.own_number = value
                } else {
                    out.own_service_id = value.map(|v| v.to_lowercase())
                }
            }
        }
        let columns = database.columns("conversations")?;
        let pick = |names: &[&str]| {
            names.iter().find(|n| columns.contains(**n)).map_or("NULL".to_owned(), |n| format!("\"{n}\""))
        };
        let sql = format!(
            "SELECT id, json, type, {}, {}, {}, {}, {} FROM conversations",
            pick(&["e164"]),
            pick(&["serviceId", "uuid"]),
            pick(&["groupId"]),
            pick(&["name"]),
            pick(&["profileFullName", "profileName"]),
        );
        let mut statement = connection.prepare(&sql).map_err(of)?;
        let mut rows = statement.query([]).map_err(of)?;
        loop {
            // a damaged list of conversations costs what it would have said, never a message
            let Ok(next) = rows.next() else {
                out.damaged = true;
                break;
            };
            let Some(row) = next.filter(|_| out.rows.len() < MOST) else { break };
            let cell = |i| row.get::<_, Option<String>>(i).ok().flatten().filter(|t| !t.is_empty());
            let Some(id) = cell(0) else { continue };
            let json: Value = cell(1).and_then(|j| serde_json::from_str(&j).ok()).unwrap_or_default();
            let also = |i, name: &str| cell(i).or_else(|| json[name].as_str().map(str::to_owned));
            out.timers += u64::from(json["expireTimer"].as_i64().unwrap_or(0) > 0);
            let (e164, service_id) =
                (also(3, "e164"), also(4, "serviceId").or_else(|| also(4, "uuid")).map(|s| s.to_lowercase()));
            let name = also(6, "name");
            let group = (cell(2).as_deref() == Some("group")).then(|| {
                let members = json["membersV2"].as_array().into_iter().flatten().take(10_000);
                let member =
                    |m: &Value| m["aci"].as_str().or_else(|| m["uuid"].as_str()).map(str::to_lowercase);
                (
                    group_id(also(5, "groupId").as_deref().unwrap_or(&id), &json),
                    some(name.as_deref()),
                    members.filter_map(member).collect(),
                )
            });
            let own = e164.is_some() && e164 == out.own_number
                || service_id.is_some() && service_id == out.own_service_id;
            let shown = json["nicknameGivenName"].as_str().map(str::to_owned).or(name).or_else(|| cell(7));
            let person = match own {
                true => Person::me(),
                false => Person::of(e164.as_deref(), service_id.as_deref(), None, shown.as_deref()),
            };
            for address in e164.iter().chain(&service_id) {
                out.by_address.insert(address.clone(), id.clone());
            }
            out.rows.insert(id, Row { person, service_id, group });
        }
        Ok(out)
    }

    /// The person of a conversation's id, a service id or a number.
    pub(crate) fn person(&self, id: Option<&str>) -> Person {
        let Some(id) = id.filter(|i| !i.is_empty()) else { return Person::default() };
        let lower = id.to_lowercase();
        let row = self
            .rows
            .get(id)
            .or_else(|| self.rows.get(self.by_address.get(id).or_else(|| self.by_address.get(&lower))?));
        match row {
            Some(row) if row.group.is_none() => row.person.clone(),
            Some(_) => Person::default(),
            None if self.own_service_id.as_ref() == Some(&lower)
                || self.own_number.as_deref() == Some(id) =>
            {
                Person::me()
            }
            None => Person::of(Some(id).filter(|i| i.starts_with('+')), Some(&lower), None, None),
        }
    }

    /// The conversation of an id.
    pub(crate) fn conversation(&mut self, id: &str) -> Option<Arc<Conversation>> {
        if let Some(made) = self.made.get(id) {
            return Some(made.clone());
        }
        let row = self.rows.get(id)?;
        let conversation = match &row.group {
            Some((id, name, members)) => {
                let persons = members.iter().map(|m| self.person(Some(m))).filter(|p| !p.is_me);
                let participants: BTreeSet<Text> = persons.filter_map(|p| p.address).collect();
                let participants = participants.into_iter().collect();
                Conversation { id: text(id), name: name.clone(), is_group: true, participants }
            }
            None => {
                let own = self.own_number.as_deref().or(row.service_id.as_deref()).map(text);
                let address = if row.person.is_me { own } else { row.person.address.clone() };
                let participants =
                    row.person.address.clone().filter(|_| !row.person.is_me).into_iter().collect();
                Conversation {
                    id: address.unwrap_or_else(|| text(id)),
                    name: None,
                    is_group: false,
                    participants,
                }
            }
        };
        let made = Arc::new(conversation);
        self.made.insert(id.to_owned(), made.clone());
        Some(made)
    }
}

/// The id of a group: Desktop has it in base64, groups of the first kind as characters of one byte.
fn group_id(id: &str, json: &Value) -> String {
    if json["groupVersion"].as_i64().unwrap_or(2) >= 2
        && let Ok(bytes) = STANDARD.decode(id)
        && bytes.len() == 32
    {
        return format!("__signal_group__v2__!{}", hex(&bytes));
    }
    match id.chars().map(|c| u8::try_from(u32::from(c))).collect::<Result<Vec<u8>, _>>() {
        Ok(bytes) if bytes.len() == 16 => format!("__textsecure_group__!{}", hex(&bytes)),
        _ => format!("group:{id}"),
    }
}
