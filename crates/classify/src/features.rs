//! Hashed features of one text: words, pairs of words, runs of three to five letters within a word,
//! groups of the lexicon, masked shapes. Knows no weights.
//!
//! Features belong to the token they come from, so that a sentence, a window and the whole text are
//! sums over ranges of tokens, and an explanation can name the token.

use std::ops::Range;

use crate::fold::fold_into;
use crate::lexicon::{GROUPS, Lexicon};
use crate::token::{Kind, Token, tokens};

/// Version of everything that decides which features a text has. A model of another version is
/// refused.
pub const FEATURE_VERSION: u16 = 2;
/// Buckets of the hash space, as a power of two.
pub(crate) const BITS: u32 = 17;
/// Buckets of the hash space.
pub(crate) const BUCKETS: usize = 1 << BITS;

/// How much a feature counts, by where it comes from.
const WORD: i8 = 2;
const PAIR: i8 = 2;
const LETTERS: i8 = 1;
const GROUP: i8 = 3;
const TOPIC: i8 = 3;
const WHOLE: i8 = 3;

/// A sentence longer than this is read in overlapping windows, so that a remark cannot drown in it.
const LONG: usize = 28;
/// Tokens of a window, and how far the next one starts.
const WINDOW: usize = 20;
const STRIDE: usize = 12;

/// A bucket and how much it counts.
pub(crate) type Feature = (u32, i8);

/// What was found in one text; reused from text to text.
#[derive(Default)]
pub(crate) struct Found {
    folded: String,
    /// Features, token after token.
    pub(crate) features: Vec<Feature>,
    /// Where the features of each token end.
    pub(crate) ends: Vec<usize>,
    /// Ranges of tokens that are judged on their own.
    pub(crate) parts: Vec<Range<usize>>,
    /// Hits of each group of the lexicon.
    pub(crate) groups: [u8; GROUPS],
}

