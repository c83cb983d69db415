//! From ingest to the certificate, twenty-six years: nothing goes early, a hold wins whatever was approved, two
//! persons are two, what is gone is gone and said to be, what stays is whole.
#![allow(clippy::unwrap_used, missing_docs)]

use std::path::{Path, PathBuf};
use std::process::Command;

use archive::Operator;
use jiff::civil::{Date, date};
use pipeline::disposal::{self, Copies, Decision, PlanReport, State};
use pipeline::error::JobError;
use pipeline::holds::{self, NewHold};
use pipeline::ingest::{Ingest, IngestReport, ingest};
use pipeline::operators::{self, Grant};
use pipeline::production::{Export, ExportReport, export};
use pipeline::register::{self, NewCustodian};
use pipeline::verify::{VerifyReport, verify};
use pipeline::{Formats, Places, Progress, Sensitive, SourceOptions};
use policy::{AuthorityKind, Mode, Policy, Post, Role};
use secrecy::SecretString;

const DAY: i64 = 86_400_000;

/// Noon of a day, UTC.
fn noon(day: Date) -> i64 {
    i64::from(date(1970, 1, 1).until(day).unwrap().get_days()) * DAY + DAY / 2
}

fn then() -> i64 {
    noon(date(2026, 3, 10))
}

fn later() -> i64 {
    noon(date(2052, 3, 10))
}

fn secret(word: &str) -> SecretString {
    SecretString::from(word.to_owned())
}

struct Place {
    dir: tempfile::TempDir,
    places: Places,
}

/// Two ministers with messages of January and February, and two more operators.
fn place() -> Place {
    let dir = tempfile::tempdir().unwrap();
    let places = Places::new(dir.path().join("archive"), dir.path().join("keys"));
    operators::init(&places, &secret("en"), "Første", &Policy::default(), then()).unwrap();
    let place = Place { dir, places };
    let by = place.who("en");
    for (word, rights) in [("to", ["delete", "hold"]), ("tre", ["delete", "hold"])] {
        let operator = operators::add(&place.places, &by, word, &secret(word), then()).unwrap();
        let rights = rights.iter().map(|r| (*r).to_owned()).collect();
        let grant =
            Grant { operator, rights, custodians: Vec::new(), months: (None, None), from: None, to: None };
        operators::grant(&place.places, &by, &grant, then()).unwrap();
    }
    for id in ["a", "b"] {
        let custodian = NewCustodian {
            id: id.to_owned(),
            name: Sensitive::new("Nina Navn".to_owned()),
            role: Role { post: Post::Minister, authority: AuthorityKind::Department, pay_grade: None },
            from: date(2020, 1, 1),
            to: None,
            numbers: Vec::new(),
            devices: Vec::new(),
            reference: None,
        };
        register::add(&place.places, &by, &custodian, then()).unwrap();
        place.ingest(id, then());
    }
    place
}

impl Place {
    fn who(&self, word: &str) -> Operator {
        self.places.unlock(&secret(word)).unwrap()
    }

