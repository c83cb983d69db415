//! Arguments of `smart`: packages of read-outs, their custody, and mappings.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Acting, Fact, SourceFlags};

#[derive(Subcommand)]
pub(crate) enum Smart {
    Pack(Box<SmartPack>),
    Seal(SmartSeal),
    Custody(SmartCustody),
    Show(SmartShow),
    Verify(SmartVerify),
    Probe(SmartProbe),
    DryRun(SmartDryRun),
    Approve(SmartApprove),
}

#[derive(Args)]
pub(crate) struct SmartPack {
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    #[arg(long, value_name = "FILE")]
    pub(crate) facts: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) given: PackFacts,
    #[arg(value_name = "MEDIUM")]
    pub(crate) from: PathBuf,
}

// Facts of a read-out; what is needed and missing is asked for.
#[derive(Args)]
pub(crate) struct PackFacts {
    #[arg(long, value_name = "NAME")]
    authority: Option<Fact>,
    #[arg(long, value_name = "ID")]
    custodian: Option<Fact>,
    #[arg(long, value_name = "TEXT")]
    owner_role: Option<Fact>,
    #[arg(long, value_name = "TEXT")]
    device: Option<Fact>,
    #[arg(long, value_name = "SERIAL")]
    device_serial: Option<Fact>,
    #[arg(long, value_name = "TEXT")]
    app_version: Option<Fact>,
    #[arg(long, value_name = "TEXT")]
    medium: Option<Fact>,
    #[arg(long, value_name = "SERIAL")]
    medium_serial: Option<Fact>,
    #[arg(long, value_name = "NUMBER")]
    medium_register: Option<Fact>,
    #[arg(long, value_name = "TEXT")]
    medium_capacity: Option<Fact>,
    #[arg(long, value_name = "yes|no")]
    write_blocker: Option<Fact>,
    #[arg(long, value_name = "T")]
    read_out_start: Option<Fact>,
    #[arg(long, value_name = "T")]
    read_out_end: Option<Fact>,
    #[arg(long, value_name = "TEXT")]
    place: Option<Fact>,
    #[arg(long, value_name = "NAME")]
    officer: Option<Fact>,
    #[arg(long, value_name = "TEXT")]
    officer_number: Option<Fact>,
    #[arg(long, value_name = "TEXT")]
    officer_clearance: Option<Fact>,
    #[arg(long, value_name = "NAME")]
    second_person: Option<Fact>,
    #[arg(long, value_name = "MARKING")]
    marking: Option<Fact>,
    #[arg(long, value_name = "LIST")]
    marking_origin: Option<Fact>,
    #[arg(long, value_name = "TEXT")]
    marking_by: Option<Fact>,
    #[arg(long, value_name = "TEXT")]
    caveats: Option<Fact>,
    #[arg(long, value_name = "DATE")]
    period_from: Option<Fact>,
    #[arg(long, value_name = "DATE")]
    period_to: Option<Fact>,
    #[arg(long, value_name = "N")]
    messages_shown: Option<Fact>,
    #[arg(long, value_name = "TEXT")]
    reference: Option<Fact>,
}

impl PackFacts {
    /// The facts by the words of their flags.
    pub(crate) fn by_word(&self) -> Vec<(&'static str, &Option<Fact>)> {
        vec![
            ("authority", &self.authority),
            ("custodian", &self.custodian),
            ("owner-role", &self.owner_role),
            ("device", &self.device),
            ("device-serial", &self.device_serial),
            ("app-version", &self.app_version),
            ("medium", &self.medium),
            ("medium-serial", &self.medium_serial),
            ("medium-register", &self.medium_register),
            ("medium-capacity", &self.medium_capacity),
            ("write-blocker", &self.write_blocker),
            ("read-out-start", &self.read_out_start),
            ("read-out-end", &self.read_out_end),
            ("place", &self.place),
            ("officer", &self.officer),
            ("officer-number", &self.officer_number),
            ("officer-clearance", &self.officer_clearance),
            ("second-person", &self.second_person),
            ("marking", &self.marking),
            ("marking-origin", &self.marking_origin),
            ("marking-by", &self.marking_by),
            ("caveats", &self.caveats),
            ("period-from", &self.period_from),
            ("period-to", &self.period_to),
            ("messages-shown", &self.messages_shown),
            ("reference", &self.reference),
        ]
    }
}

// What is entered into a custody log.
#[derive(Args)]
pub(crate) struct Entry {
    #[arg(long, value_name = "NAME")]
    pub(crate) actor: Option<Fact>,
    #[arg(long, value_name = "NAME")]
    pub(crate) second: Option<Fact>,
    #[arg(long, value_name = "NUMBER")]
    pub(crate) seal_number: Option<Fact>,
    #[arg(long, value_name = "TEXT")]
    pub(crate) remark: Option<Fact>,
}

#[derive(Args)]
pub(crate) struct SmartSeal {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[command(flatten)]
    pub(crate) entry: Entry,
    #[arg(value_name = "PACKAGE")]
    pub(crate) package: PathBuf,
}

#[derive(Args)]
pub(crate) struct SmartCustody {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[command(flatten)]
    pub(crate) entry: Entry,
    #[arg(value_name = "PACKAGE")]
    pub(crate) package: PathBuf,
    #[arg(value_name = "EVENT")]
    pub(crate) event: String,
}

#[derive(Args)]
pub(crate) struct SmartShow {
    #[arg(long)]
    pub(crate) show_names: bool,
    #[arg(value_name = "PACKAGE")]
    pub(crate) package: PathBuf,
}

#[derive(Args)]
pub(crate) struct SmartVerify {
    #[arg(long, value_name = "DIR", env = "BESKEDARKIV_ARCHIVE")]
    pub(crate) archive: Option<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub(crate) trusted_keys: Option<PathBuf>,
    #[arg(value_name = "PACKAGE")]
    pub(crate) package: PathBuf,
}

#[derive(Args)]
pub(crate) struct SmartProbe {
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    #[arg(value_name = "SOURCE")]
    pub(crate) source: PathBuf,
}

#[derive(Args)]
pub(crate) struct SmartDryRun {
    #[command(flatten)]
    pub(crate) flags: SourceFlags,
    #[arg(value_name = "SOURCE")]
    pub(crate) source: PathBuf,
}

#[derive(Args)]
pub(crate) struct SmartApprove {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[arg(long, value_name = "FILE")]
    pub(crate) mapping: Option<PathBuf>,
    #[arg(value_name = "TARGET")]
    pub(crate) target: PathBuf,
}
