//! A model of the report with its fields and the models in it, as it was written: the row, before anything is
//! made of it. What has been understood is taken out; what is left can be kept.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::Fault;

use crate::nest::{Element, Nest, Step};

/// Most fields and models of one record, those inside others among them.
const MOST_PARTS: usize = 100_000;
/// Most bytes of text of one record.
const MOST_TEXT: usize = 64 << 20;

/// A field with its value.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    /// Its name.
    pub(crate) name: Cow<'static, str>,
    /// Its value.
    pub(crate) value: String,
}

/// A model, and the field it stands in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    /// The field it stands in.
    pub(crate) field: Cow<'static, str>,
    /// Its type: `InstantMessage`, `Party` ...
    pub(crate) kind: Cow<'static, str>,
    /// Its id in the report.
    pub(crate) id: String,
    /// `Intact`, `Deleted`, `Trash`, `Unknown`.
    pub(crate) deleted: String,
    /// `High`, `Medium`, `Low`.
    pub(crate) confidence: String,
    /// Id of the file that an attachment is.
    pub(crate) file_id: String,
    /// Fields, in order.
    pub(crate) fields: Vec<Field>,
    /// Models in it, in order.
    pub(crate) models: Vec<Model>,
    /// Models and files it points to.
    pub(crate) targets: Vec<String>,
}

/// How much a record may still grow.
pub(crate) struct Room {
    parts: usize,
    text: usize,
    /// Whether something was left out.
    pub(crate) full: bool,
}

impl Room {
    pub(crate) fn new() -> Self {
        Self { parts: MOST_PARTS, text: MOST_TEXT, full: false }
    }

    fn part(&mut self) -> bool {
        self.full |= self.parts == 0;
        self.parts = self.parts.saturating_sub(1);
        !self.full
    }

    fn text(&mut self, text: String) -> Option<String> {
        match self.text.checked_sub(text.len()) {
            Some(left) => {
                self.text = left;
                Some(text)
            }
            None => {
                self.full = true;
                None
            }
        }
    }
}

/// Names that most records have, so that they cost nothing.
const COMMON: [&str; 36] = [
    "UserMapping",
    "Source",
    "Identifier",
    "Name",
    "Body",
    "TimeStamp",
    "Status",
    "Platform",
    "Label",
    "Type",
    "SourceApplication",
    "ServiceIdentifier",
    "Subject",
    "Folder",
    "From",
    "To",
    "IsPhoneOwner",
    "Role",
    "DateRead",
    "DateDelivered",
    "Attachment",
    "Attachments",
    "Filename",
    "ContentType",
    "Party",
    "InstantMessage",
    "SMS",
    "MMS",
    "attachment_extracted_path",
    "Participants",
    "Messages",
    "Id",
    "Account",
    "SharedContacts",
    "Coordinate",
    "Position",
];

/// A name, without an allocation where it is a common one.
pub(crate) fn name(text: &str) -> Cow<'static, str> {
    match COMMON.iter().find(|c| **c == text) {
        Some(common) => Cow::Borrowed(common),
        None => Cow::Owned(text.to_owned()),
    }
}

impl Model {
    /// The model whose tag was just read.
    pub(crate) fn of_tag(nest: &Nest, field: Cow<'static, str>, kind: &str) -> Self {
        let tag = &nest.scanner.tag;
        let text = |key: &str| tag.get(key).map(Cow::into_owned).unwrap_or_default();
        Self {
            field,
            kind: tag.get("type").map_or_else(|| name(kind), |kind| name(&kind)),
            id: text("id"),
            deleted: text("deleted_state"),
            confidence: text("decoding_confidence"),
            file_id: text("file_id"),
            ..Self::default()
        }
    }

    /// Takes the value of the first field of this name out.
    pub(crate) fn take(&mut self, name: &str) -> Option<String> {
        let at = self.fields.iter().position(|f| f.name == name)?;
        Some(self.fields.remove(at).value)
    }

    /// The value of the first field of this name, without blanks; `None` when it is empty.
    pub(crate) fn take_word(&mut self, name: &str) -> Option<String> {
        self.take(name).map(|v| v.trim().to_owned()).filter(|v| !v.is_empty())
    }

