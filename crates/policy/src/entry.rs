//! What is written into the register: one change of one custodian at a time. An entry is never
//! overwritten; a correction is an entry of its own. The bytes are made in `cbor`.

use jiff::civil::Date;

use crate::event::Event;
use crate::personal::Personal;
use crate::post::Role;

/// One entry of the register, as it goes into a signed archive entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterEvent {
    /// Id of the custodian concerned, as the operator chose it: 1 to 64 bytes, no control characters.
    pub custodian: String,
    /// What changes.
    pub change: Change,
    /// Journal number or decision behind the entry.
    pub reference: Option<Personal>,
}

/// What an entry changes. Entries are numbered from 0 in the order in which they are applied; a
/// change names an earlier entry by that number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A new custodian.
    CustodianAdded {
        /// The person's name.
        name: Personal,
    },
    /// A role from a day on, and up to a day where that is known (both inclusive).
    RoleAdded {
        /// Post, authority, pay grade.
        role: Role,
        /// First day.
        from: Date,
        /// Last day.
        to: Option<Date>,
    },
    /// A role got its last day.
    RoleEnded {
        /// Number of the entry that added the role.
        role: u64,
        /// Last day.
        to: Date,
    },
    /// A device or number used by the custodian, by period (both days inclusive).
    DeviceRegistered {
        /// Serial or number.
        handle: Handle,
        /// First day.
        from: Date,
        /// Last day.
        to: Option<Date>,
    },
    /// A device or number got its last day.
    DeviceEnded {
        /// Number of the entry that registered it.
        device: u64,
        /// Last day.
        to: Date,
    },
    /// Resigned, changed phone, lossy update, post retired.
    EventRecorded(Event),
    /// No copy could be taken in a month, and why.
    NoCopy {
        /// First day of the month.
        month: Date,
        /// Why.
        reason: Personal,
    },
    /// An earlier entry was wrong. Both stay in the log; the register follows the correction.
    Corrected {
        /// Number of the entry corrected, itself perhaps a correction.
        of: u64,
        /// What it should have said (the same kind of change, no correction); `None` withdraws it.
        with: Option<Box<Change>>,
    },
}

impl Change {
    /// Number of the kind in stored entries.
    pub(crate) const fn code(&self) -> u8 {
        match self {
            Self::CustodianAdded { .. } => 1,
            Self::RoleAdded { .. } => 2,
            Self::RoleEnded { .. } => 3,
            Self::DeviceRegistered { .. } => 4,
            Self::DeviceEnded { .. } => 5,
            Self::EventRecorded(_) => 6,
            Self::NoCopy { .. } => 7,
            Self::Corrected { .. } => 8,
        }
    }
}

/// By what a phone is recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Handle {
    /// Serial number or IMEI of the device, as the source states it.
    Serial(Personal),
    /// Phone number, E.164.
    Number(Personal),
}

impl Handle {
    /// The text of either.
    pub const fn text(&self) -> &Personal {
        match self {
            Self::Serial(text) | Self::Number(text) => text,
        }
    }
}
