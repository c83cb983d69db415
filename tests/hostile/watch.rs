//! Running the real program on a source and looking at everything it may not do: crash, hang, fill the memory,
//! change the source, leave something behind, say on standard error what the source says.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// In every text, name and file name of the good sources.
pub(crate) const MARK: &str = "Kanariefugl7731";
/// Numbers of the samples, which carry no mark.
const NUMBERS: [&str; 3] = ["200001", "20 00 01", "9999@s.whatsapp"];
/// Seconds after which a run hangs. A guard, not a measurement: the machine may be busy.
const HANGS: Duration = Duration::from_secs(60);
/// Most KiB of memory in use.
const MOST_KIB: u64 = 3 << 19;
/// Most KiB of addresses: what asks for more is stopped by the system before it harms the machine.
const MOST_ADDRESSES: u64 = 6 << 20;

/// A source in a folder of its own, with what the operator says about it.
pub(crate) struct Case {
    /// What it is.
    pub(crate) name: String,
    /// The folder; whatever else is in it must be there afterwards, and nothing new.
    pub(crate) dir: tempfile::TempDir,
    /// The source in it.
    pub(crate) source: PathBuf,
    /// Flags beside the source.
    pub(crate) words: Vec<String>,
}

/// What came of a case.
pub(crate) struct Seen {
    pub(crate) inspect: i32,
    pub(crate) read: i32,
    /// Messages, each as what tells it from others.
    pub(crate) messages: Vec<String>,
    pub(crate) peak_kib: u64,
    pub(crate) seconds: f64,
    /// Whether what was written to standard output holds the mark.
    pub(crate) marked: bool,
    /// Codes of what a person must look at.
    pub(crate) findings: String,
}

struct Ran {
    code: i32,
    out: Vec<u8>,
    err: String,
    peak_kib: u64,
    seconds: f64,
}

/// The program: this build, or another that is given.
fn program() -> std::ffi::OsString {
    std::env::var_os("BESKEDARKIV_HOSTILE_PROGRAM")
        .unwrap_or_else(|| env!("CARGO_BIN_EXE_beskedarkiv").into())
}

/// The program under limits, without the environment of whoever runs the tests.
fn run(case: &Case, words: &[&str], without_rights: bool) -> Result<Ran, String> {
    let io = |e: std::io::Error| format!("the test itself: {e}");
    let to = tempfile::tempdir().map_err(io)?;
    let (out, err) = (to.path().join("out"), to.path().join("err"));
    let limits = format!("ulimit -v {MOST_ADDRESSES}; ulimit -c 0; exec \"$0\" \"$@\"");
    let mut command = Command::new("sh");
    command.arg("-c").arg(limits);
    if without_rights {
        // the superuser reads what nobody may read
        command.args(["setpriv", "--bounding-set=-dac_override,-dac_read_search"]);
    }
    command.arg(program()).args(words);
    command
        .env_clear()
        .env("HOME", case.dir.path())
        .env("TMPDIR", case.dir.path())
        .env("LANG", "en_DK.UTF-8");
    command.env("PATH", "/usr/bin:/bin").current_dir(case.dir.path()).stdin(Stdio::null());
    command.stdout(File::create(&out).map_err(io)?).stderr(File::create(&err).map_err(io)?);
    let began = Instant::now();
    let mut child = command.spawn().map_err(io)?;
    let status = format!("/proc/{}/status", child.id());
    let mut peak_kib = 0;
    let done = loop {
        if let Ok(text) = fs::read_to_string(&status) {
            let line = text.lines().find_map(|l| l.strip_prefix("VmHWM:"));
            let kib = line.and_then(|l| l.trim().trim_end_matches("kB").trim().parse().ok());
            peak_kib = peak_kib.max(kib.unwrap_or(0));
        }
        if let Some(done) = child.try_wait().map_err(io)? {
            break done;
        }
        if began.elapsed() > HANGS {
            child.kill().map_err(io)?;
            child.wait().map_err(io)?;
            return Err(format!("{}: hangs", words[0]));
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let err = String::from_utf8_lossy(&fs::read(&err).map_err(io)?).into_owned();
    let code =
        std::os::unix::process::ExitStatusExt::signal(&done).map_or(done.code().unwrap_or(-1), |s| 128 + s);
    let out = fs::read(&out).map_err(io)?;
    Ok(Ran { code, out, err, peak_kib, seconds: began.elapsed().as_secs_f64() })
}

/// Everything below a path, links not followed: kind, rights, times, length, content.
fn state(at: &Path, left_out: &Path, found: &mut BTreeSet<String>) {
    let Ok(meta) = fs::symlink_metadata(at) else { return };
    if at == left_out {
        return;
    }
    let kind = meta.file_type();
    // the folder that the test works in gets the summary
    let time = if at.join("summary").exists() { (0, 0) } else { (meta.mtime(), meta.mtime_nsec()) };
    let content = if kind.is_file() && meta.len() < 64 << 20 {
        fs::read(at).map(|bytes| checksum(&bytes)).unwrap_or_default()
    } else {
        0
    };
    found.insert(format!(
        "{} {:o} {time:?} {} {content:x} {}",
        at.to_string_lossy(),
        meta.mode(),
        if kind.is_dir() { 0 } else { meta.len() },
        kind.is_fifo()
    ));
    if kind.is_dir() {
        for entry in fs::read_dir(at).into_iter().flatten().flatten() {
            state(&entry.path(), left_out, found);
        }
    }
}

/// FNV-1a.
fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3))
}

