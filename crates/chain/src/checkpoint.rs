//! The signed state of the log: a C2SP tlog-checkpoint in a C2SP signed note, Ed25519.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::sign::{self, Signer};
use crate::{Hash, Suite, hash, hex};

/// Signature type 1 of signed notes: Ed25519.
pub(crate) const ED25519: u8 = 1;
/// Most bytes of a note, most signatures on it.
const MOST_BYTES: usize = 64 * 1024;
pub(crate) const MOST_SIGNATURES: usize = 64;

/// A checkpoint with its signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Whose log it is, see [`origin`].
    pub origin: String,
    /// Number of entries.
    pub size: u64,
    /// Root over them.
    pub root: Hash,
    /// Name, key id and signature of each signature line.
    pub(crate) signatures: Vec<(String, [u8; 4], Vec<u8>)>,
}

/// Why a text is no checkpoint, or does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoteFault {
    /// Not a signed note with a checkpoint in it.
    #[error("not a checkpoint")]
    Malformed,
    /// No signature by the key asked for.
    #[error("no signature by that key")]
    NotSigned,
    /// The signature by that key is of another text.
    #[error("the signature does not match")]
    Mismatch,
}

/// The origin line of an archive: `beskedarkiv/` and its id, hexadecimal.
pub fn origin(archive: &[u8; 16]) -> String {
    format!("beskedarkiv/{}", hex(archive))
}

/// The origin line of the state of a log by the suite of its newest entry, which says what the root is hashed with:
/// [`origin`], with the name of the hash behind it for all suites but the first.
pub fn origin_of(archive: &[u8; 16], suite: Suite) -> String {
    match suite {
        Suite::Sha256 => origin(archive),
        later => format!("{}/{}", origin(archive), later.name()),
    }
}

/// The name under which the job of an archive signs checkpoints.
pub fn job_name(archive: &[u8; 16]) -> String {
    format!("{}/job", origin(archive))
}

pub(crate) fn key_id(kind: u8, name: &str, public: &[u8; 32]) -> [u8; 4] {
    let id = hash(&[name.as_bytes(), b"\n", &[kind], public]);
    [id[0], id[1], id[2], id[3]]
}

/// The line of a trusted-keys file for a key: `name+keyid+base64(type | key)`.
pub fn verifier_key(name: &str, public: &[u8; 32]) -> String {
    key_line(ED25519, name, public)
}

pub(crate) fn key_line(kind: u8, name: &str, public: &[u8; 32]) -> String {
    let typed = [&[kind], &public[..]].concat();
    format!("{name}+{}+{}", hex(&key_id(kind, name, public)), STANDARD.encode(typed))
}

/// Name and public key of a line that [`key_line`] wrote for this kind of key.
pub(crate) fn parse_key_line(kind: u8, line: &str) -> Option<(String, [u8; 32])> {
    let (name, rest) = line.split_once('+')?;
    let (_, key) = rest.split_once('+')?;
    let typed = STANDARD.decode(key).ok()?;
    let (stated, public) = typed.split_first()?;
    let public = public.try_into().ok().filter(|_| *stated == kind)?;
    (key_line(kind, name, &public) == line).then(|| (name.to_owned(), public))
}

/// A key that somebody decided to trust: a line of a trusted-keys file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedKey {
    /// Name it signs under.
    pub name: String,
    /// Ed25519 public key.
    pub public: [u8; 32],
}

impl TrustedKey {
    /// Parses a line that [`verifier_key`] wrote; `None` for any other, a key of another kind included.
    pub fn parse(line: &str) -> Option<Self> {
        parse_key_line(ED25519, line).map(|(name, public)| Self { name, public })
    }
}

impl Checkpoint {
    /// The suite of its root, where its origin is of this archive.
    pub fn suite(&self, archive: &[u8; 16]) -> Option<Suite> {
        Suite::ALL.into_iter().find(|suite| self.origin == origin_of(archive, *suite))
    }

    /// An unsigned checkpoint.
    pub fn new(origin: String, size: u64, root: Hash) -> Self {
        Self { origin, size, root, signatures: Vec::new() }
    }

