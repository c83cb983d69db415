//! Arguments of `hold` and `dispose`.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use jiff::civil::Date;

use super::groups::date;
use super::{Acting, Fact, Where};

#[derive(Subcommand)]
pub(crate) enum Hold {
    Place(HoldPlace),
    Note(HoldNote),
    Release(HoldRelease),
    List(HoldList),
}

#[derive(Args)]
pub(crate) struct HoldPlace {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[arg(long = "custodian", value_name = "ID")]
    pub(crate) custodians: Vec<String>,
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) from: Option<Date>,
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) to: Option<Date>,
    #[arg(long = "service", value_name = "NAME")]
    pub(crate) services: Vec<String>,
    #[arg(long, value_name = "TEXT")]
    pub(crate) case: Fact,
    #[arg(long, value_name = "TEXT")]
    pub(crate) decision: Fact,
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) received: Option<Date>,
    #[arg(long)]
    pub(crate) auto_delete_stopped: bool,
}

#[derive(Args)]
pub(crate) struct HoldNote {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[arg(long, required = true)]
    pub(crate) auto_delete_stopped: bool,
    #[arg(value_name = "HOLD")]
    pub(crate) hold: u64,
}

#[derive(Args)]
pub(crate) struct HoldRelease {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[arg(long, value_name = "FILE")]
    pub(crate) second_passphrase_file: Option<PathBuf>,
    #[arg(long, value_name = "FILE", conflicts_with = "second_passphrase_file")]
    pub(crate) second_identity: Option<PathBuf>,
    #[arg(long, value_name = "TEXT")]
    pub(crate) decision: Fact,
    #[arg(long, value_name = "DAYS", default_value_t = policy::GRACE_DAYS)]
    pub(crate) grace: u16,
    #[arg(value_name = "HOLD")]
    pub(crate) hold: u64,
}

#[derive(Args)]
pub(crate) struct HoldList {
    #[command(flatten)]
    pub(crate) at: Where,
}

#[derive(Subcommand)]
pub(crate) enum Dispose {
    Plan(DisposePlan),
    Show(DisposeShow),
    Approve(DisposeApprove),
    Run(DisposeRun),
    Confirm(DisposeConfirm),
    List(HoldList),
    Certificate(DisposeCertificate),
    Preservation(DisposePreservation),
    Today(DisposeToday),
}

#[derive(Args)]
pub(crate) struct DisposePlan {
    #[command(flatten)]
    pub(crate) acting: Acting,
}

#[derive(Args)]
pub(crate) struct DisposeShow {
    #[command(flatten)]
    pub(crate) at: Where,
    #[arg(value_name = "PLAN")]
    pub(crate) plan: String,
}

#[derive(Args)]
pub(crate) struct DisposeApprove {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[arg(value_name = "PLAN")]
    pub(crate) plan: String,
}

#[derive(Args)]
pub(crate) struct DisposeRun {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[command(flatten)]
    pub(crate) with: Destroying,
    #[arg(value_name = "PLAN")]
    pub(crate) plan: Option<String>,
}

/// What carrying out needs beside who does it.
#[derive(Args)]
pub(crate) struct Destroying {
    #[arg(long = "copy", value_name = "NAME")]
    pub(crate) copies: Vec<String>,
    #[arg(long)]
    pub(crate) no_other_copies: bool,
    #[arg(long = "share", value_name = "FILE")]
    pub(crate) shares: Vec<PathBuf>,
}

#[derive(Args)]
pub(crate) struct DisposeConfirm {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[arg(long, value_name = "TEXT")]
    pub(crate) reference: Option<Fact>,
    #[arg(long, value_name = "NAME")]
    pub(crate) copy: String,
    #[arg(value_name = "ENTRY")]
    pub(crate) entry: u64,
}

#[derive(Args)]
pub(crate) struct DisposeCertificate {
    #[command(flatten)]
    pub(crate) at: Where,
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    #[arg(value_name = "ENTRY")]
    pub(crate) entry: Option<u64>,
}

#[derive(Args)]
pub(crate) struct DisposePreservation {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[arg(long = "custodian", value_name = "ID")]
    pub(crate) custodians: Vec<String>,
    #[arg(long, value_name = "TEXT")]
    pub(crate) reference: Fact,
    #[arg(value_name = "DECISION", value_parser = PossibleValuesParser::new(["discard", "preserve", "delivered"]))]
    pub(crate) decision: String,
}

#[derive(Args)]
pub(crate) struct DisposeToday {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[arg(value_name = "DATE", value_parser = date)]
    pub(crate) date: Date,
}
