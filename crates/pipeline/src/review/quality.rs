//! How good the sorting was: a random sample of what is excluded, judged blind before it is shredded, and
//! what it says about the rest; agreement between reviewers; counts by class and route. Every figure is
//! computed again from the log.

use std::collections::{BTreeMap, BTreeSet};

use archive::{Entry, Operator};
use chain::{Author, EntryType};
use classify::quality::{Agreement, Draw, Pile as Counted, agreement, recall_at_least};
use model::wire;
use serde::Serialize;

use super::vote::{Choice, Said, Sample, run_of};
use super::{State, name, piles, vote};
use crate::error::JobError;
use crate::manifest::Manifest;
use crate::places::Places;

/// What was drawn.
#[derive(Debug, Serialize)]
pub struct Drawn {
    /// Entry that records the draw.
    pub entry: u64,
    /// Messages excluded now.
    pub pile: u64,
    /// Names of those drawn, in the order of the draw.
    pub items: Vec<String>,
}

/// Draws a sample of what is excluded and not settled yet. The same seed over the same pile draws the same.
///
/// # Errors
/// [`JobError::NoRight`] without the right `review`, [`JobError::BadValue`] where nothing is excluded.
pub fn draw(
    places: &Places,
    by: &Operator,
    custodian: Option<&str>,
    size: usize,
    seed: &str,
    now: i64,
) -> Result<Drawn, JobError> {
    let fail = |e| places.fail(e);
    let piles = piles(places, &places.open()?)?;
    let mut draw = Draw::new(seed.as_bytes(), size);
    let mut excluded = 0;
    for pile in piles.iter().filter(|p| custodian.is_none_or(|c| c == p.custodian)) {
        for item in pile.items.iter().filter(|i| i.state == State::Exclude) {
            excluded += 1;
            let of = [&pile.run.run[..], &item.held.slot.to_be_bytes()].concat();
            draw.offer(&of, || (pile.run.run, item.held.slot));
        }
    }
    if excluded == 0 {
        return Err(JobError::BadValue {
            what: "sample",
            why: "nothing is excluded and unsettled".to_owned(),
        });
    }
    let drawn = draw.finish();
    let sample = Sample {
        version: 1,
        seed: seed.to_owned(),
        custodian: custodian.map(str::to_owned),
        pile: excluded,
        drawn: drawn.iter().map(|(run, slot)| (wire::hex(run), *slot)).collect(),
    };
    let plain = serde_json::to_vec(&sample).map_err(|_| JobError::Internal { what: "sample".into() })?;
    let entry = Entry { kind: EntryType::Review, clear: &[], plain: &plain };
    let entries = places.writer(now)?.append(&[entry], &[&by.signer()]).map_err(fail)?;
    Ok(Drawn {
        entry: entries.first().copied().unwrap_or_default(),
        pile: excluded,
        items: drawn.iter().map(|(run, slot)| name(run, *slot)).collect(),
    })
}

/// What is left to judge of the samples drawn so far, by name.
///
/// # Errors
/// What keeps the archive or its register from being read.
pub fn to_judge(places: &Places, by: &Operator) -> Result<BTreeSet<String>, JobError> {
    let said = all(places)?;
    let me = by.signer().author();
    let mine = said.judged.iter().filter(|((_, who), _)| *who == me);
    let done: BTreeSet<&(String, u64)> = mine.map(|((item, _), _)| item).collect();
    let open = said.samples.iter().flat_map(|s| &s.drawn).filter(|item| !done.contains(item));
    Ok(open.filter_map(|(run, slot)| Some(name(&run_of(run)?, *slot))).collect())
}

/// One sample and what it says.
#[derive(Debug, Serialize)]
pub struct Sampled {
    /// What the draw follows from.
    pub seed: String,
    /// Whose messages.
    pub custodian: Option<String>,
    /// Messages excluded when it was drawn.
    pub pile: u64,
    /// Drawn.
    pub drawn: u64,
    /// Judged so far.
    pub judged: u64,
    /// Judged to be work: kept.
    pub work: u64,
    /// With 95 % confidence at most this share of the excluded is work (hypergeometric, one-sided).
    pub elusion_at_most: Option<f64>,
}

/// The report.
#[derive(Debug, Serialize)]
pub struct QualityReport {
    /// Messages by route, ground and class, over all runs.
    pub routes: BTreeMap<String, u64>,
    /// Held messages by where they stand.
    pub states: BTreeMap<State, u64>,
    /// Samples, oldest first.
    pub samples: Vec<Sampled>,
    /// Messages that two persons judged.
    pub judged_by_two: u64,
    /// Of those, judged alike.
    pub alike: u64,
    /// Cohen's kappa; null where it cannot be told.
    pub kappa: Option<f64>,
    /// The lower end of its interval (95 %).
    pub kappa_at_least: Option<f64>,
    /// With 95 % confidence at least this share of the work messages was not lost, from the newest sample.
    /// Of the messages that were kept, four fifths count as work: the least that the costs of keeping allow. Null
    /// without a judged sample.
    pub recall_at_least: Option<f64>,
    /// Drift against the training data, newest run of each custodian: reading.
    pub drift: BTreeMap<String, String>,
}

