//! A register fact or a query: a name, a number, a search word. It may stand on the command line, in
//! a file (`@FILE`, one a line) or on standard input (`-`), so that it need not be seen in a list of
//! processes. `@@` stands for a leading `@`.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::failure::Failure;

/// Size limit of a file of facts, bytes.
const LIMIT: u64 = 1024 * 1024;

/// A fact, or where it stands.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Fact {
    /// As given.
    Given(String),
    /// In a file.
    File(PathBuf),
    /// On standard input.
    Input,
}

impl fmt::Debug for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[content]")
    }
}

impl FromStr for Fact {
    type Err = std::convert::Infallible;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Ok(match word.strip_prefix('@') {
            _ if word == "-" => Self::Input,
            None => Self::Given(word.to_owned()),
            Some(rest) if rest.starts_with('@') => Self::Given(rest.to_owned()),
            Some(path) => Self::File(path.into()),
        })
    }
}

impl Fact {
    /// The one fact it stands for.
    pub(crate) fn one(&self) -> Result<String, Failure> {
        let mut lines = self.many()?;
        match (lines.pop(), lines.is_empty()) {
            (Some(line), true) => Ok(line),
            (None, _) => Err(self.fault("fact-empty")),
            (Some(_), false) => Err(self.fault("fact-many")),
        }
    }

    /// The facts it stands for: itself, or the lines that are not blank.
    pub(crate) fn many(&self) -> Result<Vec<String>, Failure> {
        let bytes = match self {
            Self::Given(text) if text.trim().is_empty() => return Err(self.fault("fact-empty")),
            Self::Given(text) => return Ok(vec![text.clone()]),
            Self::File(path) => bounded(path, LIMIT),
            Self::Input => bounded_from(std::io::stdin().lock(), LIMIT),
        };
        let bytes = bytes.map_err(|why| self.fault("fact-unreadable").with("why", why))?;
        let text = String::from_utf8(bytes).map_err(|_| self.fault("fact-encoding"))?;
        Ok(lines(&text).map(str::to_owned).collect())
    }

    fn fault(&self, key: &'static str) -> Failure {
        let path = match self {
            Self::File(path) => path.display().to_string(),
            Self::Given(_) | Self::Input => "-".to_owned(),
        };
        Failure::usage(key).with("path", path)
    }
}

/// All facts of a flag that may be given several times.
pub(crate) fn all(facts: &[Fact]) -> Result<Vec<String>, Failure> {
    let mut out = Vec::new();
    for fact in facts {
        out.extend(fact.many()?);
    }
    Ok(out)
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.strip_prefix('\u{feff}').unwrap_or(text).lines().map(str::trim).filter(|line| !line.is_empty())
}

/// The bytes of a file of at most `limit` bytes, or in a word why not.
pub(crate) fn bounded(path: &Path, limit: u64) -> Result<Vec<u8>, String> {
    let file = File::open(path).map_err(|error| error.kind().to_string())?;
    bounded_from(file, limit)
}

/// The same from anything that can be read.
pub(crate) fn bounded_from(from: impl Read, limit: u64) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = from.take(limit + 1).read_to_end(&mut bytes).map_err(|error| error.kind().to_string())?;
    if read as u64 > limit { Err(format!("> {limit} B")) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(word: &str, expected: Fact) {
        assert_eq!(word.parse(), Ok(expected));
    }

    #[test]
    fn words() {
        check("+4540112233", Fact::Given("+4540112233".into()));
        check("@navne.txt", Fact::File("navne.txt".into()));
        check("@@handle", Fact::Given("@handle".into()));
        check("-", Fact::Input);
        check("-5", Fact::Given("-5".into()));
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Fact::Given("Anders And".into())), "[content]");
    }

    #[test]
    fn files() {
        let dir = tempfile::tempdir().unwrap();
        let file = |bytes: &[u8]| {
            let path = dir.path().join("f");
            std::fs::write(&path, bytes).unwrap();
            Fact::File(path)
        };
        assert_eq!(file("\u{feff}Åse\r\n\r\n  Bo \n".as_bytes()).many().unwrap(), ["Åse", "Bo"]);
        assert_eq!(file(b"one\n").one().unwrap(), "one");
        assert!(file(b"one\ntwo\n").one().is_err());
        assert!(file(b"\n").one().is_err());
        assert!(file(b"\xff").many().is_err());
        assert!(file(&vec![b'a'; 1024 * 1024 + 1]).many().is_err());
        assert!(Fact::File(dir.path().join("none")).many().is_err());
    }
}
