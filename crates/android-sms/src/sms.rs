//! A row of the table `sms`, as any copy has it, to a message.

use std::borrow::Cow;

use model::{Direction, Event, Message, Place, Raw, Unit};

use crate::book::{Book, text};
use crate::parties::parties;
use crate::times::{add, sent, time};

/// A row of `sms`. Absent values are `None`; nothing is normalised yet.
#[derive(Default)]
pub struct Sms {
    /// The other side; several joined by `~` in drafts to many.
    pub address: Option<String>,
    /// Milliseconds since 1970.
    pub date: Option<i64>,
    /// Milliseconds since 1970, 0 for none.
    pub date_sent: Option<i64>,
    /// 1 inbox, 2 sent, 3 draft, 4 outbox, 5 failed, 6 queued.
    pub kind: Option<i64>,
    /// -1 none, 0 complete, 32 pending, 64 failed.
    pub status: Option<i64>,
    /// Subject, where a vendor has one.
    pub subject: Option<String>,
    /// The text; an empty one is there.
    pub body: Option<String>,
    /// Name of the other side in the phone's address book.
    pub name: Option<String>,
    /// The owner's number on the card of this row.
    pub own: Option<String>,
    /// Whether the row is in a table of suspected spam.
    pub spam: bool,
    /// What the copy found odd.
    pub doubts: Vec<Cow<'static, str>>,
    /// Columns kept as they are.
    pub raw: Vec<Raw>,
}

/// Direction and doubt of a box; `None` for a number that no public source names.
fn of_box(kind: i64) -> Option<(Direction, Option<&'static str>)> {
    Some(match kind {
        1 => (Direction::In, None),
        2 => (Direction::Out, None),
        3 => (Direction::Out, Some("draft")),
        4 => (Direction::Out, Some("not_sent:outbox")),
        5 => (Direction::Out, Some("not_sent:failed")),
        6 => (Direction::Out, Some("not_sent:queued")),
        _ => return None,
    })
}

impl Sms {
    /// The message of this row.
    pub fn message(self, book: &mut Book, place: Place) -> Message {
        let Self { address, date, date_sent, kind, status, subject, body, name, own, spam, mut doubts, raw } =
            self;
        book.note_own(own.as_deref());
        let mut event = None;
        let direction = match kind.map(of_box) {
            Some(Some((direction, doubt))) => {
                doubts.extend(doubt.map(Cow::Borrowed));
                direction
            }
            unknown => {
                let code = kind.map_or_else(|| "none".to_owned(), |k| k.to_string());
                doubts.push(format!("unknown_type:{code}").into());
                if unknown.is_some() {
                    event = Some(Event::Other { code: format!("type:{code}"), text: None });
                }
                Direction::In
            }
        };
        if status == Some(64) && direction == Direction::Out {
            add(&mut doubts, "not_delivered");
        }
        if spam {
            add(&mut doubts, "spam_folder");
        }
        let sent_at = sent(date, Unit::UnixMillis, &mut doubts);
        let remote_at = time(date_sent, Unit::UnixMillis, &mut doubts);
        let listed: Vec<String> = address.iter().flat_map(|a| a.split('~')).map(str::to_owned).collect();
        let outgoing = direction == Direction::Out;
        let mut odd = Vec::new();
        let parties = parties(book, &listed, &[], outgoing, &mut odd);
        // an SMS has no other sender than its address
        doubts.extend(odd.into_iter().filter(|d| d != "sender_from_conversation"));
        // of a kind that is not known nobody can say who wrote it
        let sender = parties.sender.filter(|_| event.is_none() && kind.is_some());
        if sender.is_none() {
            add(&mut doubts, "no_sender");
        }
        let sender_name = name.filter(|_| !outgoing && parties.single && sender.is_some());
        Message {
            source: book.source().into(),
            service: "SMS".into(),
            conversation: parties.conversation,
            id: None,
            sender,
            sender_name: sender_name.as_deref().map(text),
            direction,
            sent_at,
            received_at: sent_at.filter(|_| !outgoing),
            delivered_at: None,
            read_at: None,
            remote_at,
            subject: subject.filter(|s| !s.is_empty()).as_deref().map(text),
            body: body.as_deref().map(text),
            attachments: Vec::new(),
            edits: Vec::new(),
            unsent: false,
            unsent_parts: Vec::new(),
            reactions: Vec::new(),
            reply_to: None,
            deleted: false,
            expires_after_s: None,
            event,
            classification: None,
            doubts,
            origin: book.origin(place),
            raw,
        }
    }
}