    fn at(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn ingest(&self, id: &str, now: i64) -> IngestReport {
        let text = |day: Date, i: i64| {
            let (at, body) = (noon(day) + i * 1000, format!("Til {id}: besked {i} om sag 2026-1234"));
            format!(r#"<sms protocol="0" address="+4520304050" date="{at}" type="1" body="{body}" />"#)
        };
        let days = [date(2026, 1, 15), date(2026, 2, 15)];
        let rows: String = days.iter().flat_map(|d| (0..4).map(|i| text(*d, i))).collect();
        let source = self.at(&format!("{id}.xml"));
        let xml = format!(r#"<?xml version="1.0" encoding="UTF-8"?><smses count="8">{rows}</smses>"#);
        std::fs::write(&source, xml).unwrap();
        let job = Ingest {
            places: self.places.clone(),
            custodian: id.to_owned(),
            sources: vec![source],
            options: SourceOptions::default(),
            copy_date: Some(date(2026, 3, 9)),
            mode: Some(Mode::Off),
            contacts: None,
            journal: None,
            attest_device: false,
            now,
        };
        ingest(&job, Progress::none()).unwrap()
    }

    fn plan(&self, now: i64) -> Result<PlanReport, JobError> {
        disposal::plan(&self.places, &self.who("en"), now, Progress::none())
    }

    fn approve(&self, word: &str, plan: &str, now: i64) -> usize {
        disposal::approve(&self.places, &self.who(word), plan, now).unwrap().approvals
    }

    fn run(&self, plan: Option<&str>, now: i64) -> Result<disposal::RunReport, JobError> {
        disposal::run(&self.places, &self.who("en"), plan, &Copies::default(), now)
    }

    fn decide(&self, now: i64) {
        let decision = Decision::new("discard", Vec::new(), "RA 2051-17".to_owned()).unwrap();
        disposal::decide(&self.places, &self.who("en"), &decision, now).unwrap();
    }

    fn hold(&self, custodian: &str, now: i64) -> u64 {
        let new = NewHold {
            custodians: vec![custodian.to_owned()],
            from: Some(date(2026, 2, 1)),
            case: "Kommission".to_owned(),
            decision: "2052-1".to_owned(),
            ..NewHold::default()
        };
        let report = holds::place(&self.places, &self.who("to"), &new, now).unwrap();
        assert_eq!(report.exit_code(), 3, "the phones are open");
        report.hold
    }

    fn verify(&self, with_keys: bool) -> VerifyReport {
        let by = with_keys.then(|| self.who("en"));
        verify(&self.places, by.as_ref(), &[], Progress::none()).unwrap()
    }

    #[track_caller]
    fn holds(&self) -> VerifyReport {
        let without = self.verify(false);
        assert!(without.holds, "{:?}", without.broken);
        let with = self.verify(true);
        assert!(with.holds, "{:?}", with.broken);
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/verify.py");
        if Command::new("python3").arg("--version").output().is_ok_and(|o| o.status.success()) {
            let done = Command::new("python3").arg(script).arg(&self.places.archive).output().unwrap();
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
        }
        with
    }

    fn export(&self, id: &str, out: &str, now: i64) -> ExportReport {
        let job = Export {
            places: self.places.clone(),
            custodian: id.to_owned(),
            from: None,
            to: None,
            out: self.at(out),
            english: false,
            formats: Formats::default(),
            classification: None,
            delete_by: None,
            now,
        };
        export(&job, &self.who("en"), Progress::none()).unwrap()
    }
}

fn why<T>(result: Result<T, JobError>) -> String {
    match result {
        Err(JobError::Refused { why }) => why,
        Err(other) => format!("{other:?}"),
        Ok(_) => "may".to_owned(),
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn from_ingest_to_the_certificate() {
    let place = place();
    let proof = place.export("b", "before", then());
    assert_eq!((proof.messages, proof.disposed_messages), (8, 0));
    // nothing is due, and a clock that jumped makes nothing due
    let report = place.plan(then()).unwrap();
    assert_eq!((report.plan, report.buckets.len(), report.not_due), (None, 0, 4));
    let jumped = "the clock stands at 2052-03-10, the last day that is confirmed is 2026-03-09";
    assert_eq!(why(place.plan(later())), jumped);
    assert!(disposal::confirm_day(&place.places, &place.who("en"), date(2052, 3, 11), later()).is_err());
    disposal::confirm_day(&place.places, &place.who("en"), date(2052, 3, 10), later()).unwrap();
    // nobody asked the national archives
    let report = place.plan(later()).unwrap();
    assert_eq!((report.buckets.len(), report.barred.len(), report.exit_code()), (0, 4, 3));
    assert_eq!(report.barred[0].why, "no decision about preservation is recorded");
    place.decide(later());
    let report = place.plan(later()).unwrap();
    assert_eq!((report.buckets.len(), report.barred.len()), (4, 0));
    assert!(
        report.buckets.iter().all(|b| b.records == 4 && b.due <= date(2051, 3, 1) && !b.rules.is_empty())
    );
    let first = report.plan.unwrap();
    assert_eq!((place.approve("to", &first, later()), place.approve("to", &first, later())), (1, 1));
    assert!(matches!(place.run(Some(&first), later()), Err(JobError::OnePerson)));
    assert_eq!(place.approve("tre", &first, later()), 2);

    // a hold that comes after the approvals wins
    let hold = place.hold("a", later());
    assert!(why(place.run(Some(&first), later())).ends_with(&format!("held by entry {hold}")));
    assert_eq!(place.holds().records, 16);
    let report = place.plan(later()).unwrap();
    assert_eq!((report.buckets.len(), report.barred.len()), (3, 1));
    let plan = report.plan.unwrap();
    assert!(matches!(place.run(Some(&plan), later()), Err(JobError::OnePerson)), "approved was the other");
    place.approve("to", &plan, later());
    place.approve("tre", &plan[..8], later());
    let yesterday = tempfile::tempdir().unwrap();
    copy(&place.places.keys, &yesterday.path().join("keys"));
    copy(&place.places.archive, &yesterday.path().join("archive"));
    let done = place.run(Some(&plan), later()).unwrap();
    assert_eq!((done.closed.len(), done.buckets, done.records), (1, 3, 12));
    let verified = place.holds();
    assert_eq!((verified.records, verified.buckets_disposed, verified.buckets_without_key), (4, 3, 0));
    assert!(place.run(Some(&plan), later()).is_err(), "a plan is carried out once");

    // what is gone is listed, what stays is proved; proofs of before still hold
    let report = place.export("a", "a", later());
    assert_eq!((report.messages, report.disposed_messages), (4, 4));
    let start = std::fs::read_to_string(place.at("a/data/index.html")).unwrap();
    assert!(start.contains("Slettet ved opbevaringsfristens udløb") && start.contains("januar 2026"));
    assert!(place.at("a/data/disposed.json").is_file());
    let report = place.export("b", "b", later());
    assert_eq!((report.messages, report.disposed_messages), (0, 8));
    let key = format!("{}\n", {
        let archive = archive::Archive::open(&place.places.archive).unwrap();
        let (name, key) = archive.job_key();
        chain::verifier_key(&name, &key)
    });
    std::fs::write(place.at("trusted"), key).unwrap();
    for of in ["before", "a"] {
        let mut n = 0;
        for file in std::fs::read_dir(place.at(of).join("data/proofs")).unwrap() {
            let proved = pipeline::proof::verify(&file.unwrap().path(), &place.at("trusted")).unwrap();
            assert!(proved.holds, "{of}");
            n += 1;
        }
        assert!(n > 0);
    }

    // the certificate: pending while a copy may be somewhere, then final
    let certificate = disposal::certificates(&place.places).unwrap().remove(0);
    assert_eq!((certificate.state, certificate.key_destroyed_live), (State::Pending, true));
    assert_eq!(certificate.signed_by.len(), 3);
    let old = Places::new(yesterday.path().join("archive"), yesterday.path().join("keys"));
    let archive = archive::Archive::open(&old.archive).unwrap();
    let gone: Vec<usize> = {
        let now = archive::Archive::open(&place.places.archive).unwrap();
        (0..4).filter(|n| now.disposed_by(*n).is_some()).collect()
    };
    let opens = |keys: &Places, bucket: usize| {
        let by = keys.unlock(&secret("en")).ok()?;
        let mut n = 0;
        archive
            .records(&by, bucket, &mut |_| {
                n += 1;
                Ok(())
            })
            .ok()
            .map(|()| n)
    };
    // yesterday's copy is what is pending: it opens
    assert!(gone.iter().all(|bucket| opens(&old, *bucket) == Some(4)));
    // its wraps without the keys that were destroyed do not
    let restored = yesterday.path().join("restored");
    copy(&yesterday.path().join("keys/buckets"), &restored.join("buckets"));
    copy(&place.places.keys, &restored);
    let restored = Places::new(place.places.archive.clone(), restored);
    assert!(gone.iter().all(|bucket| opens(&restored, *bucket).is_none()));
    let by = place.who("to");
    assert!(disposal::confirm(&place.places, &by, certificate.entry, "USB 9", None, later()).is_err());
    disposal::confirm(&place.places, &by, certificate.entry, "others", Some("2052-9"), later()).unwrap();
    let certificate = disposal::certificates(&place.places).unwrap().remove(0);
    assert_eq!(certificate.state, State::Final);
    assert!(disposal::write(&place.places, &certificate, &place.places.archive.join("attest")).is_err());
    let written = disposal::write(&place.places, &certificate, &place.at("attest")).unwrap();
    let page = std::fs::read_to_string(written.html).unwrap();
    assert!(page.contains("Attest for sletning") && page.contains("Endelig") && !page.contains("Nina"));
    assert!(std::fs::read_to_string(written.json).unwrap().contains("\"state\": \"FINAL\""));

    // the same copy again brings nothing back
    let again = place.ingest("b", later());
    assert_eq!((again.runs[0].new, again.runs[0].expired), (0, 8));
    place.holds();
}

#[test]
fn a_hold_is_released_by_two_and_blocks_through_its_grace() {
    let place = place();
    let (one, two) = (place.who("to"), place.who("tre"));
    disposal::confirm_day(&place.places, &place.who("en"), date(2052, 3, 10), later()).unwrap();
    place.decide(later());
    let hold = place.hold("a", later());
    let release = |by: (&Operator, &Operator)| holds::release(&place.places, by, hold, "2052-7", 90, later());
    assert!(matches!(release((&one, &one)), Err(JobError::OnePerson)));
    let listed = holds::list(&place.places, later()).unwrap();
    assert_eq!((listed[0].state, listed[0].auto_delete_stopped), ("in force", false));
    holds::note(&place.places, &one, hold, later()).unwrap();
    assert_eq!(release((&one, &two)).unwrap().free_from.unwrap(), "2052-06-08");
    assert!(release((&one, &two)).is_err(), "once");
    let listed = holds::list(&place.places, later()).unwrap();
    assert_eq!((listed[0].state, listed[0].auto_delete_stopped), ("grace", true));
    let report = place.plan(later()).unwrap();
    assert_eq!(report.barred[0].why, format!("the hold of entry {hold} was released; not before 2052-06-08"));
    let after = noon(date(2052, 6, 8));
    assert!(why(place.plan(after)).contains("the last day that is confirmed"));
    disposal::confirm_day(&place.places, &place.who("en"), date(2052, 6, 8), after).unwrap();
    assert_eq!(place.plan(after).unwrap().buckets.len(), 4);
    // who may not delete may not plan; a hold on nobody known is refused
    let unknown = NewHold { custodians: vec!["x".to_owned()], ..NewHold::default() };
    assert!(matches!(holds::place(&place.places, &one, &unknown, after), Err(JobError::UnknownCustodian)));
    place.holds();
}

#[test]
fn a_clock_that_went_back_disposes_of_nothing() {
    let place = place();
    disposal::confirm_day(&place.places, &place.who("en"), date(2052, 3, 10), later()).unwrap();
    place.decide(later());
    let plan = place.plan(later()).unwrap().plan.unwrap();
    place.approve("to", &plan, later());
    place.approve("tre", &plan, later());
    let back = noon(date(2052, 3, 9));
    assert!(why(place.run(Some(&plan), back)).contains("the clock stands at 2052-03-09"));
    let far = noon(date(2052, 4, 25));
    assert!(why(place.run(Some(&plan), far)).contains("the clock stands at 2052-04-25"));
    // what grew is not what was approved
    place.ingest("a", later());
    assert_eq!(place.run(Some(&plan), later()).unwrap().buckets, 4, "expired messages add nothing");
    place.holds();
}
