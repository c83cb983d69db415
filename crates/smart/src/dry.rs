//! A trial reading: what a mapping makes of a medium, with the first messages masked, how full each field is,
//! and the columns that nothing names. Nothing is stored.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use evidence::{Given, Tree};
use model::{Direction, Message, SourceError, Stamp, wire};
use serde::Serialize;

use crate::mapping::{Mapping, spec::Field};
use crate::medium::Medium;
use crate::package;
use crate::reader::{Frame, Reader};
use crate::scan::Stop;

/// Messages shown, masked.
const SHOWN: usize = 5;

/// How often a field has a value.
#[derive(Clone, Debug, Serialize)]
pub struct FieldFill {
    /// The field.
    pub field: &'static str,
    /// Messages that have it.
    pub filled: u64,
}

/// What a mapping makes of a medium.
#[derive(Clone, Debug, Default, Serialize)]
pub struct DryRun {
    /// SHA-256 of the mapping.
    pub mapping: String,
    /// Files with messages.
    pub files: u64,
    /// Messages.
    pub messages: u64,
    /// Conversations.
    pub conversations: u64,
    /// Attachments, and those of them that are missing.
    pub attachments: u64,
    /// As above.
    pub attachments_missing: u64,
    /// How full each mapped field is.
    pub fields: Vec<FieldFill>,
    /// Messages by direction.
    pub directions: BTreeMap<&'static str, u64>,
    /// Messages by marking.
    pub markings: BTreeMap<String, u64>,
    /// Time of the first and the last message.
    pub first: Option<String>,
    /// As above.
    pub last: Option<String>,
    /// The first messages, masked: letters are x, digits 9.
    pub sample: Vec<serde_json::Value>,
    /// Columns that the mapping leaves out.
    pub findings: Vec<String>,
    /// Why nothing would be read; `None` when everything would.
    pub refused: Option<String>,
    /// Names of the columns that are neither mapped nor left out.
    pub unmapped: Vec<String>,
}

/// Tries a mapping on a medium or package.
///
/// # Errors
/// When the medium cannot be read; a mapping that does not fit is in the report.
pub fn dry_run(tree: &Arc<dyn Tree>, mapping: &Arc<Mapping>, given: &Given) -> Result<DryRun, SourceError> {
    let is_package = package::is_package(tree.as_ref())?;
    let mut frame = Frame {
        owner: [&given.owner, &given.owner_name].into_iter().flatten().cloned().collect(),
        ..Frame::default()
    };
    if is_package {
        let seen = package::examine(tree, false)?;
        frame.ceiling = seen.facts.as_ref().and_then(package::Facts::ceiling);
        frame.shown = seen.facts.as_ref().and_then(|f| f.extent.messages_shown);
    }
    let medium = Arc::new(Medium::new(tree.clone(), is_package)?);
    let reader = Reader::new(medium, mapping.clone(), frame);
    let mut run = DryRun { mapping: wire::hex(&mapping.sha256), ..DryRun::default() };
    let mut fill: BTreeMap<Field, u64> = mapping.mapped().map(|f| (f, 0)).collect();
    let mut conversations = BTreeSet::new();
    let mut unmapped = BTreeSet::new();
    let (mut first, mut last): (Option<Stamp>, Option<Stamp>) = (None, None);
    let outcome = reader.prepare(&mut |message, columns, binding| {
        run.messages += 1;
        unmapped.extend(mapping.unmapped(binding, columns).into_iter().map(str::to_owned));
        count(message, &mut fill);
        if let Some(conversation) = &message.conversation {
            conversations.insert(evidence::digest(conversation.id.expose().as_bytes()));
        }
        run.attachments += message.attachments.len() as u64;
        run.attachments_missing += message.attachments.iter().filter(|a| a.missing).count() as u64;
        let way = if message.direction == Direction::Out { "out" } else { "in" };
        *run.directions.entry(way).or_default() += 1;
        if let Some(marking) = &message.classification {
            *run.markings.entry(marking.expose().to_string()).or_default() += 1;
        }
        if let Some(sent) = message.sent_at {
            first = Some(first.map_or(sent, |f| if sent.millis() < f.millis() { sent } else { f }));
            last = Some(last.map_or(sent, |l| if sent.millis() > l.millis() { sent } else { l }));
        }
        if run.sample.len() < SHOWN {
            run.sample.push(masked(message));
        }
        Ok(())
    });
    match outcome {
        Ok((_, survey)) => {
            run.files = survey.files;
            run.findings = survey.findings;
        }
        Err(Stop::Failed(fault @ (SourceError::Misfit { .. } | SourceError::Damaged { .. }))) => {
            run.refused = Some(fault.to_string());
        }
        Err(Stop::Failed(fault)) => return Err(fault),
        Err(Stop::Enough) => {}
    }
    if run.refused.is_some() {
        unmapped.extend(crate::probe::unmapped(&reader));
    }
    run.conversations = conversations.len() as u64;
    run.fields = fill.into_iter().map(|(field, filled)| FieldFill { field: field.name(), filled }).collect();
    (run.first, run.last) = (first.and_then(Stamp::rfc3339), last.and_then(Stamp::rfc3339));
    run.unmapped = unmapped.into_iter().collect();
    Ok(run)
}

