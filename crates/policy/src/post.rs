//! Who a custodian is: post, kind of authority and pay grade, as interface section 6 spells them.
//! What follows from them is decided in `class`, not here.

use std::fmt;
use std::str::FromStr;

/// A word that is none of the choices. Names the choices, never the word.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown {what}; one of {choices}")]
pub struct Choice {
    /// What was asked for.
    pub what: &'static str,
    /// The words that are understood, separated by commas.
    pub choices: String,
}

impl Choice {
    pub(crate) fn new<'a>(what: &'static str, choices: impl IntoIterator<Item = &'a str>) -> Self {
        Self { what, choices: choices.into_iter().collect::<Vec<_>>().join(", ") }
    }
}

/// Lower case, Danish letters spelt out, blanks and underscores as hyphens. Anything longer than a
/// slug can be comes back empty.
pub(crate) fn fold(word: &str) -> String {
    if word.len() > 64 {
        return String::new();
    }
    let mut folded = String::with_capacity(word.len() + 4);
    for c in word.trim().chars().flat_map(char::to_lowercase) {
        match c {
            'æ' => folded.push_str("ae"),
            'ø' => folded.push_str("oe"),
            'å' => folded.push_str("aa"),
            ' ' | '_' => folded.push('-'),
            _ => folded.push(c),
        }
    }
    folded
}

/// A post, as the register knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Post {
    /// Minister.
    Minister,
    /// Special adviser to a minister (særlig rådgiver).
    SpecialAdviser,
    /// Permanent secretary, head of a department (departementschef).
    PermanentSecretary,
    /// Deputy permanent secretary (afdelingschef).
    DeputyPermanentSecretary,
    /// Senior specialist ranking with heads of division or above (kommitteret).
    Commissioner,
    /// Head of division (kontorchef).
    HeadOfDivision,
    /// Director or director general of an authority (direktør).
    Director,
    /// Deputy director (vicedirektør).
    DeputyDirector,
    /// Any other manager (chef).
    Manager,
    /// Leader of office clerks (kontorleder): not a manager, guidelines May 2024, 2.2.
    OfficeSupervisor,
    /// Academic officer (fuldmægtig): not a manager, guidelines May 2024, 2.2.
    Officer,
    /// Everybody else (medarbejder).
    Employee,
}

impl Post {
    /// All posts, in the order of interface section 6 and of their numbers.
    pub const ALL: [Self; 12] = [
        Self::Minister,
        Self::SpecialAdviser,
        Self::PermanentSecretary,
        Self::DeputyPermanentSecretary,
        Self::Commissioner,
        Self::HeadOfDivision,
        Self::Director,
        Self::DeputyDirector,
        Self::Manager,
        Self::OfficeSupervisor,
        Self::Officer,
        Self::Employee,
    ];

    /// Slug, and the aliases accepted beside it.
    const fn words(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Minister => ("minister", &[]),
            Self::SpecialAdviser => ("saerlig-raadgiver", &["special-adviser", "special-advisor"]),
            Self::PermanentSecretary => ("departementschef", &["permanent-secretary"]),
            Self::DeputyPermanentSecretary => {
                ("afdelingschef", &["deputy-permanent-secretary", "head-of-department"])
            }
            Self::Commissioner => ("kommitteret", &["commissioner"]),
            Self::HeadOfDivision => ("kontorchef", &["head-of-division", "head-of-office"]),
            Self::Director => ("direktoer", &["director", "director-general"]),
            Self::DeputyDirector => {
                ("vicedirektoer", &["deputy-director", "deputy-director-general", "vice-director"])
            }
            Self::Manager => ("chef", &["manager", "chief"]),
            Self::OfficeSupervisor => ("kontorleder", &["office-supervisor", "office-manager"]),
            Self::Officer => ("fuldmaegtig", &["officer", "head-of-section"]),
            Self::Employee => ("medarbejder", &["employee"]),
        }
    }

    /// The word of interface section 6.
    pub const fn slug(self) -> &'static str {
        self.words().0
    }

    /// Number in stored register entries: the place in [`Post::ALL`], from 1.
    pub const fn code(self) -> u8 {
        self as u8 + 1
    }

    /// The post of a stored number.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code).checked_sub(1)?).copied()
    }
}

impl FromStr for Post {
    type Err = Choice;

    fn from_str(word: &str) -> Result<Self, Choice> {
        let word = fold(word);
        Self::ALL
            .into_iter()
            .find(|p| p.slug() == word || p.words().1.contains(&word.as_str()))
            .ok_or_else(|| Choice::new("post", Self::ALL.map(Self::slug)))
    }
}

impl fmt::Display for Post {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.slug())
    }
}

