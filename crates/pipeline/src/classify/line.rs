//! One line of input: the fields of a normalised message that a verdict can depend on. Other fields
//! are passed over; a field of the wrong type makes the line unreadable.

use std::borrow::Cow;
use std::fmt;
use std::io::{BufRead, Read};
use std::path::Path;

use jiff::Timestamp;
use serde::de::value::MapAccessDeserializer;
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::facts::Facts;
use crate::error::JobError;

/// Text that lies in the line itself, where no escape stands in it.
#[derive(Debug, PartialEq)]
pub(super) struct Text<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Borrowing;
        impl<'de> Visitor<'de> for Borrowing {
            type Value = Text<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        from.deserialize_str(Borrowing)
    }
}

/// An id: text as a rule, and whatever else a line may have.
#[derive(Debug)]
pub(super) enum Id<'a> {
    Text(Cow<'a, str>),
    Other(Value),
}

impl Default for Id<'_> {
    fn default() -> Self {
        Self::Other(Value::Null)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Id<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Id<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any value")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Id<'de>, E> {
                Ok(Id::Text(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Id<'de>, E> {
                Ok(Id::Text(Cow::Owned(text.to_owned())))
            }
            fn visit_unit<E>(self) -> Result<Id<'de>, E> {
                Ok(Id::default())
            }
            fn visit_bool<E>(self, value: bool) -> Result<Id<'de>, E> {
                Ok(Id::Other(value.into()))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Id<'de>, E> {
                Ok(Id::Other(value.into()))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Id<'de>, E> {
                Ok(Id::Other(value.into()))
            }
            fn visit_f64<E>(self, value: f64) -> Result<Id<'de>, E> {
                Ok(Id::Other(value.into()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Id<'de>, A::Error> {
                let mut out = Vec::new();
                while let Some(value) = list.next_element()? {
                    out.push(value);
                }
                Ok(Id::Other(Value::Array(out)))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Id<'de>, A::Error> {
                Value::deserialize(MapAccessDeserializer::new(map)).map(Id::Other)
            }
        }
        from.deserialize_any(Any)
    }
}

/// A message, as far as it matters.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Message<'a> {
    #[serde(borrow)]
    source: Option<Text<'a>>,
    conversation: Option<Text<'a>>,
    conversation_name: Option<Text<'a>>,
    is_group: Option<bool>,
    participants: Option<Vec<Option<Text<'a>>>>,
    pub(super) id: Id<'a>,
    sender: Option<Text<'a>>,
    sender_name: Option<Text<'a>>,
    direction: Option<Text<'a>>,
    sent_at: Option<Text<'a>>,
    received_at: Option<Text<'a>>,
    subject: Option<Text<'a>>,
    body: Option<Text<'a>>,
    attachments: Option<Vec<IgnoredAny>>,
    edits: Option<Vec<Edit<'a>>>,
    event: Option<Value>,
    classification: Option<Text<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Edit<'a> {
    #[serde(borrow)]
    text: Option<Text<'a>>,
}

/// Reads a line into `bytes`; `false` at the end. What goes beyond `limit` is passed over, and the cut
/// line is no JSON any more.
pub(super) fn next(
    name: &Path,
    from: &mut dyn BufRead,
    bytes: &mut Vec<u8>,
    limit: u64,
) -> Result<bool, JobError> {
    let fault = |e: std::io::Error| super::input(name, 0, e.kind().to_string());
    bytes.clear();
    let read = Read::take(&mut *from, limit).read_until(b'\n', bytes).map_err(fault)?;
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
    } else if read as u64 == limit {
        from.skip_until(b'\n').map_err(fault)?;
    }
    Ok(read > 0)
}

/// Parses a line.
pub(super) fn parse(bytes: &[u8]) -> Result<Message<'_>, &'static str> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    // A line that is UTF-8 as a whole needs no check of each string; of another the fields that matter may be.
    let parsed = match std::str::from_utf8(bytes) {
        Ok(text) => serde_json::from_str(text),
        Err(_) => serde_json::from_slice(bytes),
    };
    parsed.map_err(|e| match e.classify() {
        serde_json::error::Category::Data => "a field has another type",
        serde_json::error::Category::Eof => "ends too early",
        _ => "not JSON",
    })
}

fn text<'a>(field: &'a Option<Text<'_>>) -> Option<&'a str> {
    field.as_ref().map(|text| &*text.0)
}

