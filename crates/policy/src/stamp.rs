//! The retention stamp of one message: class, dates, bucket, reasons. A [`Stamper`] prepares one
//! custodian's register once, so that a stamp costs three binary searches and no allocation; a
//! verifier makes one for every message in the archive.

use jiff::ToSpan;
use jiff::civil::Date;
use minicbor::{Decoder, Encoder};

use crate::calendar::{DateFault, add_years, bounded, civil_date, days, first_of_next_month, from_days};
use crate::cbor::done;
use crate::class::{Class, Standing};
use crate::custodian::{Custodian, NoRole};
use crate::event::EventKind;
use crate::rules::{Doubt, Doubts, Rule, Rules};
use crate::settings::Policy;

/// Which way a message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// To the custodian: the period runs from receiving.
    In,
    /// From the custodian: the period runs from sending.
    Out,
}

/// What a stamp needs to know of a message. Times in milliseconds since 1970, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageTime {
    /// Which way it went.
    pub direction: Direction,
    /// Time of sending, where the source has one.
    pub sent: Option<i64>,
    /// Time of receiving, where the source has one.
    pub received: Option<i64>,
}

/// Messages that fall due together: one bucket, one key. All members share `disposal_from`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Bucket {
    /// Retention class.
    pub class: Class,
    /// First day of the month in which the period began. For 29 February this is March where the
    /// period ends on 1 March, so that the bucket falls due at one date.
    pub month: Date,
    /// Register entry of the device that the source came from, where known.
    pub device: Option<u64>,
    /// Device tenure: days with an ending event before the message's day.
    pub tenure: u32,
}

impl Bucket {
    /// Deterministic CBOR `[custodian, class, month in days since 1970, device / null, tenure]`.
    pub fn encode_label(&self, custodian: &str) -> Vec<u8> {
        let Self { class, month, device, tenure } = *self;
        let mut e = Encoder::new(Vec::new());
        done(e.array(5).and_then(|e| e.str(custodian)).and_then(|e| e.u8(class.code())));
        done(e.i32(days(month)));
        match device {
            Some(entry) => done(e.u64(entry)),
            None => done(e.null()),
        }
        done(e.u32(tenure));
        e.into_writer()
    }

    /// Custodian and bucket of a label; `None` for any other bytes.
    pub fn decode_label(bytes: &[u8]) -> Option<(String, Self)> {
        let mut d = Decoder::new(bytes);
        (d.array().ok()? == Some(5)).then_some(())?;
        let custodian = d.str().ok()?.to_owned();
        let class = Class::from_code(d.u8().ok()?)?;
        let month = from_days(d.i32().ok()?)?;
        let device = if d.datatype().ok()? == minicbor::data::Type::Null {
            d.null().ok()?;
            None
        } else {
            Some(d.u64().ok()?)
        };
        let bucket = Self { class, month, device, tenure: d.u32().ok()? };
        (bucket.encode_label(&custodian) == bytes).then_some((custodian, bucket))
    }
}

/// How long one message is kept, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The civil date in Europe/Copenhagen from which the period runs; the ingest date where the
    /// message has no usable time.
    pub date: Date,
    /// Retention class.
    pub class: Class,
    /// Last day of the full period.
    pub retain_until: Date,
    /// First day on which the message may be disposed of.
    pub disposal_from: Date,
    /// The bucket it belongs to.
    pub bucket: Bucket,
    /// Why.
    pub rules: Rules,
    /// What was odd.
    pub doubts: Doubts,
}

impl Stamp {
    /// Whether a person must look at the message: its time could not be used.
    pub fn review(&self) -> bool {
        self.doubts.review()
    }

    /// Whether the message is past its time on `today` (counted, not stored).
    pub fn expired(&self, today: Date) -> bool {
        self.disposal_from <= today
    }
}

