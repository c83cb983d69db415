//! What is left of an archive that does not hold: entries that their signatures still prove are taken in one by one,
//! the others are named. Whether they follow each other is not asked, so such an archive is read and never written to.

use std::collections::BTreeMap;
use std::path::Path;

use chain::{Checkpoint, EntryType, Header, Suite};
use rusqlite::{Connection, Statement};

use crate::error::{ArchiveError, broken};
use crate::state::{beside, stored};
use crate::store::{Archive, Log, Stored, note_name};

/// An entry that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// Entry.
    pub entry: u64,
    /// Its type, where that can be told.
    pub kind: Option<EntryType>,
    /// What is wrong with it.
    pub what: String,
}

/// What holds of a log and what does not.
#[derive(Default)]
pub(crate) struct Left {
    lost: Vec<Lost>,
    headers: BTreeMap<u64, Header>,
}

impl Left {
    /// Headers of entries that hold and are of some types, ascending.
    pub(crate) fn of(&self, kinds: &[EntryType]) -> impl Iterator<Item = &Header> {
        self.headers.values().filter(|h| h.kind().is_some_and(|kind| kinds.contains(&kind)))
    }
}

/// Why an entry does not hold.
struct Fault {
    kind: Option<EntryType>,
    what: String,
    /// Its header, where only its signature is missing: what it holds is sealed.
    header: Option<Header>,
}

impl Fault {
    fn of(what: String) -> Self {
        Self { kind: None, what, header: None }
    }
}

/// Most entries that are looked for where the end of the log cannot be read.
const MOST: u64 = 1 << 24;

/// One entry, its body where it is small.
const ONE: &str = "SELECT header, signatures, CASE WHEN substr(header, 5, 1) NOT IN (x'0a', x'0b') THEN body END \
                   FROM entries WHERE idx = ?1";

impl Archive {
    /// Opens what is left of an archive that does not hold, for reading.
    ///
    /// # Errors
    /// [`ArchiveError::Missing`]; [`ArchiveError::Broken`] without a genesis that holds.
    pub fn open_left(dir: &Path) -> Result<Self, ArchiveError> {
        Self::opened(dir, true)
    }

    /// What does not hold, where the archive was opened by [`Archive::open_left`].
    pub fn lost(&self) -> &[Lost] {
        self.left.as_ref().map_or(&[], |left| &left.lost)
    }

    /// Whether an entry of one of these types may be lost.
    pub fn may_lack(&self, kinds: &[EntryType]) -> bool {
        self.lost().iter().any(|lost| lost.kind.is_none_or(|kind| kinds.contains(&kind)))
    }

    pub(crate) fn replay_left(&mut self, connection: &Connection) -> Result<(), ArchiveError> {
        let states: Vec<Checkpoint> =
            stored(connection).into_iter().chain(beside(&self.dir).ok().flatten()).collect();
        let newest = "SELECT idx, header FROM entries ORDER BY idx DESC LIMIT 1";
        let newest =
            connection.query_row(newest, [], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?)));
        // where the end cannot be read, a state that was signed says where it was
        let said = states.iter().map(|state| state.size).max().unwrap_or_default().min(MOST);
        let end = newest.as_ref().map_or(said, |(last, _)| u64::try_from(*last).unwrap_or_default() + 1);
        let suite = newest.ok().and_then(|(_, header)| Suite::from_code(*header.get(5)?));
        self.log = Log::new(suite.unwrap_or(Suite::Sha256));
        let (mut left, mut unsigned) = (Left::default(), Vec::new());
        let mut statement = connection.prepare(ONE)?;
        for entry in 0..end {
            match self.take_left(&mut statement, entry) {
                Ok(header) => drop(left.headers.insert(entry, header)),
                Err(Fault { kind, what, header }) => {
                    left.lost.push(Lost { entry, kind, what });
                    unsigned.extend(header);
                }
            }
        }
        if !left.headers.contains_key(&0) {
            return Err(broken(0, "no genesis"));
        }
        let signed = |c: &&Checkpoint| c.verify(&note_name(&self.id), &self.job).is_ok();
        for state in states.iter().filter(signed) {
            if (state.size, state.root) == (end, self.log.frontier.root()) {
                // every header is what was signed with the whole log, whatever became of its own signature
                left.headers.extend(unsigned.drain(..).map(|header| (header.index, header)));
            }
            if state.size > end && left.lost.last().is_none_or(|lost| lost.entry < end) {
                let what = format!("{} entries are gone from the end of the log", state.size - end);
                left.lost.push(Lost { entry: end, kind: None, what });
            }
        }
        self.left = Some(left);
        Ok(())
    }

    /// Takes in one entry if its signatures prove it.
    fn take_left(&mut self, statement: &mut Statement<'_>, index: u64) -> Result<Header, Fault> {
        let suite = self.log.frontier.suite();
        let row = |row: &rusqlite::Row<'_>| -> rusqlite::Result<(Vec<u8>, Result<Stored, ArchiveError>)> {
            let header: Vec<u8> = row.get(0)?;
            let stored = Stored::take(index, &header, row, 1);
            Ok((header, stored))
        };
        let read = statement.query_row([i64::try_from(index).unwrap_or(i64::MAX)], row);
        let bytes = read.as_ref().map_or(&[][..], |(header, _)| header);
        // an entry that is not there keeps its place
        self.log.frontier.push(chain::leaf_hash(suite, bytes));
        let stored = match read {
            Ok((_, stored)) => stored.map_err(|e| Fault::of(e.plain()))?,
            Err(rusqlite::Error::QueryReturnedNoRows) => return Err(Fault::of("is not there".to_owned())),
            Err(e) => return Err(Fault::of(ArchiveError::from(e).plain())),
        };
        let header = &stored.header;
        if index == 0 {
            self.id = header.archive;
        }
        if header.index != index || header.archive != self.id {
            return Err(Fault::of("is another entry".to_owned()));
        }
        let kind = header.kind();
        let sealed = matches!(kind, Some(EntryType::Segment | EntryType::Blob));
        let taken = match &stored.body {
            _ if sealed => self.signed(&stored),
            Some(body) => self.take_in(&stored, body),
            None => Err(broken(index, "no body")),
        };
        if let Err(e) = taken {
            // a header that its signature does not prove may be of any type
            let kind = kind.filter(|_| self.signed(&stored).is_ok());
            return Err(Fault { kind, what: e.plain(), header: sealed.then_some(stored.header) });
        }
        if self.log.suites.last().is_none_or(|(_, suite)| *suite != header.suite) {
            self.log.suites.push((index, header.suite));
        }
        self.log.written_at = header.written_at;
        Ok(stored.header)
    }
}
