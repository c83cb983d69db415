//! The receipt of an ingest, in Danish, to be printed and signed: counts and the state of the chain,
//! nothing that says who wrote what. It stays one or two pages, whatever was found: the report has the rest.

use std::fmt::Write;

use jiff::civil::Date;

use crate::compare::Vanished;
use crate::ingest::{IngestReport, RunReport};
use crate::words::{self, Line};

/// Columns of a page.
const WIDTH: usize = 72;

/// Most lines of findings on a receipt; two pages have some 110 lines in all.
const MOST_LINES: usize = 60;

/// Most months of which it is said what vanished.
const MOST_MONTHS: usize = 6;

/// The receipt as plain text, [`WIDTH`] columns.
pub(crate) fn text(report: &IngestReport, today: Date) -> String {
    let mut out = String::new();
    let mut line = |text: &str| {
        // writing to a String does not fail
        let _: Result<(), _> = writeln!(out, "{text}");
    };
    line("KVITTERING FOR INDLÆSNING AF BESKEDER");
    line("=====================================");
    line("");
    line(&format!("Dato                           {today}"));
    line(&format!("Arkiv                          {}", report.archive));
    line(&format!("Ansvarlig (id)                 {}", report.custodian));
    let room = MOST_LINES / report.runs.len().max(1);
    for run in &report.runs {
        line("");
        line(&format!("Kilde                          {}", words::source(&run.source)));
        line(&format!("Kopiens dato                   {}", run.copy_date));
        line(&format!(
            "Kørsel                         {}",
            run.run.as_deref().unwrap_or("intet nyt, intet tilføjet")
        ));
        if let Some(marking) = run.marking {
            line(&format!("Højeste klassifikation         {marking}"));
        }
        for (what, n) in [
            ("Rækker i kilden", run.tally.seen),
            ("  heraf beskeder", run.tally.messages),
            ("  heraf dele af beskeder", run.tally.folded),
            ("  heraf ulæselige", run.tally.unreadable),
            ("Nye beskeder", run.new),
            ("Set før, uændrede", run.seen_again),
            ("Set før, ændrede", run.changed),
            ("Set før i en anden slags kilde", run.seen_elsewhere),
            ("Venter på et menneske", run.review),
            ("  heraf forslag om udeladelse", run.proposals),
            ("Udeladt, kan hentes tilbage", run.excluded),
            ("Holdt tilbage tidligere", run.withheld_again),
            ("Over opbevaringsfristen", run.expired),
            ("Vedhæftninger gemt", run.attachments),
            ("Vedhæftninger mangler", run.attachments_missing),
        ] {
            line(&format!("{what:<31}{n}"));
        }
        for (change, n) in &run.changes {
            line(&format!("  {:<36}{n}", changed(change)));
        }
        if run.reappeared > 0 {
            line(&format!("{:<31}{}", "Manglede før, er der igen", run.reappeared));
        }
        vanished(&run.vanished).iter().for_each(|text| line(text));
        sorted_as(run).iter().for_each(|text| line(text));
        for (route, n) in run.routes.iter().filter(|_| !run.sorting.model.is_empty()) {
            line(&format!("  {:<36}{n}", danish(route)));
        }
        for (class, n) in &run.classes {
            line(&format!("Opbevaringsklasse {class:<13}{n}"));
        }
        if run.device_registered {
            line("Enheden er registreret som den ansvarliges første: kontrollér den.");
        }
        if !run.findings.is_empty() {
            line("");
            line("Forhold, der skal ses på");
            findings(run, room).iter().for_each(|text| line(text));
        }
    }
    line("");
    line(&format!("Kædens længde                  {}", report.size));
    line("Kædens rod (SHA-256)");
    let root = report.root.as_bytes();
    for half in root.chunks(32) {
        let groups: Vec<&str> = half.chunks(8).filter_map(|c| std::str::from_utf8(c).ok()).collect();
        line(&format!("                               {}", groups.join(" ")));
    }
    line("");
    line("Kopieret af                    ______________________________  dato __________");
    line("");
    line("Set af                         ______________________________  dato __________");
    out
}

/// The findings in words, as far as there is room; the rest is counted.
fn findings(run: &RunReport, room: usize) -> Vec<String> {
    let said = words::lines(&run.findings, false);
    let mut lines = Vec::new();
    let mut left = 0_usize;
    for said in &said {
        let more = match said {
            Line::Found(text) => words::wrapped(text, "  - ", "    ", WIDTH),
            Line::Advice(text) => words::wrapped(&format!("Gør: {text}"), "    ", "         ", WIDTH),
        };
        // advice belongs to what stands above it
        let is_found = matches!(said, Line::Found(_));
        if left > 0 || (is_found && lines.len() + more.len() > room) {
            left += usize::from(is_found);
        } else {
            lines.extend(more);
        }
    }
    if left > 0 {
        let rest = format!("Og {left} forhold mere; de står i rapporten (ingest --json).");
        lines.extend(words::wrapped(&rest, "  - ", "    ", WIDTH));
    }
    lines
}

