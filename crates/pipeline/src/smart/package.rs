//! Packages: made from a medium, sealed by operators, shown, held against everything they state.

use std::collections::BTreeMap;
use std::path::Path;

use ::smart::package::facts::{FactKey, missing};
use ::smart::package::{
    ActError, CustodyEvent, CustodyLine, Entry, Examined, Facts, Measured, PackError, PackReport, Packing,
    Seal, examine,
};
use archive::{Archive, Operator};
use chain::Note;
use model::{SourceError, Stamp, wire};
use serde::Serialize;

use crate::error::JobError;
use crate::places::Places;
use crate::progress::{Phase, Progress};

const TOOL: &str = concat!("beskedarkiv ", env!("CARGO_PKG_VERSION"));

/// The name that an operator signs under.
pub(crate) fn name_of(archive: &[u8; 16], operator: &[u8; 16]) -> String {
    format!("{}/operator/{}", chain::origin(archive), wire::hex(operator))
}

/// The key of an operator of the archive by that name.
pub(crate) fn key_in(archive: &Archive, name: &str) -> Option<[u8; 32]> {
    archive.authority().operators().find(|o| name_of(archive.id(), &o.id) == name).map(|o| o.signing)
}

fn measured(now: i64, read_only: Option<bool>) -> Result<Measured, JobError> {
    let random: [u8; 16] = vault::random().map_err(|e| JobError::Internal { what: e.to_string() })?;
    let now_text = Stamp::unix_millis(now).rfc3339().unwrap_or_default();
    Ok(Measured { id: uuid(now, random), now: now_text, tool: TOOL.to_owned(), read_only })
}

/// A UUID of version 7 (RFC 9562, 5.7).
fn uuid(now: i64, mut bytes: [u8; 16]) -> String {
    bytes[..6].copy_from_slice(&now.to_be_bytes()[2..]);
    bytes[6] = bytes[6] & 0x0f | 0x70;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = wire::hex(&bytes);
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// What to pack.
pub struct PackJob<'a> {
    /// The medium: a folder, or one file.
    pub medium: &'a Path,
    /// Where the package is made.
    pub out: &'a Path,
    /// The facts by their words.
    pub facts: &'a BTreeMap<String, String>,
    /// Whether the system has the medium mounted read-only.
    pub read_only: Option<bool>,
    /// Milliseconds since 1970.
    pub now: i64,
}

/// Makes a package.
///
/// # Errors
/// [`JobError::BadValue`] for a fact, [`JobError::NotEmpty`], [`JobError::Source`] for the medium.
pub fn pack(job: &PackJob<'_>, progress: Progress<'_>) -> Result<PackReport, JobError> {
    let mut answers = BTreeMap::new();
    for (word, text) in job.facts {
        let Some(FactKey { word, .. }) = ::smart::package::facts::key_of(word) else {
            return Err(JobError::BadValue { what: "fact", why: "is not one that a package has".to_owned() });
        };
        answers.insert(word, text.clone());
    }
    if let Some(word) = missing(&answers).first() {
        return Err(JobError::BadValue { what: word, why: "is missing".to_owned() });
    }
    progress.begin(Phase::Opening, None);
    let measured = measured(job.now, job.read_only)?;
    let packing = Packing { medium: job.medium, out: job.out, answers: &answers, measured: &measured };
    ::smart::package::pack(&packing, &|| !progress.stopped()).map_err(|e| pack_error(job.medium, job.out, e))
}

fn pack_error(medium: &Path, out: &Path, error: PackError) -> JobError {
    match error {
        PackError::NotEmpty => JobError::NotEmpty { path: out.to_owned() },
        PackError::Inside => {
            JobError::BadValue { what: "--out", why: "lies on the medium, or the medium in it".to_owned() }
        }
        PackError::Fact { word, why } => JobError::BadValue { what: word, why: why.to_owned() },
        PackError::Medium { what } => JobError::source_at(medium, SourceError::Unfinished { what }),
        PackError::Changed { what } => {
            JobError::source_at(medium, SourceError::Changed { at: "medium".to_owned(), what })
        }
        PackError::Io { kind: std::io::ErrorKind::Interrupted, .. } => JobError::Interrupted,
        PackError::Io { what, kind } if what.ends_with("medium") => {
            JobError::Source { path: medium.to_owned(), fault: SourceError::io(what, &kind.into()) }
        }
        PackError::Io { what, kind } => JobError::Io { path: out.to_owned(), what, kind },
        _ => JobError::Internal { what: "packing".to_owned() },
    }
}

/// Where a package then stands: to be written down elsewhere.
#[derive(Debug, Serialize)]
pub struct CustodyReport {
    /// Lines of the custody log.
    pub lines: u64,
    /// Hash of the last.
    pub head: String,
    /// Names under the seal.
    pub signed_by: Vec<String>,
}

