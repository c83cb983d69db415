//! From a role to a retention class. The table of `docs/RETENTION.md` as one function; knows
//! neither dates nor messages.

use std::fmt;

use crate::post::{AuthorityKind, PayGrade, Post, Role};
use crate::rules::{Doubt, Doubts, Rule, Rules};
use crate::settings::{Policy, UnlistedChiefs};

/// A retention class, the shortest first: of two, the greater one wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// Employees: 5 years or until departure.
    E5,
    /// Managers by 2.2 whom 2.4 does not list: 10 years.
    C10u,
    /// Managers whom 2.4 lists: 10 years whatever happens.
    C10,
    /// Ministers, special advisers, permanent secretaries: 25 years whatever happens.
    M25,
}

impl Class {
    /// All classes, the shortest first.
    pub const ALL: [Self; 4] = [Self::E5, Self::C10u, Self::C10, Self::M25];

    /// The word of interface section 6.
    pub const fn name(self) -> &'static str {
        match self {
            Self::E5 => "E5",
            Self::C10u => "C10u",
            Self::C10 => "C10",
            Self::M25 => "M25",
        }
    }

    /// The class of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }

    /// Number in stored labels, from 1.
    pub const fn code(self) -> u8 {
        self as u8 + 1
    }

    /// The class of a stored number.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code).checked_sub(1)?).copied()
    }

    /// Whole years from sending or receiving (guidelines May 2024, 2.1-2.3).
    pub const fn years(self) -> u8 {
        match self {
            Self::E5 => 5,
            Self::C10u | Self::C10 => 10,
            Self::M25 => 25,
        }
    }

    /// Whether a local copy is asked for about once a month (guidelines May 2024, 2.3).
    pub const fn monthly_copy(self) -> bool {
        matches!(self, Self::M25)
    }

    /// Whether departure, a change of phone or a lossy update ends the period.
    pub fn ends_on_departure(self, policy: &Policy) -> bool {
        match self {
            Self::E5 => true,
            Self::C10u => policy.unlisted_chiefs == UnlistedChiefs::Letter,
            Self::C10 | Self::M25 => false,
        }
    }

    /// The rules that follow from the class alone.
    pub(crate) fn rules(self, policy: &Policy) -> Rules {
        let rules = Rules::EMPTY.with(match self {
            Self::E5 => Rule::Years5,
            Self::C10u | Self::C10 => Rule::Years10,
            Self::M25 => Rule::Years25,
        });
        let rules = if self.monthly_copy() { rules.with(Rule::MonthlyCopy) } else { rules };
        let rules = match (self, policy.unlisted_chiefs) {
            (Self::C10u, UnlistedChiefs::Keep) => rules.with(Rule::UnlistedKeep),
            (Self::C10u, UnlistedChiefs::Letter) => rules.with(Rule::UnlistedLetter),
            (Self::E5 | Self::C10 | Self::M25, _) => rules,
        };
        rules.with(if self.ends_on_departure(policy) { Rule::Ends } else { Rule::Survives })
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A class with the reasons for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The class.
    pub class: Class,
    /// Why.
    pub rules: Rules,
    /// What is odd about the role or the register.
    pub doubts: Doubts,
}

impl Standing {
    /// The same with one more rule and one more doubt.
    #[must_use]
    pub(crate) fn noting(self, rule: Rule, doubt: Option<Doubt>) -> Self {
        let doubts = doubt.map_or(self.doubts, |doubt| self.doubts.with(doubt));
        Self { class: self.class, rules: self.rules.with(rule), doubts }
    }
}

/// The class of a role.
pub fn standing(policy: &Policy, role: Role) -> Standing {
    let (class, reasons, doubts) = decide(role);
    let doubts = Doubts::of(doubts);
    Standing { class, rules: Rules::of(reasons).union(class.rules(policy)), doubts }
}

