//! Commands on sources and what takes them in: `demo`, `init`, `inspect`, `read`, `ingest`, `run`, `job`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use pipeline::personal::{self, Unlock};
use pipeline::{JobError, Operator, Places, Progress, SourceOptions};
use serde::Serialize;

use super::Context;
use crate::args;
use crate::failure::{Failure, INTEGRITY, LOOK};
use crate::lang::Lang;
use crate::person::Terminal;
use crate::progress::Bar;
use crate::secret::{self, Asked};
use crate::table::Table;

/// Now, milliseconds since 1970.
pub(super) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Runs a job with a bar and with signals left to it.
pub(super) fn with_progress<T>(
    at: &Context<'_>,
    job: impl FnOnce(Progress<'_>) -> Result<T, JobError>,
) -> Result<T, Failure> {
    let bar = Bar::new(&at.out);
    let report = |step| bar.step(step);
    let _busy = at.stop.busy();
    job(Progress::new(&report, at.stop.flag())).map_err(Failure::of_job)
}

/// Where archive and key store lie: arguments and environment, then the configuration file.
pub(super) fn places(at: &Context<'_>, given: &args::Where) -> Result<Places, Failure> {
    let need = |flag: &'static str| Failure::usage("place-needed").with("flag", flag);
    let archive = given.archive.clone().or_else(|| at.settings.archive.clone());
    let keys = given.keys.clone().or_else(|| at.settings.keys.clone());
    let holding = given.holding.clone().or_else(|| at.settings.holding.clone());
    let mut places =
        Places::new(archive.ok_or_else(|| need("--archive"))?, keys.ok_or_else(|| need("--keys"))?);
    places.holding = holding.unwrap_or(places.holding);
    Ok(places)
}

/// The operator who acts; the archive must have grown from what the operator saw of it before.
pub(super) fn operator(at: &Context<'_>, acting: &args::Acting) -> Result<(Places, Operator), Failure> {
    let (places, operator) = operator_unremembered(at, acting)?;
    if let Some(memory) = at.memory() {
        memory.check(&places, &operator.id()).map_err(Failure::of_job)?;
    }
    at.opened(&places, &operator);
    Ok((places, operator))
}

/// The operator who acts, whatever the operator saw of the archive before.
pub(super) fn operator_unremembered(
    at: &Context<'_>,
    acting: &args::Acting,
) -> Result<(Places, Operator), Failure> {
    let places = places(at, &acting.at)?;
    let operator = unlocked(at, acting, &places)?;
    Ok((places, operator))
}

pub(super) fn unlocked(
    at: &Context<'_>,
    acting: &args::Acting,
    places: &Places,
) -> Result<Operator, Failure> {
    let by = match (&acting.identity, &acting.passphrase_file, &at.settings.identity) {
        (Some(file), _, _) | (None, None, Some(file)) => identity(at, file)?,
        (None, given, _) => {
            let file = given.as_deref().or(at.settings.passphrase_file.as_deref());
            Unlock::Passphrase(secret::get(file, Asked::Operator, &at.out, &at.stop)?)
        }
    };
    places.unlock_by(&by).map_err(Failure::of_job)
}

fn identity(at: &Context<'_>, file: &Path) -> Result<Unlock, Failure> {
    secret::note_readers(file, &at.out);
    let identities = personal::identities(file, Terminal::person()).map_err(Failure::of_job)?;
    Ok(Unlock::Identities(identities))
}

/// What a second operator is unlocked with.
pub(super) fn second(
    at: &Context<'_>,
    own_key: Option<&Path>,
    passphrase_file: Option<&Path>,
) -> Result<Unlock, Failure> {
    match own_key {
        Some(file) => identity(at, file),
        None => secret::get(passphrase_file, Asked::Second, &at.out, &at.stop).map(Unlock::Passphrase),
    }
}

pub(super) fn options(at: &Context<'_>, flags: &args::SourceFlags) -> Result<SourceOptions, Failure> {
    let passphrase =
        flags.backup_passphrase_file.as_deref().map(|file| secret::of_file(file, &at.out)).transpose()?;
    let one = |fact: &Option<args::Fact>| fact.as_ref().map(args::Fact::one).transpose();
    Ok(SourceOptions {
        passphrase,
        key_file: flags.backup_key_file.clone(),
        owner: one(&flags.owner)?,
        owner_name: one(&flags.owner_name)?,
        date_order: flags.date_order.clone(),
        zone: flags.zone.clone(),
        mapping: flags.mapping.clone(),
    })
}

/// Runs a job on a source; asks for its passphrase when it turns out to need one.
fn asking<T>(
    at: &Context<'_>,
    mut options: SourceOptions,
    mut job: impl FnMut(&SourceOptions, Progress<'_>) -> Result<T, JobError>,
) -> Result<T, Failure> {
    let mut needed = None;
    let first = with_progress(at, |progress| {
        let result = job(&options, progress);
        if let Err(e) = &result {
            needed = Some(e.key());
        }
        result
    });
    if needed != Some("source-secret-needed") || !secret::can_ask() {
        return first;
    }
    options.passphrase = Some(secret::get(None, Asked::Source, &at.out, &at.stop)?);
    with_progress(at, |progress| job(&options, progress))
}

/// Writes what a person must look at, codes in words.
pub(super) fn look(at: &Context<'_>, findings: &[String]) -> Result<(), Failure> {
    if !findings.is_empty() {
        at.out.line("look-at", &[])?;
        for line in in_words(at, findings) {
            at.out.plain(&format!("  {line}"))?;
        }
    }
    Ok(())
}

/// Findings in words, a line each; what to do stands below, further in.
pub(super) fn in_words(at: &Context<'_>, findings: &[String]) -> Vec<String> {
    let texts = at.out.texts();
    pipeline::words::lines(findings, texts.lang() == Lang::En)
        .into_iter()
        .map(|line| match line {
            pipeline::words::Line::Found(text) => format!("- {text}"),
            pipeline::words::Line::Advice(what) => {
                format!("    {}", texts.say("what-to-do", &[("what", what.into())]))
            }
        })
        .collect()
}

pub(super) fn numbers(at: &Context<'_>, rows: &[(&str, u64)]) -> Result<(), Failure> {
    let mut table = Table::new(&[1]);
    for (key, n) in rows {
        table.row([at.out.texts().say(key, &[]), n.to_string()]);
    }
    at.out.table(&table)
}

pub(super) fn demo(a: &args::Demo, at: &Context<'_>) -> Result<u8, Failure> {
    let dir = match &a.dir {
        Some(dir) => dir.clone(),
        // the first name that is free
        None => std::iter::once("beskedarkiv-demo".to_owned())
            .chain((2..).map(|n| format!("beskedarkiv-demo-{n}")))
            .map(PathBuf::from)
            .find(|path| !path.exists())
            .unwrap_or_default(),
    };
    let english = at.out.texts().lang() == Lang::En;
    let report = with_progress(at, |progress| pipeline::demo::demo(&dir, english, now(), progress))?;
    at.out.line("demo-made", &[])?;
    let mut table = Table::default();
    for (key, path) in [
        ("demo-backup", &report.backup),
        ("demo-archive", &report.archive),
        ("demo-keys", &report.keys),
        ("demo-export", &report.export),
    ] {
        table.row([at.out.texts().say(key, &[]), path.clone()]);
    }
    at.out.table(&table)?;
    let run = report.ingest.runs.first();
    numbers(
        at,
        &[
            ("count-messages", run.map_or(0, |r| r.new)),
            ("count-review", run.map_or(0, |r| r.review)),
            ("count-attachments", run.map_or(0, |r| r.attachments)),
            ("count-entries", report.verify.entries),
        ],
    )?;
    at.out.line(if report.verify.holds { "verify-holds" } else { "verify-broken" }, &[])?;
    at.out.line("demo-open", &[("path", report.start.clone().into())])?;
    at.out.object(&report)?;
    Ok(if report.verify.holds { 0 } else { INTEGRITY })
}

pub(super) fn init(a: &args::Init, at: &Context<'_>) -> Result<u8, Failure> {
    let places = places(at, &a.acting.at)?;
    let policy = a
        .policy
        .as_deref()
        .map(pipeline::policies::read_file)
        .transpose()
        .map_err(Failure::of_job)?
        .unwrap_or_default();
    if a.acting.identity.is_some() {
        return Err(Failure::usage("init-identity"));
    }
    let file = a.acting.passphrase_file.as_deref().or(at.settings.passphrase_file.as_deref());
    let passphrase = secret::get(file, Asked::New, &at.out, &at.stop)?;
    let name = a.name.as_ref().map(args::Fact::one).transpose()?.unwrap_or_default();
    let report =
        pipeline::operators::init(&places, &passphrase, &name, &policy, now()).map_err(Failure::of_job)?;
    at.out.line("init-made", &[("path", report.archive_path.clone().into())])?;
    at.out.line("init-keys", &[("path", report.keys_path.clone().into())])?;
    at.out.line("init-warning", &[])?;
    at.out.plain(&format!("  {}", report.trusted_key))?;
    if let Some(level) = a.ceiling {
        let operator = places.unlock(&passphrase).map_err(Failure::of_job)?;
        pipeline::markings::set_ceiling(&places, &operator, level, None, now()).map_err(Failure::of_job)?;
    }
    let ceiling = a.ceiling.unwrap_or(policy::DEFAULT_CEILING).danish();
    at.out.line("marking-ceiling", &[("level", ceiling.into())])?;
    at.out.line("marking-not-approved", &[])?;
    at.out.object(&report)?;
    Ok(0)
}

pub(super) fn inspect(a: &args::Inspect, at: &Context<'_>) -> Result<u8, Failure> {
    let mut code = 0;
    let names = at.out.names(a.show_names) || (a.show_names && at.out.json());
    for path in &a.sources {
        let options = options(at, &a.source)?;
        let report = asking(at, options, |o, p| pipeline::inspect::inspect(path, o, names, p))?;
        at.out.plain(&format!("{}: {}", report.source, report.kind))?;
        let mut table = Table::default();
        let texts = at.out.texts();
        let yes = |is: bool| texts.say(if is { "yes" } else { "no" }, &[]);
        table.row([texts.say("inspect-encrypted", &[]), yes(report.encrypted)]);
        let d = &report.device;
        for (key, value) in [
            ("inspect-date", &report.backup_date),
            ("inspect-model", &d.model),
            ("inspect-system", &d.system),
            ("inspect-name", &d.name),
            ("inspect-serial", &d.serial),
            ("inspect-number", &d.number),
            ("inspect-secret", &report.secret),
        ] {
            if let Some(value) = value {
                table.row([texts.say(key, &[]), value.clone()]);
            }
        }
        for reader in &report.readers {
            table.row([
                texts.say("inspect-reader", &[]),
                format!("{} ({})", reader.reader, reader.rows.unwrap_or(0)),
            ]);
        }
        for app in &report.apps {
            let key = match app.coverage {
                pipeline::apps::Coverage::Read => "app-read",
                pipeline::apps::Coverage::KnownNotRead => "app-known",
                pipeline::apps::Coverage::NotInSource => "app-absent",
                pipeline::apps::Coverage::Unknown => "app-unknown",
            };
            let name = match pipeline::words::app_name(&app.id) {
                "messages" => texts.say("app-own", &[]),
                name if name == app.id => name.to_owned(),
                name => format!("{name} ({})", app.id),
            };
            table.row([name, texts.say(key, &[])]);
        }
        at.out.table(&table)?;
        // notes on the container count for the exit code as findings do
        let findings: Vec<String> = report.findings.iter().chain(&report.notes).cloned().collect();
        look(at, &findings)?;
        at.out.object(&report)?;
        if !report.clean() {
            code = LOOK;
        }
    }
    Ok(code)
}

pub(super) fn read(a: &args::Read, at: &Context<'_>) -> Result<u8, Failure> {
    let options = options(at, &a.source)?;
    let mut broken = None;
    let report = asking(at, options, |o, p| {
        let out = std::io::stdout().lock();
        let mut out = Pipe { inner: std::io::BufWriter::with_capacity(1 << 18, out), broken: &mut broken };
        pipeline::read::read(&a.sources, o, &mut out, p)
    });
    if broken == Some(std::io::ErrorKind::BrokenPipe) {
        return Err(Failure::enough());
    }
    let report = report?;
    if let Some(path) = &a.summary {
        let text = serde_json::to_vec_pretty(&report).unwrap_or_default();
        std::fs::write(path, text).map_err(|e| {
            Failure::usage("write").with("path", path.display().to_string()).with("why", e.kind().to_string())
        })?;
    }
    at.out.object(&report)?;
    let (n, unreadable) = (report.tally.messages, report.tally.unreadable);
    at.out.note("read-done", &[("messages", n.into()), ("unreadable", unreadable.into())]);
    for listed in &report.unreadable {
        at.out.note(
            "read-unreadable",
            &[("at", listed.at.clone().into()), ("why", listed.fault.clone().into())],
        );
    }
    for line in in_words(at, &report.findings) {
        at.out.note("read-finding", &[("what", line.into())]);
    }
    Ok(if report.clean() { 0 } else { LOOK })
}

/// Standard output that remembers how it broke.
pub(super) struct Pipe<'a, W> {
    pub(super) inner: W,
    pub(super) broken: &'a mut Option<std::io::ErrorKind>,
}

impl<W: Write> Write for Pipe<'_, W> {
    fn write(&mut self, buf: &[u8]) -> std::io::Result<usize> {
        self.inner.write(buf).inspect_err(|e| *self.broken = Some(e.kind()))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush().inspect_err(|e| *self.broken = Some(e.kind()))
    }
}

