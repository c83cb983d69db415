//! Findings as a person reads them: a line for each kind of finding, and below those that ask for the same
//! step a line that says what to do. Reports keep the codes.

use export::Lang;
pub use export::app_name;

/// The kind of a source in words.
pub(crate) fn source(kind: &str) -> String {
    export::source_name(kind, Lang::Da)
}

/// A line for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// What was found.
    Found(String),
    /// What to do about it and about the lines before it.
    Advice(&'static str),
}

/// Findings in words.
#[must_use]
pub fn lines(codes: &[String], english: bool) -> Vec<Line> {
    let lang = if english { Lang::En } else { Lang::Da };
    let mut lines = Vec::new();
    let mut said = export::findings(codes, lang).into_iter().peekable();
    while let Some(finding) = said.next() {
        lines.push(Line::Found(finding.text));
        let last = said.peek().is_none_or(|next| next.advice != finding.advice);
        lines.extend(finding.advice.filter(|_| last).map(Line::Advice));
    }
    lines
}

/// Text in lines of at most `width` characters, the first behind `first`, the others behind `rest`.
pub(crate) fn wrapped(text: &str, first: &str, rest: &str, width: usize) -> Vec<String> {
    let mut out = Vec::new();
    let mut line = first.to_owned();
    let mut empty = true;
    for word in glued(text) {
        if !empty && line.chars().count() + 1 + word.chars().count() > width {
            out.push(std::mem::replace(&mut line, rest.to_owned()));
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(&word);
        empty = false;
    }
    out.push(line);
    out
}

/// Words, with what belongs together in a date as one: `1. februar`, `kl. 12.23`.
fn glued(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let holds = |last: &String| {
            let last = last.rsplit(' ').next().unwrap_or_default().trim_start_matches('(');
            last == "kl." || last.strip_suffix('.').is_some_and(|d| d.parse::<u8>().is_ok())
        };
        match words.last_mut() {
            Some(last) if holds(last) => {
                last.push(' ');
                last.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_stands_once_below_what_asks_for_it() {
        let codes = ["tar_not_ended", "recently_deleted:2", "tar_members_cut:3"].map(str::to_owned);
        let shown: Vec<String> = lines(&codes, true)
            .into_iter()
            .map(|line| match line {
                Line::Found(text) => text,
                Line::Advice(text) => format!("-> {text}"),
            })
            .collect();
        assert_eq!(
            shown,
            [
                "The tar file lacks its end; it may be cut off.",
                "3 files in the tar file are cut off.",
                "-> Fetch the file of the source again from where it came, and compare.",
                "2 messages were among the recently deleted; read and marked as deleted.",
            ]
        );
    }

    #[test]
    fn every_messenger_has_a_name() {
        for (id, _) in crate::apps::MESSENGERS {
            assert_ne!(app_name(id), *id);
        }
        assert_eq!(app_name("dk.example.unknown"), "dk.example.unknown");
    }

    #[test]
    fn long_lines_are_broken_between_words() {
        let check = |text: &str, lines: &[&str]| assert_eq!(wrapped(text, "- ", "  ", 10), lines);
        check("en to tre fire", &["- en to", "  tre fire"]);
        check("etmegetlangtord to", &["- etmegetlangtord", "  to"]);
        check("den 1. maj kl. 12.23", &["- den", "  1. maj", "  kl. 12.23"]);
        check("", &["- "]);
    }
}
