//! `hold` and `dispose`: what must stay whatever its time, and what goes when its time has come.

use pipeline::disposal::{self as disposals, Certificate, Copies, Decision, Kind, State};
use pipeline::holds::{self, NewHold};
use pipeline::{Operator, Places};

use super::Context;
use super::jobs::{now, operator, places, second, with_progress};
use crate::args::{self, Dispose, Hold};
use crate::failure::Failure;
use crate::table::Table;

pub(super) fn hold(command: Hold, at: &Context<'_>) -> Result<u8, Failure> {
    match command {
        Hold::Place(a) => {
            Failure::of_period(a.from, a.to)?;
            let (places, by) = operator(at, &a.acting)?;
            let new = NewHold {
                custodians: a.custodians,
                from: a.from,
                to: a.to,
                services: a.services,
                case: a.case.one()?,
                decision: a.decision.one()?,
                received_at: a.received,
                auto_delete_stopped: a.auto_delete_stopped,
            };
            let report = holds::place(&places, &by, &new, now()).map_err(Failure::of_job)?;
            at.out.line("hold-placed", &[("hold", report.hold.into())])?;
            if !report.auto_delete_stopped {
                at.out.line("hold-phones", &[("hold", report.hold.into())])?;
            }
            at.out.object(&report)?;
            Ok(report.exit_code())
        }
        Hold::Note(a) => {
            let (places, by) = operator(at, &a.acting)?;
            let report = holds::note(&places, &by, a.hold, now()).map_err(Failure::of_job)?;
            at.out.line("hold-noted", &[("hold", report.hold.into())])?;
            at.out.object(&report)?;
            Ok(0)
        }
        Hold::Release(a) => {
            let (places, by) = operator(at, &a.acting)?;
            let second = second(at, a.second_identity.as_deref(), a.second_passphrase_file.as_deref())?;
            let second = places.unlock_by(&second).map_err(Failure::of_job)?;
            let decision = a.decision.one()?;
            let report = holds::release(&places, (&by, &second), a.hold, &decision, a.grace, now())
                .map_err(Failure::of_job)?;
            let until = report.free_from.clone().unwrap_or_default();
            at.out.line("hold-released", &[("hold", report.hold.into()), ("date", until.into())])?;
            at.out.object(&report)?;
            Ok(0)
        }
        Hold::List(a) => {
            let listed = holds::list(&places(at, &a.at)?, now()).map_err(Failure::of_job)?;
            let mut table = Table::default();
            for h in &listed {
                let period =
                    format!("{} – {}", h.from.clone().unwrap_or_default(), h.to.clone().unwrap_or_default());
                let who = if h.custodians.is_empty() { "*".to_owned() } else { h.custodians.join(",") };
                let state = at.out.texts().word(h.state);
                let until = h.free_from.clone().unwrap_or_default();
                table.row([format!("[{}]", h.hold), who, period, h.case.clone(), state, until]);
            }
            at.out.table(&table)?;
            for h in listed.iter().filter(|h| h.free_from.is_none() && !h.auto_delete_stopped) {
                at.out.line("hold-phones", &[("hold", h.hold.into())])?;
            }
            at.out.object(&listed)?;
            Ok(0)
        }
    }
}

