//! A foreign SQLite database, opened over [`Evidence`]: columns are probed, never assumed; errors
//! carry table, row and column, never content.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use model::{Fault, Finding, Location, Place, ReadAt, SourceError};
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, Row};

use crate::hash::digest;
use crate::rescue::Patched;
use crate::set::Evidence;
use crate::vfs;
use crate::wal::Overlay;

/// Page cache of a foreign database, KiB. Constant, whatever its size.
const CACHE_KIB: i64 = 8192;

/// Most bytes of a value: what is larger is no part of a message, and SQLite holds a value whole.
const MOST_VALUE: i32 = 128 << 20;
/// Most characters of a pattern: matching costs by every wildcard in it.
const MOST_PATTERN: i32 = 100;
/// Steps of SQLite's machine that a database may cost in all: so many for each byte, and so many more. A
/// thousandth of it reads any table that a phone wrote; a tree whose branches meet again has more rows than
/// there are seconds.
const MOST_STEPS: (u64, u64) = (500, 50_000_000);
const STEPS_AT_ONCE: i32 = 10_000;

/// The pages of a database with those of its log.
fn overlay(main: &Evidence, wal: Option<&Evidence>) -> Result<Overlay, SourceError> {
    let io = |e: std::io::Error| SourceError::io("reading a database", &e);
    match wal {
        Some(wal) => Overlay::with_wal(main.bytes.clone(), wal.bytes.clone()).map_err(io),
        None => Ok(Overlay::plain(main.bytes.clone())),
    }
}

/// A database open for reading.
pub struct Database {
    connection: Connection,
    /// Keeps the bytes offered for as long as the connection lives.
    _offer: vfs::Offer,
    name: String,
    pages_from_wal: usize,
    cut: Option<(u64, u64)>,
    log_damage: Option<&'static str>,
    lost_schema_pages: usize,
}

impl Database {
    /// Opens `main` with its log laid over it, where there is one.
    ///
    /// # Errors
    /// [`SourceError::Damaged`] when it is no database.
    pub fn open(main: &Evidence, wal: Option<&Evidence>) -> Result<Self, SourceError> {
        let overlay = overlay(main, wal)?;
        let (pages_from_wal, cut) = (overlay.pages_from_wal(), overlay.cut());
        let (log_damage, lost_schema_pages) = (overlay.log_damage(), overlay.lost_schema_pages());
        let database = Self::over(Arc::new(overlay), main.name.clone(), pages_from_wal)?;
        Ok(Self { cut, log_damage, lost_schema_pages, ..database })
    }

    /// The same database once more, with pages that lead to rows of `table` that its own tree no longer leads to;
    /// `None` when there are none. Reads the whole database: for use when a scan met damage.
    ///
    /// # Errors
    /// When the database cannot be opened.
    pub fn rescue(
        main: &Evidence,
        wal: Option<&Evidence>,
        table: &'static str,
    ) -> Result<Option<Self>, SourceError> {
        let damaged = Self::open(main, wal)?;
        let columns = damaged.columns(table)?.len();
        let sql = "SELECT rootpage FROM sqlite_schema WHERE type = 'table' AND name = ?1 COLLATE NOCASE";
        let root = damaged.connection.query_row(sql, [table], |row| row.get::<_, u32>(0));
        let root = root.map_err(|e| damaged.failed(table, &e))?;
        match Patched::over(overlay(main, wal)?, root, columns) {
            Some(patched) => {
                Self::over(Arc::new(patched), main.name.clone(), damaged.pages_from_wal).map(Some)
            }
            None => Ok(None),
        }
    }

