//! The certificate of a disposal or erasure: what the log says of it, and how far it has come. It names no
//! content and no third party; whoever has the archive can check every line against the chain.

use std::path::{Path, PathBuf};

use access::{DisposeBody, DisposedBody, EraseBody, KeyStore};
use archive::RegisterEntry;
use chain::EntryType;
use model::wire;
use serde::Serialize;

use super::plan::Details;
use super::run::{Closing, Confirmation, UNSTATED};
use crate::erasure;
use crate::error::JobError;
use crate::keycopies::{self, KeyCopy};
use crate::places::Places;
use crate::transfer;

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

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Whole buckets at the end of their time.
    Disposal,
    /// Single messages, by a decision.
    Erasure,
    /// Messages that went to the right person or phone.
    Transfer,
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
    /// First day on which all of it was due; empty for an erasure.
    pub due: String,
    /// Rules of the message that was due last.
    pub rules: Vec<String>,
    /// Messages that are gone, every version counted.
    pub records: u64,
    /// Segments.
    pub segments: u64,
    /// Attachments.
    pub attachments: u64,
    /// Bytes as they were stored; 0 for an erasure.
    pub bytes: u64,
}

/// A certificate.
#[derive(Clone, Debug, Serialize)]
pub struct Certificate {
    /// What was done.
    pub kind: Kind,
    /// Why, of an erasure.
    pub why: Option<Why>,
    /// Entry of the disposal or erasure.
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

/// Why messages were erased or moved.
#[derive(Clone, Debug, Serialize)]
pub struct Why {
    /// One of `erasure::GROUNDS`, or `handed-over`; empty for a transfer.
    pub ground: String,
    /// In the words of who asked.
    pub reason: String,
    /// The decision it rests on.
    pub decision: String,
    /// Messages, each counted once.
    pub messages: u64,
    /// To whom they went, of a transfer.
    pub to: Option<String>,
}

/// Every disposal and erasure of an archive, in the order of the log.
///
/// # Errors
/// What keeps the archive or its register from being read.
pub fn certificates(places: &Places) -> Result<Vec<Certificate>, JobError> {
    let archive = places.open()?;
    let fail = |e| places.fail(e);
    let keys = KeyStore::open(&places.keys, &places.archive).map_err(|e| fail(e.into()))?;
    let acts = archive
        .register(&keys, &[EntryType::Dispose, EntryType::Erase, EntryType::Transfer])
        .map_err(fail)?;
    let ends = archive.register(&keys, &[EntryType::Disposed]).map_err(fail)?;
    let copies = keycopies::known(places, &archive, &keys)?;
    let checkpoint = archive.checkpoint().map_err(fail)?.to_text();
    let mut all = Vec::new();
    for act in acts {
        let index = act.header.index;
        let bad = |what: &str| JobError::Integrity { what: format!("entry {index}: {what}") };
        let Said { plan, day, why, buckets } = said(&act).map_err(bad)?;
        let authors = archive.authors(index).map_err(fail)?;
        let mut certificate = Certificate {
            kind: match act.header.kind() {
                Some(EntryType::Erase) => Kind::Erasure,
                Some(EntryType::Transfer) => Kind::Transfer,
                _ => Kind::Disposal,
            },
            why,
            entry: index,
            archive: wire::hex(archive.id()),
            state: State::Begun,
            key_destroyed_live: false,
            pending: Vec::new(),
            confirmed: Vec::new(),
            written: at(act.header.written_at),
            closed: None,
            day: day.to_string(),
            plan: wire::hex(&plan),
            signed_by: authors.iter().map(|id| wire::hex(id)).collect(),
            method: String::new(),
            buckets,
            size: archive.size(),
            root: wire::hex(&archive.root()),
            checkpoint: checkpoint.clone(),
        };
        for end in ends.iter().filter(|e| e.header.refers_to == index) {
            certificate.take(end).ok_or_else(|| bad("malformed end"))?;
        }
        certificate.count_on(copies.iter().filter(|copy| copy.entry < index));
        all.push(certificate);
    }
    Ok(all)
}

/// What an act says of itself.
struct Said {
    plan: [u8; 32],
    day: jiff::civil::Date,
    why: Option<Why>,
    buckets: Vec<CertifiedBucket>,
}

fn said(act: &RegisterEntry) -> Result<Said, &'static str> {
    let malformed = "malformed plan";
    let said = if act.header.kind() == Some(EntryType::Dispose) {
        let body = DisposeBody::decode(&act.clear).ok_or("malformed body")?;
        let details: Details = serde_json::from_slice(&act.plain).map_err(|_| malformed)?;
        let buckets = details.buckets.into_iter().map(CertifiedBucket::from).collect();
        Said { plan: body.plan, day: details.day, why: None, buckets }
    } else if act.header.kind() == Some(EntryType::Transfer) {
        let body = EraseBody::decode(&act.clear).ok_or("malformed body")?;
        let details: transfer::Details = serde_json::from_slice(&act.plain).map_err(|_| malformed)?;
        let of = |b: &erasure::ErasedBucket| crate::operators::unhex(&b.bucket) == Some(act.header.bucket);
        let mine = details.buckets.into_iter().find(of).ok_or(malformed)?;
        let (ground, reason, decision) = (String::new(), details.reason, details.decision);
        let why = Why { ground, reason, decision, messages: mine.messages, to: Some(details.to) };
        Said { plan: body.plan, day: details.day, why: Some(why), buckets: vec![mine.into()] }
    } else {
        let body = EraseBody::decode(&act.clear).ok_or("malformed body")?;
        let details: erasure::Details = serde_json::from_slice(&act.plain).map_err(|_| malformed)?;
        let of = |b: &erasure::ErasedBucket| crate::operators::unhex(&b.bucket) == Some(act.header.bucket);
        let erasure::Details {
            version: _,
            salt: _,
            day,
            size: _,
            ground,
            reason,
            decision,
            asked_by: _,
            buckets,
        } = details;
        let mine = buckets.into_iter().find(of).ok_or(malformed)?;
        let why = Why { ground, reason, decision, messages: mine.messages, to: None };
        Said { plan: body.plan, day, why: Some(why), buckets: vec![mine.into()] }
    };
    if super::plan::digest(&act.plain) == said.plan {
        Ok(said)
    } else {
        Err("the plan is not the one that was approved")
    }
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

impl From<erasure::ErasedBucket> for CertifiedBucket {
    fn from(erased: erasure::ErasedBucket) -> Self {
        let erasure::ErasedBucket {
            bucket,
            custodian,
            class,
            month,
            tenure: _,
            untimed: _,
            messages: _,
            records,
            segments,
            attachments,
            last_entry: _,
        } = erased;
        let (month, due, rules, bytes) = (month.to_string(), String::new(), Vec::new(), 0);
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
        Some(())
    }

