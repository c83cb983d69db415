//! A time as the source wrote it: raw value and unit, converted without loss and without `f64`
//! where the source has integers.

use jiff::Timestamp;

/// Seconds between the Unix epoch and Apple's, 2001-01-01T00:00:00Z.
pub const APPLE_EPOCH: i64 = 978_307_200;

/// Unit and epoch of a raw time value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Unit {
    /// Seconds since 1970-01-01T00:00:00Z.
    UnixSeconds,
    /// Milliseconds since 1970-01-01T00:00:00Z.
    UnixMillis,
    /// Seconds since 2001-01-01T00:00:00Z.
    AppleSeconds,
    /// Nanoseconds since 2001-01-01T00:00:00Z.
    AppleNanos,
    /// The bits of an IEEE 754 double, seconds since 2001-01-01T00:00:00Z. Taken to the nearest
    /// millisecond: a double holds about 0.1 microseconds there and is never exact.
    AppleDouble,
}

impl Unit {
    /// Number of this unit in the canonical encoding.
    pub const fn code(self) -> u8 {
        match self {
            Self::UnixSeconds => 1,
            Self::UnixMillis => 2,
            Self::AppleSeconds => 3,
            Self::AppleNanos => 4,
            Self::AppleDouble => 5,
        }
    }

    /// The unit of a number in the canonical encoding.
    pub const fn from_code(code: u8) -> Option<Self> {
        Some(match code {
            1 => Self::UnixSeconds,
            2 => Self::UnixMillis,
            3 => Self::AppleSeconds,
            4 => Self::AppleNanos,
            5 => Self::AppleDouble,
            _ => return None,
        })
    }
}

/// One time value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Stamp {
    /// The value as stored.
    pub raw: i64,
    /// Its unit and epoch.
    pub unit: Unit,
}

/// First and one past the last instant that a message time is believed: 2000-01-01 and 2100-01-01.
const PLAUSIBLE_MS: std::ops::Range<i64> = 946_684_800_000..4_102_444_800_000;

impl Stamp {
    /// Milliseconds since 1970.
    pub const fn unix_millis(raw: i64) -> Self {
        Self { raw, unit: Unit::UnixMillis }
    }

    /// Seconds since 2001 as a double, as property lists and Core Data keep them.
    pub const fn apple_double(seconds: f64) -> Self {
        Self { raw: seconds.to_bits().cast_signed(), unit: Unit::AppleDouble }
    }

    /// A Messages time: nanoseconds since 2001, seconds in rows older than iOS 11. Any value
    /// between 10^10 and 10^16 separates the two (10^12 here). 0 means unset.
    pub const fn apple(raw: i64) -> Option<Self> {
        match raw {
            0 => None,
            -1_000_000_000_000..=1_000_000_000_000 => Some(Self { raw, unit: Unit::AppleSeconds }),
            _ => Some(Self { raw, unit: Unit::AppleNanos }),
        }
    }

    /// Milliseconds since 1970, rounded down; saturating.
    pub fn millis(self) -> i64 {
        match self.unit {
            Unit::UnixSeconds => self.raw.saturating_mul(1000),
            Unit::UnixMillis => self.raw,
            Unit::AppleSeconds => self.raw.saturating_add(APPLE_EPOCH).saturating_mul(1000),
            Unit::AppleNanos => self.raw.div_euclid(1_000_000) + APPLE_EPOCH * 1000,
            Unit::AppleDouble => {
                let ms = f64::from_bits(self.raw.cast_unsigned()) * 1000.0;
                // `as` saturates and sends NaN to 0: exactly what an impossible double deserves.
                #[expect(clippy::cast_possible_truncation, reason = "saturating by definition of `as`")]
                let ms = ms.round() as i64;
                ms.saturating_add(APPLE_EPOCH * 1000)
            }
        }
    }

    /// Whether the time lies between 2000 and 2100; outside, a message carries the doubt
    /// `clock_out_of_range`.
    pub fn is_plausible(self) -> bool {
        PLAUSIBLE_MS.contains(&self.millis())
    }

    /// [`Stamp::rfc3339`] without an allocation, for the years 1970 to 9999; days to civil date after
    /// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
    pub fn ascii(self) -> Option<[u8; 24]> {
        let millis = u64::try_from(self.millis()).ok().filter(|ms| *ms < 253_402_300_800_000)?;
        let (day, ms) = (millis / 86_400_000, millis % 86_400_000);
        let z = day + 719_468;
        let (era, doe) = (z / 146_097, z % 146_097);
        let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let d = doy - (153 * mp + 2) / 5 + 1;
        let m = if mp < 10 { mp + 3 } else { mp - 9 };
        let y = yoe + era * 400 + u64::from(m <= 2);
        let mut out = *b"0000-00-00T00:00:00.000Z";
        let mut put = |at: usize, width: usize, mut value: u64| {
            for i in (at..at + width).rev() {
                out[i] = b"0123456789"[usize::try_from(value % 10).unwrap_or_default()];
                value /= 10;
            }
        };
        put(0, 4, y);
        put(5, 2, m);
        put(8, 2, d);
        put(11, 2, ms / 3_600_000);
        put(14, 2, ms / 60_000 % 60);
        put(17, 2, ms / 1000 % 60);
        put(20, 3, ms % 1000);
        Some(out)
    }

    /// `2026-01-31T12:34:56.789Z`: UTC, three decimals, rounded down. `None` outside the years
    /// -9999 to 9999.
    pub fn rfc3339(self) -> Option<String> {
        let t = Timestamp::from_millisecond(self.millis()).ok()?;
        Some(format!("{t:.3}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(stamp: Option<Stamp>, expected: &str) {
        assert_eq!(stamp.and_then(Stamp::rfc3339).as_deref().unwrap_or("none"), expected);
    }

    #[test]
    fn apple_values() {
        check(Stamp::apple(0), "none");
        check(Stamp::apple(1), "2001-01-01T00:00:01.000Z");
        check(Stamp::apple(588_096_000), "2019-08-21T16:00:00.000Z");
        check(Stamp::apple(588_096_000_123_999_999), "2019-08-21T16:00:00.123Z");
        check(Stamp::apple(-1_000_001_000_000_000), "2000-12-20T10:13:19.000Z");
        check(Some(Stamp::apple_double(0.0015)), "2001-01-01T00:00:00.002Z");
        check(Some(Stamp::apple_double(f64::NAN)), "2001-01-01T00:00:00.000Z");
    }

    #[test]
    fn ascii_agrees_with_the_library() {
        for i in 0..40_000_i64 {
            let stamp = Stamp::unix_millis(i * 6_335_000_123);
            assert_eq!(stamp.ascii().map(|a| a.to_vec()), stamp.rfc3339().map(String::into_bytes), "{i}");
        }
        assert_eq!(Stamp::unix_millis(-1).ascii(), None);
        assert_eq!(Stamp::unix_millis(i64::MAX).ascii(), None);
    }

    #[test]
    fn unix_values() {
        check(Some(Stamp::unix_millis(-1)), "1969-12-31T23:59:59.999Z");
        check(Some(Stamp::unix_millis(1_769_862_896_789)), "2026-01-31T12:34:56.789Z");
        check(Some(Stamp { raw: i64::MAX, unit: Unit::UnixSeconds }), "none");
        assert!(!Stamp::unix_millis(0).is_plausible());
        assert!(Stamp::unix_millis(1_769_862_896_789).is_plausible());
    }
}
