//! What readers and jobs note, in words. The codes stay in the JSON; whoever looks at a receipt, a terminal
//! or a page has never seen one. A code that has no words here is shown as it stands.
//!
//! Words are tables: doubts about a message, findings about a source or a run, and what stands for many
//! findings of one kind. A code is its name and details behind it (`rows_absent:17/3`); the details are taken
//! apart by the shape in the table and stand in the sentence as people write them.

mod doubts;
mod findings;
mod many;
mod sayings;
mod value;

use crate::words::Lang;
use sayings::{Details, fill, split_place};

pub use value::{app_name, source_name};

/// A sentence in Danish and in English.
type Both = (&'static str, &'static str);

fn of(both: Both, lang: Lang) -> &'static str {
    match lang {
        Lang::Da => both.0,
        Lang::En => both.1,
    }
}

/// Findings of one kind in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// What was found: a sentence, or the code where it has no words.
    pub text: String,
    /// What to do, where there is something to do.
    pub advice: Option<&'static str>,
    /// How many findings this is.
    pub count: usize,
}

/// A doubt about a message in words.
#[must_use]
pub fn doubt(code: &str, lang: Lang) -> String {
    let found = doubts::DOUBTS.iter().find_map(|(key, da, en)| Some(((*da, *en), Details::of(code, key)?)));
    match found {
        Some((both, details)) => fill(of(both, lang), &[details], lang),
        None => code.to_owned(),
    }
}

/// A kind of finding, where it is known, with all codes of it.
type Kind<'a> = (Option<&'static findings::Finding>, Vec<(&'a str, Details<'a>)>);

/// Findings of a source or a run in words: one entry for each kind, those first about which something
/// can be done, and those with the same advice together.
#[must_use]
pub fn findings(codes: &[String], lang: Lang) -> Vec<Said> {
    let mut kinds: Vec<Kind<'_>> = Vec::new();
    for code in codes {
        let (bare, _) = split_place(code);
        // that an app's messages are absent, and why, says more than that it is not read
        if bare.strip_prefix("app_not_read:").is_some_and(|app| is_absent(codes, app)) {
            continue;
        }
        let found = findings::FINDINGS.iter().find_map(|f| Some((f, Details::of(bare, f.key)?)));
        let (finding, details) = found.map_or((None, Details::default()), |(f, d)| (Some(f), d));
        let same = kinds.iter_mut().find(|(kind, _)| match (kind, finding) {
            (Some(a), Some(b)) => a.key == b.key,
            _ => false,
        });
        match same {
            // the same code twice is one finding
            Some((_, met)) if met.iter().any(|(c, _)| c == code) => {}
            Some((_, met)) => met.push((code.as_str(), details)),
            None => kinds.push((finding, vec![(code.as_str(), details)])),
        }
    }
    let mut said: Vec<Said> = kinds.into_iter().map(|(finding, met)| say(finding, met, lang)).collect();
    // what asks for the same step stands together
    let steps: Vec<_> = said.iter().map(|s| s.advice).collect();
    said.sort_by_key(|s| s.advice.and(steps.iter().position(|step| *step == s.advice)).unwrap_or(usize::MAX));
    said
}

fn is_absent(codes: &[String], app: &str) -> bool {
    let absent = |code: &String| {
        let found = code.strip_prefix("messages_absent_").and_then(|c| c.split_once(':'));
        found.is_some_and(|(_, id)| id == app)
    };
    codes.iter().any(absent)
}

fn say(finding: Option<&findings::Finding>, met: Vec<(&str, Details<'_>)>, lang: Lang) -> Said {
    let count = met.len();
    let first = met.first().map_or("", |m| m.0);
    let Some(finding) = finding else {
        let text = doubts_counted(first, lang).unwrap_or_else(|| first.to_owned());
        return Said { text, advice: None, count };
    };
    let (_, place) = split_place(first);
    let details: Vec<Details<'_>> = met.into_iter().map(|m| m.1).collect();
    let many = many::MANY.iter().find(|m| m.0 == finding.key).map(|m| (m.1, m.2));
    let text = match (count, many) {
        (1, _) => {
            let mut text = fill(of((finding.da, finding.en), lang), &details, lang);
            if let Some(place) = place.and_then(|place| value::place(place, lang)) {
                let end = if text.ends_with('.') { "." } else { "" };
                text = format!("{} ({place}){end}", text.trim_end_matches('.'));
            }
            text
        }
        (_, Some(many)) => fill(of(many, lang), &details, lang),
        (_, None) => {
            let one = fill(of((finding.da, finding.en), lang), &details[..1], lang);
            let more = value::number(count as u64 - 1, lang);
            match lang {
                Lang::Da => format!("{one} Og {more} mere af samme slags."),
                Lang::En => format!("{one} And {more} more of the same kind."),
            }
        }
    };
    Said { text, advice: finding.advice.map(|both| of(both, lang)), count }
}

/// `doubt_CODE:N`: so many messages of a source have a doubt.
fn doubts_counted(code: &str, lang: Lang) -> Option<String> {
    let (doubted, n) = code.strip_prefix("doubt_")?.rsplit_once(':')?;
    let (n, words) = (value::number(n.parse().ok()?, lang), doubt(doubted, lang));
    Some(match lang {
        Lang::Da => format!("{n} beskeder har bemærkningen: {words}"),
        Lang::En => format!("{n} messages have the remark: {words}"),
    })
}

/// The names of all codes that have words, for checking that none is forgotten: doubts, then findings.
pub fn codes() -> impl Iterator<Item = &'static str> {
    let keys = doubts::DOUBTS.iter().map(|d| d.0).chain(findings::FINDINGS.iter().map(|f| f.key));
    keys.map(|key| key.split(':').next().unwrap_or(key))
}

#[cfg(test)]
mod tests;
