//! From sorting to the end of the holding area: what is left out can be taken back, two persons decide for
//! the longest class, undecided means keep, and what is shredded does not come back.
#![allow(clippy::unwrap_used, missing_docs)]

use std::path::PathBuf;

use archive::Operator;
use pipeline::disposal::{self, Copies, Decision};
use pipeline::holds::{self, NewHold};
use pipeline::ingest::{Ingest, IngestReport, ingest};
use pipeline::operators::{self, Grant};
use pipeline::production::{Export, export};
use pipeline::register::{self, NewCustodian};
use pipeline::review::desk::{Ask, Deciding, Desk};
use pipeline::review::quality;
use pipeline::review::settle::{Settled, settle};
use pipeline::review::{self, Choice, State, page};
use pipeline::verify::verify;
use pipeline::{Formats, JobError, Places, Progress, Sensitive, SourceOptions};
use policy::{AuthorityKind, Change, Event, EventKind, Mode, Policy, Post, Role};
use secrecy::SecretString;

/// 2026-02-10, noon.
const NOW: i64 = 1_770_721_200_000;
const DAY: i64 = 86_400_000;

const CODE: &str = "Din engangskode er 483920. Del den ikke med nogen.";
const OTHER: &str = "Din engangskode er 771034. Del den ikke med nogen.";
const WORK: &str = "Har du set aktindsigten i sag 2026-1234?";
const PARCEL: &str = "Din pakke er klar til afhentning i pakkeboksen";

struct Place {
    dir: tempfile::TempDir,
    places: Places,
}

fn place(post: Post) -> Place {
    let dir = tempfile::tempdir().unwrap();
    let places = Places::new(dir.path().join("archive"), dir.path().join("keys"));
    operators::init(&places, &secret("en"), "Første", &Policy::default(), NOW).unwrap();
    let by = places.unlock(&secret("en")).unwrap();
    let custodian = NewCustodian {
        id: "x".to_owned(),
        name: Sensitive::new("Nina Navn".to_owned()),
        role: Role { post, authority: AuthorityKind::Department, pay_grade: None },
        from: jiff::civil::date(2020, 1, 1),
        to: None,
        numbers: Vec::new(),
        devices: Vec::new(),
        reference: None,
    };
    register::add(&places, &by, &custodian, NOW).unwrap();
    Place { dir, places }
}

fn secret(word: &str) -> SecretString {
    SecretString::from(word.to_owned())
}

