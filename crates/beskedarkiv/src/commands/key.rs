//! `key`: custody of the epoch's key, copies of the key store, the lock.

use pipeline::custody::{self, DrillReport};
use pipeline::{keycopies, keys};

use super::Context;
use super::jobs::{now, operator, places, second};
use crate::args::{Key, KeyBackup, KeyCopies, KeyCustody, KeyDestroy, KeyReseal, KeyRestore, KeySplit, fact};
use crate::failure::Failure;
use crate::secret::{self, Asked};
use crate::table::Table;

pub(super) fn key(command: Key, at: &Context<'_>) -> Result<u8, Failure> {
    match command {
        Key::Split(a) => split(&a, at),
        Key::Drill(a) => {
            let report = custody::drill(&places(at, &a.at)?, &a.shares, now()).map_err(Failure::of_job)?;
            drilled(&report, "key-drilled", at)
        }
        Key::Custody(KeyCustody::Finish(a)) => {
            let (places, by) = operator(at, &a.acting)?;
            let report = custody::finish(&places, &by, &a.shares, now()).map_err(Failure::of_job)?;
            drilled(&report, "key-custody", at)
        }
        Key::Recover(a) => {
            let (places, by) = operator(at, &a.acting)?;
            let report = custody::recover(&places, &by, &a.shares, now()).map_err(Failure::of_job)?;
            drilled(&report, "key-recovered", at)
        }
        Key::Rotate(a) => {
            let (places, by) = operator(at, &a.acting)?;
            custody::give_all(&places, &by, &a.shares).map_err(Failure::of_job)?;
            let report = pipeline::resealing::rotate(&places, &by, now()).map_err(Failure::of_job)?;
            at.out.line("key-rotated", &[("epoch", report.epoch.into())])?;
            at.out.object(&report)?;
            Ok(0)
        }
        Key::Reseal(a) => reseal(&a, at),
        Key::Backup(a) => backup(&a, at),
        Key::Restore(a) => restore(&a, at),
        Key::Copies(a) => copies(&a, at),
        Key::Gone(a) => {
            let (places, by) = operator(at, &a.acting)?;
            let reference = a.reference.as_ref().map(fact::Fact::one).transpose()?;
            let entry = keycopies::gone(&places, &by, a.entry, reference.as_deref(), now())
                .map_err(Failure::of_job)?;
            at.out.line("key-gone", &[("copy", a.entry.into())])?;
            at.out.object(&serde_json::json!({ "copy": a.entry, "entry": entry }))?;
            Ok(0)
        }
        Key::Destroy(a) => destroy(&a, at),
        Key::Lock(a) => {
            let report = keys::lock(&places(at, &a.at)?, now()).map_err(Failure::of_job)?;
            at.out.line("key-locked", &[("n", report.holders.into())])?;
            at.out.object(&report)?;
            Ok(0)
        }
        Key::Unlock(a) => {
            let (places, by) = operator(at, &a.acting)?;
            let report = keys::unlock(&places, &by).map_err(Failure::of_job)?;
            at.out.line("key-unlocked", &[])?;
            at.out.object(&report)?;
            Ok(0)
        }
    }
}

fn reseal(a: &KeyReseal, at: &Context<'_>) -> Result<u8, Failure> {
    let (places, by) = operator(at, &a.acting)?;
    custody::give_all(&places, &by, &a.shares).map_err(Failure::of_job)?;
    let custodians = fact::all(&a.custodians)?;
    let report =
        pipeline::resealing::reseal(&places, &by, &custodians, a.bodies, now()).map_err(Failure::of_job)?;
    let counts = [("buckets", report.buckets.into()), ("segments", report.segments.into())];
    at.out.line("key-resealed", &[&counts[..], &[("epoch", report.epoch.into())]].concat())?;
    at.out.object(&report)?;
    Ok(0)
}

