//! The mapping as it stands in `mapping.toml`: a closed vocabulary without expressions. What is not in
//! these types is refused by its name and line.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::time::TimeSpec;

/// First line of every mapping.
pub(crate) const VERSION: &str = "smart-mapping/1";

/// A mapping as written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Spec {
    /// [`VERSION`].
    pub(crate) mapping: String,
    /// What it is for, in words.
    #[serde(default)]
    #[expect(dead_code, reason = "for people")]
    pub(crate) description: Option<String>,
    /// What the messages lie in.
    pub(crate) container: Container,
    /// Which zip or tar files, where they lie in one.
    #[serde(default)]
    pub(crate) archive: Option<OneOrMany>,
    /// Which files hold messages.
    pub(crate) select: OneOrMany,
    /// Files that hold no messages and may be there.
    #[serde(default)]
    pub(crate) ignore_files: Vec<String>,
    /// How the files are written.
    pub(crate) format: FormatSpec,
    /// Where each field comes from.
    pub(crate) fields: BTreeMap<Field, FieldSpec>,
    /// Columns that are left out.
    #[serde(default)]
    pub(crate) ignore: Vec<String>,
    /// What becomes of a column that is neither mapped nor left out.
    #[serde(default)]
    pub(crate) unmapped: Unmapped,
    /// How times are written.
    #[serde(default)]
    pub(crate) time: Option<TimeSpec>,
    /// The same for single fields.
    #[serde(default)]
    pub(crate) times: BTreeMap<Field, TimeSpec>,
    /// Words of directions.
    #[serde(default)]
    pub(crate) direction: BTreeMap<String, Way>,
    /// Words of markings.
    #[serde(default)]
    pub(crate) classification: BTreeMap<String, String>,
    /// Words of yes and no.
    #[serde(default)]
    pub(crate) flags: BTreeMap<String, bool>,
    /// Words of kinds of rows.
    #[serde(default)]
    pub(crate) event: BTreeMap<String, Kind>,
    /// Addresses or names of the owner.
    #[serde(default)]
    pub(crate) owner: Vec<String>,
    /// Tables that a value is looked up in.
    #[serde(default)]
    pub(crate) lookups: BTreeMap<String, LookupSpec>,
    /// Folder that file references start from.
    #[serde(default)]
    pub(crate) attachments: AttachmentsSpec,
    /// Fields that must have a value in every row.
    #[serde(default)]
    pub(crate) required: Option<Vec<Field>>,
    /// Number of rows there must be.
    #[serde(default)]
    pub(crate) expect_count: Option<u64>,
    /// Number of files with messages there must be.
    #[serde(default)]
    pub(crate) expect_files: Option<u64>,
    /// Among what an id is unique.
    #[serde(default)]
    pub(crate) id_unique: Unique,
}

/// What the messages lie in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Container {
    /// Files in folders.
    Dir,
    /// Files in zip files.
    Zip,
    /// Files in tar files.
    Tar,
    /// A database.
    Sqlite,
    /// One file.
    Single,
}

/// A list that may be written as its only member.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    pub(crate) fn list(&self) -> Vec<String> {
        match self {
            Self::One(one) => vec![one.clone()],
            Self::Many(many) => many.clone(),
        }
    }
}

