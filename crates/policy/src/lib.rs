//! How long a message is kept, and why: posts, classes, periods, ending events and the register of
//! custodians, as pure functions and tables over the guidelines of May 2024; markings of classified
//! material with their ceiling and declassifications; the register of media.
//!
//! The crate knows no message text, no archive, no file, no clock and no other crate of this
//! workspace: times, dates and register entries come in as arguments, a [`Stamp`] or an [`Answer`]
//! goes out. Every reading of the text that is not plain stands in `docs/RETENTION.md` and is named
//! by a [`Rule`] in the answer.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod answer;
mod calendar;
mod cbor;
mod class;
mod custodian;
mod decisions;
mod disposal;
mod entry;
mod event;
mod hold;
mod marking;
mod media;
mod personal;
mod post;
mod register;
mod rules;
mod settings;
mod sorting;
mod stamp;

pub use answer::{Answer, Question};
pub use calendar::{
    DateFault, add_years, civil_date, first_of_month, first_of_next_month, parse_civil_date, zone_digest,
};
pub use cbor::DecodeFault;
#[doc(hidden)]
pub use cbor::fuzz_one;
pub use class::{Class, Standing, standing};
pub use custodian::{Custodian, Device, MonthDue, NoCopy, NoRole, RolePeriod};
pub use decisions::NotStored;
pub use disposal::{
    Bar, ClockFault, MOST_AHEAD, MOST_APART, Preservation, Witnesses, bar, day_of_run, free_from, goes_on,
    known_day,
};
pub use entry::{Change, Handle, RegisterEvent};
pub use event::{Event, EventFault, EventKind};
pub use hold::{GRACE_DAYS, Hold, HoldScope};
pub use marking::{DEFAULT_CEILING, Effective, Level, MarkingDecision, MarkingFault, Markings, NoLevel};
pub use media::{
    MediaChange, MediaEvent, MediaFault, MediaRegister, Medium, MediumKind, Movement, READ_OUT_MONTHS,
};
pub use personal::Personal;
pub use post::{AuthorityKind, Choice, PayGrade, Post, Role};
pub use register::{Register, RegisterFault};
pub use rules::{Code, Doubt, Doubts, Rule, Rules, Set};
pub use settings::{Policy, PolicyFault, UnlistedChiefs};
pub use sorting::{Journalised, Mode, Sorting, SortingFault};
pub use stamp::{Bucket, Direction, MessageTime, Stamp, StampFault, Stamper, stamp};
