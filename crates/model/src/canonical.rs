//! The canonical encoding: a message as seven byte strings, one for each field group, in
//! deterministic CBOR (RFC 8949, 4.2). `docs/MESSAGE.md` is the specification.
//!
//! These bytes are committed to and sealed; they are hashed as stored and never re-encoded before a
//! check. The eighth group, *verdict*, belongs to the pipeline.
//!
//! Every map has integer keys in ascending order; absent values, `false` and empty lists are left
//! out; a time is the array `[raw, unit code]`; the first key of *core* is the version.

mod decode;
mod encode;
mod shown;

pub use decode::{decode, times};
pub use encode::{encode_into, version_into};
pub use shown::shown;

/// Version of the encoding, in every *core* group.
pub const VERSION: u8 = 1;

/// A field group: what is committed to, and can be shown or hidden, as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    /// Service, kind, direction, times, ids.
    Core = 1,
    /// Body, subject, edits, text of events.
    Text = 2,
    /// Conversation, its name, participants, sender, everyone named in events and reactions.
    Parties = 3,
    /// Names, types, sizes and digests of files.
    Attachments = 4,
    /// Reactions, receipts, deleted, unsent.
    State = 5,
    /// Blobs kept for later interpretation.
    Raw = 6,
    /// Source, place, reader, doubts.
    Provenance = 7,
    /// Verdict and retention stamp; written by the pipeline.
    Verdict = 8,
}

/// The groups this crate encodes, in order.
pub const GROUPS: [Group; 7] = [
    Group::Core,
    Group::Text,
    Group::Parties,
    Group::Attachments,
    Group::State,
    Group::Raw,
    Group::Provenance,
];

/// The encoded groups of one message, in the order of [`GROUPS`].
pub type Encoded = [Vec<u8>; 7];

/// Every field of the JSON form with the group it is committed in. Lists whose parts lie in two
/// groups stand twice: who reacted is a party, how is state.
pub const FIELDS: &[(&str, Group)] = &[
    ("source", Group::Provenance),
    ("service", Group::Core),
    ("conversation", Group::Parties),
    ("conversation_name", Group::Parties),
    ("is_group", Group::Parties),
    ("participants", Group::Parties),
    ("id", Group::Core),
    ("sender", Group::Parties),
    ("sender_name", Group::Parties),
    ("direction", Group::Core),
    ("sent_at", Group::Core),
    ("received_at", Group::Core),
    ("delivered_at", Group::State),
    ("read_at", Group::State),
    ("remote_at", Group::Core),
    ("subject", Group::Text),
    ("body", Group::Text),
    ("attachments", Group::Attachments),
    ("edits", Group::Text),
    ("unsent", Group::State),
    ("unsent_parts", Group::State),
    ("reactions", Group::State),
    ("reactions", Group::Parties),
    ("reply_to", Group::Core),
    ("deleted", Group::State),
    ("expires_after_s", Group::Core),
    ("event", Group::Core),
    ("event", Group::Text),
    ("event", Group::Parties),
    ("classification", Group::Core),
    ("doubts", Group::Provenance),
    ("origin", Group::Provenance),
];

/// Keys of the maps, by group. One list, so that encoder, decoder and specification agree.
pub(crate) mod key {
    pub(crate) mod core {
        pub(crate) const VERSION: u8 = 0;
        pub(crate) const SERVICE: u8 = 1;
        pub(crate) const DIRECTION: u8 = 2;
        pub(crate) const SENT_AT: u8 = 3;
        pub(crate) const RECEIVED_AT: u8 = 4;
        pub(crate) const REMOTE_AT: u8 = 5;
        pub(crate) const ID: u8 = 6;
        pub(crate) const REPLY_TO: u8 = 7;
        pub(crate) const EXPIRES: u8 = 8;
        pub(crate) const EVENT: u8 = 9;
        pub(crate) const EVENT_SECONDS: u8 = 10;
        pub(crate) const EVENT_CODE: u8 = 11;
        pub(crate) const CLASSIFICATION: u8 = 12;
    }
    pub(crate) mod text {
        pub(crate) const BODY: u8 = 1;
        pub(crate) const SUBJECT: u8 = 2;
        pub(crate) const EDITS: u8 = 3;
        pub(crate) const EVENT_TEXT: u8 = 4;
    }
    pub(crate) mod parties {
        pub(crate) const CONVERSATION: u8 = 1;
        pub(crate) const NAME: u8 = 2;
        pub(crate) const IS_GROUP: u8 = 3;
        pub(crate) const PARTICIPANTS: u8 = 4;
        pub(crate) const SENDER: u8 = 5;
        pub(crate) const SENDER_NAME: u8 = 6;
        pub(crate) const REACTORS: u8 = 7;
        pub(crate) const EVENT_WHO: u8 = 8;
        pub(crate) const EVENT_TITLE: u8 = 9;
    }
    pub(crate) mod attachment {
        pub(crate) const NAME: u8 = 1;
        pub(crate) const MIME: u8 = 2;
        pub(crate) const SIZE: u8 = 3;
        pub(crate) const SHA256: u8 = 4;
        pub(crate) const MISSING: u8 = 5;
    }
    pub(crate) mod state {
        pub(crate) const UNSENT: u8 = 1;
        pub(crate) const UNSENT_PARTS: u8 = 2;
        pub(crate) const REACTIONS: u8 = 3;
        pub(crate) const DELETED: u8 = 4;
        pub(crate) const DELIVERED_AT: u8 = 5;
        pub(crate) const READ_AT: u8 = 6;
    }
    pub(crate) mod provenance {
        pub(crate) const SOURCE: u8 = 1;
        pub(crate) const EVIDENCE: u8 = 2;
        pub(crate) const SHA256: u8 = 3;
        pub(crate) const PLACE: u8 = 4;
        pub(crate) const READER: u8 = 5;
        pub(crate) const DOUBTS: u8 = 6;
    }
}

#[cfg(test)]
mod tests;

#[cfg(test)]
pub(crate) use tests::full as tests_full;

/// Any bytes as the groups of a message, each behind two bytes of length: what decodes encodes to the same again.
#[doc(hidden)]
pub fn fuzz_one(data: &[u8]) {
    let mut rest = data;
    let mut groups: [&[u8]; 7] = [&[]; 7];
    for group in &mut groups {
        let Some((len, behind)) = rest.split_first_chunk::<2>() else { return };
        let n = usize::from(u16::from_be_bytes(*len)).min(behind.len());
        (*group, rest) = behind.split_at(n);
    }
    if let Ok(message) = decode(groups) {
        let mut encoded = Encoded::default();
        encode_into(&message, &mut encoded);
        drop(encoded);
    }
    drop(decode::times(groups[0]));
}
