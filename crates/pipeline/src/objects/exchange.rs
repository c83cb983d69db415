//! How a copy lies in a store, and what putting and taking share. A name in a store holds one thing for ever.
//!
//! ```text
//! <prefix>/<archive>/objects/<SHA-256>                 a file of a copy
//! <prefix>/<archive>/states/<size>-<time>-<SHA-256>    SHA256SUMS of a copy: number of entries, when, its own digest
//! <prefix>/probe/<day>-<number>                        what a probe left
//! ```

use futures_util::{StreamExt as _, TryStreamExt as _};
use object_store::path::Path as Name;
use object_store::{Error, ObjectStore as _, ObjectStoreExt as _, PutMode, PutPayload};
use sha2::{Digest, Sha256};

use super::client::{Bucket, failed};
use super::settings::Settings;
use crate::error::JobError;
use crate::progress::Progress;

/// Most bytes of a list.
const MOST_LIST: u64 = 1 << 27;
/// Most states that are looked through.
const MOST_STATES: usize = 100_000;

/// The name of what belongs to an archive.
pub(super) fn name(settings: &Settings, archive: &str, rest: &str) -> Name {
    Name::from(settings.name(&format!("{archive}/{rest}")))
}

/// A state of an archive, as the store has it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct State {
    /// Number of entries.
    pub(super) size: u64,
    /// When it was put there: the store's names are in order of it.
    pub(super) time: String,
    /// SHA-256 of the list, hexadecimal.
    pub(super) digest: String,
}

impl State {
    pub(super) fn name(&self) -> String {
        format!("{:016x}-{}-{}", self.size, self.time, self.digest)
    }

    /// A name as [`State::name`] gives it.
    fn parse(name: &str) -> Option<Self> {
        let [size, time, digest] = name.split('-').collect::<Vec<_>>().try_into().ok()?;
        let lower = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        let hex = |text: &str, len| text.len() == len && text.bytes().all(lower);
        let stamp = time.len() == 16 && time.bytes().all(|b| b.is_ascii_digit() || b == b'T' || b == b'Z');
        (hex(size, 16) && stamp && hex(digest, 64)).then_some(())?;
        let size = u64::from_str_radix(size, 16).ok()?;
        Some(Self { size, time: time.to_owned(), digest: digest.to_owned() }).filter(|s| s.name() == name)
    }
}

/// What a name in the store holds: its length, where there is one.
pub(super) async fn length(bucket: &Bucket, name: &Name) -> Result<Option<u64>, JobError> {
    match bucket.store.head(name).await {
        Ok(meta) => Ok(Some(meta.size)),
        Err(Error::NotFound { .. }) => Ok(None),
        Err(e) => Err(failed("asking for an object")(e)),
    }
}

/// Puts bytes under a name that must be new. Where there is something already, it is read back by the caller like what
/// was put.
pub(super) async fn put_new(bucket: &Bucket, name: &Name, bytes: Vec<u8>) -> Result<(), JobError> {
    match bucket.store.put_opts(name, PutPayload::from(bytes), PutMode::Create.into()).await {
        Ok(_) | Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => Ok(()),
        Err(e) => Err(failed("putting an object")(e)),
    }
}

/// Reads an object to its end, each piece given to `take`; gives its SHA-256, or nothing where there is no such object.
pub(super) async fn read(
    bucket: &Bucket,
    name: &Name,
    progress: Progress<'_>,
    mut take: impl FnMut(&[u8]) -> Result<(), JobError>,
) -> Result<Option<String>, JobError> {
    let reading = failed("reading an object");
    let mut pieces = match bucket.store.get(name).await {
        Ok(found) => found.into_stream(),
        Err(Error::NotFound { .. }) => return Ok(None),
        Err(e) => return Err(reading(e)),
    };
    let mut hasher = Sha256::new();
    while let Some(piece) = pieces.try_next().await.map_err(&reading)? {
        progress.check()?;
        hasher.update(&piece);
        take(&piece)?;
    }
    Ok(Some(chain::hex(&hasher.finalize())))
}

/// Reads the list of a state, which must be what the state's name says.
pub(super) async fn read_list(
    bucket: &Bucket,
    settings: &Settings,
    archive: &str,
    state: &State,
    progress: Progress<'_>,
) -> Result<String, JobError> {
    let object = name(settings, archive, &format!("states/{}", state.name()));
    let mut bytes = Vec::new();
    let have = read(bucket, &object, progress, |piece| {
        if bytes.len() as u64 + piece.len() as u64 > MOST_LIST {
            return Err(JobError::Store { what: "reading a list", why: "it is too long".to_owned() });
        }
        bytes.extend_from_slice(piece);
        Ok(())
    })
    .await?;
    let wrong = || JobError::Integrity { what: format!("{}: not the list that was put there", state.name()) };
    if have.is_none_or(|have| have != state.digest) {
        return Err(wrong());
    }
    String::from_utf8(bytes).map_err(|_| wrong())
}

/// The archives of which the store has something.
pub(super) async fn archives(bucket: &Bucket, settings: &Settings) -> Result<Vec<String>, JobError> {
    let prefix = (!settings.prefix.is_empty()).then(|| Name::from(settings.prefix.as_str()));
    let found =
        bucket.store.list_with_delimiter(prefix.as_ref()).await.map_err(failed("listing the store"))?;
    let names = found.common_prefixes.iter().filter_map(|folder| folder.filename().map(str::to_owned));
    let id = |name: &String| name.len() >= 16 && name.bytes().all(|b| b.is_ascii_hexdigit());
    Ok(names.filter(id).collect())
}

/// The states of an archive, oldest first.
pub(super) async fn states(
    bucket: &Bucket,
    settings: &Settings,
    archive: &str,
) -> Result<Vec<State>, JobError> {
    let mut found = Vec::new();
    let folder = name(settings, archive, "states");
    let mut all = bucket.store.list(Some(&folder));
    while let Some(meta) = all.next().await {
        let location = meta.map_err(failed("listing the store"))?.location;
        found.extend(location.filename().and_then(State::parse));
        if found.len() > MOST_STATES {
            return Err(JobError::Store { what: "listing the store", why: "too many states".to_owned() });
        }
    }
    found.sort_unstable();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_in_order_of_size_and_time() {
        let digest = "0f".repeat(32);
        let state = |size, time: &str| State { size, time: time.to_owned(), digest: digest.clone() };
        let (old, new) = (state(9, "20260101T000000Z"), state(16, "20250101T000000Z"));
        assert!(old < new && old.name() < new.name());
        assert!(old < state(9, "20260101T000001Z"));
        assert_eq!(State::parse(&old.name()), Some(old.clone()));
        let name = old.name();
        for bad in [
            name.replace("0f0f", "0F0f"),
            name.replace("2026", "20/6"),
            name[1..].to_owned(),
            format!("{name}-x"),
            format!("{name}0"),
            String::new(),
            "states".to_owned(),
            "0000000000000009".to_owned(),
        ] {
            assert_eq!(State::parse(&bad), None, "{bad}");
        }
    }
}
