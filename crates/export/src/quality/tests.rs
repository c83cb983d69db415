//! What the page says, and that it says what was not done.

use super::*;

fn full() -> QualityReport {
    let decided = |rule, model, person| Decided { rule, model, person };
    QualityReport {
        marking: None,
        archive: "01926f3a".to_owned(),
        scope: "minister-1, raadgiver-2".to_owned(),
        period: (Some("2026-10-01".to_owned()), Some("2026-10-31".to_owned())),
        made_at: "2026-11-26".to_owned(),
        mode: Machine::Sort,
        model: "19e59da579e3a742".to_owned(),
        policy: "5f2c90aa1b3d4e6f".to_owned(),
        counts: Counts {
            kept: decided(212, 1_640, 311),
            personnel: decided(0, 18, 64),
            private: decided(97, 402, 255),
            misdirected: decided(0, 3, 9),
            journalised: decided(12, 0, 4),
            unstated: Decided::default(),
            undecided: 21,
            waiting: 37,
            rules_apart: true,
        },
        sample: Some(Judged {
            pile: 864,
            drawn: 299,
            judged: 299,
            blind: 280,
            found: 1,
            at_most: 11,
            seed: "2026-11-01 24 17 08 36 11".to_owned(),
            rule: "beskedarkiv draw 1".to_owned(),
        }),
        recall_at_least: Some(0.99494),
        presumed: Some(0.8),
        pair: Some(Pair { both: 50, alike: 46, kappa: Some((0.79, 0.61)) }),
        curve: Some(Curve {
            messages: 1668,
            own: false,
            chosen: Some(0.01),
            points: [
                (0.002, 1.0, 0.047),
                (0.005, 0.9945, 0.1389),
                (0.01, 0.9918, 0.2821),
                (0.02, 0.9863, 0.4006),
            ]
            .map(|(below, kept, excluded)| Point { below, kept, excluded })
            .to_vec(),
        }),
        drift: Some(Drift {
            messages: 2_965,
            index: 0.183,
            noise: 0.014,
            unknown_then: Some(0.119),
            unknown_now: 0.142,
            reading: Reading::Watch,
        }),
        measured: vec![
            measured(Material::SameHand, 801, 1.0, 0.9921, 0.342, 0.436, 0.111),
            measured(Material::OtherHand, 1668, 0.9932, 0.9857, 0.2553, 0.6013, 0.128),
        ],
    }
}

fn measured(
    material: Material,
    messages: u64,
    kept: f64,
    at_least: f64,
    excluded: f64,
    review: f64,
    distance: f64,
) -> Measured {
    Measured { material, messages, kept, at_least, excluded, review, distance: Some(distance) }
}

#[track_caller]
fn says(report: &QualityReport, lang: Lang, sentences: &[&str]) {
    let page = quality_page(report, lang);
    for sentence in sentences {
        assert!(page.contains(sentence), "{sentence}");
    }
    assert!(!page.contains("{1}") && !page.contains("{5}"), "every place is filled");
}

#[test]
fn in_danish() {
    says(
        &full(),
        Lang::Da,
        &[
            "3.085 beskeder er sorteret: 2.184 er bevaret, 864 er holdt ude, og 37 venter",
            "Af de 299 beskeder i stikprøven, der var holdt ude, havde 1 arbejdsindhold. Med 95 % sikkerhed har højst 11 af de 864 beskeder, stikprøven er trukket af, det (1,28 %)",
            "Mindst 99,49 % af alle arbejdsbeskeder",
            "Det forudsætter, at mindst 80 % af det bevarede er arbejde; det er ikke bedømt.",
            "I det, den lærte af, var det 11,9 %.",
            "19 bedømmelser blev givet af en, der kunne se programmets svar",
            "Kappa er 0,79 (mindst 0,61)",
            "1 % (valgt)",
            "Ikke helt. Der bør læses flere",
            "Opdigtet, anden hånd",
            "Myndighedens egne beskeder er ikke mærket",
            "1. oktober 2026 – 31. oktober 2026",
        ],
    );
}

