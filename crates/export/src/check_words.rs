//! Three Danish words for some bytes, so that two people on the telephone know whether they hold the same
//! sheet. They say nothing that the sheet's own digest does not say.

/// Sixty-four short words that sound unlike one another.
const WORDS: [&str; 64] = [
    "anker", "avis", "banan", "birk", "blyant", "bro", "cykel", "drage", "due", "elefant", "fakkel", "fisk",
    "fjord", "flag", "frakke", "gaffel", "glas", "guitar", "hane", "hat", "havn", "hegn", "hest", "ild",
    "jakke", "kaffe", "kanin", "kirke", "klokke", "kop", "krone", "lampe", "loft", "lygte", "magnet",
    "melon", "mole", "mur", "myg", "nøgle", "okse", "orkan", "papir", "perle", "pil", "plov", "regn", "ring",
    "rose", "sal", "skib", "sne", "sol", "spade", "stol", "sukker", "taske", "torv", "trappe", "ugle",
    "vase", "vogn", "ært", "ø",
];

/// The words of the first bytes, six bits each.
pub(crate) fn check_words(bytes: &[u8]) -> String {
    spoken(&bytes[..bytes.len().min(3)])
}

/// A word for each byte, six bits of it: more of them where a person's ear is all there is.
pub fn spoken(bytes: &[u8]) -> String {
    let words: Vec<&str> = bytes.iter().map(|b| WORDS[usize::from(b % 64)]).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_stands_twice() {
        let mut all = WORDS.to_vec();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), WORDS.len());
        assert_eq!(check_words(&[0, 64, 63, 9]), "anker anker ø");
    }
}
