//! The provider's own backup: numbered files of JSON, compressed, at most a thousand rows each, oldest
//! first. Over quota the phone leaves the oldest files out and says nothing; the numbers tell.

use std::borrow::Cow;
use std::io::Read;
use std::ops::ControlFlow;
use std::sync::Arc;

use android_sms::json::{Columns, Layout, Objects};
use android_sms::{Addr, Book, Content, Mms, Origins, Part, Sms};
use evidence::{Evidence, EvidenceSet};
use flate2::read::ZlibDecoder;
use model::bytes::Sequential;
use model::{
    Fault, Finding, Location, MessageSource, Place, Record, Sensitive, SourceDescription, SourceError, Tally,
    Unreadable,
};
use serde_json::{Map, Value};

use crate::find::number;

/// Most bytes of a file when inflated; phones write a thousand rows.
const MOST_INFLATED: u64 = 64 << 20;

/// The files of one backup.
pub(crate) struct Reader {
    set: Arc<dyn EvidenceSet>,
    files: Vec<String>,
    owner: Option<String>,
    findings: Vec<Finding>,
}

impl Reader {
    /// Reads `files`, in the order of their numbers. Only a whole backup can have gaps.
    pub(crate) fn new(
        set: Arc<dyn EvidenceSet>,
        mut files: Vec<String>,
        owner: Option<String>,
        whole: bool,
    ) -> Self {
        files.sort_by_key(|path| (number(path).map_or(u64::MAX, |n| n.0), path.clone()));
        let mut findings = Vec::new();
        // attachments of MMS, and MMS that have any, are never in such a backup
        findings.push(finding("incomplete_by_construction:mms_attachments".to_owned()));
        if whole {
            findings.extend(gaps(&files));
        }
        Self { set, files, owner, findings }
    }
}

fn finding(code: String) -> Finding {
    Finding { code, at: None }
}

/// Numbers that should be there and are not: at the beginning what the quota took, else files lost.
fn gaps(files: &[String]) -> Vec<Finding> {
    let mut numbers: Vec<u64> = files.iter().filter_map(|f| number(f)).map(|n| n.0).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let mut found = Vec::new();
    let Some(first) = numbers.first() else { return found };
    if *first > 0 {
        found.push(finding(format!("quota_gap:{first}")));
    }
    let lost: u64 = numbers.windows(2).map(|w| w[1] - w[0] - 1).sum();
    if lost > 0 {
        found.push(finding(format!("backup_files_missing:{lost}")));
    }
    found
}

/// What a stream inflates to, and how it ended.
pub(crate) fn inflated(bytes: &dyn model::ReadAt) -> (Vec<u8>, Option<Fault>) {
    let mut out = Vec::new();
    let mut decoder = ZlibDecoder::new(Sequential::new(bytes)).take(MOST_INFLATED + 1);
    let mut piece = [0; 1 << 14];
    loop {
        match decoder.read(&mut piece) {
            Ok(0) => break,
            Ok(n) => out.extend_from_slice(&piece[..n]),
            Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => {
                let have = bytes.len();
                return (out, Some(Fault::Truncated { need: have + 1, have }));
            }
            Err(_) => return (out, Some(Fault::Unexpected { expected: "a zlib stream" })),
        }
    }
    if out.len() as u64 > MOST_INFLATED {
        return (out, Some(Fault::TooMuch { what: "bytes in a backup file", bound: MOST_INFLATED }));
    }
    (out, None)
}

/// The message of one row.
fn message(map: Map<String, Value>, is_mms: bool, book: &mut Book, place: Place) -> model::Message {
    let mut columns = Columns::of(map);
    let own = columns.text("self_phone");
    let recipients: Vec<String> =
        columns.list("recipients").into_iter().filter_map(|r| r.as_str().map(str::to_owned)).collect();
    // the columns say what a row is; the name of the file only where they say nothing
    let mms = ["m_type", "msg_box", "mms_addresses"].iter().any(|c| columns.has(c));
    let sms = columns.has("body") || columns.has("type");
    if mms || (is_mms && !sms) {
        let mut row = Mms::take(&mut columns);
        row.own = own;
        row.listed = recipients;
        row.addrs = columns.list("mms_addresses").into_iter().filter_map(Addr::take).collect();
        if let Some(body) = columns.text("mms_body") {
            let mime = Some("text/plain".to_owned());
            row.parts.push(Part { mime, name: None, text: Some(body), content: Content::None });
        }
        for attachment in columns.list("attachments") {
            if let Value::Object(map) = attachment {
                let mut columns = Columns::of(map);
                row.parts.push(Part {
                    mime: columns.text("mime_type"),
                    name: columns.text("filename"),
                    text: None,
                    content: Content::Missing,
                });
            }
        }
        row.settle(columns);
        return row.message(book, place);
    }
    let mut row = Sms::take(&mut columns);
    row.own = own;
    if row.address.as_deref().is_none_or(str::is_empty) && !recipients.is_empty() {
        row.address = Some(recipients.join("~"));
    }
    row.settle(columns);
    row.message(book, place)
}

