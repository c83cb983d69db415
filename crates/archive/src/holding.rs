//! The holding area: what is not (yet) in the archive, because a person must look at it or because it was
//! left out, until its time there is over. A folder apart from archive and key store; each message and
//! each of its attachments has a key of its own, in a slot of the key store, under a key of the run that
//! reviewers can open. What awaits review is sealed to its bucket too, so that it can be appended unread.
//!
//! ```text
//! <holding>/<run>/items            u64 length | body, one after another
//! <holding>/<run>/blob-<slot>      body of a large attachment
//! <holding>/<run>/wrap-<slot>      key wrapped to the bucket, of what a reviewer took back
//! <holding>/<run>/wraps-<key>      u64 slot | wrap to another key that the bucket got since, one after another
//! <key store>/holding/<run>/slots  112 bytes each: the key of a slot, sealed under the key of the run
//! <key store>/holding/<run>/reviewer-<operator>   the key of the run
//! ```
//!
//! This module knows the layout and the entries (`docs/FORMAT.md`, "The holding area"), no message.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use access::{KeyStore, KeyStoreFault};
use chain::{EntryType, Hash, Suite, hex};
use minicbor::{Decoder, Encoder};
use vault::WRAPPED_LEN;

use crate::error::{ArchiveError, broken, io};
use crate::reader::RegisterEntry;
use crate::sighting::{ENTRY, Sighting};
use crate::store::Archive;

/// Bytes of a slot: the seal of a key under the key of the run.
pub(crate) const SLOT: usize = 32 + vault::UNDER_OVERHEAD;
/// Items in one entry.
pub(crate) const PER_ENTRY: usize = 4096;

/// A holding area on disk.
#[derive(Clone, Debug)]
pub struct Holding {
    root: PathBuf,
}

/// Why a message is in the holding area.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withheld {
    /// A person must decide; undecided means keep. Sealed to reviewers and bucket.
    Review,
    /// Left out, unless a person takes it back. Sealed to reviewers only.
    Excluded,
}

/// What became of a held message in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nobody decided in time: in the archive.
    Undecided,
    /// A person decided: in the archive.
    Kept,
    /// Its key is destroyed.
    Shredded,
}

impl Outcome {
    fn code(self) -> u8 {
        match self {
            Self::Undecided => 1,
            Self::Kept => 2,
            Self::Shredded => 3,
        }
    }

    fn of(code: u8) -> Option<Self> {
        [Self::Undecided, Self::Kept, Self::Shredded].into_iter().find(|o| o.code() == code)
    }
}

/// A message in the holding area, as its entry commits to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Its place in the run's holding area; slots of its attachments follow.
    pub slot: u64,
    /// Why it is there.
    pub why: Withheld,
    /// Bucket it belongs to.
    pub bucket: [u8; 16],
    /// Root of the tree over its one record: the commitment, salted by what lies in the holding area.
    pub leaf: Hash,
    /// What the caller says of it, in the caller's bytes.
    pub note: Vec<u8>,
    pub(crate) sighting: [u8; ENTRY],
    pub(crate) blobs: Vec<HeldBlob>,
}

/// An attachment of a held message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HeldBlob {
    /// What the header of its entry will carry.
    pub(crate) content: Hash,
    pub(crate) sighting: [u8; ENTRY],
    /// In a file of its own.
    pub(crate) large: bool,
}

/// What the holding area has of one run.
#[derive(Clone, Debug)]
pub struct HeldRun {
    /// Number of the run.
    pub run: [u8; 16],
    /// When it was written, milliseconds since 1970.
    pub written_at: u64,
    /// The last entry that commits to its messages.
    pub entry: u64,
    /// What its messages are committed to with: the suite the log had then.
    pub suite: Suite,
    /// Its messages, by slot.
    pub items: Vec<Held>,
    /// Those that were settled, by slot.
    pub settled: std::collections::BTreeMap<u64, Outcome>,
}

impl Holding {
    /// The area at `root`, which is made when something is put there. It lies apart from archive and key store.
    ///
    /// # Errors
    /// [`ArchiveError::KeyStore`] when it does not lie apart, [`ArchiveError::Io`].
    pub fn open(root: &Path, archive: &Path, keys: &Path) -> Result<Self, ArchiveError> {
        if !access::lie_apart(root, archive) || !access::lie_apart(root, keys) {
            return Err(KeyStoreFault::Inside.into());
        }
        Ok(Self { root: root.to_owned() })
    }

    /// Where it lies.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Folder of a run.
    pub(crate) fn of_run(&self, run: &[u8; 16]) -> PathBuf {
        self.root.join(hex(run))
    }

