//! The normalised message as types; the meaning of each field stands in `docs/MESSAGE.md`.
//!
//! Values that many messages share (conversation, names, service) are `Arc` or static, so that a
//! message costs few allocations.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::bytes::ReadAt;
use crate::place::Place;
use crate::sensitive::Sensitive;
use crate::stamp::Stamp;

/// Shared text that says who or what.
pub type Text = Sensitive<Arc<str>>;

/// The address of the owner of the phone, wherever a sender or actor is named.
pub const ME: &str = "me";

/// Who sent it, seen from the owner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Direction {
    /// To the owner; system rows not caused by the owner.
    #[default]
    In,
    /// By the owner; system rows the owner caused.
    Out,
}

/// A conversation as it was when the message was sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Conversation {
    /// Stable id as the source has it (chat guid, jid, thread id, file name).
    pub id: Text,
    /// Its name at the time of the message.
    pub name: Option<Text>,
    /// Whether more than two take part.
    pub is_group: bool,
    /// Addresses of the others, as in [`Message::sender`].
    pub participants: Vec<Text>,
}

/// A file that came with a message.
#[derive(Clone)]
pub struct Attachment {
    /// File name as the sender or the phone gave it.
    pub name: Option<Text>,
    /// Media type as the source states it.
    pub mime: Option<Arc<str>>,
    /// Length in bytes: measured when the content is there, else as the source states it.
    pub size: Option<u64>,
    /// SHA-256 of the content: measured when the content is there, else as the source states it.
    pub sha256: Option<[u8; 32]>,
    /// Named by the message but not in the source.
    pub missing: bool,
    /// The content, for the pipeline to seal; `None` when missing and in messages read back. Not
    /// part of the canonical form, of equality, or of JSON.
    pub content: Option<Arc<dyn ReadAt>>,
}

impl fmt::Debug for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attachment")
            .field("name", &self.name)
            .field("size", &self.size)
            .field("missing", &self.missing)
            .finish_non_exhaustive()
    }
}

impl PartialEq for Attachment {
    fn eq(&self, other: &Self) -> bool {
        let Self { name, mime, size, sha256, missing, content: _ } = self;
        *name == other.name
            && *mime == other.mime
            && *size == other.size
            && *sha256 == other.sha256
            && *missing == other.missing
    }
}

/// One text of an edited message.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    /// When this text was set; `None` where the source does not say.
    pub at: Option<Stamp>,
    /// The text.
    pub text: Option<Text>,
}

/// What a reaction shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReactionKind {
    /// Tapback: heart.
    Love,
    /// Tapback: thumb up.
    Like,
    /// Tapback: thumb down.
    Dislike,
    /// Tapback: laughter.
    Laugh,
    /// Tapback: exclamation marks.
    Emphasize,
    /// Tapback: question mark.
    Question,
    /// An emoji, in [`Reaction::emoji`].
    Emoji,
    /// A sticker.
    Sticker,
}

impl ReactionKind {
    /// All kinds with their word in JSON and their number in the canonical encoding.
    pub const WORDS: [(Self, &'static str, u8); 8] = [
        (Self::Love, "love", 1),
        (Self::Like, "like", 2),
        (Self::Dislike, "dislike", 3),
        (Self::Laugh, "laugh", 4),
        (Self::Emphasize, "emphasize", 5),
        (Self::Question, "question", 6),
        (Self::Emoji, "emoji", 7),
        (Self::Sticker, "sticker", 8),
    ];

    /// The word in JSON.
    pub fn word(self) -> &'static str {
        self.row().1
    }

    /// The number in the canonical encoding.
    pub fn code(self) -> u8 {
        self.row().2
    }

    /// The kind of a number in the canonical encoding.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::WORDS.iter().find(|row| row.2 == code).map(|row| row.0)
    }

    fn row(self) -> &'static (Self, &'static str, u8) {
        Self::WORDS.iter().find(|row| row.0 == self).expect("WORDS lists every kind")
    }
}

/// Whether a reaction was set or taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Set.
    Add,
    /// Taken back.
    Remove,
}

/// A reaction to a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Reaction {
    /// When.
    pub at: Option<Stamp>,
    /// Who, as in [`Message::sender`].
    pub sender: Option<Text>,
    /// What.
    pub kind: ReactionKind,
    /// The emoji itself where `kind` is [`ReactionKind::Emoji`].
    pub emoji: Option<Text>,
    /// Set or taken back.
    pub action: Action,
}

