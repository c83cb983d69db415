//! `message_summary_info`: edits with their times and texts, and withdrawn parts.

use std::sync::Arc;

use evidence::property_list;
use model::{Edit, Fault, Sensitive, Stamp, Text};
use plist::{Dictionary, Value};

use crate::normalise::without_placeholders;
use crate::typedstream;

/// Most bytes of one summary.
const MOST_BYTES: usize = 16 << 20;

/// What the summary says.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Summary {
    /// Every text of every edited part, oldest first.
    pub(crate) edits: Vec<Edit>,
    /// Which part each of them is of.
    pub(crate) parts_of_edits: Vec<u32>,
    /// How many parts were edited.
    pub(crate) edited_parts: usize,
    /// Withdrawn parts, ascending.
    pub(crate) unsent: Vec<u32>,
    /// All parts that the summary knows, ascending.
    pub(crate) parts: Vec<u32>,
    /// Texts of edits that could not be decoded.
    pub(crate) undecoded: usize,
    /// An archive with a translation.
    pub(crate) translation: Option<Vec<u8>>,
}

impl Summary {
    /// Whether every known part was withdrawn.
    pub(crate) fn all_unsent(&self) -> bool {
        !self.unsent.is_empty()
            && !self.parts.is_empty()
            && self.parts.iter().all(|p| self.unsent.contains(p))
    }

    /// The last text of each edited part that was not withdrawn, in order of the parts: what is left where
    /// the row itself has no text.
    pub(crate) fn last_texts(&self) -> Option<Text> {
        let mut last: Vec<(u32, &Text)> = Vec::new();
        for (part, edit) in self.parts_of_edits.iter().zip(&self.edits) {
            let Some(text) = &edit.text else { continue };
            match last.iter_mut().find(|l| l.0 == *part) {
                Some(known) => known.1 = text,
                None if self.unsent.contains(part) => {}
                None => last.push((*part, text)),
            }
        }
        last.sort_by_key(|l| l.0);
        let texts: Vec<&str> = last.iter().map(|l| l.1.expose().as_ref()).collect();
        (!texts.is_empty()).then(|| Sensitive::new(Arc::from(texts.join("\n"))))
    }
}

/// Parses a summary.
///
/// # Errors
/// [`Fault`] when it is no property list of the expected shape.
pub(crate) fn parse(bytes: &[u8]) -> Result<Summary, Fault> {
    if bytes.len() > MOST_BYTES {
        return Err(Fault::TooMuch { what: "bytes of a message summary", bound: MOST_BYTES as u64 });
    }
    let root = property_list::parse(bytes)?
        .into_dictionary()
        .ok_or(Fault::Unexpected { expected: "a dictionary in the message summary" })?;
    let translation = root.get("tmp").and_then(Value::as_data).map(<[u8]>::to_vec);
    let mut summary = Summary { translation, ..Summary::default() };
    if let Some(unsent) = root.get("rp").and_then(Value::as_array) {
        summary.unsent = unsent.iter().filter_map(number).collect();
        summary.unsent.sort_unstable();
        summary.unsent.dedup();
    }
    let numbered = |key: &str| -> Vec<(u32, &Value)> {
        let map = root.get(key).and_then(Value::as_dictionary);
        let mut parts: Vec<_> = map
            .into_iter()
            .flat_map(Dictionary::iter)
            .filter_map(|(part, value)| Some((part.parse().ok()?, value)))
            .collect();
        parts.sort_unstable_by_key(|p| p.0);
        parts
    };
    let edited = numbered("ec");
    summary.parts = numbered("otr").iter().chain(&edited).map(|p| p.0).collect();
    summary.parts.sort_unstable();
    summary.parts.dedup();
    let mut edits: Vec<(u32, Edit)> = Vec::new();
    for (part, history) in edited {
        let Some(history) = history.as_array().filter(|h| !h.is_empty()) else { continue };
        summary.edited_parts += 1;
        for entry in history.iter().filter_map(Value::as_dictionary) {
            let text = entry.get("t").and_then(Value::as_data).map(typedstream::decode);
            if matches!(text, Some(Err(_))) {
                summary.undecoded += 1;
            }
            let text = text
                .and_then(Result::ok)
                .and_then(|body| without_placeholders(&body.text, false))
                .map(Sensitive::new);
            edits.push((part, Edit { at: entry.get("d").and_then(real).map(Stamp::apple_double), text }));
        }
    }
    if summary.edited_parts > 1 {
        // the histories of several parts as one; each keeps its own order where times are equal
        edits.sort_by_key(|(_, edit)| edit.at.map(Stamp::millis));
    }
    (summary.parts_of_edits, summary.edits) = edits.into_iter().unzip();
    Ok(summary)
}

