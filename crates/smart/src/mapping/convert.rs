//! From a row to a message. Everything that the mapping does not foresee is a fault at the row's place,
//! with the field and the number of its column, never what stands in it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::{
    Address, Attachment, Conversation, Direction, Edit, Event, Fault, ME, Message, Origin, Raw, Sensitive,
    Stamp, Text,
};

use super::binding::{Binding, Use};
use super::lookup::Lookups;
use super::marking::{Issuer, Level, Marking};
use super::plan::Mapping;
use super::spec::{Field, Kind, NamePart, Unmapped, Way};
use super::time;
use crate::scan::{BLOB, Columns, Enclosed, File, Layout, Row};

/// What is known of the medium as a whole when a message is made.
pub(crate) struct Known {
    /// Addresses and names of the owner, in normal form.
    pub(crate) owner: BTreeSet<String>,
    /// Senders of what each conversation holds, where the mapping names no participants.
    pub(crate) senders: BTreeMap<String, Vec<String>>,
    /// Highest marking and issuer that the package states.
    pub(crate) ceiling: Option<(Marking, Vec<Issuer>)>,
    /// Tables that values are looked up in.
    pub(crate) lookups: Lookups,
}

/// Finds the file that a reference in a row means.
pub(crate) trait Surroundings {
    /// The attachment that a reference means: with content, missing, or unreadable.
    fn attachment(&self, reference: &str, doubts: &mut Vec<Cow<'static, str>>) -> Result<Attachment, Fault>;

    /// An attachment that came inside the row.
    fn enclosed(&self, file: &Enclosed) -> Result<Attachment, Fault>;
}

/// An address or name in its normal form.
pub(crate) fn normal(raw: &str) -> Option<String> {
    Address::parse(raw).map(Address::into_string)
}

fn shared(text: String) -> Text {
    Sensitive::new(Arc::from(text))
}

/// A row and everything needed to make a message of it.
struct Making<'a> {
    mapping: &'a Mapping,
    binding: &'a Binding,
    known: &'a Known,
    file: &'a File,
    row: &'a Row<'a>,
    doubts: Vec<Cow<'static, str>>,
}

