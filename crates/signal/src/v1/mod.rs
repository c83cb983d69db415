//! Signal for Android, the backup file (`signal-*.backup`), file versions 0 and 1. The file is gone
//! through twice: once to authenticate all of it and to gather what is small, once for the messages.
//! Its SQL is read and never run.

mod cipher;
mod frames;
mod groups;
mod header;
mod index;
mod keys;
mod kinds;
mod parts;
mod people;
mod reader;
mod refs;
mod row;
mod statement;
mod tables;

use std::sync::Arc;

use evidence::{Given, Opening, Tree, hash};
use model::{Device, ReadAt, Sensitive, SourceError};

use crate::draft::Source;
use crate::people::text;
use crate::set::Parts;

/// What the evidence is called where names of persons must not appear.
pub(crate) const SHOWN: &str = "signal.backup";
/// The secret that opens it, in words.
pub(crate) const SECRET: &str = "30-digit Signal passphrase";
const KIND: &str = "signal-android-backup";

/// Opens the backup in `tree`; `None` when there is none. A folder may hold one of them.
///
/// # Errors
/// Without the passphrase, with a wrong one, or with several backups in the folder.
pub(crate) fn open(tree: &Arc<dyn Tree>, given: &Given) -> Result<Option<Opening>, SourceError> {
    let io = |e: std::io::Error| SourceError::io("reading the backup", &e);
    let mut found = None;
    let names = tree.list("")?;
    let alone = names.len() == 1;
    // content decides; in a folder only what is named as a backup is looked into
    let backups = names.into_iter().filter(|n| alone || n.to_lowercase().ends_with(".backup")).take(1000);
    for name in backups {
        let Ok(Some(bytes)) = tree.get(&name) else { continue };
        let Ok(Some(header)) = header::read(bytes.as_ref()) else { continue };
        if found.replace((name, bytes, header)).is_some() {
            return Err(SourceError::Missing {
                what: "one backup: the folder holds several, name one of them",
            });
        }
    }
    let Some((name, bytes, header)) = found else { return Ok(None) };
    let passphrase = given.passphrase.as_ref();
    let passphrase = passphrase.ok_or(SourceError::SecretNeeded { kind: KIND, what: SECRET })?;
    let keys = keys::derive(passphrase, &header.salt).ok_or(SourceError::WrongSecret { what: SECRET })?;
    let cipher = Arc::new(cipher::Cipher::new(&keys, header.iv));
    let file = Arc::new(frames::File { bytes, cipher, header });
    // the hash of the whole file and the first way through it are independent
    let (index, sha256) = std::thread::scope(|scope| {
        let hashing = scope.spawn(|| hash(file.bytes.as_ref()));
        let index = index::Index::make(&file, given.owner.as_deref());
        (index, hashing.join())
    });
    let index = index?;
    let sha256 = sha256.map_err(|_| SourceError::Io { what: "hashing", code: 0 })?.map_err(io)?;
    let set = Arc::new(Parts::of(vec![(SHOWN.to_owned(), sha256)], index.notes()));
    let source = Source { name: "signal-android", evidence: text(&name), sha256 };
    let number = index.people.own_number().map(|n| Sensitive::new(n.to_owned()));
    let made_at = made_at(&name);
    let reader = reader::Reader::new(file, index, source);
    Ok(Some(Opening {
        encrypted: true,
        device: Device { number, ..Device::default() },
        made_at,
        ..Opening::of(KIND, set, Box::new(reader))
    }))
}

/// When the backup was made, where its name says so: `signal-2026-01-31-12-34-56.backup`, in the
/// phone's own time, of which the zone is not known; taken as UTC.
fn made_at(name: &str) -> Option<i64> {
    let digits: Vec<i64> = name
        .strip_prefix("signal-")?
        .strip_suffix(".backup")?
        .split('-')
        .map(|part| part.parse().ok().filter(|_| part.bytes().all(|b| b.is_ascii_digit())))
        .collect::<Option<_>>()?;
    crate::clock::millis(digits.as_slice())
}

/// Any bytes as a backup, with a header in front that fits when `framed`.
pub(crate) fn fuzz(data: &[u8]) {
    let bytes: Arc<dyn ReadAt> = Arc::new(data.to_vec());
    if let Ok(Some(header)) = header::read(bytes.as_ref()) {
        let keys = keys::Keys { cipher: [0; 32].into(), mac: [0; 32].into() };
        let cipher = Arc::new(cipher::Cipher::new(&keys, header.iv));
        let _: Result<index::Index, SourceError> =
            index::Index::make(&Arc::new(frames::File { bytes, cipher, header }), None);
    }
    let mut values = Vec::new();
    let _: Result<(), model::Fault> = statement::parameters(data, &mut values);
    if let Some(sql) = std::str::from_utf8(data).ok().or_else(|| statement::text(data)) {
        let _: statement::Sql<'_> = statement::parse(sql);
    }
    let _: Result<groups::GroupChange, model::Fault> = groups::v2(data, &|_| None);
}

#[cfg(test)]
#[allow(clippy::cast_possible_truncation, reason = "seven bits at a time")]
mod tests;
