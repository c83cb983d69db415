//! Rows of `message` as found: columns are probed and borrowed, whatever they hold. A value of another
//! kind than the column should have is noted by name and taken as absent.

use std::borrow::Cow;
use std::collections::BTreeSet;

use rusqlite::Row as SqlRow;
use rusqlite::types::ValueRef;

use crate::extras;
use crate::normalise::target;

/// Columns read, in the order of [`Row`].
const COLUMNS: [&str; 33] = [
    "ROWID",
    "guid",
    "text",
    "attributedBody",
    "handle_id",
    "other_handle",
    "subject",
    "service",
    "error",
    "date",
    "date_read",
    "date_delivered",
    "is_from_me",
    "item_type",
    "group_title",
    "group_action_type",
    "associated_message_guid",
    "associated_message_type",
    "associated_message_emoji",
    "balloon_bundle_id",
    "payload_data",
    "expressive_send_style_id",
    "message_summary_info",
    "thread_originator_guid",
    "is_audio_message",
    "schedule_state",
    "is_stewie",
    "is_sos",
    "sent_or_received_off_grid",
    "is_corrupt",
    "is_expirable",
    "ck_chat_id",
    "cache_roomnames",
];

/// Columns without which no message can be told from another.
pub(crate) const NEEDED: [&str; 5] = ["guid", "text", "date", "handle_id", "is_from_me"];

/// Whether a schema is that of a phone of before iOS 6, which kept address, direction and time in other columns,
/// the time since 1970.
pub(crate) fn is_before_ios_6(columns: &BTreeSet<String>) -> bool {
    let has = |name: &str| columns.contains(name);
    has("address") && has("flags") && !has("is_from_me") && !has("handle_id")
}

/// The SELECT for a schema, without WHERE; columns that it lacks are NULL.
pub(crate) fn select(columns: &BTreeSet<String>) -> String {
    let list: Vec<String> = COLUMNS
        .iter()
        .map(|c| if *c == "ROWID" || columns.contains(*c) { format!("\"{c}\"") } else { "NULL".to_owned() })
        .collect();
    format!("SELECT {}, {} FROM message", list.join(", "), extras::condition(columns))
}

/// One row, borrowed from SQLite until the next step.
#[derive(Default)]
pub(crate) struct Row<'a> {
    pub(crate) rowid: i64,
    pub(crate) guid: Option<Cow<'a, str>>,
    pub(crate) text: Option<Cow<'a, str>>,
    pub(crate) attributed_body: Option<&'a [u8]>,
    pub(crate) handle_id: i64,
    pub(crate) other_handle: i64,
    pub(crate) subject: Option<Cow<'a, str>>,
    pub(crate) service: Option<Cow<'a, str>>,
    pub(crate) error: i64,
    pub(crate) date: i64,
    pub(crate) date_read: i64,
    pub(crate) date_delivered: i64,
    pub(crate) is_from_me: bool,
    pub(crate) item_type: i64,
    pub(crate) group_title: Option<Cow<'a, str>>,
    pub(crate) group_action_type: i64,
    pub(crate) associated_guid: Option<Cow<'a, str>>,
    pub(crate) associated_type: i64,
    pub(crate) associated_emoji: Option<Cow<'a, str>>,
    pub(crate) balloon: Option<Cow<'a, str>>,
    pub(crate) payload: Option<&'a [u8]>,
    pub(crate) effect: Option<Cow<'a, str>>,
    pub(crate) summary: Option<&'a [u8]>,
    pub(crate) thread_originator: Option<Cow<'a, str>>,
    pub(crate) is_audio: bool,
    pub(crate) schedule_state: i64,
    pub(crate) satellite: bool,
    pub(crate) sos: bool,
    pub(crate) off_grid: bool,
    pub(crate) corrupt: bool,
    pub(crate) expirable: bool,
    pub(crate) has_ck_chat: bool,
    /// A name for the room of a group, kept in the row.
    pub(crate) has_room: bool,
    /// Whether there is something in a column of [`extras`].
    pub(crate) rare: bool,
    /// Names of columns that hold something else than they should.
    pub(crate) bad: Vec<&'static str>,
}

