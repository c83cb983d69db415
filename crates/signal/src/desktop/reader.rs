//! Every row of `messages` in the order of ROWID.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use evidence::{Database, Tree};
use model::{
    Fault, Finding, Location, MessageSource, Place, Record, SourceDescription, SourceError, Stamp, Tally,
    Unreadable,
};
use rusqlite::{OptionalExtension, Statement};
use serde_json::Value;

use super::SHOWN;
use super::item::{Context, Row, value};
use super::people::People;
use crate::draft::Source;

/// Columns that hold nothing for a message or hold keys.
const SKIPPED: &[&str] = &["json", "rowid"];

/// An opened database.
pub(crate) struct Reader {
    database: Database,
    people: People,
    source: Source,
    tree: Arc<dyn Tree>,
    root: Option<String>,
    calls: HashMap<String, bool>,
    description: SourceDescription,
    findings: Vec<String>,
}

impl Reader {
    pub(crate) fn open(
        database: Database,
        source: Source,
        tree: Arc<dyn Tree>,
        root: Option<String>,
        pages_from_log: usize,
    ) -> Result<Self, SourceError> {
        let columns = database.columns("messages")?;
        if columns.is_empty() {
            return Err(SourceError::Missing { what: "table messages in db.sqlite" });
        }
        let people = People::read(&database)?;
        // Desktop has what came since it was linked to the phone, and no more
        let mut findings = vec!["only_since_linked".to_owned()];
        for needed in ["json", "body", "type", "sent_at", "conversationId"] {
            if !columns.contains(needed) {
                findings.push(format!("unknown_schema:messages.{needed}"));
            }
        }
        if people.timers > 0 {
            findings.push(format!("conversations_with_timer:{}", people.timers));
        }
        findings.extend(database.findings().into_iter().map(|f| f.code));
        if people.damaged {
            findings.push("table_damaged:conversations".to_owned());
        }
        if pages_from_log > 0 {
            findings.push(format!("uncheckpointed_log:{pages_from_log}"));
        }
        let calls = calls(&database)?;
        let newest = database
            .connection()
            .query_row("SELECT max(sent_at) FROM messages", [], |row| row.get::<_, Option<i64>>(0))
            .ok()
            .flatten();
        let description = SourceDescription {
            reader: crate::VERSION.to_owned(),
            schemas: vec![(SHOWN.to_owned(), database.schema_sha256()?)],
            evidence: Vec::new(),
            rows: database.count("messages").ok(),
            newest: newest.map(Stamp::unix_millis),
            findings: findings.iter().map(|code| Finding { code: code.clone(), at: None }).collect(),
        };
        Ok(Self { database, people, source, tree, root, calls, description, findings })
    }

    /// The owner's number.
    pub(crate) fn own_number(&self) -> Option<&str> {
        self.people.own_number.as_deref()
    }
}

/// Calls by id: whether missed.
fn calls(database: &Database) -> Result<HashMap<String, bool>, SourceError> {
    let mut out = HashMap::new();
    let columns = database.columns("callsHistory")?;
    if columns.contains("callId") && columns.contains("status") {
        let of = |e: rusqlite::Error| database.failed("callsHistory", &e);
        let mut statement =
            database.connection().prepare("SELECT callId, status FROM callsHistory").map_err(of)?;
        let mut rows = statement.query([]).map_err(of)?;
        while let Ok(Some(row)) = rows.next() {
            if let (Ok(id), Ok(status)) = (row.get::<_, String>(0), row.get::<_, String>(1))
                && out.len() < 1_000_000
            {
                out.insert(id, status == "Missed");
            }
        }
    }
    Ok(out)
}

/// Attachments of a message out of their own table (since 2025): kind and fields.
fn listed(statement: Option<&mut Statement<'_>>, id: Option<&str>) -> Vec<(String, Value)> {
    let (Some(statement), Some(id)) = (statement, id) else { return Vec::new() };
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let mut out = Vec::new();
    let Ok(mut rows) = statement.query([id]) else { return out };
    while let Ok(Some(row)) = rows.next() {
        let mut fields = serde_json::Map::new();
        for (i, name) in names.iter().enumerate() {
            if let Ok(cell) = row.get_ref(i) {
                fields.insert(name.clone(), value(cell));
            }
        }
        let kind = fields.get("attachmentType").and_then(Value::as_str).unwrap_or("attachment").to_owned();
        out.push((kind, Value::Object(fields)));
    }
    out
}

/// Whether the tree leads to the row of that number.
fn leads_to(probe: &mut Statement<'_>, rowid: i64) -> bool {
    probe.query_row([rowid.saturating_sub(1)], |row| row.get::<_, i64>(0)).is_ok_and(|found| found == rowid)
}

/// The row number behind which reading can go on, where a scan broke off behind `last`: steps that double, then
/// halves.
fn behind(probe: &mut Statement<'_>, last: i64) -> Option<i64> {
    let mut fine = |at: i64| {
        let row = probe.query_row([at], |row| row.get::<_, i64>(0)).optional();
        row.is_ok_and(|row| row.is_none_or(|row| row > at))
    };
    let (mut bad, mut step) = (last.max(0), 1_i64);
    // the row behind `last` can be named and not be read
    if fine(last) {
        return Some(bad + 1);
    }
    let mut good = loop {
        let at = bad.checked_add(step).filter(|at| *at < 1 << 48)?;
        if fine(at) {
            break at;
        }
        bad = at;
        step *= 2;
    };
    while good - bad > 1 {
        let middle = bad + (good - bad) / 2;
        if fine(middle) { good = middle } else { bad = middle }
    }
    Some(good)
}