/// What an operator enters into a custody log.
#[derive(Debug, Default)]
pub struct Entered {
    /// Who acted; else the operator's number.
    pub actor: Option<String>,
    /// The second person.
    pub second: Option<String>,
    /// Number of a physical seal.
    pub seal: Option<String>,
    /// A remark.
    pub note: Option<String>,
}

/// Enters an event and seals the package over it.
///
/// # Errors
/// [`JobError::Source`] with what does not hold.
pub fn custody(
    places: &Places,
    operator: &Operator,
    package: &Path,
    event: &str,
    entered: Entered,
    now: i64,
) -> Result<CustodyReport, JobError> {
    let event = CustodyEvent::of_word(event);
    let unknown = || {
        let words: Vec<_> = CustodyEvent::WORDS.iter().map(|w| w.1).collect();
        JobError::BadValue { what: "event", why: format!("is none of {}", words.join(", ")) }
    };
    enter(places, operator, package, event.ok_or_else(unknown)?, entered, now)
}

fn enter(
    places: &Places,
    operator: &Operator,
    package: &Path,
    event: CustodyEvent,
    entered: Entered,
    now: i64,
) -> Result<CustodyReport, JobError> {
    let archive = places.open()?;
    let name = name_of(archive.id(), &operator.id());
    let Entered { actor, second, seal, note } = entered;
    let actor = actor.unwrap_or_else(|| format!("operator {}", wire::hex(&operator.id())));
    let entry = Entry { event, actor, second, seal, note };
    let sign = |text: &str| {
        let mut note = Note::new(text.to_owned());
        note.sign(&name, &operator.signer());
        note.to_text()
    };
    let measured = measured(now, None)?;
    let entered = ::smart::package::enter(package, &entry, &measured, &sign);
    let (lines, head) = entered.map_err(|e| act_error(package, e))?;
    Ok(CustodyReport { lines, head: wire::hex(&head), signed_by: vec![name] })
}

/// Seals a package; a second operator signs the same seal while nothing has been entered since.
///
/// # Errors
/// [`JobError::SamePerson`], [`JobError::Source`] with what does not hold.
pub fn seal(
    places: &Places,
    operator: &Operator,
    package: &Path,
    entered: Entered,
    now: i64,
) -> Result<CustodyReport, JobError> {
    let seen = examined(package, false)?;
    let sealed =
        seen.custody.as_ref().and_then(|c| c.lines.last()).is_some_and(|l| l.event == CustodyEvent::Sealed);
    let last = seen.seals.last().and_then(|text| Some((Seal::parse(text)?, Note::parse(text).ok()?)));
    let Some((seal, mut note)) = last.filter(|(_, note)| sealed && note.names().next().is_some()) else {
        return enter(places, operator, package, CustodyEvent::Sealed, entered, now);
    };
    let seen = examined(package, true)?;
    if let Some(fault) = seen.faults.into_iter().next() {
        return Err(JobError::source_at(package, fault.into()));
    }
    let archive = places.open()?;
    let name = name_of(archive.id(), &operator.id());
    if note.names().any(|n| n == name) {
        return Err(JobError::SamePerson);
    }
    note.sign(&name, &operator.signer());
    ::smart::package::replace_seal(package, seal.lines, &note.to_text())
        .map_err(|e| act_error(package, e))?;
    let signed_by = note.names().map(str::to_owned).collect();
    Ok(CustodyReport { lines: seal.lines, head: wire::hex(&seal.head), signed_by })
}

fn act_error(package: &Path, error: ActError) -> JobError {
    match error {
        ActError::Source(fault) => JobError::source_at(package, fault),
        ActError::Broken(fault) => JobError::source_at(package, fault.into()),
        ActError::Write(e) => pack_error(package, package, e),
        _ => JobError::Internal { what: "package".to_owned() },
    }
}

fn examined(package: &Path, content: bool) -> Result<Examined, JobError> {
    let fail = |fault| JobError::source_at(package, fault);
    let tree = evidence::open_tree(package).map_err(fail)?;
    if !::smart::package::is_package(tree.as_ref()).map_err(fail)? {
        return Err(fail(SourceError::Missing { what: "package.toml of a package" }));
    }
    examine(&tree, content).map_err(fail)
}

/// A signature under a seal.
#[derive(Clone, Debug, Serialize)]
pub struct Signature {
    /// The name it stands under.
    pub by: String,
    /// Whether it holds; `null` where its key is not known here.
    pub holds: Option<bool>,
}

/// The signatures under a text, each held against the key that `key_of` knows.
pub(crate) fn signatures(text: &str, key_of: &dyn Fn(&str) -> Option<[u8; 32]>) -> Vec<Signature> {
    let Ok(note) = Note::parse(text) else { return Vec::new() };
    let one = |name: &str| Signature {
        by: name.to_owned(),
        holds: key_of(name).map(|key| note.verify(name, &key).is_ok()),
    };
    note.names().map(one).collect()
}

