//! `run JOB.toml`: several custodians and sources in one unattended run, with a report. One source's
//! failure never stops another; sources are opened side by side (their keys take a second each to
//! derive), and written one after another, since an archive has one writer.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::civil::Date;
use policy::Mode;
use serde::{Deserialize, Serialize};

use crate::error::JobError;
use crate::ingest::{Ingest, IngestReport, ingest_opened};
use crate::open::{SourceOptions, open};
use crate::places::Places;
use crate::progress::Progress;
use crate::secret;

/// A job file. Relative paths are taken from the folder of the job file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct JobFile {
    archive: PathBuf,
    keys: PathBuf,
    /// The holding area; beside the key store where absent.
    holding: Option<PathBuf>,
    /// Sources opened at the same time, 1 to 16.
    #[serde(default = "two")]
    parallel: usize,
    /// Where the report goes besides standard output.
    report: Option<PathBuf>,
    #[serde(default, rename = "copy")]
    copies: Vec<CopyEntry>,
}

fn two() -> usize {
    2
}

/// One source to take in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CopyEntry {
    custodian: String,
    source: PathBuf,
    backup_passphrase_file: Option<PathBuf>,
    backup_key_file: Option<PathBuf>,
    owner: Option<String>,
    owner_name: Option<String>,
    date_order: Option<String>,
    zone: Option<String>,
    mapping: Option<PathBuf>,
    copy_date: Option<String>,
    mode: Option<Mode>,
    contacts: Option<PathBuf>,
    journal: Option<PathBuf>,
    #[serde(default)]
    attest_device: bool,
}

/// A job file that has been read and checked.
#[derive(Debug)]
pub struct Job {
    file: JobFile,
}

/// What `job check` says.
#[derive(Debug, Serialize)]
pub struct JobCheck {
    /// How many sources the job names.
    pub copies: usize,
    /// What would fail, one line for each, with the number of the copy.
    pub problems: Vec<String>,
}

/// What became of a run.
#[derive(Debug, Serialize)]
pub struct RunReport {
    /// One for each copy of the job file, in its order.
    pub copies: Vec<CopyReport>,
    /// How many were taken in with nothing to look at.
    pub clean: usize,
    /// How many were taken in with something to look at.
    pub attention: usize,
    /// How many failed.
    pub failed: usize,
}

/// What became of one copy.
#[derive(Debug, Serialize)]
pub struct CopyReport {
    /// Its number in the job file, from 1.
    pub number: usize,
    /// Custodian id.
    pub custodian: String,
    /// Exit code that `ingest` alone would have had.
    pub exit_code: u8,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The ingest report, where it did not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<Box<IngestReport>>,
}

impl RunReport {
    /// 0, 3 when something must be looked at, else the exit code of the first failure.
    pub fn exit_code(&self) -> u8 {
        let failure = self.copies.iter().map(|c| c.exit_code).find(|code| !matches!(code, 0 | 3));
        failure.unwrap_or(if self.attention > 0 { 3 } else { 0 })
    }
}

impl Job {
    /// Reads a job file.
    ///
    /// # Errors
    /// [`JobError::JobFile`] with the line.
    pub fn read(path: &Path) -> Result<Self, JobError> {
        let text =
            std::fs::read_to_string(path).map_err(|e| JobError::io(path, "reading the job file", &e))?;
        let mut file: JobFile = toml::from_str(&text).map_err(|e| JobError::JobFile {
            path: path.to_owned(),
            line: e.span().map_or(0, |span| text[..span.start.min(text.len())].lines().count().max(1)),
            why: e.message().to_owned(),
        })?;
        let fail = |why: &str| JobError::JobFile { path: path.to_owned(), line: 0, why: why.to_owned() };
        if file.copies.is_empty() {
            return Err(fail("no [[copy]]"));
        }
        if !(1..=16).contains(&file.parallel) {
            return Err(fail("parallel must be 1 to 16"));
        }
        let base = path.parent().map(Path::to_owned).unwrap_or_default();
        let fix = |p: &mut PathBuf| *p = base.join(&*p);
        fix(&mut file.archive);
        fix(&mut file.keys);
        file.holding.iter_mut().for_each(fix);
        file.report.iter_mut().for_each(fix);
        for copy in &mut file.copies {
            fix(&mut copy.source);
            copy.backup_passphrase_file.iter_mut().for_each(fix);
            copy.backup_key_file.iter_mut().for_each(fix);
            copy.contacts.iter_mut().for_each(fix);
            copy.journal.iter_mut().for_each(fix);
            copy.mapping.iter_mut().for_each(fix);
            copy.date().map_err(|()| fail("copy_date must be YYYY-MM-DD"))?;
        }
        let job = Self { file };
        job.report_path().map_or(Ok(()), |report| job.places().outside("report", report))?;
        Ok(job)
    }

    fn places(&self) -> Places {
        let places = Places::new(self.file.archive.clone(), self.file.keys.clone());
        Places { holding: self.file.holding.clone().unwrap_or(places.holding), ..places }
    }

    /// Where the job wants its report, besides standard output.
    pub fn report_path(&self) -> Option<&Path> {
        self.file.report.as_deref()
    }