impl MessageSource for Reader {
    fn describe(&self) -> SourceDescription {
        SourceDescription {
            reader: crate::VERSION.to_owned(),
            findings: self.findings.clone(),
            ..SourceDescription::default()
        }
    }

    fn findings(&self) -> Vec<Finding> {
        self.findings.clone()
    }

    fn read(&mut self, sink: &mut dyn FnMut(Record) -> ControlFlow<()>) -> Result<Tally, SourceError> {
        let mut tally = Tally::default();
        let mut book: Option<Book> = None;
        for path in &self.files {
            let Some(Evidence { name, bytes, sha256 }) = self.set.get("", path)? else { continue };
            let origins = Origins {
                source: crate::SOURCE,
                reader_version: crate::VERSION,
                evidence: Sensitive::new(Arc::from(name.as_str())),
                sha256,
            };
            let book = match &mut book {
                Some(book) => {
                    book.turn_to(origins);
                    book
                }
                none => none.insert(Book::new(origins, self.owner.as_deref())),
            };
            let is_mms = number(path).is_some_and(|n| n.1);
            let (text, fault) = inflated(bytes.as_ref());
            let mut objects = Objects::new(Arc::new(text), Layout::Array);
            let element = if is_mms { "mms" } else { "sms" };
            let mut index = 0;
            let at = |place| Location { evidence: name.clone(), place };
            let mut give = |record: Record| {
                match &record {
                    Record::Message(_) => tally.messages += 1,
                    Record::Folded { .. } => tally.folded += 1,
                    Record::Unreadable(_) => tally.unreadable += 1,
                }
                tally.seen += 1;
                sink(record)
            };
            let mut ended_badly = false;
            while let Some(object) = objects.next_object().map_err(|e| SourceError::io("reading", &e))? {
                index += 1;
                let place = Place::Element { name: Cow::Borrowed(element), index, line: 0 };
                let record = match object.value {
                    Ok(map) => Record::Message(Box::new(message(map, is_mms, book, place))),
                    Err(fault) => {
                        ended_badly = true;
                        Record::Unreadable(Unreadable { at: at(place), fault })
                    }
                };
                if give(record).is_break() {
                    return Ok(tally);
                }
            }
            let open = (!objects.is_closed() && !ended_badly)
                .then_some(Fault::Unexpected { expected: "a closed list" });
            if let Some(fault) = fault.or(open)
                && give(Record::Unreadable(Unreadable { at: at(Place::File), fault })).is_break()
            {
                return Ok(tally);
            }
        }
        Ok(tally)
    }
}

/// Any bytes as a file of the backup, compressed and not.
#[doc(hidden)]
pub fn fuzz_one(data: &[u8]) {
    let (text, _) = inflated(&data.to_vec());
    let evidence = Sensitive::new(Arc::from(""));
    let origins =
        Origins { source: crate::SOURCE, reader_version: crate::VERSION, evidence, sha256: [0; 32] };
    let mut book = Book::new(origins, None);
    for text in [text, data.to_vec()] {
        let mut objects = Objects::new(Arc::new(text), Layout::Array);
        while let Ok(Some(object)) = objects.next_object() {
            if let Ok(map) = object.value {
                let _: model::Message = message(map, false, &mut book, Place::File);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(numbers: &[u64], expected: &[&str]) {
        let files: Vec<String> = numbers.iter().map(|n| format!("{n:06}_sms_backup")).collect();
        let codes: Vec<String> = gaps(&files).into_iter().map(|f| f.code).collect();
        assert_eq!(codes, expected);
    }

    #[test]
    fn gaps_in_numbers() {
        check(&[0, 1, 2], &[]);
        check(&[2, 3], &["quota_gap:2"]);
        check(&[0, 3, 4, 6], &["backup_files_missing:3"]);
        check(&[1, 3], &["quota_gap:1", "backup_files_missing:1"]);
        check(&[], &[]);
    }
}
