//! X.509 certificates (RFC 5280) as far as a time stamp asks: whose key, until when, for what, signed by
//! whom. Name constraints, policies and revocation are not looked at: who verifies names the certificates
//! that are trusted.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use rsa::pkcs1v15;
use rsa::signature::Verifier;
use sha2::{Digest, Sha256, Sha384, Sha512};

use crate::der::{BIT_STRING, BOOLEAN, INTEGER, OCTET_STRING, Reader, SEQUENCE, context, time};

/// Most certificates in a file.
const MOST: usize = 64;

/// A certificate.
#[derive(Clone, Debug)]
pub(crate) struct Certificate<'a> {
    pub(crate) whole: &'a [u8],
    tbs: &'a [u8],
    pub(crate) serial: &'a [u8],
    pub(crate) issuer: &'a [u8],
    pub(crate) subject: &'a [u8],
    not_before: i64,
    not_after: i64,
    spki: &'a [u8],
    algorithm: &'a [u8],
    signature: &'a [u8],
    /// Whether it may sign certificates.
    pub(crate) is_ca: bool,
    /// Whether it may stamp times, and do nothing else.
    pub(crate) stamps_times: bool,
    pub(crate) key_id: Option<&'a [u8]>,
}

impl<'a> Certificate<'a> {
    /// The certificate of these bytes.
    pub(crate) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let mut outer = Reader::new(bytes);
        let whole = outer.take(SEQUENCE)?;
        outer.is_empty().then_some(())?;
        let mut parts = Reader::new(whole.content);
        let tbs = parts.take(SEQUENCE)?;
        let algorithm = parts.algorithm()?;
        let signature = bits(parts.take(BIT_STRING)?.content)?;
        let mut t = Reader::new(tbs.content);
        t.take(context(0));
        let serial = t.take(INTEGER)?.content;
        (t.algorithm()? == algorithm).then_some(())?;
        let issuer = t.take(SEQUENCE)?.whole;
        let mut validity = t.inside(SEQUENCE)?;
        let (not_before, not_after) = (time(validity.any()?)?, time(validity.any()?)?);
        let subject = t.take(SEQUENCE)?.whole;
        let spki = t.take(SEQUENCE)?.whole;
        let mut certificate = Self {
            whole: whole.whole,
            tbs: tbs.whole,
            serial,
            issuer,
            subject,
            not_before,
            not_after,
            spki,
            algorithm,
            signature,
            is_ca: false,
            stamps_times: false,
            key_id: None,
        };
        t.take(0x81);
        t.take(0x82);
        if let Some(mut extensions) = t.inside(context(3)) {
            let mut list = extensions.inside(SEQUENCE)?;
            while !list.is_empty() {
                certificate.extension(list.inside(SEQUENCE)?)?;
            }
        }
        Some(certificate)
    }

    fn extension(&mut self, mut extension: Reader<'a>) -> Option<()> {
        let oid = extension.oid()?;
        let critical = extension.take(BOOLEAN).is_some_and(|v| v.content == [0xff]);
        let mut value = Reader::new(extension.take(OCTET_STRING)?.content);
        match oid {
            // basicConstraints
            [0x55, 0x1d, 0x13] => {
                self.is_ca = value.inside(SEQUENCE)?.take(BOOLEAN).is_some_and(|v| v.content == [0xff]);
            }
            // extKeyUsage: timeStamping alone, and critical (RFC 3161, 2.3)
            [0x55, 0x1d, 0x25] => {
                let mut usages = value.inside(SEQUENCE)?;
                let stamping = usages.oid()? == [0x2b, 6, 1, 5, 5, 7, 3, 8];
                self.stamps_times = stamping && usages.is_empty() && critical;
            }
            // subjectKeyIdentifier
            [0x55, 0x1d, 0x0e] => self.key_id = Some(value.take(OCTET_STRING)?.content),
            _ => {}
        }
        Some(())
    }

    /// Whether it is valid at a time, seconds since 1970.
    pub(crate) fn valid_at(&self, at: i64) -> bool {
        (self.not_before..=self.not_after).contains(&at)
    }

    /// Whether a certificate was signed with this one's key.
    pub(crate) fn signed(&self, other: &Certificate<'_>) -> bool {
        other.issuer == self.subject && self.verify(other.algorithm, None, other.tbs, other.signature)
    }

    /// Whether a signature over a message is by this one's key. `digest` is the hash that goes with an
    /// algorithm that does not name one.
    pub(crate) fn verify(
        &self,
        algorithm: &[u8],
        digest: Option<&[u8]>,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        let Some(hash) = hash_of(algorithm).or_else(|| digest.and_then(hash_of)) else { return false };
        let mut spki = Reader::new(self.spki);
        let Some(mut parts) = spki.inside(SEQUENCE) else { return false };
        let Some(mut kind) = parts.inside(SEQUENCE) else { return false };
        let (name, curve) = (kind.oid().unwrap_or_default(), kind.oid());
        let key = parts.take(BIT_STRING).and_then(|v| bits(v.content)).unwrap_or_default();
        match (name, curve) {
            (RSA, None) => rsa(key, hash, message, signature),
            (EC, Some(P256)) => {
                let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(key);
                let signature = p256::ecdsa::Signature::from_der(signature);
                key.is_ok_and(|k| signature.is_ok_and(|s| k.verify_prehash(&hash.of(message), &s).is_ok()))
            }
            (EC, Some(P384)) => {
                let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(key);
                let signature = p384::ecdsa::Signature::from_der(signature);
                key.is_ok_and(|k| signature.is_ok_and(|s| k.verify_prehash(&hash.of(message), &s).is_ok()))
            }
            _ => false,
        }
    }
}

