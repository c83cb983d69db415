//! What must be known before the scan begins, gathered in one pass over `message`: which conversations
//! got a new name when, and which rows react to which message.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use evidence::{Database, column};
use model::{Sensitive, SourceError, Text};

use crate::damage::{Behind, Order, Probe};
use crate::normalise::target;
use crate::rows;

/// A row that gives a conversation a new name.
pub(crate) struct Rename {
    pub(crate) rowid: i64,
    pub(crate) date: i64,
    pub(crate) title: Option<Text>,
}

/// What the pass found.
pub(crate) struct FirstPass {
    /// In order of row.
    pub(crate) renames: Vec<Rename>,
    pub(crate) reactions: ReactionIndex,
}

impl FirstPass {
    /// Makes the pass. A sound table is gone through by two threads, half of it each, since nothing else
    /// can begin before the pass has ended; `another` opens the database once more. A damaged one is gone
    /// through from end to end, around the damage.
    pub(crate) fn make(
        database: &Database,
        columns: &BTreeSet<String>,
        another: impl Fn() -> Result<Database, SourceError> + Sync,
    ) -> Result<Self, SourceError> {
        let newest = database
            .connection()
            .query_row("SELECT max(ROWID) FROM message", [], |row| row.get::<_, Option<i64>>(0))
            .ok()
            .flatten()
            .unwrap_or(0);
        let sql = select(columns);
        let found = match newest {
            0..ROWS_FOR_TWO => Found::straight(database, &sql, i64::MIN, i64::MAX).ok(),
            _ => in_halves(database, &sql, newest / 2, another),
        };
        let found = match found {
            Some(found) => found,
            None => Found::around_damage(database, &sql)?,
        };
        let Found { renames, reactions, first: _, beyond: _ } = found;
        Ok(Self { renames, reactions: ReactionIndex::of_entries(reactions) })
    }
}

/// Fewer rows are not worth a second thread.
const ROWS_FOR_TWO: i64 = 20_000;

fn select(columns: &BTreeSet<String>) -> String {
    let or_null = |name: &'static str| if columns.contains(name) { name } else { "NULL" };
    let [kind, date, title, about, reaction] =
        ["item_type", "date", "group_title", "associated_message_guid", "associated_message_type"]
            .map(or_null);
    // in the order of the table: by an index, every row would be fetched from another page
    format!(
        "SELECT ROWID, {kind}, {date}, {title}, {about}, {reaction} FROM message NOT INDEXED \
         WHERE ROWID > ?1 AND ({kind} = 2 OR {about} IS NOT NULL)"
    )
}

/// Both halves at once; `None` when either is not sound, or the one does not end where the other begins.
fn in_halves(
    database: &Database,
    sql: &str,
    middle: i64,
    another: impl Fn() -> Result<Database, SourceError> + Sync,
) -> Option<Found> {
    std::thread::scope(|scope| {
        let upper = scope.spawn(|| Found::straight(&another().map_err(drop)?, sql, middle, i64::MAX));
        let mut lower = Found::straight(database, sql, i64::MIN, middle).ok()?;
        let Found { renames, reactions, first, beyond: _ } = upper.join().ok()?.ok()?;
        lower.renames.extend(renames);
        lower.reactions.extend(reactions);
        (lower.beyond == first).then_some(lower)
    })
}

/// What a range of rows gave.
#[derive(Default)]
struct Found {
    renames: Vec<Rename>,
    reactions: Vec<(u64, i64)>,
    /// The first row found.
    first: Option<i64>,
    /// The first row found behind the range, where the scan ended.
    beyond: Option<i64>,
}

impl Found {
    /// Rows behind `after` up to `last`; `Err` when anything is not as it should be.
    fn straight(database: &Database, sql: &str, after: i64, last: i64) -> Result<Self, ()> {
        let mut statement = database.connection().prepare(sql).map_err(drop)?;
        let mut rows = statement.query([after]).map_err(drop)?;
        let mut found = Self::default();
        let mut before = after;
        while let Some(row) = rows.next().map_err(drop)? {
            let rowid = column::<i64>(row, 0).map_err(drop)?;
            if rowid <= before {
                return Err(());
            }
            before = rowid;
            found.first = found.first.or(Some(rowid));
            if rowid > last {
                found.beyond = Some(rowid);
                break;
            }
            found.take(rowid, row);
        }
        Ok(found)
    }

