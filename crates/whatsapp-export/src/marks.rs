//! Characters that are not seen: marks of direction, and spaces of every width.

/// A mark of direction or joining, or a byte order mark.
pub(crate) fn is_mark(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A space inside a line, of whatever width.
pub(crate) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{2002}'..='\u{200a}' | '\u{202f}' | '\u{3000}')
}

/// The text without marks and spaces around it.
pub(crate) fn bare(text: &str) -> &str {
    text.trim_matches(|c| is_mark(c) || is_space(c))
}

/// Whether the text begins with the mark that WhatsApp puts before words of its own.
pub(crate) fn is_marked(text: &str) -> bool {
    text.starts_with(['\u{200e}', '\u{200f}'])
}

/// The form in which WhatsApp's own words are compared: lower case, single spaces, no marks, no stop at
/// the end.
pub(crate) fn key(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !is_mark(*c)) {
        if is_space(c) || c == '\n' {
            if !out.ends_with(' ') && !out.is_empty() {
                out.push(' ');
            }
        } else {
            out.extend(c.to_lowercase());
        }
    }
    let end = out.trim_end_matches([' ', '.', '。', '।']).len();
    out.truncate(end);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys() {
        assert_eq!(key("\u{200e}Denne  besked\u{202f}blev Slettet. "), "denne besked blev slettet");
        assert_eq!(key("  "), "");
        assert_eq!(bare("\u{202a}+45 20\u{202c} "), "+45 20");
        assert!(is_marked("\u{200e}x") && !is_marked("x"));
    }
}
