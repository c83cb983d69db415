//! `erase`: single messages go, because a person found them private or somebody ordered it.

use pipeline::disposal::{self as disposals, Kind};
use pipeline::erasure::{self, NewErasure};

use super::Context;
use super::disposal::{certificates, confirm, given, state};
use super::jobs::{now, operator, places};
use crate::args::{self, Erase};
use crate::failure::Failure;
use crate::table::Table;

pub(super) fn erase(command: Erase, at: &Context<'_>) -> Result<u8, Failure> {
    match command {
        Erase::Request(a) => request(a, at),
        Erase::Approve(a) => {
            let (places, by) = operator(at, &a.acting)?;
            let done = erasure::approve(&places, &by, &a.request, now()).map_err(Failure::of_job)?;
            at.out.line("request-approved", &[("approvals", done.approvals.into())])?;
            at.out.object(&done)?;
            Ok(0)
        }
        Erase::Run(a) => run(&a, at),
        Erase::Confirm(a) => confirm(&a, at),
        Erase::List(a) => list(&a, at),
        Erase::Certificate(a) => certificates(&a, Kind::Erasure, at),
    }
}

fn request(a: args::EraseRequest, at: &Context<'_>) -> Result<u8, Failure> {
    let (places, by) = operator(at, &a.acting)?;
    let mut messages: Vec<(u64, u32)> = a.messages.iter().map(|m| (m.0, m.1)).collect();
    if let Some(production) = &a.production {
        messages.extend(erasure::numbered(production, &a.numbers).map_err(Failure::of_job)?);
    }
    let new = NewErasure {
        custodian: a.custodian,
        messages,
        ground: a.ground,
        reason: a.reason.one()?,
        decision: a.decision.one()?,
    };
    let report = erasure::ask(&places, &by, &new, now()).map_err(Failure::of_job)?;
    let mut table = Table::new(&[3, 4]);
    for b in &report.buckets {
        let month: String = b.month.to_string().chars().take(7).collect();
        let counts = [b.messages.to_string(), b.attachments.to_string()];
        let [messages, attachments] = counts;
        table.row([b.custodian.clone(), month, b.class.clone(), messages, attachments]);
    }
    at.out.table(&table)?;
    for (entry, place) in &report.alike {
        at.out.line("erase-alike", &[("message", format!("{entry}:{place}").into())])?;
    }
    at.out.line("erase-asked", &[("request", report.asked.request.clone().into())])?;
    at.out.object(&report)?;
    Ok(report.exit_code())
}

fn run(a: &args::RequestRun, at: &Context<'_>) -> Result<u8, Failure> {
    let (places, by) = operator(at, &a.acting)?;
    let copies = given(&places, &by, &a.with)?;
    let done = erasure::run(&places, &by, a.request.as_deref(), &copies, now()).map_err(Failure::of_job)?;
    super::disposal::done("erase-done", &done, at)
}

fn list(a: &args::HoldList, at: &Context<'_>) -> Result<u8, Failure> {
    let places = places(at, &a.at)?;
    let waiting = erasure::waiting(&places, now()).map_err(Failure::of_job)?;
    for request in &waiting {
        let messages: u64 = request.buckets.iter().map(|b| b.messages).sum();
        let numbers = [("messages", messages.into()), ("approvals", request.approvals.into())];
        let words =
            [("request", request.request.clone().into()), ("decision", request.decision.clone().into())];
        at.out.line("erase-waiting", &[&words[..], &numbers].concat())?;
    }
    let mut all = disposals::certificates(&places).map_err(Failure::of_job)?;
    all.retain(|c| c.kind == Kind::Erasure);
    for certificate in &all {
        state(certificate, at)?;
    }
    at.out.object(&serde_json::json!({ "waiting": waiting, "erasures": all }))?;
    Ok(0)
}