#[test]
fn in_english() {
    says(
        &full(),
        Lang::En,
        &[
            "3,085 messages were sorted",
            "at most 11 of the 864 messages it was drawn from do (1.28 %)",
            "Kappa is 0.79 (at least 0.61)",
            "1 % (chosen)",
            "<html lang=\"en\">",
        ],
    );
}

/// Where the log does not tell a rule from the model, no rule is made up.
#[test]
fn the_machine_in_one_column() {
    let mut report = full();
    (report.counts.rules_apart, report.counts.unstated.person) = (false, 5);
    says(
        &report,
        Lang::En,
        &["By the machine (rule or model)", "<td class=\"n\">2,384</td>", "no ground stated"],
    );
    let page = quality_page(&report, Lang::En);
    assert!(!page.contains("By a rule") && !page.contains("By the model<"));
    assert!(!quality_page(&full(), Lang::En).contains("no ground stated"), "no row for nothing");
}

#[test]
fn what_was_not_done_is_said() {
    let nothing = QualityReport::default();
    says(
        &nothing,
        Lang::Da,
        &[
            "Der er endnu ikke bedømt nogen stikprøve",
            "Ingen beskeder er bedømt af to",
            "Er ikke målt",
            "0 beskeder er sorteret",
        ],
    );
    let mut open = full();
    open.sample.as_mut().unwrap().judged = 120;
    says(&open, Lang::Da, &["Stikprøven er ikke færdig: 120 af 299"]);
    let page = quality_page(&open, Lang::Da);
    assert!(!page.contains("Mindst 99") && !page.contains("Kan højst være"), "no bound from half a sample");
    let mut drifted = full();
    drifted.drift.as_mut().unwrap().reading = Reading::Drifted;
    says(&drifted, Lang::Da, &["Beskederne ligner ikke dem", "Intet bør holdes ude af maskinen"]);
    let certain = Some(Pair { both: 9, alike: 9, kappa: None });
    says(&QualityReport { pair: certain, ..full() }, Lang::Da, &["Kappa kan ikke regnes ud"]);
}

#[test]
fn rounding_flatters_nobody() {
    let report = QualityReport::default();
    let sheet = Sheet { report: &report, lang: Lang::En };
    assert_eq!(sheet.percent(0.999_96, Round::Down), "99.99 %");
    assert_eq!(sheet.percent(1.0, Round::Down), "100 %");
    assert_eq!(sheet.percent(0.000_01, Round::Up), "0.01 %");
    assert_eq!(sheet.percent(0.0, Round::Up), "0 %");
    assert_eq!(sheet.percent(0.29, Round::Down), "29 %");
    assert_eq!(sheet.percent(0.07, Round::Up), "7 %");
    assert_eq!(sheet.number(1_234_567), "1,234,567");
    assert_eq!(sheet.number(0), "0");
}

#[test]
fn one_file_and_nothing_runs() {
    let hostile = QualityReport { scope: "<script>x</script>{1}".to_owned(), ..full() };
    let page = quality_page(&hostile, Lang::Da);
    assert!(page.contains("&lt;script&gt;x"), "escaped");
    for outside in ["<script", "http:", "https:", "src=", "<link", "<img", "url("] {
        assert!(!page.contains(outside), "{outside}");
    }
    for inside in
        ["default-src 'none'", "<style>", "<main id=\"main\">", "scope=\"row\"", "scope=\"col\"", "<caption>"]
    {
        assert!(page.contains(inside), "{inside}");
    }
    assert_eq!(page, quality_page(&hostile, Lang::Da), "the same report, the same bytes");
}

/// Writes the page where `BESKEDARKIV_PAGES` says, to be looked at.
#[test]
fn shown() {
    if let Some(folder) = std::env::var_os("BESKEDARKIV_PAGES") {
        std::fs::write(std::path::Path::new(&folder).join("quality.html"), quality_page(&full(), Lang::Da))
            .unwrap();
    }
}
