//! Keys sealed to public keys: HPKE (RFC 9180), base mode, X-Wing (X25519 and ML-KEM-768 together:
//! what is sealed today must stay sealed against the computers of its 25th year), HKDF-SHA-256,
//! AES-256-GCM. A private key is its 32-byte seed.

use hpke::aead::AesGcm256;
use hpke::kdf::HkdfSha256;
use hpke::{Deserializable, OpModeR, OpModeS, Serializable};
use zeroize::Zeroizing;

use crate::xwing::{self, ENCAPSULATED, XWing};
use crate::{Secret, VaultError, tag};

/// Bytes of a wrapped 32-byte secret.
pub const WRAPPED_LEN: usize = ENCAPSULATED + 32 + 16;

/// A public key, 1216 bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey(xwing::PublicKey);

impl PublicKey {
    /// The public key of these bytes.
    ///
    /// # Errors
    /// [`VaultError::WrongKey`] when they are none.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, VaultError> {
        xwing::PublicKey::from_bytes(bytes).map(Self).map_err(|_| VaultError::WrongKey)
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
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
    private: xwing::PrivateKey,
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
        let private = xwing::PrivateKey::from_bytes(seed.as_ref()).map_err(|_| VaultError::WrongKey)?;
        let public = PublicKey(private.public().clone());
        Ok(Self { seed: seed.clone(), private, public })
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
        &to.0,
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
    let encapsulated = xwing::Encapsulated::from_bytes(encapsulated).map_err(|_| VaultError::WrongKey)?;
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
    use hpke::kem::XWing as Other;
    use hpke::{Kem, single_shot_open, single_shot_seal};

    use super::*;

    /// Another implementation opens what is wrapped here, and what it wraps opens here.
    #[test]
    fn as_another_implementation_has_it() {
        for n in 0..20_u8 {
            let pair = KeyPair::from_seed(&Zeroizing::new([n; 32])).unwrap();
            let private = <Other as Kem>::PrivateKey::from_bytes(pair.seed().as_ref()).unwrap();
            let public = Other::sk_to_pk(&private);
            assert_eq!(public.to_bytes().as_slice(), pair.public().as_bytes());
            let secret = Zeroizing::new([n ^ 0x55; 32]);
            let (encapsulated, sealed) = single_shot_seal::<AesGcm256, HkdfSha256, Other>(
                &OpModeS::Base,
                &public,
                &info("bucket"),
                secret.as_ref(),
                b"c",
            )
            .unwrap();
            let wrapped = [encapsulated.to_bytes().as_slice(), &sealed].concat();
            assert_eq!(unwrap(&pair, "bucket", b"c", &wrapped).unwrap(), secret);
            let wrapped = wrap(pair.public(), "bucket", b"c", &secret).unwrap();
            let (encapsulated, sealed) = wrapped.split_at(ENCAPSULATED);
            let encapsulated = <Other as Kem>::EncappedKey::from_bytes(encapsulated).unwrap();
            let plain = single_shot_open::<AesGcm256, HkdfSha256, Other>(
                &OpModeR::Base,
                &private,
                &encapsulated,
                &info("bucket"),
                sealed,
                b"c",
            );
            assert_eq!(plain.unwrap(), secret.as_ref());
        }
        // what is no public key of ML-KEM is refused as there: a coefficient beyond the modulus
        let mut bad = KeyPair::generate().unwrap().public().as_bytes().to_vec();
        bad[..2].copy_from_slice(&[0xff, 0xff]);
        assert!(PublicKey::from_bytes(&bad).is_err() && <Other as Kem>::PublicKey::from_bytes(&bad).is_err());
        assert!(PublicKey::from_bytes(&bad[1..]).is_err());
    }

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
