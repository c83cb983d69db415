//! Split custody of the epoch's key: shares on paper, drills that prove them, and the end of the copy in the
//! key store. Buckets stay readable by whoever has a grant; a new grant needs the shares.
//!
//! A share says nothing by itself. Together they are the key of everything that is not disposed of: the
//! pages are written to a folder of the operator's choice, to be printed and taken apart.

use std::path::{Path, PathBuf};

use access::custody::{CustodyNote, PaperShare, ShareFault, ShareSet, join, split};
use access::{KeyStore, Rights, lie_apart};
use archive::{Archive, Entry, Operator};
use chain::EntryType;
use model::wire;
use serde::Serialize;
use vault::KeyPair;

use crate::anchors::write_whole;
use crate::error::JobError;
use crate::places::{Places, shown};
use crate::verify::bounded_text;

/// Most bytes of a share's file.
const MOST: u64 = 1 << 20;

/// What was split.
#[derive(Debug, Serialize)]
pub struct SplitReport {
    /// Epoch.
    pub epoch: u32,
    /// Number of the split, hexadecimal; it stands on every share.
    pub split: String,
    /// Shares that are needed.
    pub threshold: u8,
    /// The pages, one a share.
    pub pages: Vec<String>,
}

/// What shares proved.
#[derive(Debug, Serialize)]
pub struct DrillReport {
    /// Epoch.
    pub epoch: u32,
    /// Number of the split, hexadecimal.
    pub split: String,
    /// Shares given.
    pub given: usize,
    /// Shares needed.
    pub threshold: u8,
    /// Buckets whose key the shares open.
    pub buckets_opened: u64,
    /// Buckets that have a wrap to the epoch.
    pub buckets: u64,
    /// Whether the key store still holds the epoch's key by itself.
    pub in_key_store: bool,
}

impl DrillReport {
    /// 0, or 5 when the shares give the key and the key does not open every bucket.
    pub fn exit_code(&self) -> u8 {
        if self.buckets_opened == self.buckets { 0 } else { 5 }
    }
}

/// Whether the key of an epoch was in split custody: its shares were drilled.
pub(crate) fn was_split(keys: &KeyStore, epoch: u32) -> bool {
    let note = keys.read(&CustodyNote::name(epoch)).ok().flatten();
    note.and_then(|bytes| CustodyNote::decode(epoch, &bytes)).is_some_and(|note| note.drilled_at > 0)
}

/// Whether the key of the epoch in force lies in the key store although that of one before was in split custody.
pub(crate) fn to_split_again(keys: &KeyStore, epoch: u32) -> bool {
    let whole = keys.read(&KeyStore::epoch(epoch)).is_ok_and(|wrap| wrap.is_some());
    whole && !was_split(keys, epoch) && (0..epoch).any(|before| was_split(keys, before))
}

fn epoch_of(archive: &Archive) -> Result<u32, JobError> {
    let none = || JobError::Integrity { what: "the log has no epoch".to_owned() };
    archive.authority().epoch().map(|e| e.number).ok_or_else(none)
}

fn keys(places: &Places) -> Result<KeyStore, JobError> {
    KeyStore::open(&places.keys, &places.archive).map_err(|e| places.fail(e.into()))
}

fn millis(now: i64) -> u64 {
    u64::try_from(now).unwrap_or(0)
}

fn must(archive: &Archive, operator: &Operator, now: i64) -> Result<(), JobError> {
    let allowed = archive.authority().allows(&operator.id(), Rights::ADMIN, millis(now));
    if allowed { Ok(()) } else { Err(JobError::NoRight { right: "admin" }) }
}

fn share_fault(fault: ShareFault) -> JobError {
    JobError::BadShare { why: fault.to_string() }
}

