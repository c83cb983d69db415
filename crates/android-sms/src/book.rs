//! What the rows of one source share: where they come from, conversations seen before, media types, and
//! the numbers that turned out to be the owner's.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use model::{Conversation, ME, Origin, Place, Sensitive, Text};

use crate::parties::normal;

/// Most conversations and media types that are remembered; more are made anew each time.
const MOST_REMEMBERED: usize = 20_000;

/// Most numbers that are taken for the owner's.
const MOST_OWN: usize = 16;

/// Where the rows of a source come from.
#[derive(Clone)]
pub struct Origins {
    /// Source word: `sms-backup-restore`, `android-telephony` ...
    pub source: &'static str,
    /// Reader and version.
    pub reader_version: &'static str,
    /// Name of the evidence.
    pub evidence: Text,
    /// SHA-256 of the evidence as stored.
    pub sha256: [u8; 32],
}

/// What the rows of one source share.
pub struct Book {
    origins: Origins,
    me: Text,
    own: BTreeSet<String>,
    conversations: HashMap<Vec<String>, Arc<Conversation>>,
    mimes: HashMap<String, Arc<str>>,
}

impl Book {
    /// An empty book; `owner` is the owner's number where it is known from elsewhere.
    pub fn new(origins: Origins, owner: Option<&str>) -> Self {
        let mut book = Self {
            origins,
            me: Sensitive::new(Arc::from(ME)),
            own: BTreeSet::new(),
            conversations: HashMap::new(),
            mimes: HashMap::new(),
        };
        book.note_own(owner);
        book
    }

    /// Another piece of evidence, same source and owner.
    pub fn turn_to(&mut self, origins: Origins) {
        self.origins = origins;
    }

    /// Notes a number as the owner's.
    pub fn note_own(&mut self, number: Option<&str>) {
        if let Some(number) = number.and_then(normal)
            && self.own.len() < MOST_OWN
        {
            self.own.insert(number);
        }
    }

    /// Whether a number, in its normal form, is the owner's.
    pub fn is_own(&self, number: &str) -> bool {
        self.own.contains(number)
    }

    /// Whether any number of the owner is known.
    pub fn knows_owner(&self) -> bool {
        !self.own.is_empty()
    }

    pub(crate) fn me(&self) -> Text {
        self.me.clone()
    }

    pub(crate) fn source(&self) -> &'static str {
        self.origins.source
    }

    pub(crate) fn origin(&self, place: Place) -> Origin {
        Origin {
            evidence: self.origins.evidence.clone(),
            evidence_sha256: self.origins.sha256,
            place,
            reader_version: Cow::Borrowed(self.origins.reader_version),
        }
    }

    /// The conversation of that id with these others.
    pub(crate) fn conversation(
        &mut self,
        id: String,
        others: &[String],
        is_group: bool,
    ) -> Arc<Conversation> {
        if let Some(known) = self.conversations.get(others)
            && known.is_group == is_group
            && **known.id.expose() == *id
        {
            return known.clone();
        }
        let made = Arc::new(Conversation {
            id: Sensitive::new(Arc::from(id)),
            name: None,
            is_group,
            participants: others.iter().map(|o| Sensitive::new(Arc::from(o.as_str()))).collect(),
        });
        if self.conversations.len() < MOST_REMEMBERED {
            self.conversations.insert(others.to_vec(), made.clone());
        }
        made
    }

    pub(crate) fn mime(&mut self, mime: &str) -> Arc<str> {
        if let Some(known) = self.mimes.get(mime) {
            return known.clone();
        }
        let made: Arc<str> = Arc::from(mime);
        if self.mimes.len() < MOST_REMEMBERED && mime.len() < 256 {
            self.mimes.insert(mime.to_owned(), made.clone());
        }
        made
    }
}

/// A text as the message has it.
pub(crate) fn text(value: &str) -> Text {
    Sensitive::new(Arc::from(value))
}
