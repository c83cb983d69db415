//! Every sentence the program says, in Danish and English, from `locales/{da,en}.ftl`.
//!
//! Numbers get the thousands separator of the language; control characters in arguments are shown
//! escaped, so that no file name can speak to the terminal.

use std::borrow::Cow;

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};
use unic_langid::langid;

use crate::lang::Lang;

/// The arguments of one sentence.
pub(crate) type Args<'a> = [(&'static str, FluentValue<'a>)];

const DANISH: &str = include_str!("../locales/da.ftl");
const ENGLISH: &str = include_str!("../locales/en.ftl");

/// The sentences of one language.
pub(crate) struct Texts {
    lang: Lang,
    bundle: FluentBundle<FluentResource>,
}

impl Texts {
    /// The sentences in `lang`.
    pub(crate) fn new(lang: Lang) -> Self {
        let (id, source) = match lang {
            Lang::Da => (langid!("da"), DANISH),
            Lang::En => (langid!("en"), ENGLISH),
        };
        let mut bundle = FluentBundle::new(vec![id]);
        // The tests parse both resources; a fault in one costs its sentence, never the job.
        let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(whole, _)| whole);
        bundle.add_resource_overriding(resource);
        bundle.set_use_isolating(false);
        bundle.set_formatter(Some(match lang {
            Lang::Da => |value, _| number(value, '.'),
            Lang::En => |value, _| number(value, ','),
        }));
        Self { lang, bundle }
    }

    /// The language spoken.
    pub(crate) fn lang(&self) -> Lang {
        self.lang
    }

    /// The sentence of `key`, if there is one.
    pub(crate) fn find(&self, key: &str, arguments: &Args<'_>) -> Option<String> {
        let pattern = self.bundle.get_message(key)?.value()?;
        let mut filled = FluentArgs::with_capacity(arguments.len());
        for (name, value) in arguments {
            let value = match value {
                FluentValue::String(text) => FluentValue::String(Cow::Owned(shown(text))),
                other => other.clone(),
            };
            filled.set(*name, value);
        }
        let mut faults = Vec::new();
        Some(self.bundle.format_pattern(pattern, Some(&filled), &mut faults).into_owned())
    }

    /// The sentence of `key`; the key itself where there is none.
    pub(crate) fn say(&self, key: &str, arguments: &Args<'_>) -> String {
        self.find(key, arguments).unwrap_or_else(|| key.to_owned())
    }

    /// Fixed words that another part of the program says in English, in this language where known.
    pub(crate) fn word(&self, words: &str) -> String {
        let key: String = words
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
            .collect();
        self.find(&format!("word-{key}"), &[]).unwrap_or_else(|| words.to_owned())
    }
}

/// Text fit for a terminal: control characters as escapes.
pub(crate) fn shown(text: &str) -> String {
    if !text.chars().any(char::is_control) {
        return text.to_owned();
    }
    text.chars()
        .map(|c| if c.is_control() { c.escape_default().to_string() } else { c.to_string() })
        .collect()
}

fn number(value: &FluentValue<'_>, separator: char) -> Option<String> {
    let FluentValue::Number(number) = value else { return None };
    let digits = number.as_string().into_owned();
    if digits.bytes().any(|b| !b.is_ascii_digit()) {
        return None;
    }
    Some(grouped(&digits, separator))
}

fn grouped(digits: &str, separator: char) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(separator);
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests;
