//! X-Wing (draft-connolly-cfrg-xwing-kem-10): X25519 (RFC 7748) and ML-KEM-768 (FIPS 203) together, for HPKE as KEM 0x647a
//! (draft-ietf-hpke-pq-03). A private key is kept expanded: what opens a month's segments one by one would
//! otherwise spend half its time on making the same keys of the same seed.

use hpke::kem::SharedSecret;
use hpke::rand_core::CryptoRng;
use hpke::{Deserializable, HpkeError, Kem, Serializable};
use hybrid_array::sizes::{U32, U1120, U1216};
use libcrux_ml_kem::mlkem768::{self, MlKem768Ciphertext, MlKem768PrivateKey, MlKem768PublicKey};
use sha3::{Digest, Sha3_256};
use shake::{ExtendableOutput, Shake256, Update, XofReader};
use subtle::{Choice, ConstantTimeEq};
use x25519_dalek::{PublicKey as X25519Public, StaticSecret};
use zeroize::{Zeroize, Zeroizing, optimization_barrier};

/// Bytes of the ML-KEM part of a public key.
const ML_PUBLIC: usize = 1184;
/// Bytes of the ML-KEM part of an encapsulated key.
const ML_ENCAPSULATED: usize = 1088;
/// Bytes of the ML-KEM private key.
const ML_PRIVATE: usize = 2400;
/// Bytes of an encapsulated key.
pub(crate) const ENCAPSULATED: usize = ML_ENCAPSULATED + 32;
/// Bytes of a public key.
const PUBLIC: usize = ML_PUBLIC + 32;
/// What the shared secret is hashed with (section 5.3).
const LABEL: &[u8; 6] = br"\.//^\";

/// The KEM.
pub(crate) struct XWing;

/// A public key: that of ML-KEM, then that of X25519.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PublicKey([u8; PUBLIC]);

/// A private key: its seed, and what the seed expands to (section 5.2).
#[derive(Clone)]
pub(crate) struct PrivateKey {
    seed: Zeroizing<[u8; 32]>,
    ml: MlKem768PrivateKey,
    x: StaticSecret,
    public: PublicKey,
}

/// What was encapsulated: by ML-KEM, then the other's ephemeral key of X25519.
#[derive(Clone)]
pub(crate) struct Encapsulated([u8; ENCAPSULATED]);

impl PrivateKey {
    /// The public half.
    pub(crate) fn public(&self) -> &PublicKey {
        &self.public
    }

    fn expand(seed: Zeroizing<[u8; 32]>) -> Self {
        let mut shake = Shake256::default();
        shake.update(&*seed);
        let mut reader = shake.finalize_xof();
        let (mut for_ml, mut for_x) = (Zeroizing::new([0; 64]), Zeroizing::new([0; 32]));
        reader.read(&mut *for_ml);
        reader.read(&mut *for_x);
        let (ml, ml_public) = mlkem768::generate_key_pair(*for_ml).into_parts();
        let x = StaticSecret::from(*for_x);
        let mut public = [0; PUBLIC];
        public[..ML_PUBLIC].copy_from_slice(ml_public.as_slice());
        public[ML_PUBLIC..].copy_from_slice(X25519Public::from(&x).as_bytes());
        Self { seed, ml, x, public: PublicKey(public) }
    }
}

impl Drop for PrivateKey {
    fn drop(&mut self) {
        (0..ML_PRIVATE).for_each(|i| self.ml[i] = 0);
        optimization_barrier(&self.ml);
    }
}

/// The shared secret of both parts (section 5.3).
fn combined(
    ml: &[u8; 32],
    x: &[u8; 32],
    ephemeral: &X25519Public,
    public: &PublicKey,
) -> SharedSecret<XWing> {
    let hash = Sha3_256::new().chain_update(ml).chain_update(x).chain_update(ephemeral.as_bytes());
    SharedSecret(hash.chain_update(public.x().as_bytes()).chain_update(LABEL).finalize())
}

impl PublicKey {
    fn ml(&self) -> MlKem768PublicKey {
        let mut bytes = [0; ML_PUBLIC];
        bytes.copy_from_slice(&self.0[..ML_PUBLIC]);
        bytes.into()
    }

    fn x(&self) -> X25519Public {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(&self.0[ML_PUBLIC..]);
        bytes.into()
    }

