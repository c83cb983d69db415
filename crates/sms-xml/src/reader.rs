//! One file, record by record. A record that cannot be read is reported and the next one found; a file
//! that is cut gives everything before the cut.

use std::borrow::Cow;
use std::ops::ControlFlow;
use std::sync::Arc;

use android_sms::{Book, Origins};
use model::{
    Fault, Finding, Location, MessageSource, Place, ReadAt, Record, Sensitive, SourceDescription,
    SourceError, Tally, Unreadable,
};

use crate::head::Head;
use crate::record::{MOST_PARTS, Odd, Records, TagEnd, settle};
use crate::scanner::{Markup, Trouble};

/// A file of messages.
pub(crate) struct Reader {
    pub(crate) bytes: Arc<dyn ReadAt>,
    /// Name of the file, for the message.
    pub(crate) name: String,
    /// Name as fit to be shown.
    pub(crate) shown: String,
    pub(crate) sha256: [u8; 32],
    pub(crate) head: Head,
    pub(crate) owner: Option<String>,
    pub(crate) findings: Vec<Finding>,
}

/// How one record ended.
enum Ended {
    /// The record is whole.
    Whole,
    /// The next record begins inside it: the markup that was met.
    Broken(Markup),
    /// Trouble inside it.
    Trouble(Trouble),
}

struct Pass<'s> {
    records: Records,
    book: Book,
    shown: String,
    len: u64,
    sink: &'s mut dyn FnMut(Record) -> ControlFlow<()>,
    tally: Tally,
    /// Records met, by element.
    ordinals: [u64; 2],
    unknown_elements: u64,
    calls: u64,
    damage: u64,
}

impl Pass<'_> {
    fn give(&mut self, record: Record) -> ControlFlow<()> {
        match &record {
            Record::Message(_) => self.tally.messages += 1,
            Record::Folded { .. } => self.tally.folded += 1,
            Record::Unreadable(_) => self.tally.unreadable += 1,
        }
        (self.sink)(record)
    }

    fn unreadable(&mut self, place: Place, trouble: Trouble) -> ControlFlow<()> {
        self.damage += 1;
        let at = Location { evidence: self.shown.clone(), place };
        let fault = trouble.fault(self.len);
        self.give(Record::Unreadable(Unreadable { at, fault }))
    }

    fn sms(&mut self, place: Place) -> Result<ControlFlow<()>, Trouble> {
        let (sms, _) = self.records.sms()?;
        let message = sms.message(&mut self.book, place);
        Ok(self.give(Record::Message(Box::new(message))))
    }

    /// An MMS; when trouble comes behind its own tag, it is given with what was read of it.
    fn mms(&mut self, place: Place) -> Result<(ControlFlow<()>, Option<Ended>), Trouble> {
        let (mut mms, mut odd, end) = self.records.mms()?;
        let ended = match end {
            TagEnd::Empty => Ended::Whole,
            TagEnd::Opened => loop {
                let inside = self.inside(&mut mms, &mut odd);
                match inside {
                    Ok(None) => {}
                    Ok(Some(ended)) => break ended,
                    Err(trouble) => break Ended::Trouble(trouble),
                }
            },
        };
        settle(&mut mms, odd);
        if !matches!(ended, Ended::Whole) {
            mms.doubts.push("record_cut".into());
        }
        let message = mms.message(&mut self.book, place.clone());
        let mut flow = self.give(Record::Message(Box::new(message)));
        if let Ended::Trouble(trouble) = ended
            && flow.is_continue()
        {
            flow = self.unreadable(place, trouble);
        }
        Ok((flow, Some(ended)))
    }

    /// One piece of markup inside an MMS.
    fn inside(&mut self, mms: &mut android_sms::Mms, odd: &mut Odd) -> Result<Option<Ended>, Trouble> {
        match self.records.scanner.markup()? {
            Markup::Close(name) if name == b"mms" => return Ok(Some(Ended::Whole)),
            Markup::Close(name) if name == b"smses" => return Ok(Some(Ended::Broken(Markup::Close(name)))),
            Markup::Close(_) => {}
            Markup::End => return Err(Trouble::Cut),
            Markup::Open(name) => match name.as_slice() {
                b"sms" | b"mms" => return Ok(Some(Ended::Broken(Markup::Open(name)))),
                b"part" => {
                    let (part, _) = self.records.part(odd)?;
                    if mms.parts.len() >= MOST_PARTS {
                        return Err(Trouble::TooMuch("parts", MOST_PARTS as u64));
                    }
                    mms.parts.push(part);
                }
                b"addr" => {
                    let (addr, _) = self.records.addr(odd)?;
                    if mms.addrs.len() >= MOST_PARTS {
                        return Err(Trouble::TooMuch("addresses", MOST_PARTS as u64));
                    }
                    mms.addrs.extend(addr);
                }
                b"parts" | b"addrs" => {
                    self.records.pass()?;
                }
                _ => {
                    self.unknown_elements += 1;
                    self.records.pass()?;
                }
            },
        }
        Ok(None)
    }

    /// Everything behind the root's tag; whether the root was closed.
    fn all(&mut self) -> Result<bool, SourceError> {
        let mut next: Option<Markup> = None;
        loop {
            let markup = match next.take() {
                Some(markup) => Ok(markup),
                None => self.records.scanner.markup(),
            };
            let trouble = match markup {
                Ok(Markup::End) => return Ok(false),
                Ok(Markup::Close(name)) if name == b"smses" || name == b"calls" => return Ok(true),
                Ok(Markup::Close(_)) => continue,
                Ok(Markup::Open(name)) => {
                    let place = self.place(&name);
                    let result = match name.as_slice() {
                        b"sms" => self.sms(place.clone()).map(|flow| (flow, None)),
                        b"mms" => self.mms(place.clone()),
                        b"call" => {
                            self.calls += 1;
                            self.records.pass().map(|_| (ControlFlow::Continue(()), None))
                        }
                        _ => {
                            self.unknown_elements += 1;
                            self.records.pass().map(|_| (ControlFlow::Continue(()), None))
                        }
                    };
                    match result {
                        Ok((flow, _)) if flow.is_break() => return Ok(true),
                        Ok((_, Some(Ended::Broken(markup)))) => {
                            next = Some(markup);
                            continue;
                        }
                        Ok((_, Some(Ended::Trouble(trouble)))) => trouble,
                        Ok(_) => continue,
                        Err(trouble) => {
                            if self.unreadable(place, trouble).is_break() {
                                return Ok(true);
                            }
                            trouble
                        }
                    }
                }
                Err(trouble) => {
                    let place = Place::Offset(self.records.scanner.offset());
                    if self.unreadable(place, trouble).is_break() {
                        return Ok(true);
                    }
                    trouble
                }
            };
            match trouble {
                Trouble::Cut => return Ok(false),
                Trouble::Io(code) => return Err(SourceError::Io { what: "reading the file", code }),
                Trouble::Syntax(_) | Trouble::TooMuch(..) => {}
            }
            if let Err(Trouble::Io(code)) = self.records.scanner.find_record() {
                return Err(SourceError::Io { what: "reading the file", code });
            }
        }
    }

    fn place(&mut self, name: &[u8]) -> Place {
        let (name, at) = match name {
            b"sms" => ("sms", Some(0)),
            b"mms" => ("mms", Some(1)),
            _ => ("element", None),
        };
        let index = match at {
            Some(at) => {
                self.ordinals[at] += 1;
                self.ordinals[at]
            }
            None => self.unknown_elements + 1,
        };
        Place::Element { name: Cow::Borrowed(name), index, line: self.records.scanner.line() }
    }
}

