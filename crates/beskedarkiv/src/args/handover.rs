//! Arguments of `handover`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::civil::Date;

use super::groups::date;
use super::{Acting, Fact, HoldList, RequestApprove};

#[derive(Subcommand)]
pub(crate) enum Handover {
    Key(HandoverKey),
    Request(HandoverRequest),
    Approve(RequestApprove),
    Give(HandoverGive),
    Take(HandoverTake),
    Finish(HandoverFinish),
    List(HoldList),
}

#[derive(Args)]
pub(crate) struct HandoverKey {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

#[derive(Args)]
pub(crate) struct HandoverRequest {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[arg(long, value_name = "ID")]
    pub(crate) custodian: String,
    #[arg(long, value_name = "FILE")]
    pub(crate) to_key: PathBuf,
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) from: Option<Date>,
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) to: Option<Date>,
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Fact,
    #[arg(long, value_name = "TEXT")]
    pub(crate) decision: Fact,
}

#[derive(Args)]
pub(crate) struct HandoverGive {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    #[arg(value_name = "REQUEST")]
    pub(crate) request: String,
}

#[derive(Args)]
pub(crate) struct HandoverTake {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[arg(long, value_name = "FILE")]
    pub(crate) trusted_keys: PathBuf,
    #[arg(long, value_name = "ID")]
    pub(crate) custodian: Option<String>,
    #[arg(long, value_name = "FILE")]
    pub(crate) receipt: PathBuf,
    #[arg(value_name = "PACKAGE")]
    pub(crate) package: PathBuf,
}

#[derive(Args)]
pub(crate) struct HandoverFinish {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[arg(value_name = "RECEIPT")]
    pub(crate) receipt: PathBuf,
}
