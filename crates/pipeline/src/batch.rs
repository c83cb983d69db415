//! Messages encoded by the reading thread, many in one buffer, for the sealing thread. What the
//! sealing thread needs beside the bytes (time, direction, content of attachments) lies with each.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;

use model::canonical::{self, Encoded};
use model::{Direction, Message, ReadAt, Record, Unreadable};

use crate::feed::Batch;
use crate::identity;
use crate::likeness::{self, Mark, Teller};

/// A batch is sent on when it holds this many bytes or records.
const FULL_BYTES: usize = 256 * 1024;
const FULL_RECORDS: usize = 1024;

/// Sources that are the whole store of an app on a phone: what is missing from one is missing from the phone.
/// Exports hold what somebody chose to export.
const WHOLE: &[&str] =
    &["ios", "whatsapp-ios", "whatsapp-android", "signal-android", "signal-desktop", "android-telephony"];

/// One encoded message; all ranges are of [`EncodedBatch::bytes`].
pub(crate) struct Item {
    /// The seven groups, in order.
    pub(crate) groups: [Range<usize>; 7],
    /// What makes it this message: see [`identity::into`].
    pub(crate) identity: Range<usize>,
    /// What makes it this version of the message.
    pub(crate) version: Range<usize>,
    /// Kind of source among those that may tell this message, and what marks it for them.
    pub(crate) teller: Option<Teller>,
    pub(crate) marks: Vec<Mark>,
    /// Somebody's address with the name that goes with it.
    pub(crate) named: Option<(String, String)>,
    /// Of what was read as a whole: two messages in it that are alike are two.
    pub(crate) whole: u64,
    /// Id of the conversation; empty where it belongs to none.
    pub(crate) conversation: Range<usize>,
    /// What a source of this kind can speak for as a whole: itself and the conversation. Empty for kinds that
    /// may hold a part of what the phone has.
    pub(crate) scope: Range<usize>,
    /// Among the recently deleted.
    pub(crate) deleted: bool,
    /// Withdrawn by its sender.
    pub(crate) unsent: bool,
    /// Disappears by a timer.
    pub(crate) expiring: bool,
    /// Times in milliseconds since 1970.
    pub(crate) sent: Option<i64>,
    /// As above.
    pub(crate) received: Option<i64>,
    /// Direction, for the retention period.
    pub(crate) direction: Direction,
    /// Marking, as read.
    pub(crate) marking: Option<String>,
    /// Content of attachments, with its digest and size.
    pub(crate) files: Vec<File>,
    /// Attachments that the message names and the source does not have.
    pub(crate) missing: u32,
}

/// Content of an attachment.
pub(crate) struct File {
    pub(crate) sha256: [u8; 32],
    pub(crate) size: u64,
    pub(crate) content: Arc<dyn ReadAt>,
}

/// A batch of encoded messages.
#[derive(Default)]
pub(crate) struct EncodedBatch {
    /// The bytes of all messages, one after another.
    pub(crate) bytes: Vec<u8>,
    /// The messages.
    pub(crate) items: Vec<Item>,
    /// Records that could not be read.
    pub(crate) unreadable: Vec<Unreadable>,
    /// Records of all kinds.
    pub(crate) records: u64,
    scratch: Encoded,
}

/// What the source of a message can speak for as a whole: itself and the conversation; empty for others.
pub(crate) fn whole(message: &Message) -> Vec<u8> {
    match &message.conversation {
        Some(conversation) if WHOLE.contains(&message.source.as_ref()) => {
            let word = likeness::teller(message).map_or("", |t| t.word);
            let apart = if word.is_empty() { "" } else { "/" };
            let source = [&message.source, apart, word].map(str::as_bytes).concat();
            [&source, &[0][..], conversation.id.expose().as_bytes()].concat()
        }
        _ => Vec::new(),
    }
}

impl EncodedBatch {
    /// Empties the batch, keeping its buffers.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.items.clear();
        self.unreadable.clear();
        self.records = 0;
    }

    fn append(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> Range<usize> {
        let start = self.bytes.len();
        write(&mut self.bytes);
        start..self.bytes.len()
    }

    fn message(&mut self, message: &Message) {
        let mut groups = std::mem::take(&mut self.scratch);
        canonical::encode_into(message, &mut groups);
        let ranges = std::array::from_fn(|i| self.append(|out| out.extend_from_slice(&groups[i])));
        let version = self.append(|out| canonical::version_into(message, &groups, out));
        let identity = self.append(|out| identity::into(message, &groups[1], out));
        let conversation = self.append(|out| {
            if let Some(conversation) = &message.conversation {
                out.extend_from_slice(conversation.id.expose().as_bytes());
            }
        });
        let teller = likeness::teller(message);
        let word = teller.map_or("", |t| t.word);
        let scope = self.append(|out| out.extend_from_slice(&whole(message)));
        self.scratch = groups;
        let files = message
            .attachments
            .iter()
            .filter_map(|a| Some(File { sha256: a.sha256?, size: a.size?, content: a.content.clone()? }))
            .collect();
        let missing = message.attachments.iter().filter(|a| a.missing).count();
        self.items.push(Item {
            groups: ranges,
            identity,
            version,
            teller,
            marks: teller.map(|t| likeness::marks(message, t)).unwrap_or_default(),
            named: teller.and_then(|t| likeness::named(message, t)),
            whole: whole_of(message, word),
            conversation,
            scope,
            deleted: message.deleted,
            unsent: message.unsent,
            expiring: message.expires_after_s.is_some_and(|s| s > 0),
            sent: message.sent_at.map(model::Stamp::millis),
            received: message.received_at.map(model::Stamp::millis),
            direction: message.direction,
            marking: message.classification.as_ref().map(|c| c.expose().to_string()),
            files,
            missing: u32::try_from(missing).unwrap_or(u32::MAX),
        });
    }
}

/// What was read as a whole: a file, or the backup that has the messages in several.
fn whole_of(message: &Message, word: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    message.origin.evidence_sha256.hash(&mut hasher);
    if word != "adb" {
        message.origin.evidence.expose().hash(&mut hasher);
    }
    hasher.finish()
}

impl Batch for EncodedBatch {
    fn push(&mut self, record: Record) {
        self.records += 1;
        match record {
            Record::Message(message) => self.message(&message),
            Record::Folded { at: _ } => {}
            Record::Unreadable(unreadable) => self.unreadable.push(unreadable),
        }
    }

    fn is_full(&self) -> bool {
        self.bytes.len() >= FULL_BYTES || self.records >= FULL_RECORDS as u64
    }

    fn is_empty(&self) -> bool {
        self.records == 0
    }
}
