//! Markings of classified material: the four Danish levels with those of NATO and the European Union that
//! stand beside them, the ceiling of an archive, and declassifications. Knows no message.
//!
//! Sources: circular no. 10338 of 17 December 2014 (the security circular); Parliament's FOU 2011-12, answer
//! 288, for the levels side by side.

use std::fmt;

use jiff::civil::Date;

use crate::personal::Personal;

/// A level, the lowest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// No marking.
    #[default]
    Unmarked,
    /// TIL TJENESTEBRUG.
    Restricted,
    /// FORTROLIGT.
    Confidential,
    /// HEMMELIGT.
    Secret,
    /// YDERST HEMMELIGT.
    TopSecret,
}

/// A level in every system, and the words by which it is recognised.
struct Row {
    level: Level,
    danish: &'static str,
    short: &'static str,
    nato: &'static str,
    eu: &'static str,
    /// Other spellings, folded as [`fold`] folds.
    also: &'static [&'static str],
}

const TABLE: [Row; 5] = [
    Row {
        level: Level::Unmarked,
        danish: "UKLASSIFICERET",
        short: "UKL",
        nato: "NATO UNCLASSIFIED",
        eu: "",
        also: &["NU", "UNCLASSIFIED", "IKKE KLASSIFICERET", "INGEN", "NONE", "UMAERKET"],
    },
    Row {
        level: Level::Restricted,
        danish: "TIL TJENESTEBRUG",
        short: "TTJ",
        nato: "NATO RESTRICTED",
        eu: "RESTREINT UE/EU RESTRICTED",
        also: &[
            "NR",
            "R UE EU R",
            "RESTREINT UE",
            "EU RESTRICTED",
            "RESTRICTED",
            "RESTREINT",
            "TILTJENESTEBRUG",
        ],
    },
    Row {
        level: Level::Confidential,
        danish: "FORTROLIGT",
        short: "FTR",
        nato: "NATO CONFIDENTIAL",
        eu: "CONFIDENTIEL UE/EU CONFIDENTIAL",
        also: &[
            "NC",
            "C UE EU C",
            "CONFIDENTIEL UE",
            "EU CONFIDENTIAL",
            "CONFIDENTIAL",
            "CONFIDENTIEL",
            "FORTROLIG",
        ],
    },
    Row {
        level: Level::Secret,
        danish: "HEMMELIGT",
        short: "HEM",
        nato: "NATO SECRET",
        eu: "SECRET UE/EU SECRET",
        also: &["NS", "S UE EU S", "SECRET UE", "EU SECRET", "SECRET", "HEMMELIG"],
    },
    Row {
        level: Level::TopSecret,
        danish: "YDERST HEMMELIGT",
        short: "YHM",
        nato: "COSMIC TOP SECRET",
        eu: "TRES SECRET UE/EU TOP SECRET",
        also: &[
            "CTS",
            "TS UE EU TS",
            "TRES SECRET UE",
            "EU TOP SECRET",
            "TOP SECRET",
            "COSMIC",
            "YDERST HEMMELIG",
        ],
    },
];

/// Upper case without accents, every run of other characters one space: `Très Secret UE/EU` becomes
/// `TRES SECRET UE EU`.
fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_uppercase) {
        match c {
            'È' | 'É' | 'Ê' => out.push('E'),
            'Æ' => out.push_str("AE"),
            c if c.is_alphanumeric() => out.push(c),
            // a combining accent belongs to the letter before it
            '\u{300}'..='\u{36f}' => {}
            _ if out.ends_with(' ') || out.is_empty() => {}
            _ => out.push(' '),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Whether `phrase` stands in `text` as whole words, both folded.
fn stands_in(phrase: &str, text: &str) -> bool {
    let (padded, phrase) = (format!(" {text} "), format!(" {phrase} "));
    padded.contains(&phrase)
}

impl Level {
    /// Every level, the lowest first.
    pub const ALL: [Self; 5] =
        [Self::Unmarked, Self::Restricted, Self::Confidential, Self::Secret, Self::TopSecret];

    fn row(self) -> &'static Row {
        &TABLE[usize::from(self.code())]
    }

    /// 0 to 4.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The level of a number.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }

    /// The Danish marking: `FORTROLIGT`.
    pub fn danish(self) -> &'static str {
        self.row().danish
    }

    /// Its usual abbreviation: `FTR`.
    pub fn short(self) -> &'static str {
        self.row().short
    }

    /// The marking of NATO that stands beside it.
    pub fn nato(self) -> &'static str {
        self.row().nato
    }

    /// The marking of the European Union that stands beside it; empty where there is none.
    pub fn eu(self) -> &'static str {
        self.row().eu
    }

    /// The level that a marking says, as it is written, with anything beside it (caveats, releasability).
    /// The highest of several counts. `None` for a text in which no known marking stands.
    pub fn of_marking(text: &str) -> Option<Self> {
        let folded = fold(text);
        let says = |row: &Row| {
            let all = [row.danish, row.short, row.nato, row.eu].into_iter().chain(row.also.iter().copied());
            all.filter(|p| !p.is_empty()).any(|phrase| stands_in(&fold(phrase), &folded))
        };
        TABLE.iter().rev().find(|row| says(row)).map(|row| row.level)
    }

    /// The level by which a marking is treated: one that is not known counts as the highest, since nobody
    /// can say that it is not; a blank one is none.
    pub fn treated(text: Option<&str>) -> Self {
        match text.map(str::trim).filter(|t| !t.is_empty()) {
            None => Self::Unmarked,
            Some(text) => Self::of_marking(text).unwrap_or(Self::TopSecret),
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.danish())
    }
}

