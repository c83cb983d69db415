//! `review`: what waits in the holding area, its samples and its report. The sitting itself is in `sitting`.

use pipeline::Places;
use pipeline::review::desk::{Ask, Deciding, Desk};
use pipeline::review::first::First;
use pipeline::review::{self, Choice, State, quality};

use super::Context;
use super::jobs::{now, operator, places};
use super::sitting::sitting;
use crate::args::{self, Review};
use crate::failure::{Failure, LOOK};
use crate::lang::Lang;
use crate::table::Table;

pub(super) fn review(command: Review, at: &Context<'_>) -> Result<u8, Failure> {
    match command {
        Review::List(a) => list(&a, at),
        Review::First(a) => first(&a, at),
        Review::Next(a) => next(&a, at),
        Review::Decide(a) => decide(&a, at),
        Review::Sample(a) => sample(&a, at),
        Review::Report(a) => report(&a, at),
        Review::Settle(a) => {
            let places = places(at, &a.at)?;
            let settled = review::settle::settle(&places, now()).map_err(Failure::of_job)?;
            let mut table = Table::new(&[1]);
            for (key, n) in [
                ("review-kept", settled.kept),
                ("review-undecided", settled.undecided),
                ("review-shredded", settled.shredded),
                ("review-on-hold", settled.on_hold),
                ("review-waiting", settled.waiting),
            ] {
                table.row([at.out.texts().say(key, &[]), n.to_string()]);
            }
            if let Some(finding) = &settled.clock {
                table.row([at.out.texts().say("review-clock", &[]), finding.clone()]);
            }
            at.out.table(&table)?;
            at.out.object(&settled)?;
            Ok(if astray(&places, at)? || settled.clock.is_some() { LOOK } else { 0 })
        }
    }
}

fn list(a: &args::ReviewList, at: &Context<'_>) -> Result<u8, Failure> {
    let places = places(at, &a.at)?;
    let listed = review::list(&places, a.custodian.as_deref()).map_err(Failure::of_job)?;
    let texts = at.out.texts();
    let mut open = 0;
    let mut table = Table::new(&[3, 4, 5]);
    if !listed.is_empty() {
        let heads = ["custodian", "run", "deadline", "open", "keep", "exclude"];
        table.row(heads.map(|head| texts.say(&format!("review-head-{head}"), &[])));
    }
    for pile in &listed {
        let of = |states: &[State]| states.iter().filter_map(|s| pile.states.get(s)).sum::<u64>();
        open += of(&[State::Open, State::Proposed]);
        table.row([
            pile.custodian.clone(),
            pile.run.chars().take(8).collect(),
            pile.deadline.clone(),
            of(&[State::Open, State::Proposed]).to_string(),
            of(&[State::Keep]).to_string(),
            of(&[State::Exclude]).to_string(),
        ]);
    }
    at.out.table(&table)?;
    if listed.is_empty() {
        at.out.line("review-nothing", &[])?;
    }
    at.out.object(&listed)?;
    Ok(if astray(&places, at)? || open > 0 { LOOK } else { 0 })
}

/// Says whether held messages are not where they are looked for.
pub(super) fn astray(places: &Places, at: &Context<'_>) -> Result<bool, Failure> {
    let n = review::astray(places).map_err(Failure::of_job)?;
    if n > 0 {
        told_astray(n, places, at);
    }
    Ok(n > 0)
}

pub(super) fn told_astray(n: u64, places: &Places, at: &Context<'_>) {
    at.out.note("review-astray", &[("n", n.into()), ("path", places.holding.display().to_string().into())]);
}

fn first(a: &args::ReviewFirst, at: &Context<'_>) -> Result<u8, Failure> {
    let (places, by) = operator(at, &a.acting)?;
    let first = First { custodian: a.custodian.clone(), reviewers: a.reviewers.clone(), to: a.to };
    let begun = review::first::first(&places, &by, &first, now()).map_err(Failure::of_job)?;
    at.out.line(
        "review-first-begun",
        &[("reviewers", begun.reviewers.len().into()), ("narrowed", begun.narrowed.len().into())],
    )?;
    for id in &begun.narrowed {
        at.out.line("review-first-narrowed", &[("id", id.get(..8).unwrap_or_default().to_owned().into())])?;
    }
    if begun.sealed_before > 0 {
        at.out.note("review-first-before", &[("n", begun.sealed_before.into())]);
    }
    at.out.object(&begun)?;
    Ok(if begun.sealed_before > 0 { LOOK } else { 0 })
}