    /// Runs that have a folder here, in order of their numbers.
    pub(crate) fn runs(&self) -> Result<Vec<[u8; 16]>, ArchiveError> {
        let mut runs = Vec::new();
        let entries = match fs::read_dir(&self.root) {
            Ok(entries) => entries,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(runs),
            Err(e) => return Err(io("reading the holding area")(e)),
        };
        for entry in entries {
            let name = entry.map_err(io("reading the holding area"))?.file_name();
            runs.extend(name.to_str().and_then(run_of));
        }
        runs.sort_unstable();
        Ok(runs)
    }
}

/// Folder of a run's keys.
pub(crate) fn keys_of_run(keys: &KeyStore, run: &[u8; 16]) -> PathBuf {
    keys.root().join("holding").join(hex(run))
}

/// Makes a folder that only its owner enters.
pub(crate) fn private_folder(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)?;
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    Ok(())
}

/// Removes a folder; one that is not there is removed already.
pub(crate) fn remove_folder(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    }
}

pub(crate) fn run_of(name: &str) -> Option<[u8; 16]> {
    let digits = (name.len() == 32 && name.is_ascii()).then_some(name)?;
    let mut run = [0; 16];
    for (i, byte) in run.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(2 * i..2 * i + 2)?, 16).ok()?;
    }
    Some(run)
}

/// The clear-text-free plain part of an entry that commits to held messages: `[1, items]`.
pub(crate) fn encode_items(items: &[Held]) -> Vec<u8> {
    let mut e = Encoder::new(Vec::new());
    let done = e.array(2).and_then(|e| e.u8(1)?.array(items.len() as u64)).and_then(|e| {
        items.iter().try_fold(e, |e, item| {
            let Held { slot, why, bucket, leaf, note, sighting, blobs } = item;
            e.array(7)?.u64(*slot)?.u8(if *why == Withheld::Review { 1 } else { 2 })?;
            e.bytes(bucket)?.bytes(leaf)?.bytes(sighting)?.bytes(note)?.array(blobs.len() as u64)?;
            blobs.iter().try_fold(e, |e, blob| {
                let HeldBlob { content, sighting, large } = blob;
                e.array(3)?.bytes(content)?.bytes(sighting)?.bool(*large)
            })
        })
    });
    debug_assert!(done.is_ok(), "a Vec takes every byte");
    e.into_writer()
}

/// The plain part of an entry that says what became of held messages: `[2, [[slot, outcome], ...]]`.
pub(crate) fn encode_outcomes(outcomes: &[(u64, Outcome)]) -> Vec<u8> {
    let mut e = Encoder::new(Vec::new());
    let done = e.array(2).and_then(|e| e.u8(2)?.array(outcomes.len() as u64)).and_then(|e| {
        outcomes.iter().try_fold(e, |e, (slot, outcome)| e.array(2)?.u64(*slot)?.u8(outcome.code()))
    });
    debug_assert!(done.is_ok(), "a Vec takes every byte");
    e.into_writer()
}

/// Either plain part.
pub(crate) enum Plain {
    Items(Vec<Held>),
    Outcomes(Vec<(u64, Outcome)>),
}

pub(crate) fn decode(bytes: &[u8]) -> Option<Plain> {
    let mut d = Decoder::new(bytes);
    (d.array().ok()?? == 2).then_some(())?;
    let plain = match d.u8().ok()? {
        1 => Plain::Items((0..d.array().ok()??).map(|_| item(&mut d)).collect::<Option<_>>()?),
        2 => {
            let one = |d: &mut Decoder<'_>| {
                (d.array().ok()?? == 2).then_some(())?;
                Some((d.u64().ok()?, Outcome::of(d.u8().ok()?)?))
            };
            Plain::Outcomes((0..d.array().ok()??).map(|_| one(&mut d)).collect::<Option<_>>()?)
        }
        _ => return None,
    };
    (d.position() == bytes.len()).then_some(plain)
}

fn item(d: &mut Decoder<'_>) -> Option<Held> {
    (d.array().ok()?? == 7).then_some(())?;
    let slot = d.u64().ok()?;
    let why = match d.u8().ok()? {
        1 => Withheld::Review,
        2 => Withheld::Excluded,
        _ => return None,
    };
    let bucket = d.bytes().ok()?.try_into().ok()?;
    let leaf = d.bytes().ok()?.try_into().ok()?;
    let sighting = d.bytes().ok()?.try_into().ok()?;
    let note = d.bytes().ok()?.to_vec();
    let blobs = (0..d.array().ok()??).map(|_| blob(d)).collect::<Option<_>>()?;
    Some(Held { slot, why, bucket, leaf, note, sighting, blobs })
}

