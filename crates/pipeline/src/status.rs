//! `status`: which months of which custodian are covered by copies, from which phone and source, what the
//! copies themselves showed, what waits for a person. From the log and the register; opens no message.

use std::collections::BTreeMap;

use chain::EntryType;
use serde::Serialize;

use crate::clock::{civil, month_word};
use crate::compare::Vanished;
use crate::error::JobError;
use crate::handover::{self, GivenOver};
use crate::keycopies::{self, KeyCopy};
use crate::manifest::Manifest;
use crate::places::Places;
use crate::review::{self, State};
use crate::{policies, register};

/// The archive at a glance.
#[derive(Debug, Serialize)]
pub struct StatusReport {
    /// Number of the archive, hexadecimal.
    pub archive: String,
    /// Entries in the log.
    pub size: u64,
    /// The key of the epoch in force lies whole in the key store, although that of an earlier one was in split
    /// custody: a disposal, an erasure or a rotation made a new one.
    pub split_again: bool,
    /// What was handed over to other archives and is still here too, until the receiver's receipt comes.
    pub handed_over: Vec<GivenOver>,
    /// Copies of the key store whose last day is over and that nobody confirmed to be destroyed.
    pub expired_key_copies: Vec<KeyCopy>,
    /// Messages that are held, and not where the holding area is looked for.
    pub held_astray: u64,
    /// One for each custodian, in the order of the register.
    pub custodians: Vec<CustodianStatus>,
}

/// One custodian at a glance.
#[derive(Debug, Serialize)]
pub struct CustodianStatus {
    /// Id in the register.
    pub id: String,
    /// Whether guidelines May 2024, 2.3 ask for a monthly copy now.
    pub monthly_copy: bool,
    /// Months in a role.
    pub months: u64,
    /// Months in which a copy was made.
    pub months_with_copy: u64,
    /// Months in which a copy was due and none was made, the register giving no reason; `2026-01`.
    pub overdue: Vec<String>,
    /// Months in which none was made and the register says why.
    pub excused: Vec<String>,
    /// Day of the newest copy.
    pub last_copy: Option<String>,
    /// Buckets of messages that the register would stamp otherwise today, as far as labels and runs tell.
    pub stamped_otherwise: u64,
    /// What was copied, by source and phone.
    pub sources: Vec<SourceStatus>,
    /// Held messages on which somebody must decide.
    pub open_reviews: u64,
    /// First day on which what is undecided is kept.
    pub review_deadline: Option<String>,
}

/// What the copies of one source and phone showed.
#[derive(Debug, Serialize)]
pub struct SourceStatus {
    /// Kind of the source.
    pub source: String,
    /// Register entry of the phone.
    pub device: Option<u64>,
    /// Copies taken in.
    pub copies: u64,
    /// Day of the first.
    pub first: String,
    /// Day of the newest.
    pub last: String,
    /// Messages in the archive from it that were new.
    pub new: u64,
    /// Messages that were gone from a later copy, over all copies.
    pub vanished: Vec<Vanished>,
    /// What the newest copy says that a person must look at: settings, gaps, missing files.
    pub findings: Vec<String>,
}

impl StatusReport {
    /// 0, or 3 with a copy overdue, a review open, a finding, keys to be split or copies of them to be destroyed.
    pub fn exit_code(&self) -> u8 {
        let clean = |c: &CustodianStatus| {
            c.overdue.is_empty()
                && c.stamped_otherwise == 0
                && c.open_reviews == 0
                && c.sources.iter().all(|s| s.findings.is_empty())
        };
        let settled = !self.split_again && self.expired_key_copies.is_empty() && self.held_astray == 0;
        if settled && self.custodians.iter().all(clean) { 0 } else { 3 }
    }
}

