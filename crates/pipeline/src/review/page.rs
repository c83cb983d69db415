//! The report on the sorting as a page for a commission. Every count is read from the log: what the runs
//! kept, what they held, what persons said, what became of it. No message is opened.

use std::collections::BTreeMap;

use archive::{Outcome, Withheld};
use chain::EntryType;
use classify::quality::{DRAW, Pile as Counted, agreement};
use classify::{Ground, Model};
use export::{
    Counts, Decided, Drift, Judged, Lang, Machine, Material, Measured, Pair, QualityReport, Reading,
};
use model::wire;
use policy::Mode;

use super::note::Note;
use super::quality::{self, Sampled};
use super::vote::{Choice, Said, Votes, decode, run_of};
use super::{State, state, vote};
use crate::clock::civil;
use crate::error::JobError;
use crate::ingest::DriftReport;
use crate::manifest::Manifest;
use crate::places::Places;
use crate::policies;

/// The share of the kept messages that [`quality::report`] takes for work, since nobody judged them.
const PRESUMED: f64 = 0.8;

/// The page, HTML.
///
/// # Errors
/// What keeps the archive or its register from being read.
pub fn page(places: &Places, english: bool, now: i64) -> Result<String, JobError> {
    let lang = if english { Lang::En } else { Lang::Da };
    Ok(export::quality_page(&gathered(places, now)?, lang))
}

fn gathered(places: &Places, now: i64) -> Result<QualityReport, JobError> {
    let fail = |e| places.fail(e);
    let archive = places.open()?;
    let keys = access::KeyStore::open(&places.keys, &places.archive).map_err(|e| fail(e.into()))?;
    let policy = policies::in_force(&archive.register(&keys, &[EntryType::Policy]).map_err(fail)?)?;
    let runs = archive.register(&keys, &[EntryType::Run]).map_err(fail)?;
    let manifests: Vec<Manifest> = runs.iter().filter_map(|e| Manifest::parse(&e.plain)).collect();
    // Older runs and notes do not tell a rule from the model.
    let mut counts = Counts { rules_apart: true, ..Counts::default() };
    let mut drift: BTreeMap<&str, &DriftReport> = BTreeMap::new();
    let mut newest = None;
    for manifest in &manifests {
        let kept = manifest.routes.iter().filter(|(route, _)| route.split(' ').next() == Some("keep"));
        let by_rule = manifest.kept_by_rule.unwrap_or_default();
        counts.rules_apart &= manifest.kept_by_rule.is_some();
        counts.kept.rule += by_rule;
        counts.kept.model += kept.map(|(_, n)| n).sum::<u64>().saturating_sub(by_rule);
        if let Some(found) = &manifest.drift {
            drift.insert(&manifest.custodian, found);
        }
        newest = Some(manifest).filter(|m| !m.sorting.model.is_empty()).or(newest);
    }
    let said = archive.register(&keys, &[EntryType::Review]).map_err(fail)?;
    let mut votes = vote::all(&said)?;
    let mut grounds: BTreeMap<([u8; 16], u64), Option<Ground>> = BTreeMap::new();
    for entry in &said {
        let Said::Decision(decision) = decode(entry)? else { continue };
        let ground = decision.ground.as_deref().and_then(ground_of);
        let run = run_of(&decision.run).unwrap_or_default();
        if decision.choice == Choice::Exclude && !decision.blind {
            grounds.extend(decision.slots.iter().map(|slot| ((run, *slot), ground)));
        }
    }
    for (run, _) in archive.held_ever(&keys).map_err(fail)? {
        for held in &run.items {
            let bad = || JobError::Integrity { what: "a held message with a malformed note".to_owned() };
            let note = Note::decode(&held.note).ok_or_else(bad)?;
            counts.rules_apart &= note.by_rule.is_some();
            let votes = votes.remove(&(run.run, held.slot)).unwrap_or_default();
            let stated = grounds.get(&(run.run, held.slot)).copied().flatten();
            match (state(&run, held, &note, &votes), run.settled.get(&held.slot)) {
                (_, Some(Outcome::Undecided)) => counts.undecided += 1,
                (State::Keep | State::Kept, _) => counts.kept.person += 1,
                (State::Open | State::Proposed, _) => counts.waiting += 1,
                (State::Exclude | State::Shredded, _) => {
                    left_out(&mut counts, held.why, &note, &votes, stated);
                }
            }
        }
    }
    let report = quality::report(places)?;
    let sorting = newest.map(|m| &m.sorting);
    Ok(QualityReport {
        marking: None,
        archive: wire::hex(archive.id()),
        scope: names(&manifests),
        period: (
            manifests.iter().map(|m| m.copy_date).min().map(|d| d.to_string()),
            manifests.iter().map(|m| m.copy_date).max().map(|d| d.to_string()),
        ),
        made_at: civil(now)?.to_string(),
        mode: match policy.sorting.mode {
            Mode::Sort => Machine::Sort,
            Mode::Assist => Machine::Assist,
            Mode::RulesOnly => Machine::RulesOnly,
            Mode::Off => Machine::Off,
        },
        policy: sorting.map(|s| s.policy.clone()).unwrap_or_default(),
        counts,
        presumed: report.recall_at_least.map(|_| PRESUMED),
        recall_at_least: report.recall_at_least,
        pair: Some(pair(&quality::all(places)?)),
        // what other limits would do belongs to a labelled set, and none is in the archive
        curve: None,
        drift: drift.into_values().map(of_drift).max_by_key(|d| d.reading as u8),
        measured: measured()?,
        model: sorting.map(|s| s.model.clone()).unwrap_or_default(),
        sample: report.samples.last().map(judged),
    })
}