impl Found {
    /// Looks through `text`; `each` sees what was found and the tokens.
    pub(crate) fn read<T>(
        &mut self,
        text: &str,
        lexicon: &Lexicon,
        each: impl FnOnce(&mut Self, &[Token<'_>]) -> T,
    ) -> T {
        let mut folded = std::mem::take(&mut self.folded);
        fold_into(text, &mut folded);
        let mut list = Vec::with_capacity(folded.len() / 4 + 2);
        tokens(&folded, &mut list);
        self.of_tokens(&list, lexicon);
        let out = each(self, &list);
        drop(list);
        self.folded = folded;
        out
    }

    fn of_tokens(&mut self, list: &[Token<'_>], lexicon: &Lexicon) {
        self.features.clear();
        self.ends.clear();
        self.groups = [0; GROUPS];
        let mut before = START;
        for token in list {
            let word = hash(token.text.bytes(), token.kind as u64 + 1);
            self.add(word, WORD);
            self.add(mix(before, word), PAIR);
            if token.kind == Kind::Word {
                self.letters(token.text);
            }
            if token.kind != Kind::Shape {
                self.lexicon(lexicon.groups(token.text));
            }
            before = word;
            self.ends.push(self.features.len());
        }
        if (1..=3).contains(&list.len()) {
            let all = list.iter().fold(WHOLE_TEXT, |h, t| hash(t.text.bytes(), h));
            self.add(all, WHOLE);
            if let Some(end) = self.ends.last_mut() {
                *end = self.features.len();
            }
        }
        parts(list, &mut self.parts);
    }

    fn add(&mut self, hash: u64, value: i8) {
        let bucket = u32::try_from((hash ^ (hash >> 32)) & (BUCKETS as u64 - 1)).unwrap_or(0);
        self.features.push((bucket, value));
    }

    /// Runs of three to five letters, the ends of the word among them.
    fn letters(&mut self, word: &str) {
        let mut padded = [b'_'; 50];
        let n = word.len().min(48);
        if let (Some(to), Some(from)) = (padded.get_mut(1..=n), word.as_bytes().get(..n)) {
            to.copy_from_slice(from);
        }
        let padded = padded.get(..n + 2).unwrap_or_default();
        for from in 0..n {
            let mut h = LETTER_RUN;
            for (len, byte) in (1..=5).zip(padded.get(from..).unwrap_or_default()) {
                h = hash([*byte].into_iter(), h);
                if len >= 3 && len < n + 2 {
                    self.add(finish(h), LETTERS);
                }
            }
        }
    }

    fn lexicon(&mut self, mut bits: u64) {
        while bits != 0 {
            let bit = bits.trailing_zeros();
            bits &= bits - 1;
            let group = usize::try_from(bit).ok().and_then(|b| self.groups.get_mut(b));
            let value = if group.is_some() { GROUP } else { TOPIC };
            if let Some(count) = group {
                *count = count.saturating_add(1);
            }
            self.add(mix(IN_GROUP, u64::from(bit)), value);
        }
    }

    /// The features of a range of tokens.
    pub(crate) fn of(&self, range: &Range<usize>) -> &[Feature] {
        let end = |token: usize| token.checked_sub(1).and_then(|t| self.ends.get(t)).copied().unwrap_or(0);
        self.features.get(end(range.start)..end(range.end)).unwrap_or_default()
    }

    /// The buckets of the words, marks and shapes themselves: the first feature of each token.
    pub(crate) fn words(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.len()).filter_map(|token| self.of(&(token..token + 1)).first().map(|(bucket, _)| *bucket))
    }

    /// How many tokens the text has.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }
}

/// Sentences; a very short one goes with the one before it; a long one is read in windows.
fn parts(list: &[Token<'_>], out: &mut Vec<Range<usize>>) {
    out.clear();
    let mut start = 0;
    for (at, token) in list.iter().enumerate() {
        let last = at + 1 == list.len();
        let left = list.len() - at - 1;
        if !last && (!token.ends || at + 1 - start < 2 || left < 2) {
            continue;
        }
        sentence(start..at + 1, out);
        start = at + 1;
    }
}

fn sentence(range: Range<usize>, out: &mut Vec<Range<usize>>) {
    if range.len() <= LONG {
        out.push(range);
        return;
    }
    let mut from = range.start;
    while from + WINDOW < range.end {
        out.push(from..from + WINDOW);
        from += STRIDE;
    }
    out.push(range.end - WINDOW..range.end);
}

const START: u64 = 0x51_7c_c1_b7_27_22_0a_95;
const LETTER_RUN: u64 = 0x9e37_79b9_7f4a_7c15;
const IN_GROUP: u64 = 0xbf58_476d_1ce4_e5b9;
const WHOLE_TEXT: u64 = 0x94d0_49bb_1331_11eb;

fn hash(bytes: impl Iterator<Item = u8>, seed: u64) -> u64 {
    bytes.fold(seed ^ 0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3))
}

fn finish(h: u64) -> u64 {
    (h ^ (h >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

fn mix(a: u64, b: u64) -> u64 {
    finish(a.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts_of(text: &str) -> Vec<Range<usize>> {
        let mut found = Found::default();
        found.read(text, &Lexicon::new(), |_, _| ());
        found.parts
    }

    #[test]
    fn sentences() {
        assert_eq!(parts_of("Vi ses hjemme. Send mig notatet inden kl 9."), [0..3, 3..9]);
        assert_eq!(parts_of("Ja. Tak").len(), 1);
        assert_eq!(parts_of(""), []);
    }

    #[test]
    fn windows_cover_a_long_sentence() {
        let long = "ord ".repeat(100);
        let parts = parts_of(&long);
        assert_eq!(parts.first(), Some(&(0..20)));
        assert_eq!(parts.last(), Some(&(80..100)));
        assert!(parts.windows(2).all(|w| w[1].start < w[0].end), "no gap");
    }

    #[test]
    fn bounded_by_the_length() {
        let mut found = Found::default();
        for text in
            ["a".repeat(100_000), "11 ".repeat(33_000), "æ😀\u{200b}§".repeat(20_000), "a.".repeat(50_000)]
        {
            found.read(&text, &Lexicon::new(), |_, _| ());
            assert!(found.features.len() < 12 * text.len() + 8);
        }
    }
}
