//! `backup`: a copy for a place that must not read it, verified, and put back.

use pipeline::offsite::{self, CopyReport, Offsite};

use super::Context;
use super::jobs::{numbers, places, with_progress};
use crate::args::{Backup, BackupCommand, fact};
use crate::failure::Failure;

pub(super) fn backup(a: Backup, at: &Context<'_>) -> Result<u8, Failure> {
    match a.command {
        Some(BackupCommand::Verify(a)) => {
            let older = a.checkpoint.as_deref().map(pipeline::verify::read_checkpoint).transpose();
            let older: Vec<_> = older.map_err(Failure::of_job)?.into_iter().collect();
            let report = with_progress(at, |p| offsite::verify_copy(&a.copy, &older, p))?;
            let key = if report.exit_code() == 0 { "backup-holds" } else { "backup-broken" };
            told(&report, key, at)
        }
        Some(BackupCommand::Restore(a)) => {
            let report = with_progress(at, |p| offsite::restore(&a.copy, &a.to, p))?;
            let key = if report.exit_code() == 0 { "backup-restored" } else { "backup-broken" };
            told(&report, key, at)
        }
        None => {
            let to = a.offsite.ok_or_else(|| Failure::usage("place-needed").with("flag", "--offsite"))?;
            let job = Offsite { places: places(at, &a.at)?, to, canaries: fact::all(&a.canaries)? };
            let report = with_progress(at, |p| offsite::copy(&job, p))?;
            at.out.line("backup-made", &[("path", report.to.clone().into())])?;
            numbers(
                at,
                &[
                    ("count-entries", report.size),
                    ("count-files", report.files),
                    ("count-written", report.written),
                    ("count-looked-for", report.looked_for),
                    ("count-too-short", report.too_short),
                ],
            )?;
            at.out.plain(&format!("  {}", report.root))?;
            at.out.object(&report)?;
            Ok(0)
        }
    }
}

fn told(report: &CopyReport, key: &'static str, at: &Context<'_>) -> Result<u8, Failure> {
    at.out.line(key, &[("path", report.path.clone().into())])?;
    numbers(at, &[("count-entries", report.verified.entries), ("count-files", report.files)])?;
    at.out.plain(&format!("  {}", report.verified.root))?;
    for what in &report.differing {
        at.out.plain(&format!("  - {what}"))?;
    }
    for broken in &report.verified.broken {
        let entry = ("entry", broken.entry.into());
        at.out.line("verify-entry", &[entry, ("what", broken.what.clone().into())])?;
    }
    at.out.object(report)?;
    Ok(report.exit_code())
}
