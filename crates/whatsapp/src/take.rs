//! Values of a row, taken in the order of their columns, whatever they hold. A value of another kind
//! than the column should have is noted by name; what can be made of it is taken.

use std::borrow::Cow;
use std::collections::BTreeSet;

use rusqlite::Row;
use rusqlite::types::ValueRef;

/// A list of columns for SELECT, of one table; those that it lacks are NULL. `ROWID` comes first.
pub(crate) fn list(columns: &BTreeSet<String>, wanted: &[&str]) -> String {
    let mut list = String::from("ROWID");
    for name in wanted {
        list.push_str(", ");
        match columns.contains(*name) {
            true => {
                list.push('"');
                list.push_str(name);
                list.push('"');
            }
            false => list.push_str("NULL"),
        }
    }
    list
}

/// A row and where in it the next value stands.
pub(crate) struct Take<'a, 's> {
    row: &'a Row<'s>,
    names: &'static [&'static str],
    at: usize,
    /// Columns that hold something else than they should.
    pub(crate) bad: Vec<&'static str>,
}

impl<'a, 's> Take<'a, 's> {
    /// Begins with the first of `names`, which stand behind the row's number.
    pub(crate) fn new(row: &'a Row<'s>, names: &'static [&'static str]) -> Self {
        Self { row, names, at: 0, bad: Vec::new() }
    }

    fn next(&mut self) -> (ValueRef<'a>, &'static str) {
        let name = self.names.get(self.at).copied().unwrap_or("?");
        self.at += 1;
        (self.row.get_ref(self.at).unwrap_or(ValueRef::Null), name)
    }

    /// An integer.
    pub(crate) fn int(&mut self) -> Option<i64> {
        match self.next() {
            (ValueRef::Integer(i), _) => Some(i),
            (ValueRef::Null, _) => None,
            #[expect(clippy::cast_possible_truncation, reason = "`as` saturates; a real is noted as bad")]
            (ValueRef::Real(r), name) => {
                self.bad.push(name);
                Some(r as i64)
            }
            // old schemas keep some numbers as text
            (ValueRef::Text(bytes), name) => {
                let number = std::str::from_utf8(bytes).ok().and_then(|t| t.trim().parse().ok());
                if number.is_none() {
                    self.bad.push(name);
                }
                number
            }
            (ValueRef::Blob(_), name) => {
                self.bad.push(name);
                None
            }
        }
    }

    /// A real number.
    pub(crate) fn real(&mut self) -> Option<f64> {
        match self.next() {
            (ValueRef::Real(r), _) => Some(r),
            #[expect(clippy::cast_precision_loss, reason = "times and coordinates are far below 2^53")]
            (ValueRef::Integer(i), _) => Some(i as f64),
            (ValueRef::Null, _) => None,
            (ValueRef::Text(bytes) | ValueRef::Blob(bytes), name) => {
                self.bad.push(name);
                std::str::from_utf8(bytes).ok().and_then(|text| text.trim().parse().ok())
            }
        }
    }

    /// Text; empty text is absent.
    pub(crate) fn text(&mut self) -> Option<Cow<'a, str>> {
        let text = match self.next() {
            (ValueRef::Text(bytes), name) => match std::str::from_utf8(bytes) {
                Ok(text) => Cow::Borrowed(text),
                Err(_) => {
                    self.bad.push(name);
                    String::from_utf8_lossy(bytes)
                }
            },
            (ValueRef::Null, _) => return None,
            // ContactsV2 keeps text in columns of blobs
            (ValueRef::Blob(bytes), name) => {
                let text = String::from_utf8_lossy(bytes);
                if matches!(text, Cow::Owned(_)) {
                    self.bad.push(name);
                }
                text
            }
            (ValueRef::Integer(i), name) => {
                self.bad.push(name);
                Cow::Owned(i.to_string())
            }
            (ValueRef::Real(r), name) => {
                self.bad.push(name);
                Cow::Owned(r.to_string())
            }
        };
        Some(text).filter(|t| !t.is_empty())
    }

    /// Bytes; no bytes are absent.
    pub(crate) fn blob(&mut self) -> Option<&'a [u8]> {
        match self.next() {
            (ValueRef::Blob(bytes) | ValueRef::Text(bytes), _) => Some(bytes).filter(|b| !b.is_empty()),
            (ValueRef::Null, _) => None,
            (_, name) => {
                self.bad.push(name);
                None
            }
        }
    }
}
