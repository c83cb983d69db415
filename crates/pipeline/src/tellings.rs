//! From records to what is shown: versions of one message by one source, and what sources of several kinds tell
//! of it, are one exhibit. Which of them is shown first does not depend on which came first.

use std::collections::HashMap;

use archive::Record;
use export::{ArchiveInfo, Exhibit, Origin, Telling};
use model::{Message, canonical, wire};

use crate::restamp::Stamps;
use crate::{identity, likeness, verdict};

/// A record, opened.
pub(crate) struct Version {
    pub(crate) message: Box<Message>,
    verdict: verdict::Verdict,
    /// Entry that changed its period after it was sealed.
    restamped: Option<u64>,
    origin: Option<Origin>,
    bucket: usize,
    entry: u64,
    place: u32,
    run: [u8; 16],
    copied: String,
}

/// What is known of records beside what they hold.
pub(crate) struct Reading<'a> {
    /// The day of each run's copy.
    pub(crate) copied: HashMap<[u8; 16], String>,
    pub(crate) stamps: &'a Stamps,
}

/// Opens a record of a bucket, which has a place and a number.
pub(crate) fn version(
    (bucket, id): (usize, &[u8; 16]),
    record: &Record<'_>,
    reading: &Reading<'_>,
) -> Result<Version, String> {
    let Reading { copied, stamps } = reading;
    let at = |e: model::Fault| format!("entry {}: record {}: {e}", record.entry, record.place);
    let groups = std::array::from_fn(|i| record.groups[i]);
    let mut message = canonical::decode(groups).map_err(at)?;
    // neither page nor line shows them, and a month of them fills the memory
    message.raw = Vec::new();
    let mut verdict = verdict::decode(record.groups[7]).map_err(at)?;
    let beside = stamps.beside(id, record).map_err(|e| e.to_string())?;
    let restamped = beside.as_ref().map(|beside| beside.entry);
    if let Some(beside) = beside {
        (verdict.class, verdict.retain_until) = (beside.class, beside.retain_until);
    }
    let origin = stamps.origin(record.entry).and_then(|all| all.last()).and_then(|(standing, _)| {
        let header = chain::Header::parse(&standing.header).ok()?;
        Some(Origin { archive: wire::hex(&header.archive), entry: header.index, proof: None })
    });
    let message = Box::new(message);
    let Record { entry, place, run, .. } = *record;
    Ok(Version {
        message,
        verdict,
        restamped,
        origin,
        bucket,
        entry,
        place,
        run,
        copied: copied.get(&run).cloned().unwrap_or_default(),
    })
}

/// The exhibits of some records. Records of one bucket that share their source's own id, or the number of the
/// message, are one.
pub(crate) fn exhibits(versions: Vec<Version>) -> Vec<Exhibit> {
    let mut group: Vec<usize> = (0..versions.len()).collect();
    let mut first: HashMap<Vec<u8>, usize> = HashMap::new();
    for (i, v) in versions.iter().enumerate() {
        for key in keys(v) {
            let other = *first.entry(key).or_insert(i);
            let (a, b) = (root(&mut group, i), root(&mut group, other));
            group[a.max(b)] = a.min(b);
        }
    }
    let mut of: HashMap<usize, usize> = HashMap::new();
    let mut groups: Vec<Vec<Version>> = Vec::new();
    for (i, v) in versions.into_iter().enumerate() {
        let next = groups.len();
        let at = *of.entry(root(&mut group, i)).or_insert(next);
        if at == next {
            groups.push(Vec::new());
        }
        groups[at].push(v);
    }
    groups.into_iter().filter_map(exhibit).collect()
}

fn root(group: &mut [usize], mut i: usize) -> usize {
    while group[i] != i {
        group[i] = group[group[i]];
        i = group[i];
    }
    i
}

fn keys(v: &Version) -> impl Iterator<Item = Vec<u8>> + use<> {
    let mut own = v.bucket.to_be_bytes().to_vec();
    let mut number = own.clone();
    let own = identity::own(&v.message, &mut own).then_some(own);
    let number = v.verdict.sorted.message.map(|message| {
        number.push(u8::MAX);
        number.extend_from_slice(&message);
        number
    });
    own.into_iter().chain(number)
}

/// Kinds of source that keep versions of their own: name and what tells two of one name apart.
fn kind(message: &Message) -> (&str, &'static str) {
    (&message.source, likeness::teller(message).map_or("", |t| t.word))
}

fn exhibit(mut versions: Vec<Version>) -> Option<Exhibit> {
    versions.sort_by_key(|v| (v.entry, v.place));
    let best = versions.iter().map(|v| likeness::rank(&v.message)).min()?;
    let shown = versions.iter().rposition(|v| likeness::rank(&v.message) == best)?;
    let retain_until = versions.iter().map(|v| v.verdict.retain_until).max()?;
    let alike = versions.iter().any(|v| v.verdict.sorted.alike);
    let first = versions.remove(shown);
    let mut archive = info(&first);
    // the longest counts
    archive.retain_until = retain_until.to_string();
    let mut message = first.message;
    let (mut older, mut also) = (Vec::new(), Vec::new());
    for v in versions {
        if kind(&v.message) == kind(&message) {
            older.push(v.message);
        } else {
            also.push(Telling { archive: info(&v), message: v.message });
        }
    }
    // a later copy without the text does not take away what an earlier one had, nor one source what another has
    if message.body.is_none()
        && let Some(earlier) = older.iter().rev().find_map(|m| m.body.clone())
    {
        message.body = Some(earlier);
        message.doubts.push("text_from_earlier_copy".into());
    }
    if message.body.is_none()
        && let Some(other) = also.iter().rev().find_map(|t| t.message.body.clone())
    {
        message.body = Some(other);
        message.doubts.push("text_from_other_source".into());
    }
    if alike {
        message.doubts.push("possible_duplicate".into());
    }
    also.sort_by_key(|t| (likeness::rank(&t.message), t.archive.entry, t.archive.place));
    Some(Exhibit { message, older, also, archive })
}

fn info(v: &Version) -> ArchiveInfo {
    ArchiveInfo {
        number: 0,
        entry: v.entry,
        place: v.place,
        proof: None,
        proof_record: 0,
        retain_until: v.verdict.retain_until.to_string(),
        retention_class: v.verdict.class.name().to_owned(),
        restamped_by: v.restamped,
        origin: v.origin.clone(),
        verdict: v.verdict.sorted.decision.word().to_owned(),
        lowered_by: None,
        run: wire::hex(&v.run),
        copied: v.copied.clone(),
    }
}
