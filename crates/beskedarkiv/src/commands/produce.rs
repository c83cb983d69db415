//! Commands that say whether an archive holds, and what stands in it: `verify`, `export`.

use pipeline::Places;

use super::Context;
use super::jobs::{now, numbers, operator, operator_unremembered, places, unlocked, with_progress};
use crate::args;
use crate::failure::Failure;
use crate::lang::Lang;
use crate::secret;

pub(super) fn verify(a: &args::Verify, at: &Context<'_>) -> Result<u8, Failure> {
    if let (Some(proof), Some(trusted)) = (&a.proof, &a.trusted_keys) {
        return super::proof::verify(proof, trusted, at);
    }
    let archive = a.acting.at.archive.clone().or_else(|| at.settings.archive.clone());
    let archive = archive.ok_or_else(|| Failure::usage("place-needed").with("flag", "--archive"))?;
    let keys = a.acting.at.keys.clone().or_else(|| at.settings.keys.clone());
    let file = a.acting.passphrase_file.as_deref().or(at.settings.passphrase_file.as_deref());
    let own_key = a.acting.identity.is_some() || at.settings.identity.is_some();
    let keyed = keys.is_some() && (file.is_some() || own_key || secret::can_ask());
    let seen = keys.as_deref().and_then(|keys| pipeline::verify::remembered_by_keys(&archive, keys));
    let (places, operator) = match keys {
        Some(_) if keyed => {
            let (places, operator) = operator_unremembered(at, &a.acting)?;
            at.opened(&places, &operator);
            (places, Some(operator))
        }
        _ => (Places::new(archive.clone(), archive.join("no-keys")), None),
    };
    let given = a.checkpoint.as_deref().map(pipeline::verify::read_checkpoint).transpose();
    let mut older: Vec<_> = given.map_err(Failure::of_job)?.into_iter().chain(seen).collect();
    // what does not fit the operator's memory stands in the report with all the rest
    if let (Some(memory), Some(operator)) = (at.memory(), &operator) {
        older.extend(memory.remembered(&places, &operator.id()).map_err(Failure::of_job)?);
    }
    let report = with_progress(at, |p| pipeline::verify::verify(&places, operator.as_ref(), &older, p))?;
    at.out.line(if report.holds { "verify-holds" } else { "verify-broken" }, &[])?;
    numbers(
        at,
        &[
            ("count-entries", report.entries),
            ("count-records", report.records),
            ("count-attachments", report.attachments),
        ],
    )?;
    at.out.plain(&format!("  {}", report.root))?;
    if !report.with_keys {
        at.out.line("verify-without-keys", &[])?;
    }
    if report.with_keys && report.buckets_without_key > 0 {
        at.out.line("verify-unopened", &[("n", report.buckets_without_key.into())])?;
    }
    for broken in &report.broken {
        at.out
            .line("verify-entry", &[("entry", broken.entry.into()), ("what", broken.what.clone().into())])?;
    }
    at.out.object(&report)?;
    Ok(report.exit_code())
}

/// The forms named; without any, all.
fn formats(named: &[String]) -> pipeline::Formats {
    let has = |word: &str| named.is_empty() || named.iter().any(|n| n == word);
    pipeline::Formats { html: has("html"), lines: has("jsonl") }
}

pub(super) fn export(a: &args::Export, at: &Context<'_>) -> Result<u8, Failure> {
    Failure::of_period(a.from, a.to)?;
    let (places, operator) = if a.past_damage {
        // what is left of an archive is not what the operator remembers
        let places = Places { past_damage: true, ..places(at, &a.acting.at)? };
        let operator = unlocked(at, &a.acting, &places)?;
        (places, operator)
    } else {
        operator(at, &a.acting)?
    };
    let job = pipeline::production::Export {
        places,
        custodian: a.custodian.clone(),
        from: a.from,
        to: a.to,
        out: a.out.clone(),
        english: at.out.texts().lang() == Lang::En,
        formats: formats(&a.format),
        classification: a.classification.as_ref().map(args::Fact::one).transpose()?,
        delete_by: a.delete_by,
        now: now(),
    };
    let report = with_progress(at, |p| pipeline::production::export(&job, &operator, p))?;
    numbers(
        at,
        &[
            ("count-messages", report.messages),
            ("count-conversations", report.conversations),
            ("count-attachments", report.attachments),
            ("count-missing", report.attachments_missing),
        ],
    )?;
    for lost in &report.damaged {
        let month = if lost.month.is_empty() { String::new() } else { format!(", {}", lost.month) };
        let at_entry = [("entry", lost.entry.into()), ("month", month.into())];
        at.out.line("export-damaged", &[&at_entry[..], &[("what", lost.what.clone().into())]].concat())?;
    }
    if report.buckets_without_key > 0 {
        at.out.line("verify-unopened", &[("n", report.buckets_without_key.into())])?;
    }
    at.out.line("export-open", &[("path", report.start.clone().into())])?;
    at.out.line("export-readable", &[])?;
    if let Some(marking) = &report.marking {
        at.out.line("export-marking", &[("level", marking.clone().into())])?;
        at.out.line("marking-not-approved", &[])?;
    }
    at.out.object(&report)?;
    Ok(report.exit_code())
}
