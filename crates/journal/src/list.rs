//! The list as a whole, and the question whether a message is on it.

use std::collections::HashMap;
use std::fmt;

use sha2::{Digest, Sha256};

use crate::fault::{JournalFaults, Why};
use crate::row::{Row, address, number, text_digest};
use crate::{csv, json};

/// The most rows of a list.
const MOST: usize = 1_000_000;

/// How a list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// RFC 4180 with a header, `;` or `,` between the fields, UTF-8.
    Csv,
    /// One array of objects, or an object a line.
    Json,
}

/// What of a message is compared with a list.
#[derive(Clone, Copy, Default)]
pub struct Facts<'a> {
    /// The custodian's id in the register.
    pub owner: &'a str,
    /// The custodian's numbers, in any spelling: a list may name its owner by a number.
    pub owner_numbers: &'a [&'a str],
    /// When it was sent, milliseconds since 1970.
    pub sent_at: Option<i64>,
    /// When it was received, milliseconds since 1970: a journal may hold either.
    pub received_at: Option<i64>,
    /// The addresses of the others: the sender of a message received, all participants of one sent or of
    /// a group; as in the normalised message, or in any other spelling.
    pub counterparts: &'a [&'a str],
    /// The text as last seen. A message edited after it was journalised is not the one on the list.
    pub text: Option<&'a str>,
}

/// The place of a message in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference<'a> {
    /// The case number, where the list has one.
    pub case: Option<&'a str>,
    /// The line of the list, from 1.
    pub line: usize,
    /// What the match rests on.
    pub by: By,
}

/// What a match rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// Owner, time and counterpart only: another message of the same minute would match as well. Enough to
    /// show to a person, not enough to leave a message out.
    Time,
    /// Owner, time, counterpart and the digest of the text.
    Text,
}

/// A list of journalised messages.
#[derive(Clone)]
pub struct JournalList {
    rows: Vec<Row>,
    /// Rows by the minutes since 1970 that they may mean.
    minutes: HashMap<i64, Vec<usize>>,
    digest: [u8; 32],
}

impl JournalList {
    /// Reads a list. A mark of order (U+FEFF) at the beginning is passed over.
    ///
    /// # Errors
    /// [`JournalFaults`]: every fault with its line, and nothing of what stands there. A list with a fault
    /// is refused as a whole.
    pub fn parse(bytes: &[u8], kind: Kind) -> Result<Self, JournalFaults> {
        let text = std::str::from_utf8(bytes).map_err(|e| {
            let before = bytes.get(..e.valid_up_to()).unwrap_or_default();
            let line = 1 + before.iter().filter(|b| **b == b'\n').count();
            JournalFaults::one(line, Why::Encoding)
        })?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let rows = match kind {
            Kind::Csv => csv::read(text, MOST)?,
            Kind::Json => json::read(text, MOST)?,
        };
        let mut minutes: HashMap<i64, Vec<usize>> = HashMap::new();
        for (at, row) in rows.iter().enumerate() {
            let [first, second] = row.when.minutes();
            minutes.entry(first).or_default().push(at);
            if second != first {
                minutes.entry(second).or_default().push(at);
            }
        }
        Ok(Self { rows, minutes, digest: Sha256::digest(bytes).into() })
    }

    /// Whether the message is on the list: the row with its text where there is one, else the first row
    /// of its owner, time and counterpart that names no text. A row that names another text is no match.
    ///
    /// A time of the list that has only minutes holds for the whole minute, one with seconds for that
    /// second; either time of the message will do.
    pub fn matches(&self, facts: &Facts<'_>) -> Option<Reference<'_>> {
        let times = [facts.sent_at, facts.received_at];
        let found = times.iter().flatten().filter_map(|ms| self.minutes.get(&ms.div_euclid(60_000)));
        let mut candidates: Vec<usize> = found.flatten().copied().collect();
        if candidates.is_empty() {
            return None;
        }
        candidates.sort_unstable();
        let numbers: Vec<String> = facts.owner_numbers.iter().filter_map(|n| number(n)).collect();
        let others: Vec<String> = facts.counterparts.iter().filter_map(|c| address(c)).collect();
        let digest = facts.text.map(text_digest);
        let mut best: Option<Reference<'_>> = None;
        for row in candidates.into_iter().filter_map(|at| self.rows.get(at)) {
            let Row { line, owner, owner_number, when, counterpart, digest: sum, case } = row;
            let by = match sum {
                None => By::Time,
                Some(_) if *sum == digest => By::Text,
                Some(_) => continue,
            };
            let own = **owner == *facts.owner
                || owner_number.as_deref().is_some_and(|own| numbers.iter().any(|n| n == own));
            let other = others.iter().any(|o| **o == **counterpart);
            let then = times.iter().flatten().any(|ms| when.holds(*ms));
            if own && other && then && best.is_none_or(|b| b.by < by) {
                best = Some(Reference { case: case.as_deref(), line: *line, by });
            }
        }
        best
    }

    /// Rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it has no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The lines of the rows, in order: those that no message matched are worth a look.
    pub fn lines(&self) -> impl Iterator<Item = usize> {
        self.rows.iter().map(|r| r.line)
    }

    /// SHA-256 of the list as given, for the record of the run.
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }
}

