//! `checkpoint`: the signed state of the chain, who saw it, and what it is held to.

use std::path::PathBuf;

use pipeline::anchors::{self, AnchorReport};
use pipeline::{Places, timestamps};

use super::Context;
use super::jobs::{now, operator, operator_unremembered, with_progress};
use crate::args::{self, Checkpoint};
use crate::failure::{Failure, INTEGRITY};
use crate::secret::{self, Asked};
use crate::table::Table;

/// An archive whose keys are not needed.
fn keyless(at: &Context<'_>, given: Option<&PathBuf>) -> Result<Places, Failure> {
    let archive = given.cloned().or_else(|| at.settings.archive.clone());
    let archive = archive.ok_or_else(|| Failure::usage("place-needed").with("flag", "--archive"))?;
    Ok(Places::new(archive.clone(), archive.join("no-keys")))
}

pub(super) fn checkpoint(command: Checkpoint, at: &Context<'_>) -> Result<u8, Failure> {
    match command {
        Checkpoint::Show(a) => show(&a, at),
        Checkpoint::Sign(a) => {
            let (places, operator) = operator(at, &a.acting)?;
            let report = anchors::sign(&places, &operator, now()).map_err(Failure::of_job)?;
            told(&report, at)
        }
        Checkpoint::Witness(a) => witness(&a, at),
        Checkpoint::VerifyPrinted(a) => {
            let places = keyless(at, a.archive.as_ref())?;
            let report =
                pipeline::printed::check(&places, a.size, &a.groups.join(" ")).map_err(Failure::of_job)?;
            at.out.line("printed-holds", &[("seen", report.size.into()), ("have", report.have.into())])?;
            at.out.object(&report)?;
            Ok(0)
        }
        Checkpoint::Timestamp(a) => timestamp(&a, at),
        Checkpoint::Renew(a) => {
            let (places, by) = operator(at, &a.acting)?;
            let report = with_progress(at, |p| pipeline::renewal::renew(&places, &by, now(), p))?;
            let hash = |key, name: &'static str| (key, name.into());
            let size = ("have", report.size.into());
            at.out.line("renewed", &[size, hash("from", report.from), hash("to", report.to)])?;
            at.out.plain(&report.checkpoint)?;
            at.out.plain(&report.trusted_key)?;
            at.out.line("renewed-next", &[])?;
            at.out.object(&report)?;
            Ok(0)
        }
        Checkpoint::Accept(a) => {
            let (places, operator) = operator_unremembered(at, &a.acting)?;
            let memory = at.memory().ok_or_else(|| Failure::usage("no-memory"))?;
            // who administers says so for the jobs, too, that nobody sits at
            let job = memory
                .accept_for_the_job(&places, &operator, a.give_up_newer_keys, now())
                .map_err(Failure::of_job)?;
            let forgotten = memory.accept(&places, &operator.id(), now()).map_err(Failure::of_job)?;
            at.out.line("accepted", &[("seen", forgotten.unwrap_or_default().into())])?;
            if job.is_none() {
                at.out.line("accepted-not-for-jobs", &[])?;
            }
            at.out.object(&serde_json::json!({ "forgotten": forgotten, "job": job }))?;
            Ok(0)
        }
    }
}

fn show(a: &args::CheckpointShow, at: &Context<'_>) -> Result<u8, Failure> {
    let places = keyless(at, a.archive.as_ref())?;
    if let Some(page) = &a.print {
        let report = pipeline::printed::print(&places, page, now()).map_err(Failure::of_job)?;
        at.out.line("printed", &[("path", report.page.clone().into())])?;
        at.out.plain(&format!("  {}", report.groups.join(" ")))?;
        at.out.object(&report)?;
        return Ok(0);
    }
    let report = pipeline::proof::checkpoint(&places).map_err(Failure::of_job)?;
    // a file of just this will do for --checkpoint and for --trusted-keys
    at.out.plain(&report.checkpoint)?;
    at.out.plain(&report.trusted_key)?;
    at.out.object(&report)?;
    Ok(0)
}

fn timestamp(a: &args::CheckpointTimestamp, at: &Context<'_>) -> Result<u8, Failure> {
    if let Some(file) = &a.query {
        let places = keyless(at, a.archive.as_ref())?;
        let report = timestamps::query(&places, file).map_err(Failure::of_job)?;
        at.out.line("stamp-asked", &[("path", report.path.clone().into())])?;
        at.out.object(&report)?;
        return Ok(0);
    }
    let places = keyless(at, a.archive.as_ref())?;
    if let (Some(answer), Some(certificates)) = (&a.response, &a.tsa_certificate) {
        let report = timestamps::response(&places, answer, certificates).map_err(Failure::of_job)?;
        at.out.line("stamp-taken", &[("at", report.time.clone().into()), ("have", report.size.into())])?;
        at.out.object(&report)?;
        return Ok(0);
    }
    let all = timestamps::list(&places, a.tsa_certificate.as_deref()).map_err(Failure::of_job)?;
    let mut table = Table::new(&[0]);
    let mut code = 0;
    for stamp in &all {
        let word = match (stamp.holds, &stamp.why) {
            (Some(true), _) => at.out.texts().say("stamp-holds", &[]),
            (_, Some(why)) => {
                code = INTEGRITY;
                at.out.texts().word(why)
            }
            _ => String::new(),
        };
        table.row([stamp.size.to_string(), stamp.time.clone(), word]);
    }
    at.out.table(&table)?;
    at.out.object(&all)?;
    Ok(code)
}

fn witness(a: &args::CheckpointWitness, at: &Context<'_>) -> Result<u8, Failure> {
    let places = keyless(at, a.archive.as_ref())?;
    let file = a.passphrase_file.as_deref();
    let report = match &a.name {
        Some(name) => {
            let passphrase = secret::get(file, Asked::New, &at.out, &at.stop)?;
            anchors::new_witness(&places, &a.file, &name.one()?, &passphrase, now())
        }
        None => {
            let passphrase = secret::get(file, Asked::Witness, &at.out, &at.stop)?;
            anchors::witness(&places, &a.file, &passphrase, now())
        }
    };
    told(&report.map_err(Failure::of_job)?, at)
}

fn told(report: &AnchorReport, at: &Context<'_>) -> Result<u8, Failure> {
    let by = || ("by", report.by.clone().into());
    match report.before {
        Some(before) => {
            at.out.line("anchor-grown", &[("seen", before.into()), ("have", report.size.into()), by()])?;
        }
        None => at.out.line("anchor-signed", &[("have", report.size.into()), by()])?,
    }
    if !report.kept {
        at.out.note("anchor-not-kept", &[]);
    }
    at.out.plain(&report.checkpoint)?;
    at.out.plain(&report.trusted_key)?;
    at.out.object(report)?;
    Ok(0)
}