/// Splits the key of the epoch in force; writes a page a share into a folder that is empty or not there.
///
/// # Errors
/// [`JobError::NoRight`], [`JobError::NoEpochKey`] when the operator does not hold the key.
pub fn split_epoch(
    places: &Places,
    operator: &Operator,
    (threshold, shares): (u8, u8),
    out: &Path,
    now: i64,
) -> Result<SplitReport, JobError> {
    if !(2..=vault::MOST_SHARES).contains(&shares) || !(2..=shares).contains(&threshold) {
        let why = format!("2 to {} shares, of which 2 or more are needed", vault::MOST_SHARES);
        return Err(JobError::BadValue { what: "--shares, --threshold", why });
    }
    if [&places.archive, &places.keys].iter().any(|folder| !lie_apart(folder, out)) {
        return Err(JobError::BadPlace { why: "shares, archive and key store must lie apart" });
    }
    let archive = places.open()?;
    must(&archive, operator, now)?;
    let epoch = epoch_of(&archive)?;
    let pair = operator.epoch(epoch).map_err(|e| places.fail(e))?.ok_or(JobError::NoEpochKey)?;
    let pair = archive.epoch_pair(pair.seed()).ok_or(JobError::NoEpochKey)?;
    if std::fs::read_dir(out).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(JobError::NotEmpty { path: out.to_owned() });
    }
    let internal = |what: &str| JobError::Internal { what: what.to_owned() };
    let made = split(pair.seed(), epoch, threshold, shares).map_err(|_| internal("splitting"))?;
    // what will be typed from the pages is tried before they are written
    let typed: Result<Vec<PaperShare>, _> =
        made.iter().map(|s| PaperShare::typed(archive.id(), &s.groups(archive.id()))).collect();
    let typed = typed.map_err(|_| internal("a share does not read back"))?;
    for some in typed.windows(usize::from(threshold)) {
        join(some)
            .ok()
            .and_then(|(_, secret)| archive.epoch_pair(&secret))
            .ok_or_else(|| internal("shares do not give the key back"))?;
    }
    std::fs::create_dir_all(out).map_err(|e| JobError::io(out, "writing the shares", &e))?;
    let today = crate::clock::civil(now)?.to_string();
    let mut pages = Vec::new();
    let of = made.first().map(|s| s.of).ok_or_else(|| internal("no shares"))?;
    for share in &made {
        let page = out.join(format!("del-{}-af-{shares}.html", share.number()));
        let sheet = export::ShareSheet {
            archive: wire::hex(archive.id()),
            split: wire::hex(&of.set),
            epoch,
            threshold,
            shares,
            number: share.number(),
            groups: share.groups(archive.id()),
            made_at: today.clone(),
        };
        write_whole(&page, export::share_page(&sheet).as_bytes())?;
        pages.push(shown(&page));
    }
    let note = CustodyNote { of, split_at: millis(now), drilled_at: 0 };
    keys(places)?.write(&CustodyNote::name(epoch), &note.encode()).map_err(|e| places.fail(e.into()))?;
    Ok(SplitReport { epoch, split: wire::hex(&of.set), threshold, pages })
}

/// The epoch's pair from files with shares: pages as they were written, or what was typed from them.
fn from_files(archive: &Archive, files: &[PathBuf]) -> Result<(ShareSet, KeyPair), JobError> {
    let mut shares = Vec::new();
    for file in files {
        let text = zeroize::Zeroizing::new(bounded_text(file, "reading a share", MOST)?);
        let typed = export::share_of_page(&text).map_or_else(
            || text.lines().filter(|l| !l.trim_start().starts_with('#')).collect::<Vec<_>>().join(" "),
            str::to_owned,
        );
        let typed = zeroize::Zeroizing::new(typed);
        let share = PaperShare::typed(archive.id(), &typed)
            .map_err(|e| JobError::BadShare { why: format!("{}: {e}", file.display()) })?;
        shares.push(share);
    }
    let (of, secret) = join(&shares).map_err(share_fault)?;
    if of.epoch != epoch_of(archive)? {
        let why = format!("the shares are of epoch {}, which is not in force any more", of.epoch);
        return Err(JobError::BadShare { why });
    }
    let pair = archive.epoch_pair(&secret).ok_or_else(|| JobError::BadShare {
        why: "the shares do not give the key of the epoch".to_owned(),
    })?;
    Ok((of, pair))
}

/// What the entry of a drill says.
#[derive(Serialize)]
struct Drilled<'a> {
    version: u8,
    #[serde(flatten)]
    report: &'a DrillReport,
}

