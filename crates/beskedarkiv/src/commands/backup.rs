//! `backup`: a copy for a place that must not read it, verified, and put back.

use pipeline::objects::{self, Enforced};
use pipeline::offsite::{self, CopyReport, Offsite};
use pipeline::places::Places;

use super::Context;
use super::jobs::{now, numbers, places, with_progress};
use crate::args::{Backup, BackupCommand, BackupStore, fact};
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
        Some(BackupCommand::Store(a)) => store(a, at),
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

fn store(command: BackupStore, at: &Context<'_>) -> Result<u8, Failure> {
    match command {
        BackupStore::Probe(a) => {
            let enforced = objects::probe(&a.store, now()).map_err(Failure::of_job)?;
            probed(&enforced, at)?;
            at.out.object(&enforced)?;
            Ok(if enforced.worm { 0 } else { 3 })
        }
        BackupStore::Put(a) => {
            let keys = a.keys.or_else(|| at.settings.keys.clone()).map(|keys| {
                let mut places = Places::new(a.copy.clone(), keys);
                let holding = a.holding.or_else(|| at.settings.holding.clone());
                places.holding = holding.unwrap_or(places.holding);
                places
            });
            let canaries = fact::all(&a.canaries)?;
            let job = objects::Put { copy: a.copy, keys, canaries, trust_earlier: a.trust_earlier };
            let report = with_progress(at, |p| objects::put(&job, &a.store, now(), p))?;
            at.out.line("store-put", &[("state", report.state.clone().into())])?;
            numbers(
                at,
                &[
                    ("count-entries", report.size),
                    ("count-files", report.files),
                    ("count-written", report.written),
                    ("count-read-back", report.read_back),
                    ("count-looked-for", report.looked_for),
                ],
            )?;
            at.out.plain(&format!("  {}", report.root))?;
            probed(&report.enforced, at)?;
            at.out.object(&report)?;
            Ok(0)
        }
        BackupStore::Take(a) => {
            let older = a.checkpoint.as_deref().map(pipeline::verify::read_checkpoint).transpose();
            let older: Vec<_> = older.map_err(Failure::of_job)?.into_iter().collect();
            let job = objects::Take { to: a.to, state: a.state, older };
            let report = with_progress(at, |p| objects::take(&job, &a.store, p))?;
            at.out.line("store-taken", &[("state", report.state.clone().into())])?;
            let key = if report.copy.exit_code() == 0 { "backup-holds" } else { "backup-broken" };
            said(&report.copy, key, at)?;
            at.out.object(&report)?;
            Ok(report.copy.exit_code())
        }
    }
}

/// What a store enforces: WORM is said of one where every attempt failed, and of no other.
fn probed(enforced: &Enforced, at: &Context<'_>) -> Result<(), Failure> {
    at.out.line(if enforced.worm { "store-worm" } else { "store-not-worm" }, &[])?;
    enforced.missing.iter().try_for_each(|what| at.out.plain(&format!("  - {what}")))
}

fn told(report: &CopyReport, key: &'static str, at: &Context<'_>) -> Result<u8, Failure> {
    said(report, key, at)?;
    at.out.object(report)?;
    Ok(report.exit_code())
}

fn said(report: &CopyReport, key: &'static str, at: &Context<'_>) -> Result<(), Failure> {
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
    Ok(())
}
