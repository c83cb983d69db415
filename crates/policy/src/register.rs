//! The register of all custodians: entries applied one after the other, never overwritten. The same
//! entries give the same register, so that a verifier replays it to any earlier version.

use std::collections::BTreeMap;

use jiff::civil::Date;
use sha2::{Digest, Sha256};

use crate::calendar::within_bounds;
use crate::custodian::{Custodian, Device, NoCopy, RolePeriod};
use crate::entry::{Change, RegisterEvent};

/// Most roles, devices, events or months without a copy of one custodian.
const MOST: usize = 1024;
/// Longest custodian id, bytes.
const MAX_ID: usize = 64;

/// Why an entry does not fit the register. The register is then as it was before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegisterFault {
    /// The custodian's id is empty, too long or has blanks at an end or control characters.
    #[error("custodian id: 1 to {MAX_ID} bytes, no control characters, no blank at either end")]
    Id,
    /// The custodian is already there.
    #[error("the custodian is already in the register")]
    Known,
    /// The custodian is not there.
    #[error("the custodian is not in the register")]
    Unknown,
    /// A last day before the first.
    #[error("the last day lies before the first")]
    Order,
    /// A date outside 1990 to 2200.
    #[error("date outside 1990 to 2200")]
    Bounds,
    /// A month not given by its first day.
    #[error("a month is given by its first day")]
    Month,
    /// A number of no such entry of this custodian.
    #[error("entry {entry} is no {what} of this custodian")]
    NoSuch {
        /// Number given.
        entry: u64,
        /// What it should have been.
        what: &'static str,
    },
    /// The role or device has a last day already; correct that entry instead.
    #[error("entry {entry} has a last day already")]
    Ended {
        /// Number given.
        entry: u64,
    },
    /// A correction by another kind of change, or by a correction.
    #[error("entry {entry} can only be corrected by the same kind of change")]
    Kind {
        /// Number of the entry to be corrected.
        entry: u64,
    },
    /// With the correction, a later entry would no longer fit.
    #[error("entry {entry} depends on the entry to be corrected; correct it first")]
    Dependent {
        /// The entry that would no longer fit.
        entry: u64,
    },
    /// More than the register holds of one kind.
    #[error("more than {MOST} entries of one kind for one custodian")]
    TooMany,
}

/// All custodians, and the entries that made them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Register {
    log: Vec<RegisterEvent>,
    custodians: BTreeMap<String, Custodian>,
    id: [u8; 32],
}

impl Register {
    /// Applies an entry and gives it its number, from 0. After a fault nothing has changed.
    pub fn apply(&mut self, entry: RegisterEvent) -> Result<u64, RegisterFault> {
        let number = self.version();
        if let Change::Corrected { of, ref with } = entry.change {
            self.check_correction(&entry.custodian, of, with.as_deref())?;
            self.log.push(entry);
            match refold(&self.log) {
                Ok(custodians) => self.custodians = custodians,
                Err(fault) => {
                    self.log.pop();
                    return Err(fault);
                }
            }
        } else {
            fold(&mut self.custodians, number, &entry.custodian, &entry.change)?;
            self.log.push(entry);
        }
        self.id = self.log.last().map_or(self.id, |entry| chained(self.id, entry));
        Ok(number)
    }

    /// Applies entries in order; the fault comes with the place of the entry that does not fit.
    pub fn replay(entries: impl IntoIterator<Item = RegisterEvent>) -> Result<Self, (u64, RegisterFault)> {
        let mut register = Self::default();
        for entry in entries {
            let number = register.version();
            register.apply(entry).map_err(|fault| (number, fault))?;
        }
        Ok(register)
    }

    /// The register as it was after its first `version` entries.
    pub fn as_of(&self, version: u64) -> Self {
        let entries = usize::try_from(version).unwrap_or(usize::MAX).min(self.log.len());
        let log = self.log[..entries].to_vec();
        let custodians = refold(&log).expect("every prefix of the log was applied once");
        let id = log.iter().fold([0; 32], chained);
        Self { log, custodians, id }
    }

    /// Number of entries applied; the number the next one gets.
    pub fn version(&self) -> u64 {
        self.log.len() as u64
    }

    /// SHA-256 chained over the entries' bytes; zeros for the empty register.
    pub const fn id(&self) -> [u8; 32] {
        self.id
    }

    /// A custodian by id.
    pub fn custodian(&self, id: &str) -> Option<&Custodian> {
        self.custodians.get(id)
    }

    /// All custodians, by id.
    pub fn custodians(&self) -> impl Iterator<Item = &Custodian> {
        self.custodians.values()
    }

    /// All entries ever applied, the corrected ones among them.
    pub fn log(&self) -> &[RegisterEvent] {
        &self.log
    }

    /// The newest correction of an entry, if there is one.
    pub fn corrected_by(&self, entry: u64) -> Option<u64> {
        let roots = roots(&self.log);
        let corrections = self.log.iter().zip(&roots).enumerate().rev();
        corrections
            .filter(|(_, (e, _))| matches!(e.change, Change::Corrected { .. }))
            .find(|(at, (_, root))| **root == entry && *at as u64 != entry)
            .map(|(at, _)| at as u64)
    }

    fn check_correction(&self, custodian: &str, of: u64, with: Option<&Change>) -> Result<(), RegisterFault> {
        let no_such = RegisterFault::NoSuch { entry: of, what: "entry" };
        let at = usize::try_from(of).ok().filter(|&at| at < self.log.len()).ok_or(no_such)?;
        if self.log[at].custodian != custodian {
            return Err(no_such);
        }
        let root = &self.log[place(roots(&self.log)[at])].change;
        match with {
            Some(with) if with.code() != root.code() => Err(RegisterFault::Kind { entry: of }),
            Some(_) | None => Ok(()),
        }
    }
}

