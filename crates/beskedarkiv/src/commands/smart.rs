//! `smart`: packages of read-outs, their custody, and mappings.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use pipeline::smart as job;
use serde_json::Value;

use super::Context;
use super::jobs::{look, now, numbers, operator, options, with_progress};
use crate::args::{self, Fact, Smart};
use crate::failure::{Failure, LOOK};
use crate::lang::Lang;
use crate::secret;
use crate::table::Table;
use crate::texts::shown;

pub(super) fn smart(command: Smart, at: &Context<'_>) -> Result<u8, Failure> {
    match command {
        Smart::Pack(a) => pack(&a, at),
        Smart::Seal(a) => seal(&a, at),
        Smart::Custody(a) => custody(&a, at),
        Smart::Show(a) => show(&a, at),
        Smart::Verify(a) => verify(&a, at),
        Smart::Probe(a) => probe(&a, at),
        Smart::DryRun(a) => dry_run(&a, at),
        Smart::Approve(a) => approve(&a, at),
    }
}

/// Whether the system has what lies there mounted read-only.
#[cfg(unix)]
fn read_only(path: &Path) -> Option<bool> {
    let flags = rustix::fs::statvfs(path).ok()?.f_flag;
    Some(flags.contains(rustix::fs::StatVfsMountFlags::RDONLY))
}

#[cfg(not(unix))]
fn read_only(_: &Path) -> Option<bool> {
    None
}

/// The facts of a file: `word = "text"`, one a line.
fn of_file(path: &Path) -> Result<BTreeMap<String, String>, Failure> {
    let at =
        |why: String| Failure::usage("facts-file").with("path", path.display().to_string()).with("why", why);
    let bytes = args::fact::bounded(path, 1 << 20).map_err(at)?;
    let text = String::from_utf8(bytes).map_err(|_| at("UTF-8".to_owned()))?;
    let values: BTreeMap<String, toml::Value> = toml::from_str(&text).map_err(|e| {
        let line = e.span().map_or(0, |s| text[..s.start.min(text.len())].matches('\n').count() + 1);
        at(format!("{line}"))
    })?;
    let text = |value: toml::Value| match value {
        toml::Value::String(text) => text,
        toml::Value::Boolean(yes) => if yes { "yes" } else { "no" }.to_owned(),
        other => other.to_string(),
    };
    Ok(values.into_iter().map(|(word, value)| (word, text(value))).collect())
}

/// What is needed and was not given, asked for on the terminal.
fn ask(facts: &mut BTreeMap<String, String>, at: &Context<'_>) -> Result<(), Failure> {
    let missing: Vec<&str> =
        job::facts().filter(|(word, needed)| *needed && !facts.contains_key(*word)).map(|f| f.0).collect();
    if missing.is_empty() {
        return Ok(());
    }
    if !secret::can_ask() {
        let flags: Vec<String> = missing.iter().map(|word| format!("--{word}")).collect();
        return Err(Failure::usage("facts-needed").with("flags", flags.join(" ")));
    }
    let _busy = at.stop.busy();
    for word in missing {
        let own = format!("arg-smart-pack-{word}");
        let texts = at.out.texts();
        let what = texts.find(&own, &[]).unwrap_or_else(|| texts.say(&format!("arg-{word}"), &[]));
        let mut line = String::new();
        let asked =
            write!(std::io::stderr(), "{what}: ").and_then(|()| std::io::stdin().read_line(&mut line));
        asked.map_err(|e| Failure::output(&e))?;
        facts.insert(word.to_owned(), line.trim().to_owned());
    }
    Ok(())
}

fn pack(a: &args::SmartPack, at: &Context<'_>) -> Result<u8, Failure> {
    let mut facts = a.facts.as_deref().map(of_file).transpose()?.unwrap_or_default();
    for (word, fact) in a.given.by_word() {
        if let Some(fact) = fact {
            facts.insert(word.to_owned(), fact.one()?);
        }
    }
    ask(&mut facts, at)?;
    let read_only = read_only(&a.from);
    if read_only == Some(false) {
        at.out.note("smart-not-read-only", &[]);
    }
    let packing = job::PackJob { medium: &a.from, out: &a.out, facts: &facts, read_only, now: now() };
    let report = with_progress(at, |progress| job::pack(&packing, progress))?;
    at.out.line("smart-packed", &[("path", a.out.display().to_string().into())])?;
    numbers(
        at,
        &[
            ("count-files", report.files),
            ("count-bytes", report.bytes),
            ("count-not-copied", report.not_copied),
        ],
    )?;
    head(at, report.custody, &report.custody_head)?;
    at.out.object(&report)?;
    Ok(if report.not_copied > 0 { LOOK } else { 0 })
}

