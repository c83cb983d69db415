//! What goes into a production and what is said of it: the cover, messages with where they stand in the archive, what
//! was written.

use model::Message;
use serde::Serialize;

use crate::copies::Copied;

/// What a production is.
#[derive(Clone, Debug, Default)]
pub struct Cover {
    /// Whose messages, as the operator names the person.
    pub custodian: String,
    /// First day.
    pub from: Option<String>,
    /// Last day.
    pub to: Option<String>,
    /// When it was made, in words.
    pub made_at: String,
    /// Number of the archive, hexadecimal.
    pub archive: String,
    /// Entries in the log when it was made.
    pub size: u64,
    /// Root of the log then, hexadecimal.
    pub root: String,
    /// Marking that stands on every page.
    pub classification: Option<String>,
    /// The marking as it stands in names of files, three letters.
    pub tag: Option<String>,
    /// Copies of phones and other sources that it rests on, oldest first.
    pub copies: Vec<Copied>,
    /// What was in the archive within the production's scope and was disposed of.
    pub disposed: Vec<Disposed>,
}

/// Messages that were disposed of at the end of their retention, or are on their way out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Disposed {
    /// Month, `2026-03`.
    pub month: String,
    /// Retention class.
    pub retention_class: String,
    /// Messages, every version counted.
    pub records: u64,
    /// Entry of the disposal.
    pub entry: u64,
    /// Day by which it was decided.
    pub day: String,
}

/// Where a message stands in the archive.
#[derive(Clone, Debug, Default)]
pub struct ArchiveInfo {
    /// Number in the production, from 1.
    pub number: u64,
    /// Entry in the log.
    pub entry: u64,
    /// Place in the segment that the entry is.
    pub place: u32,
    /// File of its proof, and which of the records in that file it is, from 1; set here.
    pub proof: Option<String>,
    /// As above.
    pub proof_record: u64,
    /// Last day of the retention period.
    pub retain_until: String,
    /// Retention class.
    pub retention_class: String,
    /// Entry that gave it another period after it was sealed.
    pub restamped_by: Option<u64>,
    /// What was decided.
    pub verdict: String,
    /// Entry of the log by which the message was declassified.
    pub lowered_by: Option<u64>,
    /// Run that stored it, hexadecimal.
    pub run: String,
    /// Day of the copy that it was read from.
    pub copied: String,
    /// Where it stood before it was handed over to this archive.
    pub origin: Option<Origin>,
}

/// Where a message stood in the archive that handed it over; its place in the segment is the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Number of that archive, hexadecimal.
    pub archive: String,
    /// Entry in its log.
    pub entry: u64,
    /// File of the proof by that log; set here.
    pub proof: Option<String>,
}

/// The same message as another source tells it.
pub struct Telling {
    /// As it is told there.
    pub message: Box<Message>,
    /// Where it stands; its number is that of the message.
    pub archive: ArchiveInfo,
}

/// A message to be shown.
pub struct Exhibit {
    /// The newest version.
    pub message: Box<Message>,
    /// Older versions, oldest first.
    pub older: Vec<Box<Message>>,
    /// What sources of other kinds tell of it.
    pub also: Vec<Telling>,
    /// Where it stands.
    pub archive: ArchiveInfo,
}

/// In which forms the messages are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Formats {
    /// Pages to be read: a start page and the conversations.
    pub html: bool,
    /// `messages.jsonl`, for programs.
    pub lines: bool,
}

impl Default for Formats {
    /// Both.
    fn default() -> Self {
        Self { html: true, lines: true }
    }
}

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Finished {
    /// Messages.
    pub messages: u64,
    /// Conversations.
    pub conversations: u64,
    /// Attachments.
    pub attachments: u64,
    /// Attachments that could not be had.
    pub attachments_missing: u64,
    /// Attachments that are in the archive and cannot be read there.
    pub attachments_damaged: u64,
    /// Placeholders of messages that are withheld.
    pub withheld: u64,
}
