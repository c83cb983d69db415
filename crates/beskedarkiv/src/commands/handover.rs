//! `handover`: a person goes to the archive of another authority, proofs kept; and comes from one.

use pipeline::handover::{self as handovers, NewHandover, Take, Without};

use super::Context;
use super::jobs::{now, operator, places, with_progress};
use crate::args::{self, Handover};
use crate::failure::Failure;

pub(super) fn handover(command: Handover, at: &Context<'_>) -> Result<u8, Failure> {
    match command {
        Handover::Key(a) => key(&a, at),
        Handover::Request(a) => request(a, at),
        Handover::Approve(a) => {
            let (places, by) = operator(at, &a.acting)?;
            let done = handovers::approve(&places, &by, &a.request, now()).map_err(Failure::of_job)?;
            at.out.line("request-approved", &[("approvals", done.approvals.into())])?;
            at.out.object(&done)?;
            Ok(0)
        }
        Handover::Give(a) => give(&a, at),
        Handover::Take(a) => take(&a, at),
        Handover::Finish(a) => finish(&a, at),
        Handover::List(a) => list(&a, at),
    }
}

fn key(a: &args::HandoverKey, at: &Context<'_>) -> Result<u8, Failure> {
    let (places, by) = operator(at, &a.acting)?;
    let report = handovers::make(&places, &by, &a.out, now()).map_err(Failure::of_job)?;
    at.out.line("handover-key", &[("path", report.path.clone().into())])?;
    at.out.line("handover-words", &[("words", report.words.clone().into())])?;
    at.out.object(&report)?;
    Ok(0)
}

fn request(a: args::HandoverRequest, at: &Context<'_>) -> Result<u8, Failure> {
    Failure::of_period(a.from, a.to)?;
    let (places, by) = operator(at, &a.acting)?;
    let new = NewHandover {
        custodian: a.custodian,
        from: a.from,
        to: a.to,
        key: a.to_key,
        reason: a.reason.one()?,
        decision: a.decision.one()?,
    };
    let report = handovers::ask(&places, &by, &new, now()).map_err(Failure::of_job)?;
    at.out.line("handover-words", &[("words", report.words.clone().into())])?;
    holds(&report.holds, at)?;
    let facts = [
        ("request", report.asked.request.clone().into()),
        ("receiver", report.receiver.clone().into()),
        ("buckets", report.buckets.into()),
    ];
    at.out.line("handover-asked", &facts)?;
    at.out.object(&report)?;
    Ok(0)
}

fn give(a: &args::HandoverGive, at: &Context<'_>) -> Result<u8, Failure> {
    let (places, by) = operator(at, &a.acting)?;
    let report = with_progress(at, |p| handovers::give(&places, &by, &a.request, &a.out, now(), p))?;
    let facts = [
        ("path", report.package.clone().into()),
        ("entry", report.entry.into()),
        ("messages", report.records.into()),
        ("attachments", report.attachments.into()),
    ];
    at.out.line("handover-given", &facts)?;
    at.out.line("handover-digest", &[("digest", report.sha256.clone().into())])?;
    without(report.without, at)?;
    holds(&report.holds, at)?;
    at.out.object(&report)?;
    Ok(report.exit_code())
}

fn take(a: &args::HandoverTake, at: &Context<'_>) -> Result<u8, Failure> {
    let (places, by) = operator(at, &a.acting)?;
    let job = Take {
        package: a.package.clone(),
        trusted: a.trusted_keys.clone(),
        custodian: a.custodian.clone(),
        receipt: a.receipt.clone(),
    };
    let report = with_progress(at, |p| handovers::take(&places, &by, &job, now(), p))?;
    let facts = [
        ("custodian", report.custodian.clone().into()),
        ("entry", report.entry.into()),
        ("messages", report.records.into()),
        ("attachments", report.attachments.into()),
    ];
    at.out.line(if report.again { "handover-taken-before" } else { "handover-taken" }, &facts)?;
    without(report.without, at)?;
    holds(&report.holds, at)?;
    at.out.line("handover-receipt", &[("path", report.receipt.clone().into())])?;
    at.out.object(&report)?;
    Ok(report.exit_code())
}

fn finish(a: &args::HandoverFinish, at: &Context<'_>) -> Result<u8, Failure> {
    let (places, by) = operator(at, &a.acting)?;
    let report = handovers::finish(&places, &by, &a.receipt, now()).map_err(Failure::of_job)?;
    let facts = [("entry", report.received.into()), ("messages", report.records.into())];
    at.out.line("handover-received", &facts)?;
    match (&report.request, &report.barred) {
        (Some(request), _) => at.out.line("handover-let-go", &[("request", request.clone().into())])?,
        (None, Some(why)) => at.out.line("handover-barred", &[("why", why.clone().into())])?,
        (None, None) => at.out.line("handover-nothing-left", &[])?,
    }
    at.out.object(&report)?;
    Ok(report.exit_code())
}

fn list(a: &args::HoldList, at: &Context<'_>) -> Result<u8, Failure> {
    let places = places(at, &a.at)?;
    let waiting = handovers::waiting(&places, now()).map_err(Failure::of_job)?;
    for request in &waiting {
        let facts = [
            ("request", request.request.clone().into()),
            ("decision", request.decision.clone().into()),
            ("custodian", request.custodian.clone().into()),
            ("receiver", request.receiver.clone().into()),
            ("approvals", request.approvals.into()),
        ];
        at.out.line("handover-waiting", &facts)?;
        at.out.line("handover-words", &[("words", request.words.clone().into())])?;
    }
    let given = handovers::given(&places).map_err(Failure::of_job)?;
    for one in &given {
        state(one, at)?;
    }
    let taken = handovers::taken(&places).map_err(Failure::of_job)?;
    for one in &taken {
        let facts = [
            ("entry", one.entry.into()),
            ("custodian", one.custodian.clone().into()),
            ("giver", one.giver.clone().into()),
            ("messages", one.records.into()),
        ];
        at.out.line("handover-was-taken", &facts)?;
    }
    at.out.object(&serde_json::json!({ "waiting": waiting, "given": given, "taken": taken }))?;
    Ok(0)
}

/// How far a hand-over has come.
pub(super) fn state(one: &handovers::GivenOver, at: &Context<'_>) -> Result<(), Failure> {
    let facts = [
        ("entry", one.entry.into()),
        ("custodian", one.custodian.clone().into()),
        ("receiver", one.receiver.clone().into()),
        ("messages", one.records.into()),
    ];
    let key = if one.received.is_some() { "handover-state-received" } else { "handover-state-given" };
    at.out.line(key, &facts)
}

fn holds(holds: &[u64], at: &Context<'_>) -> Result<(), Failure> {
    for hold in holds {
        at.out.line("handover-hold", &[("hold", (*hold).into())])?;
    }
    Ok(())
}

fn without(without: Without, at: &Context<'_>) -> Result<(), Failure> {
    let Without { withheld, erased, disposed } = without;
    if withheld + erased + disposed == 0 {
        return Ok(());
    }
    let facts = [("withheld", withheld.into()), ("erased", erased.into()), ("disposed", disposed.into())];
    at.out.line("handover-without", &facts)
}