/// Where a custody log stands: to be written down on paper.
fn head(at: &Context<'_>, lines: u64, head: &str) -> Result<(), Failure> {
    at.out.line("smart-head", &[("lines", lines.into()), ("head", head.to_owned().into())])
}

fn entered(entry: &args::Entry) -> Result<job::Entered, Failure> {
    let one = |fact: &Option<Fact>| fact.as_ref().map(Fact::one).transpose();
    let args::Entry { actor, second, seal_number, remark } = entry;
    Ok(job::Entered { actor: one(actor)?, second: one(second)?, seal: one(seal_number)?, note: one(remark)? })
}

fn tell_custody(at: &Context<'_>, report: &job::CustodyReport) -> Result<u8, Failure> {
    at.out.line("smart-sealed", &[("signatures", report.signed_by.len().into())])?;
    head(at, report.lines, &report.head)?;
    at.out.object(report)?;
    Ok(0)
}

fn seal(a: &args::SmartSeal, at: &Context<'_>) -> Result<u8, Failure> {
    let entry = entered(&a.entry)?;
    let (places, operator) = operator(at, &a.acting)?;
    let report = job::seal(&places, &operator, &a.package, entry, now()).map_err(Failure::of_job)?;
    tell_custody(at, &report)
}

fn custody(a: &args::SmartCustody, at: &Context<'_>) -> Result<u8, Failure> {
    let entry = entered(&a.entry)?;
    let (places, operator) = operator(at, &a.acting)?;
    let report =
        job::custody(&places, &operator, &a.package, &a.event, entry, now()).map_err(Failure::of_job)?;
    tell_custody(at, &report)
}

/// The values of an object, each with its path.
fn flat(prefix: &str, value: &Value, out: &mut Vec<(String, String)>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
                flat(&path, value, out);
            }
        }
        Value::String(text) => out.push((prefix.to_owned(), text.clone())),
        Value::Null => {}
        other => out.push((prefix.to_owned(), other.to_string())),
    }
}

fn show(a: &args::SmartShow, at: &Context<'_>) -> Result<u8, Failure> {
    let report = job::show(&a.package, at.out.names(a.show_names)).map_err(Failure::of_job)?;
    let facts = serde_json::to_value(&report.facts).unwrap_or_default();
    let (mut values, mut table) = (Vec::new(), Table::default());
    flat("", &facts, &mut values);
    for (path, value) in values {
        table.row([path, shown(&value)]);
    }
    at.out.table(&table)?;
    let mut log = Table::new(&[0]);
    for line in &report.custody {
        log.row([line.n.to_string(), line.event.word().to_owned(), line.at.clone(), shown(&line.actor)]);
    }
    at.out.plain("")?;
    at.out.table(&log)?;
    look(at, &report.broken)?;
    at.out.object(&report)?;
    Ok(if report.broken.is_empty() { 0 } else { crate::failure::INTEGRITY })
}

fn verify(a: &args::SmartVerify, at: &Context<'_>) -> Result<u8, Failure> {
    let report =
        with_progress(at, |_| job::verify(&a.package, a.archive.as_deref(), a.trusted_keys.as_deref()))?;
    at.out.line(if report.holds { "smart-holds" } else { "smart-broken" }, &[])?;
    numbers(at, &[("count-files", report.files), ("count-bytes", report.bytes)])?;
    if let Some(last) = &report.custody_head {
        head(at, report.custody, last)?;
    }
    for signature in &report.signatures {
        let key = match signature.holds {
            Some(true) => "smart-signature-holds",
            Some(false) => "smart-signature-broken",
            None => "smart-signature-unknown",
        };
        at.out.line(key, &[("by", signature.by.clone().into())])?;
    }
    if report.signatures.is_empty() {
        at.out.line("smart-not-signed", &[])?;
    }
    look(at, &report.broken)?;
    at.out.object(&report)?;
    Ok(report.exit_code())
}