pub(super) fn ingest(a: &args::Ingest, at: &Context<'_>) -> Result<u8, Failure> {
    let places = places(at, &a.at)?;
    if let Some(path) = &a.receipt {
        places.outside("--receipt", path).map_err(Failure::of_job)?;
    }
    let options = options(at, &a.source)?;
    let report = asking(at, options, |o, p| {
        let job = pipeline::ingest::Ingest {
            places: places.clone(),
            custodian: a.custodian.clone(),
            sources: a.sources.clone(),
            options: o.clone(),
            copy_date: a.copy_date,
            mode: a.mode.as_deref().and_then(policy::Mode::of),
            contacts: a.contacts.clone(),
            journal: a.journal.clone(),
            attest_device: a.attest_device,
            now: now(),
        };
        pipeline::ingest::ingest(&job, p)
    })?;
    if let Some(path) = &a.receipt {
        std::fs::write(path, &report.receipt).map_err(|e| {
            Failure::usage("write").with("path", path.display().to_string()).with("why", e.kind().to_string())
        })?;
    }
    at.out.plain(&report.receipt)?;
    at.out.object(&report)?;
    let astray = super::review::astray(&places, at)?;
    Ok(if astray && report.exit_code() == 0 { LOOK } else { report.exit_code() })
}

pub(super) fn run(a: &args::Run, at: &Context<'_>) -> Result<u8, Failure> {
    let job = pipeline::job::Job::read(&a.job).map_err(Failure::of_job)?;
    let report = with_progress(at, |p| Ok(job.run(now(), p)))?;
    let mut table = Table::new(&[0, 2]);
    for copy in &report.copies {
        let what = match (&copy.error, &copy.report) {
            (Some(error), _) => error.clone(),
            (None, Some(r)) => {
                at.out.texts().say("run-copy", &[("new", r.runs.iter().map(|r| r.new).sum::<u64>().into())])
            }
            (None, None) => String::new(),
        };
        table.row([copy.number.to_string(), copy.custodian.clone(), copy.exit_code.to_string(), what]);
    }
    at.out.table(&table)?;
    if let Some(path) = job.report_path() {
        write_json(path, &report)?;
    }
    at.out.object(&report)?;
    Ok(report.exit_code())
}

