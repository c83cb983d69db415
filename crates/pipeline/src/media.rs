//! The register of media and devices: signed entries in the archive, replayed into
//! [`policy::MediaRegister`]; receipts and records of destruction in Danish, to be printed and signed.

use std::fmt::Write;

use archive::{Entry, Operator, RegisterEntry};
use chain::EntryType;
use jiff::civil::Date;
use model::Sensitive;
use policy::{
    Level, MediaChange, MediaEvent, MediaFault, MediaRegister, Medium, MediumKind, Movement, Personal,
};
use serde::Serialize;

use crate::error::JobError;
use crate::places::Places;

const KINDS: [EntryType; 1] = [EntryType::Media];

fn replay(entries: &[RegisterEntry]) -> Result<MediaRegister, JobError> {
    let mut register = MediaRegister::default();
    for entry in entries {
        let bad =
            |what: String| JobError::Integrity { what: format!("entry {}: {what}", entry.header.index) };
        let event = MediaEvent::decode(&entry.plain).map_err(|e| bad(e.to_string()))?;
        register.apply(entry.header.index, event).map_err(|e| bad(e.to_string()))?;
    }
    Ok(register)
}

fn read(places: &Places) -> Result<MediaRegister, JobError> {
    let archive = places.open()?;
    let keys = access::KeyStore::open(&places.keys, &places.archive).map_err(|e| places.fail(e.into()))?;
    replay(&archive.register(&keys, &KINDS).map_err(|e| places.fail(e))?)
}

fn misfit(fault: MediaFault) -> JobError {
    JobError::BadValue { what: "register of media", why: fault.to_string() }
}

/// Text of an operator's.
pub type Given = Sensitive<String>;

fn personal(text: &Given) -> Personal {
    Personal::new(text.expose().trim())
}

/// A new medium.
pub struct NewMedium {
    /// What it is.
    pub kind: MediumKind,
    /// Serial number.
    pub serial: Given,
    /// Highest level of what is on it.
    pub level: Level,
    /// Where it is kept.
    pub place: Given,
    /// Who answers for it.
    pub holder: Given,
    /// Whose it is, an id of the register of custodians.
    pub custodian: Option<String>,
    /// Months between read-outs; by the kind where not given.
    pub read_out_months: Option<u8>,
}

/// What is to be recorded.
pub enum Recorded {
    /// A new medium.
    Added(NewMedium),
    /// Moved or handed over.
    Moved {
        /// Where to.
        place: Given,
        /// To whom.
        holder: Given,
        /// By whom.
        by: Given,
    },
    /// The receipt of a movement came back signed.
    ReceiptSigned {
        /// Number of the movement.
        movement: u32,
        /// Who signed.
        by: Given,
    },
    /// Read out.
    ReadOut {
        /// By whom.
        by: Given,
    },
    /// Destroyed.
    Destroyed {
        /// How.
        method: Given,
        /// By whom.
        by: Given,
        /// Who saw it.
        witness: Given,
    },
}

/// What became of an entry.
#[derive(Debug, Serialize)]
pub struct Entered {
    /// Number of the medium.
    pub number: String,
    /// Entry of the log.
    pub entry: u64,
    /// Number of the movement, where it is one.
    pub movement: Option<u32>,
    /// To be printed and signed, in Danish.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paper: Option<String>,
}

fn change(of: &Recorded) -> MediaChange {
    match of {
        Recorded::Added(new) => MediaChange::Added {
            kind: new.kind,
            serial: personal(&new.serial),
            level: new.level,
            place: personal(&new.place),
            holder: personal(&new.holder),
            custodian: new.custodian.clone(),
            read_out_months: new.read_out_months.unwrap_or(match new.kind {
                MediumKind::Smart => policy::READ_OUT_MONTHS,
                _ => 0,
            }),
        },
        Recorded::Moved { place, holder, by } => {
            MediaChange::Moved { place: personal(place), holder: personal(holder), by: personal(by) }
        }
        Recorded::ReceiptSigned { movement, by } => {
            MediaChange::ReceiptSigned { movement: *movement, by: personal(by) }
        }
        Recorded::ReadOut { by } => MediaChange::ReadOut { by: personal(by) },
        Recorded::Destroyed { method, by, witness } => {
            MediaChange::Destroyed { method: personal(method), by: personal(by), witness: personal(witness) }
        }
    }
}

