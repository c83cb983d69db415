//! The scan: every row of `message` in the order of ROWID, reactions folded onto their message.
//!
//! A damaged page ends a scan; it is begun again behind the page, so that the rest is still read, and
//! the rows between are reported.

use std::ops::ControlFlow;
use std::sync::Arc;

use evidence::{Database, Evidence, EvidenceSet};
use model::{
    Fault, Finding, MessageSource, Record, Sensitive, SourceDescription, SourceError, Stamp, Tally,
    Unreadable,
};

use crate::ahead::{self, Ended, Job};
use crate::contacts::Contacts;
use crate::damage::{self, Behind, Order, Probe};
use crate::fetch::{Fetch, Origin};
use crate::first_pass::FirstPass;
use crate::maps::Maps;
use crate::parts;
use crate::rescue;
use crate::rows::{self, Row};
use crate::traces::{self, Holes};

/// Fewer rows are not worth two more threads.
const ROWS_FOR_TWO: u64 = 20_000;

/// An sms.db, opened.
pub(crate) struct Reader {
    origin: Origin,
    database: Database,
    /// What the database was opened over, to open it once more.
    files: (Evidence, Option<Evidence>),
    contacts: Contacts,
    description: SourceDescription,
    findings: Vec<Finding>,
}

impl Reader {
    /// Opens `sms` with its log and the address book.
    pub(crate) fn open(
        set: Arc<dyn EvidenceSet>,
        sms: &Evidence,
        wal: Option<&Evidence>,
        contacts: Contacts,
        mut findings: Vec<Finding>,
    ) -> Result<Self, SourceError> {
        let database = Database::open(sms, wal)?;
        let columns = database.columns("message")?;
        if columns.is_empty() {
            return Err(SourceError::Missing { what: "table message in sms.db" });
        }
        if rows::is_before_ios_6(&columns) {
            // whose messages they are, and when they were sent, is said in another way: better none than wrong ones
            let what =
                "columns is_from_me and handle_id in sms.db: a phone of before iOS 6, which is not read";
            return Err(SourceError::Missing { what });
        }
        for needed in rows::NEEDED.iter().filter(|c| !columns.contains(**c)) {
            findings.push(finding(format!("unknown_schema:message.{needed}")));
        }
        findings.extend(database.findings());
        let newest = database
            .connection()
            .query_row("SELECT date FROM message ORDER BY ROWID DESC LIMIT 1", [], |row| row.get::<_, i64>(0))
            .ok()
            .and_then(Stamp::apple);
        let description = SourceDescription {
            reader: crate::VERSION.to_owned(),
            schemas: vec![(sms.name.clone(), database.schema_sha256()?)],
            evidence: Vec::new(),
            rows: database.count("message").ok(),
            newest,
            findings: findings.clone(),
        };
        let name = Sensitive::new(Arc::from(sms.name.as_str()));
        let files = (sms.clone(), wal.cloned());
        let origin = Origin { set, name, sha256: sms.sha256 };
        Ok(Self { origin, database, files, contacts, description, findings })
    }
}

fn finding(code: String) -> Finding {
    Finding { code, at: None }
}

/// Counts a record; tells whether it is a message among the recently deleted.
fn note(record: &Record, tally: &mut Tally) -> bool {
    match record {
        Record::Message(message) => {
            tally.messages += 1;
            return message.deleted;
        }
        Record::Folded { .. } => tally.folded += 1,
        Record::Unreadable(_) => tally.unreadable += 1,
    }
    false
}

impl MessageSource for Reader {
    fn describe(&self) -> SourceDescription {
        self.description.clone()
    }

    fn findings(&self) -> Vec<Finding> {
        self.findings.clone()
    }

