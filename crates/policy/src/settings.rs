//! The policy an archive is kept by: what the guidelines leave open, and which times are believed.
//! Knows no path; text and bytes come in.

use jiff::civil::Date;
use minicbor::{Decoder, Encoder};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::calendar::{days, from_days, within_bounds};
use crate::cbor::done;
use crate::sorting::{Sorting, SortingFault};

/// Version of the tables in this crate. Part of the policy's id, so that a changed reading never
/// passes for the old one.
const RULES_VERSION: u32 = 1;

/// What departure does to managers by 2.2 whom 2.4 does not list (class `C10u`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UnlistedChiefs {
    /// Ten years whatever happens: the longer reading.
    #[default]
    Keep,
    /// Departure ends them: the letter of 2.4.
    Letter,
}

/// Why a policy was not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyFault {
    /// Not TOML, an unknown key or a value of the wrong kind.
    #[error(
        "policy file line {line}: not valid; keys are unlisted_chiefs = \"keep\" or \"letter\", earliest_plausible = \"YYYY-MM-DD\", allow_key_destruction = true or false, and those of [sorting]"
    )]
    Toml {
        /// Line, from 1.
        line: usize,
    },
    /// A date outside 1990 to 2200.
    #[error("policy: earliest_plausible is not a date from 1990 to 2200")]
    Earliest,
    /// Costs or days of sorting that cannot hold.
    #[error("policy, [sorting]: {0}")]
    Sorting(#[from] SortingFault),
    /// Stored bytes that are not a policy of this version.
    #[error("stored policy: not a policy of rules version {RULES_VERSION}")]
    Stored,
}

/// The choices an archive has made. The default is the longer reading everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Policy {
    /// Class `C10u`: whether departure ends the ten years.
    pub unlisted_chiefs: UnlistedChiefs,
    /// Message times before this day are taken for a clock that was never set. Default 2007-01-01.
    pub earliest_plausible: Date,
    /// How messages are sorted.
    pub sorting: Sorting,
    /// Whether two administrators may destroy all keys. Default no.
    pub allow_key_destruction: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            unlisted_chiefs: UnlistedChiefs::default(),
            earliest_plausible: Date::constant(2007, 1, 1),
            sorting: Sorting::default(),
            allow_key_destruction: false,
        }
    }
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    unlisted_chiefs: UnlistedChiefs,
    earliest_plausible: Option<String>,
    #[serde(default)]
    sorting: Sorting,
    #[serde(default)]
    allow_key_destruction: bool,
    #[serde(flatten)]
    rest: std::collections::BTreeMap<String, toml::Value>,
}

impl Policy {
    /// Reads a policy file. Missing keys take the default; unknown keys are refused, since a
    /// misspelt one would silently mean the default.
    pub fn from_toml(text: &str) -> Result<Self, PolicyFault> {
        let line =
            |at: usize| text.as_bytes()[..at.min(text.len())].iter().filter(|&&b| b == b'\n').count() + 1;
        let file: File = toml::from_str(text)
            .map_err(|e| PolicyFault::Toml { line: line(e.span().map_or(0, |span| span.start)) })?;
        let unknown = file.rest.iter().find(|(_, value)| !value.is_table());
        if let Some((key, _)) = unknown {
            let at =
                text.lines().position(|l| l.trim_start().trim_start_matches('"').starts_with(key.as_str()));
            return Err(PolicyFault::Toml { line: at.map_or(1, |at| at + 1) });
        }
        let earliest_plausible = match &file.earliest_plausible {
            None => Self::default().earliest_plausible,
            Some(text) => text.parse().ok().filter(|&d| within_bounds(d)).ok_or(PolicyFault::Earliest)?,
        };
        file.sorting.check()?;
        let File { unlisted_chiefs, earliest_plausible: _, sorting, allow_key_destruction, rest: _ } = file;
        Ok(Self { unlisted_chiefs, earliest_plausible, sorting, allow_key_destruction })
    }

    /// The canonical bytes: CBOR `[rules version, unlisted chiefs (0 keep, 1 letter), earliest
    /// plausible day as days since 1970-01-01, sorting]`, the last an array of its own, and `true`
    /// behind it where keys may be destroyed.
    pub fn encode(&self) -> Vec<u8> {
        let Self { unlisted_chiefs, earliest_plausible, sorting, allow_key_destruction } = *self;
        let mut e = Encoder::new(Vec::new());
        // what is not allowed is not there, so that the bytes of other policies stay what they are
        done(e.array(4 + u64::from(allow_key_destruction)).and_then(|e| e.u32(RULES_VERSION)));
        done(e.u8(unlisted_chiefs as u8).and_then(|e| e.i32(days(earliest_plausible))));
        sorting.encode_into(&mut e);
        if allow_key_destruction {
            done(e.bool(true));
        }
        e.into_writer()
    }

