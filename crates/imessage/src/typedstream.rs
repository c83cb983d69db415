//! Apple's `typedstream`, version 4: what `attributedBody` and the texts of edits are kept in. Layout
//! in `docs/readers/ios.md`, "typedstream".
//!
//! The decoder is complete for every type letter seen in public files, bounded in depth, objects and
//! bytes, and in salvage mode gives the first string of an archive that is cut short.

mod archive;
mod attributed;

pub(crate) use attributed::{Run, decode};

#[doc(hidden)]
pub use attributed::fuzz_one;
