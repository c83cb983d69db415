//! Wall time to UTC. An export states no zone: unless the operator says it, Europe/Copenhagen is assumed, and
//! the source carries a finding that says so. The hour that comes twice and the hour that never comes are told apart here.

use std::borrow::Cow;

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use model::Stamp;

use crate::head::Wall;

/// The zone that is assumed.
const ASSUMED: &str = "Europe/Copenhagen";

/// The zone of an export's times.
#[derive(Clone)]
pub(crate) struct Zone {
    zone: TimeZone,
    /// The finding that says so.
    pub(crate) code: String,
}

impl Zone {
    /// The one that the operator named, else the one that is assumed; `None` for a name that the zone database,
    /// which is compiled in, does not have.
    pub(crate) fn of(given: Option<&str>) -> Option<Self> {
        let zone = TimeZone::get(given.unwrap_or(ASSUMED)).ok()?;
        let name = zone.iana_name().unwrap_or(ASSUMED);
        let code =
            if given.is_some() { format!("zone_given:{name}") } else { format!("zone_assumed:{name}") };
        Some(Self { zone, code })
    }
}

/// A clock in a zone; remembers the time before, to place the hour that comes twice.
pub(crate) struct Clock {
    zone: TimeZone,
    /// The hour of wall time converted last, with its offset in seconds, when it was an ordinary one.
    hour: Option<(i64, i64)>,
    /// The time given out last, seconds since 1970.
    before: Option<i64>,
}

impl Clock {
    pub(crate) fn new(zone: &Zone) -> Self {
        Self { zone: zone.zone.clone(), hour: None, before: None }
    }

    /// The instant of a wall time, and a doubt about it.
    pub(crate) fn stamp(&mut self, wall: Wall) -> (Stamp, Option<Cow<'static, str>>) {
        let hour = wall.div_euclid(3600);
        let (seconds, doubt) = match self.hour {
            Some((known, offset)) if known == hour => (wall - offset, None),
            _ => self.convert(wall),
        };
        self.before = Some(seconds);
        (Stamp::unix_millis(seconds * 1000), doubt.map(Cow::Borrowed))
    }

    fn convert(&mut self, wall: Wall) -> (i64, Option<&'static str>) {
        let Some(civil) = civil(wall) else { return (wall, Some("clock_out_of_range")) };
        match self.zone.to_ambiguous_timestamp(civil).offset() {
            AmbiguousOffset::Unambiguous { offset } => {
                let offset = i64::from(offset.seconds());
                self.hour = Some((wall.div_euclid(3600), offset));
                (wall - offset, None)
            }
            // read with the offset before the leap: 02:30 becomes 03:30 summer time
            AmbiguousOffset::Gap { before, after: _ } => {
                (wall - i64::from(before.seconds()), Some("nonexistent_hour"))
            }
            // the first time round, unless a message before it was later than that
            AmbiguousOffset::Fold { before, after } => {
                let first = wall - i64::from(before.seconds());
                let second = wall - i64::from(after.seconds());
                let passed = self.before.is_some_and(|b| first < b && b <= second);
                (if passed { second } else { first }, Some("ambiguous_hour"))
            }
        }
    }
}

fn civil(wall: Wall) -> Option<DateTime> {
    let utc = jiff::Timestamp::from_second(wall).ok()?;
    Some(TimeZone::UTC.to_datetime(utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Wall times in order, and what becomes of them.
    #[track_caller]
    fn check(walls: &[&str], expected: &[&str]) {
        let mut clock = Clock::new(&Zone::of(None).unwrap());
        let got: Vec<String> = walls
            .iter()
            .map(|w| {
                let wall = format!("{w}Z").parse::<jiff::Timestamp>().unwrap().as_second();
                let (stamp, doubt) = clock.stamp(wall);
                format!("{} {}", &stamp.rfc3339().unwrap()[5..16], doubt.as_deref().unwrap_or(""))
            })
            .collect();
        assert_eq!(got.iter().map(|g| g.trim_end()).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn summer_and_winter() {
        check(&["2025-01-15T12:00:00", "2025-07-15T12:00:00"], &["01-15T11:00", "07-15T10:00"]);
    }

    #[test]
    fn the_hour_that_comes_twice_keeps_the_order() {
        check(
            &["2025-10-26T01:59:00", "2025-10-26T02:50:00", "2025-10-26T02:10:00", "2025-10-26T02:20:00"],
            &[
                "10-25T23:59",
                "10-26T00:50 ambiguous_hour",
                "10-26T01:10 ambiguous_hour",
                "10-26T01:20 ambiguous_hour",
            ],
        );
        check(
            &["2025-10-26T02:20:00", "2025-10-26T03:00:00"],
            &["10-26T00:20 ambiguous_hour", "10-26T02:00"],
        );
    }

    #[test]
    fn the_hour_that_never_comes() {
        check(
            &["2025-03-30T01:59:00", "2025-03-30T02:30:00", "2025-03-30T03:30:00"],
            &["03-30T00:59", "03-30T01:30 nonexistent_hour", "03-30T01:30"],
        );
    }
}
