//! Arguments of `backup` and `repair`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Acting, Fact, Where};

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
    #[command(subcommand, arg_required_else_help = true)]
    Store(BackupStore),
}

#[derive(Subcommand)]
pub(crate) enum BackupStore {
    Probe(BackupStoreProbe),
    Put(BackupStorePut),
    Take(BackupStoreTake),
}

#[derive(Args)]
pub(crate) struct BackupStoreProbe {
    #[arg(value_name = "STORE.toml")]
    pub(crate) store: PathBuf,
}

#[derive(Args)]
pub(crate) struct BackupStorePut {
    #[arg(long, value_name = "DIR")]
    pub(crate) keys: Option<PathBuf>,
    #[arg(long, value_name = "DIR")]
    pub(crate) holding: Option<PathBuf>,
    #[arg(long = "canary", value_name = "TEXT", requires = "keys")]
    pub(crate) canaries: Vec<Fact>,
    #[arg(long)]
    pub(crate) trust_earlier: bool,
    #[arg(value_name = "DIR")]
    pub(crate) copy: PathBuf,
    #[arg(value_name = "STORE.toml")]
    pub(crate) store: PathBuf,
}

#[derive(Args)]
pub(crate) struct BackupStoreTake {
    #[arg(long, value_name = "DIR")]
    pub(crate) to: PathBuf,
    #[arg(long, value_name = "STATE")]
    pub(crate) state: Option<String>,
    #[arg(long, value_name = "FILE")]
    pub(crate) checkpoint: Option<PathBuf>,
    #[arg(value_name = "STORE.toml")]
    pub(crate) store: PathBuf,
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

#[derive(Args)]
pub(crate) struct Repair {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[arg(long)]
    pub(crate) partly: bool,
}
