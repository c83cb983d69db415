//! The list as CSV (RFC 4180): a header, then a row a message; `;` or `,` between the fields, whichever
//! the header has; a field may be quoted, and then hold both, line breaks, and doubled quotation marks.
//! Blank lines are passed over.

use crate::fault::{JournalFaults, Why};
use crate::row::{COLUMNS, Fields, Row};

/// Reads all rows.
pub(crate) fn read(text: &str, most: usize) -> Result<Vec<Row>, JournalFaults> {
    let header_line = text.lines().find(|l| !l.trim().is_empty()).ok_or(JournalFaults::one(1, Why::Empty))?;
    let separator = if header_line.contains(';') { b';' } else { b',' };
    let mut records = Records { text, at: 0, line: 1, separator };
    let mut fields = Vec::new();
    let line = records.next(&mut fields).map_err(|(line, why)| JournalFaults::one(line, why))?;
    let line = line.ok_or(JournalFaults::one(1, Why::Empty))?;
    let columns = header(&fields).map_err(|why| JournalFaults::one(line, why))?;
    let width = fields.len();
    let (mut rows, mut faults) = (Vec::new(), JournalFaults::default());
    loop {
        // A quotation mark out of place leaves no way to tell where the next row begins.
        let line = match records.next(&mut fields) {
            Ok(Some(line)) => line,
            Ok(None) => break,
            Err((line, why)) => {
                faults.add(line, why);
                break;
            }
        };
        if rows.len() >= most {
            faults.add(line, Why::Rows(most));
            break;
        }
        if fields.len() != width {
            faults.add(line, Why::Fields { found: fields.len(), expected: width });
            continue;
        }
        let of = |column: Option<usize>| column.and_then(|at| fields.get(at)).map_or("", String::as_str);
        let named: Fields<'_> = columns.map(of);
        match Row::of(line, named) {
            Ok(row) => rows.push(row),
            Err(why) => faults.add(line, why),
        }
    }
    if faults.is_empty() { Ok(rows) } else { Err(faults) }
}

/// Where each of the columns stands.
fn header(fields: &[String]) -> Result<[Option<usize>; 5], Why> {
    let mut out = [None; 5];
    for (at, field) in fields.iter().enumerate() {
        let name = field.trim().to_lowercase();
        let column = COLUMNS.iter().position(|(_, names)| names.contains(&name.as_str()));
        let place = column.and_then(|c| out.get_mut(c)).ok_or(Why::UnknownColumn(at + 1))?;
        if place.replace(at).is_some() {
            return Err(Why::Twice(at + 1));
        }
    }
    for (column, (name, _)) in out.iter().zip(COLUMNS).take(3) {
        if column.is_none() {
            return Err(Why::NoColumn(name));
        }
    }
    if out[3].is_none() && out[4].is_none() { Err(Why::NoReference) } else { Ok(out) }
}

struct Records<'a> {
    text: &'a str,
    at: usize,
    line: usize,
    separator: u8,
}

