//! Why a command did not do what was asked: an exit code, one line of what is wrong and where, one
//! line of what to do next. Carries paths as typed and fixed words, never content.

use std::io::Write;

use serde_json::json;

use crate::texts::Texts;

/// Done, with something a person must look at.
pub(crate) const LOOK: u8 = 3;
/// A mistake of ours.
pub(crate) const INTERNAL: u8 = 1;
/// Wrong use of the command line.
pub(crate) const USAGE: u8 = 2;
/// An input that cannot be read.
pub(crate) const INPUT: u8 = 4;
/// Something does not hold.
pub(crate) const INTEGRITY: u8 = 5;
/// Interrupted; safe to repeat.
pub(crate) const INTERRUPTED: u8 = 130;

/// A command that stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    code: u8,
    key: &'static str,
    arguments: Vec<(&'static str, String)>,
    quiet: bool,
}

impl Failure {
    /// A failure whose sentences are `error-<key>` and `next-<key>`.
    pub(crate) fn new(code: u8, key: &'static str) -> Self {
        Self { code, key, arguments: Vec::new(), quiet: false }
    }

    /// Wrong use.
    pub(crate) fn usage(key: &'static str) -> Self {
        Self::new(USAGE, key)
    }

    /// With one more argument for the sentences.
    #[must_use]
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.arguments.push((name, value.into()));
        self
    }

    /// The reader of our output had enough (`read | head`): nothing is wrong, nothing is said.
    pub(crate) fn enough() -> Self {
        Self { quiet: true, ..Self::new(0, "enough") }
    }

    /// Writing the output failed.
    pub(crate) fn output(error: &std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            return Self::enough();
        }
        Self::new(INTERNAL, "output").with("why", error.kind().to_string())
    }

    /// Says it, on standard error and with `--json` as an object on standard output too; gives the
    /// exit code.
    pub(crate) fn tell(&self, texts: &Texts, json: bool) -> u8 {
        if self.quiet {
            return self.code;
        }
        let worded = |(name, value): &(&'static str, String)| match *name {
            "path" => (*name, value.clone().into()),
            _ => (*name, texts.word(value).into()),
        };
        let arguments: Vec<_> = self.arguments.iter().map(worded).collect();
        let wrong = texts.say(&format!("error-{}", self.key), &arguments);
        let next = texts.say(&format!("next-{}", self.key), &arguments);
        let _ = writeln!(std::io::stderr(), "beskedarkiv: {wrong}\n  {next}");
        if json {
            let object = json!({
                "error": { "key": self.key, "exit": self.code, "message": wrong, "next": next }
            });
            let _ = writeln!(std::io::stdout(), "{object}");
        }
        self.code
    }
}
