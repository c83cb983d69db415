//! SMS and MMS as Android phones and their exporting apps keep them: an XML file of SMS Backup & Restore, a
//! backup by `adb`, the provider's database, an export of SMS Import / Export. One invented story, told by
//! each writer in its own form, with what a reader must find. The same [`Spec`] gives the same bytes.

mod ab;
mod database;
mod json;
mod story;
mod xml;

pub use ab::{backup, backup_of};
pub use database::{Database, bugle, database};
pub use json::{Named, array, lines};
pub use xml::xml;

use story::Item;

/// What to write.
#[derive(Clone, Debug)]
pub struct Spec {
    /// Seed of everything that is random.
    pub seed: u64,
    /// SMS, of all boxes.
    pub sms: u32,
    /// MMS, groups and attachments among them.
    pub mms: u32,
    /// A mark that every text, name and file name carries, for finding leaks.
    pub canary: Option<String>,
}

impl Spec {
    /// A small one.
    pub fn small(seed: u64) -> Self {
        Self { seed, sms: 60, mms: 24, canary: None }
    }
}

/// A file that a message must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Name.
    pub name: String,
    /// Content; `None` where this form does not have it.
    pub content: Option<Vec<u8>>,
}

/// A message that a reader must find, in the order of the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Truth {
    /// `SMS`, `MMS`, `RCS`.
    pub service: &'static str,
    /// Numbers of the others joined by `~`.
    pub conversation: String,
    /// Whether there are several others.
    pub is_group: bool,
    /// `me`, or a number.
    pub sender: String,
    /// Milliseconds since 1970.
    pub sent_ms: i64,
    /// Subject.
    pub subject: Option<String>,
    /// Text.
    pub body: Option<String>,
    /// Files.
    pub files: Vec<File>,
}

fn truth(item: &Item, with_content: bool) -> Truth {
    Truth {
        service: item.service(),
        conversation: item.others.join("~"),
        is_group: item.others.len() > 1,
        sender: if item.out { "me".to_owned() } else { item.others[item.from].clone() },
        sent_ms: item.shown_ms(),
        subject: item.subject.clone(),
        body: item.body.clone(),
        files: item
            .file
            .iter()
            .map(|(name, content)| File {
                name: name.clone(),
                content: with_content.then(|| content.clone()),
            })
            .collect(),
    }
}