    /// Whether a field of this name says yes; `None` where it says nothing.
    pub(crate) fn take_flag(&mut self, name: &str) -> Option<bool> {
        let word = self.take_word(name)?;
        match word.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" => Some(true),
            "false" | "0" | "no" => Some(false),
            _ => None,
        }
    }

    /// Takes the models of one type out.
    pub(crate) fn take_kind(&mut self, kind: &str) -> Vec<Self> {
        self.models.extract_if(.., |m| m.kind == kind).collect()
    }

    /// Reads what stands in the model that was just opened, up to its end.
    pub(crate) fn read(&mut self, nest: &mut Nest, room: &mut Room) -> Result<(), Fault> {
        let depth = nest.depth();
        loop {
            match nest.step(false)? {
                Step::End => return Ok(()),
                Step::Close if nest.depth() < depth => return Ok(()),
                Step::Close | Step::Text => {}
                Step::Open(element) => self.child(element, nest, room)?,
            }
        }
    }

    /// Reads a child that was just opened, up to its end.
    pub(crate) fn child(&mut self, element: Element, nest: &mut Nest, room: &mut Room) -> Result<(), Fault> {
        let depth = nest.depth();
        match element {
            Element::Field | Element::MultiField => {
                let called = name(&nest.scanner.tag.get("name").unwrap_or_default());
                self.values(called, nest, room)
            }
            Element::ModelField | Element::MultiModelField => {
                let tag = &nest.scanner.tag;
                let called = name(&tag.get("name").unwrap_or_default());
                let kind = tag.get("type").map(Cow::into_owned).unwrap_or_default();
                loop {
                    match nest.step(false)? {
                        Step::End => return Ok(()),
                        Step::Close if nest.depth() < depth => return Ok(()),
                        Step::Open(Element::Model) => {
                            let mut model = Self::of_tag(nest, called.clone(), &kind);
                            model.read(nest, room)?;
                            if room.part() {
                                self.models.push(model);
                            }
                        }
                        Step::Open(_) | Step::Close | Step::Text => {}
                    }
                }
            }
            Element::TargetId => {
                let target = nest.text()?.trim().to_owned();
                if room.part() {
                    self.targets.extend(room.text(target).filter(|t| !t.is_empty()));
                }
                Ok(())
            }
            // its children come as children of this model
            Element::JumpTargets => Ok(()),
            // a tag that damage made unknown still has its name and its value
            Element::Other => match nest.scanner.tag.get("name").map(|n| name(&n)) {
                Some(called) if !called.is_empty() => self.values(called, nest, room),
                _ => nest.leave(depth),
            },
            _ => nest.leave(depth),
        }
    }

    /// The values of the field that was just opened.
    fn values(&mut self, called: Cow<'static, str>, nest: &mut Nest, room: &mut Room) -> Result<(), Fault> {
        let depth = nest.depth();
        loop {
            match nest.step(false)? {
                Step::End => return Ok(()),
                Step::Close if nest.depth() < depth => return Ok(()),
                Step::Open(Element::Value | Element::Other) => {
                    let coded = nest.scanner.tag.get("format").is_some_and(|f| f == "Base64String");
                    let mut text = nest.text()?;
                    if coded
                        && let Ok(bytes) = STANDARD.decode(text.trim())
                        && let Ok(decoded) = String::from_utf8(bytes)
                    {
                        text = decoded;
                    }
                    if room.part()
                        && let Some(value) = room.text(text)
                    {
                        self.fields.push(Field { name: called.clone(), value });
                    }
                }
                Step::Open(_) | Step::Close | Step::Text => {}
            }
        }
    }

    /// Every field of the model and of those in it, by its path.
    pub(crate) fn leaves(&self, each: &mut dyn FnMut(&str, &Self, &Field)) {
        self.leaves_below("", each);
    }

    fn leaves_below(&self, path: &str, each: &mut dyn FnMut(&str, &Self, &Field)) {
        for field in &self.fields {
            each(path, self, field);
        }
        for model in &self.models {
            let below = format!("{path}{}/", model.field);
            model.leaves_below(&below, each);
        }
    }
}
