//! The archive on disk: one SQLite database for log, segments and deduplication, a folder for large
//! attachments. Appending a run is one transaction; reading needs keys; verifying needs none.
//!
//! This crate knows no message and no platform: records are eight byte strings, buckets have labels it
//! does not understand. Layout and commit order stand in `docs/FORMAT.md`, "Store".

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod acts;
mod anchors;
mod blob;
mod bodies;
mod body;
mod checking;
mod copy;
mod custody;
mod dedup;
mod dispose;
mod erase;
mod error;
mod fate;
mod founding;
mod granting;
mod handing;
mod hold_back;
mod holding;
mod index;
mod keyed;
mod left;
mod listing;
mod lists;
mod operators;
mod prover;
mod reader;
mod relisting;
mod renewal;
mod reseal;
mod review;
mod reviewers;
mod rotation;
mod run;
mod same;
mod sealer;
mod seen;
mod settle;
mod sighting;
mod state;
mod steps;
mod store;
mod taking;
mod transfer;
mod verify;
mod waiting;
mod writer;

pub use acts::LastActs;
pub use anchors::Apart;
pub use blob::Content;
pub use copy::{Contents, Copying, Look, wake};
pub use dispose::{Disposal, Recheck};
pub use erase::{Erasing, Erasure};
pub use error::ArchiveError;
pub use founding::{Founding, create};
pub use handing::{Attached, Placed, Records, Standing};
pub use hold_back::ToHold;
pub use holding::{Held, HeldRun, Holding, Outcome, Withheld};
pub use left::Lost;
pub use operators::{Operator, unlock};
pub use prover::{Provable, Prover};
pub use reader::{Belonging, Moved, Record, RegisterEntry};
pub use relisting::{ListDamage, Relisting};
pub use reseal::Resealed;
pub use review::Reviewing;
pub use rotation::Custody;
pub use run::{BucketNo, Committed, Covers, Run};
pub use same::{Alike, Before, Likeness, MessageNo, Rule, Told, Whereabouts};
pub use seen::{SEEN, Seen};
pub use sighting::{Aspect, Change, Missing, Novelty, Sighting};
pub use steps::Step;
pub use store::{Archive, Bucket};
pub use taking::Taking;
pub use transfer::{Move, Moving, Transfer};
pub use verify::{Broken, Inspect, Segment, Verified, verify};
pub use writer::{Entry, Writer};

/// The eight field groups of a record, in order.
pub type Groups<'a> = [&'a [u8]; chain::GROUPS];

/// Any bytes as what lies inside a seal or frames one: records of a segment, bodies, lists of known messages.
#[doc(hidden)]
pub fn fuzz_one(data: &[u8]) {
    let mut rest = data;
    while !rest.is_empty() {
        let before = rest;
        let Some(item) = body::take_item(&mut rest) else { break };
        let body::Item::Record(seed, groups) = item else { continue };
        let mut again = Vec::new();
        body::put_record(&mut again, &seed, &groups);
        assert_eq!(again, before[..before.len() - rest.len()], "a record has two encodings");
    }
    if let Some((clear, sealed)) = body::unframe(data) {
        assert_eq!(body::frame(clear, sealed), data);
    }
    let _: Option<body::BlobMeta> = body::BlobMeta::decode(data);
    drop(holding::decode(data));
    let _: Option<()> = dedup::Seen::new(&vault::Secret::new([7; 32]), 0).load(data, 0);
}
