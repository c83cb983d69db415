//! The certificate of a disposal or erasure: what the log says of it, and how far it has come. It names no
//! content and no third party; whoever has the archive can check every line against the chain.

use std::path::{Path, PathBuf};

use access::{DisposeBody, DisposedBody, KeyStore};
use archive::RegisterEntry;
use chain::EntryType;
use model::wire;
use serde::Serialize;

use super::plan::Details;
use super::run::{Closing, Confirmation};
use crate::error::JobError;
use crate::places::Places;

/// How far a disposal has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING-KEBAB-CASE")]
pub enum State {
    /// Irrevocable, and not completed: the next writer goes on.
    Begun,
    /// Keys and bodies are gone from this archive and this key store; copies are pending.
    Pending,
    /// As above, and every copy that was named is confirmed to be gone.
    Final,
}

/// A bucket in a certificate.
#[derive(Clone, Debug, Serialize)]
pub struct CertifiedBucket {
    /// Number of the bucket, hexadecimal.
    pub bucket: String,
    /// Whose messages.
    pub custodian: String,
    /// Retention class.
    pub class: String,
    /// First day of the month of the messages.
    pub month: String,
    /// First day on which all of it was due.
    pub due: String,
    /// Rules of the message that was due last.
    pub rules: Vec<String>,
    /// Messages, every version counted.
    pub records: u64,
    /// Segments.
    pub segments: u64,
    /// Attachments.
    pub attachments: u64,
    /// Bytes as they were stored.
    pub bytes: u64,
}

/// A certificate.
#[derive(Clone, Debug, Serialize)]
pub struct Certificate {
    /// Entry of the disposal.
    pub entry: u64,
    /// Archive, hexadecimal.
    pub archive: String,
    /// How far it has come.
    pub state: State,
    /// Whether keys and bodies are gone from this archive and this key store.
    pub key_destroyed_live: bool,
    /// Copies that could still hold the keys.
    pub pending: Vec<String>,
    /// Copies confirmed to be gone, with what the confirmation rests on.
    pub confirmed: Vec<(String, Option<String>)>,
    /// When it became irrevocable.
    pub written: String,
    /// When keys and bodies were gone.
    pub closed: Option<String>,
    /// Day by which it was decided.
    pub day: String,
    /// Digest of the plan that was approved.
    pub plan: String,
    /// Numbers of the operators who signed: who carried it out, then who approved.
    pub signed_by: Vec<String>,
    /// What was done.
    pub method: String,
    /// What is gone.
    pub buckets: Vec<CertifiedBucket>,
    /// Entries of the log now, and its root.
    pub size: u64,
    /// As above, hexadecimal.
    pub root: String,
    /// The signed state of the log.
    pub checkpoint: String,
}

/// Every disposal of an archive, in the order of the log.
///
/// # Errors
/// What keeps the archive or its register from being read.
pub fn certificates(places: &Places) -> Result<Vec<Certificate>, JobError> {
    let archive = places.open()?;
    let fail = |e| places.fail(e);
    let keys = KeyStore::open(&places.keys, &places.archive).map_err(|e| fail(e.into()))?;
    let acts = archive.register(&keys, &[EntryType::Dispose]).map_err(fail)?;
    let ends = archive.register(&keys, &[EntryType::Disposed]).map_err(fail)?;
    let checkpoint = archive.checkpoint().map_err(fail)?.to_text();
    let mut all = Vec::new();
    for act in acts {
        let index = act.header.index;
        let bad = |what: &str| JobError::Integrity { what: format!("entry {index}: {what}") };
        let body = DisposeBody::decode(&act.clear).ok_or_else(|| bad("malformed body"))?;
        let details: Details = serde_json::from_slice(&act.plain).map_err(|_| bad("malformed plan"))?;
        if super::plan::digest(&act.plain) != body.plan {
            return Err(bad("the plan is not the one that was approved"));
        }
        let authors = archive.authors(index).map_err(fail)?;
        let mut certificate = Certificate {
            entry: index,
            archive: wire::hex(archive.id()),
            state: State::Begun,
            key_destroyed_live: false,
            pending: Vec::new(),
            confirmed: Vec::new(),
            written: at(act.header.written_at),
            closed: None,
            day: details.day.to_string(),
            plan: wire::hex(&body.plan),
            signed_by: authors.iter().map(|id| wire::hex(id)).collect(),
            method: String::new(),
            buckets: details.buckets.into_iter().map(CertifiedBucket::from).collect(),
            size: archive.size(),
            root: wire::hex(&archive.root()),
            checkpoint: checkpoint.clone(),
        };
        for end in ends.iter().filter(|e| e.header.refers_to == index) {
            certificate.take(end).ok_or_else(|| bad("malformed end"))?;
        }
        all.push(certificate);
    }
    Ok(all)
}

fn at(written_at: u64) -> String {
    let ms = i64::try_from(written_at).unwrap_or(i64::MAX);
    model::Stamp::unix_millis(ms).rfc3339().unwrap_or_default()
}

