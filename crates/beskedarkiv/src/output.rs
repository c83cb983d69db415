//! What a command prints: sentences and tables for a person, one object for a program (`--json`),
//! nothing (`--quiet`). Notes go to standard error.

use std::cell::Cell;
use std::io::{IsTerminal, Write};

use serde::Serialize;

use crate::failure::Failure;
use crate::table::Table;
use crate::texts::{Args, Texts};

/// Where a command's output goes.
pub(crate) struct Output<'a> {
    texts: &'a Texts,
    json: bool,
    quiet: bool,
    said: Cell<bool>,
}

impl<'a> Output<'a> {
    /// Output in the language of `texts`.
    pub(crate) fn new(texts: &'a Texts, json: bool, quiet: bool) -> Self {
        Self { texts, json, quiet, said: Cell::new(false) }
    }

    /// The sentences.
    pub(crate) fn texts(&self) -> &'a Texts {
        self.texts
    }

    /// Whether a program reads the output.
    pub(crate) fn json(&self) -> bool {
        self.json
    }

    /// Whether anything was said, or would have been to whoever listens.
    pub(crate) fn said(&self) -> bool {
        self.said.get()
    }

    /// Whether progress may be shown: a person sits at the terminal.
    pub(crate) fn lively(&self) -> bool {
        !self.json && !self.quiet && std::io::stderr().is_terminal()
    }

    /// Whether names may be shown: asked for, and on a terminal.
    pub(crate) fn names(&self, asked: bool) -> bool {
        let terminal = std::io::stdout().is_terminal();
        if asked && !terminal {
            self.note("note-names-hidden", &[]);
        }
        asked && terminal
    }

    /// A sentence for a person.
    pub(crate) fn line(&self, key: &str, arguments: &Args<'_>) -> Result<(), Failure> {
        self.plain(&self.texts.say(key, arguments))
    }

    /// Text for a person, as it stands.
    pub(crate) fn plain(&self, text: &str) -> Result<(), Failure> {
        self.said.set(true);
        if self.json || self.quiet {
            return Ok(());
        }
        writeln!(std::io::stdout(), "{text}").map_err(|e| Failure::output(&e))
    }

    /// A table for a person.
    pub(crate) fn table(&self, table: &Table) -> Result<(), Failure> {
        table.lines().iter().try_for_each(|line| self.plain(line))
    }

    /// The object for a program; printed with `--json` only.
    pub(crate) fn object(&self, object: &impl Serialize) -> Result<(), Failure> {
        if !self.json {
            return Ok(());
        }
        self.said.set(true);
        let text =
            serde_json::to_string(object).map_err(|_| Failure::new(1, "internal").with("what", "json"))?;
        writeln!(std::io::stdout(), "{text}").map_err(|e| Failure::output(&e))
    }

    /// A remark on standard error.
    pub(crate) fn note(&self, key: &str, arguments: &Args<'_>) {
        if !self.quiet {
            let _ = writeln!(std::io::stderr(), "beskedarkiv: {}", self.texts.say(key, arguments));
        }
    }
}