fn count(m: &Message, fill: &mut BTreeMap<Field, u64>) {
    for (field, n) in fill.iter_mut() {
        let filled = match field {
            Field::Id => m.id.is_some(),
            Field::Conversation => m.conversation.is_some(),
            Field::ConversationName => m.conversation.as_ref().is_some_and(|c| c.name.is_some()),
            Field::IsGroup => m.conversation.as_ref().is_some_and(|c| c.is_group),
            Field::Participants => m.conversation.as_ref().is_some_and(|c| !c.participants.is_empty()),
            Field::Sender => m.sender.is_some(),
            Field::SenderName => m.sender_name.is_some(),
            Field::Direction => true,
            Field::SentAt => m.sent_at.is_some(),
            Field::ReceivedAt => m.received_at.is_some(),
            Field::DeliveredAt => m.delivered_at.is_some(),
            Field::ReadAt => m.read_at.is_some(),
            Field::RemoteAt => m.remote_at.is_some(),
            Field::EditedAt => !m.edits.is_empty(),
            Field::Subject => m.subject.is_some(),
            Field::Body => m.body.is_some(),
            Field::Attachments => !m.attachments.is_empty(),
            Field::ReplyTo => m.reply_to.is_some(),
            Field::Unsent => m.unsent,
            Field::Deleted => m.deleted,
            Field::ExpiresAfterS => m.expires_after_s.is_some(),
            Field::Event => m.event.is_some(),
            Field::Classification => m.classification.is_some(),
        };
        *n += u64::from(filled);
    }
}

/// A text whose letters are x and digits 9; the form stays, the content does not.
pub(crate) fn mask(text: &str) -> String {
    const LONGEST: usize = 40;
    let mut out: String = text
        .chars()
        .take(LONGEST)
        .map(|c| match c {
            c if c.is_numeric() => '9',
            c if c.is_uppercase() => 'X',
            c if c.is_alphabetic() => 'x',
            '\n' => '⏎',
            c if c.is_control() => ' ',
            c if c.is_ascii() => c,
            _ => '·',
        })
        .collect();
    if text.chars().count() > LONGEST {
        out.push('…');
    }
    out
}

fn masked(m: &Message) -> serde_json::Value {
    let text = |t: &Option<model::Text>| t.as_ref().map(|t| mask(t.expose()));
    let at = |s: Option<Stamp>| s.and_then(Stamp::rfc3339);
    let conversation = m.conversation.as_ref();
    serde_json::json!({
        "at": format!("{} {}", evidence::shown(m.origin.evidence.expose()), m.origin.place),
        "id": text(&m.id),
        "conversation": conversation.map(|c| mask(c.id.expose())),
        "conversation_name": conversation.and_then(|c| text(&c.name)),
        "participants": conversation.map(|c| c.participants.iter().map(|p| mask(p.expose())).collect::<Vec<_>>()),
        // whether it is the owner's is no content
        "sender": m.sender.as_ref().map(|s| if **s.expose() == *model::ME { model::ME.to_owned() } else { mask(s.expose()) }),
        "sender_name": text(&m.sender_name),
        "direction": if m.direction == Direction::Out { "out" } else { "in" },
        "sent_at": at(m.sent_at),
        "received_at": at(m.received_at),
        "read_at": at(m.read_at),
        "subject": text(&m.subject),
        "body": text(&m.body),
        "attachments": m.attachments.len(),
        "classification": m.classification.as_ref().map(|c| c.expose().to_string()),
        "doubts": m.doubts,
    })
}