/// How files are written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FormatSpec {
    pub(crate) kind: FormatKind,
    #[serde(default)]
    pub(crate) encoding: Option<String>,
    #[serde(default)]
    pub(crate) delimiter: Option<String>,
    #[serde(default)]
    pub(crate) quote: Option<String>,
    /// What stands before the fraction of a number.
    #[serde(default)]
    pub(crate) decimal: Option<String>,
    /// Rows or lines above the names of the columns.
    #[serde(default)]
    pub(crate) skip: u64,
    /// Rows that name the columns.
    #[serde(default)]
    pub(crate) header: Option<u64>,
    /// Path or name of records in a document.
    #[serde(default)]
    pub(crate) records: Option<String>,
    /// Name of a table in a database, or number of one on a page.
    #[serde(default)]
    pub(crate) table: Option<TableName>,
    /// Pattern of the first line of a message.
    #[serde(default)]
    pub(crate) line: Option<String>,
    /// Group of the pattern that further lines belong to.
    #[serde(default)]
    pub(crate) continues: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum TableName {
    Number(u64),
    Name(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum FormatKind {
    Csv,
    Json,
    Ndjson,
    Xml,
    Html,
    Eml,
    Sqlite,
    Text,
}

/// Fields of a message, by the names of the normalised form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Field {
    Id,
    #[serde(alias = "thread")]
    Conversation,
    #[serde(alias = "thread_name")]
    ConversationName,
    IsGroup,
    #[serde(alias = "recipients")]
    Participants,
    Sender,
    SenderName,
    Direction,
    SentAt,
    ReceivedAt,
    DeliveredAt,
    ReadAt,
    RemoteAt,
    EditedAt,
    Subject,
    Body,
    #[serde(alias = "attachment_ref")]
    Attachments,
    ReplyTo,
    Unsent,
    Deleted,
    ExpiresAfterS,
    Event,
    Classification,
}

impl Field {
    /// Every field with its name.
    pub(crate) const ALL: [(Self, &'static str); 23] = [
        (Self::Id, "id"),
        (Self::Conversation, "conversation"),
        (Self::ConversationName, "conversation_name"),
        (Self::IsGroup, "is_group"),
        (Self::Participants, "participants"),
        (Self::Sender, "sender"),
        (Self::SenderName, "sender_name"),
        (Self::Direction, "direction"),
        (Self::SentAt, "sent_at"),
        (Self::ReceivedAt, "received_at"),
        (Self::DeliveredAt, "delivered_at"),
        (Self::ReadAt, "read_at"),
        (Self::RemoteAt, "remote_at"),
        (Self::EditedAt, "edited_at"),
        (Self::Subject, "subject"),
        (Self::Body, "body"),
        (Self::Attachments, "attachments"),
        (Self::ReplyTo, "reply_to"),
        (Self::Unsent, "unsent"),
        (Self::Deleted, "deleted"),
        (Self::ExpiresAfterS, "expires_after_s"),
        (Self::Event, "event"),
        (Self::Classification, "classification"),
    ];

    pub(crate) fn name(self) -> &'static str {
        Self::ALL.iter().find(|f| f.0 == self).map_or("", |f| f.1)
    }

    pub(crate) fn is_time(self) -> bool {
        matches!(
            self,
            Self::SentAt
                | Self::ReceivedAt
                | Self::DeliveredAt
                | Self::ReadAt
                | Self::RemoteAt
                | Self::EditedAt
        )
    }

    /// Whether a row may have several of it.
    pub(crate) fn is_list(self) -> bool {
        matches!(self, Self::Participants | Self::Attachments)
    }
}

/// Where a field comes from.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum FieldSpec {
    /// One column, or several whose texts are joined by a space.
    Columns(OneOrMany),
    /// More than that.
    Full(Full),
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Full {
    /// The columns.
    #[serde(default)]
    pub(crate) column: Option<OneOrMany>,
    /// What separates several values in one text.
    #[serde(default)]
    pub(crate) separator: Option<String>,
    /// The same for every row.
    #[serde(default)]
    pub(crate) value: Option<String>,
    /// A part of the file's name.
    #[serde(default)]
    pub(crate) from: Option<NamePart>,
    /// `NAME.column` of a lookup, or several in turn.
    #[serde(default)]
    pub(crate) lookup: Option<OneOrMany>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum NamePart {
    /// The file's name without its ending.
    FileName,
    /// The name of the folder it lies in.
    FolderName,
}

/// Seen from the owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Way {
    In,
    Out,
}

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Message,
    GroupRenamed,
    ParticipantAdded,
    ParticipantRemoved,
    ParticipantLeft,
    GroupPhotoChanged,
    NumberChanged,
    CallMissed,
    EncryptionNotice,
    Other,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Unmapped {
    /// Nothing is read.
    #[default]
    Fail,
    /// Kept beside the message, for later interpretation.
    Keep,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Unique {
    /// Among everything that is read.
    #[default]
    Source,
    /// Among the messages of a conversation.
    Conversation,
}

/// A table that values are looked up in: a further file, or a further table of the same database.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LookupSpec {
    /// File, written like those with messages.
    #[serde(default)]
    pub(crate) file: Option<String>,
    /// Table of the database.
    #[serde(default)]
    pub(crate) table: Option<String>,
    /// The column that a value is found by.
    pub(crate) key: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AttachmentsSpec {
    /// Folder that references start from, beside the root and the folder of the messages' file.
    #[serde(default)]
    pub(crate) folder: Option<String>,
}
