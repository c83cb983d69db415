//! The scan: every row of `ZWAMESSAGE` in the order of its number; afterwards what the numbers of each chat
//! say about messages that are gone.

use std::borrow::Cow;
use std::ops::ControlFlow;
use std::sync::Arc;

use evidence::{Database, Evidence, EvidenceSet};
use model::{
    Fault, Finding, Location, MessageSource, Place, Record, SourceDescription, SourceError, Stamp, Tally,
    Text, Unreadable,
};

use super::item::{MEDIA, PREVIEW};
use super::message::Maker;
use super::people::{Maps, People};
use super::row::{COLUMNS, Row};
use crate::gaps::Gaps;
use crate::jid::text;
use crate::media::Files;
use crate::scan::{Step, scan};
use crate::side::Side;
use crate::take::list;

/// Reader and version, as each message carries it.
pub(crate) const VERSION: &str = "whatsapp-ios 1";

const TABLE: &str = "ZWAMESSAGE";
/// Most chats with holes that are named.
const MOST_NAMED: usize = 1000;

/// An opened ChatStorage.sqlite.
pub(super) struct Reader {
    set: Arc<dyn EvidenceSet>,
    domain: &'static str,
    database: Database,
    sha256: [u8; 32],
    name: Text,
    people: People,
    description: SourceDescription,
    findings: Vec<Finding>,
}

fn finding(code: String) -> Finding {
    Finding { code, at: None }
}

impl Reader {
    /// Opens the database.
    pub(super) fn open(
        set: Arc<dyn EvidenceSet>,
        domain: &'static str,
        database: Database,
        main: &Evidence,
        people: People,
        mut findings: Vec<Finding>,
    ) -> Result<Self, SourceError> {
        let columns = database.columns(TABLE)?;
        if columns.is_empty() {
            return Err(SourceError::Missing { what: "table ZWAMESSAGE in ChatStorage.sqlite" });
        }
        for needed in ["ZCHATSESSION", "ZISFROMME", "ZMESSAGETYPE", "ZMESSAGEDATE", "ZTEXT"] {
            if !columns.contains(needed) {
                findings.push(finding(format!("unknown_schema:{TABLE}.{needed}")));
            }
        }
        findings.extend(database.findings());
        if people.disappearing > 0 {
            findings.push(finding(format!("disappearing_messages_default:{}", people.disappearing)));
        }
        let sql = "SELECT ZMESSAGEDATE FROM ZWAMESSAGE ORDER BY ROWID DESC LIMIT 1";
        let newest = database.connection().query_row(sql, [], |row| row.get::<_, f64>(0)).ok();
        let description = SourceDescription {
            reader: VERSION.to_owned(),
            schemas: vec![(main.name.clone(), database.schema_sha256()?)],
            evidence: Vec::new(),
            rows: database.count(TABLE).ok(),
            newest: newest.map(Stamp::apple_double),
            findings: findings.clone(),
        };
        let name = text(&main.name);
        Ok(Self { set, domain, database, sha256: main.sha256, name, people, description, findings })
    }

    fn at(&self, table: &'static str, rowid: i64) -> Location {
        let place = Place::Row { table: Cow::Borrowed(table), rowid, column: None };
        Location { evidence: self.name.expose().to_string(), place }
    }

    /// The highest number that a message ever got.
    fn highest(&self) -> Option<i64> {
        let sql = "SELECT Z_MAX FROM Z_PRIMARYKEY WHERE Z_NAME = 'WAMessage'";
        self.database.connection().query_row(sql, [], |row| row.get(0)).ok()
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
        let mut findings = Vec::new();
        let connection = self.database.connection();
        let mut maker = Maker {
            maps: Maps::read(&self.database, self.people.clone())?,
            set: self.set.clone(),
            domain: self.domain,
            media: Side::open(&self.database, "ZWAMEDIAITEM", "ZMESSAGE", MEDIA, &mut findings)?,
            infos: Side::open(
                &self.database,
                "ZWAMESSAGEINFO",
                "ZMESSAGE",
                &["ZRECEIPTINFO"],
                &mut findings,
            )?,
            previews: Side::open(&self.database, "ZWAMESSAGEDATAITEM", "ZMESSAGE", PREVIEW, &mut findings)?,
            stanza: connection.prepare("SELECT ZSTANZAID FROM ZWAMESSAGE WHERE ROWID = ?1").ok(),
            files: Files::default(),
            evidence: self.name.clone(),
            sha256: self.sha256,
        };
        let list = list(&self.database.columns(TABLE)?, &COLUMNS);
        let mut tally = Tally::default();
        // numbers begin with 1
        let mut gaps = Gaps::default();
        gaps.note(0);
        let mut sorts = Sorts::default();
        let stopped = scan(&self.database, TABLE, &list, &mut |step| {
            tally.seen += 1;
            match step {
                Step::Row(rowid, row) => {
                    let row = Row::take(rowid, row);
                    gaps.note(rowid);
                    sorts.note(&row);
                    tally.messages += 1;
                    sink(Record::Message(Box::new(maker.message(&row))))
                }
                Step::Damage { after, next } => {
                    if let Some(next) = next {
                        findings.push(finding(format!("rows_unreadable_between:{after}-{next}")));
                    }
                    tally.unreadable += 1;
                    let at = self.at(TABLE, after.saturating_add(1));
                    sink(Record::Unreadable(Unreadable { at, fault: Fault::Sqlite { code: 11 } }))
                }
            }
        })?;
        if !stopped {
            if let Some(rows) = self.description.rows.filter(|rows| *rows > tally.seen) {
                findings.push(finding(format!("rows_unaccounted:{}", rows - tally.seen)));
                tally.unreadable += rows - tally.seen;
                tally.seen = rows;
            }
            if maker.files.missing > 0 {
                let (missing, bytes) = (maker.files.missing, maker.files.missing_bytes);
                findings.push(finding(format!("attachments_missing:{missing}/{bytes}")));
            }
            // numbers go up to the highest ever given
            if let Some(highest) = self.highest().and_then(|h| h.checked_add(1)) {
                gaps.note(highest);
            }
            if gaps.absent > 0 {
                findings.push(finding(format!("rows_absent:{}/{}", gaps.absent, gaps.holes)));
            }
            sorts.findings(self, &maker.maps, &mut findings);
            if tally.messages == 0 {
                findings.push(finding("no_messages".to_owned()));
            }
        }
        drop(maker);
        self.findings.extend(findings);
        Ok(tally)
    }
}

