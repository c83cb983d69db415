//! One module a command: arguments in, a job asked for, its outcome told, an exit code out.

mod anchors;
mod backup;
mod classify;
mod disposal;
mod erase;
mod handover;
mod jobs;
mod key;
mod media;
mod produce;
mod proof;
mod register;
mod repair;
mod restamp;
mod retention;
mod review;
mod shell;
mod sitting;
mod smart;
mod status;
mod transfer;

use std::cell::RefCell;

use pipeline::anchors::{Memory, OperatorId};
use pipeline::{Operator, Places};

use crate::args::{Command, Global};
use crate::config::Settings;
use crate::failure::{Failure, LOOK};
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
    /// Who opened which archive: what their memories take up when the command has ended well.
    opened: RefCell<Vec<(Places, OperatorId)>>,
}

impl<'a> Context<'a> {
    /// Starts log and signal handling.
    pub(crate) fn new(global: &Global, settings: Settings, texts: &'a Texts) -> Result<Self, Failure> {
        crate::logs::start(global.log_level());
        let stop =
            Stop::install().map_err(|e| Failure::new(1, "internal").with("what", e.kind().to_string()))?;
        Ok(Self {
            out: Output::new(texts, global.json, global.quiet),
            settings,
            stop,
            opened: RefCell::default(),
        })
    }

    /// Where operators remember the archives that they opened.
    pub(crate) fn memory(&self) -> Option<Memory> {
        crate::config::state(self.settings.seen.as_deref()).map(Memory::at)
    }

    /// The archive was opened by an operator.
    pub(crate) fn opened(&self, places: &Places, operator: &Operator) {
        self.opened.borrow_mut().push((places.clone(), operator.id()));
    }

    /// Notes what the archives have become that were opened.
    fn note(&self) {
        let Some(memory) = self.memory() else { return };
        for (places, operator) in self.opened.borrow().iter() {
            if memory.note(places, operator).is_err() {
                self.out.note("note-not-remembered", &[]);
            }
        }
    }
}

/// Runs a command; gives its exit code.
pub(crate) fn run(command: Command, at: &mut Context<'_>) -> Result<u8, Failure> {
    // what these write is for programs
    let writes = matches!(
        command,
        Command::Read(_)
            | Command::Classify(_)
            | Command::Completions(_)
            | Command::Man(_)
            | Command::Help(_)
    );
    let result = dispatch(command, at);
    if matches!(result, Ok(0 | LOOK)) {
        at.note();
    }
    if matches!(result, Ok(0)) && !writes && !at.out.said() {
        at.out.line("nothing-here", &[])?;
    }
    result
}

fn dispatch(command: Command, at: &mut Context<'_>) -> Result<u8, Failure> {
    use crate::args::{Job, Retention};
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
        Command::Job(Job::Units(a)) => jobs::job_units(&a, at),
        Command::Status(a) => status::status(&a, at),
        Command::Smart(a) => smart::smart(a, at),
        Command::Verify(a) => produce::verify(&a, at),
        Command::Review(a) => review::review(a, at),
        Command::Checkpoint(a) => anchors::checkpoint(a, at),
        Command::Backup(a) => backup::backup(a, at),
        Command::Repair(a) => repair::repair(&a, at),
        Command::Key(a) => key::key(a, at),
        Command::Export(a) => produce::export(&a, at),
        Command::Hold(a) => disposal::hold(a, at),
        Command::Dispose(a) => disposal::dispose(a, at),
        Command::Erase(a) => erase::erase(a, at),
        Command::Restamp(a) => restamp::restamp(a, at),
        Command::Transfer(a) => transfer::transfer(a, at),
        Command::Handover(a) => handover::handover(a, at),
        Command::Policy(a) => register::policy(&a, at),
        Command::Media(a) => media::media(&a, at),
        Command::Retention(Retention::Explain(a)) => retention::explain(&a, at),
        Command::Completions(a) => shell::completions(&a, at),
        Command::Man(a) => shell::man(&a, at),
        Command::Help(a) => shell::help(&a, at),
    }
}
