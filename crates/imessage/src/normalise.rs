//! Row to message: pure, apart from the maps it is given.

use std::borrow::Cow;
use std::sync::Arc;

use model::{
    Action, Attachment, Conversation, Direction, Event, Fault, ME, Message, Origin, Place, Raw, Reaction,
    ReactionKind, Sensitive, Stamp, Text,
};

use crate::attachments::Found;
use crate::maps::Handle;
use crate::rows::Row;
use crate::summary::{self, Summary};
use crate::typedstream;

/// What a row is normalised with.
pub(crate) struct Context<'m> {
    pub(crate) evidence: &'m Text,
    pub(crate) sha256: [u8; 32],
    pub(crate) me: &'m Text,
    /// The chat the row is in, as it was then.
    pub(crate) conversation: Option<&'m Arc<Conversation>>,
    pub(crate) chat_service: Option<&'m str>,
    /// How many chats the row is in.
    pub(crate) chats: usize,
    pub(crate) deleted: bool,
    pub(crate) sender: Option<&'m Handle>,
    pub(crate) other: Option<&'m Handle>,
    pub(crate) attachments: Vec<Found>,
    pub(crate) reactions: Vec<Reaction>,
}

/// The message of a row.
pub(crate) fn message(row: &Row<'_>, context: Context<'_>) -> Message {
    let Context {
        evidence,
        sha256,
        me,
        conversation,
        chat_service,
        chats,
        deleted,
        sender,
        other,
        mut attachments,
        reactions,
    } = context;
    let mut doubts: Vec<Cow<'static, str>> =
        row.bad.iter().map(|c| format!("bad_column:{c}").into()).collect();
    let app = row.balloon.is_some();
    let body = body(row, app, &mut doubts);
    if let Some(body) = &body
        && attachments.len() > 1
    {
        let place = |f: &Found| {
            let guid = f.guid.as_deref()?;
            body.files.iter().position(|g| g == guid)
        };
        attachments.sort_by_key(|f| place(f).unwrap_or(usize::MAX));
    }
    let mut text = body.and_then(|b| b.text);
    let summary = summary(row, &mut doubts);
    let Summary { edits, edited_parts, unsent, parts: _, undecoded } = &summary;
    if *undecoded > 0 {
        doubts.push(format!("edits_undecoded:{undecoded}").into());
    }
    if *edited_parts > 1 {
        doubts.push("several_parts_edited".into());
    }
    if text.is_none() && *edited_parts == 1 && unsent.is_empty() {
        text = edits.last().and_then(|e| e.text.clone());
    }
    let whole = summary.all_unsent() || (!unsent.is_empty() && text.is_none() && attachments.is_empty());
    for found in &attachments {
        doubts.extend(found.doubts.iter().map(|d| Cow::Borrowed(*d)));
    }
    let sent_at = Stamp::apple(row.date);
    match sent_at {
        None => doubts.push("no_time".into()),
        Some(at) if !at.is_plausible() => doubts.push("clock_out_of_range".into()),
        Some(_) => {}
    }
    // the ends of the number range are no clock that was set wrong, but no time at all
    let sent_at = sent_at.filter(|at| !matches!(at.raw, i64::MIN | i64::MAX));
    let direction = if row.is_from_me { Direction::Out } else { Direction::In };
    let (from, sender_name) = match (row.is_from_me, sender) {
        (true, _) => (Some(me.clone()), None),
        (false, Some(handle)) => (Some(handle.address.clone()), handle.name.clone()),
        (false, None) => (None, None),
    };
    if from.is_none() {
        doubts.push(if row.handle_id == 0 { "no_sender" } else { "unknown_handle" }.into());
    } else if !row.is_from_me && sender.is_some_and(|h| h.ambiguous) {
        doubts.push("ambiguous_contact".into());
    }
    let event = event(row, from.as_ref(), other, &mut doubts);
    if conversation.is_none() {
        doubts.push(if row.has_ck_chat { "no_chat_but_named" } else { "no_chat" }.into());
    }
    if chats > 1 {
        doubts.push("several_chats".into());
    }
    kinds(row, &mut doubts);
    let outgoing = |at: Option<Stamp>| at.filter(|at| at.is_plausible());
    Message {
        source: Cow::Borrowed("ios"),
        service: service(row.service.as_deref(), chat_service, &mut doubts),
        conversation: conversation.cloned(),
        id: row.guid.as_deref().map(|g| Sensitive::new(Arc::from(g))),
        sender: from,
        sender_name,
        direction,
        sent_at,
        received_at: None,
        delivered_at: outgoing(Stamp::apple(row.date_delivered)),
        read_at: outgoing(Stamp::apple(row.date_read)),
        remote_at: None,
        subject: row.subject.as_deref().filter(|s| !s.is_empty()).map(|s| Sensitive::new(Arc::from(s))),
        body: if whole { None } else { text },
        attachments: attachments.into_iter().map(|f| f.attachment).collect::<Vec<Attachment>>(),
        unsent: whole,
        unsent_parts: if whole { Vec::new() } else { unsent.clone() },
        edits: summary.edits,
        reactions,
        reply_to: row
            .thread_originator
            .as_deref()
            .filter(|g| !g.is_empty())
            .map(|g| Sensitive::new(Arc::from(g))),
        deleted,
        expires_after_s: None,
        event,
        classification: None,
        doubts,
        origin: Origin {
            evidence: evidence.clone(),
            evidence_sha256: sha256,
            place: Place::Row { table: Cow::Borrowed("message"), rowid: row.rowid, column: None },
            reader_version: Cow::Borrowed(crate::VERSION),
        },
        raw: raw(row),
    }
}

