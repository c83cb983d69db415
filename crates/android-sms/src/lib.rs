//! What the rows of Android's telephony provider mean, wherever they were copied to: an XML file, JSON
//! lines, a backup of the provider, its database. Rows come in as [`Sms`] and [`Mms`], messages go out.
//!
//! Pure: no file, no container, no database; what two copies keep as JSON is taken apart in [`json`]. It
//! exists so that four readers read one row alike. The mapping and every doubt it can write stand in
//! `docs/readers/android-telephony.md`.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod book;
pub mod json;
mod mms;
mod parties;
mod rcs;
mod rows;
mod sms;
mod text;
mod times;

pub use book::{Book, Origins};
pub use mms::{Addr, Content, Mms, Part};
pub use parties::{AddrKind, normal};
pub use rcs::mirrored_id;
#[doc(hidden)]
pub use rcs::mirrored_id as fuzz_transaction_id;
pub use sms::Sms;
pub use text::{decode_charset, unfold};
