//! What goes along of the register: a custodian's posts, phones, numbers and events as the giver's register leaves
//! them, each as an entry of its own. A receiver that does not know the person enters all of them; one that does
//! enters the phones and numbers alone, since what ended a period with the giver ends none with the receiver.

use chain::EntryType;
use policy::{Change, Custodian, Handle, Personal, Register, RegisterEvent};
use serde::{Deserialize, Serialize};

use crate::error::JobError;

/// The facts, as entries of a register with the giver's name for the person.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Facts {
    /// Each as its bytes, hexadecimal.
    entries: Vec<String>,
    /// Numbers that the giver's register gives the phones and numbers, in the order of their entries.
    devices: Vec<u64>,
}

impl Facts {
    /// What a register says of a person now.
    pub(crate) fn of(custodian: &Custodian) -> Self {
        let mut changes = vec![Change::CustodianAdded { name: custodian.name().clone() }];
        for role in custodian.roles() {
            changes.push(Change::RoleAdded { role: role.role, from: role.from, to: role.to });
        }
        let device = |d: &policy::Device| Change::DeviceRegistered {
            handle: d.handle.clone(),
            from: d.from,
            to: d.to,
        };
        changes.extend(custodian.devices().iter().map(device));
        changes.extend(custodian.events().iter().map(|(_, event)| Change::EventRecorded(*event)));
        let no_copy = |n: &policy::NoCopy| Change::NoCopy { month: n.month, reason: n.reason.clone() };
        changes.extend(custodian.no_copies().iter().map(no_copy));
        let entry = |change| RegisterEvent { custodian: custodian.id().to_owned(), change, reference: None };
        let entries = changes.into_iter().map(|change| model::wire::hex(&entry(change).encode())).collect();
        Self { entries, devices: custodian.devices().iter().map(|d| d.entry).collect() }
    }

    fn changes(&self) -> Result<Vec<Change>, JobError> {
        let one = |entry: &String| {
            let bytes: Option<Vec<u8>> = (0..entry.len())
                .step_by(2)
                .map(|i| u8::from_str_radix(entry.get(i..i + 2)?, 16).ok())
                .collect();
            RegisterEvent::decode(&bytes?).ok().map(|event| event.change)
        };
        let changes: Option<Vec<Change>> = self.entries.iter().map(one).collect();
        let count = |all: &Vec<Change>| all.iter().filter(|c| handle(c).is_some()).count();
        let whole = changes.filter(|all| count(all) == self.devices.len());
        whole.ok_or_else(|| JobError::Integrity { what: "the package's facts cannot be read".to_owned() })
    }

    /// The phones and numbers with the numbers of the giver's register.
    pub(crate) fn handles(&self) -> Result<Vec<(u64, Handle)>, JobError> {
        let changes = self.changes()?;
        Ok(self.devices.iter().copied().zip(changes.iter().filter_map(handle).cloned()).collect())
    }

    /// Entries by which a register comes to know what it does not of the person it calls `id`; they are applied to it.
    pub(crate) fn enter(
        &self,
        register: &mut Register,
        id: &str,
        reference: &str,
    ) -> Result<Vec<(EntryType, Vec<u8>)>, JobError> {
        let known = register.custodian(id).cloned();
        let mut entries = Vec::new();
        for change in self.changes()? {
            let here = |handle: &Handle| {
                known.as_ref().is_some_and(|c| c.devices().iter().any(|d| d.handle == *handle))
            };
            match (&known, handle(&change)) {
                (Some(_), None) => continue,
                (Some(_), Some(handle)) if here(handle) => continue,
                _ => {}
            }
            let kind = match change {
                Change::CustodianAdded { .. } | Change::RoleAdded { .. } => EntryType::Custodian,
                _ => EntryType::Event,
            };
            let reference = Some(Personal::new(reference.to_owned()));
            let event = RegisterEvent { custodian: id.to_owned(), change, reference };
            entries.push((kind, event.encode()));
            register.apply(event).map_err(|e| JobError::BadValue {
                what: "register facts of the package",
                why: e.to_string(),
            })?;
        }
        Ok(entries)
    }
}

fn handle(change: &Change) -> Option<&Handle> {
    match change {
        Change::DeviceRegistered { handle, .. } => Some(handle),
        _ => None,
    }
}
