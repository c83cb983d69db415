//! Word lists: which of six groups, and which topics, a word belongs to by its beginning, or by a long
//! stem inside a compound. Knows no weights; what a group or a topic means is learnt.

use crate::fold::fold;

/// Groups of words.
pub(crate) const GROUPS: usize = 6;
/// Names of the groups in explanations, in the order of their bits.
pub(crate) const NAMES: [&str; GROUPS] = ["work", "office", "personnel", "private", "service", "astray"];

const LISTS: [&str; GROUPS] = [
    include_str!("lexicon/work.txt"),
    include_str!("lexicon/office.txt"),
    include_str!("lexicon/personnel.txt"),
    include_str!("lexicon/private.txt"),
    include_str!("lexicon/service.txt"),
    include_str!("lexicon/astray.txt"),
];

/// Topics: finer than groups, features of the text only.
const TOPICS: &str = include_str!("lexicon/topics.txt");
/// Most topics that have a bit of their own beside the groups.
const MOST: usize = 64 - GROUPS;

/// A stem of at least this many bytes counts inside a compound too (`efterårsferie`).
const INFIX: usize = 5;
/// Stems of at most this many bytes count only as a whole word: `kl`, `far`, `tid`.
const SHORT: usize = 3;
/// The longest stem.
const LONGEST: usize = 20;

/// The lists, as a table of hashed stems, and a set of bits of what stems begin with: most runs of
/// letters begin no stem, and are left after a few of them.
pub(crate) struct Lexicon {
    table: Vec<(u64, u64, u8)>,
    begins: Vec<u64>,
}

/// Kinds of match, as bits of a table entry.
const WHOLE: u8 = 1;
const START: u8 = 2;
const INSIDE: u8 = 4;
/// A power of two well above the number of stems.
const SLOTS: usize = 16_384;
/// Bits of the set of beginnings, a power of two.
const BITS: usize = 1 << 17;

fn step(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
}

const START_HASH: u64 = 0xcbf2_9ce4_8422_2325;

fn slot(hash: u64) -> usize {
    usize::try_from((hash ^ (hash >> 29)) & (SLOTS as u64 - 1)).unwrap_or(0)
}

/// Word and bit of the set of beginnings.
fn place(hash: u64) -> (usize, u64) {
    let at = usize::try_from((hash ^ (hash >> 23)) & (BITS as u64 - 1)).unwrap_or(0);
    (at / 64, 1 << (at % 64))
}

impl Lexicon {
    /// No lists: for training without them.
    pub(crate) fn empty() -> Self {
        Self { table: vec![(0, 0, 0); SLOTS], begins: vec![0; BITS / 64] }
    }

    /// Reads the lists.
    pub(crate) fn new() -> Self {
        let mut out = Self::empty();
        for (list, bit) in LISTS.iter().zip(0..) {
            for line in list.lines().filter(|l| !l.starts_with('#')) {
                line.split_whitespace().for_each(|word| out.add(word, 1 << bit));
            }
        }
        let mut topic = GROUPS;
        for line in TOPICS.lines().filter(|l| !l.starts_with('#')) {
            if line.starts_with('[') {
                topic += 1;
            } else {
                line.split_whitespace()
                    .for_each(|word| out.add(word, 1 << (topic - 1).min(GROUPS + MOST - 1)));
            }
        }
        out
    }

    fn add(&mut self, word: &str, group: u64) {
        if word.contains('_') {
            return; // two words: left to the pairs of the model
        }
        let (whole, stem) = word.strip_prefix('=').map_or((false, word), |w| (true, w));
        let stem = fold(stem);
        if stem.is_empty() || stem.len() > LONGEST {
            return;
        }
        let how = if whole || stem.len() <= SHORT {
            WHOLE
        } else if stem.len() >= INFIX {
            WHOLE | START | INSIDE
        } else {
            WHOLE | START
        };
        let mut hash = START_HASH;
        for byte in stem.bytes() {
            hash = step(hash, byte);
            let (word, bit) = place(hash);
            if let Some(word) = self.begins.get_mut(word) {
                *word |= bit;
            }
        }
        let mut at = slot(hash);
        while let Some(entry) = self.table.get_mut(at) {
            if entry.0 == 0 || entry.0 == hash {
                *entry = (hash, entry.1 | group, entry.2 | how);
                return;
            }
            at = (at + 1) % SLOTS;
        }
    }

    fn find(&self, hash: u64) -> Option<(u64, u8)> {
        let mut at = slot(hash);
        loop {
            let entry = self.table.get(at)?;
            if entry.0 == hash {
                return Some((entry.1, entry.2));
            }
            if entry.0 == 0 {
                return None;
            }
            at = (at + 1) % SLOTS;
        }
    }

    /// The groups and topics of a folded word, as bits: groups first.
    pub(crate) fn groups(&self, word: &str) -> u64 {
        let bytes = word.as_bytes();
        let mut found = 0;
        // Danish words begin within the first 24 letters of a compound; a longer chain adds nothing.
        for from in 0..bytes.len().saturating_sub(INFIX - 1).clamp(1, 24) {
            let mut hash = START_HASH;
            for (n, byte) in bytes.iter().skip(from).take(LONGEST).enumerate() {
                hash = step(hash, *byte);
                let (word, bit) = place(hash);
                if self.begins.get(word).is_none_or(|w| w & bit == 0) {
                    break;
                }
                let len = n + 1;
                let whole = from == 0 && len == bytes.len();
                let need = match from {
                    _ if whole => WHOLE,
                    0 => START,
                    _ => INSIDE,
                };
                if len < 2 || (from > 0 && len < INFIX) {
                    continue;
                }
                if let Some((group, how)) = self.find(hash)
                    && how & need != 0
                {
                    found |= group;
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(word: &str, expected: &[&str]) {
        let bits = Lexicon::new().groups(&fold(word));
        let names: Vec<&str> =
            NAMES.iter().enumerate().filter(|(bit, _)| bits & (1 << bit) != 0).map(|(_, n)| *n).collect();
        assert_eq!(names, expected);
    }

    #[test]
    fn words() {
        check("samrådet", &["work"]);
        check("samraadet", &["work"]);
        check("justitsministeren", &["work"]);
        check("efterårsferien", &["personnel", "private"]);
        check("kl", &[]);
        check("klokken", &[]);
        check("pakken", &["service"]);
        check("", &[]);
        check("x", &[]);
    }
}
