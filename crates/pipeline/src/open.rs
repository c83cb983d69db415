//! From a path to the readers that can read what lies there: first the container is recognised by its
//! content, then each reader of the table is asked whether its part is in it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use evidence::{EvidenceSet, Tree};
use ios_backup::IosBackup;
use model::{Device, Finding, MessageSource, SourceError};
use secrecy::SecretString;

use crate::error::JobError;

/// What the operator says about a source beside its path.
#[derive(Clone, Default)]
pub struct SourceOptions {
    /// Backup password, Signal passphrase or recovery key, WhatsApp 64-digit key.
    pub passphrase: Option<SecretString>,
    /// File that holds a WhatsApp key.
    pub key_file: Option<PathBuf>,
    /// Number of the owner, where the source does not state it.
    pub owner: Option<String>,
    /// Name of the owner as a chat export writes it.
    pub owner_name: Option<String>,
}

type OpenReader = fn(Arc<dyn EvidenceSet>) -> Result<Option<Box<dyn MessageSource>>, SourceError>;

/// A reader, as a function from evidence to a source of messages; `None` when its part is not there.
pub(crate) struct Reader {
    /// Name for people.
    pub(crate) name: &'static str,
    open: OpenReader,
}

/// Every reader that can find its part in an iOS backup.
pub(crate) const IOS_READERS: &[Reader] = &[Reader { name: "imessage", open: imessage::open }];

/// An opened source.
pub struct Opened {
    /// What it is: `ios-backup`.
    pub kind: &'static str,
    /// Whether its content is encrypted.
    pub encrypted: bool,
    /// The phone, as the source states it.
    pub device: Device,
    /// When the copy was made, milliseconds since 1970, as the source states it.
    pub made_at: Option<i64>,
    /// Bundle ids of the apps that the source says are installed.
    pub apps: Vec<String>,
    /// The parts of the source.
    pub set: Arc<dyn EvidenceSet>,
    /// What reads them.
    pub readers: Vec<Box<dyn MessageSource>>,
    /// Readers whose part could not be opened, and why.
    pub failed: Vec<(&'static str, SourceError)>,
    findings: Vec<Finding>,
    /// Notes on lengths and damage of the files opened so far.
    pub notes: Vec<String>,
}

impl Opened {
    /// What a person must look at, known without reading messages.
    pub fn findings(&self) -> Vec<Finding> {
        let mut all = self.findings.clone();
        for (reader, fault) in &self.failed {
            all.push(Finding { code: format!("reader_failed:{reader}: {fault}"), at: None });
        }
        all
    }
}

/// Opens the source at `path`.
///
/// # Errors
/// [`JobError::Source`]: no source that is known, a secret missing or wrong, unfinished or damaged.
pub fn open(path: &Path, options: &SourceOptions) -> Result<Opened, JobError> {
    let fail = |fault| JobError::source_at(path, fault);
    let tree = evidence::open_tree(path).map_err(fail)?;
    open_tree(tree, options).map_err(fail)
}

fn open_tree(tree: Arc<dyn Tree>, options: &SourceOptions) -> Result<Opened, SourceError> {
    if !ios_backup::is_backup(tree.as_ref())? {
        return Err(SourceError::Unknown);
    }
    let backup = Arc::new(IosBackup::open(tree, options.passphrase.as_ref())?);
    let set: Arc<dyn EvidenceSet> = backup.clone();
    let (mut readers, mut failed) = (Vec::new(), Vec::new());
    for reader in IOS_READERS {
        match (reader.open)(set.clone()) {
            Ok(Some(source)) => readers.push(source),
            Ok(None) => {}
            // one damaged part must not hide the others
            Err(fault) => failed.push((reader.name, fault)),
        }
    }
    if readers.is_empty()
        && let Some((_, fault)) = failed.first()
    {
        return Err(fault.clone());
    }
    Ok(Opened {
        kind: "ios-backup",
        encrypted: backup.is_encrypted(),
        device: backup.device(),
        made_at: backup.date(),
        apps: backup.apps(),
        findings: backup.findings(),
        notes: backup.notes(),
        set,
        readers,
        failed,
    })
}
