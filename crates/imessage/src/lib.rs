//! Reader of an iPhone's `sms.db`: iMessage, SMS, MMS and RCS, with the names of the address book.
//! Every row of `message` is accounted for; what is not understood is kept and named.
//!
//! This crate knows no backup format (it asks an evidence set for paths) and no archive. The mapping,
//! field by field, and every doubt it can write stand in `docs/readers/ios.md`.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod ahead;
mod alone;
mod attachments;
mod cards;
mod contacts;
mod damage;
mod events;
mod extras;
mod fetch;
mod first_pass;
mod keyed;
mod kinds;
mod maps;
mod normalise;
mod parts;
mod protobuf;
mod reader;
mod rescue;
mod rows;
#[cfg(test)]
mod samples;
mod settings;
mod shown;
mod summary;
mod traces;
mod typedstream;

use std::sync::Arc;

use evidence::{Database, Evidence, EvidenceSet};
use model::{Finding, MessageSource, SourceError};

use contacts::Contacts;
use reader::Reader;

pub use alone::open_alone;
#[doc(hidden)]
pub use cards::fuzz_one as fuzz_card;
#[doc(hidden)]
pub use summary::fuzz_one as fuzz_summary;
#[doc(hidden)]
pub use typedstream::fuzz_one as fuzz_body;

/// Reader and version, as each message carries it.
pub(crate) const VERSION: &str = "imessage 1";

const DOMAIN: &str = "HomeDomain";
const SMS: &str = "Library/SMS/sms.db";

/// Opens the messages of an iPhone; `None` when the source has no sms.db.
///
/// # Errors
/// When sms.db is there and cannot be read at all, or is listed and not there. A damaged address book is a finding.
pub fn open(set: Arc<dyn EvidenceSet>) -> Result<Option<Box<dyn MessageSource>>, SourceError> {
    let Some((sms, wal)) = with_wal(set.as_ref(), SMS)? else {
        // listed and not there is not the same as never there
        let listed = set.lists(DOMAIN, SMS)?;
        let what = "Library/SMS/sms.db, which the source lists,";
        return if listed { Err(SourceError::Missing { what }) } else { Ok(None) };
    };
    let mut findings = settings::findings(set.as_ref());
    let contacts = match contacts(set.as_ref()) {
        Ok(contacts) => contacts,
        Err(_) => {
            findings.push(Finding { code: "address_book_unreadable".to_owned(), at: None });
            Contacts::default()
        }
    };
    let reader = Reader::open(set, &sms, wal.as_ref(), contacts, findings)?;
    Ok(Some(Box::new(reader)))
}

/// A database and its write-ahead log, where there is one.
fn with_wal(set: &dyn EvidenceSet, path: &str) -> Result<Option<(Evidence, Option<Evidence>)>, SourceError> {
    let Some(main) = set.get(DOMAIN, path)? else { return Ok(None) };
    Ok(Some((main, set.get(DOMAIN, &format!("{path}-wal"))?)))
}

fn contacts(set: &dyn EvidenceSet) -> Result<Contacts, SourceError> {
    match with_wal(set, "Library/AddressBook/AddressBook.sqlitedb")? {
        Some((main, wal)) => Contacts::read(&Database::open(&main, wal.as_ref())?),
        None => Ok(Contacts::default()),
    }
}
