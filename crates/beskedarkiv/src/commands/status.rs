//! `status`: the archive at a glance.

use pipeline::status::{CustodianStatus, status as look};

use super::Context;
use super::jobs::{in_words, now, places};
use crate::args;
use crate::failure::Failure;
use crate::table::Table;

pub(super) fn status(a: &args::Status, at: &Context<'_>) -> Result<u8, Failure> {
    let places = places(at, &a.at)?;
    let report = look(&places, a.custodian.as_deref(), now()).map_err(Failure::of_job)?;
    for custodian in &report.custodians {
        one(custodian, at)?;
    }
    if report.custodians.is_empty() {
        at.out.line("status-nobody", &[])?;
    }
    for handover in &report.handed_over {
        super::handover::state(handover, at)?;
    }
    if report.held_astray > 0 {
        super::review::told_astray(report.held_astray, &places, at);
    }
    for copy in &report.expired_key_copies {
        let day = ("day", copy.expires.to_string().into());
        at.out.line("status-expired-keys", &[("entry", copy.entry.into()), day])?;
    }
    if report.split_again {
        at.out.line("split-again", &[])?;
    }
    at.out.object(&report)?;
    Ok(report.exit_code())
}

fn one(c: &CustodianStatus, at: &Context<'_>) -> Result<(), Failure> {
    let texts = at.out.texts();
    at.out.plain(&c.id)?;
    let mut table = Table::default();
    let mut row = |key: &str, value: String| table.row([texts.say(key, &[]), value]);
    row("status-last", c.last_copy.clone().unwrap_or_else(|| texts.say("status-never", &[])));
    row("status-months", format!("{} / {}", c.months_with_copy, c.months));
    if c.monthly_copy {
        row("status-monthly", texts.say("yes", &[]));
    }
    if !c.overdue.is_empty() {
        row("status-overdue", spans(&c.overdue));
    }
    if !c.excused.is_empty() {
        row("status-excused", spans(&c.excused));
    }
    if c.stamped_otherwise > 0 {
        row("status-restamp", c.stamped_otherwise.to_string());
    }
    if c.open_reviews > 0 {
        let deadline = c.review_deadline.clone().unwrap_or_default();
        row("status-reviews", format!("{} ({deadline})", c.open_reviews));
    }
    at.out.table(&table)?;
    for s in &c.sources {
        at.out.line(
            "status-source",
            &[
                ("source", s.source.clone().into()),
                ("copies", s.copies.into()),
                ("first", s.first.clone().into()),
                ("last", s.last.clone().into()),
                ("new", s.new.into()),
            ],
        )?;
        for v in &s.vanished {
            let reason = texts.say(&format!("vanished-{}", v.reason), &[]);
            at.out.line(
                "status-vanished",
                &[("n", v.messages.into()), ("month", v.month.clone().into()), ("reason", reason.into())],
            )?;
        }
        for line in in_words(at, &s.findings) {
            at.out.plain(&format!("      {line}"))?;
        }
    }
    Ok(())
}

/// Months that follow each other as one: `2025-11 – 2026-02`.
fn spans(months: &[String]) -> String {
    let number = |m: &str| -> Option<i32> {
        let (year, month) = m.split_once('-')?;
        Some(year.parse::<i32>().ok()? * 12 + month.parse::<i32>().ok()?)
    };
    let mut spans: Vec<(&String, &String)> = Vec::new();
    for month in months {
        match spans.last_mut() {
            Some((_, last)) if number(last).zip(number(month)).is_some_and(|(a, b)| a + 1 == b) => {
                *last = month
            }
            _ => spans.push((month, month)),
        }
    }
    let shown = |(a, b): &(&String, &String)| if a == b { (*a).clone() } else { format!("{a} – {b}") };
    spans.iter().map(shown).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::spans;

    #[test]
    fn months_in_a_row_are_one_span() {
        let months = |m: &[&str]| m.iter().map(|m| (*m).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            spans(&months(&["2025-11", "2025-12", "2026-01", "2026-03"])),
            "2025-11 – 2026-01, 2026-03"
        );
        assert_eq!(spans(&[]), "");
    }
}