fn chained(id: [u8; 32], entry: &RegisterEvent) -> [u8; 32] {
    Sha256::new().chain_update(id).chain_update(entry.encode()).finalize().into()
}

/// Numbers are places in the log, which lies in memory.
fn place(number: u64) -> usize {
    usize::try_from(number).expect("a number of an applied entry is a place in memory")
}

/// For every entry the number of the original it stands for: itself, or what it corrects.
fn roots(log: &[RegisterEvent]) -> Vec<u64> {
    let mut roots: Vec<u64> = Vec::with_capacity(log.len());
    for entry in log {
        let own = roots.len() as u64;
        // A correction names an earlier entry: checked when it was applied.
        roots.push(if let Change::Corrected { of, .. } = entry.change { roots[place(of)] } else { own });
    }
    roots
}

/// The custodians that the log leaves, every entry replaced by its newest correction.
fn refold(log: &[RegisterEvent]) -> Result<BTreeMap<String, Custodian>, RegisterFault> {
    let roots = roots(log);
    let mut effective: Vec<Option<&Change>> = log.iter().map(|entry| Some(&entry.change)).collect();
    for (at, entry) in log.iter().enumerate() {
        if let Change::Corrected { with, .. } = &entry.change {
            effective[place(roots[at])] = with.as_deref();
            effective[at] = None;
        }
    }
    let corrected = roots.last().copied();
    let mut custodians = BTreeMap::new();
    for (number, (entry, change)) in (0..).zip(log.iter().zip(effective)) {
        let Some(change) = change else { continue };
        fold(&mut custodians, number, &entry.custodian, change).map_err(|fault| {
            if Some(number) == corrected { fault } else { RegisterFault::Dependent { entry: number } }
        })?;
    }
    Ok(custodians)
}

/// Applies one change that is no correction; checks everything before it changes anything.
fn fold(
    custodians: &mut BTreeMap<String, Custodian>,
    entry: u64,
    id: &str,
    change: &Change,
) -> Result<(), RegisterFault> {
    if let Change::CustodianAdded { name } = change {
        let fits = (1..=MAX_ID).contains(&id.len()) && id.trim() == id && !id.contains(char::is_control);
        if !fits {
            return Err(RegisterFault::Id);
        }
        if custodians.contains_key(id) {
            return Err(RegisterFault::Known);
        }
        let (roles, devices, events, no_copies) = (vec![], vec![], vec![], vec![]);
        let custodian = Custodian { id: id.into(), name: name.clone(), roles, devices, events, no_copies };
        custodians.insert(id.into(), custodian);
        return Ok(());
    }
    let custodian = custodians.get_mut(id).ok_or(RegisterFault::Unknown)?;
    match *change {
        // The first was handled above; a correction inside a correction is refused by its kind.
        Change::CustodianAdded { .. } => return Err(RegisterFault::Known),
        Change::Corrected { of, .. } => return Err(RegisterFault::Kind { entry: of }),
        Change::RoleAdded { role, from, to } => {
            period(from, to)?;
            room(&custodian.roles)?;
            custodian.roles.push(RolePeriod { entry, role, from, to });
        }
        Change::RoleEnded { role, to } => {
            let no_such = RegisterFault::NoSuch { entry: role, what: "role" };
            let held = custodian.roles.iter_mut().find(|r| r.entry == role).ok_or(no_such)?;
            end(role, held.from, &mut held.to, to)?;
        }
        Change::DeviceRegistered { ref handle, from, to } => {
            period(from, to)?;
            room(&custodian.devices)?;
            custodian.devices.push(Device { entry, handle: handle.clone(), from, to });
        }
        Change::DeviceEnded { device, to } => {
            let no_such = RegisterFault::NoSuch { entry: device, what: "device" };
            let held = custodian.devices.iter_mut().find(|d| d.entry == device).ok_or(no_such)?;
            end(device, held.from, &mut held.to, to)?;
        }
        Change::EventRecorded(event) => {
            period(event.date, None)?;
            room(&custodian.events)?;
            if let Some(device) = event.device
                && !custodian.devices.iter().any(|d| d.entry == device)
            {
                return Err(RegisterFault::NoSuch { entry: device, what: "device" });
            }
            custodian.events.push((entry, event));
        }
        Change::NoCopy { month, ref reason } => {
            period(month, None)?;
            room(&custodian.no_copies)?;
            if month.day() != 1 {
                return Err(RegisterFault::Month);
            }
            custodian.no_copies.push(NoCopy { entry, month, reason: reason.clone() });
        }
    }
    Ok(())
}

fn period(from: Date, to: Option<Date>) -> Result<(), RegisterFault> {
    if !within_bounds(from) || to.is_some_and(|to| !within_bounds(to)) {
        return Err(RegisterFault::Bounds);
    }
    if to.is_some_and(|to| to < from) { Err(RegisterFault::Order) } else { Ok(()) }
}

fn end(entry: u64, from: Date, held: &mut Option<Date>, to: Date) -> Result<(), RegisterFault> {
    period(from, Some(to))?;
    if held.is_some() {
        return Err(RegisterFault::Ended { entry });
    }
    *held = Some(to);
    Ok(())
}

fn room<T>(list: &[T]) -> Result<(), RegisterFault> {
    if list.len() < MOST { Ok(()) } else { Err(RegisterFault::TooMany) }
}
