//! A table of an HTML page: rows, cells and their text as a browser would show it. Cells over several
//! columns are allowed above the data only; an address in a cell (`href`, `src`) is a column of its own.

use model::{Fault, Place};

use super::csv::{Head, names};
use super::text::{Encoding, whole};
use super::{Columns, File, Row, Sink, Stop, Values};

/// Most bytes of a page.
const MOST_PAGE: u64 = 512 << 20;

/// A cell: its text, addresses in it, and over how many columns it goes.
#[derive(Default)]
struct Cell {
    text: String,
    links: Vec<String>,
    over: usize,
    down: bool,
}

struct TableRow {
    line: u64,
    cells: Vec<Cell>,
}

/// Named characters that Danish and common pages use; others are kept as they are written.
const NAMED: &[(&str, &str)] = &[
    ("amp", "&"),
    ("lt", "<"),
    ("gt", ">"),
    ("quot", "\""),
    ("apos", "'"),
    ("nbsp", "\u{a0}"),
    ("aelig", "æ"),
    ("oslash", "ø"),
    ("aring", "å"),
    ("AElig", "Æ"),
    ("Oslash", "Ø"),
    ("Aring", "Å"),
    ("eacute", "é"),
    ("Eacute", "É"),
    ("auml", "ä"),
    ("Auml", "Ä"),
    ("ouml", "ö"),
    ("Ouml", "Ö"),
    ("uuml", "ü"),
    ("Uuml", "Ü"),
    ("szlig", "ß"),
    ("euro", "€"),
    ("ndash", "–"),
    ("mdash", "—"),
    ("hellip", "…"),
    ("laquo", "«"),
    ("raquo", "»"),
    ("ldquo", "“"),
    ("rdquo", "”"),
    ("bdquo", "„"),
    ("lsquo", "‘"),
    ("rsquo", "’"),
    ("bull", "•"),
    ("middot", "·"),
    ("deg", "°"),
    ("frac12", "½"),
    ("copy", "©"),
    ("sect", "§"),
    ("shy", "\u{ad}"),
    ("egrave", "è"),
    ("agrave", "à"),
    ("ccedil", "ç"),
];

/// Text with its character references resolved.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(12).position(|b| b == b';');
        let known = end.and_then(|end| Some((reference(&rest[1..end])?, end + 1)));
        match known {
            Some((text, length)) => {
                out.push_str(&text);
                rest = &rest[length..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn reference(name: &str) -> Option<String> {
    let Some(number) = name.strip_prefix('#') else {
        return NAMED.iter().find(|n| n.0 == name).map(|n| n.1.to_owned());
    };
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => number.parse().ok()?,
    };
    char::from_u32(code).filter(|c| *c != '\0').map(|c| c.to_string())
}

/// White space as a browser shows it: runs are one space, none at the ends of lines.
fn collapsed(text: &str) -> String {
    let lines = text.split('\u{1}').map(|line| {
        let words = line.split([' ', '\t', '\r', '\n', '\u{c}']).filter(|w| !w.is_empty());
        words.collect::<Vec<_>>().join(" ")
    });
    lines.collect::<Vec<_>>().join("\n").trim_matches('\n').to_owned()
}

/// A tag: name, whether it ends an element, and its attributes as written.
struct Tag<'a> {
    name: String,
    end: bool,
    attributes: &'a str,
}

impl Tag<'_> {
    fn attribute(&self, wanted: &str) -> Option<String> {
        let lower = self.attributes.to_ascii_lowercase();
        for (at, _) in lower.match_indices(wanted) {
            let before = lower[..at].chars().next_back();
            if before.is_some_and(|c| !c.is_ascii_whitespace() && !matches!(c, '"' | '\'')) {
                continue;
            }
            let Some(value) = self.attributes[at + wanted.len()..].trim_start().strip_prefix('=') else {
                continue;
            };
            let value = value.trim_start();
            let text = match value.chars().next() {
                Some(quote @ ('"' | '\'')) => value[1..].split(quote).next().unwrap_or_default(),
                _ => value.split(|c: char| c.is_ascii_whitespace()).next().unwrap_or_default(),
            };
            return Some(unescaped(text));
        }
        None
    }
}

/// Where a tag ends: behind the first `>` outside quotes.
fn tag_end(rest: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in rest.char_indices().skip(1) {
        match (quote, c) {
            (None, '>') => return Some(at),
            (None, '"' | '\'') => quote = Some(c),
            (Some(q), c) if q == c => quote = None,
            _ => {}
        }
    }
    None
}

