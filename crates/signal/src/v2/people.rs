//! Recipients and chats of a local backup, from its frames.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use model::{Conversation, Text};

use super::keys;
use super::node::Node;
use crate::people::{Person, hex, service_id, some, text, uuid};

/// Most recipients and chats kept.
const MOST: usize = 500_000;

enum What {
    Person(Person),
    /// Members by service id.
    Group {
        id: String,
        title: Option<Text>,
        members: Vec<String>,
    },
    /// A list of stories, the channel of release notes, a call link.
    Other {
        id: String,
        name: Option<Text>,
    },
}

/// Who is who.
#[derive(Default)]
pub(crate) struct People {
    recipients: HashMap<u64, What>,
    by_service_id: HashMap<String, u64>,
    /// Chats: recipient and timer.
    chats: HashMap<u64, (u64, u64)>,
    made: HashMap<u64, Arc<Conversation>>,
    me: Option<u64>,
    /// The owner's number, as the operator gives it: frames do not.
    pub(crate) own_number: Option<String>,
    pins: BTreeSet<u64>,
    pub(crate) accounts: u64,
    /// Chats with a disappearing-message timer.
    pub(crate) timers: u64,
    pub(crate) too_many: u64,
}

/// A name of two parts.
fn joined(given: Option<String>, family: Option<String>) -> Option<String> {
    match (given, family) {
        (Some(given), Some(family)) => Some(format!("{given} {family}")),
        (given, family) => given.or(family),
    }
}

