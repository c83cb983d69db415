//! Verifying: without keys, everything that can be checked of ciphertext, headers, signatures and
//! rights; with keys, every commitment, segment root and attachment too. A broken entry is named and the
//! rest is still checked.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use access::Authority;
use chain::{Checkpoint, EntryType, Hash, Header, Suite};
use rusqlite::{Connection, OpenFlags};

use crate::Operator;
use crate::bodies::Bodies;
use crate::body::unframe;
use crate::error::ArchiveError;
use crate::fate::Fates;
use crate::keyed::contents;
use crate::lists;
use crate::reader::Record;
use crate::renewal::Renewals;
use crate::state::{beside, stored};
use crate::store::{APPLICATION, Stored, configure, database, format, note_name};

/// What does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Entry.
    pub entry: u64,
    /// What.
    pub what: String,
}

/// What was verified.
#[derive(Debug, Default)]
pub struct Verified {
    /// Entries checked.
    pub entries: u64,
    /// Root over their headers.
    pub root: Hash,
    /// Segments opened.
    pub segments: u64,
    /// Records whose commitments were recomputed.
    pub records: u64,
    /// Attachments opened.
    pub attachments: u64,
    /// Buckets for which no key was at hand.
    pub unopened: u64,
    /// Buckets that were disposed of.
    pub disposed: u64,
    /// Records that were erased: their places are hashes.
    pub erased: u64,
    /// What does not hold, by entry.
    pub broken: Vec<Broken>,
}

/// A segment, opened, for a caller who checks what its records say.
pub struct Segment<'a> {
    /// Its header.
    pub header: &'a Header,
    /// Number of its bucket.
    pub bucket: usize,
    /// Its records.
    pub records: &'a [Record<'a>],
    /// Places whose record was erased or moved, and the commitment that stays.
    pub gone: &'a [(u32, Hash)],
    /// Of a segment that was taken over, other places that are commitments: they must have come so.
    pub came: &'a [(u32, Hash)],
}

