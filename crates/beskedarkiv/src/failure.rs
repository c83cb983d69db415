//! Why a command did not do what was asked: an exit code, one line of what is wrong and where, one
//! line of what to do next. Carries paths as typed and fixed words, never content.

use std::io::Write;

use jiff::civil::Date;
use serde_json::json;

use crate::texts::Texts;

/// Done, with something a person must look at.
pub(crate) const LOOK: u8 = 3;
/// A mistake of ours.
pub(crate) const INTERNAL: u8 = 1;
/// Wrong use of the command line.
pub(crate) const USAGE: u8 = 2;
/// Something does not hold.
pub(crate) const INTEGRITY: u8 = 5;
/// Interrupted; safe to repeat.
pub(crate) const INTERRUPTED: u8 = 130;

/// Keys of the failures of jobs; the same as the pipeline's, so that each has its sentences.
const JOB_KEYS: [&str; 53] = [
    "unfinished",
    "source-unknown",
    "source-secret-needed",
    "source-wrong-secret",
    "source-unfinished",
    "source-ambiguous",
    "source-missing",
    "source-damaged",
    "source-undescribed",
    "source-misfit",
    "source-changed",
    "source-io",
    "unapproved-mapping",
    "same-person",
    "other-custodian",
    "no-archive",
    "not-empty",
    "keys-inside-archive",
    "busy",
    "wrong-passphrase",
    "wrong-identity",
    "bad-key",
    "integrity",
    "lists",
    "keys-beyond",
    "apart-other",
    "apart-shorter",
    "apart-rewritten",
    "no-epoch-key",
    "bad-share",
    "expired",
    "locked",
    "forbidden-by-policy",
    "would-travel",
    "bad-place",
    "unknown-custodian",
    "known-custodian",
    "unregistered-device",
    "unregistered-number",
    "no-right",
    "one-person",
    "refused",
    "above-ceiling",
    "marking-too-low",
    "not-available",
    "bad-value",
    "job-file",
    "input-file",
    "io",
    "path",
    "store",
    "internal",
    "interrupted",
];

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

    /// A period must not end before it begins.
    pub(crate) fn of_period(from: Option<Date>, to: Option<Date>) -> Result<(), Self> {
        if from.zip(to).is_some_and(|(from, to)| to < from) { Err(Self::usage("period")) } else { Ok(()) }
    }

    /// A job that stopped: its own key, arguments and exit code.
    pub(crate) fn of_job(error: pipeline::JobError) -> Self {
        let key = JOB_KEYS.iter().find(|key| **key == error.key()).copied().unwrap_or("internal");
        Self { arguments: error.args(), ..Self::new(error.exit_code(), key) }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Lang;

    #[test]
    fn every_failure_of_a_job_has_its_sentences() {
        for key in pipeline::JobError::KEYS {
            assert!(JOB_KEYS.contains(&key), "{key}");
        }
        for lang in [Lang::Da, Lang::En] {
            let texts = Texts::new(lang);
            for key in JOB_KEYS {
                for part in ["error", "next"] {
                    assert!(texts.find(&format!("{part}-{key}"), &[]).is_some(), "{part}-{key}");
                }
            }
        }
    }
}
