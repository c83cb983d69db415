//! What a run says of itself: whose messages, from what, under which register and policy. Sealed in
//! the run entry; verification recomputes every retention stamp from it.

use jiff::civil::Date;
use policy::{Policy, Register, Stamper};
use serde::{Deserialize, Serialize};

use crate::error::JobError;
use crate::read::{Counts, Evidence};

/// The manifest of a run, JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// 1.
    pub(crate) version: u32,
    pub(crate) program: String,
    pub(crate) custodian: String,
    /// Entries of the register that were applied.
    pub(crate) register_version: u64,
    /// The policy's canonical bytes, hexadecimal.
    pub(crate) policy: String,
    /// Digest of the zone table, hexadecimal.
    pub(crate) zone: String,
    /// Later of the day of the run and of the copy.
    pub(crate) ingest_date: Date,
    /// Register entry of the device.
    pub(crate) device: Option<u64>,
    /// Day of the copy.
    pub(crate) copy_date: Date,
    /// Whether that day is the source's or the operator's word, and not the clock's.
    #[serde(default)]
    pub(crate) dated: bool,
    /// Kind of the source.
    pub(crate) source: String,
    pub(crate) readers: Vec<String>,
    /// SHA-256 over names and hashes of the evidence, hexadecimal.
    pub(crate) source_digest: String,
    pub(crate) evidence: Vec<Evidence>,
    pub(crate) tally: Counts,
    pub(crate) new: u64,
    pub(crate) seen_again: u64,
    pub(crate) changed: u64,
    #[serde(default)]
    pub(crate) seen_elsewhere: u64,
    pub(crate) expired: u64,
    pub(crate) suppressed: u64,
    #[serde(default)]
    pub(crate) changes: std::collections::BTreeMap<String, u64>,
    #[serde(default)]
    pub(crate) vanished: Vec<crate::compare::Vanished>,
    #[serde(default)]
    pub(crate) reappeared: u64,
    #[serde(default)]
    pub(crate) drift: Option<crate::ingest::DriftReport>,
    #[serde(default)]
    pub(crate) review: u64,
    #[serde(default)]
    pub(crate) proposals: u64,
    #[serde(default)]
    pub(crate) excluded: u64,
    #[serde(default)]
    pub(crate) withheld_again: u64,
    #[serde(default)]
    pub(crate) kept_by_rule: Option<u64>,
    #[serde(default)]
    pub(crate) routes: std::collections::BTreeMap<String, u64>,
    #[serde(default)]
    pub(crate) sorting: crate::ingest::Sorting,
    pub(crate) findings: Vec<String>,
    /// Number of the highest level of what the source holds.
    #[serde(default)]
    pub(crate) marking: u8,
}

impl Manifest {
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a manifest has no map with keys that are not text")
    }

    /// The policy of the run.
    pub(crate) fn policy(&self) -> Option<Policy> {
        let bytes: Option<Vec<u8>> = (0..self.policy.len())
            .step_by(2)
            .map(|i| u8::from_str_radix(self.policy.get(i..i + 2)?, 16).ok())
            .collect();
        Policy::decode(&bytes?).ok()
    }

    /// The stamper that the run used.
    pub(crate) fn stamper(&self, register: &Register) -> Result<Stamper, JobError> {
        let bad = |what: &str| JobError::Integrity { what: format!("manifest of a run: {what}") };
        let register = register.as_of(self.register_version);
        let custodian = register.custodian(&self.custodian).ok_or_else(|| bad("names no custodian"))?;
        let policy = self.policy().ok_or_else(|| bad("has no policy"))?;
        Stamper::new(custodian, &policy, self.device, self.ingest_date).map_err(|_| bad("gives no stamp"))
    }
}
