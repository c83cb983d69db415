//! The contact list of `classify`: a JSON object from address or name to relation. Knows nothing else
//! of a person.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use classify::Relation;
use serde_json::Value;

use super::facts::Facts;
use super::{bounded, input};
use crate::error::JobError;

/// Relations by folded address or name.
#[derive(Default)]
pub struct Contacts(HashMap<String, Relation>);

impl Contacts {
    /// Reads a contact list.
    ///
    /// # Errors
    /// [`JobError::InputFile`] when it is not an object from text to text (or to an object with a
    /// `relation`).
    pub fn open(path: &Path) -> Result<Self, JobError> {
        let bytes = bounded(path, 32 << 20)?;
        let list: BTreeMap<String, Value> = serde_json::from_slice(&bytes)
            .map_err(|e| input(path, e.line(), "not a JSON object of relations"))?;
        let mut out = HashMap::new();
        for (n, (address, value)) in list.into_iter().enumerate() {
            let word = value.as_str().or_else(|| value.get("relation").and_then(Value::as_str));
            let word = word.ok_or_else(|| input(path, 0, format!("entry {} has no relation", n + 1)))?;
            out.insert(folded(&address), Relation::of(word));
        }
        Ok(Self(out))
    }

    /// The relation of a message's counterpart: the sender's, else the first known of the others'.
    pub(super) fn relation(&self, facts: &Facts<'_>) -> Relation {
        if self.0.is_empty() {
            return Relation::Unknown;
        }
        let sender = [facts.sender, facts.sender_name].into_iter().flatten();
        let others = facts.participants.iter().copied();
        let chat = facts.conversation.map(|c| c.rsplit(';').next().unwrap_or(c));
        let all = sender.chain(others).chain(chat);
        all.filter_map(|word| self.0.get(&folded(word))).copied().next().unwrap_or_default()
    }
}

/// Numbers by their last eight digits, everything else in lower case.
fn folded(word: &str) -> String {
    let word = word.trim();
    let digits: String = word.chars().filter(char::is_ascii_digit).collect();
    let number = word.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | ' ' | '-' | '(' | ')' | '.'));
    if number && digits.len() >= 8 { digits[digits.len() - 8..].to_owned() } else { word.to_lowercase() }
}

#[cfg(test)]
mod tests {
    use super::folded;

    #[test]
    fn one_address_in_several_spellings() {
        assert_eq!(folded("+45 40 11 22 33"), folded("40112233"));
        assert_eq!(folded("Mette@Example.dk "), "mette@example.dk");
        assert_ne!(folded("1220"), folded("1221"));
    }
}