const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
const P384: &[u8] = &[0x2b, 0x81, 4, 0, 34];

/// A hash of the SHA-2 family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    pub(crate) fn of(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
            Self::Sha384 => Sha384::digest(bytes).to_vec(),
            Self::Sha512 => Sha512::digest(bytes).to_vec(),
        }
    }
}

/// The hash of a digest algorithm, or of a signature algorithm that names one.
pub(crate) fn hash_of(oid: &[u8]) -> Option<Hash> {
    const PKCS1: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1];
    const ECDSA: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3];
    const NIST: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2];
    let (&last, family) = oid.split_last()?;
    match (family, last) {
        (PKCS1, 11) | (ECDSA, 2) | (NIST, 1) => Some(Hash::Sha256),
        (PKCS1, 12) | (ECDSA, 3) | (NIST, 2) => Some(Hash::Sha384),
        (PKCS1, 13) | (ECDSA, 4) | (NIST, 3) => Some(Hash::Sha512),
        _ => None,
    }
}

/// RSASSA-PKCS1-v1_5, keys of 2048 to 8192 bits.
fn rsa(key: &[u8], hash: Hash, message: &[u8], signature: &[u8]) -> bool {
    let mut parts = Reader::new(key);
    let Some(mut parts) = parts.inside(SEQUENCE) else { return false };
    let (Some(n), Some(e)) = (parts.take(INTEGER), parts.take(INTEGER)) else { return false };
    let bits = n.content.len() * 8;
    if !(2048..=8192 + 8).contains(&bits) {
        return false;
    }
    let number = rsa::BoxedUint::from_be_slice_vartime;
    let Ok(key) = rsa::PublicKey::new(number(n.content), number(e.content)) else { return false };
    let Ok(signature) = pkcs1v15::Signature::try_from(signature) else { return false };
    match hash {
        Hash::Sha256 => pkcs1v15::VerifyingKey::<Sha256>::new(key).verify(message, &signature).is_ok(),
        Hash::Sha384 => pkcs1v15::VerifyingKey::<Sha384>::new(key).verify(message, &signature).is_ok(),
        Hash::Sha512 => pkcs1v15::VerifyingKey::<Sha512>::new(key).verify(message, &signature).is_ok(),
    }
}

/// The bytes of a bit string that is a whole number of them.
fn bits(content: &[u8]) -> Option<&[u8]> {
    content.strip_prefix(&[0])
}

/// The certificates of a file: PEM, one or several, or DER.
pub(crate) fn certificates(bytes: &[u8]) -> Vec<Vec<u8>> {
    let Ok(text) = std::str::from_utf8(bytes) else { return vec![bytes.to_vec()] };
    let blocks = text.split("-----BEGIN CERTIFICATE-----").skip(1).take(MOST);
    blocks
        .filter_map(|block| {
            let (body, _) = block.split_once("-----END CERTIFICATE-----")?;
            STANDARD.decode(body.split_whitespace().collect::<String>()).ok()
        })
        .collect()
}
