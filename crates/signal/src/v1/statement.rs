//! The SQL of an Android backup, read and never run: column names out of `CREATE TABLE`, parameters
//! out of `INSERT INTO t VALUES (?, ...)`. Anything else is counted by whoever asks.

use model::Fault;

use crate::proto::{self, Fields};

/// Most columns of a table; today's widest has about 80.
const COLUMNS: usize = 1000;

/// A parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    Null,
    Int(i64),
    Real(f64),
    Text(&'a [u8]),
    Blob(&'a [u8]),
}

/// A statement as far as it is understood.
#[derive(Debug, PartialEq)]
pub(crate) enum Sql<'a> {
    /// A table and its columns in order.
    Table(&'a str, Vec<String>),
    /// A row for a table; the columns when the statement names them.
    Row(&'a str, Option<Vec<String>>),
    /// Anything else.
    Other,
}

/// The text of a statement frame.
pub(crate) fn text(frame: &[u8]) -> Option<&str> {
    std::str::from_utf8(proto::last(frame, 1)?.bytes()).ok()
}

/// The parameters of a statement frame, in order, into `values`.
pub(crate) fn parameters<'a>(frame: &'a [u8], values: &mut Vec<Value<'a>>) -> Result<(), Fault> {
    values.clear();
    for field in Fields::of(frame) {
        let (2, value) = field? else { continue };
        if values.len() == COLUMNS {
            return Err(Fault::TooMuch { what: "parameters", bound: COLUMNS as u64 });
        }
        let mut parameter = Value::Null;
        for field in Fields::of(value.bytes()) {
            let (number, value) = field?;
            parameter = match number {
                1 => Value::Text(value.bytes()),
                2 => Value::Int(value.int().cast_signed()),
                3 => Value::Real(f64::from_bits(value.int())),
                4 => Value::Blob(value.bytes()),
                5 => Value::Null,
                _ => return Err(Fault::Unexpected { expected: "a kind of parameter" }),
            };
        }
        values.push(parameter);
    }
    Ok(())
}

/// What a statement says.
pub(crate) fn parse(sql: &str) -> Sql<'_> {
    let mut words = Words(sql);
    match words.word().to_ascii_uppercase().as_str() {
        "CREATE" => table(words).unwrap_or(Sql::Other),
        "INSERT" => row(words).unwrap_or(Sql::Other),
        _ => Sql::Other,
    }
}

fn table(mut words: Words<'_>) -> Option<Sql<'_>> {
    if !words.word().eq_ignore_ascii_case("TABLE") {
        return None;
    }
    let mut name = words.word();
    if name.eq_ignore_ascii_case("IF") {
        // NOT EXISTS
        words.word();
        words.word();
        name = words.word();
    }
    let body = words.0.trim_start().strip_prefix('(')?;
    let columns = split(body).into_iter().filter_map(column).collect::<Vec<_>>();
    (!name.is_empty() && !columns.is_empty()).then_some(Sql::Table(name, columns))
}

fn row(mut words: Words<'_>) -> Option<Sql<'_>> {
    if !words.word().eq_ignore_ascii_case("INTO") {
        return None;
    }
    let name = words.word();
    let mut rest = words.0.trim_start();
    let mut named = None;
    if let Some(list) = rest.strip_prefix('(') {
        named = Some(split(list).into_iter().filter_map(column).collect());
        rest = list.split_once(')')?.1.trim_start();
    }
    let mut words = Words(rest);
    if name.is_empty() || !words.word().eq_ignore_ascii_case("VALUES") {
        return None;
    }
    let marks = words.0.trim().strip_prefix('(')?.trim_end_matches(';').trim_end().strip_suffix(')')?;
    marks.split(',').all(|m| m.trim() == "?").then_some(Sql::Row(name, named))
}

/// Words and quoted names from the front of a statement.
struct Words<'a>(&'a str);

impl<'a> Words<'a> {
    fn word(&mut self) -> &'a str {
        let rest = self.0.trim_start();
        let close = match rest.chars().next() {
            Some('"') => '"',
            Some('\'') => '\'',
            Some('`') => '`',
            Some('[') => ']',
            _ => {
                let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
                self.0 = &rest[end..];
                return &rest[..end];
            }
        };
        let inner = &rest[1..];
        let Some(end) = inner.find(close) else {
            self.0 = "";
            return "";
        };
        self.0 = &inner[end + 1..];
        &inner[..end]
    }
}

