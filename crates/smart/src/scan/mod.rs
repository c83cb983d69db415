//! From a file to rows: one module a format. A row is its place and the texts in its columns; what a
//! column means is not known here.

mod csv;
mod document;
mod eml;
mod html;
mod json;
mod lines;
mod sqlite;
pub(crate) mod text;
mod xml;

use std::collections::HashMap;
use std::sync::Arc;

use evidence::Evidence;
use model::{Fault, Location, Place, ReadAt, SourceError};

pub(crate) use csv::{Head, Table};
pub(crate) use document::Document;
pub(crate) use lines::Lines;
pub(crate) use sqlite::{BLOB, Rows, TableFacts, tables};

/// Most columns of one file.
const MOST_COLUMNS: usize = 4096;
/// Most bytes of one value.
pub(crate) const MOST_VALUE: usize = 16 << 20;
/// Most bytes of one row.
pub(crate) const MOST_ROW: usize = 64 << 20;

/// How the rows of a file are found; everything in it is given by the mapping.
#[derive(Clone, Debug)]
pub(crate) enum Layout {
    /// Delimiter-separated values.
    Csv(Table),
    /// JSON and JSON Lines.
    Json(Document),
    /// XML.
    Xml(Document),
    /// A table of an HTML page, counted from 1, and how many of its rows are above the data.
    Html { table: u64, head: Head, encoding: Option<text::Encoding> },
    /// One mail a file.
    Eml,
    /// A table of a database.
    Sqlite(Rows),
    /// Lines that a pattern describes.
    Text(Lines),
}

/// A file whose rows are read.
pub(crate) struct File {
    /// Name and hash as messages carry them, and the bytes.
    pub(crate) evidence: Evidence,
    /// The log beside a database.
    pub(crate) log: Option<Evidence>,
    /// Name as fit to be shown.
    pub(crate) shown: String,
}

impl File {
    /// A place in this file.
    pub(crate) fn at(&self, place: Place) -> Location {
        Location { evidence: self.shown.clone(), place }
    }

    /// Why the file is not as described.
    pub(crate) fn misfit(&self, place: Place, fault: Fault) -> Stop {
        Stop::Failed(SourceError::misfit(self.at(place), fault))
    }

    pub(crate) fn bytes(&self) -> &dyn ReadAt {
        self.evidence.bytes.as_ref()
    }
}

/// Why scanning ends early.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Whoever takes the rows has enough.
    Enough,
    /// The file is not as described, or cannot be read.
    Failed(SourceError),
}

impl From<SourceError> for Stop {
    fn from(fault: SourceError) -> Self {
        Self::Failed(fault)
    }
}

/// The columns of a file, in order of appearance.
#[derive(Default)]
pub(crate) struct Columns {
    names: Vec<String>,
    numbers: HashMap<String, usize>,
}

impl Columns {
    /// The number of the column of that name, which is new or known; `None` when there are too many.
    pub(crate) fn number(&mut self, name: &str) -> Result<usize, Fault> {
        if let Some(known) = self.numbers.get(name) {
            return Ok(*known);
        }
        self.add(name)
    }

    /// A further column, whether or not one has the same name.
    pub(crate) fn add(&mut self, name: &str) -> Result<usize, Fault> {
        if self.names.len() >= MOST_COLUMNS {
            return Err(Fault::TooMuch { what: "columns", bound: MOST_COLUMNS as u64 });
        }
        let number = self.names.len();
        self.names.push(name.to_owned());
        self.numbers.entry(name.to_owned()).or_insert(number);
        Ok(number)
    }

    /// All names.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }
}

/// Values of columns, each with its column's number; a column may have several.
pub(crate) type Values = Vec<(usize, String)>;

/// A file that came inside a row: a part of a mail, a blob.
#[derive(Clone)]
pub(crate) struct Enclosed {
    /// The column it stands in.
    pub(crate) column: usize,
    /// Its name.
    pub(crate) name: Option<String>,
    /// Its media type.
    pub(crate) mime: Option<String>,
    /// Its content.
    pub(crate) content: Arc<dyn ReadAt>,
}

/// One row.
pub(crate) struct Row<'a> {
    /// Where.
    pub(crate) place: Place,
    /// Its values.
    pub(crate) values: Values,
    /// Values of what it lies in: the thread around a message.
    pub(crate) around: &'a [(usize, String)],
    /// Files in it.
    pub(crate) files: Vec<Enclosed>,
}

impl Row<'_> {
    /// Every value of a column.
    pub(crate) fn all(&self, column: usize) -> impl Iterator<Item = &str> {
        let both = self.values.iter().chain(self.around);
        both.filter(move |v| v.0 == column).map(|v| v.1.as_str())
    }
}

/// Takes rows.
pub(crate) type Sink<'a> = &'a mut dyn FnMut(&Columns, Row<'_>) -> Result<(), Stop>;

/// Hands every row of a file to `sink`, in the order of the file.
pub(crate) fn scan(file: &File, layout: &Layout, sink: Sink<'_>) -> Result<(), Stop> {
    match layout {
        Layout::Csv(table) => csv::scan(file, table, sink),
        Layout::Json(document) => document::scan(file, document, json::walk, sink),
        Layout::Xml(document) => document::scan(file, document, xml::walk, sink),
        Layout::Html { table, head, encoding } => html::scan(file, *table, *head, *encoding, sink),
        Layout::Eml => eml::scan(file, sink),
        Layout::Sqlite(rows) => sqlite::scan(file, rows, sink),
        Layout::Text(lines) => lines::scan(file, lines, sink),
    }
}

/// The rows of a table, for whoever looks at it without a mapping.
pub(crate) fn csv_reader(text: text::Utf8<'_>, delimiter: u8, quote: Option<u8>) -> csv::Reader<'_> {
    csv::Reader::new(text, delimiter, quote)
}

/// Number and head rows of every table of a page, for whoever looks at it without a mapping.
pub(crate) fn html_tables(
    file: &File,
    encoding: Option<text::Encoding>,
) -> Result<Vec<Vec<Vec<String>>>, Stop> {
    html::tables(file, encoding)
}

/// The paths at which something repeats in a document, with how often: candidates for records.
pub(crate) fn repeated(
    file: &File,
    xml: bool,
    encoding: Option<text::Encoding>,
) -> Result<Vec<(String, u64)>, Stop> {
    document::repeated(file, if xml { xml::walk } else { json::walk }, encoding)
}