fn blob(d: &mut Decoder<'_>) -> Option<HeldBlob> {
    (d.array().ok()?? == 3).then_some(())?;
    let content = d.bytes().ok()?.try_into().ok()?;
    Some(HeldBlob { content, sighting: d.bytes().ok()?.try_into().ok()?, large: d.bool().ok()? })
}

impl Held {
    /// What was seen, as the lists of known messages have it.
    pub(crate) fn sighting(&self) -> Sighting {
        Sighting::from_bytes(&self.sighting)
    }

    /// Slots it takes: its own and one for each attachment.
    pub(crate) fn slots(&self) -> std::ops::Range<u64> {
        self.slot..self.slot + 1 + self.blobs.len() as u64
    }
}

impl Archive {
    /// What entries say of the held messages of a run; opened with the key store's register key.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn held(&self, keys: &KeyStore, run: &[u8; 16]) -> Result<Option<HeldRun>, ArchiveError> {
        let key = keys.secret("ingest/register")?;
        let mut held = HeldRun {
            run: *run,
            written_at: 0,
            entry: 0,
            suite: self.suite(),
            items: Vec::new(),
            settled: Default::default(),
        };
        let mut any = false;
        for index in self.of_run(EntryType::Withheld, run)? {
            let stored = self.entry(index)?;
            let plain = self.open_register(&key, &stored)?;
            match decode(&plain).ok_or_else(|| broken(index, "malformed entry of held messages"))? {
                Plain::Items(items) => {
                    held.written_at = stored.header.written_at;
                    held.suite = stored.header.suite;
                    held.entry = index;
                    held.items.extend(items);
                }
                Plain::Outcomes(outcomes) => held.settled.extend(outcomes),
            }
            any = true;
        }
        Ok(any.then_some(held))
    }

    /// Every message that was ever held, by run, with the entry that commits to it.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn held_ever(&self, keys: &KeyStore) -> Result<Vec<(HeldRun, Vec<u64>)>, ArchiveError> {
        let mut runs: Vec<(HeldRun, Vec<u64>)> = Vec::new();
        let mut at: std::collections::HashMap<[u8; 16], usize> = Default::default();
        for entry in self.register(keys, &[EntryType::Withheld])? {
            let RegisterEntry { header, clear: _, plain } = entry;
            let at = *at.entry(header.run).or_insert_with(|| {
                let empty = HeldRun {
                    run: header.run,
                    written_at: header.written_at,
                    entry: header.index,
                    suite: header.suite,
                    items: Vec::new(),
                    settled: Default::default(),
                };
                runs.push((empty, Vec::new()));
                runs.len() - 1
            });
            let (run, entries) = &mut runs[at];
            match decode(&plain).ok_or_else(|| broken(header.index, "malformed entry of held messages"))? {
                Plain::Items(items) => {
                    entries.resize(entries.len() + items.len(), header.index);
                    run.items.extend(items);
                    run.entry = header.index;
                }
                Plain::Outcomes(outcomes) => run.settled.extend(outcomes),
            }
        }
        Ok(runs)
    }

    /// Whether the messages that are held of a run are in a holding area, with their keys.
    pub fn held_there(&self, keys: &KeyStore, area: &Holding, run: &[u8; 16]) -> bool {
        area.of_run(run).join("items").is_file() && keys_of_run(keys, run).join("slots").is_file()
    }

    /// Runs that have messages in a holding area.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn held_runs(&self, keys: &KeyStore, area: &Holding) -> Result<Vec<HeldRun>, ArchiveError> {
        let runs = area.runs()?.into_iter().map(|run| self.held(keys, &run));
        let mut runs: Vec<HeldRun> = runs.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
        runs.sort_by_key(|r| (r.written_at, r.run));
        Ok(runs)
    }

    /// Entries of a type that belong to a run.
    fn of_run(&self, kind: EntryType, run: &[u8; 16]) -> Result<Vec<u64>, ArchiveError> {
        let sql = "SELECT idx FROM entries WHERE substr(header, 5, 1) = ?1 AND substr(header, 65, 16) = ?2 ORDER BY idx";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map(rusqlite::params![[kind.code()], run], |row| row.get::<_, i64>(0))?;
        let indexes: Result<Vec<i64>, _> = rows.collect();
        Ok(indexes?.into_iter().filter_map(|i| u64::try_from(i).ok()).collect())
    }
}

/// Where the bodies of a run's items lie in its file.
pub(crate) struct Items {
    file: File,
    /// Offset and length of the body of each slot that is in the file.
    places: std::collections::BTreeMap<u64, (u64, u64)>,
}

