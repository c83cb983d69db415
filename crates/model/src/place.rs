//! Where something lies in a source, and what is wrong with it: numbers and names of columns, never
//! content.

use std::borrow::Cow;
use std::fmt;

/// A place inside one piece of evidence.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Place {
    /// A byte offset.
    Offset(u64),
    /// A database row; the column where one is to blame.
    Row {
        /// Table name as in the schema.
        table: Cow<'static, str>,
        /// ROWID or integer primary key.
        rowid: i64,
        /// Column name as in the schema.
        column: Option<&'static str>,
    },
    /// The n-th element of that name in a document, counted from 1, with its line.
    Element {
        /// Element or object name.
        name: Cow<'static, str>,
        /// Ordinal, from 1.
        index: u64,
        /// Line in the file, from 1; 0 where unknown.
        line: u64,
    },
    /// A frame of a framed backup, counted from 0.
    Frame {
        /// Ordinal, from 0.
        index: u64,
    },
    /// A whole file.
    File,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Offset(at) => write!(f, "offset 0x{at:x}"),
            Self::Row { table, rowid, column: None } => write!(f, "table {table} row {rowid}"),
            Self::Row { table, rowid, column: Some(column) } => {
                write!(f, "table {table} row {rowid} column {column}")
            }
            Self::Element { name, index, line: 0 } => write!(f, "element {name} {index}"),
            Self::Element { name, index, line } => write!(f, "element {name} {index} line {line}"),
            Self::Frame { index } => write!(f, "frame {index}"),
            Self::File => f.write_str("whole file"),
        }
    }
}

/// A place together with the evidence it lies in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// Name of the evidence inside the source, as fit to be shown: a path that the format fixes
    /// (`HomeDomain/Library/SMS/sms.db`), or ordinal, hash prefix and extension where the name
    /// could name a person.
    pub evidence: String,
    /// The place inside it.
    pub place: Place,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.evidence, self.place)
    }
}

/// What is wrong with one record. Numbers and fixed words only.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// Fewer bytes than the format needs.
    #[error("need {need} bytes, have {have}")]
    Truncated {
        /// Bytes needed.
        need: u64,
        /// Bytes there.
        have: u64,
    },
    /// A value of another kind than the format has there.
    #[error("expected {expected}")]
    Unexpected {
        /// What the format has there.
        expected: &'static str,
    },
    /// A bound of ours was reached.
    #[error("more than {bound} {what}")]
    TooMuch {
        /// What was counted.
        what: &'static str,
        /// The bound.
        bound: u64,
    },
    /// Bytes that are not text in the encoding the format names.
    #[error("not {encoding} text at 0x{offset:x}")]
    NotText {
        /// Encoding expected.
        encoding: &'static str,
        /// Offset of the first bad byte.
        offset: u64,
    },
    /// SQLite's own result code.
    #[error("sqlite result code {code}")]
    Sqlite {
        /// Extended result code.
        code: i32,
    },
    /// An operating-system error.
    #[error("input/output error {code}")]
    Io {
        /// `errno`, 0 where there is none.
        code: i32,
    },
    /// An authentication tag, digest or checksum that does not match.
    #[error("{what} does not match")]
    Mismatch {
        /// What was compared.
        what: &'static str,
    },
    /// A value that a described field cannot have.
    #[error("{}{why}", of_field(field, *column))]
    Field {
        /// Name of the field in the normalised message; empty for a column of none.
        field: &'static str,
        /// Ordinal of the column it is taken from, from 1; 0 where it is taken from none.
        column: u64,
        /// What is wrong, in fixed words.
        why: &'static str,
    },
    /// Another number than was expected.
    #[error("expected {expected} {what}, found {found}")]
    Count {
        /// What was counted.
        what: &'static str,
        /// How many there should be.
        expected: u64,
        /// How many there are.
        found: u64,
    },
}

/// A field and the column it is taken from, as far as there are such.
fn of_field(field: &str, column: u64) -> String {
    match (field, column) {
        ("", 0) => String::new(),
        ("", _) => format!("column {column}: "),
        (_, 0) => format!("{field}: "),
        _ => format!("{field}, column {column}: "),
    }
}

/// A record that could not be read: where and why, never what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Where.
    pub at: Location,
    /// Why.
    pub fault: Fault,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.fault)
    }
}
