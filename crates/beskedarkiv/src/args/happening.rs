//! What can be recorded of a custodian: an event with its day, or a month without a copy.

use std::str::FromStr;

use jiff::civil::Date;
use policy::{Event, EventFault};

/// `KIND:DATE`, or `no-copy:MONTH`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Happening {
    /// Resigned, changed phone and the like.
    Event(Event),
    /// No copy could be taken in the month that begins on this day.
    NoCopy(Date),
}

impl FromStr for Happening {
    type Err = EventFault;

    fn from_str(word: &str) -> Result<Self, EventFault> {
        let Some(month) = word.strip_prefix("no-copy:") else { return word.parse().map(Self::Event) };
        let day =
            policy::parse_civil_date(&format!("{month}-01")).or_else(|_| policy::parse_civil_date(month))?;
        Ok(Self::NoCopy(day.first_of_month()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(word: &str, expected: &str) {
        let shown = match word.parse::<Happening>() {
            Ok(Happening::Event(event)) => format!("{} {}", event.kind, event.date),
            Ok(Happening::NoCopy(month)) => format!("no copy {month}"),
            Err(_) => "refused".to_owned(),
        };
        assert_eq!(shown, expected);
    }

    #[test]
    fn words() {
        check("resigned:2026-01-31", "resigned 2026-01-31");
        check("no-copy:2026-05", "no copy 2026-05-01");
        check("no-copy:2026-05-17", "no copy 2026-05-01");
        check("no-copy:maj", "refused");
        check("no-copy", "refused");
        check("away:2026-05-17", "refused");
    }
}
