//! `init` and `operator`: who may do what.

use std::time::Instant;

use access::{Lock, Recipients, Rights};
use archive::{Founding, Operator, Writer};
use chain::EntryType;
use jiff::civil::Date;
use model::wire;
use policy::Policy;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use vault::Cost;

use crate::error::JobError;
use crate::places::{Places, shown};
use crate::scope;

/// What `init` made.
#[derive(Debug, Serialize)]
pub struct InitReport {
    /// Number of the archive, hexadecimal.
    pub archive: String,
    /// Where it lies.
    pub archive_path: String,
    /// Where its keys lie.
    pub keys_path: String,
    /// Key for a trusted-keys file.
    pub trusted_key: String,
}

/// Makes an empty archive and its key store; the first operator gets every right.
///
/// # Errors
/// [`JobError::NotEmpty`], [`JobError::KeysInsideArchive`].
pub fn init(
    places: &Places,
    passphrase: &SecretString,
    name: &str,
    policy: &Policy,
    now: i64,
) -> Result<InitReport, JobError> {
    init_at_cost(places, passphrase, name, policy, now, calibrated())
}

/// [`init`] with a cost of one's own: for trials that open an archive ten thousands of times. No command comes here.
///
/// # Errors
/// As [`init`].
#[doc(hidden)]
pub fn init_at_cost(
    places: &Places,
    passphrase: &SecretString,
    name: &str,
    policy: &Policy,
    now: i64,
    cost: Cost,
) -> Result<InitReport, JobError> {
    let founding = Founding {
        passphrase: passphrase.expose_secret().as_bytes(),
        name,
        scope: scope::ALL,
        policy: &policy.encode(),
        cost,
        now: u64::try_from(now).unwrap_or(0),
    };
    archive::create(&places.archive, &places.keys, &founding).map_err(|e| places.fail(e))?;
    let archive = places.open()?;
    let (name, key) = archive.job_key();
    Ok(InitReport {
        archive: wire::hex(archive.id()),
        archive_path: shown(&places.archive),
        keys_path: shown(&places.keys),
        trusted_key: chain::verifier_key(&name, &key),
    })
}

/// An operator as it is listed.
#[derive(Debug, Serialize)]
pub struct ListedOperator {
    /// Number, hexadecimal.
    pub id: String,
    /// Name, on request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Rights in force.
    pub rights: Vec<&'static str>,
    /// First day.
    pub from: Option<String>,
    /// Last day.
    pub to: Option<String>,
    /// Custodians whose messages it may read; `*` is everybody.
    pub scope: Vec<String>,
}

/// Lists the operators.
///
/// # Errors
/// What keeps the archive or its register from being read.
pub fn list(places: &Places, show_names: bool) -> Result<Vec<ListedOperator>, JobError> {
    let archive = places.open()?;
    let fail = |e| places.fail(e);
    let keys = access::KeyStore::open(&places.keys, &places.archive).map_err(|e| fail(e.into()))?;
    let named = archive.register(&keys, &[EntryType::Genesis, EntryType::Operator]).map_err(fail)?;
    let grants = archive.register(&keys, &[EntryType::Grant]).map_err(fail)?;
    let mut listed = Vec::new();
    for entry in &named {
        let body = match entry.header.kind() {
            Some(EntryType::Genesis) => access::GenesisBody::decode(&entry.clear).map(|g| g.operator),
            _ => access::OperatorBody::decode(&entry.clear),
        };
        let Some(body) = body else { continue };
        let grant = archive.authority().grant_of(&body.id);
        let scope = grant.and_then(|g| grants.iter().find(|e| e.header.index == g.entry));
        let scope = scope.map(|e| String::from_utf8_lossy(&e.plain).lines().map(str::to_owned).collect());
        listed.push(ListedOperator {
            id: wire::hex(&body.id),
            name: show_names.then(|| String::from_utf8_lossy(&entry.plain).into_owned()),
            rights: grant.map(|g| g.rights.words()).unwrap_or_default(),
            from: grant.and_then(|g| g.from).and_then(date),
            to: grant.and_then(|g| g.to).and_then(date),
            scope: scope.unwrap_or_default(),
        });
    }
    Ok(listed)
}

fn date(days: i32) -> Option<String> {
    let epoch = jiff::civil::date(1970, 1, 1);
    epoch.checked_add(jiff::Span::new().try_days(days).ok()?).ok().map(|d| d.to_string())
}

pub(crate) fn days(date: Date) -> Option<i32> {
    jiff::civil::date(1970, 1, 1).until(date).ok().map(|span| span.get_days())
}

/// Adds an operator; no rights yet. Gives its number.
///
/// # Errors
/// [`JobError::NoRight`].
pub fn add(
    places: &Places,
    by: &Operator,
    name: &str,
    passphrase: &SecretString,
    now: i64,
) -> Result<String, JobError> {
    add_at_cost(places, by, name, passphrase, now, calibrated())
}

