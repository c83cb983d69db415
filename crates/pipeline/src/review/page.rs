//! The report on the sorting as a page for a commission. Every count is read from the log: what the runs
//! kept, what they held, what persons said, what became of it. No message is opened.

use std::collections::BTreeMap;

use archive::{Outcome, Withheld};
use chain::EntryType;
use classify::Ground;
use classify::quality::{DRAW, Pile, RISK, agreement};
use export::{Counts, Decided, Drift, Judged, Lang, Machine, Pair, QualityReport, Reading};
use model::wire;

use super::note::Note;
use super::quality::{self, Sampled};
use super::vote::{Choice, Said, Votes, decode, run_of};
use super::{State, state, vote};
use crate::clock::civil;
use crate::error::JobError;
use crate::ingest::DriftReport;
use crate::manifest::Manifest;
use crate::places::Places;

/// The share of the kept messages that the report takes for work where nobody judged them.
const PRESUMED: f64 = 0.8;

/// Makes the page, of one custodian or of all.
///
/// # Errors
/// What keeps the archive or its register from being read.
pub fn page(places: &Places, custodian: Option<&str>, now: i64, english: bool) -> Result<String, JobError> {
    let lang = if english { Lang::En } else { Lang::Da };
    Ok(export::quality_page(&gathered(places, custodian, now)?, lang))
}

fn gathered(places: &Places, custodian: Option<&str>, now: i64) -> Result<QualityReport, JobError> {
    let fail = |e| places.fail(e);
    let archive = places.open()?;
    let keys = access::KeyStore::open(&places.keys, &places.archive).map_err(|e| fail(e.into()))?;
    let runs = archive.register(&keys, &[EntryType::Run]).map_err(fail)?;
    let wanted = |m: &Manifest| custodian.is_none_or(|c| c == m.custodian);
    let manifests: BTreeMap<[u8; 16], Manifest> = runs
        .iter()
        .filter_map(|entry| Some((entry.header.run, Manifest::parse(&entry.plain)?)))
        .filter(|(_, m)| wanted(m))
        .collect();
    let mut counts = Counts::default();
    let mut drift: BTreeMap<&str, &DriftReport> = BTreeMap::new();
    let mut newest = None;
    for manifest in runs.iter().filter_map(|entry| manifests.get(&entry.header.run)) {
        let kept = manifest.routes.iter().filter(|(route, _)| route.split(' ').next() == Some("keep"));
        counts.kept.model += kept.map(|(_, n)| n).sum::<u64>();
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
        if !manifests.contains_key(&run.run) {
            continue;
        }
        for held in &run.items {
            let bad = || JobError::Integrity { what: "a held message with a malformed note".to_owned() };
            let note = Note::decode(&held.note).ok_or_else(bad)?;
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
    let said = quality::all(places)?;
    let of = |s: &&vote::Sample| custodian.is_none() || s.custodian.as_deref() == custodian;
    let sample = said.samples.iter().rev().find(of).map(|s| said.sampled(s));
    let found = |s: &Sampled| Pile { size: s.pile, drawn: s.judged, found: s.work };
    let kept = counts.kept.total() + counts.undecided;
    let recall = sample.as_ref().filter(|s| s.elusion_at_most.is_some()).map(|s| {
        let kept = kept / 5 * 4;
        classify::quality::recall_at_least(Pile { size: kept, drawn: kept, found: kept }, found(s))
    });
    let sorting = newest.map(|m| &m.sorting);
    let model = sorting.map(|s| s.model.clone()).unwrap_or_default();
    Ok(QualityReport {
        marking: None,
        archive: wire::hex(archive.id()),
        scope: custodian.map_or_else(|| names(&manifests), str::to_owned),
        period: (None, None),
        made_at: civil(now)?.to_string(),
        mode: match sorting.map(|s| s.mode.as_str()) {
            Some("sort") => Machine::Sort,
            Some("rules-only") => Machine::RulesOnly,
            Some("off") | None => Machine::Off,
            Some(_) => Machine::Assist,
        },
        policy: sorting.map(|s| s.policy.clone()).unwrap_or_default(),
        counts,
        presumed: recall.map(|_| PRESUMED),
        recall_at_least: recall,
        pair: Some(pair(&said)),
        // what was measured of a model belongs to its training and is not in the archive
        curve: None,
        drift: drift.into_values().filter_map(of_drift).max_by_key(|d| d.reading as u8),
        measured: Vec::new(),
        model,
        sample: sample.map(|s| Judged {
            pile: s.pile,
            drawn: s.drawn,
            judged: s.judged,
            blind: s.judged,
            found: s.work,
            at_most: found(&s).at_most(RISK),
            seed: s.seed,
            rule: DRAW.to_owned(),
        }),
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
        (false, _) => *model += 1,
    }
}

fn ground_of(word: &str) -> Option<Ground> {
    crate::verdict::GROUNDS.into_iter().find(|g| g.word() == word)
}

fn names(manifests: &BTreeMap<[u8; 16], Manifest>) -> String {
    let names: std::collections::BTreeSet<&str> = manifests.values().map(|m| m.custodian.as_str()).collect();
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

fn of_drift(found: &DriftReport) -> Option<Drift> {
    let DriftReport { messages, index, noise, unknown, unknown_then, reading } = found;
    let reading = match reading.as_str() {
        "too-few" => Reading::TooFew,
        "steady" => Reading::Steady,
        "watch" => Reading::Watch,
        "drifted" => Reading::Drifted,
        _ => return None,
    };
    let (messages, index, noise, unknown_now) = (*messages, *index, *noise, *unknown);
    Some(Drift { messages, index, noise, unknown_then: Some(*unknown_then), unknown_now, reading })
}
