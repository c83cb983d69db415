//! Recipients, threads and groups of an Android backup, as maps: the small tables that every message
//! needs. Bounded in number, since a hostile file may claim any.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use model::{Conversation, Text};

use super::groups;
use super::tables::{Cells, GroupColumns, MemberColumns, RecipientColumns, ThreadColumns};
use crate::people::{Person, some, text};

/// Most rows kept of each small table.
const MOST: usize = 500_000;
/// Most bytes of text in them together.
const MOST_BYTES: usize = 64 << 20;

/// A reference to a recipient: a number since 2019, before that the address itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Who {
    Id(i64),
    Address(String),
}

impl Who {
    /// The reference in a column.
    pub(crate) fn of(cells: Cells<'_, '_>, column: Option<usize>) -> Option<Self> {
        let value = cells.text(column)?;
        // a short number without sign is an id; the old address of a short code reads the same, and
        // eras with addresses have no ids to confuse it with
        Some(match value.parse::<i64>() {
            Ok(id) if !value.starts_with('+') => Self::Id(id),
            _ => Self::Address(value.into_owned()),
        })
    }
}

struct Recipient {
    person: Person,
    group: Option<String>,
    service_id: Option<String>,
    e164: Option<String>,
}

struct Group {
    title: Option<Text>,
    members: Vec<Who>,
    service_ids: Vec<String>,
}

/// The small tables.
#[derive(Default)]
pub(crate) struct People {
    recipients: HashMap<i64, Recipient>,
    /// Address of old eras, or service id, to recipient.
    by_service_id: HashMap<String, i64>,
    names: HashMap<String, Text>,
    threads: HashMap<i64, Who>,
    groups: HashMap<String, Group>,
    group_of: HashMap<i64, String>,
    own: Option<i64>,
    own_number: Option<String>,
    own_service_id: Option<String>,
    /// Conversations with a disappearing-message timer.
    pub(crate) timers: u64,
    bytes: usize,
    /// Rows that were more than can be kept.
    pub(crate) too_many: u64,
}

impl People {
    fn room(&mut self, have: usize, cells: Cells<'_, '_>) -> bool {
        self.bytes += cells.text_len();
        let room = have < MOST && self.bytes < MOST_BYTES;
        self.too_many += u64::from(!room);
        room
    }

    /// Takes a row of `recipient`.
    pub(crate) fn recipient(&mut self, columns: &RecipientColumns, cells: Cells<'_, '_>) {
        let RecipientColumns {
            id,
            e164,
            aci,
            pni,
            username,
            email,
            group,
            nickname,
            system,
            profile,
            given,
            family,
            timer,
            address,
        } = columns;
        let full = match (cells.text(*given), cells.text(*family)) {
            (Some(given), Some(family)) => Some(format!("{given} {family}")),
            (given, family) => given.or(family).map(|n| n.into_owned()),
        };
        let name = cells
            .text(*nickname)
            .or_else(|| cells.text(*system))
            .or_else(|| cells.text(*profile))
            .map(|n| n.into_owned())
            .or(full);
        if let Some(address) = cells.text(*address) {
            // before 2019 the table is called after addresses and has no numbers
            if let Some(name) = some(name.as_deref())
                && self.room(self.names.len(), cells)
            {
                self.names.insert(address.into_owned(), name);
            }
            return;
        }
        let Some(id) = cells.int(*id) else { return };
        if !self.room(self.recipients.len(), cells) {
            return;
        }
        let e164 = cells.text(*e164);
        let service_id =
            cells.text(*aci).or_else(|| cells.text(*pni)).map(|s| s.to_lowercase().replace("pni:", "PNI:"));
        let other = cells.text(*username).or_else(|| cells.text(*email));
        let person = Person::of(e164.as_deref(), service_id.as_deref(), other.as_deref(), name.as_deref());
        if let Some(service_id) = &service_id {
            self.by_service_id.insert(service_id.clone(), id);
        }
        self.timers += u64::from(cells.flag(*timer));
        let group = cells.text(*group).map(|g| g.into_owned());
        self.recipients
            .insert(id, Recipient { person, group, service_id, e164: e164.map(|e| e.into_owned()) });
    }

    /// Takes a row of `thread`.
    pub(crate) fn thread(&mut self, columns: &ThreadColumns, cells: Cells<'_, '_>) {
        let ThreadColumns { id, recipient } = columns;
        if let (Some(id), Some(who)) = (cells.int(*id), Who::of(cells, *recipient))
            && self.room(self.threads.len(), cells)
        {
            self.threads.insert(id, who);
        }
    }

    /// Takes a row of `groups`.
    pub(crate) fn group(&mut self, columns: &GroupColumns, cells: Cells<'_, '_>) {
        let GroupColumns { group, recipient, title, members, state } = columns;
        let Some(group) = cells.text(*group).map(|g| g.into_owned()) else { return };
        if !self.room(self.groups.len(), cells) {
            return;
        }
        if let Some(recipient) = cells.int(*recipient) {
            self.group_of.insert(recipient, group.clone());
        }
        let listed = cells.text(*members).unwrap_or_default();
        let members = listed.split(',').filter(|m| !m.is_empty()).take(10_000).map(|m| match m.parse() {
            Ok(id) if !m.starts_with('+') => Who::Id(id),
            _ => Who::Address(m.to_owned()),
        });
        let mut members: Vec<Who> = members.collect();
        let service_ids: Vec<String> =
            cells.bytes(*state).map(groups::members).into_iter().flatten().take(10_000).collect();
        if !service_ids.is_empty() {
            members.clear();
        }
        // rows of group_membership may have come before
        let entry = self.groups.entry(group).or_insert(Group {
            title: None,
            members: Vec::new(),
            service_ids: Vec::new(),
        });
        entry.title = some(cells.text(*title).as_deref());
        entry.service_ids = service_ids;
        if entry.members.is_empty() {
            entry.members = members;
        }
    }

