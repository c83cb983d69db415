//! Renewing what the log is hashed with: entries of a later suite that hash again, by the new hash, every header with
//! its signatures and every body that is there, and name the root by which the log was known before. From there on
//! entries, tree and checkpoints are of the new suite, and what the old hash is worth does not matter any more.
//! FORMAT.md, "Renewal". Knows no key: what lies sealed is hashed as it lies.

use std::fs::File;
use std::io::Read;

use access::{Rights, SuiteBody};
use chain::{EntryType, Frontier, HEADER_LEN, Hash, Header, Signer, Suite};

use crate::Operator;
use crate::bodies::digest_of;
use crate::body::frame;
use crate::error::{ArchiveError, broken, io};
use crate::fate::Fate;
use crate::store::{Stored, blob_path};
use crate::writer::{Body, Draft, Writer};

/// Most entries that one entry of a renewal covers: 2 MiB of digests.
const PER_ENTRY: usize = 65_536;

/// What is committed to of an entry but its body: `H(header | signatures)`.
fn outside(suite: Suite, header: &[u8; HEADER_LEN], signatures: &[u8]) -> Hash {
    suite.hash(&[header, signatures])
}

/// The root over entries: of each its outside and the digest of its body, zeros where that was gone.
fn root_over<'a>(suite: Suite, entries: impl Iterator<Item = (&'a Hash, &'a Hash)>) -> Hash {
    let mut tree = Frontier::new(suite);
    entries.for_each(|(outside, body)| tree.push(chain::leaf_hash(suite, &[*outside, *body].concat())));
    tree.root()
}

/// A part of a renewal, as it was verified.
struct Part {
    entry: u64,
    suite: Suite,
    from: u64,
    digests: Vec<Hash>,
}

/// The renewals of a log, as a walk through it finds them.
pub(crate) struct Renewals {
    /// Suite of the newest entry.
    newest: Suite,
    /// Suite of the entry before, and the first entry that had it.
    reached: Option<(Suite, u64)>,
    /// Of each entry before the newest suite, by that suite.
    outsides: Vec<Hash>,
    /// Up to where the renewal that is under way covers the log, and how far it must.
    open: Option<(u64, u64)>,
    parts: Vec<Part>,
}

impl Renewals {
    /// Those of a log whose newest entry is of a suite.
    pub(crate) fn new(newest: Suite) -> Self {
        Self { newest, reached: None, outsides: Vec::new(), open: None, parts: Vec::new() }
    }

    /// The renewal of a log of one entry, by its second.
    #[cfg(test)]
    pub(crate) fn of_one(digest: Hash) -> Self {
        let part = Part { entry: 1, suite: Suite::Sha3, from: 0, digests: vec![digest] };
        Self { parts: vec![part], ..Self::new(Suite::Sha3) }
    }

    /// Takes in a header, or that there is none that can be read; says what does not hold.
    pub(crate) fn step(&mut self, stored: Option<&Stored>) -> Option<&'static str> {
        let Some(Stored { header, bytes, signatures, .. }) = stored else {
            self.outsides.push([0; 32]);
            return None;
        };
        if header.suite < self.newest {
            self.outsides.push(outside(self.newest, bytes, signatures));
        }
        let renews = header.kind() == Some(EntryType::Suite);
        match self.reached {
            Some((before, _)) if header.suite < before => {
                return Some("is of an earlier suite than the entry before it");
            }
            Some((before, _)) if header.suite == before => {
                return match (renews, self.open) {
                    (true, None) => Some("renews what is renewed"),
                    (false, Some(_)) => Some("stands inside a renewal"),
                    _ => None,
                };
            }
            Some(_) if !renews => return Some("is of a later suite, and the log was not renewed"),
            Some(_) => self.open = Some((0, header.index)),
            None if renews => return Some("renews what is renewed"),
            None => {}
        }
        self.reached = Some((header.suite, header.index));
        None
    }

    /// Checks an entry that renews, its signatures checked; `root` is that over the log before the renewal, by the
    /// suite that it had.
    pub(crate) fn apply(&mut self, header: &Header, clear: &[u8], root: &Hash) -> Result<(), &'static str> {
        let body = SuiteBody::decode(clear).ok_or("malformed body")?;
        let (next, size) = self.open.ok_or("renews what is renewed")?;
        if body.size != size || body.root != *root || body.from != next {
            return Err("renews another log");
        }
        let ends = body.from + body.digests.len() as u64;
        let at = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        let covered = self.outsides.get(at(body.from)..at(ends)).ok_or("renews another log")?;
        if root_over(header.suite, covered.iter().zip(&body.digests)) != header.content {
            return Err("renews other entries");
        }
        self.open = (ends < size).then_some((ends, size));
        let (from, digests) = (body.from, body.digests);
        self.parts.push(Part { entry: header.index, suite: header.suite, from, digests });
        Ok(())
    }

    /// Entries that the renewal under way is of.
    pub(crate) fn size(&self) -> Option<u64> {
        self.open.map(|(_, size)| size)
    }

    /// Whether a renewal was begun and does not cover the log.
    pub(crate) fn unfinished(&self) -> bool {
        self.open.is_some()
    }

    /// The digest of a body that a renewal committed to, and which entry did.
    pub(crate) fn of_body(&self, entry: u64) -> Option<(u64, Suite, Hash)> {
        let part = self.parts.iter().find(|p| (p.from..p.from + p.digests.len() as u64).contains(&entry))?;
        let digest = part.digests.get(usize::try_from(entry - part.from).ok()?)?;
        Some((part.entry, part.suite, *digest))
    }

    /// The suite of a log of `size` entries.
    pub(crate) fn suite_at(&self, size: u64) -> Suite {
        match self.reached {
            Some((suite, first)) if size > first => suite,
            _ => Suite::Sha256,
        }
    }
}