pub(super) fn dispose(command: Dispose, at: &Context<'_>) -> Result<u8, Failure> {
    match command {
        Dispose::Plan(a) => plan(&a, at),
        Dispose::Show(a) => {
            let plan = disposals::show(&places(at, &a.at)?, &a.plan, now()).map_err(Failure::of_job)?;
            waits(&plan, at)?;
            at.out.table(&planned(&plan.buckets))?;
            at.out.object(&plan)?;
            Ok(0)
        }
        Dispose::Approve(a) => {
            let (places, by) = operator(at, &a.acting)?;
            let done = disposals::approve(&places, &by, &a.plan, now()).map_err(Failure::of_job)?;
            let numbers = [("buckets", done.buckets.into()), ("approvals", done.approvals.into())];
            at.out.line("dispose-approved", &numbers)?;
            at.out.object(&done)?;
            Ok(0)
        }
        Dispose::Run(a) => {
            let (places, by) = operator(at, &a.acting)?;
            let copies = given(&places, &by, &a.with)?;
            let done =
                disposals::run(&places, &by, a.plan.as_deref(), &copies, now()).map_err(Failure::of_job)?;
            self::done("dispose-done", &done, at)
        }
        Dispose::Confirm(a) => confirm(&a, at),
        Dispose::List(a) => {
            let places = places(at, &a.at)?;
            let waiting = disposals::waiting(&places, now()).map_err(Failure::of_job)?;
            waiting.iter().try_for_each(|plan| waits(plan, at))?;
            let mut all = disposals::certificates(&places).map_err(Failure::of_job)?;
            all.retain(|c| c.kind == Kind::Disposal);
            for certificate in &all {
                state(certificate, at)?;
            }
            at.out.object(&all)?;
            Ok(0)
        }
        Dispose::Certificate(a) => certificates(&a, Kind::Disposal, at),
        Dispose::Preservation(a) => {
            let decision =
                Decision::new(&a.decision, a.custodians, a.reference.one()?).map_err(Failure::of_job)?;
            let (places, by) = operator(at, &a.acting)?;
            let entry = disposals::decide(&places, &by, &decision, now()).map_err(Failure::of_job)?;
            at.out.line("dispose-decided", &[("entry", entry.into())])?;
            at.out.object(&serde_json::json!({ "entry": entry }))?;
            Ok(0)
        }
        Dispose::Today(a) => {
            let (places, by) = operator(at, &a.acting)?;
            let entry = disposals::confirm_day(&places, &by, a.date, now()).map_err(Failure::of_job)?;
            at.out.line("dispose-day", &[("date", a.date.to_string().into()), ("entry", entry.into())])?;
            at.out.object(&serde_json::json!({ "day": a.date.to_string(), "entry": entry }))?;
            Ok(0)
        }
    }
}

pub(super) fn confirm(a: &args::DisposeConfirm, at: &Context<'_>) -> Result<u8, Failure> {
    let (places, by) = operator(at, &a.acting)?;
    let reference = a.reference.as_ref().map(args::Fact::one).transpose()?;
    let entry = disposals::confirm(&places, &by, a.entry, &a.copy, reference.as_deref(), now())
        .map_err(Failure::of_job)?;
    at.out.line("dispose-confirmed", &[("entry", a.entry.into())])?;
    at.out.object(&serde_json::json!({ "disposal": a.entry, "entry": entry }))?;
    Ok(0)
}

pub(super) fn certificates(
    a: &args::DisposeCertificate,
    kind: Kind,
    at: &Context<'_>,
) -> Result<u8, Failure> {
    let places = places(at, &a.at)?;
    let all = disposals::certificates(&places).map_err(Failure::of_job)?;
    let wanted = all.iter().filter(|c| c.kind == kind && a.entry.is_none_or(|entry| c.entry == entry));
    let mut written = Vec::new();
    for certificate in wanted {
        written.push(disposals::write(&places, certificate, &a.out).map_err(Failure::of_job)?);
        state(certificate, at)?;
    }
    for files in &written {
        at.out.plain(&format!("  {}", files.html.display()))?;
    }
    at.out.object(&written)?;
    Ok(0)
}

/// Takes shares of the epoch's key in; the copies that are known.
pub(super) fn given(places: &Places, by: &Operator, with: &args::Destroying) -> Result<Copies, Failure> {
    if !with.shares.is_empty() {
        pipeline::custody::give(places, by, &with.shares).map_err(Failure::of_job)?;
    }
    Ok(Copies { names: with.copies.clone(), no_others: with.no_other_copies })
}

