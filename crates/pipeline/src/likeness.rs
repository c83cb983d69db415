//! What marks a message for every kind of source that may tell it: an SMS in the telephone's database and in
//! an app's export, a message of Signal in two kinds of backup, a line of an exported chat and the row it came
//! from. The rules are FORMAT.md's ("The same message by several sources"); where they leave a doubt, two
//! messages stay two.

use std::collections::HashMap;

use archive::{Likeness, Rule};
use model::{Address, Attachment, Event, ME, Message, Place};
use sha2::{Digest, Sha256};

use crate::identity::put;

/// Behind the identity of a telling that another kind of source has too; then the teller's number.
pub(crate) const TOLD_BY: &[u8] = b"told by";

/// A kind of source, among those of its family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Teller {
    pub(crate) family: Family,
    /// One of eight.
    pub(crate) no: u8,
    /// How two kinds under one name of `source` are told apart; empty for the first of them.
    pub(crate) word: &'static str,
}

/// Kinds of source that may tell the same message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// The telephone's own messages on Android.
    Telephone = 1,
    Signal = 2,
    WhatsApp = 3,
}

/// A likeness with the bytes it is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) key: Vec<u8>,
    pub(crate) rule: Rule,
    pub(crate) fine: u16,
    pub(crate) said: Vec<u8>,
    /// The other of a chat of two whose name the message does not say.
    pub(crate) unnamed: Option<String>,
}

impl Mark {
    /// As the archive takes it, under this key.
    pub(crate) fn under<'a>(&'a self, key: &'a [u8], names: &Names) -> Likeness<'a> {
        let name = self.unnamed.as_ref().and_then(|address| names.0.get(address));
        let fine = name.map_or(self.fine, |name| between_all([name.clone()]));
        Likeness { key, rule: self.rule, fine, said: &self.said }
    }
}

/// Names of persons as a source gives them with what they wrote: an exported chat is called by them, and what
/// the owner wrote does not say them.
#[derive(Default)]
pub(crate) struct Names(HashMap<String, String>);

/// Most names remembered.
const MOST_NAMES: usize = 65_536;

impl Names {
    pub(crate) fn learn(&mut self, (address, name): &(String, String)) {
        if self.0.len() < MOST_NAMES || self.0.contains_key(address) {
            self.0.insert(address.clone(), name.clone());
        }
    }
}

/// Who wrote in a chat of two, with the name that the source has for them.
pub(crate) fn named(message: &Message, teller: Teller) -> Option<(String, String)> {
    let c = message.conversation.as_deref().filter(|c| !c.is_group)?;
    let in_whatsapp = teller.family == Family::WhatsApp && message.direction == model::Direction::In;
    let other = c.participants.first().filter(|_| in_whatsapp && message.id.is_some())?;
    Some((other.expose().to_string(), visible(message.sender_name.as_ref()?.expose())))
}

/// The kind of source that a message was read from; `None` where no other tells its messages.
pub(crate) fn teller(message: &Message) -> Option<Teller> {
    use Family::{Signal, Telephone, WhatsApp};
    let in_folder = || {
        let name = message.origin.evidence.expose();
        name.rsplit('/').next() == Some("main")
    };
    let table = |wanted: &str| matches!(&message.origin.place, Place::Row { table, .. } if table == wanted);
    let row = matches!(message.origin.place, Place::Row { .. });
    let (family, no, word) = match message.source.as_ref() {
        "sms-backup-restore" => (Telephone, 0, ""),
        "sms-ie" => (Telephone, 1, ""),
        "android-telephony" if table("messages") => (Telephone, 4, "google-messages"),
        "android-telephony" if row => (Telephone, 3, ""),
        "android-telephony" => (Telephone, 2, "adb"),
        "signal-android" if row => (Signal, 0, ""),
        "signal-android" if in_folder() => (Signal, 1, "folder"),
        "signal-android" => (Signal, 2, "plaintext"),
        "signal-desktop" => (Signal, 3, ""),
        "whatsapp-android" => (WhatsApp, 0, ""),
        "whatsapp-ios" => (WhatsApp, 1, ""),
        "whatsapp-export" => (WhatsApp, 2, ""),
        _ => return None,
    };
    Some(Teller { family, no, word })
}

