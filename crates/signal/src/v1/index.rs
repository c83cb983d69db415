//! The first way through an Android backup: every frame and file authenticated, the small tables
//! gathered, and for what belongs to a message the place where it lies. Messages themselves are not
//! kept.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use model::{Finding, Location, Place, SourceError};

use super::cipher::FileAt;
use super::frames::{self, Damage, File, FrameAt, Frames, Step};
use super::groups;
use super::kinds::{self, Group};
use super::people::People;
use super::refs::Refs;
use super::statement::{self, Sql, Value};
use super::tables::{self, *};
use crate::draft::code;
use crate::proto;

/// Most tables of a backup; today there are about 60.
const TABLES: usize = 2000;
/// Most files, and most earlier revisions.
const MOST: usize = 2_000_000;

/// A table that is read.
pub(crate) enum Table {
    /// Messages; whether of the table `sms`, whose numbers are its own.
    Messages(MessageColumns, bool, &'static str),
    Recipients(RecipientColumns),
    Threads(ThreadColumns),
    Groups(GroupColumns),
    Members(MemberColumns),
    Attachments(AttachmentColumns),
    Reactions(ReactionColumns),
    Mentions(MentionColumns),
    Polls(PollColumns),
    Options(OptionColumns),
    Votes(VoteColumns),
    /// Not read.
    Other,
}

impl Table {
    fn of(name: &str, columns: &[String]) -> Self {
        match name {
            "message" => Self::Messages(MessageColumns::of(columns), false, "message"),
            "mms" => Self::Messages(MessageColumns::of(columns), false, "mms"),
            "sms" => Self::Messages(MessageColumns::of(columns), true, "sms"),
            "recipient" | "recipient_preferences" => Self::Recipients(RecipientColumns::of(columns)),
            "thread" => Self::Threads(ThreadColumns::of(columns)),
            "groups" => Self::Groups(GroupColumns::of(columns)),
            "group_membership" => Self::Members(MemberColumns::of(columns)),
            "attachment" | "part" => Self::Attachments(AttachmentColumns::of(columns)),
            "reaction" => Self::Reactions(ReactionColumns::of(columns)),
            "mention" => Self::Mentions(MentionColumns::of(columns)),
            "poll" => Self::Polls(PollColumns::of(columns)),
            "poll_option" => Self::Options(OptionColumns::of(columns)),
            "poll_vote" => Self::Votes(VoteColumns::of(columns)),
            _ => Self::Other,
        }
    }
}

/// The tables of a backup, each with the number of its columns.
#[derive(Default)]
pub(crate) struct Schema {
    tables: HashMap<String, (Table, usize)>,
    ddl: Vec<String>,
}

impl Schema {
    fn note(&mut self, name: &str, columns: &[String], sql: &str) {
        if self.tables.len() < TABLES {
            self.tables.insert(name.to_owned(), (Table::of(name, columns), columns.len()));
            self.ddl.push(sql.to_owned());
        }
    }

    /// The table and its number of columns.
    pub(crate) fn table(&self, name: &str) -> Option<(&Table, usize)> {
        self.tables.get(name).map(|(t, n)| (t, *n))
    }

