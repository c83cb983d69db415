//! What a file is, by its bytes: kind, encoding, and for tables the delimiter and the rows above the data.

use evidence::Evidence;
use model::ReadAt;

use crate::scan::text::{Encoding, UTF_8, Utf8};
use crate::scan::{File, Head, Table, html_tables};

/// Bytes that are looked at to tell what a file is.
const HEAD: usize = 64 * 1024;

/// What a file is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum FileKind {
    Sqlite,
    Zip,
    Tar,
    Json,
    Ndjson,
    Xml,
    Html,
    Eml,
    Csv,
    Text,
    Binary,
    Empty,
}

impl FileKind {
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Zip => "zip",
            Self::Tar => "tar",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Xml => "xml",
            Self::Html => "html",
            Self::Eml => "eml",
            Self::Csv => "csv",
            Self::Text => "text",
            Self::Binary => "binary",
            Self::Empty => "empty",
        }
    }
}

/// A file that was looked at.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) kind: FileKind,
    pub(super) encoding: Option<Encoding>,
    pub(super) table: Option<Table>,
}

fn head_of(bytes: &dyn ReadAt) -> Vec<u8> {
    let mut head = vec![0; HEAD];
    let mut filled = 0;
    while filled < head.len() {
        match bytes.read_at(filled as u64, &mut head[filled..]) {
            Ok(0) | Err(_) => break,
            Ok(n) => filled += n,
        }
    }
    head.truncate(filled);
    head
}

/// The encoding that bytes look like; `None` for what is no text.
fn encoding(head: &[u8], whole: bool) -> Option<Encoding> {
    if let Some((encoding, _)) = Encoding::of_mark(head) {
        return Some(encoding);
    }
    let nul = |odd: usize| head.iter().skip(odd).step_by(2).filter(|b| **b == 0).count() * 2;
    let half = head.len() * 2 / 5;
    if head.len() >= 4 && nul(1) > half && nul(0) < head.len() / 10 {
        return Encoding::of_word("utf-16le");
    }
    if head.len() >= 4 && nul(0) > half && nul(1) < head.len() / 10 {
        return Encoding::of_word("utf-16be");
    }
    let odd = head.iter().filter(|b| **b < 0x20 && !matches!(b, b'\t' | b'\r' | b'\n' | 0x0c | 0x1b)).count();
    if odd > 0 {
        return None;
    }
    match std::str::from_utf8(head) {
        Ok(_) => Some(UTF_8),
        // cut inside a character
        Err(e) if !whole && e.error_len().is_none() => Some(UTF_8),
        Err(_) => Encoding::of_word("windows-1252"),
    }
}

/// Whether the whole of a file is text in an encoding: the head may be plain where the rest is not.
fn holds(bytes: &dyn ReadAt, encoding: Encoding) -> bool {
    let Ok(mut text) = Utf8::new(bytes, Some(encoding)) else { return false };
    loop {
        match text.line() {
            Ok(Some(_)) => {}
            Ok(None) => return true,
            Err(_) => return false,
        }
    }
}