impl Writer {
    /// Renews the log: everything is hashed again by a later suite, whose entries follow. What lies there is held
    /// against the digests of the suite before on the way. Gives the entries of the renewal.
    ///
    /// # Errors
    /// [`ArchiveError::NoRight`]; [`ArchiveError::Refused`] when the log has that suite or a later one, or an act is
    /// not closed; [`ArchiveError::Broken`] for a body that is not what it must be. Nothing is then appended.
    pub fn renew(&mut self, by: &Operator, suite: Suite) -> Result<Vec<u64>, ArchiveError> {
        self.must(by, Rights::ADMIN, "admin")?;
        self.complete()?;
        if suite <= self.archive.suite() {
            return Err(ArchiveError::Refused(format!("the log is hashed with {} already", suite.name())));
        }
        if let Some(act) = self.unfinished().first() {
            return Err(ArchiveError::Refused(format!("entry {act} is not closed: that comes first")));
        }
        let snapshot = self.begin()?;
        let result = self.renew_all(&by.signer(), suite);
        self.end(snapshot, result)
    }

    fn renew_all(&mut self, signer: &Signer, suite: Suite) -> Result<Vec<u64>, ArchiveError> {
        let (size, root) = (self.archive.size(), self.archive.root());
        let (mut outsides, mut digests) = (Vec::new(), Vec::new());
        let mut frontier = Frontier::new(suite);
        let sql = "SELECT idx, header, signatures, body FROM entries ORDER BY idx";
        {
            let mut statement = self.archive.connection.prepare(sql)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let index = u64::try_from(row.get::<_, i64>(0)?).unwrap_or(u64::MAX);
                let stored = Stored::take(index, row.get_ref(1)?.as_bytes().unwrap_or_default(), row, 2)?;
                frontier.push(chain::leaf_hash(suite, &stored.bytes));
                outsides.push(outside(suite, &stored.bytes, &stored.signatures));
                digests.push(self.again(&stored, suite)?.unwrap_or([0; 32]));
            }
        }
        // the new tree must be over the log that the old one is over
        if outsides.len() as u64 != size || self.archive.root_at(size)? != Some(root) {
            return Err(broken(size, "the log is not what it was when it was opened"));
        }
        self.archive.log.frontier = frontier;
        let mut entries = Vec::new();
        let mut from = 0;
        for (outsides, digests) in outsides.chunks(PER_ENTRY).zip(digests.chunks(PER_ENTRY)) {
            let clear = SuiteBody { size, root, from, digests: digests.to_vec() }.encode();
            let draft = Draft {
                kind: EntryType::Suite,
                run: [0; 16],
                bucket: [0; 16],
                content: root_over(suite, outsides.iter().zip(digests)),
                content_suite: None,
                body: Body::Here(frame(&clear, &[])),
            };
            entries.push(self.put(draft, &[signer])?);
            from += outsides.len() as u64;
        }
        Ok(entries)
    }

    /// The digest of a body by a new suite, once it is what it must be by its own; `None` where it is gone.
    fn again(&self, stored: &Stored, suite: Suite) -> Result<Option<Hash>, ArchiveError> {
        let h = &stored.header;
        let waits = matches!(h.kind(), Some(EntryType::Segment | EntryType::Blob));
        let fate = if waits { self.archive.fates.of_body(&h.bucket, h.index) } else { Fate::There(None) };
        let (own, digest, len) = match fate {
            Fate::There(Some(anew)) => (anew.suite, anew.digest, anew.len),
            Fate::There(None) => (h.suite, h.body_digest, h.body_len),
            Fate::Going | Fate::Gone => return Ok(None),
        };
        let read = |body: &mut dyn Read| digest_of(body, &[own, suite]);
        let found = match (&stored.body, h.kind()) {
            (Some(body), _) => read(&mut body.as_slice()),
            (None, Some(EntryType::Blob)) => {
                File::open(blob_path(&self.archive.dir, h.index)).and_then(|mut file| read(&mut file))
            }
            (None, _) => return Err(broken(h.index, "body is missing")),
        };
        let (found, have) = found.map_err(io("reading an attachment"))?;
        match found.as_slice() {
            [before, again] if *before == digest && have == len => Ok(Some(*again)),
            _ => Err(broken(h.index, "body does not match its digest")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(index: u64, suite: Suite, kind: EntryType) -> Stored {
        let header = Header {
            entry_type: kind.code(),
            suite,
            content_suite: suite,
            index,
            prev: [0; 32],
            archive: [1; 16],
            run: [0; 16],
            written_at: 0,
            bucket: [0; 16],
            content: [3; 32],
            body_digest: [4; 32],
            body_len: 5,
            author: [6; 32],
            refers_to: 0,
        };
        Stored { bytes: header.encode(), header, signatures: vec![7; 97], body: None }
    }

    /// A log of three entries that two entries renew; `change` damages what they cover or say.
    fn renewed(change: impl Fn(&mut [Stored; 3], &mut [SuiteBody; 2])) -> Result<Renewals, &'static str> {
        let mut log = [0, 1, 2].map(|i| stored(i, Suite::Sha256, EntryType::Run));
        let digests = [[8; 32], [0; 32], [9; 32]];
        let outsides = log.each_ref().map(|s| outside(Suite::Sha3, &s.bytes, &s.signatures));
        let root_of = |range: std::ops::Range<usize>| {
            root_over(Suite::Sha3, outsides[range.clone()].iter().zip(&digests[range]))
        };
        let contents = [root_of(0..2), root_of(2..3)];
        let body = |from: u64, digests: &[Hash]| SuiteBody {
            size: 3,
            root: [2; 32],
            from,
            digests: digests.to_vec(),
        };
        let mut bodies = [body(0, &digests[..2]), body(2, &digests[2..])];
        change(&mut log, &mut bodies);
        let mut renewals = Renewals::new(Suite::Sha3);
        for entry in &log {
            renewals.step(Some(entry)).map_or(Ok(()), Err)?;
        }
        for (i, (body, content)) in (3..).zip(bodies.iter().zip(contents)) {
            let mut entry = stored(i, Suite::Sha3, EntryType::Suite);
            entry.header.content = content;
            renewals.step(Some(&entry)).map_or(Ok(()), Err)?;
            renewals.apply(&entry.header, &body.encode(), &[2; 32])?;
        }
        Ok(renewals)
    }

    #[test]
    fn a_renewal_is_of_these_entries_and_no_others() {
        let mut renewals = renewed(|_, _| {}).unwrap_or_else(|what| panic!("{what}"));
        assert!(!renewals.unfinished());
        assert_eq!(renewals.of_body(2), Some((4, Suite::Sha3, [9; 32])));
        assert_eq!(
            (renewals.of_body(3), renewals.suite_at(3), renewals.suite_at(4)),
            (None, Suite::Sha256, Suite::Sha3)
        );
        let after = |renewals: &mut Renewals, suite, kind| renewals.step(Some(&stored(5, suite, kind)));
        assert_eq!(after(&mut renewals, Suite::Sha3, EntryType::Run), None);
        assert!(after(&mut renewals, Suite::Sha256, EntryType::Run).is_some());
        assert!(after(&mut renewals, Suite::Sha3, EntryType::Suite).is_some());
        let other = "renews other entries";
        for (what, change) in [
            (other, (|log, _| log[0].bytes[80] ^= 1) as fn(&mut [Stored; 3], &mut [SuiteBody; 2])),
            (other, |log, _| log[2].signatures[40] ^= 1),
            (other, |_, bodies| bodies[0].digests[1] = [1; 32]),
            (other, |_, bodies| bodies[1].digests[0] = [0; 32]),
            ("renews another log", |_, bodies| bodies[0].size = 4),
            ("renews another log", |_, bodies| bodies[0].root = [3; 32]),
            ("renews another log", |_, bodies| bodies[1].from = 1),
        ] {
            assert_eq!(renewed(change).err(), Some(what));
        }
    }

    #[test]
    fn a_renewal_is_whole_and_alone() {
        let mut renewals = Renewals::new(Suite::Sha3);
        assert_eq!(renewals.step(Some(&stored(0, Suite::Sha256, EntryType::Genesis))), None);
        let jump = renewals.step(Some(&stored(1, Suite::Sha3, EntryType::Run)));
        assert_eq!(jump, Some("is of a later suite, and the log was not renewed"));
        assert_eq!(renewals.step(Some(&stored(1, Suite::Sha3, EntryType::Suite))), None);
        assert!(renewals.unfinished());
        assert_eq!(
            renewals.step(Some(&stored(2, Suite::Sha3, EntryType::Run))),
            Some("stands inside a renewal")
        );
        let mut first = Renewals::new(Suite::Sha256);
        assert_eq!(
            first.step(Some(&stored(0, Suite::Sha256, EntryType::Suite))),
            Some("renews what is renewed")
        );
    }
}
