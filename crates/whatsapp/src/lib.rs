//! WhatsApp on iPhone and Android: `ChatStorage.sqlite` from a backup of the phone; `msgstore.db` as it is,
//! or inside WhatsApp's own encrypted backups. Every row is accounted for; what is not understood is kept
//! and named.
//!
//! This crate knows no iPhone backup (it asks an evidence set for paths) and no archive. The mappings, field
//! by field, and every doubt stand in `docs/readers/whatsapp-ios.md` and `docs/readers/whatsapp-android.md`.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod android;
mod crypt;
mod gaps;
pub mod ios;
mod jid;
mod media;
mod proto;
mod scan;
mod side;
mod take;

pub use android::open;
#[doc(hidden)]
pub use crypt::{fuzz_header, fuzz_key};
#[doc(hidden)]
pub use ios::fuzz_info;