fn probe(a: &args::SmartProbe, at: &Context<'_>) -> Result<u8, Failure> {
    let danish = at.out.texts().lang() == Lang::Da;
    let report = with_progress(at, |progress| job::probe(&a.source, danish, progress))?;
    // remarks, so that the whole output is a mapping
    let remark = |text: &str| at.out.plain(&format!("# {}", shown(text)));
    for file in &report.files {
        let inside = file.inside.as_deref().map(|i| format!(" ({i})")).unwrap_or_default();
        let encoding = file.encoding.map(|e| format!(" {e}")).unwrap_or_default();
        remark(&format!("{}{inside}: {}{encoding}, {} B", file.name, file.kind, file.bytes))?;
        for table in &file.tables {
            remark(&format!("  {} ({}): {}", table.name, table.rows, table.columns.join(", ")))?;
        }
    }
    for column in &report.columns {
        let field = column.field.unwrap_or("-");
        remark(&format!(
            "  {} = {} ({}/{}) {}",
            field,
            column.name,
            column.filled,
            report.rows,
            column.looks.join("  ")
        ))?;
    }
    if report.mapping.is_empty() {
        at.out.note("smart-nothing-found", &[]);
    } else if let Some(path) = &a.out {
        std::fs::write(path, &report.mapping).map_err(|e| {
            Failure::usage("write").with("path", path.display().to_string()).with("why", e.kind().to_string())
        })?;
        at.out.note("smart-proposed", &[("path", path.display().to_string().into())]);
    } else {
        at.out.plain(&report.mapping)?;
    }
    if !report.missing.is_empty() {
        at.out.note("smart-missing", &[("fields", report.missing.join(", ").into())]);
    }
    at.out.object(&report)?;
    Ok(if report.mapping.is_empty() || !report.missing.is_empty() { LOOK } else { 0 })
}

fn dry_run(a: &args::SmartDryRun, at: &Context<'_>) -> Result<u8, Failure> {
    let options = options(at, &a.flags)?;
    let report = with_progress(at, |progress| job::dry_run(&a.source, &options, progress))?;
    if let Some(why) = &report.refused {
        at.out.line("smart-refused", &[("why", why.clone().into())])?;
    } else {
        at.out.line("smart-would-read", &[])?;
    }
    numbers(
        at,
        &[
            ("count-files", report.files),
            ("count-messages", report.messages),
            ("count-conversations", report.conversations),
            ("count-attachments", report.attachments),
            ("count-missing", report.attachments_missing),
        ],
    )?;
    let mut table = Table::new(&[1]);
    for fill in &report.fields {
        table.row([fill.field.to_owned(), fill.filled.to_string()]);
    }
    for (way, n) in &report.directions {
        table.row([format!("direction {way}"), n.to_string()]);
    }
    for (marking, n) in &report.markings {
        table.row([format!("classification {}", shown(marking)), n.to_string()]);
    }
    at.out.table(&table)?;
    if let (Some(first), Some(last)) = (&report.first, &report.last) {
        at.out.line("smart-period", &[("first", first.clone().into()), ("last", last.clone().into())])?;
    }
    for message in &report.sample {
        at.out.plain(&shown(&message.to_string()))?;
    }
    if !report.unmapped.is_empty() {
        at.out.line("smart-unmapped", &[("columns", report.unmapped.join(", ").into())])?;
    }
    look(at, &report.findings)?;
    at.out.object(&report)?;
    Ok(match (&report.refused, report.findings.is_empty()) {
        (Some(_), _) => 4,
        (None, true) => 0,
        (None, false) => LOOK,
    })
}

fn approve(a: &args::SmartApprove, at: &Context<'_>) -> Result<u8, Failure> {
    let (places, operator) = operator(at, &a.acting)?;
    let report =
        job::approve(&places, &operator, &a.target, a.mapping.as_deref()).map_err(Failure::of_job)?;
    at.out.line(if report.approved { "smart-approved" } else { "smart-one-signature" }, &[])?;
    at.out.plain(&format!("  {}", report.mapping))?;
    at.out.object(&report)?;
    Ok(report.exit_code())
}