/// The decision table of `docs/RETENTION.md`, line by line.
fn decide(role: Role) -> (Class, &'static [Rule], &'static [Doubt]) {
    use AuthorityKind::{Agency, Department, Other};
    use Post::{
        Commissioner, DeputyDirector, DeputyPermanentSecretary, Director, Employee, HeadOfDivision, Manager,
        Minister, OfficeSupervisor, Officer, PermanentSecretary, SpecialAdviser,
    };

    let Role { post, authority, pay_grade } = role;
    let from_37 = pay_grade.map(|grade| grade >= PayGrade::MANAGER);
    let from_38 = pay_grade.map(|grade| grade >= PayGrade::LISTED);

    match (post, authority) {
        // 2.3 names the posts and no authority.
        (Minister | SpecialAdviser | PermanentSecretary, Department) => (Class::M25, &[Rule::TopPost], &[]),
        (Minister | SpecialAdviser | PermanentSecretary, Agency | Other) => {
            (Class::M25, &[Rule::TopPost, Rule::TopPostElsewhere], &[Doubt::RoleUnusual])
        }

        // 2.2 names the titles; 2.4 lists them at departments without a grade.
        (
            HeadOfDivision | Commissioner | DeputyPermanentSecretary | DeputyDirector | Director,
            Department,
        ) => {
            if from_37 == Some(false) {
                let rules = &[Rule::ManagerByTitle, Rule::TitleOutweighsGrade, Rule::ListedDepartment];
                (Class::C10, rules, &[Doubt::RoleUnusual])
            } else {
                (Class::C10, &[Rule::ManagerByTitle, Rule::ListedDepartment], &[])
            }
        }
        // Elsewhere 2.4 lists from lr. 38.
        (
            HeadOfDivision | Commissioner | DeputyPermanentSecretary | DeputyDirector | Director,
            Agency | Other,
        ) => match (from_37, from_38) {
            (_, Some(true)) => (Class::C10, &[Rule::ManagerByTitle, Rule::ListedFrom38], &[]),
            (Some(false), _) => {
                let rules = &[Rule::ManagerByTitle, Rule::TitleOutweighsGrade, Rule::Unlisted];
                (Class::C10u, rules, &[Doubt::RoleUnusual])
            }
            (_, Some(false)) => (Class::C10u, &[Rule::ManagerByTitle, Rule::Unlisted], &[]),
            (_, None) => {
                let rules = &[Rule::ManagerByTitle, Rule::PayGradeMissing, Rule::ListedFrom38];
                (Class::C10, rules, &[Doubt::PayGradeMissing])
            }
        },

        // `chef` says nothing of rank: only the pay grade tells a manager in the sense of 2.2.
        (Manager, Department | Agency | Other) if from_37 == Some(false) => {
            (Class::E5, &[Rule::BelowManagerGrade], &[])
        }
        (Manager, Department) => match from_37 {
            Some(_) => (Class::C10, &[Rule::ManagerByGrade, Rule::ListedDepartment], &[]),
            None => (Class::C10, &[Rule::PayGradeMissing, Rule::ListedDepartment], &[Doubt::PayGradeMissing]),
        },
        (Manager, Agency | Other) => match from_38 {
            Some(true) => (Class::C10, &[Rule::ManagerByGrade, Rule::ListedFrom38], &[]),
            Some(false) => (Class::C10u, &[Rule::ManagerByGrade, Rule::Unlisted], &[]),
            None => (Class::C10, &[Rule::PayGradeMissing, Rule::ListedFrom38], &[Doubt::PayGradeMissing]),
        },

        // 2.2 says so expressly, whatever the grade.
        (OfficeSupervisor | Officer, Department | Agency | Other) => {
            if from_37 == Some(true) {
                (Class::E5, &[Rule::ExpresslyNoManager, Rule::GradeMakesNoManager], &[Doubt::RoleUnusual])
            } else {
                (Class::E5, &[Rule::ExpresslyNoManager], &[])
            }
        }
        (Employee, Department | Agency | Other) => {
            if from_37 == Some(true) {
                (Class::E5, &[Rule::Employee, Rule::GradeMakesNoManager], &[Doubt::RoleUnusual])
            } else {
                (Class::E5, &[Rule::Employee], &[])
            }
        }
    }
}
