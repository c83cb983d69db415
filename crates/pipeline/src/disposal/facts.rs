//! What disposal is decided by: holds, what the national archives decided, and what day it is, all as entries
//! of the log. Read anew each time; nothing here is remembered.

use archive::{Entry, Operator, RegisterEntry, Writer};
use chain::EntryType;
use jiff::civil::Date;
use std::collections::BTreeMap;

use policy::{Bar, Bucket, Hold, Preservation, Witnesses, bar, day_of_run, known_day};
use serde::{Deserialize, Serialize};

use crate::clock::{Clock, civil, days};
use crate::error::JobError;
use crate::holds;
use crate::manifest::Manifest;
use crate::places::Places;

/// A decision about preservation as it is sealed in a policy entry whose clear part is its day.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Decision {
    /// 1.
    version: u32,
    /// Word of [`Preservation`].
    decision: String,
    /// Custodians concerned; none is everybody.
    custodians: Vec<String>,
    /// Journal number or letter.
    reference: String,
}

impl Decision {
    /// A decision in force from now on for these custodians, in the place of what was decided before.
    ///
    /// # Errors
    /// [`JobError::BadValue`] for another word.
    pub fn new(decision: &str, custodians: Vec<String>, reference: String) -> Result<Self, JobError> {
        let words: Vec<&str> = Preservation::WORDS.iter().skip(1).map(|w| w.1).collect();
        let bad = || JobError::BadValue { what: "decision", why: format!("one of {}", words.join(", ")) };
        Preservation::from_word(decision).ok_or_else(bad)?;
        Ok(Self { version: 1, decision: decision.to_owned(), custodians, reference })
    }
}

/// Records what the national archives decided about preservation; gives the entry's number.
///
/// # Errors
/// [`JobError::NoRight`] without the right `admin`.
pub fn decide(places: &Places, by: &Operator, decision: &Decision, now: i64) -> Result<u64, JobError> {
    let register = crate::register::read(places)?;
    if decision.custodians.iter().any(|id| register.custodian(id).is_none()) {
        return Err(JobError::UnknownCustodian);
    }
    let plain = serde_json::to_vec(decision).map_err(|_| JobError::Internal { what: "decision".into() })?;
    let clear = access::DayBody(days(civil(now)?)).encode();
    let entry = Entry { kind: EntryType::Policy, clear: &clear, plain: &plain };
    let mut writer = places.writer(now)?;
    let entries = writer.append(&[entry], &[&by.signer()]).map_err(|e| places.fail(e))?;
    Ok(entries.first().copied().unwrap_or_default())
}

/// An operator's word that it is `day`, signed; the clock must say the same.
///
/// # Errors
/// [`JobError::BadValue`] where the clock says another day, [`JobError::NoRight`] without the right `admin`.
pub fn confirm_day(places: &Places, by: &Operator, day: Date, now: i64) -> Result<u64, JobError> {
    let today = civil(now)?;
    if day != today {
        let why = format!("the clock stands at {today}: set it right first");
        return Err(JobError::BadValue { what: "day", why });
    }
    let clear = access::DayBody(days(day)).encode();
    let entry = Entry { kind: EntryType::Time, clear: &clear, plain: &[] };
    let mut writer = places.writer(now)?;
    let entries = writer.append(&[entry], &[&by.signer()]).map_err(|e| places.fail(e))?;
    Ok(entries.first().copied().unwrap_or_default())
}

/// A bucket, as far as holds ask.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Whose<'a> {
    pub(crate) id: &'a [u8; 16],
    pub(crate) custodian: &'a str,
    pub(crate) bucket: &'a Bucket,
    /// Whether it may hold messages without a usable time.
    pub(crate) untimed: bool,
}

/// What the log says.
pub(crate) struct Facts {
    pub(crate) holds: Vec<Hold>,
    decisions: Vec<Decision>,
    witnesses: Witnesses,
    /// The last day from which a clock may go on: of the newest confirmation, of runs behind it that found nothing
    /// odd in the clock, of the beginning of the log.
    last: Date,
    /// Buckets of messages in the holding area; whether one of them is sealed to the bucket's key.
    waiting: BTreeMap<[u8; 16], bool>,
}

