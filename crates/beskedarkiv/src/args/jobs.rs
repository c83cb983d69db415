//! Arguments of the commands that work on sources and archives.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use jiff::civil::Date;
use policy::{AuthorityKind, Level, PayGrade, Post};

use super::groups::date;
use super::{Fact, Happening};

// Where the three folders lie.
#[derive(Args)]
pub(crate) struct Where {
    #[arg(long, value_name = "DIR", env = "BESKEDARKIV_ARCHIVE")]
    pub(crate) archive: Option<PathBuf>,
    #[arg(long, value_name = "DIR", env = "BESKEDARKIV_KEYS")]
    pub(crate) keys: Option<PathBuf>,
    #[arg(long, value_name = "DIR", env = "BESKEDARKIV_HOLDING")]
    pub(crate) holding: Option<PathBuf>,
}

// Archive, key store and the operator's passphrase.
#[derive(Args)]
pub(crate) struct Acting {
    #[command(flatten)]
    pub(crate) at: Where,
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    #[arg(long, value_name = "FILE", conflicts_with = "passphrase_file")]
    pub(crate) identity: Option<PathBuf>,
}

// What is said about a source beside its path.
#[derive(Args)]
pub(crate) struct SourceFlags {
    #[arg(long, value_name = "FILE")]
    pub(crate) backup_passphrase_file: Option<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub(crate) backup_key_file: Option<PathBuf>,
    #[arg(long, value_name = "NUMBER")]
    pub(crate) owner: Option<Fact>,
    #[arg(long, value_name = "NAME")]
    pub(crate) owner_name: Option<Fact>,
    #[arg(long, value_name = "ORDER", value_parser = PossibleValuesParser::new(["dmy", "mdy", "ymd"]))]
    pub(crate) date_order: Option<String>,
    #[arg(long, value_name = "ZONE")]
    pub(crate) zone: Option<String>,
    #[arg(long, value_name = "FILE")]
    pub(crate) mapping: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct Demo {
    #[arg(value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct Init {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<Fact>,
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    #[arg(long, value_name = "LEVEL")]
    pub(crate) ceiling: Option<Level>,
}

#[derive(Args)]
pub(crate) struct Inspect {
    #[command(flatten)]
    pub(crate) source: SourceFlags,
    #[arg(long)]
    pub(crate) show_names: bool,
    #[arg(value_name = "SOURCE", required = true)]
    pub(crate) sources: Vec<PathBuf>,
}

#[derive(Args)]
pub(crate) struct Read {
    #[command(flatten)]
    pub(crate) source: SourceFlags,
    #[arg(long, value_name = "FILE")]
    pub(crate) summary: Option<PathBuf>,
    #[arg(value_name = "SOURCE", required = true)]
    pub(crate) sources: Vec<PathBuf>,
}

#[derive(Args)]
pub(crate) struct Ingest {
    #[command(flatten)]
    pub(crate) at: Where,
    #[command(flatten)]
    pub(crate) source: SourceFlags,
    #[arg(long, value_name = "ID")]
    pub(crate) custodian: String,
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) copy_date: Option<Date>,
    #[arg(long, value_name = "MODE",
        value_parser = PossibleValuesParser::new(["sort", "assist", "rules-only", "off"]))]
    pub(crate) mode: Option<String>,
    #[arg(long, value_name = "FILE")]
    pub(crate) contacts: Option<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub(crate) journal: Option<PathBuf>,
    #[arg(long)]
    pub(crate) attest_device: bool,
    #[arg(long, value_name = "FILE")]
    pub(crate) receipt: Option<PathBuf>,
    #[arg(value_name = "SOURCE", required = true)]
    pub(crate) sources: Vec<PathBuf>,
}

#[derive(Args)]
pub(crate) struct Run {
    #[arg(value_name = "JOB")]
    pub(crate) job: PathBuf,
}

#[derive(Subcommand)]
pub(crate) enum Job {
    Check(Run),
    Units(JobUnits),
}

#[derive(Args)]
pub(crate) struct JobUnits {
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) out: PathBuf,
    #[arg(long, value_name = "NAME", default_value = "beskedarkiv")]
    pub(crate) name: String,
    #[arg(value_name = "JOB")]
    pub(crate) job: PathBuf,
}

#[derive(Args)]
pub(crate) struct Status {
    #[command(flatten)]
    pub(crate) at: Where,
    #[arg(long, value_name = "ID")]
    pub(crate) custodian: Option<String>,
}

#[derive(Args)]
pub(crate) struct Verify {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[arg(long, value_name = "FILE")]
    pub(crate) checkpoint: Option<PathBuf>,
    #[arg(long, value_name = "FILE", requires = "trusted_keys", conflicts_with = "checkpoint")]
    pub(crate) proof: Option<PathBuf>,
    #[arg(long, value_name = "FILE", requires = "proof")]
    pub(crate) trusted_keys: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct Export {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[arg(long, value_name = "ID")]
    pub(crate) custodian: String,
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) from: Option<Date>,
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) to: Option<Date>,
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = PossibleValuesParser::new(["html", "jsonl"]))]
    pub(crate) format: Vec<String>,
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    #[arg(long, required = true)]
    pub(crate) unsealed: bool,
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) delete_by: Option<Date>,
    #[arg(long, value_name = "TEXT")]
    pub(crate) classification: Option<Fact>,
    #[arg(long)]
    pub(crate) past_damage: bool,
}

#[derive(Subcommand)]
pub(crate) enum Custodian {
    Add(CustodianAdd),
    List(CustodianList),
    Show(CustodianShow),
    Role(CustodianRole),
    Device(CustodianDevice),
    Event(CustodianEvent),
    End(CustodianEnd),
    Withdraw(CustodianWithdraw),
}

