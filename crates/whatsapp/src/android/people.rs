//! Who is who: addresses by row number and as text, opaque ids to numbers, names; and the chats with
//! their names at each time.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use evidence::{Database, column};
use model::{Conversation, SourceError, Text};

use crate::jid::{Jid, text};
use crate::side::Pairs;

/// Names by address, from `wa.db`.
#[derive(Clone, Default)]
pub(crate) struct Names {
    by_jid: HashMap<String, Text>,
}

/// Most rows of a list of people that are read, and most members of a group.
const MOST: usize = 2_000_000;
const MOST_MEMBERS: usize = 8192;

/// Calls `take` with the two texts of each row; ends quietly at damage.
fn each_two(
    database: &Database,
    table: &'static str,
    sql: &str,
    mut take: impl FnMut(String, String),
) -> Result<(), SourceError> {
    let of = |e| database.failed(table, &e);
    let mut statement = database.connection().prepare(sql).map_err(of)?;
    let mut rows = statement.query([]).map_err(of)?;
    let mut left = MOST;
    while let Ok(Some(row)) = rows.next()
        && left > 0
    {
        left -= 1;
        let (a, b) = (column::<Option<String>>(row, 0), column::<Option<String>>(row, 1));
        if let (Ok(Some(a)), Ok(Some(b))) = (a, b) {
            take(a, b);
        }
    }
    Ok(())
}

impl Names {
    /// Reads `wa_contacts`.
    pub(crate) fn read(database: &Database) -> Result<Self, SourceError> {
        let columns = database.columns("wa_contacts")?;
        let mut names = Self::default();
        if !columns.contains("jid") {
            return Ok(names);
        }
        let given: Vec<String> = ["display_name", "wa_name"]
            .iter()
            .filter(|c| columns.contains(**c))
            .map(|c| format!("nullif(trim({c}), '')"))
            .collect();
        if given.is_empty() {
            return Ok(names);
        }
        let sql = format!("SELECT jid, coalesce({}, NULL) FROM wa_contacts ORDER BY ROWID", given.join(", "));
        each_two(database, "wa_contacts", &sql, |jid, name| {
            names.by_jid.entry(jid).or_insert_with(|| text(&name));
        })?;
        Ok(names)
    }
}

/// Somebody.
pub(crate) struct Person {
    /// As messages have it.
    pub(crate) address: Text,
    pub(crate) name: Option<Text>,
    /// Whether it is one person, not a group or a list.
    pub(crate) is_person: bool,
}

/// Everybody.
pub(crate) struct People {
    by_row: HashMap<i64, Arc<str>>,
    lids: HashMap<String, String>,
    names: Names,
    owner: Option<String>,
    known: RefCell<HashMap<Arc<str>, Arc<Person>>>,
}

impl People {
    /// Reads addresses and what opaque ids stand for.
    pub(crate) fn read(
        database: &Database,
        names: Names,
        owner: Option<String>,
    ) -> Result<Self, SourceError> {
        let mut this =
            Self { by_row: HashMap::new(), lids: HashMap::new(), names, owner, known: RefCell::default() };
        let columns = database.columns("jid")?;
        if columns.contains("_id") {
            let raw = match (columns.contains("raw_string"), columns.contains("user")) {
                (true, true) => "coalesce(raw_string, user || '@' || server)",
                (true, false) => "raw_string",
                (false, _) => "user || '@' || server",
            };
            let of = |e| database.failed("jid", &e);
            let sql = format!("SELECT _id, {raw} FROM jid");
            let mut statement = database.connection().prepare(&sql).map_err(of)?;
            let mut rows = statement.query([]).map_err(of)?;
            while let Ok(Some(row)) = rows.next()
                && this.by_row.len() < MOST
            {
                if let (Ok(id), Ok(Some(raw))) = (column::<i64>(row, 0), column::<Option<String>>(row, 1)) {
                    this.by_row.insert(id, Arc::from(raw));
                }
            }
        }
        let map = Pairs::read(database, "jid_map", "lid_row_id", "jid_row_id")?;
        for (lid, jid) in map.all() {
            if let (Some(lid), Some(jid)) = (this.by_row.get(lid), this.by_row.get(jid)) {
                let bare = |raw: &str| Jid::parse(raw).map(Jid::bare);
                if let (Some(lid), Some(jid)) = (bare(lid), bare(jid)) {
                    this.lids.entry(lid).or_insert(jid);
                }
            }
        }
        if database.columns("lid_display_name")?.contains("display_name") {
            let sql = "SELECT CAST(lid_row_id AS TEXT), display_name FROM lid_display_name";
            let by_row = &this.by_row;
            let names = &mut this.names.by_jid;
            each_two(database, "lid_display_name", sql, |row, name| {
                if let Some(raw) = row.parse().ok().and_then(|row: i64| by_row.get(&row)) {
                    names.entry(raw.to_string()).or_insert_with(|| text(&name));
                }
            })?;
        }
        Ok(this)
    }

