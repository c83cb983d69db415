//! Every row of a table in the order of its number. A damaged page ends a scan; it is begun again behind
//! the page, so that the rest is still read, and what lies between is reported.

use std::ops::ControlFlow;

use evidence::{Database, column};
use model::SourceError;
use rusqlite::{OptionalExtension, Row, Statement};

/// What a scan meets.
pub(crate) enum Step<'a, 's> {
    /// A row; its number is its first column.
    Row(i64, &'a Row<'s>),
    /// Damage behind row `after`; the scan goes on at `next`, where there is one.
    Damage { after: i64, next: Option<i64> },
}

/// Hands every row of `table` to `visit`; `list` are the columns, `ROWID` the first of them. Gives
/// whether `visit` broke it off.
///
/// # Errors
/// When the table cannot be asked at all.
pub(crate) fn scan(
    database: &Database,
    table: &'static str,
    list: &str,
    visit: &mut dyn FnMut(Step<'_, '_>) -> ControlFlow<()>,
) -> Result<bool, SourceError> {
    let of = |e| database.failed(table, &e);
    let connection = database.connection();
    let sql = format!("SELECT {list} FROM \"{table}\" WHERE ROWID > ?1 ORDER BY ROWID");
    let mut all = connection.prepare(&sql).map_err(of)?;
    let mut one =
        connection.prepare(&format!("SELECT {list} FROM \"{table}\" WHERE ROWID = ?1")).map_err(of)?;
    let mut last = i64::MIN;
    loop {
        let mut rows = all.query([last]).map_err(of)?;
        loop {
            match rows.next() {
                Ok(Some(row)) => {
                    let number = column(row, 0).unwrap_or(last);
                    // a number on a damaged page may be any: only one that the tree leads to is gone on behind
                    if number == last.saturating_add(1) || (number > last && readable(&mut one, number)) {
                        last = number;
                    }
                    if visit(Step::Row(number, row)).is_break() {
                        return Ok(true);
                    }
                }
                Ok(None) => return Ok(false),
                Err(_) => break,
            }
        }
        drop(rows);
        let next = after_damage(&mut one, last);
        if visit(Step::Damage { after: last, next }).is_break() {
            return Ok(true);
        }
        match next {
            // the row is there when asked for by itself, and the scan has not come to it
            Some(next) if next - 1 > last => last = next - 1,
            Some(next) => last = next,
            None => return Ok(false),
        }
    }
}

fn readable(one: &mut Statement<'_>, row: i64) -> bool {
    one.query_row([row], |_| Ok(())).optional().is_ok_and(|found| found.is_some())
}

/// The next row behind damage that can be read: steps that double, then the gap halved, so that no row
/// is passed over by more than a page.
fn after_damage(one: &mut Statement<'_>, last: i64) -> Option<i64> {
    let from = last.max(0);
    let mut step = 1_i64;
    while step < 1 << 40 {
        for near in 0..64 {
            let row = from.checked_add(step)?.checked_add(near)?;
            if readable(one, row) {
                let (mut bad, mut good) = (from, row);
                while good - bad > 1 {
                    let middle = bad + (good - bad) / 2;
                    match readable(one, middle) {
                        true => good = middle,
                        false => bad = middle,
                    }
                }
                return Some(good);
            }
        }
        step *= 2;
    }
    None
}
