//! The register of custodians: signed entries in the archive, replayed into [`policy::Register`].

use archive::{Entry, Operator, RegisterEntry, Writer};
use chain::EntryType;
use jiff::civil::Date;
use model::{Address, Sensitive};
use policy::{AuthorityKind, Change, Handle, PayGrade, Personal, Post, Register, RegisterEvent, Role};
use serde::Serialize;

use crate::error::JobError;
use crate::places::Places;

/// Types of entry that make the register, in the order of the log.
pub(crate) const KINDS: [EntryType; 2] = [EntryType::Custodian, EntryType::Event];

/// The register as the entries give it.
pub(crate) fn replay(entries: &[RegisterEntry]) -> Result<Register, JobError> {
    let mut register = Register::default();
    for entry in entries {
        let bad =
            |what: String| JobError::Integrity { what: format!("entry {}: {what}", entry.header.index) };
        let event = RegisterEvent::decode(&entry.plain).map_err(|e| bad(e.to_string()))?;
        register.apply(event).map_err(|e| bad(e.to_string()))?;
    }
    Ok(register)
}

/// A new custodian.
pub struct NewCustodian {
    /// Short word that names the custodian in commands and reports.
    pub id: String,
    /// The person's name.
    pub name: Sensitive<String>,
    /// First role.
    pub role: Role,
    /// Its first day.
    pub from: Date,
    /// Its last day.
    pub to: Option<Date>,
    /// Telephone numbers.
    pub numbers: Vec<Sensitive<String>>,
    /// Serial numbers of phones.
    pub devices: Vec<Sensitive<String>>,
    /// Journal number or decision behind the entry.
    pub reference: Option<Sensitive<String>>,
}

/// Longest id of a custodian, bytes.
const LONGEST_ID: usize = 64;

/// An id is a short word of letters, digits, `-`, `_` and `.`.
pub(crate) fn check_id(id: &str) -> Result<(), JobError> {
    let legal = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    if id.is_empty() || id.len() > LONGEST_ID || !id.chars().all(legal) {
        let why = "1 to 64 bytes of letters, digits, '-', '_' and '.'".to_owned();
        return Err(JobError::BadValue { what: "custodian id", why });
    }
    Ok(())
}

/// A number in its normal form, as devices and sources are compared by it.
pub(crate) fn normal_number(number: &str) -> String {
    Address::parse(number).map_or_else(|| number.trim().to_owned(), Address::into_string)
}

/// A serial number in its normal form.
pub(crate) fn normal_serial(serial: &str) -> String {
    serial.trim().to_uppercase()
}

/// Changes the register: applies the changes to what is there, and appends an entry for each, signed by
/// the operator.
fn change(
    places: &Places,
    operator: &Operator,
    custodian: &str,
    changes: Vec<Change>,
    reference: Option<&Sensitive<String>>,
    now: i64,
) -> Result<u64, JobError> {
    let mut writer = places.writer(now)?;
    let mut register = load(places, &writer)?;
    let had_role = register.custodian(custodian).is_some_and(|before| !before.roles().is_empty());
    let mut encoded = Vec::new();
    for change in changes {
        let kind = match change {
            Change::CustodianAdded { .. } | Change::RoleAdded { .. } | Change::RoleEnded { .. } => {
                EntryType::Custodian
            }
            _ => EntryType::Event,
        };
        let event = RegisterEvent {
            custodian: custodian.to_owned(),
            change,
            reference: reference.map(|r| Personal::new(r.expose().clone())),
        };
        encoded.push((kind, event.encode()));
        register
            .apply(event)
            .map_err(|e| JobError::BadValue { what: "change of the register", why: e.to_string() })?;
    }
    // what is stamped by the register must stay so
    if had_role && register.custodian(custodian).is_some_and(|left| left.roles().is_empty()) {
        let why = "it would leave the person without any role: add the right one first".to_owned();
        return Err(JobError::BadValue { what: "change of the register", why });
    }
    let entries: Vec<Entry<'_>> =
        encoded.iter().map(|(kind, plain)| Entry { kind: *kind, clear: &[], plain }).collect();
    let indexes = writer.append(&entries, &[&operator.signer()]).map_err(|e| places.fail(e))?;
    Ok(indexes.first().copied().unwrap_or_default())
}

pub(crate) fn load(places: &Places, writer: &Writer) -> Result<Register, JobError> {
    replay(&writer.register(&KINDS).map_err(|e| places.fail(e))?)
}

/// The register as it stands, read with the key store.
pub(crate) fn read(places: &Places) -> Result<Register, JobError> {
    let archive = places.open()?;
    let keys = access::KeyStore::open(&places.keys, &places.archive).map_err(|e| places.fail(e.into()))?;
    of(places, &archive, &keys)
}

/// The register of an open archive; an empty one where an entry of it may be lost: facts are named by their place in it,
/// and without one of them the others would be somebody else's.
pub(crate) fn of(
    places: &Places,
    archive: &archive::Archive,
    keys: &access::KeyStore,
) -> Result<Register, JobError> {
    if archive.may_lack(&KINDS) {
        return Ok(Register::default());
    }
    replay(&archive.register(keys, &KINDS).map_err(|e| places.fail(e))?)
}

/// Adds a custodian.
///
/// # Errors
/// [`JobError::KnownCustodian`], [`JobError::NoRight`].
pub fn add(places: &Places, operator: &Operator, new: &NewCustodian, now: i64) -> Result<u64, JobError> {
    check_id(&new.id)?;
    if read(places)?.custodian(&new.id).is_some() {
        return Err(JobError::KnownCustodian);
    }
    let handles = new
        .numbers
        .iter()
        .map(|n| Handle::Number(Personal::new(normal_number(n.expose()))))
        .chain(new.devices.iter().map(|d| Handle::Serial(Personal::new(normal_serial(d.expose())))));
    let mut changes = vec![
        Change::CustodianAdded { name: Personal::new(new.name.expose().clone()) },
        Change::RoleAdded { role: new.role, from: new.from, to: new.to },
    ];
    changes.extend(handles.map(|handle| Change::DeviceRegistered { handle, from: new.from, to: None }));
    change(places, operator, &new.id, changes, new.reference.as_ref(), now)
}

