//! From the 30-digit passphrase to the two keys of an Android backup: 250,000 rounds of SHA-512, then
//! HKDF-SHA-256 (Signal-Android, `BackupRecordInputStream` and `FullBackupBase`).

use hkdf::Hkdf;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256, Sha512};
use zeroize::Zeroizing;

const ROUNDS: u32 = 250_000;
const DIGITS: usize = 30;

/// The keys of a backup.
pub(crate) struct Keys {
    pub(crate) cipher: Zeroizing<[u8; 32]>,
    pub(crate) mac: Zeroizing<[u8; 32]>,
}

/// Derives the keys. The passphrase is the digits in what was given, which the phone shows in groups
/// of five; `None` when there are not thirty.
pub(crate) fn derive(passphrase: &SecretString, salt: &[u8]) -> Option<Keys> {
    let mut block = Zeroizing::new([0_u8; 64 + DIGITS]);
    let mut given = passphrase.expose_secret().bytes().filter(u8::is_ascii_digit);
    for slot in &mut block[64..] {
        *slot = given.next()?;
    }
    if given.next().is_some() {
        return None;
    }
    // the first round hashes salt, digits, digits; each other the hash before it and the digits
    let mut hash =
        Sha512::new().chain_update(salt).chain_update(&block[64..]).chain_update(&block[64..]).finalize();
    for _ in 1..ROUNDS {
        block[..64].copy_from_slice(&hash);
        hash = Sha512::digest(*block);
    }
    let mut okm = Zeroizing::new([0_u8; 64]);
    Hkdf::<Sha256>::new(None, &hash[..32]).expand(b"Backup Export", okm.as_mut()).ok()?;
    let mut keys = Keys { cipher: Zeroizing::new([0; 32]), mac: Zeroizing::new([0; 32]) };
    keys.cipher.copy_from_slice(&okm[..32]);
    keys.mac.copy_from_slice(&okm[32..]);
    Some(keys)
}
