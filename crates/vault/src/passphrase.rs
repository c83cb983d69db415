//! A passphrase becomes a key by Argon2id (RFC 9106).

use std::time::Duration;

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
    /// 256 MiB, three passes: the least that a new passphrase gets.
    pub const STANDARD: Self = Self { memory_kib: 256 * 1024, passes: 3, lanes: 1 };
    /// The least that is accepted when an identity is read: 8 MiB, one pass.
    const LEAST: Self = Self { memory_kib: 8 * 1024, passes: 1, lanes: 1 };
    /// The most: 4 GiB, 64 passes, so that a changed file cannot cost hours.
    const MOST: Self = Self { memory_kib: 4 * 1024 * 1024, passes: 64, lanes: 16 };

    /// What is tried to learn how fast a machine is: a quarter of the memory, one pass.
    pub const TRIAL: Self = Self { memory_kib: 64 * 1024, passes: 1, lanes: 1 };
    /// Most passes of a calibration: what a fast machine sets must be bearable on a slow one.
    const MOST_CALIBRATED: u32 = 12;

    /// About a second on the machine that took `trial` for [`Cost::TRIAL`]: as many passes as go into it, from those of
    /// [`Cost::STANDARD`] to four times as many. The memory stays what it is, so that what one machine set another opens.
    pub fn calibrated(trial: Duration) -> Self {
        let pass = trial.saturating_mul(Self::STANDARD.memory_kib / Self::TRIAL.memory_kib);
        let passes = Duration::from_secs(1).as_micros() / pass.as_micros().max(1);
        let passes = u32::try_from(passes).unwrap_or(u32::MAX);
        Self { passes: passes.clamp(Self::STANDARD.passes, Self::MOST_CALIBRATED), ..Self::STANDARD }
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(trial_ms: u64, passes: u32) {
        let cost = Cost::calibrated(Duration::from_millis(trial_ms));
        assert_eq!(cost, Cost { passes, ..Cost::STANDARD });
        assert!(cost.usable());
    }

    #[test]
    fn a_passphrase_costs_about_a_second_and_never_less_than_before() {
        check(0, 12);
        check(10, 12);
        check(25, 10);
        check(50, 5);
        check(83, 3);
        check(500, 3);
        check(u64::MAX, 3);
    }

    #[test]
    fn what_a_file_asks_for_is_bounded() {
        for (memory_kib, passes, lanes) in
            [(8 * 1024 - 1, 1, 1), (8 * 1024, 0, 1), (8 * 1024, 65, 1), (u32::MAX, 1, 1), (8 * 1024, 1, 17)]
        {
            let cost = Cost { memory_kib, passes, lanes };
            assert_eq!(derive(b"x", &[0; 32], cost).err(), Some(VaultError::BadCost), "{cost:?}");
        }
        assert!(derive(b"x", &[0; 32], Cost { memory_kib: 8 * 1024, passes: 1, lanes: 1 }).is_ok());
    }
}
