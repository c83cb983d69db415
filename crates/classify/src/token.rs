//! Tokens of a folded text: words, masked shapes, pictographs, the two marks that carry tone. Knows
//! no meaning: numbers become shapes, so that nobody's CPR number is ever a feature.

use crate::fold::is_emoji;

/// What a token is, beside its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A word as it stands in the folded text.
    Word,
    /// A masked shape such as `<time>`.
    Shape,
    /// A pictograph, or `?`, `!`.
    Mark,
}

/// One token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token<'a> {
    /// The text that features are made of.
    pub(crate) text: &'a str,
    /// What it is.
    pub(crate) kind: Kind,
    /// Whether a sentence ends after it.
    pub(crate) ends: bool,
}

/// The longest word that features are made of, bytes; the rest is cut off.
const LONGEST: usize = 48;

/// Splits a folded text.
pub(crate) fn tokens<'a>(text: &'a str, out: &mut Vec<Token<'a>>) {
    out.clear();
    for line in text.split('\n') {
        for chunk in line.split([' ', '\t', '\r']).filter(|c| !c.is_empty()) {
            of_chunk(chunk, out);
        }
        end_sentence(out);
    }
    phones(out);
}

fn end_sentence(out: &mut [Token<'_>]) {
    if let Some(last) = out.last_mut() {
        last.ends = true;
    }
}

fn push<'a>(out: &mut Vec<Token<'a>>, text: &'a str, kind: Kind) {
    out.push(Token { text, kind, ends: false });
}

/// A run without blanks.
fn of_chunk<'a>(chunk: &'a str, out: &mut Vec<Token<'a>>) {
    // Most are a word and nothing else, or a word and one mark: no look at single characters is needed.
    let letters = chunk.bytes().take_while(u8::is_ascii_lowercase).count();
    if letters == chunk.len() {
        push(out, chunk.get(..letters.min(LONGEST)).unwrap_or(chunk), Kind::Word);
        return;
    }
    if !chunk.bytes().any(|b| matches!(b, b'/' | b'@')) && !bare(chunk).starts_with("www.") {
        return of_characters(chunk, out);
    }
    if let Some(rest) = link(chunk) {
        push(out, "<url>", Kind::Shape);
        rest.split(|c: char| !c.is_alphanumeric()).filter(|w| w.len() > 1).take(8).for_each(|w| word(w, out));
        return;
    }
    if let Some((_, domain)) =
        chunk.split_once('@').filter(|(name, domain)| !name.is_empty() && domain.contains('.'))
    {
        push(out, "<mail>", Kind::Shape);
        domain.split('.').filter(|w| w.len() > 1).take(4).for_each(|w| word(w, out));
        return;
    }
    of_characters(chunk, out);
}

/// A run without blanks that is neither link nor address.
fn of_characters<'a>(chunk: &'a str, out: &mut Vec<Token<'a>>) {
    let mut rest = chunk;
    while let Some(c) = rest.chars().next() {
        let end = if c.is_ascii_digit() {
            run(rest, |c| c.is_alphanumeric() || matches!(c, '.' | ',' | ':' | '/' | '-'))
        } else if c.is_alphanumeric() {
            run(rest, |c| c.is_alphanumeric() || c == '\'')
        } else {
            c.len_utf8()
        };
        let (this, after) = rest.split_at(end);
        rest = after;
        match c {
            '0'..='9' => number(this, out),
            c if c.is_alphanumeric() => word(this, out),
            '?' | '!' => {
                push(out, if c == '?' { "?" } else { "!" }, Kind::Mark);
                end_sentence(out);
            }
            '.' | ';' | ':' if after.is_empty() => end_sentence(out),
            '§' => push(out, "§", Kind::Shape),
            '%' => push(out, "%", Kind::Shape),
            c if is_emoji(c) => push(out, this, Kind::Mark),
            _ => {}
        }
    }
}

fn run(text: &str, inside: impl Fn(char) -> bool) -> usize {
    let plain = text.bytes().take_while(|b| b.is_ascii() && inside(char::from(*b))).count();
    let rest = text.get(plain..).unwrap_or_default();
    plain + rest.find(|c: char| !inside(c)).unwrap_or(rest.len())
}

/// A link without what it is put in.
fn bare(chunk: &str) -> &str {
    chunk.trim_start_matches(['(', '"', '<'])
}

/// What follows the scheme, when the chunk is a link.
fn link(chunk: &str) -> Option<&str> {
    let bare = bare(chunk);
    bare.split_once("://").map(|(_, rest)| rest).or_else(|| bare.starts_with("www.").then_some(bare)).or_else(
        || {
            let (host, _) = bare.split_once('/')?;
            let (name, end) = host.rsplit_once('.')?;
            (name.len() > 1 && (2..=4).contains(&end.len()) && end.bytes().all(|b| b.is_ascii_lowercase()))
                .then_some(bare)
        },
    )
}

fn word<'a>(text: &'a str, out: &mut Vec<Token<'a>>) {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let text = text.get(..end).unwrap_or(text).trim_end_matches('\'');
    if text.is_empty() {
        return;
    }
    if text.bytes().any(|b| b.is_ascii_digit()) { number(text, out) } else { push(out, text, Kind::Word) }
}

