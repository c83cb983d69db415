//! A key store as one sealed file, for a medium of its own: behind a passphrase, with the day after which
//! it must not be used. Two things never go along: the holding area's keys, and the private half of an
//! epoch that is in split custody; either would undo what they are for.

use vault::{Cost, Plain, VaultError};

use crate::custody::CustodyNote;
use crate::keystore::{KeyStore, KeyStoreFault};

const MAGIC: &[u8; 4] = b"BAK1";
/// Most bytes of a parcel's content.
const MOST: usize = 1 << 30;
const MOST_NAME: usize = 256;

/// What stands in front of the sealed part, readable by everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label {
    /// Whose keys.
    pub archive: [u8; 16],
    /// When it was made, milliseconds since 1970.
    pub made_at: u64,
    /// Last day, days since 1970.
    pub expires: i32,
}

/// Why a file is no parcel, or does not open.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ParcelFault {
    /// Not one, or damaged.
    #[error("not a copy of a key store, or a damaged one")]
    Malformed,
    /// Another passphrase, or a label that was changed.
    #[error("the passphrase does not fit")]
    WrongPassphrase,
    /// The key store could not be read or written.
    #[error(transparent)]
    KeyStore(#[from] KeyStoreFault),
    /// No randomness, or a cost that no one should use.
    #[error(transparent)]
    Vault(VaultError),
}

impl Label {
    fn encode(self) -> Vec<u8> {
        let Self { archive, made_at, expires } = self;
        [&archive[..], &made_at.to_be_bytes(), &expires.to_be_bytes()].concat()
    }

    fn context(self) -> Vec<u8> {
        [&b"key store"[..], &self.encode()].concat()
    }
}

/// Files of a key store that a parcel takes.
fn taken(keys: &KeyStore) -> Result<Vec<String>, ParcelFault> {
    let mut names = keys.files()?;
    let mut in_custody = Vec::new();
    for name in names.iter().filter(|n| n.starts_with("custody/")) {
        let epoch = name["custody/".len()..].parse().ok();
        let note = keys.read(name)?.zip(epoch).and_then(|(bytes, epoch)| CustodyNote::decode(epoch, &bytes));
        // shares that were never tried may not be all there is of a key
        in_custody.extend(note.filter(|n| n.drilled_at > 0).map(|n| format!("epoch/{}", n.of.epoch)));
    }
    names.retain(|name| {
        !name.starts_with("holding/") && !name.ends_with(".new") && !in_custody.contains(name)
    });
    Ok(names)
}

/// A key store, sealed.
pub struct Packed {
    /// The file's bytes.
    pub bytes: Vec<u8>,
    /// Files in it.
    pub files: u64,
    /// Whether an epoch's private half is in it.
    pub with_epoch: bool,
}

/// A parcel, opened and not yet written anywhere. It has no `Debug`.
pub struct Opened(Vec<(String, Plain)>);

/// Seals a key store.
///
/// # Errors
/// [`ParcelFault`].
pub fn pack(keys: &KeyStore, label: Label, passphrase: &[u8], cost: Cost) -> Result<Packed, ParcelFault> {
    let mut plain = Plain::new(Vec::new());
    let names = taken(keys)?;
    for name in &names {
        let bytes = keys.read_up_to(name, MOST as u64)?.ok_or(ParcelFault::Malformed)?;
        let len = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).to_be_bytes();
        plain.extend_from_slice(&len(name.len()));
        plain.extend_from_slice(name.as_bytes());
        plain.extend_from_slice(&len(bytes.len()));
        plain.extend_from_slice(&bytes);
        if plain.len() > MOST {
            return Err(ParcelFault::Vault(VaultError::TooMuch { bound: MOST }));
        }
    }
    let salt = vault::random().map_err(ParcelFault::Vault)?;
    let key = vault::derive(passphrase, &salt, cost).map_err(ParcelFault::Vault)?;
    let mut out = cost.head(MAGIC, &salt);
    out.extend_from_slice(&label.encode());
    let size = plain.len() as u64;
    vault::seal_stream(&key, &label.context(), size, &mut plain.as_slice(), &mut out)
        .map_err(ParcelFault::Vault)?;
    let with_epoch = names.iter().any(|name| name.starts_with("epoch/"));
    Ok(Packed { bytes: out, files: names.len() as u64, with_epoch })
}

/// The label of a parcel.
///
/// # Errors
/// [`ParcelFault::Malformed`].
pub fn label(bytes: &[u8]) -> Result<Label, ParcelFault> {
    let (_, _, rest) = Cost::parse_head(MAGIC, bytes).ok_or(ParcelFault::Malformed)?;
    let (archive, rest) = rest.split_first_chunk::<16>().ok_or(ParcelFault::Malformed)?;
    let (made_at, rest) = rest.split_first_chunk::<8>().ok_or(ParcelFault::Malformed)?;
    let expires = rest.first_chunk::<4>().ok_or(ParcelFault::Malformed)?;
    Ok(Label {
        archive: *archive,
        made_at: u64::from_be_bytes(*made_at),
        expires: i32::from_be_bytes(*expires),
    })
}