/// What marks a message, the surest first. Without a time nothing does.
pub(crate) fn marks(message: &Message, teller: Teller) -> Vec<Mark> {
    let Some(at) = message.sent_at.map(model::Stamp::millis) else { return Vec::new() };
    match teller.family {
        Family::Telephone => telephone(message, at, teller),
        Family::Signal => vec![signal(message, at)],
        Family::WhatsApp => whatsapp(message, at),
    }
}

/// Milliseconds rounded down to a unit of as many.
fn unit(at: i64, millis: i64) -> [u8; 8] {
    at.div_euclid(millis).to_be_bytes()
}

/// What every key begins with: family, kind of key, direction, and what happened where it is no message.
fn begin(message: &Message, family: Family, kind: u8) -> Vec<u8> {
    let mut key = vec![family as u8, kind, u8::from(message.direction == model::Direction::Out)];
    put(&mut key, event(message.event.as_ref()).as_bytes());
    key
}

fn event(event: Option<&Event>) -> String {
    match event {
        None => String::new(),
        Some(Event::Other { code, text: _ }) => format!("other {code}"),
        // the variant without what it holds
        Some(event) => format!("{event:?}").split([' ', '{']).next().unwrap_or_default().to_owned(),
    }
}

/// Between whom: the others in an order of their own, and in a group who wrote.
fn parties(message: &Message, key: &mut Vec<u8>) {
    let c = message.conversation.as_deref();
    let mut others: Vec<&str> =
        c.map_or(&[][..], |c| &c.participants).iter().map(|p| p.expose().as_ref()).collect();
    others.sort_unstable();
    others.dedup();
    if others.is_empty() {
        others.extend(c.map(|c| c.id.expose().as_ref()));
    }
    put(key, &(others.len() as u64).to_be_bytes());
    others.iter().for_each(|other| put(key, other.as_bytes()));
    if c.is_some_and(|c| c.is_group) {
        put(key, sender(message).as_bytes());
    }
}

fn sender(message: &Message) -> &str {
    message.sender.as_ref().map_or("", |s| s.expose())
}

/// SMS, MMS, RCS: who, when, what exactly. A second that both know in thousandths is one; files agree where
/// both sources have all of them. An id of the network's or of RCS is a name of its own.
fn telephone(message: &Message, at: i64, teller: Teller) -> Vec<Mark> {
    let mut marks = Vec::new();
    if let Some(id) = &message.id {
        let mut key = begin(message, Family::Telephone, 1);
        put(&mut key, message.service.as_bytes());
        put(&mut key, id.expose().as_bytes());
        put(&mut key, &unit(at, 1000));
        parties(message, &mut key);
        marks.push(Mark { key, rule: Rule::Named, fine: 0, said: text(message), unnamed: None });
    }
    let mut key = begin(message, Family::Telephone, 2);
    put(&mut key, message.service.as_bytes());
    put(&mut key, &unit(at, 1000));
    put(&mut key, &text(message));
    parties(message, &mut key);
    let fine = u16::try_from(at.rem_euclid(1000)).unwrap_or(0);
    // a backup by adb leaves files out without a word, the others say that they lost some
    let whole = message.attachments.iter().all(|a| !a.missing && a.sha256.is_some());
    let said = match (message.attachments.is_empty(), teller.word) {
        (true, "adb") => Vec::new(),
        (true, _) => vec![0],
        (false, _) if whole => files(&message.attachments),
        (false, _) => Vec::new(),
    };
    marks.push(Mark { key, rule: Rule::Precise, fine, said, unnamed: None });
    marks
}

/// Signal names a message by when and by whom it was sent, in every kind of source.
fn signal(message: &Message, at: i64) -> Mark {
    let mut key = begin(message, Family::Signal, 1);
    put(&mut key, &unit(at, 1));
    put(&mut key, sender(message).as_bytes());
    place(message, &mut key);
    Mark { key, rule: Rule::Named, fine: 0, said: text(message), unnamed: None }
}

/// A group by its id, a person by address, the owner's own notes by nothing.
fn place(message: &Message, key: &mut Vec<u8>) {
    let Some(c) = message.conversation.as_deref() else { return key.push(0) };
    if c.is_group {
        key.push(1);
        put(key, c.id.expose().as_bytes());
    } else if let [other] = c.participants.as_slice() {
        key.push(2);
        put(key, other.expose().as_bytes());
    } else if c.participants.is_empty() && c.name.is_none() && sender(message) == ME {
        key.push(3);
    } else {
        key.push(4);
        put(key, c.id.expose().as_bytes());
    }
}

