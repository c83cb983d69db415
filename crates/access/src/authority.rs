//! Rights as the log gives them: entries are replayed in order, and each is checked against what its
//! author was allowed at that point.

use std::collections::HashMap;

use chain::{Author, EntryType, Header, author_of};

use crate::register::{EpochBody, GenesisBody, GrantBody, OperatorBody, OperatorId, RevokeBody, Rights};

/// Why an entry must not stand where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RightsFault {
    /// The first entry is no genesis, or a later one is.
    #[error("genesis out of place")]
    Genesis,
    /// The body that gives rights cannot be read.
    #[error("body of a rights entry is malformed")]
    Malformed,
    /// The author lacks the right.
    #[error("the author lacked the right")]
    NoRight,
    /// Two persons are needed and one signed.
    #[error("a second signature is missing")]
    OneSignature,
    /// The signed author is not the header's.
    #[error("the header names another author")]
    OtherAuthor,
}

/// Rights in force for an operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    /// Which.
    pub rights: Rights,
    /// First and last day, days since 1970.
    pub from: Option<i32>,
    /// As above.
    pub to: Option<i32>,
    /// Epoch of the key.
    pub epoch: u32,
    /// X-Wing public key that buckets are wrapped to.
    pub sealing: Vec<u8>,
    /// Entry that granted it.
    pub entry: u64,
}

/// Who may do what, after some number of entries.
#[derive(Clone, Debug, Default)]
pub struct Authority {
    keys: HashMap<Author, ([u8; 32], Option<OperatorId>)>,
    founder: Option<OperatorId>,
    operators: HashMap<OperatorId, OperatorBody>,
    grants: HashMap<OperatorId, Granted>,
    epoch: Option<EpochBody>,
}

/// The right that an entry needs, and whether a run's job may write it too; `None` for types that this
/// version does not know.
pub fn needed(kind: EntryType) -> (Rights, bool) {
    use EntryType as T;
    match kind {
        T::Bucket | T::Segment | T::Blob | T::Run | T::Withheld => (Rights::INGEST, true),
        // the first copy of a custodian's phone registers the phone
        T::Event => (Rights::ADMIN, true),
        // whoever has enough shares may try them: nobody is unlocked
        T::Drill => (Rights::ADMIN, true),
        // so may a scheduled job that copies the key store
        T::Copied => (Rights::ADMIN, true),
        T::Export => (Rights::EXPORT, false),
        T::Review => (Rights::REVIEW, false),
        T::Hold | T::Release => (Rights::HOLD, false),
        T::Erase | T::Dispose | T::Disposed | T::Gone => (Rights::DELETE, false),
        T::Genesis
        | T::Operator
        | T::Grant
        | T::Revoke
        | T::Custodian
        | T::Policy
        | T::Epoch
        | T::Restamp
        | T::Transfer
        | T::Reseal
        | T::Time
        | T::Suite
        | T::Repair
        | T::Marking
        | T::Media
        | T::Destroy
        | T::Handover
        | T::Handed
        | T::Taken => (Rights::ADMIN, false),
    }
}

/// Entries that two persons must sign; of a restamp, one that makes something due earlier.
fn needs_two(kind: EntryType, clear: &[u8]) -> bool {
    use EntryType as T;
    let shortens = || crate::RestampBody::decode(clear).is_none_or(|body| !body.shorter.is_empty());
    matches!(kind, T::Transfer | T::Erase | T::Dispose | T::Release | T::Destroy | T::Handover)
        || (kind == T::Restamp && shortens())
}

const DAY_MS: u64 = 86_400_000;

impl Authority {
    /// The public key of an author.
    pub fn key_of(&self, author: &Author) -> Option<[u8; 32]> {
        self.keys.get(author).map(|k| k.0)
    }

    /// The operator that an author is; `None` for the job.
    pub fn operator_of(&self, author: &Author) -> Option<OperatorId> {
        self.keys.get(author).and_then(|k| k.1)
    }

    /// The public key of the genesis entry's own author, before anything is replayed.
    pub fn genesis_key(clear: &[u8]) -> Option<(Author, [u8; 32])> {
        let genesis = GenesisBody::decode(clear)?;
        Some((author_of(&genesis.operator.signing), genesis.operator.signing))
    }

    /// The epoch in force.
    pub fn epoch(&self) -> Option<&EpochBody> {
        self.epoch.as_ref()
    }

    /// Rights in force, by operator.
    pub fn grants(&self) -> impl Iterator<Item = (&OperatorId, &Granted)> {
        self.grants.iter()
    }

