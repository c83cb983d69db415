//! From an encoded message to its place: known already, past its time, in a bucket of the archive, or in the
//! holding area. One message at a time; the run it writes to is in the archive whole or not at all.

use std::collections::HashMap;

use archive::{Aspect, Change, Content, Holding, Novelty, Run, Sighting, ToHold, Withheld};
use classify::{Route, Verdict};
use jiff::civil::Date;
use model::bytes::Sequential;
use model::{Direction, Stamp as Time};
use policy::{Class, MessageTime, Stamp, Stamper};
use sha2::{Digest, Sha256};

use crate::batch::{EncodedBatch, File, Item};
use crate::error::JobError;
use crate::gather::{Gather, Judged, Standing};
use crate::ingest::{Ingest, RunReport};
use crate::journalised::Journal;
use crate::read::{LISTED, Listed};
use crate::review::note::Note;
use crate::verdict::{Decision, Sorted};
use crate::{identity, scope, verdict};

/// What sealing needs.
pub(crate) struct Sealing<'a> {
    job: &'a Ingest,
    stamper: &'a Stamper,
    today: Date,
    prefix: Vec<u8>,
    journal: Option<&'a Journal>,
    identity: Vec<u8>,
    scope: Vec<u8>,
    said: Vec<u8>,
    /// How often each identity came that is not the source's own id: 20 bytes a message.
    occurrences: HashMap<[u8; 16], u32>,
    verdict: Vec<u8>,
    unreadable_content: u64,
}

/// Places of two groups among the seven.
const TEXT: usize = 1;
const ATTACHMENTS: usize = 3;

/// A change in the words of the report.
fn word(change: Change) -> &'static str {
    match change {
        Change::Unsent => "unsent",
        Change::Deleted => "deleted",
        Change::Edited => "edited",
        Change::State => "reactions",
    }
}

/// A message ready to be sealed.
struct Ready<'a> {
    groups: [&'a [u8]; 7],
    sighting: Sighting,
    /// Bucket of its earlier version.
    known: Option<u32>,
    time: MessageTime,
    files: &'a [File],
}

impl<'a> Sealing<'a> {
    pub(crate) fn new(
        job: &'a Ingest,
        stamper: &'a Stamper,
        today: Date,
        prefix: Vec<u8>,
        journal: Option<&'a Journal>,
    ) -> Self {
        Self {
            job,
            stamper,
            today,
            prefix,
            journal,
            identity: Vec::new(),
            scope: Vec::new(),
            said: Vec::new(),
            occurrences: HashMap::new(),
            verdict: Vec::new(),
            unreadable_content: 0,
        }
    }

    /// What a person must look at.
    pub(crate) fn findings(&self) -> Option<String> {
        (self.unreadable_content > 0).then(|| format!("attachments_unreadable:{}", self.unreadable_content))
    }

    /// Takes in a batch: straight to its buckets, or into what gathers it for the sorting.
    pub(crate) fn batch(
        &mut self,
        batch: &mut EncodedBatch,
        mut gather: Option<&mut Gather>,
        run: &mut Run<'_>,
        report: &mut RunReport,
    ) -> Result<(), JobError> {
        let mut items = std::mem::take(&mut batch.items);
        for item in &mut items {
            report.attachments_missing += u64::from(item.missing);
            let sighting = self.sighting(batch, item, run);
            let fail = |e| self.job.places.fail(e);
            report.reappeared += u64::from(run.meet(&sighting).map_err(fail)?);
            let standing = match run.novelty(&sighting) {
                Novelty::New => Standing::New,
                Novelty::Changed(bucket, change) => {
                    *report.changes.entry(word(change).to_owned()).or_default() += 1;
                    Standing::Changed(bucket)
                }
                known => {
                    report.count_known(known);
                    Standing::Known
                }
            };
            if let Some(gather) = gather.as_deref_mut() {
                gather.take(batch, item, sighting, standing)?;
                continue;
            }
            let known = match standing {
                Standing::Known => continue,
                Standing::New => None,
                Standing::Changed(bucket) => Some(bucket),
            };
            let time = time(item.direction, item.sent, item.received);
            let groups = std::array::from_fn(|i| &batch.bytes[item.groups[i].clone()]);
            let ready = Ready { groups, sighting, known, time, files: &item.files };
            self.keep(&ready, &Sorted::default(), run, report)?;
        }
        batch.items = items;
        let room = LISTED.saturating_sub(report.unreadable.len());
        report.unreadable.extend(batch.unreadable.iter().take(room).map(Listed::from));
        Ok(())
    }

