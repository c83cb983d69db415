//! What must be known before the scan begins, gathered in one pass over `message`: which conversations
//! got a new name when, and which rows react to which message.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

use evidence::{Database, column};
use model::{Sensitive, SourceError, Text};

use crate::normalise::target;
use crate::rows;

/// A row that gives a conversation a new name.
pub(crate) struct Rename {
    pub(crate) rowid: i64,
    pub(crate) date: i64,
    pub(crate) title: Option<Text>,
}

/// What the pass found.
pub(crate) struct FirstPass {
    /// In order of row.
    pub(crate) renames: Vec<Rename>,
    pub(crate) reactions: ReactionIndex,
}

impl FirstPass {
    /// Makes the pass with two threads, each over half of the row numbers: nothing else can begin before
    /// it has ended. `another` opens the database once more.
    pub(crate) fn make(
        database: &Database,
        columns: &BTreeSet<String>,
        another: impl Fn() -> Result<Database, SourceError> + Sync,
    ) -> Result<Self, SourceError> {
        let newest = database
            .connection()
            .query_row("SELECT max(ROWID) FROM message", [], |row| row.get::<_, Option<i64>>(0))
            .ok()
            .flatten()
            .unwrap_or(0);
        let sql = select(columns);
        if newest < ROWS_FOR_TWO {
            return Ok(Half::read(database, &sql, i64::MIN, i64::MAX)?.whole());
        }
        let middle = newest / 2;
        std::thread::scope(|scope| {
            let upper = scope.spawn(|| Half::read(&another()?, &sql, middle + 1, i64::MAX));
            let mut half = Half::read(database, &sql, i64::MIN, middle)?;
            let Half { renames, reactions } =
                upper.join().unwrap_or(Err(SourceError::Missing { what: "the second thread" }))?;
            half.renames.extend(renames);
            half.reactions.extend(reactions);
            Ok(half.whole())
        })
    }
}

/// Fewer rows are not worth a second thread.
const ROWS_FOR_TWO: i64 = 20_000;

fn select(columns: &BTreeSet<String>) -> String {
    let or_null = |name: &'static str| if columns.contains(name) { name } else { "NULL" };
    let [kind, title, about, reaction] =
        ["item_type", "group_title", "associated_message_guid", "associated_message_type"].map(or_null);
    // in the order of the table: by an index, every row would be fetched from another page
    format!(
        "SELECT ROWID, {kind}, date, {title}, {about}, {reaction} FROM message NOT INDEXED \
         WHERE ROWID BETWEEN ?1 AND ?2 AND ({kind} = 2 OR {about} IS NOT NULL)"
    )
}

/// What a range of rows gave.
struct Half {
    renames: Vec<Rename>,
    reactions: Vec<(u64, i64)>,
}

impl Half {
    /// A damaged page must not cost what was found before it: the scan reports it.
    fn read(database: &Database, sql: &str, first: i64, last: i64) -> Result<Self, SourceError> {
        let of = |e| database.failed("message", &e);
        let mut statement = database.connection().prepare(sql).map_err(of)?;
        let mut found = statement.query([first, last]).map_err(of)?;
        let (mut renames, mut reactions) = (Vec::new(), Vec::new());
        while let Ok(Some(row)) = found.next() {
            let Ok(rowid) = column::<i64>(row, 0) else { continue };
            if matches!(column::<Option<i64>>(row, 1), Ok(Some(2))) {
                let date = column::<Option<i64>>(row, 2).ok().flatten().unwrap_or(0);
                let title = column::<Option<String>>(row, 3).ok().flatten().filter(|t| !t.is_empty());
                renames.push(Rename { rowid, date, title: title.map(|t| Sensitive::new(t.into())) });
            }
            let about = column::<Option<String>>(row, 4).ok().flatten();
            let kind = column::<Option<i64>>(row, 5).ok().flatten().unwrap_or(0);
            if let Some(about) = about.filter(|_| rows::is_reaction(kind)) {
                reactions.push((guid_hash(target(&about)), rowid));
            }
        }
        Ok(Self { renames, reactions })
    }

    fn whole(self) -> FirstPass {
        let Self { renames, reactions } = self;
        FirstPass { renames, reactions: ReactionIndex::of_entries(reactions) }
    }
}

/// Which rows react to which message: hash of the target's guid and row number, 16 bytes a reaction; and
/// which of them were folded already.
pub(crate) struct ReactionIndex {
    entries: Vec<(u64, i64)>,
    /// One bit for the low bits of each hash: most messages have no reaction, and one look tells so.
    present: Vec<u64>,
    folded: RefCell<Vec<bool>>,
}

fn guid_hash(guid: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    guid.hash(&mut hasher);
    hasher.finish()
}

impl ReactionIndex {
    fn of_entries(mut entries: Vec<(u64, i64)>) -> Self {
        entries.sort_unstable();
        entries.shrink_to_fit();
        let folded = RefCell::new(vec![false; entries.len()]);
        let mut this =
            Self { present: vec![0; entries.len().next_power_of_two().max(64) / 4], entries, folded };
        for at in 0..this.entries.len() {
            let (word, bit) = this.bit(this.entries[at].0);
            this.present[word] |= bit;
        }
        this
    }

    /// Word and bit of a hash; there are 16 bits for each reaction, a power of two of them.
    fn bit(&self, hash: u64) -> (usize, u64) {
        let bits = self.present.len() as u64 * 64;
        let at = hash & (bits - 1);
        (usize::try_from(at / 64).unwrap_or(0), 1 << (at % 64))
    }

    /// Places of the reactions to a message, by the hash of its guid.
    pub(crate) fn of(&self, guid: &str) -> Range<usize> {
        let hash = guid_hash(guid);
        let (word, bit) = self.bit(hash);
        if self.present[word] & bit == 0 {
            return 0..0;
        }
        let start = self.entries.partition_point(|entry| entry.0 < hash);
        let len = self.entries[start..].iter().take_while(|entry| entry.0 == hash).count();
        start..start + len
    }

    /// Row number of the reaction at a place.
    pub(crate) fn rowid(&self, at: usize) -> i64 {
        self.entries[at].1
    }

    /// Notes that the reaction at a place is part of its message now.
    pub(crate) fn fold(&self, at: usize) {
        self.folded.borrow_mut()[at] = true;
    }

    /// Whether the reaction in that row was folded already.
    pub(crate) fn is_folded(&self, guid: &str, rowid: i64) -> bool {
        self.of(guid).any(|at| self.entries[at].1 == rowid && self.folded.borrow()[at])
    }
}
