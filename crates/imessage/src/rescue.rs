//! Rows behind damage in the tree of `message` that lie on sound pages: read through a tree that leads to them
//! again, in the ranges that the scan could not reach, and in no others.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use evidence::Database;
use model::Record;

use crate::damage::Behind;
use crate::fetch::Fetch;
use crate::rows::{self, Row};

/// Gives every row that `database`, which leads to more than the one that was scanned, has where the scan broke
/// off. Damage that is left ends a range.
pub(crate) fn each(
    database: &Database,
    columns: &BTreeSet<String>,
    damages: &[(i64, Behind)],
    fetch: &mut Fetch<'_>,
    sink: &mut dyn FnMut(Record) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let sql = format!("{} WHERE ROWID > ?1 AND ROWID < ?2 ORDER BY ROWID", rows::select(columns));
    let Ok(mut scan) = database.connection().prepare(&sql) else { return ControlFlow::Continue(()) };
    // a range that begins inside the one before it has nothing of its own there
    let mut done = i64::MIN;
    for (last, behind) in damages {
        let next = match behind {
            Behind::Damaged(_) => continue,
            Behind::Row(next) => *next,
            Behind::Nothing => i64::MAX,
        };
        let mut before = done.max(*last);
        let Ok(mut found) = scan.query([before, next]) else { continue };
        while let Ok(Some(row)) = found.next() {
            let row = Row::take(row);
            if row.rowid <= before || row.rowid >= next {
                break;
            }
            before = row.rowid;
            sink(fetch.record(&row))?;
        }
        done = done.max(before);
    }
    ControlFlow::Continue(())
}
