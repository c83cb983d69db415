//! What the rows of `message` refer to, read once: chats, handles, and the joins as sorted pairs of
//! 32-bit row numbers (8 bytes a row), so that the scan needs no query a row.

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::Arc;

use evidence::{Database, column};
use model::{Address, Conversation, Sensitive, SourceError, Text};

use crate::contacts::{Contacts, Named};
use crate::damage;
use crate::first_pass::Rename;

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

/// Everything that rows refer to. A clone shares it, and remembers by itself where it was asked last.
#[derive(Clone)]
pub(crate) struct Maps {
    /// Rows of `handle` or `chat` lie on damaged pages.
    pub(crate) damaged: bool,
    pub(crate) handles: Arc<HashMap<i64, Handle>>,
    pub(crate) chats: Arc<HashMap<i64, Chat>>,
    pub(crate) in_chat: Pairs,
    /// Recently deleted: still there, in no chat of `chat_message_join`.
    pub(crate) recoverable: Pairs,
    pub(crate) attachments: Pairs,
}

/// Pairs of row numbers, sorted by the first.
#[derive(Clone, Default)]
pub(crate) struct Pairs {
    pairs: Arc<Vec<(u32, u32)>>,
    /// Where the last question was answered: a scan asks for ascending numbers, each close to the last.
    near: Cell<usize>,
    /// Pairs with a number that does not fit 32 bits.
    pub(crate) too_large: u64,
    /// Some pairs lie on damaged pages.
    pub(crate) damaged: bool,
}

/// Most pairs that room is made for before they are read.
const MOST_RESERVED: u64 = 16 << 20;

impl Pairs {
    /// All second numbers of `first`, ascending.
    pub(crate) fn of(&self, first: i64) -> impl Iterator<Item = i64> {
        let key = u32::try_from(first).ok();
        let start = key.map_or(self.pairs.len(), |key| self.start(key));
        self.pairs[start..].iter().take_while(move |p| Some(p.0) == key).map(|p| i64::from(p.1))
    }

    /// The first pair that is not before `key`.
    fn start(&self, key: u32) -> usize {
        let near = self.near.get();
        let is_start = |at: usize| {
            let (before, from) = self.pairs.split_at(at);
            before.last().is_none_or(|p| p.0 < key) && from.first().is_none_or(|p| p.0 >= key)
        };
        let start = (near..self.pairs.len().min(near + 7) + 1).find(|at| is_start(*at));
        let start = start.unwrap_or_else(|| self.pairs.partition_point(|p| p.0 < key));
        self.near.set(start);
        start
    }

    /// All of them, sorted by the first.
    pub(crate) fn pairs(&self) -> &[(u32, u32)] {
        &self.pairs
    }

    /// Sorted pairs, for tests.
    #[cfg(test)]
    pub(crate) fn of_pairs(pairs: Vec<(u32, u32)>) -> Self {
        Self { pairs: Arc::new(pairs), ..Self::default() }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.pairs.len()
    }

    fn push(&mut self, row: &rusqlite::Row<'_>, at: usize) {
        let pair = (column::<Option<i64>>(row, at), column::<Option<i64>>(row, at + 1));
        let (Ok(Some(a)), Ok(Some(b))) = pair else { return };
        match (u32::try_from(a), u32::try_from(b)) {
            (Ok(a), Ok(b)) => Arc::make_mut(&mut self.pairs).push((a, b)),
            _ => self.too_large += 1,
        }
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
        let count = database.count(table).unwrap_or(0).min(MOST_RESERVED);
        Arc::make_mut(&mut pairs.pairs).reserve_exact(usize::try_from(count).unwrap_or(0));
        let sql = format!("SELECT {first}, {second} FROM {table}");
        let mut statement = database.connection().prepare(&sql).map_err(of)?;
        let mut rows = statement.query([]).map_err(of)?;
        loop {
            match rows.next() {
                Ok(Some(row)) => pairs.push(row, 0),
                Ok(None) => break,
                Err(_) => {
                    // table or index is damaged: whatever can be reached the other way is added
                    pairs.damaged = true;
                    let list = format!("{first}, {second}");
                    // without row numbers there is no other way
                    damage::each(database, table, &list, &mut |row| pairs.push(row, 1)).ok();
                    break;
                }
            }
        }
        let all = Arc::make_mut(&mut pairs.pairs);
        all.sort_unstable();
        all.dedup();
        all.shrink_to_fit();
        Ok(pairs)
    }
}