/// WhatsApp's databases name a message by its id; an exported chat has minutes, names and texts.
fn whatsapp(message: &Message, at: i64) -> Vec<Mark> {
    let mut marks = Vec::new();
    if let Some(id) = &message.id {
        let mut key = begin(message, Family::WhatsApp, 1);
        put(&mut key, id.expose().as_bytes());
        place(message, &mut key);
        marks.push(Mark { key, rule: Rule::Named, fine: 0, said: text(message), unnamed: None });
    }
    let said = match &message.body {
        Some(body) => visible(body.expose()).into_bytes(),
        None => files(&message.attachments),
    };
    if message.event.is_none() && !message.unsent && !said.is_empty() {
        let mut key = begin(message, Family::WhatsApp, 2);
        put(&mut key, &unit(at, 60_000));
        put(&mut key, &said);
        let c = message.conversation.as_deref().filter(|c| !c.is_group && c.name.is_none());
        let out = message.direction == model::Direction::Out;
        let other = c.and_then(|c| c.participants.first()).filter(|_| out);
        let unnamed = other.map(|other| other.expose().to_string());
        marks.push(Mark { key, rule: Rule::Loose, fine: between(message), said: Vec::new(), unnamed });
    }
    marks
}

/// Between whom as an exported chat can say it: hash of the conversation's name and, of what came in, the
/// sender's; the first bit is set where any of them is a number. 0 where nothing is known.
fn between(message: &Message) -> u16 {
    let Some(c) = message.conversation.as_deref() else { return 0 };
    let name = |t: &model::Text| visible(t.expose());
    let writer = || message.sender_name.as_ref().or(message.sender.as_ref()).map(name);
    // an exported chat is called by its name; of a database, a chat of two after the other
    let other = match (c.is_group, message.direction) {
        _ if message.id.is_none() => Some(name(&c.id)),
        (true, _) => None,
        (false, model::Direction::In) => writer(),
        (false, model::Direction::Out) => c.participants.first().map(name),
    };
    let mut parts = vec![c.name.as_ref().map(name).or(other)];
    if message.direction == model::Direction::In {
        parts.push(writer());
    }
    parts.into_iter().collect::<Option<Vec<String>>>().map_or(0, between_all)
}

fn between_all(parts: impl IntoIterator<Item = String>) -> u16 {
    let mut hasher = Sha256::new();
    let mut number = 0;
    for part in parts {
        let part = match Address::parse(&part) {
            Some(Address::Phone(phone)) => {
                number = 0x8000;
                phone
            }
            _ => part,
        };
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    let hash: [u8; 32] = hasher.finalize().into();
    number | (u16::from_be_bytes([hash[0], hash[1]]) & 0x7fff).max(1)
}

/// Text as it is seen: without marks of direction and white space around it.
fn visible(text: &str) -> String {
    let hidden = |c: &char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\r');
    text.chars().filter(|c| !hidden(c)).collect::<String>().trim().to_owned()
}

/// What was said, exactly; never empty.
fn text(message: &Message) -> Vec<u8> {
    let mut out = Vec::new();
    for part in [&message.body, &message.subject] {
        out.push(u8::from(part.is_some()));
        put(&mut out, part.as_ref().map_or(&[], |t| t.expose().as_bytes()));
    }
    out
}

/// The contents of all files that are there, in an order of their own; empty where there are none.
fn files(attachments: &[Attachment]) -> Vec<u8> {
    let mut hashes: Vec<[u8; 32]> =
        attachments.iter().filter(|a| !a.missing).filter_map(|a| a.sha256).collect();
    hashes.sort_unstable();
    hashes.concat()
}

/// In which order the tellings of one message are shown: databases before exports of them, whole ones before
/// those that leave things out.
pub(crate) fn rank(message: &Message) -> u8 {
    let order: &[u8] = match teller(message) {
        Some(Teller { family: Family::Telephone, .. }) => &[3, 4, 0, 1, 2],
        Some(Teller { family: Family::Signal, .. }) => &[1, 0, 2, 3],
        _ => &[0, 1, 2],
    };
    let place = teller(message).and_then(|t| order.iter().position(|no| *no == t.no));
    place.and_then(|place| u8::try_from(place).ok()).unwrap_or(u8::MAX)
}
