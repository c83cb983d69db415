//! How far a job is, told to whoever runs it; and how it is told to stop.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::JobError;

/// What a job is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// Opening a source: deriving its key, hashing its files.
    Opening,
    /// Reading messages.
    Reading,
    /// Sorting and sealing what was read.
    Sorting,
    /// Checking an archive.
    Verifying,
    /// Writing a production.
    Exporting,
    /// Copying the archive.
    Copying,
    /// Making a sample backup.
    Generating,
}

/// One step of progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A phase begins; how many units it has, where known (messages; entries when verifying).
    Begin(Phase, Option<u64>),
    /// That many units of the phase are done.
    Done(u64),
}

/// Where a job reports to, and where it looks whether to stop.
#[derive(Clone, Copy)]
pub struct Progress<'a> {
    report: &'a (dyn Fn(Step) + Sync),
    stop: &'a AtomicBool,
}

static NEVER: AtomicBool = AtomicBool::new(false);

impl<'a> Progress<'a> {
    /// Reports to `report`; stops when `stop` is set.
    pub fn new(report: &'a (dyn Fn(Step) + Sync), stop: &'a AtomicBool) -> Self {
        Self { report, stop }
    }

    /// Reports to nobody and never stops.
    pub fn none() -> Progress<'static> {
        Progress { report: &|_| {}, stop: &NEVER }
    }

    pub(crate) fn begin(&self, phase: Phase, total: Option<u64>) {
        (self.report)(Step::Begin(phase, total));
    }

    pub(crate) fn done(&self, units: u64) {
        (self.report)(Step::Done(units));
    }

    /// Whether the job was asked to stop.
    pub(crate) fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// An error when the job was asked to stop.
    pub(crate) fn check(&self) -> Result<(), JobError> {
        if self.stopped() { Err(JobError::Interrupted) } else { Ok(()) }
    }
}