struct Body {
    text: Option<Text>,
    /// Guids of attachments in their order in the body.
    files: Vec<String>,
}

/// The text as the user saw it: the rich text where it can be decoded, else `text`.
fn body(row: &Row<'_>, app: bool, doubts: &mut Vec<Cow<'static, str>>) -> Option<Body> {
    let plain = row.text.as_deref();
    let decoded = row.attributed_body.filter(|b| !b.is_empty()).map(typedstream::decode);
    let (rich, files) = match decoded {
        None => (None, Vec::new()),
        Some(Err(fault)) => {
            doubts.push(format!("rich_text_unreadable:{}", word(&fault)).into());
            (None, Vec::new())
        }
        Some(Ok(body)) => {
            if let Some(fault) = &body.fault {
                doubts.push(format!("rich_text_damaged:{}", word(fault)).into());
            }
            // only a body that names files needs its runs looked at
            let files = match body.text.contains('\u{fffc}') {
                true => body.runs.iter().filter_map(|r| body.file(r)).map(str::to_owned).collect(),
                false => Vec::new(),
            };
            let damaged = body.fault.is_some();
            // a damaged rich text shorter than the plain one is the worse of the two
            let worse = damaged && plain.is_some_and(|p| p.len() > body.text.len());
            (if worse { None } else { Some(body.text) }, files)
        }
    };
    if let (Some(rich), Some(plain)) = (&rich, plain)
        && rich != plain
    {
        doubts.push("text_differs_from_rich_text".into());
    }
    let text = rich.as_deref().or(plain)?;
    Some(Body { text: without_placeholders(text, app).map(Sensitive::new), files })
}

/// A fault in one word.
fn word(fault: &Fault) -> &'static str {
    match fault {
        Fault::Truncated { .. } => "truncated",
        Fault::TooMuch { .. } => "bound",
        Fault::NotText { .. } => "not_text",
        _ => "unexpected",
    }
}

/// Text without U+FFFC (attachments) and, in app messages, U+FFFD; `None` when nothing is left.
pub(crate) fn without_placeholders(text: &str, app: bool) -> Option<Arc<str>> {
    let placeholder = |c: char| c == '\u{fffc}' || (app && c == '\u{fffd}');
    // both begin with the same byte: ordinary text is copied once and not searched by character
    if !text.as_bytes().contains(&0xef) || !text.contains(placeholder) {
        return (!text.is_empty()).then(|| Arc::from(text));
    }
    let kept: String = text.chars().filter(|c| !placeholder(*c)).collect();
    (!kept.is_empty()).then(|| Arc::from(kept))
}

fn summary(row: &Row<'_>, doubts: &mut Vec<Cow<'static, str>>) -> Summary {
    match row.summary.filter(|s| !s.is_empty()).map(summary::parse) {
        None => Summary::default(),
        Some(Ok(summary)) => summary,
        Some(Err(_)) => {
            doubts.push("summary_unreadable".into());
            Summary::default()
        }
    }
}

fn service(
    stored: Option<&str>,
    chat: Option<&str>,
    doubts: &mut Vec<Cow<'static, str>>,
) -> Cow<'static, str> {
    match stored.or(chat) {
        Some("iMessage") => "iMessage".into(),
        Some("SMS") => "SMS".into(),
        Some("MMS") => "MMS".into(),
        Some("RCS" | "rcs") => "RCS".into(),
        Some(other) => other.to_owned().into(),
        None => {
            doubts.push("no_service".into());
            "unknown".into()
        }
    }
}

