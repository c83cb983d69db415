//! One export, message by message.

use std::borrow::Cow;
use std::ops::ControlFlow;
use std::sync::Arc;

use android_sms::json::{Columns, Layout, Object, Objects};
use android_sms::{Addr, Book, Content, Mms, Origins, Part, Sms};
use evidence::{Evidence, Tree, hash_and_count};
use model::{
    Fault, Finding, Location, MessageSource, Place, Record, Sensitive, SourceDescription, SourceError, Tally,
    Unreadable,
};
use serde_json::{Map, Value};

use crate::content::{Lazy, Store, Where};
use crate::survey::{Survey, addresses};

/// Most parts of one MMS.
const MOST_PARTS: usize = 10_000;

/// An export, opened.
pub(crate) struct Reader {
    messages: Evidence,
    layout: Layout,
    owner: Option<String>,
    store: Arc<Store>,
    findings: Vec<Finding>,
}

/// Counts that become findings.
#[derive(Default)]
struct Counts {
    missing: u64,
    empty: u64,
}

impl Reader {
    pub(crate) fn new(
        tree: Arc<dyn Tree>,
        messages: Evidence,
        layout: Layout,
        owner: Option<String>,
    ) -> Self {
        let store = Arc::new(Store::new(tree, messages.bytes.clone()));
        Self { messages, layout, owner, store, findings: Vec::new() }
    }

    fn objects(&self) -> Objects {
        Objects::new(self.messages.bytes.clone(), self.layout)
    }

    fn message(
        &self,
        map: Map<String, Value>,
        at: (u64, u64),
        survey: &Survey,
        book: &mut Book,
        counts: &mut Counts,
        index: u64,
    ) -> model::Message {
        let mut columns = Columns::of(map);
        // an MMS is what has this column, as the app itself decides when it imports
        let is_mms = columns.has("m_type");
        let name = columns.text("__display_name").or_else(|| columns.text("display_name"));
        let element = if is_mms { "mms" } else { "sms" };
        let place = Place::Element { name: Cow::Borrowed(element), index, line: 0 };
        if !is_mms {
            let mut sms = Sms::take(&mut columns);
            sms.name = name;
            sms.settle(columns);
            return sms.message(book, place);
        }
        let mut mms = Mms::take(&mut columns);
        let thread = columns.number("thread_id");
        mms.listed = survey.others(thread).to_vec();
        if mms.listed.len() > 1 && !book.knows_owner() {
            mms.doubts.push("own_number_unknown".into());
        }
        let (sender, recipients) = addresses(&mut columns);
        if let Some(sender) = sender {
            let name = sender.get("__display_name").or_else(|| sender.get("display_name"));
            mms.name = name.and_then(Value::as_str).map(str::to_owned);
            mms.name_of_sender = true;
            mms.addrs.extend(Addr::take(Value::Object(sender)).map(|a| Addr { kind: 137, ..a }));
        }
        mms.addrs.extend(recipients.into_iter().filter_map(Addr::take));
        let mut parts = columns.list("__parts");
        parts.extend(columns.list("parts"));
        for (i, part) in parts.into_iter().take(MOST_PARTS).enumerate() {
            let Value::Object(part) = part else {
                mms.doubts.push("part_unreadable".into());
                continue;
            };
            let part = self.part(part, at, i, &mut mms.doubts, counts);
            mms.parts.push(part);
        }
        mms.settle(columns);
        mms.message(book, place)
    }