/// A word that is no level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no level of classification: one of UKL, TTJ, FTR, HEM, YHM or the marking in full")]
pub struct NoLevel;

impl std::str::FromStr for Level {
    type Err = NoLevel;

    /// A level by one of its words and nothing beside it.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let folded = fold(text);
        let is = |row: &&Row| {
            let all = [row.danish, row.short, row.nato, row.eu].into_iter().chain(row.also.iter().copied());
            all.filter(|p| !p.is_empty()).any(|phrase| fold(phrase) == folded)
        };
        TABLE.iter().find(is).map(|row| row.level).ok_or(NoLevel)
    }
}

/// The ceiling of an archive for which nobody has decided one: what most of the state's telephones hold is
/// at most for official use, and beyond it media must be registered and systems approved.
pub const DEFAULT_CEILING: Level = Level::Restricted;

/// A decision about markings, as it goes into a signed entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MarkingDecision {
    /// The highest level that the archive may hold from now on.
    Ceiling {
        /// The level.
        level: Level,
        /// Journal number or decision behind it.
        reference: Option<Personal>,
    },
    /// Whoever issued a marking lowered it.
    Declassified {
        /// Whose messages.
        custodian: String,
        /// Messages of this level, and of no other.
        from: Level,
        /// Are of this level now.
        to: Level,
        /// First day of the messages.
        first: Option<Date>,
        /// Last day of the messages.
        last: Option<Date>,
        /// Authority or person that lowered it.
        issuer: Personal,
        /// Journal number or decision behind it.
        reference: Option<Personal>,
    },
}

/// Why a decision was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MarkingFault {
    /// A declassification that does not lower.
    #[error("a declassification must lower the level")]
    NotLower,
    /// Nobody is named who lowered it.
    #[error("a declassification must name its issuer")]
    NoIssuer,
    /// The last day lies before the first.
    #[error("the last day lies before the first")]
    Days,
}

impl MarkingDecision {
    /// Whether it can stand.
    ///
    /// # Errors
    /// [`MarkingFault`].
    pub fn check(&self) -> Result<(), MarkingFault> {
        match self {
            Self::Ceiling { .. } => Ok(()),
            Self::Declassified { from, to, first, last, issuer, .. } => {
                if to >= from {
                    Err(MarkingFault::NotLower)
                } else if issuer.expose().trim().is_empty() {
                    Err(MarkingFault::NoIssuer)
                } else if matches!((first, last), (Some(first), Some(last)) if last < first) {
                    Err(MarkingFault::Days)
                } else {
                    Ok(())
                }
            }
        }
    }
}

/// The decisions of an archive, in the order of its log.
#[derive(Clone, Debug, Default)]
pub struct Markings {
    decisions: Vec<(u64, MarkingDecision)>,
}

/// The level of a message, and the entry that lowered it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effective {
    /// The level.
    pub level: Level,
    /// Number of the entry of the log that lowered it.
    pub lowered_by: Option<u64>,
}

impl Markings {
    /// Takes a decision in; `entry` is its number in the log.
    pub fn apply(&mut self, entry: u64, decision: MarkingDecision) {
        self.decisions.push((entry, decision));
    }

    /// Every decision with the number of its entry.
    pub fn decisions(&self) -> &[(u64, MarkingDecision)] {
        &self.decisions
    }

    /// The ceiling in force.
    pub fn ceiling(&self) -> Level {
        let decided = self.decisions.iter().rev().find_map(|(_, d)| match d {
            MarkingDecision::Ceiling { level, .. } => Some(*level),
            MarkingDecision::Declassified { .. } => None,
        });
        decided.unwrap_or(DEFAULT_CEILING)
    }

    /// The level of a custodian's message of a day (none where it has no usable time), marked like this. A
    /// message without a day is lowered only by decisions that name no days.
    pub fn effective(&self, custodian: &str, day: Option<Date>, marking: Option<&str>) -> Effective {
        let mut now = Effective { level: Level::treated(marking), lowered_by: None };
        for (entry, decision) in &self.decisions {
            let MarkingDecision::Declassified { custodian: whose, from, to, first, last, .. } = decision
            else {
                continue;
            };
            let within = match day {
                Some(day) => first.is_none_or(|f| day >= f) && last.is_none_or(|l| day <= l),
                None => first.is_none() && last.is_none(),
            };
            if whose == custodian && *from == now.level && within {
                now = Effective { level: *to, lowered_by: Some(*entry) };
            }
        }
        now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<Level>) {
        assert_eq!(Level::of_marking(text), expected, "{text}");
    }