impl People {
    /// Takes a recipient; names the fault where the frame has one.
    pub(crate) fn recipient(&mut self, node: &Node) -> Option<&'static str> {
        let Some(id) = node.int(1) else { return Some("recipient_without_id") };
        if self.recipients.len() >= MOST {
            self.too_many += 1;
            return None;
        }
        let Some((kind, inner)) = node.one_of(|n| (2..=7).contains(&n)) else {
            return Some("recipient_without_kind");
        };
        let what = match kind {
            2 => {
                let aci = inner.bytes(1).and_then(service_id);
                let pni = inner.bytes(2).and_then(uuid).map(|p| format!("PNI:{p}"));
                let e164 = inner.int(4).filter(|n| *n > 0).map(|n| format!("+{n}"));
                let nickname = inner.node(16).and_then(|n| joined(n.text(1), n.text(2)));
                let name = nickname
                    .or_else(|| joined(inner.text(18), inner.text(19)))
                    .or_else(|| inner.text(20))
                    .or_else(|| joined(inner.text(11), inner.text(12)));
                for service_id in aci.iter().chain(&pni) {
                    self.by_service_id.insert(service_id.clone(), id);
                }
                let other = inner.text(3);
                let service_id = aci.as_deref().or(pni.as_deref());
                What::Person(Person::of(e164.as_deref(), service_id, other.as_deref(), name.as_deref()))
            }
            3 => {
                let id = match inner.bytes(1) {
                    Some(master) => format!("__signal_group__v2__!{}", hex(&keys::group_id(master))),
                    None => format!("recipient:{id}"),
                };
                let snapshot = inner.node(5);
                let title = snapshot.and_then(|s| s.node(2)).and_then(|t| t.text(1));
                let members = snapshot.into_iter().flat_map(|s| s.nodes(7)).take(10_000);
                let members = members.filter_map(|m| service_id(m.bytes(1)?)).collect();
                What::Group { id, title: some(title.as_deref()), members }
            }
            4 => {
                let list = inner.bytes(1).and_then(uuid).unwrap_or_default();
                let name = inner.node(3).and_then(|l| l.text(1));
                What::Other { id: format!("distribution_list:{list}"), name: some(name.as_deref()) }
            }
            5 => {
                self.me = Some(id);
                What::Person(Person::me())
            }
            6 => What::Other { id: "release_notes".to_owned(), name: None },
            _ => What::Other { id: format!("call_link:{id}"), name: some(inner.text(3).as_deref()) },
        };
        self.recipients.insert(id, what).map(|_| "recipient_twice")
    }

    /// Takes a chat; names the fault where the frame has one.
    pub(crate) fn chat(&mut self, node: &Node) -> Option<&'static str> {
        let (Some(id), Some(recipient)) = (node.int(1), node.int(2)) else { return Some("chat_without_id") };
        if self.chats.len() >= MOST {
            self.too_many += 1;
            return None;
        }
        let timer = node.int(5).unwrap_or(0);
        self.timers += u64::from(timer > 0);
        let twice = self.chats.insert(id, (recipient, timer)).is_some();
        let pinned = node.int(4).filter(|p| *p > 0).is_some_and(|p| !self.pins.insert(p));
        if !self.recipients.contains_key(&recipient) {
            return Some("chat_without_recipient");
        }
        match (twice, pinned) {
            (true, _) => Some("chat_twice"),
            (_, true) => Some("pinned_order_twice"),
            _ => None,
        }
    }

    /// After the last recipient. Frames do not state the owner's service id, and every other member of
    /// a group has a recipient: a single id in groups that has none is the owner's.
    pub(crate) fn settle(&mut self) {
        let groups = self.recipients.values().filter_map(|what| match what {
            What::Group { members, .. } => Some(members),
            What::Person(_) | What::Other { .. } => None,
        });
        let unknown: BTreeSet<&String> =
            groups.flatten().filter(|m| !self.by_service_id.contains_key(*m)).collect();
        if let (Some(own), 1, Some(me)) = (unknown.first(), unknown.len(), self.me) {
            let own = (*own).clone();
            self.by_service_id.insert(own, me);
        }
    }

    /// The person of a recipient; nobody when there is none or it is no person.
    pub(crate) fn person(&self, id: u64) -> Person {
        match self.recipients.get(&id) {
            Some(What::Person(person)) => person.clone(),
            // the channel of release notes writes itself
            Some(What::Other { id, name }) => {
                Person { address: Some(text(id)), name: name.clone(), is_me: false }
            }
            Some(What::Group { .. }) | None => Person::default(),
        }
    }

    /// The person of a service id; its address is the id when no recipient has it.
    pub(crate) fn by_service_id(&self, bytes: &[u8]) -> Person {
        let Some(id) = service_id(bytes) else { return Person::default() };
        self.by_text(&id)
    }

    fn by_text(&self, id: &str) -> Person {
        match self.by_service_id.get(id) {
            Some(recipient) => self.person(*recipient),
            None => Person::of(None, Some(id), None, None),
        }
    }

    /// Whether the recipient is the owner.
    pub(crate) fn is_me(&self, id: u64) -> bool {
        self.me == Some(id)
    }

    /// Whether the owner is among the recipients.
    pub(crate) fn knows_owner(&self) -> bool {
        self.me.is_some()
    }

    /// The conversation of a chat.
    pub(crate) fn conversation(&mut self, chat: u64) -> Option<Arc<Conversation>> {
        if let Some(made) = self.made.get(&chat) {
            return Some(made.clone());
        }
        let recipient = self.chats.get(&chat)?.0;
        let conversation = match self.recipients.get(&recipient)? {
            What::Person(person) => {
                let participants = person.address.clone().filter(|_| !person.is_me).into_iter().collect();
                let own = self.own_number.as_deref().filter(|_| person.is_me);
                let own = Person::of(own, None, None, None).address;
                let id = own
                    .or_else(|| person.address.clone())
                    .unwrap_or_else(|| text(&format!("recipient:{recipient}")));
                Conversation { id, name: None, is_group: false, participants }
            }
            What::Group { id, title, members } => {
                let persons = members.iter().map(|m| self.by_text(m)).filter(|p| !p.is_me);
                let participants: BTreeSet<Text> = persons.filter_map(|p| p.address).collect();
                let participants = participants.into_iter().collect();
                Conversation { id: text(id), name: title.clone(), is_group: true, participants }
            }
            What::Other { id, name } => {
                Conversation { id: text(id), name: name.clone(), is_group: false, participants: Vec::new() }
            }
        };
        let made = Arc::new(conversation);
        self.made.insert(chat, made.clone());
        Some(made)
    }
}
