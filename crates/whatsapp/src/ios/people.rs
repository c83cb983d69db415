//! Who is who on the iPhone: opaque ids to numbers, names, members of groups; and the chats with their
//! names at each time.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use evidence::Database;
use model::{Conversation, Sensitive, SourceError, Stamp, Text};

use crate::jid::{Jid, address, number, text};
use crate::take::{Take, list};

/// Most rows of a list of people that are read, and most members of a group.
const MOST: usize = 2_000_000;
const MOST_MEMBERS: usize = 8192;

/// Calls `take` with each row of a table; a schema without it has none, damage ends it.
fn each(
    database: &Database,
    table: &'static str,
    names: &'static [&'static str],
    mut take: impl FnMut(i64, &mut Take<'_, '_>),
) -> Result<(), SourceError> {
    let columns = database.columns(table)?;
    if columns.is_empty() {
        return Ok(());
    }
    let of = |e| database.failed(table, &e);
    let sql = format!("SELECT {} FROM \"{table}\" ORDER BY ROWID", list(&columns, names));
    let mut statement = database.connection().prepare(&sql).map_err(of)?;
    let mut rows = statement.query([]).map_err(of)?;
    let mut left = MOST;
    while let Ok(Some(row)) = rows.next()
        && left > 0
    {
        left -= 1;
        take(evidence::column(row, 0).unwrap_or(0), &mut Take::new(row, names));
    }
    Ok(())
}

/// Somebody.
pub(crate) struct Person {
    /// As messages have it.
    pub(crate) address: Text,
    pub(crate) name: Option<Text>,
}

/// Everybody.
#[derive(Clone, Default)]
pub(crate) struct People {
    lids: HashMap<String, String>,
    /// From the lists of contacts, then of the chats, then what people call themselves.
    names: [HashMap<String, Text>; 3],
    known: RefCell<HashMap<String, Arc<Person>>>,
    /// Contacts with a timer of disappearing messages by default.
    pub(crate) disappearing: u64,
}

/// Whether a text is a name: where there is none, the number is written out.
fn is_name(text: &str) -> bool {
    !text.trim().is_empty()
        && number(text.trim()).is_none()
        && !matches!(model::Address::parse(text), Some(model::Address::Phone(_)))
}

/// An id with its server, which some tables leave out.
fn with_server(id: &str, server: &str) -> Option<String> {
    match Jid::parse(id) {
        Some(jid) => Some(jid.bare()),
        None if !id.is_empty() => Some(format!("{id}@{server}")),
        None => None,
    }
}

impl People {
    /// Which number an opaque id stands for.
    pub(crate) fn read_lids(&mut self, database: &Database) -> Result<(), SourceError> {
        each(database, "ZWAPHONENUMBERLIDPAIR", &["ZLID", "ZPHONENUMBER"], |_, t| {
            let (lid, phone) = (t.text(), t.text());
            self.lid(lid.as_deref(), phone.as_deref());
        })
    }

    fn lid(&mut self, lid: Option<&str>, phone: Option<&str>) {
        let Some(lid) = lid.and_then(|l| with_server(l, "lid")).filter(|l| l.ends_with("@lid")) else {
            return;
        };
        let phone = phone.and_then(|p| match Jid::parse(p) {
            Some(jid) => jid.number(),
            None => number(p),
        });
        if let Some(phone) = phone {
            self.lids.entry(lid).or_insert(phone);
        }
    }

    /// Names of the address book, and further ids.
    pub(crate) fn read_contacts(&mut self, database: &Database) -> Result<(), SourceError> {
        const COLUMNS: &[&str] = &[
            "ZFULLNAME",
            "ZGIVENNAME",
            "ZLASTNAME",
            "ZBUSINESSNAME",
            "ZPHONENUMBER",
            "ZWHATSAPPID",
            "ZLID",
            "ZDISAPPEARINGMODEDURATION",
        ];
        each(database, "ZWAADDRESSBOOKCONTACT", COLUMNS, |_, t| {
            let (full, given, last, business) = (t.text(), t.text(), t.text(), t.text());
            let (phone, jid, lid, timer) = (t.text(), t.text(), t.text(), t.real());
            self.disappearing += u64::from(timer.unwrap_or(0.0) > 0.0);
            self.lid(lid.as_deref(), jid.as_deref().or(phone.as_deref()));
            let name = full.map(|f| f.into_owned()).or_else(|| {
                let parts: Vec<_> = [given, last].into_iter().flatten().collect();
                let parts = parts.join(" ");
                if parts.is_empty() { business.map(|b| b.into_owned()) } else { Some(parts) }
            });
            let Some(name) = name.filter(|n| !n.trim().is_empty()) else { return };
            let phone = phone.as_deref().and_then(model::Address::parse);
            let keys = [jid.as_deref().map(address), lid.as_deref().and_then(|l| with_server(l, "lid"))];
            for key in keys.into_iter().flatten().chain(phone.map(model::Address::into_string)) {
                self.names[0].entry(key).or_insert_with(|| text(name.trim()));
            }
        })
    }

