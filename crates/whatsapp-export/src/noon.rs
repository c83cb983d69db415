//! Words for the halves of the day, as clocks of twelve hours write them (CLDR, `dayPeriods`). Believed for
//! all languages but English, Spanish and Arabic, which were seen.

use crate::marks::is_space;

/// A half of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Half {
    /// Midnight to noon.
    First,
    /// Noon to midnight.
    Second,
}

/// Words, longer before shorter where one begins another.
const WORDS: &[(Half, &[&str])] = &[
    (
        Half::First,
        &["पूर्वाह्न", "পূর্বাহ্ণ", "ق.ظ.", "ق.ظ", "قبل‌ازظهر", "ص", "上午", "凌晨", "清晨", "早上", "午前", "오전"],
    ),
    (
        Half::Second,
        &["अपराह्न", "অপরাহ্ণ", "ب.ظ.", "ب.ظ", "بعدازظهر", "م", "下午", "晚上", "中午", "午後", "오후"],
    ),
    (
        Half::First,
        &["π.μ.", "пр.об.", "дп", "öö", "ÖÖ", "de.", "fm", "ap.", "f.h.", "u.t.", "SA", "PG", "paradites"],
    ),
    (
        Half::Second,
        &["μ.μ.", "сл.об.", "пп", "ös", "ÖS", "du.", "em", "ip.", "e.h.", "u.k.", "CH", "PTG", "pasdites"],
    ),
    (Half::First, &["in the morning", "vorm.", "dopoledne", "dop."]),
    (Half::Second, &["in the afternoon", "in the evening", "nachm.", "odpoledne", "odp."]),
];

/// Whether a word for a half may begin here, told by the first character alone where it is ASCII.
pub(crate) fn begins(text: &str) -> bool {
    text.bytes().next().is_some_and(|b| !b.is_ascii()) && word(text).is_some()
}

/// A word for a half of the day and its length in bytes.
pub(crate) fn word(text: &str) -> Option<(Half, usize)> {
    let first = text.bytes().next()?;
    if matches!(first, b' ' | b'-' | b']' | b':' | b'0'..=b'9') {
        return None;
    }
    if let Some(found) = latin(text) {
        return Some(found);
    }
    for (half, words) in WORDS {
        for word in *words {
            if let Some(behind) = text.strip_prefix(word) {
                // "SALDO 5" begins with a word and is none
                let behind = behind.chars().next();
                if word.is_ascii() && behind.is_some_and(char::is_alphanumeric) {
                    continue;
                }
                return Some((*half, word.len()));
            }
        }
    }
    None
}

/// `AM`, `a.m.`, `p. m.` with spaces of any width.
fn latin(text: &str) -> Option<(Half, usize)> {
    let mut chars = text.char_indices();
    let half = match chars.next()?.1 {
        'a' | 'A' => Half::First,
        'p' | 'P' => Half::Second,
        _ => return None,
    };
    let mut next = chars.next()?;
    let dotted = next.1 == '.';
    if dotted {
        next = chars.next()?;
        if is_space(next.1) {
            next = chars.next()?;
        }
    }
    if !matches!(next.1, 'm' | 'M') {
        return None;
    }
    let mut len = next.0 + 1;
    let mut behind = chars.next();
    if dotted && behind.is_some_and(|b| b.1 == '.') {
        len += 1;
        behind = chars.next();
    }
    behind.is_none_or(|b| !b.1.is_alphanumeric()).then_some((half, len))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<(Half, usize)>) {
        assert_eq!(word(text), expected);
    }

    #[test]
    fn words() {
        check("PM - ", Some((Half::Second, 2)));
        check("a.m.]", Some((Half::First, 4)));
        check("p.\u{a0}m. - ", Some((Half::Second, 6)));
        check("م]", Some((Half::Second, 2)));
        check("오후 2", Some((Half::Second, 6)));
        check("fm - ", Some((Half::First, 2)));
        check("amen", None);
        check("femte", None);
        check("- ", None);
        check("", None);
    }
}