    /// Takes in a message with its verdict.
    pub(crate) fn judged(
        &mut self,
        judged: Judged,
        area: &Holding,
        run: &mut Run<'_>,
        report: &mut RunReport,
    ) -> Result<(), JobError> {
        let lost = || JobError::Internal { what: "a gathered message is malformed".into() };
        let message = &judged.message;
        let (sent, received) = (message.sent_at.map(Time::millis), message.received_at.map(Time::millis));
        let sighting = judged.sighting().ok_or_else(lost)?;
        // the same message twice in one source
        if let known @ (Novelty::Seen | Novelty::Withheld | Novelty::Suppressed) = run.novelty(&sighting) {
            report.count_known(known);
            return Ok(());
        }
        let known = match judged.standing {
            Standing::Changed(bucket) => Some(bucket),
            Standing::New | Standing::Known => None,
        };
        let time = time(message.direction, sent, received);
        let groups = judged.groups().ok_or_else(lost)?;
        let ready = Ready { groups, sighting, known, time, files: &judged.files };
        let on_list = self.journal.filter(|_| known.is_none()).and_then(|j| j.sorted(message));
        match (&judged.verdict, on_list) {
            (_, Some(sorted)) if sorted.decision == Decision::Keep => self.keep(&ready, &sorted, run, report),
            (_, Some(sorted)) => self.hold(&ready, &sorted, area, run, report),
            (Some((verdict, reasons)), None) => self.sorted(&ready, verdict, reasons, area, run, report),
            (None, None) => self.keep(&ready, &Sorted::default(), run, report),
        }
    }

    /// A message as the archive knows it.
    fn sighting(&mut self, batch: &EncodedBatch, item: &Item, run: &mut Run<'_>) -> Sighting {
        self.identity.clear();
        self.identity.extend_from_slice(&self.prefix);
        self.identity.extend_from_slice(&batch.bytes[item.identity.clone()]);
        self.number(&batch.bytes[item.identity.clone()]);
        self.scope.clear();
        if !item.scope.is_empty() {
            self.scope.extend_from_slice(&self.prefix);
            self.scope.extend_from_slice(&batch.bytes[item.scope.clone()]);
        }
        let (from, to) = (&item.groups[TEXT], &item.groups[ATTACHMENTS]);
        self.said.clear();
        self.said.extend_from_slice(&batch.bytes[from.clone()]);
        self.said.extend_from_slice(&batch.bytes[to.clone()]);
        let aspect = Aspect {
            scope: &self.scope,
            text: &self.said,
            deleted: item.deleted,
            unsent: item.unsent,
            expiring: item.expiring,
        };
        run.sighting(&self.identity, &batch.bytes[item.version.clone()], &aspect)
    }

    /// Two messages that agree in everything an identity is made of are still two: "Ok" twice in one minute
    /// of a chat export. The second and every later one carry their number, which the next copy gives them too.
    fn number(&mut self, identity: &[u8]) {
        if identity::is_own(identity) {
            return;
        }
        let hash: [u8; 32] = Sha256::digest(identity).into();
        let key = std::array::from_fn(|i| hash[i]);
        let before = self.occurrences.entry(key).or_insert(0);
        if *before > 0 {
            self.identity.extend_from_slice(&before.to_be_bytes());
        }
        *before = before.saturating_add(1);
    }

    /// Sends a message where its verdict says. For class M25 an exclusion is only a proposal.
    fn sorted(
        &mut self,
        ready: &Ready<'_>,
        verdict: &Verdict,
        reasons: &[String],
        area: &Holding,
        run: &mut Run<'_>,
        report: &mut RunReport,
    ) -> Result<(), JobError> {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a probability")]
        let p_work = Some((verdict.p[0].clamp(0.0, 1.0) * 1e6).round() as u32);
        if verdict.route == Route::Keep {
            return self.keep(ready, &Sorted { p_work, ..Sorted::default() }, run, report);
        }
        let decision = if verdict.route == Route::Review { Decision::Review } else { Decision::Exclude };
        let reasons = reasons.to_vec();
        self.hold(ready, &Sorted { decision, p_work, ground: verdict.ground, reasons }, area, run, report)
    }

