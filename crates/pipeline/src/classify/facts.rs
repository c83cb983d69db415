//! What a verdict can depend on, whether it comes from a line of JSON or from a reader. Borrowed, and used
//! up at once.

use classify::{Item, Relation, Sender};
use model::{Direction, Event, Message, Stamp};

/// A message, as far as it matters.
#[derive(Debug, Default)]
pub(crate) struct Facts<'a> {
    pub(crate) source: &'a str,
    pub(crate) conversation: Option<&'a str>,
    pub(crate) conversation_name: Option<&'a str>,
    pub(crate) is_group: bool,
    pub(crate) participants: Vec<&'a str>,
    pub(crate) sender: Option<&'a str>,
    pub(crate) sender_name: Option<&'a str>,
    pub(crate) outgoing: bool,
    /// Milliseconds since 1970.
    pub(crate) sent_at: Option<i64>,
    pub(crate) body: Option<&'a str>,
    /// Subject, earlier texts, text of an event: a line each.
    pub(crate) also: String,
    pub(crate) files: bool,
    pub(crate) event: bool,
    pub(crate) classification: Option<&'a str>,
}

impl<'a> From<&'a Message> for Facts<'a> {
    fn from(message: &'a Message) -> Self {
        let text = |t: &'a Option<model::Text>| t.as_ref().map(|t| &**t.expose());
        let conversation = message.conversation.as_deref();
        let body = text(&message.body);
        let edits = message.edits.iter().filter_map(|e| text(&e.text)).filter(|t| Some(*t) != body);
        let event = match &message.event {
            Some(Event::Other { text: said, .. }) => text(said),
            Some(Event::GroupRenamed { title }) => text(title),
            _ => None,
        };
        let also: Vec<&str> = text(&message.subject).into_iter().chain(edits).chain(event).collect();
        Self {
            source: &message.source,
            conversation: conversation.map(|c| &**c.id.expose()),
            conversation_name: conversation.and_then(|c| text(&c.name)),
            is_group: conversation.is_some_and(|c| c.is_group),
            participants: conversation
                .map_or(Vec::new(), |c| c.participants.iter().map(|p| &**p.expose()).collect()),
            sender: text(&message.sender),
            sender_name: text(&message.sender_name),
            outgoing: message.direction == Direction::Out,
            sent_at: message.sent_at.or(message.received_at).map(Stamp::millis),
            body,
            also: also.join("\n"),
            files: !message.attachments.is_empty(),
            event: message.event.is_some(),
            classification: text(&message.classification),
        }
    }
}

impl<'a> Facts<'a> {
    /// A name that is more than the address again.
    pub(super) fn title(&self) -> Option<&'a str> {
        self.conversation_name.map(str::trim).filter(|name| self.is_group && !name.is_empty())
    }

    /// As the classifier sees it.
    pub(super) fn item(&self, relation: Relation) -> Item<'_> {
        Item {
            body: self.body.unwrap_or_default(),
            also: &self.also,
            outgoing: self.outgoing,
            sender: self.kind(relation),
            relation,
            attachment: self.files,
            event: self.event,
            classified: self.classification.is_some_and(|c| !c.trim().is_empty()) || self.source == "smart",
            sent_at: self.sent_at,
        }
    }

    /// A short code, or letters that the phone's address book knows no person behind.
    pub(super) fn kind(&self, relation: Relation) -> Sender {
        let known = !matches!(relation, Relation::Unknown | Relation::Service);
        let sender = self.sender.unwrap_or_default().trim();
        let named = self.sender_name.is_some_and(|name| name.trim() != sender && !name.trim().is_empty());
        let chat = self.source == "whatsapp-export";
        if known || named || chat || self.outgoing || sender.is_empty() || self.is_group {
            return Sender::Person;
        }
        let digits = sender.bytes().filter(u8::is_ascii_digit).count();
        let plain =
            sender.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b' ' | b'-' | b'(' | b')'));
        // Two words of letters are more likely a person's name than a sender's.
        let words = sender.split_whitespace().count();
        match plain {
            true if digits <= 6 => Sender::Machine,
            true => Sender::Person,
            false if sender.contains(['@', ':', '~']) || words > 1 || sender.len() > 14 => Sender::Person,
            false => Sender::Machine,
        }
    }
}
