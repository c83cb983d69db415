//! A row of the table `pdu` with its parts and addresses, as any copy has them, to a message.

use std::borrow::Cow;
use std::sync::Arc;

use model::{Attachment, Direction, Event, Message, Place, Raw, ReadAt, Sensitive, Unit};

use crate::book::{Book, text};
use crate::parties::{AddrKind, parties};
use crate::rcs::mirrored_id;
use crate::text::unfold;
use crate::times::{add, sent, time};

/// An address of an MMS, as stored.
pub struct Addr {
    /// As stored; the placeholder `insert-address-token` stands for the owner.
    pub address: String,
    /// 137 From, 151 To, 130 Cc, 129 Bcc.
    pub kind: i64,
    /// Character set of the address.
    pub charset: Option<i64>,
}

/// What a part holds beside its text.
pub enum Content {
    /// Nothing, and nothing is missing.
    None,
    /// The part has content that this copy does not have.
    Missing,
    /// The content.
    There {
        /// The bytes.
        bytes: Arc<dyn ReadAt>,
        /// How many.
        size: u64,
        /// Their SHA-256.
        sha256: [u8; 32],
    },
}

/// A part of an MMS.
pub struct Part {
    /// Media type.
    pub mime: Option<String>,
    /// File name.
    pub name: Option<String>,
    /// Text that is kept in the row.
    pub text: Option<String>,
    /// The rest.
    pub content: Content,
}

/// A row of `pdu`. Absent values are `None`; nothing is normalised yet.
#[derive(Default)]
pub struct Mms {
    /// The others of the thread, in the order in which they are stored.
    pub listed: Vec<String>,
    /// The addresses of the message itself.
    pub addrs: Vec<Addr>,
    /// Time of the row, in `unit`.
    pub date: Option<i64>,
    /// Unit of `date`: seconds in the provider, milliseconds in XML.
    pub millis: bool,
    /// Seconds since 1970, 0 for none.
    pub date_sent: Option<i64>,
    /// 1 inbox, 2 sent, 3 drafts, 4 outbox, 5 failed.
    pub msg_box: Option<i64>,
    /// 128 sent, 132 received, 130 announced and not fetched.
    pub m_type: Option<i64>,
    /// Message id of the MMS centre.
    pub m_id: Option<String>,
    /// Transaction id; names the RCS message in a mirrored one.
    pub tr_id: Option<String>,
    /// Subject, bytes as characters.
    pub subject: Option<String>,
    /// Character set of the subject.
    pub subject_charset: Option<i64>,
    /// Name of the other side in the phone's address book.
    pub name: Option<String>,
    /// Whether that name is the sender's, also in a group.
    pub name_of_sender: bool,
    /// The owner's number on the card of this row.
    pub own: Option<String>,
    /// Parts in the order in which they are stored.
    pub parts: Vec<Part>,
    /// What the copy found odd.
    pub doubts: Vec<Cow<'static, str>>,
    /// Columns kept as they are.
    pub raw: Vec<Raw>,
}

fn of_box(msg_box: i64) -> Option<(Direction, Option<&'static str>)> {
    Some(match msg_box {
        1 => (Direction::In, None),
        2 => (Direction::Out, None),
        3 => (Direction::Out, Some("draft")),
        4 => (Direction::Out, Some("not_sent:outbox")),
        5 => (Direction::Out, Some("not_sent:failed")),
        _ => return None,
    })
}

/// Parts sorted into text, attachments and presentation.
struct Sorted {
    body: Option<String>,
    attachments: Vec<Attachment>,
}

fn sort_parts(
    parts: Vec<Part>,
    book: &mut Book,
    raw: &mut Vec<Raw>,
    doubts: &mut Vec<Cow<'static, str>>,
) -> Sorted {
    let mut body: Option<String> = None;
    let mut attachments = Vec::new();
    for Part { mime, name, text: words, content } in parts {
        let kind = mime.as_deref().unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let mut attachment = Attachment {
            name: name.as_deref().map(text),
            mime: mime.as_deref().map(|m| book.mime(m)),
            size: None,
            sha256: None,
            missing: false,
            content: None,
        };
        match (content, words) {
            // SMIL says how the other parts are shown; it is no content
            (Content::None | Content::Missing, words) if kind == "application/smil" => {
                raw.extend(words.map(|w| Raw { name: "smil".into(), bytes: Sensitive::new(w.into_bytes()) }));
            }
            (Content::None, None) if kind == "text/plain" => add(doubts, "part_without_text"),
            (Content::None | Content::Missing, Some(words)) if kind == "text/plain" => match &mut body {
                None => body = Some(words),
                Some(body) => {
                    body.push('\n');
                    body.push_str(&words);
                }
            },
            (Content::There { bytes, size, sha256 }, words) => {
                if let Some(words) = words {
                    match &mut body {
                        None if kind == "text/plain" => body = Some(words),
                        _ => raw.push(Raw {
                            name: "part_text".into(),
                            bytes: Sensitive::new(words.into_bytes()),
                        }),
                    }
                }
                attachment.size = Some(size);
                attachment.sha256 = Some(sha256);
                attachment.content = Some(bytes);
                attachments.push(attachment);
            }
            // text of another kind (HTML, a business card) is a file whose content lies in the row
            (Content::None | Content::Missing, Some(words)) => {
                let bytes = words.into_bytes();
                attachment.size = Some(bytes.len() as u64);
                attachment.sha256 = Some(book_hash(&bytes));
                attachment.content = Some(Arc::new(bytes));
                attachments.push(attachment);
            }
            (Content::None | Content::Missing, None) => {
                attachment.missing = true;
                attachments.push(attachment);
            }
        }
    }
    Sorted { body, attachments }
}