/// [`add`] with a cost of one's own, as [`init_at_cost`].
///
/// # Errors
/// As [`add`].
#[doc(hidden)]
pub fn add_at_cost(
    places: &Places,
    by: &Operator,
    name: &str,
    passphrase: &SecretString,
    now: i64,
    cost: Cost,
) -> Result<String, JobError> {
    let mut writer = places.writer(now)?;
    let id = writer
        .add_operator(by, name, Lock::Passphrase(passphrase.expose_secret().as_bytes(), cost))
        .map_err(|e| places.fail(e))?;
    Ok(wire::hex(&id))
}

/// Adds an operator with a key of its own; no rights yet. Gives its number.
///
/// # Errors
/// [`JobError::NoRight`], [`JobError::BadKey`].
pub fn add_with_key(
    places: &Places,
    by: &Operator,
    name: &str,
    to: &Recipients,
    now: i64,
) -> Result<String, JobError> {
    let id = places.writer(now)?.add_operator(by, name, Lock::Recipients(to));
    id.map(|id| wire::hex(&id)).map_err(|e| places.fail(e))
}

/// What trying a passphrase is to cost: about a second on this machine, and never less than [`Cost::STANDARD`]. Of three
/// short trials the fastest counts: what else the machine does at the moment makes no passphrase cheaper.
fn calibrated() -> Cost {
    let trial = || {
        let began = Instant::now();
        vault::derive(b"", &[0; 32], Cost::TRIAL).ok().map(|_| began.elapsed())
    };
    (0..3).filter_map(|_| trial()).min().map_or(Cost::STANDARD, Cost::calibrated)
}

/// Rights to grant.
pub struct Grant {
    /// To whom: number, hexadecimal; a beginning that fits one operator only is enough.
    pub operator: String,
    /// Words of `ingest`, `query`, `review`, `export`, `delete`, `hold`, `audit`, `admin`.
    pub rights: Vec<String>,
    /// Custodians whose messages may be read; none is everybody.
    pub custodians: Vec<String>,
    /// First and last month of the messages that may be read, by a day in them; none is all.
    pub months: (Option<Date>, Option<Date>),
    /// First day.
    pub from: Option<Date>,
    /// Last day.
    pub to: Option<Date>,
}

/// Grants rights in the place of those that an operator had.
///
/// # Errors
/// [`JobError::NoRight`], [`JobError::BadValue`].
pub fn grant(places: &Places, by: &Operator, grant: &Grant, now: i64) -> Result<(), JobError> {
    let mut rights = Rights::default();
    for word in &grant.rights {
        let right = Rights::from_word(word).ok_or_else(|| {
            let all: Vec<&str> = Rights::WORDS.iter().map(|w| w.1).collect();
            JobError::BadValue { what: "right", why: format!("one of {}", all.join(", ")) }
        })?;
        rights = rights.with(right);
    }
    let to = find(places, &grant.operator)?;
    let scope = scope::of(&grant.custodians, grant.months);
    let covers = |label: &[u8]| scope::covers(&scope, label);
    let mut writer = places.writer(now)?;
    if !rights.has(Rights::ADMIN) {
        somebody_else_administrates(&writer, &to)?;
    }
    let period = (grant.from.and_then(days), grant.to.and_then(days));
    writer.grant(by, to, rights, period, &scope, &covers).map_err(|e| places.fail(e))
}

/// Nobody could ever give a right again.
fn somebody_else_administrates(writer: &Writer, from: &access::OperatorId) -> Result<(), JobError> {
    let may = |id: &access::OperatorId| writer.may(id, Rights::ADMIN);
    let mut others = writer.archive().authority().operators().map(|o| o.id).filter(|id| id != from);
    if may(from) && !others.any(|id| may(&id)) {
        let why = "nobody else may administer the archive: give somebody that right first".to_owned();
        return Err(JobError::Refused { why });
    }
    Ok(())
}

/// Takes every right from an operator.
///
/// # Errors
/// [`JobError::NoRight`], [`JobError::BadValue`].
pub fn revoke(places: &Places, by: &Operator, operator: &str, now: i64) -> Result<(), JobError> {
    let from = find(places, operator)?;
    let mut writer = places.writer(now)?;
    somebody_else_administrates(&writer, &from)?;
    writer.revoke(by, from).map_err(|e| places.fail(e))
}

/// The operator whose number begins so.
pub(crate) fn find(places: &Places, beginning: &str) -> Result<[u8; 16], JobError> {
    let archive = places.open()?;
    let wanted = beginning.to_lowercase();
    let mut fits = archive.authority().operators().filter(|o| wire::hex(&o.id).starts_with(&wanted));
    match (fits.next(), fits.next()) {
        (Some(one), None) if !wanted.is_empty() => Ok(one.id),
        (Some(_), _) => Err(JobError::BadValue { what: "operator", why: "fits several".to_owned() }),
        (None, _) => Err(JobError::BadValue { what: "operator", why: "none has that number".to_owned() }),
    }
}

/// Sixteen bytes of their hexadecimal digits.
pub(crate) fn unhex(text: &str) -> Option<[u8; 16]> {
    let bytes = text.as_bytes();
    let digit = |at: usize| char::from(*bytes.get(at)?).to_digit(16);
    let mut out = [0; 16];
    for (i, byte) in out.iter_mut().enumerate() {
        *byte = u8::try_from(digit(2 * i)? << 4 | digit(2 * i + 1)?).ok()?;
    }
    (bytes.len() == 32).then_some(out)
}
