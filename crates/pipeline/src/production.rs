//! `export`: a production for a commission, from the records that the operator's keys open. Month by
//! month, so that memory is one month's messages; readable, therefore only where the operator said.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use archive::{Archive, Entry, Operator};
use chain::EntryType;
use export::{Copied, Cover, Damaged, Disposed, Exhibit, Formats, Found, Lang, Production};
use jiff::civil::Date;
use model::{Message, Stamp, wire};
use policy::{Bucket, Level};
use serde::Serialize;

use crate::clock::civil;
use crate::error::JobError;
use crate::manifest::Manifest;
use crate::operators::lies_in;
use crate::places::{Places, shown};
use crate::progress::{Phase, Progress};
use crate::proofs::Proofs;
use crate::restamp::Stamps;
use crate::tellings::{Reading, Version, exhibits, version};
use crate::{disposal, review};

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
    /// Entry that records the production.
    pub entry: u64,
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
        match (self.damaged.is_empty(), self.buckets_without_key) {
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
    if lies_in(&job.places, &job.out) {
        return Err(JobError::BadValue {
            what: "--out",
            why: "lies inside the archive or the key store".to_owned(),
        });
    }
    let register = crate::register::read(&job.places)?;
    let person = register.custodian(&job.custodian).ok_or(JobError::UnknownCustodian)?;
    let name = person.name().expose().to_owned();
    // what the pages carry is known before anything is readable
    let marking = marking(job, operator)?;
    let recorded = Recorded {
        version: 1,
        custodian: &job.custodian,
        from: job.from,
        to: job.to,
        delete_by: job.delete_by,
        sealed: false,
        marking: marking.text.as_deref(),
    };
    let plain =
        serde_json::to_vec(&recorded).map_err(|_| JobError::Internal { what: "export entry".into() })?;
    let entry = {
        let mut writer = job.places.writer(job.now)?;
        let entry = Entry { kind: EntryType::Export, clear: &[], plain: &plain };
        writer.append(&[entry], &[&operator.signer()]).map_err(fail)?.first().copied().unwrap_or_default()
    };
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
    let proofs = Proofs::begin(&archive, buckets, &mut production, fail, written)?;
    for (date, buckets) in months {
        progress.check()?;
        let (mut exhibits, contents) =
            month(job, (&archive, &stamps), operator, (date, &buckets), &mut short, progress)?;
        for exhibit in &mut exhibits {
            exhibit.archive.lowered_by = marking.of(job, &exhibit.message).lowered_by;
        }
        let lost = short.damaged.iter().any(|d| !d.messages && d.month == month_of(date));
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
                    short.damaged.push(damaged(date, *entry, false, said(e)));
                    Ok(Found::Damaged)
                }
            }
        };
        production.month(exhibits, &mut content).map_err(written)?;
        proofs.write(operator, &stamps, &mut production, fail, written)?;
    }
    let mut withheld = review::withheld(&job.places, &archive, &job.custodian, job.from, job.to)?;
    withheld.extend(erased(job)?);
    production.withheld(withheld).map_err(written)?;
    let Short { unopened, mut damaged } = short;
    damaged.sort();
    damaged.dedup();
    production.damaged(damaged.clone());
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
        entry,
        size,
        root,
        marking: marking.text,
    })
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

/// The marking of a production.
struct Marking {
    decisions: policy::Markings,
    /// As it stands on the pages.
    text: Option<String>,
    /// As it stands in names of files.
    tag: Option<&'static str>,
}

impl Marking {
    fn of(&self, job: &Export, message: &Message) -> policy::Effective {
        let day = message.sent_at.or(message.received_at).map(Stamp::millis).and_then(policy::civil_date);
        let marking = message.classification.as_ref().map(|c| c.expose().as_ref());
        self.decisions.effective(&job.custodian, day, marking)
    }
}