    /// The address in a row of `jid`.
    pub(crate) fn raw(&self, row: i64) -> Option<&Arc<str>> {
        self.by_row.get(&row)
    }

    /// Who is behind a row of `jid`.
    pub(crate) fn by_row(&self, row: i64) -> Option<Arc<Person>> {
        self.by_row.get(&row).and_then(|raw| self.person(raw))
    }

    /// Who is behind an address; `None` for an empty one, which stands for the owner.
    pub(crate) fn person(&self, raw: &str) -> Option<Arc<Person>> {
        if raw.trim().is_empty() {
            return None;
        }
        if let Some(known) = self.known.borrow().get(raw) {
            return Some(known.clone());
        }
        let parsed = Jid::parse(raw);
        let bare = parsed.map_or_else(|| raw.to_owned(), Jid::bare);
        let number = self.lids.get(&bare);
        let shown = number.map_or(bare.as_str(), String::as_str);
        let name = self.names.by_jid.get(shown).or_else(|| self.names.by_jid.get(&bare));
        let person = Arc::new(Person {
            address: text(&crate::jid::address(shown)),
            name: name.cloned(),
            is_person: parsed.is_some_and(Jid::is_person),
        });
        self.known.borrow_mut().insert(Arc::from(raw), person.clone());
        Some(person)
    }

    /// Whether that is the owner's own address.
    pub(crate) fn is_owner(&self, person: &Person) -> bool {
        self.owner.as_deref().is_some_and(|owner| **person.address.expose() == *owner)
    }
}

/// A chat with its name at each time.
pub(crate) struct Chat {
    /// From which time (ms) on the chat was what, ascending; the first entry counts from the beginning.
    names: Vec<(i64, Arc<Conversation>)>,
    /// The one other person of a direct chat.
    pub(crate) other: Option<Arc<Person>>,
}

impl Chat {
    /// The conversation as it was at `time`.
    pub(crate) fn at(&self, time: i64) -> &Arc<Conversation> {
        let after = self.names.partition_point(|(from, _)| *from <= time);
        &self.names[after.saturating_sub(1)].1
    }
}

/// A row that gave a chat a new name.
struct Rename {
    at: i64,
    old: Option<Text>,
    new: Text,
}

/// All chats.
pub(crate) struct Chats {
    by_row: HashMap<i64, Arc<Chat>>,
    by_jid: RefCell<HashMap<String, Arc<Chat>>>,
    subjects: HashMap<String, String>,
    members: HashMap<String, Vec<Text>>,
    /// Chats whose messages disappear.
    pub(crate) ephemeral: u64,
}

impl Chats {
    /// Reads chats, their members and their names.
    pub(crate) fn read(database: &Database, people: &People) -> Result<Self, SourceError> {
        let mut this = Self {
            by_row: HashMap::new(),
            by_jid: RefCell::default(),
            subjects: HashMap::new(),
            members: members(database, people)?,
            ephemeral: 0,
        };
        if database.columns("chat_list")?.contains("subject") {
            let sql = "SELECT key_remote_jid, subject FROM chat_list";
            let subjects = &mut this.subjects;
            // a schema without the other column has nothing to say
            let _: Result<(), SourceError> = each_two(database, "chat_list", sql, |jid, subject| {
                subjects.insert(jid, subject);
            });
        }
        let columns = database.columns("chat")?;
        if !columns.contains("_id") {
            return Ok(this);
        }
        let mut renames = renames(database);
        let list = crate::take::list(&columns, &["_id", "jid_row_id", "subject", "ephemeral_expiration"]);
        let of = |e| database.failed("chat", &e);
        let mut statement = database.connection().prepare(&format!("SELECT {list} FROM chat")).map_err(of)?;
        let mut rows = statement.query([]).map_err(of)?;
        while let Ok(Some(row)) = rows.next()
            && this.by_row.len() < MOST
        {
            let mut take =
                crate::take::Take::new(row, &["_id", "jid_row_id", "subject", "ephemeral_expiration"]);
            let (Some(id), Some(jid)) = (take.int(), take.int()) else { continue };
            let (subject, timer) = (take.text(), take.int());
            this.ephemeral += u64::from(timer.unwrap_or(0) > 0);
            let Some(raw) = people.raw(jid) else { continue };
            let chat = this.make(raw, subject.as_deref(), renames.remove(&id).unwrap_or_default(), people);
            let chat = Arc::new(chat);
            this.by_jid.borrow_mut().entry(raw.to_string()).or_insert_with(|| chat.clone());
            this.by_row.insert(id, chat);
        }
        Ok(this)
    }

