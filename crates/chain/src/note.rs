//! A text that persons sign: a C2SP signed note (Ed25519), as a checkpoint is one. What the text says is not
//! known here; its first line must tell it from a checkpoint and from every other kind.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::checkpoint::{ED25519, NoteFault, key_id};
use crate::sign::{self, Signer};

/// Most bytes of a note, most signatures on it.
const MOST_BYTES: usize = 64 * 1024;
const MOST_SIGNATURES: usize = 64;

/// A text with signatures below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The text, ending in a line end, without an empty line in it.
    pub text: String,
    /// Name, key id and signature of each signature line.
    signatures: Vec<(String, [u8; 4], Vec<u8>)>,
}

impl Note {
    /// An unsigned note.
    pub fn new(text: String) -> Self {
        Self { text, signatures: Vec::new() }
    }

    /// Adds a signature under `name`.
    pub fn sign(&mut self, name: &str, signer: &Signer) {
        let signature = signer.sign(self.text.as_bytes()).to_vec();
        self.signatures.push((name.to_owned(), key_id(ED25519, name, &signer.public()), signature));
    }

    /// The names that signatures stand under, in order; whether they hold is for [`Note::verify`].
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.signatures.iter().map(|s| s.0.as_str())
    }

    /// Checks the signature by a key.
    ///
    /// # Errors
    /// [`NoteFault::NotSigned`], [`NoteFault::Mismatch`].
    pub fn verify(&self, name: &str, public: &[u8; 32]) -> Result<(), NoteFault> {
        let id = key_id(ED25519, name, public);
        let by = self.signatures.iter().find(|(by, with, _)| by == name && *with == id);
        let (_, _, signature) = by.ok_or(NoteFault::NotSigned)?;
        let signature: &[u8; 64] = signature.as_slice().try_into().map_err(|_| NoteFault::Mismatch)?;
        sign::verify(public, self.text.as_bytes(), signature).map_err(|_| NoteFault::Mismatch)
    }

    /// The text of the note; an unsigned one is its text alone.
    pub fn to_text(&self) -> String {
        let mut text = self.text.clone();
        if !self.signatures.is_empty() {
            text.push('\n');
        }
        for (name, id, signature) in &self.signatures {
            let blob = [&id[..], signature].concat();
            text.push_str(&format!("\u{2014} {name} {}\n", STANDARD.encode(blob)));
        }
        text
    }

    /// Parses the text of a note, strictly.
    ///
    /// # Errors
    /// [`NoteFault::Malformed`].
    pub fn parse(text: &str) -> Result<Self, NoteFault> {
        let bad = NoteFault::Malformed;
        if text.len() > MOST_BYTES || !text.ends_with('\n') {
            return Err(bad);
        }
        let Some((body, signatures)) = text.split_once("\n\n") else { return Ok(Self::new(text.to_owned())) };
        let mut note = Self::new(format!("{body}\n"));
        for line in signatures.strip_suffix('\n').ok_or(bad)?.split('\n') {
            let (name, blob) = line.strip_prefix("\u{2014} ").and_then(|l| l.split_once(' ')).ok_or(bad)?;
            let blob = STANDARD.decode(blob).map_err(|_| bad)?;
            let (id, signature) = blob.split_first_chunk::<4>().ok_or(bad)?;
            note.signatures.push((name.to_owned(), *id, signature.to_vec()));
            if note.signatures.len() > MOST_SIGNATURES {
                return Err(bad);
            }
        }
        if note.to_text() == text { Ok(note) } else { Err(bad) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_holds_for_its_signers_only() {
        let (a, b) = (Signer::from_seed(&[1; 32]), Signer::from_seed(&[2; 32]));
        let mut note = Note::new("beskedarkiv test/1\nline\n".to_owned());
        assert_eq!(Note::parse(&note.to_text()).as_ref(), Ok(&note));
        note.sign("a", &a);
        note.sign("b", &b);
        let text = note.to_text();
        let read = Note::parse(&text).unwrap();
        assert_eq!(read.names().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(read.verify("a", &a.public()), Ok(()));
        assert_eq!(read.verify("b", &b.public()), Ok(()));
        assert_eq!(read.verify("a", &b.public()), Err(NoteFault::NotSigned));
        let changed = Note::parse(&text.replace("line", "lime")).unwrap();
        assert_eq!(changed.verify("a", &a.public()), Err(NoteFault::Mismatch));
        for cut in 1..text.len() {
            if text.is_char_boundary(cut)
                && let Ok(note) = Note::parse(&text[..cut])
            {
                assert!(note.verify("b", &b.public()).is_err(), "{cut}");
            }
        }
    }
}