fn snapshot(case: &Case) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(case.dir.path()).into_iter().flatten().flatten() {
        state(&entry.path(), &case.dir.path().join("summary"), &mut found);
    }
    found
}

/// A message as what tells it from others, whatever became of the address book.
pub(crate) fn key(message: &Value) -> String {
    let field = |name: &str| message[name].to_string();
    ["conversation", "id", "sent_at", "body"].map(field).join(" ")
}

fn fine(what: &str, ran: &Ran, silent: &[&[u8]]) -> Result<(), String> {
    if ![0, 3, 4].contains(&ran.code) {
        return Err(format!("{what}: ends with {}: {}", ran.code, ran.err.trim()));
    }
    if ran.err.contains("panicked") {
        return Err(format!("{what}: {}", ran.err.trim()));
    }
    if ran.peak_kib > MOST_KIB {
        return Err(format!("{what}: {} MiB of memory", ran.peak_kib >> 10));
    }
    if ran.code == 4 && ran.err.trim().is_empty() {
        return Err(format!("{what}: refused without a word"));
    }
    for mark in NUMBERS.iter().copied().chain([MARK]) {
        for said in [ran.err.as_bytes()].iter().chain(silent) {
            if said.windows(mark.len()).any(|w| w == mark.as_bytes()) {
                return Err(format!("{what}: says {mark}: {}", String::from_utf8_lossy(said)));
            }
        }
    }
    Ok(())
}

/// Inspects and reads a source, and looks.
pub(crate) fn watch(case: &Case) -> Result<Seen, String> {
    watch_as(case, false)
}

/// As [`watch`]; without the rights of a superuser over other people's files.
pub(crate) fn watch_as(case: &Case, without_rights: bool) -> Result<Seen, String> {
    if let Some(kept) = std::env::var_os("BESKEDARKIV_HOSTILE_KEEP")
        && case.name.starts_with(&*kept.to_string_lossy())
    {
        let to = std::env::temp_dir().join(case.name.replace(|c: char| !c.is_alphanumeric(), "-"));
        drop(Command::new("cp").arg("-a").arg(case.dir.path()).arg(to).status());
    }
    fs::write(case.dir.path().join("summary"), b"").map_err(|e| e.to_string())?;
    let before = snapshot(case);
    let source = case.source.to_string_lossy();
    let with = |first: &[&'static str]| -> Vec<String> {
        let words = first.iter().map(|w| (*w).to_owned()).chain(case.words.iter().cloned());
        words.chain(["--".to_owned(), source.clone().into_owned()]).collect()
    };
    let call = |first: &[&'static str]| {
        let words = with(first);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        run(case, &words, without_rights)
    };
    let inspect = call(&["inspect"])?;
    fine("inspect", &inspect, &[&inspect.out])?;
    let read = call(&["read", "--summary", "summary"])?;
    let summary = fs::read(case.dir.path().join("summary")).map_err(|e| e.to_string())?;
    fine("read", &read, &[&summary])?;
    let after = snapshot(case);
    if before != after {
        let changed: Vec<_> = before.symmetric_difference(&after).take(4).collect();
        return Err(format!("changed or left behind: {changed:?}"));
    }
    let mut messages = Vec::new();
    for line in read.out.split(|b| *b == b'\n').filter(|l| !l.is_empty()) {
        let message: Value =
            serde_json::from_slice(line).map_err(|e| format!("a line that is no JSON: {e}"))?;
        messages.push(key(&message));
    }
    let mut findings = String::new();
    if read.code != 4 {
        let summary: Value = serde_json::from_slice(&summary).map_err(|e| format!("summary: {e}"))?;
        let tally = &summary["tally"];
        if tally["balances"] != true || tally["messages"].as_u64() != Some(messages.len() as u64) {
            return Err(format!("the tally does not balance: {tally}, {} lines", messages.len()));
        }
        findings = summary["findings"].to_string();
        let unreadable = summary["unreadable"].as_array().map_or(0, Vec::len);
        let clean = unreadable == 0 && tally["unreadable"] == 0 && findings == "[]";
        if clean != (read.code == 0) {
            return Err(format!("ends with {} and {findings}, {unreadable} unreadable", read.code));
        }
    }
    Ok(Seen {
        inspect: inspect.code,
        read: read.code,
        messages,
        peak_kib: inspect.peak_kib.max(read.peak_kib),
        seconds: inspect.seconds.max(read.seconds),
        marked: read.out.windows(MARK.len()).any(|w| w == MARK.as_bytes()),
        findings,
    })
}
