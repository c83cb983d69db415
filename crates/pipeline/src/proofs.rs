//! The proofs of a production, written month by month after its pages: each segment is opened once more,
//! and its messages that were shown get their proofs. Memory is one segment.

use std::io;

use archive::{Archive, ArchiveError, Operator, Prover};
use export::{Production, ProofFiles};
use model::canonical::Group;

use crate::error::JobError;
use crate::restamp::Stamps;

/// Up to this many bytes of sealed segments each message gets a file of its own, which is about ten
/// thousand; beyond, each segment.
const EACH_MESSAGE: u64 = 1 << 20;

/// The proofs of a production.
pub(crate) struct Proofs<'a>(Prover<'a>);

/// Cosigned states that a production carries, the newest ones.
const MOST_COSIGNED: usize = 4;

/// What others saw of the log goes along, tied to the state that the proofs end in.
fn cosigned(
    archive: &Archive,
    prover: &Prover<'_>,
    production: &mut Production,
    fail: impl Fn(ArchiveError) -> JobError,
    written: impl Fn(io::Error) -> JobError,
) -> Result<(), JobError> {
    let now = prover.checkpoint().size;
    let (kept, _) = archive.cosigned().map_err(&fail)?;
    for note in kept.iter().rev().filter(|note| note.size <= now).take(MOST_COSIGNED) {
        let Some(path) = archive.consistency(note.size, now).map_err(&fail)? else { continue };
        let text = chain::consistency_text(note.size, now, &path);
        production.cosigned(note.size, &note.to_text(), &text).map_err(&written)?;
    }
    Ok(())
}

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
        let prover = archive.prover().map_err(&fail)?;
        let sealed = archive.sealed_bytes(&buckets.collect::<Vec<_>>()).map_err(&fail)?;
        let each = sealed <= EACH_MESSAGE;
        production.with_proofs(if each { ProofFiles::EachMessage } else { ProofFiles::EachSegment });
        production.checkpoint(&prover.checkpoint().to_text()).map_err(&written)?;
        cosigned(archive, &prover, production, &fail, &written)?;
        Ok(Self(prover))
    }

    /// Writes the proofs of what was shown since the last time.
    pub(crate) fn write(
        &self,
        operator: &Operator,
        stamps: &Stamps,
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
                // what was taken over is proved by the logs that it stood in before as well
                let before = stamps.origin(entry).into_iter().flatten().rev().enumerate();
                for (n, (standing, checkpoint)) in before {
                    let text = opened.earlier_proof(&places, show, standing, checkpoint).map_err(&fail)?;
                    production.origin_proof(name, n, &text).map_err(&written)?;
                }
            }
        }
        Ok(())
    }
}