/// Numbers of the messages in each chat, which are given without holes: chat, number, time (ms).
#[derive(Default)]
struct Sorts(Vec<(i64, i64, i64)>);

impl Sorts {
    fn note(&mut self, row: &Row<'_>) {
        if let (Some(chat), Some(sort)) = (row.chat, row.sort) {
            self.0.push((chat, sort, row.millis().unwrap_or(0)));
        }
    }

    /// What the holes of each chat say, at the row of the chat: how many messages are gone, in how many
    /// runs, between which times the first run lay; and whether its last message is gone.
    fn findings(mut self, reader: &Reader, maps: &Maps, findings: &mut Vec<Finding>) {
        self.0.sort_unstable();
        let mut chats: Vec<i64> = maps.chats.keys().copied().collect();
        chats.sort_unstable();
        let mut named = 0_usize;
        let mut at = |chat: i64, code: String| {
            named += 1;
            let at = Some(reader.at("ZWACHATSESSION", chat));
            (named <= MOST_NAMED).then_some(Finding { code, at })
        };
        let mut more = Vec::new();
        let mut feeds = 0_u64;
        for chat in chats {
            let start = self.0.partition_point(|s| s.0 < chat);
            let mine: Vec<_> = self.0[start..].iter().take_while(|s| s.0 == chat).collect();
            let Some(known) = maps.chats.get(&chat) else { continue };
            if known.is_feed {
                // what a person showed for a day is gone the next
                let kept = i64::try_from(mine.len()).unwrap_or(i64::MAX);
                feeds += u64::from(known.counter.is_some_and(|counter| counter - 1 > kept));
                continue;
            }
            let mut gaps = Gaps::default();
            gaps.note(0);
            let (mut first, mut before) = (None, None);
            for (_, sort, time) in mine.iter().copied() {
                gaps.note(*sort);
                if gaps.holes == 1 && first.is_none() {
                    first = Some((before, Some(*time)));
                }
                before = Some(*time);
            }
            if let Some(counter) = known.counter.filter(|c| *c > 0) {
                gaps.note(counter);
                if gaps.holes == 1 && first.is_none() {
                    first = Some((before, None));
                }
            }
            if let (true, Some((from, to))) = (gaps.absent > 0, first) {
                let show = |ms: Option<i64>| {
                    ms.and_then(|ms| Stamp::unix_millis(ms).rfc3339()).unwrap_or_else(|| "-".to_owned())
                };
                let code =
                    format!("chat_rows_absent:{}/{}:{}/{}", gaps.absent, gaps.holes, show(from), show(to));
                more.extend(at(chat, code));
            }
            let last = known.last.map(|d| Stamp::apple_double(d).millis());
            let newest = mine.iter().map(|s| s.2).max();
            match (last, newest) {
                (Some(last), Some(newest)) if last > newest.saturating_add(1000) => {
                    more.extend(at(chat, "last_message_absent".to_owned()));
                }
                (Some(_), None) => more.extend(at(chat, "chat_empty".to_owned())),
                _ => {}
            }
        }
        if feeds > 0 {
            more.push(finding(format!("status_feeds_with_absent_rows:{feeds}")));
        }
        if named > MOST_NAMED {
            more.push(finding(format!("chats_with_absent_rows_not_named:{}", named - MOST_NAMED)));
        }
        findings.append(&mut more);
    }
}
