//! Columns that few rows have a value in. One expression in the scan tells whether a row has any; only
//! then are they fetched.

use std::borrow::Cow;
use std::collections::BTreeSet;

use evidence::{Database, column};
use model::SourceError;
use rusqlite::{OptionalExtension, Statement};

use crate::kinds::at;

/// The columns, in the order of [`Extras`]; those before [`ALWAYS`] make a row a rare one.
const COLUMNS: [&str; 9] = [
    "date_retracted",
    "date_edited",
    "date_played",
    "date_recovered",
    "schedule_type",
    "is_pending_satellite_send",
    "was_detonated",
    "expire_state",
    "share_status",
];
const ALWAYS: usize = 8;

/// An SQL expression that is true for rows with a value in any of the columns.
pub(crate) fn condition(columns: &BTreeSet<String>) -> String {
    let here: Vec<&str> = COLUMNS[..ALWAYS].iter().copied().filter(|c| columns.contains(*c)).collect();
    if here.is_empty() { "0".to_owned() } else { here.join(" OR ") }
}

/// What those columns hold; 0 where a schema lacks one.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Extras {
    retracted: i64,
    edited: i64,
    played: i64,
    recovered: i64,
    schedule_type: i64,
    satellite_pending: bool,
    detonated: bool,
    expire_state: i64,
    /// For a row about the sharing of a place: 0 begun, 1 ended.
    pub(crate) share_status: i64,
}

impl Extras {
    /// Whether the row says that it was withdrawn.
    pub(crate) fn is_retracted(self) -> bool {
        self.retracted != 0
    }

    /// Codes for them.
    pub(crate) fn doubts(self, unsent: bool, doubts: &mut Vec<Cow<'static, str>>) {
        let Self { retracted, edited, played, recovered, schedule_type, satellite_pending, .. } = self;
        let Self { detonated, expire_state, share_status: _, .. } = self;
        if unsent {
            at("unsent_at", if retracted == 0 { edited } else { retracted }, doubts);
        }
        at("played_at", played, doubts);
        at("recovered_at", recovered, doubts);
        if schedule_type != 0 {
            doubts.push(format!("schedule_type:{schedule_type}").into());
        }
        if expire_state != 0 {
            doubts.push(format!("expire_state:{expire_state}").into());
        }
        if satellite_pending {
            doubts.push("satellite_pending".into());
        }
        if detonated {
            doubts.push("detonated".into());
        }
    }
}

/// Fetches them by row number.
pub(crate) struct Finder<'d> {
    extras: Statement<'d>,
    payload: Option<Statement<'d>>,
    there: Option<Statement<'d>>,
    /// The last guid that was looked for, and whether it is there: answers follow one another.
    last: Option<(String, bool)>,
    deleted: Option<Statement<'d>>,
}

impl<'d> Finder<'d> {
    /// Prepares the queries for the columns that the schema has.
    pub(crate) fn new(database: &'d Database, columns: &BTreeSet<String>) -> Result<Self, SourceError> {
        let list = COLUMNS.map(|c| if columns.contains(c) { c } else { "NULL" }).join(", ");
        let connection = database.connection();
        let of = |e| database.failed("message", &e);
        // what a schema lacks, no row has
        Ok(Self {
            extras: connection
                .prepare(&format!("SELECT {list} FROM message WHERE ROWID = ?1"))
                .map_err(of)?,
            payload: connection.prepare("SELECT payload_data FROM message WHERE guid = ?1").ok(),
            there: connection.prepare("SELECT 1 FROM message WHERE guid = ?1").ok(),
            last: None,
            deleted: connection
                .prepare("SELECT delete_date FROM chat_recoverable_message_join WHERE message_id = ?1")
                .ok(),
        })
    }

    /// The extras of a row.
    pub(crate) fn of(&mut self, rowid: i64) -> Option<Extras> {
        let take = |row: &rusqlite::Row<'_>| {
            let int = |i| column::<Option<i64>>(row, i).ok().flatten().unwrap_or(0);
            Ok(Extras {
                retracted: int(0),
                edited: int(1),
                played: int(2),
                recovered: int(3),
                schedule_type: int(4),
                satellite_pending: int(5) != 0,
                detonated: int(6) != 0,
                expire_state: int(7),
                share_status: int(8),
            })
        };
        self.extras.query_row([rowid], take).optional().ok().flatten()
    }

    /// What the app of another message left with it.
    pub(crate) fn payload(&mut self, guid: &str) -> Option<Vec<u8>> {
        let payload = self.payload.as_mut()?;
        payload.query_row([guid], |row| Ok(column::<Option<Vec<u8>>>(row, 0).ok().flatten())).ok().flatten()
    }

    /// Whether there is a message of that guid; what cannot be looked for counts as there.
    pub(crate) fn is_there(&mut self, guid: &str) -> bool {
        if let Some((last, there)) = &self.last
            && last == guid
        {
            return *there;
        }
        let found = self.there.as_mut().and_then(|s| s.exists([guid]).ok()).unwrap_or(true);
        self.last = Some((guid.to_owned(), found));
        found
    }

    /// When a recently deleted row was deleted.
    pub(crate) fn deleted_at(&mut self, rowid: i64) -> i64 {
        let deleted = self.deleted.as_mut();
        let date = deleted.and_then(|s| s.query_row([rowid], |row| Ok(column::<i64>(row, 0).ok())).ok());
        date.flatten().unwrap_or(0)
    }
}