    /// Seals a message into its bucket.
    fn keep(
        &mut self,
        ready: &Ready<'_>,
        sorted: &Sorted,
        run: &mut Run<'_>,
        report: &mut RunReport,
    ) -> Result<(), JobError> {
        let fail = |e| self.job.places.fail(e);
        let Some(stamp) = self.stamp(ready, report) else { return Ok(()) };
        verdict::encode(&stamp, sorted, &mut self.verdict);
        let bucket = match ready.known {
            Some(bucket) => bucket,
            None => {
                run.bucket(&stamp.bucket.encode_label(&self.job.custodian), &scope::covers).map_err(fail)?
            }
        };
        // what a record names is there before the record
        for file in ready.files {
            let mut bytes = Sequential::new(file.content.as_ref());
            let mut content = Content { sha256: file.sha256, size: file.size, bytes: &mut bytes };
            match run.attachment(bucket, &mut content) {
                Ok(true) => report.attachments += 1,
                Ok(false) => {}
                Err(archive::ArchiveError::Content) => self.unreadable_content += 1,
                Err(e) => return Err(fail(e)),
            }
        }
        run.record(bucket, &ready.sighting, &with(ready.groups, &self.verdict)).map_err(fail)?;
        report.count(ready.known.is_none(), sorted, stamp.class, false);
        Ok(())
    }

    /// Seals a message into the holding area.
    fn hold(
        &mut self,
        ready: &Ready<'_>,
        sorted: &Sorted,
        area: &Holding,
        run: &mut Run<'_>,
        report: &mut RunReport,
    ) -> Result<(), JobError> {
        let fail = |e| self.job.places.fail(e);
        let Some(stamp) = self.stamp(ready, report) else { return Ok(()) };
        verdict::encode(&stamp, sorted, &mut self.verdict);
        let bucket =
            run.bucket(&stamp.bucket.encode_label(&self.job.custodian), &scope::covers).map_err(fail)?;
        let proposal = sorted.decision == Decision::Exclude && stamp.class == Class::M25;
        let review = sorted.decision == Decision::Review || proposal;
        let note = Note::of(sorted, &stamp, proposal).encode();
        let mut readers: Vec<_> = ready.files.iter().map(|f| Sequential::new(f.content.as_ref())).collect();
        let mut contents: Vec<Content<'_>> = ready
            .files
            .iter()
            .zip(&mut readers)
            .map(|(file, bytes)| Content { sha256: file.sha256, size: file.size, bytes })
            .collect();
        let groups = with(ready.groups, &self.verdict);
        let why = if review { Withheld::Review } else { Withheld::Excluded };
        let message = ToHold { why, bucket, sighting: &ready.sighting, groups: &groups, note: &note };
        self.unreadable_content += run.hold(area, &message, &mut contents, &scope::covers).map_err(fail)?;
        report.count(true, sorted, stamp.class, proposal);
        Ok(())
    }

    /// The retention stamp; `None` for a message past its time.
    fn stamp(&self, ready: &Ready<'_>, report: &mut RunReport) -> Option<Stamp> {
        let stamp = self.stamper.stamp(ready.time);
        if stamp.expired(self.today) {
            report.expired += 1;
            return None;
        }
        Some(stamp)
    }
}

fn with<'a>(groups: [&'a [u8]; 7], verdict: &'a [u8]) -> [&'a [u8]; 8] {
    std::array::from_fn(|i| groups.get(i).copied().unwrap_or(verdict))
}

fn time(direction: Direction, sent: Option<i64>, received: Option<i64>) -> MessageTime {
    let direction = match direction {
        Direction::In => policy::Direction::In,
        Direction::Out => policy::Direction::Out,
    };
    MessageTime { direction, sent, received }
}

impl RunReport {
    fn count_known(&mut self, known: Novelty) {
        match known {
            Novelty::Suppressed => self.suppressed += 1,
            Novelty::Withheld => self.withheld_again += 1,
            Novelty::Seen | Novelty::New | Novelty::Changed(..) => self.seen_again += 1,
        }
    }

    fn count(&mut self, new: bool, sorted: &Sorted, class: Class, proposal: bool) {
        if new {
            self.new += 1
        } else {
            self.changed += 1
        }
        *self.classes.entry(class.name().to_owned()).or_default() += 1;
        let mut route = if proposal { "proposal" } else { sorted.decision.word() }.to_owned();
        for word in sorted.ground.iter().map(|g| g.word()).chain([class.name()]) {
            route.push(' ');
            route.push_str(word);
        }
        *self.routes.entry(route).or_default() += 1;
        match sorted.decision {
            Decision::Keep => {}
            Decision::Exclude if !proposal => self.excluded += 1,
            Decision::Review | Decision::Exclude => self.review += 1,
        }
        self.proposals += u64::from(proposal);
    }
}
