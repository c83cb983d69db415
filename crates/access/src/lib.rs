//! Who may do what: operators, rights and their replay from the log; identities behind a passphrase;
//! the key store as a folder of small files with a fixed place for each secret.
//!
//! This crate knows no message and no database. Rights are checked over entries as they stand in the
//! log; reading is not a right that a program checks but a key that one has.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod acts;
mod authority;
pub mod custody;
mod identity;
mod keystore;
pub mod parcel;
mod register;
mod witness;

pub use acts::{DayBody, DisposeBody, DisposedBody, EraseBody, ResealBody};
pub use authority::{Authority, Granted, RightsFault, needed};
pub use identity::{Identity, IdentityFault};
pub use keystore::{KeyStore, KeyStoreFault, lie_apart};
pub use register::{EpochBody, GenesisBody, GrantBody, OperatorBody, OperatorId, RevokeBody, Rights};
pub use witness::{Witness, WitnessFault};