/// Records what happened to a medium, by an entry that the operator signs.
///
/// # Errors
/// [`JobError::BadValue`] when it does not fit the register, [`JobError::NoRight`].
pub fn record(
    places: &Places,
    operator: &Operator,
    number: &str,
    date: Date,
    what: &Recorded,
    reference: Option<&Given>,
    now: i64,
) -> Result<Entered, JobError> {
    if let Recorded::Added(NewMedium { custodian: Some(id), .. }) = what
        && crate::register::read(places)?.custodian(id).is_none()
    {
        return Err(JobError::UnknownCustodian);
    }
    let mut writer = places.writer(now)?;
    let mut register = replay(&writer.register(&KINDS).map_err(|e| places.fail(e))?)?;
    let event = MediaEvent {
        number: number.to_owned(),
        date,
        change: change(what),
        reference: reference.map(personal),
    };
    let plain = event.encode();
    register.apply(0, event).map_err(misfit)?;
    let entry = Entry { kind: EntryType::Media, clear: &[], plain: &plain };
    let indexes = writer.append(&[entry], &[&operator.signer()]).map_err(|e| places.fail(e))?;
    let entry = indexes.first().copied().unwrap_or_default();
    let medium = register.medium(number);
    let movement = medium.and_then(|m| m.movements.last()).filter(|_| matches!(what, Recorded::Moved { .. }));
    let paper = medium.and_then(|m| match what {
        Recorded::Moved { .. } => movement.map(|movement| receipt_text(m, movement)),
        Recorded::Destroyed { .. } => destruction_text(m, entry),
        _ => None,
    });
    Ok(Entered { number: number.to_owned(), entry, movement: movement.map(|m| m.number), paper })
}

/// The receipt of a movement, the last where none is named; or, of a destroyed medium, the record of its
/// destruction.
///
/// # Errors
/// [`JobError::BadValue`] when there is none.
pub fn receipt(places: &Places, number: &str, movement: Option<u32>) -> Result<String, JobError> {
    let register = read(places)?;
    let medium = register.medium(number).ok_or_else(|| misfit(MediaFault::Unknown))?;
    if movement.is_none()
        && let Some(text) = destruction_text(medium, medium.entry)
    {
        return Ok(text);
    }
    let found = match movement {
        Some(n) => medium.movements.iter().find(|m| m.number == n),
        None => medium.movements.last(),
    };
    found.map(|m| receipt_text(medium, m)).ok_or_else(|| misfit(MediaFault::Movement))
}

fn heading(out: &mut String, title: &str, medium: &Medium) {
    let mut line = |text: &str| {
        // writing to a String does not fail
        let _: Result<(), _> = writeln!(out, "{text}");
    };
    let marking = medium.level.danish();
    line(&format!("{marking:^72}"));
    line("");
    line(title);
    line(&"=".repeat(title.chars().count()));
    line("");
    line(&format!("Medium nr.                 {}", medium.number));
    line(&format!("Art                        {}", medium.kind.danish()));
    line(&format!("Serienummer                {}", medium.serial.expose()));
    line(&format!("Klassifikation             {marking}"));
}

fn signatures(out: &mut String, who: &[&str]) {
    for who in who {
        let _: Result<(), _> = writeln!(out, "\n{who:<27}______________________________  dato __________");
    }
}

/// The receipt of a movement, in Danish, 72 columns.
fn receipt_text(medium: &Medium, movement: &Movement) -> String {
    let mut out = String::new();
    heading(&mut out, "KVITTERING FOR OVERDRAGELSE AF MEDIE", medium);
    let mut line = |text: String| {
        let _: Result<(), _> = writeln!(out, "{text}");
    };
    line(format!("Kvittering nr.             {}-{}", medium.number, movement.number));
    line(format!("Dato                       {}", movement.date));
    line(String::new());
    line(format!("Fra                        {}", movement.from_holder.expose()));
    line(format!("                           {}", movement.from_place.expose()));
    line(format!("Til                        {}", movement.holder.expose()));
    line(format!("                           {}", movement.place.expose()));
    line(format!("Udleveret af               {}", movement.by.expose()));
    if let Some((date, by)) = &movement.signed {
        line(format!("Kvittering modtaget        {date} underskrevet af {}", by.expose()));
    }
    line(String::new());
    line("Mediet er modtaget med ubrudt forsegling, hvor det er forseglet. Adgangs-".to_owned());
    line("koder følger ikke med mediet og skrives ikke på denne kvittering.".to_owned());
    signatures(&mut out, &["Udleveret af", "Modtaget af"]);
    out
}

