//! Seals and keys: bytes in, bytes out. What is sealed, for whom and why is not known here; neither is
//! any file, message, clock or archive. Layouts and labels stand in `docs/FORMAT.md`, "Seals".

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod flow;
mod keys;
mod packed;
mod padding;
mod passphrase;
mod plain;
mod seal;
mod shares;
mod stream;
mod xwing;

pub use flow::{FlowReader, FlowWriter};
pub use keys::{KeyPair, PublicKey, WRAPPED_LEN, unwrap, wrap};
pub use packed::{Packer, unpack};
pub use padding::padme;
pub use passphrase::{Cost, derive};
pub use plain::Plain;
pub use seal::{OVERHEAD, UNDER_OVERHEAD, open, open_under, seal, seal_under};
pub use shares::{MOST_SHARES, Share, combine, split};
pub use stream::{open_stream, seal_stream, sealed_len};

use zeroize::Zeroizing;

/// A 256-bit secret; wiped when dropped.
pub type Secret = Zeroizing<[u8; 32]>;

/// Why something could not be opened or made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// The key is another one than the seal was made with.
    #[error("the key does not fit")]
    WrongKey,
    /// The bytes were changed after sealing.
    #[error("the seal is broken")]
    Broken,
    /// Fewer bytes than a seal has.
    #[error("need {need} bytes, have {have}")]
    Truncated {
        /// Bytes needed.
        need: usize,
        /// Bytes there.
        have: usize,
    },
    /// More bytes than the bound given.
    #[error("more than {bound} bytes")]
    TooMuch {
        /// The bound.
        bound: usize,
    },
    /// The operating system gave no randomness.
    #[error("no randomness")]
    NoRandomness,
    /// Parameters that no one should use, or that cannot be.
    #[error("unusable parameters for key derivation")]
    BadCost,
    /// Reading or writing failed.
    #[error("input/output error {0}")]
    Io(i32),
}

impl From<std::io::Error> for VaultError {
    fn from(e: std::io::Error) -> Self {
        Self::Io(e.raw_os_error().unwrap_or(0))
    }
}

/// Any bytes as each of the things this crate opens; what unpacks packs to the same again.
#[doc(hidden)]
pub fn fuzz_one(data: &[u8]) {
    let key = Secret::new([7; 32]);
    if let Ok(plain) = unpack(data, 1 << 20) {
        let again = Packer::new().and_then(|mut packer| packer.pack(&plain));
        assert!(again.is_ok_and(|again| unpack(&again, 1 << 20).is_ok_and(|p| p == plain)));
    }
    drop(open(&key, b"fuzz", data));
    drop(open_under(&key, b"fuzz", data));
    let _: Result<u64, VaultError> = open_stream(&key, b"fuzz", &mut &*data, &mut std::io::sink());
    if let Ok(mut reader) = FlowReader::new(&key, b"fuzz", data) {
        drop(std::io::copy(&mut reader, &mut std::io::sink()));
    }
    drop(PublicKey::from_bytes(data));
    if let Ok(pair) = KeyPair::from_seed(&key) {
        drop(unwrap(&pair, "fuzz", b"", data));
    }
}

/// Fills an array from the operating system.
///
/// # Errors
/// [`VaultError::NoRandomness`].
pub fn random<const N: usize>() -> Result<[u8; N], VaultError> {
    let mut out = [0; N];
    getrandom::fill(&mut out).map_err(|_| VaultError::NoRandomness)?;
    Ok(out)
}

/// A fresh secret.
///
/// # Errors
/// [`VaultError::NoRandomness`].
pub fn random_secret() -> Result<Secret, VaultError> {
    random().map(Zeroizing::new)
}

/// A 16-byte tag: ASCII, padded with NUL. Every derivation and every hash of ours begins with one.
pub const fn tag(label: &str) -> [u8; 16] {
    let bytes = label.as_bytes();
    assert!(bytes.len() <= 16, "a tag has at most 16 bytes");
    let mut tag = [0; 16];
    let mut i = 0;
    while i < bytes.len() {
        tag[i] = bytes[i];
        i += 1;
    }
    tag
}
