//! Words of the report that may stand in codes: names of types, fields and states. What does not look like
//! such a word is not shown, since a report made to do harm could put anything there.

use std::collections::BTreeMap;

/// Longest word shown.
const MOST: usize = 48;
/// Most different words counted.
const MOST_KINDS: usize = 512;

/// A word as fit to be shown.
pub(crate) fn word(text: &str) -> String {
    let text = text.trim();
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let letters = text.chars().next().is_some_and(|c| c.is_ascii_alphabetic());
    // more than a few digits are no name of a type
    let digits = text.chars().filter(char::is_ascii_digit).count();
    if letters && text.len() <= MOST && text.chars().all(legal) && digits <= 4 {
        text.to_owned()
    } else {
        "other".to_owned()
    }
}

/// Counts by word.
#[derive(Debug, Default)]
pub(crate) struct Counts(BTreeMap<String, u64>);

impl Counts {
    /// Counts one; words beyond the bound together.
    pub(crate) fn add(&mut self, key: &str) {
        if let Some(n) = self.0.get_mut(key) {
            *n += 1;
        } else if self.0.len() < MOST_KINDS {
            self.0.insert(key.to_owned(), 1);
        } else {
            *self.0.entry("other".to_owned()).or_default() += 1;
        }
    }

    /// All, by word.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().map(|(word, n)| (word.as_str(), *n))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        assert_eq!(word(" InstantMessage "), "InstantMessage");
        assert_eq!(word("deleted_state-2"), "deleted_state-2");
        assert_eq!(word("Anna Holm"), "other");
        assert_eq!(word("tlf40112233"), "other");
        assert_eq!(word(""), "other");
        assert_eq!(word(&"x".repeat(60)), "other");
    }
}
