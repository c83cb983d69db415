//! Keys of a local backup, from the 64-character recovery key down (libsignal, `backup_keys`), and the
//! id of a group from its master key (zkgroup, `GroupSecretParams`).

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use zeroize::Zeroizing;

/// A key, wiped when dropped.
pub(crate) type Key = Zeroizing<[u8; 32]>;

/// The two keys of `main` or of a media file.
pub(crate) struct Pair {
    pub(crate) mac: Key,
    pub(crate) aes: Key,
}

fn expand<const N: usize>(salt: Option<&[u8]>, key: &[u8], info: &[&[u8]]) -> Zeroizing<[u8; N]> {
    let mut out = Zeroizing::new([0; N]);
    let hkdf = Hkdf::<Sha256>::new(salt, key);
    hkdf.expand_multi_info(info, out.as_mut()).expect("HKDF gives up to 8160 bytes");
    out
}

/// The recovery key as its owner may write it: in groups, in capitals, with `#` for O and `=` for 0.
/// `None` when it is not 64 letters and digits.
pub(crate) fn recovery_key(given: &SecretString) -> Option<Zeroizing<Vec<u8>>> {
    let mut key = Zeroizing::new(Vec::with_capacity(64));
    for byte in given.expose_secret().bytes().filter(|b| !b.is_ascii_whitespace() && *b != b'-') {
        let byte = match byte.to_ascii_lowercase() {
            b'#' => b'o',
            b'=' => b'0',
            other if other.is_ascii_alphanumeric() => other,
            _ => return None,
        };
        if key.len() == 64 {
            return None;
        }
        key.push(byte);
    }
    (key.len() == 64).then_some(key)
}

/// The backup key of a recovery key.
pub(crate) fn backup_key(recovery: &[u8]) -> Key {
    expand(None, recovery, &[b"20240801_SIGNAL_BACKUP_KEY"])
}

/// The key of `metadata`.
pub(crate) fn metadata_key(backup: &Key) -> Key {
    expand(None, backup.as_slice(), &[b"20241011_SIGNAL_LOCAL_BACKUP_METADATA_KEY"])
}

/// The id of a backup from the owner's service id; a local backup states it in `metadata` instead.
#[cfg(test)]
pub(crate) fn backup_id(backup: &Key, aci: &[u8]) -> Zeroizing<[u8; 16]> {
    expand(None, backup.as_slice(), &[b"20241024_SIGNAL_BACKUP_ID:", aci])
}

/// The keys of `main`. A token for forward secrecy belongs to backups on the server.
pub(crate) fn main_keys(backup: &Key, id: &[u8], token: Option<&[u8]>) -> Pair {
    let label: &[u8] = match token {
        None => b"20241007_SIGNAL_BACKUP_ENCRYPT_MESSAGE_BACKUP:",
        Some(_) => b"20250708_SIGNAL_BACKUP_ENCRYPT_MESSAGE_BACKUP:",
    };
    let both = expand::<64>(token, backup.as_slice(), &[label, id]);
    let half = |at: usize| {
        let mut key = Zeroizing::new([0; 32]);
        key.copy_from_slice(&both[at..at + 32]);
        key
    };
    Pair { mac: half(0), aes: half(32) }
}

/// The keys of a media file: AES first.
pub(crate) fn media_keys(local: &[u8]) -> Option<Pair> {
    let (aes, mac) = local.split_at_checked(32)?;
    let key = |bytes: &[u8]| bytes.try_into().ok().map(Zeroizing::new);
    Some(Pair { mac: key(mac)?, aes: key(aes)? })
}

/// The id of a group: a hash made of HMACs, in which each round is keyed by the one before.
pub(crate) fn group_id(master: &[u8]) -> [u8; 32] {
    sho(b"Signal_ZKGroup_20200424_GroupMasterKey_GroupSecretParams_DeriveFromMasterKey", master)
}

fn sho(label: &[u8], data: &[u8]) -> [u8; 32] {
    let round = |key: &[u8; 32], parts: &[&[u8]]| -> [u8; 32] {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes any key");
        parts.iter().for_each(|p| mac.update(p));
        mac.finalize().into_bytes().into()
    };
    let key = round(&[0; 32], &[label, &[0]]);
    let key = round(&key, &[data, &[0]]);
    round(&key, &[&[0; 8], &[1]])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::{from_hex, hex};

    fn secret(text: &str) -> SecretString {
        SecretString::from(text.to_owned())
    }

    #[test]
    fn recovery_keys_as_people_write_them() {
        let plain = "0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqr";
        for shown in [
            plain.to_owned(),
            plain.to_uppercase(),
            plain.replace('0', "=").replace('o', "#"),
            format!("{} {}\n", &plain[..32], &plain[32..]),
        ] {
            assert_eq!(recovery_key(&secret(&shown)).unwrap().as_slice(), plain.as_bytes());
        }
        for bad in [
            "",
            "123456789012345678901234567890",
            &plain[1..],
            &format!("{plain}a"),
            &plain.replace('a', "æ"),
        ] {
            assert!(recovery_key(&secret(bad)).is_none());
        }
    }

    /// First bytes of a vector in libsignal's poksho, `shohmacsha256.rs`.
    #[test]
    fn the_hash_of_group_ids() {
        let out = hex(&sho(b"asd", b"asdasd"));
        assert_eq!(out, "392cb9449373037fa0c11aebed69cca3b7d3bc9790878f341729c65d5506442f");
    }

    #[test]
    fn media_keys_have_two_halves() {
        assert!(media_keys(&[0; 63]).is_none() && media_keys(&[0; 65]).is_none());
        assert_eq!(media_keys(&from_hex(&"ab".repeat(64)).unwrap()).unwrap().mac[0], 0xab);
    }
}
