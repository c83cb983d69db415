//! The bodies of segments and blobs, as a walk through the log finds them, held at its end against what they
//! must be: what became of a body stands in the log behind it. They are hashed on all processors while the walk
//! goes on, and there the signatures of all entries are verified. Knows no key that opens anything.

use std::io::Read;
use std::path::Path;

use chain::{Claim, EntryType, Hash, Header, Suite};

use crate::checking::{Checking, Found, Work, hash};
use crate::fate::{BucketId, Fate, Fates};
use crate::lists::Row;
use crate::renewal::Renewals;
use crate::store::{Stored, blob_path};
use crate::verify::Broken;

/// A body and what its header says of it.
struct Seen {
    entry: u64,
    /// Of a segment or blob: what became of it stands in the log behind it.
    waits: bool,
    bucket: BucketId,
    suite: Suite,
    digest: Hash,
    len: u64,
    found: Option<Found>,
}

/// The bodies of segments and blobs; of a log that was renewed, all that were renewed.
pub(crate) struct Bodies {
    newest: Suite,
    all: Vec<Seen>,
    checking: Checking,
}

impl Seen {
    /// What is wrong with a body that must have this digest by a suite, and this length.
    fn wrong(&self, suite: Suite, digest: &Hash, len: u64) -> Option<&'static str> {
        match &self.found {
            None => Some("body is missing"),
            Some((_, have)) if *have != len => Some("body has another length"),
            Some(_) if self.by(suite) != Some(digest) => Some("body does not match its digest"),
            Some(_) => None,
        }
    }

    fn by(&self, suite: Suite) -> Option<&Hash> {
        let place = suite.code().checked_sub(self.suite.code())?;
        self.found.as_ref()?.0.get(usize::from(place))
    }
}

impl Bodies {
    /// Those of a log whose newest entry is of a suite.
    pub(crate) fn new(newest: Suite) -> Self {
        Self { newest, all: Vec::new(), checking: Checking::default() }
    }

    /// Looks at the body of an entry. That of any type but segment and blob must be what its header says; the others
    /// are taken out of the entry.
    pub(crate) fn look(&mut self, dir: &Path, stored: &mut Stored, fault: &mut dyn FnMut(&str)) {
        let h = &stored.header;
        let suites: Vec<Suite> =
            Suite::ALL.into_iter().filter(|s| (h.suite..=self.newest).contains(s)).collect();
        let waits = matches!(h.kind(), Some(EntryType::Segment | EntryType::Blob));
        let (entry, bucket, suite, digest, len) = (h.index, h.bucket, h.suite, h.body_digest, h.body_len);
        let mut seen = Seen { entry, waits, bucket, suite, digest, len, found: None };
        if !waits {
            seen.found = stored.body.as_deref().map(|body| hash(body, &suites));
            if let Some(what) = seen.wrong(suite, &digest, len) {
                fault(what);
            }
            if suite < self.newest {
                self.all.push(seen);
            }
            return;
        }
        let place = self.all.len();
        match (stored.body.take(), h.kind()) {
            (Some(body), _) => self.checking.give(Work::Bytes { place, body, suites }),
            (None, Some(EntryType::Blob)) => {
                self.checking.give(Work::File { place, path: blob_path(dir, h.index), suites });
            }
            (None, _) => {}
        }
        self.all.push(seen);
    }

    /// Has the signatures of an entry verified.
    pub(crate) fn signed(&mut self, entry: u64, claims: Vec<Claim>) {
        self.checking.give(Work::Signed { entry, claims });
    }

    /// Has a row of the lists of known messages hashed.
    pub(crate) fn listed(&mut self, row: Row) {
        self.checking.give(Work::Row(row));
    }

    /// What does not hold, when everything was looked at; gives the sum over the lists.
    pub(crate) fn broken(&mut self, fates: &Fates, renewals: &Renewals, broken: &mut Vec<Broken>) -> Hash {
        let (found, lists) = self.checking.finish(broken);
        for (place, found) in found {
            if let Some(seen) = self.all.get_mut(place) {
                seen.found = Some(found);
            }
        }
        for seen in &self.all {
            let fate = if seen.waits { fates.of_body(&seen.bucket, seen.entry) } else { Fate::There(None) };
            let what = match fate {
                Fate::There(Some(anew)) => {
                    seen.wrong(anew.suite, &anew.digest, anew.len).or_else(|| seen.renewed(renewals, anew.by))
                }
                Fate::There(None) => seen
                    .wrong(seen.suite, &seen.digest, seen.len)
                    .or_else(|| seen.renewed(renewals, seen.entry)),
                Fate::Going => None,
                Fate::Gone => seen.found.as_ref().map(|_| "was disposed of, and its body is still here"),
            };
            broken.extend(what.map(|what| Broken { entry: seen.entry, what: what.to_owned() }));
        }
        lists
    }
}

impl Seen {
    /// What is wrong with a body that is since entry `since` what it is, by the renewal behind that.
    fn renewed(&self, renewals: &Renewals, since: u64) -> Option<&'static str> {
        let (_, suite, digest) = renewals.of_body(self.entry).filter(|(by, ..)| *by > since)?;
        (self.by(suite) != Some(&digest)).then_some("body is not the one that was renewed")
    }
}

/// Whether a body that may be missing is there.
pub(crate) fn is_there(dir: &Path, header: &Header, body: Option<&[u8]>) -> bool {
    body.is_some() || (header.kind() == Some(EntryType::Blob) && blob_path(dir, header.index).exists())
}

/// The digests of what is read, by each of some suites, and its length.
pub(crate) fn digest_of(source: &mut dyn Read, suites: &[Suite]) -> Result<(Vec<Hash>, u64), std::io::Error> {
    let mut hashers: Vec<_> = suites.iter().map(|suite| suite.hasher()).collect();
    let mut buf = vec![0; 1 << 18];
    let mut len = 0;
    loop {
        let n = source.read(&mut buf)?;
        if n == 0 {
            return Ok((hashers.into_iter().map(chain::Hasher::finish).collect(), len));
        }
        hashers.iter_mut().for_each(|hasher| hasher.update(&buf[..n]));
        len += n as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_that_only_the_old_hash_takes_for_the_same_is_named() {
        // as if somebody had found another body with the same SHA-256
        let (digest, right) = ([1; 32], [2; 32]);
        let seen = |again| Seen {
            entry: 0,
            waits: true,
            bucket: [0; 16],
            suite: Suite::Sha256,
            digest,
            len: 3,
            found: Some((vec![digest, again], 3)),
        };
        let renewals = Renewals::of_one(right);
        let broken = |seen: Seen| {
            let mut broken = Vec::new();
            let mut bodies = Bodies { all: vec![seen], ..Bodies::new(Suite::Sha3) };
            bodies.broken(&Fates::default(), &renewals, &mut broken);
            broken.into_iter().map(|b| b.what).collect::<Vec<_>>()
        };
        assert_eq!(broken(seen(right)), [""; 0]);
        assert_eq!(broken(seen([3; 32])), ["body is not the one that was renewed"]);
    }
}