/// Something that happened in a conversation and is no message.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// The conversation got another name (`None`: the name was removed).
    GroupRenamed {
        /// The new name.
        title: Option<Text>,
    },
    /// Somebody was added.
    ParticipantAdded {
        /// Who.
        who: Option<Text>,
    },
    /// Somebody was removed by another.
    ParticipantRemoved {
        /// Who.
        who: Option<Text>,
    },
    /// Somebody left.
    ParticipantLeft {
        /// Who.
        who: Option<Text>,
    },
    /// The picture of the conversation changed.
    GroupPhotoChanged,
    /// The disappearing-message timer changed; `None` where the source does not say to what.
    TimerChanged {
        /// The new timer in seconds, 0 for off.
        seconds: Option<u64>,
    },
    /// A participant changed number.
    NumberChanged,
    /// A missed call.
    CallMissed,
    /// A notice about encryption.
    EncryptionNotice,
    /// Anything else, as the source codes it.
    Other {
        /// The source's own code.
        code: String,
        /// Text that the source keeps with it.
        text: Option<Text>,
    },
}

/// Bytes that are kept beside the normal form because not everything in them is understood yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Raw {
    /// Column or field name in the source.
    pub name: Cow<'static, str>,
    /// The bytes as found.
    pub bytes: Sensitive<Vec<u8>>,
}

/// Where a message was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Origin {
    /// Name of the evidence inside the source.
    pub evidence: Text,
    /// SHA-256 of the evidence as it lies on disk (of the ciphertext in an encrypted source).
    pub evidence_sha256: [u8; 32],
    /// Place in the evidence.
    pub place: Place,
    /// Reader and version, `imessage 1`.
    pub reader_version: Cow<'static, str>,
}

/// One message, normalised.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Reader: `ios`, `whatsapp-ios`, `signal-android` ...
    pub source: Cow<'static, str>,
    /// `iMessage`, `SMS`, `MMS`, `RCS`, `WhatsApp`, `Signal`, `SMART`, or the source's own word.
    pub service: Cow<'static, str>,
    /// The conversation; `None` for a message that belongs to none.
    pub conversation: Option<Arc<Conversation>>,
    /// The source's own message id (guid, key id, stanza id).
    pub id: Option<Text>,
    /// [`ME`] for the owner; else E.164 number, e-mail, short code, alphanumeric sender, service id.
    pub sender: Option<Text>,
    /// Name from the source's own address book at the time of the copy.
    pub sender_name: Option<Text>,
    /// Direction seen from the owner.
    pub direction: Direction,
    /// When sent; `None` only where the source has no usable time (then a doubt says so).
    pub sent_at: Option<Stamp>,
    /// When received.
    pub received_at: Option<Stamp>,
    /// When delivered to the other side.
    pub delivered_at: Option<Stamp>,
    /// When read: by the owner (incoming) or by the other side (outgoing).
    pub read_at: Option<Stamp>,
    /// A second time given by the sender's side or the network.
    pub remote_at: Option<Stamp>,
    /// Subject of an MMS or iMessage.
    pub subject: Option<Text>,
    /// Text as the user last saw it, without object placeholders (U+FFFC).
    pub body: Option<Text>,
    /// Files.
    pub attachments: Vec<Attachment>,
    /// Every text of an edited message, oldest first, the last the current one.
    pub edits: Vec<Edit>,
    /// The whole message was withdrawn by its sender.
    pub unsent: bool,
    /// Withdrawn parts of a message of several parts, counted from 0.
    pub unsent_parts: Vec<u32>,
    /// Reactions in order of time.
    pub reactions: Vec<Reaction>,
    /// Id of the message answered.
    pub reply_to: Option<Text>,
    /// The row sits among the recently deleted, still recoverable.
    pub deleted: bool,
    /// Disappearing-message timer in seconds.
    pub expires_after_s: Option<u64>,
    /// What happened, for a row that is no message.
    pub event: Option<Event>,
    /// Marking of a classified message, as read.
    pub classification: Option<Text>,
    /// Codes for what was odd: `clock_out_of_range`, `unknown_type:66` ... Never content.
    pub doubts: Vec<Cow<'static, str>>,
    /// Where it was read.
    pub origin: Origin,
    /// Blobs kept for later interpretation.
    pub raw: Vec<Raw>,
}
