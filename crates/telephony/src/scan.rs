//! A table row by row, each row as named values. Columns are what the table has, never assumed. A damaged
//! page ends a query; it is begun again behind the page, and the rows between are reported.

use android_sms::json::Columns;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use evidence::Database;
use model::SourceError;
use rusqlite::types::ValueRef;
use rusqlite::{OptionalExtension, Row, Statement};
use serde_json::{Map, Value};

/// A table that is read whole.
pub(crate) struct Table<'d> {
    database: &'d Database,
    pub(crate) name: &'static str,
    columns: Vec<String>,
    key: &'static str,
}

/// What a scan meets.
pub(crate) enum Met {
    /// A row.
    Row(i64, Columns),
    /// Rows that cannot be read, from this number to before the other, or to the end.
    Damage(i64, Option<i64>),
}

/// A row as named values; texts that are not UTF-8 are a doubt.
fn values(row: &Row<'_>, columns: &[String]) -> Columns {
    let mut map = Map::new();
    let mut doubts = Vec::new();
    for (i, name) in columns.iter().enumerate() {
        let value = match row.get_ref(i + 1) {
            Ok(ValueRef::Null) => continue,
            Ok(ValueRef::Integer(n)) => Value::from(n),
            Ok(ValueRef::Real(n)) => Value::from(n),
            Ok(ValueRef::Text(bytes)) => match std::str::from_utf8(bytes) {
                Ok(text) => Value::from(text),
                Err(_) => {
                    doubts.push("not_utf8");
                    map.insert(format!("{name}__base64__"), Value::from(STANDARD.encode(bytes)));
                    Value::from(String::from_utf8_lossy(bytes))
                }
            },
            Ok(ValueRef::Blob(bytes)) => {
                map.insert(format!("{name}__base64__"), Value::from(STANDARD.encode(bytes)));
                continue;
            }
            Err(_) => {
                doubts.push("column_unreadable");
                continue;
            }
        };
        map.insert(name.clone(), value);
    }
    let mut columns = Columns::of(map);
    doubts.dedup();
    columns.doubts.extend(doubts.into_iter().map(Into::into));
    columns
}

impl<'d> Table<'d> {
    /// The table of that name; `None` when the database has none.
    pub(crate) fn open(database: &'d Database, name: &'static str) -> Result<Option<Self>, SourceError> {
        let columns = database.columns(name)?;
        if columns.is_empty() {
            return Ok(None);
        }
        let key = if columns.contains("_id") { "_id" } else { "rowid" };
        Ok(Some(Self { database, name, columns: columns.into_iter().collect(), key }))
    }

    /// Whether it has that column.
    pub(crate) fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|c| c == column)
    }

    fn statement(&self, condition: &str) -> Result<Statement<'d>, SourceError> {
        let list: String = self.columns.iter().map(|c| format!(", \"{}\"", c.replace('"', "\"\""))).collect();
        let (key, name) = (self.key, self.name);
        let sql = format!("SELECT {key}{list} FROM \"{name}\" WHERE {key} {condition}");
        self.database.connection().prepare(&sql).map_err(|e| self.database.failed(self.name, &e))
    }

    /// A statement for [`Table::one`].
    pub(crate) fn by_key(&self) -> Result<Statement<'d>, SourceError> {
        self.statement("= ?1")
    }

    /// The row of that number.
    pub(crate) fn one(&self, statement: &mut Statement<'_>, key: i64) -> Result<Option<Columns>, i32> {
        let row = statement.query_row([key], |row| Ok(values(row, &self.columns))).optional();
        row.map_err(|e| match e {
            rusqlite::Error::SqliteFailure(e, _) => e.extended_code,
            _ => -1,
        })
    }

    /// Every row in the order of its number; `each` says whether to go on.
    pub(crate) fn scan(&self, mut each: impl FnMut(Met) -> bool) -> Result<(), SourceError> {
        // `>=`, so that seeking the first row behind damage does not lead onto the damaged page
        let mut scan = self.statement(&format!(">= ?1 ORDER BY {}", self.key))?;
        let mut by_key = self.by_key()?;
        let of = |e| self.database.failed(self.name, &e);
        let mut start = i64::MIN;
        loop {
            let mut rows = scan.query([start]).map_err(of)?;
            loop {
                match rows.next() {
                    Ok(None) => return Ok(()),
                    Err(_) => break,
                    Ok(Some(row)) => {
                        let Ok(key) = row.get::<_, i64>(0) else { break };
                        // a damaged tree may lead back
                        if key < start {
                            break;
                        }
                        // a number on a damaged page may be any: only one that the tree leads to is gone on behind
                        let there = key == start || matches!(self.one(&mut by_key, key), Ok(Some(_)));
                        let go_on = each(Met::Row(key, values(row, &self.columns)));
                        if !go_on || key == i64::MAX {
                            return Ok(());
                        }
                        if there {
                            start = key + 1;
                        }
                    }
                }
            }
            drop(rows);
            let next = self.after_damage(&mut by_key, start);
            if !each(Met::Damage(start, next)) {
                return Ok(());
            }
            // the row behind is given at once, so that each damage is followed by progress
            let Some(next) = next else { return Ok(()) };
            let Ok(Some(columns)) = self.one(&mut by_key, next) else { return Ok(()) };
            if !each(Met::Row(next, columns)) || next == i64::MAX {
                return Ok(());
            }
            start = next + 1;
        }
    }

    /// The next number behind damage whose row can be read: steps that double, then the gap halved.
    fn after_damage(&self, one: &mut Statement<'_>, start: i64) -> Option<i64> {
        let mut readable = |key: i64| matches!(self.one(one, key), Ok(Some(_)));
        let from = start.max(1) - 1;
        let mut step = 1_i64;
        while step < 1 << 32 {
            for near in 0..64 {
                let key = from.checked_add(step)?.checked_add(near)?;
                if readable(key) {
                    let (mut bad, mut good) = (from, key);
                    while good - bad > 1 {
                        let middle = bad + (good - bad) / 2;
                        if readable(middle) { good = middle } else { bad = middle }
                    }
                    return Some(good);
                }
            }
            step *= 2;
        }
        None
    }
}
