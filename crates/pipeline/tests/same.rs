//! The same messages by several kinds of source: each is one message, every telling of it is kept and shown,
//! whatever came first; and what only looks alike stays apart.
#![allow(clippy::unwrap_used, missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};

use pipeline::ingest::{Ingest, IngestReport, RunReport, ingest};
use pipeline::production::{Export, export};
use pipeline::register::{self, NewCustodian};
use pipeline::{Places, Progress, Sensitive, SourceOptions, operators};
use policy::{AuthorityKind, Mode, Policy, Post, Role};
use secrecy::SecretString;
use serde_json::Value;
use testkit::android;
use testkit::signal;

const NOW: i64 = 1_790_000_000_000;
const CODE: &str = "kode";

struct Archive {
    dir: tempfile::TempDir,
    places: Places,
}

impl Archive {
    fn founded() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let places = Places::new(dir.path().join("archive"), dir.path().join("keys"));
        let passphrase = SecretString::from(CODE.to_owned());
        operators::init(&places, &passphrase, "Arkivar", &Policy::default(), NOW).unwrap();
        let by = places.unlock(&passphrase).unwrap();
        let custodian = NewCustodian {
            id: "x".to_owned(),
            name: Sensitive::new("Nina Navn".to_owned()),
            role: Role { post: Post::Minister, authority: AuthorityKind::Department, pay_grade: None },
            from: jiff::civil::date(2015, 1, 1),
            to: None,
            numbers: Vec::new(),
            devices: Vec::new(),
            reference: None,
        };
        register::add(&places, &by, &custodian, NOW).unwrap();
        Self { dir, places }
    }

    fn job(&self, sources: &[PathBuf], secret: Option<&str>, mode: Mode) -> Ingest {
        Ingest {
            places: self.places.clone(),
            custodian: "x".to_owned(),
            sources: sources.to_vec(),
            options: SourceOptions {
                passphrase: secret.map(Into::into),
                owner_name: Some("Mig Selv".to_owned()),
                ..SourceOptions::default()
            },
            copy_date: None,
            mode: Some(mode),
            contacts: None,
            journal: None,
            attest_device: true,
            now: NOW,
        }
    }

    fn take(&self, source: &Source, mode: Mode) -> RunReport {
        let job = self.job(std::slice::from_ref(&source.path), source.secret, mode);
        let IngestReport { mut runs, .. } = ingest(&job, Progress::none()).unwrap();
        let run = runs.remove(0);
        assert!(run.tally.balances);
        // every message has become something
        let sum = run.new + run.seen_again + run.changed + run.seen_elsewhere + run.withheld_again;
        assert_eq!(sum + run.expired + run.suppressed, run.tally.messages, "{run:?}");
        run
    }

    /// The production: its lines and the folder.
    fn produced(&self, name: &str) -> (Vec<Value>, PathBuf) {
        let by = self.places.unlock(&SecretString::from(CODE.to_owned())).unwrap();
        let out = self.dir.path().join(name);
        let job = Export {
            places: self.places.clone(),
            custodian: "x".to_owned(),
            from: None,
            to: None,
            out: out.clone(),
            english: false,
            formats: pipeline::Formats::default(),
            classification: None,
            delete_by: None,
            now: NOW,
        };
        export(&job, &by, Progress::none()).unwrap();
        let report = pipeline::verify::verify(&self.places, Some(&by), &[], Progress::none()).unwrap();
        assert!(report.holds, "{:?}", report.broken);
        let lines = fs::read_to_string(out.join("data/messages.jsonl")).unwrap();
        (lines.lines().map(|l| serde_json::from_str(l).unwrap()).collect(), out)
    }
}

struct Source {
    name: &'static str,
    path: PathBuf,
    secret: Option<&'static str>,
}

fn written(dir: &Path, name: &'static str, bytes: &[u8]) -> Source {
    let path = dir.join(name);
    fs::write(&path, bytes).unwrap();
    Source { name, path, secret: None }
}

/// One phone by every form that its own messages come in.
fn telephone(dir: &Path) -> Vec<Source> {
    let spec = android::Spec::small(7);
    let database = android::database(&spec);
    let extraction = dir.join("phone");
    let home = extraction.join("data/data/com.android.providers.telephony/databases");
    fs::create_dir_all(&home).unwrap();
    fs::write(home.join("mmssms.db"), &database.bytes).unwrap();
    for (path, content) in &database.parts {
        let path = extraction.join(path.trim_start_matches('/'));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    vec![
        written(dir, "sms.xml", &android::xml(&spec).0),
        written(dir, "phone.ab", &android::backup(&spec, 5, true, None).0),
        written(dir, "sms.json", &android::array(&spec).0),
        Source { name: "mmssms.db", path: extraction, secret: None },
    ]
}

#[test]
fn telephone_by_two_forms() {
    let dir = tempfile::tempdir().unwrap();
    let sources = telephone(dir.path());
    for first in &sources {
        for second in sources.iter().filter(|s| s.name != first.name) {
            for mode in [Mode::Off] {
                let archive = Archive::founded();
                let a = archive.take(first, mode);
                let b = archive.take(second, mode);
                eprintln!("{} {}: {} {} / {} {}", first.name, second.name, a.new, a.tally.messages, b.new, b.seen_elsewhere);
                let again = archive.take(second, mode);
                assert_eq!((again.new, again.seen_elsewhere, again.entries_added), (0, 0, 0));
                let (lines, _) = archive.produced("P");
                eprintln!("   {} lines", lines.len());
            }
        }
    }
}
