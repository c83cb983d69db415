//! `verify --proof`: exported messages without the archive, against keys that somebody trusts; and
//! `checkpoint show`, which says what there is to trust.

use std::io::Read;
use std::path::Path;

use archive::Archive;
use chain::{CosignerKey, Fields, MOST_PROOF, Proof, TrustedKey};
use model::canonical;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::error::JobError;
use crate::places::Places;
use crate::verdict;

/// What a proof proves, or why it does not. It has no `Debug`: what is proved is content.
#[derive(Serialize)]
pub struct ProofReport {
    /// Whether it holds.
    pub holds: bool,
    /// Why not.
    pub why: Option<String>,
    /// Archive, hexadecimal.
    pub archive: String,
    /// Entry of the segment.
    pub entry: u64,
    /// When the entry was written.
    pub written_at: String,
    /// Size of the log that was signed.
    pub size: u64,
    /// Its root, hexadecimal.
    pub root: String,
    /// Name of the key that signed it.
    pub key: String,
    /// What the proof shows of each message.
    pub messages: Vec<Value>,
}

impl ProofReport {
    /// 0, or 5 when it does not hold.
    pub fn exit_code(&self) -> u8 {
        if self.holds { 0 } else { 5 }
    }

    fn refused(why: String) -> Self {
        Self {
            holds: false,
            why: Some(why),
            archive: String::new(),
            entry: 0,
            written_at: String::new(),
            size: 0,
            root: String::new(),
            key: String::new(),
            messages: Vec::new(),
        }
    }
}

/// Most bytes of a file of trusted keys.
const MOST_KEYS: u64 = 1 << 20;

fn bounded(path: &Path, what: &'static str, most: u64) -> Result<Vec<u8>, JobError> {
    let fail = |e: std::io::Error| JobError::source_at(path, model::SourceError::io(what, &e));
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(fail)?;
    file.take(most + 1).read_to_end(&mut bytes).map_err(fail)?;
    Ok(bytes)
}

/// The keys of a file: a verifier key a line, `#` begins a remark. The whole output of `checkpoint show`
/// will do as well.
pub(crate) fn trusted_keys(path: &Path) -> Result<Vec<TrustedKey>, JobError> {
    let bad = |why: String| JobError::BadValue { what: "--trusted-keys", why };
    let bytes = bounded(path, "reading the trusted keys", MOST_KEYS)?;
    let text = String::from_utf8(bytes).map_err(|_| bad("not text".to_owned()))?;
    let (own, _) = crate::verify::split_note(&text);
    let own = if own.len() == text.len() { 0 } else { own.len() };
    let mut keys = Vec::new();
    for (number, line) in (1 + text[..own].lines().count()..).zip(text[own..].lines()) {
        let line = line.trim();
        // who cosigns does not speak for the log
        let counts = !line.is_empty() && !line.starts_with('#') && CosignerKey::parse(line).is_none();
        if counts {
            keys.push(
                TrustedKey::parse(line).ok_or_else(|| bad(format!("line {number} is no verifier key")))?,
            );
        }
    }
    if keys.is_empty() { Err(bad("no key in it".to_owned())) } else { Ok(keys) }
}

/// Verifies a proof.
///
/// # Errors
/// When a file cannot be read or the keys are none; a proof that does not hold is in the report.
pub fn verify(proof: &Path, trusted: &Path) -> Result<ProofReport, JobError> {
    let keys = trusted_keys(trusted)?;
    let bytes = bounded(proof, "reading the proof", MOST_PROOF as u64)?;
    let malformed = || chain::ProofFault::Malformed.to_string();
    let Ok(text) = String::from_utf8(bytes) else { return Ok(ProofReport::refused(malformed())) };
    let parsed = match Proof::parse(&text) {
        Ok(parsed) => parsed,
        Err(fault) => return Ok(ProofReport::refused(fault.to_string())),
    };
    let proven = match parsed.verify(&keys) {
        Ok(proven) => proven,
        Err(fault) => return Ok(ProofReport::refused(fault.to_string())),
    };
    let messages: Result<Vec<Value>, _> = proven.records.iter().map(|fields| shown(fields)).collect();
    let messages = match messages {
        Ok(messages) => messages,
        // it is in the archive, and no version of the program wrote it
        Err(fault) => return Ok(ProofReport::refused(format!("a record is malformed: {fault}"))),
    };
    let written = i64::try_from(proven.header.written_at).unwrap_or(i64::MAX);
    Ok(ProofReport {
        holds: true,
        why: None,
        archive: model::wire::hex(&proven.header.archive),
        entry: proven.header.index,
        written_at: model::Stamp::unix_millis(written).rfc3339().unwrap_or_default(),
        size: proven.checkpoint.size,
        root: model::wire::hex(&proven.checkpoint.root),
        key: proven.key,
        messages,
    })
}

/// A message as far as its groups are shown; `archive` says what of the verdict is, and what is hidden.
fn shown(fields: &Fields) -> Result<Value, model::Fault> {
    let groups = std::array::from_fn(|i| fields[i].shown());
    let mut message = canonical::shown(groups)?;
    let mut archive = Map::new();
    if let Some(bytes) = fields[7].shown() {
        let verdict = verdict::decode(bytes)?;
        archive.insert("verdict".to_owned(), json!(verdict.sorted.decision.word()));
        archive.insert("retention_class".to_owned(), json!(verdict.class.name()));
        archive.insert("retain_until".to_owned(), json!(verdict.retain_until.to_string()));
    }
    const NAMES: [&str; 8] =
        ["core", "text", "parties", "attachments", "state", "raw", "provenance", "verdict"];
    let hidden: Vec<&str> =
        NAMES.iter().zip(fields).filter(|(_, f)| f.shown().is_none()).map(|(name, _)| *name).collect();
    archive.insert("hidden".to_owned(), json!(hidden));
    message.insert("archive".to_owned(), Value::Object(archive));
    Ok(Value::Object(message))
}

/// The signed state of a log.
#[derive(Debug, Serialize)]
pub struct CheckpointReport {
    /// Archive, hexadecimal.
    pub archive: String,
    /// Entries.
    pub size: u64,
    /// Root over them, hexadecimal.
    pub root: String,
    /// The signed note.
    pub checkpoint: String,
    /// The key that signed it, as a line of a trusted-keys file.
    pub trusted_key: String,
}

/// The newest checkpoint of an archive with its cosignatures, and the key that signs it.
///
/// # Errors
/// [`JobError::NoArchive`], [`JobError::Integrity`].
pub fn checkpoint(places: &Places) -> Result<CheckpointReport, JobError> {
    let archive = Archive::open(&places.archive).map_err(|e| places.fail(e))?;
    let checkpoint = crate::anchors::newest(places, &archive)?;
    let (name, key) = archive.job_key();
    Ok(CheckpointReport {
        archive: model::wire::hex(archive.id()),
        size: checkpoint.size,
        root: model::wire::hex(&checkpoint.root),
        checkpoint: checkpoint.to_text(),
        trusted_key: chain::verifier_key(&name, &key),
    })
}
