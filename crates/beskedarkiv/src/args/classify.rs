//! Arguments of `classify`, `classify train` and `classify evaluate`.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Classify {
    #[command(flatten)]
    pub(crate) by: Deciding,
    #[arg(long, value_name = "FILE")]
    pub(crate) contacts: Option<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub(crate) summary: Option<PathBuf>,
    #[arg(value_name = "FILE")]
    pub(crate) messages: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Option<ClassifyCommand>,
}

#[derive(Subcommand)]
pub(crate) enum ClassifyCommand {
    Train(ClassifyTrain),
    Evaluate(ClassifyEvaluate),
}

// What decides.
#[derive(Args)]
pub(crate) struct Deciding {
    #[arg(long, value_name = "POST")]
    pub(crate) role: Option<String>,
    #[arg(long, value_name = "MODE",
        value_parser = PossibleValuesParser::new(["sort", "assist", "rules-only", "off"]))]
    pub(crate) mode: Option<String>,
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub(crate) model: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct ClassifyTrain {
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    #[arg(long, value_name = "WHAT", value_parser = PossibleValuesParser::new(["context", "priors", "lexicon"]))]
    pub(crate) without: Vec<String>,
    #[arg(long, value_name = "PERCENT", default_value_t = 100)]
    pub(crate) share: usize,
    #[arg(value_name = "FILE", required = true)]
    pub(crate) labelled: Vec<PathBuf>,
}

#[derive(Args)]
pub(crate) struct ClassifyEvaluate {
    #[command(flatten)]
    pub(crate) by: Deciding,
    #[arg(long)]
    pub(crate) bare: bool,
    #[arg(value_name = "FILE", required = true)]
    pub(crate) labelled: Vec<PathBuf>,
}
