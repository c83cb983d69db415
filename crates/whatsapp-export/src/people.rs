//! Who a line is by: the sender's name is what stands before the first `: `, unless the whole file shows
//! that a name holds one itself.

use std::collections::HashMap;

use crate::marks::{bare, is_marked};
use crate::{body, notice};

/// The rest of a line behind its head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rest<'t> {
    /// A sender and the first line of the text.
    Said(&'t str, &'t str),
    /// No sender: WhatsApp itself.
    Own(&'t str),
}

/// Longest name of a sender in bytes.
const MOST_NAME: usize = 256;

/// Most persons that are told apart by statistics: WhatsApp's largest groups have 1,024 and some more.
const MOST_PERSONS: usize = 4096;

/// Names that hold `: `, by what stands before it.
#[derive(Debug, Default)]
pub(crate) struct Names(HashMap<String, String>);

impl Names {
    /// The sender and the text of a line's rest.
    pub(crate) fn split<'t>(&self, rest: &'t str) -> Rest<'t> {
        let Some((name, text)) = colon(rest) else { return Rest::Own(rest) };
        if name.len() > MOST_NAME || bare(name).is_empty() {
            return Rest::Own(rest);
        }
        // a title may hold a colon: changed the name to "Budget: 2026"
        let quotes = name.contains(['"', '“', '„', '«']);
        if (quotes && notice::read(rest).is_some()) || (name.len() > 24 && notice::is_encryption(rest)) {
            return Rest::Own(rest);
        }
        if !self.0.is_empty()
            && let Some(second) = self.0.get(bare(name))
            && let Some(behind) = text.strip_prefix(second.as_str())
            && let Some(text) =
                behind.strip_prefix(": ").or_else(|| behind.strip_prefix(':').filter(|t| t.is_empty()))
        {
            return Rest::Said(&rest[..name.len() + 2 + second.len()], text);
        }
        if self.0.get(bare(name)).is_some_and(|second| text.starts_with(second.as_str()))
            && notice::read(rest).is_some()
        {
            return Rest::Own(rest);
        }
        Rest::Said(name, text)
    }
}

/// What stands before and behind the first `: `; a line that ends with the colon has an empty text.
fn colon(rest: &str) -> Option<(&str, &str)> {
    rest.split_once(": ").or_else(|| Some((rest.strip_suffix(':')?, "")))
}

/// Whether every text of a sender begins with the same words and a colon.
#[derive(Debug, Default)]
enum Second {
    #[default]
    Unset,
    Same(String),
    No,
}

/// What is known of one sender.
#[derive(Debug, Default)]
pub(crate) struct Person {
    /// Lines that are messages.
    pub(crate) messages: u64,
    /// Lines of theirs that say "you deleted this message".
    pub(crate) as_owner: u64,
    lines: u64,
    second: Second,
    /// Words of WhatsApp's own stood behind the second colon.
    certain: bool,
    /// Length of what stood behind the second colon first, and whether another was different: who says the
    /// same thing over and over shows nothing about a name.
    behind: Option<(usize, bool)>,
}

/// Everybody, by name as written, in order of first appearance.
#[derive(Debug, Default)]
pub(crate) struct People {
    by_name: HashMap<String, usize>,
    pub(crate) persons: Vec<(String, Person)>,
    /// Lines of persons beyond the bound.
    pub(crate) beyond: u64,
}

