//! A model of a message to a normalised message. What is understood is taken out of the model; the rest is
//! kept beside the message as it was written.

use std::borrow::Cow;

use model::{
    Action, Attachment, Direction, Edit, Event, Fault, ME, Message, Origin, Place, Raw, Reaction,
    ReactionKind, Sensitive, Stamp, Text,
};

use crate::chat::{Activity, Chat, event_in, service, text};
use crate::files::Files;
use crate::index::{Index, Node};
use crate::parties::{Party, address};
use crate::shown::word;
use crate::sides::{Doubts, Sides, alone, doubt, side};
use crate::time::{Clock, Read};
use crate::tree::Model;

/// Most bytes kept of what is not understood.
const MOST_REST: usize = 4 << 20;

/// Types of model that are messages.
pub(crate) const MESSAGES: [&str; 3] = ["InstantMessage", "SMS", "MMS"];

/// What messages are made with.
pub(crate) struct Maker {
    pub(crate) clock: Clock,
    /// Address of the owner, as the operator gives it.
    pub(crate) owner: Option<String>,
    pub(crate) files: Files,
    pub(crate) index: Index,
    /// Name of the report inside the source.
    pub(crate) evidence: Text,
    pub(crate) sha256: [u8; 32],
    /// The last place of origin, which the next message often shares.
    last: Option<(String, Text)>,
}

impl Maker {
    pub(crate) fn new(
        clock: Clock,
        owner: Option<&str>,
        files: Files,
        index: Index,
        evidence: &str,
        sha256: [u8; 32],
    ) -> Self {
        let owner = owner.and_then(|o| address(o, "phone"));
        Self { clock, owner, files, index, evidence: text(evidence), sha256, last: None }
    }

    fn time(&self, model: &mut Model, field: &str, doubts: &mut Doubts) -> Option<Stamp> {
        let written = model.take_word(field)?;
        match self.clock.read(&written) {
            Read::Time(stamp, None) => Some(stamp),
            Read::Time(stamp, Some(code)) => {
                doubt(doubts, code);
                Some(stamp)
            }
            Read::Not("no_time") => None,
            Read::Not(code) => {
                doubt(doubts, format!("{code}:{field}"));
                // it is kept as it is written
                model.fields.push(crate::tree::Field { name: crate::tree::name(field), value: written });
                None
            }
        }
    }

    /// The origin of what the model with this id was read from.
    fn origin(&mut self, id: &str, place: Place, raw: &mut Vec<Raw>) -> Result<Origin, Fault> {
        let nodes = if id.is_empty() { Vec::new() } else { self.index.nodes(id)? };
        let mut evidence = self.evidence.clone();
        if let Some(first) = nodes.first().filter(|n| !n.path.is_empty()) {
            if self.last.as_ref().is_none_or(|(path, _)| *path != first.path) {
                let both = format!("{} < {}", self.evidence.expose(), first.path);
                self.last = Some((first.path.clone(), text(&both)));
            }
            if let Some((_, both)) = &self.last {
                evidence = both.clone();
            }
        }
        if !nodes.is_empty() {
            let mut all = String::new();
            for Node { path, rest } in nodes {
                all.push_str(&format!("path={path}"));
                for (key, value) in rest {
                    all.push_str(&format!(" {key}={value}"));
                }
                all.push('\n');
            }
            raw.push(Raw { name: "source_nodes".into(), bytes: Sensitive::new(all.into_bytes()) });
        }
        Ok(Origin {
            evidence,
            evidence_sha256: self.sha256,
            place,
            reader_version: Cow::Borrowed(crate::VERSION),
        })
    }