    /// SHA-256 over the statements that made the tables, sorted, each with a newline behind it.
    pub(crate) fn sha256(&self) -> [u8; 32] {
        let mut ddl: Vec<&str> = self.ddl.iter().map(String::as_str).collect();
        ddl.sort_unstable();
        evidence::digest(ddl.iter().map(|s| format!("{s}\n")).collect::<String>().as_bytes())
    }
}

/// A name that a group got.
pub(crate) struct Rename {
    pub(crate) thread: i64,
    /// Row of the message that says so.
    pub(crate) row: i64,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
}

/// What the first way found.
#[derive(Default)]
pub(crate) struct Index {
    pub(crate) schema: Schema,
    pub(crate) people: People,
    pub(crate) attachments: Refs,
    pub(crate) reactions: Refs,
    pub(crate) mentions: Refs,
    pub(crate) polls: Refs,
    pub(crate) options: Refs,
    pub(crate) votes: Refs,
    /// Earlier revisions by the key of the last.
    pub(crate) revisions: Refs,
    /// Keys of earlier revisions.
    pub(crate) superseded: BTreeSet<i64>,
    latest: BTreeMap<i64, (i64, FrameAt)>,
    awaiting: BTreeSet<i64>,
    seen_latest: BTreeSet<i64>,
    pub(crate) renames: Vec<Rename>,
    /// Content of attachments by row: where it lies, and its hash when it is whole.
    pub(crate) files: HashMap<i64, (FileAt, Option<[u8; 32]>)>,
    pub(crate) damages: Vec<Damage>,
    /// Rows of the message tables.
    pub(crate) rows: u64,
    pub(crate) newest: i64,
    version: Option<u64>,
    files_damaged: u64,
    foreign: u64,
    unknown_frames: u64,
    other_rows: u64,
    ended: bool,
    unknown_columns: BTreeSet<String>,
}

/// The key of a message among those of both tables.
pub(crate) fn key(id: i64, sms: bool) -> i64 {
    id.wrapping_mul(2) | i64::from(sms)
}

impl Index {
    /// Goes through the backup.
    pub(crate) fn make(file: &Arc<File>, owner: Option<&str>) -> Result<Self, SourceError> {
        let io = |e: std::io::Error| SourceError::io("reading the backup", &e);
        let mut index = Self::default();
        let mut frames = Frames::of(file);
        let mut any = false;
        loop {
            let follows = match frames.next().map_err(io)? {
                Step::End => break,
                Step::Damaged(damage) => {
                    if !any && damage.resume.is_none() {
                        return Err(index.refuse(file, &damage));
                    }
                    index.damages.push(damage);
                    continue;
                }
                Step::Frame(at, frame) => {
                    any = true;
                    index.frame(at, frame)
                }
            };
            let Some((row, len)) = follows else { continue };
            let Some(at) = frames.pass_file(len) else {
                index.damages.push(frames.cut(len));
                break;
            };
            let sha256 = file.cipher.check_file(file.bytes.as_ref(), at).map_err(io)?;
            index.files_damaged += u64::from(sha256.is_none());
            if let Some(row) = row {
                if index.files.len() < MOST {
                    index.files.entry(row).or_insert((at, sha256));
                } else {
                    index.people.too_many += 1;
                }
            }
        }
        // what the operator says counts where the source does not say it
        if !index.people.knows_owner()
            && let Some(owner) = owner
        {
            index.people.owns_number(owner);
        }
        index.settle();
        Ok(index)
    }

    /// A first frame that does not fit and nothing behind it that does: the passphrase is another
    /// one, unless the file is cut before there is anything to tell by.
    fn refuse(&self, file: &File, damage: &Damage) -> SourceError {
        let left = file.bytes.len() - file.header.end;
        if left < 4 || (file.header.version == 0 && !matches!(damage.fault, model::Fault::Mismatch { .. })) {
            let at = Location { evidence: crate::v1::SHOWN.to_owned(), place: Place::Offset(damage.offset) };
            return SourceError::damaged(at, damage.fault.clone());
        }
        SourceError::WrongSecret { what: crate::v1::SECRET }
    }

    /// Takes a frame; gives the row and length of the file that follows it.
    fn frame(&mut self, at: FrameAt, frame: &[u8]) -> Option<(Option<i64>, u64)> {
        match frames::kind(frame) {
            frames::Kind::Statement(inner) => self.statement(at, inner),
            frames::Kind::Attachment { row, len } => return Some((Some(row.cast_signed()), len)),
            frames::Kind::OtherFile { len } => return Some((None, len)),
            frames::Kind::Preference(p) => self.setting(proto::text(p, 2), proto::text(p, 3)),
            frames::Kind::KeyValue(kv) => self.setting(proto::text(kv, 1), proto::text(kv, 7)),
            frames::Kind::Version(version) => self.version = Some(version),
            frames::Kind::End => self.ended = true,
            frames::Kind::Unknown => self.unknown_frames += 1,
        }
        None
    }