    /// A policy from its canonical bytes, and from nothing else.
    pub fn decode(bytes: &[u8]) -> Result<Self, PolicyFault> {
        let mut d = Decoder::new(bytes);
        let mut read = || -> Option<Self> {
            let items = d.array().ok()?.filter(|items| matches!(items, 4 | 5))?;
            (d.u32().ok()? == RULES_VERSION).then_some(())?;
            let unlisted_chiefs = match d.u8().ok()? {
                0 => UnlistedChiefs::Keep,
                1 => UnlistedChiefs::Letter,
                _ => return None,
            };
            let earliest_plausible = from_days(d.i32().ok()?).filter(|&d| within_bounds(d))?;
            let sorting = Sorting::decode_from(&mut d)?;
            let allow_key_destruction = items == 5 && d.bool().ok()?;
            Some(Self { unlisted_chiefs, earliest_plausible, sorting, allow_key_destruction })
        };
        read().filter(|policy| policy.encode() == bytes).ok_or(PolicyFault::Stored)
    }

    /// SHA-256 of the canonical bytes.
    pub fn id(&self) -> [u8; 32] {
        Sha256::digest(self.encode()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<(UnlistedChiefs, &str), PolicyFault>) {
        let expected = expected.map(|(unlisted_chiefs, date)| Policy {
            unlisted_chiefs,
            earliest_plausible: date.parse().unwrap(),
            sorting: Sorting::default(),
            allow_key_destruction: false,
        });
        assert_eq!(Policy::from_toml(text), expected);
    }

    #[test]
    fn files() {
        use UnlistedChiefs::{Keep, Letter};
        check("", Ok((Keep, "2007-01-01")));
        check("unlisted_chiefs = \"keep\"", Ok((Keep, "2007-01-01")));
        check(
            "unlisted_chiefs = \"letter\"\nearliest_plausible = \"2010-06-01\"",
            Ok((Letter, "2010-06-01")),
        );
        check("[sorting]\nmode = \"sort\"", Ok((Keep, "2007-01-01")));
        check("[sorting]\nlost = 1", Err(PolicyFault::Toml { line: 2 }));
        check("[sorting]\nreview = 9", Err(PolicyFault::Sorting(SortingFault::Costs)));
        check("\nunlisted_chiefs = \"shorter\"", Err(PolicyFault::Toml { line: 2 }));
        check("# a\nunlisted_cheifs = \"letter\"", Err(PolicyFault::Toml { line: 2 }));
        check("unlisted_chiefs", Err(PolicyFault::Toml { line: 1 }));
        check("earliest_plausible = \"1066-10-14\"", Err(PolicyFault::Earliest));
        check("earliest_plausible = \"soon\"", Err(PolicyFault::Earliest));
    }

    #[test]
    fn canonical_bytes() {
        let keep = Policy::default();
        let letter = Policy { unlisted_chiefs: UnlistedChiefs::Letter, ..keep };
        let sorting = [0x89, 0x00, 0x18, 0x64, 0x05, 0x01, 0xf4, 0xf5, 0x18, 0x1e, 0x00, 0x18, 0x23];
        assert_eq!(keep.encode(), [&[0x84, 0x01, 0x00, 0x19, 0x34, 0xca][..], &sorting].concat());
        let off = Policy { sorting: Sorting { mode: crate::Mode::Off, ..keep.sorting }, ..keep };
        let destroy = Policy { allow_key_destruction: true, ..keep };
        assert_eq!(destroy.encode(), [&[0x85, 0x01, 0x00, 0x19, 0x34, 0xca][..], &sorting, &[0xf5]].concat());
        assert_eq!(Policy::from_toml("allow_key_destruction = true"), Ok(destroy));
        let never = [&[0x85, 0x01, 0x00, 0x19, 0x34, 0xca][..], &sorting, &[0xf4]].concat();
        assert_eq!(Policy::decode(&never), Err(PolicyFault::Stored));
        for policy in [keep, letter, off, destroy] {
            assert_eq!(Policy::decode(&policy.encode()), Ok(policy));
        }
        assert_ne!(keep.id(), letter.id());
        for bytes in
            [&[][..], &[0x84, 1, 2, 0], &[0x83, 1, 0, 0x19, 0x34, 0xca], &[&keep.encode()[..], &[0]].concat()]
        {
            assert_eq!(Policy::decode(bytes), Err(PolicyFault::Stored));
        }
        // The same policy in a longer spelling is not the canonical one.
        let longer = [&[0x84, 0x18, 1, 0, 0x19, 0x34, 0xca][..], &sorting].concat();
        assert_eq!(Policy::decode(&longer), Err(PolicyFault::Stored));
    }
}