/// Tells what was carried out; `key` says it of one entry.
pub(super) fn done(key: &str, done: &disposals::RunReport, at: &Context<'_>) -> Result<u8, Failure> {
    for entry in &done.closed {
        at.out.line(key, &[("entry", (*entry).into())])?;
    }
    if !done.closed.is_empty() {
        pending(&done.pending, at)?;
    }
    if done.split_again {
        at.out.line("split-again", &[])?;
    }
    at.out.object(done)?;
    Ok(if done.closed.is_empty() { 0 } else { done.exit_code() })
}

fn waits(plan: &disposals::WaitingPlan, at: &Context<'_>) -> Result<(), Failure> {
    let facts = [("plan", plan.plan.clone().into()), ("date", plan.day.to_string().into())];
    let messages: u64 = plan.buckets.iter().map(|b| b.records).sum();
    let numbers = [("messages", messages.into()), ("approvals", plan.approvals.into())];
    at.out.line("dispose-waiting", &[&facts[..], &numbers].concat())
}

/// What may be disposed of: whose, month, class, since when, how many messages, rules.
fn planned(buckets: &[disposals::PlannedBucket]) -> Table {
    let mut sorted: Vec<_> = buckets.iter().collect();
    sorted.sort_by_key(|b| (&b.custodian, b.month, &b.class));
    let mut table = Table::new(&[4]);
    for b in sorted {
        let month = b.month.to_string().chars().take(7).collect();
        let due = b.due.to_string();
        table.row([
            b.custodian.clone(),
            month,
            b.class.clone(),
            due,
            b.records.to_string(),
            b.rules.join(" "),
        ]);
    }
    table
}

fn plan(a: &args::DisposePlan, at: &Context<'_>) -> Result<u8, Failure> {
    let (places, by) = operator(at, &a.acting)?;
    let report = with_progress(at, |p| disposals::plan(&places, &by, now(), p))?;
    at.out.table(&planned(&report.buckets))?;
    let mut table = Table::default();
    for b in &report.barred {
        let month = b.month.to_string().chars().take(7).collect();
        table.row([b.custodian.clone(), month, b.class.clone(), b.why.clone()]);
    }
    if !report.barred.is_empty() {
        at.out.line("dispose-barred", &[])?;
        at.out.table(&table)?;
    }
    if report.unopened > 0 {
        at.out.line("verify-unopened", &[("n", report.unopened.into())])?;
    }
    match &report.plan {
        Some(plan) => {
            let day = report.day.to_string();
            at.out.line("dispose-planned", &[("plan", plan.clone().into()), ("date", day.into())])?;
        }
        None => at.out.line("dispose-nothing", &[("date", report.day.to_string().into())])?,
    }
    at.out.object(&report)?;
    Ok(report.exit_code())
}

pub(super) fn state(c: &Certificate, at: &Context<'_>) -> Result<(), Failure> {
    let key = match (c.kind, c.state) {
        (Kind::Disposal, State::Begun) => "dispose-state-begun",
        (Kind::Disposal, State::Pending) => "dispose-state-pending",
        (Kind::Disposal, State::Final) => "dispose-state-final",
        (Kind::Erasure, State::Begun) => "erase-state-begun",
        (Kind::Erasure, State::Pending) => "erase-state-pending",
        (Kind::Erasure, State::Final) => "erase-state-final",
        (Kind::Transfer, State::Begun) => "transfer-state-begun",
        (Kind::Transfer, State::Pending) => "transfer-state-pending",
        (Kind::Transfer, State::Final) => "transfer-state-final",
    };
    let why = c.why.as_ref();
    let facts = [
        ("entry", c.entry.into()),
        ("buckets", c.buckets.len().into()),
        ("messages", why.map_or(0, |w| w.messages).into()),
        ("decision", why.map(|w| w.decision.clone()).unwrap_or_default().into()),
    ];
    at.out.line(key, &facts)?;
    pending(&c.pending, at)
}

fn pending(copies: &[String], at: &Context<'_>) -> Result<(), Failure> {
    for copy in copies {
        at.out.line("dispose-pending", &[("copy", at.out.texts().word(copy).into())])?;
    }
    Ok(())
}
