//! A row of `ZWAMESSAGE` as found: columns are probed and borrowed, whatever they hold.

use std::borrow::Cow;

use model::Stamp;
use rusqlite::Row as SqlRow;

use crate::take::Take;

/// Columns of `ZWAMESSAGE`, in the order of [`Row::take`].
pub(crate) const COLUMNS: [&str; 15] = [
    "ZCHATSESSION",
    "ZGROUPMEMBER",
    "ZISFROMME",
    "ZMESSAGETYPE",
    "ZGROUPEVENTTYPE",
    "ZMESSAGEDATE",
    "ZSENTDATE",
    "ZFROMJID",
    "ZTOJID",
    "ZSTANZAID",
    "ZTEXT",
    "ZMEDIAITEM",
    "ZMESSAGEINFO",
    "ZPARENTMESSAGE",
    "ZSORT",
];

/// One row.
pub(crate) struct Row<'a> {
    pub(super) rowid: i64,
    pub(crate) chat: Option<i64>,
    pub(super) member: Option<i64>,
    pub(super) from_me: bool,
    pub(super) kind: i64,
    pub(super) code: i64,
    pub(crate) date: Option<f64>,
    pub(super) sent: Option<f64>,
    pub(super) from: Option<Cow<'a, str>>,
    pub(super) to: Option<Cow<'a, str>>,
    pub(super) stanza: Option<Cow<'a, str>>,
    pub(super) text: Option<Cow<'a, str>>,
    pub(super) media: Option<i64>,
    pub(super) info: Option<i64>,
    pub(super) parent: Option<i64>,
    /// Number of the message in its chat.
    pub(crate) sort: Option<i64>,
    pub(super) bad: Vec<&'static str>,
}

impl<'a> Row<'a> {
    /// Takes all columns.
    pub(crate) fn take(rowid: i64, row: &'a SqlRow<'_>) -> Self {
        let mut take = Take::new(row, &COLUMNS);
        let t = &mut take;
        let mut this = Self {
            rowid,
            chat: t.int(),
            member: t.int(),
            from_me: t.int().unwrap_or(0) != 0,
            kind: t.int().unwrap_or(0),
            code: t.int().unwrap_or(0),
            date: t.real().filter(|d| *d != 0.0),
            sent: t.real().filter(|d| *d != 0.0),
            from: t.text(),
            to: t.text(),
            stanza: t.text(),
            text: t.text(),
            media: t.int(),
            info: t.int(),
            parent: t.int(),
            sort: t.int(),
            bad: Vec::new(),
        };
        this.bad = take.bad;
        this
    }

    /// When, in milliseconds since 1970.
    pub(crate) fn millis(&self) -> Option<i64> {
        self.date.map(|d| Stamp::apple_double(d).millis())
    }
}
