//! Cosignatures: somebody beside the job states when it saw a state of the log and that it grew from
//! every state seen before. C2SP tlog-cosignature, version 1, Ed25519.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::Hash;
use crate::checkpoint::{Checkpoint, MOST_SIGNATURES, NoteFault, key_id, key_line, parse_key_line};
use crate::sign::{self, Signer};

/// Signature type 4 of signed notes: Ed25519 with a time.
const COSIGNATURE: u8 = 4;

/// A cosignature that stands on a checkpoint, not checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosigned {
    /// Who.
    pub name: String,
    /// When, seconds since 1970.
    pub time: u64,
}

/// The public key of somebody who cosigns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CosignerKey {
    /// Name it cosigns under.
    pub name: String,
    /// Ed25519 public key.
    pub public: [u8; 32],
}

impl CosignerKey {
    /// Parses a line that [`cosigner_key`] wrote; `None` for any other.
    pub fn parse(line: &str) -> Option<Self> {
        parse_key_line(COSIGNATURE, line).map(|(name, public)| Self { name, public })
    }
}

/// The line of a trusted-keys file for somebody who cosigns.
pub fn cosigner_key(name: &str, public: &[u8; 32]) -> String {
    key_line(COSIGNATURE, name, public)
}

fn message(time: u64, body: &str) -> Vec<u8> {
    format!("cosignature/v1\ntime {time}\n{body}").into_bytes()
}

/// A consistency proof as text: the older size, the newer one, then the hashes in Base64, a line each.
pub fn consistency_text(old: u64, new: u64, path: &[Hash]) -> String {
    let hashes = path.iter().map(|hash| STANDARD.encode(hash) + "\n");
    format!("{old}\n{new}\n{}", hashes.collect::<String>())
}

/// Bytes of a cosignature: the time, then the signature.
const LEN: usize = 8 + 64;

impl Checkpoint {
    /// Adds a cosignature under `name` at a time, seconds since 1970, in the place of an earlier one by
    /// the same key.
    pub fn cosign(&mut self, name: &str, signer: &Signer, time: u64) {
        let id = key_id(COSIGNATURE, name, &signer.public());
        let signature = signer.sign(&message(time, &self.body()));
        self.signatures.retain(|(by, with, _)| by != name || *with != id);
        self.signatures.push((name.to_owned(), id, [&time.to_be_bytes()[..], &signature].concat()));
    }

    /// Checks the cosignature by a key; gives its time.
    ///
    /// # Errors
    /// [`NoteFault::NotSigned`], [`NoteFault::Mismatch`].
    pub fn cosigned_by(&self, key: &CosignerKey) -> Result<u64, NoteFault> {
        let id = key_id(COSIGNATURE, &key.name, &key.public);
        let found = self.signatures.iter().find(|(by, with, _)| *by == key.name && *with == id);
        let (_, _, timed) = found.ok_or(NoteFault::NotSigned)?;
        let (time, signature) = timed.split_first_chunk::<8>().ok_or(NoteFault::Mismatch)?;
        let signature: &[u8; 64] = signature.try_into().map_err(|_| NoteFault::Mismatch)?;
        let time = u64::from_be_bytes(*time);
        sign::verify(&key.public, &message(time, &self.body()), signature)
            .map_err(|_| NoteFault::Mismatch)
            .map(|()| time)
    }

    /// What looks like cosignatures on it: who and when, not checked.
    pub fn cosigned(&self) -> Vec<Cosigned> {
        let timed = self.signatures.iter().filter(|(.., signature)| signature.len() == LEN);
        timed
            .filter_map(|(name, _, signature)| {
                let time = u64::from_be_bytes(*signature.first_chunk()?);
                Some(Cosigned { name: name.clone(), time })
            })
            .collect()
    }

