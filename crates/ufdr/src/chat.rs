//! A chat: who takes part, what it is called, and what happened in it beside messages. Read before its
//! messages, wherever in the chat it stands.

use std::sync::Arc;

use model::{Conversation, Event, Sensitive, Stamp, Text};

use crate::parties::{Party, address};
use crate::time::{Clock, Read};
use crate::tree::Model;

/// Most happenings of one chat that are held.
pub(crate) const MOST_ACTIVITIES: usize = 100_000;

/// Something that happened in a chat.
pub(crate) struct Activity {
    /// Id of the message that tells of it.
    pub(crate) told_by: Option<String>,
    pub(crate) at: Option<Stamp>,
    pub(crate) doubt: Option<&'static str>,
    /// What happened, and to whom.
    pub(crate) event: Event,
    /// Whether the owner of the phone is the participant.
    pub(crate) by_owner: bool,
}

/// A chat.
pub(crate) struct Chat {
    pub(crate) service: String,
    /// Addresses of the owner of the phone.
    pub(crate) owners: Vec<String>,
    pub(crate) conversation: Arc<Conversation>,
    pub(crate) activities: Vec<Activity>,
    /// Whether the report or the operator says who the owner is.
    pub(crate) owner_known: bool,
}

/// Text that says who or what.
pub(crate) fn text(of: &str) -> Text {
    Sensitive::new(Arc::from(of))
}

/// The word of a service.
pub(crate) fn service(written: &str) -> String {
    let word = written.trim();
    let known = [
        ("whatsapp", "WhatsApp"),
        ("whatsapp messenger", "WhatsApp"),
        ("signal", "Signal"),
        ("signal private messenger", "Signal"),
        ("imessage", "iMessage"),
        ("sms", "SMS"),
        ("mms", "MMS"),
        ("rcs", "RCS"),
    ];
    let lower = word.to_lowercase();
    known.iter().find(|k| k.0 == lower).map_or_else(|| word.to_owned(), |k| k.1.to_owned())
}

/// What an action is, told by the word that the report has for it.
fn event(action: Option<&str>, who: Option<Text>, body: Option<&str>) -> Event {
    let lower = action.unwrap_or_default().to_lowercase();
    let has = |words: &[&str]| words.iter().any(|w| lower.contains(w));
    if has(&["added", "joined", "addedto", "invite"]) {
        Event::ParticipantAdded { who }
    } else if has(&["removed", "kicked"]) && !has(&["photo", "picture", "icon"]) {
        Event::ParticipantRemoved { who }
    } else if has(&["left", "leave"]) {
        Event::ParticipantLeft { who }
    } else if has(&["photo", "picture", "icon"]) {
        Event::GroupPhotoChanged
    } else {
        let code = action.map_or_else(|| "system".to_owned(), crate::shown::word);
        Event::Other { code, text: body.map(text) }
    }
}

impl Activity {
    fn of(mut model: Model, service: &str, clock: &Clock, owners: &[String]) -> Self {
        let action = model.take_word("Action");
        let told_by = model.take_word("SystemMessageId");
        let body = model.take("SystemMessageBody").filter(|b| !b.is_empty());
        let party = model.take_kind("Party").into_iter().next();
        let party = party.map(|mut p| Party::of(&mut p, service, clock));
        let by_owner = party.as_ref().is_some_and(|p| p.is_owner(owners));
        let who = party.and_then(|p| p.shown(by_owner).map(text));
        let (at, doubt) = match model.take_word("SystemMessageTimeStamp").map(|t| clock.read(&t)) {
            Some(Read::Time(stamp, doubt)) => (Some(stamp), doubt),
            Some(Read::Not(why)) => (None, Some(why)),
            None => (None, Some("no_time")),
        };
        let event = event(action.as_deref(), who, body.as_deref());
        Self { told_by, at, doubt, event, by_owner }
    }
}

/// The event of an activity log that stands in a message.
pub(crate) fn event_in(model: Model, service: &str, clock: &Clock, owners: &[String]) -> Event {
    Activity::of(model, service, clock, owners).event
}

impl Chat {
    /// The chat whose head this is.
    pub(crate) fn of(mut head: Model, clock: &Clock, owner: Option<&str>) -> Self {
        let written = head.take_word("Source").or_else(|| head.take_word("SourceApplication"));
        let service = service(written.as_deref().unwrap_or_default());
        let own_id = head.take_word("Id").or_else(|| head.take_word("Identifier"));
        let id = own_id.unwrap_or_else(|| head.id.clone());
        let mut owners: Vec<String> = [owner.map(str::to_owned), head.take_word("Account")]
            .into_iter()
            .flatten()
            .filter_map(|a| address(&a, &service))
            .collect();
        let mut parties: Vec<Party> = head
            .take_kind("Party")
            .iter_mut()
            .map(|p| Party::of(p, &service, clock))
            .filter(|p| !p.system)
            .collect();
        owners.extend(parties.iter().filter(|p| p.owner == Some(true)).filter_map(|p| p.address.clone()));
        let owner_known = owner.is_some() || parties.iter().any(|p| p.is_owner(&owners));
        parties.retain(|p| !p.is_owner(&owners));
        let mut participants: Vec<Text> = Vec::new();
        for party in parties.iter().filter_map(|p| p.address.as_deref()) {
            if !participants.iter().any(|p| p.expose().as_ref() == party) {
                participants.push(text(party));
            }
        }
        let kind = head.take_word("ChatType").unwrap_or_default().to_lowercase();
        let is_group = match kind.as_str() {
            "group" | "channel" | "broadcast" => true,
            "oneonone" => false,
            _ => participants.len() > 1,
        };
        let conversation = Arc::new(Conversation {
            id: text(&id),
            name: head.take_word("Name").map(|n| text(&n)),
            is_group,
            participants,
        });
        let activities = head.take_kind("ChatActivity");
        let activities = activities.into_iter().map(|a| Activity::of(a, &service, clock, &owners)).collect();
        Self { service, owners, conversation, activities, owner_known }
    }
}
