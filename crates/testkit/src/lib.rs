//! Writes sample sources in genuine format. iPhone backups: key bag, encrypted manifest, encrypted files, an
//! Writes sample backups of Signal ([`signal`]), and sample iPhone backups in genuine format: key bag, encrypted manifest, encrypted files, an
//! `sms.db` with typedstream bodies. Written from the format descriptions in `docs/readers`, not from
//! our readers, of which it knows nothing. The same specification gives the same bytes.
//!
//! [`android`] does the same for the SMS and MMS of Android phones.
//!
//! Used by `demo`, by tests and by benchmarks. All persons, numbers and texts are invented.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod android;
mod archive;
mod backup;
pub mod chat_export;
mod chat_story;
mod kinds;
mod messages;
mod quirks;
pub mod signal;
mod story;
mod typedstream;
pub mod ufdr;
pub mod whatsapp;

use std::io;
use std::path::Path;

pub use messages::Truth;
pub use quirks::{Quirks, Shape};

/// What to write.
#[derive(Clone, Debug)]
pub struct Spec {
    /// Seed of everything that is random.
    pub seed: u64,
    /// Password of the backup; none for a plain one.
    pub password: Option<String>,
    /// Rounds of the first key derivation; Apple uses 10,000,000.
    pub rounds: u32,
    /// Messages beside the story.
    pub more: u32,
    /// A mark that every text, name, number, title and file name carries, for finding leaks.
    pub canary: Option<String>,
    /// Serial number of the phone.
    pub serial: String,
    /// What is odd about it.
    pub quirks: Quirks,
    /// Whether WhatsApp is on the phone, with its messages in the backup.
    pub whatsapp: bool,
}

impl Spec {
    /// A small encrypted backup.
    pub fn small(seed: u64, password: &str) -> Self {
        Self {
            seed,
            password: Some(password.to_owned()),
            rounds: 20_000,
            more: 0,
            canary: None,
            serial: "F2LXDEMO0001".to_owned(),
            quirks: Quirks::default(),
            whatsapp: false,
        }
    }
}

/// Writes a backup into `dir`, which must not be there or be empty; gives what a reader must find.
///
/// # Errors
/// What the operating system refuses.
pub fn write(spec: &Spec, dir: &Path) -> io::Result<Truth> {
    let mut writer = backup::Writer::new(spec, dir)?;
    let mut truth = messages::write(spec, &mut writer)?;
    if spec.whatsapp {
        truth.whatsapp = whatsapp::ios::write(spec, &mut writer)?;
    }
    writer.finish()?;
    Ok(truth)
}

pub(crate) fn sql(e: rusqlite::Error) -> io::Error {
    io::Error::other(e)
}

pub(crate) fn list(e: plist::Error) -> io::Error {
    io::Error::other(e)
}
