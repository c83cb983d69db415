//! Jobs: the only crate that knows both sides, the sources and the archive. Each job is a function
//! from what the operator asked for to a report; reports hold counts, places and codes, no content.
//!
//! Time comes in as an argument, passphrases as secrets, progress goes out through [`Progress`]. This
//! crate prints nothing and asks nothing.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod apps;
mod clock;
pub mod error;
mod feed;
pub mod inspect;
pub mod open;
pub mod progress;
pub mod read;
pub mod secret;

pub use error::JobError;
pub use open::SourceOptions;
pub use progress::{Phase, Progress, Step};
