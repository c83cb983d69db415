//! One record as it streams by: the attributes of a tag, the parts and addresses of an MMS. What is read
//! here are the columns of Android's telephony provider, which [`android_sms`] understands.

use std::borrow::Cow;
use std::sync::{Arc, Mutex};

use android_sms::{Addr, Content, Mms, Part, Sms};
use model::{Raw, ReadAt, Sensitive};

use crate::data::{Measure, PartContent};
use crate::entities::{Decoded, decode};
use crate::scanner::{Attribute, Scanner, Trouble};

/// Most bytes of a value that is held whole: texts, never the content of parts.
const MOST_VALUE: usize = 16 << 20;

/// Most bytes of text that one record may have.
const MOST_TEXT: usize = 64 << 20;

/// Most parts, and most addresses, of one MMS.
pub(crate) const MOST_PARTS: usize = 10_000;

/// Columns of `sms` and `mms` that need not be kept: they repeat others.
const REPEATED: [&str; 1] = ["readable_date"];

/// What the attributes of one record leave behind.
#[derive(Default)]
pub(crate) struct Odd {
    pub(crate) doubts: Vec<Cow<'static, str>>,
    pub(crate) raw: Vec<Raw>,
    /// Columns without a place in the message, as written.
    rest: Vec<u8>,
    /// Bytes of text so far.
    text: usize,
}

impl Odd {
    fn doubt(&mut self, code: &'static str) {
        if !self.doubts.iter().any(|d| d == code) {
            self.doubts.push(code.into());
        }
    }

    /// The text of a value; what was odd about it is noted, and a value that lost something kept whole.
    fn text(&mut self, name: &'static str, raw: &[u8]) -> Result<String, Trouble> {
        self.text += raw.len();
        if self.text > MOST_TEXT {
            return Err(Trouble::TooMuch("bytes of text in a record", MOST_TEXT as u64));
        }
        let decoded = decode(raw);
        let lossy = decoded.is_lossy();
        let Decoded { text, no_character, unknown_name, not_utf8 } = decoded;
        for (is, code) in
            [(no_character, "no_character"), (unknown_name, "unknown_entity"), (not_utf8, "not_utf8")]
        {
            if is {
                self.doubt(code);
            }
        }
        if lossy {
            self.raw.push(Raw { name: name.into(), bytes: Sensitive::new(raw.to_vec()) });
        }
        Ok(text)
    }

    /// A text that `null` stands for the absence of.
    fn column(&mut self, name: &'static str, raw: &[u8]) -> Result<Option<String>, Trouble> {
        if raw == b"null" { Ok(None) } else { self.text(name, raw).map(Some) }
    }

    /// A number; one that is none is a doubt.
    fn number(&mut self, name: &'static str, raw: &[u8]) -> Option<i64> {
        if raw == b"null" || raw.is_empty() {
            return None;
        }
        let parsed = std::str::from_utf8(raw).ok().and_then(|s| s.trim().parse().ok());
        if parsed.is_none() {
            self.doubts.push(format!("bad_column:{name}").into());
        }
        parsed
    }

    /// Keeps a column as it is written.
    fn keep(&mut self, name: &[u8], raw: &[u8]) {
        if raw == b"null" || REPEATED.iter().any(|r| r.as_bytes() == name) {
            return;
        }
        if self.rest.len() + name.len() + raw.len() > MOST_VALUE {
            self.doubt("columns_cut");
            return;
        }
        if !self.rest.is_empty() {
            self.rest.push(b' ');
        }
        let quote = if raw.contains(&b'"') { b'\'' } else { b'"' };
        self.rest.extend_from_slice(name);
        self.rest.extend_from_slice(&[b'=', quote]);
        self.rest.extend_from_slice(raw);
        self.rest.push(quote);
    }

    /// Doubts and raw values, the kept columns among them.
    fn finish(mut self) -> (Vec<Cow<'static, str>>, Vec<Raw>) {
        if !self.rest.is_empty() {
            self.raw.push(Raw { name: "attributes".into(), bytes: Sensitive::new(self.rest) });
        }
        (self.doubts, self.raw)
    }
}

/// Reads records from a scanner; holds the buffers that they share.
pub(crate) struct Records {
    pub(crate) scanner: Scanner,
    file: Arc<dyn ReadAt>,
    value: Vec<u8>,
    measure: Measure,
}