    fn make(&self, raw: &str, subject: Option<&str>, renames: Vec<Rename>, people: &People) -> Chat {
        let jid = Jid::parse(raw);
        let other = people.person(raw).filter(|p| p.is_person);
        let participants = match &other {
            Some(other) => vec![other.address.clone()],
            None => self.members.get(raw).cloned().unwrap_or_default(),
        };
        let subject = subject.map(text).or_else(|| self.subjects.get(raw).map(|s| text(s)));
        let base = Conversation {
            id: text(raw),
            // with renames in the data, the name before the first of them is what that one replaced
            name: match renames.first() {
                Some(first) => first.old.clone(),
                None => subject,
            },
            is_group: jid.is_some_and(Jid::is_group),
            participants,
        };
        let mut names = vec![(i64::MIN, Arc::new(base.clone()))];
        names.extend(
            renames
                .into_iter()
                .map(|rename| (rename.at, Arc::new(Conversation { name: Some(rename.new), ..base.clone() }))),
        );
        Chat { names, other }
    }

    /// The chat of a row of `chat`.
    pub(crate) fn by_row(&self, row: i64) -> Option<Arc<Chat>> {
        self.by_row.get(&row).cloned()
    }

    /// The chat of an address, which may have no row.
    pub(crate) fn by_jid(&self, raw: &str, people: &People) -> Arc<Chat> {
        if let Some(chat) = self.by_jid.borrow().get(raw) {
            return chat.clone();
        }
        let chat = Arc::new(self.make(raw, None, Vec::new(), people));
        self.by_jid.borrow_mut().insert(raw.to_owned(), chat.clone());
        chat
    }
}

/// Members of groups, by the group's address, without the owner.
fn members(database: &Database, people: &People) -> Result<HashMap<String, Vec<Text>>, SourceError> {
    let mut members: HashMap<String, Vec<Text>> = HashMap::new();
    let mut add = |group: &str, member: &str| {
        let Some(person) = people.person(member).filter(|p| p.is_person && !people.is_owner(p)) else {
            return;
        };
        let list = members.entry(group.to_owned()).or_default();
        if list.len() < MOST_MEMBERS && !list.contains(&person.address) {
            list.push(person.address.clone());
        }
    };
    let pairs = Pairs::read(database, "group_participant_user", "group_jid_row_id", "user_jid_row_id")?;
    for (group, member) in pairs.all() {
        if let (Some(group), Some(member)) = (people.raw(*group), people.raw(*member)) {
            add(group, member);
        }
    }
    if database.columns("group_participants")?.contains("gjid") {
        let sql = "SELECT gjid, jid FROM group_participants ORDER BY ROWID";
        each_two(database, "group_participants", sql, |group, member| add(&group, &member))?;
    }
    Ok(members)
}

/// Every rename, by chat and in order of time. A schema that lacks a part has none.
fn renames(database: &Database) -> HashMap<i64, Vec<Rename>> {
    let mut found: HashMap<i64, Vec<Rename>> = HashMap::new();
    let old = match database.columns("message_system_value_change") {
        Ok(columns) if columns.contains("old_data") => {
            "(SELECT old_data FROM message_system_value_change v WHERE v.message_row_id = s.message_row_id)"
        }
        _ => "NULL",
    };
    let sql = format!(
        "SELECT m.chat_row_id, m.timestamp, m.text_data, {old}, s.action_type FROM message_system s \
         JOIN message m ON m._id = s.message_row_id WHERE s.action_type IN (1, 11) ORDER BY m._id"
    );
    let Ok(mut statement) = database.connection().prepare(&sql) else { return found };
    let Ok(mut rows) = statement.query([]) else { return found };
    while let Ok(Some(row)) = rows.next() {
        let number = |i| column::<Option<i64>>(row, i).ok().flatten();
        let words = |i| column::<Option<String>>(row, i).ok().flatten().filter(|t| !t.is_empty());
        if let (Some(chat), Some(at), Some(new)) = (number(0), number(1), words(2)) {
            // a group is created with a name: it had no other before
            let old = match number(4) {
                Some(11) => Some(new.clone()),
                _ => words(3),
            };
            let old = old.map(|t| text(&t));
            found.entry(chat).or_default().push(Rename { at, old, new: text(&new) });
        }
    }
    for list in found.values_mut() {
        list.sort_by_key(|r| r.at);
    }
    found
}
