//! Arguments of `transfer`.

use clap::{Args, Subcommand};

use super::{Acting, DisposeCertificate, DisposeConfirm, Fact, HoldList, Record, RequestApprove, RequestRun};

#[derive(Subcommand)]
pub(crate) enum Transfer {
    Request(TransferRequest),
    Approve(RequestApprove),
    Run(RequestRun),
    Confirm(DisposeConfirm),
    List(HoldList),
    Certificate(DisposeCertificate),
}

#[derive(Args)]
pub(crate) struct TransferRequest {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[arg(long = "from-custodian", value_name = "ID")]
    pub(crate) from: String,
    #[arg(long = "to-custodian", value_name = "ID")]
    pub(crate) to: String,
    #[arg(long = "to-device", value_name = "FACT")]
    pub(crate) device: Option<u64>,
    #[arg(long = "run", value_name = "RUN", required_unless_present = "messages")]
    pub(crate) runs: Vec<String>,
    #[arg(long = "message", value_name = "ENTRY:PLACE")]
    pub(crate) messages: Vec<Record>,
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Fact,
    #[arg(long, value_name = "TEXT")]
    pub(crate) decision: Fact,
}
