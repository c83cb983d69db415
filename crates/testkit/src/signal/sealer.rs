//! What lies around the rows of a backup file: keys, frames, files, statements.

use std::io::{self, Write};

use aes::Aes256;
use aes::cipher::{KeyIvInit, StreamCipher};
use ctr::Ctr128BE;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256, Sha512};

use super::wire::{bytes, int, message};

/// A value of SQL.
#[derive(Clone)]
pub(crate) enum V {
    N,
    I(i64),
    T(String),
    B(Vec<u8>),
}

impl From<&str> for V {
    fn from(t: &str) -> Self {
        Self::T(t.to_owned())
    }
}

impl From<u64> for V {
    fn from(n: u64) -> Self {
        Self::I(n.cast_signed())
    }
}

impl From<i64> for V {
    fn from(n: i64) -> Self {
        Self::I(n)
    }
}

/// A table and its columns.
pub(crate) type Table = (&'static str, &'static str);

/// The keys of a file.
pub(crate) struct Keys {
    cipher: [u8; 32],
    mac: [u8; 32],
}

/// Derives them.
pub(crate) fn keys(digits: &[u8], salt: &[u8]) -> Keys {
    let mut hash = Sha512::new().chain_update(salt).chain_update(digits).chain_update(digits).finalize();
    for _ in 1..250_000 {
        hash = Sha512::new().chain_update(hash).chain_update(digits).finalize();
    }
    let mut both = [0; 64];
    Hkdf::<Sha256>::new(Some(&[0; 32]), &hash[..32]).expand(b"Backup Export", &mut both).expect("64 bytes");
    let (cipher, mac) = both.split_at(32);
    Keys { cipher: cipher.try_into().expect("32"), mac: mac.try_into().expect("32") }
}

/// Writes frames and files.
pub(crate) struct Sealer<'w> {
    pub(crate) out: &'w mut dyn Write,
    pub(crate) keys: Keys,
    pub(crate) iv: [u8; 16],
    pub(crate) counter: u32,
    pub(crate) version: u8,
    pub(crate) offset: u64,
    pub(crate) frames: Vec<u64>,
}

impl Sealer<'_> {
    pub(crate) fn vector(&mut self) -> [u8; 16] {
        let mut iv = self.iv;
        iv[..4].copy_from_slice(&self.counter.to_be_bytes());
        self.counter = self.counter.wrapping_add(1);
        iv
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.offset += bytes.len() as u64;
        self.out.write_all(bytes)
    }

    pub(crate) fn frame(&mut self, frame: &[u8]) -> io::Result<()> {
        self.frames.push(self.offset);
        let iv = self.vector();
        let mut cipher = Ctr128BE::<Aes256>::new(&self.keys.cipher.into(), &iv.into());
        let mut length = u32::try_from(frame.len() + 10).map_err(io::Error::other)?.to_be_bytes();
        let mut sealed = frame.to_vec();
        if self.version > 0 {
            cipher.apply_keystream(&mut length);
        }
        cipher.apply_keystream(&mut sealed);
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&self.keys.mac).expect("any key");
        if self.version > 0 {
            mac.update(&length);
        }
        mac.update(&sealed);
        let tag = mac.finalize().into_bytes();
        self.write(&length)?;
        self.write(&sealed)?;
        self.write(&tag[..10])
    }

    pub(crate) fn file(&mut self, content: &[u8]) -> io::Result<()> {
        let iv = self.vector();
        let mut sealed = content.to_vec();
        Ctr128BE::<Aes256>::new(&self.keys.cipher.into(), &iv.into()).apply_keystream(&mut sealed);
        let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&self.keys.mac).expect("any key");
        let tag = mac.chain_update(iv).chain_update(&sealed).finalize().into_bytes();
        self.write(&sealed)?;
        self.write(&tag[..10])
    }

    pub(crate) fn sql(&mut self, statement: &str, values: &[V]) -> io::Result<()> {
        let mut parts = vec![bytes(1, statement.as_bytes())];
        for v in values {
            parts.push(match v {
                V::N => message(2, &[int(5, 1)]),
                V::I(n) => message(2, &[int(2, n.cast_unsigned())]),
                V::T(t) => message(2, &[bytes(1, t.as_bytes())]),
                V::B(b) => message(2, &[bytes(4, b)]),
            });
        }
        self.frame(&message(2, &parts))
    }

    pub(crate) fn create(&mut self, (name, columns): Table) -> io::Result<()> {
        let columns: Vec<String> = columns.split(',').map(|c| format!("{c} TEXT DEFAULT NULL")).collect();
        self.sql(&format!("CREATE TABLE {name} ({}, UNIQUE(_id))", columns.join(", ")), &[])
    }

    pub(crate) fn insert(&mut self, (name, columns): Table, values: &[(&str, V)]) -> io::Result<()> {
        let row: Vec<V> = columns
            .split(',')
            .map(|c| values.iter().find(|(n, _)| *n == c).map_or(V::N, |(_, v)| v.clone()))
            .collect();
        let unknown: Vec<&str> =
            values.iter().map(|(n, _)| *n).filter(|n| !columns.split(',').any(|c| c == *n)).collect();
        assert!(unknown.is_empty(), "{name} has no {unknown:?}");
        let marks = vec!["?"; row.len()].join(",");
        self.sql(&format!("INSERT INTO {name} VALUES ({marks})"), &row)
    }
}

/// Base64 (RFC 4648).
pub(crate) fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0_u32, |w, b| w << 8 | u32::from(*b)) << (8 * (3 - chunk.len()));
        for i in 0..4 {
            let letter = LETTERS[(word >> (18 - 6 * i) & 63) as usize];
            out.push(if i <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    out
}