impl<'a> Row<'a> {
    /// Takes all columns of a row of [`select`].
    pub(crate) fn take(row: &'a SqlRow<'_>) -> Self {
        let mut take = Take { row, at: 0, bad: Vec::new() };
        let t = &mut take;
        let mut this = Row {
            rowid: t.int(),
            guid: t.text(),
            text: t.text(),
            attributed_body: t.blob(),
            handle_id: t.int(),
            other_handle: t.int(),
            subject: t.text(),
            service: t.text(),
            error: t.int(),
            date: t.int(),
            date_read: t.int(),
            date_delivered: t.int(),
            is_from_me: t.int() != 0,
            item_type: t.int(),
            group_title: t.text(),
            group_action_type: t.int(),
            associated_guid: t.text(),
            associated_type: t.int(),
            associated_emoji: t.text(),
            balloon: t.text(),
            payload: t.blob(),
            effect: t.text(),
            summary: t.blob(),
            thread_originator: t.text(),
            is_audio: t.int() != 0,
            schedule_state: t.int(),
            satellite: t.int() != 0,
            sos: t.int() != 0,
            off_grid: t.int() != 0,
            corrupt: t.int() != 0,
            expirable: t.int() != 0,
            has_ck_chat: t.text().is_some(),
            has_room: t.text().is_some(),
            rare: t.int() != 0,
            bad: Vec::new(),
        };
        this.bad = take.bad;
        this
    }

    /// The guid of the message that this one answers: of its thread, or of the poll that it votes in.
    pub(crate) fn answers(&self) -> Option<&str> {
        let poll = self.associated_guid.as_deref().filter(|_| self.associated_type == 4000).map(target);
        self.thread_originator.as_deref().filter(|g| !g.is_empty()).or(poll)
    }

    /// Whether the row says that it is attached to a message in a way that is not known.
    pub(crate) fn is_unknown_kind(&self) -> bool {
        !(matches!(self.associated_type, 0 | 2 | 3 | 4000) || self.is_reaction())
    }

    /// Whether the row is a reaction: sticker 1000, tapbacks 2000 to 2007, their removals.
    pub(crate) fn is_reaction(&self) -> bool {
        is_reaction(self.associated_type)
    }
}

/// Whether an `associated_message_type` is folded into the message it is about.
pub(crate) fn is_reaction(associated_type: i64) -> bool {
    matches!(associated_type, 1000 | 2000..=2007 | 3000..=3007)
}

struct Take<'a, 's> {
    row: &'a SqlRow<'s>,
    at: usize,
    bad: Vec<&'static str>,
}

impl<'a> Take<'a, '_> {
    fn next(&mut self) -> (ValueRef<'a>, &'static str) {
        let name = COLUMNS.get(self.at).copied().unwrap_or("?");
        let value = self.row.get_ref(self.at).unwrap_or(ValueRef::Null);
        self.at += 1;
        (value, name)
    }

    /// An integer; NULL is 0, as every reader of this schema takes it. A number that is kept as something
    /// else is noted as bad and taken for what it says.
    fn int(&mut self) -> i64 {
        let (value, name) = self.next();
        match value {
            ValueRef::Integer(i) => i,
            ValueRef::Null => 0,
            #[expect(clippy::cast_possible_truncation, reason = "`as` saturates; a real is noted as bad")]
            ValueRef::Real(r) => {
                self.bad.push(name);
                r as i64
            }
            ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
                self.bad.push(name);
                std::str::from_utf8(bytes).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0)
            }
        }
    }

    /// A text. Whatever else stands in its place is noted as bad and taken for what it says.
    fn text(&mut self) -> Option<Cow<'a, str>> {
        let (value, name) = self.next();
        let text = match value {
            ValueRef::Null => return None,
            ValueRef::Text(bytes) | ValueRef::Blob(bytes) => String::from_utf8_lossy(bytes),
            ValueRef::Integer(i) => Cow::Owned(i.to_string()),
            ValueRef::Real(r) => Cow::Owned(r.to_string()),
        };
        let whole = matches!((value, &text), (ValueRef::Text(_), Cow::Borrowed(_)));
        if !whole {
            self.bad.push(name);
        }
        Some(text)
    }

    fn blob(&mut self) -> Option<&'a [u8]> {
        match self.next() {
            (ValueRef::Blob(bytes) | ValueRef::Text(bytes), _) => Some(bytes),
            (ValueRef::Null, _) => None,
            (_, name) => {
                self.bad.push(name);
                None
            }
        }
    }
}
