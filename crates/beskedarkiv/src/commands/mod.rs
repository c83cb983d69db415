//! One module a command: arguments in, a job asked for, its outcome told, an exit code out.

mod classify;
mod jobs;
mod media;
mod proof;
mod register;
mod retention;
mod review;
mod shell;
mod status;

use crate::args::{Command, Global};
use crate::config::Settings;
use crate::failure::Failure;
use crate::output::Output;
use crate::stop::Stop;
use crate::texts::Texts;

/// What every command has at hand.
pub(crate) struct Context<'a> {
    /// Where to print.
    pub(crate) out: Output<'a>,
    /// The configuration file's words.
    pub(crate) settings: Settings,
    /// Whether to stop.
    pub(crate) stop: Stop,
}

impl<'a> Context<'a> {
    /// Starts log and signal handling.
    pub(crate) fn new(global: &Global, settings: Settings, texts: &'a Texts) -> Result<Self, Failure> {
        crate::logs::start(global.log_level());
        let stop =
            Stop::install().map_err(|e| Failure::new(1, "internal").with("what", e.kind().to_string()))?;
        Ok(Self { out: Output::new(texts, global.json, global.quiet), settings, stop })
    }
}

/// Runs a command; gives its exit code.
pub(crate) fn run(command: Command, at: &mut Context<'_>) -> Result<u8, Failure> {
    use crate::args::{Checkpoint, Job, Retention};
    match command {
        Command::Demo(a) => jobs::demo(&a, at),
        Command::Init(a) => jobs::init(&a, at),
        Command::Custodian(a) => register::custodian(a, at),
        Command::Operator(a) => register::operators(a, at),
        Command::Inspect(a) => jobs::inspect(&a, at),
        Command::Read(a) => jobs::read(&a, at),
        Command::Classify(a) => classify::classify(&a, at),
        Command::Ingest(a) => jobs::ingest(&a, at),
        Command::Run(a) => jobs::run(&a, at),
        Command::Job(Job::Check(a)) => jobs::job_check(&a, at),
        Command::Status(a) => status::status(&a, at),
        Command::Verify(a) => jobs::verify(&a, at),
        Command::Checkpoint(Checkpoint::Show(a)) => proof::checkpoint(&a, at),
        Command::Review(a) => review::review(a, at),
        Command::Export(a) => jobs::export(&a, at),
        Command::Policy(a) => register::policy(&a, at),
        Command::Media(a) => media::media(&a, at),
        Command::Retention(Retention::Explain(a)) => retention::explain(&a, at),
        Command::Completions(a) => shell::completions(&a, at),
        Command::Man(a) => shell::man(&a, at),
        Command::Help(a) => shell::help(&a, at),
    }
}
