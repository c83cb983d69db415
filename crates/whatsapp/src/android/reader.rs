//! The scan of `msgstore.db`: every row of `message`, then every row of `messages` that is not among them,
//! then reactions whose message is gone. Every row is a message, part of one, or listed as unreadable.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::ControlFlow;

use evidence::{Database, Evidence};
use model::{
    Fault, Finding, Location, MessageSource, Place, Record, SourceDescription, SourceError, Stamp, Tally,
    Text, Unreadable,
};
use sha2::{Digest, Sha256};

use super::add_ons::{REACTION, VOTE};
use super::find;
pub(super) use super::message::Folder;
use super::message::{Maker, me};
use super::people::{Chats, Names, People};
use super::rows::{NEW, OLD, Row};
use super::sides::Sides;
use crate::gaps::Gaps;
use crate::jid::text;
use crate::scan::{Step, scan};
use crate::take::list;

/// Reader and version, as each message carries it.
pub(crate) const VERSION: &str = "whatsapp-android 1";

/// An opened msgstore.db.
pub(super) struct Reader {
    database: Database,
    sha256: [u8; 32],
    name: Text,
    names: Names,
    folder: Folder,
    owner: Option<String>,
    description: SourceDescription,
    findings: Vec<Finding>,
}

fn finding(code: String) -> Finding {
    Finding { code, at: None }
}

impl Reader {
    /// Opens the database.
    pub(super) fn open(
        database: Database,
        main: &Evidence,
        names: Names,
        folder: Folder,
        owner: Option<String>,
    ) -> Result<Self, SourceError> {
        if !find::has_messages(&database)? {
            return Err(SourceError::Missing { what: "table message in msgstore.db" });
        }
        let findings = database.findings();
        let (mut rows, mut newest) = (Some(0), None);
        for table in ["message", "messages", "message_add_on"] {
            if database.columns(table)?.is_empty() {
                continue;
            }
            rows = rows.zip(database.count(table).ok()).map(|(a, b)| a + b);
            let sql = format!("SELECT timestamp FROM \"{table}\" ORDER BY ROWID DESC LIMIT 1");
            let last = database.connection().query_row(&sql, [], |row| row.get::<_, i64>(0));
            newest = newest.max(last.ok().filter(|t| *t > 0));
        }
        let description = SourceDescription {
            reader: VERSION.to_owned(),
            schemas: vec![(main.name.clone(), database.schema_sha256()?)],
            evidence: Vec::new(),
            rows,
            newest: newest.map(Stamp::unix_millis),
            findings: findings.clone(),
        };
        let name = text(&main.name);
        Ok(Self { database, sha256: main.sha256, name, names, folder, owner, description, findings })
    }

    fn at(&self, table: &'static str, rowid: i64) -> Location {
        let place = Place::Row { table: Cow::Borrowed(table), rowid, column: None };
        Location { evidence: self.name.expose().to_string(), place }
    }
}

/// What tells a message from every other, in either generation.
fn identity(chat: &str, from_me: bool, key_id: &str) -> [u8; 16] {
    let mut hasher = Sha256::new();
    for part in [chat, if from_me { "1" } else { "0" }, key_id] {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    let digest: [u8; 32] = hasher.finalize().into();
    std::array::from_fn(|i| digest[i])
}

/// One scan of one table.
struct Pass<'s> {
    tally: Tally,
    findings: Vec<Finding>,
    sink: &'s mut dyn FnMut(Record) -> ControlFlow<()>,
}

impl Pass<'_> {
    fn give(&mut self, record: Record) -> ControlFlow<()> {
        match &record {
            Record::Message(_) => self.tally.messages += 1,
            Record::Folded { .. } => self.tally.folded += 1,
            Record::Unreadable(_) => self.tally.unreadable += 1,
        }
        self.tally.seen += 1;
        (self.sink)(record)
    }

    fn damage(&mut self, at: Location, after: i64, next: Option<i64>) -> ControlFlow<()> {
        if let Some(next) = next {
            self.findings.push(finding(format!("rows_unreadable_between:{after}-{next}")));
        }
        self.give(Record::Unreadable(Unreadable { at, fault: Fault::Sqlite { code: 11 } }))
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
        let mut pass = Pass { tally: Tally::default(), findings: Vec::new(), sink };
        let people = People::read(&self.database, self.names.clone(), self.owner.clone())?;
        let chats = Chats::read(&self.database, &people)?;
        if chats.ephemeral > 0 {
            pass.findings.push(finding(format!("disappearing_messages:{}", chats.ephemeral)));
        }
        let mut maker = Maker {
            people,
            chats,
            sides: Sides::open(&self.database, &mut pass.findings)?,
            folder: &self.folder,
            files: crate::media::Files::default(),
            evidence: self.name.clone(),
            sha256: self.sha256,
            me: me(),
        };
        let stopped = self.tables(&mut maker, &mut pass)?;
        let (missing, bytes) = (maker.files.missing, maker.files.missing_bytes);
        let Pass { tally, findings, .. } = pass;
        drop(maker);
        self.findings.extend(findings);
        if !stopped {
            if missing > 0 {
                self.findings.push(finding(format!("attachments_missing:{missing}/{bytes}")));
            }
            if tally.messages == 0 {
                self.findings.push(finding("no_messages".to_owned()));
            }
        }
        Ok(tally)
    }
}