fn write_json(path: &std::path::Path, object: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_vec_pretty(object).unwrap_or_default();
    std::fs::write(path, text).map_err(|e| {
        Failure::usage("write").with("path", path.display().to_string()).with("why", e.kind().to_string())
    })
}

pub(super) fn job_units(a: &args::JobUnits, at: &Context<'_>) -> Result<u8, Failure> {
    let program = std::env::current_exe().map_err(|e| {
        Failure::of_job(pipeline::JobError::io(
            std::path::Path::new("beskedarkiv"),
            "finding the program",
            &e,
        ))
    })?;
    let report = pipeline::units::write(&a.job, &a.name, &program, &a.out).map_err(Failure::of_job)?;
    for file in &report.files {
        at.out.plain(&format!("  {file}"))?;
    }
    at.out.line("job-units", &[])?;
    at.out.object(&report)?;
    Ok(0)
}

pub(super) fn job_check(a: &args::Run, at: &Context<'_>) -> Result<u8, Failure> {
    let check = pipeline::job::Job::read(&a.job).map_err(Failure::of_job)?.check();
    look(at, &check.problems)?;
    if check.problems.is_empty() {
        at.out.line("job-fine", &[("copies", check.copies.into())])?;
    }
    at.out.object(&check)?;
    Ok(if check.problems.is_empty() { 0 } else { LOOK })
}
