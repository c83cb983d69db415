//! Time stamps by RFC 3161, carried by a medium: a query that a time-stamping authority answers, and the
//! answer verified against certificates that somebody decided to trust. What is stamped is a SHA-256 digest.
//!
//! This crate knows no network, no file, no clock and nothing of ours. RSA (PKCS #1 v1.5) and ECDSA (P-256,
//! P-384) with SHA-2; anything else is refused by name. Revocation is not asked about: that would need a
//! network, and a certificate that was good at the time stays good for it.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod certificate;
mod der;

use sha1::Digest as _;

use crate::certificate::{Certificate, Hash, certificates, hash_of};
use crate::der::{BOOLEAN, INTEGER, OCTET_STRING, OID, Reader, SEQUENCE, SET, context, put, time};

const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];
const TST_INFO: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 1, 4];
const CONTENT_TYPE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 3];
const MESSAGE_DIGEST: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 4];
const SIGNING_CERTIFICATE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 12];
const SIGNING_CERTIFICATE_V2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 47];
const SHA256: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];

/// Most bytes of an answer.
pub const MOST: usize = 256 * 1024;
/// Longest way from the authority's certificate to one that is trusted.
const LONGEST: usize = 6;

/// Why an answer proves no time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StampFault {
    /// Not an answer of RFC 3161, or a damaged one.
    #[error("not an answer of a time-stamping authority, or a damaged one")]
    Malformed,
    /// The authority refused.
    #[error("the authority refused: status {0}")]
    Refused(u8),
    /// It stamps something else.
    #[error("the time stamp is of something else")]
    OtherDigest,
    /// The signature is not by the certificate named, or of an algorithm that is not known here.
    #[error("the signature on the time stamp does not hold")]
    Signature,
    /// The certificate is not one that may stamp times, or was not valid then.
    #[error("the certificate may not stamp times, or was not valid at that time")]
    Certificate,
    /// No way leads from the authority's certificate to one that is trusted.
    #[error("no trusted certificate vouches for the authority")]
    Untrusted,
}

/// A query for a digest: asks for the authority's certificate too.
pub fn query(digest: &[u8; 32], nonce: u64) -> Vec<u8> {
    let algorithm = put(SEQUENCE, &[&put(OID, &[SHA256]), &[5, 0]]);
    let imprint = put(SEQUENCE, &[&algorithm, &put(OCTET_STRING, &[digest])]);
    // a leading zero keeps the number positive
    let nonce = nonce.to_be_bytes();
    let nonce = put(INTEGER, &[&[0], &[nonce[0] | 0x80], &nonce[1..]]);
    put(SEQUENCE, &[&put(INTEGER, &[&[1]]), &imprint, &nonce, &put(BOOLEAN, &[&[0xff]])])
}

/// A time stamp, parsed and not verified.
#[derive(Clone, Copy, Debug)]
pub struct Stamp<'a> {
    /// The token: what is to be kept.
    pub token: &'a [u8],
    /// When, seconds since 1970.
    pub time: i64,
    /// Of what.
    pub digest: &'a [u8],
    content: &'a [u8],
    certificates: &'a [u8],
    signer: Reader<'a>,
}

impl<'a> Stamp<'a> {
    /// The stamp in an answer, or in a token by itself.
    ///
    /// # Errors
    /// [`StampFault::Malformed`], [`StampFault::Refused`].
    pub fn parse(bytes: &'a [u8]) -> Result<Self, StampFault> {
        let bad = StampFault::Malformed;
        if bytes.len() > MOST {
            return Err(bad);
        }
        let mut outer = Reader::new(bytes);
        let whole = outer.take(SEQUENCE).ok_or(bad)?;
        if !outer.is_empty() {
            return Err(bad);
        }
        let mut parts = Reader::new(whole.content);
        let Some(mut status) = parts.inside(SEQUENCE) else {
            return Self::of_token(whole.whole).ok_or(bad);
        };
        match status.take(INTEGER).ok_or(bad)?.content {
            [0 | 1] => {}
            [other] => return Err(StampFault::Refused(*other)),
            _ => return Err(bad),
        }
        let token = parts.take(SEQUENCE).ok_or(bad)?;
        Self::of_token(token.whole).ok_or(bad)
    }

    fn of_token(token: &'a [u8]) -> Option<Self> {
        let mut info = Reader::new(token).inside(SEQUENCE)?;
        (info.oid()? == SIGNED_DATA).then_some(())?;
        let mut signed = info.inside(context(0))?.inside(SEQUENCE)?;
        signed.take(INTEGER)?;
        signed.take(SET)?;
        let mut encapsulated = signed.inside(SEQUENCE)?;
        (encapsulated.oid()? == TST_INFO).then_some(())?;
        let content = encapsulated.inside(context(0))?.take(OCTET_STRING)?.content;
        let certificates = signed.take(context(0)).map_or(&[][..], |v| v.content);
        signed.take(context(1));
        let mut signers = signed.inside(SET)?;
        let signer = signers.inside(SEQUENCE)?;
        // one authority, one signature (RFC 3161, 2.4.2)
        signers.is_empty().then_some(())?;

        let mut tst = Reader::new(content).inside(SEQUENCE)?;
        (tst.take(INTEGER)?.content == [1]).then_some(())?;
        tst.oid()?;
        let mut imprint = tst.inside(SEQUENCE)?;
        (imprint.algorithm()? == SHA256).then_some(())?;
        let digest = imprint.take(OCTET_STRING)?.content;
        tst.take(INTEGER)?;
        let time = time(tst.any()?)?;
        Some(Self { token, time, digest, content, certificates, signer })
    }

