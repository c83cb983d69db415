//! Row to message: pure, apart from the maps it is given.

use std::borrow::Cow;
use std::sync::Arc;

use model::{
    Action, Attachment, Conversation, Direction, Fault, ME, Message, Origin, Place, Raw, Reaction,
    ReactionKind, Sensitive, Stamp, Text,
};

use crate::attachments::{self, Found};
use crate::cards;
use crate::events::event;
use crate::extras::Extras;
use crate::kinds::{self, kinds};
use crate::maps::Handle;
use crate::rows::Row;
use crate::shown;
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
    /// Finds an attachment that the body names and no join leads to.
    pub(crate) named: &'m mut dyn FnMut(&str) -> Found,
    pub(crate) reactions: Vec<Reaction>,
    /// What few rows have.
    pub(crate) rare: Rare,
}

/// What few rows have, fetched for those only.
#[derive(Default)]
pub(crate) struct Rare {
    pub(crate) extras: Option<Extras>,
    /// When a recently deleted row was deleted, as stored.
    pub(crate) deleted_at: i64,
    /// For a vote, what the app left with the poll.
    pub(crate) poll: Option<Vec<u8>>,
    /// The message that is answered is not there.
    pub(crate) reply_target_missing: bool,
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
        named,
        reactions,
        rare,
    } = context;
    let mut doubts: Vec<Cow<'static, str>> =
        row.bad.iter().map(|c| format!("bad_column:{c}").into()).collect();
    let app = row.balloon.is_some();
    let body = body(row, app, &mut doubts);
    if let Some(body) = &body {
        attachments::not_joined(&body.files, &mut attachments, named);
    }
    if let Some(body) = &body
        && attachments.len() > 1
    {
        let place = |f: &Found| {
            let guid = f.guid.as_deref()?;
            body.files.iter().position(|g| g == guid)
        };
        attachments.sort_by_key(|f| place(f).unwrap_or(usize::MAX));
    }
    let (mut text, transcription) = body.map_or((None, None), |b| (b.text, b.transcription));
    let summary = summary(row, &mut doubts);
    let Summary { edits: _, parts_of_edits, edited_parts, unsent, parts: _, undecoded, translation } =
        &summary;
    if *undecoded > 0 {
        doubts.push(format!("edits_undecoded:{undecoded}").into());
    }
    if *edited_parts > 1 {
        // which part each entry of the history is of
        let parts: Vec<String> = parts_of_edits.iter().take(MOST_NAMED).map(u32::to_string).collect();
        doubts.push(format!("several_parts_edited:{}", parts.join(",")).into());
    }
    if text.is_none() {
        text = summary.last_texts();
    }
    let nothing_left = text.is_none() && attachments.is_empty();
    let withdrawn = !unsent.is_empty() || rare.extras.is_some_and(|e| e.is_retracted());
    let whole = summary.all_unsent() || (withdrawn && nothing_left);
    if whole && text.is_some() {
        // withdrawn, and the phone has the text nevertheless
        doubts.push("text_of_withdrawn_message".into());
    }
    let lines = lines(row, &rare, transcription, translation.as_deref(), &mut doubts);
    if !whole && !lines.is_empty() {
        text = shown::with_lines(text, &lines, &mut doubts);
    }
    if let Some(extras) = rare.extras {
        extras.doubts(withdrawn, &mut doubts);
    }
    if deleted && rare.deleted_at != 0 {
        // a phone that deletes by age sets the date of the message itself
        let code = if rare.deleted_at == row.date { "deleted_by_age" } else { "deleted_at" };
        kinds::at(code, rare.deleted_at, &mut doubts);
    }
    if rare.reply_target_missing {
        doubts.push("reply_target_missing".into());
    }
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
    let event = event(row, from.as_ref(), other, rare.extras, &mut doubts);
    if conversation.is_none() {
        doubts.push(if row.has_ck_chat || row.has_room { "no_chat_but_named" } else { "no_chat" }.into());
    }
    if chats > 1 {
        doubts.push("several_chats".into());
    }
    kinds(row, &mut doubts);
    let (delivered, read) = (Stamp::apple(row.date_delivered), Stamp::apple(row.date_read));
    if [delivered, read].into_iter().flatten().any(|at| !at.is_plausible()) {
        doubts.push("receipt_out_of_range".into());
    }
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
        delivered_at: delivered.filter(|at| at.is_plausible()),
        read_at: read.filter(|at| at.is_plausible()),
        remote_at: None,
        subject: row.subject.as_deref().filter(|s| !s.is_empty()).map(|s| Sensitive::new(Arc::from(s))),
        body: text,
        attachments: attachments.into_iter().map(|f| f.attachment).collect::<Vec<Attachment>>(),
        unsent: whole,
        unsent_parts: if whole { Vec::new() } else { unsent.clone() },
        edits: summary.edits,
        reactions,
        reply_to: row.answers().map(|g| Sensitive::new(Arc::from(g))),
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

/// Most parts of edits that a doubt names.
const MOST_NAMED: usize = 100;

struct Body {
    text: Option<Text>,
    /// Guids of attachments in their order in the body.
    files: Vec<String>,
    /// What a voice message says, as the phone wrote it down.
    transcription: Option<String>,
}

/// Lines that the phone showed beside what was written.
fn lines(
    row: &Row<'_>,
    rare: &Rare,
    transcription: Option<String>,
    translation: Option<&[u8]>,
    doubts: &mut Vec<Cow<'static, str>>,
) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    if let Some(payload) = row.payload.filter(|p| !p.is_empty()) {
        let card = match row.associated_type {
            4000 => cards::vote(payload, rare.poll.as_deref()),
            _ => cards::card(&kinds::app(row.balloon.as_deref().unwrap_or_default()), payload),
        };
        lines.extend(card.lines);
        doubts.extend(card.doubts);
    }
    if let Some(said) = transcription {
        doubts.push("transcription".into());
        lines.push(said);
    }
    match translation.map(cards::translation) {
        None => {}
        Some(Some((languages, text))) => {
            doubts.push(format!("translated:{languages}").into());
            lines.push(text);
        }
        Some(None) => doubts.push("translation_unreadable".into()),
    }
    lines
}

/// The text as the user saw it: the rich text where it can be decoded, else `text`.
fn body(row: &Row<'_>, app: bool, doubts: &mut Vec<Cow<'static, str>>) -> Option<Body> {
    let plain = row.text.as_deref();
    let decoded = row.attributed_body.filter(|b| !b.is_empty()).map(typedstream::decode);
    let mut transcription = None;
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
            // only a body that names files, or has more than one run, needs its runs looked at
            let with_files = body.text.contains('\u{fffc}');
            let files = match with_files {
                true => body.runs.iter().filter_map(|r| body.file(r)).map(str::to_owned).collect(),
                false => Vec::new(),
            };
            if with_files {
                let said = body.runs.iter().find_map(|r| body.string(r, "IMAudioTranscription"));
                transcription = said.map(str::trim).filter(|s| !s.is_empty()).map(str::to_owned);
            }
            if body.runs.len() > 1 {
                let named = |r: &&typedstream::Run| body.string(r, "__kIMMentionConfirmedMention").is_some();
                match body.runs.iter().filter(named).count() {
                    0 => {}
                    n => doubts.push(format!("mentions:{n}").into()),
                }
            }
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
    Some(Body { text: without_placeholders(text, app).map(Sensitive::new), files, transcription })
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
    match stored.filter(|s| !s.is_empty()).or(chat.filter(|s| !s.is_empty())) {
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