    fn read(&mut self, sink: &mut dyn FnMut(Record) -> ControlFlow<()>) -> Result<Tally, SourceError> {
        let columns = self.database.columns("message")?;
        let another = || Database::open(&self.files.0, self.files.1.as_ref());
        let FirstPass { renames, reactions } = FirstPass::make(&self.database, &columns, another)?;
        let maps = Maps::read(&self.database, &self.contacts, renames)?;
        let of = |e| self.database.failed("message", &e);
        let mut scan = self
            .database
            .connection()
            .prepare(&format!("{} WHERE ROWID > ?1 ORDER BY ROWID", rows::select(&columns)))
            .map_err(of)?;
        let mut fetch = Fetch::new(&self.database, &columns, &self.origin, &maps, &reactions)?;
        let mut probe = Probe::new(&self.database, "message")?;
        let mut tally = Tally::default();
        let mut recently_deleted = 0_u64;
        let mut holes = Holes::default();
        let mut order = Order::default();
        let (mut stopped, mut damages) = (false, Vec::new());
        let mut ended = Ended::Unsound;
        if self.description.rows.is_some_and(|rows| rows >= ROWS_FOR_TWO) {
            let job = Job { columns: &columns, origin: &self.origin, maps: &maps, reactions: &reactions };
            let mut missing = (0, 0);
            ended = ahead::scan(&job, another, &mut |piece| {
                missing.0 += piece.missing.0;
                missing.1 += piece.missing.1;
                for (rowid, date, record) in piece.rows {
                    order.fits(rowid);
                    holes.note(rowid, date);
                    recently_deleted += u64::from(note(&record, &mut tally));
                    if sink(record).is_break() {
                        return ControlFlow::Break(());
                    }
                }
                ControlFlow::Continue(())
            });
            (fetch.files.missing, fetch.files.missing_bytes) = missing;
            stopped = ended == Ended::Stopped;
        }
        // a small table, or what is left of one that is not sound: row by row, around the damage
        'scan: loop {
            if ended != Ended::Unsound {
                break;
            }
            let mut rows = scan.query([order.last()]).map_err(of)?;
            loop {
                let row = match rows.next() {
                    Ok(Some(row)) => row,
                    Ok(None) => break 'scan,
                    Err(_) => break,
                };
                let row = Row::take(row);
                let record = if row.rowid > order.last() && !probe.reaches(order.last(), row.rowid) {
                    // the number is damaged, what the row says may not be
                    order.stray();
                    fetch.record(&row)
                } else if order.fits(row.rowid) {
                    holes.note(row.rowid, row.date);
                    fetch.record(&row)
                } else {
                    let fault = Fault::Unexpected { expected: "row numbers in ascending order" };
                    Record::Unreadable(Unreadable { at: self.origin.location(row.rowid), fault })
                };
                recently_deleted += u64::from(note(&record, &mut tally));
                if sink(record).is_break() {
                    stopped = true;
                    break 'scan;
                }
                if order.is_lost() {
                    break;
                }
            }
            // damage behind the last row: go on behind the next that can be reached
            drop(rows);
            let last = order.last();
            let behind = probe.behind(last);
            damages.push((last, behind));
            let (at, more) = match behind {
                Behind::Damaged(row) => (row, order.start_behind(row)),
                Behind::Row(row) => (last.saturating_add(1), order.start_behind(row - 1)),
                Behind::Nothing => (last.saturating_add(1), false),
            };
            tally.unreadable += 1;
            let unreadable = Unreadable { at: self.origin.location(at), fault: Fault::Sqlite { code: 11 } };
            stopped = sink(Record::Unreadable(unreadable)).is_break();
            if stopped || !more {
                break 'scan;
            }
        }
        // rows that lie on pages to which the damage took the way
        let (mut rescued, mut found_missing) = (0_u64, (0, 0));
        if !stopped
            && !damages.is_empty()
            && let Ok(Some(again)) = Database::rescue(&self.files.0, self.files.1.as_ref(), "message")
        {
            let mut fetch = Fetch::new(&again, &columns, &self.origin, &maps, &reactions)?;
            let mut take = |record: Record| {
                recently_deleted += u64::from(note(&record, &mut tally));
                rescued += 1;
                sink(record)
            };
            stopped = rescue::each(&again, &columns, &damages, &mut fetch, &mut take).is_break();
            found_missing = (fetch.files.missing, fetch.files.missing_bytes);
        }
        let mut parts = (0, false);
        if !stopped {
            parts = fetch.parts(&self.database, sink, &mut tally)?;
        }
        let missing = fetch.files.missing + found_missing.0;
        let missing_bytes = fetch.files.missing_bytes + found_missing.1;
        drop((fetch, scan, probe));
        tally.seen = tally.messages + tally.folded + tally.unreadable;
        if stopped {
            return Ok(tally);
        }
        self.findings.extend(damage::findings(&self.database, &damages));
        if rescued > 0 {
            self.findings.push(finding(format!("rows_rescued:{rescued}")));
        }
        let (deleted_parts, parts_damaged) = parts;
        if deleted_parts > 0 {
            self.findings.push(finding(format!("deleted_parts:{deleted_parts}")));
        }
        if parts_damaged {
            self.findings.push(finding(format!("table_damaged:{}", parts::TABLE)));
        }
        let scanned = tally.seen - deleted_parts;
        if let Some(rows) = self.description.rows.filter(|rows| *rows > scanned) {
            // rows that the table says it has and the scan never met
            let lost = rows - scanned;
            self.findings.push(finding(format!("rows_unaccounted:{lost}")));
            tally.unreadable += lost;
            tally.seen += lost;
        }
        if missing > 0 {
            self.findings.push(finding(format!("attachments_missing:{missing}/{missing_bytes}")));
        }
        self.findings.extend(traces::findings(&self.database, &maps, &holes));
        for (pairs, table) in [
            (&maps.in_chat, "chat_message_join"),
            (&maps.recoverable, "chat_recoverable_message_join"),
            (&maps.attachments, "message_attachment_join"),
        ] {
            if pairs.too_large > 0 {
                self.findings.push(finding(format!("row_numbers_too_large:{table}:{}", pairs.too_large)));
            }
            if pairs.damaged {
                self.findings.push(finding(format!("table_damaged:{table}")));
            }
        }
        if maps.damaged {
            self.findings.push(finding("table_damaged:handle_or_chat".to_owned()));
        }
        if recently_deleted > 0 {
            self.findings.push(finding(format!("recently_deleted:{recently_deleted}")));
        }
        Ok(tally)
    }
}