impl MessageSource for Reader {
    fn describe(&self) -> SourceDescription {
        SourceDescription {
            reader: crate::VERSION.to_owned(),
            rows: self.head.count,
            ..SourceDescription::default()
        }
    }

    fn findings(&self) -> Vec<Finding> {
        self.findings.clone()
    }

    fn read(&mut self, sink: &mut dyn FnMut(Record) -> ControlFlow<()>) -> Result<Tally, SourceError> {
        self.findings.clear();
        let origins = Origins {
            source: crate::SOURCE,
            reader_version: crate::VERSION,
            evidence: Sensitive::new(Arc::from(self.name.as_str())),
            sha256: self.sha256,
        };
        let mut stopped = false;
        let mut watched = |record| {
            let flow = sink(record);
            stopped |= flow.is_break();
            flow
        };
        let mut pass = Pass {
            records: Records::new(self.bytes.clone()),
            book: Book::new(origins, self.owner.as_deref()),
            shown: self.shown.clone(),
            len: self.bytes.len(),
            sink: &mut watched,
            tally: Tally::default(),
            ordinals: [0; 2],
            unknown_elements: 0,
            calls: 0,
            damage: 0,
        };
        // the root was found when the file was recognised
        let mut closed = false;
        let mut rootless = None;
        match pass.records.scanner.markup().and_then(|_| pass.records.pass()) {
            Ok(TagEnd::Empty) => closed = true,
            Ok(TagEnd::Opened) => closed = pass.all()?,
            Err(trouble) => rootless = Some(trouble.fault(self.bytes.len())),
        }
        let end = pass.records.scanner.offset();
        let trailing = closed && !matches!(pass.records.scanner.markup(), Ok(Markup::End));
        let Pass { mut tally, ordinals, unknown_elements, calls, damage, .. } = pass;
        tally.seen = tally.messages + tally.folded + tally.unreadable;
        if stopped {
            return Ok(tally);
        }
        let here = |place| Some(Location { evidence: self.shown.clone(), place });
        let mut found = |code: String, at| self.findings.push(Finding { code, at });
        if let Some(fault) = rootless {
            found(format!("root_unreadable: {fault}"), here(Place::Offset(end)));
        }
        if !closed {
            found("file_cut".to_owned(), here(Place::Offset(end)));
        }
        if trailing {
            found("content_behind_the_end".to_owned(), here(Place::Offset(end)));
        }
        let records = ordinals[0] + ordinals[1];
        match self.head.count {
            Some(count) if count != records && calls == 0 => {
                found(format!("count_mismatch:{count}/{records}"), here(Place::File));
            }
            _ => {}
        }
        if damage > 0 {
            found(format!("damaged_records:{damage}"), here(Place::File));
        }
        if unknown_elements > 0 {
            found(format!("unknown_elements:{unknown_elements}"), here(Place::File));
        }
        if calls > 0 {
            found(format!("calls_not_read:{calls}"), here(Place::File));
        }
        Ok(tally)
    }
}

/// A file that is too short to have anything.
pub(crate) fn no_declarations() -> Fault {
    Fault::Unexpected { expected: "a file without declarations (DTD)" }
}
