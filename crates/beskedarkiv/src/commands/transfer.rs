//! `transfer`: messages that were taken in under the wrong person or phone go to the right one.

use pipeline::disposal::{self as disposals, Kind};
use pipeline::transfer::{self as transfers, NewTransfer};

use super::Context;
use super::disposal::{certificates, confirm, given, state};
use super::jobs::{now, operator, places};
use crate::args::{self, Transfer};
use crate::failure::Failure;
use crate::table::Table;

pub(super) fn transfer(command: Transfer, at: &Context<'_>) -> Result<u8, Failure> {
    match command {
        Transfer::Request(a) => request(a, at),
        Transfer::Approve(a) => {
            let (places, by) = operator(at, &a.acting)?;
            let done = transfers::approve(&places, &by, &a.request, now()).map_err(Failure::of_job)?;
            at.out.line("request-approved", &[("approvals", done.approvals.into())])?;
            at.out.object(&done)?;
            Ok(0)
        }
        Transfer::Run(a) => {
            let (places, by) = operator(at, &a.acting)?;
            let copies = given(&places, &by, &a.with)?;
            let done = transfers::run(&places, &by, a.request.as_deref(), &copies, now());
            super::disposal::done("transfer-done", &done.map_err(Failure::of_job)?, at)
        }
        Transfer::Confirm(a) => confirm(&a, at),
        Transfer::List(a) => list(&a, at),
        Transfer::Certificate(a) => certificates(&a, Kind::Transfer, at),
    }
}

fn request(a: args::TransferRequest, at: &Context<'_>) -> Result<u8, Failure> {
    let (places, by) = operator(at, &a.acting)?;
    let new = NewTransfer {
        from: a.from,
        to: a.to,
        device: a.device,
        runs: a.runs,
        messages: a.messages.iter().map(|m| (m.0, m.1)).collect(),
        reason: a.reason.one()?,
        decision: a.decision.one()?,
    };
    let report = transfers::ask(&places, &by, &new, now()).map_err(Failure::of_job)?;
    let mut table = Table::new(&[3, 4]);
    for b in &report.buckets {
        let month: String = b.month.to_string().chars().take(7).collect();
        let [messages, attachments] = [b.messages.to_string(), b.attachments.to_string()];
        table.row([b.custodian.clone(), month, b.class.clone(), messages, attachments]);
    }
    at.out.table(&table)?;
    at.out.line("transfer-asked", &[("request", report.asked.request.clone().into())])?;
    at.out.object(&report)?;
    Ok(0)
}

fn list(a: &args::HoldList, at: &Context<'_>) -> Result<u8, Failure> {
    let places = places(at, &a.at)?;
    let waiting = transfers::waiting(&places, now()).map_err(Failure::of_job)?;
    for request in &waiting {
        let messages: u64 = request.buckets.iter().map(|b| b.messages).sum();
        let facts = [
            ("request", request.request.clone().into()),
            ("decision", request.decision.clone().into()),
            ("from", request.from.clone().into()),
            ("to", request.to.clone().into()),
            ("messages", messages.into()),
            ("approvals", request.approvals.into()),
        ];
        at.out.line("transfer-waiting", &facts)?;
    }
    let mut all = disposals::certificates(&places).map_err(Failure::of_job)?;
    all.retain(|c| c.kind == Kind::Transfer);
    for certificate in &all {
        state(certificate, at)?;
    }
    at.out.object(&serde_json::json!({ "waiting": waiting, "transfers": all }))?;
    Ok(0)
}
