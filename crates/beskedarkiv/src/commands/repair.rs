//! `repair`: lists of known messages that damage keeps from being read, made anew.

use super::Context;
use super::jobs::{now, numbers, operator, with_progress};
use crate::args::Repair;
use crate::failure::Failure;

pub(super) fn repair(a: &Repair, at: &Context<'_>) -> Result<u8, Failure> {
    let (places, by) = operator(at, &a.acting)?;
    let report = with_progress(at, |p| pipeline::repair::repair(&places, &by, a.partly, now(), p))?;
    let Some(entry) = report.entry else {
        at.out.line("repair-nothing", &[])?;
        at.out.object(&report)?;
        return Ok(report.exit_code());
    };
    at.out.line("repair-done", &[("entry", entry.into())])?;
    numbers(
        at,
        &[
            ("count-lists", report.lists),
            ("count-lists-unreadable", report.unreadable),
            ("count-listed-again", report.listed_again),
            ("count-unopened", report.unopened),
            ("count-damaged", report.damaged),
        ],
    )?;
    if report.unopened > 0 || report.damaged > 0 {
        at.out.line("repair-twice", &[])?;
    }
    if report.erasures {
        at.out.line("repair-erasures", &[])?;
    }
    at.out.object(&report)?;
    Ok(report.exit_code())
}
