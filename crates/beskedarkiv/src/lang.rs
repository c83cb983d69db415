//! Which of the two languages to speak. Danish comes first: the program speaks English only to those
//! whose locale says so. Knows no text.

use std::str::FromStr;

/// A language that the program speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lang {
    /// Danish.
    Da,
    /// English.
    En,
}

impl FromStr for Lang {
    type Err = &'static str;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "da" => Ok(Self::Da),
            "en" => Ok(Self::En),
            _ => Err("da, en"),
        }
    }
}

/// The language of the locale, by POSIX precedence: the first of `LC_ALL`, `LC_MESSAGES` and `LANG`
/// that is set and not empty decides.
pub(crate) fn of_locale(variable: impl Fn(&str) -> Option<String>) -> Lang {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .filter_map(variable)
        .find(|value| !value.is_empty())
        .unwrap_or_default();
    let language = locale.split(['_', '.', '@', '-']).next().unwrap_or_default();
    if language.eq_ignore_ascii_case("en") { Lang::En } else { Lang::Da }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(variables: &[(&str, &str)], expected: Lang) {
        let find = |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
        assert_eq!(of_locale(find), expected);
    }

    #[test]
    fn nothing_set() {
        check(&[], Lang::Da);
    }

    #[test]
    fn danish() {
        check(&[("LANG", "da_DK.UTF-8")], Lang::Da);
    }

    #[test]
    fn english() {
        check(&[("LANG", "en_GB.UTF-8")], Lang::En);
        check(&[("LANG", "en")], Lang::En);
    }

    #[test]
    fn neither() {
        check(&[("LANG", "C.UTF-8")], Lang::Da);
        check(&[("LANG", "de_DE")], Lang::Da);
        check(&[("LANG", "enm")], Lang::Da);
    }

    #[test]
    fn precedence() {
        check(&[("LC_ALL", "en_DK"), ("LANG", "da_DK")], Lang::En);
        check(&[("LC_ALL", ""), ("LC_MESSAGES", "da_DK"), ("LANG", "en_US")], Lang::Da);
    }
}
