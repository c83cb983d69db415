//! `export`: a production for a commission, from the records that the operator's keys open. Month by
//! month, so that memory is one month's messages; readable, therefore only where the operator said.

mod absent;
mod marking;
mod months;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use archive::{Archive, Entry, Operator};
use chain::EntryType;
use export::{Copied, Cover, Damaged, Formats, Found, Holds, Lang, Production};
use jiff::civil::Date;
use model::wire;
use serde::Serialize;

use absent::{disposed, erased};
use marking::marking;
use months::{Noting, Short, damaged, month, months};

use crate::clock::{civil, month_word};
use crate::error::JobError;
use crate::manifest::Manifest;
use crate::places::{Places, shown};
use crate::progress::{Phase, Progress};
use crate::proofs::Proofs;
use crate::restamp::Stamps;
use crate::review;

/// What to produce.
pub struct Export {
    /// Archive and key store.
    pub places: Places,
    /// Whose messages.
    pub custodian: String,
    /// First day.
    pub from: Option<Date>,
    /// Last day.
    pub to: Option<Date>,
    /// Folder to write to, empty or not there.
    pub out: PathBuf,
    /// Whether the pages are in English.
    pub english: bool,
    /// In which forms.
    pub formats: Formats,
    /// Marking for every page.
    pub classification: Option<String>,
    /// Day by which the readable folder is to be deleted; it is recorded.
    pub delete_by: Option<Date>,
    /// Milliseconds since 1970.
    pub now: i64,
}

/// What was produced.
#[derive(Debug, Serialize)]
pub struct ExportReport {
    /// Where it lies.
    pub out: String,
    /// Its start page.
    pub start: String,
    /// Messages.
    pub messages: u64,
    /// Conversations.
    pub conversations: u64,
    /// Attachments.
    pub attachments: u64,
    /// Attachments that the copies of the phone did not have.
    pub attachments_missing: u64,
    /// Messages in scope that are withheld: placeholders.
    pub withheld: u64,
    /// Attachments that are in the archive and cannot be read there.
    pub attachments_damaged: u64,
    /// Entries in scope that do not hold: what is in them is not in the production, and the rest is.
    pub damaged: Vec<Damaged>,
    /// Buckets in scope for which the operator has no key.
    pub buckets_without_key: u64,
    /// Messages in scope that were disposed of, every version counted; the start page lists them by month.
    pub disposed_messages: u64,
    /// Entry that records the production; none where the log does not hold.
    pub entry: Option<u64>,
    /// Size of the log that it was made from.
    pub size: u64,
    /// Root of that log, hexadecimal.
    pub root: String,
    /// Marking that stands on every page.
    pub marking: Option<String>,
}

impl ExportReport {
    /// 0, 3 when something in scope could not be opened, or 5 when something in scope does not hold.
    pub fn exit_code(&self) -> u8 {
        match (self.damaged.is_empty() && self.entry.is_some(), self.buckets_without_key) {
            (false, _) => 5,
            (true, 0) => 0,
            (true, _) => 3,
        }
    }
}

/// What the entry of a production says; sealed.
#[derive(Serialize)]
struct Recorded<'a> {
    version: u32,
    custodian: &'a str,
    from: Option<Date>,
    to: Option<Date>,
    delete_by: Option<Date>,
    sealed: bool,
    marking: Option<&'a str>,
}

