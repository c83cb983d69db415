//! Arguments of `media`: the register of media and devices.

use clap::{Args, Subcommand};
use jiff::civil::Date;
use policy::{Level, MediumKind};

use super::groups::date;
use super::{Acting, Fact, Where};

#[derive(Subcommand)]
pub(crate) enum Media {
    Add(MediaAdd),
    List(MediaList),
    Show(MediaShow),
    Move(MediaMove),
    Receipt(MediaReceipt),
    ReadOut(MediaReadOut),
    Destroy(MediaDestroy),
}

// What every entry has.
#[derive(Args)]
pub(crate) struct Entered {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) date: Option<Date>,
    #[arg(long, value_name = "TEXT")]
    pub(crate) reference: Option<Fact>,
    #[arg(value_name = "NUMBER")]
    pub(crate) number: String,
}

#[derive(Args)]
pub(crate) struct MediaAdd {
    #[command(flatten)]
    pub(crate) of: Entered,
    #[arg(long, value_name = "KIND")]
    pub(crate) kind: MediumKind,
    #[arg(long, value_name = "SERIAL")]
    pub(crate) serial: Fact,
    #[arg(long, value_name = "LEVEL")]
    pub(crate) level: Level,
    #[arg(long, value_name = "TEXT")]
    pub(crate) place: Fact,
    #[arg(long, value_name = "NAME")]
    pub(crate) holder: Fact,
    #[arg(long, value_name = "ID")]
    pub(crate) custodian: Option<String>,
    #[arg(long, value_name = "N")]
    pub(crate) read_out_months: Option<u8>,
}

#[derive(Args)]
pub(crate) struct MediaList {
    #[command(flatten)]
    pub(crate) at: Where,
    #[arg(long)]
    pub(crate) overdue: bool,
    #[arg(long)]
    pub(crate) destroyed: bool,
    #[arg(long)]
    pub(crate) show_names: bool,
}

#[derive(Args)]
pub(crate) struct MediaShow {
    #[command(flatten)]
    pub(crate) at: Where,
    #[arg(long)]
    pub(crate) show_names: bool,
    #[arg(value_name = "NUMBER")]
    pub(crate) number: String,
}

#[derive(Args)]
pub(crate) struct MediaMove {
    #[command(flatten)]
    pub(crate) of: Entered,
    #[arg(long, value_name = "TEXT")]
    pub(crate) place: Fact,
    #[arg(long, value_name = "NAME")]
    pub(crate) holder: Fact,
    #[arg(long, value_name = "NAME")]
    pub(crate) by: Fact,
}

#[derive(Args)]
pub(crate) struct MediaReceipt {
    #[command(flatten)]
    pub(crate) of: Entered,
    #[arg(long, value_name = "N")]
    pub(crate) movement: Option<u32>,
    #[arg(long, value_name = "NAME", requires = "movement")]
    pub(crate) signed_by: Option<Fact>,
}

#[derive(Args)]
pub(crate) struct MediaReadOut {
    #[command(flatten)]
    pub(crate) of: Entered,
    #[arg(long, value_name = "NAME")]
    pub(crate) by: Fact,
}

#[derive(Args)]
pub(crate) struct MediaDestroy {
    #[command(flatten)]
    pub(crate) of: Entered,
    #[arg(long, value_name = "TEXT")]
    pub(crate) method: Fact,
    #[arg(long, value_name = "NAME")]
    pub(crate) by: Fact,
    #[arg(long, value_name = "NAME")]
    pub(crate) witness: Fact,
}
