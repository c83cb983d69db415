//! Arguments of `backup`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Fact, Where};

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, arg_required_else_help = true)]
pub(crate) struct Backup {
    #[command(subcommand)]
    pub(crate) command: Option<BackupCommand>,
    #[command(flatten)]
    pub(crate) at: Where,
    #[arg(long, value_name = "DIR")]
    pub(crate) offsite: Option<PathBuf>,
    #[arg(long = "canary", value_name = "TEXT")]
    pub(crate) canaries: Vec<Fact>,
}

#[derive(Subcommand)]
pub(crate) enum BackupCommand {
    Verify(BackupVerify),
    Restore(BackupRestore),
}

#[derive(Args)]
pub(crate) struct BackupVerify {
    #[arg(long, value_name = "FILE")]
    pub(crate) checkpoint: Option<PathBuf>,
    #[arg(value_name = "DIR")]
    pub(crate) copy: PathBuf,
}

#[derive(Args)]
pub(crate) struct BackupRestore {
    #[arg(long, value_name = "DIR")]
    pub(crate) to: PathBuf,
    #[arg(value_name = "DIR")]
    pub(crate) copy: PathBuf,
}
