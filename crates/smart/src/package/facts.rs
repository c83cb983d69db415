//! Facts of a read-out: what an operator writes down about telephone, medium, persons and marking. They
//! are asked for by a fixed list and kept in `package.toml`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::mapping::marking::{Issuer, Marking};

/// One fact that can be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FactKey {
    /// Its word: as a flag `--medium-serial`, in a file of facts `medium-serial`.
    pub word: &'static str,
    /// Whether a package needs it.
    pub needed: bool,
    /// What it must look like.
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Instant,
    Day,
    Number,
    Marking,
    Issuers,
    YesNo,
}

const fn key(word: &'static str, needed: bool, kind: Kind) -> FactKey {
    FactKey { word, needed, kind }
}

/// Every fact, in the order in which they are asked for.
pub const KEYS: &[FactKey] = &[
    key("authority", true, Kind::Text),
    key("custodian", true, Kind::Text),
    key("owner-role", true, Kind::Text),
    key("device", true, Kind::Text),
    key("device-serial", true, Kind::Text),
    key("app-version", true, Kind::Text),
    key("medium", true, Kind::Text),
    key("medium-serial", true, Kind::Text),
    key("medium-register", true, Kind::Text),
    key("medium-capacity", false, Kind::Text),
    key("write-blocker", true, Kind::YesNo),
    key("read-out-start", true, Kind::Instant),
    key("read-out-end", true, Kind::Instant),
    key("place", true, Kind::Text),
    key("officer", true, Kind::Text),
    key("officer-number", false, Kind::Text),
    key("officer-clearance", false, Kind::Text),
    key("second-person", true, Kind::Text),
    key("marking", true, Kind::Marking),
    key("marking-origin", false, Kind::Issuers),
    key("marking-by", false, Kind::Text),
    key("caveats", false, Kind::Text),
    key("period-from", false, Kind::Day),
    key("period-to", false, Kind::Day),
    key("messages-shown", false, Kind::Number),
    key("reference", false, Kind::Text),
];

/// Longest text of a fact, bytes.
const LONGEST: usize = 1000;

impl FactKey {
    /// In fixed words why a text is no such fact.
    ///
    /// # Errors
    /// Those words.
    pub fn check(self, text: &str) -> Result<(), &'static str> {
        if text.trim().is_empty() {
            return Err("is empty");
        }
        if text.len() > LONGEST || text.chars().any(char::is_control) {
            return Err("is longer than 1000 bytes, or has control characters");
        }
        let fits = match self.kind {
            Kind::Text => true,
            Kind::Instant => text.parse::<jiff::Timestamp>().is_ok(),
            Kind::Day => text.parse::<jiff::civil::Date>().is_ok(),
            Kind::Number => text.parse::<u64>().is_ok(),
            Kind::Marking => Marking::of(text).is_some(),
            Kind::Issuers => issuers(text).is_some(),
            Kind::YesNo => matches!(text, "yes" | "no" | "ja" | "nej"),
        };
        if fits { Ok(()) } else { Err(self.expected()) }
    }

    fn expected(self) -> &'static str {
        match self.kind {
            Kind::Text => "is no text",
            Kind::Instant => "is no time with a zone, 2026-01-31T13:00:00+01:00",
            Kind::Day => "is no day, 2026-01-31",
            Kind::Number => "is no number",
            Kind::Marking => "is no marking that is known",
            Kind::Issuers => "is none of DK, NATO, EU, or several with commas",
            Kind::YesNo => "is neither yes nor no",
        }
    }
}

fn issuers(text: &str) -> Option<Vec<Issuer>> {
    text.split(',').map(|word| Issuer::of_word(word.trim())).collect()
}

/// Whose messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Owner {
    /// Id in the register of custodians.
    pub id: String,
    /// Minister, permanent secretary, special adviser, chief.
    pub role: String,
}

/// The telephone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceFacts {
    /// Maker and model.
    pub model: String,
    /// Serial number or IMEI.
    pub serial: String,
    /// Version of the app, as it shows it.
    pub app_version: String,
}

/// The USB medium.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MediumFacts {
    /// Maker and model.
    pub model: String,
    /// Serial number.
    pub serial: String,
    /// Number in the authority's register of media.
    pub register: String,
    /// Capacity, as printed on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity: Option<String>,
    /// Whether it was read through a write blocker.
    pub write_blocker: bool,
    /// Whether the system had it mounted read-only when it was copied; absent where the system does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mounted_read_only: Option<bool>,
}

/// The act of reading out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadOut {
    /// When it began.
    pub start: String,
    /// When it ended.
    pub end: String,
    /// Where.
    pub place: String,
    /// Who did it.
    pub officer: String,
    /// Service number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub officer_number: Option<String>,
    /// Clearance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub officer_clearance: Option<String>,
    /// Who was there as the second person.
    pub second_person: String,
}

/// The marking of the content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Classification {
    /// Highest marking of what is in it.
    pub ceiling: String,
    /// Whose markings occur.
    pub origin: Vec<String>,
    /// Who classified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued_by: Option<String>,
    /// Further limits, releasability.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caveats: Option<String>,
}

