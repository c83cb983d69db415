//! From a password to the master key. The user key is PBKDF2-HMAC-SHA1 of the password; it opens a blob
//! with the master key and a checksum of it. Phones of different age turned characters into bytes in
//! different ways, for the password and for the checksum, so each way is tried (AOSP,
//! `PasswordManager` and `BackupManagerService`).

use aes::Aes256Dec;
use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockModeDecrypt, KeyIvInit};
use secrecy::{ExposeSecret, SecretString};
use sha1::Sha1;
use subtle::ConstantTimeEq;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::header::Sealed;

/// A 256-bit key; wiped when dropped.
pub(crate) type Key = Zeroizing<[u8; 32]>;

/// What opens the rest.
pub(crate) struct Master {
    pub(crate) key: Key,
    pub(crate) iv: [u8; 16],
    /// Whether the checksum fits the key in one of the two ways.
    pub(crate) checked: bool,
}

fn derive(password: &[u8], salt: &[u8], rounds: u32) -> Key {
    let mut out = Zeroizing::new([0; 32]);
    pbkdf2::pbkdf2_hmac::<Sha1>(password, salt, rounds, out.as_mut());
    out
}

/// The bytes that a password may have been on the phone.
fn spellings(password: &str) -> Vec<Zeroizing<Vec<u8>>> {
    let forms: [String; 3] = [password.to_owned(), password.nfc().collect(), password.nfd().collect()];
    let mut all: Vec<Zeroizing<Vec<u8>>> = Vec::new();
    let mut push = |bytes: Vec<u8>| {
        let bytes = Zeroizing::new(bytes);
        if !all.contains(&bytes) {
            all.push(bytes);
        }
    };
    let forms = forms.map(Zeroizing::new);
    for form in &forms {
        push(form.as_bytes().to_vec());
    }
    for form in &forms {
        // the old way: the low byte of each UTF-16 unit
        push(form.encode_utf16().map(|u| u.to_le_bytes()[0]).collect());
    }
    all
}

/// Opens the blob; `None` when the password does not fit.
pub(crate) fn open(sealed: &Sealed, password: &SecretString) -> Option<Master> {
    spellings(password.expose_secret()).iter().find_map(|spelling| {
        let user = derive(spelling, &sealed.user_salt, sealed.rounds);
        let mut blob = Zeroizing::new(sealed.blob.clone());
        let mode = cbc::Decryptor::<Aes256Dec>::new_from_slices(user.as_ref(), &sealed.iv).ok()?;
        let plain = mode.decrypt_padded::<Pkcs7>(&mut blob).ok()?;
        let (iv, rest) = counted(plain)?;
        let (key, rest) = counted(rest)?;
        let (checksum, rest) = counted(rest)?;
        if !rest.is_empty() {
            return None;
        }
        let iv = iv.try_into().ok()?;
        let key: Key = Zeroizing::new(key.try_into().ok()?);
        let checked = [java_characters(key.as_ref()), Zeroizing::new(key.to_vec())].iter().any(|written| {
            let expected = derive(written, &sealed.check_salt, sealed.rounds);
            bool::from(expected.as_slice().ct_eq(checksum))
        });
        Some(Master { key, iv, checked })
    })
}

/// A length byte and that many bytes.
fn counted(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (n, rest) = bytes.split_first()?;
    rest.split_at_checked(usize::from(*n))
}

/// Key bytes taken for Java characters, sign and all, and written as UTF-8.
fn java_characters(key: &[u8]) -> Zeroizing<Vec<u8>> {
    let unit = |b: &u8| if *b < 0x80 { u32::from(*b) } else { 0xff00 | u32::from(*b) };
    let text: Zeroizing<String> =
        Zeroizing::new(key.iter().filter_map(|b| char::from_u32(unit(b))).collect());
    Zeroizing::new(text.as_bytes().to_vec())
}