impl Message<'_> {
    /// The conversation it names; one that names none stands alone.
    pub(super) fn conversation(&self) -> Option<&str> {
        text(&self.conversation)
    }

    /// What a verdict can depend on.
    pub(super) fn facts(&self) -> Facts<'_> {
        let body = text(&self.body);
        let edits = self.edits.iter().flatten().filter_map(|e| text(&e.text));
        let edits = edits.filter(|text| Some(*text) != body);
        let event =
            self.event.iter().flat_map(|e| ["text", "title"].map(|key| e.get(key).and_then(Value::as_str)));
        let also: Vec<&str> = text(&self.subject).into_iter().chain(edits).chain(event.flatten()).collect();
        Facts {
            source: text(&self.source).unwrap_or_default(),
            conversation: self.conversation(),
            conversation_name: text(&self.conversation_name),
            is_group: self.is_group.unwrap_or(false),
            participants: self.participants.iter().flatten().filter_map(text).collect(),
            sender: text(&self.sender),
            sender_name: text(&self.sender_name),
            outgoing: match text(&self.direction) {
                Some(direction) => direction == "out",
                None => text(&self.sender) == Some("me"),
            },
            sent_at: self.sent_at(),
            body,
            also: also.join("\n"),
            files: self.attachments.as_ref().is_some_and(|a| !a.is_empty()),
            event: self.event.is_some(),
            classification: text(&self.classification),
        }
    }

    /// Milliseconds since 1970.
    fn sent_at(&self) -> Option<i64> {
        let time = text(&self.sent_at).or(text(&self.received_at))?;
        plain(time).or_else(|| time.parse::<Timestamp>().ok().map(Timestamp::as_millisecond))
    }
}

/// A time as the format has it, `2026-01-31T12:34:56.789Z`; none for another spelling.
fn plain(time: &str) -> Option<i64> {
    let bytes: &[u8; 24] = time.as_bytes().try_into().ok()?;
    for (at, mark) in [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':'), (19, b'.'), (23, b'Z')] {
        (bytes[at] == mark).then_some(())?;
    }
    let number = |from: usize, len: usize| {
        bytes[from..from + len]
            .iter()
            .try_fold(0_i64, |n, b| b.is_ascii_digit().then(|| n * 10 + i64::from(b - b'0')))
    };
    let (year, month, day) = (number(0, 4)?, number(5, 2)?, number(8, 2)?);
    let (hour, minute, second) = (number(11, 2)?, number(14, 2)?, number(17, 2)?);
    // The 29th and later, and the last second of a leap day, are left to the library.
    if year < 1970
        || !(1..=12).contains(&month)
        || !(1..=28).contains(&day)
        || hour > 23
        || minute > 59
        || second > 59
    {
        return None;
    }
    // Days since 1970, in years that begin in March.
    let (years, months) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days =
        years * 365 + years / 4 - years / 100 + years / 400 + (153 * months + 2) / 5 + day - 1 - 719_468;
    Some((((days * 24 + hour) * 60 + minute) * 60 + second) * 1000 + number(20, 3)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_time_is_what_the_library_reads() {
        for time in [
            "1970-01-01T00:00:00.000Z",
            "1999-12-28T23:59:59.999Z",
            "2000-02-28T12:00:00.001Z",
            "2000-03-01T00:00:00.000Z",
            "2024-03-01T01:02:03.004Z",
            "2026-01-31T12:34:56.789Z",
            "2100-03-01T00:00:00.000Z",
            "9999-01-01T00:00:00.000Z",
        ] {
            let read = time.parse::<Timestamp>().unwrap().as_millisecond();
            assert!(plain(time).is_none_or(|ms| ms == read), "{time}");
            assert!(plain(time).is_some() || time.contains("-31T"), "{time}");
        }
        for time in [
            "2026-01-01T24:00:00.000Z",
            "2026-13-01T00:00:00.000Z",
            "2026-01-01 00:00:00.000Z",
            "2026-01-01T00:00:00.00xZ",
            "2026-01-01T00:00:60.000Z",
        ] {
            assert_eq!(plain(time), None, "{time}");
        }
    }

    #[test]
    fn an_id_is_given_back_whatever_it_is() {
        for id in [
            "\"a\"",
            "\"\\u00e6\\n\"",
            "7",
            "-7",
            "1.5",
            "true",
            "null",
            "[1,[\"x\",null]]",
            "{\"b\":1,\"a\":{}}",
        ] {
            let line = format!("{{\"id\":{id}}}");
            let expected: Value = serde_json::from_str(id).unwrap();
            let shown = match parse(line.as_bytes()).unwrap().id {
                Id::Text(text) => Value::String(text.into_owned()),
                Id::Other(value) => value,
            };
            assert_eq!(shown, expected);
        }
    }

    #[test]
    fn a_line_beyond_the_limit_is_cut_and_the_next_is_whole() {
        let mut from: &[u8] = b"12345678\nabc\n\nxyz";
        let (mut bytes, mut lines) = (Vec::new(), Vec::new());
        while next(Path::new("-"), &mut from, &mut bytes, 4).unwrap() {
            lines.push(String::from_utf8(bytes.clone()).unwrap());
        }
        assert_eq!(lines, ["1234", "abc", "", "xyz"]);
    }
}
