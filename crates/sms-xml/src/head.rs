//! The beginning of a file, by which it is recognised: optional declaration, instructions and comments,
//! then the root element. A document type declaration before that root refuses the file.

use model::ReadAt;

use crate::entities::decode;

/// Bytes in which the root must begin.
pub(crate) const MOST: usize = 1 << 16;

/// What the root says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Head {
    /// How many records there are, as the file says.
    pub(crate) count: Option<u64>,
    /// When the copy was made, milliseconds since 1970.
    pub(crate) made_at: Option<i64>,
    /// Whether the file holds calls and no messages.
    pub(crate) calls: bool,
}

/// What a file is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Sniffed {
    /// Something else.
    Other,
    /// One of ours.
    Ours(Head),
    /// One of ours that has a document type declaration.
    Declares,
    /// One of ours by its root, in an encoding that the app never writes.
    Encoding,
}

/// Whether a file that begins like this is worth looking at.
pub(crate) fn may_be(first: &[u8]) -> bool {
    trim(first).starts_with(b"<") || first.starts_with(b"\xff\xfe<\0") || first.starts_with(b"\xfe\xff\0<")
}

/// Looks at the beginning of `bytes`.
pub(crate) fn sniff(bytes: &dyn ReadAt) -> std::io::Result<Sniffed> {
    let mut first = [0; 64];
    let n = bytes.read_at(0, &mut first)?;
    if first[..n].starts_with(b"\xff\xfe<\0") || first[..n].starts_with(b"\xfe\xff\0<") {
        return wide(bytes);
    }
    if !may_be(&first[..n]) {
        return Ok(Sniffed::Other);
    }
    let mut head = vec![0; MOST];
    let mut filled = 0;
    while filled < MOST {
        match bytes.read_at(filled as u64, &mut head[filled..])? {
            0 => break,
            n => filled += n,
        }
    }
    Ok(look(&head[..filled]))
}

/// UTF-16: recognised, so that it can be refused by name.
fn wide(bytes: &dyn ReadAt) -> std::io::Result<Sniffed> {
    let mut head = vec![0; 4096];
    let n = bytes.read_at(0, &mut head)?;
    let narrow: Vec<u8> = head[..n].iter().copied().filter(|b| b.is_ascii() && *b != 0).collect();
    let ours = matches!(look(&narrow), Sniffed::Ours(_) | Sniffed::Declares);
    Ok(if ours { Sniffed::Encoding } else { Sniffed::Other })
}

fn trim(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start()
}

fn behind<'b>(bytes: &'b [u8], mark: &[u8]) -> Option<&'b [u8]> {
    memchr::memmem::find(bytes, mark).map(|i| &bytes[i + mark.len()..])
}

fn look(bytes: &[u8]) -> Sniffed {
    let mut rest = trim(bytes);
    let mut declares = false;
    loop {
        rest = rest.trim_ascii_start();
        let next = if rest.starts_with(b"<?") {
            behind(rest, b"?>")
        } else if rest.starts_with(b"<!--") {
            behind(rest, b"-->")
        } else if rest.starts_with(b"<!") {
            declares = true;
            // an internal subset ends with `]>`
            let opening = rest.iter().position(|b| matches!(b, b'[' | b'>'));
            match opening.map(|i| rest[i]) {
                Some(b'[') => {
                    let named = names_root(&rest[2..]);
                    if named {
                        return Sniffed::Declares;
                    }
                    behind(rest, b"]").and_then(|r| behind(r, b">"))
                }
                Some(_) => {
                    if names_root(&rest[2..]) {
                        return Sniffed::Declares;
                    }
                    behind(rest, b">")
                }
                None => None,
            }
        } else {
            break;
        };
        match next {
            Some(next) => rest = next,
            None => return Sniffed::Other,
        }
    }
    let Some(rest) = rest.strip_prefix(b"<") else { return Sniffed::Other };
    let end = rest.iter().position(|b| b.is_ascii_whitespace() || matches!(b, b'>' | b'/'));
    let calls = match end.map(|end| &rest[..end]) {
        Some(b"smses") => false,
        Some(b"calls") => true,
        _ => return Sniffed::Other,
    };
    if declares {
        return Sniffed::Declares;
    }
    let tag = &rest[..rest.iter().position(|b| *b == b'>').unwrap_or(rest.len())];
    let number = |name: &[u8]| -> Option<i64> {
        let value = behind(tag, &[name, b"="].concat())?;
        let (quote, value) = value.split_first()?;
        let end = value.iter().position(|b| b == quote)?;
        decode(&value[..end]).text.trim().parse().ok()
    };
    Sniffed::Ours(Head {
        count: number(b" count").and_then(|n| u64::try_from(n).ok()),
        made_at: number(b" backup_date").filter(|ms| *ms > 0),
        calls,
    })
}

/// Whether a declaration is of the type of ours.
fn names_root(declaration: &[u8]) -> bool {
    let Some(rest) = declaration.strip_prefix(b"DOCTYPE") else { return false };
    let name = rest.trim_ascii_start();
    name.starts_with(b"smses") || name.starts_with(b"calls")
}

/// Any bytes as a file's beginning.
#[doc(hidden)]
pub fn fuzz_one(data: &[u8]) {
    let _: Sniffed = look(data);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let shown = match sniff(&text.as_bytes().to_vec()).unwrap() {
            Sniffed::Other => "other".to_owned(),
            Sniffed::Declares => "declares".to_owned(),
            Sniffed::Encoding => "encoding".to_owned(),
            Sniffed::Ours(h) => format!("{:?} {:?} {}", h.count, h.made_at, h.calls),
        };
        assert_eq!(shown, expected);
    }

    #[test]
    fn beginnings() {
        let xml = "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n";
        check(&format!("{xml}<smses count=\"4\">"), "Some(4) None false");
        check(
            &format!(
                "\u{feff}{xml}<!--File Created By ...-->\n<?xml-stylesheet x?>\n<smses backup_set='a' backup_date='17' count='2' >"
            ),
            "Some(2) Some(17) false",
        );
        check("<smses/>", "None None false");
        check("<smses", "other");
        check("<calls count=\"9\">", "Some(9) None true");
        check("<smses2 count=\"9\">", "other");
        check("<html><smses>", "other");
        check(&format!("{xml}<!DOCTYPE smses [<!ENTITY a \"b\">]>\n<smses count=\"1\">"), "declares");
        check(&format!("{xml}<!DOCTYPE smses SYSTEM \"x.dtd\">\n<smses count=\"1\">"), "declares");
        check(&format!("{xml}<!DOCTYPE x [<!ENTITY a \"b\">]>\n<smses count=\"1\">"), "declares");
        check(&format!("{xml}<!DOCTYPE html><html>"), "other");
        check("", "other");
        check("PK", "other");
    }
}