    /// Takes over the signatures of the same state that it does not have; `false` for another state, or
    /// when there would be too many.
    pub fn merge(&mut self, other: &Self) -> bool {
        if self.body() != other.body() {
            return false;
        }
        for (name, id, signature) in &other.signatures {
            match self.signatures.iter().position(|(by, with, _)| by == name && with == id) {
                // of two cosignatures by one key the later one counts; a plain signature says the same twice
                Some(at) => {
                    let mine = &mut self.signatures[at].2;
                    if mine.len() == LEN && signature.len() == LEN && signature[..8] > mine[..8] {
                        mine.clone_from(signature);
                    }
                }
                None if self.signatures.len() >= MOST_SIGNATURES => return false,
                None => self.signatures.push((name.clone(), *id, signature.clone())),
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{job_name, origin};

    fn note() -> (Checkpoint, Signer) {
        let job = Signer::from_seed(&[1; 32]);
        let mut note = Checkpoint::new(origin(&[0xab; 16]), 42, [7; 32]);
        note.sign(&job_name(&[0xab; 16]), &job);
        (note, job)
    }

    fn key(name: &str, signer: &Signer) -> CosignerKey {
        CosignerKey::parse(&cosigner_key(name, &signer.public())).unwrap()
    }

    #[test]
    fn cosignatures_agree_with_the_other_implementation() {
        let text = include_str!("../../../fixtures/vectors/chain/cosigned-1.txt");
        let witness = Signer::from_seed(&[9; 32]);
        let (mut note, _) = note();
        note.cosign("vidne.example/rigsarkivet", &witness, 1_790_000_000);
        assert_eq!(note.to_text(), text);
        let line = include_str!("../../../fixtures/vectors/chain/cosigner-1.txt").trim();
        assert_eq!(key("vidne.example/rigsarkivet", &witness), CosignerKey::parse(line).unwrap());
        assert_eq!(crate::TrustedKey::parse(line), None, "who cosigns does not speak for the log");
    }

    #[test]
    fn a_cosignature_holds_for_its_state_time_and_key_only() {
        let (mut note, job) = note();
        let witness = Signer::from_seed(&[9; 32]);
        note.cosign("vidne", &witness, 1000);
        assert_eq!(note.cosigned_by(&key("vidne", &witness)), Ok(1000));
        assert_eq!(note.cosigned_by(&key("andet", &witness)), Err(NoteFault::NotSigned));
        assert_eq!(note.cosigned_by(&key("vidne", &job)), Err(NoteFault::NotSigned));
        let other = Checkpoint::parse(&note.to_text().replace("\n42\n", "\n43\n")).unwrap();
        assert_eq!(other.cosigned_by(&key("vidne", &witness)), Err(NoteFault::Mismatch));
        for bit in 0..8 * LEN {
            let mut bad = note.clone();
            bad.signatures.last_mut().unwrap().2[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(bad.cosigned_by(&key("vidne", &witness)), Err(NoteFault::Mismatch), "{bit}");
        }
        assert_eq!(note.cosigned(), [Cosigned { name: "vidne".into(), time: 1000 }]);
    }

    #[test]
    fn signatures_of_one_state_come_together() {
        let (mut a, job) = note();
        let (mut b, _) = note();
        let (w, v) = (Signer::from_seed(&[9; 32]), Signer::from_seed(&[8; 32]));
        a.cosign("w", &w, 1000);
        b.cosign("v", &v, 1001);
        b.cosign("w", &w, 2000);
        assert!(a.merge(&b));
        assert_eq!(a.cosigned_by(&key("v", &v)), Ok(1001));
        assert_eq!(a.cosigned_by(&key("w", &w)), Ok(2000), "the later one counts");
        assert_eq!(a.to_text().lines().count(), 4 + 3, "nothing stands twice");
        assert_eq!(a.verify(&job_name(&[0xab; 16]), &job.public()), Ok(()));
        let mut other = Checkpoint::new(origin(&[0xab; 16]), 43, [7; 32]);
        other.cosign("w", &w, 3000);
        assert!(!a.merge(&other));
        assert_eq!(a.cosigned().len(), 2);
    }
}
