//! Jobs: the only crate that knows both sides, the sources and the archive. Each job is a function
//! from what the operator asked for to a report; reports hold counts, places and codes, no content.
//!
//! Time comes in as an argument, passphrases as secrets, progress goes out through [`Progress`]. This
//! crate prints nothing and asks nothing.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod anchors;
pub mod apps;
mod batch;
pub mod classify;
mod clock;
mod compare;
pub mod custody;
pub mod demo;
pub mod destroy;
pub mod disposal;
pub mod erasure;
pub mod error;
mod feed;
mod gather;
pub mod handover;
pub mod holds;
mod identity;
pub mod ingest;
pub mod inspect;
pub mod job;
mod journalised;
pub mod keycopies;
pub mod keys;
mod known;
mod likeness;
mod manifest;
pub mod markings;
pub mod media;
pub mod objects;
pub mod offsite;
pub mod open;
pub mod operators;
pub mod personal;
pub mod places;
pub mod policies;
pub mod printed;
pub mod production;
pub mod progress;
pub mod proof;
mod proofs;
pub mod read;
mod receipt;
pub mod register;
pub mod renewal;
pub mod repair;
mod requests;
pub mod resealing;
pub mod restamp;
pub mod review;
pub mod rights;
mod scope;
mod sealing;
pub mod secret;
mod several;
pub mod smart;
mod standing;
pub mod status;
mod taken_in;
mod tellings;
pub mod timestamps;
mod together;
pub mod transfer;
pub mod units;
pub mod verdict;
pub mod verify;
pub mod words;

pub use archive::Operator;
pub use error::JobError;
pub use export::Formats;
pub use model::Sensitive;
pub use open::SourceOptions;
pub use places::Places;
pub use progress::{Phase, Progress, Step};
