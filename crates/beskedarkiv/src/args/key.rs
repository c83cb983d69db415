//! Arguments of `key`: custody of the epoch's key, copies of the key store, the lock.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::civil::Date;

use super::groups::date;
use super::{Acting, Fact, Where};

#[derive(Subcommand)]
pub(crate) enum Key {
    Split(KeySplit),
    Drill(KeyDrill),
    #[command(subcommand, arg_required_else_help = true)]
    Custody(KeyCustody),
    Recover(KeyShares),
    Rotate(KeyRotate),
    Reseal(KeyReseal),
    Backup(KeyBackup),
    Restore(KeyRestore),
    Copies(KeyCopies),
    Gone(KeyGone),
    Lock(KeyLock),
    Unlock(KeyUnlock),
    Destroy(KeyDestroy),
}

#[derive(Args)]
pub(crate) struct KeyDestroy {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[arg(long, value_name = "FILE")]
    pub(crate) second_passphrase_file: Option<PathBuf>,
    #[arg(long, value_name = "FILE", conflicts_with = "second_passphrase_file")]
    pub(crate) second_identity: Option<PathBuf>,
    #[arg(long, value_name = "NUMBER")]
    pub(crate) confirm: String,
    #[arg(long, value_name = "TEXT")]
    pub(crate) reference: Option<Fact>,
}

#[derive(Subcommand)]
pub(crate) enum KeyCustody {
    Finish(KeyShares),
}

#[derive(Args)]
pub(crate) struct KeySplit {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub(crate) shares: u8,
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub(crate) threshold: u8,
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
}

#[derive(Args)]
pub(crate) struct KeyDrill {
    #[command(flatten)]
    pub(crate) at: Where,
    #[arg(long = "share", value_name = "FILE", required = true)]
    pub(crate) shares: Vec<PathBuf>,
}

#[derive(Args)]
pub(crate) struct KeyShares {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[arg(long = "share", value_name = "FILE", required = true)]
    pub(crate) shares: Vec<PathBuf>,
}

#[derive(Args)]
pub(crate) struct KeyRotate {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[arg(long = "share", value_name = "FILE")]
    pub(crate) shares: Vec<PathBuf>,
}

#[derive(Args)]
pub(crate) struct KeyReseal {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[arg(long = "custodian", value_name = "ID")]
    pub(crate) custodians: Vec<Fact>,
    #[arg(long)]
    pub(crate) bodies: bool,
    #[arg(long = "share", value_name = "FILE")]
    pub(crate) shares: Vec<PathBuf>,
}

#[derive(Args)]
pub(crate) struct KeyBackup {
    #[command(flatten)]
    pub(crate) at: Where,
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) expires: Option<Date>,
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
}

#[derive(Args)]
pub(crate) struct KeyRestore {
    #[command(flatten)]
    pub(crate) at: Where,
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    #[arg(long)]
    pub(crate) expired_too: bool,
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
}

#[derive(Args)]
pub(crate) struct KeyCopies {
    #[command(flatten)]
    pub(crate) at: Where,
}

#[derive(Args)]
pub(crate) struct KeyGone {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[arg(long, value_name = "TEXT")]
    pub(crate) reference: Option<Fact>,
    #[arg(value_name = "ENTRY")]
    pub(crate) entry: u64,
}

#[derive(Args)]
pub(crate) struct KeyLock {
    #[command(flatten)]
    pub(crate) at: Where,
}

#[derive(Args)]
pub(crate) struct KeyUnlock {
    #[command(flatten)]
    pub(crate) acting: Acting,
}