/// What does not hold of a package, and who sealed it.
#[derive(Debug, Serialize)]
pub struct VerifyReport {
    /// Whether everything that was looked at holds.
    pub holds: bool,
    /// Number of the package.
    pub package: Option<String>,
    /// Highest marking of its content.
    pub marking: Option<String>,
    /// Files hashed.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Lines of the custody log.
    pub custody: u64,
    /// Hash of the last.
    pub custody_head: Option<String>,
    /// Signatures under the last seal.
    pub signatures: Vec<Signature>,
    /// What does not hold: part and fault.
    pub broken: Vec<String>,
}

impl VerifyReport {
    /// 0; 3 when nobody sealed it, or only keys that are not known here; 5 when it does not hold.
    pub fn exit_code(&self) -> u8 {
        match (self.holds, self.signatures.iter().any(|s| s.holds == Some(true))) {
            (false, _) => 5,
            (true, true) => 0,
            (true, false) => 3,
        }
    }
}

/// Holds a package against everything it states. Keys come from an archive's log or a file of trusted keys.
///
/// # Errors
/// When it is no package or cannot be read; what does not hold is in the report.
pub fn verify(
    package: &Path,
    archive: Option<&Path>,
    trusted: Option<&Path>,
) -> Result<VerifyReport, JobError> {
    let seen = examined(package, true)?;
    let places = archive.map(|a| Places::new(a.to_owned(), a.join("no-keys")));
    let archive = places.as_ref().map(Places::open).transpose()?;
    let keys = trusted.map(crate::proof::trusted_keys).transpose()?.unwrap_or_default();
    let key_of = |name: &str| {
        let listed = keys.iter().find(|k| k.name == name).map(|k| k.public);
        listed.or_else(|| archive.as_ref().and_then(|a| key_in(a, name)))
    };
    let mut broken: Vec<String> = seen.faults.iter().map(|f| format!("{} {}", f.at, f.what)).collect();
    let mut last = Vec::new();
    for text in &seen.seals {
        last = signatures(text, &key_of);
        broken
            .extend(last.iter().filter(|s| s.holds == Some(false)).map(|s| format!("signature of {}", s.by)));
    }
    let lines = seen.custody.as_ref().map_or(0, ::smart::package::Custody::count);
    let head = seen.custody.as_ref().and_then(|c| c.hash_of(lines)).map(|h| wire::hex(&h));
    Ok(VerifyReport {
        holds: broken.is_empty(),
        package: seen.facts.as_ref().map(|f| f.id.clone()),
        marking: seen.facts.as_ref().map(|f| f.classification.ceiling.clone()),
        files: seen.files,
        bytes: seen.bytes,
        custody: lines,
        custody_head: head,
        signatures: last,
        broken,
    })
}

/// What a package says of itself.
#[derive(Debug, Serialize)]
pub struct Shown {
    /// Facts of the read-out.
    pub facts: Facts,
    /// The custody log.
    pub custody: Vec<CustodyLine>,
    /// Whether it lies together as it should; content is not hashed.
    pub broken: Vec<String>,
    /// Whether a mapping lies in it.
    pub mapping: bool,
}

/// Shows a package; names of persons only with `names`.
///
/// # Errors
/// When it is no package or its facts cannot be read.
pub fn show(package: &Path, names: bool) -> Result<Shown, JobError> {
    let seen = examined(package, false)?;
    let broken: Vec<String> = seen.faults.iter().map(|f| format!("{} {}", f.at, f.what)).collect();
    let unreadable = SourceError::Missing { what: "package.toml of a package, readable" };
    let mut facts = seen.facts.ok_or_else(|| JobError::source_at(package, unreadable))?;
    let mut custody = seen.custody.map(|c| c.lines).unwrap_or_default();
    if !names {
        let hidden = || "[name]".to_owned();
        facts.read_out.officer = hidden();
        facts.read_out.second_person = hidden();
        facts.read_out.officer_number = facts.read_out.officer_number.map(|_| hidden());
        for line in &mut custody {
            if !line.actor.starts_with("operator ") {
                line.actor = hidden();
            }
            line.second = line.second.take().map(|_| hidden());
            line.note = line.note.take().map(|_| hidden());
        }
    }
    let tree = evidence::open_tree(package).map_err(|fault| JobError::source_at(package, fault))?;
    let mapping = tree.head(::smart::package::name::MAPPING, &mut [0; 1]);
    let mapping = mapping.map_err(|fault| JobError::source_at(package, fault))?.is_some();
    Ok(Shown { facts, custody, broken, mapping })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_version_and_time() {
        let id = uuid(1_769_862_896_789, [0xff; 16]);
        assert_eq!(id, "019c140c-9c95-7fff-bfff-ffffffffffff");
    }
}