/// The highest level of what the production will show, or what the operator said where that is higher.
fn marking(job: &Export, operator: &Operator) -> Result<Marking, JobError> {
    let mut marking = Marking { decisions: crate::markings::read(&job.places)?, text: None, tag: None };
    let archive = job.places.open()?;
    let mut highest = Level::Unmarked;
    // runs say what their sources hold: where nothing is marked, nothing need be read
    if crate::markings::held(&job.places, Some(&job.custodian))? > Level::Unmarked {
        let mut short = Short::default();
        let stamps = Stamps::read(&job.places, &archive, operator.keys())?;
        for (date, buckets) in months(job, &archive, operator)? {
            let (at, buckets) = ((&archive, &stamps), (date, &buckets[..]));
            let (exhibits, _) = month(job, at, operator, buckets, &mut short, Progress::none())?;
            let levels = exhibits.iter().flat_map(|e| {
                e.older
                    .iter()
                    .map(AsRef::as_ref)
                    .chain(e.also.iter().map(|other| other.message.as_ref()))
                    .chain([e.message.as_ref()])
                    .map(|m| marking.of(job, m).level)
            });
            highest = levels.fold(highest, Level::max);
        }
    }
    let stated = job.classification.as_deref().map(str::trim).filter(|t| !t.is_empty());
    let known = stated.and_then(Level::of_marking);
    if known.is_some_and(|stated| stated < highest) {
        return Err(JobError::MarkingTooLow { level: highest.danish() });
    }
    marking.text = match (stated, known, highest) {
        (None, _, Level::Unmarked) => None,
        (None, _, level) => Some(level.danish().to_owned()),
        (Some(text), Some(_), _) | (Some(text), None, Level::Unmarked) => Some(text.to_owned()),
        // words that are no marking stand beside it
        (Some(text), None, level) => Some(format!("{level} – {text}")),
    };
    let level = known.unwrap_or(highest);
    marking.tag = (level > Level::Unmarked).then(|| level.short());
    Ok(marking)
}

/// Buckets of the custodian by month, ascending, as far as the period reaches.
fn months(
    job: &Export,
    archive: &Archive,
    operator: &Operator,
) -> Result<BTreeMap<Date, Vec<usize>>, JobError> {
    let labels = archive.labels(operator.keys()).map_err(|e| job.places.fail(e))?;
    let mut months: BTreeMap<Date, Vec<usize>> = BTreeMap::new();
    for (number, label) in labels.iter().enumerate() {
        let Some((custodian, bucket)) = Bucket::decode_label(label) else { continue };
        let there = archive.disposed_by(number).is_none();
        if there && custodian == job.custodian && in_scope(job, bucket.month) {
            months.entry(bucket.month).or_default().push(number);
        }
    }
    Ok(months)
}

/// Whether a month's bucket may hold messages of the period. Its month is that of its disposal day's message; a
/// day more on either side costs little.
fn in_scope(job: &Export, month: Date) -> bool {
    let after = job.from.is_none_or(|from| month.last_of_month() >= from);
    after && job.to.is_none_or(|to| month.saturating_sub(jiff::ToSpan::days(2)) <= to)
}

/// What was erased or moved away within the scope: a placeholder for each message.
fn erased(job: &Export) -> Result<Vec<export::Withheld>, JobError> {
    let mut all = Vec::new();
    for certificate in disposal::certificates(&job.places)? {
        let Some(why) = certificate.why else { continue };
        for bucket in certificate.buckets.iter().filter(|b| b.custodian == job.custodian) {
            if !bucket.month.parse().is_ok_and(|month| in_scope(job, month)) {
                continue;
            }
            let erased = export::Erased {
                decision: why.decision.clone(),
                day: certificate.written.chars().take(10).collect(),
            };
            let placeholder = export::Withheld {
                month: bucket.month.chars().take(7).collect(),
                ground: Some(why.ground.clone()).filter(|ground| !ground.is_empty()),
                standing: if why.to.is_some() { export::Standing::Moved } else { export::Standing::Erased },
                entry: certificate.entry,
                erased: Some(erased),
            };
            let messages = usize::try_from(why.messages).unwrap_or(usize::MAX);
            all.extend(std::iter::repeat_n(placeholder, messages));
        }
    }
    Ok(all)
}