/// What the read-out should hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extent {
    /// First day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Number of messages that the app shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub messages_shown: Option<u64>,
}

/// What was copied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawFacts {
    /// `folder` or `file`.
    pub kind: String,
    /// Number of files.
    pub files: u64,
    /// Bytes of all of them.
    pub bytes: u64,
    /// Links and special files, which were not followed.
    pub not_copied: u64,
    /// SHA-256 of the manifest.
    pub manifest_sha256: String,
}

/// `package.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// `smart-package/1`.
    pub package: String,
    /// Number of the package (UUID, version 7).
    pub id: String,
    /// When it was packed.
    pub made_at: String,
    /// Program and version.
    pub tool: String,
    /// The authority.
    pub authority: String,
    /// Journal number or decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Whose messages.
    pub owner: Owner,
    /// The telephone.
    pub device: DeviceFacts,
    /// The medium.
    pub medium: MediumFacts,
    /// The act.
    pub read_out: ReadOut,
    /// The marking.
    pub classification: Classification,
    /// What it should hold.
    pub extent: Extent,
    /// What was copied.
    pub raw: RawFacts,
}

/// The answers to [`KEYS`].
pub type Answers = BTreeMap<&'static str, String>;

/// The key of a word.
pub fn key_of(word: &str) -> Option<FactKey> {
    KEYS.iter().find(|k| k.word == word).copied()
}

/// The words of the facts that a package needs and the answers lack.
pub fn missing(answers: &Answers) -> Vec<&'static str> {
    KEYS.iter().filter(|k| k.needed && !answers.contains_key(k.word)).map(|k| k.word).collect()
}

impl Facts {
    /// The facts that answers give, or the word of the one that does not fit and why.
    ///
    /// # Errors
    /// As said.
    pub(crate) fn of(
        answers: &Answers,
        id: &str,
        made_at: String,
        tool: &str,
        mounted_read_only: Option<bool>,
        raw: RawFacts,
    ) -> Result<Self, (&'static str, &'static str)> {
        for key in KEYS {
            match answers.get(key.word) {
                Some(text) => key.check(text).map_err(|why| (key.word, why))?,
                None if key.needed => return Err((key.word, "is missing")),
                None => {}
            }
        }
        let text = |word: &str| answers.get(word).map(|t| t.trim().to_owned()).unwrap_or_default();
        let maybe = |word: &str| answers.get(word).map(|t| t.trim().to_owned());
        let ceiling = Marking::of(&text("marking")).ok_or(("marking", "is no marking that is known"))?;
        let origin =
            maybe("marking-origin").and_then(|t| issuers(&t)).unwrap_or_else(|| vec![ceiling.issuer]);
        if !origin.contains(&ceiling.issuer) {
            return Err(("marking-origin", "lacks the issuer of the marking"));
        }
        if instant(&text("read-out-start")) > instant(&text("read-out-end")) {
            return Err(("read-out-end", "is before the start"));
        }
        Ok(Self {
            package: super::VERSION.to_owned(),
            id: id.to_owned(),
            made_at,
            tool: tool.to_owned(),
            authority: text("authority"),
            reference: maybe("reference"),
            owner: Owner { id: text("custodian"), role: text("owner-role") },
            device: DeviceFacts {
                model: text("device"),
                serial: text("device-serial"),
                app_version: text("app-version"),
            },
            medium: MediumFacts {
                model: text("medium"),
                serial: text("medium-serial"),
                register: text("medium-register"),
                capacity: maybe("medium-capacity"),
                write_blocker: matches!(text("write-blocker").as_str(), "yes" | "ja"),
                mounted_read_only,
            },
            read_out: ReadOut {
                start: text("read-out-start"),
                end: text("read-out-end"),
                place: text("place"),
                officer: text("officer"),
                officer_number: maybe("officer-number"),
                officer_clearance: maybe("officer-clearance"),
                second_person: text("second-person"),
            },
            classification: Classification {
                ceiling: text("marking"),
                origin: origin.into_iter().map(|i| i.word().to_owned()).collect(),
                issued_by: maybe("marking-by"),
                caveats: maybe("caveats"),
            },
            extent: Extent {
                from: maybe("period-from"),
                to: maybe("period-to"),
                messages_shown: maybe("messages-shown").and_then(|t| t.parse().ok()),
            },
            raw,
        })
    }

    /// Reads `package.toml`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        toml::from_str::<Self>(text).ok().filter(|f| f.package == super::VERSION && f.ceiling().is_some())
    }

    pub(crate) fn to_text(&self) -> Option<String> {
        toml::to_string(self).ok()
    }

    /// The highest marking, and whose markings may occur.
    pub(crate) fn ceiling(&self) -> Option<(Marking, Vec<Issuer>)> {
        let origin: Option<Vec<Issuer>> =
            self.classification.origin.iter().map(|word| Issuer::of_word(word)).collect();
        Some((Marking::of(&self.classification.ceiling)?, origin?))
    }

    /// When the read-out ended, milliseconds since 1970.
    pub(crate) fn read_out_end(&self) -> Option<i64> {
        instant(&self.read_out.end)
    }
}

fn instant(text: &str) -> Option<i64> {
    text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond)
}
