//! Which form of time all samples of a column have, and whether another reads them as well.

use super::ColumnStat;
use crate::mapping::time::{Form, TimeForm, TimeSpec};

/// How a time seems to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::probe) struct TimeGuess {
    pub(in crate::probe) form: Form,
    pub(in crate::probe) pattern: Option<String>,
    /// Whether the values need the mapping's zone.
    pub(in crate::probe) zone: bool,
    /// The order of day and month fits both ways.
    pub(in crate::probe) two_ways: bool,
    /// The decimal sign of a number with a fraction.
    pub(in crate::probe) comma: bool,
}

const DATES: &[&str] = &[
    "dd-MM-yyyy",
    "d-M-yyyy",
    "dd.MM.yyyy",
    "d.M.yyyy",
    "dd/MM/yyyy",
    "d/M/yyyy",
    "yyyy-MM-dd",
    "yyyy/MM/dd",
    "yyyy.MM.dd",
    "yyyyMMdd",
    "dd-MM-yy",
    "d-M-yy",
    "dd.MM.yy",
    "d.M.yy",
    "dd/MM/yy",
    "d/M/yy",
    "d. MMMM yyyy",
    "d MMM yyyy",
    "EEEE 'den' d. MMMM yyyy",
    "EEEE d. MMMM yyyy",
    "EEE d. MMM yyyy",
    "MM/dd/yyyy",
    "M/d/yyyy",
    "MM/dd/yy",
    "M/d/yy",
    "MM-dd-yyyy",
    "MMM d, yyyy",
];
const TIMES: &[&str] = &[
    "HH:mm:ss",
    "HH:mm",
    "H:mm:ss",
    "H:mm",
    "HH.mm.ss",
    "HH.mm",
    "H.mm.ss",
    "H.mm",
    "HH:mm:ss.SSS",
    "HH:mm:ss,SSS",
    "HHmmss",
    "HHmm",
    "h:mm:ss a",
    "h:mm a",
    "HH:mm:ssXXX",
    "HH:mm:ss XXX",
    "'kl.' H.mm",
    "'kl.' HH:mm",
    "'kl.' HH.mm.ss",
    "'kl.' H:mm:ss",
];
const JOINTS: &[&str] = &[" ", "'T'", ", ", " 'kl.' ", " - ", "' kl. '"];

fn all(samples: &[String], form: Form, pattern: Option<&str>, comma: bool) -> bool {
    let zoned = matches!(form, Form::EpochS | Form::EpochMs | Form::AppleS | Form::AppleNs | Form::Rfc2822);
    let zone = (!zoned).then(|| "Europe/Copenhagen".to_owned());
    let spec = TimeSpec { form, pattern: pattern.map(str::to_owned), zone };
    let Ok(form) = TimeForm::of(&spec) else { return false };
    let decimal = if comma { ',' } else { '.' };
    samples.iter().all(|s| form.read(s, decimal).is_ok_and(|r| r.stamp.is_plausible()))
}

/// Whether numbers read this way are of the years in which such an app can have been used.
fn recent(samples: &[String], form: Form, comma: bool) -> bool {
    let spec = TimeSpec {
        form,
        pattern: None,
        zone: (form == Form::ExcelDays).then(|| "Europe/Copenhagen".to_owned()),
    };
    let Ok(form) = TimeForm::of(&spec) else { return false };
    let range = 1_262_304_000_000..2_524_608_000_000_i64;
    let decimal = if comma { ',' } else { '.' };
    samples.iter().all(|s| form.read(s, decimal).is_ok_and(|r| range.contains(&r.stamp.millis())))
}

/// How the values of a column are written, if they are times.
pub(in crate::probe) fn time(samples: &[String]) -> Option<TimeGuess> {
    if samples.is_empty() {
        return None;
    }
    let guess = |form, pattern: Option<&str>, zone, two_ways, comma| TimeGuess {
        form,
        pattern: pattern.map(str::to_owned),
        zone,
        two_ways,
        comma,
    };
    let comma = samples.iter().any(|s| s.contains(','));
    for form in [Form::EpochMs, Form::EpochS, Form::AppleNs, Form::AppleS, Form::ExcelDays] {
        if recent(samples, form, comma) {
            return Some(guess(form, None, form == Form::ExcelDays, false, comma));
        }
    }
    if all(samples, Form::Rfc2822, None, false) {
        return Some(guess(Form::Rfc2822, None, false, false, false));
    }
    if all(samples, Form::Iso8601, None, false) {
        let own = samples.iter().all(|s| {
            let behind = s.get(11..).unwrap_or_default();
            behind.ends_with(['Z', 'z']) || behind.contains(['+', '-'])
        });
        return Some(guess(Form::Iso8601, None, !own, false, false));
    }
    // the first value tells most patterns away before the rest are tried
    let first = &samples[..1];
    for date in DATES {
        for joint in JOINTS {
            for hour in TIMES {
                let pattern = format!("{date}{joint}{hour}");
                if all(first, Form::Pattern, Some(&pattern), false)
                    && all(samples, Form::Pattern, Some(&pattern), false)
                {
                    let zone = !pattern.contains('X');
                    return Some(guess(
                        Form::Pattern,
                        Some(&pattern),
                        zone,
                        both_ways(samples, date, joint, hour),
                        false,
                    ));
                }
            }
        }
    }
    None
}

fn both_ways(samples: &[String], date: &str, joint: &str, hour: &str) -> bool {
    let swapped = date.replace('d', "\u{1}").replace('M', "d").replace('\u{1}', "M");
    let swapped = format!("{swapped}{joint}{hour}");
    !date.contains("MMM") && !date.starts_with('y') && all(samples, Form::Pattern, Some(&swapped), false)
}

/// A day in one column and an hour in another.
pub(super) fn split_time(day: &ColumnStat, hour: &ColumnStat) -> Option<TimeGuess> {
    let both: Vec<String> = day.samples.iter().zip(&hour.samples).map(|(d, h)| format!("{d} {h}")).collect();
    (day.filled == hour.filled && !both.is_empty()).then(|| time(&both)).flatten()
}