/// Why no stamp can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StampFault {
    /// Nothing says which class applies.
    #[error(transparent)]
    NoRole(#[from] NoRole),
    /// The ingest date is outside 1990 to 2200.
    #[error("ingest date: {0}")]
    Ingest(#[from] DateFault),
}

/// Makes stamps for one custodian, device and ingest date.
#[derive(Clone, Debug)]
pub struct Stamper {
    policy: Policy,
    ingest: Date,
    latest: Date,
    device: Option<u64>,
    /// Class from a day on, ascending; the first from the earliest date of the calendar.
    standings: Vec<(Date, Standing)>,
    untimed: Standing,
    endings: Endings,
}

impl Stamper {
    /// Prepares a custodian's register. `device` is the register entry of the device that the
    /// source came from: events of another device do not count, and events of a named device do
    /// not count while the source's device is unknown (the longer reading). `ingest` is the day on
    /// which the messages are taken in, the later of the backup's own date and today: a message
    /// dated more than a day after it is not believed.
    pub fn new(
        custodian: &Custodian,
        policy: &Policy,
        device: Option<u64>,
        ingest: Date,
    ) -> Result<Self, StampFault> {
        bounded(ingest)?;
        let turns = custodian.turns().into_iter();
        let standings = turns.map(|from| Ok((from, custodian.standing_on(policy, from)?)));
        let events = custodian.events.iter().map(|&(_, event)| event);
        let events = events.filter(|event| event.device.is_none() || event.device == device);
        Ok(Self {
            policy: *policy,
            ingest,
            latest: ingest.saturating_add(1.day()),
            device,
            standings: standings.collect::<Result<_, NoRole>>()?,
            untimed: custodian.longest_standing(policy, ingest)?,
            endings: Endings::new(events.map(|event| (event.date, event.kind))),
        })
    }

    /// The stamp of a message.
    pub fn stamp(&self, message: MessageTime) -> Stamp {
        let MessageTime { direction, sent, received } = message;
        let sent_on = sent.and_then(|ms| self.believed(ms));
        let received_on = received.and_then(|ms| self.believed(ms));
        let (date, standing) = match (direction, received_on, sent_on) {
            (Direction::In, Some(date), _) => (date, self.standing(date).noting(Rule::FromReceived, None)),
            (Direction::Out, _, Some(date)) => (date, self.standing(date).noting(Rule::FromSent, None)),
            // Many sources keep one time only; that the time of receiving is absent is no doubt.
            (Direction::In, None, Some(date)) => {
                let doubt = received.map(|_| Doubt::OtherTime);
                (date, self.standing(date).noting(Rule::OtherTime, doubt).noting(Rule::FromSent, None))
            }
            (Direction::Out, Some(date), None) => {
                let standing = self.standing(date).noting(Rule::OtherTime, Some(Doubt::OtherTime));
                (date, standing.noting(Rule::FromReceived, None))
            }
            (Direction::In | Direction::Out, None, None) => {
                let absent = sent.is_none() && received.is_none();
                let doubt = if absent { Doubt::TimeMissing } else { Doubt::TimeImplausible };
                (self.ingest, self.untimed.noting(Rule::TimeUnusable, Some(doubt)))
            }
        };
        let outcome = conclude(&self.policy, standing, date, &self.endings);
        let Outcome { class, retain_until, disposal_from, month, rules } = outcome;
        let bucket = Bucket { class, month, device: self.device, tenure: self.endings.tenure(date) };
        Stamp { date, class, retain_until, disposal_from, bucket, rules, doubts: standing.doubts }
    }

    /// The civil date of a time that is neither before the policy's first believable day nor more
    /// than a day after the ingest date.
    fn believed(&self, ms: i64) -> Option<Date> {
        civil_date(ms).filter(|&date| self.policy.earliest_plausible <= date && date <= self.latest)
    }

    fn standing(&self, date: Date) -> Standing {
        let after = self.standings.partition_point(|&(from, _)| from <= date);
        self.standings[after.saturating_sub(1)].1
    }
}

/// One stamp. For many, keep the [`Stamper`].
pub fn stamp(
    custodian: &Custodian,
    policy: &Policy,
    message: MessageTime,
    device: Option<u64>,
    ingest: Date,
) -> Result<Stamp, StampFault> {
    Ok(Stamper::new(custodian, policy, device, ingest)?.stamp(message))
}

/// The events of a custodian, in order, one ending a day.
#[derive(Clone, Debug, Default)]
pub(crate) struct Endings {
    /// Days with an ending event, ascending and distinct, with the rule of the first kind.
    ending: Vec<(Date, Rule)>,
    /// The last day on which a post was retired while the person stayed.
    last_retired: Option<Date>,
}

impl Endings {
    pub(crate) fn new(events: impl Iterator<Item = (Date, EventKind)>) -> Self {
        let mut endings = Self::default();
        for (date, kind) in events {
            match kind.ending_rule() {
                Some(rule) => endings.ending.push((date, rule)),
                None => endings.last_retired = endings.last_retired.max(Some(date)),
            }
        }
        endings.ending.sort_unstable();
        endings.ending.dedup_by_key(|&mut (date, _)| date);
        endings
    }

    fn before(&self, date: Date) -> usize {
        self.ending.partition_point(|&(ended, _)| ended < date)
    }

    /// Days with an ending event before `date`.
    fn tenure(&self, date: Date) -> u32 {
        u32::try_from(self.before(date)).unwrap_or(u32::MAX)
    }
}

/// What follows from a class, a day and the events.
pub(crate) struct Outcome {
    pub(crate) class: Class,
    pub(crate) retain_until: Date,
    pub(crate) disposal_from: Date,
    pub(crate) month: Date,
    pub(crate) rules: Rules,
}

/// The one place where dates are computed, for stamps and answers alike. Dates are at most a day
/// past 2200, so that no sum leaves the calendar.
pub(crate) fn conclude(policy: &Policy, standing: Standing, date: Date, endings: &Endings) -> Outcome {
    const WITHIN: &str = "dates are bounded to 2200 and periods to 25 years";
    let Standing { class, mut rules, doubts: _ } = standing;
    let retain_until = add_years(date, class.years()).expect(WITHIN);
    let mut month = date.first_of_month();
    if retain_until.month() != date.month() {
        rules = rules.with(Rule::Forward);
        month = first_of_next_month(date).expect(WITHIN);
    }
    let mut last = retain_until;
    if class.ends_on_departure(policy) {
        if let Some(&(ended, rule)) = endings.ending.get(endings.before(date)).filter(|e| e.0 < retain_until)
        {
            last = ended;
            rules = rules.with(rule);
        }
        if endings.last_retired >= Some(date) {
            rules = rules.with(Rule::PostEndedOnly);
        }
    }
    let disposal_from = first_of_next_month(last).expect(WITHIN);
    Outcome { class, retain_until, disposal_from, month, rules: rules.with(Rule::NextMonth) }
}
