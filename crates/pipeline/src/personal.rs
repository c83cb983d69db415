//! Keys of an operator's own (age): recipients from an argument or a file, identities from a file. What is wrong with one is
//! named by its line, never by what stands there.

use std::path::Path;
use std::sync::Arc;

pub use access::{Identities, Person, Recipients};
use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::error::JobError;
use crate::verify::bounded_text;

/// Most bytes of a file with recipients or identities.
const MOST: u64 = 64 * 1024;

/// What an operator is unlocked with.
pub enum Unlock {
    /// A passphrase.
    Passphrase(SecretString),
    /// Keys of the operator's own.
    Identities(Identities),
}

/// Recipients: one as it is given, or a file of them.
///
/// # Errors
/// [`JobError::BadKey`].
pub fn recipients(given: &str, person: Arc<dyn Person>) -> Result<Recipients, JobError> {
    // an identity in the place of a recipient is a secret on the command line: it is not said again
    let one = given.starts_with("AGE-") || (given.starts_with("age1") && !Path::new(given).exists());
    let text =
        if one { given.to_owned() } else { bounded_text(Path::new(given), "reading the recipients", MOST)? };
    Recipients::parse(&text, person).map_err(JobError::BadKey)
}

/// Identities of a file.
///
/// # Errors
/// [`JobError::BadKey`].
pub fn identities(file: &Path, person: Arc<dyn Person>) -> Result<Identities, JobError> {
    let text = Zeroizing::new(bounded_text(file, "reading the identity", MOST)?);
    Identities::parse(&text, person).map_err(JobError::BadKey)
}
