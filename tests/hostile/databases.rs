//! Databases made to do harm: schemas that compute, trees that meet again, values of other kinds than their
//! columns, names that lead to other files.

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use crate::good::{Kind, good};
use crate::watch::{Case, watch};
use crate::{Keeps, Report, base};

/// Which table of a kind of database holds the messages, and a column of it that holds text.
const TABLES: [(&str, &str, &str); 4] = [
    ("ios-alone", "message", "text"),
    ("whatsapp-android", "message", "text_data"),
    ("mmssms", "sms", "body"),
    ("bugle", "messages", "mms_subject"),
];

/// `{t}` is the table, `{c}` the column.
const HARMS: &[(&str, Keeps, &str)] = &[
    (
        "a view without end",
        Keeps::Nothing,
        "ALTER TABLE {t} RENAME TO hidden; CREATE VIEW {t} AS WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) \
         SELECT r.n AS ROWID, hidden.* FROM r, hidden",
    ),
    (
        "a view of itself",
        Keeps::Nothing,
        "ALTER TABLE {t} RENAME TO hidden; CREATE VIEW {t} AS SELECT * FROM {t}",
    ),
    (
        "a view beside",
        Keeps::All,
        "CREATE VIEW chat_view AS WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT * FROM r",
    ),
    (
        "triggers",
        Keeps::All,
        "CREATE TRIGGER t1 AFTER INSERT ON {t} BEGIN DELETE FROM {t}; END; CREATE TRIGGER t2 BEFORE UPDATE ON {t} \
         BEGIN SELECT RAISE(ABORT, 'Kanariefugl7731'); END",
    ),
    (
        "a column that computes",
        Keeps::All,
        "ALTER TABLE {t} ADD COLUMN heavy TEXT GENERATED ALWAYS AS (hex(zeroblob(400000000))) VIRTUAL",
    ),
    (
        "text that computes",
        Keeps::Nothing,
        "ALTER TABLE {t} RENAME COLUMN {c} TO was; ALTER TABLE {t} ADD COLUMN {c} TEXT GENERATED ALWAYS AS \
         (replace(hex(zeroblob(3000000)), '0', was)) VIRTUAL",
    ),
    (
        "a pattern without end",
        Keeps::All,
        "ALTER TABLE {t} ADD COLUMN p GENERATED ALWAYS AS (hex(zeroblob(9999)) LIKE '%0%0%0%0%0%0%0%0%0%0%0%0%1') VIRTUAL",
    ),
    (
        "a condition that computes",
        Keeps::All,
        "CREATE INDEX heavy ON {t} (length(hex(zeroblob(1000)))) WHERE {c} IS NOT NULL",
    ),
    (
        "a table of a module",
        Keeps::Nothing,
        "ALTER TABLE {t} RENAME TO hidden; CREATE VIRTUAL TABLE {t} USING fts5({c})",
    ),
    ("numbers as text", Keeps::Some, "UPDATE {t} SET {c} = 4711"),
    ("text as bytes", Keeps::Nothing, "UPDATE {t} SET {c} = x'fffe0000c0af'"),
    ("text without end", Keeps::Nothing, "UPDATE {t} SET {c} = hex(zeroblob(4000000)) WHERE rowid % 40 = 3"),
    ("text of nothing", Keeps::Nothing, "UPDATE {t} SET {c} = char(0, 0, 8238, 27, 10, 13, 65533, 1114111)"),
    ("no rows of their own", Keeps::Nothing, "{without}"),
    ("as many columns as there can be", Keeps::Nothing, "{many}"),
];

const PRAGMAS: &[(&str, Keeps, &str)] = &[
    ("small pages", Keeps::All, "PRAGMA page_size=512; VACUUM"),
    ("large pages", Keeps::All, "PRAGMA page_size=65536; VACUUM"),
    ("pages that move", Keeps::All, "PRAGMA auto_vacuum=FULL; VACUUM"),
    ("an application id", Keeps::All, "PRAGMA application_id=-1; PRAGMA user_version=-1"),
];

