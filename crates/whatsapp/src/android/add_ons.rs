//! Reactions and votes in polls: rows of `message_add_on` that live in the message they are about; a reaction
//! stands alone when that is gone.

use std::borrow::Cow;

use model::{Action, Direction, Event, Message, Reaction, ReactionKind, Stamp, Text};

use super::SOURCE;
use super::message::{Doubts, Maker};
use super::people::Chat;
use crate::jid::text;

/// Add-ons that are reactions.
pub(super) const REACTION: i64 = 56;

/// Add-ons that are votes in a poll.
pub(super) const VOTE: i64 = 67;

/// A row of `message_add_on`.
pub(super) struct AddOn {
    pub(super) row: i64,
    from_me: bool,
    sender: Option<i64>,
    at: Option<i64>,
    pub(super) kind: i64,
    chat: Option<i64>,
    key_id: Option<Text>,
}

impl Maker<'_> {
    /// Reactions to a message, in order of time.
    pub(super) fn reactions(&mut self, id: i64, chat: Option<&Chat>) -> Vec<Reaction> {
        if !self.sides.add_on.pairs.has(id) {
            return Vec::new();
        }
        let mut found = self.add_ons(id);
        found.retain(|a| a.kind == REACTION);
        let mut reactions: Vec<Reaction> = found.into_iter().map(|a| self.reaction(&a, chat)).collect();
        reactions.sort_by_key(|r| r.at.map(Stamp::millis));
        reactions
    }

    /// The votes in a poll, in the order of the rows: a line for each option that somebody chose, with who, when
    /// (ms) and the option; one without an option where all were taken back.
    pub(super) fn votes(&mut self, id: i64, chat: Option<&Chat>) -> Vec<String> {
        let mut lines = Vec::new();
        for add_on in self.add_ons(id).into_iter().filter(|a| a.kind == VOTE) {
            let said = self.sides.vote.one(add_on.row, |t| t.int()).flatten();
            let at = said.filter(|t| *t > 0).or(add_on.at).unwrap_or(0);
            let who = self.actor(&add_on, chat);
            let who = who.as_ref().map_or("", |w| w.expose());
            let chosen = self.sides.chosen.each(add_on.row, |_, t| t.int());
            let mut options: Vec<String> = Vec::new();
            for option in chosen.into_iter().flatten() {
                let name = self.sides.poll.row(option, |t| t.text().map(Cow::into_owned)).flatten();
                options.push(name.unwrap_or_default());
            }
            if options.is_empty() {
                options.push(String::new());
            }
            lines.extend(options.iter().map(|option| format!("{who}\t{at}\t{option}")));
        }
        lines
    }

    /// Who added it.
    fn actor(&mut self, add_on: &AddOn, chat: Option<&Chat>) -> Option<Text> {
        match (add_on.from_me, add_on.sender) {
            (true, _) => Some(self.me.clone()),
            (false, Some(row)) => self.people.by_row(row).map(|p| p.address.clone()),
            // in a direct chat it is not said: there is one other
            (false, None) => chat.and_then(|c| c.other.as_ref()).map(|p| p.address.clone()),
        }
    }

    /// The add-ons of a message.
    pub(super) fn add_ons(&mut self, id: i64) -> Vec<AddOn> {
        self.sides.add_on.each(id, |row, t| AddOn {
            row,
            from_me: t.int().unwrap_or(0) != 0,
            sender: t.int().filter(|s| *s > 0),
            at: t.int().filter(|t| *t > 0),
            kind: t.int().unwrap_or(0),
            chat: t.int(),
            key_id: t.text().map(|k| text(&k)),
        })
    }

    fn reaction(&mut self, add_on: &AddOn, chat: Option<&Chat>) -> Reaction {
        let said = self.sides.reaction.one(add_on.row, |t| (t.text().map(|e| text(&e)), t.int()));
        let (emoji, sender_time) = said.unwrap_or_default();
        let sender = self.actor(add_on, chat);
        Reaction {
            at: sender_time.filter(|t| *t > 0).or(add_on.at).map(Stamp::unix_millis),
            sender,
            kind: ReactionKind::Emoji,
            action: if emoji.is_some() { Action::Add } else { Action::Remove },
            emoji,
        }
    }

    /// A reaction whose message is gone, as a message of its own.
    pub(super) fn orphan(&mut self, add_on: &AddOn) -> Message {
        let chat = add_on.chat.and_then(|c| self.chats.by_row(c));
        let Reaction { at, sender, kind: _, emoji, action: _ } = self.reaction(add_on, chat.as_deref());
        let mut doubts: Doubts = vec!["reaction_target_missing".into()];
        if at.is_none() {
            doubts.push("no_time".into());
        }
        Message {
            source: Cow::Borrowed(SOURCE),
            service: Cow::Borrowed("WhatsApp"),
            conversation: chat.as_ref().map(|c| c.at(at.map_or(0, Stamp::millis)).clone()),
            id: add_on.key_id.clone(),
            sender,
            sender_name: None,
            direction: if add_on.from_me { Direction::Out } else { Direction::In },
            sent_at: at,
            received_at: None,
            delivered_at: None,
            read_at: None,
            remote_at: None,
            subject: None,
            body: None,
            attachments: Vec::new(),
            edits: Vec::new(),
            unsent: false,
            unsent_parts: Vec::new(),
            reactions: Vec::new(),
            reply_to: None,
            deleted: false,
            expires_after_s: None,
            event: Some(Event::Other { code: "reaction".to_owned(), text: emoji }),
            classification: None,
            doubts,
            origin: self.origin("message_add_on", add_on.row),
            raw: Vec::new(),
        }
    }
}
