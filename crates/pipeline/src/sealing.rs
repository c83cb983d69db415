//! From an encoded message to its place: known already, past its time, in a bucket of the archive, or in the
//! holding area. One message at a time; the run it writes to is in the archive whole or not at all.

use archive::{
    Aspect, Before, Content, Holding, Likeness, Novelty, Run, Sighting, ToHold, Told, Whereabouts, Withheld,
};
use classify::{Route, Verdict};
use model::bytes::Sequential;
use model::{Direction, Stamp as Time};
use policy::{Class, MessageTime, Stamp, Stamper};

use crate::batch::{EncodedBatch, File, Item};
use crate::clock::Clock;
use crate::error::JobError;
use crate::gather::{Gather, Judged, Mates, Standing};
use crate::identity::Occurrences;
use crate::ingest::{Ingest, RunReport};
use crate::journalised::Journal;
use crate::likeness::{Names, TOLD_BY};
use crate::read::{LISTED, Listed};
use crate::review::note::Note;
use crate::standing::standing;
use crate::verdict::{Decision, Sorted};
use crate::{scope, verdict};

/// What sealing needs.
pub(crate) struct Sealing<'a> {
    job: &'a Ingest,
    stamper: &'a Stamper,
    clock: &'a Clock,
    prefix: Vec<u8>,
    custodian: Vec<u8>,
    any_phone: Vec<u8>,
    journal: Option<&'a Journal>,
    identity: Vec<u8>,
    scope: Vec<u8>,
    said: Vec<u8>,
    occurrences: Occurrences,
    names: Names,
    /// Messages that another source may have too.
    alike: u64,
    verdict: Vec<u8>,
    unreadable_content: u64,
    /// Messages that only the clock says are past their time.
    doubtful: u64,
}

/// Places of two groups among the seven.
const TEXT: usize = 1;
const ATTACHMENTS: usize = 3;

/// A message ready to be sealed.
struct Ready<'a> {
    groups: [&'a [u8]; 7],
    sighting: Sighting,
    /// Bucket of its earlier version.
    known: Option<u32>,
    /// That version was told by a source of another kind.
    told: bool,
    mates: Mates,
    time: MessageTime,
    files: &'a [File],
}

impl<'a> Sealing<'a> {
    pub(crate) fn new(
        job: &'a Ingest,
        stamper: &'a Stamper,
        clock: &'a Clock,
        prefix: Vec<u8>,
        journal: Option<&'a Journal>,
    ) -> Self {
        Self {
            job,
            stamper,
            clock,
            prefix,
            custodian: crate::ingest::prefix(&job.custodian, ""),
            any_phone: crate::ingest::any_phone(&job.custodian),
            journal,
            identity: Vec::new(),
            scope: Vec::new(),
            said: Vec::new(),
            occurrences: Occurrences::default(),
            names: Names::default(),
            alike: 0,
            verdict: Vec::new(),
            unreadable_content: 0,
            doubtful: 0,
        }
    }

    /// What a person must look at.
    pub(crate) fn findings(&self) -> impl Iterator<Item = String> {
        let all = [
            ("attachments_unreadable", self.unreadable_content),
            ("possible_duplicates", self.alike),
            ("past_by_the_clock_alone", self.doubtful),
        ];
        all.into_iter().filter(|(_, n)| *n > 0).map(|(what, n)| format!("{what}:{n}"))
    }

