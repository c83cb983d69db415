//! Parts of messages that were deleted and can still be recovered: rows of `recoverable_message_part`,
//! each a message of its own beside the one it was a part of, whose parts that were kept are its body.

use std::borrow::Cow;
use std::sync::Arc;

use evidence::{Database, column};
use model::{Event, Message, Origin, Place, Raw, Sensitive, SourceError};

use crate::kinds::at;
use crate::normalise::without_placeholders;
use crate::typedstream;

/// The table.
pub(crate) const TABLE: &str = "recoverable_message_part";

/// One deleted part.
pub(crate) struct Part {
    pub(crate) rowid: i64,
    pub(crate) message: i64,
    pub(crate) chat: i64,
    index: i64,
    deleted_at: i64,
    text: Option<Vec<u8>>,
}

/// All of them; nothing in a schema without the table. Tells whether any could not be reached.
pub(crate) fn read(database: &Database) -> Result<(Vec<Part>, bool), SourceError> {
    let columns = database.columns(TABLE)?;
    if !columns.contains("message_id") {
        return Ok((Vec::new(), false));
    }
    let list = ["message_id", "part_index", "delete_date", "part_text", "chat_id"]
        .map(|c| if columns.contains(c) { c } else { "NULL" })
        .join(", ");
    let mut parts = Vec::new();
    let damaged = crate::damage::each(database, TABLE, &list, &mut |row| {
        let int = |i| column::<Option<i64>>(row, i).ok().flatten().unwrap_or(0);
        let text = column::<Option<Vec<u8>>>(row, 4).ok().flatten();
        parts.push(Part {
            rowid: int(0),
            message: int(1),
            chat: int(5),
            index: int(2),
            deleted_at: int(3),
            text,
        });
    })?;
    Ok((parts, damaged))
}

impl Part {
    /// The message of the part, from the message that it was a part of.
    pub(crate) fn message(self, of: Message) -> Message {
        let Self { rowid, message: _, chat: _, index, deleted_at, text } = self;
        let mut doubts: Vec<Cow<'static, str>> = vec![format!("deleted_part:{index}").into()];
        at("deleted_at", deleted_at, &mut doubts);
        let keep = [
            "no_sender",
            "no_time",
            "no_service",
            "no_id",
            "unknown_handle",
            "ambiguous",
            "clock",
            "several_chats",
            "not_sent",
            "scheduled",
        ];
        doubts.extend(of.doubts.iter().filter(|d| keep.iter().any(|k| d.starts_with(k))).cloned());
        let body = text.as_deref().and_then(|text| body(text, &mut doubts));
        Message {
            // as Messages itself names a part of a message
            id: of.id.as_ref().map(|id| Sensitive::new(Arc::from(format!("p:{index}/{}", id.expose())))),
            body,
            subject: None,
            attachments: Vec::new(),
            edits: Vec::new(),
            unsent: false,
            unsent_parts: Vec::new(),
            reactions: Vec::new(),
            deleted: true,
            event: of.event.filter(|e| matches!(e, Event::Other { .. })),
            doubts,
            origin: Origin {
                place: Place::Row { table: Cow::Borrowed(TABLE), rowid, column: None },
                ..of.origin
            },
            raw: text
                .into_iter()
                .map(|bytes| Raw { name: Cow::Borrowed("part_text"), bytes: Sensitive::new(bytes) })
                .collect(),
            ..of
        }
    }
}

/// The text of a part: rich, else plain.
fn body(text: &[u8], doubts: &mut Vec<Cow<'static, str>>) -> Option<model::Text> {
    let decoded = typedstream::decode(text);
    let shown: Cow<'_, str> = match &decoded {
        Ok(rich) => {
            if rich.fault.is_some() {
                doubts.push("rich_text_damaged:part_text".into());
            }
            Cow::Borrowed(&rich.text)
        }
        Err(_) => match std::str::from_utf8(text) {
            Ok(plain) => Cow::Borrowed(plain),
            Err(_) => {
                doubts.push("rich_text_unreadable:part_text".into());
                return None;
            }
        },
    };
    without_placeholders(&shown, false).map(Sensitive::new)
}
