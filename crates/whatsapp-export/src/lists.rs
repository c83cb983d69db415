//! Lists of WhatsApp's own words, asked once a message: a look at the first bytes tells nearly every text
//! apart before it is brought to the form in which words are compared.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::marks::{is_mark, key};

const SIGN: usize = 5;
type Sign = [u8; SIGN];

/// First bytes behind marks: lower case where they are ASCII, alike where they are not.
fn sign(text: &str) -> Sign {
    let mut sign = [0; SIGN];
    let text = text.trim_start_matches(|c| is_mark(c) || c == ' ');
    for (to, from) in sign.iter_mut().zip(text.bytes()) {
        *to = if from.is_ascii() { from.to_ascii_lowercase() } else { 0x80 };
    }
    sign
}

/// A list of whole texts, or of beginnings of texts.
pub(crate) struct List {
    keys: HashSet<&'static str>,
    signs: HashSet<Sign>,
    /// Bits of the first bytes that signs have.
    first: [bool; 256],
}

impl List {
    pub(crate) fn new(words: impl IntoIterator<Item = &'static str>) -> Self {
        let keys: HashSet<&'static str> = words.into_iter().collect();
        let signs: HashSet<Sign> = keys.iter().map(|k| sign(k)).collect();
        let mut first = [false; 256];
        for sign in &signs {
            first[usize::from(sign[0])] = true;
        }
        Self { keys, signs, first }
    }

    /// Whether a text may be, or begin like, one of the list.
    pub(crate) fn may_have(&self, text: &str) -> bool {
        let sign = sign(text);
        self.first[usize::from(sign[0])] && self.signs.contains(&sign)
    }

    /// Whether the whole text is one of the list.
    pub(crate) fn has(&self, text: &str) -> bool {
        self.may_have(text) && self.keys.contains(key(text).as_str())
    }

    /// Whether a text that is in the form of comparison already is one of the list.
    pub(crate) fn has_key(&self, key: &str) -> bool {
        self.keys.contains(key)
    }
}

/// The text of a line; what is no UTF-8 becomes U+FFFD.
pub(crate) fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{CALLS, DELETED, DELETED_BY_ME};

    #[test]
    fn every_word_is_found() {
        for words in [CALLS, DELETED, DELETED_BY_ME] {
            let list = List::new(words.iter().copied());
            for word in words {
                let marked = format!("\u{200e}{word}.");
                assert!(list.has(word) && list.has(&marked), "{word}");
                // letters whose capitals are longer aside
                let capitals = word.to_uppercase();
                assert!(list.may_have(&capitals) || capitals.len() != word.len(), "{word}");
            }
            assert!(!list.has("noget helt andet"));
        }
    }
}