/// Opens a parcel.
///
/// # Errors
/// [`ParcelFault::WrongPassphrase`], [`ParcelFault::Malformed`].
pub fn open(bytes: &[u8], passphrase: &[u8]) -> Result<Opened, ParcelFault> {
    let stated = label(bytes)?;
    let (cost, salt, rest) = Cost::parse_head(MAGIC, bytes).ok_or(ParcelFault::Malformed)?;
    let mut sealed = rest.get(28..).ok_or(ParcelFault::Malformed)?;
    let key = vault::derive(passphrase, &salt, cost).map_err(|_| ParcelFault::Malformed)?;
    let mut plain = Plain::new(Vec::new());
    vault::open_stream(&key, &stated.context(), &mut sealed, &mut *plain).map_err(|e| match e {
        VaultError::WrongKey => ParcelFault::WrongPassphrase,
        _ => ParcelFault::Malformed,
    })?;
    if !sealed.is_empty() {
        return Err(ParcelFault::Malformed);
    }
    let mut files = Vec::new();
    let mut rest = plain.as_slice();
    while !rest.is_empty() {
        let name = take(&mut rest).and_then(|n| std::str::from_utf8(n).ok()).filter(|n| belongs(n));
        let content = take(&mut rest);
        let (name, content) = name.zip(content).ok_or(ParcelFault::Malformed)?;
        files.push((name.to_owned(), Plain::new(content.to_vec())));
    }
    Ok(Opened(files))
}

impl Opened {
    /// Whether an epoch's private half is in it.
    pub fn with_epoch(&self) -> bool {
        self.0.iter().any(|(name, _)| name.starts_with("epoch/"))
    }

    /// Writes the files into an empty key store; gives how many.
    ///
    /// # Errors
    /// [`KeyStoreFault`].
    pub fn write(&self, keys: &KeyStore) -> Result<u64, KeyStoreFault> {
        for (name, content) in &self.0 {
            keys.write(name, content)?;
        }
        Ok(self.0.len() as u64)
    }
}

fn take<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (len, rest) = bytes.split_first_chunk::<4>()?;
    let (chunk, rest) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*len)).ok()?)?;
    *bytes = rest;
    Some(chunk)
}

/// Whether a name stays inside a key store.
fn belongs(name: &str) -> bool {
    let part = |p: &str| {
        !p.is_empty()
            && !p.starts_with('.')
            && p.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    };
    name.len() <= MOST_NAME && name.split('/').all(part) && !name.starts_with("holding/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::custody::ShareSet;

    const COST: Cost = Cost { memory_kib: 8192, passes: 1, lanes: 1 };
    const LABEL: Label = Label { archive: [0xab; 16], made_at: 7, expires: 20_000 };

    fn store(dir: &std::path::Path, name: &str) -> KeyStore {
        KeyStore::create(&dir.join(name), &dir.join("archive")).unwrap()
    }

    #[test]
    fn a_key_store_comes_back_without_what_must_not_travel() {
        let dir = tempfile::tempdir().unwrap();
        let keys = store(dir.path(), "k");
        for name in ["ingest/signing", "epoch/1", "epoch/2", "buckets/00/epoch-1", "holding/1"] {
            keys.write(name, name.as_bytes()).unwrap();
        }
        let of = ShareSet { epoch: 1, threshold: 2, shares: 3, set: [1; 4] };
        let note = CustodyNote { of, split_at: 5, drilled_at: 6 };
        keys.write("custody/1", &note.encode()).unwrap();
        let untried = CustodyNote { of: ShareSet { epoch: 2, ..of }, split_at: 5, drilled_at: 0 };
        keys.write("custody/2", &untried.encode()).unwrap();
        let Packed { bytes, files, with_epoch } = pack(&keys, LABEL, b"kode", COST).unwrap();
        assert_eq!((label(&bytes).unwrap(), with_epoch), (LABEL, true));
        let again = store(dir.path(), "again");
        assert_eq!(open(&bytes, b"kode").unwrap().write(&again).unwrap(), files);
        let mut expected = keys.files().unwrap();
        expected.retain(|n| n != "holding/1" && n != "epoch/1");
        assert_eq!(again.files().unwrap(), expected);
        assert_eq!(again.read("epoch/2").unwrap().unwrap().as_slice(), b"epoch/2");
    }

    #[test]
    fn a_changed_parcel_does_not_open() {
        let dir = tempfile::tempdir().unwrap();
        let keys = store(dir.path(), "k");
        let bytes = pack(&keys, LABEL, b"kode", COST).unwrap().bytes;
        assert!(matches!(open(&bytes, b"andet"), Err(ParcelFault::WrongPassphrase)));
        for at in (16..bytes.len()).step_by(3) {
            let mut bad = bytes.clone();
            bad[at] ^= 1;
            assert!(open(&bad, b"kode").is_err(), "{at}");
        }
        assert!(open(&bytes[..bytes.len() - 1], b"kode").is_err());
        for name in ["../x", "/x", "a//b", ".x", "a/../b", "holding/1", "å", ""] {
            assert!(!belongs(name), "{name}");
        }
        assert!(belongs("buckets/00ff/operator-ab-1"));
    }
}