fn changed(main: &Path, sql: &str) {
    let db = Connection::open(main).unwrap();
    db.execute_batch("PRAGMA journal_mode=DELETE").unwrap();
    db.execute_batch(sql).unwrap_or_else(|e| panic!("{sql}: {e}"));
}

/// What is done to the file, and what must be left.
type Harm<'a> = (&'a str, Keeps, &'a dyn Fn(&Path));

fn one(kind: &Kind, base: &[String], report: &Report, harm: Harm<'_>) {
    let (mut case, main) = good(kind);
    case.name = format!("{}: {}", kind.name, harm.0);
    harm.2(&main);
    report.take(&case, base, harm.1, watch(&case));
}

/// Statements that make the schema of a good database a bad one.
pub(crate) fn schemas(report: &Report) {
    for (kind, table, column) in TABLES {
        let kind = crate::good::kind(kind);
        let base = base(kind);
        for (name, keeps, sql) in HARMS.iter().chain(PRAGMAS) {
            let many: String = (0..1900).map(|i| format!("ALTER TABLE {table} ADD COLUMN c{i}; ")).collect();
            let without = format!(
                "ALTER TABLE {table} RENAME TO hidden; CREATE TABLE {table} (rowid TEXT, {column} TEXT, PRIMARY KEY (rowid)) \
                 WITHOUT ROWID; INSERT INTO {table} SELECT hidden.rowid || 'x', {column} FROM hidden"
            );
            let sql = sql
                .replace("{many}", &many)
                .replace("{without}", &without)
                .replace("{t}", table)
                .replace("{c}", column);
            one(kind, &base, report, (name, *keeps, &|main| changed(main, &sql)));
        }
    }
}

/// Bytes of a good database changed where the file format has numbers that lead somewhere.
pub(crate) fn numbers(report: &Report) {
    for (kind, table, _) in TABLES {
        let kind = crate::good::kind(kind);
        let base = base(kind);
        let patched = |at: usize, with: &'static [u8]| {
            move |main: &Path| {
                let mut bytes = fs::read(main).unwrap();
                bytes[at..at + with.len()].copy_from_slice(with);
                fs::write(main, bytes).unwrap();
            }
        };
        // SQLite file format, 1.3
        for (name, keeps, at, with) in [
            ("a page size of nothing", Keeps::Nothing, 16, &[0, 0][..]),
            ("a page size between", Keeps::Nothing, 16, &[0x10, 0x01]),
            ("versions of tomorrow", Keeps::Nothing, 18, &[9, 9]),
            ("nothing but reserve", Keeps::Nothing, 20, &[0xff]),
            ("fractions", Keeps::Nothing, 21, &[1, 1, 1]),
            ("pages without end", Keeps::Some, 28, &[0xff, 0xff, 0xff, 0xff]),
            ("no pages", Keeps::All, 28, &[0, 0, 0, 0]),
            ("free pages in a circle", Keeps::All, 32, &[0, 0, 0, 2, 0, 0, 0xff, 0xff]),
            ("a schema of tomorrow", Keeps::Nothing, 44, &[0, 0, 0, 99]),
            ("a cache without end", Keeps::All, 48, &[0x7f, 0xff, 0xff, 0xff]),
            ("an encoding that is none", Keeps::Nothing, 56, &[0, 0, 0, 7]),
        ] {
            one(kind, &base, report, (name, keeps, &patched(at, with)));
        }
        one(kind, &base, report, ("a tree in a circle", Keeps::Nothing, &|main| root(main, table, &circle)));
        one(
            kind,
            &base,
            report,
            ("branches that meet again", Keeps::Nothing, &|main| root(main, table, &meeting)),
        );
        one(
            kind,
            &base,
            report,
            ("two tables in one tree", Keeps::Nothing, &|main| {
                changed(
                    main,
                    "PRAGMA writable_schema=ON; UPDATE sqlite_schema SET rootpage = 2; PRAGMA writable_schema=OFF",
                );
            }),
        );
        one(
            kind,
            &base,
            report,
            ("statements that are none", Keeps::Nothing, &|main| {
                changed(
                    main,
                    "PRAGMA writable_schema=ON; UPDATE sqlite_schema SET sql = 'CREATE TABLE ' || name || '((((' \
                           WHERE type = 'table'; PRAGMA writable_schema=OFF",
                );
            }),
        );
    }
}

