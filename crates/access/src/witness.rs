//! A witness: what somebody outside remembers of a log, and the key that states it. The file lies on a
//! medium of its own; it serves as a checkpoint and as a file of trusted keys as it is, since it begins
//! with the signed note, then has both public keys, then, as a remark, the signing seed behind the
//! witness's passphrase.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chain::{Checkpoint, CosignerKey, Signer, TrustedKey};
use vault::{Cost, Secret, VaultError};

const MAGIC: &[u8; 4] = b"BAW1";
/// What the line with the seed begins with.
const SEED: &str = "#witness ";
/// Longest name.
const LONGEST: usize = 100;

/// A witness's file.
#[derive(Clone, Debug)]
pub struct Witness {
    /// The state seen last, cosigned.
    pub seen: Checkpoint,
    /// Who signs the log.
    pub job: TrustedKey,
    /// The witness.
    pub key: CosignerKey,
    /// The signing seed, locked.
    locked: Vec<u8>,
}

/// Why a file is no witness's, or cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WitnessFault {
    /// Not a witness file.
    #[error("not a witness file")]
    Malformed,
    /// What it remembers is not signed by the witness's own key.
    #[error("the witness file was changed: what it remembers is not signed by its own key")]
    Changed,
    /// Another passphrase.
    #[error("the passphrase does not fit")]
    WrongPassphrase,
    /// A name that cannot stand in a note.
    #[error("a name of 1 to 100 characters without blanks and plus signs")]
    Name,
    /// No randomness.
    #[error(transparent)]
    Vault(VaultError),
}

fn context(name: &str) -> Vec<u8> {
    [b"witness", name.as_bytes()].concat()
}

impl Witness {
    /// A new witness of a log, which has seen a state of it at a time, seconds since 1970.
    ///
    /// # Errors
    /// [`WitnessFault::Name`], [`WitnessFault::Vault`].
    pub fn begin(
        name: &str,
        job: TrustedKey,
        mut seen: Checkpoint,
        time: u64,
        passphrase: &[u8],
        cost: Cost,
    ) -> Result<Self, WitnessFault> {
        let fits = (1..=LONGEST).contains(&name.chars().count())
            && !name.chars().any(|c| c == '+' || c.is_whitespace() || c.is_control());
        if !fits {
            return Err(WitnessFault::Name);
        }
        let seed = vault::random_secret().map_err(WitnessFault::Vault)?;
        let salt = vault::random().map_err(WitnessFault::Vault)?;
        let key = vault::derive(passphrase, &salt, cost).map_err(WitnessFault::Vault)?;
        let mut locked = cost.head(MAGIC, &salt);
        vault::seal(&key, &context(name), seed.as_ref(), &mut locked);
        let signer = Signer::from_seed(&seed);
        seen.cosign(name, &signer, time);
        let key = CosignerKey { name: name.to_owned(), public: signer.public() };
        Ok(Self { seen, job, key, locked })
    }

    /// The text of the file.
    pub fn to_text(&self) -> String {
        format!(
            "{}\n{}\n{}\n{SEED}{}\n",
            self.seen.to_text(),
            chain::verifier_key(&self.job.name, &self.job.public),
            chain::cosigner_key(&self.key.name, &self.key.public),
            STANDARD.encode(&self.locked)
        )
    }

    /// Parses the text of a file; what it remembers must be cosigned by its own key.
    ///
    /// # Errors
    /// [`WitnessFault::Malformed`], [`WitnessFault::Changed`].
    pub fn parse(text: &str) -> Result<Self, WitnessFault> {
        let bad = WitnessFault::Malformed;
        let lines: Vec<&str> = text.strip_suffix('\n').ok_or(bad)?.split('\n').collect();
        let (note, [blank, job, key, seed]) = lines.split_last_chunk::<4>().ok_or(bad)?;
        let seen = Checkpoint::parse(&(note.join("\n") + "\n")).map_err(|_| bad)?;
        let job = TrustedKey::parse(job).ok_or(bad)?;
        let key = CosignerKey::parse(key).ok_or(bad)?;
        let locked = seed.strip_prefix(SEED).and_then(|s| STANDARD.decode(s).ok()).ok_or(bad)?;
        if !blank.is_empty() {
            return Err(bad);
        }
        seen.cosigned_by(&key).map_err(|_| WitnessFault::Changed)?;
        seen.verify(&job.name, &job.public).map_err(|_| WitnessFault::Changed)?;
        Ok(Self { seen, job, key, locked })
    }