    fn over(bytes: Arc<dyn ReadAt>, name: String, pages_from_wal: usize) -> Result<Self, SourceError> {
        let fail = |code: i32| {
            SourceError::damaged(
                Location { evidence: name.clone(), place: Place::File },
                Fault::Sqlite { code },
            )
        };
        let vfs = vfs::name().map_err(fail)?;
        let length = bytes.len();
        let offer = vfs::Offer::new(bytes);
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let of = |e: rusqlite::Error| fail(code(&e));
        let mut connection =
            Connection::open_with_flags_and_vfs(offer.file_name(), flags, vfs).map_err(of)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true).map_err(of)?;
        // nothing that the schema computes is run: a view is no table, whatever it is called
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false).map_err(of)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false).map_err(of)?;
        for (limit, most) in [
            (Limit::SQLITE_LIMIT_LENGTH, MOST_VALUE),
            (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, MOST_PATTERN),
            (Limit::SQLITE_LIMIT_ATTACHED, 0),
            (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
        ] {
            connection.set_limit(limit, most).map_err(of)?;
        }
        let most = length.saturating_mul(MOST_STEPS.0).saturating_add(MOST_STEPS.1);
        let mut left = most / u64::from(STEPS_AT_ONCE.unsigned_abs());
        let count = move || {
            left = left.saturating_sub(1);
            left == 0
        };
        connection.progress_handler(STEPS_AT_ONCE, Some(count)).map_err(of)?;
        connection
            .execute_batch(&format!(
                "PRAGMA temp_store=MEMORY; PRAGMA mmap_size=0; PRAGMA trusted_schema=OFF; \
                 PRAGMA cell_size_check=ON; PRAGMA query_only=ON; PRAGMA cache_size=-{CACHE_KIB};"
            ))
            .map_err(of)?;
        // the first real read: page 1 and the schema
        connection
            .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))
            .map_err(of)?;
        let (cut, log_damage, lost_schema_pages) = (None, None, 0);
        Ok(Self { connection, _offer: offer, name, pages_from_wal, cut, log_damage, lost_schema_pages })
    }

    /// The connection; every write through it fails.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Name of the evidence.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many pages came from the log.
    pub fn pages_from_wal(&self) -> usize {
        self.pages_from_wal
    }

    /// Names of the columns of a table; empty when there is no such table. What is called like it and is no
    /// table with rows of its own, a view or the table of a module, is none; a column that is computed is none.
    ///
    /// # Errors
    /// When the schema cannot be read.
    pub fn columns(&self, table: &'static str) -> Result<BTreeSet<String>, SourceError> {
        let of = |e| self.failed(table, &e);
        let sql =
            "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1 COLLATE NOCASE AND rootpage > 0";
        let mut statement = self.connection.prepare_cached(sql).map_err(of)?;
        if !statement.exists([table]).map_err(of)? {
            return Ok(BTreeSet::new());
        }
        let mut statement = self.connection.prepare("SELECT name FROM pragma_table_info(?1)").map_err(of)?;
        let names = statement.query_map([table], |row| row.get(0)).map_err(of)?;
        names.collect::<Result<_, _>>().map_err(of)
    }

    /// Bytes that are there and bytes that should be, where the file is cut.
    pub fn cut(&self) -> Option<(u64, u64)> {
        self.cut
    }

    /// What a person must look at in the file itself, known without reading a table.
    pub fn findings(&self) -> Vec<Finding> {
        let mut codes = Vec::new();
        if self.pages_from_wal > 0 {
            codes.push(format!("uncheckpointed_log:{}", self.pages_from_wal));
        }
        codes.extend(self.log_damage.map(|what| format!("log_damaged:{what}")));
        if let Some((have, need)) = self.cut {
            codes.push(format!("database_cut:{have}/{need}"));
        }
        if self.lost_schema_pages > 0 {
            codes.push(format!("schema_damaged:{}", self.lost_schema_pages));
        }
        codes.into_iter().map(|code| Finding { code, at: None }).collect()
    }

    /// Number of rows of a table.
    ///
    /// # Errors
    /// When they cannot be counted.
    pub fn count(&self, table: &'static str) -> Result<u64, SourceError> {
        // with a condition the rows are counted by the machine, whose steps are; without, by the tree itself
        let sql = format!("SELECT count(*) FROM \"{table}\" WHERE 1");
        let n = self.connection.query_row(&sql, [], |row| row.get::<_, i64>(0));
        n.map(i64::cast_unsigned).map_err(|e| self.failed(table, &e))
    }

    /// SHA-256 over the schema: every statement that made it, ordered by type and name, each with a
    /// newline behind it.
    ///
    /// # Errors
    /// When the schema cannot be read.
    pub fn schema_sha256(&self) -> Result<[u8; 32], SourceError> {
        let of = |e| self.failed("sqlite_schema", &e);
        let sql = "SELECT coalesce(sql, '') FROM sqlite_schema ORDER BY type, name, sql";
        let mut statement = self.connection.prepare(sql).map_err(of)?;
        let mut rows = statement.query([]).map_err(of)?;
        let mut all = Vec::new();
        while let Some(row) = rows.next().map_err(of)? {
            if let ValueRef::Text(sql) = row.get_ref(0).map_err(of)? {
                all.extend_from_slice(sql);
            }
            all.push(b'\n');
        }
        Ok(digest(&all))
    }

    /// Pages of a table that SQLite finds damaged, ascending, at most a thousand. Reads the whole table:
    /// for use when something was found wrong.
    pub fn damaged_pages(&self, table: &'static str) -> Vec<u32> {
        crate::damage::pages(&self.connection, table)
    }

    /// An SQLite error at a table of this database.
    pub fn failed(&self, table: &'static str, error: &rusqlite::Error) -> SourceError {
        let place = Place::Row { table: Cow::Borrowed(table), rowid: 0, column: None };
        SourceError::damaged(Location { evidence: self.name.clone(), place }, fault(error))
    }
}

