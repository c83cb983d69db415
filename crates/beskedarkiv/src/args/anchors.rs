//! Arguments of `checkpoint`: the signed state of the chain and what holds it from outside.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Acting, Fact};

#[derive(Subcommand)]
pub(crate) enum Checkpoint {
    Show(CheckpointShow),
    Sign(CheckpointSign),
    Witness(CheckpointWitness),
    VerifyPrinted(CheckpointVerifyPrinted),
    Timestamp(CheckpointTimestamp),
    Accept(CheckpointAccept),
    Renew(CheckpointSign),
}

#[derive(Args)]
pub(crate) struct CheckpointAccept {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[arg(long)]
    pub(crate) give_up_newer_keys: bool,
}

#[derive(Args)]
pub(crate) struct CheckpointShow {
    #[arg(long, value_name = "DIR", env = "BESKEDARKIV_ARCHIVE")]
    pub(crate) archive: Option<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub(crate) print: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct CheckpointSign {
    #[command(flatten)]
    pub(crate) acting: Acting,
}

#[derive(Args)]
pub(crate) struct CheckpointWitness {
    #[arg(long, value_name = "DIR", env = "BESKEDARKIV_ARCHIVE")]
    pub(crate) archive: Option<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    #[arg(long, requires = "name")]
    pub(crate) new: bool,
    #[arg(long, value_name = "NAME", requires = "new")]
    pub(crate) name: Option<Fact>,
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
}

#[derive(Args)]
pub(crate) struct CheckpointTimestamp {
    #[arg(long, value_name = "DIR", env = "BESKEDARKIV_ARCHIVE")]
    pub(crate) archive: Option<PathBuf>,
    #[arg(long, value_name = "FILE", conflicts_with = "response")]
    pub(crate) query: Option<PathBuf>,
    #[arg(long, value_name = "FILE", requires = "tsa_certificate")]
    pub(crate) response: Option<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub(crate) tsa_certificate: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct CheckpointVerifyPrinted {
    #[arg(long, value_name = "DIR", env = "BESKEDARKIV_ARCHIVE")]
    pub(crate) archive: Option<PathBuf>,
    #[arg(long, value_name = "N")]
    pub(crate) size: u64,
    #[arg(value_name = "GROUP", required = true)]
    pub(crate) groups: Vec<String>,
}
