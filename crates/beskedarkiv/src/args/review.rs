//! Arguments of `review`.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use jiff::civil::Date;

use super::groups::date;
use super::{Acting, Fact, Where};

#[derive(Subcommand)]
pub(crate) enum Review {
    List(ReviewList),
    First(ReviewFirst),
    Next(ReviewNext),
    Decide(ReviewDecide),
    Settle(ReviewSettle),
    Sample(ReviewSample),
    Report(ReviewReport),
}

#[derive(Args)]
pub(crate) struct ReviewList {
    #[command(flatten)]
    pub(crate) at: Where,
    #[arg(long, value_name = "ID")]
    pub(crate) custodian: Option<String>,
}

#[derive(Args)]
pub(crate) struct ReviewFirst {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[arg(long, value_name = "ID")]
    pub(crate) custodian: String,
    #[arg(long = "reviewer", value_name = "OPERATOR", required = true)]
    pub(crate) reviewers: Vec<String>,
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) to: Option<Date>,
}

#[derive(Args)]
pub(crate) struct ReviewNext {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[arg(long, value_name = "ID")]
    pub(crate) custodian: Option<String>,
    #[arg(long)]
    pub(crate) all: bool,
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,
}

#[derive(Args)]
pub(crate) struct ReviewDecide {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[arg(long = "as", value_name = "CHOICE", value_parser = PossibleValuesParser::new(["keep", "exclude", "undo"]))]
    pub(crate) choice: String,
    #[arg(long, value_name = "GROUND",
        value_parser = PossibleValuesParser::new(["personnel", "private", "misdirected", "journalised"]))]
    pub(crate) ground: Option<String>,
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: Option<Fact>,
    #[arg(long, value_name = "FILE")]
    pub(crate) items_file: Option<PathBuf>,
    #[arg(value_name = "ITEM")]
    pub(crate) items: Vec<String>,
}

#[derive(Args)]
pub(crate) struct ReviewSettle {
    #[command(flatten)]
    pub(crate) at: Where,
}

#[derive(Args)]
pub(crate) struct ReviewSample {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[arg(long, value_name = "ID")]
    pub(crate) custodian: Option<String>,
    #[arg(long, value_name = "N", requires = "seed")]
    pub(crate) size: Option<usize>,
    #[arg(long, value_name = "TEXT", requires = "size")]
    pub(crate) seed: Option<String>,
}

#[derive(Args)]
pub(crate) struct ReviewReport {
    #[command(flatten)]
    pub(crate) at: Where,
    #[arg(long, value_name = "FILE")]
    pub(crate) page: Option<PathBuf>,
}