    /// The grant of an operator.
    pub fn grant_of(&self, operator: &OperatorId) -> Option<&Granted> {
        self.grants.get(operator)
    }

    /// All operators that were ever registered.
    pub fn operators(&self) -> impl Iterator<Item = &OperatorBody> {
        self.operators.values()
    }

    /// Whether an operator has rights on a day (milliseconds since 1970). The founder administers until
    /// a grant says otherwise.
    pub fn allows(&self, operator: &OperatorId, rights: Rights, at_ms: u64) -> bool {
        match self.grants.get(operator) {
            Some(grant) => {
                let day = i32::try_from(at_ms / DAY_MS).unwrap_or(i32::MAX);
                grant.rights.has(rights)
                    && grant.from.is_none_or(|from| from <= day)
                    && grant.to.is_none_or(|to| day <= to)
            }
            None => self.founder == Some(*operator) && Rights::ADMIN.has(rights),
        }
    }

    /// Checks an entry whose signatures hold, by the authors that signed it, and takes it in.
    ///
    /// # Errors
    /// [`RightsFault`]; the authority is then unchanged.
    pub fn apply(&mut self, header: &Header, authors: &[Author], clear: &[u8]) -> Result<(), RightsFault> {
        if authors.first() != Some(&header.author) {
            return Err(RightsFault::OtherAuthor);
        }
        let kind = header.kind();
        if (header.index == 0) != (kind == Some(EntryType::Genesis)) {
            return Err(RightsFault::Genesis);
        }
        let malformed = RightsFault::Malformed;
        // a name is given to one key for good, however good the hash is that names it
        let named = |keys: &HashMap<Author, ([u8; 32], Option<OperatorId>)>, key: &[u8; 32]| {
            keys.get(&author_of(key)).is_some_and(|known| known.0 != *key)
        };
        if header.index == 0 {
            let genesis = GenesisBody::decode(clear).ok_or(malformed)?;
            let author = author_of(&genesis.operator.signing);
            if author != header.author {
                return Err(RightsFault::OtherAuthor);
            }
            self.founder = Some(genesis.operator.id);
            self.keys.insert(author, (genesis.operator.signing, Some(genesis.operator.id)));
            self.keys.insert(author_of(&genesis.job), (genesis.job, None));
            self.operators.insert(genesis.operator.id, genesis.operator);
            return Ok(());
        }
        // a type that is not known yet needs an administrator
        let (right, by_job) = kind.map_or((Rights::ADMIN, true), needed);
        let mut persons = Vec::new();
        for author in authors {
            match self.keys.get(author).ok_or(RightsFault::NoRight)?.1 {
                None if by_job => {}
                Some(operator) if self.allows(&operator, right, header.written_at) => persons.push(operator),
                _ => return Err(RightsFault::NoRight),
            }
        }
        persons.sort_unstable();
        persons.dedup();
        if kind.is_some_and(|kind| needs_two(kind, clear)) && persons.len() < 2 {
            return Err(RightsFault::OneSignature);
        }
        match kind {
            Some(EntryType::Operator) => {
                let body = OperatorBody::decode(clear)
                    .filter(|b| !named(&self.keys, &b.signing))
                    .ok_or(malformed)?;
                self.keys.insert(author_of(&body.signing), (body.signing, Some(body.id)));
                self.operators.insert(body.id, body);
            }
            Some(EntryType::Grant) => {
                let GrantBody { operator, rights, epoch, sealing, from, to } =
                    GrantBody::decode(clear).ok_or(malformed)?;
                if !self.operators.contains_key(&operator) {
                    return Err(malformed);
                }
                let entry = header.index;
                self.grants.insert(operator, Granted { rights, from, to, epoch, sealing, entry });
            }
            Some(EntryType::Revoke) => {
                let operator = RevokeBody::decode(clear).ok_or(malformed)?.operator;
                let none = Granted {
                    rights: Rights::default(),
                    from: None,
                    to: None,
                    epoch: 0,
                    sealing: Vec::new(),
                    entry: header.index,
                };
                self.grants.insert(operator, none);
            }
            Some(EntryType::Epoch) => {
                let body = EpochBody::decode(clear).ok_or(malformed)?;
                if self.epoch.as_ref().is_some_and(|e| body.number != e.number + 1) {
                    return Err(malformed);
                }
                self.epoch = Some(body);
            }
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use chain::{Signer, Suite};

    use super::*;

    fn header(kind: u8, index: u64, author: Author) -> Header {
        Header {
            entry_type: kind,
            suite: Suite::Sha256,
            content_suite: Suite::Sha256,
            index,
            prev: [0; 32],
            archive: [0; 16],
            run: [0; 16],
            written_at: 20_000 * DAY_MS,
            bucket: [0; 16],
            content: [0; 32],
            body_digest: [0; 32],
            body_len: 0,
            author,
            refers_to: 0,
        }
    }

    fn founded() -> (Authority, Signer, Signer) {
        let (founder, job) = (Signer::from_seed(&[1; 32]), Signer::from_seed(&[2; 32]));
        let operator = OperatorBody { id: [1; 16], signing: founder.public(), sealing: vec![] };
        let clear = GenesisBody { operator, job: job.public() }.encode();
        let mut authority = Authority::default();
        authority.apply(&header(1, 0, founder.author()), &[founder.author()], &clear).unwrap();
        (authority, founder, job)
    }

    #[test]
    fn the_job_writes_runs_and_nothing_else() {
        for (kind, name) in EntryType::ALL {
            let (mut authority, _, job) = founded();
            let result = authority.apply(&header(kind.code(), 1, job.author()), &[job.author()], &[]);
            let may = matches!(
                name,
                "bucket" | "segment" | "blob" | "run" | "withheld" | "event" | "drill" | "copied"
            );
            assert_eq!(result.is_ok(), may, "{name}");
        }
    }

    #[test]
    fn a_grant_gives_what_it_says_while_it_lasts() {
        let (mut authority, founder, _) = founded();
        let other = Signer::from_seed(&[3; 32]);
        let operator = OperatorBody { id: [3; 16], signing: other.public(), sealing: vec![] };
        let export = header(EntryType::Export.code(), 9, other.author());
        let by_other = [other.author()];
        assert_eq!(authority.apply(&export, &by_other, &[]), Err(RightsFault::NoRight));
        let by_founder = [founder.author()];
        authority.apply(&header(2, 1, founder.author()), &by_founder, &operator.encode()).unwrap();
        assert_eq!(authority.apply(&export, &by_other, &[]), Err(RightsFault::NoRight));
        let mut grant = GrantBody {
            operator: [3; 16],
            rights: Rights::EXPORT,
            epoch: 1,
            sealing: vec![],
            from: Some(20_000),
            to: Some(20_000),
        };
        authority.apply(&header(3, 2, founder.author()), &by_founder, &grant.encode()).unwrap();
        authority.apply(&export, &by_other, &[]).unwrap();
        assert_eq!(authority.apply(&header(5, 9, other.author()), &by_other, &[]), Err(RightsFault::NoRight));
        grant.to = Some(19_999);
        authority.apply(&header(3, 3, founder.author()), &by_founder, &grant.encode()).unwrap();
        assert_eq!(authority.apply(&export, &by_other, &[]), Err(RightsFault::NoRight));
        grant.to = None;
        authority.apply(&header(3, 4, founder.author()), &by_founder, &grant.encode()).unwrap();
        authority.apply(&export, &by_other, &[]).unwrap();
        let revoke = RevokeBody { operator: [3; 16] }.encode();
        authority.apply(&header(4, 5, founder.author()), &by_founder, &revoke).unwrap();
        assert_eq!(authority.apply(&export, &by_other, &[]), Err(RightsFault::NoRight));
    }

    #[test]
    fn disposal_takes_two() {
        let (mut authority, founder, _) = founded();
        let mut sign = |id: u8| {
            let signer = Signer::from_seed(&[id; 32]);
            let body = OperatorBody { id: [id; 16], signing: signer.public(), sealing: vec![] };
            authority.apply(&header(2, 1, founder.author()), &[founder.author()], &body.encode()).unwrap();
            let grant = GrantBody {
                operator: [id; 16],
                rights: Rights::DELETE,
                epoch: 1,
                sealing: vec![],
                from: None,
                to: None,
            };
            authority.apply(&header(3, 2, founder.author()), &[founder.author()], &grant.encode()).unwrap();
            signer.author()
        };
        let (a, b) = (sign(5), sign(6));
        let dispose = header(EntryType::Dispose.code(), 9, a);
        assert_eq!(authority.apply(&dispose, &[a], &[]), Err(RightsFault::OneSignature));
        assert_eq!(authority.apply(&dispose, &[b, a], &[]), Err(RightsFault::OtherAuthor));
        authority.apply(&dispose, &[a, b], &[]).unwrap();
    }
}