impl People {
    /// Notes a line of `name`; `own` when it is WhatsApp's own words.
    pub(crate) fn note(&mut self, name: &str, text: &str, own: bool) {
        let name = bare(name);
        let at = match self.by_name.get(name) {
            Some(at) => *at,
            None if self.persons.len() >= MOST_PERSONS => {
                self.beyond += 1;
                return;
            }
            None => {
                self.by_name.insert(name.to_owned(), self.persons.len());
                self.persons.push((name.to_owned(), Person::default()));
                self.persons.len() - 1
            }
        };
        let person = &mut self.persons[at].1;
        person.lines += 1;
        person.messages += u64::from(!own);
        let second = colon(text).filter(|(second, _)| {
            second.len() <= 64 && !bare(second).is_empty() && !is_marked(text) && !second.contains("//")
        });
        if let Some((_, behind)) = second {
            let (first, varied) = person.behind.unwrap_or((behind.len(), false));
            person.behind = Some((first, varied || first != behind.len()));
        }
        match (second, &person.second) {
            (None, Second::No) => {}
            // a sentence about somebody whose name holds a colon says nothing about messages
            (None, _) if text.len() < 160 && notice::read(&format!("{name}: {text}")).is_some() => {
                person.lines -= 1;
                person.messages -= u64::from(!own);
            }
            (None, _) => person.second = Second::No,
            (Some((second, behind)), Second::Unset) => {
                person.certain |= is_marked(behind) || body::is_marker(behind);
                person.second = Second::Same(second.to_owned());
            }
            (Some((second, behind)), Second::Same(known)) => {
                if known == second {
                    person.certain |= is_marked(behind) || body::is_marker(behind);
                } else {
                    person.second = Second::No;
                }
            }
            (Some(_), Second::No) => {}
        }
        if text.len() <= 160 && !own {
            person.as_owner += u64::from(body::is_by_owner(text));
        }
    }

    /// The names that hold a colon: every one of at least three lines goes on with the same words and a
    /// colon, or WhatsApp's own words stand behind them, or the operator or the chat's name says so.
    pub(crate) fn names(&self, said: &[&str]) -> Names {
        let mut names = Names::default();
        for (name, person) in &self.persons {
            if let Second::Same(second) = &person.second
                && (person.certain || (person.lines >= 3 && person.behind.is_some_and(|(_, varied)| varied)))
            {
                names.0.insert(name.clone(), second.clone());
            }
        }
        for said in said {
            if let Some((first, second)) = said.split_once(": ") {
                names.0.insert(first.to_owned(), second.to_owned());
            }
        }
        names
    }
}

impl Names {
    /// The whole name of somebody known by what stands before the first colon.
    pub(crate) fn full(&self, first: &str) -> String {
        self.0.get(first).map_or_else(|| first.to_owned(), |second| format!("{first}: {second}"))
    }

    /// How many names hold a colon.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines of one file, then how each is split.
    #[track_caller]
    fn check(lines: &[&str], said: &[&str], expected: &[&str]) {
        let mut people = People::default();
        for line in lines {
            if let Rest::Said(name, text) = Names::default().split(line) {
                people.note(name, text, false);
            }
        }
        let names = people.names(said);
        let got: Vec<String> = lines
            .iter()
            .map(|line| match names.split(line) {
                Rest::Said(name, text) => format!("{name}|{text}"),
                Rest::Own(text) => format!("|{text}"),
            })
            .collect();
        assert_eq!(got, expected);
    }

    #[test]
    fn ordinary_names() {
        check(
            &["Mette: hej", "Mette: kl. 10: møde", "Holm - Sekretariat: ja: nej", "Lars:", "budget"],
            &[],
            &["Mette|hej", "Mette|kl. 10: møde", "Holm - Sekretariat|ja: nej", "Lars|", "|budget"],
        );
    }

    #[test]
    fn names_with_a_colon() {
        check(&["A: B: 1", "A: B: 22", "A: B: 3"], &[], &["A: B|1", "A: B|22", "A: B|3"]);
        check(&["A: B: 1", "A: B: 2"], &[], &["A|B: 1", "A|B: 2"]);
        check(&["A: B: 1", "A: B: <Medier udeladt>"], &[], &["A: B|1", "A: B|<Medier udeladt>"]);
        check(&["A: B: 1", "A: B: 1", "A: B: 1"], &[], &["A|B: 1", "A|B: 1", "A|B: 1"]);
        check(&["A: B: 1", "A: x"], &["A: B"], &["A: B|1", "A|x"]);
        check(&["A: B: 1", "A: B: 2", "A: C: 3"], &[], &["A|B: 1", "A|B: 2", "A|C: 3"]);
    }

    #[test]
    fn sentences_with_a_colon() {
        check(
            &["Mette oprettede gruppen \"Budget: 2026\"", "Mette \"Chef\" Holm: hej"],
            &[],
            &["|Mette oprettede gruppen \"Budget: 2026\"", "Mette \"Chef\" Holm|hej"],
        );
    }
}
