//! XML 1.0 as a walk through elements; an attribute is an element of its name behind `@`. No document type
//! is read: entities are the five of XML and character references, others are errors.

use std::io;

use model::{Fault, Place};
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesStart, Event as Xml};
use quick_xml::reader::Reader;

use super::document::{Event, Walk};
use super::text::{Encoding, Utf8};
use super::{File, MOST_ROW, MOST_VALUE, Stop};

const DEEPEST: usize = 100;

/// Counts lines as the parser takes bytes, and bounds what it takes for one event.
struct Counted<'a> {
    text: Utf8<'a>,
    line: u64,
    since: usize,
}

impl io::Read for Counted<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.text.read(buf)?;
        self.line += buf[..n].iter().map(|b| u64::from(*b == b'\n')).sum::<u64>();
        Ok(n)
    }
}

impl io::BufRead for Counted<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.since > MOST_ROW {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.text.fill_buf()
    }

    fn consume(&mut self, n: usize) {
        if let Ok(ready) = self.text.fill_buf() {
            self.line += ready[..n.min(ready.len())].iter().map(|b| u64::from(*b == b'\n')).sum::<u64>();
        }
        self.since += n;
        self.text.consume(n);
    }
}

/// The encoding that the declaration states, where there is no byte order mark.
fn declared(file: &File) -> Option<Encoding> {
    let mut head = [0; 200];
    let n = file.bytes().read_at(0, &mut head).unwrap_or(0);
    let head = String::from_utf8_lossy(&head[..n]);
    let declaration = head.strip_prefix("<?xml")?.split("?>").next()?.to_owned();
    let value = declaration.split("encoding").nth(1)?.trim_start().strip_prefix('=')?.trim_start().to_owned();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    Encoding::of_word(value[1..].split(quote).next()?)
}

pub(super) fn walk(walk: Walk<'_>, sink: &mut dyn FnMut(Event<'_>) -> Result<(), Stop>) -> Result<(), Stop> {
    let Walk { file, encoding } = walk;
    let encoding = encoding.or_else(|| declared(file));
    let text = Utf8::new(file.bytes(), encoding).map_err(|fault| file.misfit(Place::File, fault))?;
    let mut reader = Reader::from_reader(Counted { text, line: 1, since: 0 });
    reader.config_mut().check_end_names = true;
    let (mut buffer, mut depth, mut roots) = (Vec::new(), 0_usize, 0_u64);
    loop {
        buffer.clear();
        reader.get_mut().since = 0;
        let line = reader.get_ref().line;
        let at = |fault| file.misfit(Place::Element { name: "xml".into(), index: 1, line }, fault);
        let wrong = |expected| at(Fault::Unexpected { expected });
        let event = match reader.read_event_into(&mut buffer) {
            Ok(event) => event,
            Err(quick_xml::Error::Io(e)) => {
                let fault = reader.get_mut().text.fault(&e);
                return Err(at(fault));
            }
            Err(_) => return Err(wrong("well-formed XML")),
        };
        match event {
            Xml::Start(start) => {
                if depth >= DEEPEST {
                    return Err(at(Fault::TooMuch { what: "levels", bound: DEEPEST as u64 }));
                }
                roots += u64::from(depth == 0);
                depth += 1;
                open(&start, line, sink, &wrong)?;
            }
            Xml::Empty(start) => {
                roots += u64::from(depth == 0);
                open(&start, line, sink, &wrong)?;
                sink(Event::Close)?;
            }
            Xml::End(_) => {
                depth = depth.saturating_sub(1);
                sink(Event::Close)?;
            }
            Xml::Text(text) => {
                // XML 1.0, 2.11: one line end
                let text = text.xml10_content();
                if depth == 0 {
                    if !text.trim().is_empty() {
                        return Err(wrong("nothing outside the root element"));
                    }
                    continue;
                }
                if text.len() > MOST_VALUE {
                    return Err(at(Fault::TooMuch { what: "bytes in a value", bound: MOST_VALUE as u64 }));
                }
                sink(Event::Text(&text))?;
            }
            Xml::CData(data) => {
                sink(Event::Text(&data.xml10_content()))?;
            }
            Xml::GeneralRef(reference) => {
                let text = match reference.resolve_char_ref() {
                    Ok(Some(c)) => c.to_string(),
                    Ok(None) => {
                        resolve_xml_entity(&reference).ok_or_else(|| wrong("an entity of XML"))?.to_owned()
                    }
                    Err(_) => return Err(wrong("a character reference")),
                };
                sink(Event::Text(&text))?;
            }
            Xml::Eof => {
                return if depth == 0 && roots == 1 { Ok(()) } else { Err(wrong("one whole root element")) };
            }
            Xml::Decl(_) | Xml::Comment(_) | Xml::PI(_) | Xml::DocType(_) => {}
        }
    }
}

fn open(
    start: &BytesStart<'_>,
    line: u64,
    sink: &mut dyn FnMut(Event<'_>) -> Result<(), Stop>,
    wrong: &dyn Fn(&'static str) -> Stop,
) -> Result<(), Stop> {
    sink(Event::Open { name: start.local_name().as_ref(), line })?;
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|_| wrong("an attribute"))?;
        if attribute.key.as_ref().starts_with("xmlns") {
            continue;
        }
        let key = format!("@{}", attribute.key.local_name().as_ref());
        let value = quick_xml::escape::unescape(&attribute.value).map_err(|_| wrong("an attribute"))?;
        sink(Event::Open { name: &key, line })?;
        sink(Event::Text(&value))?;
        sink(Event::Close)?;
    }
    Ok(())
}
