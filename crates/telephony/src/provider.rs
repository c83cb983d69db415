//! `mmssms.db`, the provider's database: every row of `sms`, `spam_sms` and `pdu`, with all parts and all
//! addresses of an MMS.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use android_sms::json::Columns;
use android_sms::{Addr, Book, Content, Mms, Origins, Part, Sms};
use evidence::{Database, Evidence, hash_and_count, shown};
use model::{
    Finding, Location, MessageSource, Place, Record, Sensitive, SourceDescription, SourceError, Tally,
    Unreadable,
};
use rusqlite::Statement;

use crate::home::Home;
use crate::scan::{Met, Table};

/// Most parts, and most addresses, of one MMS.
pub(crate) const MOST_PARTS: usize = 10_000;

/// Numbers of the rows there are, by which other databases name them.
#[derive(Default)]
pub(crate) struct Ids {
    sms: Vec<i64>,
    pdu: Vec<i64>,
}

impl Ids {
    /// Whether `content://sms/17` or `content://mms/17` is there.
    pub(crate) fn has(&self, uri: &str) -> bool {
        let Some((kind, number)) = uri.strip_prefix("content://").and_then(|r| r.split_once('/')) else {
            return false;
        };
        let list = match kind {
            "sms" => &self.sms,
            "mms" => &self.pdu,
            _ => return false,
        };
        number.parse().is_ok_and(|n: i64| list.binary_search(&n).is_ok())
    }
}

/// The database, opened.
pub(crate) struct Reader {
    home: Home,
    database: Database,
    name: String,
    sha256: [u8; 32],
    owner: Option<String>,
    description: SourceDescription,
    findings: Vec<Finding>,
    ids: Arc<Ids>,
}

fn finding(code: String) -> Finding {
    Finding { code, at: None }
}

/// Most damages that are listed one by one.
const MOST_LISTED: u64 = 50;

const TABLES: [&str; 3] = ["sms", "spam_sms", "pdu"];

impl Reader {
    /// Opens the database at `home`.
    pub(crate) fn open(home: Home, owner: Option<&str>) -> Result<Self, SourceError> {
        let (main, wal) = home.database()?;
        // what SQLite's errors name goes to reports
        let told = Evidence { name: shown(&main.name), ..main.clone() };
        let database = Database::open(&told, wal.as_ref())?;
        let mut findings = Vec::new();
        let (mut rows, mut absent) = (0, 0);
        for table in TABLES {
            match Table::open(&database, table)? {
                None if table != "spam_sms" => {
                    absent += 1;
                    findings.push(finding(format!("unknown_schema:{table}")));
                }
                None => {}
                Some(_) => rows += database.count(table).unwrap_or(0),
            }
        }
        if absent == 2 {
            return Err(SourceError::Missing { what: "tables sms and pdu" });
        }
        findings.extend(database.findings());
        let description = SourceDescription {
            reader: crate::VERSION.to_owned(),
            schemas: vec![(told.name.clone(), database.schema_sha256()?)],
            rows: Some(rows),
            findings: findings.clone(),
            ..SourceDescription::default()
        };
        let ids = Arc::new(Ids { sms: ids(&database, "sms"), pdu: ids(&database, "pdu") });
        let owner = owner.map(str::to_owned);
        Ok(Self { home, name: main.name, sha256: main.sha256, database, owner, description, findings, ids })
    }

    /// SHA-256 of the database as stored.
    pub(crate) fn sha256(&self) -> [u8; 32] {
        self.sha256
    }

    /// Numbers of its rows.
    pub(crate) fn ids(&self) -> Arc<Ids> {
        self.ids.clone()
    }
}

/// Numbers of all rows that can be read, in order.
fn ids(database: &Database, table: &str) -> Vec<i64> {
    let mut all = Vec::new();
    if let Ok(mut statement) =
        database.connection().prepare(&format!("SELECT _id FROM \"{table}\" ORDER BY _id"))
        && let Ok(mut rows) = statement.query([])
    {
        while let Ok(Some(row)) = rows.next() {
            all.extend(row.get::<_, i64>(0));
        }
    }
    all.sort_unstable();
    all
}

/// Rows that belong to a message: its number, an order, and theirs.
#[derive(Default)]
pub(crate) struct Index(Vec<(i64, i64, i64)>);

impl Index {
    /// What the query gives; whether it came to its end.
    pub(crate) fn read(database: &Database, sql: &str) -> (Self, bool) {
        let mut all = Vec::new();
        let mut whole = false;
        if let Ok(mut statement) = database.connection().prepare(sql)
            && let Ok(mut rows) = statement.query([])
        {
            loop {
                match rows.next() {
                    Ok(Some(row)) => {
                        let number = |i| row.get::<_, Option<i64>>(i).ok().flatten();
                        if let (Some(message), Some(own)) = (number(0), number(2)) {
                            all.push((message, number(1).unwrap_or(0), own));
                        }
                    }
                    Ok(None) => {
                        whole = true;
                        break;
                    }
                    Err(_) => break,
                }
            }
        }
        all.sort_unstable();
        (Self(all), whole)
    }

