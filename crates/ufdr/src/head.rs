//! The beginning of a report: by its root it is recognised, by what stands before the messages it says which
//! phone it is of. A document type declaration before the root refuses the file.

use std::io;
use std::sync::Arc;

use model::{Device, Fault, ReadAt, Sensitive, Stamp};

use crate::nest::{Element, Nest, Step};
use crate::scanner::{Parsed, Scanner, Tag, parse};
use crate::time::{Clock, Read};

/// Bytes in which the root must begin and end.
const MOST: usize = 1 << 16;
/// Bytes in which facts about the phone are looked for.
const MOST_FACTS: u64 = 16 << 20;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sniffed {
    /// Something else.
    Other,
    /// A report.
    Ours,
    /// A report with a document type declaration.
    Declares,
    /// A report in UTF-16, which is never written.
    Encoding,
}

/// Whether a file that begins like this is worth looking at.
pub(crate) fn may_be(first: &[u8]) -> bool {
    let trimmed = first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(first).trim_ascii_start();
    trimmed.starts_with(b"<") || is_wide(first)
}

fn is_wide(first: &[u8]) -> bool {
    first.starts_with(b"\xff\xfe<\0") || first.starts_with(b"\xfe\xff\0<")
}

/// Looks at the beginning of `bytes`.
pub(crate) fn sniff(bytes: &dyn ReadAt) -> io::Result<Sniffed> {
    let mut head = vec![0; MOST];
    let mut filled = 0;
    while filled < MOST {
        match bytes.read_at(filled as u64, &mut head[filled..])? {
            0 => break,
            n => filled += n,
        }
    }
    head.truncate(filled);
    if is_wide(&head) {
        let narrow: Vec<u8> = head[2..].iter().copied().filter(|b| *b != 0).collect();
        return Ok(if look(&narrow) == Sniffed::Other { Sniffed::Other } else { Sniffed::Encoding });
    }
    Ok(look(&head))
}

fn behind<'b>(bytes: &'b [u8], mark: &[u8]) -> Option<&'b [u8]> {
    memchr::memmem::find(bytes, mark).map(|i| &bytes[i + mark.len()..])
}

fn look(bytes: &[u8]) -> Sniffed {
    let mut rest = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut declares = false;
    loop {
        rest = rest.trim_ascii_start();
        let next = if rest.starts_with(b"<?") {
            behind(rest, b"?>")
        } else if rest.starts_with(b"<!--") {
            behind(rest, b"-->")
        } else if rest.starts_with(b"<!") {
            declares = true;
            match rest.iter().find(|b| matches!(b, b'[' | b'>')) {
                // an internal subset ends with `]>`
                Some(b'[') => behind(rest, b"]").and_then(|r| behind(r, b">")),
                Some(_) => behind(rest, b">"),
                None => None,
            }
        } else {
            break;
        };
        match next {
            Some(next) => rest = next,
            // a declaration that does not end where it should hides the root
            None if declares && behind(bytes, b"cellebrite.com/report").is_some() => {
                return Sniffed::Declares;
            }
            None => return Sniffed::Other,
        }
    }
    let mut tag = Tag::default();
    if !rest.starts_with(b"<") || !matches!(parse(rest, &mut tag), Parsed::Tag { .. }) {
        return Sniffed::Other;
    }
    let of_report = |(key, value): (&[u8], std::borrow::Cow<'_, str>)| {
        value.contains("cellebrite.com/report")
            || matches!(
                key,
                b"reportVersion" | b"extractionType" | b"containsGarbage" | b"NodeCount" | b"ModelCount"
            )
    };
    match tag.name() == b"project" && tag.all().any(of_report) {
        true if declares => Sniffed::Declares,
        true => Sniffed::Ours,
        false => Sniffed::Other,
    }
}

/// What a report says of the phone and of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) device: Device,
    /// When the phone was read, milliseconds since 1970.
    pub(crate) made_at: Option<i64>,
    /// The phone's zone, as written.
    pub(crate) zone: Option<String>,
    /// What a person must look at.
    pub(crate) findings: Vec<&'static str>,
}

/// Facts that stand in metadata, by their names without case and marks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fact {
    Serial,
    Imei,
    Udid,
    Number,
    Model,
    System,
    Made,
    Zone,
}

const FACTS: &[(&str, Fact)] = &[
    ("serial", Fact::Serial),
    ("serialnumber", Fact::Serial),
    ("deviceinfoserialnumber", Fact::Serial),
    ("imei", Fact::Imei),
    ("imei1", Fact::Imei),
    ("deviceinfoimei", Fact::Imei),
    ("udid", Fact::Udid),
    ("uniquedeviceid", Fact::Udid),
    ("deviceinfouniquedeviceid", Fact::Udid),
    ("msisdn", Fact::Number),
    ("lastusedmsisdn", Fact::Number),
    ("deviceinfomsisdn", Fact::Number),
    ("deviceinfodetectedphonemodel", Fact::Model),
    ("detectedphonemodel", Fact::Model),
    ("deviceinfoselecteddevicename", Fact::Model),
    ("osversion", Fact::System),
    ("deviceinforevision", Fact::System),
    ("deviceinfoosversion", Fact::System),
    ("deviceinfoextractionstartdatetime", Fact::Made),
    ("extractionstartdatetime", Fact::Made),
    ("deviceinfotimezone", Fact::Zone),
    ("timezone", Fact::Zone),
];