    /// Copies of the key store that the log knows are pending too; what is left says how far it has come.
    fn count_on<'c>(&mut self, copies: impl Iterator<Item = &'c KeyCopy>) {
        if !self.key_destroyed_live {
            return;
        }
        for copy in copies {
            if copy.gone {
                self.confirmed.push((copy.name(), copy.reference.clone()));
            } else {
                self.pending.push(copy.name());
            }
        }
        self.state = if self.pending.is_empty() { State::Final } else { State::Pending };
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
        if let Some(Why { ground, reason, decision, messages, to }) = &self.why {
            let word = GROUNDS.iter().find(|known| known.0 == ground).map_or("", |known| known.1);
            facts.extend([
                ("Beskeder", messages.to_string()),
                match to {
                    Some(to) => ("Flyttet til", to.clone()),
                    None => ("Grund", word.to_owned()),
                },
                ("Begrundelse", reason.clone()),
                ("Afgørelse", decision.clone()),
            ]);
        }
        facts.extend(self.pending.iter().map(|copy| ("Afventer", in_danish(copy))));
        let gone = |(copy, reference): &(String, Option<String>)| {
            let reference = reference.as_ref().map(|r| format!(" ({r})")).unwrap_or_default();
            ("Bekræftet destrueret", format!("{}{reference}", in_danish(copy)))
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
            match self.kind {
                Kind::Disposal => "Attest for sletning af beskeder",
                Kind::Erasure => "Attest for sletning af enkelte beskeder efter afgørelse",
                Kind::Transfer => "Attest for flytning af beskeder til rette person eller telefon",
            },
            &facts,
            &["Person", "Måned", "Klasse", "Kan slettes fra", "Beskeder", "Vedhæftninger", "Regler"],
            &rows,
            "Kæden er hel: hvert led står der endnu, uden det indhold, der er slettet. Kontrollér med: beskedarkiv verify --archive ARKIV",
        )
    }
}

/// What a copy is called, in Danish where it is not a name that the authority gave.
fn in_danish(copy: &str) -> String {
    if copy == UNSTATED {
        return "andre kopier af nøglelageret fra før sletningen: ikke oplyst".to_owned();
    }
    match copy.strip_prefix(keycopies::NAMED) {
        Some(which) => format!(
            "kopi af nøglelageret, led {}",
            which.replace(", made ", ", lavet ").replace(", last day ", ", sidste dag ")
        ),
        None => copy.to_owned(),
    }
}

/// The grounds in Danish.
const GROUNDS: [(&str, &str); 5] = [
    ("private", "udelukkende privat"),
    ("personnel", "udelukkende personalerelateret"),
    ("misdirected", "sendt ved en åbenlys fejl"),
    ("ordered", "sletning er pålagt"),
    ("handed-over", "afleveret til en anden myndigheds arkiv"),
];

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
/// [`JobError::Io`]; [`JobError::BadValue`] in archive or key store.
pub fn write(places: &Places, certificate: &Certificate, dir: &Path) -> Result<Written, JobError> {
    places.outside("--out", dir)?;
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