impl Making<'_> {
    fn fault(&self, field: Field, why: &'static str) -> Fault {
        let column = self.binding.fields.get(&field).and_then(|n| n.first()).map_or(0, |n| *n as u64 + 1);
        Fault::Field { field: field.name(), column, why }
    }

    /// Every text of a field, in order.
    fn texts(&self, field: Field) -> Result<Vec<String>, Fault> {
        let Some(plan) = self.mapping.fields.get(&field) else { return Ok(Vec::new()) };
        if let Some(value) = &plan.value {
            return Ok(vec![value.clone()]);
        }
        let verbatim = matches!(field, Field::Body | Field::Subject);
        let mut texts: Vec<String> = Vec::new();
        if let Some(part) = plan.from {
            texts.push(name_part(&self.file.evidence.name, part));
        }
        for column in self.binding.fields.get(&field).map(Vec::as_slice).unwrap_or_default() {
            let mut values = self.row.all(*column);
            if field.is_list() {
                for value in values.filter(|v| *v != BLOB) {
                    match &plan.separator {
                        Some(separator) => texts.extend(value.split(separator.as_str()).map(str::to_owned)),
                        None => texts.push(value.to_owned()),
                    }
                }
                continue;
            }
            let Some(value) = values.next() else { continue };
            if values.next().is_some() {
                return Err(self.fault(field, "has several values in one row"));
            }
            if value == BLOB {
                return Err(self.fault(field, "is binary, not text"));
            }
            texts.push(value.to_owned());
        }
        if !verbatim {
            texts = texts.into_iter().map(|t| t.trim().to_owned()).collect();
        }
        texts.retain(|t| !t.is_empty());
        if !field.is_list() && texts.len() > 1 {
            texts = vec![texts.join(" ")];
        }
        for (table, column) in &plan.lookup {
            let mut found = Vec::new();
            for text in &texts {
                let rows = self.known.lookups.find(table, text.trim(), column);
                let rows = match rows {
                    Some(rows) => rows,
                    None if field.is_list() => continue,
                    None => return Err(self.fault(field, "is not in the table it is looked up in")),
                };
                if rows.len() > 1 && !field.is_list() {
                    return Err(self.fault(field, "is several times in the table it is looked up in"));
                }
                found.extend(rows.into_iter().map(|t| t.trim().to_owned()).filter(|t| !t.is_empty()));
            }
            texts = found;
        }
        Ok(texts)
    }

    /// The one text of a field.
    fn text(&self, field: Field) -> Result<Option<String>, Fault> {
        let text = self.texts(field)?.pop();
        if text.is_none()
            && self.mapping.required.contains(&field)
            && self.mapping.fields.contains_key(&field)
        {
            return Err(self.fault(field, "is required and empty"));
        }
        Ok(text)
    }

    fn time(&mut self, field: Field) -> Result<Option<Stamp>, Fault> {
        let Some(text) = self.text(field)? else { return Ok(None) };
        let Some(form) = self.mapping.times.get(&field) else { return Ok(None) };
        let time::Read { stamp, doubt } =
            form.read(&text, self.mapping.decimal).map_err(|why| self.fault(field, why))?;
        self.doubts.extend(doubt.map(Cow::Borrowed));
        if stamp.is_plausible() {
            return Ok(Some(stamp));
        }
        self.doubts.push("clock_out_of_range".into());
        Ok(None)
    }

    fn flag(&self, field: Field) -> Result<bool, Fault> {
        let Some(text) = self.text(field)? else { return Ok(false) };
        if let Some(known) = self.mapping.spec.flags.get(&text) {
            return Ok(*known);
        }
        match text.to_lowercase().as_str() {
            "1" | "true" | "ja" | "yes" | "sand" | "x" => Ok(true),
            "0" | "false" | "nej" | "no" | "falsk" => Ok(false),
            _ => Err(self.fault(field, "is neither yes nor no: give its words in [flags]")),
        }
    }

    fn direction(&self, sender: Option<&str>) -> Result<Direction, Fault> {
        let way = |way| match way {
            Way::In => Direction::In,
            Way::Out => Direction::Out,
        };
        if let Some(plan) = self.mapping.fields.get(&Field::Direction) {
            if let Some(value) = &plan.value {
                return Ok(if value == "out" { Direction::Out } else { Direction::In });
            }
            // an empty cell may be a word of the table too
            let text = self.texts(Field::Direction)?.pop().unwrap_or_default();
            let known = self.mapping.spec.direction.get(&text);
            return known
                .map(|w| way(*w))
                .ok_or_else(|| self.fault(Field::Direction, "has a value that [direction] lacks"));
        }
        match sender {
            Some(sender) if self.known.owner.contains(sender) => Ok(Direction::Out),
            Some(_) => Ok(Direction::In),
            None => Err(self.fault(Field::Sender, "is empty, and nothing else tells the direction")),
        }
    }

    /// The marking as read, held against the ceiling of the package.
    fn classification(&mut self) -> Result<Option<String>, Fault> {
        let field = Field::Classification;
        let marked = |words: &str| self.mapping.markings.get(words).copied().or_else(|| Marking::of(words));
        let (words, marking) = if self.mapping.fields.contains_key(&field) {
            let words = self.texts(field)?.pop().unwrap_or_default();
            let why = if words.is_empty() {
                "is empty: give \"\" in [classification] if that has a meaning"
            } else {
                "has a marking that is not known, or several"
            };
            let marking = marked(&words).ok_or_else(|| self.fault(field, why))?;
            (if words.is_empty() { marking.word.to_owned() } else { words }, marking)
        } else {
            let ceiling = self.known.ceiling.as_ref().map(|c| c.0);
            let ceiling = ceiling.ok_or_else(|| self.fault(field, "is not mapped"))?;
            self.doubts.push("classification_from_package".into());
            (ceiling.word.to_owned(), ceiling)
        };
        if let Some((ceiling, issuers)) = &self.known.ceiling {
            if marking.level > ceiling.level {
                return Err(self.fault(field, "is above the ceiling of the package"));
            }
            if !issuers.contains(&marking.issuer) && marking.level > Level::Unclassified {
                return Err(self.fault(field, "is of another issuer than the package: markings are mixed"));
            }
        }
        Ok(Some(words))
    }

    fn kind(&self, body: Option<&Text>) -> Result<Option<Event>, Fault> {
        if !self.mapping.fields.contains_key(&Field::Event) {
            return Ok(None);
        }
        let word = self.texts(Field::Event)?.pop().unwrap_or_default();
        let kind = self.mapping.spec.event.get(&word);
        let kind = kind.ok_or_else(|| self.fault(Field::Event, "has a value that [event] lacks"))?;
        Ok(match kind {
            Kind::Message => None,
            Kind::GroupRenamed => Some(Event::GroupRenamed { title: body.cloned() }),
            Kind::ParticipantAdded => Some(Event::ParticipantAdded { who: None }),
            Kind::ParticipantRemoved => Some(Event::ParticipantRemoved { who: None }),
            Kind::ParticipantLeft => Some(Event::ParticipantLeft { who: None }),
            Kind::GroupPhotoChanged => Some(Event::GroupPhotoChanged),
            Kind::NumberChanged => Some(Event::NumberChanged),
            Kind::CallMissed => Some(Event::CallMissed),
            Kind::EncryptionNotice => Some(Event::EncryptionNotice),
            Kind::Other => Some(Event::Other { code: "smart".to_owned(), text: body.cloned() }),
        })
    }

    /// Columns that nothing names: a fault, or kept raw.
    fn unmapped(&self, columns: &Columns) -> Result<Vec<Raw>, Fault> {
        // what lies around records may lie around none: a thread whose messages have another name
        if self.mapping.spec.unmapped == Unmapped::Fail {
            let both = columns.names().iter().zip(&self.binding.uses);
            let mut around =
                both.enumerate().filter(|(_, (name, u))| name.starts_with('/') && **u == Use::Unmapped);
            let document = matches!(self.mapping.layout, Layout::Json(_) | Layout::Xml(_));
            if let Some((number, _)) = around.next().filter(|_| document) {
                let why = "lies around the records and is neither mapped nor in ignore";
                return Err(Fault::Field { field: "", column: number as u64 + 1, why });
            }
        }
        let mut kept = serde_json::Map::new();
        for (column, text) in self.row.values.iter().chain(self.row.around) {
            if self.binding.uses.get(*column) != Some(&Use::Unmapped) {
                continue;
            }
            let name = columns.names().get(*column).map(String::as_str).unwrap_or_default();
            // what ends a row with a delimiter makes a column without name and without values
            if name.is_empty() && text.is_empty() {
                continue;
            }
            if self.mapping.spec.unmapped == Unmapped::Fail {
                let why = "is neither mapped nor in ignore";
                return Err(Fault::Field { field: "", column: *column as u64 + 1, why });
            }
            if text == BLOB {
                return Err(Fault::Field {
                    field: "",
                    column: *column as u64 + 1,
                    why: "is binary: map or ignore it",
                });
            }
            let slot = kept.entry(name.to_owned()).or_insert_with(|| serde_json::Value::Array(Vec::new()));
            if let serde_json::Value::Array(all) = slot {
                all.push(text.clone().into());
            }
        }
        if kept.is_empty() {
            return Ok(Vec::new());
        }
        let bytes = serde_json::to_vec(&kept).unwrap_or_default();
        Ok(vec![Raw { name: "columns".into(), bytes: Sensitive::new(bytes) }])
    }
}

