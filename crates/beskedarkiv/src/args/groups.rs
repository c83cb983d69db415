//! Flags that several commands share, and the arguments of each command.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;
use policy::{AuthorityKind, DateFault, Event, PayGrade, Post};

/// A civil date, or an instant as its day in Copenhagen.
pub(super) fn date(word: &str) -> Result<Date, DateFault> {
    policy::parse_civil_date(word)
}

#[derive(Args)]
pub(crate) struct Explain {
    #[arg(long, value_name = "POST")]
    pub(crate) post: Post,
    #[arg(long, value_name = "KIND")]
    pub(crate) authority_kind: AuthorityKind,
    #[arg(long, value_name = "N")]
    pub(crate) pay_grade: Option<PayGrade>,
    #[arg(long, value_name = "T", value_parser = date)]
    pub(crate) sent_at: Date,
    #[arg(long, value_name = "T", value_parser = date)]
    pub(crate) received_at: Option<Date>,
    #[arg(long = "event", value_name = "KIND:DATE")]
    pub(crate) events: Vec<Event>,
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
}