/// What becomes of the root page of a table, given the page and its number.
type Page<'a> = &'a dyn Fn(&mut Vec<u8>, usize, usize);

fn root(main: &Path, table: &str, make: Page<'_>) {
    let (number, size): (usize, usize) = {
        let db = Connection::open(main).unwrap();
        db.execute_batch("PRAGMA journal_mode=DELETE").unwrap();
        let number = db
            .query_row("SELECT rootpage FROM sqlite_schema WHERE name = ?1", [table], |r| r.get::<_, i64>(0))
            .unwrap();
        let size = db.query_row("PRAGMA page_size", [], |r| r.get::<_, i64>(0)).unwrap();
        (usize::try_from(number).unwrap(), usize::try_from(size).unwrap())
    };
    let mut bytes = fs::read(main).unwrap();
    make(&mut bytes, number, size);
    fs::write(main, bytes).unwrap();
}

/// An inner page whose every child is `child`.
fn inner(page: &mut [u8], child: usize) {
    let cells = 200;
    let child = u32::try_from(child).unwrap().to_be_bytes();
    page.fill(0);
    let first = page.len() - cells * 6;
    page[..8].copy_from_slice(&[5, 0, 0, 0, 200, 0, 0, 0]);
    page[5..7].copy_from_slice(&u16::try_from(first).unwrap().to_be_bytes());
    page[8..12].copy_from_slice(&child);
    for i in 0..cells {
        let at = first + i * 6;
        page[12 + 2 * i..14 + 2 * i].copy_from_slice(&u16::try_from(at).unwrap().to_be_bytes());
        page[at..at + 4].copy_from_slice(&child);
        // the key, two bytes of a variable-length number
        page[at + 4..at + 6]
            .copy_from_slice(&[0x81 + u8::try_from(i / 128).unwrap(), u8::try_from(i % 128).unwrap()]);
    }
}

#[expect(clippy::ptr_arg, reason = "as the others of its type, one of which makes the file longer")]
fn circle(bytes: &mut Vec<u8>, root: usize, size: usize) {
    inner(&mut bytes[(root - 1) * size..root * size], root);
}

/// Seven levels, each page leading to the next two hundred times: 200 to the 7th rows out of seven pages.
fn meeting(bytes: &mut Vec<u8>, root: usize, size: usize) {
    let leaf = bytes[(root - 1) * size..root * size].to_vec();
    let pages = bytes.len() / size;
    for level in 0..7 {
        let mut page = vec![0; size];
        inner(&mut page, pages + level + 2);
        if level == 0 {
            inner(&mut bytes[(root - 1) * size..root * size], pages + 1);
        }
        bytes.extend(page);
    }
    bytes.extend(leaf);
    let count = u32::try_from(bytes.len() / size).unwrap();
    bytes[28..32].copy_from_slice(&count.to_be_bytes());
}

/// Attachments whose names lead out of the source.
pub(crate) fn outside(report: &Report) {
    let kind = crate::good::kind("ios-files");
    let base = base(kind);
    for name in [
        "/etc/passwd",
        "~/../../../../../../etc/passwd",
        "../../../../../../etc/passwd",
        "~/Library/SMS/../../../x",
    ] {
        let (mut case, main): (Case, _) = good(kind);
        case.name = format!("attachment {name}");
        changed(&main, &format!("UPDATE attachment SET filename = '{name}'"));
        report.take(&case, &base, Keeps::All, watch(&case));
    }
}
