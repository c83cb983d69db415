//! Keys sealed to public keys: HPKE (RFC 9180), base mode, X-Wing (X25519 and ML-KEM-768 together:
//! what is sealed today must stay sealed against the computers of its 25th year), HKDF-SHA-256,
//! AES-256-GCM. A private key is its 32-byte seed.

use hpke::aead::AesGcm256;
use hpke::kdf::HkdfSha256;
use hpke::kem::XWing;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use zeroize::Zeroizing;

use crate::{Secret, VaultError, tag};

/// Bytes of an encapsulated X-Wing key.
const ENCAPSULATED: usize = 1120;
/// Bytes of a wrapped 32-byte secret.
pub const WRAPPED_LEN: usize = ENCAPSULATED + 32 + 16;

/// A public key, 1216 bytes.
#[derive(Clone)]
pub struct PublicKey {
    key: <XWing as Kem>::PublicKey,
    bytes: Vec<u8>,
}

impl PublicKey {
    /// The public key of these bytes.
    ///
    /// # Errors
    /// [`VaultError::WrongKey`] when they are none.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, VaultError> {
        let key = <XWing as Kem>::PublicKey::from_bytes(bytes).map_err(|_| VaultError::WrongKey)?;
        Ok(Self { key, bytes: bytes.to_vec() })
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PublicKey")
    }
}

/// A key pair.
pub struct KeyPair {
    seed: Secret,
    private: <XWing as Kem>::PrivateKey,
    public: PublicKey,
}

impl KeyPair {
    /// A fresh pair.
    ///
    /// # Errors
    /// [`VaultError::NoRandomness`].
    pub fn generate() -> Result<Self, VaultError> {
        Self::from_seed(&crate::random_secret()?)
    }

    /// The pair of a seed.
    ///
    /// # Errors
    /// [`VaultError::WrongKey`] never for 32 bytes that [`KeyPair::seed`] gave.
    pub fn from_seed(seed: &Secret) -> Result<Self, VaultError> {
        let private =
            <XWing as Kem>::PrivateKey::from_bytes(seed.as_ref()).map_err(|_| VaultError::WrongKey)?;
        let key = XWing::sk_to_pk(&private);
        let bytes = key.to_bytes().to_vec();
        Ok(Self { seed: seed.clone(), private, public: PublicKey { key, bytes } })
    }

    /// The seed: the private key itself.
    pub fn seed(&self) -> &Secret {
        &self.seed
    }

    /// The public half.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }
}

fn info(purpose: &str) -> [u8; 32] {
    let mut info = [0; 32];
    info[..16].copy_from_slice(&tag("BA1.hpke"));
    info[16..].copy_from_slice(&tag(purpose));
    info
}

/// Wraps a secret for the holder of `to`, bound to a purpose and a context; [`WRAPPED_LEN`] bytes.
///
/// # Errors
/// [`VaultError::WrongKey`] for a public key that cannot be used.
pub fn wrap(to: &PublicKey, purpose: &str, context: &[u8], secret: &Secret) -> Result<Vec<u8>, VaultError> {
    let (encapsulated, sealed) = hpke::single_shot_seal::<AesGcm256, HkdfSha256, XWing>(
        &OpModeS::Base,
        &to.key,
        &info(purpose),
        secret.as_ref(),
        context,
    )
    .map_err(|_| VaultError::WrongKey)?;
    let mut out = encapsulated.to_bytes().to_vec();
    out.extend_from_slice(&sealed);
    Ok(out)
}

/// Unwraps what [`wrap`] made.
///
/// # Errors
/// [`VaultError::WrongKey`] when it was made for another key, purpose or context, or was changed.
pub fn unwrap(pair: &KeyPair, purpose: &str, context: &[u8], wrapped: &[u8]) -> Result<Secret, VaultError> {
    if wrapped.len() != WRAPPED_LEN {
        return Err(VaultError::Truncated { need: WRAPPED_LEN, have: wrapped.len() });
    }
    let (encapsulated, sealed) = wrapped.split_at(ENCAPSULATED);
    let encapsulated =
        <XWing as Kem>::EncappedKey::from_bytes(encapsulated).map_err(|_| VaultError::WrongKey)?;
    let plain = hpke::single_shot_open::<AesGcm256, HkdfSha256, XWing>(
        &OpModeR::Base,
        &pair.private,
        &encapsulated,
        &info(purpose),
        sealed,
        context,
    )
    .map_err(|_| VaultError::WrongKey)?;
    let plain = Zeroizing::new(plain);
    let mut secret = Secret::default();
    if plain.len() != 32 {
        return Err(VaultError::Broken);
    }
    secret.copy_from_slice(&plain);
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrap_opens_for_its_key_purpose_and_context_only() {
        let (a, b) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
        let secret = Zeroizing::new([5; 32]);
        let wrapped = wrap(a.public(), "bucket", b"c", &secret).unwrap();
        assert_eq!(wrapped.len(), WRAPPED_LEN);
        assert_eq!(unwrap(&a, "bucket", b"c", &wrapped).unwrap(), secret);
        assert!(unwrap(&b, "bucket", b"c", &wrapped).is_err());
        assert!(unwrap(&a, "epoch", b"c", &wrapped).is_err());
        assert!(unwrap(&a, "bucket", b"d", &wrapped).is_err());
        for i in [0, 600, 1119, 1120, WRAPPED_LEN - 1] {
            let mut bad = wrapped.clone();
            bad[i] ^= 1;
            assert!(unwrap(&a, "bucket", b"c", &bad).is_err(), "{i}");
        }
        let again = KeyPair::from_seed(a.seed()).unwrap();
        assert_eq!(again.public(), a.public());
        let read = PublicKey::from_bytes(a.public().as_bytes()).unwrap();
        let wrapped = wrap(&read, "bucket", b"c", &secret).unwrap();
        assert_eq!(unwrap(&again, "bucket", b"c", &wrapped).unwrap(), secret);
    }
}