    /// Its bytes.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl Kem for XWing {
    type PublicKey = PublicKey;
    type PrivateKey = PrivateKey;
    type EncappedKey = Encapsulated;
    type NSecret = U32;
    const KEM_ID: u16 = 0x647a;

    fn sk_to_pk(private: &PrivateKey) -> PublicKey {
        private.public.clone()
    }

    /// The keys of material that is a seed already, as all of ours is.
    ///
    /// # Panics
    /// For other material.
    fn derive_keypair(seed: &[u8]) -> (PrivateKey, PublicKey) {
        let private = PrivateKey::from_bytes(seed).expect("a seed of 32 bytes");
        let public = private.public.clone();
        (private, public)
    }

    fn decap(
        private: &PrivateKey,
        sender: Option<&PublicKey>,
        encapsulated: &Encapsulated,
    ) -> Result<SharedSecret<Self>, HpkeError> {
        if sender.is_some() {
            return Err(HpkeError::DecapError);
        }
        let (ml, ephemeral) = encapsulated.0.split_at(ML_ENCAPSULATED);
        let ml = MlKem768Ciphertext::try_from(ml).map_err(|_| HpkeError::DecapError)?;
        let ephemeral = <[u8; 32]>::try_from(ephemeral).map_err(|_| HpkeError::DecapError)?.into();
        let ml = Zeroizing::new(mlkem768::decapsulate(&private.ml, &ml));
        let x = private.x.diffie_hellman(&ephemeral);
        Ok(combined(&ml, x.as_bytes(), &ephemeral, &private.public))
    }

    fn encap_with_rng(
        to: &PublicKey,
        sender: Option<(&PrivateKey, &PublicKey)>,
        random: &mut impl CryptoRng,
    ) -> Result<(SharedSecret<Self>, Encapsulated), HpkeError> {
        if sender.is_some() {
            return Err(HpkeError::EncapError);
        }
        let (mut for_ml, mut for_x) = (Zeroizing::new([0; 32]), Zeroizing::new([0; 32]));
        random.fill_bytes(&mut *for_ml);
        random.fill_bytes(&mut *for_x);
        let (encapsulated, mut ml) = mlkem768::encapsulate(&to.ml(), *for_ml);
        let own = StaticSecret::from(*for_x);
        let ephemeral = X25519Public::from(&own);
        let secret = combined(&ml, own.diffie_hellman(&to.x()).as_bytes(), &ephemeral, to);
        ml.zeroize();
        let mut out = [0; ENCAPSULATED];
        out[..ML_ENCAPSULATED].copy_from_slice(encapsulated.as_slice());
        out[ML_ENCAPSULATED..].copy_from_slice(ephemeral.as_bytes());
        Ok((secret, Encapsulated(out)))
    }
}

fn exactly<const N: usize>(bytes: &[u8]) -> Result<[u8; N], HpkeError> {
    bytes.try_into().map_err(|_| HpkeError::IncorrectInputLength(N, bytes.len()))
}

impl Serializable for PublicKey {
    type OutputSize = U1216;

    fn write_exact(&self, out: &mut [u8]) {
        out.copy_from_slice(&self.0);
    }
}

impl Deserializable for PublicKey {
    fn from_bytes(bytes: &[u8]) -> Result<Self, HpkeError> {
        let key = Self(exactly(bytes)?);
        // the check of FIPS 203, 7.2
        if mlkem768::validate_public_key(&key.ml()) { Ok(key) } else { Err(HpkeError::ValidationError) }
    }
}

impl Serializable for PrivateKey {
    type OutputSize = U32;

    fn write_exact(&self, out: &mut [u8]) {
        out.copy_from_slice(&*self.seed);
    }
}

impl Deserializable for PrivateKey {
    fn from_bytes(bytes: &[u8]) -> Result<Self, HpkeError> {
        Ok(Self::expand(Zeroizing::new(exactly(bytes)?)))
    }
}

impl ConstantTimeEq for PrivateKey {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.seed.ct_eq(&*other.seed)
    }
}

impl Serializable for Encapsulated {
    type OutputSize = U1120;

    fn write_exact(&self, out: &mut [u8]) {
        out.copy_from_slice(&self.0);
    }
}

impl Deserializable for Encapsulated {
    fn from_bytes(bytes: &[u8]) -> Result<Self, HpkeError> {
        exactly(bytes).map(Self)
    }
}
