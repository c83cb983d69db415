//! Running the real program in a clean environment, and looking at what it left. Knows nothing of
//! what the program does inside.
#![allow(dead_code, unreachable_pub)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// The program, without the environment of whoever runs the tests.
pub fn program(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_beskedarkiv"));
    command.env_clear().env("HOME", home).env("LANG", "en_DK.UTF-8").env("TMPDIR", home).stdin(Stdio::null());
    command
}

/// The root of the project.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("crates/beskedarkiv").to_owned()
}

/// The name of another program, where it is installed; says so where it is not.
pub fn tool<'a>(name: &'a str, version: &str) -> Option<&'a str> {
    let found = Command::new(name).arg(version).output().is_ok_and(|o| o.status.success());
    if !found {
        use std::io::Write;
        let _ = writeln!(std::io::stderr(), "{name} is not installed: what needs it is left out");
    }
    found.then_some(name)
}

/// A folder to work in, and the program beside it.
pub struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    /// A new empty folder.
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().expect("a temporary folder") }
    }

    /// A path in the folder.
    pub fn at(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The path as an argument.
    pub fn arg(&self, name: &str) -> String {
        self.at(name).to_str().expect("UTF-8").to_owned()
    }

    /// A private file.
    pub fn file(&self, name: &str, text: &str) -> String {
        use std::os::unix::fs::PermissionsExt;
        fs::write(self.at(name), text).expect("a file");
        fs::set_permissions(self.at(name), fs::Permissions::from_mode(0o600)).expect("permissions");
        self.arg(name)
    }

    /// The program with these words.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = program(self.dir.path());
        command.args(words).current_dir(self.dir.path());
        command
    }

    /// Runs the program to its end.
    pub fn run(&self, words: &[&str]) -> Done {
        self.ended(words, &mut self.command(words))
    }

    /// Runs it to its end as it was prepared.
    pub fn ended(&self, words: &[&str], command: &mut Command) -> Done {
        let output = command.output().expect("the program runs");
        Done { words: words.iter().map(|w| (*w).to_owned()).collect(), output }
    }
}

/// A program that ended.
pub struct Done {
    words: Vec<String>,
    output: Output,
}

impl Done {
    /// The exit code, 128 + signal where one ended it.
    pub fn code(&self) -> i32 {
        use std::os::unix::process::ExitStatusExt;
        let status = self.output.status;
        status.code().or_else(|| status.signal().map(|s| 128 + s)).expect("an end")
    }

    /// Standard output.
    pub fn out(&self) -> String {
        String::from_utf8(self.output.stdout.clone()).expect("UTF-8")
    }

    /// Standard error.
    pub fn err(&self) -> String {
        String::from_utf8(self.output.stderr.clone()).expect("UTF-8")
    }

    /// Both, as bytes.
    pub fn bytes(&self) -> Vec<u8> {
        [self.output.stdout.as_slice(), self.output.stderr.as_slice()].concat()
    }

    /// Asserts the exit code.
    #[track_caller]
    pub fn ends(self, code: i32) -> Self {
        assert_eq!(self.code(), code, "{:?}\n{}\n{}", self.words, self.out(), self.err());
        self
    }

    /// The one object of `--json`: the last line.
    #[track_caller]
    pub fn json(&self) -> Value {
        let out = self.out();
        let last = out.lines().last().unwrap_or_default();
        serde_json::from_str(last).unwrap_or_else(|e| panic!("{:?}: {e}\n{out}\n{}", self.words, self.err()))
    }
}

/// Every file below a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").path()) {
        if entry.is_dir() {
            found.extend(files(&entry));
        } else {
            found.push(entry);
        }
    }
    found.sort();
    found
}

/// Names, bytes and times of every file below a folder: equal when nothing was touched.
pub fn snapshot(folder: &Path) -> Vec<(PathBuf, Vec<u8>, std::time::SystemTime)> {
    let look = |path: PathBuf| {
        let modified = fs::metadata(&path).and_then(|m| m.modified()).expect("a time");
        (path.clone(), fs::read(&path).expect("readable"), modified)
    };
    files(folder).into_iter().map(look).collect()
}
