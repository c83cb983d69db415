//! Productions: a BagIt 1.0 folder (RFC 8493) with a start page, a page for each conversation, the
//! messages as JSON Lines, the attachments, the proofs and the lists of hashes. Pages need no script, no
//! network and no other file to be read; the one page that checks proofs has its script in it.
//!
//! Beside them one page of its own: how good the sorting was, from counts alone.
//!
//! This crate knows no archive and no key; it is handed messages in order of time and writes them where
//! it is told, and nowhere else.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod bag;
mod certificate;
mod check_words;
mod conversation;
mod copies;
mod damage;
mod exhibit;
mod page;
mod production;
mod proofs;
mod quality;
mod remarks;
mod share;
mod sheet;
mod show;
mod sources;
mod withheld;
mod words;

pub use certificate::certificate;
pub use check_words::spoken;
pub use copies::Copied;
pub use damage::{Damaged, Holds};
pub use exhibit::{ArchiveInfo, Cover, Disposed, Exhibit, Finished, Formats, Origin, Telling};
pub use production::{Contents, Found, Production};
pub use proofs::{Awaiting, ProofFiles};
pub use quality::{
    Counts, Curve, Decided, Drift, Judged, Machine, Material, Measured, Pair, Point, QualityReport, Reading,
    quality_page,
};
pub use remarks::{Said, app_name, codes, doubt, findings, source_name};
pub use share::{ShareSheet, share_of_page, share_page};
pub use sheet::{NOTE_BEGINS, Sheet, checkpoint_page};
pub use withheld::{Erased, Standing, Withheld};
pub use words::Lang;