/// Looks at the archive; of one custodian where `only` is given.
///
/// # Errors
/// [`JobError::UnknownCustodian`], and what keeps archive or register from being read.
pub fn status(places: &Places, only: Option<&str>, now: i64) -> Result<StatusReport, JobError> {
    let fail = |e| places.fail(e);
    let archive = places.open()?;
    let keys = access::KeyStore::open(&places.keys, &places.archive).map_err(|e| fail(e.into()))?;
    // of an older copy it would all be true of another day
    archive.remembered(&keys).map_err(fail)?;
    let register = register::read(places)?;
    if only.is_some_and(|id| register.custodian(id).is_none()) {
        return Err(JobError::UnknownCustodian);
    }
    let policy = policies::in_force(&archive.register(&keys, &[EntryType::Policy]).map_err(fail)?)?;
    let runs = archive.register(&keys, &[EntryType::Run]).map_err(fail)?;
    let runs: Vec<Manifest> = runs.iter().filter_map(|e| Manifest::parse(&e.plain)).collect();
    let held = review::list(places, only)?;
    let labels = archive.labels(&keys).map_err(fail)?;
    let unsettled = crate::restamp::Stamps::read(places, &archive, &keys)?.unsettled(&archive, &labels)?;
    let today = civil(now)?;
    let mut custodians = Vec::new();
    for custodian in register.custodians().filter(|c| only.is_none_or(|id| id == c.id())) {
        // what another archive handed over is no copy of a phone
        let mine = |m: &&Manifest| m.custodian == custodian.id() && m.source != handover::SOURCE;
        let mine: Vec<&Manifest> = runs.iter().filter(mine).collect();
        let copied = handover::copied_months(places, &archive, &keys, custodian.id())?;
        let due = custodian.months_due(&policy, today);
        let without = |m: &&policy::MonthDue| m.monthly_copy && !copied.contains(&m.month);
        // the month that runs is not over
        let past = |m: &&policy::MonthDue| m.month < today.first_of_month();
        let named = |excused: bool| {
            let those = due.iter().filter(without).filter(past).filter(|m| m.excused == excused);
            those.map(|m| month_word(m.month)).collect()
        };
        let mut sources: BTreeMap<(&str, Option<u64>), Vec<&Manifest>> = BTreeMap::new();
        for run in &mine {
            sources.entry((&run.source, run.device)).or_default().push(run);
        }
        let of = |pile: &&review::Listed| pile.custodian == custodian.id();
        let open = |pile: &review::Listed| {
            [State::Open, State::Proposed].iter().filter_map(|s| pile.states.get(s)).sum::<u64>()
        };
        let waiting = held.iter().filter(of).filter(|p| open(p) > 0);
        custodians.push(CustodianStatus {
            id: custodian.id().to_owned(),
            monthly_copy: due.last().is_some_and(|m| m.monthly_copy),
            months: due.len() as u64,
            months_with_copy: due.iter().filter(|m| copied.contains(&m.month)).count() as u64,
            overdue: named(false),
            excused: named(true),
            last_copy: mine.iter().map(|m| m.copy_date).max().map(|d| d.to_string()),
            stamped_otherwise: unsettled.get(custodian.id()).copied().unwrap_or_default(),
            sources: sources
                .into_iter()
                .map(|((source, device), runs)| SourceStatus::of(source, device, &runs))
                .collect(),
            open_reviews: held.iter().filter(of).map(open).sum(),
            review_deadline: waiting.map(|p| p.deadline.clone()).min(),
        });
    }
    let epoch = archive.authority().epoch().map(|e| e.number).unwrap_or_default();
    let split_again = crate::custody::to_split_again(&keys, epoch);
    let mut expired_key_copies = keycopies::known(places, &archive, &keys)?;
    expired_key_copies.retain(|copy| !copy.gone && copy.expires < today);
    let mut handed_over = handover::given(places)?;
    handed_over.retain(|given| given.received.is_none() && only.is_none_or(|id| id == given.custodian));
    Ok(StatusReport {
        archive: model::wire::hex(archive.id()),
        size: archive.size(),
        split_again,
        handed_over,
        held_astray: review::astray(places)?,
        expired_key_copies,
        custodians,
    })
}

impl SourceStatus {
    fn of(source: &str, device: Option<u64>, runs: &[&Manifest]) -> Self {
        let mut vanished: BTreeMap<(String, String), u64> = BTreeMap::new();
        for v in runs.iter().flat_map(|m| &m.vanished) {
            *vanished.entry((v.month.clone(), v.reason.clone())).or_default() += v.messages;
        }
        let newest = runs.iter().max_by_key(|m| m.copy_date);
        Self {
            source: source.to_owned(),
            device,
            copies: runs.len() as u64,
            first: runs.iter().map(|m| m.copy_date).min().map(|d| d.to_string()).unwrap_or_default(),
            last: newest.map(|m| m.copy_date.to_string()).unwrap_or_default(),
            new: runs.iter().map(|m| m.new).sum(),
            vanished: vanished
                .into_iter()
                .map(|((month, reason), messages)| Vanished { month, reason, messages })
                .collect(),
            findings: newest.map(|m| m.findings.clone()).unwrap_or_default(),
        }
    }
}
