//! `Manifest.mbdb`, the list of files of backups before iOS 10: one record after another, each string
//! with its length before it. Read once; of every file only its name in the backup and its key are kept.

use std::collections::HashMap;

use model::{Fault, Location, Place, ReadAt, SourceError};

use crate::manifest::file_id;

/// Most bytes of the list.
const MOST_BYTES: u64 = 1 << 30;
const MAGIC: &[u8; 6] = b"mbdb\x05\x00";
/// Type bits of a mode, and those of a regular file.
const TYPE: u16 = 0xf000;
const REGULAR: u16 = 0x8000;

/// Files by their name in the backup, each with its class and wrapped key where it has one.
pub(crate) type Files = HashMap<String, Option<Vec<u8>>>;

/// A list, and whether it ends where a record ends.
pub(crate) struct Listing {
    pub(crate) files: Files,
    /// Offset of a record that could not be read; what came before it counts.
    pub(crate) cut_at: Option<u64>,
}

/// Reads the list.
///
/// # Errors
/// When it is none, or larger than any.
pub(crate) fn read(bytes: &dyn ReadAt) -> Result<Listing, SourceError> {
    let place = Place::File;
    let at = |fault| {
        let evidence = "Manifest.mbdb".to_owned();
        SourceError::damaged(Location { evidence, place: place.clone() }, fault)
    };
    if bytes.len() > MOST_BYTES {
        return Err(at(Fault::TooMuch { what: "bytes of Manifest.mbdb", bound: MOST_BYTES }));
    }
    let mut all = vec![0; usize::try_from(bytes.len()).unwrap_or_default()];
    bytes.read_exact_at(0, &mut all).map_err(|e| SourceError::io("reading Manifest.mbdb", &e))?;
    let Some(mut rest) = all.strip_prefix(MAGIC) else {
        return Err(at(Fault::Unexpected { expected: "a list of files (mbdb)" }));
    };
    let mut files = Files::new();
    while !rest.is_empty() {
        let start = all.len() - rest.len();
        match record(&mut rest) {
            Some((id, key, true)) => drop(files.insert(id, key)),
            Some((_, _, false)) => {}
            None => return Ok(Listing { files, cut_at: Some(start as u64) }),
        }
    }
    Ok(Listing { files, cut_at: None })
}

/// Name in the backup, key, and whether it is a file.
fn record(rest: &mut &[u8]) -> Option<(String, Option<Vec<u8>>, bool)> {
    let (domain, path) = (string(rest)?, string(rest)?);
    let (_target, _digest, key) = (string(rest)?, string(rest)?, string(rest)?);
    let mode = u16::from_be_bytes(*take(rest, 2)?.first_chunk()?);
    // inode, owner, group, three times, length, class
    take(rest, 8 + 4 * 5 + 8 + 1)?;
    let properties = *take(rest, 1)?.first()?;
    for _ in 0..u16::from(properties) * 2 {
        string(rest)?;
    }
    let text = |s: &[u8]| String::from_utf8_lossy(s).into_owned();
    let id = file_id(&text(domain), &text(path));
    Some((id, (!key.is_empty()).then(|| key.to_vec()), mode & TYPE == REGULAR))
}

/// A string: two bytes of length, `ffff` for none.
fn string<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    match u16::from_be_bytes(*take(rest, 2)?.first_chunk()?) {
        0xffff => Some(&[]),
        n => take(rest, usize::from(n)),
    }
}

fn take<'a>(rest: &mut &'a [u8], n: usize) -> Option<&'a [u8]> {
    let (taken, behind) = rest.split_at_checked(n)?;
    *rest = behind;
    Some(taken)
}

/// Any bytes as a list.
#[doc(hidden)]
pub fn fuzz_one(data: &[u8]) {
    drop(read(&data.to_vec()));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(files: &[(&str, &str, u16)]) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        let put = |out: &mut Vec<u8>, s: &str| {
            out.extend(u16::try_from(s.len()).unwrap().to_be_bytes());
            out.extend(s.as_bytes());
        };
        for (domain, path, mode) in files {
            put(&mut out, domain);
            put(&mut out, path);
            out.extend([0xff; 6]);
            out.extend(mode.to_be_bytes());
            out.extend([0; 37]);
            out.push(1);
            put(&mut out, "name");
            put(&mut out, "value");
        }
        out
    }

    #[test]
    fn files_and_no_folders() {
        let bytes = list(&[
            ("HomeDomain", "Library/SMS", 0x41ed),
            ("HomeDomain", "Library/SMS/sms.db", 0x81a4),
            ("HomeDomain", "link", 0xa1ff),
        ]);
        let all = read(&bytes).unwrap();
        assert_eq!(all.cut_at, None);
        // the name that every description of backups has for it
        assert_eq!(all.files.keys().collect::<Vec<_>>(), ["3d0d7e5fb2ce288813306e4d4636395e047a3d28"]);
        for cut in 6..bytes.len() {
            let part = read(&bytes[..cut].to_vec()).unwrap();
            assert!(part.cut_at.is_some() || part.files.len() <= 1, "{cut}");
        }
        assert!(read(&b"mbdb\x06\x00".to_vec()).is_err());
    }
}
