//! The state of the log on paper: its size and root as groups that can be typed back in, a picture of the
//! signed note, and lines to sign. A person's file is the one place that no program can write to.

use std::path::Path;

use archive::{Apart, Archive, ArchiveError};
use chain::{GroupFault, Hash, from_groups, hash, to_groups};
use serde::Serialize;

use crate::anchors::{newest, write_whole};
use crate::error::JobError;
use crate::places::{Places, shown};

/// Bytes that the groups carry: the root, then what ties it to archive and size.
const LEN: usize = 35;

/// A state of the log as a person typed it from paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Printed {
    /// Entries.
    pub size: u64,
    root: Hash,
    tie: [u8; 3],
}

fn tie(archive: &[u8; 16], size: u64, root: &Hash) -> [u8; 3] {
    let tag = vault::tag("BA1.printed");
    let [a, b, c, ..] = hash(&[&tag, archive, &size.to_be_bytes(), root]);
    [a, b, c]
}

fn groups(archive: &[u8; 16], size: u64, root: &Hash) -> Vec<String> {
    to_groups(&[&root[..], &tie(archive, size, root)].concat())
}

impl Printed {
    /// As it would stand on paper.
    pub(crate) fn of(archive: &[u8; 16], size: u64, root: Hash) -> Self {
        Self { size, root, tie: tie(archive, size, &root) }
    }

    /// Size and groups as they stand on the paper.
    ///
    /// # Errors
    /// [`GroupFault`], which names the group.
    pub fn typed(size: u64, groups: &str) -> Result<Self, GroupFault> {
        let bytes = from_groups(groups, LEN)?;
        let malformed = GroupFault::Malformed(1);
        let (root, tie) = bytes.split_first_chunk::<32>().ok_or(malformed)?;
        Ok(Self { size, root: *root, tie: tie.try_into().map_err(|_| malformed)? })
    }

    /// A file of what was typed: the size on a line, then the groups; `#` begins a remark.
    ///
    /// # Errors
    /// `None` where it is no such file, else the fault.
    pub(crate) fn parse(text: &str) -> Result<Self, Option<GroupFault>> {
        let mut lines = text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#'));
        let size = lines.next().and_then(|l| l.replace(['.', ' '], "").parse().ok()).ok_or(None)?;
        Self::typed(size, &lines.collect::<Vec<_>>().join(" ")).map_err(Some)
    }

    /// What does not fit when the log is held to it.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn apart(&self, archive: &Archive) -> Result<Option<Apart>, ArchiveError> {
        let Self { size, root, tie: tied } = self;
        if tie(archive.id(), *size, root) != *tied {
            return Ok(Some(Apart::Other));
        }
        archive.apart(*size, root)
    }
}

/// What was printed.
#[derive(Debug, Serialize)]
pub struct PrintReport {
    /// The page.
    pub page: String,
    /// Entries.
    pub size: u64,
    /// Root over them, hexadecimal.
    pub root: String,
    /// The groups.
    pub groups: Vec<String>,
}

/// Writes the page for the newest state, in Danish.
///
/// # Errors
/// [`JobError`].
pub fn print(places: &Places, page: &Path, now: i64) -> Result<PrintReport, JobError> {
    places.outside("--print", page)?;
    let archive = places.open()?;
    let note = newest(places, &archive)?;
    let groups = groups(archive.id(), note.size, &note.root);
    let (name, public) = archive.job_key();
    let cosigned = note.cosigned().into_iter().map(|c| {
        let at = i64::try_from(c.time).unwrap_or(i64::MAX).saturating_mul(1000);
        (c.name, model::Stamp::unix_millis(at).rfc3339().unwrap_or_default())
    });
    let sheet = export::Sheet {
        archive: model::wire::hex(archive.id()),
        size: note.size,
        root: model::wire::hex(&note.root),
        groups: groups.clone(),
        note: note.to_text(),
        trusted_key: chain::verifier_key(&name, &public),
        cosigned: cosigned.collect(),
        made_at: crate::clock::civil(now)?.to_string(),
    };
    let root = sheet.root.clone();
    write_whole(page, export::checkpoint_page(&sheet).as_bytes())?;
    Ok(PrintReport { page: shown(page), size: note.size, root, groups })
}

/// The signed note in a printed page.
pub(crate) fn note_of_page(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once(export::NOTE_BEGINS)?;
    rest.split_once("</pre>").map(|(note, _)| note)
}

/// What typed groups say of an archive.
#[derive(Debug, Serialize)]
pub struct PrintedReport {
    /// Whether the archive grew from the state on paper.
    pub holds: bool,
    /// Entries on paper.
    pub size: u64,
    /// Entries that the archive has.
    pub have: u64,
}

/// Holds the archive to what was typed from paper.
///
/// # Errors
/// [`JobError::BadValue`] with the group that was copied wrong, [`JobError::Apart`].
pub fn check(places: &Places, size: u64, groups: &str) -> Result<PrintedReport, JobError> {
    let printed = Printed::typed(size, groups)
        .map_err(|e| JobError::BadValue { what: "groups", why: e.to_string() })?;
    let archive = places.open()?;
    match printed.apart(&archive).map_err(|e| places.fail(e))? {
        Some(fault) => Err(JobError::Apart { by: "-".into(), seen: size, fault }),
        None => Ok(PrintedReport { holds: true, size, have: archive.size() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_what_was_printed() {
        let text = groups(&[0xab; 16], 42, &[7; 32]).join(" ");
        let printed = Printed::typed(42, &text).unwrap();
        assert_eq!((printed.root, printed.tie), ([7; 32], tie(&[0xab; 16], 42, &[7; 32])));
        let file = format!("# fra journalen\n42\n{}\n", text.replace(' ', "\n"));
        assert_eq!(Printed::parse(&file), Ok(printed.clone()));
        assert_eq!(Printed::parse(&file.replace("\n42\n", "\n1.042\n")).unwrap().size, 1042);
        assert_ne!(tie(&[0xab; 16], 43, &[7; 32]), printed.tie, "another size does not go with it");
        assert_eq!(Printed::parse("beskedarkiv/00\n42\n"), Err(None));
        assert!(matches!(Printed::parse("42\nABCDE"), Err(Some(_))));
    }
}
