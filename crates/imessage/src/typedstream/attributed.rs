//! An attributed string: its text and the runs of attributes over it, lengths in UTF-16 units.

use std::borrow::Cow;

use model::Fault;

use super::archive::{Archive, Entry, Value};

/// A decoded body.
pub(crate) struct Attributed<'a> {
    archive: Archive<'a>,
    /// The text; with replacement characters where it is not UTF-8.
    pub(crate) text: Cow<'a, str>,
    /// Runs, in order.
    pub(crate) runs: Vec<Run>,
    /// What was wrong, when only a part could be decoded.
    pub(crate) fault: Option<Fault>,
}

/// A run of text with the same attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// First UTF-16 unit.
    pub(crate) start: u64,
    /// Number of UTF-16 units.
    pub(crate) len: u64,
    /// The dictionary of attributes.
    attributes: Option<usize>,
}

/// Decodes a body. What can be salvaged of a damaged one comes with its fault.
///
/// # Errors
/// [`Fault`] when there is no text to be had.
pub(crate) fn decode(bytes: &[u8]) -> Result<Attributed<'_>, Fault> {
    let mut archive = Archive::new(bytes)?;
    let mut root = Vec::new();
    let fault = archive.group(&mut root).err();
    let object = match root.first() {
        Some(Value::Object(number)) => Some(*number),
        // cut inside the root object: it was entered first
        _ => (!archive.objects.is_empty()).then_some(0),
    };
    let (text, runs) = match object {
        Some(number) if archive.is(number, b"NSAttributedString") => {
            let values = archive.values(number);
            let text = match values.first() {
                Some(Value::Object(string)) => string_bytes(&archive, *string),
                _ => None,
            };
            (text, runs(values))
        }
        Some(number) => (string_bytes(&archive, number), Vec::new()),
        None => (None, Vec::new()),
    };
    let text = match text.or_else(|| salvage(&archive)) {
        Some(text) => text,
        None => return Err(fault.unwrap_or(Fault::Unexpected { expected: "an attributed string" })),
    };
    let (text, fault) = match std::str::from_utf8(text) {
        Ok(text) => (Cow::Borrowed(text), fault),
        Err(e) if e.error_len().is_none() => {
            // cut in the middle of a character
            let whole = std::str::from_utf8(&text[..e.valid_up_to()]).unwrap_or_default();
            (Cow::Borrowed(whole), fault.or(Some(not_text(e))))
        }
        Err(e) => (String::from_utf8_lossy(text), Some(not_text(e))),
    };
    Ok(Attributed { archive, text, runs, fault })
}

fn not_text(e: std::str::Utf8Error) -> Fault {
    Fault::NotText { encoding: "UTF-8", offset: e.valid_up_to() as u64 }
}

fn string_bytes<'a>(archive: &Archive<'a>, number: usize) -> Option<&'a [u8]> {
    if !archive.is(number, b"NSString") {
        return None;
    }
    archive.values(number).iter().find_map(|v| match v {
        Value::Bytes(bytes) => Some(*bytes),
        _ => None,
    })
}

/// The first string of a damaged archive.
fn salvage<'a>(archive: &Archive<'a>) -> Option<&'a [u8]> {
    let whole = (0..archive.objects.len()).find_map(|n| string_bytes(archive, n));
    whole.or(archive.cut)
}

/// Behind the string: run number and length, and a dictionary where the number is new.
fn runs(values: &[Value<'_>]) -> Vec<Run> {
    let mut dictionaries: Vec<(i64, Option<usize>)> = Vec::new();
    let mut runs = Vec::new();
    let (mut at, mut start) = (1, 0_u64);
    while let (Some(Value::Int(number)), Some(Value::Int(len))) = (values.get(at), values.get(at + 1)) {
        at += 2;
        let attributes = match values.get(at) {
            Some(Value::Object(dictionary)) => {
                at += 1;
                dictionaries.push((*number, Some(*dictionary)));
                Some(*dictionary)
            }
            Some(Value::Nil) => {
                at += 1;
                dictionaries.push((*number, None));
                None
            }
            _ => dictionaries.iter().rev().find(|d| d.0 == *number).and_then(|d| d.1),
        };
        let len = u64::from(u32::try_from(*len).unwrap_or(0));
        runs.push(Run { start, len, attributes });
        start += len;
    }
    runs
}

impl<'a> Attributed<'a> {
    /// The value of an attribute of a run, as an object number.
    fn attribute(&self, run: &Run, key: &str) -> Option<usize> {
        let values = self.archive.values(run.attributes?);
        let pairs = values.get(1..).unwrap_or_default();
        pairs.chunks_exact(2).find_map(|pair| match pair {
            [Value::Object(k), Value::Object(v)]
                if string_bytes(&self.archive, *k) == Some(key.as_bytes()) =>
            {
                Some(*v)
            }
            _ => None,
        })
    }

    /// An attribute that is a number.
    fn number(&self, run: &Run, key: &str) -> Option<i64> {
        let object = self.attribute(run, key)?;
        self.archive.values(object).iter().find_map(|v| match v {
            Value::Int(i) => Some(*i),
            _ => None,
        })
    }

    /// An attribute that is a string.
    pub(crate) fn string(&self, run: &Run, key: &str) -> Option<&'a str> {
        let object = self.attribute(run, key)?;
        std::str::from_utf8(string_bytes(&self.archive, object)?).ok()
    }

    /// The part of the message that a run belongs to: edits, replies and reactions name parts.
    pub(crate) fn part(&self, run: &Run) -> Option<i64> {
        self.number(run, "__kIMMessagePartAttributeName")
    }

    /// The attachment that a run stands for, by its guid.
    pub(crate) fn file(&self, run: &Run) -> Option<&'a str> {
        self.string(run, "__kIMFileTransferGUIDAttributeName")
    }

    /// Names of all attributes of a run.
    #[cfg(test)]
    fn keys(&self, run: &Run) -> Vec<&'a str> {
        let values = run.attributes.map(|d| self.archive.values(d)).unwrap_or_default();
        let pairs = values.get(1..).unwrap_or_default();
        let mut keys: Vec<_> = pairs
            .chunks_exact(2)
            .filter_map(|pair| match pair {
                [Value::Object(k), _] => std::str::from_utf8(string_bytes(&self.archive, *k)?).ok(),
                _ => None,
            })
            .collect();
        keys.sort_unstable();
        keys
    }

    /// Whether all bytes were used.
    #[cfg(test)]
    fn at_end(&self) -> bool {
        self.archive.at_end()
    }
}

/// Any bytes as a body: every attribute is looked at.
#[doc(hidden)]
pub fn fuzz_one(data: &[u8]) {
    let Ok(body) = decode(data) else { return };
    for run in &body.runs {
        let _: (Option<i64>, Option<&str>) = (body.part(run), body.file(run));
    }
    debug_assert!(body.archive.objects.iter().all(|o| match o {
        Entry::Unfinished | Entry::CString(_) | Entry::Class { .. } => true,
        Entry::Instance { class, .. } => *class < body.archive.objects.len(),
    }));
}

#[cfg(test)]
mod tests;
