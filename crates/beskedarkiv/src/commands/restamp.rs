//! `restamp`: what lies in the archive gets the periods that the register gives today.

use pipeline::restamp::{self as restamps, Restamped};

use super::Context;
use super::jobs::{now, operator, places, with_progress};
use crate::args::{self, Restamp};
use crate::failure::Failure;
use crate::table::Table;

pub(super) fn restamp(command: Restamp, at: &Context<'_>) -> Result<u8, Failure> {
    match command {
        Restamp::Request(a) => request(&a, at),
        Restamp::Approve(a) => {
            let (places, by) = operator(at, &a.acting)?;
            let done = restamps::approve(&places, &by, &a.request, now()).map_err(Failure::of_job)?;
            at.out.line("request-approved", &[("approvals", done.approvals.into())])?;
            at.out.object(&done)?;
            Ok(0)
        }
        Restamp::Run(a) => {
            let (places, by) = operator(at, &a.acting)?;
            let done = restamps::run(&places, &by, &a.request, now()).map_err(Failure::of_job)?;
            let facts =
                [("entry", done.entry.into()), ("n", done.changed.into()), ("buckets", done.buckets.into())];
            at.out.line("restamp-done", &facts)?;
            at.out.object(&done)?;
            Ok(0)
        }
        Restamp::List(a) => {
            let waiting = restamps::waiting(&places(at, &a.at)?, now()).map_err(Failure::of_job)?;
            for request in &waiting {
                let key = if request.needs_approval { "restamp-waiting-two" } else { "restamp-waiting" };
                let words =
                    [("request", request.request.clone().into()), ("approvals", request.approvals.into())];
                at.out.line(key, &words)?;
                table(&request.buckets, at)?;
            }
            at.out.object(&waiting)?;
            Ok(0)
        }
    }
}

fn request(a: &args::RestampRequest, at: &Context<'_>) -> Result<u8, Failure> {
    let (places, by) = operator(at, &a.acting)?;
    let reference = a.reference.one()?;
    let only = a.custodian.as_deref();
    let report = with_progress(at, |p| restamps::ask(&places, &by, only, &reference, now(), p))?;
    table(&report.buckets, at)?;
    if report.unopened > 0 {
        at.out.line("verify-unopened", &[("n", report.unopened.into())])?;
    }
    let request = report.asked.as_ref().map(|asked| asked.request.clone().into());
    match (request, report.needs_approval) {
        (None, _) => at.out.line("restamp-nothing", &[])?,
        (Some(request), false) => at.out.line("restamp-asked", &[("request", request)])?,
        (Some(request), true) => at.out.line("restamp-asked-two", &[("request", request)])?,
    }
    at.out.object(&report)?;
    Ok(report.exit_code())
}

fn table(buckets: &[Restamped], at: &Context<'_>) -> Result<(), Failure> {
    let mut table = Table::new(&[6, 7]);
    for b in buckets {
        let month: String = b.month.to_string().chars().take(7).collect();
        let (before, after) = (b.before.due.to_string(), b.after.due.to_string());
        table.row([
            b.custodian.clone(),
            month,
            b.before.class.clone(),
            before,
            b.after.class.clone(),
            after,
            b.changed.to_string(),
            b.earlier.to_string(),
            b.after.rules.join(" "),
        ]);
    }
    at.out.table(&table)
}
