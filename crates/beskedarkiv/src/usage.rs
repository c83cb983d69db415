//! What is wrong with a command line, in the language of the texts. Values are not repeated: one of
//! them may be a name or a number; flags and the words a flag takes are.

use std::io::Write;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::failure::USAGE;
use crate::texts::{Args, Texts};

/// Prints help, version or what is wrong; gives the exit code.
pub(crate) fn tell(error: &clap::Error, texts: &Texts) -> u8 {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            let _ = write!(std::io::stdout(), "{}", error.render());
            return 0;
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = write!(std::io::stderr(), "{}", error.render());
            return USAGE;
        }
        _ => {}
    }
    let (key, arguments) = sentence(error);
    let arguments: Vec<_> = arguments.iter().map(|(name, value)| (*name, value.as_str().into())).collect();
    let wrong = texts.say(key, &arguments);
    let _ = writeln!(std::io::stderr(), "beskedarkiv: {wrong}\n  {}", next(error, texts));
    USAGE
}

fn sentence(error: &clap::Error) -> (&'static str, Vec<(&'static str, String)>) {
    let flag = || flags(error, ContextKind::InvalidArg);
    let one = |key| (key, vec![("flag", flag())]);
    match error.kind() {
        ErrorKind::UnknownArgument => match flag() {
            flag if flag.starts_with('-') => ("usage-unknown-flag", vec![("flag", flag)]),
            _ => ("usage-one-too-many", Vec::new()),
        },
        ErrorKind::InvalidSubcommand => ("usage-unknown-command", Vec::new()),
        ErrorKind::MissingSubcommand => ("usage-missing-command", Vec::new()),
        ErrorKind::MissingRequiredArgument => one("usage-missing"),
        ErrorKind::ArgumentConflict => {
            ("usage-conflict", vec![("flag", flag()), ("other", flags(error, ContextKind::PriorArg))])
        }
        ErrorKind::NoEquals | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            one("usage-missing-value")
        }
        ErrorKind::InvalidValue if given(error).is_empty() => one("usage-missing-value"),
        ErrorKind::InvalidValue => ("usage-bad-value", vec![("flag", flag()), ("why", words(error))]),
        ErrorKind::ValueValidation => {
            // Our own parsers' faults: fixed words and numbers, never the value.
            let why = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
            ("usage-bad-value", vec![("flag", flag()), ("why", why)])
        }
        ErrorKind::InvalidUtf8 => ("usage-utf8", Vec::new()),
        _ => ("usage-other", Vec::new()),
    }
}

fn next(error: &clap::Error, texts: &Texts) -> String {
    if let Some(ContextValue::String(like)) = error.get(ContextKind::SuggestedArg) {
        return like_that(texts, &[("like", like.as_str().into())]);
    }
    let suggested = error.get(ContextKind::SuggestedSubcommand).or(error.get(ContextKind::SuggestedValue));
    match suggested {
        Some(ContextValue::Strings(like)) if !like.is_empty() => {
            like_that(texts, &[("like", like.join(", ").into())])
        }
        Some(ContextValue::String(like)) => like_that(texts, &[("like", like.as_str().into())]),
        _ => texts.say("next-usage", &[]),
    }
}

fn like_that(texts: &Texts, arguments: &Args<'_>) -> String {
    texts.say("next-usage-like", arguments)
}

fn given(error: &clap::Error) -> &str {
    match error.get(ContextKind::InvalidValue) {
        Some(ContextValue::String(value)) => value,
        _ => "",
    }
}

/// The flag or flags that clap names; of a word that is no flag nothing.
fn flags(error: &clap::Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::String(name)) => name.split('=').next().unwrap_or_default().to_owned(),
        Some(ContextValue::Strings(names)) => names.join(", "),
        _ => String::new(),
    }
}

/// The words that would have been right.
fn words(error: &clap::Error) -> String {
    let right = error.get(ContextKind::ValidValue);
    match right {
        Some(ContextValue::Strings(words)) => words.join(", "),
        _ => String::new(),
    }
}
