//! The sealed package, `smart-package/1`: what a medium holds, byte for byte, with the facts of the read-out,
//! a list of hashes and a custody log whose lines chain. Layout in `docs/FORMAT.md`, "SMART packages".
//!
//! No signature is made or checked here: a seal is a text that others sign.

mod act;
pub mod custody;
pub mod facts;
mod manifest;
mod pack;
mod seal;
mod verify;

pub use act::{ActError, Entry, enter, replace_seal};
pub use custody::{Custody, CustodyEvent, CustodyLine};
pub use facts::{FactKey, Facts};
pub use pack::{Measured, PackError, PackReport, Packing, pack};
pub use seal::{Seal, seal_name};
pub use verify::{Examined, PackageFault, examine, is_package};
pub(crate) use verify::{files_below, text};

/// First line of everything that belongs to a package.
pub const VERSION: &str = "smart-package/1";

/// Names inside a package.
pub mod name {
    /// Facts of the read-out.
    pub const FACTS: &str = "package.toml";
    /// SHA-256 of every file below `raw`.
    pub const MANIFEST: &str = "manifest.sha256";
    /// The custody log.
    pub const CUSTODY: &str = "custody.jsonl";
    /// Folder of the seals.
    pub const SEALS: &str = "seals";
    /// Folder of what the medium holds.
    pub const RAW: &str = "raw";
    /// The mapping.
    pub const MAPPING: &str = "mapping.toml";
    /// Signatures under the mapping.
    pub const APPROVAL: &str = "mapping.approval";
}
