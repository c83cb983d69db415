//! Comparing a copy with those before it: which messages earlier copies of the same phone had and this one
//! has not, only where this source can speak (the device, the app, the conversations that are in it), and
//! only forwards in time: an old backup from a drawer is not asked what is missing from it.

use archive::Missing;
use jiff::civil::Date;
use jiff::{Span, ToSpan};
use policy::Bucket;
use serde::{Deserialize, Serialize};

use crate::manifest::Manifest;

/// Messages that are gone since an earlier copy, by month and likely reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vanished {
    /// Month of the messages, `2026-01`.
    pub month: String,
    /// `disappearing_timer`, `recently_deleted_purged`, `expiry_setting`, `unknown`: what the last copy said of
    /// the message, or the phone's settings; not a proof.
    pub reason: String,
    /// How many.
    pub messages: u64,
}

/// Why two copies were not compared; `None` where they were.
pub(crate) fn not_compared(
    earlier: &[Manifest],
    device: Option<u64>,
    source: &str,
    made: Option<Date>,
    unreadable: u64,
) -> Option<&'static str> {
    let same = |m: &&Manifest| m.device == device && m.source == source;
    let last = earlier.iter().filter(same).map(|m| m.copy_date).max()?;
    match made {
        None => Some("not_compared:copy_without_a_date"),
        Some(made) if made < last => Some("not_compared:older_than_the_last_copy"),
        Some(_) if unreadable > 0 => Some("not_compared:damaged"),
        Some(_) => None,
    }
}

/// Counts what is missing. `findings` are the source's: a setting that deletes by itself is among them.
pub(crate) fn vanished(
    missing: &[Missing],
    labels: &[Vec<u8>],
    findings: &[String],
    copy_date: Date,
) -> Vec<Vanished> {
    let days =
        findings.iter().filter_map(|f| f.strip_prefix("keep_messages_days:")?.parse::<i64>().ok()).min();
    let expired_before = days.and_then(|days| copy_date.checked_sub(Span::new().try_days(days).ok()?).ok());
    let mut counts: std::collections::BTreeMap<(Date, &str), u64> = std::collections::BTreeMap::new();
    for m in missing {
        let bucket = usize::try_from(m.bucket).ok().and_then(|at| labels.get(at));
        let Some((_, bucket)) = bucket.and_then(|label| Bucket::decode_label(label)) else { continue };
        let begun_before = expired_before.is_some_and(|limit| bucket.month.saturating_sub(2.days()) <= limit);
        let reason = match m {
            Missing { expiring: true, .. } => "disappearing_timer",
            Missing { deleted: true, .. } => "recently_deleted_purged",
            _ if begun_before => "expiry_setting",
            _ => "unknown",
        };
        *counts.entry((bucket.month, reason)).or_default() += 1;
    }
    let shown = |((month, reason), messages): ((Date, &str), u64)| Vanished {
        month: crate::clock::month_word(month),
        reason: reason.to_owned(),
        messages,
    };
    counts.into_iter().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(device: u64, source: &str, copy_date: &str) -> Manifest {
        let json = serde_json::json!({
            "version": 1, "program": "", "custodian": "x", "register_version": 1, "policy": "", "zone": "",
            "ingest_date": copy_date, "device": device, "copy_date": copy_date, "source": source, "readers": [],
            "source_digest": "", "evidence": [], "new": 0, "seen_again": 0, "changed": 0, "expired": 0,
            "suppressed": 0, "findings": [],
            "tally": { "seen": 0, "messages": 0, "folded": 0, "unreadable": 0, "balances": true },
        });
        Manifest::parse(json.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn when_copies_are_compared() {
        let earlier = [manifest(7, "ios-backup", "2026-03-01"), manifest(7, "ios-backup", "2026-02-01")];
        let day = |d: &str| Some(d.parse().unwrap());
        for (device, source, made, unreadable, expected) in [
            (7, "ios-backup", day("2026-04-01"), 0, None),
            (7, "ios-backup", day("2026-03-01"), 0, None),
            (7, "ios-backup", day("2026-02-15"), 0, Some("not_compared:older_than_the_last_copy")),
            (7, "ios-backup", None, 0, Some("not_compared:copy_without_a_date")),
            (7, "ios-backup", day("2026-04-01"), 1, Some("not_compared:damaged")),
            // the first copy of another phone or of another kind has nothing to be compared with
            (8, "ios-backup", None, 1, None),
            (7, "signal-android", None, 1, None),
        ] {
            assert_eq!(not_compared(&earlier, Some(device), source, made, unreadable), expected);
        }
    }

    #[test]
    fn likely_reasons() {
        let label = |month: Date| {
            let bucket = Bucket { class: policy::Class::E5, month, device: None, tenure: 0 };
            bucket.encode_label("x")
        };
        let date = |y, m| jiff::civil::date(y, m, 1);
        let labels = [label(date(2025, 1)), label(date(2026, 2))];
        let m = |bucket, deleted, expiring| Missing { bucket, deleted, expiring };
        let missing =
            [m(0, false, false), m(1, false, false), m(1, true, false), m(1, true, true), m(0, false, false)];
        let findings = ["keep_messages_days:30".to_owned()];
        let shown = |findings: &[String]| -> Vec<String> {
            let all = vanished(&missing, &labels, findings, jiff::civil::date(2026, 2, 20));
            all.iter().map(|v| format!("{} {} {}", v.month, v.reason, v.messages)).collect()
        };
        assert_eq!(
            shown(&findings),
            [
                "2025-01 expiry_setting 2",
                "2026-02 disappearing_timer 1",
                "2026-02 recently_deleted_purged 1",
                "2026-02 unknown 1",
            ]
        );
        assert_eq!(shown(&[])[0], "2025-01 unknown 2");
    }
}