/// What a row that is no message says (`item_type`, `group_action_type`).
fn event(
    row: &Row<'_>,
    sender: Option<&Text>,
    other: Option<&Handle>,
    doubts: &mut Vec<Cow<'static, str>>,
) -> Option<Event> {
    let who = || other.map(|h| h.address.clone());
    let kind = match (row.item_type, row.group_action_type) {
        (0, _) => return None,
        (1, 0) if row.other_handle != 0 && row.other_handle == row.handle_id => Event::NumberChanged,
        (1, 0) => Event::ParticipantAdded { who: who() },
        (1, 1) => Event::ParticipantRemoved { who: who() },
        (2, _) => {
            let title = row.group_title.as_deref().filter(|t| !t.is_empty());
            Event::GroupRenamed { title: title.map(|t| Sensitive::new(Arc::from(t))) }
        }
        (3, 0) => Event::ParticipantLeft { who: sender.cloned() },
        (3, 1 | 2) => Event::GroupPhotoChanged,
        (item, action) => {
            if !matches!(item, 3..=6) {
                doubts.push(format!("unknown_type:{item}").into());
            }
            // whatever text it has is a text that the user saw
            Event::Other { code: format!("{item}/{action}"), text: None }
        }
    };
    Some(kind)
}

/// Doubts for kinds that the normal form has no field for.
fn kinds(row: &Row<'_>, doubts: &mut Vec<Cow<'static, str>>) {
    match row.associated_type {
        0 => {}
        2 | 3 => doubts.push("app_payload".into()),
        4000 => doubts.push("poll_vote".into()),
        _ if row.is_reaction() => doubts.push("reaction_target_missing".into()),
        other => doubts.push(format!("unknown_type:{other}").into()),
    }
    if let Some(balloon) = row.balloon.as_deref() {
        let app = balloon.rsplit(':').next().unwrap_or_default();
        let safe: String = app
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
            .take(64)
            .collect();
        doubts.push(format!("app_message:{safe}").into());
    }
    if row.error != 0 {
        doubts.push(format!("not_sent:{}", row.error).into());
    }
    if row.schedule_state != 0 {
        doubts.push(format!("scheduled:{}", row.schedule_state).into());
    }
    let invisible = row.effect.as_deref().is_some_and(|e| e.ends_with("invisibleink"));
    for (is, code) in [
        (row.is_audio, "audio_message"),
        (invisible, "invisible_ink"),
        (row.satellite, "satellite"),
        (row.sos, "emergency"),
        (row.off_grid, "off_grid"),
        (row.corrupt, "marked_corrupt"),
    ] {
        if is {
            doubts.push(code.into());
        }
    }
    if row.guid.is_none() {
        doubts.push("no_id".into());
    }
    // audio messages that the phone deletes by itself
    if row.expirable && !row.is_audio {
        doubts.push("expirable".into());
    }
}

fn raw(row: &Row<'_>) -> Vec<Raw> {
    let blobs = [
        ("attributedBody", row.attributed_body),
        ("message_summary_info", row.summary),
        ("payload_data", row.payload),
    ];
    let keep = |(name, bytes): (&'static str, Option<&[u8]>)| {
        let bytes = bytes.filter(|b| !b.is_empty())?;
        Some(Raw { name: Cow::Borrowed(name), bytes: Sensitive::new(bytes.to_vec()) })
    };
    blobs.into_iter().filter_map(keep).collect()
}

/// The reaction that a row is.
pub(crate) fn reaction(row: &Row<'_>, sender: Option<&Handle>, me: &Text) -> Option<Reaction> {
    let (kind, action) = match row.associated_type {
        1000 => (ReactionKind::Sticker, Action::Add),
        2000..=2007 => (TAPBACKS[usize::try_from(row.associated_type - 2000).ok()?], Action::Add),
        3000..=3007 => (TAPBACKS[usize::try_from(row.associated_type - 3000).ok()?], Action::Remove),
        _ => return None,
    };
    let emoji = row.associated_emoji.as_deref().filter(|e| !e.is_empty());
    Some(Reaction {
        at: Stamp::apple(row.date),
        sender: if row.is_from_me { Some(me.clone()) } else { sender.map(|h| h.address.clone()) },
        kind,
        emoji: emoji.filter(|_| kind == ReactionKind::Emoji).map(|e| Sensitive::new(Arc::from(e))),
        action,
    })
}

/// Kinds by `associated_message_type` - 2000.
const TAPBACKS: [ReactionKind; 8] = [
    ReactionKind::Love,
    ReactionKind::Like,
    ReactionKind::Dislike,
    ReactionKind::Laugh,
    ReactionKind::Emphasize,
    ReactionKind::Question,
    ReactionKind::Emoji,
    ReactionKind::Sticker,
];

/// The guid that an `associated_message_guid` is about: behind `p:<part>/` or `bp:`.
pub(crate) fn target(associated_guid: &str) -> &str {
    if let Some(rest) = associated_guid.strip_prefix("bp:") {
        return rest;
    }
    associated_guid
        .strip_prefix("p:")
        .and_then(|rest| rest.split_once('/'))
        .map_or(associated_guid, |(_, guid)| guid)
}

/// The owner.
pub(crate) fn me() -> Text {
    Sensitive::new(Arc::from(ME))
}
