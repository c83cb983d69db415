//! The names of what was applied and what was doubtful: small sets that cost no allocation, since
//! every message gets one of each.

use std::fmt;
use std::marker::PhantomData;

/// Something that has a place below 64 in a fixed list.
pub trait Code: Copy + 'static {
    /// All values; the place of each is its bit.
    const ALL: &'static [Self];
    /// Place in [`Code::ALL`].
    fn bit(self) -> u8;
    /// The word shown and stored.
    fn id(self) -> &'static str;
}

/// A set of [`Rule`]s or [`Doubt`]s, iterated in the order in which they are applied.
pub struct Set<T>(u64, PhantomData<T>);

/// The rules behind an answer.
pub type Rules = Set<Rule>;
/// What was odd about a message or its custodian's register.
pub type Doubts = Set<Doubt>;

impl<T: Code> Set<T> {
    /// The empty set.
    pub const EMPTY: Self = Self(0, PhantomData);

    /// A set of the given values.
    pub fn of(items: &[T]) -> Self {
        items.iter().fold(Self::EMPTY, |set, &item| set.with(item))
    }

    /// The set and one more.
    #[must_use]
    pub fn with(self, item: T) -> Self {
        Self(self.0 | 1 << item.bit(), PhantomData)
    }

    /// Both sets together.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0, PhantomData)
    }

    /// Whether the set holds `item`.
    pub fn contains(self, item: T) -> bool {
        self.0 & 1 << item.bit() != 0
    }

    /// Whether the set is empty.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The values, in order.
    pub fn iter(self) -> impl Iterator<Item = T> {
        T::ALL.iter().copied().filter(move |&item| self.contains(item))
    }
}

impl<T> Clone for Set<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Set<T> {}
impl<T> PartialEq for Set<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<T> Eq for Set<T> {}
impl<T: Code> Default for Set<T> {
    fn default() -> Self {
        Self::EMPTY
    }
}
impl<T: Code> fmt::Debug for Set<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(T::id)).finish()
    }
}

/// One enum, its list, its words: the three must not drift apart.
macro_rules! codes {
    ($(#[$outer:meta])* $name:ident { $($(#[$doc:meta])* $item:ident = $id:literal $(from $source:literal)?,)* }) => {
        $(#[$outer])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$doc])* $item,)* }

        impl Code for $name {
            const ALL: &'static [Self] = &[$(Self::$item,)*];
            fn bit(self) -> u8 {
                self as u8
            }
            fn id(self) -> &'static str {
                match self { $(Self::$item => $id,)* }
            }
        }

        impl $name {
            codes!(@source $($item $($source)?,)*);
        }
    };
    (@source $($item:ident $source:literal,)+) => {
        /// Where the rule comes from.
        pub const fn source(self) -> &'static str {
            match self { $(Self::$item => $source,)* }
        }
    };
    (@source $($item:ident,)+) => {};
}

