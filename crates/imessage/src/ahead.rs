//! The scan of a sound table by two threads, each taking the next stretch of row numbers, handed over in
//! the order of ROWID. Whatever is not as it should be ends it where it is: what is left is then gone
//! through row by row, around the damage.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Mutex, PoisonError};

use evidence::Database;
use model::{Record, SourceError};
use rusqlite::OptionalExtension;

use crate::fetch::{Fetch, Origin};
use crate::first_pass::ReactionIndex;
use crate::maps::Maps;
use crate::rows::{self, Row};

/// Threads that read.
const THREADS: usize = 2;
/// Row numbers of a stretch. A thread is at most two stretches ahead, so memory is bounded.
const STRETCH: i64 = 512;

/// What is to be scanned.
pub(crate) struct Job<'j> {
    pub(crate) columns: &'j BTreeSet<String>,
    pub(crate) origin: &'j Origin,
    pub(crate) maps: &'j Maps,
    pub(crate) reactions: &'j ReactionIndex,
}

/// A stretch that was read.
pub(crate) struct Piece {
    /// Row number, date and what became of each row, ascending.
    pub(crate) rows: Vec<(i64, i64, Record)>,
    /// Attachments whose content is not in the source, and their bytes.
    pub(crate) missing: (u64, u64),
}

/// How a scan ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// With the last row.
    Whole,
    /// Because whoever takes the rows wanted no more.
    Stopped,
    /// Where something was not as it should be.
    Unsound,
}

/// Where the next stretch begins.
struct Next {
    after: i64,
    /// There is no further row.
    done: bool,
    /// Nothing more is to be read.
    given_up: bool,
}

/// Scans the table; `another` opens the database once more, `each` takes the stretches in order.
pub(crate) fn scan(
    job: &Job<'_>,
    another: impl Fn() -> Result<Database, SourceError> + Sync,
    each: &mut dyn FnMut(Piece) -> ControlFlow<()>,
) -> Ended {
    let next = Mutex::new(Next { after: i64::MIN, done: false, given_up: false });
    let &Job { columns, origin, maps, reactions } = job;
    let (turns, order) = channel();
    std::thread::scope(|scope| {
        let mut pieces: Vec<Receiver<Option<Piece>>> = Vec::new();
        for me in 0..THREADS {
            let (out, inbox) = sync_channel(1);
            pieces.push(inbox);
            // a clone of its own: it remembers where it was asked last
            let (maps, turns, next, another) = (maps.clone(), turns.clone(), &next, &another);
            scope.spawn(move || {
                let Ok(database) = another() else { return };
                let fetch = Fetch::new(&database, columns, origin, &maps, reactions);
                if let Ok(fetch) = fetch {
                    read(&database, columns, fetch, next, (me, &turns, &out));
                }
            });
        }
        drop(turns);
        let ended = take(&order, &pieces, each);
        let mut next = next.lock().unwrap_or_else(PoisonError::into_inner);
        next.given_up = true;
        // a thread that still waits to hand over ends when nobody takes any more
        drop(pieces);
        match ended {
            Ended::Whole if !next.done => Ended::Unsound,
            ended => ended,
        }
    })
}

/// Takes the stretches in the order in which they were begun.
fn take(
    order: &Receiver<usize>,
    pieces: &[Receiver<Option<Piece>>],
    each: &mut dyn FnMut(Piece) -> ControlFlow<()>,
) -> Ended {
    for from in order {
        match pieces.get(from).map(Receiver::recv) {
            Some(Ok(Some(piece))) => {
                if each(piece).is_break() {
                    return Ended::Stopped;
                }
            }
            // not sound, or the thread is gone
            _ => return Ended::Unsound,
        }
    }
    Ended::Whole
}

/// One thread: a stretch after another, until there is none.
fn read(
    database: &Database,
    columns: &BTreeSet<String>,
    mut fetch: Fetch<'_>,
    next: &Mutex<Next>,
    (me, turns, out): (usize, &Sender<usize>, &SyncSender<Option<Piece>>),
) {
    let connection = database.connection();
    let seek = "SELECT ROWID FROM message NOT INDEXED WHERE ROWID > ?1 ORDER BY ROWID LIMIT 1";
    let scan = format!("{} WHERE ROWID > ?1 ORDER BY ROWID", rows::select(columns));
    let (Ok(mut seek), Ok(mut scan)) = (connection.prepare(seek), connection.prepare(&scan)) else { return };
    let mut next_row = |rowid: i64| -> Result<Option<i64>, ()> {
        let row = seek.query_row([rowid], |row| row.get::<_, i64>(0)).optional().map_err(drop)?;
        if row.is_none_or(|row| row > rowid) { Ok(row) } else { Err(()) }
    };
    let mut after = |rowid: i64| match next_row(rowid)? {
        // a number that is too high leads nowhere from the root of the tree
        Some(row) if row > rowid.saturating_add(1) && next_row(row - 1)? != Some(row) => Err(()),
        row => Ok(row),
    };
    loop {
        let (first, last) = {
            let mut next = next.lock().unwrap_or_else(PoisonError::into_inner);
            if next.done || next.given_up {
                return;
            }
            match after(next.after) {
                Ok(Some(first)) => {
                    let last = first.saturating_add(STRETCH - 1);
                    next.after = last;
                    if turns.send(me).is_err() {
                        return;
                    }
                    (first, last)
                }
                Ok(None) => {
                    next.done = true;
                    return;
                }
                Err(()) => {
                    next.given_up = true;
                    return;
                }
            }
        };
        let before = (fetch.files.missing, fetch.files.missing_bytes);
        let piece = stretch(&mut scan, &mut fetch, first, last).and_then(|(rows, beyond)| {
            // a number that is too high would end a stretch early: the tree must agree on what comes next
            if after(last)? == beyond { Ok(rows) } else { Err(()) }
        });
        let missing = (fetch.files.missing - before.0, fetch.files.missing_bytes - before.1);
        let piece = piece.ok().map(|rows| Piece { rows, missing });
        let sound = piece.is_some();
        if out.send(piece).is_err() || !sound {
            return;
        }
    }
}

/// Row number, date and what became of each row of a stretch.
type Rows = Vec<(i64, i64, Record)>;

/// The rows of a stretch, and the number of the first row behind it.
fn stretch(
    scan: &mut rusqlite::Statement<'_>,
    fetch: &mut Fetch<'_>,
    first: i64,
    last: i64,
) -> Result<(Rows, Option<i64>), ()> {
    let mut rows = scan.query([first.saturating_sub(1)]).map_err(drop)?;
    let mut out = Vec::new();
    let mut before = None;
    while let Some(row) = rows.next().map_err(drop)? {
        let row = Row::take(row);
        if row.rowid > last {
            return Ok((out, Some(row.rowid)));
        }
        if row.rowid < first || before.is_some_and(|before| row.rowid <= before) {
            return Err(());
        }
        before = Some(row.rowid);
        out.push((row.rowid, row.date, fetch.record(&row)));
    }
    Ok((out, None))
}
