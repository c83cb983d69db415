//! Erasing single messages: found to be private after all, or ordered erased. One person asks for it, naming
//! messages, ground and decision; another approves exactly that; then every version of them goes, with its salt,
//! its attachments and its key, unless a legal hold stands in the way. The log keeps that something was there and
//! why it went; a certificate says how far it has come. The destruction is `archive`'s.

mod ask;
mod audit;
pub(crate) mod find;
pub(crate) mod leaving;
mod letting_go;
mod run;

pub use ask::{AskReport, NewErasure, approve, ask, numbered};
pub use run::{Waiting, run, waiting};

pub(crate) use audit::broken;
pub(crate) use letting_go::{LettingGo, let_go};

use serde::{Deserialize, Serialize};

use jiff::civil::Date;

/// Words for why messages may be erased.
pub const GROUNDS: [&str; 4] = ["private", "personnel", "misdirected", "ordered"];

/// Why else: another archive has them, and its receipt is in the log.
pub(crate) const HANDED_OVER: &str = "handed-over";

/// What is sealed with an erasure.
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
    /// One of [`GROUNDS`], or [`HANDED_OVER`].
    pub(crate) ground: String,
    /// Why, in the words of who asked.
    pub(crate) reason: String,
    /// The decision it rests on: a journal number, a letter.
    pub(crate) decision: String,
    /// Number of the operator who asked, hexadecimal.
    pub(crate) asked_by: String,
    /// What goes, by bucket.
    pub(crate) buckets: Vec<ErasedBucket>,
}

impl leaving::Leaves for Details {
    fn buckets(&self) -> &[ErasedBucket] {
        &self.buckets
    }
}

/// What goes out of one bucket.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ErasedBucket {
    /// Number of the bucket, hexadecimal.
    pub bucket: String,
    /// Whose messages.
    pub custodian: String,
    /// Retention class.
    pub class: String,
    /// First day of the month of the messages.
    pub month: Date,
    /// Tenure of the phone.
    pub tenure: u32,
    /// Whether the bucket may hold messages without a usable time.
    pub untimed: bool,
    /// Messages that go.
    pub messages: u64,
    /// The same, every version counted.
    pub records: u64,
    /// Segments that lose some of theirs.
    pub segments: u64,
    /// Attachments that only they named.
    pub attachments: u64,
    /// Newest entry that belonged to the bucket.
    pub last_entry: u64,
}
