//! Bytes as groups of five characters that a person can copy from paper: four carry 20 bits, the fifth
//! checks them and their place. One wrong character, two exchanged ones and two exchanged groups are
//! found, and the group is named. Knows nothing of what the bytes are.
//!
//! The alphabet is Crockford's: no I, L, O or U; small letters, and O, I and L for 0 and 1, are taken too.

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters of a group that carry bits.
const DATA: usize = 4;
/// Most groups that are read.
const MOST: usize = 1024;

/// Why groups are not what was printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GroupFault {
    /// Another number of groups.
    #[error("{have} groups, {need} were printed")]
    Count {
        /// Groups needed.
        need: usize,
        /// Groups there.
        have: usize,
    },
    /// A group of another length, or with a character that never stands in one.
    #[error("group {0}: not five letters and digits")]
    Malformed(usize),
    /// A group whose check character says that it was copied wrong, or stands in the wrong place.
    #[error("group {0}: copied wrong")]
    Check(usize),
    /// Bits set that must be zero.
    #[error("the last group is not one that is printed")]
    Padding,
}

/// Multiplication in GF(32), x^5 + x^2 + 1.
fn times(a: u8, b: u8) -> u8 {
    (0..5).rev().fold(0, |product: u8, bit| {
        let doubled = product << 1 ^ if product & 16 != 0 { 0b10_0101 } else { 0 };
        doubled ^ if b >> bit & 1 == 1 { a } else { 0 }
    })
}

/// The check symbol of a group at a place, from 0: the symbols times 2, 4, 8, 16, the place times 5.
fn check(data: &[u8], place: usize) -> u8 {
    let place = u8::try_from(place % 32).unwrap_or_default();
    let weights = [2, 4, 8, 16];
    data.iter().zip(weights).fold(times(place, 5), |sum, (symbol, weight)| sum ^ times(*symbol, weight))
}

/// The groups of some bytes, zeros behind them.
pub fn to_groups(bytes: &[u8]) -> Vec<String> {
    let bit = |at: usize| bytes.get(at / 8).map_or(0, |b| b >> (7 - at % 8) & 1);
    let symbol = |at: usize| (0..5).fold(0, |s, i| s << 1 | bit(5 * at + i));
    (0..(bytes.len() * 8).div_ceil(5 * DATA))
        .map(|place| {
            let data: [u8; DATA] = std::array::from_fn(|i| symbol(DATA * place + i));
            let all = data.iter().copied().chain([check(&data, place)]);
            all.map(|s| char::from(ALPHABET[usize::from(s)])).collect()
        })
        .collect()
}

fn symbol_of(c: char) -> Option<u8> {
    let c = match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    ALPHABET.iter().position(|a| char::from(*a) == c).and_then(|at| u8::try_from(at).ok())
}

