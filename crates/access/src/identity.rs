//! An operator's identity: a signing seed and a sealing seed behind a passphrase (Argon2id), or behind a key of the
//! operator's own (age).
//!
//! Layout: `BAI1`, memory in KiB, passes, lanes (u32 each), salt 32; or `BAI2`, length (u32) and bytes of an age file that
//! holds a key of 32 bytes; then, under that key, the seal of both seeds, bound to operator and archive.

use vault::{Cost, KeyPair, Secret, VaultError};
use zeroize::Zeroizing;

use crate::personal::{Identities, PersonalFault, Recipients};
use crate::register::OperatorId;

const MAGIC: &[u8; 4] = b"BAI1";
const MAGIC_AGE: &[u8; 4] = b"BAI2";
/// Most bytes of an age file that holds a key: recipients of plug-ins may be long.
const MOST_AGE: usize = 64 * 1024;

/// What an identity is put behind.
#[derive(Clone, Copy)]
pub enum Lock<'a> {
    /// A passphrase, and what trying one is to cost.
    Passphrase(&'a [u8], Cost),
    /// Keys of the operator's own, each of which opens it.
    Recipients(&'a Recipients),
}

/// What an identity is opened with.
#[derive(Clone, Copy)]
pub enum Opener<'a> {
    /// A passphrase.
    Passphrase(&'a [u8]),
    /// Keys of the operator's own.
    Identities(&'a Identities),
}

impl<'a> From<&'a [u8]> for Opener<'a> {
    fn from(passphrase: &'a [u8]) -> Self {
        Self::Passphrase(passphrase)
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Opener<'a> {
    fn from(passphrase: &'a [u8; N]) -> Self {
        Self::Passphrase(passphrase)
    }
}

/// An identity, unlocked.
pub struct Identity {
    /// Number of the operator.
    pub id: OperatorId,
    signing: Secret,
    sealing: KeyPair,
}

/// Why an identity cannot be unlocked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityFault {
    /// Not an identity file.
    #[error("not an identity")]
    Malformed,
    /// Another passphrase or key, archive or operator.
    #[error("the passphrase does not fit")]
    WrongPassphrase,
    /// A key of the operator's own could not be used.
    #[error(transparent)]
    Personal(PersonalFault),
    /// No randomness, or parameters that no one should use.
    #[error(transparent)]
    Vault(VaultError),
}

fn context(id: &OperatorId, archive: &[u8; 16]) -> Vec<u8> {
    [&b"identity"[..], id, archive].concat()
}

impl Identity {
    /// A fresh identity.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn generate() -> Result<Self, VaultError> {
        Ok(Self { id: vault::random()?, signing: vault::random_secret()?, sealing: KeyPair::generate()? })
    }

    /// The signing key.
    pub fn signer(&self) -> chain::Signer {
        chain::Signer::from_seed(&self.signing)
    }

    /// The key pair that others wrap keys to.
    pub fn sealing(&self) -> &KeyPair {
        &self.sealing
    }

    /// The file's bytes, behind a lock.
    ///
    /// # Errors
    /// [`IdentityFault::Vault`], [`IdentityFault::Personal`].
    pub fn lock(&self, archive: &[u8; 16], lock: Lock<'_>) -> Result<Vec<u8>, IdentityFault> {
        let (key, mut out) = match lock {
            Lock::Passphrase(passphrase, cost) => {
                let salt = vault::random().map_err(IdentityFault::Vault)?;
                let key = vault::derive(passphrase, &salt, cost).map_err(IdentityFault::Vault)?;
                (key, cost.head(MAGIC, &salt))
            }
            Lock::Recipients(recipients) => {
                let key = vault::random_secret().map_err(IdentityFault::Vault)?;
                let age = recipients.seal(key.as_ref()).map_err(IdentityFault::Personal)?;
                let len = u32::try_from(age.len()).ok().filter(|len| *len as usize <= MOST_AGE);
                let len = len.ok_or(IdentityFault::Malformed)?;
                (key, [&MAGIC_AGE[..], &len.to_be_bytes(), &age].concat())
            }
        };
        let seeds = Zeroizing::new([self.signing.as_ref(), self.sealing.seed().as_ref()].concat());
        vault::seal(&key, &context(&self.id, archive), &seeds, &mut out);
        Ok(out)
    }

    /// Unlocks the bytes of an identity file.
    ///
    /// # Errors
    /// [`IdentityFault`].
    pub fn unlock(
        bytes: &[u8],
        id: OperatorId,
        archive: &[u8; 16],
        by: Opener<'_>,
    ) -> Result<Self, IdentityFault> {
        let (key, sealed) = key_of(bytes, by)?;
        let seeds = vault::open(&key, &context(&id, archive), sealed).map_err(|e| match e {
            VaultError::WrongKey => IdentityFault::WrongPassphrase,
            _ => IdentityFault::Malformed,
        })?;
        let (signing, sealing) = seeds.split_at_checked(32).ok_or(IdentityFault::Malformed)?;
        let secret = |bytes: &[u8]| -> Result<Secret, IdentityFault> {
            let mut secret = Secret::default();
            if bytes.len() != 32 {
                return Err(IdentityFault::Malformed);
            }
            secret.copy_from_slice(bytes);
            Ok(secret)
        };
        let sealing = KeyPair::from_seed(&secret(sealing)?).map_err(|_| IdentityFault::Malformed)?;
        Ok(Self { id, signing: secret(signing)?, sealing })
    }
}