impl Items {
    /// Opens the file of a run; `write` for shredding.
    pub(crate) fn open(area: &Holding, run: &HeldRun, write: bool) -> Result<Self, ArchiveError> {
        let path = area.of_run(&run.run).join("items");
        let fail = io("reading the holding area");
        let mut file = File::options().read(true).write(write).open(path).map_err(&fail)?;
        let mut places = std::collections::BTreeMap::new();
        let mut at = 0;
        for item in &run.items {
            let large = std::iter::once(false).chain(item.blobs.iter().map(|b| b.large));
            for (slot, _) in item.slots().zip(large).filter(|(_, large)| !large) {
                let mut len = [0; 8];
                file.seek(SeekFrom::Start(at)).and_then(|_| file.read_exact(&mut len)).map_err(&fail)?;
                let len = u64::from_be_bytes(len);
                places.insert(slot, (at + 8, len));
                at = at.saturating_add(8).saturating_add(len);
            }
        }
        Ok(Self { file, places })
    }

    /// The body of a slot; at most 512 MiB.
    pub(crate) fn body(&mut self, slot: u64) -> Result<Vec<u8>, ArchiveError> {
        let fail = io("reading the holding area");
        let (at, len) = *self.places.get(&slot).ok_or_else(|| fail(io::ErrorKind::UnexpectedEof.into()))?;
        let mut body = Vec::new();
        self.file.seek(SeekFrom::Start(at)).map_err(&fail)?;
        (&mut self.file).take(len.min(512 << 20)).read_to_end(&mut body).map_err(&fail)?;
        if body.len() as u64 == len { Ok(body) } else { Err(fail(io::ErrorKind::UnexpectedEof.into())) }
    }

    /// What a body begins with: the wrap of its key.
    pub(crate) fn head(&mut self, slot: u64) -> Result<Vec<u8>, ArchiveError> {
        let fail = io("reading the holding area");
        let (at, len) = *self.places.get(&slot).ok_or_else(|| fail(io::ErrorKind::UnexpectedEof.into()))?;
        let mut head = vec![0; WRAPPED_LEN];
        if len < head.len() as u64 {
            return Err(fail(io::ErrorKind::UnexpectedEof.into()));
        }
        self.file.seek(SeekFrom::Start(at)).and_then(|_| self.file.read_exact(&mut head)).map_err(fail)?;
        Ok(head)
    }

    /// Overwrites the body of a slot with zeros.
    pub(crate) fn wipe(&mut self, slot: u64) -> Result<(), ArchiveError> {
        let fail = io("clearing the holding area");
        let Some((at, len)) = self.places.get(&slot).copied() else { return Ok(()) };
        self.file.seek(SeekFrom::Start(at)).map_err(&fail)?;
        io::copy(&mut io::repeat(0).take(len), &mut self.file).map_err(&fail)?;
        Ok(())
    }

    /// What was wiped is wiped on the disk.
    pub(crate) fn sync(&self) -> Result<(), ArchiveError> {
        self.file.sync_all().map_err(io("clearing the holding area"))
    }
}

/// Writes a file whole: beside, synced, renamed.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), ArchiveError> {
    let write = || {
        let beside = path.with_extension("new");
        let mut options = File::options();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
    };
    write().map_err(io("writing the holding area"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held() -> Vec<Held> {
        let blob = HeldBlob { content: [5; 32], sighting: [6; ENTRY], large: true };
        let one = Held {
            slot: 0,
            why: Withheld::Review,
            bucket: [1; 16],
            leaf: [2; 32],
            note: vec![3],
            sighting: [4; ENTRY],
            blobs: vec![blob],
        };
        vec![one.clone(), Held { slot: 2, why: Withheld::Excluded, blobs: Vec::new(), ..one }]
    }

    #[test]
    fn entries_read_back_and_nothing_else_does() {
        let bytes = encode_items(&held());
        assert!(matches!(decode(&bytes), Some(Plain::Items(items)) if items == held()));
        let outcomes = [(0, Outcome::Undecided), (2, Outcome::Shredded), (9, Outcome::Kept)];
        let settled = encode_outcomes(&outcomes);
        assert!(matches!(decode(&settled), Some(Plain::Outcomes(o)) if o == outcomes));
        for bytes in [bytes, settled] {
            for cut in 0..bytes.len() {
                assert!(decode(&bytes[..cut]).is_none(), "{cut}");
            }
            assert!(decode(&[&bytes[..], &[0]].concat()).is_none());
        }
        assert!(decode(&[0x82, 1, 0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]).is_none());
    }
}
