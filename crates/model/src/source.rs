//! The one trait between readers and the pipeline, and what passes through it.

use std::fmt;
use std::ops::ControlFlow;

use crate::message::Message;
use crate::place::{Fault, Location, Unreadable};
use crate::sensitive::Sensitive;
use crate::stamp::Stamp;

/// What a reader hands over for one row, element or frame of its source.
#[derive(Debug)]
pub enum Record {
    /// A message.
    Message(Box<Message>),
    /// A row whose content lives inside another message: a reaction, an edit, a receipt.
    Folded {
        /// Where the row lies.
        at: Location,
    },
    /// A row that could not be read.
    Unreadable(Unreadable),
}

/// Counts of one reading. They balance: `seen == messages + folded + unreadable`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rows that the source says it has.
    pub seen: u64,
    /// Messages handed over.
    pub messages: u64,
    /// Rows folded into a message.
    pub folded: u64,
    /// Rows that could not be read.
    pub unreadable: u64,
}

impl Tally {
    /// Whether every row seen is accounted for.
    pub fn balances(&self) -> bool {
        let Self { seen, messages, folded, unreadable } = *self;
        seen == messages + folded + unreadable
    }

    /// Sums two tallies.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            seen: self.seen + other.seen,
            messages: self.messages + other.messages,
            folded: self.folded + other.folded,
            unreadable: self.unreadable + other.unreadable,
        }
    }
}

/// The phone or card a source was taken from, as the source itself states it (unauthenticated).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Device {
    /// Serial number.
    pub serial: Option<Sensitive<String>>,
    /// IMEI.
    pub imei: Option<Sensitive<String>>,
    /// Unique device identifier (UDID of an iPhone).
    pub udid: Option<Sensitive<String>>,
    /// Name the owner gave it.
    pub name: Option<Sensitive<String>>,
    /// Telephone number of the line.
    pub number: Option<Sensitive<String>>,
    /// Model, `iPhone16,1`.
    pub model: Option<String>,
    /// System and version, `iOS 18.5 (22F76)`.
    pub system: Option<String>,
}

/// Something about a source that a person must look at. Code and numbers, never content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// A stable code: `keep_messages_days:30`, `rows_absent:17`, `unknown_schema`.
    pub code: String,
    /// Where, if at one place.
    pub at: Option<Location>,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.at {
            Some(at) => write!(f, "{} ({at})", self.code),
            None => f.write_str(&self.code),
        }
    }
}

/// What a reader is about to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceDescription {
    /// Reader and version, `imessage 1`.
    pub reader: String,
    /// SHA-256 over the schema (DDL) of each database read, with its evidence name.
    pub schemas: Vec<(String, [u8; 32])>,
    /// Every piece of evidence opened so far: name as fit to be shown, SHA-256 as stored.
    pub evidence: Vec<(String, [u8; 32])>,
    /// How many rows [`MessageSource::read`] will account for, where the source says.
    pub rows: Option<u64>,
    /// Time of the newest row, where cheap to know.
    pub newest: Option<Stamp>,
    /// What a person must look at.
    pub findings: Vec<Finding>,
}

/// A source of messages: the one trait between readers and pipeline.
pub trait MessageSource: Send {
    /// What is about to be read; findings that need the rows come with [`MessageSource::findings`].
    fn describe(&self) -> SourceDescription;

    /// Hands every row to `sink`, in an order that is the same every time, and counts. A damaged
    /// row is a [`Record::Unreadable`], never an end. Stops early when `sink` breaks; the tally is
    /// then of what was handed over.
    ///
    /// # Errors
    /// Only when the container itself is unusable.
    fn read(&mut self, sink: &mut dyn FnMut(Record) -> ControlFlow<()>) -> Result<Tally, SourceError>;

    /// What a person must look at, known after [`MessageSource::read`].
    fn findings(&self) -> Vec<Finding> {
        Vec::new()
    }
}

/// Why a source cannot be read at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// Not a source that any reader knows.
    #[error("not a known source")]
    Unknown,
    /// A secret is needed that was not given.
    #[error("{what} needed")]
    SecretNeeded {
        /// Kind of the source.
        kind: &'static str,
        /// Which secret, in words.
        what: &'static str,
    },
    /// A secret was given and does not fit.
    #[error("{what} does not fit")]
    WrongSecret {
        /// Which secret, in words.
        what: &'static str,
    },
    /// The source is not complete and must not be taken for whole.
    #[error("unfinished source: {what}")]
    Unfinished {
        /// What shows it.
        what: &'static str,
    },
    /// The source can be read in two ways, and only a person can say which.
    #[error("{what} can be read in two ways: give {give}")]
    Ambiguous {
        /// What is open.
        what: &'static str,
        /// What settles it.
        give: &'static str,
    },
    /// A part that the format must have is not there.
    #[error("{what} is missing")]
    Missing {
        /// Which part.
        what: &'static str,
    },
    /// A part of the source is damaged beyond use.
    #[error("{at}: {fault}")]
    Damaged {
        /// Where.
        at: Location,
        /// What is wrong.
        fault: Fault,
    },
    /// A source that must be described before it can be read, and is not.
    #[error("{what}")]
    Undescribed {
        /// What is missing, in words.
        what: &'static str,
    },
    /// A source that is not as its description says: nothing of it is handed over.
    #[error("{at}: {fault}")]
    Misfit {
        /// Where.
        at: Location,
        /// What is wrong.
        fault: Fault,
    },
    /// A source that is not what was sealed.
    #[error("{at}: {what}")]
    Changed {
        /// Which part.
        at: String,
        /// What shows it.
        what: &'static str,
    },
    /// The operating system refused.
    #[error("{}, {what}", said(*code))]
    Io {
        /// What was being done.
        what: &'static str,
        /// `errno`, 0 where there is none.
        code: i32,
    },
}

/// What the operating system says of an error's number.
fn said(code: i32) -> String {
    match code {
        0 => "input/output error".to_owned(),
        code => std::io::Error::from_raw_os_error(code).to_string(),
    }
}

impl SourceError {
    /// An operating-system error, without the path it may carry.
    pub fn io(what: &'static str, error: &std::io::Error) -> Self {
        Self::Io { what, code: error.raw_os_error().unwrap_or(0) }
    }

    /// A place where the source is not as described.
    pub fn misfit(at: Location, fault: Fault) -> Self {
        Self::Misfit { at, fault }
    }

    /// Damage at a place.
    pub fn damaged(at: Location, fault: Fault) -> Self {
        Self::Damaged { at, fault }
    }
}
