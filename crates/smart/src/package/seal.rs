//! A seal: the text that is signed. It names the package, its facts, its manifest, and how long the custody
//! log was with the hash of its last line. Signatures stand below it, behind an empty line.

use model::wire::hex;

use super::manifest::unhex;

/// What a seal holds fast.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    /// Number of the package.
    pub package: String,
    /// SHA-256 of `package.toml`.
    pub facts: [u8; 32],
    /// SHA-256 of `manifest.sha256`.
    pub manifest: [u8; 32],
    /// Lines of the custody log.
    pub lines: u64,
    /// Hash of the last of them.
    pub head: [u8; 32],
}

/// Name of the seal over a log of so many lines.
pub fn seal_name(lines: u64) -> String {
    format!("{}/{lines:04}.txt", super::name::SEALS)
}

impl Seal {
    /// The text.
    pub fn to_text(&self) -> String {
        let Self { package, facts, manifest, lines, head } = self;
        format!(
            "beskedarkiv {}\npackage {package}\nfacts {}\nmanifest {}\ncustody {lines} {}\n",
            super::VERSION,
            hex(facts),
            hex(manifest),
            hex(head)
        )
    }

    /// Reads the text, up to where signatures begin.
    pub fn parse(text: &str) -> Option<Self> {
        let body = match text.split_once("\n\n") {
            Some((body, _)) => format!("{body}\n"),
            None => text.to_owned(),
        };
        let mut lines = body.lines();
        let mut value = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ').map(str::to_owned);
        if value("beskedarkiv")? != super::VERSION {
            return None;
        }
        let package = value("package")?;
        let (facts, manifest) = (unhex(&value("facts")?)?, unhex(&value("manifest")?)?);
        let custody = value("custody")?;
        let (count, head) = custody.split_once(' ')?;
        let seal = Self { package, facts, manifest, lines: count.parse().ok()?, head: unhex(head)? };
        (seal.to_text() == body).then_some(seal)
    }
}