    #[test]
    fn every_system_says_the_same() {
        for level in Level::ALL {
            for text in [level.danish(), level.short(), level.nato(), level.eu()] {
                if !text.is_empty() {
                    check(text, Some(level));
                    check(&text.to_lowercase(), Some(level));
                    assert_eq!(text.parse(), Ok(level));
                }
            }
            assert_eq!(Level::from_code(level.code()), Some(level));
        }
        assert_eq!(Level::from_code(5), None);
        assert!(Level::ALL.is_sorted());
    }

    #[test]
    fn markings_as_people_write_them() {
        use Level::{Confidential, Restricted, Secret, TopSecret, Unmarked};
        check("Til tjenestebrug", Some(Restricted));
        check("HEMMELIGT // KUN DANSKE ØJNE", Some(Secret));
        check("yderst  hemmeligt", Some(TopSecret));
        check("NATO SECRET - RELEASABLE TO SWE", Some(Secret));
        check("TRÈS SECRET UE/EU TOP SECRET", Some(TopSecret));
        check("TRE\u{300}S SECRET UE", Some(TopSecret));
        check("R-UE/EU-R", Some(Restricted));
        check("(FTR)", Some(Confidential));
        check("NATO UNCLASSIFIED", Some(Unmarked));
        // of two the higher
        check("FORTROLIGT, bilag HEMMELIGT", Some(Secret));
        check("EYES ONLY", None);
        check("", None);
        // a word inside another is none
        check("HEMMELIGTSTEMPLET", None);
    }

    #[test]
    fn what_is_not_known_counts_as_the_highest() {
        assert_eq!(Level::treated(None), Level::Unmarked);
        assert_eq!(Level::treated(Some("  ")), Level::Unmarked);
        assert_eq!(Level::treated(Some("EYES ONLY")), Level::TopSecret);
        assert!("EYES ONLY".parse::<Level>().is_err() && "HEMMELIGT x".parse::<Level>().is_err());
    }

    fn lowered(from: Level, to: Level, first: Option<&str>) -> MarkingDecision {
        MarkingDecision::Declassified {
            custodian: "m1".into(),
            from,
            to,
            first: first.map(|d| d.parse().unwrap()),
            last: None,
            issuer: Personal::new("FE"),
            reference: None,
        }
    }

    #[test]
    fn the_ceiling_is_the_newest_decision() {
        let mut markings = Markings::default();
        assert_eq!(markings.ceiling(), Level::Restricted);
        markings.apply(7, MarkingDecision::Ceiling { level: Level::Secret, reference: None });
        markings.apply(9, lowered(Level::Secret, Level::Restricted, None));
        assert_eq!(markings.ceiling(), Level::Secret);
        markings.apply(11, MarkingDecision::Ceiling { level: Level::Unmarked, reference: None });
        assert_eq!(markings.ceiling(), Level::Unmarked);
    }

    #[test]
    fn a_declassification_lowers_what_it_names_and_nothing_else() {
        let mut markings = Markings::default();
        markings.apply(9, lowered(Level::Secret, Level::Restricted, Some("2026-02-01")));
        let level = |custodian: &str, day: Option<&str>, marking: &str| {
            markings.effective(custodian, day.map(|d| d.parse().unwrap()), Some(marking))
        };
        let secret = Effective { level: Level::Secret, lowered_by: None };
        assert_eq!(
            level("m1", Some("2026-02-01"), "HEMMELIGT"),
            Effective { level: Level::Restricted, lowered_by: Some(9) }
        );
        assert_eq!(level("m1", Some("2026-01-31"), "HEMMELIGT"), secret);
        assert_eq!(level("m1", None, "HEMMELIGT"), secret);
        assert_eq!(level("m2", Some("2026-02-01"), "HEMMELIGT"), secret);
        assert_eq!(level("m1", Some("2026-02-01"), "YDERST HEMMELIGT").level, Level::TopSecret);
        assert_eq!(level("m1", Some("2026-02-01"), "?").level, Level::TopSecret);
    }

    #[test]
    fn decisions_that_cannot_stand() {
        assert_eq!(lowered(Level::Secret, Level::Secret, None).check(), Err(MarkingFault::NotLower));
        assert_eq!(lowered(Level::Secret, Level::Restricted, None).check(), Ok(()));
        let MarkingDecision::Declassified { custodian, from, to, first, last, reference, .. } =
            lowered(Level::Secret, Level::Restricted, None)
        else {
            unreachable!("made above")
        };
        let nobody = MarkingDecision::Declassified {
            custodian,
            from,
            to,
            first,
            last,
            reference,
            issuer: Personal::new(" "),
        };
        assert_eq!(nobody.check(), Err(MarkingFault::NoIssuer));
    }
}
