//! Rows of a table of a SQLite database. Names of tables and columns come from the mapping and are held
//! against the schema before they reach a statement; no SQL of the source or the mapping is run.

use std::sync::Arc;

use evidence::{Column, Database};
use model::{Fault, Place, SourceError};
use rusqlite::types::ValueRef;

use super::{Columns, Enclosed, File, Row, Sink, Stop, Values};

/// Which rows.
#[derive(Clone, Debug)]
pub(crate) struct Rows {
    /// Name of the table.
    pub(crate) table: String,
}

/// A table with its columns and number of rows.
pub(crate) struct TableFacts {
    pub(crate) name: String,
    pub(crate) columns: Vec<String>,
    pub(crate) rows: u64,
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn failed(file: &File, table: &str, rowid: i64, error: &rusqlite::Error) -> Stop {
    let code = match error {
        rusqlite::Error::SqliteFailure(e, _) => e.extended_code,
        rusqlite::Error::SqlInputError { error, .. } => error.extended_code,
        _ => -1,
    };
    file.misfit(Place::Row { table: table.to_owned().into(), rowid, column: None }, Fault::Sqlite { code })
}

fn open(file: &File) -> Result<Database, Stop> {
    let database = Database::open(&file.evidence, file.log.as_ref()).map_err(|fault| match fault {
        SourceError::Damaged { at: _, fault } => file.misfit(Place::File, fault),
        other => other.into(),
    })?;
    if let Some((have, need)) = database.cut() {
        return Err(file.misfit(Place::File, Fault::Truncated { need, have }));
    }
    Ok(database)
}

/// Every table of a database, by name.
pub(crate) fn tables(file: &File) -> Result<Vec<TableFacts>, Stop> {
    let database = open(file)?;
    let of = |e: rusqlite::Error| failed(file, "sqlite_schema", 0, &e);
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";
    let mut statement = database.connection().prepare(sql).map_err(of)?;
    let names = statement.query_map([], |row| row.get::<_, String>(0)).map_err(of)?;
    let names = names.collect::<Result<Vec<_>, _>>().map_err(of)?;
    let mut found = Vec::new();
    for name in names {
        let columns = columns(&database, file, &name)?;
        let sql = format!("SELECT count(*) FROM {}", quoted(&name));
        let rows = database.connection().query_row(&sql, [], |row| row.get::<_, i64>(0));
        let rows = rows.map(i64::cast_unsigned).map_err(|e| failed(file, &name, 0, &e))?;
        found.push(TableFacts { name, columns, rows });
    }
    Ok(found)
}

fn columns(database: &Database, file: &File, table: &str) -> Result<Vec<String>, Stop> {
    let of = |e: rusqlite::Error| failed(file, "sqlite_schema", 0, &e);
    let sql = "SELECT name FROM pragma_table_info(?1) ORDER BY cid";
    let mut statement = database.connection().prepare(sql).map_err(of)?;
    let names = statement.query_map([table], |row| row.get::<_, String>(0)).map_err(of)?;
    names.collect::<Result<Vec<_>, _>>().map_err(of)
}

pub(super) fn scan(file: &File, rows: &Rows, sink: Sink<'_>) -> Result<(), Stop> {
    let database = open(file)?;
    let table = rows.table.as_str();
    let at = |rowid| Place::Row { table: table.to_owned().into(), rowid, column: None };
    let is_table = database.connection().query_row(
        "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?1",
        [table],
        |row| row.get::<_, String>(0),
    );
    let Ok(statement) = is_table else {
        return Err(
            file.misfit(Place::File, Fault::Unexpected { expected: "the table that the mapping names" })
        );
    };
    let names = columns(&database, file, table)?;
    let mut columns = Columns::default();
    for name in &names {
        columns.add(name).map_err(|fault| file.misfit(at(0), fault))?;
    }
    let list: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    let list = list.join(", ");
    // a column may be called rowid: the three names of the row's number are tried
    let own = ["_rowid_", "rowid", "oid"]
        .into_iter()
        .find(|own| !names.iter().any(|n| n.eq_ignore_ascii_case(own)));
    let keyless = statement.to_ascii_uppercase().contains("WITHOUT ROWID");
    let sql = match own.filter(|_| !keyless) {
        Some(own) => format!("SELECT {own}, {list} FROM {} ORDER BY {own}", quoted(table)),
        None => format!("SELECT NULL, {list} FROM {} ORDER BY {list}", quoted(table)),
    };
    let of = |e: rusqlite::Error| failed(file, table, 0, &e);
    let mut statement = database.connection().prepare(&sql).map_err(of)?;
    let mut found = statement.query([]).map_err(of)?;
    let mut last = 0;
    loop {
        let row = match found.next() {
            Ok(Some(row)) => row,
            Ok(None) => return Ok(()),
            Err(e) => return Err(failed(file, table, last + 1, &e)),
        };
        let rowid = match row.get_ref(0) {
            Ok(ValueRef::Integer(rowid)) => rowid,
            _ => last + 1,
        };
        last = rowid;
        let (mut values, mut files) = (Values::new(), Vec::new());
        for column in 0..names.len() {
            let value = row.get_ref(column + 1).map_err(|e| failed(file, table, rowid, &e))?;
            let text = match value {
                ValueRef::Null => continue,
                ValueRef::Integer(n) => n.to_string(),
                ValueRef::Real(n) => n.to_string(),
                ValueRef::Text(_) => {
                    String::from_value(value).map_err(|fault| file.misfit(at(rowid), fault))?
                }
                ValueRef::Blob(bytes) => {
                    let content = Arc::new(bytes.to_vec());
                    files.push(Enclosed { column, name: None, mime: None, content });
                    BLOB.to_owned()
                }
            };
            values.push((column, text));
        }
        sink(&columns, Row { place: at(rowid), values, around: &[], files })?;
    }
}

/// What stands for a blob among values: nothing that a text could be taken for.
pub(crate) const BLOB: &str = "\u{0}blob";