    /// Names that the messages' own database has: of members of groups and of direct chats, and what
    /// people call themselves.
    fn read_own(&mut self, database: &Database) -> Result<(), SourceError> {
        self.read_lids(database)?;
        let is = |n: &&str| is_name(n);
        let mut name = |place: usize, jid: Option<&str>, name: Option<&str>| {
            if let (Some(jid), Some(name)) = (jid, name.filter(is)) {
                self.names[place].entry(address(jid)).or_insert_with(|| text(name.trim()));
            }
        };
        each(database, "ZWAGROUPMEMBER", &["ZMEMBERJID", "ZCONTACTNAME", "ZFIRSTNAME"], |_, t| {
            let (jid, said, first) = (t.text(), t.text(), t.text());
            let said = said.filter(|s| is(&s.as_ref())).or(first);
            name(1, jid.as_deref(), said.as_deref());
        })?;
        each(database, "ZWAPROFILEPUSHNAME", &["ZJID", "ZPUSHNAME"], |_, t| {
            let (jid, said) = (t.text(), t.text());
            name(2, jid.as_deref(), said.as_deref());
        })
    }

    /// Who is behind an address of one person.
    pub(crate) fn person(&self, raw: &str) -> Option<Arc<Person>> {
        if let Some(known) = self.known.borrow().get(raw) {
            return Some(known.clone());
        }
        let jid = Jid::parse(raw).filter(|j| j.is_person())?;
        let bare = jid.bare();
        let shown = match jid.is_lid() {
            true => self.lids.get(&bare).cloned().unwrap_or_else(|| bare.clone()),
            false => address(raw),
        };
        let own = address(raw);
        let name = self.names.iter().find_map(|names| names.get(&shown).or_else(|| names.get(&own)));
        let person = Arc::new(Person { address: text(&shown), name: name.cloned() });
        self.known.borrow_mut().insert(raw.to_owned(), person.clone());
        Some(person)
    }
}

/// A chat with its name at each time.
pub(crate) struct Chat {
    /// From which time (ms) on the chat was what, ascending; the first entry counts from the beginning.
    names: Vec<(i64, Arc<Conversation>)>,
    /// The other person of a direct chat.
    pub(crate) other: Option<Arc<Person>>,
    /// One more than the highest number a message of it got.
    pub(crate) counter: Option<i64>,
    /// Time of its last message, as the chat has it.
    pub(crate) last: Option<f64>,
    /// It holds what one person shows to everybody for a day, and is no conversation.
    pub(crate) is_feed: bool,
}

impl Chat {
    /// The conversation as it was at `time`.
    pub(crate) fn at(&self, time: i64) -> &Arc<Conversation> {
        let after = self.names.partition_point(|(from, _)| *from <= time);
        &self.names[after.saturating_sub(1)].1
    }
}

/// Everything that messages refer to.
pub(crate) struct Maps {
    pub(crate) people: People,
    pub(crate) chats: HashMap<i64, Chat>,
    /// Address of each member of a group, by row.
    pub(crate) members: HashMap<i64, Arc<str>>,
    /// The owner's address, where received messages name it.
    pub(crate) owner: Option<Text>,
}

