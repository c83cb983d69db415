//! Encrypted backups as the app writes them: crypt12, crypt14, crypt15, alone or as a part of a backup in
//! several files. The whole is encrypted in memory by another implementation of AES-GCM than the reader has.

use std::io::{self, Write};

use aes_gcm::aead::AeadInOut;
use aes_gcm::aead::consts::U16;
use aes_gcm::{AesGcm, KeyInit};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use hmac::{Hmac, Mac};
use md5::{Digest, Md5};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sha2::Sha256;

use super::{field_bytes, field_int, varint};

/// Which generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A header of 67 plain bytes.
    Crypt12,
    /// A protobuf header, and a key that WhatsApp gives.
    Crypt14,
    /// A protobuf header, and a key of 64 digits.
    Crypt15,
}

/// A backup and its key.
#[derive(Clone, Debug)]
pub struct Encrypted {
    /// The file.
    pub file: Vec<u8>,
    /// The key file, Java-serialised.
    pub key_file: Vec<u8>,
    /// The 64 digits; of crypt15 only.
    pub digits: String,
}

fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    match <Hmac<Sha256> as KeyInit>::new_from_slice(key) {
        Ok(mut mac) => {
            mac.update(message);
            mac.finalize().into_bytes().into()
        }
        Err(_) => unreachable!("HMAC takes keys of any length"),
    }
}

/// Encrypts `plain`. A part of a backup in several files has no checksum and no list of features.
///
/// # Errors
/// What the compressor refuses.
pub fn encrypt(kind: Kind, plain: &[u8], seed: u64, part: bool, level: u32) -> io::Result<Encrypted> {
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::new(level));
    zlib.write_all(plain)?;
    encrypt_raw(kind, &zlib.finish()?, seed, part)
}

/// Encrypts what is compressed already, or is not to be.
///
/// # Errors
/// None that a caller can provoke.
pub fn encrypt_raw(kind: Kind, inner: &[u8], seed: u64, part: bool) -> io::Result<Encrypted> {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let mut random = |n: usize| {
        let mut bytes = vec![0; n];
        rng.fill_bytes(&mut bytes);
        bytes
    };
    let (salt, google_id, iv, secret) = (random(32), random(16), random(16), random(32));
    let mut key_inner = vec![0, 1, 2];
    let version = [key_inner[2]];
    key_inner.extend(&salt);
    key_inner.extend(&google_id);
    key_inner.extend(<Sha256 as sha2::Digest>::digest(&google_id));
    key_inner.extend([0; 16]);
    key_inner.extend(&secret);
    let mut key = secret.clone();
    if kind == Kind::Crypt15 {
        key = hmac(&hmac(&[0; 32], &secret), b"backup encryption\x01").to_vec();
        key_inner.clone_from(&secret);
    }
    let mut info = Vec::new();
    field_bytes(&mut info, 1, b"2.25.18.80");
    field_bytes(&mut info, 3, b"01");
    if !part {
        field_int(&mut info, 4, 1);
        for feature in 5..38 {
            field_int(&mut info, feature, 1);
        }
    }
    let mut cipher = Vec::new();
    let mut message = Vec::new();
    field_int(&mut message, 1, u64::from(kind == Kind::Crypt15));
    let mut file = Vec::new();
    match kind {
        Kind::Crypt12 => {
            file.extend([0, 1]);
            for piece in [&version[..], &salt, &google_id, &iv] {
                file.extend(piece);
            }
        }
        Kind::Crypt14 => {
            for (field, piece) in (1..).zip([&[0, 1][..], &version, &salt, &google_id, &iv]) {
                field_bytes(&mut cipher, field, piece);
            }
            field_bytes(&mut message, 2, &cipher);
        }
        Kind::Crypt15 => {
            field_bytes(&mut cipher, 1, &iv);
            field_bytes(&mut message, 3, &cipher);
        }
    }
    if kind != Kind::Crypt12 {
        field_bytes(&mut message, 4, &info);
        varint(&mut file, message.len() as u64);
        file.extend(&message);
    }
    let mut body = inner.to_vec();
    let sealed = AesGcm::<aes::Aes256, U16>::new_from_slice(&key).ok().and_then(|gcm| {
        let nonce = iv.as_slice().try_into().ok()?;
        gcm.encrypt_inout_detached(nonce, b"", body.as_mut_slice().into()).ok()
    });
    let Some(tag) = sealed else { return Err(io::ErrorKind::InvalidInput.into()) };
    file.extend(&body);
    file.extend(tag);
    if !part {
        let sum = Md5::digest(&file);
        file.extend(sum);
    }
    if kind == Kind::Crypt12 {
        file.extend(b"--01");
    }
    let mut key_file = b"\xac\xed\x00\x05ur\x00\x02[B\xac\xf3\x17\xf8\x06\x08T\xe0\x02\x00\x00xp".to_vec();
    key_file.extend(u32::try_from(key_inner.len()).unwrap_or(0).to_be_bytes());
    key_file.extend(&key_inner);
    let digits = secret.iter().map(|b| format!("{b:02x}")).collect();
    Ok(Encrypted { file, key_file, digits })
}