/// An SQLite error without the text it may quote.
pub(crate) fn fault(error: &rusqlite::Error) -> Fault {
    Fault::Sqlite { code: code(error) }
}

fn code(error: &rusqlite::Error) -> i32 {
    match error {
        rusqlite::Error::SqliteFailure(e, _) => e.extended_code,
        rusqlite::Error::SqlInputError { error, .. } => error.extended_code,
        _ => -1,
    }
}

/// A value that a column can be read as.
pub trait Column: Sized {
    /// What the column is expected to hold.
    const EXPECTED: &'static str;

    /// From what SQLite has there.
    ///
    /// # Errors
    /// [`Fault`] when it has something else.
    fn from_value(value: ValueRef<'_>) -> Result<Self, Fault>;
}

const UNEXPECTED: fn(&'static str) -> Fault = |expected| Fault::Unexpected { expected };

impl Column for i64 {
    const EXPECTED: &'static str = "an integer";

    fn from_value(value: ValueRef<'_>) -> Result<Self, Fault> {
        match value {
            ValueRef::Integer(i) => Ok(i),
            _ => Err(UNEXPECTED(Self::EXPECTED)),
        }
    }
}

impl Column for String {
    const EXPECTED: &'static str = "text";

    fn from_value(value: ValueRef<'_>) -> Result<Self, Fault> {
        match value {
            ValueRef::Text(bytes) => std::str::from_utf8(bytes)
                .map(str::to_owned)
                .map_err(|e| Fault::NotText { encoding: "UTF-8", offset: e.valid_up_to() as u64 }),
            _ => Err(UNEXPECTED(Self::EXPECTED)),
        }
    }
}

impl Column for Vec<u8> {
    const EXPECTED: &'static str = "a blob";

    fn from_value(value: ValueRef<'_>) -> Result<Self, Fault> {
        match value {
            ValueRef::Blob(bytes) | ValueRef::Text(bytes) => Ok(bytes.to_vec()),
            _ => Err(UNEXPECTED(Self::EXPECTED)),
        }
    }
}

impl<T: Column> Column for Option<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    fn from_value(value: ValueRef<'_>) -> Result<Self, Fault> {
        match value {
            ValueRef::Null => Ok(None),
            other => T::from_value(other).map(Some),
        }
    }
}

/// Reads a column by its position.
///
/// # Errors
/// [`Fault`] when the value is of another kind.
pub fn column<T: Column>(row: &Row<'_>, index: usize) -> Result<T, Fault> {
    T::from_value(row.get_ref(index).map_err(|e| fault(&e))?)
}

/// Any bytes as a database: whatever SQLite makes of them comes through the VFS, in bounded time.
#[doc(hidden)]
pub fn fuzz_one(data: &[u8]) {
    let bytes: Arc<dyn ReadAt> = Arc::new(data.to_vec());
    let main = Evidence { name: "fuzz".to_owned(), bytes, sha256: [0; 32] };
    let Ok(database) = Database::open(&main, None) else { return };
    drop(Database::rescue(&main, None, "message"));
    let connection = database.connection();
    let mut names: Vec<String> = Vec::new();
    if let Ok(mut statement) =
        connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' LIMIT 20")
        && let Ok(mut rows) = statement.query([])
    {
        while let Ok(Some(row)) = rows.next() {
            names.extend(column::<String>(row, 0));
        }
    }
    for name in names {
        let sql = format!("SELECT * FROM \"{}\" LIMIT 500", name.replace('"', "\"\""));
        let Ok(mut statement) = connection.prepare(&sql) else { continue };
        let columns = statement.column_count();
        let Ok(mut rows) = statement.query([]) else { continue };
        while let Ok(Some(row)) = rows.next() {
            for at in 0..columns {
                drop(column::<Option<Vec<u8>>>(row, at));
            }
        }
    }
}
