//! An operator's identity: a signing seed and a sealing seed behind a passphrase (Argon2id).
//!
//! Layout: `BAI1`, memory in KiB, passes, lanes (u32 each), salt 32, then the seal of both seeds, bound
//! to operator and archive.

use vault::{Cost, KeyPair, Secret, VaultError};
use zeroize::Zeroizing;

use crate::register::OperatorId;

const MAGIC: &[u8; 4] = b"BAI1";

/// An identity, unlocked.
pub struct Identity {
    /// Number of the operator.
    pub id: OperatorId,
    signing: Secret,
    sealing: KeyPair,
}

/// Why an identity cannot be unlocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityFault {
    /// Not an identity file.
    #[error("not an identity")]
    Malformed,
    /// Another passphrase, archive or operator.
    #[error("the passphrase does not fit")]
    WrongPassphrase,
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

    /// The file's bytes, behind `passphrase`.
    ///
    /// # Errors
    /// [`IdentityFault::Vault`].
    pub fn lock(&self, archive: &[u8; 16], passphrase: &[u8], cost: Cost) -> Result<Vec<u8>, IdentityFault> {
        let salt = vault::random().map_err(IdentityFault::Vault)?;
        let key = vault::derive(passphrase, &salt, cost).map_err(IdentityFault::Vault)?;
        let seeds = Zeroizing::new([self.signing.as_ref(), self.sealing.seed().as_ref()].concat());
        let mut out = cost.head(MAGIC, &salt);
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
        passphrase: &[u8],
    ) -> Result<Self, IdentityFault> {
        let (cost, salt, sealed) = Cost::parse_head(MAGIC, bytes).ok_or(IdentityFault::Malformed)?;
        let key = vault::derive(passphrase, &salt, cost).map_err(|_| IdentityFault::Malformed)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_opens_with_its_passphrase_only() {
        let cost = Cost { memory_kib: 8192, passes: 1, lanes: 1 };
        let identity = Identity::generate().unwrap();
        let bytes = identity.lock(&[1; 16], b"rigtig", cost).unwrap();
        let again = Identity::unlock(&bytes, identity.id, &[1; 16], b"rigtig").unwrap();
        assert_eq!(again.signer().public(), identity.signer().public());
        assert_eq!(again.sealing().public(), identity.sealing().public());
        let wrong = |archive: [u8; 16], passphrase: &[u8]| {
            Identity::unlock(&bytes, identity.id, &archive, passphrase).err()
        };
        assert_eq!(wrong([1; 16], b"forkert"), Some(IdentityFault::WrongPassphrase));
        assert_eq!(wrong([2; 16], b"rigtig"), Some(IdentityFault::WrongPassphrase));
        for cut in 0..bytes.len() {
            assert!(Identity::unlock(&bytes[..cut], identity.id, &[1; 16], b"rigtig").is_err());
        }
    }
}