impl From<super::PlannedBucket> for CertifiedBucket {
    fn from(planned: super::PlannedBucket) -> Self {
        let super::PlannedBucket {
            bucket,
            custodian,
            class,
            month,
            tenure: _,
            due,
            rules,
            untimed: _,
            records,
            segments,
            attachments,
            bytes,
            last_entry: _,
        } = planned;
        let (month, due) = (month.to_string(), due.to_string());
        Self { bucket, custodian, class, month, due, rules, records, segments, attachments, bytes }
    }
}

impl Certificate {
    fn take(&mut self, end: &RegisterEntry) -> Option<()> {
        match DisposedBody::decode(&end.clear)? {
            DisposedBody::Finished => {
                let closing: Closing = serde_json::from_slice(&end.plain).ok()?;
                self.key_destroyed_live = true;
                self.closed = Some(at(end.header.written_at));
                self.method = closing.method;
                self.pending = closing.pending;
            }
            DisposedBody::Confirmed => {
                let Confirmation { version: _, copy, reference } = serde_json::from_slice(&end.plain).ok()?;
                self.pending.retain(|name| *name != copy);
                self.confirmed.push((copy, reference));
            }
        }
        self.state = if self.pending.is_empty() { State::Final } else { State::Pending };
        Some(())
    }

    /// The certificate as a page, in Danish.
    fn page(&self) -> String {
        let state = match self.state {
            State::Begun => "Påbegyndt: endelig, men ikke fuldført. Næste skrivning i arkivet fuldfører.",
            State::Pending => {
                "Nøgler og indhold er væk fra arkivet og nøglelageret. Afventer de kopier, der er nævnt nedenfor."
            }
            State::Final => {
                "Endelig: nøgler og indhold er væk, og alle nævnte kopier er bekræftet destrueret."
            }
        };
        let total = |of: fn(&CertifiedBucket) -> u64| self.buckets.iter().map(of).sum::<u64>().to_string();
        let mut facts = vec![
            ("Tilstand", state.to_owned()),
            ("Arkiv", self.archive.clone()),
            ("Led i kæden", self.entry.to_string()),
            ("Afgjort efter dagen", self.day.clone()),
            ("Uigenkaldeligt", self.written.clone()),
            ("Fuldført", self.closed.clone().unwrap_or_else(|| "nej".to_owned())),
            ("Planens sum (SHA-256)", self.plan.clone()),
            ("Underskrevet af operatørerne", self.signed_by.join(", ")),
            ("Beskeder, alle udgaver", total(|b| b.records)),
            ("Vedhæftninger", total(|b| b.attachments)),
            ("Kædens længde nu", self.size.to_string()),
            ("Kædens rod nu", self.root.clone()),
        ];
        facts.extend(self.pending.iter().map(|copy| ("Afventer", copy.clone())));
        let gone = |(copy, reference): &(String, Option<String>)| {
            let reference = reference.as_ref().map(|r| format!(" ({r})")).unwrap_or_default();
            ("Bekræftet destrueret", format!("{copy}{reference}"))
        };
        facts.extend(self.confirmed.iter().map(gone));
        let row = |b: &CertifiedBucket| {
            [
                b.custodian.clone(),
                b.month.get(..7).unwrap_or_default().to_owned(),
                b.class.clone(),
                b.due.clone(),
                b.records.to_string(),
                b.attachments.to_string(),
                b.rules.join(" "),
            ]
        };
        let rows: Vec<_> = self.buckets.iter().map(row).collect();
        export::certificate(
            "Attest for sletning af beskeder",
            &facts,
            &["Person", "Måned", "Klasse", "Kan slettes fra", "Beskeder", "Vedhæftninger", "Regler"],
            &rows,
            "Kæden er hel: hvert led står der endnu, uden det indhold, der er slettet. Kontrollér med: beskedarkiv verify --archive ARKIV",
        )
    }
}

/// Where a certificate was written.
#[derive(Debug, Serialize)]
pub struct Written {
    /// The certificate for programs.
    pub json: PathBuf,
    /// The certificate for people, Danish.
    pub html: PathBuf,
}

/// Writes a certificate into a folder: `certificate-<entry>.json` and `.html`.
///
/// # Errors
/// [`JobError::Io`].
pub fn write(certificate: &Certificate, dir: &Path) -> Result<Written, JobError> {
    let fail = |path: &Path, e: &std::io::Error| JobError::io(path, "writing the certificate", e);
    std::fs::create_dir_all(dir).map_err(|e| fail(dir, &e))?;
    let at = |ending: &str| dir.join(format!("certificate-{}.{ending}", certificate.entry));
    let (json, html) = (at("json"), at("html"));
    let text = serde_json::to_vec_pretty(certificate)
        .map_err(|_| JobError::Internal { what: "certificate".into() })?;
    std::fs::write(&json, text).map_err(|e| fail(&json, &e))?;
    std::fs::write(&html, certificate.page()).map_err(|e| fail(&html, &e))?;
    Ok(Written { json, html })
}
