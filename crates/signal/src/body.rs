//! The text of a message as the user saw it: mentions are placeholders in the source, with offsets in
//! UTF-16 units, and names on the screen.

use std::sync::Arc;

use model::{Sensitive, Text};

/// A mention: where it stands, in UTF-16 units, and what the user saw there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mention {
    pub(crate) start: i64,
    pub(crate) length: i64,
    pub(crate) shown: String,
}

/// Most mentions put into one text.
const MENTIONS: usize = 10_000;

/// The text with its mentions spelt out and other placeholders (U+FFFC) taken away; `None` when nothing
/// is left. A mention that does not stand on a placeholder is left as it is.
pub(crate) fn shown(body: &str, mut mentions: Vec<Mention>) -> Option<Text> {
    if !body.contains('\u{fffc}') {
        return (!body.is_empty()).then(|| Sensitive::new(Arc::from(body)));
    }
    mentions.truncate(MENTIONS);
    mentions.sort_by_key(|m| m.start);
    let mut out = String::with_capacity(body.len() + 16 * mentions.len());
    let mut mentions = mentions.iter().peekable();
    let mut units = 0_i64;
    for c in body.chars() {
        let width = if u32::from(c) > 0xffff { 2 } else { 1 };
        while mentions.peek().is_some_and(|m| m.start < units) {
            mentions.next();
        }
        if c != '\u{fffc}' {
            out.push(c);
        } else if let Some(mention) = mentions.next_if(|m| m.start == units) {
            out.push_str(&mention.shown);
        }
        units += width;
    }
    (!out.is_empty()).then(|| Sensitive::new(Arc::from(out)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(body: &str, mentions: &[(i64, &str)], expected: &str) {
        let mentions =
            mentions.iter().map(|(start, s)| Mention { start: *start, length: 1, shown: (*s).to_owned() });
        let got = shown(body, mentions.collect());
        assert_eq!(got.as_ref().map_or("none", |t| t.expose()), expected);
    }

    #[test]
    fn mentions_are_names() {
        check("hej \u{fffc}, se her", &[(4, "@Anna")], "hej @Anna, se her");
        check("🙂\u{fffc}\u{fffc}", &[(3, "@B"), (2, "@A")], "🙂@A@B");
        check("\u{fffc}x\u{fffc}", &[(2, "@B")], "x@B");
        check("\u{fffc}", &[], "none");
        check("intet", &[(0, "@A")], "intet");
        check("", &[], "none");
        check("a\u{fffc}", &[(-5, "@X"), (1, "@Y"), (99, "@Z")], "a@Y");
    }
}
