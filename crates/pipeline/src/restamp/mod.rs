//! What the register learns after messages were sealed: a person turned out to be a manager, left earlier, changed
//! phones. A restamp is an appended, signed entry: from it on, the periods of everything that lies in the buckets
//! it names are those that the register then gives; what was sealed stays as evidence of what was known. No message
//! moves, and none is due earlier unless two persons want it.

mod ask;
mod audit;
mod stamps;

pub use ask::{AskReport, Ran, Waiting, approve, ask, run, waiting};
pub use stamps::unsettled;

pub(crate) use audit::Claims;
pub(crate) use stamps::{Stamps, time};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What is sealed with a restamp.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Details {
    /// 1.
    pub(crate) version: u32,
    /// Random: nobody without the request can test a guess against its digest.
    pub(crate) salt: String,
    /// Day on which it was asked for.
    pub(crate) day: Date,
    /// Entries of the register that are applied.
    pub(crate) register_version: u64,
    /// Entries in the log when it was asked for.
    #[serde(default)]
    pub(crate) size: u64,
    /// Journal number or decision behind it.
    pub(crate) reference: String,
    /// The buckets.
    pub(crate) buckets: Vec<Restamped>,
}

/// A bucket whose periods change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restamped {
    /// Number of the bucket, hexadecimal.
    pub bucket: String,
    /// Whose messages.
    pub custodian: String,
    /// First day of the month of the messages.
    pub month: Date,
    /// Retention class of its label: as the messages were sealed.
    pub class: String,
    /// Newest entry that belongs to it.
    pub last_entry: u64,
    /// Messages in it, every version counted.
    pub records: u64,
    /// Of these, those that are stamped otherwise.
    pub changed: u64,
    /// Of these, those that are due earlier than before.
    pub earlier: u64,
    /// The message that is due last, before.
    pub before: Due,
    /// The message that is due last, from now on.
    pub after: Due,
}

/// The end of a bucket's time, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// First day on which all of it may be disposed of.
    pub due: Date,
    /// Class of the message that is due last.
    pub class: String,
    /// Rules of that message.
    pub rules: Vec<String>,
}