    /// Settings that say who the owner is. No other is looked at: they hold keys and the PIN.
    fn setting(&mut self, name: Option<String>, value: Option<String>) {
        match (name.as_deref(), value) {
            (Some("account.e164" | "pref_local_number"), Some(number)) => self.people.owns_number(&number),
            (Some("account.aci" | "pref_local_uuid"), Some(id)) => self.people.owns_service_id(&id),
            _ => {}
        }
    }

    fn statement(&mut self, at: FrameAt, inner: &[u8]) {
        let Some(sql) = statement::text(inner) else {
            self.foreign += 1;
            return;
        };
        match statement::parse(sql) {
            Sql::Table(name, columns) => {
                if matches!(name, "message" | "mms" | "sms") {
                    let known = |c: &str| MessageColumns::KNOWN.contains(&c) || tables::UNREAD.contains(&c);
                    let unknown = columns.iter().filter(|c| !known(c)).take(50);
                    self.unknown_columns
                        .extend(unknown.map(|c| format!("unknown_column:{name}.{}", code(c))));
                    if !columns.iter().any(|c| c == "body") {
                        self.unknown_columns.insert(format!("unknown_schema:{name}.body"));
                    }
                }
                self.schema.note(name, &columns, sql);
            }
            Sql::Row(name, None) => self.row(at, name, inner),
            Sql::Row(_, Some(_)) => self.foreign += 1,
            Sql::Other => {
                let first: String = sql.trim_start().chars().take(7).collect();
                self.foreign += u64::from(!first.trim_end().eq_ignore_ascii_case("CREATE"));
            }
        }
    }

    fn row(&mut self, at: FrameAt, name: &str, inner: &[u8]) {
        if matches!(name, "message" | "mms" | "sms") {
            self.rows += 1;
        }
        let Some((table, width)) = self.schema.table(name) else {
            self.other_rows += 1;
            return;
        };
        let mut values: Vec<Value<'_>> = Vec::new();
        if statement::parameters(inner, &mut values).is_err() || values.len() != width {
            // of a message table: counted again and reported on the second way
            self.other_rows += 1;
            return;
        }
        let cells = Cells(&values);
        match table {
            Table::Recipients(columns) => self.people.recipient(columns, cells),
            Table::Threads(columns) => self.people.thread(columns, cells),
            Table::Groups(columns) => self.people.group(columns, cells),
            Table::Members(columns) => self.people.member(columns, cells),
            // wallpapers and files about to be sent have a number below zero
            Table::Attachments(c) => {
                let message = cells.int(c.message).unwrap_or(i64::MAX >> 1);
                if message >= 0 {
                    self.attachments.note(key(message, false), at);
                }
            }
            Table::Reactions(c) => {
                let sms = c.is_mms.is_some() && !cells.flag(c.is_mms);
                self.reactions.note(key(cells.int(c.message).unwrap_or(i64::MAX >> 1), sms), at);
            }
            Table::Mentions(c) => self.mentions.note(key(cells.int(c.message).unwrap_or(0), false), at),
            Table::Polls(c) => self.polls.note(key(cells.int(c.message).unwrap_or(0), false), at),
            Table::Options(c) => self.options.note(cells.int(c.poll).unwrap_or(0), at),
            Table::Votes(c) => self.votes.note(cells.int(c.poll).unwrap_or(0), at),
            Table::Other => self.other_rows += 1,
            Table::Messages(c, sms, _) => {
                let kind = cells.int(c.kind).unwrap_or(0);
                let Some(id) = cells.int(c.id) else { return };
                let this = key(id, *sms);
                self.newest = self.newest.max(cells.int(c.sent).unwrap_or(0));
                if c.to.is_some()
                    && kinds::of(kind).outgoing
                    && let Some(from) = cells.int(c.from)
                {
                    self.people.wrote(from);
                }
                if self.awaiting.contains(&this) {
                    self.seen_latest.insert(this);
                }
                // an earlier revision too many stays a message of its own
                if let Some(latest) = cells.int(c.latest).filter(|l| *l != id && *l > 0)
                    && self.latest.len() < MOST
                {
                    self.latest.insert(this, (key(latest, *sms), at));
                    self.awaiting.insert(key(latest, *sms));
                }
                if kinds::of(kind).group == Some(Group::V2)
                    && let Some(context) = group_context(c, cells)
                    && let Ok(change) = groups::v2(&context, &|_| None)
                    && let Some((before, after)) = change.renamed
                    && self.renames.len() < 1_000_000
                {
                    let thread = cells.int(c.thread).unwrap_or(0);
                    self.renames.push(Rename { thread, row: id, before, after });
                }
            }
        }
    }

