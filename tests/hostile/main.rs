//! Sources made to do harm, and sources that came to harm: every one is inspected and read by the real program,
//! which may not crash, hang, fill the memory, change the source, leave anything behind or say on standard
//! error what messages say; what can be read is read.
//!
//! `BESKEDARKIV_HOSTILE=N` tries N times as much; `BESKEDARKIV_HOSTILE_SEED=N` begins with other damage;
//! `BESKEDARKIV_HOSTILE_PROGRAM=P` tries another build of the program; `BESKEDARKIV_HOSTILE_SHOW=1` lists every case;
//! `BESKEDARKIV_HOSTILE_KEEP=WORDS` leaves the cases whose names begin so where they are.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod containers;
mod damage;
mod databases;
mod folders;
mod good;
mod mutate;
#[path = "../support/mod.rs"]
mod support;
mod watch;
mod words;

use std::fs;
use std::sync::Mutex;

use damage::Damage;
use good::{KINDS, Kind, good};
use watch::{Case, Seen, watch};

/// How much of what the good source has must be there.
#[derive(Clone, Copy, Debug)]
enum Keeps {
    /// It may be refused.
    Nothing,
    /// It may lose some, and not all.
    Some,
    /// So many hundredths at least.
    Part(usize),
    /// Everything.
    All,
}

fn times() -> u64 {
    std::env::var("BESKEDARKIV_HOSTILE").ok().and_then(|n| n.parse().ok()).unwrap_or(1)
}

/// What came of cases, gathered so that one failure does not hide the next.
#[derive(Default)]
struct Report(Mutex<Vec<String>>);

impl Report {
    fn take(&self, case: &Case, base: &[String], keeps: Keeps, seen: Result<Seen, String>) {
        let seen = match seen {
            Ok(seen) => seen,
            Err(why) => return self.0.lock().unwrap().push(format!("{}: {why}", case.name)),
        };
        let there = base.iter().filter(|m| seen.messages.contains(m)).count();
        if std::env::var_os("BESKEDARKIV_HOSTILE_SHOW").is_some() {
            eprintln!(
                "{:40} {} {} {there:4}/{:<4} of {:<4} {:5} MiB {:6.2} s {}",
                case.name,
                seen.inspect,
                seen.read,
                base.len(),
                seen.messages.len(),
                seen.peak_kib >> 10,
                seen.seconds,
                seen.findings.chars().take(150).collect::<String>(),
            );
        }
        let enough = match keeps {
            Keeps::Nothing => true,
            Keeps::Some => there > 0,
            Keeps::Part(hundredths) => there * 100 >= base.len() * hundredths,
            Keeps::All => there == base.len() && !base.is_empty(),
        };
        if !enough {
            let what = format!("{}: {there} of {} left, asked for {keeps:?}", case.name, base.len());
            self.0.lock().unwrap().push(what);
        }
    }

    /// What is no source is refused, by both commands.
    fn refused(&self, case: &Case) {
        let seen = watch(case);
        let wrong = seen.as_ref().is_ok_and(|seen| (seen.inspect, seen.read) != (4, 4));
        self.take(case, &[], Keeps::Nothing, seen);
        if wrong {
            self.0.lock().unwrap().push(format!("{}: is not refused", case.name));
        }
    }

    fn end(self) {
        let failed = self.0.into_inner().unwrap();
        assert!(failed.is_empty(), "{} cases:\n{}", failed.len(), failed.join("\n"));
    }
}

/// What the good source of a kind gives.
fn base(kind: &Kind) -> Vec<String> {
    let (case, _) = good(kind);
    let seen = watch(&case).unwrap_or_else(|why| panic!("{}: {why}", kind.name));
    assert!(!seen.messages.is_empty(), "{} gives nothing", kind.name);
    seen.messages
}