    /// Takes in a batch: straight to its buckets, or into what gathers it for the sorting.
    pub(crate) fn batch(
        &mut self,
        batch: &mut EncodedBatch,
        mut gather: Option<&mut Gather>,
        area: &Holding,
        run: &mut Run<'_>,
        report: &mut RunReport,
    ) -> Result<(), JobError> {
        let mut items = std::mem::take(&mut batch.items);
        for item in &mut items {
            report.attachments_missing += u64::from(item.missing);
            let plain = self.sighting(batch, item, run);
            let erased = self.erased(run);
            let (sighting, told) = self.told(plain, item, run);
            let (alike, withheld) = match told {
                Some(Told { before: Before::Nobody { alike, withheld }, .. }) => (alike, withheld),
                _ => (false, false),
            };
            let mates = Mates { message: told.map(|t| t.message), alike, withheld };
            let fail = |e| self.job.places.fail(e);
            report.reappeared += u64::from(run.meet(&sighting).map_err(fail)?);
            let standing = match standing(&sighting, told, gather.is_some(), run, report) {
                Standing::Known => Standing::Known,
                _ if erased => {
                    report.count_known(Novelty::Suppressed);
                    Standing::Known
                }
                standing => standing,
            };
            if let Standing::Elsewhere(bucket) = standing {
                let ready = self.ready(batch, item, sighting, Some(bucket), mates);
                self.keep(&Ready { told: true, ..ready }, &Sorted::default(), run, report)?;
            }
            if let Some(gather) = gather.as_deref_mut() {
                let standing = if let Standing::Elsewhere(_) = standing { Standing::Known } else { standing };
                gather.take(batch, item, sighting, standing, mates)?;
                continue;
            }
            let known = match standing {
                Standing::Known | Standing::Elsewhere(_) => continue,
                Standing::New | Standing::Told => None,
                Standing::Changed(bucket) => Some(bucket),
            };
            let ready = self.ready(batch, item, sighting, known, mates);
            if mates.withheld {
                self.hold(&ready, &doubtful(), area, run, report)?;
            } else {
                self.keep(&ready, &Sorted::default(), run, report)?;
            }
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
        let mates = judged.mates;
        let known = match judged.standing {
            Standing::Changed(bucket) => Some(bucket),
            Standing::Told => match mates.message.map(|message| run.whereabouts(&message)) {
                Some(Whereabouts::Kept(bucket)) => Some(bucket),
                Some(Whereabouts::Withheld) => {
                    report.count_known(Novelty::Withheld);
                    return Ok(());
                }
                Some(Whereabouts::Suppressed) => {
                    report.count_known(Novelty::Suppressed);
                    return Ok(());
                }
                // what was told first is past its time
                Some(Whereabouts::Nowhere) | None => None,
            },
            Standing::New | Standing::Known | Standing::Elsewhere(_) => None,
        };
        let told = judged.standing == Standing::Told && known.is_some();
        let time = time(message.direction, sent, received);
        let groups = judged.groups().ok_or_else(lost)?;
        let ready = Ready { groups, sighting, known, told, mates, time, files: &judged.files };
        let on_list = self.journal.filter(|_| known.is_none()).and_then(|j| j.sorted(message));
        match (&judged.verdict, on_list) {
            _ if mates.withheld => self.hold(&ready, &doubtful(), area, run, report),
            (_, Some(sorted)) if sorted.decision == Decision::Keep => self.keep(&ready, &sorted, run, report),
            (_, Some(sorted)) => self.hold(&ready, &sorted, area, run, report),
            (Some((verdict, reasons)), None) => self.sorted(&ready, verdict, reasons, area, run, report),
            (None, None) => self.keep(&ready, &Sorted::default(), run, report),
        }
    }

    fn ready<'b>(
        &self,
        batch: &'b EncodedBatch,
        item: &'b Item,
        sighting: Sighting,
        known: Option<u32>,
        mates: Mates,
    ) -> Ready<'b> {
        let groups = std::array::from_fn(|i| &batch.bytes[item.groups[i].clone()]);
        let time = time(item.direction, item.sent, item.received);
        Ready { groups, sighting, known, told: false, mates, time, files: &item.files }
    }

    /// Who told a message before, and the identity under which this source's telling of it is known: that of the
    /// message, or one of the source's own where another kind of source has that.
    fn told(&mut self, plain: Sighting, item: &Item, run: &mut Run<'_>) -> (Sighting, Option<Told>) {
        let Some(teller) = item.teller else { return (plain, None) };
        item.named.iter().for_each(|named| self.names.learn(named));
        // of one custodian, whatever the phone
        let keys: Vec<Vec<u8>> = item.marks.iter().map(|m| [&self.custodian, &m.key[..]].concat()).collect();
        let likenesses: Vec<Likeness<'_>> =
            item.marks.iter().zip(&keys).map(|(m, k)| m.under(k, &self.names)).collect();
        let met = run.has(&plain);
        let told = run.told(&plain, teller.no, &likenesses);
        self.identity.extend_from_slice(TOLD_BY);
        self.identity.push(teller.no);
        let apart = run.renamed(&plain, &self.identity);
        let taken = match told {
            Some(Told { message, before: Before::Other { .. } }) => met || message == plain.number(),
            _ => false,
        };
        (if taken || run.has(&apart) { apart } else { plain }, told)
    }

    /// A message as the archive knows it.
    fn sighting(&mut self, batch: &EncodedBatch, item: &Item, run: &mut Run<'_>) -> Sighting {
        self.identity.clear();
        self.identity.extend_from_slice(&self.prefix);
        self.identity.extend_from_slice(&batch.bytes[item.identity.clone()]);
        let identity = &batch.bytes[item.identity.clone()];
        self.occurrences.number(identity, item.whole, &mut self.identity);
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

    /// Whether the message whose identity was made last was erased, whichever phone it came from then.
    fn erased(&self, run: &Run<'_>) -> bool {
        let own = self.identity.get(self.prefix.len()..).unwrap_or_default();
        run.erased(&[self.any_phone.as_slice(), own].concat())
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
        let by_rule = verdict.rule.is_some();
        if verdict.route == Route::Keep {
            return self.keep(ready, &Sorted { p_work, by_rule, ..Sorted::default() }, run, report);
        }
        let decision = if verdict.route == Route::Review { Decision::Review } else { Decision::Exclude };
        let reasons = reasons.to_vec();
        let sorted =
            Sorted { decision, p_work, ground: verdict.ground, by_rule, reasons, ..Sorted::default() };
        self.hold(ready, &sorted, area, run, report)
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
        self.verdict_of(ready, &stamp, sorted);
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
        if ready.told {
            report.seen_elsewhere += 1;
        } else {
            report.count(ready.known.is_none(), sorted, stamp.class, false);
        }
        Ok(())
    }

    fn verdict_of(&mut self, ready: &Ready<'_>, stamp: &Stamp, sorted: &Sorted) {
        let Mates { message, alike, withheld: _ } = ready.mates;
        self.alike += u64::from(alike);
        verdict::encode(stamp, &Sorted { message, alike, ..sorted.clone() }, &mut self.verdict);
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
        self.verdict_of(ready, &stamp, sorted);
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

    /// The retention stamp; `None` for a message past its time. What only the clock says is past is taken in.
    fn stamp(&mut self, ready: &Ready<'_>, report: &mut RunReport) -> Option<Stamp> {
        let stamp = self.stamper.stamp(ready.time);
        if self.clock.is_past(stamp.disposal_from) {
            report.expired += 1;
            return None;
        }
        self.doubtful += u64::from(stamp.expired(self.clock.today));
        Some(stamp)
    }
}

/// What may be a message that was left out or erased, and need not be.
fn doubtful() -> Sorted {
    let reasons = vec!["possible-duplicate-of-withheld".to_owned()];
    Sorted { decision: Decision::Review, reasons, ..Sorted::default() }
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
