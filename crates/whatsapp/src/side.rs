//! Tables that say more about a message: which of their rows belong to which message is read once, as
//! pairs of row numbers (16 bytes a row), so that most messages cost no query and none depends on an
//! index that a foreign database may lack. A damaged table costs what it would have said, never a
//! message.

use std::ops::Range;

use evidence::{Database, column};
use model::{Finding, SourceError};
use rusqlite::{CachedStatement, OptionalExtension, Row};

use crate::take::{Take, list};

/// Pairs of numbers, sorted by the first.
#[derive(Default)]
pub(crate) struct Pairs {
    pairs: Vec<(i64, i64)>,
    /// Whether reading them ended at damage.
    pub(crate) damaged: bool,
}

impl Pairs {
    /// Reads two columns of a table; none when it lacks one of them.
    pub(crate) fn read(
        database: &Database,
        table: &'static str,
        first: &str,
        second: &str,
    ) -> Result<Self, SourceError> {
        let columns = database.columns(table)?;
        let has = |c: &str| c == "ROWID" || columns.contains(c);
        let mut this = Self::default();
        if columns.is_empty() || !has(first) || !has(second) {
            return Ok(this);
        }
        let sql = format!("SELECT \"{first}\", {second} FROM \"{table}\" NOT INDEXED");
        let Ok(mut statement) = database.connection().prepare(&sql) else {
            this.damaged = true;
            return Ok(this);
        };
        let mut rows = statement.query([]).map_err(|e| database.failed(table, &e))?;
        loop {
            match rows.next() {
                Ok(Some(row)) => {
                    let pair = (column::<Option<i64>>(row, 0), column::<Option<i64>>(row, 1));
                    if let (Ok(Some(a)), Ok(Some(b))) = pair {
                        this.pairs.push((a, b));
                    }
                }
                Ok(None) => break,
                Err(_) => {
                    this.damaged = true;
                    break;
                }
            }
        }
        this.pairs.sort_unstable();
        this.pairs.shrink_to_fit();
        Ok(this)
    }

    fn range(&self, first: i64) -> Range<usize> {
        let start = self.pairs.partition_point(|p| p.0 < first);
        let len = self.pairs[start..].iter().take_while(|p| p.0 == first).count();
        start..start + len
    }

    /// All second numbers of `first`, ascending.
    pub(crate) fn of(&self, first: i64) -> impl Iterator<Item = i64> {
        self.pairs[self.range(first)].iter().map(|p| p.1)
    }

    /// Whether there is one.
    pub(crate) fn has(&self, first: i64) -> bool {
        self.pairs.binary_search_by_key(&first, |p| p.0).is_ok()
    }

    /// All of them.
    pub(crate) fn all(&self) -> &[(i64, i64)] {
        &self.pairs
    }
}

/// A table beside the messages.
pub(crate) struct Side<'d> {
    pub(crate) pairs: Pairs,
    names: &'static [&'static str],
    statement: Option<CachedStatement<'d>>,
}

impl<'d> Side<'d> {
    /// Reads whose rows are whose by the column `key`; a damaged table is a finding.
    pub(crate) fn open(
        database: &'d Database,
        table: &'static str,
        key: &str,
        names: &'static [&'static str],
        findings: &mut Vec<Finding>,
    ) -> Result<Self, SourceError> {
        let pairs = Pairs::read(database, table, key, "ROWID")?;
        if pairs.damaged {
            findings.push(Finding { code: format!("table_damaged:{table}"), at: None });
        }
        let columns = database.columns(table)?;
        let statement = match columns.is_empty() {
            true => None,
            false => {
                let list = list(&columns, names);
                let sql = format!("SELECT {list} FROM \"{table}\" WHERE ROWID = ?1");
                database.connection().prepare_cached(&sql).ok()
            }
        };
        Ok(Self { pairs, names, statement })
    }

    /// What the first row of a message says.
    pub(crate) fn one<T>(&mut self, message: i64, read: impl FnOnce(&mut Take<'_, '_>) -> T) -> Option<T> {
        let row = self.pairs.of(message).next()?;
        self.row(row, read)
    }

    /// What each row of a message says.
    pub(crate) fn each<T>(
        &mut self,
        message: i64,
        mut read: impl FnMut(i64, &mut Take<'_, '_>) -> T,
    ) -> Vec<T> {
        let range = self.pairs.range(message);
        let mut found = Vec::with_capacity(range.len());
        for at in range {
            let row = self.pairs.pairs[at].1;
            found.extend(self.row(row, |take| read(row, take)));
        }
        found
    }

    /// What a row says; `None` when it is gone or damaged.
    pub(crate) fn row<T>(&mut self, row: i64, read: impl FnOnce(&mut Take<'_, '_>) -> T) -> Option<T> {
        let names = self.names;
        let statement = self.statement.as_mut()?;
        let said = statement.query_row([row], |found: &Row<'_>| Ok(read(&mut Take::new(found, names))));
        said.optional().ok().flatten()
    }
}