/// The key that an identity's seeds are sealed under, and the seal.
fn key_of<'b>(bytes: &'b [u8], by: Opener<'_>) -> Result<(Secret, &'b [u8]), IdentityFault> {
    match (by, bytes.strip_prefix(MAGIC_AGE)) {
        (Opener::Passphrase(passphrase), None) => {
            let (cost, salt, sealed) = Cost::parse_head(MAGIC, bytes).ok_or(IdentityFault::Malformed)?;
            let key = vault::derive(passphrase, &salt, cost).map_err(|_| IdentityFault::Malformed)?;
            Ok((key, sealed))
        }
        (Opener::Identities(identities), Some(rest)) => {
            let (len, rest) = rest.split_first_chunk().ok_or(IdentityFault::Malformed)?;
            let len = usize::try_from(u32::from_be_bytes(*len)).unwrap_or(usize::MAX);
            let (age, sealed) =
                rest.split_at_checked(len).filter(|_| len <= MOST_AGE).ok_or(IdentityFault::Malformed)?;
            let bytes = identities.open(age, 32).map_err(|e| match e {
                PersonalFault::NoFit => IdentityFault::WrongPassphrase,
                PersonalFault::Malformed => IdentityFault::Malformed,
                other => IdentityFault::Personal(other),
            })?;
            let mut key = Secret::default();
            if bytes.len() != 32 {
                return Err(IdentityFault::Malformed);
            }
            key.copy_from_slice(&bytes);
            Ok((key, sealed))
        }
        (Opener::Identities(_), None) if bytes.starts_with(MAGIC) => Err(IdentityFault::WrongPassphrase),
        (Opener::Passphrase(_), Some(_)) => Err(IdentityFault::WrongPassphrase),
        (Opener::Identities(_), None) => Err(IdentityFault::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::personal::Nobody;

    #[test]
    fn an_identity_opens_with_its_owners_key_only() {
        let key = |identity: &age::x25519::Identity| {
            let text = age::secrecy::ExposeSecret::expose_secret(&identity.to_string()).to_owned();
            Identities::parse(&text, Arc::new(Nobody)).unwrap()
        };
        let (mine, other) = (age::x25519::Identity::generate(), age::x25519::Identity::generate());
        let to_me = Recipients::parse(&mine.to_public().to_string(), Arc::new(Nobody)).unwrap();
        let (mine, other) = (key(&mine), key(&other));
        let identity = Identity::generate().unwrap();
        let bytes = identity.lock(&[1; 16], Lock::Recipients(&to_me)).unwrap();
        let open = |bytes: &[u8], archive: [u8; 16], by: Opener<'_>| {
            Identity::unlock(bytes, identity.id, &archive, by).map(|i| i.signer().public())
        };
        assert_eq!(open(&bytes, [1; 16], Opener::Identities(&mine)), Ok(identity.signer().public()));
        let wrong = Err(IdentityFault::WrongPassphrase);
        assert_eq!(open(&bytes, [1; 16], Opener::Identities(&other)), wrong);
        assert_eq!(open(&bytes, [2; 16], Opener::Identities(&mine)), wrong);
        assert_eq!(open(&bytes, [1; 16], Opener::Passphrase(b"kode")), wrong);
        let cheap = Cost { memory_kib: 8192, passes: 1, lanes: 1 };
        let by_passphrase = identity.lock(&[1; 16], Lock::Passphrase(b"kode", cheap)).unwrap();
        assert_eq!(open(&by_passphrase, [1; 16], Opener::Identities(&mine)), wrong);
        for at in 0..bytes.len() {
            assert!(open(&bytes[..at], [1; 16], Opener::Identities(&mine)).is_err(), "{at}");
            let mut bad = bytes.clone();
            bad[at] ^= 0x20;
            assert!(open(&bad, [1; 16], Opener::Identities(&mine)).is_err(), "{at}");
        }
    }

    #[test]
    fn an_identity_opens_with_its_passphrase_only() {
        let cost = Cost { memory_kib: 8192, passes: 1, lanes: 1 };
        let identity = Identity::generate().unwrap();
        let bytes = identity.lock(&[1; 16], Lock::Passphrase(b"rigtig", cost)).unwrap();
        let again = Identity::unlock(&bytes, identity.id, &[1; 16], b"rigtig".into()).unwrap();
        assert_eq!(again.signer().public(), identity.signer().public());
        assert_eq!(again.sealing().public(), identity.sealing().public());
        let wrong = |archive: [u8; 16], passphrase: &[u8]| {
            Identity::unlock(&bytes, identity.id, &archive, passphrase.into()).err()
        };
        assert_eq!(wrong([1; 16], b"forkert"), Some(IdentityFault::WrongPassphrase));
        assert_eq!(wrong([2; 16], b"rigtig"), Some(IdentityFault::WrongPassphrase));
        for cut in 0..bytes.len() {
            assert!(Identity::unlock(&bytes[..cut], identity.id, &[1; 16], b"rigtig".into()).is_err());
        }
    }
}
