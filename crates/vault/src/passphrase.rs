//! A passphrase becomes a key by Argon2id (RFC 9106).

use argon2::{Algorithm, Argon2, Params, Version};

use crate::{Secret, VaultError};

/// What a derivation costs; kept beside its salt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Cost {
    /// 256 MiB, three passes: one to two seconds on an office machine of 2026.
    pub const STANDARD: Self = Self { memory_kib: 256 * 1024, passes: 3, lanes: 1 };
    /// The least that is accepted when an identity is read: 8 MiB, one pass.
    const LEAST: Self = Self { memory_kib: 8 * 1024, passes: 1, lanes: 1 };
    /// The most: 4 GiB, 64 passes, so that a changed file cannot cost hours.
    const MOST: Self = Self { memory_kib: 4 * 1024 * 1024, passes: 64, lanes: 16 };

    /// What stands in front of something sealed behind a passphrase: `magic`, memory in KiB, passes and
    /// lanes (u32 each), salt 32.
    pub fn head(self, magic: &[u8; 4], salt: &[u8; 32]) -> Vec<u8> {
        let numbers = [self.memory_kib, self.passes, self.lanes].map(u32::to_be_bytes);
        [&magic[..], &numbers.concat(), salt].concat()
    }

    /// Cost, salt and the rest of what [`Cost::head`] stands in front of.
    pub fn parse_head<'a>(magic: &[u8; 4], bytes: &'a [u8]) -> Option<(Self, [u8; 32], &'a [u8])> {
        let (numbers, rest) = bytes.strip_prefix(magic)?.split_first_chunk::<12>()?;
        let (salt, rest) = rest.split_first_chunk::<32>()?;
        let [memory_kib, passes, lanes] =
            [0, 4, 8].map(|i| u32::from_be_bytes(std::array::from_fn(|j| numbers[i + j])));
        Some((Self { memory_kib, passes, lanes }, *salt, rest))
    }

    fn usable(self) -> bool {
        (Self::LEAST.memory_kib..=Self::MOST.memory_kib).contains(&self.memory_kib)
            && (Self::LEAST.passes..=Self::MOST.passes).contains(&self.passes)
            && (Self::LEAST.lanes..=Self::MOST.lanes).contains(&self.lanes)
    }
}

/// Derives a key from a passphrase.
///
/// # Errors
/// [`VaultError::BadCost`].
pub fn derive(passphrase: &[u8], salt: &[u8; 32], cost: Cost) -> Result<Secret, VaultError> {
    if !cost.usable() {
        return Err(VaultError::BadCost);
    }
    let params =
        Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(32)).map_err(|_| VaultError::BadCost)?;
    let mut key = Secret::default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase, salt, key.as_mut())
        .map_err(|_| VaultError::BadCost)?;
    Ok(key)
}
