//! The proofs of a production, written month by month after its pages: each segment is opened once more,
//! and its messages that were shown get their proofs. Memory is one segment.

use std::io;

use archive::{Archive, ArchiveError, Operator, Prover};
use export::{Production, ProofFiles};
use model::canonical::Group;

use crate::error::JobError;

/// Up to this many bytes of sealed segments each message gets a file of its own, which is about ten
/// thousand; beyond, each segment.
const EACH_MESSAGE: u64 = 1 << 20;

/// The proofs of a production.
pub(crate) struct Proofs<'a>(Prover<'a>);

/// A proof shows what the production shows: all but the blobs that are kept for later interpretation.
fn show(group: u8) -> bool {
    group != Group::Raw as u8
}

impl<'a> Proofs<'a> {
    /// Reads the log; decides by the size of the buckets how the proofs are spread over files.
    pub(crate) fn begin(
        archive: &'a Archive,
        buckets: impl Iterator<Item = usize>,
        production: &mut Production,
        fail: impl Fn(ArchiveError) -> JobError,
        written: impl Fn(io::Error) -> JobError,
    ) -> Result<Self, JobError> {
        let sealed = archive.sealed_bytes(&buckets.collect::<Vec<_>>()).map_err(&fail)?;
        let each = sealed <= EACH_MESSAGE;
        production.with_proofs(if each { ProofFiles::EachMessage } else { ProofFiles::EachSegment });
        let prover = archive.prover().map_err(&fail)?;
        production.checkpoint(&prover.checkpoint().to_text()).map_err(&written)?;
        Ok(Self(prover))
    }

    /// Writes the proofs of what was shown since the last time.
    pub(crate) fn write(
        &self,
        operator: &Operator,
        production: &mut Production,
        fail: impl Fn(ArchiveError) -> JobError,
        written: impl Fn(io::Error) -> JobError,
    ) -> Result<(), JobError> {
        let awaiting = production.awaiting();
        for segment in awaiting.chunk_by(|a, b| a.entry == b.entry) {
            let entry = segment.first().map(|a| a.entry).unwrap_or_default();
            let opened = self.0.segment(operator, entry).map_err(&fail)?;
            for file in segment.chunk_by(|a, b| a.file == b.file) {
                let places: Vec<u32> = file.iter().map(|a| a.place).collect();
                let text = opened.proof(&places, show).map_err(&fail)?;
                let name = file.first().map(|a| a.file.as_str()).unwrap_or_default();
                production.proof(name, &text).map_err(&written)?;
            }
        }
        Ok(())
    }
}
