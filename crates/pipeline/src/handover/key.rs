//! The key that a receiver makes for what is handed over to it: the public half as a text that its job signs, with
//! words to compare by telephone; the private half in the key store, wrapped to the operator who made it.

use std::path::Path;

use archive::Operator;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chain::{Note, TrustedKey, job_name};
use model::wire;
use serde::Serialize;
use vault::{KeyPair, PublicKey};

use super::RIGHT;
use crate::error::JobError;
use crate::places::{Places, shown};
use crate::requests::must;
use crate::verify::bounded_text;

const FIRST_LINE: &str = "beskedarkiv handover-key/1";
/// Most bytes of a key file.
const MOST: u64 = 64 * 1024;

/// A receiver's key, its file verified.
pub(crate) struct ReceiverKey {
    /// Number of the receiver's archive.
    pub(crate) archive: [u8; 16],
    /// What packages are encrypted to.
    pub(crate) public: PublicKey,
    /// What the receiver signs receipts with.
    pub(crate) job: TrustedKey,
    /// The file's text.
    pub(crate) text: String,
}

/// A key that was made, or read to be compared.
#[derive(Debug, Serialize)]
pub struct KeyReport {
    /// Where it lies.
    pub path: String,
    /// Number of the receiver's archive, hexadecimal.
    pub archive: String,
    /// Words that both sides must have alike.
    pub words: String,
}

fn bad(why: &str) -> JobError {
    JobError::BadValue { what: "hand-over key", why: why.to_owned() }
}

/// How a key is named: SHA-256 of its public half.
pub(crate) fn called(public: &PublicKey) -> [u8; 32] {
    chain::hash(&[public.as_bytes()])
}

/// Words of a key file: over everything it says.
fn words(text: &str) -> String {
    let said = Note::parse(text).map(|note| note.text).unwrap_or_default();
    export::spoken(&chain::hash(&[said.as_bytes()])[..12])
}

impl ReceiverKey {
    pub(crate) fn parse(text: &str) -> Result<Self, JobError> {
        let none = || bad("is no key file, or a damaged one");
        let note = Note::parse(text).map_err(|_| none())?;
        let mut lines = note.text.lines();
        let mut field = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ').map(str::to_owned);
        let first = field("beskedarkiv").filter(|rest| FIRST_LINE.ends_with(rest.as_str()));
        let (archive, key, job) = (field("archive"), field("key"), field("job"));
        let archive: [u8; 16] =
            first.and(archive).and_then(|a| crate::operators::unhex(&a)).ok_or_else(none)?;
        let public = key.and_then(|key| STANDARD.decode(key).ok()).ok_or_else(none)?;
        let public = PublicKey::from_bytes(&public).map_err(|_| none())?;
        let job = job.and_then(|line| TrustedKey::parse(&line)).ok_or_else(none)?;
        let as_written = text_of(&archive, &public, &job);
        if job.name != job_name(&archive) || note.text != as_written {
            return Err(none());
        }
        note.verify(&job.name, &job.public).map_err(|_| bad("is not signed by the archive that it names"))?;
        Ok(Self { archive, public, job, text: text.to_owned() })
    }

    /// Words that both sides must have alike.
    pub(crate) fn words(&self) -> String {
        words(&self.text)
    }
}

fn text_of(archive: &[u8; 16], public: &PublicKey, job: &TrustedKey) -> String {
    let (archive, key) = (wire::hex(archive), STANDARD.encode(public.as_bytes()));
    format!(
        "{FIRST_LINE}\narchive {archive}\nkey {key}\njob {}\n",
        chain::verifier_key(&job.name, &job.public)
    )
}

/// Makes a hand-over key and writes its public half to a file.
///
/// # Errors
/// [`JobError::NoRight`] without the right `admin`, [`JobError::NotEmpty`] where the file is there.
pub fn make(places: &Places, by: &Operator, out: &Path, now: i64) -> Result<KeyReport, JobError> {
    places.outside("--out", out)?;
    let writer = places.writer(now)?;
    must(&writer, by, RIGHT, now)?;
    let archive = writer.archive();
    let pair = KeyPair::generate().map_err(|_| JobError::Internal { what: "randomness".into() })?;
    let (name, public) = archive.job_key();
    let text = text_of(archive.id(), pair.public(), &TrustedKey { name: name.clone(), public });
    let mut note = Note::new(text);
    writer.sign_note(&mut note);
    let text = note.to_text();
    // the private half is safe before anybody can encrypt to it
    by.keep_handover(&called(pair.public()), &pair).map_err(|e| places.fail(e))?;
    super::write_new(out, text.as_bytes())?;
    let key = ReceiverKey::parse(&text)?;
    Ok(KeyReport { path: shown(out), archive: wire::hex(archive.id()), words: key.words() })
}

/// Reads a receiver's key.
///
/// # Errors
/// [`JobError::BadValue`] for what is no key file.
pub(crate) fn read(path: &Path) -> Result<ReceiverKey, JobError> {
    ReceiverKey::parse(&bounded_text(path, "reading the hand-over key", MOST)?)
}

#[cfg(test)]
mod tests {
    use chain::Signer;

    use super::*;

    #[test]
    fn a_key_file_is_believed_as_it_was_signed() {
        let (signer, pair) = (Signer::from_seed(&[1; 32]), KeyPair::generate().unwrap());
        let job = TrustedKey { name: job_name(&[7; 16]), public: signer.public() };
        let mut note = Note::new(text_of(&[7; 16], pair.public(), &job));
        note.sign(&job.name, &signer);
        let text = note.to_text();
        let key = ReceiverKey::parse(&text).unwrap();
        assert!(key.archive == [7; 16] && key.public == *pair.public() && key.job == job);
        assert_eq!(key.words().split(' ').count(), 12);
        let other = KeyPair::generate().unwrap();
        let mut exchanged = Note::new(text_of(&[7; 16], other.public(), &job));
        assert!(ReceiverKey::parse(&exchanged.to_text()).is_err());
        exchanged.sign(&job.name, &Signer::from_seed(&[2; 32]));
        assert!(ReceiverKey::parse(&exchanged.to_text()).is_err());
        // of another name than the archive it speaks for
        let mut elsewhere = Note::new(text_of(&[8; 16], pair.public(), &job));
        elsewhere.sign(&job.name, &signer);
        assert!(ReceiverKey::parse(&elsewhere.to_text()).is_err());
        for cut in 1..text.len() {
            assert!(!text.is_char_boundary(cut) || ReceiverKey::parse(&text[..cut]).is_err(), "{cut}");
        }
    }
}