/// Reads what stands before files and messages.
pub(crate) fn facts(bytes: &Arc<dyn ReadAt>) -> Result<Facts, Fault> {
    let mut nest = Nest::new(Scanner::new(bytes.clone()));
    let mut found: Vec<(Fact, String)> = Vec::new();
    let mut facts = Facts::default();
    while nest.scanner.offset() < MOST_FACTS {
        match nest.step(false)? {
            Step::End | Step::Open(Element::TaggedFiles | Element::DecodedData) => break,
            Step::Open(Element::Item) => {
                let name = nest.scanner.tag.get("name").unwrap_or_default().to_ascii_lowercase();
                let name: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
                let fact = FACTS.iter().find(|row| row.0 == name).map(|row| row.1);
                let text = nest.text()?.trim().to_owned();
                if let Some(fact) = fact.filter(|_| !text.is_empty() && text.len() <= 256) {
                    found.push((fact, text));
                }
            }
            Step::Open(_) if nest.scanner.tag.name() == b"extractionInfo" => {
                let partial = nest.scanner.tag.get("IsPartialData");
                if partial.is_some_and(|p| p.eq_ignore_ascii_case("true"))
                    && !facts.findings.contains(&"partial_extraction")
                {
                    facts.findings.push("partial_extraction");
                }
            }
            _ => {}
        }
    }
    // a report may be of several phones: what differs is said of none
    let mut one = |fact: Fact| {
        let mut all = found.iter().filter(|(f, _)| *f == fact).map(|(_, text)| text);
        let first = all.next()?;
        let same = all.all(|text| text.eq_ignore_ascii_case(first));
        if !same && fact == Fact::Serial {
            facts.findings.push("several_devices");
        }
        (same || !matches!(fact, Fact::Serial | Fact::Udid)).then(|| first.clone())
    };
    let mut sensitive = |fact| one(fact).map(Sensitive::new);
    let device = Device {
        serial: sensitive(Fact::Serial),
        imei: sensitive(Fact::Imei),
        udid: sensitive(Fact::Udid),
        number: sensitive(Fact::Number),
        name: None,
        model: None,
        system: None,
    };
    facts.device = Device { model: one(Fact::Model), system: one(Fact::System), ..device };
    let zone = one(Fact::Zone);
    let clock = Clock::new(zone.as_deref(), None);
    facts.made_at = one(Fact::Made).and_then(|text| match clock.read(&text) {
        Read::Time(stamp, _) => Some(Stamp::millis(stamp)),
        Read::Not(_) => None,
    });
    facts.zone = zone;
    Ok(facts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Sniffed) {
        assert_eq!(sniff(&text.as_bytes().to_vec()).unwrap(), expected, "{text}");
    }

    #[test]
    fn beginnings() {
        let xml = "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!-- x -->";
        let root = "<project id=\"1\" xmlns=\"http://pa.cellebrite.com/report/2.0\">";
        check(&format!("{xml}{root}"), Sniffed::Ours);
        check("<n:project xmlns:n='http://pa.cellebrite.com/report/3.1'/>", Sniffed::Ours);
        check("<project name='x' reportVersion='7.1'>", Sniffed::Ours);
        check("<project name='x'>", Sniffed::Other);
        check("<smses count='1'>", Sniffed::Other);
        check(&format!("{xml}<!DOCTYPE project [<!ENTITY a \"b\">]>{root}"), Sniffed::Declares);
        check(&format!("<!DOCTYPE project SYSTEM \"x.dtd\">{root}"), Sniffed::Declares);
        check(&format!("<!DOCTYPE project [{root}"), Sniffed::Declares);
        check("<project", Sniffed::Other);
        check("", Sniffed::Other);
        let wide: Vec<u8> =
            "\u{feff}<project reportVersion='1'>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(sniff(&wide).unwrap(), Sniffed::Encoding);
    }

    #[test]
    fn facts_about_the_phone() {
        let text = "<project xmlns='http://pa.cellebrite.com/report/2.0'><sourceExtractions><extractionInfo IsPartialData='True'/></sourceExtractions>\
            <metadata section='Device Info'><item name='Serial Number'><![CDATA[F2LX0001]]></item><item name='IMEI'>35</item>\
            <item name='DeviceInfoExtractionStartDateTime'>2026-01-31T13:00:00+01:00</item>\
            <item name='DeviceInfoTimeZone'>Europe/Copenhagen</item></metadata>\
            <decodedData/><metadata><item name='MSISDN'>40112233</item></metadata></project>";
        let facts = facts(&(Arc::new(text.as_bytes().to_vec()) as Arc<dyn ReadAt>)).unwrap();
        assert_eq!(facts.device.serial.as_ref().unwrap().expose(), "F2LX0001");
        assert_eq!(facts.device.number, None);
        assert_eq!(facts.made_at, Some(1_769_860_800_000));
        assert_eq!(facts.findings, ["partial_extraction"]);
    }
}
