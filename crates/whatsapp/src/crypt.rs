//! WhatsApp's own backups on Android (`msgstore.db.crypt12`, `.crypt14`, `.crypt15`, `.mcrypt1`): told
//! from other files by content, checked against the key, authenticated as a whole, and only then
//! decrypted and inflated, into scratch space that holds ciphertext.
//!
//! The formats stand in `docs/readers/whatsapp-android.md`. What is inside is not looked at here.

mod gcm;
mod header;
mod inflate;
mod key;

use std::sync::Arc;

use evidence::Given;
use model::{Fault, Location, Place, ReadAt, SourceError};

pub(crate) use header::{Header, Kind, plain_by_name};
use key::Keys;

#[doc(hidden)]
pub use header::fuzz_one as fuzz_header;
#[doc(hidden)]
pub use key::fuzz_one as fuzz_key;

/// A backup that was opened.
pub(crate) struct Plain {
    /// The inside, inflated.
    pub(crate) bytes: Arc<dyn ReadAt>,
    /// SHA-256 of the file as it lies there.
    pub(crate) sha256: [u8; 32],
    /// What was odd about its end.
    pub(crate) trailer: Trailer,
}

/// What stands behind the authentication tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trailer {
    /// The checksum, and it matches.
    Matches,
    /// A checksum that does not match, behind a tag that does.
    Differs,
    /// Nothing: a part of a backup in several files.
    None,
    /// So many bytes of it are missing.
    Cut(u64),
}

fn damaged(name: &str, fault: Fault) -> SourceError {
    SourceError::damaged(Location { evidence: name.to_owned(), place: Place::File }, fault)
}

/// Opens a backup whose header was recognised.
///
/// # Errors
/// [`SourceError::SecretNeeded`] and [`SourceError::WrongSecret`] for the key; [`SourceError::Damaged`]
/// when the file is cut or changed, which is found before anything of it is used.
pub(crate) fn open(
    stored: &Arc<dyn ReadAt>,
    header: &Header,
    given: &Given,
    name: &str,
) -> Result<Plain, SourceError> {
    let keys = Keys::of(given)?;
    let key = keys.for_header(header)?;
    let io = |e: std::io::Error| SourceError::io("reading the backup", &e);
    let cipher = gcm::Gcm::new(&key, &header.iv);
    let seen = gcm::examine(stored.as_ref(), header, &cipher).map_err(io)?;
    let Some(end) = seen.end else {
        // the checksum needs no key: where it matches, the file is whole and the key is another's
        if seen.checksum_matches {
            return Err(SourceError::WrongSecret { what: Keys::name(header) });
        }
        // a part of a backup in several files has no checksum: its first bytes tell the key
        if header.may_lack_checksum() && !inflate::begins(stored.as_ref(), header, &cipher).map_err(io)? {
            return Err(SourceError::WrongSecret { what: Keys::name(header) });
        }
        return Err(damaged(name, Fault::Mismatch { what: "authentication tag" }));
    };
    let bytes = inflate::inflate(stored.as_ref(), header.len, end, &cipher, name)?;
    Ok(Plain { bytes: Arc::new(bytes), sha256: seen.sha256, trailer: seen.trailer })
}
