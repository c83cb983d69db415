//! Going through a table with damaged pages: which row comes next where the scan broke off, and rows
//! that stand where they cannot. Knows no column.
//!
//! A damaged page must cost its rows and no others, and must never make a scan run in circles: each
//! new start lies behind the one before, and both starts and rows out of order are counted.

use evidence::Database;
use model::{Finding, SourceError};
use rusqlite::{OptionalExtension, Statement};

/// Most new starts of one scan.
const MOST_STARTS: u32 = 2_000;
/// Most rows out of order between two starts.
const MOST_DISORDER: u32 = 10_000;

/// Most places of damage that are listed one by one.
const MOST_LISTED: usize = 100;

/// What lies behind a place where a scan broke off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Behind {
    /// The row of that number comes next in the tree; its own content is damaged.
    Damaged(i64),
    /// Rows up to this one cannot be reached; this one can.
    Row(i64),
    /// Nothing more can be reached.
    Nothing,
}

/// Finds the next row that can be reached.
pub(crate) struct Probe<'d>(Statement<'d>);

impl<'d> Probe<'d> {
    /// For one table.
    pub(crate) fn new(database: &'d Database, table: &'static str) -> Result<Self, SourceError> {
        let sql = format!("SELECT ROWID FROM {table} NOT INDEXED WHERE ROWID > ?1 ORDER BY ROWID LIMIT 1");
        database.connection().prepare(&sql).map(Self).map_err(|e| database.failed(table, &e))
    }

    /// The row after `rowid`: `Err` where a damaged page lies between.
    fn after(&mut self, rowid: i64) -> Result<Option<i64>, ()> {
        match self.next(rowid)? {
            // a number that stands on a damaged page may be any: the tree must lead to it from its root
            Some(row) if !self.reaches(rowid, row) => Err(()),
            row => Ok(row),
        }
    }

    fn next(&mut self, rowid: i64) -> Result<Option<i64>, ()> {
        let row = self.0.query_row([rowid], |row| row.get::<_, i64>(0)).optional();
        // a tree that gives a row from before is no better than one that gives none
        row.map_err(drop).and_then(|row| if row.is_none_or(|r| r > rowid) { Ok(row) } else { Err(()) })
    }

    /// Whether the row of number `row`, met behind `last`, stands where the tree looks for it. The next number is
    /// believed; one behind a hole costs a search.
    pub(crate) fn reaches(&mut self, last: i64, row: i64) -> bool {
        row == last.saturating_add(1) || self.next(row.saturating_sub(1)) == Ok(Some(row))
    }

    /// What lies behind `last`, where a scan broke off: steps that double, then halves.
    pub(crate) fn behind(&mut self, last: i64) -> Behind {
        match self.after(last) {
            Ok(Some(row)) => return Behind::Damaged(row),
            Ok(None) => return Behind::Nothing,
            Err(()) => {}
        }
        let (mut bad, mut step) = (last, 1_i64);
        let mut good = loop {
            let Some(at) = bad.checked_add(step) else { return Behind::Nothing };
            match self.after(at) {
                Ok(_) => break at,
                Err(()) => bad = at,
            }
            step = step.saturating_mul(2);
        };
        while good - bad > 1 {
            let middle = bad + (good - bad) / 2;
            match self.after(middle) {
                Ok(_) => good = middle,
                Err(()) => bad = middle,
            }
        }
        match self.after(good) {
            Ok(Some(row)) => Behind::Row(row),
            _ => Behind::Nothing,
        }
    }
}

/// The order of row numbers in a scan.
pub(crate) struct Order {
    last: i64,
    before: i64,
    starts: u32,
    disorder: u32,
}

impl Default for Order {
    fn default() -> Self {
        Self { last: i64::MIN, before: i64::MIN, starts: 0, disorder: 0 }
    }
}

impl Order {
    /// The last row number that was taken: a scan goes on behind it.
    pub(crate) fn last(&self) -> i64 {
        self.last
    }

    /// Whether a row stands where its number may stand. After a number that is too high, the next ones
    /// are taken again as soon as they fit to the one before it.
    pub(crate) fn fits(&mut self, rowid: i64) -> bool {
        if rowid > self.last {
            self.before = self.last;
        } else if rowid <= self.before || rowid == self.last {
            self.disorder += 1;
            return false;
        }
        self.last = rowid;
        true
    }

    /// Notes a row whose number leads nowhere: a scan must not go on behind it.
    pub(crate) fn stray(&mut self) {
        self.disorder += 1;
    }

    /// Whether so many rows stood out of order that the tree cannot be followed here.
    pub(crate) fn is_lost(&self) -> bool {
        self.disorder >= MOST_DISORDER
    }

