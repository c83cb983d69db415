//! A code taken apart by its shape, and a sentence with the parts put in.
//!
//! A key is the name of a code and the shape of what stands behind it: `rows_absent_between:N-N:T/T`. Capital
//! letters are details, everything else stands as it is.
//!
//! | letter | detail |
//! |---|---|
//! | `N` | a whole number |
//! | `B` | a number of bytes |
//! | `T` | a time in UTC, or a sign that there is none |
//! | `A` | an app by its id |
//! | `W` | a word or name without spaces |
//! | `R` | the rest, whatever it is |
//!
//! In a sentence `{1}` is the first detail, `{1:række|rækker}` a number with its noun, `{gap}` what lies
//! between the first two numbers. Where it speaks of several findings, `{n}` is how many, `{sum1}` a sum,
//! `{first3}` and `{last4}` the earliest and latest day, `{list1}` every different detail, `{gaps}` the
//! largest holes.

use super::value;
use crate::words::Lang;

/// The details of a code, with the letter of each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Details<'a>(Vec<(char, &'a str)>);

impl<'a> Details<'a> {
    /// The details of `code`, if it has the name and the shape of `key`.
    pub(crate) fn of(code: &'a str, key: &str) -> Option<Self> {
        let (name, shape) = key.split_once(':').map_or((key, None), |(n, s)| (n, Some(s)));
        let (given, rest) = code.split_once(':').map_or((code, None), |(n, r)| (n, Some(r)));
        if name != given {
            return None;
        }
        match (shape, rest) {
            (None, None) => Some(Self::default()),
            (Some(shape), Some(rest)) => parts(rest, shape).map(Self),
            _ => None,
        }
    }

    fn get(&self, at: usize) -> Option<(char, &'a str)> {
        self.0.get(at.checked_sub(1)?).copied()
    }

    /// A detail as a number; 0 where it is none.
    fn number(&self, at: usize) -> u64 {
        self.get(at).and_then(|d| d.1.parse().ok()).unwrap_or(0)
    }

    fn gap(&self) -> u64 {
        self.number(2).saturating_sub(self.number(1)).saturating_sub(1)
    }
}

fn parts<'a>(mut rest: &'a str, shape: &str) -> Option<Vec<(char, &'a str)>> {
    let mut found = Vec::new();
    let mut shape = shape.chars().peekable();
    while let Some(letter) = shape.next() {
        if !letter.is_ascii_uppercase() {
            rest = rest.strip_prefix(letter)?;
            continue;
        }
        let end = match shape.peek() {
            // a number may begin with the sign that stands between two
            Some(next) => rest.match_indices(*next).map(|m| m.0).find(|end| *end > 0)?,
            None => rest.len(),
        };
        let (part, behind) = rest.split_at(end);
        let fits = match letter {
            'N' | 'B' => part.parse::<i64>().is_ok() || part.parse::<u64>().is_ok(),
            'R' => true,
            _ => !part.is_empty() && !part.contains(' '),
        };
        if !fits {
            return None;
        }
        found.push((letter, part));
        rest = behind;
    }
    rest.is_empty().then_some(found)
}

/// A code, and the place in brackets behind it; the place may have brackets of its own: `file 1 (03c77cf4).xml`.
pub(crate) fn split_place(code: &str) -> (&str, Option<&str>) {
    let Some(inside) = code.strip_suffix(')') else { return (code, None) };
    let mut open = 1_usize;
    let begins = inside.char_indices().rev().find(|(_, c)| {
        match c {
            ')' => open += 1,
            '(' => open -= 1,
            _ => {}
        }
        open == 0
    });
    match begins.and_then(|(at, _)| Some((inside[..at].strip_suffix(' ')?, &inside[at + 1..]))) {
        Some((bare, place)) => (bare, Some(place)),
        None => (code, None),
    }
}

/// A sentence with the details of one finding or of several put in, in one pass.
pub(crate) fn fill(sentence: &str, of: &[Details<'_>], lang: Lang) -> String {
    let mut out = String::new();
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        let (inside, after) = after.split_once('}').unwrap_or((after, ""));
        out.push_str(before);
        let (name, nouns) = inside.split_once(':').map_or((inside, None), |(n, w)| (n, w.split_once('|')));
        match (nouns, count(name, of)) {
            (Some((one, more)), Some(n)) => {
                let noun = if n == 1 { one } else { more };
                out.push_str(&format!("{} {noun}", value::number(n, lang)));
            }
            (None, Some(n)) if name.starts_with(|c: char| c.is_ascii_lowercase()) => {
                out.push_str(&value::number(n, lang));
            }
            _ => out.push_str(&words(name, of, lang)),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// What a placeholder counts, if it counts anything.
fn count(name: &str, of: &[Details<'_>]) -> Option<u64> {
    match name {
        "n" => Some(of.len() as u64),
        "gap" => Some(of.first()?.gap()),
        _ => match name.strip_prefix("sum") {
            Some(at) => {
                let at = at.parse().ok()?;
                Some(of.iter().map(|d| d.number(at)).fold(0, u64::saturating_add))
            }
            None => Some(of.first()?.number(name.parse().ok()?)),
        },
    }
}

fn words(name: &str, of: &[Details<'_>], lang: Lang) -> String {
    let shown =
        |d: Option<(char, &str)>| d.map_or_else(|| "?".to_owned(), |(c, d)| value::detail(c, d, lang));
    let day = |d: Option<(char, &str)>| value::day_of(d.map_or("", |d| d.1), lang);
    let times = |at: &str| -> Vec<(char, &str)> {
        let at = at.parse().unwrap_or(0);
        of.iter().filter_map(|d| d.get(at)).filter(|d| value::is_time(d.1)).collect()
    };
    if name == "gaps" {
        return value::gaps(of.iter().map(|d| (d.gap(), d.get(3), d.get(4))).collect(), lang);
    }
    if let Some(at) = name.strip_prefix("first") {
        return day(times(at).into_iter().min_by_key(|d| d.1));
    }
    if let Some(at) = name.strip_prefix("last") {
        return day(times(at).into_iter().max_by_key(|d| d.1));
    }
    if let Some(at) = name.strip_prefix("list") {
        let at = at.parse().unwrap_or(0);
        let mut all: Vec<String> = Vec::new();
        for detail in of.iter().filter_map(|d| d.get(at)) {
            let detail = value::detail(detail.0, detail.1, lang);
            if !all.contains(&detail) {
                all.push(detail);
            }
        }
        return value::list(&all, lang);
    }
    shown(of.first().and_then(|d| d.get(name.parse().ok()?)))
}