/// Kind of state authority. Guidelines May 2024, 2.4 draw one line between departments and all
/// others, agencies among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AuthorityKind {
    /// Department of a ministry (departement).
    Department,
    /// Agency (styrelse).
    Agency,
    /// Any other state authority (anden).
    Other,
}

impl AuthorityKind {
    /// All kinds, in the order of their numbers.
    pub const ALL: [Self; 3] = [Self::Department, Self::Agency, Self::Other];

    const fn words(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Department => ("departement", &["department", "ministry"]),
            Self::Agency => ("styrelse", &["agency"]),
            Self::Other => ("anden", &["other"]),
        }
    }

    /// The word of interface section 2.
    pub const fn slug(self) -> &'static str {
        self.words().0
    }

    /// Number in stored register entries, from 1.
    pub const fn code(self) -> u8 {
        self as u8 + 1
    }

    /// The kind of a stored number.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code).checked_sub(1)?).copied()
    }
}

impl FromStr for AuthorityKind {
    type Err = Choice;

    fn from_str(word: &str) -> Result<Self, Choice> {
        let word = fold(word);
        Self::ALL
            .into_iter()
            .find(|k| k.slug() == word || k.words().1.contains(&word.as_str()))
            .ok_or_else(|| Choice::new("authority kind", Self::ALL.map(Self::slug)))
    }
}

impl fmt::Display for AuthorityKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.slug())
    }
}

/// A pay grade (lønramme, lr.), 1 to 99. The guidelines speak of 37 and 38.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PayGrade(u8);

impl PayGrade {
    /// Managers by guidelines May 2024, 2.2.
    pub const MANAGER: Self = Self(37);
    /// Managers whose messages outlive departure outside departments, guidelines May 2024, 2.4.
    pub const LISTED: Self = Self(38);

    /// A grade from 1 to 99.
    pub const fn new(grade: u8) -> Option<Self> {
        if grade >= 1 && grade <= 99 { Some(Self(grade)) } else { None }
    }

    /// The number.
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl FromStr for PayGrade {
    type Err = Choice;

    /// `38`, `lr. 38`, `lr38`.
    fn from_str(text: &str) -> Result<Self, Choice> {
        let text = text.trim();
        let digits = text
            .get(..2)
            .filter(|lr| lr.eq_ignore_ascii_case("lr"))
            .map_or(text, |_| text[2..].trim_start_matches('.').trim_start());
        let plain = digits.len() <= 2 && digits.bytes().all(|b| b.is_ascii_digit());
        digits.parse().ok().filter(|_| plain).and_then(Self::new).ok_or_else(|| {
            Choice::new("pay grade", ["1 to 99 (lr. 37 and 38 are the limits of the guidelines)"])
        })
    }
}

/// What the class of a message is decided from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Role {
    /// The post held.
    pub post: Post,
    /// Where.
    pub authority: AuthorityKind,
    /// Pay grade, where it was given.
    pub pay_grade: Option<PayGrade>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        for post in Post::ALL {
            assert_eq!(post.slug().parse(), Ok(post));
            assert_eq!(Post::from_code(post.code()), Some(post));
            for alias in post.words().1 {
                assert_eq!(alias.parse(), Ok(post));
            }
        }
        for kind in AuthorityKind::ALL {
            assert_eq!(kind.slug().parse(), Ok(kind));
            assert_eq!(AuthorityKind::from_code(kind.code()), Some(kind));
        }
        assert_eq!("Særlig rådgiver".parse(), Ok(Post::SpecialAdviser));
        assert_eq!("VICEDIREKTØR".parse(), Ok(Post::DeputyDirector));
        assert_eq!("special_adviser".parse(), Ok(Post::SpecialAdviser));
        assert_eq!(Post::from_code(0), None);
        assert_eq!(Post::from_code(13), None);
    }

    #[test]
    fn unknown_words_list_the_choices_and_not_the_word() {
        let fault = "Karen".parse::<Post>().unwrap_err().to_string();
        assert!(fault.contains("minister, saerlig-raadgiver") && fault.ends_with("medarbejder"), "{fault}");
        assert!(!fault.contains("Karen"));
        let fault = "kommune".parse::<AuthorityKind>().unwrap_err().to_string();
        assert_eq!(fault, "unknown authority kind; one of departement, styrelse, anden");
    }

    #[test]
    fn pay_grades() {
        for (text, grade) in [("38", 38), ("lr. 37", 37), ("LR38", 38), (" 1 ", 1), ("99", 99)] {
            assert_eq!(text.parse::<PayGrade>().unwrap().get(), grade, "{text}");
        }
        for text in ["0", "100", "", "lr.", "-1", "+38", "3.8", "æ8", "38a"] {
            assert!(text.parse::<PayGrade>().is_err(), "{text}");
        }
    }
}