/// Looks at a file.
pub(super) fn look(evidence: &Evidence) -> Seen {
    let bytes = evidence.bytes.as_ref();
    let head = head_of(bytes);
    let only = |kind| Seen { kind, encoding: None, table: None };
    if head.is_empty() {
        return only(FileKind::Empty);
    }
    if head.starts_with(b"SQLite format 3\0") {
        return only(FileKind::Sqlite);
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return only(FileKind::Zip);
    }
    if head.len() >= 262 && &head[257..262] == b"ustar" {
        return only(FileKind::Tar);
    }
    let Some(mut encoding) = encoding(&head, head.len() as u64 == bytes.len()) else {
        return only(FileKind::Binary);
    };
    if encoding == UTF_8
        && !holds(bytes, encoding)
        && let Some(other) = Encoding::of_word("windows-1252")
    {
        encoding = other;
    }
    let lines = lines(bytes, encoding, 60);
    let start =
        lines.iter().find(|l| !l.trim().is_empty()).map(|l| l.trim_start().to_owned()).unwrap_or_default();
    let text = |kind| Seen { kind, encoding: Some(encoding), table: None };
    let lower = lines.join("\n").to_lowercase();
    // a bracket may as well begin a line of a chat: what follows it tells
    let behind = lower.trim_start().strip_prefix('[').map(|rest| rest.trim_start().to_owned());
    let array = behind.is_some_and(|rest| rest.is_empty() || rest.starts_with(['{', '[', '"', ']']));
    if start.starts_with('{') || array {
        let many = lines.iter().filter(|l| !l.trim().is_empty()).take(2).all(|l| {
            let l = l.trim();
            l.starts_with('{') && l.ends_with('}') && serde_json::from_str::<serde_json::Value>(l).is_ok()
        });
        return text(if many && start.starts_with('{') { FileKind::Ndjson } else { FileKind::Json });
    }
    if start.starts_with('<') {
        let html = lower.contains("<html") || lower.contains("<!doctype html") || lower.contains("<table");
        return text(if html { FileKind::Html } else { FileKind::Xml });
    }
    let mail =
        ["from:", "date:", "received:", "message-id:", "subject:", "mime-version:", "return-path:", "to:"];
    let headers =
        lines.iter().take(20).filter(|l| mail.iter().any(|m| l.to_lowercase().starts_with(m))).count();
    if headers >= 2 && mail.iter().any(|m| start.to_lowercase().starts_with(m)) {
        return text(FileKind::Eml);
    }
    match table(bytes, encoding) {
        Some(table) => Seen { kind: FileKind::Csv, encoding: Some(encoding), table: Some(table) },
        None => text(FileKind::Text),
    }
}

/// The first lines of a file.
pub(super) fn lines(bytes: &dyn ReadAt, encoding: Encoding, most: usize) -> Vec<String> {
    let Ok(mut text) = Utf8::new(bytes, Some(encoding)) else { return Vec::new() };
    let mut lines = Vec::new();
    while lines.len() < most
        && let Ok(Some(line)) = text.line()
    {
        lines.push(line.trim_start_matches('\u{feff}').to_owned());
    }
    lines
}

/// Delimiter and rows above the data, where the file is a table.
fn table(bytes: &dyn ReadAt, encoding: Encoding) -> Option<Table> {
    let mut best: Option<(usize, usize, Table)> = None;
    for delimiter in [b';', b'\t', b',', b'|'] {
        let Ok(text) = Utf8::new(bytes, Some(encoding)) else { continue };
        let mut reader = crate::scan::csv_reader(text, delimiter, Some(b'"'));
        let mut rows = Vec::new();
        while rows.len() < 200 {
            match reader.row() {
                Ok(Some((_, row))) => rows.push(row),
                Ok(None) => break,
                Err(_) => {
                    rows.clear();
                    break;
                }
            }
        }
        if rows.len() < 2 {
            continue;
        }
        let mut widths: Vec<usize> = rows.iter().map(Vec::len).collect();
        widths.sort_unstable();
        let width = widths[widths.len() / 2];
        let same = rows.iter().filter(|r| r.len() == width).count();
        // a text with commas in it is no table
        if width < 3 && !(width == 2 && same == rows.len())
            || same * 10 < rows.len() * 8 && rows.len() - same > 10
        {
            continue;
        }
        let head = head(&rows, width);
        if best.as_ref().is_none_or(|b| (width, same) > (b.0, b.1)) {
            best =
                Some((width, same, Table { encoding: Some(encoding), delimiter, quote: Some(b'"'), head }));
        }
    }
    best.map(|b| b.2)
}

/// Whether a cell looks like data rather than the name of a column.
fn is_data(cell: &str) -> bool {
    let cell = cell.trim();
    let digits = cell.chars().filter(char::is_ascii_digit).count();
    digits >= 3
        || (digits > 0 && digits == cell.len())
        || cell.len() > 60
        || cell.starts_with('+')
        || cell.contains('@')
}