codes! {
    /// A rule, in the order in which rules are applied. `docs/RETENTION.md` explains each.
    Rule {
        /// No usable time: counted from the ingest date.
        TimeUnusable = "time-unusable-counted-from-ingest" from "RETENTION.md, unusable time",
        /// The time that counts by direction was missing or implausible, the other one served.
        OtherTime = "other-time-used" from "RETENTION.md, which time counts",
        /// Several roles on the day: the longer class.
        RoleOverlap = "role-overlap-longer-wins" from "RETENTION.md, roles by period",
        /// Between two roles: the longer class of the nearest two.
        RoleGap = "role-gap-longer-neighbour" from "RETENTION.md, roles by period",
        /// Before the first role: the class of the first.
        BeforeFirstRole = "before-first-role" from "RETENTION.md, roles by period",
        /// After the last role: the class of the last.
        AfterLastRole = "after-last-role" from "RETENTION.md, roles by period",
        /// Unusable time: the longest class held up to the ingest date.
        LongestRoleHeld = "longest-role-held" from "RETENTION.md, unusable time",
        /// Minister, special adviser or permanent secretary.
        TopPost = "post-minister-adviser-permanent-secretary" from "guidelines May 2024, 2.3",
        /// Such a post recorded outside a department: the post counts.
        TopPostElsewhere = "post-outweighs-authority" from "guidelines May 2024, 2.3",
        /// Head of division or a higher post by its title.
        ManagerByTitle = "manager-by-title" from "guidelines May 2024, 2.2",
        /// A manager without a listed title, lr. 37 or above.
        ManagerByGrade = "manager-from-lr-37" from "guidelines May 2024, 2.2",
        /// A listed title below lr. 37: the title counts.
        TitleOutweighsGrade = "title-outweighs-grade-below-lr-37" from "guidelines May 2024, 2.2",
        /// A manager without a listed title below lr. 37 is no manager in the sense of 2.2.
        BelowManagerGrade = "no-manager-below-lr-37" from "guidelines May 2024, 2.2",
        /// Expressly no manager: fuldmægtig, kontorleder.
        ExpresslyNoManager = "expressly-no-manager" from "guidelines May 2024, 2.2",
        /// Everybody else.
        Employee = "employee" from "guidelines May 2024, 2.1",
        /// A high pay grade does not make a manager of a post that is none.
        GradeMakesNoManager = "grade-alone-makes-no-manager" from "guidelines May 2024, 2.2",
        /// Pay grade not given and decisive: the longer reading.
        PayGradeMissing = "pay-grade-missing-longer-reading" from "RETENTION.md, missing pay grade",
        /// Head of division or above at a department.
        ListedDepartment = "listed-department" from "guidelines May 2024, 2.4",
        /// Manager from lr. 38 outside departments.
        ListedFrom38 = "listed-from-lr-38" from "guidelines May 2024, 2.4",
        /// Manager by 2.2 whom 2.4 does not list.
        Unlisted = "manager-not-listed" from "guidelines May 2024, 2.2 and 2.4",
        /// The policy keeps such managers' messages whole.
        UnlistedKeep = "unlisted_chiefs=keep" from "policy file; guidelines May 2024, 2.2",
        /// The policy lets departure end them.
        UnlistedLetter = "unlisted_chiefs=letter" from "policy file; guidelines May 2024, 2.4",
        /// 25 years.
        Years25 = "years-25" from "guidelines May 2024, 2.3",
        /// 10 years.
        Years10 = "years-10" from "guidelines May 2024, 2.2",
        /// 5 years.
        Years5 = "years-5" from "guidelines May 2024, 2.1",
        /// A local copy, about monthly.
        MonthlyCopy = "monthly-copy" from "guidelines May 2024, 2.3",
        /// Departure and phone change do not matter.
        Survives = "survives-departure" from "guidelines May 2024, 2.4",
        /// Departure, phone change and lossy update end the period.
        Ends = "ends-on-departure" from "guidelines May 2024, 2.1 and 2.4",
        /// The period runs from sending.
        FromSent = "period-from-sent" from "guidelines May 2024, 2.1-2.3",
        /// The period runs from receiving.
        FromReceived = "period-from-received" from "guidelines May 2024, 2.1-2.3",
        /// 29 February became 1 March.
        Forward = "missing-day-moves-forward" from "RETENTION.md, dates",
        /// Ended by resignation.
        EndedByResignation = "ended-by-resigned" from "guidelines May 2024, 2.1",
        /// Ended by a change of phone.
        EndedByPhone = "ended-by-phone-changed" from "guidelines May 2024, 2.1",
        /// Ended by a system update that did not carry the messages over.
        EndedByUpdate = "ended-by-lossy-update" from "guidelines May 2024, 2.4",
        /// The post ended, the person stays: nothing ends.
        PostEndedOnly = "retired-post-ends-nothing" from "RETENTION.md, events",
        /// Disposal from the first of the following month.
        NextMonth = "disposal-from-next-month" from "RETENTION.md, dates",
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.id(), self.source())
    }
}

codes! {
    /// What a person should know about a stamp. The ids go into a message's list of doubts.
    Doubt {
        /// No time at all.
        TimeMissing = "retention_time_missing",
        /// Times outside what the policy believes, or in the future.
        TimeImplausible = "retention_time_implausible",
        /// The other time had to serve.
        OtherTime = "retention_other_time",
        /// The date lies between two roles.
        RoleGap = "retention_role_gap",
        /// The date lies before the first role.
        BeforeFirstRole = "retention_before_first_role",
        /// The date lies after the last role.
        AfterLastRole = "retention_after_last_role",
        /// The pay grade would decide and is not known.
        PayGradeMissing = "retention_pay_grade_missing",
        /// Post, authority and pay grade do not go together.
        RoleUnusual = "retention_role_unusual",
    }
}

impl Doubts {
    /// Whether a person must look at the message itself: its time could not be used.
    pub fn review(self) -> bool {
        self.contains(Doubt::TimeMissing) || self.contains(Doubt::TimeImplausible)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_are_distinct_and_ordered() {
        assert!(Rule::ALL.len() <= 64 && Doubt::ALL.len() <= 64);
        for (i, rule) in Rule::ALL.iter().enumerate() {
            assert_eq!(usize::from(rule.bit()), i);
        }
        let ids: BTreeSet<_> =
            Rule::ALL.iter().map(|r| r.id()).chain(Doubt::ALL.iter().map(|d| d.id())).collect();
        assert_eq!(ids.len(), Rule::ALL.len() + Doubt::ALL.len());
    }

    #[test]
    fn sets() {
        let set = Rules::of(&[Rule::NextMonth, Rule::TopPost]);
        assert_eq!(set.iter().collect::<Vec<_>>(), [Rule::TopPost, Rule::NextMonth]);
        assert!(set.contains(Rule::TopPost) && !set.contains(Rule::Years5));
        assert!(Rules::EMPTY.is_empty() && !set.is_empty());
        assert_eq!(set.union(Rules::of(&[Rule::Years5])).iter().count(), 3);
        assert_eq!(
            Rule::UnlistedKeep.to_string(),
            "unlisted_chiefs=keep (policy file; guidelines May 2024, 2.2)"
        );
    }
}
