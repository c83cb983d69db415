//! Messages encoded by the reading thread, many in one buffer, for the sealing thread. What the
//! sealing thread needs beside the bytes (time, direction, content of attachments) lies with each.

use std::ops::Range;
use std::sync::Arc;

use model::canonical::{self, Encoded};
use model::{Direction, Message, ReadAt, Record, Unreadable};
use sha2::{Digest, Sha256};

use crate::feed::Batch;

/// A batch is sent on when it holds this many bytes or records.
const FULL_BYTES: usize = 256 * 1024;
const FULL_RECORDS: usize = 1024;

/// Version of the identity: what makes two sightings the same message.
const IDENTITY: u8 = 1;

/// One encoded message; all ranges are of [`EncodedBatch::bytes`].
pub(crate) struct Item {
    /// The seven groups, in order.
    pub(crate) groups: [Range<usize>; 7],
    /// What makes it this message: see [`identity_into`].
    pub(crate) identity: Range<usize>,
    /// What makes it this version of the message.
    pub(crate) version: Range<usize>,
    /// Times in milliseconds since 1970.
    pub(crate) sent: Option<i64>,
    /// As above.
    pub(crate) received: Option<i64>,
    /// Direction, for the retention period.
    pub(crate) direction: Direction,
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
        let identity = self.append(|out| identity_into(message, &groups, out));
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
            sent: message.sent_at.map(model::Stamp::millis),
            received: message.received_at.map(model::Stamp::millis),
            direction: message.direction,
            files,
            missing: u32::try_from(missing).unwrap_or(u32::MAX),
        });
    }
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

/// What makes two sightings the same message, in tiers: the source's own id where there is one; else
/// service, conversation, time, direction, sender, row and a digest of the text. Scoped by custodian and device
/// when it is offered to the archive, and keyed there.
fn identity_into(message: &Message, groups: &Encoded, out: &mut Vec<u8>) {
    out.push(IDENTITY);
    if let Some(id) = &message.id {
        out.push(1);
        put(out, message.source.as_bytes());
        put(out, id.expose().as_bytes());
    } else {
        out.push(2);
        put(out, message.service.as_bytes());
        put(out, message.conversation.as_ref().map_or(&[][..], |c| c.id.expose().as_bytes()));
        put(out, &message.sent_at.map_or(i64::MIN, model::Stamp::millis).to_be_bytes());
        out.push(u8::from(message.direction == Direction::Out));
        put(out, message.sender.as_ref().map_or(&[][..], |s| s.expose().as_bytes()));
        // two rows that agree in all of this are still two messages; a phone keeps its row numbers
        if let model::Place::Row { rowid, .. } = &message.origin.place {
            put(out, &rowid.to_be_bytes());
        }
        out.extend_from_slice(&Sha256::digest(&groups[1]));
    }
}

/// A length in front, so that two fields cannot be taken for one.
fn put(out: &mut Vec<u8>, field: &[u8]) {
    out.extend_from_slice(&(field.len() as u64).to_be_bytes());
    out.extend_from_slice(field);
}
