//! What the classifier may know of a message: its text, its place in the conversation, and three
//! priors (relation, post, kind of sender). Nothing else about a person enters.

use serde::{Deserialize, Serialize};

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Label {
    /// Any work content.
    Work,
    /// Solely the employment of a person: leave, sickness, pay.
    Personnel,
    /// Solely private.
    Private,
    /// Sent to the wrong person by obvious error.
    Misdirected,
}

/// The labels in the order of every table here.
pub const LABELS: [Label; 4] = [Label::Work, Label::Personnel, Label::Private, Label::Misdirected];

impl Label {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Work => "work",
            Self::Personnel => "personnel",
            Self::Private => "private",
            Self::Misdirected => "misdirected",
        }
    }
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $($word:literal)|+),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { #[default] $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// The value a word stands for, or else the first of its parts that stands for one
            /// (`family_abroad`); the first value for what is not known.
            pub fn of(word: &str) -> Self {
                let word = word.trim().to_lowercase();
                let parts = || word.split(|c: char| !c.is_alphanumeric()).filter(|p| !p.is_empty());
                Self::known(&word).or_else(|| parts().find_map(Self::known)).unwrap_or_default()
            }

            fn known(word: &str) -> Option<Self> {
                match word {
                    $($($word)|+ => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    };
}

words! {
    /// The counterpart's relation to the owner: a prior, never a rule.
    Relation {
        /// Not in the contact list.
        Unknown = "" | "unknown" | "ukendt" | "-",
        /// Family.
        Family = "family" | "familie" | "wife" | "husband" | "mother" | "father" | "sister" | "brother" | "son" | "daughter" | "relative" | "spouse" | "partner" | "parent" | "child" | "sibling",
        /// Friends and neighbours.
        Friend = "friend" | "ven" | "neighbour" | "neighbor" | "nabo" | "private" | "school" | "club" | "doctor" | "acquaintance",
        /// Union representatives.
        Union = "union_rep" | "union" | "tr" | "tillidsrepraesentant" | "tillidsrepræsentant",
        /// Colleagues, superiors, other authorities.
        Colleague = "colleague" | "kollega" | "chief" | "boss" | "manager" | "chef" | "minister" | "adviser" | "authority" | "subordinate" | "employee" | "secretary" | "assistant" | "official",
        /// Press.
        Press = "press" | "presse" | "journalist",
        /// Citizens, firms, organisations.
        Citizen = "citizen" | "borger" | "stakeholder" | "organisation" | "organization" | "lobbyist" | "company" | "supplier" | "vendor",
        /// Human resources.
        Hr = "hr" | "personnel" | "personale" | "payroll",
        /// Party and members of parliament.
        Party = "party" | "parti" | "politician" | "mp",
        /// Senders that are no person: parcels, codes, shops.
        Service = "service" | "shop" | "delivery" | "system" | "automated" | "business" | "bank",
    }
}

words! {
    /// The owner's post, in three groups.
    Role {
        /// Not stated.
        Unknown = "" | "unknown" | "-",
        /// Minister, special adviser, permanent secretary.
        Top = "minister" | "saerlig-raadgiver" | "særlig-rådgiver" | "særlig rådgiver" | "special-adviser" | "special_adviser" | "departementschef" | "permanent-secretary" | "permanent_secretary",
        /// Managers.
        Chief = "afdelingschef" | "kommitteret" | "kontorchef" | "direktoer" | "direktør" | "vicedirektoer" | "vicedirektør" | "chef" | "head-of-division" | "head_of_division" | "director" | "manager" | "deputy-director",
        /// Everyone else.
        Employee = "kontorleder" | "fuldmaegtig" | "fuldmægtig" | "medarbejder" | "employee" | "head-of-section",
    }
}

impl Relation {
    /// The word in reasons.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Family => "family",
            Self::Friend => "friend",
            Self::Union => "union",
            Self::Colleague => "colleague",
            Self::Press => "press",
            Self::Citizen => "citizen",
            Self::Hr => "hr",
            Self::Party => "party",
            Self::Service => "service",
        }
    }
}

impl Role {
    /// Whether an exclusion is only a proposal until two persons confirm it (retention class M25).
    pub fn two_persons(self) -> bool {
        self == Self::Top
    }
}

/// What the sender's address looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sender {
    /// The owner, or a person's number, e-mail address or name.
    #[default]
    Person,
    /// A short code, or an alphanumeric sender.
    Machine,
}

/// One message as the classifier sees it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Item<'a> {
    /// The text as last seen.
    pub body: &'a str,
    /// Subject and earlier versions of the text, a line each; work content in any of them counts.
    pub also: &'a str,
    /// From the owner.
    pub outgoing: bool,
    /// What the sender's address looks like.
    pub sender: Sender,
    /// The counterpart's relation.
    pub relation: Relation,
    /// Carries a file that nobody here has looked into.
    pub attachment: bool,
    /// A row of the system, without content of its own.
    pub event: bool,
    /// Carries a marking, or comes from a system for classified messages.
    pub classified: bool,
    /// Milliseconds since 1970, where known.
    pub sent_at: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(word: &str, expected: Relation) {
        assert_eq!(Relation::of(word), expected, "{word}");
    }

    #[test]
    fn relations() {
        check("family", Relation::Family);
        check(" Union_Rep ", Relation::Union);
        check("family_abroad", Relation::Family);
        check("former colleague", Relation::Colleague);
        check("", Relation::Unknown);
        check("zzz", Relation::Unknown);
    }

    #[test]
    fn posts() {
        assert_eq!(Role::of("saerlig-raadgiver"), Role::Top);
        assert_eq!(Role::of("Kontorchef"), Role::Chief);
        assert!(Role::of("departementschef").two_persons() && !Role::of("chef").two_persons());
    }
}