impl Records<'_> {
    /// The next record that is no blank line, into `fields`; the line it begins on.
    fn next(&mut self, fields: &mut Vec<String>) -> Result<Option<usize>, (usize, Why)> {
        loop {
            fields.clear();
            if self.at >= self.text.len() {
                return Ok(None);
            }
            let line = self.line;
            while self.field(fields).map_err(|why| (line, why))? {}
            if fields.len() > 1 || fields.iter().any(|f| !f.trim().is_empty()) {
                return Ok(Some(line));
            }
        }
    }

    /// One field; whether another one follows in the record.
    fn field(&mut self, fields: &mut Vec<String>) -> Result<bool, Why> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let mut out = String::new();
        let mut used = 0;
        if let Some(quoted) = rest.strip_prefix('"') {
            used = 1;
            loop {
                let end = quoted.get(used - 1..).and_then(|r| r.find('"')).ok_or(Why::Quote)?;
                out.push_str(quoted.get(used - 1..used - 1 + end).unwrap_or_default());
                used += end + 1;
                if !rest.get(used..).is_some_and(|r| r.starts_with('"')) {
                    break;
                }
                out.push('"');
                used += 1;
            }
            self.line += out.matches('\n').count();
        } else {
            let end = rest.bytes().position(|b| b == self.separator || b == b'\n').unwrap_or(rest.len());
            let bare = rest.get(..end).unwrap_or_default();
            let bare = if rest.as_bytes().get(end) == Some(&self.separator) {
                bare
            } else {
                bare.strip_suffix('\r').unwrap_or(bare)
            };
            if bare.contains('"') {
                return Err(Why::Quote);
            }
            used += bare.len();
            out.push_str(bare);
        }
        fields.push(out);
        let rest = rest.get(used..).unwrap_or_default().as_bytes();
        let (step, more) = match rest {
            [b, ..] if *b == self.separator => (1, true),
            [b'\r', b'\n', ..] => (2, false),
            [b'\n', ..] => (1, false),
            [] | [b'\r'] => (rest.len(), false),
            _ => return Err(Why::Quote),
        };
        self.line += usize::from(step > 0 && !more);
        self.at += used + step;
        Ok(more)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::JournalFault;

    const HEAD: &str = "owner;time;counterpart;case\n";

    #[track_caller]
    fn lines(text: &str, expected: &[(usize, &str)]) {
        let rows = read(text, 100).unwrap();
        let found: Vec<_> = rows.iter().map(|r| (r.line, r.case.as_deref().unwrap_or(""))).collect();
        assert_eq!(found, expected, "{text:?}");
    }

    #[track_caller]
    fn fails(text: &str, line: usize, why: Why) {
        assert_eq!(read(text, 3).err().unwrap().named.first(), Some(&JournalFault { line, why }), "{text:?}");
    }

    #[test]
    fn shapes() {
        let row = "m;2026-01-31 12:34;40112233;";
        lines(&format!("{HEAD}{row}1\n{row}2\n"), &[(2, "1"), (3, "2")]);
        lines(&format!("{HEAD}\r\n{row}1\r\n\r\n{row}2"), &[(3, "1"), (5, "2")]);
        lines(&format!("{HEAD}{row}\"1;\"\"2\n3\"\n{row}4"), &[(2, "1;\"2\n3"), (4, "4")]);
        lines("Ejer,Tidspunkt,Modpart,Sag\nm,31-01-2026 12.34,40112233,1\n", &[(2, "1")]);
        lines("\ncase;counterpart;time;owner\n7;40112233;2026-01-31 12:34;m", &[(3, "7")]);
        lines(HEAD, &[]);
    }

    #[test]
    fn faults() {
        let row = "m;2026-01-31 12:34;40112233;";
        fails("", 1, Why::Empty);
        fails("\n \n", 1, Why::Empty);
        fails("owner;time;case\n", 1, Why::NoColumn("counterpart"));
        fails("owner;time;counterpart\n", 1, Why::NoReference);
        fails("owner;time;counterpart;case;besked\n", 1, Why::UnknownColumn(5));
        fails("owner;time;counterpart;sag;case\n", 1, Why::Twice(5));
        fails(&format!("{HEAD}{row}1\nm;2026-01-31 12:34\n"), 3, Why::Fields { found: 2, expected: 4 });
        fails(&format!("{HEAD}{row}\"1\n{row}2\n"), 2, Why::Quote);
        fails(&format!("{HEAD}{row}\"1\"x\n"), 2, Why::Quote);
        fails(&format!("{HEAD}{row}1\"\n"), 2, Why::Quote);
        fails(&format!("{HEAD}{row}1\rx;\n"), 2, Why::Fields { found: 5, expected: 4 });
        fails(&format!("{HEAD}{}", format!("{row}1\n").repeat(4)), 5, Why::Rows(3));
    }

    #[test]
    fn all_faults_are_counted() {
        let faults = read(&format!("{HEAD}{}", "m;i går;1234;1\n".repeat(150)), 1000).err().unwrap();
        assert_eq!((faults.named.len(), faults.more), (100, 50));
        assert!(faults.to_string().starts_with("line 2: time: write"));
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in ".{0,200}", cut in "[;,\"\r\n ]{0,40}") {
            let _ = read(&text, 10);
            let _ = read(&format!("{HEAD}{cut}{text}{cut}"), 10);
        }
    }
}
