//! The head of an Android backup: lines of text that say how the rest is stored.

use model::{Fault, ReadAt};
use zeroize::Zeroizing;

/// First line of every backup.
pub(crate) const MAGIC: &[u8] = b"ANDROID BACKUP\n";

/// Most rounds that are derived: phones use 10,000; a hostile head must not cost hours.
const MOST_ROUNDS: u32 = 10_000_000;

/// Bytes in which the head must end.
const MOST: usize = 8192;

/// What an encrypted backup says of its key.
pub(crate) struct Sealed {
    pub(crate) user_salt: Vec<u8>,
    pub(crate) check_salt: Vec<u8>,
    pub(crate) rounds: u32,
    pub(crate) iv: [u8; 16],
    /// The master key and its checksum, encrypted.
    pub(crate) blob: Vec<u8>,
}

/// The head.
pub(crate) struct Header {
    pub(crate) version: u32,
    pub(crate) compressed: bool,
    pub(crate) sealed: Option<Sealed>,
    /// Where the rest begins.
    pub(crate) end: u64,
}

struct Lines<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Lines<'b> {
    fn next(&mut self) -> Result<&'b str, Fault> {
        let rest = &self.bytes[self.at..];
        let have = self.bytes.len() as u64;
        let end = rest.iter().position(|b| *b == b'\n');
        let end = end.ok_or(Fault::Truncated { need: have + 1, have })?;
        let line = std::str::from_utf8(&rest[..end]);
        let line = line.map_err(|_| Fault::NotText { encoding: "UTF-8", offset: self.at as u64 })?;
        self.at += end + 1;
        Ok(line.trim_end_matches('\r'))
    }

    fn hex(&mut self, expected: &'static str) -> Result<Vec<u8>, Fault> {
        let line = self.next()?.as_bytes();
        let digit = |b: u8| char::from(b).to_digit(16).and_then(|d| u8::try_from(d).ok());
        let (pairs, rest) = line.as_chunks::<2>();
        let bytes =
            pairs.iter().map(|[a, b]| Some(digit(*a)? << 4 | digit(*b)?)).collect::<Option<Vec<u8>>>();
        bytes.filter(|b| rest.is_empty() && !b.is_empty()).ok_or(Fault::Unexpected { expected })
    }
}

impl Header {
    /// Reads the head of `bytes`; `None` when they are no Android backup.
    pub(crate) fn read(bytes: &dyn ReadAt) -> std::io::Result<Option<Result<Self, Fault>>> {
        let mut head = Zeroizing::new(vec![0; MOST]);
        let mut filled = 0;
        while filled < MOST {
            match bytes.read_at(filled as u64, &mut head[filled..])? {
                0 => break,
                n => filled += n,
            }
        }
        let head = &head[..filled];
        Ok(head.starts_with(MAGIC).then(|| Self::parse(head)))
    }

    fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let mut lines = Lines { bytes, at: MAGIC.len() };
        let number = |line: &str, expected| line.parse::<u32>().map_err(|_| Fault::Unexpected { expected });
        let version = number(lines.next()?, "the version of the backup")?;
        let compressed = match lines.next()? {
            "0" => false,
            "1" => true,
            _ => return Err(Fault::Unexpected { expected: "0 or 1 for compression" }),
        };
        let sealed = match lines.next()? {
            "none" => None,
            "AES-256" => {
                let user_salt = lines.hex("a salt in hexadecimal")?;
                let check_salt = lines.hex("a salt in hexadecimal")?;
                let rounds = number(lines.next()?, "a number of rounds")?;
                if rounds == 0 || rounds > MOST_ROUNDS {
                    return Err(Fault::TooMuch { what: "rounds", bound: MOST_ROUNDS.into() });
                }
                let iv = lines.hex("an initialisation vector in hexadecimal")?;
                let iv = iv.try_into().map_err(|_| Fault::Unexpected { expected: "16 bytes" })?;
                Some(Sealed {
                    user_salt,
                    check_salt,
                    rounds,
                    iv,
                    blob: lines.hex("a sealed key in hexadecimal")?,
                })
            }
            _ => return Err(Fault::Unexpected { expected: "none or AES-256" }),
        };
        Ok(Self { version, compressed, sealed, end: lines.at as u64 })
    }
}