/// What vanished since the last copy: the months with most, in order, and the rest counted.
fn vanished(all: &[Vanished]) -> Vec<String> {
    let mut largest: Vec<&Vanished> = all.iter().collect();
    largest.sort_by_key(|v| std::cmp::Reverse(v.messages));
    let rest = largest.split_off(largest.len().min(MOST_MONTHS));
    let mut lines: Vec<String> = all
        .iter()
        .filter(|v| largest.iter().any(|l| std::ptr::eq(*l, *v)))
        .map(|v| {
            let why = reason(&v.reason);
            format!("Forsvundet siden sidste kopi   {} fra {} ({why})", v.messages, v.month)
        })
        .collect();
    if !rest.is_empty() {
        let messages: u64 = rest.iter().map(|v| v.messages).sum();
        lines.push(format!("{:<31}{messages} fra {} andre måneder", "", rest.len()));
    }
    lines
}

/// What changed, in words.
fn changed(change: &str) -> &str {
    match change {
        "edited" => "heraf tekst eller bilag ændret",
        "unsent" => "heraf trukket tilbage",
        "deleted" => "heraf slettet på telefonen",
        _ => "heraf reaktioner m.m.",
    }
}

/// The likely reason why messages are gone, in words.
fn reason(reason: &str) -> &str {
    match reason {
        "disappearing_timer" => "forsvindende beskeder",
        "recently_deleted_purged" => "var slettet på telefonen",
        "expiry_setting" => "telefonen sletter selv gamle beskeder",
        _ => "ukendt årsag",
    }
}

/// How a run was sorted, in words.
fn sorted_as(run: &RunReport) -> Vec<String> {
    let s = &run.sorting;
    if s.model.is_empty() {
        return vec![format!("{:<31}nej, alt gemmes", "Sorteret")];
    }
    let how = match s.mode.as_str() {
        "sort" => "ja: gemt, udeladt eller til et menneske",
        "assist" => "ja: maskinen foreslår kun",
        "rules-only" => "kun efter faste regler",
        other => other,
    };
    vec![
        format!("{:<31}{how}", "Sorteret"),
        format!("{:<31}{}", "  efter model", s.model),
        format!("{:<31}{}", "  efter politik", s.policy),
        format!("{:<31}{} dage", "  frist for gennemsyn", s.review_days),
    ]
}

/// A route, ground and class: `exclude private E5`.
fn danish(route: &str) -> String {
    let word = |word: &str| match word {
        "keep" => "gemt".to_owned(),
        "review" => "til gennemsyn".to_owned(),
        "proposal" => "foreslået udeladt".to_owned(),
        "exclude" => "udeladt".to_owned(),
        "personnel" => "personale".to_owned(),
        "private" => "privat".to_owned(),
        "misdirected" => "fejlsendt".to_owned(),
        "journalised" => "journaliseret".to_owned(),
        other => other.to_owned(),
    };
    route.split(' ').map(word).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(runs: Vec<RunReport>) -> IngestReport {
        IngestReport { runs, root: "0123456789abcdef".repeat(4), ..IngestReport::default() }
    }

    /// A code of every kind, many of some, and some that are not known.
    fn everything() -> Vec<String> {
        let one = export::codes().flat_map(|c| {
            ["", ":7", ":7/8", ":sms:7", ":sms:7/8", ":sms", ": need 16 bytes, have 9"]
                .map(|d| format!("{c}{d}"))
        });
        let holes = (1..5000).map(|i| {
            format!("rows_absent_between:{}-{}:2025-01-01T11:23:12Z/2025-02-01T11:23:12Z", i * 10, i * 10 + 5)
        });
        let unknown = (0..5000).map(|i| format!("no_words_for_this:{i}"));
        one.chain(holes).chain(unknown).collect()
    }

    #[test]
    fn two_pages_whatever_the_source() {
        let months = (0..300).map(|i| Vanished {
            month: format!("{}-{:02}", 2000 + i / 12, 1 + i % 12),
            reason: "unknown".to_owned(),
            messages: i,
        });
        let run = RunReport { findings: everything(), vanished: months.collect(), ..RunReport::default() };
        let text = text(&report(vec![run]), jiff::civil::date(2026, 2, 20));
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.len() <= 110, "{} lines", lines.len());
        let wide: Vec<_> = lines.iter().filter(|l| l.chars().count() > WIDTH + 8).collect();
        assert_eq!(wide, [&""; 0]);
        assert!(text.contains("forhold mere; de står i"), "{text}");
        assert!(text.contains("299 fra 2024-12 "), "{text}");
        assert!(text.contains(" fra 294 andre måneder"), "{text}");
    }

    #[test]
    fn few_findings_stand_in_full() {
        let findings = ["keep_messages_days:30", "rows_absent:17/3"].map(str::to_owned).to_vec();
        let text = text(
            &report(vec![RunReport { findings, ..RunReport::default() }]),
            jiff::civil::date(2026, 2, 20),
        );
        for part in ["sletter selv beskeder efter 30 dage", "Gør: Indstil telefonen", "mangler der 17 numre"]
        {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains("forhold mere") && !text.contains("rows_absent"), "{text}");
    }
}
