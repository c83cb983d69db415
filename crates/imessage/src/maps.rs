//! What the rows of `message` refer to, read once: chats, handles, and the joins as sorted pairs of
//! 32-bit row numbers (8 bytes a row), so that the scan needs no query a row.

use std::collections::HashMap;
use std::sync::Arc;

use evidence::{Database, column};
use model::{Address, Conversation, Sensitive, SourceError, Text};

use crate::contacts::{Contacts, Named};

/// Somebody on the other side.
pub(crate) struct Handle {
    pub(crate) address: Text,
    pub(crate) name: Option<Text>,
    /// Two cards with different names have this address.
    pub(crate) ambiguous: bool,
}

/// A chat with its name at each time.
pub(crate) struct Chat {
    service: Option<String>,
    /// From which `date` on the chat was what, ascending; the first entry counts from the beginning.
    names: Vec<(i64, Arc<Conversation>)>,
}

impl Chat {
    /// The conversation as it was at `date`.
    pub(crate) fn at(&self, date: i64) -> &Arc<Conversation> {
        let after = self.names.partition_point(|(from, _)| *from <= date);
        &self.names[after.saturating_sub(1)].1
    }

    /// Service of the chat.
    pub(crate) fn service(&self) -> Option<&str> {
        self.service.as_deref()
    }
}

/// A rename, found before the scan.
pub(crate) struct Rename {
    pub(crate) chat: i64,
    pub(crate) date: i64,
    pub(crate) rowid: i64,
    pub(crate) title: Option<Text>,
}

/// Everything that rows refer to.
pub(crate) struct Maps {
    pub(crate) handles: HashMap<i64, Handle>,
    pub(crate) chats: HashMap<i64, Chat>,
    pub(crate) in_chat: Pairs,
    /// Recently deleted: still there, in no chat of `chat_message_join`.
    pub(crate) recoverable: Pairs,
    pub(crate) attachments: Pairs,
}

/// Pairs of row numbers, sorted by the first.
#[derive(Default)]
pub(crate) struct Pairs {
    pairs: Vec<(u32, u32)>,
    /// Pairs with a number that does not fit 32 bits.
    pub(crate) too_large: u64,
}

impl Pairs {
    /// All second numbers of `first`, ascending.
    pub(crate) fn of(&self, first: i64) -> impl Iterator<Item = i64> {
        let key = u32::try_from(first).ok();
        let start = key.map_or(self.pairs.len(), |key| self.pairs.partition_point(|p| p.0 < key));
        self.pairs[start..].iter().take_while(move |p| Some(p.0) == key).map(|p| i64::from(p.1))
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.pairs.len()
    }

    fn read(
        database: &Database,
        table: &'static str,
        first: &str,
        second: &str,
    ) -> Result<Self, SourceError> {
        let mut pairs = Self::default();
        let columns = database.columns(table)?;
        if !columns.contains(first) || !columns.contains(second) {
            return Ok(pairs);
        }
        let of = |e| database.failed(table, &e);
        let sql = format!("SELECT {first}, {second} FROM {table}");
        let mut statement = database.connection().prepare(&sql).map_err(of)?;
        let mut rows = statement.query([]).map_err(of)?;
        while let Some(row) = rows.next().map_err(of)? {
            let (Ok(Some(a)), Ok(Some(b))) = (column::<Option<i64>>(row, 0), column::<Option<i64>>(row, 1))
            else {
                continue;
            };
            match (u32::try_from(a), u32::try_from(b)) {
                (Ok(a), Ok(b)) => pairs.pairs.push((a, b)),
                _ => pairs.too_large += 1,
            }
        }
        pairs.pairs.sort_unstable();
        pairs.pairs.dedup();
        pairs.pairs.shrink_to_fit();
        Ok(pairs)
    }
}

impl Maps {
    /// Reads all of them.
    pub(crate) fn read(database: &Database, contacts: &Contacts) -> Result<Self, SourceError> {
        let handles = handles(database, contacts)?;
        let in_chat = Pairs::read(database, "chat_message_join", "message_id", "chat_id")?;
        let recoverable = Pairs::read(database, "chat_recoverable_message_join", "message_id", "chat_id")?;
        let attachments = Pairs::read(database, "message_attachment_join", "message_id", "attachment_id")?;
        let members = Pairs::read(database, "chat_handle_join", "chat_id", "handle_id")?;
        let renames = renames(database, &in_chat, &recoverable)?;
        let chats = chats(database, &handles, &members, renames)?;
        Ok(Self { handles, chats, in_chat, recoverable, attachments })
    }
}

