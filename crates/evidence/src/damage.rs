//! Which pages of a database are damaged, as SQLite's own check names them. Of what the check says only
//! numbers of pages are taken.

use std::collections::BTreeSet;

use rusqlite::Connection;

/// Most pages named.
const MOST: usize = 1000;

/// Pages of a table that are damaged, ascending.
pub(crate) fn pages(connection: &Connection, table: &'static str) -> Vec<u32> {
    let mut found = BTreeSet::new();
    // the quick one looks at pages and leaves out the comparison with every index
    let check = format!("PRAGMA quick_check('{table}')");
    if let Ok(mut statement) = connection.prepare(&check)
        && let Ok(mut rows) = statement.query([])
    {
        while let Ok(Some(row)) = rows.next() {
            let Ok(said) = row.get::<_, String>(0) else { continue };
            for line in said.lines() {
                found.extend(numbers(line));
            }
            if found.len() >= MOST {
                break;
            }
        }
    }
    found.into_iter().take(MOST).collect()
}

/// The page that a line is about: the last `page N` in it (a line names the tree by its root first).
fn numbers(line: &str) -> Option<u32> {
    let lower = line.to_ascii_lowercase();
    let mut found = None;
    for (at, word) in lower.match_indices("page ") {
        let digits = lower[at + word.len()..].chars().take_while(char::is_ascii_digit).collect::<String>();
        found = digits.parse().ok().or(found);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, page: Option<u32>) {
        assert_eq!(numbers(line), page);
    }

    #[test]
    fn lines_of_the_check() {
        check("Tree 4 page 17: btreeInitPage() returns error code 11", Some(17));
        check("Page 9: never used", Some(9));
        check("Tree 4 page 17 cell 3: Rowid 8 out of order", Some(17));
        check("row 3 missing from index message_idx", None);
        check("ok", None);
    }
}
