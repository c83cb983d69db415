//! Legal holds: placed by one person, released by two, each an entry of its own; nothing a hold covers is
//! disposed of or erased, whatever was approved before. Knows no message.

use archive::{Entry, Operator, RegisterEntry, Writer};
use chain::EntryType;
use jiff::civil::Date;
use policy::{Hold, HoldScope};
use serde::{Deserialize, Serialize};

use crate::clock::{civil, days, from_days};
use crate::error::JobError;
use crate::places::Places;

/// A hold to be placed.
#[derive(Clone, Debug, Default)]
pub struct NewHold {
    /// Whose messages; none is everybody, also those who come later.
    pub custodians: Vec<String>,
    /// First day of the messages.
    pub from: Option<Date>,
    /// Last day of the messages.
    pub to: Option<Date>,
    /// Services that the request names; recorded, they narrow nothing: a bucket is not of one service.
    pub services: Vec<String>,
    /// Case or commission.
    pub case: String,
    /// Decision that the hold rests on.
    pub decision: String,
    /// Day on which the request was received.
    pub received_at: Option<Date>,
    /// Whether automatic deletion on the phones concerned was stopped.
    pub auto_delete_stopped: bool,
}

/// What is sealed in the entry that places a hold.
#[derive(Debug, Serialize, Deserialize)]
struct Placed {
    version: u32,
    custodians: Vec<String>,
    from: Option<Date>,
    to: Option<Date>,
    services: Vec<String>,
    case: String,
    decision: String,
    received_at: Date,
    auto_delete_stopped: bool,
}

/// What is sealed in a later entry about a hold: that a point of its checklist is done.
#[derive(Debug, Serialize, Deserialize)]
struct Noted {
    version: u32,
    auto_delete_stopped: bool,
}

/// What is sealed in the entry that releases a hold.
#[derive(Debug, Serialize, Deserialize)]
struct Released {
    version: u32,
    decision: String,
    free_from: Date,
}

/// A hold as it is listed.
#[derive(Clone, Debug, Serialize)]
pub struct ListedHold {
    /// Entry that placed it: its number.
    pub hold: u64,
    /// Day on which it was placed.
    pub placed: String,
    /// Day on which the request was received.
    pub received_at: String,
    /// Whose messages; none is everybody.
    pub custodians: Vec<String>,
    /// First day.
    pub from: Option<String>,
    /// Last day.
    pub to: Option<String>,
    /// Services named.
    pub services: Vec<String>,
    /// Case or commission.
    pub case: String,
    /// Decision.
    pub decision: String,
    /// Whether automatic deletion on the phones was stopped.
    pub auto_delete_stopped: bool,
    /// First day on which it blocks no more; null while it is in force.
    pub free_from: Option<String>,
    /// `in force`, `grace` or `released`.
    pub state: &'static str,
}

/// What became of placing or releasing.
#[derive(Debug, Serialize)]
pub struct HoldReport {
    /// Number of the hold.
    pub hold: u64,
    /// Entry written now.
    pub entry: u64,
    /// Whether automatic deletion on the phones was stopped.
    pub auto_delete_stopped: bool,
    /// First day on which the hold blocks no more.
    pub free_from: Option<String>,
}

impl HoldReport {
    /// 0, or 3 while the checklist is open.
    pub fn exit_code(&self) -> u8 {
        if self.free_from.is_none() && !self.auto_delete_stopped { 3 } else { 0 }
    }
}

fn json<T: Serialize>(what: &T) -> Result<Vec<u8>, JobError> {
    serde_json::to_vec(what).map_err(|_| JobError::Internal { what: "hold".into() })
}

/// A hold with what its entry says.
struct Found {
    placed: Placed,
    on: Date,
    hold: Hold,
    stopped: bool,
}

fn found(entries: &[RegisterEntry]) -> Result<Vec<Found>, JobError> {
    let mut all: Vec<Found> = Vec::new();
    for entry in entries {
        let h = &entry.header;
        let bad = || JobError::Integrity { what: format!("entry {}: malformed hold", h.index) };
        let about = all.iter_mut().find(|f| f.hold.entry == h.refers_to);
        match (h.kind(), about) {
            (Some(EntryType::Release), Some(f)) => {
                let released: Released = serde_json::from_slice(&entry.plain).map_err(|_| bad())?;
                // a later release may be stricter, never earlier than an earlier one said
                f.hold.free_from = Some(f.hold.free_from.unwrap_or(Date::MIN).max(released.free_from));
            }
            (Some(EntryType::Hold), Some(f)) => {
                let noted: Noted = serde_json::from_slice(&entry.plain).map_err(|_| bad())?;
                f.stopped |= noted.auto_delete_stopped;
            }
            (Some(EntryType::Hold), None) if h.refers_to == 0 => {
                let placed: Placed = serde_json::from_slice(&entry.plain).map_err(|_| bad())?;
                let scope =
                    HoldScope { custodians: placed.custodians.clone(), from: placed.from, to: placed.to };
                let hold = Hold { entry: h.index, scope, free_from: None };
                let on = civil(i64::try_from(h.written_at).unwrap_or(i64::MAX))?;
                all.push(Found { stopped: placed.auto_delete_stopped, placed, on, hold });
            }
            _ => return Err(bad()),
        }
    }
    Ok(all)
}

