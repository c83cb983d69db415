//! The register of one custodian, as the entries so far leave it: roles, devices and numbers by
//! period, events, months without a copy. Says which class applied on a day; knows no message.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::calendar::first_of_next_month;
use crate::class::{Class, Standing, standing};
use crate::entry::Handle;
use crate::event::Event;
use crate::personal::Personal;
use crate::post::Role;
use crate::rules::{Doubt, Rule};
use crate::settings::Policy;

/// A custodian without any role has no class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the custodian has no role in the register")]
pub struct NoRole;

/// A role and its days, both inclusive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RolePeriod {
    /// Number of the entry that added it.
    pub entry: u64,
    /// Post, authority, pay grade.
    pub role: Role,
    /// First day.
    pub from: Date,
    /// Last day; `None` while it lasts.
    pub to: Option<Date>,
}

/// A device or number and its days, both inclusive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Number of the entry that registered it.
    pub entry: u64,
    /// Serial or number.
    pub handle: Handle,
    /// First day.
    pub from: Date,
    /// Last day; `None` while it lasts.
    pub to: Option<Date>,
}

/// A month in which no copy could be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoCopy {
    /// Number of the entry that says so.
    pub entry: u64,
    /// First day of the month.
    pub month: Date,
    /// Why.
    pub reason: Personal,
}

/// A month in which the custodian held a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonthDue {
    /// First day of the month.
    pub month: Date,
    /// The longest class of the month.
    pub class: Class,
    /// Whether guidelines May 2024, 2.3 ask for a copy in this month.
    pub monthly_copy: bool,
    /// Whether the register says why there is none.
    pub excused: bool,
}

/// One custodian. Made by [`crate::Register::apply`] alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Custodian {
    pub(crate) id: String,
    pub(crate) name: Personal,
    pub(crate) roles: Vec<RolePeriod>,
    pub(crate) devices: Vec<Device>,
    pub(crate) events: Vec<(u64, Event)>,
    pub(crate) no_copies: Vec<NoCopy>,
}

pub(crate) fn covers(from: Date, to: Option<Date>, date: Date) -> bool {
    from <= date && to.is_none_or(|to| date <= to)
}

impl Custodian {
    /// The id the operator chose.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The person's name.
    pub const fn name(&self) -> &Personal {
        &self.name
    }

    /// Roles in the order of their entries.
    pub fn roles(&self) -> &[RolePeriod] {
        &self.roles
    }

    /// Devices and numbers in the order of their entries.
    pub fn devices(&self) -> &[Device] {
        &self.devices
    }

    /// Events with the numbers of their entries, in the order of the entries.
    pub fn events(&self) -> &[(u64, Event)] {
        &self.events
    }

    /// Months without a copy, in the order of their entries.
    pub fn no_copies(&self) -> &[NoCopy] {
        &self.no_copies
    }

    /// The registered device of a serial (compared byte for byte), whatever its days; the newest
    /// entry where several name it.
    pub fn device_of_serial(&self, serial: &str) -> Option<&Device> {
        self.devices.iter().rev().find(|d| matches!(&d.handle, Handle::Serial(s) if s.expose() == serial))
    }

    /// The registered number (compared byte for byte), whatever its days; the newest entry where
    /// several name it.
    pub fn device_of_number(&self, number: &str) -> Option<&Device> {
        self.devices.iter().rev().find(|d| matches!(&d.handle, Handle::Number(n) if n.expose() == number))
    }

    /// Devices and numbers in use on a day.
    pub fn devices_on(&self, date: Date) -> impl Iterator<Item = &Device> {
        self.devices.iter().filter(move |d| covers(d.from, d.to, date))
    }

    /// The class on a day: of several roles the longer; between two roles the longer of the nearest
    /// two; before the first or after the last that one's (RETENTION.md, roles by period).
    pub fn standing_on(&self, policy: &Policy, date: Date) -> Result<Standing, NoRole> {
        let held = self.roles.iter().filter(|r| covers(r.from, r.to, date));
        if let Some((best, mixed)) = longest(policy, held) {
            return Ok(if mixed { best.noting(Rule::RoleOverlap, None) } else { best });
        }
        let last_end = self.roles.iter().filter_map(|r| r.to).filter(|&to| to < date).max();
        let next_start = self.roles.iter().map(|r| r.from).filter(|&from| from > date).min();
        let nearest = self.roles.iter().filter(|r| {
            r.to.is_some_and(|to| Some(to) == last_end) || (r.from > date && Some(r.from) == next_start)
        });
        let (best, _) = longest(policy, nearest).ok_or(NoRole)?;
        let (rule, doubt) = match (last_end, next_start) {
            (Some(_), Some(_)) => (Rule::RoleGap, Doubt::RoleGap),
            (None, _) => (Rule::BeforeFirstRole, Doubt::BeforeFirstRole),
            (Some(_), None) => (Rule::AfterLastRole, Doubt::AfterLastRole),
        };
        Ok(best.noting(rule, Some(doubt)))
    }

    /// The longest class among the roles begun by `date`, or among all where none had begun: what a
    /// message without a usable time gets.
    pub fn longest_standing(&self, policy: &Policy, date: Date) -> Result<Standing, NoRole> {
        longest(policy, self.roles.iter().filter(|r| r.from <= date))
            .or_else(|| longest(policy, self.roles.iter()))
            .map(|(best, _)| best.noting(Rule::LongestRoleHeld, None))
            .ok_or(NoRole)
    }

    /// Every month with a day in a role, from the first role to the month of `through`, in order.
    pub fn months_due(&self, policy: &Policy, through: Date) -> Vec<MonthDue> {
        let mut months = Vec::new();
        let Some(first) = self.roles.iter().map(|r| r.from).min() else { return months };
        let mut month = first.first_of_month();
        // Bounded: register dates begin in 1990, and no date is after 9999.
        while month <= through {
            let Some(next) = first_of_next_month(month) else { break };
            let in_month = self
                .roles
                .iter()
                .filter(|r| r.from < next && r.from <= through && r.to.is_none_or(|to| to >= month));
            if let Some((Standing { class, .. }, _)) = longest(policy, in_month) {
                let excused = self.no_copies.iter().any(|n| n.month == month);
                months.push(MonthDue { month, class, monthly_copy: class.monthly_copy(), excused });
            }
            month = next;
        }
        months
    }

    /// Days from which the class may differ from the day before, the earliest date of the calendar
    /// first.
    pub(crate) fn turns(&self) -> Vec<Date> {
        let mut turns = vec![Date::MIN];
        for role in &self.roles {
            turns.push(role.from);
            turns.extend(role.to.and_then(|to| to.checked_add(1.day()).ok()));
        }
        turns.sort_unstable();
        turns.dedup();
        turns
    }
}

/// The longest class among the roles, with its reasons, and whether there were classes to choose
/// from. Among equals the one with fewer doubts.
fn longest<'a>(policy: &Policy, roles: impl Iterator<Item = &'a RolePeriod>) -> Option<(Standing, bool)> {
    roles.map(|r| standing(policy, r.role)).fold(None, |best: Option<(Standing, bool)>, next| {
        let Some((best, mixed)) = best else { return Some((next, false)) };
        let mixed = mixed || best.class != next.class;
        let better = next.class > best.class
            || (next.class == best.class && next.doubts.is_empty() && !best.doubts.is_empty());
        Some((if better { next } else { best }, mixed))
    })
}
