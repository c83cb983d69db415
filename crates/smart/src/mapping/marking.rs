//! Markings of classified messages: a closed table of the Danish words with those of NATO and the EU
//! (security circular no. 10338 of 17 December 2014). What a word is not in the table for is unknown,
//! never the lowest.

/// Level of a marking; higher protects more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Not classified.
    Unclassified,
    /// Til tjenestebrug.
    Restricted,
    /// Fortroligt.
    Confidential,
    /// Hemmeligt.
    Secret,
    /// Yderst hemmeligt.
    TopSecret,
}

/// Whose marking it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Issuer {
    /// Danish.
    Danish,
    /// NATO.
    Nato,
    /// European Union.
    Eu,
}

/// A marking by its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marking {
    /// Its level.
    pub level: Level,
    /// Whose it is.
    pub issuer: Issuer,
    /// The words in full.
    pub word: &'static str,
}

const fn row(level: Level, issuer: Issuer, word: &'static str) -> Marking {
    Marking { level, issuer, word }
}

/// Every marking by the words it is written with; the first of a level and issuer is the full form.
const TABLE: &[Marking] = &[
    row(Level::TopSecret, Issuer::Danish, "YDERST HEMMELIGT"),
    row(Level::Secret, Issuer::Danish, "HEMMELIGT"),
    row(Level::Confidential, Issuer::Danish, "FORTROLIGT"),
    row(Level::Restricted, Issuer::Danish, "TIL TJENESTEBRUG"),
    row(Level::Unclassified, Issuer::Danish, "UKLASSIFICERET"),
    row(Level::TopSecret, Issuer::Danish, "YHM"),
    row(Level::Secret, Issuer::Danish, "HEM"),
    row(Level::Confidential, Issuer::Danish, "FTR"),
    row(Level::Restricted, Issuer::Danish, "TTJ"),
    row(Level::TopSecret, Issuer::Nato, "COSMIC TOP SECRET"),
    row(Level::Secret, Issuer::Nato, "NATO SECRET"),
    row(Level::Confidential, Issuer::Nato, "NATO CONFIDENTIAL"),
    row(Level::Restricted, Issuer::Nato, "NATO RESTRICTED"),
    row(Level::Unclassified, Issuer::Nato, "NATO UNCLASSIFIED"),
    row(Level::TopSecret, Issuer::Eu, "TRES SECRET UE/EU TOP SECRET"),
    row(Level::Secret, Issuer::Eu, "SECRET UE/EU SECRET"),
    row(Level::Confidential, Issuer::Eu, "CONFIDENTIEL UE/EU CONFIDENTIAL"),
    row(Level::Restricted, Issuer::Eu, "RESTREINT UE/EU RESTRICTED"),
    row(Level::TopSecret, Issuer::Eu, "EU TOP SECRET"),
    row(Level::Secret, Issuer::Eu, "EU SECRET"),
    row(Level::Confidential, Issuer::Eu, "EU CONFIDENTIAL"),
    row(Level::Restricted, Issuer::Eu, "EU RESTRICTED"),
];

impl Marking {
    /// The marking of some words; case and runs of white space do not matter.
    pub fn of(words: &str) -> Option<Self> {
        let folded = words.split_whitespace().collect::<Vec<_>>().join(" ").to_uppercase().replace('È', "E");
        TABLE.iter().find(|m| m.word == folded).copied()
    }
}

impl Issuer {
    /// Its word in a package.
    pub fn word(self) -> &'static str {
        match self {
            Self::Danish => "DK",
            Self::Nato => "NATO",
            Self::Eu => "EU",
        }
    }

    /// The issuer of a word.
    pub fn of_word(word: &str) -> Option<Self> {
        [Self::Danish, Self::Nato, Self::Eu].into_iter().find(|i| i.word().eq_ignore_ascii_case(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(words: &str, expected: Option<(Level, Issuer)>) {
        assert_eq!(Marking::of(words).map(|m| (m.level, m.issuer)), expected);
    }

    #[test]
    fn words() {
        check("Til  tjenestebrug", Some((Level::Restricted, Issuer::Danish)));
        check("FTR", Some((Level::Confidential, Issuer::Danish)));
        check("nato secret", Some((Level::Secret, Issuer::Nato)));
        check("TRÈS SECRET UE/EU TOP SECRET", Some((Level::TopSecret, Issuer::Eu)));
        check("HEMMELIGT / NATO SECRET", None);
        check("SECRET", None);
        check("", None);
        assert!(Level::TopSecret > Level::Secret && Level::Restricted > Level::Unclassified);
    }
}