    /// Verifies the stamp of a digest against a file of certificates that are trusted: the authority's own,
    /// or one above it. Gives the time, seconds since 1970.
    ///
    /// # Errors
    /// [`StampFault`].
    pub fn verify(&self, digest: &[u8; 32], trusted: &[u8]) -> Result<i64, StampFault> {
        if self.digest != digest {
            return Err(StampFault::OtherDigest);
        }
        let trusted = certificates(trusted);
        let anchors: Vec<Certificate<'_>> = trusted.iter().filter_map(|c| Certificate::parse(c)).collect();
        let mut with_it = Vec::new();
        let mut rest = Reader::new(self.certificates);
        while let Some(value) = rest.any().filter(|_| with_it.len() < 64) {
            with_it.extend(Certificate::parse(value.whole));
        }
        self.signed(&anchors, &with_it).ok_or(StampFault::Signature)?
    }

    fn signed(
        &self,
        anchors: &[Certificate<'_>],
        with_it: &[Certificate<'_>],
    ) -> Option<Result<i64, StampFault>> {
        let mut signer = self.signer;
        signer.take(INTEGER)?;
        let named: Box<dyn Fn(&Certificate<'_>) -> bool> = match signer.take(0x80) {
            Some(id) => Box::new(move |c| c.key_id == Some(id.content)),
            None => {
                let mut name = signer.inside(SEQUENCE)?;
                let (issuer, serial) = (name.take(SEQUENCE)?.whole, name.take(INTEGER)?.content);
                Box::new(move |c| c.issuer == issuer && c.serial == serial)
            }
        };
        let digest_algorithm = signer.algorithm()?;
        let hash = hash_of(digest_algorithm)?;
        let attributes = signer.take(context(0))?;
        let algorithm = signer.algorithm()?;
        let signature = signer.take(OCTET_STRING)?.content;
        let by = with_it.iter().chain(anchors).find(|c| named(c))?;
        self.attributes(attributes.content, hash, by)?;
        // what is signed is the set of attributes under its own tag (RFC 5652, 5.4)
        let message = put(SET, &[attributes.content]);
        by.verify(algorithm, Some(digest_algorithm), &message, signature).then_some(())?;
        if !by.stamps_times || !by.valid_at(self.time) {
            return Some(Err(StampFault::Certificate));
        }
        let vouched = vouched_for(by, anchors, with_it, self.time);
        Some(if vouched { Ok(self.time) } else { Err(StampFault::Untrusted) })
    }

    /// The signed attributes name the content, its digest and the certificate.
    fn attributes(&self, attributes: &[u8], hash: Hash, by: &Certificate<'_>) -> Option<()> {
        let (mut kind, mut digest, mut certificate) = (false, false, false);
        let mut list = Reader::new(attributes);
        while !list.is_empty() {
            let mut attribute = list.inside(SEQUENCE)?;
            let oid = attribute.oid()?;
            let mut value = attribute.inside(SET)?;
            match oid {
                CONTENT_TYPE => kind = value.oid()? == TST_INFO,
                MESSAGE_DIGEST => digest = value.take(OCTET_STRING)?.content == hash.of(self.content),
                SIGNING_CERTIFICATE => {
                    let mut first = value.inside(SEQUENCE)?.inside(SEQUENCE)?.inside(SEQUENCE)?;
                    let stated = first.take(OCTET_STRING)?.content;
                    certificate |= stated == sha1::Sha1::digest(by.whole).as_slice();
                }
                SIGNING_CERTIFICATE_V2 => {
                    let mut first = value.inside(SEQUENCE)?.inside(SEQUENCE)?.inside(SEQUENCE)?;
                    // SHA-256 where none is named
                    let hash = first.algorithm().map_or(Some(Hash::Sha256), hash_of)?;
                    certificate |= first.take(OCTET_STRING)?.content == hash.of(by.whole);
                }
                _ => {}
            }
        }
        (kind && digest && certificate).then_some(())
    }
}

/// Whether a way leads from a certificate to one that is trusted.
fn vouched_for(
    certificate: &Certificate<'_>,
    anchors: &[Certificate<'_>],
    with_it: &[Certificate<'_>],
    at: i64,
) -> bool {
    let mut here = certificate;
    for _ in 0..LONGEST {
        if anchors.iter().any(|a| a.whole == here.whole || (a.is_ca && a.signed(here) && a.valid_at(at))) {
            return true;
        }
        let above =
            with_it.iter().find(|c| c.is_ca && c.subject == here.issuer && c.valid_at(at) && c.signed(here));
        match above.filter(|c| c.whole != here.whole) {
            Some(next) => here = next,
            None => return false,
        }
    }
    false
}

/// Any bytes as an answer.
#[doc(hidden)]
pub fn fuzz_one(data: &[u8]) {
    if let Ok(stamp) = Stamp::parse(data) {
        let _ = stamp.verify(&[0; 32], data);
        let digest = stamp.digest.try_into().unwrap_or([0; 32]);
        let _ = stamp.verify(&digest, stamp.certificates);
    }
    let _ = Certificate::parse(data);
}

#[cfg(test)]
mod tests;
