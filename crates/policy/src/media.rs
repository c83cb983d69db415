//! The register of media and devices: what a register must say of each, its movements with their receipts,
//! read-outs and destruction. An entry is never overwritten. What opens a telephone is never recorded.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{Span, ToSpan};

use crate::marking::Level;
use crate::personal::Personal;

/// What a medium is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MediumKind {
    /// A USB medium.
    Usb,
    /// A hard disk or SSD.
    Disk,
    /// An optical disc.
    Disc,
    /// A memory card or SIM.
    Card,
    /// A telephone in custody.
    Phone,
    /// A SMART device, which must be read out at intervals.
    Smart,
    /// Paper.
    Paper,
    /// Something else.
    Other,
}

impl MediumKind {
    /// Every kind with its word, its number in stored entries and its Danish name.
    pub const WORDS: [(Self, &'static str, u8, &'static str); 8] = [
        (Self::Usb, "usb", 1, "USB-lagermedie"),
        (Self::Disk, "disk", 2, "Harddisk"),
        (Self::Disc, "disc", 3, "Optisk disk"),
        (Self::Card, "card", 4, "Hukommelseskort"),
        (Self::Phone, "phone", 5, "Telefon"),
        (Self::Smart, "smart", 6, "SMART-enhed"),
        (Self::Paper, "paper", 7, "Papir"),
        (Self::Other, "other", 8, "Andet"),
    ];

    fn row(self) -> &'static (Self, &'static str, u8, &'static str) {
        Self::WORDS.iter().find(|row| row.0 == self).expect("WORDS lists every kind")
    }

    /// Its word.
    pub fn word(self) -> &'static str {
        self.row().1
    }

    /// Its Danish name, for receipts.
    pub fn danish(self) -> &'static str {
        self.row().3
    }

    /// Its number in stored entries.
    pub fn code(self) -> u8 {
        self.row().2
    }

    /// The kind of a number.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::WORDS.iter().find(|row| row.2 == code).map(|row| row.0)
    }
}

impl std::str::FromStr for MediumKind {
    type Err = MediaFault;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::WORDS.iter().find(|row| row.1 == word).map(|row| row.0).ok_or(MediaFault::Kind)
    }
}

/// Months after which a SMART device must be read out again, where nothing else is said.
pub const READ_OUT_MONTHS: u8 = 1;

/// One entry of the register of media.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaEvent {
    /// Number of the medium in the register of media, as the authority gives it.
    pub number: String,
    /// Day.
    pub date: Date,
    /// What happened.
    pub change: MediaChange,
    /// Journal number or decision behind the entry.
    pub reference: Option<Personal>,
}

/// What happened to a medium.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MediaChange {
    /// It came into the register.
    Added {
        /// What it is.
        kind: MediumKind,
        /// Serial number.
        serial: Personal,
        /// Highest level of what is on it.
        level: Level,
        /// Where it is kept.
        place: Personal,
        /// Who answers for it.
        holder: Personal,
        /// Whose it is, an id of the register of custodians.
        custodian: Option<String>,
        /// Months between read-outs; 0 for none.
        read_out_months: u8,
    },
    /// It was handed over or moved. The movement's number is its receipt's.
    Moved {
        /// Where to.
        place: Personal,
        /// To whom.
        holder: Personal,
        /// By whom.
        by: Personal,
    },
    /// The receipt of a movement came back signed.
    ReceiptSigned {
        /// Number of the movement, from 1.
        movement: u32,
        /// Who signed.
        by: Personal,
    },
    /// It was read out.
    ReadOut {
        /// By whom.
        by: Personal,
    },
    /// It was destroyed.
    Destroyed {
        /// How.
        method: Personal,
        /// By whom.
        by: Personal,
        /// Who saw it.
        witness: Personal,
    },
}

