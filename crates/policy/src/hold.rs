//! What a legal hold covers: a pure question over a bucket's label. A hold blocks every bucket that could
//! contain a match; what cannot be told from a label (a service, a word) narrows nothing. Knows no entry,
//! no signature and no clock.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::stamp::Bucket;

/// Days between the release of a hold and the first day on which it blocks no more, unless the release
/// says otherwise.
pub const GRACE_DAYS: u16 = 90;

/// Whose messages of which days a hold covers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HoldScope {
    /// Ids of custodians; none is everybody, also those who come later.
    pub custodians: Vec<String>,
    /// First day of the messages.
    pub from: Option<Date>,
    /// Last day of the messages.
    pub to: Option<Date>,
}

impl HoldScope {
    /// Whether a bucket could contain a message that the hold covers. `untimed` says that the bucket may hold
    /// messages without a usable time: those lie in the month of their ingest and may be of any day before.
    pub fn could_cover(&self, custodian: &str, bucket: &Bucket, untimed: bool) -> bool {
        let person = self.custodians.is_empty() || self.custodians.iter().any(|id| id == custodian);
        // a bucket of March may hold the 29th of February (see Bucket::month)
        let first = bucket.month.saturating_sub(1.day());
        let last = bucket.month.last_of_month();
        let begun = self.from.is_none_or(|from| from <= last);
        let ended = !untimed && self.to.is_some_and(|to| to < first);
        person && begun && !ended
    }
}

/// A hold with what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Entry that placed it.
    pub entry: u64,
    /// What it covers.
    pub scope: HoldScope,
    /// First day on which it blocks no more; `None` while it is in force.
    pub free_from: Option<Date>,
}

impl Hold {
    /// Whether it blocks on a day: in force, or released and within its grace period.
    pub fn blocks_on(&self, today: Date) -> bool {
        self.free_from.is_none_or(|free| today < free)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::class::Class;

    fn bucket(year: i16, month: i8) -> Bucket {
        Bucket { class: Class::M25, month: date(year, month, 1), device: None, tenure: 0 }
    }

    #[track_caller]
    fn check(custodians: &[&str], period: (&str, &str), bucket: Bucket, untimed: bool, covers: bool) {
        let day = |text: &str| (!text.is_empty()).then(|| text.parse().unwrap());
        let custodians = custodians.iter().map(|c| (*c).to_owned()).collect();
        let scope = HoldScope { custodians, from: day(period.0), to: day(period.1) };
        assert_eq!(scope.could_cover("min", &bucket, untimed), covers, "{scope:?} {bucket:?}");
    }

    #[test]
    fn a_hold_covers_what_could_match() {
        check(&[], ("", ""), bucket(2026, 3), false, true);
        check(&["min"], ("", ""), bucket(2026, 3), false, true);
        check(&["chef"], ("", ""), bucket(2026, 3), false, false);
        check(&["chef", "min"], ("", ""), bucket(2026, 3), false, true);
        check(&[], ("2026-03-31", ""), bucket(2026, 3), false, true);
        check(&[], ("2026-04-01", ""), bucket(2026, 3), false, false);
        check(&[], ("", "2026-03-01"), bucket(2026, 3), false, true);
        // the last of February may lie in the bucket of March
        check(&[], ("", "2026-02-28"), bucket(2026, 3), false, true);
        check(&[], ("", "2026-02-27"), bucket(2026, 3), false, false);
        // a message without a time may be older than its bucket, never younger
        check(&[], ("2020-01-01", "2020-12-31"), bucket(2026, 3), true, true);
        check(&[], ("2020-01-01", "2020-12-31"), bucket(2026, 3), false, false);
        check(&[], ("2026-04-01", ""), bucket(2026, 3), true, false);
    }

    #[test]
    fn grace_ends_on_its_day() {
        let hold = |free_from| Hold { entry: 1, scope: HoldScope::default(), free_from };
        assert!(hold(None).blocks_on(date(2099, 1, 1)));
        assert!(hold(Some(date(2026, 4, 1))).blocks_on(date(2026, 3, 31)));
        assert!(!hold(Some(date(2026, 4, 1))).blocks_on(date(2026, 4, 1)));
    }
}