/// What a caller checks of a segment's records: what it finds wrong.
pub type Inspect<'a> = &'a (dyn Fn(&Segment<'_>) -> Vec<String> + Sync);

/// Verifies the archive in `dir`; with an operator's keys, also what they open. `older` is a checkpoint
/// from elsewhere that the log must have grown from. `done` is told the entries finished.
///
/// # Errors
/// Only when the database cannot be read at all.
pub fn verify(
    dir: &Path,
    operator: Option<&Operator>,
    older: Option<&Checkpoint>,
    inspect: Inspect<'_>,
    done: &(dyn Fn(u64) + Sync),
    stop: &AtomicBool,
) -> Result<Verified, ArchiveError> {
    let path = database(dir);
    if crate::founding::is_unfinished(dir) {
        return Err(ArchiveError::Unfinished);
    }
    if !path.is_file() {
        return Err(ArchiveError::Missing);
    }
    let open = || -> Result<Connection, ArchiveError> {
        let connection = Connection::open_with_flags(
            &path,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?;
        configure(&connection)?;
        Ok(connection)
    };
    let connection = open()?;
    let pragma = |name: &str| connection.query_row(&format!("PRAGMA {name}"), [], |r| r.get::<_, i32>(0));
    if pragma("application_id")? != APPLICATION || pragma("user_version")? != format() {
        return Err(ArchiveError::Missing);
    }
    // The file follows the log: read before it, it is never newer, whatever a writer does meanwhile. Then one state
    // of the log for all that follows.
    let given = Given { file: beside(dir), older };
    connection.execute_batch("BEGIN")?;
    let mut verified = Verified::default();
    let outer = walk(dir, &connection, &given, &mut verified, done, stop)?;
    if let Some(operator) = operator
        && let Some(archive) = outer
    {
        contents(dir, &archive, operator, inspect, &mut verified, done, stop)?;
    }
    verified.broken.sort_by_key(|b| b.entry);
    verified.broken.dedup();
    Ok(verified)
}

/// The keyless part; gives the archive as replayed, for the keyed part.
fn walk(
    dir: &Path,
    connection: &Connection,
    given: &Given<'_>,
    verified: &mut Verified,
    done: &(dyn Fn(u64) + Sync),
    stop: &AtomicBool,
) -> Result<Option<Replayed>, ArchiveError> {
    let newest = newest_suite(connection);
    let mut replayed = Replayed::new(newest);
    let mut last: Option<[u8; chain::HEADER_LEN]> = None;
    let mut leaves = Leaves { newest, all: Vec::new(), before: Vec::new() };
    let mut statement =
        connection.prepare("SELECT idx, header, signatures, body FROM entries ORDER BY idx")?;
    let mut rows = statement.query([])?;
    let mut expected = 0_u64;
    let mut last_time = 0;
    loop {
        let row = match rows.next() {
            Ok(Some(row)) => row,
            Ok(None) => break,
            Err(_) => {
                verified
                    .broken
                    .push(Broken { entry: expected, what: "the database is damaged here".to_owned() });
                break;
            }
        };
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let index = u64::try_from(row.get::<_, i64>(0)?).unwrap_or(u64::MAX);
        let mut fault = |what: &str| verified.broken.push(Broken { entry: index, what: what.to_owned() });
        let bytes = row.get_ref(1)?.as_blob().unwrap_or_default().to_vec();
        let mut stored = match Stored::take(index, &bytes, row, 2) {
            Ok(stored) => stored,
            Err(e) => {
                fault(&e.to_string());
                replayed.renewals.step(None);
                leaves.push(None);
                expected = index.saturating_add(1);
                continue;
            }
        };
        let h = &stored.header;
        if index != expected || h.index != index {
            fault("is not the next entry");
        }
        expected = index.saturating_add(1);
        if h.prev != last.map_or([0; 32], |last| chain::prev_hash(h.suite, &last)) {
            fault("does not carry the hash of the entry before it");
        }
        if index == 0 {
            replayed.id = h.archive;
        } else if h.archive != replayed.id {
            fault("belongs to another archive");
        }
        if h.written_at < last_time {
            fault("is older than the entry before it");
        }
        last_time = h.written_at;
        last = Some(stored.bytes);
        if let Some(what) = replayed.renewals.step(Some(&stored)) {
            fault(what);
        }
        leaves.push(Some(&stored));
        replayed.bodies.look(dir, &mut stored, &mut fault);
        let h = &stored.header;
        let clear = match (h.kind(), &stored.body) {
            (Some(EntryType::Segment | EntryType::Blob), _) | (_, None) => Some(&[][..]),
            (_, Some(body)) => unframe(body).map(|parts| parts.0),
        };
        match clear {
            Some(clear) => {
                rights(&mut replayed, &stored, clear, &mut fault);
                let root = replayed.renewals.size().and_then(|size| leaves.root(size, Suite::Sha256));
                let root = root.unwrap_or_default();
                if h.kind() == Some(EntryType::Suite)
                    && let Err(what) = replayed.renewals.apply(h, clear, &root)
                {
                    fault(what);
                }
            }
            None => fault("malformed body"),
        }
        verified.entries += 1;
        done(1);
    }
    let listed = lists::rows(connection, &mut |row| replayed.bodies.listed(row));
    if replayed.renewals.unfinished() {
        let what = "the renewal does not cover the log".to_owned();
        verified.broken.push(Broken { entry: verified.entries, what });
    }
    verified.root = chain::root_of(newest, &leaves.all);
    let Replayed { bodies, fates, renewals, .. } = &mut replayed;
    let sum = bodies.broken(fates, renewals, &mut verified.broken);
    if listed.is_err() || !lists::hold(connection, &sum) {
        let what = ArchiveError::Lists.to_string();
        verified.broken.push(Broken { entry: verified.entries, what });
    }
    checkpoints(connection, &replayed, &leaves, given, verified);
    Ok((verified.entries > 0).then_some(replayed))
}

/// The suite that the log should have: that of its checkpoint, else of its newest header. Where both were damaged
/// alike, they are named in their turn.
fn newest_suite(connection: &Connection) -> Suite {
    let query = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, Vec<u8>>(0)).ok();
    let header = query("SELECT header FROM entries ORDER BY idx DESC LIMIT 1").unwrap_or_default();
    let stated = query("SELECT value FROM state WHERE name = 'checkpoint'").unwrap_or_default();
    let stated = std::str::from_utf8(&stated).ok().and_then(|text| Checkpoint::parse(text).ok());
    let archive: Option<[u8; 16]> = header.get(48..64).and_then(|id| id.try_into().ok());
    let stated = stated.and_then(|note| note.suite(&archive?));
    stated.or_else(|| Suite::from_code(*header.get(5)?)).unwrap_or(Suite::Sha256)
}

/// The headers as leaves: by the suite of the newest, and by the first suite those that were before a renewal.
struct Leaves {
    newest: Suite,
    all: Vec<Hash>,
    before: Vec<Hash>,
}

impl Leaves {
    fn push(&mut self, stored: Option<&Stored>) {
        let leaf = |suite| stored.map_or([0; 32], |stored| chain::leaf_hash(suite, &stored.bytes));
        if self.newest > Suite::Sha256 && stored.is_none_or(|stored| stored.header.suite == Suite::Sha256) {
            self.before.push(leaf(Suite::Sha256));
        }
        self.all.push(leaf(self.newest));
    }

    /// The root over the first `size` entries, by the suite that the log had then; `None` where there are fewer.
    fn root(&self, size: u64, suite: Suite) -> Option<Hash> {
        let leaves = if suite == self.newest { &self.all } else { &self.before };
        let beginning = leaves.get(..usize::try_from(size).ok()?)?;
        (!beginning.is_empty()).then(|| chain::root_of(suite, beginning))
    }
}

/// What the keyless part learns for the keyed part.
pub(crate) struct Replayed {
    id: [u8; 16],
    authority: Authority,
    pub(crate) fates: Fates,
    bodies: Bodies,
    renewals: Renewals,
    job: [u8; 32],
    pub(crate) buckets: Vec<[u8; 16]>,
    /// The place of each bucket in `buckets`.
    numbers: HashMap<[u8; 16], usize>,
    /// Segments and blobs, with the number of their bucket.
    pub(crate) contents: Vec<(u64, EntryType, usize)>,
    /// Entries of register type, checked with the register key by the caller of [`verify`].
    pub(crate) registers: Vec<u64>,
}

impl Replayed {
    fn new(newest: Suite) -> Self {
        Self {
            id: [0; 16],
            authority: Authority::default(),
            fates: Fates::default(),
            bodies: Bodies::new(newest),
            renewals: Renewals::new(newest),
            job: [0; 32],
            buckets: Vec::new(),
            numbers: HashMap::new(),
            contents: Vec::new(),
            registers: Vec::new(),
        }
    }
}

fn rights(replayed: &mut Replayed, stored: &Stored, clear: &[u8], fault: &mut dyn FnMut(&str)) {
    let h = &stored.header;
    let genesis = (h.index == 0).then(|| Authority::genesis_key(clear)).flatten();
    let authority = &replayed.authority;
    let key_of = |author: &chain::Author| {
        genesis.filter(|g| g.0 == *author).map(|g| g.1).or_else(|| authority.key_of(author))
    };
    let act = chain::act_of(h.suite, h.kind(), clear);
    let (id, block) = (&replayed.id, &stored.signatures);
    let claims = match chain::claims_of(id, &stored.bytes, block, act.as_ref(), key_of) {
        Ok(claims) => claims,
        Err(e) => return fault(&e.to_string()),
    };
    let authors: Vec<_> = claims.iter().map(|claim| claim.author).collect();
    replayed.bodies.signed(h.index, claims);
    if let Err(e) = replayed.authority.apply(h, &authors, clear) {
        return fault(&e.to_string());
    }
    if let Err(what) = replayed.fates.apply(h, clear) {
        return fault(what);
    }
    match h.kind() {
        Some(EntryType::Genesis) => {
            replayed.job = access::GenesisBody::decode(clear).map(|g| g.job).unwrap_or_default();
            replayed.registers.push(h.index);
        }
        Some(EntryType::Bucket) => {
            let number = replayed.buckets.len();
            replayed.numbers.entry(h.bucket).or_insert(number);
            replayed.buckets.push(h.bucket);
            replayed.registers.push(h.index);
        }
        Some(kind @ (EntryType::Segment | EntryType::Blob)) => {
            match replayed.numbers.get(&h.bucket).copied() {
                Some(bucket) => replayed.contents.push((h.index, kind, bucket)),
                None => fault("names a bucket that no entry made"),
            }
        }
        // covers the log and seals nothing
        Some(EntryType::Suite) => {}
        _ => replayed.registers.push(h.index),
    }
}

/// Checkpoints from beside the log.
struct Given<'a> {
    /// The file in the archive's folder: none, or what is wrong with it.
    file: Result<Option<Checkpoint>, &'static str>,
    /// From elsewhere.
    older: Option<&'a Checkpoint>,
}

fn checkpoints(
    connection: &Connection,
    replayed: &Replayed,
    leaves: &Leaves,
    given: &Given<'_>,
    verified: &mut Verified,
) {
    let size = leaves.all.len() as u64;
    let mut fault = |what: &str| verified.broken.push(Broken { entry: size, what: what.to_owned() });
    let stored = stored(connection);
    match &stored {
        None => fault("no checkpoint that can be read"),
        Some(stored) if stored.size < size => fault("the checkpoint is of another state of the log"),
        Some(_) => {}
    }
    // the file may be older than the database, where a run died between the two; it may not be another
    if let Err(what) = given.file {
        fault(what);
    }
    for (which, checkpoint) in [
        ("the checkpoint", stored.as_ref()),
        ("the file checkpoint", given.file.as_ref().ok().and_then(Option::as_ref)),
        ("a remembered checkpoint", given.older),
    ] {
        if let Some(wrong) = checkpoint.and_then(|checkpoint| against(checkpoint, replayed, leaves)) {
            fault(&format!("{which} {wrong}"));
        }
    }
}

/// What is wrong with a checkpoint that the log must have grown from.
fn against(given: &Checkpoint, replayed: &Replayed, leaves: &Leaves) -> Option<&'static str> {
    let Some(suite) = given.suite(&replayed.id) else { return Some("is of another archive") };
    if given.verify(&note_name(&replayed.id), &replayed.job).is_err() {
        return Some("is not signed by the job");
    }
    if given.size > leaves.all.len() as u64 {
        return Some("is newer than the archive: entries are gone, or this is an old copy");
    }
    let fits =
        suite == replayed.renewals.suite_at(given.size) && leaves.root(given.size, suite) == Some(given.root);
    (!fits).then_some("is not of a beginning of this log: it was rewritten")
}
