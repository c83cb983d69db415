//! Settings of the phone that delete messages by themselves: a phone on 30 days or a year breaks the
//! periods of the guidelines (May 2024, 2.1 to 2.3).

use evidence::{EvidenceSet, property_list};
use model::{Fault, Finding};
use plist::{Dictionary, Value};

/// Most bytes of a settings file.
const MOST_BYTES: u64 = 1 << 20;

/// Findings from `com.apple.MobileSMS.plist`: `SSKeepMessages` (iOS 17 and later), else
/// `KeepMessageForDays`; 0 or absent is for ever.
pub(crate) fn findings(set: &dyn EvidenceSet) -> Vec<Finding> {
    let path = "Library/Preferences/com.apple.MobileSMS.plist";
    let finding = |code: String| Finding { code, at: None };
    let settings = match set.get("HomeDomain", path) {
        Ok(Some(evidence)) => {
            let read = || -> Result<Dictionary, Fault> {
                if evidence.bytes.len() > MOST_BYTES {
                    return Err(Fault::TooMuch { what: "bytes of a settings file", bound: MOST_BYTES });
                }
                let mut bytes = vec![0; usize::try_from(evidence.bytes.len()).unwrap_or_default()];
                evidence.bytes.read_exact_at(0, &mut bytes).map_err(|_| Fault::Io { code: 0 })?;
                property_list::parse(&bytes)?
                    .into_dictionary()
                    .ok_or(Fault::Unexpected { expected: "a dictionary" })
            };
            match read() {
                Ok(settings) => settings,
                Err(_) => return vec![finding("keep_messages_unreadable".to_owned())],
            }
        }
        Ok(None) => return Vec::new(),
        Err(_) => return vec![finding("keep_messages_unreadable".to_owned())],
    };
    let number = |key: &str| settings.get(key).and_then(Value::as_signed_integer);
    let days = number("SSKeepMessages").or_else(|| number("KeepMessageForDays")).unwrap_or(0);
    if days > 0 { vec![finding(format!("keep_messages_days:{days}"))] } else { Vec::new() }
}