/// A message that is left out, under its ground: the sorting's, unless persons said otherwise.
fn left_out(counts: &mut Counts, why: Withheld, note: &Note, votes: &Votes, stated: Option<Ground>) {
    let by_person = why == Withheld::Review || votes.count().1 > 0;
    let ground = stated.or(note.ground);
    let to = match ground {
        Some(Ground::Personnel) => &mut counts.personnel,
        Some(Ground::Private) => &mut counts.private,
        Some(Ground::Misdirected) => &mut counts.misdirected,
        Some(Ground::Journalised) => &mut counts.journalised,
        None => &mut counts.unstated,
    };
    let Decided { rule, model, person } = to;
    match (by_person, ground) {
        (true, _) => *person += 1,
        (false, Some(Ground::Journalised)) => *rule += 1,
        (false, _) if note.by_rule == Some(true) => *rule += 1,
        (false, _) => *model += 1,
    }
}

fn ground_of(word: &str) -> Option<Ground> {
    crate::verdict::GROUNDS.into_iter().find(|g| g.word() == word)
}

fn names(manifests: &[Manifest]) -> String {
    let names: std::collections::BTreeSet<&str> = manifests.iter().map(|m| m.custodian.as_str()).collect();
    names.into_iter().collect::<Vec<_>>().join(", ")
}

/// Messages of samples that two persons judged, blind both: the first two by their keys.
fn pair(said: &quality::AllSaid) -> Pair {
    let mut by_item: BTreeMap<&(String, u64), Vec<bool>> = BTreeMap::new();
    for ((item, _), choice) in said.judged.iter().filter(|(_, choice)| **choice != Choice::Undo) {
        by_item.entry(item).or_default().push(*choice == Choice::Keep);
    }
    let pairs = by_item.values().filter_map(|of| Some((*of.first()?, *of.get(1)?)));
    let found = agreement(pairs);
    Pair { both: found.both, alike: found.alike, kappa: found.kappa.zip(found.at_least()) }
}

fn judged(sample: &Sampled) -> Judged {
    let pile = Counted { size: sample.pile, drawn: sample.judged, found: sample.work };
    Judged {
        pile: sample.pile,
        drawn: sample.drawn,
        judged: sample.judged,
        blind: sample.judged,
        found: sample.work,
        at_most: pile.at_most(classify::quality::RISK),
        seed: sample.seed.clone(),
        rule: DRAW.to_owned(),
    }
}

fn of_drift(d: &DriftReport) -> Drift {
    Drift {
        messages: d.messages,
        index: d.index,
        noise: d.noise,
        unknown_then: Some(d.unknown_then),
        unknown_now: d.unknown,
        reading: match d.reading.as_str() {
            "steady" => Reading::Steady,
            "watch" => Reading::Watch,
            "drifted" => Reading::Drifted,
            _ => Reading::TooFew,
        },
    }
}

/// What the model's own file says of it: conversations of the same hand, held out in turn.
fn measured() -> Result<Vec<Measured>, JobError> {
    let model =
        Model::built_in().map_err(|e| JobError::Integrity { what: format!("the built-in model: {e}") })?;
    let f = &model.figures;
    Ok(vec![Measured {
        material: Material::SameHand,
        messages: model.counts.iter().map(|n| u64::from(*n)).sum(),
        kept: f.recall,
        at_least: f.recall_bound,
        excluded: f.excluded,
        review: f.review,
        distance: None,
    }])
}