/// A tag's end: whether content follows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum TagEnd {
    Opened,
    Empty,
}

/// Fills a field that may come once.
fn once<T>(field: &mut Option<T>, value: Option<T>, odd: &mut Odd) {
    match (&field, value) {
        (None, value) => *field = value,
        (Some(_), Some(_)) => odd.doubt("attribute_twice"),
        (Some(_), None) => {}
    }
}

impl Records {
    pub(crate) fn new(file: Arc<dyn ReadAt>) -> Self {
        Self { scanner: Scanner::new(file.clone()), file, value: Vec::new(), measure: Measure::new() }
    }

    /// The attributes of a tag, each with its value, up to the tag's end.
    pub(crate) fn attributes(
        &mut self,
        mut each: impl FnMut(&[u8], &[u8]) -> Result<(), Trouble>,
    ) -> Result<TagEnd, Trouble> {
        loop {
            match self.scanner.attribute()? {
                Attribute::Opened => return Ok(TagEnd::Opened),
                Attribute::Empty => return Ok(TagEnd::Empty),
                Attribute::Named(name) => {
                    self.scanner.whole(&mut self.value, MOST_VALUE)?;
                    each(&name, &self.value)?;
                }
            }
        }
    }

    /// The attributes of a tag of which nothing is wanted, however long.
    pub(crate) fn pass(&mut self) -> Result<TagEnd, Trouble> {
        loop {
            match self.scanner.attribute()? {
                Attribute::Opened => return Ok(TagEnd::Opened),
                Attribute::Empty => return Ok(TagEnd::Empty),
                Attribute::Named(_) => self.scanner.value(|_| Ok(()))?,
            }
        }
    }

    /// An `sms`, behind its name.
    pub(crate) fn sms(&mut self) -> Result<(Sms, TagEnd), Trouble> {
        let mut sms = Sms::default();
        let mut odd = Odd::default();
        let end = self.attributes(|name, raw| {
            match name {
                b"address" => once(&mut sms.address, odd.column("address", raw)?, &mut odd),
                b"date" => once(&mut sms.date, odd.number("date", raw), &mut odd),
                b"date_sent" => once(&mut sms.date_sent, odd.number("date_sent", raw), &mut odd),
                b"type" => once(&mut sms.kind, odd.number("type", raw), &mut odd),
                b"subject" => once(&mut sms.subject, odd.column("subject", raw)?, &mut odd),
                b"contact_name" => once(&mut sms.name, contact(&mut odd, raw)?, &mut odd),
                b"body" => {
                    if raw == b"null" {
                        // the word, or the app's way of writing that there is none
                        odd.doubt("ambiguous_null");
                    }
                    let text = odd.text("body", raw)?;
                    once(&mut sms.body, Some(text), &mut odd);
                }
                _ => {
                    if name == b"status" {
                        sms.status = odd.number("status", raw);
                    }
                    odd.keep(name, raw);
                }
            }
            Ok(())
        })?;
        (sms.doubts, sms.raw) = odd.finish();
        Ok((sms, end))
    }

    /// The attributes of an `mms`, behind its name.
    pub(crate) fn mms(&mut self) -> Result<(Mms, Odd, TagEnd), Trouble> {
        let mut mms = Mms { millis: true, ..Mms::default() };
        let mut odd = Odd::default();
        let mut address = None;
        let end = self.attributes(|name, raw| {
            match name {
                b"address" => once(&mut address, odd.column("address", raw)?, &mut odd),
                b"date" => once(&mut mms.date, odd.number("date", raw), &mut odd),
                b"date_sent" => once(&mut mms.date_sent, odd.number("date_sent", raw), &mut odd),
                b"msg_box" => once(&mut mms.msg_box, odd.number("msg_box", raw), &mut odd),
                b"m_type" => once(&mut mms.m_type, odd.number("m_type", raw), &mut odd),
                b"m_id" => once(&mut mms.m_id, odd.column("m_id", raw)?, &mut odd),
                b"sub" => once(&mut mms.subject, odd.column("sub", raw)?, &mut odd),
                b"sub_cs" => once(&mut mms.subject_charset, odd.number("sub_cs", raw), &mut odd),
                b"contact_name" => once(&mut mms.name, contact(&mut odd, raw)?, &mut odd),
                b"tr_id" => {
                    once(&mut mms.tr_id, odd.column("tr_id", raw)?, &mut odd);
                    odd.keep(name, raw);
                }
                _ => odd.keep(name, raw),
            }
            Ok(())
        })?;
        mms.listed = address.iter().flat_map(|a| a.split('~')).map(str::to_owned).collect();
        Ok((mms, odd, end))
    }