/// The `len` bytes of groups as a person typed them, with blanks or dashes between.
///
/// # Errors
/// [`GroupFault`], which names the group, from 1.
pub fn from_groups(text: &str, len: usize) -> Result<Vec<u8>, GroupFault> {
    let need = (len * 8).div_ceil(5 * DATA);
    let mut symbols = Vec::new();
    for word in text.split(|c: char| c.is_whitespace() || c == '-').filter(|w| !w.is_empty()) {
        let here = symbols.len() / (DATA + 1) + 1;
        if !word.chars().count().is_multiple_of(DATA + 1) || here > MOST {
            return Err(GroupFault::Malformed(here));
        }
        for (i, c) in word.chars().enumerate() {
            symbols.push(symbol_of(c).ok_or(GroupFault::Malformed(here + i / (DATA + 1)))?);
        }
    }
    let (groups, _) = symbols.as_chunks::<{ DATA + 1 }>();
    for (place, group) in groups.iter().enumerate() {
        if check(&group[..DATA], place) != group[DATA] {
            return Err(GroupFault::Check(place + 1));
        }
    }
    if groups.len() != need {
        return Err(GroupFault::Count { need, have: groups.len() });
    }
    let data: Vec<u8> = groups.iter().flat_map(|g| &g[..DATA]).copied().collect();
    let bit = |at: usize| data[at / 5] >> (4 - at % 5) & 1;
    if (len * 8..data.len() * 5).any(|at| bit(at) != 0) {
        return Err(GroupFault::Padding);
    }
    Ok((0..len).map(|i| (0..8).fold(0, |byte, j| byte << 1 | bit(8 * i + j))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(n: usize) -> Vec<u8> {
        (0..n).map(|i| u8::try_from(i * 37 % 251).unwrap()).collect()
    }

    #[test]
    fn groups_agree_with_the_other_implementation() {
        let mut checked = 0;
        for line in include_str!("../../../fixtures/vectors/chain/groups.txt").lines() {
            let (hex, groups) = line.split_once(' ').unwrap();
            let bytes: Vec<u8> =
                (0..hex.len() / 2).map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap()).collect();
            assert_eq!(to_groups(&bytes).join(" "), groups);
            assert_eq!(from_groups(groups, bytes.len()), Ok(bytes));
            checked += 1;
        }
        assert_eq!(checked, 12);
    }

    #[test]
    fn what_is_copied_comes_back_in_many_spellings() {
        for n in 0..70 {
            let groups = to_groups(&bytes(n));
            for text in [groups.join(" "), groups.concat(), groups.join("-\n").to_lowercase()] {
                assert_eq!(from_groups(&text, n), Ok(bytes(n)), "{n}");
            }
        }
        let text = to_groups(&bytes(35)).join(" ").replace('0', "o").replace('1', "l");
        assert_eq!(from_groups(&text, 35), Ok(bytes(35)));
    }

    #[test]
    fn every_slip_of_the_pen_is_found_where_it_is() {
        let groups = to_groups(&bytes(35));
        let text: Vec<char> = groups.concat().chars().collect();
        for at in 0..text.len() {
            for other in ALPHABET.iter().map(|c| char::from(*c)).filter(|c| *c != text[at]) {
                let mut wrong = text.clone();
                wrong[at] = other;
                let wrong: String = wrong.into_iter().collect();
                assert_eq!(from_groups(&wrong, 35), Err(GroupFault::Check(at / 5 + 1)));
            }
            for with in (at + 1..(at / 5 + 1) * 5).filter(|with| text[*with] != text[at]) {
                let mut wrong = text.clone();
                wrong.swap(at, with);
                let wrong: String = wrong.into_iter().collect();
                assert_eq!(from_groups(&wrong, 35), Err(GroupFault::Check(at / 5 + 1)));
            }
        }
        for at in 1..groups.len() {
            let mut wrong = groups.clone();
            wrong.swap(0, at);
            assert_eq!(from_groups(&wrong.join(" "), 35), Err(GroupFault::Check(1)));
        }
    }

    #[test]
    fn what_is_no_group_is_said() {
        let groups = to_groups(&bytes(35));
        let but = |at: usize, with: &str| {
            let mut wrong = groups.clone();
            wrong[at] = with.to_owned();
            from_groups(&wrong.join(" "), 35)
        };
        assert_eq!(but(3, "ABC"), Err(GroupFault::Malformed(4)));
        assert_eq!(but(3, "ABCU0"), Err(GroupFault::Malformed(4)));
        assert_eq!(from_groups(&groups[1..].join(" "), 35), Err(GroupFault::Check(1)));
        assert_eq!(from_groups(&groups[..13].join(" "), 35), Err(GroupFault::Count { need: 14, have: 13 }));
        assert_eq!(from_groups("", 35), Err(GroupFault::Count { need: 14, have: 0 }));
        // 32 bytes leave four bits over
        let mut longer = bytes(32);
        longer.push(0x10);
        let groups = to_groups(&longer).into_iter().take(13).collect::<String>();
        assert_eq!(from_groups(&groups, 32), Err(GroupFault::Padding));
        let endless = "00000 ".repeat(2000);
        assert_eq!(from_groups(&endless, 35), Err(GroupFault::Malformed(1025)));
    }
}