impl Maps {
    /// Reads all of them.
    pub(crate) fn read(database: &Database, mut people: People) -> Result<Self, SourceError> {
        people.read_own(database)?;
        let owner = owner(database);
        let mut members = HashMap::new();
        let mut of_chat: HashMap<i64, Vec<Text>> = HashMap::new();
        each(database, "ZWAGROUPMEMBER", &["ZMEMBERJID", "ZCHATSESSION", "ZISACTIVE"], |row, t| {
            let (jid, chat, active) = (t.text(), t.int(), t.int());
            let Some(jid) = jid else { return };
            members.insert(row, Arc::from(jid.as_ref()));
            let Some(person) = people.person(&jid) else { return };
            if let (Some(chat), true) = (chat, active != Some(0) && Some(&person.address) != owner.as_ref()) {
                let list = of_chat.entry(chat).or_default();
                if list.len() < MOST_MEMBERS && !list.contains(&person.address) {
                    list.push(person.address.clone());
                }
            }
        })?;
        let mut renames = renames(database);
        let mut chats = HashMap::new();
        const COLUMNS: &[&str] = &[
            "ZCONTACTJID",
            "ZPARTNERNAME",
            "ZSESSIONTYPE",
            "ZMESSAGECOUNTER",
            "ZLASTMESSAGEDATE",
            "ZCONTACTIDENTIFIER",
        ];
        // names of direct chats are names of persons
        let mut sessions = Vec::new();
        each(database, "ZWACHATSESSION", COLUMNS, |row, t| {
            let own = |t: Option<std::borrow::Cow<'_, str>>| t.map(|t| t.into_owned());
            let (jid, name, kind) = (own(t.text()), own(t.text()), t.int());
            let (counter, last, contact) = (t.int(), t.real(), own(t.text()));
            if let (Some(jid), Some(contact)) = (&jid, &contact) {
                people.lid(Some(jid), Some(contact));
            }
            sessions.push((row, jid, name, kind, counter, last));
        })?;
        people.known.borrow_mut().clear();
        for (_, jid, name, ..) in &sessions {
            if let (Some(jid), Some(name)) = (jid, name)
                && Jid::parse(jid).is_some_and(Jid::is_person)
                && is_name(name)
            {
                people.names[1].insert(address(jid), text(name));
            }
        }
        for (row, jid, name, kind, counter, last) in sessions {
            let Some(jid) = jid else { continue };
            let parsed = Jid::parse(&jid);
            let other = people.person(&jid);
            let participants = match &other {
                Some(other) => vec![other.address.clone()],
                None => of_chat.remove(&row).unwrap_or_default(),
            };
            let base = Conversation {
                id: text(&jid),
                name: name.as_deref().map(text),
                is_group: kind == Some(1) || parsed.is_some_and(Jid::is_group),
                participants,
            };
            let is_feed = parsed.is_some_and(Jid::is_feed);
            let names = names(base, renames.remove(&row));
            chats.insert(row, Chat { names, other, counter, last, is_feed });
        }
        Ok(Self { people, chats, members, owner })
    }
}

/// The chat at each time. Its renames count only when the last of them gave the name that it has.
fn names(base: Conversation, renames: Option<Vec<(i64, Text)>>) -> Vec<(i64, Arc<Conversation>)> {
    let renames = renames.filter(|r| r.last().map(|l| &l.1) == base.name.as_ref()).unwrap_or_default();
    if renames.is_empty() {
        return vec![(i64::MIN, Arc::new(base))];
    }
    // the name before the first of them is not known
    let before = Arc::new(Conversation { name: None, ..base.clone() });
    let after = renames
        .into_iter()
        .map(|(at, name)| (at, Arc::new(Conversation { name: Some(name), ..base.clone() })));
    std::iter::once((i64::MIN, before)).chain(after).collect()
}

/// New names of chats with their times, by chat, in order. A schema that lacks a part has none.
fn renames(database: &Database) -> HashMap<i64, Vec<(i64, Text)>> {
    let mut found: HashMap<i64, Vec<(i64, Text)>> = HashMap::new();
    let sql = "SELECT ROWID, ZCHATSESSION, ZMESSAGEDATE, ZTEXT FROM ZWAMESSAGE \
               WHERE ZMESSAGETYPE = 6 AND ZGROUPEVENTTYPE = 1 ORDER BY ROWID";
    let Ok(mut statement) = database.connection().prepare(sql) else { return found };
    let Ok(mut rows) = statement.query([]) else { return found };
    while let Ok(Some(row)) = rows.next() {
        let mut take = Take::new(row, &["ZCHATSESSION", "ZMESSAGEDATE", "ZTEXT"]);
        if let (Some(chat), Some(at), Some(name)) = (take.int(), take.real(), take.text()) {
            found.entry(chat).or_default().push((Stamp::apple_double(at).millis(), text(&name)));
        }
    }
    for list in found.values_mut() {
        list.sort_by_key(|r| r.0);
    }
    found
}

/// The owner's address: whom received messages are addressed to.
fn owner(database: &Database) -> Option<Text> {
    let sql = "SELECT ZTOJID FROM ZWAMESSAGE WHERE ZISFROMME = 0 AND ZTOJID LIKE '%@s.whatsapp.net' LIMIT 1";
    let jid: String = database.connection().query_row(sql, [], |row| row.get(0)).ok()?;
    Jid::parse(&jid)?.number().map(|n| Sensitive::new(Arc::from(n)))
}
