//! Keys of backups: 64 hexadecimal digits, or a key file (a Java-serialised byte array of 131 bytes for
//! crypt12 and crypt14, of 32 for crypt15). Keys are wiped when dropped and never shown.

use evidence::Given;
use hkdf::Hkdf;
use model::SourceError;
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::header::{Header, KeyName, Kind};

/// A 256-bit key.
pub(crate) type Key = Zeroizing<[u8; 32]>;

/// How Java begins a serialised `byte[]`: stream magic, class descriptor of `[B`; the length follows.
const JAVA: &[u8; 23] = b"\xac\xed\x00\x05ur\x00\x02[B\xac\xf3\x17\xf8\x06\x08T\xe0\x02\x00\x00xp";
/// Bytes of the key of crypt12 and crypt14: cipher and key version 3, salt 32, Google id 16, its SHA-256
/// 32, an empty vector 16, the AES key 32.
const NAMED: usize = 131;

const DIGITS: &str = "WhatsApp 64-digit key";
const FILE: &str = "WhatsApp key file";

/// The keys that were given.
#[derive(Default)]
pub(crate) struct Keys {
    /// Of crypt15: what the backup's key is derived from.
    root: Option<Key>,
    /// Of crypt12 and crypt14.
    named: Option<(KeyName, Key)>,
    anything: bool,
}

impl Keys {
    /// The keys among what was given.
    ///
    /// # Errors
    /// [`SourceError::WrongSecret`] for something that is no key at all.
    pub(crate) fn of(given: &Given) -> Result<Self, SourceError> {
        let mut keys = Self::default();
        if let Some(file) = &given.key_file {
            keys.anything = true;
            keys.file(file.expose_secret()).ok_or(SourceError::WrongSecret { what: FILE })?;
        }
        if let Some(text) = &given.passphrase {
            let typed = digits(text.expose_secret().as_bytes());
            match typed {
                Some(root) => keys.root = Some(root),
                // a passphrase may be meant for another source of the same job
                None if keys.anything => {}
                None => return Err(SourceError::WrongSecret { what: DIGITS }),
            }
            keys.anything = true;
        }
        Ok(keys)
    }

    fn file(&mut self, bytes: &[u8]) -> Option<()> {
        let inner = match bytes.strip_prefix(JAVA) {
            Some(rest) => {
                let (len, rest) = rest.split_first_chunk::<4>()?;
                rest.get(..usize::try_from(u32::from_be_bytes(*len)).ok()?)?
            }
            None => bytes,
        };
        match inner.len() {
            32 => self.root = Some(Zeroizing::new(inner.try_into().ok()?)),
            NAMED => {
                let google_id = &inner[35..51];
                if Sha256::digest(google_id)[..] != inner[51..83] {
                    return None;
                }
                let name = KeyName {
                    version: inner[2],
                    salt: inner[3..35].try_into().ok()?,
                    google_id: google_id.try_into().ok()?,
                };
                self.named = Some((name, Zeroizing::new(inner[99..].try_into().ok()?)));
            }
            _ => self.root = Some(digits(inner)?),
        }
        Some(())
    }

    /// What is asked for, by kind.
    pub(crate) fn name(header: &Header) -> &'static str {
        if header.kind == Kind::Crypt15 { DIGITS } else { FILE }
    }

    /// The key of the backup with this header, checked against its name where the header has one.
    ///
    /// # Errors
    /// [`SourceError::SecretNeeded`] when nothing was given, [`SourceError::WrongSecret`] when it is of
    /// another kind or names another key.
    pub(crate) fn for_header(&self, header: &Header) -> Result<Key, SourceError> {
        let what = Self::name(header);
        let missing = || match self.anything {
            true => SourceError::WrongSecret { what },
            false => SourceError::SecretNeeded { kind: super::super::android::SOURCE, what },
        };
        let Some(wanted) = &header.key else {
            let root = self.root.as_ref().ok_or_else(missing)?;
            let mut key = Key::default();
            // 32 bytes are one round of HKDF: any length up to 255 rounds is legal
            Hkdf::<Sha256>::new(None, &**root)
                .expand(b"backup encryption", key.as_mut())
                .expect("32 bytes are less than HKDF gives");
            return Ok(key);
        };
        let (name, key) = self.named.as_ref().ok_or_else(missing)?;
        let same = name.salt.ct_eq(&wanted.salt) & name.google_id.ct_eq(&wanted.google_id);
        if bool::from(same) { Ok(key.clone()) } else { Err(SourceError::WrongSecret { what }) }
    }
}

/// 64 hexadecimal digits, with any spacing.
fn digits(text: &[u8]) -> Option<Key> {
    let mut key = Key::default();
    let mut n = 0;
    for c in text.iter().filter(|c| !c.is_ascii_whitespace() && **c != b'-') {
        let digit = u8::try_from(char::from(*c).to_digit(16)?).ok()?;
        *key.get_mut(n / 2)? |= digit << (4 * (1 - n % 2));
        n += 1;
    }
    (n == 64).then_some(key)
}

/// Any bytes as a key file.
#[doc(hidden)]
pub fn fuzz_one(data: &[u8]) {
    let _: Option<()> = Keys::default().file(data);
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use secrecy::{SecretSlice, SecretString};

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: bool) {
        let given = Given { passphrase: Some(SecretString::from(text)), ..Given::default() };
        assert_eq!(Keys::of(&given).is_ok_and(|k| k.root.is_some()), expected);
    }

    #[test]
    fn typed_keys() {
        let key = "00112233445566778899aabbccddeeff".repeat(2);
        check(&key, true);
        check(&key.to_uppercase(), true);
        check(
            &key.as_bytes().chunks(4).map(|c| String::from_utf8_lossy(c)).collect::<Vec<_>>().join(" "),
            true,
        );
        check(&key[1..], false);
        check(&format!("{key}0"), false);
        check("adgangskode", false);
        check("", false);
    }

    #[test]
    fn key_files() {
        let given =
            |bytes: Vec<u8>| Given { key_file: Some(Arc::new(SecretSlice::from(bytes))), ..Given::default() };
        let java = |inner: &[u8]| {
            let mut out = JAVA.to_vec();
            out.extend(u32::try_from(inner.len()).unwrap().to_be_bytes());
            out.extend(inner);
            out
        };
        assert!(Keys::of(&given(java(&[5; 32]))).unwrap().root.is_some());
        assert!(Keys::of(&given(vec![5; 32])).unwrap().root.is_some());
        let mut named = vec![0, 1, 2];
        named.extend([1; 32]);
        named.extend([2; 16]);
        named.extend(Sha256::digest([2; 16]));
        named.extend([0; 16]);
        named.extend([9; 32]);
        assert!(Keys::of(&given(java(&named))).unwrap().named.is_some());
        named[60] ^= 1;
        assert!(Keys::of(&given(java(&named))).is_err());
        assert!(Keys::of(&given(java(&[5; 33]))).is_err());
        assert!(Keys::of(&given(vec![])).is_err());
    }
}