/// Records one change for a custodian that is there.
///
/// # Errors
/// [`JobError::UnknownCustodian`], [`JobError::NoRight`].
pub fn record(
    places: &Places,
    operator: &Operator,
    custodian: &str,
    one: Change,
    reference: Option<&Sensitive<String>>,
    now: i64,
) -> Result<u64, JobError> {
    if read(places)?.custodian(custodian).is_none() {
        return Err(JobError::UnknownCustodian);
    }
    let one = match one {
        Change::DeviceRegistered { handle, from, to } => {
            let handle = match handle {
                Handle::Serial(s) => Handle::Serial(Personal::new(normal_serial(s.expose()))),
                Handle::Number(n) => Handle::Number(Personal::new(normal_number(n.expose()))),
            };
            Change::DeviceRegistered { handle, from, to }
        }
        other => other,
    };
    change(places, operator, custodian, vec![one], reference, now)
}

/// The change that ends a role or a device of a custodian, named by its number in the register.
///
/// # Errors
/// [`JobError::UnknownCustodian`]; [`JobError::BadValue`] when the number is neither.
pub fn ending(places: &Places, custodian: &str, fact: u64, to: Date) -> Result<Change, JobError> {
    let register = read(places)?;
    let person = register.custodian(custodian).ok_or(JobError::UnknownCustodian)?;
    if person.roles().iter().any(|r| r.entry == fact) {
        return Ok(Change::RoleEnded { role: fact, to });
    }
    if person.devices().iter().any(|d| d.entry == fact) {
        return Ok(Change::DeviceEnded { device: fact, to });
    }
    let why = "is neither a role nor a device of this person; custodian show gives the numbers".to_owned();
    Err(JobError::BadValue { what: "number in the register", why })
}

/// A custodian as it is listed; name, numbers and serials only on request.
#[derive(Debug, Serialize)]
pub struct Listed {
    /// Id.
    pub id: String,
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Roles by period.
    pub roles: Vec<ListedRole>,
    /// Numbers and serials.
    pub devices: Vec<ListedDevice>,
    /// How many numbers and serials.
    pub device_count: usize,
    /// Events.
    pub events: Vec<ListedEvent>,
    /// Months without a copy.
    pub no_copies: Vec<ListedEvent>,
}

/// A phone or number as it is listed.
#[derive(Debug, Serialize)]
pub struct ListedDevice {
    /// Number in the register.
    pub fact: u64,
    /// Serial or number itself, on request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handle: Option<String>,
    /// First day.
    pub from: String,
    /// Last day.
    pub to: Option<String>,
}

/// A role as it is listed.
#[derive(Debug, Serialize)]
pub struct ListedRole {
    /// Number in the register.
    pub fact: u64,
    /// Post.
    pub post: String,
    /// Kind of authority.
    pub authority_kind: String,
    /// Pay grade.
    pub pay_grade: Option<u8>,
    /// First day.
    pub from: String,
    /// Last day.
    pub to: Option<String>,
}

/// An event as it is listed.
#[derive(Debug, Serialize)]
pub struct ListedEvent {
    /// Number in the register.
    pub fact: u64,
    /// Kind.
    pub kind: String,
    /// Day.
    pub date: String,
}

/// Lists the custodians, or the one with this id.
///
/// # Errors
/// [`JobError::UnknownCustodian`] for an id that is not there.
pub fn list(places: &Places, only: Option<&str>, show_names: bool) -> Result<Vec<Listed>, JobError> {
    let register = read(places)?;
    let listed: Vec<Listed> = register
        .custodians()
        .filter(|c| only.is_none_or(|id| c.id() == id))
        .map(|c| Listed {
            id: c.id().to_owned(),
            name: show_names.then(|| c.name().expose().to_owned()),
            roles: c.roles().iter().map(role).collect(),
            devices: c.devices().iter().map(|d| device(d, show_names)).collect(),
            device_count: c.devices().len(),
            events: c
                .events()
                .iter()
                .map(|(fact, e)| ListedEvent {
                    fact: *fact,
                    kind: e.kind.slug().to_owned(),
                    date: e.date.to_string(),
                })
                .collect(),
            no_copies: c
                .no_copies()
                .iter()
                .map(|n| ListedEvent { fact: n.entry, kind: "no-copy".to_owned(), date: n.month.to_string() })
                .collect(),
        })
        .collect();
    if only.is_some() && listed.is_empty() { Err(JobError::UnknownCustodian) } else { Ok(listed) }
}

fn device(device: &policy::Device, show_names: bool) -> ListedDevice {
    ListedDevice {
        fact: device.entry,
        handle: show_names.then(|| device.handle.text().expose().to_owned()),
        from: device.from.to_string(),
        to: device.to.map(|d| d.to_string()),
    }
}

fn role(period: &policy::RolePeriod) -> ListedRole {
    ListedRole {
        fact: period.entry,
        post: period.role.post.to_string(),
        authority_kind: period.role.authority.to_string(),
        pay_grade: period.role.pay_grade.map(PayGrade::get),
        from: period.from.to_string(),
        to: period.to.map(|d| d.to_string()),
    }
}

/// A role from its parts.
pub fn role_of(post: Post, authority: AuthorityKind, pay_grade: Option<PayGrade>) -> Role {
    Role { post, authority, pay_grade }
}
