//! Text that the phone showed with a message beside what its sender wrote: the card of a link or app,
//! the transcription of a voice message, a translation. It stands in lines of its own at the end of the
//! body, and the doubt `added_lines:N` says how many they are, so that the two can always be told apart.

use std::borrow::Cow;
use std::sync::Arc;

use model::{Sensitive, Text};

/// The text with these lines behind it; lines that the text has already are left out.
pub(crate) fn with_lines(
    text: Option<Text>,
    lines: &[String],
    doubts: &mut Vec<Cow<'static, str>>,
) -> Option<Text> {
    let own = text.as_ref().map_or("", |t| t.expose());
    // an address is the same with and without the slash that ends it
    let is_there = |line: &&str| own.contains(line.strip_suffix('/').unwrap_or(line));
    let added: Vec<&str> = lines.iter().map(String::as_str).filter(|line| !is_there(line)).collect();
    if added.is_empty() {
        return text;
    }
    let all: Vec<&str> = [own].into_iter().filter(|t| !t.is_empty()).chain(added.iter().copied()).collect();
    // a line of a card may have line ends of its own
    let count: usize = added.iter().map(|line| line.split('\n').count()).sum();
    doubts.push(format!("added_lines:{count}").into());
    Some(Sensitive::new(Arc::from(all.join("\n"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, lines: &[&str], body: &str, doubts: &[&str]) {
        let own = (!text.is_empty()).then(|| Sensitive::new(Arc::from(text)));
        let lines: Vec<String> = lines.iter().map(|l| (*l).to_owned()).collect();
        let mut said = Vec::new();
        let shown = with_lines(own, &lines, &mut said);
        assert_eq!(shown.as_ref().map_or("", |t| t.expose()), body);
        assert_eq!(said, doubts);
    }

    #[test]
    fn lines_stand_behind_what_was_written() {
        check("Hej", &[], "Hej", &[]);
        check("", &[], "", &[]);
        check("", &["Titel", "https://a.dk"], "Titel\nhttps://a.dk", &["added_lines:2"]);
        check("Se https://a.dk", &["Titel", "https://a.dk"], "Se https://a.dk\nTitel", &["added_lines:1"]);
        check("Se https://a.dk", &["Titel", "https://a.dk/"], "Se https://a.dk\nTitel", &["added_lines:1"]);
        check("Hej", &["to\nlinjer"], "Hej\nto\nlinjer", &["added_lines:2"]);
    }
}