/// A token that begins with a digit, or has one.
fn number<'a>(text: &'a str, out: &mut Vec<Token<'a>>) {
    let bare = text.trim_end_matches(['.', ',', ':', '-', '/']);
    if !bare.starts_with(|c: char| c.is_ascii_digit()) {
        push(out, "<mixed>", Kind::Shape);
    } else {
        let digits_end = run(bare, |c| !c.is_alphabetic());
        let (digits, unit) = bare.split_at(digits_end);
        push(out, shape(digits), Kind::Shape);
        if !unit.is_empty() && unit.chars().all(char::is_alphabetic) && unit.len() < 8 {
            push(out, unit, Kind::Word);
        }
    }
    if text.len() > bare.len() && text.ends_with('.') && !bare.is_empty() && bare.len() > 2 {
        end_sentence(out);
    }
}

/// The shape of digits with separators.
fn shape(text: &str) -> &'static str {
    let parts = || text.split(['.', ',', ':', '/', '-']);
    let lens: [usize; 4] = {
        let mut it = parts().map(str::len);
        std::array::from_fn(|_| it.next().unwrap_or(0))
    };
    let value = |n: usize| parts().nth(n).and_then(|p| p.parse::<u32>().ok()).unwrap_or(u32::MAX);
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    match lens {
        [6, 4, 0, 0] if text.contains('-') => "<cpr>",
        [10, 0, 0, 0] if day_month(text) => "<cpr>",
        [8, 0, 0, 0] => "<phone>",
        [2, 2, 2, 2] => "<phone>",
        [4, 3..=9, ..] if (1990..2100).contains(&value(0)) => "<case>",
        [2, 4..=7, 0, 0] if text.contains(['/', '-']) => "<case>",
        [1 | 2, 2, 0, 0] if text.contains([':', '.']) && value(0) < 25 && value(1) < 60 => "<time>",
        [1 | 2, 1 | 2, 0 | 2 | 4, 0] if text.contains(['/', '.', '-']) && value(0) < 32 && value(1) < 13 => {
            "<date>"
        }
        [4, 1 | 2, 1 | 2, 0] => "<date>",
        [4, 0, 0, 0] if (1950..2100).contains(&value(0)) => "<year>",
        [_, 0, 0, 0] => match digits {
            1 => "<n1>",
            2 => "<n2>",
            3 => "<n3>",
            4 => "<n4>",
            5 => "<n5>",
            6 => "<n6>",
            _ => "<nn>",
        },
        _ => "<number>",
    }
}

fn day_month(text: &str) -> bool {
    let two = |from: usize| text.get(from..from + 2).and_then(|t| t.parse::<u32>().ok());
    matches!((two(0), two(2)), (Some(1..=31), Some(1..=12)))
}

/// Four pairs of digits in a row are one telephone number. One pass, whatever the length.
fn phones(tokens: &mut Vec<Token<'_>>) {
    let pair = |t: &Token<'_>| t.kind == Kind::Shape && t.text == "<n2>";
    let Some(first) = tokens.iter().position(pair) else { return };
    let (mut read, mut write) = (first, first);
    while let Some(token) = tokens.get(read).copied() {
        let four = tokens.get(read..read + 4);
        let pairs = four.filter(|four| four.iter().all(pair));
        let (token, used) = match pairs {
            Some(four) => {
                let ends = four.iter().any(|t| t.ends);
                (Token { text: "<phone>", kind: Kind::Shape, ends }, 4)
            }
            None => (token, 1),
        };
        if let Some(slot) = tokens.get_mut(write) {
            *slot = token;
        }
        read += used;
        write += 1;
    }
    tokens.truncate(write);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::fold;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let folded = fold(text);
        let mut out = Vec::new();
        tokens(&folded, &mut out);
        let shown: Vec<String> =
            out.iter().map(|t| format!("{}{}", t.text, if t.ends { "|" } else { "" })).collect();
        assert_eq!(shown.join(" "), expected);
    }

    #[test]
    fn words_and_sentences() {
        check("Hej. Kommer du kl. 9?", "hej| kommer du kl| <n1> ?|");
        check("linje et\nlinje to", "linje et| linje to|");
        check("", "");
        check("👍🏽❤️", "👍 ❤|");
    }

    #[test]
    fn shapes() {
        check("010203-1234", "<cpr>|");
        check("ring 40 11 22 33 nu", "ring <phone> nu|");
        check("40112233", "<phone>|");
        check("kl 14.30 eller 9:15", "kl <time> eller <time>|");
        check("d. 3/4 og 12.11.2026", "d| <date> og <date>|");
        check("j.nr. 2024-12345", "j nr| <case>|");
        check("sag 24/01234", "sag <case>|");
        check("§ 20 og § 20-spm", "§ <n2> og § <n2> spm|");
        check("45 mio. kr", "<n2> mio| kr|");
        check("kode 123456", "kode <n6>|");
        check("se https://borger.dk/sag?id=7", "se <url> borger dk sag id|");
        check("skriv til a.b@min.dk", "skriv til <mail> min dk|");
        check("3,5 % i 2025", "<number> % i <year>|");
    }
}
