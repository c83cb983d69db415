//! Delimiter-separated values (RFC 4180), strict where a slip would lose a row: a quote that is never
//! closed, text behind a closing quote and a row of another width are errors with their line.

use model::{Fault, Place};

use super::text::{Encoding, Utf8, utf8};
use super::{Columns, File, MOST_ROW, MOST_VALUE, Row, Sink, Stop, Values};

/// The rows of a table that are above its data.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head {
    /// Rows that are passed over.
    pub(crate) skip: u64,
    /// Rows that name the columns; the names of several are joined.
    pub(crate) rows: u64,
}

/// How a table is written.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    /// Encoding; without one, UTF-8 or what a byte order mark says.
    pub(crate) encoding: Option<Encoding>,
    /// What separates values.
    pub(crate) delimiter: u8,
    /// What encloses values; `None`: nothing does.
    pub(crate) quote: Option<u8>,
    /// What is above the data.
    pub(crate) head: Head,
}

/// A row with the line it begins at, or the end; a fault with the line it is at.
pub(crate) type Next = Result<Option<(u64, Vec<String>)>, (u64, Fault)>;

/// Rows with the line each begins at.
pub(crate) struct Reader<'a> {
    text: Utf8<'a>,
    delimiter: u8,
    quote: Option<u8>,
    line: u64,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: Utf8<'a>, delimiter: u8, quote: Option<u8>) -> Self {
        Self { text, delimiter, quote, line: 1 }
    }

    /// The next row that is not an empty line.
    pub(crate) fn row(&mut self) -> Next {
        loop {
            let begins = self.line;
            let Some(row) = self.any_row()? else { return Ok(None) };
            if row.len() > 1 || row.first().is_some_and(|only| !only.is_empty()) {
                return Ok(Some((begins, row)));
            }
        }
    }

    fn next(&mut self) -> Result<Option<u8>, (u64, Fault)> {
        match self.text.next() {
            Ok(byte) => Ok(byte),
            Err(e) => Err((self.line, self.text.fault(&e))),
        }
    }

    fn any_row(&mut self) -> Result<Option<Vec<String>>, (u64, Fault)> {
        let (mut row, mut value, mut size) = (Vec::new(), Vec::new(), 0_usize);
        // what came before in this value: nothing, an opening quote, a closing one, text
        let (mut quoted, mut closed, mut any) = (false, false, false);
        let mut opened_at = self.line;
        loop {
            let Some(byte) = self.next()? else {
                if quoted {
                    return Err((opened_at, Fault::Unexpected { expected: "a closing quote" }));
                }
                if !any {
                    return Ok(None);
                }
                row.push(utf8(value));
                return Ok(Some(row));
            };
            any = true;
            size += 1;
            if value.len() > MOST_VALUE || size > MOST_ROW {
                return Err((self.line, Fault::TooMuch { what: "bytes in a row", bound: MOST_ROW as u64 }));
            }
            if quoted {
                if Some(byte) == self.quote {
                    let again = match self.text.peek() {
                        Ok(next) => next == self.quote,
                        Err(e) => return Err((self.line, self.text.fault(&e))),
                    };
                    if again {
                        self.next()?;
                        value.push(byte);
                    } else {
                        (quoted, closed) = (false, true);
                    }
                } else {
                    self.line += u64::from(byte == b'\n');
                    value.push(byte);
                }
                continue;
            }
            if byte == self.delimiter {
                row.push(utf8(std::mem::take(&mut value)));
                closed = false;
                continue;
            }
            if byte == b'\n' || (byte == b'\r' && matches!(self.text.peek(), Ok(Some(b'\n')))) {
                if byte == b'\r' {
                    self.next()?;
                }
                self.line += 1;
                row.push(utf8(value));
                return Ok(Some(row));
            }
            if closed {
                return Err((
                    self.line,
                    Fault::Unexpected { expected: "a delimiter behind a closing quote" },
                ));
            }
            if Some(byte) == self.quote && value.is_empty() {
                (quoted, opened_at) = (true, self.line);
            } else {
                value.push(byte);
            }
        }
    }
}