/// Why an entry does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MediaFault {
    /// A number that is empty, too long or has control characters.
    #[error("number of a medium: 1 to 64 bytes without control characters")]
    Number,
    /// The number is taken.
    #[error("a medium with that number is in the register")]
    Known,
    /// No such medium.
    #[error("no medium with that number is in the register")]
    Unknown,
    /// It is destroyed.
    #[error("the medium is destroyed")]
    Destroyed,
    /// No such movement.
    #[error("the medium has no movement with that number")]
    Movement,
    /// Signed before.
    #[error("the receipt of that movement is signed already")]
    Signed,
    /// A day before the entry before it.
    #[error("the day lies before that of the entry before it")]
    Order,
    /// A word that is no kind.
    #[error("kind of a medium: one of usb, disk, disc, card, phone, smart, paper, other")]
    Kind,
    /// A text that must say something.
    #[error("a field of the entry is empty")]
    Empty,
    /// What looks like a code that opens something.
    #[error("a text looks like an access code: codes are never recorded")]
    Code,
    /// The witness is the one who destroyed it.
    #[error("destruction needs two different persons")]
    OnePerson,
}

/// A movement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// From 1.
    pub number: u32,
    /// Day.
    pub date: Date,
    /// From where.
    pub from_place: Personal,
    /// From whom.
    pub from_holder: Personal,
    /// Where to.
    pub place: Personal,
    /// To whom.
    pub holder: Personal,
    /// By whom.
    pub by: Personal,
    /// When the receipt came back signed, and by whom.
    pub signed: Option<(Date, Personal)>,
    /// Entry of the log.
    pub entry: u64,
}

/// A medium as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Medium {
    /// Number in the register.
    pub number: String,
    /// What it is.
    pub kind: MediumKind,
    /// Serial number.
    pub serial: Personal,
    /// Highest level of what is on it.
    pub level: Level,
    /// Where it is.
    pub place: Personal,
    /// Who answers for it.
    pub holder: Personal,
    /// Whose it is.
    pub custodian: Option<String>,
    /// When it came.
    pub added: Date,
    /// Months between read-outs; 0 for none.
    pub read_out_months: u8,
    /// Read-outs, oldest first.
    pub read_outs: Vec<Date>,
    /// Movements, oldest first.
    pub movements: Vec<Movement>,
    /// When and how it was destroyed, by whom, seen by whom.
    pub destroyed: Option<(Date, Personal, Personal, Personal)>,
    /// Entry of the log that added it.
    pub entry: u64,
    /// Day of the newest entry.
    newest: Date,
}

impl Medium {
    /// The last day by which it must be read out; `None` where it need not be.
    pub fn read_out_due(&self) -> Option<Date> {
        if self.read_out_months == 0 || self.destroyed.is_some() {
            return None;
        }
        let last = self.read_outs.last().copied().unwrap_or(self.added);
        let months: Span = i32::from(self.read_out_months).months();
        last.checked_add(months).ok()
    }

    /// Whether the day for reading it out has passed.
    pub fn is_overdue(&self, today: Date) -> bool {
        self.read_out_due().is_some_and(|due| due < today)
    }

    /// Movements whose receipt has not come back.
    pub fn receipts_missing(&self) -> impl Iterator<Item = &Movement> {
        self.movements.iter().filter(|m| m.signed.is_none())
    }
}

/// The register of media.
#[derive(Clone, Debug, Default)]
pub struct MediaRegister {
    media: BTreeMap<String, Medium>,
}

/// Words that stand before a code.
const BEFORE_CODES: [&str; 8] =
    ["kode", "adgangskode", "pinkode", "pin", "puk", "password", "passcode", "code"];

/// Whether a text looks as if it held a code: one of the words, and behind it a word with digits.
fn looks_like_a_code(text: &str) -> bool {
    let lower = text.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
    let mut armed = 0;
    words.any(|word| {
        let digits = word.chars().filter(char::is_ascii_digit).count();
        let found = armed > 0 && digits >= 3;
        let stuck = BEFORE_CODES.iter().any(|b| {
            word.strip_prefix(b)
                .is_some_and(|rest| rest.len() >= 3 && rest.bytes().all(|b| b.is_ascii_digit()))
        });
        armed = if BEFORE_CODES.contains(&word) { 4 } else { i32::max(armed - 1, 0) };
        found || stuck
    })
}