    /// The three lines that are signed: the note without its signatures.
    pub fn body(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root))
    }

    /// Adds a signature under `name`.
    pub fn sign(&mut self, name: &str, signer: &Signer) {
        let signature = signer.sign(self.body().as_bytes()).to_vec();
        self.signatures.push((name.to_owned(), key_id(ED25519, name, &signer.public()), signature));
    }

    /// Checks the signature by a key.
    ///
    /// # Errors
    /// [`NoteFault::NotSigned`], [`NoteFault::Mismatch`].
    pub fn verify(&self, name: &str, public: &[u8; 32]) -> Result<(), NoteFault> {
        let id = key_id(ED25519, name, public);
        let (_, _, signature) = self
            .signatures
            .iter()
            .find(|(by, with, _)| by == name && *with == id)
            .ok_or(NoteFault::NotSigned)?;
        let signature: &[u8; 64] = signature.as_slice().try_into().map_err(|_| NoteFault::Mismatch)?;
        sign::verify(public, self.body().as_bytes(), signature).map_err(|_| NoteFault::Mismatch)
    }

    /// The text of the note.
    pub fn to_text(&self) -> String {
        let mut text = self.body();
        text.push('\n');
        for (name, id, signature) in &self.signatures {
            let blob = [&id[..], signature].concat();
            text.push_str(&format!("\u{2014} {name} {}\n", STANDARD.encode(blob)));
        }
        text
    }

    /// Parses the text of a note, strictly; unknown signature types are kept unread.
    ///
    /// # Errors
    /// [`NoteFault::Malformed`].
    pub fn parse(text: &str) -> Result<Self, NoteFault> {
        let bad = NoteFault::Malformed;
        if text.len() > MOST_BYTES {
            return Err(bad);
        }
        let (body, signatures) = text.split_once("\n\n").ok_or(bad)?;
        let mut lines = body.split('\n');
        let (origin, size, root) =
            (lines.next().ok_or(bad)?, lines.next().ok_or(bad)?, lines.next().ok_or(bad)?);
        let number: u64 = size.parse().map_err(|_| bad)?;
        if origin.is_empty() || lines.next().is_some() || number.to_string() != size {
            return Err(bad);
        }
        let root: Hash = STANDARD.decode(root).map_err(|_| bad)?.try_into().map_err(|_| bad)?;
        let mut checkpoint = Self::new(origin.to_owned(), number, root);
        let lines = signatures.strip_suffix('\n').ok_or(bad)?;
        for line in lines.split('\n') {
            let (name, blob) = line.strip_prefix("\u{2014} ").and_then(|l| l.split_once(' ')).ok_or(bad)?;
            let blob = STANDARD.decode(blob).map_err(|_| bad)?;
            let (id, signature) = blob.split_first_chunk::<4>().ok_or(bad)?;
            checkpoint.signatures.push((name.to_owned(), *id, signature.to_vec()));
            if checkpoint.signatures.len() > MOST_SIGNATURES {
                return Err(bad);
            }
        }
        Ok(checkpoint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_tells_the_suite() {
        for suite in Suite::ALL {
            let note = Checkpoint::new(origin_of(&[0xab; 16], suite), 1, [7; 32]);
            assert_eq!((note.suite(&[0xab; 16]), note.suite(&[0xac; 16])), (Some(suite), None));
        }
        let other = Checkpoint::new(format!("{}/md5", origin(&[0xab; 16])), 1, [7; 32]);
        assert_eq!(other.suite(&[0xab; 16]), None);
    }

    #[test]
    fn a_note_holds_for_its_key_only() {
        let signer = Signer::from_seed(&[1; 32]);
        let mut checkpoint = Checkpoint::new(origin(&[0xab; 16]), 42, [7; 32]);
        checkpoint.sign("beskedarkiv/job", &signer);
        let text = checkpoint.to_text();
        let read = Checkpoint::parse(&text).unwrap();
        assert_eq!(read, checkpoint);
        assert_eq!(read.to_text(), text);
        assert_eq!(read.verify("beskedarkiv/job", &signer.public()), Ok(()));
        let other = Signer::from_seed(&[2; 32]);
        assert_eq!(read.verify("beskedarkiv/job", &other.public()), Err(NoteFault::NotSigned));
        let changed = Checkpoint::parse(&text.replace("\n42\n", "\n43\n")).unwrap();
        assert_eq!(changed.verify("beskedarkiv/job", &signer.public()), Err(NoteFault::Mismatch));
        for bad in
            ["", "a\n1\nAAAA\n\n", "a\n01\n\n\n", &text[..text.len() - 1], &text.replace("\n42\n", "\n+42\n")]
        {
            assert_eq!(Checkpoint::parse(bad), Err(NoteFault::Malformed));
        }
    }
}