    /// The message that a model is.
    pub(crate) fn message(
        &mut self,
        mut model: Model,
        chat: Option<&Chat>,
        told: Option<&Activity>,
        place: Place,
        mut doubts: Doubts,
    ) -> Result<Message, Fault> {
        let model = &mut model;
        let known = MESSAGES.contains(&model.kind.as_ref());
        let word_of = model.take_word("SourceApplication");
        let source = model.take_word("Source");
        let service = service_of(&model.kind, word_of.as_deref().or(source.as_deref()), chat);
        if service == UNKNOWN_SERVICE {
            doubt(&mut doubts, "no_service");
        }
        states(model, &mut doubts);
        let owners: Vec<String> =
            chat.map_or_else(|| self.owner.iter().cloned().collect(), |c| c.owners.clone());
        let mut sides = Sides::of(model, &service, &self.clock, &mut doubts);
        let from_owner = model.take_flag("FromIsOwner");
        let (direction, sender) = side(model, &mut sides, &owners, from_owner, &mut doubts);
        let conversation = match chat {
            Some(chat) => Some(chat.conversation.clone()),
            None => alone(model, &sides, &owners),
        };
        let system = sides.from.as_ref().is_some_and(|p| p.system) || is_system(model);
        let sent_at = self.time(model, "TimeStamp", &mut doubts);
        if sent_at.is_none() && !doubts.iter().any(|d| d.contains(":TimeStamp")) {
            doubt(&mut doubts, "no_time");
        }
        let mut delivered_at = self.time(model, "DateDelivered", &mut doubts);
        let mut read_at = self.time(model, "DateRead", &mut doubts);
        if let ([only], Direction::Out) = (sides.to.as_slice(), direction) {
            delivered_at = delivered_at.or(only.delivered);
            read_at = read_at.or(only.read);
        }
        let received_at = self.time(model, "DateReceived", &mut doubts);
        let body = model.take("Body").or_else(|| model.take("Snippet"));
        let body = body.map(|b| b.replace('\u{fffc}', "")).filter(|b| !b.is_empty());
        let subject = model.take_word("Subject").map(|s| text(&s));
        let attachments = self.attachments(model, &mut doubts)?;
        let labels = labels(model);
        let reply_to = reply(model);
        let log = model.take_kind("ChatActivity").into_iter().next();
        let body_text = body.as_deref();
        let event = if let Some(told) = told {
            Some(told.event.clone())
        } else if let Some(log) = log {
            Some(event_in(log, &service, &self.clock, &owners))
        } else if !known {
            doubt(&mut doubts, format!("unknown_type:{}", word(&model.kind)));
            Some(Event::Other { code: word(&model.kind), text: body_text.map(text) })
        } else if system {
            Some(Event::Other { code: "system".to_owned(), text: body_text.map(text) })
        } else {
            None
        };
        // an event says the text itself, or the text stays the message's
        let said = matches!(&event, Some(Event::Other { text: Some(_), .. }));
        let body = body.filter(|_| !said).map(|b| text(&b));
        let edited = labels.iter().any(|l| l.eq_ignore_ascii_case("Edited"));
        let edits = if edited { vec![Edit { at: None, text: body.clone() }] } else { Vec::new() };
        let reactions = self.reactions(model, &service, &owners, &mut doubts);
        let caused = told.is_some_and(|t| t.by_owner);
        let (direction, sender) = match (&event, system) {
            (Some(_), true) => {
                (if caused { Direction::Out } else { Direction::In }, caused.then(|| text(ME)))
            }
            _ => {
                if sender.is_none() && event.is_none() {
                    doubt(&mut doubts, "no_sender");
                }
                (direction, sender)
            }
        };
        let sender_name = sides.from.as_ref().filter(|_| direction == Direction::In);
        let sender_name = sender_name.and_then(|p| p.name.as_deref()).filter(|_| sender.is_some()).map(text);
        let id = model.take_word("Identifier").map(|i| text(&i));
        let deleted = matches!(model.deleted.as_str(), "Deleted" | "Trash");
        let mut raw = Vec::new();
        let origin = self.origin(&model.id, place, &mut raw)?;
        rest(model, &labels, &mut raw, &mut doubts);
        Ok(Message {
            source: Cow::Borrowed(crate::SOURCE),
            service: Cow::Owned(service),
            conversation,
            id,
            sender,
            sender_name,
            direction,
            sent_at,
            received_at,
            delivered_at,
            read_at,
            remote_at: None,
            subject,
            body,
            attachments,
            edits,
            unsent: false,
            unsent_parts: Vec::new(),
            reactions,
            reply_to,
            deleted,
            expires_after_s: None,
            event,
            classification: None,
            doubts,
            origin,
            raw,
        })
    }

    /// The message that something that happened is, when no message tells of it.
    pub(crate) fn happening(&self, chat: &Chat, activity: Activity, place: Place) -> Message {
        let Activity { told_by: _, at, doubt, event, by_owner } = activity;
        Message {
            source: Cow::Borrowed(crate::SOURCE),
            service: Cow::Owned(chat.service.clone()),
            conversation: Some(chat.conversation.clone()),
            id: None,
            sender: by_owner.then(|| text(ME)),
            sender_name: None,
            direction: if by_owner { Direction::Out } else { Direction::In },
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
            event: Some(event),
            classification: None,
            doubts: doubt.map(Cow::Borrowed).into_iter().collect(),
            origin: Origin {
                evidence: self.evidence.clone(),
                evidence_sha256: self.sha256,
                place,
                reader_version: Cow::Borrowed(crate::VERSION),
            },
            raw: Vec::new(),
        }
    }

    fn attachments(&mut self, model: &mut Model, doubts: &mut Doubts) -> Result<Vec<Attachment>, Fault> {
        let mut found = Vec::new();
        for mut attachment in model.take_kind("Attachment") {
            found.push(self.files.attachment(&mut attachment, &mut self.index, doubts)?);
            // what else it says stays with the message
            model.models.push(attachment);
        }
        Ok(found)
    }

    fn reactions(
        &self,
        model: &mut Model,
        service: &str,
        owners: &[String],
        doubts: &mut Doubts,
    ) -> Vec<Reaction> {
        let mut found = Vec::new();
        for mut reaction in model.models.extract_if(.., |m| m.kind.ends_with("Reaction")).collect::<Vec<_>>()
        {
            let at = self.time(&mut reaction, "TimeStamp", doubts);
            let party = reaction.take_kind("Party").into_iter().next();
            let party = party.map(|mut p| Party::of(&mut p, service, &self.clock));
            let sender = party.and_then(|p| p.shown(p.is_owner(owners)).map(text));
            let shown = ["Emoji", "Reaction", "ReactionType", "Content", "Body", "Value"];
            let shown = shown.iter().find_map(|field| reaction.take_word(field));
            let Some(shown) = shown else {
                doubt(doubts, "reaction_without_kind");
                model.models.push(reaction);
                continue;
            };
            let (kind, emoji) = kind(&shown);
            found.push(Reaction { at, sender, kind, emoji, action: Action::Add });
        }
        found
    }
}

