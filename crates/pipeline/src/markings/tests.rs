//! A source with marked messages, taken in by an archive with a ceiling and produced from it.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::{
    Conversation, Device, Direction, Message, MessageSource, Origin, Place, Record, Sensitive,
    SourceDescription, SourceError, Stamp, Tally,
};
use policy::{AuthorityKind, Policy, Post, Role};
use secrecy::SecretString;
use vault::Cost;

use super::*;
use crate::ingest::{Ingest, IngestReport, ingest_opened};
use crate::open::{Opened, SourceOptions};
use crate::operators::init_at_cost;
use crate::production::{Export, ExportReport, export};
use crate::progress::Progress;
use crate::register::{self, NewCustodian};

/// 2026-02-01T12:00:00Z.
const NOW: i64 = 1_769_947_200_000;
const CHEAP: Cost = Cost { memory_kib: 8 * 1024, passes: 1, lanes: 1 };
const DAY: i64 = 86_400_000;

fn text(t: &str) -> model::Text {
    Sensitive::new(Arc::from(t))
}

/// Messages with these markings, a day apart, the last the day before [`NOW`].
struct Marked(Vec<Option<&'static str>>);

impl Marked {
    fn message(&self, i: usize) -> Message {
        let days = i64::try_from(self.0.len() - i).unwrap();
        Message {
            source: "smart".into(),
            service: "SMART".into(),
            conversation: Some(Arc::new(Conversation {
                id: text("t"),
                name: None,
                is_group: false,
                participants: vec![text("+4540112233")],
            })),
            id: Some(text(&format!("id{i}"))),
            sender: Some(text("+4540112233")),
            sender_name: None,
            direction: Direction::In,
            sent_at: Some(Stamp::unix_millis(NOW - days * DAY)),
            received_at: None,
            delivered_at: None,
            read_at: None,
            remote_at: None,
            subject: None,
            body: Some(text("Indhold")),
            attachments: Vec::new(),
            edits: Vec::new(),
            unsent: false,
            unsent_parts: Vec::new(),
            reactions: Vec::new(),
            reply_to: None,
            deleted: false,
            expires_after_s: None,
            event: None,
            classification: self.0[i].map(text),
            doubts: Vec::new(),
            origin: Origin {
                evidence: text("x"),
                evidence_sha256: [0; 32],
                place: Place::File,
                reader_version: "test".into(),
            },
            raw: Vec::new(),
        }
    }
}

impl MessageSource for Marked {
    fn describe(&self) -> SourceDescription {
        SourceDescription { reader: "test".to_owned(), ..SourceDescription::default() }
    }

    fn read(&mut self, sink: &mut dyn FnMut(Record) -> ControlFlow<()>) -> Result<Tally, SourceError> {
        let n = self.0.len() as u64;
        for i in 0..self.0.len() {
            if sink(Record::Message(Box::new(self.message(i)))).is_break() {
                break;
            }
        }
        Ok(Tally { seen: n, messages: n, folded: 0, unreadable: 0 })
    }
}

struct Bench {
    dir: tempfile::TempDir,
    places: Places,
    operator: Operator,
}

impl Bench {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let places = Places::new(dir.path().join("A"), dir.path().join("K"));
        let passphrase = SecretString::from("kode".to_owned());
        init_at_cost(&places, &passphrase, "n", &Policy::default(), NOW - DAY, CHEAP).unwrap();
        let operator = places.unlock(&passphrase).unwrap();
        let new = NewCustodian {
            id: "m1".to_owned(),
            name: Sensitive::new("Nina Navn".to_owned()),
            role: Role { post: Post::Minister, authority: AuthorityKind::Department, pay_grade: None },
            from: "2020-01-01".parse().unwrap(),
            to: None,
            numbers: Vec::new(),
            devices: Vec::new(),
            reference: None,
        };
        register::add(&places, &operator, &new, NOW - DAY).unwrap();
        Self { dir, places, operator }
    }

    fn ingest(&self, markings: &[Option<&'static str>]) -> Result<IngestReport, JobError> {
        let job = Ingest {
            places: self.places.clone(),
            custodian: "m1".to_owned(),
            sources: Vec::new(),
            options: SourceOptions::default(),
            copy_date: None,
            mode: Some(policy::Mode::Off),
            contacts: None,
            journal: None,
            attest_device: false,
            now: NOW,
        };
        let tree = evidence::open_tree(self.dir.path()).unwrap();
        let set = Arc::new(evidence::FolderSet::new(tree.clone()));
        let opened =
            Opened::for_tests(set, vec![Box::new(Marked(markings.to_vec()))], Device::default(), tree);
        ingest_opened(&job, vec![(PathBuf::from("x"), opened)], Progress::none())
    }

    fn export(&self, name: &str, stated: Option<&str>) -> Result<(ExportReport, PathBuf), JobError> {
        let out = self.dir.path().join(name);
        let job = Export {
            places: self.places.clone(),
            custodian: "m1".to_owned(),
            from: None,
            to: None,
            out: out.clone(),
            english: false,
            formats: export::Formats::default(),
            classification: stated.map(str::to_owned),
            delete_by: None,
            now: NOW + 1,
        };
        export(&job, &self.operator, Progress::none()).map(|report| (report, out))
    }

    fn size(&self) -> u64 {
        self.places.open().unwrap().size()
    }
}

fn read(out: &Path, name: &str) -> String {
    std::fs::read_to_string(out.join(name)).unwrap()
}

#[test]
fn nothing_above_the_ceiling_is_stored() {
    let bench = Bench::new();
    let before = bench.size();
    for marked in ["FORTROLIGT", "NATO SECRET", "TRÈS SECRET UE/EU TOP SECRET", "EYES ONLY"] {
        let many = [vec![None; 3000], vec![Some(marked)]].concat();
        let refused = bench.ingest(&many).unwrap_err();
        assert!(matches!(refused, JobError::AboveCeiling { .. }), "{marked}: {refused}");
        assert_eq!(refused.exit_code(), 6);
        assert_eq!(bench.size(), before, "{marked}");
    }
    // the control: up to the ceiling it is taken in, and the run says what it holds
    let report = bench.ingest(&[None, Some("Til tjenestebrug")]).unwrap();
    assert_eq!((report.runs[0].new, report.runs[0].marking), (2, Some("TIL TJENESTEBRUG")));
    assert!(report.receipt.contains("TIL TJENESTEBRUG"));
    assert_eq!(held(&bench.places, Some("m1")).unwrap(), Level::Restricted);
    assert_eq!(held(&bench.places, Some("m2")).unwrap(), Level::Unmarked);
}

#[test]
fn the_ceiling_is_a_signed_decision() {
    let bench = Bench::new();
    set_ceiling(&bench.places, &bench.operator, Level::Secret, None, NOW).unwrap();
    bench.ingest(&[Some("HEMMELIGT"), None]).unwrap();
    let lower = set_ceiling(&bench.places, &bench.operator, Level::Confidential, None, NOW).unwrap_err();
    assert!(matches!(lower, JobError::AboveCeiling { level: "HEMMELIGT", ceiling: "FORTROLIGT" }));
    let shown = show(&bench.places, false).unwrap();
    assert_eq!((shown.ceiling, shown.held, shown.decided), ("HEMMELIGT", "HEMMELIGT", true));
    let verified =
        crate::verify::verify(&bench.places, Some(&bench.operator), &[], Progress::none()).unwrap();
    assert!(verified.holds, "{:?}", verified.broken);
}

#[test]
fn every_page_and_file_of_a_production_carries_the_highest() {
    let bench = Bench::new();
    set_ceiling(&bench.places, &bench.operator, Level::TopSecret, None, NOW).unwrap();
    bench.ingest(&[Some("HEMMELIGT"), None, Some("NATO CONFIDENTIAL")]).unwrap();
    let low = bench.export("low", Some("FORTROLIGT")).unwrap_err();
    assert!(matches!(low, JobError::MarkingTooLow { level: "HEMMELIGT" }) && low.exit_code() == 6);
    assert!(!bench.dir.path().join("low").exists());
    let (report, out) = bench.export("out", None).unwrap();
    assert_eq!(report.marking.as_deref(), Some("HEMMELIGT"));
    let banner = "<p class=\"marking\">HEMMELIGT</p>";
    for page in ["data/index.html", "data/conversations/00001-0001.html"] {
        assert_eq!(read(&out, page).matches(banner).count(), 2, "{page}");
    }
    assert!(read(&out, "data/verify.html").contains(banner));
    assert!(read(&out, "bag-info.txt").contains("Classification: HEMMELIGT\n"));
    for line in read(&out, "data/messages.jsonl").lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["archive"]["marking"], "HEMMELIGT");
    }
    let proofs: Vec<_> = std::fs::read_dir(out.join("data/proofs")).unwrap().collect();
    assert!(proofs.iter().all(|p| p.as_ref().unwrap().file_name().to_string_lossy().contains("-HEM.")));
    assert_eq!(proofs.len(), 3);
}