    /// Takes a row of `group_membership`.
    pub(crate) fn member(&mut self, columns: &MemberColumns, cells: Cells<'_, '_>) {
        let MemberColumns { group, recipient } = columns;
        let (Some(group), Some(who)) = (cells.text(*group), Who::of(cells, *recipient)) else { return };
        let have = self.groups.len();
        if self.groups.contains_key(&*group) || self.room(have, cells) {
            let new = || Group { title: None, members: Vec::new(), service_ids: Vec::new() };
            let entry = self.groups.entry(group.into_owned()).or_insert_with(new);
            if entry.members.len() < 10_000 {
                entry.members.push(who);
            }
        }
    }

    /// The owner's number, out of settings.
    pub(crate) fn owns_number(&mut self, number: &str) {
        self.own_number.get_or_insert_with(|| number.to_owned());
    }

    /// The owner's service id, out of settings.
    pub(crate) fn owns_service_id(&mut self, id: &str) {
        self.own_service_id.get_or_insert_with(|| id.to_lowercase());
    }

    /// The recipient that an outgoing message is from, where rows say so.
    pub(crate) fn wrote(&mut self, id: i64) {
        self.own.get_or_insert(id);
    }

    /// The owner's number.
    pub(crate) fn own_number(&self) -> Option<&str> {
        let own = self.own.and_then(|id| self.recipients.get(&id)).and_then(|r| r.e164.as_deref());
        self.own_number.as_deref().or(own)
    }

    /// After the last row: finds the owner. Settings come before what rows say.
    pub(crate) fn settle(&mut self) {
        let by_id = self.own_service_id.as_ref().and_then(|id| self.by_service_id.get(id).copied());
        let by_number = || {
            let number = self.own_number.as_deref()?;
            self.recipients.iter().filter(|(_, r)| r.e164.as_deref() == Some(number)).map(|(id, _)| *id).min()
        };
        if let Some(own) = by_id.or_else(by_number) {
            self.own = Some(own);
        }
        if let Some(own) = self.own.and_then(|id| self.recipients.get_mut(&id)) {
            own.person = Person::me();
        }
    }

    /// Whether somebody is known to be the owner.
    pub(crate) fn knows_owner(&self) -> bool {
        self.own.is_some() || self.own_number.is_some()
    }

    /// The person of a reference; nobody when the recipient is not there.
    pub(crate) fn person(&self, who: Option<&Who>) -> Person {
        match who {
            Some(Who::Id(id)) if self.recipients.contains_key(id) => self.recipients[id].person.clone(),
            // an id of no recipient, in an era with addresses: a short code
            Some(Who::Id(id)) if self.recipients.is_empty() => self.by_address(&id.to_string()),
            Some(Who::Address(address)) => self.by_address(address),
            Some(Who::Id(_)) | None => Person::default(),
        }
    }

    fn by_address(&self, address: &str) -> Person {
        if self.own_number.as_deref() == Some(address) {
            return Person::me();
        }
        let mut person = Person::of(Some(address), None, None, None);
        person.name = self.names.get(address).cloned();
        person
    }

    /// The person of a service id; its address is the id when nobody has it.
    pub(crate) fn by_service_id(&self, id: &str) -> Person {
        match self.by_service_id.get(id) {
            Some(recipient) => self.person(Some(&Who::Id(*recipient))),
            None if self.own_service_id.as_deref() == Some(id) => Person::me(),
            None => Person::of(None, Some(id), None, None),
        }
    }

    /// Every thread with its conversation.
    pub(crate) fn conversations(&self) -> HashMap<i64, Arc<Conversation>> {
        self.threads
            .iter()
            .filter_map(|(thread, who)| Some((*thread, Arc::new(self.conversation(who)?))))
            .collect()
    }

    /// The conversation with a recipient, named as it is at the end.
    pub(crate) fn conversation(&self, who: &Who) -> Option<Conversation> {
        let group = match who {
            Who::Id(id) => {
                let recipient = self.recipients.get(id);
                recipient
                    .and_then(|r| r.group.as_deref())
                    .or_else(|| self.group_of.get(id).map(String::as_str))
            }
            Who::Address(address) => Some(address.as_str()).filter(|a| a.starts_with("__")),
        };
        if let Some(id) = group {
            let group = self.groups.get(id);
            let persons = group.into_iter().flat_map(|g| {
                let listed = g.members.iter().map(|m| self.person(Some(m)));
                listed.chain(g.service_ids.iter().map(|id| self.by_service_id(id)))
            });
            let participants: BTreeSet<Text> =
                persons.filter(|p| !p.is_me).filter_map(|p| p.address).collect();
            let participants = participants.into_iter().collect();
            let name = group.and_then(|g| g.title.clone());
            return Some(Conversation { id: text(id), name, is_group: true, participants });
        }
        let person = self.person(Some(who));
        let own = match who {
            // note to self: called by the owner's own number or id
            Who::Id(id) if Some(*id) == self.own => {
                let recipient = self.recipients.get(id)?;
                let address =
                    Person::of(recipient.e164.as_deref(), recipient.service_id.as_deref(), None, None);
                address.address
            }
            _ if person.is_me => self.own_number.as_deref().map(text),
            _ => None,
        };
        let participants = person.address.clone().filter(|_| !person.is_me).into_iter().collect();
        let unnamed = match who {
            Who::Id(id) => text(&format!("recipient:{id}")),
            Who::Address(address) => text(address),
        };
        let id = own.or(person.address.filter(|_| !person.is_me)).unwrap_or(unnamed);
        Some(Conversation { id, name: None, is_group: false, participants })
    }
}
