//! Messages that were taken in under the wrong person or phone go to the right one. One person asks, another approves
//! exactly that. The records stay what they were, salts included: their commitments stay in the segments they
//! leave, so that earlier proofs hold, and stand anew in segments of the other person that refer to the entry that
//! moved them. The bucket they leave gets a new key.

mod ask;
mod audit;
mod run;

pub use ask::{AskReport, NewTransfer, approve, ask};
pub use run::{Waiting, run, waiting};

pub(crate) use audit::{Moves, broken};
pub(crate) use run::key_of;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::erasure::ErasedBucket;
use crate::erasure::leaving::Leaves;

/// What is sealed with a transfer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Details {
    /// 1.
    pub(crate) version: u32,
    /// Random: nobody without the request can test a guess against its digest.
    pub(crate) salt: String,
    /// Day by which it was asked for.
    pub(crate) day: Date,
    /// Entries in the log then.
    pub(crate) size: u64,
    /// Whose they were said to be.
    pub(crate) from: String,
    /// Whose they are.
    pub(crate) to: String,
    /// Register entry of the phone that they are from.
    pub(crate) device: Option<u64>,
    /// Entries of the register by which they are stamped from now on.
    pub(crate) register_version: u64,
    /// Why, in the words of who asked.
    pub(crate) reason: String,
    /// The decision it rests on.
    pub(crate) decision: String,
    /// Number of the operator who asked, hexadecimal.
    pub(crate) asked_by: String,
    /// What leaves which bucket.
    pub(crate) buckets: Vec<ErasedBucket>,
}

impl Leaves for Details {
    fn buckets(&self) -> &[ErasedBucket] {
        &self.buckets
    }
}