#[test]
fn a_declassification_names_its_issuer_and_lowers_what_it_names() {
    let bench = Bench::new();
    set_ceiling(&bench.places, &bench.operator, Level::Secret, None, NOW).unwrap();
    bench.ingest(&[Some("HEMMELIGT"), None]).unwrap();
    let what = |issuer: &str, to: Level| Declassification {
        custodian: "m1".to_owned(),
        from: Level::Secret,
        to,
        first: None,
        last: None,
        issuer: Sensitive::new(issuer.to_owned()),
        reference: None,
    };
    let by = |w: &Declassification| declassify(&bench.places, &bench.operator, w, NOW + 1);
    assert!(matches!(by(&what(" ", Level::Unmarked)), Err(JobError::BadValue { .. })));
    assert!(matches!(by(&what("FE", Level::TopSecret)), Err(JobError::BadValue { .. })));
    let entry = by(&what("FE", Level::Restricted)).unwrap();
    let (report, out) = bench.export("out", None).unwrap();
    assert_eq!(report.marking.as_deref(), Some("TIL TJENESTEBRUG"));
    let first = read(&out, "data/messages.jsonl");
    let first: serde_json::Value = serde_json::from_str(first.lines().next().unwrap()).unwrap();
    // its own marking stays as it was read
    assert_eq!(first["classification"], "HEMMELIGT");
    assert_eq!(first["archive"]["declassified_by"], entry);
}

#[test]
fn a_production_without_markings_has_none() {
    let bench = Bench::new();
    bench.ingest(&[None, None]).unwrap();
    let (report, out) = bench.export("out", None).unwrap();
    assert_eq!(report.marking, None);
    assert!(!read(&out, "data/index.html").contains("class=\"marking\""));
    assert!(!read(&out, "bag-info.txt").contains("Classification"));
    // words of the operator's stand as they are
    let (report, _) = bench.export("stated", Some("Fortroligt udkast")).unwrap();
    assert_eq!(report.marking.as_deref(), Some("Fortroligt udkast"));
}