fn decide(a: &args::ReviewDecide, at: &Context<'_>) -> Result<u8, Failure> {
    let (places, by) = operator(at, &a.acting)?;
    let mut items = a.items.clone();
    if let Some(path) = &a.items_file {
        let text = std::fs::read_to_string(path)
            .map_err(|e| Failure::of_job(pipeline::JobError::io(path, "reading the items", &e)))?;
        items.extend(text.split_whitespace().map(str::to_owned));
    }
    if items.is_empty() {
        return Err(Failure::usage("place-needed").with("flag", "ITEM"));
    }
    let choice = match a.choice.as_str() {
        "keep" => Choice::Keep,
        "exclude" => Choice::Exclude,
        _ => Choice::Undo,
    };
    let note = a.note.as_ref().map(args::Fact::one).transpose()?;
    let bulk = items.len() > 1;
    let deciding = Deciding { items, choice, ground: a.ground.clone(), bulk, blind: false, note };
    let mut desk = Desk::open(&places, &by).map_err(Failure::of_job)?;
    let n = desk.decide(&deciding, now()).map_err(Failure::of_job)?;
    at.out.line("review-decided", &[("n", n.into())])?;
    at.out.object(&serde_json::json!({ "decided": n }))?;
    Ok(0)
}

fn next(a: &args::ReviewNext, at: &Context<'_>) -> Result<u8, Failure> {
    let (places, by) = operator(at, &a.acting)?;
    let desk = Desk::open(&places, &by).map_err(Failure::of_job)?;
    let ask = Ask { custodian: a.custodian.clone(), all: a.all, blind: None };
    sitting(at, desk, &ask, a.limit)
}

fn sample(a: &args::ReviewSample, at: &Context<'_>) -> Result<u8, Failure> {
    let (places, by) = operator(at, &a.acting)?;
    if let (Some(size), Some(seed)) = (a.size, &a.seed) {
        let custodian = a.custodian.as_deref();
        let drawn = quality::draw(&places, &by, custodian, size, seed, now()).map_err(Failure::of_job)?;
        at.out.line("review-drawn", &[("n", drawn.items.len().into()), ("pile", drawn.pile.into())])?;
        if at.out.json() {
            at.out.object(&drawn)?;
            return Ok(0);
        }
    }
    let blind = quality::to_judge(&places, &by).map_err(Failure::of_job)?;
    let desk = Desk::open(&places, &by).map_err(Failure::of_job)?;
    let ask = Ask { custodian: a.custodian.clone(), all: true, blind: Some(blind) };
    sitting(at, desk, &ask, None)
}

fn report(a: &args::ReviewReport, at: &Context<'_>) -> Result<u8, Failure> {
    let places = places(at, &a.at)?;
    let report = quality::report(&places).map_err(Failure::of_job)?;
    if let Some(path) = &a.page {
        places.outside("--page", path).map_err(Failure::of_job)?;
        let english = at.out.texts().lang() == Lang::En;
        let page = review::page::page(&places, english, now()).map_err(Failure::of_job)?;
        std::fs::write(path, page).map_err(|e| {
            Failure::usage("write").with("path", path.display().to_string()).with("why", e.kind().to_string())
        })?;
    }
    let texts = at.out.texts();
    let percent = |p: Option<f64>| p.map_or_else(|| "-".to_owned(), |p| format!("{:.1} %", p * 100.0));
    let mut table = Table::new(&[1]);
    for (route, n) in &report.routes {
        let words = route.split(' ').map(|w| {
            texts
                .find(&format!("route-{w}"), &[])
                .or_else(|| texts.find(&format!("ground-{w}"), &[]))
                .unwrap_or_else(|| w.to_owned())
        });
        table.row([words.collect::<Vec<_>>().join(", "), n.to_string()]);
    }
    at.out.table(&table)?;
    for s in &report.samples {
        at.out.line(
            "review-sampled",
            &[
                ("pile", s.pile.into()),
                ("drawn", s.drawn.into()),
                ("judged", s.judged.into()),
                ("work", s.work.into()),
                ("most", percent(s.elusion_at_most).into()),
            ],
        )?;
    }
    let kappa = report.kappa.map_or_else(|| "-".to_owned(), |k| format!("{k:.2}"));
    let mut table = Table::new(&[1]);
    table.row([texts.say("review-recall", &[]), percent(report.recall_at_least)]);
    table.row([texts.say("review-two", &[]), report.judged_by_two.to_string()]);
    table.row([texts.say("review-kappa", &[]), kappa]);
    at.out.table(&table)?;
    at.out.line("review-report-note", &[])?;
    at.out.object(&report)?;
    Ok(0)
}