/// A token of a page: a tag or text.
enum Token<'a> {
    Tag(Tag<'a>),
    Text(&'a str),
}

/// Takes a page apart; `line` of each token.
fn tokens<'a>(page: &'a str, on: &mut dyn FnMut(u64, Token<'a>) -> Result<(), Fault>) -> Result<(), Fault> {
    let (mut rest, mut line) = (page, 1_u64);
    let lines = |text: &str| text.bytes().map(|b| u64::from(b == b'\n')).sum::<u64>();
    while !rest.is_empty() {
        let open = rest.find('<').unwrap_or(rest.len());
        if open > 0 {
            on(line, Token::Text(&rest[..open]))?;
            line += lines(&rest[..open]);
            rest = &rest[open..];
            continue;
        }
        if let Some(behind) = rest.strip_prefix("<!--") {
            let end = behind
                .find("-->")
                .map(|e| e + 7)
                .ok_or(Fault::Unexpected { expected: "the end of a comment" })?;
            line += lines(&rest[..end]);
            rest = &rest[end..];
            continue;
        }
        let is_tag = rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'));
        if !is_tag {
            on(line, Token::Text("<"))?;
            rest = &rest[1..];
            continue;
        }
        let end = tag_end(rest).ok_or(Fault::Unexpected { expected: "the end of a tag" })?;
        let inner = rest[1..end].trim_end_matches('/');
        let (is_end, inner) = inner.strip_prefix('/').map_or((false, inner), |i| (true, i));
        let split = inner.find(|c: char| c.is_ascii_whitespace()).unwrap_or(inner.len());
        let name = inner[..split].to_ascii_lowercase();
        let raw = !is_end && matches!(name.as_str(), "script" | "style");
        on(line, Token::Tag(Tag { name: name.clone(), end: is_end, attributes: &inner[split..] }))?;
        line += lines(&rest[..=end]);
        rest = &rest[end + 1..];
        if raw {
            let closing = format!("</{name}");
            let skip = rest.to_ascii_lowercase().find(&closing).unwrap_or(rest.len());
            line += lines(&rest[..skip]);
            rest = &rest[skip..];
        }
    }
    Ok(())
}

/// Every table of a page, in the order in which they begin; a table inside a cell is one of its own.
fn parse(page: &str) -> Result<Vec<Vec<TableRow>>, Fault> {
    let mut tables: Vec<Vec<TableRow>> = Vec::new();
    // open tables: number, and whether a row and a cell are open
    let mut open: Vec<(usize, bool, bool)> = Vec::new();
    tokens(page, &mut |line, token| {
        let Some(&mut (table, ref mut row, ref mut cell)) = open.last_mut() else {
            if let Token::Tag(tag) = token
                && tag.name == "table"
                && !tag.end
            {
                open.push((tables.len(), false, false));
                tables.push(Vec::new());
            }
            return Ok(());
        };
        let now = tables.get_mut(table).and_then(|t| t.last_mut()).and_then(|r| r.cells.last_mut());
        let now = now.filter(|_| *cell);
        match token {
            Token::Text(text) => {
                if let Some(now) = now {
                    // a line end that is written is a space; only <br> and blocks make lines
                    now.text.push_str(&unescaped(text).replace('\u{1}', " "));
                } else if !text.trim().is_empty() && *row {
                    return Err(Fault::Unexpected { expected: "text inside a cell" });
                }
            }
            Token::Tag(tag) => match (tag.name.as_str(), tag.end) {
                ("table", false) => {
                    open.push((tables.len(), false, false));
                    tables.push(Vec::new());
                }
                ("table", true) => {
                    open.pop();
                }
                ("tr", false) => {
                    (*row, *cell) = (true, false);
                    tables[table].push(TableRow { line, cells: Vec::new() });
                }
                ("tr", true) => (*row, *cell) = (false, false),
                ("td" | "th", false) => {
                    if tables[table].is_empty() || !*row {
                        *row = true;
                        tables[table].push(TableRow { line, cells: Vec::new() });
                    }
                    let number =
                        |name| tag.attribute(name).and_then(|v| v.trim().parse::<usize>().ok()).unwrap_or(1);
                    let over = number("colspan").clamp(1, 1000);
                    let down = number("rowspan") > 1;
                    if let Some(row) = tables[table].last_mut() {
                        row.cells.push(Cell { over, down, ..Cell::default() });
                    }
                    *cell = true;
                }
                ("td" | "th", true) => *cell = false,
                ("br", _) | ("p" | "div" | "li", false) => {
                    if let Some(now) = now.filter(|n| tag.name == "br" || !n.text.trim().is_empty()) {
                        now.text.push('\u{1}');
                    }
                }
                _ => {
                    if let Some(now) = now.filter(|_| !tag.end) {
                        now.links.extend(["href", "src"].into_iter().filter_map(|name| tag.attribute(name)));
                    }
                }
            },
        }
        Ok(())
    })?;
    if open.is_empty() { Ok(tables) } else { Err(Fault::Unexpected { expected: "the end of a table" }) }
}

/// The cells above the data as texts, those over several columns repeated as blanks.
fn flat(row: &TableRow) -> Vec<String> {
    let cells = row.cells.iter().flat_map(|cell| {
        std::iter::once(collapsed(&cell.text))
            .chain(std::iter::repeat_n(String::new(), cell.over.saturating_sub(1)))
    });
    cells.collect()
}

/// What a page says of its encoding near its beginning.
fn encoding_of(file: &File, given: Option<Encoding>) -> Option<Encoding> {
    let mut head = [0; 2048];
    let n = file.bytes().read_at(0, &mut head).unwrap_or(0);
    if given.is_some() || Encoding::of_mark(&head[..n]).is_some() {
        return given;
    }
    let head = String::from_utf8_lossy(&head[..n]).to_ascii_lowercase();
    let value = head
        .split("charset")
        .nth(1)?
        .trim_start()
        .strip_prefix('=')?
        .trim_start_matches([' ', '"', '\''])
        .to_owned();
    Encoding::of_word(value.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').next()?)
}

fn page(file: &File, encoding: Option<Encoding>) -> Result<Vec<Vec<TableRow>>, Stop> {
    let text = whole(file.bytes(), encoding_of(file, encoding), MOST_PAGE);
    text.and_then(|text| parse(&text)).map_err(|fault| file.misfit(Place::File, fault))
}

/// The rows of every table, as texts.
pub(super) fn tables(file: &File, encoding: Option<Encoding>) -> Result<Vec<Vec<Vec<String>>>, Stop> {
    Ok(page(file, encoding)?.iter().map(|table| table.iter().map(flat).collect()).collect())
}

pub(super) fn scan(
    file: &File,
    table: u64,
    head: Head,
    encoding: Option<Encoding>,
    sink: Sink<'_>,
) -> Result<(), Stop> {
    let tables = page(file, encoding)?;
    let wanted = usize::try_from(table.saturating_sub(1)).unwrap_or(usize::MAX);
    let Some(rows) = tables.get(wanted) else {
        return Err(
            file.misfit(Place::File, Fault::Unexpected { expected: "the table that the mapping names" })
        );
    };
    let above = usize::try_from(head.skip + head.rows).unwrap_or(usize::MAX);
    let skip = usize::try_from(head.skip).unwrap_or(usize::MAX);
    let heads: Vec<Vec<String>> = rows.iter().take(above).skip(skip).map(flat).collect();
    let width =
        heads.iter().map(Vec::len).max().or_else(|| rows.get(above).map(|r| r.cells.len())).unwrap_or(0);
    let mut columns = Columns::default();
    let named = names(&heads, width);
    for name in &named {
        columns.add(name).map_err(|fault| file.misfit(Place::File, fault))?;
    }
    for (index, row) in (1..).zip(rows.iter().skip(above).filter(|row| !row.cells.is_empty())) {
        let place = Place::Element { name: "tr".into(), index, line: row.line };
        if row.cells.len() != width || row.cells.iter().any(|c| c.over > 1 || c.down) {
            let fault =
                Fault::Count { what: "columns", expected: width as u64, found: row.cells.len() as u64 };
            return Err(file.misfit(place, fault));
        }
        let mut values = Values::new();
        for (column, cell) in row.cells.iter().enumerate() {
            values.push((column, collapsed(&cell.text)));
            for link in &cell.links {
                let number = columns.number(&format!("{}@href", named[column]));
                values.push((number.map_err(|fault| file.misfit(place.clone(), fault))?, link.clone()));
            }
        }
        sink(&columns, Row { place, values, around: &[], files: Vec::new() })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(page: &str, expected: &str) {
        let shown = match parse(page) {
            Err(fault) => fault.to_string(),
            Ok(tables) => {
                let rows =
                    |t: &Vec<TableRow>| t.iter().map(|r| flat(r).join("|")).collect::<Vec<_>>().join("/");
                tables.iter().map(rows).collect::<Vec<_>>().join(" # ")
            }
        };
        assert_eq!(shown, expected);
    }

    #[test]
    fn pages() {
        check("<table><tr><th>A<th>B<tr><td>1<td>2</table>", "A|B/1|2");
        check(
            "<p>x<TABLE class='a>b'><tr><td>R&oslash;d&#32;gr&#xf8;d<br>to\n linjer</td></tr></TABLE>",
            "Rød grød\nto linjer",
        );
        check("<table><tr><td colspan=2>A</td><td>B</td></tr></table>", "A||B");
        check("<table><tr><td>1 < 2 & 3</td></tr></table>", "1 < 2 & 3");
        check("<script>if (a<b) '<table>'</script><table><tr><td>x</td></tr></table>", "x");
        check("<table><tr><td>x<table><tr><td>y</td></tr></table></td></tr></table>", "x # y");
        check("<table><tr><td>x", "the end of a table".replace("the", "expected the").as_str());
    }
}
