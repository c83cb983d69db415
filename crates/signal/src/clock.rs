//! The time in the name of a backup.

/// Milliseconds since 1970 of year, month, day, hour, minute, second; `None` when it is no time. Days
/// after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
pub(crate) fn millis(parts: &[i64]) -> Option<i64> {
    let [year, month, day, hour, minute, second] = *parts else { return None };
    let is = (2000..2100).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && (0..24).contains(&hour)
        && (0..60).contains(&minute)
        && (0..61).contains(&second);
    if !is {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year / 400, year % 400);
    let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    Some((((days * 24 + hour) * 60 + minute) * 60 + second) * 1000)
}

#[cfg(test)]
mod tests {
    #[test]
    fn times() {
        assert_eq!(super::millis(&[2026, 1, 31, 12, 34, 56]), Some(1_769_862_896_000));
        assert_eq!(super::millis(&[2000, 2, 29, 0, 0, 0]), Some(951_782_400_000));
        assert_eq!(super::millis(&[2026, 13, 1, 0, 0, 0]), None);
        assert_eq!(super::millis(&[2026, 1, 1]), None);
    }
}