/// A hold as it goes along with a person who is handed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Travelling {
    /// Entry that placed it with the giver.
    pub(crate) hold: u64,
    from: Option<Date>,
    to: Option<Date>,
    services: Vec<String>,
    case: String,
    decision: String,
    received_at: Date,
    auto_delete_stopped: bool,
    /// First day on which it blocks no more, of one that was released and is in its days of grace.
    free_from: Option<Date>,
}

/// The holds that block anything of a person on a day.
pub(crate) fn travelling(
    places: &Places,
    writer: &Writer,
    custodian: &str,
    day: Date,
) -> Result<Vec<Travelling>, JobError> {
    let entries = writer.register(&KINDS).map_err(|e| places.fail(e))?;
    let covers = |f: &Found| {
        let named = &f.placed.custodians;
        f.hold.blocks_on(day) && (named.is_empty() || named.iter().any(|id| id == custodian))
    };
    let told = |f: Found| {
        let Placed { from, to, services, case, decision, received_at, .. } = f.placed;
        let (hold, free_from) = (f.hold.entry, f.hold.free_from);
        Travelling {
            hold,
            from,
            to,
            services,
            case,
            decision,
            received_at,
            auto_delete_stopped: f.stopped,
            free_from,
        }
    };
    Ok(found(&entries)?.into_iter().filter(covers).map(told).collect())
}

/// The clear part and the plain of the entry that places such a hold with the receiver; in its days of grace or not, it
/// is for the receiver to release.
pub(crate) fn of_travelling(hold: &Travelling, custodian: &str) -> Result<(Vec<u8>, Vec<u8>), JobError> {
    let Travelling {
        hold: _,
        from,
        to,
        services,
        case,
        decision,
        received_at,
        auto_delete_stopped,
        free_from: _,
    } = hold.clone();
    let placed = Placed {
        version: 1,
        custodians: vec![custodian.to_owned()],
        from,
        to,
        services,
        case,
        decision,
        received_at,
        auto_delete_stopped,
    };
    Ok((access::DayBody(days(received_at)).encode(), json(&placed)?))
}

const KINDS: [EntryType; 2] = [EntryType::Hold, EntryType::Release];

/// Every hold, in the order they were placed, as a writer finds them.
pub(crate) fn in_log(places: &Places, writer: &Writer) -> Result<Vec<Hold>, JobError> {
    let entries = writer.register(&KINDS).map_err(|e| places.fail(e))?;
    Ok(found(&entries)?.into_iter().map(|f| f.hold).collect())
}

/// As [`in_log`], of entries that were read already.
pub(crate) fn of(entries: &[RegisterEntry]) -> Result<Vec<Hold>, JobError> {
    let holds = entries.iter().filter(|e| e.header.kind().is_some_and(|kind| KINDS.contains(&kind)));
    let mut all = Vec::new();
    for entry in holds {
        all.push(RegisterEntry {
            header: entry.header.clone(),
            clear: entry.clear.clone(),
            plain: entry.plain.clone(),
        });
    }
    Ok(found(&all)?.into_iter().map(|f| f.hold).collect())
}

/// Places a hold.
///
/// # Errors
/// [`JobError::NoRight`] without the right `hold`, [`JobError::UnknownCustodian`].
pub fn place(places: &Places, by: &Operator, new: &NewHold, now: i64) -> Result<HoldReport, JobError> {
    let register = crate::register::read(places)?;
    if new.custodians.iter().any(|id| register.custodian(id).is_none()) {
        return Err(JobError::UnknownCustodian);
    }
    if new.from.zip(new.to).is_some_and(|(from, to)| to < from) {
        return Err(JobError::BadValue { what: "period", why: "ends before it begins".to_owned() });
    }
    let today = civil(now)?;
    let received_at = new.received_at.unwrap_or(today);
    if received_at > today {
        return Err(JobError::BadValue { what: "day of receipt", why: "lies in the future".to_owned() });
    }
    let placed = Placed {
        version: 1,
        custodians: new.custodians.clone(),
        from: new.from,
        to: new.to,
        services: new.services.clone(),
        case: new.case.clone(),
        decision: new.decision.clone(),
        received_at,
        auto_delete_stopped: new.auto_delete_stopped,
    };
    let (clear, plain) = (access::DayBody(days(received_at)).encode(), json(&placed)?);
    let entry = Entry { kind: EntryType::Hold, clear: &clear, plain: &plain };
    let mut writer = places.writer(now)?;
    let entries = writer.append(&[entry], &[&by.signer()]).map_err(|e| places.fail(e))?;
    let hold = entries.first().copied().unwrap_or_default();
    Ok(HoldReport { hold, entry: hold, auto_delete_stopped: new.auto_delete_stopped, free_from: None })
}

