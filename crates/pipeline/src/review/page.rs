//! The quality of the sorting as a page for readers who are no statisticians: what the report says, and who
//! decided what.

use archive::{Outcome, Withheld};
use chain::EntryType;
use classify::quality::{DRAW, Pile as Counted};
use classify::{Ground, Model};
use export::{Counts, Decided, Drift, Judged, Lang, Machine, Material, Measured, Pair, Reading};
use model::wire;
use policy::Mode;

use super::note::Note;
use super::quality::{self, Sampled};
use super::{State, piles};
use crate::clock::civil;
use crate::error::JobError;
use crate::ingest::DriftReport;
use crate::manifest::Manifest;
use crate::places::Places;
use crate::policies;

/// The page, HTML.
///
/// # Errors
/// What keeps archive, register or holding area from being read.
pub fn page(places: &Places, english: bool, now: i64) -> Result<String, JobError> {
    let fail = |e| places.fail(e);
    let archive = places.open()?;
    let keys = access::KeyStore::open(&places.keys, &places.archive).map_err(|e| fail(e.into()))?;
    let policy = policies::in_force(&archive.register(&keys, &[EntryType::Policy]).map_err(fail)?)?;
    let runs = archive.register(&keys, &[EntryType::Run]).map_err(fail)?;
    let runs: Vec<Manifest> = runs.iter().filter_map(|e| Manifest::parse(&e.plain)).collect();
    let report = quality::report(places)?;
    let mut counts = Counts::default();
    for (route, n) in &report.routes {
        match route.split(' ').collect::<Vec<_>>().as_slice() {
            ["keep", "journalised", ..] => counts.kept.rule += n,
            ["keep", ..] => counts.kept.model += n,
            _ => {}
        }
    }
    let note = |bytes: &[u8]| {
        Note::decode(bytes)
            .ok_or_else(|| JobError::Integrity { what: "a held message with a malformed note".to_owned() })
    };
    for (run, _) in archive.held_ever(&keys).map_err(fail)? {
        for item in &run.items {
            match run.settled.get(&item.slot) {
                Some(Outcome::Kept) => counts.kept.person += 1,
                Some(Outcome::Undecided) => counts.kept.model += 1,
                Some(Outcome::Shredded) => left_out(&mut counts, item.why, note(&item.note)?.ground),
                None => {}
            }
        }
    }
    for item in piles(places, &archive)?.iter().flat_map(|p| &p.items) {
        match item.state {
            State::Open | State::Proposed => counts.waiting += 1,
            State::Keep => counts.kept.person += 1,
            State::Exclude => left_out(&mut counts, item.held.why, item.note.ground),
            State::Kept | State::Shredded => {}
        }
    }
    let newest = runs.last();
    let page = export::QualityReport {
        marking: None,
        archive: wire::hex(archive.id()),
        scope: scope(&runs),
        period: (
            runs.iter().map(|m| m.copy_date).min().map(|d| d.to_string()),
            runs.iter().map(|m| m.copy_date).max().map(|d| d.to_string()),
        ),
        made_at: civil(now)?.to_string(),
        mode: match policy.sorting.mode {
            Mode::Sort => Machine::Sort,
            Mode::Assist => Machine::Assist,
            Mode::RulesOnly => Machine::RulesOnly,
            Mode::Off => Machine::Off,
        },
        model: newest.map(|m| m.sorting.model.clone()).unwrap_or_default(),
        policy: newest.map(|m| m.sorting.policy.clone()).unwrap_or_default(),
        counts,
        sample: report.samples.last().map(judged),
        recall_at_least: report.recall_at_least,
        pair: (report.judged_by_two > 0).then(|| Pair {
            both: report.judged_by_two,
            alike: report.alike,
            kappa: report.kappa.zip(report.kappa_at_least),
        }),
        curve: None,
        drift: newest.and_then(|m| m.drift.as_ref()).map(drift),
        measured: measured()?,
    };
    Ok(export::quality_page(&page, if english { Lang::En } else { Lang::Da }))
}

fn scope(runs: &[Manifest]) -> String {
    let mut ids: Vec<&str> = runs.iter().map(|m| m.custodian.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.join(", ")
}

fn left_out(counts: &mut Counts, why: Withheld, ground: Option<Ground>) {
    let of: &mut Decided = match ground {
        Some(Ground::Personnel) => &mut counts.personnel,
        Some(Ground::Misdirected) => &mut counts.misdirected,
        Some(Ground::Journalised) => &mut counts.journalised,
        Some(Ground::Private) | None => &mut counts.private,
    };
    match (why, ground) {
        (Withheld::Review, _) => of.person += 1,
        (Withheld::Excluded, Some(Ground::Journalised)) => of.rule += 1,
        (Withheld::Excluded, _) => of.model += 1,
    }
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

fn drift(d: &DriftReport) -> Drift {
    Drift {
        messages: d.messages,
        index: d.index,
        noise: d.noise,
        unknown_then: d.unknown_then,
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