fn sms(texts: &[&str]) -> String {
    let one = |(i, text): (usize, &&str)| {
        let sender = if text.contains("kode") || text.contains("pakke") { "Besked" } else { "+4520304050" };
        format!(
            r#"<sms protocol="0" address="{sender}" date="{}" type="1" body="{text}" />"#,
            NOW - DAY + i as i64 * 1000
        )
    };
    let rows: String = texts.iter().enumerate().map(one).collect();
    format!(r#"<?xml version="1.0" encoding="UTF-8"?><smses count="{}">{rows}</smses>"#, texts.len())
}

impl Place {
    fn at(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn ingest(&self, texts: &[&str], mode: Option<Mode>, now: i64) -> IngestReport {
        self.ingest_with(texts, mode, now, false)
    }

    fn ingest_with(&self, texts: &[&str], mode: Option<Mode>, now: i64, journal: bool) -> IngestReport {
        self.try_ingest(texts, mode, now, journal).unwrap()
    }

    fn try_ingest(
        &self,
        texts: &[&str],
        mode: Option<Mode>,
        now: i64,
        journal: bool,
    ) -> Result<IngestReport, JobError> {
        let source = self.at("sms.xml");
        std::fs::write(&source, sms(texts)).unwrap();
        let job = Ingest {
            places: self.places.clone(),
            custodian: "x".to_owned(),
            sources: vec![source],
            options: SourceOptions::default(),
            copy_date: None,
            mode,
            contacts: None,
            journal: journal.then(|| self.at("journal.csv")),
            attest_device: false,
            now,
        };
        ingest(&job, Progress::none())
    }

    fn operator(&self, word: &str) -> Operator {
        self.places.unlock(&secret(word)).unwrap()
    }

    fn add(&self, word: &str, rights: &[&str]) {
        let by = self.operator("en");
        let operator = operators::add(&self.places, &by, word, &secret(word), NOW).unwrap();
        let rights = rights.iter().map(|r| (*r).to_owned()).collect();
        let grant =
            Grant { operator, rights, custodians: Vec::new(), months: (None, None), from: None, to: None };
        operators::grant(&self.places, &by, &grant, NOW).unwrap();
    }

    /// Decides about whatever has this text.
    fn decide(&self, who: &str, text: &str, choice: Choice) {
        let by = self.operator(who);
        let mut desk = Desk::open(&self.places, &by).unwrap();
        let all = desk.conversations(&Ask { all: true, ..Ask::default() }).unwrap();
        let lines = all.iter().flat_map(|c| &c.lines).filter(|l| l.text == text);
        let items: Vec<String> = lines.filter_map(|l| l.item.clone()).collect();
        assert_eq!(items.len(), 1, "{text}");
        let deciding = Deciding { items, choice, ground: None, bulk: false, blind: false, note: None };
        assert_eq!(desk.decide(&deciding, NOW).unwrap(), 1);
    }

    fn states(&self) -> Vec<(State, u64)> {
        review::list(&self.places, None).unwrap().into_iter().flat_map(|l| l.states).collect()
    }

    /// Texts of a production and its placeholders: ground and standing.
    fn shown(&self, name: &str) -> (Vec<String>, Vec<String>) {
        let job = Export {
            places: self.places.clone(),
            custodian: "x".to_owned(),
            from: None,
            to: None,
            out: self.at(name),
            english: false,
            formats: Formats::default(),
            classification: None,
            delete_by: None,
            now: NOW,
        };
        export(&job, &self.operator("en"), Progress::none()).unwrap();
        let lines = std::fs::read_to_string(self.at(name).join("data/messages.jsonl")).unwrap();
        let (mut texts, mut withheld) = (Vec::new(), Vec::new());
        for (line, number) in lines.lines().zip(1_u64..) {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            assert_eq!(line["archive"]["number"], number);
            match line["body"].as_str() {
                Some(text) => texts.push(text.to_owned()),
                None => {
                    let w = &line["withheld"];
                    assert_eq!(w["month"], "2026-02");
                    withheld.push(format!(
                        "{} {}",
                        w["ground"].as_str().unwrap(),
                        w["standing"].as_str().unwrap()
                    ));
                }
            }
        }
        (texts, withheld)
    }

    fn holds(&self) {
        let report = verify(&self.places, Some(&self.operator("en")), &[], Progress::none()).unwrap();
        assert!(report.holds, "{:?}", report.broken);
    }

    fn settle(&self, days: i64) -> Settled {
        settle(&self.places, NOW + days * DAY).unwrap()
    }

    /// A row of the page of the report: by a rule, by the model, by a person, all.
    fn row(&self, of: &str) -> Vec<u64> {
        let page = page::page(&self.places, true, NOW).unwrap();
        let head = format!("<th scope=\"row\">{of}</th>");
        let (_, row) = page.split_once(&head).unwrap_or_else(|| panic!("{of}"));
        let (row, _) = row.split_once("</tr>").unwrap();
        row.split("<td class=\"n\">").filter_map(|cell| cell.split('<').next()?.parse().ok()).collect()
    }

    fn nothing_is_held(&self) -> bool {
        let empty = |path: PathBuf| std::fs::read_dir(path).is_ok_and(|mut d| d.next().is_none());
        empty(self.at("holding")) && empty(self.at("keys/holding"))
    }
}

#[test]
fn left_out_taken_back_shredded() {
    let place = place(Post::Officer);
    let report = place.ingest(&[CODE, WORK, OTHER, PARCEL], Some(Mode::RulesOnly), NOW);
    let run = &report.runs[0];
    assert_eq!((run.new, run.excluded, run.review, run.proposals), (4, 3, 0, 0));
    assert_eq!(run.routes.values().sum::<u64>(), 4);
    assert_eq!(run.routes["exclude private E5"], 3);
    assert!(report.receipt.contains("udeladt, privat, E5"));
    assert_eq!(place.states(), [(State::Exclude, 3)]);
    place.holds();
    let (texts, withheld) = place.shown("E1");
    assert_eq!((texts, withheld.len()), (vec![WORK.to_owned()], 3));
    assert_eq!(withheld[0], "private excluded");
    // next month: known, and nothing comes back
    let again = place.ingest(&[CODE, WORK, OTHER, PARCEL], Some(Mode::RulesOnly), NOW + DAY);
    assert_eq!((again.runs[0].withheld_again, again.runs[0].seen_again, again.runs[0].new), (3, 1, 0));
    assert_eq!(again.size, report.size + 1, "the export's entry");
    // one is taken back, that is taken back, and one is taken back for good
    place.decide("en", CODE, Choice::Keep);
    place.decide("en", CODE, Choice::Undo);
    place.decide("en", OTHER, Choice::Keep);
    assert_eq!(place.states(), [(State::Keep, 1), (State::Exclude, 2)]);
    assert_eq!(place.row("Left out: solely private"), [2, 0, 0, 2]);
    assert_eq!(place.settle(29), Settled { kept: 1, waiting: 2, ..Settled::default() });
    assert_eq!(place.settle(30), Settled { shredded: 2, ..Settled::default() });
    assert!(place.nothing_is_held());
    place.holds();
    let (texts, withheld) = place.shown("E2");
    assert_eq!(texts, [WORK, OTHER]);
    assert_eq!(withheld, ["private shredded"; 2]);
    let again = place.ingest(&[CODE, WORK, OTHER, PARCEL], Some(Mode::RulesOnly), NOW + 31 * DAY);
    assert_eq!((again.runs[0].withheld_again, again.runs[0].seen_again, again.runs[0].new), (2, 2, 0));
    assert_eq!(place.settle(400), Settled::default());
    assert_eq!(place.row("Kept"), [1, 0, 1, 2]);
    assert_eq!(place.row("Left out: solely private"), [2, 0, 0, 2]);
    assert_eq!(place.row("Total"), [3, 0, 1, 4]);
}

#[test]
fn two_persons_decide_for_the_longest_class() {
    let place = place(Post::Minister);
    place.add("to", &["review"]);
    let report = place.ingest(&[CODE, WORK, OTHER, PARCEL], Some(Mode::Sort), NOW);
    let run = &report.runs[0];
    assert_eq!((run.excluded, run.review, run.proposals), (0, 3, 3));
    assert_eq!(report.exit_code(), 3);
    assert_eq!(place.states(), [(State::Open, 3)]);
    place.decide("en", CODE, Choice::Exclude);
    place.decide("en", CODE, Choice::Exclude);
    place.decide("en", OTHER, Choice::Exclude);
    assert_eq!(place.states(), [(State::Open, 1), (State::Proposed, 2)]);
    place.decide("to", CODE, Choice::Exclude);
    assert_eq!(place.states(), [(State::Open, 1), (State::Proposed, 1), (State::Exclude, 1)]);
    assert_eq!(place.settle(29), Settled { waiting: 3, ..Settled::default() });
    assert_eq!(place.row("Waiting for a person"), [2]);
    // undecided means keep
    assert_eq!(place.settle(30), Settled { undecided: 2, shredded: 1, ..Settled::default() });
    assert!(place.nothing_is_held());
    place.holds();
    let (texts, withheld) = place.shown("E");
    assert_eq!(texts, [WORK, OTHER, PARCEL]);
    assert_eq!(withheld, ["private shredded"]);
    assert_eq!(place.row("Left out: solely private"), [0, 0, 1, 1]);
    assert_eq!(place.row("Kept because nobody decided in time"), [2]);
    assert_eq!(place.row("Total"), [1, 0, 1, 4]);
}

#[test]
fn a_legal_hold_keeps_what_would_be_shredded() {
    let place = place(Post::Officer);
    place.ingest(&[CODE, WORK], Some(Mode::RulesOnly), NOW);
    let new =
        NewHold { custodians: vec!["x".to_owned()], case: "Kommission".to_owned(), ..NewHold::default() };
    holds::place(&place.places, &place.operator("en"), &new, NOW).unwrap();
    assert_eq!(place.settle(30), Settled { on_hold: 1, ..Settled::default() });
    assert_eq!(place.states(), [(State::Exclude, 1)]);
    // what is held can still be taken back
    place.decide("en", CODE, Choice::Keep);
    assert_eq!(place.settle(31), Settled { kept: 1, ..Settled::default() });
    place.holds();
}

#[test]
fn a_sample_is_drawn_before_shredding_and_judged_blind() {
    let place = place(Post::Officer);
    place.ingest(&[CODE, WORK, OTHER, PARCEL], Some(Mode::RulesOnly), NOW);
    let by = place.operator("en");
    let drawn = quality::draw(&place.places, &by, None, 2, "terning 4 6 1", NOW).unwrap();
    assert_eq!((drawn.pile, drawn.items.len()), (3, 2));
    let same = quality::draw(&place.places, &by, None, 2, "terning 4 6 1", NOW).unwrap();
    assert_eq!(same.items, drawn.items);
    assert!(quality::draw(&place.places, &by, Some("y"), 2, "x", NOW).is_err());
    assert_eq!(quality::report(&place.places).unwrap().samples[0].elusion_at_most, None);
    let blind = quality::to_judge(&place.places, &by).unwrap();
    assert_eq!(blind.len(), 2);
    let mut desk = Desk::open(&place.places, &by).unwrap();
    let shown = desk.conversations(&Ask { blind: Some(blind), ..Ask::default() }).unwrap();
    let lines: Vec<_> = shown.iter().flat_map(|c| &c.lines).filter(|l| l.item.is_some()).collect();
    assert_eq!(lines.len(), 2);
    assert!(lines.iter().all(|l| l.verdict.is_none() && l.state.is_none() && l.reasons.is_empty()));
    for (item, choice) in drawn.items.iter().zip([Choice::Keep, Choice::Exclude]) {
        let items = vec![item.clone()];
        let deciding = Deciding { items, choice, ground: None, bulk: false, blind: true, note: None };
        desk.decide(&deciding, NOW).unwrap();
    }
    assert!(quality::to_judge(&place.places, &by).unwrap().is_empty());
    let report = quality::report(&place.places).unwrap();
    let sample = &report.samples[0];
    assert_eq!((sample.drawn, sample.judged, sample.work), (2, 2, 1));
    // of three, one was work and one was not: the third may be work too
    assert!(sample.elusion_at_most.is_some_and(|p| (p - 2.0 / 3.0).abs() < 1e-9), "{sample:?}");
    let page = page::page(&place.places, false, NOW).unwrap();
    assert!(page.contains("terning 4 6 1") && page.contains("<html lang=\"da\""));
    // what the sample found is kept, the rest of it is as it was
    assert_eq!(place.states(), [(State::Keep, 1), (State::Exclude, 2)]);
    assert_eq!(place.settle(30), Settled { kept: 1, shredded: 2, ..Settled::default() });
    place.holds();
}

#[test]
fn what_is_journalised_is_marked_or_left_out() {
    let place = place(Post::Officer);
    let when = |i: i64| {
        let at = jiff::Timestamp::from_millisecond(NOW - DAY + i * 1000).unwrap();
        at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    };
    let list = format!(
        "owner;time;counterpart;case\nx;{};+4520304050;2026-77\ny;{};+4520304050;2026-78\n",
        when(0),
        when(1)
    );
    std::fs::write(place.at("journal.csv"), &list).unwrap();
    let texts = ["Første besked om sagen", "Anden besked om sagen"];
    let report = place.ingest_with(&texts, Some(Mode::Off), NOW, true);
    assert_eq!(report.runs[0].routes["keep journalised E5"], 1, "{:?}", report.runs[0].routes);
    assert_eq!(report.runs[0].routes["keep E5"], 1);
    assert!(report.runs[0].sorting.journal.is_some());
    place.holds();
    std::fs::write(place.at("journal.csv"), "owner;time\nx;i går\n").unwrap();
    assert!(
        place
            .try_ingest(&texts, Some(Mode::Off), NOW, true)
            .is_err_and(|e| e.exit_code() == 4 || e.exit_code() == 2)
    );
}

#[test]
fn who_may_not_review_sees_nothing() {
    let place = place(Post::Officer);
    place.add("ser", &["query"]);
    place.ingest(&[CODE, WORK], Some(Mode::Assist), NOW);
    assert_eq!(place.states(), [(State::Open, 1)]);
    let by = place.operator("ser");
    let mut desk = Desk::open(&place.places, &by).unwrap();
    assert!(desk.conversations(&Ask::default()).unwrap().is_empty());
    assert_eq!(desk.sealed_to_others, 1);
    // control: a reviewer does see it
    let by = place.operator("en");
    let mut desk = Desk::open(&place.places, &by).unwrap();
    let seen = desk.conversations(&Ask::default()).unwrap();
    let item = seen[0].lines[0].item.clone().unwrap();
    assert_eq!(seen[0].lines[0].text, CODE);
    // neither may the other decide
    let deciding = |choice| Deciding {
        items: vec![item.clone()],
        choice,
        ground: None,
        bulk: false,
        blind: false,
        note: None,
    };
    let by = place.operator("ser");
    let mut desk = Desk::open(&place.places, &by).unwrap();
    for choice in [Choice::Keep, Choice::Exclude] {
        assert_eq!(desk.decide(&deciding(choice), NOW).unwrap_err().exit_code(), 6);
    }
    let wrong = Deciding { items: vec!["00000000-0".to_owned()], ..deciding(Choice::Exclude) };
    assert_eq!(desk.decide(&wrong, NOW).unwrap_err().exit_code(), 2);
}

#[test]
fn another_mode_later_changes_nothing_that_was_decided() {
    let place = place(Post::Officer);
    place.ingest(&[CODE, WORK], Some(Mode::RulesOnly), NOW);
    // the sorted and the unsorted copy of one source agree in what is there
    let off = place.ingest(&[CODE, WORK], Some(Mode::Off), NOW);
    assert_eq!((off.runs[0].withheld_again, off.runs[0].seen_again), (1, 1));
}

/// A bucket falls due while messages of it wait: it goes when they are settled, and nothing of it is left over.
#[test]
fn what_waits_keeps_its_bucket() {
    let place = place(Post::Officer);
    let by = place.operator("en");
    let left = Event { kind: EventKind::Resigned, date: jiff::civil::date(2026, 2, 12), device: None };
    register::record(&place.places, &by, "x", Change::EventRecorded(left), None, NOW).unwrap();
    let run = &place.ingest(&[CODE, WORK, OTHER], Some(Mode::RulesOnly), NOW).runs[0];
    assert_eq!((run.new, run.excluded), (3, 2));
    ["to", "tre"].iter().for_each(|who| place.add(who, &["delete"]));
    let confirm = |day: jiff::civil::Date, now| disposal::confirm_day(&place.places, &by, day, now).unwrap();
    let plan = |now| disposal::plan(&place.places, &by, now, Progress::none()).unwrap();
    let due = NOW + 23 * DAY;
    confirm(jiff::civil::date(2026, 3, 5), due);
    let decision = Decision::new("discard", Vec::new(), "RA 1".to_owned()).unwrap();
    disposal::decide(&place.places, &by, &decision, due).unwrap();
    let barred = plan(due);
    assert_eq!((barred.buckets.len(), barred.barred.len()), (0, 1));
    assert!(barred.barred[0].why.contains("wait in the holding area"), "{}", barred.barred[0].why);
    // one is taken back, the other is shredded, and the bucket goes with what was taken back
    place.decide("en", OTHER, Choice::Keep);
    let over = NOW + 31 * DAY;
    confirm(jiff::civil::date(2026, 3, 13), over);
    assert_eq!(place.settle(31), Settled { kept: 1, shredded: 1, ..Settled::default() });
    let made = plan(over);
    let name = made.plan.unwrap();
    assert_eq!((made.buckets.len(), made.buckets[0].records), (1, 2));
    for who in ["to", "tre"] {
        disposal::approve(&place.places, &place.operator(who), &name, over).unwrap();
    }
    disposal::run(&place.places, &by, Some(&name), &Copies::default(), over).unwrap();
    assert!(place.nothing_is_held());
    place.holds();
    // the next copy of the phone brings none of it back, and is taken in
    let again = &place.ingest(&[CODE, WORK, OTHER], Some(Mode::RulesOnly), over).runs[0];
    assert_eq!((again.new, again.expired + again.withheld_again), (0, 3));
    place.holds();
}

/// Thirty years ahead, ten years back.
#[test]
fn a_clock_that_is_wrong_loses_nothing() {
    let place = place(Post::Officer);
    let odd = |report: &IngestReport| -> Vec<String> {
        let of_clock = |f: &&String| f.starts_with("clock_") || f.starts_with("past_by");
        report.runs[0].findings.iter().filter(of_clock).cloned().collect()
    };
    let nothing: Vec<String> = Vec::new();
    let first = place.ingest(&[CODE, WORK], Some(Mode::RulesOnly), NOW);
    assert_eq!((first.runs[0].excluded, odd(&first)), (1, nothing.clone()));
    // ahead: what waits is not cleared, what is new is taken in, and it is said
    let ahead = NOW + 30 * 365 * DAY;
    let report = place.ingest(&[CODE, WORK, PARCEL, "Nyt om sagen"], Some(Mode::Off), ahead);
    let run = &report.runs[0];
    assert_eq!((run.new, run.expired, run.withheld_again), (2, 0, 1));
    assert_eq!(odd(&report), ["clock_jumped:10950", "past_by_the_clock_alone:2"]);
    assert_eq!((report.settled.shredded, report.settled.waiting, report.exit_code()), (0, 1, 3));
    assert_eq!(report.settled.clock.as_deref(), Some("clock_jumped:10950"));
    assert!(report.receipt.contains("Uret er 10.950 dage foran"), "{}", report.receipt);
    // once more with the same wrong clock: it has not become right by being repeated
    let again = place.ingest(&[CODE, WORK, PARCEL, "Nyt om sagen"], Some(Mode::Off), ahead + DAY);
    assert_eq!((again.settled.shredded, odd(&again)), (0, vec!["clock_jumped:10951".to_owned()]));
    let back = place.ingest(&[CODE, WORK, "Endnu et"], Some(Mode::Off), NOW - 3650 * DAY);
    assert_eq!((back.runs[0].new, odd(&back)), (1, vec!["clock_went_back:3650".to_owned()]));
    // the clock right again: as if nothing had been
    let right = place.ingest(&[CODE, WORK], Some(Mode::Off), NOW + 31 * DAY);
    assert_eq!((right.settled.shredded, odd(&right)), (1, nothing.clone()));
    let next = place.ingest(&[WORK, OTHER], Some(Mode::RulesOnly), NOW + 40 * DAY);
    assert_eq!((next.runs[0].excluded, odd(&next)), (1, nothing));
    assert_eq!(place.settle(69), Settled { waiting: 1, ..Settled::default() });
    assert_eq!(place.settle(70), Settled { shredded: 1, ..Settled::default() });
    place.holds();
}