impl Reader {
    /// Reads everything; gives whether the sink broke it off.
    fn tables(&self, maker: &mut Maker<'_>, pass: &mut Pass<'_>) -> Result<bool, SourceError> {
        let (new, old) = (self.database.columns("message")?, self.database.columns("messages")?);
        let both = !new.is_empty() && old.contains("key_remote_jid");
        let mut known: HashSet<[u8; 16]> = HashSet::new();
        let mut kept = [0_u64; 2];
        for (which, (table, columns)) in [("message", &new), ("messages", &old)].into_iter().enumerate() {
            if columns.is_empty() {
                continue;
            }
            let wanted: &[&str] = if which == 0 { &NEW } else { &OLD };
            let needed = ["key_id", if which == 0 { "chat_row_id" } else { "key_remote_jid" }, "timestamp"];
            for missing in needed.iter().filter(|c| !columns.contains(**c)) {
                pass.findings.push(finding(format!("unknown_schema:{table}.{missing}")));
            }
            let list = list(columns, wanted);
            let mut gaps = Gaps::default();
            let before = pass.tally.seen;
            let stopped = scan(&self.database, table, &list, &mut |step| {
                let (rowid, row) = match step {
                    Step::Row(rowid, row) => (rowid, row),
                    Step::Damage { after, next } => {
                        return pass.damage(self.at(table, after.saturating_add(1)), after, next);
                    }
                };
                gaps.note(rowid);
                let row = if which == 0 { Row::new(rowid, row) } else { Row::old(rowid, row) };
                if row.is_placeholder() {
                    return pass.give(Record::Folded { at: self.at(table, rowid) });
                }
                if both && let (Some(chat), Some(key)) = (maker.chat_jid(&row), row.key_id.as_deref()) {
                    let identity = identity(&chat, row.from_me, key);
                    if which == 0 {
                        known.insert(identity);
                    } else if known.contains(&identity) {
                        return pass.give(Record::Folded { at: self.at(table, rowid) });
                    }
                }
                kept[which] += 1;
                pass.give(Record::Message(Box::new(maker.message(&row, table))))
            })?;
            if stopped {
                return Ok(true);
            }
            self.lost(table, pass.tally.seen - before, pass);
            if gaps.absent > 0 {
                pass.findings.push(finding(format!("rows_absent:{table}:{}/{}", gaps.absent, gaps.holes)));
            }
        }
        if kept[0] > 0 && kept[1] > 0 {
            pass.findings.push(finding(format!("both_generations:{}/{}", kept[0], kept[1])));
        }
        drop(known);
        self.add_ons(maker, pass)
    }

    /// Rows that the table says it has and the scan never met.
    fn lost(&self, table: &'static str, met: u64, pass: &mut Pass<'_>) {
        if let Ok(rows) = self.database.count(table)
            && rows > met
        {
            pass.findings.push(finding(format!("rows_unaccounted:{table}:{}", rows - met)));
            pass.tally.unreadable += rows - met;
            pass.tally.seen += rows - met;
        }
    }

    /// Reactions live in their message; those whose message is gone are messages of their own.
    fn add_ons(&self, maker: &mut Maker<'_>, pass: &mut Pass<'_>) -> Result<bool, SourceError> {
        let exists = |table: &str| {
            self.database.connection().prepare(&format!("SELECT 1 FROM \"{table}\" WHERE ROWID = ?1")).ok()
        };
        let mut tables = ["message", "messages"].map(exists);
        let mut others = 0_u64;
        let mut parents: Vec<i64> = maker.sides.add_on.pairs.all().iter().map(|p| p.0).collect();
        parents.dedup();
        let (mut met, all) = (0, maker.sides.add_on.pairs.all().len() as u64);
        for parent in parents {
            let there = tables.iter_mut().flatten().any(|t| t.exists([parent]).unwrap_or(false));
            for add_on in maker.add_ons(parent) {
                met += 1;
                others += u64::from(add_on.kind != REACTION && !(there && add_on.kind == VOTE));
                let record = match there || add_on.kind != REACTION {
                    true => Record::Folded { at: self.at("message_add_on", add_on.row) },
                    false => Record::Message(Box::new(maker.orphan(&add_on))),
                };
                if pass.give(record).is_break() {
                    return Ok(true);
                }
            }
        }
        if others > 0 {
            pass.findings.push(finding(format!("add_ons_not_read:{others}")));
        }
        if all > met {
            pass.findings.push(finding(format!("rows_unaccounted:message_add_on:{}", all - met)));
            pass.tally.unreadable += all - met;
            pass.tally.seen += all - met;
        }
        Ok(false)
    }
}