/// Makes a production. The entry that records it is signed before anything is readable.
///
/// # Errors
/// [`JobError::NoRight`], [`JobError::UnknownCustodian`], [`JobError::NotEmpty`].
pub fn export(job: &Export, operator: &Operator, progress: Progress<'_>) -> Result<ExportReport, JobError> {
    let fail = |e| job.places.fail(e);
    let written = |e: io::Error| match e.kind() {
        io::ErrorKind::DirectoryNotEmpty => JobError::NotEmpty { path: job.out.clone() },
        _ => JobError::io(&job.out, "writing the production", &e),
    };
    job.places.outside("--out", &job.out)?;
    let name = name(job, operator)?;
    // what the pages carry is known before anything is readable
    let marking = marking(job, operator)?;
    let recorded = record(job, operator, marking.text.as_deref())?;
    let archive = job.places.open()?;
    let today = civil(job.now)?;
    let disposed = disposed(job)?;
    let disposed_messages = disposed.iter().map(|d| d.records).sum();
    let cover = Cover {
        disposed,
        custodian: name,
        from: job.from.map(|d| d.to_string()),
        to: job.to.map(|d| d.to_string()),
        made_at: today.to_string(),
        archive: wire::hex(archive.id()),
        size: archive.size(),
        root: wire::hex(&archive.root()),
        classification: marking.text.clone(),
        tag: marking.tag.map(str::to_owned),
        copies: copies(job, &archive, operator)?,
    };
    let (size, root) = (cover.size, cover.root.clone());
    let lang = if job.english { Lang::En } else { Lang::Da };
    let mut production = Production::begin(&job.out, cover, lang, job.formats).map_err(written)?;
    progress.begin(Phase::Exporting, None);
    let mut short = Short::default();
    let stamps = Stamps::read(&job.places, &archive, operator.keys())?;
    let months = months(job, &archive, operator)?;
    let buckets = months.values().flatten().copied();
    let proofs = match Proofs::begin(&archive, buckets, &mut production, fail, written) {
        // a log that does not hold may prove nothing
        Err(JobError::Integrity { .. }) if !archive.lost().is_empty() => None,
        proofs => Some(proofs?),
    };
    for (date, buckets) in months {
        progress.check()?;
        let (mut exhibits, contents) =
            month(job, (&archive, &stamps), operator, (date, &buckets), &mut short, progress)?;
        for exhibit in &mut exhibits {
            exhibit.archive.lowered_by = marking.of(job, &exhibit.message).lowered_by;
        }
        let lost = short.damaged.iter().any(|d| d.holds == Holds::Attachment && d.month == month_word(date));
        let mut content = |sha256: &[u8; 32], out: &mut dyn Write| -> io::Result<Found> {
            let Some(entry) = contents.get(sha256) else {
                // one that does not open cannot say what it holds
                return Ok(if lost { Found::Damaged } else { Found::Missing });
            };
            let mut out = Noting { out, refused: None };
            match archive.content(operator, *entry, &mut out) {
                Ok(_) => Ok(Found::Whole),
                Err(e) => {
                    out.refused.map_or(Ok(()), Err)?;
                    short.damaged.push(damaged(date, *entry, Holds::Attachment, e.plain()));
                    Ok(Found::Damaged)
                }
            }
        };
        production.month(exhibits, &mut content).map_err(written)?;
        if let Some(proofs) = &proofs {
            proofs.write(operator, &stamps, &mut production, fail, written)?;
        }
    }
    let mut withheld = review::withheld(&job.places, &archive, &job.custodian, job.from, job.to)?;
    withheld.extend(erased(job)?);
    production.withheld(withheld).map_err(written)?;
    let Short { unopened, mut damaged } = short;
    damaged.extend(archive.lost().iter().map(|lost| {
        let (month, entry, what) = (String::new(), lost.entry, lost.what.clone());
        Damaged { month, entry, holds: Holds::Log, what }
    }));
    if let (Err(what), true) = (&recorded, archive.lost().is_empty()) {
        let (month, what) = (String::new(), what.clone());
        damaged.push(Damaged { month, entry: size, holds: Holds::Log, what });
    }
    damaged.sort();
    damaged.dedup();
    production.damaged(damaged.clone(), recorded.is_ok());
    let finished = production.finish(&today.to_string()).map_err(written)?;
    Ok(ExportReport {
        out: shown(&job.out),
        start: shown(&if job.formats.html { start_page(&job.out) } else { job.out.join("data") }),
        messages: finished.messages,
        conversations: finished.conversations,
        attachments: finished.attachments,
        attachments_missing: finished.attachments_missing,
        attachments_damaged: finished.attachments_damaged,
        damaged,
        withheld: finished.withheld,
        buckets_without_key: unopened,
        disposed_messages,
        entry: recorded.ok(),
        size,
        root,
        marking: marking.text,
    })
}

/// The name of the custodian; the id, where the register does not hold and there are messages of that id.
fn name(job: &Export, operator: &Operator) -> Result<String, JobError> {
    let archive = job.places.open()?;
    let register = crate::register::of(&job.places, &archive, operator.keys())?;
    if let Some(person) = register.custodian(&job.custodian) {
        return Ok(person.name().expose().to_owned());
    }
    if !archive.may_lack(&crate::register::KINDS) {
        return Err(JobError::UnknownCustodian);
    }
    if months(job, &archive, operator)?.is_empty() {
        let what = "nothing that is left says which messages are of that person".to_owned();
        return Err(JobError::Integrity { what });
    }
    Ok(job.custodian.clone())
}

/// Records that there will be a production; gives the entry, or why there can be none where the log does not hold and that
/// is known.
fn record(job: &Export, operator: &Operator, marking: Option<&str>) -> Result<Result<u64, String>, JobError> {
    let recorded = Recorded {
        version: 1,
        custodian: &job.custodian,
        from: job.from,
        to: job.to,
        delete_by: job.delete_by,
        sealed: false,
        marking,
    };
    let plain =
        serde_json::to_vec(&recorded).map_err(|_| JobError::Internal { what: "export entry".into() })?;
    let mut writer = match job.places.writer(job.now) {
        Err(e @ (JobError::Integrity { .. } | JobError::Apart { .. })) if job.places.past_damage => {
            let may = operator.rights().has(access::Rights::EXPORT);
            return if may { Ok(Err(e.to_string())) } else { Err(JobError::NoRight { right: "export" }) };
        }
        writer => writer?,
    };
    let entry = Entry { kind: EntryType::Export, clear: &[], plain: &plain };
    let entries = writer.append(&[entry], &[&operator.signer()]).map_err(|e| job.places.fail(e))?;
    Ok(Ok(entries.first().copied().unwrap_or_default()))
}

/// The copies of the custodian's phones, as their runs tell them.
fn copies(job: &Export, archive: &Archive, operator: &Operator) -> Result<Vec<Copied>, JobError> {
    let runs = archive.register(operator.keys(), &[EntryType::Run]).map_err(|e| job.places.fail(e))?;
    let mine = runs.iter().filter_map(|e| Manifest::parse(&e.plain));
    let mine = mine.filter(|m| m.custodian == job.custodian && m.source != crate::handover::SOURCE);
    let mut copies: Vec<Copied> = mine
        .map(|m| Copied {
            date: m.copy_date.to_string(),
            source: m.source,
            new: m.new,
            changed: m.changed,
            vanished: m.vanished.into_iter().map(|v| (v.month, v.reason, v.messages)).collect(),
        })
        .collect();
    copies.sort_by(|a, b| a.date.cmp(&b.date));
    Ok(copies)
}

/// The default place beside a folder, for messages.
pub(crate) fn start_page(out: &Path) -> PathBuf {
    out.join("data").join("index.html")
}