fn number(value: &Value) -> Option<u32> {
    u32::try_from(value.as_unsigned_integer()?).ok()
}

#[expect(clippy::cast_precision_loss, reason = "whole seconds since 2001 are far below 2^53")]
fn real(value: &Value) -> Option<f64> {
    value.as_real().or_else(|| value.as_signed_integer().map(|i| i as f64))
}

/// Any bytes as a summary.
#[doc(hidden)]
pub fn fuzz_one(data: &[u8]) {
    drop(parse(data));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_summaries_have_their_known_edits() {
        let Some(samples) = crate::samples::ios("") else { return };
        let expected = std::fs::read(samples.join("expected-edited.json")).unwrap();
        let expected: serde_json::Value = serde_json::from_slice(&expected).unwrap();
        let mut compared = 0;
        for (name, parts) in expected.as_object().unwrap() {
            let name = name.rsplit('/').next().unwrap();
            let path = samples.join("imessage-database-2024/edited_message").join(name);
            let Ok(bytes) = std::fs::read(path) else { continue };
            let summary = parse(&bytes).unwrap();
            let of_part = |entries: &serde_json::Value| -> Vec<(i64, String)> {
                let entry = |e: &serde_json::Value| {
                    let at = Stamp::apple_double(e["d"].as_f64().unwrap()).millis();
                    (at, e["text"].as_str().unwrap().to_owned())
                };
                entries.as_array().unwrap().iter().map(entry).collect()
            };
            let expected: Vec<_> = parts["ec"].as_object().unwrap().values().flat_map(of_part).collect();
            let found: Vec<_> = summary
                .edits
                .iter()
                .map(|e| (e.at.unwrap().millis(), e.text.as_ref().unwrap().expose().to_string()))
                .collect();
            assert_eq!(found, expected, "{name}");
            let expected: Vec<u64> = parts["rp"]
                .as_array()
                .map(|list| list.iter().map(|p| p.as_u64().unwrap()).collect())
                .unwrap_or_default();
            let unsent: Vec<u64> = summary.unsent.iter().map(|p| u64::from(*p)).collect();
            assert_eq!(unsent, expected, "{name}");
            assert_eq!(summary.all_unsent(), name == "Deleted.plist");
            assert_eq!(summary.undecoded, 0, "{name}");
            compared += 1;
        }
        assert!(compared >= 4, "{compared}");
    }

    #[test]
    fn withdrawn_parts() {
        let xml = |body: &str| format!("<plist version=\"1.0\"><dict>{body}</dict></plist>").into_bytes();
        let both = "<key>otr</key><dict><key>0</key><dict/><key>1</key><dict/></dict>";
        let one = parse(&xml(&format!("{both}<key>rp</key><array><integer>1</integer></array>"))).unwrap();
        assert_eq!((one.unsent.clone(), one.all_unsent()), (vec![1], false));
        let all = parse(&xml(&format!(
            "{both}<key>rp</key><array><integer>1</integer><integer>0</integer></array>"
        )))
        .unwrap();
        assert_eq!((all.unsent.clone(), all.all_unsent()), (vec![0, 1], true));
        assert!(parse(b"").is_err());
        assert!(parse(b"<plist><array/></plist>").is_err());
    }
}
