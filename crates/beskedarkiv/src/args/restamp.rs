//! Arguments of `restamp`.

use clap::{Args, Subcommand};

use super::{Acting, Fact, HoldList, RequestApprove};

#[derive(Subcommand)]
pub(crate) enum Restamp {
    Request(RestampRequest),
    Approve(RequestApprove),
    Run(RestampRun),
    List(HoldList),
}

#[derive(Args)]
pub(crate) struct RestampRequest {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[arg(long, value_name = "ID")]
    pub(crate) custodian: Option<String>,
    #[arg(long, value_name = "TEXT")]
    pub(crate) reference: Fact,
}

#[derive(Args)]
pub(crate) struct RestampRun {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[arg(value_name = "REQUEST")]
    pub(crate) request: String,
}