fn handles(database: &Database, contacts: &Contacts) -> Result<HashMap<i64, Handle>, SourceError> {
    let mut handles = HashMap::new();
    if !database.columns("handle")?.contains("id") {
        return Ok(handles);
    }
    let of = |e| database.failed("handle", &e);
    let mut statement = database.connection().prepare("SELECT ROWID, id FROM handle").map_err(of)?;
    let mut rows = statement.query([]).map_err(of)?;
    while let Some(row) = rows.next().map_err(of)? {
        let (Ok(rowid), Ok(Some(id))) = (column::<i64>(row, 0), column::<Option<String>>(row, 1)) else {
            continue;
        };
        let Some(address) = Address::parse(&id) else { continue };
        let (name, ambiguous) = match contacts.name(&address) {
            Some(Named::One(name)) => (Some(name.clone()), false),
            Some(Named::Several) => (None, true),
            None => (None, false),
        };
        let address = Sensitive::new(Arc::from(address.into_string()));
        handles.insert(rowid, Handle { address, name, ambiguous });
    }
    Ok(handles)
}

/// Rows that give a conversation a new name.
fn renames(database: &Database, in_chat: &Pairs, recoverable: &Pairs) -> Result<Vec<Rename>, SourceError> {
    let mut renames = Vec::new();
    let columns = database.columns("message")?;
    if !columns.contains("item_type") || !columns.contains("group_title") {
        return Ok(renames);
    }
    let of = |e| database.failed("message", &e);
    let sql = "SELECT ROWID, date, group_title FROM message WHERE item_type = 2";
    let mut statement = database.connection().prepare(sql).map_err(of)?;
    let mut rows = statement.query([]).map_err(of)?;
    // a damaged page must not cost the names found so far: the scan itself reports it
    while let Ok(Some(row)) = rows.next() {
        let (Ok(rowid), Ok(date)) = (column::<i64>(row, 0), column::<Option<i64>>(row, 1)) else { continue };
        let title = column::<Option<String>>(row, 2).ok().flatten().filter(|t| !t.is_empty());
        let title = title.map(|t| Sensitive::new(Arc::from(t)));
        for chat in in_chat.of(rowid).chain(recoverable.of(rowid)) {
            renames.push(Rename { chat, date: date.unwrap_or(0), rowid, title: title.clone() });
        }
    }
    renames.sort_by_key(|r| (r.chat, r.date, r.rowid));
    Ok(renames)
}

/// Style of a group chat; direct ones have 45.
const GROUP: i64 = 43;

fn chats(
    database: &Database,
    handles: &HashMap<i64, Handle>,
    members: &Pairs,
    renames: Vec<Rename>,
) -> Result<HashMap<i64, Chat>, SourceError> {
    let mut chats = HashMap::new();
    let columns = database.columns("chat")?;
    if !columns.contains("guid") {
        return Ok(chats);
    }
    let or_null = |name: &str| if columns.contains(name) { name.to_owned() } else { "NULL".to_owned() };
    let list = ["style", "display_name", "service_name"].map(or_null).join(", ");
    let of = |e| database.failed("chat", &e);
    let mut statement =
        database.connection().prepare(&format!("SELECT ROWID, guid, {list} FROM chat")).map_err(of)?;
    let mut rows = statement.query([]).map_err(of)?;
    while let Some(row) = rows.next().map_err(of)? {
        let (Ok(rowid), Ok(Some(guid))) = (column::<i64>(row, 0), column::<Option<String>>(row, 1)) else {
            continue;
        };
        let style = column::<Option<i64>>(row, 2).ok().flatten();
        let name = column::<Option<String>>(row, 3).ok().flatten().filter(|n| !n.is_empty());
        let is_group = style.map_or_else(|| guid.contains(";+;"), |style| style == GROUP);
        let participants =
            members.of(rowid).filter_map(|h| handles.get(&h)).map(|h| h.address.clone()).collect();
        let first = renames.partition_point(|r| r.chat < rowid);
        let mine: Vec<_> = renames[first..].iter().take_while(|r| r.chat == rowid).collect();
        let base = Conversation {
            id: Sensitive::new(Arc::from(guid)),
            // with renames in the data, the name before the first of them is not known
            name: name.filter(|_| mine.is_empty()).map(|n| Sensitive::new(Arc::from(n))),
            is_group,
            participants,
        };
        let mut names = vec![(i64::MIN, Arc::new(base.clone()))];
        names.extend(
            mine.iter().map(|r| (r.date, Arc::new(Conversation { name: r.title.clone(), ..base.clone() }))),
        );
        let service = column::<Option<String>>(row, 4).ok().flatten();
        chats.insert(rowid, Chat { service, names });
    }
    Ok(chats)
}