/// The rows above the data: those that are passed over, and those that name columns.
pub(super) fn head(rows: &[Vec<String>], width: usize) -> Head {
    let filled = |row: &[String]| row.iter().filter(|c| !c.trim().is_empty()).count();
    let names = |row: &[String]| !row.iter().any(|c| is_data(c));
    let fits = |row: &[String]| {
        row.len() == width || (row.len() > width && row[width..].iter().all(String::is_empty))
    };
    // the first row of data: something in it is no name
    let first = rows.iter().position(|r| fits(r) && !names(r) && filled(r) * 2 >= width).unwrap_or(0);
    if first == 0 {
        let named = rows.first().is_some_and(|r| names(r) && filled(r) * 3 >= width * 2);
        return Head { skip: 0, rows: u64::from(named) };
    }
    let last = &rows[first - 1];
    let above = first.checked_sub(2).map(|i| &rows[i]);
    // a second row of names: the one above has blanks where a cell goes over several columns
    let two = above.is_some_and(|above| {
        let n = filled(above);
        fits(above) && names(above) && n > 1 && n < filled(last) && filled(last) * 3 >= width * 2
    });
    let rows = if two { 2 } else { 1 };
    Head { skip: first as u64 - rows, rows }
}

/// The largest table of a page, from 1, with the rows above its data.
pub(super) fn html(file: &File, encoding: Option<Encoding>) -> Option<(u64, Head)> {
    let tables = html_tables(file, encoding).ok()?;
    let (number, rows) = tables.iter().enumerate().max_by_key(|(i, t)| (t.len(), usize::MAX - i))?;
    let mut widths: Vec<usize> = rows.iter().map(Vec::len).collect();
    widths.sort_unstable();
    let width = widths.get(widths.len() / 2).copied().unwrap_or(0);
    Some((number as u64 + 1, head(rows, width)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &[u8], expected: &str) {
        let bytes = std::sync::Arc::new(text.to_vec());
        let seen = look(&Evidence { name: "x".to_owned(), bytes, sha256: [0; 32] });
        let mut shown = seen.kind.word().to_owned();
        if let Some(encoding) = seen.encoding {
            shown.push(' ');
            shown.push_str(encoding.word());
        }
        if let Some(t) = seen.table {
            shown.push_str(&format!(" {:?} {}+{}", char::from(t.delimiter), t.head.skip, t.head.rows));
        }
        assert_eq!(shown, expected);
    }

    #[test]
    fn kinds() {
        check(b"", "empty");
        check(b"\x89PNG\r\n\x1a\n\0\0", "binary");
        check(b"{\"a\":1}\n{\"a\":2}\n", "ndjson utf-8");
        check(b"{\"a\":[\n1]}", "json utf-8");
        check(b"[\n{\"a\":1}]", "json utf-8");
        check(b"[05-01-2026 08:40] A: b\n", "text utf-8");
        check(b"\n<?xml version='1.0'?><a/>", "xml utf-8");
        check(b"<!DOCTYPE html><html></html>", "html utf-8");
        check(b"From: a@b.dk\r\nDate: x\r\n\r\ntekst", "eml utf-8");
        check(b"Bare en tekst\nover flere linjer\n", "text utf-8");
    }

    #[test]
    fn tables() {
        check(b"Nr;Tekst;Dato\n1;Hej;05-01-2026\n2;Igen;06-01-2026\n", "csv utf-8 ';' 0+1");
        check(
            b"Udtr\xe6k;;\nNr;Tekst;Dato\n1;Hej;05-01-2026\n2;Igen;06-01-2026\n",
            "csv windows-1252 ';' 1+1",
        );
        check(b"Afsender;;Besked;\nNavn;Nummer;Dato;Tekst\nA;20000101;05-01-2026;Hej\n", "csv utf-8 ';' 0+2");
        check(b"1;Hej;05-01-2026\n2;Igen;06-01-2026\n", "csv utf-8 ';' 0+0");
        check(b"Titel\n\nNr\tTekst\tDato\n1\tHej, du\t05-01-2026 10:00\n", "csv utf-8 '\\t' 1+1");
    }
}
