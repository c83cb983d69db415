//! What `scripts/torture` needs a hundred thousand times and a process of its own makes slow: archives whose
//! passphrases cost little to try (the program itself makes none), and jobs done one after another in one process.
//!
//! ```text
//! trials make FOLDER      FOLDER/A and FOLDER/K, with the passphrase in FOLDER/pw
//! trials make FOLDER old  of 2020: FOLDER/old.xml taken in for the employee `old`, FOLDER/new.xml for the minister
//!                         `new`, two more operators who may delete and hold, with the passphrases in FOLDER/to, tre
//! trials serve            answers lines: `verify FOLDER`, `opened FOLDER` (with keys), `ingest FOLDER MODE` (of
//!                         FOLDER/second, for `min`); an answer is exit code, blank, JSON
//! ```
#![allow(clippy::print_stderr)]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use jiff::civil::date;
use pipeline::ingest::{Ingest, ingest};
use pipeline::register::{self, NewCustodian};
use pipeline::verify::verify;
use pipeline::{JobError, Places, Progress, Sensitive, SourceOptions, operators};
use policy::{AuthorityKind, Mode, Policy, Post, Role};
use secrecy::SecretString;
use vault::Cost;

const CHEAP: Cost = Cost { memory_kib: 8 * 1024, passes: 1, lanes: 1 };
/// 2020-03-10, noon, UTC.
const THEN: i64 = 1_583_841_600_000;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["make", folder] => make(Path::new(folder), false).map_err(|e| e.to_string()),
        ["make", folder, "old"] => make(Path::new(folder), true).map_err(|e| e.to_string()),
        ["serve"] => serve().map_err(|e| e.to_string()),
        _ => Err("trials make FOLDER [old] | trials serve".to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("{e}");
            ExitCode::from(1)
        }
    }
}

/// Answers until the lines end.
fn serve() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lines() {
        let line = line?;
        let words: Vec<&str> = line.split(' ').collect();
        let answer = match words.as_slice() {
            ["verify", folder] => verified(Path::new(folder), false),
            ["opened", folder] => verified(Path::new(folder), true),
            ["ingest", folder, mode] => taken_in(Path::new(folder), mode),
            _ => return Err(std::io::Error::other("no such job")),
        };
        let (code, text) = answer.unwrap_or_else(|e| (e.exit_code(), format!("{:?}", e.to_string())));
        writeln!(out, "{code} {text}")?;
        out.flush()?;
    }
    Ok(())
}

fn verified(folder: &Path, with_keys: bool) -> Result<(u8, String), JobError> {
    let places = places(folder);
    let by = with_keys.then(|| places.unlock(&secret(folder, "pw")?)).transpose()?;
    let report = verify(&places, by.as_ref(), &[], Progress::none())?;
    Ok((report.exit_code(), json(&report)))
}

fn taken_in(folder: &Path, mode: &str) -> Result<(u8, String), JobError> {
    let options = SourceOptions { owner_name: Some("Mig".to_owned()), ..SourceOptions::default() };
    let mode = if mode == "off" { Mode::Off } else { Mode::Sort };
    let job = job(places(folder), "min", folder.join("second"), options, mode, now());
    let report = ingest(&job, Progress::none())?;
    Ok((report.exit_code(), json(&report)))
}

fn json(report: &impl serde::Serialize) -> String {
    serde_json::to_string(report).unwrap_or_default()
}

fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// Archive, key store and holding area as the script calls them.
fn places(folder: &Path) -> Places {
    Places { holding: folder.join("H"), ..Places::new(folder.join("A"), folder.join("K")) }
}

fn secret(folder: &Path, name: &str) -> Result<SecretString, JobError> {
    let path = folder.join(name);
    let text = std::fs::read_to_string(&path).map_err(|e| JobError::Io {
        path,
        what: "reading a passphrase",
        kind: e.kind(),
    })?;
    Ok(SecretString::from(text.lines().next().unwrap_or_default().to_owned()))
}

fn job(places: Places, id: &str, source: PathBuf, options: SourceOptions, mode: Mode, now: i64) -> Ingest {
    Ingest {
        places,
        custodian: id.to_owned(),
        sources: vec![source],
        options,
        copy_date: None,
        mode: Some(mode),
        contacts: None,
        journal: None,
        attest_device: false,
        now,
    }
}

fn make(folder: &Path, old: bool) -> Result<(), JobError> {
    let places = places(folder);
    let now = if old { THEN } else { now() };
    operators::init_at_cost(&places, &secret(folder, "pw")?, "Prøve", &Policy::default(), now, CHEAP)?;
    if !old {
        return Ok(());
    }
    let by = places.unlock(&secret(folder, "pw")?)?;
    for (id, post) in [("old", Post::Employee), ("new", Post::Minister)] {
        let custodian = NewCustodian {
            id: id.to_owned(),
            name: Sensitive::new(id.to_owned()),
            role: Role { post, authority: AuthorityKind::Department, pay_grade: None },
            from: date(2010, 1, 1),
            to: None,
            numbers: Vec::new(),
            devices: Vec::new(),
            reference: None,
        };
        register::add(&places, &by, &custodian, now)?;
        let source = folder.join(format!("{id}.xml"));
        let job = job(places.clone(), id, source, SourceOptions::default(), Mode::Off, now);
        ingest(&job, Progress::none())?;
    }
    for name in ["to", "tre"] {
        let operator = operators::add_at_cost(&places, &by, name, &secret(folder, name)?, now, CHEAP)?;
        let rights = ["delete", "hold"].map(str::to_owned).to_vec();
        let grant = operators::Grant {
            operator,
            rights,
            custodians: Vec::new(),
            from: None,
            to: None,
            months: (None, None),
        };
        operators::grant(&places, &by, &grant, now)?;
    }
    Ok(())
}