    /// Folders that a run writes to.
    pub(crate) fn writes_to(&self) -> Vec<PathBuf> {
        let Places { archive, keys, holding, .. } = self.places();
        let report = self.report_path().and_then(Path::parent).map(Path::to_owned);
        [archive, keys, holding].into_iter().chain(report).collect()
    }

    /// Looks at everything the job needs without opening a source or writing anything.
    pub fn check(&self) -> JobCheck {
        let mut problems = Vec::new();
        if !self.file.archive.join("archive.db").is_file() {
            problems.push("archive: no archive there".to_owned());
        }
        if !self.file.keys.is_dir() {
            problems.push("keys: no key store there".to_owned());
        }
        // who is in it, the key store says without a passphrase
        let register = if problems.is_empty() { crate::register::read(&self.places()).ok() } else { None };
        for (i, copy) in self.file.copies.iter().enumerate() {
            let number = i + 1;
            if register.as_ref().is_some_and(|register| register.custodian(&copy.custodian).is_none()) {
                problems.push(format!("copy {number}: custodian is not in the register"));
            }
            if !copy.source.exists() {
                problems.push(format!("copy {number}: source not there"));
            }
            if let Some(file) = &copy.backup_passphrase_file
                && let Err(e) = secret::from_file(file)
            {
                problems.push(format!("copy {number}: backup_passphrase_file: {e}"));
            }
            if copy.backup_key_file.as_ref().is_some_and(|f| !f.is_file()) {
                problems.push(format!("copy {number}: backup_key_file not there"));
            }
        }
        JobCheck { copies: self.file.copies.len(), problems }
    }

    /// Runs the job. Never an error: what failed is in the report.
    pub fn run(&self, now: i64, progress: Progress<'_>) -> RunReport {
        let next = AtomicUsize::new(0);
        let writer = Mutex::new(());
        let results: Vec<Mutex<Option<CopyReport>>> =
            self.file.copies.iter().map(|_| Mutex::new(None)).collect();
        std::thread::scope(|scope| {
            for _ in 0..self.file.parallel.min(self.file.copies.len()) {
                scope.spawn(|| {
                    loop {
                        let i = next.fetch_add(1, Ordering::Relaxed);
                        let (Some(copy), Some(slot)) = (self.file.copies.get(i), results.get(i)) else {
                            break;
                        };
                        let outcome = self.one(copy, now, &writer, progress);
                        let report = CopyReport::of(i + 1, copy, outcome);
                        if let Ok(mut slot) = slot.lock() {
                            *slot = Some(report);
                        }
                    }
                });
            }
        });
        let copies: Vec<CopyReport> = results
            .into_iter()
            .enumerate()
            .map(|(i, slot)| {
                slot.into_inner().ok().flatten().unwrap_or_else(|| {
                    let lost = JobError::Internal { what: "a copy ended without a report".into() };
                    CopyReport::of(i + 1, &self.file.copies[i], Err(lost))
                })
            })
            .collect();
        let count = |code: u8| copies.iter().filter(|c| c.exit_code == code).count();
        let (clean, attention) = (count(0), count(3));
        RunReport { clean, attention, failed: copies.len() - clean - attention, copies }
    }

    fn one(
        &self,
        copy: &CopyEntry,
        now: i64,
        writer: &Mutex<()>,
        progress: Progress<'_>,
    ) -> Result<IngestReport, JobError> {
        progress.check()?;
        let options = SourceOptions {
            passphrase: copy.backup_passphrase_file.as_deref().map(secret::from_file).transpose()?,
            key_file: copy.backup_key_file.clone(),
            owner: copy.owner.clone(),
            owner_name: copy.owner_name.clone(),
            date_order: copy.date_order.clone(),
            zone: copy.zone.clone(),
            mapping: copy.mapping.clone(),
        };
        let job = Ingest {
            places: self.places(),
            custodian: copy.custodian.clone(),
            sources: vec![copy.source.clone()],
            options,
            copy_date: copy.date().ok().flatten(),
            mode: copy.mode,
            contacts: copy.contacts.clone(),
            journal: copy.journal.clone(),
            attest_device: copy.attest_device,
            now,
        };
        let opened = open(&copy.source, &job.options)?;
        // a poisoned lock means that another copy panicked while writing: its transaction is gone,
        // the archive is whole
        let _turn = writer.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        ingest_opened(&job, vec![(copy.source.clone(), opened)], progress)
    }
}

impl CopyEntry {
    fn date(&self) -> Result<Option<Date>, ()> {
        self.copy_date.as_deref().map(|d| d.parse().map_err(|_| ())).transpose()
    }
}

impl CopyReport {
    fn of(number: usize, copy: &CopyEntry, outcome: Result<IngestReport, JobError>) -> Self {
        let custodian = copy.custodian.clone();
        match outcome {
            Ok(report) => Self {
                number,
                custodian,
                exit_code: report.exit_code(),
                error: None,
                report: Some(Box::new(report)),
            },
            Err(e) => {
                Self { number, custodian, exit_code: e.exit_code(), error: Some(e.to_string()), report: None }
            }
        }
    }
}
