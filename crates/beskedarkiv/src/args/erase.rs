//! Arguments of `erase`.

use std::path::PathBuf;
use std::str::FromStr;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};

use super::{Acting, Destroying, DisposeCertificate, DisposeConfirm, Fact, HoldList};

#[derive(Subcommand)]
pub(crate) enum Erase {
    Request(EraseRequest),
    Approve(RequestApprove),
    Run(RequestRun),
    Confirm(DisposeConfirm),
    List(HoldList),
    Certificate(DisposeCertificate),
}

#[derive(Args)]
pub(crate) struct EraseRequest {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[arg(long, value_name = "ID")]
    pub(crate) custodian: String,
    #[arg(long = "message", value_name = "ENTRY:PLACE", required_unless_present = "numbers")]
    pub(crate) messages: Vec<Record>,
    #[arg(long, value_name = "DIR", requires = "numbers")]
    pub(crate) production: Option<PathBuf>,
    #[arg(long = "number", value_name = "N", requires = "production")]
    pub(crate) numbers: Vec<u64>,
    #[arg(long, value_name = "GROUND", value_parser = PossibleValuesParser::new(pipeline::erasure::GROUNDS))]
    pub(crate) ground: String,
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Fact,
    #[arg(long, value_name = "TEXT")]
    pub(crate) decision: Fact,
}

#[derive(Args)]
pub(crate) struct RequestApprove {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[arg(value_name = "REQUEST")]
    pub(crate) request: String,
}

#[derive(Args)]
pub(crate) struct RequestRun {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[command(flatten)]
    pub(crate) with: Destroying,
    #[arg(value_name = "REQUEST")]
    pub(crate) request: Option<String>,
}

/// A record: entry of its segment, and the place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Record(pub(crate) u64, pub(crate) u32);

impl FromStr for Record {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.split_once(':').and_then(|(e, p)| Some((e.parse().ok()?, p.parse().ok()?)));
        parts.map(|(entry, place)| Self(entry, place)).ok_or("ENTRY:PLACE")
    }
}
