//! What can be wrong with a list. A list is read whole or refused: a row that was passed over would be
//! a message wrongly kept, and a row misread one wrongly left out.

use std::fmt;

/// Faults that are named; more are counted.
const NAMED: usize = 100;

/// One fault of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct JournalFault {
    /// Line, from 1; where a row of several lines begins.
    pub line: usize,
    /// What is wrong.
    pub why: Why,
}

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// Not UTF-8: often a list saved by a spreadsheet in an older encoding.
    #[error("not UTF-8; save the list as \"CSV UTF-8\"")]
    Encoding,
    /// No rows and no header.
    #[error("the list is empty")]
    Empty,
    /// The header lacks a column.
    #[error("no column \"{0}\"")]
    NoColumn(&'static str),
    /// The header has neither `digest` nor `case`.
    #[error("no column \"digest\" and no column \"case\"")]
    NoReference,
    /// A column nobody knows; the name is not shown.
    #[error("column {0} has a name that is not known: owner, time, counterpart, digest, case")]
    UnknownColumn(usize),
    /// The same column twice.
    #[error("column {0} is there twice")]
    Twice(usize),
    /// A row with more or fewer fields than the header.
    #[error("{found} fields, the header has {expected}")]
    Fields {
        /// In the row.
        found: usize,
        /// In the header.
        expected: usize,
    },
    /// A quotation mark in the wrong place, or none at the end (RFC 4180, 2).
    #[error("a quotation mark in the wrong place, or one that is never closed")]
    Quote,
    /// Not JSON, or neither an array of objects nor an object a line.
    #[error("not JSON: one array of objects, or an object a line")]
    Json,
    /// An object with a key that is not known, a key twice, one missing, or a value that is no string.
    #[error("an object has owner, time, counterpart and digest or case, all strings, each once")]
    Keys,
    /// A field that may not be empty.
    #[error("{0} is empty")]
    Blank(&'static str),
    /// Neither digest nor case.
    #[error("neither digest nor case")]
    NeitherReference,
    /// A time that cannot be read.
    #[error("time: write 2026-01-31 12:34, 31-01-2026 12:34 (Danish time) or 2026-01-31T12:34:56Z")]
    Time,
    /// A Danish time that the start of summer time leaves out.
    #[error("time: in that night the clock went from 2 to 3")]
    NoSuchTime,
    /// Neither number nor address.
    #[error("counterpart: neither a number nor an address")]
    Counterpart,
    /// Not a SHA-256 sum.
    #[error("digest: 64 hexadecimal digits")]
    Digest,
    /// A field that is too long.
    #[error("{name}: longer than {limit} bytes")]
    Long {
        /// Which.
        name: &'static str,
        /// What is allowed.
        limit: usize,
    },
    /// Too many rows.
    #[error("more than {0} rows")]
    Rows(usize),
}

/// All faults of a list, in order; the first hundred are named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JournalFaults {
    /// The first of them.
    pub named: Vec<JournalFault>,
    /// How many there are beyond those.
    pub more: usize,
}

impl JournalFaults {
    pub(crate) fn one(line: usize, why: Why) -> Self {
        Self { named: vec![JournalFault { line, why }], more: 0 }
    }

    pub(crate) fn add(&mut self, line: usize, why: Why) {
        if self.named.len() < NAMED {
            self.named.push(JournalFault { line, why });
        } else {
            self.more += 1;
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.named.is_empty()
    }
}

impl fmt::Display for JournalFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, fault) in self.named.iter().enumerate() {
            write!(f, "{}{fault}", if i > 0 { "; " } else { "" })?;
        }
        if self.more > 0 {
            write!(f, "; and {} more", self.more)?;
        }
        Ok(())
    }
}

impl std::error::Error for JournalFaults {}