pub(super) struct AllSaid {
    samples: Vec<Sample>,
    /// The newest blind judgement of each person on each message.
    pub(super) judged: BTreeMap<((String, u64), Author), Choice>,
    /// The newest judgement of each person on each message, blind or not.
    any: BTreeMap<(String, u64), BTreeMap<Author, Choice>>,
}

pub(super) fn all(places: &Places) -> Result<AllSaid, JobError> {
    let fail = |e| places.fail(e);
    let archive = places.open()?;
    let keys = access::KeyStore::open(&places.keys, &places.archive).map_err(|e| fail(e.into()))?;
    let mut all = AllSaid { samples: Vec::new(), judged: BTreeMap::new(), any: BTreeMap::new() };
    for entry in archive.register(&keys, &[EntryType::Review]).map_err(fail)? {
        match vote::decode(&entry)? {
            Said::Sample(sample) => all.samples.push(sample),
            Said::Decision(decision) => {
                for slot in decision.slots {
                    let item = (decision.run.clone(), slot);
                    if decision.blind {
                        all.judged.insert((item.clone(), entry.header.author), decision.choice);
                    }
                    let of = all.any.entry(item).or_default();
                    match decision.choice {
                        Choice::Undo => drop(of.remove(&entry.header.author)),
                        choice => drop(of.insert(entry.header.author, choice)),
                    }
                }
            }
        }
    }
    Ok(all)
}

impl AllSaid {
    /// Whether a drawn message is judged, and whether anybody found it to be work.
    fn verdict(&self, item: &(String, u64)) -> Option<bool> {
        let of = self.judged.range((item.clone(), Author::default())..).take_while(|((i, _), _)| i == item);
        let choices: Vec<Choice> = of.map(|(_, choice)| *choice).filter(|c| *c != Choice::Undo).collect();
        (!choices.is_empty()).then(|| choices.contains(&Choice::Keep))
    }

    fn sampled(&self, sample: &Sample) -> Sampled {
        let verdicts: Vec<bool> = sample.drawn.iter().filter_map(|item| self.verdict(item)).collect();
        let (judged, work) = (verdicts.len() as u64, verdicts.iter().filter(|w| **w).count() as u64);
        let drawn = sample.drawn.len() as u64;
        let pile = Counted { size: sample.pile, drawn: judged, found: work };
        Sampled {
            seed: sample.seed.clone(),
            custodian: sample.custodian.clone(),
            pile: sample.pile,
            drawn,
            judged,
            work,
            // a part of a sample is not random: the easy ones come first
            elusion_at_most: (judged == drawn && drawn > 0).then(|| pile.share_at_most()),
        }
    }

    fn agreement(&self) -> Agreement {
        let pairs = self.any.values().filter_map(|of| {
            let mut choices = of.values().map(|c| *c == Choice::Keep);
            Some((choices.next()?, choices.next()?))
        });
        agreement(pairs)
    }
}

/// Makes the report from the log.
///
/// # Errors
/// What keeps archive, register or holding area from being read.
pub fn report(places: &Places) -> Result<QualityReport, JobError> {
    let fail = |e| places.fail(e);
    let archive = places.open()?;
    let keys = access::KeyStore::open(&places.keys, &places.archive).map_err(|e| fail(e.into()))?;
    let mut routes: BTreeMap<String, u64> = BTreeMap::new();
    let mut drift = BTreeMap::new();
    for entry in archive.register(&keys, &[EntryType::Run]).map_err(fail)? {
        let Some(manifest) = Manifest::parse(&entry.plain) else { continue };
        for (route, n) in manifest.routes {
            *routes.entry(route).or_default() += n;
        }
        if let Some(d) = manifest.drift {
            drift.insert(manifest.custodian, d.reading);
        }
    }
    let mut states: BTreeMap<State, u64> = BTreeMap::new();
    for (run, _) in archive.held_ever(&keys).map_err(fail)? {
        for outcome in run.settled.values() {
            let state = if *outcome == archive::Outcome::Shredded { State::Shredded } else { State::Kept };
            *states.entry(state).or_default() += 1;
        }
    }
    for pile in piles(places, &archive)? {
        let unsettled = pile.items.iter().filter(|i| !matches!(i.state, State::Kept | State::Shredded));
        unsettled.for_each(|i| *states.entry(i.state).or_default() += 1);
    }
    let said = all(places)?;
    let samples: Vec<Sampled> = said.samples.iter().map(|s| said.sampled(s)).collect();
    let agreed = said.agreement();
    let Agreement { both, alike, kappa, .. } = agreed;
    let kept = routes.iter().filter(|(route, _)| route.starts_with("keep")).map(|(_, n)| n).sum::<u64>();
    let kept = kept + states.get(&State::Kept).copied().unwrap_or(0);
    let kept = kept / 5 * 4;
    let recall = samples.iter().rev().find(|s| s.elusion_at_most.is_some()).map(|s| {
        let excluded = Counted { size: s.pile, drawn: s.judged, found: s.work };
        recall_at_least(Counted { size: kept, drawn: kept, found: kept }, excluded)
    });
    Ok(QualityReport {
        routes,
        states,
        samples,
        judged_by_two: both,
        alike,
        kappa,
        kappa_at_least: agreed.at_least(),
        recall_at_least: recall,
        drift,
    })
}
