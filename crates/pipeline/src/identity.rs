//! What makes two sightings the same message (FORMAT.md, "Lists of known messages"). Losing a message
//! because it looks like another is worse than storing one twice, so every rule here leans to telling
//! apart.

use std::collections::HashMap;

use model::{Direction, Message, Place, Stamp};
use sha2::{Digest, Sha256};

/// Version of the rule.
const RULE: u8 = 1;

/// Sources whose ids are unique by themselves. Elsewhere an id is unique among what one person sent to one
/// conversation: Signal's is a time, WhatsApp gives a message to many one id in every chat.
const UNIQUE: &[&str] = &["ios"];

/// Appends the identity of a message, in tiers: the source's own id where there is one; else service,
/// conversation, time, direction, sender, row and a digest of the text. It is scoped by custodian and device
/// when it is offered to the archive, and keyed there.
pub(crate) fn into(message: &Message, text_group: &[u8], out: &mut Vec<u8>) {
    out.push(RULE);
    if own(message, out) {
        return;
    }
    out.push(2);
    put(out, message.service.as_bytes());
    put(out, conversation(message));
    put(out, &message.sent_at.map_or(i64::MIN, Stamp::millis).to_be_bytes());
    out.push(u8::from(message.direction == Direction::Out));
    put(out, sender(message));
    // two rows that agree in all of this are still two messages; a phone keeps its row numbers
    if let Place::Row { rowid, .. } = &message.origin.place {
        put(out, &rowid.to_be_bytes());
    }
    out.extend_from_slice(&Sha256::digest(text_group));
}

/// Appends the part of an identity that the source's own id gives; `false` where it gives none.
pub(crate) fn own(message: &Message, out: &mut Vec<u8>) -> bool {
    let Some(id) = &message.id else { return false };
    out.push(1);
    put(out, message.source.as_bytes());
    put(out, id.expose().as_bytes());
    if !UNIQUE.contains(&message.source.as_ref()) {
        put(out, conversation(message));
        put(out, sender(message));
    }
    true
}

/// Whether an identity rests on the source's own id.
pub(crate) fn is_own(identity: &[u8]) -> bool {
    identity.get(1) == Some(&1)
}

/// Two messages that agree in everything an identity is made of are still two: "Ok" twice in one minute of a
/// chat export. The second and every later one carry their number, which the next copy gives them too. Each
/// file is counted by itself: what two of them have is the same. 20 bytes a message.
#[derive(Default)]
pub(crate) struct Occurrences(HashMap<[u8; 16], u32>);

impl Occurrences {
    /// Appends the number of an identity, of which `whole` names the file, to what it is a part of.
    pub(crate) fn number(&mut self, identity: &[u8], whole: u64, out: &mut Vec<u8>) {
        if is_own(identity) {
            return;
        }
        let hash = Sha256::new().chain_update(whole.to_be_bytes()).chain_update(identity).finalize();
        let before = self.0.entry(std::array::from_fn(|i| hash[i])).or_insert(0);
        if *before > 0 {
            out.extend_from_slice(&before.to_be_bytes());
        }
        *before = before.saturating_add(1);
    }
}

fn conversation(message: &Message) -> &[u8] {
    message.conversation.as_ref().map_or(&[], |c| c.id.expose().as_bytes())
}

fn sender(message: &Message) -> &[u8] {
    message.sender.as_ref().map_or(&[], |s| s.expose().as_bytes())
}

/// A length in front, so that two fields cannot be taken for one.
pub(crate) fn put(out: &mut Vec<u8>, field: &[u8]) {
    out.extend_from_slice(&(field.len() as u64).to_be_bytes());
    out.extend_from_slice(field);
}