    fn part(
        &self,
        part: Map<String, Value>,
        (start, len): (u64, u64),
        i: usize,
        doubts: &mut Vec<Cow<'static, str>>,
        counts: &mut Counts,
    ) -> Part {
        let inline = part.get("binary_data").is_some_and(Value::is_string);
        let mut columns = Columns::of(part);
        let names = ["fn", "name", "cl"].map(|c| columns.text(c));
        let name = names.into_iter().flatten().find(|n| !n.is_empty());
        let data = columns.text("_data").filter(|d| !d.is_empty());
        let member =
            data.as_deref().and_then(|d| d.rsplit('/').next()).map(|n| Where::Member(format!("data/{n}")));
        let place = if inline { Some(Where::Inline { start, len, part: i }) } else { member };
        let content = match place {
            None => Content::None,
            Some(place) => match self.store.fetch(&place) {
                Ok(None) => Content::Missing,
                Ok(Some(bytes)) => match hash_and_count(bytes.as_ref()) {
                    Ok((sha256, size)) => {
                        let store = self.store.clone();
                        if size == 0 {
                            // the app goes on when copying fails, and leaves an empty file
                            counts.empty += 1;
                            doubts.push("attachment_empty".into());
                        }
                        Content::There { bytes: Arc::new(Lazy { store, place, size }), size, sha256 }
                    }
                    Err(_) => unreadable(doubts),
                },
                Err(_) => unreadable(doubts),
            },
        };
        if matches!(content, Content::Missing) {
            counts.missing += 1;
        }
        Part { mime: columns.text("ct"), name, text: columns.text("text"), content }
    }
}

fn unreadable(doubts: &mut Vec<Cow<'static, str>>) -> Content {
    doubts.push("attachment_unreadable".into());
    Content::Missing
}

impl MessageSource for Reader {
    fn describe(&self) -> SourceDescription {
        SourceDescription { reader: crate::VERSION.to_owned(), ..SourceDescription::default() }
    }

    fn findings(&self) -> Vec<Finding> {
        self.findings.clone()
    }

    fn read(&mut self, sink: &mut dyn FnMut(Record) -> ControlFlow<()>) -> Result<Tally, SourceError> {
        let io = |e: std::io::Error| SourceError::io("reading the messages", &e);
        self.findings.clear();
        let origins = Origins {
            source: crate::SOURCE,
            reader_version: crate::VERSION,
            evidence: Sensitive::new(Arc::from(self.messages.name.as_str())),
            sha256: self.messages.sha256,
        };
        let mut book = Book::new(origins, self.owner.as_deref());
        let survey = Survey::make(self.objects(), &mut book).map_err(io)?;
        let mut objects = self.objects();
        let (mut tally, mut counts) = (Tally::default(), Counts::default());
        let mut index = 0;
        while let Some(Object { start, len, value }) = objects.next_object().map_err(io)? {
            index += 1;
            tally.seen += 1;
            let record = match value {
                Ok(map) => {
                    tally.messages += 1;
                    let message = self.message(map, (start, len), &survey, &mut book, &mut counts, index);
                    Record::Message(Box::new(message))
                }
                Err(fault) => {
                    tally.unreadable += 1;
                    let at = Location { evidence: "messages".to_owned(), place: Place::Offset(start) };
                    Record::Unreadable(Unreadable { at, fault })
                }
            };
            if sink(record).is_break() {
                return Ok(tally);
            }
        }
        let mut found = |code: String| self.findings.push(Finding { code, at: None });
        if !objects.is_closed() {
            let have = self.messages.bytes.len();
            found(format!("file_cut: {}", Fault::Truncated { need: have + 1, have }));
        }
        if counts.missing > 0 {
            found(format!("attachments_missing:{}", counts.missing));
        }
        if counts.empty > 0 {
            found(format!("attachments_empty:{}", counts.empty));
        }
        Ok(tally)
    }
}

/// Any bytes as messages of either version.
#[doc(hidden)]
pub fn fuzz_one(data: &[u8]) {
    struct Nothing;
    impl Tree for Nothing {
        fn get(&self, _: &str) -> Result<Option<Arc<dyn model::ReadAt>>, SourceError> {
            Ok(None)
        }
        fn list(&self, _: &str) -> Result<Vec<String>, SourceError> {
            Ok(Vec::new())
        }
    }
    for layout in [Layout::Array, Layout::Lines] {
        let messages = Evidence { name: String::new(), bytes: Arc::new(data.to_vec()), sha256: [0; 32] };
        let mut reader = Reader::new(Arc::new(Nothing), messages, layout, None);
        if let Ok(tally) = reader.read(&mut |_| ControlFlow::Continue(())) {
            assert!(tally.balances(), "{tally:?}");
        }
    }
}