/// The record of a destruction, in Danish, 72 columns; `None` of a medium that is there.
fn destruction_text(medium: &Medium, entry: u64) -> Option<String> {
    let (date, method, by, witness) = medium.destroyed.as_ref()?;
    let mut out = String::new();
    heading(&mut out, "DESTRUKTIONSATTEST", medium);
    let mut line = |text: String| {
        let _: Result<(), _> = writeln!(out, "{text}");
    };
    line(format!("Dato                       {date}"));
    line(format!("Måde                       {}", method.expose()));
    line(format!("Destrueret af              {}", by.expose()));
    line(format!("Overværet af               {}", witness.expose()));
    line(format!("Led i arkivets kæde        {entry}"));
    signatures(&mut out, &["Destrueret af", "Overværet af"]);
    Some(out)
}

/// A medium as it is listed; persons, places and serials only on request.
#[derive(Debug, Serialize)]
pub struct ListedMedium {
    /// Number in the register.
    pub number: String,
    /// What it is.
    pub kind: &'static str,
    /// Highest level of what is on it.
    pub level: &'static str,
    /// Serial number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// Where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Who answers for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holder: Option<String>,
    /// Whose it is.
    pub custodian: Option<String>,
    /// When it came.
    pub added: String,
    /// When it was read out last.
    pub read_out: Option<String>,
    /// By when it must be read out.
    pub read_out_due: Option<String>,
    /// Whether that day has passed.
    pub overdue: bool,
    /// Movements.
    pub movements: Vec<ListedMovement>,
    /// Movements whose receipt has not come back.
    pub receipts_missing: usize,
    /// When it was destroyed.
    pub destroyed: Option<String>,
    /// Entry of the log that added it.
    pub entry: u64,
}

/// A movement as it is listed.
#[derive(Debug, Serialize)]
pub struct ListedMovement {
    /// From 1.
    pub number: u32,
    /// Day.
    pub date: String,
    /// From where to where, and from whom to whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub way: Option<[String; 4]>,
    /// When its receipt came back signed.
    pub receipt: Option<String>,
}

/// Which media to list.
#[derive(Clone, Copy, Debug, Default)]
pub struct Which {
    /// Only what must be read out and was not.
    pub overdue: bool,
    /// Also what is destroyed.
    pub destroyed: bool,
}

/// Lists the media, or the one with this number.
///
/// # Errors
/// [`JobError::BadValue`] for a number that is not there.
pub fn list(
    places: &Places,
    only: Option<&str>,
    which: Which,
    show_names: bool,
    today: Date,
) -> Result<Vec<ListedMedium>, JobError> {
    let register = read(places)?;
    if let Some(number) = only
        && register.medium(number).is_none()
    {
        return Err(misfit(MediaFault::Unknown));
    }
    let wanted = |m: &&Medium| match only {
        Some(number) => m.number == number,
        None => (which.destroyed || m.destroyed.is_none()) && (!which.overdue || m.is_overdue(today)),
    };
    Ok(register.media().filter(wanted).map(|m| listed(m, show_names, today)).collect())
}

fn listed(m: &Medium, show_names: bool, today: Date) -> ListedMedium {
    let named = |p: &Personal| show_names.then(|| p.expose().to_owned());
    ListedMedium {
        number: m.number.clone(),
        kind: m.kind.word(),
        level: m.level.danish(),
        serial: named(&m.serial),
        place: named(&m.place),
        holder: named(&m.holder),
        custodian: m.custodian.clone(),
        added: m.added.to_string(),
        read_out: m.read_outs.last().map(Date::to_string),
        read_out_due: m.read_out_due().map(|d| d.to_string()),
        overdue: m.is_overdue(today),
        movements: m
            .movements
            .iter()
            .map(|v| ListedMovement {
                number: v.number,
                date: v.date.to_string(),
                way: show_names.then(|| {
                    [&v.from_place, &v.place, &v.from_holder, &v.holder].map(|p| p.expose().to_owned())
                }),
                receipt: v.signed.as_ref().map(|s| s.0.to_string()),
            })
            .collect(),
        receipts_missing: m.receipts_missing().count(),
        destroyed: m.destroyed.as_ref().map(|d| d.0.to_string()),
        entry: m.entry,
    }
}