/// What must be left of a kind of source after this damage.
fn keeps(kind: &Kind, damage: Damage) -> Keeps {
    let packed = ["zip", "tar"].iter().any(|p| kind.name.ends_with(p)) || kind.name.starts_with("chat");
    // the whole is authenticated before any of it is believed, or a compressed stream breaks where it is hit
    let whole = kind.name.starts_with("crypt") || ["signal-folder", "sms-ie-encrypted"].contains(&kind.name);
    // a medium that is not what its mapping was approved for is refused as a whole
    let approved = kind.name.starts_with("smart");
    match damage {
        Damage::Cut(900) | Damage::Last | Damage::Longer if whole || approved => Keeps::Nothing,
        Damage::Last if kind.name.ends_with("array") || packed => Keeps::Part(90),
        Damage::Last | Damage::Longer => Keeps::Part(95),
        // so small that the cut takes the root of the table
        Damage::Cut(900) if ["bugle", "whatsapp-android"].contains(&kind.name) => Keeps::Nothing,
        Damage::Cut(900) if packed => Keeps::Some,
        Damage::Cut(900) => Keeps::Part(40),
        _ => Keeps::Nothing,
    }
}

#[test]
fn every_kind_damaged() {
    let report = Report::default();
    let next = Mutex::new(KINDS.iter());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some(kind) = next.lock().unwrap().next() else { break };
                    let base = base(kind);
                    let (mut case, main) = good(kind);
                    let whole = fs::read(&main).unwrap();
                    for damage in damage::all(times()) {
                        fs::write(&main, damage.of(&whole)).unwrap();
                        case.name = format!("{} {damage:?}", kind.name);
                        report.take(&case, &base, keeps(kind, damage), watch(&case));
                    }
                }
            });
        }
    });
    report.end();
}

/// Four mutations of every kind; N times as many and, from `seed` on, others.
#[test]
fn every_kind_mutated() {
    let report = Report::default();
    let seed = std::env::var("BESKEDARKIV_HOSTILE_SEED").ok().and_then(|n| n.parse().ok()).unwrap_or(0);
    let next = Mutex::new(KINDS.iter());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some(kind) = next.lock().unwrap().next() else { break };
                    let (mut case, main) = good(kind);
                    for seed in seed..seed + 4 * times() {
                        let before = mutate::mutate(&case.source, &main, seed);
                        case.name = format!("{} mutated {seed}", kind.name);
                        report.take(&case, &[], Keeps::Nothing, watch(&case));
                        mutate::restore(before);
                    }
                }
            });
        }
    });
    report.end();
}

#[test]
fn folders_and_paths() {
    let report = Report::default();
    for name in ["ios", "ios-files", "whatsapp-android", "signal-folder", "signal-desktop"] {
        folders::harm(good::kind(name), &report);
    }
    folders::nothing(&report);
    report.end();
}

#[test]
fn zips_tars_and_streams() {
    let report = Report::default();
    containers::all(&report);
    report.end();
}

#[test]
fn databases_and_their_schemas() {
    let report = Report::default();
    databases::schemas(&report);
    databases::numbers(&report);
    databases::outside(&report);
    report.end();
}

#[test]
fn texts_and_beginnings() {
    let report = Report::default();
    words::beginnings(&report);
    words::xml(&report);
    words::lines(&report);
    report.end();
}

/// The looking itself: a mark that is said, a source that is changed and a file that is left are seen.
#[test]
fn what_is_looked_for_would_be_found() {
    let (case, _) = good(good::kind("sms-xml"));
    let seen = watch(&case).unwrap();
    assert!(seen.marked, "the messages hold no mark that could be found");
    // a name that the operator typed is shown: the search for the mark sees it
    let named = case.dir.path().join(format!("{}.bin", watch::MARK));
    fs::write(&named, b"x").unwrap();
    let said = watch(&Case { source: named, ..case }).err().unwrap();
    assert!(said.contains("says Kanariefugl"), "{said}");
}
