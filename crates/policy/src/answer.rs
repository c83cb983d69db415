//! The rule for one message, asked without any register: the object of interface section 6.

use jiff::civil::Date;
use serde::{Serialize, Serializer};

use crate::calendar::{DateFault, bounded};
use crate::class::{Class, standing};
use crate::event::Event;
use crate::post::Role;
use crate::rules::Rule;
use crate::settings::Policy;
use crate::stamp::{Endings, conclude};

/// One message and its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The owner's role on the day of the message.
    pub role: Role,
    /// Day of sending, Europe/Copenhagen ([`crate::parse_civil_date`] makes one).
    pub sent: Date,
    /// Day of receiving; given, the message is an incoming one and the period runs from here.
    pub received: Option<Date>,
    /// Events of the owner, in any order. Devices are not looked at.
    pub events: Vec<Event>,
}

/// The answer; its JSON is exactly interface section 6.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// Retention class.
    #[serde(serialize_with = "shown")]
    pub class: Class,
    /// 25, 10 or 5.
    pub years: u8,
    /// Whether a regular local copy is asked for.
    pub monthly_copy: bool,
    /// Whether departure, a change of phone or a lossy update ends the period.
    pub ends_on_departure: bool,
    /// Last day of the full period.
    #[serde(serialize_with = "shown")]
    pub retain_until: Date,
    /// First day on which the message may be disposed of.
    #[serde(serialize_with = "shown")]
    pub disposal_from: Date,
    /// Rule ids with their sources, in order.
    pub rules: Vec<String>,
}

fn shown<T: std::fmt::Display, S: Serializer>(value: &T, out: S) -> Result<S::Ok, S::Error> {
    out.collect_str(value)
}

impl Answer {
    /// Answers a question. Fails only on dates outside 1990 to 2200.
    pub fn of(policy: &Policy, question: &Question) -> Result<Self, DateFault> {
        let Question { role, sent, received, ref events } = *question;
        bounded(sent)?;
        for &date in received.iter().chain(events.iter().map(|e| &e.date)) {
            bounded(date)?;
        }
        let (date, from) = match received {
            Some(received) => (received, Rule::FromReceived),
            None => (sent, Rule::FromSent),
        };
        let endings = Endings::new(events.iter().map(|e| (e.date, e.kind)));
        let outcome = conclude(policy, standing(policy, role).noting(from, None), date, &endings);
        Ok(Self {
            class: outcome.class,
            years: outcome.class.years(),
            monthly_copy: outcome.class.monthly_copy(),
            ends_on_departure: outcome.class.ends_on_departure(policy),
            retain_until: outcome.retain_until,
            disposal_from: outcome.disposal_from,
            rules: outcome.rules.iter().map(|rule| rule.to_string()).collect(),
        })
    }
}
