//! What the start page of a production says, and how its pages lie on paper and on a narrow screen.

#![allow(clippy::unwrap_used)]

use std::fs;

use export::{
    ArchiveInfo, Cover, Damaged, Exhibit, Formats, Found, Holds, Lang, Production, ProofFiles, certificate,
};

/// A message that says nothing.
fn message() -> model::Message {
    let core = [0xa3, 0, 1, 1, 0x60, 2, 0];
    let mut provenance = vec![0xa5, 1, 0x60, 2, 0x60, 3, 0x58, 32];
    provenance.extend([0; 32]);
    provenance.extend([4, 0x81, 5, 5, 0x60]);
    model::canonical::decode([&core, &[], &[], &[], &[], &[], &provenance]).unwrap()
}

/// What becomes of the proofs of a production.
#[derive(Clone, Copy, PartialEq)]
enum Proofs {
    Written,
    /// The log gave none.
    None,
    /// They were begun, and the log then gave none.
    Begun,
}

/// The start page of a production of so many messages.
fn start(lang: Lang, messages: usize, recorded: bool, proofs: Proofs) -> String {
    let dir = tempfile::tempdir().unwrap();
    let mut production = Production::begin(dir.path(), Cover::default(), lang, Formats::default()).unwrap();
    if proofs != Proofs::None {
        production.with_proofs(ProofFiles::EachMessage);
    }
    let exhibit = |_| {
        let archive = ArchiveInfo::default();
        Exhibit { message: Box::new(message()), older: vec![], also: vec![], archive }
    };
    production.month((0..messages).map(exhibit).collect(), &mut |_, _| Ok(Found::Missing)).unwrap();
    if proofs == Proofs::Written {
        for awaiting in production.awaiting() {
            production.proof(&awaiting.file, "proof").unwrap();
        }
    }
    if !recorded {
        let what = "signature does not match".to_owned();
        production
            .damaged(vec![Damaged { month: String::new(), entry: 1, holds: Holds::Log, what }], recorded);
    }
    production.finish("2026-11-26").unwrap();
    fs::read_to_string(dir.path().join("data/index.html")).unwrap()
}

/// Sentences that stand on a page, and sentences that do not.
#[track_caller]
fn check(page: &str, there: &[&str], absent: &[&str]) {
    for sentence in there {
        assert!(page.contains(sentence), "{sentence}");
    }
    for sentence in absent {
        assert!(!page.contains(sentence), "{sentence}");
    }
}

const RECORDED: [&str; 2] =
    ["Kædens rod ovenfor er arkivets, da udleveringen blev noteret", "is the archive's when the production"];
const REST: [&str; 2] = [
    "Kædens rod ovenfor er regnet af det, der er tilbage; udleveringen er ikke noteret i arkivet.",
    "The root of the chain above is computed from what is left; the production is not recorded in the archive.",
];
const PROVEN: [&str; 2] =
    ["Hver besked har et bevis i mappen proofs", "Every message has a proof in the folder proofs"];
const UNPROVEN: [&str; 2] = [
    "Der er ingen beviser i denne udlevering, fordi arkivets kæde ikke holder.",
    "There are no proofs in this production, because the archive's chain does not hold.",
];

#[test]
fn a_damaged_production_says_what_it_is() {
    for (i, lang) in [Lang::Da, Lang::En].into_iter().enumerate() {
        let page = |recorded, proofs| start(lang, 2, recorded, proofs);
        check(&page(true, Proofs::Written), &[RECORDED[i], PROVEN[i]], &[REST[i], UNPROVEN[i]]);
        for none in [Proofs::None, Proofs::Begun] {
            check(&page(false, none), &[REST[i], UNPROVEN[i]], &[RECORDED[i], PROVEN[i]]);
        }
        // each by itself
        check(&page(false, Proofs::Written), &[REST[i], PROVEN[i]], &[RECORDED[i], UNPROVEN[i]]);
        check(&start(lang, 0, true, Proofs::Written), &[RECORDED[i], PROVEN[i]], &[REST[i], UNPROVEN[i]]);
    }
}

#[test]
fn a_production_of_no_messages_says_so() {
    for (lang, none) in [(Lang::Da, "<p>Ingen beskeder.</p>"), (Lang::En, "<p>No messages.</p>")] {
        check(&start(lang, 0, true, Proofs::Written), &[none], &["<table"]);
        check(&start(lang, 1, true, Proofs::Written), &["<table"], &[none]);
    }
}

#[test]
fn the_manifest_is_checked_on_windows_too() {
    for (lang, windows) in [
        (
            Lang::Da,
            "På Windows: <code>Get-FileHash -Algorithm SHA256 FIL</code> i PowerShell, én fil ad gangen.",
        ),
        (
            Lang::En,
            "On Windows: <code>Get-FileHash -Algorithm SHA256 FILE</code> in PowerShell, one file at a time.",
        ),
    ] {
        let page = start(lang, 1, true, Proofs::Written);
        check(&page, &[windows, "<code>shasum -a 256 -c manifest-sha256.txt</code>"], &["`"]);
    }
}

/// A table may be broken between its rows, and its head stands on every page.
#[test]
fn tables_lie_well_on_paper() {
    let page = start(Lang::Da, 1, true, Proofs::Written);
    let print = page.split_once("@media print{").unwrap().1;
    let rule = |what: &str| {
        let rules = print.split('}').filter_map(|rule| rule.split_once('{'));
        rules.filter(|(of, _)| of.split(',').any(|of| of == what)).map(|(_, is)| is).collect::<Vec<_>>()
    };
    assert_eq!(rule("tr"), ["break-inside:avoid"]);
    assert_eq!(rule("thead"), ["display:table-header-group"]);
    assert_eq!(rule("table"), Vec::<&str>::new());
}

/// Only what has a very long word is broken inside of words; a wide table scrolls by itself.
#[test]
fn words_in_tables_stay_whole() {
    let page = start(Lang::Da, 1, true, Proofs::Written);
    check(&page, &["<div class=\"wide\"><table>", "<td class=\"date\">", ".date{white-space:nowrap}"], &[]);
    assert!(page.contains("th,td{") && !page.contains("vertical-align:top;overflow-wrap:anywhere"));
    let (long, short) = ("x".repeat(3000), "opbevaringsfristerne");
    let rows = [[long.clone(), "2026-03".to_owned(), short.to_owned()]];
    let page = certificate("T", &[("Rod", long.clone())], &["A", "B", "C"], &rows, "Slut");
    let cells = [
        format!("<td class=\"long\">{long}</td></tr></table>"),
        format!("<td class=\"long\">{long}</td><td class=\"date\">2026-03</td><td>{short}</td>"),
    ];
    check(&page, &[&cells[0], &cells[1], "<div class=\"wide\">"], &[]);
}
