//! `beskedarkiv`, the command line: arguments, prompts, texts in two languages, progress and exit
//! codes.
//!
//! It knows how to ask `pipeline` for a job and how to say what came of it. It knows no source
//! format, no cryptography and no file of archive or key store, and it never writes what a message
//! says anywhere but to where the operator asked for it.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod args;
mod commands;
mod config;
mod failure;
mod harden;
mod help;
mod keys;
mod lang;
mod logs;
mod output;
mod person;
mod progress;
mod secret;
mod stop;
mod table;
mod texts;
mod usage;

use std::ffi::OsString;
use std::process::ExitCode;

use crate::commands::Context;
use crate::texts::Texts;

fn main() -> ExitCode {
    harden::panics();
    harden::process();
    let argv: Vec<OsString> = std::env::args_os().collect();
    let code = std::panic::catch_unwind(|| run(argv)).unwrap_or(failure::INTERNAL);
    ExitCode::from(code)
}

/// From the words of the command line to the exit code.
fn run(argv: Vec<OsString>) -> u8 {
    let early = args::Early::scan(&argv);
    let settings = config::load(early.config.as_deref());
    let lang = early
        .lang
        .or_else(|| settings.as_ref().ok().and_then(|s| s.lang))
        .unwrap_or_else(|| lang::of_locale(|name| std::env::var(name).ok()));
    harden::panics_in(lang);
    let texts = Texts::new(lang);

    let cli = match args::parse(argv, &texts) {
        Ok(cli) => cli,
        Err(error) => return usage::tell(&error, &texts),
    };
    let json = cli.global.json;
    let result = settings.and_then(|settings| {
        let mut context = Context::new(&cli.global, settings, &texts)?;
        commands::run(cli.command, &mut context)
    });
    match result {
        Ok(code) => code,
        Err(failure) => failure.tell(&texts, json),
    }
}