    /// Begins again behind `rowid`; `false` when there were too many beginnings, or none of it is new.
    pub(crate) fn start_behind(&mut self, rowid: i64) -> bool {
        self.starts += 1;
        let new = rowid >= self.last && self.starts < MOST_STARTS;
        (self.last, self.before, self.disorder) = (rowid, rowid, 0);
        new
    }
}

/// Findings for where a scan of `message` broke off, and the pages that SQLite itself finds damaged.
pub(crate) fn findings(database: &Database, damages: &[(i64, Behind)]) -> Vec<Finding> {
    let finding = |code: String| Finding { code, at: None };
    let mut findings: Vec<_> = damages
        .iter()
        .filter_map(|(last, behind)| match behind {
            Behind::Row(next) => Some(format!("rows_unreadable_between:{last}-{next}")),
            Behind::Nothing => Some(format!("rows_unreadable_after:{last}")),
            Behind::Damaged(_) => None,
        })
        .take(MOST_LISTED)
        .map(finding)
        .collect();
    if !damages.is_empty()
        && let pages = database.damaged_pages("message")
        && !pages.is_empty()
    {
        findings.push(finding(format!("damaged_pages:{}", ranges(&pages))));
    }
    findings
}

/// Ascending numbers as ranges, `3,7-9`.
fn ranges(numbers: &[u32]) -> String {
    let mut out: Vec<(u32, u32)> = Vec::new();
    for n in numbers {
        match out.last_mut() {
            Some((_, to)) if to.checked_add(1) == Some(*n) => *to = *n,
            _ => out.push((*n, *n)),
        }
    }
    let show = |(from, to): &(u32, u32)| if from == to { from.to_string() } else { format!("{from}-{to}") };
    out.iter().map(show).collect::<Vec<_>>().join(",")
}

/// Every row of a small table that can be reached, in the order of ROWID: `sink` gets the columns of
/// `list` from position 1 on. Tells whether anything could not be reached.
pub(crate) fn each(
    database: &Database,
    table: &'static str,
    list: &str,
    sink: &mut dyn FnMut(&rusqlite::Row<'_>),
) -> Result<bool, SourceError> {
    let of = |e| database.failed(table, &e);
    let sql = format!("SELECT ROWID, {list} FROM {table} NOT INDEXED WHERE ROWID > ?1 ORDER BY ROWID");
    let mut statement = database.connection().prepare(&sql).map_err(of)?;
    let mut order = Order::default();
    let mut damaged = false;
    loop {
        let mut rows = statement.query([order.last()]).map_err(of)?;
        loop {
            match rows.next() {
                Ok(Some(row)) => {
                    let fits = row.get::<_, i64>(0).is_ok_and(|rowid| order.fits(rowid));
                    damaged |= !fits;
                    if fits {
                        sink(row);
                    } else if order.is_lost() {
                        break;
                    }
                }
                Ok(None) => return Ok(damaged),
                Err(_) => break,
            }
        }
        drop(rows);
        damaged = true;
        let more = match Probe::new(database, table)?.behind(order.last()) {
            Behind::Damaged(row) => order.start_behind(row),
            Behind::Row(row) => order.start_behind(row - 1),
            Behind::Nothing => false,
        };
        if !more {
            return Ok(true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(rows: &[i64], expected: &[i64]) {
        let mut order = Order::default();
        let taken: Vec<i64> = rows.iter().copied().filter(|r| order.fits(*r)).collect();
        assert_eq!(taken, expected);
    }

    #[test]
    fn rows_out_of_order() {
        check(&[1, 2, 5, 9], &[1, 2, 5, 9]);
        // one number too high costs nothing behind it
        check(&[1, 2, 900, 3, 4], &[1, 2, 900, 3, 4]);
        // a page seen twice gives nothing twice
        check(&[1, 2, 3, 1, 2, 3, 4], &[1, 2, 3, 4]);
        check(&[i64::MIN + 1, i64::MAX, i64::MAX], &[i64::MIN + 1, i64::MAX]);
    }

    #[test]
    fn beginnings_are_counted() {
        let mut order = Order::default();
        assert!(order.start_behind(10));
        assert!(!order.start_behind(9));
        let mut starts = 0;
        let mut order = Order::default();
        while order.start_behind(i64::from(starts)) {
            starts += 1;
        }
        assert_eq!(starts, MOST_STARTS - 1);
        for _ in 0..MOST_DISORDER {
            assert!(!order.is_lost());
            assert!(!order.fits(0));
        }
        assert!(order.is_lost());
    }
}
