//! Text as the model sees it: lower case, one spelling for `æ/ae`, `ø/oe`, `å/aa`, nothing invisible,
//! look-alike letters as the Latin ones they imitate. Knows no words.
//!
//! Linear in the length of the text, whatever stands in it.

use unicode_normalization::char::decompose_compatible;

/// Folds `text` into `out`, which is cleared first.
pub(crate) fn fold_into(text: &str, out: &mut String) {
    out.clear();
    for c in text.chars() {
        if c.is_ascii() {
            out.push(c.to_ascii_lowercase());
        } else {
            one(c, out);
        }
    }
}

/// Folds to a new string; for lists that are read once.
pub(crate) fn fold(text: &str) -> String {
    let mut out = String::new();
    fold_into(text, &mut out);
    out
}

fn one(c: char, out: &mut String) {
    match c {
        'æ' | 'Æ' | 'ä' | 'Ä' | 'ǽ' | 'ӕ' => out.push_str("ae"),
        'ø' | 'Ø' | 'ö' | 'Ö' | 'ǿ' | 'œ' | 'ө' => out.push_str("oe"),
        'å' | 'Å' | '\u{212b}' => out.push_str("aa"),
        // Decomposed Danish letters: ring over a, two dots over a or o.
        '\u{30a}' if out.ends_with('a') => out.push('a'),
        '\u{308}' if out.ends_with(['a', 'o']) => out.push('e'),
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{2028}' | '\u{202f}' | '\u{3000}' => out.push(' '),
        '\u{2029}' | '\u{85}' => out.push('\n'),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => out.push('-'),
        '\u{2018}' | '\u{2019}' | '\u{b4}' => out.push('\''),
        '\u{201c}'..='\u{201e}' | '«' | '»' => out.push('"'),
        '…' => out.push_str("..."),
        '§' => out.push('§'),
        c if invisible(c) => {}
        c => match look_alike(c) {
            Some(latin) => out.push(latin),
            None => decompose_compatible(c, |part| {
                if !('\u{300}'..='\u{36f}').contains(&part) && !invisible(part) {
                    out.extend(part.to_lowercase());
                }
            }),
        },
    }
}

/// Characters that show nothing: zero-width, bidirectional controls, variation selectors, tags.
fn invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffc}'
        | '\u{300}'..='\u{36f}' | '\u{e0000}'..='\u{e01ef}' | '\u{1f3fb}'..='\u{1f3ff}')
}

/// Cyrillic and Greek letters that are drawn like Latin ones.
fn look_alike(c: char) -> Option<char> {
    const FROM: &str = "аеорсухіјѕһвкмнтгиАЕОРСУХІЈЅВКМНТαοερικντυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ";
    const TO: &str = "aeopcyxijshbkmhtruaeopcyxijsbkmhtaoepikvtyxabezhikmnoptyx";
    if !('\u{370}'..='\u{4ff}').contains(&c) {
        return None;
    }
    FROM.chars().position(|f| f == c).and_then(|at| TO.as_bytes().get(at)).map(|b| char::from(*b))
}

/// Whether a folded character is a pictograph of its own.
pub(crate) fn is_emoji(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{21ff}' | '\u{2300}'..='\u{27bf}' | '\u{2900}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(fold(text), expected);
    }

    #[test]
    fn spellings_meet() {
        check("Høring på Ærø", "hoering paa aeroe");
        check("hoering paa aeroe", "hoering paa aeroe");
        check("A\u{30a}rsrapport", "aarsrapport");
        check("idé café", "ide cafe");
    }

    #[test]
    fn nothing_invisible() {
        check("min\u{200b}is\u{200d}ter", "minister");
        check("\u{202e}lov\u{202c}\u{feff}", "lov");
        check("s\u{ad}amråd", "samraad");
    }

    #[test]
    fn look_alikes() {
        check("Нotat", "hotat");
        check("mіnіster", "minister");
        check("ｂｕｄｇｅｔ", "budget");
        check("𝐋𝐨𝐯", "lov");
    }

    #[test]
    fn tables_are_as_long_as_each_other() {
        assert_eq!(look_alike('χ'), Some('x'));
        assert_eq!(look_alike('Χ'), Some('x'));
        assert_eq!(look_alike('и'), Some('u'));
    }
}