    /// A `part`, behind its name.
    pub(crate) fn part(&mut self, odd: &mut Odd) -> Result<(Part, TagEnd), Trouble> {
        let (mut mime, mut names, mut words) = (None, [None, None, None], None);
        let mut content = None;
        let end = loop {
            let name = match self.scanner.attribute()? {
                Attribute::Opened => break TagEnd::Opened,
                Attribute::Empty => break TagEnd::Empty,
                Attribute::Named(name) => name,
            };
            if name == b"data" {
                let found = self.content(odd)?;
                once(&mut content, found, odd);
                continue;
            }
            self.scanner.whole(&mut self.value, MOST_VALUE)?;
            let raw = &self.value;
            match name.as_slice() {
                b"ct" => once(&mut mime, odd.column("ct", raw)?, odd),
                b"fn" => once(&mut names[0], odd.column("fn", raw)?, odd),
                b"name" => once(&mut names[1], odd.column("name", raw)?, odd),
                b"cl" => once(&mut names[2], odd.column("cl", raw)?, odd),
                b"text" => {
                    let was_null = raw == b"null";
                    let text = odd.text("text", raw)?;
                    once(&mut words, Some((text, was_null)), odd);
                }
                _ => {}
            }
        };
        let plain =
            mime.as_deref().is_some_and(|m| m.trim_start().to_ascii_lowercase().starts_with("text/plain"));
        let text = match words {
            // beside content, and in parts that are no text, `null` means that there is none
            Some((_, true)) if content.is_some() || !plain => None,
            Some((text, was_null)) => {
                if was_null {
                    odd.doubt("ambiguous_null");
                }
                Some(text)
            }
            None => None,
        };
        let name = names.into_iter().flatten().find(|n| !n.is_empty());
        // an empty text beside content is no text
        let text = text.filter(|t| !t.is_empty() || content.is_none());
        Ok((Part { mime, name, text, content: content.unwrap_or(Content::None) }, end))
    }

    /// The content of a part; `None` where the value says that there is none.
    fn content(&mut self, odd: &mut Odd) -> Result<Option<Content>, Trouble> {
        let start = self.scanner.offset();
        self.measure.clear();
        let measure = &mut self.measure;
        self.scanner.value(|piece| {
            measure.push(piece);
            Ok(())
        })?;
        let measured = measure.finish();
        if measured.is_null {
            return Ok(None);
        }
        if measured.damaged {
            odd.doubt("attachment_damaged");
        }
        let bytes = PartContent {
            file: self.file.clone(),
            start,
            // without the closing quotation mark
            written: self.scanner.offset() - start - 1,
            size: measured.size,
            regular: measured.regular,
            cursor: Mutex::new(None),
        };
        Ok(Some(Content::There { bytes: Arc::new(bytes), size: measured.size, sha256: measured.sha256 }))
    }

    /// An `addr`, behind its name.
    pub(crate) fn addr(&mut self, odd: &mut Odd) -> Result<(Option<Addr>, TagEnd), Trouble> {
        let (mut address, mut kind, mut charset) = (None, None, None);
        let end = self.attributes(|name, raw| {
            match name {
                b"address" => address = odd.column("addr", raw)?,
                b"type" => kind = odd.number("addr.type", raw),
                b"charset" => charset = odd.number("addr.charset", raw),
                _ => {}
            }
            Ok(())
        })?;
        Ok((address.map(|address| Addr { address, kind: kind.unwrap_or(0), charset }), end))
    }
}

/// A name from the address book; `(Unknown)` stands for none.
fn contact(odd: &mut Odd, raw: &[u8]) -> Result<Option<String>, Trouble> {
    Ok(odd.column("contact_name", raw)?.filter(|n| !n.is_empty() && n != "(Unknown)"))
}

/// Puts what was odd into the MMS.
pub(crate) fn settle(mms: &mut Mms, odd: Odd) {
    (mms.doubts, mms.raw) = odd.finish();
}
