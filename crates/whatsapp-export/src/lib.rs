//! Reader of what WhatsApp's "Export chat" writes: a text, alone or with its media in a zip or a folder,
//! from Android and iPhones, in the forms of every language. The form is found by scoring the whole file and
//! locked; every physical line belongs to exactly one message.
//!
//! This crate knows no other reader, no archive, and guesses no date: where two orders of day and month
//! remain it asks. The mapping, field by field, and every doubt it can write stand in
//! `docs/readers/whatsapp-export.md`.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod body;
mod counts;
mod entry;
mod file_words;
mod format;
mod head;
mod lines;
mod lists;
mod marks;
mod names;
mod noon;
mod notice;
mod notice_words;
mod people;
mod quotes;
mod reader;
mod source;
mod survey;
mod words;
mod zone;

use std::collections::BTreeMap;
use std::sync::Arc;

use evidence::{EvidenceSet, Given, Opening, Tree};
use model::{MessageSource, SourceError};

use format::Scored;
use reader::Reader;
use source::{Chat, ExportSet, Media};
use survey::Said;
use zone::Zone;

/// Reader and version, as each message carries it.
pub(crate) const VERSION: &str = "whatsapp-export 1";

/// Opens an export; `None` when the tree holds no text that is a chat.
///
/// # Errors
/// [`SourceError::Ambiguous`] when two orders of day and month remain and none is given; else when a chat is
/// there and cannot be read.
pub fn open(tree: &Arc<dyn Tree>, given: &Given) -> Result<Option<Opening>, SourceError> {
    let chats = source::chats(tree.as_ref())?;
    let mut folders: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for chat in &chats {
        folders.entry(&chat.folder).or_default().push(&chat.name);
    }
    let mut media = BTreeMap::new();
    for (folder, names) in folders {
        media.insert(folder, Arc::new(Media::new(tree.clone(), folder, &names)?));
    }
    let set = Arc::new(ExportSet::new(tree.clone()));
    let mut readers: Vec<Box<dyn MessageSource>> = Vec::new();
    for (ordinal, chat) in (1..).zip(&chats) {
        let Some(beside) = media.get(chat.folder.as_str()) else { continue };
        if let Some(reader) = chat_reader(chat, ordinal, chats.len() == 1, &set, beside, given)? {
            readers.push(Box::new(reader));
        }
    }
    if readers.is_empty() {
        return Ok(None);
    }
    let shared: Arc<dyn EvidenceSet> = set;
    let mut readers = readers.into_iter();
    Ok(readers.next().map(|first| {
        let mut opening = Opening::of("whatsapp-export", shared, first);
        opening.readers.extend(readers);
        opening
    }))
}

fn chat_reader(
    chat: &Chat,
    ordinal: usize,
    alone: bool,
    set: &ExportSet,
    media: &Arc<Media>,
    given: &Given,
) -> Result<Option<Reader>, SourceError> {
    let evidence = set.take(chat, ordinal)?;
    let fail = |e: std::io::Error| SourceError::io("reading the chat", &e);
    let bytes = evidence.bytes.as_ref();
    let locked = match format::score(bytes, given.date_order).map_err(fail)? {
        Scored::Locked(locked) => locked,
        Scored::Nothing => return Ok(None),
        Scored::Ambiguous => {
            return Err(SourceError::Ambiguous {
                what: "the order of day and month",
                give: "--date-order dmy, mdy or ymd",
            });
        }
    };
    // an iPhone calls every chat _chat.txt; the zip or folder has the name
    let outer = given.source_name.as_deref().filter(|_| alone && chat.folder.is_empty());
    let file = names::read(&chat.name).chat;
    let title = file.or_else(|| names::read(&chat.folder).chat).or_else(|| names::read(outer?).chat);
    let said = Said { owner_name: given.owner_name.as_deref(), chat: title };
    let survey = survey::survey(bytes, locked.format, &said).map_err(fail)?;
    let zone = Zone::of(given.zone.as_deref()).ok_or(SourceError::Ambiguous {
        what: "times in an unknown zone",
        give: "--zone, as in Europe/Copenhagen",
    })?;
    Ok(Some(Reader::new(evidence, &chat.name, &locked, survey, media.clone(), zone)))
}

/// Any bytes as a chat.
#[doc(hidden)]
pub fn fuzz_one(data: &[u8]) {
    use std::ops::ControlFlow;

    struct One(Arc<Vec<u8>>);
    struct Bytes(Arc<Vec<u8>>);
    impl model::ReadAt for Bytes {
        fn len(&self) -> u64 {
            self.0.len() as u64
        }
        fn read_at(&self, offset: u64, buf: &mut [u8]) -> std::io::Result<usize> {
            self.0.read_at(offset, buf)
        }
    }
    impl Tree for One {
        fn get(&self, name: &str) -> Result<Option<Arc<dyn model::ReadAt>>, SourceError> {
            Ok((name == "_chat.txt").then(|| Arc::new(Bytes(self.0.clone())) as Arc<dyn model::ReadAt>))
        }
        fn list(&self, folder: &str) -> Result<Vec<String>, SourceError> {
            Ok(if folder.is_empty() { vec!["_chat.txt".to_owned()] } else { Vec::new() })
        }
    }
    let tree: Arc<dyn Tree> = Arc::new(One(Arc::new(data.to_vec())));
    let given = Given { date_order: Some(evidence::DateOrder::Dmy), ..Given::default() };
    let Ok(Some(opening)) = open(&tree, &given) else { return };
    for mut reader in opening.readers {
        let mut texts = 0;
        let tally = reader.read(&mut |record| {
            if let model::Record::Message(message) = record {
                texts += message.body.map_or(0, |b| b.expose().len());
            }
            ControlFlow::Continue(())
        });
        assert!(tally.is_ok_and(|t| t.balances()), "the tally balances");
        assert!(texts <= 3 * data.len() + 64, "no text comes from nowhere");
    }
}