/// A part of a file's name inside its source.
fn name_part(name: &str, part: NamePart) -> String {
    let mut parts = name.rsplit('/');
    let last = parts.next().unwrap_or_default();
    match part {
        NamePart::FileName => last.rsplit_once('.').map_or(last, |(stem, _)| stem).to_owned(),
        NamePart::FolderName => parts.next().unwrap_or_default().to_owned(),
    }
}

impl Mapping {
    /// The message of a row.
    pub(crate) fn message(
        &self,
        binding: &Binding,
        known: &Known,
        file: &File,
        columns: &Columns,
        row: &Row<'_>,
        around: &dyn Surroundings,
    ) -> Result<Message, Fault> {
        let mut making = Making { mapping: self, binding, known, file, row, doubts: Vec::new() };
        let raw = making.unmapped(columns)?;
        let conversation = making.text(Field::Conversation)?;
        let conversation = conversation.ok_or_else(|| making.fault(Field::Conversation, "is empty"))?;
        let sender = making.text(Field::Sender)?.and_then(|s| normal(&s));
        let direction = making.direction(sender.as_deref())?;
        let sent_at = making.time(Field::SentAt)?;
        let received_at = making.time(Field::ReceivedAt)?;
        let delivered_at = making.time(Field::DeliveredAt)?;
        let read_at = making.time(Field::ReadAt)?;
        let remote_at = making.time(Field::RemoteAt)?;
        let edited_at = making.time(Field::EditedAt)?;
        if sent_at.is_none() && !making.doubts.iter().any(|d| d == "clock_out_of_range") {
            making.doubts.push("no_time".into());
        }
        let body = making.text(Field::Body)?.map(|b| b.replace('\u{fffc}', "")).map(shared);
        let event = making.kind(body.as_ref())?;
        let classification = making.classification()?.map(shared);
        let others = others(&mut making, &conversation, sender.as_deref(), direction)?;
        if direction == Direction::In && sender.is_none() && event.is_none() {
            making.doubts.push("no_sender".into());
        }
        let is_group = match self.fields.contains_key(&Field::IsGroup) {
            true => making.flag(Field::IsGroup)?,
            false => others.len() > 1,
        };
        let mut attachments = Vec::new();
        let mut doubts = std::mem::take(&mut making.doubts);
        for reference in making.texts(Field::Attachments)? {
            attachments.push(around.attachment(&reference, &mut doubts)?);
        }
        let enclosing = binding.fields.get(&Field::Attachments).map(Vec::as_slice).unwrap_or_default();
        for enclosed in row.files.iter().filter(|f| enclosing.contains(&f.column)) {
            attachments.push(around.enclosed(enclosed)?);
        }
        if body.is_none() && attachments.is_empty() && event.is_none() {
            doubts.push("empty".into());
        }
        let expires_after_s = match making.text(Field::ExpiresAfterS)? {
            None => None,
            Some(text) => {
                let seconds = time::scaled(&text, self.decimal, 0)
                    .map_err(|why| making.fault(Field::ExpiresAfterS, why))?;
                Some(
                    u64::try_from(seconds)
                        .map_err(|_| making.fault(Field::ExpiresAfterS, "is below zero"))?,
                )
            }
        };
        let edits = edited_at.map(|at| Edit { at: Some(at), text: body.clone() });
        let name = making.text(Field::ConversationName)?.map(shared);
        Ok(Message {
            source: Cow::Borrowed(crate::SOURCE),
            service: Cow::Borrowed(crate::SERVICE),
            conversation: Some(Arc::new(Conversation {
                id: shared(conversation),
                name,
                is_group,
                participants: others.into_iter().map(shared).collect(),
            })),
            id: making.text(Field::Id)?.map(shared),
            sender: if direction == Direction::Out {
                Some(shared(ME.to_owned()))
            } else {
                sender.map(shared)
            },
            sender_name: making.text(Field::SenderName)?.filter(|_| direction == Direction::In).map(shared),
            direction,
            sent_at,
            received_at,
            delivered_at,
            read_at,
            remote_at,
            subject: making.text(Field::Subject)?.map(shared),
            body,
            attachments,
            edits: edits.into_iter().collect(),
            unsent: making.flag(Field::Unsent)?,
            unsent_parts: Vec::new(),
            reactions: Vec::new(),
            reply_to: making.text(Field::ReplyTo)?.map(shared),
            deleted: making.flag(Field::Deleted)?,
            expires_after_s,
            event,
            classification,
            doubts,
            origin: Origin {
                evidence: shared(file.evidence.name.clone()),
                evidence_sha256: file.evidence.sha256,
                place: row.place.clone(),
                reader_version: Cow::Owned(self.version.clone()),
            },
            raw,
        })
    }