    /// Unlocks the signing key.
    ///
    /// # Errors
    /// [`WitnessFault::WrongPassphrase`], [`WitnessFault::Malformed`].
    pub fn unlock(&self, passphrase: &[u8]) -> Result<Signer, WitnessFault> {
        let bad = WitnessFault::Malformed;
        let (cost, salt, sealed) = Cost::parse_head(MAGIC, &self.locked).ok_or(bad)?;
        let key = vault::derive(passphrase, &salt, cost).map_err(|_| bad)?;
        let seed = vault::open(&key, &context(&self.key.name), sealed).map_err(|e| match e {
            VaultError::WrongKey => WitnessFault::WrongPassphrase,
            _ => bad,
        })?;
        let mut secret = Secret::default();
        if seed.len() != 32 {
            return Err(bad);
        }
        secret.copy_from_slice(&seed);
        let signer = Signer::from_seed(&secret);
        if signer.public() == self.key.public { Ok(signer) } else { Err(WitnessFault::Changed) }
    }

    /// Remembers a newer state, cosigned at a time. That the log grew from the state before is the
    /// caller's to check.
    pub fn remember(&mut self, mut note: Checkpoint, signer: &Signer, time: u64) {
        note.cosign(&self.key.name, signer, time);
        self.seen = note;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COST: Cost = Cost { memory_kib: 8192, passes: 1, lanes: 1 };

    fn log(size: u64) -> (Checkpoint, TrustedKey) {
        let job = Signer::from_seed(&[1; 32]);
        let name = chain::job_name(&[0xab; 16]);
        let mut note = Checkpoint::new(chain::origin(&[0xab; 16]), size, [7; 32]);
        note.sign(&name, &job);
        (note, TrustedKey { name, public: job.public() })
    }

    #[test]
    fn a_witness_remembers_what_it_signed() {
        let (note, job) = log(42);
        let mut witness = Witness::begin("vidne/anna", job, note, 1000, b"kode", COST).unwrap();
        let again = Witness::parse(&witness.to_text()).unwrap();
        assert_eq!((again.seen.size, again.to_text()), (42, witness.to_text()));
        assert_eq!(again.unlock(b"forkert").err(), Some(WitnessFault::WrongPassphrase));
        let signer = again.unlock(b"kode").unwrap();
        witness.remember(log(50).0, &signer, 2000);
        let again = Witness::parse(&witness.to_text()).unwrap();
        assert_eq!(again.seen.size, 50);
        assert_eq!(again.seen.cosigned_by(&again.key), Ok(2000));
    }

    #[test]
    fn a_file_that_was_changed_is_none() {
        let (note, job) = log(42);
        let text = Witness::begin("vidne", job, note, 1000, b"kode", COST).unwrap().to_text();
        for (from, to) in [("\n42\n", "\n41\n"), ("vidne", "vidna")] {
            assert!(Witness::parse(&text.replacen(from, to, 1)).is_err(), "{from}");
        }
        assert!(matches!(Witness::parse(&text.replacen("\n42\n", "\n41\n", 1)), Err(WitnessFault::Changed)));
        for cut in 0..text.len() {
            if text.is_char_boundary(cut) {
                let parsed = Witness::parse(&text[..cut]);
                assert!(parsed.is_err() || parsed.is_ok_and(|w| w.unlock(b"kode").is_err()), "{cut}");
            }
        }
        for name in ["", "a b", "a+b", "a\nb", &"x".repeat(101)] {
            let (note, job) = log(1);
            assert!(matches!(Witness::begin(name, job, note, 1, b"kode", COST), Err(WitnessFault::Name)));
        }
    }
}
