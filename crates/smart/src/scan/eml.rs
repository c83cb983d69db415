//! One mail a file (RFC 5322, MIME). Columns are the headers by name, `body` for the text and
//! `attachment` for the names of the parts; their content comes with the row.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use mail_parser::{HeaderValue, MessageParser, MimeHeaders};
use model::bytes::Sequential;
use model::{Fault, Place, ReadAt};

use super::{Columns, Enclosed, File, Row, Sink, Stop, Values};

/// Most bytes of a mail.
const MOST_MAIL: u64 = 256 << 20;

/// Headers whose text is decoded; others are kept as written.
const DECODED: &[&str] = &["subject", "comments", "keywords"];
/// Headers that hold addresses: one value for each address.
const ADDRESSES: &[&str] = &["from", "to", "cc", "bcc", "sender", "reply-to"];

fn whole(bytes: &dyn ReadAt) -> Result<Vec<u8>, Fault> {
    if bytes.len() > MOST_MAIL {
        return Err(Fault::TooMuch { what: "bytes in a mail", bound: MOST_MAIL });
    }
    let mut out = Vec::new();
    match io::Read::read_to_end(&mut Sequential::new(bytes), &mut out) {
        Ok(_) => Ok(out),
        Err(e) => Err(Fault::Io { code: e.raw_os_error().unwrap_or(0) }),
    }
}

/// A part of a mail, decoded when it is read: what waits to be stored holds no content. The last part
/// that was read is kept.
struct Part {
    mail: Arc<dyn ReadAt>,
    number: u32,
    size: u64,
    last: Mutex<std::sync::Weak<Vec<u8>>>,
}

impl Part {
    fn content(&self) -> io::Result<Arc<Vec<u8>>> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = last.upgrade() {
            return Ok(known);
        }
        let bytes = whole(self.mail.as_ref()).map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
        let mail = MessageParser::default().parse(&bytes).ok_or(io::ErrorKind::InvalidData)?;
        let part = mail.attachment(self.number).ok_or(io::ErrorKind::InvalidData)?;
        let content = Arc::new(part.contents().to_vec());
        *last = Arc::downgrade(&content);
        Ok(content)
    }
}

impl ReadAt for Part {
    fn len(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        self.content()?.read_at(offset, buf)
    }
}

pub(super) fn scan(file: &File, sink: Sink<'_>) -> Result<(), Stop> {
    let place = Place::Element { name: "mail".into(), index: 1, line: 1 };
    let fail = |fault| file.misfit(place.clone(), fault);
    let bytes = whole(file.bytes()).map_err(fail)?;
    let mail = MessageParser::default().parse(&bytes);
    let mail = mail.filter(|m| m.headers().iter().any(|h| h.name().eq_ignore_ascii_case("date")));
    let mail = mail.ok_or_else(|| fail(Fault::Unexpected { expected: "a mail with a date" }))?;
    let (mut columns, mut values) = (Columns::default(), Values::new());
    let mut add = |columns: &mut Columns, name: &str, text: &str| -> Result<usize, Stop> {
        let column = columns.number(name).map_err(fail)?;
        values.push((column, text.to_owned()));
        Ok(column)
    };
    for header in mail.headers() {
        let name = header.name().to_ascii_lowercase();
        if matches!(name.as_str(), "content-type" | "content-transfer-encoding" | "mime-version") {
            continue;
        }
        if ADDRESSES.contains(&name.as_str())
            && let HeaderValue::Address(list) = header.value()
        {
            for one in list.iter() {
                if let Some(address) = one.address() {
                    add(&mut columns, &name, address)?;
                }
                if let Some(shown) = one.name() {
                    add(&mut columns, &format!("{name}.name"), shown)?;
                }
            }
            continue;
        }
        let raw = bytes.get(header.offset_start() as usize..header.offset_end() as usize).unwrap_or_default();
        let raw = String::from_utf8_lossy(raw);
        let unfolded =
            raw.split(['\r', '\n']).map(str::trim).filter(|l| !l.is_empty()).collect::<Vec<_>>().join(" ");
        let text = match header.value() {
            HeaderValue::Text(text) if DECODED.contains(&name.as_str()) || name.starts_with("x-") => {
                text.to_string()
            }
            _ => unfolded.trim_start_matches('<').trim_end_matches('>').to_owned(),
        };
        add(&mut columns, &name, &text)?;
    }
    let mut texts = Vec::new();
    for number in 0..mail.text_body_count() {
        if let Some(text) = mail.body_text(number) {
            texts.push(text.replace("\r\n", "\n").trim_end_matches('\n').to_owned());
        }
    }
    add(&mut columns, "body", &texts.join("\n"))?;
    let mut files = Vec::new();
    for number in 0..mail.attachment_count() {
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        let Some(part) = mail.attachment(number) else { continue };
        let name = part.attachment_name().map(str::to_owned);
        let column = add(&mut columns, "attachment", super::sqlite::BLOB)?;
        let mime = part.content_type().map(|t| match t.subtype() {
            Some(sub) => format!("{}/{sub}", t.ctype()),
            None => t.ctype().to_owned(),
        });
        let size = part.contents().len() as u64;
        let content = Part { mail: file.evidence.bytes.clone(), number, size, last: Mutex::default() };
        files.push(Enclosed { column, name, mime, content: Arc::new(content) });
    }
    sink(&columns, Row { place: place.clone(), values, around: &[], files })
}