    /// Conversation, sender and direction of a row, without the rest: what the whole must be known for.
    pub(crate) fn parties(
        &self,
        binding: &Binding,
        known: &Known,
        file: &File,
        row: &Row<'_>,
    ) -> Result<(Option<String>, Option<String>, Direction), Fault> {
        let making = Making { mapping: self, binding, known, file, row, doubts: Vec::new() };
        let sender = making.text(Field::Sender)?.and_then(|s| normal(&s));
        let direction = making.direction(sender.as_deref())?;
        Ok((making.text(Field::Conversation)?, sender, direction))
    }

    /// Whether participants come from the senders of a conversation.
    pub(crate) fn participants_from_senders(&self) -> bool {
        !self.fields.contains_key(&Field::Participants)
    }
}

/// The others in a conversation: the sender of what came in and whoever is named, but the owner.
fn others(
    making: &mut Making<'_>,
    conversation: &str,
    sender: Option<&str>,
    direction: Direction,
) -> Result<Vec<String>, Fault> {
    let mut others: Vec<String> = Vec::new();
    if direction == Direction::In {
        others.extend(sender.map(str::to_owned));
    }
    if making.mapping.participants_from_senders() {
        others.extend(making.known.senders.get(conversation).into_iter().flatten().cloned());
    } else {
        let named: Vec<String> =
            making.texts(Field::Participants)?.iter().filter_map(|p| normal(p)).collect();
        if named.is_empty() && making.mapping.required.contains(&Field::Participants) {
            return Err(making.fault(Field::Participants, "is required and empty"));
        }
        let knows_owner = !making.known.owner.is_empty();
        match (direction, named.as_slice()) {
            // what came in to one address came to the owner
            (Direction::In, [_]) if !knows_owner => {}
            _ => {
                if direction == Direction::In && !knows_owner && named.len() > 1 {
                    making.doubts.push("own_number_unknown".into());
                }
                others.extend(named);
            }
        }
    }
    let mut seen = BTreeSet::new();
    others.retain(|o| !making.known.owner.contains(o) && seen.insert(o.clone()));
    Ok(others)
}