/// A reaction by the word or emoji that stands for it.
fn kind(shown: &str) -> (ReactionKind, Option<Text>) {
    let lower = shown.to_lowercase();
    let named = ReactionKind::WORDS.iter().find(|row| row.1 == lower && row.0 != ReactionKind::Emoji);
    match named {
        Some(row) => (row.0, None),
        None => (ReactionKind::Emoji, Some(text(shown))),
    }
}

const UNKNOWN_SERVICE: &str = "unknown";

fn service_of(kind: &str, written: Option<&str>, chat: Option<&Chat>) -> String {
    let own = written.map(service);
    let of_chat = chat.map(|c| c.service.clone()).filter(|s| !s.is_empty());
    let by_kind = ["SMS", "MMS"].contains(&kind).then(|| kind.to_owned());
    let phones = ["SMS", "MMS", "RCS", "iMessage"];
    match own {
        // a model of an SMS says "Phone" or the name of the file that it was found in
        Some(own) if by_kind.is_none() || phones.contains(&own.as_str()) => own,
        _ => by_kind.or(of_chat).unwrap_or_else(|| UNKNOWN_SERVICE.to_owned()),
    }
}

/// How sure the report is of what it recovered.
fn states(model: &Model, doubts: &mut Doubts) {
    match model.deleted.as_str() {
        "" | "Intact" => {}
        state => doubt(doubts, format!("deleted_state:{}", word(state))),
    }
    match model.confidence.as_str() {
        "" | "High" => {}
        confidence => doubt(doubts, format!("decoding_confidence:{}", word(confidence))),
    }
}

fn is_system(model: &mut Model) -> bool {
    let is = |word: &str| word.to_lowercase().starts_with("system");
    let field = |model: &Model, name: &str| model.fields.iter().any(|f| f.name == name && is(f.value.trim()));
    let label = |m: &Model| m.kind == "MessageLabel" && field(m, "Label");
    field(model, "Type")
        || field(model, "Label")
        || model.models.iter().any(|m| label(m) || m.models.iter().any(label))
}

/// Labels that the app put on a message.
fn labels(model: &mut Model) -> Vec<String> {
    let mut found: Vec<String> = model.take_word("Label").into_iter().collect();
    for of in std::iter::once(&mut *model) {
        let mut labels = of.take_kind("MessageLabel");
        for inner in &mut of.models {
            if inner.kind.ends_with("ExtraData") {
                labels.extend(inner.take_kind("MessageLabel"));
            }
        }
        found.extend(labels.iter_mut().filter_map(|l| l.take_word("Label")));
    }
    found
}

/// Id of the message answered.
fn reply(model: &mut Model) -> Option<Text> {
    fn of(model: &Model) -> Option<&str> {
        model.models.iter().find_map(|m| match m.kind.as_ref() {
            "ReplyMessageData" | "QuotedMessageData" => {
                let is =
                    |f: &&crate::tree::Field| f.name == "OriginalMessageID" && !f.value.trim().is_empty();
                let forwarded = m.fields.iter().any(|f| f.name == "Label" && f.value.trim() == "Forwarded");
                if forwarded {
                    return None;
                }
                m.fields.iter().find(is).map(|f| f.value.trim()).or_else(|| embedded(m))
            }
            kind if kind.ends_with("ExtraData") => of(m),
            _ => None,
        })
    }
    fn embedded(model: &Model) -> Option<&str> {
        let message = model.models.iter().find(|m| m.kind == "InstantMessage")?;
        message
            .fields
            .iter()
            .find(|f| f.name == "Identifier")
            .map(|f| f.value.trim())
            .filter(|v| !v.is_empty())
    }
    of(model).map(text)
}

/// What is not understood is kept as it is written.
fn rest(model: &Model, labels: &[String], raw: &mut Vec<Raw>, doubts: &mut Doubts) {
    let mut out = String::new();
    let mut cut = false;
    let mut put = |path: &str, name: &str, value: &str| {
        if value.is_empty() || name == "UserMapping" && value == "False" {
            return;
        }
        if out.len() + path.len() + name.len() + value.len() > MOST_REST {
            cut = true;
            return;
        }
        out.push_str(path);
        out.push_str(name);
        out.push('=');
        out.push_str(value);
        out.push('\n');
    };
    for label in labels {
        put("", "Label", label);
    }
    model.leaves(&mut |path, _, field| put(path, &field.name, &field.value));
    for target in &model.targets {
        put("", "jumptarget", target);
    }
    if cut {
        doubt(doubts, "fields_cut");
    }
    if !out.is_empty() {
        raw.push(Raw { name: "fields".into(), bytes: Sensitive::new(out.into_bytes()) });
    }
}