/// What was disposed of within the scope.
fn disposed(job: &Export) -> Result<Vec<Disposed>, JobError> {
    let mut all = Vec::new();
    let all_acts = disposal::certificates(&job.places)?;
    for certificate in all_acts.into_iter().filter(|c| c.kind == disposal::Kind::Disposal) {
        for bucket in certificate.buckets.iter().filter(|b| b.custodian == job.custodian) {
            let Ok(month) = bucket.month.parse() else { continue };
            if in_scope(job, month) {
                all.push(Disposed {
                    month: bucket.month.chars().take(7).collect(),
                    retention_class: bucket.class.clone(),
                    records: bucket.records,
                    entry: certificate.entry,
                    day: certificate.day.clone(),
                });
            }
        }
    }
    all.sort_by(|a, b| (&a.month, &a.retention_class, a.entry).cmp(&(&b.month, &b.retention_class, b.entry)));
    Ok(all)
}

type Month = (Vec<Exhibit>, HashMap<[u8; 32], u64>);

/// What in scope is not in a production.
#[derive(Default)]
struct Short {
    /// Buckets that the operator has no key to.
    unopened: u64,
    /// What does not hold.
    damaged: Vec<Damaged>,
}

fn damaged(month: Date, entry: u64, messages: bool, what: String) -> Damaged {
    Damaged { month: month_of(month), entry, messages, what }
}

/// A month, `2026-03`.
fn month_of(date: Date) -> String {
    date.to_string().chars().take(7).collect()
}

/// What is wrong with an entry, without its number.
fn said(e: archive::ArchiveError) -> String {
    match e {
        archive::ArchiveError::Broken { what, .. } => what,
        other => other.to_string(),
    }
}

/// A writer that keeps what it was refused: a full disk is no damage to the archive.
struct Noting<'a> {
    out: &'a mut dyn Write,
    refused: Option<io::Error>,
}

impl Write for Noting<'_> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.out.write(buf).map_err(|e| {
            let told = e.kind().into();
            self.refused.get_or_insert(e);
            told
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The exhibits of a month: the newest version of each message with the older ones.
fn month(
    job: &Export,
    (archive, stamps): (&Archive, &Stamps),
    operator: &Operator,
    (date, buckets): (Date, &[usize]),
    short: &mut Short,
    progress: Progress<'_>,
) -> Result<Month, JobError> {
    let fail = |e| job.places.fail(e);
    let mut versions: Vec<Version> = Vec::new();
    let reading = Reading { copied: copied(archive, operator).map_err(fail)?, stamps };
    let mut contents = HashMap::new();
    for &bucket in buckets {
        let Some(id) = archive.buckets().get(bucket).map(|b| b.id) else { continue };
        if operator.bucket(&id).map_err(fail)?.is_none() {
            short.unopened += 1;
            continue;
        }
        let mut lost = Vec::new();
        let blobs = archive.contents_left(operator, bucket, &mut |entry, e| {
            lost.push(damaged(date, entry, false, said(e)));
        });
        contents.extend(blobs.map_err(fail)?);
        let mut malformed = Vec::new();
        let mut each = |record: archive::Record<'_>| match version((bucket, &id), &record, &reading) {
            Ok(version) if in_period(job, &version.message) => versions.push(version),
            Ok(_) => {}
            Err(what) => malformed.push(damaged(date, record.entry, true, what)),
        };
        let mut gone = |entry, e| lost.push(damaged(date, entry, true, said(e)));
        archive.records_left(operator, bucket, &mut each, &mut gone).map_err(fail)?;
        short.damaged.extend(lost.into_iter().chain(malformed));
    }
    let exhibits = exhibits(versions);
    progress.done(exhibits.len() as u64);
    Ok((exhibits, contents))
}

/// Of each run the day of its copy.
fn copied(
    archive: &Archive,
    operator: &Operator,
) -> Result<HashMap<[u8; 16], String>, archive::ArchiveError> {
    let runs = archive.register(operator.keys(), &[EntryType::Run])?;
    let day =
        |e: &archive::RegisterEntry| Some((e.header.run, Manifest::parse(&e.plain)?.copy_date.to_string()));
    Ok(runs.iter().filter_map(day).collect())
}

fn in_period(job: &Export, message: &Message) -> bool {
    let day = message.sent_at.or(message.received_at).map(Stamp::millis).and_then(policy::civil_date);
    match day {
        Some(day) => job.from.is_none_or(|from| day >= from) && job.to.is_none_or(|to| day <= to),
        // without a time it cannot be said to be outside
        None => true,
    }
}

/// The default place beside a folder, for messages.
pub(crate) fn start_page(out: &Path) -> PathBuf {
    out.join("data").join("index.html")
}
