//! Readers of Signal: the Android backup file (versions 0 and 1), the local backup folder of today's
//! Android app, its frames as a plaintext export, and the database of Signal Desktop. Each format has a
//! module; who people are, what happened and what a message becomes is shared.
//!
//! Nothing here leaves the process but messages: profile keys, master keys of groups and the PIN, all
//! of which the sources hold, are not handed on in any form. The mapping, every doubt and finding, and
//! what each source can never contain stand in `docs/readers/signal.md`.
//!
//! This crate knows no archive and no other reader.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod body;
mod changes;
mod clock;
mod desktop;
mod draft;
mod people;
mod proto;
mod set;
mod v1;
mod v2;

use std::sync::Arc;

use evidence::{Given, Opening, Tree};
use model::SourceError;

/// Reader and version, as each message carries it.
pub(crate) const VERSION: &str = "signal 1";

/// Opens a source of one kind; `None` when it is none of that kind.
pub type Open = fn(&Arc<dyn Tree>, &Given) -> Result<Option<Opening>, SourceError>;

/// Every kind: backup file, backup folder, plaintext export, Desktop.
pub const KINDS: [Open; 4] = [v1::open, v2::open, v2::open_plain, desktop::open];

/// Opens a Signal source of the first kind that it is; `None` when it is none.
///
/// # Errors
/// When it is one and its secret is missing or wrong, or it cannot be read at all.
pub fn open(tree: &Arc<dyn Tree>, given: &Given) -> Result<Option<Opening>, SourceError> {
    for open in KINDS {
        if let Some(opening) = open(tree, given)? {
            return Ok(Some(opening));
        }
    }
    Ok(None)
}

/// Any bytes as frames of a local backup.
#[doc(hidden)]
pub fn fuzz_frames(data: &[u8]) {
    v2::fuzz(data);
}

/// Any bytes as any part of an Android backup.
#[doc(hidden)]
pub fn fuzz_backup(data: &[u8]) {
    v1::fuzz(data);
}

/// Any bytes as a page or a row of the desktop's database.
#[doc(hidden)]
pub fn fuzz_desktop(data: &[u8]) {
    desktop::fuzz(data);
}
