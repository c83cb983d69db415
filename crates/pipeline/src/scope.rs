//! Scopes of grants: which custodians' buckets an operator may read, and of which months. `*` is everybody; else ids, one
//! a line. A line `months FIRST LAST` (`2025-01`, or `-` for an open end) keeps it to messages of these months.

use jiff::civil::Date;
use policy::Bucket;

/// Everybody.
pub(crate) const ALL: &[u8] = b"*";
/// How the line of months begins; no id of a custodian has a blank.
const MONTHS: &str = "months ";

/// Whether a bucket's label is of a custodian.
pub(crate) fn of_custodian(label: &[u8], custodian: &str) -> bool {
    Bucket::decode_label(label).is_some_and(|(id, _)| id == custodian)
}

/// Whether a scope covers a bucket's label. What cannot be read covers nothing.
pub(crate) fn covers(scope: &[u8], label: &[u8]) -> bool {
    if scope == ALL {
        return true;
    }
    let (Some((id, bucket)), Ok(scope)) = (Bucket::decode_label(label), std::str::from_utf8(scope)) else {
        return false;
    };
    let mut of_these = false;
    for line in scope.split('\n') {
        match line.strip_prefix(MONTHS) {
            Some(months) if !among(months, bucket.month) => return false,
            Some(_) => {}
            None => of_these |= line == "*" || line == id,
        }
    }
    of_these
}

/// Whether a month lies between the first and the last of a line.
fn among(months: &str, month: Date) -> bool {
    let Some((first, last)) = months.split_once(' ') else { return false };
    let month = format!("{:04}-{:02}", month.year(), month.month());
    let legal = |end: &str| end == "-" || (end.len() == 7 && end.is_ascii());
    legal(first) && legal(last) && (first == "-" || *first <= *month) && (last == "-" || *month <= *last)
}

/// The scope of some custodians, of everybody when there are none, in some months.
pub(crate) fn of(custodians: &[String], months: (Option<Date>, Option<Date>)) -> Vec<u8> {
    let mut lines = if custodians.is_empty() { vec!["*".to_owned()] } else { custodians.to_vec() };
    if months != (None, None) {
        let end =
            |day: Option<Date>| day.map_or("-".to_owned(), |d| format!("{:04}-{:02}", d.year(), d.month()));
        lines.push(format!("{MONTHS}{} {}", end(months.0), end(months.1)));
    }
    lines.join("\n").into_bytes()
}

/// The custodians that a scope covers in any month, of those there are.
pub(crate) fn custodians(scope: &[u8], there: &[String]) -> Vec<String> {
    let named = |id: &String| scope.split(|b| *b == b'\n').any(|line| line == ALL || line == id.as_bytes());
    there.iter().filter(|id| named(id)).cloned().collect()
}

/// The scope of other custodians in the same months.
pub(crate) fn of_others(scope: &[u8], custodians: &[String]) -> Vec<u8> {
    let mut lines: Vec<&[u8]> = custodians.iter().map(String::as_bytes).collect();
    lines.extend(scope.split(|b| *b == b'\n').filter(|line| line.starts_with(MONTHS.as_bytes())));
    lines.join(&b'\n')
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use policy::Class;

    use super::*;

    fn check(scope: &str, custodian: &str, month: Date, expected: bool) {
        let bucket = Bucket { class: Class::E5, month, device: None, tenure: 0 };
        let label = bucket.encode_label(custodian);
        assert_eq!(covers(scope.as_bytes(), &label), expected, "{scope:?} {custodian} {month}");
    }

    #[test]
    fn custodians_and_months() {
        let may = date(2026, 5, 1);
        for (scope, expected) in [
            ("*", true),
            ("jane", true),
            ("hans\njane", true),
            ("hans", false),
            ("", false),
            ("*\nmonths 2026-05 2026-05", true),
            ("jane\nmonths 2026-01 -", true),
            ("jane\nmonths - 2026-04", false),
            ("jane\nmonths 2026-06 2027-01", false),
            ("hans\nmonths 2026-05 2026-05", false),
            ("months 2026-05 2026-05", false),
            ("jane\nmonths 2026-05", false),
            ("jane\nmonths 2026 2027", false),
        ] {
            check(scope, "jane", may, expected);
        }
        assert!(!covers(b"jane", b"no label") && covers(ALL, b"no label"));
    }

    #[test]
    fn what_is_written_is_read() {
        let (first, last) = (date(2026, 1, 31), date(2026, 3, 1));
        assert_eq!(of(&[], (None, None)), ALL);
        let scope = String::from_utf8(of(&["jane".to_owned()], (Some(first), Some(last)))).unwrap();
        assert_eq!(scope, "jane\nmonths 2026-01 2026-03");
        for (month, expected) in [(12, false), (1, true), (2, true), (3, true), (4, false)] {
            check(&scope, "jane", date(if month == 12 { 2025 } else { 2026 }, month, 1), expected);
        }
        assert_eq!(of(&[], (None, Some(last))), b"*\nmonths - 2026-03");
    }

    #[test]
    fn others_in_the_same_months() {
        let there = ["hans", "jane", "ole"].map(str::to_owned);
        for (scope, expected) in [
            ("*", "hans\nole"),
            ("*\nmonths 2026-05 -", "hans\nole\nmonths 2026-05 -"),
            ("jane\nole\nmonths - 2026-05", "ole\nmonths - 2026-05"),
        ] {
            let mut ids = custodians(scope.as_bytes(), &there);
            assert!(ids.contains(&there[1]), "{scope:?}");
            ids.retain(|id| *id != there[1]);
            assert_eq!(of_others(scope.as_bytes(), &ids), expected.as_bytes(), "{scope:?}");
        }
        assert_eq!(custodians(b"ole\nmonths 2026-05 -", &there), ["ole"]);
    }
}