impl MediaEvent {
    fn texts(&self) -> Vec<&Personal> {
        match &self.change {
            MediaChange::Added { serial, place, holder, .. } => vec![serial, place, holder],
            MediaChange::Moved { place, holder, by } => vec![place, holder, by],
            MediaChange::ReceiptSigned { by, .. } | MediaChange::ReadOut { by } => vec![by],
            MediaChange::Destroyed { method, by, witness } => vec![method, by, witness],
        }
    }

    /// Whether it can stand by itself.
    ///
    /// # Errors
    /// [`MediaFault`].
    pub fn check(&self) -> Result<(), MediaFault> {
        if self.number.trim().is_empty()
            || self.number.len() > 64
            || self.number.chars().any(char::is_control)
        {
            return Err(MediaFault::Number);
        }
        let texts = self.texts();
        if texts.iter().any(|t| t.expose().trim().is_empty()) {
            return Err(MediaFault::Empty);
        }
        if texts.into_iter().chain(&self.reference).any(|t| looks_like_a_code(t.expose())) {
            return Err(MediaFault::Code);
        }
        if let MediaChange::Destroyed { by, witness, .. } = &self.change
            && by.expose().trim().to_lowercase() == witness.expose().trim().to_lowercase()
        {
            return Err(MediaFault::OnePerson);
        }
        Ok(())
    }
}

impl MediaRegister {
    /// Every medium, by number.
    pub fn media(&self) -> impl Iterator<Item = &Medium> {
        self.media.values()
    }

    /// The medium with this number.
    pub fn medium(&self, number: &str) -> Option<&Medium> {
        self.media.get(number)
    }

    /// Takes an entry in; `entry` is its number in the log.
    ///
    /// # Errors
    /// [`MediaFault`], and then nothing is changed.
    pub fn apply(&mut self, entry: u64, event: MediaEvent) -> Result<(), MediaFault> {
        event.check()?;
        let MediaEvent { number, date, change, reference: _ } = event;
        if let MediaChange::Added { kind, serial, level, place, holder, custodian, read_out_months } = change
        {
            if self.media.contains_key(&number) {
                return Err(MediaFault::Known);
            }
            let medium = Medium {
                number: number.clone(),
                kind,
                serial,
                level,
                place,
                holder,
                custodian,
                added: date,
                read_out_months,
                read_outs: Vec::new(),
                movements: Vec::new(),
                destroyed: None,
                entry,
                newest: date,
            };
            self.media.insert(number, medium);
            return Ok(());
        }
        let medium = self.media.get_mut(&number).ok_or(MediaFault::Unknown)?;
        // a receipt may come back after the medium is gone
        let late = matches!(change, MediaChange::ReceiptSigned { .. });
        if medium.destroyed.is_some() && !late {
            return Err(MediaFault::Destroyed);
        }
        if date < medium.newest && !late {
            return Err(MediaFault::Order);
        }
        match change {
            MediaChange::Added { .. } => {}
            MediaChange::Moved { place, holder, by } => {
                let number = u32::try_from(medium.movements.len()).unwrap_or(u32::MAX).saturating_add(1);
                medium.movements.push(Movement {
                    number,
                    date,
                    from_place: std::mem::replace(&mut medium.place, place.clone()),
                    from_holder: std::mem::replace(&mut medium.holder, holder.clone()),
                    place,
                    holder,
                    by,
                    signed: None,
                    entry,
                });
            }
            MediaChange::ReceiptSigned { movement, by } => {
                let found = medium.movements.iter_mut().find(|m| m.number == movement);
                let found = found.ok_or(MediaFault::Movement)?;
                if found.signed.is_some() {
                    return Err(MediaFault::Signed);
                }
                if date < found.date {
                    return Err(MediaFault::Order);
                }
                found.signed = Some((date, by));
                return Ok(());
            }
            MediaChange::ReadOut { by: _ } => medium.read_outs.push(date),
            MediaChange::Destroyed { method, by, witness } => {
                medium.destroyed = Some((date, method, by, witness));
            }
        }
        medium.newest = date;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