/// Names of columns from the rows that name them. A blank in a row that is not the last takes the name on
/// its left: one cell over several columns.
pub(crate) fn names(rows: &[Vec<String>], width: usize) -> Vec<String> {
    let mut names = vec![String::new(); width];
    for (i, row) in rows.iter().enumerate() {
        let mut left = "";
        for (column, name) in names.iter_mut().enumerate() {
            let own = row.get(column).map_or("", |cell| cell.trim());
            let word = if own.is_empty() && i + 1 < rows.len() { left } else { own };
            left = word;
            if !word.is_empty() {
                if !name.is_empty() {
                    name.push(' ');
                }
                name.push_str(word);
            }
        }
    }
    names
}

pub(super) fn scan(file: &File, table: &Table, sink: Sink<'_>) -> Result<(), Stop> {
    let at = |line, index| Place::Element { name: "row".into(), index, line };
    let text = Utf8::new(file.bytes(), table.encoding).map_err(|fault| file.misfit(Place::File, fault))?;
    let mut reader = Reader::new(text, table.delimiter, table.quote);
    let mut head = Vec::new();
    let mut columns = Columns::default();
    let (mut index, mut width) = (0, None);
    while let Some((line, row)) =
        reader.row().map_err(|(line, fault)| file.misfit(at(line, index + 1), fault))?
    {
        let number = head.len() as u64;
        if number < table.head.skip + table.head.rows {
            head.push(row);
            continue;
        }
        let width = match width {
            Some(width) => width,
            None => {
                let skip = usize::try_from(table.head.skip).unwrap_or(usize::MAX);
                let named = head.get(skip..).unwrap_or_default();
                let of_head = named.iter().map(Vec::len).max();
                let n = of_head.unwrap_or(row.len());
                for name in names(named, n) {
                    columns.add(&name).map_err(|fault| file.misfit(at(line, 0), fault))?;
                }
                width = Some(n);
                n
            }
        };
        index += 1;
        let found = row.len();
        // programs that write tables end rows with a delimiter too many, never with text behind it
        let blank = row.iter().skip(width).all(|cell| cell.is_empty());
        if found < width || !blank {
            let fault = Fault::Count { what: "columns", expected: width as u64, found: found as u64 };
            return Err(file.misfit(at(line, index), fault));
        }
        let values: Values = row.into_iter().take(width).enumerate().collect();
        sink(&columns, Row { place: at(line, index), values, around: &[], files: Vec::new() })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let bytes = text.as_bytes().to_vec();
        let mut reader = Reader::new(Utf8::new(&bytes, None).unwrap(), b';', Some(b'"'));
        let mut shown = String::new();
        loop {
            match reader.row() {
                Ok(None) => break,
                Ok(Some((line, row))) => shown.push_str(&format!("{line}:{} ", row.join("|"))),
                Err((line, fault)) => {
                    shown.push_str(&format!("{line}!{fault}"));
                    break;
                }
            }
        }
        assert_eq!(shown.trim_end(), expected);
    }

    #[test]
    fn rows() {
        check("a;b\r\nc;d", "1:a|b 2:c|d");
        check("a;\"b\r\nb\";c\n\nd;;e\n", "1:a|b\r\nb|c 4:d||e");
        check("\"a\"\"b\";c", "1:a\"b|c");
        check("5\" skærm;b", "1:5\" skærm|b");
        check("", "");
        check("\n\n", "");
        check("a\rb;c", "1:a\rb|c");
    }

    #[test]
    fn slips_are_found() {
        check("a;b\nc;\"d\ne;f\n", "1:a|b 2!expected a closing quote");
        check("a;\"b\"c\n", "1!expected a delimiter behind a closing quote");
    }

    #[test]
    fn two_rows_of_names() {
        let rows = |text: &[&str]| -> Vec<Vec<String>> {
            text.iter().map(|r| r.split(';').map(str::to_owned).collect()).collect()
        };
        let got = names(&rows(&["Afsender;;Modtager;;", "Navn;Nummer;Navn;Nummer;Tekst"]), 5);
        assert_eq!(
            got,
            ["Afsender Navn", "Afsender Nummer", "Modtager Navn", "Modtager Nummer", "Modtager Tekst"]
        );
    }
}
