//! From what a Signal format found to the normalised message: the rules that all of them share about
//! identity, direction, time and doubt.

use std::borrow::Cow;
use std::sync::Arc;

use model::{
    Action, Attachment, Conversation, Direction, Edit, Message, Origin, Place, Raw, Reaction, ReactionKind,
    Sensitive, Stamp, Text,
};

use crate::changes::{self, Change};
use crate::people::{Person, text};

/// A code for what was odd.
pub(crate) type Doubt = Cow<'static, str>;

/// The source that messages come from.
#[derive(Clone)]
pub(crate) struct Source {
    /// `signal-android` or `signal-desktop`.
    pub(crate) name: &'static str,
    /// Name of the evidence.
    pub(crate) evidence: Text,
    pub(crate) sha256: [u8; 32],
}

/// What was found, times in milliseconds since 1970.
#[derive(Default)]
pub(crate) struct Draft {
    pub(crate) service: Option<&'static str>,
    pub(crate) conversation: Option<Arc<Conversation>>,
    pub(crate) sender: Person,
    pub(crate) outgoing: bool,
    /// When the first revision was sent; the message is called after it.
    pub(crate) sent: Option<i64>,
    pub(crate) received: Option<i64>,
    pub(crate) server: Option<i64>,
    pub(crate) delivered: Option<i64>,
    pub(crate) read: Option<i64>,
    pub(crate) subject: Option<Text>,
    pub(crate) body: Option<Text>,
    pub(crate) attachments: Vec<Attachment>,
    pub(crate) edits: Vec<Edit>,
    pub(crate) unsent: bool,
    pub(crate) reactions: Vec<Reaction>,
    /// Sent time of the message answered.
    pub(crate) reply_to: Option<i64>,
    pub(crate) expires_ms: Option<i64>,
    pub(crate) changes: Vec<Change>,
    pub(crate) doubts: Vec<Doubt>,
    pub(crate) raw: Vec<Raw>,
}

/// A time, unless the source has none there (0, or -1 of a column that is not set).
pub(crate) fn stamp(millis: Option<i64>) -> Option<Stamp> {
    millis.filter(|ms| *ms > 0).map(Stamp::unix_millis)
}

/// A reaction that was set.
pub(crate) fn reaction(at: Option<i64>, sender: &Person, emoji: &str) -> Reaction {
    Reaction {
        at: stamp(at),
        sender: sender.address.clone(),
        kind: ReactionKind::Emoji,
        emoji: Some(text(emoji)),
        action: Action::Add,
    }
}

/// Bytes kept for later interpretation; the caller answers for there being no secret in them.
pub(crate) fn raw(name: &'static str, bytes: &[u8]) -> Raw {
    Raw { name: Cow::Borrowed(name), bytes: Sensitive::new(bytes.to_vec()) }
}

/// A name from a source as part of a code: letters, digits and a few marks, cut short.
pub(crate) fn code(name: &str) -> String {
    name.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')).take(48).collect()
}

impl Draft {
    /// The message.
    pub(crate) fn finish(self, source: &Source, place: Place) -> Message {
        let Self {
            service,
            conversation,
            sender,
            outgoing,
            sent,
            received,
            server,
            delivered,
            read,
            subject,
            body,
            attachments,
            edits,
            unsent,
            mut reactions,
            reply_to,
            expires_ms,
            changes,
            mut doubts,
            mut raw,
        } = self;
        let out = outgoing || sender.is_me;
        let sent_at = stamp(sent);
        match sent_at {
            None => doubts.push("no_time".into()),
            Some(at) if !at.is_plausible() => doubts.push("clock_out_of_range".into()),
            Some(_) => {}
        }
        if sender.address.is_none() {
            doubts.push("no_sender".into());
        }
        if conversation.is_none() {
            doubts.push("no_chat".into());
        }
        reactions.sort_by_key(|r| r.at.map(Stamp::millis));
        let event = changes::event(changes).map(|(event, all)| {
            raw.extend(all);
            event
        });
        doubts.dedup();
        Message {
            source: Cow::Borrowed(source.name),
            service: Cow::Borrowed(service.unwrap_or("Signal")),
            conversation,
            id: sent_at.map(|at| text(&at.millis().to_string())),
            sender_name: sender.name.filter(|_| !sender.is_me),
            sender: sender.address,
            direction: if out { Direction::Out } else { Direction::In },
            sent_at,
            received_at: stamp(received).filter(|_| !out),
            delivered_at: stamp(delivered),
            read_at: stamp(read),
            remote_at: stamp(server),
            subject,
            body: if unsent { None } else { body },
            attachments,
            edits,
            unsent,
            unsent_parts: Vec::new(),
            reactions,
            reply_to: reply_to.filter(|id| *id > 0).map(|id| text(&id.to_string())),
            deleted: false,
            expires_after_s: expires_ms
                .and_then(|ms| u64::try_from(ms).ok())
                .filter(|ms| *ms > 0)
                .map(|ms| ms.div_ceil(1000)),
            event,
            classification: None,
            doubts,
            origin: Origin {
                evidence: source.evidence.clone(),
                evidence_sha256: source.sha256,
                place,
                reader_version: Cow::Borrowed(crate::VERSION),
            },
            raw,
        }
    }
}
