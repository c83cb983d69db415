//! The words of the command line: commands, flags, what may stand in them. Knows no text; help comes
//! from the locales (`help`).

mod anchors;
mod backup;
mod classify;
mod disposal;
mod erase;
pub(crate) mod fact;
mod groups;
mod handover;
mod happening;
mod jobs;
mod key;
mod media;
mod restamp;
mod review;
mod smart;
mod transfer;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use clap_complete::Shell;
use tracing::level_filters::LevelFilter;

use crate::lang::Lang;
use crate::texts::Texts;

pub(crate) use anchors::*;
pub(crate) use backup::*;
pub(crate) use classify::*;
pub(crate) use disposal::*;
pub(crate) use erase::*;
pub(crate) use fact::Fact;
pub(crate) use groups::*;
pub(crate) use handover::*;
pub(crate) use happening::Happening;
pub(crate) use jobs::*;
pub(crate) use key::*;
pub(crate) use media::*;
pub(crate) use restamp::*;
pub(crate) use review::*;
pub(crate) use smart::*;
pub(crate) use transfer::*;

#[derive(Parser)]
#[command(name = "beskedarkiv", version, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

// Flags of every command.
#[derive(Args)]
pub(crate) struct Global {
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    #[arg(long, global = true, value_name = "da|en", value_parser = PossibleValuesParser::new(["da", "en"]))]
    pub(crate) lang: Option<String>,
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    #[arg(long, global = true, value_name = "LEVEL", env = "BESKEDARKIV_LOG",
        value_parser = PossibleValuesParser::new(["off", "error", "warn", "info", "debug", "trace"]))]
    pub(crate) log: Option<String>,
}

impl Global {
    /// The level of the log; off unless asked for.
    pub(crate) fn log_level(&self) -> LevelFilter {
        self.log.as_deref().and_then(|word| word.parse().ok()).unwrap_or(LevelFilter::OFF)
    }
}

#[derive(Subcommand)]
pub(crate) enum Command {
    Demo(Demo),
    Init(Init),
    #[command(subcommand, arg_required_else_help = true)]
    Custodian(Custodian),
    #[command(subcommand, arg_required_else_help = true)]
    Operator(Operator),
    Inspect(Inspect),
    Read(Read),
    Classify(Classify),
    Ingest(Ingest),
    Run(Run),
    #[command(subcommand, arg_required_else_help = true)]
    Job(Job),
    Status(Status),
    Verify(Verify),
    #[command(subcommand, arg_required_else_help = true)]
    Review(Review),
    Export(Export),
    #[command(subcommand, arg_required_else_help = true)]
    Smart(Smart),
    #[command(subcommand, arg_required_else_help = true)]
    Hold(Hold),
    #[command(subcommand, arg_required_else_help = true)]
    Dispose(Dispose),
    #[command(subcommand, arg_required_else_help = true)]
    Erase(Erase),
    #[command(subcommand, arg_required_else_help = true)]
    Restamp(Restamp),
    #[command(subcommand, arg_required_else_help = true)]
    Transfer(Transfer),
    #[command(subcommand, arg_required_else_help = true)]
    Handover(Handover),
    #[command(subcommand, arg_required_else_help = true)]
    Checkpoint(Checkpoint),
    Backup(Backup),
    Repair(Repair),
    #[command(subcommand, arg_required_else_help = true)]
    Key(Key),
    #[command(subcommand, arg_required_else_help = true)]
    Retention(Retention),
    #[command(subcommand, arg_required_else_help = true)]
    Policy(Policy),
    #[command(subcommand, arg_required_else_help = true)]
    Media(Media),
    Completions(Completions),
    Man(Man),
    Help(Help),
}

#[derive(Subcommand)]
pub(crate) enum Retention {
    Explain(Explain),
}

#[derive(Args)]
pub(crate) struct Completions {
    #[arg(value_name = "SHELL")]
    pub(crate) shell: Shell,
}

#[derive(Args)]
pub(crate) struct Man {
    #[arg(value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct Help {
    #[arg(value_name = "COMMAND")]
    pub(crate) command: Vec<String>,
}

/// What must be known before the rest can be parsed: in which language to complain.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Early {
    pub(crate) lang: Option<Lang>,
    pub(crate) config: Option<PathBuf>,
}

impl Early {
    /// Finds `--lang` and `--config` without understanding anything else.
    pub(crate) fn scan(argv: &[OsString]) -> Self {
        let mut early = Self::default();
        let mut words = argv.iter().skip(1).take_while(|word| *word != "--");
        while let Some(word) = words.next() {
            let Some(word) = word.to_str() else { continue };
            let (flag, value) = match word.split_once('=') {
                Some((flag, value)) => (flag, Some(OsString::from(value))),
                None => (word, None),
            };
            match flag {
                "--lang" => {
                    let value = value.or_else(|| words.next().cloned());
                    early.lang = value.and_then(|v| v.to_str()?.parse().ok());
                }
                "--config" => early.config = value.or_else(|| words.next().cloned()).map(PathBuf::from),
                _ => {}
            }
        }
        early
    }
}

/// The whole command tree with its help in the language of `texts`.
pub(crate) fn tree(texts: &Texts) -> clap::Command {
    crate::help::built(crate::help::localise(Cli::command(), texts, ""), texts)
}

/// Parses the command line.
pub(crate) fn parse(argv: Vec<OsString>, texts: &Texts) -> Result<Cli, clap::Error> {
    let matches = tree(texts).try_get_matches_from(argv)?;
    Cli::from_arg_matches(&matches)
}

#[cfg(test)]
mod tests;