    /// After the last frame.
    fn settle(&mut self) {
        self.people.settle();
        // a revision of a revision belongs to the last of them; one whose last is not there stays a
        // message of its own
        for (this, (to, at)) in &self.latest {
            let (mut to, mut steps) = (*to, 0);
            while let Some((next, _)) = self.latest.get(&to).filter(|_| steps < 64) {
                to = *next;
                steps += 1;
            }
            if steps < 64 && self.seen_latest.contains(&to) {
                self.superseded.insert(*this);
                self.revisions.note(to, *at);
            }
        }
        self.renames.sort_by_key(|r| (r.thread, r.row));
        for refs in [
            &mut self.attachments,
            &mut self.reactions,
            &mut self.mentions,
            &mut self.polls,
            &mut self.options,
            &mut self.votes,
            &mut self.revisions,
        ] {
            refs.settle();
        }
    }

    /// Whether a row says that another is the last of its revisions, and that one is not there.
    pub(crate) fn is_orphaned_revision(&self, this: i64) -> bool {
        self.latest.contains_key(&this) && !self.superseded.contains(&this)
    }

    /// What a person must look at.
    pub(crate) fn findings(&self) -> Vec<Finding> {
        let mut codes: Vec<String> = self.unknown_columns.iter().cloned().collect();
        let refs =
            [&self.attachments, &self.reactions, &self.mentions, &self.polls, &self.options, &self.votes];
        let dropped: u64 = refs.iter().map(|r| r.dropped).sum::<u64>() + self.people.too_many;
        for (count, code) in [
            (self.people.timers, "conversations_with_timer"),
            (self.files_damaged, "files_damaged"),
            (self.foreign, "statements_not_run"),
            (self.unknown_frames, "unknown_frames"),
            (dropped, "rows_too_many"),
        ] {
            if count > 0 {
                codes.push(format!("{code}:{count}"));
            }
        }
        if !self.ended {
            codes.push("end_missing".to_owned());
        }
        if self.rows > 0 && !self.people.knows_owner() {
            codes.push("owner_unknown".to_owned());
        }
        codes.into_iter().map(|code| Finding { code, at: None }).collect()
    }

    /// Facts that need nobody's attention.
    pub(crate) fn notes(&self) -> Vec<String> {
        let version = self.version.map(|v| format!("database_version:{v}"));
        version.into_iter().chain([format!("rows_of_other_tables:{}", self.other_rows)]).collect()
    }
}

/// The description of a group's change in a row: in `message_extras` since 2023, else as base64 in the
/// text. Both hold keys.
pub(crate) fn group_context(c: &MessageColumns, cells: Cells<'_, '_>) -> Option<Vec<u8>> {
    use base64::Engine;
    use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
    if let Some(description) = cells.bytes(c.extras).and_then(|e| proto::last(e, 1)) {
        return proto::last(description.bytes(), 1).map(|c| c.bytes().to_vec());
    }
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(base64::engine::DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let body: Vec<u8> = cells.bytes(c.body)?.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
    GeneralPurpose::new(&base64::alphabet::STANDARD, config).decode(body).ok()
}
