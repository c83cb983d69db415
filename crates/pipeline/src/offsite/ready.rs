//! Whether a copy may go on to another place: it holds, nothing lies in it that is no part of a copy, and, where the keys
//! are at hand, none of what must not travel is in it. The same refusals as when it was made, for it may have lain
//! somewhere since.

use std::path::Path;

use archive::Copying;
use model::wire;

use super::list::{LIST, List};
use super::needles::Needles;
use super::{Offsite, look_through, refuse, verify_copy};
use crate::error::JobError;
use crate::places::Places;
use crate::progress::Progress;

/// A copy that may go on.
pub(crate) struct Ready {
    pub(crate) list: List,
    /// Archive, hexadecimal.
    pub(crate) archive: String,
    /// Entries, and the root over them, hexadecimal.
    pub(crate) size: u64,
    pub(crate) root: String,
    /// Byte strings that were looked for and not found.
    pub(crate) looked_for: u64,
}

/// Looks at a copy; `keys` says where the key store and the holding area are, if that is known here.
pub(crate) fn ready(
    copy: &Path,
    keys: Option<&Places>,
    canaries: &[String],
    progress: Progress<'_>,
) -> Result<Ready, JobError> {
    let report = verify_copy(copy, &[], progress)?;
    if report.exit_code() != 0 {
        let first = report.differing.first().cloned();
        let broken = || report.verified.broken.first().map(|b| format!("entry {}: {}", b.entry, b.what));
        let first = first.or_else(broken).unwrap_or_default();
        return Err(JobError::Integrity { what: format!("the copy does not hold: {first}") });
    }
    let mut places = Places::new(copy.to_owned(), copy.join("no-keys"));
    let copying = Copying::begin(copy).map_err(|e| places.fail(e))?;
    let contents = copying.contents().map_err(|e| places.fail(e))?;
    if let Some(stranger) = contents.strangers.iter().find(|path| !path.ends_with(LIST)) {
        let at = stranger.strip_prefix(copy).unwrap_or(stranger).display().to_string();
        return Err(JobError::WouldTravel { what: "what is no part of an archive".to_owned(), at });
    }
    let archive = copying.archive();
    let mut looked_for = 0;
    if let Some(Places { archive: _, keys, holding, past_damage: _ }) = keys {
        if !access::lie_apart(copy, keys) || !access::lie_apart(copy, holding) {
            return Err(refuse("the copy and the key store must lie apart"));
        }
        places.keys.clone_from(keys);
        places.holding.clone_from(holding);
        let needles = Needles::gather(&places, archive, canaries)?;
        let job = Offsite { places, to: copy.to_owned(), canaries: Vec::new() };
        look_through(&job, &copying, &contents.files, &needles, progress)?;
        looked_for = needles.count();
    } else {
        // the database is one of ours at least
        copying.values(&mut |_, _| Ok(())).map_err(|e: archive::ArchiveError| places.fail(e))?;
    }
    Ok(Ready {
        list: List::read(copy)?,
        archive: wire::hex(archive.id()),
        size: archive.size(),
        root: wire::hex(&archive.root()),
        looked_for,
    })
}
