//! What happens to a custodian that may end a period: kinds, dates, and which of them ends.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;

use crate::calendar::{DateFault, parse_civil_date};
use crate::post::{Choice, fold};
use crate::rules::Rule;

/// Kind of event, as interface section 6 spells them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EventKind {
    /// Left the authority (fratrædelse).
    Resigned,
    /// Changed the phone (telefonskift).
    PhoneChanged,
    /// A larger system update that did not carry the messages over, the same as a change of phone
    /// (guidelines May 2024, 2.4, last sentence).
    LossyUpdate,
    /// The post ended, the person stays: ends nothing by itself.
    RetiredPost,
}

impl EventKind {
    /// All kinds, in the order of their numbers.
    pub const ALL: [Self; 4] = [Self::Resigned, Self::PhoneChanged, Self::LossyUpdate, Self::RetiredPost];

    /// The word of interface section 6.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Resigned => "resigned",
            Self::PhoneChanged => "phone-changed",
            Self::LossyUpdate => "lossy-update",
            Self::RetiredPost => "retired-post",
        }
    }

    /// Number in stored register entries, from 1.
    pub const fn code(self) -> u8 {
        self as u8 + 1
    }

    /// The kind of a stored number.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code).checked_sub(1)?).copied()
    }

    /// The rule by which an event of this kind ends a period that departure ends; `None` where it
    /// ends nothing.
    pub const fn ending_rule(self) -> Option<Rule> {
        match self {
            Self::Resigned => Some(Rule::EndedByResignation),
            Self::PhoneChanged => Some(Rule::EndedByPhone),
            Self::LossyUpdate => Some(Rule::EndedByUpdate),
            Self::RetiredPost => None,
        }
    }
}

impl FromStr for EventKind {
    type Err = Choice;

    fn from_str(word: &str) -> Result<Self, Choice> {
        let word = fold(word);
        Self::ALL
            .into_iter()
            .find(|kind| kind.slug() == word)
            .ok_or_else(|| Choice::new("event kind", Self::ALL.map(Self::slug)))
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.slug())
    }
}

/// An event on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Event {
    /// What happened.
    pub kind: EventKind,
    /// Civil date in Europe/Copenhagen.
    pub date: Date,
    /// The device concerned, by the number of its register entry; `None` concerns all.
    pub device: Option<u64>,
}

/// Why `KIND:DATE` was not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EventFault {
    /// No colon.
    #[error("an event is written KIND:DATE, as resigned:2026-01-31; kinds are {choices}", choices = EventKind::ALL.map(EventKind::slug).join(", "))]
    Form,
    /// Not a kind.
    #[error(transparent)]
    Kind(#[from] Choice),
    /// Not a date.
    #[error(transparent)]
    Date(#[from] DateFault),
}

impl FromStr for Event {
    type Err = EventFault;

    /// `KIND:DATE`, as `phone-changed:2026-01-31`.
    fn from_str(text: &str) -> Result<Self, EventFault> {
        let (kind, date) = text.split_once(':').ok_or(EventFault::Form)?;
        Ok(Self { kind: kind.parse()?, date: parse_civil_date(date)?, device: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let shown = match text.parse::<Event>() {
            Ok(Event { kind, date, device: None }) => format!("{kind} {date}"),
            Ok(other) => format!("{other:?}"),
            Err(fault) => fault.to_string(),
        };
        assert_eq!(shown, expected);
    }

    #[test]
    fn texts() {
        check("resigned:2026-01-31", "resigned 2026-01-31");
        check("phone-changed:2026-01-31", "phone-changed 2026-01-31");
        check("Lossy_Update: 2026-01-31", "lossy-update 2026-01-31");
        check("retired-post:2026-12-31T23:30:00Z", "retired-post 2027-01-01");
        let kinds = "resigned, phone-changed, lossy-update, retired-post";
        check("fired:2026-01-31", &format!("unknown event kind; one of {kinds}"));
        check(
            "resigned",
            &format!("an event is written KIND:DATE, as resigned:2026-01-31; kinds are {kinds}"),
        );
        check(
            "resigned:31/1",
            "not a date or time; write 2026-01-31, 2026-01-31T12:34:56Z or 2026-01-31T12:34:56+01:00",
        );
    }

    #[test]
    fn numbers() {
        for kind in EventKind::ALL {
            assert_eq!(EventKind::from_code(kind.code()), Some(kind));
            assert_eq!(kind.slug().parse(), Ok(kind));
        }
    }
}