/// The parts of a list up to its closing bracket, parted at commas outside of brackets and quotes.
fn split(list: &str) -> Vec<&str> {
    let (mut depth, mut quote, mut from, mut parts) = (0_usize, None, 0, Vec::new());
    for (i, c) in list.char_indices() {
        match (quote, c) {
            (Some(q), c) if q == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') if depth == 0 => {
                parts.push(&list[from..i]);
                return parts;
            }
            (None, ')') => depth -= 1,
            (None, ',') if depth == 0 => {
                parts.push(&list[from..i]);
                from = i + 1;
            }
            _ => {}
        }
        if parts.len() >= COLUMNS {
            break;
        }
    }
    parts
}

/// The name of a column; `None` for what constrains the table.
fn column(part: &str) -> Option<String> {
    let part = part.trim_start();
    let quoted = part.starts_with(['"', '\'', '`', '[']);
    let name = Words(part).word();
    let constraint = ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"];
    if name.is_empty() || (!quoted && constraint.iter().any(|c| name.eq_ignore_ascii_case(c))) {
        return None;
    }
    Some(name.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sql: &str, expected: &str) {
        let shown = match parse(sql) {
            Sql::Table(name, columns) => format!("table {name}: {}", columns.join(" ")),
            Sql::Row(name, None) => format!("row {name}"),
            Sql::Row(name, Some(columns)) => format!("row {name}: {}", columns.join(" ")),
            Sql::Other => "other".to_owned(),
        };
        assert_eq!(shown, expected);
    }

    #[test]
    fn tables() {
        check("CREATE TABLE sms (_id INTEGER PRIMARY KEY, body TEXT)", "table sms: _id body");
        check(
            "CREATE TABLE \"mms\" (_id integer, a DECIMAL(10, 2) DEFAULT (1+(2)), UNIQUE(a, _id) ON CONFLICT REPLACE)",
            "table mms: _id a",
        );
        check(
            "create table if not exists t(x TEXT DEFAULT 'a,)b', \"unique\" INT, [group id] TEXT)",
            "table t: x unique group id",
        );
        check("CREATE TABLE t (Body TEXT, FOREIGN KEY (a) REFERENCES b (c))", "table t: body");
        check("CREATE TABLE t AS SELECT 1", "other");
        check("CREATE INDEX i ON t (a)", "other");
        check("CREATE VIRTUAL TABLE t USING fts5(body)", "other");
    }

    #[test]
    fn rows() {
        check("INSERT INTO sms VALUES (?,?)", "row sms");
        check("INSERT INTO \"sms\" VALUES ( ? , ? );", "row sms");
        check("INSERT INTO sms (_id, body) VALUES (?,?)", "row sms: _id body");
        check("INSERT INTO sms VALUES (1,?)", "other");
        check("INSERT INTO sms SELECT * FROM mms", "other");
        check("INSERT INTO sms VALUES (?); DROP TABLE sms", "other");
        check("INSERT OR REPLACE INTO sms VALUES (?)", "other");
        check("DROP TABLE sms", "other");
        check("", "other");
        check("INSERT INTO 'sms", "other");
        check("CREATE TABLE \"", "other");
    }

    #[test]
    fn parameters_of_every_kind() {
        let mut frame = vec![0x0a, 0];
        for inner in [
            &[0x0a, 1, b'x'][..],
            &[0x10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
            &[0x22, 1, 9],
            &[0x28, 1],
            &[],
        ] {
            frame.extend([0x12, u8::try_from(inner.len()).unwrap()]);
            frame.extend(inner);
        }
        let mut values = Vec::new();
        parameters(&frame, &mut values).unwrap();
        assert_eq!(values, [Value::Text(b"x"), Value::Int(-1), Value::Blob(&[9]), Value::Null, Value::Null]);
        assert!(parameters(&[0x12, 5], &mut values).is_err());
    }
}
