//! Rows of messages of both generations, in one shape: `message` (since 2021) refers to chats and senders
//! by number, `messages` names them, and keeps file and system event in columns of its own.

use std::borrow::Cow;

use rusqlite::Row as SqlRow;

use crate::take::Take;

/// Columns of `message`, in the order of [`Row::new`].
pub(crate) const NEW: [&str; 12] = [
    "chat_row_id",
    "from_me",
    "key_id",
    "sender_jid_row_id",
    "status",
    "timestamp",
    "received_timestamp",
    "receipt_server_timestamp",
    "message_type",
    "text_data",
    "origination_flags",
    "broadcast",
];

/// Columns of `messages`, in the order of [`Row::old`].
pub(crate) const OLD: [&str; 23] = [
    "key_remote_jid",
    "key_from_me",
    "key_id",
    "remote_resource",
    "status",
    "timestamp",
    "received_timestamp",
    "receipt_server_timestamp",
    "media_wa_type",
    "data",
    "media_mime_type",
    "media_size",
    "media_name",
    "media_caption",
    "media_hash",
    "media_url",
    "latitude",
    "longitude",
    "quoted_row_id",
    "edit_version",
    "receipt_device_timestamp",
    "read_device_timestamp",
    "thumb_image",
];

/// A chat or a person, by number or by address.
pub(crate) enum Named<'a> {
    Row(i64),
    Jid(Cow<'a, str>),
}

/// What only the old generation has.
pub(crate) struct Old<'a> {
    pub(crate) mime: Option<Cow<'a, str>>,
    pub(crate) size: Option<i64>,
    pub(crate) name: Option<Cow<'a, str>>,
    pub(crate) caption: Option<Cow<'a, str>>,
    pub(crate) hash: Option<Cow<'a, str>>,
    pub(crate) url: Option<Cow<'a, str>>,
    pub(crate) latitude: Option<f64>,
    pub(crate) longitude: Option<f64>,
    pub(crate) quoted: Option<i64>,
    pub(crate) edit_version: i64,
    pub(crate) delivered: Option<i64>,
    pub(crate) read: Option<i64>,
    pub(crate) thumb: Option<&'a [u8]>,
}

/// One row of either table.
pub(crate) struct Row<'a> {
    pub(crate) rowid: i64,
    pub(crate) chat: Option<Named<'a>>,
    pub(crate) from_me: bool,
    pub(crate) key_id: Option<Cow<'a, str>>,
    pub(crate) sender: Option<Named<'a>>,
    pub(crate) status: i64,
    pub(crate) timestamp: Option<i64>,
    pub(crate) received: Option<i64>,
    pub(crate) server: Option<i64>,
    /// Kind of the message; `None` where the column is empty, which the old generation has for text.
    pub(crate) kind: Option<i64>,
    pub(crate) text: Option<Cow<'a, str>>,
    pub(crate) old: Option<Old<'a>>,
    /// Names of columns that hold something else than they should.
    pub(crate) bad: Vec<&'static str>,
}

/// A time: unset is 0 or -1.
fn time(raw: Option<i64>) -> Option<i64> {
    raw.filter(|t| *t > 0)
}

impl<'a> Row<'a> {
    /// A row of `message`.
    pub(crate) fn new(rowid: i64, row: &'a SqlRow<'_>) -> Self {
        let mut take = Take::new(row, &NEW);
        let t = &mut take;
        let mut this = Self {
            rowid,
            chat: t.int().map(Named::Row),
            from_me: t.int().unwrap_or(0) != 0,
            key_id: t.text(),
            sender: t.int().filter(|row| *row > 0).map(Named::Row),
            status: t.int().unwrap_or(0),
            timestamp: time(t.int()),
            received: time(t.int()),
            server: time(t.int()),
            kind: t.int(),
            text: t.text(),
            old: None,
            bad: Vec::new(),
        };
        this.bad = take.bad;
        this
    }

    /// A row of `messages`.
    pub(crate) fn old(rowid: i64, row: &'a SqlRow<'_>) -> Self {
        let mut take = Take::new(row, &OLD);
        let t = &mut take;
        let mut this = Self {
            rowid,
            chat: t.text().map(Named::Jid),
            from_me: t.int().unwrap_or(0) != 0,
            key_id: t.text(),
            sender: t.text().map(Named::Jid),
            status: t.int().unwrap_or(0),
            timestamp: time(t.int()),
            received: time(t.int()),
            server: time(t.int()),
            kind: t.int(),
            text: t.text(),
            old: None,
            bad: Vec::new(),
        };
        let old = Old {
            mime: t.text(),
            size: t.int(),
            name: t.text(),
            caption: t.text(),
            hash: t.text(),
            url: t.text(),
            latitude: t.real(),
            longitude: t.real(),
            quoted: t.int().filter(|row| *row > 0),
            edit_version: t.int().unwrap_or(0),
            delivered: time(t.int()),
            read: time(t.int()),
            thumb: t.blob(),
        };
        this.old = Some(old);
        this.bad = take.bad;
        this
    }

    /// The row that every database begins with and that is no message.
    pub(crate) fn is_placeholder(&self) -> bool {
        let no_chat = match &self.chat {
            Some(Named::Row(row)) => *row == -1,
            Some(Named::Jid(jid)) => jid == "-1",
            None => false,
        };
        no_chat && self.key_id.as_deref() == Some("-1") && self.timestamp.is_none() && self.text.is_none()
    }
}
