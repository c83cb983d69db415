//! The list as JSON: one array of objects, or an object a line. The keys are those of the columns, in
//! English; every value is a string; `digest` or `case` may be null or absent.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::fault::{JournalFaults, Why};
use crate::row::Row;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    owner: String,
    time: String,
    counterpart: String,
    #[serde(default)]
    digest: Option<String>,
    #[serde(default)]
    case: Option<String>,
}

/// Reads all rows.
pub(crate) fn read(text: &str, most: usize) -> Result<Vec<Row>, JournalFaults> {
    if text.trim().is_empty() {
        return Err(JournalFaults::one(1, Why::Empty));
    }
    let mut lines = Lines { text, at: 0, line: 1 };
    if text.trim_start().starts_with('[') {
        let entries: Vec<&RawValue> =
            serde_json::from_str(text).map_err(|e| JournalFaults::one(e.line(), Why::Json))?;
        rows(entries.into_iter().map(|raw| (lines.of(raw.get()), raw.get())), most)
    } else {
        let numbered = text.lines().zip(1..).map(|(l, n)| (n, l));
        rows(numbered.filter(|(_, l)| !l.trim().is_empty()), most)
    }
}

fn rows<'a>(entries: impl Iterator<Item = (usize, &'a str)>, most: usize) -> Result<Vec<Row>, JournalFaults> {
    let (mut rows, mut faults) = (Vec::new(), JournalFaults::default());
    for (line, text) in entries {
        if rows.len() >= most {
            faults.add(line, Why::Rows(most));
            break;
        }
        match entry(line, text) {
            Ok(row) => rows.push(row),
            Err(why) => faults.add(line, why),
        }
    }
    if faults.is_empty() { Ok(rows) } else { Err(faults) }
}

fn entry(line: usize, text: &str) -> Result<Row, Why> {
    let Entry { owner, time, counterpart, digest, case } =
        serde_json::from_str(text).map_err(|e| if e.is_data() { Why::Keys } else { Why::Json })?;
    let (digest, case) = (digest.unwrap_or_default(), case.unwrap_or_default());
    Row::of(line, [&owner, &time, &counterpart, &digest, &case])
}

/// Counts lines up to the values of an array, which come in order.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl Lines<'_> {
    /// The line on which a value begins; the value is a part of the text.
    fn of(&mut self, value: &str) -> usize {
        let from = (value.as_ptr().addr()).saturating_sub(self.text.as_ptr().addr());
        let between = self.text.get(self.at..from).unwrap_or_default();
        self.line += between.bytes().filter(|b| *b == b'\n').count();
        self.at = self.at.max(from);
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::JournalFault;

    const ONE: &str = r#"{"owner":"m","time":"2026-01-31 12:34","counterpart":"40112233","case":"1"}"#;

    #[track_caller]
    fn lines(text: &str, expected: &[usize]) {
        let rows = read(text, 100).unwrap();
        assert_eq!(rows.iter().map(|r| r.line).collect::<Vec<_>>(), expected, "{text}");
    }

    #[track_caller]
    fn fails(text: &str, line: usize, why: Why) {
        assert_eq!(read(text, 3).err().unwrap().named.first(), Some(&JournalFault { line, why }), "{text}");
    }

    #[test]
    fn shapes() {
        lines(ONE, &[1]);
        lines(&format!("{ONE}\n\n{ONE}\r\n"), &[1, 3]);
        lines(&format!("[{ONE}]"), &[1]);
        lines(&format!("[\n  {ONE},\n\n{}\n]\n", ONE.replace(',', ",\n")), &[2, 4]);
        lines("[]", &[]);
        let null = ONE.replace("\"case\"", "\"digest\":null,\"case\"");
        lines(&null, &[1]);
    }

    #[test]
    fn faults() {
        fails("", 1, Why::Empty);
        fails("x", 1, Why::Json);
        fails(&format!("{ONE}\n{{\"owner\""), 2, Why::Json);
        fails(&format!("[{ONE},\n{ONE}"), 2, Why::Json);
        fails(&format!("[{ONE}] x"), 1, Why::Json);
        fails(&format!("[{ONE},\n7]"), 2, Why::Keys);
        fails(&ONE.replace("\"case\"", "\"text\""), 1, Why::Keys);
        fails(&ONE.replace("\"1\"", "1"), 1, Why::Keys);
        fails(&ONE.replace("\"case\":\"1\"", "\"case\":\"1\",\"case\":\"2\""), 1, Why::Keys);
        fails(&ONE.replace(",\"case\":\"1\"", ""), 1, Why::NeitherReference);
        fails(&format!("[{ONE},\n{}]", ONE.replace("12:34", "12:99")), 2, Why::Time);
        fails(&format!("{ONE}\n").repeat(4), 4, Why::Rows(3));
        fails(&"[".repeat(100_000), 1, Why::Json);
    }

    #[test]
    fn faults_show_no_content() {
        let text = ONE.replace("\"case\"", "\"Hemmeligt navn\"").replace("12:34", "hemmeligt");
        let shown = read(&text, 3).err().unwrap().to_string();
        assert!(shown.contains("line 1") && !shown.to_lowercase().contains("hemmelig"), "{shown}");
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in ".{0,200}", cut in 0_usize..80) {
            let _ = read(&text, 10);
            let _ = read(ONE.get(..cut).unwrap_or(ONE), 10);
            let _ = read(&format!("[{}", ONE.get(..cut).unwrap_or(ONE)), 10);
        }
    }
}