    /// Numbers of the rows of a message, in order.
    pub(crate) fn of(&self, message: i64) -> impl Iterator<Item = i64> {
        let from = self.0.partition_point(|row| row.0 < message);
        self.0[from..].iter().take_while(move |row| row.0 == message).map(|row| row.2)
    }
}

/// The others of each thread, in the order in which they are stored.
fn threads(database: &Database) -> HashMap<i64, Vec<String>> {
    let mut addresses: HashMap<i64, String> = HashMap::new();
    let mut all = HashMap::new();
    let each = |sql: &str, take: &mut dyn FnMut(i64, String)| {
        if let Ok(mut statement) = database.connection().prepare(sql)
            && let Ok(mut rows) = statement.query([])
        {
            while let Ok(Some(row)) = rows.next() {
                if let (Ok(key), Ok(Some(text))) = (row.get::<_, i64>(0), row.get::<_, Option<String>>(1)) {
                    take(key, text);
                }
            }
        }
    };
    each("SELECT _id, address FROM canonical_addresses", &mut |id, address| {
        addresses.insert(id, address);
    });
    each("SELECT _id, recipient_ids FROM threads", &mut |id, recipients| {
        let numbers = recipients.split_whitespace().filter_map(|r| r.parse::<i64>().ok());
        all.insert(id, numbers.filter_map(|n| addresses.get(&n).cloned()).collect());
    });
    all
}

/// Holes in the row numbers: rows that were there and are not.
#[derive(Default)]
struct Gaps {
    last: Option<i64>,
    absent: u64,
    holes: u64,
}

impl Gaps {
    fn note(&mut self, key: i64) {
        if let Some(last) = self.last
            && key > last.saturating_add(1)
        {
            self.absent = self.absent.saturating_add(key.abs_diff(last) - 1);
            self.holes += 1;
        }
        self.last = Some(key);
    }
}

/// What belongs to an MMS beside its row.
struct Rest<'d> {
    parts: Option<(Table<'d>, Statement<'d>)>,
    part_index: Index,
    addrs: Option<(Table<'d>, Statement<'d>)>,
    addr_index: Index,
    missing: u64,
}

impl<'d> Rest<'d> {
    fn open(database: &'d Database, findings: &mut Vec<Finding>) -> Result<Self, SourceError> {
        let table = |name| -> Result<Option<(Table<'d>, Statement<'d>)>, SourceError> {
            let Some(table) = Table::open(database, name)? else { return Ok(None) };
            let by_key = table.by_key()?;
            Ok(Some((table, by_key)))
        };
        let (parts, addrs) = (table("part")?, table("addr")?);
        let seq = if parts.as_ref().is_some_and(|(t, _)| t.has("seq")) { "seq" } else { "0" };
        let (part_index, whole) = Index::read(database, &format!("SELECT mid, {seq}, _id FROM part"));
        if !whole {
            findings.push(finding("table_damaged:part".to_owned()));
        }
        let (addr_index, whole) = Index::read(database, "SELECT msg_id, 0, _id FROM addr");
        if !whole {
            findings.push(finding("table_damaged:addr".to_owned()));
        }
        Ok(Self { parts, part_index, addrs, addr_index, missing: 0 })
    }

    fn parts(&mut self, message: i64, home: &Home, mms: &mut Mms) {
        let Some((table, by_key)) = &mut self.parts else { return };
        for key in self.part_index.of(message).take(MOST_PARTS) {
            let Ok(Some(mut columns)) = table.one(by_key, key) else {
                mms.doubts.push("part_unreadable".into());
                continue;
            };
            let name =
                ["fn", "name", "cl"].map(|c| columns.text(c)).into_iter().flatten().find(|n| !n.is_empty());
            let data = columns.text("_data").filter(|d| !d.is_empty());
            let mime = columns.text("ct");
            let content = match data.map(|path| home.file(&path)) {
                None => Content::None,
                Some(Ok(Some(file))) => match hash_and_count(file.bytes.as_ref()) {
                    Ok((sha256, size)) => Content::There { bytes: file.bytes, size, sha256 },
                    Err(_) => {
                        mms.doubts.push("attachment_unreadable".into());
                        Content::Missing
                    }
                },
                Some(Ok(None)) => Content::Missing,
                Some(Err(_)) => {
                    mms.doubts.push("attachment_unreadable".into());
                    Content::Missing
                }
            };
            if matches!(content, Content::Missing) {
                self.missing += 1;
            }
            let text = columns.text("text");
            // what else a part says is in its name and type
            mms.doubts.append(&mut columns.doubts);
            mms.parts.push(Part { mime, name, text, content });
        }
    }

    fn addrs(&mut self, message: i64, mms: &mut Mms) {
        let Some((table, by_key)) = &mut self.addrs else { return };
        for key in self.addr_index.of(message).take(MOST_PARTS) {
            let Ok(Some(mut columns)) = table.one(by_key, key) else {
                mms.doubts.push("address_unreadable".into());
                continue;
            };
            let (kind, charset) = (columns.number("type").unwrap_or(0), columns.number("charset"));
            if let Some(address) = columns.text("address") {
                mms.addrs.push(Addr { address, kind, charset });
            }
        }
    }
}

