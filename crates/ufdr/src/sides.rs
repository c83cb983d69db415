//! Who sent a message and to whom, as far as a report says it. Whom it does not name is not guessed.

use std::borrow::Cow;
use std::sync::Arc;

use model::{Conversation, Direction, ME, Text};

use crate::chat::text;
use crate::parties::Party;
use crate::time::Clock;
use crate::tree::Model;

pub(crate) type Doubts = Vec<Cow<'static, str>>;

pub(crate) fn doubt(doubts: &mut Doubts, code: impl Into<Cow<'static, str>>) {
    let code = code.into();
    if !doubts.contains(&code) {
        doubts.push(code);
    }
}

/// Who sent it and to whom.
pub(crate) struct Sides {
    pub(crate) from: Option<Party>,
    pub(crate) to: Vec<Party>,
    /// Parties of which the report does not say which side they are on.
    pub(crate) open: Vec<Party>,
}

impl Sides {
    pub(crate) fn of(model: &mut Model, service: &str, clock: &Clock, doubts: &mut Doubts) -> Self {
        let mut sides = Self { from: None, to: Vec::new(), open: Vec::new() };
        for mut party in model.take_kind("Party") {
            let written = party.fields.iter().find(|f| f.name == "Role").map(|f| f.value.trim().to_owned());
            let role = match written.as_deref() {
                None | Some("" | "General") => party.field.to_string(),
                Some(role) => role.to_owned(),
            };
            match role.as_str() {
                "From" | "Sender" | "Author" if sides.from.is_none() => {
                    sides.from = Some(Party::of(&mut party, service, clock));
                }
                "To" | "Cc" | "Bcc" | "CC" | "BCC" | "Recipients" => {
                    // when each of several got and read it has no place in a message
                    if party.fields.iter().any(|f| f.name.starts_with("Date")) {
                        model.models.push(party.clone());
                    }
                    sides.to.push(Party::of(&mut party, service, clock));
                }
                "Parties" | "Participants" | "" => sides.open.push(Party::of(&mut party, service, clock)),
                role => {
                    if matches!(role, "From" | "Sender" | "Author") {
                        doubt(doubts, "several_senders");
                    }
                    // somebody else whom the message names: kept as it is written
                    model.models.push(party);
                }
            }
        }
        sides
    }
}

/// What a folder says of the direction.
fn folder(name: &str) -> (Option<Direction>, Option<&'static str>) {
    match name.to_lowercase().as_str() {
        "inbox" | "incoming" => (Some(Direction::In), None),
        "sent" | "outgoing" => (Some(Direction::Out), None),
        "outbox" => (Some(Direction::Out), Some("not_sent:outbox")),
        "draft" | "drafts" => (Some(Direction::Out), Some("draft")),
        _ => (None, None),
    }
}

/// Direction and sender. Whom the report does not name is not guessed.
pub(crate) fn side(
    model: &mut Model,
    sides: &mut Sides,
    owners: &[String],
    from_owner: Option<bool>,
    doubts: &mut Doubts,
) -> (Direction, Option<Text>) {
    let (by_folder, code) = model.take_word("Folder").map_or((None, None), |name| {
        let found = folder(&name);
        if found.0.is_none() {
            model.fields.push(crate::tree::Field { name: "Folder".into(), value: name });
        }
        found
    });
    if let Some(code) = code {
        doubt(doubts, code);
    }
    // an SMS with one party and no side: the folder says which it is
    if sides.from.is_none() && sides.to.is_empty() {
        match by_folder {
            Some(Direction::In) if sides.open.len() == 1 => sides.from = sides.open.pop(),
            Some(Direction::Out) => sides.to.append(&mut sides.open),
            _ => {}
        }
    }
    let by_sender = match &sides.from {
        Some(from) if from.is_owner(owners) || from_owner == Some(true) => Some(Direction::Out),
        // without a word on who the owner is, the folder says it
        Some(from) if from.owner.is_none() && owners.is_empty() && by_folder.is_some() => by_folder,
        Some(from) if from.address.is_some() => Some(Direction::In),
        _ => match from_owner {
            Some(true) => Some(Direction::Out),
            _ => None,
        },
    };
    if by_sender.is_some() && by_folder.is_some() && by_sender != by_folder {
        doubt(doubts, "folder_contradicts");
    }
    let to_owner = !sides.to.is_empty() && sides.to.iter().all(|p| p.is_owner(owners));
    let direction = by_sender.or(by_folder).or_else(|| to_owner.then_some(Direction::In));
    // with only a party that it went to, and none that is the owner, the owner sent it
    let direction = direction.or_else(|| {
        let to_others =
            sides.from.is_none() && !sides.to.is_empty() && !sides.to.iter().any(|p| p.is_owner(owners));
        (to_others && model.kind != "InstantMessage").then_some(Direction::Out)
    });
    let direction = direction.unwrap_or_else(|| {
        doubt(doubts, "direction_unknown");
        Direction::In
    });
    let sender = match direction {
        Direction::Out if by_sender == Some(Direction::Out) || sides.from.is_none() => Some(text(ME)),
        _ => sides.from.as_ref().and_then(|from| {
            if from.by_name {
                doubt(doubts, "sender_is_a_name");
            }
            from.address.as_deref().map(text)
        }),
    };
    (direction, sender)
}

/// The conversation of a message that stands in no chat: whom it was with.
pub(crate) fn alone(model: &mut Model, sides: &Sides, owners: &[String]) -> Option<Arc<Conversation>> {
    let own = model.take_word("ChatId");
    let mut others: Vec<&str> = Vec::new();
    for party in sides.from.iter().chain(&sides.to).chain(&sides.open) {
        if !party.is_owner(owners)
            && !party.system
            && let Some(address) = party.address.as_deref()
            && !others.contains(&address)
        {
            others.push(address);
        }
    }
    let id = own.or_else(|| (!others.is_empty()).then(|| others.join("~")))?;
    Some(Arc::new(Conversation {
        id: text(&id),
        name: None,
        is_group: others.len() > 1,
        participants: others.into_iter().map(text).collect(),
    }))
}
