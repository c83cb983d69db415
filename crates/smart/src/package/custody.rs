//! The custody log: one JSON object a line, each with the hash of the line before it, the first with a hash
//! of the package's number. How many lines there are and the hash of the last stand in a seal, so that a
//! line that is cut off at the end is missed too.

use evidence::digest;
use model::wire::hex;
use serde::{Deserialize, Serialize};

/// What happened to a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum CustodyEvent {
    /// The medium was received.
    Received,
    /// The package was sealed.
    Sealed,
    /// A physical seal was broken, or the package taken out.
    Unsealed,
    /// The medium was copied.
    Imaged,
    /// The copy was hashed again.
    Hashed,
    /// A mapping was made for it.
    Mapped,
    /// It was taken into an archive.
    Ingested,
    /// It was handed over.
    Exported,
    /// The medium was given back.
    Returned,
    /// The medium was destroyed.
    Destroyed,
}

impl CustodyEvent {
    /// Every event with its word.
    pub const WORDS: [(Self, &'static str); 10] = [
        (Self::Received, "RECEIVED"),
        (Self::Sealed, "SEALED"),
        (Self::Unsealed, "UNSEALED"),
        (Self::Imaged, "IMAGED"),
        (Self::Hashed, "HASHED"),
        (Self::Mapped, "MAPPED"),
        (Self::Ingested, "INGESTED"),
        (Self::Exported, "EXPORTED"),
        (Self::Returned, "RETURNED"),
        (Self::Destroyed, "DESTROYED"),
    ];

    /// The event of a word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|w| w.1.eq_ignore_ascii_case(word)).map(|w| w.0)
    }

    /// Its word.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|w| w.0 == self).map_or("", |w| w.1)
    }
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustodyLine {
    /// Number, from 1.
    pub n: u64,
    /// What happened.
    pub event: CustodyEvent,
    /// When, UTC.
    pub at: String,
    /// Where the time comes from.
    pub clock: String,
    /// Who.
    pub actor: String,
    /// The second person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub second: Option<String>,
    /// Serial number of the medium.
    pub medium: String,
    /// Number of a physical seal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seal: Option<String>,
    /// SHA-256 of the manifest before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// SHA-256 of the manifest after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Program and version.
    pub tool: String,
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Hash of the line before.
    pub prev: String,
}

/// Most bytes of a log.
pub(crate) const MOST_LOG: u64 = 16 << 20;

/// A log that holds: every line with its number and its link to the one before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Custody {
    /// The lines.
    pub lines: Vec<CustodyLine>,
    hashes: Vec<[u8; 32]>,
    text: String,
}

/// What the first line links to.
fn beginning(package: &str) -> [u8; 32] {
    digest(format!("{}\n{package}\n", super::VERSION).as_bytes())
}

impl Custody {
    /// An empty log.
    pub(crate) fn new() -> Self {
        Self { lines: Vec::new(), hashes: Vec::new(), text: String::new() }
    }

    /// Reads a log; the number of the first line that does not hold, where one does not.
    pub(crate) fn parse(text: &str, package: &str) -> Result<Self, u64> {
        let mut log = Self::new();
        let mut rest = text;
        while !rest.is_empty() {
            let number = log.lines.len() as u64 + 1;
            let (line, behind) = rest.split_once('\n').ok_or(number)?;
            let parsed: CustodyLine = serde_json::from_str(line).map_err(|_| number)?;
            // one spelling: a line that says the same in other bytes was rewritten
            if parsed.n != number || parsed.prev != hex(&log.last(package)) || written(&parsed) != line {
                return Err(number);
            }
            log.hashes.push(digest(line.as_bytes()));
            log.lines.push(parsed);
            rest = behind;
        }
        text.clone_into(&mut log.text);
        Ok(log)
    }

    fn last(&self, package: &str) -> [u8; 32] {
        self.hashes.last().copied().unwrap_or_else(|| beginning(package))
    }

    /// Adds a line; its number and link are set here.
    pub(crate) fn add(&mut self, package: &str, mut line: CustodyLine) {
        line.n = self.lines.len() as u64 + 1;
        line.prev = hex(&self.last(package));
        let written = written(&line);
        self.hashes.push(digest(written.as_bytes()));
        self.text.push_str(&written);
        self.text.push('\n');
        self.lines.push(line);
    }

    /// Number of lines.
    pub fn count(&self) -> u64 {
        self.lines.len() as u64
    }

    /// The hash of line `n`, from 1.
    pub fn hash_of(&self, n: u64) -> Option<[u8; 32]> {
        self.hashes.get(usize::try_from(n.checked_sub(1)?).ok()?).copied()
    }

    /// The file's text.
    pub(crate) fn to_text(&self) -> &str {
        &self.text
    }
}

fn written(line: &CustodyLine) -> String {
    serde_json::to_string(line).expect("a line has no map with keys that are not text")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(event: CustodyEvent) -> CustodyLine {
        CustodyLine {
            n: 0,
            event,
            at: "2026-01-31T12:00:00Z".to_owned(),
            clock: "system".to_owned(),
            actor: "A".to_owned(),
            second: Some("B".to_owned()),
            medium: "M1".to_owned(),
            seal: None,
            before: None,
            after: None,
            tool: "t".to_owned(),
            note: None,
            prev: String::new(),
        }
    }

    fn log() -> Custody {
        let mut log = Custody::new();
        for event in
            [CustodyEvent::Received, CustodyEvent::Imaged, CustodyEvent::Hashed, CustodyEvent::Sealed]
        {
            log.add("p", line(event));
        }
        log
    }

    #[test]
    fn a_log_reads_back() {
        let log = log();
        assert_eq!(Custody::parse(log.to_text(), "p").as_ref(), Ok(&log));
        assert_eq!(Custody::parse(log.to_text(), "q"), Err(1));
    }

    #[test]
    fn every_change_of_a_byte_is_found() {
        let log = log();
        let text = log.to_text();
        let head = log.hash_of(log.count());
        for at in 0..text.len() {
            let mut bytes = text.as_bytes().to_vec();
            bytes[at] ^= 1;
            let Ok(changed) = String::from_utf8(bytes) else { continue };
            let holds = Custody::parse(&changed, "p").is_ok_and(|l| l.count() == 4 && l.hash_of(4) == head);
            assert!(!holds, "byte {at}");
        }
    }

    #[test]
    fn removal_and_order() {
        let log = log();
        let lines: Vec<&str> = log.to_text().lines().collect();
        let text = |order: &[usize]| order.iter().map(|i| format!("{}\n", lines[*i])).collect::<String>();
        assert_eq!(Custody::parse(&text(&[0, 2, 3]), "p"), Err(2));
        assert_eq!(Custody::parse(&text(&[1, 2, 3]), "p"), Err(1));
        assert_eq!(Custody::parse(&text(&[0, 2, 1, 3]), "p"), Err(2));
        assert_eq!(Custody::parse(&text(&[0, 1, 2, 3, 3]), "p"), Err(5));
        // the last line: the chain holds, count and head do not
        let cut = Custody::parse(&text(&[0, 1, 2]), "p").unwrap();
        assert_ne!((cut.count(), cut.hash_of(cut.count())), (4, log.hash_of(4)));
    }
}