    /// All rows that can be reached. A damaged page must not cost what lies before or behind it: the scan
    /// reports it.
    fn around_damage(database: &Database, sql: &str) -> Result<Self, SourceError> {
        let of = |e| database.failed("message", &e);
        let mut statement = database.connection().prepare(sql).map_err(of)?;
        let mut found = Self::default();
        let mut order = Order::default();
        loop {
            let mut rows = statement.query([order.last()]).map_err(of)?;
            let damaged = loop {
                let row = match rows.next() {
                    Ok(Some(row)) => row,
                    Ok(None) => break false,
                    Err(_) => break true,
                };
                let Ok(rowid) = column::<i64>(row, 0) else { continue };
                if order.fits(rowid) {
                    found.take(rowid, row);
                } else if order.is_lost() {
                    break true;
                }
            };
            drop(rows);
            let more = damaged
                && match Probe::new(database, "message")?.behind(order.last()) {
                    Behind::Damaged(row) => order.start_behind(row),
                    Behind::Row(row) => order.start_behind(row - 1),
                    Behind::Nothing => false,
                };
            if !more {
                return Ok(found);
            }
        }
    }

    fn take(&mut self, rowid: i64, row: &rusqlite::Row<'_>) {
        if number(row, 1) == 2 {
            let date = number(row, 2);
            let title = column::<Option<String>>(row, 3).ok().flatten().filter(|t| !t.is_empty());
            self.renames.push(Rename { rowid, date, title: title.map(|t| Sensitive::new(t.into())) });
        }
        let about = column::<Option<String>>(row, 4).ok().flatten();
        let kind = number(row, 5);
        if let Some(about) = about.filter(|_| rows::is_reaction(kind)) {
            self.reactions.push((guid_hash(target(&about)), rowid));
        }
    }
}

/// A number, also where it is kept as a text, as the scan takes it; 0 for what is none.
fn number(row: &rusqlite::Row<'_>, at: usize) -> i64 {
    let text = || column::<Option<String>>(row, at).ok().flatten()?.trim().parse().ok();
    column::<Option<i64>>(row, at).ok().flatten().or_else(text).unwrap_or(0)
}

/// Which rows react to which message: hash of the target's guid and row number, 16 bytes a reaction; and
/// which of them were folded already.
pub(crate) struct ReactionIndex {
    entries: Vec<(u64, i64)>,
    /// One bit for the low bits of each hash: most messages have no reaction, and one look tells so.
    present: Vec<u64>,
    folded: Vec<AtomicBool>,
}

fn guid_hash(guid: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    guid.hash(&mut hasher);
    hasher.finish()
}

impl ReactionIndex {
    fn of_entries(mut entries: Vec<(u64, i64)>) -> Self {
        entries.sort_unstable();
        entries.shrink_to_fit();
        let folded = entries.iter().map(|_| AtomicBool::new(false)).collect();
        let mut this =
            Self { present: vec![0; entries.len().next_power_of_two().max(64) / 4], entries, folded };
        for at in 0..this.entries.len() {
            let (word, bit) = this.bit(this.entries[at].0);
            this.present[word] |= bit;
        }
        this
    }

    /// Word and bit of a hash; there are 16 bits for each reaction, a power of two of them.
    fn bit(&self, hash: u64) -> (usize, u64) {
        let bits = self.present.len() as u64 * 64;
        let at = hash & (bits - 1);
        (usize::try_from(at / 64).unwrap_or(0), 1 << (at % 64))
    }

    /// Places of the reactions to a message, by the hash of its guid.
    pub(crate) fn of(&self, guid: &str) -> Range<usize> {
        let hash = guid_hash(guid);
        let (word, bit) = self.bit(hash);
        if self.present[word] & bit == 0 {
            return 0..0;
        }
        let start = self.entries.partition_point(|entry| entry.0 < hash);
        let len = self.entries[start..].iter().take_while(|entry| entry.0 == hash).count();
        start..start + len
    }

    /// Row number of the reaction at a place.
    pub(crate) fn rowid(&self, at: usize) -> i64 {
        self.entries[at].1
    }

    /// Notes that the reaction at a place is part of its message now.
    pub(crate) fn fold(&self, at: usize) {
        self.folded[at].store(true, Ordering::Relaxed);
    }

    /// Whether the reaction in that row was folded already.
    pub(crate) fn is_folded(&self, guid: &str, rowid: i64) -> bool {
        self.of(guid).any(|at| self.entries[at].1 == rowid && self.folded[at].load(Ordering::Relaxed))
    }
}