impl MessageSource for Reader {
    fn describe(&self) -> SourceDescription {
        self.description.clone()
    }

    fn findings(&self) -> Vec<Finding> {
        self.findings.iter().map(|code| Finding { code: code.clone(), at: None }).collect()
    }

    fn read(&mut self, sink: &mut dyn FnMut(Record) -> ControlFlow<()>) -> Result<Tally, SourceError> {
        let Self { database, people, source, tree, root, calls, description, findings } = self;
        let of = |e: rusqlite::Error| database.failed("messages", &e);
        let connection = database.connection();
        // by name: what a schema computes is no column
        let list: String = database
            .columns("messages")?
            .iter()
            .map(|c| format!(", \"{}\"", c.replace('"', "\"\"")))
            .collect();
        let mut scan = connection
            .prepare(&format!("SELECT rowid{list} FROM messages NOT INDEXED WHERE rowid > ?1 ORDER BY rowid"))
            .map_err(of)?;
        let mut probe = connection
            .prepare("SELECT rowid FROM messages NOT INDEXED WHERE rowid > ?1 ORDER BY rowid LIMIT 1")
            .map_err(of)?;
        let names: Vec<String> = scan.column_names().map(str::to_owned).collect();
        let json_at = names.iter().position(|n| n == "json");
        let table = database.columns("message_attachments")?;
        let order = if table.contains("orderInMessage") { "orderInMessage" } else { "rowid" };
        let current = if table.contains("editHistoryIndex") { "AND editHistoryIndex = -1" } else { "" };
        let mut files = (table.contains("messageId"))
            .then(|| {
                connection.prepare(&format!(
                    "SELECT * FROM message_attachments WHERE messageId = ?1 {current} ORDER BY {order}"
                ))
            })
            .transpose()
            .map_err(of)?;
        let (mut missing, mut damaged) = (0, 0);
        let mut tally = Tally::default();
        let mut last = i64::MIN;
        let location = |rowid| {
            let place = Place::Row { table: Cow::Borrowed("messages"), rowid, column: None };
            Location { evidence: SHOWN.to_owned(), place }
        };
        let mut stopped = false;
        'scan: loop {
            let mut rows = scan.query([last]).map_err(of)?;
            loop {
                let row = match rows.next() {
                    Ok(Some(row)) => row,
                    Ok(None) => break 'scan,
                    Err(_) => break,
                };
                let rowid: i64 = row.get(0).unwrap_or(last.saturating_add(1));
                // a damaged tree may lead back
                if rowid <= last {
                    break;
                }
                // a number on a damaged page may be any: only one that the tree leads to is gone on behind
                if rowid == last.saturating_add(1) || leads_to(&mut probe, rowid) {
                    last = rowid;
                }
                let json = json_at
                    .and_then(|i| row.get_ref(i).ok())
                    .and_then(|v| v.as_str().ok().map(str::to_owned));
                let parsed = json.as_deref().map(serde_json::from_str::<Value>);
                let columns: HashMap<&str, Value> = names
                    .iter()
                    .enumerate()
                    .filter(|(_, n)| !SKIPPED.contains(&n.as_str()))
                    .filter_map(|(i, n)| Some((n.as_str(), value(row.get_ref(i).ok()?))))
                    .collect();
                let bad_json = matches!(parsed, Some(Err(_)));
                let row = Row { columns, json: parsed.and_then(Result::ok).unwrap_or_default() };
                let listed = listed(files.as_mut(), row.text("id"));
                let root = root.as_deref();
                let mut context = Context {
                    people,
                    tree: tree.as_ref(),
                    root,
                    missing: &mut missing,
                    damaged: &mut damaged,
                    calls,
                };
                let mut draft = context.draft(&row, &listed);
                if bad_json {
                    draft.doubts.push("bad_column:json".into());
                }
                let place = Place::Row { table: Cow::Borrowed("messages"), rowid, column: None };
                tally.seen += 1;
                tally.messages += 1;
                if sink(Record::Message(Box::new(draft.finish(source, place)))).is_break() {
                    stopped = true;
                    break 'scan;
                }
            }
            // a damaged page ends a scan: it is begun again behind it
            drop(rows);
            tally.seen += 1;
            tally.unreadable += 1;
            let at = location(last.saturating_add(1));
            if sink(Record::Unreadable(Unreadable { at, fault: Fault::Sqlite { code: 11 } })).is_break() {
                stopped = true;
                break;
            }
            match behind(&mut probe, last) {
                Some(next) => last = next,
                None => break,
            }
        }
        if let Some(lost) =
            description.rows.and_then(|rows| rows.checked_sub(tally.seen)).filter(|l| *l > 0 && !stopped)
        {
            findings.push(format!("rows_unaccounted:{lost}"));
            tally.unreadable += lost;
            tally.seen += lost;
        }
        for (count, code) in [(missing, "attachments_missing"), (damaged, "files_damaged")] {
            if count > 0 {
                findings.push(format!("{code}:{count}"));
            }
        }
        Ok(tally)
    }
}