/// Notes that automatic deletion on the phones of a hold was stopped.
///
/// # Errors
/// [`JobError::NoRight`], [`JobError::BadValue`] where there is no such hold.
pub fn note(places: &Places, by: &Operator, hold: u64, now: i64) -> Result<HoldReport, JobError> {
    let mut writer = places.writer(now)?;
    find(places, &writer, hold)?;
    let plain = json(&Noted { version: 1, auto_delete_stopped: true })?;
    let clear = access::DayBody(days(civil(now)?)).encode();
    let entry = Entry { kind: EntryType::Hold, clear: &clear, plain: &plain };
    let entry = writer.append_about(&entry, hold, &[&by.signer()]).map_err(|e| places.fail(e))?;
    Ok(HoldReport { hold, entry, auto_delete_stopped: true, free_from: None })
}

fn find(places: &Places, writer: &Writer, hold: u64) -> Result<Found, JobError> {
    let entries = writer.register(&KINDS).map_err(|e| places.fail(e))?;
    let none = || JobError::BadValue { what: "hold", why: "none has that number; see hold list".to_owned() };
    found(&entries)?.into_iter().find(|f| f.hold.entry == hold).ok_or_else(none)
}

/// Releases a hold; two different operators sign. It goes on blocking for the days of grace.
///
/// # Errors
/// [`JobError::OnePerson`], [`JobError::NoRight`], [`JobError::BadValue`].
pub fn release(
    places: &Places,
    by: (&Operator, &Operator),
    hold: u64,
    decision: &str,
    grace_days: u16,
    now: i64,
) -> Result<HoldReport, JobError> {
    if by.0.id() == by.1.id() {
        return Err(JobError::OnePerson);
    }
    let mut writer = places.writer(now)?;
    let found = find(places, &writer, hold)?;
    if found.hold.free_from.is_some() {
        return Err(JobError::BadValue { what: "hold", why: "was released already".to_owned() });
    }
    // a clock that went back shortens no grace period
    let today = crate::disposal::Facts::read(places, &writer)?.clock(now, &[])?.stamping(None);
    let free_from = policy::free_from(today, grace_days);
    let plain = json(&Released { version: 1, decision: decision.to_owned(), free_from })?;
    let clear = access::DayBody(days(free_from)).encode();
    let entry = Entry { kind: EntryType::Release, clear: &clear, plain: &plain };
    let signers = [&by.0.signer(), &by.1.signer()];
    let entry = writer.append_about(&entry, hold, &signers).map_err(|e| places.fail(e))?;
    let free_from = Some(free_from.to_string());
    Ok(HoldReport { hold, entry, auto_delete_stopped: found.stopped, free_from })
}

/// Lists all holds, in force or not.
///
/// # Errors
/// What keeps the archive or its register from being read.
pub fn list(places: &Places, now: i64) -> Result<Vec<ListedHold>, JobError> {
    let archive = places.open()?;
    let fail = |e| places.fail(e);
    let keys = access::KeyStore::open(&places.keys, &places.archive).map_err(|e| fail(e.into()))?;
    let today = civil(now)?;
    let listed = found(&archive.register(&keys, &KINDS).map_err(fail)?)?.into_iter().map(|f| {
        let Found { placed, on, hold, stopped } = f;
        ListedHold {
            hold: hold.entry,
            placed: on.to_string(),
            received_at: placed.received_at.to_string(),
            custodians: placed.custodians,
            from: placed.from.map(|d| d.to_string()),
            to: placed.to.map(|d| d.to_string()),
            services: placed.services,
            case: placed.case,
            decision: placed.decision,
            auto_delete_stopped: stopped,
            state: match hold.free_from {
                None => "in force",
                Some(_) if hold.blocks_on(today) => "grace",
                Some(_) => "released",
            },
            free_from: hold.free_from.map(|d| d.to_string()),
        }
    });
    Ok(listed.collect())
}

/// The day of a clear part, where it is one.
pub(crate) fn day_of(clear: &[u8]) -> Option<Date> {
    access::DayBody::decode(clear).and_then(|day| from_days(day.0))
}
