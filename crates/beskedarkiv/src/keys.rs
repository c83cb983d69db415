//! What a reviewer types: `k`, `e`, `2e`, `1-4k`, `e p`, `u`, `n`, `q`. Several on one line, in order. Knows no
//! message.

use pipeline::review::Choice;

/// One thing that was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    /// Decide on some messages of the conversation, by place from 0.
    Decide { which: Vec<usize>, choice: Choice, ground: Option<&'static str> },
    /// Take the last decision back.
    Undo,
    /// A note for the next decision.
    Note(String),
    /// Show the conversation again.
    Show,
    /// Leave it and go on.
    Next,
    /// End the sitting.
    Quit,
    /// Say what the keys do.
    Help,
}

/// Reads a line; `count` messages wait. The fault is the word that was not understood.
pub(crate) fn keys(line: &str, count: usize) -> Result<Vec<Key>, String> {
    let line = line.trim();
    if let Some(note) = line.strip_prefix('!') {
        return Ok(vec![Key::Note(note.trim().to_owned())]);
    }
    let mut keys: Vec<Key> = Vec::new();
    for word in line.split_whitespace() {
        if let (Some(ground), Some(Key::Decide { choice: Choice::Exclude, ground: of, .. })) =
            (ground(word), keys.last_mut())
        {
            *of = Some(ground);
            continue;
        }
        keys.push(key(word, count).ok_or_else(|| word.to_owned())?);
    }
    Ok(keys)
}

fn ground(word: &str) -> Option<&'static str> {
    match word {
        "p" => Some("personnel"),
        "v" => Some("private"),
        "f" | "m" => Some("misdirected"),
        _ => None,
    }
}

fn key(word: &str, count: usize) -> Option<Key> {
    match word {
        "u" => return Some(Key::Undo),
        "n" => return Some(Key::Next),
        "q" => return Some(Key::Quit),
        "?" | "h" => return Some(Key::Help),
        "s" | "=" => return Some(Key::Show),
        _ => {}
    }
    let choice = match word.chars().last()? {
        'k' | 'g' => Choice::Keep,
        'e' | 'x' => Choice::Exclude,
        'u' => Choice::Undo,
        _ => return None,
    };
    let which = &word[..word.len() - 1];
    let which: Vec<usize> = if which.is_empty() { (0..count).collect() } else { places(which, count)? };
    Some(Key::Decide { which, choice, ground: None })
}

/// `1,3-5` as places from 0; `None` for what is not there.
fn places(text: &str, count: usize) -> Option<Vec<usize>> {
    let mut out = Vec::new();
    for part in text.split(',') {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        let (from, to): (usize, usize) = (from.parse().ok()?, to.parse().ok()?);
        if from == 0 || from > to || to > count {
            return None;
        }
        out.extend(from - 1..to);
    }
    out.sort_unstable();
    out.dedup();
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decide(which: &[usize], choice: Choice, ground: Option<&'static str>) -> Key {
        Key::Decide { which: which.to_vec(), choice, ground }
    }

    #[track_caller]
    fn check(line: &str, expected: Result<Vec<Key>, &str>) {
        assert_eq!(keys(line, 4), expected.map_err(str::to_owned));
    }

    #[test]
    fn what_is_typed() {
        use Choice::{Exclude, Keep, Undo};
        check("", Ok(vec![]));
        check("k", Ok(vec![decide(&[0, 1, 2, 3], Keep, None)]));
        check(" e p ", Ok(vec![decide(&[0, 1, 2, 3], Exclude, Some("personnel"))]));
        check(
            "2e v 1,3-4k",
            Ok(vec![decide(&[1], Exclude, Some("private")), decide(&[0, 2, 3], Keep, None)]),
        );
        check("3u", Ok(vec![decide(&[2], Undo, None)]));
        check("u n q ? =", Ok(vec![Key::Undo, Key::Next, Key::Quit, Key::Help, Key::Show]));
        check("! ring til ham", Ok(vec![Key::Note("ring til ham".to_owned())]));
        for wrong in ["5k", "0e", "3-2k", "p", "w", "1-9e", "1-", "æk", "99999999999999999999k"] {
            check(wrong, Err(wrong));
        }
    }
}