#[derive(Args)]
pub(crate) struct RoleFlags {
    #[arg(long, value_name = "POST")]
    pub(crate) post: Post,
    #[arg(long, value_name = "KIND")]
    pub(crate) authority_kind: AuthorityKind,
    #[arg(long, value_name = "N")]
    pub(crate) pay_grade: Option<PayGrade>,
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) from: Date,
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) to: Option<Date>,
}

#[derive(Args)]
pub(crate) struct CustodianAdd {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[arg(long, value_name = "ID")]
    pub(crate) id: String,
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Fact,
    #[command(flatten)]
    pub(crate) role: RoleFlags,
    #[arg(long = "number", value_name = "N")]
    pub(crate) numbers: Vec<Fact>,
    #[arg(long = "device", value_name = "SERIAL")]
    pub(crate) devices: Vec<Fact>,
    #[arg(long, value_name = "TEXT")]
    pub(crate) reference: Option<Fact>,
}

#[derive(Args)]
pub(crate) struct CustodianList {
    #[command(flatten)]
    pub(crate) at: Where,
    #[arg(long)]
    pub(crate) show_names: bool,
}

#[derive(Args)]
pub(crate) struct CustodianShow {
    #[command(flatten)]
    pub(crate) at: Where,
    #[arg(long)]
    pub(crate) show_names: bool,
    #[arg(value_name = "ID")]
    pub(crate) id: String,
}

#[derive(Args)]
pub(crate) struct CustodianRole {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[command(flatten)]
    pub(crate) role: RoleFlags,
    #[arg(long, value_name = "TEXT")]
    pub(crate) reference: Option<Fact>,
    #[arg(value_name = "ID")]
    pub(crate) id: String,
}

#[derive(Args)]
pub(crate) struct CustodianDevice {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[arg(long = "number", value_name = "N")]
    pub(crate) number: Option<Fact>,
    #[arg(long = "serial", value_name = "SERIAL", required_unless_present = "number")]
    pub(crate) serial: Option<Fact>,
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) from: Date,
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) to: Option<Date>,
    #[arg(long, value_name = "TEXT")]
    pub(crate) reference: Option<Fact>,
    #[arg(value_name = "ID")]
    pub(crate) id: String,
}

#[derive(Args)]
pub(crate) struct CustodianEvent {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[arg(long, value_name = "TEXT")]
    pub(crate) reference: Option<Fact>,
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    #[arg(value_name = "KIND:DATE")]
    pub(crate) event: Happening,
    #[arg(long, value_name = "TEXT")]
    pub(crate) why: Option<Fact>,
}

#[derive(Args)]
pub(crate) struct CustodianEnd {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) to: Date,
    #[arg(long, value_name = "TEXT")]
    pub(crate) reference: Option<Fact>,
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    #[arg(value_name = "FACT")]
    pub(crate) fact: u64,
}

#[derive(Args)]
pub(crate) struct CustodianWithdraw {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[arg(long, value_name = "TEXT")]
    pub(crate) reference: Option<Fact>,
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    #[arg(value_name = "FACT")]
    pub(crate) fact: u64,
}

#[derive(Subcommand)]
pub(crate) enum Policy {
    Show(PolicyShow),
    Set(PolicySet),
    Ceiling(PolicyCeiling),
    Declassify(PolicyDeclassify),
    Markings(CustodianList),
}

#[derive(Args)]
pub(crate) struct PolicyShow {
    #[command(flatten)]
    pub(crate) at: Where,
}

#[derive(Args)]
pub(crate) struct PolicySet {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
}

#[derive(Args)]
pub(crate) struct PolicyCeiling {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[arg(long, value_name = "TEXT")]
    pub(crate) reference: Option<Fact>,
    #[arg(value_name = "LEVEL")]
    pub(crate) level: Level,
}

#[derive(Args)]
pub(crate) struct PolicyDeclassify {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[arg(long, value_name = "ID")]
    pub(crate) custodian: String,
    #[arg(long, value_name = "LEVEL")]
    pub(crate) level: Level,
    #[arg(long, value_name = "LEVEL")]
    pub(crate) to_level: Level,
    #[arg(long, value_name = "TEXT")]
    pub(crate) issuer: Fact,
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) from: Option<Date>,
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) to: Option<Date>,
    #[arg(long, value_name = "TEXT")]
    pub(crate) reference: Option<Fact>,
}

#[derive(Subcommand)]
pub(crate) enum Operator {
    Add(OperatorAdd),
    Grant(OperatorGrant),
    Revoke(OperatorRevoke),
    List(CustodianList),
    Review(CustodianList),
}

#[derive(Args)]
pub(crate) struct OperatorAdd {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Fact,
    #[arg(long, value_name = "FILE")]
    pub(crate) new_passphrase_file: Option<PathBuf>,
    #[arg(long, value_name = "age1...|FILE", conflicts_with = "new_passphrase_file")]
    pub(crate) recipient: Option<String>,
}

#[derive(Args)]
pub(crate) struct OperatorGrant {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[arg(long = "right", value_name = "RIGHT", required = true, value_delimiter = ',')]
    pub(crate) rights: Vec<String>,
    #[arg(long = "custodian", value_name = "ID")]
    pub(crate) custodians: Vec<String>,
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) messages_from: Option<Date>,
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) messages_to: Option<Date>,
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) from: Option<Date>,
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) to: Option<Date>,
    #[arg(long = "share", value_name = "FILE")]
    pub(crate) shares: Vec<PathBuf>,
    #[arg(value_name = "OPERATOR")]
    pub(crate) operator: String,
}

#[derive(Args)]
pub(crate) struct OperatorRevoke {
    #[command(flatten)]
    pub(crate) acting: Acting,
    #[arg(value_name = "OPERATOR")]
    pub(crate) operator: String,
}
