//! Traces of what is no longer there: holes in the row numbers with the times around them, lists of
//! what was deleted, and references that lead nowhere. What each proves, and what it does not, stands in
//! `docs/readers/ios.md`, "Traces of deletion".

use evidence::{Database, column, property_list};
use model::{Finding, Stamp};
use plist::Value;

use crate::maps::{Maps, Pairs};

/// Most holes that are kept, and most that are listed one by one, the largest first.
const MOST_HOLES: usize = 100_000;
const MOST_LISTED: usize = 20;

/// Rows that are absent between two that are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Hole {
    before: i64,
    after: i64,
    /// `date` of the rows around it, as stored.
    from: i64,
    to: i64,
}

impl Hole {
    fn rows(self) -> u64 {
        self.after.abs_diff(self.before) - 1
    }
}

/// Holes in the row numbers, noted while the rows go by.
#[derive(Default)]
pub(crate) struct Holes {
    first: Option<i64>,
    last: Option<(i64, i64)>,
    rows: u64,
    count: u64,
    holes: Vec<Hole>,
}

impl Holes {
    /// Notes a row with its date.
    pub(crate) fn note(&mut self, rowid: i64, date: i64) {
        if let Some((before, from)) = self.last {
            if rowid > before.saturating_add(1) {
                let hole = Hole { before, after: rowid, from, to: date };
                self.rows = self.rows.saturating_add(hole.rows());
                self.count += 1;
                if self.holes.len() < MOST_HOLES {
                    self.holes.push(hole);
                }
            }
        } else {
            self.first = Some(rowid);
        }
        self.last = Some((rowid, date));
    }

    /// Pairs whose first number lies in a hole, or outside of all rows.
    fn dangling(&self, pairs: &Pairs) -> u64 {
        let inside: u64 = self.holes.iter().map(|h| pairs.between(h.before, h.after)).sum();
        let outside = match (self.first, self.last) {
            (Some(first), Some((last, _))) => pairs.between(i64::MIN, first) + pairs.between(last, i64::MAX),
            _ => pairs.len() as u64,
        };
        inside + outside
    }

    fn findings(&self, out: &mut Vec<String>) {
        if let Some(first) = self.first.filter(|first| *first > 1) {
            out.push(format!("rows_absent_at_start:{}", first - 1));
        }
        if self.rows == 0 {
            return;
        }
        out.push(format!("rows_absent:{}/{}", self.rows, self.count));
        let mut largest = self.holes.clone();
        largest.sort_by_key(|h| (std::cmp::Reverse(h.rows()), h.before));
        largest.truncate(MOST_LISTED);
        largest.sort_by_key(|h| h.before);
        for Hole { before, after, from, to } in largest {
            let time = |raw| Stamp::apple(raw).and_then(Stamp::rfc3339).unwrap_or_else(|| "?".to_owned());
            out.push(format!("rows_absent_between:{before}-{after}:{}/{}", time(from), time(to)));
        }
    }
}

/// Tables that list what was deleted, or waits to be.
const TOMBSTONES: [&str; 6] = [
    "deleted_messages",
    "sync_deleted_messages",
    "sync_deleted_chats",
    "sync_deleted_attachments",
    "unsynced_removed_recoverable_messages",
    "scheduled_messages_pending_cloudkit_delete",
];

/// Findings, when every row has gone by.
pub(crate) fn findings(database: &Database, maps: &Maps, holes: &Holes) -> Vec<Finding> {
    let mut out = Vec::new();
    holes.findings(&mut out);
    // an empty table may have had rows
    let last = holes.last.map_or(0, |(last, _)| last);
    if let Some(highest) = sequence(database).filter(|highest| *highest > last) {
        out.push(format!("rows_absent_at_end:{}", highest.abs_diff(last)));
    }
    for table in TOMBSTONES {
        match database.columns(table) {
            Ok(columns) if columns.is_empty() => continue,
            Ok(_) | Err(_) => {}
        }
        match database.count(table) {
            Ok(0) => {}
            Ok(n) => out.push(format!("tombstones:{table}:{n}")),
            Err(_) => out.push(format!("table_damaged:{table}")),
        }
    }
    for (pairs, table) in [
        (&maps.in_chat, "chat_message_join"),
        (&maps.recoverable, "chat_recoverable_message_join"),
        (&maps.attachments, "message_attachment_join"),
    ] {
        let dangling = holes.dangling(pairs);
        if dangling > 0 {
            out.push(format!("dangling:{table}:{dangling}"));
        }
    }
    let (used, deleted) = (maps.in_chat.seconds(), maps.recoverable.seconds());
    let is_used = |chat: i64| {
        u32::try_from(chat).is_ok_and(|c| used.binary_search(&c).is_ok() || deleted.binary_search(&c).is_ok())
    };
    // rows that name a chat whose own row is gone
    let is_gone = |chat: &&u32| !maps.chats.contains_key(&i64::from(**chat));
    let gone = used.iter().chain(&deleted).filter(is_gone).collect::<std::collections::BTreeSet<_>>().len();
    if gone > 0 {
        out.push(format!("chats_absent:{gone}"));
    }
    let empty = maps.chats.keys().filter(|chat| !is_used(**chat)).count();
    if empty > 0 {
        out.push(format!("chats_without_messages:{empty}"));
    }
    let attachments = database.count("attachment").unwrap_or(0);
    let referenced = maps.attachments.seconds().len() as u64;
    if attachments > referenced {
        out.push(format!("attachments_unreferenced:{}", attachments - referenced));
    }
    let absent = last_seen_absent(database);
    if absent > 0 {
        out.push(format!("last_seen_message_absent:{absent}"));
    }
    out.into_iter().map(|code| Finding { code, at: None }).collect()
}