impl Facts {
    pub(crate) fn read(places: &Places, writer: &Writer) -> Result<Self, JobError> {
        let register = |kinds: &[EntryType]| writer.register(kinds).map_err(|e| places.fail(e));
        let mut decisions = Vec::new();
        for entry in register(&[EntryType::Policy])?.iter().filter(|e| !e.clear.is_empty()) {
            let what = || format!("entry {}: malformed decision", entry.header.index);
            let decision = serde_json::from_slice(&entry.plain);
            decisions.push(decision.map_err(|_| JobError::Integrity { what: what() })?);
        }
        let written = |e: &RegisterEntry| civil(i64::try_from(e.header.written_at).unwrap_or(i64::MAX)).ok();
        let newest = i64::try_from(writer.archive().written_at()).unwrap_or(i64::MAX);
        let mut witnesses = Witnesses { written: Some(civil(newest)?), ..Witnesses::default() };
        let mut last = Date::MIN;
        for entry in register(&[EntryType::Genesis, EntryType::Time, EntryType::Run])? {
            match entry.header.kind() {
                Some(EntryType::Time) => {
                    let day = holds::day_of(&entry.clear);
                    witnesses.confirmed = witnesses.confirmed.max(day);
                    // a person's word stands against whatever clocks said before
                    last = day.unwrap_or(last);
                }
                Some(EntryType::Run) => {
                    let (Some(run), Some(on)) = (Manifest::parse(&entry.plain), written(&entry)) else {
                        continue;
                    };
                    // entries behind one that was written with a clock in the future bear its day
                    let on = on.min(run.ingest_date);
                    // a copy whose day is the clock's own says nothing beside the clock
                    witnesses.run = witnesses.run.max(day_of_run(run.copy_date, on).filter(|_| run.dated));
                    if !run.findings.iter().any(|finding| Clock::is_remark(finding)) {
                        last = last.max(on);
                    }
                }
                _ => last = last.max(written(&entry).unwrap_or(last)),
            }
        }
        let waiting = crate::review::waiting(places, writer.archive())?;
        Ok(Self { holds: holds::in_log(places, writer)?, decisions, witnesses, last, waiting })
    }

    /// What may be believed of the clock, with copies at hand that state these days.
    pub(crate) fn clock(&self, now: i64, copies: &[Date]) -> Result<Clock, JobError> {
        let spoken = self.witnesses.run.max(self.witnesses.confirmed);
        Ok(Clock::of(civil(now)?, self.last, spoken, copies))
    }

    /// The day by which disposal is decided.
    pub(crate) fn day(&self, now: i64) -> Result<Date, JobError> {
        known_day(civil(now)?, self.witnesses).map_err(|e| JobError::Refused { why: e.to_string() })
    }

    /// The newest decision about preservation that concerns a custodian.
    pub(crate) fn preservation(&self, custodian: &str) -> Preservation {
        let concerns =
            |d: &&Decision| d.custodians.is_empty() || d.custodians.iter().any(|id| id == custodian);
        let newest = self.decisions.iter().rev().find(concerns);
        newest.and_then(|d| Preservation::from_word(&d.decision)).unwrap_or_default()
    }

    /// Why a bucket may not be disposed of.
    pub(crate) fn bar(&self, today: Date, due: Date, of: &Whose<'_>) -> Option<Bar> {
        let waiting = self.waiting.contains_key(of.id);
        bar(today, due, self.covering(of), waiting, self.preservation(of.custodian))
    }

    /// Why nothing may be taken out of a bucket. What is taken out was outside the guidelines, is another's, or
    /// must go: neither its time nor its preservation is asked for. The bucket gets a new key, so nothing that is
    /// sealed to the old one may wait.
    pub(crate) fn bar_to_take_out(&self, today: Date, of: &Whose<'_>) -> Option<Bar> {
        let waiting = self.waiting.get(of.id).copied().unwrap_or_default();
        bar(today, Date::MIN, self.covering(of), waiting, Preservation::Discard)
    }

    /// Whether a person must still decide on messages that would go into a bucket.
    pub(crate) fn awaits_decision(&self, bucket: &[u8; 16]) -> bool {
        self.waiting.get(bucket).copied().unwrap_or_default()
    }

    fn covering(&self, of: &Whose<'_>) -> impl Iterator<Item = &Hold> {
        let covers = |h: &&Hold| h.scope.could_cover(of.custodian, of.bucket, of.untimed);
        self.holds.iter().filter(covers).collect::<Vec<_>>().into_iter()
    }
}
