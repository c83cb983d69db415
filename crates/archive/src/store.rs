//! The database and what is read from it when it is opened: the chain of headers, the rights, the
//! buckets. Opening checks every previous-hash and the signatures of everything that gives rights.

use std::path::{Path, PathBuf};

use access::Authority;
use chain::{EntryType, Frontier, HEADER_LEN, Hash, Header, Suite, Unpacked};
use rusqlite::{Connection, OpenFlags, OptionalExtension};
use vault::{PublicKey, Secret};

use crate::body::{context, open_register, unframe};
use crate::error::{ArchiveError, broken, io, sealed};
use crate::fate::Fates;
use crate::index::Index;
use crate::left::Left;

/// `application_id` of the database: "BAR1".
pub(crate) const APPLICATION: i32 = 0x4241_5231;
const FORMAT: i32 = 1;

pub(crate) const SCHEMA: &str = "
CREATE TABLE entries (idx INTEGER PRIMARY KEY, header BLOB NOT NULL, signatures BLOB NOT NULL, body BLOB) STRICT;
CREATE TABLE dedup (idx INTEGER PRIMARY KEY, run BLOB NOT NULL, bucket BLOB NOT NULL, delta BLOB NOT NULL) STRICT;
CREATE TABLE state (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
";

/// Name under which the job signs checkpoints.
pub(crate) fn note_name(id: &[u8; 16]) -> String {
    chain::job_name(id)
}

/// A bucket: everything of one label shares its key.
#[derive(Clone, Debug)]
pub struct Bucket {
    /// Random number, as in headers.
    pub id: [u8; 16],
    /// Entry that made it.
    pub entry: u64,
    /// Key that segments are sealed to.
    pub public: PublicKey,
}

/// An archive, open for reading.
pub struct Archive {
    pub(crate) dir: PathBuf,
    pub(crate) connection: Connection,
    pub(crate) id: [u8; 16],
    pub(crate) log: Log,
    pub(crate) index: Index,
    pub(crate) authority: Authority,
    pub(crate) buckets: Vec<Bucket>,
    pub(crate) fates: Fates,
    pub(crate) job: [u8; 32],
    /// Public keys of authors.
    pub(crate) unpacked: Unpacked,
    /// What holds, where not everything does.
    pub(crate) left: Option<Left>,
}

/// Where the log ends.
#[derive(Clone, Debug)]
pub(crate) struct Log {
    /// Over all headers, by the suite of the newest.
    pub(crate) frontier: Frontier,
    /// The newest header.
    last: Option<[u8; HEADER_LEN]>,
    /// When the last entry was written.
    pub(crate) written_at: u64,
    /// From which entry on which suite was used.
    pub(crate) suites: Vec<(u64, Suite)>,
}

impl Log {
    /// An empty log whose newest entry will be of a suite.
    pub(crate) fn new(suite: Suite) -> Self {
        Self { frontier: Frontier::new(suite), last: None, written_at: 0, suites: Vec::new() }
    }

    /// What the next header must carry.
    pub(crate) fn prev(&self, suite: Suite) -> Hash {
        self.last.map_or([0; 32], |last| chain::prev_hash(suite, &last))
    }

    /// Suite of the newest entry.
    fn reached(&self) -> Option<Suite> {
        self.suites.last().map(|(_, suite)| *suite)
    }
}

/// One entry as stored.
pub(crate) struct Stored {
    pub(crate) header: Header,
    pub(crate) bytes: [u8; HEADER_LEN],
    pub(crate) signatures: Vec<u8>,
    pub(crate) body: Option<Vec<u8>>,
}

/// Settings of every connection.
pub(crate) fn configure(connection: &Connection) -> Result<(), ArchiveError> {
    connection.execute_batch(
        "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=0; \
         PRAGMA secure_delete=ON; PRAGMA synchronous=FULL; PRAGMA cache_size=-8192; PRAGMA busy_timeout=5000;",
    )?;
    Ok(())
}

pub(crate) fn database(dir: &Path) -> PathBuf {
    dir.join("archive.db")
}

impl Archive {
    /// Opens the archive in `dir` for reading.
    ///
    /// # Errors
    /// [`ArchiveError::Missing`], [`ArchiveError::Broken`].
    pub fn open(dir: &Path) -> Result<Self, ArchiveError> {
        Self::opened(dir, false)
    }

    /// Opens an archive whose making was finished; with `left` what is left of it.
    pub(crate) fn opened(dir: &Path, left: bool) -> Result<Self, ArchiveError> {
        if crate::founding::is_unfinished(dir) {
            return Err(ArchiveError::Unfinished);
        }
        match Self::open_how(dir, OpenFlags::SQLITE_OPEN_READ_WRITE, left) {
            Err(ArchiveError::Store(_)) if is_read_only(dir) => Self::open_immutable(dir, left),
            other => other,
        }
    }

    /// As [`Archive::open`], whether or not its making was finished.
    pub(crate) fn open_unfinished(dir: &Path) -> Result<Self, ArchiveError> {
        match Self::open_with(dir, OpenFlags::SQLITE_OPEN_READ_WRITE) {
            Err(ArchiveError::Store(_)) if is_read_only(dir) => Self::open_immutable(dir, false),
            other => other,
        }
    }

    /// Opens an archive on a medium that cannot be written: nobody else can change it meanwhile, and what a
    /// log beside the database holds cannot be folded in, so there must be none.
    fn open_immutable(dir: &Path, left: bool) -> Result<Self, ArchiveError> {
        if dir.join("archive.db-wal").metadata().is_ok_and(|wal| wal.len() > 0) {
            return Err(ArchiveError::Io {
                what: "reading a medium that cannot be written: archive.db-wal must be folded in first, by opening \
                       the archive where it can be written",
                kind: std::io::ErrorKind::ReadOnlyFilesystem,
            });
        }
        let path = database(dir).canonicalize().map_err(io("opening the archive"))?;
        let uri: String = path
            .to_string_lossy()
            .bytes()
            .map(|b| match b {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' => {
                    char::from(b).to_string()
                }
                other => format!("%{other:02X}"),
            })
            .collect();
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
        Self::over(dir, Connection::open_with_flags(format!("file:{uri}?immutable=1"), flags)?, left)
    }

    pub(crate) fn open_with(dir: &Path, flags: OpenFlags) -> Result<Self, ArchiveError> {
        Self::open_how(dir, flags, false)
    }

    fn open_how(dir: &Path, flags: OpenFlags, left: bool) -> Result<Self, ArchiveError> {
        let path = database(dir);
        if !path.is_file() {
            return Err(ArchiveError::Missing);
        }
        Self::over(dir, Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?, left)
    }

    fn over(dir: &Path, connection: Connection, left: bool) -> Result<Self, ArchiveError> {
        configure(&connection)?;
        let pragma = |name: &str| connection.query_row(&format!("PRAGMA {name}"), [], |r| r.get::<_, i32>(0));
        if pragma("application_id")? != APPLICATION || pragma("user_version")? != FORMAT {
            return Err(ArchiveError::Missing);
        }
        let mut archive = Self {
            dir: dir.to_owned(),
            connection,
            id: [0; 16],
            log: Log::new(Suite::Sha256),
            index: Index::default(),
            authority: Authority::default(),
            buckets: Vec::new(),
            fates: Fates::default(),
            job: [0; 32],
            unpacked: Unpacked::default(),
            left: None,
        };
        archive.load(left)?;
        Ok(archive)
    }

    fn load(&mut self, left: bool) -> Result<(), ArchiveError> {
        let connection = std::mem::replace(&mut self.connection, Connection::open_in_memory()?);
        let result = if left { self.replay_left(&connection) } else { self.replay(&connection) };
        self.connection = connection;
        result
    }

    fn replay(&mut self, connection: &Connection) -> Result<(), ArchiveError> {
        // the tree is by the suite of the newest entry
        let newest = "SELECT header FROM entries ORDER BY idx DESC LIMIT 1";
        let newest: Option<Vec<u8>> = connection.query_row(newest, [], |row| row.get(0)).optional()?;
        let suite = newest.and_then(|header| Suite::from_code(*header.get(5)?));
        self.log = Log::new(suite.unwrap_or(Suite::Sha256));
        // bodies only of what gives rights, makes a bucket or ends one, or renews
        let sql = "SELECT header, signatures, \
                   CASE WHEN substr(header, 5, 1) IN (x'01', x'02', x'03', x'04', x'08', x'09', \
                   x'0d', x'0e', x'0f', x'10', x'13', x'14', x'19', \
                   x'1f', x'20', x'21') THEN body END \
                   FROM entries ORDER BY idx";
        let mut statement = connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let index = self.log.frontier.size();
            let stored = Stored::take(index, row.get_ref(0)?.as_bytes().unwrap_or_default(), row, 1)?;
            self.follow(&stored)?;
            if let Some(body) = &stored.body {
                self.take_in(&stored, body)?;
            }
        }
        if self.log.frontier.size() == 0 {
            return Err(broken(0, "no genesis"));
        }
        Ok(())
    }

    /// Checks that a header follows the one before it, and moves the end of the log behind it.
    pub(crate) fn follow(&mut self, stored: &Stored) -> Result<(), ArchiveError> {
        let Stored { header, bytes, .. } = stored;
        let index = self.log.frontier.size();
        if index == 0 {
            self.id = header.archive;
        }
        if header.index != index || header.prev != self.log.prev(header.suite) || header.archive != self.id {
            return Err(broken(index, "does not follow the entry before it"));
        }
        let reached = self.log.reached();
        if reached != Some(header.suite) {
            let later =
                reached.is_none_or(|before| before < header.suite && header.kind() == Some(EntryType::Suite));
            if !later {
                return Err(broken(index, "is of another suite than the entry before it"));
            }
            self.log.suites.push((index, header.suite));
        }
        self.log.frontier.push(chain::leaf_hash(self.log.frontier.suite(), bytes));
        self.index.push(header);
        self.log.last = Some(*bytes);
        self.log.written_at = header.written_at;
        Ok(())
    }

    /// Takes in an entry that gives rights, makes a bucket or ends one, its signatures checked.
    pub(crate) fn take_in(&mut self, stored: &Stored, body: &[u8]) -> Result<(), ArchiveError> {
        let Stored { header, bytes, signatures, .. } = stored;
        let at = |what: String| broken(header.index, what);
        if header.suite.hash(&[body]) != header.body_digest {
            return Err(at("body does not match its digest".to_owned()));
        }
        let (clear, _) = unframe(body).ok_or_else(|| at("malformed body".to_owned()))?;
        let genesis = (header.index == 0).then(|| Authority::genesis_key(clear)).flatten();
        let key_of = |author: &chain::Author| {
            genesis.filter(|g| g.0 == *author).map(|g| g.1).or_else(|| self.authority.key_of(author))
        };
        let act = chain::act_of(header.suite, header.kind(), clear);
        let keys = &mut self.unpacked;
        let authors = chain::verify_block(&self.id, bytes, signatures, act.as_ref(), key_of, keys)
            .map_err(|e| at(e.to_string()))?;
        self.authority.apply(header, &authors, clear).map_err(|e| at(e.to_string()))?;
        self.fates.apply(header, clear).map_err(|e| at(e.to_owned()))?;
        match header.kind() {
            Some(EntryType::Genesis) => {
                self.job =
                    access::GenesisBody::decode(clear).ok_or_else(|| at("malformed genesis".to_owned()))?.job;
            }
            Some(EntryType::Bucket) => {
                let public = PublicKey::from_bytes(clear).map_err(|e| at(e.to_string()))?;
                self.buckets.push(Bucket { id: header.bucket, entry: header.index, public });
            }
            Some(EntryType::Reseal) => {
                let body =
                    access::ResealBody::decode(clear).ok_or_else(|| at("malformed body".to_owned()))?;
                let public = PublicKey::from_bytes(&body.public).map_err(|e| at(e.to_string()))?;
                self.renew(&header.bucket, public);
            }
            _ => {}
        }
        Ok(())
    }

    /// Whether the signatures of an entry that needs no body for it hold, all by authors known so far.
    pub(crate) fn signed(&mut self, stored: &Stored) -> Result<(), ArchiveError> {
        let Stored { header, bytes, signatures, .. } = stored;
        let (authority, keys) = (&self.authority, &mut self.unpacked);
        let signed =
            chain::verify_block(&self.id, bytes, signatures, None, |author| authority.key_of(author), keys);
        signed.map(drop).map_err(|e| broken(header.index, e.to_string()))
    }

    /// Gives a bucket its new key.
    pub(crate) fn renew(&mut self, bucket: &[u8; 16], public: PublicKey) {
        for bucket in self.buckets.iter_mut().filter(|b| b.id == *bucket) {
            bucket.public = public.clone();
        }
    }

    /// The entry that disposed of a bucket, by the number of the bucket.
    pub fn disposed_by(&self, bucket: usize) -> Option<u64> {
        self.buckets.get(bucket).and_then(|b| self.fates.disposed_by(&b.id))
    }

    /// Whether an act disposed of whole buckets; others took something out of one.
    pub fn disposed_in(&self, act: u64) -> bool {
        self.fates.acts().any(|(entry, act_)| entry == act && !act_.buckets.is_empty())
    }

    /// Whether a record of a bucket was erased or moved, by the number of the bucket.
    pub fn erased(&self, bucket: usize, entry: u64, place: u32) -> bool {
        self.buckets.get(bucket).is_some_and(|b| self.fates.erased(&b.id, entry, place))
    }

    /// How many records of a bucket were erased or moved, by the number of the bucket.
    pub fn erased_of(&self, bucket: usize) -> usize {
        self.buckets.get(bucket).map_or(0, |b| self.fates.erased_of(&b.id))
    }

    /// The number of the bucket that a segment lies in.
    ///
    /// # Errors
    /// [`ArchiveError::Broken`] where the entry is no segment.
    pub fn bucket_of(&self, segment: u64) -> Result<usize, ArchiveError> {
        let header = self.entry(segment)?.header;
        let segment_of = header.kind() == Some(EntryType::Segment);
        let at = self.buckets.iter().position(|b| segment_of && b.id == header.bucket);
        at.ok_or_else(|| broken(segment, "is no segment"))
    }

    /// When the newest entry was written, milliseconds since 1970.
    pub fn written_at(&self) -> u64 {
        self.log.written_at
    }

    /// Number of the archive.
    pub fn id(&self) -> &[u8; 16] {
        &self.id
    }

    /// Number of entries.
    pub fn size(&self) -> u64 {
        self.log.frontier.size()
    }

    /// Root of the log.
    pub fn root(&self) -> Hash {
        self.log.frontier.root()
    }

    /// What new entries and the log are hashed with.
    pub fn suite(&self) -> Suite {
        self.log.frontier.suite()
    }

    /// The suite of the log when it had `size` entries: that of the newest of them.
    pub fn suite_at(&self, size: u64) -> Option<Suite> {
        let newest = size.checked_sub(1).filter(|newest| *newest < self.size())?;
        self.log.suites.iter().rev().find(|(from, _)| *from <= newest).map(|(_, suite)| *suite)
    }

    /// Buckets in the order they were made; the place of each is its number.
    pub fn buckets(&self) -> &[Bucket] {
        &self.buckets
    }

    /// Rights in force.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Public key that signs runs and checkpoints, and the name it signs checkpoints under.
    pub fn job_key(&self) -> (String, [u8; 32]) {
        (note_name(&self.id), self.job)
    }

    /// Entries of some types, with their bodies, in order.
    pub(crate) fn entries(&self, kinds: &[EntryType]) -> Result<Vec<Stored>, ArchiveError> {
        if let Some(left) = &self.left {
            return left.of(kinds).map(|h| self.entry(h.index)).collect();
        }
        self.index.of(kinds).map(|entry| self.entry(entry)).collect()
    }

    /// The plain part of a register-like entry.
    pub(crate) fn open_register(&self, key: &Secret, stored: &Stored) -> Result<vault::Plain, ArchiveError> {
        let h = &stored.header;
        let body = stored.body.as_deref().ok_or_else(|| broken(h.index, "no body"))?;
        let context = context(&self.id, &h.run, &h.bucket, h.entry_type);
        let (plain, commitment) =
            open_register(h.suite, key, &context, body).map_err(sealed("register entry"))?;
        if commitment != h.content {
            Err(broken(h.index, "body does not match its commitment"))
        } else {
            Ok(plain)
        }
    }
}

impl Stored {
    /// Takes a stored entry: the header's bytes, then signatures and body from column `next` on.
    pub(crate) fn take(
        index: u64,
        header: &[u8],
        row: &rusqlite::Row<'_>,
        next: usize,
    ) -> Result<Self, ArchiveError> {
        let bytes: [u8; HEADER_LEN] =
            header.try_into().map_err(|_| broken(index, "header of another length"))?;
        let header = Header::parse(&bytes).map_err(|e| broken(index, e.to_string()))?;
        Ok(Self { header, bytes, signatures: row.get(next)?, body: row.get(next + 1)? })
    }
}

/// Whether a folder cannot be written to, as on a medium that is mounted read-only.
fn is_read_only(dir: &Path) -> bool {
    std::fs::OpenOptions::new().write(true).open(database(dir)).is_err()
}

/// Path of a large attachment.
pub(crate) fn blob_path(dir: &Path, index: u64) -> PathBuf {
    dir.join("blobs").join(format!("{index:016x}"))
}

pub(crate) fn format() -> i32 {
    FORMAT
}