/// The highest row number that `message` ever had.
fn sequence(database: &Database) -> Option<i64> {
    let sql = "SELECT seq FROM sqlite_sequence WHERE name = 'message'";
    database.connection().query_row(sql, [], |row| row.get::<_, i64>(0)).ok()
}

/// Chats whose properties name a last seen message that is not there.
fn last_seen_absent(database: &Database) -> u64 {
    if !database.columns("chat").is_ok_and(|c| c.contains("properties")) {
        return 0;
    }
    let connection = database.connection();
    let Ok(mut exists) = connection.prepare("SELECT 1 FROM message WHERE guid = ?1") else { return 0 };
    let mut absent = 0;
    let mut look = |row: &rusqlite::Row<'_>| {
        let Ok(Some(properties)) = column::<Option<Vec<u8>>>(row, 1) else { return };
        let Ok(properties) = property_list::parse(&properties) else { return };
        let named = properties.as_dictionary().and_then(|d| d.get("lastSeenMessageGuid"));
        if let Some(guid) = named.and_then(Value::as_string).filter(|g| !g.is_empty())
            && matches!(exists.exists([guid]), Ok(false))
        {
            absent += 1;
        }
    };
    // chats that cannot be reached are a finding of their own
    crate::damage::each(database, "chat", "properties", &mut look).ok();
    absent
}

impl Pairs {
    /// How many pairs have a first number between two others.
    fn between(&self, after: i64, before: i64) -> u64 {
        let start = self.pairs().partition_point(|p| i64::from(p.0) <= after);
        let end = self.pairs().partition_point(|p| i64::from(p.0) < before);
        end.saturating_sub(start) as u64
    }

    /// All second numbers, each once, ascending.
    fn seconds(&self) -> Vec<u32> {
        let mut seconds: Vec<u32> = self.pairs().iter().map(|p| p.1).collect();
        seconds.sort_unstable();
        seconds.dedup();
        seconds
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(rows: &[i64], expected: &[&str]) {
        let mut holes = Holes::default();
        rows.iter().for_each(|r| holes.note(*r, *r * 1_000_000));
        let mut out = Vec::new();
        holes.findings(&mut out);
        assert_eq!(out, expected);
    }

    #[test]
    fn holes_with_the_times_around_them() {
        check(&[], &[]);
        check(&[1, 2, 3], &[]);
        check(&[4, 5], &["rows_absent_at_start:3"]);
        check(
            &[1, 3, 8],
            &[
                "rows_absent:5/2",
                "rows_absent_between:1-3:2001-01-12T13:46:40.000Z/2001-02-04T17:20:00.000Z",
                "rows_absent_between:3-8:2001-02-04T17:20:00.000Z/2001-04-03T14:13:20.000Z",
            ],
        );
        let mut holes = Holes::default();
        [i64::MIN, 0, i64::MAX].iter().for_each(|r| holes.note(*r, 0));
        assert_eq!((holes.rows, holes.count), (u64::MAX - 2, 2));
    }

    #[test]
    fn references_into_holes() {
        let mut holes = Holes::default();
        [2, 3, 7, 8].iter().for_each(|r| holes.note(*r, 0));
        let pairs = |rows: &[u32]| Pairs::of_pairs(rows.iter().map(|r| (*r, 1)).collect());
        assert_eq!(holes.dangling(&pairs(&[2, 3, 7, 8])), 0);
        assert_eq!(holes.dangling(&pairs(&[1, 2, 4, 5, 6, 8, 9])), 5);
        assert_eq!(Holes::default().dangling(&pairs(&[1, 2])), 2);
    }
}
