//! Content of a part, fetched again when it is read: a member of the zip, or base64 in the message itself
//! (version 1). One content at a time is held, for all parts together.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use android_sms::json::parse;
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use evidence::Tree;
use model::ReadAt;
use serde_json::Value;

const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Where a content lies.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Where {
    /// A member of the tree.
    Member(String),
    /// Part of that number in the object at that place.
    Inline { start: u64, len: u64, part: usize },
}

/// The one content that is held.
type Held = Mutex<Option<(Where, Arc<dyn ReadAt>)>>;

/// Fetches contents.
pub(crate) struct Store {
    tree: Arc<dyn Tree>,
    messages: Arc<dyn ReadAt>,
    held: Held,
}

impl Store {
    pub(crate) fn new(tree: Arc<dyn Tree>, messages: Arc<dyn ReadAt>) -> Self {
        Self { tree, messages, held: Mutex::new(None) }
    }

    /// The content; `None` when it is not there.
    pub(crate) fn fetch(&self, place: &Where) -> io::Result<Option<Arc<dyn ReadAt>>> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, bytes)) = &*held
            && known == place
        {
            return Ok(Some(bytes.clone()));
        }
        *held = None;
        let bytes: Option<Arc<dyn ReadAt>> = match place {
            Where::Member(name) => self.tree.get(name).map_err(|_| io::ErrorKind::InvalidData)?,
            Where::Inline { start, len, part } => {
                let map = parse(&self.messages, *start, *len)?.map_err(|_| io::ErrorKind::InvalidData)?;
                let parts = map.get("__parts").or_else(|| map.get("parts")).and_then(Value::as_array);
                let text = parts
                    .and_then(|p| p.get(*part))
                    .and_then(|p| p.get("binary_data"))
                    .and_then(Value::as_str);
                text.map(decode).transpose()?.map(|bytes| Arc::new(bytes) as Arc<dyn ReadAt>)
            }
        };
        if let Some(bytes) = &bytes {
            *held = Some((place.clone(), bytes.clone()));
        }
        Ok(bytes)
    }
}

fn decode(text: &str) -> io::Result<Vec<u8>> {
    let letters: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    ENGINE.decode(letters).map_err(|_| io::ErrorKind::InvalidData.into())
}

/// A content that is fetched when it is read.
pub(crate) struct Lazy {
    pub(crate) store: Arc<Store>,
    pub(crate) place: Where,
    pub(crate) size: u64,
}

impl ReadAt for Lazy {
    fn len(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        match self.store.fetch(&self.place)? {
            Some(bytes) => bytes.read_at(offset, buf),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }
}