impl Maps {
    /// Reads all of them.
    pub(crate) fn read(
        database: &Database,
        contacts: &Contacts,
        renames: Vec<Rename>,
    ) -> Result<Self, SourceError> {
        let mut damaged = false;
        let handles = handles(database, contacts, &mut damaged)?;
        let in_chat = Pairs::read(database, "chat_message_join", "message_id", "chat_id")?;
        let recoverable = Pairs::read(database, "chat_recoverable_message_join", "message_id", "chat_id")?;
        let attachments = Pairs::read(database, "message_attachment_join", "message_id", "attachment_id")?;
        let members = Pairs::read(database, "chat_handle_join", "chat_id", "handle_id")?;
        let renames = by_chat(renames, &in_chat, &recoverable);
        let chats = chats(database, &handles, &members, &renames, &mut damaged)?;
        let (handles, chats) = (Arc::new(handles), Arc::new(chats));
        Ok(Self { damaged, handles, chats, in_chat, recoverable, attachments })
    }
}

fn handles(
    database: &Database,
    contacts: &Contacts,
    damaged: &mut bool,
) -> Result<HashMap<i64, Handle>, SourceError> {
    let mut handles = HashMap::new();
    if !database.columns("handle")?.contains("id") {
        return Ok(handles);
    }
    *damaged |= damage::each(database, "handle", "id", &mut |row| {
        let (Ok(rowid), Ok(Some(id))) = (column::<i64>(row, 0), column::<Option<String>>(row, 1)) else {
            return;
        };
        let Some(address) = Address::parse(&id) else { return };
        let (name, ambiguous) = match contacts.name(&address) {
            Some(Named::One(name)) => (Some(name.clone()), false),
            Some(Named::Several) => (None, true),
            None => (None, false),
        };
        let address = Sensitive::new(Arc::from(address.into_string()));
        handles.insert(rowid, Handle { address, name, ambiguous });
    })?;
    Ok(handles)
}

/// Every rename for each chat that its row is in, by chat and time.
fn by_chat(renames: Vec<Rename>, in_chat: &Pairs, recoverable: &Pairs) -> Vec<(i64, Rename)> {
    let mut of_chats = Vec::new();
    for Rename { rowid, date, title } in renames {
        for chat in in_chat.of(rowid).chain(recoverable.of(rowid)) {
            of_chats.push((chat, Rename { rowid, date, title: title.clone() }));
        }
    }
    of_chats.sort_by_key(|(chat, r)| (*chat, r.date, r.rowid));
    of_chats
}

/// Style of a group chat; direct ones have 45.
const GROUP: i64 = 43;

fn chats(
    database: &Database,
    handles: &HashMap<i64, Handle>,
    members: &Pairs,
    renames: &[(i64, Rename)],
    damaged: &mut bool,
) -> Result<HashMap<i64, Chat>, SourceError> {
    let mut chats = HashMap::new();
    let columns = database.columns("chat")?;
    if !columns.contains("guid") {
        return Ok(chats);
    }
    let or_null = |name: &str| if columns.contains(name) { name.to_owned() } else { "NULL".to_owned() };
    let list = ["style", "display_name", "service_name", "chat_identifier"].map(or_null).join(", ");
    *damaged |= damage::each(database, "chat", &format!("guid, {list}"), &mut |row| {
        let (Ok(rowid), Ok(Some(guid))) = (column::<i64>(row, 0), column::<Option<String>>(row, 1)) else {
            return;
        };
        let style = column::<Option<i64>>(row, 2).ok().flatten();
        let name = column::<Option<String>>(row, 3).ok().flatten().filter(|n| !n.is_empty());
        let is_group = style.map_or_else(|| guid.contains(";+;"), |style| style == GROUP);
        let mut participants: Vec<Text> =
            members.of(rowid).filter_map(|h| handles.get(&h)).map(|h| h.address.clone()).collect();
        if participants.is_empty() && !is_group {
            // a chat with one person is called by that person's address
            let other = column::<Option<String>>(row, 5).ok().flatten();
            let other = other.and_then(|id| Address::parse(&id));
            participants.extend(other.map(|a| Sensitive::new(Arc::from(a.into_string()))));
        }
        let first = renames.partition_point(|r| r.0 < rowid);
        let mine: Vec<_> = renames[first..].iter().take_while(|r| r.0 == rowid).map(|r| &r.1).collect();
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
    })?;
    Ok(chats)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_found_whatever_is_asked_before() {
        let all = [(2, 1), (3, 1), (3, 2), (7, 5), (8, 5), (9, 5), (10, 5), (40, 1), (41, 1)];
        for asked_first in 0..50 {
            for asked in 0..50 {
                let pairs = Pairs::of_pairs(all.to_vec());
                let _: Vec<_> = pairs.of(asked_first).collect();
                let expected: Vec<_> =
                    all.iter().filter(|p| i64::from(p.0) == asked).map(|p| i64::from(p.1)).collect();
                assert_eq!(pairs.of(asked).collect::<Vec<_>>(), expected, "{asked} after {asked_first}");
            }
        }
        assert_eq!(Pairs::default().of(1).count(), 0);
        assert_eq!(Pairs::default().of(-1).count(), 0);
    }
}