/// Shows no content.
impl fmt::Debug for JournalList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JournalList").field("rows", &self.rows.len()).finish_non_exhaustive()
    }
}

/// Shows no content.
impl fmt::Debug for Facts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { owner: _, owner_numbers: _, sent_at, received_at, counterparts: _, text: _ } = self;
        f.debug_struct("Facts")
            .field("sent_at", sent_at)
            .field("received_at", received_at)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-01-31T11:34:56.789Z, 12:34 in Denmark.
    const SENT: i64 = 1_769_859_296_789;
    const TEXT: &str = "Vi siger nej på mødet";

    fn hex(text: &str) -> String {
        text_digest(text).iter().map(|b| format!("{b:02x}")).collect()
    }

    fn list() -> JournalList {
        let csv = format!(
            "owner;time;counterpart;digest;case\n\
             minister-1;31-01-2026 12:34;40 11 22 33;;2026-1\n\
             minister-1;2026-01-31T11:34:56Z;+4540112233;{};2026-2\n\
             20 00 00 00;2026-01-31 12:34:56;jens@example.dk;;2026-3\n\
             chef-2;31-01-2026 12:34;Borger.dk;{};\n\
             chef-2;2026-10-25 02:30;40112233;;2026-5\n",
            hex(TEXT),
            hex("noget andet")
        );
        JournalList::parse(csv.as_bytes(), Kind::Csv).unwrap()
    }

    fn facts<'a>() -> Facts<'a> {
        Facts {
            owner: "minister-1",
            owner_numbers: &["+4520000000"],
            sent_at: Some(SENT),
            received_at: None,
            counterparts: &["+4540112233"],
            text: None,
        }
    }

    #[track_caller]
    fn check(facts: Facts<'_>, expected: Option<(usize, By)>) {
        assert_eq!(list().matches(&facts).map(|r| (r.line, r.by)), expected, "{facts:?}");
    }

    #[test]
    fn found() {
        check(facts(), Some((2, By::Time)));
        check(Facts { text: Some(TEXT), ..facts() }, Some((3, By::Text)));
        check(Facts { text: Some("  Vi siger nej pa\u{30a} mødet\n"), ..facts() }, Some((3, By::Text)));
        check(Facts { text: Some("et andet svar"), ..facts() }, Some((2, By::Time)));
        check(Facts { sent_at: Some(SENT + 3_000), text: Some(TEXT), ..facts() }, Some((2, By::Time)));
        check(Facts { sent_at: None, received_at: Some(SENT), ..facts() }, Some((2, By::Time)));
        check(Facts { counterparts: &["+4599999999", "0045 40112233"], ..facts() }, Some((2, By::Time)));
        check(Facts { counterparts: &["JENS@example.dk"], ..facts() }, Some((4, By::Time)));
        let by_text =
            Facts { owner: "chef-2", counterparts: &["borger.dk"], text: Some("noget andet"), ..facts() };
        check(by_text, Some((5, By::Text)));
        for hour in ["00:30:59Z", "01:30:00Z"] {
            let at = format!("2026-10-25T{hour}").parse::<jiff::Timestamp>().unwrap().as_millisecond();
            check(Facts { owner: "chef-2", sent_at: Some(at), ..facts() }, Some((6, By::Time)));
        }
        assert_eq!(list().matches(&facts()).and_then(|r| r.case), Some("2026-1"));
    }

    #[test]
    fn not_found() {
        check(Facts { owner: "minister-2", owner_numbers: &[], ..facts() }, None);
        check(Facts { owner: "Minister-1", owner_numbers: &[], ..facts() }, None);
        check(Facts { counterparts: &["+4540112234"], ..facts() }, None);
        check(Facts { counterparts: &[], ..facts() }, None);
        check(Facts { sent_at: Some(SENT + 60_000), ..facts() }, None);
        check(Facts { sent_at: Some(SENT - 60_000), ..facts() }, None);
        check(Facts { sent_at: None, ..facts() }, None);
        let other_text = Facts { owner: "chef-2", counterparts: &["Borger.dk"], text: Some(TEXT), ..facts() };
        check(other_text, None);
        check(Facts { text: None, ..other_text }, None);
    }

    #[test]
    fn lists() {
        let list = list();
        assert_eq!((list.len(), list.is_empty(), list.lines().last()), (5, false, Some(6)));
        let json = r#"[{"owner":"m","time":"2026-01-31 12:34","counterpart":"1220","case":"1"}]"#;
        assert_eq!(JournalList::parse(json.as_bytes(), Kind::Json).unwrap().len(), 1);
        let marked = format!("\u{feff}{json}");
        assert_eq!(JournalList::parse(marked.as_bytes(), Kind::Json).unwrap().len(), 1);
    }

    #[test]
    fn another_encoding() {
        let faults = JournalList::parse(b"owner;time\n1;2\nS\xf8ren;", Kind::Csv).unwrap_err();
        assert_eq!(faults, JournalFaults::one(3, Why::Encoding));
    }

    #[test]
    fn nothing_is_shown() {
        let (list, facts) = (list(), Facts { text: Some(TEXT), ..facts() });
        let shown = format!("{list:?} {facts:?}");
        assert!(shown.contains("rows: 5"), "{shown}");
        for secret in ["minister-1", "40112233", "nej"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}
