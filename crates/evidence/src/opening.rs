//! What an operator says about a source beside its path, and what a container or reader makes of the
//! source: the two types that pass between the pipeline and every format.

use std::sync::Arc;

use model::{Device, Finding, MessageSource};
use secrecy::{SecretSlice, SecretString};

use crate::set::EvidenceSet;

/// Order of day, month and year in the dates of a chat export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateOrder {
    /// Day, month, year.
    Dmy,
    /// Month, day, year.
    Mdy,
    /// Year, month, day.
    Ymd,
}

/// What the operator says about a source. Every field may be left out; a format that cannot do without
/// answers [`model::SourceError::SecretNeeded`].
#[derive(Clone, Default)]
pub struct Given {
    /// Backup password, Signal passphrase or recovery key, WhatsApp 64-digit key.
    pub passphrase: Option<SecretString>,
    /// Content of a key file (WhatsApp `key`, `encrypted_backup.key`).
    pub key_file: Option<Arc<SecretSlice<u8>>>,
    /// Number of the owner, where the source does not state it.
    pub owner: Option<String>,
    /// Name of the owner as a chat export writes it.
    pub owner_name: Option<String>,
    /// Order of dates in a chat export, where two orders fit.
    pub date_order: Option<DateOrder>,
    /// Zone of the wall times in a chat export, by its name in the zone database (`America/Nuuk`).
    pub zone: Option<String>,
    /// Name of the source's file or folder, where it says what the source does not.
    pub source_name: Option<String>,
}

/// A source that was recognised and opened.
pub struct Opening {
    /// What it is: `ios-backup`, `sms-backup-restore` ...
    pub kind: &'static str,
    /// Whether its content is encrypted.
    pub encrypted: bool,
    /// The phone, as far as the source states it.
    pub device: Device,
    /// When the copy was made, milliseconds since 1970, where the source states it.
    pub made_at: Option<i64>,
    /// Ids of the apps that the source says are installed.
    pub apps: Vec<String>,
    /// The parts of the source.
    pub set: Arc<dyn EvidenceSet>,
    /// What reads them.
    pub readers: Vec<Box<dyn MessageSource>>,
    /// What a person must look at, known without reading messages.
    pub findings: Vec<Finding>,
}

impl Opening {
    /// An opening of this kind with nothing stated beside its parts and one reader.
    pub fn of(kind: &'static str, set: Arc<dyn EvidenceSet>, reader: Box<dyn MessageSource>) -> Self {
        Self {
            kind,
            encrypted: false,
            device: Device::default(),
            made_at: None,
            apps: Vec::new(),
            set,
            readers: vec![reader],
            findings: Vec::new(),
        }
    }
}