fn book_hash(bytes: &[u8]) -> [u8; 32] {
    use sha2::Digest;
    sha2::Sha256::digest(bytes).into()
}

impl Mms {
    /// The message of this row.
    pub fn message(self, book: &mut Book, place: Place) -> Message {
        let Self {
            listed,
            addrs,
            date,
            millis,
            date_sent,
            msg_box,
            m_type,
            m_id,
            tr_id,
            subject,
            subject_charset,
            name,
            name_of_sender,
            own,
            parts,
            mut doubts,
            mut raw,
        } = self;
        book.note_own(own.as_deref());
        let (mut direction, doubt) = msg_box.and_then(of_box).unwrap_or_default();
        doubts.extend(doubt.map(Cow::Borrowed));
        let known_box = msg_box.is_some_and(|b| of_box(b).is_some());
        let mut event = None;
        match m_type {
            Some(128) if known_box && direction == Direction::In => add(&mut doubts, "type_contradicts_box"),
            Some(132) if known_box && direction == Direction::Out => add(&mut doubts, "type_contradicts_box"),
            Some(128 | 132) => {}
            Some(130) => {
                add(&mut doubts, "not_downloaded");
                event = Some(Event::Other { code: "m_type:130".to_owned(), text: None });
            }
            None | Some(0) => add(&mut doubts, "no_type"),
            Some(other) => {
                doubts.push(format!("unknown_type:{other}").into());
                event = Some(Event::Other { code: format!("m_type:{other}"), text: None });
            }
        }
        if !known_box {
            let code = msg_box.map_or_else(|| "none".to_owned(), |b| b.to_string());
            doubts.push(format!("unknown_box:{code}").into());
            direction = if m_type == Some(128) { Direction::Out } else { Direction::In };
        }
        let unit = if millis { Unit::UnixMillis } else { Unit::UnixSeconds };
        let sent_at = sent(date, unit, &mut doubts);
        // seconds in the provider, and milliseconds in some copies: both are common
        let mut ignored = Vec::new();
        let remote_at = time(date_sent, Unit::UnixSeconds, &mut ignored);
        let outgoing = direction == Direction::Out;
        let addrs: Vec<(AddrKind, String)> = addrs
            .into_iter()
            .map(|Addr { address, kind, charset }| (AddrKind::of(kind), unfold(&address, charset)))
            .collect();
        let parties = parties(book, &listed, &addrs, outgoing, &mut doubts);
        let group = parties.conversation.as_ref().is_some_and(|c| c.id.expose().ends_with("@rcs.google.com"));
        let mirrored = tr_id.as_deref().and_then(mirrored_id);
        let service = if mirrored.is_some() || group { "RCS" } else { "MMS" };
        if matches!(mirrored, Some(None)) {
            add(&mut doubts, "rcs_id_unreadable");
        }
        let id = mirrored.flatten().or_else(|| m_id.filter(|id| !id.is_empty()));
        let Sorted { body, attachments } = sort_parts(parts, book, &mut raw, &mut doubts);
        let sender_name = name.filter(|_| !outgoing && (parties.single || name_of_sender));
        let subject = subject.map(|s| unfold(&s, subject_charset)).filter(|s| !s.is_empty());
        Message {
            source: book.source().into(),
            service: service.into(),
            conversation: parties.conversation,
            id: id.as_deref().map(text),
            sender: parties.sender,
            sender_name: sender_name.as_deref().map(text),
            direction,
            sent_at,
            received_at: sent_at.filter(|_| !outgoing),
            delivered_at: None,
            read_at: None,
            remote_at,
            subject: subject.as_deref().map(text),
            body: body.as_deref().map(text),
            attachments,
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