impl MessageSource for Reader {
    fn describe(&self) -> SourceDescription {
        self.description.clone()
    }

    fn findings(&self) -> Vec<Finding> {
        self.findings.clone()
    }

    fn read(&mut self, sink: &mut dyn FnMut(Record) -> ControlFlow<()>) -> Result<Tally, SourceError> {
        let mut findings = self.description.findings.clone();
        let origins = Origins {
            source: crate::SOURCE,
            reader_version: crate::VERSION,
            evidence: Sensitive::new(Arc::from(self.name.as_str())),
            sha256: self.sha256,
        };
        let mut book = Book::new(origins, self.owner.as_deref());
        own_numbers(&self.database, &mut book);
        let threads = threads(&self.database);
        let mut rest = Rest::open(&self.database, &mut findings)?;
        let mut tally = Tally::default();
        let mut stopped = false;
        for name in TABLES {
            let Some(table) = Table::open(&self.database, name)? else { continue };
            let (mut gaps, mut met, mut damages) = (Gaps::default(), 0_u64, 0_u64);
            table.scan(|what| {
                let record = match what {
                    Met::Row(key, columns) => {
                        gaps.note(key);
                        met += 1;
                        let place = Place::Row { table: Cow::Borrowed(name), rowid: key, column: None };
                        let message = match name {
                            "pdu" => {
                                let mut mms = self.mms(key, columns, &threads, &mut rest);
                                mms.doubts.dedup();
                                mms.message(&mut book, place)
                            }
                            _ => sms(columns, &threads, name == "spam_sms").message(&mut book, place),
                        };
                        tally.messages += 1;
                        Record::Message(Box::new(message))
                    }
                    Met::Damage(from, to) => {
                        let to = to.map_or_else(|| "end".to_owned(), |to| to.to_string());
                        damages += 1;
                        if damages <= MOST_LISTED {
                            findings.push(finding(format!("rows_unreadable_between:{name}:{from}-{to}")));
                        }
                        let place = Place::Row { table: Cow::Borrowed(name), rowid: from, column: None };
                        let at = Location { evidence: shown(&self.name), place };
                        tally.unreadable += 1;
                        met += 1;
                        Record::Unreadable(Unreadable { at, fault: crate::cut() })
                    }
                };
                stopped = sink(record).is_break();
                !stopped
            })?;
            if stopped {
                break;
            }
            if damages > MOST_LISTED {
                findings.push(finding(format!("damages:{name}:{damages}")));
            }
            // rows that the table says it has and the scan never met
            let lost = self.database.count(name).unwrap_or(met).saturating_sub(met);
            if lost > 0 {
                findings.push(finding(format!("rows_unaccounted:{name}:{lost}")));
                tally.unreadable += lost;
            }
            if gaps.absent > 0 {
                findings.push(finding(format!("rows_absent:{name}:{}/{}", gaps.absent, gaps.holes)));
            }
        }
        if rest.missing > 0 && !stopped {
            findings.push(finding(format!("attachments_missing:{}", rest.missing)));
        }
        drop(rest);
        self.findings = findings;
        tally.seen = tally.messages + tally.folded + tally.unreadable;
        Ok(tally)
    }
}

/// Numbers of the owner, from what was sent.
fn own_numbers(database: &Database, book: &mut Book) {
    let sql = "SELECT DISTINCT a.address FROM addr a JOIN pdu p ON p._id = a.msg_id \
               WHERE a.type = 137 AND p.msg_box = 2 LIMIT 16";
    if let Ok(mut statement) = database.connection().prepare(sql)
        && let Ok(mut rows) = statement.query([])
    {
        while let Ok(Some(row)) = rows.next() {
            book.note_own(row.get::<_, Option<String>>(0).ok().flatten().as_deref());
        }
    }
}

fn sms(mut columns: Columns, threads: &HashMap<i64, Vec<String>>, spam: bool) -> Sms {
    let mut row = Sms::take(&mut columns);
    row.spam = spam;
    if row.address.as_deref().is_none_or(str::is_empty)
        && let Some(others) =
            columns.number("thread_id").and_then(|t| threads.get(&t)).filter(|o| !o.is_empty())
    {
        row.address = Some(others.join("~"));
    }
    row.settle(columns);
    row
}

impl Reader {
    fn mms(
        &self,
        key: i64,
        mut columns: Columns,
        threads: &HashMap<i64, Vec<String>>,
        rest: &mut Rest<'_>,
    ) -> Mms {
        let mut mms = Mms::take(&mut columns);
        if let Some(others) = columns.number("thread_id").and_then(|t| threads.get(&t)) {
            mms.listed.clone_from(others);
        }
        rest.addrs(key, &mut mms);
        rest.parts(key, &self.home, &mut mms);
        mms.settle(columns);
        mms
    }
}