fn split(a: &KeySplit, at: &Context<'_>) -> Result<u8, Failure> {
    let (places, by) = operator(at, &a.acting)?;
    let report = custody::split_epoch(&places, &by, (a.threshold, a.shares), &a.out, now())
        .map_err(Failure::of_job)?;
    at.out.line("key-split", &[("n", report.pages.len().into()), ("need", report.threshold.into())])?;
    for page in &report.pages {
        at.out.plain(&format!("  {page}"))?;
    }
    at.out.line("key-split-next", &[])?;
    at.out.object(&report)?;
    Ok(0)
}

fn drilled(report: &DrillReport, key: &'static str, at: &Context<'_>) -> Result<u8, Failure> {
    let opened = ("opened", report.buckets_opened.into());
    at.out.line(key, &[("n", report.given.into()), opened, ("all", report.buckets.into())])?;
    if report.in_key_store {
        at.out.line("key-still-there", &[])?;
    }
    at.out.object(report)?;
    Ok(report.exit_code())
}

fn destroy(a: &KeyDestroy, at: &Context<'_>) -> Result<u8, Failure> {
    let places = places(at, &a.acting.at)?;
    // what was decided and interrupted asks for nobody: those who could be asked may be gone
    let report = match pipeline::destroy::complete(&places).map_err(Failure::of_job)? {
        Some(report) => report,
        None => {
            let (_, first) = operator(at, &a.acting)?;
            let second = second(at, a.second_identity.as_deref(), a.second_passphrase_file.as_deref())?;
            let second = places.unlock_by(&second).map_err(Failure::of_job)?;
            let why = a.reference.as_ref().map(crate::args::Fact::one).transpose()?.unwrap_or_default();
            pipeline::destroy::destroy(&places, [&first, &second], &a.confirm, &why, now())
                .map_err(Failure::of_job)?
        }
    };
    at.out.line("key-destroyed", &[("entry", report.entry.into()), ("n", report.files.into())])?;
    at.out.object(&report)?;
    Ok(0)
}

fn backup(a: &KeyBackup, at: &Context<'_>) -> Result<u8, Failure> {
    let places = places(at, &a.at)?;
    let passphrase = secret::get(a.passphrase_file.as_deref(), Asked::New, &at.out, &at.stop)?;
    let report = keys::backup(&places, &a.file, &passphrase, a.expires, now()).map_err(Failure::of_job)?;
    let path = ("path", report.path.clone().into());
    at.out.line("key-backed-up", &[path, ("day", report.expires.clone().into())])?;
    at.out.line(if report.with_epoch { "key-with-epoch" } else { "key-without-epoch" }, &[])?;
    at.out.object(&report)?;
    Ok(0)
}

fn copies(a: &KeyCopies, at: &Context<'_>) -> Result<u8, Failure> {
    let all = keycopies::list(&places(at, &a.at)?).map_err(Failure::of_job)?;
    let texts = at.out.texts();
    let mut table = Table::default();
    for copy in &all {
        let gone = copy.reference.as_deref().map(|r| format!(" ({r})")).unwrap_or_default();
        let state = if copy.gone { "key-copy-gone" } else { "key-copy-there" };
        table.row([
            copy.entry.to_string(),
            copy.made.to_string(),
            copy.expires.to_string(),
            format!("{}{gone}", texts.say(state, &[])),
        ]);
    }
    if all.is_empty() {
        at.out.line("key-no-copies", &[])?;
    }
    at.out.table(&table)?;
    at.out.object(&all)?;
    Ok(0)
}

fn restore(a: &KeyRestore, at: &Context<'_>) -> Result<u8, Failure> {
    let places = places(at, &a.at)?;
    let passphrase = secret::get(a.passphrase_file.as_deref(), Asked::Copy, &at.out, &at.stop)?;
    let report =
        keys::restore(&places, &a.file, &passphrase, a.expired_too, now()).map_err(Failure::of_job)?;
    at.out.line("key-restored", &[("path", report.path.clone().into()), ("n", report.files.into())])?;
    at.out.line(if report.with_epoch { "key-with-epoch" } else { "key-without-epoch" }, &[])?;
    at.out.object(&report)?;
    Ok(0)
}
