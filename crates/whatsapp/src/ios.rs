//! WhatsApp on the iPhone, out of a backup of the phone: `ChatStorage.sqlite` with the names of
//! `ContactsV2.sqlite`, the numbers of `LID.sqlite` and the files below `Message/`; WhatsApp Business has
//! the same in a folder of its own.

mod events;
mod info;
mod item;
mod message;
mod people;
mod reader;
mod row;

use std::sync::Arc;

use evidence::{Database, Evidence, EvidenceSet};
use model::{Finding, MessageSource, SourceError};

use people::People;
use reader::Reader;

#[doc(hidden)]
pub use info::fuzz_one as fuzz_info;

/// `source` of the messages.
pub(crate) const SOURCE: &str = "whatsapp-ios";

/// One of the two apps.
#[derive(Clone, Copy)]
struct App {
    bundle: &'static str,
    domain: &'static str,
}

const PERSONAL: App =
    App { bundle: "net.whatsapp.WhatsApp", domain: "AppDomainGroup-group.net.whatsapp.WhatsApp.shared" };
const BUSINESS: App = App {
    bundle: "net.whatsapp.WhatsAppSMB",
    domain: "AppDomainGroup-group.net.whatsapp.WhatsAppSMB.shared",
};

const MESSAGES: &str = "ChatStorage.sqlite";
/// Files of the app that are there even when its messages are not.
const OTHERS: [&str; 4] = ["ContactsV2.sqlite", "LID.sqlite", "CallHistory.sqlite", "Axolotl.sqlite"];

/// Opens WhatsApp; `None` when the source has no database of it.
///
/// # Errors
/// When the database is there and cannot be read at all. Damaged lists of people are findings.
pub fn open(set: Arc<dyn EvidenceSet>) -> Result<Option<Box<dyn MessageSource>>, SourceError> {
    open_app(set, PERSONAL)
}

/// Opens WhatsApp Business; `None` when the source has no database of it.
///
/// # Errors
/// As [`open`].
pub fn open_business(set: Arc<dyn EvidenceSet>) -> Result<Option<Box<dyn MessageSource>>, SourceError> {
    open_app(set, BUSINESS)
}

fn open_app(set: Arc<dyn EvidenceSet>, app: App) -> Result<Option<Box<dyn MessageSource>>, SourceError> {
    let Some((main, wal)) = with_wal(set.as_ref(), app, MESSAGES)? else { return Ok(None) };
    let database = Database::open(&main, wal.as_ref())?;
    let mut findings = Vec::new();
    let mut people = People::default();
    for (path, read) in [
        ("LID.sqlite", People::read_lids as fn(&mut People, &Database) -> Result<(), SourceError>),
        ("ContactsV2.sqlite", People::read_contacts),
    ] {
        let result = with_wal(set.as_ref(), app, path).and_then(|found| match found {
            Some((main, wal)) => read(&mut people, &Database::open(&main, wal.as_ref())?),
            None => Ok(()),
        });
        if result.is_err() {
            findings.push(Finding { code: format!("list_unreadable:{path}"), at: None });
        }
    }
    Ok(Some(Box::new(Reader::open(set, app.domain, database, &main, people, findings)?)))
}

/// A database and its write-ahead log, where there is one.
fn with_wal(
    set: &dyn EvidenceSet,
    app: App,
    path: &str,
) -> Result<Option<(Evidence, Option<Evidence>)>, SourceError> {
    let Some(main) = set.get(app.domain, path)? else { return Ok(None) };
    Ok(Some((main, set.get(app.domain, &format!("{path}-wal"))?.filter(|wal| !wal.bytes.is_empty()))))
}

/// Why an app's messages may be absent from a source that has other files of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copied {
    /// The phone made the copy and asked each app what belongs into it.
    Backup,
    /// The files were read as they lay: an app had no say.
    Files,
}

/// What a person must look at when an app is on the phone, by the ids of installed `apps` or by its other
/// files, and its messages are not in the source: it must never pass for empty.
pub fn absent(set: &dyn EvidenceSet, apps: &[String], copied: Copied) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut finding = |code: String| findings.push(Finding { code, at: None });
    // a file that is there and cannot be opened is there
    let has = |app: App, path: &str| !matches!(set.get(app.domain, path), Ok(None));
    let [personal, business] = [PERSONAL, BUSINESS].map(|app| has(app, MESSAGES));
    for (app, messages) in [(PERSONAL, personal), (BUSINESS, business)] {
        if messages {
            continue;
        }
        let others = OTHERS.iter().any(|path| has(app, path));
        let installed = apps.iter().any(|id| id == app.bundle) || (others && copied == Copied::Files);
        if others && copied == Copied::Backup {
            // the app's data is in the copy and its messages are not: that is what the app does when its
            // own encrypted backup is switched on
            finding(format!("messages_absent_encrypted_backup_on:{}", app.bundle));
        } else if installed {
            finding(format!("messages_absent_app_installed:{}", app.bundle));
        }
    }
    if business && !personal {
        finding("business_only:net.whatsapp.WhatsAppSMB".to_owned());
    }
    findings
}