/// Proves that shares give the epoch's key, and that the key opens what is wrapped to it; writes no key. An entry says
/// how it went.
///
/// # Errors
/// [`JobError::BadShare`].
pub fn drill(places: &Places, files: &[PathBuf], now: i64) -> Result<DrillReport, JobError> {
    let archive = places.open()?;
    let (of, pair) = from_files(&archive, files)?;
    let keys = keys(places)?;
    let fail = |e| places.fail(e);
    let (buckets_opened, buckets) = archive.opens(&keys, of.epoch, &pair).map_err(fail)?;
    let name = CustodyNote::name(of.epoch);
    let noted = keys.read(&name).map_err(|e| fail(e.into()))?;
    let noted = noted.and_then(|bytes| CustodyNote::decode(of.epoch, &bytes)).filter(|note| note.of == of);
    let split_at = noted.map_or(0, |note| note.split_at);
    let note = CustodyNote { of, split_at, drilled_at: millis(now) };
    keys.write(&name, &note.encode()).map_err(|e| fail(e.into()))?;
    let in_key_store = keys.read(&format!("epoch/{}", of.epoch)).map_err(|e| fail(e.into()))?.is_some();
    let report = DrillReport {
        epoch: of.epoch,
        split: wire::hex(&of.set),
        given: files.len(),
        threshold: of.threshold,
        buckets_opened,
        buckets,
        in_key_store,
    };
    let plain = serde_json::to_vec(&Drilled { version: 1, report: &report })
        .map_err(|_| JobError::Internal { what: "the entry of a drill".to_owned() })?;
    let entry = Entry { kind: EntryType::Drill, clear: &[], plain: &plain };
    places.writer(now)?.append_as_job(&entry).map_err(fail)?;
    Ok(report)
}

/// Gives an operator the epoch's key for what comes next; it is written nowhere.
///
/// # Errors
/// [`JobError::BadShare`].
pub fn give(places: &Places, operator: &Operator, files: &[PathBuf]) -> Result<(), JobError> {
    let (of, pair) = from_files(&places.open()?, files)?;
    operator.give_epoch(of.epoch, pair);
    Ok(())
}

/// [`give`], where there are shares.
///
/// # Errors
/// As there.
pub fn give_all(places: &Places, operator: &Operator, files: &[PathBuf]) -> Result<(), JobError> {
    if files.is_empty() { Ok(()) } else { give(places, operator, files) }
}

/// Puts the epoch's key back into the key store, behind the operator's passphrase.
///
/// # Errors
/// [`JobError::NoRight`], [`JobError::BadShare`].
pub fn recover(
    places: &Places,
    operator: &Operator,
    files: &[PathBuf],
    now: i64,
) -> Result<DrillReport, JobError> {
    let archive = places.open()?;
    must(&archive, operator, now)?;
    let (of, pair) = from_files(&archive, files)?;
    operator.keep_epoch(of.epoch, &pair).map_err(|e| places.fail(e))?;
    drill(places, files, now)
}

/// Ends the key store's own copy of the epoch's key, after the shares have just proved that they give it.
///
/// # Errors
/// [`JobError::NoRight`], [`JobError::BadShare`], [`JobError::Integrity`] when the key does not open every
/// bucket.
pub fn finish(
    places: &Places,
    operator: &Operator,
    files: &[PathBuf],
    now: i64,
) -> Result<DrillReport, JobError> {
    let archive = places.open()?;
    must(&archive, operator, now)?;
    let report = drill(places, files, now)?;
    if report.exit_code() != 0 {
        let (opened, all) = (report.buckets_opened, report.buckets);
        return Err(JobError::Integrity { what: format!("the shares open {opened} of {all} buckets") });
    }
    let keys = keys(places)?;
    let name = format!("epoch/{}", report.epoch);
    if keys.read(&name).map_err(|e| places.fail(e.into()))?.is_some() {
        // its bytes are overwritten first; on flash that proves nothing, so older copies must go too
        keys.write(&name, &vec![0; vault::WRAPPED_LEN]).map_err(|e| places.fail(e.into()))?;
        keys.remove(&name).map_err(|e| places.fail(e.into()))?;
    }
    Ok(DrillReport { in_key_store: false, ..report })
}
