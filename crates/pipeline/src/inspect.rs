//! `inspect`: what a source is, what is in it, what is read and what is not. No message content.

use std::path::Path;

use model::wire;
use serde::Serialize;

use crate::apps::{self, App};
use crate::error::JobError;
use crate::open::{SourceOptions, open};
use crate::progress::{Phase, Progress};

/// What a source is.
#[derive(Debug, Serialize)]
pub struct Inspection {
    /// The path as typed.
    pub source: String,
    /// `ios-backup` ...
    pub kind: String,
    /// Whether its content is encrypted.
    pub encrypted: bool,
    /// Whether the content could be opened with the secret given.
    pub unlocked: bool,
    /// Which secret it needs, when it was not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// The phone as the source states it; name, serial and number only on request.
    pub device: DeviceFacts,
    /// When the copy was made, UTC.
    pub backup_date: Option<String>,
    /// Every app that matters, and every other that the source says is installed.
    pub apps: Vec<App>,
    /// What will be read.
    pub readers: Vec<ReaderFacts>,
    /// What a person must look at.
    pub findings: Vec<String>,
    /// Notes on lengths and damage.
    pub notes: Vec<String>,
}

/// The phone as the source states it.
#[derive(Debug, Default, Serialize)]
pub struct DeviceFacts {
    /// Model.
    pub model: Option<String>,
    /// System and version.
    pub system: Option<String>,
    /// Name the owner gave it; says who.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Serial number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// IMEI.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imei: Option<String>,
    /// Number of the line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
}

/// One reader that found its part.
#[derive(Debug, Serialize)]
pub struct ReaderFacts {
    /// Reader and version.
    pub reader: String,
    /// Rows it will account for.
    pub rows: Option<u64>,
    /// Databases with the SHA-256 of their schema.
    pub schemas: Vec<(String, String)>,
    /// Time of the newest row, UTC.
    pub newest: Option<String>,
}

impl Inspection {
    /// Whether there is nothing that a person must look at.
    pub fn clean(&self) -> bool {
        self.findings.is_empty() && self.notes.is_empty() && self.unlocked
    }
}

/// Inspects the source at `path`. With `show_names`, the device's name, serial, IMEI and number are
/// given too. A source that is encrypted and comes without its secret is described as far as it can
/// be.
///
/// # Errors
/// [`JobError::Source`] when it is no known source, its secret is wrong, or it is damaged.
pub fn inspect(
    path: &Path,
    options: &SourceOptions,
    show_names: bool,
    progress: Progress<'_>,
) -> Result<Inspection, JobError> {
    progress.begin(Phase::Opening, None);
    let source = path.display().to_string();
    let opened = match open(path, options) {
        Err(JobError::Source { fault: model::SourceError::SecretNeeded { kind, what }, .. }) => {
            return Ok(Inspection {
                source,
                kind: kind.to_owned(),
                encrypted: true,
                unlocked: false,
                secret: Some(what.to_owned()),
                device: DeviceFacts::default(),
                backup_date: None,
                apps: Vec::new(),
                readers: Vec::new(),
                findings: Vec::new(),
                notes: Vec::new(),
            });
        }
        other => other?,
    };
    let named = |value: &Option<model::Sensitive<String>>| {
        value.as_ref().filter(|_| show_names).map(|v| v.expose().clone())
    };
    let d = &opened.device;
    let mut findings: Vec<String> = opened.findings().iter().map(ToString::to_string).collect();
    let mut readers = Vec::new();
    for reader in &opened.readers {
        let description = reader.describe();
        findings.extend(description.findings.iter().map(ToString::to_string));
        readers.push(ReaderFacts {
            reader: description.reader,
            rows: description.rows,
            schemas: description.schemas.iter().map(|(name, hash)| (name.clone(), wire::hex(hash))).collect(),
            newest: description.newest.and_then(model::Stamp::rfc3339),
        });
    }
    Ok(Inspection {
        source,
        kind: opened.kind.to_owned(),
        encrypted: opened.encrypted,
        unlocked: true,
        secret: None,
        device: DeviceFacts {
            model: d.model.clone(),
            system: d.system.clone(),
            name: named(&d.name),
            serial: named(&d.serial),
            imei: named(&d.imei),
            number: named(&d.number),
        },
        backup_date: opened.made_at.and_then(|ms| model::Stamp::unix_millis(ms).rfc3339()),
        apps: apps::coverage(&opened),
        readers,
        findings,
        notes: opened.notes(),
    })
}
